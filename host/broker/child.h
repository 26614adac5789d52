/* A worker process: started with exec and nothing of the broker's in it, watched, killed from outside. */
#ifndef BOURSE_CHILD_H
#define BOURSE_CHILD_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#define CHILD_FLAG "--worker"    /* argv[1] of a worker: main calls worker_main(CHILD_FD) */
#define CHILD_FD 3

typedef struct { pid_t pid; int fd; clockid_t cpu; bool cpu_known; } Child;

/* Starts /proc/self/exe as a worker whose address space may be `memory` bytes and what the program itself needs.
 * `program`: another one instead (tests), or NULL. c->fd is the broker's end, non-blocking. False with the reason in err. */
bool child_start(Child *c, const char *program, uint64_t memory, char *err, size_t errlen);
int64_t child_cpu_us(const Child *c);          /* CPU time used so far; -1 when it cannot be told */
void child_kill(const Child *c);
int child_exit_fd(const Child *c);             /* becomes readable when the process is over (a pidfd); -1 where there is none */

/* How a process ended, once it has. `why` is "" when it left by itself with `code`, or "signal 11 (Segmentation fault)". */
typedef struct { int code, signal; char why[96]; } ChildEnd;
bool child_ended(Child *c, ChildEnd *end);     /* never waits; true once, after which pid is -1 */
#endif
