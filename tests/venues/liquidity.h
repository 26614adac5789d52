/* What the market makers of the world offer on one side of a listing, less what a trader has taken of it. What was taken is back when the
 * book is renewed. */
#ifndef VENUES_LIQUIDITY_H
#define VENUES_LIQUIDITY_H
#include "order.h"

/* Where books come from: the world, or a test. */
typedef void (*BookSource)(const void *ctx, const Listing *l, Moment world, int depth, Book *out);

typedef struct {
  int64_t slot; /* which renewal of the book this belongs to */
  int64_t n, cap;
  struct {
    const Listing *listing;
    enum side side; /* of the trader */
    int64_t price, amount;
  } * taken;
} Liquidity;

/* The levels that an order of `side` may take, best first, as many as are left of `depth`. */
int liquidity_levels(const Liquidity *q, BookSource book, const void *ctx, const Listing *l, enum side side, Moment world,
                     int depth, Level *out);
/* Takes from `level` what is taken already; how many are left of the n. */
int liquidity_left(const Liquidity *q, const Listing *l, enum side side, Level *level, int n);
void liquidity_take(Liquidity *q, const Listing *l, enum side side, int64_t price, int64_t amount);
void liquidity_renew(Liquidity *q, int64_t slot);
void liquidity_free(Liquidity *q);
#endif
