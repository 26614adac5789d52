/* Maps against replies. A row is a map, a reply and Lua that looks at the result; or the error that must come. */
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
#include "worker/expr.h"
#include "worker/plan.h"
#include "worker/view.h"

static lua_State *adapter, *to;
static MarketStore *store;

static const char *const checks =
  "function eq(a, b, what) if a ~= b then error((what or 'value') .. ': ' .. tostring(a) .. ' instead of ' .. tostring(b), 2) end end\n"
  "function near(a, b) if type(a) ~= 'number' or math.abs(a - b) > 1e-9 * math.abs(b) then error(tostring(a) .. ' instead of ' .. tostring(b), 2) end end\n"
  "function keys(t) local n = 0 for _ in pairs(t) do n = n + 1 end return n end\n";

static const char *const market_list =
  "return { { id = 'BTCUSDT', baseId = 'BTC', quoteId = 'USDT', precision = { price = 0.01, amount = 0.00001 } },"
  " { id = 'ETHUSDT', baseId = 'ETH', quoteId = 'USDT' },"
  " { id = 'XXBTZUSD', baseId = 'XBT', quoteId = 'USD', altname = 'XBTUSD' },"
  " { id = 'BTCUSDT', type = 'swap', baseId = 'BTC', quoteId = 'USDT', settleId = 'USDT', contractSize = 0.01 },"
  " { id = 'XBTUSD', type = 'swap', baseId = 'XBT', quoteId = 'USD', settleId = 'XBT', contractSize = 10 } }";

static int setup(void **state) {
  (void)state;
  char err[256];
  adapter = luaL_newstate();
  to = luaL_newstate();
  luaL_openlibs(adapter);
  luaL_openlibs(to);
  view_open(adapter);
  view_open(to);
  book_open(to);
  lua_pushglobaltable(adapter);
  plan_open(adapter);
  expr_open(adapter);
  lua_pop(adapter, 1);
  assert_int_equal(luaL_dostring(to, checks), LUA_OK);
  store = market_store_new();
  market_store_fees(store, NAN, NAN);
  assert_int_equal(luaL_dostring(adapter, market_list), LUA_OK);
  if (!market_store_load(store, adapter, -1, err, sizeof err)) fail_msg("%s", err);
  lua_settop(adapter, 0);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  lua_close(to);
  lua_close(adapter);
  market_store_free(store);
  return 0;
}

static JsonDoc *parse(const char *json) {
  char err[160];
  size_t n = strlen(json);
  char *copy = malloc(n + 64);
  memcpy(copy, json, n + 1);
  JsonDoc *doc = json_parse(copy, n, err, sizeof err);
  if (!doc) fail_msg("%s: %s", err, json);
  return doc;
}

static ReadContext context(void) {
  ReadContext c = { .adapter = adapter, .args_ref = LUA_NOREF, .maps_ref = LUA_NOREF, .symbol_of_ref = LUA_NOREF, .markets = store,
                    .since = INT64_MIN, .limit = INT64_MIN, .received_ms = 1700000000000, .taker = NAN, .maker = NAN };
  return c;
}

typedef struct {
  const char *map, *json, *look;     /* look: Lua over the global r; NULL: `error` must come */
  const char *error;
  const char *symbol, *code;         /* of the call */
  const char *arguments;             /* Lua table `a` */
  int64_t since, limit;              /* 0: none */
} Row;

static const char *with_return(const char *map, char *buf, size_t cap) {
  snprintf(buf, cap, "return %s", map);
  return buf;
}

static void run_row(const Row *row) {
  char code[4096];
  ReadContext c = context();
  if (row->symbol) c.market = market_by_symbol(store, row->symbol, strlen(row->symbol));
  if (row->symbol && !c.market) fail_msg("no market %s", row->symbol);
  c.code = row->code;
  if (row->since) c.since = row->since;
  if (row->limit) c.limit = row->limit;
  if (luaL_dostring(adapter, "maps = { kinds = { L = 'limit', [2] = 'market', default = 'limit' } } "
                             "function symbol_of(id, type) return id:sub(1, 3) .. '/' .. id:sub(4) end")) fail_msg("maps");
  lua_getglobal(adapter, "maps");
  c.maps_ref = luaL_ref(adapter, LUA_REGISTRYINDEX);
  lua_getglobal(adapter, "symbol_of");
  c.symbol_of_ref = luaL_ref(adapter, LUA_REGISTRYINDEX);
  if (row->arguments) {
    if (luaL_dostring(adapter, with_return(row->arguments, code, sizeof code))) fail_msg("%s", lua_tostring(adapter, -1));
    c.args_ref = luaL_ref(adapter, LUA_REGISTRYINDEX);
  }
  if (luaL_dostring(adapter, with_return(row->map, code, sizeof code))) fail_msg("%s: %s", row->map, lua_tostring(adapter, -1));
  Plan *p = plan_test(adapter, -1);
  if (!p) fail_msg("no plan: %s", row->map);
  JsonDoc *doc = parse(row->json);
  int top = lua_gettop(to);
  for (int round = 0; round < 2; round++) {      /* twice: what is remembered from the first time must not change the second */
    bool ok = plan_run(to, p, &c, doc, 0);
    if (row->look) {
      if (!ok) fail_msg("%s\n on %s\n: %s", row->map, row->json, c.error);
      lua_setglobal(to, "r");
      if (luaL_dostring(to, row->look)) fail_msg("%s\n on %s\n: %s", row->map, row->json, lua_tostring(to, -1));
    } else {
      if (ok) fail_msg("%s\n on %s: no error", row->map, row->json);
      if (!strstr(c.error, row->error)) fail_msg("error '%s' instead of '%s'", c.error, row->error);
    }
    assert_int_equal(lua_gettop(to), top);
  }
  json_unref(doc);
  lua_settop(adapter, 0);
  luaL_unref(adapter, LUA_REGISTRYINDEX, c.args_ref);
  luaL_unref(adapter, LUA_REGISTRYINDEX, c.maps_ref);
  luaL_unref(adapter, LUA_REGISTRYINDEX, c.symbol_of_ref);
}

static void run_rows(const Row *rows, size_t n) {
  for (size_t i = 0; i < n; i++) run_row(&rows[i]);
}
#define RUN(rows) run_rows(rows, sizeof(rows) / sizeof((rows)[0]))

#define BINANCE "market = 'symbol', bid = 'bidPrice', ask = 'askPrice', open = 'openPrice', last = 'lastPrice', high = 'highPrice', " \
  "low = 'lowPrice', change = 'priceChange', percentage = 'priceChangePercent', vwap = 'weightedAvgPrice', baseVolume = 'volume', " \
  "quoteVolume = 'quoteVolume', previousClose = 'prevClosePrice', timestamp = 'closeTime'"
#define BINANCE_ROW "{\"symbol\":\"BTCUSDT\",\"priceChange\":\"1188.75000000\",\"priceChangePercent\":\"1.647\",\"weightedAvgPrice\":\"71624.65401064\"," \
  "\"prevClosePrice\":\"72180.93000000\",\"lastPrice\":\"73369.84000000\",\"bidPrice\":\"73369.83000000\",\"askPrice\":\"73369.84000000\"," \
  "\"openPrice\":\"72181.09000000\",\"highPrice\":\"73650.25000000\",\"lowPrice\":\"68620.82000000\",\"volume\":\"72140.34862800\"," \
  "\"quoteVolume\":\"5167027510.68728707\",\"closeTime\":1710328245391}"

static void tickers(void **state) {
  (void)state;
  static const Row rows[] = {
    { "tickers { " BINANCE " }", "[" BINANCE_ROW ",{\"symbol\":\"NEWCOIN\",\"lastPrice\":\"1.5\",\"openPrice\":\"0.00000000\"}]",
      "local t = r['BTC/USDT'] eq(t.symbol, 'BTC/USDT') eq(t.bid, 73369.83) eq(t.last, 73369.84) eq(t.close, 73369.84) eq(t.timestamp, 1710328245391)"
      " eq(t.datetime, '2024-03-13T11:10:45.391Z') eq(t.average, 72775.46, 'average') eq(t.change, 1188.75) eq(t.quoteVolume, 5167027510.68728707)"
      " eq(t.previousClose, 72180.93) eq(math.type(t.timestamp), 'integer') eq(math.type(t.bid), 'float') eq(t.received, 1700000000000)"
      " eq(t.info.lastPrice, '73369.84000000') eq(t.markPrice, nil) eq(keys(r), 2)"
      " local n = r['NEW/COIN'] eq(n.last, 1.5) eq(n.open, nil, 'zero open') eq(n.change, nil)", NULL, NULL, NULL, NULL, 0, 0 },
    { "tickers { " BINANCE " }", "[" BINANCE_ROW ",{\"symbol\":\"ETHUSDT\",\"lastPrice\":\"1.5\"}]", "eq(keys(r), 1) eq(r['ETH/USDT'].last, 1.5)",
      NULL, NULL, NULL, "{ symbols = { 'ETH/USDT' } }", 0, 0 },
    { "ticker { at = 'result.*', bid = 'b.1', ask = 'a.1', last = 'c.1', high = 'h.2', low = 'l.2', vwap = 'p.2', baseVolume = 'v.2', open = 'o' }",
      "{\"error\":[],\"result\":{\"XXBTZUSD\":{\"a\":[\"52609.60000\",\"1\",\"1.000\"],\"b\":[\"52609.50000\",\"1\",\"1.000\"],\"c\":[\"52641.10000\",\"0.00080000\"],"
      "\"v\":[\"1920.83610601\",\"7954.00219674\"],\"p\":[\"52389.94668\",\"54022.90683\"],\"t\":[23329,80463],\"l\":[\"51513.90000\",\"51513.90000\"],"
      "\"h\":[\"53219.90000\",\"57200.00000\"],\"o\":\"52280.40000\"}}}",
      "eq(r.symbol, 'BTC/USD') eq(r.bid, 52609.5) eq(r.high, 57200.0) near(r.change, 360.7) near(r.percentage, 0.689933512367) near(r.average, 52460.75)"
      " eq(r.timestamp, nil) eq(r.datetime, nil) eq(r.info.c[1], '52641.10000')", NULL, "BTC/USD", NULL, NULL, 0, 0 },
    { "ticker { last = 'l', percentage = 'p' }", "{\"l\":110,\"p\":10}", "near(r.open, 100) near(r.change, 10) near(r.average, 105)", NULL, "ETH/USDT", NULL, NULL, 0, 0 },
    { "ticker { last = 'l', change = 'c' }", "{\"l\":\"10\",\"c\":\"0\"}", "eq(r.open, 10.0) eq(r.change, 0.0) eq(r.percentage, 0.0)", NULL, NULL, NULL, NULL, 0, 0 },
    { "ticker { average = 'm', change = 'c' }", "{\"m\":\"10\",\"c\":\"2\"}", "eq(r.last, 11.0) eq(r.open, 9.0)", NULL, NULL, NULL, NULL, 0, 0 },
    { "ticker { baseVolume = 'v', quoteVolume = 'q' }", "{\"v\":\"3\",\"q\":\"1\"}", "near(r.vwap, 1/3)", NULL, NULL, NULL, NULL, 0, 0 },
    { "ticker { bid = 'b' }", "{\"b\":1e-7}", "eq(r.bid, 1e-7)", NULL, NULL, NULL, NULL, 0, 0 },
    { "ticker { bid = 'b' }", "{\"b\":0.123456789012345678901234567890123456789012345}", "near(r.bid, 0.12345678901234568)", NULL, NULL, NULL, NULL, 0, 0 },
    { "ticker { bid = 'b', ask = 'a' }", "{\"b\":\"\",\"a\":null}", "eq(r.bid, nil) eq(r.ask, nil)", NULL, NULL, NULL, NULL, 0, 0 },
    /* mistakes of the reply name field, value and place */
    { "ticker { at = 'result.*', bid = 'b' }", "{\"result\":{\"XXBTZUSD\":{\"b\":{\"x\":1}}}}", NULL,
      "ticker.bid: expected a number, got an object at result.XXBTZUSD.b", NULL, NULL, NULL, 0, 0 },
    { "ticker { bid = 'b.1' }", "{\"b\":[\"abc\"]}", NULL, "ticker.bid: expected a number, got text 'abc' at b.1", NULL, NULL, NULL, 0, 0 },
    { "ticker { bid = 'b' }", "{\"b\":true}", NULL, "expected a number, got true at b", NULL, NULL, NULL, 0, 0 },
    { "ticker { bid = 'b' }", "{\"b\":false}", NULL, "expected a number, got false at b", NULL, NULL, NULL, 0, 0 },
    { "ticker { last = 'l', open = 'o', change = false }", "{\"l\":2,\"o\":1}", "eq(r.change, nil) eq(r.average, 1.5)", NULL, NULL, NULL, NULL, 0, 0 },
    { "ticker { bid = 'b' }", "{\"b\":\"NaN\"}", NULL, "expected a number, got text 'NaN'", NULL, NULL, NULL, 0, 0 },
    { "ticker { bid = 'b' }", "{\"b\":1e999}", NULL, "expected a number", NULL, NULL, NULL, 0, 0 },
    { "ticker { timestamp = 't' }", "{\"t\":\"2024-01-01\"}", NULL, "ticker.timestamp: expected a time in ms, got text '2024-01-01' at t", NULL, NULL, NULL, 0, 0 },
    { "ticker { at = 'result.*', bid = 'b' }", "{\"result\":{}}", NULL, "ticker: no 'result.*' in the reply", NULL, NULL, NULL, 0, 0 },
    { "ticker { at = 'result', bid = 'b' }", "{\"result\":5}", NULL, "ticker: expected an object, got number 5 at result", NULL, NULL, NULL, 0, 0 },
    { "tickers { market = '@key', last = 'l' }", "{\"code\":5,\"msg\":\"x\"}", "eq(keys(r), 2)", NULL, NULL, NULL, NULL, 0, 0 },
    { "tickers { at = 'data', market = 's', last = 'l' }", "{\"data\":[1,2]}", NULL, "tickers: expected a list of objects, got number 1 at data.1", NULL, NULL, NULL, 0, 0 },
    { "tickers { at = 'data', market = 's', last = 'l' }", "{\"data\":null}", NULL, "tickers: no 'data' in the reply", NULL, NULL, NULL, 0, 0 },
    { "tickers { at = 'data?', market = 's', last = 'l' }", "{\"data\":null}", "eq(next(r), nil)", NULL, NULL, NULL, NULL, 0, 0 },
    { "ticker { last = function(o) error('odd') end }", "{}", NULL, "odd", NULL, NULL, NULL, 0, 0 },
    { "ticker { last = function(o) return {} end }", "{}", NULL, "ticker.last: expected a number, got a list", NULL, NULL, NULL, 0, 0 },
    { "ticker { last = function(o) return print end }", "{}", NULL, "a function cannot stand for a value", NULL, NULL, NULL, 0, 0 },
    { "ticker { last = function(o) local t = {} t[1] = t return t end }", "{}", NULL, "nested deeper", NULL, NULL, NULL, 0, 0 },
    { "ticker { last = function(o) return 0/0 end }", "{}", NULL, "not finite", NULL, NULL, NULL, 0, 0 },
    { "ticker { last = function(o, a, m) return o.l + a.plus + #m.symbol end }", "{\"l\":\"1\"}", "eq(r.last, 10.0)", NULL, "BTC/USDT", NULL, "{ plus = 1 }", 0, 0 },
  };
  RUN(rows);
}

static void paths(void **state) {
  (void)state;
  static const Row rows[] = {
    { "ticker { last = 'a.b.-1' }", "{\"a\":{\"b\":[1,2,3]}}", "eq(r.last, 3.0)", NULL, NULL, NULL, NULL, 0, 0 },
    { "ticker { last = \"'a.b'.2\" }", "{\"a.b\":[1,2]}", "eq(r.last, 2.0)", NULL, NULL, NULL, NULL, 0, 0 },
    { "ticker { last = 'x,y,z' }", "{\"x\":null,\"y\":\"\",\"z\":4}", "eq(r.last, 4.0)", NULL, NULL, NULL, NULL, 0, 0 },
    { "ticker { at = 'd', last = '/x.y' }", "{\"d\":{},\"x\":{\"y\":7}}", "eq(r.last, 7.0)", NULL, NULL, NULL, NULL, 0, 0 },
    { "ticker { last = 'f.[t=LOT].min' }", "{\"f\":[{\"t\":\"X\",\"min\":1},{\"t\":\"LOT\",\"min\":2}]}", "eq(r.last, 2.0)", NULL, NULL, NULL, NULL, 0, 0 },
    { "ticker { last = 'f[t=LOT].min' }", "{\"f\":[{\"t\":\"X\",\"min\":1},{\"t\":\"LOT\",\"min\":2}]}", "eq(r.last, 2.0)", NULL, NULL, NULL, NULL, 0, 0 },
    { "ticker { last = 'x|nonzero,y' }", "{\"x\":\"0.00\",\"y\":3}", "eq(r.last, 3.0)", NULL, NULL, NULL, NULL, 0, 0 },
    { "ticker { last = 'x|mul:2|add:1|sub:0.5|div:4' }", "{\"x\":\"3.5\"}", "eq(r.last, 1.875)", NULL, NULL, NULL, NULL, 0, 0 },
    { "ticker { last = 'x|neg|abs', bid = 'x|min:10', ask = 'x|max:1' }", "{\"x\":\"3\"}", "eq(r.last, 3.0) eq(r.bid, 10.0) eq(r.ask, 1.0)", NULL, NULL, NULL, NULL, 0, 0 },
    { "ticker { timestamp = 't|s' }", "{\"t\":\"1601489313.3898\"}", "eq(r.timestamp, 1601489313389) eq(r.datetime, '2020-09-30T18:08:33.389Z')", NULL, NULL, NULL, NULL, 0, 0 },
    { "ticker { timestamp = 't|iso' }", "{\"t\":\"2024-06-15 12:34:56\"}", "eq(r.timestamp, 1718454896000)", NULL, NULL, NULL, NULL, 0, 0 },
    { "ticker { timestamp = 't|ns' }", "{\"t\":1718454896789000001}", "eq(r.timestamp, 1718454896789)", NULL, NULL, NULL, NULL, 0, 0 },
    { "order { id = 'i', side = 's|lower', type = 't|map:kinds', status = { 's', BUY = 'open' } }", "{\"i\":9007199254740993123,\"s\":\"BUY\",\"t\":2}",
      "eq(r.id, '9007199254740993123') eq(r.side, 'buy') eq(r.type, 'market') eq(r.status, 'open')", NULL, NULL, NULL, NULL, 0, 0 },
    { "order { type = 't|map:kinds' }", "{\"t\":\"ZZ\"}", "eq(r.type, 'limit')", NULL, NULL, NULL, NULL, 0, 0 },
    { "order { type = 't|map:nope' }", "{\"t\":\"ZZ\"}", NULL, "no map 'nope' in 'maps'", NULL, NULL, NULL, 0, 0 },
    { "order { status = { 's', a = 'open' }, side = { 's', default = '.' }, type = { 's', default = 'limit' } }", "{\"s\":\"b\"}",
      "eq(r.status, nil) eq(r.side, 'b') eq(r.type, 'limit')", NULL, NULL, NULL, NULL, 0, 0 },
    { "order { side = { 'b', ['true'] = 'buy', ['false'] = 'sell' } }", "{\"b\":false}", "eq(r.side, 'sell')", NULL, NULL, NULL, NULL, 0, 0 },
    { "order { side = { function(o) return o.b end, [true] = 'buy' } }", "{\"b\":true}", "eq(r.side, 'buy')", NULL, NULL, NULL, NULL, 0, 0 },
    { "ticker { last = { 'l', function(o) return o.x end }, bid = { 'b,c', function() error('called') end } }", "{\"x\":\"2\",\"c\":3}", "eq(r.last, 2.0) eq(r.bid, 3.0)",
      NULL, NULL, NULL, NULL, 0, 0 },
    { "ticker { last = { 'l', function(o) error('odd') end } }", "{\"l\":null}", NULL, "odd", NULL, NULL, NULL, 0, 0 },
    { "ticker { bid = 'x.in.b', ask = 'x.in.a', last = 'y.in.b', high = 'x.in.c' }", "{\"x\":{\"in\":{\"b\":1,\"a\":2,\"c\":3}},\"y\":{\"in\":{\"b\":4}}}",
      "eq(r.bid, 1.0) eq(r.ask, 2.0) eq(r.last, 4.0) eq(r.high, 3.0)", NULL, NULL, NULL, NULL, 0, 0 },
    { "order { reduceOnly = 'a|not', postOnly = 'b|eq:x', id = '=fixed', leverage = 5, hedged = true }", "{\"a\":true,\"b\":\"x\"}",
      "eq(r.reduceOnly, false) eq(r.postOnly, true) eq(r.id, 'fixed') eq(r.leverage, 5.0) eq(r.hedged, true)", NULL, NULL, NULL, NULL, 0, 0 },
    { "order { id = 'x|before:-', clientOrderId = \"x|after:'-'\", side = 'y|default:buy' }", "{\"x\":\"ab-cd-e\"}",
      "eq(r.id, 'ab') eq(r.clientOrderId, 'cd-e') eq(r.side, 'buy')", NULL, NULL, NULL, NULL, 0, 0 },
    { "order { id = 's' }", "{\"s\":\"a\\u00e9\\n\"}", "eq(r.id, 'a\\xc3\\xa9\\n')", NULL, NULL, NULL, NULL, 0, 0 },
    { "order { side = 's' }", "{\"s\":5}", NULL, "order.side: expected text, got number 5 at s", NULL, NULL, NULL, 0, 0 },
    { "order { postOnly = 's' }", "{\"s\":1}", NULL, "order.postOnly: expected true or false, got number 1", NULL, NULL, NULL, 0, 0 },
    { "order { at = 'payload|json', id = 'a' }", "{\"payload\":\"{\\\"a\\\":12}\"}", "eq(r.id, '12') eq(r.info.a, '12')", NULL, NULL, NULL, NULL, 0, 0 },
    { "order { at = 'payload|json', id = 'a' }", "{\"payload\":\"{oops\"}", NULL, "order: the text holds no JSON", NULL, NULL, NULL, 0, 0 },
    { "transaction { currency = 'c|code' , amount = 'p|tick' }", "{\"c\":\"XBT\",\"p\":8}", "eq(r.currency, 'BTC') eq(r.amount, 1e-8)", NULL, NULL, NULL, NULL, 0, 0 },
    { "transaction { amount = 'a|s' }", "{\"a\":\"x\"}", NULL, "transaction.amount: |s expected a number, got text 'x' at a", NULL, NULL, NULL, 0, 0 },
    { "time('result.unixtime|s')", "{\"result\":{\"unixtime\":1591502873}}", "eq(r, 1591502873000)", NULL, NULL, NULL, NULL, 0, 0 },
    { "time('result.unixtime|s')", "{\"result\":{}}", NULL, "time: no 'result.unixtime|s' in the reply", NULL, NULL, NULL, 0, 0 },
    { "status { at = 'result', status = { 'status', online = 'ok' }, updated = 'timestamp|iso' }", "{\"result\":{\"status\":\"online\",\"timestamp\":\"2024-07-22T16:34:44Z\"}}",
      "eq(r.status, 'ok') eq(r.updated, 1721666084000)", NULL, NULL, NULL, NULL, 0, 0 },
  };
  RUN(rows);
}

static void trades_and_orders(void **state) {
  (void)state;
#define LUNO "trades { at = 'trades', id = 'sequence', timestamp = 'timestamp', side = { 'is_buy', ['true'] = 'buy', ['false'] = 'sell' }, price = 'price', amount = 'volume' }"
#define LUNO_REPLY "{\"trades\":[{\"sequence\":3,\"timestamp\":3000,\"price\":\"3\",\"volume\":\"0.1\",\"is_buy\":true}," \
  "{\"sequence\":2,\"timestamp\":2000,\"price\":\"2\",\"volume\":\"0.2\",\"is_buy\":false},{\"sequence\":1,\"timestamp\":1000,\"price\":\"1.5\",\"volume\":\"0.3\",\"is_buy\":false}]}"
  static const Row rows[] = {
    { LUNO, LUNO_REPLY, "eq(#r, 3) eq(r[1].id, '1') eq(r[1].side, 'sell') eq(r[3].side, 'buy') eq(r[1].cost, 0.45) eq(r[1].symbol, 'ETH/USDT')"
      " eq(r[1].datetime, '1970-01-01T00:00:01.000Z') eq(#r[1].fees, 0) eq(r[1].fee.cost, nil) eq(r[1].info.sequence, '1')", NULL, "ETH/USDT", NULL, NULL, 0, 0 },
    { LUNO, LUNO_REPLY, "eq(#r, 2) eq(r[1].id, '2')", NULL, "ETH/USDT", NULL, NULL, 0, 2 },
    { LUNO, LUNO_REPLY, "eq(#r, 1) eq(r[1].id, '2')", NULL, "ETH/USDT", NULL, NULL, 1500, 1 },
    { LUNO, "{\"trades\":[]}", "eq(#r, 0)", NULL, "ETH/USDT", NULL, NULL, 0, 0 },
    { LUNO, "{\"error\":1}", NULL, "trades: no 'trades' in the reply", "ETH/USDT", NULL, NULL, 0, 0 },
    { "trades { market = 's', id = 'i', timestamp = 't', price = 'p', amount = 'a', fee = { cost = 'f', currency = 'c|code' } }",
      "[{\"s\":\"BTCUSDT\",\"i\":2,\"t\":2,\"p\":\"4.000001\",\"a\":\"12\",\"f\":\"10.1\",\"c\":\"bnb\"},{\"s\":\"ETHUSDT\",\"i\":1,\"t\":1,\"p\":\"1\",\"a\":\"1\",\"c\":\"X\"}]",
      "eq(#r, 1) eq(r[1].cost, 48.000012) eq(r[1].fee.cost, 10.1) eq(r[1].fee.currency, 'BNB') eq(r[1].fees[1].cost, 10.1)", NULL, "BTC/USDT", NULL, NULL, 0, 0 },
    { "trades { market = 's', timestamp = 't', price = 'p', amount = 'a' }", "[{\"s\":\"BTCUSDT\",\"t\":1,\"p\":\"100\",\"a\":\"5\"}]",
      "eq(r[1].symbol, 'BTC/USDT:USDT') eq(r[1].cost, 5.0)", NULL, "BTC/USDT:USDT", NULL, NULL, 0, 0 },
    { "orders { id = 'i', status = 's', type = '={kind}', price = '={p}' }",
      "[{\"i\":1,\"s\":\"PARTIALLY_FILLED\"},{\"i\":2,\"s\":\"Cancelled\"},{\"i\":3,\"s\":\"odd\"}]",
      "eq(r[1].status, 'open') eq(r[2].status, 'canceled') eq(r[3].status, 'odd') eq(r[1].type, 'limit') eq(r[1].price, nil)",
      NULL, NULL, NULL, "{ kind = 'limit' }", 0, 0 },
    { "trade { fee = { cost = 'f', currency = '@quote' } }", "{\"f\":1}", "eq(r.fee.currency, 'USDT')", NULL, "ETH/USDT", NULL, NULL, 0, 0 },
    { "trade { fee = { cost = 'f', currency = '@quote' } }", "{\"f\":1}", "eq(r.fee.currency, nil)", NULL, NULL, NULL, NULL, 0, 0 },
    { "order { status = { 's', DONE = 'filled', default = '.' } }", "{\"s\":\"DONE\"}", "eq(r.status, 'filled')", NULL, NULL, NULL, NULL, 0, 0 },
    { "market { id = 'i', symbol = 'i|text', precision = { amount = 'a|places', price = 'p|places' } }", "{\"i\":1,\"a\":\"0.0010\",\"p\":5}",
      "eq(r.precision.amount, 3.0) eq(r.precision.price, 0.0)", NULL, NULL, NULL, NULL, 0, 0 },
    { "order { side = 's|as:B=buy;S=sell', type = 't|as:1=limit' }", "{\"s\":\"S\",\"t\":2}", "eq(r.side, 'sell') eq(r.type, '2')", NULL, NULL, NULL, NULL, 0, 0 },
    { "transaction { status = 's', fee = { cost = 'f' } }", "{\"s\":\"Success\",\"f\":\"0.1\"}", "eq(r.status, 'ok') eq(r.currency, 'BTC') eq(r.fee.currency, 'BTC')",
      NULL, NULL, "BTC", NULL, 0, 0 },
    { "trade { price = 'p', amount = 'a' }", "{\"p\":\"100\",\"a\":\"5\"}", "eq(r.symbol, 'BTC/USD:BTC') eq(r.cost, 0.5)", NULL, "BTC/USD:BTC", NULL, NULL, 0, 0 },
    { "trades { timestamp = 't', id = 'i', where = 'k=trade' }", "[{\"t\":5,\"i\":\"b\",\"k\":\"trade\"},{\"t\":5,\"i\":\"a\",\"k\":\"trade\"},{\"t\":1,\"i\":\"z\",\"k\":\"other\"}]",
      "eq(#r, 2) eq(r[1].id, 'a')", NULL, NULL, NULL, NULL, 0, 0 },
    { "trades { timestamp = 't', where = function(o) return o.k end }", "[{\"t\":5,\"k\":true},{\"t\":5,\"k\":false}]", "eq(#r, 1)", NULL, NULL, NULL, NULL, 0, 0 },
    { "order { id = 'i', amount = 'n', trades = trades { at = 't', id = 'i', price = 'p', amount = 'a' } }",
      "{\"i\":\"1\",\"n\":\"2\",\"t\":[{\"i\":\"7\",\"p\":\"10\",\"a\":\"0.5\"},{\"i\":\"7\",\"p\":\"10\",\"a\":\"0.5\"},{\"i\":\"8\",\"p\":\"10\",\"a\":\"0.5\"}]}",
      "eq(r.filled, 1.0) eq(r.remaining, 1.0) eq(r.cost, 10.0) eq(#r.trades, 2)", NULL, NULL, NULL, NULL, 0, 0 },
    { "order { id = 'orderId', status = { 'status', FILLED = 'closed' }, type = 'type|lower', price = 'price', amount = 'origQty', filled = 'executedQty',"
      " cost = 'cummulativeQuoteQty', triggerPrice = 'stopPrice|nonzero', timeInForce = 'timeInForce' }",
      "{\"orderId\":3397148653,\"status\":\"FILLED\",\"type\":\"MARKET\",\"price\":\"0.00000000\",\"origQty\":\"0.10000000\",\"executedQty\":\"0.10000000\","
      "\"cummulativeQuoteQty\":\"9.08000000\",\"stopPrice\":\"0.0\",\"timeInForce\":\"GTC\"}",
      "eq(r.average, 90.8) eq(r.price, 90.8) eq(r.remaining, 0.0) eq(r.postOnly, false) eq(r.triggerPrice, nil) eq(#r.trades, 0) eq(#r.fees, 0) eq(r.fee, nil) eq(r.status, 'closed')",
      NULL, "ETH/USDT", NULL, NULL, 0, 0 },
    { "order { amount = 'a', remaining = 'r', price = 'p', type = '=market' }", "{\"a\":\"10\",\"r\":\"4\",\"p\":\"2.5\"}",
      "eq(r.filled, 6.0) eq(r.cost, 15.0) eq(r.average, nil) eq(r.timeInForce, 'IOC')", NULL, "ETH/USDT", NULL, NULL, 0, 0 },
    { "order { amount = 'a', filled = 'f', price = 'p' }", "{\"a\":\"1\",\"f\":\"0\",\"p\":\"2\"}", "eq(r.cost, 0.0) eq(r.average, nil) eq(r.remaining, 1.0)", NULL, NULL, NULL, NULL, 0, 0 },
    { "order { id = 'i', trades = trades { at = 'fills', id = 'tid', price = 'p', amount = 'q', timestamp = 't', fee = { cost = 'c', currency = 'ca' } } }",
      "{\"i\":1,\"fills\":[{\"tid\":7,\"p\":\"10\",\"q\":\"1\",\"t\":5,\"c\":\"0.1\",\"ca\":\"BNB\"},{\"tid\":8,\"p\":\"11\",\"q\":\"3\",\"t\":9,\"c\":\"0.2\",\"ca\":\"BNB\"}]}",
      "eq(r.filled, 4.0) eq(r.cost, 43.0) eq(r.average, 10.75) eq(r.lastTradeTimestamp, 9) near(r.fee.cost, 0.3) eq(r.fee.currency, 'BNB') eq(#r.fees, 1)"
      " eq(#r.trades, 2) eq(r.trades[2].cost, 33.0) eq(r.trades[1].symbol, 'BTC/USDT') eq(r.trades[1].info.tid, '7')", NULL, "BTC/USDT", NULL, NULL, 0, 0 },
    { "order { id = 'i', fee = { cost = 'f', currency = '=USD', rate = 'x' } }", "{\"i\":1,\"f\":\"0.00000\"}", "eq(r.fee.cost, 0.0) eq(r.fees[1].currency, 'USD') eq(r.fee.rate, nil)", NULL, NULL, NULL, NULL, 0, 0 },
    { "order { id = 'i', fees = function(o) return { { cost = o.f, currency = 'A' }, { cost = '2', currency = 'A' }, { currency = 'B' } } end }", "{\"i\":1,\"f\":\"0.5\"}",
      "eq(#r.fees, 1) eq(r.fees[1].cost, 2.5) eq(r.fee.cost, 2.5)", NULL, NULL, NULL, NULL, 0, 0 },
    { "order { id = 'i', postOnly = 'p', type = '=limit' }", "{\"i\":1,\"p\":true}", "eq(r.timeInForce, 'PO')", NULL, NULL, NULL, NULL, 0, 0 },
    { "order { status = '=closed', amount = 'a' }", "{\"a\":\"3\"}", "eq(r.filled, 3.0) eq(r.remaining, 0.0)", NULL, NULL, NULL, NULL, 0, 0 },
    { "orders { at = 'o', id = '@key', market = 'd.pair', timestamp = 't|s' }", "{\"o\":{\"B\":{\"d\":{\"pair\":\"XXBTZUSD\"},\"t\":2.5},\"A\":{\"d\":{\"pair\":\"XXBTZUSD\"},\"t\":1}}}",
      "eq(r[1].id, 'A') eq(r[2].timestamp, 2500) eq(r[1].symbol, 'BTC/USD')", NULL, NULL, NULL, NULL, 0, 0 },
    { "transactions { id = 'i', currency = 'c|code', timestamp = 't', amount = 'a' }", "[{\"i\":1,\"c\":\"eth\",\"t\":2,\"a\":\"1\"},{\"i\":2,\"c\":\"xbt\",\"t\":1,\"a\":\"2\"}]",
      "eq(#r, 1) eq(r[1].currency, 'BTC')", NULL, NULL, "BTC", NULL, 0, 0 },
    { "transfer { id = 'i' }", "{\"i\":1}", "eq(r.currency, 'BTC')", NULL, NULL, "BTC", NULL, 0, 0 },
    { "ledger { id = 'i', amount = 'a', after = 'b', timestamp = 't', fee = { cost = 'f', currency = 'c' } }", "[{\"i\":1,\"a\":\"0.5\",\"b\":\"8.5\",\"t\":1,\"f\":\"1.25\",\"c\":\"BTC\"}]",
      "eq(r[1].before, 8.0) eq(r[1].direction, 'in') eq(r[1].fee.cost, 1.25)", NULL, NULL, NULL, NULL, 0, 0 },
    { "address { address = 'a', tag = 't' }", "{\"a\":\"x\",\"t\":108618262}", "eq(r.tag, '108618262') eq(r.currency, 'XRP')", NULL, NULL, "XRP", NULL, 0, 0 },
    { "addresses { at = 'd', address = 'a', network = 'n' }", "{\"d\":[{\"a\":\"x\",\"n\":\"TRC20\"},{\"a\":\"y\",\"n\":\"ERC20\"}]}", "eq(r.ERC20.address, 'y')", NULL, NULL, "USDT", NULL, 0, 0 },
    { "trading_fees { market = 's', maker = 'm', taker = 't' }", "[{\"s\":\"BTCUSDT\",\"m\":\"0.001\",\"t\":\"0.002\"}]", "eq(r['BTC/USDT'].taker, 0.002)", NULL, NULL, NULL, NULL, 0, 0 },
    { "withdraw_fees { at = 'd', currency = 'c|code', withdraw = { fee = 'f' } }", "{\"d\":[{\"c\":\"xbt\",\"f\":1}]}", "eq(r.BTC.withdraw.fee, 1.0) eq(type(r.BTC.deposit), 'table')", NULL, NULL, NULL, NULL, 0, 0 },
    { "positions { market = 's', market_type = '=swap', contracts = 'c', unrealizedPnl = 'u', initialMargin = 'm' }", "[{\"s\":\"BTCUSDT\",\"c\":\"2\",\"u\":\"1\",\"m\":\"4\"}]",
      "eq(r[1].symbol, 'BTC/USDT:USDT') eq(r[1].contractSize, 0.01) eq(r[1].percentage, 25.0)", NULL, NULL, NULL, NULL, 0, 0 },
    { "funding_rate { fundingRate = 'r', fundingTimestamp = 't' }", "{\"r\":\"0.0001\",\"t\":0}", "eq(r.fundingDatetime, '1970-01-01T00:00:00.000Z')", NULL, NULL, NULL, NULL, 0, 0 },
    { "accounts { id = 'i', type = 't' }", "[{\"i\":5,\"t\":\"spot\"}]", "eq(r[1].id, '5') eq(r[1].info.t, 'spot')", NULL, NULL, NULL, NULL, 0, 0 },
  };
  RUN(rows);
}

static void balances(void **state) {
  (void)state;
  static const Row rows[] = {
    { "balance { at = 'b', currency = 'asset|code', free = 'free', used = 'locked' }",
      "{\"b\":[{\"asset\":\"XBT\",\"free\":\"0.1\",\"locked\":\"0.2\"},{\"asset\":\"usd\",\"free\":\"5\",\"locked\":\"0\"}]}",
      "eq(r.BTC.total, 0.3) eq(r.free.BTC, 0.1) eq(r.used.USD, 0.0) eq(r.total.USD, 5.0) eq(r.debt, nil) eq(r.info.b[1].asset, 'XBT')", NULL, NULL, NULL, NULL, 0, 0 },
    { "balance { at = 'result', currency = '@key|code', total = '.' }", "{\"result\":{\"XBT\":\"1.5\",\"ZUSD\":2}}", "eq(r.BTC.total, 1.5) eq(r.BTC.free, nil) eq(r.total.ZUSD, 2.0)", NULL, NULL, NULL, NULL, 0, 0 },
    { "balance { currency = 'c', total = 't', used = 'u', debt = 'd' }", "[{\"c\":\"A\",\"t\":\"3\",\"u\":\"1\",\"d\":\"0.5\"},{\"c\":\"A\",\"t\":\"1\",\"u\":\"1\"}]",
      "eq(r.A.free, 2.0) eq(r.A.total, 4.0) eq(r.free.A, 2.0) eq(r.debt.A, 0.5)", NULL, NULL, NULL, NULL, 0, 0 },
    { "balance { at = 'b', currency = 'c', free = 'f' }", "{\"b\":{\"x\":5}}", NULL, "balance: expected a list of objects, got number 5 at b.x", NULL, NULL, NULL, 0, 0 },
  };
  RUN(rows);
}

static void books_and_candles(void **state) {
  (void)state;
  static const Row rows[] = {
    { "book { timestamp = 'T', nonce = 'lastUpdateId' }",
      "{\"lastUpdateId\":333598053905,\"T\":1618631511964,\"bids\":[[\"2493.56\",\"20.189\"],[\"2493.57\",\"1.000\"]],\"asks\":[[\"2493.59\",\"0.877\"],[\"2493.58\",\"0.063\"]]}",
      "eq(#r.bids, 2) eq(r.bids[1][1], 2493.57) eq(r.asks[1][2], 0.063) eq(r.bids[3], nil) eq(r.timestamp, 1618631511964) eq(r.nonce, 333598053905) eq(r.symbol, 'BTC/USDT')"
      " eq(r.datetime, '2021-04-17T03:51:51.964Z') local b, a = r:best() eq(b, 2493.57) eq(a, 2493.58) eq(r.received, 1700000000000) eq(r.info.T, '1618631511964')"
      " local n = 0 for i, l in ipairs(r.bids) do n = n + l[2] end near(n, 21.189) for i, l in pairs(r.asks) do n = n + 1 end near(n, 23.189)"
      " eq(pcall(function() r.x = 1 end), false) eq(keys(r), 8)", NULL, "BTC/USDT", NULL, NULL, 0, 0 },
    { "book { at = 'data.1', level = { 1, 2 }, timestamp = 'ts' }", "{\"data\":[{\"asks\":[[\"41006.8\",\"0.60038921\",\"0\",\"1\"]],\"bids\":[[\"41006.7\",\"0.3\",\"0\",\"1\"]],\"ts\":\"1621438475342\"}]}",
      "eq(r.asks[1][1], 41006.8) eq(#r.asks[1], 2)", NULL, NULL, NULL, NULL, 0, 0 },
    { "book { level = { 'price', 'volume', 'id' } }", "{\"asks\":[{\"price\":\"1.5\",\"volume\":2,\"id\":9007199254740993}],\"bids\":[]}",
      "eq(r.asks[1][3], '9007199254740993') eq(#r.bids, 0) eq(r:best(), nil)", NULL, NULL, NULL, NULL, 0, 0 },
    { "book {}", "{\"asks\":[[1,1],[2,1],[3,1]],\"bids\":[[0.5,1]]}", "eq(#r.asks, 2)", NULL, NULL, NULL, NULL, 0, 2 },
    { "book {}", "{\"asks\":[[1,1]]}", NULL, "book.bids: no 'bids' in the reply", NULL, NULL, NULL, 0, 0 },
    { "book {}", "{\"asks\":[[1,\"x\"]],\"bids\":[]}", NULL, "book amount: expected a number, got text 'x' at asks.1.2", NULL, NULL, NULL, 0, 0 },
    { "book {}", "{\"asks\":[[1]],\"bids\":[]}", NULL, "book amount: nothing in a level", NULL, NULL, NULL, 0, 0 },
    { "book {}", "{\"asks\":7,\"bids\":[]}", NULL, "book.asks: expected a list of levels, got number 7", NULL, NULL, NULL, 0, 0 },
    { "candles {}", "[[2000,\"1\",\"2\",\"0.5\",\"1.5\",\"10\",9],[1000,\"1\",\"2\",\"0.5\",\"1.5\",null,9]]",
      "eq(#r, 2) eq(r[1][1], 1000) eq(r[1][6], nil) eq(r[2][6], 10.0) eq(r[2][4], 0.5)", NULL, NULL, NULL, NULL, 0, 0 },
    { "candles { at = 'result.*', columns = { time = '1|s', open = 2, high = 3, low = 4, close = 5, volume = 7 } }", "{\"result\":{\"X\":[[1,\"1\",\"2\",\"3\",\"4\",\"5\",\"6\"]],\"last\":1}}",
      "eq(r[1][1], 1000) eq(r[1][6], 6.0)", NULL, NULL, NULL, NULL, 0, 0 },
    { "candles { columns = { time = 't', open = 'o', high = 'h', low = 'l', close = 'c', volume = 'v' } }", "[{\"t\":1,\"o\":1,\"h\":2,\"l\":1,\"c\":2,\"v\":3}]", "eq(r[1][5], 2.0)", NULL, NULL, NULL, NULL, 0, 0 },
    { "candles { columns = 't|s o  h l c v' }", "[{\"t\":1,\"o\":1,\"h\":2,\"l\":1,\"c\":2,\"v\":3}]", "eq(r[1][1], 1000) eq(r[1][5], 2.0)", NULL, NULL, NULL, NULL, 0, 0 },
    { "candles {}", "[[1,1,1,1,1,1],[2,1,1,1,1,1],[3,1,1,1,1,1]]", "eq(#r, 2) eq(r[1][1], 2)", NULL, NULL, NULL, NULL, 0, 2 },
    { "candles {}", "[[1,1,1,1,1,1],[2,1,1,1,1,1],[3,1,1,1,1,1]]", "eq(#r, 1) eq(r[1][1], 2)", NULL, NULL, NULL, NULL, 2, 1 },
    { "candles {}", "[[null,1,1,1,1,1]]", NULL, "candles: a row without a time (row 1)", NULL, NULL, NULL, 0, 0 },
    { "candles {}", "{\"s\":\"error\"}", NULL, "candles: expected a list of objects, got text 'error' at s", NULL, NULL, NULL, 0, 0 },
  };
  RUN(rows);
}

static void currencies_and_markets(void **state) {
  (void)state;
  static const Row rows[] = {
    { "currencies { id = 'coin', name = 'name', networks = each { at = 'list', key = 'network', id = 'network', network = 'network', deposit = 'd', withdraw = 'w', fee = 'f',"
      " precision = 'p|tick', limits = { withdraw = { min = 'wmin', max = 'wmax' } } } }",
      "[{\"coin\":\"XBT\",\"name\":\"Bitcoin\",\"list\":[{\"network\":\"BTC\",\"d\":true,\"w\":false,\"f\":\"0.0001\",\"p\":8,\"wmin\":\"0.001\",\"wmax\":10},"
      "{\"network\":\"LN\",\"d\":false,\"w\":true,\"f\":\"0.00001\",\"p\":6,\"wmin\":\"0.0001\",\"wmax\":5}]}]",
      "local c = r.BTC eq(c.id, 'XBT') eq(c.deposit, true) eq(c.withdraw, true) eq(c.fee, 0.00001) eq(c.precision, 0.000001) eq(c.limits.withdraw.min, 0.0001)"
      " eq(c.limits.withdraw.max, 10.0) eq(c.networks.LN.fee, 0.00001) eq(c.networks.BTC.limits.withdraw.max, 10.0) eq(c.networks.BTC.withdraw, false)"
      " eq(c.networks.LN.info.p, '6') eq(type(c.limits.deposit), 'table')", NULL, NULL, NULL, NULL, 0, 0 },
    { "markets { id = 'symbol', baseId = 'b', quoteId = 'q', active = { 's', TRADING = true, default = false }, precision = { amount = 'pa|tick' },"
      " limits = { amount = { min = 'f[t=LOT].min' } }, altname = 'alt', tiers = { taker = each { at = 'fees', volume = 1, rate = '2' } }, where = 'keep=true' }",
      "[{\"symbol\":\"xbtusd\",\"b\":\"xbt\",\"q\":\"usd\",\"s\":\"TRADING\",\"pa\":5,\"f\":[{\"t\":\"LOT\",\"min\":\"0.001\"}],\"alt\":\"XBT/USD\",\"fees\":[[\"0\",0.26]],\"keep\":true},{\"keep\":false}]",
      "eq(#r, 1) local m = r[1] eq(m.symbol, 'BTC/USD') eq(m.type, 'spot') eq(m.spot, true) eq(m.swap, false) eq(m.contract, false) eq(m.active, true) eq(m.precision.amount, 1e-5)"
      " eq(m.limits.amount.min, 0.001) eq(type(m.limits.cost), 'table') eq(m.altname, 'XBT/USD') eq(m.tiers.taker[1].rate, 0.26) eq(m.taker, nil) eq(m.linear, nil) eq(m.info.alt, 'XBT/USD')",
      NULL, NULL, NULL, NULL, 0, 0 },
    { "market { id = 'i', baseId = 'b', quoteId = 'q', settleId = 's', expiry = 'e' }", "{\"i\":\"X\",\"b\":\"BTC\",\"q\":\"USD\",\"s\":\"BTC\",\"e\":1601020800000}",
      "eq(r.symbol, 'BTC/USD:BTC-200925') eq(r.type, 'future') eq(r.inverse, true) eq(r.linear, false) eq(r.expiryDatetime, '2020-09-25T08:00:00.000Z')", NULL, NULL, NULL, NULL, 0, 0 },
    { "market { id = 'i', baseId = 'b', quoteId = 'q', settleId = 's', expiry = 'e', strike = 'k', optionType = '=put' }",
      "{\"i\":\"X\",\"b\":\"BTC\",\"q\":\"USD\",\"s\":\"BTC\",\"e\":1601020800000,\"k\":\"60000.00\"}", "eq(r.symbol, 'BTC/USD:BTC-200925-60000-P') eq(r.option, true)", NULL, NULL, NULL, NULL, 0, 0 },
    { "market { id = 'i' }", "{\"i\":\"X\"}", NULL, "market X: no symbol, and no baseId and quoteId", NULL, NULL, NULL, 0, 0 },
    { "market { id = 'i' }", "{}", NULL, "market: no id", NULL, NULL, NULL, 0, 0 },
    { "each { at = 'x', key = 'k', a = 'a', n = { b = 'b' } }", "{\"x\":[{\"k\":1,\"a\":2,\"b\":true}]}", "eq(r['1'].a, '2') eq(r['1'].n.b, true)", NULL, NULL, NULL, NULL, 0, 0 },
  };
  RUN(rows);
}

/* ---- mistakes of the adapter ---- */

static void bad_maps(void **state) {
  (void)state;
  static const char *const rows[][2] = {
    { "ticker { bidd = 'b' }", "ticker.bidd: no such field; 'bid'?" },
    { "ticker { bid = 'b..1' }", "ticker.bid: bad path 'b..1' at 3" },
    { "ticker { bid = '' }", "ticker.bid: bad path '' at 1: it is empty" },
    { "ticker { bid = 'a.' }", "it ends too early" },
    { "ticker { bid = 'a|nope' }", "ticker.bid: bad path 'a|nope' at 3: no transform 'nope'" },
    { "ticker { bid = 'a|max' }", "needs an argument" },
    { "ticker { bid = 'a|max:x' }", "the argument must be a number" },
    { "ticker { bid = 'a|neg:1' }", "takes no argument" },
    { "ticker { bid = \"'a\" }", "the quote is not closed" },
    { "ticker { bid = 'a[b].c' }", "'=' was expected" },
    { "ticker { bid = 'a[b=c' }", "']' was expected" },
    { "ticker { bid = '@kee' }", "only @key" },
    { "ticker { bid = 'a b' }", "was expected" },
    { "ticker { bid = {} }", "ticker.bid: a table without a path in front" },
    { "ticker { bid = { 'b', print, x = 1 } }", "ticker.bid: a path and a function: nothing else fits beside them" },
    { "ticker { bid = { 'a', b = {} } }", "ticker.bid: expected text, a number or a boolean, got a table" },
    { "ticker { bid = io.stdout }", "ticker.bid: expected a path" },
    { "ticker { [1] = 'x' }", "field names are text" },
    { "ticker 'x'", "ticker: expected a table, got a string" },
    { "ticker { at = 5 }", "ticker.at: expected a path" },
    { "ticker { where = 'a=b' }", "ticker.where: no such field" },
    { "order { fee = 'x' }", "order.fee: this is a table of fields, got a string" },
    { "order { fee = { cots = 'x' } }", "order.fee.cots: no such field; 'fee.cost'?" },
    { "order { trades = tickers {} }", "order.trades: tickers{} does not fit this field" },
    { "order { id = trades {} }", "order.id: trades{} does not fit" },
    { "book { level = { 1 } }", "book.level: expected two or three paths" },
    { "book { level = 1 }", "book.level: expected a list of paths" },
    { "candles { columns = { open = 1 } }", "candles: columns need a time" },
    { "candles { columns = { tim = 1 } }", "candles.columns.tim: no such field; 'time'?" },
    { "candles { columns = '1 2 3 4 5' }", "expected six paths" },
    { "candles { columns = '1 2 3 4 5 6 7' }", "more than six paths" },
    { "balance { free = 'x' }", "balance: it needs 'currency'" },
    { "markets { baseId = 'x' }", "market" },
    { "time {}", "time: expected a path" },
    { "ticker { last = 0/0 }", "not finite" },
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char code[512];
    if (luaL_dostring(adapter, with_return(rows[i][0], code, sizeof code)) == LUA_OK) fail_msg("%s: no error", rows[i][0]);
    if (!strstr(lua_tostring(adapter, -1), rows[i][1])) fail_msg("%s: '%s' instead of '%s'", rows[i][0], lua_tostring(adapter, -1), rows[i][1]);
    lua_settop(adapter, 0);
  }
  char deep[4000] = "each { a = ";
  for (int i = 0; i < 150; i++) strcat(deep, "{ a = ");
  strcat(deep, "'x'");
  for (int i = 0; i < 151; i++) strcat(deep, " }");
  char code[4096];
  (void)luaL_dostring(adapter, with_return(deep, code, sizeof code));    /* any answer but a crash */
  lua_settop(adapter, 0);
}

/* ---- read functions ---- */

static void finished(void **state) {
  (void)state;
  static const struct { const char *kind, *raw, *look, *error; } rows[] = {
    { "ticker", "{ bid = '1.5', last = 3, open = '2', info = { x = 1 } }", "eq(r.bid, 1.5) eq(r.change, 1.0) eq(r.symbol, 'BTC/USDT') eq(r.info.x, '1')", NULL },
    { "tickers", "{ ['ETH/USDT'] = { last = 1 }, { symbol = 'BTC/USDT', last = 2 } }", "eq(r['ETH/USDT'].last, 1.0)", NULL },
    { "trades", "{ { id = 2, timestamp = 2, price = '2', amount = '3' }, { id = 1, timestamp = 1 } }", "eq(r[1].id, '1') eq(r[2].cost, 6.0)", NULL },
    { "orders", "{ info = { ok = true } }", "eq(#r, 1) eq(r[1].info.ok, true)", NULL },
    { "orders", "{}", "eq(#r, 0)", NULL },
    { "order", "{ id = '1', fee = { cost = '0.5', currency = 'X' }, trades = { { price = 1, amount = 2 } } }", "eq(r.filled, 2.0) eq(r.fee.cost, 0.5) eq(r.fees[1].currency, 'X')", NULL },
    { "balance", "{ BTC = { free = '1', used = '2' }, info = 'x', timestamp = 5 }", "eq(r.BTC.total, 3.0) eq(r.total.BTC, 3.0) eq(r.timestamp, 5) eq(r.datetime, '1970-01-01T00:00:00.005Z')", NULL },
    { "balance", "{ free = { BTC = '1' }, total = { BTC = 3 } }", "eq(r.BTC.used, 2.0) eq(r.used.BTC, 2.0)", NULL },
    { "balance", "{ { currency = 'A', free = 1, used = 0 } }", "eq(r.A.total, 1.0)", NULL },
    { "book", "{ bids = { { '1', '2' }, { '3', '4' } }, asks = { { price = 5, amount = '6' } }, nonce = 7 }", "eq(r.bids[1][1], 3.0) eq(r.asks[1][2], 6.0) eq(r.nonce, 7)", NULL },
    { "candles", "{ { 2, 1, 2, 3, 4, 5 }, { 1, '1', nil, nil, nil, '7' } }", "eq(r[1][6], 7.0) eq(r[1][3], nil) eq(r[2][1], 2)", NULL },
    { "time", "1234.0", "eq(r, 1234)", NULL },
    { "markets", "{ { id = 'a', baseId = 'xbt', quoteId = 'eur', wsId = 'W', precision = { price = 0.1 } } }", "eq(r[1].symbol, 'BTC/EUR') eq(r[1].wsId, 'W') eq(r[1].precision.price, 0.1)", NULL },
    { "currencies", "{ BTC = { id = 'btc', fee = 1 } }", "eq(r.BTC.code, 'BTC') eq(r.BTC.fee, 1.0)", NULL },
    { "status", "{ status = 'ok' }", "eq(r.status, 'ok')", NULL },
    { "ticker", "5", NULL, "ticker: read returned number 5 where a table was expected" },
    { "ticker", "nil", NULL, "ticker: read returned nothing" },
    { "ticker", "{ bid = {} }", NULL, "ticker.bid: expected a number, got a list" },
    { "ticker", "{ bid = print }", NULL, "ticker: read returned a function cannot stand" },
    { "trades", "{ 5 }", NULL, "trades: read returned number 5" },
    { "order", "{ fee = 5 }", NULL, "order.fee: expected a table, got number 5" },
    { "order", "{ trades = { 5 } }", NULL, "order.trades: expected a trade, got number 5" },
    { "book", "{ bids = {} }", NULL, "book: read returned no asks" },
    { "book", "{ bids = { { 'x', 1 } }, asks = {} }", NULL, "book price: expected a number, got text 'x'" },
    { "candles", "{ { nil, 1 } }", NULL, "candles: a row without a time" },
    { "nonsense", "{}", NULL, "no kind of result 'nonsense'" },
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char code[1024];
    ReadContext c = context();
    c.market = market_by_symbol(store, "BTC/USDT", 8);
    if (strcmp(rows[i].kind, "tickers") == 0) c.market = NULL;
    if (luaL_dostring(adapter, with_return(rows[i].raw, code, sizeof code))) fail_msg("%s", lua_tostring(adapter, -1));
    bool ok = plan_finish(to, rows[i].kind, &c, adapter, -1);
    if (rows[i].look) {
      if (!ok) fail_msg("%s %s: %s", rows[i].kind, rows[i].raw, c.error);
      lua_setglobal(to, "r");
      if (luaL_dostring(to, rows[i].look)) fail_msg("%s %s: %s", rows[i].kind, rows[i].raw, lua_tostring(to, -1));
    } else {
      if (ok) fail_msg("%s %s: no error", rows[i].kind, rows[i].raw);
      if (!strstr(c.error, rows[i].error)) fail_msg("'%s' instead of '%s'", c.error, rows[i].error);
    }
    lua_settop(adapter, 0);
    assert_int_equal(lua_gettop(to), 0);
  }
}

static void finished_from_views(void **state) {
  (void)state;
  ReadContext c = context();
  JsonDoc *doc = parse("{\"bids\":[[1,2],[3,4]],\"asks\":[[\"5\",\"6\",77]],\"rows\":[[1000,1,2,3,4,5]]}");
  view_push(adapter, doc, 0);
  lua_setglobal(adapter, "reply");
  assert_int_equal(luaL_dostring(adapter, "return { bids = reply.bids, asks = reply.asks, info = reply }"), LUA_OK);
  assert_true(plan_finish(to, "book", &c, adapter, -1));
  assert_int_equal(luaL_dostring(adapter, "return reply.rows"), LUA_OK);
  lua_setglobal(to, "r");
  assert_int_equal(luaL_dostring(to, "eq(r.bids[1][1], 3.0) eq(r.asks[1][3], '77') eq(r.info.rows[1][1], '1000')"), LUA_OK);
  assert_true(plan_finish(to, "candles", &c, adapter, -1));
  lua_setglobal(to, "r");
  assert_int_equal(luaL_dostring(to, "eq(r[1][1], 1000) eq(r[1][6], 5.0)"), LUA_OK);
  json_unref(doc);
  lua_settop(adapter, 0);
}

/* plan(view, a) in a flow */
static void called(void **state) {
  (void)state;
  ReadContext c = context();
  JsonDoc *doc = parse("{\"x\":{\"l\":5,\"s\":\"BTCUSDT\"},\"book\":{\"bids\":[[1,2]],\"asks\":[]}}");
  view_push(adapter, doc, 0);
  lua_setglobal(adapter, "reply");
  plan_bind(adapter, &c);
  if (luaL_dostring(adapter, "local t = ticker { last = 'l', market = 's' }(reply.x, {}) assert(t.last == 5 and t.symbol == 'BTC/USDT')"
                             " local b = book {}(reply.book, { symbol = 'BTC/USDT' }) assert(b.bids[1][2] == 2 and b.symbol == 'BTC/USDT')"
                             " local ok, e = pcall(ticker { at = 'zz' }, reply, {}) assert(not ok and e:find 'no .zz. in the reply', e)"
                             " local ok, e = pcall(ticker {}, 5, {}) assert(not ok and e:find 'a reply', e)"
                             " assert(transform('btc', 'code') == 'BTC' and transform('BTC', 'currency') == 'BTC')"))
    fail_msg("%s", lua_tostring(adapter, -1));
  plan_bind(adapter, NULL);
  json_unref(doc);
}

static void transforms_out(void **state) {
  (void)state;
  if (luaL_dostring(adapter,
      "local function t(a, name, arg, want) local got = transform(a, name, arg)"
      "  if got ~= want or math.type(got) ~= math.type(want) then error(name .. ': ' .. tostring(got) .. ' instead of ' .. tostring(want), 2) end end\n"
      "t(1718454896789, 's', nil, 1718454896) t(-1, 's', nil, -1) t(5, 'us', nil, 5000) t(5, 'ns', nil, 5000000) t(5, 'ms', nil, 5)"
      " t(1718454896789, 'iso', nil, '2024-06-15T12:34:56.789Z') t(1718454896789, 'iso_s', nil, '2024-06-15T12:34:56Z') t(1718454896789, 'date', nil, '2024-06-15')"
      " t('Ab', 'upper', nil, 'AB') t('Ab', 'lower', nil, 'ab') t(0.00000001, 'text', nil, '0.00000001') t(true, 'text', nil, 'true') t(1e21, 'text', nil, '1000000000000000000000')"
      " t('1.50', 'number', nil, 1.5) t('2', 'number', nil, 2) t('buy', 'as', 'buy=B;sell=S', 'B') t('x', 'as', 'buy=B;sell=S', 'x') t('sell', 'as', 'buy=B;sell=', '') t(500, 'max', '100', 100) t(5, 'min', '10', 10) t('0.1', 'add', '0.2', '0.3') t(2, 'mul', '3', 6)"
      " t('1', 'div', '8', '0.125') t('-3', 'abs', nil, '3') t(3, 'neg', nil, -3) t(true, 'not', nil, false) t('x', 'eq', 'x', true) t(1, 'eq', '1', true)"
      " t(8, 'tick', nil, '0.00000001') t('0.00100', 'places', nil, 3) t('1.0', 'places', nil, 0) t(100, 'places', nil, -2) t('a-b', 'before', '-', 'a') t('a-b', 'after', '-', 'b') t('ab', 'after', '-', nil) t(0, 'nonzero', nil, nil) t('0.0', 'nonzero', nil, nil)"
      " t('x', 'nonzero', nil, 'x') t(nil, 'upper', nil, nil) t(nil, 'default', 'd', 'd') t('v', 'default', 'd', 'v') t('a', 'map', { a = 'A' }, 'A') t('z', 'map', { default = 'Z' }, 'Z')\n"
      "local function bad(want, ...) local ok, e = pcall(transform, ...) if ok or not e:find(want, 1, true) then error(tostring(e) .. ' instead of ' .. want, 2) end end\n"
      "bad(\"no transform 'zz'\", 1, 'zz') bad('|max needs an argument', 1, 'max') bad('|s expected a time', 'abc', 's') bad('|add expected a number', {}, 'add', '1')"
      " bad('division by zero', 1, 'div', '0') bad('expected a time', 1e300, 'iso') bad('for paths only', 'x', 'json') bad('|text expected', {}, 'text')"))
    fail_msg("%s", lua_tostring(adapter, -1));
}

/* Any one byte of a reply changed: an error or a result, never a crash; and a plan works again afterwards. */
static void mutations(void **state) {
  (void)state;
  static const char *const maps[] = {
    "tickers { " BINANCE " }", "order { id = 'i', trades = trades { at = 'fills', id = 'tid', price = 'p', amount = 'q', timestamp = 't', fee = { cost = 'c', currency = 'ca' } } }",
    "book { timestamp = 'T', nonce = 'n', level = { 1, 2, 3 } }", "balance { at = 'b', currency = 'asset|code', free = 'free', used = 'locked' }", "candles {}",
  };
  static const char *const replies[] = {
    "[" BINANCE_ROW "]",
    "{\"i\":1,\"fills\":[{\"tid\":7,\"p\":\"10\",\"q\":\"1\",\"t\":5,\"c\":\"0.1\",\"ca\":\"BNB\"},{\"tid\":8,\"p\":\"11\",\"q\":\"3\",\"t\":9,\"c\":\"0.2\",\"ca\":\"BNB\"}]}",
    "{\"n\":333598053905,\"T\":1618631511964,\"bids\":[[\"2493.56\",\"20.189\",1],[\"2493.57\",\"1.000\",2]],\"asks\":[[\"2493.59\",\"0.877\",3],[\"2493.58\",\"0.063\",4]]}",
    "{\"b\":[{\"asset\":\"XBT\",\"free\":\"0.1\",\"locked\":\"0.2\"},{\"asset\":\"usd\",\"free\":\"5\",\"locked\":\"0\"}]}",
    "[[2000,\"1\",\"2\",\"0.5\",\"1.5\",\"10\",9],[1000,\"1\",\"2\",\"0.5\",\"1.5\",null,9]]",
  };
  static const char *const words[] = { "null", "{}", "[]", "\"\"", "1e400", "-0", "true", "\"\\ud83d\\ude00\"", "[[[[]]]]", "\"9999999999999999999999999999999999999999999999\"" };
  unsigned seed = 12345, good = 0, refused = 0;
  for (size_t k = 0; k < sizeof maps / sizeof maps[0]; k++) {
    char code[2048];
    if (luaL_dostring(adapter, with_return(maps[k], code, sizeof code))) fail_msg("%s", lua_tostring(adapter, -1));
    Plan *p = plan_test(adapter, -1);
    size_t n = strlen(replies[k]);
    for (int round = 0; round < 3000; round++) {
      char text[2048], err[160];
      seed = seed * 1103515245 + 12345;
      size_t at = (seed >> 8) % n;
      if (round % 2) {          /* a value for another */
        while (at > 0 && replies[k][at - 1] != ':' && replies[k][at - 1] != '[' && replies[k][at - 1] != ',') at--;
        size_t end = at;
        int depth = 0;
        for (; replies[k][end]; end++) {
          char ch = replies[k][end];
          if (ch == '[' || ch == '{') depth++;
          if ((ch == ']' || ch == '}') && --depth < 0) break;
          if (ch == ',' && depth == 0) break;
        }
        snprintf(text, sizeof text, "%.*s%s%s", (int)at, replies[k], words[(seed >> 20) % (sizeof words / sizeof words[0])], replies[k] + end);
      } else {
        snprintf(text, sizeof text, "%s", replies[k]);
        text[at] = "0\"{}[],:-.x"[(seed >> 20) % 11];
      }
      char *copy = malloc(strlen(text) + 64);
      strcpy(copy, text);
      JsonDoc *doc = json_parse(copy, strlen(text), err, sizeof err);
      if (!doc) continue;
      ReadContext c = context();
      if (plan_run(to, p, &c, doc, 0)) { good++; lua_pop(to, 1); }
      else { refused++; if (!c.error[0]) fail_msg("no text: %s", text); }
      json_unref(doc);
    }
    lua_settop(adapter, 0);
    lua_gc(to, LUA_GCCOLLECT, 0);
  }
  assert_true(good > 100 && refused > 100);
  assert_int_equal(lua_gettop(to), 0);
}

/* Memory runs out at every possible point: an error, no leak, no crash. */
typedef struct { long left; } Budget;

static void *counting(void *ud, void *ptr, size_t old, size_t size) {
  Budget *b = ud;
  if (size == 0) { free(ptr); return NULL; }
  if (!ptr || size > old) {
    if (b->left <= 0) return NULL;
    b->left--;
  }
  return realloc(ptr, size);
}

static void out_of_memory(void **state) {
  (void)state;
  static const char map[] = "return tickers { " BINANCE " }";
  assert_int_equal(luaL_dostring(adapter, map), LUA_OK);
  Plan *p = plan_test(adapter, -1);
  JsonDoc *doc = parse("[" BINANCE_ROW ",{\"symbol\":\"ETHUSDT\",\"lastPrice\":\"1\\u0032.5\"}]");
  bool done = false;
  for (long n = 0; n < 400 && !done; n++) {
    Budget b = { 1000000 };
    lua_State *L = lua_newstate(counting, &b);
    view_open(L);
    ReadContext c = context();
    b.left = n;
    done = plan_run(L, p, &c, doc, 0);
    if (!done && !c.error[0]) fail_msg("no text");
    b.left = 1000000;
    lua_close(L);
  }
  assert_true(done);
  assert_int_equal(doc->refs, 1);
  json_unref(doc);
  lua_settop(adapter, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(tickers), cmocka_unit_test(paths), cmocka_unit_test(trades_and_orders), cmocka_unit_test(balances),
    cmocka_unit_test(books_and_candles), cmocka_unit_test(currencies_and_markets), cmocka_unit_test(bad_maps), cmocka_unit_test(finished),
    cmocka_unit_test(finished_from_views), cmocka_unit_test(called), cmocka_unit_test(transforms_out), cmocka_unit_test(mutations),
    cmocka_unit_test(out_of_memory),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
