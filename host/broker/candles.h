/* The file of candles: SQLite, one for all venues. docs/backtest.md has its tables for those who read it with other programs.
 *
 * Prices and volumes are decimal text. A span is a time of which the venue was asked and answered: where it holds no candle, the venue has none. */
#ifndef BOURSE_CANDLES_H
#define BOURSE_CANDLES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CANDLE_TEXT_MAX 60            /* bytes of a figure */

typedef struct Candles Candles;
typedef struct {
  int64_t id;
  const char *venue, *symbol, *timeframe;
  const char *base, *quote, *precision, *market;
  /* of the market: currencies, mode of its steps ("tick" "places" "digits"), all of it as JSON; NULL: not known */
  int64_t n, first_ms, last_ms;                     /* candles, and when the first and the last one begin */
} CandleSeries;
enum { CANDLE_OPEN, CANDLE_HIGH, CANDLE_LOW, CANDLE_CLOSE, CANDLE_VOLUME, CANDLE_FIGURES };
typedef struct { int64_t at_ms; const char *figures[CANDLE_FIGURES]; } CandleRow;     /* when it begins; decimal text */
typedef struct { int64_t added, changed; } CandlesPut;
typedef struct { int64_t begin_ms, until_ms; } CandleSpan;

/* When a candle that begins then is over, by the calendar for months and years. 0: no such timeframe ("5m": a number and one of s m h d w M y). */
int64_t candle_end(int64_t at_ms, const char *timeframe);

bool candle_figure(const char *s);                                                 /* decimal text that is not too long; NULL is none */

Candles *candles_open(const char *path, bool write, char *err, size_t errlen);     /* NULL with the reason: also for a file of something else */
void candles_close(Candles *c);
const char *candles_error(const Candles *c);
/* The number of a series, which is made, or what is known of its market set anew, when `market` is given. 0: there is none; -1: candles_error. */
int64_t candles_series(Candles *c, const CandleSeries *s);
/* All or nothing: the rows, in place of those of the same time, and that the span was asked for. A row outside the span is not taken. */
bool candles_put(Candles *c, int64_t series, CandleSpan span, const CandleRow *rows, size_t n, CandlesPut *out);
/* In order; a callback returns false to stop. Texts live until it returns, and are what a fetch could have written, whoever made the file. False:
 * candles_error. */
bool candles_each_series(Candles *c, bool (*fn)(void *, const CandleSeries *), void *ctx);
bool candles_each_span(Candles *c, int64_t series, bool (*fn)(void *, const CandleSpan *), void *ctx);
bool candles_each(Candles *c, int64_t series, int64_t from_ms, int64_t until_ms, bool (*fn)(void *, const CandleRow *), void *ctx);
#endif
