/* Decimals: known answers, and thousands of seeded cases against OpenSSL's big numbers. A result is exact, or refused for good reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <lauxlib.h>
#include <lualib.h>
#include <openssl/bn.h>

#include "wire/decimal.h"
#include "worker/decimal_lib.h"

static unsigned long long seed = 88172645463325252ull;
static unsigned rnd(unsigned n) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return (unsigned)((seed >> 11) % n);
}

static Decimal dec(const char *s) {
  Decimal d;
  if (!dec_parse(s, strlen(s), &d)) fail_msg("%s was refused", s);
  return d;
}

static const char *text(Decimal d) {
  static char ring[4][512];
  static int at;
  char *b = ring[at++ & 3];
  size_t n = dec_text(d, b, 512);
  assert_true(n > 0 && n == strlen(b));
  return b;
}

static void parses(void **state) {
  (void)state;
  static const struct { const char *in, *out; } good[] = {
    { "0", "0" }, { "-0", "0" }, { "0.00", "0" }, { "1", "1" }, { "-1.50e-7", "-0.00000015" }, { ".5", "0.5" }, { "-.5", "-0.5" }, { "5.", "5" }, { "+3", "3" },
    { "1133.0000800000003", "1133.0000800000003" }, { "1e3", "1000" }, { "1E+3", "1000" }, { "12e-1", "1.2" }, { "000123.4500", "123.45" },
    { "99999999999999999999999999999999999999", "99999999999999999999999999999999999999" }, { "0e99999999999999999999", "0" },
    { "1.0000000000000000000000000000000000000000000000000000", "1" }, { "0.000000000000000000000000000000000000000000000000000001", "0.000000000000000000000000000000000000000000000000000001" },
    { "10000000000000000000000000000000000000000000000000", "10000000000000000000000000000000000000000000000000" },
    { "9223372036854775808", "9223372036854775808" }, { "18446744073709551616", "18446744073709551616" }, { "1234567890123456789.5", "1234567890123456789.5" },
    { "0.1234567890123456789", "0.1234567890123456789" }, { "1000000000000000000", "1000000000000000000" }, { "100.0e-2", "1" },
  };
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) assert_string_equal(text(dec(good[i].in)), good[i].out);
  static const char *const bad[] = {
    "", "-", "+", ".", "e5", "1e", "1e+", "1e5.", "1..2", "1.2.3", "--1", "+-1", "1 ", " 1", "1,5", "0x10", "nan", "NaN", "inf", "Infinity", "abc", "1e5e5", "1_000",
    "123456789012345678901234567890123456789", "0.123456789012345678901234567890123456789", "1e401", "1e-401", "1e99999999999999999999", "1e-99999999999999999999", "-.e1",
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    Decimal d;
    if (dec_parse(bad[i], strlen(bad[i]), &d)) fail_msg("%s was taken", bad[i]);
  }
  Decimal d;
  assert_false(dec_parse("1\0" "2", 3, &d));
  assert_true(dec_parse("125", 2, &d));
  assert_string_equal(text(d), "12");
  /* A long run of zeros and an exponent to match are one number, or out of range, never another number. */
  size_t zeros = 150000;
  char *s = malloc(zeros + 32);
  *s = '1';
  memset(s + 1, '0', zeros);
  strcpy(s + 1 + zeros, "e-150001");
  assert_true(dec_parse(s, strlen(s), &d));
  assert_string_equal(text(d), "0.1");
  strcpy(s + 1 + zeros, "e-99999");
  assert_false(dec_parse(s, strlen(s), &d));
  free(s);
}

static void texts(void **state) {
  (void)state;
  char b[8];
  assert_int_equal(dec_text(dec("123456.7"), b, sizeof b), 0);
  assert_string_equal(b, "");
  assert_int_equal(dec_text(dec("12345.7"), b, sizeof b), 7);
  assert_string_equal(b, "12345.7");
  assert_int_equal(dec_text(dec("1"), b, 0), 0);
  assert_int_equal(dec_text(dec("1"), b, 1), 0);
  assert_int_equal(strlen(text(dec("-99999999999999999999999999999999999999e-400"))), 403);
  assert_int_equal(strlen(text(dec("-99999999999999999999999999999999999999e400"))), 439);
  assert_string_equal(text(dec_strip(dec("-12.5000"))), "-12.5");
  assert_int_equal(dec_strip(dec("1000000000000000000000000")).scale, -24);
  assert_true(dec_is_zero(dec("0.000")));
  assert_string_equal(text(dec_abs(dec("-2.5"))), "2.5");
  assert_string_equal(text(dec_neg(dec("2.5"))), "-2.5");
  assert_string_equal(text(dec_from_int(-9223372036854775807LL - 1)), "-9223372036854775808");
}

static void doubles(void **state) {
  (void)state;
  static const struct { double x; const char *s; } known[] = {
    { 0.1, "0.1" }, { 0.1 + 0.2, "0.30000000000000004" }, { 1133.0000800000003, "1133.0000800000003" }, { 2.2504, "2.2504" }, { -1e-8, "-0.00000001" }, { 1e21, "1000000000000000000000" },
    { 0, "0" }, { -0.0, "0" }, { 1e15, "1000000000000000" }, { 9007199254740993.0, "9007199254740992" }, { 1e23, "100000000000000000000000" }, { 123456789012345.6, "123456789012345.6" },
    { 5e-13, "0.0000000000005" }, { 64999.99, "64999.99" }, { 1.1e-7, "0.00000011" },
  };
  Decimal d;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    assert_true(dec_from_double(known[i].x, &d));
    assert_string_equal(text(d), known[i].s);
  }
  assert_false(dec_from_double(NAN, &d));
  assert_false(dec_from_double(INFINITY, &d));
  assert_false(dec_from_double(-INFINITY, &d));
  static const double ends[] = { DBL_MAX, -DBL_MAX, DBL_MIN, 5e-324 };
  for (size_t i = 0; i < 4; i++) {
    assert_true(dec_from_double(ends[i], &d));
    assert_true(dec_double(d) == ends[i]);
  }
  assert_true(isinf(dec_double(dec("1e400"))));
  for (int i = 0; i < 60000; i++) {
    /* text -> double as strtod does it, and double -> shortest text and back */
    char s[80];
    int n = 0, digits = 1 + (int)rnd(rnd(2) ? 17 : 38), point = (int)rnd((unsigned)digits + 1);
    if (rnd(2)) s[n++] = '-';
    for (int k = 0; k < digits; k++) {
      if (k == point) s[n++] = '.';
      s[n++] = (char)('0' + rnd(10));
    }
    if (rnd(3) == 0) n += sprintf(s + n, "e%d", (int)rnd(60) - 30);
    s[n] = 0;
    double want = strtod(s, NULL), got;
    if (dec_double(dec(s)) != want) fail_msg("%s: %.17g, expected %.17g", s, dec_double(dec(s)), want);
    assert_true(dec_read_double(s, (size_t)n, &got) && got == want);
    assert_true(dec_from_double(want, &d));
    assert_true(dec_double(d) == want);
    int shortest = 1;
    char g[40];
    while (snprintf(g, sizeof g, "%.*e", shortest - 1, want), strtod(g, NULL) != want) shortest++;
    int have = 0;
    for (__int128 m = dec_strip(d).m; m; m /= 10) have++;
    if (want != 0 && have != shortest) fail_msg("%.17g has %d digits in %s, expected %d", want, have, text(d), shortest);
  }
}

/* `text` with so much before it as there must be. Gives whether the quick way took it. */
static bool quick(const char *text, size_t n, char before) {
  char *block = malloc(n < DEC_QUICK_ROOM ? DEC_QUICK_ROOM : n), *s = n < DEC_QUICK_ROOM ? block + DEC_QUICK_ROOM - n : block;
  double x, want;
  Decimal d, got;
  memcpy(s, text, n);
  memset(block, before, (size_t)(s - block));
  bool took = dec_quick_double(s, n, &x), exact = dec_quick(s, n, &got);
  if (took && !exact) fail_msg("'%.*s' is a double, but no decimal", (int)n, text);
  if (exact && (!dec_parse(text, n, &d) || d.m != got.m || d.scale != got.scale)) fail_msg("'%.*s' is another decimal", (int)n, text);
  if (took) {
    if (!dec_parse(text, n, &d)) fail_msg("'%.*s' is no number", (int)n, text);
    want = dec_double(d);
    if (memcmp(&x, &want, sizeof x) != 0) fail_msg("%.*s: %.17g, expected %.17g", (int)n, text, x, want);
  }
  free(block);
  return took;
}

static void quick_doubles(void **state) {
  (void)state;
  static const char before[] = "\",[{ .-0\xff";
  static const char *const not[] = { "-", ".", "-.", "--1", "+1", "1e5", "1E-5", "1.2.3", "1-", "0x1", "1 ", " 1", "nan", "9007199254740992",
                                     "-9007199254740992", "9.007199254740993", "1234567890123456789", "0.00000000000000000" };
  for (size_t b = 0; b < sizeof before; b++)
    for (size_t i = 0; i < sizeof not / sizeof *not; i++) assert_false(quick(not[i], strlen(not[i]), before[b]));
  for (int i = 0; i < 400000; i++) {
    char s[40];
    uint64_t m = ((uint64_t)rnd(1u << 31) << 31 | rnd(1u << 31)) >> rnd(62);
    int n, length, point = (int)rnd(18);
    if (rnd(8) == 0) m = (1ull << 53) - 8 + rnd(16);
    length = snprintf(s, sizeof s, "%0*llu", (int)rnd(18), (unsigned long long)m);
    n = length;
    if (point < length) {
      memmove(s + point + 1, s + point, (size_t)(length - point));
      s[point] = '.';
      n++;
    }
    if (rnd(2)) {
      memmove(s + 1, s, (size_t)n++);
      s[0] = '-';
    }
    bool took = quick(s, (size_t)n, before[rnd(sizeof before)]);
    if (took != (n - (s[0] == '-') <= 16 && !(m >> 53))) fail_msg("%.*s: %d", n, s, took);
    s[n] = 0;
    double want = strtod(s, NULL);
    Decimal d;
    if (took && (!dec_parse(s, (size_t)n, &d) || dec_double(d) != want)) fail_msg("%s: expected %.17g", s, want);
    s[rnd((unsigned)n)] = (char)rnd(256);
    quick(s, (size_t)n, '"');
  }
}

static void long_doubles(void **state) {
  (void)state;
  static const char *const good[] = {
    "0.1000000000000000055511151231257827021181583404541015625", "0.1000000000000000055511151231257827021181583404541015625000000000000000000001",
    "9007199254740993", "9007199254740993.000000000000000000000000000000000000000000000000000000001", "123456789012345678901234567890123456789012345678901234567890",
    "179769313486231570814527423731704356798070567525844996598917476803157260780028538760589558632766878171540458953514382464234321326889464182768467546703537516986",
    "-0.00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000123456789012345678901234567890123456789e-50", "1e-5000", "4.9e-324",
    "000000000000000000000000000000000000000000000000000000000000000001.5",
  };
  double x;
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    assert_true(dec_read_double(good[i], strlen(good[i]), &x));
    assert_true(x == strtod(good[i], NULL));
  }
  static const char *const bad[] = { "", "-", ".", "abc", "1e", "1e400", "-1e99999999999999999", "1.2.3456789012345678901234567890123456789012345",
                                     "1234567890123456789012345678901234567890x", "1234567890123456789012345678901234567890e" };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(dec_read_double(bad[i], strlen(bad[i]), &x));
  /* Halfway between two doubles with the deciding digit far behind what is kept. */
  size_t n = 3000;
  char *s = malloc(n + 1);
  memset(s, '0', n);
  memcpy(s, "9007199254740993.", 17);
  s[n] = 0;
  assert_true(dec_read_double(s, n, &x) && x == 9007199254740992.0);
  s[n - 1] = '1';
  assert_true(dec_read_double(s, n, &x) && x == 9007199254740994.0);
  free(s);
}

/* ---- against big numbers ---- */

static BN_CTX *ctx;

static BIGNUM *big(__int128 m) {
  char s[48], *p = s + 47;
  *p = 0;
  unsigned __int128 u = m < 0 ? -(unsigned __int128)m : (unsigned __int128)m;
  do *--p = (char)('0' + (int)(u % 10)), u /= 10; while (u);
  if (m < 0) *--p = '-';
  BIGNUM *b = NULL;
  BN_dec2bn(&b, p);
  return b;
}

static BIGNUM *ten_to(int n) {
  BIGNUM *t = BN_new(), *e = BN_new(), *r = BN_new();
  BN_set_word(t, 10);
  BN_set_word(e, (BN_ULONG)n);
  BN_exp(r, t, e, ctx);
  BN_free(t);
  BN_free(e);
  return r;
}

/* m * 10^n in place, n >= 0 */
static BIGNUM *up(BIGNUM *m, int n) {
  BIGNUM *t = ten_to(n);
  BN_mul(m, m, t, ctx);
  BN_free(t);
  return m;
}

static BIGNUM *at_scale(Decimal d, int scale) { return up(big(d.m), scale - d.scale); }

static int digits_in(const BIGNUM *b) {
  char *s = BN_bn2dec(b);
  int n = (int)strlen(s) - (*s == '-');
  OPENSSL_free(s);
  return n;
}

/* Is d exactly m * 10^-scale? */
static int same(Decimal d, const BIGNUM *m, int scale) {
  int s = d.scale > scale ? d.scale : scale;
  BIGNUM *a = at_scale(d, s), *b = up(BN_dup(m), s - scale);
  int eq = BN_cmp(a, b) == 0;
  BN_free(a);
  BN_free(b);
  return eq;
}

static Decimal random_decimal(void) {
  char s[64];
  int n = 0, digits = 1 + (int)rnd(rnd(3) ? 18 : 38);
  if (rnd(2)) s[n++] = '-';
  for (int i = 0; i < digits; i++) s[n++] = (char)('0' + (rnd(4) ? rnd(10) : 9 * rnd(2)));
  n += sprintf(s + n, "e%d", (int)rnd(45) - 32);
  s[n] = 0;
  return dec(s);
}

static void sums_and_products(void **state) {
  (void)state;
  int refused = 0;
  for (int i = 0; i < 20000; i++) {
    Decimal a = random_decimal(), b = random_decimal(), r, sa = dec_strip(a), sb = dec_strip(b);
    if (rnd(20) == 0) b = rnd(2) ? a : dec_neg(a), sb = dec_strip(b);
    int s = sa.scale > sb.scale ? sa.scale : sb.scale;
    BIGNUM *x = at_scale(sa, s), *y = at_scale(sb, s), *z = BN_new();
    BN_add(z, x, y);
    if (dec_add(a, b, &r)) assert_true(same(r, z, s));
    else refused++, assert_true(digits_in(x) > 38 || digits_in(y) > 38 || digits_in(z) > 38);
    BN_sub(z, x, y);
    if (dec_sub(a, b, &r)) assert_true(same(r, z, s));
    else assert_true(digits_in(x) > 38 || digits_in(y) > 38 || digits_in(z) > 38);
    int c = BN_cmp(x, y);
    assert_int_equal(dec_cmp(a, b), (c > 0) - (c < 0));
    assert_int_equal(dec_cmp(b, a), (c < 0) - (c > 0));
    assert_int_equal(dec_cmp(a, a), 0);
    BN_free(x);
    BN_free(y);
    x = big(sa.m), y = big(sb.m);
    BN_mul(z, x, y, ctx);
    if (dec_mul(a, b, &r)) assert_true(same(r, z, sa.scale + sb.scale));
    else refused++, assert_true(digits_in(z) > 38);
    BN_free(x);
    BN_free(y);
    BN_free(z);
    /* the text reads back as the same number */
    const char *t = text(a);
    Decimal back = dec(t);
    assert_int_equal(dec_cmp(a, back), 0);
  }
  assert_true(refused > 100 && refused < 20000);
}

static void quotients(void **state) {
  (void)state;
  int refused = 0;
  for (int i = 0; i < 20000; i++) {
    Decimal a = random_decimal(), b = random_decimal(), r;
    int places = (int)rnd(40) - 8;
    if (dec_is_zero(b)) {
      assert_false(dec_div(a, b, places, &r));
      continue;
    }
    int k = places + b.scale - a.scale;   /* q = a.m * 10^k / b.m */
    BIGNUM *x = up(big(a.m), k > 0 ? k : 0), *y = up(big(b.m), k < 0 ? -k : 0), *q = BN_new();
    BN_div(q, NULL, x, y, ctx);
    if (dec_div(a, b, places, &r)) {
      int s = r.scale > places ? r.scale : places;
      BIGNUM *w = up(BN_dup(q), s - places);
      if (!same(r, w, s)) fail_msg("%s / %s to %d: %s", text(a), text(b), places, text(r));
      BN_free(w);
    } else {
      refused++;
      assert_true(digits_in(q) > 38);
    }
    BN_free(x);
    BN_free(y);
    BN_free(q);
  }
  assert_true(refused > 100 && refused < 15000);
}

/* |x| / step to a whole number by the rule, times step; all with big numbers. Gives the scale of *out. */
static int reference(Decimal x, Decimal step, enum decimal_round round, BIGNUM **out) {
  int s = x.scale > step.scale ? x.scale : step.scale;
  BIGNUM *a = at_scale(dec_abs(x), s), *b = at_scale(step, s), *q = BN_new(), *r = BN_new();
  BN_div(q, r, a, b, ctx);
  BIGNUM *twice = BN_new();
  BN_lshift1(twice, r);
  if ((round == DEC_UP && !BN_is_zero(r)) || (round == DEC_NEAREST && BN_cmp(twice, b) >= 0)) BN_add_word(q, 1);
  BN_mul(q, q, b, ctx);
  if (x.m < 0) BN_set_negative(q, 1);
  BN_free(a);
  BN_free(b);
  BN_free(r);
  BN_free(twice);
  *out = q;
  return s;
}

static void precision(void **state) {
  (void)state;
  static const char *const steps[] = { "0.5", "10", "0.00000001", "2.5", "0.01", "1", "25", "0.0005", "0.1", "1000", "0.00000000000000000001", "7", "0.3", "3e-15", "123.456" };
  int refused = 0;
  for (int i = 0; i < 30000; i++) {
    Decimal x = random_decimal(), r, step, arg;
    enum decimal_round round = (enum decimal_round)rnd(3);
    enum precision_mode mode = (enum precision_mode)rnd(3);
    if (rnd(8) == 0) {   /* exactly on a tick, or halfway between two */
      Decimal half, n = dec_from_int((int)rnd(200001) - 100000);
      assert_true(dec_mul(dec(steps[rnd(15)]), dec("0.5"), &half));
      assert_true(dec_mul(half, n, &x));
    }
    if (mode == PRECISION_TICK) {
      step = arg = rnd(6) ? dec(steps[rnd(15)]) : dec_abs(random_decimal());
      if (dec_is_zero(step)) {
        assert_false(dec_to_precision(x, step, mode, round, &r));
        continue;
      }
    } else if (mode == PRECISION_PLACES) {
      int places = (int)rnd(30) - 10;
      arg = dec_from_int(places);
      step = (Decimal){ 1, places };
    } else {
      int digits = 1 + (int)rnd(20), have = 0;
      arg = dec_from_int(digits);
      for (__int128 m = x.m; m; m /= 10) have++;
      step = (Decimal){ 1, digits - (have - x.scale) };
      if (x.m == 0) step.scale = 0;
    }
    BIGNUM *want;
    int s = reference(x, step, round, &want);
    if (dec_to_precision(x, arg, mode, round, &r)) {
      if (!same(r, want, s)) fail_msg("%s to %s, mode %d, round %d: %s", text(x), text(arg), (int)mode, (int)round, text(r));
    } else {
      refused++;
      assert_int_equal(mode, PRECISION_TICK);
      BIGNUM *q = BN_new(), *b = at_scale(step, s);
      BN_div(q, NULL, want, b, ctx);
      assert_true(digits_in(q) > 38 || digits_in(want) > 38);
      BN_free(q);
      BN_free(b);
    }
    BN_free(want);
  }
  assert_true(refused < 3000);
}

static void precision_known(void **state) {
  (void)state;
  static const struct { const char *x, *step; enum precision_mode mode; enum decimal_round round; const char *out; } rows[] = {
    { "2.2504", "4", PRECISION_PLACES, DEC_CUT, "2.2504" }, { "2.2504", "0.0001", PRECISION_TICK, DEC_CUT, "2.2504" }, { "2.2504", "4", PRECISION_PLACES, DEC_UP, "2.2504" },
    { "0.30000000000000004", "1", PRECISION_PLACES, DEC_CUT, "0.3" }, { "1133.0000800000003", "8", PRECISION_PLACES, DEC_CUT, "1133.00008" },
    { "1133.0000800000003", "0.00000001", PRECISION_TICK, DEC_NEAREST, "1133.00008" }, { "0.5", "0", PRECISION_PLACES, DEC_NEAREST, "1" }, { "-0.5", "0", PRECISION_PLACES, DEC_NEAREST, "-1" },
    { "-0.49", "0", PRECISION_PLACES, DEC_NEAREST, "0" }, { "1.15", "1", PRECISION_PLACES, DEC_NEAREST, "1.2" }, { "1.005", "2", PRECISION_PLACES, DEC_NEAREST, "1.01" },
    { "12345.67", "-2", PRECISION_PLACES, DEC_CUT, "12300" }, { "12350", "-2", PRECISION_PLACES, DEC_NEAREST, "12400" }, { "12345", "-9", PRECISION_PLACES, DEC_UP, "1000000000" },
    { "12345", "-9", PRECISION_PLACES, DEC_NEAREST, "0" }, { "1", "-50", PRECISION_PLACES, DEC_UP, "100000000000000000000000000000000000000000000000000" },
    { "123456", "3", PRECISION_DIGITS, DEC_CUT, "123000" }, { "0.00123456", "3", PRECISION_DIGITS, DEC_NEAREST, "0.00123" }, { "9.996", "3", PRECISION_DIGITS, DEC_NEAREST, "10" },
    { "0", "3", PRECISION_DIGITS, DEC_UP, "0" }, { "99999999999999999999999999999999999999", "1", PRECISION_DIGITS, DEC_UP, "100000000000000000000000000000000000000" },
    { "7.3", "2.5", PRECISION_TICK, DEC_CUT, "5" }, { "6.25", "2.5", PRECISION_TICK, DEC_NEAREST, "7.5" }, { "6.24", "2.5", PRECISION_TICK, DEC_NEAREST, "5" },
    { "5.0001", "2.5", PRECISION_TICK, DEC_UP, "7.5" }, { "19.99", "10", PRECISION_TICK, DEC_CUT, "10" }, { "-19.99", "10", PRECISION_TICK, DEC_CUT, "-10" },
    { "1e20", "1e-20", PRECISION_TICK, DEC_CUT, "100000000000000000000" }, { "1e20", "3e-20", PRECISION_TICK, DEC_CUT, NULL },
    { "1", "0", PRECISION_TICK, DEC_CUT, NULL }, { "1", "-0.1", PRECISION_TICK, DEC_CUT, NULL }, { "1", "0.5", PRECISION_PLACES, DEC_CUT, NULL },
    { "1", "0", PRECISION_DIGITS, DEC_CUT, NULL }, { "1", "1e30", PRECISION_PLACES, DEC_CUT, NULL }, { "1", "999", PRECISION_PLACES, DEC_CUT, NULL },
    { "1.239", "2.0", PRECISION_PLACES, DEC_CUT, "1.23" },
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    Decimal r;
    bool ok = dec_to_precision(dec(rows[i].x), dec(rows[i].step), rows[i].mode, rows[i].round, &r);
    if (ok != (rows[i].out != NULL)) fail_msg("%s to %s: %s", rows[i].x, rows[i].step, ok ? text(r) : "refused");
    if (ok) assert_string_equal(text(r), rows[i].out);
  }
}

static void in_lua(void **state) {
  (void)state;
  lua_State *L = luaL_newstate();
  luaL_openlibs(L);
  lua_newtable(L);
  decimal_open(L);
  assert_int_equal(lua_gettop(L), 1);
  lua_getfield(L, -1, "decimal");
  lua_setglobal(L, "decimal");
  const char *code =
    "local d = decimal\n"
    "local function is(got, want) if got ~= want then error(tostring(got) .. ', expected ' .. tostring(want), 2) end end\n"
    "local x, y = '90000000000000000000000000000000000001', '90000000000000000000000000000000000009'\n"
    "is(d.add(x, y), '180000000000000000000000000000000000010') is(d.sub('-' .. x, y), '-180000000000000000000000000000000000010') is(d.sub(x, y), '-8')\n"
    "is(d.add('0.1', '0.2'), '0.3') is(d.add(0.1, 0.2), '0.3') is(d.sub('1', 3), '-2') is(d.mul('1.10', '-2'), '-2.2') is(d.div('10', 3, 4), '3.3333')\n"
    "is(d.div('-10', '3', 0), '-3') is(d.cmp('1.0', 1), 0) is(d.cmp('2', '10'), -1) is(d.cmp(3, 2.5), 1) is(d.neg('5'), '-5') is(d.abs('-5.50'), '5.5')\n"
    "is(d.text(1e-8), '0.00000001') is(d.text('1e3'), '1000') is(d.text(9007199254740993), '9007199254740993') is(d.text(0.1 + 0.2), '0.30000000000000004')\n"
    "is(d.text(math.mininteger), '-9223372036854775808') is(d.number('2.50'), 2.5) is(math.type(d.number('3')), 'float')\n"
    "is(d.round('7.3', '2.5', 'tick', 'cut'), '5') is(d.round(2.2504, 4, 'places', 'cut'), '2.2504') is(d.round('123456', 2, 'digits', 'up'), '130000')\n"
    "is(d.round('1.26', '0.1'), '1.3') is(d.round('12345', -2, 'places'), '12300')\n"
    "local function raises(want, f, ...) local ok, e = pcall(f, ...) if ok or not e:find(want, 1, true) then error(tostring(e), 2) end end\n"
    "assert(d.add('', 1) == '' and d.sub(1, '') == '' and d.mul('', '2') == '' and d.div('', 3, 2) == '' and d.neg '' == '' and d.abs '' == '')\n"
    "raises(\"not a decimal: ''\", d.cmp, '', 1)\n"
    "raises(\"not a decimal: 'abc'\", d.add, 'abc', 1) raises('not a decimal: no value', d.add, 1) raises('not a decimal: a nil', d.add, 1, nil) raises('not a decimal: a table', d.cmp, 1, {})\n"
    "raises('not a decimal: ', d.text, 0/0) raises('not a decimal: ', d.text, 1/0) raises(\"not a decimal: 'a?b'\", d.text, 'a\\0b')\n"
    "raises(\"'\" .. ('x'):rep(40) .. \"...'\", d.text, ('x'):rep(1000)) raises('division by zero', d.div, 1, '0.0', 2)\n"
    "raises('too long', d.mul, ('9'):rep(38), ('9'):rep(38)) raises('places out of range', d.div, 1, 3, 100000) raises('too long', d.div, 1, 3, 60)\n"
    "raises('tick must be above zero', d.round, 1, 0) raises('not a count', d.round, 1, 0.5, 'places') raises('not a count', d.round, 1, 0, 'digits')\n"
    "raises('invalid option', d.round, 1, 1, 'x') raises('invalid option', d.round, 1, 1, 'tick', 'x') raises('number expected', d.div, 1, 2)\n"
    "raises('too large', d.number, '1e400')\n"
    "local ok, e = pcall(function() d.add('abc', 1) end) assert(e:find(':%d+: not a decimal'), e)\n";
  if (luaL_dostring(L, code)) fail_msg("%s", lua_tostring(L, -1));
  lua_close(L);
}

int main(void) {
  ctx = BN_CTX_new();
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(parses), cmocka_unit_test(texts), cmocka_unit_test(doubles), cmocka_unit_test(quick_doubles), cmocka_unit_test(long_doubles), cmocka_unit_test(sums_and_products),
    cmocka_unit_test(quotients), cmocka_unit_test(precision), cmocka_unit_test(precision_known), cmocka_unit_test(in_lua),
  };
  int rc = cmocka_run_group_tests_name("decimal", tests, NULL, NULL);
  BN_CTX_free(ctx);
  return rc;
}
