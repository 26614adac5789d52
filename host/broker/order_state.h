/* What an order goes through, and which step may follow which: the one table that the journal and those who read it go by.
 *
 *   intended -> sent -> open -> partly -> filled | cancelled | expired          intended -> rejected: given up before the wire
 *               sent -> rejected | unknown        open | partly -> unknown: the venue does not tell any more        unknown -> anything after sent
 *
 * Steps may be left out forwards (a market order is filled by its reply), open, partly and unknown may be told again, and a final state stays. */
#ifndef BOURSE_ORDER_STATE_H
#define BOURSE_ORDER_STATE_H
#include <stdbool.h>

enum order_state {
  ORDER_INTENDED, ORDER_SENT, ORDER_OPEN, ORDER_PARTLY, ORDER_FILLED, ORDER_CANCELLED, ORDER_EXPIRED, ORDER_REJECTED, ORDER_UNKNOWN, ORDER_STATES
};

const char *order_state_name(enum order_state s);               /* "intended" ... "unknown" */
bool order_state_read(const char *name, enum order_state *out); /* false: no such state, or NULL */
bool order_state_final(enum order_state s);
bool order_state_may(enum order_state from, enum order_state to);
#endif
