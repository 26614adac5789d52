/* The books that orders were judged by, a market each: one that is from before the last one is out of step with the venue. */
#ifndef BOURSE_ORDER_BOOK_H
#define BOURSE_ORDER_BOOK_H
#include "broker/order_facts.h"

#define BOOK_FORGET_MS 60000     /* a venue that counts anew is believed after this */

/* False: err says how it goes back, by the venue's sequence number or, where one of the two has none, by its time. */
bool books_in_step(Books **seen, const char *venue, const OrderFacts *f, int64_t now_ms, char *err, size_t errlen);
void books_free(Books **seen);
#endif
