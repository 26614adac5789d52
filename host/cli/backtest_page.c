/* --html of bourse backtest: equity with its drawdown, each market's candles with what was traded on them, the fills, and the figures with their doubts. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "cli/backtest.h"
#include "cli/html.h"

#define COUNT_OF(list) (sizeof list / sizeof *list)

static void figure(Page *p, const char *name, double x, const char *format, enum page_tone tone) {
  char text[64];
  snprintf(text, sizeof text, format, x);
  page_figure(p, name, text, tone);
}

static enum page_tone tone_of(double x) { return x > 0 ? PAGE_GOOD : x < 0 ? PAGE_BAD : PAGE_NEUTRAL; }

static void add_figures(Page *p, const Trial *t) {
  const Stats *s = &t->stats;
  figure(p, "return", s->total_return * 100, "%+.2f %%", tone_of(s->total_return));
  figure(p, "buy and hold", s->hold_return * 100, "%+.2f %%", tone_of(s->hold_return));
  figure(p, "max drawdown", s->drawdown * 100, "%.2f %%", s->drawdown > 0 ? PAGE_BAD : PAGE_NEUTRAL);
  if (s->has_sharpe) figure(p, "Sharpe", s->sharpe, "%.2f", PAGE_NEUTRAL);
  if (s->trades) figure(p, "trades won", 100.0 * (double)s->won / (double)s->trades, "%.1f %%", PAGE_NEUTRAL);
  figure(p, "trades", (double)s->trades, "%.0f", PAGE_NEUTRAL);
}

static void fact(Page *p, const char *name, double x, const char *unit) {
  char text[120];
  snprintf(text, sizeof text, fabs(x) >= 100 ? "%.2f %s" : "%.4g %s", x, unit);
  page_fact(p, name, text);
}

static void add_facts(Page *p, const Trial *t, const Warnings *w) {
  const Stats *s = &t->stats;
  char text[400], low[40], until[40];
  page_fact(p, "strategy", t->strategy);
  if (*t->tape) page_fact(p, "tape", t->tape);
  for (size_t i = 0; i < t->data.n; i++) {
    const Bars *b = &t->data.series[i];
    snprintf(text, sizeof text, "%s %s %s, %zu candles", b->venue, b->symbol, b->timeframe, b->n);
    page_fact(p, "prices", text);
  }
  fact(p, "equity at the beginning", s->begin, t->currency);
  fact(p, "equity at the end", s->end, t->currency);
  fact(p, "fees", s->fees, t->currency);
  fact(p, "turnover", s->turnover, "times the equity");
  fact(p, "exposure", s->exposure * 100, "% of the equity, on average");
  if (s->loss > 0) fact(p, "profit factor", s->profit / s->loss, "");
  if (s->has_sortino) fact(p, "Sortino", s->sortino, "");
  if (s->drawdown > 0) {
    snprintf(text, sizeof text, "%s, %s %s", backtest_date(s->drawdown_low_ms, low), s->recovered ? "made good" : "not made good by",
             backtest_date(s->drawdown_until_ms, until));
    page_fact(p, "lowest", text);
  }
  for (size_t i = 0; i < w->n; i++) page_fact(p, "before you believe it", w->list[i].text);
}

static void add_equity(Page *p, const Trial *t) {
  int line = page_series(p, page_chart(p, "Equity", t->currency, PAGE_EQUITY), "equity", PAGE_LINE);
  for (size_t i = 0; i < t->stats.n; i++) page_point(p, line, t->stats.curve[i].at_ms, t->stats.curve[i].equity);
}

/* Of a market there may be several series: its finest one is drawn. */
static void add_prices(Page *p, const Trial *t) {
  for (size_t i = 0; i < t->data.n; i++) {
    const Bars *b = &t->data.series[i];
    char title[200], text[120];
    if (!b->base || !b->quote || backtest_finest(&t->data, b->venue, b->symbol) != b) continue;
    snprintf(title, sizeof title, "%s on %s", b->symbol, b->venue);
    int line = page_series(p, page_chart(p, title, b->quote, PAGE_PLAIN_CHART), b->symbol, PAGE_CANDLES);
    for (size_t k = bars_over(b, t->data.from_ms); k < b->n && b->list[k].end_ms <= t->data.until_ms; k++)
      page_candle(p, line, b->list[k].at_ms, b->list[k].figures);
    for (size_t k = 0; k < t->n_fills; k++) {
      const Traded *f = &t->fills[k];
      if (strcmp(f->venue, b->venue) || strcmp(f->base, b->base) || strcmp(f->quote, b->quote)) continue;
      snprintf(text, sizeof text, "%.10g at %.10g", f->amount, f->price);
      page_mark(p, line, f->at_ms, f->buy ? PAGE_BUY : PAGE_SELL, text);
    }
  }
}

static void add_fills(Page *p, const Trial *t) {
  static const PageColumn columns[] = { { "time", PAGE_TIME }, { "venue", PAGE_TEXT }, { "market", PAGE_TEXT },
    { "side", PAGE_TEXT }, { "amount", PAGE_NUMBER },
    { "price", PAGE_NUMBER }, { "fee", PAGE_NUMBER }, { "of", PAGE_TEXT } };
  if (!t->n_fills) return;
  int table = page_table(p, "Fills", COUNT_OF(columns), columns);
  for (size_t i = 0; i < t->n_fills; i++) {
    const Traded *f = &t->fills[i];
    char market[64];
    snprintf(market, sizeof market, "%s/%s", f->base, f->quote);
    PageCell row[] = { { NULL, (double)f->at_ms }, { f->venue, 0 }, { market, 0 }, { f->buy ? "buy" : "sell", 0 }, { NULL, f->amount }, { NULL, f->price },
      { NULL, f->fee }, { f->fee_currency, 0 } };
    page_row(p, table, row);
  }
}

bool backtest_page(const Trial *t, const Warnings *w, const char *path) {
  char title[300], subtitle[300], from[40], until[40];
  snprintf(title, sizeof title, "backtest of %s", t->strategy);
  snprintf(subtitle, sizeof subtitle, "%s to %s, %s", backtest_date(t->data.from_ms, from), backtest_date(t->data.until_ms, until),
           show_span(t->data.until_ms - t->data.from_ms).s);
  Page *p = page_new(title, subtitle);
  add_figures(p, t);
  add_equity(p, t);
  add_prices(p, t);
  add_fills(p, t);
  add_facts(p, t, w);
  bool ok = html_write(p, path);
  page_free(p);
  return ok;
}
