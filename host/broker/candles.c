#include "broker/candles.h"
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define APPLICATION 0x62637364        /* "bcsd": whose file it is */
#define VERSION 1

struct Candles { sqlite3 *db; char error[400]; };

static const char schema[] =
  "CREATE TABLE IF NOT EXISTS series (id INTEGER PRIMARY KEY, venue TEXT NOT NULL, symbol TEXT NOT NULL, timeframe TEXT NOT NULL,"
  "  base TEXT, quote TEXT, precision TEXT, market TEXT, UNIQUE (venue, symbol, timeframe));"
  "CREATE TABLE IF NOT EXISTS candles (series INTEGER NOT NULL REFERENCES series, at INTEGER NOT NULL, open TEXT NOT NULL, high TEXT NOT NULL,"
  "  low TEXT NOT NULL, close TEXT NOT NULL, volume TEXT NOT NULL, PRIMARY KEY (series, at)) WITHOUT ROWID;"
  "CREATE TABLE IF NOT EXISTS spans (series INTEGER NOT NULL REFERENCES series, begin INTEGER NOT NULL, until INTEGER NOT NULL,"
  "  PRIMARY KEY (series, begin)) WITHOUT ROWID;";

int64_t candle_end(int64_t at_ms, const char *timeframe) {
  static const struct { char unit; int64_t ms; } units[] = { { 's', 1000 }, { 'm', 60000 }, { 'h', 3600000 }, { 'd', 86400000 }, { 'w', 604800000 } };
  char *unit;
  long n = strtol(timeframe, &unit, 10);
  if (*timeframe < '0' || *timeframe > '9' || n < 1 || n > 10000 || !*unit || unit[1]) return 0;
  for (size_t i = 0; i < sizeof units / sizeof *units; i++)
    if (*unit == units[i].unit) return at_ms + n * units[i].ms;
  if (*unit != 'M' && *unit != 'y') return 0;
  time_t t = (time_t)(at_ms / 1000);
  struct tm date;
  if (!gmtime_r(&t, &date)) return 0;
  if (*unit == 'M') date.tm_mon += (int)n;
  else date.tm_year += (int)n;
  return (int64_t)timegm(&date) * 1000 + at_ms % 1000;
}

bool candle_figure(const char *s) {
  if (!s || strlen(s) > CANDLE_TEXT_MAX) return false;
  if (*s == '-') s++;
  size_t whole = strspn(s, "0123456789"), part = s[whole] == '.' ? strspn(s + whole + 1, "0123456789") : 0;
  return whole && !s[whole + (s[whole] == '.') + part] && (s[whole] != '.' || part);
}

/* --- what a file may hold, whoever made it: its texts become JSON and the head of an adapter --- */

#define LAST_MS 253402300800000       /* the year 10000 */

/* One line, without what ends a text in JSON or Lua. */
static bool word(const char *s, size_t max) {
  size_t n = s ? strlen(s) : 0;
  for (size_t i = 0; i < n; i++)
    if ((unsigned char)s[i] < ' ' || s[i] == 127 || s[i] == '"' || s[i] == '\\') return false;
  return n > 0 && n <= max;
}

static bool series_sound(const CandleSeries *s) {
  static const char *const modes[] = { "tick", "places", "digits" };
  bool mode = !s->precision;
  for (size_t i = 0; i < sizeof modes / sizeof *modes && !mode; i++) mode = !strcmp(s->precision, modes[i]);
  return mode && word(s->venue, 63) && word(s->symbol, 95) && word(s->timeframe, 7) && candle_end(0, s->timeframe) > 0 && (!s->base || word(s->base, 23)) &&
    (!s->quote || word(s->quote, 23));
}

static bool row_sound(const CandleRow *row) {
  for (int k = 0; k < CANDLE_FIGURES; k++)
    if (!candle_figure(row->figures[k])) return false;
  return row->at_ms >= 0 && row->at_ms < LAST_MS;
}

/* --- the file --- */

static bool failed(Candles *c) {
  snprintf(c->error, sizeof c->error, "%s", sqlite3_errmsg(c->db));
  return false;
}

static bool exec(Candles *c, const char *sql) { return sqlite3_exec(c->db, sql, NULL, NULL, NULL) == SQLITE_OK || failed(c); }

static bool number_of(Candles *c, const char *sql, int64_t *out) {
  sqlite3_stmt *q = NULL;
  bool ok = sqlite3_prepare_v2(c->db, sql, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW;
  if (ok) *out = sqlite3_column_int64(q, 0);
  else failed(c);
  sqlite3_finalize(q);
  return ok;
}

/* A new file is made ours; one of something else is left alone. */
static bool own(Candles *c, bool write) {
  int64_t application = 0, version = 0, tables = 0;
  char sql[80];
  if (!number_of(c, "PRAGMA application_id", &application) || !number_of(c, "PRAGMA user_version", &version)
      || !number_of(c, "SELECT count(*) FROM sqlite_schema", &tables)) return false;
  if (application == APPLICATION && version == VERSION) return !write || exec(c, schema);
  if (application == APPLICATION) return snprintf(c->error, sizeof c->error, "made by another version of bourse (%lld)", (long long)version), false;
  if (tables || !write) return snprintf(c->error, sizeof c->error, "not a file of candles"), false;
  snprintf(sql, sizeof sql, "PRAGMA application_id=%d; PRAGMA user_version=%d", APPLICATION, VERSION);
  return exec(c, "BEGIN IMMEDIATE") && exec(c, sql) && exec(c, schema) && exec(c, "COMMIT");
}

Candles *candles_open(const char *path, bool write, char *err, size_t errlen) {
  Candles *c = calloc(1, sizeof *c);
  if (!c) return snprintf(err, errlen, "out of memory"), NULL;
  int flags = (write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOFOLLOW;
  bool ok = sqlite3_open_v2(path, &c->db, flags, NULL) == SQLITE_OK && sqlite3_busy_timeout(c->db, 10000) == SQLITE_OK &&
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) == SQLITE_OK &&
    sqlite3_exec(c->db, "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON", NULL, NULL, NULL) == SQLITE_OK;
  if (!ok) failed(c);
  else if (own(c, write)) return c;
  snprintf(err, errlen, "%s: %s", path, c->error);
  candles_close(c);
  return NULL;
}

void candles_close(Candles *c) {
  if (!c) return;
  sqlite3_close(c->db);
  free(c);
}

const char *candles_error(const Candles *c) { return c->error; }

static sqlite3_stmt *prepare(Candles *c, const char *sql) {
  sqlite3_stmt *q = NULL;
  if (sqlite3_prepare_v2(c->db, sql, -1, &q, NULL) != SQLITE_OK) failed(c);
  return q;
}

static bool done(Candles *c, sqlite3_stmt *q, bool ok) {
  if (!ok) failed(c);
  sqlite3_finalize(q);
  return ok;
}

static bool unsound(Candles *c, sqlite3_stmt *q, const char *what, int64_t which) {
  sqlite3_finalize(q);
  snprintf(c->error, sizeof c->error, "%s %lld is not as this program writes one", what, (long long)which);
  return false;
}

static const char *text(sqlite3_stmt *q, int column) { return (const char *)sqlite3_column_text(q, column); }

/* --- series --- */

static sqlite3_stmt *of_series(Candles *c, const char *sql, const CandleSeries *s) {
  sqlite3_stmt *q = prepare(c, sql);
  if (!q) return NULL;
  const char *texts[] = { s->venue, s->symbol, s->timeframe, s->base, s->quote, s->precision, s->market };
  int n = sqlite3_bind_parameter_count(q);
  for (int i = 0; i < n; i++) sqlite3_bind_text(q, i + 1, texts[i], -1, SQLITE_STATIC);
  return q;
}

int64_t candles_series(Candles *c, const CandleSeries *s) {
  sqlite3_stmt *q;
  if (!series_sound(s)) return snprintf(c->error, sizeof c->error, "no such series"), -1;
  if (s->market) {
    q = of_series(c, "INSERT INTO series (venue, symbol, timeframe, base, quote, precision, market) VALUES (?1,?2,?3,?4,?5,?6,?7) "
                     "ON CONFLICT (venue, symbol, timeframe) DO UPDATE SET base=?4, quote=?5, precision=?6, market=?7", s);
    if (!q || !done(c, q, sqlite3_step(q) == SQLITE_DONE)) return -1;
  }
  q = of_series(c, "SELECT id FROM series WHERE venue=?1 AND symbol=?2 AND timeframe=?3", s);
  if (!q) return -1;
  int r = sqlite3_step(q);
  int64_t id = r == SQLITE_ROW ? sqlite3_column_int64(q, 0) : 0;
  return done(c, q, r == SQLITE_ROW || r == SQLITE_DONE) ? id : -1;
}

bool candles_each_series(Candles *c, bool (*fn)(void *, const CandleSeries *), void *ctx) {
  sqlite3_stmt *q = prepare(c, "SELECT id, venue, symbol, timeframe, base, quote, precision, market, (SELECT count(*) FROM candles WHERE series=id),"
                               " (SELECT min(at) FROM candles WHERE series=id), (SELECT max(at) FROM candles WHERE series=id)"
                               " FROM series ORDER BY venue, symbol, id");
  int r = SQLITE_ERROR;
  while (q && (r = sqlite3_step(q)) == SQLITE_ROW) {
    CandleSeries s = { sqlite3_column_int64(q, 0), text(q, 1), text(q, 2), text(q, 3), text(q, 4), text(q, 5), text(q, 6), text(q, 7),
                       sqlite3_column_int64(q, 8), sqlite3_column_int64(q, 9), sqlite3_column_int64(q, 10) };
    if (!series_sound(&s)) return unsound(c, q, "series", s.id);
    if (!fn(ctx, &s)) break;
  }
  return done(c, q, r == SQLITE_DONE || r == SQLITE_ROW);
}

/* --- spans --- */

bool candles_each_span(Candles *c, int64_t series, bool (*fn)(void *, const CandleSpan *), void *ctx) {
  sqlite3_stmt *q = prepare(c, "SELECT begin, until FROM spans WHERE series=?1 ORDER BY begin");
  int r = SQLITE_ERROR;
  if (q) sqlite3_bind_int64(q, 1, series);
  while (q && (r = sqlite3_step(q)) == SQLITE_ROW) {
    CandleSpan s = { sqlite3_column_int64(q, 0), sqlite3_column_int64(q, 1) };
    if (!fn(ctx, &s)) break;
  }
  return done(c, q, r == SQLITE_DONE || r == SQLITE_ROW);
}

static bool run3(Candles *c, const char *sql, int64_t a, int64_t b, int64_t d) {
  sqlite3_stmt *q = prepare(c, sql);
  if (!q) return false;
  sqlite3_bind_int64(q, 1, a);
  sqlite3_bind_int64(q, 2, b);
  if (sqlite3_bind_parameter_count(q) > 2) sqlite3_bind_int64(q, 3, d);
  return done(c, q, sqlite3_step(q) == SQLITE_DONE);
}

/* Joined with those that it touches. */
static bool span_add(Candles *c, int64_t series, CandleSpan s) {
  sqlite3_stmt *q = prepare(c, "SELECT min(begin), max(until) FROM spans WHERE series=?1 AND begin<=?3 AND until>=?2");
  if (!q) return false;
  sqlite3_bind_int64(q, 1, series);
  sqlite3_bind_int64(q, 2, s.begin_ms);
  sqlite3_bind_int64(q, 3, s.until_ms);
  bool ok = sqlite3_step(q) == SQLITE_ROW;
  if (ok && sqlite3_column_type(q, 0) != SQLITE_NULL) {
    if (sqlite3_column_int64(q, 0) < s.begin_ms) s.begin_ms = sqlite3_column_int64(q, 0);
    if (sqlite3_column_int64(q, 1) > s.until_ms) s.until_ms = sqlite3_column_int64(q, 1);
  }
  return done(c, q, ok) && run3(c, "DELETE FROM spans WHERE series=?1 AND begin<=?3 AND until>=?2", series, s.begin_ms, s.until_ms)
    && run3(c, "INSERT INTO spans VALUES (?1,?2,?3)", series, s.begin_ms, s.until_ms);
}

/* --- candles --- */

static bool put_rows(Candles *c, int64_t series, CandleSpan span, const CandleRow *rows, size_t n, CandlesPut *out) {
  sqlite3_stmt *had = prepare(c, "SELECT 1 FROM candles WHERE series=?1 AND at=?2");
  sqlite3_stmt *put = prepare(c, "INSERT INTO candles VALUES (?1,?2,?3,?4,?5,?6,?7) ON CONFLICT (series, at) DO UPDATE SET open=?3, high=?4, low=?5, close=?6,"
                                 " volume=?7 WHERE open<>?3 OR high<>?4 OR low<>?5 OR close<>?6 OR volume<>?7");
  bool ok = had && put;
  for (size_t i = 0; ok && i < n; i++) {
    if (rows[i].at_ms < span.begin_ms || rows[i].at_ms >= span.until_ms) continue;
    sqlite3_reset(had);
    sqlite3_reset(put);
    sqlite3_bind_int64(had, 1, series);
    sqlite3_bind_int64(had, 2, rows[i].at_ms);
    sqlite3_bind_int64(put, 1, series);
    sqlite3_bind_int64(put, 2, rows[i].at_ms);
    for (int k = 0; k < CANDLE_FIGURES; k++) sqlite3_bind_text(put, 3 + k, rows[i].figures[k], -1, SQLITE_STATIC);
    bool there = sqlite3_step(had) == SQLITE_ROW;
    ok = sqlite3_step(put) == SQLITE_DONE;
    if (!ok) failed(c);
    else if (!there) out->added++;
    else out->changed += sqlite3_changes(c->db);
  }
  sqlite3_finalize(had);
  sqlite3_finalize(put);
  return ok;
}

bool candles_put(Candles *c, int64_t series, CandleSpan span, const CandleRow *rows, size_t n, CandlesPut *out) {
  *out = (CandlesPut){ 0 };
  if (!exec(c, "BEGIN IMMEDIATE")) return false;
  if (put_rows(c, series, span, rows, n, out) && (span.begin_ms >= span.until_ms || span_add(c, series, span)) && exec(c, "COMMIT")) return true;
  sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
  return false;
}

bool candles_each(Candles *c, int64_t series, int64_t from_ms, int64_t until_ms, bool (*fn)(void *, const CandleRow *), void *ctx) {
  sqlite3_stmt *q = prepare(c, "SELECT at, open, high, low, close, volume FROM candles WHERE series=?1 AND at>=?2 AND at<?3 ORDER BY at");
  int r = SQLITE_ERROR;
  if (q) {
    sqlite3_bind_int64(q, 1, series);
    sqlite3_bind_int64(q, 2, from_ms);
    sqlite3_bind_int64(q, 3, until_ms);
  }
  while (q && (r = sqlite3_step(q)) == SQLITE_ROW) {
    CandleRow row = { sqlite3_column_int64(q, 0), { text(q, 1), text(q, 2), text(q, 3), text(q, 4), text(q, 5) } };
    if (!row_sound(&row)) return unsound(c, q, "candle", row.at_ms);
    if (!fn(ctx, &row)) break;
  }
  return done(c, q, r == SQLITE_DONE || r == SQLITE_ROW);
}
