/* What fills realise: every one against the average cost of what was held then, long or short, one position for each venue, account and symbol. A fill
 * keeps the position after it and its own result, a day their sum; one that is told late has those after it reckoned anew, in its transaction. */
#include "broker/journal_columns.h"
#include "broker/journal_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACES 20

/* value x part / whole. */
static bool share(Decimal value, Decimal part, Decimal whole, Decimal *out) {
  if (dec_cmp(part, whole) == 0) return *out = value, true;
  for (int places = PLACES; places >= 8; places -= 4) {
    Decimal x, v = value;
    if (dec_to_precision(v, dec_from_int(places), PRECISION_PLACES, DEC_NEAREST, &v) && dec_mul(v, part, &x) && dec_div(x, whole, places, out)) return true;
  }
  return false;
}

/* So many more (below zero: fewer) for `worth`, which is not below zero. *gain: what closing brought above what opening cost. */
static bool trade(Position *p, Decimal amount, Decimal worth, Decimal *gain) {
  Decimal held = dec_abs(p->held), size = dec_abs(amount), in, out;
  bool closes = !dec_is_zero(p->held) && (p->held.m < 0) != (amount.m < 0);
  *gain = dec_from_int(0);
  if (!closes) return dec_add(p->held, amount, &p->held) && dec_add(p->value, worth, &p->value);
  Decimal closed = dec_cmp(size, held) < 0 ? size : held;
  if (!share(p->value, closed, held, &in) || !share(worth, closed, size, &out)) return false;
  if (!(p->held.m > 0 ? dec_sub(out, in, gain) : dec_sub(in, out, gain))) return false;
  bool turns = dec_cmp(size, held) > 0;
  return dec_add(p->held, amount, &p->held) && (turns ? dec_sub(worth, out, &p->value) : dec_sub(p->value, in, &p->value));
}

/* In quote: what the fill realised. */
static bool reckon(Position *p, const ResultFill *f, Decimal *result) {
  Decimal amount = strcmp(f->side, "sell") == 0 ? dec_neg(f->amount) : f->amount, worth = dec_abs(f->cost), gain, fee = f->fee;
  bool inverse = p->settle[0] && strcmp(p->settle, p->base) == 0, in_quote = f->fee_currency && strcmp(f->fee_currency, p->quote) == 0;
  bool in_base = !in_quote && f->fee_currency && strcmp(f->fee_currency, p->base) == 0;
  if (inverse && (dec_is_zero(f->price) || !dec_div(worth, dec_abs(f->price), PLACES, &worth))) return false;
  if (!trade(p, amount, worth, result)) return false;
  if (inverse && !dec_mul(dec_neg(*result), f->price, result)) return false;     /* more coins for as much is a gain of who is short */
  if (in_base && !dec_mul(fee, f->price, &fee)) return false;
  if (in_base && !p->settle[0] && !dec_is_zero(fee)) {                           /* a fee in base is sold at this price, and the proceeds are gone */
    if (!trade(p, dec_neg(f->fee), dec_abs(fee), &gain) || !dec_add(*result, gain, result)) return false;
  }
  return !(in_quote || in_base) || dec_sub(*result, fee, result);
}

void position_of(Position *p, const char *symbol) {
  *p = (Position){ .known = true };
  journal_symbol(symbol, p->base, p->quote, p->settle);
}

static bool put(char out[RESULT_TEXT], Decimal d) { return dec_text(d, out, RESULT_TEXT) > 0; }

void position_fill(Position *p, const ResultFill *f, ResultKept *out) {
  Decimal result;
  p->known = p->known && reckon(p, f, &result) && put(out->held, p->held) && put(out->value, p->value) && put(out->result, result);
  if (!p->known) *out = (ResultKept){ "", "", "" };
}

bool journal_decimal(sqlite3_stmt *q, int column, Decimal *out) {
  const char *s = (const char *)sqlite3_column_text(q, column);
  *out = dec_from_int(0);
  return !s || dec_parse(s, (size_t)sqlite3_column_bytes(q, column), out);
}

bool result_row(sqlite3_stmt *q, ResultFill *f) {
  Decimal *numbers[] = { &f->price, &f->amount, &f->cost, &f->fee };
  f->id = sqlite3_column_int64(q, 0);
  f->side = (const char *)sqlite3_column_text(q, 1);
  f->fee_currency = (const char *)sqlite3_column_text(q, 2);
  for (int i = 0; i < 4; i++)
    if (!journal_decimal(q, 3 + i, numbers[i])) return false;
  return f->side != NULL;
}

bool result_same(sqlite3_stmt *q, const ResultKept *k) {
  const char *kept[] = { k->held, k->value, k->result };
  for (int i = 0; i < 3; i++) {
    const char *s = (const char *)sqlite3_column_text(q, RESULT_N + i);
    if (strcmp(s ? s : "", kept[i]) != 0) return false;
  }
  return true;
}

/* ---- kept with the fills ---- */

static const char *known(const char *text) { return text[0] ? text : NULL; }

/* What a day realised changes from `was` to `now`; "": not known, then its whole day is added up. */
static bool day_change(Journal *j, int64_t day, const char *venue, const char *quote, const char *was, const char *now) {
  Decimal x, y;
  char by[RESULT_TEXT];
  int64_t lacks = 0;
  bool told = dec_parse(was, strlen(was), &x) && dec_parse(now, strlen(now), &y) && dec_sub(y, x, &y) && put(by, y);
  if (!journal_do(j, "INSERT INTO days (day, venue, quote, orders, notional, realised) VALUES (?1,?2,?3,0,'0',?4)"
      " ON CONFLICT (day, venue, quote) DO UPDATE SET realised=dec_add(realised, excluded.realised)", "ittt", day, venue, quote, told ? by : NULL) ||
      !journal_number(j, &lacks, "SELECT realised IS NULL FROM days WHERE day=?1 AND venue=?2 AND quote=?3", "itt", day, venue, quote)) return false;
  return !lacks || journal_do(j, "UPDATE days SET realised=(SELECT dec_total(result) FROM fills WHERE at_ms-at_ms%" DAY_TEXT "=?1 AND fills.venue=?2"
    " AND quote_of(symbol)=?3) WHERE day=?1 AND venue=?2 AND quote=?3", "itt", day, venue, quote);
}

/* The position before a fill. */
static bool position_before(Journal *j, Position *p, const JournalFill *f) {
  position_of(p, f->symbol);
  sqlite3_stmt *q = journal_ask(j, "SELECT held, value FROM fills WHERE venue=?1 AND account=?2 AND symbol=?3 AND (at_ms, id)<(?4, ?5)"
    " ORDER BY at_ms DESC, id DESC LIMIT 1", "tttii", f->venue, f->account, f->symbol, f->at_ms, f->id);
  if (!q) return false;
  int step = sqlite3_step(q);
  bool ok = step == SQLITE_ROW || step == SQLITE_DONE || journal_db_fail(j);
  if (step == SQLITE_ROW) {
    p->known = sqlite3_column_type(q, 0) != SQLITE_NULL;
    ok = (journal_decimal(q, 0, &p->held) && journal_decimal(q, 1, &p->value)) || journal_fail(j, "%s is damaged: a position of %s", j->path, f->symbol);
  }
  sqlite3_reset(q);
  return ok;
}

typedef enum { FRESH, CHANGED, ANEW /* days are added up after all */ } Results;

/* From this fill on, as long as something changes. */
static bool results(Journal *j, const JournalFill *f, Results how) {
  Position p;
  if (!position_before(j, &p, f)) return false;
  sqlite3_stmt *q = journal_ask(j, "SELECT " RESULT_COLUMNS ",held,value,result,at_ms FROM fills WHERE venue=?1 AND account=?2 AND symbol=?3"
    " AND (at_ms, id)>=(?4, ?5) ORDER BY at_ms, id", "tttii", f->venue, f->account, f->symbol, f->at_ms, f->id);
  bool ok = q != NULL, goes_on = true;
  int step = SQLITE_DONE;
  while (ok && goes_on && (step = sqlite3_step(q)) == SQLITE_ROW) {
    ResultFill row;
    ResultKept now;
    if (!result_row(q, &row)) ok = journal_fail(j, "%s is damaged: fill %lld", j->path, (long long)row.id);
    else position_fill(&p, &row, &now);
    bool fresh = row.id == f->id && how == FRESH;
    goes_on = ok && (fresh || how == ANEW || !result_same(q, &now));
    if (!goes_on) break;
    const char *text = (const char *)sqlite3_column_text(q, RESULT_N + 2);
    char was[RESULT_TEXT];
    snprintf(was, sizeof was, "%s", fresh ? "0" : text ? text : "");
    int64_t at = sqlite3_column_int64(q, RESULT_N + 3);
    ok = journal_do(j, "UPDATE fills SET held=?2, value=?3, result=?4 WHERE id=?1", "ittt", row.id, known(now.held), known(now.value), known(now.result)) &&
      (how == ANEW || day_change(j, at - at % DAY_MS, f->venue, p.quote, was, now.result));
  }
  if (ok && goes_on && step != SQLITE_DONE) ok = journal_db_fail(j);
  if (q) sqlite3_reset(q);
  return ok;
}

bool results_of(Journal *j, const JournalFill *f, bool fresh) { return results(j, f, fresh ? FRESH : CHANGED); }

bool results_all(Journal *j) {
  JournalWalk w;
  JournalFill *f;
  bool ok = journal_walk(&w, j, &journal_fill_row, journal_ask(j, "SELECT f.id FROM (SELECT DISTINCT venue, account, symbol FROM fills) AS m JOIN fills AS f"
    " ON f.id=(SELECT id FROM fills WHERE venue=m.venue AND account=m.account AND symbol=m.symbol ORDER BY at_ms, id LIMIT 1)", ""));
  for (; ok && (f = journal_walk_next(&w)); free(f)) ok = results(j, f, ANEW);
  return journal_walk_end(&w) && ok && journal_do(j, "INSERT INTO days " DAYS_ANEW, "");
}
