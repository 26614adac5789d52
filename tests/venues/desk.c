#include "desk.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "memory.h"

#define STEP 400.0 /* ms of the world's time between two looks at the books */

static void world_book(const void *ctx, const Listing *l, Moment world, int depth, Book *out) {
  market_book(ctx, l, world, depth, out);
}

static void traded(const void *desk, const Listing *l, Book *b) { engine_show(((const Desk *)desk)->engine, l, b); }

Desk *desk_new(const Venue *v, Source *s) {
  Desk *d = memory_new(sizeof *d);
  double step = ceil(STEP / s->world.speed);
  d->venue = v;
  d->key = v->trading->key;
  d->engine = engine_new(&v->trading->rules, world_book, s, s->world.started, step < 1 ? 1 : (Moment)step);
  s->traded = traded;
  s->trader = d;
  return d;
}

void desk_free(Desk *d) {
  if (!d) return;
  engine_free(d->engine);
  free(d);
}

void desk_answer(Desk *d, const Request *q, Now now, Reply *r) {
  d->now = now;
  r->status = 200;
  engine_run(d->engine, now);
  d->venue->trading->answer(d, q, r);
  reply_check(r);
}

int64_t desk_order(const Desk *d, const char *id) {
  char text[ID_TEXT];
  for (int64_t i = engine_orders(d->engine); i > 0; i--) {
    d->venue->trading->order_id(i, text);
    if (!strcmp(text, id)) return i;
  }
  return 0;
}

bool desk_nonce(Desk *d, const char *nonce, Moment kept_ms) {
  for (int i = 0; i < NONCES; i++)
    if (!strcmp(d->nonces[i].text, nonce) && d->now.wall - d->nonces[i].at <= kept_ms) return false;
  strncpy(d->nonces[d->next_nonce].text, nonce, sizeof d->nonces[0].text - 1);
  d->nonces[d->next_nonce].at = d->now.wall;
  d->next_nonce = (d->next_nonce + 1) % NONCES;
  return true;
}

void ids_add(Ids *list, int64_t id) {
  list->id = memory_room(list->id, list->n + 1, &list->cap, sizeof *list->id);
  list->id[list->n++] = id;
}

void ids_free(Ids *list) { free(list->id); }

void desk_fills(const Desk *d, int64_t order, Ids *out) {
  for (int64_t id = 1; id <= engine_fills(d->engine); id++) {
    const Fill *f = engine_fill(d->engine, id, d->now);
    for (int times = f && (!order || f->order == order) ? 1 + d->twice : 0; times > 0; times--) ids_add(out, id);
  }
}

const Fill *desk_fill(Desk *d, int64_t id) {
  Fill *f = &d->told;
  *f = *engine_fill(d->engine, id, d->now);
  if (d->restated && (!dec_add(f->price, dec_from_int(1), &f->price) || !dec_add(f->fee, f->fee, &f->fee))) abort();
  return f;
}

Decimal order_average(const Order *o, int places) {
  return dec_is_zero(o->filled) ? ZERO : exact_quotient(o->cost, o->filled, places);
}
