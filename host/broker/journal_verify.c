/* Reads a journal from end to end: SQLite's own check, the chain of hashes, and the tables against what the events say. */
#include "broker/journal_columns.h"
#include "broker/journal_verify_in.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void verify_fault(Verify *v, const char *fmt, ...) {
  char text[600];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  v->out->faults++;
  if (v->report) v->report(v->ctx, text);
}

void verify_ended(Verify *v, sqlite3_stmt *q, int step, const char *reading) {
  if (!q) verify_fault(v, "%s: %s", reading, v->j->err);
  else if (step != SQLITE_DONE) verify_fault(v, "%s: %s", reading, sqlite3_errmsg(v->j->db));
  sqlite3_reset(q);
}

const char *verify_text(sqlite3_stmt *q, int column) {
  const char *s = (const char *)sqlite3_column_text(q, column);
  return s ? s : "";
}

static int64_t number_at(sqlite3_stmt *q, int column) { return sqlite3_column_int64(q, column); }

static void check_chain(Verify *v) {
  sqlite3_stmt *q = journal_ask(v->j, "SELECT seq, at_ms, order_id, what, data, hash FROM events ORDER BY seq", "");
  int64_t seq = 0;
  char hash[65];
  int step = SQLITE_DONE;
  while (q && (step = sqlite3_step(q)) == SQLITE_ROW) {
    v->out->events++;
    if (number_at(q, 0) != ++seq) {
      verify_fault(v, "event %" PRId64 " is missing", seq);
      seq = number_at(q, 0);
    }
    if (!journal_hash(v->out->head, number_at(q, 1), number_at(q, 2), verify_text(q, 3), verify_text(q, 4), hash) || strcmp(hash, verify_text(q, 5)) != 0)
      verify_fault(v, "event %" PRId64 " (%s): its hash does not follow from it and the one before", seq, verify_text(q, 3));
    snprintf(v->out->head, sizeof v->out->head, "%s", verify_text(q, 5));      /* so that one change is one fault */
  }
  verify_ended(v, q, step, "events");
}

/* Every query gives the numbers of rows that are not what their events say. */
#define SAME(of, c) " AND json_extract(e.data,'$." of "." #c "') IS r." #c
#define SAME_RUN(c) SAME("run", c)
#define SAME_PAIR(c) SAME("pair", c)
/* what: events about rows of the table, by the id in their data: looked through once, then by an index made on the fly (which takes the CAST). */
#define TOLD(what) "WITH e AS MATERIALIZED (SELECT CAST(json_extract(data,'$." what ".id') AS INTEGER) AS id, max(seq) AS seq," \
  " count(*) AS n, data FROM events WHERE order_id IS NULL AND what='" what "' GROUP BY 1) "

static const struct { const char *sql, *of, *fault; } checks[] = {
  { TOLD("run") "SELECT r.id FROM runs r LEFT JOIN e ON e.id=r.id WHERE NOT (e.n IS NOT NULL" RUN(SAME_RUN) ")", "run", "is not what its last event says" },
  { TOLD("run") "SELECT e.id FROM e LEFT JOIN runs r ON e.id=r.id WHERE r.id IS NULL", "run", "has an event but is missing" },
  { TOLD("pair") "SELECT r.id FROM pairs r LEFT JOIN e ON e.id=r.id WHERE NOT (e.n IS NOT NULL" PAIR(SAME_PAIR) ")",
    "pair", "is not what its last event says" },
  { TOLD("pair") "SELECT e.id FROM e LEFT JOIN pairs r ON e.id=r.id WHERE r.id IS NULL", "pair", "has an event but is missing" },
};

static void check_rows(Verify *v) {
  for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
    sqlite3_stmt *q = journal_ask(v->j, checks[i].sql, "");
    int step = SQLITE_DONE;
    while (q && (step = sqlite3_step(q)) == SQLITE_ROW)
      verify_fault(v, "%s %" PRId64 " %s", checks[i].of, number_at(q, 0), checks[i].fault);
    verify_ended(v, q, step, "what the events say");
  }
}

/* What SQLite finds: the shape of the file, indexes, references (those of events and fills: verify_orders). */
static void check_file(Verify *v) {
  sqlite3_stmt *q = journal_ask(v->j, "PRAGMA integrity_check", "");
  int step = SQLITE_DONE;
  while (q && (step = sqlite3_step(q)) == SQLITE_ROW)
    if (strcmp(verify_text(q, 0), "ok") != 0) verify_fault(v, "the file: %s", verify_text(q, 0));
  verify_ended(v, q, step, "the file");
  q = journal_ask(v->j, "SELECT * FROM pragma_foreign_key_check('orders') UNION ALL SELECT * FROM pragma_foreign_key_check('pairs')", "");
  while (q && (step = sqlite3_step(q)) == SQLITE_ROW)
    verify_fault(v, "%s %" PRId64 ": %s of it is missing", verify_text(q, 0), number_at(q, 1), verify_text(q, 2));
  verify_ended(v, q, step, "references");
}

static void count(Verify *v, int64_t *out, const char *sql, const char *what) {
  if (!journal_number(v->j, out, sql, "")) verify_fault(v, "%s: %s", what, v->j->err);
}

bool journal_verify(const char *path, void (*report)(void *ctx, const char *fault), void *ctx, JournalVerdict *out) {
  char err[512];
  Verify v = { .report = report, .ctx = ctx, .out = out };
  *out = (JournalVerdict){ 0 };
  v.j = journal_open_file(path, err, sizeof err);
  if (!v.j) verify_fault(&v, "%s", err);
  else if (!journal_do(v.j, "BEGIN", "")) verify_fault(&v, "%s", v.j->err);      /* one moment of it, whoever writes meanwhile */
  else {
    check_file(&v);
    check_chain(&v);
    check_rows(&v);
    verify_orders(&v);
    if (journal_keeps_sums(v.j)) verify_sums(&v);
    count(&v, &out->runs, "SELECT count(*) FROM runs", "runs");
    count(&v, &out->fills, "SELECT count(*) FROM fills", "fills");
  }
  journal_close(v.j);
  return out->faults == 0;
}
