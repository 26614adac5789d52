/* What guard.c (judging) and guard_read.c (reading) share: one layer of limits. */
#ifndef BOURSE_GUARD_IN_H
#define BOURSE_GUARD_IN_H
#include "broker/guard.h"

typedef struct { char **v; size_t n; bool given; } Names;
typedef struct { char code[32]; Decimal most; } Amount;
typedef struct { Amount *v; size_t n; } Amounts;                 /* by currency */

struct GuardLayer {
  char by[96];                     /* "the built-in limits", "bourse.lua", "the script x.lua" */
  char venue[64];                  /* "": for all venues */
  bool closed;                     /* a quote currency that order_notional does not name cannot be traded */
  Names venues, symbols, params, methods;
  Amounts order_notional, minute_notional, day_notional, loss;
  int64_t orders_per_minute, open_orders, data_age_ms;           /* -1: not set */
  Decimal price_band; bool has_price_band;
  bool self_cross, has_self_cross;
  GuardLayer *next;
};

const Amount *amount_of(const Amounts *a, const char *code);     /* NULL: not named */
#endif
