/* What a strategy asked for against what the clerk prepared, what an order is worth, and books that go back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "broker/order_asked.h"
#include "broker/order_book.h"

typedef struct { msgpack_sbuffer b; msgpack_packer pk; } Packed;

static msgpack_packer *packed(Packed *p, size_t n) {
  msgpack_sbuffer_init(&p->b);
  msgpack_packer_init(&p->pk, &p->b, msgpack_sbuffer_write);
  pack_map(&p->pk, n);
  return &p->pk;
}

static bool reads(const char *op, Packed *args, Packed *params, OrderAsked *out, char err[200]) {
  bool ok = asked_read(out, op, &args->b, &params->b, err, 200);
  msgpack_sbuffer_destroy(&args->b);
  msgpack_sbuffer_destroy(&params->b);
  return ok;
}

static void limit_order(Packed *args) {
  msgpack_packer *pk = packed(args, 5);
  pack_key_str(pk, "symbol", "BTC/USD");
  pack_key_str(pk, "type", "limit");
  pack_key_str(pk, "side", "buy");
  pack_key_double(pk, "amount", 0.001);
  pack_key_int(pk, "price", 60000);
}

static void arguments(void **state) {
  (void)state;
  Packed args, params;
  OrderAsked a;
  char err[200] = "";
  limit_order(&args);
  packed(&params, 0);
  assert_true(reads("create_order", &args, &params, &a, err));
  assert_string_equal(a.amount, "0.001");
  assert_string_equal(a.price, "60000");
  assert_string_equal(a.cost, "");
  pack_key_str(packed(&args, 1), "symbol", "BTC/USD");
  pack_key_str(packed(&params, 1), "cost", "50.25");
  assert_true(reads("create_market_buy_order_with_cost", &args, &params, &a, err));
  assert_string_equal(a.type, "market");
  assert_string_equal(a.side, "buy");
  assert_string_equal(a.cost, "50.25");
  pack_key_int(packed(&args, 1), "amount", -5);
  packed(&params, 0);
  assert_true(reads("create_order", &args, &params, &a, err));
  assert_string_equal(a.amount, "-5");
}

/* What would say an order in another way than by its arguments. */
static void not_by_params(void **state) {
  (void)state;
  static const char *const names[] = { "amount", "price", "side", "type", "symbol" };
  Packed args, params;
  OrderAsked a;
  char err[200];
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    limit_order(&args);
    pack_key_int(packed(&params, 1), names[i], 5);
    assert_false(reads("create_order", &args, &params, &a, err));
    assert_non_null(strstr(err, names[i]));
  }
  limit_order(&args);
  packed(&params, 0);
  msgpack_sbuffer_clear(&params.b);
  pack_array(&params.pk, 1);
  pack_array(&params.pk, 2);
  pack_str(&params.pk, "cost");
  pack_int(&params.pk, 100000);
  assert_false(reads("create_order", &args, &params, &a, err));
  assert_non_null(strstr(err, "by name"));
  pack_key_str(packed(&args, 1), "amount", "much");
  packed(&params, 0);
  assert_false(reads("create_order", &args, &params, &a, err));
  assert_string_equal(err, "amount must be a number, or one as text, of at most 38 digits");
  pack_key_bool(packed(&args, 1), "price", true);
  packed(&params, 0);
  assert_false(reads("create_order", &args, &params, &a, err));
}

static void another_order(void **state) {
  (void)state;
  OrderAsked asked = { .symbol = "BTC/USD", .type = "limit", .side = "buy" };
  static const struct { OrderFacts f; const char *says; } table[] = {
    { { .symbol = "BTC/USD", .type = "limit", .side = "buy" }, NULL },
    { { .symbol = "ETH/USD", .type = "limit", .side = "buy" }, "prepared with the symbol 'ETH/USD', and asked for with 'BTC/USD'" },
    { { .symbol = "BTC/USD", .type = "market", .side = "buy" }, "the type 'market'" },
    { { .symbol = "BTC/USD", .type = "limit", .side = "sell" }, "the side 'sell'" } };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    char err[200] = "";
    assert_int_equal(asked_is(&asked, &table[i].f, err, sizeof err), table[i].says == NULL);
    if (table[i].says && !strstr(err, table[i].says)) fail_msg("'%s' does not say '%s'", err, table[i].says);
  }
}

/* By the larger of what amount and price, the book and the cost say. */
static void worth(void **state) {
  (void)state;
  static const struct { const char *type, *side, *amount, *price, *cost, *size; bool inverse; const char *worth; } table[] = {
    { "limit", "buy", "0.001", "60000", NULL, NULL, false, "60" },
    { "limit", "buy", "0.001", "60000", "5", NULL, false, "60" },
    { "limit", "buy", "0.001", "60000", "500", NULL, false, "500" },
    { "market", "buy", "0.001", NULL, NULL, NULL, false, "60.01" },
    { "market", "sell", "0.001", NULL, NULL, NULL, false, "60" },
    { "market", "buy", "0.001", "1", NULL, NULL, false, "60.01" },          /* a price that is not heeded hides nothing */
    { "market", "buy", "0.001", "70000", NULL, NULL, false, "70" },
    { "MARKET", "buy", "0.001", "1", NULL, NULL, false, "60.01" },
    { "market", "buy", NULL, NULL, "25.5", NULL, false, "25.5" },
    { "limit", "buy", "2", "60000", NULL, "0.001", false, "120" },
    { "limit", "buy", "2", "60000", NULL, "100", true, "200" } };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    Packed p;
    OrderFacts f;
    msgpack_unpacked u;
    char err[200] = "";
    msgpack_packer *pk = packed(&p, 11);
    pack_key_str(pk, "symbol", "BTC/USD");
    pack_key_str(pk, "quote", "USD");
    pack_key_str(pk, "type", table[i].type);
    pack_key_str(pk, "side", table[i].side);
    pack_key_str(pk, "amount", table[i].amount);
    pack_key_str(pk, "price", table[i].price);
    pack_key_str(pk, "cost", table[i].cost);
    pack_key_str(pk, "contract_size", table[i].size);
    pack_key_bool(pk, "inverse", table[i].inverse);
    pack_key_str(pk, "bid", "60000");
    pack_key_str(pk, "ask", "60010");
    msgpack_unpacked_init(&u);
    assert_int_equal(msgpack_unpack_next(&u, p.b.data, p.b.size, NULL), MSGPACK_UNPACK_SUCCESS);
    if (!facts_read(&f, &u.data, err, sizeof err)) fail_msg("row %zu: %s", i, err);
    if (strcmp(f.notional, table[i].worth) != 0) fail_msg("row %zu: worth %s, not %s", i, f.notional, table[i].worth);
    assert_true(facts_raise(&f, "") && facts_raise(&f, "1"));
    assert_string_equal(f.notional, table[i].worth);
    assert_true(facts_raise(&f, "1000000"));
    if (!table[i].inverse && table[i].amount && !table[i].size) assert_string_equal(f.notional, "1000");
    msgpack_unpacked_destroy(&u);
    msgpack_sbuffer_destroy(&p.b);
  }
}

/* The highest of the prices that set it off. */
static void triggers(void **state) {
  (void)state;
  Packed args, params;
  OrderAsked a;
  char err[200] = "";
  limit_order(&args);
  msgpack_packer *pk = packed(&params, 3);
  pack_key_int(pk, "stopLossPrice", 58000);
  pack_key_str(pk, "takeProfitPrice", "63000.5");
  pack_key_double(pk, "triggerPrice", 61000);
  assert_true(reads("create_order", &args, &params, &a, err));
  assert_string_equal(a.trigger, "63000.5");
  limit_order(&args);
  pack_key_str(packed(&params, 1), "stopPrice", "low");
  assert_false(reads("create_order", &args, &params, &a, err));
  assert_non_null(strstr(err, "stopPrice must be a number"));
}

/* Names of params: each of them, whatever it looks like. */
static void param_names(void **state) {
  (void)state;
  static const struct { const char *first, *second; size_t len; const char *says; } table[] = {
    { "postOnly", "timeInForce", 11, NULL }, { "postOnly", "leverage", 8, "params.leverage: " }, { "leverage", "postOnly", 8, "params.leverage: " },
    { "postOnly", "cost\0x", 6, "by name" }, { "postOnly", "a name that is longer than any param of any exchange has ever been so far", 73, "by name" } };
  GuardLimits l;
  guard_defaults(&l);
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    Packed p;
    char err[400] = "";
    msgpack_packer *pk = packed(&p, 2);
    pack_key_bool(pk, table[i].first, true);
    pack_strn(pk, table[i].second, table[i].len);
    msgpack_pack_true(pk);
    if (asked_names_ok(&l, "kraken", "params", &p.b, err, sizeof err) != !table[i].says) fail_msg("row %zu: %s", i, err);
    if (table[i].says && !strstr(err, table[i].says)) fail_msg("row %zu: '%s' does not say '%s'", i, err, table[i].says);
    msgpack_sbuffer_destroy(&p.b);
  }
  guard_limits_free(&l);
}

static void books(void **state) {
  (void)state;
  static const struct { int64_t now_ms; const char *venue, *symbol, *nonce; int64_t time_ms; const char *says; } table[] = {
    { 1000, "kraken", "BTC/USD", "100", 5000, NULL }, { 1100, "kraken", "BTC/USD", "100", 5000, NULL }, { 1200, "kraken", "BTC/USD", "101", 4000, NULL },
    { 1300, "kraken", "BTC/USD", "99", 6000, "it has the number 99, and one with 101 was seen before" },
    { 1400, "kraken", "BTC/USD", "101", 6000, NULL },                            /* what was refused is not remembered */
    { 1500, "kraken", "ETH/USD", "3", 0, NULL }, { 1500, "binance", "BTC/USD", "3", 0, NULL },
    { 1600, "okx", "BTC/USD", "", 5000, NULL }, { 1700, "okx", "BTC/USD", "", 4999, "it is 1 ms older" }, { 1800, "okx", "BTC/USD", "", 0, NULL },
    { 61500, "kraken", "BTC/USD", "1", 6000, NULL },                             /* it counts anew */
    { 61600, "kraken", "BTC/USD", "18446744073709551617", 6000, NULL }, { 61700, "kraken", "BTC/USD", "18446744073709551616", 6000, "goes back" },
    { 1000, "kraken", "BTC/USD", "5", 6000, NULL } };                            /* this machine's clock was set back */
  Books *seen = NULL;
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    OrderFacts f = { .book_time = table[i].time_ms };
    char err[200] = "";
    snprintf(f.symbol, sizeof f.symbol, "%s", table[i].symbol);
    snprintf(f.book_nonce, sizeof f.book_nonce, "%s", table[i].nonce);
    bool ok = books_in_step(&seen, table[i].venue, &f, table[i].now_ms, err, sizeof err);
    if (ok != !table[i].says) fail_msg("row %zu: %s", i, ok ? "was taken" : err);
    if (table[i].says && !strstr(err, table[i].says)) fail_msg("row %zu: '%s' does not say '%s'", i, err, table[i].says);
  }
  books_free(&seen);
  assert_null(seen);
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(arguments), cmocka_unit_test(not_by_params), cmocka_unit_test(another_order), cmocka_unit_test(worth),
                                      cmocka_unit_test(triggers), cmocka_unit_test(param_names), cmocka_unit_test(books) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
