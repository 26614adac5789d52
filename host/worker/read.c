/* Running maps: from the tape to finished records, and on to Lua. One protected call holds a whole run. */
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "worker/read_in.h"

static int run_protected(lua_State *L) {
  Run *x = lua_touserdata(L, 1);
  Reader *r = &x->r;
  const Plan *p = x->plan;
  if (!p) { finish_value(r, x->kind, &x->raw); return 1; }
  switch (p->kind->shape) {
    case SHAPE_ONE: run_one(r, p, &x->spot); break;
    case SHAPE_LIST: run_list(r, p, &x->spot); break;
    case SHAPE_KEYED: run_keyed(r, p, &x->spot); break;
    case SHAPE_BALANCE: run_balance(r, p, &x->spot); break;
    case SHAPE_BOOK: run_book(r, p, &x->spot); break;
    case SHAPE_CANDLES: run_candles(r, p, &x->spot); break;
    case SHAPE_TIME: run_time(r, p, &x->spot); break;
    case SHAPE_EACH: {
      Value v = read_each(r, p, &x->spot, false);
      value_push(L, &v);
      break;
    }
  }
  return 1;
}

static int take_protected(lua_State *L) {
  Run *x = lua_touserdata(L, 2);
  x->raw = value_of_lua(&x->r.arena, L, 1);
  return 0;
}

void run_begin(Run *x, lua_State *to, ReadContext *c) {
  memset(x, 0, sizeof *x);
  c->error[0] = 0;
  x->r.to = to;
  x->r.c = c;
  x->r.arena.L = to;
  x->r.kind = x->r.field = "reply";
  x->raw = value_none();
}

/* After a failed lua_pcall on L: the error's text into c->error. */
static void run_failed(lua_State *L, ReadContext *c) {
  if (!c->error[0]) snprintf(c->error, sizeof c->error, "%s", lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "the reply cannot be read");
  lua_pop(L, 1);
}

bool run_call(Run *x, lua_State *L, lua_CFunction f, int nresults) {
  ReadContext *c = x->r.c;
  bool ok = lua_checkstack(L, 8);
  if (ok) {
    lua_pushcfunction(L, f);
    lua_pushlightuserdata(L, x);
    ok = lua_pcall(L, 1, nresults, 0) == LUA_OK;
    if (!ok) run_failed(L, c);
  } else {
    snprintf(c->error, sizeof c->error, "out of memory");
  }
  arena_free(&x->r.arena);
  return ok;
}

bool plan_run(lua_State *to, const Plan *p, ReadContext *c, JsonDoc *doc, uint32_t node) {
  Run x;
  run_begin(&x, to, c);
  x.plan = p;
  x.r.doc = doc;
  x.r.kind = p->kind->name;
  x.spot = (Spot){ doc, node, NULL, 0, c->market };
  if (p->schema->id == SCHEMA_MARKET && c->markets) market_store_fees(c->markets, c->taker, c->maker);
  return run_call(&x, to, run_protected, 1);
}

bool plan_finish(lua_State *to, const char *kind, ReadContext *c, lua_State *from, int idx) {
  Run x;
  run_begin(&x, to, c);
  x.kind = kind_named(kind);
  if (!x.kind) {
    snprintf(c->error, sizeof c->error, "no kind of result '%s'", kind);
    return false;
  }
  if (x.kind->schema == SCHEMA_MARKET && c->markets) market_store_fees(c->markets, c->taker, c->maker);
  idx = lua_absindex(from, idx);
  if (!lua_checkstack(from, 8)) { snprintf(c->error, sizeof c->error, "out of memory"); return false; }
  x.r.arena.L = from;
  lua_pushcfunction(from, take_protected);
  lua_pushvalue(from, idx);
  lua_pushlightuserdata(from, &x);
  if (lua_pcall(from, 2, 0, 0) != LUA_OK) {
    char why[200];
    snprintf(why, sizeof why, "%s", lua_type(from, -1) == LUA_TSTRING ? lua_tostring(from, -1) : "?");
    lua_pop(from, 1);
    snprintf(c->error, sizeof c->error, "%s: read returned %s", kind, why);
    arena_free(&x.r.arena);
    return false;
  }
  x.r.arena.L = to;
  return run_call(&x, to, run_protected, 1);
}
