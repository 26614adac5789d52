#include "broker/orders.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "broker/order_book.h"

#define TICK_MS 500
#define CLOCK_SET_MS 2000         /* a clock that is kept in step by the system moves by less at once */
#define END_MS 15000              /* what is under way when the strategies have ended gets this long */
#define LINGER_MS 10000           /* a run that was told to end leaves so much time to say so again, when orders stand */
#define LACKING_MS 86400000ll    /* fills that are not known are asked for so long; some venues never tell */
#define CONFIG_MAX (256u << 10)
#define ASKS_MAX 2000

/* ---- answers ---- */

int64_t orders_now(const Session *s) { return s->spec->paper ? clock_wall_ms() : 0; }

static void ask_free(Ask *a) {
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
  snprintf(text, sizeof text, "refused by the guard: %s", why);
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

static bool keep(const msgpack_object *m, const char *key, msgpack_sbuffer *out) {
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

/* Candles are played a year in a second: there the tick, when nothing goes by it, is only for the kill switch, and that is in real time. */
void orders_tick_later(Orders *o) {
  bool idle = o->session->spec->backtest && !o->pairs && !o->finishing;
  if (idle) loop_after_real(o->session->loop, &o->tick, TICK_MS);
  else loop_after(o->session->loop, &o->tick, TICK_MS);
}

/* ---- the start ---- */

void orders_break(Orders *o, const char *format, ...) {
  va_list ap;
  if (o->state == ORDERS_KILLED) return;
  va_start(ap, format);
  vsnprintf(o->why, sizeof o->why, format, ap);
  va_end(ap);
  o->state = ORDERS_BROKEN;
  session_say(o->session, "error", "no orders: %s", o->why);
}

static void ask_begin(Ask *a);

/* Before the first live order: what is allowed, and who said so. */
static void show_limits(Orders *o) {
  char text[4000];
  if (guard_limits_text(&o->limits, text, sizeof text) >= sizeof text) strcpy(text + sizeof text - 4, "...");
  session_say(o->session, "note", "limits (%s): %s", o->config ? o->config_path : "built in; write a bourse.lua to set your own", text);
}

void orders_started(Orders *o) {
  if (o->starting > 0) o->starting--;
  if (o->starting == 0 && o->state == ORDERS_STARTING) {
    o->state = ORDERS_READY;
    if (!o->paper) show_limits(o);
    pairs_resume(o);
  }
  if (o->state == ORDERS_STARTING) return;
  for (Ask *a = o->asks, *next; a; a = next) {
    next = a->next;
    if (!a->begun) ask_begin(a);
  }
}

static void on_boot(Session *s, void *ctx, const msgpack_object *answer, const char *why) {
  (void)ctx;
  const msgpack_object *error = answer ? pack_get(answer, "error") : NULL;
  char text[300];
  if (!answer) orders_break(s->orders, "%s", why);
  else if (error) orders_break(s->orders, "the paper account cannot be read: %s", pack_get_line(error, "message", text, sizeof text) ? text : "?");
  orders_started(s->orders);
}

typedef struct { msgpack_packer *pk; Orders *orders; } Packing;
typedef struct { size_t balances, open; int64_t last; } Counted;

static bool count_balance(void *ctx, const JournalBalance *b) {
  (void)b;
  ((Counted *)ctx)->balances++;
  return true;
}

static bool count_open(void *ctx, const JournalOrder *j) {
  (void)j;
  ((Counted *)ctx)->open++;
  return true;
}

static bool count_last(void *ctx, const JournalOrder *j) {
  ((Counted *)ctx)->last = j->id;
  return true;
}

static bool pack_balance(void *ctx, const JournalBalance *b) {
  msgpack_packer *pk = ((Packing *)ctx)->pk;
  pack_map(pk, 4);
  pack_key_str(pk, "venue", b->venue);
  pack_key_str(pk, "code", b->code);
  pack_key_str(pk, "free", b->free);
  pack_key_str(pk, "used", b->used);
  return true;
}

static bool count_fill(void *ctx, const JournalFill *f) {
  (void)f;
  ++*(int64_t *)ctx;
  return true;
}

static bool pack_order(void *ctx, const JournalOrder *j) {
  const Packing *x = ctx;
  msgpack_packer *pk = x->pk;
  int64_t fills = 0;
  journal_each_fill(x->orders->journal, j->id, 0, count_fill, &fills);
  pack_map(pk, 14);
  pack_key_int(pk, "n_fills", fills);
  pack_key_int(pk, "id", j->id);
  pack_key_str(pk, "venue", j->venue);
  pack_key_str(pk, "symbol", j->symbol);
  pack_key_str(pk, "type", j->type);
  pack_key_str(pk, "side", j->side);
  pack_key_str(pk, "amount", j->amount);
  pack_key_str(pk, "price", j->price);
  pack_key_str(pk, "client_id", j->client_id);
  pack_key_str(pk, "venue_id", j->venue_id);
  pack_key_str(pk, "filled", j->filled);
  pack_key_str(pk, "average", j->average);
  pack_key_str(pk, "cost", j->cost);
  pack_key_int(pk, "created_ms", j->created_ms);
  return true;
}

/* The account never had it. */
static bool not_placed(void *ctx, const JournalOrder *j) {
  Orders *o = ctx;
  JournalChange change = { .reason = "not placed: the run ended before" };
  if (!j->venue_id) journal_mark(o->journal, j->id, ORDER_REJECTED, &change, clock_wall_ms());
  return true;
}

/* The paper account as it was left. */
static void boot_paper(Orders *o) {
  Counted n = { 0 };
  JournalFilter filter = { .class = JOURNAL_OPEN };
  if (!journal_each(o->journal, &filter, not_placed, o) || !journal_balance_each(o->journal, PAPER_ACCOUNT, NULL, count_balance, &n)
      || !journal_each(o->journal, &filter, count_open, &n) || !journal_each(o->journal, &(JournalFilter){ .limit = 1 }, count_last, &n)) {
    orders_break(o, "%s", journal_error(o->journal));
    return;
  }
  o->starting++;
  msgpack_packer pk = clerk_begin(o->session, "boot", 4, on_boot, NULL);
  const msgpack_sbuffer *given = o->session->spec->paper;
  const msgpack_object *recorded = given ? NULL : play_task(o->session, "boot");
  if (recorded) {                       /* a replay begins with the account that there was; its open orders are in another journal */
    static const char *const keys[] = { "balances", "next_id", "config" };
    for (size_t i = 0; i < 3; i++) {
      const msgpack_object *value = pack_get(recorded, keys[i]);
      pack_str(&pk, keys[i]);
      if (value) msgpack_pack_object(&pk, *value);
      else pack_nil(&pk);
    }
    pack_str(&pk, "orders");
    pack_array(&pk, 0);
    clerk_end(o->session);
    return;
  }
  Packing packing = { &pk, o };
  pack_str(&pk, "balances");
  pack_array(&pk, n.balances);
  journal_balance_each(o->journal, PAPER_ACCOUNT, NULL, pack_balance, &packing);
  pack_str(&pk, "orders");
  pack_array(&pk, n.open);
  journal_each(o->journal, &filter, pack_order, &packing);
  pack_key_int(&pk, "next_id", n.last + 1);
  pack_raw(&pk, "config", given ? given : &o->paper_config);
  clerk_end(o->session);
}

/* The account was the clerk's: the next one has it as the journal does. What the last one had in hand was not placed. */
void orders_clerk_new(Session *s) {
  Orders *o = s->orders;
  if (o && o->paper && o->journal && o->state != ORDERS_STARTING) boot_paper(o);
}

/* One that was not sent yet is not there: it is on disk as sent before it goes out. */
static bool given_up(Orders *o, const JournalOrder *j) {
  JournalChange change = { .reason = "not sent: the run ended before" };
  return j->state == ORDER_INTENDED && journal_mark(o->journal, j->id, ORDER_REJECTED, &change, clock_wall_ms());
}

static bool watch_found(void *ctx, const JournalOrder *j) {
  Orders *o = ctx;
  if (given_up(o, j)) return true;
  Watch *w = watch_add(o, j->id, NULL, NULL, 0);
  if (w) {
    w->of_start = true;
    o->starting++;
  }
  return true;
}

static bool watch_fills(void *ctx, const JournalOrder *j) {
  watch_add(ctx, j->id, NULL, NULL, 0);
  return true;
}

/* Over when the last run ended, but not all of their fills were told. */
static JournalFilter lacking(void) { return (JournalFilter){ .class = JOURNAL_LACKING, .since_ms = clock_wall_ms() - LACKING_MS }; }

/* What was open or unknown when the last run ended is looked at first. */
static void reconcile(Orders *o) {
  JournalFilter open = { .class = JOURNAL_OPEN }, lack = lacking();
  bool ok = journal_each(o->journal, &open, watch_found, o) && journal_each(o->journal, &lack, watch_fills, o);
  if (ok && o->n_watches) session_say(o->session, "note", "%zu orders of earlier runs are looked up first", o->n_watches);
  if (!ok || !late_start(o)) orders_break(o, "%s", journal_error(o->journal));
  watch_tick(o);
  late_tick(o);
}

static void after_config(Orders *o, const msgpack_object *config) {
  if (o->state == ORDERS_BROKEN) return;
  if (!o->paper) reconcile(o);
  else if (keep(config, "paper", &o->paper_config)) boot_paper(o);
  else orders_break(o, "out of memory");
}

static void on_config(Session *s, void *ctx, const msgpack_object *answer, const char *why) {
  (void)ctx;
  Orders *o = s->orders;
  const msgpack_object *error = answer ? pack_get(answer, "error") : NULL, *value = answer ? pack_get(answer, "value") : NULL;
  char text[380];
  size_t n;
  char *exchanges = source_exchanges('|', &n);
  if (!answer) orders_break(o, "%s: %s", o->config_path, why);
  else if (error) orders_break(o, "%s", pack_get_line(error, "message", text, sizeof text) ? text : "the config cannot be read");
  else if (!guard_limits_read(&o->limits, value, exchanges, text, sizeof text)) orders_break(o, "%s: %s", o->config_path, text);
  free(exchanges);
  after_config(o, value);
  orders_started(o);
}

/* On a replay: what was the config when it was recorded. False: nothing of orders is on the tape, or another one is named. */
static bool config_of_tape(Orders *o) {
  if (o->session->spec->config) return false;
  const msgpack_object *was = play_task(o->session, "config");
  const char *text;
  if (was && pack_get_text(was, "text", &text, &o->config_len)) {
    o->config = malloc(o->config_len + 1);
    if (!o->config) abort();
    memcpy(o->config, text, o->config_len);
    text_of(was, "name", o->config_path, sizeof o->config_path);
  }
  return was || play_task(o->session, "boot");
}

/* The user's config: --config, $BOURSE_CONFIG, ./bourse.lua, then the folder for configs. False: one was named and is not there. */
static bool config_find(Orders *o, char *err, size_t errlen) {
  const char *env = getenv("BOURSE_CONFIG"), *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
  char paths[3][PATH_MAX];
  const char *named = o->session->spec->config ? o->session->spec->config : env && *env ? env : NULL;
  size_t n = 0;
  if (named) snprintf(paths[n++], PATH_MAX, "%s", named);
  else {
    snprintf(paths[n++], PATH_MAX, "bourse.lua");
    if (xdg && xdg[0] == '/') snprintf(paths[n++], PATH_MAX, "%s/bourse/bourse.lua", xdg);
    else if (home && home[0] == '/') snprintf(paths[n++], PATH_MAX, "%s/.config/bourse/bourse.lua", home);
  }
  for (size_t i = 0; i < n; i++) {
    o->config = source_read_file(paths[i], CONFIG_MAX, &o->config_len, err, errlen);
    if (o->config) {
      snprintf(o->config_path, sizeof o->config_path, "%.500s", paths[i]);
      return true;
    }
    if (named || errno != ENOENT) return snprintf(err + strlen(err), errlen - strlen(err), ": %s", paths[i]), false;
  }
  return true;
}

static void tick(void *ctx);

/* The journal, the config and the clerk; once for a session. */
static void open_all(Orders *o) {
  char err[400] = "";
  const char *dir = paths_state();
  o->state = ORDERS_STARTING;
  if (!dir) {
    orders_break(o, "there is no state folder to keep a journal in (set BOURSE_STATE)");
    return;
  }
  if (!(o->journal = journal_open(dir, o->paper ? "paper" : "live", true, err, sizeof err))) {
    orders_break(o, "%s", err);
    return;
  }
  const WorkerSpec *w = &o->session->spec->workers[0];
  if (!journal_run_begin(o->journal, w->name, clock_wall_ms(), &o->run)) {
    orders_break(o, "%s", journal_error(o->journal));
    return;
  }
  guard_defaults(&o->limits);
  if (!config_of_tape(o) && !config_find(o, err, sizeof err)) {
    orders_break(o, "%s", err);
    return;
  }
  orders_tick_later(o);
  o->starting++;
  if (o->config) {
    msgpack_packer pk = clerk_begin(o->session, "config", 2, on_config, NULL);
    pack_key_strn(&pk, "text", o->config, o->config_len);
    pack_key_str(&pk, "name", o->config_path);
    clerk_end(o->session);
  } else {
    after_config(o, NULL);
    orders_started(o);
  }
}

static void end_time(void *ctx);

static Orders *orders_get(Session *s) {
  if (s->orders) return s->orders;
  Orders *o = s->orders = calloc(1, sizeof *o);
  if (!o || !(o->clerk = clerk_new())) abort();
  o->session = s;
  o->paper = strcmp(s->spec->orders, "paper") == 0;
  msgpack_sbuffer_init(&o->paper_config);
  o->tick = (LoopTimer){ .fn = tick, .ctx = o };
  o->end = (LoopTimer){ .fn = end_time, .ctx = o };
  open_all(o);
  return o;
}

Clerk *orders_clerk(Session *s) { return s->orders->clerk; }

static bool is_one(void *ctx, const JournalOrder *j) {
  (void)j;
  *(bool *)ctx = true;
  return false;
}

static bool is_pair(void *ctx, const JournalPair *p) {
  (void)p;
  *(bool *)ctx = true;
  return false;
}

void orders_begin(Session *s) {
  const char *dir = paths_state();
  char err[400];
  bool some = false;
  if (!s->spec->orders || strcmp(s->spec->orders, "live") != 0 || !dir || !journal_exists(dir, "live")) return;
  Journal *j = journal_open(dir, "live", false, err, sizeof err);
  JournalFilter open = { .class = JOURNAL_OPEN, .limit = 1 }, lack = lacking();
  if (j) {
    journal_each(j, &open, is_one, &some);
    journal_each(j, &lack, is_one, &some);
    some = some || late_some(j);
    journal_pair_each_unfinished(j, is_pair, &some);
  }
  journal_close(j);
  if (some || !j) orders_get(s);
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
static bool is_read(const char *op) { return !strncmp(op, "fetch_", 6); }

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

static bool kill_asked(char *why, size_t size) {
  char path[PATH_MAX];
  const char *dir = paths_state();
  if (!dir || snprintf(path, sizeof path, "%s/kill", dir) >= (int)sizeof path || access(path, F_OK) != 0) return false;
  snprintf(why, size, "the kill switch is on (bourse kill --undo)");
  return true;
}

/* The kill file is looked for here too: an order does not get out before the next tick. */
bool orders_hold(Ask *a, char *why, size_t size) {
  Orders *o = a->orders;
  char text[200];
  if (o->state == ORDERS_READY && kill_asked(text, sizeof text)) orders_kill(o->session, text);
  if (o->state == ORDERS_KILLED) snprintf(why, size, "not sent: %s", o->why);
  else if (a->orphan) snprintf(why, size, "not sent: its worker died");
  else if (o->said_stand) snprintf(why, size, "not sent: the run ended before");       /* what stands was told */
  else return false;
  return true;
}

static void ask_begin(Ask *a) {
  Orders *o = a->orders;
  char text[500];
  bool places = strncmp(a->op, "cancel", 6) != 0 && !is_read(a->op);
  a->begun = true;
  if (o->state == ORDERS_BROKEN) {
    snprintf(text, sizeof text, "no orders: %s", o->why);
    ask_error(a, "OperationRejected", NULL, text);
  } else if (places && orders_hold(a, text, sizeof text)) ask_held(a, text);
  else if (is_create(a->op)) create_begin(a);
  else if (!strcmp(a->op, "pair")) pair_begin(a);
  else if (!strcmp(a->op, "limits")) limits_begin(a);
  else if (!strncmp(a->op, "cancel", 6)) cancel_begin(a);
  else if (is_read(a->op)) read_begin(a);
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

void ask_go(Ask *a) { ask_begin(a); }

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
  ok = keep(m, "args", &a->args) && keep(m, "params", &a->params) && keep(m, "options", &a->options) && ok;
  if (!ok) ask_error(a, "BadRequest", NULL, "an order needs op, venue and args");
  else if (o->state != ORDERS_STARTING) ask_begin(a);
}

/* ---- what happens beside ---- */

/* What goes by this machine's clock - sums of a day, ages of books - is told apart when the clock is set, and somebody may want to know. */
static void clock_look(Orders *o) {
  int64_t base = clock_wall_ms() - clock_steady_us() / 1000, by = base - o->clock_base_ms;
  char text[200];
  if (o->clock_base_ms && (by > CLOCK_SET_MS || by < -CLOCK_SET_MS)) {
    snprintf(text, sizeof text, "this machine's clock was set %s by %.1f s while there may be orders", by > 0 ? "ahead" : "back",
             (double)(by > 0 ? by : -by) / 1000);
    session_say(o->session, "warn", "%s", text);
    if (o->journal) journal_event(o->journal, 0, "note", text, clock_wall_ms());
  }
  o->clock_base_ms = base;
}

static void tick(void *ctx) {
  Orders *o = ctx;
  char why[200];
  clock_look(o);
  orders_tick_later(o);
  if (o->state != ORDERS_KILLED && o->state != ORDERS_BROKEN && kill_asked(why, sizeof why)) orders_kill(o->session, why);
  watch_tick(o);
  late_tick(o);
  pairs_tick(o);
  if (o->finishing) orders_finish(o->session);
}

void orders_facts(Session *s, const msgpack_object *m) {
  const msgpack_object *mark = pack_get(m, "mark");
  char venue[64], base[24], quote[24];
  if (s->orders) paper_changes(s->orders, pack_get(m, "changes"));
  if (s->spec->on_mark && pack_get_line(mark, "venue", venue, sizeof venue) && pack_get_line(mark, "base", base, sizeof base)
      && pack_get_line(mark, "quote", quote, sizeof quote))
    s->spec->on_mark(s->spec->ctx, clock_wall_ms(), venue, base, quote, pack_get_double(mark, "price", 0));
}

/* It does not go out any more; when it did, it is cancelled as soon as that is known. */
static void orphaned(Ask *a) {
  a->orphan = true;
  if (a->orders->paper && a->order && !a->sent) paper_hold(a, "not sent: its worker died");
}

static bool is_watched(const Ask *a) {
  for (const Watch *w = a->orders->watches; w; w = w->next)
    if (w->ask == a) return true;
  return false;
}

/* Its orders go on; when it died and the limits say so, they are cancelled. */
void orders_peer_gone(Peer *p) {
  Orders *o = p->session->orders;
  if (!o) return;
  bool cancels = p->crashed && !o->limits.keep_on_death;
  size_t cancelled = 0, under_way = 0;
  pairs_peer_gone(o, p, cancels);
  for (Ask *a = o->asks; a; a = a->next) {
    if (a->peer != p) continue;
    a->peer = NULL;
    if (!cancels || !strncmp(a->op, "cancel", 6) || is_read(a->op)) continue;
    orphaned(a);
    under_way += !is_watched(a);
  }
  for (Watch *w = o->watches; w; w = w->next) {
    if (w->owner != p) continue;
    w->owner = NULL;
    w->cancelling = w->cancelling || cancels;
    if (cancels) w->due_us = 0;
    cancelled += cancels;
  }
  cancelled += paper_peer_gone(o, p, cancels);
  if (cancelled || under_way)
    session_say(p->session, "warn", "%s died: its %zu open orders are cancelled; %zu under way are not sent, or cancelled too", p->name, cancelled, under_way);
  if (cancelled) watch_tick(o);
}

void orders_clerk_gone(Session *s) {
  Orders *o = s->orders;
  if (o->finishing) orders_finish(s);
}

static bool tell_standing(void *ctx, const JournalOrder *j) {
  Orders *o = ctx;
  o->standing++;
  session_say(o->session, "warn", "stands: order %lld, %s %s %s %s at %s, %s (%s)", (long long)j->id, j->side, j->amount, j->symbol, j->type,
              j->price && *j->price ? j->price : "the market", order_state_name(j->state), j->venue);
  return true;
}

/* What is left. An operator who ended the run, and sees orders that are to go too, gets time to say it. */
static void say_standing(Orders *o) {
  JournalFilter filter = { .class = JOURNAL_OPEN, .run = o->run };
  o->said_stand = true;
  o->standing = 0;
  journal_each(o->journal, &filter, tell_standing, o);
  o->lingers = o->standing > 0 && o->session->signalled && !o->session->spec->backtest && !o->session->play && o->state != ORDERS_KILLED;
  if (!o->lingers) return;
  session_say(o->session, "warn", "%zu orders stand; stop again within %d s to cancel them", o->standing, LINGER_MS / 1000);
  loop_after(o->session->loop, &o->end, LINGER_MS);
}

static void on_caught_up(Session *s, void *ctx, const msgpack_object *answer, const char *why) {
  (void)ctx, (void)answer, (void)why;
  orders_finish(s);
}

/* Waits for what is under way, then lets the clerk go, then ends the session. Called again and again until that is so. */
void orders_finish(Session *s) {
  Orders *o = s->orders;
  if (!o) {
    session_end(s);
    return;
  }
  if (!o->finishing) {
    o->finishing = true;
    loop_after(s->loop, &o->end, END_MS);
    orders_tick_later(o);
    if (s->spec->backtest && s->clerk.state == PEER_RUNNING) {          /* what the last candles did to orders that rest */
      clerk_begin(s, "catch_up", 0, on_caught_up, NULL);
      clerk_end(s);
    }
  }
  if (o->end.slot && (o->asks || o->pairs || clerk_busy(s) || watch_unsettled(o) || late_waits(o))) return;
  if (!o->said_stand && o->journal) say_standing(o);
  if (o->lingers && o->end.slot) return;
  if (!o->run_ended && o->journal) journal_run_end(o->journal, o->run, clock_wall_ms());
  o->run_ended = true;
  if (s->clerk.state != PEER_GONE) {
    peer_stop(&s->clerk, "no more orders");
    return;
  }
  session_end(s);
}

static void end_time(void *ctx) {
  Orders *o = ctx;
  if (clerk_busy(o->session) && o->session->clerk.state < PEER_LEAVING) peer_fail(&o->session->clerk, 1, "clerk: did not end in time");
  orders_finish(o->session);
}

void orders_kill(Session *s, const char *why) {
  Orders *o = s->orders;
  size_t n = 0;
  if (!o || o->state == ORDERS_KILLED) return;
  snprintf(o->why, sizeof o->why, "%s", why);
  o->state = ORDERS_KILLED;
  if (o->journal) journal_event(o->journal, 0, "kill", why, clock_wall_ms());
  for (Watch *w = o->watches; w; w = w->next) {
    w->cancelling = true;
    w->due_us = 0;
    n++;
  }
  if (o->paper && o->journal) {
    char text[500];
    snprintf(text, sizeof text, "not sent: %s", why);
    for (const Ask *a = o->asks; a; a = a->next)
      if (a->order && !a->sent) paper_hold(a, text);
    n = paper_cancel_open(o);
  }
  session_say(s, "warn", "%s: %zu open orders are cancelled, and no new ones are taken", why, n);
  if (o->finishing && !o->run_ended) {       /* what stands then is told anew */
    o->said_stand = o->lingers = false;
    loop_after(s->loop, &o->end, END_MS);
  }
  orders_started(o);
}

void orders_close(Session *s) {
  Orders *o = s->orders;
  if (!o) return;
  loop_cancel(s->loop, &o->tick);
  loop_cancel(s->loop, &o->end);
  pairs_free(o);
  books_free(&o->books);
  lates_free(o);
  paper_free(o);
  while (o->asks) ask_free(o->asks);
  for (Watch *w = o->watches, *next; w; w = next) {
    next = w->next;
    free(w);
  }
  journal_close(o->journal);
  guard_limits_free(&o->limits);
  clerk_free(o->clerk);
  msgpack_sbuffer_destroy(&o->paper_config);
  free(o->config);
  free(o);
  s->orders = NULL;
}

/* ---- for request.c ---- */

static Ask *ask_of(Orders *o, int64_t order) {
  for (Ask *a = o->asks; a; a = a->next)
    if (a->order == order) return a;
  return NULL;
}

bool orders_may_send(Session *s, const Peer *p, int64_t order, const char *act, char *why, size_t size) {
  if (p != &s->clerk || !s->orders) return snprintf(why, size, "orders go through the broker: a worker does not send them"), false;
  if (!strcmp(act, "cancel")) return true;         /* lessens what is at stake */
  Ask *a = order > 0 ? ask_of(s->orders, order) : NULL;
  if (!a || (strcmp(act, "create") != 0 && strcmp(act, "other") != 0)) return snprintf(why, size, "this request belongs to no order of the journal"), false;
  if (a->sent) return snprintf(why, size, "the order was sent already; nothing is sent twice"), false;
  return true;
}

bool orders_fits(Session *s, int64_t order, const char *act, const Draft *d, const Built *shown, char *why, size_t size) {
  Orders *o = s->orders;
  Ask *a = o && !strcmp(act, "create") ? ask_of(o, order) : NULL;
  JournalOrder *j = a && o->journal ? journal_order(o->journal, order) : NULL;
  if (!j) return true;                             /* orders_sending says what is wrong */
  OrderBound b = bound_of(j->type, j->side, j->amount, j->price, j->cost_asked);
  bound_market(&b, &a->market);
  bound_look(&b, shown->url.p, shown->url.n);
  if (d->has_body) bound_look(&b, shown->body.p, shown->body.n);
  for (size_t i = 0; i < d->n_headers; i++) bound_look(&b, shown->values[i].p, shown->values[i].n);
  const char *lacks = bound_lacks(&b);
  if (lacks) {
    const struct { const char *what, *is; } parts[] = { { "price", j->price }, { "side", j->side }, { "market", j->symbol }, { "amount", j->amount },
                                                       { "cost", j->cost_asked } };
    const char *figure = j->cost_asked;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
      if (!strcmp(parts[i].what, lacks)) figure = parts[i].is;
    snprintf(why, size, "refused by the guard: the request that the adapter made of the order does not say its %s, %s", lacks, figure);
    journal_event(o->journal, 0, "guard", why, clock_wall_ms());
    a->unfit = true;
  }
  free(j);
  return !lacks;
}

bool orders_sending(Session *s, int64_t order, const char *act, const char *method, const char *url, size_t url_len, const char *body, size_t body_len,
                    char *why, size_t size) {
  Orders *o = s->orders;
  bool cancel = !strcmp(act, "cancel");
  Ask *a = o && !cancel ? ask_of(o, order) : NULL;
  if (!o || !o->journal || (!cancel && (!a || a->sent))) return snprintf(why, size, "the order was sent already; nothing is sent twice"), false;
  if (a && (a->held = orders_hold(a, why, size))) return false;
  size_t n = strlen(method) + url_len + body_len + 3;
  char *text = malloc(n);
  if (!text) return snprintf(why, size, "out of memory"), false;
  n = (size_t)snprintf(text, n, "%s %.*s%s%.*s", method, (int)url_len, url, body_len ? "\n" : "", (int)body_len, body);
  int64_t now = clock_wall_ms();
  bool other = !strcmp(act, "other");
  bool ok = cancel || other ? order <= 0 || journal_event(o->journal, other ? 0 : order, other ? "note" : "cancel_sent", text, now)
                            : journal_mark(o->journal, order, ORDER_SENT, &(JournalChange){ .text = text }, now);
  free(text);
  if (!ok && cancel) session_say(s, "error", "journal: %s; the cancel is sent all the same", journal_error(o->journal));
  else if (!ok) return snprintf(why, size, "not sent, because the journal cannot be written: %s", journal_error(o->journal)), false;
  if (a) a->sent = true;
  return true;
}

void orders_replied(Session *s, int64_t order, const char *act, int status, const char *body, size_t len) {
  Orders *o = s->orders;
  bool cancel = !strcmp(act, "cancel");
  Ask *a = o && !cancel ? ask_of(o, order) : NULL;
  char *text;
  if (!o || !o->journal || order <= 0) return;
  if (a && status > 0) {
    a->replied = true;
    a->status = status;
  }
  if (len > 65536) len = 65536;
  if (asprintf(&text, "%d %.*s", status, (int)len, body ? body : "") < 0) return;
  if (!journal_event(o->journal, strcmp(act, "other") ? order : 0, cancel ? "cancel_reply" : "reply", text, clock_wall_ms()))
    session_say(s, "error", "journal: %s", journal_error(o->journal));
  free(text);
}
