/* Filling a store of markets or currencies by a map: at once, or by and by while the reply comes. What was in the store stays until the list is whole. */
#ifndef BOURSE_FILL_H
#define BOURSE_FILL_H
#include "worker/json.h"
#include "worker/plan.h"

typedef struct Fill Fill;

/* Can a list be read by p before all of the reply is there? Not when it is no list of markets or currencies, when functions of the adapter take part, or
 * when an element is read together with what stands outside of it. *depth: how many objects the list lies in, for json_stream_cut. */
bool fill_early(const Plan *p, unsigned *depth);
/* doc may grow; a reference of it is held. p, into and what c leads to have to stay for as long as the store has markets that were read by it: some of
 * their fields are only read when a table is asked for. NULL: c->error says why. */
Fill *fill_new(const Plan *p, ReadContext *c, JsonDoc *doc, MarketStore *into);
/* Reads on to the end of what is there. False: c->error says why, and only fill_free may follow. */
bool fill_more(Fill *f, ReadContext *c, uint32_t node);
/* What was read is needed no more on the tape of the stream, which is not cut now. */
void fill_drop(Fill *f, JsonStream *parts);
/* Reads the rest and puts the list into the store. f is gone, whatever happens. False: c->error says why, and the store is as it was. */
bool fill_end(Fill *f, ReadContext *c, uint32_t node);
void fill_free(Fill *f);
/* Is this what f reads, with the store as it was when f was begun? */
bool fill_is(const Fill *f, const Plan *p, const JsonDoc *doc);
#endif
