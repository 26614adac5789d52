/* What host/lua/exchange.lua works with: open, call, the market list. */
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>

#include "wire/message.h"
#include "wire/pack.h"
#include "worker/copy.h"
#include "worker/hostlua.h"
#include "worker/venue.h"
#include "worker/venue_internal.h"
#include "worker/venue_repeat.h"
#include "worker/view.h"
#include "worker/worker_internal.h"

enum mode { CALL_PLAIN, CALL_DRY_RUN, CALL_OPTIONAL };

/* Starts the call of `method` with the n arguments from `first` on and the params behind them; those at the end may be missing. Waits. */
static int start_call(lua_State *L, Venue *v, const char *method, int n, int first, enum mode mode, int64_t order, const char *act) {
  luaL_argcheck(L, n >= 0 && n < 32, 3, "out of range");
  lua_settop(L, first + n);
  char err[200];
  lua_State *A = v->L;
  int top = lua_gettop(A);
  if (!lua_checkstack(A, 16)) return luaL_error(L, "out of stack");
  Waiter waiter = worker_waiter(L);         /* raises where one cannot wait: before anything is on the adapter's stack */
  RepeatKey key = { .len = 0 };
  if (mode != CALL_DRY_RUN && !*act && !v->scripted) repeat_key(&key, L, method, first, n);
  if (repeat_find(v, &key)) {
    Call *c = call_new(v, waiter, -1);
    c->key = key;
    c->optional = mode == CALL_OPTIONAL;
    call_tell(c, L, method, first, n);
    call_again(c);
    return worker_wait(L);
  }
  lua_rawgeti(A, LUA_REGISTRYINDEX, v->call_ref);
  lua_rawgeti(A, LUA_REGISTRYINDEX, v->object_ref);
  lua_pushstring(A, method);
  lua_createtable(A, n, 0);
  for (int i = 1; i <= n; i++) {
    int at = first + i - 1;
    if (lua_isnil(L, at)) continue;
    if (!copy_value(L, at, A, err, sizeof err)) {
      lua_settop(A, top);
      luaL_unref(L, LUA_REGISTRYINDEX, waiter.ref);
      return luaL_error(L, "%s: argument %d: %s", method, i, err);
    }
    lua_rawseti(A, -2, i);
  }
  if (lua_isnil(L, first + n)) lua_pushnil(A);
  else if (!copy_value(L, first + n, A, err, sizeof err)) {
    lua_settop(A, top);
    luaL_unref(L, LUA_REGISTRYINDEX, waiter.ref);
    return luaL_error(L, "%s: params: %s", method, err);
  }
  lua_pushboolean(A, mode == CALL_DRY_RUN);
  Call *c = call_new(v, waiter, 5);
  c->key = key;
  c->dry_run = mode == CALL_DRY_RUN;
  c->optional = mode == CALL_OPTIONAL;
  c->order = order;
  snprintf(c->act, sizeof c->act, "%s", act);
  call_tell(c, L, method, first, n);
  call_step(c, 5);
  return worker_wait(L);
}

/* call(handle, method, n, dry_run, ...): n arguments and params, those at the end may be missing. Waits; returns what the method gives (the signed,
 * redacted request on a dry run), or raises. */
static int lib_call(lua_State *L) {
  venue_sweep();
  Venue *v = venue_at(L, 1);
  const char *method = luaL_checkstring(L, 2);
  return start_call(L, v, method, (int)luaL_checkinteger(L, 3), 5, lua_toboolean(L, 4) ? CALL_DRY_RUN : CALL_PLAIN, 0, "");
}

/* optional(handle, method, n, ...): call, for what the caller can do without. */
static int lib_optional(lua_State *L) {
  venue_sweep();
  Venue *v = venue_at(L, 1);
  const char *method = luaL_checkstring(L, 2);
  return start_call(L, v, method, (int)luaL_checkinteger(L, 3), 4, CALL_OPTIONAL, 0, "");
}

/* act(handle, method, n, order, act, ...): the same for the clerk; its requests say for which order of the journal they are. */
static int lib_act(lua_State *L) {
  venue_sweep();
  Venue *v = venue_at(L, 1);
  const char *method = luaL_checkstring(L, 2), *act = luaL_checkstring(L, 5);
  return start_call(L, v, method, (int)luaL_checkinteger(L, 3), 6, CALL_PLAIN, luaL_checkinteger(L, 4), act);
}

static void on_ordered(Worker *w, void *ctx, int type, const msgpack_object *payload) {
  (void)type;
  Waiter waiter = waiter_take(ctx);
  const msgpack_object *error = pack_get(payload, "error");
  worker_push_answer(waiter.L, error ? error : pack_get(payload, "value"));
  venue_wake_dressed(w, waiter, error != NULL);
}

/* order{op, venue, method, args, params, options}: what trades, and in a paper session what is private, is for the broker and its clerk. Waits. */
static int lib_order(lua_State *L) {
  return ask_with_table(L, MSG_ORDER, "order", on_ordered);
}

/* orders() -> "paper" | "live" | nil: where the session's orders go */
static int lib_orders(lua_State *L) {
  const char *where = worker_orders(worker_of(L));
  if (*where) lua_pushstring(L, where);
  else lua_pushnil(L);
  return 1;
}

static int lib_market(lua_State *L) {
  Venue *v = venue_at(L, 1);
  size_t n;
  const char *symbol = lua_type(L, 2) == LUA_TSTRING ? lua_tolstring(L, 2, &n) : NULL;
  const Market *m = symbol ? market_by_symbol(v->markets, symbol, n) : NULL;
  char err[300];
  if (!m) lua_pushnil(L);
  else if (!market_push(L, m, err, sizeof err)) return venue_raise(L, v, err);
  return 1;
}

static int lib_currency(lua_State *L) {
  Venue *v = venue_at(L, 1);
  size_t n;
  const char *code = luaL_checklstring(L, 2, &n);
  const Currency *c = currency_by_code(v->markets, code, n);
  char err[300];
  if (!c) lua_pushnil(L);
  else if (!currency_push(L, c, err, sizeof err)) return venue_raise(L, v, err);
  return 1;
}

static int lib_symbol(lua_State *L) {
  Venue *v = venue_at(L, 1);
  lua_Integer i = luaL_checkinteger(L, 2);
  if (i < 1 || (size_t)i > market_count(v->markets)) return 0;
  lua_pushstring(L, market_symbol(market_nth(v->markets, (size_t)i - 1)));
  return 1;
}

int venue_push_symbols(lua_State *L, const Venue *v) {
  size_t n = market_count(v->markets);
  lua_createtable(L, (int)n, 0);
  for (size_t i = 0; i < n; i++) {
    lua_pushstring(L, market_symbol(market_nth(v->markets, i)));
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

static int lib_symbols(lua_State *L) { return venue_push_symbols(L, venue_at(L, 1)); }

static int lib_currencies(lua_State *L) {
  Venue *v = venue_at(L, 1);
  size_t n = currency_count(v->markets);
  lua_createtable(L, 0, (int)n);
  for (size_t i = 0; i < n; i++) {
    const Currency *c = currency_nth(v->markets, i);
    char err[300];
    if (!currency_push(L, c, err, sizeof err)) return venue_raise(L, v, err);
    lua_setfield(L, -2, currency_code(c));
  }
  return 1;
}

static int lib_market_count(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)market_count(venue_at(L, 1)->markets));
  return 1;
}

/* describe(handle) -> version, description */
static int lib_describe(lua_State *L) {
  Venue *v = venue_at(L, 1);
  char err[200];
  lua_pushinteger(L, v->version);
  lua_rawgeti(v->L, LUA_REGISTRYINDEX, v->info_ref);
  bool ok = copy_value(v->L, -1, L, err, sizeof err);
  lua_pop(v->L, 1);
  return ok ? 2 : luaL_error(L, "%s", err);
}

static int lib_version(lua_State *L) {
  lua_pushinteger(L, venue_at(L, 1)->version);
  return 1;
}

static int lib_now(lua_State *L) {
  lua_pushinteger(L, worker_now(worker_of(L)));
  return 1;
}

static const luaL_Reg lib[] = {
  { "open", venue_lib_open }, { "call", lib_call }, { "optional", lib_optional }, { "act", lib_act }, { "order", lib_order }, { "orders", lib_orders },
  { "market", lib_market }, { "currency", lib_currency }, { "symbol", lib_symbol }, { "symbols", lib_symbols }, { "currencies", lib_currencies },
  { "market_count", lib_market_count }, { "now", lib_now },
  { "describe", lib_describe }, { "version", lib_version }, { "dress", venue_lib_dress }, { NULL, NULL }
};

void venue_open_lib(lua_State *L) {
  worker_listen(worker_of(L), MSG_RELOAD, venue_on_reload, NULL);
  view_open(L);
  luaL_newlib(L, lib);
  hostlua_require_with(L, "exchange", "venues");   /* pops the library, pushes the module */
  lua_getfield(L, -1, "open");
  lua_setglobal(L, "exchange");
  lua_getfield(L, -1, "pair");
  lua_setglobal(L, "pair");
  lua_getfield(L, -1, "limits");
  lua_setglobal(L, "limits");
  lua_pop(L, 1);
}
