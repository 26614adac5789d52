/* What a careful person would hold against a backtest. */
#include "cli/backtest.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define FEW_TRADES 30
#define DAY_MS 86400000ll

double backtest_days(int64_t ms) { return (double)ms / DAY_MS; }

const char *backtest_date(int64_t ms, char buf[40]) {
  time_t t = (time_t)(ms / 1000);
  struct tm tm;
  if (!gmtime_r(&t, &tm)) return "?";
  strftime(buf, 40, ms % DAY_MS ? "%Y-%m-%d %H:%M" : "%Y-%m-%d", &tm);
  return buf;
}

static void warn(Warnings *w, const char *code, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void warn(Warnings *w, const char *code, const char *format, ...) {
  va_list ap;
  if (w->n == sizeof w->list / sizeof *w->list) return;
  snprintf(w->list[w->n].code, sizeof w->list[w->n].code, "%s", code);
  va_start(ap, format);
  vsnprintf(w->list[w->n].text, sizeof w->list[w->n].text, format, ap);
  va_end(ap);
  w->n++;
}

static void about_data(Warnings *w, const Trial *t) {
  char a[40], b[40];
  size_t markets = 0;
  for (size_t i = 0; i < t->data.n; i++) {
    const Bars *s = &t->data.series[i];
    int64_t missing = 0, longest = 0, at = 0;
    markets += backtest_finest(&t->data, s->venue, s->symbol) == s;
    for (size_t k = 1; k < s->n; k++) {
      int64_t gap = s->list[k].at_ms - s->list[k - 1].end_ms;
      if (gap <= 0 || s->list[k].at_ms <= t->data.from_ms || s->list[k - 1].end_ms >= t->data.until_ms) continue;
      missing += gap / s->period_ms;
      if (gap > longest) longest = gap, at = s->list[k - 1].end_ms;
    }
    if (missing) warn(w, "gaps", "%s %s %s lacks %lld candles; the longest gap is of %s from %s", s->venue, s->symbol, s->timeframe, (long long)missing,
                      show_span(longest).s, backtest_date(at, a));
    int64_t end = s->list[s->n - 1].end_ms;
    if (end + s->period_ms < t->data.until_ms)
      warn(w, "ends_early", "%s %s %s ends %s: from then on its price stands still", s->venue, s->symbol, s->timeframe, backtest_date(end, a));
  }
  if (t->broken_off) warn(w, "broken_off", "it was broken off at %s: what would have come later is not in it", backtest_date(t->data.until_ms, a));
  if (t->late) warn(w, "begins_late", "--from is before all candles are known: it begins %s", backtest_date(t->data.from_ms, b));
  if (markets == 1 && !*t->tape) warn(w, "one_market", "one market, chosen today: those that fell or were closed meanwhile are not in it (survivorship)");
  if (backtest_days(t->data.until_ms - t->data.from_ms) < 30)
    warn(w, "short", "%s: too short a time to say much", show_span(t->data.until_ms - t->data.from_ms).s);
}

static void about_orders(Warnings *w, const Trial *t) {
  const Stats *s = &t->stats;
  if (!s->fills) warn(w, "no_trades", "nothing was traded");
  else if (s->trades < FEW_TRADES) warn(w, "few_trades", "%zu trades: the figures may be chance", s->trades);
  if (s->fills && s->fees == 0) warn(w, "no_fees", "no fees were paid: --fee TAKER,MAKER sets them");
  if (t->data.slippage == 0 && !*t->tape) warn(w, "no_slippage", "no slippage: market orders are filled at the open itself");
  if (t->beyond) warn(w, "volume", "%zu of %zu fills are more than all that was traded in their candle", t->beyond, s->fills);
  if (t->refused) warn(w, "guard", "%zu orders were not placed; the first: %s", t->refused, t->why_refused);
  if (t->rejected) warn(w, "rejected", "%zu orders were rejected; the first: %s", t->rejected, t->why_rejected);
  if (s->unpriced) warn(w, "unpriced", "%s is held and has no price in %s here: it counts as nothing", s->unpriced_code, t->currency);
}

void backtest_warnings(const Trial *t, Warnings *w) {
  w->n = 0;
  about_orders(w, t);
  about_data(w, t);
}
