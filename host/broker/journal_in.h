/* Inside of the journal: its handle, its statements, its rows. */
#ifndef BOURSE_JOURNAL_IN_H
#define BOURSE_JOURNAL_IN_H
#include <limits.h>
#include <sqlite3.h>
#include <sys/types.h>

#include "broker/journal.h"

typedef struct JournalLock JournalLock;

struct Journal {
  sqlite3 *db;
  JournalLock *lock;            /* NULL: a reader */
  int64_t form;                 /* of the file */
  bool paper, group;
  char path[PATH_MAX], err[512];
  struct { const char *sql; sqlite3_stmt *q; } kept[64];
  size_t n_kept;
};

/* journal.c */
Journal *journal_open_file(const char *path, char *err, size_t errlen);  /* to read it, wherever it is */
/* Both leave the reason in j->err; false, so that they can be returned. */
bool journal_fail(Journal *j, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool journal_db_fail(Journal *j);                     /* what SQLite says */
bool journal_change(Journal *j);                      /* opens the transaction of a changing call, */
bool journal_settle(Journal *j, bool ok);             /* and ends it: on disk, or nothing was changed. The call's result */
/* The statement of this text (a literal: found again by its address), reset and bound; NULL: why in j->err. Types: i int64_t, z the same with 0 as
 * NULL, t text. A caller that steps it resets it when done, so that no old snapshot is held. */
sqlite3_stmt *journal_ask(Journal *j, const char *sql, const char *types, ...);
bool journal_do(Journal *j, const char *sql, const char *types, ...);                /* ask, and run to its end */
bool journal_number(Journal *j, int64_t *out, const char *sql, const char *types, ...);   /* the first column of its only row; no row: 0 */

/* A row as a struct: its columns in the order of the statement's. */
typedef struct { char kind; size_t at; } JournalColumn;   /* i int64_t, t text, s order state */
typedef struct { const JournalColumn *columns; size_t n, size; const char *by_id; } JournalRow;
void *journal_row(Journal *j, const JournalRow *r, sqlite3_stmt *q);     /* of the row q stands on; NULL: why in j->err */
void *journal_get(Journal *j, const JournalRow *r, int64_t id);          /* NULL: none (j->err empty), or why */
/* Rows by a list of ids that is read first, so that nothing is being read while the caller works with one. */
typedef struct { Journal *j; const JournalRow *row; int64_t *ids; size_t n, at; bool failed; } JournalWalk;
bool journal_walk(JournalWalk *w, Journal *j, const JournalRow *r, sqlite3_stmt *ids);
void *journal_walk_next(JournalWalk *w);              /* malloc'd; NULL: the end, or failed */
bool journal_walk_end(JournalWalk *w);                /* false: failed */
extern const JournalRow journal_order_row, journal_fill_row;

/* journal_lock.c */
JournalLock *journal_lock(const char *path, char *err, size_t errlen);   /* NULL: taken, or cannot be */
void journal_unlock(JournalLock *l);
bool journal_disk_ok(const char *dir, char *err, size_t errlen);         /* false: a network file system, where WAL loses data */

/* journal_schema.c */
bool journal_schema(Journal *j);                      /* it is ours and of this form; made when the file is empty and j writes */
bool journal_keeps_sums(const Journal *j);            /* false: a file of an older form, which is only read */
/* Data of an event, as JSON: of the row of id ?1; a step also has the text ?2. */
extern const char journal_intended_json[], journal_step_json[], journal_fill_json[], journal_run_json[], journal_pair_json[];

/* journal_write.c */
bool journal_hash(const char *before, int64_t at_ms, int64_t order, const char *what, const char *data, char out[65]);
/* An event whose data json_sql gives of id and text. */
bool journal_record(Journal *j, int64_t at_ms, int64_t order, const char *what, const char *json_sql, int64_t id, const char *text);

/* journal_progress.c: figures of an order, by what the venue told and by its fills. */
typedef struct { int told; char filled[JOURNAL_NUMBER], remaining[JOURNAL_NUMBER], average[JOURNAL_NUMBER], cost[JOURNAL_NUMBER]; } Progress;  /* "": unknown */
typedef struct { bool any; Decimal amount, value /* price x amount */, cost; } FillSums;
void progress_of(const JournalOrder *o, Progress *p);
void progress_tell(Progress *p, const JournalChange *c);
/* What is not told, from what is and the fills. False: a number is too long. */
bool progress_settle(Progress *p, const char *amount, const FillSums *fills);
bool journal_fill_sums(Journal *j, int64_t order, FillSums *out);

/* journal_sql.c: dec_sum(x), dec_total(x), dec_add(x, y), dec_mul(x, y). */
bool journal_functions(sqlite3 *db);
void journal_symbol(const char *symbol, char base[32], char quote[32], char settle[32]);   /* "" where there is none */

/* journal_result.c */
#define RESULT_TEXT 512
#define RESULT_COLUMNS "id,side,fee_currency,price,amount,cost,fee_cost"
#define RESULT_N 7
typedef struct {
  char base[32], quote[32], settle[32];
  Decimal held, value;          /* below zero: short; what it cost or brought, in quote (inverse: base), never below zero */
  bool known;                   /* false from a number of more than 38 digits on */
} Position;
typedef struct { int64_t id; const char *side, *fee_currency; Decimal price, amount, cost, fee; } ResultFill;
typedef struct { char held[RESULT_TEXT], value[RESULT_TEXT], result[RESULT_TEXT]; } ResultKept;      /* "": not known */
void position_of(Position *p, const char *symbol);                               /* before its first fill */
void position_fill(Position *p, const ResultFill *f, ResultKept *out);
bool result_row(sqlite3_stmt *q, ResultFill *f);                                 /* of RESULT_COLUMNS; false: damaged */
bool result_same(sqlite3_stmt *q, const ResultKept *k);                          /* as the columns held, value, result that follow them */
/* Of a fill that is new, or was changed, and those after it, with their days; in the transaction that wrote it. */
bool results_of(Journal *j, const JournalFill *f, bool fresh);
bool results_all(Journal *j);                                                    /* of all fills, and all days: none were kept */
bool journal_decimal(sqlite3_stmt *q, int column, Decimal *out);                 /* NULL: 0; false: no number */
#endif
