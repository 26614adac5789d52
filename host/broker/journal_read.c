/* What is read: rows as structs. */
#include "broker/journal_columns.h"
#include "broker/journal_in.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS(a) .columns = a, .n = sizeof a / sizeof *a
#define AT offsetof

static const JournalColumn order_columns[] = {
  { 'i', AT(JournalOrder, id) }, { 'i', AT(JournalOrder, run) }, { 't', AT(JournalOrder, venue) }, { 't', AT(JournalOrder, account) },
  { 't', AT(JournalOrder, symbol) }, { 't', AT(JournalOrder, type) }, { 't', AT(JournalOrder, side) }, { 't', AT(JournalOrder, amount) },
  { 't', AT(JournalOrder, price) }, { 't', AT(JournalOrder, cost_asked) }, { 't', AT(JournalOrder, params) }, { 't', AT(JournalOrder, client_id) },
  { 'i', AT(JournalOrder, created_ms) }, { 'i', AT(JournalOrder, pair) }, { 'i', AT(JournalOrder, leg) }, { 't', AT(JournalOrder, venue_id) },
  { 's', AT(JournalOrder, state) }, { 't', AT(JournalOrder, filled) }, { 't', AT(JournalOrder, remaining) }, { 't', AT(JournalOrder, average) },
  { 't', AT(JournalOrder, cost) }, { 'i', AT(JournalOrder, told) }, { 't', AT(JournalOrder, reason) }, { 'i', AT(JournalOrder, updated_ms) },
};
const JournalRow journal_order_row = { COLUMNS(order_columns), .size = sizeof(JournalOrder),
  .by_id = "SELECT id" FACTS(COMMA) PROGRESS(COMMA) " FROM orders WHERE id=?1" };

static const JournalColumn fill_columns[] = {
  { 'i', AT(JournalFill, id) }, { 'i', AT(JournalFill, order) }, { 't', AT(JournalFill, venue) }, { 't', AT(JournalFill, account) },
  { 't', AT(JournalFill, trade_id) }, { 'i', AT(JournalFill, at_ms) }, { 't', AT(JournalFill, symbol) }, { 't', AT(JournalFill, side) },
  { 't', AT(JournalFill, price) }, { 't', AT(JournalFill, amount) }, { 't', AT(JournalFill, cost) }, { 't', AT(JournalFill, fee_cost) },
  { 't', AT(JournalFill, fee_currency) },
};
const JournalRow journal_fill_row = { COLUMNS(fill_columns), .size = sizeof(JournalFill), .by_id = "SELECT id" FILL(COMMA) " FROM fills WHERE id=?1" };

static const JournalColumn event_columns[] = {
  { 'i', AT(JournalEvent, seq) }, { 'i', AT(JournalEvent, at_ms) }, { 'i', AT(JournalEvent, order) }, { 't', AT(JournalEvent, what) },
  { 't', AT(JournalEvent, data) }, { 't', AT(JournalEvent, hash) },
};
static const JournalRow event_row = { COLUMNS(event_columns), .size = sizeof(JournalEvent),
  .by_id = "SELECT seq,at_ms,order_id,what,data,hash FROM events WHERE seq=?1" };

void *journal_row(Journal *j, const JournalRow *r, sqlite3_stmt *q) {
  size_t size = r->size;
  for (size_t i = 0; i < r->n; i++)
    if (r->columns[i].kind == 't' && sqlite3_column_text(q, (int)i)) size += (size_t)sqlite3_column_bytes(q, (int)i) + 1;
  char *row = calloc(1, size), *texts = row + r->size;
  if (!row) return journal_fail(j, "out of memory"), NULL;
  for (size_t i = 0; i < r->n; i++) {
    char *field = row + r->columns[i].at;
    const char *text = (const char *)sqlite3_column_text(q, (int)i);
    if (r->columns[i].kind == 'i') *(int64_t *)(void *)field = sqlite3_column_int64(q, (int)i);
    else if (r->columns[i].kind == 's') {
      if (order_state_read(text, (enum order_state *)(void *)field)) continue;
      journal_fail(j, "%s is damaged: no state of an order: %.40s", j->path, text ? text : "");
      return free(row), NULL;
    } else if (text) {
      size_t n = (size_t)sqlite3_column_bytes(q, (int)i) + 1;
      *(const char **)(void *)field = memcpy(texts, text, n);
      texts += n;
    }
  }
  return row;
}

void *journal_get(Journal *j, const JournalRow *r, int64_t id) {
  j->err[0] = 0;
  sqlite3_stmt *q = journal_ask(j, r->by_id, "i", id);
  if (!q) return NULL;
  int step = sqlite3_step(q);
  void *row = step == SQLITE_ROW ? journal_row(j, r, q) : NULL;
  if (step != SQLITE_ROW && step != SQLITE_DONE) journal_db_fail(j);
  sqlite3_reset(q);
  return row;
}

bool journal_walk(JournalWalk *w, Journal *j, const JournalRow *r, sqlite3_stmt *ids) {
  *w = (JournalWalk){ .j = j, .row = r, .failed = true };
  size_t room = 0;
  int step = SQLITE_DONE;
  if (!ids) return false;
  while ((step = sqlite3_step(ids)) == SQLITE_ROW) {
    if (w->n == room) {
      int64_t *more = realloc(w->ids, (room = room ? 2 * room : 64) * sizeof *more);
      if (!more) break;
      w->ids = more;
    }
    w->ids[w->n++] = sqlite3_column_int64(ids, 0);
  }
  w->failed = step != SQLITE_DONE;
  if (step == SQLITE_ROW) journal_fail(j, "out of memory");
  else if (w->failed) journal_db_fail(j);
  sqlite3_reset(ids);
  return !w->failed;
}

void *journal_walk_next(JournalWalk *w) {
  while (!w->failed && w->at < w->n) {
    void *row = journal_get(w->j, w->row, w->ids[w->at++]);
    if (row) return row;
    w->failed = w->j->err[0] != 0;
  }
  return NULL;
}

bool journal_walk_end(JournalWalk *w) {
  free(w->ids);
  return !w->failed;
}

JournalOrder *journal_order(Journal *j, int64_t id) { return journal_get(j, &journal_order_row, id); }

/* newest: id walks the table from its end; +id what an index gives, which is little. */
#define NEWEST_SINCE(newest, time, condition) \
  "SELECT id FROM (SELECT id FROM orders WHERE " condition "(?1 IS NULL OR venue=?1) AND (?2 IS NULL OR symbol=?2) AND " time ">=?3" \
  " AND (?4 IS NULL OR run=?4) AND (?5 IS NULL OR pair=?5) ORDER BY " newest " DESC LIMIT ?6) ORDER BY id"
#define NEWEST(condition) NEWEST_SINCE("id", "created_ms", condition)
#define OF_OPEN(condition) NEWEST_SINCE("+id", "created_ms", LIVE condition " AND ")
#define OF_OVER(condition) NEWEST_SINCE("+id", "updated_ms", "NOT " LIVE condition " AND ")
/* To a part in 10^9: a sum of floats tells no less. */
#define LACKING " AND (filled IS NULL AND state='filled' OR CAST(filled AS REAL) > 1.000000001 *" \
  " (SELECT coalesce(sum(CAST(amount AS REAL)), 0) FROM fills WHERE order_id=orders.id))"

bool journal_each(Journal *j, const JournalFilter *f, bool (*each)(void *ctx, const JournalOrder *o), void *ctx) {
  static const char *const of_class[] = { [JOURNAL_ALL] = NEWEST(""), [JOURNAL_OPEN] = OF_OPEN(""),
    [JOURNAL_UNKNOWN] = OF_OPEN(" AND state='unknown'"), [JOURNAL_FINAL] = NEWEST("NOT " LIVE " AND "),
    [JOURNAL_LACKING] = OF_OVER(LACKING), [JOURNAL_OVER] = OF_OVER(" AND venue_id IS NOT NULL") };
  JournalWalk w;
  JournalOrder *o;
  bool go = true;
  journal_walk(&w, j, &journal_order_row,
    journal_ask(j, of_class[f->class], "ttizzi", f->venue, f->symbol, f->since_ms ? f->since_ms : INT64_MIN, f->run, f->pair,
                f->limit > 0 ? f->limit : (int64_t)-1));
  for (; go && (o = journal_walk_next(&w)); free(o)) go = each(ctx, o);
  return journal_walk_end(&w);
}

bool journal_each_fill(Journal *j, int64_t order, int64_t since_ms, bool (*each)(void *ctx, const JournalFill *f), void *ctx) {
  JournalWalk w;
  JournalFill *f;
  bool go = true;
  journal_walk(&w, j, &journal_fill_row,
    journal_ask(j, order ? "SELECT id FROM fills WHERE order_id=?1 AND at_ms>=?2 ORDER BY +at_ms, id"
      : "SELECT id FROM fills WHERE at_ms>=?2 ORDER BY at_ms, id", "zi", order, since_ms ? since_ms : INT64_MIN));
  for (; go && (f = journal_walk_next(&w)); free(f)) go = each(ctx, f);
  return journal_walk_end(&w);
}

bool journal_each_event(Journal *j, int64_t order, bool (*each)(void *ctx, const JournalEvent *e), void *ctx) {
  JournalWalk w;
  JournalEvent *e;
  bool go = true;
  journal_walk(&w, j, &event_row, order ? journal_ask(j, "SELECT seq FROM events WHERE order_id=?1 ORDER BY seq", "i", order)
    : journal_ask(j, "SELECT seq FROM events ORDER BY seq", ""));
  for (; go && (e = journal_walk_next(&w)); free(e)) go = each(ctx, e);
  return journal_walk_end(&w);
}
