/* The CPU limit of a callback, and collections when memory runs short. A timer over the process's CPU time looks ten times a limit;
 * when the limit is passed it arms a hook, which reports script and line and ends the process without unwinding, so that no
 * pcall sees it. Code that reaches no hook (a loop inside a C function) is ended by the timer itself a little later. */
#ifndef BOURSE_LIMIT_H
#define BOURSE_LIMIT_H
#include <lua.h>
#include <stdbool.h>
#include <stdint.h>
#include "wire/frame.h"
#include "worker/state.h"

/* Before the jail: makes the timer. fd: where the last word goes; out: what waits to go there. */
bool limit_init(int fd, const FrameWriter *out, State *const *states);
void limit_begin(uint32_t ms, const char *what);          /* what is done now has ms of CPU; what: "one callback" */
void limit_end(void);                                     /* waiting; nothing is owed */
lua_State *limit_switch(lua_State *L);                    /* L runs now; gives the one that ran */
void limit_collect(HeapUser *user);                       /* a Heap's on_soft */
_Noreturn void limit_memory(HeapUser *user);              /* reports the memory limit and ends the process */
#endif
