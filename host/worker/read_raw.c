/* What an adapter's function returned: raw records that are completed as those of maps are. */
#include <lauxlib.h>
#include <string.h>

#include "worker/read_in.h"

Record *read_record_of_tree(Reader *r, const Schema *s, const Tree *t, const char *key, size_t klen) {
  Record *rec = record_new(r, s);
  r->field = s->name;
  record_take(r, rec, t);
  if (s->symbol >= 0 && s->id != SCHEMA_MARKET) {
    if (!has(rec, s->symbol) && key) rec->slots[s->symbol] = value_text(key, klen);
    if (has(rec, s->symbol)) read_adopt_symbol(r, rec);
    else if (r->c->market) read_set_market(rec, r->c->market, false);
  }
  if (s->currency >= 0 && key && !has(rec, s->currency)) rec->slots[s->currency] = value_text(key, klen);
  if (s->id == SCHEMA_CURRENCY && key && !has(rec, CURRENCY_code)) rec->slots[CURRENCY_code] = value_text(key, klen);
  read_adopt_code(r, rec);
  finish_record(r, rec);
  record_withhold(rec);
  return rec;
}

const Tree *read_need_tree(Reader *r, const char *what, const Value *v) {
  char shown[64];
  if (v->kind != V_TREE) read_fail(r, "%s: read returned %s where a table was expected", what, value_shown(v, shown, sizeof shown));
  return v->tree;
}

/* A single record where a list is expected: what is left of a reply that no map read. */
static bool is_record(const Tree *t) { return !t->list && tree_find(t, "info") != NULL; }

static void finish_many(Reader *r, const Kind *kind, const Schema *s, const Value *raw) {
  lua_State *L = r->to;
  const Tree *t = read_need_tree(r, kind->name, raw);
  Record **list = arena_alloc(&r->arena, (t->n + 1) * sizeof *list);
  size_t n = 0;
  if (kind->shape == SHAPE_LIST && is_record(t)) {
    list[n++] = read_record_of_tree(r, s, t, NULL, 0);
  } else {
    for (uint32_t i = 0; i < t->n; i++) {
      const TreeItem *item = &t->items[i];
      if (kind->shape == SHAPE_KEYED && item->key && item->klen == 4 && memcmp(item->key, "info", 4) == 0) continue;
      const char *key = kind->shape == SHAPE_KEYED ? item->key : NULL;
      list[n++] = read_record_of_tree(r, s, read_need_tree(r, kind->name, &item->v), key, item->klen);
    }
  }
  if (kind->shape == SHAPE_LIST) { read_push_list(r, list, n); return; }
  Wanted names = read_wanted_names(r, read_wanted_argument(s));
  lua_createtable(L, 0, (int)n);
  int table = lua_gettop(L), keys = record_keys(L, s, NULL), slot = read_key_slot(r, kind, s), own = schema_slot(s, kind->key, strlen(kind->key));
  for (size_t i = 0; i < n; i++)
    if (read_wanted(&names, &list[i]->slots[own])) read_push_keyed(r, list[i], slot, table, keys);
  lua_settop(L, table);
}

void finish_value(Reader *r, const Kind *kind, const Value *raw) {
  const Schema *s = schema_of(kind->schema);
  r->field = kind->name;
  switch (kind->shape) {
    case SHAPE_ONE: {
      Record *rec = read_record_of_tree(r, s, read_need_tree(r, kind->name, raw), NULL, 0);
      record_push(r->to, rec, record_keys(r->to, s, NULL));
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
