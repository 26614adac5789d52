/* The journal's handle: opening, transactions, statements. */
#include "broker/journal_in.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool journal_fail(Journal *j, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(j->err, sizeof j->err, fmt, ap);
  va_end(ap);
  return false;
}

bool journal_db_fail(Journal *j) {
  int os = sqlite3_system_errno(j->db);
  const char *why = os ? strerror(os) : sqlite3_errmsg(j->db);
  switch (sqlite3_errcode(j->db) & 0xff) {
    case SQLITE_FULL: return journal_fail(j, "%s: the disk is full", j->path);
    case SQLITE_READONLY: return journal_fail(j, "%s: it cannot be written (%s)", j->path, sqlite3_errmsg(j->db));
    case SQLITE_CORRUPT: return journal_fail(j, "%s is damaged: %s", j->path, sqlite3_errmsg(j->db));
    case SQLITE_NOTADB: return journal_fail(j, "%s is damaged, or no journal", j->path);
    case SQLITE_BUSY: return journal_fail(j, "%s: another program keeps it locked", j->path);
    case SQLITE_CANTOPEN: return journal_fail(j, "%s: it cannot be opened: %s", j->path, why);
    case SQLITE_IOERR: return journal_fail(j, "%s: the disk fails: %s", j->path, why);
    default: return journal_fail(j, "%s: %s", j->path, sqlite3_errmsg(j->db));
  }
}

const char *journal_error(const Journal *j) { return j->err; }

/* ---- statements ---- */

static sqlite3_stmt *prepared(Journal *j, const char *sql) {
  for (size_t i = 0; i < j->n_kept; i++)
    if (j->kept[i].sql == sql) return j->kept[i].q;
  sqlite3_stmt *q;
  if (j->n_kept == sizeof j->kept / sizeof *j->kept) return journal_fail(j, "more kinds of statements than there is room for"), NULL;
  if (sqlite3_prepare_v3(j->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &q, NULL) != SQLITE_OK) return journal_db_fail(j), NULL;
  j->kept[j->n_kept].sql = sql;
  j->kept[j->n_kept++].q = q;
  return q;
}

static sqlite3_stmt *ask(Journal *j, const char *sql, const char *types, va_list ap) {
  sqlite3_stmt *q = prepared(j, sql);
  if (!q) return NULL;
  sqlite3_reset(q);
  sqlite3_clear_bindings(q);
  for (int i = 0; types[i]; i++) {
    int r;
    if (types[i] == 't') r = sqlite3_bind_text(q, i + 1, va_arg(ap, const char *), -1, SQLITE_STATIC);
    else {
      int64_t v = va_arg(ap, int64_t);
      r = types[i] == 'z' && v == 0 ? sqlite3_bind_null(q, i + 1) : sqlite3_bind_int64(q, i + 1, v);
    }
    if (r != SQLITE_OK) return journal_db_fail(j), NULL;
  }
  return q;
}

sqlite3_stmt *journal_ask(Journal *j, const char *sql, const char *types, ...) {
  va_list ap;
  va_start(ap, types);
  sqlite3_stmt *q = ask(j, sql, types, ap);
  va_end(ap);
  return q;
}

bool journal_do(Journal *j, const char *sql, const char *types, ...) {
  va_list ap;
  va_start(ap, types);
  sqlite3_stmt *q = ask(j, sql, types, ap);
  va_end(ap);
  if (!q) return false;
  int r;
  while ((r = sqlite3_step(q)) == SQLITE_ROW) {}
  if (r != SQLITE_DONE) journal_db_fail(j);
  sqlite3_reset(q);
  return r == SQLITE_DONE;
}

bool journal_number(Journal *j, int64_t *out, const char *sql, const char *types, ...) {
  va_list ap;
  va_start(ap, types);
  sqlite3_stmt *q = ask(j, sql, types, ap);
  va_end(ap);
  if (!q) return false;
  int r = sqlite3_step(q);
  *out = r == SQLITE_ROW ? sqlite3_column_int64(q, 0) : 0;
  if (r != SQLITE_ROW && r != SQLITE_DONE) journal_db_fail(j);
  sqlite3_reset(q);
  return r == SQLITE_ROW || r == SQLITE_DONE;
}

/* ---- transactions ---- */

static void undo(Journal *j) {
  if (!sqlite3_get_autocommit(j->db)) sqlite3_exec(j->db, "ROLLBACK", NULL, NULL, NULL);
}

static bool writes(Journal *j) { return j->lock || journal_fail(j, "%s is open for reading", j->path); }

/* A full disk or a failing one makes SQLite undo the whole transaction by itself. */
static bool group_stands(Journal *j) {
  return !sqlite3_get_autocommit(j->db) || journal_fail(j, "%s: the changes that belong together were undone: a write failed", j->path);
}

bool journal_change(Journal *j) {
  j->err[0] = 0;
  if (!writes(j)) return false;
  if (j->group) return group_stands(j) && journal_do(j, "SAVEPOINT change", "");
  return journal_do(j, "BEGIN IMMEDIATE", "");
}

bool journal_settle(Journal *j, bool ok) {
  if (j->group) {
    if (ok && (group_stands(j) && journal_do(j, "RELEASE change", ""))) return true;
    if (!sqlite3_get_autocommit(j->db)) sqlite3_exec(j->db, "ROLLBACK TO change; RELEASE change", NULL, NULL, NULL);
    return false;
  }
  if (ok && journal_do(j, "COMMIT", "")) return true;
  undo(j);
  return false;
}

bool journal_begin(Journal *j) {
  j->err[0] = 0;
  if (!writes(j)) return false;
  if (j->group) return journal_fail(j, "changes that belong together are begun already");
  return j->group = journal_do(j, "BEGIN IMMEDIATE", "");
}

bool journal_commit(Journal *j) {
  j->err[0] = 0;
  if (!j->group) return journal_fail(j, "no changes that belong together were begun");
  bool ok = group_stands(j) && journal_do(j, "COMMIT", "");
  j->group = false;
  undo(j);
  return ok;
}

void journal_abandon(Journal *j) {
  j->group = false;
  undo(j);
}

/* ---- opening ---- */

static bool path_of(const char *dir, const char *mode, const char *end, char out[PATH_MAX]) {
  int n = snprintf(out, PATH_MAX, "%s/%s%s", dir, strcmp(mode, "paper") == 0 ? "paper" : "journal", end);
  return n > 0 && n < PATH_MAX - 8;       /* SQLite adds -wal, -shm */
}

bool journal_exists(const char *dir, const char *mode) {
  char path[PATH_MAX];
  struct stat st;
  return path_of(dir, mode, ".db", path) && stat(path, &st) == 0 && st.st_size > 0;
}

/* The file, made when it is missing; its name on the disk as well. SQLite gives the files beside it the same mode. */
static bool file_ready(Journal *j, const char *dir) {
  struct stat st;
  int fd = j->lock ? open(j->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
  if (fd >= 0) {
    close(fd);
    int folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) {
      fsync(folder);
      close(folder);
    }
    return true;
  }
  if (lstat(j->path, &st) != 0)
    return errno == ENOENT && !j->lock ? journal_fail(j, "there is no journal yet: %s", j->path)
      : journal_fail(j, "cannot open %s: %s", j->path, strerror(errno));
  if (!S_ISREG(st.st_mode) || st.st_uid != geteuid()) return journal_fail(j, "%s is not a file of yours", j->path);
  if (j->lock && (st.st_mode & 077) && chmod(j->path, 0600) != 0) return journal_fail(j, "others can read %s: %s", j->path, strerror(errno));
  return true;
}

static bool database_ready(Journal *j) {
  int flags = SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX | (j->lock ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
  if (sqlite3_open_v2(j->path, &j->db, flags, NULL) != SQLITE_OK)
    return j->db ? journal_db_fail(j) : journal_fail(j, "out of memory");
  sqlite3_extended_result_codes(j->db, 1);
  sqlite3_db_config(j->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_busy_timeout(j->db, 5000);
  if (j->lock && sqlite3_db_readonly(j->db, "main") == 1) return journal_fail(j, "%s: it cannot be written (read-only)", j->path);
  static const char ways[] = "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON";
  if (sqlite3_exec(j->db, ways, NULL, NULL, NULL) != SQLITE_OK) return journal_db_fail(j);
  if (j->lock) {
    sqlite3_stmt *q = journal_ask(j, "PRAGMA journal_mode=WAL", "");
    if (!q) return false;
    bool row = sqlite3_step(q) == SQLITE_ROW, wal = row && strcmp((const char *)sqlite3_column_text(q, 0), "wal") == 0;
    if (!row) journal_db_fail(j);
    else if (!wal) journal_fail(j, "%s: this file system cannot keep it safe (no write-ahead log): set BOURSE_STATE to a folder on a local disk", j->path);
    sqlite3_reset(q);
    if (!wal) return false;
  }
  return (journal_functions(j->db) || journal_db_fail(j)) && journal_schema(j);
}

static Journal *opened(Journal *j, bool ok, char *err, size_t errlen) {
  if (ok) return j;
  snprintf(err, errlen, "%s", j->err);
  journal_close(j);
  return NULL;
}

Journal *journal_open(const char *dir, const char *mode, bool writer, char *err, size_t errlen) {
  char lock[PATH_MAX];
  if (strcmp(mode, "live") != 0 && strcmp(mode, "paper") != 0) return snprintf(err, errlen, "a journal is live or paper, not %s", mode), NULL;
  Journal *j = calloc(1, sizeof *j);
  if (!j) return snprintf(err, errlen, "out of memory"), NULL;
  j->paper = strcmp(mode, "paper") == 0;
  bool ok = (path_of(dir, mode, ".db", j->path) && path_of(dir, mode, ".lock", lock)) || journal_fail(j, "the path of the state folder is too long");
  if (ok && writer) ok = journal_disk_ok(dir, j->err, sizeof j->err) && (j->lock = journal_lock(lock, j->err, sizeof j->err));
  return opened(j, ok && file_ready(j, dir) && database_ready(j), err, errlen);
}

Journal *journal_open_file(const char *path, char *err, size_t errlen) {
  Journal *j = calloc(1, sizeof *j);
  if (!j) return snprintf(err, errlen, "out of memory"), NULL;
  bool ok = strlen(path) < PATH_MAX - 8 || journal_fail(j, "the path is too long");
  if (ok) strcpy(j->path, path);
  return opened(j, ok && file_ready(j, NULL) && database_ready(j), err, errlen);
}

void journal_close(Journal *j) {
  if (!j) return;
  for (size_t i = 0; i < j->n_kept; i++) sqlite3_finalize(j->kept[i].q);
  sqlite3_close(j->db);
  journal_unlock(j->lock);
  free(j);
}
