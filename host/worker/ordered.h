/* Ordered tables: keys in the order in which they were first set. t[k] = nil removes; pairs walks in order; #t counts the pairs. */
#ifndef BOURSE_ORDERED_H
#define BOURSE_ORDERED_H
#include <lua.h>
#include <stdbool.h>

void ordered_open(lua_State *L);                  /* sets ordered, sorted, first, list in the table on top */
void ordered_push(lua_State *L);                  /* an empty one */
bool ordered_test(lua_State *L, int idx);
lua_Integer ordered_count(lua_State *L, int idx);
/* Walks: *at starts at 0; pushes key and value and returns true, or false at the end with nothing pushed. Raw: runs no script. */
bool ordered_next(lua_State *L, int idx, lua_Integer *at);
/* The same walk without a step's overhead: pushes the list key, value, key, value ... of ordered_count pairs. Only to be read. */
void ordered_push_list(lua_State *L, int idx);
bool list_test(lua_State *L, int idx);            /* a table made by list{}: a JSON array even when empty */
#endif
