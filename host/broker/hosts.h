/* URLs, and what a venue may reach. A strict parser of our own: what it does not know it refuses, so that nothing is read
 * one way here and another way by the library that sends. */
#ifndef BOURSE_HOSTS_H
#define BOURSE_HOSTS_H
#include <msgpack.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HOSTS_MAX 16        /* hosts of one venue */
#define URL_MAX 65536

typedef struct {
  bool tls;
  uint16_t port;
  char host[256];           /* lower case; an IPv6 address without its brackets */
  const char *rest;         /* path and query in the text given: starts with '/' or '?', or is empty */
  size_t rest_len;
} Url;

/* https, or http to this machine. No user info, fragment, control or non-ASCII character. `rest` points into s. */
bool url_parse(const char *s, size_t n, Url *out, char *err, size_t errlen);
bool url_is_loopback(const Url *u);                        /* 127.0.0.0/8, ::1, localhost */
bool url_same_host(const Url *a, const Url *b);            /* scheme, host and port */
size_t url_origin(const Url *u, char *buf, size_t cap);    /* "https://api.kraken.com", with the port unless it is the usual one */
/* A Location header against the URL it came for: the new URL in buf. False when it is none. */
bool url_resolve(const char *base, const char *location, size_t n, char *buf, size_t cap);
bool name_ok(const char *s, size_t n);                     /* [a-z0-9_]+, at most 63: ids of venues and files */

/* A venue as an adapter declared it. */
typedef struct {
  char id[64], pin[65];                                    /* pin: of its adapter's files (source_pin); "" when that is not known yet */
  struct Peer *peer;                                       /* whose adapter it is */
  Url hosts[HOSTS_MAX]; size_t n_hosts;
  double interval_ms, burst;
  bool clock_bad;                                          /* further off than can be right */
  int64_t clock_offset_ms;                                 /* its clock is ahead of ours by so much, */
  int64_t clock_base_us; bool clock_known;                 /* when ours was so far ahead of the time since the start of the machine */
  char (*buckets)[32]; size_t n_buckets;                   /* rate buckets seen, BUCKETS_MAX at most */
} Venue;
typedef struct { Venue **list; size_t n; } Venues;         /* of one worker */

bool hosts_declare(Venues *v, const msgpack_object *declare, char *err, size_t errlen);   /* the first declaration of a venue holds */
Venue *hosts_venue(const Venues *v, const char *id);       /* NULL: none */
/* Its time by the offset that was measured, as if this machine's clock had not been set since then; of one that does not tell its time, this machine's. */
void venue_clock_set(Venue *v, int64_t offset_ms);
int64_t venue_clock_ns(const Venue *v);
bool hosts_allows(const Venue *v, const Url *u);
void hosts_free(Venues *v);

/* --base-url: venue id to an origin on this machine. */
typedef struct { char id[64]; Url url; char origin[300]; } BaseUrl;
bool hosts_base_url(const char *text, BaseUrl *out, char *err, size_t errlen);
#endif
