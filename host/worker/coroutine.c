/* The library coroutine. A wait for the host inside a script's coroutine goes out through all coroutines around it to the task, and comes
 * back the same way; neither the script nor its own yields notice. No close: a chain of them crashes Lua 5.4.4. */
#include <lauxlib.h>
#include "worker/limit.h"
#include "worker/sandbox.h"
#include "worker/sealed.h"
#include "worker/state.h"

#define ERROR (-1)
#define WAIT (-2)

static lua_State *check_thread(lua_State *L, int idx) {
  lua_State *co = lua_tothread(L, idx);
  luaL_argexpected(L, co, idx, "coroutine");
  return co;
}

/* Runs co, with narg values of its stack: the number of results on its stack, ERROR with the error there, or WAIT. */
static int step(lua_State *L, lua_State *co, int narg) {
  State *s = state_of(L);
  Chain link = { s->chain, lua_isyieldable(L) && (!s->chain || s->chain->ok) };
  int n = 0;
  s->chain = &link;
  lua_State *before = limit_switch(co);
  int status = lua_resume(co, L, narg, &n);
  limit_switch(before);
  s->chain = link.up;
  if (status == LUA_YIELD && s->waiting) {
    state_mark(co, true);
    return WAIT;
  }
  return status == LUA_OK || status == LUA_YIELD ? n : ERROR;
}

static int start(lua_State *L, lua_State *co, int narg) {
  if (state_waits(co)) {
    lua_pushliteral(co, "cannot resume a coroutine that waits for the host");
    return ERROR;
  }
  bool dead = lua_status(co) == LUA_OK && lua_gettop(co) == 0;
  if (dead || (lua_status(co) != LUA_OK && lua_status(co) != LUA_YIELD)) {
    lua_pushliteral(co, "cannot resume dead coroutine");
    return ERROR;
  }
  lua_Debug ar;
  if (co == L || (lua_status(co) == LUA_OK && lua_getstack(co, 0, &ar))) {
    lua_pushliteral(co, "cannot resume non-suspended coroutine");
    return ERROR;
  }
  if (!lua_checkstack(co, narg + 1)) {
    lua_pushliteral(co, "too many arguments to resume");
    return ERROR;
  }
  lua_xmove(L, co, narg);
  return step(L, co, narg);
}

/* The host woke the task: each coroutine on the way passes it on, the innermost gets the values. */
static int again(lua_State *L, lua_State *co) {
  State *s = state_of(L);
  state_mark(co, false);
  int n = 0;
  if (s->wake.L == co) {
    n = s->wake.n;
    s->wake.L = NULL;
  }
  return step(L, co, n);
}

static int resume_done(lua_State *L, lua_State *co, int n);

static int resume_again(lua_State *L, int status, lua_KContext ctx) {
  (void)status;
  (void)ctx;
  lua_State *co = lua_tothread(L, 1);
  return resume_done(L, co, again(L, co));
}

static int resume_done(lua_State *L, lua_State *co, int n) {
  if (n == WAIT) return lua_yieldk(L, 0, 0, resume_again);
  lua_settop(L, 1);
  if (n == ERROR) {
    lua_pushboolean(L, 0);
    lua_xmove(co, L, 1);
    return 2;
  }
  if (!lua_checkstack(L, n + 1)) {
    lua_pop(co, n);
    lua_pushboolean(L, 0);
    lua_pushliteral(L, "too many results to resume");
    return 2;
  }
  lua_pushboolean(L, 1);
  lua_xmove(co, L, n);
  return n + 1;
}

static int co_resume(lua_State *L) {
  lua_State *co = check_thread(L, 1);
  return resume_done(L, co, start(L, co, lua_gettop(L) - 1));
}

static int wrap_done(lua_State *L, lua_State *co, int n);

static int wrap_again(lua_State *L, int status, lua_KContext ctx) {
  (void)status;
  (void)ctx;
  lua_State *co = lua_tothread(L, lua_upvalueindex(1));
  return wrap_done(L, co, again(L, co));
}

static int wrap_done(lua_State *L, lua_State *co, int n) {
  if (n == WAIT) return lua_yieldk(L, 0, 0, wrap_again);
  if (n == ERROR) {
    lua_xmove(co, L, 1);
    if (lua_type(L, -1) == LUA_TSTRING) {
      luaL_where(L, 1);
      lua_insert(L, -2);
      lua_concat(L, 2);
    }
    return lua_error(L);
  }
  luaL_checkstack(L, n, "too many results");
  lua_xmove(co, L, n);
  return n;
}

static int wrap_call(lua_State *L) {
  lua_State *co = lua_tothread(L, lua_upvalueindex(1));
  return wrap_done(L, co, start(L, co, lua_gettop(L)));
}

static int co_create(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_State *co = lua_newthread(L);
  if (!state_of(L)->script) sealed_room(co);      /* only adapters hold sealed values */
  lua_pushvalue(L, 1);
  lua_xmove(L, co, 1);
  return 1;
}

static int co_wrap(lua_State *L) {
  co_create(L);
  lua_pushcclosure(L, wrap_call, 1);
  return 1;
}

static int co_yield(lua_State *L) {
  if (state_of(L)->task == L) return luaL_error(L, "coroutine.yield: not inside a coroutine of the script (to wait, use sleep)");
  return lua_yield(L, lua_gettop(L));
}

static int co_status(lua_State *L) {
  lua_State *co = check_thread(L, 1);
  lua_Debug ar;
  const char *s = "dead";
  if (co == L) s = "running";
  else if (state_waits(co)) s = "normal";
  else if (lua_status(co) == LUA_YIELD) s = "suspended";
  else if (lua_status(co) == LUA_OK) s = lua_getstack(co, 0, &ar) ? "normal" : lua_gettop(co) == 0 ? "dead" : "suspended";
  lua_pushstring(L, s);
  return 1;
}

static int co_isyieldable(lua_State *L) {
  lua_State *co = lua_isthread(L, 1) ? lua_tothread(L, 1) : L;
  lua_pushboolean(L, lua_isyieldable(co) && state_of(co)->task != co);
  return 1;
}

static int co_running(lua_State *L) {
  lua_pushthread(L);
  lua_pushboolean(L, state_of(L)->task == L);
  return 2;
}

void coroutine_open(lua_State *L) {
  static const luaL_Reg functions[] = { { "create", co_create }, { "resume", co_resume }, { "yield", co_yield }, { "wrap", co_wrap },
    { "status", co_status }, { "isyieldable", co_isyieldable }, { "running", co_running }, { NULL, NULL } };
  luaL_newlib(L, functions);
}
