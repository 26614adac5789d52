/* The guard: what the user allows, and whether an order is within it. Pure functions over exact decimals: no clock, no journal, no network.
 *
 * Limits come in layers: the user's (bourse.lua over the built-in ones), those of one venue, and what a script set itself. An order must be within every
 * layer, so a layer can only narrow what the others allow. */
#ifndef BOURSE_GUARD_H
#define BOURSE_GUARD_H
#include <msgpack.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/decimal.h"

enum guard_limit {
  GUARD_NONE, GUARD_VENUES, GUARD_SYMBOLS, GUARD_ASKED, GUARD_UNKNOWN, GUARD_ORDERS_PER_MINUTE, GUARD_OPEN_ORDERS, GUARD_ROUNDING, GUARD_MARKET,
  GUARD_ORDER_NOTIONAL, GUARD_MINUTE_NOTIONAL, GUARD_DAY_NOTIONAL, GUARD_DATA_AGE, GUARD_BOOK, GUARD_PRICE_BAND, GUARD_SELF_CROSS, GUARD_LOSS, GUARD_WITHDRAW,
  GUARD_PARAMS, GUARD_METHODS
};

typedef struct GuardLayer GuardLayer;
typedef struct { char code[32]; char *address; } GuardAddress;
typedef struct {
  GuardLayer *layers;              /* the user's first */
  int64_t data_age_ms;             /* the strictest of all layers: how fresh a book must be asked for */
  bool keep_on_death;              /* on_death = "keep": open orders of a script that died stay */
  GuardAddress *addresses; size_t n_addresses;   /* where a withdrawal may go */
} GuardLimits;

void guard_defaults(GuardLimits *l);
void guard_limits_free(GuardLimits *l);
/* What bourse.lua returned: { limits = {..}, venues = { kraken = { limits = {..} } }, withdraw = { addresses = { BTC = { "bc1.." } } },
 * paper = { balances = { kraken = { USD = 1000 } }, latency_ms = 50 } }; a map, or NULL for none. `exchanges`: the ids that there are, "a|b"; NULL: any will
 * do. Where a currency has an order_notional and no bound of a minute, a day or a loss, those are 5, 20 and 0.2 times it. False: err says what is wrong with
 * which field; the limits are then not to be used. */
bool guard_limits_read(GuardLimits *l, const msgpack_object *config, const char *exchanges, char *err, size_t errlen);
/* A layer more, of a script's own `limits { .. }`; `by` says whose. It takes the place of an earlier one of the same `by`. */
bool guard_limits_narrow(GuardLimits *l, const char *by, const msgpack_object *limits, char *err, size_t errlen);
/* The user's limits in one line, to be shown before the first order. The length that it has or would have. */
size_t guard_limits_text(const GuardLimits *l, char *buf, size_t cap);
const char *guard_limit_name(enum guard_limit limit);          /* as in bourse.lua: "order_notional" */

/* What happened before, by the journal. */
typedef struct { int64_t minute_orders, open; Decimal minute_notional, day_notional, realised_day; } GuardSums;
typedef struct { const char *side, *price; } GuardOwn;         /* an own order that rests: side, price ("" or NULL: at the market) */

/* Numbers are decimal text, "" or NULL where there is none. */
typedef struct {
  const char *venue, *symbol, *side, *quote;
  const char *asked_amount, *amount, *asked_price, *price, *asked_cost, *cost;   /* as the script gave them, and as they would be sent */
  const char *notional;            /* in the quote currency */
  const char *amount_step, *price_step, *amount_min, *amount_max, *price_min, *price_max, *cost_min, *cost_max;
  const char *trigger;             /* the price that sets it off */
  const char *bid, *ask; int64_t book_age_ms;
  const GuardOwn *own; size_t n_own;                           /* on this venue and symbol */
  int64_t unknown;                 /* orders on this venue and symbol of which it is not known what became of them */
  GuardSums all, at_venue;         /* over all venues, and on this one alone */
} GuardOrder;
/* False: refused by *limit; why names limit, figure and bound. */
bool guard_check(const GuardLimits *l, const GuardOrder *o, enum guard_limit *limit, char *why, size_t size);
/* May so much of a currency be sent there? Only to an address that bourse.lua lists, letter by letter; with a tag, to "address:tag". */
bool guard_withdrawal(const GuardLimits *l, const char *code, const char *address, const char *tag, char *why, size_t size);
/* May a script give this param, or option, with an order? Those that change nothing of what is judged, and those that bourse.lua names; what others mean at an
 * exchange is not known here: leverage, another unit of the amount, an order more. */
bool guard_param(const GuardLimits *l, const char *venue, const char *name, char *why, size_t size);
/* May a script call this method, which trades and is no order? What only takes back, and what bourse.lua names. */
bool guard_method(const GuardLimits *l, const char *venue, const char *name, char *why, size_t size);
#endif
