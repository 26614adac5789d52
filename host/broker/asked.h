/* Questions of a tape that have no answer yet: from worker and id to a number. */
#ifndef BOURSE_ASKED_H
#define BOURSE_ASKED_H
#include "broker/tape.h"

typedef struct { struct AskedSlot *slots; size_t n, cap; } Asked;      /* zero-initialise */
void asked_put(Asked *a, const TapeEvent *question, uint32_t number);
bool asked_take(Asked *a, const TapeEvent *answer, uint32_t *number);  /* false: nothing was asked */
bool asked_get(const Asked *a, const TapeEvent *answer, uint32_t *number);
void asked_free(Asked *a);
#endif
