#include "liquidity.h"
#include "memory.h"
#include <stdlib.h>

static int64_t taken_at(const Liquidity *q, const Listing *l, enum side side, int64_t price) {
  for (int64_t i = 0; i < q->n; i++)
    if (q->taken[i].listing == l && q->taken[i].side == side && q->taken[i].price == price) return q->taken[i].amount;
  return 0;
}

int liquidity_levels(const Liquidity *q, BookSource book, const void *ctx, const Listing *l, enum side side, Moment world, int depth,
                     Level *out) {
  static Book b; /* one thread; too large for some stacks */
  int n = 0;
  book(ctx, l, world, depth, &b);
  for (int i = 0; i < b.n; i++) {
    Level level = side == BUY ? b.asks[i] : b.bids[i];
    level.amount -= taken_at(q, l, side, level.price);
    if (level.amount > 0) out[n++] = level;
  }
  return n;
}

void liquidity_take(Liquidity *q, const Listing *l, enum side side, int64_t price, int64_t amount) {
  int64_t i = 0;
  while (i < q->n && (q->taken[i].listing != l || q->taken[i].side != side || q->taken[i].price != price)) i++;
  if (i == q->n) {
    q->taken = memory_room(q->taken, ++q->n, &q->cap, sizeof *q->taken);
    q->taken[i].listing = l;
    q->taken[i].side = side;
    q->taken[i].price = price;
    q->taken[i].amount = 0;
  }
  q->taken[i].amount += amount;
}

void liquidity_renew(Liquidity *q, int64_t slot) {
  if (q->slot == slot) return;
  q->slot = slot;
  q->n = 0;
}

void liquidity_free(Liquidity *q) {
  free(q->taken);
  *q = (Liquidity) { 0 };
}
