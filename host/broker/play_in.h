/* What plays in place of the world, as the files share it that answer from a tape (tape_replay.c) and from candles (backtest.c): answers that come when
 * they are due in the session's time, what scripts store meanwhile, and how a worker is born. */
#ifndef BOURSE_PLAY_IN_H
#define BOURSE_PLAY_IN_H
#include "broker/asked.h"
#include "broker/peer.h"

#define LEAST_US 100                  /* a sleep, a stored value, an answer: time must go on in a script that does nothing else in a loop */
#define ABSENT_US 10000               /* an error that is not on the tape */

typedef struct Due Due;               /* an answer, or a message that answers nothing, on its way */
typedef struct Recorded Recorded;
typedef struct Kept { uint32_t worker; char *key, *value; size_t key_len, value_len; struct Kept *next; } Kept;
typedef struct { uint32_t worker, rank; int64_t at_us; Birth birth; } Born;
typedef struct { char kind[16], name[64], digest[65]; bool told; } File;
typedef struct { const char *what; char *bytes; msgpack_zone *zone; msgpack_object value; } Task;      /* of the clerk */

struct Play {
  Session *session;
  Tape *tape;                                                      /* NULL: candles */
  Recorded *list; size_t n, cap;
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
/* Answers that need no tape. */
void play_sleep(Peer *p, uint32_t id, const msgpack_object *m);
void play_store(Peer *p, uint32_t id, const msgpack_object *m);
void play_notify(Peer *p, uint32_t id, const msgpack_object *m);
#endif
