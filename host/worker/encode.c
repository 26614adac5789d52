/* Tables to query strings, forms and JSON. Only raw access: no script runs while a table is written. */
#include <lauxlib.h>
#include <math.h>
#include <string.h>
#include "wire/decimal.h"
#include "worker/ordered.h"
#include "worker/sealed_in.h"
#include "worker/value.h"
#include "worker/view.h"

#define DEPTH 30              /* of nested tables */
static const char sorted_key = 0;

enum arrays { A_REPEAT, A_BRACKETS, A_INDEX, A_COMMA, A_JSON };
static const char *const array_names[] = { "repeat", "brackets", "index", "comma", "json", NULL };

static void write_literal(lua_State *L, const char *s) { write_text(L, s, strlen(s)); }

/* The text of a number: plain digits, whole ones without ".0". */
static size_t number_text(lua_State *L, int idx, char buf[512]) {
  if (lua_isinteger(L, idx)) {
    lua_Integer i = lua_tointeger(L, idx);
    lua_Unsigned u = i < 0 ? 0 - (lua_Unsigned)i : (lua_Unsigned)i;
    char digits[24], *at = digits + sizeof digits;
    do *--at = (char)('0' + u % 10); while (u /= 10);
    if (i < 0) *--at = '-';
    size_t n = (size_t)(digits + sizeof digits - at);
    memcpy(buf, at, n);
    return n;
  }
  Decimal d = { 0 };
  lua_Number x = lua_tonumber(L, idx);
  if (!isfinite(x) || !dec_from_double(x, &d)) luaL_error(L, "a number that cannot be sent: %f", x);
  return dec_text(d, buf, 512);
}

/* A scalar for a URL or form, coded. False: a table or something else. */
static bool write_scalar(lua_State *L, int idx, enum recipe_coding coding) {
  Sealed *s;
  size_t n;
  char buf[512];
  switch (lua_type(L, idx)) {
    case LUA_TSTRING: {
      const char *text = lua_tolstring(L, idx, &n);
      write_coded(L, coding, text, n);
      return true;
    }
    case LUA_TNUMBER:
      n = number_text(L, idx, buf);
      write_text(L, buf, n);
      return true;
    case LUA_TBOOLEAN: write_literal(L, lua_toboolean(L, idx) ? "true" : "false"); return true;
    case LUA_TUSERDATA:
      switch (sealed_kind(L, idx, &s)) {
        case IS_SEALED: write_sealed_coded(L, coding, s); return true;
        case IS_NUMBER: write_coded(L, coding, s->bytes, s->len); return true;
        default: return false;
      }
    default: return false;
  }
}

/* A list: made by list{}, or 1..n and nothing else. An empty table is none. */
static bool is_sequence(lua_State *L, int idx) {
  size_t n;
  return lua_istable(L, idx) && (list_test(L, idx) || (table_is_list(L, idx, &n) && n > 0));
}

bool encode_in_order(lua_State *L, int idx) {
  if (ordered_test(L, idx)) { lua_pushvalue(L, idx); return true; }
  if (!lua_istable(L, idx)) return false;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &sorted_key);
  lua_pushvalue(L, idx);
  lua_call(L, 1, 1);
  return true;
}

static void json_value(lua_State *L, int idx, int depth);

static void json_pairs(lua_State *L, int t, int depth) {
  lua_Integer count = ordered_count(L, t);
  size_t n;
  write_char(L, '{');
  ordered_push_list(L, t);
  int list = lua_gettop(L);
  for (lua_Integer i = 1; i <= 2 * count; i += 2) {
    if (i > 1) write_char(L, ',');
    lua_rawgeti(L, list, i);
    lua_rawgeti(L, list, i + 1);
    const char *key = lua_tolstring(L, list + 1, &n);
    write_coded(L, C_JSONSTRING, key, n);
    write_char(L, ':');
    json_value(L, list + 2, depth + 1);
    lua_settop(L, list);
  }
  lua_pop(L, 1);
  write_char(L, '}');
}

static void json_value(lua_State *L, int idx, int depth) {
  JsonDoc *doc;
  uint32_t node;
  Sealed *s;
  luaL_checkstack(L, 16, NULL);
  if (depth > DEPTH) luaL_error(L, "the table is nested too deep to be sent");
  switch (lua_type(L, idx)) {
    case LUA_TNIL: write_literal(L, "null"); return;
    case LUA_TSTRING: case LUA_TNUMBER: case LUA_TBOOLEAN: write_scalar(L, idx, C_JSONSTRING); return;
    case LUA_TTABLE: break;
    case LUA_TUSERDATA:
      switch (sealed_kind(L, idx, &s)) {
        case IS_SEALED: write_sealed_coded(L, C_JSONSTRING, s); return;
        case IS_NUMBER: write_text(L, s->bytes, s->len); return;
        default: break;
      }
      if (view_test(L, idx, &doc, &node)) { write_text(L, doc->text + doc->nodes[node].start, json_bytes(doc->nodes, node)); return; }
      if (ordered_test(L, idx)) { json_pairs(L, idx, depth); return; }
      /* fall through */
    default: luaL_error(L, "a %s cannot be sent", luaL_typename(L, idx));
  }
  if (is_sequence(L, idx)) {
    lua_Integer count = (lua_Integer)lua_rawlen(L, idx);
    write_char(L, '[');
    for (lua_Integer i = 1; i <= count; i++) {
      if (i > 1) write_char(L, ',');
      lua_rawgeti(L, idx, i);
      json_value(L, lua_gettop(L), depth + 1);
      lua_pop(L, 1);
    }
    write_char(L, ']');
    return;
  }
  encode_in_order(L, idx);
  json_pairs(L, lua_gettop(L), depth);
  lua_pop(L, 1);
}

int encode_json(lua_State *L) {
  luaL_checkany(L, 1);
  lua_settop(L, 1);
  write_begin(L);
  json_value(L, 1, 0);
  write_end(L);
  return 1;
}

typedef struct { enum arrays arrays; enum recipe_coding coding; bool more; } Query;

/* name=value, with the name as text at `name`. */
static void query_name(lua_State *L, Query *q, int name) {
  size_t n;
  if (q->more) write_char(L, '&');
  q->more = true;
  const char *text = lua_tolstring(L, name, &n);
  write_coded(L, q->coding, text, n);
  write_char(L, '=');
}

static void query_value(lua_State *L, Query *q, int name, int value, int depth);

static void query_list(lua_State *L, Query *q, int name, int value, int depth) {
  lua_Integer count = (lua_Integer)lua_rawlen(L, value);
  if (count == 0) return;
  if (q->arrays == A_COMMA) query_name(L, q, name);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, value, i);
    int item = lua_gettop(L);
    if (q->arrays == A_COMMA) {
      if (i > 1) write_char(L, ',');
      if (!write_scalar(L, item, q->coding)) luaL_error(L, "'%s' is a list of tables: it cannot be sent here", lua_tostring(L, name));
    } else {
      if (q->arrays == A_BRACKETS) lua_pushfstring(L, "%s[]", lua_tostring(L, name));
      else if (q->arrays == A_INDEX) lua_pushfstring(L, "%s[%I]", lua_tostring(L, name), (LUAI_UACINT)(i - 1));
      else lua_pushvalue(L, name);
      query_value(L, q, item + 1, item, depth + 1);
    }
    lua_settop(L, item - 1);
  }
}

static void query_value(lua_State *L, Query *q, int name, int value, int depth) {
  if (lua_type(L, value) != LUA_TTABLE && !(lua_type(L, value) == LUA_TUSERDATA && ordered_test(L, value))) {
    query_name(L, q, name);
    if (!write_scalar(L, value, q->coding)) luaL_error(L, "'%s' is a %s: it cannot be sent here", lua_tostring(L, name), luaL_typename(L, value));
    return;
  }
  luaL_checkstack(L, 16, NULL);
  if (depth > DEPTH) luaL_error(L, "the table is nested too deep to be sent");
  if (is_sequence(L, value)) { query_list(L, q, name, value, depth); return; }
  encode_in_order(L, value);              /* price[gt]=... */
  int t = lua_gettop(L);
  lua_Integer at = 0;
  while (ordered_next(L, t, &at)) {
    int inner = lua_gettop(L);
    lua_pushfstring(L, "%s[%s]", lua_tostring(L, name), lua_tostring(L, inner - 1));
    query_value(L, q, inner + 1, inner, depth + 1);
    lua_settop(L, t);
  }
  lua_settop(L, t - 1);
}

/* With arrays = "json" tables travel as the JSON of them. They are made first, because there is one writer. */
static void tables_to_json(lua_State *L, int t) {
  lua_Integer at = 0;
  ordered_push(L);
  int copy = lua_gettop(L);
  while (ordered_next(L, t, &at)) {
    int value = lua_gettop(L);
    if (lua_istable(L, value) || (lua_type(L, value) == LUA_TUSERDATA && ordered_test(L, value))) {
      lua_pushcfunction(L, encode_json);
      lua_pushvalue(L, value);
      lua_call(L, 1, 1);
      lua_replace(L, value);
    }
    lua_settable(L, copy);
  }
  lua_replace(L, t);
}

static int encode_pairs(lua_State *L, enum recipe_coding coding) {
  Query q = { .arrays = (enum arrays)luaL_checkoption(L, 2, "repeat", array_names), .coding = coding };
  lua_settop(L, 1);
  if (!encode_in_order(L, 1)) return luaL_typeerror(L, 1, "table");
  if (q.arrays == A_JSON) tables_to_json(L, 2);
  lua_Integer count = ordered_count(L, 2);
  ordered_push_list(L, 2);
  write_begin(L);
  for (lua_Integer i = 1; i <= 2 * count; i += 2) {
    lua_rawgeti(L, 3, i);
    lua_rawgeti(L, 3, i + 1);
    query_value(L, &q, 4, 5, 0);
    lua_settop(L, 3);
  }
  write_end(L);
  return 1;
}

static int l_encode_query(lua_State *L) { return encode_pairs(L, C_URLENCODE); }
static int l_encode_form(lua_State *L) { return encode_pairs(L, C_FORMENCODE); }

/* Expects sorted() in the table on top. */
void encode_open(lua_State *L) {
  static const luaL_Reg functions[] = { { "encode_query", l_encode_query }, { "encode_form", l_encode_form }, { "encode_json", encode_json },
    { NULL, NULL } };
  lua_getfield(L, -1, "sorted");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &sorted_key);
  luaL_setfuncs(L, functions, 0);
}
