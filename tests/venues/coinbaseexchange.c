/* Coinbase Exchange. Refuses requests without a User-Agent, as the real one does. */
#include <string.h>
#include "plant.h"

static const Listing listings[] = {
  { "BTC-USD", NULL, A_BTC, A_USD, 2, 8, 1 },   { "BTC-USDT", NULL, A_BTC, A_USDT, 2, 8, 1 },
  { "BTC-EUR", NULL, A_BTC, A_EUR, 2, 8, 1 },   { "ETH-USD", NULL, A_ETH, A_USD, 2, 8, 1 },
  { "ETH-USDT", NULL, A_ETH, A_USDT, 2, 8, 1 }, { "ETH-BTC", NULL, A_ETH, A_BTC, 5, 8, 1 },
  { "LTC-USD", NULL, A_LTC, A_USD, 2, 8, 1 },   { "XRP-USD", NULL, A_XRP, A_USD, 4, 6, 1 },
  { "SOL-USD", NULL, A_SOL, A_USD, 2, 8, 1 },
};

static const char *const names[A_COUNT] = { [A_USD] = "United States Dollar",
                                            [A_EUR] = "Euro",
                                            [A_USDT] = "Tether",
                                            [A_BTC] = "Bitcoin",
                                            [A_ETH] = "Ether",
                                            [A_LTC] = "Litecoin",
                                            [A_XRP] = "XRP",
                                            [A_SOL] = "Solana" };
static const char *const networks[A_COUNT] = {
  [A_USDT] = "ethereum", [A_BTC] = "bitcoin", [A_ETH] = "ethereum", [A_LTC] = "litecoin", [A_XRP] = "ripple", [A_SOL] = "solana"
};

static void failure(Reply *r, int status, const char *message) {
  r->status = status;
  r->body.len = 0;
  text_format(&r->body, "{\"message\":\"%s\"}", message);
}

static void missing(Reply *r, const char *path) {
  (void)path;
  failure(r, 404, "NotFound");
}

static void put_currency(Text *b, const char *code, const char *name, int place, bool online, const char *network, const char *contract) {
  const char *step = network ? "0.00000001" : "0.01";
  text_format(
      b,
      "{\"id\":\"%s\",\"name\":\"%s\",\"min_size\":\"%s\",\"status\":\"%s\",\"message\":\"\",\"max_precision\":\"%s\","
      "\"convertible_to\":[],\"details\":{\"type\":\"%s\",\"symbol\":null,\"network_confirmations\":null,\"sort_order\":%d,"
      "\"push_payment_methods\":[],\"group_types\":[],\"display_name\":null,\"min_withdrawal_amount\":%s,"
      "\"max_withdrawal_amount\":%s},\"default_network\":\"%s\",\"supported_networks\":[",
      code, name, step, online ? "online" : "delisted", step, network ? "crypto" : "fiat", 20 + place, network ? "0.001" : "null",
      network ? "10000" : "null", network ? network : "");
  if (network)
    text_format(b,
                "{\"id\":\"%s\",\"name\":\"%s\",\"status\":\"%s\",\"contract_address\":\"%s\",\"min_withdrawal_amount\":0.001,"
                "\"max_withdrawal_amount\":10000,\"network_confirmations\":14,\"processing_time_seconds\":null}",
                network, network, online ? "online" : "offline", contract);
  text_add(b, "]}");
}

static void put_currencies(Text *b, const Plants *p) {
  text_add(b, "[");
  for (int i = 0, n = 0; !p && i < A_COUNT; i++) {
    if (!names[i]) continue;
    if (n++) text_add(b, ",");
    put_currency(b, asset_code(i), names[i], i, true, networks[i], "");
  }
  for (int i = 0; p && i < p->coins; i++) { /* one status for both ways */
    const PlantedCoin *c = &p->coin[i];
    if (i) text_add(b, ",");
    put_currency(b, asset_code(c->asset), asset_code(c->asset), i, !c->closed && c->deposit && c->withdraw, *c->network ? c->network : NULL, c->contract);
  }
  text_add(b, "]");
}

static void put_product(Text *b, const Source *s, const Listing *l) {
  const Planted *planted = plant_market(s, l);
  text_format(b, "{\"id\":\"%s\",\"base_currency\":\"%s\",\"quote_currency\":\"%s\",\"quote_increment\":\"", l->id,
              asset_code(l->base), asset_code(l->quote));
  text_fixed(b, 1, l->price_decimals);
  text_add(b, "\",\"base_increment\":\"");
  text_fixed(b, 1, l->amount_decimals);
  text_format(
      b,
      "\",\"display_name\":\"%s\",\"min_market_funds\":\"%s\",\"margin_enabled\":false,\"post_only\":false,\"limit_only\":false,"
      "\"cancel_only\":false,\"status\":\"%s\",\"status_message\":\"\",\"trading_disabled\":false,\"fx_stablecoin\":false,"
      "\"max_slippage_percentage\":\"0.02000000\",\"auction_mode\":false,\"high_bid_limit_percentage\":\"\"}",
      l->id, planted ? planted->min_cost : l->quote == A_BTC ? "0.000016" : "1", planted && planted->off ? "delisted" : "online");
}

static void quoted(Text *b, const char *before, int64_t units, int decimals) {
  text_add(b, before);
  text_add(b, "\"");
  text_fixed(b, units, decimals);
  text_add(b, "\"");
}

static void put_ticker(Text *b, const Source *s, const Listing *l, Moment now) {
  Day d;
  market_day(s, l, now, &d);
  quoted(b, "{\"ask\":", d.ask, l->price_decimals);
  quoted(b, ",\"bid\":", d.bid, l->price_decimals);
  quoted(b, ",\"volume\":", d.volume, l->amount_decimals);
  text_format(b, ",\"trade_id\":%lld", (long long)d.last_id);
  quoted(b, ",\"price\":", d.last, l->price_decimals);
  quoted(b, ",\"size\":", d.last_size, l->amount_decimals);
  text_add(b, ",\"time\":\"");
  text_iso(b, now, 1);
  text_add(b, "\"}");
}

static void put_stats(Text *b, const Source *s, const Listing *l, Moment now) {
  int p = l->price_decimals;
  Day d;
  market_day(s, l, now, &d);
  quoted(b, "{\"open\":", d.open, p);
  quoted(b, ",\"high\":", d.high, p);
  quoted(b, ",\"low\":", d.low, p);
  quoted(b, ",\"last\":", d.last, p);
  quoted(b, ",\"volume\":", d.volume, l->amount_decimals);
  quoted(b, ",\"volume_30day\":", d.volume * 30, l->amount_decimals);
  text_add(b, "}");
}

static void put_side(Text *b, const Listing *l, const Level *side, int n) {
  for (int i = 0; i < n; i++) {
    quoted(b, i ? ",[" : "[", side[i].price, l->price_decimals);
    quoted(b, ",", side[i].amount, l->amount_decimals);
    text_add(b, ",");
    text_int(b, 1 + side[i].amount % 4);
    text_add(b, "]");
  }
}

static void put_book(Text *b, const Source *s, const Listing *l, Moment now, Moment told, int depth) {
  Book book;
  market_book(s, l, now, depth, &book);
  text_add(b, "{\"bids\":[");
  put_side(b, l, book.bids, book.n);
  text_add(b, "],\"asks\":[");
  put_side(b, l, book.asks, book.n);
  text_format(b, "],\"sequence\":%lld,\"auction_mode\":false,\"auction\":null,\"time\":\"", (long long)(now / 10));
  text_iso(b, plant_stamp(s, l, told), 1);
  text_add(b, "\"}");
}

static void put_trades(Text *b, const Source *s, const Listing *l, Moment now, int limit) {
  static Trade list[1000];
  int n = market_trades(s, l, now, 0, limit, list);
  text_add(b, "[");
  for (int i = 0; i < n; i++) {
    /* `side` here is the maker's */
    text_format(b, "%s{\"trade_id\":%lld,\"side\":\"%s\"", i ? "," : "", (long long)list[i].id, list[i].buy ? "sell" : "buy");
    quoted(b, ",\"size\":", list[i].amount, l->amount_decimals);
    quoted(b, ",\"price\":", list[i].price, l->price_decimals);
    text_add(b, ",\"time\":\"");
    text_iso(b, list[i].time, 1);
    text_add(b, "\"}");
  }
  text_add(b, "]");
}

static void put_candles(Text *b, const Source *s, const Listing *l, Moment now, int64_t ms) {
  Moment start = now / ms * ms;
  text_add(b, "[");
  for (int i = 0; i < 300; i++, start -= ms) {
    Candle c;
    market_candle(s, l, now, start, ms, &c);
    text_format(b, "%s[%lld", i ? "," : "", (long long)(c.time / 1000));
    const int64_t prices[] = { c.low, c.high, c.open, c.close };
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

static void put_sparks(Text *b, const Venue *v, const Source *s, Moment now) {
  text_add(b, "{");
  for (int i = 0; i < v->n; i++) {
    const Listing *l = &v->listings[i];
    text_format(b, "%s\"%s\":[", i ? "," : "", l->id);
    for (int k = 0; k < 6; k++) {
      Candle c;
      market_candle(s, l, now, (now / 14400000 - k) * 14400000, 14400000, &c);
      text_format(b, "%s[%lld", k ? "," : "", (long long)(c.time / 1000));
      const int64_t prices[] = { c.low, c.high, c.open, c.close };
      for (int j = 0; j < 4; j++) {
        text_add(b, ",");
        text_short(b, prices[j], l->price_decimals);
      }
      text_add(b, "]");
    }
    text_add(b, "]");
  }
  text_add(b, "}");
}

static void product(const Source *s, const Request *q, const Listing *l, const char *what, Moment now, Reply *r) {
  Text *b = &r->body;
  int64_t limit = 1000, level = 1, granularity = 60;
  if (!query_int(q, "limit", &limit) || limit < 1) {
    failure(r, 400, "limit must be a positive number");
    return;
  }
  if (!query_int(q, "level", &level) || level < 1 || level > 3) {
    failure(r, 400, "Invalid level");
    return;
  }
  if (!*what) put_product(b, s, l);
  else if (!strcmp(what, "ticker")) put_ticker(b, s, l, now);
  else if (!strcmp(what, "stats")) put_stats(b, s, l, now);
  else if (!strcmp(what, "book")) put_book(b, s, l, now, request_time(q, now), level == 1 ? 1 : 150);
  else if (!strcmp(what, "trades")) put_trades(b, s, l, now, (int)(limit > 1000 ? 1000 : limit));
  else if (!strcmp(what, "candles")) {
    static const int known[] = { 60, 300, 900, 3600, 21600, 86400 };
    bool found = false;
    if (query_int(q, "granularity", &granularity))
      for (size_t i = 0; i < sizeof known / sizeof *known; i++) found |= known[i] == granularity;
    if (found) put_candles(b, s, l, now, granularity * 1000);
    else failure(r, 400, "Unsupported granularity");
  } else missing(r, what);
}

static void answer(const Venue *v, const Source *s, const Request *q, Moment now, Reply *r) {
  const char *path = q->path;
  Text *b = &r->body;
  if (!q->agent) {
    failure(r, 400, "User-Agent header is required.");
    return;
  }
  if (!strcmp(path, "/time")) {
    text_add(b, "{\"iso\":\"");
    text_iso(b, request_time(q, now), 0);
    text_add(b, "\",\"epoch\":");
    text_fixed(b, request_time(q, now), 3);
    text_add(b, "}");
  } else if (!strcmp(path, "/currencies")) put_currencies(b, s->plants);
  else if (!strcmp(path, "/products/spark-lines")) put_sparks(b, v, s, now);
  else if (!strcmp(path, "/products")) {
    text_add(b, "[");
    for (int i = 0; i < v->n; i++) {
      if (i) text_add(b, ",");
      put_product(b, s, &v->listings[i]);
    }
    text_add(b, "]");
  } else if (path_take(&path, "/products/")) {
    size_t n = path_step(path);
    const Listing *l = listing_find(v, path, n);
    if (l) product(s, q, l, path + n + (path[n] == '/'), now, r);
    else missing(r, path);
  } else if (!strncmp(path, "/accounts", 9) || !strncmp(path, "/orders", 7) || !strncmp(path, "/fills", 6)) {
    failure(r, 401, q->key ? "Invalid API Key" : "CB-ACCESS-KEY header is required");
  } else missing(r, path);
}

const Venue venue_coinbaseexchange = {
  "coinbaseexchange", "coinbasepro", 0.006, listings, sizeof listings / sizeof *listings, answer, missing, NULL
};
