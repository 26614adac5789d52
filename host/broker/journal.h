/* The journal: every order before it is sent, all that was said about it, and every fill. SQLite; one file a mode, DIR/journal.db (live) or
 * DIR/paper.db (paper), 0600. One process writes (a lock beside the file), any number read meanwhile.
 *
 * - What changes something is one transaction, on disk when it returns. False: nothing was changed, journal_error says why, do not send.
 * - Money is decimal text, taken and given as it is ("0.10" stays "0.10"); times are ms; text is UTF-8, NULL where nothing is known.
 * - Nothing of a credential belongs in here: requests and replies come in their redacted form, without headers.
 * - Rows that are given out are malloc'd in one piece with their texts: free() them. Rows in a callback live as long as the call; a
 *   callback may use the journal, and ends the walk by returning false. */
#ifndef BOURSE_JOURNAL_H
#define BOURSE_JOURNAL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "broker/order_state.h"
#include "wire/decimal.h"

#define JOURNAL_NUMBER 128      /* bytes that hold any number of the journal, and its end */

typedef struct Journal Journal;

/* mode: "live" or "paper". A writer makes what is missing. NULL: err says why (in use by process N since .., a network file system, read-only, full,
 * damaged, of another program or a newer one, not there yet). */
Journal *journal_open(const char *dir, const char *mode, bool writer, char *err, size_t errlen);
bool journal_exists(const char *dir, const char *mode);
void journal_close(Journal *j);
const char *journal_error(const Journal *j);         /* of the last call that failed */

/* Several changes that hold together or not at all, on disk when journal_commit returns true. A change that fails in between is undone alone; when
 * the disk fails all are, and every call until the commit says so. */
bool journal_begin(Journal *j);
bool journal_commit(Journal *j);
void journal_abandon(Journal *j);

bool journal_run_begin(Journal *j, const char *script, int64_t now_ms, int64_t *id);
bool journal_run_end(Journal *j, int64_t id, int64_t now_ms);

enum { JOURNAL_FILLED = 1, JOURNAL_REMAINING = 2, JOURNAL_AVERAGE = 4, JOURNAL_COST = 8 };

typedef struct {
  int64_t id, run;
  const char *venue, *account, *symbol, *type, *side;   /* "BTC/USD", "BTC/USDT:USDT"; side "buy" or "sell" */
  const char *amount, *price;      /* as sent; NULL: a market order has no price, one by cost no amount */
  const char *cost_asked;          /* in the quote currency, as the guard judged it: what the day's sums add up */
  const char *params;              /* JSON, or NULL */
  const char *client_id;           /* unlike any other of this venue and account; NULL: the venue takes none */
  int64_t created_ms;
  int64_t pair, leg;               /* 0: of no pair */
  /* From here on: what became of it. journal_intend does not look at these. */
  const char *venue_id;
  enum order_state state;
  const char *filled, *remaining, *average, *cost, *reason;
  int64_t told;                    /* JOURNAL_* bits: figures that stand as the venue told them; the others follow from the fills */
  int64_t updated_ms;
} JournalOrder;

/* Before anything is sent. *id: the order's number from now on. */
bool journal_intend(Journal *j, const JournalOrder *o, int64_t *id);

/* NULL: unchanged. An older figure (filled goes down) is passed over with the other three. `text` is kept with the event: the redacted request, a remark. */
typedef struct { const char *venue_id, *filled, *remaining, *average, *cost, *reason, *text; } JournalChange;
/* A step of order_state.h; one that is not allowed there is refused and recorded nowhere. `change` may be NULL. */
bool journal_mark(Journal *j, int64_t id, enum order_state state, const JournalChange *change, int64_t at_ms);
/* Figures of an order that is over, told later. Its state stays; an older figure is passed over as above. */
bool journal_late(Journal *j, int64_t id, const JournalChange *change, int64_t at_ms);

/* What else happened. what: reply cancel_intended cancel_sent cancel_reply note guard kill reconcile. id 0: about no order. */
bool journal_event(Journal *j, int64_t id, const char *what, const char *data, int64_t at_ms);

typedef struct {
  int64_t id, order;
  const char *trade_id;            /* the venue's; where it has none, one made of what tells the trades apart */
  int64_t at_ms;                   /* by the venue's clock */
  const char *price, *amount;
  const char *cost;                /* in the quote currency; NULL: price x amount (spot only: contracts have a size) */
  const char *fee_cost, *fee_currency;
  const char *venue, *account, *symbol, *side;   /* of the order: not looked at by journal_fill */
} JournalFill;
enum journal_told { JOURNAL_KNOWN, JOURNAL_FRESH, JOURNAL_AMENDED, JOURNAL_DIFFERS };
/* Also for orders that are over. *told (may be NULL): what came of it. One that is known already (same trade of the same order) is no error, and changes
 * nothing but a fee that was not told before (AMENDED). Told with another price, amount, cost or fee (cost and fee: by more than a thousandth), its first
 * figures stand, and an event says it, once for the same figures (DIFFERS). Where the venue told less than the fills add up to, the order's filled,
 * remaining, average and cost follow from its fills; where it told as much, average and cost do, whatever it told of them. The state does not. */
bool journal_fill(Journal *j, const JournalFill *f, int64_t now_ms, enum journal_told *told);

JournalOrder *journal_order(Journal *j, int64_t id);   /* NULL: none of that number (journal_error is empty), or it cannot be read */

enum journal_class { JOURNAL_ALL, JOURNAL_OPEN /* not over; unknown ones too */, JOURNAL_UNKNOWN, JOURNAL_FINAL,
                     JOURNAL_LACKING /* over, and more was filled than its fills add up to; since_ms is when it was changed last */,
                     JOURNAL_OVER /* over, with an id at the venue; since_ms likewise */ };
typedef struct {
  enum journal_class class;
  const char *venue, *symbol;      /* NULL: all */
  int64_t since_ms, run, pair;     /* created then or later; 0: all */
  int64_t limit;                   /* the newest so many; 0: all */
} JournalFilter;
/* Oldest first. False: it cannot be read. */
bool journal_each(Journal *j, const JournalFilter *filter, bool (*each)(void *ctx, const JournalOrder *o), void *ctx);
bool journal_each_fill(Journal *j, int64_t order, int64_t since_ms, bool (*each)(void *ctx, const JournalFill *f), void *ctx);   /* order 0: of all */

typedef struct { int64_t seq, at_ms, order; const char *what, *data, *hash; } JournalEvent;
bool journal_each_event(Journal *j, int64_t order, bool (*each)(void *ctx, const JournalEvent *e), void *ctx);                   /* order 0: all */

/* For the guard. */
typedef struct {
  const char *venue;               /* NULL: all venues */
  const char *symbol;              /* whose unknown orders are counted; NULL: of all */
  const char *quote;               /* currency of notional and realised */
  int64_t since_ms;
} JournalSpan;
typedef struct {
  int64_t orders;                  /* created since, of any quote, however they ended */
  int64_t open, unknown;           /* now: not over (unknown ones too); unknown */
  Decimal notional;                /* cost_asked of those created since with this quote */
  Decimal realised;                /* by fills since (the venue's clock): against the average cost of what was held, long or short, on that venue, account
                                      and symbol by all fills of the journal; less fees in quote or base, not others. Inverse contracts too, in quote */
} JournalSums;
bool journal_sums(Journal *j, const JournalSpan *span, JournalSums *out);

/* Orders that belong together: the legs of an arbitrage. */
typedef struct {
  int64_t id, run;
  const char *state;               /* a word of the caller's; done, reversed, held and failed finish it */
  const char *policy;              /* what happens when a leg fails: reverse, proceed, hold */
  int64_t deadline_ms;
  const char *loss_bound, *data;   /* a number or NULL; JSON or NULL */
  int64_t created_ms, updated_ms;
} JournalPair;
/* id 0: a new one, its number in *id (may be NULL otherwise). Else all but run and created_ms is replaced; a finished one is refused. */
bool journal_pair_put(Journal *j, const JournalPair *p, int64_t *id);
bool journal_pair_again(Journal *j, int64_t id, int64_t now_ms);   /* a finished one is unfinished, `again`: more of its legs became known; others stay */
JournalPair *journal_pair_get(Journal *j, int64_t id);
bool journal_pair_each_unfinished(Journal *j, bool (*each)(void *ctx, const JournalPair *p), void *ctx);

/* Paper money. */
typedef struct { const char *account, *venue, *code, *free, *used; } JournalBalance;
bool journal_balance_set(Journal *j, const JournalBalance *b);
JournalBalance *journal_balance_get(Journal *j, const char *account, const char *venue, const char *code);   /* NULL: none, or it cannot be read */
/* Venue NULL: of all. */
bool journal_balance_each(Journal *j, const char *account, const char *venue, bool (*each)(void *ctx, const JournalBalance *b), void *ctx);

/* Reads a journal file from end to end, also while it is written: the chain of hashes, every order against its events and fills. Reports each fault in a
 * line; true: there is none. */
typedef struct { int64_t runs, orders, fills, events, faults; char head[65]; /* the last event's hash */ } JournalVerdict;
bool journal_verify(const char *path, void (*report)(void *ctx, const char *fault), void *ctx, JournalVerdict *out);
#endif
