#include "broker/guard.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "broker/guard_in.h"

static const char *const names[] = {
  [GUARD_NONE] = "none", [GUARD_VENUES] = "venues", [GUARD_SYMBOLS] = "symbols", [GUARD_ASKED] = "asked",
  [GUARD_UNKNOWN] = "unknown", [GUARD_ORDERS_PER_MINUTE] = "orders_per_minute",
  [GUARD_OPEN_ORDERS] = "open_orders", [GUARD_ROUNDING] = "rounding", [GUARD_MARKET] = "market", [GUARD_ORDER_NOTIONAL] = "order_notional",
  [GUARD_MINUTE_NOTIONAL] = "minute_notional", [GUARD_DAY_NOTIONAL] = "day_notional", [GUARD_DATA_AGE] = "data_age_ms", [GUARD_BOOK] = "book",
  [GUARD_PRICE_BAND] = "price_band", [GUARD_SELF_CROSS] = "self_cross", [GUARD_LOSS] = "loss", [GUARD_WITHDRAW] = "withdraw",
  [GUARD_PARAMS] = "params", [GUARD_METHODS] = "methods",
};

const char *guard_limit_name(enum guard_limit limit) { return names[limit]; }

/* An order on its way through the checks. */
typedef struct {
  const GuardOrder *o;
  const GuardLayer *layer;
  enum guard_limit *limit;
  char *why; size_t size;
  Decimal amount, price, bid, ask, mid, notional;
  bool has_amount, has_price;
} Case;

static bool refuse(Case *c, enum guard_limit limit, const char *format, ...) __attribute__((format(printf, 3, 4)));
static bool refuse(Case *c, enum guard_limit limit, const char *format, ...) {
  va_list ap;
  *c->limit = limit;
  va_start(ap, format);
  vsnprintf(c->why, c->size, format, ap);
  va_end(ap);
  return false;
}

static bool number(const char *text, Decimal *out) { return text && *text && dec_parse(text, strlen(text), out); }

/* A decimal for a sentence: 12 digits after the point are enough. */
typedef struct { char s[64]; } Shown;
static Shown shown(Decimal d) {
  Shown x;
  Decimal cut;
  if (dec_to_precision(d, dec_from_int(12), PRECISION_PLACES, DEC_NEAREST, &cut)) d = cut;
  if (!dec_text(d, x.s, sizeof x.s)) snprintf(x.s, sizeof x.s, "%g", dec_double(d));
  return x;
}

static bool among(const Names *names_, const char *name) {
  for (size_t i = 0; i < names_->n; i++)
    if (!strcmp(names_->v[i], name)) return true;
  return false;
}

/* ---- the order by itself ---- */

/* Is a figure there that was not asked for, or the other way round? */
static bool both(Case *c, const char *what, const char *asked_text, const char *text) {
  Decimal asked, final;
  bool was = number(asked_text, &asked), is = number(text, &final);
  if (was == is) return true;
  if (is) return refuse(c, GUARD_ASKED, "the order was prepared with the %s %s, and asked for without one", what, text);
  return refuse(c, GUARD_ASKED, "the order was asked for with the %s %s, and prepared without it", what, asked_text);
}

/* Amounts are only cut, by less than a step; prices move by a step at most. Where the step is not told: by a thousandth at most. */
static bool rounded(Case *c, const char *what, const char *asked_text, Decimal final, const char *step_text, bool only_down) {
  Decimal asked, moved, most;
  if (!number(asked_text, &asked) || !dec_sub(asked, final, &moved)) return refuse(c, GUARD_ROUNDING, "%s %s does not fit", what, asked_text);
  if (only_down && dec_cmp(moved, dec_from_int(0)) < 0)
    return refuse(c, GUARD_ROUNDING, "rounding raised the %s from %s to %s", what, asked_text, shown(final).s);
  bool known = number(step_text, &most);
  if (!known && !dec_mul(dec_abs(asked), (Decimal){ 1, 3 }, &most)) return refuse(c, GUARD_ROUNDING, "%s %s does not fit", what, asked_text);
  int far = dec_cmp(dec_abs(moved), most);
  if (dec_is_zero(moved) || far < 0 || (far == 0 && !only_down)) return true;
  return refuse(c, GUARD_ROUNDING, "rounding moved the %s from %s to %s, by more than %s", what, asked_text, shown(final).s,
                known ? "the market's step" : "a thousandth");
}

/* What an amount is told in: of a contract ("BTC/USD:BTC") it is a number of them. */
typedef struct { char s[32]; } Unit;
static Unit base_of(const char *symbol) {
  Unit u = { "contracts" };
  if (!strchr(symbol, ':')) snprintf(u.s, sizeof u.s, "%.*s", (int)strcspn(symbol, "/"), symbol);
  return u;
}

static bool beyond(Case *c, const char *what, Decimal x, const char *bound, const char *side, const char *unit) {
  return refuse(c, GUARD_MARKET, "the market %s takes %s of %s %s %s; the order's is %s", c->o->symbol, what, side, bound, unit, shown(x).s);
}

static bool within(Case *c, const char *what, Decimal x, const char *least_text, const char *most_text, const char *unit) {
  Decimal bound;
  if (number(least_text, &bound) && dec_cmp(x, bound) < 0) return beyond(c, what, x, least_text, "at least", unit);
  if (number(most_text, &bound) && dec_cmp(bound, dec_from_int(0)) > 0 && dec_cmp(x, bound) > 0) return beyond(c, what, x, most_text, "at most", unit);
  return true;
}

static bool amount_within(Case *c, Decimal amount) {
  return within(c, "an amount", amount, c->o->amount_min, c->o->amount_max, base_of(c->o->symbol).s);
}

/* An amount that is not above zero, or of which rounding left nothing. */
static bool no_amount(Case *c) {
  const GuardOrder *o = c->o;
  Decimal asked;
  if (!number(o->asked_amount, &asked) || dec_cmp(asked, dec_from_int(0)) <= 0)
    return refuse(c, GUARD_MARKET, "amount %s: it must be above zero", o->asked_amount && *o->asked_amount ? o->asked_amount : o->amount);
  return amount_within(c, asked) && refuse(c, GUARD_MARKET, "amount %s is less than a step of the market %s", o->asked_amount, o->symbol);
}

static bool sound(Case *c) {
  const GuardOrder *o = c->o;
  Decimal zero = dec_from_int(0), cost, asked_cost;
  if (o->unknown > 0)
    return refuse(c, GUARD_UNKNOWN, "what became of %lld earlier order%s for %s at %s is not known yet", (long long)o->unknown, o->unknown == 1 ? "" : "s",
                  o->symbol, o->venue);
  if (!both(c, "amount", o->asked_amount, o->amount) || !both(c, "price", o->asked_price, o->price) || !both(c, "cost", o->asked_cost, o->cost)) return false;
  c->has_amount = number(o->amount, &c->amount);
  c->has_price = number(o->price, &c->price);
  if (!number(o->notional, &c->notional)) return refuse(c, GUARD_MARKET, "what the order is worth cannot be told");
  if (c->has_amount && dec_cmp(c->amount, zero) <= 0) return no_amount(c);
  if (c->has_price && dec_cmp(c->price, zero) <= 0) return refuse(c, GUARD_MARKET, "price %s: it must be above zero", o->price);
  if (dec_cmp(c->notional, zero) <= 0) return refuse(c, GUARD_MARKET, "the order is worth nothing");
  if (c->has_amount && !rounded(c, "amount", o->asked_amount, c->amount, o->amount_step, true)) return false;
  if (c->has_price && !rounded(c, "price", o->asked_price, c->price, o->price_step, false)) return false;
  if (number(o->cost, &cost) && number(o->asked_cost, &asked_cost) && dec_cmp(cost, asked_cost) != 0)
    return refuse(c, GUARD_ASKED, "the order was prepared with the cost %s, and asked for with %s", o->cost, o->asked_cost);
  if (c->has_amount && !amount_within(c, c->amount)) return false;
  if (c->has_price && !within(c, "a price", c->price, o->price_min, o->price_max, o->quote)) return false;
  return within(c, "a cost", c->notional, o->cost_min, o->cost_max, o->quote);
}

/* ---- the book that it is judged by ---- */

static bool book(Case *c) {
  const GuardOrder *o = c->o;
  if (!number(o->bid, &c->bid)) return refuse(c, GUARD_BOOK, "the book of %s has no bids", o->symbol);
  if (!number(o->ask, &c->ask)) return refuse(c, GUARD_BOOK, "the book of %s has no asks", o->symbol);
  if (dec_cmp(c->bid, c->ask) >= 0) return refuse(c, GUARD_BOOK, "the book is crossed: bid %s, ask %s", o->bid, o->ask);
  if (!dec_add(c->bid, c->ask, &c->mid) || !dec_mul(c->mid, (Decimal){ 5, 1 }, &c->mid)) return refuse(c, GUARD_BOOK, "the book's prices do not fit");
  return true;
}

static bool in_band(Case *c, Decimal at) {
  const GuardLayer *l = c->layer;
  Decimal away, most, percent, band;
  if (dec_sub(at, c->mid, &away) && dec_mul(c->mid, l->price_band, &most) && dec_cmp(dec_abs(away), most) <= 0) return true;
  if (!dec_div(away, c->mid, 6, &percent) || !dec_mul(percent, dec_from_int(100), &percent)) percent = dec_from_int(0);
  if (!dec_mul(l->price_band, dec_from_int(100), &band)) band = l->price_band;
  return refuse(c, GUARD_PRICE_BAND, "price %s is %s %% from the middle of the book, %s; %s allows %s %%", shown(at).s, shown(percent).s,
                shown(c->mid).s, l->by, shown(band).s);
}

static bool price_band(Case *c) {
  bool buys = !strcmp(c->o->side, "buy");
  Decimal trigger;
  if (!c->layer->has_price_band) return true;
  return in_band(c, c->has_price ? c->price : buys ? c->ask : c->bid) && (!number(c->o->trigger, &trigger) || in_band(c, trigger));
}

/* Would it trade with one of our own? One at the market goes as far as the band lets it, and without a band anywhere. */
static bool self_cross(Case *c) {
  const GuardLayer *l = c->layer;
  bool buys = !strcmp(c->o->side, "buy");
  if (!l->has_self_cross || l->self_cross) return true;
  for (size_t i = 0; i < c->o->n_own; i++) {
    const GuardOwn *own = &c->o->own[i];
    Decimal price, reach;
    if (!strcmp(own->side, c->o->side)) continue;
    bool meets = !number(own->price, &price);
    if (!meets && c->has_price) meets = buys ? dec_cmp(c->price, price) >= 0 : dec_cmp(c->price, price) <= 0;
    else if (!meets) {
      meets = !l->has_price_band || !dec_mul(c->mid, l->price_band, &reach);
      if (!meets) meets = buys ? dec_add(c->mid, reach, &reach) && dec_cmp(reach, price) >= 0 : dec_sub(c->mid, reach, &reach) && dec_cmp(reach, price) <= 0;
    }
    if (meets) return refuse(c, GUARD_SELF_CROSS, "it would trade with an own order that %ss at %s", own->side,
                             own->price && *own->price ? own->price : "the market");
  }
  return true;
}

/* ---- what came before it ---- */

static bool sum(Case *c, enum guard_limit limit, const Amounts *bounds, Decimal before, const char *span) {
  const Amount *a = amount_of(bounds, c->o->quote);
  Decimal all;
  if (!a) return true;
  if (dec_add(before, c->notional, &all) && dec_cmp(all, a->most) <= 0) return true;
  if (!*span) return refuse(c, limit, "the order is worth %s %s, %s allows %s", shown(c->notional).s, a->code, c->layer->by, shown(a->most).s);
  return refuse(c, limit, "%s %s %s, with this order; %s allows %s", shown(all).s, a->code, span, c->layer->by, shown(a->most).s);
}

static bool count(Case *c, enum guard_limit limit, int64_t before, int64_t most, const char *what) {
  if (most < 0 || before < most) return true;
  return refuse(c, limit, "%lld %s; %s allows %lld", (long long)before, what, c->layer->by, (long long)most);
}

static bool layer(Case *c) {
  const GuardLayer *l = c->layer;
  const GuardOrder *o = c->o;
  const GuardSums *s = *l->venue ? &o->at_venue : &o->all;
  if (l->venues.given && !among(&l->venues, o->venue)) return refuse(c, GUARD_VENUES, "%s is not among the venues that %s allows", o->venue, l->by);
  if (l->symbols.given && !among(&l->symbols, o->symbol)) return refuse(c, GUARD_SYMBOLS, "%s is not among the symbols that %s allows", o->symbol, l->by);
  if (!count(c, GUARD_ORDERS_PER_MINUTE, s->minute_orders, l->orders_per_minute, "orders in the last minute")) return false;
  if (!count(c, GUARD_OPEN_ORDERS, s->open, l->open_orders, "orders are open")) return false;
  if (l->closed && !amount_of(&l->order_notional, o->quote))
    return refuse(c, GUARD_ORDER_NOTIONAL, "no order_notional is set for %s: %s allows no orders in it", o->quote, l->by);
  if (!sum(c, GUARD_ORDER_NOTIONAL, &l->order_notional, dec_from_int(0), "")) return false;
  if (!sum(c, GUARD_MINUTE_NOTIONAL, &l->minute_notional, s->minute_notional, "in the last minute")) return false;
  if (!sum(c, GUARD_DAY_NOTIONAL, &l->day_notional, s->day_notional, "today")) return false;
  if (o->book_age_ms < -1000) return refuse(c, GUARD_DATA_AGE, "the book is from %lld ms ahead of this machine's clock", (long long)-o->book_age_ms);
  if (l->data_age_ms >= 0 && o->book_age_ms > l->data_age_ms)
    return refuse(c, GUARD_DATA_AGE, "the book is %lld ms old; %s allows %lld", (long long)o->book_age_ms, l->by, (long long)l->data_age_ms);
  if (!price_band(c) || !self_cross(c)) return false;
  const Amount *stop = amount_of(&l->loss, o->quote);
  if (stop && dec_cmp(s->realised_day, dec_neg(stop->most)) <= 0)
    return refuse(c, GUARD_LOSS, "%s %s lost today; %s stops at %s", shown(dec_neg(s->realised_day)).s, stop->code, l->by, shown(stop->most).s);
  return true;
}

bool guard_check(const GuardLimits *l, const GuardOrder *o, enum guard_limit *limit, char *why, size_t size) {
  Case c = { .o = o, .limit = limit, .why = why, .size = size };
  *limit = GUARD_NONE;
  if (!sound(&c) || !book(&c)) return false;
  for (c.layer = l->layers; c.layer; c.layer = c.layer->next)
    if ((!*c.layer->venue || !strcmp(c.layer->venue, o->venue)) && !layer(&c)) return false;
  return true;
}

bool guard_withdrawal(const GuardLimits *l, const char *code, const char *address, const char *tag, char *why, size_t size) {
  char to[700];
  int n = snprintf(to, sizeof to, "%s%s%s", address, *tag ? ":" : "", tag);
  for (size_t i = 0; n < (int)sizeof to && i < l->n_addresses; i++)
    if (!strcmp(l->addresses[i].code, code) && !strcmp(l->addresses[i].address, to)) return true;
  snprintf(why, size, "%.100s is not among the addresses for %.32s in bourse.lua (withdraw = { addresses = { %.32s = { .. } } })", to, code, code);
  return false;
}

/* ---- names ---- */

/* The user's layer gives, others that have such a list take away. */
static bool given(const GuardLimits *l, const char *venue, const char *const *known, const char *name, size_t at) {
  const Names *user = (const Names *)((const char *)l->layers + at);
  bool ok = among(user, name);
  for (; *known && !ok; known++) ok = !strcmp(*known, name);
  for (const GuardLayer *x = l->layers->next; x && ok; x = x->next) {
    const Names *own = (const Names *)((const char *)x + at);
    if (own->given && (!*x->venue || !strcmp(x->venue, venue))) ok = among(own, name);
  }
  return ok;
}

bool guard_param(const GuardLimits *l, const char *venue, const char *name, char *why, size_t size) {
  static const char *const known[] = { "timeInForce", "postOnly", "clientOrderId", "cost", "reduceOnly", "triggerPrice", "stopPrice", "stopLossPrice",
                                       "takeProfitPrice", NULL };
  if (given(l, venue, known, name, offsetof(GuardLayer, params))) return true;
  snprintf(why, size, "what '%.60s' makes of an order is not known here, so it is not judged; bourse.lua may allow it: limits = { params = { \"%.60s\" } }",
           name, name);
  return false;
}

bool guard_method(const GuardLimits *l, const char *venue, const char *name, char *why, size_t size) {
  static const char *const known[] = { "cancel_orders", "cancel_orders_for_symbols", "cancel_all_orders_after", "create_deposit_address", NULL };
  if (given(l, venue, known, name, offsetof(GuardLayer, methods))) return true;
  snprintf(why, size, "%.60s is not judged, so a script may not; bourse.lua may allow it: limits = { methods = { \"%.60s\" } }", name, name);
  return false;
}
