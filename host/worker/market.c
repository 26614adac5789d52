/* Records are packed into bytes (a Binance market takes some 200), found through two hash tables, unpacked when a table is asked for (market_table.c). */
#include "worker/market_in.h"

#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/finish.h"

struct MarketStore {
  Shelf *markets, *currencies, *old_markets, *old_currencies;
  unsigned generation;
  double taker, maker;
  Name *renames; size_t nrenames;
  char *code; size_t code_cap;           /* of market_store_code */
};

/* ---- memory ---- */

static char *shelf_bytes(Shelf *h, size_t n) {
  n = (n + 7) & ~(size_t)7;
  if (!h->blocks || h->blocks->size - h->blocks->used < n) {
    size_t size = n > (128u << 10) ? n : (128u << 10);
    Block *b = malloc(sizeof *b + size);
    if (!b) return NULL;
    b->next = h->blocks;
    b->used = 0;
    b->size = size;
    h->blocks = b;
  }
  char *p = h->blocks->bytes + h->blocks->used;
  h->blocks->used += n;
  return p;
}

static const char *shelf_text(Shelf *h, const char *s, size_t n) {
  char *p = shelf_bytes(h, n + 1);
  if (!p) return NULL;
  memcpy(p, s, n);
  p[n] = 0;
  return p;
}

Shelf *shelf_new(MarketStore *s, bool currencies) {
  Shelf *h = calloc(1, sizeof *h);
  if (!h) return NULL;
  h->currencies = currencies;
  h->taker = s->taker;
  h->maker = s->maker;
  return h;
}

void shelf_free(Shelf *h) {
  if (!h) return;
  while (h->blocks) {
    Block *next = h->blocks->next;
    free(h->blocks);
    h->blocks = next;
  }
  free(h->all);
  free(h->sorted);
  free(h->by_name.at);
  free(h->by_id.at);
  free(h->names);
  free(h->names_by_id.at);
  free(h->names_by_code.at);
  free(h->packer.p);
  json_unref(h->doc);
  plan_part_free(h->rest);
  free(h);
}

void shelf_keep(Shelf *h, JsonDoc *doc) { h->packer.kept = h->doc = json_ref(doc); }

void shelf_rest(Shelf *h, Plan *rest, const ReadContext *c) {
  h->rest = rest;
  h->context = *c;
}

/* ---- hashing ---- */

static uint32_t hash_text(const char *s, size_t n) {
  uint32_t h = 2166136261u;
  for (size_t i = 0; i < n; i++) h = (h ^ (unsigned char)s[i]) * 16777619u;
  return h ^ h >> 13;
}

static bool hash_new(Hash *h, size_t n) {
  uint32_t size = 8;
  while (size < 2 * n + 2) size *= 2;
  h->at = calloc(size, sizeof *h->at);
  h->mask = size - 1;
  return h->at != NULL;
}

static bool text_eq(const char *a, size_t an, const char *b, size_t bn) { return an == bn && same_bytes(a, b, an); }

/* ---- filling ---- */

static bool grow(void **list, size_t *cap, size_t n, size_t size) {
  if (n < *cap) return true;
  size_t more = *cap ? *cap * 2 : 64;
  void *p = realloc(*list, more * size);
  if (!p) return false;
  *list = p;
  *cap = more;
  return true;
}

static bool add_name(Shelf *h, const Value *id, const Value *code) {
  if (id->kind != V_TEXT || code->kind != V_TEXT) return true;
  /* The hash of ids is kept at most half full as names come in. */
  if (!h->names_by_id.at || h->nnames * 2 >= h->names_by_id.mask) {
    Hash bigger;
    if (!hash_new(&bigger, h->nnames ? h->nnames * 2 : 128)) return false;
    for (size_t i = 0; i < h->nnames; i++) {
      uint32_t k = hash_text(h->names[i].id, h->names[i].id_len);
      while (bigger.at[k & bigger.mask]) k++;
      bigger.at[k & bigger.mask] = (uint32_t)i + 1;
    }
    free(h->names_by_id.at);
    h->names_by_id = bigger;
  }
  uint32_t k = hash_text(id->s, id->n);
  for (; h->names_by_id.at[k & h->names_by_id.mask]; k++) {
    const Name *n = &h->names[h->names_by_id.at[k & h->names_by_id.mask] - 1];
    if (text_eq(n->id, n->id_len, id->s, id->n)) return true;
  }
  if (!grow((void **)&h->names, &h->names_cap, h->nnames, sizeof *h->names)) return false;
  Name name = { shelf_text(h, id->s, id->n), shelf_text(h, code->s, code->n), (uint32_t)id->n, (uint32_t)code->n };
  if (!name.id || !name.code) return false;
  h->names[h->nnames++] = name;
  h->names_by_id.at[k & h->names_by_id.mask] = (uint32_t)h->nnames;
  return true;
}

static void default_number(Record *rec, int slot, double x) {
  Decimal d;
  if (!has(rec, slot) && isfinite(x) && dec_from_double(x, &d)) rec->slots[slot] = value_decimal(d);
}

static double number_or_nan(const Record *rec, int slot) {
  return rec->slots[slot].kind == V_DECIMAL ? dec_double(rec->slots[slot].d) : NAN;
}

static bool flag(const Record *rec, int slot) { return rec->slots[slot].kind == V_BOOL && rec->slots[slot].b; }

void shelf_fees(const Shelf *h, Record *rec) {
  default_number(rec, MARKET_taker, h->taker);
  default_number(rec, MARKET_maker, h->maker);
}

static bool complete_market(Shelf *h, Record *rec, Market *m) {
  Value *s = rec->slots;
  shelf_fees(h, rec);
  if (!has(rec, MARKET_subType) && flag(rec, MARKET_linear)) s[MARKET_subType] = value_text("linear", 6);
  if (!has(rec, MARKET_subType) && flag(rec, MARKET_inverse)) s[MARKET_subType] = value_text("inverse", 7);
  static const char *const types[] = { "spot", "margin", "swap", "future", "option" };
  m->facts.type = "";
  for (size_t i = 0; i < 5; i++)
    if (text_eq(types[i], strlen(types[i]), s[MARKET_type].kind == V_TEXT ? s[MARKET_type].s : "", s[MARKET_type].kind == V_TEXT ? s[MARKET_type].n : 0))
      m->facts.type = types[i];
  m->facts.contract = flag(rec, MARKET_contract);
  m->facts.inverse = flag(rec, MARKET_inverse);
  m->facts.contract_size = number_or_nan(rec, MARKET_contractSize);
  if (s[MARKET_precision_price].kind == V_DECIMAL && s[MARKET_precision_price].d.m > 0) {
    Decimal step = dec_strip(s[MARKET_precision_price].d);
    m->facts.price_places = step.scale > 0 ? step.scale : 0;
  }
  return add_name(h, &s[MARKET_baseId], &s[MARKET_base]) && add_name(h, &s[MARKET_quoteId], &s[MARKET_quote])
      && add_name(h, &s[MARKET_settleId], &s[MARKET_settle]);
}

/* The info comes first: the rest of the record may be read of it. */
static void pack_record(Packer *k, const Record *rec) {
  unsigned char end = 255;
  packed_add(k, &rec->info);
  for (int i = 0; i < rec->schema->n; i++) {
    if (!has(rec, i)) continue;
    unsigned char slot = (unsigned char)i;
    packed_bytes(k, &slot, 1);
    packed_add(k, &rec->slots[i]);
  }
  packed_bytes(k, &end, 1);
  uint32_t n = rec->nextras;
  packed_bytes(k, &n, sizeof n);
  for (uint32_t i = 0; i < n; i++) {
    Value key = value_text(rec->extras[i].key, rec->extras[i].klen);
    packed_add(k, &key);
    packed_add(k, &rec->extras[i].v);
  }
}

bool shelf_add(Shelf *h, Record *rec) {
  const Value *name = &rec->slots[h->currencies ? CURRENCY_code : MARKET_symbol], *id = &rec->slots[h->currencies ? CURRENCY_id : MARKET_id];
  if (name->kind != V_TEXT) return true;
  if (!grow((void **)&h->all, &h->cap, h->n, sizeof *h->all)) return false;
  Market *m = (Market *)(void *)shelf_bytes(h, sizeof *m);
  if (!m) return false;
  memset(m, 0, sizeof *m);
  m->shelf = h;
  m->name = shelf_text(h, name->s, name->n);
  m->name_len = (uint32_t)name->n;
  m->id = id->kind == V_TEXT ? shelf_text(h, id->s, id->n) : "";
  m->id_len = id->kind == V_TEXT ? (uint32_t)id->n : 0;
  if (!m->name || !m->id) return false;
  m->facts.type = "";
  m->facts.contract_size = NAN;
  m->facts.price_places = 18;
  if (!h->currencies && !complete_market(h, rec, m)) return false;
  Packer *k = &h->packer;
  k->n = 0;
  pack_record(k, rec);
  char *bytes = k->failed ? NULL : shelf_bytes(h, k->n);
  if (!bytes) return false;
  memcpy(bytes, k->p, k->n);
  m->packed = bytes;
  h->all[h->n++] = m;
  return true;
}

static int name_order(const void *x, const void *y) {
  const Market *a = *(Market *const *)x, *b = *(Market *const *)y;
  return strcmp(a->name, b->name);
}

static bool shelf_seal(Shelf *h) {
  h->sorted = malloc((h->n + 1) * sizeof *h->sorted);
  if (!h->sorted || !hash_new(&h->by_name, h->n) || !hash_new(&h->by_id, h->n) || !hash_new(&h->names_by_code, h->nnames)) return false;
  for (size_t i = 0; i < h->n; i++) {
    Market *m = h->all[i];
    uint32_t k = hash_text(m->name, m->name_len);
    uint32_t *at = NULL;
    for (;; k++) {
      at = &h->by_name.at[k & h->by_name.mask];
      if (!*at || text_eq(h->all[*at - 1]->name, h->all[*at - 1]->name_len, m->name, m->name_len)) break;
    }
    *at = (uint32_t)i + 1;         /* the last one of a name counts */
    if (!m->id_len) continue;
    for (k = hash_text(m->id, m->id_len);; k++) {
      at = &h->by_id.at[k & h->by_id.mask];
      if (!*at) { *at = (uint32_t)i + 1; break; }
      Market *first = h->all[*at - 1];
      if (!text_eq(first->id, first->id_len, m->id, m->id_len)) continue;
      while (first->same_id) first = first->same_id;
      first->same_id = m;
      m->later = true;
      break;
    }
  }
  for (uint32_t i = 0; i <= h->by_name.mask; i++)
    if (h->by_name.at[i]) h->sorted[h->nsorted++] = h->all[h->by_name.at[i] - 1];
  for (size_t i = 0; i < h->nnames; i++) {
    const Name *n = &h->names[i];
    uint32_t k = hash_text(n->code, n->code_len);
    for (; h->names_by_code.at[k & h->names_by_code.mask]; k++) {
      const Name *o = &h->names[h->names_by_code.at[k & h->names_by_code.mask] - 1];
      if (text_eq(o->code, o->code_len, n->code, n->code_len)) break;
    }
    uint32_t *at = &h->names_by_code.at[k & h->names_by_code.mask];
    if (!*at) *at = (uint32_t)i + 1;
  }
  return true;
}

bool shelf_put(MarketStore *s, Shelf *h) {
  if (!shelf_seal(h)) return false;
  free(h->packer.p);
  h->packer = (Packer){ 0 };
  Shelf **now = h->currencies ? &s->currencies : &s->markets, **old = h->currencies ? &s->old_currencies : &s->old_markets;
  shelf_free(*old);
  *old = *now;
  *now = h;
  s->generation++;
  return true;
}

/* ---- the store ---- */

MarketStore *market_store_new(void) {
  MarketStore *s = calloc(1, sizeof *s);
  if (!s) return NULL;
  s->taker = s->maker = NAN;
  s->generation = 1;
  market_store_rename(s, "XBT", "BTC");
  market_store_rename(s, "BCHSV", "BSV");
  return s;
}

void market_store_free(MarketStore *s) {
  if (!s) return;
  shelf_free(s->markets);
  shelf_free(s->currencies);
  shelf_free(s->old_markets);
  shelf_free(s->old_currencies);
  for (size_t i = 0; i < s->nrenames; i++) {
    free((char *)s->renames[i].id);
    free((char *)s->renames[i].code);
  }
  free(s->renames);
  free(s->code);
  free(s);
}

void market_store_fees(MarketStore *s, double taker, double maker) {
  s->taker = taker;
  s->maker = maker;
}

unsigned market_generation(const MarketStore *s) { return s->generation; }
void market_store_thin(MarketStore *s) {
  if (s->markets && s->markets->doc) json_fold(s->markets->doc);
  if (s->currencies && s->currencies->doc) json_fold(s->currencies->doc);
}

size_t market_count(const MarketStore *s) { return s->markets ? s->markets->nsorted : 0; }
size_t currency_count(const MarketStore *s) { return s->currencies ? s->currencies->nsorted : 0; }

/* Most runs never ask for all. */
static const Market *nth(Shelf *h, size_t i) {
  if (!h || i >= h->nsorted) return NULL;
  if (!h->in_order) qsort(h->sorted, h->nsorted, sizeof *h->sorted, name_order);
  h->in_order = true;
  return h->sorted[i];
}

static const Market *by_name(const Shelf *h, const char *name, size_t len) {
  if (!h) return NULL;
  for (uint32_t k = hash_text(name, len);; k++) {
    uint32_t at = h->by_name.at[k & h->by_name.mask];
    if (!at) return NULL;
    if (text_eq(h->all[at - 1]->name, h->all[at - 1]->name_len, name, len)) return h->all[at - 1];
  }
}

/* A market and the texts that stand behind it (shelf_add). */
static void fetch_ahead(const Market *m) {
  for (size_t at = 0; at < sizeof *m + 64; at += 64) __builtin_prefetch((const char *)m + at);
}

/* Lists of tickers mostly come in the order of the markets, so the one after the last that was asked for is tried first: the hash table leads
 * to three cold places in memory, which took 5 % of reading 2,000 tickers. */
static const Market *by_id(Shelf *h, const char *id, size_t len) {
  if (!h) return NULL;
  if (h->guess < h->n) {
    const Market *m = h->all[h->guess];
    if (!m->later && text_eq(m->id, m->id_len, id, len)) {
      if (++h->guess + 1 < h->n) fetch_ahead(h->all[h->guess + 1]);
      return m;
    }
  }
  for (uint32_t k = hash_text(id, len);; k++) {
    uint32_t at = h->by_id.at[k & h->by_id.mask];
    if (!at) return NULL;
    if (!text_eq(h->all[at - 1]->id, h->all[at - 1]->id_len, id, len)) continue;
    h->guess = at;
    return h->all[at - 1];
  }
}

const Market *market_nth(const MarketStore *s, size_t i) { return nth(s->markets, i); }
const Market *market_by_symbol(const MarketStore *s, const char *symbol, size_t len) { return by_name(s->markets, symbol, len); }

const Market *market_by_id(const MarketStore *s, const char *id, size_t len, const char *type) {
  const Market *first = by_id(s->markets, id, len);
  if (!first || !first->same_id) return first;
  for (const Market *m = first; type && m; m = m->same_id)
    if (strcmp(m->facts.type, type) == 0) return m;
  for (const Market *m = first; m; m = m->same_id)
    if (strcmp(m->facts.type, "spot") == 0) return m;
  return first;
}

const char *market_symbol(const Market *m) { return m->name; }
size_t market_symbol_length(const Market *m) { return m->name_len; }
const char *market_id(const Market *m) { return m->id; }
const MarketFacts *market_facts(const Market *m) { return &m->facts; }

const Currency *currency_nth(const MarketStore *s, size_t i) { return (const Currency *)(const void *)nth(s->currencies, i); }
const Currency *currency_by_code(const MarketStore *s, const char *code, size_t len) {
  return (const Currency *)(const void *)by_name(s->currencies, code, len);
}
const Currency *currency_by_id(const MarketStore *s, const char *id, size_t len) {
  return (const Currency *)(const void *)by_id(s->currencies, id, len);
}
const char *currency_code(const Currency *c) { return c->m.name; }
const char *currency_id(const Currency *c) { return c->m.id_len ? c->m.id : NULL; }

const char *market_currency_id(const MarketStore *s, const char *code) {
  const Shelf *h = s->markets;
  size_t len = strlen(code);
  if (!h) return NULL;
  for (uint32_t k = hash_text(code, len);; k++) {
    uint32_t at = h->names_by_code.at[k & h->names_by_code.mask];
    if (!at) return NULL;
    if (text_eq(h->names[at - 1].code, h->names[at - 1].code_len, code, len)) return h->names[at - 1].id;
  }
}

void market_store_rename(MarketStore *s, const char *id, const char *code) {
  Name n = { strdup(id), strdup(code), (uint32_t)strlen(id), (uint32_t)strlen(code) };
  Name *more = n.id && n.code ? realloc(s->renames, (s->nrenames + 1) * sizeof *more) : NULL;
  if (!more) {
    free((char *)n.id);
    free((char *)n.code);
    return;
  }
  s->renames = more;
  s->renames[s->nrenames++] = n;
}

static const Name *renamed(const MarketStore *s, const char *id, size_t len) {
  for (size_t i = s->nrenames; i > 0; i--)     /* the adapter's own come after the default ones */
    if (text_eq(s->renames[i - 1].id, s->renames[i - 1].id_len, id, len)) return &s->renames[i - 1];
  return NULL;
}

const char *market_store_code(MarketStore *s, const char *id, size_t len) {
  const Market *c = by_id(s->currencies, id, len);
  if (c) return c->name;
  const Name *n = renamed(s, id, len);
  if (n) return n->code;
  const Shelf *h = s->markets;
  if (h && h->names_by_id.at) {
    for (uint32_t k = hash_text(id, len);; k++) {
      uint32_t at = h->names_by_id.at[k & h->names_by_id.mask];
      if (!at) break;
      if (text_eq(h->names[at - 1].id, h->names[at - 1].id_len, id, len)) return h->names[at - 1].code;
    }
  }
  if (len + 1 > s->code_cap) {
    char *p = realloc(s->code, len + 64);
    if (!p) return NULL;
    s->code = p;
    s->code_cap = len + 64;
  }
  for (size_t i = 0; i < len; i++) s->code[i] = id[i] >= 'a' && id[i] <= 'z' ? (char)(id[i] - 32) : id[i];
  s->code[len] = 0;
  n = renamed(s, s->code, len);
  return n ? n->code : s->code;
}

/* ---- from Lua ---- */

typedef struct { MarketStore *s; Shelf *shelf; Reader r; int table; bool currencies; } Load;

static int load_protected(lua_State *L) {
  Load *x = lua_touserdata(L, 2);
  luaL_checktype(L, 1, LUA_TTABLE);
  const Schema *schema = schema_of(x->currencies ? SCHEMA_CURRENCY : SCHEMA_MARKET);
  x->r.kind = schema->name;
  x->r.field = schema->name;
  lua_pushnil(L);
  while (lua_next(L, 1)) {
    if (lua_type(L, -2) == LUA_TSTRING && strcmp(lua_tostring(L, -2), "info") == 0) { lua_pop(L, 1); continue; }
    Value v = value_of_lua(&x->r.arena, L, -1);
    if (v.kind != V_TREE) read_fail(&x->r, "a %s was expected, got %s", schema->name, luaL_typename(L, -1));
    Record *rec = record_new(&x->r, schema);
    record_take(&x->r, rec, v.tree);
    finish_record(&x->r, rec);
    if (!shelf_add(x->shelf, rec)) read_fail(&x->r, "out of memory");
    arena_free(&x->r.arena);
    lua_pop(L, 1);
  }
  return 0;
}

static bool load(MarketStore *s, lua_State *L, int idx, bool currencies, char *err, size_t errlen) {
  ReadContext c = { .adapter = L, .args_ref = LUA_NOREF, .maps_ref = LUA_NOREF, .symbol_of_ref = LUA_NOREF, .markets = s, .taker = NAN, .maker = NAN };
  Load x = { .s = s, .currencies = currencies };
  x.shelf = shelf_new(s, currencies);
  x.r.to = L;
  x.r.c = &c;
  x.r.arena.L = L;
  bool ok = false;
  snprintf(err, errlen, "out of memory");
  if (x.shelf && lua_checkstack(L, 8)) {
    idx = lua_absindex(L, idx);
    lua_pushcfunction(L, load_protected);
    lua_pushvalue(L, idx);
    lua_pushlightuserdata(L, &x);
    if (lua_pcall(L, 2, 0, 0) == LUA_OK) {
      ok = shelf_put(s, x.shelf);
    } else {
      snprintf(err, errlen, "%s", c.error[0] ? c.error : lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "the list cannot be read");
      lua_pop(L, 1);
    }
  }
  arena_free(&x.r.arena);
  if (!ok) shelf_free(x.shelf);
  else if (errlen) err[0] = 0;
  return ok;
}

bool market_store_load(MarketStore *s, lua_State *L, int idx, char *err, size_t errlen) { return load(s, L, idx, false, err, errlen); }
bool market_store_load_currencies(MarketStore *s, lua_State *L, int idx, char *err, size_t errlen) { return load(s, L, idx, true, err, errlen); }
