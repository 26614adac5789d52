#include "liquidity.h"
#include "memory.h"
#include <stdlib.h>
#include <string.h>

static int64_t taken_at(const Liquidity *q, const Listing *l, enum side side, int64_t price) {
  for (int64_t i = 0; i < q->n; i++)
    if (q->taken[i].listing == l && q->taken[i].side == side && q->taken[i].price == price) return q->taken[i].amount;
  return 0;
}

int liquidity_left(const Liquidity *q, const Listing *l, enum side side, Level *level, int n) {
  int left = 0;
  for (int i = 0; i < n; i++) {
    level[i].amount -= taken_at(q, l, side, level[i].price);
    if (level[i].amount > 0) level[left++] = level[i];
  }
  return left;
}

int liquidity_levels(const Liquidity *q, BookSource book, const void *ctx, const Listing *l, enum side side, Moment world,
                     int depth, Level *out) {
  static Book b; /* one thread; too large for some stacks */
  book(ctx, l, world, depth, &b);
  memcpy(out, side == BUY ? b.asks : b.bids, (size_t)b.n * sizeof *out);
  return liquidity_left(q, l, side, out, b.n);
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
