/* Inside of journal_verify. */
#ifndef BOURSE_JOURNAL_VERIFY_IN_H
#define BOURSE_JOURNAL_VERIFY_IN_H
#include "broker/journal_in.h"

typedef struct {
  Journal *j;
  void (*report)(void *ctx, const char *fault);
  void *ctx;
  JournalVerdict *out;
} Verify;

/* journal_verify.c */
void verify_fault(Verify *v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void verify_ended(Verify *v, sqlite3_stmt *q, int step, const char *reading);    /* a walk over q: what stopped it, when that is not its end */
const char *verify_text(sqlite3_stmt *q, int column);                            /* NULL: "" */

/* journal_verify_orders.c, journal_verify_sums.c */
void verify_orders(Verify *v);
void verify_sums(Verify *v);
#endif
