/* A Lua state whose tables are walked in an order that a seed decides. */
#ifndef BOURSE_SEEDED_H
#define BOURSE_SEEDED_H
#include <lua.h>

/* As lua_newstate, which takes its seed from the time and from addresses: `pairs` then gives texts in another order in each process, and a replay would
 * not be the run that was recorded. Where this build of Lua is laid out in a way that is not known here, the seed stays its own. */
lua_State *seeded_newstate(lua_Alloc alloc, void *user, unsigned seed);
#endif
