/* The broker's event loop: epoll for descriptors, heaps for timers. One thread.
 *
 * There are two times. The real one is this machine's. The session's is the same while it is live; when a tape plays it is the tape's: it stands still while
 * a worker has the turn (loop_hold) and then goes on to the next timer at once, or at a given speed. All that a worker can see goes by the session's
 * time; the real one is for watching over processes and for screens. */
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
typedef struct {
  LoopTimerFn fn; void *ctx;
  int64_t at_us; uint64_t rank;         /* of those that are due at the same time the lower rank comes first */
  size_t slot; bool real;               /* slot 0: not set */
} LoopTimer;

Loop *loop_new(void);                                                  /* NULL with errno */
void loop_free(Loop *l);
bool loop_watch(Loop *l, int fd, int events, LoopFdFn fn, void *ctx);  /* adds, or changes what is asked for */
/* Not heard of until it is watched again. The kernel goes on looking, which costs less than to tell it twice: so loop_forget must come before it is closed. */
void loop_rest(Loop *l, int fd);
void loop_forget(Loop *l, int fd);                                     /* before the descriptor is closed */
void loop_after(Loop *l, LoopTimer *t, int64_t ms);                    /* sets, or sets anew; calls fn once */
void loop_after_us(Loop *l, LoopTimer *t, int64_t us);
void loop_after_real(Loop *l, LoopTimer *t, int64_t ms);               /* in real time */
/* At a time of the session, in the order of ranks below LOOP_RANK; other timers, set in their own order, come after those. */
void loop_at(Loop *l, LoopTimer *t, int64_t mono_us, uint64_t rank);
#define LOOP_RANK (1ull << 62)
void loop_cancel(Loop *l, LoopTimer *t);
void loop_run(Loop *l);                                                /* until loop_stop */
void loop_stop(Loop *l);

/* From here on the session's time is a tape's: it begins at wall_us, since 1970 (and clock_mono_us is the same). speed: of the session's time to the real
 * one; 0: as fast as it goes. It stands when the loop is freed, so that what is told at the end is in that time, too. */
void loop_play(Loop *l, int64_t wall_us, double speed);
void loop_play_on(Loop *l, int64_t wall_us);                           /* it is later by now */
bool loop_next(const Loop *l, int64_t *at_us, uint64_t *rank);         /* the first of the session's timers; false: there is none */
void loop_hold(Loop *l, bool held);                                    /* somebody is at work: the session's time stands still */

/* The session's time. */
int64_t clock_mono_us(void);
int64_t clock_mono_ms(void);
int64_t clock_wall_ns(void);
int64_t clock_steady_us(void);                                          /* goes on at the same pace, also while the machine sleeps or its clock is set */
int64_t clock_wall_ms(void);
int64_t clock_real_us(void);                                           /* monotonic, whatever plays */
#endif
