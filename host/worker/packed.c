#include "worker/packed.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "worker/view.h"

enum { P_NONE, P_TEXT, P_NUMBER, P_DOUBLE, P_TRUE, P_FALSE, P_TIME, P_LIST, P_TABLE, P_JSON, P_SLICE };

bool packed_room(Packer *k, size_t n) {
  size_t cap = k->cap ? k->cap : 512;
  while (cap - k->n < n) cap *= 2;
  void *p = k->failed ? NULL : realloc(k->p, cap);
  if (!p) return k->failed = true, false;
  k->p = p;
  k->cap = cap;
  return true;
}

static void byte(Packer *k, unsigned char b) { packed_bytes(k, &b, 1); }

static void sized(Packer *k, const char *s, size_t n) {
  uint32_t len = (uint32_t)n;
  packed_bytes(k, &len, sizeof len);
  packed_bytes(k, s, n);
  byte(k, 0);
}

void packed_add(Packer *k, const Value *v) {
  switch (v->kind) {
    case V_TEXT: byte(k, P_TEXT); sized(k, v->s, v->n); return;
    case V_NUMBER: byte(k, P_NUMBER); sized(k, v->s, v->n); return;
    case V_DECIMAL: {
      double x = dec_double(v->d);
      byte(k, P_DOUBLE);
      packed_bytes(k, &x, sizeof x);
      return;
    }
    case V_BOOL: byte(k, v->b ? P_TRUE : P_FALSE); return;
    case V_TIME: byte(k, P_TIME); packed_bytes(k, &v->t, sizeof v->t); return;
    case V_NODE: {
      const JsonNode *n = &v->doc->nodes[v->node];
      if (v->doc == k->kept) {
        uint32_t at[2] = { n->start, json_bytes(v->doc->nodes, v->node) };
        byte(k, P_SLICE);
        packed_bytes(k, at, sizeof at);
        return;
      }
      byte(k, P_JSON);
      sized(k, v->doc->text + n->start, json_bytes(v->doc->nodes, v->node));
      return;
    }
    case V_TREE: {
      const Tree *t = v->tree;
      size_t at = k->n;
      uint32_t head[2] = { t->n, 0 };      /* items, bytes */
      byte(k, t->list ? P_LIST : P_TABLE);
      packed_bytes(k, head, sizeof head);
      for (uint32_t i = 0; i < t->n; i++) {
        if (!t->list) sized(k, t->items[i].key, t->items[i].klen);
        packed_add(k, &t->items[i].v);
      }
      if (k->failed) return;
      head[1] = (uint32_t)(k->n - at - 1 - sizeof head);
      memcpy(k->p + at + 1, head, sizeof head);
      return;
    }
    default: byte(k, P_NONE);
  }
}

static uint32_t take_u32(const char **at) {
  uint32_t n;
  memcpy(&n, *at, sizeof n);
  *at += sizeof n;
  return n;
}

Value packed_next(const char **at, const JsonDoc *kept) {
  const char *from = *at;
  Value v = value_none();
  uint32_t n;
  switch ((unsigned char)*(*at)++) {
    case P_TEXT: case P_NUMBER:
      v.kind = *from == P_TEXT ? V_TEXT : V_NUMBER;
      v.n = take_u32(at);
      v.s = *at;
      *at += v.n + 1;
      return v;
    case P_DOUBLE: {
      double x;
      memcpy(&x, *at, sizeof x);
      *at += sizeof x;
      v.kind = V_DECIMAL;
      if (!dec_from_double(x, &v.d)) v.kind = V_NONE;
      return v;
    }
    case P_TRUE: return value_bool(true);
    case P_FALSE: return value_bool(false);
    case P_TIME:
      v.kind = V_TIME;
      memcpy(&v.t, *at, sizeof v.t);
      *at += sizeof v.t;
      return v;
    case P_JSON: n = take_u32(at); *at += n + 1; break;
    case P_SLICE: *at += 2 * sizeof n; break;
    case P_LIST: case P_TABLE: take_u32(at); n = take_u32(at); *at += n; break;
    default: return v;
  }
  v.kind = V_PACKED;
  v.packed = from;
  v.of = kept;
  return v;
}

const char *packed_slice(const char *at, const JsonDoc *kept, size_t *n) {
  if ((unsigned char)*at++ != P_SLICE) return NULL;
  uint32_t start = take_u32(&at);
  *n = take_u32(&at);
  return kept->text + start;
}

static void push_json(lua_State *L, const char *s, size_t n) {
  char err[128];
  char *copy = malloc(n + 64);
  if (!copy) luaL_error(L, "out of memory");
  memcpy(copy, s, n);
  memset(copy + n, 0, 64);
  JsonDoc *doc = json_parse(copy, n, err, sizeof err);
  if (!doc) { lua_pushnil(L); return; }
  view_push(L, doc, 0);
  json_unref(doc);
}

static void push_next(lua_State *L, const char **at, const JsonDoc *kept) {
  const char *from = *at;
  unsigned char kind = (unsigned char)*from;
  if (kind == P_DOUBLE) {        /* no detour over decimals */
    double x;
    memcpy(&x, from + 1, sizeof x);
    *at += 1 + sizeof x;
    lua_pushnumber(L, x);
    return;
  }
  if (kind == P_JSON) {
    *at += 1;
    uint32_t n = take_u32(at);
    push_json(L, *at, n);
    *at += n + 1;
    return;
  }
  if (kind == P_SLICE) {
    size_t n;
    const char *text = packed_slice(from, kept, &n);
    *at += 1 + 2 * sizeof(uint32_t);
    push_json(L, text, n);
    return;
  }
  if (kind != P_LIST && kind != P_TABLE) {
    Value v = packed_next(at, kept);
    value_push(L, &v);
    return;
  }
  *at += 1;
  uint32_t n = take_u32(at);
  take_u32(at);
  luaL_checkstack(L, 4, "values nested too deep");
  lua_createtable(L, kind == P_LIST ? (int)n : 0, kind == P_LIST ? 0 : (int)n);
  for (uint32_t i = 0; i < n; i++) {
    if (kind == P_LIST) {
      push_next(L, at, kept);
      lua_rawseti(L, -2, (lua_Integer)i + 1);
    } else {
      uint32_t len = take_u32(at);
      lua_pushlstring(L, *at, len);
      *at += len + 1;
      push_next(L, at, kept);
      lua_rawset(L, -3);
    }
  }
}

void packed_push(lua_State *L, const char *at, const JsonDoc *kept) { push_next(L, &at, kept); }
