/* Exact decimals: mantissa x 10^-scale. Parsed from wire text, never through a binary float. 38 digits, exponents to
 * DEC_SCALE_MAX either way; what does not fit is reported, never rounded in silence. */
#ifndef BOURSE_DECIMAL_H
#define BOURSE_DECIMAL_H
#include <stdbool.h>
#include <stddef.h>

#define DEC_DIGITS 38
#define DEC_SCALE_MAX 400

typedef struct { __int128 m; int scale; } Decimal;   /* scale may be negative */

enum decimal_round { DEC_CUT /* toward zero */, DEC_NEAREST /* half away from zero */, DEC_UP /* away from zero */ };
enum precision_mode { PRECISION_TICK, PRECISION_PLACES, PRECISION_DIGITS };

bool dec_parse(const char *s, size_t len, Decimal *out);          /* "-1.50e-7", ".5"; false when not a number or too long */
bool dec_from_double(double x, Decimal *out);                     /* shortest text that reads back the same; false: not finite */
Decimal dec_from_int(long long x);
double dec_double(Decimal d);                                     /* correctly rounded; fast path for short ones */
/* Of the usual short text what dec_parse makes of it, or that and dec_double; false: ask them. Up to its end there must be so many bytes to read, whatever
 * they are. */
#define DEC_QUICK_ROOM 17
bool dec_quick(const char *s, size_t len, Decimal *out);
bool dec_quick_double(const char *s, size_t len, double *out);
bool dec_read_double(const char *s, size_t len, double *out);     /* text of any length, correctly rounded; false: no number, or infinite */
/* Plain digits, no exponent, no trailing zeros; a buf of 512 is enough. The length, or 0 (and "") when it does not fit. */
size_t dec_text(Decimal d, char *buf, size_t cap);
bool dec_add(Decimal a, Decimal b, Decimal *out);
bool dec_sub(Decimal a, Decimal b, Decimal *out);
bool dec_mul(Decimal a, Decimal b, Decimal *out);
bool dec_div(Decimal a, Decimal b, int places, Decimal *out);     /* cut to `places` after the point; false on zero */
int dec_cmp(Decimal a, Decimal b);                                /* -1, 0, 1 */
bool dec_is_zero(Decimal d);
Decimal dec_neg(Decimal d);
Decimal dec_abs(Decimal d);
Decimal dec_strip(Decimal d);                                     /* without trailing zeros */
bool dec_count(Decimal d, int *out);                              /* as a whole number; false unless it is one within DEC_SCALE_MAX either way */
/* To the venue's precision: `step` is a tick (TICK, above zero), a count of places (PLACES, may be negative) or of digits
 * (DIGITS, at least 1). False when step is not such a one or the result does not fit. */
bool dec_to_precision(Decimal x, Decimal step, enum precision_mode mode, enum decimal_round round, Decimal *out);
#endif
