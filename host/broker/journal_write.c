/* What is written: runs, orders and their steps, events with their chain of hashes, fills. */
#include "broker/journal_columns.h"
#include "broker/journal_in.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "broker/crypto.h"

/* ---- checks ---- */

static bool is_text(Journal *j, const char *name, const char *text) { return (text && *text) || journal_fail(j, "%s is missing", name); }

static bool is_number(Journal *j, const char *name, const char *text, bool negative) {
  Decimal d;
  size_t n = text ? strlen(text) : 0;
  if (!text) return true;
  if (n >= JOURNAL_NUMBER || !dec_parse(text, n, &d)) return journal_fail(j, "%s is not a number: '%.40s'", name, text);
  return negative || d.m >= 0 || journal_fail(j, "%s is negative: %s", name, text);
}

/* ---- events ---- */

bool journal_hash(const char *before, int64_t at_ms, int64_t order, const char *what, const char *data, char out[65]) {
  static const char hex[] = "0123456789abcdef";
  uint8_t digest[CRYPTO_DIGEST_MAX];
  char number[24] = "", room[2048], err[128];
  size_t len, size = data ? strlen(data) : 0, most = strlen(before) + strlen(what) + size + 64;
  char *text = most <= sizeof room ? room : malloc(most);
  if (!text) return false;
  if (order) snprintf(number, sizeof number, "%" PRId64, order);
  size_t n = (size_t)snprintf(text, most, "%s\n%" PRId64 "\n%s\n%s\n", before, at_ms, number, what);
  if (size) memcpy(text + n, data, size);
  bool ok = crypto_hash(H_SHA256, text, n + size, digest, &len, err, sizeof err);
  if (text != room) free(text);
  for (size_t i = 0; ok && i < 32; i++) {
    *out++ = hex[digest[i] >> 4];
    *out++ = hex[digest[i] & 15];
  }
  if (ok) *out = 0;
  return ok;
}

static bool event_add(Journal *j, int64_t at_ms, int64_t order, const char *what, const char *data) {
  char before[65] = "", hash[65];
  sqlite3_stmt *q = journal_ask(j, "SELECT hash FROM events ORDER BY seq DESC LIMIT 1", "");
  if (!q) return false;
  int r = sqlite3_step(q);
  if (r == SQLITE_ROW) snprintf(before, sizeof before, "%s", (const char *)sqlite3_column_text(q, 0));
  bool ok = r == SQLITE_ROW || r == SQLITE_DONE || journal_db_fail(j);
  sqlite3_reset(q);
  return ok && (journal_hash(before, at_ms, order, what, data, hash) || journal_fail(j, "out of memory")) &&
    journal_do(j, "INSERT INTO events (at_ms, order_id, what, data, hash) VALUES (?1,?2,?3,?4,?5)", "izttt", at_ms, order, what, data, hash);
}

bool journal_record(Journal *j, int64_t at_ms, int64_t order, const char *what, const char *json_sql, int64_t id, const char *text) {
  sqlite3_stmt *q = journal_ask(j, json_sql, text ? "it" : "i", id, text);
  if (!q) return false;
  bool ok = sqlite3_step(q) == SQLITE_ROW ? event_add(j, at_ms, order, what, (const char *)sqlite3_column_text(q, 0)) : journal_db_fail(j);
  sqlite3_reset(q);
  return ok;
}

bool journal_event(Journal *j, int64_t id, const char *what, const char *data, int64_t at_ms) {
  static const char *const kinds[] = { "reply", "cancel_intended", "cancel_sent", "cancel_reply", "note", "guard", "kill", "reconcile" };
  bool known = false;
  int64_t there = 1;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) known |= what && strcmp(kinds[i], what) == 0;
  if (!known) return journal_fail(j, "no kind of event: %s", what ? what : "(none)");
  if (!journal_change(j)) return false;
  bool ok = id == 0 || (journal_number(j, &there, "SELECT count(*) FROM orders WHERE id=?1", "i", id) && (there || journal_fail(j, "no order %" PRId64, id)));
  return journal_settle(j, ok && event_add(j, at_ms, id, what, data));
}

/* ---- runs ---- */

bool journal_run_begin(Journal *j, const char *script, int64_t now_ms, int64_t *id) {
  if (!journal_change(j)) return false;
  bool ok = is_text(j, "script", script) && journal_do(j, "INSERT INTO runs (started_ms, mode, script, pid) VALUES (?1,?2,?3,?4)", "itti", now_ms,
    j->paper ? "paper" : "live", script, (int64_t)getpid());
  int64_t run = sqlite3_last_insert_rowid(j->db);
  ok = journal_settle(j, ok && journal_record(j, now_ms, 0, "run", journal_run_json, run, NULL));
  if (ok) *id = run;
  return ok;
}

bool journal_run_end(Journal *j, int64_t id, int64_t now_ms) {
  if (!journal_change(j)) return false;
  bool ok = journal_do(j, "UPDATE runs SET ended_ms=?2 WHERE id=?1 AND ended_ms IS NULL", "ii", id, now_ms) &&
    (sqlite3_changes(j->db) || journal_fail(j, "no run %" PRId64 ", or it ended before", id));
  return journal_settle(j, ok && journal_record(j, now_ms, 0, "run", journal_run_json, id, NULL));
}

/* ---- orders ---- */

static bool intend_check(Journal *j, const JournalOrder *o) {
  const struct { const char *name, *text; } texts[] = { { "venue", o->venue }, { "account", o->account }, { "symbol", o->symbol }, { "type", o->type },
    { "side", o->side }, { "cost_asked", o->cost_asked } };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (!is_text(j, texts[i].name, texts[i].text)) return false;
  if (o->client_id && !is_text(j, "client_id", o->client_id)) return false;
  if (strcmp(o->side, "buy") != 0 && strcmp(o->side, "sell") != 0) return journal_fail(j, "side is buy or sell, not '%.40s'", o->side);
  return is_number(j, "amount", o->amount, false) && is_number(j, "price", o->price, true) && is_number(j, "cost_asked", o->cost_asked, false);
}

static bool intend_refused(Journal *j, const JournalOrder *o) {
  if (sqlite3_extended_errcode(j->db) == SQLITE_CONSTRAINT_UNIQUE) return journal_fail(j, "client_id %s was used before on %s", o->client_id, o->venue);
  if (sqlite3_extended_errcode(j->db) == SQLITE_CONSTRAINT_FOREIGNKEY) return journal_fail(j, "no run %" PRId64 ", or no pair %" PRId64, o->run, o->pair);
  return false;
}

bool journal_intend(Journal *j, const JournalOrder *o, int64_t *id) {
  if (!journal_change(j)) return false;
  bool ok = intend_check(j, o) && (journal_do(j, "INSERT INTO orders (run, venue, account, symbol, type, side, amount, price, cost_asked, params,"
    " client_id, state, told, created_ms, updated_ms, pair, leg) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,'intended',0,?12,?12,?13,?14)",
    "ittttttttttizz", o->run, o->venue, o->account, o->symbol, o->type, o->side, o->amount, o->price, o->cost_asked, o->params,
    o->client_id, o->created_ms, o->pair, o->leg) || intend_refused(j, o));
  int64_t order = sqlite3_last_insert_rowid(j->db);
  ok = ok && journal_do(j, "INSERT INTO days (day, venue, quote, orders, notional, realised) VALUES (?1,?2,quote_of(?3),1,dec_add('0',?4),'0')"
    " ON CONFLICT (day, venue, quote) DO UPDATE SET orders=orders+1, notional=dec_add(notional, excluded.notional)", "ittt",
    o->created_ms - o->created_ms % DAY_MS, o->venue, o->symbol, o->cost_asked);
  ok = journal_settle(j, ok && journal_record(j, o->created_ms, order, "intended", journal_intended_json, order, NULL));
  if (ok) *id = order;
  return ok;
}

/* The order as it stands; NULL: why in j->err, also when there is none. */
static JournalOrder *order_now(Journal *j, int64_t id) {
  JournalOrder *o = journal_get(j, &journal_order_row, id);
  if (!o && !j->err[0]) journal_fail(j, "no order %" PRId64, id);
  return o;
}

static const char *known(const char *text) { return text[0] ? text : NULL; }

static bool progress_write(Journal *j, const JournalOrder *o, Progress *p, int64_t at_ms) {
  FillSums fills;
  if (!journal_fill_sums(j, o->id, &fills)) return false;
  if (!progress_settle(p, o->amount, &fills)) return journal_fail(j, "order %" PRId64 ": its fills add up to more than 38 digits", o->id);
  return journal_do(j, "UPDATE orders SET filled=?2, remaining=?3, average=?4, cost=?5, told=?6, updated_ms=?7 WHERE id=?1", "ittttii", o->id, known(p->filled),
    known(p->remaining), known(p->average), known(p->cost), (int64_t)p->told, at_ms);
}

/* What was told of its figures, when they are numbers. */
static bool figures_told(Journal *j, const JournalOrder *o, const JournalChange *c, Progress *p) {
  if (!is_number(j, "filled", c->filled, false) || !is_number(j, "remaining", c->remaining, false) || !is_number(j, "average", c->average, true) ||
      !is_number(j, "cost", c->cost, true)) return false;
  progress_of(o, p);
  progress_tell(p, c);
  return true;
}

static bool mark(Journal *j, const JournalOrder *o, enum order_state state, const JournalChange *c, int64_t at_ms) {
  Progress p;
  if (!order_state_may(o->state, state))
    return journal_fail(j, "order %" PRId64 " is %s: it cannot become %s", o->id, order_state_name(o->state), order_state_name(state));
  return figures_told(j, o, c, &p) && journal_do(j, "UPDATE orders SET state=?2, venue_id=coalesce(?3,venue_id), reason=coalesce(?4,reason)"
    " WHERE id=?1", "ittt", o->id, order_state_name(state), c->venue_id, c->reason) && progress_write(j, o, &p, at_ms) &&
    journal_record(j, at_ms, o->id, order_state_name(state), journal_step_json, o->id, c->text);
}

bool journal_mark(Journal *j, int64_t id, enum order_state state, const JournalChange *change, int64_t at_ms) {
  if (!journal_change(j)) return false;
  JournalOrder *o = order_now(j, id);
  bool ok = journal_settle(j, o && mark(j, o, state, change ? change : &(JournalChange){ 0 }, at_ms));
  free(o);
  return ok;
}

bool journal_late(Journal *j, int64_t id, const JournalChange *change, int64_t at_ms) {
  Progress p;
  if (!journal_change(j)) return false;
  JournalOrder *o = order_now(j, id);
  bool ok = o && (order_state_final(o->state) || journal_fail(j, "order %" PRId64 " is %s: it is not over", id, order_state_name(o->state)));
  ok = journal_settle(j, ok && figures_told(j, o, change, &p) && progress_write(j, o, &p, at_ms) &&
    journal_record(j, at_ms, id, "late", journal_step_json, id, change->text));
  free(o);
  return ok;
}

/* ---- fills ---- */

static bool fill_check(Journal *j, const JournalOrder *o, const JournalFill *f, char cost[JOURNAL_NUMBER]) {
  Decimal price, amount, product;
  if (!is_text(j, "trade_id", f->trade_id) || !is_text(j, "price", f->price) || !is_text(j, "amount", f->amount) || !is_number(j, "price", f->price, true) ||
      !is_number(j, "amount", f->amount, false) || !is_number(j, "cost", f->cost, true) || !is_number(j, "fee_cost", f->fee_cost, true)) return false;
  if (f->fee_cost && !is_text(j, "fee_currency", f->fee_currency)) return false;
  dec_parse(f->amount, strlen(f->amount), &amount);
  if (dec_is_zero(amount)) return journal_fail(j, "amount of a fill is zero");
  if (f->cost) return snprintf(cost, JOURNAL_NUMBER, "%s", f->cost), true;
  if (strchr(o->symbol, ':')) return journal_fail(j, "cost is missing: %s is a contract", o->symbol);
  dec_parse(f->price, strlen(f->price), &price);
  return (dec_mul(price, amount, &product) && dec_text(product, cost, JOURNAL_NUMBER)) || journal_fail(j, "price x amount has more than 38 digits");
}

/* A part in a thousand is a venue's rounding. */
static bool near(const char *a, const char *b) {
  Decimal x, y, off;
  return dec_parse(a, strlen(a), &x) && dec_parse(b, strlen(b), &y) && dec_sub(x, y, &off) && dec_mul(dec_abs(off), dec_from_int(1000), &off) &&
    dec_cmp(off, dec_abs(x)) <= 0;
}

static bool equal(const char *a, const char *b) {
  Decimal x, y;
  return dec_parse(a, strlen(a), &x) && dec_parse(b, strlen(b), &y) && dec_cmp(x, y) == 0;
}

static bool agrees(const JournalFill *was, const JournalFill *f) {
  bool fee = !f->fee_cost || !was->fee_cost || (near(was->fee_cost, f->fee_cost) && strcmp(was->fee_currency, f->fee_currency) == 0);
  return equal(was->price, f->price) && equal(was->amount, f->amount) && (!f->cost || near(was->cost, f->cost)) && fee;
}

/* Other figures of a trade that is known: an event, unless it was said already. */
static bool differs(Journal *j, const JournalFill *was, const JournalFill *f, int64_t now_ms, enum journal_told *told) {
  int64_t said = 0;
  sqlite3_stmt *q = journal_ask(j, "SELECT json_object('fill',json_object('id',id" FILL(MEMBER) "),'told',json_object('price',?2,'amount',?3,'cost',?4,"
    "'fee_cost',?5,'fee_currency',?6)) FROM fills WHERE id=?1", "ittttt", was->id, f->price, f->amount, f->cost, f->fee_cost, f->fee_currency);
  char *data = NULL;
  if (!q) return false;
  if (sqlite3_step(q) != SQLITE_ROW) journal_db_fail(j);
  else if (!(data = strdup((const char *)sqlite3_column_text(q, 0)))) journal_fail(j, "out of memory");
  sqlite3_reset(q);
  bool ok = data && journal_number(j, &said, "SELECT count(*) FROM events WHERE order_id=?1 AND what='differs' AND data=?2", "it", was->order, data) &&
    (said || event_add(j, now_ms, was->order, "differs", data));
  if (ok && !said) *told = JOURNAL_DIFFERS;
  free(data);
  return ok;
}

static bool fill_again(Journal *j, const JournalOrder *o, const JournalFill *f, int64_t now_ms, enum journal_told *told) {
  int64_t id;
  JournalFill *was = journal_number(j, &id, "SELECT id FROM fills WHERE venue=?1 AND account=?2 AND trade_id=?3 AND order_id=?4", "ttti", o->venue, o->account,
    f->trade_id, o->id) ? journal_get(j, &journal_fill_row, id) : NULL;
  bool ok = was != NULL;
  if (ok && !agrees(was, f)) ok = differs(j, was, f, now_ms, told);
  else if (ok && f->fee_cost && !was->fee_cost) {
    *told = JOURNAL_AMENDED;
    ok = journal_do(j, "UPDATE fills SET fee_cost=?2, fee_currency=?3 WHERE id=?1", "itt", id, f->fee_cost, f->fee_currency) && results_of(j, was, false) &&
      journal_record(j, now_ms, o->id, "amended", journal_fill_json, id, NULL);
  }
  free(was);
  return ok;
}

static bool fill(Journal *j, const JournalOrder *o, const JournalFill *f, int64_t now_ms, enum journal_told *told) {
  char cost[JOURNAL_NUMBER];
  Progress p;
  if (!fill_check(j, o, f, cost) || !journal_do(j, "INSERT INTO fills (order_id, venue, account, trade_id, at_ms, symbol, side, price, amount, cost,"
    " fee_cost, fee_currency) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12) ON CONFLICT (venue, account, trade_id, order_id) DO NOTHING",
    "itttittttttt", o->id, o->venue, o->account, f->trade_id, f->at_ms, o->symbol, o->side, f->price, f->amount, cost, f->fee_cost, f->fee_currency))
    return false;
  if (sqlite3_changes(j->db) == 0) return fill_again(j, o, f, now_ms, told);
  *told = JOURNAL_FRESH;
  int64_t id = sqlite3_last_insert_rowid(j->db);
  progress_of(o, &p);
  return results_of(j, &(JournalFill){ .id = id, .at_ms = f->at_ms, .venue = o->venue, .account = o->account, .symbol = o->symbol }, true) &&
    progress_write(j, o, &p, now_ms) && journal_record(j, now_ms, o->id, "fill", journal_fill_json, id, NULL);
}

bool journal_fill(Journal *j, const JournalFill *f, int64_t now_ms, enum journal_told *told) {
  enum journal_told news = JOURNAL_KNOWN;
  if (!journal_change(j)) return false;
  JournalOrder *o = order_now(j, f->order);
  bool ok = journal_settle(j, o && fill(j, o, f, now_ms, &news));
  free(o);
  if (told) *told = ok ? news : JOURNAL_KNOWN;
  return ok;
}
