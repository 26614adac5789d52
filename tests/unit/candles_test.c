/* Files of candles that somebody else made: what is not as a fetch writes it is refused before it becomes JSON or Lua. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "broker/candles.h"

static char path[64], err[400];

static int fresh(void **state) {
  (void)state;
  snprintf(path, sizeof path, "/tmp/bourse-candles-XXXXXX");
  int fd = mkstemp(path);
  if (fd < 0) return -1;
  close(fd);
  unlink(path);
  Candles *c = candles_open(path, true, err, sizeof err);
  CandleRow rows[] = { { 60000, { "1", "2", "0.5", "1.5", "10" } }, { 120000, { "1.5", "2", "1", "2", "0" } } };
  CandlesPut done;
  int64_t id = c ? candles_series(c, &(CandleSeries){ .venue = "kraken", .symbol = "BTC/USD", .timeframe = "1m", .base = "BTC", .quote = "USD",
                                                      .precision = "tick", .market = "{}" }) : -1;
  bool ok = id > 0 && candles_put(c, id, (CandleSpan){ 60000, 180000 }, rows, 2, &done) && done.added == 2;
  candles_close(c);
  return ok ? 0 : -1;
}

static int clean(void **state) {
  (void)state;
  unlink(path);
  return 0;
}

static bool count_series(void *n, const CandleSeries *s) { return s->id > 0 && ++*(int *)n > 0; }
static bool count_rows(void *n, const CandleRow *row) { return row->at_ms > 0 && ++*(int *)n > 0; }

/* What is read after that statement: series and candles, -1 for a refusal. */
static void read_after(const char *sql, int *series, int *rows) {
  sqlite3 *db;
  char *why = NULL;
  assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
  if (sql && sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK) fail_msg("%s: %s", sql, why);
  sqlite3_close(db);
  Candles *c = candles_open(path, false, err, sizeof err);
  assert_non_null(c);
  *series = *rows = 0;
  if (!candles_each_series(c, count_series, series)) {
    assert_non_null(strstr(candles_error(c), "is not as this program writes one"));
    *series = -1;
  }
  if (!candles_each(c, 1, INT64_MIN, INT64_MAX, count_rows, rows)) {
    assert_non_null(strstr(candles_error(c), "is not as this program writes one"));
    *rows = -1;
  }
  candles_close(c);
}

static void as_written(void **state) {
  (void)state;
  int series, rows;
  read_after(NULL, &series, &rows);
  assert_int_equal(series, 1);
  assert_int_equal(rows, 2);
}

static void series_of_others(void **state) {
  (void)state;
  static const char *const changes[] = { "timeframe='zz'", "timeframe='0m'", "timeframe='1m\"'", "symbol=''", "symbol='A\"/B'", "symbol='A\\/B'", "venue='a'||char(10)",
    "precision='tick\" } end)'", "precision='none'", "base='\"'", "quote='12345678901234567890123456'" };
  for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
    char sql[200];
    int series, rows;
    assert_int_equal(fresh(NULL), 0);
    snprintf(sql, sizeof sql, "UPDATE series SET %s", changes[i]);
    read_after(sql, &series, &rows);
    if (series != -1) fail_msg("taken: %s", changes[i]);
    unlink(path);
  }
}

static void candles_of_others(void **state) {
  (void)state;
  static const char *const changes[] = { "open='1,1],[7,1'", "high='1e5'", "low=''", "close='nan'", "volume='1.'", "volume=printf('%.61d', 1)", "at=-1 WHERE at=60000",
    "at=9223372036854775000 WHERE at=60000" };
  static const char loose[] = "ALTER TABLE candles RENAME TO old; CREATE TABLE candles (series, at, open, high, low, close, volume);"
    "INSERT INTO candles SELECT * FROM old; UPDATE candles SET open=NULL";
  int series, rows;
  for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
    char sql[200];
    assert_int_equal(fresh(NULL), 0);
    snprintf(sql, sizeof sql, "UPDATE candles SET %s", changes[i]);
    read_after(sql, &series, &rows);
    if (rows != -1) fail_msg("taken: %s", changes[i]);
    unlink(path);
  }
  assert_int_equal(fresh(NULL), 0);
  read_after(loose, &series, &rows);
  assert_int_equal(rows, -1);
}

static void not_written_either(void **state) {
  (void)state;
  Candles *c = candles_open(path, true, err, sizeof err);
  assert_non_null(c);
  assert_int_equal(candles_series(c, &(CandleSeries){ .venue = "kraken", .symbol = "A\"B", .timeframe = "1m" }), -1);
  candles_close(c);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, fresh, clean)
  const struct CMUnitTest tests[] = { T(as_written), T(series_of_others), T(candles_of_others), T(not_written_either) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
