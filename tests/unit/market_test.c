/* The store of markets and currencies: what is kept, how it is found, what comes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <lauxlib.h>
#include <lualib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/book.h"
#include "worker/plan.h"
#include "worker/view.h"

static lua_State *L;
static MarketStore *store;

static int setup(void **state) {
  (void)state;
  L = luaL_newstate();
  luaL_openlibs(L);
  view_open(L);
  lua_pushglobaltable(L);
  plan_open(L);
  lua_pop(L, 1);
  store = market_store_new();
  return luaL_dostring(L, "function eq(a, b) if a ~= b then error(tostring(a) .. ' instead of ' .. tostring(b), 2) end end");
}

static int teardown(void **state) {
  (void)state;
  market_store_free(store);
  lua_close(L);
  return 0;
}

static void load(const char *code, bool currencies) {
  char err[256];
  if (luaL_dostring(L, code)) fail_msg("%s", lua_tostring(L, -1));
  bool ok = currencies ? market_store_load_currencies(store, L, -1, err, sizeof err) : market_store_load(store, L, -1, err, sizeof err);
  if (!ok) fail_msg("%s", err);
  lua_settop(L, 0);
}

static void look(const char *code) {
  lua_setglobal(L, "m");
  if (luaL_dostring(L, code)) fail_msg("%s", lua_tostring(L, -1));
  assert_int_equal(lua_gettop(L), 0);
}

static const Market *by_symbol(const char *s) { return market_by_symbol(store, s, strlen(s)); }
static const Market *by_id(const char *s, const char *type) { return market_by_id(store, s, strlen(s), type); }

static void kept_and_found(void **state) {
  (void)state;
  market_store_fees(store, 0.002, 0.001);
  load("return { { id = 'BTCUSDT', type = 'swap', baseId = 'BTC', quoteId = 'USDT', settleId = 'USDT', contractSize = 0.01, altname = 'x', tiers = { { 1, '0.5' }, deep = { a = true } } },"
       " { id = 'BTCUSDT', baseId = 'BTC', quoteId = 'USDT', active = true, taker = '0.5', precision = { price = '0.00000001', amount = 8 }, limits = { amount = { min = 1 } }, info = { raw = 'r' } },"
       " { id = 'xbteur', baseId = 'XBT', quoteId = 'eur' } }", false);
  assert_int_equal(market_count(store), 3);
  assert_string_equal(market_symbol(market_nth(store, 0)), "BTC/EUR");
  assert_null(market_nth(store, 3));
  assert_string_equal(market_symbol(by_id("BTCUSDT", NULL)), "BTC/USDT");
  assert_string_equal(market_symbol(by_id("BTCUSDT", "swap")), "BTC/USDT:USDT");
  assert_string_equal(market_symbol(by_id("BTCUSDT", "future")), "BTC/USDT");
  assert_string_equal(market_symbol(by_id("xbteur", "swap")), "BTC/EUR");
  assert_null(by_id("nope", NULL));
  assert_null(by_symbol("BTC/USD"));
  assert_int_equal(market_facts(by_symbol("BTC/USDT"))->price_places, 8);
  assert_true(market_facts(by_symbol("BTC/USDT:USDT"))->contract);
  market_push(L, by_symbol("BTC/USDT"));
  look("eq(m.id, 'BTCUSDT') eq(m.base, 'BTC') eq(m.type, 'spot') eq(m.spot, true) eq(m.active, true) eq(m.taker, 0.5) eq(m.maker, 0.001) eq(m.precision.price, 1e-8)"
       " eq(m.limits.amount.min, 1.0) eq(m.limits.amount.max, nil) eq(type(m.limits.cost), 'table') eq(type(m.limits.leverage), 'table') eq(m.info.raw, 'r') eq(m.subType, nil)");
  market_push(L, by_symbol("BTC/USDT:USDT"));
  look("eq(m.settle, 'USDT') eq(m.linear, true) eq(m.inverse, false) eq(m.subType, 'linear') eq(m.contractSize, 0.01) eq(m.altname, 'x') eq(m.tiers['1'][2], '0.5')"
       " eq(m.tiers.deep.a, true) eq(m.taker, 0.002)");
  assert_string_equal(market_currency_id(store, "EUR"), "eur");
  assert_string_equal(market_currency_id(store, "BTC"), "BTC");
  assert_null(market_currency_id(store, "ZZZ"));
}

static void codes(void **state) {
  (void)state;
  assert_string_equal(market_store_code(store, "XBT", 3), "BTC");
  assert_string_equal(market_store_code(store, "xbt", 3), "BTC");
  assert_string_equal(market_store_code(store, "BCHSV", 5), "BSV");
  assert_string_equal(market_store_code(store, "doge", 4), "DOGE");
  market_store_rename(store, "XXDG", "DOGE");
  assert_string_equal(market_store_code(store, "XXDG", 4), "DOGE");
  char wide[300];
  memset(wide, 'a', sizeof wide);
  assert_int_equal(strlen(market_store_code(store, wide, sizeof wide)), 300);
  load("return { BTC = { id = 'b1tc', code = 'BTC', networks = { X = { fee = 2, deposit = true } } }, { id = 'zz', code = 'ZZ' } }", true);
  assert_int_equal(currency_count(store), 2);
  assert_string_equal(market_store_code(store, "b1tc", 4), "BTC");
  assert_string_equal(currency_id(currency_by_code(store, "ZZ", 2)), "zz");
  assert_string_equal(currency_code(currency_by_id(store, "zz", 2)), "ZZ");
  assert_string_equal(currency_code(currency_nth(store, 0)), "BTC");
  assert_null(currency_by_code(store, "QQ", 2));
  currency_push(L, currency_by_code(store, "BTC", 3));
  look("eq(m.fee, 2.0) eq(m.deposit, true) eq(m.networks.X.fee, '2')");
}

static void refused(void **state) {
  (void)state;
  static const char *const rows[][2] = {
    { "return { 5 }", "a market was expected, got number" },
    { "return { { id = 'x' } }", "market x: no symbol" },
    { "return { { symbol = 'A/B' } }", "market: no id" },
    { "return { { id = 'x', symbol = 'A/B', precision = 5 } }", "market.precision: expected a table, got number 5" },
    { "return { { id = 'x', symbol = 'A/B', active = 'maybe' } }", "market.active: expected true or false, got text 'maybe'" },
    { "return { { id = 'x', symbol = 'A/B', fn = print } }", "cannot stand for a value" },
    { "return 5", "table expected" },
    { "local t = {} t.t = t return { t }", "nested deeper" },
  };
  size_t before = market_count(store);
  unsigned generation = market_generation(store);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char err[256];
    if (luaL_dostring(L, rows[i][0])) fail_msg("%s", lua_tostring(L, -1));
    if (market_store_load(store, L, -1, err, sizeof err)) fail_msg("%s: no error", rows[i][0]);
    if (!strstr(err, rows[i][1])) fail_msg("'%s' instead of '%s'", err, rows[i][1]);
    lua_settop(L, 0);
  }
  assert_int_equal(market_count(store), before);      /* the old list stays */
  assert_int_equal(market_generation(store), generation);
}

static bool run(const char *map, const char *json, bool currencies, char *err, size_t errlen) {
  ReadContext c = { .adapter = L, .args_ref = LUA_NOREF, .maps_ref = LUA_NOREF, .symbol_of_ref = LUA_NOREF, .markets = store,
                    .since = INT64_MIN, .limit = INT64_MIN, .taker = NAN, .maker = NAN };
  char code[1024];
  snprintf(code, sizeof code, "return %s", map);
  if (luaL_dostring(L, code)) fail_msg("%s", lua_tostring(L, -1));
  size_t n = strlen(json);
  char *copy = malloc(n + 64);
  memcpy(copy, json, n + 1);
  JsonDoc *doc = json_parse(copy, n, err, errlen);
  assert_non_null(doc);
  const Plan *p = plan_test(L, -1);
  bool ok = currencies ? plan_run_currencies(p, &c, doc, 0, store) : plan_run_markets(p, &c, doc, 0, store);
  assert_int_equal(doc->refs, ok ? 2 : 1);      /* the store holds the reply's text, in which `info` lies */
  json_unref(doc);
  snprintf(err, errlen, "%s", c.error);
  lua_settop(L, 0);
  return ok;
}

static void straight_from_a_reply(void **state) {
  (void)state;
  char err[256];
  const Market *old = market_nth(store, 0);
  char symbol[64];
  snprintf(symbol, sizeof symbol, "%s", market_symbol(old));
  bool ok = run("markets { at = 'result', id = '@key', baseId = 'base', quoteId = 'quote', altname = 'alt', filters = 'f', precision = { price = 'p|tick' }, where = 'on=true' }",
                "{\"result\":{\"XXBTZUSD\":{\"base\":\"XBT\",\"quote\":\"USD\",\"alt\":\"XBTUSD\",\"p\":1,\"f\":[1,\"two\"],\"on\":true},\"Y\":{\"on\":false}}}", false, err, sizeof err);
  if (!ok) fail_msg("%s", err);
  assert_string_equal(market_symbol(old), symbol);   /* what a call still holds stays valid for one more load */
  assert_int_equal(market_count(store), 1);
  market_push(L, by_symbol("BTC/USD"));
  look("eq(m.id, 'XXBTZUSD') eq(m.altname, 'XBTUSD') eq(m.precision.price, 0.1) eq(m.info.f[2], 'two') eq(m.filters[1], '1') eq(m.info.base, 'XBT')");
  assert_false(run("markets { at = 'zz', id = 'x' }", "{}", false, err, sizeof err));
  assert_string_equal(err, "markets: no 'zz' in the reply");
  assert_false(run("tickers { last = 'x' }", "{}", false, err, sizeof err));
  assert_string_equal(err, "tickers{} does not give markets");
  assert_false(run("markets { id = 'x', baseId = 'b', quoteId = 'b', precision = { price = 'p' } }", "[{\"x\":\"a\",\"b\":\"b\",\"p\":{}}]", false, err, sizeof err));
  assert_string_equal(err, "market.precision.price: expected a number, got an object at 1.p");
  assert_int_equal(market_count(store), 1);
  assert_true(run("currencies { id = 'c', networks = each { at = 'n', key = 'k', fee = 'f' } }", "[{\"c\":\"xbt\",\"n\":[{\"k\":\"L\",\"f\":\"0.1\"}]}]", true, err, sizeof err));
  currency_push(L, currency_by_code(store, "BTC", 3));
  look("eq(m.id, 'xbt') eq(m.fee, 0.1) eq(m.networks.L.fee, 0.1) eq(m.networks.L.info.k, 'L') eq(m.info.c, 'xbt')");
}

static void many(void **state) {
  (void)state;
  load("local t = {} for i = 1, 5000 do t[i] = { id = 'id' .. i % 4000, baseId = 'C' .. i, quoteId = i % 2 == 0 and 'USD' or 'EUR' } end return t", false);
  assert_int_equal(market_count(store), 5000);
  for (int i = 1; i <= 5000; i++) {
    char symbol[32], id[32];
    snprintf(symbol, sizeof symbol, "C%d/%s", i, i % 2 ? "EUR" : "USD");
    snprintf(id, sizeof id, "id%d", i % 4000);
    const Market *m = by_symbol(symbol);
    assert_non_null(m);
    assert_string_equal(market_id(m), id);
    assert_string_equal(market_id(by_id(id, NULL)), id);
  }
  for (size_t i = 1; i < 5000; i++) assert_true(strcmp(market_symbol(market_nth(store, i - 1)), market_symbol(market_nth(store, i))) < 0);
  load("return { { id = 'a', symbol = 'A/B', base = 'A' }, { id = 'b', symbol = 'A/B', base = 'Z' } }", false);
  assert_int_equal(market_count(store), 1);      /* the last one of a symbol counts */
  assert_string_equal(market_id(by_symbol("A/B")), "b");
  load("return {}", false);
  assert_int_equal(market_count(store), 0);
  assert_null(by_symbol("A/B"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(kept_and_found), cmocka_unit_test(codes), cmocka_unit_test(refused), cmocka_unit_test(straight_from_a_reply), cmocka_unit_test(many),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
