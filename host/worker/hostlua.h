/* Host Lua: the files of host/lua, compiled when the program was built (embed.c). A module's chunk is called with `require`, which gives other modules of
 * the same state. It sees the state's globals, and a native library when one was given for its name. */
#ifndef BOURSE_HOSTLUA_H
#define BOURSE_HOSTLUA_H
#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

const char *hostlua_source(const char *name, size_t *len);   /* host/lua/<name>.lua as it is in the program: templates are text. Or NULL */
bool hostlua_push(lua_State *L, const char *name, int env);
/* Runs the module once a state and pushes what it returned. Raises what it raises. */
void hostlua_require(lua_State *L, const char *name);
/* The same, with the value on top of the stack (popped) as the hidden global `global` of all host modules of this state from then on. */
void hostlua_require_with(lua_State *L, const char *name, const char *global);
#endif
