/* The guard: every limit by itself, runaways that it must stop, and limits as they are written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <lauxlib.h>

#include "broker/guard.h"
#include "wire/pack.h"
#include "worker/copy.h"

static Decimal dec(const char *s) {
  Decimal d;
  assert_true(dec_parse(s, strlen(s), &d));
  return d;
}

/* ---- values as a config has them ---- */

typedef struct { msgpack_sbuffer b; msgpack_packer pk; msgpack_unpacked u; } Doc;

static msgpack_packer *doc(Doc *d) {
  msgpack_sbuffer_init(&d->b);
  msgpack_packer_init(&d->pk, &d->b, msgpack_sbuffer_write);
  msgpack_unpacked_init(&d->u);
  return &d->pk;
}

static const msgpack_object *whole(Doc *d) {
  assert_int_equal(msgpack_unpack_next(&d->u, d->b.data, d->b.size, NULL), MSGPACK_UNPACK_SUCCESS);
  return &d->u.data;
}

static void done(Doc *d) {
  msgpack_unpacked_destroy(&d->u);
  msgpack_sbuffer_destroy(&d->b);
}

static void amounts(msgpack_packer *pk, const char *name, const char *code, double x) {
  pack_str(pk, name);
  pack_map(pk, 1);
  pack_key_double(pk, code, x);
}

/* ---- an order that is within every built-in limit ---- */

static GuardOrder fine(void) {
  GuardOrder o = {
    .venue = "kraken", .symbol = "BTC/USD", .side = "buy", .quote = "USD", .asked_amount = "0.001", .amount = "0.001", .asked_price = "60000",
    .price = "60000", .notional = "60", .amount_step = "0.00000001", .price_step = "0.1", .amount_min = "0.0001", .cost_min = "0.5", .bid = "60000",
    .ask = "60010", .book_age_ms = 100,
  };
  o.all.minute_notional = o.all.day_notional = o.all.realised_day = dec("0");
  o.at_venue = o.all;
  return o;
}

static void stops(const GuardLimits *l, const GuardOrder *o, enum guard_limit want, const char *says) {
  enum guard_limit got;
  char why[400] = "";
  assert_false(guard_check(l, o, &got, why, sizeof why));
  if (got != want) fail_msg("stopped by %s (%s), not by %s", guard_limit_name(got), why, guard_limit_name(want));
  if (says && !strstr(why, says)) fail_msg("'%s' does not say '%s'", why, says);
}

static void lets(const GuardLimits *l, const GuardOrder *o) {
  enum guard_limit got;
  char why[400] = "";
  if (!guard_check(l, o, &got, why, sizeof why)) fail_msg("refused by %s: %s", guard_limit_name(got), why);
  assert_int_equal(got, GUARD_NONE);
}

/* ---- each limit ---- */

static void each_limit(void **state) {
  (void)state;
  GuardLimits l;
  guard_defaults(&l);
  GuardOrder o = fine();
  lets(&l, &o);
  o.unknown = 1;
  stops(&l, &o, GUARD_UNKNOWN, "1 earlier order for BTC/USD at kraken");
  o = fine(), o.all.minute_orders = 20;
  stops(&l, &o, GUARD_ORDERS_PER_MINUTE, "20 orders in the last minute; the built-in limit allows 20");
  o.all.minute_orders = 19;
  lets(&l, &o);
  o = fine(), o.all.open = 10;
  stops(&l, &o, GUARD_OPEN_ORDERS, "10 orders are open");
  o = fine(), o.notional = "100.01";
  stops(&l, &o, GUARD_ORDER_NOTIONAL, "worth 100.01 USD, the built-in limit allows 100");
  o.notional = "100";
  lets(&l, &o);
  o = fine(), o.all.day_notional = dec("940.01");
  stops(&l, &o, GUARD_DAY_NOTIONAL, "1000.01 USD today");
  o.all.day_notional = dec("940");
  lets(&l, &o);
  o = fine(), o.quote = "DOGE";
  stops(&l, &o, GUARD_ORDER_NOTIONAL, "no order_notional is set for DOGE");
  o = fine(), o.book_age_ms = 5001;
  stops(&l, &o, GUARD_DATA_AGE, "5001 ms old");
  o.book_age_ms = -3600000;
  stops(&l, &o, GUARD_DATA_AGE, "ahead of this machine's clock");
  o = fine(), o.bid = "60010";
  stops(&l, &o, GUARD_BOOK, "crossed");
  o = fine(), o.bid = "";
  stops(&l, &o, GUARD_BOOK, "no bids");
  o = fine(), o.asked_price = o.price = "63006";
  stops(&l, &o, GUARD_PRICE_BAND, "price 63006 is 5.0012 % from the middle of the book, 60005; the built-in limit allows 5 %");
  o = fine(), o.all.realised_day = dec("-20");
  stops(&l, &o, GUARD_LOSS, "20 USD lost today");
  o.all.realised_day = dec("-19.99");
  lets(&l, &o);
  o = fine(), o.amount = "0.00099";
  stops(&l, &o, GUARD_ROUNDING, "the market's step");
  o.amount_step = "0.0001";
  lets(&l, &o);
  o.amount_step = "0.00001";                      /* a whole step */
  stops(&l, &o, GUARD_ROUNDING, "from 0.001 to 0.00099");
  o = fine(), o.amount = "0.0011";
  stops(&l, &o, GUARD_ROUNDING, "raised the amount");
  o = fine(), o.price = "60000.2";
  stops(&l, &o, GUARD_ROUNDING, "the price");
  o.price = "60000.1";                            /* a tick */
  lets(&l, &o);
  o = fine(), o.asked_amount = "";
  stops(&l, &o, GUARD_ASKED, "prepared with the amount 0.001, and asked for without one");
  o = fine(), o.amount = NULL;
  stops(&l, &o, GUARD_ASKED, "asked for with the amount 0.001, and prepared without it");
  o = fine(), o.asked_price = NULL;
  stops(&l, &o, GUARD_ASKED, "prepared with the price 60000");
  o = fine(), o.price = "";
  stops(&l, &o, GUARD_ASKED, "prepared without it");
  o = fine(), o.asked_cost = "50", o.cost = "60";
  stops(&l, &o, GUARD_ASKED, "prepared with the cost 60, and asked for with 50");
  o.cost = "50.0";
  lets(&l, &o);
  o = fine(), o.amount_step = o.price_step = "", o.price = "60061";
  stops(&l, &o, GUARD_ROUNDING, "a thousandth");
  o = fine(), o.amount = o.asked_amount = "0.00009";
  stops(&l, &o, GUARD_MARKET, "the market BTC/USD takes an amount of at least 0.0001 BTC; the order's is 0.00009");
  o.symbol = "BTC/USD:BTC";
  stops(&l, &o, GUARD_MARKET, "at least 0.0001 contracts;");
  o = fine(), o.price_max = "59999.9";
  stops(&l, &o, GUARD_MARKET, "the market BTC/USD takes a price of at most 59999.9 USD; the order's is 60000");
  o = fine(), o.amount = "0", o.amount_step = "1";
  stops(&l, &o, GUARD_MARKET, "amount 0.001 is less than a step of the market BTC/USD");
  o.amount_min = "1";
  stops(&l, &o, GUARD_MARKET, "at least 1 BTC; the order's is 0.001");
  o = fine(), o.amount = o.asked_amount = "-0.001";
  stops(&l, &o, GUARD_MARKET, "above zero");
  o = fine(), o.notional = "0.4";
  stops(&l, &o, GUARD_MARKET, "takes a cost of at least 0.5 USD; the order's is 0.4");
  o = fine(), o.notional = "";
  stops(&l, &o, GUARD_MARKET, "cannot be told");
  guard_limits_free(&l);
}

static void own_orders(void **state) {
  (void)state;
  GuardLimits l;
  guard_defaults(&l);
  GuardOwn own[] = { { "buy", "60000" }, { "sell", "60005" } };
  GuardOrder o = fine();
  o.own = own;
  o.n_own = 2;
  lets(&l, &o);                                   /* at 60000, below the own sell */
  o.price = o.asked_price = "60005";
  stops(&l, &o, GUARD_SELF_CROSS, "an own order that sells at 60005");
  o.side = "sell", o.price = o.asked_price = "60000.1";
  lets(&l, &o);
  o.price = o.asked_price = "60000";
  stops(&l, &o, GUARD_SELF_CROSS, "buys at 60000");
  o.side = "buy", o.price = o.asked_price = NULL;   /* at the market: may walk the book as far as the band */
  stops(&l, &o, GUARD_SELF_CROSS, "sells at 60005");
  own[1].price = "64000";
  lets(&l, &o);
  own[1].price = "";
  stops(&l, &o, GUARD_SELF_CROSS, "the market");
  guard_limits_free(&l);
}

/* ---- runaways: what a script in trouble does over and over, and after how many orders it is stopped ---- */

typedef struct { GuardOrder o; Decimal price, amount, fee; int64_t at_ms, times[4096]; Decimal worth[4096]; int n; Decimal realised; } World;

static void place(World *w) {
  w->times[w->n] = w->at_ms;
  dec_parse(w->o.notional, strlen(w->o.notional), &w->worth[w->n]);
  w->n++;
}

static void sums(World *w) {
  GuardSums s = { .open = w->o.all.open, .realised_day = w->realised, .minute_notional = dec("0"), .day_notional = dec("0") };
  for (int i = 0; i < w->n; i++) {
    assert_true(dec_add(s.day_notional, w->worth[i], &s.day_notional));
    if (w->times[i] <= w->at_ms - 60000) continue;
    s.minute_orders++;
    assert_true(dec_add(s.minute_notional, w->worth[i], &s.minute_notional));
  }
  w->o.all = w->o.at_venue = s;
}

/* An order, again and again, as fast as it goes. */
static void order_loop(World *w) { w->at_ms += 10; }
/* An order a minute: not fast, but it never ends. */
static void slow_loop(World *w) { w->at_ms += 60001; }
/* Each twice as large as the last. */
static void doubling(World *w) {
  static char text[64];
  Decimal d = dec(w->o.notional);
  assert_true(dec_mul(d, dec_from_int(2), &d) && dec_text(d, text, sizeof text));
  w->o.notional = text;
  w->at_ms += 60001;
}
/* To and fro: each time half a dollar of fees. */
static void fee_burn(World *w) {
  w->o.notional = "5";
  assert_true(dec_sub(w->realised, dec("0.5"), &w->realised));
  w->at_ms += 60001;
}
/* Orders that never fill, and are never cancelled. */
static void piling_up(World *w) {
  w->o.notional = "1";
  w->o.all.open++;
  w->at_ms += 60001;
}
static void typo(World *w) { w->o.price = w->o.asked_price = "600000", w->o.notional = "60"; }
static void typo_down(World *w) { w->o.side = "sell", w->o.price = w->o.asked_price = "6000"; }
static void wrong_unit(World *w) { w->o.amount = w->o.asked_amount = "60", w->o.notional = "3600000"; }
static void stale(World *w) { w->o.book_age_ms += 1000; w->at_ms += 60001; w->o.notional = "1"; }
static void after_a_timeout(World *w) { w->o.unknown = w->n; w->at_ms += 5000; }
static void against_itself(World *w) {
  static const GuardOwn own = { "sell", "60000" };
  w->o.own = &own;
  w->o.n_own = w->n ? 1 : 0;
}

static void runaways(void **state) {
  (void)state;
  static const struct { const char *name; void (*step)(World *); enum guard_limit stop; int orders; } table[] = {
    { "order loop", order_loop, GUARD_MINUTE_NOTIONAL, 8 }, { "slow loop", slow_loop, GUARD_DAY_NOTIONAL, 16 }, { "doubling", doubling, GUARD_ORDER_NOTIONAL, 0 },
    { "fee burn", fee_burn, GUARD_LOSS, 39 }, { "piling up", piling_up, GUARD_OPEN_ORDERS, 9 }, { "price x10", typo, GUARD_PRICE_BAND, 0 },
    { "price /10", typo_down, GUARD_PRICE_BAND, 0 }, { "amount in dollars", wrong_unit, GUARD_ORDER_NOTIONAL, 0 }, { "stale book", stale, GUARD_DATA_AGE, 4 },
    { "again after a timeout", after_a_timeout, GUARD_UNKNOWN, 1 }, { "against itself", against_itself, GUARD_SELF_CROSS, 1 } };
  GuardLimits l;
  guard_defaults(&l);
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    World *w = calloc(1, sizeof *w);
    assert_non_null(w);
    w->o = fine();
    w->realised = dec("0");
    enum guard_limit got = GUARD_NONE;
    char why[400];
    while (w->n < 4000) {
      table[i].step(w);
      sums(w);
      if (!guard_check(&l, &w->o, &got, why, sizeof why)) break;
      place(w);
    }
    if (got != table[i].stop || w->n != table[i].orders)
      fail_msg("%s: stopped by %s after %d orders, not by %s after %d: %s", table[i].name, guard_limit_name(got), w->n, guard_limit_name(table[i].stop), table[i].orders, why);
    free(w);
  }
  guard_limits_free(&l);
}

/* A cheap order loop is stopped by the rate, where notional would let it go on. */
static void cheap_loop(void **state) {
  (void)state;
  GuardLimits l;
  guard_defaults(&l);
  World *w = calloc(1, sizeof *w);
  assert_non_null(w);
  w->o = fine();
  w->o.notional = "1";
  w->realised = dec("0");
  enum guard_limit got = GUARD_NONE;
  char why[400];
  while (w->n < 4000) {
    order_loop(w);
    sums(w);
    if (!guard_check(&l, &w->o, &got, why, sizeof why)) break;
    place(w);
  }
  assert_int_equal(got, GUARD_ORDERS_PER_MINUTE);
  assert_int_equal(w->n, 20);
  free(w);
  guard_limits_free(&l);
}

/* ---- as written ---- */

static void layers(void **state) {
  (void)state;
  GuardLimits l;
  char err[300] = "", text[2000];
  Doc d;
  guard_defaults(&l);
  msgpack_packer *pk = doc(&d);
  pack_map(pk, 3);
  pack_str(pk, "limits");
  pack_map(pk, 6);
  pack_str(pk, "symbols");
  pack_array(pk, 2);
  pack_str(pk, "BTC/USD");
  pack_str(pk, "ETH/USD");
  amounts(pk, "order_notional", "USD", 500);
  amounts(pk, "minute_notional", "USD", 600);
  pack_key_int(pk, "orders_per_minute", 100);
  pack_key_double(pk, "price_band", 0.2);
  pack_key_str(pk, "on_death", "keep");
  pack_str(pk, "venues");
  pack_map(pk, 1);
  pack_str(pk, "bitstamp");
  pack_map(pk, 1);
  pack_str(pk, "limits");
  pack_map(pk, 2);
  amounts(pk, "order_notional", "USD", 50);
  pack_key_int(pk, "data_age_ms", 1000);
  pack_str(pk, "withdraw");
  pack_map(pk, 1);
  pack_str(pk, "addresses");
  pack_map(pk, 1);
  pack_str(pk, "BTC");
  pack_array(pk, 1);
  pack_str(pk, "bc1qtest");
  if (!guard_limits_read(&l, whole(&d), NULL, err, sizeof err)) fail_msg("%s", err);
  done(&d);
  assert_true(l.keep_on_death);
  assert_int_equal(l.data_age_ms, 1000);
  assert_true(guard_limits_text(&l, text, sizeof text) < sizeof text);
  assert_non_null(strstr(text, "an order up to 500 USD"));
  assert_non_null(strstr(text, "symbols BTC/USD, ETH/USD"));

  GuardOrder o = fine();
  o.notional = "400";
  lets(&l, &o);
  o.all.minute_notional = dec("200.5");
  stops(&l, &o, GUARD_MINUTE_NOTIONAL, "600.5 USD in the last minute, with this order; bourse.lua allows 600");
  o = fine(), o.symbol = "DOGE/USD";
  stops(&l, &o, GUARD_SYMBOLS, "DOGE/USD");
  o = fine(), o.quote = "EUR";                    /* order_notional was given, without it */
  stops(&l, &o, GUARD_ORDER_NOTIONAL, "EUR");
  o = fine(), o.venue = "bitstamp";
  stops(&l, &o, GUARD_ORDER_NOTIONAL, "bourse.lua (bitstamp) allows 50");
  o.notional = "40";
  lets(&l, &o);

  /* a script narrows, and cannot widen */
  pk = doc(&d);
  pack_map(pk, 2);
  amounts(pk, "order_notional", "USD", 1e9);
  pack_key_int(pk, "open_orders", 2);
  if (!guard_limits_narrow(&l, "the script x.lua", whole(&d), err, sizeof err)) fail_msg("%s", err);
  done(&d);
  o = fine(), o.notional = "501";
  stops(&l, &o, GUARD_ORDER_NOTIONAL, "bourse.lua allows 500");
  o = fine(), o.all.open = 2;
  stops(&l, &o, GUARD_OPEN_ORDERS, "the script x.lua allows 2");
  pk = doc(&d);
  pack_map(pk, 1);
  pack_key_int(pk, "open_orders", 4);             /* its own again: in place of the first */
  assert_true(guard_limits_narrow(&l, "the script x.lua", whole(&d), err, sizeof err));
  done(&d);
  o.all.open = 3;
  lets(&l, &o);

  assert_true(guard_withdrawal(&l, "BTC", "bc1qtest", "", err, sizeof err));
  assert_false(guard_withdrawal(&l, "BTC", "bc1qtes", "", err, sizeof err));
  assert_false(guard_withdrawal(&l, "LTC", "bc1qtest", "", err, sizeof err));
  assert_false(guard_withdrawal(&l, "BTC", "bc1qtest", "7", err, sizeof err));
  guard_limits_free(&l);
}

/* What is not said of a currency follows from its largest order. */
static void ratios(void **state) {
  (void)state;
  GuardLimits l;
  char err[300] = "", text[2000];
  Doc d;
  guard_defaults(&l);
  msgpack_packer *pk = doc(&d);
  pack_map(pk, 1);
  pack_str(pk, "limits");
  pack_map(pk, 2);
  pack_str(pk, "order_notional");
  pack_map(pk, 2);
  pack_key_int(pk, "DOGE", 1000);
  pack_key_int(pk, "USD", 500);
  amounts(pk, "day_notional", "USD", 900);
  if (!guard_limits_read(&l, whole(&d), NULL, err, sizeof err)) fail_msg("%s", err);
  done(&d);
  guard_limits_text(&l, text, sizeof text);
  static const char want[] = "an order up to 1000 DOGE, 500 USD; a minute 5000 DOGE, 2500 USD; a day 900 USD, 20000 DOGE; stops at a loss of 200 DOGE, 100 USD;";
  if (strncmp(text, want, strlen(want)) != 0) fail_msg("%s", text);
  GuardOrder o = fine();
  o.quote = "DOGE", o.symbol = "BTC/DOGE", o.all.day_notional = dec("19940.1");
  stops(&l, &o, GUARD_DAY_NOTIONAL, "20000.1 DOGE today");
  o.all.day_notional = dec("0"), o.all.minute_notional = dec("4941");
  stops(&l, &o, GUARD_MINUTE_NOTIONAL, "bourse.lua allows 5000");
  o.all.minute_notional = dec("0"), o.all.realised_day = dec("-200");
  stops(&l, &o, GUARD_LOSS, "stops at 200");
  guard_limits_free(&l);
  guard_defaults(&l);
  guard_limits_text(&l, text, sizeof text);
  assert_non_null(strstr(text, "; a minute 500 USD, 500 USDT"));
  guard_limits_free(&l);
}

/* bourse.lua as a file says it. What is wrong is said with its field, what was expected, and the word that is near. */
static void as_written(void **state) {
  (void)state;
  static const struct { const char *file, *says; } table[] = {
    { "return {}", NULL }, { "return { limits = {}, venues = {}, withdraw = {}, paper = {} }", NULL },
    { "return { paper = { balances = { kraken = { USD = 1000, BTC = '0.1' } }, latency_ms = 0 } }", NULL },
    { "return { paper = { balances = { { USD = 1000 } } } }", NULL },
    { "return { limits = { venues = { 'kraken' }, symbols = {} }, venues = { okx = { limits = { loss = { stETH = 1 } } } } }", NULL },
    { "return { limits = { order_notionel = { USD = 1 } } }", "limits.order_notionel: no such limit (did you mean 'order_notional'?)" },
    { "return { limits = { price_band = 5 } }", "limits.price_band: a fraction" },
    { "return { limits = { orders_per_minute = \"many\" } }", "limits.orders_per_minute: a whole number from 0" },
    { "return { limits = { open_orders = -1 } }", "limits.open_orders: a whole number from 0" },
    { "return { limits = { data_age_ms = 1 } }", "limits.data_age_ms: a whole number from 50" },
    { "return { limits = { order_notional = 100 } }", "limits.order_notional: amounts by currency are expected: { USD = 100 }" },
    { "return { limits = { order_notional = { usd = 100 } } }", "limits.order_notional.usd: a currency is expected, in capitals" },
    { "return { limits = { loss = { USD = -1 } } }", "limits.loss.USD: a number of zero or more" },
    { "return { limits = { self_cross = \"no\" } }", "limits.self_cross: true or false" },
    { "return { limits = { on_death = \"leave\" } }", "limits.on_death: \"cancel\" or \"keep\"" },
    { "return { limits = { symbols = \"BTC/USD\" } }", "limits.symbols: a list of names" },
    { "return { limits = { venues = { \"krakn\" } } }", "limits.krakn: no such exchange (did you mean 'kraken'?)" },
    { "return { limits = 5 }", "limits: a table" },
    { "return { limit = {} }", "limit: no such field (did you mean 'limits'?); there are limits, venues, withdraw, paper" },
    { "return { venues = { krakn = { limits = {} } } }", "venues.krakn: no such exchange (did you mean 'kraken'?)" },
    { "return { venues = { kraken = { limit = {} } } }", "venues.kraken.limit: no such field (did you mean 'limits'?)" },
    { "return { venues = { kraken = { limits = { on_death = \"keep\" } } } }", "venues.kraken.limits.on_death: no such limit" },
    { "return { venues = { kraken = { order_notional = { USD = 1 } } } }", "venues.kraken.order_notional: no such field" },
    { "return { withdraw = { address = {} } }", "withdraw.address: no such field (did you mean 'addresses'?)" },
    { "return { withdraw = { addresses = { BTC = \"bc1q\" } } }", "withdraw.addresses.BTC: a list of addresses" },
    { "return { withdraw = { addresses = { btc = { \"bc1q\" } } } }", "withdraw.addresses.btc: a currency is expected, in capitals" },
    { "return { paper = { balances = { USD = 1000 } } }", "paper.balances.USD: balances are by venue: balances = { kraken = { USD = 1000 } }" },
    { "return { paper = { balances = { krakn = { USD = 1000 } } } }", "paper.balances.krakn: no such exchange (did you mean 'kraken'?)" },
    { "return { paper = { balances = { kraken = { USD = \"much\" } } } }", "paper.balances.kraken.USD: a number of zero or more" },
    { "return { paper = { balance = { kraken = { USD = 1 } } } }", "paper.balance: no such field (did you mean 'balances'?)" },
    { "return { paper = { latency_ms = \"slow\" } }", "paper.latency_ms: a whole number from 0" },
    { "return 5", "a table is expected" },
    { "return { limits = { loss = { USD = 1/0 } } }", "limits.loss.USD: a number" },
    { "return { limits = { open_orders = 1.5 } }", "limits.open_orders: a whole number" } };
  lua_State *L = luaL_newstate();
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    GuardLimits l;
    Doc d;
    char err[600] = "";
    guard_defaults(&l);
    assert_int_equal(luaL_dostring(L, table[i].file), LUA_OK);
    assert_true(copy_pack(L, -1, doc(&d), err, sizeof err));
    bool ok = guard_limits_read(&l, whole(&d), "binance|kraken|okx|", err, sizeof err);
    if (ok != !table[i].says) fail_msg("%s: %s", table[i].file, ok ? "was taken" : err);
    if (table[i].says && !strstr(err, table[i].says)) fail_msg("%s: '%s' does not say '%s'", table[i].file, err, table[i].says);
    done(&d);
    guard_limits_free(&l);
    lua_settop(L, 0);
  }
  lua_close(L);
}

/* The user's list gives, a narrower one takes away, also of what is known. */
static void names(void **state) {
  (void)state;
  static const char narrower[] = "return { limits = { params = { 'leverage' } }, venues = { okx = { limits = { params = {}, methods = {} } } } }";
  static const struct { const char *config, *venue, *param, *method; bool may, may_call; } table[] = {
    { "return {}", "kraken", "postOnly", "cancel_orders", true, true },
    { "return {}", "kraken", "leverage", "set_leverage", false, false },
    { "return {}", "kraken", "postonly", "", false, false },
    { "return { limits = { params = { 'leverage' }, methods = { 'set_leverage' } } }", "kraken", "leverage", "set_leverage", true, true },
    { "return { limits = { params = { 'leverage' }, methods = { 'set_leverage' } } }", "kraken", "postOnly", "transfer", true, false },
    { narrower, "okx", "leverage", "cancel_orders", false, false }, { narrower, "kraken", "leverage", "cancel_orders", true, true },
    { "return { venues = { okx = { limits = { params = { 'leverage' } } } } }", "okx", "leverage", "transfer", false, false } };
  lua_State *L = luaL_newstate();
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    GuardLimits l;
    Doc d;
    char err[400];
    guard_defaults(&l);
    assert_int_equal(luaL_dostring(L, table[i].config), LUA_OK);
    assert_true(copy_pack(L, -1, doc(&d), err, sizeof err));
    assert_true(guard_limits_read(&l, whole(&d), "binance|kraken|okx|", err, sizeof err));
    if (guard_param(&l, table[i].venue, table[i].param, err, sizeof err) != table[i].may) fail_msg("row %zu: %s", i, table[i].param);
    if (guard_method(&l, table[i].venue, table[i].method, err, sizeof err) != table[i].may_call) fail_msg("row %zu: %s", i, table[i].method);
    done(&d);
    guard_limits_free(&l);
    lua_settop(L, 0);
  }
  lua_close(L);
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(each_limit), cmocka_unit_test(own_orders), cmocka_unit_test(runaways), cmocka_unit_test(cheap_loop),
                                      cmocka_unit_test(names), cmocka_unit_test(layers), cmocka_unit_test(ratios), cmocka_unit_test(as_written) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
