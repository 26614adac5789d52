/* Moments: milliseconds since 1970-01-01 UTC and their text. No time zone of the machine comes in; years 0 to 9999. */
#ifndef BOURSE_INSTANT_H
#define BOURSE_INSTANT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/decimal.h"

#define INSTANT_TEXT 32
bool instant_iso(int64_t ms, char buf[INSTANT_TEXT]);    /* "2024-06-15T12:34:56.789Z"; false out of range */
bool instant_date(int64_t ms, char buf[INSTANT_TEXT]);   /* "2024-06-15" */
/* Date alone or with time; 'T' or a blank between; 1 to 9 digits of a fraction (cut to ms); Z, +02:00, +0200 or nothing (UTC). */
bool instant_parse_iso(const char *s, size_t n, int64_t *ms);
/* Seconds 's', milliseconds 'm', microseconds 'u' or nanoseconds 'n' to ms, rounded down. */
bool instant_from_units(Decimal d, char unit, int64_t *ms);
#endif
