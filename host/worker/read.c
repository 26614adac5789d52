/* Running maps: from the tape to finished records, and on to Lua or into a store. One protected call holds a whole run. */
#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/book.h"
#include "worker/finish.h"
#include "worker/plan_in.h"
#include "worker/shelf.h"
#include "worker/view.h"

/* What the call asked to see only: symbols or codes, from its arguments. */
typedef struct { const Tree *names; } Wanted;

static bool wanted(const Wanted *w, const Value *name) {
  if (!w->names) return true;
  if (name->kind != V_TEXT) return false;
  for (uint32_t i = 0; i < w->names->n; i++) {
    const Value *v = &w->names->items[i].v;
    if (v->kind == V_TEXT && v->n == name->n && memcmp(v->s, name->s, v->n) == 0) return true;
  }
  return false;
}

typedef struct { Reader *r; const char *name; Value out; } ArgumentJob;

static int argument_protected(lua_State *L) {
  ArgumentJob *j = lua_touserdata(L, 1);
  lua_rawgeti(L, LUA_REGISTRYINDEX, j->r->c->args_ref);
  if (!lua_istable(L, -1)) return 0;
  lua_pushstring(L, j->name);
  if (lua_rawget(L, -2) != LUA_TTABLE) return 0;
  j->r->arena.L = L;
  j->out = value_of_lua(&j->r->arena, L, -1);
  return 0;
}

static Wanted wanted_names(Reader *r, const char *argument) {
  Wanted w = { NULL };
  ArgumentJob j = { r, argument, value_none() };
  lua_State *L = r->c->adapter;
  if (r->c->args_ref <= 0 || !L || !lua_checkstack(L, 4)) return w;
  lua_pushcfunction(L, argument_protected);
  lua_pushlightuserdata(L, &j);
  if (lua_pcall(L, 1, 0, 0) != LUA_OK) lua_pop(L, 1);
  else if (j.out.kind == V_TREE && j.out.tree->list && j.out.tree->n) w.names = j.out.tree;
  r->arena.L = r->to;
  return w;
}

/* ---- the market of an element ---- */

typedef struct { Reader *r; const Value *id; const char *type; Value out; } SymbolJob;

static int symbol_protected(lua_State *L) {
  SymbolJob *j = lua_touserdata(L, 1);
  lua_rawgeti(L, LUA_REGISTRYINDEX, j->r->c->symbol_of_ref);
  lua_pushlstring(L, j->id->s, j->id->n);
  if (j->type) lua_pushstring(L, j->type); else lua_pushnil(L);
  lua_call(L, 2, 1);
  j->r->arena.L = L;
  if (!lua_isnil(L, -1) && lua_type(L, -1) != LUA_TSTRING) return luaL_error(L, "symbol_of returned a %s", luaL_typename(L, -1));
  j->out = value_of_lua(&j->r->arena, L, -1);
  return 0;
}

/* Symbol of an id that no market has. */
static Value unknown_symbol(Reader *r, const Value *id, const char *type) {
  lua_State *L = r->c->adapter;
  SymbolJob j = { r, id, type, value_none() };
  if (r->c->symbol_of_ref <= 0 || !L || !lua_checkstack(L, 6)) return *id;
  lua_pushcfunction(L, symbol_protected);
  lua_pushlightuserdata(L, &j);
  int status = lua_pcall(L, 1, 0, 0);
  r->arena.L = r->to;
  if (status != LUA_OK) {
    char why[160];
    snprintf(why, sizeof why, "%s", lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "?");
    lua_pop(L, 1);
    read_fail(r, "symbol_of('%.*s'): %s", id->n > 40 ? 40 : (int)id->n, id->s, why);
  }
  return j.out.kind == V_TEXT ? j.out : *id;
}

static Value evaluate_as(Reader *r, const Expr *e, const char *field, enum slot_type type, const Spot *spot) {
  r->field = field;
  return value_as(r, type, expr_eval(r, e, spot));
}

static void set_market(Record *rec, const Market *m, bool own) {
  const char *symbol = market_symbol(m);
  rec->market = m;
  rec->own = own;
  rec->slots[rec->schema->symbol] = value_text(symbol, strlen(symbol));
}

static void find_market(Reader *r, const Plan *p, Record *rec, const Spot *spot) {
  ReadContext *c = r->c;
  Value id = value_none();
  if (p->market) id = evaluate_as(r, p->market, "market", SLOT_ID, spot);
  if (id.kind == V_TEXT) {
    const char *type = c->market ? market_facts(c->market)->type : NULL;
    if (p->market_type) {
      Value t = evaluate_as(r, p->market_type, "market_type", SLOT_TEXT, spot);
      if (t.kind == V_TEXT) type = arena_text(&r->arena, t.s, t.n);
    }
    const Market *m = c->markets ? market_by_id(c->markets, id.s, id.n, type) : NULL;
    if (m) { set_market(rec, m, true); return; }
    if (!c->market) {
      rec->own = true;
      rec->slots[rec->schema->symbol] = unknown_symbol(r, &id, type);
      return;
    }
  }
  if (c->market) set_market(rec, c->market, false);
}

/* A record that names its symbol itself. */
static void adopt_symbol(Reader *r, Record *rec) {
  const Value *symbol = &rec->slots[rec->schema->symbol];
  if (symbol->kind != V_TEXT || (rec->market && strlen(market_symbol(rec->market)) == symbol->n
                                 && memcmp(market_symbol(rec->market), symbol->s, symbol->n) == 0)) return;
  rec->market = r->c->markets ? market_by_symbol(r->c->markets, symbol->s, symbol->n) : NULL;
  rec->own = true;
}

static bool takes_code(const Schema *s) {
  return s->id == SCHEMA_TRANSACTION || s->id == SCHEMA_TRANSFER || s->id == SCHEMA_LEDGER || s->id == SCHEMA_ADDRESS || s->id == SCHEMA_WITHDRAW_FEE;
}

static void adopt_code(Reader *r, Record *rec) {
  if (!takes_code(rec->schema)) return;
  Value *currency = &rec->slots[rec->schema->currency];
  if (currency->kind == V_TEXT) rec->own = true;
  else if (r->c->code) *currency = value_text(r->c->code, strlen(r->c->code));
}

/* ---- elements ---- */

static Value read_each(Reader *r, const Plan *p, const Spot *spot, bool inner);
static Value read_trades(Reader *r, const Plan *p, const Spot *spot);

static Value field_value(Reader *r, const Field *f, const Spot *spot) {
  if (f->e.form == EXPR_PLAN) return f->e.plan->kind->shape == SHAPE_EACH ? read_each(r, f->e.plan, spot, true) : read_trades(r, f->e.plan, spot);
  return expr_eval(r, &f->e, spot);
}

static void add_extra(Reader *r, const Plan *p, Record *rec, const Field *f, Value v) {
  if (v.kind == V_NONE) return;
  if (!rec->extras) rec->extras = arena_alloc(&r->arena, (size_t)p->n * sizeof *rec->extras);
  rec->extras[rec->nextras++] = (TreeItem){ f->name, f->len, v };
}

/* A number in a field of an object. False: not that, to be read the long way. */
static bool read_simple(const Field *f, Record *rec, const Spot *spot) {
  JsonDoc *doc = spot->doc;
  if (doc->nodes[spot->node].type != JSON_OBJECT) return false;
  Step *s = &f->e.alternatives[0].steps[0];
  uint32_t found = object_get(doc, spot->node, s->name, s->len, &s->hint);
  if (found == JSON_NONE) return true;
  const JsonNode *n = &doc->nodes[found];
  if (n->type == JSON_NULL) return true;
  Value *v = &rec->slots[f->slot];
  if ((n->type != JSON_STRING && n->type != JSON_NUMBER) || !dec_parse(doc->text + n->start, n->len, &v->d)) return false;
  v->kind = V_DECIMAL;
  v->node = found;
  return true;
}

/* False: the call did not ask for this one. */
static bool read_record(Reader *r, const Plan *p, Record *rec, const Spot *at, const Wanted *w) {
  Spot spot = *at;
  char name[96];
  if (p->schema->symbol >= 0 && p->schema->id != SCHEMA_MARKET) {
    find_market(r, p, rec, &spot);
    spot.market = rec->market;
    if (w && w->names && rec->own && !wanted(w, &rec->slots[p->schema->symbol])) return false;
  }
  for (int i = 0; i < p->n; i++) {
    const Field *f = &p->fields[i];
    const Expr *e = &f->e;
    if (f->simple && read_simple(f, rec, &spot)) continue;
    if (e->form != EXPR_PATH || e->map || e->alternatives[0].ntransforms || e->n > 1) {    /* those may have something to say */
      snprintf(name, sizeof name, "%s.%s", p->schema->name, f->name);
      r->field = name;
    }
    Value v = field_value(r, f, &spot);
    if (f->slot >= 0) record_set(r, rec, f->slot, v);
    else add_extra(r, p, rec, f, v);
  }
  if (p->schema->symbol >= 0 && p->schema->id != SCHEMA_MARKET) adopt_symbol(r, rec);
  adopt_code(r, rec);
  r->field = p->schema->name;
  rec->info = value_of_node(&r->arena, spot.doc, spot.node);
  finish_record(r, rec);
  record_withhold(rec);
  return true;
}

/* ---- walking lists ---- */

typedef struct { JsonDoc *doc; uint32_t child, end; bool object; uint32_t index; } Walk;

/* Where the list is; an absent one is an error unless `absent` may be (then false). */
static bool walk_open(Reader *r, const Plan *p, const Spot *from, bool absent, Walk *w) {
  Spot at = *from;
  const char *name = p->kind->name;
  r->field = name;
  if (p->at && !expr_locate(r, p->at, from, &at)) {
    if (absent || p->at->optional) return false;
    read_fail(r, "%s: no '%s' in the reply", name, p->at->text);
  }
  const JsonNode *n = &at.doc->nodes[at.node];
  if (n->type != JSON_ARRAY && n->type != JSON_OBJECT) {
    char shown[64], path[140];
    Value v = value_of_node(&r->arena, at.doc, at.node);
    value_path(at.doc, at.node, path, sizeof path);
    read_fail(r, "%s: expected a list, got %s%s%s", name, value_shown(&v, shown, sizeof shown), path[0] ? " at " : "", path);
  }
  *w = (Walk){ at.doc, at.node + 1, n->next, n->type == JSON_OBJECT, 0 };
  return true;
}

static bool walk_next(Reader *r, const Plan *p, Walk *w, Spot *out) {
  if (w->child >= w->end) return false;
  out->doc = w->doc;
  out->key = NULL;
  out->klen = 0;
  out->market = NULL;
  if (w->object) {
    Value key = value_of_node(&r->arena, w->doc, w->child);
    if (key.kind == V_TEXT) { out->key = key.s; out->klen = key.n; }
    w->child = w->doc->nodes[w->child].next;
  }
  out->node = w->child;
  w->child = w->doc->nodes[w->child].next;
  w->index++;
  const JsonNode *n = &w->doc->nodes[out->node];
  if (n->type != JSON_ARRAY && n->type != JSON_OBJECT && !p->scalars) {
    char shown[64], path[140];
    Value v = value_of_node(&r->arena, w->doc, out->node);
    value_path(w->doc, out->node, path, sizeof path);
    read_fail(r, "%s: expected a list of objects, got %s at %s", p->kind->name, value_shown(&v, shown, sizeof shown), path);
  }
  return true;
}

static bool chosen(Reader *r, const Plan *p, const Spot *spot) {
  if (!p->where) return true;
  r->field = "where";
  Value v = expr_eval(r, p->where, spot);
  if (!p->where_value) return v.kind != V_NONE && !(v.kind == V_BOOL && !v.b);
  MapEntry entry = { p->where_value, p->where_len, value_bool(true) };
  ValueMap m = { &entry, 1, value_none(), false };
  return map_find(&m, &v)->kind != V_NONE;
}

static Value tree_value(Reader *r, bool list, size_t room) {
  Tree *t = arena_alloc(&r->arena, sizeof *t);
  t->list = list;
  t->n = 0;
  t->items = arena_alloc(&r->arena, (room ? room : 1) * sizeof *t->items);
  Value v = value_none();
  v.kind = V_TREE;
  v.tree = t;
  return v;
}

static size_t walk_count(const Walk *w) {
  size_t n = 0;
  for (uint32_t c = w->child; c < w->end; c = w->doc->nodes[c].next) n++;
  return w->object ? n / 2 : n;
}

/* A table of the fields of one element; numbers where the name says so, else as on the wire. */
static Value read_plain(Reader *r, const Plan *p, const Spot *spot) {
  Value out = tree_value(r, false, (size_t)p->n);
  const char *field = r->field;
  char name[96];
  for (int i = 0; i < p->n; i++) {
    const Field *f = &p->fields[i];
    snprintf(name, sizeof name, "%s.%s", p->kind->name, f->name);
    r->field = name;
    Value v = field_value(r, f, spot);
    r->field = name;
    if (f->slot >= 0 && v.kind != V_TREE) v = value_as(r, p->schema->slots[f->slot].type, v);
    if (v.kind != V_NONE) out.tree->items[out.tree->n++] = (TreeItem){ f->name, f->len, v };
  }
  r->field = field;
  return out;
}

static Value read_each(Reader *r, const Plan *p, const Spot *spot, bool inner) {
  Walk w;
  if (p->record) return read_plain(r, p, spot);
  if (!walk_open(r, p, spot, inner, &w)) return value_none();
  Value out = tree_value(r, !p->key, walk_count(&w));
  Spot at;
  while (walk_next(r, p, &w, &at)) {
    at.market = spot->market;
    if (!chosen(r, p, &at)) continue;
    TreeItem item = { NULL, 0, value_none() };
    if (p->key) {
      Value key = evaluate_as(r, p->key, "each.key", SLOT_ID, &at);
      if (key.kind != V_TEXT) continue;
      item.key = key.s;
      item.klen = key.n;
    }
    item.v = read_plain(r, p, &at);
    Value info = value_of_node(&r->arena, at.doc, at.node);
    if (p->key && info.kind == V_NODE && p->n) {
      Tree *t = item.v.tree;
      TreeItem *more = arena_alloc(&r->arena, (t->n + 1) * sizeof *more);
      memcpy(more, t->items, t->n * sizeof *more);
      more[t->n++] = (TreeItem){ "info", 4, info };
      t->items = more;
    }
    out.tree->items[out.tree->n++] = item;
  }
  return out;
}

static Value read_trades(Reader *r, const Plan *p, const Spot *spot) {
  Walk w;
  if (!walk_open(r, p, spot, true, &w)) return value_none();
  Value out = tree_value(r, true, walk_count(&w));
  Spot at;
  while (walk_next(r, p, &w, &at)) {
    if (!chosen(r, p, &at)) continue;
    Record *rec = record_new(r, p->schema);
    const Market *asked = r->c->market;
    if (!asked) r->c->market = spot->market;       /* fills are of their order's market */
    read_record(r, p, rec, &at, NULL);
    r->c->market = asked;
    Value v = value_none();
    v.kind = V_RECORD;
    v.record = rec;
    out.tree->items[out.tree->n++] = (TreeItem){ NULL, 0, v };
  }
  return out;
}

/* ---- results ---- */

static void push_list(Reader *r, Record **list, size_t n) {
  lua_State *L = r->to;
  n = finish_list(r, list, n);
  lua_createtable(L, (int)n, 0);
  int table = lua_gettop(L);
  if (n == 0) return;
  int keys = record_keys(L, list[0]->schema);
  for (size_t i = 0; i < n; i++) {
    record_push(L, list[i], keys);
    lua_rawseti(L, table, (lua_Integer)i + 1);
  }
  lua_settop(L, table);
}

static const char *wanted_argument(const Schema *s) { return s->symbol >= 0 ? "symbols" : "codes"; }

/* The key of a record in a table of records. */
static int key_slot(const Reader *r, const Kind *kind, const Schema *s) {
  if (s->id == SCHEMA_ADDRESS && r->c->code) return ADDRESS_network;     /* addresses of one currency */
  return schema_slot(s, kind->key, strlen(kind->key));
}

static void push_keyed_record(Reader *r, const Record *rec, int slot, int table, int keys) {
  const Value *key = &rec->slots[slot];
  if (key->kind != V_TEXT && rec->schema->id == SCHEMA_ADDRESS) key = &rec->slots[ADDRESS_currency];
  if (key->kind != V_TEXT) return;
  lua_pushlstring(r->to, key->s, key->n);
  record_push(r->to, rec, keys);
  lua_rawset(r->to, table);
}

static void run_keyed(Reader *r, const Plan *p, const Spot *from) {
  lua_State *L = r->to;
  Walk w;
  Spot at;
  Wanted names = wanted_names(r, wanted_argument(p->schema));
  bool some = walk_open(r, p, from, false, &w);
  size_t count = some ? walk_count(&w) : 0;
  lua_createtable(L, 0, names.names ? (int)names.names->n : count > INT32_MAX ? 0 : (int)count);
  if (!some) return;
  int table = lua_gettop(L), keys = record_keys(L, p->schema), slot = key_slot(r, p->kind, p->schema);
  Record *rec = record_new(r, p->schema);
  while (walk_next(r, p, &w, &at)) {
    if (!chosen(r, p, &at)) continue;
    record_clear(rec);
    if (!read_record(r, p, rec, &at, p->schema->symbol >= 0 ? &names : NULL)) continue;
    if (wanted(&names, &rec->slots[schema_slot(p->schema, p->kind->key, strlen(p->kind->key))])) push_keyed_record(r, rec, slot, table, keys);
  }
  lua_settop(L, table);
}

static void run_list(Reader *r, const Plan *p, const Spot *from) {
  lua_State *L = r->to;
  Walk w;
  Spot at;
  if (!walk_open(r, p, from, false, &w)) { lua_newtable(L); return; }
  size_t count = walk_count(&w), n = 0;
  if (p->schema->timestamp >= 0) {          /* to be ordered: all are read first */
    Record **list = arena_alloc(&r->arena, (count + 1) * sizeof *list);
    Wanted names = { NULL };
    if (p->schema->id == SCHEMA_POSITION) names = wanted_names(r, wanted_argument(p->schema));
    while (walk_next(r, p, &w, &at)) {
      if (!chosen(r, p, &at)) continue;
      list[n] = record_new(r, p->schema);
      if (read_record(r, p, list[n], &at, &names)) n++;
    }
    push_list(r, list, n);
    return;
  }
  lua_createtable(L, (int)count, 0);
  int table = lua_gettop(L), keys = record_keys(L, p->schema);
  Record *rec = record_new(r, p->schema);
  while (walk_next(r, p, &w, &at)) {
    if (!chosen(r, p, &at)) continue;
    record_clear(rec);
    read_record(r, p, rec, &at, NULL);
    record_push(L, rec, keys);
    lua_rawseti(L, table, (lua_Integer)++n);
  }
  lua_settop(L, table);
}

static void locate_one(Reader *r, const Plan *p, const Spot *from, Spot *at) {
  *at = *from;
  r->field = p->kind->name;
  if (p->at && !expr_locate(r, p->at, from, at)) read_fail(r, "%s: no '%s' in the reply", p->kind->name, p->at->text);
  const JsonNode *n = &at->doc->nodes[at->node];
  if (n->type == JSON_ARRAY || n->type == JSON_OBJECT || p->scalars) return;
  char shown[64], path[140];
  Value v = value_of_node(&r->arena, at->doc, at->node);
  value_path(at->doc, at->node, path, sizeof path);
  read_fail(r, "%s: expected an object, got %s%s%s", p->kind->name, value_shown(&v, shown, sizeof shown), path[0] ? " at " : "", path);
}

static void run_one(Reader *r, const Plan *p, const Spot *from) {
  Spot at;
  locate_one(r, p, from, &at);
  Record *rec = record_new(r, p->schema);
  read_record(r, p, rec, &at, NULL);
  int keys = record_keys(r->to, p->schema);
  record_push(r->to, rec, keys);
}

/* ---- balances ---- */

typedef struct { Record **list; size_t n, cap; uint32_t *hash; uint32_t mask; } Purse;

static uint32_t hash_value(const Value *v) {
  uint32_t h = 2166136261u;
  for (size_t i = 0; i < v->n; i++) h = (h ^ (unsigned char)v->s[i]) * 16777619u;
  return h ^ h >> 13;
}

/* What stands for the same currency twice (two wallets) is added up. */
static void purse_add(Reader *r, Purse *p, Record *rec) {
  const Value *code = &rec->slots[BALANCE_currency];
  if (code->kind != V_TEXT) return;
  finish_balance(rec);
  uint32_t k = hash_value(code);
  for (; p->hash[k & p->mask]; k++) {
    Record *other = p->list[p->hash[k & p->mask] - 1];
    const Value *c = &other->slots[BALANCE_currency];
    if (c->n != code->n || memcmp(c->s, code->s, c->n) != 0) continue;
    for (int i = BALANCE_free; i <= BALANCE_debt; i++) {
      Decimal sum;
      if (has(rec, i) && has(other, i) && dec_add(rec->slots[i].d, other->slots[i].d, &sum)) other->slots[i] = value_decimal(sum);
      else if (has(rec, i)) other->slots[i] = rec->slots[i];
    }
    return;
  }
  if (p->n == p->cap) read_fail(r, "balance: too many currencies");
  p->list[p->n++] = rec;
  p->hash[k & p->mask] = (uint32_t)p->n;
}

static void purse_new(Reader *r, Purse *p, size_t cap) {
  uint32_t size = 16;
  while (size < 2 * cap + 2) size *= 2;
  p->list = arena_alloc(&r->arena, (cap + 1) * sizeof *p->list);
  p->hash = arena_alloc(&r->arena, size * sizeof *p->hash);
  memset(p->hash, 0, size * sizeof *p->hash);
  p->n = 0;
  p->cap = cap;
  p->mask = size - 1;
}

static void push_purse(Reader *r, const Purse *p, const Value *info, const Value *timestamp) {
  static const char *const parts[] = { "free", "used", "total", "debt" };
  lua_State *L = r->to;
  luaL_checkstack(L, 16, "too many fields");
  lua_createtable(L, 0, (int)p->n + 8);
  int table = lua_gettop(L);
  bool debt = false;
  for (int i = 0; i < 4; i++) lua_pushstring(L, parts[i]);                       /* table + 1 .. 4 */
  for (int i = 0; i < 4; i++) lua_createtable(L, 0, i < 3 ? (int)p->n : 0);      /* table + 5 .. 8 */
  for (size_t k = 0; k < p->n; k++) {
    const Record *rec = p->list[k];
    lua_pushlstring(L, rec->slots[BALANCE_currency].s, rec->slots[BALANCE_currency].n);
    lua_createtable(L, 0, 3);
    for (int i = 0; i < 4; i++) {
      const Value *v = &rec->slots[BALANCE_free + i];
      if (v->kind != V_DECIMAL) continue;
      debt = debt || i == 3;
      lua_pushvalue(L, table + 1 + i);
      lua_pushnumber(L, dec_double(v->d));
      lua_pushvalue(L, -3 - 1);               /* the code */
      lua_pushvalue(L, -2);
      lua_rawset(L, table + 5 + i);
      lua_rawset(L, -3);
    }
    lua_rawset(L, table);
  }
  for (int i = 0; i < (debt ? 4 : 3); i++) {
    lua_pushvalue(L, table + 1 + i);
    lua_pushvalue(L, table + 5 + i);
    lua_rawset(L, table);
  }
  lua_settop(L, table);
  if (timestamp->kind == V_TIME) {
    lua_pushinteger(L, timestamp->t);
    lua_setfield(L, table, "timestamp");
    Value iso = finish_iso(r, timestamp->t);
    value_push(L, &iso);
    lua_setfield(L, table, "datetime");
  }
  if (info->kind != V_NONE) {
    value_push(L, info);
    lua_setfield(L, table, "info");
  }
}

static void run_balance(Reader *r, const Plan *p, const Spot *from) {
  Walk w;
  Spot at;
  Purse purse;
  bool some = walk_open(r, p, from, false, &w);
  purse_new(r, &purse, some ? walk_count(&w) : 0);
  while (some && walk_next(r, p, &w, &at)) {
    if (!chosen(r, p, &at)) continue;
    Record *rec = record_new(r, p->schema);
    read_record(r, p, rec, &at, NULL);
    purse_add(r, &purse, rec);
  }
  Value info = value_of_node(&r->arena, from->doc, from->node), none = value_none();
  push_purse(r, &purse, &info, &none);
}

/* ---- books ---- */

static double level_number(Reader *r, const Value *v, const char *field) {
  Decimal d;
  if (v->kind == V_NUMBER || v->kind == V_TEXT || v->kind == V_DECIMAL)
    if (value_number(v, &d)) return dec_double(d);
  r->field = field;
  if (v->kind == V_NONE) read_fail(r, "%s: nothing in a level of the book", field);
  Value out = value_as(r, SLOT_NUMBER, *v);
  return dec_double(out.d);
}

static double node_number(Reader *r, JsonDoc *doc, uint32_t node, const char *field) {
  const JsonNode *n = &doc->nodes[node];
  Decimal d;
  if ((n->type == JSON_STRING || n->type == JSON_NUMBER) && !n->escaped && dec_parse(doc->text + n->start, n->len, &d)) return dec_double(d);
  Value v = value_of_node(&r->arena, doc, node);
  return level_number(r, &v, field);
}

static void read_level(Reader *r, const Plan *p, JsonDoc *doc, uint32_t node, BookLevel *out) {
  const JsonNode *n = &doc->nodes[node];
  out->id = JSON_NONE;
  if (p->simple_level && n->type == JSON_ARRAY && n->count >= 2) {
    uint32_t second = doc->nodes[node + 1].next;
    out->price = node_number(r, doc, node + 1, "book price");
    out->amount = node_number(r, doc, second, "book amount");
    return;
  }
  Spot spot = { doc, node, NULL, 0, NULL };
  r->field = "book.level";
  Value price = expr_eval(r, &p->level[0], &spot), amount = expr_eval(r, &p->level[1], &spot);
  out->price = level_number(r, &price, "book price");
  out->amount = level_number(r, &amount, "book amount");
  if (p->nlevel == 3) {
    Value id = expr_eval(r, &p->level[2], &spot);
    if (id.kind == V_TEXT || id.kind == V_NUMBER) out->id = id.node;
  }
}

static void side_open(Reader *r, const Expr *e, const Spot *spot, const char *name, Spot *at, size_t *count) {
  r->field = name;
  *count = 0;
  if (e->form != EXPR_PATH) read_fail(r, "%s: expected a path", name);
  if (!expr_locate(r, e, spot, at)) {
    if (e->optional) { at->node = JSON_NONE; return; }
    read_fail(r, "%s: no '%s' in the reply", name, e->text);
  }
  const JsonNode *n = &at->doc->nodes[at->node];
  if (n->type != JSON_ARRAY && n->type != JSON_OBJECT) {
    char shown[64];
    Value v = value_of_node(&r->arena, at->doc, at->node);
    read_fail(r, "%s: expected a list of levels, got %s", name, value_shown(&v, shown, sizeof shown));
  }
  *count = n->count;
}

static void read_side(Reader *r, const Plan *p, const Spot *at, BookSide *side) {
  if (at->node == JSON_NONE) return;
  const JsonNode *n = &at->doc->nodes[at->node];
  for (uint32_t child = at->node + 1; child < n->next; child = at->doc->nodes[child].next) {
    if (n->type == JSON_OBJECT) child = at->doc->nodes[child].next;
    read_level(r, p, at->doc, child, &side->levels[side->n++]);
  }
}

static void book_details(Reader *r, Book *b, Record *rec) {
  const Value *symbol = &rec->slots[BOOK_symbol];
  if (symbol->kind == V_TEXT && symbol->n < sizeof b->symbol) {
    memcpy(b->symbol, symbol->s, symbol->n);
    b->symbol[symbol->n] = 0;
  }
  if (has(rec, BOOK_timestamp)) b->timestamp = rec->slots[BOOK_timestamp].t;
  if (has(rec, BOOK_nonce)) { b->nonce = rec->slots[BOOK_nonce].t; b->has_nonce = true; }
  if (r->c->received_ms > 0) b->received = r->c->received_ms;
  book_sort(b);
  if (r->c->limit > 0) {
    if (b->bids.n > (uint64_t)r->c->limit) b->bids.n = (size_t)r->c->limit;
    if (b->asks.n > (uint64_t)r->c->limit) b->asks.n = (size_t)r->c->limit;
  }
}

static void run_book(Reader *r, const Plan *p, const Spot *from) {
  Spot spot, bids, asks;
  size_t nbids, nasks;
  locate_one(r, p, from, &spot);
  side_open(r, p->bids, &spot, "book.bids", &bids, &nbids);
  side_open(r, p->asks, &spot, "book.asks", &asks, &nasks);
  Record *rec = record_new(r, p->schema);
  read_record(r, p, rec, &spot, NULL);
  Book *b = book_new(r->to, nbids, nasks);
  read_side(r, p, &bids, &b->bids);
  read_side(r, p, &asks, &b->asks);
  book_details(r, b, rec);
  book_keep(b, spot.doc, spot.node);
}

/* ---- candles ---- */

typedef struct { int64_t time; double v[5]; bool has[5]; } Candle;

static int candle_order(const void *x, const void *y) {
  const Candle *a = x, *b = y;
  return a->time < b->time ? -1 : a->time > b->time;
}

static void push_candles(Reader *r, Candle *list, size_t n) {
  lua_State *L = r->to;
  const ReadContext *c = r->c;
  bool rising = true, falling = true;
  for (size_t i = 1; i < n; i++) {
    if (list[i].time < list[i - 1].time) rising = false;
    if (list[i].time >= list[i - 1].time) falling = false;
  }
  if (!rising && falling)
    for (size_t i = 0, k = n - 1; i < k; i++, k--) { Candle t = list[i]; list[i] = list[k]; list[k] = t; }
  else if (!rising) qsort(list, n, sizeof *list, candle_order);
  size_t first = 0;
  if (c->since != INT64_MIN) while (first < n && list[first].time < c->since) first++;
  size_t count = n - first;
  if (c->limit > 0 && (uint64_t)c->limit < count) {
    if (c->since == INT64_MIN) first = n - (size_t)c->limit;
    count = (size_t)c->limit;
  }
  lua_createtable(L, (int)count, 0);
  for (size_t i = 0; i < count; i++) {
    const Candle *k = &list[first + i];
    lua_createtable(L, 6, 0);
    lua_pushinteger(L, k->time);
    lua_rawseti(L, -2, 1);
    for (int f = 0; f < 5; f++) {
      if (!k->has[f]) continue;
      lua_pushnumber(L, k->v[f]);
      lua_rawseti(L, -2, f + 2);
    }
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

static void run_candles(Reader *r, const Plan *p, const Spot *from) {
  Walk w;
  Spot at;
  if (!walk_open(r, p, from, false, &w)) { lua_newtable(r->to); return; }
  size_t count = walk_count(&w), n = 0;
  Candle *list = arena_alloc(&r->arena, (count + 1) * sizeof *list);
  Record *rec = record_new(r, p->schema);
  while (walk_next(r, p, &w, &at)) {
    if (!chosen(r, p, &at)) continue;
    record_clear(rec);
    at.market = r->c->market;
    for (int i = 0; i < p->n; i++) {
      r->field = "candles";
      record_set(r, rec, p->fields[i].slot, expr_eval(r, &p->fields[i].e, &at));
    }
    if (!has(rec, CANDLE_time)) read_fail(r, "candles: a row without a time (row %u)", w.index);
    Candle *k = &list[n++];
    k->time = rec->slots[CANDLE_time].t;
    for (int f = 0; f < 5; f++) {
      k->has[f] = has(rec, CANDLE_open + f);
      k->v[f] = k->has[f] ? dec_double(rec->slots[CANDLE_open + f].d) : 0;
    }
  }
  push_candles(r, list, n);
}

static void run_time(Reader *r, const Plan *p, const Spot *from) {
  Value v = evaluate_as(r, p->key, "time", SLOT_TIME, from);
  if (v.kind != V_TIME) read_fail(r, "time: no '%s' in the reply", p->key->text);
  lua_pushinteger(r->to, v.t);
}

/* ---- what functions returned ---- */

static Record *record_of_tree(Reader *r, const Schema *s, const Tree *t, const char *key, size_t klen) {
  Record *rec = record_new(r, s);
  r->field = s->name;
  record_take(r, rec, t);
  if (s->symbol >= 0 && s->id != SCHEMA_MARKET) {
    if (!has(rec, s->symbol) && key) rec->slots[s->symbol] = value_text(key, klen);
    if (has(rec, s->symbol)) adopt_symbol(r, rec);
    else if (r->c->market) set_market(rec, r->c->market, false);
  }
  if (s->currency >= 0 && key && !has(rec, s->currency)) rec->slots[s->currency] = value_text(key, klen);
  if (s->id == SCHEMA_CURRENCY && key && !has(rec, CURRENCY_code)) rec->slots[CURRENCY_code] = value_text(key, klen);
  adopt_code(r, rec);
  finish_record(r, rec);
  record_withhold(rec);
  return rec;
}

static const Tree *need_tree(Reader *r, const char *what, const Value *v) {
  char shown[64];
  if (v->kind != V_TREE) read_fail(r, "%s: read returned %s where a table was expected", what, value_shown(v, shown, sizeof shown));
  return v->tree;
}

/* A single record where a list is expected: what is left of a reply that no map read. */
static bool is_record(const Tree *t) { return !t->list && tree_find(t, "info") != NULL; }

static void finish_many(Reader *r, const Kind *kind, const Schema *s, const Value *raw) {
  lua_State *L = r->to;
  const Tree *t = need_tree(r, kind->name, raw);
  Record **list = arena_alloc(&r->arena, (t->n + 1) * sizeof *list);
  size_t n = 0;
  if (kind->shape == SHAPE_LIST && is_record(t)) {
    list[n++] = record_of_tree(r, s, t, NULL, 0);
  } else {
    for (uint32_t i = 0; i < t->n; i++) {
      const TreeItem *item = &t->items[i];
      if (kind->shape == SHAPE_KEYED && item->key && item->klen == 4 && memcmp(item->key, "info", 4) == 0) continue;
      const char *key = kind->shape == SHAPE_KEYED ? item->key : NULL;
      list[n++] = record_of_tree(r, s, need_tree(r, kind->name, &item->v), key, item->klen);
    }
  }
  if (kind->shape == SHAPE_LIST) { push_list(r, list, n); return; }
  Wanted names = wanted_names(r, wanted_argument(s));
  lua_createtable(L, 0, (int)n);
  int table = lua_gettop(L), keys = record_keys(L, s), slot = key_slot(r, kind, s), own = schema_slot(s, kind->key, strlen(kind->key));
  for (size_t i = 0; i < n; i++)
    if (wanted(&names, &list[i]->slots[own])) push_keyed_record(r, list[i], slot, table, keys);
  lua_settop(L, table);
}

static void purse_part(Reader *r, Purse *p, const Tree *t, int slot) {
  for (uint32_t i = 0; i < t->n; i++) {
    if (!t->items[i].key) continue;
    Record *rec = NULL;
    for (size_t k = 0; k < p->n && !rec; k++) {
      const Value *c = &p->list[k]->slots[BALANCE_currency];
      if (c->n == t->items[i].klen && memcmp(c->s, t->items[i].key, c->n) == 0) rec = p->list[k];
    }
    if (!rec) {
      rec = record_new(r, schema_of(SCHEMA_BALANCE));
      rec->slots[BALANCE_currency] = value_text(t->items[i].key, t->items[i].klen);
      purse_add(r, p, rec);
    }
    if (!has(rec, slot)) record_set(r, rec, slot, t->items[i].v);
    finish_balance(rec);
  }
}

static void finish_balances(Reader *r, const Value *raw) {
  static const char *const parts[] = { "free", "used", "total", "debt" };
  const Tree *t = need_tree(r, "balance", raw);
  Purse purse;
  size_t room = t->n;
  for (int i = 0; i < 4; i++) {
    const TreeItem *part = tree_find(t, parts[i]);
    if (part && part->v.kind == V_TREE) room += part->v.tree->n;
  }
  purse_new(r, &purse, room);
  Value info = value_none(), timestamp = value_none();
  r->field = "balance";
  for (uint32_t i = 0; i < t->n; i++) {
    const TreeItem *item = &t->items[i];
    if (item->key && item->klen == 4 && memcmp(item->key, "info", 4) == 0) { info = item->v; continue; }
    if (item->key && item->klen == 9 && memcmp(item->key, "timestamp", 9) == 0) { timestamp = value_as(r, SLOT_TIME, item->v); continue; }
    if (item->key && item->klen == 8 && memcmp(item->key, "datetime", 8) == 0) continue;
    bool part = false;
    for (int k = 0; k < 4; k++) part = part || (item->key && item->klen == strlen(parts[k]) && memcmp(item->key, parts[k], item->klen) == 0);
    if (part || item->v.kind == V_NONE) continue;
    Record *rec = record_new(r, schema_of(SCHEMA_BALANCE));
    record_take(r, rec, need_tree(r, "balance", &item->v));
    if (item->key) rec->slots[BALANCE_currency] = value_text(item->key, item->klen);
    purse_add(r, &purse, rec);
  }
  for (int i = 0; i < 4; i++) {
    const TreeItem *part = tree_find(t, parts[i]);
    if (part && part->v.kind == V_TREE) purse_part(r, &purse, part->v.tree, BALANCE_free + i);
  }
  push_purse(r, &purse, &info, &timestamp);
}

/* The i-th (1-based) of a row that may be a list with holes or a node of the reply. */
static Value row_item(Reader *r, const Value *row, int i, const char *name) {
  if (row->kind == V_NODE) {
    const JsonNode *n = &row->doc->nodes[row->node];
    uint32_t found = n->type == JSON_ARRAY ? json_at(row->doc, row->node, i) : name ? json_get(row->doc, row->node, name, strlen(name)) : JSON_NONE;
    return found == JSON_NONE ? value_none() : value_of_node(&r->arena, row->doc, found);
  }
  if (row->kind != V_TREE) return value_none();
  if (row->tree->list) return i >= 1 && (uint32_t)i <= row->tree->n ? row->tree->items[i - 1].v : value_none();
  char key[12];
  snprintf(key, sizeof key, "%d", i);
  const TreeItem *item = tree_find(row->tree, key);
  if (!item && name) item = tree_find(row->tree, name);
  return item ? item->v : value_none();
}

static size_t rows_of(Reader *r, const char *what, const Value *v) {
  char shown[64];
  if (v->kind == V_NODE && v->doc->nodes[v->node].type == JSON_ARRAY) return v->doc->nodes[v->node].count;
  if (v->kind == V_TREE && v->tree->list) return v->tree->n;
  if (v->kind == V_NONE) return 0;
  read_fail(r, "%s: expected a list, got %s", what, value_shown(v, shown, sizeof shown));
}

/* Rows one after the other, without counting through a list of the reply anew each time. */
typedef struct { const Value *list; uint32_t child; uint32_t i; } Rows;

static Value rows_next(Reader *r, Rows *rows) {
  if (rows->list->kind == V_TREE) return rows->list->tree->items[rows->i++].v;
  if (rows->i++ == 0) rows->child = rows->list->node + 1;
  else rows->child = rows->list->doc->nodes[rows->child].next;
  return value_of_node(&r->arena, rows->list->doc, rows->child);
}

static void finish_side(Reader *r, const Value *list, size_t n, BookSide *side) {
  Rows rows = { list, 0, 0 };
  for (size_t i = 0; i < n; i++) {
    Value row = rows_next(r, &rows), price = row_item(r, &row, 1, "price"), amount = row_item(r, &row, 2, "amount"), id = row_item(r, &row, 3, "id");
    BookLevel *l = &side->levels[side->n++];
    l->price = level_number(r, &price, "book price");
    l->amount = level_number(r, &amount, "book amount");
    l->id = (id.kind == V_TEXT || id.kind == V_NUMBER) && row.kind == V_NODE ? id.node : JSON_NONE;
  }
}

static void finish_book(Reader *r, const Value *raw) {
  const Tree *t = need_tree(r, "book", raw);
  const TreeItem *bids = tree_find(t, "bids"), *asks = tree_find(t, "asks");
  if (!bids || !asks) read_fail(r, "book: read returned no %s", bids ? "asks" : "bids");
  size_t nbids = rows_of(r, "book.bids", &bids->v), nasks = rows_of(r, "book.asks", &asks->v);
  Record *rec = record_of_tree(r, schema_of(SCHEMA_BOOK), t, NULL, 0);
  Book *b = book_new(r->to, nbids, nasks);
  finish_side(r, &bids->v, nbids, &b->bids);
  finish_side(r, &asks->v, nasks, &b->asks);
  book_details(r, b, rec);
  if (rec->info.kind == V_NODE) book_keep(b, rec->info.doc, rec->info.node);
}

static void finish_candles(Reader *r, const Value *raw) {
  static const char *const names[] = { "open", "high", "low", "close", "volume" };
  size_t n = rows_of(r, "candles", raw);
  Candle *list = arena_alloc(&r->arena, (n + 1) * sizeof *list);
  Rows rows = { raw, 0, 0 };
  r->field = "candles";
  for (size_t i = 0; i < n; i++) {
    Value row = rows_next(r, &rows), time = value_as(r, SLOT_TIME, row_item(r, &row, 1, "time"));
    if (time.kind != V_TIME) read_fail(r, "candles: a row without a time (row %d)", (int)i + 1);
    list[i].time = time.t;
    for (int f = 0; f < 5; f++) {
      Value v = value_as(r, SLOT_NUMBER, row_item(r, &row, f + 2, names[f]));
      list[i].has[f] = v.kind == V_DECIMAL;
      list[i].v[f] = v.kind == V_DECIMAL ? dec_double(v.d) : 0;
    }
  }
  push_candles(r, list, n);
}

static void finish_value(Reader *r, const Kind *kind, const Value *raw) {
  const Schema *s = schema_of(kind->schema);
  r->field = kind->name;
  switch (kind->shape) {
    case SHAPE_ONE: {
      Record *rec = record_of_tree(r, s, need_tree(r, kind->name, raw), NULL, 0);
      record_push(r->to, rec, record_keys(r->to, s));
      return;
    }
    case SHAPE_LIST: case SHAPE_KEYED: finish_many(r, kind, s, raw); return;
    case SHAPE_BALANCE: finish_balances(r, raw); return;
    case SHAPE_BOOK: finish_book(r, raw); return;
    case SHAPE_CANDLES: finish_candles(r, raw); return;
    case SHAPE_TIME: {
      Value v = value_as(r, SLOT_TIME, *raw);
      if (v.kind != V_TIME) read_fail(r, "time: read returned nothing");
      lua_pushinteger(r->to, v.t);
      return;
    }
    case SHAPE_EACH: value_push(r->to, raw); return;
  }
}

/* ---- the protected call ---- */

typedef struct {
  Reader r;
  const Plan *plan;
  Spot spot;
  Shelf *shelf;
  const Kind *kind;
  Value raw;
  int from;
} Run;

static int run_protected(lua_State *L) {
  Run *x = lua_touserdata(L, 1);
  Reader *r = &x->r;
  const Plan *p = x->plan;
  if (!p) { finish_value(r, x->kind, &x->raw); return 1; }
  switch (p->kind->shape) {
    case SHAPE_ONE: run_one(r, p, &x->spot); break;
    case SHAPE_LIST: run_list(r, p, &x->spot); break;
    case SHAPE_KEYED: run_keyed(r, p, &x->spot); break;
    case SHAPE_BALANCE: run_balance(r, p, &x->spot); break;
    case SHAPE_BOOK: run_book(r, p, &x->spot); break;
    case SHAPE_CANDLES: run_candles(r, p, &x->spot); break;
    case SHAPE_TIME: run_time(r, p, &x->spot); break;
    case SHAPE_EACH: {
      Value v = read_each(r, p, &x->spot, false);
      value_push(L, &v);
      break;
    }
  }
  return 1;
}

static int store_protected(lua_State *L) {
  Run *x = lua_touserdata(L, 1);
  Reader *r = &x->r;
  const Plan *p = x->plan;
  Walk w;
  Spot at;
  if (!walk_open(r, p, &x->spot, false, &w)) return 0;
  Record *rec = record_new(r, p->schema);
  Value *slots = rec->slots;
  while (walk_next(r, p, &w, &at)) {
    if (!chosen(r, p, &at)) continue;
    record_clear(rec);
    rec->slots = slots;
    read_record(r, p, rec, &at, NULL);
    if (!shelf_add(x->shelf, rec)) read_fail(r, "out of memory");
  }
  return 0;
}

static int take_protected(lua_State *L) {
  Run *x = lua_touserdata(L, 2);
  x->raw = value_of_lua(&x->r.arena, L, 1);
  return 0;
}

static void run_begin(Run *x, lua_State *to, ReadContext *c) {
  memset(x, 0, sizeof *x);
  c->error[0] = 0;
  x->r.to = to;
  x->r.c = c;
  x->r.arena.L = to;
  x->r.kind = x->r.field = "reply";
  x->raw = value_none();
}

/* After a failed lua_pcall on L: the error's text into c->error. */
static void run_failed(lua_State *L, ReadContext *c) {
  if (!c->error[0]) snprintf(c->error, sizeof c->error, "%s", lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "the reply cannot be read");
  lua_pop(L, 1);
}

static bool run_call(Run *x, lua_State *L, lua_CFunction f, int nresults) {
  ReadContext *c = x->r.c;
  bool ok = lua_checkstack(L, 8);
  if (ok) {
    lua_pushcfunction(L, f);
    lua_pushlightuserdata(L, x);
    ok = lua_pcall(L, 1, nresults, 0) == LUA_OK;
    if (!ok) run_failed(L, c);
  } else {
    snprintf(c->error, sizeof c->error, "out of memory");
  }
  arena_free(&x->r.arena);
  return ok;
}

bool plan_run(lua_State *to, const Plan *p, ReadContext *c, JsonDoc *doc, uint32_t node) {
  Run x;
  run_begin(&x, to, c);
  x.plan = p;
  x.r.doc = doc;
  x.r.kind = p->kind->name;
  x.spot = (Spot){ doc, node, NULL, 0, c->market };
  if (p->schema->id == SCHEMA_MARKET && c->markets) market_store_fees(c->markets, c->taker, c->maker);
  return run_call(&x, to, run_protected, 1);
}

static bool run_store(const Plan *p, ReadContext *c, JsonDoc *doc, uint32_t node, MarketStore *into, enum schema_id schema) {
  Run x;
  run_begin(&x, c->adapter, c);
  if (p->schema->id != schema || (p->kind->shape != SHAPE_LIST && p->kind->shape != SHAPE_KEYED)) {
    snprintf(c->error, sizeof c->error, "%s{} does not give %s", p->kind->name, schema == SCHEMA_MARKET ? "markets" : "currencies");
    return false;
  }
  x.plan = p;
  x.r.doc = doc;
  x.r.kind = p->kind->name;
  x.spot = (Spot){ doc, node, NULL, 0, NULL };
  if (schema == SCHEMA_MARKET) market_store_fees(into, c->taker, c->maker);
  x.shelf = shelf_new(into, schema == SCHEMA_CURRENCY);
  if (x.shelf) shelf_keep(x.shelf, doc);
  bool ok = x.shelf && run_call(&x, c->adapter, store_protected, 0);
  if (ok && !shelf_put(into, x.shelf)) ok = false;
  if (!ok) {
    shelf_free(x.shelf);
    if (!c->error[0]) snprintf(c->error, sizeof c->error, "out of memory");
  }
  return ok;
}

bool plan_run_markets(const Plan *p, ReadContext *c, JsonDoc *doc, uint32_t node, MarketStore *into) {
  return run_store(p, c, doc, node, into, SCHEMA_MARKET);
}

bool plan_run_currencies(const Plan *p, ReadContext *c, JsonDoc *doc, uint32_t node, MarketStore *into) {
  return run_store(p, c, doc, node, into, SCHEMA_CURRENCY);
}

bool plan_finish(lua_State *to, const char *kind, ReadContext *c, lua_State *from, int idx) {
  Run x;
  run_begin(&x, to, c);
  x.kind = kind_named(kind);
  if (!x.kind) {
    snprintf(c->error, sizeof c->error, "no kind of result '%s'", kind);
    return false;
  }
  if (x.kind->schema == SCHEMA_MARKET && c->markets) market_store_fees(c->markets, c->taker, c->maker);
  idx = lua_absindex(from, idx);
  if (!lua_checkstack(from, 8)) { snprintf(c->error, sizeof c->error, "out of memory"); return false; }
  x.r.arena.L = from;
  lua_pushcfunction(from, take_protected);
  lua_pushvalue(from, idx);
  lua_pushlightuserdata(from, &x);
  if (lua_pcall(from, 2, 0, 0) != LUA_OK) {
    char why[200];
    snprintf(why, sizeof why, "%s", lua_type(from, -1) == LUA_TSTRING ? lua_tostring(from, -1) : "?");
    lua_pop(from, 1);
    snprintf(c->error, sizeof c->error, "%s: read returned %s", kind, why);
    arena_free(&x.r.arena);
    return false;
  }
  x.r.arena.L = to;
  return run_call(&x, to, run_protected, 1);
}
