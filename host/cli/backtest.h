/* A strategy tried on candles: what backtest.c gathers, backtest_show.c prints and backtest_page.c draws. */
#ifndef BOURSE_CLI_BACKTEST_H
#define BOURSE_CLI_BACKTEST_H
#include "broker/backtest.h"
#include "cli/backtest_stats.h"
#include "cli/options.h"
#include "cli/show.h"

enum { HOLDINGS_MAX = 128, TAPES_MAX = 64 };

typedef struct {
  Backtest data;
  Candles *file;                                   /* while it is read */
  const char *tapes[TAPES_MAX]; size_t n_tapes;    /* in place of candles; none: candles */
  char tape[600];                                  /* their names; "": candles */
  char taker[64], maker[64];
  Holding begin[HOLDINGS_MAX]; size_t n_begin;
  int64_t first_ms; bool late;                     /* when all are known; later than --from */
  bool verbose, broken_off;                        /* broken_off: a signal ended it before its time */
  size_t said, reports;                            /* warnings of the run; reports of the strategy */
  Traded *fills; size_t n_fills, cap_fills;
  Mark *marks; size_t n_marks, cap_marks;
  char (*names)[64]; size_t n_names;               /* of a tape: texts that marks point to */
  size_t orders, rejected, refused, beyond;        /* beyond: fills of more than the candle's volume */
  char why_rejected[200], why_refused[200];        /* of the first one */
  const char *strategy, *currency;
  Stats stats;
} Trial;

typedef struct { char code[24], text[300]; } Warning;
typedef struct { Warning list[24]; size_t n; } Warnings;

void backtest_warnings(const Trial *t, Warnings *w);
int backtest_show(const Cli *cli, const Trial *t, const Warnings *w);          /* exit code */
bool backtest_page(const Trial *t, const Warnings *w, const char *path);       /* --html; false with a line on stderr */

double backtest_days(int64_t ms);
const char *backtest_date(int64_t ms, char buf[40]);                           /* UTC, with the minute when it is not midnight */
#endif
