/* Sums for the guard: whole days as they are kept, the part of a day before them by its rows. */
#include "broker/journal_columns.h"
#include "broker/journal_in.h"

#include <string.h>

/* Adds column 0 of the only row of q, NULL where a number is too long. */
static bool add(Journal *j, sqlite3_stmt *q, Decimal *total) {
  Decimal x;
  if (!q) return false;
  bool ok = sqlite3_step(q) == SQLITE_ROW || journal_db_fail(j);
  ok = ok && (sqlite3_column_type(q, 0) != SQLITE_NULL || journal_fail(j, "a sum of the journal cannot be told: a number of more than 38 digits"));
  ok = ok && (journal_decimal(q, 0, &x) || journal_fail(j, "%s is damaged: no number", j->path)) &&
    (dec_add(*total, x, total) || journal_fail(j, "a sum of the journal has more than 38 digits"));
  sqlite3_reset(q);
  return ok;
}

#define AT_VENUE " AND (?2 IS NULL OR venue=?2)"
#define IN_QUOTE " AND quote_of(symbol)=?3"

/* The part of a day from `since` to `end`. */
static bool of_rows(Journal *j, const JournalSpan *s, int64_t end, JournalSums *out) {
  return journal_number(j, &out->orders, "SELECT count(*) FROM orders WHERE created_ms>=?1 AND created_ms<?3" AT_VENUE, "iti", s->since_ms, s->venue, end) &&
    add(j, journal_ask(j, "SELECT dec_total(cost_asked) FROM orders WHERE created_ms>=?1 AND created_ms<?4" AT_VENUE IN_QUOTE, "itti", s->since_ms, s->venue,
        s->quote, end), &out->notional) &&
    add(j, journal_ask(j, "SELECT dec_total(result) FROM fills WHERE at_ms>=?1 AND at_ms<?4" AT_VENUE IN_QUOTE, "itti", s->since_ms, s->venue, s->quote, end),
        &out->realised);
}

static bool of_days(Journal *j, const JournalSpan *s, int64_t day, JournalSums *out) {
  int64_t orders;
  if (!journal_number(j, &orders, "SELECT sum(orders) FROM days WHERE day>=?1" AT_VENUE, "it", day, s->venue)) return false;
  out->orders += orders;
  return add(j, journal_ask(j, "SELECT dec_total(notional) FROM days WHERE day>=?1 AND quote=?3" AT_VENUE, "itt", day, s->venue, s->quote), &out->notional) &&
    add(j, journal_ask(j, "SELECT dec_total(realised) FROM days WHERE day>=?1 AND quote=?3" AT_VENUE, "itt", day, s->venue, s->quote), &out->realised);
}

bool journal_sums(Journal *j, const JournalSpan *s, JournalSums *out) {
  *out = (JournalSums){ 0 };
  j->err[0] = 0;
  if (j->group) return journal_fail(j, "sums are of what is on disk: not between journal_begin and journal_commit");
  if (!journal_keeps_sums(j)) return journal_fail(j, "%s was written by an older version of this program, and by none since", j->path);
  int64_t part = s->since_ms % DAY_MS, day = part > 0 ? s->since_ms - part + DAY_MS : s->since_ms;
  return (part <= 0 || of_rows(j, s, day, out)) && of_days(j, s, day, out) &&
    journal_number(j, &out->open, "SELECT count(*) FROM orders WHERE " LIVE " AND (?1 IS NULL OR venue=?1)", "t", s->venue) &&
    journal_number(j, &out->unknown, "SELECT count(*) FROM orders WHERE " LIVE " AND state='unknown'"
      " AND (?1 IS NULL OR venue=?1) AND (?2 IS NULL OR symbol=?2)", "tt", s->venue, s->symbol);
}
