/* Figures of a backtest against those worked out by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "cli/backtest_stats.h"

#define DAY 86400000ll
#define T0 1704067200000ll

static void near(double a, double b) {
  if (!(fabs(a - b) < 1e-9 * (1 + fabs(b)))) fail_msg("%.12g, not %.12g", a, b);
}

static Mark mark(int64_t day, double price) { return (Mark){ "kraken", "BTC", "USD", T0 + day * DAY, price }; }

static Traded traded(int64_t day, int64_t order, bool buy, double price, double amount, double fee, const char *currency) {
  Traded t = { .at_ms = T0 + day * DAY, .order = order, .venue = "kraken", .base = "BTC", .quote = "USD", .buy = buy, .price = price, .amount = amount, .fee = fee };
  for (size_t i = 0; i < sizeof t.fee_currency - 1 && currency[i]; i++) t.fee_currency[i] = currency[i];
  return t;
}

static void equity_and_drawdown(void **state) {
  (void)state;
  Mark marks[] = { mark(0, 100), mark(1, 120), mark(2, 60), mark(3, 90), mark(4, 130), mark(5, 117) };
  Traded fills[] = { traded(0, 1, true, 100, 5, 0, "USD") };
  Holding begin = { "kraken", "USD", 1000 };
  Stats s;
  assert_true(stats_make(&s, "USD", marks, 6, fills, 1, &begin, 1, 0.01));
  near(s.begin, 1000);
  near(s.end, 500 + 5 * 117);
  near(s.total_return, 0.085);
  near(s.hold_return, 1.17 * 0.99 - 1);
  near(s.drawdown, 1 - 800.0 / 1100);                     /* from day 1 to day 2; above 1100 again on day 4 */
  assert_int_equal(s.drawdown_from_ms, T0 + DAY);
  assert_int_equal(s.drawdown_low_ms, T0 + 2 * DAY);
  assert_int_equal(s.drawdown_until_ms, T0 + 4 * DAY);
  assert_true(s.recovered);
  near(s.time_in_market, 1);
  near(s.exposure, (0.5 + 600.0 / 1100 + 300.0 / 800 + 450.0 / 950 + 650.0 / 1150) / 5);
  near(s.volume, 500);
  near(s.turnover, 500 / ((1000 + 1100 + 800 + 950 + 1150) / 5.0));
  assert_int_equal(s.trades, 0);
  stats_free(&s);
}

static void trades_and_fees(void **state) {
  (void)state;
  Mark marks[] = { mark(0, 100), mark(5, 100) };
  Traded fills[] = {
    traded(1, 1, true, 100, 2, 0.002, "BTC"),            /* cost 200, of which 1.998 are held */
    traded(2, 2, false, 110, 0.999, 0.1, "USD"),         /* half of it: 109.89 - 100 - 0.1 */
    traded(3, 3, false, 90, 0.5, 0, "USD"),              /* one order in two fills, at a loss */
    traded(3, 3, false, 80, 0.499, 0, "USD"),
  };
  Holding begin = { "kraken", "USD", 1000 };
  Stats s;
  assert_true(stats_make(&s, "USD", marks, 2, fills, 4, &begin, 1, 0));
  assert_int_equal(s.fills, 4);
  assert_int_equal(s.trades, 2);
  assert_int_equal(s.won, 1);
  near(s.profit, 109.89 - 100 - 0.1);
  near(s.loss, 100 - 45 - 39.92);
  near(s.fees, 0.2 + 0.1);
  near(s.end, 1000 - 200 + 109.89 - 0.1 + 45 + 39.92);
  stats_free(&s);
}

static void ratios_by_the_day(void **state) {
  (void)state;
  Mark marks[41];
  double expected_mean = 0, squares = 0, below = 0, last = 100;
  for (int i = 0; i <= 40; i++) {
    double price = i == 0 ? 100 : last * (i % 3 == 0 ? 0.98 : 1.015);
    if (i) {
      double r = price / last - 1;
      expected_mean += r / 40;
      squares += r * r;
      if (r < 0) below += r * r;
    }
    marks[i] = mark(i, price);
    last = price;
  }
  Holding begin = { "kraken", "BTC", 1 };
  Stats s;
  assert_true(stats_make(&s, "USD", marks, 41, NULL, 0, &begin, 1, 0));
  assert_string_equal(s.every, "day");
  near(s.sharpe, expected_mean / sqrt((squares - 40 * expected_mean * expected_mean) / 39) * sqrt(365));
  near(s.sortino, expected_mean / sqrt(below / 40) * sqrt(365));
  near(s.total_return, s.hold_return);
  stats_free(&s);
}

static void currencies(void **state) {
  (void)state;
  Mark marks[] = { { "kraken", "BTC", "USD", T0, 100 }, { "binance", "ETH", "BTC", T0, 0.1 }, { "kraken", "BTC", "USD", T0 + DAY, 200 } };
  Holding begin[] = { { "binance", "ETH", 3 }, { "kraken", "XYZ", 7 } };
  Stats s;
  assert_true(stats_make(&s, "USD", marks, 3, NULL, 0, begin, 2, 0));
  near(s.begin, 30);
  near(s.end, 60);                                        /* ETH by way of BTC */
  assert_true(s.unpriced);
  assert_string_equal(s.unpriced_code, "XYZ");
  assert_null(s.every);                                   /* a day is too short for ratios */
  stats_free(&s);
  assert_true(stats_make(&s, "USD", NULL, 0, NULL, 0, NULL, 0, 0));
  assert_int_equal(s.n, 0);
  stats_free(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(equity_and_drawdown), cmocka_unit_test(trades_and_fees), cmocka_unit_test(ratios_by_the_day),
                                      cmocka_unit_test(currencies) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
