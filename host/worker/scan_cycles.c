/* scan.cycles(quotes or { venue = tickers } [, options]) -> list, best first, and whether the search was completed: ways round through the markets
 * that leave more than was put in, after taker fees, at the best prices. Options: legs (at most so many trades; 3, up to 8), min (per cent that
 * must be left; 0), limit (100), max_age (ms), fees ({ venue = fee } for tickers). A cycle: { net (per cent), path = "USDT > BTC > ETH > USDT",
 * legs = { { venue, symbol, side = "buy" or "sell", from, to, price, amount (of the base, at that price), rate (after the fee) }, ... } }.
 *
 * A profitable cycle is a negative one when lengths are -log(rate); with few legs the product itself says as much and costs no logarithms. Every
 * simple cycle is found from the one of its assets that trades most, and that asset is then taken out of the graph: what is left of a market
 * graph without its few quote currencies is next to nothing. From an asset, the best way back within k trades bounds what a path can still
 * become, so that the search enters paths that may be profitable and no others. Half of the way out and half of the way back meet: no more than
 * the edges of what is less than half the legs away are looked at for it. For that every market is an edge in both directions, and one that
 * nobody quotes has the rate 0. */
#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "worker/book.h"
#include "worker/quotes.h"
#include "worker/scan.h"

#define LEGS_MAX 8
#define LIMIT_MAX 10000
#define WORK_MAX 30000000u         /* edges looked at: some tenths of a second */

/* A trade: nodes are assets by rank, 0 the one with the most markets. */
typedef struct { double rate; const Quote *quote; uint32_t from, to; uint16_t venue; bool sell; } Trade;
typedef struct { double rate, reverse; uint32_t to, trade; } Edge;      /* what of it the search looks at; reverse: the rate of the way back */
typedef struct { uint32_t first, end; } Span;         /* edges of a node, to the highest rank first; `end` moves as nodes are taken out */
typedef struct { double rate; uint32_t legs[LEGS_MAX]; uint8_t n; } Cycle;

typedef struct {
  const Quotes *q;
  uint32_t n_nodes, n_edges;
  Trade *trades;
  Edge *edges;
  Span *spans;
  uint32_t *asset;                 /* of a node */
  double *back[LEGS_MAX];          /* back[k][v]: the most that one unit of v becomes on the way to the start, in at most k trades */
  uint32_t *reached, *distance;    /* nodes within half the legs of the start, nearest first; distance is NONE for the others, back 0 */
  bool *on_path;
  Cycle *found;
  size_t n_found, limit;
  double least;                    /* what a cycle must exceed */
  int legs;
  uint64_t work;
} Search;

#define NONE UINT32_MAX

static void *room(lua_State *L, size_t n, size_t size) {         /* zeroed, kept by the stack */
  void *p = lua_newuserdatauv(L, n * size + 1, 0);
  memset(p, 0, n * size + 1);
  return p;
}

/* ---- the graph ---- */

/* Trades at the best prices, with assets still by their index in the quotes. */
static uint32_t collect(const Quotes *q, Trade *out, double max_age) {
  uint32_t n = 0;
  int64_t now = book_time();
  double oldest = now == INT64_MIN ? -INFINITY : (double)now - max_age;
  for (uint32_t i = 0; i < q->n_venues; i++) {
    const VenueQuotes *v = q->venues[i];
    for (uint32_t k = 0; v && k < v->n; k++) {
      const Quote *p = &v->list[k];
      QuotePair a = q->pairs[p->symbol];
      if (a.base == QUOTE_NONE || a.base == a.quote || !((double)p->received >= oldest)) continue;
      double sell = p->sell > 0 ? p->sell : 0, buy = p->buy < INFINITY ? 1 / p->buy : 0;
      if (sell == 0 && buy == 0) continue;
      out[n++] = (Trade){ sell, p, a.base, a.quote, (uint16_t)i, true };
      out[n++] = (Trade){ buy, p, a.quote, a.base, (uint16_t)i, false };
    }
  }
  return n;
}

typedef struct { uint32_t degree, asset; const char *name; } Place;

static int by_degree(const void *x, const void *y) {
  const Place *a = x, *b = y;
  return a->degree != b->degree ? (a->degree < b->degree ? 1 : -1) : strcmp(a->name, b->name);
}

static void rank(lua_State *L, Search *s, uint32_t n) {
  const Quotes *q = s->q;
  Trade *trades = s->trades;
  uint32_t *of = room(L, q->n_assets, sizeof *of);
  for (uint32_t i = 0; i < n; i++) of[trades[i].from]++, of[trades[i].to]++;
  Place *places = room(L, q->n_assets, sizeof *places);
  for (uint32_t i = 0; i < q->n_assets; i++) {
    if (!of[i]) continue;
    quotes_push_asset(L, 1, i);
    places[s->n_nodes++] = (Place){ of[i], i, lua_tostring(L, -1) };      /* the quotes keep it */
    lua_pop(L, 1);
  }
  if (s->n_nodes) qsort(places, s->n_nodes, sizeof *places, by_degree);
  s->asset = room(L, s->n_nodes, sizeof *s->asset);
  for (uint32_t i = 0; i < s->n_nodes; i++) of[s->asset[i] = places[i].asset] = i;
  for (uint32_t i = 0; i < n; i++) {
    trades[i].from = of[trades[i].from];
    trades[i].to = of[trades[i].to];
  }
}

/* Edges by node, each node's to the highest rank first, and of those between the same two only the best. */
static void lay_out(lua_State *L, Search *s, uint32_t n) {
  const Trade *trades = s->trades;
  uint32_t *order = room(L, n, sizeof *order), *at = room(L, s->n_nodes + 1, sizeof *at);
  for (uint32_t i = 0; i < n; i++) at[s->n_nodes - 1 - trades[i].to]++;
  for (uint32_t v = 0, sum = 0; v < s->n_nodes; v++) {
    uint32_t count = at[v];
    at[v] = sum;
    sum += count;
  }
  for (uint32_t i = 0; i < n; i++) order[at[s->n_nodes - 1 - trades[i].to]++] = i;
  s->spans = room(L, s->n_nodes + 1, sizeof *s->spans);
  for (uint32_t i = 0; i < n; i++) s->spans[trades[i].from].end++;
  for (uint32_t v = 0, sum = 0; v < s->n_nodes; v++) {
    uint32_t count = s->spans[v].end;
    s->spans[v] = (Span){ sum, sum };
    sum += count;
  }
  s->edges = room(L, n, sizeof *s->edges);
  for (uint32_t i = 0; i < n; i++) {
    const Trade *t = &trades[order[i]];
    Span *span = &s->spans[t->from];
    Edge *last = span->end > span->first ? &s->edges[span->end - 1] : NULL;
    Edge e = { t->rate, 0, t->to, order[i] };
    if (!last || last->to != e.to) s->edges[span->end++] = e;
    else if (e.rate > last->rate) *last = e;
  }
  /* The ways back: nodes from the highest rank on meet the edges to them in the order in which those stand. */
  memset(at, 0, (s->n_nodes + 1) * sizeof *at);
  for (uint32_t v = s->n_nodes; v--;)
    for (uint32_t e = s->spans[v].first; e < s->spans[v].end; e++) {
      uint32_t to = s->edges[e].to;
      s->edges[e].reverse = s->edges[s->spans[to].first + at[to]++].rate;
    }
}

/* ---- the search ---- */

static int by_rate(const void *x, const void *y) {
  const Cycle *a = x, *b = y;
  if (a->rate != b->rate) return a->rate < b->rate ? 1 : -1;
  if (a->n != b->n) return a->n - b->n;
  for (int i = 0; i < a->n; i++)
    if (a->legs[i] != b->legs[i]) return a->legs[i] < b->legs[i] ? -1 : 1;
  return 0;
}

/* There is room for twice the limit: when it is full the better half stays, and the rest of the search need not find worse ones. */
static void keep(Search *s, const Cycle *c) {
  s->found[s->n_found++] = *c;
  if (s->n_found < 2 * s->limit) return;
  qsort(s->found, s->n_found, sizeof *s->found, by_rate);
  s->n_found = s->limit;
  s->least = s->found[s->limit - 1].rate;
}

/* A node's edges without those to nodes that were taken out. */
static Span *span_of(Search *s, uint32_t v, uint32_t start) {
  Span *span = &s->spans[v];
  while (span->end > span->first && s->edges[span->end - 1].to < start) span->end--;
  return span;
}

static uint32_t reach(Search *s, uint32_t start) {
  uint32_t n = 1, half = (uint32_t)s->legs / 2;
  s->reached[0] = start;
  s->distance[start] = 0;
  for (uint32_t i = 0; i < n && s->distance[s->reached[i]] < half; i++) {
    uint32_t d = s->distance[s->reached[i]] + 1;
    const Span *span = span_of(s, s->reached[i], start);
    for (uint32_t e = span->first; e < span->end; e++) {
      uint32_t to = s->edges[e].to;
      if (s->distance[to] != NONE) continue;
      s->distance[to] = d;
      s->reached[n++] = to;
    }
    s->work += span->end - span->first;
  }
  return n;
}

/* back[k] from back[k - 1]. There is a way of k trades from what is k away at most, and the search asks for it where it has legs - k behind it: while the
 * first is nearer, what is known is carried on to its neighbours, then it is fetched from them. */
static void ways_back(Search *s, uint32_t start, uint32_t n) {
  const Span *first = span_of(s, start, start);
  for (uint32_t e = first->first; e < first->end; e++) s->back[1][s->edges[e].to] = s->edges[e].reverse;
  for (int k = 2; k < s->legs; k++) {
    const double *less = s->back[k - 1];
    double *more = s->back[k];
    bool carry = 2 * k <= s->legs;
    uint32_t far = (uint32_t)(carry ? k - 1 : s->legs - k);
    for (uint32_t i = 1; i < n; i++) more[s->reached[i]] = less[s->reached[i]];
    for (uint32_t i = 1; i < n && s->distance[s->reached[i]] <= far; i++) {
      uint32_t v = s->reached[i];
      const Span *span = span_of(s, v, start);
      double here = less[v], best = here;
      for (uint32_t e = span->first; e < span->end; e++) {
        const Edge *x = &s->edges[e];
        double rate = carry ? x->reverse * here : x->rate * less[x->to];
        if (!carry) best = rate > best ? rate : best;
        else if (rate > more[x->to]) more[x->to] = rate;
      }
      if (!carry) more[v] = best;
      s->work += span->end - span->first;
    }
    more[start] = 0;                       /* no way leads through the start */
  }
}

static void forget(Search *s, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    s->distance[s->reached[i]] = NONE;
    for (int k = 1; k < s->legs; k++) s->back[k][s->reached[i]] = 0;
  }
}

static const Trade *trade_of(const Search *s, uint32_t edge) { return &s->trades[s->edges[edge].trade]; }

/* Two trades in one market are no way round. */
static bool is_cycle(const Search *s, const Cycle *c) { return c->n != 2 || trade_of(s, c->legs[0])->quote != trade_of(s, c->legs[1])->quote; }

static void paths(Search *s, uint32_t start) {
  uint32_t node[LEGS_MAX] = { start }, next[LEGS_MAX] = { s->spans[start].first };
  double product[LEGS_MAX] = { 1 };
  Cycle c;
  span_of(s, start, start);
  for (int depth = 0; depth >= 0;) {
    uint32_t v = node[depth];
    if (next[depth] == s->spans[v].end || s->work > WORK_MAX) {
      s->on_path[v] = false;
      depth--;
      continue;
    }
    const Edge *e = &s->edges[next[depth]];
    double rate = product[depth] * e->rate;
    int left = s->legs - depth - 1;
    c.legs[depth] = next[depth]++;
    s->work++;
    if (e->to == start) {
      c.n = (uint8_t)(depth + 1);
      c.rate = rate;
      if (rate > s->least && is_cycle(s, &c)) keep(s, &c);
    } else if (left > 0 && !s->on_path[e->to] && rate * s->back[left][e->to] > s->least) {
      depth++;
      const Span *span = span_of(s, e->to, start);
      node[depth] = e->to;
      next[depth] = left > 1 ? span->first : span->end - 1;      /* at the last the only way is to the start, which is the lowest that is left */
      product[depth] = rate;
      s->on_path[e->to] = true;
    }
  }
}

static void search(lua_State *L, Search *s) {
  for (int k = 1; k < s->legs; k++) s->back[k] = room(L, s->n_nodes, sizeof(double));
  s->reached = room(L, s->n_nodes, sizeof *s->reached);
  s->distance = room(L, s->n_nodes, sizeof *s->distance);
  s->on_path = room(L, s->n_nodes, sizeof *s->on_path);
  s->found = room(L, 2 * s->limit, sizeof *s->found);
  memset(s->distance, 0xff, s->n_nodes * sizeof *s->distance);
  for (uint32_t start = 0; start < s->n_nodes && s->work <= WORK_MAX; start++) {
    uint32_t n = reach(s, start);
    if (n > 1) {
      ways_back(s, start, n);
      paths(s, start);
    }
    forget(s, n);
  }
  if (s->n_found) qsort(s->found, s->n_found, sizeof *s->found, by_rate);
  if (s->n_found > s->limit) s->n_found = s->limit;
}

/* ---- what comes out ---- */

static void push_leg(lua_State *L, const Search *s, const Trade *e) {
  const VenueQuotes *v = s->q->venues[e->venue];
  const QuotePrices *p = &v->prices[e->quote - v->list];
  double amount = e->sell ? p->bid_amount : p->ask_amount;
  lua_createtable(L, 0, 8);
  quotes_push_venue(L, 1, e->venue);
  lua_setfield(L, -2, "venue");
  quotes_push_symbol(L, 1, e->quote->symbol);
  lua_setfield(L, -2, "symbol");
  lua_pushstring(L, e->sell ? "sell" : "buy");
  lua_setfield(L, -2, "side");
  quotes_push_asset(L, 1, s->asset[e->from]);
  lua_setfield(L, -2, "from");
  quotes_push_asset(L, 1, s->asset[e->to]);
  lua_setfield(L, -2, "to");
  lua_pushnumber(L, e->sell ? p->bid : p->ask);
  lua_setfield(L, -2, "price");
  if (!isnan(amount)) {
    lua_pushnumber(L, amount);
    lua_setfield(L, -2, "amount");
  }
  lua_pushnumber(L, e->rate);
  lua_setfield(L, -2, "rate");
}

static void push_cycle(lua_State *L, const Search *s, const Cycle *c) {
  luaL_Buffer b;
  lua_createtable(L, 0, 3);
  lua_pushnumber(L, 100 * (c->rate - 1));
  lua_setfield(L, -2, "net");
  lua_createtable(L, c->n, 0);
  for (int i = 0; i < c->n; i++) {
    push_leg(L, s, trade_of(s, c->legs[i]));
    lua_rawseti(L, -2, i + 1);
  }
  lua_setfield(L, -2, "legs");
  luaL_buffinit(L, &b);
  for (int i = 0; i <= c->n; i++) {
    if (i) luaL_addstring(&b, " > ");
    quotes_push_asset(L, 1, s->asset[trade_of(s, c->legs[i < c->n ? i : 0])->from]);
    luaL_addvalue(&b);
  }
  luaL_pushresult(&b);
  lua_setfield(L, -2, "path");
}

int scan_cycles(lua_State *L) {
  static const char *const names[] = { "legs", "min", "limit", "max_age", "fees", NULL };
  Search s = { 0 };
  lua_settop(L, 2);
  luaL_checkstack(L, 64, NULL);
  scan_options(L, 2, "scan.cycles", names);
  double legs = scan_number(L, 2, "scan.cycles", "legs", 3), limit = scan_number(L, 2, "scan.cycles", "limit", 100);
  double max_age = scan_number(L, 2, "scan.cycles", "max_age", INFINITY);
  if (!(legs >= 2 && legs <= LEGS_MAX)) return luaL_error(L, "scan.cycles: legs is a number from 2 to %d", LEGS_MAX);
  if (!(limit >= 1 && limit <= LIMIT_MAX)) return luaL_error(L, "scan.cycles: limit is a number from 1 to %d", LIMIT_MAX);
  s.legs = (int)legs;
  s.limit = (size_t)limit;
  s.least = fmax(0, 1 + scan_number(L, 2, "scan.cycles", "min", 0) / 100);
  lua_pushnil(L);
  if (lua_istable(L, 2)) {
    lua_pushliteral(L, "fees");
    if (lua_rawget(L, 2) != LUA_TTABLE && !lua_isnil(L, -1)) return luaL_error(L, "scan.cycles: fees must be a table of fees by venue");
    lua_replace(L, 3);
  }
  s.q = quotes_check(L, 1, lua_istable(L, 3) ? 3 : 0);
  s.trades = room(L, 2 * (size_t)s.q->n, sizeof *s.trades);
  uint32_t n = collect(s.q, s.trades, max_age);
  rank(L, &s, n);
  lay_out(L, &s, n);
  search(L, &s);
  lua_createtable(L, (int)s.n_found, 0);
  for (size_t i = 0; i < s.n_found; i++) {
    push_cycle(L, &s, &s.found[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  lua_pushboolean(L, s.work <= WORK_MAX);
  return 2;
}
