#include "market.h"
#include <math.h>
#include <string.h>
#include "plant.h"

#define TRADE_EVERY 640 /* ms between two trades, on average */

static double pow10i(int n) {
  static const double table[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10 };
  return table[n < 0 ? 0 : n > 10 ? 10 : n];
}

static uint64_t stream_of(const Source *s, const Listing *l) {
  return s->venue << 32 | (uint64_t)l->base << 24 | (uint64_t)l->quote << 16;
}

/* The venue's price reverts to the world's; its swings are in proportion to its fee, so that two venues now and then differ by
 * more than both fees, and mostly do not. */
double market_mid(const Source *s, const Listing *l, Moment now) {
  const Planted *p = plant_market(s, l);
  if (p) return world_price(&s->world, l->base, l->quote, now - p->age) * (1 + p->shift) * p->unit;
  double t = floor(world_time(&s->world, now) / 100) * 100;
  uint64_t stream = stream_of(s, l);
  double drift = 0.95 * world_noise(s->world.seed, stream | 1, t, 6300) + 0.75 * world_noise(s->world.seed, stream | 2, t, 19000) +
                 0.15 * world_noise(s->world.seed, stream | 3, t, 700);
  return world_price(&s->world, l->base, l->quote, now) * (1 + s->fee * drift);
}

static int64_t amount_worth(const Source *s, const Listing *l, Moment now, double usd) {
  double units = usd / world_price(&s->world, l->base, A_USD, now) * pow10i(l->amount_decimals);
  return units < 1 ? 1 : units > 9e17 ? (int64_t)9e17 : (int64_t)units;
}

/* Five significant digits is how fine a price may be where a venue shows many more decimals than anyone uses. */
static int64_t tick_of(double mid_units) {
  int64_t tick = 1;
  while (mid_units / (double)tick > 2e7) tick *= 10;
  return tick;
}

static void fill_side(const Source *s, const Listing *l, double mid, int64_t best, int64_t tick, int side, Moment now, int depth,
                      Level *out) {
  uint64_t stream = stream_of(s, l);
  int64_t slot = (int64_t)(world_time(&s->world, now) / 400), price = best;
  double one_usd = pow10i(l->amount_decimals) / world_price(&s->world, l->base, A_USD, now);
  const Planted *planted = plant_market(s, l);
  if (planted) one_usd *= planted->depth / planted->unit;
  for (int i = 0; i < depth; i++) {
    /* near levels change often, deep ones stay */
    uint64_t h = world_hash(s->world.seed, stream | (uint64_t)(side + 4), (uint64_t)i, (uint64_t)(slot / (1 + i / 3)));
    if (i) {
      double gap = -log(world_unit(h)) * mid / (double)tick * 5e-5 * (1 + i / 40.0);
      int64_t step = tick * (1 + (int64_t)(gap > 1e12 ? 1e12 : gap));
      price += side ? step : -step;
      if (price < tick) price = tick;
    }
    double usd = 900 * (1 + i * 0.07) * exp(1.1 * world_normal(world_hash(h, 2, 0, 0)));
    int64_t amount = (int64_t)(usd * one_usd);
    out[i] = (Level) { price, amount < 1 ? 1 : amount };
  }
  if (planted && planted->wall > 0) out[0].amount = (int64_t)(planted->wall * pow10i(l->amount_decimals));
}

void market_book(const Source *s, const Listing *l, Moment now, int depth, Book *out) {
  if (depth < 1) depth = 1;
  if (depth > BOOK_MAX) depth = BOOK_MAX;
  double mid = market_mid(s, l, now) * pow10i(l->price_decimals), half = mid * (0.4e-4 + s->fee * 0.02);
  int64_t tick = tick_of(mid);
  int64_t bid = (int64_t)floor((mid - half) / (double)tick) * tick, ask = (int64_t)ceil((mid + half) / (double)tick) * tick;
  if (bid < tick) bid = tick;
  if (ask <= bid) ask = bid + tick;
  const Planted *planted = plant_market(s, l);
  if (planted && planted->crossed) bid = ask + (int64_t)(mid * 0.004);
  out->n = depth;
  fill_side(s, l, mid, bid, tick, 0, now, depth, out->bids);
  fill_side(s, l, mid, ask, tick, 1, now, depth, out->asks);
  /* near nothing, bids run out of prices: keep only those that still fall */
  for (int i = 1; i < out->n; i++)
    if (out->bids[i].price >= out->bids[i - 1].price) out->n = i;
}

void market_shown(const Source *s, const Listing *l, Moment now, int depth, Book *out) {
  market_book(s, l, now, s->traded ? BOOK_MAX : depth, out);
  if (!s->traded) return;
  s->traded(s->trader, l, out);
  if (depth < 1) depth = 1;
  if (out->n > depth) out->n = depth;
}

static int64_t price_units(const Source *s, const Listing *l, Moment at, double shift) {
  double mid = market_mid(s, l, at) * pow10i(l->price_decimals) * (1 + shift);
  int64_t tick = tick_of(mid), units = (int64_t)llround(mid / (double)tick) * tick;
  return units < tick ? tick : units;
}

static Trade trade_at(const Source *s, const Listing *l, int64_t n) {
  uint64_t h = world_hash(s->world.seed, stream_of(s, l) | 6, (uint64_t)n, 0);
  Moment time = n * TRADE_EVERY + (int64_t)(h % TRADE_EVERY);
  int buy = (h >> 40) & 1;
  double shift = (0.4e-4 + s->fee * 0.02) * (buy ? 1 : -1);
  return (Trade) { .id = 60000000 + n - 2500000000,
                   .time = time,
                   .buy = buy,
                   .price = price_units(s, l, time, shift),
                   .amount = amount_worth(s, l, time, 420 * exp(1.3 * world_normal(world_hash(h, 1, 0, 0)))) };
}

int market_trades(const Source *s, const Listing *l, Moment now, Moment since, int n, Trade *out) {
  int64_t i = now / TRADE_EVERY;
  int got = 0;
  for (; got < n && i > 0; i--) {
    Trade t = trade_at(s, l, i);
    if (t.time > now) continue;
    if (t.time < since) break;
    out[got++] = t;
  }
  return got;
}

void market_candle(const Source *s, const Listing *l, Moment now, Moment start, int64_t ms, Candle *out) {
  Moment end = start + ms < now ? start + ms : now;
  if (end < start) end = start;
  *out = (Candle) { .time = start, .open = price_units(s, l, start, 0), .close = price_units(s, l, end, 0) };
  out->high = out->open > out->close ? out->open : out->close;
  out->low = out->open < out->close ? out->open : out->close;
  for (int i = 1; i < 6; i++) {
    int64_t p = price_units(s, l, start + (end - start) * i / 6, 0);
    if (p > out->high) out->high = p;
    if (p < out->low) out->low = p;
  }
  double spent = (double)(end - start),
         busy = 0.4 + world_unit(world_hash(s->world.seed, stream_of(s, l) | 7, (uint64_t)(start / ms), (uint64_t)ms));
  out->trades = (int)fmin(spent / TRADE_EVERY, 1e9);
  out->volume = amount_worth(s, l, start, 1 + spent / TRADE_EVERY * 420 * busy);
  out->vwap = (out->high + out->low + out->close) / 3;
  out->quote_volume = (int64_t)((double)out->volume / pow10i(l->amount_decimals) * (double)out->vwap / pow10i(l->price_decimals));
}

void market_day(const Source *s, const Listing *l, Moment now, Day *out) {
  Book top;
  Candle day;
  Trade last;
  market_book(s, l, now, 1, &top);
  market_candle(s, l, now, now - 86400000, 86400000, &day);
  if (!market_trades(s, l, now, 0, 1, &last)) last = trade_at(s, l, now / TRADE_EVERY);
  *out = (Day) { top.bids[0].price,
                 top.bids[0].amount,
                 top.asks[0].price,
                 top.asks[0].amount,
                 last.price,
                 last.amount,
                 day.open,
                 day.high > last.price ? day.high : last.price,
                 day.low < last.price ? day.low : last.price,
                 day.vwap,
                 day.volume,
                 day.quote_volume,
                 day.trades,
                 last.id };
}
