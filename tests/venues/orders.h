/* The engine's own memory: orders, fills, and which orders are open. */
#ifndef VENUES_ORDERS_H
#define VENUES_ORDERS_H
#include "matching.h"

typedef struct {
  Order *order; /* id - 1 */
  Fill *fill;
  int64_t *open; /* ids, oldest first */
  int64_t orders, fills, opens, orders_cap, fills_cap, opens_cap;
} Orders;

Order *orders_add(Orders *o, const Ticket *t, Now now); /* valid until the next one is added */
void orders_fill(Orders *o, const Fill *f);             /* gives it its id */
void orders_close(Orders *o, Order *order, enum order_state state, enum cancel_reason why, Moment wall);
int64_t orders_resting(const Orders *o, const Listing *l, enum side side,
                       int64_t *ids); /* open ones by priority; room for `opens` */
/* Puts the open orders of one side into its levels, of which there are n of at most BOOK_MAX; how many there are then. */
int orders_show(const Orders *o, const Listing *l, enum side side, Level *level, int n);
void orders_free(Orders *o);
#endif
