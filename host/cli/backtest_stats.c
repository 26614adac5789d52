#include "cli/backtest_stats.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>

#define HELD_MAX 256
#define PAIRS_MAX 256
#define HOUR_MS 3600000ll
#define DAY_MS (24 * HOUR_MS)
#define IN_MARKET 0.001

typedef struct { const char *venue, *base, *quote; double price, first; } Pair;
typedef struct { Holding at; double cost; } Held;      /* cost: of all of it, in the currency; of coins only */

typedef struct {
  const char *currency;
  Pair pairs[PAIRS_MAX]; size_t n_pairs;
  Held held[HELD_MAX]; size_t n_held;
  Stats *out;
} Book;

static bool same(const char *a, const char *b) { return !strcmp(a, b); }

static Pair *pair_of(Book *b, const char *venue, const char *base, const char *quote) {
  for (size_t i = 0; i < b->n_pairs; i++)
    if (same(b->pairs[i].venue, venue) && same(b->pairs[i].base, base) && same(b->pairs[i].quote, quote)) return &b->pairs[i];
  if (b->n_pairs == PAIRS_MAX) return NULL;
  b->pairs[b->n_pairs] = (Pair){ venue, base, quote, 0, 0 };
  return &b->pairs[b->n_pairs++];
}

static Held *held_of(Book *b, const char *venue, const char *code) {
  for (size_t i = 0; i < b->n_held; i++)
    if (same(b->held[i].at.venue, venue) && same(b->held[i].at.code, code)) return &b->held[i];
  if (b->n_held == HELD_MAX) return NULL;
  Held *h = &b->held[b->n_held++];
  *h = (Held){ .cost = 0 };
  snprintf(h->at.venue, sizeof h->at.venue, "%s", venue);
  snprintf(h->at.code, sizeof h->at.code, "%s", code);
  return h;
}

/* Of one unit in the currency: by a market of that venue, else of any; by way of another currency in between when there is no such market. */
static bool value_of(const Book *b, const char *venue, const char *code, int legs, double *out) {
  if (same(code, b->currency)) return *out = 1, true;
  for (int any = 0; any < 2; any++)
    for (size_t i = 0; i < b->n_pairs; i++) {
      const Pair *p = &b->pairs[i];
      if (p->price <= 0 || (!any && !same(p->venue, venue))) continue;
      if (same(p->base, code) && same(p->quote, b->currency)) return *out = p->price, true;
      if (same(p->quote, code) && same(p->base, b->currency)) return *out = 1 / p->price, true;
    }
  for (size_t i = 0; legs > 1 && i < b->n_pairs; i++) {
    const Pair *p = &b->pairs[i];
    double quote;
    if (p->price > 0 && same(p->base, code) && value_of(b, venue, p->quote, legs - 1, &quote)) return *out = p->price * quote, true;
  }
  return false;
}

static Moment now(const Book *b, int64_t at_ms) {
  Moment m = { .at_ms = at_ms };
  for (size_t i = 0; i < b->n_held; i++) {
    const Holding *h = &b->held[i].at;
    double unit;
    if (h->amount == 0) continue;
    if (!value_of(b, h->venue, h->code, 3, &unit)) {
      b->out->unpriced = true;
      snprintf(b->out->unpriced_code, sizeof b->out->unpriced_code, "%s", h->code);
      continue;
    }
    m.equity += h->amount * unit;
    if (!same(h->code, b->currency)) m.invested += h->amount * unit;
  }
  return m;
}

/* ---- trades ---- */

typedef struct { int64_t order; double profit; bool any; } Sale;

static void sale_over(Book *b, Sale *s) {
  if (s->any) {
    b->out->trades++;
    b->out->won += s->profit > 0;
    if (s->profit > 0) b->out->profit += s->profit;
    else b->out->loss -= s->profit;
  }
  *s = (Sale){ 0 };
}

static void apply(Book *b, const Traded *f, Sale *sale) {
  Held *base = held_of(b, f->venue, f->base), *quote = held_of(b, f->venue, f->quote), *payer = held_of(b, f->venue, f->fee_currency);
  double unit = 1, fee_unit = 0, worth = f->price * f->amount;
  if (!base || !quote || !payer) return;
  if (!value_of(b, f->venue, f->quote, 3, &unit)) unit = 0;
  if (same(f->fee_currency, f->base)) fee_unit = f->price * unit;
  else if (same(f->fee_currency, f->quote)) fee_unit = unit;
  else if (!value_of(b, f->venue, f->fee_currency, 3, &fee_unit)) fee_unit = 0;
  double fee = f->fee * fee_unit;
  b->out->fills++;
  b->out->fees += fee;
  b->out->volume += worth * unit;
  if (f->buy) {
    b->out->buys++;
    base->at.amount += f->amount;
    quote->at.amount -= worth;
    base->cost += worth * unit + (payer == base ? 0 : fee);       /* one in the coin itself leaves less of it for the same cost */
  } else {
    if (sale->order != f->order) sale_over(b, sale);
    b->out->sells++;
    double part = base->at.amount > 0 ? fmin(1, f->amount / base->at.amount) : 0, cost = base->cost * part;
    base->at.amount -= f->amount;
    quote->at.amount += worth;
    base->cost -= cost;
    sale->order = f->order;
    sale->any = true;
    sale->profit += worth * unit - cost - fee;
  }
  payer->at.amount -= f->fee;
}

/* ---- figures over time ---- */

static void drawdown(Stats *s) {
  size_t peak = 0, low_at = 0, from = 0;
  bool below = false, deepest = false;
  for (size_t i = 0; i < s->n; i++) {
    if (s->curve[i].equity >= s->curve[peak].equity) {
      if (below && deepest && from == peak) s->drawdown_until_ms = s->curve[i].at_ms, s->recovered = true, deepest = false;
      peak = i;
      below = false;
      continue;
    }
    below = true;
    double down = s->curve[peak].equity > 0 ? 1 - s->curve[i].equity / s->curve[peak].equity : 0;
    if (down <= s->drawdown) continue;
    s->drawdown = down;
    from = peak;
    low_at = i;
    deepest = true;
    s->recovered = false;
    s->drawdown_from_ms = s->curve[from].at_ms;
    s->drawdown_low_ms = s->curve[low_at].at_ms;
    s->drawdown_until_ms = s->curve[s->n - 1].at_ms;
  }
}

/* Of the returns from one whole day (or hour) to the next; no rate of interest is taken off; a year has 365 days. */
static void ratios(Stats *s) {
  int64_t span = s->curve[s->n - 1].at_ms - s->curve[0].at_ms, step = span >= 30 * DAY_MS ? DAY_MS : span >= 2 * DAY_MS ? HOUR_MS : 0;
  if (!step) return;
  s->every = step == DAY_MS ? "day" : "hour";
  s->per_year = (double)(365 * DAY_MS / step);
  double last = s->curve[0].equity, sum = 0, squares = 0, below = 0;
  size_t n = 0, i = 0;
  for (int64_t t = (s->curve[0].at_ms / step + 1) * step; t <= s->curve[s->n - 1].at_ms; t += step) {
    while (i + 1 < s->n && s->curve[i + 1].at_ms <= t) i++;
    double r = last > 0 ? s->curve[i].equity / last - 1 : 0;
    last = s->curve[i].equity;
    sum += r;
    squares += r * r;
    if (r < 0) below += r * r;
    n++;
  }
  if (n < 2) return;
  double mean = sum / (double)n, variance = (squares - sum * mean) / (double)(n - 1);
  s->has_sharpe = variance > 1e-18;
  s->has_sortino = below > 1e-18;
  if (s->has_sharpe) s->sharpe = mean / sqrt(variance) * sqrt(s->per_year);
  if (s->has_sortino) s->sortino = mean / sqrt(below / (double)n) * sqrt(s->per_year);
}

static void over_time(Stats *s) {
  double held = 0, in = 0, equity = 0, span = (double)(s->curve[s->n - 1].at_ms - s->curve[0].at_ms);
  for (size_t i = 0; i + 1 < s->n; i++) {
    double dt = (double)(s->curve[i + 1].at_ms - s->curve[i].at_ms), part = s->curve[i].equity > 0 ? s->curve[i].invested / s->curve[i].equity : 0;
    held += part * dt;
    in += part > IN_MARKET ? dt : 0;
    equity += s->curve[i].equity * dt;
  }
  if (span <= 0) return;
  s->exposure = held / span;
  s->time_in_market = in / span;
  s->turnover = equity > 0 ? s->volume / (equity / span) : 0;
}

/* Equal parts into each market at its first price, with one taker fee, and nothing more. */
static double hold(const Book *b, double taker) {
  double sum = 0;
  size_t n = 0;
  for (size_t i = 0; i < b->n_pairs; i++) {
    const Pair *p = &b->pairs[i];
    if (p->first <= 0) continue;
    sum += p->price / p->first * (1 - taker) - 1;
    n++;
  }
  return n ? sum / (double)n : 0;
}

static Moment *room(Stats *s, size_t *cap) {
  if (s->n < *cap) return &s->curve[s->n];
  *cap = *cap ? *cap * 2 : 1024;
  Moment *more = realloc(s->curve, *cap * sizeof *more);
  if (!more) return NULL;
  s->curve = more;
  return &more[s->n];
}

bool stats_make(Stats *out, const char *currency, const Mark *marks, size_t n_marks, const Traded *fills, size_t n_fills, const Holding *begin, size_t n_begin,
                double taker) {
  Book *b = calloc(1, sizeof *b);
  Sale sale = { 0 };
  size_t f = 0, cap = 0;
  *out = (Stats){ 0 };
  if (!b) return false;
  b->currency = currency;
  b->out = out;
  for (size_t i = 0; i < n_begin; i++) {
    Held *h = held_of(b, begin[i].venue, begin[i].code);
    if (h) h->at.amount = begin[i].amount;
  }
  bool ok = true, priced = false;
  for (size_t i = 0; ok && i < n_marks; ) {
    int64_t at = marks[i].at_ms;
    while (f < n_fills && fills[f].at_ms < at) apply(b, &fills[f++], &sale);
    for (; i < n_marks && marks[i].at_ms == at; i++) {
      Pair *p = pair_of(b, marks[i].venue, marks[i].base, marks[i].quote);
      if (p && p->first <= 0) p->first = marks[i].price;
      if (p) p->price = marks[i].price;
    }
    if (!priced) {                                     /* coins of the beginning cost what they are worth then */
      priced = true;
      for (size_t k = 0; k < b->n_held; k++) {
        double unit;
        if (value_of(b, b->held[k].at.venue, b->held[k].at.code, 3, &unit)) b->held[k].cost = b->held[k].at.amount * unit;
      }
    }
    Moment *m = room(out, &cap);
    if (!m) ok = false;
    else if (out->n == 0) *m = now(b, at), out->n++;   /* before the first fill */
    while (f < n_fills && fills[f].at_ms <= at) apply(b, &fills[f++], &sale);
    if (ok && (m = room(out, &cap))) *m = now(b, at), out->n++;
    else ok = false;
  }
  while (f < n_fills) apply(b, &fills[f++], &sale);
  sale_over(b, &sale);
  if (ok && out->n) {
    out->curve[out->n - 1] = now(b, out->curve[out->n - 1].at_ms);
    out->begin = out->curve[0].equity;
    out->end = out->curve[out->n - 1].equity;
    out->total_return = out->begin > 0 ? out->end / out->begin - 1 : 0;
    out->hold_return = hold(b, taker);
    drawdown(out);
    ratios(out);
    over_time(out);
  }
  free(b);
  return ok;
}

void stats_free(Stats *s) { free(s->curve); }
