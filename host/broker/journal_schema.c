/* The tables, and what of their rows goes into events. */
#include "broker/journal_columns.h"
#include "broker/journal_in.h"

#define APPLICATION 0x424a524e    /* "BJRN": what file(1) and SQLite know the file by */
#define FORM 3
#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

/* What the guard asks before each order, kept so that it takes no longer when there is more: made of orders and fills, changed with them in one
 * transaction, and reckoned anew by verify. A day is its midnight, UTC; NULL: more than 38 digits. Of fills, held and value are the position after it, and
 * result is what it realised (journal_result.c). */
#define DAYS "CREATE TABLE days (day INTEGER NOT NULL, venue TEXT NOT NULL, quote TEXT NOT NULL, orders INTEGER NOT NULL, notional TEXT, realised TEXT," \
  "  PRIMARY KEY (day, venue, quote)) STRICT, WITHOUT ROWID;"
#define FILLS_INDEXES "CREATE INDEX fills_market ON fills (venue, account, symbol, at_ms); CREATE INDEX fills_at ON fills (at_ms);"
#define ORDERS_INDEXES "CREATE INDEX orders_open ON orders (venue, symbol) WHERE " LIVE ";" \
  "CREATE INDEX orders_over ON orders (updated_ms) WHERE NOT " LIVE ";"

static const char tables[] =
  "CREATE TABLE runs (id INTEGER PRIMARY KEY, started_ms INTEGER NOT NULL, ended_ms INTEGER, mode TEXT NOT NULL, script TEXT NOT NULL,"
  "  pid INTEGER NOT NULL) STRICT;"
  "CREATE TABLE pairs (id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs, state TEXT NOT NULL, policy TEXT NOT NULL, deadline_ms INTEGER NOT NULL,"
  "  loss_bound TEXT, data TEXT, created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL) STRICT;"
  "CREATE TABLE orders (id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs, venue TEXT NOT NULL, account TEXT NOT NULL, symbol TEXT NOT NULL,"
  "  type TEXT NOT NULL, side TEXT NOT NULL, amount TEXT, price TEXT, cost_asked TEXT NOT NULL, params TEXT, client_id TEXT, venue_id TEXT,"
  "  state TEXT NOT NULL, filled TEXT, remaining TEXT, average TEXT, cost TEXT, told INTEGER NOT NULL, reason TEXT,"
  "  created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL, pair INTEGER REFERENCES pairs, leg INTEGER, UNIQUE (venue, account, client_id)) STRICT;"
  "CREATE INDEX orders_created ON orders (created_ms);" ORDERS_INDEXES
  "CREATE TABLE events (seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, order_id INTEGER REFERENCES orders, what TEXT NOT NULL,"
  "  data TEXT, hash TEXT NOT NULL) STRICT;"
  "CREATE INDEX events_order ON events (order_id);"
  "CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;"
  "CREATE TRIGGER events_last BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are never removed'); END;"
  /* A trade's number alone is not enough: some venues count trades by market, and both orders of a trade with oneself have the same. */
  "CREATE TABLE fills (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders, venue TEXT NOT NULL, account TEXT NOT NULL, trade_id TEXT NOT NULL,"
  "  at_ms INTEGER NOT NULL, symbol TEXT NOT NULL, side TEXT NOT NULL, price TEXT NOT NULL, amount TEXT NOT NULL, cost TEXT NOT NULL,"
  "  fee_cost TEXT, fee_currency TEXT, held TEXT, value TEXT, result TEXT, UNIQUE (venue, account, trade_id, order_id)) STRICT;"
  "CREATE INDEX fills_order ON fills (order_id);" FILLS_INDEXES DAYS
  "CREATE TABLE balances (account TEXT NOT NULL, venue TEXT NOT NULL, code TEXT NOT NULL, free TEXT NOT NULL, used TEXT NOT NULL,"
  "  UNIQUE (account, venue, code)) STRICT;"
  "PRAGMA application_id=" TEXT(APPLICATION) "; PRAGMA user_version=" TEXT(FORM) ";";

/* Form 1 did not know orders without a client id; form 2 had no sums that are kept. */
static const char from_form_1[] =
  "PRAGMA writable_schema=ON;"
  "UPDATE sqlite_schema SET sql=replace(sql, 'client_id TEXT NOT NULL', 'client_id TEXT') WHERE type='table' AND name='orders';"
  "PRAGMA writable_schema=RESET;";
static const char from_form_2[] = "ALTER TABLE fills ADD COLUMN held TEXT; ALTER TABLE fills ADD COLUMN value TEXT; ALTER TABLE fills ADD COLUMN result TEXT;"
  FILLS_INDEXES "DROP INDEX orders_open;" ORDERS_INDEXES DAYS "PRAGMA user_version=" TEXT(FORM) ";";

static bool upgrade(Journal *j, int64_t form) {
  if (!journal_do(j, "BEGIN IMMEDIATE", "")) return false;
  sqlite3_db_config(j->db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
  bool ok = form > 1 || sqlite3_exec(j->db, from_form_1, NULL, NULL, NULL) == SQLITE_OK || journal_db_fail(j);
  sqlite3_db_config(j->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  ok = ok && (sqlite3_exec(j->db, from_form_2, NULL, NULL, NULL) == SQLITE_OK || journal_db_fail(j)) && results_all(j);
  return journal_settle(j, ok);
}

bool journal_schema(Journal *j) {
  int64_t application, things, *form = &j->form;
  if (!journal_number(j, &application, "PRAGMA application_id", "") || !journal_number(j, form, "PRAGMA user_version", "") ||
      !journal_number(j, &things, "SELECT count(*) FROM sqlite_master", "")) return false;
  bool older = *form >= 1 && *form < FORM;
  if (application == APPLICATION && (*form == FORM || (older && !j->lock))) return true;
  if (application == APPLICATION && older) {
    int64_t from = *form;
    *form = FORM;
    return upgrade(j, from);
  }
  if (application == APPLICATION)
    return journal_fail(j, "%s was written by %s version of this program (form %lld, this one knows %d)", j->path,
      *form > FORM ? "a newer" : "an older", (long long)*form, FORM);
  if (application || *form || things) return journal_fail(j, "%s is not a journal of this program", j->path);
  if (!j->lock) return journal_fail(j, "there is no journal yet: %s", j->path);
  *form = FORM;
  if (!journal_do(j, "BEGIN IMMEDIATE", "")) return false;
  return journal_settle(j, sqlite3_exec(j->db, tables, NULL, NULL, NULL) == SQLITE_OK || journal_db_fail(j));
}

bool journal_keeps_sums(const Journal *j) { return j->form >= 3; }

const char journal_intended_json[] = "SELECT " INTENDED_JSON(PROGRESS(MEMBER)) " FROM orders WHERE id=?1";
const char journal_step_json[] = "SELECT CASE WHEN ?2 IS NULL THEN " STEP_JSON
  " ELSE json_object('order',json_object('id',id" PROGRESS(MEMBER) "),'text',?2) END FROM orders WHERE id=?1";
const char journal_fill_json[] = "SELECT json_object('fill',json_object('id',id" FILL(MEMBER) "),'order',"
  "json((SELECT json_object('id',id" PROGRESS(MEMBER) ") FROM orders WHERE orders.id=order_id))) FROM fills WHERE id=?1";
const char journal_run_json[] = "SELECT json_object('run',json_object('id',id" RUN(MEMBER) ")) FROM runs WHERE id=?1";
const char journal_pair_json[] = "SELECT json_object('pair',json_object('id',id" PAIR(MEMBER) ")) FROM pairs WHERE id=?1";
