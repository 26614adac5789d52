#include "worker/ahead.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "broker/draft.h"
#include "wire/asked_key.h"
#include "wire/pack.h"
#include "wire/play_rules.h"

#define GO_MS 20                      /* of real time at once: then the broker hears what was said, and can say something */
#define LOOK_AT_CLOCK 16              /* answers */
#define REPLIES_MAX (4u << 20)        /* bytes of replies that are kept though their time has passed */
#define ENTRIES_MAX 20000
#define REQUESTS 256                  /* that are known again by their bytes */
#define HELD_MAX (4u << 20)           /* bytes of replies that hold for some time */

/* A question of the recording that was not asked yet, and its answer. */
typedef struct Entry {
  struct Entry *next, *older, *newer; /* next: of the same place in the table */
  uint64_t key, rank;
  int64_t asked_us, at_us, ms;        /* at_us: of the answer, or NEVER; ms: what it says of the time */
  uint32_t number, at, len;           /* at: where in the reply its time is */
  bool request, kept, listed;         /* listed: it is in the table */
  unsigned waits;                     /* that rest on it */
  char *reply;                        /* NULL: it is the broker's to send */
} Entry;

/* A reply that is the same until some time, but for the times in it. */
typedef struct { unsigned refs; int64_t until_us; char *reply; size_t len, at, stamp; } Held;

typedef struct {
  int64_t at_us;
  uint64_t rank;
  uint32_t id;
  uint8_t what;                       /* MSG_WAKE, MSG_REPLY */
  int64_t asked_us, recorded_us;
  Entry *entry; Held *held;           /* what answers; neither: a sleep that was not recorded */
  char venue[64]; double cost;        /* of a request */
} Wait;

typedef struct {
  char *bytes; size_t len;
  uint64_t key;
  char venue[64]; double cost; bool lasts;
  uint32_t asked;                     /* id of the last one */
  Held *held;
} Known;

typedef struct Ahead {
  uint32_t number;
  bool any;                           /* replies are what the venue said then, whoever asked and however often */
  int64_t us, told_us, until_us, go_ms;
  uint64_t until_rank, rank;
  unsigned looked;
  Wait **waits; size_t n_waits, cap_waits;         /* a heap, from 0 */
  Wait *given;
  Entry **heads, **tails; size_t places, n_entries, bytes;
  Entry *oldest, *newest;
  Known known[REQUESTS]; size_t held;
  char asked_of[64]; double asked_cost; int64_t asked;     /* requests that the broker is to be told of */
} Ahead;

static int64_t real_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- what the tape has ---- */

static size_t place_of(const Ahead *a, uint64_t key) { return (size_t)(key ^ key >> 32) & (a->places - 1); }

static void entry_put(Ahead *a, Entry *e) {
  size_t i = place_of(a, e->key);
  e->next = NULL;
  *(a->heads[i] ? &a->tails[i]->next : &a->heads[i]) = e;
  a->tails[i] = e;
}

static void more_places(Ahead *a) {
  free(a->heads);
  free(a->tails);
  a->places = a->places ? a->places * 2 : 256;
  a->heads = worker_grow(NULL, a->places, sizeof *a->heads);
  a->tails = worker_grow(NULL, a->places, sizeof *a->tails);
  memset(a->heads, 0, a->places * sizeof *a->heads);
  for (Entry *e = a->oldest; e; e = e->newer) entry_put(a, e);
}

static void let_go(Ahead *a, Entry *e) {
  if (e->reply) a->bytes -= e->len;
  free(e->reply);
  e->reply = NULL;
}

static void entry_free(Ahead *a, Entry *e) {
  if (e->listed || e->waits) return;
  let_go(a, e);
  free(e);
}

/* Out of the table. */
static void entry_take(Ahead *a, Entry *e) {
  e->listed = false;
  size_t i = place_of(a, e->key);
  Entry **at = &a->heads[i], *before = NULL;
  while (*at != e) before = *at, at = &(*at)->next;
  *at = e->next;
  if (a->tails[i] == e) a->tails[i] = before;
  *(e->older ? &e->older->newer : &a->oldest) = e->newer;
  *(e->newer ? &e->newer->older : &a->newest) = e->older;
  a->n_entries--;
}

static void entry_drop(Ahead *a, Entry *e) {
  entry_take(a, e);
  entry_free(a, e);
}

/* A script that is not the recorded one leaves questions unasked. */
static void tidy(Ahead *a) {
  for (Entry *e = a->oldest, *newer; e && e->asked_us < a->us && (a->bytes > REPLIES_MAX || a->n_entries > ENTRIES_MAX); e = newer) {
    newer = e->newer;
    if (a->n_entries > ENTRIES_MAX) entry_drop(a, e);
    else if (!e->waits) let_go(a, e);
  }
}

static void entry_came(Ahead *a, const msgpack_object *m) {
  const char *reply;
  size_t n;
  Entry *e = worker_grow(NULL, 1, sizeof *e);
  *e = (Entry){ .key = (uint64_t)pack_get_int(m, "key", 0), .asked_us = pack_get_int(m, "asked_us", 0), .at_us = pack_get_int(m, "at_us", PLAY_NEVER),
    .rank = (uint64_t)pack_get_int(m, "rank", 0), .number = (uint32_t)pack_get_int(m, "number", 0), .ms = pack_get_int(m, "ms", 0),
    .at = (uint32_t)pack_get_int(m, "at", 0), .kept = pack_get_bool(m, "kept"), .listed = true, .older = a->newest };
  if (pack_get_text(m, "reply", &reply, &n)) {
    e->request = true;
    e->reply = worker_grow(NULL, n + 1, 1);
    memcpy(e->reply, reply, n);
    e->len = (uint32_t)n;
    if (e->at + 8 > n) e->at = 0;
    a->bytes += n;
  }
  *(a->newest ? &a->newest->newer : &a->oldest) = e;
  a->newest = e;
  if (++a->n_entries > a->places) more_places(a);      /* which puts this one in, too */
  else entry_put(a, e);
  tidy(a);
}

static Entry *next_of(Entry *e, uint64_t key) {
  while (e && e->key != key) e = e->next;
  return e;
}

/* What answers a question that is asked now; the same as find in broker/tape_replay.c. */
static Entry *find(Ahead *a, uint64_t key) {
  Entry *e = a->places ? next_of(a->heads[place_of(a, key)], key) : NULL;
  for (Entry *next; e && (next = next_of(e->next, key)) && e->at_us < a->us && next->asked_us <= a->us; e = next) entry_drop(a, e);
  if (!e || e->asked_us > a->us + PLAY_LATER_US) return NULL;
  entry_take(a, e);
  return e;
}

/* The newest reply that there was by now, else the next one that came soon; the same as find_any there. */
static Entry *find_any(Ahead *a, uint64_t key) {
  Entry *newest = NULL, *next;
  for (Entry *e = a->places ? next_of(a->heads[place_of(a, key)], key) : NULL; e; e = next) {
    next = next_of(e->next, key);
    if (e->at_us == PLAY_NEVER) continue;
    if (e->at_us <= a->us) {
      if (newest) entry_drop(a, newest);
      newest = e;
    } else if (newest && newest->at_us >= a->us - PLAY_LATER_US) break;
    else return e->asked_us <= a->us + PLAY_LATER_US ? e : NULL;
  }
  return newest && newest->at_us >= a->us - PLAY_LATER_US ? newest : NULL;
}

/* ---- answers on their way ---- */

static bool before(const Wait *x, int64_t at_us, uint64_t rank) { return x->at_us != at_us ? x->at_us < at_us : x->rank < rank; }

static void wait_add(Ahead *a, Wait *x) {
  if (a->n_waits == a->cap_waits) {
    a->cap_waits = a->cap_waits ? a->cap_waits * 2 : 64;
    a->waits = worker_grow(a->waits, a->cap_waits, sizeof(Wait *));
  }
  size_t i = a->n_waits++;
  for (; i && before(x, a->waits[(i - 1) / 2]->at_us, a->waits[(i - 1) / 2]->rank); i = (i - 1) / 2) a->waits[i] = a->waits[(i - 1) / 2];
  a->waits[i] = x;
}

static Wait *wait_first(Ahead *a) {
  Wait *first = a->waits[0], *x = a->waits[--a->n_waits];
  size_t i = 0;
  for (size_t c; (c = 2 * i + 1) < a->n_waits; i = c) {
    if (c + 1 < a->n_waits && before(a->waits[c + 1], a->waits[c]->at_us, a->waits[c]->rank)) c++;
    if (!before(a->waits[c], x->at_us, x->rank)) break;
    a->waits[i] = a->waits[c];
  }
  a->waits[i] = x;
  return first;
}

static Wait *wait_new(const Ahead *a, uint8_t what, uint32_t id) {
  Wait *x = worker_grow(NULL, 1, sizeof *x);
  *x = (Wait){ .id = id, .what = what, .asked_us = a->us };
  return x;
}

static void held_drop(Ahead *a, Held *h) {
  if (!h || --h->refs) return;
  a->held -= h->len;
  free(h->reply);
  free(h);
}

static void wait_free(Ahead *a, Wait *x) {
  if (x->entry) {
    x->entry->waits--;
    entry_free(a, x->entry);
  }
  held_drop(a, x->held);
  free(x);
}

/* As it came in the recording; when that is past already, after as long as it took then. */
static void wait_recorded(Ahead *a, Wait *x, Entry *e) {
  x->entry = e;
  e->waits++;
  if (e->at_us == PLAY_NEVER) {       /* it is never answered */
    wait_free(a, x);
    return;
  }
  x->recorded_us = e->at_us;
  x->at_us = e->at_us >= a->us ? e->at_us : a->us + e->at_us - e->asked_us;
  x->rank = e->rank;
  wait_add(a, x);
}

/* ---- questions ---- */

static void sleep_asked(Ahead *a, uint32_t id, double ms) {
  Wait *x = wait_new(a, MSG_WAKE, id);
  Entry *e = find(a, key_of_sleep(a->number, id, ms));
  if (e) {
    wait_recorded(a, x, e);
    return;
  }
  x->at_us = a->us + play_sleep_us(ms);
  x->rank = PLAY_RANK + a->rank++;
  wait_add(a, x);
}

static size_t known_place(const msgpack_sbuffer *payload) {
  uint64_t h = payload->size, word;
  for (size_t i = 0; i + sizeof word <= payload->size; i += sizeof word) {
    memcpy(&word, payload->data + i, sizeof word);
    h = (h ^ word) * 0x9e3779b97f4a7c15u;
    h ^= h >> 32;
  }
  return h % REQUESTS;
}

/* What a request is, told by its bytes when the same was asked before. NULL: it is none that can be sent. */
static Known *known(Ahead *a, const msgpack_sbuffer *payload) {
  Known *k = &a->known[known_place(payload)];
  if (k->bytes && k->len == payload->size && !memcmp(k->bytes, payload->data, payload->size)) return k;
  Draft d;
  msgpack_zone zone;
  msgpack_object m;
  char err[200];
  const char *why;
  unsigned char digest[16];
  if (!msgpack_zone_init(&zone, 2048)) worker_die("worker: out of memory");
  bool ok = frame_unpack(payload->data, payload->size, &zone, &m, &why) && draft_read(&d, &m, err, sizeof err);
  free(k->bytes);
  held_drop(a, k->held);
  *k = (Known){ .bytes = NULL };
  if (ok) {
    draft_digest(&d, digest);
    k->key = key_of_request(a->any ? 0 : a->number, digest);
    if (!pack_get_line(&m, "venue", k->venue, sizeof k->venue)) k->venue[0] = 0;
    k->cost = pack_get_double(&m, "cost", 1);
    k->lasts = pack_get(&m, "keep") != NULL;
    k->bytes = worker_grow(NULL, payload->size + 1, 1);
    memcpy(k->bytes, payload->data, k->len = payload->size);
    draft_free(&d);
  }
  msgpack_zone_destroy(&zone);
  return ok ? k : NULL;
}

static void take_from_broker(Worker *w, uint32_t id, const Entry *e, const Known *k) {
  msgpack_packer pk;
  ahead_mark(w);
  frame_open(&w->out, MSG_TAKE, id);
  msgpack_packer_init(&pk, &w->out, frame_append);
  pack_map(&pk, 3);
  pack_key_int(&pk, "number", e->number);
  pack_key_str(&pk, "venue", k->venue);
  pack_key_double(&pk, "cost", k->cost);
  if (!frame_close(&w->out)) worker_die("worker: out of memory");
}

static bool request_asked(Worker *w, uint32_t id, const msgpack_sbuffer *payload) {
  Ahead *a = w->ahead;
  Known *k = known(a, payload);
  Entry *e = !k ? NULL : !a->any ? find(a, k->key) : !k->lasts ? find_any(a, k->key) : NULL;
  Held *h = k && k->held && a->us < k->held->until_us ? k->held : NULL;
  if (k) k->asked = id;
  if (!e && !h) return false;
  if (h) {
    Wait *x = wait_new(a, MSG_REPLY, id);
    x->held = h;
    h->refs++;
    x->at_us = a->us + PLAY_LEAST_US;
    x->rank = PLAY_RANK + a->rank++;
    wait_add(a, x);
    return true;
  }
  if (!e->reply && e->at_us != PLAY_NEVER) {
    take_from_broker(w, id, e, k);
    entry_free(a, e);
    a->until_us = 0;
    return true;
  }
  Wait *x = wait_new(a, MSG_REPLY, id);
  memcpy(x->venue, k->venue, sizeof x->venue);
  x->cost = k->cost;
  wait_recorded(a, x, e);
  return true;
}

bool ahead_ask(Worker *w, int type, uint32_t id, const msgpack_sbuffer *payload) {
  Ahead *a = w->ahead;
  if (a->n_waits >= PLAY_WAITS_MAX) {        /* the broker is asked for no sleep by a worker that keeps its own: it says why, and ends this one */
    worker_tell(w, MSG_SLEEP, payload);
    return true;
  }
  bool mine = type == MSG_SLEEP || (type == MSG_HTTP && request_asked(w, id, payload));
  if (mine && type == MSG_SLEEP) {
    msgpack_object m;
    msgpack_zone zone;
    const char *why;
    if (!msgpack_zone_init(&zone, 256)) worker_die("worker: out of memory");
    sleep_asked(a, id, frame_unpack(payload->data, payload->size, &zone, &m, &why) ? pack_get_double(&m, "ms", 0) : 0);
    msgpack_zone_destroy(&zone);
  }
  if (!mine) a->until_us = 0;
  return mine;
}

/* ---- answers ---- */

static void asked_tell(Worker *w) {
  Ahead *a = w->ahead;
  msgpack_packer pk;
  if (!a->asked) return;
  frame_open(&w->out, MSG_ASKED, 0);
  msgpack_packer_init(&pk, &w->out, frame_append);
  pack_map(&pk, 3);
  pack_key_str(&pk, "venue", a->asked_of);
  pack_key_double(&pk, "cost", a->asked_cost);
  pack_key_int(&pk, "n", a->asked);
  if (!frame_close(&w->out)) worker_die("worker: out of memory");
  a->asked = 0;
}

static void asked_count(Worker *w, const Wait *x) {
  Ahead *a = w->ahead;
  if (a->asked && (a->asked_cost != x->cost || strcmp(a->asked_of, x->venue) != 0)) asked_tell(w);
  memcpy(a->asked_of, x->venue, sizeof a->asked_of);
  a->asked_cost = x->cost;
  a->asked++;
}

static void put_time(char *p, int64_t ms) {      /* as MessagePack has it: big endian */
  for (int i = 0; i < 8; i++) p[i] = (char)((uint64_t)ms >> (56 - 8 * i));
}

static void woken(int64_t ms, msgpack_zone *zone, msgpack_object *payload) {
  msgpack_object_kv *kv;
  msgpack_zone_clear(zone);
  if (!(kv = msgpack_zone_malloc(zone, sizeof *kv))) worker_die("worker: out of memory");
  kv->key = (msgpack_object){ .type = MSGPACK_OBJECT_STR, .via.str = { 6, "now_ms" } };
  kv->val = (msgpack_object){ .type = MSGPACK_OBJECT_POSITIVE_INTEGER, .via.u64 = (uint64_t)ms };
  *payload = (msgpack_object){ .type = MSGPACK_OBJECT_MAP, .via.map = { 1, kv } };
}

static void held_reply(const Held *h, int64_t ms, Frame *f) {
  char digits[24];
  put_time(h->reply + h->at, ms);
  if (h->stamp) memcpy(h->reply + h->stamp, digits, (size_t)snprintf(digits, sizeof digits, "%013lld", (long long)ms));
  f->payload = h->reply;
  f->len = h->len;
}

bool ahead_next(Worker *w, msgpack_zone *zone, Frame *f, msgpack_object *payload) {
  Ahead *a = w->ahead;
  const char *why = "";
  if (!a->n_waits || !before(a->waits[0], a->until_us, a->until_rank)) return false;
  if (++a->looked % LOOK_AT_CLOCK == 0 && real_ms() - a->go_ms >= GO_MS) {
    a->until_us = 0;
    return false;
  }
  Wait *x = a->given = wait_first(a);
  Entry *e = x->entry;
  if (x->at_us > a->us) a->us = x->at_us;
  int64_t late_ms = (a->us - x->recorded_us) / 1000;
  *f = (Frame){ .type = x->what, .id = x->id };
  if (x->what == MSG_WAKE) {
    woken(e ? e->ms + late_ms : a->us / 1000, zone, payload);
    return true;
  }
  if (x->held) held_reply(x->held, x->asked_us / 1000, f);
  else {
    if (e->at) put_time(e->reply + e->at, e->ms + late_ms);
    f->payload = e->reply;
    f->len = e->len;
    if (!e->kept) asked_count(w, x);
  }
  if (!frame_unpack(f->payload, f->len, zone, payload, &why)) worker_die("worker: a bad message from the broker: %s", why);
  return true;
}

void ahead_given(Worker *w) {
  wait_free(w->ahead, w->ahead->given);
  w->ahead->given = NULL;
}

/* ---- the broker ---- */

/* A reply that says how long it holds is kept for that time. */
static void hold(Ahead *a, uint32_t id, const msgpack_object *m) {
  static const char time[] = "\xd3\0\0\0\0\0\0\0";
  int64_t until = pack_get_int(m, "holds_us", 0), stamp = pack_get_int(m, "stamp", -1);
  const msgpack_object *url = pack_get(m, "url");
  const char *body;
  size_t n;
  Known *k = NULL;
  msgpack_sbuffer b;
  msgpack_packer pk;
  for (size_t i = 0; until && i < REQUESTS && !k; i++)
    if (a->known[i].bytes && a->known[i].asked == id) k = &a->known[i];
  if (!k || !url || !pack_get_text(m, "body", &body, &n)) return;
  held_drop(a, k->held);
  k->held = NULL;
  if (a->held + n > HELD_MAX || (stamp >= 0 && (size_t)stamp + 13 > n)) return;
  Held *h = worker_grow(NULL, 1, sizeof *h);
  msgpack_sbuffer_init(&b);
  msgpack_packer_init(&pk, &b, msgpack_sbuffer_write);
  pack_map(&pk, 4);
  pack_key_int(&pk, "status", pack_get_int(m, "status", 0));
  pack_str(&pk, "received_ms");
  size_t at = b.size + 1;
  msgpack_sbuffer_write(&b, time, 9);
  pack_str(&pk, "url");
  msgpack_pack_object(&pk, *url);
  pack_key_bin(&pk, "body", body, n);
  *h = (Held){ .refs = 1, .until_us = until, .len = b.size, .at = at, .stamp = stamp >= 0 ? b.size - n + (size_t)stamp : 0 };
  h->reply = msgpack_sbuffer_release(&b);
  a->held += h->len;
  k->held = h;
}

bool ahead_heard(Worker *w, int type, uint32_t id, const msgpack_object *m) {
  if (type == MSG_REPLY && w->ahead) hold(w->ahead, id, m);
  if (type < MSG_NOW || type > MSG_GO) return false;
  if (!w->ahead) {
    w->ahead = worker_grow(NULL, 1, sizeof *w->ahead);
    *w->ahead = (Ahead){ .number = (uint32_t)pack_get_int(m, "worker", 0), .any = pack_get_bool(m, "any") };
  }
  Ahead *a = w->ahead;
  int64_t us = pack_get_int(m, "us", 0);
  switch (type) {
    case MSG_NOW: if (us > a->us) a->us = a->told_us = us; return true;
    case MSG_AHEAD: entry_came(a, m); return true;
    case MSG_GO:
      a->until_us = pack_get_int(m, "until_us", 0);
      a->until_rank = (uint64_t)pack_get_int(m, "rank", 0);
      a->go_ms = real_ms();
      return true;
    default: return false;
  }
}

void ahead_mark(Worker *w) {
  Ahead *a = w->ahead;
  msgpack_packer pk;
  if (a->told_us == a->us) return;
  a->told_us = a->us;
  frame_open(&w->out, MSG_AT, 0);
  msgpack_packer_init(&pk, &w->out, frame_append);
  pack_map(&pk, 1);
  pack_key_int(&pk, "us", a->us);
  if (!frame_close(&w->out)) worker_die("worker: out of memory");
}

bool ahead_due(Worker *w, int64_t *at_us, uint64_t *rank) {
  Ahead *a = w->ahead;
  asked_tell(w);
  if (!a->n_waits) return false;
  *at_us = a->waits[0]->at_us;
  *rank = a->waits[0]->rank;
  return true;
}
