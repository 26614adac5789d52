/* The same call again. Most strategies ask for the same book or ticker a million times, and what is sent for it is the same each time: then the request is
 * not made anew from the adapter's table, the packed one goes out as it is, and only the reply is looked at. Kept are requests of public methods without
 * params that depend on their arguments alone (host/lua/endpoint.lua says which), until the market list is read anew. */
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "wire/pack.h"
#include "worker/venue_repeat.h"
#include "worker/worker_internal.h"

#define PAYLOAD_MAX 4096

/* fields: of the request's map, without its head and without the number of the call. ref: in the adapter's state, what endpoint.again takes. */
struct Repeat { RepeatKey key; char *fields; size_t len, n; int ref; };

static bool put(RepeatKey *k, const void *bytes, size_t n) {
  if (n > sizeof k->bytes - k->len) return false;
  memcpy(k->bytes + k->len, bytes, n);
  k->len += n;
  return true;
}

static bool put_argument(RepeatKey *k, lua_State *L, int idx) {
  const char type = (char)(lua_type(L, idx) * 2 + lua_isinteger(L, idx));
  if (!put(k, &type, 1)) return false;
  switch (lua_type(L, idx)) {
    case LUA_TNIL: return true;
    case LUA_TBOOLEAN: {
      const char yes = (char)lua_toboolean(L, idx);
      return put(k, &yes, 1);
    }
    case LUA_TNUMBER: {
      lua_Integer i = lua_tointeger(L, idx);
      lua_Number x = lua_tonumber(L, idx);
      return lua_isinteger(L, idx) ? put(k, &i, sizeof i) : put(k, &x, sizeof x);
    }
    case LUA_TSTRING: {
      size_t n;
      const char *s = lua_tolstring(L, idx, &n);
      return put(k, &n, sizeof n) && put(k, s, n);
    }
    default: return false;
  }
}

void repeat_key(RepeatKey *k, lua_State *L, const char *method, int first, int n) {
  k->len = 0;
  bool ok = lua_isnil(L, first + n) && put(k, method, strlen(method) + 1);
  for (int i = 0; ok && i < n; i++) ok = put_argument(k, L, first + i);
  if (!ok) k->len = 0;
}

static Repeat **place(Venue *v, const RepeatKey *k) {
  uint32_t h = 2166136261u;
  for (size_t i = 0; i < k->len; i++) h = (h ^ (unsigned char)k->bytes[i]) * 16777619u;
  return &v->repeats[(h ^ h >> 15) % REPEATS];
}

Repeat *repeat_find(Venue *v, const RepeatKey *k) {
  Repeat *r = k->len ? *place(v, k) : NULL;
  return r && r->key.len == k->len && !memcmp(r->key.bytes, k->bytes, k->len) ? r : NULL;
}

void repeat_push(lua_State *L, const Repeat *r) { lua_rawgeti(L, LUA_REGISTRYINDEX, r->ref); }

void repeat_pack(const Repeat *r, uint32_t number, msgpack_sbuffer *out) {
  msgpack_packer pk;
  msgpack_packer_init(&pk, out, msgpack_sbuffer_write);
  pack_map(&pk, r->n + (number > 0));
  if (number) pack_key_int(&pk, "call", number);
  msgpack_sbuffer_write(out, r->fields, r->len);
}

static void drop(Venue *v, Repeat **at) {
  if (!*at) return;
  luaL_unref(v->L, LUA_REGISTRYINDEX, (*at)->ref);
  free((*at)->fields);
  free(*at);
  *at = NULL;
}

void repeat_forget(Venue *v) {
  for (size_t i = 0; i < REPEATS; i++) drop(v, &v->repeats[i]);
}

void repeat_sent(Call *c, const char *fields, size_t len, size_t n) {
  repeat_let_go(c);
  if (!c->key.len || len > PAYLOAD_MAX || !(c->fields = malloc(len + 1))) return;
  memcpy(c->fields, fields, len);
  c->fields_len = len;
  c->n_fields = n;
}

void repeat_let_go(Call *c) {
  free(c->fields);
  c->fields = NULL;
}

void repeat_keep(Call *c, int idx) {
  Venue *v = c->venue;
  Repeat **at = place(v, &c->key), *r;
  if (c->sent != 1 || !c->fields || !(r = malloc(sizeof *r))) return;
  drop(v, at);
  lua_pushvalue(c->co, idx);
  *r = (Repeat){ .key = c->key, .fields = c->fields, .len = c->fields_len, .n = c->n_fields, .ref = luaL_ref(c->co, LUA_REGISTRYINDEX) };
  c->fields = NULL;
  *at = r;
}
