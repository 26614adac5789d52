#include "text.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void text_free(Text *t) {
  free(t->p);
  *t = (Text) { 0 };
}

static int text_room(Text *t, size_t n) {
  if (t->full || n > TEXT_MAX - t->len) {
    t->full = 1;
    return 0;
  }
  if (t->len + n + 1 <= t->cap) return 1;
  size_t cap = t->cap ? t->cap : 4096;
  while (cap < t->len + n + 1) cap *= 2;
  char *p = realloc(t->p, cap);
  if (!p) {
    t->full = 1;
    return 0;
  }
  t->p = p;
  t->cap = cap;
  return 1;
}

void text_bytes(Text *t, const char *s, size_t n) {
  if (!text_room(t, n)) return;
  memcpy(t->p + t->len, s, n);
  t->len += n;
  t->p[t->len] = 0;
}

void text_add(Text *t, const char *s) { text_bytes(t, s, strlen(s)); }

void text_int(Text *t, int64_t v) { text_fixed(t, v, 0); }

void text_padded(Text *t, int64_t units, int decimals, int shown) {
  char buf[64], *end = buf + sizeof buf, *p = end;
  uint64_t v = units < 0 ? (uint64_t)0 - (uint64_t)units : (uint64_t)units;
  if (decimals > 18) decimals = 18;
  if (shown > 18) shown = 18;
  for (int i = shown; i > decimals; i--) *--p = '0';
  for (int i = 0; i < decimals; i++) {
    *--p = (char)('0' + v % 10);
    v /= 10;
  }
  if (decimals > 0 || shown > 0) *--p = '.';
  do {
    *--p = (char)('0' + v % 10);
    v /= 10;
  } while (v);
  if (units < 0) *--p = '-';
  text_bytes(t, p, (size_t)(end - p));
}

void text_fixed(Text *t, int64_t units, int decimals) { text_padded(t, units, decimals, decimals); }

void text_short(Text *t, int64_t units, int decimals) {
  while (decimals > 0 && units % 10 == 0) {
    units /= 10;
    decimals--;
  }
  text_fixed(t, units, decimals);
}

void text_iso(Text *t, int64_t ms, int micro) {
  time_t seconds = (time_t)(ms / 1000);
  struct tm tm;
  gmtime_r(&seconds, &tm);
  text_format(t, "%04d-%02d-%02dT%02d:%02d:%02d.%03d%sZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
              tm.tm_sec, (int)(ms % 1000), micro ? "000" : "");
}

void text_json(Text *t, const char *s) {
  text_add(t, "\"");
  for (; *s; s++) {
    if ((unsigned char)*s < 0x20 || *s == 0x7f) text_format(t, "\\u%04x", *s);
    else {
      if (*s == '"' || *s == '\\') text_add(t, "\\");
      text_bytes(t, s, 1);
    }
  }
  text_add(t, "\"");
}

void text_format(Text *t, const char *format, ...) {
  char buf[2048];
  va_list ap;
  va_start(ap, format);
  int n = vsnprintf(buf, sizeof buf, format, ap);
  va_end(ap);
  if (n < 0 || (size_t)n >= sizeof buf) {
    t->full = 1;
    return;
  }
  text_bytes(t, buf, (size_t)n);
}
