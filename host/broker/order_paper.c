/* Orders on paper: what the account tells of them into the journal, and cancelling what is open when its worker died or the kill switch is on. The account
 * is the clerk's (paper.lua), so what it tells holds at once: nothing here is looked up. */
#include <stdlib.h>

#include "broker/orders_in.h"

struct Rest { int64_t order; Peer *owner; Rest *next; };      /* whose worker made it */

static size_t list_length(const msgpack_object *list) { return list && list->type == MSGPACK_OBJECT_ARRAY ? list->via.array.size : 0; }
static const char *or_null(const char *s) { return s[0] ? s : NULL; }

static void rest_over(Orders *o, int64_t order) {
  for (Rest **p = &o->rests; *p; p = &(*p)->next) {
    Rest *r = *p;
    if (r->order != order) continue;
    *p = r->next;
    free(r);
    return;
  }
}

static void order_changed(Orders *o, const msgpack_object *c) {
  char venue_id[128], filled[64], average[64], cost[64];
  int64_t id = pack_get_int(c, "order", 0);
  enum order_state state = told_state(c, ORDER_OPEN);
  text_of(c, "venue_id", venue_id, sizeof venue_id);
  text_of(c, "filled", filled, sizeof filled);
  text_of(c, "average", average, sizeof average);
  text_of(c, "cost", cost, sizeof cost);
  JournalChange change = { .venue_id = or_null(venue_id), .filled = or_null(filled), .average = or_null(average), .cost = or_null(cost) };
  if (!journal_mark(o->journal, id, state, &change, clock_wall_ms()))
    session_say(o->session, "error", "journal: order %lld: %s", (long long)id, journal_error(o->journal));
  if (order_state_final(state)) rest_over(o, id);
}

static void balance_changed(Orders *o, const msgpack_object *b) {
  char venue[64], code[32], free_[64], used[64];
  if (!text_of(b, "venue", venue, sizeof venue) || !text_of(b, "code", code, sizeof code) || !text_of(b, "free", free_, sizeof free_)
      || !text_of(b, "used", used, sizeof used))
    return;
  JournalBalance balance = { .account = PAPER_ACCOUNT, .venue = venue, .code = code, .free = free_, .used = used };
  if (!journal_balance_set(o->journal, &balance)) session_say(o->session, "error", "journal: %s", journal_error(o->journal));
}

void paper_changes(Orders *o, const msgpack_object *changes) {
  const msgpack_object *balances = pack_get(changes, "balances"), *fills = pack_get(changes, "fills"), *orders = pack_get(changes, "orders");
  if (!o->journal || !changes) return;
  journal_begin(o->journal);
  for (size_t i = 0; i < list_length(fills); i++) fill_told(o, pack_get_int(&fills->via.array.ptr[i], "order", 0), true, fills, i);
  for (size_t i = 0; i < list_length(orders); i++) order_changed(o, &orders->via.array.ptr[i]);
  for (size_t i = 0; i < list_length(balances); i++) balance_changed(o, &balances->via.array.ptr[i]);
  if (!journal_commit(o->journal)) session_say(o->session, "error", "journal: %s", journal_error(o->journal));
}

/* ---- cancelling ---- */

static void on_cancelled(Session *s, void *ctx, const msgpack_object *answer, const char *why) {
  Orders *o = s->orders;
  const msgpack_object *error = answer ? pack_get(answer, "error") : NULL;
  char text[300];
  paper_changes(o, answer ? pack_get(answer, "changes") : NULL);
  JournalOrder *j = journal_order(o->journal, (int64_t)(intptr_t)ctx);
  if (j && order_state_final(j->state)) session_say(s, "note", "order %lld is %s", (long long)j->id, order_state_name(j->state));
  else if (j) session_say(s, "warn", "order %lld stands on paper: %s", (long long)j->id,
      text_of(error, "message", text, sizeof text) ? text : why ? why : "it could not be cancelled");
  free(j);
}

static void cancel(Orders *o, const JournalOrder *j) {
  journal_event(o->journal, j->id, "cancel_intended", o->state == ORDERS_KILLED ? o->why : "its worker died", clock_wall_ms());
  msgpack_packer pk = clerk_begin(o->session, "cancel", 5, on_cancelled, (void *)(intptr_t)j->id);
  pack_key_str(&pk, "venue", j->venue);
  pack_key_int(&pk, "order", j->id);
  pack_key_str(&pk, "id", j->venue_id);
  pack_key_str(&pk, "symbol", j->symbol);
  pack_key_bool(&pk, "paper", true);
  clerk_end(o->session);
}

typedef struct { Orders *orders; size_t n; } Cancelling;

/* One without an id is on its way. */
static bool cancel_one(void *ctx, const JournalOrder *j) {
  Cancelling *x = ctx;
  if (!j->venue_id) return true;
  cancel(x->orders, j);
  x->n++;
  return true;
}

size_t paper_cancel_open(Orders *o) {
  Cancelling x = { o, 0 };
  journal_each(o->journal, &(JournalFilter){ .class = JOURNAL_OPEN }, cancel_one, &x);
  return x.n;
}

size_t paper_peer_gone(Orders *o, const Peer *p, bool cancels) {
  size_t n = 0;
  for (Rest *r = o->rests; r; r = r->next) {
    if (r->owner != p) continue;
    r->owner = NULL;
    JournalOrder *j = cancels ? journal_order(o->journal, r->order) : NULL;
    if (j) cancel(o, j);
    n += j != NULL;
    free(j);
  }
  return n;
}

/* ---- placing ---- */

void paper_placed(Ask *a, const msgpack_object *changes) {
  Orders *o = a->orders;
  paper_changes(o, changes);
  JournalOrder *j = journal_order(o->journal, a->order);
  bool open = j && !order_state_final(j->state);
  if (open && (a->orphan || o->state == ORDERS_KILLED)) cancel(o, j);       /* it was on its way */
  else if (open && a->peer) {
    Rest *r = malloc(sizeof *r);
    if (!r) abort();
    *r = (Rest){ a->order, a->peer, o->rests };
    o->rests = r;
  }
  free(j);
}

static void on_held(Session *s, void *ctx, const msgpack_object *answer, const char *why) { (void)s, (void)ctx, (void)answer, (void)why; }

void paper_hold(const Ask *a, const char *why) {
  msgpack_packer pk = clerk_begin(a->orders->session, "hold", 2, on_held, NULL);
  pack_key_int(&pk, "order", a->order);
  pack_key_str(&pk, "why", why);
  clerk_end(a->orders->session);
}

void paper_free(Orders *o) {
  for (Rest *r = o->rests, *next; r; r = next) {
    next = r->next;
    free(r);
  }
  o->rests = NULL;
}
