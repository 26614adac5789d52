/* Playing: the questions of workers are answered from a tape, at the time of the tape. A question is matched with what the same worker asked when it was
 * recorded: the same request, file, stored key or sleep, in order for equal ones. While the scripts are those that were recorded, each answer comes at the
 * very time and in the very order in which it came then. What was never asked gets an error, or (sleeps, stored values) what is true without a tape. */
#include "broker/draft.h"
#include "broker/orders.h"
#include "broker/play_in.h"
#include "wire/asked_key.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct Due {
  LoopTimer timer;
  Play *play;
  Peer *peer;
  uint32_t id, worker;
  uint8_t what;                       /* the message that answers */
  int64_t at_us;                      /* when it came in the recording */
  uint64_t place;
  char *made; size_t made_len;        /* the payload, when it is not on the tape */
  const Venue *venue; double cost;    /* of a request */
  Due *prev, *next;
};

static char *copy_of(const void *bytes, size_t n) {
  char *p = malloc(n + 1);
  if (!p) abort();
  memcpy(p, bytes, n);
  return p;
}

bool play_unpacked(Play *y, const TapeEvent *e, msgpack_object *m) {
  const char *why;
  return e->len && frame_unpack(e->data, e->len, y->zone, m, &why) && m->type == MSGPACK_OBJECT_MAP;
}

/* --- what is on the tape --- */

static uint64_t key_text(uint64_t h, const msgpack_object *m, const char *name) {
  const char *s;
  size_t n = 0;
  return pack_get_text(m, name, &s, &n) ? key_more(key_more(h, s, n), "", 1) : key_more(h, "\1", 1);
}

static uint64_t key_packed(uint64_t h, const msgpack_object *m) {
  msgpack_sbuffer b;
  msgpack_packer pk;
  msgpack_sbuffer_init(&b);
  msgpack_packer_init(&pk, &b, msgpack_sbuffer_write);
  msgpack_pack_object(&pk, *m);
  h = key_more(h, b.data, b.size);
  msgpack_sbuffer_destroy(&b);
  return h;
}

/* Of a question as its message says it. */
static uint64_t key_asked(uint32_t worker, uint8_t what, uint32_t id, const msgpack_object *m) {
  uint64_t h = key_of(worker, what);
  switch (what) {
    case MSG_SOURCE: return key_text(key_text(h, m, "kind"), m, "name");
    case MSG_STORE: return key_text(key_text(h, m, "op"), m, "key");
    case MSG_NOTIFY: return key_text(h, m, "text");
    case MSG_SLEEP: return key_of_sleep(worker, id, pack_get_double(m, "ms", 0));
    case MSG_ORDER: return key_packed(h, m);
    default: return h;
  }
}

static uint64_t key_request(const Play *y, uint32_t worker, const void *digest) { return key_of_request(y->any ? 0 : worker, digest); }

static void asked(Play *y, const TapeEvent *e, uint64_t key) {
  if (y->n == y->cap) {
    y->cap = y->cap ? y->cap * 2 : 1024;
    y->list = realloc(y->list, y->cap * sizeof *y->list);
    if (!y->list) abort();
  }
  asked_put(&y->open, e, (uint32_t)y->n);
  y->list[y->n] = (Recorded){ .key = key, .asked_us = e->at_us, .at_us = PLAY_NEVER, .rank = UINT32_MAX, .nth = (uint32_t)y->n,
    .worker = e->worker, .what = e->what };
  y->n++;
}

static void answered(Play *y, const TapeEvent *e, uint32_t rank) {
  uint32_t i;
  if (!asked_take(&y->open, e, &i)) return;
  y->list[i].at_us = e->at_us;
  y->list[i].place = e->place;
  y->list[i].rank = rank;
  y->list[i].len = (uint32_t)e->len;
}

static void load_asked(Play *y, const TapeEvent *e, const msgpack_object *m) {
  File f = { .told = false };
  size_t i = 0;
  pack_get_line(m, "kind", f.kind, sizeof f.kind);
  pack_get_line(m, "name", f.name, sizeof f.name);
  while (i < y->n_files && (strcmp(y->files[i].kind, f.kind) || strcmp(y->files[i].name, f.name))) i++;
  if (i == y->n_files) {
    y->files = realloc(y->files, (i + 1) * sizeof f);
    if (!y->files) abort();
    y->files[y->n_files++] = f;
  }
  asked_put(&y->loading, e, (uint32_t)i);
}

static void loaded(Play *y, const TapeEvent *e, const msgpack_object *m) {
  uint32_t i;
  const char *text;
  size_t n;
  if (asked_take(&y->loading, e, &i) && pack_get_text(m, "source", &text, &n)) source_digest(text, n, y->files[i].digest);
}

void play_born(Play *y, const Born *b) {
  Born *more = realloc(y->born, (y->n_born + 1) * sizeof *more);
  if (!more) abort();
  y->born = more;
  y->born[y->n_born++] = *b;
}

static void born(Play *y, const TapeEvent *e, uint32_t rank, const msgpack_object *m) {
  const char *random;
  size_t n;
  Born b = { .worker = e->worker, .rank = rank, .at_us = e->at_us, .birth.now_ms = pack_get_int(m, "now_ms", e->at_us / 1000),
    .birth.tty = pack_get_bool(m, "tty"), .birth.columns = (int)pack_get_int(m, "columns", 80) };
  if (e->worker == 0) pack_get_line(pack_get(m, "options"), "orders", y->orders, sizeof y->orders);
  if (!pack_get_text(m, "random", &random, &n) || n != sizeof b.birth.random) return;
  memcpy(b.birth.random, random, n);
  play_born(y, &b);
}

static void task_told(Play *y, const TapeEvent *e) {
  msgpack_object m;
  const char *why;
  if (!play_unpacked(y, e, &m)) return;
  for (size_t i = 0; i < 2; i++) {
    Task *t = &y->tasks[i];
    if (t->bytes || !pack_is(pack_get(&m, "do"), t->what)) continue;
    t->bytes = copy_of(e->data, e->len);
    t->zone = msgpack_zone_new(2048);
    if (!t->zone || !frame_unpack(t->bytes, e->len, t->zone, &t->value, &why)) abort();
  }
}

const msgpack_object *play_task(const Session *s, const char *what) {
  for (size_t i = 0; s->play && i < 2; i++)
    if (s->play->tasks[i].bytes && !strcmp(s->play->tasks[i].what, what)) return &s->play->tasks[i].value;
  return NULL;
}

static void due_unlink(Due *d) {
  if (d->peer) d->peer->n_due--;
  if (d->prev) d->prev->next = d->next;
  else d->play->due = d->next;
  if (d->next) d->next->prev = d->prev;
  loop_cancel(d->play->session->loop, &d->timer);
}

static void due_free(Due *d) {
  due_unlink(d);
  free(d->made);
  free(d);
}

static void due(void *ctx);
static const Answers of_tape;

static Due *due_new(Play *y, Peer *p, uint32_t worker, uint32_t id, uint8_t what) {
  Due *d = calloc(1, sizeof *d);
  if (!d) abort();
  *d = (Due){ .timer = { .fn = due, .ctx = d }, .play = y, .peer = p, .worker = worker, .id = id, .what = what, .next = y->due };
  if (d->next) d->next->prev = d;
  if (p) p->n_due++;
  return y->due = d;
}

/* A message that no worker asked for: the file of an adapter or script was saved anew; or the run was stopped. */
static void unasked(Play *y, const TapeEvent *e, uint32_t rank) {
  Due *d = due_new(y, NULL, e->worker, 0, e->what);
  d->at_us = e->at_us;
  d->place = e->place;
  loop_at(y->session->loop, &d->timer, e->at_us, rank);
}

static void head(Play *y, const msgpack_object *m) {
  Session *s = y->session;
  const char *random;
  size_t n;
  int64_t from_us = pack_get_int(m, "from", 0);
  y->scripts = pack_get_int(m, "scripts", 1);
  y->cut = from_us > 0 && from_us < INT64_MAX / 4;
  if (y->cut) loop_play(s->loop, from_us, s->spec->speed);
  s->chance.set = true;
  if (pack_get_text(m, "random", &random, &n) && n == sizeof s->chance.seed) memcpy(s->chance.seed, random, n);
}

static void look_at(Play *y, const TapeEvent *e, uint32_t rank) {
  msgpack_object m;
  const char *digest;
  size_t n;
  switch (e->what) {
    case TAPE_HEAD: if (play_unpacked(y, e, &m)) head(y, &m); break;
    case MSG_BOOT: if (play_unpacked(y, e, &m)) born(y, e, rank, &m); break;
    case MSG_HTTP: if (play_unpacked(y, e, &m) && pack_get_text(&m, "key", &digest, &n) && n == 16) asked(y, e, key_request(y, e->worker, digest)); break;
    case MSG_SOURCE: case MSG_STORE: case MSG_SLEEP: case MSG_ORDER: case MSG_NOTIFY:
      if (!play_unpacked(y, e, &m)) break;
      asked(y, e, key_asked(e->worker, e->what, e->id, &m));
      if (e->what == MSG_SOURCE) load_asked(y, e, &m);
      break;
    case MSG_SOURCE_IS: if (play_unpacked(y, e, &m)) loaded(y, e, &m); /* fall through */
    case MSG_REPLY: case MSG_STORED: case MSG_WAKE: case MSG_ORDERED: case MSG_NOTIFIED: answered(y, e, rank); break;
    case MSG_RELOAD: if (y->session->spec->replay_files) unasked(y, e, rank); break;
    case MSG_STOP:                            /* of several: another one's */
      if (e->worker < TAPE_EXTRA && (y->scripts == 1 || y->session->spec->replay_files)) unasked(y, e, rank);
      break;
    case MSG_TASK: if (e->worker >= TAPE_EXTRA) task_told(y, e); break;
    default: break;
  }
  y->end_us = e->at_us;
}

static int by_key(const void *a, const void *b) {
  const Recorded *x = a, *y = b;
  return x->key != y->key ? (x->key < y->key ? -1 : 1) : x->nth < y->nth ? -1 : x->nth > y->nth;
}

static void over(void *ctx) {
  Play *y = ctx;
  session_stop(y->session, y->tape ? "the tape is over" : "the candles are over");
}

Play *play_new(Session *s, Tape *t) {
  Play *y = calloc(1, sizeof *y);
  msgpack_zone *zone = msgpack_zone_new(8192);
  if (!y || !zone) abort();
  *y = (Play){ .session = s, .tape = t, .end = { .fn = over, .ctx = y }, .zone = zone, .tasks = { { .what = "boot" }, { .what = "config" } } };
  return s->play = y;
}

void play_begin(Play *y, const Answers *answers) {
  Session *s = y->session;
  s->answers = answers;
  s->turns.on = true;
  loop_at(s->loop, &y->end, y->end_us, LOOP_RANK - 1);
}

bool play_open(Session *s, Tape *t) {
  Play *y = play_new(s, t);
  y->any = s->spec->paper != NULL;
  TapeEvent e;
  enum tape_read r;
  uint64_t good;
  uint32_t rank = 0;
  tape_seek(t, 0);
  while ((r = tape_next(t, &e)) == TAPE_EVENT) {
    if (!rank++) loop_play(s->loop, e.at_us, s->spec->speed);
    look_at(y, &e, rank);
  }
  asked_free(&y->open);
  asked_free(&y->loading);
  if (r == TAPE_BAD || tape_state(t, &good) == TAPE_DAMAGED) {
    tape_state(t, &good);
    session_say(s, "error", "%s: damaged behind byte %llu; 'bourse tape cut' makes a sound one of what can be read", tape_path(t), (unsigned long long)good);
    return false;
  }
  if (!y->n_born) {
    session_say(s, "error", "%s: nothing is on the tape", tape_path(t));
    return false;
  }
  if (tape_state(t, NULL) == TAPE_CUT_OFF) session_say(s, "warn", "%s: the recording was cut off; it is played as far as it goes", tape_path(t));
  qsort(y->list, y->n, sizeof *y->list, by_key);
  if (!(y->order = malloc((y->n + 1) * sizeof *y->order))) abort();
  for (size_t i = 0; i < y->n; i++) y->order[y->list[i].nth] = (uint32_t)i;
  y->ahead = s->spec->speed == 0 && !s->spec->record;
  for (size_t i = 0; i < y->n_born && y->ahead; i++) y->ahead = ahead_fits(y, y->born[i].worker);
  y->as_recorded = s->spec->replay_files && !y->cut;
  play_begin(y, &of_tape);
  return true;
}

const char *play_orders(const Session *s) {
  const Play *y = s->play;
  return y && y->as_recorded && y->orders[0] ? y->orders : s->spec->orders;
}

static const Born *born_of(const Play *y, const Peer *p) {
  for (size_t i = 0; i < y->n_born; i++)
    if (y->born[i].worker == peer_number(p)) return &y->born[i];
  return NULL;
}

bool play_birth(Peer *p, Birth *b) {
  Play *y = p->session->play;
  if (!y) return false;
  const Born *as = born_of(y, p);
  *b = as ? as->birth : y->born[0].birth;
  if (as) b->now_ms += (clock_mono_us() - as->at_us) / 1000;                /* nothing, unless the tape was cut */
  else {                              /* one more than was recorded: its chance is its own, and the same each time */
    b->now_ms = clock_wall_ms();
    b->random[0] ^= (unsigned char)(peer_number(p) + 1);
  }
  return true;
}

bool play_boot_later(Peer *p) {
  Play *y = p->session->play;
  if (!y || p == &p->session->clerk) return false;                          /* the clerk comes when it is needed, with its first task behind it */
  const Born *as = born_of(y, p);
  if (y->ahead) ahead_begin(p);
  Due *d = due_new(y, p, peer_number(p), 0, MSG_BOOT);
  if (as) loop_at(y->session->loop, &d->timer, as->at_us, as->rank);
  else loop_after_us(y->session->loop, &d->timer, 0);
  return true;
}

/* --- answers --- */

/* The first of those with that key; y->n: there is none. */
static size_t first_of(const Play *y, uint64_t key) {
  size_t low = 0, high = y->n;
  while (low < high) {
    size_t mid = (low + high) / 2;
    if (y->list[mid].key < key) low = mid + 1;
    else high = mid;
  }
  return low < y->n && y->list[low].key == key ? low : y->n;
}

/* What answers a question that is asked now; NULL: nothing on the tape. *later: there is such an answer, but of a question asked long after. */
static const Recorded *find(Play *y, uint64_t key, int64_t *later) {
  size_t low = first_of(y, key);
  int64_t now = clock_mono_us();
  *later = 0;
  if (low == y->n) return NULL;
  size_t i = low + y->list[low].taken;
  if (i >= y->n || y->list[i].key != key) return NULL;
  /* What was answered before now is not the newest any more when the same was asked again meanwhile. */
  while (i + 1 < y->n && y->list[i + 1].key == key && y->list[i].at_us < now && y->list[i + 1].asked_us <= now) i++;
  if (y->list[i].asked_us > now + PLAY_LATER_US) {
    *later = y->list[i].asked_us - now;
    return NULL;
  }
  y->list[low].taken = (uint32_t)(i - low) + 1;
  return &y->list[i];
}

/* The newest reply that there was by now, of a list of markets whatever its age; else the next one that came soon. Time only goes on: what was the newest
 * once, in the first of equal ones, is where the next look begins. */
static const Recorded *find_any(Play *y, uint64_t key, bool lasts, int64_t *later) {
  const Recorded *newest = NULL;
  int64_t now = clock_mono_us();
  size_t low = first_of(y, key);
  *later = 0;
  for (size_t i = low < y->n ? low + y->list[low].taken : low; i < y->n && y->list[i].key == key; i++) {
    const Recorded *r = &y->list[i];
    if (r->at_us == PLAY_NEVER) continue;
    if (r->at_us <= now) {
      newest = r;
      y->list[low].taken = (uint32_t)(i - low);
    } else if (newest && (lasts || newest->at_us >= now - PLAY_LATER_US)) break;
    else if (lasts || r->asked_us <= now + PLAY_LATER_US) return r;
    else {
      *later = r->asked_us - now;
      return NULL;
    }
  }
  return newest && (lasts || newest->at_us >= now - PLAY_LATER_US) ? newest : NULL;
}

/* When it came; when that is past already, after as long as it took then. */
static Due *due_recorded(Play *y, Peer *p, uint32_t id, uint8_t what, const Recorded *r) {
  if (r->at_us == PLAY_NEVER) return NULL;
  Due *d = due_new(y, p, peer_number(p), id, what);
  int64_t now = clock_mono_us();
  d->at_us = r->at_us;
  d->place = r->place;
  loop_at(y->session->loop, &d->timer, r->at_us >= now ? r->at_us : now + r->at_us - r->asked_us, r->rank);
  return d;
}

msgpack_packer play_made(msgpack_sbuffer *b, size_t n) {
  msgpack_packer pk;
  msgpack_sbuffer_init(b);
  msgpack_packer_init(&pk, b, msgpack_sbuffer_write);
  pack_map(&pk, n);
  return pk;
}

void play_send(Play *y, Peer *p, uint32_t id, uint8_t what, msgpack_sbuffer *b, int64_t in_us) {
  Due *d = due_new(y, p, peer_number(p), id, what);
  d->made_len = b->size;
  d->made = msgpack_sbuffer_release(b);
  loop_after_us(y->session->loop, &d->timer, in_us);
}

static void due_error(Play *y, Peer *p, uint32_t id, uint8_t what, const char *text) {
  msgpack_sbuffer b;
  msgpack_packer pk = play_made(&b, 1);
  pack_key_str(&pk, "error", text);
  play_send(y, p, id, what, &b, ABSENT_US);
}

/* A reply as it was, with the time of now: the two differ when the question is not asked at its own time. */
static void put_reply(const Due *d, const msgpack_object *m) {
  const msgpack_object *error = pack_get(m, "error"), *url = pack_get(m, "url");
  const char *body = "";
  size_t n = 0;
  msgpack_packer pk = peer_begin(d->peer, MSG_REPLY, d->id);
  if (error) {
    pack_map(&pk, 1);
    pack_key_object(&pk, "error", error);
  } else {
    pack_get_text(m, "body", &body, &n);
    pack_map(&pk, 4 + (size_t)pack_get_bool(m, "kept"));
    pack_key_int(&pk, "status", pack_get_int(m, "status", 0));
    pack_key_int(&pk, "received_ms", pack_get_int(m, "received_ms", d->at_us / 1000) + (clock_mono_us() - d->at_us) / 1000);
    pack_str(&pk, "url");
    if (url) msgpack_pack_object(&pk, *url);
    else pack_nil(&pk);
    if (pack_get_bool(m, "kept")) pack_key_bool(&pk, "kept", true);
    pack_key_bin(&pk, "body", body, n);
  }
  if (!pack_get_bool(m, "kept")) session_asked(d->play->session, d->venue, d->cost, false);
  peer_end(d->peer);
}

static void put_wake(const Due *d, const msgpack_object *m) {
  msgpack_packer pk = peer_begin(d->peer, MSG_WAKE, d->id);
  pack_map(&pk, 1);
  pack_key_int(&pk, "now_ms", m ? pack_get_int(m, "now_ms", clock_wall_ms()) + (clock_mono_us() - d->at_us) / 1000 : clock_wall_ms());
  peer_end(d->peer);
}

static void put_same(const Due *d, const char *payload, size_t n) {
  peer_begin(d->peer, d->what, d->id);
  frame_append(&d->peer->out, payload, n);
  peer_end(d->peer);
}

static Peer *peer_numbered(Session *s, uint32_t number) { return number < s->n_peers ? &s->peers[number] : NULL; }

static void deliver(Play *y, const Due *d) {
  TapeEvent e;
  msgpack_object m;
  if (d->what == MSG_BOOT) peer_boot(d->peer);
  else if (d->made) put_same(d, d->made, d->made_len);
  else if (d->what == MSG_WAKE && !d->place) put_wake(d, NULL);
  else if (!tape_read_at(y->tape, d->place, &e) || !play_unpacked(y, &e, &m))
    session_say(y->session, "error", "%s: cannot be read any more", tape_path(y->tape));
  else if (d->what == MSG_REPLY) put_reply(d, &m);
  else if (d->what == MSG_WAKE) put_wake(d, &m);
  else put_same(d, e.data, e.len);
}

/* Off the list first: what is delivered may end the worker, and then all that is due to it goes. */
static void due(void *ctx) {
  Due *d = ctx;
  due_unlink(d);
  if (!d->peer) d->peer = peer_numbered(d->play->session, d->worker);
  if (d->peer && d->peer->state < PEER_LEAVING) deliver(d->play, d);
  free(d->made);
  free(d);
}

static bool crowded(Peer *p, bool is) {
  if (is) peer_fail(p, 3, "%s: stopped: more than %d waits at once", p->name, PLAY_WAITS_MAX);
  return is;
}

bool play_crowded(Peer *p) { return crowded(p, p->n_due >= PLAY_WAITS_MAX); }

void play_fail(Play *y, Peer *p, uint32_t id, uint8_t what, const char *class, const char *message) {
  msgpack_sbuffer b;
  msgpack_packer pk = play_made(&b, 1);
  pack_str(&pk, "error");
  pack_map(&pk, 3);
  pack_key_str(&pk, "class", class);
  pack_key_str(&pk, "message", message);
  pack_key_bool(&pk, "retry", false);
  play_send(y, p, id, what, &b, ABSENT_US);
}

/* --- requests --- */

static void absent(Play *y, Peer *p, uint32_t id, const Draft *d, int64_t later_us) {
  char message[400], later[80] = "";
  if (later_us) snprintf(later, sizeof later, " (it was asked %.0f s later than now)", (double)later_us / 1e6);
  snprintf(message, sizeof message, "not on the tape: %s %.*s%s", d->method, d->url.recipe ? 16 : d->url.n > 200 ? 200 : (int)d->url.n,
           d->url.recipe ? "a signed request" : d->url.p, later);
  play_fail(y, p, id, MSG_REPLY, "BadResponse", message);
}

/* A worker that goes ahead found nothing that was asked by then: in how many us the same is asked later on. 0: never. */
static int64_t beyond(const Play *y, uint64_t key) {
  size_t i = first_of(y, key);
  while (i < y->n && y->list[i].key == key && y->list[i].asked_us <= clock_mono_us() + PLAY_LATER_US) i++;
  return i < y->n && y->list[i].key == key ? y->list[i].asked_us - clock_mono_us() : 0;
}

static void answer_with(Peer *p, uint32_t id, const msgpack_object *m, const Recorded *r) {
  char venue[64];
  Due *reply = due_recorded(p->session->play, p, id, MSG_REPLY, r);
  if (!reply) return;
  reply->venue = pack_get_line(m, "venue", venue, sizeof venue) ? hosts_venue(&p->venues, venue) : NULL;
  reply->cost = pack_get_double(m, "cost", 1);
}

void play_take(Peer *p, uint32_t id, const msgpack_object *m) {
  const Recorded *r = ahead_take(p, m);
  if (r) answer_with(p, id, m, r);
}

static void http(Peer *p, uint32_t id, const msgpack_object *m) {
  Play *y = p->session->play;
  Draft d;
  char err[200];
  unsigned char digest[16];
  int64_t later;
  if (play_crowded(p)) return;
  if (!draft_read(&d, m, err, sizeof err)) play_fail(y, p, id, MSG_REPLY, "BadRequest", err);
  else {
    draft_digest(&d, digest);
    uint64_t key = key_request(y, peer_number(p), digest);
    const Recorded *r = y->any ? find_any(y, key, pack_get(m, "keep") != NULL, &later) : p->ahead ? NULL : find(y, key, &later);
    if (!y->any && p->ahead) later = beyond(y, key);
    if (r) answer_with(p, id, m, r);
    else absent(y, p, id, &d, later);
  }
  draft_free(&d);
}

/* --- files --- */

/* A run that differs from what was recorded may do so because its files do. */
static void tell_if_other(Play *y, const Peer *p, const msgpack_object *m) {
  char kind[16] = "", name[64] = "";
  pack_get_line(m, "kind", kind, sizeof kind);
  pack_get_line(m, "name", name, sizeof name);
  const char *digest = source_loaded(p, kind, name);
  for (size_t i = 0; digest && i < y->n_files; i++) {
    File *f = &y->files[i];
    if (f->told || !f->digest[0] || strcmp(f->kind, kind) || strcmp(f->name, name) || !strcmp(f->digest, digest)) continue;
    f->told = true;
    session_say(y->session, "note", "%s '%s' is not as it was recorded", kind, name);
  }
}

static void source(Peer *p, uint32_t id, const msgpack_object *m) {
  Play *y = p->session->play;
  int64_t later;
  char kind[16] = "", name[64] = "", text[200];
  if (!p->session->spec->replay_files) {
    source_answer(p, id, m);
    tell_if_other(y, p, m);
    return;
  }
  if (play_crowded(p)) return;
  const Recorded *r = find(y, key_asked(peer_number(p), MSG_SOURCE, id, m), &later);
  if (r) {
    due_recorded(y, p, id, MSG_SOURCE_IS, r);
    return;
  }
  pack_get_line(m, "kind", kind, sizeof kind);
  pack_get_line(m, "name", name, sizeof name);
  snprintf(text, sizeof text, "%s '%s': not on the tape", kind, name);
  due_error(y, p, id, MSG_SOURCE_IS, text);
}

/* --- sleeps --- */

void play_sleep(Peer *p, uint32_t id, const msgpack_object *m) {
  Play *y = p->session->play;
  int64_t later;
  if (crowded(p, p->ahead || p->n_due >= PLAY_WAITS_MAX)) return;
  const Recorded *r = find(y, key_asked(peer_number(p), MSG_SLEEP, id, m), &later);
  if (r) {
    due_recorded(y, p, id, MSG_WAKE, r);
    return;
  }
  loop_after_us(y->session->loop, &due_new(y, p, peer_number(p), id, MSG_WAKE)->timer, play_sleep_us(pack_get_double(m, "ms", 0)));
}

/* --- stored values --- */

static Kept *kept(Play *y, uint32_t worker, const char *key, size_t n) {
  for (Kept *k = y->kept; k; k = k->next)
    if (k->worker == worker && k->key_len == n && !memcmp(k->key, key, n)) return k;
  return NULL;
}

static void keep(Play *y, uint32_t worker, const char *key, size_t n, const msgpack_object *value) {
  msgpack_sbuffer b;
  msgpack_packer pk;
  Kept *k = kept(y, worker, key, n);
  if (!k) {
    if (!(k = calloc(1, sizeof *k))) abort();
    *k = (Kept){ .worker = worker, .key = copy_of(key, n), .key_len = n, .next = y->kept };
    y->kept = k;
  }
  msgpack_sbuffer_init(&b);
  msgpack_packer_init(&pk, &b, msgpack_sbuffer_write);
  if (value) msgpack_pack_object(&pk, *value);
  else pack_nil(&pk);
  free(k->value);
  k->value_len = b.size;
  k->value = msgpack_sbuffer_release(&b);
}

/* What was stored in this replay is read again; what was there before is as it was read then. */
void play_store(Peer *p, uint32_t id, const msgpack_object *m) {
  Play *y = p->session->play;
  char op[8] = "";
  const char *key = "";
  size_t n = 0;
  int64_t later;
  msgpack_sbuffer b;
  if (play_crowded(p)) return;
  pack_get_line(m, "op", op, sizeof op);
  pack_get_text(m, "key", &key, &n);
  const Recorded *r = y->any ? NULL : find(y, key_asked(peer_number(p), MSG_STORE, id, m), &later);
  const Kept *k = kept(y, peer_number(p), key, n);
  if (!strcmp(op, "set")) keep(y, peer_number(p), key, n, pack_get(m, "value"));
  if (r && (strcmp(op, "get") || !k)) {
    due_recorded(y, p, id, MSG_STORED, r);
    return;
  }
  msgpack_packer pk = play_made(&b, 1);
  pack_str(&pk, "value");
  if (!strcmp(op, "get") && k) msgpack_sbuffer_write(&b, k->value, k->value_len);
  else pack_nil(&pk);
  play_send(y, p, id, MSG_STORED, &b, PLAY_LEAST_US);
}

/* --- orders --- */

/* They end as they ended, live ones too. Those of other scripts than were recorded go to the account on paper. */
static void order(Peer *p, uint32_t id, const msgpack_object *m) {
  Play *y = p->session->play;
  int64_t later;
  if (!y->as_recorded) {
    orders_answer(p, id, m);
    return;
  }
  if (play_crowded(p)) return;
  const Recorded *r = find(y, key_asked(peer_number(p), MSG_ORDER, id, m), &later);
  if (r) due_recorded(y, p, id, MSG_ORDERED, r);
  else play_fail(y, p, id, MSG_ORDERED, "BadResponse", "not on the tape: this order");
}

/* --- notes --- */

/* Nobody is told anything. */
void play_notify(Peer *p, uint32_t id, const msgpack_object *m) {
  Play *y = p->session->play;
  int64_t later;
  msgpack_sbuffer b;
  if (play_crowded(p)) return;
  const Recorded *r = find(y, key_asked(peer_number(p), MSG_NOTIFY, id, m), &later);
  if (r) {
    due_recorded(y, p, id, MSG_NOTIFIED, r);
    return;
  }
  msgpack_packer pk = play_made(&b, 1);
  pack_key_int(&pk, "sent", 1);
  play_send(y, p, id, MSG_NOTIFIED, &b, PLAY_LEAST_US);
}

static const Answers of_tape = { source, http, play_store, play_sleep, order, play_notify };

/* --- the end --- */

void play_forget(Peer *p) {
  Play *y = p->session->play;
  ahead_end(p);
  for (Due *d = y ? y->due : NULL, *next; d; d = next) {
    next = d->next;
    if (d->peer == p) due_free(d);
  }
}

void play_close(Session *s) {
  Play *y = s->play;
  if (!y) return;
  while (y->due) due_free(y->due);
  loop_cancel(s->loop, &y->end);
  for (Kept *k = y->kept, *next; k; k = next) {
    next = k->next;
    free(k->key);
    free(k->value);
    free(k);
  }
  for (size_t i = 0; i < 2; i++) {
    free(y->tasks[i].bytes);
    if (y->tasks[i].zone) msgpack_zone_free(y->tasks[i].zone);
  }
  msgpack_zone_free(y->zone);
  free(y->list);
  free(y->order);
  free(y->born);
  free(y->files);
  free(y);
  s->play = NULL;
}
