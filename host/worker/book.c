#include "worker/book.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "worker/instant.h"
#include "worker/view.h"

#define BOOK "bourse.book"
#define SIDE "bourse.book.side"

/* A side is a userdata of its own that keeps its book alive (user value 1). */
typedef struct { const Book *book; bool asks; } Side;

static int64_t (*clock_ms)(void);

void book_clock(int64_t (*now_ms)(void)) { clock_ms = now_ms; }
int64_t book_time(void) { return clock_ms ? clock_ms() : INT64_MIN; }

Book *book_new(lua_State *L, size_t bids, size_t asks) {
  if (bids > (1u << 24) || asks > (1u << 24)) luaL_error(L, "an order book that is too large");
  Book *b = lua_newuserdatauv(L, sizeof *b + (bids + asks) * sizeof(BookLevel), 0);
  memset(b, 0, sizeof *b);
  b->bids.levels = (BookLevel *)(b + 1);
  b->asks.levels = b->bids.levels + bids;
  b->timestamp = b->received = INT64_MIN;
  luaL_setmetatable(L, BOOK);
  return b;
}

void book_keep(Book *b, JsonDoc *doc, uint32_t node) {
  b->doc = json_ref(doc);
  b->node = node;
}

/* ---- order ---- */

static int bid_order(const void *x, const void *y) {
  const BookLevel *a = x, *b = y;
  return a->price > b->price ? -1 : a->price < b->price;
}

static int ask_order(const void *x, const void *y) { return -bid_order(x, y); }

/* Equal prices (books of single orders) keep their order: glibc's qsort merges unless memory is short, so small runs are inserted by hand. */
static void sort_side(BookSide *s, int (*order)(const void *, const void *)) {
  bool sorted = true, reversed = true;
  for (size_t i = 1; i < s->n && (sorted || reversed); i++) {
    int c = order(&s->levels[i - 1], &s->levels[i]);
    if (c > 0) sorted = false;
    if (c <= 0) reversed = false;
  }
  if (sorted) return;
  if (reversed) {
    for (size_t i = 0, k = s->n - 1; i < k; i++, k--) { BookLevel t = s->levels[i]; s->levels[i] = s->levels[k]; s->levels[k] = t; }
    return;
  }
  if (s->n > 4096) { qsort(s->levels, s->n, sizeof *s->levels, order); return; }
  for (size_t i = 1; i < s->n; i++) {
    BookLevel t = s->levels[i];
    size_t k = i;
    for (; k > 0 && order(&s->levels[k - 1], &t) > 0; k--) s->levels[k] = s->levels[k - 1];
    s->levels[k] = t;
  }
}

void book_sort(Book *b) {
  sort_side(&b->bids, bid_order);
  sort_side(&b->asks, ask_order);
}

/* ---- Lua ---- */

Book *book_test(lua_State *L, int idx) { return luaL_testudata(L, idx, BOOK); }

static const BookSide *side_of(const Side *s) { return s->asks ? &s->book->asks : &s->book->bids; }

const BookSide *book_side_test(lua_State *L, int idx) {
  const Side *s = luaL_testudata(L, idx, SIDE);
  return s ? side_of(s) : NULL;
}

static void push_level(lua_State *L, const Book *b, const BookLevel *l) {
  lua_createtable(L, l->id != JSON_NONE ? 3 : 2, 0);
  lua_pushnumber(L, l->price);
  lua_rawseti(L, -2, 1);
  lua_pushnumber(L, l->amount);
  lua_rawseti(L, -2, 2);
  if (l->id != JSON_NONE && b->doc) {
    view_push(L, b->doc, l->id);
    lua_rawseti(L, -2, 3);
  }
}

static int side_index(lua_State *L) {
  const Side *s = luaL_checkudata(L, 1, SIDE);
  lua_Integer i = lua_isinteger(L, 2) ? lua_tointeger(L, 2) : 0;
  const BookSide *side = side_of(s);
  if (i < 1 || (lua_Unsigned)i > side->n) return 0;
  push_level(L, s->book, &side->levels[i - 1]);
  return 1;
}

static int side_len(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)side_of(luaL_checkudata(L, 1, SIDE))->n);
  return 1;
}

static int side_next(lua_State *L) {
  const Side *s = luaL_checkudata(L, 1, SIDE);
  lua_Integer i = luaL_checkinteger(L, 2);
  const BookSide *side = side_of(s);
  if (i < 0 || (lua_Unsigned)i >= side->n) return 0;
  lua_pushinteger(L, i + 1);
  push_level(L, s->book, &side->levels[i]);
  return 2;
}

static int side_pairs(lua_State *L) {
  luaL_checkudata(L, 1, SIDE);
  lua_pushcfunction(L, side_next);
  lua_pushvalue(L, 1);
  lua_pushinteger(L, 0);
  return 3;
}

static void push_side(lua_State *L, int book, bool asks) {
  Side *s = lua_newuserdatauv(L, sizeof *s, 1);
  s->book = lua_touserdata(L, book);
  s->asks = asks;
  lua_pushvalue(L, book);
  lua_setiuservalue(L, -2, 1);
  luaL_setmetatable(L, SIDE);
}

/* book:best() -> bid price, ask price, bid amount, ask amount; nil where a side is empty */
static int book_best(lua_State *L) {
  const Book *b = luaL_checkudata(L, 1, BOOK);
  const BookSide *sides[] = { &b->bids, &b->asks };
  for (int i = 0; i < 2; i++)
    if (sides[i]->n) lua_pushnumber(L, sides[i]->levels[0].price); else lua_pushnil(L);
  for (int i = 0; i < 2; i++)
    if (sides[i]->n) lua_pushnumber(L, sides[i]->levels[0].amount); else lua_pushnil(L);
  return 4;
}

static void push_datetime(lua_State *L, int64_t ms) {
  char buf[INSTANT_TEXT];
  if (ms != INT64_MIN && instant_iso(ms, buf)) lua_pushstring(L, buf); else lua_pushnil(L);
}

static void push_ms(lua_State *L, int64_t ms) {
  if (ms == INT64_MIN) lua_pushnil(L); else lua_pushinteger(L, ms);
}

enum field { F_BIDS, F_ASKS, F_SYMBOL, F_TIMESTAMP, F_DATETIME, F_NONCE, F_RECEIVED, F_AGE, F_INFO, F_BEST };
static const struct { const char *name; enum field field; } fields[] = {
  { "bids", F_BIDS }, { "asks", F_ASKS }, { "symbol", F_SYMBOL }, { "timestamp", F_TIMESTAMP }, { "datetime", F_DATETIME },
  { "nonce", F_NONCE }, { "received", F_RECEIVED }, { "age", F_AGE }, { "info", F_INFO }, { "best", F_BEST },
};
#define NFIELDS (sizeof fields / sizeof fields[0])

static void push_field(lua_State *L, int book, enum field f) {
  const Book *b = lua_touserdata(L, book);
  switch (f) {
    case F_BIDS: push_side(L, book, false); return;
    case F_ASKS: push_side(L, book, true); return;
    case F_SYMBOL: if (b->symbol[0]) lua_pushstring(L, b->symbol); else lua_pushnil(L); return;
    case F_TIMESTAMP: push_ms(L, b->timestamp); return;
    case F_DATETIME: push_datetime(L, b->timestamp); return;
    case F_NONCE: if (b->has_nonce) lua_pushinteger(L, b->nonce); else lua_pushnil(L); return;
    case F_RECEIVED: push_ms(L, b->received); return;
    case F_AGE: push_ms(L, clock_ms && b->received != INT64_MIN ? book_time() - b->received : INT64_MIN); return;
    case F_INFO: if (b->doc) view_push(L, b->doc, b->node); else lua_pushnil(L); return;
    case F_BEST: lua_pushcfunction(L, book_best); return;
  }
}

static int book_index(lua_State *L) {
  luaL_checkudata(L, 1, BOOK);
  if (lua_type(L, 2) != LUA_TSTRING) return 0;
  const char *name = lua_tostring(L, 2);
  for (size_t i = 0; i < NFIELDS; i++)
    if (strcmp(fields[i].name, name) == 0) { push_field(L, 1, fields[i].field); return 1; }
  return 0;
}

static int book_next(lua_State *L) {
  luaL_checkudata(L, 1, BOOK);
  lua_settop(L, 2);
  size_t i = 0;
  if (!lua_isnil(L, 2)) {
    const char *name = luaL_checkstring(L, 2);
    while (i < NFIELDS && strcmp(fields[i].name, name) != 0) i++;
    i++;
  }
  for (; i < NFIELDS && fields[i].field != F_BEST; i++) {
    lua_pushstring(L, fields[i].name);
    push_field(L, 1, fields[i].field);
    if (!lua_isnil(L, -1)) return 2;
    lua_pop(L, 2);
  }
  return 0;
}

static int book_pairs(lua_State *L) {
  luaL_checkudata(L, 1, BOOK);
  lua_pushcfunction(L, book_next);
  lua_pushvalue(L, 1);
  lua_pushnil(L);
  return 3;
}

static int read_only(lua_State *L) { return luaL_error(L, "an order book is read-only"); }

static int book_gc(lua_State *L) {
  Book *b = luaL_checkudata(L, 1, BOOK);
  json_unref(b->doc);
  b->doc = NULL;
  return 0;
}

static void plain_side(lua_State *L, const Book *b, const BookSide *s) {
  lua_createtable(L, (int)s->n, 0);
  for (size_t i = 0; i < s->n; i++) {
    push_level(L, b, &s->levels[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

void book_plain(lua_State *L, int idx) {
  const Book *b = luaL_checkudata(L, idx, BOOK);
  idx = lua_absindex(L, idx);
  luaL_checkstack(L, 8, NULL);
  lua_createtable(L, 0, 8);
  plain_side(L, b, &b->bids);
  lua_setfield(L, -2, "bids");
  plain_side(L, b, &b->asks);
  lua_setfield(L, -2, "asks");
  for (size_t i = 0; i < NFIELDS; i++) {
    if (fields[i].field <= F_ASKS || fields[i].field == F_BEST || fields[i].field == F_AGE) continue;
    push_field(L, idx, fields[i].field);
    lua_setfield(L, -2, fields[i].name);
  }
}

static int book_len(lua_State *L) {      /* fields only, no list */
  lua_pushinteger(L, 0);
  return 1;
}

static const luaL_Reg book_meta[] = {
  { "__index", book_index }, { "__newindex", read_only }, { "__len", book_len }, { "__pairs", book_pairs }, { "__gc", book_gc }, { NULL, NULL }
};
static const luaL_Reg side_meta[] = {
  { "__index", side_index }, { "__newindex", read_only }, { "__len", side_len }, { "__pairs", side_pairs }, { NULL, NULL }
};

static void make_meta(lua_State *L, const char *name, const luaL_Reg *meta) {
  if (luaL_newmetatable(L, name)) {
    luaL_setfuncs(L, meta, 0);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
  }
  lua_pop(L, 1);
}

void book_open(lua_State *L) {
  make_meta(L, BOOK, book_meta);
  make_meta(L, SIDE, side_meta);
}
