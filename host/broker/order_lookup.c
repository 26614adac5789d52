/* What became of orders: looked at until they are settled, and what the venue says of them into the journal. An unknown order is looked for soon and often;
 * one that rests, now and then; one that is to be cancelled, until it is over. Nothing here sends an order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/orders_in.h"

#define SETTLE_MS 10000          /* an order that is nowhere for so long did not arrive */
#define MISSES_MIN 3
#define UNKNOWN_MS 1000          /* between two looks for an unknown order, at first; it doubles up to */
#define UNKNOWN_MAX_MS 15000
#define ASK_LOOKS 8              /* the strategy is told after so many that it is not known */
#define FILLS_LOOKS 5            /* for the fills of one that is over */
#define REST_MS 5000             /* between two looks at one that rests */
#define CLOCK_LEEWAY_MS 60000
#define DAY_MS 86400000
#define AT_ONCE 4                /* looks under way */

/* ---- what the venue says ---- */

enum order_state told_state(const msgpack_object *order, enum order_state now) {
  char status[24];
  const msgpack_object *filled = pack_get(order, "filled");
  bool some = filled && ((filled->type == MSGPACK_OBJECT_POSITIVE_INTEGER && filled->via.u64) || (filled->type == MSGPACK_OBJECT_FLOAT64 && filled->via.f64 > 0)
                         || (filled->type == MSGPACK_OBJECT_STR && !pack_is(filled, "0")));
  if (!text_of(order, "status", status, sizeof status)) return now == ORDER_INTENDED || now == ORDER_SENT || now == ORDER_UNKNOWN ? ORDER_OPEN : now;
  if (!strcmp(status, "closed")) return ORDER_FILLED;
  if (!strcmp(status, "canceled")) return ORDER_CANCELLED;
  if (!strcmp(status, "expired")) return ORDER_EXPIRED;
  if (!strcmp(status, "rejected")) return ORDER_REJECTED;
  return some ? ORDER_PARTLY : ORDER_OPEN;
}

static const char *or_null(const char *s) { return s[0] ? s : NULL; }

/* A cost that price and amount do not bear out (to a hundredth) is a misreading: then it follows from them. */
static bool borne_out(const char *cost, const char *price, const char *amount) {
  Decimal c, p, a, off, hundredth;
  bool read = dec_parse(cost, strlen(cost), &c) && dec_parse(price, strlen(price), &p) && dec_parse(amount, strlen(amount), &a);
  bool ok = read && dec_mul(p, a, &p) && dec_sub(c, p, &off);
  return ok && dec_parse("0.01", 4, &hundredth) && dec_mul(p, hundredth, &p) && dec_cmp(dec_abs(off), dec_abs(p)) <= 0;
}

static size_t list_length(const msgpack_object *list) { return list && list->type == MSGPACK_OBJECT_ARRAY ? list->via.array.size : 0; }

/* How many before it in the list are like it in all that a trade without an id is told by. */
static size_t alike_before(const msgpack_object *list, size_t at) {
  static const char *const keys[] = { "timestamp", "price", "amount" };
  size_t n = 0;
  for (size_t i = 0; i < at; i++) {
    bool alike = true;
    for (size_t k = 0; alike && k < 3; k++) {
      char x[64], y[64];
      text_of(&list->via.array.ptr[i], keys[k], x, sizeof x);
      text_of(&list->via.array.ptr[at], keys[k], y, sizeof y);
      alike = !strcmp(x, y);
    }
    n += alike;
  }
  return n;
}

/* As the clerk or the paper account tells it. Of contracts the cost is not price x amount. */
void fill_told(Orders *o, int64_t order, bool spot, const msgpack_object *list, size_t nth) {
  const msgpack_object *t = &list->via.array.ptr[nth];
  char id[160], price[64], amount[64], cost[64], fee_cost[64], fee_currency[32];
  const msgpack_object *fee = pack_get(t, "fee");
  int64_t at = pack_get_int(t, "timestamp", 0);
  if (!text_of(t, "price", price, sizeof price) || !text_of(t, "amount", amount, sizeof amount)) return;
  if (!text_of(t, "id", id, sizeof id)) snprintf(id, sizeof id, "%lld/%lld/%s/%s/%zu", (long long)order, (long long)at, price, amount,
      alike_before(list, nth));
  if (text_of(t, "cost", cost, sizeof cost) && spot && !borne_out(cost, price, amount)) cost[0] = 0;
  if (!text_of(t, "fee_cost", fee_cost, sizeof fee_cost)) text_of(fee, "cost", fee_cost, sizeof fee_cost);
  if (!text_of(t, "fee_currency", fee_currency, sizeof fee_currency)) text_of(fee, "currency", fee_currency, sizeof fee_currency);
  int64_t now = clock_wall_ms();
  JournalFill f = { .order = order, .trade_id = id, .at_ms = at > 0 ? at : now, .price = price, .amount = amount, .cost = or_null(cost),
                    .fee_cost = or_null(fee_cost), .fee_currency = or_null(fee_currency) };
  enum journal_told told;
  if (!journal_fill(o->journal, &f, now, &told)) session_say(o->session, "error", "journal: order %lld: %s", (long long)order,
      journal_error(o->journal));
  else if (told == JOURNAL_DIFFERS)
    session_say(o->session, "warn", "order %lld: trade %s is told again with other figures (%s at %s, fee %s %s); those that were told first stand",
        (long long)order, id, amount, price, fee_cost[0] ? fee_cost : "-", fee_currency);
}

static bool more(const char *now, const char *was) {
  Decimal x, y = dec_from_int(0);
  if (was) dec_parse(was, strlen(was), &y);
  return now && dec_parse(now, strlen(now), &x) && dec_cmp(x, y) > 0;
}

/* Was more of an order that is over filled than was known? */
static void told_late(Orders *o, const JournalOrder *was) {
  JournalOrder *j = journal_order(o->journal, was->id);
  if (j && more(j->filled, was->filled)) {
    if (was->filled || j->state != ORDER_FILLED)
      session_say(o->session, "warn", "order %lld (%s %s, %s): %s of it was filled, not %s; the exchange told it after the end", (long long)j->id, j->venue,
          j->symbol, order_state_name(j->state), j->filled, was->filled ? was->filled : "0");
    if (j->pair) pair_again(o, j->pair);
  }
  free(j);
}

void order_told(Orders *o, int64_t id, const msgpack_object *order, const msgpack_object *fills) {
  char venue_id[128], filled[64], remaining[64], average[64], cost[64];
  JournalOrder *j = journal_order(o->journal, id);
  if (!j) return;
  enum order_state state = told_state(order, j->state);
  text_of(order, "id", venue_id, sizeof venue_id);
  text_of(order, "filled", filled, sizeof filled);
  text_of(order, "remaining", remaining, sizeof remaining);
  text_of(order, "average", average, sizeof average);
  text_of(order, "cost", cost, sizeof cost);
  JournalChange change = { .venue_id = or_null(venue_id), .filled = or_null(filled), .remaining = or_null(remaining), .average = or_null(average),
      .cost = or_null(cost) };
  bool over = order_state_final(j->state), ok = true;
  bool same = state == j->state && (!filled[0] || (j->filled && strcmp(filled, j->filled) == 0)) && (j->venue_id || !venue_id[0]);
  if (over) journal_begin(o->journal);         /* what is told late, and that its pair goes on, hold together */
  if (over && more(filled, j->filled)) ok = journal_late(o->journal, id, &change, clock_wall_ms());
  else if (!over && !same) ok = journal_mark(o->journal, id, state, &change, clock_wall_ms());
  if (!ok) session_say(o->session, "error", "journal: order %lld: %s", (long long)id, journal_error(o->journal));
  for (size_t i = 0; i < list_length(fills); i++) fill_told(o, id, !strchr(j->symbol, ':'), fills, i);
  if (over) {
    told_late(o, j);
    if (!journal_commit(o->journal)) session_say(o->session, "error", "journal: order %lld: %s", (long long)id, journal_error(o->journal));
  } else if (ok && order_state_final(state)) late_over(o, j);
  free(j);
}

/* ---- watches ---- */

static Watch *watch_of(Orders *o, int64_t order) {
  for (Watch *w = o->watches; w; w = w->next)
    if (w->order == order) return w;
  return NULL;
}

Watch *watch_add(Orders *o, int64_t order, Peer *owner, Ask *ask, int64_t in_ms) {
  Watch *w = watch_of(o, order);
  if (!w) {
    if (!(w = calloc(1, sizeof *w))) return NULL;
    *w = (Watch){ .orders = o, .order = order, .owner = owner, .since_us = clock_mono_us(), .next = o->watches };
    o->watches = w;
    o->n_watches++;
  }
  if (ask) w->ask = ask;
  if (o->state == ORDERS_KILLED) w->cancelling = true;        /* it was on its way */
  w->again = w->looking;
  w->due_us = clock_mono_us() + in_ms * 1000;
  return w;
}

/* Who cancelled it waits for one look, whatever it tells. */
static void seen(Watch *w) {
  Ask *a = w->ask;
  if (!a || !a->cancelled) return;
  w->ask = NULL;
  cancel_seen(a);
}

static void watch_end(Watch *w) {
  Orders *o = w->orders;
  bool of_start = w->of_start;
  seen(w);
  for (Watch **p = &o->watches; *p; p = &(*p)->next)
    if (*p == w) {
      *p = w->next;
      break;
    }
  o->n_watches--;
  free(w);
  if (of_start) orders_started(o);
}

bool watch_unsettled(const Orders *o) {
  for (const Watch *w = o->watches; w; w = w->next)
    if (w->looking || w->cancelling || w->ask || w->looks == 0) return true;
  return false;
}

static void later(Watch *w, int64_t ms) { w->due_us = clock_mono_us() + ms * 1000; }

/* The first word on an order of an earlier run lets new ones be taken; it is watched on. */
static void first_word(Watch *w) {
  if (!w->of_start) return;
  w->of_start = false;
  orders_started(w->orders);
}

static void on_cancelled(Session *s, void *ctx, const msgpack_object *answer, const char *why) {
  (void)s;
  (void)answer;
  (void)why;
  Watch *w = watch_of(s->orders, (int64_t)(intptr_t)ctx);
  if (!w) return;
  w->looking = false;
  later(w, 300);            /* the next look tells */
}

static void cancel(Watch *w, const JournalOrder *j) {
  Orders *o = w->orders;
  w->looking = true;
  journal_event(o->journal, w->order, "cancel_intended", o->state == ORDERS_KILLED ? o->why : "its worker died", clock_wall_ms());
  msgpack_packer pk = clerk_begin(o->session, "cancel", 5, on_cancelled, (void *)(intptr_t)w->order);
  pack_key_str(&pk, "venue", j->venue);
  pack_key_int(&pk, "order", w->order);
  pack_key_str(&pk, "id", j->venue_id);
  pack_key_str(&pk, "symbol", j->symbol);
  pack_key_bool(&pk, "paper", o->paper);
  clerk_end(o->session);
}

typedef struct { Decimal sum; bool ok; } FillSum;

static bool add_fill(void *ctx, const JournalFill *f) {
  FillSum *x = ctx;
  Decimal d;
  x->ok = x->ok && dec_parse(f->amount, strlen(f->amount), &d) && dec_add(x->sum, d, &x->sum);
  return true;
}

/* Was more filled than its fills add up to? Trades may be told later than the order. */
static bool fills_lack(Orders *o, const JournalOrder *j) {
  FillSum x = { dec_from_int(0), true };
  Decimal filled;
  if (!j->filled || !dec_parse(j->filled, strlen(j->filled), &filled) || dec_is_zero(filled)) return false;
  return journal_each_fill(o->journal, j->id, 0, add_fill, &x) && x.ok && dec_cmp(x.sum, filled) < 0;
}

/* It was found: what it is goes to who waits, and it is watched as long as it is not over. */
static void found(Watch *w, const msgpack_object *order, const msgpack_object *fills) {
  Orders *o = w->orders;
  order_told(o, w->order, order, fills);
  w->misses = 0;
  if (w->ask && !w->ask->cancelled) {
    Ask *a = w->ask;
    w->ask = NULL;
    if (!a->taken) session_say(o->session, "note", "order %lld was taken by the exchange", (long long)w->order);
    ask_placed(a, order);
  }
  JournalOrder *j = journal_order(o->journal, w->order);
  bool over = !j || order_state_final(j->state);
  bool more_fills = j && w->looks < FILLS_LOOKS && fills_lack(o, j);
  first_word(w);
  if (over && !more_fills) {
    if (w->cancelling && j) session_say(o->session, "note", "order %lld is %s", (long long)w->order, order_state_name(j->state));
    watch_end(w);
  } else if (j && w->cancelling && j->venue_id) cancel(w, j);
  else later(w, over ? 1000 : REST_MS);
  free(j);
}

static void not_found(Watch *w, const char *looked) {
  Orders *o = w->orders;
  JournalOrder *j = journal_order(o->journal, w->order);
  w->misses++;
  if (w->ask && w->ask->taken) ask_placed(w->ask, NULL);
  bool unknown = j && (j->state == ORDER_UNKNOWN || j->state == ORDER_SENT);
  bool long_enough = clock_mono_us() - w->since_us >= SETTLE_MS * 1000ll || (j && clock_wall_ms() - j->created_ms > 10 * SETTLE_MS);
  if (!j) {
    watch_end(w);
    return;
  }
  if (!unknown || w->misses < MISSES_MIN || !long_enough) {
    free(j);
    later(w, UNKNOWN_MS);
    return;
  }
  char reason[360];
  bool all = j->client_id || j->venue_id || strstr(looked, "fetch_orders") || strstr(looked, "fetch_closed_orders") || strstr(looked, "fetch_canceled_orders");
  snprintf(reason, sizeof reason, "%s (looked: %s)", all ? "not at the exchange" : "neither open nor traded at the exchange", looked);
  JournalChange change = { .reason = reason };
  journal_mark(o->journal, w->order, ORDER_REJECTED, &change, clock_wall_ms());
  session_say(o->session, "note", "order %lld did not reach the exchange", (long long)w->order);
  if (w->ask && !w->ask->cancelled) {
    Ask *a = w->ask;
    w->ask = NULL;
    ask_error(a, "RequestTimeout", "not_taken", "the order did not reach the exchange: it is not there, and was not sent again");
  }
  free(j);
  watch_end(w);
}

static void unsure(Watch *w, const char *why) {
  char text[500];
  first_word(w);
  if (w->ask && w->ask->taken) ask_placed(w->ask, NULL);
  if (w->ask && !w->ask->cancelled && w->looks >= ASK_LOOKS) {
    snprintf(text, sizeof text, "it is not known whether the exchange took the order (journal: order %lld); it is looked for further (%s)",
        (long long)w->order, why);
    Ask *a = w->ask;
    w->ask = NULL;
    ask_error(a, "RequestTimeout", "unknown", text);
  }
  int64_t ms = UNKNOWN_MS << (w->looks < 5 ? w->looks : 5);
  later(w, ms < UNKNOWN_MAX_MS ? ms : UNKNOWN_MAX_MS);
}

static void looked_at(Watch *w, const msgpack_object *answer, const char *why) {
  const msgpack_object *order = answer ? pack_get(answer, "order") : NULL, *looked = answer ? pack_get(answer, "looked") : NULL;
  const msgpack_object *error = answer ? pack_get(answer, "error") : NULL;
  char text[300] = "";
  if (order && order->type == MSGPACK_OBJECT_MAP) found(w, order, pack_get(answer, "fills"));
  else if (looked) {
    for (size_t i = 0, n = 0; i < list_length(looked); i++) {
      const char *name;
      size_t len;
      if (pack_text(&looked->via.array.ptr[i], &name, &len) && n + len + 3 < sizeof text) n += (size_t)snprintf(text + n, sizeof text - n, "%s%.*s",
          n ? ", " : "", (int)len, name);
    }
    not_found(w, text);
  } else {
    if (!text_of(answer, "unsure", text, sizeof text) && !text_of(error, "message", text, sizeof text)) snprintf(text, sizeof text, "%s",
        why ? why : "no answer");
    unsure(w, text);
  }
}

static void on_looked(Session *s, void *ctx, const msgpack_object *answer, const char *why) {
  int64_t order = (int64_t)(intptr_t)ctx;
  Watch *w = watch_of(s->orders, order);
  if (!w) return;
  bool again = w->again;
  w->looking = w->again = false;
  w->looks++;
  looked_at(w, answer, why);
  if (!(w = watch_of(s->orders, order))) return;
  if (again && !w->looking) w->due_us = clock_mono_us();
  else if (!again) seen(w);
}

typedef struct { msgpack_packer *pk; size_t n; int64_t but; bool writes; } Others;

/* Ids of other orders of that market, so that none of them is taken for this one. */
static bool other_id(void *ctx, const JournalOrder *j) {
  Others *x = ctx;
  if (!j->venue_id || j->id == x->but) return true;
  if (x->writes) pack_str(x->pk, j->venue_id);
  x->n++;
  return true;
}

/* When it was made, by the venue's clock, and rather before: with clocks that were set since then, several times may be meant. */
static int64_t created_there(Orders *o, const JournalOrder *j) {
  const Venue *v = hosts_venue(&o->session->clerk.venues, j->venue);
  int64_t now = clock_wall_ms(), there = v ? venue_clock_ns(v) / 1000000 : now, offset = v ? v->clock_offset_ms : 0;
  int64_t away = there - now < offset ? there - now : offset, at = j->created_ms + away;
  return at > there + CLOCK_LEEWAY_MS ? there - DAY_MS : at;
}

/* What the exchange answered, when the run that asked ended before it was read. */
static bool last_reply(void *ctx, const JournalEvent *e) {
  char **text = ctx;
  const char *space = !strcmp(e->what, "reply") && e->data && e->data[0] == '2' ? strchr(e->data, ' ') : NULL;
  if (!space) return true;
  free(*text);
  *text = strdup(space + 1);
  return true;
}

static void look(Watch *w) {
  Orders *o = w->orders;
  JournalOrder *j = journal_order(o->journal, w->order);
  if (!j) {
    watch_end(w);
    return;
  }
  w->looking = true;
  JournalFilter filter = { .venue = j->venue, .symbol = j->symbol, .limit = 200 };
  Others others = { .but = j->id };
  journal_each(o->journal, &filter, other_id, &others);
  char *reply = NULL;
  if (!j->venue_id && !j->client_id) journal_each_event(o->journal, j->id, last_reply, &reply);
  msgpack_packer pk = clerk_begin(o->session, "lookup", 3, on_looked, (void *)(intptr_t)w->order);
  pack_key_str(&pk, "venue", j->venue);
  pack_str(&pk, "known");
  pack_map(&pk, 9);
  pack_key_str(&pk, "venue_id", j->venue_id);
  pack_key_str(&pk, "reply", reply);
  pack_key_str(&pk, "client_id", j->client_id);
  pack_key_str(&pk, "symbol", j->symbol);
  pack_key_str(&pk, "side", j->side);
  pack_key_str(&pk, "type", j->type);
  pack_key_str(&pk, "amount", j->amount);
  pack_key_str(&pk, "price", j->price);
  pack_key_int(&pk, "created_ms", created_there(o, j));
  pack_str(&pk, "others");
  pack_array(&pk, others.n);
  others = (Others){ .pk = &pk, .but = j->id, .writes = true };
  journal_each(o->journal, &filter, other_id, &others);
  clerk_end(o->session);
  free(reply);
  free(j);
}

void watch_tick(Orders *o) {
  int64_t now = clock_mono_us();
  int under_way = 0;
  if (o->paper || !o->journal) return;
  for (Watch *w = o->watches; w; w = w->next) under_way += w->looking;
  for (Watch *w = o->watches, *next; w && under_way < AT_ONCE; w = next) {
    next = w->next;
    if (w->looking || w->due_us > now) continue;
    look(w);
    under_way++;
  }
}
