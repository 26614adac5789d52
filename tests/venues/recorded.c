#include "recorded.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "worker/json.h"

#define FILE_MAX (64u << 20)
#define RECORDS_MAX 4096

typedef struct {
  char *method, *path, *body;
  size_t len;
  int status;
  int n;
  char *keys[QUERY_MAX], *values[QUERY_MAX];
  char *query;
} Record;
struct Recorded {
  Record *list;
  int n, cap;
};

/* Where a file of vectors holds a reply under the request of another step of the same flow: served under the path it belongs to. */
static const struct {
  const char *venue, *filed, *served;
} moved[] = {
  { "binance", "/sapi/v1/margin/isolated/allPairs", "/api/v3/exchangeInfo" }, /* the list of spot markets */
};

static int hex(char c) {
  return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static void unescape(char *s) {
  char *out = s;
  for (; *s; s++) {
    if (*s == '%' && hex(s[1]) >= 0 && hex(s[2]) >= 0) {
      *out++ = (char)(hex(s[1]) * 16 + hex(s[2]));
      s += 2;
    } else *out++ = *s == '+' ? ' ' : *s;
  }
  *out = 0;
}

static char *copy(const char *s, size_t n) {
  char *p = malloc(n + 1);
  if (!p) return NULL;
  memcpy(p, s, n);
  p[n] = 0;
  return p;
}

static void record_free(Record *r) {
  free(r->method);
  free(r->path);
  free(r->body);
  free(r->query);
}

/* The path and query of an absolute URL, into r. */
static bool split_url(Record *r, const char *url, size_t len) {
  const char *end = url + len, *p = memchr(url, ':', len);
  if (!p || end - p < 3 || memcmp(p, "://", 3)) return false;
  const char *path = memchr(p + 3, '/', (size_t)(end - p - 3));
  if (!path) return (r->path = copy("/", 1)) != NULL && (r->query = copy("", 0)) != NULL;
  const char *mark = memchr(path, '?', (size_t)(end - path));
  r->path = copy(path, (size_t)((mark ? mark : end) - path));
  r->query = copy(mark ? mark + 1 : "", mark ? (size_t)(end - mark - 1) : 0);
  if (!r->path || !r->query) return false;
  unescape(r->path);
  for (char *save, *pair = strtok_r(r->query, "&", &save); pair; pair = strtok_r(NULL, "&", &save)) {
    if (r->n == QUERY_MAX) return false;
    char *equals = strchr(pair, '=');
    if (equals) *equals = 0;
    r->keys[r->n] = pair;
    r->values[r->n++] = equals ? equals + 1 : pair + strlen(pair);
  }
  for (int i = 0; i < r->n; i++) {
    unescape(r->keys[i]);
    unescape(r->values[i]);
  }
  return true;
}

static char *member(const JsonDoc *d, uint32_t node, const char *key, JsonScratch *scratch, size_t *len) {
  uint32_t at = node == JSON_NONE || d->nodes[node].type != JSON_OBJECT ? JSON_NONE : json_get(d, node, key, strlen(key));
  if (at == JSON_NONE || d->nodes[at].type != JSON_STRING) return NULL;
  size_t n;
  const char *text = json_text(d, at, scratch, &n);
  if (!text) return NULL;
  if (len) *len = n;
  return copy(text, n);
}

static bool is_text(const JsonDoc *d, uint32_t node, const char *key, const char *wanted, JsonScratch *scratch) {
  char *text = member(d, node, key, scratch, NULL);
  bool same = text && !strcmp(text, wanted);
  free(text);
  return same;
}

static uint32_t child(const JsonDoc *d, uint32_t node, const char *key, int type) {
  if (node == JSON_NONE || d->nodes[node].type != JSON_OBJECT) return JSON_NONE;
  uint32_t at = json_get(d, node, key, strlen(key));
  return at != JSON_NONE && d->nodes[at].type == (uint32_t)type ? at : JSON_NONE;
}

static void keep(Recorded *r, const JsonDoc *d, uint32_t exchange, JsonScratch *scratch) {
  uint32_t request = child(d, exchange, "request", JSON_OBJECT), reply = child(d, exchange, "reply", JSON_OBJECT);
  uint32_t status = child(d, reply, "status", JSON_NUMBER);
  Record one = { 0 };
  size_t len = 0;
  char *url = member(d, request, "url", scratch, &len);
  one.method = member(d, request, "method", scratch, NULL);
  one.body = member(d, reply, "body", scratch, &one.len);
  if (status != JSON_NONE) one.status = atoi(d->text + d->nodes[status].start); /* ends at the first sign that is not a digit */
  bool fits =
      url && one.method && one.body && one.status >= 100 && one.status <= 599 && r->n < RECORDS_MAX && split_url(&one, url, len);
  free(url);
  if (fits && r->n == r->cap) {
    int cap = r->cap ? r->cap * 2 : 32;
    Record *list = realloc(r->list, (size_t)cap * sizeof *list);
    if (list) {
      r->list = list;
      r->cap = cap;
    } else fits = false;
  }
  if (fits) r->list[r->n++] = one;
  else record_free(&one);
}

static char *read_file(const char *path, size_t *len, char *err, size_t errlen) {
  FILE *f = fopen(path, "rb");
  if (!f) {
    snprintf(err, errlen, "%s: %s", path, strerror(errno));
    return NULL;
  }
  char *text = NULL;
  size_t n = 0, cap = 0;
  for (;;) {
    if (n + 65536 + 1 > cap) {
      cap = cap ? cap * 2 : 262144;
      char *p = cap > FILE_MAX * 2u ? NULL : realloc(text, cap);
      if (!p) {
        snprintf(err, errlen, "%s: too long", path);
        free(text);
        fclose(f);
        return NULL;
      }
      text = p;
    }
    size_t got = fread(text + n, 1, 65536, f);
    n += got;
    if (got < 65536) break;
  }
  bool failed = ferror(f);
  fclose(f);
  if (failed) {
    snprintf(err, errlen, "%s: cannot be read", path);
    free(text);
    return NULL;
  }
  *len = n;
  return text;
}

Recorded *recorded_load(const char *dir, const Venue *v, char *err, size_t errlen) {
  char path[4096], why[256];
  if (snprintf(path, sizeof path, "%s/%s.json", dir, v->vector) >= (int)sizeof path) {
    snprintf(err, errlen, "%s: too long a path", dir);
    return NULL;
  }
  size_t len;
  char *text = read_file(path, &len, err, errlen);
  if (!text) return NULL;
  JsonDoc *d = json_parse(text, len, why, sizeof why);
  if (!d) {
    snprintf(err, errlen, "%s: %s", path, why);
    return NULL;
  }
  Recorded *r = calloc(1, sizeof *r);
  JsonScratch scratch = { 0 };
  uint32_t vectors = d->n ? child(d, 0, "vectors", JSON_ARRAY) : JSON_NONE;
  if (r && vectors != JSON_NONE)
    for (uint32_t i = json_first(vectors); i < json_next(d->nodes, vectors); i = json_next(d->nodes, i)) {
      if (!is_text(d, i, "origin", "recorded", &scratch) || !is_text(d, i, "kind", "response", &scratch)) continue;
      uint32_t flow = child(d, i, "exchanges_http", JSON_ARRAY);
      if (flow == JSON_NONE) continue;
      for (uint32_t k = json_first(flow); k < json_next(d->nodes, flow); k = json_next(d->nodes, k)) keep(r, d, k, &scratch);
    }
  for (size_t m = 0; r && m < sizeof moved / sizeof *moved; m++)
    for (int i = 0; !strcmp(moved[m].venue, v->id) && i < r->n; i++) {
      Record *one = &r->list[i];
      if (!strcmp(one->path, moved[m].served)) {
        *one->path = 0;
        continue;
      }
      if (strcmp(one->path, moved[m].filed)) continue;
      free(one->path);
      one->path = copy(moved[m].served, strlen(moved[m].served));
      one->n = 0;
      if (!one->path) one->path = copy("", 0);
    }
  free(scratch.p);
  json_unref(d);
  if (!r) snprintf(err, errlen, "out of memory");
  return r;
}

void recorded_free(Recorded *r) {
  if (!r) return;
  for (int i = 0; i < r->n; i++) record_free(&r->list[i]);
  free(r->list);
  free(r);
}

int recorded_count(const Recorded *r) { return r->n; }

static bool passed_over(const char *key) {
  static const char *const keys[] = { "limit", "count", "sz", "len", "timestamp", "signature", "recvWindow" };
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
    if (!strcmp(key, keys[i])) return true;
  return false;
}

static bool same_query(const Record *r, const Request *q, bool loose) {
  int there = 0, asked = 0;
  for (int i = 0; i < q->queries; i++) {
    if (loose && passed_over(q->query[i].key)) continue;
    asked++;
  }
  for (int i = 0; i < r->n; i++) {
    if (loose && passed_over(r->keys[i])) continue;
    there++;
    const char *value = query_get(q, r->keys[i]);
    if (!value || strcmp(value, r->values[i])) return false;
  }
  return there == asked;
}

bool recorded_answer(const Recorded *r, const Request *q, Reply *reply) {
  for (int loose = 0; loose < 2; loose++)
    for (int i = 0; i < r->n; i++) {
      const Record *one = &r->list[i];
      if (!one->path || strcmp(one->path, q->path) || strcmp(one->method, q->method) || !same_query(one, q, loose)) continue;
      reply->status = one->status;
      reply->body.len = 0;
      text_bytes(&reply->body, one->body, one->len);
      return true;
    }
  return false;
}
