/* What a strategy asked for, by its own arguments, which the broker keeps: what the clerk prepared is held against it. */
#ifndef BOURSE_ORDER_ASKED_H
#define BOURSE_ORDER_ASKED_H
#include "broker/order_facts.h"

struct OrderAsked {
  char symbol[96], type[24], side[8];           /* "" where the method's name says it */
  char amount[FACT], price[FACT], cost[FACT];   /* decimal text, "" where there is none */
  char trigger[FACT];                           /* the highest price that sets it off */
};

/* Of an order's args and params. False: err says what of them cannot be an order. */
bool asked_read(OrderAsked *asked, const char *op, const msgpack_sbuffer *args, const msgpack_sbuffer *params, char *err, size_t errlen);
/* Are all names of its params, or options, such as a script may give? */
bool asked_names_ok(const GuardLimits *l, const char *venue, const char *what, const msgpack_sbuffer *params, char *err, size_t errlen);
/* Is it that order, figures aside, which the guard compares? False: err says what differs. */
bool asked_is(const OrderAsked *asked, const OrderFacts *f, char *err, size_t errlen);
#endif
