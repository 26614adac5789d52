/* One strict pass. A library was measured first, on 1 MB of tickers: yajl 2.27 ms, jsmn 1.1 ms but without checking the grammar of numbers, commas
 * or UTF-8; this scanner stays below jsmn and checks all of it (tests/bench/json_bench.c). */
#include "worker/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const unsigned char *text, *end, *p;
  JsonNode *nodes;
  uint32_t n, cap;
  const char *why;
} Scan;

/* Bytes that a string goes on with: everything but controls, quote, backslash and what begins a UTF-8 sequence. */
enum { PLAIN = 0, STOP = 1 };
static unsigned char string_class[256];
static bool ready;

static void prepare(void) {
  if (ready) return;
  for (int c = 0; c < 256; c++) string_class[c] = c < 0x20 || c == '"' || c == '\\' || c >= 0x80 ? STOP : PLAIN;
  ready = true;
}

static inline const unsigned char *skip_blanks(const unsigned char *p, const unsigned char *end) {
  while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')) p++;
  return p;
}

static bool fail(Scan *s, const char *why) {
  if (!s->why) s->why = why;
  return false;
}

static inline bool add(Scan *s, uint32_t *index) {
  if (s->n == s->cap) {
    uint32_t cap = s->cap * 2;
    JsonNode *more = cap < (1u << 28) ? realloc(s->nodes, (size_t)cap * sizeof *more) : NULL;
    if (!more) return fail(s, "too large");
    s->nodes = more;
    s->cap = cap;
  }
  *index = s->n++;
  return true;
}

static bool hex4(const unsigned char *p, const unsigned char *end, unsigned *out) {
  if (end - p < 4) return false;
  unsigned v = 0;
  for (int i = 0; i < 4; i++) {
    unsigned c = p[i], d;
    if (c - '0' < 10) d = c - '0';
    else if ((c | 32) - 'a' < 6) d = (c | 32) - 'a' + 10;
    else return false;
    v = v << 4 | d;
  }
  *out = v;
  return true;
}

/* Length of the well-formed UTF-8 sequence at p (RFC 3629), 0: none. */
static unsigned utf8_length(const unsigned char *p, const unsigned char *end) {
  unsigned c = *p;
  size_t left = (size_t)(end - p);
#define TAIL(i) ((p[i] & 0xC0) == 0x80)
  if (c >= 0xC2 && c <= 0xDF) return left > 1 && TAIL(1) ? 2 : 0;
  if (c >= 0xE0 && c <= 0xEF) {
    if (left < 3 || !TAIL(1) || !TAIL(2)) return 0;
    if (c == 0xE0 && p[1] < 0xA0) return 0;
    if (c == 0xED && p[1] > 0x9F) return 0;   /* surrogates */
    return 3;
  }
  if (c >= 0xF0 && c <= 0xF4) {
    if (left < 4 || !TAIL(1) || !TAIL(2) || !TAIL(3)) return 0;
    if (c == 0xF0 && p[1] < 0x90) return 0;
    if (c == 0xF4 && p[1] > 0x8F) return 0;
    return 4;
  }
#undef TAIL
  return 0;
}

/* s->p is behind the opening quote; left behind the closing one. */
static bool scan_string(Scan *s) {
  uint32_t i;
  if (!add(s, &i)) return false;
  const unsigned char *p = s->p, *end = s->end;
  bool escaped = false;
  for (;;) {
    while (p < end && string_class[*p] == PLAIN) p++;
    if (p >= end) { s->p = end; return fail(s, "truncated"); }
    if (*p == '"') break;
    if (*p == '\\') {
      unsigned a, b;
      escaped = true;
      if (end - p < 2) { s->p = end; return fail(s, "truncated"); }
      switch (p[1]) {
        case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't': p += 2; break;
        case 'u':
          if (!hex4(p + 2, end, &a)) { s->p = p; return fail(s, end - p < 6 ? "truncated" : "a \\u escape needs four hexadecimal digits"); }
          p += 6;
          if (a >= 0xDC00 && a <= 0xDFFF) { s->p = p - 6; return fail(s, "a lone surrogate"); }
          if (a >= 0xD800 && a <= 0xDBFF) {
            if (end - p < 6 || p[0] != '\\' || p[1] != 'u' || !hex4(p + 2, end, &b) || b < 0xDC00 || b > 0xDFFF) { s->p = p - 6; return fail(s, "a lone surrogate"); }
            p += 6;
          }
          break;
        default: s->p = p; return fail(s, "an unknown escape");
      }
    } else if (*p < 0x20) {
      s->p = p;
      return fail(s, "a control character in a string");
    } else {
      unsigned n = utf8_length(p, end);
      if (!n) { s->p = p; return fail(s, "invalid UTF-8"); }
      p += n;
    }
  }
  JsonNode *node = &s->nodes[i];
  *node = (JsonNode){ .start = (uint32_t)(s->p - s->text), .len = (uint32_t)(p - s->p), .next = i + 1, .type = JSON_STRING, .escaped = escaped };
  s->p = p + 1;
  return true;
}

static inline bool digit(const unsigned char *p, const unsigned char *end) { return p < end && (unsigned)(*p - '0') < 10u; }

static bool scan_number(Scan *s) {
  uint32_t i;
  if (!add(s, &i)) return false;
  const unsigned char *p = s->p, *end = s->end;
  if (*p == '-') p++;
  if (!digit(p, end)) { s->p = p; return fail(s, p >= end ? "truncated" : "expected a digit"); }
  if (*p == '0') p++;
  else while (digit(p, end)) p++;
  if (p < end && *p == '.') {
    p++;
    if (!digit(p, end)) { s->p = p; return fail(s, p >= end ? "truncated" : "expected a digit"); }
    while (digit(p, end)) p++;
  }
  if (p < end && (*p | 32) == 'e') {
    p++;
    if (p < end && (*p == '+' || *p == '-')) p++;
    if (!digit(p, end)) { s->p = p; return fail(s, p >= end ? "truncated" : "expected a digit"); }
    while (digit(p, end)) p++;
  }
  if (digit(p, end)) { s->p = p; return fail(s, "a number must not begin with 0"); }
  s->nodes[i] = (JsonNode){ .start = (uint32_t)(s->p - s->text), .len = (uint32_t)(p - s->p), .next = i + 1, .type = JSON_NUMBER };
  s->p = p;
  return true;
}

static bool scan_word(Scan *s, const char *word, unsigned n, unsigned type) {
  uint32_t i;
  size_t left = (size_t)(s->end - s->p);
  if (left < n && memcmp(s->p, word, left) == 0) { s->p = s->end; return fail(s, "truncated"); }
  if (left < n || memcmp(s->p, word, n) != 0) return fail(s, "expected a value");
  if (!add(s, &i)) return false;
  s->nodes[i] = (JsonNode){ .start = (uint32_t)(s->p - s->text), .len = n, .next = i + 1, .type = type & 7 };
  s->p += n;
  return true;
}

static bool scan_key(Scan *s) {
  s->p = skip_blanks(s->p, s->end);
  if (s->p >= s->end) return fail(s, "truncated");
  if (*s->p != '"') return fail(s, "expected a key in quotes");
  s->p++;
  if (!scan_string(s)) return false;
  s->p = skip_blanks(s->p, s->end);
  if (s->p >= s->end) return fail(s, "truncated");
  if (*s->p != ':') return fail(s, "expected ':'");
  s->p++;
  return true;
}

static bool scan(Scan *s) {
  uint32_t open[JSON_DEPTH];
  int depth = 0;
  for (;;) {
    /* a value */
    s->p = skip_blanks(s->p, s->end);
    if (s->p >= s->end) return fail(s, "truncated");
    unsigned c = *s->p;
    if (c == '"') {
      s->p++;
      if (!scan_string(s)) return false;
    } else if (c == '{' || c == '[') {
      uint32_t i;
      if (depth == JSON_DEPTH) return fail(s, "nested too deep");
      if (!add(s, &i)) return false;
      s->nodes[i] = (JsonNode){ .start = (uint32_t)(s->p - s->text), .type = c == '{' ? JSON_OBJECT : JSON_ARRAY };
      s->p = skip_blanks(s->p + 1, s->end);
      if (s->p >= s->end) return fail(s, "truncated");
      if (*s->p == c + 2) {   /* '}' and ']' stand two behind their openers */
        s->p++;
        s->nodes[i].len = (uint32_t)(s->p - s->text) - s->nodes[i].start;
        s->nodes[i].next = s->n;
      } else {
        open[depth++] = i;
        if (c == '{' && !scan_key(s)) return false;
        continue;
      }
    } else if (c == '-' || c - '0' < 10u) {
      if (!scan_number(s)) return false;
    } else if (c == 't') {
      if (!scan_word(s, "true", 4, JSON_TRUE)) return false;
    } else if (c == 'f') {
      if (!scan_word(s, "false", 5, JSON_FALSE)) return false;
    } else if (c == 'n') {
      if (!scan_word(s, "null", 4, JSON_NULL)) return false;
    } else {
      return fail(s, "expected a value");
    }
    /* what follows it */
    for (;;) {
      if (depth == 0) return true;
      JsonNode *parent = &s->nodes[open[depth - 1]];
      parent->count++;
      s->p = skip_blanks(s->p, s->end);
      if (s->p >= s->end) return fail(s, "truncated");
      c = *s->p;
      if (c == ',') {
        s->p++;
        if (parent->type == JSON_OBJECT && !scan_key(s)) return false;
        break;
      }
      if (c != (parent->type == JSON_OBJECT ? '}' : ']')) return fail(s, parent->type == JSON_OBJECT ? "expected ',' or '}'" : "expected ',' or ']'");
      s->p++;
      parent->len = (uint32_t)(s->p - s->text) - parent->start;
      parent->next = s->n;
      depth--;
    }
  }
}

JsonDoc *json_parse(char *text, size_t len, char *err, size_t errlen) {
  prepare();
  Scan s = { .text = (unsigned char *)text, .end = (unsigned char *)text + len, .p = (unsigned char *)text };
  if (len >= UINT32_MAX / 2) {
    free(text);
    snprintf(err, errlen, "JSON of %zu bytes is too large", len);
    return NULL;
  }
  s.cap = (uint32_t)(len / 10) + 16;
  s.nodes = malloc((size_t)s.cap * sizeof *s.nodes);
  JsonDoc *d = malloc(sizeof *d);
  if (!s.nodes || !d) {
    free(s.nodes);
    free(d);
    free(text);
    snprintf(err, errlen, "out of memory");
    return NULL;
  }
  if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) s.p += 3;
  bool ok = scan(&s);
  if (ok) {
    s.p = skip_blanks(s.p, s.end);
    if (s.p < s.end) ok = fail(&s, "more text behind the value");
  }
  if (!ok) {
    size_t at = (size_t)(s.p - s.text);
    if (strcmp(s.why, "truncated") == 0) snprintf(err, errlen, "truncated JSON (ends at byte %zu)", len);
    else if (strcmp(s.why, "nested too deep") == 0) snprintf(err, errlen, "JSON nested deeper than %d at byte %zu", JSON_DEPTH, at);
    else snprintf(err, errlen, "invalid JSON at byte %zu: %s", at, s.why);
    free(s.nodes);
    free(d);
    free(text);
    return NULL;
  }
  *d = (JsonDoc){ .text = text, .len = len, .nodes = s.nodes, .n = s.n, .refs = 1 };
  return d;
}

JsonDoc *json_ref(JsonDoc *d) {
  d->refs++;
  return d;
}

void json_unref(JsonDoc *d) {
  if (!d || --d->refs > 0) return;
  free(d->nodes);
  free(d->text);
  free(d);
}

uint32_t json_get(const JsonDoc *d, uint32_t object, const char *key, size_t len) {
  if (object >= d->n || d->nodes[object].type != JSON_OBJECT) return JSON_NONE;
  uint32_t i = object + 1, end = d->nodes[object].next, found = JSON_NONE;
  while (i < end) {
    const JsonNode *k = &d->nodes[i];
    if (k->len == len && !k->escaped && memcmp(d->text + k->start, key, len) == 0) { found = i + 1; break; }
    if (k->escaped) {
      JsonScratch scratch = { 0 };
      size_t n;
      const char *t = json_text(d, i, &scratch, &n);
      bool same = t && n == len && memcmp(t, key, len) == 0;
      free(scratch.p);
      if (same) { found = i + 1; break; }
    }
    i = d->nodes[i + 1].next;
  }
  return found;
}

uint32_t json_at(const JsonDoc *d, uint32_t array, int64_t index1) {
  if (array >= d->n || d->nodes[array].type != JSON_ARRAY) return JSON_NONE;
  int64_t count = d->nodes[array].count;
  if (index1 < 0) index1 += count + 1;
  if (index1 < 1 || index1 > count) return JSON_NONE;
  uint32_t i = array + 1;
  while (--index1 > 0) i = d->nodes[i].next;
  return i;
}

static size_t put_utf8(char *out, unsigned c) {
  if (c < 0x80) { out[0] = (char)c; return 1; }
  if (c < 0x800) { out[0] = (char)(0xC0 | c >> 6); out[1] = (char)(0x80 | (c & 63)); return 2; }
  if (c < 0x10000) { out[0] = (char)(0xE0 | c >> 12); out[1] = (char)(0x80 | (c >> 6 & 63)); out[2] = (char)(0x80 | (c & 63)); return 3; }
  out[0] = (char)(0xF0 | c >> 18); out[1] = (char)(0x80 | (c >> 12 & 63)); out[2] = (char)(0x80 | (c >> 6 & 63)); out[3] = (char)(0x80 | (c & 63));
  return 4;
}

const char *json_text(const JsonDoc *d, uint32_t node, JsonScratch *scratch, size_t *len) {
  const JsonNode *k = &d->nodes[node];
  const char *p = d->text + k->start;
  if (!k->escaped) {
    *len = k->len;
    return p;
  }
  if (scratch->cap < k->len + 1) {      /* unescaping never makes text longer */
    char *more = realloc(scratch->p, k->len + 1);
    if (!more) { *len = 0; return NULL; }
    scratch->p = more;
    scratch->cap = k->len + 1;
  }
  const char *end = p + k->len;
  char *out = scratch->p;
  while (p < end) {
    if (*p != '\\') { *out++ = *p++; continue; }
    p++;
    switch (*p++) {
      case 'b': *out++ = '\b'; break;
      case 'f': *out++ = '\f'; break;
      case 'n': *out++ = '\n'; break;
      case 'r': *out++ = '\r'; break;
      case 't': *out++ = '\t'; break;
      case 'u': {
        unsigned a = 0, b = 0;
        hex4((const unsigned char *)p, (const unsigned char *)end, &a);
        p += 4;
        if (a >= 0xD800 && a <= 0xDBFF) {
          hex4((const unsigned char *)p + 2, (const unsigned char *)end, &b);
          p += 6;
          a = 0x10000 + ((a - 0xD800) << 10) + (b - 0xDC00);
        }
        out += put_utf8(out, a);
        break;
      }
      default: *out++ = p[-1];
    }
  }
  *out = 0;
  *len = scratch->len = (size_t)(out - scratch->p);
  return scratch->p;
}
