/* A strategy's question: taken, begun when the orders are ready, and answered once. */
#include "broker/orders_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASKS_MAX 2000

/* ---- answers ---- */

void ask_free(Ask *a) {
  Orders *o = a->orders;
  loop_cancel(o->session->loop, &a->timer);
  for (Watch *w = o->watches; w; w = w->next)
    if (w->ask == a) w->ask = NULL;
  if (a->prev) a->prev->next = a->next;
  else o->asks = a->next;
  if (a->next) a->next->prev = a->prev;
  msgpack_sbuffer_destroy(&a->args);
  msgpack_sbuffer_destroy(&a->params);
  msgpack_sbuffer_destroy(&a->options);
  msgpack_sbuffer_destroy(&a->told);
  free(a);
}

void ask_value(Ask *a, const msgpack_object *value) {
  if (a->pair) pair_leg_told(a->pair, a->leg, NULL);
  else if (a->peer) {
    msgpack_packer pk = peer_begin(a->peer, MSG_ORDERED, a->id);
    pack_map(&pk, value ? 2 : 1);
    pack_key_int(&pk, "now_ms", orders_now(a->orders->session));
    if (value) pack_key_object(&pk, "value", value);
    peer_end(a->peer);
  }
  ask_free(a);
}

static void error_fields(msgpack_packer *pk, const char *class, const char *code, const char *venue, const char *message) {
  pack_key_str(pk, "class", class);
  pack_key_str(pk, "message", message);
  pack_key_str(pk, "venue", venue);
  pack_key_str(pk, "code", code);
  pack_key_bool(pk, "retry", false);
}

void ask_error(Ask *a, const char *class, const char *code, const char *message) {
  if (a->pair) pair_leg_told(a->pair, a->leg, message);
  else if (a->peer) {
    msgpack_packer pk = peer_begin(a->peer, MSG_ORDERED, a->id);
    pack_map(&pk, 2);
    pack_key_int(&pk, "now_ms", orders_now(a->orders->session));
    pack_str(&pk, "error");
    pack_map(&pk, 5);
    error_fields(&pk, class, code, a->venue, message);
    peer_end(a->peer);
  }
  ask_free(a);
}

void ask_error_of(Ask *a, const msgpack_object *error, const char *otherwise) {
  if (!error) {
    ask_error(a, "OperationFailed", NULL, otherwise);
    return;
  }
  if (a->pair) {
    char text[300];
    pair_leg_told(a->pair, a->leg, text_of(error, "message", text, sizeof text) ? text : "refused");
  } else if (a->peer) {
    msgpack_packer pk = peer_begin(a->peer, MSG_ORDERED, a->id);
    pack_map(&pk, 2);
    pack_key_int(&pk, "now_ms", orders_now(a->orders->session));
    pack_key_object(&pk, "error", error);
    peer_end(a->peer);
  }
  ask_free(a);
}

bool ask_by_hand(const Ask *a) { return a->peer && strcmp(a->peer->spec->role, "verb") == 0; }

void guard_refuses(Ask *a, enum guard_limit limit, const char *why) {
  char code[48], text[500];
  snprintf(code, sizeof code, "guard:%s", guard_limit_name(limit));
  snprintf(text, sizeof text, "%s%s", limit == GUARD_MARKET ? "" : "refused by the guard: ", why);      /* what a market takes is nobody's limit */
  journal_event(a->orders->journal, 0, "guard", text, clock_wall_ms());
  ask_error(a, limit == GUARD_MARKET || limit == GUARD_ROUNDING ? "InvalidOrder" : "OperationRejected", code, text);
}

void ask_held(Ask *a, const char *why) {
  if (a->orders->journal) journal_event(a->orders->journal, 0, "guard", why, clock_wall_ms());
  ask_error(a, "OperationRejected", "guard:kill", why);
}

static void refuse(Peer *p, uint32_t id, const char *class, const char *text) {
  msgpack_packer pk = peer_begin(p, MSG_ORDERED, id);
  pack_map(&pk, 1);
  pack_str(&pk, "error");
  pack_map(&pk, 5);
  error_fields(&pk, class, NULL, NULL, text);
  peer_end(p);
}

void pack_raw(msgpack_packer *pk, const char *key, const msgpack_sbuffer *b) {
  pack_str(pk, key);
  if (b->size) pk->callback(pk->data, b->data, b->size);
  else pack_nil(pk);
}

bool keep_raw(const msgpack_object *m, const char *key, msgpack_sbuffer *out) {
  const msgpack_object *v = pack_get(m, key);
  msgpack_packer pk;
  msgpack_sbuffer_init(out);
  if (!v || v->type == MSGPACK_OBJECT_NIL) return true;
  msgpack_packer_init(&pk, out, msgpack_sbuffer_write);
  return msgpack_pack_object(&pk, *v) == 0;
}

bool text_of(const msgpack_object *map, const char *key, char *buf, size_t cap) {
  const msgpack_object *v = pack_get(map, key);
  if (v && v->type == MSGPACK_OBJECT_POSITIVE_INTEGER) return snprintf(buf, cap, "%llu", (unsigned long long)v->via.u64) < (int)cap;
  Decimal d;
  if (v && (v->type == MSGPACK_OBJECT_FLOAT64 || v->type == MSGPACK_OBJECT_FLOAT32)) return dec_from_double(v->via.f64, &d) && dec_text(d, buf, cap) > 0;
  if (pack_get_line(map, key, buf, cap)) return true;
  if (cap) buf[0] = 0;
  return false;
}

/* ---- questions ---- */

/* Those that place one order, of which the arguments say all. */
static bool is_create(const char *op) {
  static const char *const ops[] = { "create_order", "create_market_buy_order_with_cost", "create_market_sell_order_with_cost",
                                     "create_market_order_with_cost", NULL };
  for (const char *const *x = ops; *x; x++)
    if (!strcmp(*x, op)) return true;
  return false;
}
bool ask_reads(const Ask *a) { return !strncmp(a->op, "fetch_", 6); }

static void on_read(Session *s, void *ctx, const msgpack_object *answer, const char *why) {
  (void)s;
  Ask *a = ctx;
  const msgpack_object *error = answer ? pack_get(answer, "error") : NULL;
  if (!answer || error) ask_error_of(a, error, why ? why : "?");
  else ask_value(a, pack_get(answer, "value"));
}

/* The account on paper. */
static void read_begin(Ask *a) {
  Session *s = a->orders->session;
  msgpack_packer pk = clerk_begin(s, "read", 4, on_read, a);
  pack_key_str(&pk, "op", a->op);
  pack_key_str(&pk, "venue", a->venue);
  pack_raw(&pk, "args", &a->args);
  pack_raw(&pk, "params", &a->params);
  clerk_end(s);
}

/* The kill file is looked for here too: an order does not get out before the next tick. */
bool orders_hold(Ask *a, char *why, size_t size) {
  Orders *o = a->orders;
  char text[200];
  if (o->state == ORDERS_READY && orders_kill_asked(text, sizeof text)) orders_kill(o->session, text);
  if (o->state == ORDERS_KILLED) snprintf(why, size, "not sent: %s", o->why);
  else if (a->orphan) snprintf(why, size, "not sent: its worker died");
  else if (o->said_stand) snprintf(why, size, "not sent: the run ended before");       /* what stands was told */
  else return false;
  return true;
}

void ask_go(Ask *a) {
  Orders *o = a->orders;
  char text[500];
  bool places = strncmp(a->op, "cancel", 6) != 0 && !ask_reads(a);
  a->begun = true;
  if (o->state == ORDERS_BROKEN) {
    snprintf(text, sizeof text, "no orders: %s", o->why);
    ask_error(a, "OperationRejected", NULL, text);
  } else if (places && orders_hold(a, text, sizeof text)) ask_held(a, text);
  else if (is_create(a->op)) create_begin(a);
  else if (!strcmp(a->op, "pair")) pair_begin(a);
  else if (!strcmp(a->op, "limits")) limits_begin(a);
  else if (!strncmp(a->op, "cancel", 6)) cancel_begin(a);
  else if (ask_reads(a)) read_begin(a);
  else other_begin(a);
}

static Ask *ask_new(Orders *o) {
  Ask *a = calloc(1, sizeof *a);
  if (!a) return NULL;
  *a = (Ask){ .orders = o, .next = o->asks };
  if (a->next) a->next->prev = a;
  o->asks = a;
  return a;
}

Ask *ask_inside(Orders *o, const char *op, const char *venue, Pair *pair, int leg) {
  Ask *a = ask_new(o);
  if (!a) abort();
  snprintf(a->op, sizeof a->op, "%s", op);
  snprintf(a->venue, sizeof a->venue, "%s", venue);
  a->pair = pair;
  a->leg = leg;
  msgpack_sbuffer_init(&a->args);
  msgpack_sbuffer_init(&a->params);
  msgpack_sbuffer_init(&a->options);
  return a;
}

void orders_answer(Peer *p, uint32_t id, const msgpack_object *m) {
  Session *s = p->session;
  if (!s->spec->orders || p == &s->clerk) {
    refuse(p, id, "PermissionDenied", "there are no orders in this run (--live or --paper)");
    return;
  }
  Orders *o = orders_get(s);
  size_t n = 0;
  for (const Ask *a = o->asks; a; a = a->next) n++;
  Ask *a = n < ASKS_MAX ? ask_new(o) : NULL;
  if (!a) {
    refuse(p, id, "RateLimitExceeded", "too many orders at once");
    return;
  }
  a->peer = p;
  a->id = id;
  bool ok = pack_get_line(m, "op", a->op, sizeof a->op) && pack_get_line(m, "venue", a->venue, sizeof a->venue) && name_ok(a->venue, strlen(a->venue));
  ok = keep_raw(m, "args", &a->args) && keep_raw(m, "params", &a->params) && keep_raw(m, "options", &a->options) && ok;
  if (!ok) ask_error(a, "BadRequest", NULL, "an order needs op, venue and args");
  else if (o->state != ORDERS_STARTING) ask_go(a);
}
