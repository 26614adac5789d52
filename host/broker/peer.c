/* A worker as a process: its life, its watchdog, the messages to it, and the frames that come from it. */
#include "broker/clerk.h"
#include "broker/orders.h"
#include "broker/session_in.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <unistd.h>

#define FROM_WORKER_MAX (32u << 20)     /* bytes of a message of a worker */
#define OUT_HIGH (32u << 20)            /* a worker that does not take its answers is not asked for more */
#define PARTS_MAX (4u << 20)            /* what may wait for a worker before bodies come whole again */
#define OUT_MAX (256u << 20)            /* answers of requests under way come on top of that; more than this, and it is not read at all */
#define SLACK_MS 350                    /* the limit inside the worker speaks first */
#ifdef BOURSE_SANITIZE
#define GRACE_MS 10000
#else
#define GRACE_MS 100
#endif

uint32_t peer_number(const Peer *p) {
  const Session *s = p->session;
  return p >= s->peers && p < s->peers + s->n_peers ? (uint32_t)(p - s->peers) : TAPE_EXTRA;
}

/* --- its life --- */

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

void peer_leave(Peer *p) {
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
  session_left(p->session);
}

void peer_fail(Peer *p, int code, const char *fmt, ...) {
  char text[TEXT_MAX];
  if (p->state >= PEER_LEAVING) return;
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  p->said_end = true;
  p->code = session_worse(p->code, code);
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
      p->crashed = true;
      p->code = session_worse(p->code, end->code == 3 ? 3 : 1);
    }
  }
  if (p == &s->clerk) {
    clerk_gone(s);
  } else {
    s->code = session_worse(s->code, p->code);
    orders_peer_gone(p);
    if (--s->left == 0) orders_finish(s);
  }
  turn_gone(p);
}

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

void peer_alive(Peer *p) {
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
  if (p->ahead) ahead_tell(p);
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

bool peer_part(Peer *p, uint32_t id, const char *bytes, size_t n, size_t expected) {
  if (p->state >= PEER_LEAVING || p->child.fd < 0 || (bytes && frame_pending(&p->out) > PARTS_MAX)) return false;
  msgpack_packer pk = peer_begin(p, MSG_PART, id);
  pack_map(&pk, bytes ? 2 : 0);
  if (bytes) {
    pack_key_int(&pk, "expected", (int64_t)expected);
    pack_key_bin(&pk, "body", bytes, n);
  }
  frame_close(&p->out);                 /* a failure shows when the next message is closed, or sent */
  p->told++;
  frame_flush(&p->out, p->child.fd);
  if (!p->soon.slot) loop_after_real(p->session->loop, &p->soon, 0);
  return true;
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
  if (!play_birth(p, &birth)) {
    birth.now_ms = clock_wall_ms();
    birth.tty = isatty(STDOUT_FILENO);
    screen_size(&birth.columns);
    if (getrandom(birth.random, sizeof birth.random, 0) != (ssize_t)sizeof birth.random) {
      peer_fail(p, 1, "%s: no random numbers from the system", p->name);
      return;
    }
  }
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
  pack_map(&pk, orders ? 11 : 10);
  if (orders) pack_key_str(&pk, "orders", orders);
  pack_key_bool(&pk, "stepped", record || play);
  pack_key_bool(&pk, "tried", spec->backtest || spec->paper);
  pack_key_bool(&pk, "turns", play);
  pack_key_bool(&pk, "tells_calls", record);
  pack_key_bool(&pk, "wants_books", spec->on_books != NULL);
  pack_key_bool(&pk, "frozen_clock", spec->frozen_clock);
  pack_key_bool(&pk, "live", spec->live);
  pack_key_bool(&pk, "quiet", spec->quiet);
  pack_key_int(&pk, "timeout_ms", spec->timeout_ms);
  pack_key_int(&pk, "rights", spec->rights);
  pack_key_bool(&pk, "tty", birth.tty);
  pack_key_int(&pk, "columns", birth.columns);
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

void peer_stop(Peer *p, const char *reason) {
  if (p->state >= PEER_LEAVING) return;
  msgpack_packer pk = peer_begin(p, MSG_STOP, 0);
  pack_map(&pk, 1);
  pack_key_str(&pk, "reason", reason);
  peer_end(p);
}

/* --- what comes from it --- */

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
    if (!heard(p, f.type, f.id, &m) && p->state < PEER_LEAVING)
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
