/* The rate budget: one bucket for each (venue, account, bucket name), shared by all workers and all processes of this user
 * through a mapped file, and kept over restarts. A bucket is two instants, changed by compare-and-swap: no lock is held,
 * so none can be left behind by a process that dies.
 *   due:    when all that was let through so far would be paid for at the allowed rate (the "virtual schedule" form of a
 *           token bucket). A request may go once due is less than burst x interval ahead.
 *   closed: nothing goes before this instant (429, 418, an exhausted limit header). */
#ifndef BOURSE_BUDGET_H
#define BOURSE_BUDGET_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Budget Budget;
typedef struct Bucket Bucket;
typedef struct { double interval_ms, burst; } BudgetRate;   /* ms that a request of cost 1 takes; how many may go at once */

/* dir: the state folder, or NULL for this process alone. *shared tells whether others see it. NULL: out of memory. */
Budget *budget_open(const char *dir, bool *shared);
void budget_free(Budget *b);
Bucket *budget_bucket(Budget *b, const char *venue, const char *account, const char *name, int64_t now_us);

/* Times are microseconds of the wall clock (they outlive a process). Takes `cost`; gives how long to wait before sending. When that would be longer
 * than max_wait_us nothing is taken and the answer is -1, with the wait in *would_us. Requests go in the order in which they asked. */
int64_t budget_take(Bucket *k, BudgetRate r, double cost, int64_t now_us, int64_t max_wait_us, int64_t *would_us);
void budget_give_back(Bucket *k, BudgetRate r, double cost);                   /* it was not sent after all */
int64_t budget_closed_us(const Bucket *k, int64_t now_us);                     /* 0: open */
/* The venue said stop. retry_after_ms <= 0: it did not say for how long: 1 s, doubling to 60 s while it goes on. Gives the ms closed. */
int64_t budget_shut(Bucket *k, int64_t now_us, int64_t retry_after_ms);
void budget_fine(Bucket *k);                                                   /* an answer that was no refusal */
/* What limit headers of a reply say: `get` gives a header by its lower-case name, or NULL. */
void budget_learn(Bucket *k, BudgetRate r, int64_t now_us, const char *(*get)(const void *reply, const char *name), const void *reply);
/* Retry-After: seconds or an HTTP date, as ms from now; -1 when there is none that makes sense. */
int64_t budget_retry_after(const char *value, int64_t now_us);
#endif
