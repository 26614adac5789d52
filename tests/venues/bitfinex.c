/* Bitfinex, /v2: bare arrays; a failure is ["error", code, text] with status 500. */
#include <string.h>
#include "plant.h"

/* Prices have five significant digits. */
static const Listing listings[] = {
  { "tBTCUSD", "BTCUSD", A_BTC, A_USD, 0, 8, 6000 },    { "tBTCUST", "BTCUST", A_BTC, A_USDT, 0, 8, 6000 },
  { "tBTCEUR", "BTCEUR", A_BTC, A_EUR, 0, 8, 6000 },    { "tETHUSD", "ETHUSD", A_ETH, A_USD, 1, 8, 80000 },
  { "tETHUST", "ETHUST", A_ETH, A_USDT, 1, 8, 80000 },  { "tETHBTC", "ETHBTC", A_ETH, A_BTC, 6, 8, 80000 },
  { "tLTCUSD", "LTCUSD", A_LTC, A_USD, 3, 8, 4000000 }, { "tXRPUSD", "XRPUSD", A_XRP, A_USD, 5, 8, 400000000 },
};

static void failure(Reply *r, int code, const char *message) {
  r->status = 500;
  r->body.len = 0;
  text_format(&r->body, "[\"error\",%d,\"%s\"]", code, message);
}

static void missing(Reply *r, const char *path) {
  (void)path;
  reply_set(r, 404, "[\"error\",10020,\"path: invalid\"]");
}

static void comma(Text *b, int64_t units, int decimals) {
  text_add(b, ",");
  text_short(b, units, decimals);
}

/* A coin goes by a method of its own, named after the network and the coin; "" where none is told. */
static bool put_planted(Text *b, const Plants *p, const char *label) {
  bool list = !strcmp(label, "list:currency"), names = !strcmp(label, "map:currency:label"), fees = !strcmp(label, "map:currency:tx:fee");
  bool methods = !strcmp(label, "map:tx:method"), states = !strcmp(label, "info:tx:status");
  int n = 0;
  for (int i = 0; i < p->coins; i++) {
    const PlantedCoin *c = &p->coin[i];
    const char *code = c->asset == A_USDT ? "UST" : asset_code(c->asset);
    if (!(list || names || (fees && *c->fee) || ((methods || states) && *c->network))) continue;
    if (n++) text_add(b, ",");
    if (list) text_format(b, "\"%s\"", code);
    else if (names) text_format(b, "[\"%s\",\"%s\"]", code, code);
    else if (fees) text_format(b, "[\"%s\",[0,%s]]", code, c->fee);
    else if (methods) text_format(b, "[\"%s\",[\"%s\"]]", c->network, code);
    else text_format(b, "[\"%s\",%d,%d]", c->network, !c->closed && c->deposit, !c->closed && c->withdraw);
  }
  return list || names || fees || methods || states;
}

static void put_labels(Text *b, const Venue *v, const Source *s, const char *labels) {
  text_add(b, "[");
  for (int n = 0; *labels && n < 32; n++) {
    size_t len = strcspn(labels, ",");
#define IS(word) (len == sizeof word - 1 && !memcmp(labels, word, len))
    char label[64] = "";
    if (len > 4 && len < sizeof label) memcpy(label, labels + 4, len - 4);
    text_add(b, n ? ",[" : "[");
    if (s->plants && put_planted(b, s->plants, label)) (void)0;
    else if (IS("pub:list:currency")) text_add(b, "\"BTC\",\"ETH\",\"LTC\",\"XRP\",\"USD\",\"EUR\",\"UST\"");
    else if (IS("pub:map:currency:sym")) text_add(b, "[\"UST\",\"USDt\"]");
    else if (IS("pub:map:currency:label"))
      text_add(
          b,
          "[\"BTC\",\"Bitcoin\"],[\"ETH\",\"Ethereum\"],[\"LTC\",\"Litecoin\"],[\"UST\",\"Tether USDt\"],[\"USD\",\"US Dollar\"]");
    else if (IS("pub:map:currency:tx:fee"))
      text_add(b, "[\"BTC\",[0,0.0004]],[\"ETH\",[0,0.00135]],[\"LTC\",[0,0.001]],[\"UST\",[0,5]]");
    else if (IS("pub:map:tx:method")) text_add(b, "[\"BITCOIN\",[\"BTC\"]],[\"ETHEREUM\",[\"ETH\"]],[\"TETHERUSE\",[\"UST\"]]");
    else if (IS("pub:info:tx:status")) text_add(b, "[\"BITCOIN\",1,1],[\"ETHEREUM\",1,1],[\"TETHERUSE\",1,1]");
    else if (IS("pub:list:pair:exchange") || IS("pub:list:pair:margin"))
      for (int i = 0; i < v->n; i++) text_format(b, "%s\"%s\"", i ? "," : "", v->listings[i].name);
    else if (IS("pub:info:pair"))
      for (int i = 0; i < v->n; i++) {
        text_format(b, "%s[\"%s\",[null,null,null,\"", i ? "," : "", v->listings[i].name);
        text_short(b, v->listings[i].min_amount, v->listings[i].amount_decimals);
        text_add(b, "\",\"2000.0\",null,null,null,0.2,0.1,null,null]]");
      }
#undef IS
    text_add(b, "]");
    labels += len + (labels[len] == ',');
  }
  text_add(b, "]");
}

static void put_ticker(Text *b, const Source *s, const Listing *l, Moment now, bool named) {
  int p = l->price_decimals, a = l->amount_decimals;
  Day d;
  market_day(s, l, now, &d);
  text_add(b, "[");
  if (named) text_format(b, "\"%s\",", l->id);
  text_short(b, d.bid, p);
  comma(b, d.bid_size, a);
  comma(b, d.ask, p);
  comma(b, d.ask_size, a);
  comma(b, d.last - d.open, p);
  text_format(b, ",%.6f", (double)(d.last - d.open) / (double)d.open);
  comma(b, d.last, p);
  comma(b, d.volume, a);
  comma(b, d.high, p);
  comma(b, d.low, p);
  text_add(b, "]");
}

static void put_tickers(Text *b, const Venue *v, const Source *s, Moment now, const char *symbols) {
  bool all = !symbols || !strcmp(symbols, "ALL");
  text_add(b, "[");
  int n = 0;
  if (all)
    for (int i = 0; i < v->n; i++) {
      if (n++) text_add(b, ",");
      put_ticker(b, s, &v->listings[i], now, true);
    }
  while (!all && *symbols && n < 64) { /* unknown ones are passed over, as there */
    size_t len = strcspn(symbols, ",");
    const Listing *l = *symbols == 't' ? listing_find(v, symbols, len) : NULL;
    if (l && n++) text_add(b, ",");
    if (l) put_ticker(b, s, l, now, true);
    symbols += len + (symbols[len] == ',');
  }
  text_add(b, "]");
}

/* P0..P4: [price, count, amount]; R0: [order id, price, amount]. Asks have negative amounts. */
static void put_book(Text *b, const Source *s, const Listing *l, Moment now, int depth, bool raw) {
  Book book;
  market_book(s, l, now, depth, &book);
  text_add(b, "[");
  for (int i = 0; i < book.n * 2; i++) {
    const Level *level = i < book.n ? &book.bids[i] : &book.asks[i - book.n];
    text_add(b, i ? ",[" : "[");
    if (raw) text_int(b, 63000000000 + level->amount % 1000000000);
    else text_short(b, level->price, l->price_decimals);
    if (raw) comma(b, level->price, l->price_decimals);
    else comma(b, 1 + level->amount % 3, 0);
    comma(b, i < book.n ? level->amount : -level->amount, l->amount_decimals);
    text_add(b, "]");
  }
  text_add(b, "]");
}

static void put_trades(Text *b, const Source *s, const Listing *l, Moment now, Moment since, int limit, bool oldest_first) {
  static Trade list[1000];
  int n = market_trades(s, l, now, since, limit, list);
  text_add(b, "[");
  for (int i = 0; i < n; i++) {
    const Trade *t = &list[oldest_first ? n - 1 - i : i];
    text_format(b, "%s[%lld,%lld", i ? "," : "", (long long)t->id, (long long)t->time);
    comma(b, t->buy ? t->amount : -t->amount, l->amount_decimals);
    comma(b, t->price, l->price_decimals);
    text_add(b, "]");
  }
  text_add(b, "]");
}

static int64_t frame_ms(const char *name, size_t len) {
  static const struct {
    const char *name;
    int64_t seconds;
  } known[] = { { "1m", 60 },     { "5m", 300 },    { "15m", 900 },     { "30m", 1800 },  { "1h", 3600 },
                { "3h", 10800 },  { "4h", 14400 },  { "6h", 21600 },    { "12h", 43200 }, { "1D", 86400 },
                { "7D", 604800 }, { "1W", 604800 }, { "14D", 1209600 }, { "1M", 2592000 } };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strlen(known[i].name) == len && !memcmp(known[i].name, name, len)) return known[i].seconds * 1000;
  return 0;
}

static void put_candles(Text *b, const Source *s, const Listing *l, Moment now, int64_t ms, Moment from, int limit,
                        bool oldest_first) {
  Moment newest = now / ms * ms, oldest = newest - (limit - 1) * ms;
  if (from > 0) {
    Moment first = (from + ms - 1) / ms * ms;
    if (oldest_first) {
      oldest = first;
      newest = newest < first + (limit - 1) * ms ? newest : first + (limit - 1) * ms;
    } else if (first > oldest) oldest = first;
  }
  int n = newest < oldest ? 0 : (int)((newest - oldest) / ms + 1);
  text_add(b, "[");
  for (int i = 0; i < n; i++) {
    Candle c;
    market_candle(s, l, now, oldest_first ? oldest + i * ms : newest - i * ms, ms, &c);
    text_format(b, "%s[%lld", i ? "," : "", (long long)c.time);
    comma(b, c.open, l->price_decimals);
    comma(b, c.close, l->price_decimals);
    comma(b, c.high, l->price_decimals);
    comma(b, c.low, l->price_decimals);
    comma(b, c.volume, l->amount_decimals);
    text_add(b, "]");
  }
  text_add(b, "]");
}

static void answer(const Venue *v, const Source *s, const Request *q, Moment now, Reply *r) {
  const char *path = q->path;
  Text *b = &r->body;
  int64_t limit = 100, start = 0, sort = -1, len = 25;
  if (!path_take(&path, "/v2/")) {
    missing(r, path);
    return;
  }
  if (!query_int(q, "limit", &limit) || limit < 1 || limit > 10000) {
    failure(r, 10020, "limit: invalid");
    return;
  }
  if (!query_int(q, "start", &start) || start < 0 || start > (int64_t)1e14) {
    failure(r, 10020, "start: invalid");
    return;
  }
  if (!query_int(q, "sort", &sort) || (sort != 1 && sort != -1)) {
    failure(r, 10020, "sort: invalid");
    return;
  }
  if (!query_int(q, "len", &len) || len < 1 || len > 250) {
    failure(r, 10020, "len: invalid");
    return;
  }
  if (limit > 1000) limit = 1000;
  if (!strcmp(path, "platform/status")) {
    text_add(b, plant_closed(s) ? "[0]" : "[1]");
    return;
  }
  if (!strcmp(path, "tickers")) {
    put_tickers(b, v, s, now, query_get(q, "symbols"));
    return;
  }
  if (path_take(&path, "conf/")) {
    put_labels(b, v, s, path);
    return;
  }
  if (path_take(&path, "auth/")) {
    failure(r, 10100, "apikey: invalid");
    return;
  }
  bool candles = path_take(&path, "candles/trade:"), ticker = !candles && path_take(&path, "ticker/");
  bool book = !candles && !ticker && path_take(&path, "book/"),
       trades = !candles && !ticker && !book && path_take(&path, "trades/");
  if (!candles && !ticker && !book && !trades) {
    missing(r, path);
    return;
  }
  int64_t ms = 0;
  if (candles) {
    size_t n = strcspn(path, ":");
    ms = frame_ms(path, n);
    if (!ms || !path[n]) {
      failure(r, 10020, "time_frame: invalid");
      return;
    }
    path += n + 1;
  }
  size_t n = path_step(path);
  const Listing *l = *path == 't' ? listing_find(v, path, n) : NULL;
  const char *rest = path + n + (path[n] == '/');
  if (!l) {
    failure(r, 10020, "symbol: invalid");
    return;
  }
  if (ticker && !*rest) put_ticker(b, s, l, now, false);
  else if (book && strlen(rest) == 2 && (*rest == 'P' || *rest == 'R') && rest[1] >= '0' && rest[1] <= '4')
    put_book(b, s, l, now, (int)len, *rest == 'R');
  else if (trades && !strcmp(rest, "hist")) put_trades(b, s, l, now, start, (int)limit, sort == 1);
  else if (candles && !strcmp(rest, "hist")) put_candles(b, s, l, now, ms, start, (int)limit, sort == 1);
  else if (candles && !strcmp(rest, "last")) {
    Candle c;
    market_candle(s, l, now, now / ms * ms, ms, &c);
    text_format(b, "[%lld", (long long)c.time);
    comma(b, c.open, l->price_decimals);
    comma(b, c.close, l->price_decimals);
    comma(b, c.high, l->price_decimals);
    comma(b, c.low, l->price_decimals);
    comma(b, c.volume, l->amount_decimals);
    text_add(b, "]");
  } else missing(r, path);
}

const Venue venue_bitfinex = { "bitfinex", "bitfinex2", 0.002, listings, sizeof listings / sizeof *listings, answer, missing, NULL };
