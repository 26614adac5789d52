/* What a run came to, counted while it goes on: of its results those that compare prices (a pair or symbol with `net` or a verdict), how much was left,
 * how old the books were; and by venue what was asked for, what of the rate budget that took, and what failed. Memory does not grow with the run.
 *
 * seen: a gap before fees; after_fees: `net` is above 0, whatever else speaks against it; executable: the verdict is "opportunity". */
#ifndef BOURSE_CLI_TALLY_H
#define BOURSE_CLI_TALLY_H
#include <msgpack.h>
#include <stdbool.h>
#include <stdint.h>
#include "cli/show.h"

enum { TALLY_PAIRS = 256, TALLY_VENUES = 160, TALLY_VERDICTS = 16, TALLY_CLASSES = 12, TALLY_SAMPLES = 1024 };

typedef struct {
  uint64_t n, every, skip;           /* values seen; one in so many is kept */
  double min, max;
  double *kept; size_t n_kept;       /* TALLY_SAMPLES at most */
} Sample;
typedef struct { char name[48]; uint64_t n; } Count;
typedef struct { uint64_t seen, after_fees, executable; } Found;
typedef struct { char name[72]; uint64_t checks; Found found; Sample net; double worst_age_ms; /* below 0: not told */ } TallyPair;
typedef struct { char id[64]; Found found; uint64_t requests, again, failed; double budget_ms; Count classes[TALLY_CLASSES]; size_t n_classes; } TallyVenue;

typedef struct {
  uint64_t results;
  Count verdicts[TALLY_VERDICTS]; size_t n_verdicts;
  TallyPair *pairs[TALLY_PAIRS]; size_t n_pairs;      /* what comes when the list is full is counted among all only */
  TallyVenue *venues[TALLY_VENUES]; size_t n_venues;
} Tally;

void tally_free(Tally *t);
void tally_report(Tally *t, const msgpack_object *data);
void tally_asked(Tally *t, const char *venue, double budget_ms, bool again);
void tally_failed(Tally *t, const char *venue, const char *class);
void tally_sort(Tally *t);                                    /* pairs and venues with most to show first, then by name */
double sample_quantile(const Sample *s, double q);            /* q 0..1; NAN: there are none */
double tally_budget(const TallyVenue *v, int64_t ms);         /* per cent of what the venue allows in that time */

/* After tally_sort. Tables of pairs and venues for a terminal of so many columns; 0: a line of what failed. */
void tally_text(const Tally *t, int64_t ms, int columns, Text *out);
void tally_json(const Tally *t, int64_t ms, Text *out);       /* {"kind":"summary",...} and a line end */
#endif
