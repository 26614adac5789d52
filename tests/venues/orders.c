#include "orders.h"
#include "memory.h"
#include <stdlib.h>
#include <string.h>

Order *orders_add(Orders *o, const Ticket *t, Now now) {
  o->order = memory_room(o->order, o->orders + 1, &o->orders_cap, sizeof *o->order);
  o->open = memory_room(o->open, o->opens + 1, &o->opens_cap, sizeof *o->open);
  Order *order = &o->order[o->orders++];
  *order =
      (Order) { .id = o->orders, .ticket = *t, .amount = t->by_cost ? ZERO : t->amount, .created = now.wall, .updated = now.wall };
  o->open[o->opens++] = order->id;
  return order;
}

void orders_fill(Orders *o, const Fill *f) {
  o->fill = memory_room(o->fill, o->fills + 1, &o->fills_cap, sizeof *o->fill);
  o->fill[o->fills++] = *f;
  o->fill[o->fills - 1].id = o->fills;
}

void orders_close(Orders *o, Order *order, enum order_state state, enum cancel_reason why, Moment wall) {
  int64_t at = 0;
  while (o->open[at] != order->id) at++;
  memmove(&o->open[at], &o->open[at + 1], (size_t)(--o->opens - at) * sizeof *o->open);
  order->state = state;
  order->reason = why;
  order->updated = wall;
}

int64_t orders_resting(const Orders *o, const Listing *l, enum side side, int64_t *ids) {
  int64_t n = 0;
  for (int64_t i = 0; i < o->opens; i++) {
    const Order *order = &o->order[o->open[i] - 1];
    if (order->ticket.listing != l || order->ticket.side != side) continue;
    int64_t at = n++;
    for (; at > 0; at--) {
      int better = dec_cmp(order->ticket.price, o->order[ids[at - 1] - 1].ticket.price);
      if (side == BUY ? better <= 0 : better >= 0) break;
      ids[at] = ids[at - 1];
    }
    ids[at] = order->id;
  }
  return n;
}

int orders_show(const Orders *o, const Listing *l, enum side side, Level *level, int n) {
  for (int64_t i = 0; i < o->opens; i++) {
    const Order *order = &o->order[o->open[i] - 1];
    if (order->ticket.listing != l || order->ticket.side != side) continue;
    int64_t price = exact_in_units(order->ticket.price, l->price_decimals);
    int64_t amount = exact_in_units(exact_sub(order->amount, order->filled), l->amount_decimals);
    int at = 0;
    while (at < n && (side == BUY ? level[at].price > price : level[at].price < price)) at++;
    if (at < n && level[at].price == price) level[at].amount += amount;
    else if (at < BOOK_MAX) {
      if (n == BOOK_MAX) n--;
      memmove(&level[at + 1], &level[at], (size_t)(n++ - at) * sizeof *level);
      level[at] = (Level) { price, amount };
    }
  }
  return n;
}

void orders_free(Orders *o) {
  free(o->order);
  free(o->fill);
  free(o->open);
  *o = (Orders) { 0 };
}
