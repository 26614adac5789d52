/* Reading as data: a map from an exchange's reply to a unified structure, compiled once and run in C over the JSON tape. */
#ifndef BOURSE_PLAN_H
#define BOURSE_PLAN_H
#include <lua.h>
#include "wire/decimal.h"
#include "worker/json.h"
#include "worker/market.h"

typedef struct Plan Plan;

/* What a read knows besides the reply. */
typedef struct {
  lua_State *adapter;        /* where field functions live; called as f(view, a, market) */
  int args_ref;              /* registry reference in `adapter` of the call's arguments table `a`, or LUA_NOREF */
  MarketStore *markets;
  const Market *market;      /* of the call, or NULL */
  const char *code;          /* currency of the call, or NULL */
  int64_t since; int64_t limit;      /* of the call, or INT64_MIN */
  int64_t received_ms;       /* stamp */
  enum precision_mode precision;   /* how `precision` of the markets is meant */
  int symbol_of_ref;         /* registry reference in `adapter` of the adapter's symbol_of(id, type), or LUA_NOREF: for ids that no market has */
  int maps_ref;              /* of the adapter's `maps` table (|map:name; known only after the file was run), or LUA_NOREF */
  double taker, maker;       /* the adapter's default fees for markets; NAN: none */
  char error[256];           /* set when a read fails: becomes BadResponse */
} ReadContext;

/* Opens the constructors (ticker{}, trades{}, book{} ...) as globals of an adapter's environment table on the top of the stack. */
void plan_open(lua_State *L);
/* The compiled plan at idx, or NULL. */
Plan *plan_test(lua_State *L, int idx);
bool plan_plain(const Plan *p);                                    /* no function or table of the adapter is in it */
/* Reads the whole document (or, when node != 0, a part) and pushes one value on `to`, which may be another state than the
 * adapter's. False: nothing pushed, c->error says why. Never raises, never longjmps out. */
bool plan_run(lua_State *to, const Plan *p, ReadContext *c, JsonDoc *doc, uint32_t node);
/* Straight into the store (all of it is replaced), no Lua tables in between: for `markets` and `currencies` maps. How long p and c have to stay, and
 * the same while the reply comes: fill.h. */
bool plan_run_markets(const Plan *p, ReadContext *c, JsonDoc *doc, uint32_t node, MarketStore *into);
bool plan_run_currencies(const Plan *p, ReadContext *c, JsonDoc *doc, uint32_t node, MarketStore *into);
/* Same completion for what a read function returned: the raw value at idx of `from` (a record, a list or a table by key, by `kind`:
 * "ticker", "tickers", "orders" ...), finished and pushed on `to`. */
bool plan_finish(lua_State *to, const char *kind, ReadContext *c, lua_State *from, int idx);
/* What plans read with when a flow calls them as functions, plan(view, a): markets, maps, fees ... of base, the rest from `a`. The values
 * are copied; base == NULL forgets them. */
void plan_bind(lua_State *L, const ReadContext *base);
const ReadContext *plan_bound(lua_State *L);                       /* or NULL */
#endif
