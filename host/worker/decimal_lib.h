/* Exact decimals for scripts. */
#ifndef BOURSE_DECIMAL_LIB_H
#define BOURSE_DECIMAL_LIB_H
#include <lua.h>

/* Adds `decimal` to the table on top of the stack: add sub mul div(a, b, places) cmp neg abs text number round(x, step, mode, how).
 * They take decimal text or Lua numbers and give decimal text (number: a float; cmp: -1, 0, 1). mode is "tick" (default),
 * "places" or "digits"; how is "cut", "nearest" (default) or "up". */
void decimal_open(lua_State *L);
#endif
