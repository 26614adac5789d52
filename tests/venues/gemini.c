/* Gemini, /v1 and /v2, and the page of the web site that lists its currencies. */
#include <ctype.h>
#include <string.h>
#include "venue.h"

static const Listing listings[] = {
  { "btcusd", "BTCUSD", A_BTC, A_USD, 2, 8, 1000 }, { "ethusd", "ETHUSD", A_ETH, A_USD, 2, 6, 1000 },
  { "ethbtc", "ETHBTC", A_ETH, A_BTC, 5, 6, 1000 }, { "btcusdt", "BTCUSDT", A_BTC, A_USDT, 2, 8, 1000 },
  { "btceur", "BTCEUR", A_BTC, A_EUR, 2, 8, 1000 }, { "ltcusd", "LTCUSD", A_LTC, A_USD, 2, 5, 1000 },
  { "solusd", "SOLUSD", A_SOL, A_USD, 3, 6, 1000 },
};

static void failure(Reply *r, int status, const char *reason, const char *message) {
  r->status = status;
  r->body.len = 0;
  text_format(&r->body, "{\"result\":\"error\",\"reason\":\"%s\",\"message\":\"%s\"}", reason, message);
}

static void missing(Reply *r, const char *path) {
  (void)path;
  failure(r, 404, "EndpointNotFound", "API entry point not found");
}

static void quoted(Text *b, const char *before, int64_t units, int decimals) {
  text_add(b, before);
  text_add(b, "\"");
  text_fixed(b, units, decimals);
  text_add(b, "\"");
}

static void put_page(Text *b, const Venue *v) {
  text_add(b, "<html><body><script type=\"application/json\" id=\"currencyData\">{\"tradingPairs\":[");
  for (int i = 0; i < v->n; i++) {
    const Listing *l = &v->listings[i];
    text_format(b, "%s[\"%s\",%d,%d,\"", i ? "," : "", l->name, l->price_decimals, l->amount_decimals);
    text_fixed(b, l->min_amount, l->amount_decimals);
    text_add(b, "\",10,true]");
  }
  text_add(
      b, "],\"currencies\":[[\"BTC\",\"Bitcoin\",1,8,0,8,8,false,null,\"bitcoin\"],[\"ETH\",\"Ether\",2,6,0,18,8,false,null,"
         "\"ethereum\"],"
         "[\"LTC\",\"Litecoin\",3,6,0,8,8,false,null,\"litecoin\"],[\"USDT\",\"Tether\",4,6,0,6,8,false,null,\"ethereum\"],"
         "[\"SOL\",\"Solana\",5,6,0,9,8,false,null,\"solana\"],[\"USD\",\"US Dollar\",22,2,2,2,2,true,\"$\",null]],"
         "\"networks\":[[\"bitcoin\",\"BTC\",\"Bitcoin\"],[\"ethereum\",\"ETH\",\"Ethereum\"],[\"litecoin\",\"LTC\",\"Litecoin\"],"
         "[\"solana\",\"SOL\",\"Solana\"]]}</script></body></html>");
}

static void put_details(Text *b, const Listing *l) {
  text_format(b, "{\"symbol\":\"%s\",\"base_currency\":\"%s\",\"quote_currency\":\"%s\",\"tick_size\":1E-%d,\"quote_increment\":",
              l->name, asset_code(l->base), asset_code(l->quote), l->amount_decimals);
  text_fixed(b, 1, l->price_decimals);
  quoted(b, ",\"min_order_size\":", l->min_amount, l->amount_decimals);
  text_add(b, ",\"status\":\"open\",\"wrap_enabled\":false,\"product_type\":\"spot\",\"contract_type\":\"vanilla\",\"contract_"
              "price_currency\":null}");
}

static void put_volume(Text *b, const Day *d, const Listing *l, Moment now) {
  text_format(b, ",\"volume\":{\"%s\":", asset_code(l->base));
  quoted(b, "", d->volume, l->amount_decimals);
  text_format(b, ",\"%s\":", asset_code(l->quote));
  quoted(b, "", d->quote_volume, 0);
  text_format(b, ",\"timestamp\":%lld}", (long long)now);
}

static void put_ticker(Text *b, const Source *s, const Listing *l, Moment now, bool second) {
  int p = l->price_decimals;
  Day d;
  market_day(s, l, now, &d);
  if (second) {
    text_format(b, "{\"symbol\":\"%s\"", l->name);
    quoted(b, ",\"open\":", d.open, p);
    quoted(b, ",\"high\":", d.high, p);
    quoted(b, ",\"low\":", d.low, p);
    quoted(b, ",\"close\":", d.last, p);
    text_add(b, ",\"changes\":[]");
    quoted(b, ",\"bid\":", d.bid, p);
    quoted(b, ",\"ask\":", d.ask, p);
  } else {
    quoted(b, "{\"bid\":", d.bid, p);
    quoted(b, ",\"ask\":", d.ask, p);
    put_volume(b, &d, l, now);
    quoted(b, ",\"last\":", d.last, p);
  }
  text_add(b, "}");
}

static void put_feed(Text *b, const Venue *v, const Source *s, Moment now) {
  text_add(b, "[");
  for (int i = 0; i < v->n; i++) {
    Day d;
    market_day(s, &v->listings[i], now, &d);
    text_format(b, "%s{\"pair\":\"%s\"", i ? "," : "", v->listings[i].name);
    quoted(b, ",\"price\":", d.last, v->listings[i].price_decimals);
    text_format(b, ",\"percentChange24h\":\"%.4f\"}", (double)(d.last - d.open) / (double)d.open);
  }
  text_add(b, "]");
}

static void put_side(Text *b, const Listing *l, const Level *side, int n, Moment now) {
  for (int i = 0; i < n; i++) {
    quoted(b, i ? ",{\"price\":" : "{\"price\":", side[i].price, l->price_decimals);
    quoted(b, ",\"amount\":", side[i].amount, l->amount_decimals);
    text_format(b, ",\"timestamp\":\"%lld\"}", (long long)(now / 1000));
  }
}

/* A limit of 0 is the whole book. */
static void put_book(Text *b, const Source *s, const Listing *l, Moment now, int64_t bids, int64_t asks) {
  Book book;
  market_book(s, l, now, bids > 200 || asks > 200 || !bids || !asks ? BOOK_MAX : 200, &book);
  text_add(b, "{\"bids\":[");
  put_side(b, l, book.bids, bids && bids < book.n ? (int)bids : book.n, now);
  text_add(b, "],\"asks\":[");
  put_side(b, l, book.asks, asks && asks < book.n ? (int)asks : book.n, now);
  text_add(b, "]}");
}

static void put_trades(Text *b, const Source *s, const Listing *l, Moment now, Moment since, int limit) {
  static Trade list[500];
  int n = market_trades(s, l, now, since, limit, list);
  text_add(b, "[");
  for (int i = 0; i < n; i++) {
    text_format(b, "%s{\"timestamp\":%lld,\"timestampms\":%lld,\"tid\":%lld", i ? "," : "", (long long)(list[i].time / 1000),
                (long long)list[i].time, (long long)list[i].id);
    quoted(b, ",\"price\":", list[i].price, l->price_decimals);
    quoted(b, ",\"amount\":", list[i].amount, l->amount_decimals);
    text_format(b, ",\"exchange\":\"gemini\",\"type\":\"%s\"}", list[i].buy ? "buy" : "sell");
  }
  text_add(b, "]");
}

static void put_candles(Text *b, const Source *s, const Listing *l, Moment now, int64_t ms) {
  Moment start = now / ms * ms;
  text_add(b, "[");
  for (int i = 0; i < 500; i++, start -= ms) {
    Candle c;
    market_candle(s, l, now, start, ms, &c);
    text_format(b, "%s[%lld", i ? "," : "", (long long)c.time);
    const int64_t prices[] = { c.open, c.high, c.low, c.close };
    for (int k = 0; k < 4; k++) {
      text_add(b, ",");
      text_short(b, prices[k], l->price_decimals);
    }
    text_add(b, ",");
    text_short(b, c.volume, l->amount_decimals);
    text_add(b, "]");
  }
  text_add(b, "]");
}

static int64_t frame_ms(const char *name) {
  static const struct {
    const char *name;
    int64_t seconds;
  } known[] = {
    { "1m", 60 }, { "5m", 300 }, { "15m", 900 }, { "30m", 1800 }, { "1hr", 3600 }, { "6hr", 21600 }, { "1day", 86400 }
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (!strcmp(name, known[i].name)) return known[i].seconds * 1000;
  return 0;
}

static const Listing *symbol(const Venue *v, const char *text, size_t len) {
  char lower[16];
  if (len >= sizeof lower) return NULL;
  for (size_t i = 0; i < len; i++) lower[i] = (char)tolower((unsigned char)text[i]);
  return listing_find(v, lower, len);
}

static void answer(const Venue *v, const Source *s, const Request *q, Moment now, Reply *r) {
  static const char *const heads[] = { "/v1/symbols/details/", "/v1/pubticker/", "/v2/ticker/", "/v1/book/",
                                       "/v1/trades/",          "/v2/candles/" };
  const char *path = q->path;
  Text *b = &r->body;
  if (!strcmp(path, "/")) {
    put_page(b, v);
    r->type = "text/html";
    return;
  }
  if (!strcmp(path, "/v1/pricefeed")) {
    put_feed(b, v, s, now);
    return;
  }
  if (!strcmp(path, "/v1/symbols")) {
    for (int i = 0; i < v->n; i++) text_format(b, "%s\"%s\"", i ? "," : "[", v->listings[i].id);
    text_add(b, "]");
    return;
  }
  int which = 0;
  while (which < 6 && !path_take(&path, heads[which])) which++;
  if (which == 6) {
    if (!strncmp(path, "/v1/", 4) && strcmp(q->method, "GET"))
      failure(r, 400, "MissingApikeyHeader", "Must provide 'X-GEMINI-APIKEY' header");
    else missing(r, path);
    return;
  }
  size_t n = path_step(path);
  const Listing *l = symbol(v, path, n);
  const char *rest = path + n + (path[n] == '/');
  if (!l) {
    failure(r, 400, "InvalidSymbol", "Received a supplied symbol that is not supported");
    return;
  }
  if (*rest && which != 5) {
    missing(r, path);
    return;
  }
  int64_t bids = 50, asks = 50, limit = 50, since = 0;
  if (!query_int(q, "limit_bids", &bids) || !query_int(q, "limit_asks", &asks) || !query_int(q, "limit_trades", &limit) ||
      bids < 0 || asks < 0 || limit < 1 || (!query_int(q, "since", &since)) || (!since && !query_int(q, "timestamp", &since)) ||
      since < 0) {
    failure(r, 400, "InvalidQuantity", "Received a parameter that is not a number in range");
    return;
  }
  int64_t ms = which == 5 ? frame_ms(rest) : 0;
  if (which == 0) put_details(b, l);
  else if (which <= 2) put_ticker(b, s, l, now, which == 2);
  else if (which == 3) put_book(b, s, l, now, bids, asks);
  else if (which == 4) put_trades(b, s, l, now, since < (int64_t)1e11 ? since * 1000 : since, (int)(limit > 500 ? 500 : limit));
  else if (ms) put_candles(b, s, l, now, ms);
  else failure(r, 400, "InvalidTimeFrame", "Received a time frame that is not supported");
}

const Venue venue_gemini = { "gemini", "gemini", 0.004, listings, sizeof listings / sizeof *listings, answer, missing, NULL };
