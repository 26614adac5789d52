/* What came of a backtest, from its fills and the prices over time: figures in one currency. docs/backtest.md defines each. */
#ifndef BOURSE_CLI_BACKTEST_STATS_H
#define BOURSE_CLI_BACKTEST_STATS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct { const char *venue, *base, *quote; int64_t at_ms; double price; } Mark;
typedef struct { int64_t at_ms, order; char venue[64], base[24], quote[24], fee_currency[24]; bool buy, maker; double price, amount, fee; } Traded;
typedef struct { char venue[64], code[24]; double amount; } Holding;
typedef struct { int64_t at_ms; double equity, invested; } Moment;      /* invested: the part of it that is not in the currency */

typedef struct {
  double begin, end, total_return, hold_return;    /* equity; fractions */
  double fees, turnover, volume;                   /* fees and volume in the currency; turnover: volume to the average equity */
  double drawdown; int64_t drawdown_from_ms, drawdown_low_ms, drawdown_until_ms;      /* until: when it was made good, or the end */
  bool recovered;
  const char *every; double per_year;              /* of returns: "day", "hour"; NULL: too short a time for the next two */
  double sharpe, sortino; bool has_sharpe, has_sortino;
  size_t fills, buys, sells, trades, won;          /* trades: sales, an order each; won: those above what it had cost */
  double profit, loss;                             /* of trades, both positive */
  double exposure, time_in_market;                 /* of the equity, on average; of the time, with more than 0.1 % */
  bool unpriced; char unpriced_code[24];           /* something is held that has no price in the currency */
  Moment *curve; size_t n;                         /* malloc'd */
} Stats;

/* Marks and fills are in order of time; holdings are those of the beginning. False: out of memory. */
bool stats_make(Stats *out, const char *currency, const Mark *marks, size_t n_marks, const Traded *fills, size_t n_fills, const Holding *begin, size_t n_begin,
                double taker);
void stats_free(Stats *s);
#endif
