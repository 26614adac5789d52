/* MSG_HTTP from question to answer: checked, paid for from the rate budget, signed at the moment of sending, sent, tried again
 * where that is safe. And MSG_SIGN, which ends before the sending. */
#include "broker/budget.h"
#include "broker/curl_api.h"
#include "broker/crypto.h"
#include "broker/draft.h"
#include "broker/http.h"
#include "broker/kept.h"
#include "broker/nonce.h"
#include "broker/orders.h"
#include "broker/peer.h"
#include "broker/signer.h"
#include "wire/trim.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define REQUESTS_MAX 1024     /* of one worker, waiting or under way */
#define REQUEST_BYTES_MAX (64u << 20)   /* of the texts of those */
#define BUCKETS_MAX 16        /* names a venue may use: more share the common one */
#define TRY_LEAST_US 250000
#define TRIES_MAX 4
#define LENT_MIN 32768        /* bytes of a reply from which it goes to the worker without a copy */
#define REDIRECTS_MAX 3
#define ORIGIN_MAX 300        /* of a URL: scheme, host and port */
#define LOOK_MS 10            /* between looks whether another worker has fetched a list */
#define REST_MS 2000          /* without a request, after which what they took is given back */

struct Net {
  Http *http;
  Budget *budget;
  KeyRing ring;
  LoopTimer rest;             /* runs while no request does */
  const char *dead;           /* why there is no network in this session */
  char why[300];
};

struct Request {
  Peer *peer;
  uint32_t id;
  Draft draft;
  Venue *venue;
  const BaseUrl *base;
  int right;
  Bucket *bucket;
  BudgetRate rate;
  double cost;
  bool free_of_budget, taken;
  int64_t deadline_us;        /* monotonic */
  int timeout_ms, tries, redirects;
  char *url;                  /* what is asked for now: after a redirect, or as sent without its query, for messages */
  bool redirected;
  int64_t order; char act[12];   /* of the journal; act "": for no order */
  char *keep_as;              /* its reply is kept on disk under this URL */
  bool asks, old_will_do;     /* it is this one that fetches it; what is kept is as good */
  LoopTimer timer;
  HttpTransfer *transfer;
  bool parted;                /* the worker has parts of the body */
  Request *prev, *next;
};

static void rest(void *ctx) {
  (void)ctx;
  trim_heap();
  trim_code();
}

static Net *net_get(Session *s) {
  if (!s->net) s->net = calloc(1, sizeof *s->net);
  if (!s->net) abort();
  s->net->rest.fn = rest;
  return s->net;
}

static bool net_ready(Session *s) {
  Net *n = net_get(s);
  bool shared;
  if (!n->http && !n->dead && !(n->http = http_new(s->loop, s->spec->cacert, n->why, sizeof n->why))) n->dead = n->why;
  if (!n->budget && !n->dead) {
    n->budget = budget_open(paths_state(), &shared);
    if (!n->budget) n->dead = "out of memory";
    else if (!shared && paths_state()) session_say(s, "warn", "%s/budget: cannot be used; the rate budget is not shared with other processes", paths_state());
  }
  return !n->dead;
}

void request_expect(Session *s) {
  if (!s->spec->frozen_clock && !s->spec->replay) curl_api_begin(http_look_for_roots);      /* conform and replays send none */
}

void request_close(Session *s) {
  Net *n = s->net;
  curl_api_end();
  if (!n) return;
  loop_cancel(s->loop, &n->rest);
  http_free(n->http);
  budget_free(n->budget);
  if (n->ring.store) keys_close(n->ring.store);
  crypto_forget();
  nonce_close();
  free(n);
  s->net = NULL;
}

/* --- a request's life --- */

static void request_free(Request *r) {
  if (r->prev) r->prev->next = r->next;
  else r->peer->requests = r->next;
  if (r->next) r->next->prev = r->prev;
  r->peer->n_requests--;
  r->peer->request_bytes -= r->draft.size;
  loop_cancel(r->peer->session->loop, &r->timer);
  loop_after(r->peer->session->loop, &r->peer->session->net->rest, REST_MS);
  if (r->transfer) http_cancel(r->transfer);
  draft_free(&r->draft);
  free(r->url);
  free(r->keep_as);
  free(r);
}

void request_forget(Peer *p) {
  while (p->requests) {
    Request *r = p->requests;
    if (r->taken && !r->transfer) budget_give_back(r->bucket, r->rate, r->cost);     /* it waited and never went */
    request_free(r);
  }
}

static void error_put(Peer *p, uint32_t id, const char *class, const char *message, bool retry) {
  msgpack_packer pk = peer_begin(p, MSG_REPLY, id);
  pack_map(&pk, 1);
  pack_str(&pk, "error");
  pack_map(&pk, 3);
  pack_key_str(&pk, "class", class);
  pack_key_str(&pk, "message", message);
  pack_key_bool(&pk, "retry", retry);
  peer_end(p);
}

static void request_fail(Request *r, const char *class, bool retry, const char *message) {
  Peer *p = r->peer;
  uint32_t id = r->id;
  char text[600];
  snprintf(text, sizeof text, "%s", message);
  request_free(r);
  error_put(p, id, class, text, retry);
}

static bool repeatable(const Request *r) { return r->right == RIGHT_PUBLIC || r->right == RIGHT_READ; }
static int64_t left_us(const Request *r) { return r->deadline_us - clock_mono_us(); }

static void request_send(Request *r);

static void timer_send(void *ctx) {
  Request *r = ctx;
  int64_t now = clock_wall_ns() / 1000;
  /* The venue may have shut the door while this one waited: then it goes to the end of the new queue. */
  if (!r->free_of_budget && budget_closed_us(r->bucket, now)) {
    int64_t would, wait;
    budget_give_back(r->bucket, r->rate, r->cost);
    r->taken = false;
    wait = budget_take(r->bucket, r->rate, r->cost, now, left_us(r), &would);
    if (wait < 0) {
      char text[300];
      snprintf(text, sizeof text, "the exchange asked for a pause: would wait %lld ms", (long long)(would / 1000));
      request_fail(r, "RateLimitExceeded", true, text);
      return;
    }
    r->taken = true;
    loop_after_us(r->peer->session->loop, &r->timer, wait);
    return;
  }
  request_send(r);
}

/* Pays and waits for its turn; false: it does not fit in the deadline, and *would_ms says how long it would have been. */
static bool request_queue(Request *r, int64_t at_least_us, int64_t *would_ms) {
  int64_t wait = 0, would = 0, left = left_us(r) - 20000;
  if (at_least_us > left) return *would_ms = at_least_us / 1000, false;
  if (!r->free_of_budget) {
    wait = budget_take(r->bucket, r->rate, r->cost, clock_wall_ns() / 1000, left, &would);
    if (wait < 0) return *would_ms = would / 1000, false;
    r->taken = true;
  }
  if (wait < at_least_us) wait = at_least_us;
  r->timer.fn = timer_send;
  if (wait > 0) loop_after_us(r->peer->session->loop, &r->timer, wait);
  else request_send(r);
  return true;
}

/* --- the answer --- */

/* The worker reads while the disk is written to. */
static void request_reply(Request *r, HttpReply *reply) {
  Peer *p = r->peer;
  if (r->act[0]) orders_replied(p->session, r->order, r->act, (int)reply->status, reply->body, reply->body_len);
  msgpack_packer pk = peer_begin(p, MSG_REPLY, r->id);
  pack_map(&pk, 4);
  pack_key_int(&pk, "status", reply->status);
  pack_key_int(&pk, "received_ms", clock_wall_ms());
  pack_key_str(&pk, "url", r->url);
  char *rest = reply->body ? reply->body + reply->given : NULL, *keep_as = reply->status == 200 && reply->body_len ? r->keep_as : NULL, venue[64];
  size_t n = reply->body_len - reply->given;
  if (keep_as) r->keep_as = NULL;
  snprintf(venue, sizeof venue, "%s", r->venue->id);
  r->transfer = NULL;
  request_free(r);
  if (n < LENT_MIN || keep_as) {
    pack_key_bin(&pk, "body", rest, n);
    if (keep_as) peer_end(p);
    else peer_end_soon(p);
  } else {
    pack_str(&pk, "body");              /* last, so that the body need not be copied into the frame */
    msgpack_pack_bin(&pk, n);
    reply->body = NULL;
    peer_end_with(p, rest, n);
  }
  if (keep_as) kept_write(paths_state(), venue, keep_as, clock_wall_ms(), reply->body, reply->body_len);
  free(keep_as);
}

static const char *class_of(const HttpReply *reply) {
  switch (reply->failure) {
    case HTTP_CONNECT: return strstr(reply->message, "no connection after") ? "RequestTimeout" : "ExchangeNotAvailable";
    case HTTP_TIMEOUT: return "RequestTimeout";
    case HTTP_BAD: return "BadResponse";
    case HTTP_LOCAL: return "OperationFailed";
    default: return "NetworkError";
  }
}

static void failed(Request *r, const HttpReply *reply) {
  bool bad_luck = reply->failure == HTTP_CONNECT || reply->failure == HTTP_TIMEOUT || reply->failure == HTTP_BROKEN;
  char text[600];
  if (r->act[0] && reply->sent) orders_replied(r->peer->session, r->order, r->act, 0, reply->message, strlen(reply->message));
  if (repeatable(r)) snprintf(text, sizeof text, "%s", reply->message);
  else if (!reply->sent) snprintf(text, sizeof text, "%s; nothing was sent", reply->message);
  else snprintf(text, sizeof text, "%s; it is not known whether the exchange took it", reply->message);
  request_fail(r, class_of(reply), bad_luck && (repeatable(r) || !reply->sent), text);
}

/* Full jitter: anything from nothing to a ceiling that doubles. */
static int64_t backoff_us(int tries) {
  uint32_t x = 0;
  int64_t ceiling = 200000ll << (tries < 5 ? tries : 5);
  if (getrandom(&x, sizeof x, 0) != (ssize_t)sizeof x) x = UINT32_MAX / 2;
  return (int64_t)((double)ceiling * x / UINT32_MAX);
}

/* A try that begins just before the deadline can only be cut off by it, and would hide what went wrong before. */
static bool is_time_for_another(const Request *r, int64_t wait_us) {
  int64_t least = r->timeout_ms * 1000ll / 8;
  return left_us(r) - wait_us >= (least < TRY_LEAST_US ? least : TRY_LEAST_US);
}

static bool try_again(Request *r, int64_t wait_us) {
  int64_t would;
  if (!repeatable(r) || r->tries >= TRIES_MAX || !is_time_for_another(r, wait_us)) return false;
  r->transfer = NULL;
  return request_queue(r, wait_us, &would);
}

static const char *header_of(const void *reply, const char *name) { return http_header(reply, name); }

/* Redirects are followed by hand: public GETs, to hosts that the adapter named. */
static bool redirect(Request *r, const HttpReply *reply) {
  const char *to = http_header(reply, "location");
  char next[8192], text[600], why[128];
  Url u;
  if (reply->status < 301 || reply->status > 308 || (reply->status > 303 && reply->status < 307) || !to) return false;
  if (r->right != RIGHT_PUBLIC || strcmp(r->draft.method, "GET")) {
    snprintf(text, sizeof text, "answered a %s request with a redirect, which is not followed", r->right == RIGHT_PUBLIC ? r->draft.method : "signed");
    request_fail(r, "BadResponse", false, text);
    return true;
  }
  if (r->redirects >= REDIRECTS_MAX) {
    snprintf(text, sizeof text, "more than %d redirects", REDIRECTS_MAX);
    request_fail(r, "BadResponse", false, text);
    return true;
  }
  if (!url_resolve(r->url, to, strlen(to), next, sizeof next) || !url_parse(next, strlen(next), &u, why, sizeof why)) {
    snprintf(text, sizeof text, "redirects to something that is no URL to follow: %.100s", to);
    request_fail(r, "BadResponse", false, text);
    return true;
  }
  if (!(r->base && url_same_host(&u, &r->base->url)) && !hosts_allows(r->venue, &u)) {
    snprintf(text, sizeof text, "redirects to %s, which is not one of its hosts", u.host);
    request_fail(r, "BadResponse", false, text);
    return true;
  }
  char *copy = strdup(next);
  if (!copy) return false;
  free(r->url);
  r->url = copy;
  r->redirects++;
  r->redirected = true;
  r->transfer = NULL;
  int64_t would;
  if (!request_queue(r, 0, &would)) request_fail(r, "RequestTimeout", true, "no time is left to follow a redirect");
  return true;
}

static void arrived(void *ctx, HttpReply *reply) {
  Request *r = ctx;
  Peer *p = r->peer;
  Session *s = p->session;
  int64_t now = clock_wall_ns() / 1000;
  r->transfer = NULL;
  r->taken = false;
  record_came(p, r->id, reply->status, reply->failure ? reply->message : NULL, reply->ms);
  if (reply->failure) {
    bool again = reply->failure == HTTP_CONNECT || reply->failure == HTTP_BROKEN;
    if (!again || !try_again(r, backoff_us(r->tries))) failed(r, reply);
    return;
  }
  int64_t pause = budget_retry_after(http_header(reply, "retry-after"), now);
  if (!r->free_of_budget) budget_learn(r->bucket, r->rate, now, header_of, reply);
  if (reply->status == 429 || reply->status == 418) {
    bool open = !r->free_of_budget && !budget_closed_us(r->bucket, now);
    int64_t ms = !r->free_of_budget ? budget_shut(r->bucket, now, pause) : pause > 0 ? pause : -1;
    if (open || r->free_of_budget)
      session_say(s, "warn", "%s: too many requests (HTTP %d): none is sent for %.1f s", r->venue->id, reply->status, (double)(ms < 0 ? 1000 : ms) / 1000);
    if (p->state >= PEER_LEAVING) return;       /* saying it stopped the session, and this request went with its worker */
    if (!try_again(r, ms < 0 ? backoff_us(r->tries) : ms * 1000)) request_reply(r, reply);
    return;
  }
  if (!r->free_of_budget) budget_fine(r->bucket);
  if (reply->status >= 502 && reply->status <= 504) {
    if (!try_again(r, pause >= 0 ? pause * 1000 : backoff_us(r->tries))) request_reply(r, reply);
    return;
  }
  if (reply->status >= 300 && reply->status < 400 && redirect(r, reply)) return;
  request_reply(r, reply);
}

/* --- sending --- */

/* The URL has sealed parts, behind its host: neither an error nor the reply may tell the worker what came of them. */
static bool sealed_url(const Request *r) { return r->draft.url.recipe && !r->redirected; }

/* The URL that goes out: checked against the venue's hosts, then moved to its base URL if it has one. malloc'd. */
static char *target(const Request *r, const Part *url, Url *u, char *err, size_t errlen) {
  char why[128];
  if (!url_parse(url->p, url->n, u, why, sizeof why)) return snprintf(err, errlen, "%s", sealed_url(r) ? "the URL with its sealed parts is no URL" : why), NULL;
  bool at_base = r->redirected && r->base && url_same_host(u, &r->base->url);
  if (!at_base && !hosts_allows(r->venue, u)) return snprintf(err, errlen, "%s is not one of the hosts that the adapter names", u->host), NULL;
  if (r->base) {
    const char *rest = u->rest;
    size_t n = u->rest_len;
    *u = r->base->url;
    u->rest = rest;
    u->rest_len = n;
  }
  char *out = malloc(ORIGIN_MAX + u->rest_len + 2);
  if (!out) return snprintf(err, errlen, "out of memory"), NULL;
  size_t n = url_origin(u, out, ORIGIN_MAX);
  if (!u->rest_len || u->rest[0] != '/') out[n++] = '/';
  if (u->rest_len) memcpy(out + n, u->rest, u->rest_len);
  out[n + u->rest_len] = 0;
  return out;
}

/* What trades is in the journal before it is sent, in its redacted form: the same nonce, no credential. */
static bool journalled(Request *r, Signer *signer, char *err, size_t errlen) {
  Built shown;
  if (!r->act[0]) return true;
  if (!draft_build(&r->draft, &signer->env, true, &shown, err, errlen)) return false;
  Session *s = r->peer->session;
  bool ok = orders_fits(s, r->order, r->act, &r->draft, &shown, err, errlen) &&
            orders_sending(s, r->order, r->act, r->draft.method, shown.url.p, shown.url.n, r->draft.has_body ? shown.body.p : "",
                           r->draft.has_body ? shown.body.n : 0, err, errlen);
  signer->env.redact = false;
  return ok;
}

/* A large body goes to the worker while it comes, so that it is read meanwhile. Not what is recorded as a whole. */
static bool part_came(void *ctx, const char *bytes, size_t n, size_t expected) {
  Request *r = ctx;
  bool taken = peer_part(r->peer, r->id, bytes, n, expected);
  r->parted |= taken;
  return taken;
}

static bool in_parts(const Request *r) {
  const Session *s = r->peer->session;
  return repeatable(r) && !r->act[0] && !s->recorder && !s->play;
}

static void request_send(Request *r) {
  Session *s = r->peer->session;
  Signer signer;
  Built built;
  const char *lines[DRAFT_HEADERS + 1], *class = "BadRequest";
  char err[400] = "", *headers = NULL, *url = NULL;
  size_t headers_size = 0;
  Url u;
  int64_t left = left_us(r) / 1000;
  bool ok = signer_user(&signer, &s->net->ring, s->spec, r->venue, r->right, &class, err, sizeof err);
  if (ok) {
    class = "BadRequest";
    ok = draft_build(&r->draft, &signer.env, false, &built, err, sizeof err);
    if (!ok && strstr(err, "credential")) class = "AuthenticationError";
  }
  if (ok && r->redirected) built.url = (Part){ r->url, strlen(r->url), false };
  ok = ok && (url = target(r, &built.url, &u, err, sizeof err)) && (headers = draft_headers(&r->draft, &built, lines, &headers_size, err, sizeof err));
  if (ok && left < 1) {
    ok = false;
    class = "RequestTimeout";
    snprintf(err, sizeof err, "the deadline passed before the request was sent");
  }
  if (ok && !journalled(r, &signer, err, sizeof err)) {
    ok = false;
    class = "OperationFailed";
  }
  if (ok) {
    HttpRequest rq = {
      .method = r->draft.method, .url = url, .host = u.host, .headers = lines, .body = r->draft.has_body ? built.body.p : NULL,
      .body_len = built.body.n, .deadline_ms = (int)left, .connect_ms = left < 5000 ? (int)left : 5000,
      .loopback = url_is_loopback(&u), .once = !repeatable(r), .part = in_parts(r) ? part_came : NULL,
      .whole = r->keep_as != NULL };
    if (r->parted) r->parted = !peer_part(r->peer, r->id, NULL, 0, 0);
    r->tries++;
    r->transfer = http_start(s->net->http, &rq, arrived, r, err, sizeof err);
    ok = r->transfer != NULL;
    if (ok) {
      record_sent(r->peer, r->id, r->tries);
      session_asked(s, r->venue, r->cost, r->tries > 1);
    }
    class = "OperationFailed";
    size_t origin = strcspn(url, "/") + 2;
    char *shown = strndup(url, sealed_url(r) ? origin + strcspn(url + origin, "/?") : strcspn(url, "?"));
    if (shown && !r->redirected) {
      free(r->url);
      r->url = shown;
    } else free(shown);
  }
  if (headers) explicit_bzero(headers, headers_size);
  if (url) explicit_bzero(url, strlen(url));
  free(headers);
  free(url);
  signer_end(&signer);
  if (ok) return;
  if (r->taken) budget_give_back(r->bucket, r->rate, r->cost);
  request_fail(r, class, false, err);
}

/* --- MSG_HTTP --- */

static const BaseUrl *base_of(const Session *s, const char *venue) {
  for (size_t i = 0; i < s->n_bases; i++)
    if (!strcmp(s->bases[i].id, venue)) return &s->bases[i];
  return NULL;
}

/* The bucket's name, if it is one of the first few of this venue: a script must not get a fresh budget by making up names. */
static const char *bucket_name(Venue *v, const msgpack_object *m, char buf[32]) {
  if (!pack_get_line(m, "bucket", buf, 32)) return "";
  for (size_t i = 0; i < v->n_buckets; i++)
    if (!strcmp(v->buckets[i], buf)) return buf;
  if (v->n_buckets >= BUCKETS_MAX) return "";
  char (*more)[32] = realloc(v->buckets, (v->n_buckets + 1) * sizeof *more);
  if (!more) return "";
  v->buckets = more;
  snprintf(v->buckets[v->n_buckets++], 32, "%s", buf);
  return buf;
}

bool request_credentials(Session *s, const char *venue, Credentials *out) {
  *out = (Credentials){ 0 };
  return keys_environment(venue, out) || (s->net && s->net->ring.store && keys_get(s->net->ring.store, venue, NULL, NULL, out));
}

static void choose_bucket(Request *r, const msgpack_object *m) {
  Session *s = r->peer->session;
  char name[32], moved[sizeof r->venue->id + sizeof r->base->origin + 1], account[17] = "public";
  const char *venue = r->venue->id;
  Credentials c = { 0 };
  double cost = pack_get_double(m, "cost", 1);
  r->cost = cost >= 0 && cost <= 10000 ? cost : 1;
  r->rate = (BudgetRate){ r->venue->interval_ms, r->venue->burst };
  r->free_of_budget = s->spec->unlimited && r->base;
  if (r->right != RIGHT_PUBLIC && request_credentials(s, r->venue->id, &c) && c.field[K_APIKEY].p)
    keys_fingerprint(c.field[K_APIKEY].p, c.field[K_APIKEY].len, account);
  else if (r->right != RIGHT_PUBLIC) strcpy(account, "private");
  if (r->base) venue = moved, stpcpy(stpcpy(stpcpy(moved, r->venue->id), "@"), r->base->origin);
  r->bucket = budget_bucket(s->net->budget, venue, account, bucket_name(r->venue, m, name), clock_wall_ns() / 1000);
}

/* --- replies that are kept --- */

static bool from_disk(Request *r) {
  size_t len;
  int64_t received;
  char *body = kept_read(paths_state(), r->venue->id, r->keep_as, clock_wall_ms(), r->peer->session->spec->markets_age_ms, &len, &received);
  if (!body) return false;
  Peer *p = r->peer;
  msgpack_packer pk = peer_begin(p, MSG_REPLY, r->id);
  pack_map(&pk, 5);
  pack_key_int(&pk, "status", 200);
  pack_key_int(&pk, "received_ms", received);
  pack_key_str(&pk, "url", r->keep_as);
  pack_key_bool(&pk, "kept", true);
  pack_str(&pk, "body");
  msgpack_pack_bin(&pk, len);
  request_free(r);
  peer_end_with(p, body, len);
  return true;
}

/* Does another worker fetch what this one would? Scripts of one run begin at the same time, and a list is megabytes. */
static bool is_fetched(const Request *r) {
  const Session *s = r->peer->session;
  for (size_t i = 0; i < s->n_peers; i++)
    for (const Request *q = s->peers[i].requests; q; q = q->next)
      if (q != r && q->asks && strcmp(q->keep_as, r->keep_as) == 0) return true;
  return false;
}

/* A request for the market list may be answered from disk ("keep" = "use"), and its reply is kept there ("use", "renew"). Only what is public and was
 * not signed; for a local server that stands in for a venue only when the user gave an age, since those come and go. */
static bool answered_from_disk(Request *r, const msgpack_object *m) {
  const SessionSpec *spec = r->peer->session->spec;
  char how[8], origin[300];
  Url u;
  if (!pack_get_line(m, "keep", how, sizeof how) || spec->markets_age_ms <= 0 || !paths_state()) return false;
  if (r->right != RIGHT_PUBLIC || strcmp(r->draft.method, "GET") != 0 || r->draft.url.recipe || (r->base && !spec->markets_age_given)) return false;
  char why[64];
  if (!url_parse(r->draft.url.p, r->draft.url.n, &u, why, sizeof why) || !hosts_allows(r->venue, &u)) return false;
  url_origin(r->base ? &r->base->url : &u, origin, sizeof origin);
  if (asprintf(&r->keep_as, "%s%.*s", origin, (int)u.rest_len, u.rest_len ? u.rest : "") < 0) r->keep_as = NULL;
  r->old_will_do = r->keep_as && strcmp(how, "use") == 0;
  return r->old_will_do && from_disk(r);
}

static Venue *venue_of(Peer *p, const msgpack_object *m, char *err, size_t errlen) {
  char id[64];
  if (!pack_get_line(m, "venue", id, sizeof id)) return snprintf(err, errlen, "the request names no venue"), NULL;
  Venue *v = hosts_venue(&p->venues, id);
  if (!v) snprintf(err, errlen, "the adapter of %s declared no hosts", id);
  return v;
}

static int right_in(const msgpack_object *m) {
  char name[16];
  return pack_get_line(m, "right", name, sizeof name) ? right_of(name) : 0;
}

static void request_begin(Request *r) {
  char err[200];
  int64_t would;
  r->asks = r->keep_as != NULL;
  if (request_queue(r, 0, &would)) return;
  snprintf(err, sizeof err, "the rate budget is used up: would wait %lld ms, and %d ms is the limit", (long long)would, r->timeout_ms);
  request_fail(r, "RateLimitExceeded", true, err);
}

/* Waits for what another one fetches; when that came to nothing it is this one's turn. */
static void timer_look(void *ctx) {
  Request *r = ctx;
  if (from_disk(r)) return;
  if (is_fetched(r)) {
    loop_after(r->peer->session->loop, &r->timer, LOOK_MS);
    return;
  }
  r->deadline_us = clock_mono_us() + r->timeout_ms * 1000ll;
  request_begin(r);
}

void request_answer(Peer *p, uint32_t id, const msgpack_object *m) {
  Session *s = p->session;
  char err[400];
  Venue *v = venue_of(p, m, err, sizeof err);
  if (!v) {
    error_put(p, id, "BadRequest", err, false);
    return;
  }
  if (!net_ready(s)) {
    error_put(p, id, "OperationFailed", s->net->dead, false);
    return;
  }
  if (p->n_requests >= REQUESTS_MAX) {
    error_put(p, id, "RateLimitExceeded", "more than 1024 requests at once", true);
    return;
  }
  Request *r = calloc(1, sizeof *r);
  if (!r) {
    error_put(p, id, "OperationFailed", "out of memory", false);
    return;
  }
  *r = (Request){ .peer = p, .id = id, .venue = v, .base = base_of(s, v->id), .right = right_in(m), .next = p->requests,
                  .timer = { .fn = timer_send, .ctx = r } };
  if (r->next) r->next->prev = r;
  p->requests = r;
  p->n_requests++;
  int64_t ms = pack_get_int(m, "timeout_ms", s->spec->timeout_ms > 0 ? s->spec->timeout_ms : 10000);
  r->timeout_ms = ms < 1 ? 1 : ms > 120000 ? 120000 : (int)ms;
  r->deadline_us = clock_mono_us() + r->timeout_ms * 1000ll;
  if (!r->right) {
    request_fail(r, "BadRequest", false, "a request's right must be public, read, trade or withdraw");
    return;
  }
  if (!draft_read(&r->draft, m, err, sizeof err)) {
    request_fail(r, "BadRequest", false, err);
    return;
  }
  p->request_bytes += r->draft.size;
  if (p->request_bytes > REQUEST_BYTES_MAX) {
    request_fail(r, "RateLimitExceeded", true, "more than 64 MiB of requests at once");
    return;
  }
  if (r->right == RIGHT_TRADE || r->right == RIGHT_WITHDRAW) {
    r->order = pack_get_int(m, "order", 0);
    if (!pack_get_line(m, "act", r->act, sizeof r->act)) r->act[0] = 0;
    if (s->spec->orders && !orders_may_send(s, p, r->order, r->act, err, sizeof err)) {
      request_fail(r, "PermissionDenied", false, err);
      return;
    }
  }
  /* A run that may not, or has no key, hears so at once, not after its turn in the queue. */
  if (r->right != RIGHT_PUBLIC) {
    Signer signer;
    const char *class;
    bool ok = signer_user(&signer, &s->net->ring, s->spec, v, r->right, &class, err, sizeof err);
    signer_end(&signer);
    if (!ok) {
      request_fail(r, class, false, err);
      return;
    }
  }
  if (answered_from_disk(r, m)) return;
  choose_bucket(r, m);
  if (r->old_will_do && is_fetched(r)) {
    r->timer.fn = timer_look;
    loop_after(s->loop, &r->timer, LOOK_MS);
  } else request_begin(r);
}

/* --- MSG_SIGN --- */

static bool is_verb(const Peer *p, const char *name) { return !strcmp(p->spec->role, "verb") && (!name || !strcmp(p->name, name)); }

static void signed_put(Peer *p, uint32_t id, const Draft *d, const Built *b, bool sample) {
  msgpack_packer pk = peer_begin(p, MSG_SIGNED, id);
  pack_map(&pk, 4 + (size_t)sample);
  pack_key_str(&pk, "method", d->method);
  pack_key_strn(&pk, "url", b->url.p, b->url.n);
  pack_str(&pk, "headers");
  pack_map(&pk, d->n_headers);
  for (size_t i = 0; i < d->n_headers; i++) {
    pack_strn(&pk, d->names[i].p, d->names[i].n);
    pack_strn(&pk, b->values[i].p, b->values[i].n);
  }
  pack_str(&pk, "body");
  if (d->has_body) pack_strn(&pk, b->body.p, b->body.n);
  else pack_nil(&pk);
  if (sample) pack_key_bool(&pk, "sample", true);
  peer_end(p);
}

void request_sign(Peer *p, uint32_t id, const msgpack_object *m) {
  Session *s = p->session;
  Draft d = { 0 };
  Built b;
  Signer signer;
  char err[400] = "", venue[64] = "";
  const char *class;
  const msgpack_object *given = pack_get(m, "credentials");
  bool redact = pack_get_bool(m, "redact"), sample = false, ok;
  int right = right_in(m);
  pack_get_line(m, "venue", venue, sizeof venue);
  /* A strategy gets no signatures to look at: they are worth something. */
  if (given ? !is_verb(p, "conform") && !is_verb(p, "tape") : !redact || !is_verb(p, NULL)) {
    peer_error(p, MSG_SIGNED, id, "requests are shown by 'call --dry-run' and 'conform' only");
    return;
  }
  if (!draft_read(&d, m, err, sizeof err)) {
    draft_free(&d);
    peer_error(p, MSG_SIGNED, id, "%s", err);
    return;
  }
  net_get(s);
  if (given) {
    ok = signer_given(&signer, NULL, venue, given, pack_get_int(m, "clock_ms", 0), err, sizeof err);
    signer.env.is_public = right == RIGHT_PUBLIC;
  } else {
    Venue *v = venue_of(p, m, err, sizeof err);
    Url u;
    SessionSpec spec = *s->spec;
    if (spec.shows_requests) spec.rights = RIGHT_PUBLIC | RIGHT_READ | RIGHT_TRADE | RIGHT_WITHDRAW;
    ok = v != NULL;
    if (ok && !signer_user(&signer, &s->net->ring, &spec, v, right ? right : RIGHT_READ, &class, err, sizeof err)) {
      if (strcmp(class, "AuthenticationError")) ok = false;
      else {
        sample = true;
        signer_placeholders(&signer, v->id, venue_clock_ns(v));
      }
    }
    if (ok && !d.url.recipe) {
      char why[128];
      ok = url_parse(d.url.p, d.url.n, &u, why, sizeof why);
      if (!ok) snprintf(err, sizeof err, "%s", why);
      else if (!(ok = hosts_allows(v, &u))) snprintf(err, sizeof err, "%s is not one of the hosts that the adapter names", u.host);
    }
    if (!v) memset(&signer, 0, sizeof signer);
  }
  ok = ok && draft_build(&d, &signer.env, redact, &b, err, sizeof err);
  if (ok) signed_put(p, id, &d, &b, sample);
  signer_end(&signer);
  draft_free(&d);
  if (!ok) peer_error(p, MSG_SIGNED, id, "%s", err);
}

/* --- MSG_VERIFY --- */

static int index_of(const msgpack_object *o, const char *const *names, int n) {
  if (o && o->type == MSGPACK_OBJECT_POSITIVE_INTEGER && o->via.u64 < (uint64_t)n) return (int)o->via.u64;
  for (int i = 0; i < n; i++)
    if (pack_is(o, names[i])) return i;
  return -1;
}

void request_verify(Peer *p, uint32_t id, const msgpack_object *m) {
  static const char *const curves[] = RECIPE_CURVE_NAMES, *const hashes[] = RECIPE_HASH_NAMES;
  const char *key, *message, *sig;
  size_t key_len, message_len, sig_len;
  char err[200] = "";
  int curve = index_of(pack_get(m, "curve"), curves, CURVE_COUNT), hash = index_of(pack_get(m, "hash"), hashes, H_COUNT);
  if (!is_verb(p, "conform") || curve < 0 || hash < 0 || !pack_get_text(m, "key", &key, &key_len) ||
      !pack_get_text(m, "message", &message, &message_len) || !pack_get_text(m, "signature", &sig, &sig_len)) {
    peer_error(p, MSG_SIGNED, id, "curve, hash, key, message and signature are expected, from conform");
    return;
  }
  bool ok = crypto_ecdsa_verify((enum recipe_curve)curve, (enum recipe_hash)hash, key, key_len, message, message_len,
                                (const uint8_t *)sig, sig_len, err, sizeof err);
  if (!ok && err[0]) {
    peer_error(p, MSG_SIGNED, id, "%s", err);
    return;
  }
  msgpack_packer pk = peer_begin(p, MSG_SIGNED, id);
  pack_map(&pk, 1);
  pack_key_bool(&pk, "ok", ok);
  peer_end(p);
}
