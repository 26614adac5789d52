#include "broker/order_state.h"

#include <string.h>

static const char *const names[ORDER_STATES] = { "intended", "sent", "open", "partly", "filled", "cancelled", "expired", "rejected", "unknown" };

#define TO(s) (1u << ORDER_##s)
#define OVER (TO(FILLED) | TO(CANCELLED) | TO(EXPIRED))

static const unsigned after[ORDER_STATES] = {
  [ORDER_INTENDED] = TO(SENT) | TO(REJECTED),
  [ORDER_SENT] = TO(OPEN) | TO(PARTLY) | OVER | TO(REJECTED) | TO(UNKNOWN),
  [ORDER_OPEN] = TO(OPEN) | TO(PARTLY) | OVER | TO(REJECTED) | TO(UNKNOWN),     /* rejected: some venues acknowledge first and refuse after */
  [ORDER_PARTLY] = TO(PARTLY) | OVER | TO(UNKNOWN),
  [ORDER_UNKNOWN] = TO(OPEN) | TO(PARTLY) | OVER | TO(REJECTED) | TO(UNKNOWN),
};

const char *order_state_name(enum order_state s) { return names[s]; }

bool order_state_read(const char *name, enum order_state *out) {
  for (int s = 0; name && s < ORDER_STATES; s++)
    if (strcmp(names[s], name) == 0) return *out = (enum order_state)s, true;
  return false;
}

bool order_state_final(enum order_state s) { return after[s] == 0; }
bool order_state_may(enum order_state from, enum order_state to) { return after[from] >> to & 1; }
