#include "exact.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Decimal sure(bool fits, Decimal d) {
  if (!fits) {
    fputs("bourse-venues: an amount does not fit\n", stderr);
    abort();
  }
  return d;
}

Decimal exact_units(int64_t units, int decimals) { return (Decimal) { units, decimals }; }

Decimal exact_of(const char *text) {
  Decimal d = ZERO;
  bool fits = dec_parse(text, strlen(text), &d);
  return sure(fits, d);
}

Decimal exact_add(Decimal a, Decimal b) {
  Decimal d = ZERO;
  bool fits = dec_add(a, b, &d);
  return sure(fits, d);
}

Decimal exact_sub(Decimal a, Decimal b) { return exact_add(a, dec_neg(b)); }

Decimal exact_mul(Decimal a, Decimal b) {
  Decimal d = ZERO;
  bool fits = dec_mul(dec_strip(a), dec_strip(b), &d);
  return sure(fits, d);
}

static Decimal rounded(Decimal d, int places, enum decimal_round how) {
  Decimal out = ZERO;
  bool fits = dec_to_precision(d, dec_from_int(places), PRECISION_PLACES, how, &out);
  return sure(fits, out);
}

Decimal exact_cut(Decimal d, int places) { return rounded(d, places, DEC_CUT); }

Decimal exact_up(Decimal d, int places) { return rounded(d, places, DEC_UP); }

Decimal exact_quotient(Decimal a, Decimal b, int places) {
  Decimal d = ZERO;
  bool fits = dec_div(a, b, places, &d);
  return sure(fits, d);
}

Decimal exact_min(Decimal a, Decimal b) { return dec_cmp(a, b) < 0 ? a : b; }

int64_t exact_in_units(Decimal d, int decimals) {
  Decimal whole = exact_cut(d, decimals);
  __int128 m = whole.m;
  for (int scale = whole.scale; scale < decimals; scale++) m *= 10;
  sure(m <= INT64_MAX && m >= INT64_MIN, whole);
  return (int64_t)m;
}

bool exact_step(Decimal d, int places) { return dec_strip(d).scale <= places; }

void text_decimal(Text *t, Decimal d) {
  char buf[512];
  text_bytes(t, buf, dec_text(d, buf, sizeof buf));
}

void text_places(Text *t, Decimal d, int places) {
  size_t before = t->len;
  text_decimal(t, exact_cut(d, places));
  const char *point = t->p ? memchr(t->p + before, '.', t->len - before) : NULL;
  int shown = point ? (int)(t->p + t->len - point) - 1 : 0;
  if (!point && places > 0) text_add(t, ".");
  for (; shown < places; shown++) text_add(t, "0");
}
