#include "worker/record.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "worker/finish.h"
#include "worker/instant.h"
#include "worker/view.h"

void record_clear(Record *rec) {
  for (int i = 0; i < rec->schema->n; i++) rec->slots[i].kind = V_NONE;
  rec->market = NULL;
  rec->own = rec->exact = false;
  rec->info = value_none();
  rec->extras = NULL;
  rec->nextras = 0;
  rec->withheld = 0;
}

void record_withhold(Record *rec) {
  for (int i = 0; rec->withheld >> i; i++)
    if (rec->withheld >> i & 1) rec->slots[i].kind = V_NONE;
}

Record *record_new(Reader *r, const Schema *s) {
  Record *rec = arena_alloc(&r->arena, sizeof *rec);
  rec->schema = s;
  rec->slots = arena_alloc(&r->arena, (size_t)s->n * sizeof *rec->slots);
  record_clear(rec);
  return rec;
}

/* ---- conversion ---- */

__attribute__((noreturn, noinline)) static void misfit(Reader *r, const char *wanted, const Value *v) {
  char shown[64], path[140] = "";
  if (v->node != JSON_NONE && r->doc && (v->kind != V_NODE || v->doc == r->doc)) value_path(r->doc, v->node, path, sizeof path);
  read_fail(r, "%s: expected %s, got %s%s%s", r->field, wanted, value_shown(v, shown, sizeof shown), path[0] ? " at " : "", path);
}

static Value as_id(Reader *r, Value v) {
  char buf[512];
  size_t n;
  switch (v.kind) {
    case V_TEXT: return v;
    case V_NUMBER: v.kind = V_TEXT; return v;
    case V_DECIMAL: n = dec_text(v.d, buf, sizeof buf); break;
    case V_TIME: n = (size_t)snprintf(buf, sizeof buf, "%lld", (long long)v.t); break;
    default: misfit(r, "text or a number", &v);
  }
  return value_text(arena_text(&r->arena, buf, n), n);
}

static bool whole(Decimal d, int64_t *out) {
  d = dec_strip(d);
  for (; d.scale < 0 && d.m < INT64_MAX && d.m > INT64_MIN; d.scale++) d.m *= 10;
  if (d.scale != 0 || d.m > INT64_MAX || d.m < INT64_MIN) return false;
  *out = (int64_t)d.m;
  return true;
}

static Value as_time(Reader *r, Value v, bool any_integer) {
  Decimal d;
  int64_t ms;
  if (v.kind == V_TIME) return v;
  bool ok = value_number(&v, &d) && (any_integer ? whole(d, &ms) : instant_from_units(d, 'm', &ms));
  if (!ok) misfit(r, any_integer ? "a whole number" : "a time in ms", &v);
  Value out = value_time(ms);
  out.node = v.node;
  return out;
}

/* A list of {currency, cost, rate}; what has no cost is left out. */
static Value as_fees(Reader *r, Value v) {
  if (v.kind != V_TREE) misfit(r, "a list of fees", &v);
  Tree *in = v.tree, *out = arena_alloc(&r->arena, sizeof *out);
  out->list = true;
  out->n = 0;
  out->items = arena_alloc(&r->arena, (in->n + 1) * sizeof *out->items);
  for (uint32_t i = 0; i < in->n; i++) {
    const Value *e = &in->items[i].v;
    if (e->kind != V_TREE) misfit(r, "a fee {currency, cost, rate}", e);
    const TreeItem *cost = tree_find(e->tree, "cost"), *currency = tree_find(e->tree, "currency"), *rate = tree_find(e->tree, "rate");
    if (!cost || cost->v.kind == V_NONE) continue;
    out->items[out->n].key = NULL;
    out->items[out->n].klen = 0;
    out->items[out->n++].v = fee_make(r, value_as(r, SLOT_NUMBER, cost->v), currency ? value_as(r, SLOT_ID, currency->v) : value_none(),
                                      rate ? value_as(r, SLOT_NUMBER, rate->v) : value_none());
  }
  v.tree = out;
  return v;
}

static Value as_trades(Reader *r, Value v) {
  if (v.kind != V_TREE) misfit(r, "a list of trades", &v);
  Tree *t = v.tree;
  for (uint32_t i = 0; i < t->n; i++) {
    Value *e = &t->items[i].v;
    if (e->kind == V_RECORD) continue;
    if (e->kind != V_TREE || (e->tree->list && e->tree->n)) misfit(r, "a trade", e);
    Record *trade = record_new(r, schema_of(SCHEMA_TRADE));
    record_take(r, trade, e->tree);
    e->kind = V_RECORD;
    e->record = trade;
  }
  t->list = true;
  return v;
}

static Value as_number(Reader *r, Value v) {
  if (v.kind == V_DECIMAL) return v;
  Decimal d;
  if (!value_number(&v, &d)) misfit(r, "a number", &v);
  v.kind = V_DECIMAL;
  v.d = d;
  return v;
}

static Value as_bool(Reader *r, Value v) {
  if (v.kind == V_BOOL) return v;
  if (v.kind == V_TEXT && v.n == 4 && memcmp(v.s, "true", 4) == 0) return value_bool(true);
  if (v.kind == V_TEXT && v.n == 5 && memcmp(v.s, "false", 5) == 0) return value_bool(false);
  misfit(r, "true or false", &v);
}

Value value_as(Reader *r, enum slot_type type, Value v) {
  if (v.kind == V_NONE || (v.kind == V_TEXT && v.n == 0)) return value_none();
  switch (type) {
    case SLOT_NUMBER: return as_number(r, v);
    case SLOT_TEXT:
      if (v.kind != V_TEXT) misfit(r, "text", &v);
      return v;
    case SLOT_ID: return as_id(r, v);
    case SLOT_TIME: return as_time(r, v, false);
    case SLOT_INTEGER: return as_time(r, v, true);
    case SLOT_BOOL: return as_bool(r, v);
    case SLOT_TRADES: return as_trades(r, v);
    case SLOT_FEES: return as_fees(r, v);
    case SLOT_TABLE:
      if (v.kind != V_TREE && v.kind != V_NODE) misfit(r, "a table", &v);
      return v;
  }
  return v;
}

__attribute__((noinline)) static void name_field(Reader *r, const Record *rec, int slot, char *buf, size_t cap) {
  snprintf(buf, cap, "%s.%s", rec->schema->name, rec->schema->slots[slot].name);
  r->field = buf;
}

/* What needs no conversion, or the usual one. */
static bool set_plainly(Value *s, enum slot_type type, const Value *v) {
  bool digits = v->kind == V_TEXT || v->kind == V_NUMBER;
  Decimal d;
  switch (type) {
    case SLOT_NUMBER:
      if (v->kind == V_DECIMAL) break;
      if (!digits || !dec_parse(v->s, v->n, &d)) return false;
      s->kind = V_DECIMAL;
      s->node = v->node;
      s->d = d;
      return true;
    case SLOT_TIME: {
      int64_t ms;
      if (v->kind == V_TIME) break;
      if (!digits || !dec_parse(v->s, v->n, &d) || !instant_from_units(d, 'm', &ms)) return false;
      s->kind = V_TIME;
      s->node = v->node;
      s->t = ms;
      return true;
    }
    case SLOT_TEXT:
      if (v->kind != V_TEXT) return false;
      break;
    case SLOT_ID:
      if (!digits) return false;
      *s = *v;
      s->kind = V_TEXT;
      return true;
    case SLOT_BOOL:
      if (v->kind != V_BOOL) return false;
      break;
    default: return false;
  }
  *s = *v;
  return true;
}

void record_set(Reader *r, Record *rec, int slot, Value v) {
  if (v.kind == V_NONE) return;
  enum slot_type type = rec->schema->slots[slot].type;
  if (set_plainly(&rec->slots[slot], type, &v)) return;
  if (v.kind == V_BOOL && !v.b && v.node == JSON_NONE && type != SLOT_BOOL) {     /* the adapter's word, not the exchange's */
    rec->withheld |= UINT64_C(1) << slot;
    return;
  }
  char name[80];
  const char *field = r->field;
  name_field(r, rec, slot, name, sizeof name);
  rec->slots[slot] = value_as(r, type, v);
  r->field = field;
}

/* ---- raw records of functions ---- */

static void take_level(Reader *r, Record *rec, const Tree *t, char *path, size_t at, int depth) {
  for (uint32_t i = 0; i < t->n; i++) {
    const TreeItem *item = &t->items[i];
    if (!item->key || at + item->klen + 2 > 120) continue;
    memcpy(path + at, item->key, item->klen);
    path[at + item->klen] = 0;
    int slot = schema_slot(rec->schema, path, at + item->klen);
    if (slot >= 0) {
      record_set(r, rec, slot, item->v);
    } else if (slot == -2 && item->v.kind == V_TREE && depth < SLOT_DEPTH) {
      path[at + item->klen] = '.';
      take_level(r, rec, item->v.tree, path, at + item->klen + 1, depth + 1);
    } else if (slot == -2 && item->v.kind != V_NONE && item->v.kind != V_TREE) {
      char name[160];
      snprintf(name, sizeof name, "%s.%s", rec->schema->name, path);
      r->field = name;
      misfit(r, "a table", &item->v);
    } else if (at == 0 && item->klen == 4 && memcmp(item->key, "info", 4) == 0) {
      rec->info = item->v;
    } else if (at == 0 && rec->schema->extras && item->v.kind != V_NONE) {
      rec->extras[rec->nextras++] = *item;
    }
  }
}

void record_take(Reader *r, Record *rec, const Tree *t) {
  char path[128];
  if (rec->schema->extras) rec->extras = arena_alloc(&r->arena, (t->n + 1) * sizeof *rec->extras);
  take_level(r, rec, t, path, 0, 0);
}

/* ---- to Lua ---- */

int record_keys(lua_State *L, const Schema *s, JsonDoc *doc) {
  luaL_checkstack(L, s->nkeys + 20, "too many fields");
  int keys = lua_gettop(L) + 1;
  for (int i = 0; i < s->nkeys; i++) lua_pushstring(L, s->keys[i]);
  lua_pushliteral(L, "info");
  lua_pushlightuserdata(L, doc);
  if (doc) view_share(L, doc);
  return keys;
}

static void push_trades(lua_State *L, const Tree *t) {
  lua_createtable(L, (int)t->n, 0);
  if (t->n == 0) return;
  int table = lua_gettop(L);
  int keys = record_keys(L, schema_of(SCHEMA_TRADE), NULL);
  for (uint32_t i = 0; i < t->n; i++) {
    record_push(L, t->items[i].v.record, keys);
    lua_rawseti(L, table, (lua_Integer)i + 1);
  }
  lua_settop(L, table);
}

static inline void push_slot(lua_State *L, const Value *v, enum slot_type type) {
  switch (v->kind) {
    case V_DECIMAL: lua_pushnumber(L, dec_double(v->d)); return;
    case V_TEXT: lua_pushlstring(L, v->s, v->n); return;
    case V_TIME: lua_pushinteger(L, v->t); return;
    case V_BOOL: lua_pushboolean(L, v->b); return;
    default:
      if (type == SLOT_TRADES && v->kind == V_TREE) push_trades(L, v->tree);
      else value_push(L, v);
  }
}

/* Slots from lo to hi share their first `depth` names: fills the table on top with them. */
static void push_range(lua_State *L, const Record *rec, int keys, int lo, int hi, int depth) {
  const SlotInfo *slots = rec->schema->slots;
  const Value *values = rec->slots;
  if (depth >= SLOT_DEPTH) return;
  for (int i = lo; i < hi;) {
    if (slots[i].depth == depth + 1) {
      if (values[i].kind != V_NONE) {
        lua_pushvalue(L, keys + slots[i].key[depth]);
        push_slot(L, &values[i], slots[i].type);
        lua_rawset(L, -3);
      }
      i++;
      continue;
    }
    int end = i, filled = 0;
    while (end < hi && slots[end].depth > depth + 1 && slots[end].key[depth] == slots[i].key[depth]) filled += has(rec, end++);
    if (filled || rec->schema->groups) {
      lua_pushvalue(L, keys + slots[i].key[depth]);
      lua_createtable(L, 0, rec->schema->groups ? 2 : filled);
      push_range(L, rec, keys, i, end, depth + 1);
      lua_rawset(L, -3);
    }
    i = end;
  }
}

void record_push(lua_State *L, const Record *rec, int keys) {
  const Schema *s = rec->schema;
  int filled = 1 + (int)rec->nextras;
  for (int i = 0; i < s->n; i++) filled += rec->slots[i].kind != V_NONE;
  luaL_checkstack(L, 12, "too many fields");
  lua_createtable(L, 0, filled);
  push_range(L, rec, keys, 0, s->n, 0);
  for (uint32_t i = 0; i < rec->nextras; i++) {
    lua_pushlstring(L, rec->extras[i].key, rec->extras[i].klen);
    value_push(L, &rec->extras[i].v);
    lua_rawset(L, -3);
  }
  if (s->id == SCHEMA_TRADE && !rec->slots[TRADE_fee_cost].kind && !rec->slots[TRADE_fee_currency].kind && !rec->slots[TRADE_fee_rate].kind) {
    lua_newtable(L);       /* trade.fee.cost may always be asked for */
    lua_setfield(L, -2, "fee");
  }
  if (rec->info.kind != V_NONE) {
    int info = keys + s->nkeys;
    lua_pushvalue(L, info);
    if (rec->info.kind == V_NODE && rec->info.doc == lua_touserdata(L, info + 1)) view_push_shared(L, rec->info.node, info + 2);
    else value_push(L, &rec->info);
    lua_rawset(L, -3);
  }
}
