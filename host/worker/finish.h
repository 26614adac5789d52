/* Completing records: what follows from what the exchange gave, in exact decimals. Nothing is guessed. */
#ifndef BOURSE_FINISH_H
#define BOURSE_FINISH_H
#include "worker/record.h"

void finish_record(Reader *r, Record *rec);
Value fee_make(Reader *r, Value cost, Value currency, Value rate);
/* Oldest first; then `since` and `limit` as the unified API has them. Returns how many are left; they stand in order at the start of list. */
size_t finish_list(Reader *r, Record **list, size_t n);
/* The two of free, used, total that were given make the third. */
void finish_balance(Record *rec);
Value finish_iso(Reader *r, int64_t ms);     /* V_NONE when out of range */
/* a / b to as many digits as any price needs. */
bool finish_divide(Decimal a, Decimal b, Decimal *out);
#endif
