/* A venue's matching engine for one trader: the trader's orders against the books of the world and against each other, by price and then
 * time, with the money they move. Everything follows from what was asked and when; nothing is random. */
#ifndef VENUES_MATCHING_H
#define VENUES_MATCHING_H
#include "liquidity.h"

/* The world's moment says what books show; the wall's is what orders and fills are stamped with. They differ when the world is stopped. */
typedef struct {
  Moment world, wall;
} Now;

enum refusal {
  ACCEPTED,
  REFUSED_AMOUNT, /* not above zero, or beyond reason */
  REFUSED_AMOUNT_STEP,
  REFUSED_AMOUNT_MIN,
  REFUSED_PRICE,
  REFUSED_PRICE_STEP,
  REFUSED_COST_MIN,
  REFUSED_CLIENT, /* used before */
  REFUSED_FUNDS,
  REFUSED_WOULD_TAKE,
  REFUSED_FULL, /* ORDERS_MAX */
};

/* A cancellation that comes too late, on purpose: the order is filled just before it; or a half is, which is told only later. */
enum crossing { NO_CROSSING, CROSS_FILLED, CROSS_LATE };

typedef struct Engine Engine;

/* Books come from `book`(ctx); they are looked at every `step` ms of the world's time. Rules and ctx must outlive the engine. */
Engine *engine_new(const Rules *rules, BookSource book, const void *ctx, Moment started, Moment step);
void engine_free(Engine *e);
Account *engine_account(Engine *e);

void engine_run(Engine *e, Now now); /* what the books did to resting orders up to now */
enum refusal engine_place(Engine *e, const Ticket *t, Now now, int64_t *id);
bool engine_cancel(Engine *e, int64_t id, Now now);              /* false: it is not open (any more) */
void engine_cross(Engine *e, enum crossing how, Moment late_ms); /* holds for the cancellations after it */

/* The book of the world as others see it: without what was taken of it, with the resting orders in it. */
void engine_show(const Engine *e, const Listing *l, Book *b);

/* What a trader is told: fills that are told late do not count before. */
int64_t engine_orders(const Engine *e); /* ids are 1 to that many */
Order engine_order(const Engine *e, int64_t id, Now now);
int64_t engine_by_client(const Engine *e, const char *client); /* the newest with that id; 0: none */
int64_t engine_fills(const Engine *e);
const Fill *engine_fill(const Engine *e, int64_t id, Now now); /* NULL: not told yet */
#endif
