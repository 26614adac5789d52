/* A new order: prepared by the clerk (exact text, the market, the book), judged by the guard, written to the journal, carried out, and what came of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/order_asked.h"
#include "broker/orders_in.h"

#define FIRST_LOOK_MS 1000
#define STANDING_MS 2000         /* how the exchange says that a new order stands is waited for so long */

static void on_executed(Session *s, void *ctx, const msgpack_object *answer, const char *why);
static void on_prepared(Session *s, void *ctx, const msgpack_object *answer, const char *why);

/* What a person types goes as it is; a script gives the params that it may. */
static bool names_ok(Ask *a, char *why, size_t size) {
  const GuardLimits *l = &a->orders->limits;
  return ask_by_hand(a) || (asked_names_ok(l, a->venue, "params", &a->params, why, size) && asked_names_ok(l, a->venue, "options", &a->options, why, size));
}

void create_begin(Ask *a) {
  Session *s = a->orders->session;
  OrderAsked asked;
  char text[400];
  if (!asked_read(&asked, a->op, &a->args, &a->params, text, sizeof text)) {
    ask_error(a, "BadRequest", NULL, text);
    return;
  }
  if (!names_ok(a, text, sizeof text)) {
    guard_refuses(a, GUARD_PARAMS, text);
    return;
  }
  if (a->orders->paper && asked.trigger[0]) {
    ask_error(a, "NotSupported", NULL, "orders that a price sets off are not simulated on paper");
    return;
  }
  msgpack_packer pk = clerk_begin(s, "prepare", 6, on_prepared, a);
  pack_key_str(&pk, "op", a->op);
  pack_key_str(&pk, "venue", a->venue);
  pack_raw(&pk, "args", &a->args);
  pack_raw(&pk, "params", &a->params);
  pack_raw(&pk, "options", &a->options);
  pack_key_int(&pk, "data_age_ms", a->orders->limits.data_age_ms);
  clerk_end(s);
}

/* ---- the client's own id ---- */

/* A new id in the form that the venue takes: "uuid", "hex" (32 digits), "alnum" (18 letters and digits), "digits" (a whole number below 2^45). */
static bool new_client_id(Session *s, const char *form, char out[64]) {
  unsigned char b[16];
  uint64_t n;
  if (!session_random(s, b, sizeof b)) return false;
  if (!strcmp(form, "digits")) {
    memcpy(&n, b, sizeof n);
    return snprintf(out, 64, "%llu", (unsigned long long)(n >> 20 | 1)) > 0;
  }
  char hex[33];
  for (int i = 0; i < 16; i++) snprintf(hex + 2 * i, 3, "%02x", b[i]);
  if (!strcmp(form, "alnum")) return snprintf(out, 64, "b%.17s", hex) > 0;
  if (!strcmp(form, "hex")) return snprintf(out, 64, "%s", hex) > 0;
  hex[12] = '4';
  hex[16] = "89ab"[b[8] & 3];
  return snprintf(out, 64, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20) > 0;
}

/* ---- the guard ---- */

/* False: refused, and the strategy was told. */
static bool guarded(Ask *a, OrderFacts *f) {
  Orders *o = a->orders;
  OrderAsked asked;
  char why[400];
  enum guard_limit limit = GUARD_ASKED;
  bool ok = asked_read(&asked, a->op, &a->args, &a->params, why, sizeof why);
  if (ok && !facts_raise(f, asked.trigger)) ok = snprintf(why, sizeof why, "what the order is worth at %s cannot be told", asked.trigger) < 0;
  ok = ok && facts_judge(o, a->venue, &asked, f, &limit, why, sizeof why);
  if (!ok) guard_refuses(a, limit, why);
  return ok;
}

static void on_prepared(Session *s, void *ctx, const msgpack_object *answer, const char *why) {
  Ask *a = ctx;
  Orders *o = a->orders;
  const msgpack_object *error = answer ? pack_get(answer, "error") : NULL;
  OrderFacts f;
  char text[400], client_id[64] = "", form[16];
  if (!answer || error) {
    ask_error_of(a, error, why ? why : "?");
    return;
  }
  if (!facts_read(&f, answer, text, sizeof text)) {
    ask_error(a, "BadResponse", NULL, text);
    return;
  }
  if (orders_hold(a, text, sizeof text)) {
    ask_held(a, text);
    return;
  }
  if (!guarded(a, &f)) return;
  a->own_id = f.client_id[0] != 0;
  if (a->own_id) snprintf(client_id, sizeof client_id, "%.63s", f.client_id);
  else if (text_of(answer, "client_form", form, sizeof form) && !new_client_id(s, form, client_id)) client_id[0] = 0;
  JournalOrder j = {
    .run = o->run, .venue = a->venue, .account = o->paper ? PAPER_ACCOUNT : "main", .symbol = f.symbol, .type = f.type, .side = f.side,
    .amount = f.amount[0] ? f.amount : NULL, .price = f.price[0] ? f.price : NULL, .cost_asked = f.notional, .client_id = client_id[0] ? client_id : NULL,
    .created_ms = clock_wall_ms(), .pair = a->pair ? pair_id(a->pair) : 0, .leg = a->pair ? a->leg : 0,
  };
  char *params = a->params.size ? facts_json(&a->params) : NULL;
  j.params = params;
  bool ok = journal_intend(o->journal, &j, &a->order);
  free(params);
  if (!ok) {
    snprintf(text, sizeof text, "not sent, because the journal cannot be written: %s", journal_error(o->journal));
    ask_error(a, "OperationFailed", NULL, text);
    return;
  }
  snprintf(a->symbol, sizeof a->symbol, "%s", f.symbol);
  bound_plain(a->market.id, sizeof a->market.id, f.market_id);
  bound_plain(a->market.base[0], sizeof a->market.base[0], f.base);
  bound_plain(a->market.base[1], sizeof a->market.base[1], f.base_id);
  bound_plain(a->market.quote[0], sizeof a->market.quote[0], f.quote);
  bound_plain(a->market.quote[1], sizeof a->market.quote[1], f.quote_id);
  msgpack_packer pk = clerk_begin(o->session, "execute", 14, on_executed, a);
  pack_key_str(&pk, "op", a->op);
  pack_key_str(&pk, "venue", a->venue);
  pack_raw(&pk, "args", &a->args);
  pack_raw(&pk, "params", &a->params);
  pack_raw(&pk, "options", &a->options);
  pack_key_int(&pk, "order", a->order);
  pack_key_str(&pk, "client_id", j.client_id);
  pack_key_bool(&pk, "paper", o->paper);
  pack_key_str(&pk, "symbol", f.symbol);
  pack_key_str(&pk, "type", f.type);
  pack_key_str(&pk, "side", f.side);
  pack_key_str(&pk, "amount", j.amount);
  pack_key_str(&pk, "price", j.price);
  pack_key_str(&pk, "cost", f.cost[0] ? f.cost : NULL);
  clerk_end(o->session);
}

/* ---- what came of it ---- */

/* Does this error say that the exchange did not take the order? Network trouble, 5xx, and what could not be read do not; nor that the id is there already,
 * when it was drawn for this order. */
static bool definite(const Ask *a, const char *class) {
  static const char *const open[] = { "NetworkError", "RequestTimeout", "ExchangeNotAvailable", "OnMaintenance", "BadResponse", "NullResponse",
      "OperationFailed", "CancelPending", "BaseError", NULL };
  for (const char *const *c = open; *c; c++)
    if (!strcmp(*c, class)) return false;
  return a->own_id || strcmp(class, "DuplicateOrderId") != 0;
}

static void give_up(Ask *a, enum order_state state, const char *reason) {
  Orders *o = a->orders;
  JournalChange change = { .reason = reason };
  if (!journal_mark(o->journal, a->order, state, &change, clock_wall_ms())) session_say(o->session, "error", "journal: %s", journal_error(o->journal));
}

/* ---- the order as a strategy gets it ---- */

static const char *status_of(enum order_state s) {
  static const char *const names[ORDER_STATES] = { [ORDER_FILLED] = "closed", [ORDER_CANCELLED] = "canceled", [ORDER_EXPIRED] = "expired",
                                                   [ORDER_REJECTED] = "rejected" };
  return names[s] ? names[s] : "open";
}

typedef struct { const char *key, *text; bool number; } Known;

static const Known *known_of(const Known *all, size_t n, const msgpack_object *key) {
  for (size_t i = 0; i < n; i++)
    if (all[i].text && pack_is(key, all[i].key)) return &all[i];
  return NULL;
}

void ask_placed(Ask *a, const msgpack_object *order) {
  JournalOrder *j = journal_order(a->orders->journal, a->order);
  if (!j) {
    ask_value(a, order);
    return;
  }
  /* How it was asked for stands behind what the reply says of it; how it stands, before. */
  Known all[] = { { "clientOrderId", j->client_id, false }, { "type", j->type, false }, { "side", j->side, false }, { "amount", j->amount, true },
    { "price", j->price, true }, { "id", j->venue_id, false }, { "status", status_of(j->state), false }, { "symbol", j->symbol, false },
    { "filled", j->filled ? j->filled : "0", true }, { "remaining", j->remaining ? j->remaining : j->amount, true }, { "average", j->average, true },
    { "cost", j->cost, true } };
  size_t n = sizeof all / sizeof *all, own = order && order->type == MSGPACK_OBJECT_MAP ? order->via.map.size : 0, fields = 0;
  for (size_t i = 0; i < n; i++) {
    if (i < 5 && pack_get(order, all[i].key)) all[i].text = NULL;
    fields += all[i].text != NULL;
  }
  for (size_t i = 0; i < own; i++) fields += !known_of(all, n, &order->via.map.ptr[i].key);
  msgpack_sbuffer out;
  msgpack_packer pk;
  msgpack_unpacked u;
  msgpack_sbuffer_init(&out);
  msgpack_packer_init(&pk, &out, msgpack_sbuffer_write);
  pack_map(&pk, fields);
  for (size_t i = 0; i < own; i++) {
    if (known_of(all, n, &order->via.map.ptr[i].key)) continue;
    msgpack_pack_object(&pk, order->via.map.ptr[i].key);
    msgpack_pack_object(&pk, order->via.map.ptr[i].val);
  }
  for (size_t i = 0; i < n; i++) {
    double x;
    if (!all[i].text) continue;
    if (all[i].number && dec_read_double(all[i].text, strlen(all[i].text), &x)) pack_key_double(&pk, all[i].key, x);
    else pack_key_str(&pk, all[i].key, all[i].text);
  }
  free(j);
  msgpack_unpacked_init(&u);
  if (msgpack_unpack_next(&u, out.data, out.size, NULL) == MSGPACK_UNPACK_SUCCESS) ask_value(a, &u.data);
  else ask_value(a, order);
  msgpack_unpacked_destroy(&u);
  msgpack_sbuffer_destroy(&out);
}

static void placed_now(void *ctx) { ask_placed(ctx, NULL); }

/* One that is nobody's any more is cancelled. */
static bool watched(Ask *a, Ask *waits, int64_t in_ms) {
  Watch *w = watch_add(a->orders, a->order, a->peer, waits, in_ms);
  if (w && a->orphan) w->cancelling = true;
  return w != NULL;
}

/* The exchange has it. Some say no more than that: then one look tells how it stands, unless that takes too long. */
static void taken(Ask *a, const msgpack_object *order) {
  bool told = a->pair || (pack_get(order, "status") && pack_get(order, "filled"));
  watched(a, told ? NULL : a, told ? FIRST_LOOK_MS : 0);
  if (told) {
    ask_placed(a, order);
    return;
  }
  a->taken = true;
  a->timer = (LoopTimer){ .fn = placed_now, .ctx = a };
  loop_after(a->orders->session->loop, &a->timer, STANDING_MS);
  watch_tick(a->orders);
}

static void on_executed(Session *s, void *ctx, const msgpack_object *answer, const char *why) {
  Ask *a = ctx;
  Orders *o = a->orders;
  const msgpack_object *error = answer ? pack_get(answer, "error") : NULL, *order = answer ? pack_get(answer, "order") : NULL;
  char class[48] = "OperationFailed", message[300];
  if (order && order->type == MSGPACK_OBJECT_MAP && !error) {
    if (o->paper) {
      a->sent = true;
      give_up(a, ORDER_SENT, NULL);
      paper_placed(a, pack_get(answer, "changes"));
    } else {
      order_told(o, a->order, order, NULL);
      taken(a, order);
      return;
    }
    ask_placed(a, order);
    return;
  }
  if (error) text_of(error, "class", class, sizeof class);
  if (!error || !text_of(error, "message", message, sizeof message)) snprintf(message, sizeof message, "%s", why ? why : "the clerk answered without an order");
  if (a->unfit) {
    give_up(a, ORDER_REJECTED, message);
    ask_error(a, "OperationRejected", "guard:request", message);
    return;
  }
  if (a->held) {
    give_up(a, ORDER_REJECTED, message);
    ask_error(a, "OperationRejected", "guard:kill", message);
    return;
  }
  if (!a->sent || o->paper || (error && a->replied && a->status < 500 && definite(a, class))) {
    give_up(a, ORDER_REJECTED, message);
    ask_error_of(a, error, message);
    return;
  }
  /* It went out, and nobody knows what became of it. It is not sent again; it is looked for. */
  give_up(a, ORDER_UNKNOWN, message);
  session_say(s, "warn", "order %lld (%s %s): it is not known whether the exchange took it (%s); looking", (long long)a->order, a->venue, a->symbol, message);
  if (!watched(a, a, FIRST_LOOK_MS)) ask_error(a, "OperationFailed", NULL, "out of memory");
}
