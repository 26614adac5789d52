/* What is known of an order before it is placed: its exact text, the market's rules, and the top of the book, as the clerk found them. */
#ifndef BOURSE_ORDER_FACTS_H
#define BOURSE_ORDER_FACTS_H
#include "broker/orders_in.h"

#define FACT 64         /* bytes of a number, and its end; "" where there is none */

typedef struct {
  char symbol[96], type[24], side[8], base[32], quote[32], client_id[64];
  char amount[FACT], price[FACT], cost[FACT], contract_size[FACT];
  char amount_step[FACT], price_step[FACT], amount_min[FACT], amount_max[FACT], price_min[FACT], price_max[FACT], cost_min[FACT], cost_max[FACT];
  char bid[FACT], ask[FACT];
  char notional[FACT];  /* in the quote currency, at the order's price or, without one, at the book's */
  char market_id[96], base_id[48], quote_id[48];   /* by the exchange */
  bool inverse, apart;  /* apart: amount and cost do not say the same */
  int64_t book_ms;      /* when it came */
  int64_t book_time; char book_nonce[FACT];   /* by the venue: 0, "" where it does not tell */
} OrderFacts;

/* From the clerk's answer. False with the reason: something is missing or no number. */
bool facts_read(OrderFacts *f, const msgpack_object *m, char *err, size_t errlen);
/* It may be filled at this price, too: then it is worth what it is there, when that is more. False: that cannot be told. */
bool facts_raise(OrderFacts *f, const char *price);
/* The guard's word, by what was asked for, the limits, the journal's sums and the own orders that rest there. False: refused by *limit, and why says it in
 * figures. */
typedef struct OrderAsked OrderAsked;
bool facts_judge(Orders *o, const char *venue, const OrderAsked *asked, const OrderFacts *f, enum guard_limit *limit, char *why, size_t size);
/* A packed value as JSON, malloc'd; NULL: out of memory. */
char *facts_json(const msgpack_sbuffer *b);
#endif
