/* Arithmetic of money that is exact and cannot fail: orders are bounded as they come in (matching.c), so that every sum and product of
 * theirs fits into a Decimal. One that does not is a bug of ours, and ends the program. */
#ifndef VENUES_EXACT_H
#define VENUES_EXACT_H
#include "text.h"
#include "wire/decimal.h"

#define ZERO ((Decimal) { 0, 0 })

Decimal exact_units(int64_t units, int decimals); /* 123456, 2 -> 1234.56 */
int64_t exact_in_units(Decimal d, int decimals);  /* ... and back; what is finer is cut off */
Decimal exact_of(const char *text);               /* of a constant */
Decimal exact_add(Decimal a, Decimal b);
Decimal exact_sub(Decimal a, Decimal b);
Decimal exact_mul(Decimal a, Decimal b);
Decimal exact_cut(Decimal d, int places);                 /* toward zero */
Decimal exact_up(Decimal d, int places);                  /* away from zero */
Decimal exact_quotient(Decimal a, Decimal b, int places); /* cut; b is not zero */
Decimal exact_min(Decimal a, Decimal b);
bool exact_step(Decimal d, int places);           /* no more digits after the point than that */
void text_decimal(Text *t, Decimal d);            /* as short as it goes */
void text_places(Text *t, Decimal d, int places); /* cut or filled up to that many places */
#endif
