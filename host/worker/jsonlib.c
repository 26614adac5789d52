/* json.encode and json.decode of scripts. Decoding is lua-cjson's; encoding is ours, because cjson writes 14 digits of a number and cannot
 * write views and books. */
#include <lauxlib.h>
#include <lua-cjson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "worker/book.h"
#include "worker/sandbox.h"
#include "worker/value.h"
#include "worker/view.h"

#define DEPTH_MAX 100

typedef struct { lua_State *L; char *p; size_t n, cap; } Out;   /* the buffer is a userdata at index 2 */

static void add(Out *o, const char *s, size_t n) {
  if (n > o->cap - o->n) {
    size_t cap = o->cap * 2 > o->n + n ? o->cap * 2 : o->n + n;
    char *p = lua_newuserdatauv(o->L, cap, 0);
    memcpy(p, o->p, o->n);
    o->p = p;
    o->cap = cap;
    lua_replace(o->L, 2);
  }
  memcpy(o->p + o->n, s, n);
  o->n += n;
}

static void add_text(Out *o, const char *s, size_t n) {
  size_t from = 0;
  add(o, "\"", 1);
  for (size_t i = 0; i < n; i++) {
    unsigned char c = (unsigned char)s[i];
    char code[8];
    if (c >= ' ' && c != '"' && c != '\\' && c != 0x7f) continue;
    if (c == '"' || c == '\\') snprintf(code, sizeof code, "\\%c", c);
    else if (c == '\n') strcpy(code, "\\n");
    else if (c == '\t') strcpy(code, "\\t");
    else if (c == '\r') strcpy(code, "\\r");
    else snprintf(code, sizeof code, "\\u%04x", c);
    add(o, s + from, i - from);
    add(o, code, strlen(code));
    from = i + 1;
  }
  add(o, s + from, n - from);
  add(o, "\"", 1);
}

static void add_number(Out *o, int idx) {
  char text[40];
  lua_State *L = o->L;
  if (lua_isinteger(L, idx)) snprintf(text, sizeof text, "%lld", (long long)lua_tointeger(L, idx));
  else {
    double x = lua_tonumber(L, idx);
    if (!isfinite(x)) luaL_error(L, "json.encode: a number that is not finite");
    for (int digits = 15; digits <= 17; digits++) {       /* the shortest text that reads back the same */
      snprintf(text, sizeof text, "%.*g", digits, x);
      if (strtod(text, NULL) == x) break;
    }
  }
  add(o, text, strlen(text));
}

static void add_value(Out *o, int idx, int depth);

static void add_table(Out *o, int idx, int depth) {
  lua_State *L = o->L;
  size_t keys;
  if (depth >= DEPTH_MAX) luaL_error(L, "json.encode: nested deeper than %d, or a table that holds itself", DEPTH_MAX);
  luaL_checkstack(L, 6, "json.encode");
  if (table_is_list(L, idx, &keys) && keys > 0) {
    for (size_t i = 1; i <= keys; i++) {
      add(o, i == 1 ? "[" : ",", 1);
      lua_rawgeti(L, idx, (lua_Integer)i);
      add_value(o, lua_gettop(L), depth + 1);
      lua_pop(L, 1);
    }
    add(o, "]", 1);
    return;
  }
  const char *sign = "{";
  for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1)) {
    int value = lua_gettop(L);
    add(o, sign, 1);
    sign = ",";
    if (lua_type(L, value - 1) == LUA_TSTRING) {
      size_t n;
      const char *s = lua_tolstring(L, value - 1, &n);
      add_text(o, s, n);
    } else if (lua_type(L, value - 1) == LUA_TNUMBER) {
      add(o, "\"", 1);
      add_number(o, value - 1);
      add(o, "\"", 1);
    } else luaL_error(L, "json.encode: a key that is a %s", luaL_typename(L, value - 1));
    add(o, ":", 1);
    add_value(o, value, depth + 1);
  }
  add(o, keys ? "}" : "{}", keys ? 1 : 2);
}

static void add_value(Out *o, int idx, int depth) {
  lua_State *L = o->L;
  JsonDoc *doc;
  uint32_t node;
  size_t n;
  const char *s;
  switch (lua_type(L, idx)) {
    case LUA_TNIL: add(o, "null", 4); return;
    case LUA_TBOOLEAN: lua_toboolean(L, idx) ? add(o, "true", 4) : add(o, "false", 5); return;
    case LUA_TNUMBER: add_number(o, idx); return;
    case LUA_TSTRING:
      s = lua_tolstring(L, idx, &n);
      add_text(o, s, n);
      return;
    case LUA_TTABLE: add_table(o, idx, depth); return;
    case LUA_TLIGHTUSERDATA:
      if (!lua_touserdata(L, idx)) { add(o, "null", 4); return; }
      break;
    case LUA_TUSERDATA:
      luaL_checkstack(L, 4, "json.encode");
      if (view_test(L, idx, &doc, &node)) {               /* its own text, numbers exact */
        s = luaL_tolstring(L, idx, &n);
        add(o, s, n);
        lua_pop(L, 1);
        return;
      }
      if (book_test(L, idx)) {
        book_plain(L, idx);
        add_value(o, lua_gettop(L), depth + 1);
        lua_pop(L, 1);
        return;
      }
      break;
    default: break;
  }
  luaL_error(L, "json.encode: a %s", luaL_typename(L, idx));
}

static int j_encode(lua_State *L) {
  luaL_checkany(L, 1);
  lua_settop(L, 1);
  Out o = { L, lua_newuserdatauv(L, 256, 0), 0, 256 };
  add_value(&o, 1, 0);
  lua_pushlstring(L, o.p, o.n);
  return 1;
}

/* cjson gives floats only: whole numbers become integers. */
static void whole_numbers(lua_State *L, int idx, int depth) {
  luaL_checkstack(L, 6, "json.decode");
  for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1)) {
    int t = lua_type(L, -1);
    if (t == LUA_TTABLE && depth < DEPTH_MAX + 2) whole_numbers(L, lua_gettop(L), depth + 1);
    else if (t == LUA_TNUMBER && !lua_isinteger(L, -1)) {
      double x = lua_tonumber(L, -1);
      if (x != floor(x) || fabs(x) > 9007199254740992.0) continue;
      lua_pushvalue(L, -2);
      lua_pushinteger(L, (lua_Integer)x);
      lua_rawset(L, idx);
    }
  }
}

static int j_decode(lua_State *L) {           /* upvalue: cjson's */
  luaL_checkstring(L, 1);
  lua_settop(L, 1);
  lua_newtable(L);                            /* so that a number alone is treated as all others are */
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushvalue(L, 1);
  lua_call(L, 1, 1);
  lua_rawseti(L, 2, 1);
  whole_numbers(L, 2, 0);
  lua_rawgeti(L, 2, 1);
  return 1;
}

static void set(lua_State *L, int json, const char *name, int value) {
  lua_getfield(L, json, name);
  lua_pushinteger(L, value);
  lua_call(L, 1, 0);
}

void json_open(lua_State *L) {
  lua_newtable(L);
  lua_pushcfunction(L, luaopen_cjson);
  lua_call(L, 0, 1);
  int json = lua_gettop(L);
  set(L, json, "decode_max_depth", DEPTH_MAX);
  lua_getfield(L, json, "decode");
  lua_pushcclosure(L, j_decode, 1);
  lua_setfield(L, json - 1, "decode");
  lua_getfield(L, json, "null");
  lua_setfield(L, json - 1, "null");
  lua_pop(L, 1);
  lua_pushcfunction(L, j_encode);
  lua_setfield(L, -2, "encode");
}
