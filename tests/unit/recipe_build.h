/* Writes recipes by hand, for tests and benchmarks. */
#ifndef BOURSE_RECIPE_BUILD_H
#define BOURSE_RECIPE_BUILD_H
#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include "wire/recipe_ops.h"

typedef struct { uint8_t p[8192]; size_t n; } Build;

static inline void b_byte(Build *b, int v) { assert(b->n < sizeof b->p); b->p[b->n++] = (uint8_t)v; }
static inline void b_varint(Build *b, uint64_t v) {
  for (; v > 127; v >>= 7) b_byte(b, (int)(v & 127) | 128);
  b_byte(b, (int)v);
}
static inline void b_bytes(Build *b, const void *p, size_t n) {
  b_byte(b, R_TEXT);
  b_varint(b, n);
  assert(b->n + n <= sizeof b->p);
  memcpy(b->p + b->n, p, n);
  b->n += n;
}
static inline void b_text(Build *b, const char *s) { b_bytes(b, s, strlen(s)); }
static inline void b_op(Build *b, int op, int n, ...) {
  va_list ap;
  b_byte(b, op);
  va_start(ap, n);
  for (int i = 0; i < n; i++) b_byte(b, va_arg(ap, int));
  va_end(ap);
}
/* One of two texts, by what R_IF_CONTAINS finds. */
static inline void b_either(Build *b, const char *yes, const char *no) {
  b_op(b, R_IF_CONTAINS, 1, (int)strlen(yes) + 4);
  b_text(b, yes);
  b_op(b, R_SKIP, 1, (int)strlen(no) + 2);
  b_text(b, no);
}
#endif
