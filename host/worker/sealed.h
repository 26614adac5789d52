/* Sealed strings: what an adapter holds in place of a credential, a nonce or a time. A userdata with a recipe (wire/recipe_ops.h) in it. */
#ifndef BOURSE_SEALED_H
#define BOURSE_SEALED_H
#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sets the signing vocabulary of docs/adapter-form.md section 4 (hash ... jwt, encode_*, sorted, first, ordered, join, when_contains, uuid, random_*)
 * in the table on top of the stack. Text in, text out (worked out at once, same results); anything sealed in, sealed out. */
void sealed_open(lua_State *L);
/* Pushes the `key` object for sign(): indexing it gives sealed values of the credentials named in `names` (a NULL-terminated list), of nonce
 * (in unit `nonce`: "ms" ...), of time in ms. Other forms of time: `clock(form, offset_ms)` of the vocabulary.
 * The object cannot be changed, so one may serve many requests. */
void sealed_push_key(lua_State *L, const char *const *names, const char *nonce);
/* The recipe bytes of a sealed value at idx, or NULL if it is none. */
const char *sealed_test(lua_State *L, int idx, size_t *len);
/* Ordered tables (ordered.h) are set up by sealed_open too. */
#include "ordered.h"
/* A number for encode_json, given by its exact text ("0.0010"): written as it is, without quotes. Raises when it is none. */
void sealed_push_number(lua_State *L, const char *text, size_t len);
const char *sealed_test_number(lua_State *L, int idx, size_t *len);   /* its text, or NULL */

/* Call on every new state and thread, while it is empty. Lua 5.4.4 loses its place when the stack moves during `a .. b .. c` with a metamethod; with
 * this much room kept it does not move. */
void sealed_room(lua_State *L);

/* Provided by the worker: 64 random bits of the state's generator. Under a frozen clock (conform) always 1 << 63, a draw of 0.5. */
uint64_t worker_random(lua_State *L);
#endif
