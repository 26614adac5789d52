/* When a Lua state is collected. Inside worker/ only. */
#ifndef BOURSE_COLLECT_H
#define BOURSE_COLLECT_H
#include <lua.h>
#include <stddef.h>

/* Before and after the tables of a reply of `bytes` are built in L. A small state that has doubled is collected before, when what was made of the reply
 * before it is garbage already. Else Lua's collector starts while the tables are built and marks them all, each time; so it is held off meanwhile, as far
 * as the tables of such a reply mostly go. */
void collect_before(lua_State *L, size_t bytes);
void collect_after(lua_State *L);
#endif
