#include "worker/json_in.h"

#include <stdlib.h>
#include <string.h>

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
  const unsigned char *p = (unsigned char *)d->text + d->nodes[node].start, *end = p + d->nodes[node].size;
  char *o = out, c[4];
  while (p < end) {
    size_t n = next_char(&p, c);
    memcpy(o, c, n);
    o += n;
  }
  return (size_t)(o - out);
}

static bool same_unescaped(const JsonDoc *d, const JsonNode *k, const char *s, size_t len) {
  const unsigned char *p = (unsigned char *)d->text + k->start, *end = p + k->size;
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
  return k->size == len && !memcmp(d->text + k->start, s, len);
}

uint32_t json_get(const JsonDoc *d, uint32_t object, const char *key, size_t len) {
  if (object >= d->n || d->nodes[object].type != JSON_OBJECT) return JSON_NONE;
  const JsonNode *nodes = d->nodes;
  const char *text = d->text;
  for (uint32_t i = json_first(object), end = json_next(nodes, object); i < end; i = json_next(nodes, i + 1)) {
    const JsonNode *k = &nodes[i];
    if (k->escaped) {
      if (same_unescaped(d, k, key, len)) return i + 1;
    } else if (k->size == len && !memcmp(text + k->start, key, len)) {
      return i + 1;
    }
  }
  return JSON_NONE;
}

uint32_t json_at(const JsonDoc *d, uint32_t array, int64_t index1) {
  if (array >= d->n || d->nodes[array].type != JSON_ARRAY) return JSON_NONE;
  const JsonNode *nodes = d->nodes;
  int64_t count = nodes[array].size;
  if (index1 < 0) index1 += count + 1;
  if (index1 < 1 || index1 > count) return JSON_NONE;
  uint32_t i = json_first(array);
  if (json_flat(nodes, array)) return i + (uint32_t)index1 - 1;
  while (--index1) i = json_next(nodes, i);
  return i;
}

const char *json_text(const JsonDoc *d, uint32_t node, JsonScratch *scratch, size_t *len) {
  const JsonNode *k = &d->nodes[node];
  if (!k->escaped) {
    *len = json_bytes(d->nodes, node);
    return d->text + k->start;
  }
  size_t need = (size_t)k->size + 1;      /* unescaping never makes text longer */
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
