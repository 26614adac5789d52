/* A page to look at: one HTML file that needs nothing else, neither a network nor other files. Whoever has something to show - a run, a backtest - fills it
 * with plain data: facts, figures, charts of series over time, tables, and moments with their order books. Nothing in here knows what the data is about.
 *
 * The page is bounded, however much it is given. A line keeps PAGE_POINTS pairs of least and most, of ever longer pieces of time; candles are joined two by
 * two; of rows, marks and moments there is a most. The page says where it shows less than there was. Texts may hold anything: they are shown as text.
 *
 *   Page *p = page_new("backtest of mean.lua", "BTC/USD 15m, 2026-01-01 to 2026-03-01");
 *   page_fact(p, "fees", "0.26 %");                                   what was run, with what
 *   page_figure(p, "profit", "+12.4 %", PAGE_GOOD);                   what came out, in large letters
 *   int chart = page_chart(p, "Equity", "USD", PAGE_EQUITY);          with its drawdown below
 *   int line = page_series(p, chart, "equity", PAGE_LINE);
 *   page_point(p, line, at_ms, 1012.5);                               times rise
 *   int price = page_series(p, page_chart(p, "BTC/USD", "USD", PAGE_PLAIN_CHART), "BTC/USD", PAGE_CANDLES);
 *   page_candle(p, price, at_ms, (double[4]){ open, high, low, close });
 *   page_mark(p, price, at_ms, PAGE_BUY, "0.1 at 64,100");
 *   int table = page_table(p, "Trades", 3, (const PageColumn[]){ { "time", PAGE_TIME }, { "side", PAGE_TEXT }, { "profit", PAGE_NUMBER } });
 *   PageCell row[] = { { .number = at_ms }, { .text = "buy" }, { .number = 3.2 } };
 *   page_row(p, table, row);
 *   if (!page_write(p, "report.html", err, sizeof err)) ...
 */
#ifndef BOURSE_PAGE_H
#define BOURSE_PAGE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PAGE_POINTS = 800, PAGE_CANDLES_MOST = 4000, PAGE_MARKS = 1000, PAGE_ROWS = 1000, PAGE_MOMENTS = 200, PAGE_LEVELS = 40,
       PAGE_CHARTS = 16, PAGE_SERIES = 64, PAGE_TABLES = 12, PAGE_COLUMNS = 16 };

enum page_tone { PAGE_NEUTRAL, PAGE_GOOD, PAGE_BAD };
enum page_chart_kind { PAGE_PLAIN_CHART, PAGE_EQUITY };
enum page_series_kind { PAGE_LINE, PAGE_CANDLES };
enum page_side { PAGE_BUY, PAGE_SELL };
enum page_format { PAGE_TEXT, PAGE_NUMBER, PAGE_COUNT, PAGE_PERCENT, PAGE_TIME /* ms UTC */, PAGE_AGE /* ms */ };

typedef struct Page Page;
typedef struct { const char *name; enum page_format format; } PageColumn;
typedef struct { const char *text; double number; } PageCell;                  /* text NULL: the number; NAN: empty */
typedef struct { double price, amount; } PageLevel;
/* Something that was seen, and the two books that it was seen in: what it is bought from, and what it is sold to. Best first; PAGE_LEVELS at most are kept. */
typedef struct {
  int64_t at_ms;
  double rank;                                                               /* when there are more than PAGE_MOMENTS those with the highest stay */
  double net, size;                                                          /* per cent; NAN: not known */
  const char *name, *buy, *sell;                                             /* of the market and of the venues */
  const PageLevel *asks; size_t n_asks;
  const PageLevel *bids; size_t n_bids;
} PageMoment;

/* NULL: it can. Else why there is no page: the library that draws the charts was not there when the program was built. */
const char *page_missing(void);
bool page_check(const char *path, char *err, size_t errlen);                 /* can a file be written there? */

Page *page_new(const char *title, const char *subtitle);
void page_free(Page *p);
void page_fact(Page *p, const char *name, const char *text);
void page_figure(Page *p, const char *name, const char *text, enum page_tone tone);
/* Their numbers; -1 when there are too many, and what is given such a number is passed over. */
int page_chart(Page *p, const char *title, const char *unit, enum page_chart_kind kind);
int page_series(Page *p, int chart, const char *name, enum page_series_kind kind);
int page_table(Page *p, const char *title, size_t n, const PageColumn *columns);
void page_point(Page *p, int series, int64_t at_ms, double value);
void page_candle(Page *p, int series, int64_t at_ms, const double prices[4]);  /* open, high, low, close */
void page_mark(Page *p, int series, int64_t at_ms, enum page_side side, const char *text);
void page_row(Page *p, int table, const PageCell *cells);
/* The cells of its row in the table of moments, whose columns page_moments names; a click on it draws the books. */
void page_moments(Page *p, const char *title, size_t n, const PageColumn *columns);
void page_moment(Page *p, const PageMoment *m, const PageCell *cells);
/* Into a file beside it, which then takes its name. */
bool page_write(const Page *p, const char *path, char *err, size_t errlen);
#endif
