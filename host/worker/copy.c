#include "worker/copy.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "wire/message.h"
#include "worker/book.h"
#include "worker/sealed.h"
#include "worker/value.h"
#include "worker/view.h"

#define NODES_MAX (4u << 20)       /* values in one copy: a few shared tables can look like billions */
#define PACKED_NODES_MAX (1u << 20)      /* values in a message: packing them takes a tenth of a second */
#define PACKED_MAX (16u << 20)     /* bytes of a message: its buffer is not of the script's memory */

typedef struct {
  char *err; size_t errlen;
  unsigned nodes;
  size_t packed;
} Copy;

static bool refuse(Copy *c, const char *what) {
  snprintf(c->err, c->errlen, ": %s", what);
  return false;
}

/* Puts ".key" (or "[3]") of the table in front of where the error is. */
static bool refuse_below(Copy *c, lua_State *L, int key) {
  char below[256], step[80];
  snprintf(below, sizeof below, "%s", c->err);
  if (lua_type(L, key) == LUA_TSTRING) snprintf(step, sizeof step, ".%.60s", lua_tostring(L, key));
  else if (lua_isinteger(L, key)) snprintf(step, sizeof step, "[%lld]", (long long)lua_tointeger(L, key));
  else snprintf(step, sizeof step, "[a %s]", lua_typename(L, lua_type(L, key)));
  snprintf(c->err, c->errlen, "%s%s", step, below);
  return false;
}

static bool outcome(Copy *c, bool ok) {
  if (ok) return true;
  char at[300];
  snprintf(at, sizeof at, "%s", c->err);
  if (at[0] == ':') snprintf(c->err, c->errlen, "%s", at + 2);
  else snprintf(c->err, c->errlen, "at %s", at);
  return false;
}

static bool key_ok(lua_State *L, int idx) {
  int t = lua_type(L, idx);
  return t == LUA_TSTRING || t == LUA_TNUMBER || t == LUA_TBOOLEAN;
}

/* ---- host userdata that stands for plain data ---- */

static int plain(lua_State *L) {
  JsonDoc *doc;
  uint32_t node;
  if (view_test(L, 1, &doc, &node)) view_plain(L, doc, node, WIRE_DEPTH, false);
  else book_plain(L, 1);
  return 1;
}

static bool stands_for_table(lua_State *L, int idx) {
  JsonDoc *doc;
  uint32_t node;
  return lua_type(L, idx) == LUA_TUSERDATA && (view_test(L, idx, &doc, &node) || book_test(L, idx));
}

static bool push_plain(Copy *c, lua_State *L, int idx) {
  idx = lua_absindex(L, idx);
  lua_pushcfunction(L, plain);
  lua_pushvalue(L, idx);
  if (lua_pcall(L, 1, 1, 0) == LUA_OK) return true;
  const char *why = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "cannot be read";
  refuse(c, why);
  lua_pop(L, 1);
  return false;
}

static const char *name_of(lua_State *L, int idx) {
  switch (lua_type(L, idx)) {
    case LUA_TFUNCTION: return "a function is no data";
    case LUA_TTHREAD: return "a coroutine is no data";
    case LUA_TUSERDATA: return sealed_test(L, idx, &(size_t){ 0 }) ? "a sealed value is no data" : "an object of the host is no data";
    case LUA_TLIGHTUSERDATA: return "a JSON null (leave the field out)";
    default: return lua_typename(L, lua_type(L, idx));
  }
}

/* ---- state to state ---- */

static bool copy_table(Copy *c, lua_State *from, int idx, lua_State *to, int depth);

static bool copy_one(Copy *c, lua_State *from, int idx, lua_State *to, int depth) {
  if (++c->nodes > NODES_MAX) return refuse(c, "too many values");
  size_t n;
  switch (lua_type(from, idx)) {
    case LUA_TNIL: lua_pushnil(to); return true;
    case LUA_TBOOLEAN: lua_pushboolean(to, lua_toboolean(from, idx)); return true;
    case LUA_TNUMBER:
      if (lua_isinteger(from, idx)) lua_pushinteger(to, lua_tointeger(from, idx));
      else lua_pushnumber(to, lua_tonumber(from, idx));
      return true;
    case LUA_TSTRING: {
      const char *s = lua_tolstring(from, idx, &n);
      lua_pushlstring(to, s, n);
      return true;
    }
    case LUA_TTABLE: return copy_table(c, from, idx, to, depth);
    default: break;
  }
  if (!stands_for_table(from, idx)) return refuse(c, name_of(from, idx));
  if (!push_plain(c, from, idx)) return false;
  bool ok = copy_one(c, from, lua_gettop(from), to, depth);
  lua_pop(from, 1);
  return ok;
}

static bool copy_table(Copy *c, lua_State *from, int idx, lua_State *to, int depth) {
  if (depth >= WIRE_DEPTH) return refuse(c, "nested too deep, or a table that holds itself");
  if (!lua_checkstack(from, 6) || !lua_checkstack(to, 6)) return refuse(c, "out of stack");
  size_t list = lua_rawlen(from, idx);
  lua_createtable(to, list < 65536 ? (int)list : 0, 0);
  lua_pushnil(from);
  while (lua_next(from, idx)) {
    int top = lua_gettop(from);
    if (!key_ok(from, top - 1)) { lua_pop(to, 1); lua_pop(from, 2); return refuse(c, "a key that is not text or a number"); }
    bool key = copy_one(c, from, top - 1, to, depth + 1);
    if (!key || !copy_one(c, from, top, to, depth + 1)) {
      refuse_below(c, from, top - 1);
      lua_pop(to, key ? 2 : 1);
      lua_pop(from, 2);
      return false;
    }
    lua_rawset(to, -3);
    lua_pop(from, 1);
  }
  return true;
}

bool copy_value(lua_State *from, int idx, lua_State *to, char *err, size_t errlen) {
  Copy c = { .err = err, .errlen = errlen };
  if (!lua_checkstack(from, 8) || !lua_checkstack(to, 8)) return refuse(&c, "out of stack"), outcome(&c, false);
  return outcome(&c, copy_one(&c, from, lua_absindex(from, idx), to, 0));
}

/* ---- to a message ---- */

static bool pack_table(Copy *c, lua_State *L, int idx, msgpack_packer *pk, int depth);

static bool pack_room(Copy *c, size_t n) {
  c->packed += n;
  return c->packed <= PACKED_MAX || refuse(c, "more than 16 MiB in all");
}

static bool pack_one(Copy *c, lua_State *L, int idx, msgpack_packer *pk, int depth) {
  if (++c->nodes > PACKED_NODES_MAX) return refuse(c, "too many values");
  size_t n;
  const char *s;
  if (!pack_room(c, lua_type(L, idx) == LUA_TNUMBER ? 9 : 1)) return false;
  switch (lua_type(L, idx)) {
    case LUA_TNIL: msgpack_pack_nil(pk); return true;
    case LUA_TBOOLEAN:
      if (lua_toboolean(L, idx)) msgpack_pack_true(pk); else msgpack_pack_false(pk);
      return true;
    case LUA_TNUMBER:
      if (lua_isinteger(L, idx)) msgpack_pack_int64(pk, lua_tointeger(L, idx));
      else msgpack_pack_double(pk, lua_tonumber(L, idx));
      return true;
    case LUA_TSTRING:
      s = lua_tolstring(L, idx, &n);
      if (!pack_room(c, n)) return false;
      msgpack_pack_str(pk, n);
      return msgpack_pack_str_body(pk, s, n) == 0 || refuse(c, "out of memory");
    case LUA_TTABLE: return pack_table(c, L, idx, pk, depth);
    case LUA_TUSERDATA:
      if ((s = sealed_test(L, idx, &n))) {
        if (!pack_room(c, n)) return false;
        msgpack_pack_ext(pk, n, WIRE_RECIPE_EXT);
        return msgpack_pack_ext_body(pk, s, n) == 0 || refuse(c, "out of memory");
      }
      break;
    default: break;
  }
  if (!stands_for_table(L, idx)) return refuse(c, name_of(L, idx));
  if (!push_plain(c, L, idx)) return false;
  bool ok = pack_one(c, L, lua_gettop(L), pk, depth);
  lua_pop(L, 1);
  return ok;
}

/* Keys exactly 1..n make an array; anything else, the empty table too, a map. */
static bool pack_table(Copy *c, lua_State *L, int idx, msgpack_packer *pk, int depth) {
  if (depth >= WIRE_DEPTH) return refuse(c, "nested too deep, or a table that holds itself");
  if (!lua_checkstack(L, 6)) return refuse(c, "out of stack");
  size_t keys;
  bool list = table_is_list(L, idx, &keys);
  if (keys > PACKED_NODES_MAX) return refuse(c, "too many values");
  if (list && keys > 0) {
    msgpack_pack_array(pk, keys);
    for (size_t i = 1; i <= keys; i++) {
      lua_rawgeti(L, idx, (lua_Integer)i);
      bool ok = pack_one(c, L, lua_gettop(L), pk, depth + 1);
      lua_pop(L, 1);
      if (!ok) {
        lua_pushinteger(L, (lua_Integer)i);
        refuse_below(c, L, -1);
        lua_pop(L, 1);
        return false;
      }
    }
    return true;
  }
  msgpack_pack_map(pk, keys);
  lua_pushnil(L);
  while (lua_next(L, idx)) {
    int top = lua_gettop(L);
    if (!key_ok(L, top - 1)) { lua_pop(L, 2); return refuse(c, "a key that is not text or a number"); }
    if (!pack_one(c, L, top - 1, pk, depth + 1) || !pack_one(c, L, top, pk, depth + 1)) {
      refuse_below(c, L, top - 1);
      lua_pop(L, 2);
      return false;
    }
    lua_pop(L, 1);
  }
  return true;
}

bool copy_pack(lua_State *from, int idx, msgpack_packer *pk, char *err, size_t errlen) {
  Copy c = { .err = err, .errlen = errlen };
  if (!lua_checkstack(from, 8)) return refuse(&c, "out of stack"), outcome(&c, false);
  return outcome(&c, pack_one(&c, from, lua_absindex(from, idx), pk, 0));
}

/* ---- from a message ---- */

static bool unpack_one(Copy *c, lua_State *L, const msgpack_object *o, int depth) {
  if (++c->nodes > NODES_MAX) return refuse(c, "too many values");
  if (depth > WIRE_DEPTH + 4) return refuse(c, "nested too deep");
  if (!lua_checkstack(L, 6)) return refuse(c, "out of stack");
  switch (o->type) {
    case MSGPACK_OBJECT_NIL: lua_pushnil(L); return true;
    case MSGPACK_OBJECT_BOOLEAN: lua_pushboolean(L, o->via.boolean); return true;
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
      if (o->via.u64 <= INT64_MAX) lua_pushinteger(L, (lua_Integer)o->via.u64);
      else lua_pushnumber(L, (lua_Number)o->via.u64);
      return true;
    case MSGPACK_OBJECT_NEGATIVE_INTEGER: lua_pushinteger(L, o->via.i64); return true;
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64: lua_pushnumber(L, o->via.f64); return true;
    case MSGPACK_OBJECT_STR: lua_pushlstring(L, o->via.str.size ? o->via.str.ptr : "", o->via.str.size); return true;
    case MSGPACK_OBJECT_BIN: lua_pushlstring(L, o->via.bin.size ? o->via.bin.ptr : "", o->via.bin.size); return true;
    case MSGPACK_OBJECT_ARRAY:
      lua_createtable(L, o->via.array.size < 65536 ? (int)o->via.array.size : 0, 0);
      for (uint32_t i = 0; i < o->via.array.size; i++) {
        if (!unpack_one(c, L, &o->via.array.ptr[i], depth + 1)) { lua_pop(L, 1); return false; }
        lua_rawseti(L, -2, (lua_Integer)i + 1);
      }
      return true;
    case MSGPACK_OBJECT_MAP:
      lua_createtable(L, 0, o->via.map.size < 65536 ? (int)o->via.map.size : 0);
      for (uint32_t i = 0; i < o->via.map.size; i++) {
        const msgpack_object *k = &o->via.map.ptr[i].key;
        bool nan_key = (k->type == MSGPACK_OBJECT_FLOAT64 || k->type == MSGPACK_OBJECT_FLOAT32) && isnan(k->via.f64);
        if (k->type == MSGPACK_OBJECT_NIL || k->type == MSGPACK_OBJECT_MAP || k->type == MSGPACK_OBJECT_ARRAY || nan_key) {
          lua_pop(L, 1);
          return refuse(c, "a key that is not text or a number");
        }
        if (!unpack_one(c, L, k, depth + 1)) { lua_pop(L, 1); return false; }
        if (!unpack_one(c, L, &o->via.map.ptr[i].val, depth + 1)) { lua_pop(L, 2); return false; }
        lua_rawset(L, -3);
      }
      return true;
    default: return refuse(c, "a value of an unknown kind");
  }
}

bool copy_unpack(lua_State *to, const msgpack_object *o, char *err, size_t errlen) {
  Copy c = { .err = err, .errlen = errlen };
  return outcome(&c, unpack_one(&c, to, o, 0));
}
