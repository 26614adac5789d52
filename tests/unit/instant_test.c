/* Instants: known moments, every day of several centuries against a plain count, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "worker/instant.h"

#define MS 1718454896789LL   /* 2024-06-15T12:34:56.789Z */

static void parses(void **state) {
  (void)state;
  static const struct { const char *text; int64_t ms; } good[] = {
    { "2024-06-15T12:34:56.789Z", MS }, { "2024-06-15T12:34:56.789", MS }, { "2024-06-15 12:34:56.789", MS }, { "2024-06-15t12:34:56.789z", MS },
    { "2024-06-15T14:34:56.789+02:00", MS }, { "2024-06-15T14:34:56.789+0200", MS }, { "2024-06-15T14:34:56.789+02", MS },
    { "2024-06-15T07:04:56.789-05:30", MS }, { "2024-06-15T12:34:56.789999999Z", MS }, { "2024-06-15T12:34:56.7Z", MS - 89 }, { "2024-06-15T12:34:56.78Z", MS - 9 },
    { "2024-06-15T12:34:56Z", MS - 789 }, { "2024-06-15T12:34Z", MS - 56789 }, { "2024-06-15", 1718409600000 }, { "1970-01-01T00:00:00Z", 0 },
    { "1969-12-31T23:59:59.999Z", -1 }, { "0000-01-01", -62167219200000 }, { "9999-12-31T23:59:59.999Z", 253402300799999 }, { "2000-02-29", 951782400000 },
    { "2024-02-29T23:59:59Z", 1709251199000 }, { "1900-03-01", -2203891200000 }, { "2024-06-15T12:34:56.001Z", MS - 788 },
  };
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    int64_t ms = 12345;
    if (!instant_parse_iso(good[i].text, strlen(good[i].text), &ms)) fail_msg("%s was refused", good[i].text);
    if (ms != good[i].ms) fail_msg("%s: %lld", good[i].text, (long long)ms);
  }
}

static void refuses(void **state) {
  (void)state;
  static const char *const bad[] = {
    "", "2024", "2024-06", "2024-6-15", "24-06-15", "2024-13-01", "2024-00-10", "2024-06-00", "2024-06-31", "2023-02-29", "1900-02-29", "2024-06-15T", "2024-06-15 ",
    "2024-06-15T12", "2024-06-15T12:3", "2024-06-15T24:00:00Z", "2024-06-15T12:60:00Z", "2024-06-15T12:34:61Z", "2024-06-15T12:34:56.Z", "2024-06-15T12:34:56.1234567890Z",
    "2024-06-15T12:34:56ZZ", "2024-06-15T12:34:56+2", "2024-06-15T12:34:56+02:0", "2024-06-15T12:34:56+24:00", "2024-06-15T12:34:56+02:60", "2024-06-15T12:34:56 PST",
    "2024/06/15", "-024-06-15", "2024-06-15X12:34:56", "1718454896", "0000-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "2024-06-15T12:34:56+",
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    int64_t ms = 7;
    if (instant_parse_iso(bad[i], strlen(bad[i]), &ms)) fail_msg("%s was taken as %lld", bad[i], (long long)ms);
    assert_int_equal(ms, 7);
  }
  assert_int_equal(instant_parse_iso("2024-06-15T12:34:56Z", 12, &(int64_t){ 0 }), 0);   /* the length counts, not a 0 */
}

static void writes(void **state) {
  (void)state;
  char b[INSTANT_TEXT];
  assert_true(instant_iso(MS, b));
  assert_string_equal(b, "2024-06-15T12:34:56.789Z");
  assert_true(instant_iso(-1, b));
  assert_string_equal(b, "1969-12-31T23:59:59.999Z");
  assert_true(instant_iso(0, b));
  assert_string_equal(b, "1970-01-01T00:00:00.000Z");
  assert_true(instant_iso(-62167219200000, b));
  assert_string_equal(b, "0000-01-01T00:00:00.000Z");
  assert_true(instant_iso(253402300799999, b));
  assert_string_equal(b, "9999-12-31T23:59:59.999Z");
  assert_true(instant_date(MS, b));
  assert_string_equal(b, "2024-06-15");
  assert_true(instant_date(-1, b));
  assert_string_equal(b, "1969-12-31");
  assert_false(instant_iso(253402300800000, b));
  assert_false(instant_iso(-62167219200001, b));
  assert_false(instant_date(INT64_MAX, b));
  assert_false(instant_iso(INT64_MIN, b));
}

static void every_day(void **state) {
  (void)state;
  static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
  int64_t ms = -62167219200000;
  for (int y = 0; y <= 9999; y++)
    for (int m = 1; m <= 12; m++) {
      int days = lengths[m - 1] + (m == 2 && ((y % 4 == 0 && y % 100) || y % 400 == 0));
      for (int d = 1; d <= days; d++, ms += 86400000) {
        if (y > 10 && y < 9990 && (y < 1890 || y > 2110) && d > 1 && d < days) continue;
        char want[48], got[INSTANT_TEXT];
        int64_t back;
        snprintf(want, sizeof want, "%04d-%02d-%02d", y, m, d);
        assert_true(instant_date(ms + 86399999, got));
        assert_string_equal(got, want);
        assert_true(instant_parse_iso(want, 10, &back));
        assert_int_equal(back, ms);
      }
    }
  assert_int_equal(ms, 253402300800000);
}

static void units(void **state) {
  (void)state;
  static const struct { const char *text; char unit; int64_t ms; } good[] = {
    { "1718454896.789", 's', MS }, { "1718454896.7899999", 's', MS }, { "1718454896", 's', MS - 789 }, { "1718454896789", 'm', MS }, { "1718454896789.9", 'm', MS },
    { "1718454896789123", 'u', MS }, { "1718454896789123456", 'n', MS }, { "1.718454896789e9", 's', MS }, { "-0.0001", 's', -1 }, { "-1", 's', -1000 },
    { "-1", 'n', -1 }, { "-1000000", 'n', -1 }, { "0", 's', 0 }, { "0.0009", 's', 0 }, { "1e3", 's', 1000000 }, { "1e-30", 's', 0 }, { "-1e-30", 's', -1 },
  };
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    Decimal d;
    int64_t ms = 99;
    assert_true(dec_parse(good[i].text, strlen(good[i].text), &d));
    if (!instant_from_units(d, good[i].unit, &ms) || ms != good[i].ms) fail_msg("%s %c: %lld", good[i].text, good[i].unit, (long long)ms);
  }
  static const char *const far[] = { "1e20", "-1e20", "99999999999999999999999999999999999999", "1e300", "-99999999999999999999999999999999999999e100" };
  for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
    Decimal d;
    assert_true(dec_parse(far[i], strlen(far[i]), &d));
    assert_false(instant_from_units(d, 's', &(int64_t){ 0 }));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(parses), cmocka_unit_test(refuses), cmocka_unit_test(writes), cmocka_unit_test(every_day), cmocka_unit_test(units),
  };
  return cmocka_run_group_tests_name("instant", tests, NULL, NULL);
}
