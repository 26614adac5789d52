/* What plays in place of the world, as the files share it that answer from a tape (tape_replay.c) and from candles (backtest.c): answers that come when
 * they are due in the session's time, what scripts store meanwhile, and how a worker is born. */
#ifndef BOURSE_PLAY_IN_H
#define BOURSE_PLAY_IN_H
#include "broker/asked.h"
#include "broker/peer.h"
#include "wire/play_rules.h"

#define ABSENT_US 10000               /* an error that is not on the tape */

typedef struct Due Due;               /* an answer, or a message that answers nothing, on its way */
typedef struct Ahead Ahead;
typedef struct {
  uint64_t key;                       /* of worker, kind and question */
  int64_t asked_us, at_us;            /* at_us: of the answer, or PLAY_NEVER */
  uint64_t place;                     /* of the answer */
  uint32_t rank;                      /* of the answer among all events */
  uint32_t taken;                     /* in the first of equal ones: how many are used up (any: which was the newest) */
  uint32_t nth;                       /* question of the tape */
  uint32_t worker, len;               /* len: of the answer, in bytes */
  uint8_t what;                       /* the message that asks */
} Recorded;
typedef struct Kept { uint32_t worker; char *key, *value; size_t key_len, value_len; struct Kept *next; } Kept;
typedef struct { uint32_t worker, rank; int64_t at_us; Birth birth; } Born;
typedef struct { char kind[16], name[64], digest[65]; bool told; } File;
typedef struct { const char *what; char *bytes; msgpack_zone *zone; msgpack_object value; } Task;      /* of the clerk */

struct Play {
  Session *session;
  Tape *tape;                                                      /* NULL: candles */
  Recorded *list; size_t n, cap;
  uint32_t *order;                                                 /* the list as it was asked */
  bool ahead;                                                      /* workers go ahead */
  Born *born; size_t n_born;
  Asked open, loading;                                             /* while the tape is looked through: by their places in the list, and in files */
  File *files; size_t n_files;
  Due *due;
  Kept *kept;                                                      /* what scripts stored in this replay */
  bool any;                                                        /* of a backtest: replies are what the venue said then, whoever asked and however often */
  int64_t scripts;                                                 /* of the tape: workers from 0 on that ran one */
  bool cut;                                                        /* out of a longer tape */
  bool as_recorded;                                                /* scripts and files are those of the tape, and it is a whole run: so orders are, too */
  char orders[8];                                                  /* where they went then */
  Task tasks[2];                                                   /* its first ones of these names: "boot", "config" */
  LoopTimer end;
  int64_t end_us;
  msgpack_zone *zone;
};

Play *play_new(Session *s, Tape *t);                               /* becomes that of the session */
void play_born(Play *y, const Born *b);
void play_begin(Play *y, const Answers *answers);                  /* they answer from now on, one worker at a time, until y->end_us */
bool play_crowded(Peer *p);                                        /* too many of its answers are on their way: it was ended */
/* An answer that is due some time from now: a payload of n fields is begun, filled, and sent on its way. */
msgpack_packer play_made(msgpack_sbuffer *b, size_t n);
void play_send(Play *y, Peer *p, uint32_t id, uint8_t what, msgpack_sbuffer *b, int64_t in_us);
void play_fail(Play *y, Peer *p, uint32_t id, uint8_t what, const char *class, const char *message);
bool play_unpacked(Play *y, const TapeEvent *e, msgpack_object *m);
/* tape_ahead.c. Of a worker that goes ahead: what it said of itself; false, NULL: it is no such one, or said what cannot be. */
bool ahead_fits(const Play *y, uint32_t worker);                   /* what the tape has for it may be sent along */
void ahead_begin(Peer *p);
const Recorded *ahead_take(Peer *p, const msgpack_object *m);      /* an answer that it had been sent and has no more */
/* Answers that need no tape. */
void play_sleep(Peer *p, uint32_t id, const msgpack_object *m);
void play_store(Peer *p, uint32_t id, const msgpack_object *m);
void play_notify(Peer *p, uint32_t id, const msgpack_object *m);
#endif
