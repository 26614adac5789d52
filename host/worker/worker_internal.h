/* What worker.c (the loop) and task.c (tasks and waits) share. */
#ifndef BOURSE_WORKER_INTERNAL_H
#define BOURSE_WORKER_INTERNAL_H
#include "wire/frame.h"
#include "worker/json.h"
#include "worker/state.h"

typedef struct { lua_State *thread; int ref; int n; bool raise; } Turn;    /* a task that may go on; ref: registry of its state */
typedef struct { uint32_t id; AnswerFn fn; PartFn part; void *ctx; JsonStream *parts; } Question;      /* parts: of its answer, so far */
typedef struct { AnswerFn fn; void *ctx; } Listener;

struct Worker {
  int fd;
  FrameReader in;
  FrameWriter out;
  Heap heap;
  State *states;                   /* all, the script's among them */
  State *script;
  Question *questions; uint32_t n_questions, cap_questions, last_id;
  Turn *turns; size_t first_turn, n_turns, cap_turns;
  size_t live;                     /* tasks that have not ended */
  Listener listeners[32];
  JsonStream *parts;               /* of the answer that is given now, see worker_take_parts */
  uint32_t cpu_ms, callback_ms;
  int64_t now_ms, now_mono_ms; bool frozen, stepped;
  bool by_turns; uint32_t taken;   /* messages of the broker so far */
  struct Ahead *ahead;             /* ahead.h; NULL: the broker answers all that is asked */
  bool wants_books, tells_calls; uint32_t last_call;
  int64_t idle_ms;                 /* when MSG_IDLE was last sent */
  int64_t rested_cpu_ms;           /* CPU time that was used when memory was last given back */
  uint64_t random[4];
  bool done, stopping; int code;
  uint64_t went_well, went_wrong; char last_error[300];    /* calls of the script */
  bool tried;                      /* in a backtest, whose report says what went wrong */
  char role[16], orders[8];
  bool tty; int columns;
  int boot_args;                   /* registry of the script's state: the table of arguments */
};

void worker_die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
void *worker_grow(void *p, size_t n, size_t size);        /* realloc or die */

void task_spawn(Worker *w, lua_State *L, int nargs);      /* function and nargs on top of L become a task; queued. Pops them */
void task_run_all(Worker *w);                             /* runs what may run until all waits or the script ended */
void task_lib_open(lua_State *L);                         /* pushes the table `tasks` of strategy.lua */
void clerk_open(lua_State *L);                            /* clerk_lib.c: sets the global `clerk` of the clerk's host Lua */
int task_source(lua_State *L);                            /* for Lua: source(kind, name) -> text or nil, why; waits */
void host_open(lua_State *L);                             /* hostapi.c: pushes the table `host` of verbs */
/* ask.c. A waiter on the heap is the context of a question; its answer takes it back. waiter_keep raises where nothing can wait, so it comes before
 * the payload is made. */
Waiter *waiter_keep(lua_State *L);
Waiter waiter_take(void *kept);
void waiter_drop(lua_State *L, Waiter *kept);                                          /* nothing was asked after all */
int ask_and_wait(lua_State *L, int type, msgpack_sbuffer *payload, AnswerFn fn, Waiter *kept);   /* frees the payload; to be returned to Lua */
int ask_with_table(lua_State *L, int type, const char *what, AnswerFn fn);             /* the payload is the table at 1; raises "what: ..." */

void worker_put(Worker *w, int type, const char *key, const char *text, size_t n, const char *key2, const char *text2);
void worker_push_answer(lua_State *to, const msgpack_object *payload);   /* pushes the payload, or nil */
#endif
