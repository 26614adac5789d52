/* From wire text to finished Lua: 2,000 tickers, a book of 100 levels, 2,000 markets. Prints medians.
 * cc -O2 ... plan_bench.c (target plan_bench). */
#include <lauxlib.h>
#include <lualib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "worker/book.h"
#include "worker/plan.h"
#include "worker/view.h"

static double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int order(const void *a, const void *b) { return *(const double *)a < *(const double *)b ? -1 : *(const double *)a > *(const double *)b; }

static JsonDoc *parse(const char *text, size_t n) {
  char err[160];
  char *copy = malloc(n + 64);
  memcpy(copy, text, n);
  JsonDoc *doc = json_parse(copy, n, err, sizeof err);
  if (!doc) { fprintf(stderr, "%s\n", err); exit(1); }
  return doc;
}

typedef struct { char *p; size_t n, cap; } Text;

__attribute__((format(printf, 2, 3))) static void add(Text *t, const char *format, ...) {
  va_list ap;
  if (t->cap - t->n < 8192) t->p = realloc(t->p, t->cap = t->cap * 2 + 65536);
  va_start(ap, format);
  t->n += (size_t)vsnprintf(t->p + t->n, t->cap - t->n, format, ap);
  va_end(ap);
}

static Text ticker_text(int n) {
  Text t = { 0 };
  for (int i = 0; i < n; i++)
    add(&t, "%s{\"symbol\":\"C%dUSDT\",\"priceChange\":\"%d.75000000\",\"priceChangePercent\":\"1.647\",\"weightedAvgPrice\":\"71624.65401064\","
        "\"prevClosePrice\":\"72180.93000000\",\"lastPrice\":\"%d.84000000\",\"lastQty\":\"0.23925000\",\"bidPrice\":\"73369.83000000\",\"bidQty\":\"6.27086000\","
        "\"askPrice\":\"73369.84000000\",\"askQty\":\"0.03321000\",\"openPrice\":\"72181.09000000\",\"highPrice\":\"73650.25000000\",\"lowPrice\":\"68620.82000000\","
        "\"volume\":\"72140.34862800\",\"quoteVolume\":\"5167027510.68728707\",\"openTime\":1710241845391,\"closeTime\":%lld,\"firstId\":3476288989,"
        "\"lastId\":3479476926,\"count\":3187938}", i ? "," : "[", i, i, 73000 + i, 1710328245391LL + i * 13);
  add(&t, "]");
  return t;
}

static Text book_text(int n) {
  Text t = { 0 };
  add(&t, "{\"lastUpdateId\":333598053905,\"bids\":[");
  for (int i = 0; i < n; i++) add(&t, "%s[\"%d.%02d000000\",\"%d.18900000\"]", i ? "," : "", 2493 - i, i, i % 7);
  add(&t, "],\"asks\":[");
  for (int i = 0; i < n; i++) add(&t, "%s[\"%d.%02d000000\",\"%d.87700000\"]", i ? "," : "", 2494 + i, i, i % 9);
  add(&t, "]}");
  return t;
}

static Text market_text(int n) {
  Text t = { 0 };
  add(&t, "{\"timezone\":\"UTC\",\"symbols\":[");
  for (int i = 0; i < n; i++) {
    add(&t, "%s{\"symbol\":\"C%dUSDT\",\"status\":\"TRADING\",\"baseAsset\":\"C%d\",\"baseAssetPrecision\":8,\"quoteAsset\":\"USDT\",\"quotePrecision\":8,"
        "\"quoteAssetPrecision\":8,\"baseCommissionPrecision\":8,\"quoteCommissionPrecision\":8,\"orderTypes\":[\"LIMIT\",\"LIMIT_MAKER\",\"MARKET\",\"STOP_LOSS_LIMIT\","
        "\"TAKE_PROFIT_LIMIT\"],\"icebergAllowed\":true,\"ocoAllowed\":true,\"otoAllowed\":true,\"quoteOrderQtyMarketAllowed\":true,\"allowTrailingStop\":true,"
        "\"cancelReplaceAllowed\":true,\"isSpotTradingAllowed\":true,\"isMarginTradingAllowed\":true,\"filters\":[{\"filterType\":\"PRICE_FILTER\",\"minPrice\":\"0.01000000\","
        "\"maxPrice\":\"1000000.00000000\",\"tickSize\":\"0.01000000\"},{\"filterType\":\"LOT_SIZE\",\"minQty\":\"0.00001000\",\"maxQty\":\"9000.00000000\",\"stepSize\":\"0.00001000\"},"
        "{\"filterType\":\"ICEBERG_PARTS\",\"limit\":10},{\"filterType\":\"MARKET_LOT_SIZE\",\"minQty\":\"0.00000000\",\"maxQty\":\"115.04000000\",\"stepSize\":\"0.00000000\"},"
        "{\"filterType\":\"TRAILING_DELTA\",\"minTrailingAboveDelta\":10,\"maxTrailingAboveDelta\":2000},{\"filterType\":\"PERCENT_PRICE_BY_SIDE\",\"bidMultiplierUp\":\"5\","
        "\"bidMultiplierDown\":\"0.2\",\"askMultiplierUp\":\"5\",\"askMultiplierDown\":\"0.2\",\"avgPriceMins\":5},{\"filterType\":\"NOTIONAL\",\"minNotional\":\"5.00000000\","
        "\"applyMinToMarket\":true,\"maxNotional\":\"9000000.00000000\"},{\"filterType\":\"MAX_NUM_ORDERS\",\"maxNumOrders\":200}],\"permissions\":[],"
        "\"permissionSets\":[[\"SPOT\",\"MARGIN\",\"TRD_GRP_004\",\"TRD_GRP_005\"]],\"defaultSelfTradePreventionMode\":\"EXPIRE_MAKER\"}", i ? "," : "", i, i);
  }
  add(&t, "]}");
  return t;
}

typedef struct { lua_State *adapter, *to; ReadContext c; MarketStore *store; } Bench;

static Plan *plan_of(Bench *b, const char *code) {
  if (luaL_dostring(b->adapter, code)) { fprintf(stderr, "%s\n", lua_tostring(b->adapter, -1)); exit(1); }
  return plan_test(b->adapter, -1);
}

/* Medians of scanning and of reading, in ms. */
static void measure(Bench *b, const char *name, const Plan *p, Text t, int rounds, bool markets, const char *unit, double factor) {
  double *scan = malloc((size_t)rounds * sizeof *scan), *read = malloc((size_t)rounds * sizeof *read);
  for (int i = 0; i < rounds; i++) {
    double start = now_ms();
    JsonDoc *doc = parse(t.p, t.n);
    scan[i] = now_ms() - start;
    start = now_ms();
    bool ok = markets ? plan_run_markets(p, &b->c, doc, 0, b->store) : plan_run(b->to, p, &b->c, doc, 0);
    read[i] = now_ms() - start;
    if (!ok) { fprintf(stderr, "%s: %s\n", name, b->c.error); exit(1); }
    if (!markets) lua_pop(b->to, 1);
    json_unref(doc);
    if (rounds <= 100 || i % 100 == 0) lua_gc(b->to, LUA_GCCOLLECT, 0);
  }
  qsort(scan, (size_t)rounds, sizeof *scan, order);
  qsort(read, (size_t)rounds, sizeof *read, order);
  printf("%-22s %8zu bytes   scan %7.2f %s   read %7.2f %s\n", name, t.n, scan[rounds / 2] * factor, unit, read[rounds / 2] * factor, unit);
  free(scan);
  free(read);
  free(t.p);
}

int main(void) {
  Bench b = { luaL_newstate(), luaL_newstate(), { 0 }, market_store_new() };
  view_open(b.adapter);
  view_open(b.to);
  book_open(b.to);
  lua_pushglobaltable(b.adapter);
  plan_open(b.adapter);
  lua_pop(b.adapter, 1);
  b.c = (ReadContext){ .adapter = b.adapter, .args_ref = LUA_NOREF, .maps_ref = LUA_NOREF, .symbol_of_ref = LUA_NOREF, .markets = b.store, .since = INT64_MIN,
                       .limit = INT64_MIN, .received_ms = 1700000000000, .taker = 0.001, .maker = 0.001 };
  Plan *markets = plan_of(&b, "return markets { at = 'symbols', id = 'symbol', baseId = 'baseAsset', quoteId = 'quoteAsset', active = { 'status', TRADING = true, default = false },"
    " margin = 'isMarginTradingAllowed', precision = { amount = 'filters[filterType=LOT_SIZE].stepSize|nonzero,baseAssetPrecision|tick', price = 'filters[filterType=PRICE_FILTER].tickSize' },"
    " limits = { amount = { min = 'filters[filterType=LOT_SIZE].minQty', max = 'filters[filterType=LOT_SIZE].maxQty' }, price = { min = 'filters[filterType=PRICE_FILTER].minPrice',"
    " max = 'filters[filterType=PRICE_FILTER].maxPrice' }, cost = { min = 'filters[filterType=NOTIONAL].minNotional', max = 'filters[filterType=NOTIONAL].maxNotional' },"
    " market = { min = 'filters[filterType=MARKET_LOT_SIZE].minQty', max = 'filters[filterType=MARKET_LOT_SIZE].maxQty' } } }");
  measure(&b, "2,000 markets", markets, market_text(2000), 30, true, "ms", 1);
  Plan *tickers = plan_of(&b, "return tickers { market = 'symbol', bid = 'bidPrice', bidVolume = 'bidQty', ask = 'askPrice', askVolume = 'askQty', open = 'openPrice', last = 'lastPrice',"
    " high = 'highPrice', low = 'lowPrice', change = 'priceChange', percentage = 'priceChangePercent', vwap = 'weightedAvgPrice', baseVolume = 'volume', quoteVolume = 'quoteVolume',"
    " previousClose = 'prevClosePrice', timestamp = 'closeTime' }");
  measure(&b, "2,000 tickers", tickers, ticker_text(2000), 60, false, "ms", 1);
  Plan *book = plan_of(&b, "return book { nonce = 'lastUpdateId' }");
  b.c.market = market_by_symbol(b.store, "C1/USDT", 7);
  measure(&b, "book, 100 + 100 levels", book, book_text(100), 5000, false, "us", 1000);
  measure(&b, "book, 50 + 50 levels", book, book_text(50), 5000, false, "us", 1000);
  lua_close(b.to);
  lua_close(b.adapter);
  market_store_free(b.store);
  return 0;
}
