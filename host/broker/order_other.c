/* Cancels, which may be repeated, and what else has the right to trade or withdraw, which may not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/orders_in.h"

#define CANCEL_TRIES 4
#define CANCEL_AGAIN_MS 500
#define SEEN_MS 2000             /* how orders stand that were cancelled is waited for so long */

/* ---- cancelling ---- */

typedef struct { const char *venue_id, *client_id; int64_t order; } Sought;

static bool is_sought(void *ctx, const JournalOrder *j) {
  Sought *x = ctx;
  if (!(j->venue_id && !strcmp(j->venue_id, x->venue_id)) && !(j->client_id && !strcmp(j->client_id, x->venue_id))) return true;
  x->order = j->id;
  return false;
}

static void cancel_ask(Ask *a);

static void cancel_again(void *ctx) { cancel_ask(ctx); }

/* A cancel that got lost is sent again: it can only do what was wanted. */
static bool may_repeat(const msgpack_object *error) {
  static const char *const classes[] = { "NetworkError", "RequestTimeout", "ExchangeNotAvailable", "BadResponse", "NullResponse", NULL };
  char class[48];
  if (!error) return true;
  if (!text_of(error, "class", class, sizeof class)) return false;
  for (const char *const *c = classes; *c; c++)
    if (!strcmp(*c, class)) return true;
  return false;
}

/* The guard goes by what the exchange says of an order: so a cancel is answered when that is known, or is not soon. */
static void cancel_answer(Ask *a) {
  msgpack_unpacked u;
  msgpack_unpacked_init(&u);
  bool ok = msgpack_unpack_next(&u, a->told.data, a->told.size, NULL) == MSGPACK_UNPACK_SUCCESS;
  ask_value(a, ok ? &u.data : NULL);
  msgpack_unpacked_destroy(&u);
}

void cancel_seen(Ask *a) {
  if (--a->seeing == 0) cancel_answer(a);
}

static void seen_or_not(void *ctx) { cancel_answer(ctx); }

/* Each of them is looked at now. */
static bool is_gone(void *ctx, const JournalOrder *j) {
  Ask *a = ctx;
  Watch *w = watch_add(a->orders, j->id, NULL, NULL, 0);
  if (!w || w->ask || order_state_final(j->state)) return true;
  w->ask = a;
  a->seeing++;
  return true;
}

/* A reply that says how it ended, and how much of it was filled, is taken at once. */
static void one_told(Ask *a, int64_t id, const msgpack_object *order) {
  char status[24], filled[64];
  bool over = text_of(order, "status", status, sizeof status) && strcmp(status, "open") != 0 && text_of(order, "filled", filled, sizeof filled);
  if (id && over) order_told(a->orders, id, order, NULL);
}

static void all_told(Ask *a, const msgpack_object *orders) {
  for (size_t i = 0; orders && orders->type == MSGPACK_OBJECT_ARRAY && i < orders->via.array.size; i++) {
    const msgpack_object *order = &orders->via.array.ptr[i];
    char id[128];
    if (!text_of(order, "id", id, sizeof id)) continue;
    Sought sought = { .venue_id = id };
    journal_each(a->orders->journal, &(JournalFilter){ .class = JOURNAL_OPEN, .venue = a->venue }, is_sought, &sought);
    one_told(a, sought.order, order);
  }
}

static void confirmed(Ask *a, const msgpack_object *answer) {
  Orders *o = a->orders;
  const msgpack_object *order = pack_get(answer, "order"), *orders = pack_get(answer, "orders"), *value = order ? order : orders;
  if (o->paper) {
    paper_changes(o, pack_get(answer, "changes"));
    ask_value(a, value);
    return;
  }
  a->cancelled = true;
  if (strcmp(a->op, "cancel_order") != 0) {
    all_told(a, orders);
    journal_each(o->journal, &(JournalFilter){ .class = JOURNAL_OPEN, .venue = a->venue, .symbol = a->symbol[0] ? a->symbol : NULL }, is_gone, a);
  } else if (a->cancels) {
    one_told(a, a->cancels, order);
    JournalOrder *j = journal_order(o->journal, a->cancels);
    if (j) is_gone(a, j);
    free(j);
  }
  if (!a->seeing) {
    ask_value(a, value);
    return;
  }
  msgpack_packer pk;
  msgpack_packer_init(&pk, &a->told, msgpack_sbuffer_write);
  if (value) msgpack_pack_object(&pk, *value);
  a->timer = (LoopTimer){ .fn = seen_or_not, .ctx = a };
  loop_after(o->session->loop, &a->timer, SEEN_MS);
  watch_tick(o);
}

static void on_cancelled(Session *s, void *ctx, const msgpack_object *answer, const char *why) {
  Ask *a = ctx;
  Orders *o = a->orders;
  const msgpack_object *error = answer ? pack_get(answer, "error") : NULL;
  if (answer && !error) {
    confirmed(a, answer);
    return;
  }
  if (!o->paper && may_repeat(error) && ++a->tries < CANCEL_TRIES) {
    a->timer = (LoopTimer){ .fn = cancel_again, .ctx = a };
    loop_after(s->loop, &a->timer, CANCEL_AGAIN_MS << a->tries);
    return;
  }
  if (a->cancels && !o->paper && watch_add(o, a->cancels, NULL, NULL, 0)) watch_tick(o);        /* it may be filled, or cancelled already */
  ask_error_of(a, error, why ? why : "?");
}

static void cancel_ask(Ask *a) {
  Session *s = a->orders->session;
  bool all = !strcmp(a->op, "cancel_all_orders");
  msgpack_packer pk = clerk_begin(s, all ? "cancel_all" : "cancel", all ? 5 : 7, on_cancelled, a);
  pack_key_str(&pk, "venue", a->venue);
  if (!all) {
    pack_key_int(&pk, "order", a->cancels);
    pack_key_str(&pk, "id", a->target);
  }
  pack_key_str(&pk, "symbol", a->symbol[0] ? a->symbol : NULL);
  pack_raw(&pk, "params", &a->params);
  pack_raw(&pk, "options", &a->options);
  pack_key_bool(&pk, "paper", a->orders->paper);
  clerk_end(s);
}

void cancel_begin(Ask *a) {
  Orders *o = a->orders;
  msgpack_unpacked args;
  msgpack_unpacked_init(&args);
  bool ok = a->args.size && msgpack_unpack_next(&args, a->args.data, a->args.size, NULL) == MSGPACK_UNPACK_SUCCESS;
  if (ok) {
    text_of(&args.data, "symbol", a->symbol, sizeof a->symbol);
    text_of(&args.data, "order_id", a->target, sizeof a->target);
  }
  msgpack_unpacked_destroy(&args);
  if (!strcmp(a->op, "cancel_order")) {
    if (!a->target[0]) {
      ask_error(a, "ArgumentsRequired", NULL, "cancel_order needs an order's id");
      return;
    }
    Sought sought = { .venue_id = a->target };
    JournalFilter filter = { .class = JOURNAL_ALL, .venue = a->venue };
    journal_each(o->journal, &filter, is_sought, &sought);
    a->cancels = sought.order;
    if (a->cancels) journal_event(o->journal, a->cancels, "cancel_intended", NULL, clock_wall_ms());
  } else if (strcmp(a->op, "cancel_all_orders") != 0) {
    other_begin(a);
    return;
  }
  cancel_ask(a);
}

/* ---- the rest: leverage, margin modes, transfers, withdrawals ---- */

static void on_done(Session *s, void *ctx, const msgpack_object *answer, const char *why) {
  Ask *a = ctx;
  Orders *o = a->orders;
  const msgpack_object *error = answer ? pack_get(answer, "error") : NULL;
  char text[500], message[300];
  if (answer && !error) {
    ask_value(a, pack_get(answer, "value"));
    return;
  }
  if (a->sent && !(a->replied && a->status < 500) && (!strcmp(a->op, "withdraw") || !strcmp(a->op, "transfer"))) {
    if (!text_of(error, "message", message, sizeof message)) snprintf(message, sizeof message, "%s", why ? why : "?");
    snprintf(text, sizeof text, "%s: it is not known whether the exchange did it (%s); look it up before you ask for it again", a->op, message);
    journal_event(o->journal, 0, "note", text, clock_wall_ms());
    session_say(s, "error", "%s", text);
    ask_error(a, "RequestTimeout", "unknown", text);
    return;
  }
  ask_error_of(a, error, why ? why : "?");
}

/* What goes through here: nothing that places or changes an order, which is the guard's to judge. */
static bool is_other(const char *op) {
  static const char *const ops[] = { "withdraw", "transfer", "create_deposit_address", "set_leverage", "set_margin_mode", "set_position_mode", "set_margin",
                                     "add_margin", "reduce_margin", "borrow_cross_margin", "borrow_isolated_margin", "borrow_margin", "repay_cross_margin",
                                     "repay_isolated_margin", "repay_margin", "cancel_all_orders_after", "cancel_orders", "cancel_orders_for_symbols",
                                     NULL };
  for (const char *const *x = ops; *x; x++)
    if (!strcmp(*x, op)) return true;
  return false;
}

/* Only to where the user said, whatever the script says. */
static bool withdrawal_allowed(Ask *a, char *why, size_t size) {
  char code[32] = "", address[512] = "", tag[128] = "";
  msgpack_unpacked args;
  msgpack_unpacked_init(&args);
  if (a->args.size && msgpack_unpack_next(&args, a->args.data, a->args.size, NULL) == MSGPACK_UNPACK_SUCCESS) {
    pack_get_line(&args.data, "code", code, sizeof code);
    pack_get_line(&args.data, "address", address, sizeof address);
    const msgpack_object *given = pack_get(&args.data, "tag");
    if (given && given->type != MSGPACK_OBJECT_NIL && !text_of(&args.data, "tag", tag, sizeof tag)) code[0] = 0;
  }
  msgpack_unpacked_destroy(&args);
  if (!*code || !*address) return snprintf(why, size, "withdraw needs code and address, and of a tag a short one"), false;
  return guard_withdrawal(&a->orders->limits, code, address, tag, why, size);
}

/* A script's own limits: it may only ask for less. */
void limits_begin(Ask *a) {
  Orders *o = a->orders;
  char by[96], text[400] = "limits { .. } takes a table";
  msgpack_unpacked args;
  msgpack_unpacked_init(&args);
  snprintf(by, sizeof by, "the script %.80s", a->peer ? a->peer->name : "");
  bool ok = a->args.size && msgpack_unpack_next(&args, a->args.data, a->args.size, NULL) == MSGPACK_UNPACK_SUCCESS
            && guard_limits_narrow(&o->limits, by, &args.data, text, sizeof text);
  msgpack_unpacked_destroy(&args);
  if (ok) ask_value(a, NULL);
  else ask_error(a, "BadRequest", NULL, text);
}

void other_begin(Ask *a) {
  Orders *o = a->orders;
  char note[200];
  static int64_t numbers = INT64_MAX;        /* of what is no order: not the journal's */
  char why[700];
  if (!is_other(a->op)) {
    snprintf(why, sizeof why, "%s does not go through the guard, so it is not offered here", a->op);
    ask_error(a, "NotSupported", NULL, why);
    return;
  }
  if (!strcmp(a->op, "withdraw") && !withdrawal_allowed(a, why, sizeof why)) {
    journal_event(o->journal, 0, "guard", why, clock_wall_ms());
    ask_error(a, "PermissionDenied", "guard:withdraw", why);
    return;
  }
  if (!ask_by_hand(a) && strcmp(a->op, "withdraw") != 0 && !guard_method(&o->limits, a->venue, a->op, why, sizeof why)) {
    guard_refuses(a, GUARD_METHODS, why);
    return;
  }
  snprintf(note, sizeof note, "%s at %s", a->op, a->venue);
  if (!journal_event(o->journal, 0, "note", note, clock_wall_ms())) {
    ask_error(a, "OperationFailed", NULL, journal_error(o->journal));
    return;
  }
  a->order = numbers--;
  msgpack_packer pk = clerk_begin(o->session, "other", 7, on_done, a);
  pack_key_str(&pk, "op", a->op);
  pack_key_str(&pk, "venue", a->venue);
  pack_raw(&pk, "args", &a->args);
  pack_raw(&pk, "params", &a->params);
  pack_raw(&pk, "options", &a->options);
  pack_key_int(&pk, "order", a->order);
  pack_key_bool(&pk, "paper", o->paper);
  clerk_end(o->session);
}
