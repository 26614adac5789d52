/* The session: boots workers, carries their messages, watches over them, and ends with an exit code. */
#include "broker/candles.h"
#include "broker/clerk.h"
#include "broker/orders.h"
#include "broker/peer.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/sha.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define FROM_WORKER_MAX (32u << 20)     /* bytes of a message of a worker */
#define OUT_HIGH (32u << 20)            /* a worker that does not take its answers is not asked for more */
#define OUT_MAX (256u << 20)            /* answers of requests under way come on top of that; more than this, and it is not read at all */
#define SLEEPS_MAX 10000
#define SLEEP_MAX_MS (366ll * 86400 * 1000)
#define TEXT_MAX 4000                   /* bytes of a line on stderr */
#define LINE_MAX_BYTES 65536
#define STOP_MS 2000
#define SLACK_MS 350                    /* the limit inside the worker speaks first */
#ifdef BOURSE_SANITIZE
#define GRACE_MS 10000
#else
#define GRACE_MS 100
#endif

/* --- what the user sees --- */

/* One line, without what could steer a terminal. */
static void clean_line(char *s) {
  size_t n = strlen(s);
  while (n && (s[n - 1] == '\n' || s[n - 1] == '\r')) s[--n] = 0;
  for (unsigned char *p = (unsigned char *)s; *p; p++) {
    if (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0) p[0] = p[1] = '?';
    else if ((*p < ' ' && *p != '\t' && *p != '\n') || *p == 0x7f) *p = '?';
  }
}

static void say_text(const Session *s, const char *level, const char *text, size_t n) {
  char line[TEXT_MAX + 1];
  bool minor = !strcmp(level, "info") || !strcmp(level, "debug");
  if (n > TEXT_MAX) n = TEXT_MAX;
  memcpy(line, text, n);
  line[n] = 0;
  for (size_t i = 0; i < n; i++) if (!line[i]) line[i] = '?';
  clean_line(line);
  if (s->spec->on_log) {
    if (!s->spec->on_log(s->spec->ctx, level, line, strlen(line))) session_stop((Session *)s, "stopped");
    return;
  }
  if (s->spec->quiet && (minor || !strcmp(level, "note"))) return;
  fprintf(stderr, "%s%s\n", minor ? "" : "bourse: ", line);
}

void session_say(const Session *s, const char *level, const char *fmt, ...) {
  char line[TEXT_MAX];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(line, sizeof line, fmt, ap);
  va_end(ap);
  say_text(s, level, line, strlen(line));
}

static void out_text(Session *s, const char *text, size_t n) {
  if (s->broken_pipe) return;
  if (s->spec->on_out) {
    if (!s->spec->on_out(s->spec->ctx, text, n)) session_stop(s, "stopped");
    return;
  }
  if (fwrite(text, 1, n, stdout) == n && fflush(stdout) == 0) return;
  s->broken_pipe = true;
  if (errno != EPIPE) {
    session_say(s, "error", "stdout: %s", strerror(errno));
    s->code = 1;
  }
  session_stop(s, "nobody reads the output");
}

bool session_random(Session *s, void *out, size_t n) {
  unsigned char text[sizeof s->chance.seed + sizeof s->chance.n], md[SHA256_DIGEST_LENGTH];
  if (!s->chance.set) return getrandom(out, n, 0) == (ssize_t)n;
  s->chance.n++;
  memcpy(text, s->chance.seed, sizeof s->chance.seed);
  memcpy(text + sizeof s->chance.seed, &s->chance.n, sizeof s->chance.n);
  SHA256(text, sizeof text, md);
  if (n > sizeof md) return false;
  memcpy(out, md, n);
  return true;
}

/* --- exit codes --- */

static int rank(int code) {
  static const int ranks[] = { [0] = 0, [5] = 1, [1] = 2, [2] = 3, [4] = 4, [3] = 5 };
  return code >= 0 && code <= 5 ? ranks[code] : 2;
}

static int worse(int a, int b) { return rank(a) >= rank(b) ? a : b; }

/* --- a worker's life --- */

static void peer_event(void *ctx, int fd, int events);

static void peer_listen(Peer *p) {
  if (p->child.fd < 0) return;
  size_t pending = frame_pending(&p->out);
  p->reading = pending < OUT_HIGH;
  loop_watch(p->session->loop, p->child.fd, (p->reading ? LOOP_READ : 0) | (pending ? LOOP_WRITE : 0), peer_event, p);
}

static void peer_cut(Peer *p) {
  if (p->child.fd < 0) return;
  loop_forget(p->session->loop, p->child.fd);
  close(p->child.fd);
  p->child.fd = -1;
}

static void sleeps_free(Peer *p);

/* Nothing more is taken from it or sent to it; the process gets a moment to leave. */
static void peer_leave(Peer *p) {
  if (p->state >= PEER_LEAVING) return;
  p->state = PEER_LEAVING;
  peer_cut(p);
  request_forget(p);
  play_forget(p);
  sleeps_free(p);
  source_forget(p);
  loop_cancel(p->session->loop, &p->tick);
  loop_cancel(p->session->loop, &p->soon);
  loop_after_real(p->session->loop, &p->grace, GRACE_MS);
  turn_leave(p);
}

void peer_fail(Peer *p, int code, const char *fmt, ...) {
  char text[TEXT_MAX];
  if (p->state >= PEER_LEAVING) return;
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  p->said_end = true;
  p->code = worse(p->code, code);
  p->crashed = p->crashed || code == 3;
  child_kill(&p->child);
  peer_leave(p);
  session_say(p->session, "error", "%s", text);
}

static void peer_gone(Peer *p, const ChildEnd *end) {
  Session *s = p->session;
  peer_leave(p);
  p->state = PEER_GONE;
  loop_cancel(s->loop, &p->grace);
  if (p->exit_fd >= 0) {
    loop_forget(s->loop, p->exit_fd);
    close(p->exit_fd);
    p->exit_fd = -1;
  }
  if (!p->said_end) {
    if (end->signal) {
      session_say(s, "error", "%s: worker crashed: %s", p->name, end->why);
      p->code = 3;
      p->crashed = true;
    } else if (end->code == 127) {
      session_say(s, "error", "%s: the worker could not be started", p->name);
      p->code = 1;
    } else {
      session_say(s, "error", "%s: the worker ended without a word (exit code %d)", p->name, end->code);
      p->code = worse(p->code, end->code == 3 ? 3 : 1);
    }
  }
  if (p == &s->clerk) {
    clerk_gone(s);
  } else {
    s->code = worse(s->code, p->code);
    orders_peer_gone(p);
    if (--s->left == 0) orders_finish(s);
  }
  turn_gone(p);
}

void session_end(Session *s) { loop_stop(s->loop); }

static void peer_try_reap(Peer *p) {
  ChildEnd end;
  if (p->state == PEER_GONE || !child_ended(&p->child, &end)) return;
  if (p->child.fd >= 0 && p->state < PEER_LEAVING) {     /* its last words may still be in the socket */
    peer_event(p, p->child.fd, LOOP_READ);
  }
  peer_gone(p, &end);
}

static void exit_event(void *ctx, int fd, int events) {
  (void)fd, (void)events;
  peer_try_reap(ctx);
}

static void grace_over(void *ctx) {
  Peer *p = ctx;
  child_kill(&p->child);
  loop_after_real(p->session->loop, &p->grace, 5);
  peer_try_reap(p);
}

/* The clerk holds the markets of all venues that are traded, whatever a script may use. */
static Limits limits_of(const Peer *p) {
  Limits l = p->session->spec->limits;
  if (p != &p->session->clerk) return l;
  if (l.memory < 256u << 20) l.memory = 256u << 20;
  if (l.callback_ms < 5000) l.callback_ms = 5000;
  if (l.cpu_ms < 10000) l.cpu_ms = 10000;
  return l;
}

/* --- the watchdog --- */

static void meter_reset(Peer *p) {
  p->cpu_mark_us = child_cpu_us(&p->child);
  p->loading = false;
}

static void meter_arm(Peer *p) {
  p->quiet_ticks = 0;
  if (!p->tick.slot || p->tick.at_us - clock_real_us() > 100000) loop_after_real(p->session->loop, &p->tick, 100);
}

static void tick(void *ctx) {
  Peer *p = ctx;
  Session *s = p->session;
  const Limits own = limits_of(p), *l = &own;
  int64_t cpu = child_cpu_us(&p->child);
  if (p->state >= PEER_LEAVING) return;
  uint32_t limit = p->loading || p->state == PEER_BOOTING ? l->cpu_ms : l->callback_ms;
  if (limit < l->callback_ms) limit = l->callback_ms;
#ifdef BOURSE_SANITIZE
  int64_t allowed = (int64_t)limit * 4 + 4000;
#else
  int64_t allowed = (int64_t)limit + SLACK_MS;
#endif
  if (limit && cpu >= 0 && cpu - p->cpu_mark_us > allowed * 1000) {
    peer_fail(p, 3, "%s: stopped: used more than %u ms of CPU in one callback (killed from outside)", p->name, limit);
    return;
  }
  p->quiet_ticks = cpu - p->cpu_seen_us < 1000 ? p->quiet_ticks + 1 : 0;
  p->cpu_seen_us = cpu;
  loop_after_real(s->loop, &p->tick, p->quiet_ticks > 10 ? 2000 : 100);    /* rarely, while it does nothing */
}

/* --- sending --- */

static void soon_over(void *ctx) { peer_flush(ctx); }

msgpack_packer peer_begin(Peer *p, int type, uint32_t id) {
  msgpack_packer pk;
  frame_open(&p->out, (uint8_t)type, id);
  msgpack_packer_init(&pk, &p->out, frame_append);
  return pk;
}

void peer_flush(Peer *p) {
  if (p->child.fd < 0 || !turn_take(p)) return;
  enum frame_status r = frame_flush(&p->out, p->child.fd);
  if (r == FRAME_BAD) {
    peer_fail(p, 1, "%s: cannot send to the worker: %s", p->name, strerror(errno));
    return;
  }
  /* FRAME_EOF: the read side tells, after what the worker still said. */
  if (r == FRAME_EOF) frame_writer_free(&p->out);
  meter_arm(p);
  peer_listen(p);
}

static void closed(Peer *p, bool whole, bool soon) {
  if (!whole) {
    peer_fail(p, 1, "%s: a message to the worker is too long", p->name);
    return;
  }
  p->told++;
  record_told(p);
  if (!soon) peer_flush(p);
  else if (!p->soon.slot) loop_after_real(p->session->loop, &p->soon, 0);
  if (frame_pending(&p->out) > OUT_MAX) peer_fail(p, 3, "%s: stopped: it does not take its answers (%u MiB wait)", p->name, OUT_MAX >> 20);
}

void peer_end(Peer *p) {
  if (p->state >= PEER_LEAVING) frame_writer_free(&p->out);
  else closed(p, frame_close(&p->out), false);
}

void peer_end_soon(Peer *p) {
  if (p->state >= PEER_LEAVING) frame_writer_free(&p->out);
  else closed(p, frame_close(&p->out), true);
}

void peer_end_with(Peer *p, char *block, size_t n) {
  if (p->state >= PEER_LEAVING) {
    free(block);
    frame_writer_free(&p->out);
  } else closed(p, frame_close_with(&p->out, block, n), false);
}

void peer_error(Peer *p, int type, uint32_t id, const char *fmt, ...) {
  char text[1024];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  msgpack_packer pk = peer_begin(p, type, id);
  pack_map(&pk, 1);
  pack_key_str(&pk, "error", text);
  peer_end(p);
}

static void screen_size(int *columns) {
  struct winsize w;
  const char *env = getenv("COLUMNS");
  *columns = 80;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col) *columns = w.ws_col;
  else if (env && atoi(env) > 0) *columns = atoi(env);
}

void peer_boot(Peer *p) {
  const SessionSpec *spec = p->session->spec;
  bool record = p->session->recorder != NULL, play = p->session->play != NULL;
  Birth birth;
  int columns;
  if (!play_birth(p, &birth)) {
    birth.now_ms = clock_wall_ms();
    if (getrandom(birth.random, sizeof birth.random, 0) != (ssize_t)sizeof birth.random) {
      peer_fail(p, 1, "%s: no random numbers from the system", p->name);
      return;
    }
  }
  screen_size(&columns);
  msgpack_packer pk = peer_begin(p, MSG_BOOT, 0);
  pack_map(&pk, 10);
  pack_key_str(&pk, "role", p->spec->role);
  pack_key_str(&pk, "name", p->spec->name);
  pack_str(&pk, "source");
  if (p->spec->source) pack_strn(&pk, p->spec->source, p->spec->source_len);
  else pack_nil(&pk);
  pack_str(&pk, "args");
  if (p->spec->args && p->spec->args->size) frame_append(&p->out, p->spec->args->data, p->spec->args->size);
  else pack_map(&pk, 0);
  pack_str(&pk, "limits");
  pack_map(&pk, 3);
  Limits limits = limits_of(p);
  pack_key_int(&pk, "memory", (int64_t)limits.memory);
  pack_key_int(&pk, "cpu_ms", limits.cpu_ms);
  pack_key_int(&pk, "callback_ms", limits.callback_ms);
  pack_key_int(&pk, "now_ms", birth.now_ms);
  pack_key_bin(&pk, "random", birth.random, sizeof birth.random);
  const char *orders = p == &p->session->clerk ? NULL : play_orders(p->session);
  pack_str(&pk, "options");
  pack_map(&pk, orders ? 10 : 9);
  if (orders) pack_key_str(&pk, "orders", orders);
  pack_key_bool(&pk, "stepped", record || play);
  pack_key_bool(&pk, "turns", play);
  pack_key_bool(&pk, "tells_calls", record);
  pack_key_bool(&pk, "wants_books", spec->on_books != NULL);
  pack_key_bool(&pk, "frozen_clock", spec->frozen_clock);
  pack_key_bool(&pk, "live", spec->live);
  pack_key_bool(&pk, "quiet", spec->quiet);
  pack_key_int(&pk, "timeout_ms", spec->timeout_ms);
  pack_key_int(&pk, "rights", spec->rights);
  pack_key_bool(&pk, "tty", isatty(STDOUT_FILENO));
  pack_key_int(&pk, "columns", columns);
  explicit_bzero(&birth, sizeof birth);
  peer_end(p);
}

bool peer_start(Peer *p) {
  Session *s = p->session;
  char err[256];
  p->exit_fd = -1;
  p->child.fd = -1;
  p->tick = (LoopTimer){ .fn = tick, .ctx = p };
  p->grace = (LoopTimer){ .fn = grace_over, .ctx = p };
  p->soon = (LoopTimer){ .fn = soon_over, .ctx = p };
  p->in.max = FROM_WORKER_MAX;
  p->zone = msgpack_zone_new(8192);
  if (!p->zone || !child_start(&p->child, NULL, limits_of(p).memory, err, sizeof err)) {
    session_say(s, "error", "%s", p->zone ? err : "out of memory");
    p->state = PEER_GONE;
    if (p == &s->clerk) return false;
    s->code = 1;
    s->left--;
    return false;
  }
  p->exit_fd = child_exit_fd(&p->child);
  if (p->exit_fd >= 0) loop_watch(s->loop, p->exit_fd, LOOP_READ, exit_event, p);
  if (!play_boot_later(p)) peer_boot(p);
  return true;
}

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

static void sleeps_free(Peer *p) {
  for (Sleep *z = p->sleeps, *next; z; z = next) {
    next = z->next;
    loop_cancel(p->session->loop, &z->timer);
    free(z);
  }
  p->sleeps = NULL;
  p->n_sleeps = 0;
}

static void on_sleep(Peer *p, uint32_t id, const msgpack_object *m) {
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
  if (pack_get_text(m, "text", &text, &n)) out_text(p->session, text, n);
}

static void on_log(Peer *p, const msgpack_object *m) {
  char level[16];
  const char *text;
  size_t n;
  if (!pack_get_line(m, "level", level, sizeof level)) strcpy(level, "info");
  if (pack_get_text(m, "text", &text, &n)) say_text(p->session, level, text, n);
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
  if (line) out_text(s, line, n);
  free(line);
}

/* The clerk's failures come to the strategy whose order it was. */
static void on_failed(Peer *p, const msgpack_object *m) {
  const SessionSpec *spec = p->session->spec;
  char venue[64], class[48];
  if (!spec->on_failed || p == &p->session->clerk) return;
  if (pack_get_line(m, "venue", venue, sizeof venue) && pack_get_line(m, "class", class, sizeof class)) spec->on_failed(spec->ctx, venue, class);
}

void session_asked(const Session *s, const Venue *v, double cost, bool again) {
  if (v && s->spec->on_asked) s->spec->on_asked(s->spec->ctx, v->id, cost * v->interval_ms, again);
}

static void on_done(Peer *p, const msgpack_object *m) {
  const char *text;
  size_t n;
  int64_t code = pack_get_int(m, "code", 0);
  p->code = worse(p->code, code >= 0 && code <= 5 ? (int)code : 1);
  p->said_end = true;
  if (pack_get_text(m, "message", &text, &n) && n) say_text(p->session, "error", text, n);
  peer_leave(p);
}

static void on_fatal(Peer *p, const msgpack_object *m) {
  const char *text;
  size_t n;
  p->code = 3;
  p->said_end = p->crashed = true;
  if (pack_get_text(m, "text", &text, &n) && n) say_text(p->session, "error", text, n);
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

/* False: a message that no worker of ours sends. */
static bool dispatch(Peer *p, int type, uint32_t id, const msgpack_object *m) {
  const Answers *answers = p->session->answers;
  if (m->type != MSGPACK_OBJECT_MAP && !(m->type == MSGPACK_OBJECT_ARRAY && m->via.array.size == 0)) return false;
  switch (type) {
    case MSG_READY: p->state = PEER_RUNNING; meter_reset(p); return true;
    case MSG_IDLE: meter_reset(p); turn_over(p, pack_get_int(m, "taken", -1)); return true;
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
    case MSG_CALL: return true;             /* for the recorder, who heard it */
    default: return false;
  }
}

static void peer_frames(Peer *p) {
  Frame f;
  enum frame_status r;
  while (p->state < PEER_LEAVING && frame_pending(&p->out) < OUT_HIGH && (r = frame_next(&p->in, &f)) != FRAME_NONE) {
    msgpack_object m = { .type = MSGPACK_OBJECT_MAP };
    const char *why = p->in.error;
    if (r == FRAME_BAD || (f.len && !frame_unpack(f.payload, f.len, p->zone, &m, &why))) {
      peer_fail(p, 3, "%s: stopped: the worker sent %s", p->name, why);
      return;
    }
    record_heard(p, &f, &m);
    if (!dispatch(p, f.type, f.id, &m) && p->state < PEER_LEAVING)
      peer_fail(p, 3, "%s: stopped: the worker sent a message of an unknown kind (%d)", p->name, f.type);
  }
}

static void peer_event(void *ctx, int fd, int events) {
  Peer *p = ctx;
  if (events & LOOP_WRITE) {
    peer_flush(p);
    if (p->state < PEER_LEAVING) peer_frames(p);      /* those that waited for the queue to empty */
  }
  if (!(events & (LOOP_READ | LOOP_GONE))) return;
  for (int turn = 0; turn < 16 && p->state < PEER_LEAVING; turn++) {
    enum frame_status r = frame_fill(&p->in, fd);
    if (r == FRAME_NONE) break;
    if (r == FRAME_BAD) {
      peer_fail(p, 3, "%s: stopped: the worker sent %s", p->name, p->in.error);
      return;
    }
    if (r == FRAME_EOF) {
      peer_leave(p);                                  /* why, the process's end will tell */
      peer_try_reap(p);
      return;
    }
    peer_frames(p);
    if (frame_pending(&p->out) >= OUT_HIGH) break;
  }
  if (p->state < PEER_LEAVING) peer_listen(p);
}

/* --- the end --- */

static void kill_all(void *ctx) {
  Session *s = ctx;
  for (size_t i = 0; i < s->n_peers; i++)
    if (s->peers[i].state < PEER_LEAVING) peer_fail(&s->peers[i], 1, "%s: did not stop within %d s; killed", s->peers[i].name, STOP_MS / 1000);
}

void peer_stop(Peer *p, const char *reason) {
  if (p->state >= PEER_LEAVING) return;
  msgpack_packer pk = peer_begin(p, MSG_STOP, 0);
  pack_map(&pk, 1);
  pack_key_str(&pk, "reason", reason);
  peer_end(p);
}

void session_stop(Session *s, const char *reason) {
  if (s->stopping) return;
  s->stopping = true;
  for (size_t i = 0; i < s->n_peers; i++) peer_stop(&s->peers[i], reason);
  loop_after_real(s->loop, &s->kill_timer, STOP_MS);
}

static void time_over(void *ctx) { session_stop(ctx, "time is over"); }

static void screen_tick(void *ctx) {
  Session *s = ctx;
  loop_after_real(s->loop, &s->screen_timer, 100);
  s->spec->on_tick(s->spec->ctx, clock_mono_ms());
}

static void signal_event(void *ctx, int fd, int events) {
  Session *s = ctx;
  struct signalfd_siginfo info;
  (void)events;
  if (read(fd, &info, sizeof info) != (ssize_t)sizeof info) return;
  s->signalled = true;
  if (s->stopping) {                   /* asked twice */
    kill_all(s);
    orders_kill(s, "stopped twice");
  } else session_stop(s, info.ssi_signo == SIGINT ? "interrupted" : "terminated");
}

/* --- lines of input, for the shell --- */

static void send_line(Session *s, const char *text, size_t n, bool eof) {
  Peer *p = &s->peers[0];
  if (p->state >= PEER_LEAVING) return;
  msgpack_packer pk = peer_begin(p, MSG_LINE, 0);
  pack_map(&pk, 1);
  if (eof) pack_key_bool(&pk, "eof", true);
  else pack_key_strn(&pk, "text", text, n);
  peer_end(p);
}

/* False at the end of the input. */
static bool read_input(Session *s, int fd) {
  char buf[4096];
  ssize_t n = read(fd, buf, sizeof buf);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return true;
  if (n <= 0) {
    if (s->line.len) send_line(s, s->line.buf, s->line.len, false);
    loop_forget(s->loop, fd);
    send_line(s, NULL, 0, true);
    return false;
  }
  for (char *p = buf, *end = buf + n; p < end;) {
    char *nl = memchr(p, '\n', (size_t)(end - p));
    size_t part = (size_t)((nl ? nl : end) - p);
    if (s->line.len + part <= LINE_MAX_BYTES) frame_append(&s->line, p, part);
    if (!nl) break;
    send_line(s, s->line.buf ? s->line.buf : "", s->line.len, false);
    s->line.len = 0;
    p = nl + 1;
  }
  return true;
}

static void input_event(void *ctx, int fd, int events) {
  (void)events;
  read_input(ctx, fd);
}

/* A regular file cannot be waited for: it is read whole, up to a limit. */
static void read_file_input(Session *s, int fd) {
  for (int pieces = 0; read_input(s, fd); pieces++)
    if (pieces == 1024) {
      send_line(s, NULL, 0, true);
      return;
    }
}

/* --- the whole --- */

uint32_t peer_number(const Peer *p) {
  const Session *s = p->session;
  return p >= s->peers && p < s->peers + s->n_peers ? (uint32_t)(p - s->peers) : TAPE_EXTRA;
}

static const Answers world = { source_answer, request_answer, store_answer, on_sleep, orders_answer, notify_answer };

static bool read_bases(Session *s) {
  size_t n = 0;
  char err[512];
  while (s->spec->base_urls && s->spec->base_urls[n]) n++;
  if (!n) return true;
  s->bases = calloc(n, sizeof *s->bases);
  if (!s->bases) return false;
  for (size_t i = 0; i < n; i++) {
    if (!hosts_base_url(s->spec->base_urls[i], &s->bases[i], err, sizeof err)) {
      session_say(s, "error", "%s", err);
      return false;
    }
    s->n_bases++;
  }
  return true;
}

static void harden(void) {
  struct rlimit none = { 0, 0 };
  setrlimit(RLIMIT_CORE, &none);
#ifndef BOURSE_SANITIZE
  prctl(PR_SET_DUMPABLE, 0);
#endif
}

static int run(Session *s) {
  const SessionSpec *spec = s->spec;
  s->peers = calloc(spec->n_workers ? spec->n_workers : 1, sizeof *s->peers);
  if (!s->peers) return 1;
  s->n_peers = s->left = spec->n_workers;
  s->clerk = (Peer){ .session = s, .state = PEER_GONE, .exit_fd = -1, .child = { .fd = -1 } };
  for (size_t i = 0; i < s->n_peers; i++) {
    Peer *p = &s->peers[i];
    p->session = s;
    p->spec = &spec->workers[i];
    p->name = p->spec->name ? p->spec->name : p->spec->role;
    peer_start(p);
  }
  if (!s->left) return s->code;
  if (spec->network) request_expect(s);
  orders_begin(s);
  if (spec->watch_files && !s->play) source_watch(s);
  if (spec->for_ms > 0) loop_after(s->loop, &s->end_timer, spec->for_ms);
  if (spec->on_tick) screen_tick(s);
  if (spec->input_fd >= 0 && !loop_watch(s->loop, spec->input_fd, LOOP_READ, input_event, s)) read_file_input(s, spec->input_fd);
  loop_run(s->loop);
  if (spec->on_tick) spec->on_tick(spec->ctx, clock_mono_ms());
  return s->code;
}

int session_run(const SessionSpec *spec) {
  Session s = { .spec = spec, .signal_fd = -1, .answers = &world };
  sigset_t ours, before;
  int code = 1;
  harden();
  s.end_timer = (LoopTimer){ .fn = time_over, .ctx = &s };
  s.kill_timer = (LoopTimer){ .fn = kill_all, .ctx = &s };
  s.screen_timer = (LoopTimer){ .fn = screen_tick, .ctx = &s };
  struct sigaction ignore = { .sa_handler = SIG_IGN }, pipe_before, size_before;
  sigaction(SIGPIPE, &ignore, &pipe_before);
  sigaction(SIGXFSZ, &ignore, &size_before);       /* a file that may not grow is a failed write, as on a full disk */
  sigemptyset(&ours);
  sigaddset(&ours, SIGINT);
  sigaddset(&ours, SIGTERM);
  sigaddset(&ours, SIGHUP);
  sigprocmask(SIG_BLOCK, &ours, &before);
  s.signal_fd = signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
  s.loop = loop_new();
  if (!s.loop || s.signal_fd < 0 || !loop_watch(s.loop, s.signal_fd, LOOP_READ, signal_event, &s))
    fprintf(stderr, "bourse: cannot start: %s\n", strerror(errno));
  else if (!read_bases(&s)) code = 2;
  else if ((!spec->record || record_open(&s, spec->record)) && (!spec->replay || play_open(&s, spec->replay)) && (!spec->backtest || backtest_open(&s)))
    code = run(&s);
  source_close(&s);
  request_close(&s);
  store_close(&s);
  notify_close(&s);
  candles_close(s.candles);
  orders_close(&s);
  record_close(&s);
  play_close(&s);
  for (size_t i = 0; i <= s.n_peers; i++) {
    Peer *p = i < s.n_peers ? &s.peers[i] : &s.clerk;
    frame_reader_free(&p->in);
    frame_writer_free(&p->out);
    hosts_free(&p->venues);
    if (p->zone) msgpack_zone_free(p->zone);
  }
  free(s.peers);
  free(s.bases);
  frame_writer_free(&s.line);
  loop_free(s.loop);
  if (s.signal_fd >= 0) close(s.signal_fd);
  sigprocmask(SIG_SETMASK, &before, NULL);
  sigaction(SIGPIPE, &pipe_before, NULL);
  sigaction(SIGXFSZ, &size_before, NULL);
  return code;
}
