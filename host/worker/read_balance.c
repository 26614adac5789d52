/* Balances: by currency, what stands twice added up, the two of free, used and total that were given make the third. */
#include <lauxlib.h>
#include <string.h>

#include "worker/read_in.h"

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

void run_balance(Reader *r, const Plan *p, const Spot *from) {
  Walk w;
  Spot at;
  Purse purse;
  bool some = walk_open(r, p, from, false, &w);
  purse_new(r, &purse, some ? walk_count(&w) : 0);
  while (some && walk_next(r, p, &w, &at)) {
    if (!read_chosen(r, p, &at)) continue;
    Record *rec = record_new(r, p->schema);
    read_record(r, p, rec, &at, NULL);
    purse_add(r, &purse, rec);
  }
  Value info = value_of_node(&r->arena, from->doc, from->node), none = value_none();
  push_purse(r, &purse, &info, &none);
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

void finish_balances(Reader *r, const Value *raw) {
  static const char *const parts[] = { "free", "used", "total", "debt" };
  const Tree *t = read_need_tree(r, "balance", raw);
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
    record_take(r, rec, read_need_tree(r, "balance", &item->v));
    if (item->key) rec->slots[BALANCE_currency] = value_text(item->key, item->klen);
    purse_add(r, &purse, rec);
  }
  for (int i = 0; i < 4; i++) {
    const TreeItem *part = tree_find(t, parts[i]);
    if (part && part->v.kind == V_TREE) purse_part(r, &purse, part->v.tree, BALANCE_free + i);
  }
  push_purse(r, &purse, &info, &timestamp);
}
