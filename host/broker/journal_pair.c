/* Orders that belong together, and paper money. */
#include "broker/journal_columns.h"
#include "broker/journal_in.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS(a) .columns = a, .n = sizeof a / sizeof *a
#define AT offsetof
#define FINISHED "state IN ('done','reversed','held','failed')"

static const JournalColumn pair_columns[] = {
  { 'i', AT(JournalPair, id) }, { 'i', AT(JournalPair, run) }, { 't', AT(JournalPair, state) }, { 't', AT(JournalPair, policy) },
  { 'i', AT(JournalPair, deadline_ms) }, { 't', AT(JournalPair, loss_bound) }, { 't', AT(JournalPair, data) },
  { 'i', AT(JournalPair, created_ms) }, { 'i', AT(JournalPair, updated_ms) },
};
static const JournalRow pair_row = { COLUMNS(pair_columns), .size = sizeof(JournalPair), .by_id = "SELECT id" PAIR(COMMA) " FROM pairs WHERE id=?1" };

static const JournalColumn balance_columns[] = {
  { 't', AT(JournalBalance, account) }, { 't', AT(JournalBalance, venue) }, { 't', AT(JournalBalance, code) },
  { 't', AT(JournalBalance, free) }, { 't', AT(JournalBalance, used) },
};
static const JournalRow balance_row = { COLUMNS(balance_columns), .size = sizeof(JournalBalance),
  .by_id = "SELECT account, venue, code, free, used FROM balances WHERE rowid=?1" };

static bool is_number(Journal *j, const char *name, const char *text) {
  Decimal d;
  return (text && strlen(text) < JOURNAL_NUMBER && dec_parse(text, strlen(text), &d)) || journal_fail(j, "%s is not a number: '%.40s'", name, text ? text : "");
}

static bool pair_write(Journal *j, const JournalPair *p, int64_t *id) {
  if (p->loss_bound && !is_number(j, "loss_bound", p->loss_bound)) return false;
  if (!p->state || !*p->state || !p->policy || !*p->policy) return journal_fail(j, "%s of a pair is missing", p->state && *p->state ? "policy" : "state");
  if (*id == 0) {
    if (!journal_do(j, "INSERT INTO pairs (run, state, policy, deadline_ms, loss_bound, data, created_ms, updated_ms) VALUES (?1,?2,?3,?4,?5,?6,?7,?8)",
      "ittittii", p->run, p->state, p->policy, p->deadline_ms, p->loss_bound, p->data, p->created_ms, p->updated_ms)) return false;
    *id = sqlite3_last_insert_rowid(j->db);
    return true;
  }
  return journal_do(j, "UPDATE pairs SET state=?2, policy=?3, deadline_ms=?4, loss_bound=?5, data=?6, updated_ms=?7 WHERE id=?1 AND NOT " FINISHED,
    "ittitti", *id, p->state, p->policy, p->deadline_ms, p->loss_bound, p->data, p->updated_ms) &&
    (sqlite3_changes(j->db) || journal_fail(j, "no pair %" PRId64 ", or it is finished", *id));
}

bool journal_pair_put(Journal *j, const JournalPair *p, int64_t *id) {
  int64_t pair = p->id;
  if (!journal_change(j)) return false;
  bool ok = pair_write(j, p, &pair);
  ok = journal_settle(j, ok && journal_record(j, p->updated_ms, 0, "pair", journal_pair_json, pair, NULL));
  if (ok && id) *id = pair;
  return ok;
}

bool journal_pair_again(Journal *j, int64_t id, int64_t now_ms) {
  if (!journal_change(j)) return false;
  bool ok = journal_do(j, "UPDATE pairs SET state='again', updated_ms=?2 WHERE id=?1 AND " FINISHED, "ii", id, now_ms);
  return journal_settle(j, ok && (!sqlite3_changes(j->db) || journal_record(j, now_ms, 0, "pair", journal_pair_json, id, NULL)));
}

JournalPair *journal_pair_get(Journal *j, int64_t id) { return journal_get(j, &pair_row, id); }

bool journal_pair_each_unfinished(Journal *j, bool (*each)(void *ctx, const JournalPair *p), void *ctx) {
  JournalWalk w;
  JournalPair *p;
  bool go = true;
  journal_walk(&w, j, &pair_row, journal_ask(j, "SELECT id FROM pairs WHERE NOT " FINISHED " ORDER BY id", ""));
  for (; go && (p = journal_walk_next(&w)); free(p)) go = each(ctx, p);
  return journal_walk_end(&w);
}

bool journal_balance_set(Journal *j, const JournalBalance *b) {
  if (!j->paper) return journal_fail(j, "balances are kept for paper only");
  if (!journal_change(j)) return false;
  return journal_settle(j, is_number(j, "free", b->free) && is_number(j, "used", b->used) &&
    journal_do(j, "INSERT INTO balances (account, venue, code, free, used) VALUES (?1,?2,?3,?4,?5)"
      " ON CONFLICT (account, venue, code) DO UPDATE SET free=excluded.free, used=excluded.used", "ttttt", b->account, b->venue, b->code, b->free, b->used));
}

JournalBalance *journal_balance_get(Journal *j, const char *account, const char *venue, const char *code) {
  int64_t row;
  j->err[0] = 0;
  if (!journal_number(j, &row, "SELECT rowid FROM balances WHERE account=?1 AND venue=?2 AND code=?3", "ttt", account, venue, code)) return NULL;
  return row ? journal_get(j, &balance_row, row) : NULL;
}

bool journal_balance_each(Journal *j, const char *account, const char *venue, bool (*each)(void *ctx, const JournalBalance *b), void *ctx) {
  JournalWalk w;
  JournalBalance *b;
  bool go = true;
  journal_walk(&w, j, &balance_row, journal_ask(j, "SELECT rowid FROM balances WHERE account=?1 AND (?2 IS NULL OR venue=?2) ORDER BY venue, code", "tt",
      account, venue));
  for (; go && (b = journal_walk_next(&w)); free(b)) go = each(ctx, b);
  return journal_walk_end(&w);
}
