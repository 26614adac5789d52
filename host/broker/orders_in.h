/* What the files of orders share. */
#ifndef BOURSE_ORDERS_IN_H
#define BOURSE_ORDERS_IN_H
#include "broker/guard.h"
#include "broker/journal.h"
#include "broker/order_bound.h"
#include "broker/orders.h"

#define PAPER_ACCOUNT "paper"

enum orders_state { ORDERS_STARTING, ORDERS_READY, ORDERS_BROKEN, ORDERS_KILLED };

typedef struct Ask Ask;        /* a strategy's question, until it is answered */
typedef struct Watch Watch;    /* an order of the journal that is not settled yet */
typedef struct Books Books;    /* what was seen of books (order_book.c) */
typedef struct Pair Pair;      /* two orders that belong together (order_pair.c) */
typedef struct Late Late;      /* a market where orders were over lately (order_late.c) */
typedef struct Rest Rest;      /* an order on paper that is open (order_paper.c) */

struct Orders {
  Session *session;
  Clerk *clerk;
  Journal *journal;
  GuardLimits limits;
  bool paper;
  enum orders_state state;
  char why[400];                  /* BROKEN, KILLED */
  int64_t run;
  Ask *asks;                      /* all that are under way; those that came before READY wait */
  Watch *watches; size_t n_watches;
  Pair *pairs;
  Books *books;
  Late *lates; int64_t last_late;
  Rest *rests; msgpack_sbuffer paper_config;     /* of bourse.lua; empty: nothing */
  LoopTimer tick, end;
  int64_t clock_base_ms;          /* this machine's clock less its steady one, when that was looked at last */
  bool finishing, said_stand, lingers, run_ended; size_t standing;
  int starting;                   /* tasks that must end before READY */
  char *config; size_t config_len; char config_path[512];
};

struct Ask {
  Orders *orders;
  Peer *peer;                     /* NULL: it is gone, nobody waits */
  uint32_t id;
  char op[48], venue[64];
  msgpack_sbuffer args, params, options;     /* as they came; empty: absent */
  bool begun;
  int64_t order;                  /* of the journal, once it is intended */
  bool sent, replied; int status; /* of its request */
  BoundMarket market;             /* what its request must say of it */
  bool unfit;                     /* it was not sent: it does not say the order's figures */
  bool orphan;                    /* its worker died: it does not go out any more, and is cancelled when it did */
  bool held;                      /* it was not sent: an orphan, or by the kill switch */
  bool own_id;                    /* the client's id is the strategy's */
  bool taken;                     /* the exchange has it: only how it stands is waited for */
  int tries;
  int64_t cancels;                /* cancel: the order of the journal, 0 when it has none */
  bool cancelled; size_t seeing;  /* cancel: the exchange did it; looks that tell how these orders stand */
  msgpack_sbuffer told;           /* cancel: its answer, until then */
  char target[128], symbol[96];   /* cancel: id at the venue, market */
  LoopTimer timer;
  Pair *pair; int leg;            /* of a pair: it is told, and no worker; leg 1, 2, and 3 for what sets it right */
  Ask *prev, *next;
};

/* An order that is looked at until it is settled: one that is unknown soon and often, one that rests now and then. */
struct Watch {
  Orders *orders;
  int64_t order;
  Peer *owner;                    /* whose worker made it, NULL when that ended or it is from a run before */
  Ask *ask;                       /* who waits for the outcome, or NULL */
  int looks, misses;
  bool looking, of_start, cancelling;
  bool again;                     /* something happened while it was looked at: what that look tells may be from before */
  int64_t due_us, since_us;
  Watch *next;
};

/* orders.c */
void orders_break(Orders *o, const char *format, ...) __attribute__((format(printf, 2, 3)));
void orders_tick(void *ctx);                                                           /* timers of Orders */
void orders_end_time(void *ctx);
void orders_tick_later(Orders *o);                                                     /* in the session's time while there is a pair */
bool orders_kill_asked(char *why, size_t size);                                        /* is there a kill file? */

/* orders_start.c */
Orders *orders_get(Session *s);                                                        /* begins it, once for a session */
void orders_started(Orders *o);                                                        /* one of `starting` is done */

/* order_ask.c */
void ask_go(Ask *a);
void ask_free(Ask *a);
bool ask_reads(const Ask *a);                                                          /* it only looks at the account */
void ask_value(Ask *a, const msgpack_object *value);                                   /* answers and ends it; value NULL: nil */
void ask_error(Ask *a, const char *class, const char *code, const char *message);      /* the same */
void ask_error_of(Ask *a, const msgpack_object *error, const char *otherwise);         /* with the clerk's error, or the text */
bool ask_by_hand(const Ask *a);                                                        /* of call or the shell, not of a script */
void guard_refuses(Ask *a, enum guard_limit limit, const char *why);                   /* ends it; the journal says it, too */
void ask_held(Ask *a, const char *why);                                                /* the same */
bool orders_hold(Ask *a, char *why, size_t size);                                      /* may it not go out any more? why: "not sent: .." */
void pack_raw(msgpack_packer *pk, const char *key, const msgpack_sbuffer *b);          /* a value that came packed; nil when empty */
bool keep_raw(const msgpack_object *m, const char *key, msgpack_sbuffer *out);         /* packs it, for pack_raw; false: out of memory */
bool text_of(const msgpack_object *map, const char *key, char *buf, size_t cap);       /* text, or a number's digits */
/* Of the broker's own, for a leg of a pair; fill args, then ask_go. */
Ask *ask_inside(Orders *o, const char *op, const char *venue, Pair *pair, int leg);

/* order_create.c */
void create_begin(Ask *a);

/* order_lookup.c */
Watch *watch_add(Orders *o, int64_t order, Peer *owner, Ask *ask, int64_t in_ms);      /* one for each order */
void watch_tick(Orders *o);
bool watch_unsettled(const Orders *o);                                                 /* an unknown one, or one that is being cancelled */
/* What the venue says of it, into the journal; order may be NULL. Also of one that is over: then it was told late, and its pair goes on. */
void order_told(Orders *o, int64_t id, const msgpack_object *order, const msgpack_object *fills);
void ask_placed(Ask *a, const msgpack_object *order);                                  /* answers with the order: the reply, and what the journal knows */
enum order_state told_state(const msgpack_object *order, enum order_state now);        /* by its status; now: where it tells none */
void fill_told(Orders *o, int64_t order, bool spot, const msgpack_object *list, size_t nth);    /* a trade of an order, into the journal */

/* order_paper.c */
void paper_changes(Orders *o, const msgpack_object *changes);                          /* of the account, into the journal */
void paper_placed(Ask *a, const msgpack_object *changes);
size_t paper_cancel_open(Orders *o);                                                   /* all that is open */
size_t paper_peer_gone(Orders *o, const Peer *p, bool cancels);                        /* how many are cancelled */
void paper_hold(const Ask *a, const char *why);                                        /* one that the clerk is about to place is not */
void paper_free(Orders *o);

/* order_late.c */
void late_over(Orders *o, const JournalOrder *j);                                      /* it has just ended */
bool late_start(Orders *o);                                                            /* markets that are looked at before READY. False: journal_error */
bool late_some(Journal *j);                                                            /* is there one? */
void late_tick(Orders *o);
bool late_waits(const Orders *o);                                                      /* one was not looked at since an order ended there */
void lates_free(Orders *o);

/* order_pair.c */
void pair_begin(Ask *a);
void pair_leg_told(Pair *p, int leg, const char *error);                               /* the order of a leg was placed, or why not */
void pairs_tick(Orders *o);
void pairs_resume(Orders *o);                                                          /* those that an earlier run left unfinished */
void pair_again(Orders *o, int64_t id);                                                /* a leg was filled more than it knew */
void pairs_peer_gone(Orders *o, const Peer *p, bool cancels);                          /* nobody waits; cancels: the time is up */
void pairs_free(Orders *o);
int64_t pair_id(const Pair *p);

/* order_other.c */
void cancel_begin(Ask *a);
void cancel_seen(Ask *a);                                                              /* one of its orders was looked at since it was cancelled */
void other_begin(Ask *a);
void limits_begin(Ask *a);
#endif
