/* A session on candles in place of the world: its time is that of the candles, and all that a worker asks a venue is made of those that are over. */
#ifndef BOURSE_BACKTEST_H
#define BOURSE_BACKTEST_H
#include "broker/candles.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct { int64_t at_ms, end_ms; double figures[CANDLE_FIGURES]; size_t text; } Bar;      /* text: where its JSON begins in that of its series */
typedef struct Bars Bars;
struct Bars {
  char *venue, *symbol, *timeframe, *base, *quote, *precision, *market;
  Bar *list; size_t n, cap;
  char *text; size_t text_len, text_cap;         /* of all bars: [ms,open,high,low,close,volume], one after the other */
  int64_t period_ms;                             /* of months: the shortest */
  Bars *coarser;                                 /* made of these when they were asked for */
};

typedef struct Backtest {
  Bars *series; size_t n;
  int64_t from_ms, until_ms;                     /* of the session */
  double slippage;                               /* a fraction of the price */
  const char *taker, *maker;                     /* decimal text, in place of each market's; NULL: as it is */
} Backtest;

/* One more bar, later than the last one. False: out of memory. */
bool bars_add(Bars *b, const CandleRow *row);
void bars_free(Bars *b);
size_t bars_before(const Bars *b, int64_t ms);       /* how many begin before then */
size_t bars_over(const Bars *b, int64_t ms);         /* how many are over then */
/* The finest series of a market; NULL: none. */
const Bars *backtest_finest(const Backtest *t, const char *venue, const char *symbol);
/* What is known of the price at that time: the open of the bar that has begun, or the close of the last one. False: nothing yet. */
bool bars_price(const Bars *b, int64_t ms, double *price);
#endif
