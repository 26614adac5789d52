/* scan.gaps(quotes or { venue = tickers } [, options]) -> list, best first: for each symbol the two venues between which most is left after taker
 * fees. Options: min (per cent that must be left; 0), limit (100), max_age (ms; a quote that is older is passed over), fees ({ venue = fee } for
 * tickers). A gap: { symbol, buy, sell, ask, bid, ask_amount, bid_amount, gross, net (per cent), age (ms, of the older) }. */
#include <lauxlib.h>
#include <math.h>
#include <string.h>

#include "worker/book.h"
#include "worker/quotes.h"
#include "worker/scan.h"

/* The two lowest to buy at and the two highest to sell at: the best two sides may be of one venue. `where`: venue << 18 | place in its list. */
typedef struct { double price; uint32_t where; } Offer;
typedef struct { Offer buy[2], sell[2]; } Best;
typedef struct { double net; uint32_t symbol, buy, sell; /* places */ } Gap;

#define PLACE_BITS 18
_Static_assert(QUOTES_MAX <= 1u << PLACE_BITS && QUOTE_VENUES_MAX <= 1u << (32 - PLACE_BITS), "a place fits 32 bits");

static void consider(Best *b, const Quote *q, uint32_t where) {
  if (q->buy < b->buy[1].price) {
    int i = q->buy < b->buy[0].price ? 0 : 1;
    if (i == 0) b->buy[1] = b->buy[0];
    b->buy[i] = (Offer){ q->buy, where };
  }
  if (q->sell > b->sell[1].price) {
    int i = q->sell > b->sell[0].price ? 0 : 1;
    if (i == 0) b->sell[1] = b->sell[0];
    b->sell[i] = (Offer){ q->sell, where };
  }
}

static bool pair_up(const Best *b, Gap *g) {
  const Offer *buy = b->buy, *sell = b->sell;
  if (buy->where >> PLACE_BITS == sell->where >> PLACE_BITS) {
    if (sell[0].price / buy[1].price > sell[1].price / buy[0].price) buy++;
    else sell++;
  }
  if (buy->price == INFINITY || sell->price == 0) return false;
  *g = (Gap){ 100 * (sell->price - buy->price) / buy->price, 0, buy->where, sell->where };
  return true;
}

/* Of equal ones the first by name, which is looked up for these only. */
static bool better(lua_State *L, const Gap *a, const Gap *b) {
  if (a->net != b->net) return a->net > b->net;
  quotes_push_symbol(L, 1, a->symbol);
  quotes_push_symbol(L, 1, b->symbol);
  bool yes = strcmp(lua_tostring(L, -2), lua_tostring(L, -1)) < 0;
  lua_pop(L, 2);
  return yes;
}

/* A heap with the worst on top: of thousands of symbols a hundred are wanted, and sorting all took longer than finding them. */
static void sink(lua_State *L, Gap *heap, size_t n, size_t i) {
  Gap g = heap[i];
  for (size_t c; (c = 2 * i + 1) < n; i = c) {
    if (c + 1 < n && better(L, &heap[c], &heap[c + 1])) c++;
    if (!better(L, &g, &heap[c])) break;
    heap[i] = heap[c];
  }
  heap[i] = g;
}

static void keep(lua_State *L, Gap *heap, size_t *n, size_t most, const Gap *g) {
  if (*n < most) {
    size_t i = (*n)++;
    for (; i && better(L, &heap[(i - 1) / 2], g); i = (i - 1) / 2) heap[i] = heap[(i - 1) / 2];
    heap[i] = *g;
  } else if (most && better(L, g, heap)) {
    heap[0] = *g;
    sink(L, heap, most, 0);
  }
}

static void sort_best_first(lua_State *L, Gap *heap, size_t n) {
  for (; n > 1; sink(L, heap, n, 0)) {
    Gap worst = heap[0];
    heap[0] = heap[--n];
    heap[n] = worst;
  }
}

static void set_number(lua_State *L, int keys, int key, double x) {
  if (isnan(x)) return;
  lua_pushvalue(L, keys + key);
  lua_pushnumber(L, x);
  lua_rawset(L, -3);
}

enum { SYMBOL, BUY, SELL, ASK, BID, ASK_AMOUNT, BID_AMOUNT, GROSS, NET, AGE, KEYS };
static const char *const keys_of[KEYS] = { "symbol", "buy", "sell", "ask", "bid", "ask_amount", "bid_amount", "gross", "net", "age" };

static void push_gap(lua_State *L, const Quotes *q, const Gap *g, int keys, int64_t now) {
  const VenueQuotes *buy = q->venues[g->buy >> PLACE_BITS], *sell = q->venues[g->sell >> PLACE_BITS];
  uint32_t i = g->buy & ((1u << PLACE_BITS) - 1), k = g->sell & ((1u << PLACE_BITS) - 1);
  lua_createtable(L, 0, KEYS);
  lua_pushvalue(L, keys + SYMBOL);
  quotes_push_symbol(L, 1, g->symbol);
  lua_rawset(L, -3);
  lua_pushvalue(L, keys + BUY);
  quotes_push_venue(L, 1, g->buy >> PLACE_BITS);
  lua_rawset(L, -3);
  lua_pushvalue(L, keys + SELL);
  quotes_push_venue(L, 1, g->sell >> PLACE_BITS);
  lua_rawset(L, -3);
  double ask = buy->prices[i].ask, bid = sell->prices[k].bid;
  set_number(L, keys, ASK, ask);
  set_number(L, keys, BID, bid);
  set_number(L, keys, ASK_AMOUNT, buy->prices[i].ask_amount);
  set_number(L, keys, BID_AMOUNT, sell->prices[k].bid_amount);
  set_number(L, keys, GROSS, 100 * (bid - ask) / ask);
  set_number(L, keys, NET, g->net);
  int64_t older = buy->list[i].received < sell->list[k].received ? buy->list[i].received : sell->list[k].received;
  set_number(L, keys, AGE, now == INT64_MIN ? NAN : (double)(now - older));
}

int scan_gaps(lua_State *L) {
  static const char *const names[] = { "min", "limit", "max_age", "fees", NULL };
  lua_settop(L, 2);
  luaL_checkstack(L, 32, NULL);
  scan_options(L, 2, "scan.gaps", names);
  double min = scan_number(L, 2, "scan.gaps", "min", 0), limit = scan_number(L, 2, "scan.gaps", "limit", 100);
  double max_age = scan_number(L, 2, "scan.gaps", "max_age", INFINITY);
  lua_pushnil(L);
  if (lua_istable(L, 2)) {
    lua_pushliteral(L, "fees");
    if (lua_rawget(L, 2) != LUA_TTABLE && !lua_isnil(L, -1)) return luaL_error(L, "scan.gaps: fees must be a table of fees by venue");
    lua_replace(L, 3);
  }
  const Quotes *q = quotes_check(L, 1, lua_istable(L, 3) ? 3 : 0);
  int64_t now = book_time();
  double oldest = now == INT64_MIN ? -INFINITY : (double)now - max_age;
  Best *best = lua_newuserdatauv(L, q->n_symbols * sizeof *best + 1, 0);
  for (uint32_t i = 0; i < q->n_symbols; i++) best[i] = (Best){ { { INFINITY, 0 }, { INFINITY, 0 } }, { { 0, 0 }, { 0, 0 } } };
  for (uint32_t i = 0; i < q->n_venues; i++) {
    const VenueQuotes *v = q->venues[i];
    for (uint32_t k = 0; v && k < v->n; k++) {
      const Quote *quote = &v->list[k];
      if ((double)quote->received >= oldest) consider(&best[quote->symbol], quote, i << PLACE_BITS | k);
    }
  }
  size_t n = 0, most = limit < 1 ? 0 : limit < q->n_symbols ? (size_t)limit : q->n_symbols;
  Gap *gaps = lua_newuserdatauv(L, most * sizeof *gaps + 1, 0), g;
  for (uint32_t i = 0; i < q->n_symbols; i++) {
    if (!pair_up(&best[i], &g) || !(g.net >= min)) continue;
    g.symbol = i;
    keep(L, gaps, &n, most, &g);
  }
  sort_best_first(L, gaps, n);
  int keys = lua_gettop(L) + 1;
  for (int i = 0; i < KEYS; i++) lua_pushstring(L, keys_of[i]);
  lua_createtable(L, (int)n, 0);
  for (size_t i = 0; i < n; i++) {
    push_gap(L, q, &gaps[i], keys, now);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}
