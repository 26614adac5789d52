/* Plain data (nil, boolean, number, text, tables of these; integers and floats kept apart) from state to state and to and from
 * messages. Anything else - functions, userdata, cycles, over WIRE_DEPTH deep, over 16 MiB for a message - is refused with a message that
 * names where ("at .a.b: a function").
 * Views of JSON replies are copied as the table they show. Raw access only: no metamethod of a script is run. */
#ifndef BOURSE_COPY_H
#define BOURSE_COPY_H
#include <lua.h>
#include <msgpack.h>
#include <stdbool.h>

bool copy_value(lua_State *from, int idx, lua_State *to, char *err, size_t errlen);   /* pushes one value on `to`, or nothing */
bool copy_pack(lua_State *from, int idx, msgpack_packer *pk, char *err, size_t errlen); /* sealed userdata become WIRE_RECIPE_EXT */
bool copy_unpack(lua_State *to, const msgpack_object *o, char *err, size_t errlen);    /* pushes one value */
#endif
