/* scan.fill(buy, sell [, options]) -> what buying from the asks of one book and selling into the bids of another comes to, at the best size.
 * A side is { book = or levels =, market =, mode = the exchange's precision_mode, fee =, step =, min_amount =, max_amount =, min_cost =,
 * max_cost = }: what is not given comes from the market (taker, precision.amount, limits). Options: max_amount, max_cost (to spend, before fees),
 * min (per cent that each level, and the whole, must leave; 0), fixed (in the quote, once, e.g. a withdrawal).
 * Sums are exact decimals; fees count in the quote on both sides. Sizes are multiples of both steps. The result: size, amount (the same as exact
 * text, for an order), cost, proceeds (before fees), fees, profit, gross, net (per cent of the cost), buy_price, sell_price (averages), buy_limit,
 * sell_limit (worst prices), bound = what keeps it from being larger: "profit", "book" (its end), "max_amount", "max_cost".
 * No good: `why` is "empty", "no gap", "fees", "min", "lot", "min_amount", "min_cost" (then side and least tell whose and how much) or "fixed", and the
 * figures are those of the best prices, for "fixed" those of the best size. */
#include <lauxlib.h>
#include <math.h>
#include <string.h>

#include "wire/decimal.h"
#include "worker/book.h"
#include "worker/quotes.h"
#include "worker/scan.h"

#define STEP_PLACES 8              /* of the step where neither venue tells one */
#define LEVELS_MAX 20000
#define DIGITS 15                  /* of a level's price and amount; a double holds no more. Leaves room for the fee in 38 */

typedef struct { Decimal price, amount; } Level;
typedef struct { bool given; Decimal d; } Figure;

typedef struct {
  const char *name;                /* "buy" or "sell" */
  bool buys;
  const BookSide *packed;
  int list;                        /* stack index of a table of levels, where they are not packed */
  size_t n, read, kept;
  Level *levels;                   /* those of the first `read` that have an amount */
  Decimal fee, factor;             /* 1 + fee, 1 - fee */
  Figure step, min_amount, max_amount, min_cost, max_cost;
} Side;

typedef struct {
  lua_State *L;
  Side side[2];                    /* buy, sell */
  Decimal lot, weight, fixed;      /* weight: 1 + min / 100 */
  Figure max_amount, max_cost;
} Fill;

typedef struct { Decimal size, cost, proceeds, fees, profit, surplus; double buy_limit, sell_limit; } Outcome;

/* ---- exact arithmetic that raises ---- */

static Decimal must(lua_State *L, bool ok, Decimal d) {
  if (!ok) luaL_error(L, "scan.fill: figures of more than %d digits", DEC_DIGITS);
  return d;
}
static Decimal add(lua_State *L, Decimal a, Decimal b) { Decimal r = a; return must(L, dec_add(a, b, &r), r); }
static Decimal sub(lua_State *L, Decimal a, Decimal b) { Decimal r = a; return must(L, dec_sub(a, b, &r), r); }
static Decimal mul(lua_State *L, Decimal a, Decimal b) { Decimal r = a; return must(L, dec_mul(a, b, &r), r); }
static Decimal lots(Fill *f, Decimal x, enum decimal_round how) {
  Decimal r = x;
  return must(f->L, dec_to_precision(x, f->lot, PRECISION_TICK, how, &r), r);
}
static Decimal lesser(Decimal a, Decimal b) { return dec_cmp(a, b) <= 0 ? a : b; }

/* ---- arguments ---- */

static bool to_decimal(lua_State *L, int idx, Decimal *out) {
  size_t n;
  if (lua_isinteger(L, idx)) return *out = dec_from_int(lua_tointeger(L, idx)), true;
  if (lua_type(L, idx) == LUA_TNUMBER) return dec_from_double(lua_tonumber(L, idx), out);
  if (lua_type(L, idx) != LUA_TSTRING) return false;
  const char *s = lua_tolstring(L, idx, &n);
  return dec_parse(s, n, out);
}

/* The value on top of the stack, which is popped. */
static Figure figure(lua_State *L, const char *where, const char *name, bool signs) {
  Figure f = { 0 };
  if (!lua_isnil(L, -1)) {
    f.given = true;
    if (!to_decimal(L, -1, &f.d) || (!signs && f.d.m < 0)) luaL_error(L, "scan.fill: %s.%s must be a number%s", where, name, signs ? "" : " not below zero");
  }
  lua_pop(L, 1);
  return f;
}

static Figure field(lua_State *L, int idx, const char *where, const char *name, bool signs) {
  lua_pushstring(L, name);
  lua_rawget(L, idx);
  return figure(L, where, name, signs);
}

/* Pushes the table, or value, at a dotted place in the table at idx; nil where the way ends. */
static void push_at(lua_State *L, int idx, const char *a, const char *b, const char *c) {
  const char *const names[] = { a, b, c };
  lua_pushvalue(L, idx);
  for (int i = 0; i < 3 && names[i]; i++) {
    if (!lua_istable(L, -1)) lua_pushnil(L);
    else {
      lua_pushstring(L, names[i]);
      lua_rawget(L, -2);
    }
    lua_remove(L, -2);
  }
}

static void otherwise(lua_State *L, Figure *f, int market, const char *where, const char *a, const char *b, const char *c) {
  push_at(L, market, a, b, c);
  if (f->given) lua_pop(L, 1);
  else *f = figure(L, where, c ? c : a, false);
}

static void read_step(lua_State *L, Side *s, int idx, int market) {
  static const char *const modes[] = { "TICK_SIZE", "DECIMAL_PLACES", "SIGNIFICANT_DIGITS" };
  Figure step = { 0 };
  int mode = -1, places;
  if (s->step.given) return;
  otherwise(L, &step, market, s->name, "precision", "amount", NULL);
  if (!step.given) return;
  lua_pushliteral(L, "mode");
  lua_rawget(L, idx);
  for (int i = 0; i < 3; i++)
    if (lua_type(L, -1) == LUA_TSTRING && strcmp(lua_tostring(L, -1), modes[i]) == 0) mode = i;
  lua_pop(L, 1);
  if (mode < 0) luaL_error(L, "scan.fill: %s.mode must be the exchange's precision_mode, to read market.precision by", s->name);
  if (mode == 1 && dec_count(step.d, &places)) s->step = (Figure){ true, { 1, places } };
  if (mode == 0 && step.d.m > 0) s->step = step;
}

static void read_levels(lua_State *L, Side *s, int idx) {
  lua_pushliteral(L, "levels");
  if (lua_rawget(L, idx) == LUA_TNIL) {
    lua_pop(L, 1);
    lua_pushliteral(L, "book");
    lua_rawget(L, idx);
    const Book *book = lua_type(L, -1) == LUA_TUSERDATA ? book_test(L, -1) : NULL;
    if (book) {
      s->packed = s->buys ? &book->asks : &book->bids;
      s->n = s->packed->n;
      return;                              /* the book stays on the stack */
    }
    push_at(L, lua_gettop(L), s->buys ? "asks" : "bids", NULL, NULL);
  }
  s->packed = lua_type(L, -1) == LUA_TUSERDATA ? book_side_test(L, -1) : NULL;
  if (!s->packed && !lua_istable(L, -1)) luaL_error(L, "scan.fill: %s.book must be an order book", s->name);
  s->list = lua_gettop(L);
  s->n = s->packed ? s->packed->n : lua_rawlen(L, -1);
}

static void read_side(lua_State *L, Side *s, int arg) {
  static const char *const names[] = { "book", "levels", "market", "mode", "fee", "step", "min_amount", "max_amount", "min_cost", "max_cost", NULL };
  luaL_checktype(L, arg, LUA_TTABLE);
  scan_options(L, arg, "scan.fill", names);
  read_levels(L, s, arg);
  if (s->n > LEVELS_MAX) luaL_error(L, "scan.fill: more than %d levels", LEVELS_MAX);
  Figure fee = field(L, arg, s->name, "fee", true);
  s->step = field(L, arg, s->name, "step", false);
  s->min_amount = field(L, arg, s->name, "min_amount", false);
  s->max_amount = field(L, arg, s->name, "max_amount", false);
  s->min_cost = field(L, arg, s->name, "min_cost", false);
  s->max_cost = field(L, arg, s->name, "max_cost", false);
  push_at(L, arg, "market", NULL, NULL);
  int market = lua_gettop(L);
  if (lua_istable(L, market)) {
    push_at(L, market, "taker", NULL, NULL);
    if (fee.given) lua_pop(L, 1);
    else fee = figure(L, s->name, "market.taker", true);
    otherwise(L, &s->min_amount, market, s->name, "limits", "amount", "min");
    otherwise(L, &s->max_amount, market, s->name, "limits", "amount", "max");
    otherwise(L, &s->min_cost, market, s->name, "limits", "cost", "min");
    otherwise(L, &s->max_cost, market, s->name, "limits", "cost", "max");
    read_step(L, s, arg, market);
  }
  if (!fee.given) luaL_error(L, "scan.fill: %s.fee is not known; a figure that leaves it out would be wrong", s->name);
  if (s->step.given && s->step.d.m <= 0) luaL_error(L, "scan.fill: %s.step must be above zero", s->name);
  s->fee = fee.d;
  Decimal one = dec_from_int(1), limit = { 99, 2 };
  if (dec_cmp(dec_abs(fee.d), limit) > 0) luaL_error(L, "scan.fill: %s.fee is a fraction such as 0.001", s->name);
  s->factor = s->buys ? add(L, one, fee.d) : sub(L, one, fee.d);
}

/* ---- levels ---- */

static Decimal cut_digits(lua_State *L, Decimal d, enum decimal_round how) {
  Decimal r = d;
  return must(L, dec_to_precision(d, dec_from_int(DIGITS), PRECISION_DIGITS, how, &r), r);
}

static void read_level(lua_State *L, Side *s, size_t i) {
  Level l;
  bool ok;
  if (s->packed) {
    ok = dec_from_double(s->packed->levels[i].price, &l.price) && dec_from_double(s->packed->levels[i].amount, &l.amount);
  } else {
    lua_rawgeti(L, s->list, (lua_Integer)i + 1);
    ok = lua_istable(L, -1);
    if (ok) {
      lua_rawgeti(L, -1, 1);
      lua_rawgeti(L, -2, 2);
      ok = to_decimal(L, -2, &l.price) && to_decimal(L, -1, &l.amount);
      lua_pop(L, 2);
    }
    lua_pop(L, 1);
  }
  if (!ok || l.price.m <= 0 || l.amount.m < 0) luaL_error(L, "scan.fill: level %d of the %s side is no price and amount", (int)i + 1, s->name);
  l.price = cut_digits(L, l.price, DEC_NEAREST);
  l.amount = cut_digits(L, l.amount, DEC_CUT);
  int order = s->kept ? dec_cmp(s->levels[s->kept - 1].price, l.price) : 0;
  if (s->buys ? order > 0 : order < 0) luaL_error(L, "scan.fill: the %s side is not sorted, best price first", s->name);
  if (l.amount.m > 0) s->levels[s->kept++] = l;
}

/* The level from 0 on, or NULL after the last. */
static const Level *level(lua_State *L, Side *s, size_t i) {
  while (s->kept <= i && s->read < s->n) read_level(L, s, s->read++);
  return i < s->kept ? &s->levels[i] : NULL;
}

/* What trading x comes to; false when the book holds less. */
static bool walk(lua_State *L, Side *s, Decimal x, Decimal *total, double *worst) {
  Decimal left = x, sum = dec_from_int(0);
  const Level *l;
  for (size_t i = 0; left.m > 0 && (l = level(L, s, i)); i++) {
    Decimal q = lesser(left, l->amount);
    sum = add(L, sum, mul(L, q, l->price));
    left = sub(L, left, q);
    *worst = dec_double(l->price);
  }
  *total = sum;
  return left.m <= 0;
}

/* The size whose total is `total`, cut below the lot; false when the whole book comes to less. */
static bool size_for(Fill *f, Side *s, Decimal total, Decimal *size) {
  Decimal sum = dec_from_int(0), x = sum;
  const Level *l;
  for (size_t i = 0; (l = level(f->L, s, i)); i++) {
    Decimal more = mul(f->L, l->amount, l->price), all = add(f->L, sum, more);
    if (dec_cmp(all, total) >= 0) {
      Decimal part = x;
      bool ok = dec_div(sub(f->L, total, sum), l->price, f->lot.scale + 2, &part);
      *size = add(f->L, x, must(f->L, ok, part));
      return true;
    }
    sum = all;
    x = add(f->L, x, l->amount);
  }
  return false;
}

/* ---- the best size ---- */

/* The least size that is a multiple of both steps: their least common multiple. */
static bool common_step(Decimal a, Decimal b, Decimal *out) {
  Decimal d[2] = { dec_strip(a), dec_strip(b) };
  int scale = d[0].scale > d[1].scale ? d[0].scale : d[1].scale;
  for (int i = 0; i < 2; i++)              /* as whole numbers of one scale */
    for (; d[i].scale < scale; d[i].scale++)
      if (__builtin_mul_overflow(d[i].m, (__int128)10, &d[i].m)) return false;
  __int128 p = d[0].m, q = d[1].m, m;
  while (q) {
    __int128 rest = p % q;
    p = q;
    q = rest;
  }
  if (__builtin_mul_overflow(d[0].m / p, d[1].m, &m)) return false;
  *out = dec_strip((Decimal){ m, scale });
  return m < (__int128)1000000000000000000 * 1000000000000000000;
}

static void outcome(Fill *f, Decimal size, Outcome *o, bool *enough) {
  lua_State *L = f->L;
  Side *buy = &f->side[0], *sell = &f->side[1];
  o->size = size;
  bool a = walk(L, buy, size, &o->cost, &o->buy_limit), b = walk(L, sell, size, &o->proceeds, &o->sell_limit);
  o->fees = add(L, mul(L, o->cost, buy->fee), mul(L, o->proceeds, sell->fee));
  o->profit = sub(L, sub(L, o->proceeds, o->cost), o->fees);
  /* What is left when each level has to leave `min`: the measure of what size is best. */
  o->surplus = sub(L, mul(L, o->proceeds, sell->factor), mul(L, mul(L, o->cost, buy->factor), f->weight));
  *enough = a && b;
}

/* How far each further level still leaves something: all up to there, and whether it was the book that ended. */
static Decimal profitable(Fill *f, bool *book_ended) {
  lua_State *L = f->L;
  Side *buy = &f->side[0], *sell = &f->side[1];
  Decimal x = dec_from_int(0), ask_used = x, bid_used = x;
  size_t i = 0, k = 0;
  const Level *ask, *bid;
  while ((ask = level(L, buy, i)) && (bid = level(L, sell, k))) {
    Decimal in = mul(L, mul(L, ask->price, buy->factor), f->weight), out = mul(L, bid->price, sell->factor);
    if (dec_cmp(out, in) <= 0) return *book_ended = false, x;
    Decimal ask_left = sub(L, ask->amount, ask_used), bid_left = sub(L, bid->amount, bid_used);
    Decimal q = lesser(ask_left, bid_left);
    x = add(L, x, q);
    ask_used = add(L, ask_used, q);
    bid_used = add(L, bid_used, q);
    if (dec_cmp(ask_left, q) == 0) i++, ask_used = dec_from_int(0);
    if (dec_cmp(bid_left, q) == 0) k++, bid_used = dec_from_int(0);
  }
  return *book_ended = true, x;
}

typedef struct { const char *why, *side, *bound; Decimal least; Outcome best; } Answer;

static void bound_by(Answer *a, Decimal *size, const Figure *most, const char *name) {
  if (!most->given || dec_cmp(*size, most->d) <= 0) return;
  *size = most->d;
  a->bound = name;
}

static void cost_bound(Fill *f, Answer *a, Side *s, Decimal *size, const Figure *most) {
  Figure amount = { most->given, *size };
  if (most->given && size_for(f, s, most->d, &amount.d)) bound_by(a, size, &amount, "max_cost");
}

/* The least that both venues take; false when the books do not hold so much. What stands in the way then is in the answer. */
static bool least_size(Fill *f, Answer *a, Decimal *out) {
  *out = dec_from_int(0);
  for (int i = 0; i < 2; i++) {
    Side *s = &f->side[i];
    Decimal x;
    if (s->min_amount.given && dec_cmp(s->min_amount.d, *out) > 0) {
      *out = s->min_amount.d;
      a->why = "min_amount", a->side = s->name, a->least = s->min_amount.d;
    }
    if (!s->min_cost.given || s->min_cost.d.m == 0) continue;
    bool there = size_for(f, s, s->min_cost.d, &x);
    if (there && dec_cmp(x, *out) <= 0) continue;
    a->why = "min_cost", a->side = s->name, a->least = s->min_cost.d;
    if (!there) return false;
    *out = x;
  }
  return true;
}

/* In lots: more than that where the quotient that it comes from was cut. */
static Decimal least_lots(Fill *f, Decimal least) {
  Decimal x = lots(f, least, DEC_UP), total;
  double worst;
  for (int i = 0; i < 2; i++) {
    Side *s = &f->side[i];
    if (s->min_cost.given && walk(f->L, s, x, &total, &worst) && dec_cmp(total, s->min_cost.d) < 0) x = add(f->L, x, f->lot);
  }
  return x;
}

static bool better(const Outcome *a, const Outcome *b) { return dec_cmp(a->surplus, b->surplus) > 0; }

static void find_best(Fill *f, Answer *a) {
  lua_State *L = f->L;
  bool book_ended, enough;
  Decimal all = profitable(f, &book_ended), most = { 1, -36 }, least;
  Side *buy = &f->side[0], *sell = &f->side[1];
  if (all.m == 0) {
    const Level *ask = level(L, buy, 0), *bid = level(L, sell, 0);
    if (!ask || !bid) a->why = "empty";
    else if (dec_cmp(bid->price, ask->price) <= 0) a->why = "no gap";
    else a->why = dec_cmp(mul(L, bid->price, sell->factor), mul(L, ask->price, buy->factor)) > 0 ? "min" : "fees";
    return;
  }
  bound_by(a, &most, &f->max_amount, "max_amount");
  bound_by(a, &most, &buy->max_amount, "max_amount");
  bound_by(a, &most, &sell->max_amount, "max_amount");
  cost_bound(f, a, buy, &most, &f->max_cost);
  cost_bound(f, a, buy, &most, &buy->max_cost);
  cost_bound(f, a, sell, &most, &sell->max_cost);
  if (dec_cmp(all, most) <= 0) a->bound = book_ended ? "book" : "profit";
  if (!least_size(f, a, &least)) return;
  /* What is left rises up to `all` and falls from there on: the best multiple is one of the two beside it, or the least that is taken. */
  Decimal size = lots(f, lesser(all, most), DEC_CUT), least_taken = least_lots(f, least);
  bool forced = dec_cmp(size, least_taken) < 0;
  if (forced) size = least_taken;
  if (!forced || dec_cmp(least, lesser(all, most)) <= 0) a->why = "lot";
  if (forced && dec_cmp(size, most) > 0) return;
  outcome(f, size, &a->best, &enough);
  if (forced && !enough) return;
  Decimal next = add(L, size, f->lot);
  if (!forced && dec_cmp(size, all) < 0 && dec_cmp(next, most) <= 0) {
    Outcome o = { 0 };
    outcome(f, next, &o, &enough);
    if (enough && better(&o, &a->best)) a->best = o;
  }
  if (a->best.surplus.m <= 0) return;
  a->why = NULL;
  a->best.profit = sub(L, a->best.profit, f->fixed);
  if (dec_cmp(a->best.surplus, f->fixed) <= 0) a->why = "fixed";
}

/* ---- what comes out ---- */

static void set_number(lua_State *L, const char *key, double x) {
  lua_pushnumber(L, x);
  lua_setfield(L, -2, key);
}

static void set_text(lua_State *L, const char *key, const char *s) {
  if (!s) return;
  lua_pushstring(L, s);
  lua_setfield(L, -2, key);
}

static int push_answer(Fill *f, Answer *a) {
  lua_State *L = f->L;
  char text[512];
  const Level *ask = level(L, &f->side[0], 0), *bid = level(L, &f->side[1], 0);
  lua_createtable(L, 0, 16);
  set_text(L, "why", a->why);
  if (a->why && strcmp(a->why, "empty") == 0) return 1;
  if (a->why && strncmp(a->why, "min_", 4) == 0) {
    set_text(L, "side", a->side);
    set_number(L, "least", dec_double(a->least));
  }
  if (a->why && strcmp(a->why, "fixed") != 0) {
    bool enough;
    outcome(f, lesser(ask->amount, bid->amount), &a->best, &enough);
  } else {
    set_text(L, "bound", a->bound);
    dec_text(a->best.size, text, sizeof text);
    set_text(L, "amount", text);
  }
  const Outcome *o = &a->best;
  double size = dec_double(o->size), cost = dec_double(o->cost), proceeds = dec_double(o->proceeds);
  set_number(L, "size", size);
  set_number(L, "cost", cost);
  set_number(L, "proceeds", proceeds);
  set_number(L, "fees", dec_double(o->fees));
  set_number(L, "profit", dec_double(o->profit));
  set_number(L, "gross", 100 * dec_double(sub(L, o->proceeds, o->cost)) / cost);
  set_number(L, "net", 100 * dec_double(o->profit) / cost);
  set_number(L, "buy_price", cost / size);
  set_number(L, "sell_price", proceeds / size);
  set_number(L, "buy_limit", o->buy_limit);
  set_number(L, "sell_limit", o->sell_limit);
  return 1;
}

int scan_fill(lua_State *L) {
  static const char *const names[] = { "max_amount", "max_cost", "min", "fixed", NULL };
  Fill f = { .L = L, .side = { { .name = "buy", .buys = true }, { .name = "sell" } }, .lot = { 1, STEP_PLACES } };
  Answer a = { 0 };
  lua_settop(L, 3);
  luaL_checkstack(L, 40, NULL);
  scan_options(L, 3, "scan.fill", names);
  for (int i = 0; i < 2; i++) read_side(L, &f.side[i], i + 1);
  f.weight = dec_from_int(1);
  if (lua_istable(L, 3)) {
    f.max_amount = field(L, 3, "options", "max_amount", false);
    f.max_cost = field(L, 3, "options", "max_cost", false);
    Figure min = field(L, 3, "options", "min", true), fixed = field(L, 3, "options", "fixed", false);
    if (min.given) f.weight = add(L, f.weight, (Decimal){ min.d.m, min.d.scale + 2 });
    if (fixed.given) f.fixed = fixed.d;
  }
  const Figure *x = &f.side[0].step, *y = &f.side[1].step;
  if (x->given && y->given) {
    if (!common_step(x->d, y->d, &f.lot)) return luaL_error(L, "scan.fill: steps that have nothing in common");
  } else if (x->given || y->given) f.lot = dec_strip(x->given ? x->d : y->d);
  for (int i = 0; i < 2; i++) {            /* decimals want 16 bytes, userdata stand at 8 */
    uintptr_t at = (uintptr_t)lua_newuserdatauv(L, (f.side[i].n + 1) * sizeof(Level), 0);
    f.side[i].levels = (Level *)((at + 15) & ~(uintptr_t)15);
  }
  find_best(&f, &a);
  return push_answer(&f, &a);
}
