/* Does a request say the figures, the side and the market of the order that it is sent for? They are looked for in its URL, headers and body, as they stand,
 * per cent decoded, and within base64. It is a net for mistakes of an adapter, not for one that means harm: that could write other figures beside them. */
#ifndef BOURSE_ORDER_BOUND_H
#define BOURSE_ORDER_BOUND_H
#include <stdbool.h>
#include <stddef.h>

#include "wire/decimal.h"

enum bound_figure { BOUND_AMOUNT = 1, BOUND_PRICE = 2, BOUND_COST = 4 };

/* What the exchange calls it, and both of its currencies, and the codes of these: letters and digits in small letters, "" where there is none. */
typedef struct { char id[96], base[2][48], quote[2][48]; } BoundMarket;

typedef struct {
  Decimal amount, price, cost, product;   /* product: amount x price */
  unsigned wants;                /* those that must be there; with BOUND_AMOUNT | BOUND_COST one of these two will do */
  unsigned found;
  bool buys, says_buy, says_sell;
  const BoundMarket *market;
  bool says_id, says_base, says_quote;
} OrderBound;

/* Of an order as it is in the journal, "" or NULL where there is no figure: a limit's price must be there, and the amount; or, without one, the cost; at the
 * market the cost or amount x price will do, too, which some exchanges are told in place of the amount. */
OrderBound bound_of(const char *type, const char *side, const char *amount, const char *price, const char *cost);
/* The id of the market, or both currencies, must be there; m may be NULL: not looked for. */
void bound_market(OrderBound *b, const BoundMarket *m);
/* Into letters and digits in small letters; what does not fit is cut off. */
void bound_plain(char *to, size_t cap, const char *text);
/* An amount or price as it is, with either sign, or as a whole number of some power of ten of it; a cost also cut, by less than a tenth. A side by one of the
 * words buy, sell, bid, ask: many exchanges have numbers or letters for it. */
void bound_look(OrderBound *b, const char *text, size_t n);
const char *bound_lacks(const OrderBound *b);      /* "amount", "price"; "market"; "side": only the other one is there; NULL: all is well */
#endif
