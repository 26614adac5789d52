/* Venues: an adapter in a state of its own, its markets, and the calls that are under way. */
#ifndef BOURSE_VENUE_H
#define BOURSE_VENUE_H
#include <lua.h>

/* Sets exchange() as a global of the script's state, over the functions that host/lua/exchange.lua works with. */
void venue_open_lib(lua_State *L);

/* For the verb conform: pushes a table of functions that put a venue on a script of replies. */
void venue_open_conform(lua_State *L);

/* For `check`, `new` and tests: pushes the function check(source, file) -> list of problems, run in a state of its own. */
void venue_open_check(lua_State *L);
#endif
