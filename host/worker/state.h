/* What the worker knows of each of its Lua states. Inside worker/ only. */
#ifndef BOURSE_STATE_H
#define BOURSE_STATE_H
#include "worker/alloc.h"
#include "worker/worker.h"

/* Coroutines between a task and the one that runs now, innermost first; lives on the C stack. */
typedef struct Chain { struct Chain *up; bool ok; /* all of them may yield */ } Chain;

typedef struct State {
  HeapUser heap;                   /* first: the allocator's ud */
  Worker *worker;
  lua_State *L;                    /* main thread */
  struct State *next;
  Chain *chain;
  lua_State *task;                 /* the coroutine at the bottom of what runs, when the worker's own queue runs it */
  bool waiting;                    /* the yield on its way out is a wait, not the script's own */
  struct { lua_State *L; int n; bool raise; } wake;
  struct { size_t at, from, ahead; } collect;      /* collect.c: bytes in use when it is next, and when it was; KB that Lua's collector was held off by */
  bool script;                     /* the strategy or verb, not an adapter */
  char name[128];                  /* for messages; chunks of the script are called "@name" */
} State;

/* A thread's extra space holds its State; bit 0 marks a thread that waits for the host. */
static inline State *state_of(lua_State *L) { return (State *)(*(uintptr_t *)lua_getextraspace(L) & ~(uintptr_t)1); }
static inline bool state_waits(lua_State *L) { return *(uintptr_t *)lua_getextraspace(L) & 1; }
static inline void state_mark(lua_State *L, bool waits) {
  uintptr_t *p = (uintptr_t *)lua_getextraspace(L);
  *p = waits ? *p | 1 : *p & ~(uintptr_t)1;
}
#endif
