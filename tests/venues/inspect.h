/* What tests ask of a venue beside its own formats, at /-/: its state, and time and faults at their word. */
#ifndef VENUES_INSPECT_H
#define VENUES_INSPECT_H
#include "faults.h"

/* GET state; POST advance?ms=N (when the world is stopped); POST fault?next=FAULT (or read=, create=, cancel=): aimed at the next one.
 * `desk` and `faults` are NULL where the venue does not trade. */
void inspect_answer(const Venue *v, Desk *desk, Faults *faults, World *world, const Request *q, Now now, Reply *r);
#endif
