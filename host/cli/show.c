#include "cli/show.h"
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void text_add(Text *t, const char *s, size_t n) {
  if (t->len + n + 1 > t->cap) {
    size_t cap = t->cap ? t->cap * 2 : 1024;
    while (cap < t->len + n + 1) cap *= 2;
    char *p = realloc(t->p, cap);
    if (!p) {
      fputs("bourse: out of memory\n", stderr);
      exit(1);
    }
    t->p = p;
    t->cap = cap;
  }
  memcpy(t->p + t->len, s, n);
  t->len += n;
  t->p[t->len] = 0;
}

void text_puts(Text *t, const char *s) { text_add(t, s, strlen(s)); }

void text_format(Text *t, const char *format, ...) {
  char buf[512];
  va_list ap;
  va_start(ap, format);
  int n = vsnprintf(buf, sizeof buf, format, ap);
  va_end(ap);
  if (n > 0) text_add(t, buf, (size_t)n < sizeof buf ? (size_t)n : sizeof buf - 1);
}

void text_free(Text *t) {
  free(t->p);
  *t = (Text){ NULL, 0, 0 };
}

void show_json_text(Text *t, const char *s, size_t n) {
  text_puts(t, "\"");
  size_t from = 0;
  for (size_t i = 0; i < n; i++) {
    unsigned char c = (unsigned char)s[i];
    if (c >= 32 && c != '"' && c != '\\' && c != 127) continue;
    text_add(t, s + from, i - from);
    from = i + 1;
    if (c == '"' || c == '\\') text_format(t, "\\%c", c);
    else if (c == '\n') text_puts(t, "\\n");
    else text_format(t, "\\u%04x", c);
  }
  text_add(t, s + from, n - from);
  text_puts(t, "\"");
}

static void json_double(Text *t, double x) {
  char buf[40];
  if (!isfinite(x)) {
    text_puts(t, "null");
    return;
  }
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(buf, sizeof buf, "%.*g", digits, x);
    if (strtod(buf, NULL) == x) break;
  }
  text_puts(t, buf);
}

void show_json(Text *t, const msgpack_object *o) {
  switch (o->type) {
  case MSGPACK_OBJECT_BOOLEAN: text_puts(t, o->via.boolean ? "true" : "false"); break;
  case MSGPACK_OBJECT_POSITIVE_INTEGER: text_format(t, "%llu", (unsigned long long)o->via.u64); break;
  case MSGPACK_OBJECT_NEGATIVE_INTEGER: text_format(t, "%lld", (long long)o->via.i64); break;
  case MSGPACK_OBJECT_FLOAT32:
  case MSGPACK_OBJECT_FLOAT64: json_double(t, o->via.f64); break;
  case MSGPACK_OBJECT_STR: show_json_text(t, o->via.str.ptr, o->via.str.size); break;
  case MSGPACK_OBJECT_BIN: show_json_text(t, o->via.bin.ptr, o->via.bin.size); break;
  case MSGPACK_OBJECT_ARRAY:
    text_puts(t, "[");
    for (uint32_t i = 0; i < o->via.array.size; i++) {
      if (i) text_puts(t, ",");
      show_json(t, &o->via.array.ptr[i]);
    }
    text_puts(t, "]");
    break;
  case MSGPACK_OBJECT_MAP:
    text_puts(t, "{");
    for (uint32_t i = 0; i < o->via.map.size; i++) {
      const msgpack_object *k = &o->via.map.ptr[i].key;
      if (i) text_puts(t, ",");
      if (k->type == MSGPACK_OBJECT_STR) {
        show_json_text(t, k->via.str.ptr, k->via.str.size);
      } else {
        text_puts(t, "\"");
        show_json(t, k);
        text_puts(t, "\"");
      }
      text_puts(t, ":");
      show_json(t, &o->via.map.ptr[i].val);
    }
    text_puts(t, "}");
    break;
  default: text_puts(t, "null");
  }
}

static void clean_copy(char *buf, size_t cap, const char *s, size_t n) {
  size_t len = n < cap - 1 ? n : cap - 1;
  for (size_t i = 0; i < len; i++) buf[i] = (unsigned char)s[i] < 32 || s[i] == 127 ? '?' : s[i];
  while (len > 0 && len < n && ((unsigned char)s[len] & 0xc0) == 0x80) len--;   /* not in the middle of a character */
  buf[len] = 0;
}

void show_cell(char *buf, size_t cap, const msgpack_object *o) {
  Text t = { NULL, 0, 0 };
  switch (o->type) {
  case MSGPACK_OBJECT_STR: clean_copy(buf, cap, o->via.str.ptr, o->via.str.size); return;
  case MSGPACK_OBJECT_NIL: buf[0] = 0; return;
  case MSGPACK_OBJECT_FLOAT32:
  case MSGPACK_OBJECT_FLOAT64:
    if (isnan(o->via.f64)) snprintf(buf, cap, "nan");       /* else its sign is shown too */
    else if (fabs(o->via.f64) < 1e-4 && o->via.f64 != 0) snprintf(buf, cap, "%.8f", o->via.f64);
    else snprintf(buf, cap, "%.8g", o->via.f64);
    return;
  default:
    show_json(&t, o);
    clean_copy(buf, cap, t.p, t.len);
    text_free(&t);
  }
}

/* Length in bytes and columns of the character at s. */
static int step(const char *s, int *width) {
  const unsigned char *p = (const unsigned char *)s;
  uint32_t c = p[0];
  int n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
  if (n > 1) c &= 0xffu >> (n + 1);
  for (int i = 1; i < n; i++) {
    if ((p[i] & 0xc0) != 0x80) {
      *width = 1;
      return 1;
    }
    c = c << 6 | (p[i] & 0x3f);
  }
  *width = 1;
  if ((c >= 0x300 && c <= 0x36f) || c == 0x200b || c == 0x200d || (c >= 0xfe00 && c <= 0xfe0f)) *width = 0;
  else if ((c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 &&
    c <= 0xfaff) ||
           (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) || (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 &&
             c <= 0x1faff) ||
           (c >= 0x20000 && c <= 0x3fffd))
    *width = 2;
  return n;
}

/* Each from two of the unit on. */
Span show_span(int64_t ms) {
  static const struct { const char *name; int64_t ms; } units[] = { { "days", 86400000 }, { "h", 3600000 }, { "min", 60000 }, { "s", 1000 } };
  Span text;
  size_t i = 0;
  while (i < 3 && ms < 2 * units[i].ms) i++;
  snprintf(text.s, sizeof text.s, "%.1f %s", (double)ms / (double)units[i].ms, units[i].name);
  return text;
}

int show_width(const char *s) {
  int total = 0, w;
  while (*s) {
    s += step(s, &w);
    total += w;
  }
  return total;
}

void show_pad(Text *t, const char *s, int width, bool right) {
  int full = show_width(s), used = 0, w;
  const char *end = s;
  int room = full > width ? width - 1 : width;
  while (*end) {
    int n = step(end, &w);
    if (used + w > room) break;
    used += w;
    end += n;
  }
  if (full > width) used++;
  if (right) for (int i = used; i < width; i++) text_puts(t, " ");
  text_add(t, s, (size_t)(end - s));
  if (full > width && width > 0) text_puts(t, "…");
  if (!right) for (int i = used; i < width; i++) text_puts(t, " ");
}
