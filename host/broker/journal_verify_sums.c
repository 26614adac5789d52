/* What the guard asks is kept with the fills and by day: here it is reckoned anew. */
#include "broker/journal_columns.h"
#include "broker/journal_verify_in.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Is it of the market that the walk is in? Kept in `market` otherwise. */
static bool goes_on(char market[600], sqlite3_stmt *q) {
  char now[600];
  snprintf(now, sizeof now, "%.180s\n%.180s\n%.180s", verify_text(q, RESULT_N + 3), verify_text(q, RESULT_N + 4), verify_text(q, RESULT_N + 5));
  if (strcmp(market, now) == 0) return true;
  strcpy(market, now);
  return false;
}

static void check_results(Verify *v) {
  Position p = { .known = false };
  char market[600] = "";
  sqlite3_stmt *q = journal_ask(v->j, "SELECT " RESULT_COLUMNS ",held,value,result,venue,account,symbol FROM fills"
    " ORDER BY venue, account, symbol, at_ms, id", "");
  int step = SQLITE_DONE;
  while (q && (step = sqlite3_step(q)) == SQLITE_ROW) {
    ResultFill f;
    ResultKept now;
    if (!goes_on(market, q)) position_of(&p, verify_text(q, RESULT_N + 5));
    bool read = result_row(q, &f);
    if (read) position_fill(&p, &f, &now);
    if (!read || !result_same(q, &now)) verify_fault(v, "fill %" PRId64 ": what it realised does not follow from it and those before", f.id);
  }
  verify_ended(v, q, step, "results");
}

static void check_days(Verify *v) {
  sqlite3_stmt *q = journal_ask(v->j, "WITH anew AS MATERIALIZED (" DAYS_ANEW ") SELECT day, venue, quote FROM (SELECT * FROM days EXCEPT SELECT * FROM anew)"
    " UNION SELECT day, venue, quote FROM (SELECT * FROM anew EXCEPT SELECT * FROM days)", "");
  int step = SQLITE_DONE;
  while (q && (step = sqlite3_step(q)) == SQLITE_ROW)
    verify_fault(v, "the sums of a day (%" PRId64 ") in %s at %s do not follow from its orders and fills", (int64_t)sqlite3_column_int64(q, 0),
      verify_text(q, 2), verify_text(q, 1));
  verify_ended(v, q, step, "days");
}

void verify_sums(Verify *v) {
  check_results(v);
  check_days(v);
}
