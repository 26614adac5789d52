/* One strict pass, our own since it is faster than the libraries. 1 MB of tickers, medians (tests/bench/json_bench.c), one machine:
 * this 0.72 ms; yajl 2.27 ms; jsmn 0.88 ms, and jsmn checks neither numbers nor words nor UTF-8.
 *
 * While an array or object is open, `next` of its node holds its parent, so the nodes are their own stack: no recursion. */
#include "worker/json.h"
#include "wire/large.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_MAX ((1u << 28) - 1)

/* What a byte is inside a string: 0 plain, 1 the end, 2 an escape, 3 not allowed, 4 starts a UTF-8 sequence. */
static const uint8_t in_string[256] = {
  [0 ... 0x1f] = 3, ['"'] = 1, ['\\'] = 2, [0x80 ... 0xc1] = 3, [0xc2 ... 0xf4] = 4, [0xf5 ... 0xff] = 3,
};
static const uint8_t is_space[256] = { [' '] = 1, ['\t'] = 1, ['\n'] = 1, ['\r'] = 1 };

typedef struct {
  const unsigned char *begin, *end;   /* *end is 0, so a scan of single bytes needs no other bound */
  const unsigned char *at;            /* where an error was found */
  const char *what;                   /* what was expected there */
} Scan;

static const unsigned char *fail(Scan *s, const unsigned char *at, const char *what) {
  s->at = at;
  s->what = what;
  return NULL;
}

static int hex_digit(unsigned c) {
  if (c - '0' < 10u) return (int)(c - '0');
  c |= 0x20;
  return c - 'a' < 6u ? (int)(c - 'a' + 10) : -1;
}

static unsigned hex4(const unsigned char *p) {   /* four digits that were checked */
  return (unsigned)(hex_digit(p[0]) << 12 | hex_digit(p[1]) << 8 | hex_digit(p[2]) << 4 | hex_digit(p[3]));
}

/* p is at the u of \u; the 0 at the end is no digit, so this stops there. */
static const unsigned char *scan_hex(Scan *s, const unsigned char *p) {
  for (int i = 1; i <= 4; i++)
    if (hex_digit(p[i]) < 0) return fail(s, p + i, "four hexadecimal digits after \\u");
  return p + 5;
}

/* p is after the backslash. */
static const unsigned char *scan_escape(Scan *s, const unsigned char *p) {
  switch (*p) {
    case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't': return p + 1;
    case 'u': break;
    default: return fail(s, p, "an escape such as \\n or \\u00e9");
  }
  const unsigned char *q = scan_hex(s, p);
  if (!q) return NULL;
  unsigned u = hex4(p + 1);
  if (u < 0xd800 || u > 0xdfff) return q;
  if (u > 0xdbff) return fail(s, p - 1, "a character, not the second half of a surrogate pair");
  if (q[0] != '\\') return fail(s, q, "the second half of a surrogate pair");
  if (q[1] != 'u') return fail(s, q + 1, "the second half of a surrogate pair");
  p = q + 1;
  if (!(q = scan_hex(s, p))) return NULL;
  u = hex4(p + 1);
  return u < 0xdc00 || u > 0xdfff ? fail(s, p - 1, "the second half of a surrogate pair") : q;
}

/* p is at a byte of 0xc2 to 0xf4. No overlong forms, no surrogates, nothing above U+10FFFF. */
static const unsigned char *scan_utf8(Scan *s, const unsigned char *p) {
  unsigned c = p[0], low = 0x80, high = 0xbf;
  int more = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
  if (c == 0xe0) low = 0xa0;
  if (c == 0xed) high = 0x9f;
  if (c == 0xf0) low = 0x90;
  if (c == 0xf4) high = 0x8f;
  for (int i = 1; i <= more; i++) {
    if (p[i] < low || p[i] > high) return fail(s, p + i == s->end ? s->end : p, "text in UTF-8");
    low = 0x80;
    high = 0xbf;
  }
  return p + more + 1;
}

#define ONES 0x0101010101010101u

/* p is after the quote; gives the place of the closing one. */
static inline const unsigned char *scan_string(Scan *s, const unsigned char *p, unsigned *escaped) {
  for (;;) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    /* Eight bytes at a time. A borrow may mark bytes above the first hit wrongly, never below, and the first is what counts. */
    while (s->end - p >= 8) {
      uint64_t w;
      memcpy(&w, p, 8);
      uint64_t quote = w ^ ONES * '"', slash = w ^ ONES * '\\';
      uint64_t hit = (((quote - ONES) & ~quote) | ((slash - ONES) & ~slash) | ((w - ONES * 0x20) & ~w) | w) & (ONES * 0x80);
      if (hit) {
        p += __builtin_ctzll(hit) >> 3;
        break;
      }
      p += 8;
    }
#endif
    while (!in_string[*p]) p++;
    switch (in_string[*p]) {
      case 1: return p;
      case 2:
        *escaped = 1;
        if (!(p = scan_escape(s, p + 1))) return NULL;
        break;
      case 4:
        if (!(p = scan_utf8(s, p))) return NULL;
        break;
      default: return fail(s, p, *p < 0x20 ? "no raw control character in a string" : "text in UTF-8");
    }
  }
}

static inline bool is_digit(unsigned c) { return c - '0' < 10u; }

static inline const unsigned char *scan_number(Scan *s, const unsigned char *p) {
  if (*p == '-') p++;
  if (*p == '0') {
    p++;
    if (is_digit(*p)) return fail(s, p, "no digit after a leading 0");
  } else if (is_digit(*p)) {
    do p++; while (is_digit(*p));
  } else {
    return fail(s, p, "a digit");
  }
  if (*p == '.') {
    p++;
    if (!is_digit(*p)) return fail(s, p, "a digit after the point");
    do p++; while (is_digit(*p));
  }
  if (*p == 'e' || *p == 'E') {
    p++;
    if (*p == '+' || *p == '-') p++;
    if (!is_digit(*p)) return fail(s, p, "a digit in the exponent");
    do p++; while (is_digit(*p));
  }
  return p;
}

static const unsigned char *scan_word(Scan *s, const unsigned char *p, const char *word) {
  for (const char *w = word; *w; w++, p++)
    if (*p != (unsigned char)*w) return fail(s, p, word);
  return p;
}

static void report(const Scan *s, char *err, size_t errlen) {
  size_t at = (size_t)(s->at - s->begin);
  unsigned c = s->at < s->end ? *s->at : 0;
  if (s->at >= s->end && at == 0) snprintf(err, errlen, "no JSON: the text is empty");
  else if (s->at >= s->end) snprintf(err, errlen, "truncated JSON (ends at byte %zu)", at);
  else if (c > 0x20 && c < 0x7f) snprintf(err, errlen, "invalid JSON at byte %zu: expected %s, found '%c'", at + 1, s->what, (int)c);
  else snprintf(err, errlen, "invalid JSON at byte %zu: expected %s, found byte 0x%02x", at + 1, s->what, c);
}

static inline const unsigned char *skip_space(const unsigned char *p) {
  while (is_space[*p]) p++;
  return p;
}

/* A tape that is needed no more is kept for the next document, up to this size: fresh memory costs a page fault for every 4 KiB. */
#define SPARE_MAX (4u << 20)

static struct { JsonNode *nodes; size_t cap; } spare;

static JsonNode *tape_new(size_t *cap) {
  JsonNode *nodes = spare.nodes;
  if (!nodes || spare.cap < *cap) return large_alloc(*cap * sizeof *nodes);
  *cap = spare.cap;
  spare.nodes = NULL;
  spare.cap = 0;
  return nodes;
}

static void tape_free(JsonDoc *d) {
  if (d->nodes && d->cap > spare.cap && d->cap <= SPARE_MAX / sizeof *d->nodes) {
    json_rest();
    spare.nodes = d->nodes;
    spare.cap = d->cap;
  } else free(d->nodes);
  d->nodes = NULL;
  d->n = 0;
}

void json_rest(void) {
  free(spare.nodes);
  spare.nodes = NULL;
  spare.cap = 0;
}

enum outcome { SCAN_OK, SCAN_BAD, SCAN_DEEP, SCAN_MANY, SCAN_MEMORY };

/* Fills d->nodes. `open` is the innermost open array or object, `kids` how many children it has so far; while a nested one is
 * open, its node keeps them. A key and its value are given room at once. */
static enum outcome scan(Scan *s, JsonDoc *d) {
  const unsigned char *p = s->begin, *base = s->begin, *q;
  size_t cap = d->len / 10 + 16;
  JsonNode *nodes = d->nodes = tape_new(&cap);
  if (!nodes) return SCAN_MEMORY;
  d->cap = cap;
  uint32_t n = 0, open = JSON_NONE, kids = 0;
  int depth = 0;
  bool in_object = false;
  if (d->len >= 3 && !memcmp(p, "\xef\xbb\xbf", 3)) p += 3;

next:
  p = skip_space(p);
  if (cap - n < 2) {
    cap += cap / 2;
    JsonNode *grown = large_grow(nodes, n * sizeof *nodes, cap * sizeof *nodes);
    if (!grown) return SCAN_MEMORY;
    d->nodes = nodes = grown;
    d->cap = cap;
  }
  if (in_object) {
    unsigned escaped = 0;
    if (*p != '"') return fail(s, p, "a key in double quotes"), SCAN_BAD;
    if (!(q = scan_string(s, p + 1, &escaped))) return SCAN_BAD;
    nodes[n] = (JsonNode){ (uint32_t)(p + 1 - base), (uint32_t)(q - p - 1), n + 1, 0, JSON_STRING, escaped & 1 };
    n++;
    p = skip_space(q + 1);
    if (*p != ':') return fail(s, p, "':'"), SCAN_BAD;
    p = skip_space(p + 1);
  }
  switch (*p) {
    case '"': {
      unsigned escaped = 0;
      if (!(q = scan_string(s, p + 1, &escaped))) return SCAN_BAD;
      nodes[n] = (JsonNode){ (uint32_t)(p + 1 - base), (uint32_t)(q - p - 1), n + 1, 0, JSON_STRING, escaped & 1 };
      n++;
      p = q + 1;
      break;
    }
    case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
      if (!(q = scan_number(s, p))) return SCAN_BAD;
      nodes[n] = (JsonNode){ (uint32_t)(p - base), (uint32_t)(q - p), n + 1, 0, JSON_NUMBER, 0 };
      n++;
      p = q;
      break;
    case '{': case '[':
      if (depth++ == JSON_DEPTH) return SCAN_DEEP;
      if (open != JSON_NONE) nodes[open].count = kids;
      in_object = *p == '{';
      nodes[n] = (JsonNode){ (uint32_t)(p - base), 0, open, 0, in_object ? JSON_OBJECT : JSON_ARRAY, 0 };
      open = n++;
      kids = 0;
      p = skip_space(p + 1);
      if (*p == (in_object ? '}' : ']')) goto close;
      goto next;
    case 't': case 'f': case 'n': {
      unsigned type = *p == 't' ? JSON_TRUE : *p == 'f' ? JSON_FALSE : JSON_NULL;
      if (!(q = scan_word(s, p, *p == 't' ? "true" : *p == 'f' ? "false" : "null"))) return SCAN_BAD;
      nodes[n] = (JsonNode){ (uint32_t)(p - base), (uint32_t)(q - p), n + 1, 0, type & 7, 0 };
      n++;
      p = q;
      break;
    }
    default: return fail(s, p, "a value"), SCAN_BAD;
  }

after:
  p = skip_space(p);
  if (open == JSON_NONE) {
    d->n = n;
    return p == s->end ? SCAN_OK : (fail(s, p, "nothing after the end"), SCAN_BAD);
  }
  if (kids++ == COUNT_MAX) return SCAN_MANY;
  if (*p == ',') {
    p++;
    goto next;
  }
  if (*p != (in_object ? '}' : ']')) return fail(s, p, in_object ? "',' or '}'" : "',' or ']'"), SCAN_BAD;

close:
  p++;
  JsonNode *o = &nodes[open];
  uint32_t parent = o->next;
  o->len = (uint32_t)(p - base) - o->start;
  o->next = n;
  o->count = kids;
  depth--;
  open = parent;
  if (open != JSON_NONE) {
    kids = nodes[open].count;
    in_object = nodes[open].type == JSON_OBJECT;
  }
  goto after;
}

JsonDoc *json_parse(char *text, size_t len, char *err, size_t errlen) {
  JsonDoc *d = json_parse_at(text, len, err, errlen);
  if (d) d->block = text;
  else free(text);
  return d;
}

JsonDoc *json_parse_at(char *text, size_t len, char *err, size_t errlen) {
  static int64_t last_id;
  JsonDoc *d = NULL;
  if (len >= UINT32_MAX) {
    snprintf(err, errlen, "JSON of %zu bytes is too long", len);
  } else if (!(d = calloc(1, sizeof *d))) {
    snprintf(err, errlen, "not enough memory for JSON of %zu bytes", len);
  } else {
    text[len] = 0;
    *d = (JsonDoc){ .text = text, .len = len, .refs = 1, .id = ++last_id };
    Scan s = { (unsigned char *)text, (unsigned char *)text + len, NULL, NULL };
    switch (scan(&s, d)) {
      case SCAN_OK: return d;
      case SCAN_BAD: report(&s, err, errlen); break;
      case SCAN_DEEP: snprintf(err, errlen, "JSON nested deeper than %d", JSON_DEPTH); break;
      case SCAN_MANY: snprintf(err, errlen, "JSON with more than %u elements in one list", COUNT_MAX); break;
      case SCAN_MEMORY: snprintf(err, errlen, "not enough memory for JSON of %zu bytes", len); break;
    }
    tape_free(d);
    free(d);
  }
  return NULL;
}

void json_fold(JsonDoc *d) { tape_free(d); }

bool json_unfold(JsonDoc *d) {
  if (d->nodes) return true;
  Scan s = { (unsigned char *)d->text, (unsigned char *)d->text + d->len, NULL, NULL };
  if (scan(&s, d) == SCAN_OK) return true;
  tape_free(d);
  return false;
}

JsonDoc *json_ref(JsonDoc *d) {
  d->refs++;
  return d;
}

void json_unref(JsonDoc *d) {
  if (!d || --d->refs > 0) return;
  tape_free(d);
  free(d->block);
  free(d);
}

static size_t put_utf8(char *out, unsigned u) {
  char *o = out;
  if (u < 0x80) {
    *o++ = (char)u;
  } else if (u < 0x800) {
    *o++ = (char)(0xc0 | u >> 6);
    *o++ = (char)(0x80 | (u & 63));
  } else if (u < 0x10000) {
    *o++ = (char)(0xe0 | u >> 12);
    *o++ = (char)(0x80 | (u >> 6 & 63));
    *o++ = (char)(0x80 | (u & 63));
  } else {
    *o++ = (char)(0xf0 | u >> 18);
    *o++ = (char)(0x80 | (u >> 12 & 63));
    *o++ = (char)(0x80 | (u >> 6 & 63));
    *o++ = (char)(0x80 | (u & 63));
  }
  return (size_t)(o - out);
}

/* One escape or plain byte at *p (checked by the scan) to out; gives its length, never more than it had, and moves on. */
static size_t next_char(const unsigned char **p, char out[4]) {
  static const char simple[256] = {
    ['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b', ['f'] = '\f', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t',
  };
  const unsigned char *q = *p;
  if (*q != '\\') {
    out[0] = (char)*q;
    *p = q + 1;
    return 1;
  }
  if (q[1] != 'u') {
    out[0] = simple[q[1]];
    *p = q + 2;
    return 1;
  }
  unsigned u = hex4(q + 2);
  *p = q + 6;
  if (u >= 0xd800 && u <= 0xdbff) {
    u = 0x10000 + ((u - 0xd800) << 10) + (hex4(q + 8) - 0xdc00);
    *p = q + 12;
  }
  return put_utf8(out, u);
}

size_t json_unescape(const JsonDoc *d, uint32_t node, char *out) {
  const unsigned char *p = (unsigned char *)d->text + d->nodes[node].start, *end = p + d->nodes[node].len;
  char *o = out, c[4];
  while (p < end) {
    size_t n = next_char(&p, c);
    memcpy(o, c, n);
    o += n;
  }
  return (size_t)(o - out);
}

static bool same_unescaped(const JsonDoc *d, const JsonNode *k, const char *s, size_t len) {
  const unsigned char *p = (unsigned char *)d->text + k->start, *end = p + k->len;
  char c[4];
  while (p < end) {
    size_t n = next_char(&p, c);
    if (n > len || memcmp(c, s, n)) return false;
    s += n;
    len -= n;
  }
  return len == 0;
}

bool json_string_is(const JsonDoc *d, uint32_t node, const char *s, size_t len) {
  const JsonNode *k = &d->nodes[node];
  if (k->type != JSON_STRING) return false;
  if (k->escaped) return same_unescaped(d, k, s, len);
  return k->len == len && !memcmp(d->text + k->start, s, len);
}

uint32_t json_get(const JsonDoc *d, uint32_t object, const char *key, size_t len) {
  if (object >= d->n || d->nodes[object].type != JSON_OBJECT) return JSON_NONE;
  const JsonNode *nodes = d->nodes;
  const char *text = d->text;
  for (uint32_t i = object + 1, end = nodes[object].next; i < end; i = nodes[i + 1].next) {
    const JsonNode *k = &nodes[i];
    if (k->escaped) {
      if (same_unescaped(d, k, key, len)) return i + 1;
    } else if (k->len == len && !memcmp(text + k->start, key, len)) {
      return i + 1;
    }
  }
  return JSON_NONE;
}

uint32_t json_at(const JsonDoc *d, uint32_t array, int64_t index1) {
  if (array >= d->n || d->nodes[array].type != JSON_ARRAY) return JSON_NONE;
  const JsonNode *nodes = d->nodes, *a = &nodes[array];
  int64_t count = a->count;
  if (index1 < 0) index1 += count + 1;
  if (index1 < 1 || index1 > count) return JSON_NONE;
  if (a->next - array - 1 == (uint32_t)count) return array + (uint32_t)index1;   /* nothing nested: no walk */
  uint32_t i = array + 1;
  while (--index1) i = nodes[i].next;
  return i;
}

const char *json_text(const JsonDoc *d, uint32_t node, JsonScratch *scratch, size_t *len) {
  const JsonNode *k = &d->nodes[node];
  if (!k->escaped) {
    *len = k->len;
    return d->text + k->start;
  }
  size_t need = (size_t)k->len + 1;      /* unescaping never makes text longer */
  if (scratch->cap < need) {
    char *more = realloc(scratch->p, need);
    if (!more) {
      *len = 0;
      return NULL;
    }
    scratch->p = more;
    scratch->cap = need;
  }
  *len = scratch->len = json_unescape(d, node, scratch->p);
  scratch->p[scratch->len] = 0;
  return scratch->p;
}
