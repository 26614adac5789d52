/* Binance spot, /api/v3; the futures hosts list nothing. */
#include <string.h>
#include "desk.h"

static const Listing listings[] = {
  { "BTCUSDT", NULL, A_BTC, A_USDT, 2, 5, 1 }, { "ETHUSDT", NULL, A_ETH, A_USDT, 2, 4, 1 },
  { "ETHBTC", NULL, A_ETH, A_BTC, 5, 4, 1 },   { "BTCEUR", NULL, A_BTC, A_EUR, 2, 5, 1 },
  { "ETHEUR", NULL, A_ETH, A_EUR, 2, 4, 1 },   { "XRPUSDT", NULL, A_XRP, A_USDT, 4, 0, 1 },
  { "LTCUSDT", NULL, A_LTC, A_USDT, 2, 3, 1 }, { "SOLUSDT", NULL, A_SOL, A_USDT, 2, 3, 1 },
};

static void failure(Reply *r, int status, int code, const char *msg) {
  r->status = status;
  r->body.len = 0;
  text_format(&r->body, "{\"code\":%d,\"msg\":\"%s\"}", code, msg);
}

static void missing(Reply *r, const char *path) {
  (void)path;
  reply_set(r, 404, "<html><body><h2>404 Not found</h2></body></html>");
  r->type = "text/html";
}

static void quoted(Text *b, const char *key, int64_t units, int decimals) {
  text_format(b, ",\"%s\":\"", key);
  text_padded(b, units, decimals, 8);
  text_add(b, "\"");
}

static void put_symbol(Text *b, const Listing *l) {
  text_format(
      b,
      "{\"symbol\":\"%s\",\"status\":\"TRADING\",\"baseAsset\":\"%s\",\"baseAssetPrecision\":8,\"quoteAsset\":\"%s\","
      "\"quotePrecision\":8,\"quoteAssetPrecision\":8,\"baseCommissionPrecision\":8,\"quoteCommissionPrecision\":8,"
      "\"orderTypes\":[\"LIMIT\",\"LIMIT_MAKER\",\"MARKET\",\"STOP_LOSS_LIMIT\",\"TAKE_PROFIT_LIMIT\"],\"icebergAllowed\":true,"
      "\"ocoAllowed\":true,\"quoteOrderQtyMarketAllowed\":true,\"isSpotTradingAllowed\":true,\"isMarginTradingAllowed\":true,"
      "\"filters\":[{\"filterType\":\"PRICE_FILTER\"",
      l->id, asset_code(l->base), asset_code(l->quote));
  quoted(b, "minPrice", 1, l->price_decimals);
  quoted(b, "maxPrice", 1000000, 0);
  quoted(b, "tickSize", 1, l->price_decimals);
  text_add(b, "},{\"filterType\":\"LOT_SIZE\"");
  quoted(b, "minQty", l->min_amount, l->amount_decimals);
  quoted(b, "maxQty", 9000000, 0);
  quoted(b, "stepSize", 1, l->amount_decimals);
  text_format(
      b,
      "},{\"filterType\":\"NOTIONAL\",\"minNotional\":\"%s\",\"applyMinToMarket\":true,\"maxNotional\":\"9000000.00000000\","
      "\"applyMaxToMarket\":false,\"avgPriceMins\":5}],\"permissions\":[],\"permissionSets\":[[\"SPOT\",\"MARGIN\"]]}",
      trading_binance.rules.min_cost(l));
}

static void put_ticker(Text *b, const Source *s, const Listing *l, Moment now, const char *kind) {
  int p = l->price_decimals, a = l->amount_decimals;
  Day d;
  market_day(s, l, now, &d);
  text_format(b, "{\"symbol\":\"%s\"", l->id);
  if (!strcmp(kind, "price")) {
    quoted(b, "price", d.last, p);
    text_add(b, "}");
    return;
  }
  if (!strcmp(kind, "24hr")) {
    quoted(b, "priceChange", d.last - d.open, p);
    text_format(b, ",\"priceChangePercent\":\"%.3f\"", 100.0 * (double)(d.last - d.open) / (double)d.open);
    quoted(b, "weightedAvgPrice", d.vwap, p);
    quoted(b, "prevClosePrice", d.open, p);
    quoted(b, "lastPrice", d.last, p);
    quoted(b, "lastQty", d.last_size, a);
  }
  quoted(b, "bidPrice", d.bid, p);
  quoted(b, "bidQty", d.bid_size, a);
  quoted(b, "askPrice", d.ask, p);
  quoted(b, "askQty", d.ask_size, a);
  if (!strcmp(kind, "24hr")) {
    quoted(b, "openPrice", d.open, p);
    quoted(b, "highPrice", d.high, p);
    quoted(b, "lowPrice", d.low, p);
    quoted(b, "volume", d.volume, a);
    quoted(b, "quoteVolume", d.quote_volume, 0);
    text_format(b, ",\"openTime\":%lld,\"closeTime\":%lld,\"firstId\":%lld,\"lastId\":%lld,\"count\":%d",
                (long long)(now - 86400000), (long long)now, (long long)(d.last_id - d.trades), (long long)d.last_id, d.trades);
  }
  text_add(b, "}");
}

/* ?symbol=X, ?symbols=["X","Y"], or all. */
static void each_ticker(const Venue *v, const Source *s, const Request *q, Moment now, Reply *r, const char *kind) {
  const char *one = query_get(q, "symbol"), *many = query_get(q, "symbols");
  Text *b = &r->body;
  if (one) {
    const Listing *l = listing_find(v, one, strlen(one));
    if (l) put_ticker(b, s, l, now, kind);
    else failure(r, 400, -1121, "Invalid symbol.");
    return;
  }
  text_add(b, "[");
  if (!many) {
    for (int i = 0; i < v->n; i++) {
      if (i) text_add(b, ",");
      put_ticker(b, s, &v->listings[i], now, kind);
    }
  } else {
    int n = 0;
    for (const char *p = many + strspn(many, "[ "); *p && *p != ']' && n < 64; n++) {
      if (*p != '"') {
        failure(r, 400, -1100, "Illegal characters found in parameter 'symbols'.");
        return;
      }
      size_t len = strcspn(++p, "\"");
      const Listing *l = listing_find(v, p, len);
      if (!l) {
        failure(r, 400, -1121, "Invalid symbol.");
        return;
      }
      if (n) text_add(b, ",");
      put_ticker(b, s, l, now, kind);
      p += len;
      if (*p) p++;
      p += strspn(p, ", ");
    }
  }
  text_add(b, "]");
}

static void put_side(Text *b, const Listing *l, const Level *side, int n) {
  for (int i = 0; i < n; i++) {
    text_add(b, i ? ",[\"" : "[\"");
    text_padded(b, side[i].price, l->price_decimals, 8);
    text_add(b, "\",\"");
    text_padded(b, side[i].amount, l->amount_decimals, 8);
    text_add(b, "\"]");
  }
}

static void put_book(Text *b, const Source *s, const Listing *l, Moment now, int depth) {
  Book book;
  market_shown(s, l, now, depth, &book);
  text_format(b, "{\"lastUpdateId\":%lld,\"bids\":[", (long long)(now / 100));
  put_side(b, l, book.bids, book.n);
  text_add(b, "],\"asks\":[");
  put_side(b, l, book.asks, book.n);
  text_add(b, "]}");
}

static void put_trades(Text *b, const Source *s, const Listing *l, Moment now, Moment since, int limit, bool aggregate) {
  static Trade list[1000];
  int n = market_trades(s, l, now, since, limit, list);
  text_add(b, "[");
  for (int i = n - 1; i >= 0; i--) {
    const Trade *t = &list[i];
    text_format(b, aggregate ? "{\"a\":%lld" : "{\"id\":%lld", (long long)t->id);
    quoted(b, aggregate ? "p" : "price", t->price, l->price_decimals);
    quoted(b, aggregate ? "q" : "qty", t->amount, l->amount_decimals);
    if (aggregate)
      text_format(b, ",\"f\":%lld,\"l\":%lld,\"T\":%lld,\"m\":%s,\"M\":true}", (long long)t->id, (long long)t->id,
                  (long long)t->time, t->buy ? "false" : "true");
    else text_format(b, ",\"time\":%lld,\"isBuyerMaker\":%s,\"isBestMatch\":true}", (long long)t->time, t->buy ? "false" : "true");
    if (i) text_add(b, ",");
  }
  text_add(b, "]");
}

static int64_t interval_ms(const char *s) {
  static const struct {
    const char *name;
    int64_t seconds;
  } known[] = { { "1s", 1 },     { "1m", 60 },     { "3m", 180 },    { "5m", 300 },    { "15m", 900 },  { "30m", 1800 },
                { "1h", 3600 },  { "2h", 7200 },   { "4h", 14400 },  { "6h", 21600 },  { "8h", 28800 }, { "12h", 43200 },
                { "1d", 86400 }, { "3d", 259200 }, { "1w", 604800 }, { "1M", 2592000 } };
  for (size_t i = 0; s && i < sizeof known / sizeof *known; i++)
    if (!strcmp(s, known[i].name)) return known[i].seconds * 1000;
  return 0;
}

static void put_candles(Text *b, const Source *s, const Listing *l, Moment now, int64_t ms, Moment from, Moment until, int limit) {
  if (until <= 0 || until > now) until = now;
  Moment start = from > 0 ? (from + ms - 1) / ms * ms : until / ms * ms - (limit - 1) * ms;
  text_add(b, "[");
  for (int i = 0; i < limit && start <= until; i++, start += ms) {
    Candle c;
    market_candle(s, l, now, start, ms, &c);
    text_format(b, "%s[%lld", i ? "," : "", (long long)c.time);
    const int64_t prices[] = { c.open, c.high, c.low, c.close };
    for (int k = 0; k < 4; k++) {
      text_add(b, ",\"");
      text_padded(b, prices[k], l->price_decimals, 8);
      text_add(b, "\"");
    }
    text_add(b, ",\"");
    text_padded(b, c.volume, l->amount_decimals, 8);
    text_format(b, "\",%lld,\"%lld.00000000\",%d,\"0.00000000\",\"0.00000000\",\"0\"]", (long long)(c.time + ms - 1),
                (long long)c.quote_volume, c.trades);
  }
  text_add(b, "]");
}

static void info(const Venue *v, const Source *s, const Request *q, Moment now, Reply *r) {
  (void)s;
  Text *b = &r->body;
  const char *one = query_get(q, "symbol");
  const Listing *l = one ? listing_find(v, one, strlen(one)) : NULL;
  if (one && !l) {
    failure(r, 400, -1121, "Invalid symbol.");
    return;
  }
  text_format(
      b,
      "{\"timezone\":\"UTC\",\"serverTime\":%lld,\"rateLimits\":[{\"rateLimitType\":\"REQUEST_WEIGHT\",\"interval\":\"MINUTE\","
      "\"intervalNum\":1,\"limit\":6000}],\"exchangeFilters\":[],\"symbols\":[",
      (long long)request_time(q, now));
  for (int i = 0, n = 0; i < v->n; i++) {
    if (l && l != &v->listings[i]) continue;
    if (n++) text_add(b, ",");
    put_symbol(b, &v->listings[i]);
  }
  text_add(b, "]}");
}

static void answer(const Venue *v, const Source *s, const Request *q, Moment now, Reply *r) {
  const char *path = q->path;
  Text *b = &r->body;
  if (!strcmp(path, "/fapi/v1/exchangeInfo") || !strcmp(path, "/dapi/v1/exchangeInfo")) {
    text_format(b,
                "{\"timezone\":\"UTC\",\"serverTime\":%lld,\"rateLimits\":[],\"exchangeFilters\":[],\"assets\":[],\"symbols\":[]}",
                (long long)now);
    return;
  }
  if (!strcmp(path, "/sapi/v1/system/status")) {
    text_add(b, "{\"status\":0,\"msg\":\"normal\"}");
    return;
  }
  if (!strncmp(path, "/sapi/", 6)) {
    failure(r, 401, q->key ? -2015 : -2014, q->key ? "Invalid API-key, IP, or permissions for action." : "API-key format invalid.");
    return;
  }
  if (!path_take(&path, "/api/v3/")) {
    missing(r, path);
    return;
  }
  if (!strcmp(path, "ping")) {
    text_add(b, "{}");
    return;
  }
  if (!strcmp(path, "time")) {
    text_format(b, "{\"serverTime\":%lld}", (long long)request_time(q, now));
    return;
  }
  if (!strcmp(path, "exchangeInfo")) {
    info(v, s, q, now, r);
    return;
  }
  if (path_take(&path, "ticker/")) {
    if (!strcmp(path, "24hr") || !strcmp(path, "price") || !strcmp(path, "bookTicker")) each_ticker(v, s, q, now, r, path);
    else missing(r, path);
    return;
  }
  bool depth = !strcmp(path, "depth"), aggregate = !strcmp(path, "aggTrades"), trades = aggregate || !strcmp(path, "trades");
  if (!depth && !trades && strcmp(path, "klines")) {
    missing(r, path);
    return;
  }
  const char *symbol = query_get(q, "symbol");
  if (!symbol || !*symbol) {
    failure(r, 400, -1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.");
    return;
  }
  const Listing *l = listing_find(v, symbol, strlen(symbol));
  if (!l) {
    failure(r, 400, -1121, "Invalid symbol.");
    return;
  }
  int64_t limit = depth ? 100 : 500, from = 0, until = 0;
  if (!query_int(q, "limit", &limit) || limit < 1 || !query_int(q, "startTime", &from) || !query_int(q, "endTime", &until) ||
      from < 0 || until < 0 || from > (int64_t)1e14 || until > (int64_t)1e14) {
    failure(r, 400, -1100, "Illegal characters found in a parameter.");
    return;
  }
  if (depth) {
    put_book(b, s, l, now, (int)(limit > BOOK_MAX ? BOOK_MAX : limit));
    return;
  }
  if (limit > 1000) limit = 1000;
  if (trades) {
    put_trades(b, s, l, until > 0 && until < now ? until : now, from, (int)limit, aggregate);
    return;
  }
  int64_t ms = interval_ms(query_get(q, "interval"));
  if (!ms) failure(r, 400, -1120, "Invalid interval.");
  else put_candles(b, s, l, now, ms, from, until, (int)limit);
}

const Venue venue_binance = { "binance", "binance", 0.001,           listings, sizeof listings / sizeof *listings,
                              answer,    missing,   &trading_binance };
