/* Reads a journal from end to end: SQLite's own check, the chain of hashes, and the tables against what the events say. */
#include "broker/journal_columns.h"
#include "broker/journal_in.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  Journal *j;
  void (*report)(void *ctx, const char *fault);
  void *ctx;
  JournalVerdict *out;
} Verify;

__attribute__((format(printf, 2, 3)))
static void fault(Verify *v, const char *fmt, ...) {
  char text[600];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  v->out->faults++;
  if (v->report) v->report(v->ctx, text);
}

/* The end of a walk over q: what stopped it, when that is not its end. */
static void ended(Verify *v, sqlite3_stmt *q, int step, const char *reading) {
  if (!q) fault(v, "%s: %s", reading, v->j->err);
  else if (step != SQLITE_DONE) fault(v, "%s: %s", reading, sqlite3_errmsg(v->j->db));
  sqlite3_reset(q);
}

static const char *text_at(sqlite3_stmt *q, int column) {
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
      fault(v, "event %" PRId64 " is missing", seq);
      seq = number_at(q, 0);
    }
    if (!journal_hash(v->out->head, number_at(q, 1), number_at(q, 2), text_at(q, 3), text_at(q, 4), hash) || strcmp(hash, text_at(q, 5)) != 0)
      fault(v, "event %" PRId64 " (%s): its hash does not follow from it and the one before", seq, text_at(q, 3));
    snprintf(v->out->head, sizeof v->out->head, "%s", text_at(q, 5));      /* so that one change is one fault */
  }
  ended(v, q, step, "events");
}

/* Every query gives the numbers of rows that are not what their events say. */
#define SAME(of, c) " AND json_extract(e.data,'$." of "." #c "') IS r." #c
#define SAME_ORDER(c) SAME("order", c)
#define SAME_FILL(c) SAME("fill", c)
#define SAME_RUN(c) SAME("run", c)
#define SAME_PAIR(c) SAME("pair", c)
/* what: events about rows of the table, by the id in their data: looked through once, then by an index made on the fly (which takes the CAST). */
#define TOLD(what) "WITH e AS MATERIALIZED (SELECT CAST(json_extract(data,'$." what ".id') AS INTEGER) AS id, max(seq) AS seq," \
  " count(*) AS n, data FROM events WHERE what='" what "' GROUP BY 1) "

static const struct { const char *sql, *of, *fault; } checks[] = {
  { "SELECT r.id FROM orders r LEFT JOIN events e ON e.order_id=r.id AND e.what='intended' GROUP BY r.id"
    " HAVING count(e.seq)<>1 OR NOT (json_extract(e.data,'$.order.id') IS r.id" FACTS(SAME_ORDER) ")", "order", "is not what was intended" },
  { "SELECT r.id FROM orders r LEFT JOIN events e ON e.seq=(SELECT max(seq) FROM events WHERE order_id=r.id AND (what IN ('fill','late') OR what IN " STEPS "))"
    " WHERE NOT (json_extract(e.data,'$.order.id') IS r.id" PROGRESS(SAME_ORDER) ")",
    "order", "is not what its last event says" },
  { TOLD("fill") "SELECT r.id FROM fills r LEFT JOIN e ON e.id=r.id WHERE NOT (e.n IS 1" FILL(SAME_FILL) ")", "fill", "is not what its event says" },
  { TOLD("fill") "SELECT e.id FROM e LEFT JOIN fills r ON e.id=r.id WHERE r.id IS NULL", "fill", "has an event but is missing" },
  { "SELECT r.id FROM fills r LEFT JOIN orders o ON o.id=r.order_id WHERE o.id IS NULL", "fill", "is of no order" },
  { "SELECT r.id FROM fills r JOIN orders o ON o.id=r.order_id WHERE NOT (o.venue=r.venue AND o.account=r.account AND o.symbol=r.symbol AND o.side=r.side)",
    "fill", "is of another market than its order" },
  { TOLD("run") "SELECT r.id FROM runs r LEFT JOIN e ON e.id=r.id WHERE NOT (e.n IS NOT NULL" RUN(SAME_RUN) ")", "run", "is not what its last event says" },
  { TOLD("run") "SELECT e.id FROM e LEFT JOIN runs r ON e.id=r.id WHERE r.id IS NULL", "run", "has an event but is missing" },
  { TOLD("pair") "SELECT r.id FROM pairs r LEFT JOIN e ON e.id=r.id WHERE NOT (e.n IS NOT NULL" PAIR(SAME_PAIR) ")",
    "pair", "is not what its last event says" },
  { TOLD("pair") "SELECT e.id FROM e LEFT JOIN pairs r ON e.id=r.id WHERE r.id IS NULL", "pair", "has an event but is missing" },
  { "SELECT DISTINCT e.order_id FROM events e LEFT JOIN orders r ON r.id=e.order_id WHERE e.order_id IS NOT NULL AND r.id IS NULL",
    "order", "has events but is missing" },
};

static void check_rows(Verify *v) {
  for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
    sqlite3_stmt *q = journal_ask(v->j, checks[i].sql, "");
    int step = SQLITE_DONE;
    while (q && (step = sqlite3_step(q)) == SQLITE_ROW)
      fault(v, "%s %" PRId64 " %s", checks[i].of, number_at(q, 0), checks[i].fault);
    ended(v, q, step, "what the events say");
  }
}

/* The steps of every order are allowed ones, and the last is its state. */
static void check_steps(Verify *v) {
  sqlite3_stmt *q = journal_ask(v->j, "SELECT r.id, r.state, e.seq, e.what FROM orders r JOIN events e ON e.order_id=r.id"
    " WHERE e.what IN " STEPS " ORDER BY r.id, e.seq", "");
  int64_t order = 0;
  enum order_state state = ORDER_INTENDED, next, last = ORDER_INTENDED;
  int step = SQLITE_DONE;
  while (q && (step = sqlite3_step(q)) == SQLITE_ROW) {
    int64_t id = number_at(q, 0);
    if (!order_state_read(text_at(q, 3), &next)) continue;
    bool first = id != order;
    if (first && order && state != last) fault(v, "order %" PRId64 " is %s: its last step is %s", order, order_state_name(last), order_state_name(state));
    if (first ? next != ORDER_INTENDED : !order_state_may(state, next))
      fault(v, "order %" PRId64 ": event %" PRId64 " makes it %s, which cannot follow %s", id, number_at(q, 2), order_state_name(next),
        first ? "nothing" : order_state_name(state));
    order = id;
    state = next;
    if (!order_state_read(text_at(q, 1), &last)) last = state;      /* reading the order tells */
  }
  if (order && state != last) fault(v, "order %" PRId64 " is %s: its last step is %s", order, order_state_name(last), order_state_name(state));
  ended(v, q, step, "steps");
}

static bool same(const char *a, const char *b) { return strcmp(a ? a : "", b) == 0; }

/* The figures follow from what the venue told and the fills. */
static void check_figures(Verify *v) {
  JournalWalk w;
  JournalOrder *o;
  journal_walk(&w, v->j, &journal_order_row, journal_ask(v->j, "SELECT id FROM orders ORDER BY id", ""));
  v->out->orders = (int64_t)w.n;
  while (w.at < w.n) {
    Progress p;
    FillSums fills;
    int64_t id = w.ids[w.at];
    if (!(o = journal_walk_next(&w)) || !journal_fill_sums(v->j, id, &fills)) {
      fault(v, "order %" PRId64 ": %s", id, v->j->err);
      w.failed = false;
    } else {
      progress_of(o, &p);
      if (!progress_settle(&p, o->amount, &fills) || p.told != o->told || !same(o->filled, p.filled) || !same(o->remaining, p.remaining) ||
          !same(o->average, p.average) || !same(o->cost, p.cost)) fault(v, "order %" PRId64 ": its figures do not follow from its fills", id);
    }
    free(o);
  }
  if (!journal_walk_end(&w)) fault(v, "orders: %s", v->j->err);
}

/* What SQLite finds: the shape of the file, indexes, references. */
static void check_file(Verify *v) {
  sqlite3_stmt *q = journal_ask(v->j, "PRAGMA integrity_check", "");
  int step = SQLITE_DONE;
  while (q && (step = sqlite3_step(q)) == SQLITE_ROW)
    if (strcmp(text_at(q, 0), "ok") != 0) fault(v, "the file: %s", text_at(q, 0));
  ended(v, q, step, "the file");
  q = journal_ask(v->j, "PRAGMA foreign_key_check", "");
  while (q && (step = sqlite3_step(q)) == SQLITE_ROW) fault(v, "%s %" PRId64 ": %s of it is missing", text_at(q, 0), number_at(q, 1), text_at(q, 2));
  ended(v, q, step, "references");
}

static void count(Verify *v, int64_t *out, const char *sql, const char *what) {
  if (!journal_number(v->j, out, sql, "")) fault(v, "%s: %s", what, v->j->err);
}

bool journal_verify(const char *path, void (*report)(void *ctx, const char *fault), void *ctx, JournalVerdict *out) {
  char err[512];
  Verify v = { .report = report, .ctx = ctx, .out = out };
  *out = (JournalVerdict){ 0 };
  v.j = journal_open_file(path, err, sizeof err);
  if (!v.j) fault(&v, "%s", err);
  else if (!journal_do(v.j, "BEGIN", "")) fault(&v, "%s", v.j->err);      /* one moment of it, whoever writes meanwhile */
  else {
    check_file(&v);
    check_chain(&v);
    check_rows(&v);
    check_steps(&v);
    check_figures(&v);
    count(&v, &out->runs, "SELECT count(*) FROM runs", "runs");
    count(&v, &out->fills, "SELECT count(*) FROM fills", "fills");
  }
  journal_close(v.j);
  return out->faults == 0;
}
