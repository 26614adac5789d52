#include "worker/adapter_lib.h"
#include "worker/misread.h"

#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wire/message.h"
#include "wire/pack.h"
#include "worker/expr.h"
#include "worker/hostlua.h"
#include "worker/plan.h"
#include "worker/sandbox.h"
#include "worker/sealed.h"
#include "worker/venue_repeat.h"
#include "worker/view.h"

static Venue *venue_up(lua_State *L) {
  Venue *v = lua_touserdata(L, lua_upvalueindex(1));
  if (!v) luaL_error(L, "not while a file is only checked");
  return v;
}

/* native.send(request) -> reply; native.dialect(name) -> text | nil, why: both wait for the broker. */
static int n_send(lua_State *L) {
  venue_up(L);
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  lua_pushliteral(L, "send");
  lua_insert(L, 1);
  return lua_yield(L, 2);
}

static int n_dialect(lua_State *L) {
  venue_up(L);
  luaL_checkstring(L, 1);
  lua_settop(L, 1);
  lua_pushliteral(L, "dialect");
  lua_insert(L, 1);
  return lua_yield(L, 2);
}

static int n_park(lua_State *L) {
  venue_up(L);
  lua_pushliteral(L, "park");
  return lua_yield(L, 1);
}

bool adapter_lib_waits(lua_State *co) {
  lua_Debug ar;
  if (!lua_checkstack(co, 1) || !lua_getstack(co, 0, &ar) || !lua_getinfo(co, "f", &ar)) return false;
  lua_CFunction f = lua_tocfunction(co, -1);
  lua_pop(co, 1);
  return f == n_send || f == n_dialect || f == n_park;
}

static int n_unpark(lua_State *L) {
  venue_up(L)->unpark = true;
  return 0;
}

static int n_market_count(lua_State *L) {
  Venue *v = lua_touserdata(L, lua_upvalueindex(1));
  lua_pushinteger(L, v ? (lua_Integer)market_count(v->markets) : 0);
  return 1;
}

/* native.market(symbol): the same table for the same market until the list is read anew. Upvalue 2 is that cache. */
static int n_market(lua_State *L) {
  Venue *v = venue_up(L);
  size_t n;
  if (lua_type(L, 1) != LUA_TSTRING) return 0;
  const char *symbol = lua_tolstring(L, 1, &n);
  lua_settop(L, 1);
  lua_rawget(L, lua_upvalueindex(2));
  if (!lua_isnil(L, -1)) return 1;
  const Market *m = market_by_symbol(v->markets, symbol, n);
  if (!m) return 0;
  char err[300];
  if (!market_push(L, m, err, sizeof err)) return venue_raise(L, v, err);
  lua_pushstring(L, market_symbol(m));
  lua_pushvalue(L, -2);
  lua_rawset(L, lua_upvalueindex(2));
  return 1;
}

static int n_symbols(lua_State *L) { return venue_push_symbols(L, venue_up(L)); }

static int n_currency(lua_State *L) {
  Venue *v = venue_up(L);
  size_t n;
  if (lua_type(L, 1) != LUA_TSTRING) return 0;
  const char *code = lua_tolstring(L, 1, &n);
  const Currency *c = currency_by_code(v->markets, code, n);
  if (!c) return 0;
  char err[300];
  if (!currency_push(L, c, err, sizeof err)) return venue_raise(L, v, err);
  return 1;
}

/* The exchange's id of a currency as its markets have it, or nothing. */
static int n_currency_id_in_markets(lua_State *L) {
  Venue *v = venue_up(L);
  if (lua_type(L, 1) != LUA_TSTRING) return 0;
  const char *id = market_currency_id(v->markets, lua_tostring(L, 1));
  if (!id) return 0;
  lua_pushstring(L, id);
  return 1;
}

static int n_code_of(lua_State *L) {
  size_t n;
  const char *id = luaL_checklstring(L, 1, &n);
  lua_pushstring(L, market_store_code(venue_up(L)->markets, id, n));
  return 1;
}

static void forget_markets(lua_State *L) {
  lua_pushnil(L);
  while (lua_next(L, lua_upvalueindex(2))) {
    lua_pop(L, 1);
    lua_pushvalue(L, -1);
    lua_pushnil(L);
    lua_rawset(L, lua_upvalueindex(2));
  }
}

/* Markets are read by their plan as long as they are in the store, which is for two loads: registry, the plan of the last one and of the one before. Both keys
 * are there from the beginning, so that nothing can fail once the list is stored. */
static const char last_plan, plan_before;

static void keep_plan(lua_State *L, int idx) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &last_plan);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &plan_before);
  lua_pushvalue(L, idx);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &last_plan);
}

static int store(lua_State *L, bool currencies) {
  Venue *v = venue_up(L);
  char err[256] = "";
  ReadContext rc;
  memset(&rc, 0, sizeof rc);
  lua_settop(L, 4);   /* op, plan or kind, view or raw, a */
  const char *op = luaL_checkstring(L, 1);
  bool ok = false;
  if (strcmp(op, "plan") == 0) {
    JsonDoc *doc;
    uint32_t node;
    Plan *p = plan_test(L, 2);
    if (p && view_test_hollow(L, 3, &doc, &node)) {
      venue_context(&rc, v);
      lua_pushvalue(L, 4);
      rc.args_ref = luaL_ref(L, LUA_REGISTRYINDEX);
      ok = early_store(v, p, &rc, doc, node, currencies);
      if (ok && !currencies) keep_plan(L, 2);
      luaL_unref(L, LUA_REGISTRYINDEX, rc.args_ref);
      view_release(L, 3);                         /* several megabytes of tape: not left to the collector */
      market_store_thin(v->markets);
      if (!ok) memcpy(err, rc.error, sizeof rc.error < sizeof err ? sizeof rc.error : sizeof err - 1);
    } else {
      strcpy(err, "the reply is neither an object nor a list");
    }
  } else {
    ok = venue_read(v, L, L, 1, err, sizeof err);
    if (ok) ok = currencies ? market_store_load_currencies(v->markets, L, -1, err, sizeof err)
                            : market_store_load(v->markets, L, -1, err, sizeof err);
  }
  if (!currencies) forget_markets(L);
  repeat_forget(v);
  if (!ok) return luaL_error(L, "%s", err);
  return 0;
}

static int n_store_markets(lua_State *L) { return store(L, false); }
static int n_store_currencies(lua_State *L) { return store(L, true); }

static int n_now(lua_State *L) {
  lua_pushinteger(L, venue_now(venue_up(L)));
  return 1;
}

static int n_load(lua_State *L) {
  size_t n;
  const char *source = luaL_checklstring(L, 1, &n);
  const char *name = luaL_checkstring(L, 2);
  if (luaL_loadbufferx(L, source, n, name, "t") == LUA_OK) return 1;
  lua_pushnil(L);
  lua_insert(L, -2);
  return 2;
}

static int n_key(lua_State *L) {
  const char *names[16];
  size_t n = 0;
  luaL_checktype(L, 1, LUA_TTABLE);
  const char *nonce = luaL_checkstring(L, 2);
  for (; n < 15; n++) {
    if (lua_rawgeti(L, 1, (lua_Integer)n + 1) != LUA_TSTRING) { lua_pop(L, 1); break; }
    names[n] = lua_tostring(L, -1);   /* kept by the table */
    lua_pop(L, 1);
  }
  names[n] = NULL;
  sealed_push_key(L, names, nonce);
  return 1;
}

static int n_rename(lua_State *L) {
  Venue *v = lua_touserdata(L, lua_upvalueindex(1));
  const char *from = luaL_checkstring(L, 1), *to = luaL_checkstring(L, 2);
  if (v) market_store_rename(v->markets, from, to);
  return 0;
}

/* native.reading { fees, symbol_of, maps, precision }: what reads of this venue need beside the reply. */
static int n_reading(lua_State *L) {
  Venue *v = venue_up(L);
  luaL_checktype(L, 1, LUA_TTABLE);
  v->taker = v->maker = NAN;
  if (lua_getfield(L, 1, "fees") == LUA_TTABLE) {
    if (lua_getfield(L, -1, "taker") == LUA_TNUMBER) v->taker = lua_tonumber(L, -1);
    lua_pop(L, 1);
    if (lua_getfield(L, -1, "maker") == LUA_TNUMBER) v->maker = lua_tonumber(L, -1);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  if (lua_getfield(L, 1, "symbol_of") == LUA_TFUNCTION) v->symbol_of_ref = luaL_ref(L, LUA_REGISTRYINDEX);
  else lua_pop(L, 1);
  if (lua_getfield(L, 1, "maps") == LUA_TTABLE) v->maps_ref = luaL_ref(L, LUA_REGISTRYINDEX);
  else lua_pop(L, 1);
  lua_getfield(L, 1, "precision");
  static const char *const modes[] = { "tick", "places", "digits", NULL };
  v->precision = (enum precision_mode)luaL_checkoption(L, -1, "tick", modes);
  ReadContext rc;
  venue_context(&rc, v);
  plan_bind(L, &rc);
  return 0;
}

/* plain(plan) -> does it read the same of the same reply? Not when functions of the adapter take part. */
static int n_plain(lua_State *L) {
  const Plan *p = plan_test(L, 1);
  lua_pushboolean(L, p && plan_plain(p));
  return 1;
}

static int n_is_plan(lua_State *L) {
  lua_pushboolean(L, plan_test(L, 1) != NULL);
  return 1;
}

/* Edit distance of two short words, for "did you mean". */
static int n_distance(lua_State *L) {
  size_t m, n;
  const char *a = luaL_checklstring(L, 1, &m), *b = luaL_checklstring(L, 2, &n);
  unsigned char row[65];
  if (m > 64 || n > 64) { lua_pushinteger(L, 64); return 1; }
  for (size_t j = 0; j <= n; j++) row[j] = (unsigned char)j;
  for (size_t i = 1; i <= m; i++) {
    unsigned char diagonal = row[0];
    row[0] = (unsigned char)i;
    for (size_t j = 1; j <= n; j++) {
      unsigned char above = row[j], best = (unsigned char)(diagonal + (a[i - 1] != b[j - 1]));
      if (above + 1 < best) best = (unsigned char)(above + 1);
      if (row[j - 1] + 1 < best) best = (unsigned char)(row[j - 1] + 1);
      diagonal = above;
      row[j] = best;
    }
  }
  lua_pushinteger(L, row[n]);
  return 1;
}

/* scripted() -> is this a conformance run? */
static int n_scripted(lua_State *L) {
  lua_pushboolean(L, venue_up(L)->scripted);
  return 1;
}

/* clock(offset_ms, error_ms): how far the venue's clock was found to be ahead of ours */
static int n_clock(lua_State *L) {
  Venue *v = venue_up(L);
  lua_Number offset = luaL_checknumber(L, 1), error = luaL_checknumber(L, 2);
  msgpack_sbuffer out;
  msgpack_packer pk;
  luaL_argcheck(L, fabs(offset) < 1e13 && error >= 0 && error < 1e9, 1, "no time");
  msgpack_sbuffer_init(&out);
  msgpack_packer_init(&pk, &out, msgpack_sbuffer_write);
  pack_map(&pk, 3);
  pack_key_str(&pk, "venue", v->id);
  pack_key_double(&pk, "offset_ms", offset);
  pack_key_double(&pk, "error_ms", error);
  worker_tell(v->worker, MSG_CLOCK, &out);
  msgpack_sbuffer_destroy(&out);
  return 0;
}

/* misread(text) -> what a Lua error over a reply comes to */
static int n_misread(lua_State *L) {
  char out[400];
  misread(luaL_checkstring(L, 1), out, sizeof out);
  lua_pushstring(L, out);
  return 1;
}

static const luaL_Reg natives[] = {
  { "send", n_send }, { "dialect", n_dialect }, { "park", n_park }, { "unpark", n_unpark }, { "market_count", n_market_count },
  { "market", n_market }, { "symbols", n_symbols }, { "currency", n_currency }, { "currency_id_in_markets", n_currency_id_in_markets },
  { "code_of", n_code_of }, { "store_markets", n_store_markets }, { "store_currencies", n_store_currencies }, { "now", n_now },
  { "load", n_load }, { "key", n_key },
  { "rename", n_rename }, { "reading", n_reading }, { "is_plan", n_is_plan }, { "plain", n_plain }, { "distance", n_distance }, { "misread", n_misread },
  { "scripted", n_scripted }, { "clock", n_clock }, { NULL, NULL }
};

static int open_protected(lua_State *L) {
  Venue *v = lua_touserdata(L, 1);
  for (int i = 0; i < 2; i++) {
    lua_pushboolean(L, 0);
    lua_rawsetp(L, LUA_REGISTRYINDEX, i ? &plan_before : &last_plan);
  }
  view_open(L);
  lua_pushglobaltable(L);
  plan_open(L);
  sealed_open(L);
  lua_settop(L, 1);
  sandbox_push_env(L);
  sealed_open(L);
  expr_open(L);
  lua_settop(L, 1);

  luaL_newlibtable(L, natives);
  lua_pushlightuserdata(L, v);
  lua_newtable(L);   /* the cache of market tables */
  luaL_setfuncs(L, natives, 2);
  hostlua_require_with(L, "endpoint", "native");
  if (v) {
    lua_getfield(L, -1, "call");
    v->call_ref = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_getfield(L, -1, "again");
    v->again_ref = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_getfield(L, -1, "error_of");
    v->error_ref = luaL_ref(L, LUA_REGISTRYINDEX);
  }
  lua_pop(L, 1);
  hostlua_require(L, "adapter");
  lua_getfield(L, -1, v ? "open" : "check");
  return 1;
}

bool adapter_lib_open(lua_State *L, Venue *v) {
  if (!lua_checkstack(L, 20)) return false;
  lua_pushcfunction(L, open_protected);
  lua_pushlightuserdata(L, v);
  return worker_call(L, 1, 1) == LUA_OK;
}
