/* Records to Lua: one, a list, a table by symbol or code. */
#include <lauxlib.h>
#include <string.h>

#include "worker/read_in.h"

void read_push_list(Reader *r, Record **list, size_t n) {
  lua_State *L = r->to;
  n = finish_list(r, list, n);
  lua_createtable(L, (int)n, 0);
  int table = lua_gettop(L);
  if (n == 0) return;
  int keys = record_keys(L, list[0]->schema, r->doc);
  for (size_t i = 0; i < n; i++) {
    record_push(L, list[i], keys);
    lua_rawseti(L, table, (lua_Integer)i + 1);
  }
  lua_settop(L, table);
}

const char *read_wanted_argument(const Schema *s) { return s->symbol >= 0 ? "symbols" : "codes"; }

/* The key of a record in a table of records. */
int read_key_slot(const Reader *r, const Kind *kind, const Schema *s) {
  if (s->id == SCHEMA_ADDRESS && r->c->code) return ADDRESS_network;     /* addresses of one currency */
  return schema_slot(s, kind->key, strlen(kind->key));
}

void read_push_keyed(Reader *r, const Record *rec, int slot, int table, int keys) {
  const Value *key = &rec->slots[slot];
  if (key->kind != V_TEXT && rec->schema->id == SCHEMA_ADDRESS) key = &rec->slots[ADDRESS_currency];
  if (key->kind != V_TEXT) return;
  lua_pushlstring(r->to, key->s, key->n);
  record_push(r->to, rec, keys);
  lua_rawset(r->to, table);
}

void run_keyed(Reader *r, const Plan *p, const Spot *from) {
  lua_State *L = r->to;
  Walk w;
  Spot at;
  Wanted names = read_wanted_names(r, read_wanted_argument(p->schema));
  bool some = walk_open(r, p, from, false, &w);
  size_t count = some ? walk_count(&w) : 0;
  lua_createtable(L, 0, names.names ? (int)names.names->n : count > INT32_MAX ? 0 : (int)count);
  if (!some) return;
  int table = lua_gettop(L), keys = record_keys(L, p->schema, r->doc), slot = read_key_slot(r, p->kind, p->schema);
  int own = schema_slot(p->schema, p->kind->key, strlen(p->kind->key));
  Record *rec = record_new(r, p->schema);
  while (walk_next(r, p, &w, &at)) {
    if (!read_chosen(r, p, &at)) continue;
    record_clear(rec);
    if (!read_record(r, p, rec, &at, p->schema->symbol >= 0 ? &names : NULL)) continue;
    if (read_wanted(&names, &rec->slots[own])) read_push_keyed(r, rec, slot, table, keys);
  }
  lua_settop(L, table);
}

void run_list(Reader *r, const Plan *p, const Spot *from) {
  lua_State *L = r->to;
  Walk w;
  Spot at;
  if (!walk_open(r, p, from, false, &w)) { lua_newtable(L); return; }
  size_t count = walk_count(&w), n = 0;
  if (p->schema->timestamp >= 0) {          /* to be ordered: all are read first */
    Record **list = arena_alloc(&r->arena, (count + 1) * sizeof *list);
    Wanted names = { NULL };
    if (p->schema->id == SCHEMA_POSITION) names = read_wanted_names(r, read_wanted_argument(p->schema));
    while (walk_next(r, p, &w, &at)) {
      if (!read_chosen(r, p, &at)) continue;
      list[n] = record_new(r, p->schema);
      if (read_record(r, p, list[n], &at, &names)) n++;
    }
    read_push_list(r, list, n);
    return;
  }
  lua_createtable(L, (int)count, 0);
  int table = lua_gettop(L), keys = record_keys(L, p->schema, r->doc);
  Record *rec = record_new(r, p->schema);
  while (walk_next(r, p, &w, &at)) {
    if (!read_chosen(r, p, &at)) continue;
    record_clear(rec);
    read_record(r, p, rec, &at, NULL);
    record_push(L, rec, keys);
    lua_rawseti(L, table, (lua_Integer)++n);
  }
  lua_settop(L, table);
}

void read_locate(Reader *r, const Plan *p, const Spot *from, Spot *at) {
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

void run_one(Reader *r, const Plan *p, const Spot *from) {
  Spot at;
  read_locate(r, p, from, &at);
  Record *rec = record_new(r, p->schema);
  read_record(r, p, rec, &at, NULL);
  int keys = record_keys(r->to, p->schema, NULL);
  record_push(r->to, rec, keys);
}
