/* Requests have a dozen keys, so an ordered table is a list of key, value, key, value ... that is searched from the front: faster than two tables
 * kept in step. Short texts are the same object when they are equal (Lua interns them), so the first keys are found by their address. */
#include "worker/ordered.h"

#include <lauxlib.h>
#include <stdint.h>
#include <string.h>

static const char ordered_key = 0, list_key = 0;

#define FAST 24                 /* keys whose address is at hand */
#define INTERNED 40             /* the longest text that Lua interns */
typedef struct { lua_Integer n; const char *keys[FAST]; } Ordered;      /* n pairs; they are in the user value, a list. A key that is no short text: NULL */

/* Scripts cannot make or reach these metatables, so the mark in [1] tells. */
static bool has_mark(lua_State *L, int idx, const void *key) {
  if (!lua_getmetatable(L, idx)) return false;
  lua_rawgeti(L, -1, 1);
  bool same = lua_touserdata(L, -1) == key;
  lua_pop(L, 2);
  return same;
}

bool ordered_test(lua_State *L, int idx) {
  return lua_type(L, idx) == LUA_TUSERDATA && has_mark(L, idx, &ordered_key);
}

bool list_test(lua_State *L, int idx) {
  return lua_type(L, idx) == LUA_TTABLE && has_mark(L, idx, &list_key);
}

void ordered_push(lua_State *L) {
  Ordered *o = lua_newuserdatauv(L, sizeof *o, 1);
  o->n = 0;
  lua_createtable(L, 16, 0);
  lua_setiuservalue(L, -2, 1);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &ordered_key);
  lua_setmetatable(L, -2);
}

static Ordered *check(lua_State *L, int idx) {
  if (!ordered_test(L, idx)) luaL_typeerror(L, idx, "ordered table");
  return lua_touserdata(L, idx);
}

lua_Integer ordered_count(lua_State *L, int idx) { return ((Ordered *)lua_touserdata(L, idx))->n; }

void ordered_push_list(lua_State *L, int idx) { lua_getiuservalue(L, idx, 1); }

bool ordered_next(lua_State *L, int idx, lua_Integer *at) {
  Ordered *o = lua_touserdata(L, idx);
  if (*at >= o->n) return false;
  luaL_checkstack(L, 4, NULL);
  lua_getiuservalue(L, idx, 1);
  lua_rawgeti(L, -1, 2 * *at + 1);
  lua_rawgeti(L, -2, 2 * *at + 2);
  lua_remove(L, -3);
  ++*at;
  return true;
}

/* The address of a short text, or NULL. */
static const char *address(lua_State *L, int key) {
  return lua_type(L, key) == LUA_TSTRING && lua_rawlen(L, key) <= INTERNED ? lua_tostring(L, key) : NULL;
}

/* Place of the key at `key` (1-based), or 0. The list is at `list`. */
static lua_Integer find(lua_State *L, const Ordered *o, int list, int key) {
  const char *at = address(L, key);
  lua_Integer i = 1, fast = o->n < FAST ? o->n : FAST;
  if (at) {
    for (; i <= fast; i++)
      if (o->keys[i - 1] == at) return i;
  }
  for (; i <= o->n; i++) {
    lua_rawgeti(L, list, 2 * i - 1);
    bool same = lua_rawequal(L, -1, key);
    lua_pop(L, 1);
    if (same) return i;
  }
  return 0;
}

/* After the pairs moved. */
static void readdress(lua_State *L, Ordered *o, int list) {
  for (lua_Integer i = 1; i <= o->n && i <= FAST; i++) {
    lua_rawgeti(L, list, 2 * i - 1);
    o->keys[i - 1] = address(L, -1);
    lua_pop(L, 1);
  }
}

static int o_index(lua_State *L) {
  Ordered *o = check(L, 1);
  lua_settop(L, 2);
  lua_getiuservalue(L, 1, 1);
  lua_Integer i = find(L, o, 3, 2);
  if (!i) return 0;
  lua_rawgeti(L, 3, 2 * i);
  return 1;
}

/* The value on top becomes that of the key below it (nil: none), in the ordered table at `idx`; both are popped. */
static void set(lua_State *L, int idx) {
  Ordered *o = lua_touserdata(L, idx);
  int value = lua_gettop(L), key = value - 1, kind = lua_type(L, key), list = value + 1;
  if (kind != LUA_TSTRING && kind != LUA_TNUMBER) luaL_error(L, "keys of ordered tables are text or numbers, not a %s", lua_typename(L, kind));
  lua_getiuservalue(L, idx, 1);
  lua_Integer i = find(L, o, list, key);
  if (lua_isnil(L, value)) {
    if (i) {
      for (; i < o->n; i++) {
        lua_rawgeti(L, list, 2 * i + 1); lua_rawseti(L, list, 2 * i - 1);
        lua_rawgeti(L, list, 2 * i + 2); lua_rawseti(L, list, 2 * i);
      }
      lua_pushnil(L); lua_rawseti(L, list, 2 * o->n - 1);
      lua_pushnil(L); lua_rawseti(L, list, 2 * o->n);
      o->n--;
      readdress(L, o, list);
    }
  } else {
    if (!i) {
      if (o->n >= 100000) luaL_error(L, "the ordered table is too large");
      i = o->n + 1;
      lua_pushvalue(L, key);
      lua_rawseti(L, list, 2 * i - 1);
    }
    lua_pushvalue(L, value);
    lua_rawseti(L, list, 2 * i);
    if (i > o->n) {
      o->n = i;
      if (i <= FAST) o->keys[i - 1] = address(L, key);
    }
  }
  lua_settop(L, key - 1);
}

static int o_newindex(lua_State *L) {
  check(L, 1);
  lua_settop(L, 3);
  set(L, 1);
  return 0;
}

static int o_len(lua_State *L) {
  lua_pushinteger(L, check(L, 1)->n);
  return 1;
}

static int step(lua_State *L) {
  lua_Integer at = lua_tointeger(L, lua_upvalueindex(2));
  if (!ordered_next(L, lua_upvalueindex(1), &at)) return 0;
  lua_pushinteger(L, at);
  lua_replace(L, lua_upvalueindex(2));
  return 2;
}

static int o_pairs(lua_State *L) {
  check(L, 1);
  lua_settop(L, 1);
  lua_pushinteger(L, 0);
  lua_pushcclosure(L, step, 2);
  return 1;
}

/* ordered { {k, v}, ... } or ordered(): pairs whose value is nil are left out */
static int l_ordered(lua_State *L) {
  bool given = lua_type(L, 1) == LUA_TTABLE;
  lua_Integer n = given ? (lua_Integer)lua_rawlen(L, 1) : 0;
  lua_settop(L, 1);
  ordered_push(L);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, 1, i);
    luaL_argcheck(L, lua_istable(L, -1), 1, "a list of {key, value} is expected");
    lua_rawgeti(L, 3, 1);
    lua_rawgeti(L, 3, 2);
    if (!lua_isnil(L, 5)) set(L, 2);
    lua_settop(L, 2);
  }
  return 1;
}

/* Calls back with key and value at the top for every pair of the ordered or plain table at 1. Plain ones in no order. */
static int l_sorted(lua_State *L) {
  lua_settop(L, 1);
  bool is_ordered = ordered_test(L, 1);
  if (!is_ordered) luaL_checktype(L, 1, LUA_TTABLE);
  lua_newtable(L);        /* 2: keys */
  lua_newtable(L);        /* 3: text of key -> value */
  lua_Integer n = 0, at = 0;
  if (!is_ordered) lua_pushnil(L);
  while (is_ordered ? ordered_next(L, 1, &at) : lua_next(L, 1)) {
    lua_pushvalue(L, -2);
    luaL_argcheck(L, lua_type(L, -1) == LUA_TSTRING || lua_type(L, -1) == LUA_TNUMBER, 1, "keys must be text or numbers");
    lua_tostring(L, -1);
    lua_pushvalue(L, -1);
    lua_rawseti(L, 2, ++n);
    lua_pushvalue(L, -2);
    lua_rawset(L, 3);
    lua_pop(L, is_ordered ? 2 : 1);
  }
  /* By bytes; insertion is fine for the few keys that a request has, long ones are refused. */
  luaL_argcheck(L, n <= 2000, 1, "too many keys");
  for (lua_Integer i = 2; i <= n; i++) {
    for (lua_Integer j = i; j > 1; j--) {
      size_t la, lb;
      lua_rawgeti(L, 2, j - 1);
      lua_rawgeti(L, 2, j);
      const char *a = lua_tolstring(L, -2, &la), *b = lua_tolstring(L, -1, &lb);
      int c = memcmp(a, b, la < lb ? la : lb);
      bool swap = c > 0 || (c == 0 && la > lb);
      if (swap) { lua_rawseti(L, 2, j - 1); lua_rawseti(L, 2, j); }
      else lua_pop(L, 2);
      if (!swap) break;
    }
  }
  ordered_push(L);        /* 4 */
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, 2, i);
    lua_pushvalue(L, -1);
    lua_rawget(L, 3);
    set(L, 4);
  }
  return 1;
}

/* first(t, k, v): the same pairs with k = v in front; t itself is changed and returned */
static int l_first(lua_State *L) {
  Ordered *o = check(L, 1);
  lua_settop(L, 3);
  lua_pushvalue(L, 2);
  lua_pushnil(L);
  set(L, 1);              /* out of its old place */
  if (o->n >= 100000) return luaL_error(L, "the ordered table is too large");
  if (lua_isnil(L, 3)) { lua_settop(L, 1); return 1; }
  lua_getiuservalue(L, 1, 1);
  for (lua_Integer i = o->n; i >= 1; i--) {
    lua_rawgeti(L, 4, 2 * i - 1); lua_rawseti(L, 4, 2 * i + 1);
    lua_rawgeti(L, 4, 2 * i); lua_rawseti(L, 4, 2 * i + 2);
  }
  lua_pushvalue(L, 2); lua_rawseti(L, 4, 1);
  lua_pushvalue(L, 3); lua_rawseti(L, 4, 2);
  o->n++;
  readdress(L, o, 4);
  lua_settop(L, 1);
  return 1;
}

static int l_list(lua_State *L) {
  if (lua_isnoneornil(L, 1)) { lua_settop(L, 0); lua_newtable(L); }
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &list_key);
  lua_setmetatable(L, 1);
  return 1;
}

static void keep_metatable(lua_State *L, const void *key, const luaL_Reg *meta) {
  lua_newtable(L);
  luaL_setfuncs(L, meta, 0);
  lua_pushlightuserdata(L, (void *)(uintptr_t)key);
  lua_rawseti(L, -2, 1);
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}

void ordered_open(lua_State *L) {
  static const luaL_Reg meta[] = { { "__index", o_index }, { "__newindex", o_newindex }, { "__len", o_len }, { "__pairs", o_pairs }, { NULL, NULL } };
  static const luaL_Reg no_meta[] = { { NULL, NULL } };
  static const luaL_Reg functions[] = { { "ordered", l_ordered }, { "sorted", l_sorted }, { "first", l_first }, { "list", l_list }, { NULL, NULL } };
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &ordered_key) != LUA_TTABLE) {
    keep_metatable(L, &ordered_key, meta);
    keep_metatable(L, &list_key, no_meta);
  }
  lua_pop(L, 1);
  luaL_setfuncs(L, functions, 0);
}
