/* Views: a reply, or a part of it, as Lua sees it without its being decoded. reply.result[1].price is text for strings and for numbers (their exact
 * text), a boolean, nil for null and for what is absent, a view for objects and lists. Read-only; pairs, ipairs and # work. */
#ifndef BOURSE_VIEW_H
#define BOURSE_VIEW_H
#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

#include "worker/json.h"

void view_open(lua_State *L);                                   /* once a state */
void view_push(lua_State *L, JsonDoc *doc, uint32_t node);      /* the node's value: a scalar, or a view (which holds a reference) */
bool view_test(lua_State *L, int idx, JsonDoc **doc, uint32_t *node);
/* The node decoded into Lua tables, at most `depth` deep (else it raises): numbers as their text, or as Lua numbers; null is absent. */
void view_plain(lua_State *L, JsonDoc *doc, uint32_t node, int depth, bool numbers);
void view_numbers(lua_State *L, JsonDoc *doc, uint32_t node);   /* view_plain with Lua numbers, as deep as a document may be */
#endif
