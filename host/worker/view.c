#include "worker/view.h"

#include <lauxlib.h>

#include "wire/decimal.h"

static const char view_key = 0;   /* its address names the metatable in the registry: no script can reach it by a name */
static const char docs_key = 0;   /* registry: document -> its holder, weak */

/* Keeps a document for all its views, which have it as their user value. Only holders are finalized: with a finalizer for each
 * of 2,000 views, 2,000 tickers took 3,249 samples of a profile of both processes in place of 2,258. */
typedef struct { JsonDoc *doc; size_t views; } Holder;

typedef struct {
  Holder *holder;
  uint32_t node;
  uint32_t at_index, at_node;     /* the element that was looked at last: walking a list costs one step an element */
} View;

static View *view_of_any(lua_State *L, int idx) {
  View *v = lua_touserdata(L, idx);
  if (!v || !lua_checkstack(L, 2) || !lua_getmetatable(L, idx)) return NULL;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &view_key);
  bool same = lua_rawequal(L, -1, -2);
  lua_pop(L, 2);
  return same && v->holder ? v : NULL;
}

/* What is looked at: the node as it is in the text, its children, or all that is in it. */
enum look { LOOK_NODE, LOOK_CHILDREN, LOOK_ALL };

/* Of a hollow document (json_stream_drop) children of one list are missing. */
static bool is_there(const JsonDoc *d, uint32_t node, enum look look) {
  if (!d->nodes || !d->hollow || look == LOOK_NODE) return d->nodes != NULL;
  return node != d->list && (look == LOOK_CHILDREN || node > d->list || json_next(d->nodes, node) <= d->list);
}

static View *view_at(lua_State *L, int idx, enum look look) {
  View *v = view_of_any(L, idx);
  if (!v || !v->holder->doc) return NULL;                    /* no document: it was let go of */
  if (is_there(v->holder->doc, v->node, look)) return v;
  return json_unfold(v->holder->doc) ? v : NULL;             /* no memory for its tape: some who ask are not within a protected call */
}

static View *check_view(lua_State *L, int idx, enum look look) {
  View *v = view_at(L, idx, look), *any = v ? v : view_of_any(L, idx);
  if (!any) luaL_error(L, "expected a reply");
  if (!any->holder->doc) luaL_error(L, "a reply can only be read in the call that asked for it; copy what you need of it");
  if (!v) luaL_error(L, "out of memory");
  return v;
}

static bool view_tell(const View *v, JsonDoc **doc, uint32_t *node) {
  if (v && doc) *doc = v->holder->doc;
  if (v && node) *node = v->node;
  return v != NULL;
}

bool view_test(lua_State *L, int idx, JsonDoc **doc, uint32_t *node) { return view_tell(view_at(L, idx, LOOK_ALL), doc, node); }
bool view_test_hollow(lua_State *L, int idx, JsonDoc **doc, uint32_t *node) { return view_tell(view_at(L, idx, LOOK_NODE), doc, node); }

static void push_text(lua_State *L, const JsonDoc *doc, uint32_t node) {
  const JsonNode *n = &doc->nodes[node];
  if (!n->escaped) {
    lua_pushlstring(L, doc->text + n->start, json_bytes(doc->nodes, node));
    return;
  }
  luaL_Buffer b;                  /* Lua's own memory, so nothing leaks when it runs out */
  char *out = luaL_buffinitsize(L, &b, n->size);
  luaL_pushresultsize(&b, json_unescape(doc, node, out));
}

static Holder *push_holder(lua_State *L, JsonDoc *doc) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &docs_key) != LUA_TTABLE) luaL_error(L, "no views in this state");
  lua_rawgeti(L, -1, doc->id);
  Holder *h = lua_touserdata(L, -1);
  if (h && h->doc == doc) {
    lua_remove(L, -2);
    return h;
  }
  lua_pop(L, 1);
  h = lua_newuserdatauv(L, sizeof *h, 0);
  *h = (Holder){ NULL, 0 };
  lua_rawgetp(L, LUA_REGISTRYINDEX, &view_key);
  lua_getfield(L, -1, "holder");
  lua_setmetatable(L, -3);
  lua_pop(L, 1);
  lua_pushvalue(L, -1);
  lua_rawseti(L, -3, doc->id);
  h->doc = json_ref(doc);         /* after all that can fail */
  lua_remove(L, -2);
  return h;
}

static void push_view(lua_State *L, JsonDoc *doc, uint32_t node) {
  View *v = lua_newuserdatauv(L, sizeof *v, 1);
  *v = (View){ 0 };
  v->holder = push_holder(L, doc);
  v->holder->views++;
  lua_setiuservalue(L, -2, 1);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &view_key);
  lua_setmetatable(L, -2);
  v->node = node;
}

void view_share(lua_State *L, JsonDoc *doc) {
  luaL_checkstack(L, 6, NULL);
  push_holder(L, doc);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &view_key);
}

void view_push_shared(lua_State *L, uint32_t node, int shared) {
  View *v = lua_newuserdatauv(L, sizeof *v, 1);
  *v = (View){ .holder = lua_touserdata(L, shared), .node = node };
  v->holder->views++;
  lua_pushvalue(L, shared);
  lua_setiuservalue(L, -2, 1);
  lua_pushvalue(L, shared + 1);
  lua_setmetatable(L, -2);
}

void view_push(lua_State *L, JsonDoc *doc, uint32_t node) {
  luaL_checkstack(L, 6, NULL);
  if (!doc->nodes && !json_unfold(doc)) luaL_error(L, "out of memory");      /* of a book that keeps its reply */
  if (node >= doc->n) {
    lua_pushnil(L);
    return;
  }
  const JsonNode *n = &doc->nodes[node];
  switch (n->type) {
    case JSON_NULL: lua_pushnil(L); return;
    case JSON_TRUE: case JSON_FALSE: lua_pushboolean(L, n->type == JSON_TRUE); return;
    case JSON_NUMBER: case JSON_STRING: push_text(L, doc, node); return;
    default: push_view(L, doc, node);
  }
}

static uint32_t element(View *v, int64_t i) {
  const JsonDoc *d = v->holder->doc;
  uint32_t count = d->nodes[v->node].size;
  if (i < 0) i += (int64_t)count + 1;
  if (i < 1 || i > count) return JSON_NONE;
  uint32_t index = 1, node = json_first(v->node);
  if (json_flat(d->nodes, v->node)) return node + (uint32_t)i - 1;
  if (v->at_index && v->at_index <= i) {
    index = v->at_index;
    node = v->at_node;
  }
  for (; index < i; index++) node = json_next(d->nodes, node);
  v->at_index = index;
  v->at_node = node;
  return node;
}

static int view_index(lua_State *L) {
  View *v = check_view(L, 1, LOOK_NODE);
  uint32_t node = JSON_NONE;
  bool list = v->holder->doc->nodes[v->node].type == JSON_ARRAY;
  if (!list || lua_isinteger(L, 2)) check_view(L, 1, LOOK_CHILDREN);
  if (list && lua_isinteger(L, 2)) {
    node = element(v, lua_tointeger(L, 2));
  } else if (!list && lua_type(L, 2) == LUA_TSTRING) {
    size_t n;
    const char *key = lua_tolstring(L, 2, &n);
    node = json_get(v->holder->doc, v->node, key, n);
  } else if (!list && lua_isinteger(L, 2)) {
    lua_settop(L, 2);
    size_t n;
    const char *key = lua_tolstring(L, 2, &n);   /* object keys that are numbers */
    node = json_get(v->holder->doc, v->node, key, n);
  }
  if (node == JSON_NONE) return 0;
  view_push(L, v->holder->doc, node);
  return 1;
}

static int view_newindex(lua_State *L) { return luaL_error(L, "a reply is read-only"); }

static int view_len(lua_State *L) {
  View *v = check_view(L, 1, LOOK_NODE);
  lua_pushinteger(L, v->holder->doc->nodes[v->node].size);
  return 1;
}

/* Upvalues: the view, the next node, the index. Nulls are passed over, as a table would not hold them either. */
static int view_next(lua_State *L) {
  View *v = check_view(L, lua_upvalueindex(1), LOOK_CHILDREN);
  const JsonNode *nodes = v->holder->doc->nodes;
  bool object = nodes[v->node].type == JSON_OBJECT;
  uint32_t node = (uint32_t)lua_tointeger(L, lua_upvalueindex(2)), value;
  lua_Integer index = lua_tointeger(L, lua_upvalueindex(3));
  for (;; node = json_next(nodes, value)) {
    if (node >= json_next(nodes, v->node)) return 0;
    value = object ? node + 1 : node;
    index++;
    if (nodes[value].type != JSON_NULL) break;
  }
  lua_pushinteger(L, json_next(nodes, value));
  lua_replace(L, lua_upvalueindex(2));
  lua_pushinteger(L, index);
  lua_replace(L, lua_upvalueindex(3));
  if (object) push_text(L, v->holder->doc, node);
  else lua_pushinteger(L, index);
  view_push(L, v->holder->doc, value);
  return 2;
}

static int view_pairs(lua_State *L) {
  View *v = check_view(L, 1, LOOK_CHILDREN);
  lua_settop(L, 1);
  lua_pushinteger(L, json_first(v->node));
  lua_pushinteger(L, 0);
  lua_pushcclosure(L, view_next, 3);
  return 1;
}

static int view_tostring(lua_State *L) {
  View *v = check_view(L, 1, LOOK_NODE);
  const JsonDoc *d = v->holder->doc;
  lua_pushlstring(L, d->text + d->nodes[v->node].start, json_bytes(d->nodes, v->node));
  return 1;
}

/* No script can reach a holder, so it is one. */
static int holder_gc(lua_State *L) {
  Holder *h = lua_touserdata(L, 1);
  JsonDoc *doc = h->doc;
  h->doc = NULL;
  json_unref(doc);
  return 0;
}

void view_release(lua_State *L, int idx) {
  View *v = view_of_any(L, idx);
  if (!v || !v->holder->doc || v->holder->views > 1) return;      /* somebody may have kept a part of it */
  JsonDoc *doc = v->holder->doc;
  v->holder->doc = NULL;
  json_unref(doc);
}

static const luaL_Reg meta[] = {
  { "__index", view_index },
  { "__newindex", view_newindex },
  { "__len", view_len },
  { "__pairs", view_pairs },
  { "__tostring", view_tostring },
  { NULL, NULL },
};

void view_open(lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &view_key) == LUA_TTABLE) {
    lua_pop(L, 1);
    return;
  }
  lua_pop(L, 1);
  luaL_newlib(L, meta);
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, holder_gc);
  lua_setfield(L, -2, "__gc");
  lua_setfield(L, -2, "holder");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &view_key);
  lua_newtable(L);
  lua_createtable(L, 0, 1);
  lua_pushliteral(L, "v");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &docs_key);
}

/* A Lua integer when it is written as one and fits, else a float; text when beyond the largest float. */
static void push_number(lua_State *L, JsonDoc *doc, uint32_t node) {
  const JsonNode *k = &doc->nodes[node];
  const char *s = doc->text + k->start;
  bool neg = *s == '-', whole = k->size <= 20;
  uint64_t n = 0;
  for (uint32_t i = neg; i < k->size && whole; i++) {
    unsigned c = (unsigned char)s[i] - (unsigned)'0';
    whole = c < 10 && !__builtin_mul_overflow(n, (uint64_t)10, &n) && !__builtin_add_overflow(n, (uint64_t)c, &n);
  }
  double x;
  if (whole && n <= (uint64_t)INT64_MAX + neg) lua_pushinteger(L, (lua_Integer)(neg ? 0 - n : n));
  else if (dec_read_double(s, k->size, &x)) lua_pushnumber(L, x);
  else push_text(L, doc, node);
}

void view_plain(lua_State *L, JsonDoc *doc, uint32_t node, int depth, bool numbers) {
  luaL_checkstack(L, 6, "nested too deep");
  if (node >= doc->n) {
    lua_pushnil(L);
    return;
  }
  const JsonNode *n = &doc->nodes[node];
  if (n->type == JSON_NUMBER && numbers) {
    push_number(L, doc, node);
    return;
  }
  if (n->type != JSON_ARRAY && n->type != JSON_OBJECT) {
    view_push(L, doc, node);
    return;
  }
  if (depth <= 0) luaL_error(L, "the data is nested too deep");
  bool list = n->type == JSON_ARRAY;
  lua_createtable(L, list ? (int)n->size : 0, list ? 0 : (int)n->size);
  lua_Integer i = 0;
  for (uint32_t at = json_first(node), end = json_next(doc->nodes, node), value; at < end; at = json_next(doc->nodes, value)) {
    value = list ? at : at + 1;
    if (list) {
      view_plain(L, doc, value, depth - 1, numbers);
      lua_rawseti(L, -2, ++i);
      continue;
    }
    push_text(L, doc, at);
    lua_pushvalue(L, -1);
    if (lua_rawget(L, -3) != LUA_TNIL) {       /* of keys that repeat the first one counts, as in json_get */
      lua_pop(L, 2);
      continue;
    }
    lua_pop(L, 1);
    view_plain(L, doc, value, depth - 1, numbers);
    lua_rawset(L, -3);
  }
}

void view_numbers(lua_State *L, JsonDoc *doc, uint32_t node) { view_plain(L, doc, node, JSON_DEPTH, true); }
