/* The tables, and what of their rows goes into events. */
#include "broker/journal_columns.h"
#include "broker/journal_in.h"

#define APPLICATION 0x424a524e    /* "BJRN": what file(1) and SQLite know the file by */
#define FORM 2
#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

static const char tables[] =
  "CREATE TABLE runs (id INTEGER PRIMARY KEY, started_ms INTEGER NOT NULL, ended_ms INTEGER, mode TEXT NOT NULL, script TEXT NOT NULL,"
  "  pid INTEGER NOT NULL) STRICT;"
  "CREATE TABLE pairs (id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs, state TEXT NOT NULL, policy TEXT NOT NULL, deadline_ms INTEGER NOT NULL,"
  "  loss_bound TEXT, data TEXT, created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL) STRICT;"
  "CREATE TABLE orders (id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs, venue TEXT NOT NULL, account TEXT NOT NULL, symbol TEXT NOT NULL,"
  "  type TEXT NOT NULL, side TEXT NOT NULL, amount TEXT, price TEXT, cost_asked TEXT NOT NULL, params TEXT, client_id TEXT, venue_id TEXT,"
  "  state TEXT NOT NULL, filled TEXT, remaining TEXT, average TEXT, cost TEXT, told INTEGER NOT NULL, reason TEXT,"
  "  created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL, pair INTEGER REFERENCES pairs, leg INTEGER, UNIQUE (venue, account, client_id)) STRICT;"
  "CREATE INDEX orders_open ON orders (venue, symbol) WHERE " LIVE ";"
  "CREATE INDEX orders_created ON orders (created_ms);"
  "CREATE TABLE events (seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, order_id INTEGER REFERENCES orders, what TEXT NOT NULL,"
  "  data TEXT, hash TEXT NOT NULL) STRICT;"
  "CREATE INDEX events_order ON events (order_id);"
  "CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;"
  "CREATE TRIGGER events_last BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are never removed'); END;"
  /* A trade's number alone is not enough: some venues count trades by market, and both orders of a trade with oneself have the same. */
  "CREATE TABLE fills (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders, venue TEXT NOT NULL, account TEXT NOT NULL, trade_id TEXT NOT NULL,"
  "  at_ms INTEGER NOT NULL, symbol TEXT NOT NULL, side TEXT NOT NULL, price TEXT NOT NULL, amount TEXT NOT NULL, cost TEXT NOT NULL,"
  "  fee_cost TEXT, fee_currency TEXT, UNIQUE (venue, account, trade_id, order_id)) STRICT;"
  "CREATE INDEX fills_order ON fills (order_id);"
  "CREATE TABLE balances (account TEXT NOT NULL, venue TEXT NOT NULL, code TEXT NOT NULL, free TEXT NOT NULL, used TEXT NOT NULL,"
  "  UNIQUE (account, venue, code)) STRICT;"
  "PRAGMA application_id=" TEXT(APPLICATION) "; PRAGMA user_version=" TEXT(FORM) ";";

/* Form 1 did not know orders without a client id. */
static const char from_form_1[] =
  "PRAGMA writable_schema=ON;"
  "UPDATE sqlite_schema SET sql=replace(sql, 'client_id TEXT NOT NULL', 'client_id TEXT') WHERE type='table' AND name='orders';"
  "PRAGMA user_version=" TEXT(FORM) "; PRAGMA writable_schema=RESET;";

static bool upgrade(Journal *j) {
  if (!journal_do(j, "BEGIN IMMEDIATE", "")) return false;
  sqlite3_db_config(j->db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
  bool ok = sqlite3_exec(j->db, from_form_1, NULL, NULL, NULL) == SQLITE_OK || journal_db_fail(j);
  sqlite3_db_config(j->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  return journal_settle(j, ok);
}

bool journal_schema(Journal *j) {
  int64_t application, form, things;
  if (!journal_number(j, &application, "PRAGMA application_id", "") || !journal_number(j, &form, "PRAGMA user_version", "") ||
      !journal_number(j, &things, "SELECT count(*) FROM sqlite_master", "")) return false;
  if (application == APPLICATION && (form == FORM || (form == 1 && !j->lock))) return true;
  if (application == APPLICATION && form == 1) return upgrade(j);
  if (application == APPLICATION)
    return journal_fail(j, "%s was written by %s version of this program (form %lld, this one knows %d)", j->path,
      form > FORM ? "a newer" : "an older", (long long)form, FORM);
  if (application || form || things) return journal_fail(j, "%s is not a journal of this program", j->path);
  if (!j->lock) return journal_fail(j, "there is no journal yet: %s", j->path);
  if (!journal_do(j, "BEGIN IMMEDIATE", "")) return false;
  return journal_settle(j, sqlite3_exec(j->db, tables, NULL, NULL, NULL) == SQLITE_OK || journal_db_fail(j));
}

const char journal_intended_json[] = "SELECT json_object('order',json_object('id',id" FACTS(MEMBER) PROGRESS(MEMBER) ")) FROM orders WHERE id=?1";
const char journal_step_json[] = "SELECT CASE WHEN ?2 IS NULL THEN json_object('order',json_object('id',id" PROGRESS(MEMBER) "))"
  " ELSE json_object('order',json_object('id',id" PROGRESS(MEMBER) "),'text',?2) END FROM orders WHERE id=?1";
const char journal_fill_json[] = "SELECT json_object('fill',json_object('id',id" FILL(MEMBER) "),'order',"
  "json((SELECT json_object('id',id" PROGRESS(MEMBER) ") FROM orders WHERE orders.id=order_id))) FROM fills WHERE id=?1";
const char journal_run_json[] = "SELECT json_object('run',json_object('id',id" RUN(MEMBER) ")) FROM runs WHERE id=?1";
const char journal_pair_json[] = "SELECT json_object('pair',json_object('id',id" PAIR(MEMBER) ")) FROM pairs WHERE id=?1";
