/* Errors of Lua in words for the user. What one says that an adapter's function raised over a reply, told as what it is: a reply that is not as the adapter
 * expects it. */
#ifndef BOURSE_WORKER_MISREAD_H
#define BOURSE_WORKER_MISREAD_H
#include <stddef.h>

/* "exchanges/x.lua:7: attempt to index a nil value (field 'rate')" -> "exchanges/x.lua:7 does not fit this reply (field 'rate' is nil)". An error that
 * the adapter worded itself stays as it is. `out` may be the same buffer as `error`. */
void misread(const char *error, char *out, size_t size);
/* "host/lua/exchange.lua:226: not a decimal: 'x'" from "not" on: a place in host Lua tells the user nothing. Other texts, and what Lua itself could not do
 * there (a fault of ours), as they are. */
const char *misread_without_place(const char *error);
#endif
