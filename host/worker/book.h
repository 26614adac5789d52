/* An order book as strategies hold it: packed doubles, levels made into tables only when they are asked for.
 * book.bids, book.asks: #side, side[i] -> {price, amount[, id]}, ipairs, pairs. book.symbol timestamp datetime nonce received age info. */
#ifndef BOURSE_BOOK_H
#define BOURSE_BOOK_H
#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "worker/json.h"

typedef struct { double price, amount; uint32_t id; /* node of its id, or JSON_NONE */ } BookLevel;
typedef struct { BookLevel *levels; size_t n; } BookSide;
typedef struct Book {
  BookSide bids, asks;              /* best first */
  int64_t timestamp, received;      /* ms; INT64_MIN: not known */
  int64_t nonce; bool has_nonce;
  char symbol[64];                  /* "" when not known */
  JsonDoc *doc; uint32_t node;      /* what it was read from, or NULL */
} Book;

void book_open(lua_State *L);                            /* once a state, before books are pushed */
/* A new book with room for so many levels, on L's stack. May raise. */
Book *book_new(lua_State *L, size_t bids, size_t asks);
void book_keep(Book *b, JsonDoc *doc, uint32_t node);
void book_sort(Book *b);                                 /* bids fall, asks rise; stable */
Book *book_test(lua_State *L, int idx);                  /* or NULL */
void book_plain(lua_State *L, int idx);                  /* pushes it as ordinary tables */
void book_clock(int64_t (*now_ms)(void));                /* for book.age; without one it is nil */
int64_t book_time(void);                                 /* ms by that clock; INT64_MIN without one */
/* Of either side at idx, its levels without making tables of them; NULL when it is none. */
const BookSide *book_side_test(lua_State *L, int idx);
#endif
