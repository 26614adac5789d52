#include "inspect.h"
#include <stdio.h>
#include <string.h>

#define ADVANCE_MAX 86400000 /* ms at once */

static void failure(Reply *r, int status, const char *why) {
  reply_set(r, status, "{\"error\":");
  text_json(&r->body, why);
  text_add(&r->body, "}");
}

static void put(Text *b, const char *key, Decimal d) {
  text_format(b, ",\"%s\":\"", key);
  text_decimal(b, d);
  text_add(b, "\"");
}

static void put_market(Text *b, const Listing *l, enum side side) {
  text_format(b, ",\"market\":\"%s\",\"symbol\":\"%s/%s\",\"side\":\"%s\"", l->id, asset_code(l->base), asset_code(l->quote),
              side == BUY ? "buy" : "sell");
}

static void put_order(Text *b, const Trading *t, const Order *o) {
  static const char *const states[] = { "open", "filled", "canceled" }, *const in_force[] = { "GTC", "IOC", "FOK" };
  static const char *const reasons[] = { "", "user", "not at once", "not whole", "would take", "self-trade" };
  char id[ID_TEXT];
  t->order_id(o->id, id);
  text_format(b, "{\"id\":\"%s\",\"client\":", id);
  text_json(b, o->ticket.client);
  put_market(b, o->ticket.listing, o->ticket.side);
  text_format(b, ",\"type\":\"%s\",\"timeInForce\":\"%s\",\"postOnly\":%s", o->ticket.kind == LIMIT ? "limit" : "market",
              in_force[o->ticket.in_force], o->ticket.post_only ? "true" : "false");
  put(b, "amount", o->amount);
  if (o->ticket.kind == LIMIT) put(b, "price", o->ticket.price);
  put(b, "filled", o->filled);
  put(b, "cost", o->cost);
  put(b, "held", o->held);
  text_format(b, ",\"status\":\"%s\",\"reason\":\"%s\",\"created\":%lld,\"updated\":%lld}", states[o->state], reasons[o->reason],
              (long long)o->created, (long long)o->updated);
}

static void put_fill(Text *b, const Trading *t, const Fill *f, Now now) {
  char id[ID_TEXT], order[ID_TEXT];
  t->fill_id(f->id, id);
  t->order_id(f->order, order);
  text_format(b, "{\"id\":\"%s\",\"order\":\"%s\"", id, order);
  put_market(b, f->listing, f->side);
  put(b, "price", f->price);
  put(b, "amount", f->amount);
  put(b, "cost", f->cost);
  put(b, "fee", f->fee);
  text_format(b, ",\"feeCurrency\":\"%s\",\"maker\":%s,\"time\":%lld,\"told\":%s}", asset_code(f->fee_asset),
              f->maker ? "true" : "false", (long long)f->time, f->told_at > now.world ? "false" : "true");
}

/* How things are, whatever the trader is told of it. */
static void state(const Venue *v, Desk *d, const Faults *f, Now now, Text *b) {
  Now end = { INT64_MAX, now.wall };
  engine_run(d->engine, now);
  text_format(b, "{\"venue\":\"%s\",\"world\":%lld,\"wall\":%lld", v->id, (long long)now.world, (long long)now.wall);
  text_format(b, ",\"requests\":{\"all\":%lld,\"read\":%lld,\"create\":%lld,\"cancel\":%lld},\"faults\":{",
              (long long)f->requests[0], (long long)f->requests[READ], (long long)f->requests[CREATE],
              (long long)f->requests[CANCEL]);
  for (int i = 0; i < F_COUNT; i++) text_format(b, "%s\"%s\":%lld", i ? "," : "", fault_names[i], (long long)f->met[i]);
  text_add(b, "},\"orders\":[");
  for (int64_t id = 1; id <= engine_orders(d->engine); id++) {
    Order o = engine_order(d->engine, id, end);
    if (id > 1) text_add(b, ",");
    put_order(b, v->trading, &o);
  }
  text_add(b, "],\"fills\":[");
  for (int64_t id = 1; id <= engine_fills(d->engine); id++) {
    if (id > 1) text_add(b, ",");
    put_fill(b, v->trading, engine_fill(d->engine, id, end), now);
  }
  text_add(b, "],\"balances\":{");
  const Account *a = engine_account(d->engine);
  for (int i = 0; i < A_COUNT; i++) {
    text_format(b, "%s\"%s\":{\"total\":\"", i ? "," : "", asset_code((enum asset)i));
    text_decimal(b, a->total[i]);
    text_add(b, "\"");
    put(b, "free", account_free(a, (enum asset)i));
    put(b, "held", a->held[i]);
    text_add(b, "}");
  }
  text_add(b, "}}");
}

static void advance(World *world, const Request *q, Reply *r) {
  int64_t ms = -1;
  if (!world->stopped) failure(r, 409, "the world moves by itself: start with --manual");
  else if (!query_int(q, "ms", &ms) || ms < 0 || ms > ADVANCE_MAX) failure(r, 400, "ms: a whole number up to 86400000");
  else {
    *world->stopped += ms;
    text_format(&r->body, "{\"world\":%lld}", (long long)*world->stopped);
  }
}

static void aim(Faults *f, const Request *q, Reply *r) {
  char err[400];
  if (q->queries != 1) failure(r, 400, "one of next, read, create or cancel");
  else if (!faults_aim_next(f, q->query[0].key, q->query[0].value, err, sizeof err)) failure(r, 400, err);
  else text_add(&r->body, "{}");
}

void inspect_answer(const Venue *v, Desk *desk, Faults *faults, World *world, const Request *q, Now now, Reply *r) {
  const char *path = q->path + strlen("/-/");
  bool post = !strcmp(q->method, "POST");
  r->status = 200;
  if (post && !strcmp(path, "advance")) advance(world, q, r);
  else if (!desk) failure(r, 404, "this venue does not trade");
  else if (!post && !strcmp(path, "state")) state(v, desk, faults, now, &r->body);
  else if (post && !strcmp(path, "fault")) aim(faults, q, r);
  else failure(r, 404, "GET /-/state, POST /-/advance?ms=N, POST /-/fault?next=FAULT");
  reply_check(r);
}
