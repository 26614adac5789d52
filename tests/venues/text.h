/* Growing text for replies, and fixed-point numbers written without printf. */
#ifndef VENUES_TEXT_H
#define VENUES_TEXT_H
#include <stddef.h>
#include <stdint.h>

#define TEXT_MAX (16u << 20) /* no reply is longer; what would not fit is dropped and `full` says so */

typedef struct {
  char *p;
  size_t len, cap;
  int full;
} Text;

void text_free(Text *t);
void text_add(Text *t, const char *s);
void text_bytes(Text *t, const char *s, size_t n);
void text_int(Text *t, int64_t v);
void text_fixed(Text *t, int64_t units, int decimals);             /* 123456, 2 -> 1234.56 */
void text_padded(Text *t, int64_t units, int decimals, int shown); /* ... with zeros up to `shown` decimals (at most 18) */
void text_short(Text *t, int64_t units, int decimals);             /* ... without trailing zeros */
void text_iso(Text *t, int64_t ms, int micro);                     /* 2024-06-15T12:34:56.789Z; with micro six decimals */
void text_json(Text *t, const char *s);                            /* as a JSON string, with its quotes */
__attribute__((format(printf, 2, 3))) void text_format(Text *t, const char *format, ...);
#endif
