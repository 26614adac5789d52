/* Two orders that belong together: buy here, sell there. A durable state machine: the pair is in the journal before its legs, each leg is an order like any
 * other, and what one leg lacks when the time is up is settled by the policy, within a loss that was agreed beforehand.
 *
 *   placing -> waiting -> cancelling -> fixing -> done | reversed | held | failed
 *                              unsure: what a leg became is not known for too long. Who waits is told `held`; when it is known, the policy
 *   done | ... -> again: more of a leg was filled than was known when it ended; the policy once more
 *
 * After a crash the legs are looked up like all orders; a pair that is found unfinished is taken up at `cancelling`: nothing rests, then the policy. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/orders_in.h"
#include "wire/decimal.h"

#define SECONDS_MAX 3600
#define SETTLE_MS 30000          /* for cancels to be confirmed, and for what sets a pair right */
#define FIX_MS 5000

enum phase { PAIR_PLACING, PAIR_WAITING, PAIR_CANCELLING, PAIR_FIXING, PAIR_UNSURE };

typedef struct { char venue[64], symbol[96], side[8], amount[64], price[64]; int64_t order; bool told, failed, cancel_sent; char why[300]; } Leg;

struct Pair {
  Orders *orders;
  Peer *peer; uint32_t msg;      /* who waits */
  int64_t id, deadline_us, phase_us;
  char policy[12], loss[64];
  enum phase phase;
  Leg legs[3];                   /* the third is the order that sets it right */
  Pair *next;
};

int64_t pair_id(const Pair *p) { return p->id; }

static const char *const phase_names[] = { "placing", "waiting", "cancelling", "fixing", "unsure" };

static void pair_note(Pair *p, const char *state) {
  Orders *o = p->orders;
  JournalPair j = { .id = p->id, .state = state, .policy = p->policy, .loss_bound = p->loss[0] ? p->loss : NULL, .updated_ms = clock_wall_ms() };
  JournalPair *was = journal_pair_get(o->journal, p->id);
  if (was) {
    j.deadline_ms = was->deadline_ms;
    j.data = was->data;
  }
  if (!journal_pair_put(o->journal, &j, NULL)) session_say(o->session, "error", "journal: pair %lld: %s", (long long)p->id, journal_error(o->journal));
  free(was);
}

static void enter(Pair *p, enum phase phase) {
  p->phase = phase;
  p->phase_us = clock_mono_us();
  pair_note(p, phase_names[phase]);
}

static bool phase_over(const Pair *p, int64_t ms) { return clock_mono_us() - p->phase_us > ms * 1000; }

/* ---- its orders, by the journal ---- */

typedef struct { int leg; int64_t id; } Sought;

static bool is_leg(void *ctx, const JournalOrder *j) {
  Sought *x = ctx;
  if (j->leg == x->leg) x->id = j->id;
  return true;
}

static JournalOrder *leg_order(Pair *p, int leg) {
  Sought x = { leg, p->legs[leg - 1].order };
  JournalFilter filter = { .pair = p->id };
  if (!x.id) journal_each(p->orders->journal, &filter, is_leg, &x);
  p->legs[leg - 1].order = x.id;
  return x.id ? journal_order(p->orders->journal, x.id) : NULL;
}

/* A leg that was refused, or never got as far as the journal, is over with nothing filled. */
static bool leg_over(Pair *p, int leg, Decimal *filled) {
  JournalOrder *j = leg_order(p, leg);
  bool over = j ? order_state_final(j->state) : p->legs[leg - 1].told || p->phase == PAIR_CANCELLING || p->phase == PAIR_UNSURE;
  if (!j || !j->filled || !dec_parse(j->filled, strlen(j->filled), filled)) dec_parse("0", 1, filled);
  free(j);
  return over;
}

/* ---- the end ---- */

static void pack_leg(msgpack_packer *pk, Pair *p, int leg) {
  JournalOrder *j = leg_order(p, leg);
  const Leg *l = &p->legs[leg - 1];
  pack_map(pk, 10);
  pack_key_str(pk, "venue", l->venue);
  pack_key_str(pk, "symbol", l->symbol);
  pack_key_str(pk, "side", l->side);
  pack_key_str(pk, "amount", l->amount);
  pack_key_str(pk, "price", l->price);
  pack_key_str(pk, "id", j ? j->venue_id : NULL);
  pack_key_str(pk, "state", j ? order_state_name(j->state) : "rejected");
  pack_key_str(pk, "filled", j && j->filled ? j->filled : "0");
  pack_key_str(pk, "average", j ? j->average : NULL);
  pack_key_str(pk, "reason", l->why[0] ? l->why : j ? j->reason : NULL);
  free(j);
}

static void tell(Pair *p, const char *state, const char *why) {
  int legs = p->legs[2].venue[0] ? 3 : 2;
  if (!p->peer) return;
  msgpack_packer pk = peer_begin(p->peer, MSG_ORDERED, p->msg);
  pack_map(&pk, 1);
  pack_str(&pk, "value");
  pack_map(&pk, 4);
  pack_key_int(&pk, "id", p->id);
  pack_key_str(&pk, "state", state);
  pack_key_str(&pk, "reason", *why ? why : NULL);
  pack_str(&pk, "legs");
  pack_array(&pk, (size_t)legs);
  for (int i = 1; i <= legs; i++) pack_leg(&pk, p, i);
  peer_end(p->peer);
  p->peer = NULL;
}

static void finish(Pair *p, const char *state, const char *why) {
  Orders *o = p->orders;
  pair_note(p, state);
  bool done = !strcmp(state, "done");
  if (!done || !p->peer) session_say(o->session, done ? "note" : "warn", "pair %lld is %s%s%s", (long long)p->id, state, *why ? ": " : "", why);
  tell(p, state, why);
  for (Ask *a = o->asks; a; a = a->next)
    if (a->pair == p) a->pair = NULL;
  for (Pair **at = &o->pairs; *at; at = &(*at)->next)
    if (*at == p) {
      *at = p->next;
      break;
    }
  free(p);
}

/* ---- placing and cancelling ---- */

static void place(Pair *p, int leg) {
  Leg *l = &p->legs[leg - 1];
  Ask *a = ask_inside(p->orders, "create_order", l->venue, p, leg);
  msgpack_packer pk;
  msgpack_packer_init(&pk, &a->args, msgpack_sbuffer_write);
  pack_map(&pk, 5);
  pack_key_str(&pk, "symbol", l->symbol);
  pack_key_str(&pk, "type", "limit");
  pack_key_str(&pk, "side", l->side);
  pack_key_str(&pk, "amount", l->amount);
  pack_key_str(&pk, "price", l->price);
  ask_go(a);
}

static void cancel_leg(Pair *p, int leg) {
  Leg *l = &p->legs[leg - 1];
  JournalOrder *j = leg_order(p, leg);
  if (j && j->venue_id && !order_state_final(j->state) && !l->cancel_sent) {
    Ask *a = ask_inside(p->orders, "cancel_order", j->venue, p, 0);
    msgpack_packer pk;
    l->cancel_sent = true;
    msgpack_packer_init(&pk, &a->args, msgpack_sbuffer_write);
    pack_map(&pk, 2);
    pack_key_str(&pk, "order_id", j->venue_id);
    pack_key_str(&pk, "symbol", j->symbol);
    ask_go(a);
  }
  free(j);
}

void pair_leg_told(Pair *p, int leg, const char *error) {
  if (leg < 1 || leg > 3) return;           /* of a cancel: the journal tells */
  Leg *l = &p->legs[leg - 1];
  l->told = true;
  l->failed = error != NULL;
  if (error) snprintf(l->why, sizeof l->why, "%s", error);
}

/* ---- the policy ---- */

/* The order that makes the legs even: more of what lacks (proceed), or back with what is too much (reverse), at a price that loses no more than agreed. */
static bool fix(Pair *p, Decimal bought, Decimal sold, char *why, size_t size) {
  bool too_much_bought = dec_cmp(bought, sold) > 0, proceed = !strcmp(p->policy, "proceed");
  int buy = !strcmp(p->legs[0].side, "buy") ? 1 : 2, sell = 3 - buy;
  int at = proceed ? (too_much_bought ? sell : buy) : (too_much_bought ? buy : sell);
  bool buys = proceed ? !too_much_bought : !too_much_bought;
  Leg *l = &p->legs[2];
  const Leg *base = &p->legs[at - 1];
  Decimal diff, loss, slip, price;
  bool ok = too_much_bought ? dec_sub(bought, sold, &diff) : dec_sub(sold, bought, &diff);
  ok = ok && dec_parse(p->loss, strlen(p->loss), &loss) && dec_parse(base->price, strlen(base->price), &price) && dec_div(loss, diff, 12, &slip);
  ok = ok && (buys ? dec_add(price, slip, &price) : dec_sub(price, slip, &price));
  Decimal zero;
  dec_parse("0", 1, &zero);
  if (!ok || dec_cmp(price, zero) <= 0) return snprintf(why, size, "no price for it can be told"), false;
  *l = (Leg){ 0 };
  memcpy(l->venue, base->venue, sizeof l->venue);
  memcpy(l->symbol, base->symbol, sizeof l->symbol);
  snprintf(l->side, sizeof l->side, "%s", buys ? "buy" : "sell");
  dec_text(diff, l->amount, sizeof l->amount);
  dec_text(price, l->price, sizeof l->price);
  return true;
}

/* What all of its orders bought and sold, the one that set it right among them. */
static void sums(Pair *p, Decimal *bought, Decimal *sold) {
  dec_parse("0", 1, bought);
  dec_parse("0", 1, sold);
  for (int i = 1; i <= 3; i++) {
    Decimal filled, *sum = strcmp(p->legs[i - 1].side, "buy") ? sold : bought;
    if (!p->legs[i - 1].venue[0]) continue;
    leg_over(p, i, &filled);
    dec_add(*sum, filled, sum);
  }
}

/* Nothing of it rests, and all is known. */
static void settle(Pair *p) {
  Decimal bought, sold;
  char why[700] = "";
  sums(p, &bought, &sold);
  if (dec_cmp(bought, sold) == 0) {
    Decimal zero;
    dec_parse("0", 1, &zero);
    bool none = dec_cmp(bought, zero) == 0;
    Decimal third;
    if (!none && p->legs[2].venue[0] && (leg_over(p, 3, &third), !dec_is_zero(third))) {
      finish(p, strcmp(p->policy, "reverse") ? "done" : "reversed", "");
      return;
    }
    finish(p, none ? "failed" : "done", none ? (p->legs[0].why[0] ? p->legs[0].why : p->legs[1].why[0] ? p->legs[1].why : "nothing was filled") : "");
    return;
  }
  if (p->orders->said_stand && p->orders->state != ORDERS_KILLED) return;       /* the run ends: the next one goes on */
  char b[64], s[64];
  dec_text(bought, b, sizeof b);
  dec_text(sold, s, sizeof s);
  snprintf(why, sizeof why, "%s bought, %s sold%s%s", b, s, p->legs[2].why[0] ? "; " : "", p->legs[2].why);
  if (!strcmp(p->policy, "hold") || !p->loss[0] || !p->legs[0].venue[0] || !p->legs[1].venue[0] || p->legs[2].venue[0]) {      /* once, never twice */
    finish(p, "held", why);
    return;
  }
  char more[200];
  if (!fix(p, bought, sold, more, sizeof more)) {
    snprintf(why + strlen(why), sizeof why - strlen(why), "; %s", more);
    finish(p, "held", why);
    return;
  }
  session_say(p->orders->session, "note", "pair %lld: %s; %s with %s %s at %s", (long long)p->id, why, p->policy, p->legs[2].side, p->legs[2].amount,
      p->legs[2].venue);
  enter(p, PAIR_FIXING);
  place(p, 3);
}

static void unsure(Pair *p) {
  static const char why[] = "it is not known what was filled; when it is, the policy holds";
  session_say(p->orders->session, "warn", "pair %lld: %s", (long long)p->id, why);
  enter(p, PAIR_UNSURE);
  tell(p, "held", why);
}

static void step(Pair *p) {
  Decimal x, y;
  switch (p->phase) {
    case PAIR_PLACING:
      if (p->legs[0].told && p->legs[1].told) enter(p, PAIR_WAITING);
      break;
    case PAIR_WAITING: {
      bool one = leg_over(p, 1, &x), two = leg_over(p, 2, &y), lost = p->legs[0].failed || p->legs[1].failed;
      if ((one && two) || lost || clock_mono_us() > p->deadline_us || p->orders->state == ORDERS_KILLED) enter(p, PAIR_CANCELLING);
      break;
    }
    case PAIR_CANCELLING:
      for (int i = 1; i <= 3; i++) cancel_leg(p, i);
      if (leg_over(p, 1, &x) && leg_over(p, 2, &y) && (!p->legs[2].venue[0] || leg_over(p, 3, &y))) settle(p);
      else if (phase_over(p, SETTLE_MS)) unsure(p);
      break;
    case PAIR_FIXING:
      if (!p->legs[2].told) break;
      if (leg_over(p, 3, &x)) settle(p);
      else if (phase_over(p, SETTLE_MS)) unsure(p);
      else if (phase_over(p, FIX_MS)) cancel_leg(p, 3);
      break;
    case PAIR_UNSURE:
      if (phase_over(p, SETTLE_MS)) {       /* a cancel may have got lost */
        for (int i = 0; i < 3; i++) p->legs[i].cancel_sent = false;
        p->phase_us = clock_mono_us();
      }
      for (int i = 1; i <= 3; i++) cancel_leg(p, i);
      if (leg_over(p, 1, &x) && leg_over(p, 2, &y) && (!p->legs[2].venue[0] || leg_over(p, 3, &y))) settle(p);
      break;
  }
}

void pairs_tick(Orders *o) {
  for (Pair *p = o->pairs, *next; p; p = next) {
    next = p->next;
    step(p);
  }
}

/* ---- the start ---- */

static bool leg_read(Leg *l, const msgpack_object *m, const char *amount, char *err, size_t errlen) {
  Decimal d;
  if (!text_of(m, "venue", l->venue, sizeof l->venue) || !name_ok(l->venue, strlen(l->venue)) || !text_of(m, "symbol", l->symbol, sizeof l->symbol)
      || !text_of(m, "side", l->side, sizeof l->side) || !text_of(m, "price", l->price, sizeof l->price))
    return snprintf(err, errlen, "a leg of a pair needs venue, symbol, side and price"), false;
  if (strcmp(l->side, "buy") != 0 && strcmp(l->side, "sell") != 0) return snprintf(err, errlen, "side must be 'buy' or 'sell'"), false;
  if (!text_of(m, "amount", l->amount, sizeof l->amount)) snprintf(l->amount, sizeof l->amount, "%s", amount);
  if (!dec_parse(l->amount, strlen(l->amount), &d) || !dec_parse(l->price, strlen(l->price), &d))
    return snprintf(err, errlen, "amount and price must be numbers"), false;
  return true;
}

static bool pair_read(Pair *p, const msgpack_object *args, char *err, size_t errlen) {
  const msgpack_object *legs = pack_get(args, "legs");
  char amount[64];
  Decimal loss;
  if (!legs || legs->type != MSGPACK_OBJECT_ARRAY || legs->via.array.size != 2) return snprintf(err, errlen, "a pair has two legs"), false;
  text_of(args, "amount", amount, sizeof amount);
  for (int i = 0; i < 2; i++)
    if (!leg_read(&p->legs[i], &legs->via.array.ptr[i], amount, err, errlen)) return false;
  if (!strcmp(p->legs[0].side, p->legs[1].side)) return snprintf(err, errlen, "one leg buys and the other sells"), false;
  if (!text_of(args, "policy", p->policy, sizeof p->policy)) strcpy(p->policy, "hold");
  if (strcmp(p->policy, "hold") != 0 && strcmp(p->policy, "reverse") != 0 && strcmp(p->policy, "proceed") != 0)
    return snprintf(err, errlen, "policy is hold, reverse or proceed"), false;
  text_of(args, "loss", p->loss, sizeof p->loss);
  if (strcmp(p->policy, "hold") != 0 && (!p->loss[0] || !dec_parse(p->loss, strlen(p->loss), &loss)))
    return snprintf(err, errlen, "policy %s needs loss, the most that setting it right may cost in the quote currency", p->policy), false;
  double seconds = pack_get_double(args, "seconds", 10);
  if (!(seconds > 0 && seconds <= SECONDS_MAX)) return snprintf(err, errlen, "seconds is a number up to %d", SECONDS_MAX), false;
  p->deadline_us = clock_mono_us() + (int64_t)(seconds * 1e6);
  return true;
}

void pair_begin(Ask *a) {
  Orders *o = a->orders;
  msgpack_unpacked args;
  char err[300] = "a pair needs its two legs";
  Pair *p = calloc(1, sizeof *p);
  if (!p) abort();
  p->orders = o;
  msgpack_unpacked_init(&args);
  bool ok = a->args.size && msgpack_unpack_next(&args, a->args.data, a->args.size, NULL) == MSGPACK_UNPACK_SUCCESS && pair_read(p, &args.data, err, sizeof err);
  size_t n;
  char *data = ok ? report_line(&args.data, &n) : NULL;
  msgpack_unpacked_destroy(&args);
  if (data && n) data[n - 1] = 0;
  int64_t now = clock_wall_ms();
  JournalPair j = { .run = o->run, .state = "placing", .policy = p->policy, .deadline_ms = now + (p->deadline_us - clock_mono_us()) / 1000,
                    .loss_bound = p->loss[0] ? p->loss : NULL, .data = data, .created_ms = now, .updated_ms = now };
  if (ok && !journal_pair_put(o->journal, &j, &p->id)) {
    ok = false;
    snprintf(err, sizeof err, "not begun, because the journal cannot be written: %s", journal_error(o->journal));
  }
  free(data);
  if (!ok) {
    free(p);
    ask_error(a, "BadRequest", NULL, err);
    return;
  }
  p->peer = a->peer;
  p->msg = a->id;
  p->phase_us = clock_mono_us();
  p->next = o->pairs;
  o->pairs = p;
  orders_tick_later(o);
  a->peer = NULL;
  ask_value(a, NULL);                       /* the pair answers */
  place(p, 1);
  place(p, 2);
}

/* ---- after a restart ---- */

static void take_up(Orders *o, const JournalPair *j) {
  Pair *p = calloc(1, sizeof *p);
  if (!p) abort();
  *p = (Pair){ .orders = o, .id = j->id, .next = o->pairs };
  snprintf(p->policy, sizeof p->policy, "%s", j->policy ? j->policy : "hold");
  snprintf(p->loss, sizeof p->loss, "%s", j->loss_bound ? j->loss_bound : "");
  for (int i = 1; i <= 3; i++) {
    JournalOrder *order = leg_order(p, i);
    Leg *l = &p->legs[i - 1];
    l->told = true;
    if (!order) continue;
    snprintf(l->venue, sizeof l->venue, "%s", order->venue);
    snprintf(l->symbol, sizeof l->symbol, "%s", order->symbol);
    snprintf(l->side, sizeof l->side, "%s", order->side);
    snprintf(l->amount, sizeof l->amount, "%s", order->amount ? order->amount : "");
    snprintf(l->price, sizeof l->price, "%s", order->price ? order->price : "");
    free(order);
  }
  if (!p->legs[0].side[0]) snprintf(p->legs[0].side, sizeof p->legs[0].side, "%s", strcmp(p->legs[1].side, "buy") ? "buy" : "sell");
  if (!p->legs[1].side[0]) snprintf(p->legs[1].side, sizeof p->legs[1].side, "%s", strcmp(p->legs[0].side, "buy") ? "buy" : "sell");
  o->pairs = p;
  p->phase = PAIR_CANCELLING;
  p->phase_us = clock_mono_us();
}

static bool unfinished(void *ctx, const JournalPair *j) {
  Orders *o = ctx;
  session_say(o->session, "note", "pair %lld of an earlier run is unfinished: what rests of it is cancelled, then its policy is '%s'", (long long)j->id,
      j->policy);
  take_up(o, j);
  return true;
}

void pairs_resume(Orders *o) {
  if (o->journal) journal_pair_each_unfinished(o->journal, unfinished, o);
}

/* While it is under way it looks at its legs itself; before READY, pairs_resume finds it. */
void pair_again(Orders *o, int64_t id) {
  for (const Pair *p = o->pairs; p; p = p->next)
    if (p->id == id) return;
  bool ok = journal_pair_again(o->journal, id, clock_wall_ms());
  JournalPair *j = ok && o->state != ORDERS_STARTING ? journal_pair_get(o->journal, id) : NULL;
  if (!ok) session_say(o->session, "error", "journal: pair %lld: %s", (long long)id, journal_error(o->journal));
  if (j) take_up(o, j);
  free(j);
}

/* Its legs are not placed any more; what rests is cancelled, and its policy holds. */
void pairs_peer_gone(Orders *o, const Peer *peer, bool cancels) {
  for (Pair *p = o->pairs; p; p = p->next) {
    if (p->peer != peer) continue;
    p->peer = NULL;
    if (!cancels) continue;
    p->deadline_us = 0;
    for (Ask *a = o->asks; a; a = a->next)
      if (a->pair == p && (a->leg == 1 || a->leg == 2)) a->orphan = true;
  }
}

void pairs_free(Orders *o) {
  for (Pair *p = o->pairs, *next; p; p = next) {
    next = p->next;
    free(p);
  }
  o->pairs = NULL;
}
