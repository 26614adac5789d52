#include "worker/instant.h"

#include <stdio.h>

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar, and back (H. Hinnant's algorithms). */
static int64_t days_of(int64_t y, unsigned m, unsigned d) {
  y -= m <= 2;
  int64_t era = (y >= 0 ? y : y - 399) / 400;
  unsigned yoe = (unsigned)(y - era * 400), doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
  return era * 146097 + (int64_t)(yoe * 365 + yoe / 4 - yoe / 100 + doy) - 719468;
}

static void date_of(int64_t days, int64_t *y, unsigned *m, unsigned *d) {
  days += 719468;
  int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  unsigned doe = (unsigned)(days - era * 146097), yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
  *d = doy - (153 * mp + 2) / 5 + 1;
  *m = mp < 10 ? mp + 3 : mp - 9;
  *y = (int64_t)yoe + era * 400 + (*m <= 2);
}

#define FIRST (-62167219200000)   /* 0000-01-01 */
#define LAST 253402300799999      /* 9999-12-31T23:59:59.999 */

static bool split(int64_t ms, int64_t *y, unsigned *m, unsigned *d, unsigned *rest) {
  if (ms < FIRST || ms > LAST) return false;
  int64_t days = ms / 86400000, left = ms % 86400000;
  if (left < 0) { left += 86400000; days--; }
  date_of(days, y, m, d);
  *rest = (unsigned)left;
  return true;
}

bool instant_iso(int64_t ms, char buf[INSTANT_TEXT]) {
  int64_t y;
  unsigned m, d, t;
  if (!split(ms, &y, &m, &d, &t)) return false;
  /* Every record has one: by hand, snprintf is ten times slower. */
  unsigned year = (unsigned)y, parts[6] = { m, d, t / 3600000, t / 60000 % 60, t / 1000 % 60, t % 1000 };
  static const char marks[] = "--T::.";
  char *p = buf;
  for (unsigned ten = 1000; ten; ten /= 10) *p++ = (char)('0' + year / ten % 10);
  for (int i = 0; i < 6; i++) {
    *p++ = marks[i];
    if (i == 5) *p++ = (char)('0' + parts[i] / 100);
    *p++ = (char)('0' + parts[i] / 10 % 10);
    *p++ = (char)('0' + parts[i] % 10);
  }
  *p++ = 'Z';
  *p = 0;
  return true;
}

bool instant_date(int64_t ms, char buf[INSTANT_TEXT]) {
  int64_t y;
  unsigned m, d, t;
  if (!split(ms, &y, &m, &d, &t)) return false;
  snprintf(buf, INSTANT_TEXT, "%04u-%02u-%02u", (unsigned)y % 10000, m % 100, d % 100);
  return true;
}

static bool digits(const char **p, const char *end, int n, unsigned *out) {
  unsigned v = 0;
  if (end - *p < n) return false;
  for (int i = 0; i < n; i++) {
    unsigned c = (unsigned)((*p)[i] - '0');
    if (c > 9) return false;
    v = v * 10 + c;
  }
  *p += n;
  *out = v;
  return true;
}

static bool mark(const char **p, const char *end, char c) {
  if (*p >= end || **p != c) return false;
  (*p)++;
  return true;
}

bool instant_parse_iso(const char *s, size_t n, int64_t *ms) {
  static const unsigned char lengths[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
  const char *p = s, *end = s + n;
  unsigned y, mo, d, h = 0, mi = 0, sec = 0, frac = 0;
  int64_t offset = 0;
  if (!digits(&p, end, 4, &y) || !mark(&p, end, '-') || !digits(&p, end, 2, &mo) || !mark(&p, end, '-')) return false;
  if (!digits(&p, end, 2, &d) || mo < 1 || mo > 12 || d < 1 || d > lengths[mo - 1]) return false;
  if (mo == 2 && d == 29 && (y % 4 || (y % 100 == 0 && y % 400))) return false;
  if (p < end) {
    if (!mark(&p, end, 'T') && !mark(&p, end, 't') && !mark(&p, end, ' ')) return false;
    if (!digits(&p, end, 2, &h) || !mark(&p, end, ':') || !digits(&p, end, 2, &mi)) return false;
    if (mark(&p, end, ':')) {
      if (!digits(&p, end, 2, &sec)) return false;
      if (mark(&p, end, '.') || mark(&p, end, ',')) {
        int k = 0;
        for (; p < end && (unsigned)(*p - '0') < 10; p++, k++)
          if (k < 3) frac = frac * 10 + (unsigned)(*p - '0');
        if (k < 1 || k > 9) return false;
        for (; k < 3; k++) frac *= 10;
      }
    }
    if (h > 23 || mi > 59 || sec > 60) return false;
    if (p < end && (*p == '+' || *p == '-')) {
      bool west = *p++ == '-';
      unsigned oh, om = 0;
      if (!digits(&p, end, 2, &oh)) return false;
      mark(&p, end, ':');
      if (p < end && !digits(&p, end, 2, &om)) return false;
      if (oh > 23 || om > 59) return false;
      offset = (int64_t)(oh * 60 + om) * 60000 * (west ? -1 : 1);
    } else if (!mark(&p, end, 'Z')) {
      mark(&p, end, 'z');
    }
    if (p != end) return false;
  }
  int64_t v = days_of(y, mo, d) * 86400000 + (int64_t)h * 3600000 + (int64_t)mi * 60000 + (int64_t)sec * 1000 + frac - offset;
  if (v < FIRST || v > LAST) return false;   /* the zone moved it out */
  *ms = v;
  return true;
}

bool instant_from_units(Decimal d, char unit, int64_t *ms) {
  int shift = unit == 's' ? 3 : unit == 'm' ? 0 : unit == 'u' ? -3 : -6;
  int scale = d.scale - shift;       /* value in ms = m x 10^-scale */
  __int128 m = d.m;
  for (; scale > 0 && m; scale--) {
    bool down = m < 0 && m % 10;
    m = m / 10 - down;
  }
  for (; scale < 0 && m; scale++) {
    if (m > (__int128)1 << 100 || m < -((__int128)1 << 100)) return false;
    m *= 10;
  }
  if (m < FIRST * 100 || m > LAST * (__int128)100) return false;
  *ms = (int64_t)m;
  return true;
}
