#include "worker/quotes.h"

#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "worker/book.h"
#include "worker/names.h"

#define QUOTES "bourse.quotes"
#define SYMBOLS_MAX (1u << 17)
#define AT_ONCE 512           /* tickers that are read in the order of their addresses */
#define PRICE_MIN 1e-30
#define PRICE_MAX 1e30

/* User values: names with their index and the other way round, and the blocks that the pointers lead to. */
enum { SYMBOLS = 1, VENUES, ASSETS, BLOCKS };

/* ---- options ---- */

void scan_options(lua_State *L, int idx, const char *where, const char *const *names) {
  if (lua_isnoneornil(L, idx)) return;
  if (!lua_istable(L, idx)) luaL_error(L, "%s: options are a table, not a %s", where, luaL_typename(L, idx));
  lua_pushnil(L);
  while (lua_next(L, idx)) {
    lua_pop(L, 1);
    const char *name = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : luaL_typename(L, -1);
    size_t i = 0;
    while (names[i] && strcmp(names[i], name) != 0) i++;
    if (!names[i]) luaL_error(L, "%s: there is no option '%s'", where, name);
  }
}

double scan_number(lua_State *L, int idx, const char *where, const char *name, double otherwise) {
  if (!lua_istable(L, idx)) return otherwise;
  lua_pushstring(L, name);
  int type = lua_rawget(L, idx);
  double x = type == LUA_TNUMBER ? lua_tonumber(L, -1) : otherwise;
  if (type != LUA_TNIL && (type != LUA_TNUMBER || isnan(x))) luaL_error(L, "%s: %s must be a number", where, name);
  lua_pop(L, 1);
  return x;
}

/* ---- names ---- */

/* The index of the name at the top of the stack (popped) in a user value; new ones get the next. */
static uint32_t intern(lua_State *L, int self, int which, uint32_t *n, uint32_t most, const char *what) {
  lua_getiuservalue(L, self, which);
  lua_pushvalue(L, -2);
  if (lua_rawget(L, -2) != LUA_TNIL) {
    uint32_t i = (uint32_t)lua_tointeger(L, -1);
    lua_pop(L, 3);
    return i;
  }
  lua_pop(L, 1);
  if (*n == most) luaL_error(L, "quotes: more than %d %s", (int)most, what);
  lua_pushvalue(L, -2);
  lua_rawseti(L, -2, *n);
  lua_pushvalue(L, -2);
  lua_pushinteger(L, *n);
  lua_rawset(L, -3);
  lua_pop(L, 2);
  return (*n)++;
}

static void push_name(lua_State *L, int idx, int which, uint32_t i) {
  lua_getiuservalue(L, idx, which);
  lua_rawgeti(L, -1, i);
  lua_remove(L, -2);
}

void quotes_push_symbol(lua_State *L, int idx, uint32_t symbol) { push_name(L, idx, SYMBOLS, symbol); }
void quotes_push_venue(lua_State *L, int idx, uint32_t venue) { push_name(L, idx, VENUES, venue); }
void quotes_push_asset(lua_State *L, int idx, uint32_t asset) { push_name(L, idx, ASSETS, asset); }

/* A block of memory that lives as long as the quotes; the one of the same key before is let go of. */
static void *block(lua_State *L, int self, lua_Integer key, size_t size) {
  lua_getiuservalue(L, self, BLOCKS);
  void *p = lua_newuserdatauv(L, size, 0);
  lua_rawseti(L, -2, key);
  lua_pop(L, 1);
  return p;
}

/* "BTC/USD" is a pair of assets; "BTC/USD:USD" (a contract) and what has no slash is none. */
static QuotePair pair_of(lua_State *L, int self, Quotes *q, const char *symbol) {
  const char *slash = strchr(symbol, '/');
  if (!slash || slash == symbol || !slash[1] || strchr(slash + 1, '/') || strchr(slash, ':')) return (QuotePair){ QUOTE_NONE, QUOTE_NONE };
  QuotePair p;
  lua_pushlstring(L, symbol, (size_t)(slash - symbol));
  p.base = intern(L, self, ASSETS, &q->n_assets, 2 * SYMBOLS_MAX, "assets");
  lua_pushstring(L, slash + 1);
  p.quote = intern(L, self, ASSETS, &q->n_assets, 2 * SYMBOLS_MAX, "assets");
  return p;
}

static uint32_t symbol_index(lua_State *L, int self, Quotes *q, int key) {
  uint32_t before = q->n_symbols;
  if (before == q->cap_pairs) {            /* room first, so that an index always has its pair */
    uint32_t cap = before ? before * 2 : 256;
    QuotePair *pairs = block(L, self, -1, cap * sizeof *pairs);
    if (before) memcpy(pairs, q->pairs, before * sizeof *pairs);
    q->pairs = pairs;
    q->cap_pairs = cap;
  }
  lua_pushvalue(L, key);
  uint32_t i = intern(L, self, SYMBOLS, &q->n_symbols, SYMBOLS_MAX, "symbols");
  if (i == before) {
    q->pairs[i] = (QuotePair){ QUOTE_NONE, QUOTE_NONE };
    q->pairs[i] = pair_of(L, self, q, lua_tostring(L, key));
  }
  return i;
}

/* ---- taking in ---- */

static double positive(double x) { return x > PRICE_MIN && x < PRICE_MAX ? x : NAN; }

/* A field of the ticker on top of the stack; the field's name lies at `name`. */
static double field(lua_State *L, int name) {
  lua_pushvalue(L, name);
  double x = lua_rawget(L, -2) == LUA_TNUMBER ? positive(lua_tonumber(L, -1)) : NAN;
  lua_pop(L, 1);
  return x;
}

static double best(const BookSide *s, bool amount) { return s->n ? positive(amount ? s->levels[0].amount : s->levels[0].price) : NAN; }

/* The ticker or book on top of the stack; false when it offers neither a bid nor an ask. `names`: bid, ask, bidVolume, askVolume. */
static bool read_quote(lua_State *L, Quote *q, QuotePrices *p, int names, int64_t received) {
  const Book *b = lua_type(L, -1) == LUA_TUSERDATA ? book_test(L, -1) : NULL;
  if (!b && !lua_istable(L, -1)) luaL_error(L, "quotes: a ticker or an order book is expected, not a %s", luaL_typename(L, -1));
  p->bid = b ? best(&b->bids, false) : field(L, names);
  p->ask = b ? best(&b->asks, false) : field(L, names + 1);
  if (isnan(p->bid) && isnan(p->ask)) return false;
  p->bid_amount = b ? best(&b->bids, true) : field(L, names + 2);
  p->ask_amount = b ? best(&b->asks, true) : field(L, names + 3);
  q->received = b && b->received != INT64_MIN ? b->received : received;
  return true;
}

static void net_prices(Quote *q, const QuotePrices *p, double fee) {
  bool crossed = p->bid >= p->ask;
  q->sell = isnan(p->bid) || crossed ? 0 : p->bid * (1 - fee);
  q->buy = isnan(p->ask) || crossed ? INFINITY : p->ask * (1 + fee);
}

static double check_fee(lua_State *L, double fee) {
  if (!(fee > -1 && fee < 1)) luaL_error(L, "quotes: a fee is a fraction such as 0.001, not %f", fee);
  return fee;
}

typedef struct { double fee; int fees; int64_t received; bool given; /* received: by the caller */ } Terms;

static double fee_of(lua_State *L, const Terms *t, int key) {
  double fee = t->fee;
  if (!t->fees) return fee;
  lua_pushvalue(L, key);
  if (lua_rawget(L, t->fees) == LUA_TNUMBER) fee = check_fee(L, lua_tonumber(L, -1));
  lua_pop(L, 1);
  return fee;
}

/* All tickers of a reply came at one time: that of the first one. */
static int64_t received_of(lua_State *L, int64_t otherwise) {
  if (!lua_istable(L, -1)) return otherwise;
  lua_pushliteral(L, "received");
  if (lua_rawget(L, -2) == LUA_TNUMBER && lua_isinteger(L, -1)) otherwise = lua_tointeger(L, -1);
  lua_pop(L, 1);
  return otherwise;
}

static VenueQuotes *grown(lua_State *L, int self, Quotes *q, uint32_t venue) {
  const VenueQuotes *old = q->venues[venue];
  uint32_t cap = old ? old->cap * 2 : 64, n = old ? old->n : 0;
  if (cap > QUOTES_MAX) luaL_error(L, "quotes: more than %d of one venue", QUOTES_MAX);
  VenueQuotes *v = block(L, self, venue + 1, sizeof *v + cap * (sizeof *v->list + sizeof *v->prices));
  v->n = n;
  v->cap = cap;
  v->list = (Quote *)(v + 1);
  v->prices = (QuotePrices *)(v->list + cap);
  if (old) {
    memcpy(v->list, old->list, n * sizeof *v->list);
    memcpy(v->prices, old->prices, n * sizeof *v->prices);
  }
  return q->venues[venue] = v;
}

/* Tables lie anywhere in memory, and `next` leads through them in no order: most of the time goes into waiting for them. So they are read some at a time,
 * in the order of their addresses, as they mostly were made; kept they are in the order of `next`. */
typedef struct { const void *at; uint32_t nth; } Place;
typedef struct { Quote quote; QuotePrices prices; bool taken; } Taken;

static int by_place(const void *x, const void *y) {
  const Place *a = x, *b = y;
  return a->at < b->at ? -1 : a->at > b->at;
}

/* Of the tickers that stand on the stack from `first` on, each above its symbol. */
static void take_some(lua_State *L, int self, Quotes *q, uint32_t venue, const Terms *terms, int names, int first, uint32_t n, int64_t received) {
  Place places[AT_ONCE];
  Taken taken[AT_ONCE];
  for (uint32_t i = 0; i < n; i++) places[i] = (Place){ lua_topointer(L, first + 2 * (int)i + 1), i };
  qsort(places, n, sizeof *places, by_place);
  for (uint32_t i = 0; i < n; i++) {
    Taken *t = &taken[places[i].nth];
    lua_pushvalue(L, first + 2 * (int)places[i].nth + 1);
    t->taken = read_quote(L, &t->quote, &t->prices, names, received);
    lua_pop(L, 1);
  }
  VenueQuotes *v = q->venues[venue];
  for (uint32_t i = 0; i < n; i++) {
    if (!taken[i].taken) continue;
    int key = first + 2 * (int)i;
    if (q->n == QUOTES_MAX) luaL_error(L, "quotes: more than %d", QUOTES_MAX);
    if (v->n == v->cap) v = grown(L, self, q, venue);
    taken[i].quote.symbol = symbol_index(L, self, q, key);
    net_prices(&taken[i].quote, &taken[i].prices, fee_of(L, terms, key));
    v->list[v->n] = taken[i].quote;
    v->prices[v->n++] = taken[i].prices;
    q->n++;
  }
}

/* Fills the venue with the tickers of the table at `tickers`. */
static void take(lua_State *L, int self, Quotes *q, uint32_t venue, int tickers, const Terms *terms) {
  int names = lua_gettop(L) + 1, first = names + 4;
  int64_t received = terms->received;
  bool known = terms->given, more = true;
  if (!q->venues[venue]) grown(L, self, q, venue);
  q->n -= q->venues[venue]->n;
  q->venues[venue]->n = 0;
  luaL_checkstack(L, 2 * AT_ONCE + 32, NULL);
  lua_pushliteral(L, "bid");
  lua_pushliteral(L, "ask");
  lua_pushliteral(L, "bidVolume");
  lua_pushliteral(L, "askVolume");
  lua_pushnil(L);
  while (more) {
    uint32_t n = 0;
    while (n < AT_ONCE && (more = lua_next(L, tickers))) {
      if (lua_type(L, -2) != LUA_TSTRING) luaL_error(L, "quotes: tickers by symbol are expected, not a list");
      if (!known) received = received_of(L, received);
      known = true;
      lua_pushvalue(L, -2);
      n++;
    }
    take_some(L, self, q, venue, terms, names, first, n, received);
    if (more) lua_replace(L, first);
    lua_settop(L, more ? first : names - 1);
  }
}

static uint32_t venue_index(lua_State *L, int self, Quotes *q, int name) {
  lua_pushvalue(L, name);
  return intern(L, self, VENUES, &q->n_venues, QUOTE_VENUES_MAX, "venues");
}

static int q_set(lua_State *L) {              /* q:set(venue, tickers [, {fee =, fees = {symbol = fee}, received = ms}]) -> how many were taken */
  static const char *const names[] = { "fee", "fees", "received", NULL };
  Quotes *q = luaL_checkudata(L, 1, QUOTES);
  luaL_argexpected(L, lua_type(L, 2) == LUA_TSTRING, 2, "the name of a venue");
  luaL_checktype(L, 3, LUA_TTABLE);
  lua_settop(L, 4);
  luaL_checkstack(L, 32, NULL);
  scan_options(L, 4, "quotes:set", names);
  Terms t = { .fee = check_fee(L, scan_number(L, 4, "quotes:set", "fee", 0)) };
  int64_t now = book_time();
  double received = scan_number(L, 4, "quotes:set", "received", NAN);
  t.given = !isnan(received);
  if (t.given && !(received > -1e15 && received < 1e15)) return luaL_error(L, "quotes:set: received must be a time in ms");
  t.received = t.given ? (int64_t)received : now == INT64_MIN ? 0 : now;
  if (lua_istable(L, 4)) {
    lua_pushliteral(L, "fees");
    if (lua_rawget(L, 4) == LUA_TTABLE) t.fees = lua_gettop(L);
    else if (!lua_isnil(L, -1)) return luaL_error(L, "quotes:set: fees must be a table of fees by symbol");
  }
  uint32_t venue = venue_index(L, 1, q, 2);
  take(L, 1, q, venue, 3, &t);
  lua_pushinteger(L, q->venues[venue]->n);
  return 1;
}

static int q_drop(lua_State *L) {             /* q:drop(venue) */
  Quotes *q = luaL_checkudata(L, 1, QUOTES);
  luaL_argexpected(L, lua_type(L, 2) == LUA_TSTRING, 2, "the name of a venue");
  VenueQuotes *v = q->venues[venue_index(L, 1, q, 2)];
  if (!v) return 0;
  q->n -= v->n;
  v->n = 0;
  return 0;
}

static int q_len(lua_State *L) {
  const Quotes *q = luaL_checkudata(L, 1, QUOTES);
  lua_pushinteger(L, q->n);
  return 1;
}

int quotes_new(lua_State *L) {
  Quotes *q = lua_newuserdatauv(L, sizeof *q, BLOCKS);
  memset(q, 0, sizeof *q);
  for (int i = 1; i <= BLOCKS; i++) {
    lua_newtable(L);
    lua_setiuservalue(L, -2, i);
  }
  luaL_setmetatable(L, QUOTES);
  return 1;
}

static int by_name(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

Quotes *quotes_check(lua_State *L, int arg, int fees) {
  Quotes *q = luaL_testudata(L, arg, QUOTES);
  if (q) return q;
  luaL_argexpected(L, lua_istable(L, arg), arg, "quotes, or a table of tickers by venue");
  luaL_checkstack(L, 32, NULL);
  quotes_new(L);
  int self = lua_gettop(L);
  q = lua_touserdata(L, self);
  int64_t now = book_time();
  Terms t = { .received = now == INT64_MIN ? 0 : now };
  const char *venues[QUOTE_VENUES_MAX];
  size_t n = 0;
  lua_pushnil(L);
  while (lua_next(L, arg)) {
    if (lua_type(L, self + 1) != LUA_TSTRING || !lua_istable(L, self + 2)) luaL_argerror(L, arg, "tickers by venue are expected");
    if (n == QUOTE_VENUES_MAX) luaL_error(L, "quotes: more than %d venues", QUOTE_VENUES_MAX);
    venues[n++] = lua_tostring(L, self + 1);
    lua_settop(L, self + 1);
  }
  if (n) qsort(venues, n, sizeof *venues, by_name);      /* of equal prices the first counts: the same one in each run */
  for (size_t i = 0; i < n; i++) {
    t.fee = fees ? check_fee(L, scan_number(L, fees, "fees", venues[i], 0)) : 0;
    lua_pushstring(L, venues[i]);
    lua_pushvalue(L, -1);
    lua_rawget(L, arg);
    take(L, self, q, venue_index(L, self, q, self + 1), self + 2, &t);
    lua_settop(L, self);
  }
  lua_replace(L, arg);
  return q;
}

void quotes_open(lua_State *L) {
  static const luaL_Reg methods[] = { { "set", q_set }, { "drop", q_drop }, { NULL, NULL } };
  if (luaL_newmetatable(L, QUOTES)) {
    luaL_newlib(L, methods);
    names_add(L, "quotes");
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, q_len);
    lua_setfield(L, -2, "__len");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
  }
  lua_pop(L, 1);
}
