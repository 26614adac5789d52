/* Luno, /api/1 and /api/exchange/1. */
#include <string.h>
#include "venue.h"

static const Listing listings[] = {
  { "XBTEUR", NULL, A_BTC, A_EUR, 2, 4, 2 },    { "XBTUSDT", NULL, A_BTC, A_USDT, 2, 4, 5 },
  { "XBTZAR", NULL, A_BTC, A_ZAR, 0, 6, 500 },  { "ETHXBT", NULL, A_ETH, A_BTC, 4, 2, 1 },
  { "ETHUSDT", NULL, A_ETH, A_USDT, 2, 6, 70 }, { "ETHZAR", NULL, A_ETH, A_ZAR, 0, 6, 500 },
};

static void failure(Reply *r, int status, const char *message, const char *code) {
  r->status = status;
  r->body.len = 0;
  text_format(&r->body, "{\"error\":\"%s\",\"error_code\":\"%s\"}", message, code);
}

static void missing(Reply *r, const char *path) {
  (void)path;
  failure(r, 404, "Not found", "ErrNotFound");
}

static const char *code(enum asset a) { return a == A_BTC ? "XBT" : asset_code(a); }

static void quoted(Text *b, const char *before, int64_t units, int decimals, int shown) {
  text_add(b, before);
  text_add(b, "\"");
  text_padded(b, units, decimals, shown);
  text_add(b, "\"");
}

static void put_market(Text *b, const Listing *l) {
  text_format(b, "{\"market_id\":\"%s\",\"trading_status\":\"ACTIVE\",\"base_currency\":\"%s\",\"counter_currency\":\"%s\"", l->id,
              code(l->base), code(l->quote));
  quoted(b, ",\"min_volume\":", l->min_amount, l->amount_decimals, 0);
  text_format(b,
              ",\"max_volume\":\"100.00\",\"volume_scale\":%d,\"min_price\":\"%s\",\"max_price\":\"%s\",\"price_scale\":%d,\"fee_"
              "scale\":8}",
              l->amount_decimals, l->quote == A_BTC ? "0.0001" : "100.00", l->quote == A_BTC ? "1.00" : "10000000.00",
              l->price_decimals);
}

static void put_ticker(Text *b, const Source *s, const Listing *l, Moment now) {
  int p = l->price_decimals;
  Day d;
  market_day(s, l, now, &d);
  text_format(b, "{\"pair\":\"%s\",\"timestamp\":%lld", l->id, (long long)now);
  quoted(b, ",\"bid\":", d.bid, p, 8);
  quoted(b, ",\"ask\":", d.ask, p, 8);
  quoted(b, ",\"last_trade\":", d.last, p, 8);
  quoted(b, ",\"rolling_24_hour_volume\":", d.volume, l->amount_decimals, 8);
  text_add(b, ",\"status\":\"ACTIVE\"}");
}

static void put_side(Text *b, const Listing *l, const Level *side, int n) {
  for (int i = 0; i < n; i++) {
    quoted(b, i ? ",{\"price\":" : "{\"price\":", side[i].price, l->price_decimals, 8);
    quoted(b, ",\"volume\":", side[i].amount, l->amount_decimals, 8);
    text_add(b, "}");
  }
}

static void put_book(Text *b, const Source *s, const Listing *l, Moment now, int depth) {
  Book book;
  market_book(s, l, now, depth, &book);
  text_format(b, "{\"timestamp\":%lld,\"bids\":[", (long long)now);
  put_side(b, l, book.bids, book.n);
  text_add(b, "],\"asks\":[");
  put_side(b, l, book.asks, book.n);
  text_add(b, "]}");
}

static void put_trades(Text *b, const Source *s, const Listing *l, Moment now, Moment since) {
  Trade list[100];
  int n = market_trades(s, l, now, since, 100, list);
  text_add(b, "{\"trades\":[");
  for (int i = 0; i < n; i++) {
    text_format(b, "%s{\"sequence\":%lld,\"timestamp\":%lld", i ? "," : "", (long long)list[i].id, (long long)list[i].time);
    quoted(b, ",\"price\":", list[i].price, l->price_decimals, 8);
    quoted(b, ",\"volume\":", list[i].amount, l->amount_decimals, 8);
    text_format(b, ",\"is_buy\":%s}", list[i].buy ? "true" : "false");
  }
  text_add(b, "]}");
}

static void put_candles(Text *b, const Source *s, const Listing *l, Moment now, int64_t ms, Moment since) {
  Moment start = (since + ms - 1) / ms * ms;
  text_format(b, "{\"candles\":[");
  for (int i = 0; i < 1000 && start <= now; i++, start += ms) {
    Candle c;
    market_candle(s, l, now, start, ms, &c);
    text_format(b, "%s{\"timestamp\":%lld", i ? "," : "", (long long)c.time);
    quoted(b, ",\"open\":", c.open, l->price_decimals, 2);
    quoted(b, ",\"close\":", c.close, l->price_decimals, 2);
    quoted(b, ",\"high\":", c.high, l->price_decimals, 2);
    quoted(b, ",\"low\":", c.low, l->price_decimals, 2);
    quoted(b, ",\"volume\":", c.volume, l->amount_decimals, 6);
    text_add(b, "}");
  }
  text_format(b, "],\"pair\":\"%s\",\"duration\":%lld}", l->id, (long long)(ms / 1000));
}

static void candles(const Source *s, const Request *q, const Listing *l, Moment now, Reply *r) {
  static const int known[] = { 60, 300, 900, 1800, 3600, 10800, 14400, 28800, 86400, 259200, 604800 };
  int64_t duration = 0, since = 0;
  bool found = false, plain = query_int(q, "duration", &duration) && query_int(q, "since", &since);
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) found |= known[i] == duration;
  if (!plain || !found || since < 1 || since > (int64_t)1e14) failure(r, 400, "Invalid arguments", "ErrInvalidArguments");
  else put_candles(&r->body, s, l, now, duration * 1000, since);
}

static void answer(const Venue *v, const Source *s, const Request *q, Moment now, Reply *r) {
  const char *path = q->path, *pair = query_get(q, "pair");
  Text *b = &r->body;
  const Listing *l = pair ? listing_find(v, pair, strlen(pair)) : NULL;
  bool tickers = !strcmp(path, "/api/1/tickers");
  if (!strcmp(path, "/api/exchange/1/markets") || tickers) {
    text_add(b, tickers ? "{\"tickers\":[" : "{\"markets\":[");
    for (int i = 0; i < v->n; i++) {
      if (i) text_add(b, ",");
      if (tickers) put_ticker(b, s, &v->listings[i], now);
      else put_market(b, &v->listings[i]);
    }
    text_add(b, "]}");
    return;
  }
  static const char *const open[] = { "/api/1/ticker", "/api/1/orderbook", "/api/1/orderbook_top", "/api/1/trades",
                                      "/api/exchange/1/candles" };
  int which = -1;
  for (int i = 0; i < 5; i++)
    if (!strcmp(path, open[i])) which = i;
  if (which < 0) {
    if (!strncmp(path, "/api/1/", 7) && q->key) failure(r, 401, "Invalid API key", "ErrApiKeyNotFound");
    else if (!strcmp(path, "/api/1/balance") || !strncmp(path, "/api/1/listorders", 17))
      failure(r, 401, "Unauthorised", "ErrUnauthorised");
    else missing(r, path);
    return;
  }
  if (which == 4 && !q->key) {       /* candles are for customers only */
    failure(r, 401, "Unauthorised", "ErrUnauthorised");
    return;
  }
  if (!l) {
    failure(r, 400, "Invalid market pair", "ErrInvalidMarketPair");
    return;
  }
  int64_t since = 0;
  if (!query_int(q, "since", &since) || since < 0) {
    failure(r, 400, "Invalid arguments", "ErrInvalidArguments");
    return;
  }
  if (which == 0) put_ticker(b, s, l, now);
  else if (which == 1) put_book(b, s, l, now, 300);
  else if (which == 2) put_book(b, s, l, now, 100);
  else if (which == 3) put_trades(b, s, l, now, since);
  else candles(s, q, l, now, r);
}

const Venue venue_luno = { "luno", "luno", 0.006, listings, sizeof listings / sizeof *listings, answer, missing, NULL };
