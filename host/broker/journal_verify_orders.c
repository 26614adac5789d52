/* Each order against its events and fills, which say the same twice. Data of events are compared as text: they are made of the row by one and the same SQL. */
#include "broker/journal_columns.h"
#include "broker/journal_verify_in.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

typedef struct { int64_t id; char *json; int told; bool same; } Fill;      /* told: by how many events */

typedef struct {
  Verify *v;
  const JournalOrder *o;
  const char *intended, *step;      /* what its events have to say */
  Fill *fills; size_t n, room;
  FillSums sums; bool summed;
  int64_t n_events, n_fills;        /* of all orders */
} Check;

static bool same(const char *a, const char *b) { return strcmp(a ? a : "", b ? b : "") == 0; }

/* Is json an object that data begins with? What follows there are more members. */
static bool begins(const char *data, const char *json) {
  size_t n = strlen(json);
  return n && strncmp(data, json, n - 1) == 0 && (data[n - 1] == '}' || data[n - 1] == ',');
}

static bool ends(const char *data, const char *end) {
  size_t n = strlen(data), m = strlen(end);
  return n >= m && strcmp(data + n - m, end) == 0;
}

/* ---- fills ---- */

static bool number_at(sqlite3_stmt *q, int column, Decimal *out) {
  const char *s = (const char *)sqlite3_column_text(q, column);
  return s && dec_parse(s, (size_t)sqlite3_column_bytes(q, column), out);
}

static bool sum_up(Check *c, sqlite3_stmt *q) {
  Decimal price, amount, cost;
  FillSums *s = &c->sums;
  s->any = true;
  return number_at(q, 6, &price) && number_at(q, 7, &amount) && number_at(q, 8, &cost) && dec_add(s->amount, amount, &s->amount) &&
    dec_add(s->cost, cost, &s->cost) && dec_mul(price, amount, &price) && dec_add(s->value, price, &s->value);
}

static bool fill_add(Check *c, sqlite3_stmt *q) {
  const char *market[] = { c->o->venue, c->o->account, c->o->symbol, c->o->side };
  if (c->n == c->room) {
    Fill *more = realloc(c->fills, (c->room = c->room ? 2 * c->room : 64) * sizeof *more);
    if (!more) return false;
    c->fills = more;
  }
  Fill *f = &c->fills[c->n];
  *f = (Fill){ .id = sqlite3_column_int64(q, 0), .json = strdup(verify_text(q, 1)) };
  if (!f->json) return false;
  c->n++;
  c->n_fills++;
  for (int i = 0; i < 4; i++)
    if (!same(market[i], verify_text(q, 2 + i))) {
      verify_fault(c->v, "fill %" PRId64 " is of another market than its order", f->id);
      break;
    }
  c->summed = c->summed && sum_up(c, q);
  return true;
}

static void read_fills(Check *c) {
  sqlite3_stmt *q = journal_ask(c->v->j, "SELECT id, json_object('fill',json_object('id',id" FILL(MEMBER) ")), venue, account, symbol, side, price,"
    " amount, cost FROM fills WHERE order_id=?1 ORDER BY id", "i", c->o->id);
  int step = SQLITE_DONE;
  c->n = 0;
  c->sums = (FillSums){ 0 };
  c->summed = true;
  while (q && (step = sqlite3_step(q)) == SQLITE_ROW)
    if (!fill_add(c, q)) {
      verify_fault(c->v, "out of memory");
      break;
    }
  verify_ended(c->v, q, step == SQLITE_ROW ? SQLITE_DONE : step, "fills");
}

static int by_id(const void *a, const void *b) {
  int64_t x = ((const Fill *)a)->id, y = ((const Fill *)b)->id;
  return x < y ? -1 : x > y;
}

/* An event of a fill, its first or one that changes it: of which, and does it say what it is? */
static void fill_told(Check *c, const char *data, bool first) {
  static const char head[] = "{\"fill\":{\"id\":";
  int64_t id = strncmp(data, head, sizeof head - 1) == 0 ? strtoll(data + sizeof head - 1, NULL, 10) : 0;
  Fill *f = c->n ? bsearch(&(Fill){ .id = id }, c->fills, c->n, sizeof *f, by_id) : NULL;
  if (!f) {
    verify_fault(c->v, "fill %" PRId64 " has an event but is missing", id);
    return;
  }
  f->told += first;
  f->same = begins(data, f->json);
}

static void check_fills(Check *c) {
  for (size_t i = 0; i < c->n; i++) {
    Fill *f = &c->fills[i];
    if (f->told != 1 || !f->same) verify_fault(c->v, "fill %" PRId64 " is not what its event says", f->id);
    free(f->json);
  }
}

/* ---- events ---- */

typedef struct { int steps, intended; bool fact, last; enum order_state state; } Told;     /* last: the last event tells how it stands now */

static void step_told(Check *c, Told *t, int64_t seq, enum order_state next) {
  bool first = t->steps++ == 0;
  if (first ? next != ORDER_INTENDED : !order_state_may(t->state, next))
    verify_fault(c->v, "order %" PRId64 ": event %" PRId64 " makes it %s, which cannot follow %s", c->o->id, seq, order_state_name(next),
      first ? "nothing" : order_state_name(t->state));
  t->state = next;
}

static void event_told(Check *c, Told *t, int64_t seq, const char *what, const char *data) {
  enum order_state next;
  bool fill = strcmp(what, "fill") == 0, amended = strcmp(what, "amended") == 0;
  if (fill || amended) {
    fill_told(c, data, fill);
    t->last = ends(data, c->step + 1) && data[strlen(data) - strlen(c->step)] == ',';
  } else if (strcmp(what, "late") == 0) t->last = begins(data, c->step);
  else if (order_state_read(what, &next)) {
    step_told(c, t, seq, next);
    if (next == ORDER_INTENDED) {
      t->intended++;
      t->fact = strcmp(data, c->intended) == 0;
      t->last = ends(data, strchr(c->step, ','));       /* after the id */
    } else t->last = begins(data, c->step);
  }
}

static void check_events(Check *c) {
  Told t = { 0 };
  int64_t id = c->o->id;
  sqlite3_stmt *q = journal_ask(c->v->j, "SELECT seq, what, data FROM events WHERE order_id=?1 ORDER BY seq", "i", id);
  int step = SQLITE_DONE;
  while (q && (step = sqlite3_step(q)) == SQLITE_ROW) {
    c->n_events++;
    event_told(c, &t, sqlite3_column_int64(q, 0), verify_text(q, 1), verify_text(q, 2));
  }
  verify_ended(c->v, q, step, "events");
  if (t.intended != 1 || !t.fact) verify_fault(c->v, "order %" PRId64 " is not what was intended", id);
  if (!t.last) verify_fault(c->v, "order %" PRId64 " is not what its last event says", id);
  if (t.steps && t.state != c->o->state)
    verify_fault(c->v, "order %" PRId64 " is %s: its last step is %s", id, order_state_name(c->o->state), order_state_name(t.state));
}

/* The figures follow from what the venue told and the fills. */
static void check_figures(Check *c) {
  Progress p;
  const JournalOrder *o = c->o;
  progress_of(o, &p);
  if (!c->summed) verify_fault(c->v, "order %" PRId64 ": its fills cannot be added up", o->id);
  else if (!progress_settle(&p, o->amount, &c->sums) || p.told != o->told || !same(o->filled, p.filled) || !same(o->remaining, p.remaining) ||
           !same(o->average, p.average) || !same(o->cost, p.cost)) verify_fault(c->v, "order %" PRId64 ": its figures do not follow from its fills", o->id);
}

/* Rows of an order that is not there: looked for when some were not met with those that are. */
static void check_strays(Check *c, int64_t met, const char *count, const char *strays, const char *fault) {
  Verify *v = c->v;
  int64_t n;
  if (journal_number(v->j, &n, count, "") && n == met) return;
  sqlite3_stmt *q = journal_ask(v->j, strays, "");
  int step = SQLITE_DONE;
  while (q && (step = sqlite3_step(q)) == SQLITE_ROW) verify_fault(v, fault, (int64_t)sqlite3_column_int64(q, 0));
  verify_ended(v, q, step, "strays");
}

void verify_orders(Verify *v) {
  static const char all[] = "SELECT id" FACTS(COMMA) PROGRESS(COMMA) "," INTENDED_JSON(NO_PROGRESS) "," STEP_JSON " FROM orders ORDER BY id";
  Check c = { .v = v };
  sqlite3_stmt *q = journal_ask(v->j, all, "");
  int step = SQLITE_DONE, n = (int)journal_order_row.n;
  while (q && (step = sqlite3_step(q)) == SQLITE_ROW) {
    JournalOrder *o = journal_row(v->j, &journal_order_row, q);
    v->out->orders++;
    if (!o) {
      verify_fault(v, "order %" PRId64 ": %s", (int64_t)sqlite3_column_int64(q, 0), v->j->err);
      continue;
    }
    c.o = o;
    c.intended = verify_text(q, n);
    c.step = verify_text(q, n + 1);
    read_fills(&c);
    check_events(&c);
    check_fills(&c);
    check_figures(&c);
    free(o);
  }
  verify_ended(v, q, step, "orders");
  free(c.fills);
  check_strays(&c, c.n_fills, "SELECT count(*) FROM fills", "SELECT id FROM fills WHERE order_id NOT IN (SELECT id FROM orders)",
    "fill %" PRId64 " is of no order");
  check_strays(&c, c.n_events, "SELECT count(order_id) FROM events", "SELECT DISTINCT order_id FROM events WHERE order_id NOT IN (SELECT id FROM orders)",
    "order %" PRId64 " has events but is missing");
}
