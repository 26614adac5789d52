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
#include "worker/fill.h"
#include "worker/market_in.h"
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

static void push_market(const Market *m) {
  char err[300];
  if (!market_push(L, m, err, sizeof err)) fail_msg("%s", err);
}

static void push_currency(const Currency *c) {
  char err[300];
  if (!currency_push(L, c, err, sizeof err)) fail_msg("%s", err);
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
  push_market(by_symbol("BTC/USDT"));
  look("eq(m.id, 'BTCUSDT') eq(m.base, 'BTC') eq(m.type, 'spot') eq(m.spot, true) eq(m.active, true) eq(m.taker, 0.5) eq(m.maker, 0.001) eq(m.precision.price, 1e-8)"
       " eq(m.limits.amount.min, 1.0) eq(m.limits.amount.max, nil) eq(type(m.limits.cost), 'table') eq(type(m.limits.leverage), 'table') eq(m.info.raw, 'r') eq(m.subType, nil)");
  push_market(by_symbol("BTC/USDT:USDT"));
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
  push_currency(currency_by_code(store, "BTC", 3));
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

/* The plan of a map, on the stack. It stays: the store reads by it later. */
static const Plan *plan_of(const char *map) {
  char code[1024];
  snprintf(code, sizeof code, "return %s", map);
  if (luaL_dostring(L, code)) fail_msg("%s", lua_tostring(L, -1));
  lua_pushvalue(L, -1);
  luaL_ref(L, LUA_REGISTRYINDEX);
  return plan_test(L, -1);
}

static bool run(const char *map, const char *json, bool currencies, char *err, size_t errlen) {
  ReadContext c = { .adapter = L, .args_ref = LUA_NOREF, .maps_ref = LUA_NOREF, .symbol_of_ref = LUA_NOREF, .markets = store,
                    .since = INT64_MIN, .limit = INT64_MIN, .taker = NAN, .maker = NAN };
  const Plan *p = plan_of(map);
  size_t n = strlen(json);
  char *copy = malloc(n + 64);
  memcpy(copy, json, n + 1);
  JsonDoc *doc = json_parse(copy, n, err, errlen);
  assert_non_null(doc);
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
  push_market(by_symbol("BTC/USD"));
  look("eq(m.id, 'XXBTZUSD') eq(m.altname, 'XBTUSD') eq(m.precision.price, 0.1) eq(m.info.f[2], 'two') eq(m.filters[1], '1') eq(m.info.base, 'XBT')");
  assert_false(run("markets { at = 'zz', id = 'x' }", "{}", false, err, sizeof err));
  assert_string_equal(err, "markets: no 'zz' in the reply");
  assert_false(run("tickers { last = 'x' }", "{}", false, err, sizeof err));
  assert_string_equal(err, "tickers{} does not give markets");
  assert_false(run("markets { id = 'x', baseId = 'b', quoteId = 'b', precision = { price = 'p' } }", "[{\"x\":\"a\",\"b\":\"b\",\"p\":{}}]", false, err, sizeof err));
  assert_string_equal(err, "market.precision.price: expected a number, got an object at 1.p");
  assert_int_equal(market_count(store), 1);
  assert_true(run("currencies { id = 'c', networks = each { at = 'n', key = 'k', fee = 'f' } }", "[{\"c\":\"xbt\",\"n\":[{\"k\":\"L\",\"f\":\"0.1\"}]}]", true, err, sizeof err));
  push_currency(currency_by_code(store, "BTC", 3));
  look("eq(m.id, 'xbt') eq(m.fee, 0.1) eq(m.networks.L.fee, 0.1) eq(m.networks.L.info.k, 'L') eq(m.info.c, 'xbt')");
}

static const ReadContext plain = { .args_ref = LUA_NOREF, .maps_ref = LUA_NOREF, .symbol_of_ref = LUA_NOREF, .since = INT64_MIN, .limit = INT64_MIN,
                                   .taker = NAN, .maker = NAN };

/* What was read is on the tape until the end, or is taken off; of a tape that is hollow somebody may want the whole before the list is stored. */
enum tape { TAPE_KEPT, TAPE_HOLLOW, TAPE_UNFOLDED, TAPES };

/* Reads json by p as it comes in parts of `step` bytes. False: the list, or the JSON, is wrong; why into err. Of a hollow tape the whole is read once more to
 * tell, as venue_early.c does. */
static bool in_parts(const Plan *p, const char *json, size_t step, enum tape tape, char *err, size_t errlen) {
  ReadContext c = plain;
  unsigned depth;
  Fill *f = NULL;
  JsonStream *j = json_stream_new(0);
  bool given_up = false;
  c.adapter = L;
  c.markets = store;
  assert_true(fill_early(p, &depth));
  for (size_t at = 0, n = strlen(json); at < n; at += step) {
    json_stream_add(j, json + at, step < n - at ? step : n - at);
    JsonDoc *d = given_up ? NULL : json_stream_cut(j, depth);
    if (!d) continue;
    if (!f) f = fill_new(p, &c, d, store);
    assert_non_null(f);
    assert_true(fill_is(f, p, d));
    bool ok = fill_more(f, &c, 0);
    json_stream_uncut(j);
    if (ok && tape) fill_drop(f, j);
    if (ok) continue;
    fill_free(f);
    f = NULL;
    given_up = true;
    if (tape) continue;
    snprintf(err, errlen, "%s", c.error);
    json_stream_free(j);
    return false;
  }
  JsonDoc *doc = json_stream_end(j, err, errlen);
  if (!doc) {
    fill_free(f);
    json_stream_free(j);
    return false;
  }
  if (tape == TAPE_UNFOLDED) assert_true(json_unfold(doc));
  bool ok = f && fill_end(f, &c, 0);
  if (!ok && (!f || tape)) ok = json_unfold(doc) && plan_run_markets(p, &c, doc, 0, store);
  assert_int_equal(doc->refs, ok ? 2 : 1);
  json_unref(doc);
  if (!ok) snprintf(err, errlen, "%s", c.error);
  return ok;
}

/* Every market of the store with all that it has, as text, on the stack. */
static void push_all(void) {
  static const char code[] =
    "local function text(v) if type(v) ~= 'table' then return tostring(v) end local keys, out = {}, {} for k in pairs(v) do keys[#keys + 1] = k end "
    "table.sort(keys, function(a, b) return tostring(a) < tostring(b) end) "
    "for _, k in ipairs(keys) do out[#out + 1] = tostring(k) .. '=' .. text(v[k]) end return '{' .. table.concat(out, ',') .. '}' end return text";
  if (luaL_dostring(L, code)) fail_msg("%s", lua_tostring(L, -1));
  lua_createtable(L, (int)market_count(store), 0);
  for (size_t i = 0; i < market_count(store); i++) {
    push_market(market_nth(store, i));
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  lua_call(L, 1, 1);
}

static const char markets_map[] =
  "markets { at = 'd.list', id = 'id', baseId = 'b', quoteId = 'q', limits = { amount = { min = 'f[t=lot].min' } }, precision = { price = 'p' },"
  "where = 'on=true', extra = 'x' }";
static const char markets_json[] =
  "{\"e\":0,\"d\":{\"at\":1,\"list\":[{\"id\":\"A1\",\"b\":\"A\",\"q\":\"Q\",\"f\":[{\"t\":\"cost\",\"min\":9},{\"t\":\"lot\",\"min\":\"0.10\"}],"
  "\"p\":0.01,\"on\":true,\"x\":{\"y\":[1,\"\\u00e9\"]}},null,{\"id\":\"off\",\"on\":false},{\"id\":\"B\",\"b\":\"B\",\"q\":\"Q\",\"p\":1,\"on\":true},"
  "{\"id\":\"A1\",\"b\":\"C\",\"q\":\"A\",\"p\":1,\"on\":true}],\"list\":[{\"id\":\"Z\",\"b\":\"Z\",\"q\":\"Z\",\"on\":true}]},\"list\":[]}";

static void by_and_by(void **state) {
  (void)state;
  char err[256];
  const Plan *p = plan_of(markets_map);
  if (!in_parts(p, markets_json, sizeof markets_json, TAPE_KEPT, err, sizeof err)) fail_msg("%s", err);
  assert_int_equal(market_count(store), 3);
  push_market(by_symbol("A/Q"));
  lua_setglobal(L, "m");
  if (luaL_dostring(L, "eq(m.limits.amount.min, 0.1) eq(m.info.x.y[2], 'é') eq(m.extra.y[1], '1')")) fail_msg("%s", lua_tostring(L, -1));
  push_all();
  for (size_t i = TAPES; i < TAPES * sizeof markets_json; i++) {
    size_t step = i / TAPES;
    load("return {}", false);
    p = plan_of(markets_map);
    if (!in_parts(p, markets_json, step, i % TAPES, err, sizeof err)) fail_msg("in parts of %zu: %s", step, err);
    const Market *alone = market_by_id(store, "B", 1, NULL), *twice = market_by_id(store, "A1", 2, NULL);
    if (alone != by_symbol("B/Q") || alone->same_id || !twice->same_id || twice->same_id->same_id) fail_msg("in parts of %zu: not each once", step);
    push_all();
    lua_pushvalue(L, -1);
    lua_setglobal(L, "last");
    if (luaL_dostring(L, "first = first or last eq(last, first) eq(select(2, last:gsub('id=', '')) >= 3, true)"))
      fail_msg("in parts of %zu: %s", step, lua_tostring(L, -1));
    lua_settop(L, 0);
  }
}

/* Lists by keys: what is in an element must not be taken for one. */
static void by_keys(void **state) {
  (void)state;
  static const struct { const char *map, *json; } rows[] = {
    { "markets { at = 'r', id = '@key', symbol = '@key', extra = 'x' }",
      "{\"e\":[],\"r\":{\"A/Q\":{\"x\":{}},\"B/Q\":{\"x\":{\"y\":{\"z\":[1]}}},\"N/Q\":null,\"C/Q\":{}},\"last\":{\"D/Q\":{\"x\":{}},\"E/Q\":[[2]]}}" },
    { "markets { id = '@key', symbol = '@key', extra = 'x' }", "{\"A/Q\":{\"x\":{\"y\":{}}},\"B/Q\":{\"x\":{}},\"C/Q\":{\"w\":{\"x\":[{}]}}}         " },
    { "markets { id = 'i', symbol = 's' }", "[{\"i\":\"A\",\"s\":\"A/Q\"},{\"i\":\"B\",\"s\":\"B/Q\",\"x\":[{\"s\":\"y\"}]},{\"i\":\"C\",\"s\":\"C/Q\"}]          " },
  };
  char err[256];
  for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
    for (size_t i = TAPES; i < TAPES * (strlen(rows[r].json) + 2); i++) {
      size_t step = i / TAPES;
      load("return {}", false);
      if (!in_parts(plan_of(rows[r].map), rows[r].json, step, i % TAPES, err, sizeof err)) fail_msg("%s in parts of %zu: %s", rows[r].json, step, err);
      if (market_count(store) != 3 || !by_symbol("A/Q") || !by_symbol("B/Q") || !by_symbol("C/Q")) fail_msg("%s in parts of %zu", rows[r].json, step);
      for (size_t k = 0; k < 3; k++)
        if (market_nth(store, k)->same_id) fail_msg("%s in parts of %zu: not each once", rows[r].json, step);
      lua_settop(L, 0);
    }
}

static void by_and_by_refused(void **state) {
  (void)state;
  static const struct { const char *map, *json, *why, *of_text; } rows[] = {      /* of_text: what is said when the whole is read in the end */
    { "markets { at = 'l', id = 'i', baseId = 'b', quoteId = 'b', precision = { price = 'p' } }", 
      "{\"l\":[{\"i\":\"a\",\"b\":\"b\"},{\"i\":\"c\",\"b\":\"d\",\"p\":{}},{}]}", "market.precision.price: expected a number, got an object at l.2.p", NULL },
    { "markets { at = 'l', id = 'i', baseId = 'i', quoteId = 'i' }", "{\"l\":[{\"i\":\"a\"},7]}", "markets: expected a list of objects, got number 7 at l.2", NULL },
    { "markets { at = 'l', id = 'i' }", "{\"k\":[[1],{\"l\":[]}]}", "markets: no 'l' in the reply", NULL },
    { "markets { at = 'l', id = 'i' }", "{\"l\":\"none\",\"m\":[]}", "markets: expected a list, got text 'none' at l", NULL },
    { "markets { id = 'i', baseId = 'i', quoteId = 'i' }", "[{\"i\":\"a\"},{\"i\":]", "invalid JSON at byte 17: expected a value, found ']'", NULL },
    { "markets { id = 'i', baseId = 'i', quoteId = 'i' }", "[{\"i\":\"a\"},{\"i\":\"b\"}", "truncated JSON (ends at byte 20)", NULL },
    { "markets { id = 'i' }", "[{\"i\":\"a\"},{\"i\":\"b\"}", "market a: no symbol, and no baseId and quoteId to make it from",
      "truncated JSON (ends at byte 20)" },
  };
  char err[256];
  unsigned depth, generation = market_generation(store);
  size_t count = market_count(store);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    for (size_t k = TAPES; k < TAPES * (strlen(rows[i].json) + 1); k++) {
      size_t step = k / TAPES;
      enum tape tape = k % TAPES;
      if (in_parts(plan_of(rows[i].map), rows[i].json, step, tape, err, sizeof err)) fail_msg("%s in parts of %zu: taken", rows[i].json, step);
      assert_string_equal(err, tape && rows[i].of_text ? rows[i].of_text : rows[i].why);
      lua_settop(L, 0);
    }
  assert_int_equal(market_generation(store), generation);
  assert_int_equal(market_count(store), count);
  static const char *const whole_only[] = {        /* they need more than the elements before, or are no list for a store */
    "markets { at = 'a,b', id = 'i' }", "markets { at = 'a.-1', id = 'i' }", "markets { at = 'a[x=y].l', id = 'i' }", "markets { at = '/a', id = 'i' }",
    "markets { id = 'i', quoteId = '/q' }", "markets { id = function(o) return o.i end }", "markets { id = 'i', where = '/on' }", "tickers { last = 'p' }",
    "market { id = 'i' }", "markets { at = 'a.b.c.d.e.f.g.h.i', id = 'i' }",
  };
  for (size_t i = 0; i < sizeof whole_only / sizeof *whole_only; i++) {
    if (fill_early(plan_of(whole_only[i]), &depth)) fail_msg("%s is read early", whole_only[i]);
    lua_settop(L, 0);
  }
  assert_true(fill_early(plan_of("currencies { at = 'a.b', id = 'c' }"), &depth));
  assert_int_equal(depth, 2);
  lua_settop(L, 0);
  /* What was read before the store was filled by somebody else is not what would be read now. */
  ReadContext c = plain;
  const Plan *p = plan_of("markets { id = 'i', baseId = 'i', quoteId = 'i' }");
  JsonStream *j = json_stream_new(0);
  c.adapter = L;
  json_stream_add(j, "[{\"i\":\"a\"}", 10);
  JsonDoc *d = json_stream_cut(j, 0);
  Fill *f = fill_new(p, &c, d, store);
  assert_true(fill_more(f, &c, 0));
  json_stream_uncut(j);
  assert_true(fill_is(f, p, d));
  load("return {}", false);
  assert_false(fill_is(f, p, d));
  fill_free(f);
  json_stream_free(j);
}

/* What a market is not found by is only read when its table is asked for, and what is wrong with it is told then. */
static void the_rest_later(void **state) {
  (void)state;
  char err[300];
  lua_newtable(L);
  lua_setglobal(L, "kept");
  if (luaL_dostring(L, "plan = markets { id = 'i', baseId = 'b', quoteId = 'q', active = { 'on', yes = true, default = false }, taker = 'fee',"
                       "  lower = 'i|lower', name = '@key', limits = { amount = { min = 'f[t=lot].min' } },"
                       "  precision = { price = 'p', amount = 'f[t=lot].step,p|tick' },"
                       "  created = function(o) kept[#kept + 1] = o.i return o.at end }"))
    fail_msg("%s", lua_tostring(L, -1));
  ReadContext c = plain;
  char json[] =
    "{\"k1\":{\"i\":\"AQ\",\"b\":\"A\",\"q\":\"Q\",\"on\":\"yes\",\"p\":\"0.1\",\"fee\":\"0.5\",\"at\":7,"
    "\"f\":[{\"t\":\"lot\",\"min\":\"2\",\"step\":\"0.25\"}]},"
    "\"k2\":{\"i\":\"BQ\",\"b\":\"B\",\"q\":\"Q\",\"p\":2,\"at\":8,\"f\":[{\"t\":\"lot\",\"min\":\"none\"}]}}";
  c.adapter = L;
  c.markets = store;
  c.taker = 0.25;
  lua_getglobal(L, "plan");
  JsonDoc *doc = json_parse(strcpy(malloc(sizeof json), json), strlen(json), err, sizeof err);
  assert_non_null(doc);
  if (!plan_run_markets(plan_test(L, -1), &c, doc, 0, store)) fail_msg("%s", c.error);
  json_unref(doc);
  lua_settop(L, 0);
  if (luaL_dostring(L, "eq(#kept, 2)")) fail_msg("%s", lua_tostring(L, -1));      /* a function is called while the list is read, once */
  for (int i = 0; i < 2; i++) {
    push_market(by_symbol("A/Q"));
    look("eq(m.limits.amount.min, 2) eq(m.precision.amount, 0.25) eq(m.precision.price, 0.1) eq(m.active, true) eq(m.taker, 0.5)"
         "eq(m.lower, 'aq') eq(m.name, 'k1') eq(m.created, 7) eq(m.base, 'A') eq(m.spot, true) eq(m.info.f[1].min, '2') eq(#kept, 2)");
  }
  assert_int_equal(market_facts(by_symbol("B/Q"))->price_places, 0);
  assert_false(market_push(L, by_symbol("B/Q"), err, sizeof err));
  assert_string_equal(err, "B/Q: market.limits.amount.min: expected a number, got text 'none' at f.1.min");
  assert_int_equal(lua_gettop(L), 0);
  /* The default fee counts where the element has none; what is false stays out. */
  if (luaL_dostring(L, "plan = markets { id = 'i', baseId = 'b', quoteId = 'q', taker = 'fee', maker = { 'fee', none = false } }"))
    fail_msg("%s", lua_tostring(L, -1));
  char two[] = "[{\"i\":\"AQ\",\"b\":\"A\",\"q\":\"Q\"},{\"i\":\"BQ\",\"b\":\"B\",\"q\":\"Q\",\"fee\":\"none\"}]";
  c.maker = 0.125;
  lua_getglobal(L, "plan");
  doc = json_parse(strcpy(malloc(sizeof two), two), strlen(two), err, sizeof err);
  if (!plan_run_markets(plan_test(L, -1), &c, doc, 0, store)) fail_msg("%s", c.error);
  json_unref(doc);
  lua_settop(L, 0);
  push_market(by_symbol("A/Q"));
  look("eq(m.taker, 0.25) eq(m.maker, 0.125)");
  assert_false(market_push(L, by_symbol("B/Q"), err, sizeof err));
  assert_string_equal(err, "B/Q: market.taker: expected a number, got text 'none' at fee");
  assert_true(run("markets { id = '.', baseId = '.', quoteId = '@key', active = 'on' }", "{\"q\":\"b\"}", false, err, sizeof err));      /* plain values */
  push_market(by_symbol("B/Q"));
  look("eq(m.id, 'b') eq(m.info, 'b') eq(m.active, nil)");
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
    cmocka_unit_test(kept_and_found), cmocka_unit_test(codes), cmocka_unit_test(refused), cmocka_unit_test(straight_from_a_reply), cmocka_unit_test(by_and_by), cmocka_unit_test(by_keys),
    cmocka_unit_test(by_and_by_refused), cmocka_unit_test(the_rest_later), cmocka_unit_test(many),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
