/* What a script finds when it starts: an allow-list of globals built from nothing. Two copies are made: the script's own (it may
 * overwrite its globals; library tables are read-only) and a pristine one for host Lua, out of the script's reach. */
#ifndef BOURSE_SANDBOX_H
#define BOURSE_SANDBOX_H
#include <lua.h>
#include <stddef.h>

#define SANDBOX_SOURCE_MAX (1u << 20)   /* bytes of one chunk of source text */
#define SANDBOX_PATTERN_MAX 512
#define SANDBOX_SUBJECT_MAX (1u << 20)  /* bytes a pattern is run over */

void sandbox_open(lua_State *L);        /* on a bare state: fills the globals */
void sandbox_push_env(lua_State *L);    /* pushes the pristine table of globals */
/* Makes the table at the top read-only for scripts: replaces it by an empty one that shows it (pairs works). */
void sandbox_protect(lua_State *L);
/* luaL_loadbuffer for text only, with the size checked; chunk "@name". Pushes the function or a message. Returns a Lua status. */
int sandbox_load(lua_State *L, const char *source, size_t len, const char *name);
/* Pushes the text of the value at idx: error tables as "venue: Class: message", no addresses. May call a script's __tostring. */
const char *sandbox_tostring(lua_State *L, int idx, size_t *len);
/* The same for error values, by raw access only, and behind the place in host Lua where they were raised. */
const char *sandbox_error_text(lua_State *L, int idx);
void coroutine_open(lua_State *L);      /* pushes the library coroutine (coroutine.c) */
void json_open(lua_State *L);           /* pushes the library json (jsonlib.c) */
#endif
