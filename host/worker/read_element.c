/* One element of a reply to one record or plain table: its market, its fields, and walking the lists that elements stand in. */
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "worker/misread.h"
#include "worker/read_in.h"

bool read_wanted(const Wanted *w, const Value *name) {
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

Wanted read_wanted_names(Reader *r, const char *argument) {
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
    misread(why, why, sizeof why);
    read_fail(r, "symbol_of('%.*s'): %s", id->n > 40 ? 40 : (int)id->n, id->s, why);
  }
  return j.out.kind == V_TEXT ? j.out : *id;
}

Value read_as(Reader *r, const Expr *e, const char *field, enum slot_type type, const Spot *spot) {
  r->field = field;
  return value_as(r, type, expr_eval(r, e, spot));
}

void read_set_market(Record *rec, const Market *m, bool own) {
  rec->market = m;
  rec->own = own;
  rec->slots[rec->schema->symbol] = value_text(market_symbol(m), market_symbol_length(m));
}

static void find_market(Reader *r, const Plan *p, Record *rec, const Spot *spot) {
  ReadContext *c = r->c;
  Value id = value_none();
  if (p->market) id = read_as(r, p->market, "market", SLOT_ID, spot);
  if (id.kind == V_TEXT) {
    const char *type = c->market ? market_facts(c->market)->type : NULL;
    if (p->market_type) {
      Value t = read_as(r, p->market_type, "market_type", SLOT_TEXT, spot);
      if (t.kind == V_TEXT) type = arena_text(&r->arena, t.s, t.n);
    }
    const Market *m = c->markets ? market_by_id(c->markets, id.s, id.n, type) : NULL;
    if (m) { read_set_market(rec, m, true); return; }
    if (!c->market) {
      rec->own = true;
      rec->slots[rec->schema->symbol] = unknown_symbol(r, &id, type);
      return;
    }
  }
  if (c->market) read_set_market(rec, c->market, false);
}

/* A record that names its symbol itself. */
void read_adopt_symbol(Reader *r, Record *rec) {
  const Value *symbol = &rec->slots[rec->schema->symbol];
  if (symbol->kind != V_TEXT || (rec->market && symbol->s == market_symbol(rec->market))) return;
  if (rec->market && market_symbol_length(rec->market) == symbol->n && same_bytes(market_symbol(rec->market), symbol->s, symbol->n)) return;
  rec->market = r->c->markets ? market_by_symbol(r->c->markets, symbol->s, symbol->n) : NULL;
  rec->own = true;
}

static bool takes_code(const Schema *s) {
  return s->id == SCHEMA_TRANSACTION || s->id == SCHEMA_TRANSFER || s->id == SCHEMA_LEDGER || s->id == SCHEMA_ADDRESS || s->id == SCHEMA_WITHDRAW_FEE;
}

void read_adopt_code(Reader *r, Record *rec) {
  if (!takes_code(rec->schema)) return;
  Value *currency = &rec->slots[rec->schema->currency];
  if (currency->kind == V_TEXT) rec->own = true;
  else if (r->c->code) *currency = value_text(r->c->code, strlen(r->c->code));
}

/* ---- elements ---- */

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

void read_fields(Reader *r, const Plan *p, Record *rec, const Spot *spot) {
  for (int i = 0; i < p->n; i++) {
    const Field *f = &p->fields[i];
    if (f->simple && expr_number(r, &f->e, spot, &rec->slots[f->slot])) continue;
    r->field = f->label;
    Value v = field_value(r, f, spot);
    if (f->slot >= 0) record_set(r, rec, f->slot, v);
    else add_extra(r, p, rec, f, v);
  }
}

/* False: the call did not ask for this one. */
bool read_record(Reader *r, const Plan *p, Record *rec, const Spot *at, const Wanted *w) {
  Spot spot = *at;
  rec->exact = p->exact_average;
  expr_begin_element(r, at->doc, at->node);
  if (p->schema->symbol >= 0 && p->schema->id != SCHEMA_MARKET) {
    find_market(r, p, rec, &spot);
    spot.market = rec->market;
    if (w && w->names && rec->own && !read_wanted(w, &rec->slots[p->schema->symbol])) return false;
  }
  read_fields(r, p, rec, &spot);
  if (p->schema->symbol >= 0 && p->schema->id != SCHEMA_MARKET) read_adopt_symbol(r, rec);
  read_adopt_code(r, rec);
  r->field = p->schema->name;
  rec->info = value_of_node(&r->arena, spot.doc, spot.node);
  finish_record(r, rec);
  record_withhold(rec);
  return true;
}

/* ---- walking lists ---- */

/* Where the list is; an absent one is an error unless `absent` may be (then false). */
bool walk_open(Reader *r, const Plan *p, const Spot *from, bool absent, Walk *w) {
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
  *w = (Walk){ at.doc, json_first(at.node), json_next(at.doc->nodes, at.node), n->type == JSON_OBJECT, 0 };
  return true;
}

/* A null among the elements says nothing: it is passed over. */
bool walk_next(Reader *r, const Plan *p, Walk *w, Spot *out) {
  do {
    if (w->child >= w->end) return false;
    out->doc = w->doc;
    out->key = NULL;
    out->klen = 0;
    out->market = NULL;
    if (w->object) {
      Value key = value_of_node(&r->arena, w->doc, w->child);
      if (key.kind == V_TEXT) { out->key = key.s; out->klen = key.n; }
      w->child++;
    }
    out->node = w->child;
    w->child = json_next(w->doc->nodes, w->child);
    w->index++;
  } while (w->doc->nodes[out->node].type == JSON_NULL);
  const JsonNode *n = &w->doc->nodes[out->node];
  if (n->type != JSON_ARRAY && n->type != JSON_OBJECT && !p->scalars) {
    char shown[64], path[140];
    Value v = value_of_node(&r->arena, w->doc, out->node);
    value_path(w->doc, out->node, path, sizeof path);
    read_fail(r, "%s: expected a list of objects, got %s at %s", p->kind->name, value_shown(&v, shown, sizeof shown), path);
  }
  return true;
}

bool read_chosen(Reader *r, const Plan *p, const Spot *spot) {
  if (!p->where) return true;
  r->field = "where";
  Value v = expr_eval(r, p->where, spot);
  if (!p->where_value) return v.kind != V_NONE && !(v.kind == V_BOOL && !v.b);
  MapEntry entry = { p->where_value, p->where_len, value_bool(true) };
  ValueMap m = { &entry, 1, value_none(), false };
  return map_find(&m, &v)->kind != V_NONE;
}

size_t walk_count(const Walk *w) {
  size_t n = 0;
  for (uint32_t c = w->child; c < w->end; c = json_next(w->doc->nodes, c)) n++;
  return w->object ? n / 2 : n;
}

/* A table of the fields of one element; numbers where the name says so, else as on the wire. */
static Value read_plain(Reader *r, const Plan *p, const Spot *spot) {
  Value out = tree_new(&r->arena, false, (size_t)p->n);
  const char *field = r->field;
  for (int i = 0; i < p->n; i++) {
    const Field *f = &p->fields[i];
    r->field = f->label;
    Value v = field_value(r, f, spot);
    r->field = f->label;
    if (f->slot >= 0 && v.kind != V_TREE) v = value_as(r, p->schema->slots[f->slot].type, v);
    if (v.kind != V_NONE) out.tree->items[out.tree->n++] = (TreeItem){ f->name, f->len, v };
  }
  r->field = field;
  return out;
}

Value read_each(Reader *r, const Plan *p, const Spot *spot, bool inner) {
  Walk w;
  if (p->record) return read_plain(r, p, spot);
  if (!walk_open(r, p, spot, inner, &w)) return value_none();
  Value out = tree_new(&r->arena, !p->key, walk_count(&w));
  Spot at;
  while (walk_next(r, p, &w, &at)) {
    at.market = spot->market;
    if (!read_chosen(r, p, &at)) continue;
    TreeItem item = { NULL, 0, value_none() };
    if (p->key) {
      Value key = read_as(r, p->key, "each.key", SLOT_ID, &at);
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
  Value out = tree_new(&r->arena, true, walk_count(&w));
  Spot at;
  while (walk_next(r, p, &w, &at)) {
    if (!read_chosen(r, p, &at)) continue;
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
