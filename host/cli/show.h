/* MessagePack data as JSON text and as cells for people. */
#ifndef BOURSE_CLI_SHOW_H
#define BOURSE_CLI_SHOW_H
#include <msgpack.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct { char *p; size_t len, cap; } Text;     /* growing text; p may be NULL while empty */

void text_add(Text *t, const char *s, size_t n);
void text_puts(Text *t, const char *s);
void text_format(Text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_free(Text *t);

void show_json(Text *t, const msgpack_object *o);                       /* one line, numbers read back the same */
void show_json_text(Text *t, const char *s, size_t n);                   /* in quotes */
void show_cell(char *buf, size_t cap, const msgpack_object *o);
  /* numbers rounded to 8 digits, text without control characters */
/* A span of time in the unit that suits it: "8.2 s", "3.5 min", "30.0 h", "12.5 days". */
typedef struct { char s[32]; } Span;
Span show_span(int64_t ms);
/* Columns that UTF-8 text takes in a terminal; bytes that are not UTF-8 count one each. */
int show_width(const char *s);
/* At most `width` columns of s, padded with spaces to exactly that, at the left or the right. */
void show_pad(Text *t, const char *s, int width, bool right);
#endif
