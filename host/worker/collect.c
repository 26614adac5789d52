#include "worker/collect.h"
#include "worker/state.h"

#define SMALL (16u << 20)      /* bytes: a larger state is left to Lua, which collects in steps; all at once would take longer than 15 ms */
#define TABLES 4               /* bytes of tables that a byte of a reply may become */
#define AHEAD_MAX (4u << 20)   /* bytes: what is garbage by then is not collected meanwhile, and a reply may be large for what is read of it */

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

void collect_before(lua_State *L, size_t bytes) {
  State *s = state_of(L);
  const Heap *h = s->heap.heap;
  s->collect.at = least(s->collect.at, 4 * s->heap.used);      /* it has shrunk since: Lua's collector let go of what was kept then */
  if (s->heap.used < s->collect.at || s->heap.used > SMALL) return;
  lua_gc(L, LUA_GCCOLLECT);
  s->collect.at = 2 * s->heap.used;
  s->collect.from = s->heap.used;
  s->collect.ahead = least(least(bytes * TABLES, AHEAD_MAX), (h->limit - h->used) / 4) / 1024;
  if (s->collect.ahead) lua_gc(L, LUA_GCSTEP, -(int)s->collect.ahead);      /* as if so much had been freed: the next cycle begins later by that */
}

void collect_after(lua_State *L) {
  State *s = state_of(L);
  size_t made = s->heap.used > s->collect.from ? (s->heap.used - s->collect.from) / 1024 : 0;
  if (made < s->collect.ahead) lua_gc(L, LUA_GCSTEP, (int)(s->collect.ahead - made));      /* what was not used of it */
  s->collect.ahead = 0;
}
