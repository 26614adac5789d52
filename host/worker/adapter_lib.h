/* The state of an adapter: its vocabulary, and `native`, the functions that the host Lua in it works with. */
#ifndef BOURSE_ADAPTER_LIB_H
#define BOURSE_ADAPTER_LIB_H
#include <lua.h>
#include <stdbool.h>

#include "worker/venue_internal.h"

/* Fills L for the venue and leaves adapter.open on its stack. v may be NULL: for checks only, then adapter.check is left. */
bool adapter_lib_open(lua_State *L, Venue *v);
/* Does the coroutine wait in one of ours? An adapter's own coroutine.yield may say anything. */
bool adapter_lib_waits(lua_State *co);
#endif
