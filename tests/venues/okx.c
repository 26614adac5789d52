/* OKX, /api/v5: {code, msg, data}; failures mostly with status 200. */
#include <string.h>
#include "desk.h"

static const Listing listings[] = {
  { "BTC-USDT", NULL, A_BTC, A_USDT, 1, 8, 1000 }, { "ETH-USDT", NULL, A_ETH, A_USDT, 2, 6, 100 },
  { "ETH-BTC", NULL, A_ETH, A_BTC, 5, 6, 100 },    { "BTC-EUR", NULL, A_BTC, A_EUR, 1, 8, 1000 },
  { "BTC-USD", NULL, A_BTC, A_USD, 1, 8, 1000 },   { "ETH-USD", NULL, A_ETH, A_USD, 2, 6, 100 },
  { "LTC-USDT", NULL, A_LTC, A_USDT, 2, 6, 1000 }, { "XRP-USDT", NULL, A_XRP, A_USDT, 4, 6, 1000000 },
  { "SOL-USDT", NULL, A_SOL, A_USDT, 2, 6, 1000 },
};

static void failure(Reply *r, int status, const char *code, const char *msg) {
  r->status = status;
  r->body.len = 0;
  text_format(&r->body, "{\"code\":\"%s\",\"data\":[],\"msg\":\"%s\"}", code, msg);
}

static void missing(Reply *r, const char *path) {
  if (strcmp(path, "/api/v5/public/instruments") == 0) {       /* a kind of which nothing was recorded: OKX answers an empty list */
    reply_set(r, 200, "{\"code\":\"0\",\"data\":[],\"msg\":\"\"}");
    return;
  }
  reply_set(r, 404,
            "{\"code\":\"404\",\"data\":{},\"detailMsg\":\"\",\"error_code\":\"404\",\"error_message\":\"Not Found\",\"msg\":\"Not "
            "Found\"}");
}

static void quoted(Text *b, const char *before, int64_t units, int decimals) {
  text_add(b, before);
  text_add(b, "\"");
  text_short(b, units, decimals);
  text_add(b, "\"");
}

static void put_instrument(Text *b, const Listing *l) {
  text_format(b,
              "{\"alias\":\"\",\"auctionEndTime\":\"\",\"baseCcy\":\"%s\",\"category\":\"1\",\"ctMult\":\"\",\"ctType\":\"\","
              "\"ctVal\":\"\","
              "\"ctValCcy\":\"\",\"expTime\":\"\",\"instFamily\":\"\",\"instId\":\"%s\",\"instType\":\"SPOT\",\"lever\":\"10\","
              "\"listTime\":\"1611907686000\"",
              asset_code(l->base), l->id);
  quoted(b, ",\"lotSz\":", 1, l->amount_decimals);
  text_add(b, ",\"maxIcebergSz\":\"9999999999\",\"maxLmtAmt\":\"20000000\",\"maxLmtSz\":\"9999999999\",\"maxMktAmt\":\"1000000\","
              "\"maxMktSz\":\"1000000\","
              "\"maxStopSz\":\"1000000\",\"maxTriggerSz\":\"9999999999\",\"maxTwapSz\":\"9999999999\"");
  quoted(b, ",\"minSz\":", l->min_amount, l->amount_decimals);
  text_format(b, ",\"optType\":\"\",\"quoteCcy\":\"%s\",\"ruleType\":\"normal\",\"settleCcy\":\"\",\"state\":\"live\",\"stk\":\"\"",
              asset_code(l->quote));
  quoted(b, ",\"tickSz\":", 1, l->price_decimals);
  text_add(b, ",\"uly\":\"\"}");
}

static void put_ticker(Text *b, const Source *s, const Listing *l, Moment now) {
  int p = l->price_decimals, a = l->amount_decimals;
  Day d;
  market_day(s, l, now, &d);
  text_format(b, "{\"instType\":\"SPOT\",\"instId\":\"%s\"", l->id);
  quoted(b, ",\"last\":", d.last, p);
  quoted(b, ",\"lastSz\":", d.last_size, a);
  quoted(b, ",\"askPx\":", d.ask, p);
  quoted(b, ",\"askSz\":", d.ask_size, a);
  quoted(b, ",\"bidPx\":", d.bid, p);
  quoted(b, ",\"bidSz\":", d.bid_size, a);
  quoted(b, ",\"open24h\":", d.open, p);
  quoted(b, ",\"high24h\":", d.high, p);
  quoted(b, ",\"low24h\":", d.low, p);
  quoted(b, ",\"volCcy24h\":", d.quote_volume, 0);
  quoted(b, ",\"vol24h\":", d.volume, a);
  text_format(b, ",\"ts\":\"%lld\"", (long long)now);
  quoted(b, ",\"sodUtc0\":", d.open, p);
  quoted(b, ",\"sodUtc8\":", d.open, p);
  text_add(b, "}");
}

static void put_side(Text *b, const Listing *l, const Level *side, int n) {
  for (int i = 0; i < n; i++) {
    quoted(b, i ? ",[" : "[", side[i].price, l->price_decimals);
    quoted(b, ",", side[i].amount, l->amount_decimals);
    text_format(b, ",\"0\",\"%d\"]", (int)(1 + side[i].amount % 5));
  }
}

static void put_book(Text *b, const Source *s, const Listing *l, Moment now, Moment told, int depth) {
  Book book;
  market_shown(s, l, now, depth, &book);
  text_add(b, "{\"asks\":[");
  put_side(b, l, book.asks, book.n);
  text_add(b, "],\"bids\":[");
  put_side(b, l, book.bids, book.n);
  text_format(b, "],\"ts\":\"%lld\",\"seqId\":%lld}", (long long)told, (long long)(told / 100));
}

static void put_trades(Text *b, const Source *s, const Listing *l, Moment now, int limit) {
  static Trade list[500];
  int n = market_trades(s, l, now, 0, limit, list);
  for (int i = 0; i < n; i++) {
    text_format(b, "%s{\"instId\":\"%s\",\"side\":\"%s\"", i ? "," : "", l->id, list[i].buy ? "buy" : "sell");
    quoted(b, ",\"sz\":", list[i].amount, l->amount_decimals);
    quoted(b, ",\"px\":", list[i].price, l->price_decimals);
    text_format(b, ",\"tradeId\":\"%lld\",\"ts\":\"%lld\"}", (long long)list[i].id, (long long)list[i].time);
  }
}

static int64_t bar_ms(const char *bar) {
  static const struct {
    const char *name;
    int64_t seconds;
  } known[] = { { "1m", 60 },        { "3m", 180 },       { "5m", 300 },        { "15m", 900 },     { "30m", 1800 },
                { "1H", 3600 },      { "2H", 7200 },      { "4H", 14400 },      { "6H", 21600 },    { "12H", 43200 },
                { "6Hutc", 21600 },  { "12Hutc", 43200 }, { "1D", 86400 },      { "1Dutc", 86400 }, { "1W", 604800 },
                { "1Wutc", 604800 }, { "1M", 2592000 },   { "1Mutc", 2592000 }, { "3M", 7776000 },  { "3Mutc", 7776000 } };
  if (!bar) return 60000;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (!strcmp(bar, known[i].name)) return known[i].seconds * 1000;
  return 0;
}

/* Newest first, those with before < ts < after. */
static void put_candles(Text *b, const Source *s, const Listing *l, Moment now, int64_t ms, Moment before, Moment after,
                        int limit) {
  Moment start = now / ms * ms;
  if (after > 0 && after <= start) start = (after - 1) / ms * ms;
  for (int i = 0; i < limit && start > before && start > 0; i++, start -= ms) {
    Candle c;
    market_candle(s, l, now, start, ms, &c);
    text_format(b, "%s[\"%lld\"", i ? "," : "", (long long)c.time);
    quoted(b, ",", c.open, l->price_decimals);
    quoted(b, ",", c.high, l->price_decimals);
    quoted(b, ",", c.low, l->price_decimals);
    quoted(b, ",", c.close, l->price_decimals);
    quoted(b, ",", c.volume, l->amount_decimals);
    quoted(b, ",", c.quote_volume, 0);
    quoted(b, ",", c.quote_volume, 0);
    text_add(b, start + ms <= now ? ",\"1\"]" : ",\"0\"]");
  }
}

static void lists(const Venue *v, const Source *s, const Request *q, Moment now, Reply *r, bool ticker) {
  const char *type = query_get(q, "instType"), *id = query_get(q, "instId");
  Text *b = &r->body;
  if (!type || !*type) {
    failure(r, 400, "50014", "Parameter instType can not be empty.");
    return;
  }
  if (strcmp(type, "SPOT") && strcmp(type, "MARGIN") && strcmp(type, "SWAP") && strcmp(type, "FUTURES") && strcmp(type, "OPTION")) {
    failure(r, 400, "51000", "Parameter instType error");
    return;
  }
  int n = 0;
  text_add(b, "{\"code\":\"0\",\"data\":[");
  for (int i = 0; !strcmp(type, "SPOT") && i < v->n; i++) {
    if (id && strcmp(id, v->listings[i].id)) continue;
    if (n++) text_add(b, ",");
    if (ticker) put_ticker(b, s, &v->listings[i], now);
    else put_instrument(b, &v->listings[i]);
  }
  text_add(b, "],\"msg\":\"\"}");
  if (id && !n) failure(r, 200, "51001", "Instrument ID, Instrument ID code, or Spread ID doesn't exist.");
}

static void market(const Venue *v, const Source *s, const Request *q, const char *what, Moment now, Reply *r) {
  const char *id = query_get(q, "instId");
  Text *b = &r->body;
  bool candles = !strcmp(what, "candles") || !strcmp(what, "history-candles"),
       trades = !strcmp(what, "trades") || !strcmp(what, "history-trades");
  if (strcmp(what, "ticker") && strcmp(what, "books") && !candles && !trades) {
    missing(r, what);
    return;
  }
  if (!id || !*id) {
    failure(r, 400, "50014", "Parameter instId can not be empty.");
    return;
  }
  const Listing *l = listing_find(v, id, strlen(id));
  if (!l) {
    failure(r, 200, "51001", "Instrument ID, Instrument ID code, or Spread ID doesn't exist.");
    return;
  }
  int64_t depth = 1, limit = 100, before = 0, after = 0;
  if (!query_int(q, "sz", &depth) || depth < 1) {
    failure(r, 400, "51000", "Parameter sz error");
    return;
  }
  if (!query_int(q, "limit", &limit) || limit < 1) {
    failure(r, 400, "51000", "Parameter limit error");
    return;
  }
  if (!query_int(q, "before", &before) || !query_int(q, "after", &after) || before < 0 || after < 0) {
    failure(r, 400, "51000", "Parameter before error");
    return;
  }
  int64_t ms = candles ? bar_ms(query_get(q, "bar")) : 1;
  if (!ms) {
    failure(r, 400, "51000", "Parameter bar error");
    return;
  }
  text_add(b, "{\"code\":\"0\",\"msg\":\"\",\"data\":[");
  if (candles) put_candles(b, s, l, now, ms, before, after, (int)(limit > 300 ? 300 : limit));
  else if (trades) put_trades(b, s, l, now, (int)(limit > 500 ? 500 : limit));
  else if (*what == 't') put_ticker(b, s, l, now);
  else put_book(b, s, l, now, request_time(q, now), (int)(depth > 400 ? 400 : depth));
  text_add(b, "]}");
}

static void answer(const Venue *v, const Source *s, const Request *q, Moment now, Reply *r) {
  const char *path = q->path;
  if (!path_take(&path, "/api/v5/")) missing(r, path);
  else if (!strcmp(path, "public/time"))
    text_format(&r->body, "{\"code\":\"0\",\"data\":[{\"ts\":\"%lld\"}],\"msg\":\"\"}", (long long)request_time(q, now));
  else if (!strcmp(path, "system/status")) text_add(&r->body, "{\"code\":\"0\",\"data\":[],\"msg\":\"\"}");
  else if (!strcmp(path, "public/instruments")) lists(v, s, q, now, r, false);
  else if (!strcmp(path, "market/tickers")) lists(v, s, q, now, r, true);
  else if (path_take(&path, "market/")) market(v, s, q, path, now, r);
  else missing(r, path);
}

const Venue venue_okx = { "okx", "okex3", 0.0015, listings, sizeof listings / sizeof *listings, answer, missing,
                          &trading_okx };
