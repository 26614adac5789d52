/* Values packed into a few bytes, for records that are kept outside of Lua. */
#ifndef BOURSE_PACKED_H
#define BOURSE_PACKED_H
#include <string.h>
#include "worker/value.h"

/* kept: what lies in the text of this document is not copied; it has to outlive what is packed, and is given again to read it. Its text may move. */
typedef struct { unsigned char *p; size_t n, cap; bool failed; const JsonDoc *kept; } Packer;

void packed_add(Packer *k, const Value *v);                    /* sets k->failed when memory is short */
bool packed_room(Packer *k, size_t n);                         /* false: short of memory, for good */
static inline void packed_bytes(Packer *k, const void *s, size_t n) {
  if (k->cap - k->n < n && !packed_room(k, n)) return;
  if (n) memcpy(k->p + k->n, s, n);
  k->n += n;
}
/* Reads one value and steps over it; trees and nodes become V_PACKED. Only for bytes of our own making. */
Value packed_next(const char **at, const JsonDoc *kept);
const char *packed_slice(const char *at, const JsonDoc *kept, size_t *n);     /* the text of a node of the kept document; NULL: it is another value */
void packed_push(lua_State *L, const char *at, const JsonDoc *kept);                /* as value_push does; JSON as a view */
#endif
