/* What C functions are called in errors of their arguments when the call does not tell (pcall(f, ..), return f(..)). */
#ifndef BOURSE_NAMES_H
#define BOURSE_NAMES_H
#include <lua.h>

/* The function at the top is `name`; of a table at the top, each function in it is "name.key" ("_G": just its key). */
void names_add(lua_State *L, const char *name);
#endif
