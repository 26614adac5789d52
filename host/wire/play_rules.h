/* Rules of a replay that both halves go by. */
#ifndef BOURSE_PLAY_RULES_H
#define BOURSE_PLAY_RULES_H
#include <stdint.h>

#define PLAY_NEVER INT64_MIN          /* no answer is on the tape: it was stopped, or cut off, before one came */
#define PLAY_LATER_US 10000000        /* nobody waits longer for an answer that was recorded later on */
#define PLAY_WAITS_MAX 12000          /* answers of one worker on their way */
#define PLAY_LEAST_US 100             /* a sleep, a stored value, an answer: time must go on in a script that does nothing else in a loop */
#define PLAY_RANK (1ull << 62)        /* of what is due at the same time the lower rank comes first: recorded answers have ranks below this */

static inline int64_t play_sleep_us(double ms) {
  double us = ms * 1000;
  return us < PLAY_LEAST_US ? PLAY_LEAST_US : us > 3.2e13 ? (int64_t)3.2e13 : (int64_t)us;
}
#endif
