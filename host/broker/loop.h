/* The broker's event loop: epoll for descriptors, a heap for timers. One thread. */
#ifndef BOURSE_LOOP_H
#define BOURSE_LOOP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LOOP_READ = 1, LOOP_WRITE = 2, LOOP_GONE = 4 /* error or hang-up: reported, never asked for */ };
typedef struct Loop Loop;
typedef void (*LoopFdFn)(void *ctx, int fd, int events);
typedef void (*LoopTimerFn)(void *ctx);

/* Zero-initialise, set fn and ctx; embed it in what owns it. */
typedef struct { LoopTimerFn fn; void *ctx; int64_t at_us; size_t slot; /* 0: not set */ } LoopTimer;

Loop *loop_new(void);                                                  /* NULL with errno */
void loop_free(Loop *l);
bool loop_watch(Loop *l, int fd, int events, LoopFdFn fn, void *ctx);  /* adds, or changes what is asked for */
void loop_forget(Loop *l, int fd);                                     /* before the descriptor is closed */
void loop_after(Loop *l, LoopTimer *t, int64_t ms);                    /* sets, or sets anew; calls fn once */
void loop_after_us(Loop *l, LoopTimer *t, int64_t us);
void loop_cancel(Loop *l, LoopTimer *t);
void loop_run(Loop *l);                                                /* until loop_stop */
void loop_stop(Loop *l);

int64_t clock_mono_us(void);
int64_t clock_mono_ms(void);
int64_t clock_wall_ns(void);
int64_t clock_wall_ms(void);
#endif
