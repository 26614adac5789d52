/* The venues' matching engine and accounts: orders against books made by hand, and random ones against the world's, whatever the seed. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include "matching.h"

#define T0 1795266580000
#define STEP 400

static int eight(enum asset a) { return a == A_USD ? 4 : 8; }
static const char *ten(const Listing *l) {
  (void)l;
  return "10";
}

static const Rules plain = { .maker = "0.001", .taker = "0.002", .post_only_refused = true, .places = eight, .min_cost = ten };
static const Rules in_quote = { .maker = "0.0025",
                                .taker = "0.004",
                                .fee_in_quote = true,
                                .places = eight,
                                .client_unique = CLIENT_OPEN,
                                .self_trade = SELF_CANCELS_NEWEST };
static const Rules resting_goes = {
  .maker = "0", .taker = "0", .places = eight, .client_unique = CLIENT_EVER, .self_trade = SELF_CANCELS_RESTING
};
static const Listing btc = { "BTCUSD", NULL, A_BTC, A_USD, 1, 4, 5 }; /* steps 0.1 and 0.0001, at least 0.0005 */

/* Bids 99.9 99.8 ..., asks 100.1 100.2 ..., of 1.0 each; `shift` moves the prices, in tenths. */
static int shift;
static void by_hand(const void *ctx, const Listing *l, Moment world, int depth, Book *out) {
  (void)ctx;
  (void)l;
  (void)world;
  out->n = depth < 5 ? depth : 5;
  for (int i = 0; i < out->n; i++) {
    out->bids[i] = (Level) { 999 + shift - i, 10000 };
    out->asks[i] = (Level) { 1001 + shift + i, 10000 };
  }
}

static Engine *engine_by_hand(const Rules *rules) {
  shift = 0;
  Engine *e = engine_new(rules, by_hand, NULL, T0, STEP);
  account_add(engine_account(e), A_USD, exact_of("1000"));
  account_add(engine_account(e), A_BTC, exact_of("10"));
  return e;
}

static Now at(Moment ms) { return (Now) { T0 + ms, T0 + ms }; }

static Ticket ticket(enum side side, const char *amount, const char *price) {
  Ticket t = { .listing = &btc, .side = side, .kind = price ? LIMIT : MARKET, .amount = exact_of(amount) };
  if (price) t.price = exact_of(price);
  return t;
}

static int64_t placed(Engine *e, Ticket t, Now now) {
  int64_t id = 0;
  assert_int_equal(engine_place(e, &t, now, &id), ACCEPTED);
  return id;
}

static enum refusal refused(Engine *e, Ticket t) {
  int64_t id = 0;
  enum refusal why = engine_place(e, &t, at(0), &id);
  assert_int_equal(id, 0);
  return why;
}

#define assert_decimal(d, text)      \
  do {                               \
    char buf_[512];                  \
    dec_text(d, buf_, sizeof buf_);  \
    assert_string_equal(buf_, text); \
  } while (0)

static void decimals_for_the_wire(void **state) {
  (void)state;
  Text t = { 0 };
  text_places(&t, exact_of("1.5"), 4);
  text_add(&t, " ");
  text_places(&t, exact_of("1.59999"), 2);
  text_add(&t, " ");
  text_places(&t, exact_of("7"), 0);
  text_add(&t, " ");
  text_places(&t, exact_of("0"), 3);
  text_add(&t, " ");
  text_decimal(&t, exact_of("120.0500"));
  assert_string_equal(t.p, "1.5000 1.59 7 0.000 120.05");
  text_free(&t);
  assert_int_equal(exact_in_units(exact_of("1200"), 2), 120000);
  assert_int_equal(exact_in_units(exact_of("0.00012345"), 4), 1);
  assert_true(exact_step(exact_of("0.5000"), 1));
  assert_false(exact_step(exact_of("0.55"), 1));
}

static void an_account_holds_and_lets_go(void **state) {
  (void)state;
  Account a = { 0 };
  account_add(&a, A_USD, exact_of("100"));
  assert_true(account_hold(&a, A_USD, exact_of("70.01")));
  assert_decimal(account_free(&a, A_USD), "29.99");
  assert_false(account_hold(&a, A_USD, exact_of("30")));
  assert_false(account_take(&a, A_USD, exact_of("30")));
  assert_true(account_take(&a, A_USD, exact_of("29.99")));
  assert_decimal(account_free(&a, A_USD), "0");
  account_release(&a, A_USD, exact_of("70.01"));
  assert_decimal(account_free(&a, A_USD), "70.01");
}

static void a_market_order_walks_the_book(void **state) {
  (void)state;
  Engine *e = engine_by_hand(&plain);
  int64_t id = placed(e, ticket(BUY, "2.5", NULL), at(0));
  Order o = engine_order(e, id, at(0));
  assert_int_equal(o.state, FILLED);
  assert_decimal(o.cost, "250.45"); /* 100.1 + 100.2 + 50.15 */
  assert_decimal(o.fee[0], "0.005");
  assert_int_equal(engine_fills(e), 3);
  assert_decimal(engine_fill(e, 3, at(0))->price, "100.3");
  assert_false(engine_fill(e, 1, at(0))->maker);
  assert_decimal(engine_account(e)->total[A_USD], "749.55");
  assert_decimal(engine_account(e)->total[A_BTC], "12.495");
  /* what was taken is gone until the book is renewed */
  id = placed(e, ticket(BUY, "1", NULL), at(STEP - 1));
  assert_decimal(engine_order(e, id, at(0)).cost, "100.35");
  id = placed(e, ticket(BUY, "1", NULL), at(STEP));
  assert_decimal(engine_order(e, id, at(0)).cost, "100.1");
  engine_free(e);
}

static void a_market_order_may_find_too_little(void **state) {
  (void)state;
  Engine *e = engine_by_hand(&plain);
  int64_t id = placed(e, ticket(SELL, "7", NULL), at(0));
  Order o = engine_order(e, id, at(0));
  assert_int_equal(o.state, CANCELED);
  assert_int_equal(o.reason, NOT_AT_ONCE);
  assert_decimal(o.filled, "5");
  assert_decimal(engine_account(e)->held[A_BTC], "0");
  engine_free(e);
}

static void market_orders_by_cost(void **state) {
  (void)state;
  Engine *e = engine_by_hand(&plain);
  Ticket t = ticket(BUY, "150", NULL);
  t.by_cost = true;
  int64_t id = placed(e, t, at(0));
  Order o = engine_order(e, id, at(0));
  assert_int_equal(o.state, FILLED);
  assert_decimal(o.amount, "1.498"); /* 1 at 100.1, and what 49.9 buys at 100.2, in whole steps */
  assert_decimal(o.cost, "149.9996");
  t.amount = exact_of("9.99");
  assert_int_equal(refused(e, t), REFUSED_COST_MIN);
  engine_free(e);
}

static void a_limit_order_takes_then_rests(void **state) {
  (void)state;
  Engine *e = engine_by_hand(&in_quote);
  int64_t id = placed(e, ticket(BUY, "3", "100.2"), at(0));
  Order o = engine_order(e, id, at(0));
  assert_int_equal(o.state, OPEN);
  assert_decimal(o.filled, "2");
  assert_decimal(o.cost, "200.3");
  assert_decimal(o.fee[1], "0.8012"); /* the taker's, of the quote */
  assert_decimal(o.held, "100.6008"); /* the rest, with the taker's fee */
  assert_decimal(engine_account(e)->held[A_USD], "100.6008");
  assert_decimal(engine_account(e)->total[A_USD], "798.8988");
  assert_decimal(engine_account(e)->total[A_BTC], "12");
  /* the market comes down to it: filled as a maker, at its own price */
  shift = -5;
  engine_run(e, at(STEP));
  o = engine_order(e, id, at(STEP));
  assert_int_equal(o.state, FILLED);
  const Fill *last = engine_fill(e, engine_fills(e), at(STEP));
  assert_true(last->maker);
  assert_decimal(last->price, "100.2");
  assert_decimal(last->fee, "0.2505");
  assert_int_equal(last->time, T0 + STEP);
  assert_decimal(engine_account(e)->held[A_USD], "0");
  assert_decimal(engine_account(e)->total[A_USD], "698.4483");
  engine_free(e);
}

static void resting_orders_fill_in_pieces_by_price_then_time(void **state) {
  (void)state;
  Engine *e = engine_by_hand(&plain);
  int64_t worse = placed(e, ticket(BUY, "1", "99.5"), at(0)), first = placed(e, ticket(BUY, "1.5", "99.6"), at(0)),
          second = placed(e, ticket(BUY, "1.5", "99.6"), at(0));
  shift = -6; /* asks from 99.5 */
  engine_run(e, at(STEP));
  assert_decimal(engine_order(e, first, at(STEP)).filled, "1.5");
  assert_decimal(engine_order(e, second, at(STEP)).filled, "0.5");
  assert_decimal(engine_order(e, worse, at(STEP)).filled, "0");
  assert_int_equal(engine_order(e, second, at(STEP)).state, OPEN);
  engine_run(e, at(STEP * 2 - 1)); /* the same book: nothing more of it */
  assert_decimal(engine_order(e, second, at(STEP)).filled, "0.5");
  engine_run(e, at(STEP * 2));
  assert_int_equal(engine_order(e, second, at(0)).state, FILLED);
  assert_decimal(engine_order(e, worse, at(0)).filled, "0"); /* 99.5 was taken by the other; 99.6 is too dear */
  engine_run(e, at(STEP * 3));
  assert_int_equal(engine_order(e, worse, at(0)).state, FILLED);
  engine_free(e);
}

static void at_once_or_not_at_all(void **state) {
  (void)state;
  Engine *e = engine_by_hand(&plain);
  Ticket t = ticket(SELL, "1.5", "99.9");
  t.in_force = IOC;
  Order o = engine_order(e, placed(e, t, at(0)), at(0));
  assert_int_equal(o.state, CANCELED);
  assert_decimal(o.filled, "1");
  t.in_force = FOK;
  o = engine_order(e, placed(e, t, at(STEP)), at(STEP));
  assert_int_equal(o.reason, NOT_WHOLE);
  assert_decimal(o.filled, "0");
  t.price = exact_of("99.8");
  o = engine_order(e, placed(e, t, at(STEP)), at(STEP));
  assert_int_equal(o.state, FILLED);
  assert_decimal(engine_account(e)->held[A_BTC], "0");
  engine_free(e);
}

static void post_only(void **state) {
  (void)state;
  Engine *e = engine_by_hand(&plain);
  Ticket t = ticket(BUY, "1", "100.1");
  t.post_only = true;
  assert_int_equal(refused(e, t), REFUSED_WOULD_TAKE);
  t.price = exact_of("100");
  assert_int_equal(engine_order(e, placed(e, t, at(0)), at(0)).state, OPEN);
  engine_free(e);
  e = engine_by_hand(&in_quote);
  t.price = exact_of("100.1");
  Order o = engine_order(e, placed(e, t, at(0)), at(0));
  assert_int_equal(o.reason, WOULD_TAKE);
  assert_decimal(o.filled, "0");
  assert_decimal(engine_account(e)->held[A_USD], "0");
  engine_free(e);
}

static void what_is_refused(void **state) {
  (void)state;
  Engine *e = engine_by_hand(&plain);
  assert_int_equal(refused(e, ticket(BUY, "0", "99")), REFUSED_AMOUNT);
  assert_int_equal(refused(e, ticket(BUY, "-1", "99")), REFUSED_AMOUNT);
  assert_int_equal(refused(e, ticket(BUY, "1e30", "99")), REFUSED_AMOUNT);
  assert_int_equal(refused(e, ticket(BUY, "0.10001", "99")), REFUSED_AMOUNT_STEP);
  assert_int_equal(refused(e, ticket(BUY, "0.0004", "99")), REFUSED_AMOUNT_MIN);
  assert_int_equal(refused(e, ticket(BUY, "1", "0")), REFUSED_PRICE);
  assert_int_equal(refused(e, ticket(BUY, "1", "99.99")), REFUSED_PRICE_STEP);
  assert_int_equal(refused(e, ticket(BUY, "0.1", "99.9")), REFUSED_COST_MIN);
  assert_int_equal(refused(e, ticket(SELL, "0.0999", NULL)), REFUSED_COST_MIN);
  assert_int_equal(refused(e, ticket(BUY, "10.1", "99.1")), REFUSED_FUNDS);
  assert_int_equal(refused(e, ticket(SELL, "10.0001", "101")), REFUSED_FUNDS);
  assert_int_equal(engine_orders(e), 0);
  placed(e, ticket(BUY, "10", "99.1"), at(0)); /* 991 of 1000 are on hold now */
  assert_int_equal(refused(e, ticket(BUY, "0.2", "99")), REFUSED_FUNDS);
  assert_int_equal(refused(e, ticket(BUY, "0.2", NULL)), REFUSED_FUNDS);
  engine_free(e);
}

static void own_ids(void **state) {
  (void)state;
  Ticket t = ticket(BUY, "0.2", "99");
  strcpy(t.client, "mine");
  Engine *e = engine_by_hand(&plain); /* anything goes */
  placed(e, t, at(0));
  assert_int_equal(engine_by_client(e, "mine"), 1);
  placed(e, t, at(0));
  assert_int_equal(engine_by_client(e, "mine"), 2);
  assert_int_equal(engine_by_client(e, ""), 0);
  engine_free(e);
  e = engine_by_hand(&in_quote); /* once among the open ones */
  int64_t id = placed(e, t, at(0));
  assert_int_equal(refused(e, t), REFUSED_CLIENT);
  assert_true(engine_cancel(e, id, at(0)));
  placed(e, t, at(0));
  engine_free(e);
  e = engine_by_hand(&resting_goes); /* once */
  assert_true(engine_cancel(e, placed(e, t, at(0)), at(0)));
  assert_int_equal(refused(e, t), REFUSED_CLIENT);
  engine_free(e);
}

static void cancellations(void **state) {
  (void)state;
  Engine *e = engine_by_hand(&plain);
  int64_t id = placed(e, ticket(SELL, "2", "101"), at(0));
  assert_decimal(account_free(engine_account(e), A_BTC), "8");
  assert_true(engine_cancel(e, id, at(10)));
  Order o = engine_order(e, id, at(10));
  assert_int_equal(o.reason, BY_USER);
  assert_int_equal(o.updated, T0 + 10);
  assert_decimal(account_free(engine_account(e), A_BTC), "10");
  assert_false(engine_cancel(e, id, at(20)));
  assert_false(engine_cancel(e, 0, at(20)));
  assert_false(engine_cancel(e, 99, at(20)));
  engine_free(e);
}

static void cancellations_that_come_too_late(void **state) {
  (void)state;
  Engine *e = engine_by_hand(&plain);
  int64_t id = placed(e, ticket(SELL, "2", "101"), at(0));
  engine_cross(e, CROSS_FILLED, 0);
  assert_false(engine_cancel(e, id, at(0)));
  assert_int_equal(engine_order(e, id, at(0)).state, FILLED);
  engine_cross(e, CROSS_LATE, 2000);
  id = placed(e, ticket(SELL, "2", "101"), at(0));
  assert_true(engine_cancel(e, id, at(100)));
  Order o = engine_order(e, id, at(2099));
  assert_int_equal(o.state, CANCELED);
  assert_decimal(o.filled, "0");
  assert_decimal(o.fee[1], "0");
  assert_null(engine_fill(e, engine_fills(e), at(2099)));
  o = engine_order(e, id, at(2100));
  assert_int_equal(o.state, CANCELED);
  assert_decimal(o.filled, "1");
  assert_decimal(o.fee[1], "0.101");
  assert_non_null(engine_fill(e, engine_fills(e), at(2100)));
  assert_decimal(engine_account(e)->held[A_BTC], "0");
  engine_free(e);
}

static void own_orders_meet(void **state) {
  (void)state;
  Engine *e = engine_by_hand(&plain); /* they trade with each other */
  int64_t resting = placed(e, ticket(SELL, "2", "100"), at(0)), id = placed(e, ticket(BUY, "3", "100.1"), at(0));
  assert_decimal(engine_order(e, id, at(0)).cost, "300.1"); /* 2 at 100, 1 of the world's at 100.1 */
  assert_int_equal(engine_order(e, resting, at(0)).state, FILLED);
  assert_true(engine_fill(e, 1, at(0))->maker);
  assert_int_equal(engine_fill(e, 2, at(0))->order, id);
  engine_free(e);

  e = engine_by_hand(&in_quote); /* the newer one goes */
  resting = placed(e, ticket(SELL, "2", "100.2"), at(0));
  id = placed(e, ticket(BUY, "3", "100.2"), at(0));
  Order o = engine_order(e, id, at(0));
  assert_int_equal(o.state, CANCELED); /* after both levels of the world at or below 100.2 */
  assert_int_equal(o.reason, SELF_TRADE);
  assert_decimal(o.filled, "2");
  assert_int_equal(engine_order(e, resting, at(0)).state, OPEN);
  engine_free(e);

  e = engine_by_hand(&resting_goes); /* the older one goes */
  resting = placed(e, ticket(SELL, "2", "100"), at(0));
  id = placed(e, ticket(BUY, "1", "100.1"), at(0));
  assert_int_equal(engine_order(e, resting, at(0)).reason, SELF_TRADE);
  assert_decimal(engine_order(e, id, at(0)).cost, "100.1");
  engine_free(e);
}

static void the_book_shows_what_is_traded(void **state) {
  (void)state;
  static Book b;
  Engine *e = engine_by_hand(&plain);
  placed(e, ticket(BUY, "1.4", NULL), at(0));   /* takes 100.1, and a part of 100.2 */
  placed(e, ticket(BUY, "0.3", "99.9"), at(0)); /* joins the best bid */
  placed(e, ticket(SELL, "0.5", "100.1"), at(0));
  by_hand(NULL, &btc, T0, 4, &b);
  engine_show(e, &btc, &b);
  assert_int_equal(b.n, 4);
  assert_true(b.bids[0].price == 999 && b.bids[0].amount == 13000);
  assert_true(b.asks[0].price == 1001 && b.asks[0].amount == 5000);
  assert_true(b.asks[1].price == 1002 && b.asks[1].amount == 6000);
  assert_true(b.asks[2].price == 1003 && b.asks[2].amount == 10000);
  engine_free(e);
}

static void a_stopped_world(void **state) {
  (void)state;
  Engine *e = engine_by_hand(&plain);
  int64_t id = placed(e, ticket(BUY, "1", "99.6"), (Now) { T0, T0 + 5000 });
  shift = -10;
  engine_run(e, (Now) { T0, T0 + 9000 });
  assert_int_equal(engine_order(e, id, at(0)).state, OPEN);
  engine_run(e, (Now) { T0 + STEP, T0 + 9100 });
  Order o = engine_order(e, id, at(0));
  assert_int_equal(o.state, FILLED);
  assert_int_equal(o.created, T0 + 5000);
  assert_int_equal(o.updated, T0 + 9100); /* fills are stamped with the wall's time */
  engine_free(e);
}

/* ---- whatever is asked, in a world that moves ---- */

static const Listing listings[] = { { "BTCUSD", NULL, A_BTC, A_USD, 1, 8, 1000 },
                                    { "ETHUSD", NULL, A_ETH, A_USD, 2, 6, 100 },
                                    { "ETHBTC", NULL, A_ETH, A_BTC, 5, 4, 1 } };

static void of_world(const void *ctx, const Listing *l, Moment world, int depth, Book *out) {
  market_book(ctx, l, world, depth, out);
}

/* The account is what it was plus what the fills say, to the last digit; nothing is below zero; what is held is what open orders hold. */
static void sound(Engine *e, const Account *before, Now now) {
  Decimal total[A_COUNT], held[A_COUNT] = { 0 };
  memcpy(total, before->total, sizeof total);
  for (int64_t id = 1; id <= engine_fills(e); id++) {
    const Fill *f = engine_fill(e, id, now);
    enum asset base = f->listing->base, quote = f->listing->quote;
    total[base] = f->side == BUY ? exact_add(total[base], f->amount) : exact_sub(total[base], f->amount);
    total[quote] = f->side == BUY ? exact_sub(total[quote], f->cost) : exact_add(total[quote], f->cost);
    total[f->fee_asset] = exact_sub(total[f->fee_asset], f->fee);
    assert_true(dec_cmp(f->amount, ZERO) > 0 && dec_cmp(f->fee, ZERO) >= 0);
  }
  for (int64_t id = 1; id <= engine_orders(e); id++) {
    Order o = engine_order(e, id, now);
    enum asset of = o.ticket.side == BUY ? o.ticket.listing->quote : o.ticket.listing->base;
    held[of] = exact_add(held[of], o.held);
    assert_true(dec_cmp(o.filled, o.amount) <= 0);
    if (o.state == FILLED) assert_int_equal(dec_cmp(o.filled, o.amount), 0);
    if (o.state != OPEN) assert_true(dec_is_zero(o.held));
    if (o.ticket.kind == LIMIT && !dec_is_zero(o.filled)) { /* never at a worse price than asked for */
      int worse = dec_cmp(o.cost, exact_mul(o.filled, o.ticket.price));
      Decimal slack = exact_mul(exact_units(1, 4), dec_from_int(engine_fills(e))); /* costs are cut to the ledger's digits */
      assert_true(o.ticket.side == BUY ? worse <= 0
                                       : worse >= 0 || dec_cmp(exact_sub(exact_mul(o.filled, o.ticket.price), o.cost), slack) <= 0);
    }
  }
  for (int a = 0; a < A_COUNT; a++) {
    assert_int_equal(dec_cmp(engine_account(e)->total[a], total[a]), 0);
    assert_int_equal(dec_cmp(engine_account(e)->held[a], held[a]), 0);
    assert_true(dec_cmp(engine_account(e)->held[a], ZERO) >= 0);
    assert_true(dec_cmp(account_free(engine_account(e), a), ZERO) >= 0);
  }
}

typedef struct {
  int64_t fills, refusals;
  Account account;
} Outcome;

static Outcome traded(const Rules *rules, uint64_t seed, Moment every, bool look_often) {
  Source s = { .world = { .seed = seed, .speed = 20, .started = T0 }, .venue = 1, .fee = 0.002 };
  Engine *e = engine_new(rules, of_world, &s, T0, STEP / 20);
  account_add(engine_account(e), A_USD, exact_of("20000"));
  account_add(engine_account(e), A_BTC, exact_of("0.3"));
  account_add(engine_account(e), A_ETH, exact_of("4.5"));
  Account before = *engine_account(e);
  Outcome out = { 0 };
  uint64_t dice = seed;
  for (int i = 0; i < 400; i++) {
    Now now = at(i * every);
    if (look_often)
      for (Moment ms = (i - 1) * every; ms < i * every; ms += 7) engine_run(e, at(ms));
    dice = world_hash(dice, (uint64_t)i, 0, 0);
    if (dice % 4 == 0 && engine_orders(e)) {
      engine_cross(e, (dice >> 8) % 8 == 0 ? CROSS_FILLED : (dice >> 8) % 8 == 1 ? CROSS_LATE : NO_CROSSING, 0);
      engine_cancel(e, 1 + (int64_t)(dice >> 16) % engine_orders(e), now);
      continue;
    }
    const Listing *l = &listings[(dice >> 4) % 3];
    Book top;
    market_book(&s, l, now.world, 1, &top);
    Ticket t = {
      .listing = l, .side = (dice >> 6) & 1, .kind = (dice >> 7) % 4 ? LIMIT : MARKET, .in_force = (dice >> 12) % 5 % 3
    };
    int64_t worth = 10 + (int64_t)((dice >> 20) % 6000), price = t.side ? top.bids[0].price : top.asks[0].price;
    Decimal usd = exact_of(l->quote == A_USD ? "1" : "0.00002");
    t.amount = exact_cut(exact_quotient(exact_mul(dec_from_int(worth), usd), exact_units(price, l->price_decimals), 8),
                         l->amount_decimals);
    t.by_cost = t.kind == MARKET && (dice >> 14) % 2;
    if (t.by_cost) t.amount = exact_cut(exact_mul(dec_from_int(worth), usd), 4);
    int64_t away = price / 2000 * (int64_t)((dice >> 40) % 5 - 2); /* up to a thousandth away, on either side */
    t.price = exact_units(price + away, l->price_decimals);
    t.post_only = t.kind == LIMIT && (dice >> 50) % 6 == 0;
    if (t.post_only) t.in_force = GTC;
    if ((dice >> 54) % 7 == 0) strcpy(t.client, (dice >> 57) % 2 ? "a" : "b");
    int64_t id = 0;
    enum refusal why = engine_place(e, &t, now, &id);
    assert_true((why == ACCEPTED) == (id > 0));
    out.refusals += why != ACCEPTED;
    if (i % 20 == 0) sound(e, &before, now);
  }
  sound(e, &before, at(400 * every));
  out.fills = engine_fills(e);
  out.account = *engine_account(e);
  engine_free(e);
  return out;
}

static void money_is_conserved_whatever_is_asked(void **state) {
  (void)state;
  const Rules *all[] = { &plain, &in_quote, &resting_goes };
  int64_t fills = 0, refusals = 0;
  for (uint64_t seed = 1; seed <= 30; seed++) {
    Outcome a = traded(all[seed % 3], seed, 50, false);
    fills += a.fills;
    refusals += a.refusals;
  }
  assert_true(fills > 5000);
  assert_true(refusals > 500);
}

static void the_same_seed_gives_the_same_result(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 6; seed++) {
    Outcome a = traded(&in_quote, seed, 50, false), b = traded(&in_quote, seed, 50, true),
            c = traded(&in_quote, seed + 100, 50, false);
    assert_int_equal(a.fills, b.fills);
    int same = 1;
    for (int i = 0; i < A_COUNT; i++) {
      assert_int_equal(dec_cmp(a.account.total[i], b.account.total[i]), 0);
      same &= dec_cmp(a.account.total[i], c.account.total[i]) == 0;
    }
    assert_false(same);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(decimals_for_the_wire),
    cmocka_unit_test(an_account_holds_and_lets_go),
    cmocka_unit_test(a_market_order_walks_the_book),
    cmocka_unit_test(a_market_order_may_find_too_little),
    cmocka_unit_test(market_orders_by_cost),
    cmocka_unit_test(a_limit_order_takes_then_rests),
    cmocka_unit_test(resting_orders_fill_in_pieces_by_price_then_time),
    cmocka_unit_test(at_once_or_not_at_all),
    cmocka_unit_test(post_only),
    cmocka_unit_test(what_is_refused),
    cmocka_unit_test(own_ids),
    cmocka_unit_test(cancellations),
    cmocka_unit_test(cancellations_that_come_too_late),
    cmocka_unit_test(own_orders_meet),
    cmocka_unit_test(the_book_shows_what_is_traded),
    cmocka_unit_test(a_stopped_world),
    cmocka_unit_test(money_is_conserved_whatever_is_asked),
    cmocka_unit_test(the_same_seed_gives_the_same_result),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
