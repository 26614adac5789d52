/* What scripts keep: one SQLite table of (script, key, value). A script sees its own rows only. A write is answered when it is on disk. */
#include "broker/peer.h"
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_BYTES 256
#define VALUE_BYTES (1 << 20)
#define KEYS_MAX 10000        /* rows of one script */

struct Store { sqlite3 *db; sqlite3_stmt *get, *set, *del, *keys, *count; };

static void store_free(Store *t) {
  sqlite3_stmt **all[] = { &t->get, &t->set, &t->del, &t->keys, &t->count };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) sqlite3_finalize(*all[i]);
  sqlite3_close(t->db);
  free(t);
}

static Store *store_open(Session *s, char *err, size_t errlen) {
  static const char schema[] =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
    "CREATE TABLE IF NOT EXISTS store (script TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (script, key)) WITHOUT ROWID;";
  char path[PATH_MAX];
  if (s->store) return s->store;
  const char *dir = paths_state();
  if (!dir) return snprintf(err, errlen, "there is no state folder to keep it in"), NULL;
  Store *t = calloc(1, sizeof *t);
  if (!t) return snprintf(err, errlen, "out of memory"), NULL;
  snprintf(path, sizeof path, "%.4000s/store.db", dir);
  bool ok = sqlite3_open_v2(path, &t->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW, NULL) == SQLITE_OK &&
    sqlite3_busy_timeout(t->db, 2000) == SQLITE_OK && sqlite3_exec(t->db, schema, NULL, NULL, NULL) == SQLITE_OK &&
    sqlite3_prepare_v2(t->db, "SELECT value FROM store WHERE script=?1 AND key=?2", -1, &t->get, NULL) == SQLITE_OK &&
    sqlite3_prepare_v2(t->db, "INSERT OR REPLACE INTO store VALUES (?1,?2,?3)", -1, &t->set, NULL) == SQLITE_OK &&
    sqlite3_prepare_v2(t->db, "DELETE FROM store WHERE script=?1 AND key=?2", -1, &t->del, NULL) == SQLITE_OK &&
    sqlite3_prepare_v2(t->db, "SELECT key FROM store WHERE script=?1 ORDER BY key", -1, &t->keys, NULL) == SQLITE_OK &&
    sqlite3_prepare_v2(t->db, "SELECT count(*) FROM store WHERE script=?1 AND key<>?2", -1, &t->count, NULL) == SQLITE_OK;
  if (ok) return s->store = t;
  snprintf(err, errlen, "%s: %s", path, sqlite3_errmsg(t->db));
  store_free(t);
  return NULL;
}

void store_close(Session *s) {
  if (s->store) store_free(s->store);
  s->store = NULL;
}

/* The file itself, however its path was typed: two files never share rows, and one file has its own from every folder. */
static const char *file_of(const Peer *p, char path[PATH_MAX]) {
  return realpath(p->name, path) ? path : p->name;
}

static void query_bind(sqlite3_stmt *q, const Peer *p, const char *key, size_t n) {
  char path[PATH_MAX];
  sqlite3_reset(q);
  sqlite3_clear_bindings(q);
  sqlite3_bind_text(q, 1, file_of(p, path), -1, SQLITE_TRANSIENT);
  if (key) sqlite3_bind_text(q, 2, key, (int)n, SQLITE_STATIC);
}

static void answer_nil(Peer *p, uint32_t id) {
  msgpack_packer pk = peer_begin(p, MSG_STORED, id);
  pack_map(&pk, 0);
  peer_end(p);
}

static void answer_get(Peer *p, uint32_t id, Store *t, const char *key, size_t n) {
  const char *why;
  query_bind(t->get, p, key, n);
  int r = sqlite3_step(t->get);
  const char *value = r == SQLITE_ROW ? sqlite3_column_blob(t->get, 0) : NULL;
  size_t len = value ? (size_t)sqlite3_column_bytes(t->get, 0) : 0;
  if (r != SQLITE_ROW && r != SQLITE_DONE) peer_error(p, MSG_STORED, id, "%s: %s", sqlite3_db_filename(t->db, NULL), sqlite3_errmsg(t->db));
  else if (!value) answer_nil(p, id);
  else if (!frame_check(value, len, &why)) peer_error(p, MSG_STORED, id, "the value of '%.*s' is damaged: %s", (int)n, key, why);
  else {
    msgpack_packer pk = peer_begin(p, MSG_STORED, id);
    pack_map(&pk, 1);
    pack_str(&pk, "value");
    frame_append(&p->out, value, len);
    peer_end(p);
  }
  sqlite3_reset(t->get);
}

static void answer_keys(Peer *p, uint32_t id, Store *t) {
  size_t n = 0;
  query_bind(t->keys, p, NULL, 0);
  while (sqlite3_step(t->keys) == SQLITE_ROW) n++;
  sqlite3_reset(t->keys);
  msgpack_packer pk = peer_begin(p, MSG_STORED, id);
  pack_map(&pk, 1);
  pack_str(&pk, "value");
  pack_array(&pk, n);
  for (size_t i = 0; i < n; i++) {
    if (sqlite3_step(t->keys) == SQLITE_ROW)
      pack_strn(&pk, (const char *)sqlite3_column_text(t->keys, 0), (size_t)sqlite3_column_bytes(t->keys, 0));
    else pack_str(&pk, "");       /* another process took one away in between */
  }
  sqlite3_reset(t->keys);
  peer_end(p);
}

static bool full(Store *t, const Peer *p, const char *key, size_t n) {      /* of other keys than this one */
  query_bind(t->count, p, key, n);
  bool yes = sqlite3_step(t->count) == SQLITE_ROW && sqlite3_column_int(t->count, 0) >= KEYS_MAX;
  sqlite3_reset(t->count);
  return yes;
}

static void answer_set(Peer *p, uint32_t id, Store *t, const char *key, size_t n, const msgpack_object *value) {
  if (value && full(t, p, key, n)) {
    peer_error(p, MSG_STORED, id, "more than %d keys", KEYS_MAX);
    return;
  }
  msgpack_sbuffer buf;
  msgpack_packer pk;
  msgpack_sbuffer_init(&buf);
  msgpack_packer_init(&pk, &buf, msgpack_sbuffer_write);
  if (value) msgpack_pack_object(&pk, *value);
  if (buf.size > VALUE_BYTES) peer_error(p, MSG_STORED, id, "the value of '%.*s' is longer than %d bytes", (int)n, key, VALUE_BYTES);
  else {
    sqlite3_stmt *q = value ? t->set : t->del;
    query_bind(q, p, key, n);
    if (value) sqlite3_bind_blob(q, 3, buf.data, (int)buf.size, SQLITE_STATIC);
    if (sqlite3_step(q) == SQLITE_DONE) answer_nil(p, id);
    else peer_error(p, MSG_STORED, id, "'%.*s' was not kept in %s: %s", (int)n, key, sqlite3_db_filename(t->db, NULL), sqlite3_errmsg(t->db));
    sqlite3_reset(q);
    sqlite3_clear_bindings(q);
  }
  msgpack_sbuffer_destroy(&buf);
}

void store_answer(Peer *p, uint32_t id, const msgpack_object *m) {
  char op[8], err[PATH_MAX + 128];
  const char *key = NULL;
  size_t n = 0;
  if (!pack_get_line(m, "op", op, sizeof op)) op[0] = 0;
  Store *t = store_open(p->session, err, sizeof err);
  if (!t) {
    peer_error(p, MSG_STORED, id, "%s", err);
    return;
  }
  if (!strcmp(op, "keys")) {
    answer_keys(p, id, t);
    return;
  }
  if (!pack_get_text(m, "key", &key, &n) || n == 0 || n > KEY_BYTES || memchr(key, 0, n))
    peer_error(p, MSG_STORED, id, "a key is a text of 1 to %d bytes", KEY_BYTES);
  else if (!strcmp(op, "get")) answer_get(p, id, t, key, n);
  else if (!strcmp(op, "set")) answer_set(p, id, t, key, n, pack_get(m, "value"));
  else peer_error(p, MSG_STORED, id, "get, set or keys is expected");
}
