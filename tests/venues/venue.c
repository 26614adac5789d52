#include "venue.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const Venue *const venues[] = { &venue_kraken,           &venue_binance, &venue_bitstamp,
                                &venue_coinbaseexchange, &venue_okx,     &venue_luno,
                                &venue_bitfinex,         &venue_gemini,  &venue_kucoin, NULL };

const Venue *venue_find(const char *id, size_t len) {
  for (int i = 0; venues[i]; i++)
    if (strlen(venues[i]->id) == len && !memcmp(venues[i]->id, id, len)) return venues[i];
  return NULL;
}

void venue_answer(const Venue *v, const Source *s, const Request *q, Moment now, Reply *r) {
  r->status = 200;
  v->answer(v, s, q, now, r);
  reply_check(r);
}

void reply_check(Reply *r) {
  if (!r->body.full) return;
  text_free(&r->body);
  reply_set(r, 500, "{}");
}

const char *header_get(const Request *q, const char *name) {
  for (int i = 0; i < q->headers; i++)
    if (!strcasecmp(q->header[i].name, name)) return q->header[i].value;
  return NULL;
}

Moment request_time(const Request *q, Moment now) { return q->wall ? q->wall : now; }

const char *query_get(const Request *q, const char *key) {
  for (int i = 0; i < q->queries; i++)
    if (!strcmp(q->query[i].key, key)) return q->query[i].value;
  return NULL;
}

bool query_int(const Request *q, const char *key, int64_t *out) {
  const char *text = query_get(q, key);
  if (!text) return true;
  char *end;
  errno = 0;
  long long v = strtoll(text, &end, 10);
  if (!*text || *end || errno) return false;
  *out = v;
  return true;
}

const Listing *listing_find(const Venue *v, const char *id, size_t len) {
  for (int i = 0; i < v->n; i++) {
    const Listing *l = &v->listings[i];
    if (strlen(l->id) == len && !memcmp(l->id, id, len)) return l;
    if (l->name && strlen(l->name) == len && !memcmp(l->name, id, len)) return l;
  }
  return NULL;
}

bool path_take(const char **path, const char *prefix) {
  size_t n = strlen(prefix);
  if (strncmp(*path, prefix, n)) return false;
  *path += n;
  return true;
}

size_t path_step(const char *path) { return strcspn(path, "/"); }

void reply_set(Reply *r, int status, const char *json) {
  r->status = status;
  r->body.len = 0;
  text_add(&r->body, json);
}
