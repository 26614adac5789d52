/* Figures of an order: what the venue told is kept as it was told, the rest follows from it and from the fills. Once the fills are all there, average and
 * cost are theirs: a venue rounds what it tells of an order. */
#include "broker/journal_in.h"

#include <stdio.h>
#include <string.h>

typedef struct { int bit; const char *told; char *now; } Figure;

#define AVERAGE_PLACES 18

static bool number(const char *s, Decimal *out) { return s[0] && dec_parse(s, strlen(s), out); }
static bool put(char out[JOURNAL_NUMBER], Decimal d) { return dec_text(d, out, JOURNAL_NUMBER) > 0; }

void progress_of(const JournalOrder *o, Progress *p) {
  const struct { const char *from; char *to; } all[] = {
    { o->filled, p->filled }, { o->remaining, p->remaining }, { o->average, p->average }, { o->cost, p->cost } };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) snprintf(all[i].to, JOURNAL_NUMBER, "%s", all[i].from ? all[i].from : "");
  p->told = (int)o->told;
}

void progress_tell(Progress *p, const JournalChange *c) {
  const Figure all[] = { { JOURNAL_FILLED, c->filled, p->filled }, { JOURNAL_REMAINING, c->remaining, p->remaining },
    { JOURNAL_AVERAGE, c->average, p->average }, { JOURNAL_COST, c->cost, p->cost } };
  Decimal was, now;
  if (c->filled && number(p->filled, &was) && number(c->filled, &now)) {
    if (dec_cmp(now, was) < 0) return;       /* an answer that was overtaken by a newer one, or by fills */
    if (dec_cmp(now, was) > 0) p->told = 0;       /* what was told before belonged to less */
  }
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (all[i].told) {
      snprintf(all[i].now, JOURNAL_NUMBER, "%s", all[i].told);
      p->told |= all[i].bit;
    }
}

/* The average price, as long as it may be. */
static bool average_of(const FillSums *f, char out[JOURNAL_NUMBER]) {
  Decimal q;
  for (int places = AVERAGE_PLACES; places >= 0; places -= 6)
    if (dec_div(f->value, f->amount, places + 1, &q) && dec_to_precision(q, dec_from_int(places), PRECISION_PLACES, DEC_NEAREST, &q)) return put(out, q);
  return false;
}

bool progress_settle(Progress *p, const char *amount, const FillSums *f) {
  Decimal filled, whole;
  if (f->any && (!(p->told & JOURNAL_FILLED) || !number(p->filled, &filled) || dec_cmp(f->amount, filled) > 0)) p->told = 0;
  bool complete = f->any && (!(p->told & JOURNAL_FILLED) || dec_cmp(f->amount, filled) == 0);
  if (complete) p->told &= ~(JOURNAL_AVERAGE | JOURNAL_COST);
  if (!(p->told & JOURNAL_FILLED)) p->filled[0] = 0;
  if (!(p->told & JOURNAL_AVERAGE)) p->average[0] = 0;
  if (!(p->told & JOURNAL_COST)) p->cost[0] = 0;
  if (!(p->told & JOURNAL_REMAINING)) p->remaining[0] = 0;
  if (complete) {
    if (!p->filled[0] && !put(p->filled, f->amount)) return false;
    if (!average_of(f, p->average) || !put(p->cost, f->cost)) return false;
  }
  if (p->remaining[0] || !amount || !number(p->filled, &filled) || !number(amount, &whole)) return true;
  if (dec_cmp(filled, whole) >= 0) whole = filled;
  return dec_sub(whole, filled, &whole) && put(p->remaining, whole);
}

bool journal_fill_sums(Journal *j, int64_t order, FillSums *out) {
  sqlite3_stmt *q = journal_ask(j, "SELECT count(*), dec_sum(amount), dec_sum(dec_mul(price, amount)), dec_sum(cost) FROM fills WHERE order_id=?1", "i", order);
  if (!q) return false;
  Decimal *sums[] = { &out->amount, &out->value, &out->cost };
  bool ok = sqlite3_step(q) == SQLITE_ROW || journal_db_fail(j);
  out->any = ok && sqlite3_column_int64(q, 0) > 0;
  for (int i = 1; ok && i <= 3; i++) {
    const char *s = (const char *)sqlite3_column_text(q, i);
    ok = (s && dec_parse(s, (size_t)sqlite3_column_bytes(q, i), sums[i - 1])) || journal_fail(j, "out of memory");
  }
  sqlite3_reset(q);
  return ok;
}
