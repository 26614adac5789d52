#include "broker/loop.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

typedef struct { LoopFdFn fn; void *ctx; uint32_t turn; int events; } Watch;   /* turn tells a reused descriptor from the old one */

struct Loop {
  int ep;
  bool stop;
  Watch *watches; size_t n_watches;
  LoopTimer **heap; size_t n_heap, cap_heap;   /* 1-based */
  uint32_t turn;
};

static int64_t clock_us(clockid_t id) {
  struct timespec t;
  clock_gettime(id, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_mono_us(void) { return clock_us(CLOCK_MONOTONIC); }
int64_t clock_mono_ms(void) { return clock_us(CLOCK_MONOTONIC) / 1000; }
int64_t clock_wall_ms(void) { return clock_us(CLOCK_REALTIME) / 1000; }

int64_t clock_wall_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

Loop *loop_new(void) {
  Loop *l = calloc(1, sizeof *l);
  if (!l) return NULL;
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
  free(l->heap);
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
  bool known = w->fn != NULL;
  if (!known) w->turn = ++l->turn;
  if (!known || w->events != events) {
    struct epoll_event e = { .events = (events & LOOP_READ ? EPOLLIN : 0) | (events & LOOP_WRITE ? EPOLLOUT : 0),
                             .data.u64 = (uint64_t)w->turn << 32 | (uint32_t)fd };
    int r = epoll_ctl(l->ep, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &e);
    if (r < 0 && known && errno == ENOENT) r = epoll_ctl(l->ep, EPOLL_CTL_ADD, fd, &e);
    if (r < 0) {
      w->fn = NULL;
      return false;
    }
  }
  w->fn = fn;
  w->ctx = ctx;
  w->events = events;
  return true;
}

void loop_forget(Loop *l, int fd) {
  if (fd < 0 || (size_t)fd >= l->n_watches || !l->watches[fd].fn) return;
  epoll_ctl(l->ep, EPOLL_CTL_DEL, fd, NULL);
  l->watches[fd] = (Watch){ 0 };
}

/* --- timers --- */

static void heap_put(Loop *l, size_t i, LoopTimer *t) {
  l->heap[i] = t;
  t->slot = i;
}

static void heap_up(Loop *l, size_t i, LoopTimer *t) {
  for (; i > 1 && l->heap[i / 2]->at_us > t->at_us; i /= 2) heap_put(l, i, l->heap[i / 2]);
  heap_put(l, i, t);
}

static void heap_down(Loop *l, size_t i, LoopTimer *t) {
  for (size_t c; (c = i * 2) <= l->n_heap; i = c) {
    if (c < l->n_heap && l->heap[c + 1]->at_us < l->heap[c]->at_us) c++;
    if (l->heap[c]->at_us >= t->at_us) break;
    heap_put(l, i, l->heap[c]);
  }
  heap_put(l, i, t);
}

void loop_cancel(Loop *l, LoopTimer *t) {
  size_t i = t->slot;
  if (!i) return;
  t->slot = 0;
  LoopTimer *last = l->heap[l->n_heap--];
  if (last == t) return;
  if (i > 1 && l->heap[i / 2]->at_us > last->at_us) heap_up(l, i, last);
  else heap_down(l, i, last);
}

void loop_after_us(Loop *l, LoopTimer *t, int64_t us) {
  loop_cancel(l, t);
  if (l->n_heap + 1 >= l->cap_heap) {
    size_t n = l->cap_heap ? l->cap_heap * 2 : 64;
    LoopTimer **h = realloc(l->heap, n * sizeof *h);
    if (!h) abort();    /* a lost timer is a lost deadline */
    l->heap = h;
    l->cap_heap = n;
  }
  t->at_us = clock_mono_us() + (us < 0 ? 0 : us);
  heap_up(l, ++l->n_heap, t);
}

void loop_after(Loop *l, LoopTimer *t, int64_t ms) {
  if (ms > INT64_MAX / 4000) ms = INT64_MAX / 4000;
  loop_after_us(l, t, ms * 1000);
}

static int timers_run(Loop *l) {
  if (!l->n_heap) return -1;
  int64_t now = clock_mono_us();
  while (l->n_heap && l->heap[1]->at_us <= now && !l->stop) {
    LoopTimer *t = l->heap[1];
    loop_cancel(l, t);
    t->fn(t->ctx);
  }
  if (!l->n_heap) return -1;
  int64_t ms = (l->heap[1]->at_us - clock_mono_us() + 999) / 1000;
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
      if (fd >= l->n_watches || !l->watches[fd].fn || l->watches[fd].turn != ev[i].data.u64 >> 32) continue;   /* closed meanwhile */
      int got = (ev[i].events & (EPOLLIN | EPOLLRDHUP) ? LOOP_READ : 0) | (ev[i].events & EPOLLOUT ? LOOP_WRITE : 0) |
                (ev[i].events & (EPOLLERR | EPOLLHUP) ? LOOP_GONE : 0);
      l->watches[fd].fn(l->watches[fd].ctx, (int)fd, got);
    }
  }
}
