/* Does a request say the figures of the order that it is sent for? Numbers are looked for in its URL, headers and body, as they stand, per cent decoded, and
 * within base64. It is a net for mistakes of an adapter, not for one that means harm: that could write other figures beside them. */
#ifndef BOURSE_ORDER_BOUND_H
#define BOURSE_ORDER_BOUND_H
#include <stdbool.h>
#include <stddef.h>

#include "wire/decimal.h"

enum bound_figure { BOUND_AMOUNT = 1, BOUND_PRICE = 2, BOUND_COST = 4 };

typedef struct {
  Decimal amount, price, cost, product;   /* product: amount x price */
  unsigned wants;                /* those that must be there; with BOUND_AMOUNT | BOUND_COST one of these two will do */
  unsigned found;
} OrderBound;

/* Of an order as it is in the journal, "" or NULL where there is no figure: a limit's price must be there, and the amount; or, without one, the cost; at the
 * market the cost or amount x price will do, too, which some exchanges are told in place of the amount. */
OrderBound bound_of(const char *type, const char *amount, const char *price, const char *cost);
/* An amount or price as it is, with either sign, or as a whole number of some power of ten of it; a cost also cut, by less than a tenth. */
void bound_look(OrderBound *b, const char *text, size_t n);
const char *bound_lacks(const OrderBound *b);      /* "amount", "price"; NULL: all is there */
#endif
