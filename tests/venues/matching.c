#include "matching.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "memory.h"
#include "orders.h"

#define NEAR 60 /* levels that a resting order is held against */

struct Engine {
  const Rules *rules;
  BookSource book;
  const void *ctx;
  Moment started, step;
  int64_t slot; /* steps since the start; resting orders have been held against the books up to this one */
  Account account;
  Liquidity liquidity;
  Orders orders;
  enum crossing crossing;
  Moment late_ms;
  bool tells_late; /* a fill of late_ms was made */
};

Engine *engine_new(const Rules *rules, BookSource book, const void *ctx, Moment started, Moment step) {
  Engine *e = memory_new(sizeof *e);
  e->rules = rules;
  e->book = book;
  e->ctx = ctx;
  e->started = started;
  e->step = step;
  return e;
}

void engine_free(Engine *e) {
  if (!e) return;
  liquidity_free(&e->liquidity);
  orders_free(&e->orders);
  free(e);
}

Account *engine_account(Engine *e) { return &e->account; }

static void must(bool done) {
  if (done) return;
  fputs("bourse-venues: a fill took more than the order held\n", stderr);
  abort();
}

/* ---- money ---- */

static Decimal remaining_of(const Order *o) { return exact_sub(o->amount, o->filled); }

static enum asset pays_in(const Ticket *t) { return t->side == BUY ? t->listing->quote : t->listing->base; }

/* What an order to trade `amount` needs, and holds while it rests. Costs are rounded up here and down in fills, so that parts never need more
 * than the whole did. */
static Decimal needed(const Engine *e, const Ticket *t, Decimal amount) {
  if (t->side == SELL) return amount;
  int places = e->rules->places(t->listing->quote);
  Decimal cost = exact_mul(t->price, amount), all = exact_up(cost, places);
  if (!e->rules->fee_in_quote) return all;
  return exact_add(all, exact_up(exact_mul(cost, exact_of(e->rules->taker)), places));
}

static void hold(Engine *e, Order *o) {
  o->held = needed(e, &o->ticket, remaining_of(o));
  must(account_hold(&e->account, pays_in(&o->ticket), o->held));
}

static void let_go(Engine *e, Order *o) {
  account_release(&e->account, pays_in(&o->ticket), o->held);
  o->held = ZERO;
}

static Fill priced(const Engine *e, const Ticket *t, int64_t price, int64_t amount, bool maker) {
  const Listing *l = t->listing;
  Fill f = { .listing = l, .side = t->side, .kind = t->kind, .maker = maker, .price = exact_units(price, l->price_decimals) };
  f.amount = exact_units(amount, l->amount_decimals);
  f.cost = exact_cut(exact_mul(f.price, f.amount), e->rules->places(l->quote));
  bool in_base = !e->rules->fee_in_quote && t->side == BUY;
  f.fee_asset = in_base ? l->base : l->quote;
  f.fee = exact_mul(in_base ? f.amount : f.cost, exact_of(maker ? e->rules->maker : e->rules->taker));
  f.fee = exact_cut(f.fee, e->rules->places(f.fee_asset));
  return f;
}

static Decimal paid_with(const Fill *f) { /* of the asset that is given */
  if (f->side == SELL) return f->amount;
  return f->fee_asset == f->listing->quote ? exact_add(f->cost, f->fee) : f->cost;
}

static void settle(Engine *e, const Fill *f) {
  const Listing *l = f->listing;
  must(account_take(&e->account, f->side == BUY ? l->quote : l->base, paid_with(f)));
  if (f->side == SELL) account_add(&e->account, l->quote, exact_sub(f->cost, f->fee));
  else account_add(&e->account, l->base, f->fee_asset == l->base ? exact_sub(f->amount, f->fee) : f->amount);
}

static void fill(Engine *e, int64_t id, int64_t price, int64_t amount, bool maker, Moment wall, Moment told_at) {
  Order *o = &e->orders.order[id - 1];
  Fill f = priced(e, &o->ticket, price, amount, maker);
  f.order = id;
  f.time = wall;
  f.told_at = told_at;
  bool held = !dec_is_zero(o->held);
  if (held) let_go(e, o);
  settle(e, &f);
  o->filled = exact_add(o->filled, f.amount);
  if (o->ticket.by_cost) o->amount = o->filled;
  o->cost = exact_add(o->cost, f.cost);
  Decimal *fee = &o->fee[f.fee_asset == f.listing->quote];
  *fee = exact_add(*fee, f.fee);
  o->updated = wall;
  orders_fill(&e->orders, &f);
  if (!o->ticket.by_cost && dec_is_zero(remaining_of(o))) orders_close(&e->orders, o, FILLED, BY_NOBODY, wall);
  else if (held) hold(e, o);
}

static void withdraw(Engine *e, int64_t id, enum cancel_reason why, Moment wall) {
  Order *o = &e->orders.order[id - 1];
  let_go(e, o);
  orders_close(&e->orders, o, CANCELED, why, wall);
}

/* ---- what an order meets ---- */

typedef struct {
  int64_t price, amount, own; /* own: the trader's resting order that it is of, or 0 */
} Piece;

typedef struct {
  Piece *pieces;
  int64_t n, cap;
  bool whole;    /* nothing of the order is left */
  bool own_next; /* ended before an order of the trader's own */
} Plan;

static bool beyond(enum side side, int64_t price, int64_t limit) { return side == BUY ? price > limit : price < limit; }

static void plan_add(Plan *p, int64_t price, int64_t amount, int64_t own) {
  p->pieces = memory_room(p->pieces, p->n + 1, &p->cap, sizeof *p->pieces);
  p->pieces[p->n++] = (Piece) { price, amount, own };
}

/* What of the budget of an order by cost is left, in units of the base at that price. */
static int64_t affordable(const Listing *l, Decimal budget, int64_t price) {
  return exact_in_units(exact_quotient(budget, exact_units(price, l->price_decimals), l->amount_decimals), l->amount_decimals);
}

/* The pieces of the order, best price first; at one price the world's offers came before the trader's. */
static void plan(const Engine *e, const Ticket *t, Now now, Plan *p) {
  static Level level[BOOK_MAX];
  const Listing *l = t->listing;
  int n = liquidity_levels(&e->liquidity, e->book, e->ctx, l, t->side, now.world, BOOK_MAX, level), i = 0;
  int64_t *own = memory_new(((size_t)e->orders.opens + 1) * sizeof *own), j = 0;
  int64_t resting = orders_resting(&e->orders, l, t->side == BUY ? SELL : BUY, own);
  int64_t limit = t->kind == LIMIT ? exact_in_units(t->price, l->price_decimals) : 0;
  int64_t wanted = t->by_cost ? INT64_MAX : exact_in_units(t->amount, l->amount_decimals);
  Decimal budget = t->amount;
  *p = (Plan) { 0 };
  while (wanted > 0 && (i < n || j < resting)) {
    const Order *mine = j < resting ? &e->orders.order[own[j] - 1] : NULL;
    int64_t mine_at = mine ? exact_in_units(mine->ticket.price, l->price_decimals) : 0;
    bool of_world = i < n && (!mine || !beyond(t->side, level[i].price, mine_at));
    int64_t price = of_world ? level[i].price : mine_at;
    if (t->kind == LIMIT && beyond(t->side, price, limit)) break;
    if (!of_world && e->rules->self_trade == SELF_CANCELS_NEWEST) {
      p->own_next = true;
      break;
    }
    if (!of_world && e->rules->self_trade == SELF_CANCELS_RESTING) {
      plan_add(p, price, 0, own[j++]);
      continue;
    }
    int64_t amount =
        of_world ? level[i++].amount : exact_in_units(remaining_of(&e->orders.order[own[j++] - 1]), l->amount_decimals);
    if (amount > wanted) amount = wanted;
    if (t->by_cost) {
      int64_t most = affordable(l, budget, price);
      if (amount > most) amount = wanted = most; /* the budget ends here */
      if (!amount) break;
      budget = exact_sub(budget, exact_mul(exact_units(price, l->price_decimals), exact_units(amount, l->amount_decimals)));
    }
    plan_add(p, price, amount, of_world ? 0 : own[j - 1]);
    wanted -= amount;
  }
  p->whole = wanted == 0;
  free(own);
}

/* ---- orders ---- */

static enum refusal wrong(const Engine *e, const Ticket *t) {
  const Listing *l = t->listing;
  Decimal most = dec_from_int(1000000000);
  int finest = t->by_cost ? e->rules->places(l->quote) : l->amount_decimals;
  if (dec_cmp(t->amount, ZERO) <= 0 || dec_cmp(t->amount, most) > 0) return REFUSED_AMOUNT;
  if (!exact_step(t->amount, finest)) return REFUSED_AMOUNT_STEP;
  if (!t->by_cost && dec_cmp(t->amount, exact_units(l->min_amount, l->amount_decimals)) < 0) return REFUSED_AMOUNT_MIN;
  if (t->kind == MARKET) return ACCEPTED;
  if (dec_cmp(t->price, ZERO) <= 0 || dec_cmp(t->price, most) > 0) return REFUSED_PRICE;
  return exact_step(t->price, l->price_decimals) ? ACCEPTED : REFUSED_PRICE_STEP;
}

static bool client_taken(const Engine *e, const Ticket *t) {
  if (!*t->client || e->rules->client_unique == CLIENT_FREE) return false;
  for (int64_t i = 0; i < e->orders.orders; i++)
    if (!strcmp(e->orders.order[i].ticket.client, t->client) &&
        (e->rules->client_unique == CLIENT_EVER || e->orders.order[i].state == OPEN))
      return true;
  return false;
}

/* Whether the order is worth enough: a market order by the best price there is. */
static bool worth_enough(const Engine *e, const Ticket *t, const Plan *p) {
  const char *least = e->rules->min_cost ? e->rules->min_cost(t->listing) : NULL;
  if (!least) return true;
  Decimal worth = t->amount;
  if (t->kind == LIMIT) worth = exact_mul(t->price, t->amount);
  else if (!t->by_cost) worth = exact_mul(exact_units(p->n ? p->pieces[0].price : 0, t->listing->price_decimals), t->amount);
  return dec_cmp(worth, exact_of(least)) >= 0;
}

static bool can_pay(const Engine *e, const Ticket *t, const Plan *p) {
  Decimal need = ZERO;
  if (t->kind == LIMIT) need = needed(e, t, t->amount);
  else if (t->side == SELL && !t->by_cost) need = t->amount;
  else
    for (int64_t i = 0; i < p->n; i++) {
      Fill f = priced(e, t, p->pieces[i].price, p->pieces[i].amount, false);
      need = exact_add(need, paid_with(&f));
    }
  return dec_cmp(account_free(&e->account, pays_in(t)), need) >= 0;
}

static void carry_out(Engine *e, int64_t id, const Plan *p, Now now) {
  const Ticket *t = &e->orders.order[id - 1].ticket;
  for (int64_t i = 0; i < p->n; i++) {
    const Piece *piece = &p->pieces[i];
    if (piece->own && !piece->amount) {
      withdraw(e, piece->own, SELF_TRADE, now.wall);
      continue;
    }
    if (piece->own) fill(e, piece->own, piece->price, piece->amount, true, now.wall, 0);
    else liquidity_take(&e->liquidity, t->listing, t->side, piece->price, piece->amount);
    fill(e, id, piece->price, piece->amount, false, now.wall, 0);
  }
}

static int64_t slot_of(const Engine *e, Moment world) { return world <= e->started ? 0 : (world - e->started) / e->step; }

enum refusal engine_place(Engine *e, const Ticket *t, Now now, int64_t *id) {
  enum refusal why = wrong(e, t);
  Plan p;
  if (why) return why;
  if (e->orders.orders == ORDERS_MAX) return REFUSED_FULL;
  engine_run(e, now);
  plan(e, t, now, &p);
  bool takes = p.n > 0 || p.own_next, in_vain = t->in_force == FOK && !p.whole;
  if (!worth_enough(e, t, &p)) why = REFUSED_COST_MIN;
  else if (client_taken(e, t)) why = REFUSED_CLIENT;
  else if (!can_pay(e, t, &p)) why = REFUSED_FUNDS;
  else if (t->post_only && takes && e->rules->post_only_refused) why = REFUSED_WOULD_TAKE;
  else {
    Order *o = orders_add(&e->orders, t, now);
    *id = o->id;
    if (t->kind == LIMIT) hold(e, o);
    if (!in_vain && !(t->post_only && takes)) carry_out(e, *id, &p, now);
    if (e->orders.order[*id - 1].state == OPEN) {
      if (t->post_only && takes) withdraw(e, *id, WOULD_TAKE, now.wall);
      else if (in_vain) withdraw(e, *id, NOT_WHOLE, now.wall);
      else if (p.own_next) withdraw(e, *id, SELF_TRADE, now.wall);
      else if (t->by_cost && p.whole && p.n) orders_close(&e->orders, &e->orders.order[*id - 1], FILLED, BY_NOBODY, now.wall);
      else if (t->kind == MARKET || t->in_force != GTC) withdraw(e, *id, NOT_AT_ONCE, now.wall);
    }
  }
  free(p.pieces);
  return why;
}

void engine_cross(Engine *e, enum crossing how, Moment late_ms) {
  e->crossing = how;
  e->late_ms = late_ms;
}

bool engine_cancel(Engine *e, int64_t id, Now now) {
  engine_run(e, now);
  if (id < 1 || id > e->orders.orders || e->orders.order[id - 1].state != OPEN) return false;
  if (e->crossing) {
    const Order *o = &e->orders.order[id - 1];
    const Listing *l = o->ticket.listing;
    int64_t price = exact_in_units(o->ticket.price, l->price_decimals), rest = exact_in_units(remaining_of(o), l->amount_decimals);
    if (e->crossing == CROSS_FILLED || rest < 2) {
      fill(e, id, price, rest, true, now.wall, 0);
      return false;
    }
    fill(e, id, price, rest / 2, true, now.wall, now.world + e->late_ms);
    e->tells_late = true;
  }
  withdraw(e, id, BY_USER, now.wall);
  return true;
}

/* ---- the books move ---- */

/* Those who sell below an order to buy, or buy above one to sell, trade with it at its price. */
static void meet(Engine *e, const Listing *l, enum side side, Moment world, Moment wall) {
  static Level level[NEAR];
  int64_t *ids = memory_new(((size_t)e->orders.opens + 1) * sizeof *ids);
  int64_t n = orders_resting(&e->orders, l, side, ids);
  int levels = n ? liquidity_levels(&e->liquidity, e->book, e->ctx, l, side, world, NEAR, level) : 0;
  for (int64_t i = 0, k = 0; i < n && k < levels;) {
    const Order *o = &e->orders.order[ids[i] - 1];
    int64_t price = exact_in_units(o->ticket.price, l->price_decimals), rest = exact_in_units(remaining_of(o), l->amount_decimals);
    if (beyond(side, level[k].price, price)) break; /* and so for all that are worse */
    int64_t amount = rest < level[k].amount ? rest : level[k].amount;
    liquidity_take(&e->liquidity, l, side, level[k].price, amount);
    fill(e, ids[i], price, amount, true, wall, 0);
    level[k].amount -= amount;
    if (!level[k].amount) k++;
    if (amount == rest) i++;
  }
  free(ids);
}

static void look(Engine *e, int64_t slot, Now now) {
  Moment world = e->started + slot * e->step, wall = now.world == now.wall ? world : now.wall;
  liquidity_renew(&e->liquidity, slot);
  const Listing **listings = memory_new(((size_t)e->orders.opens + 1) * sizeof *listings);
  int64_t n = 0;
  for (int64_t i = 0, k = 0; i < e->orders.opens; i++, k = 0) {
    const Listing *l = e->orders.order[e->orders.open[i] - 1].ticket.listing;
    while (k < n && listings[k] != l) k++;
    if (k == n) listings[n++] = l;
  }
  for (int64_t i = 0; i < n; i++) {
    meet(e, listings[i], BUY, world, wall);
    meet(e, listings[i], SELL, world, wall);
  }
  free(listings);
}

void engine_run(Engine *e, Now now) {
  int64_t slot = slot_of(e, now.world);
  if (slot > e->slot && !e->orders.opens) e->slot = slot - 1;
  while (e->slot < slot) look(e, ++e->slot, now);
  liquidity_renew(&e->liquidity, slot);
}

/* ---- what is told ---- */

void engine_show(const Engine *e, const Listing *l, Book *b) {
  int bids = liquidity_left(&e->liquidity, l, SELL, b->bids, b->n), asks = liquidity_left(&e->liquidity, l, BUY, b->asks, b->n);
  bids = orders_show(&e->orders, l, BUY, b->bids, bids);
  asks = orders_show(&e->orders, l, SELL, b->asks, asks);
  b->n = bids < asks ? bids : asks;
}

int64_t engine_orders(const Engine *e) { return e->orders.orders; }

int64_t engine_fills(const Engine *e) { return e->orders.fills; }

const Fill *engine_fill(const Engine *e, int64_t id, Now now) {
  const Fill *f = &e->orders.fill[id - 1];
  return f->told_at > now.world ? NULL : f;
}

Order engine_order(const Engine *e, int64_t id, Now now) {
  Order o = e->orders.order[id - 1];
  for (int64_t i = 0; e->tells_late && i < e->orders.fills; i++) {
    const Fill *f = &e->orders.fill[i];
    if (f->order != id || f->told_at <= now.world) continue;
    Decimal *fee = &o.fee[f->fee_asset == f->listing->quote];
    o.filled = exact_sub(o.filled, f->amount);
    o.cost = exact_sub(o.cost, f->cost);
    *fee = exact_sub(*fee, f->fee);
  }
  return o;
}

int64_t engine_by_client(const Engine *e, const char *client) {
  for (int64_t id = e->orders.orders; *client && id > 0; id--)
    if (!strcmp(e->orders.order[id - 1].ticket.client, client)) return id;
  return 0;
}
