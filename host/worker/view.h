/* Views: a reply, or a part of it, as Lua sees it without its being decoded. reply.result[1].price is text for strings and for
 * numbers (their exact text), a boolean, nil for null and for what is absent, a view for objects and lists. Read-only; pairs (in
 * the reply's order, nulls left out), ipairs, # and tostring (the JSON text) work. Of keys that repeat, the first counts. */
#ifndef BOURSE_VIEW_H
#define BOURSE_VIEW_H
#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

#include "worker/json.h"

void view_open(lua_State *L);                                   /* once a state */
/* The node's value: plain for a scalar, else a view, which holds a reference; nil for JSON_NONE. Raises only for memory. */
void view_push(lua_State *L, JsonDoc *doc, uint32_t node);
/* For many views of one document: pushes what they share, two values, and then a view of an object or list with those at `shared`. */
void view_share(lua_State *L, JsonDoc *doc);
void view_push_shared(lua_State *L, uint32_t node, int shared);
bool view_test(lua_State *L, int idx, JsonDoc **doc, uint32_t *node);   /* no reference is taken; doc and node may be NULL */
bool view_test_hollow(lua_State *L, int idx, JsonDoc **doc, uint32_t *node);      /* the same, and the document may be hollow (json_stream_drop) */
/* The node decoded into Lua tables, at most `depth` deep (else it raises): numbers as their exact text, or with `numbers` as Lua
 * integers (when written so and within 64 bits), floats, or text when beyond the largest float. null is absent. */
void view_plain(lua_State *L, JsonDoc *doc, uint32_t node, int depth, bool numbers);
void view_numbers(lua_State *L, JsonDoc *doc, uint32_t node);   /* view_plain with Lua numbers, as deep as a document may be */
/* Lets go of the document of a view that nobody will look at again, without waiting for the collector; not when it has other views. */
void view_release(lua_State *L, int idx);
#endif
