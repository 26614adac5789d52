/* A list of markets or currencies being made, to be put into a store when it is whole. */
#ifndef BOURSE_SHELF_H
#define BOURSE_SHELF_H
#include "worker/market.h"
#include "worker/plan.h"
#include "worker/record.h"

typedef struct Shelf Shelf;

Shelf *shelf_new(MarketStore *s, bool currencies);
bool shelf_add(Shelf *h, Record *rec);          /* a finished record; false: out of memory */
void shelf_keep(Shelf *h, JsonDoc *doc);        /* records of this document have their raw text in it, not copied */
/* Records are added without what `rest` reads: that is read when a table is asked for. Takes rest, a part of a plan; what c leads to has to stay. */
void shelf_rest(Shelf *h, Plan *rest, const ReadContext *c);
void shelf_fees(const Shelf *h, Record *rec);   /* the default ones, where a market has none of its own */
void shelf_free(Shelf *h);
/* Into the store, in place of what was there; the shelf is the store's then. False: out of memory, nothing changed. */
bool shelf_put(MarketStore *s, Shelf *h);
#endif
