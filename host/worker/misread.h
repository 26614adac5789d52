/* What a Lua error says that an adapter's function raised over a reply, told as what it is: a reply that is not as the adapter expects it. */
#ifndef BOURSE_WORKER_MISREAD_H
#define BOURSE_WORKER_MISREAD_H
#include <stddef.h>

/* "exchanges/x.lua:7: attempt to index a nil value (field 'rate')" -> "exchanges/x.lua:7 does not fit this reply (field 'rate' is nil)". An error that
 * the adapter worded itself stays as it is. `out` may be the same buffer as `error`. */
void misread(const char *error, char *out, size_t size);
#endif
