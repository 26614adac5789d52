/* What the journal says against what the venues hold: every order there once, in the same state, with the same fills, and the same money. */
#ifndef AGREE_H
#define AGREE_H
#include <stdbool.h>
#include <stddef.h>

typedef struct { const char *id, *url; } AgreeVenue;
typedef struct { char *text; size_t len; int orders, fills, pairs, faults, differences; } Agreement;      /* text: the differences, a line each; free() it */

/* venues_program: bourse-venues, which is asked for /-/state. False: something could not be read, and text says what. */
bool agree(const char *state_dir, const AgreeVenue *venues, size_t n, const char *funds, const char *venues_program, Agreement *out);
#endif
