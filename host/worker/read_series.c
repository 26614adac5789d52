/* What is read as bare numbers: order books and candles, from the wire or from what a function returned. */
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/book.h"
#include "worker/read_in.h"

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

static inline double node_number(Reader *r, JsonDoc *doc, uint32_t node, const char *field) {
  const JsonNode *n = &doc->nodes[node];
  double x;
  bool scalar = (n->type == JSON_STRING || n->type == JSON_NUMBER) && n->size;
  if (scalar && n->start + n->size >= DEC_QUICK_ROOM && dec_quick_double(doc->text + n->start, n->size, &x)) return x;
  Value v = value_of_node(&r->arena, doc, node);
  return level_number(r, &v, field);
}

static void read_level(Reader *r, const Plan *p, JsonDoc *doc, uint32_t node, BookLevel *out) {
  const JsonNode *n = &doc->nodes[node];
  out->id = JSON_NONE;
  if (p->simple_level && n->type == JSON_ARRAY && n->size >= 2) {
    uint32_t first = json_first(node);
    out->price = node_number(r, doc, first, "book price");
    out->amount = node_number(r, doc, json_next(doc->nodes, first), "book amount");
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
  *count = n->size;
}

static void read_side(Reader *r, const Plan *p, const Spot *at, BookSide *side) {
  if (at->node == JSON_NONE) return;
  const JsonNode *nodes = at->doc->nodes;
  bool object = nodes[at->node].type == JSON_OBJECT;
  for (uint32_t child = json_first(at->node), end = json_next(nodes, at->node); child < end; child = json_next(nodes, child)) {
    if (object) child++;
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

void run_book(Reader *r, const Plan *p, const Spot *from) {
  Spot spot, bids, asks;
  size_t nbids, nasks;
  read_locate(r, p, from, &spot);
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

void run_candles(Reader *r, const Plan *p, const Spot *from) {
  Walk w;
  Spot at;
  if (!walk_open(r, p, from, false, &w)) { lua_newtable(r->to); return; }
  size_t count = walk_count(&w), n = 0;
  Candle *list = arena_alloc(&r->arena, (count + 1) * sizeof *list);
  Record *rec = record_new(r, p->schema);
  while (walk_next(r, p, &w, &at)) {
    if (!read_chosen(r, p, &at)) continue;
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

void run_time(Reader *r, const Plan *p, const Spot *from) {
  Value v = read_as(r, p->key, "time", SLOT_TIME, from);
  if (v.kind != V_TIME) read_fail(r, "time: no '%s' in the reply", p->key->text);
  lua_pushinteger(r->to, v.t);
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
  if (v->kind == V_NODE && v->doc->nodes[v->node].type == JSON_ARRAY) return v->doc->nodes[v->node].size;
  if (v->kind == V_TREE && v->tree->list) return v->tree->n;
  if (v->kind == V_NONE) return 0;
  read_fail(r, "%s: expected a list, got %s", what, value_shown(v, shown, sizeof shown));
}

/* Rows one after the other, without counting through a list of the reply anew each time. */
typedef struct { const Value *list; uint32_t child; uint32_t i; } Rows;

static Value rows_next(Reader *r, Rows *rows) {
  if (rows->list->kind == V_TREE) return rows->list->tree->items[rows->i++].v;
  if (rows->i++ == 0) rows->child = json_first(rows->list->node);
  else rows->child = json_next(rows->list->doc->nodes, rows->child);
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

void finish_book(Reader *r, const Value *raw) {
  const Tree *t = read_need_tree(r, "book", raw);
  const TreeItem *bids = tree_find(t, "bids"), *asks = tree_find(t, "asks");
  if (!bids || !asks) read_fail(r, "book: read returned no %s", bids ? "asks" : "bids");
  size_t nbids = rows_of(r, "book.bids", &bids->v), nasks = rows_of(r, "book.asks", &asks->v);
  Record *rec = read_record_of_tree(r, schema_of(SCHEMA_BOOK), t, NULL, 0);
  Book *b = book_new(r->to, nbids, nasks);
  finish_side(r, &bids->v, nbids, &b->bids);
  finish_side(r, &asks->v, nasks, &b->asks);
  book_details(r, b, rec);
  if (rec->info.kind == V_NODE) book_keep(b, rec->info.doc, rec->info.node);
}

void finish_candles(Reader *r, const Value *raw) {
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
