#include "worker/limit.h"
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "wire/frame.h"
#include "wire/message.h"

static struct {
  int fd;
  const FrameWriter *out;
  State *const *states;
  timer_t timer;
  lua_State *volatile running;
  volatile uint32_t epoch, seen;       /* callbacks begun; the one that the timer saw last */
  volatile uint32_t ms;                /* 0: nothing to measure */
  const char *volatile what;
  int64_t since_ns;                    /* CPU time at which the timer first saw this callback; handler only */
  volatile sig_atomic_t passed, collect;
} g;

static int64_t cpu_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- the last word: a MSG_FATAL frame put together by hand, since the timer's handler may not call much ---- */

typedef struct { char p[1024]; size_t n; } Note;

static void note_bytes(Note *o, const char *s, size_t n) {
  if (n > sizeof o->p - o->n) n = sizeof o->p - o->n;
  memcpy(o->p + o->n, s, n);
  o->n += n;
}
static void note_text(Note *o, const char *s) { note_bytes(o, s, strlen(s)); }
static void note_number(Note *o, uint64_t x) {
  char d[24];
  size_t i = sizeof d;
  do d[--i] = (char)('0' + x % 10); while (x /= 10);
  note_bytes(o, d + i, sizeof d - i);
}
static void note_str(Note *o, const char *s, size_t n) {   /* MessagePack str 16 */
  char head[3] = { (char)0xda, (char)(n >> 8), (char)n };
  note_bytes(o, head, 3);
  note_bytes(o, s, n);
}

/* What the script had said, and what was not sent yet: it tells how far it came. Nothing else of what waits is sent. */
static void say_rest(void) {
  Frame f;
  for (size_t at = 0; frame_unsent(g.out, &at, &f);)
    if (f.type == MSG_OUT || f.type == MSG_LOG || f.type == MSG_REPORT) frame_write(g.fd, f.type, f.id, f.payload, f.len);
}

static _Noreturn void last_word(const char *limit, const Note *text, const char *script, int line) {
  Note o = { .n = 0 };
  note_bytes(&o, "\x84", 1);
  note_str(&o, "limit", 5);
  note_str(&o, limit, strlen(limit));
  note_str(&o, "text", 4);
  note_str(&o, text->p, text->n);
  note_str(&o, "script", 6);
  note_str(&o, script, strlen(script));
  note_str(&o, "line", 4);
  char number[5] = { (char)0xd2, (char)(line >> 24), (char)(line >> 16), (char)(line >> 8), (char)line };
  note_bytes(&o, number, 5);
  frame_write(g.fd, MSG_FATAL, 0, o.p, o.n);
  _exit(3);
}

static void say_where(Note *o, const char *script, int line) {
  note_text(o, script);
  if (line > 0) { note_text(o, ":"); note_number(o, (uint64_t)line); }
  note_text(o, ": ");
}

/* The innermost line of the script itself, under whatever host code runs. */
static int script_line(lua_State *L, const State *s) {
  lua_Debug ar;
  for (int level = 0; level < 200 && lua_getstack(L, level, &ar); level++)
    if (lua_getinfo(L, "Sl", &ar) && ar.source[0] == '@' && strcmp(ar.source + 1, s->name) == 0 && ar.currentline > 0)
      return ar.currentline;
  return 0;
}

static const char *state_name(lua_State *L) { return L ? state_of(L)->name : "worker"; }

static _Noreturn void report_cpu(lua_State *L, int line) {
  Note o = { .n = 0 };
  const char *name = state_name(L ? L : g.running);
  if (L) say_rest();                       /* not out of the timer's handler: it may have come while a frame was written */
  say_where(&o, name, line);
  note_text(&o, "used more than ");
  note_number(&o, g.ms);
  note_text(&o, " ms of CPU in ");
  note_text(&o, g.what);
  last_word("cpu", &o, name, line);
}

void limit_memory(HeapUser *user) {
  State *s = (State *)(void *)user;
  Note o = { .n = 0 };
  lua_State *L = g.running && state_of(g.running) == s ? g.running : NULL;
  int line = L ? script_line(L, s) : 0;
  say_rest();
  say_where(&o, s->name, line);
  note_text(&o, "used more than ");
  size_t limit = user->heap->limit;
  note_number(&o, limit >= (1u << 20) ? limit >> 20 : limit >> 10);
  note_text(&o, limit >= (1u << 20) ? " MiB of memory" : " KiB of memory");
  last_word("memory", &o, s->name, line);
}

/* ---- the hook ---- */

static void hook(lua_State *L, lua_Debug *ar) {
  (void)ar;
  if (g.passed) report_cpu(L, script_line(L, state_of(L)));
  lua_sethook(L, NULL, 0, 0);
  if (!g.collect) return;
  g.collect = 0;
  for (State *s = *g.states; s; s = s->next) lua_sethook(s->L, NULL, 0, 0);
  for (State *s = *g.states; s; s = s->next) lua_gc(s->L, LUA_GCCOLLECT, 0);
  Heap *h = state_of(L)->heap.heap;      /* next time: half of what is left now */
  size_t low = h->limit / 4 * 3;
  h->soft = h->used + (h->limit - h->used) / 2;
  if (h->soft < low) h->soft = low;
}

/* lua_sethook may be called at any time, from a signal handler too. All main threads get it: host code calls into adapters. */
static void arm(void) {
  const int when = LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT;
  if (g.running) lua_sethook(g.running, hook, when, 1);
  for (State *s = *g.states; s; s = s->next) lua_sethook(s->L, hook, when, 1);
}

void limit_collect(HeapUser *user) {
  (void)user;
  g.collect = 1;
  arm();
}

lua_State *limit_switch(lua_State *L) {
  lua_State *before = g.running;
  g.running = L;
  if (L && (g.passed || g.collect)) arm();      /* the hook was armed on a thread that is left now */
  return before;
}

/* ---- the timer ---- */

static void set_timer(int64_t every_ns) {
  struct itimerspec t = { .it_interval = { every_ns / 1000000000, every_ns % 1000000000 } };
  t.it_value = t.it_interval;
  timer_settime(g.timer, 0, &t, NULL);
}

static void tick(int sig) {
  (void)sig;
  int saved = errno;
  uint32_t ms = g.ms;
  if (ms) {
    int64_t now = cpu_ns();
    if (g.seen != g.epoch) {
      g.seen = g.epoch;
      g.since_ns = now;
    } else {
      int64_t used = now - g.since_ns, limit = (int64_t)ms * 1000000;
      if (g.passed) report_cpu(NULL, 0);             /* a tick ago already, and no hook was reached: a loop in C */
      if (used >= limit) {
        g.passed = 1;
        arm();
      }
    }
  }
  errno = saved;
}

bool limit_init(int fd, const FrameWriter *out, State *const *states) {
  g.fd = fd;
  g.out = out;
  g.states = states;
  struct sigaction sa = { .sa_handler = tick, .sa_flags = SA_RESTART };
  sigemptyset(&sa.sa_mask);
  if (sigaction(SIGPROF, &sa, NULL) != 0) return false;
  struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGPROF };
  return timer_create(CLOCK_PROCESS_CPUTIME_ID, &ev, &g.timer) == 0;
}

void limit_begin(uint32_t ms, const char *what) {
  static uint32_t interval;
  if (ms != interval) {                        /* the timer keeps running; only another limit changes its pace */
    interval = ms;
    int64_t every = (int64_t)ms * 1000000 / 10;
    set_timer(every < 1000000 ? 1000000 : every);
  }
  g.what = what;
  g.epoch++;
  g.ms = ms;
}

void limit_end(void) { g.ms = 0; }
