/* Checking the file of an adapter, in a state that lives as long as the worker. */
#include <lauxlib.h>

#include "worker/adapter_lib.h"
#include "worker/copy.h"
#include "worker/venue.h"
#include "worker/venue_internal.h"

static lua_State *checker;
static int check_ref = LUA_NOREF;

static int lib_check(lua_State *L) {
  char err[200];
  size_t n, m;
  const char *source = luaL_checklstring(L, 1, &n), *file = luaL_checklstring(L, 2, &m);
  lua_settop(L, 3);
  if (!checker) {
    checker = worker_state_new(worker_of(L), "check");
    if (!checker || !adapter_lib_open(checker, NULL)) return luaL_error(L, "the checker does not start: %s", checker ? lua_tostring(checker, -1) : "memory");
    check_ref = luaL_ref(checker, LUA_REGISTRYINDEX);
  }
  int top = lua_gettop(checker);
  lua_rawgeti(checker, LUA_REGISTRYINDEX, check_ref);
  lua_pushlstring(checker, source, n);
  lua_pushlstring(checker, file, m);
  if (!copy_value(L, 3, checker, err, sizeof err)) { lua_settop(checker, top); return luaL_error(L, "%s", err); }
  bool ok = worker_call(checker, 3, 1) == LUA_OK;
  if (!ok) {
    const char *text = lua_tostring(checker, -1);
    lua_pushstring(L, text ? text : "the check failed");
    lua_settop(checker, top);
    return lua_error(L);
  }
  ok = copy_value(checker, -1, L, err, sizeof err);
  lua_settop(checker, top);
  return ok ? 1 : luaL_error(L, "%s", err);
}

void venue_open_check(lua_State *L) {
  lua_pushcfunction(L, lib_check);
}
