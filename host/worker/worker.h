/* The worker: a process that runs Lua for one strategy or one verb, with the adapters it names, and talks only to the broker.
 * Single-threaded: read a frame, give it to whom it belongs, run Lua until everything waits again. */
#ifndef BOURSE_WORKER_H
#define BOURSE_WORKER_H
#include <lua.h>
#include <msgpack.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Worker Worker;

/* An answer to a question that was asked: type MSG_REPLY, MSG_SOURCE_IS ... `payload` is valid during the call; bin and str
 * bodies point into the frame. */
typedef void (*AnswerFn)(Worker *w, void *ctx, int type, const msgpack_object *payload);

int worker_main(int fd);                                            /* the process's main; does not return */
/* In an answer: the malloc'd block in which its message lies, when the message ends at `end` and nothing else is in it. The caller frees it. */
char *worker_give_frame(Worker *w, const char *end);
/* In an answer: what came of its body before it, or NULL. The caller frees it. */
struct JsonStream *worker_take_parts(Worker *w);
uint32_t worker_ask(Worker *w, int type, const msgpack_sbuffer *payload, AnswerFn fn, void *ctx);
/* MSG_HTTP; `part` is called as the body comes, when it comes in parts: with what is there so far, or NULL when it begins anew. */
typedef void (*PartFn)(Worker *w, void *ctx, struct JsonStream *parts);
void worker_ask_in_parts(Worker *w, const msgpack_sbuffer *payload, AnswerFn fn, PartFn part, void *ctx);
uint32_t worker_ask_source(Worker *w, const char *kind, const char *name, const char *venue, AnswerFn fn, void *ctx);   /* MSG_SOURCE */
void worker_tell(Worker *w, int type, const msgpack_sbuffer *payload);
void worker_flush(Worker *w);        /* what was told and asked goes out now, before work that the answer can be made beside */
void worker_listen(Worker *w, int type, AnswerFn fn, void *ctx);    /* for messages that answer nothing: MSG_RELOAD, MSG_LINE */
void worker_log(Worker *w, const char *level, const char *text);   /* a line for stderr: "debug", "info", "note", "warning", "error" */
int64_t worker_now(const Worker *w);                                /* ms: of the broker, at the last message plus what passed since */
const char *worker_orders(const Worker *w);                         /* where orders go: "paper", "live", or "": nowhere */
bool worker_clock_frozen(const Worker *w);                          /* conform: time stands at the boot's now_ms */

/* A new sandboxed state (allow-list globals, counting allocator, limits): one a script. Its globals are ready; `name` is for messages.
 * NULL when out of memory. worker_of gives the worker of any state. */
lua_State *worker_state_new(Worker *w, const char *name);
void worker_state_close(lua_State *L);
Worker *worker_of(lua_State *L);
lua_State *worker_script(Worker *w);                                /* the state of the strategy or verb */

/* Runs the function and its n arguments on top of L's stack, protected, under the CPU limit of a callback. On an error the
 * error value is on the stack. A limit that was passed does not return: the worker reports it (MSG_FATAL) and exits. */
int worker_call(lua_State *L, int nargs, int nresults);
/* The same for a coroutine: lua_resume with limits armed. */
int worker_resume(lua_State *co, lua_State *from, int nargs, int *nresults);

/* Waiting, from the script's state: a C function called by Lua does  return worker_wait(L)  after it kept `worker_waiter(L)`; later
 * worker_wake(waiter, n) resumes that coroutine with the top n values of its stack (push them on waiter.L first), from the loop, when what
 * runs now has returned; when `raise` is true the one value is raised there as an error. Waiting works inside coroutines that the script made itself. */
typedef struct Waiter { lua_State *L; int ref; } Waiter;
Waiter worker_waiter(lua_State *L);
int worker_wait(lua_State *L);
void worker_wake(Worker *w, Waiter waiter, int nvalues, bool raise);

/* Random bits from the seed that the broker gave; fixed when the clock is frozen. */
uint64_t worker_random(lua_State *L);

/* The script ended: MSG_DONE with this exit code once what runs now has returned; nothing is run after that. The first call counts. */
void worker_finish(Worker *w, int code, const char *message);
/* A call of the script has ended, well (error NULL) or not. A script that ends well without one call that did is said to have failed. */
void worker_called(Worker *w, const char *error);

/* Loads host Lua (embedded in the program) by name, "exchange" for host/lua/exchange.lua, into L: pushes its chunk as a function,
 * whose only upvalue is the table of globals at `env` (0: the state's real globals). */
bool hostlua_push(lua_State *L, const char *name, int env);
#endif
