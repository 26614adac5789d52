/* lauxlib looks for such names where `require` keeps what it loaded. Scripts have no `require`, and cannot reach that table. */
#include "worker/names.h"
#include <lauxlib.h>

void names_add(lua_State *L, const char *name) {
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  lua_pushvalue(L, -2);
  lua_setfield(L, -2, name);
  lua_pop(L, 1);
}
