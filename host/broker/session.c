/* The session: starts workers, tells the user what they say, and ends with an exit code. */
#include "broker/candles.h"
#include "broker/crypto.h"
#include "broker/orders.h"
#include "broker/session_in.h"
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define LINE_MAX_BYTES 65536
#define STOP_MS 2000

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

void session_say_text(const Session *s, const char *level, const char *text, size_t n) {
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
  session_say_text(s, level, line, strlen(line));
}

void session_out(Session *s, const char *text, size_t n) {
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
  unsigned char text[sizeof s->chance.seed + sizeof s->chance.n], md[32];
  if (!s->chance.set) return getrandom(out, n, 0) == (ssize_t)n;
  s->chance.n++;
  memcpy(text, s->chance.seed, sizeof s->chance.seed);
  memcpy(text + sizeof s->chance.seed, &s->chance.n, sizeof s->chance.n);
  crypto_sha256(text, sizeof text, md);
  if (n > sizeof md) return false;
  memcpy(out, md, n);
  return true;
}

void session_asked(const Session *s, const Venue *v, double cost, bool again) {
  if (v && s->spec->on_asked) s->spec->on_asked(s->spec->ctx, v->id, cost * v->interval_ms, again);
}

/* --- exit codes --- */

static int rank(int code) {
  static const int ranks[] = { [0] = 0, [5] = 1, [1] = 2, [2] = 3, [4] = 4, [3] = 5 };
  return code >= 0 && code <= 5 ? ranks[code] : 2;
}

int session_worse(int a, int b) { return rank(a) >= rank(b) ? a : b; }

/* --- the end --- */

static void kill_all(void *ctx) {
  Session *s = ctx;
  for (size_t i = 0; i < s->n_peers; i++)
    if (s->peers[i].state < PEER_LEAVING) peer_fail(&s->peers[i], 1, "%s: did not stop within %d s; killed", s->peers[i].name, STOP_MS / 1000);
}

void session_stop(Session *s, const char *reason) {
  if (s->stopping) return;
  s->stopping = true;
  for (size_t i = 0; i < s->n_peers; i++) peer_stop(&s->peers[i], reason);
  loop_after_real(s->loop, &s->kill_timer, STOP_MS);
}

/* Nobody is left who may ask for something: connections are closed while the last worker's memory is put away, on another core. */
static void unplug(void *ctx) {
  Session *s = ctx;
  for (size_t i = 0; i < s->n_peers; i++)
    if (s->peers[i].state < PEER_LEAVING) return;
  if (!s->orders) request_close(s);
}

void session_left(Session *s) {
  if (!s->unplug_timer.slot) loop_after_real(s->loop, &s->unplug_timer, 0);      /* not from within what a connection brought */
}

void session_end(Session *s) { loop_stop(s->loop); }

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
  s->signalled = (int)info.ssi_signo;
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

static const Answers world = { source_answer, request_answer, store_answer, sleep_answer, orders_answer, notify_answer };

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
  s.unplug_timer = (LoopTimer){ .fn = unplug, .ctx = &s };
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
  if (spec->broken_off) *spec->broken_off = s.signalled != 0;
  else if (s.signalled && !code) code = SIGNAL_ENDED + s.signalled;
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
