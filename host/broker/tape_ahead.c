/* Workers that go ahead: what the tape has for them is sent along, a piece at a time, and they are told how far they may go on with it: until something else is
 * due in this session. A message there and back for each sleep and each request cost more than all the rest of a replay. */
#include "broker/play_in.h"
#include "wire/play_rules.h"
#include <stdlib.h>

#define PIECE (128u << 10)            /* bytes of replies that go out at once */
#define WINDOW_MAX (4u << 20)         /* more than that within PLAY_LATER_US, and the worker asks for each of them */

struct Ahead {
  Peer *peer;
  LoopTimer go;
  int64_t told_us;                    /* the time that it knows of */
  size_t next;                        /* in the order of the tape: what it was not sent yet */
};

static bool is_for(const Play *y, const Recorded *r, uint32_t worker) {
  return r->what == MSG_HTTP ? y->any || r->worker == worker : r->what == MSG_SLEEP && r->worker == worker;
}

/* Where the worker's next question is, from `at` on; y->n: there is none. */
static size_t next_for(const Play *y, uint32_t worker, size_t at) {
  while (at < y->n && !is_for(y, &y->list[y->order[at]], worker)) at++;
  return at;
}

bool ahead_fits(const Play *y, uint32_t worker) {
  size_t bytes = 0, from = next_for(y, worker, 0);
  for (size_t to = from; to < y->n; to = next_for(y, worker, to + 1)) {
    bytes += y->list[y->order[to]].len + sizeof *y->list;
    for (; y->list[y->order[from]].asked_us + PLAY_LATER_US < y->list[y->order[to]].asked_us; from = next_for(y, worker, from + 1))
      bytes -= y->list[y->order[from]].len + sizeof *y->list;
    if (bytes > WINDOW_MAX) return false;
  }
  return true;
}

static void go(void *ctx);

void ahead_begin(Peer *p) {
  Play *y = p->session->play;
  if (!(p->ahead = calloc(1, sizeof *p->ahead))) abort();
  *p->ahead = (Ahead){ .peer = p, .go = { .fn = go, .ctx = p->ahead }, .next = next_for(y, peer_number(p), 0) };
}

void ahead_end(Peer *p) {
  if (!p->ahead) return;
  loop_cancel(p->session->loop, &p->ahead->go);
  free(p->ahead);
  p->ahead = NULL;
}

/* Before another message, and goes out with it. */
static msgpack_packer begin(Peer *p, int type) {
  msgpack_packer pk;
  frame_open(&p->out, (uint8_t)type, 0);
  msgpack_packer_init(&pk, &p->out, frame_append);
  return pk;
}

static void end(Peer *p) { p->told += frame_close(&p->out); }

static void tell_time(Peer *p) {
  Ahead *a = p->ahead;
  if (a->told_us == clock_mono_us()) return;
  a->told_us = clock_mono_us();
  msgpack_packer pk = begin(p, MSG_NOW);
  pack_map(&pk, 3);
  pack_key_int(&pk, "us", a->told_us);
  pack_key_int(&pk, "worker", peer_number(p));
  pack_key_bool(&pk, "any", p->session->play->any);
  end(p);
}

/* The reply as it was, with room for its time; *at: where that is, 0: it tells none. */
static void pack_reply(msgpack_sbuffer *b, const msgpack_object *m, size_t *at) {
  static const char time[] = "\xd3\0\0\0\0\0\0\0";
  msgpack_packer pk;
  const msgpack_object *error = pack_get(m, "error"), *url = pack_get(m, "url");
  const char *body = "";
  size_t n = 0;
  msgpack_packer_init(&pk, b, msgpack_sbuffer_write);
  *at = 0;
  if (error) {
    pack_map(&pk, 1);
    pack_key_object(&pk, "error", error);
    return;
  }
  bool kept = pack_get_bool(m, "kept");
  pack_get_text(m, "body", &body, &n);
  pack_map(&pk, 4 + (size_t)kept);
  pack_key_int(&pk, "status", pack_get_int(m, "status", 0));
  pack_str(&pk, "received_ms");
  *at = b->size + 1;
  msgpack_sbuffer_write(b, time, 9);
  pack_str(&pk, "url");
  if (url) msgpack_pack_object(&pk, *url);
  else pack_nil(&pk);
  if (kept) pack_key_bool(&pk, "kept", true);
  pack_key_bin(&pk, "body", body, n);
}

/* One question of the recording, and its answer. Gives the bytes of that. */
static size_t send_one(Peer *p, uint32_t number) {
  Play *y = p->session->play;
  const Recorded *r = &y->list[number];
  bool request = r->what == MSG_HTTP;
  TapeEvent e;
  msgpack_object m;
  msgpack_sbuffer b;
  msgpack_packer pk;
  size_t at = 0, n;
  int64_t ms = r->at_us / 1000;
  msgpack_sbuffer_init(&b);
  msgpack_packer_init(&pk, &b, msgpack_sbuffer_write);
  if (r->at_us == PLAY_NEVER) pack_map(&pk, 0);
  else if (!tape_read_at(y->tape, r->place, &e) || !play_unpacked(y, &e, &m)) {
    session_say(p->session, "error", "%s: cannot be read any more", tape_path(y->tape));
    return 0;
  } else {
    ms = pack_get_int(&m, request ? "received_ms" : "now_ms", ms);
    if (request) pack_reply(&b, &m, &at);
  }
  bool kept = request && r->at_us != PLAY_NEVER && pack_get_bool(&m, "kept");
  pk = begin(p, MSG_AHEAD);
  pack_map(&pk, request ? 9 : 6);
  pack_key_int(&pk, "key", (int64_t)r->key);
  pack_key_int(&pk, "asked_us", r->asked_us);
  pack_key_int(&pk, "at_us", r->at_us);
  pack_key_int(&pk, "rank", r->rank);
  pack_key_int(&pk, "number", number);
  pack_key_int(&pk, "ms", ms);
  if (request) {
    pack_key_int(&pk, "at", (int64_t)at);
    pack_key_bool(&pk, "kept", kept);
    pack_key_bin(&pk, "reply", b.data, b.size);
  }
  n = b.size;
  msgpack_sbuffer_destroy(&b);
  end(p);
  return n + sizeof *r;
}

/* What it can be asked for from now on: from then on it may not be without more. */
static int64_t enough_until(const Play *y, const Ahead *a) {
  return a->next < y->n ? y->list[y->order[a->next]].asked_us - PLAY_LATER_US : INT64_MAX / 4;
}

void ahead_tell(Peer *p) {
  Ahead *a = p->ahead;
  Play *y = p->session->play;
  tell_time(p);
  if (enough_until(y, a) > clock_mono_us()) return;
  for (size_t sent = 0; sent < PIECE || enough_until(y, a) <= clock_mono_us(); a->next = next_for(y, peer_number(p), a->next + 1)) {
    if (a->next >= y->n) break;
    sent += send_one(p, y->order[a->next]);
  }
}

/* It has something to do, and nothing else is due before. */
static void go(void *ctx) {
  Ahead *a = ctx;
  Peer *p = a->peer;
  int64_t until_us = INT64_MAX / 4;
  uint64_t rank = 0;
  msgpack_packer pk = peer_begin(p, MSG_GO, 0);
  loop_next(p->session->loop, &until_us, &rank);
  int64_t enough = enough_until(p->session->play, a);
  pack_map(&pk, 2);
  pack_key_int(&pk, "until_us", enough < until_us ? enough : until_us);
  pack_key_int(&pk, "rank", enough < until_us ? 0 : (int64_t)rank);
  peer_end(p);
}

void ahead_idle(Peer *p, const msgpack_object *m) {
  Ahead *a = p->ahead;
  if (!a || !pack_get(m, "taken")) return;
  int64_t at = pack_get_int(m, "next_us", -1), now = clock_mono_us();
  if (at < 0) loop_cancel(p->session->loop, &a->go);
  else loop_at(p->session->loop, &a->go, at < now ? now : at, (uint64_t)pack_get_int(m, "rank", 0));
}

/* It went on to that time, as it was let. */
bool ahead_at(Peer *p, const msgpack_object *m) {
  int64_t us = pack_get_int(m, "us", 0), until = INT64_MAX / 4;
  uint64_t rank;
  if (!p->ahead) return false;
  loop_next(p->session->loop, &until, &rank);
  if (us > until) us = until;
  p->ahead->told_us = us;
  loop_play_on(p->session->loop, us);
  return true;
}

bool ahead_asked(Peer *p, const msgpack_object *m) {
  char venue[64];
  if (!p->ahead) return false;
  const Venue *v = pack_get_line(m, "venue", venue, sizeof venue) ? hosts_venue(&p->venues, venue) : NULL;
  int64_t n = pack_get_int(m, "n", 0);
  for (int64_t i = 0; i < n && i < 100000; i++) session_asked(p->session, v, pack_get_double(m, "cost", 1), false);
  return true;
}

const Recorded *ahead_take(Peer *p, const msgpack_object *m) {
  const Play *y = p->session->play;
  int64_t number = pack_get_int(m, "number", -1);
  return p->ahead && number >= 0 && (size_t)number < y->n && is_for(y, &y->list[number], peer_number(p)) ? &y->list[number] : NULL;
}
