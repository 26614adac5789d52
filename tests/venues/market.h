/* A venue's markets over the world of prices: book, ticker, trades, candles of a listing at a moment.
 * Prices and amounts are integers in units of the last decimal that the venue shows. */
#ifndef VENUES_MARKET_H
#define VENUES_MARKET_H
#include "world.h"

#define BOOK_MAX 500

typedef struct {
  const char *id, *name; /* the venue's id, and a second spelling if it has one */
  enum asset base, quote;
  int price_decimals, amount_decimals;
  int64_t min_amount; /* units */
} Listing;

typedef struct {
  int64_t price, amount;
} Level;
typedef struct {
  int n;
  Level bids[BOOK_MAX], asks[BOOK_MAX];
} Book;
typedef struct {
  int64_t id;
  Moment time;
  int64_t price, amount;
  int buy;
} Trade; /* buy: the taker bought */
typedef struct {
  Moment time;
  int64_t open, high, low, close, volume, quote_volume, vwap;
  int trades;
} Candle; /* quote_volume: whole units of quote */
typedef struct {
  int64_t bid, bid_size, ask, ask_size, last, last_size, open, high, low, vwap, volume;
  int64_t quote_volume;
  int trades;
  int64_t last_id;
} Day;

typedef struct Plants Plants; /* plant.h */

typedef struct {
  World world;
  uint64_t venue; /* tells the venues' noise apart */
  double fee;     /* taker fee: how far this venue drifts from the world */
  /* What a trader does to the books that are shown (NULL: there is none). */
  void (*traded)(const void *trader, const Listing *l, Book *b);
  const void *trader;
  const Plants *plants; /* NULL: the venue is as it is */
} Source;

void market_book(const Source *s, const Listing *l, Moment now, int depth, Book *out);  /* depth 1..BOOK_MAX */
void market_shown(const Source *s, const Listing *l, Moment now, int depth, Book *out); /* ... with what is traded */
void market_day(const Source *s, const Listing *l, Moment now, Day *out);
int market_trades(const Source *s, const Listing *l, Moment now, Moment since, int n,
                  Trade *out); /* newest first, none before since */
void market_candle(const Source *s, const Listing *l, Moment now, Moment start, int64_t ms, Candle *out);
double market_mid(const Source *s, const Listing *l, Moment now);
#endif
