/* The first order of a session: the journal, the config, the clerk, and what earlier runs left, before any is taken. */
#include "broker/orders_in.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LACKING_MS 86400000ll    /* fills that are not known are asked for so long; some venues never tell */
#define CONFIG_MAX (256u << 10)

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
    if (!a->begun) ask_go(a);
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
  else if (keep_raw(config, "paper", &o->paper_config)) boot_paper(o);
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

Orders *orders_get(Session *s) {
  if (s->orders) return s->orders;
  Orders *o = s->orders = calloc(1, sizeof *o);
  if (!o || !(o->clerk = clerk_new())) abort();
  o->session = s;
  o->paper = strcmp(s->spec->orders, "paper") == 0;
  msgpack_sbuffer_init(&o->paper_config);
  o->tick = (LoopTimer){ .fn = orders_tick, .ctx = o };
  o->end = (LoopTimer){ .fn = orders_end_time, .ctx = o };
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
