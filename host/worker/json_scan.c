/* One strict pass, our own since it is faster than the libraries. 1 MB of tickers, medians (tests/bench/json_bench.c), one machine:
 * this 0.72 ms; yajl 2.27 ms; jsmn 0.88 ms, and jsmn checks neither numbers nor words nor UTF-8.
 *
 * While an array or object is open, its second node holds its parent, so the nodes are their own stack: no recursion. */
#include "worker/json_in.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "wire/large.h"

#define STREAM_MIN (256u << 10)
#define LENGTH_MAX (16u << 20)    /* room is taken ahead for no more text than this, whatever length was told */

/* What a byte is inside a string: 0 plain, 1 the end, 2 an escape, 3 not allowed, 4 starts a UTF-8 sequence. */
static const uint8_t in_string[256] = {
  [0 ... 0x1f] = 3, ['"'] = 1, ['\\'] = 2, [0x80 ... 0xc1] = 3, [0xc2 ... 0xf4] = 4, [0xf5 ... 0xff] = 3,
};
static const uint8_t is_space[256] = { [' '] = 1, ['\t'] = 1, ['\n'] = 1, ['\r'] = 1 };

typedef struct {
  const unsigned char *begin, *end;   /* *end is 0, so a scan of single bytes needs no other bound */
  const unsigned char *at;            /* where an error was found */
  const char *what;                   /* what was expected there */
  bool more;                          /* text is to come after `end` */
  /* Where the scan goes on then: */
  size_t from;                        /* byte of the first token that was not whole */
  uint32_t open, kids;
  int depth;
  bool in_object, after;              /* after: a comma or an end is next */
  uint32_t list, dropped;             /* of which so many nodes were taken off; JSON_NONE: of none that is open */
} Scan;

static const unsigned char *fail(Scan *s, const unsigned char *at, const char *what) {
  s->at = at;
  s->what = what;
  return NULL;
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

/* Which of the 16 bytes at p end a run of plain ones, a bit each: a quote, a backslash, and those below 0x20 or above 0x7f, which are all less than 0x20 as
 * signed ones. */
static inline unsigned odd_bytes(const unsigned char *p) {
#if defined(__SSE2__)
  __m128i w = _mm_loadu_si128((const __m128i *)(const void *)p);
  __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(w, _mm_set1_epi8('"')), _mm_cmpeq_epi8(w, _mm_set1_epi8('\\')));
  return (unsigned)_mm_movemask_epi8(_mm_or_si128(hit, _mm_cmplt_epi8(w, _mm_set1_epi8(0x20))));
#else
  unsigned odd = 0;
  for (unsigned i = 0; i < 16; i++) odd |= (unsigned)(in_string[p[i]] != 0) << i;
  return odd;
#endif
}

static const unsigned char *scan_long_string(Scan *s, const unsigned char *p, unsigned *escaped) {
  for (;;) {
    while (s->end - p >= 16) {
      unsigned odd = odd_bytes(p);
      if (odd) {
        p += __builtin_ctz(odd);
        break;
      }
      p += 16;
    }
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

/* p is after the quote; gives the place of the closing one. Most are short and plain. */
static inline const unsigned char *scan_string(Scan *s, const unsigned char *p, unsigned *escaped) {
  if (s->end - p >= 16) {
    unsigned odd = odd_bytes(p);
    const unsigned char *q = p + (odd ? __builtin_ctz(odd) : 0);
    if (*q == '"') return q;
  }
  return scan_long_string(s, p, escaped);
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
  if (*p > ' ') return p;
  while (is_space[*p]) p++;
  return p;
}

static inline void put(JsonNode *node, const unsigned char *base, const unsigned char *from, const unsigned char *to, unsigned type, unsigned escaped) {
  *node = (JsonNode){ (uint32_t)(from - base), (uint32_t)(to - from) & (JSON_MAX - 1), type & 7, escaped & 1 };
}

/* A tape that is needed no more is kept for the next document, up to this size: fresh memory costs a page fault for every 4 KiB. */
#define SPARE_MAX (4u << 20)

static struct { JsonNode *nodes; size_t cap; } spare;

/* large: it will be filled; of a hollow one little more than the beginning is. */
static JsonNode *tape_new(size_t *cap, bool large) {
  JsonNode *nodes = spare.nodes;
  if (!nodes || spare.cap < *cap) return large ? large_alloc(*cap * sizeof *nodes) : malloc(*cap * sizeof *nodes);
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
  d->n = d->list_end = 0;
  d->hollow = false;
}

void json_rest(void) {
  free(spare.nodes);
  spare.nodes = NULL;
  spare.cap = 0;
}

/* Room for three nodes, which is what one step of the scan writes, after the first n, of which `used` are in use. */
static bool tape_room(JsonDoc *d, size_t used, size_t n) {
  size_t cap = d->cap;
  while (cap < n + 3) cap += cap / 2;
  if (cap == d->cap) return true;
  JsonNode *grown = large_grow(d->nodes, used * sizeof *grown, cap * sizeof *grown);
  if (!grown) return false;
  d->nodes = grown;
  d->cap = cap;
  return true;
}

enum outcome { SCAN_OK, SCAN_BAD, SCAN_DEEP, SCAN_MEMORY, SCAN_MORE };

/* Fills d->nodes, from where it was cut off before. `open` is the innermost open array or object, `kids` how many children it has so far; while a nested one is
 * open, its node keeps them. A key and its value are given room at once. */
static enum outcome scan(Scan *s, JsonDoc *d) {
  const unsigned char *base = s->begin, *p = base + s->from, *q, *token = p;
  JsonNode *nodes = d->nodes;
  size_t cap = d->cap;
  uint32_t n = d->n, token_n = n, open = s->open, kids = s->kids;
  int depth = s->depth;
  bool in_object = s->in_object;
  if (s->after) {
    s->after = false;
    goto after;
  }
  if (open != JSON_NONE && kids == 0) {      /* it was cut off after the bracket that opens */
    p = skip_space(p);
    if (*p == (in_object ? '}' : ']')) goto close;
  }

next:
  p = skip_space(p);
  token = p;
  token_n = n;
  if (cap - n < 3) {
    if (!tape_room(d, n, n)) return SCAN_MEMORY;
    nodes = d->nodes;
    cap = d->cap;
  }
  if (in_object) {
    unsigned escaped = 0;
    if (*p != '"') { fail(s, p, "a key in double quotes"); goto cut; }
    if (!(q = scan_string(s, p + 1, &escaped))) goto cut;
    put(&nodes[n++], base, p + 1, q, JSON_STRING, escaped);
    p = skip_space(q + 1);
    if (*p != ':') { fail(s, p, "':'"); goto cut; }
    p = skip_space(p + 1);
  }
  if (*p == '"') {
    unsigned escaped = 0;
    if (!(q = scan_string(s, p + 1, &escaped))) goto cut;
    put(&nodes[n++], base, p + 1, q, JSON_STRING, escaped);
    p = q + 1;
    goto after;
  }
  switch (*p) {
    case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
      if (!(q = scan_number(s, p))) goto cut;
      if (q == s->end && s->more) { s->at = q; goto cut; }
      put(&nodes[n++], base, p, q, JSON_NUMBER, 0);
      p = q;
      break;
    case '{': case '[':
      if (depth++ == JSON_DEPTH) return SCAN_DEEP;
      if (open != JSON_NONE) nodes[open].size = kids;
      in_object = *p == '{';
      nodes[n] = (JsonNode){ .start = (uint32_t)(p - base), .type = in_object ? JSON_OBJECT : JSON_ARRAY };
      nodes[n + 1] = (JsonNode){ .start = open };
      open = n;
      n += 2;
      kids = 0;
      p = skip_space(p + 1);
      if (*p == (in_object ? '}' : ']')) goto close;
      goto next;
    case 't': case 'f': case 'n': {
      unsigned type = *p == 't' ? JSON_TRUE : *p == 'f' ? JSON_FALSE : JSON_NULL;
      if (!(q = scan_word(s, p, *p == 't' ? "true" : *p == 'f' ? "false" : "null"))) goto cut;
      put(&nodes[n++], base, p, q, type, 0);
      p = q;
      break;
    }
    default: fail(s, p, "a value"); goto cut;
  }

after:
  p = skip_space(p);
  if (p == s->end && s->more) {
    token = p;
    token_n = n;
    s->at = p;
    s->after = true;
    goto cut;
  }
  if (open == JSON_NONE) {
    d->n = n;
    return p == s->end ? SCAN_OK : (fail(s, p, "nothing after the end"), SCAN_BAD);
  }
  kids++;
  if (*p == ',') {
    p++;
    goto next;
  }
  if (*p != (in_object ? '}' : ']')) return fail(s, p, in_object ? "',' or '}'" : "',' or ']'"), SCAN_BAD;

close:
  p++;
  JsonNode *o = &nodes[open];
  uint32_t parent = o[1].start;
  if (open == s->list) {                     /* what follows has the numbers that it has on a whole tape */
    d->list_end = n;
    if (!tape_room(d, n, (size_t)n + s->dropped)) return SCAN_MEMORY;
    n += s->dropped;
    nodes = d->nodes;
    cap = d->cap;
    o = &nodes[open];
    s->list = JSON_NONE;
  }
  o[0].size = kids;
  o[1].start = n;
  o[1].size = ((uint32_t)(p - base) - o->start) & (JSON_MAX - 1);
  depth--;
  open = parent;
  if (open != JSON_NONE) {
    kids = nodes[open].size;
    in_object = nodes[open].type == JSON_OBJECT;
  }
  goto after;

cut:
  if (!s->more || s->at < s->end) return SCAN_BAD;
  s->from = (size_t)(token - base);
  s->open = open;
  s->kids = kids;
  s->depth = depth;
  s->in_object = in_object;
  d->n = token_n;
  return SCAN_MORE;
}

static bool scan_begin(Scan *s, JsonDoc *d, size_t len, bool large) {
  size_t cap = (len < LENGTH_MAX ? len : LENGTH_MAX) / 9 + 16;
  *s = (Scan){ .open = JSON_NONE, .list = JSON_NONE };
  d->n = 0;
  d->nodes = tape_new(&cap, large);
  d->cap = d->nodes ? cap : 0;
  return d->nodes != NULL;
}

/* The text of d as far as it is here, on from where the scan was. */
static enum outcome scan_on(Scan *s, JsonDoc *d, bool more) {
  s->begin = (unsigned char *)d->text;
  s->end = s->begin + d->len;
  s->more = more;
  d->text[d->len] = 0;
  if (more && d->len < 3) return SCAN_MORE;
  if (s->from == 0 && d->len >= 3 && !memcmp(d->text, "\xef\xbb\xbf", 3)) s->from = 3;
  return scan(s, d);
}

static void say(enum outcome why, const Scan *s, size_t len, char *err, size_t errlen) {
  switch (why) {
    case SCAN_DEEP: snprintf(err, errlen, "JSON nested deeper than %d", JSON_DEPTH); break;
    case SCAN_MEMORY: snprintf(err, errlen, len < JSON_MAX ? "not enough memory for JSON of %zu bytes" : "JSON of %zu bytes is too long", len); break;
    default: report(s, err, errlen);
  }
}

static int64_t next_id(void) {
  static int64_t last;
  return ++last;
}

JsonDoc *json_parse(char *text, size_t len, char *err, size_t errlen) {
  JsonDoc *d = json_parse_at(text, len, err, errlen);
  if (d) d->block = text;
  else free(text);
  return d;
}

JsonDoc *json_parse_at(char *text, size_t len, char *err, size_t errlen) {
  JsonDoc *d = NULL;
  Scan s;
  if (len >= JSON_MAX) return say(SCAN_MEMORY, NULL, len, err, errlen), NULL;
  if (!(d = calloc(1, sizeof *d))) return say(SCAN_MEMORY, NULL, len, err, errlen), NULL;
  *d = (JsonDoc){ .text = text, .len = len, .refs = 1, .id = next_id() };
  enum outcome r = scan_begin(&s, d, len, true) ? scan_on(&s, d, false) : SCAN_MEMORY;
  if (r == SCAN_OK) return d;
  say(r, &s, len, err, errlen);
  tape_free(d);
  free(d);
  return NULL;
}

/* ---- in parts ---- */

struct JsonStream {
  JsonDoc *d;
  Scan scan;
  size_t cap, wait;
  enum outcome outcome;
  bool lost;
  struct { uint32_t node; JsonNode was[2]; } cut[JSON_CUT_MAX + 1];
  unsigned n_cut;
};

/* Too much for this process: the text is let go, and counted. */
static void lose(JsonStream *j) {
  tape_free(j->d);
  free(j->d->text);
  j->d->text = NULL;
  j->lost = true;
  j->outcome = SCAN_MEMORY;
}

JsonStream *json_stream_new(size_t expected) {
  JsonStream *j = calloc(1, sizeof *j);
  if (!j || !(j->d = calloc(1, sizeof *j->d))) {
    free(j);
    return NULL;
  }
  j->d->refs = 1;
  j->cap = (expected < STREAM_MIN ? STREAM_MIN : expected < LENGTH_MAX ? expected : LENGTH_MAX) + 1;
  j->d->text = large_alloc(j->cap);
  j->outcome = SCAN_MORE;
  if (!scan_begin(&j->scan, j->d, expected, false) || !j->d->text) lose(j);
  return j;
}

static bool stream_room(JsonStream *j, size_t n) {
  JsonDoc *d = j->d;
  if (n >= JSON_MAX - d->len) return false;
  if (n < j->cap - d->len) return true;
  size_t cap = d->len + d->len / 2 + n + 1, at = j->scan.at ? (size_t)(j->scan.at - j->scan.begin) : 0;
  char *text = large_grow(d->text, d->len, cap);
  if (!text) return false;
  j->scan.at = (unsigned char *)text + at;
  j->scan.begin = (unsigned char *)text;
  j->scan.end = (unsigned char *)text + d->len;
  d->text = text;
  j->cap = cap;
  return true;
}

void json_stream_add(JsonStream *j, const char *p, size_t n) {
  JsonDoc *d = j->d;
  if (!j->lost && !stream_room(j, n)) lose(j);
  if (!j->lost && n) memcpy(d->text + d->len, p, n);
  d->len += n;
  if (j->outcome != SCAN_MORE || d->len < j->wait) return;
  size_t from = j->scan.from;
  j->outcome = scan_on(&j->scan, d, true);
  if (j->outcome == SCAN_MEMORY) tape_free(d);
  /* A token of megabytes is not looked at anew with each part of it. */
  j->wait = j->scan.from == from ? d->len + (d->len - from) : 0;
}

const char *json_stream_text(const JsonStream *j, size_t *len) {
  *len = j->lost ? 0 : j->d->len;
  return j->lost ? "" : j->d->text;
}

/* An open array or object has its parent where a closed one has its end (see scan): those down to `depth` are given an end, which uncut takes away. */
JsonDoc *json_stream_cut(JsonStream *j, unsigned depth) {
  JsonNode *nodes = j->d->nodes;
  uint32_t end = j->d->n, children = j->scan.kids + j->scan.after;
  unsigned level = (unsigned)j->scan.depth;
  if (j->outcome != SCAN_MORE || depth > JSON_CUT_MAX || end == 0) return NULL;
  for (uint32_t at = j->scan.open, parent; at != JSON_NONE; at = parent) {
    bool stays = --level <= depth;
    parent = nodes[at + 1].start;
    if (stays) {
      j->cut[j->n_cut].node = at;
      memcpy(j->cut[j->n_cut++].was, &nodes[at], sizeof j->cut->was);
      nodes[at].size = children & (JSON_MAX - 1);
      nodes[at + 1].start = end;
    } else end = at;
    if (parent == JSON_NONE) break;
    if (!stays && nodes[parent].type == JSON_OBJECT) end--;           /* its key goes too */
    children = nodes[parent].size + stays;
  }
  return j->d;
}

void json_stream_uncut(JsonStream *j) {
  while (j->n_cut > 0) {
    j->n_cut--;
    memcpy(&j->d->nodes[j->cut[j->n_cut].node], j->cut[j->n_cut].was, sizeof j->cut->was);
  }
}

bool json_stream_drop(JsonStream *j, uint32_t list, uint32_t to) {
  JsonDoc *d = j->d;
  JsonNode *nodes = d->nodes;
  uint32_t first = json_first(list), less = to - first, at = j->scan.open;
  if (j->outcome != SCAN_MORE || to <= first || (d->hollow && list != j->scan.list)) return false;
  while (at != JSON_NONE && at > list) at = nodes[at + 1].start;      /* of what is open, this is what it is in */
  if (at != list) return false;
  memmove(&nodes[first], &nodes[to], (d->n - to) * sizeof *nodes);
  d->n -= less;
  for (uint32_t i = first; i < d->n; i++)
    if (nodes[i].type >= JSON_ARRAY && nodes[++i].start > list) nodes[i].start -= less;
  if (j->scan.open > list) j->scan.open -= less;
  j->scan.dropped += less;
  j->scan.list = list;
  d->hollow = true;
  d->list = list;
  return true;
}

JsonDoc *json_stream_end(JsonStream *j, char *err, size_t errlen) {
  JsonDoc *d = j->d;
  if (j->outcome == SCAN_MORE) j->outcome = scan_on(&j->scan, d, false);
  if (j->outcome != SCAN_OK) {
    say(j->outcome, &j->scan, d->len, err, errlen);
    return NULL;
  }
  d->id = next_id();
  d->block = d->text;
  free(j);
  return d;
}

void json_stream_free(JsonStream *j) {
  if (!j) return;
  j->d->block = j->d->text;
  json_unref(j->d);
  free(j);
}

/* ---- the life of a document ---- */

void json_fold(JsonDoc *d) { tape_free(d); }

bool json_unfold(JsonDoc *d) {
  Scan s;
  if (d->nodes && !d->hollow) return true;
  tape_free(d);
  if (scan_begin(&s, d, d->len, true) && scan_on(&s, d, false) == SCAN_OK) return true;
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
