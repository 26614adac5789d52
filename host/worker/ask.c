/* A question of a C function that Lua called, and whose answer lets that function's coroutine go on. */
#include <stdlib.h>
#include <lauxlib.h>
#include "worker/copy.h"
#include "worker/worker_internal.h"

Waiter *waiter_keep(lua_State *L) {
  Waiter waiter = worker_waiter(L), *kept = worker_grow(NULL, 1, sizeof *kept);
  *kept = waiter;
  return kept;
}

Waiter waiter_take(void *kept) {
  Waiter waiter = *(Waiter *)kept;
  free(kept);
  return waiter;
}

void waiter_drop(lua_State *L, Waiter *kept) {
  luaL_unref(L, LUA_REGISTRYINDEX, kept->ref);
  free(kept);
}

int ask_and_wait(lua_State *L, int type, msgpack_sbuffer *payload, AnswerFn fn, Waiter *kept) {
  worker_ask(worker_of(L), type, payload, fn, kept);
  msgpack_sbuffer_destroy(payload);
  return worker_wait(L);
}

int ask_with_table(lua_State *L, int type, const char *what, AnswerFn fn) {
  char err[200];
  msgpack_sbuffer out;
  msgpack_packer pk;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  Waiter *kept = waiter_keep(L);
  msgpack_sbuffer_init(&out);
  msgpack_packer_init(&pk, &out, msgpack_sbuffer_write);
  if (copy_pack(L, 1, &pk, err, sizeof err)) return ask_and_wait(L, type, &out, fn, kept);
  waiter_drop(L, kept);
  msgpack_sbuffer_destroy(&out);
  return luaL_error(L, "%s: %s", what, err);
}
