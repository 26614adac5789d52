#include "broker/peer.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct { char *p; size_t len, cap; bool failed; } Text;

static void add(Text *t, const char *s, size_t n) {
  if (t->failed) return;
  if (t->len + n + 1 > t->cap) {
    size_t cap = (t->cap + n + 64) * 2;
    char *p = realloc(t->p, cap);
    if (!p) {
      t->failed = true;
      return;
    }
    t->p = p;
    t->cap = cap;
  }
  for (size_t i = 0; i < n; i++) t->p[t->len++] = s[i];
}

static void addf(Text *t, const char *fmt, ...) {
  char buf[64];
  va_list ap;
  va_start(ap, fmt);
  int n = vsnprintf(buf, sizeof buf, fmt, ap);
  va_end(ap);
  if (n > 0) add(t, buf, (size_t)n);
}

static void add_string(Text *t, const char *s, size_t n) {
  add(t, "\"", 1);
  for (size_t i = 0; i < n; i++) {
    unsigned char c = (unsigned char)s[i];
    if (c == '"' || c == '\\') addf(t, "\\%c", c);
    else if (c < ' ' || c == 0x7f) addf(t, "\\u%04x", c);
    else add(t, s + i, 1);
  }
  add(t, "\"", 1);
}

/* The shortest text that reads back the same. */
static void add_number(Text *t, double x) {
  char buf[40];
  if (!isfinite(x)) {
    add(t, "null", 4);
    return;
  }
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(buf, sizeof buf, "%.*g", digits, x);
    if (strtod(buf, NULL) == x) break;
  }
  addf(t, "%s", buf);
}

static void add_value(Text *t, const msgpack_object *o) {
  const char *s;
  size_t n;
  switch (o->type) {
    case MSGPACK_OBJECT_BOOLEAN: addf(t, o->via.boolean ? "true" : "false"); return;
    case MSGPACK_OBJECT_POSITIVE_INTEGER: addf(t, "%llu", (unsigned long long)o->via.u64); return;
    case MSGPACK_OBJECT_NEGATIVE_INTEGER: addf(t, "%lld", (long long)o->via.i64); return;
    case MSGPACK_OBJECT_FLOAT32: case MSGPACK_OBJECT_FLOAT64: add_number(t, o->via.f64); return;
    case MSGPACK_OBJECT_STR: case MSGPACK_OBJECT_BIN:
      pack_text(o, &s, &n);
      add_string(t, s, n);
      return;
    case MSGPACK_OBJECT_ARRAY:
      add(t, "[", 1);
      for (uint32_t i = 0; i < o->via.array.size; i++) {
        if (i) add(t, ",", 1);
        add_value(t, &o->via.array.ptr[i]);
      }
      add(t, "]", 1);
      return;
    case MSGPACK_OBJECT_MAP:
      add(t, "{", 1);
      for (uint32_t i = 0; i < o->via.map.size; i++) {
        const msgpack_object_kv *kv = &o->via.map.ptr[i];
        if (i) add(t, ",", 1);
        if (kv->key.type == MSGPACK_OBJECT_STR) add_value(t, &kv->key);
        else {                                   /* a number as a key: JSON has text only */
          add(t, "\"", 1);
          if (kv->key.type != MSGPACK_OBJECT_ARRAY && kv->key.type != MSGPACK_OBJECT_MAP && kv->key.type != MSGPACK_OBJECT_BIN)
            add_value(t, &kv->key);
          add(t, "\"", 1);
        }
        add(t, ":", 1);
        add_value(t, &kv->val);
      }
      add(t, "}", 1);
      return;
    default: add(t, "null", 4);
  }
}

char *report_line(const msgpack_object *data, size_t *len) {
  Text t = { 0 };
  add_value(&t, data);
  add(&t, "\n", 1);
  if (t.failed) {
    free(t.p);
    return NULL;
  }
  t.p[t.len] = 0;
  *len = t.len;
  return t.p;
}
