/* What the store of markets (market.c) and their tables (market_table.c) share. */
#ifndef BOURSE_MARKET_IN_H
#define BOURSE_MARKET_IN_H
#include "worker/packed.h"
#include "worker/plan_in.h"
#include "worker/shelf.h"

typedef struct Block { struct Block *next; size_t used, size; char bytes[]; } Block;

struct Market {
  const char *name, *id;         /* symbol or code; "" when there is no id */
  uint32_t name_len, id_len;
  struct Market *same_id;        /* the next one with this id */
  bool later;                    /* not the first one with this id */
  MarketFacts facts;
  const char *packed;
  const Shelf *shelf;
};
struct Currency { Market m; };

/* id <-> code of currencies, as the markets have them. */
typedef struct Name { const char *id, *code; uint32_t id_len, code_len; } Name;

typedef struct { uint32_t *at; uint32_t mask; } Hash;     /* index + 1, 0 free */

struct Shelf {
  bool currencies;
  double taker, maker;
  Block *blocks;
  Market **all; size_t n, cap;           /* in order of arrival */
  Market **sorted; size_t nsorted;       /* one a name */
  bool in_order;                         /* those are: since somebody asked */
  Hash by_name, by_id;
  size_t guess;                          /* see by_id */
  Name *names; size_t nnames, names_cap;
  Hash names_by_id, names_by_code;
  Packer packer;                         /* of the record that is added */
  JsonDoc *doc;                          /* what they were read from: `info` lies in its text. Copied, it took 3 MB more for 2,000 markets */
  Plan *rest;                            /* reads what was left out, of the element that is the info, when a table is asked for; NULL: nothing was */
  ReadContext context;                   /* for that */
};
#endif
