/* Transforms: small named steps on a value, on its way in (paths) and on its way out (templates). One row each. */
#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/expr.h"
#include "worker/finish.h"
#include "worker/instant.h"
#include "worker/view.h"

enum op { T_S, T_MS, T_US, T_NS, T_ISO, T_ISO_S, T_UPPER, T_LOWER, T_TEXT, T_NUMBER, T_MAP, T_MIN, T_MAX, T_DEFAULT, T_ADD, T_SUB, T_MUL,
          T_DIV, T_NEG, T_ABS, T_NOT, T_EQ, T_CODE, T_CURRENCY, T_TICK, T_BEFORE, T_AFTER, T_DATE, T_NONZERO, T_JSON, T_AS, T_PLACES };

static const struct { const char *name; uint8_t op; bool takes, numeric; } rows[] = {
  { "s",        T_S,        false, false },
  { "ms",       T_MS,       false, false },
  { "us",       T_US,       false, false },
  { "ns",       T_NS,       false, false },
  { "iso",      T_ISO,      false, false },
  { "iso_s",    T_ISO_S,    false, false },
  { "upper",    T_UPPER,    false, false },
  { "lower",    T_LOWER,    false, false },
  { "text",     T_TEXT,     false, false },
  { "number",   T_NUMBER,   false, false },
  { "map",      T_MAP,      true,  false },
  { "min",      T_MIN,      true,  true  },
  { "max",      T_MAX,      true,  true  },
  { "default",  T_DEFAULT,  true,  false },
  { "add",      T_ADD,      true,  true  },
  { "sub",      T_SUB,      true,  true  },
  { "mul",      T_MUL,      true,  true  },
  { "div",      T_DIV,      true,  true  },
  { "neg",      T_NEG,      false, false },
  { "abs",      T_ABS,      false, false },
  { "not",      T_NOT,      false, false },
  { "eq",       T_EQ,       true,  false },
  { "code",     T_CODE,     false, false },
  { "currency", T_CURRENCY, false, false },
  { "tick",     T_TICK,     false, false },
  { "before",   T_BEFORE,   true,  false },
  { "after",    T_AFTER,    true,  false },
  { "date",     T_DATE,     false, false },
  { "nonzero",  T_NONZERO,  false, false },
  { "json",     T_JSON,     false, false },
  { "as",       T_AS,       true,  false },
  { "places",   T_PLACES,   false, false },
};
#define ROWS (sizeof rows / sizeof rows[0])

bool transform_find(const char *name, size_t len, uint8_t *op, bool *takes, bool *numeric) {
  for (size_t i = 0; i < ROWS; i++) {
    if (strlen(rows[i].name) != len || memcmp(rows[i].name, name, len) != 0) continue;
    *op = rows[i].op;
    *takes = rows[i].takes;
    *numeric = rows[i].numeric;
    return true;
  }
  return false;
}

static const char *op_name(uint8_t op) {
  for (size_t i = 0; i < ROWS; i++)
    if (rows[i].op == op) return rows[i].name;
  return "?";
}

bool transform_on_nothing(uint8_t op) { return op == T_DEFAULT; }
bool transform_by_store(uint8_t op) { return op == T_CODE || op == T_CURRENCY; }

/* ---- what both directions share ---- */

static char fold(char c, bool up) {
  if (up) return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
  return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* Where sep stands in s, or NULL. */
static const char *find_text(const char *s, size_t n, const char *sep, size_t m) {
  if (m == 0 || m > n) return NULL;
  for (size_t i = 0; i + m <= n; i++)
    if (memcmp(s + i, sep, m) == 0) return s + i;
  return NULL;
}

/* In "word=text;word=text" the text of the word s; without one s itself. */
static const char *as_text(const char *list, size_t len, const char *s, size_t *n) {
  for (const char *at = list, *end = list + len; at < end;) {
    const char *stop = memchr(at, ';', (size_t)(end - at)), *eq;
    if (!stop) stop = end;
    eq = memchr(at, '=', (size_t)(stop - at));
    if (eq && (size_t)(eq - at) == *n && memcmp(at, s, *n) == 0) {
      *n = (size_t)(stop - eq - 1);
      return eq + 1;
    }
    at = stop + 1;
  }
  return s;
}

static const char *arithmetic(uint8_t op, Decimal x, Decimal arg, Decimal *out) {
  bool ok = true;
  switch (op) {
    case T_MIN: *out = dec_cmp(x, arg) < 0 ? arg : x; break;
    case T_MAX: *out = dec_cmp(x, arg) > 0 ? arg : x; break;
    case T_ADD: ok = dec_add(x, arg, out); break;
    case T_SUB: ok = dec_sub(x, arg, out); break;
    case T_MUL: ok = dec_mul(x, arg, out); break;
    case T_DIV:
      if (dec_is_zero(arg)) return "division by zero";
      ok = finish_divide(x, arg, out);
      break;
    case T_NEG: *out = dec_neg(x); break;
    case T_ABS: *out = dec_abs(x); break;
    default: return "no arithmetic";
  }
  return ok ? NULL : "the result has too many digits";
}

static bool tick_of(Decimal x, Decimal *out) {
  x = dec_strip(x);
  while (x.scale < 0 && x.m > -1000 && x.m < 1000) { x.m *= 10; x.scale++; }
  if (x.scale != 0 || x.m < -30 || x.m > 30) return false;
  int places = (int)x.m;
  out->m = 1;
  out->scale = places;
  return true;
}

/* ---- in ---- */

static const char *text_in(Reader *r, const Value *v, size_t *n) {
  char buf[512];
  switch (v->kind) {
    case V_TEXT: case V_NUMBER: *n = v->n; return v->s;
    case V_BOOL: *n = v->b ? 4 : 5; return v->b ? "true" : "false";
    case V_DECIMAL: *n = dec_text(v->d, buf, sizeof buf); return arena_text(&r->arena, buf, *n);
    case V_TIME: *n = (size_t)snprintf(buf, sizeof buf, "%lld", (long long)v->t); return arena_text(&r->arena, buf, *n);
    default: return NULL;
  }
}

__attribute__((noreturn)) static void misfit(Reader *r, uint8_t op, const char *wanted, const Value *v) {
  char shown[64], path[160] = "";
  if (v->node != JSON_NONE && r->doc) value_path(v->kind == V_NODE ? v->doc : r->doc, v->node, path, sizeof path);
  read_fail(r, "%s: |%s expected %s, got %s%s%s", r->field, op_name(op), wanted, value_shown(v, shown, sizeof shown), path[0] ? " at " : "", path);
}

typedef struct { Reader *r; Transform *t; const char *name; } MapCopy;

/* Copies a named map of the adapter into the transform: it is resolved once, after the adapter's file has run. */
static int copy_map(lua_State *L) {
  MapCopy *c = lua_touserdata(L, 1);
  if (c->r->c->maps_ref <= 0) return luaL_error(L, "the adapter has no 'maps'");
  lua_rawgeti(L, LUA_REGISTRYINDEX, c->r->c->maps_ref);
  lua_pushstring(L, c->name);
  if (lua_rawget(L, -2) != LUA_TTABLE) return luaL_error(L, "no map '%s' in 'maps'", c->name);
  size_t count = 0, n;
  lua_pushnil(L);
  while (lua_next(L, -2)) { count++; lua_pop(L, 1); }
  if (count > 10000) return luaL_error(L, "map '%s' is too large", c->name);
  Arena *home = c->t->home;
  home->L = L;
  ValueMap *m = arena_alloc(home, sizeof *m);
  m->entries = arena_alloc(home, (count + 1) * sizeof *m->entries);
  m->n = 0;
  m->same = false;
  m->fallback = value_none();
  lua_pushnil(L);
  while (lua_next(L, -2)) {
    char buf[32];
    const char *key = buf;
    if (lua_type(L, -2) == LUA_TSTRING) key = lua_tolstring(L, -2, &n);
    else if (lua_isinteger(L, -2)) n = (size_t)snprintf(buf, sizeof buf, "%lld", (long long)lua_tointeger(L, -2));
    else if (lua_isboolean(L, -2)) { key = lua_toboolean(L, -2) ? "true" : "false"; n = strlen(key); }
    else return luaL_error(L, "map '%s' has a key that is a %s", c->name, luaL_typename(L, -2));
    if (lua_istable(L, -1)) return luaL_error(L, "map '%s' holds a table", c->name);
    Value v = value_of_lua(home, L, -1);
    if (n == 7 && memcmp(key, "default", 7) == 0) {
      m->fallback = v;
    } else {
      MapEntry *e = &m->entries[m->n++];
      e->key = arena_text(home, key, n);
      e->klen = n;
      e->v = v;
    }
    lua_pop(L, 1);
  }
  c->t->map = m;
  return 0;
}

static Value named_map(Reader *r, Transform *t, const Value *v) {
  if (!t->map) {
    lua_State *L = r->c->adapter;
    MapCopy c = { r, t, t->text };
    if (!L || !lua_checkstack(L, 4)) read_fail(r, "%s: |map:%s has no adapter to look in", r->field, t->text);
    lua_pushcfunction(L, copy_map);
    lua_pushlightuserdata(L, &c);
    if (lua_pcall(L, 1, 0, 0) != LUA_OK) {
      char why[160];
      snprintf(why, sizeof why, "%s", lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "?");
      lua_pop(L, 1);
      read_fail(r, "%s: |map:%s: %s", r->field, t->text, why);
    }
  }
  return *map_find(t->map, v);
}

static Value inner_json(Reader *r, const Value *v) {
  char err[128] = "out of memory";
  if (v->kind == V_NODE) return *v;      /* some send it plainly now and then */
  if (v->kind != V_TEXT) misfit(r, T_JSON, "a text that holds JSON", v);
  ArenaDoc *keep = arena_alloc(&r->arena, sizeof *keep);
  char *copy = malloc(v->n + 64);
  if (!copy) read_fail(r, "%s: out of memory", r->field);
  memcpy(copy, v->s, v->n);
  memset(copy + v->n, 0, 64);
  JsonDoc *doc = json_parse(copy, v->n, err, sizeof err);
  if (!doc) read_fail(r, "%s: the text holds no JSON: %s", r->field, err);
  keep->doc = doc;
  keep->next = r->arena.docs;
  r->arena.docs = keep;
  return value_of_node(&r->arena, doc, 0);
}

static Value time_in(Reader *r, uint8_t op, const Value *v) {
  Decimal d;
  int64_t ms;
  static const char units[] = { 's', 'm', 'u', 'n' };
  if (!value_number(v, &d)) misfit(r, op, "a number", v);
  if (!instant_from_units(d, units[op - T_S], &ms)) misfit(r, op, "a time in range", v);
  Value out = value_time(ms);
  out.node = v->node;
  return out;
}

Value transform_in(Reader *r, Transform *t, Value v) {
  Decimal d;
  size_t n;
  const char *s;
  Value out;
  switch ((enum op)t->op) {
    case T_S: case T_MS: case T_US: case T_NS: return time_in(r, t->op, &v);
    case T_ISO: case T_ISO_S: case T_DATE: {
      int64_t ms;
      if (v.kind != V_TEXT || !instant_parse_iso(v.s, v.n, &ms)) misfit(r, t->op, "a date like 2024-06-15T12:34:56Z", &v);
      out = value_time(ms);
      break;
    }
    case T_UPPER: case T_LOWER: {
      s = text_in(r, &v, &n);
      if (!s) misfit(r, t->op, "text", &v);
      char *copy = arena_text(&r->arena, s, n);
      for (size_t i = 0; i < n; i++) copy[i] = fold(s[i], t->op == T_UPPER);
      out = value_text(copy, n);
      break;
    }
    case T_TEXT:
      s = text_in(r, &v, &n);
      if (!s) misfit(r, t->op, "text or a number", &v);
      out = value_text(s, n);
      break;
    case T_NUMBER:
      if (!value_number(&v, &d)) misfit(r, t->op, "a number", &v);
      out = value_decimal(d);
      break;
    case T_MAP: out = named_map(r, t, &v); break;
    case T_DEFAULT:
      if (v.kind != V_NONE) return v;
      out = value_text(t->text, t->len);
      if (t->len == 4 && memcmp(t->text, "true", 4) == 0) out = value_bool(true);
      if (t->len == 5 && memcmp(t->text, "false", 5) == 0) out = value_bool(false);
      break;
    case T_MIN: case T_MAX: case T_ADD: case T_SUB: case T_MUL: case T_DIV: case T_NEG: case T_ABS: {
      Decimal result;
      if (!value_number(&v, &d)) misfit(r, t->op, "a number", &v);
      const char *why = arithmetic(t->op, d, t->number, &result);
      if (why) read_fail(r, "%s: |%s: %s", r->field, op_name(t->op), why);
      out = value_decimal(result);
      break;
    }
    case T_NOT: {
      bool is = v.kind == V_BOOL ? v.b : v.kind == V_TEXT && v.n == 4 && memcmp(v.s, "true", 4) == 0;
      if (v.kind != V_BOOL && !is && !(v.kind == V_TEXT && v.n == 5 && memcmp(v.s, "false", 5) == 0)) misfit(r, t->op, "true or false", &v);
      out = value_bool(!is);
      break;
    }
    case T_EQ:
      s = text_in(r, &v, &n);
      out = value_bool(s && n == t->len && memcmp(s, t->text, n) == 0);
      break;
    case T_CODE: case T_CURRENCY: {
      s = text_in(r, &v, &n);
      if (!s) misfit(r, t->op, "a currency", &v);
      if (!r->c->markets) return v;
      const char *found = NULL;
      if (t->op == T_CODE) {
        found = market_store_code(r->c->markets, s, n);
      } else {
        const Currency *c = currency_by_code(r->c->markets, s, n);
        found = c ? currency_id(c) : market_currency_id(r->c->markets, arena_text(&r->arena, s, n));
      }
      if (!found) return v;
      size_t len = strlen(found);
      out = value_text(arena_text(&r->arena, found, len), len);
      break;
    }
    case T_TICK: {
      Decimal tick;
      if (!value_number(&v, &d) || !tick_of(d, &tick)) misfit(r, t->op, "a count of places", &v);
      out = value_decimal(tick);
      break;
    }
    case T_PLACES:
      if (!value_number(&v, &d)) misfit(r, t->op, "a step", &v);
      out = value_decimal((Decimal){ dec_strip(d).scale, 0 });
      break;
    case T_BEFORE: case T_AFTER: {
      s = text_in(r, &v, &n);
      if (!s) misfit(r, t->op, "text", &v);
      const char *at = find_text(s, n, t->text, t->len);
      if (t->op == T_BEFORE) out = at ? value_text(s, (size_t)(at - s)) : value_text(s, n);
      else out = at ? value_text(at + t->len, n - (size_t)(at - s) - t->len) : value_none();
      break;
    }
    case T_NONZERO:
      return value_number(&v, &d) && dec_is_zero(d) ? value_none() : v;
    case T_AS: {
      s = text_in(r, &v, &n);
      if (!s) misfit(r, t->op, "text", &v);
      const char *told = as_text(t->text, t->len, s, &n);
      if (told != s) return value_text(told, n);      /* a word of the map, not of the reply */
      out = value_text(s, n);
      break;
    }
    case T_JSON: return inner_json(r, &v);
    default: return v;
  }
  if (out.node == JSON_NONE && out.kind != V_NONE) out.node = v.node;
  return out;
}

/* ---- out: transform(value, name, arg) for templates ---- */

static bool number_at(lua_State *L, int idx, Decimal *d) {
  size_t n;
  char buf[32];
  switch (lua_type(L, idx)) {
    case LUA_TNUMBER:
      if (!lua_isinteger(L, idx)) return dec_from_double(lua_tonumber(L, idx), d);
      n = (size_t)snprintf(buf, sizeof buf, "%lld", (long long)lua_tointeger(L, idx));
      return dec_parse(buf, n, d);
    case LUA_TSTRING: {
      const char *s = lua_tolstring(L, idx, &n);
      return dec_parse(s, n, d);
    }
    default: return false;
  }
}

/* A number comes back as what it came in: text stays text. */
static int push_number_like(lua_State *L, int idx, Decimal d) {
  char buf[512];
  if (lua_type(L, idx) == LUA_TSTRING) {
    lua_pushlstring(L, buf, dec_text(d, buf, sizeof buf));
    return 1;
  }
  d = dec_strip(d);
  if (d.scale <= 0 && d.scale > -18) {
    size_t n = dec_text(d, buf, sizeof buf);
    if (n < 19) { lua_pushinteger(L, strtoll(buf, NULL, 10)); return 1; }
  }
  lua_pushnumber(L, dec_double(d));
  return 1;
}

static int64_t ms_at(lua_State *L, int idx, const char *name) {
  Decimal d;
  int64_t ms = 0;
  if (!number_at(L, idx, &d) || !instant_from_units(d, 'm', &ms)) luaL_error(L, "|%s expected a time in ms, got %s", name, luaL_tolstring(L, idx, NULL));
  return ms;
}

static int push_units(lua_State *L, int64_t ms, int64_t factor) {
  int64_t out;
  if (__builtin_mul_overflow(ms, factor, &out)) return luaL_error(L, "a time out of range");
  lua_pushinteger(L, out);
  return 1;
}

static int push_text(lua_State *L, int idx) {
  char buf[512];
  Decimal d;
  switch (lua_type(L, idx)) {
    case LUA_TSTRING: lua_pushvalue(L, idx); return 1;
    case LUA_TBOOLEAN: lua_pushstring(L, lua_toboolean(L, idx) ? "true" : "false"); return 1;
    case LUA_TNUMBER:
      if (!number_at(L, idx, &d)) return luaL_error(L, "|text expected a finite number");
      lua_pushlstring(L, buf, dec_text(d, buf, sizeof buf));
      return 1;
    default: return luaL_error(L, "|text expected text or a number, got a %s", luaL_typename(L, idx));
  }
}

static int out_map(lua_State *L) {
  if (lua_type(L, 3) != LUA_TTABLE) return luaL_error(L, "|map needs a table of values");
  push_text(L, 1);
  if (lua_rawget(L, 3) != LUA_TNIL) return 1;
  lua_pushvalue(L, 1);
  if (lua_rawget(L, 3) != LUA_TNIL) return 1;
  lua_pushliteral(L, "default");
  lua_rawget(L, 3);
  return 1;
}

static int transform_out(lua_State *L) {
  size_t len, n;
  uint8_t op;
  bool takes, numeric;
  luaL_checkany(L, 1);
  const char *name = luaL_checklstring(L, 2, &len);
  if (!transform_find(name, len, &op, &takes, &numeric)) return luaL_error(L, "no transform '%s'", name);
  lua_settop(L, 3);
  if (takes && lua_isnil(L, 3)) return luaL_error(L, "|%s needs an argument", name);
  if (!takes && !lua_isnil(L, 3)) return luaL_error(L, "|%s takes no argument", name);
  if (lua_isnil(L, 1)) { lua_pushvalue(L, op == T_DEFAULT ? 3 : 1); return 1; }
  switch ((enum op)op) {
    case T_S: {
      int64_t ms = ms_at(L, 1, name);
      lua_pushinteger(L, ms / 1000 - (ms % 1000 < 0));
      return 1;
    }
    case T_MS: return push_units(L, ms_at(L, 1, name), 1);
    case T_US: return push_units(L, ms_at(L, 1, name), 1000);
    case T_NS: return push_units(L, ms_at(L, 1, name), 1000000);
    case T_ISO: case T_ISO_S: case T_DATE: {
      char buf[INSTANT_TEXT];
      int64_t ms = ms_at(L, 1, name);
      if (!instant_iso(ms, buf)) return luaL_error(L, "a time out of range");
      if (op == T_ISO) lua_pushstring(L, buf);
      else if (op == T_DATE) lua_pushlstring(L, buf, 10);
      else { buf[19] = 0; lua_pushfstring(L, "%sZ", buf); }
      return 1;
    }
    case T_UPPER: case T_LOWER: {
      luaL_Buffer b;
      push_text(L, 1);
      const char *s = lua_tolstring(L, -1, &n);
      char *p = luaL_buffinitsize(L, &b, n);
      for (size_t i = 0; i < n; i++) p[i] = fold(s[i], op == T_UPPER);
      luaL_pushresultsize(&b, n);
      return 1;
    }
    case T_TEXT: return push_text(L, 1);
    case T_NUMBER: {
      Decimal d;
      if (!number_at(L, 1, &d)) return luaL_error(L, "|number expected a number, got %s", luaL_tolstring(L, 1, NULL));
      lua_pushnil(L);
      return push_number_like(L, lua_gettop(L), d);
    }
    case T_MAP: return out_map(L);
    case T_MIN: case T_MAX: case T_ADD: case T_SUB: case T_MUL: case T_DIV: case T_NEG: case T_ABS: {
      Decimal x, arg = { 0, 0 }, result;
      if (!number_at(L, 1, &x)) return luaL_error(L, "|%s expected a number, got %s", name, luaL_tolstring(L, 1, NULL));
      if (takes && !number_at(L, 3, &arg)) return luaL_error(L, "|%s needs a number as argument, got %s", name, luaL_tolstring(L, 3, NULL));
      const char *why = arithmetic(op, x, arg, &result);
      if (why) return luaL_error(L, "|%s: %s", name, why);
      return push_number_like(L, 1, result);
    }
    case T_NOT:
      if (!lua_isboolean(L, 1)) return luaL_error(L, "|not expected true or false, got %s", luaL_tolstring(L, 1, NULL));
      lua_pushboolean(L, !lua_toboolean(L, 1));
      return 1;
    case T_EQ:
      push_text(L, 1);
      push_text(L, 3);
      lua_pushboolean(L, lua_rawequal(L, -1, -2));
      return 1;
    case T_CODE: case T_CURRENCY: {
      const ReadContext *c = plan_bound(L);
      const char *s = luaL_checklstring(L, 1, &n), *found = NULL;
      if (c && c->markets && op == T_CODE) found = market_store_code(c->markets, s, n);
      if (c && c->markets && op == T_CURRENCY) {
        const Currency *cur = currency_by_code(c->markets, s, n);
        found = cur ? currency_id(cur) : market_currency_id(c->markets, s);
      }
      if (found) lua_pushstring(L, found); else lua_pushvalue(L, 1);
      return 1;
    }
    case T_TICK: {
      Decimal x, tick;
      char buf[512];
      if (!number_at(L, 1, &x) || !tick_of(x, &tick)) return luaL_error(L, "|tick expected a count of places, got %s", luaL_tolstring(L, 1, NULL));
      lua_pushlstring(L, buf, dec_text(tick, buf, sizeof buf));
      return 1;
    }
    case T_PLACES: {
      Decimal x;
      if (!number_at(L, 1, &x)) return luaL_error(L, "|places expected a step, got %s", luaL_tolstring(L, 1, NULL));
      lua_pushinteger(L, dec_strip(x).scale);
      return 1;
    }
    case T_BEFORE: case T_AFTER: {
      size_t m;
      push_text(L, 1);
      const char *s = lua_tolstring(L, -1, &n), *sep = luaL_checklstring(L, 3, &m), *at = find_text(s, n, sep, m);
      if (op == T_BEFORE) lua_pushlstring(L, s, at ? (size_t)(at - s) : n);
      else if (at) lua_pushlstring(L, at + m, n - (size_t)(at - s) - m);
      else lua_pushnil(L);
      return 1;
    }
    case T_NONZERO: {
      Decimal x;
      bool nothing = (number_at(L, 1, &x) && dec_is_zero(x)) || (lua_type(L, 1) == LUA_TSTRING && lua_rawlen(L, 1) == 0);
      if (nothing) lua_pushnil(L); else lua_pushvalue(L, 1);
      return 1;
    }
    case T_AS: {
      size_t m;
      push_text(L, 1);
      const char *s = lua_tolstring(L, -1, &n), *list = luaL_checklstring(L, 3, &m), *found = as_text(list, m, s, &n);
      if (found == s) lua_pushvalue(L, 1); else lua_pushlstring(L, found, n);
      return 1;
    }
    case T_DEFAULT: lua_pushvalue(L, 1); return 1;
    case T_JSON: return luaL_error(L, "|json is for paths only");
  }
  return 0;
}

void expr_open(lua_State *L) {
  lua_pushcfunction(L, transform_out);
  lua_setfield(L, -2, "transform");
}
