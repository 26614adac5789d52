/* KuCoin, /api: {code, data}; failures have another code than 200000, and mostly status 200. Only what anyone may ask. */
#include <string.h>
#include "plant.h"

static const Listing listings[] = {
  { "BTC-USDT", NULL, A_BTC, A_USDT, 1, 8, 1000 }, { "ETH-USDT", NULL, A_ETH, A_USDT, 2, 7, 1000 },
  { "ETH-BTC", NULL, A_ETH, A_BTC, 5, 7, 1000 },   { "LTC-USDT", NULL, A_LTC, A_USDT, 2, 6, 10000 },
  { "XRP-USDT", NULL, A_XRP, A_USDT, 5, 4, 1000 }, { "SOL-USDT", NULL, A_SOL, A_USDT, 2, 4, 100 },
};

static const PlantedCoin coins[] = {
  { A_BTC, false, true, true, "0.0005", "btc", "" },
  { A_ETH, false, true, true, "0.005", "eth", "" },
  { A_USDT, false, true, true, "5", "eth", "0xdac17f958d2ee523a2206206994597c13d831ec7" },
  { A_LTC, false, true, true, "0.001", "ltc", "" },
  { A_XRP, false, true, true, "0.5", "xrp", "" },
  { A_SOL, false, true, true, "0.01", "sol", "" },
};

static void failure(Reply *r, int status, const char *code, const char *message) {
  r->status = status;
  r->body.len = 0;
  text_format(&r->body, "{\"code\":\"%s\",\"msg\":\"%s\"}", code, message);
}

static void missing(Reply *r, const char *path) {
  (void)path;
  failure(r, 404, "404", "Not Found");
}

static void quoted(Text *b, const char *before, int64_t units, int decimals) {
  text_add(b, before);
  text_add(b, "\"");
  text_short(b, units, decimals);
  text_add(b, "\"");
}

static const char *bool_text(bool v) { return v ? "true" : "false"; }

static void put_symbol(Text *b, const Source *s, const Listing *l) {
  const Planted *planted = plant_market(s, l);
  const char *base = asset_code(l->base), *quote = asset_code(l->quote);
  text_format(b, "{\"symbol\":\"%s\",\"name\":\"%s\",\"baseCurrency\":\"%s\",\"quoteCurrency\":\"%s\",\"feeCurrency\":\"%s\",\"market\":\"%s\"", l->id, l->id,
              base, quote, quote, quote);
  quoted(b, ",\"baseMinSize\":", l->min_amount, l->amount_decimals);
  text_format(b, ",\"quoteMinSize\":\"%s\",\"baseMaxSize\":\"10000000000\",\"quoteMaxSize\":\"99999999\"", planted ? planted->min_cost : "0.1");
  quoted(b, ",\"baseIncrement\":", 1, l->amount_decimals);
  quoted(b, ",\"quoteIncrement\":", 1, l->price_decimals);
  quoted(b, ",\"priceIncrement\":", 1, l->price_decimals);
  text_format(b, ",\"priceLimitRate\":\"0.1\",\"minFunds\":\"%s\",\"isMarginEnabled\":false,\"enableTrading\":%s,\"feeCategory\":1,"
              "\"makerFeeCoefficient\":\"1.00\",\"takerFeeCoefficient\":\"1.00\",\"st\":false}", planted ? planted->min_cost : "0.1",
              bool_text(!planted || !planted->off));
}

static void put_prices(Text *b, const Source *s, const Listing *l, Moment now, bool listed) {
  int p = l->price_decimals, a = l->amount_decimals;
  const Planted *planted = plant_market(s, l);
  Day d;
  market_day(s, l, now, &d);
  text_format(b, "{\"symbol\":\"%s\"", l->id);
  if (listed) text_format(b, ",\"symbolName\":\"%s\"", l->id);
  quoted(b, ",\"buy\":", d.bid, p);
  if (listed) quoted(b, ",\"bestBidSize\":", d.bid_size, a);
  quoted(b, ",\"sell\":", d.ask, p);
  if (listed) quoted(b, ",\"bestAskSize\":", d.ask_size, a);
  text_format(b, ",\"changeRate\":\"%.4f\"", (double)(d.last - d.open) / (double)d.open);
  quoted(b, ",\"changePrice\":", d.last - d.open, p);
  quoted(b, ",\"high\":", d.high, p);
  quoted(b, ",\"low\":", d.low, p);
  quoted(b, ",\"vol\":", d.volume, a);
  quoted(b, ",\"volValue\":", d.quote_volume, 0);
  quoted(b, ",\"last\":", d.last, p);
  quoted(b, ",\"averagePrice\":", d.vwap, p);
  double fee = planted ? planted->fee : venue_kucoin.fee;
  text_format(b, ",\"takerFeeRate\":\"%g\",\"makerFeeRate\":\"%g\",\"takerCoefficient\":\"1\",\"makerCoefficient\":\"1\"", fee, fee);
}

static void put_currency(Text *b, const PlantedCoin *c) {
  const char *code = asset_code(c->asset);
  text_format(b, "{\"currency\":\"%s\",\"name\":\"%s\",\"fullName\":\"%s\",\"precision\":8,\"confirms\":null,\"contractAddress\":null,"
              "\"isMarginEnabled\":false,\"isDebitEnabled\":false,\"chains\":[", code, code, code);
  if (*c->network)
    text_format(b, "{\"chainName\":\"%s\",\"withdrawalMinSize\":\"0.001\",\"depositMinSize\":null,\"withdrawFeeRate\":\"0\",\"withdrawalMinFee\":\"%s\","
                "\"isWithdrawEnabled\":%s,\"isDepositEnabled\":%s,\"confirms\":12,\"preConfirms\":12,\"contractAddress\":\"%s\",\"withdrawPrecision\":8,"
                "\"maxWithdraw\":null,\"maxDeposit\":null,\"needTag\":false,\"chainId\":\"%s\"}",
                c->network, *c->fee ? c->fee : "0", bool_text(c->withdraw && !c->closed), bool_text(c->deposit && !c->closed), c->contract, c->network);
  text_add(b, "]}");
}

static void put_currencies(Text *b, const Plants *p) {
  int n = p ? p->coins : (int)(sizeof coins / sizeof *coins);
  for (int i = 0; i < n; i++) {
    if (i) text_add(b, ",");
    put_currency(b, p ? &p->coin[i] : &coins[i]);
  }
}

static void put_side(Text *b, const Listing *l, const Level *side, int n) {
  for (int i = 0; i < n; i++) {
    quoted(b, i ? ",[" : "[", side[i].price, l->price_decimals);
    quoted(b, ",", side[i].amount, l->amount_decimals);
    text_add(b, "]");
  }
}

static void put_book(Text *b, const Source *s, const Listing *l, Moment now, Moment told, int depth) {
  Book book;
  market_book(s, l, now, depth, &book);
  text_format(b, "{\"time\":%lld,\"sequence\":\"%lld\",\"bids\":[", (long long)plant_stamp(s, l, told), (long long)(now / 10));
  put_side(b, l, book.bids, book.n);
  text_add(b, "],\"asks\":[");
  put_side(b, l, book.asks, book.n);
  text_add(b, "]}");
}

static void put_trades(Text *b, const Source *s, const Listing *l, Moment now) {
  static Trade list[100];
  int n = market_trades(s, l, now, 0, 100, list);
  text_add(b, "[");
  for (int i = n - 1; i >= 0; i--) { /* oldest first; times in nanoseconds */
    text_format(b, "{\"sequence\":\"%lld\"", (long long)list[i].id);
    quoted(b, ",\"price\":", list[i].price, l->price_decimals);
    quoted(b, ",\"size\":", list[i].amount, l->amount_decimals);
    text_format(b, ",\"side\":\"%s\",\"time\":%lld000000}%s", list[i].buy ? "buy" : "sell", (long long)list[i].time, i ? "," : "");
  }
  text_add(b, "]");
}

static int64_t span_ms(const char *type) {
  static const struct {
    const char *name;
    int64_t seconds;
  } known[] = { { "1min", 60 },     { "3min", 180 },    { "5min", 300 },     { "15min", 900 },    { "30min", 1800 }, { "1hour", 3600 },  { "2hour", 7200 },
                { "4hour", 14400 }, { "6hour", 21600 }, { "8hour", 28800 },  { "12hour", 43200 }, { "1day", 86400 }, { "1week", 604800 } };
  for (size_t i = 0; type && i < sizeof known / sizeof *known; i++)
    if (!strcmp(type, known[i].name)) return known[i].seconds * 1000;
  return 0;
}

/* Newest first: [seconds, open, close, high, low, volume, turnover]. */
static void put_candles(Text *b, const Source *s, const Listing *l, Moment now, int64_t ms, Moment from, Moment until) {
  Moment start = (until > 0 && until < now ? until : now) / ms * ms;
  text_add(b, "[");
  for (int i = 0; i < 1500 && start >= from && start > 0; i++, start -= ms) {
    Candle c;
    market_candle(s, l, now, start, ms, &c);
    text_format(b, "%s[\"%lld\"", i ? "," : "", (long long)(c.time / 1000));
    quoted(b, ",", c.open, l->price_decimals);
    quoted(b, ",", c.close, l->price_decimals);
    quoted(b, ",", c.high, l->price_decimals);
    quoted(b, ",", c.low, l->price_decimals);
    quoted(b, ",", c.volume, l->amount_decimals);
    quoted(b, ",", c.quote_volume, 0);
    text_add(b, "]");
  }
  text_add(b, "]");
}

static void market(const Venue *v, const Source *s, const Request *q, const char *what, Moment now, Reply *r) {
  const char *id = query_get(q, "symbol");
  const Listing *l = id ? listing_find(v, id, strlen(id)) : NULL;
  int64_t from = 0, until = 0, ms = span_ms(query_get(q, "type"));
  Text *b = &r->body;
  bool book = !strcmp(what, "orderbook/level2_20") || !strcmp(what, "orderbook/level2_100");
  if (!book && strcmp(what, "stats") && strcmp(what, "histories") && strcmp(what, "candles")) {
    missing(r, what);
    return;
  }
  if (!l) {
    failure(r, 200, "900001", id ? "symbol not exists" : "symbol is required");
    return;
  }
  if (!query_int(q, "startAt", &from) || !query_int(q, "endAt", &until) || from < 0 || until < 0 || from > (int64_t)1e11 || until > (int64_t)1e11) {
    failure(r, 200, "400100", "Parameter Error");
    return;
  }
  if (*what == 'c' && !ms) {
    failure(r, 200, "400100", "Incorrect candlestick type");
    return;
  }
  text_add(b, "{\"code\":\"200000\",\"data\":");
  if (book) put_book(b, s, l, now, request_time(q, now), strstr(what, "_20") ? 20 : 100);
  else if (*what == 's') {
    put_prices(b, s, l, now, false);
    text_format(b, ",\"time\":%lld}", (long long)request_time(q, now));
  } else if (*what == 'h') put_trades(b, s, l, now);
  else put_candles(b, s, l, now, ms, from * 1000, until * 1000);
  text_add(b, "}");
}

static void each(const Venue *v, const Source *s, Moment now, Text *b, bool tickers) {
  for (int i = 0; i < v->n; i++) {
    if (i) text_add(b, ",");
    if (tickers) {
      put_prices(b, s, &v->listings[i], now, true);
      text_add(b, "}");
    } else put_symbol(b, s, &v->listings[i]);
  }
}

static void answer(const Venue *v, const Source *s, const Request *q, Moment now, Reply *r) {
  const char *path = q->path;
  Text *b = &r->body;
  if (!strcmp(path, "/api/v1/timestamp")) text_format(b, "{\"code\":\"200000\",\"data\":%lld}", (long long)request_time(q, now));
  else if (!strcmp(path, "/api/v1/status"))
    text_format(b, "{\"code\":\"200000\",\"data\":{\"status\":\"%s\",\"msg\":\"\"}}", plant_closed(s) ? "cancelonly" : "open");
  else if (!strcmp(path, "/api/v1/contracts/active")) text_add(b, "{\"code\":\"200000\",\"data\":[]}");
  else if (!strcmp(path, "/api/v2/symbols")) {
    text_add(b, "{\"code\":\"200000\",\"data\":[");
    each(v, s, now, b, false);
    text_add(b, "]}");
  } else if (!strcmp(path, "/api/v3/currencies")) {
    text_add(b, "{\"code\":\"200000\",\"data\":[");
    put_currencies(b, s->plants);
    text_add(b, "]}");
  } else if (!strcmp(path, "/api/v1/market/allTickers")) {
    text_format(b, "{\"code\":\"200000\",\"data\":{\"time\":%lld,\"ticker\":[", (long long)request_time(q, now));
    each(v, s, now, b, true);
    text_add(b, "]}}");
  } else if (path_take(&path, "/api/v1/market/")) market(v, s, q, path, now, r);
  else if (!strncmp(path, "/api/", 5))
    failure(r, 401, "400001", "Please check the header of your request for KC-API-KEY, KC-API-SIGN, KC-API-TIMESTAMP, KC-API-PASSPHRASE");
  else missing(r, path);
}

const Venue venue_kucoin = { "kucoin", "kucoin", 0.001, listings, sizeof listings / sizeof *listings, answer, missing, NULL };
