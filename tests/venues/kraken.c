/* Kraken spot, /0/public. Failures are lists of text in a 200 reply. */
#include <string.h>
#include <time.h>
#include "desk.h"
#include "kraken.h"
#include "plant.h"

static const Listing listings[] = {
  { "XXBTZUSD", "XBTUSD", A_BTC, A_USD, 1, 8, 5000 },        { "XBTUSDT", "XBTUSDT", A_BTC, A_USDT, 1, 8, 5000 },
  { "XXBTZEUR", "XBTEUR", A_BTC, A_EUR, 1, 8, 5000 },        { "XETHZUSD", "ETHUSD", A_ETH, A_USD, 2, 8, 200000 },
  { "ETHUSDT", "ETHUSDT", A_ETH, A_USDT, 2, 8, 200000 },     { "XETHXXBT", "ETHXBT", A_ETH, A_BTC, 5, 8, 200000 },
  { "XETHZEUR", "ETHEUR", A_ETH, A_EUR, 2, 8, 200000 },      { "XLTCZUSD", "LTCUSD", A_LTC, A_USD, 2, 8, 4000000 },
  { "XXRPZUSD", "XRPUSD", A_XRP, A_USD, 5, 8, 200000000 },   { "SOLUSD", "SOLUSD", A_SOL, A_USD, 2, 8, 2000000 },
  { "USDTZUSD", "USDTUSD", A_USDT, A_USD, 5, 8, 500000000 },
};

const KrakenAsset kraken_assets[A_COUNT] = {
  [A_USD] = { "ZUSD", "USD", 4, 2 },   [A_EUR] = { "ZEUR", "EUR", 4, 2 },  [A_ZAR] = { "ZAR", "ZAR", 4, 2 },
  [A_USDT] = { "USDT", "USDT", 8, 4 }, [A_BTC] = { "XXBT", "XBT", 10, 5 }, [A_ETH] = { "XETH", "ETH", 10, 5 },
  [A_LTC] = { "XLTC", "LTC", 10, 5 },  [A_XRP] = { "XXRP", "XRP", 8, 5 },  [A_SOL] = { "SOL", "SOL", 10, 5 },
};

static void failure(Reply *r, int status, const char *code) {
  reply_set(r, status, "{\"error\":[\"");
  text_add(&r->body, code);
  text_add(&r->body, "\"]}");
}

static void missing(Reply *r, const char *path) {
  (void)path;
  failure(r, 404, "EGeneral:Unknown method");
}

/* Newer coins have one name, and eight decimals. */
static KrakenAsset named(enum asset a) {
  return a < A_COUNT ? kraken_assets[a] : (KrakenAsset) { asset_code(a), asset_code(a), 8, 5 };
}

static void put_asset(Text *b, KrakenAsset a, const char *status) {
  text_format(b, "\"%s\":{\"aclass\":\"currency\",\"altname\":\"%s\",\"decimals\":%d,\"display_decimals\":%d,\"status\":\"%s\"}", a.id, a.alt,
              a.decimals, a.display, status);
}

static void put_planted(Text *b, const Plants *p) {
  for (int i = 0; i < p->coins; i++) {
    const PlantedCoin *c = &p->coin[i];
    if (i) text_add(b, ",");
    put_asset(b, named(c->asset), c->closed ? "disabled" : c->withdraw ? c->deposit ? "enabled" : "withdrawal_only" : c->deposit ? "deposit_only" : "disabled");
  }
}

static void put_assets(Text *b) {
  for (int i = 0, n = 0; i < A_COUNT; i++) {
    if (i == A_ZAR) continue;
    if (n++) text_add(b, ",");
    put_asset(b, kraken_assets[i], "enabled");
  }
}

static void put_pair(Text *b, const Source *s, const Listing *l) {
  const Planted *planted = plant_market(s, l);
  KrakenAsset base = named(l->base), quote = named(l->quote);
  text_format(
      b,
      "\"%s\":{\"altname\":\"%s\",\"wsname\":\"%s/%s\",\"aclass_base\":\"currency\",\"base\":\"%s\","
      "\"aclass_quote\":\"currency\",\"quote\":\"%s\",\"lot\":\"unit\",\"cost_decimals\":5,\"pair_decimals\":%d,\"lot_decimals\":%"
      "d,"
      "\"lot_multiplier\":1,\"leverage_buy\":[2,3],\"leverage_sell\":[2,3],\"fees\":[[0,%g],[10000,0.35],[50000,0.24]],"
      "\"fees_maker\":[[0,0.25],[10000,0.2],[50000,0.14]],\"fee_volume_currency\":\"ZUSD\",\"margin_call\":80,\"margin_stop\":40,"
      "\"ordermin\":\"",
      l->id, l->name, base.alt, quote.alt, base.id, quote.id, l->price_decimals, l->amount_decimals,
      100 * (planted ? planted->fee : venue_kraken.fee));
  text_short(b, l->min_amount, l->amount_decimals);
  text_add(b, "\",\"costmin\":\"");
  text_add(b, planted ? planted->min_cost : trading_kraken.rules.min_cost(l));
  text_add(b, "\",\"tick_size\":\"");
  text_fixed(b, 1, l->price_decimals);
  text_format(b, "\",\"status\":\"%s\"}", planted && planted->off ? "cancel_only" : "online");
}

static void put_ticker(Text *b, const Source *s, const Listing *l, Moment now) {
  Day d;
  market_day(s, l, now, &d);
  int p = l->price_decimals, a = l->amount_decimals;
#define P(units) text_add(b, "\""), text_padded(b, units, p, 5 > p ? 5 : p), text_add(b, "\"")
#define A(units) text_add(b, "\""), text_fixed(b, units, a), text_add(b, "\"")
  text_format(b, "\"%s\":{\"a\":[", l->id);
  P(d.ask);
  text_add(b, ",\"1\",\"1.000\"],\"b\":[");
  P(d.bid);
  text_add(b, ",\"1\",\"1.000\"],\"c\":[");
  P(d.last);
  text_add(b, ",");
  A(d.last_size);
  text_add(b, "],\"v\":[");
  A(d.volume / 2);
  text_add(b, ",");
  A(d.volume);
  text_add(b, "],\"p\":[");
  P(d.vwap);
  text_add(b, ",");
  P(d.vwap);
  text_format(b, "],\"t\":[%d,%d],\"l\":[", d.trades / 2, d.trades);
  P(d.low);
  text_add(b, ",");
  P(d.low);
  text_add(b, "],\"h\":[");
  P(d.high);
  text_add(b, ",");
  P(d.high);
  text_add(b, "],\"o\":");
  P(d.open);
  text_add(b, "}");
#undef P
#undef A
}

static void put_side(Text *b, const Listing *l, const Level *side, int n, Moment now) {
  for (int i = 0; i < n; i++) {
    text_add(b, i ? ",[\"" : "[\"");
    text_padded(b, side[i].price, l->price_decimals, 5 > l->price_decimals ? 5 : l->price_decimals);
    text_add(b, "\",\"");
    text_padded(b, side[i].amount / 100000, l->amount_decimals - 5, 3);
    text_add(b, "\",");
    text_int(b, now / 1000 - i % 7);
    text_add(b, "]");
  }
}

static void put_book(Text *b, const Source *s, const Listing *l, Moment now, int depth) {
  Book book;
  market_shown(s, l, now, depth, &book);
  for (int i = 0; i < book.n; i++) { /* Kraken shows three decimals of an amount in books, never zero */
    if (book.bids[i].amount < 100000) book.bids[i].amount = 100000;
    if (book.asks[i].amount < 100000) book.asks[i].amount = 100000;
  }
  Moment stamp = plant_stamp(s, l, now);
  text_format(b, "\"%s\":{\"asks\":[", l->id);
  put_side(b, l, book.asks, book.n, stamp);
  text_add(b, "],\"bids\":[");
  put_side(b, l, book.bids, book.n, stamp);
  text_add(b, "]}");
}

static void put_trades(Text *b, const Source *s, const Listing *l, Moment now, Moment since, int count) {
  static Trade list[1000];
  int n = market_trades(s, l, now, since, count, list);
  text_format(b, "\"%s\":[", l->id);
  for (int i = n - 1; i >= 0; i--) {
    text_add(b, "[\"");
    text_padded(b, list[i].price, l->price_decimals, 5 > l->price_decimals ? 5 : l->price_decimals);
    text_add(b, "\",\"");
    text_fixed(b, list[i].amount, l->amount_decimals);
    text_add(b, "\",");
    text_fixed(b, list[i].time, 3);
    text_format(b, ",\"%s\",\"l\",\"\",%lld]%s", list[i].buy ? "b" : "s", (long long)list[i].id, i ? "," : "");
  }
  text_format(b, "],\"last\":\"%lld000000\"", (long long)(n ? list[0].time : now));
}

static void put_candles(Text *b, const Source *s, const Listing *l, Moment now, int64_t ms, Moment since) {
  Moment start = now / ms * ms - 719 * ms;
  if (since >= start) start = (since / ms + 1) * ms;
  text_format(b, "\"%s\":[", l->id);
  int first = 1;
  for (; start <= now; start += ms) {
    Candle c;
    market_candle(s, l, now, start, ms, &c);
    text_format(b, "%s[%lld,\"", first ? "" : ",", (long long)(c.time / 1000));
    first = 0;
    const int64_t prices[] = { c.open, c.high, c.low, c.close, c.vwap };
    for (int i = 0; i < 5; i++) {
      text_fixed(b, prices[i], l->price_decimals);
      text_add(b, "\",\"");
    }
    text_fixed(b, c.volume, l->amount_decimals);
    text_format(b, "\",%d]", c.trades);
  }
  text_format(b, "],\"last\":%lld", (long long)((now / ms - 1) * ms / 1000));
}

static bool interval_known(int64_t minutes) {
  static const int known[] = { 1, 5, 15, 30, 60, 240, 1440, 10080, 21600 };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (known[i] == minutes) return true;
  return false;
}

static void put_time(Text *b, Moment now) {
  char text[64];
  time_t seconds = (time_t)(now / 1000);
  struct tm tm;
  gmtime_r(&seconds, &tm);
  strftime(text, sizeof text, "%a, %e %b %y %H:%M:%S +0000", &tm);
  text_format(b, "\"unixtime\":%lld,\"rfc1123\":\"%s\"", (long long)seconds, text);
}

/* Trades take nanoseconds in `since`, candles seconds. Long texts that do not fit are refused like any other. */
static void answer(const Venue *v, const Source *s, const Request *q, Moment now, Reply *r) {
  const char *path = q->path;
  Text *b = &r->body;
  if (!path_take(&path, "/0/public/")) {
    missing(r, path);
    return;
  }
  const char *pair = query_get(q, "pair");
  const Listing *l = pair ? listing_find(v, pair, strlen(pair)) : NULL;
  int64_t count = 0, since = 0, interval = 1;
  if (!query_int(q, "count", &count) || !query_int(q, "since", &since) || !query_int(q, "interval", &interval) || count < 0) {
    failure(r, 200, "EGeneral:Invalid arguments");
    return;
  }
  bool needs = !strcmp(path, "Depth") || !strcmp(path, "Trades") || !strcmp(path, "OHLC");
  if (needs && !pair) {
    failure(r, 200, "EGeneral:Invalid arguments");
    return;
  }
  if (needs && !l) {
    failure(r, 200, "EQuery:Unknown asset pair");
    return;
  }
  text_add(b, "{\"error\":[],\"result\":{");
  if (!strcmp(path, "Time")) put_time(b, request_time(q, now));
  else if (!strcmp(path, "SystemStatus")) {
    text_format(b, "\"status\":\"%s\",\"timestamp\":\"", plant_closed(s) ? "maintenance" : "online");
    text_iso(b, request_time(q, now) / 1000 * 1000, 0);
    text_add(b, "\"");
  } else if (!strcmp(path, "Assets") && s->plants) put_planted(b, s->plants);
  else if (!strcmp(path, "Assets")) put_assets(b);
  else if (!strcmp(path, "AssetPairs") || !strcmp(path, "Ticker")) {
    bool ticker = *path == 'T';
    if (pair) { /* a list, apart by commas; one unknown spoils all */
      for (int n = 0;; n++) {
        size_t len = strcspn(pair, ",");
        l = listing_find(v, pair, len);
        if (!l || n >= 64) {
          failure(r, 200, "EQuery:Unknown asset pair");
          return;
        }
        if (n) text_add(b, ",");
        if (ticker) put_ticker(b, s, l, now);
        else put_pair(b, s, l);
        if (!pair[len]) break;
        pair += len + 1;
      }
    } else {
      for (int i = 0; i < v->n; i++) {
        if (i) text_add(b, ",");
        if (ticker) put_ticker(b, s, &v->listings[i], now);
        else put_pair(b, s, &v->listings[i]);
      }
    }
  } else if (!strcmp(path, "Depth")) put_book(b, s, l, now, count ? (int)(count > 500 ? 500 : count) : 100);
  else if (!strcmp(path, "Trades"))
    put_trades(b, s, l, now,
               since > (int64_t)1e15                ? since / 1000000
               : since > 0 && since < (int64_t)1e12 ? since * 1000
                                                    : since,
               count ? (int)(count > 1000 ? 1000 : count) : 1000);
  else if (!strcmp(path, "OHLC")) {
    if (!interval_known(interval)) {
      failure(r, 200, "EGeneral:Invalid arguments");
      return;
    }
    put_candles(b, s, l, now, interval * 60000, since > 0 && since < (int64_t)1e12 ? since * 1000 : 0);
  } else {
    failure(r, 200, "EGeneral:Unknown method");
    return;
  }
  text_add(b, "}}");
}

const Venue venue_kraken = { "kraken", "kraken", 0.004,          listings, sizeof listings / sizeof *listings,
                             answer,   missing,  &trading_kraken };
