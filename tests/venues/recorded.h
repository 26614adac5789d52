/* What live venues really sent: the recorded replies in a venue's file of vectors, found again by method, path and query. */
#ifndef VENUES_RECORDED_H
#define VENUES_RECORDED_H
#include "venue.h"

typedef struct Recorded Recorded;

/* DIR/<vector>.json of the venue. NULL with a message in err when it cannot be read; a file with nothing recorded is fine. */
Recorded *recorded_load(const char *dir, const Venue *v, char *err, size_t errlen);
void recorded_free(Recorded *r);
int recorded_count(const Recorded *r);
/* The query must be the same as a set. When none is, keys that only say how much is wanted (limit, count, sz, len) and the keys of
 * signatures are passed over. False: nothing like it was recorded. */
bool recorded_answer(const Recorded *r, const Request *q, Reply *reply);
#endif
