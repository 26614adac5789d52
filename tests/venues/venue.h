/* What a venue is: its listings and a function that answers one request in the venue's own format. Nothing of HTTP's wire here. */
#ifndef VENUES_VENUE_H
#define VENUES_VENUE_H
#include <stdbool.h>
#include "market.h"
#include "text.h"

#define QUERY_MAX 32
#define HEADERS_MAX 48
#define ID_TEXT 40

typedef struct {
  const char *method, *path; /* path decoded, without the query */
  struct {
    const char *key, *value;
  } query[QUERY_MAX]; /* decoded */
  int queries;
  bool agent, key; /* has a User-Agent; has a header or parameter that names an API key */
  /* What signatures are made of. */
  const char *target; /* path and query as they were sent */
  struct {
    const char *name, *value;
  } header[HEADERS_MAX];
  int headers;
  const char *body; /* "" for none; a 0 follows */
  size_t body_len;
  Moment wall; /* when it came; 0: at the world's moment */
} Request;

typedef struct {
  int status;
  const char *type;
  Text body;
} Reply; /* type NULL: application/json */

typedef struct Venue Venue;
typedef struct Trading Trading; /* desk.h */
struct Venue {
  const char *id, *vector; /* vector: the name of its file of vectors */
  double fee;
  const Listing *listings;
  int n;
  void (*answer)(const Venue *v, const Source *s, const Request *q, Moment now, Reply *r);
  void (*missing)(Reply *r, const char *path); /* the venue's "no such endpoint" */
  const Trading *trading;                      /* NULL: it has no private side */
};

extern const Venue venue_kraken, venue_binance, venue_bitstamp, venue_coinbaseexchange, venue_okx, venue_luno, venue_bitfinex,
    venue_gemini, venue_kucoin;
extern const Venue *const venues[]; /* NULL at the end */
const Venue *venue_find(const char *id, size_t len);
void venue_answer(const Venue *v, const Source *s, const Request *q, Moment now, Reply *r);

/* Helpers for the answers. */
const char *query_get(const Request *q, const char *key);        /* NULL: not there */
bool query_int(const Request *q, const char *key, int64_t *out); /* false: there, but not a number; *out untouched when absent */
const Listing *listing_find(const Venue *v, const char *id, size_t len); /* id or name */
bool path_take(const char **path, const char *prefix);                   /* true, and *path moved on, when it starts so */
size_t path_step(const char *path);                                      /* length up to the next '/' or the end */
const char *header_get(const Request *q, const char *name);              /* NULL: not there */
Moment request_time(const Request *q, Moment now);                       /* what clocks show, whatever the world's moment */
void reply_set(Reply *r, int status, const char *json);                  /* replaces the body */
void reply_check(Reply *r);                                              /* one that did not fit becomes a 500 */
#endif
