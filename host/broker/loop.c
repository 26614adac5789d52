#include "broker/loop.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

/* turn tells a reused descriptor from the old one, 0: the kernel does not look at it; fn NULL: nobody wants to hear of it. */
typedef struct { LoopFdFn fn; void *ctx; uint32_t turn; int events; } Watch;

#define TURNS 1000                 /* timers that are run before descriptors are looked at */

typedef struct { LoopTimer **at; size_t n, cap; } Heap;         /* 1-based */

struct Loop {
  int ep;
  bool stop, held;
  Watch *watches; size_t n_watches;
  Heap real, session;
  uint32_t turn;
  uint64_t rank;
  double speed; int64_t play_us, play_real_us;     /* where the tape's time and the real one began together */
};

static int64_t tape_us;                          /* the session's time when a tape plays; 0: none does */

static int64_t clock_us(clockid_t id) {
  struct timespec t;
  clock_gettime(id, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_real_us(void) { return clock_us(CLOCK_MONOTONIC); }
int64_t clock_mono_us(void) { return tape_us ? tape_us : clock_real_us(); }
int64_t clock_steady_us(void) { return tape_us ? tape_us : clock_us(CLOCK_BOOTTIME); }
int64_t clock_mono_ms(void) { return clock_mono_us() / 1000; }
int64_t clock_wall_ms(void) { return clock_wall_ns() / 1000000; }

int64_t clock_wall_ns(void) {
  struct timespec t;
  if (tape_us) return tape_us * 1000;
  clock_gettime(CLOCK_REALTIME, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

Loop *loop_new(void) {
  Loop *l = calloc(1, sizeof *l);
  if (!l) return NULL;
  tape_us = 0;
  l->ep = epoll_create1(EPOLL_CLOEXEC);
  if (l->ep < 0) {
    free(l);
    return NULL;
  }
  return l;
}

void loop_free(Loop *l) {
  if (!l) return;
  close(l->ep);
  free(l->watches);
  free(l->real.at);
  free(l->session.at);
  free(l);
}

bool loop_watch(Loop *l, int fd, int events, LoopFdFn fn, void *ctx) {
  if (fd < 0) return errno = EBADF, false;
  if ((size_t)fd >= l->n_watches) {
    size_t n = l->n_watches ? l->n_watches : 32;
    while (n <= (size_t)fd) n *= 2;
    Watch *w = realloc(l->watches, n * sizeof *w);
    if (!w) return false;
    for (size_t i = l->n_watches; i < n; i++) w[i] = (Watch){ 0 };
    l->watches = w;
    l->n_watches = n;
  }
  Watch *w = &l->watches[fd];
  bool known = w->turn != 0;
  if (!known && !(w->turn = ++l->turn)) w->turn = ++l->turn;
  if (!known || w->events != events) {
    struct epoll_event e = { .events = (events & LOOP_READ ? EPOLLIN : 0) | (events & LOOP_WRITE ? EPOLLOUT : 0),
                             .data.u64 = (uint64_t)w->turn << 32 | (uint32_t)fd };
    int r = epoll_ctl(l->ep, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &e);
    if (r < 0 && known && errno == ENOENT) r = epoll_ctl(l->ep, EPOLL_CTL_ADD, fd, &e);
    if (r < 0) {
      *w = (Watch){ 0 };
      return false;
    }
  }
  w->fn = fn;
  w->ctx = ctx;
  w->events = events;
  return true;
}

void loop_rest(Loop *l, int fd) {
  if (fd >= 0 && (size_t)fd < l->n_watches) l->watches[fd].fn = NULL;
}

void loop_forget(Loop *l, int fd) {
  if (fd < 0 || (size_t)fd >= l->n_watches || !l->watches[fd].turn) return;
  epoll_ctl(l->ep, EPOLL_CTL_DEL, fd, NULL);
  l->watches[fd] = (Watch){ 0 };
}

/* --- timers --- */

static bool before(const LoopTimer *a, const LoopTimer *b) { return a->at_us != b->at_us ? a->at_us < b->at_us : a->rank < b->rank; }

static void heap_put(Heap *h, size_t i, LoopTimer *t) {
  h->at[i] = t;
  t->slot = i;
}

static void heap_up(Heap *h, size_t i, LoopTimer *t) {
  for (; i > 1 && before(t, h->at[i / 2]); i /= 2) heap_put(h, i, h->at[i / 2]);
  heap_put(h, i, t);
}

static void heap_down(Heap *h, size_t i, LoopTimer *t) {
  for (size_t c; (c = i * 2) <= h->n; i = c) {
    if (c < h->n && before(h->at[c + 1], h->at[c])) c++;
    if (!before(h->at[c], t)) break;
    heap_put(h, i, h->at[c]);
  }
  heap_put(h, i, t);
}

static void heap_add(Heap *h, LoopTimer *t) {
  if (h->n + 1 >= h->cap) {
    size_t n = h->cap ? h->cap * 2 : 64;
    LoopTimer **at = realloc(h->at, n * sizeof *at);
    if (!at) abort();    /* a lost timer is a lost deadline */
    h->at = at;
    h->cap = n;
  }
  heap_up(h, ++h->n, t);
}

void loop_cancel(Loop *l, LoopTimer *t) {
  Heap *h = t->real ? &l->real : &l->session;
  size_t i = t->slot;
  if (!i) return;
  t->slot = 0;
  LoopTimer *last = h->at[h->n--];
  if (last == t) return;
  if (i > 1 && before(last, h->at[i / 2])) heap_up(h, i, last);
  else heap_down(h, i, last);
}

static void set(Loop *l, LoopTimer *t, bool real, int64_t at_us, uint64_t rank) {
  loop_cancel(l, t);
  t->real = real;
  t->at_us = at_us;
  t->rank = rank;
  heap_add(real ? &l->real : &l->session, t);
}

void loop_after_us(Loop *l, LoopTimer *t, int64_t us) { set(l, t, false, clock_mono_us() + (us < 0 ? 0 : us), LOOP_RANK + l->rank++); }
void loop_at(Loop *l, LoopTimer *t, int64_t mono_us, uint64_t rank) { set(l, t, false, mono_us, rank); }

static int64_t in_us(int64_t ms) { return (ms > INT64_MAX / 4000 ? INT64_MAX / 4000 : ms < 0 ? 0 : ms) * 1000; }

void loop_after(Loop *l, LoopTimer *t, int64_t ms) { loop_after_us(l, t, in_us(ms)); }
void loop_after_real(Loop *l, LoopTimer *t, int64_t ms) { set(l, t, true, clock_real_us() + in_us(ms), LOOP_RANK + l->rank++); }

void loop_play(Loop *l, int64_t wall_us, double speed) {
  tape_us = l->play_us = wall_us;
  l->play_real_us = clock_real_us();
  l->speed = speed;
}

void loop_play_on(Loop *l, int64_t wall_us) {
  (void)l;
  if (tape_us && wall_us > tape_us) tape_us = wall_us;
}

bool loop_next(const Loop *l, int64_t *at_us, uint64_t *rank) {
  if (!l->session.n) return false;
  *at_us = l->session.at[1]->at_us;
  *rank = l->session.at[1]->rank;
  return true;
}

void loop_hold(Loop *l, bool held) { l->held = held; }

static void call_first(Loop *l, Heap *h) {
  LoopTimer *t = h->at[1];
  loop_cancel(l, t);
  t->fn(t->ctx);
}

/* When a time of the tape has come, in real time. */
static int64_t due_real_us(const Loop *l, int64_t at_us) {
  return l->speed > 0 ? l->play_real_us + (int64_t)((double)(at_us - l->play_us) / l->speed) : 0;
}

/* When the first of the session's timers is due, in real time; INT64_MAX: none, or time is held. */
static int64_t next_us(const Loop *l) {
  if (!l->session.n || l->held) return INT64_MAX;
  int64_t at = l->session.at[1]->at_us;
  return tape_us ? due_real_us(l, at) : at;
}

static int timers_run(Loop *l) {
  int64_t now = clock_real_us();
  while (l->real.n && l->real.at[1]->at_us <= now && !l->stop) call_first(l, &l->real);
  for (int turn = 0; turn < TURNS && !l->stop && next_us(l) <= now; turn++) {
    int64_t at = l->session.at[1]->at_us;
    if (tape_us && at > tape_us) tape_us = at;
    call_first(l, &l->session);
  }
  int64_t next = next_us(l);
  if (l->real.n && l->real.at[1]->at_us < next) next = l->real.at[1]->at_us;
  if (next == INT64_MAX) return -1;
  int64_t ms = (next - clock_real_us() + 999) / 1000;
  return ms < 0 ? 0 : ms > 60000 ? 60000 : (int)ms;
}

void loop_stop(Loop *l) { l->stop = true; }

void loop_run(Loop *l) {
  struct epoll_event ev[64];
  l->stop = false;
  while (!l->stop) {
    int wait = timers_run(l);
    if (l->stop) break;
    int n = epoll_wait(l->ep, ev, 64, wait);
    for (int i = 0; i < n && !l->stop; i++) {
      size_t fd = (uint32_t)ev[i].data.u64;
      if (fd >= l->n_watches || l->watches[fd].turn != ev[i].data.u64 >> 32) continue;   /* closed meanwhile */
      if (!l->watches[fd].fn) {                 /* it rests */
        loop_forget(l, (int)fd);
        continue;
      }
      int got = (ev[i].events & (EPOLLIN | EPOLLRDHUP) ? LOOP_READ : 0) | (ev[i].events & EPOLLOUT ? LOOP_WRITE : 0) |
                (ev[i].events & (EPOLLERR | EPOLLHUP) ? LOOP_GONE : 0);
      l->watches[fd].fn(l->watches[fd].ctx, (int)fd, got);
    }
  }
}
