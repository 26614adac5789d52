/* What a worker says, one kind of message after the other. Longer answers are made elsewhere (source.c, request.c, order_ask.c ...). */
#include "broker/clerk.h"
#include "broker/orders.h"
#include "broker/session_in.h"
#include <stdlib.h>
#include <string.h>

#define SLEEPS_MAX 10000
#define SLEEP_MAX_MS (366ll * 86400 * 1000)

/* --- sleeping --- */

struct Sleep { LoopTimer timer; Peer *peer; uint32_t id; Sleep *prev, *next; };

static void sleep_unlink(Sleep *z) {
  if (z->prev) z->prev->next = z->next;
  else z->peer->sleeps = z->next;
  if (z->next) z->next->prev = z->prev;
  z->peer->n_sleeps--;
}

static void sleep_over(void *ctx) {
  Sleep *z = ctx;
  Peer *p = z->peer;
  uint32_t id = z->id;
  sleep_unlink(z);
  free(z);
  msgpack_packer pk = peer_begin(p, MSG_WAKE, id);
  pack_map(&pk, 1);
  pack_key_int(&pk, "now_ms", clock_wall_ms());
  peer_end(p);
}

void sleeps_free(Peer *p) {
  for (Sleep *z = p->sleeps, *next; z; z = next) {
    next = z->next;
    loop_cancel(p->session->loop, &z->timer);
    free(z);
  }
  p->sleeps = NULL;
  p->n_sleeps = 0;
}

void sleep_answer(Peer *p, uint32_t id, const msgpack_object *m) {
  double ms = pack_get_double(m, "ms", -1);
  if (ms < 0) ms = 0;
  if (ms > SLEEP_MAX_MS) ms = SLEEP_MAX_MS;
  Sleep *z = p->n_sleeps < SLEEPS_MAX ? calloc(1, sizeof *z) : NULL;
  if (!z) {
    peer_fail(p, 3, "%s: stopped: more than %d waits at once", p->name, SLEEPS_MAX);
    return;
  }
  *z = (Sleep){ .timer = { .fn = sleep_over, .ctx = z }, .peer = p, .id = id, .next = p->sleeps };
  if (z->next) z->next->prev = z;
  p->sleeps = z;
  p->n_sleeps++;
  loop_after_us(p->session->loop, &z->timer, (int64_t)(ms * 1000));
}
/* --- messages of a worker --- */

static void on_out(Peer *p, const msgpack_object *m) {
  const char *text;
  size_t n;
  if (pack_get_text(m, "text", &text, &n)) session_out(p->session, text, n);
}

static void on_log(Peer *p, const msgpack_object *m) {
  char level[16];
  const char *text;
  size_t n;
  if (!pack_get_line(m, "level", level, sizeof level)) strcpy(level, "info");
  if (pack_get_text(m, "text", &text, &n)) session_say_text(p->session, level, text, n);
}

static void on_report(Peer *p, const msgpack_object *m) {
  Session *s = p->session;
  const msgpack_object *data = pack_get(m, "data");
  size_t n;
  if (!data) return;
  const msgpack_object *books = pack_get(m, "books");
  if (books && s->spec->on_books) s->spec->on_books(s->spec->ctx, data, books);
  if (s->spec->on_report) {
    if (!s->spec->on_report(s->spec->ctx, p->name, data)) session_stop(s, "stopped");
    return;
  }
  char *line = report_line(data, &n);
  if (line) session_out(s, line, n);
  free(line);
}

/* The clerk's failures come to the strategy whose order it was. */
static void on_failed(Peer *p, const msgpack_object *m) {
  const SessionSpec *spec = p->session->spec;
  char venue[64], class[48];
  if (!spec->on_failed || p == &p->session->clerk) return;
  if (pack_get_line(m, "venue", venue, sizeof venue) && pack_get_line(m, "class", class, sizeof class)) spec->on_failed(spec->ctx, venue, class);
}

static void on_done(Peer *p, const msgpack_object *m) {
  const char *text;
  size_t n;
  int64_t code = pack_get_int(m, "code", 0);
  p->code = session_worse(p->code, code >= 0 && code <= 5 ? (int)code : 1);
  p->said_end = true;
  bool failed = pack_get_text(m, "message", &text, &n) && n;
  if (failed) session_say_text(p->session, "error", text, n);
  p->crashed = failed && p->code && !p->session->stopping && strcmp(p->spec->role, "run") == 0;
  peer_leave(p);
}

static void on_fatal(Peer *p, const msgpack_object *m) {
  const char *text;
  size_t n;
  p->code = 3;
  p->said_end = p->crashed = true;
  if (pack_get_text(m, "text", &text, &n) && n) session_say_text(p->session, "error", text, n);
  else session_say(p->session, "error", "%s: stopped at a limit", p->name);
  peer_leave(p);
}

static void on_declare(Peer *p, uint32_t id, const msgpack_object *m) {
  char err[400];
  size_t before = p->venues.n;
  (void)id;
  if (!hosts_declare(&p->venues, m, err, sizeof err)) {
    session_say(p->session, "error", "%s: %s", p->name, err);
    return;
  }
  Venue *v = p->venues.n > before ? p->venues.list[before] : NULL;
  if (!v) return;
  v->peer = p;
  if (p->session->play || source_names_hosts(v, err, sizeof err)) return;
  v->n_hosts = 0;
  session_say(p->session, "error", "%s: %s", p->name, err);
}

#define CLOCK_WARN_MS 1000
#define CLOCK_MAX_MS 60000

/* Times of signatures are the venue's. What is further off than any clock should be is told, and signed requests are refused (signer.c). */
static void on_clock(Peer *p, const msgpack_object *m) {
  char id[64];
  double offset = pack_get_double(m, "offset_ms", 0), error = pack_get_double(m, "error_ms", 0);
  Venue *v = pack_get_line(m, "venue", id, sizeof id) ? hosts_venue(&p->venues, id) : NULL;
  if (!v || !(offset > -1e13 && offset < 1e13)) return;
  double off = (offset < 0 ? -offset : offset) - error;
  venue_clock_set(v, (int64_t)offset);
  v->clock_bad = off > CLOCK_MAX_MS;
  if (off > CLOCK_WARN_MS)
    session_say(p->session, "warn", "%s: this machine's clock is %.1f s %s (measured to %.1f s); %s", v->id, off / 1000, offset > 0 ? "behind" : "ahead",
        error / 1000,
                v->clock_bad ? "signed requests are refused until it is set" : "signatures are corrected by it");
}

bool heard(Peer *p, int type, uint32_t id, const msgpack_object *m) {
  const Answers *answers = p->session->answers;
  if (m->type != MSGPACK_OBJECT_MAP && !(m->type == MSGPACK_OBJECT_ARRAY && m->via.array.size == 0)) return false;
  switch (type) {
    case MSG_READY: p->state = PEER_RUNNING; peer_alive(p); return true;
    case MSG_IDLE: peer_alive(p); ahead_idle(p, m); turn_over(p, pack_get_int(m, "taken", -1)); return true;
    case MSG_SOURCE: p->loading = true; answers->source(p, id, m); return true;
    case MSG_DECLARE: on_declare(p, id, m); return true;
    case MSG_HTTP: answers->http(p, id, m); return true;
    case MSG_SIGN: request_sign(p, id, m); return true;
    case MSG_VERIFY: request_verify(p, id, m); return true;
    case MSG_SLEEP: answers->sleep(p, id, m); return true;
    case MSG_STORE: answers->store(p, id, m); return true;
    case MSG_NOTIFY: answers->notify(p, id, m); return true;
    case MSG_OUT: on_out(p, m); return true;
    case MSG_LOG: on_log(p, m); return true;
    case MSG_REPORT: on_report(p, m); return true;
    case MSG_DONE: on_done(p, m); return true;
    case MSG_FATAL: on_fatal(p, m); return true;
    case MSG_CLOCK: on_clock(p, m); return true;
    case MSG_JOURNAL: journal_answer(p, id, m); return true;
    case MSG_CANDLES: candles_answer(p, id, m); return true;
    case MSG_ORDER: answers->order(p, id, m); return true;
    case MSG_TASKED: if (p != &p->session->clerk) return false; clerk_answered(p->session, m); return true;
    case MSG_FACTS: if (p != &p->session->clerk) return false; orders_facts(p->session, m); return true;
    case MSG_FAILED: on_failed(p, m); return true;
    case MSG_AT: return ahead_at(p, m);
    case MSG_ASKED: return ahead_asked(p, m);
    case MSG_TAKE: if (!p->ahead) return false; play_take(p, id, m); return true;
    case MSG_CALL: return true;             /* for the recorder, who heard it */
    default: return false;
  }
}
