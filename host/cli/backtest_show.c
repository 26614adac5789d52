/* What came of a backtest, for people and as JSON. */
#include "cli/backtest.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "wire/decimal.h"

#define CURVE_MAX 1000
#define SPARKS 60

static const char *iso(int64_t ms, char buf[40]) {
  time_t t = (time_t)(ms / 1000);
  struct tm tm;
  if (!gmtime_r(&t, &tm)) return "";
  size_t n = strftime(buf, 40, "%Y-%m-%dT%H:%M:%S", &tm);
  snprintf(buf + n, 40 - n, ".%03dZ", (int)(ms % 1000));
  return buf;
}

/* --- for people --- */

static const char *plain(double x, char buf[64]) {
  double a = fabs(x);
  snprintf(buf, 64, a >= 100 ? "%.2f" : a >= 1 ? "%.4g" : "%.6g", x);
  return buf;
}

static void sparkline(const Stats *s) {
  static const char *const bars[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
  double low = INFINITY, high = -INFINITY;
  size_t n = s->n < SPARKS ? s->n : SPARKS;
  for (size_t i = 0; i < s->n; i++) low = fmin(low, s->curve[i].equity), high = fmax(high, s->curve[i].equity);
  if (n < 2 || high <= low) return;
  fputs("\n  ", stdout);
  for (size_t i = 0; i < n; i++) {
    double e = s->curve[i * (s->n - 1) / (n - 1)].equity;
    fputs(bars[(int)((e - low) / (high - low) * 7.999)], stdout);
  }
  putchar('\n');
}

static void show_table(const Trial *t, const Warnings *w) {
  const Stats *s = &t->stats;
  char a[64], b[64], c[40], d[40], e[40];
  if (*t->tape) printf("%s on the tape%s %s", t->strategy, t->n_tapes > 1 ? "s" : "", t->tape);
  else printf("%s on candles of", t->strategy);
  for (size_t i = 0; i < t->data.n; i++) printf("%s %s %s %s", i ? "," : "", t->data.series[i].venue, t->data.series[i].symbol, t->data.series[i].timeframe);
  printf("\n%s to %s (%s); fees %s", backtest_date(t->data.from_ms, c), backtest_date(t->data.until_ms, d),
         show_span(t->data.until_ms - t->data.from_ms).s, t->data.taker ? "as given" : "of the market");
  if (*t->tape) puts(", fills by the recorded books\n");
  else printf(", slippage %.10g bps\n\n", t->data.slippage * 10000);
  printf("  equity          %s to %s %s\n", plain(s->begin, a), plain(s->end, b), t->currency);
  printf("  return          %+.2f %%      buy and hold %+.2f %%\n", s->total_return * 100, s->hold_return * 100);
  if (s->drawdown > 0)
    printf("  max drawdown    %.2f %%, %s: from %s, lowest %s, %s %s\n", s->drawdown * 100, show_span(s->drawdown_until_ms - s->drawdown_from_ms).s,
           backtest_date(s->drawdown_from_ms, c), backtest_date(s->drawdown_low_ms, d), s->recovered ? "made good" : "not made good by",
           backtest_date(s->drawdown_until_ms, e));
  else puts("  max drawdown    none");
  if (s->every) {
    printf("  Sharpe          %s", s->has_sharpe ? plain(s->sharpe, a) : "none");
    printf("      Sortino %s      returns by the %s, a year of 365 days, no interest\n", s->has_sortino ? plain(s->sortino, b) : "none", s->every);
  } else puts("  Sharpe          none: too short a time");
  printf("  trades          %zu of %zu fills (%zu buys, %zu sales), %zu orders\n", s->trades, s->fills, s->buys, s->sells, t->orders);
  if (s->trades)
    printf("  won             %.1f %%      profit factor %s\n", 100.0 * (double)s->won / (double)s->trades,
           s->loss > 0 ? plain(s->profit / s->loss, a) : "none (no loss)");
  printf("  fees            %s %s      turnover %s times the equity\n", plain(s->fees, a), t->currency, plain(s->turnover, b));
  printf("  exposure        %.1f %% of the equity on average, %.1f %% of the time\n", s->exposure * 100, s->time_in_market * 100);
  sparkline(s);
  if (w->n) puts("\nBefore you believe it:");
  for (size_t i = 0; i < w->n; i++) printf("  - %s\n", w->list[i].text);
}

/* --- for programs --- */

static void number(Text *t, const char *key, double x) {
  Decimal d;
  char buf[512];
  if (isfinite(x) && dec_from_double(x, &d) && dec_text(d, buf, sizeof buf)) text_format(t, "\"%s\":%s,", key, buf);
  else text_format(t, "\"%s\":null,", key);
}

static void optional(Text *t, const char *key, bool has, double x) { number(t, key, has ? x : NAN); }

static void quoted(Text *t, const char *s) {
  text_puts(t, "\"");
  for (; *s; s++) {
    if (*s == '"' || *s == '\\') text_format(t, "\\%c", *s);
    else if ((unsigned char)*s < 32) text_format(t, "\\u%04x", *s);
    else text_add(t, s, 1);
  }
  text_puts(t, "\"");
}

static void add_assumptions(Text *o, const Trial *t) {
  text_puts(o, "\"assumptions\":{");
  if (!*t->tape) number(o, "slippage", t->data.slippage);
  if (t->data.taker) text_format(o, "\"taker\":%s,\"maker\":%s,", t->data.taker, t->data.maker);
  if (*t->tape) {
    text_puts(o, "\"fills\":\"by the recorded books\",\"tape\":");
    quoted(o, t->tape);
    text_puts(o, "},");
    return;
  }
  text_puts(o, "\"market_orders\":\"at the next open, with the slippage\",\"limit_orders\":\"whole, at their price, when a candle goes through it\",");
  text_puts(o, "\"candles\":[");
  for (size_t i = 0; i < t->data.n; i++) {
    const Bars *b = &t->data.series[i];
    text_puts(o, i ? ",{\"venue\":" : "{\"venue\":");
    quoted(o, b->venue);
    text_puts(o, ",\"symbol\":");
    quoted(o, b->symbol);
    text_puts(o, ",\"timeframe\":");
    quoted(o, b->timeframe);
    text_format(o, ",\"candles\":%zu}", b->n);
  }
  text_puts(o, "]},");
}

static void add_fills(Text *o, const Trial *t) {
  char when[40];
  text_puts(o, "\"fills\":[");
  for (size_t i = 0; i < t->n_fills; i++) {
    const Traded *f = &t->fills[i];
    text_format(o, "%s{\"timestamp\":%lld,\"datetime\":\"%s\",\"order\":%lld,\"venue\":", i ? "," : "", (long long)f->at_ms, iso(f->at_ms, when),
                (long long)f->order);
    quoted(o, f->venue);
    text_format(o, ",\"symbol\":\"%s/%s\",\"side\":\"%s\",", f->base, f->quote, f->buy ? "buy" : "sell");
    number(o, "price", f->price);
    number(o, "amount", f->amount);
    number(o, "fee", f->fee);
    text_puts(o, "\"fee_currency\":");
    quoted(o, f->fee_currency);
    text_puts(o, "}");
  }
  text_puts(o, "],");
}

/* At most so many, evenly; the first, the last. */
static void add_curve(Text *o, const Stats *s) {
  size_t n = s->n < CURVE_MAX ? s->n : CURVE_MAX;
  text_puts(o, "\"equity\":[");
  for (size_t i = 0; i < n; i++) {
    const Moment *m = &s->curve[n < 2 ? 0 : i * (s->n - 1) / (n - 1)];
    text_format(o, "%s[%lld,%.10g]", i ? "," : "", (long long)m->at_ms, m->equity);
  }
  text_puts(o, "]");
}

static int show_report(const Trial *t, const Warnings *w) {
  const Stats *s = &t->stats;
  Text o = { 0 };
  char when[40];
  text_puts(&o, "{\"strategy\":");
  quoted(&o, t->strategy);
  text_format(&o, ",\"from\":\"%s\",", iso(t->data.from_ms, when));
  text_format(&o, "\"until\":\"%s\",\"currency\":", iso(t->data.until_ms, when));
  quoted(&o, t->currency);
  text_puts(&o, ",");
  number(&o, "begin", s->begin);
  number(&o, "end", s->end);
  number(&o, "return", s->total_return);
  number(&o, "buy_and_hold", s->hold_return);
  text_puts(&o, "\"drawdown\":{");
  number(&o, "depth", s->drawdown);
  if (s->drawdown > 0) text_format(&o, "\"from\":\"%s\",", iso(s->drawdown_from_ms, when));
  if (s->drawdown > 0) text_format(&o, "\"lowest\":\"%s\",", iso(s->drawdown_low_ms, when));
  if (s->drawdown > 0) text_format(&o, "\"until\":\"%s\",", iso(s->drawdown_until_ms, when));
  number(&o, "days", backtest_days(s->drawdown_until_ms - s->drawdown_from_ms));
  text_format(&o, "\"made_good\":%s},", s->drawdown == 0 || s->recovered ? "true" : "false");
  optional(&o, "sharpe", s->has_sharpe, s->sharpe);
  optional(&o, "sortino", s->has_sortino, s->sortino);
  text_format(&o, "\"returns_by\":%s%s%s,", s->every ? "\"" : "", s->every ? s->every : "null", s->every ? "\"" : "");
  text_format(&o, "\"orders\":%zu,\"orders_refused\":%zu,\"orders_rejected\":%zu,\"buys\":%zu,\"sales\":%zu,\"trades\":%zu,", t->orders, t->refused,
              t->rejected, s->buys, s->sells, s->trades);
  optional(&o, "win_rate", s->trades, s->trades ? (double)s->won / (double)s->trades : 0);
  optional(&o, "profit_factor", s->loss > 0, s->loss > 0 ? s->profit / s->loss : 0);
  number(&o, "fees", s->fees);
  number(&o, "volume", s->volume);
  number(&o, "turnover", s->turnover);
  number(&o, "exposure", s->exposure);
  number(&o, "time_in_market", s->time_in_market);
  text_format(&o, "\"reports\":%zu,\"warnings\":[", t->reports);
  for (size_t i = 0; i < w->n; i++) {
    text_format(&o, "%s{\"code\":\"%s\",\"text\":", i ? "," : "", w->list[i].code);
    quoted(&o, w->list[i].text);
    text_puts(&o, "}");
  }
  text_puts(&o, "],");
  add_assumptions(&o, t);
  add_fills(&o, t);
  add_curve(&o, s);
  text_puts(&o, "}\n");
  bool ok = fwrite(o.p, 1, o.len, stdout) == o.len && fflush(stdout) == 0;
  text_free(&o);
  return ok ? 0 : 1;
}

int backtest_show(const Cli *cli, const Trial *t, const Warnings *w) {
  const char *format = cli_text(cli, "format");
  if (format && !strcmp(format, "json")) return show_report(t, w);
  show_table(t, w);
  return 0;
}
