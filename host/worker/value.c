#include "worker/value.h"

#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/packed.h"
#include "worker/view.h"

/* ---- memory of one run ---- */

#define CHUNK_SIZE (64u << 10)

struct ArenaChunk { ArenaChunk *next; size_t size; };

static ArenaChunk *spare;    /* one chunk is kept from run to run */

void *arena_alloc(Arena *a, size_t n) {
  n = (n + 15) & ~(size_t)15;
  if ((size_t)(a->end - a->at) >= n) {
    void *p = a->at;
    a->at += n;
    return p;
  }
  size_t head = (sizeof(ArenaChunk) + 15) & ~(size_t)15;
  size_t usual = a->chunk ? a->chunk : CHUNK_SIZE;
  size_t size = head + n > usual ? head + n : usual;
  ArenaChunk *c = NULL;
  if (size == CHUNK_SIZE && spare) {
    c = spare;
    spare = NULL;
  } else if (n < SIZE_MAX / 2) {
    c = malloc(size);
  }
  if (!c) {
    luaL_error(a->L, "out of memory");
    return NULL;
  }
  c->size = size;
  c->next = a->chunks;
  a->chunks = c;
  char *p = (char *)c + head;
  if (size > usual) return p;    /* alone in its chunk; the one in use goes on being filled */
  a->at = p + n;
  a->end = (char *)c + size;
  return p;
}

char *arena_text(Arena *a, const char *s, size_t n) {
  char *p = arena_alloc(a, n + 1);
  if (n) memcpy(p, s, n);
  p[n] = 0;
  return p;
}

void arena_keep(Arena *a, JsonDoc *doc) {
  if (a->docs && a->docs->doc == doc) return;
  ArenaDoc *d = arena_alloc(a, sizeof *d);
  d->doc = json_ref(doc);
  d->next = a->docs;
  a->docs = d;
}

void arena_free(Arena *a) {
  for (ArenaDoc *d = a->docs; d; d = d->next) json_unref(d->doc);
  a->docs = NULL;
  while (a->chunks) {
    ArenaChunk *next = a->chunks->next;
    if (!spare && a->chunks->size == CHUNK_SIZE) spare = a->chunks;
    else free(a->chunks);
    a->chunks = next;
  }
  a->at = a->end = NULL;
}

/* ---- values ---- */

Value value_text(const char *s, size_t n) {
  Value v = value_none();
  if (n == 0) return v;
  v.kind = V_TEXT;
  v.s = s;
  v.n = n;
  return v;
}

/* Room first: a scratch buffer must not be lost to a raised error. Unescaped text is never longer than what it came from. */
static Value text_of_escaped(Arena *a, JsonDoc *doc, uint32_t node) {
  char *copy = arena_alloc(a, (size_t)doc->nodes[node].size + 1);
  JsonScratch scratch = { NULL, 0, 0 };
  size_t n = 0;
  const char *s = json_text(doc, node, &scratch, &n);
  if (s && n <= doc->nodes[node].size) memcpy(copy, s, n);
  free(scratch.p);
  if (!s || n > doc->nodes[node].size) luaL_error(a->L, "out of memory");
  return value_text(copy, n);
}

Value value_of_node(Arena *a, JsonDoc *doc, uint32_t node) {
  const JsonNode *k = &doc->nodes[node];
  Value v;
  v.kind = V_NONE;
  v.b = false;
  v.node = node;
  switch ((enum json_type)k->type) {
    case JSON_NULL: v.s = NULL; v.n = 0; return v;
    case JSON_FALSE: case JSON_TRUE: v.kind = V_BOOL; v.b = k->type == JSON_TRUE; v.s = NULL; v.n = 0; return v;
    case JSON_STRING:
      if (k->escaped) { v = text_of_escaped(a, doc, node); v.node = node; return v; }
      v.kind = k->size ? V_TEXT : V_NONE;
      v.s = doc->text + k->start;
      v.n = k->size;
      return v;
    case JSON_NUMBER: v.kind = V_NUMBER; v.s = doc->text + k->start; v.n = k->size; return v;
    case JSON_ARRAY: case JSON_OBJECT: v.kind = V_NODE; v.n = 0; v.doc = doc; return v;
  }
  v.s = NULL;
  v.n = 0;
  return v;
}

/* rawlen is a border: keys 3, "a" and "b" may have it at 3 too. */
bool table_is_list(lua_State *L, int idx, size_t *n) {
  size_t len = lua_rawlen(L, idx), places = 0;
  *n = 0;
  for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1)) {
    ++*n;
    places += lua_isinteger(L, -2) && (lua_Unsigned)lua_tointeger(L, -2) - 1 < len;
  }
  return *n == len && places == len;
}

typedef struct { Arena *a; lua_State *L; size_t nodes; } Taker;

static Value take(Taker *t, int idx, int depth);

static Value take_table(Taker *t, int idx, int depth) {
  lua_State *L = t->L;
  Arena *a = t->a;
  if (depth >= TREE_DEPTH) luaL_error(L, "tables nested deeper than %d", TREE_DEPTH);
  luaL_checkstack(L, 6, "tables nested too deep");
  size_t count;
  bool list = table_is_list(L, idx, &count);
  t->nodes += count;
  if (t->nodes > TREE_NODES) luaL_error(L, "a table that is too large");
  Tree *tree = arena_alloc(a, sizeof *tree);
  tree->list = list;                /* an empty table is an empty list */
  tree->n = 0;
  tree->items = arena_alloc(a, (count ? count : 1) * sizeof *tree->items);
  if (tree->list) {
    for (size_t i = 1; i <= count; i++) {
      lua_rawgeti(L, idx, (lua_Integer)i);
      TreeItem *item = &tree->items[tree->n++];
      item->key = NULL;
      item->klen = 0;
      item->v = take(t, lua_gettop(L), depth + 1);
      lua_pop(L, 1);
    }
  } else {
    lua_pushnil(L);
    while (lua_next(L, idx)) {
      char buf[32];
      const char *key = buf;
      size_t klen = 0;
      if (lua_type(L, -2) == LUA_TSTRING) key = lua_tolstring(L, -2, &klen);
      else if (lua_isinteger(L, -2)) klen = (size_t)snprintf(buf, sizeof buf, "%lld", (long long)lua_tointeger(L, -2));
      else luaL_error(L, "a table key that is a %s", luaL_typename(L, -2));
      TreeItem *item = &tree->items[tree->n++];
      item->key = arena_text(a, key, klen);
      item->klen = klen;
      item->v = take(t, lua_gettop(L), depth + 1);
      lua_pop(L, 1);
    }
  }
  Value v = value_none();
  v.kind = V_TREE;
  v.tree = tree;
  return v;
}

static Value take(Taker *t, int idx, int depth) {
  lua_State *L = t->L;
  size_t n;
  switch (lua_type(L, idx)) {
    case LUA_TNIL: case LUA_TNONE: return value_none();
    case LUA_TBOOLEAN: return value_bool(lua_toboolean(L, idx));
    case LUA_TSTRING: {
      const char *s = lua_tolstring(L, idx, &n);
      return value_text(arena_text(t->a, s, n), n);
    }
    case LUA_TNUMBER: {
      char buf[40];
      if (lua_isinteger(L, idx)) {
        n = (size_t)snprintf(buf, sizeof buf, "%lld", (long long)lua_tointeger(L, idx));
        Value v = value_text(arena_text(t->a, buf, n), n);
        v.kind = V_NUMBER;
        return v;
      }
      Decimal d;
      if (!dec_from_double(lua_tonumber(L, idx), &d)) luaL_error(L, "a number that is not finite");
      return value_decimal(d);
    }
    case LUA_TTABLE: return take_table(t, idx, depth);
    case LUA_TUSERDATA: {
      JsonDoc *doc;
      uint32_t node;
      if (view_test(L, idx, &doc, &node)) {
        arena_keep(t->a, doc);
        return value_of_node(t->a, doc, node);
      }
    } /* fall through */
    default: luaL_error(L, "a %s cannot stand for a value of the exchange", luaL_typename(L, idx));
  }
  return value_none();
}

Value value_of_lua(Arena *a, lua_State *L, int idx) {
  Taker t = { a, L, 0 };
  return take(&t, lua_absindex(L, idx), 0);
}

void value_push(lua_State *L, const Value *v) {
  switch (v->kind) {
    case V_TEXT: case V_NUMBER: lua_pushlstring(L, v->s, v->n); return;
    case V_DECIMAL: lua_pushnumber(L, dec_double(v->d)); return;
    case V_BOOL: lua_pushboolean(L, v->b); return;
    case V_TIME: lua_pushinteger(L, v->t); return;
    case V_NODE: view_push(L, v->doc, v->node); return;
    case V_TREE: {
      const Tree *t = v->tree;
      luaL_checkstack(L, 4, "values nested too deep");
      lua_createtable(L, t->list ? (int)t->n : 0, t->list ? 0 : (int)t->n);
      for (uint32_t i = 0; i < t->n; i++) {
        if (t->list) {
          value_push(L, &t->items[i].v);
          lua_rawseti(L, -2, (lua_Integer)i + 1);
        } else {
          lua_pushlstring(L, t->items[i].key, t->items[i].klen);
          value_push(L, &t->items[i].v);
          lua_rawset(L, -3);
        }
      }
      return;
    }
    case V_PACKED: packed_push(L, v->packed, v->of); return;
    default: lua_pushnil(L);
  }
}

/* Text of a number that a Decimal cannot hold: digits, point, exponent and nothing else (no "inf", no hexadecimal). */
static bool wide_number(const char *s, size_t n, Decimal *out) {
  char buf[512];
  if (n == 0 || n >= sizeof buf) return false;
  bool digit = false;
  for (size_t i = 0; i < n; i++) {
    if (s[i] >= '0' && s[i] <= '9') digit = true;
    else if (!strchr("+-.eE", s[i]) || s[i] == 0) return false;
  }
  if (!digit) return false;
  memcpy(buf, s, n);
  buf[n] = 0;
  char *end;
  double x = strtod(buf, &end);
  return *end == 0 && isfinite(x) && dec_from_double(x, out);
}

bool value_number(const Value *v, Decimal *out) {
  switch (v->kind) {
    case V_TEXT: case V_NUMBER: return dec_parse(v->s, v->n, out) || wide_number(v->s, v->n, out);
    case V_DECIMAL: *out = v->d; return true;
    case V_TIME: out->m = v->t; out->scale = 0; return true;
    default: return false;
  }
}

Value tree_new(Arena *a, bool list, size_t room) {
  Tree *t = arena_alloc(a, sizeof *t);
  t->list = list;
  t->n = 0;
  t->items = arena_alloc(a, (room ? room : 1) * sizeof *t->items);
  Value v = value_none();
  v.kind = V_TREE;
  v.tree = t;
  return v;
}

const TreeItem *tree_find(const Tree *t, const char *key) {
  size_t n = strlen(key);
  if (t->list) return NULL;
  for (uint32_t i = 0; i < t->n; i++)
    if (t->items[i].klen == n && memcmp(t->items[i].key, key, n) == 0) return &t->items[i];
  return NULL;
}

/* ---- for messages ---- */

const char *value_shown(const Value *v, char *buf, size_t cap) {
  switch (v->kind) {
    case V_NONE: return "nothing";
    case V_TEXT: snprintf(buf, cap, "text '%.*s'%s", v->n > 24 ? 24 : (int)v->n, v->s, v->n > 24 ? "..." : ""); break;
    case V_NUMBER: snprintf(buf, cap, "number %.*s", v->n > 32 ? 32 : (int)v->n, v->s); break;
    case V_DECIMAL: snprintf(buf, cap, "number %.15g", dec_double(v->d)); break;
    case V_BOOL: return v->b ? "true" : "false";
    case V_TIME: return "a time";
    case V_NODE: return v->doc->nodes[v->node].type == JSON_ARRAY ? "a list" : "an object";
    case V_TREE: return v->tree->list ? "a list" : "a table";
    default: return "a record";
  }
  for (char *p = buf; *p; p++)
    if ((unsigned char)*p < 32 || *p == 127) *p = '?';
  return buf;
}

const char *value_path(const JsonDoc *doc, uint32_t node, char *buf, size_t cap) {
  size_t at = 0;
  uint32_t here = 0;
  buf[0] = 0;
  if (node >= doc->n) return buf;
  for (int depth = 0; here != node && depth < 24; depth++) {
    bool object = doc->nodes[here].type == JSON_OBJECT;
    uint32_t child = json_first(here), end = json_next(doc->nodes, here), index = 1, key = JSON_NONE;
    while (child < end) {
      if (object) key = child++;
      if (node < json_next(doc->nodes, child)) break;
      child = json_next(doc->nodes, child);
      index++;
    }
    if (child >= end) break;
    int n = object ? snprintf(buf + at, cap - at, "%s%.*s", at ? "." : "", doc->nodes[key].size > 40 ? 40 : (int)doc->nodes[key].size,
                              doc->text + doc->nodes[key].start)
                   : snprintf(buf + at, cap - at, "%s%u", at ? "." : "", index);
    if (n < 0 || (size_t)n >= cap - at) break;
    at += (size_t)n;
    here = child;
  }
  return buf;
}
