/* Sums for the guard. What was realised: every fill against the average cost of what was held then, long or short, one position for each venue, account and
 * symbol. Positions are kept between calls and go on with the fills that are new; one that comes late for its position has all reckoned again. */
#include "broker/journal_columns.h"
#include "broker/journal_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACES 20

typedef struct {
  char *venue, *account, *symbol;
  char base[32], quote[32], settle[32];
  Decimal held, value;          /* below zero: short; what it cost or brought, in quote (inverse: base), never below zero */
  int64_t at_ms;                /* of its last fill */
} Position;

typedef struct { int64_t at_ms; size_t position; Decimal result; } Realised;

struct Results {
  Position *positions; size_t n, room;
  Realised *list; size_t n_list, room_list;
  int64_t last;                 /* fill that was read last */
};

void results_free(Results *r) {
  if (!r) return;
  for (size_t i = 0; i < r->n; i++) {
    free(r->positions[i].venue);
    free(r->positions[i].account);
    free(r->positions[i].symbol);
  }
  free(r->positions);
  free(r->list);
  free(r);
}

static void *grow(void *list, size_t n, size_t *room, size_t size) {
  if (n < *room) return list;
  *room = *room ? 2 * *room : 16;
  return realloc(list, *room * size);
}

static Position *position_of(Results *r, const char *venue, const char *account, const char *symbol) {
  for (size_t i = 0; i < r->n; i++) {
    Position *p = &r->positions[i];
    if (strcmp(p->symbol, symbol) == 0 && strcmp(p->venue, venue) == 0 && strcmp(p->account, account) == 0) return p;
  }
  Position *more = grow(r->positions, r->n, &r->room, sizeof *more);
  if (!more) return NULL;
  r->positions = more;
  Position *p = &more[r->n];
  *p = (Position){ .venue = strdup(venue), .account = strdup(account), .symbol = strdup(symbol), .at_ms = INT64_MIN };
  r->n++;
  journal_symbol(symbol, p->base, p->quote, p->settle);
  return p->venue && p->account && p->symbol ? p : NULL;
}

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

typedef struct { const char *venue, *account, *symbol, *side, *fee_currency; Decimal price, amount, cost, fee; int64_t id, at_ms; } Fill;

/* In quote: what the fill realised. */
static bool reckon(Position *p, const Fill *f, Decimal *result) {
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

static bool decimal_at(sqlite3_stmt *q, int column, Decimal *out) {
  const char *s = (const char *)sqlite3_column_text(q, column);
  *out = dec_from_int(0);
  return !s || dec_parse(s, (size_t)sqlite3_column_bytes(q, column), out);
}

static bool add(Journal *j, Results *r, const Fill *f, bool *late) {
  Decimal result;
  Position *p = position_of(r, f->venue, f->account, f->symbol);
  if (!p) return journal_fail(j, "out of memory");
  if (f->at_ms < p->at_ms) return *late = true;
  p->at_ms = f->at_ms;
  if (!reckon(p, f, &result)) return journal_fail(j, "the result of fill %lld cannot be told: a number of more than 38 digits", (long long)f->id);
  if (dec_is_zero(result)) return true;
  Realised *more = grow(r->list, r->n_list, &r->room_list, sizeof *more);
  if (!more) return journal_fail(j, "out of memory");
  r->list = more;
  more[r->n_list++] = (Realised){ f->at_ms, (size_t)(p - r->positions), result };
  return true;
}

/* Fills that are new since the last call. *late: one belongs before what was reckoned already. */
static bool catch_up(Journal *j, Results *r, bool *late) {
  sqlite3_stmt *q = journal_ask(j, "SELECT id, at_ms, venue, account, symbol, side, fee_currency, price, amount, cost, fee_cost FROM fills"
    " WHERE id>?1 ORDER BY at_ms, id", "i", r->last);
  bool ok = q != NULL;
  int step = SQLITE_DONE;
  *late = false;
  while (ok && !*late && (step = sqlite3_step(q)) == SQLITE_ROW) {
    Fill f = { .id = sqlite3_column_int64(q, 0), .at_ms = sqlite3_column_int64(q, 1) };
    const char **texts[] = { &f.venue, &f.account, &f.symbol, &f.side, &f.fee_currency };
    Decimal *numbers[] = { &f.price, &f.amount, &f.cost, &f.fee };
    for (int i = 0; i < 5; i++) *texts[i] = (const char *)sqlite3_column_text(q, 2 + i);
    for (int i = 0; ok && i < 4; i++) ok = decimal_at(q, 7 + i, numbers[i]) || journal_fail(j, "%s is damaged: fill %lld", j->path, (long long)f.id);
    ok = ok && add(j, r, &f, late);
    if (ok && f.id > r->last) r->last = f.id;
  }
  if (ok && !*late && step != SQLITE_DONE) ok = journal_db_fail(j);
  sqlite3_reset(q);
  return ok;
}

bool results_since(Journal *j, const char *venue, const char *quote, int64_t since_ms, Decimal *out) {
  bool late = true, ok = true;
  for (int turn = 0; ok && late && turn < 2; turn++) {
    if (turn) {
      results_free(j->results);
      j->results = NULL;
    }
    if (!j->results) j->results = calloc(1, sizeof *j->results);
    ok = j->results ? catch_up(j, j->results, &late) : journal_fail(j, "out of memory");
  }
  *out = dec_from_int(0);
  for (size_t i = 0; ok && i < j->results->n_list; i++) {
    const Realised *x = &j->results->list[i];
    const Position *p = &j->results->positions[x->position];
    if (x->at_ms < since_ms || strcmp(p->quote, quote) != 0 || (venue && strcmp(p->venue, venue) != 0)) continue;
    ok = dec_add(*out, x->result, out) || journal_fail(j, "the results of %s have more than 38 digits", quote);
  }
  if (!ok) {      /* half of a fill may be in it */
    results_free(j->results);
    j->results = NULL;
  }
  return ok;
}

bool journal_sums(Journal *j, const JournalSpan *s, JournalSums *out) {
  *out = (JournalSums){ 0 };
  j->err[0] = 0;
  if (j->group) return journal_fail(j, "sums are of what is on disk: not between journal_begin and journal_commit");
  sqlite3_stmt *q = journal_ask(j, "SELECT count(*), dec_sum(CASE WHEN quote_of(symbol)=?3 THEN cost_asked END) FROM orders"
    " WHERE created_ms>=?1 AND (?2 IS NULL OR venue=?2)", "itt", s->since_ms, s->venue, s->quote);
  if (!q) return false;
  bool ok = sqlite3_step(q) == SQLITE_ROW && decimal_at(q, 1, &out->notional);
  if (!ok) journal_db_fail(j);
  out->orders = sqlite3_column_int64(q, 0);
  sqlite3_reset(q);
  return ok && journal_number(j, &out->open, "SELECT count(*) FROM orders WHERE " LIVE " AND (?1 IS NULL OR venue=?1)", "t", s->venue) &&
    journal_number(j, &out->unknown, "SELECT count(*) FROM orders WHERE " LIVE " AND state='unknown'"
      " AND (?1 IS NULL OR venue=?1) AND (?2 IS NULL OR symbol=?2)", "tt", s->venue, s->symbol) &&
    results_since(j, s->venue, s->quote, s->since_ms, &out->realised);
}
