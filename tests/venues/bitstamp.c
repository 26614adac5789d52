/* Bitstamp, /api/v2. Every value but the lists is text. */
#include <ctype.h>
#include <string.h>
#include "desk.h"

static const Listing listings[] = {
  { "btcusd", "BTC/USD", A_BTC, A_USD, 0, 8, 1 },    { "btceur", "BTC/EUR", A_BTC, A_EUR, 0, 8, 1 },
  { "btcusdt", "BTC/USDT", A_BTC, A_USDT, 0, 8, 1 }, { "ethusd", "ETH/USD", A_ETH, A_USD, 1, 8, 1 },
  { "etheur", "ETH/EUR", A_ETH, A_EUR, 1, 8, 1 },    { "ethbtc", "ETH/BTC", A_ETH, A_BTC, 8, 8, 1 },
  { "ltcusd", "LTC/USD", A_LTC, A_USD, 2, 8, 1 },    { "xrpusd", "XRP/USD", A_XRP, A_USD, 5, 8, 1 },
};

static void missing(Reply *r, const char *path) {
  (void)path;
  reply_set(r, 404, "{\"status\":\"error\",\"reason\":\"Not found.\",\"code\":\"API0000\"}");
}

static void quoted(Text *b, const char *before, int64_t units, int decimals) {
  text_add(b, before);
  text_add(b, "\"");
  text_fixed(b, units, decimals);
  text_add(b, "\"");
}

static void put_market(Text *b, const Listing *l) {
  const char *base = asset_code(l->base), *quote = asset_code(l->quote);
  text_format(
      b,
      "{\"name\":\"%s\",\"market_symbol\":\"%s\",\"base_currency\":\"%s\",\"base_decimals\":%d,\"counter_currency\":\"%s\","
      "\"counter_decimals\":%d,\"minimum_order_value\":\"%s\",\"maximum_order_value\":null,\"minimum_order_amount\":null,"
      "\"maximum_order_amount\":null,\"trading\":\"Enabled\",\"instant_order_counter_decimals\":%d,\"instant_and_market_orders\":"
      "\"Enabled\","
      "\"description\":\"%s / %s\",\"market_type\":\"SPOT\",\"underlying_asset\":null,\"payoff_type\":null,\"contract_size\":null,"
      "\"isin\":null,\"tick_size\":null}",
      l->name, l->id, base, l->amount_decimals, quote, l->price_decimals, trading_bitstamp.rules.min_cost(l), l->price_decimals,
      base, quote);
}

static void put_info(Text *b, const Listing *l) {
  text_format(b,
              "{\"trading\":\"Enabled\",\"base_decimals\":%d,\"url_symbol\":\"%s\",\"name\":\"%s\",\"instant_and_market_orders\":"
              "\"Enabled\","
              "\"minimum_order\":\"%s %s\",\"counter_decimals\":%d,\"description\":\"%s / %s\"}",
              l->amount_decimals, l->id, l->name, l->quote == A_BTC ? "0.0001" : "10.0", asset_code(l->quote), l->price_decimals,
              asset_code(l->base), asset_code(l->quote));
}

static void put_ticker(Text *b, const Source *s, const Listing *l, Moment now, bool pair) {
  int p = l->price_decimals;
  Day d;
  market_day(s, l, now, &d);
  text_format(b, "{\"timestamp\":\"%lld\"", (long long)(now / 1000));
  quoted(b, ",\"open\":", d.open, p);
  quoted(b, ",\"high\":", d.high, p);
  quoted(b, ",\"low\":", d.low, p);
  quoted(b, ",\"last\":", d.last, p);
  quoted(b, ",\"volume\":", d.volume, l->amount_decimals);
  quoted(b, ",\"vwap\":", d.vwap, p);
  quoted(b, ",\"bid\":", d.bid, p);
  quoted(b, ",\"ask\":", d.ask, p);
  text_add(b, ",\"side\":\"0\"");
  quoted(b, ",\"open_24\":", d.open, p);
  text_format(b, ",\"percent_change_24\":\"%.2f\"", 100.0 * (double)(d.last - d.open) / (double)d.open);
  if (pair) text_format(b, ",\"market\":\"%s\",\"pair\":\"%s\"", l->name, l->name);
  text_add(b, "}");
}

static void put_side(Text *b, const Listing *l, const Level *side, int n) {
  for (int i = 0; i < n; i++) {
    quoted(b, i ? ",[" : "[", side[i].price, l->price_decimals);
    quoted(b, ",", side[i].amount, l->amount_decimals);
    text_add(b, "]");
  }
}

static void put_book(Text *b, const Source *s, const Listing *l, Moment now, Moment told) {
  Book book;
  market_shown(s, l, now, 120, &book);
  text_format(b, "{\"timestamp\":\"%lld\",\"microtimestamp\":\"%lld000\",\"bids\":[", (long long)(told / 1000), (long long)told);
  put_side(b, l, book.bids, book.n);
  text_add(b, "],\"asks\":[");
  put_side(b, l, book.asks, book.n);
  text_add(b, "]}");
}

static void put_trades(Text *b, const Source *s, const Listing *l, Moment now, const char *span) {
  static Trade list[1000];
  int64_t ms = span && !strcmp(span, "minute") ? 60000 : span && !strcmp(span, "day") ? 86400000 : 3600000;
  int n = market_trades(s, l, now, now - ms, 1000, list);
  text_add(b, "[");
  for (int i = 0; i < n; i++) {
    text_format(b, "%s{\"date\":\"%lld\",\"tid\":\"%lld\"", i ? "," : "", (long long)(list[i].time / 1000), (long long)list[i].id);
    quoted(b, ",\"amount\":", list[i].amount, l->amount_decimals);
    text_format(b, ",\"type\":\"%d\"", list[i].buy ? 0 : 1);
    quoted(b, ",\"price\":", list[i].price, l->price_decimals);
    text_add(b, "}");
  }
  text_add(b, "]");
}

static void put_candles(Text *b, const Source *s, const Listing *l, Moment now, int64_t ms, Moment from, int limit) {
  Moment start = from > 0 ? (from + ms - 1) / ms * ms : now / ms * ms - (limit - 1) * ms;
  text_format(b, "{\"data\":{\"pair\":\"%s\",\"ohlc\":[", l->name);
  for (int i = 0; i < limit && start <= now; i++, start += ms) {
    Candle c;
    market_candle(s, l, now, start, ms, &c);
    text_format(b, "%s{\"timestamp\":\"%lld\"", i ? "," : "", (long long)(c.time / 1000));
    quoted(b, ",\"open\":", c.open, l->price_decimals);
    quoted(b, ",\"high\":", c.high, l->price_decimals);
    quoted(b, ",\"low\":", c.low, l->price_decimals);
    quoted(b, ",\"close\":", c.close, l->price_decimals);
    quoted(b, ",\"volume\":", c.volume, l->amount_decimals);
    text_add(b, "}");
  }
  text_add(b, "]}}");
}

static void each(const Venue *v, const Source *s, Moment now, Text *b, char what) {
  text_add(b, "[");
  for (int i = 0; i < v->n; i++) {
    if (i) text_add(b, ",");
    if (what == 'm') put_market(b, &v->listings[i]);
    else if (what == 'i') put_info(b, &v->listings[i]);
    else put_ticker(b, s, &v->listings[i], now, true);
  }
  text_add(b, "]");
}

static void candles(const Source *s, const Request *q, const Listing *l, Moment now, Reply *r) {
  static const int steps[] = { 60, 180, 300, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 259200 };
  int64_t step = 0, limit = 0, start = 0;
  bool known = false, plain = query_int(q, "step", &step) && query_int(q, "limit", &limit) && query_int(q, "start", &start);
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) known |= step == steps[i];
  if (!known || !plain || limit < 1 || limit > 1000 || start < 0 || start > (int64_t)1e11) {
    reply_set(r, 400,
              known ? "{\"code\":\"API0000\",\"status\":\"error\",\"reason\":{\"limit\":[\"Enter a number from 1 to 1000.\"]}}"
                    : "{\"code\":\"API0000\",\"status\":\"error\",\"reason\":{\"step\":[\"Select a valid choice.\"]}}");
    return;
  }
  put_candles(&r->body, s, l, now, step * 1000, start * 1000, (int)limit);
}

static void answer(const Venue *v, const Source *s, const Request *q, Moment now, Reply *r) {
  const char *path = q->path;
  if (!path_take(&path, "/api/v2/")) {
    missing(r, path);
    return;
  }
  size_t n = path_step(path);
  const char *rest = path + n + (path[n] == '/');
  size_t id = path_step(rest);
  bool bare = !*rest;
#define IS(word) (n == sizeof word - 1 && !memcmp(path, word, n))
  if (bare && IS("markets")) {
    each(v, s, now, &r->body, 'm');
    return;
  }
  if (bare && IS("trading-pairs-info")) {
    each(v, s, now, &r->body, 'i');
    return;
  }
  if (bare && IS("ticker")) {
    each(v, s, now, &r->body, 't');
    return;
  }
  if (!IS("ticker") && !IS("order_book") && !IS("transactions") && !IS("ohlc")) {
    missing(r, path);
    return;
  }
  const Listing *l = listing_find(v, rest, id);
  if (!l || (rest[id] && rest[id + 1]) || memchr(rest, '/', id)) {
    missing(r, path);
    return;
  }
  if (IS("ticker")) put_ticker(&r->body, s, l, now, false);
  else if (IS("order_book")) put_book(&r->body, s, l, now, request_time(q, now));
  else if (IS("transactions")) put_trades(&r->body, s, l, now, query_get(q, "time"));
  else candles(s, q, l, now, r);
#undef IS
}

const Venue venue_bitstamp = { "bitstamp", "bitstamp",       0.004, listings, sizeof listings / sizeof *listings, answer,
                               missing,    &trading_bitstamp };
