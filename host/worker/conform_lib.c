/* A venue on a script: requests are signed with the vector's test keys and kept, replies come from a list. The way from method to request
 * and from reply to result is the same as live. */
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "wire/message.h"
#include "wire/pack.h"
#include "worker/adapter_lib.h"
#include "worker/copy.h"
#include "worker/instant.h"
#include "worker/json.h"
#include "worker/schema.h"
#include "worker/venue.h"
#include "worker/venue_internal.h"
#include "worker/view.h"

/* preset(handle, { credentials, clock_ms, markets, currencies }): markets and currencies as finished tables; nil leaves the list empty */
static int l_preset(lua_State *L) {
  Venue *v = venue_at(L, 1);
  char err[200];
  luaL_checktype(L, 2, LUA_TTABLE);
  v->scripted = true;
  lua_getfield(L, 2, "clock_ms");
  v->clock_ms = luaL_checkinteger(L, -1);
  if (v->conform_ref != LUA_NOREF) luaL_unref(v->L, LUA_REGISTRYINDEX, v->conform_ref);
  lua_createtable(v->L, 0, 5);
  static const char *const fields[] = { "credentials", "clock_ms", NULL };
  for (const char *const *f = fields; *f; f++) {
    lua_getfield(L, 2, *f);
    if (!copy_value(L, -1, v->L, err, sizeof err)) return luaL_error(L, "%s: %s", *f, err);
    lua_setfield(v->L, -2, *f);
  }
  v->conform_ref = luaL_ref(v->L, LUA_REGISTRYINDEX);
  if (lua_getfield(L, 2, "markets") == LUA_TTABLE && !market_store_load(v->markets, L, -1, err, sizeof err))
    return luaL_error(L, "markets: %s", err);
  if (lua_getfield(L, 2, "currencies") == LUA_TTABLE && !market_store_load_currencies(v->markets, L, -1, err, sizeof err))
    return luaL_error(L, "currencies: %s", err);
  return 0;
}

/* script(handle, replies, repeat): replies = list of { url, status, body }; with repeat the last one answers all further requests. Each request
 * that sent(handle) gives has the number of its reply. */
static int l_script(lua_State *L) {
  Venue *v = venue_at(L, 1);
  char err[200];
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_rawgeti(v->L, LUA_REGISTRYINDEX, v->conform_ref);
  if (!copy_value(L, 2, v->L, err, sizeof err)) { lua_pop(v->L, 1); return luaL_error(L, "%s", err); }
  lua_setfield(v->L, -2, "replies");
  lua_pushboolean(v->L, lua_toboolean(L, 3));
  lua_setfield(v->L, -2, "repeat");
  lua_newtable(v->L);
  lua_setfield(v->L, -2, "sent");
  lua_pop(v->L, 1);
  return 0;
}

static int l_sent(lua_State *L) {
  Venue *v = venue_at(L, 1);
  char err[200];
  lua_rawgeti(v->L, LUA_REGISTRYINDEX, v->conform_ref);
  lua_getfield(v->L, -1, "sent");
  bool ok = copy_value(v->L, -1, L, err, sizeof err);
  lua_pop(v->L, 2);
  return ok ? 1 : luaL_error(L, "%s", err);
}

/* json(text) -> view or scalar; nil and why when it is no JSON */
static int l_json(lua_State *L) {
  size_t n;
  char err[160];
  const char *text = luaL_checklstring(L, 1, &n);
  char *copy = malloc(n + 64);
  if (!copy) return luaL_error(L, "out of memory");
  memcpy(copy, text, n);
  memset(copy + n, 0, 64);
  JsonDoc *doc = json_parse(copy, n, err, sizeof err);
  if (!doc) {
    lua_pushnil(L);
    lua_pushstring(L, err);
    return 2;
  }
  view_push(L, doc, 0);
  json_unref(doc);
  return 1;
}

/* plain(view): Lua tables with Lua numbers, nulls absent */
static int l_plain(lua_State *L) {
  JsonDoc *doc;
  uint32_t node;
  if (!view_test(L, 1, &doc, &node)) { lua_settop(L, 1); return 1; }
  view_numbers(L, doc, node);
  return 1;
}

/* plain_at(view, i): the same for the i-th element of a list; nil for null and beyond its end */
static int l_plain_at(lua_State *L) {
  JsonDoc *doc;
  uint32_t node;
  if (!view_test(L, 1, &doc, &node)) return luaL_error(L, "expected a view");
  node = json_at(doc, node, luaL_checkinteger(L, 2));
  if (node == JSON_NONE) lua_pushnil(L);
  else view_numbers(L, doc, node);
  return 1;
}

/* kind(view, key): "null" | "absent" | "boolean" | "number" | "string" | "array" | "object" of a member; key nil: of the view itself */
static int l_kind(lua_State *L) {
  static const char *const names[] = { "null", "boolean", "boolean", "number", "string", "array", "object" };
  JsonDoc *doc;
  uint32_t node;
  if (!view_test(L, 1, &doc, &node)) return luaL_error(L, "expected a view");
  if (!lua_isnoneornil(L, 2)) {
    size_t n;
    if (lua_isinteger(L, 2)) node = json_at(doc, node, lua_tointeger(L, 2));
    else {
      const char *key = luaL_checklstring(L, 2, &n);
      node = json_get(doc, node, key, n);
    }
  }
  lua_pushstring(L, node == JSON_NONE ? "absent" : names[doc->nodes[node].type]);
  return 1;
}

/* is_field(name) -> does any unified structure have a field of that name? */
static int l_is_field(lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  bool found = false;
  for (int id = 0; id < SCHEMA_COUNT && !found; id++) {
    const Schema *s = schema_of((enum schema_id)id);
    for (int i = 0; i < s->nkeys && !found; i++) found = strcmp(s->keys[i], name) == 0;
  }
  lua_pushboolean(L, found);
  return 1;
}

/* instant(text) -> ms of a time in ISO 8601; nil when it is none */
static int l_instant(lua_State *L) {
  size_t n;
  int64_t ms;
  const char *text = luaL_checklstring(L, 1, &n);
  if (instant_parse_iso(text, n, &ms)) lua_pushinteger(L, ms);
  else lua_pushnil(L);
  return 1;
}

/* Scheme and host, path, without the query. */
static size_t path_length(const char *url) { return strcspn(url, "?"); }

/* Which of the recorded replies answers this request: the first one not taken that was for its URL, or for its path; else the next in turn. Calls that go
 * out together were recorded in any order. On the stack at `replies`: the list, each with its url; 0: none is left. */
static lua_Integer choose_reply(lua_State *co, int replies, const char *url, bool again) {
  lua_Integer n = (lua_Integer)lua_rawlen(co, replies), by_path = 0, next = 0;
  size_t path = url ? path_length(url) : 0;
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(co, replies, i);
    lua_getfield(co, -1, "taken");
    lua_getfield(co, -2, "url");
    bool taken = lua_toboolean(co, -2);
    const char *own = lua_tostring(co, -1);
    bool same_path = url && own && path_length(own) == path && strncmp(own, url, path) == 0;
    bool same = same_path && strcmp(own, url) == 0;
    lua_pop(co, 3);
    if (taken) continue;
    if (same) return i;
    if (same_path && !by_path) by_path = i;
    if (!next) next = i;
  }
  if (!next) return again ? n : 0;
  return by_path ? by_path : next;
}

bool venue_scripted_reply(Venue *v, lua_State *co, const msgpack_object *signed_request, bool whole_text) {
  char err[128];
  int top = lua_gettop(co);
  lua_rawgeti(co, LUA_REGISTRYINDEX, v->conform_ref);
  int t = lua_gettop(co);
  lua_getfield(co, t, "sent");
  lua_Integer nth = (lua_Integer)lua_rawlen(co, -1) + 1;
  if (!copy_unpack(co, signed_request, err, sizeof err)) { lua_settop(co, top); return false; }
  lua_pushvalue(co, -1);
  lua_rawseti(co, -3, nth);
  int request = lua_gettop(co);
  lua_getfield(co, request, "url");
  lua_getfield(co, t, "repeat");
  lua_getfield(co, t, "replies");
  lua_Integer i = choose_reply(co, lua_gettop(co), lua_tostring(co, -3), lua_toboolean(co, -2));
  if (i < 1) { lua_settop(co, top); return false; }
  lua_pushinteger(co, i);
  lua_setfield(co, request, "reply");
  lua_rawgeti(co, -1, i);
  lua_pushboolean(co, 1);
  lua_setfield(co, -2, "taken");
  lua_getfield(co, -1, "status");
  lua_getfield(co, -2, "body");
  size_t len;
  const char *body = lua_tolstring(co, -1, &len);
  venue_push_reply(co, lua_tointeger(co, -2), body ? body : "", body ? len : 0, v->clock_ms, whole_text, NULL);
  lua_rotate(co, top + 1, VENUE_REPLY);
  lua_settop(co, top + VENUE_REPLY);
  return true;
}

static const luaL_Reg conform[] = {
  { "preset", l_preset }, { "script", l_script }, { "sent", l_sent }, { "json", l_json }, { "plain", l_plain }, { "plain_at", l_plain_at },
  { "kind", l_kind }, { "is_field", l_is_field }, { "instant", l_instant },
  { NULL, NULL }
};

void venue_open_conform(lua_State *L) {
  luaL_newlib(L, conform);
}
