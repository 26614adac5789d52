#include "wire/decimal.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(__SSE2__) && defined(__x86_64__)
#include <emmintrin.h>
#endif

typedef unsigned __int128 u128;

static const uint64_t pow64[20] = {
  1u, 10u, 100u, 1000u, 10000u, 100000u, 1000000u, 10000000u, 100000000u, 1000000000u, 10000000000u, 100000000000u,
  1000000000000u, 10000000000000u, 100000000000000u, 1000000000000000u, 10000000000000000u, 100000000000000000u,
  1000000000000000000u, 10000000000000000000u,
};
static const double pow_double[23] = {   /* all exact */
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

static inline u128 power10(int n) {   /* 0 to 38 */
  return n < 20 ? pow64[n] : (u128)pow64[19] * pow64[n - 19];
}

static inline u128 magnitude(__int128 m) { return m < 0 ? -(u128)m : (u128)m; }

static int digit_count(u128 m) {
  int n = m >= pow64[19] ? 19 : 1;
  while (n < 39 && m >= power10(n)) n++;
  return n <= 38 ? n : 39;
}

static inline bool make(u128 m, int scale, bool neg, Decimal *out) {
  if (m == 0) {
    *out = (Decimal){ 0, 0 };
    return true;
  }
  if (m >= power10(DEC_DIGITS) || scale > DEC_SCALE_MAX || scale < -DEC_SCALE_MAX) return false;
  *out = (Decimal){ neg ? -(__int128)m : (__int128)m, scale };
  return true;
}

static inline bool is_digit(char c) { return (unsigned char)c - (unsigned)'0' < 10u; }

/* "e-7" at s: the exponent, false when it is none. A huge one is held at a size that no length of text can make up for. */
static bool read_exponent(const char *s, const char *end, long long *out) {
  long long e = 0;
  bool neg = false;
  if (++s < end && (*s == '-' || *s == '+')) neg = *s++ == '-';
  if (s == end) return false;
  for (; s < end; s++) {
    if (!is_digit(*s)) return false;
    if (e < 100000000000000) e = e * 10 + (*s - '0');
  }
  *out = neg ? -e : e;
  return true;
}

/* For texts that the short way below does not take: zeros at the end wait until a digit follows, so that they cost no precision. */
static bool parse_long(const char *s, const char *end, bool neg, Decimal *out) {
  u128 m = 0;
  long long scale = 0, waiting = 0, e = 0;
  bool point = false, any = false;
  for (; s < end; s++) {
    if (*s == '.') {
      if (point) return false;
      point = true;
      continue;
    }
    if (!is_digit(*s)) break;
    any = true;
    scale += point;
    if (*s == '0') {
      waiting += m != 0;
      continue;
    }
    if (m && (waiting >= DEC_DIGITS || m >= power10(DEC_DIGITS - 1 - (int)waiting))) return false;
    m = (m ? m * power10((int)waiting + 1) : 0) + (unsigned)(*s - '0');
    waiting = 0;
  }
  if (!any) return false;
  if (s < end && ((*s != 'e' && *s != 'E') || !read_exponent(s, end, &e))) return false;
  scale -= waiting + e;
  if (m && (scale > DEC_SCALE_MAX || scale < -DEC_SCALE_MAX)) return false;
  return make(m, (int)scale, neg, out);
}

/* Joins the digits from p on to *m; gives their end. */
static inline const char *digits(const char *p, const char *end, uint64_t *m) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  while (end - p >= 8) {       /* eight bytes at once: those before the first that is no digit move up behind zeros */
    uint64_t w;
    memcpy(&w, p, 8);
    w ^= 0x3030303030303030;
    uint64_t odd = ((w + 0x7676767676767676) | w) & 0x8080808080808080;
    int n = odd ? __builtin_ctzll(odd) >> 3 : 8;
    if (n == 0) return p;
    w <<= 64 - 8 * n;
    w = w * (1 + (10 << 8)) >> 8;
    w = (w & 0x00ff00ff00ff00ff) * (1 + (100 << 16)) >> 16;
    w = (w & 0x0000ffff0000ffff) * (1 + (10000ull << 32)) >> 32;
    *m = *m * pow64[n] + (uint32_t)w;
    p += n;
    if (n < 8) return p;
  }
#endif
  for (; p < end && is_digit(*p); p++) *m = *m * 10 + (unsigned)(*p - '0');
  return p;
}

bool dec_parse(const char *s, size_t len, Decimal *out) {
  const char *end = s + len;
  bool neg = false;
  if (len && (*s == '-' || *s == '+')) neg = *s++ == '-';
  if (end - s <= 20) {
    uint64_t m = 0;
    const char *p = s, *point = NULL;
    p = digits(p, end, &m);
    if (p < end && *p == '.') p = digits((point = p) + 1, end, &m);
    int count = (int)(p - s) - (point != NULL);
    if (p == end && count > 0 && count <= 19) {
      *out = (Decimal){ neg ? -(__int128)m : (__int128)m, point && m ? (int)(end - point) - 1 : 0 };
      return true;
    }
  }
  return parse_long(s, end, neg, out);
}

Decimal dec_from_int(long long x) { return (Decimal){ x, 0 }; }

bool dec_from_double(double x, Decimal *out) {
  if (!isfinite(x)) return false;
  double a = fabs(x);
  /* Up to 15 digits every decimal has a double of its own, so the first that gives x back is the shortest. */
  for (int s = 0; s <= 12; s++) {
    double m = rint(a * pow_double[s]);
    if (m >= 1e15) break;
    if (m / pow_double[s] == a) return make((u128)m, s, x < 0, out);
  }
  char buf[40];
  for (int digits = 15; digits <= 17; digits++) {
    int n = snprintf(buf, sizeof buf, "%.*e", digits - 1, x);
    if (n < 0 || n >= (int)sizeof buf || (digits < 17 && strtod(buf, NULL) != x)) continue;
    if (!dec_parse(buf, (size_t)n, out)) return false;
    *out = dec_strip(*out);
    return true;
  }
  return false;
}

/* All digits at once, right-aligned in sixteen bytes: those behind the point as they lie, those before it one byte further back, over the point. */
static inline bool quick(const char *s, size_t len, uint64_t *m, bool *minus, unsigned *behind_point) {
#if defined(__SSE2__) && defined(__x86_64__)
  static const uint8_t zeros_and_ones[32] = { [16 ... 31] = 0xff };
  const char *end = s + len;
  bool neg = *s == '-';
  size_t n = len - neg, behind = n, places = 0;
  if (n - 1 > 15) return false;
  __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(end - 16));
  unsigned points = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8('.'))) >> (16 - n);
  if (points) {
    behind = places = n - 1 - (unsigned)__builtin_ctz(points);
    if (--n == 0) return false;
  }
  __m128i as_it_is = _mm_loadu_si128((const __m128i *)(const void *)(zeros_and_ones + behind));
  __m128i digits = _mm_loadu_si128((const __m128i *)(const void *)(zeros_and_ones + n));
  __m128i before = _mm_loadu_si128((const __m128i *)(const void *)(end - 17));
  v = _mm_or_si128(_mm_and_si128(v, as_it_is), _mm_andnot_si128(as_it_is, before));
  v = _mm_and_si128(_mm_sub_epi8(v, _mm_set1_epi8('0')), digits);
  if (_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_subs_epu8(v, _mm_set1_epi8(9)), _mm_setzero_si128())) != 0xffff) return false;
  v = _mm_add_epi16(_mm_mullo_epi16(_mm_and_si128(v, _mm_set1_epi16(0xff)), _mm_set1_epi16(10)), _mm_srli_epi16(v, 8));
  v = _mm_madd_epi16(v, _mm_set1_epi32(100 | 1 << 16));
  v = _mm_madd_epi16(_mm_packs_epi32(v, v), _mm_set1_epi32(10000 | 1 << 16));
  uint64_t halves = (uint64_t)_mm_cvtsi128_si64(v);
  *m = (halves & UINT32_MAX) * 100000000 + (halves >> 32);
  *minus = neg;
  *behind_point = (unsigned)places;
  return true;
#else
  (void)s, (void)len, (void)m, (void)minus, (void)behind_point;
  return false;
#endif
}

bool dec_quick(const char *s, size_t len, Decimal *out) {
  uint64_t m;
  bool neg;
  unsigned places;
  if (!quick(s, len, &m, &neg, &places)) return false;
  *out = (Decimal){ neg ? -(int64_t)m : (int64_t)m, m ? (int)places : 0 };
  return true;
}

bool dec_quick_double(const char *s, size_t len, double *out) {
  uint64_t m;
  bool neg;
  unsigned places;
  if (!quick(s, len, &m, &neg, &places) || m >> 53) return false;
  double x = (double)(int64_t)m / pow_double[places];
  *out = neg && m ? -x : x;
  return true;
}

Decimal dec_strip(Decimal d) {
  if (d.m == 0) return (Decimal){ 0, 0 };
  u128 m = magnitude(d.m);
  int scale = d.scale;
  while (m >> 64 && m % 10 == 0) m /= 10, scale--;
  if (!(m >> 64)) {
    uint64_t small = (uint64_t)m;
    while (small % 10 == 0) small /= 10, scale--;
    m = small;
  }
  return (Decimal){ d.m < 0 ? -(__int128)m : (__int128)m, scale };
}

/* The digits of m, without zeros in front, end at buf + 40. */
static char *digits_of(u128 m, char buf[40]) {
  char *p = buf + 40;
  while (m >> 64) {
    u128 q = m / pow64[19];
    uint64_t part = (uint64_t)(m - q * pow64[19]);
    for (int i = 0; i < 19; i++, part /= 10) *--p = (char)('0' + part % 10);
    m = q;
  }
  for (uint64_t small = (uint64_t)m; small; small /= 10) *--p = (char)('0' + small % 10);
  return p;
}

static double slow_double(Decimal d) {   /* digits and exponent only: no point, so no locale matters */
  char buf[40], text[64];
  char *p = digits_of(magnitude(d.m), buf);
  snprintf(text, sizeof text, "%s%.*se%d", d.m < 0 ? "-" : "", (int)(buf + 40 - p), p, -d.scale);
  return strtod(text, NULL);
}

/* Both operands exact and one operation: correctly rounded. */
static inline bool fast_double(Decimal d, double *out) {
  if (magnitude(d.m) >> 53 || d.scale < -22 || d.scale > 22) return false;
  double x = (double)(int64_t)d.m;
  *out = d.scale >= 0 ? x / pow_double[d.scale] : x * pow_double[-d.scale];
  return true;
}

/* Amounts of 17 to 19 digits are common in volumes. A quotient of 63 bits, or 64, whose last bit also says that there was a rest, is rounded once, when it
 * becomes a double. */
static inline bool wide_double(Decimal d, double *out) {
  u128 m = magnitude(d.m);
  if (m >> 64 || d.scale < 0 || d.scale > 19) return false;
  int up = __builtin_clzll((uint64_t)m), by = __builtin_clzll(pow64[d.scale]);
  u128 dividend = m << up << 63;
  uint64_t divisor = pow64[d.scale] << by, quotient = (uint64_t)(dividend / divisor);
  quotient |= (u128)quotient * divisor != dividend;
  double x = ldexp((double)quotient, by - up - 63);
  *out = d.m < 0 ? -x : x;
  return true;
}

double dec_double(Decimal d) {
  double x;
  if (fast_double(d, &x) || wide_double(d, &x)) return x;
  d = dec_strip(d);
  return fast_double(d, &x) ? x : slow_double(d);
}

bool dec_read_double(const char *s, size_t len, double *out) {
  Decimal d;
  if (dec_parse(s, len, &d)) {
    *out = dec_double(d);
    return isfinite(*out);
  }
  /* Longer than a Decimal: no double needs more than 768 digits, and a 1 after them stands for what was left out. */
  enum { KEEP = 770 };
  char text[KEEP + 32], *p = text;
  const char *end = s + len;
  long long shift = 0, e = 0;
  int kept = 0;
  bool point = false, any = false, rest = false;
  if (s < end && (*s == '-' || *s == '+')) {
    if (*s == '-') *p++ = '-';
    s++;
  }
  for (; s < end; s++) {
    if (*s == '.' && !point) {
      point = true;
      continue;
    }
    if (!is_digit(*s)) break;
    any = true;
    if (kept == KEEP) {
      rest |= *s != '0';
      shift += !point;
      continue;
    }
    shift -= point;
    if (*s == '0' && !kept) continue;
    *p++ = *s;
    kept++;
  }
  if (!any || (s < end && ((*s != 'e' && *s != 'E') || !read_exponent(s, end, &e)))) return false;
  if (!kept) *p++ = '0';
  if (rest) *p++ = '1', shift--;
  snprintf(p, 24, "e%lld", shift + e);
  *out = strtod(text, NULL);
  return isfinite(*out);
}

size_t dec_text(Decimal d, char *buf, size_t cap) {
  char digits[40], out[DEC_SCALE_MAX + 2 * DEC_DIGITS + 32], *o = out;
  d = dec_strip(d);
  char *p = digits_of(magnitude(d.m), digits);
  int n = (int)(digits + 40 - p);
  if (cap) *buf = 0;
  if (d.scale > DEC_SCALE_MAX + DEC_DIGITS || d.scale < -DEC_SCALE_MAX - DEC_DIGITS) return 0;
  if (d.m < 0) *o++ = '-';
  if (d.scale >= n) {
    *o++ = '0';
    if (d.scale) *o++ = '.';
    memset(o, '0', (size_t)(d.scale - n));
    o += d.scale - n;
    memcpy(o, p, (size_t)n);
    o += n;
  } else {
    int whole = d.scale > 0 ? n - d.scale : n;
    memcpy(o, p, (size_t)whole);
    o += whole;
    if (d.scale > 0) {
      *o++ = '.';
      memcpy(o, p + whole, (size_t)d.scale);
      o += d.scale;
    } else {
      memset(o, '0', (size_t)-d.scale);
      o += -d.scale;
    }
  }
  size_t len = (size_t)(o - out);
  if (len >= cap) return 0;
  memcpy(buf, out, len);
  buf[len] = 0;
  return len;
}

bool dec_is_zero(Decimal d) { return d.m == 0; }
Decimal dec_neg(Decimal d) { return (Decimal){ -d.m, d.scale }; }
Decimal dec_abs(Decimal d) { return d.m < 0 ? dec_neg(d) : d; }

/* m * 10^n, if that has at most 38 digits. */
static inline bool widen(u128 m, int n, u128 *out) {
  if (m == 0) return *out = 0, true;
  if (n > DEC_DIGITS) return false;
  if (n == DEC_DIGITS ? m != 0 : m >= power10(DEC_DIGITS - n)) return false;
  *out = m * power10(n);
  return true;
}

static bool align(Decimal *a, Decimal *b) {
  if (a->scale == b->scale) return true;
  Decimal *low = a->scale < b->scale ? a : b, *high = low == a ? b : a;
  u128 m;
  if (!widen(magnitude(low->m), high->scale - low->scale, &m)) return false;
  *low = (Decimal){ low->m < 0 ? -(__int128)m : (__int128)m, high->scale };
  return true;
}

bool dec_add(Decimal a, Decimal b, Decimal *out) {
  if (a.m == 0) return *out = b, true;
  if (b.m == 0) return *out = a, true;
  if (!align(&a, &b)) {
    a = dec_strip(a);
    b = dec_strip(b);
    if (!align(&a, &b)) return false;
  }
  u128 x = magnitude(a.m), y = magnitude(b.m), m;
  bool negative = x >= y ? a.m < 0 : b.m < 0;
  int scale = a.scale;
  if ((a.m < 0) == (b.m < 0)) m = x + y;      /* both below 10^38: too large for an __int128, not for this */
  else m = x >= y ? x - y : y - x;
  if (m >= power10(DEC_DIGITS))
    while (m % 10 == 0) m /= 10, scale--;
  return make(m, scale, negative, out);
}

bool dec_sub(Decimal a, Decimal b, Decimal *out) { return dec_add(a, dec_neg(b), out); }

bool dec_mul(Decimal a, Decimal b, Decimal *out) {
  if (a.m == 0 || b.m == 0) return *out = (Decimal){ 0, 0 }, true;
  u128 x = magnitude(a.m), y = magnitude(b.m);
  if (x >> 64 || y >> 64 || x * y >= power10(DEC_DIGITS) || a.scale + b.scale > DEC_SCALE_MAX) {
    a = dec_strip(a);
    b = dec_strip(b);
    x = magnitude(a.m);
    y = magnitude(b.m);
    if (x > (power10(DEC_DIGITS) * 3 - 1) / y) return false;
    u128 m = x * y;
    int scale = a.scale + b.scale;
    while (m % 10 == 0) m /= 10, scale--;
    return make(m, scale, (a.m < 0) != (b.m < 0), out);
  }
  return make(x * y, a.scale + b.scale, (a.m < 0) != (b.m < 0), out);
}

int dec_cmp(Decimal a, Decimal b) {
  int sa = (a.m > 0) - (a.m < 0), sb = (b.m > 0) - (b.m < 0);
  if (sa != sb) return sa < sb ? -1 : 1;
  if (sa == 0) return 0;
  if (a.scale != b.scale) {
    int da = digit_count(magnitude(a.m)) - a.scale, db = digit_count(magnitude(b.m)) - b.scale;
    if (da != db) return (da < db ? -1 : 1) * sa;
    align(&a, &b);   /* as many digits before the point in both, so this fits */
  }
  return (a.m > b.m) - (a.m < b.m);
}

enum rest { REST_NONE, REST_BELOW, REST_HALF, REST_ABOVE };

static enum rest rest_of(u128 twice, u128 whole) {
  return twice == 0 ? REST_NONE : twice < whole ? REST_BELOW : twice == whole ? REST_HALF : REST_ABOVE;
}

/* a * 10^shift / b: the whole part q, and how the rest compares to a half. Stops early when nothing is left: *unused is how
 * many zeros then still belong behind q. False when q has over 38 digits. a and b are below 10^38. */
static bool divide(u128 a, int shift, u128 b, u128 *q, enum rest *rest, int *unused) {
  *unused = 0;
  u128 r = a % b;
  *q = a / b;
  for (; shift > 0 && r; shift--) {
    unsigned digit = 0;
    if (r <= ~(u128)0 / 10) {
      r *= 10;
      digit = (unsigned)(r / b);
      r %= b;
    } else {
      u128 sum = 0;   /* ten times r, a step at a time, since it does not fit */
      for (int i = 0; i < 10; i++) {
        sum += r;
        if (sum >= b) sum -= b, digit++;
      }
      r = sum;
    }
    if (*q >= power10(DEC_DIGITS - 1)) return false;
    *q = *q * 10 + digit;
  }
  if (shift >= 0) {
    *unused = shift;
    *rest = rest_of(2 * r, b);
    return true;
  }
  if (-shift > DEC_DIGITS) {
    *rest = *q || r ? REST_BELOW : REST_NONE;
    *q = 0;
    return true;
  }
  u128 unit = power10(-shift), cut = *q % unit;
  *q /= unit;
  *rest = rest_of(2 * cut, unit);
  if (r && *rest == REST_NONE) *rest = REST_BELOW;
  if (r && *rest == REST_HALF) *rest = REST_ABOVE;
  return true;
}

bool dec_div(Decimal a, Decimal b, int places, Decimal *out) {
  u128 q;
  enum rest rest;
  int unused;
  if (b.m == 0 || places > DEC_SCALE_MAX || places < -DEC_SCALE_MAX) return false;
  if (!divide(magnitude(a.m), places + b.scale - a.scale, magnitude(b.m), &q, &rest, &unused)) return false;
  return make(q, places - unused, (a.m < 0) != (b.m < 0), out);
}

static bool rounds_up(enum rest rest, enum decimal_round round) {
  switch (round) {
    case DEC_CUT: return false;
    case DEC_NEAREST: return rest >= REST_HALF;
    case DEC_UP: return rest != REST_NONE;
  }
  return false;
}

static bool to_places(Decimal x, int places, enum decimal_round round, Decimal *out) {
  u128 q;
  enum rest rest;
  int unused;
  if (places >= x.scale || x.m == 0) return *out = x, true;
  divide(magnitude(x.m), places - x.scale, 1, &q, &rest, &unused);
  q += rounds_up(rest, round);
  Decimal d = dec_strip((Decimal){ (__int128)q, places });
  return make(magnitude(d.m), d.scale, x.m < 0, out);
}

static bool to_tick(Decimal x, Decimal step, enum decimal_round round, Decimal *out) {
  u128 q;
  enum rest rest;
  int unused;
  if (step.m <= 0) return false;
  step = dec_strip(step);
  if (step.m == 1) return to_places(x, step.scale, round, out);
  if (!divide(magnitude(x.m), step.scale - x.scale, (u128)step.m, &q, &rest, &unused)) return false;
  if (rest == REST_NONE) return *out = x, true;   /* a multiple already */
  q += rounds_up(rest, round);
  Decimal n = { (__int128)q, 0 };
  return dec_mul(x.m < 0 ? dec_neg(n) : n, step, out);
}

bool dec_count(Decimal d, int *out) {
  d = dec_strip(d);
  if (d.scale > 0 || d.scale < -3 || magnitude(d.m) > DEC_SCALE_MAX) return false;
  int v = (int)d.m;
  for (; d.scale < 0; d.scale++) v *= 10;
  if (v > DEC_SCALE_MAX || v < -DEC_SCALE_MAX) return false;
  *out = v;
  return true;
}

bool dec_to_precision(Decimal x, Decimal step, enum precision_mode mode, enum decimal_round round, Decimal *out) {
  int n;
  switch (mode) {
    case PRECISION_TICK: return to_tick(x, step, round, out);
    case PRECISION_PLACES: return dec_count(step, &n) && to_places(x, n, round, out);
    case PRECISION_DIGITS:
      return dec_count(step, &n) && n >= 1 && to_places(x, n - (digit_count(magnitude(x.m)) - x.scale), round, out);
  }
  return false;
}
