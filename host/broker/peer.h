/* A worker as the broker sees it, and the session that holds them: shared by the files that answer its messages. */
#ifndef BOURSE_PEER_H
#define BOURSE_PEER_H
#include "broker/child.h"
#include "broker/hosts.h"
#include "broker/loop.h"
#include "broker/recipe.h"
#include "broker/session.h"
#include "broker/tape.h"
#include "wire/frame.h"
#include "wire/message.h"
#include "wire/pack.h"

typedef struct Session Session;
typedef struct Peer Peer;
typedef struct Sleep Sleep;
typedef struct Request Request;
typedef struct Loaded Loaded;
typedef struct Net Net;                 /* request.c: HTTP engine, budget, keys; made at the first need */
typedef struct Watcher Watcher;         /* source.c */
typedef struct Store Store;             /* store.c */
typedef struct Orders Orders;           /* orders.c */
typedef struct Notify Notify;           /* notify.c */
typedef struct Recorder Recorder;       /* tape_record.c */
typedef struct Play Play;               /* tape_replay.c */
struct Candles;                         /* candles.h */

enum peer_state { PEER_BOOTING, PEER_RUNNING, PEER_LEAVING, PEER_GONE };

struct Peer {
  Session *session;
  const WorkerSpec *spec;
  const char *name;                     /* for messages */
  enum peer_state state;
  Child child;
  int exit_fd;
  FrameReader in;
  FrameWriter out;
  msgpack_zone *zone;
  bool reading, said_end;               /* whether frames are taken now; the reason of its end was told */
  int code;                             /* exit code so far */
  Venues venues;
  Sleep *sleeps; size_t n_sleeps;
  Request *requests; size_t n_requests, request_bytes;
  size_t n_due;                         /* answers of a tape on their way */
  struct Ahead *ahead;                  /* tape_ahead.c; NULL: each of its questions is answered from here */
  Loaded *loaded; size_t n_loaded;
  /* Watchdog: CPU time at the last sign of life, and what it may use until the next. */
  LoopTimer tick, grace;
  LoopTimer soon;                       /* messages to it go out when the loop's turn is over */
  int64_t cpu_mark_us, cpu_seen_us, allowed_ms;
  int quiet_ticks;
  bool loading;                         /* it may be compiling: the load limit holds */
  bool crashed;                         /* it ended at a limit, by a signal, or by an error that nobody caught */
  uint32_t told;                        /* messages to it so far */
  bool queued; Peer *next_turn;         /* turns.c: it waits for its turn */
};

/* What answers the questions of workers: the world (heard.c, source.c, request.c, store.c, order_ask.c, notify.c), or a tape. */
typedef struct { void (*source)(Peer *, uint32_t, const msgpack_object *), (*http)(Peer *, uint32_t, const msgpack_object *),
                      (*store)(Peer *, uint32_t, const msgpack_object *), (*sleep)(Peer *, uint32_t, const msgpack_object *),
                      (*order)(Peer *, uint32_t, const msgpack_object *), (*notify)(Peer *, uint32_t, const msgpack_object *); } Answers;

typedef struct { bool on; Peer *holder, *first, *last; size_t leaving; } Turns;      /* turns.c */
typedef struct { int64_t now_ms; unsigned char random[32]; bool tty; int columns; } Birth;  /* of a worker: what it is given to begin with */

struct Session {
  const SessionSpec *spec;
  Loop *loop;
  Peer *peers; size_t n_peers, left;
  BaseUrl *bases; size_t n_bases;
  int code;
  bool stopping, broken_pipe;
  int signalled;                        /* by which signal; 0: by none */
  int signal_fd;
  LoopTimer end_timer, kill_timer, screen_timer, unplug_timer;
  FrameWriter line;                     /* input_fd: a line that is not whole yet */
  Net *net;
  Watcher *watcher;
  Store *store;
  Orders *orders;
  Peer clerk;                           /* started at the first order (clerk.c); PEER_GONE before and after */
  Notify *notify;
  struct Candles *candles;
  const Answers *answers;               /* who answers workers */
  Recorder *recorder;
  Play *play;
  Turns turns;
  struct { bool set; unsigned char seed[32]; uint64_t n; } chance;     /* of a tape: what session_random is made of */
};

/* An answer or message to the worker: begin, pack one value, end. */
msgpack_packer peer_begin(Peer *p, int type, uint32_t id);
void peer_end(Peer *p);
/* MSG_PART: does nothing that could end a worker or a request, so it may be called from within a transfer. False: too much waits already, nothing was put.
 * bytes NULL: what came so far is forgotten. */
bool peer_part(Peer *p, uint32_t id, const char *bytes, size_t n, size_t expected);
void peer_end_soon(Peer *p);                                /* goes out with others of this turn of the loop: what is many at once wakes a worker once */
void peer_end_with(Peer *p, char *block, size_t n);         /* the payload ends with these bytes of a malloc'd block, which is taken */
void peer_flush(Peer *p);
void peer_boot(Peer *p);
uint32_t peer_number(const Peer *p);                        /* on tapes: its place in the list of workers; TAPE_EXTRA: one of the session's own */
void peer_error(Peer *p, int type, uint32_t id, const char *fmt, ...) __attribute__((format(printf, 4, 5)));   /* {error=text} */
void peer_fail(Peer *p, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));   /* says why, kills it */
void session_say(const Session *s, const char *level, const char *fmt, ...) __attribute__((format(printf, 3, 4)));  /* stderr, one line */
void session_stop(Session *s, const char *reason);
void session_asked(const Session *s, const Venue *v, double cost, bool again);      /* a request goes out */
bool session_random(Session *s, void *out, size_t n);       /* the same on a replay; false: the system has none */
bool peer_start(Peer *p);                                   /* false, said why: it could not be started */
void peer_stop(Peer *p, const char *reason);                /* asks it to end */
void session_left(Session *s);                             /* one of its workers leaves */
void session_end(Session *s);                               /* all work is done: the loop ends */

/* source.c */
void source_answer(Peer *p, uint32_t id, const msgpack_object *m);
const char *source_loaded(const Peer *p, const char *kind, const char *name);   /* the digest of what it was given; NULL: nothing */
void source_watch(Session *s);
void source_forget(Peer *p);
void source_close(Session *s);
#define SOURCE_MAX (4u << 20)            /* bytes of an adapter, a dialect, the registry */
char *source_exchanges(char apart, size_t *len);   /* the ids of all adapters, each with `apart` behind it; malloc'd */
char *source_read_file(const char *path, size_t max, size_t *len, char *err, size_t errlen);   /* a plain file, malloc'd; NULL with errno */
void source_digest(const char *text, size_t n, char hex[65]);
/* Sets v->pin to the digest of pin.h, if what the worker loaded is what lies there now. */
bool source_pin(Venue *v, char *err, size_t errlen);
bool source_names_hosts(const Venue *v, char *err, size_t errlen);   /* the file of its adapter holds every URL that it declared */
/* store.c */
void store_answer(Peer *p, uint32_t id, const msgpack_object *m);
void store_close(Session *s);
/* journal_answer.c */
void journal_answer(Peer *p, uint32_t id, const msgpack_object *m);
/* candles_answer.c */
void candles_answer(Peer *p, uint32_t id, const msgpack_object *m);
/* notify.c */
void notify_answer(Peer *p, uint32_t id, const msgpack_object *m);
void notify_close(Session *s);
/* request.c */
void request_expect(Session *s);                                         /* there will be some */
void request_answer(Peer *p, uint32_t id, const msgpack_object *m);      /* MSG_HTTP */
void request_sign(Peer *p, uint32_t id, const msgpack_object *m);        /* MSG_SIGN */
void request_verify(Peer *p, uint32_t id, const msgpack_object *m);      /* MSG_VERIFY */
void request_forget(Peer *p);                                            /* its requests are of no use any more */
void request_close(Session *s);
bool request_credentials(Session *s, const char *venue, Credentials *out);   /* the user's for a venue; false: none are known */
/* turns.c */
bool turn_take(Peer *p);                                                 /* false: another worker is at work; p is flushed when its turn comes */
void turn_over(Peer *p, int64_t taken);                                  /* it waits, and so many messages are done with */
void turn_leave(Peer *p);                                                /* it is told nothing more */
void turn_gone(Peer *p);                                                 /* and its process is gone */
/* tape_record.c: does nothing unless the session is recorded */
bool record_open(Session *s, const char *path);                          /* false: said why */
void record_told(Peer *p);                                               /* the message that was closed last */
void record_heard(Peer *p, const Frame *f, const msgpack_object *m);
void record_sent(Peer *p, uint32_t request, int tries);
void record_came(Peer *p, uint32_t request, int status, const char *failure, int ms);   /* failure: why nothing came, or NULL */
void record_close(Session *s);
/* tape_replay.c: answers from a tape */
bool play_open(Session *s, Tape *t);                                     /* false: said why. The tape stays the caller's */
bool play_birth(Peer *p, Birth *b);                                      /* false: no tape plays */
const char *play_orders(const Session *s);                               /* where orders go (session.h): also without a tape */
bool play_boot_later(Peer *p);                                           /* peer_boot comes when it did; false: now */
void play_take(Peer *p, uint32_t id, const msgpack_object *m);           /* MSG_TAKE */
/* tape_ahead.c: of workers that go ahead */
void ahead_tell(Peer *p);                                                /* before a message to it: what time it is, and what it needs */
void ahead_idle(Peer *p, const msgpack_object *m);                       /* MSG_IDLE, of any worker */
bool ahead_at(Peer *p, const msgpack_object *m);                         /* MSG_AT */
bool ahead_asked(Peer *p, const msgpack_object *m);                      /* MSG_ASKED */
void ahead_end(Peer *p);
bool backtest_open(Session *s);                                          /* backtest.c: answers from candles, instead */
const msgpack_object *play_task(const Session *s, const char *what);    /* the first task of that name that the clerk was given; NULL: none, or no tape */
void play_forget(Peer *p);
void play_close(Session *s);
/* report.c: a report as one line of JSON, malloc'd with a newline at its end; NULL out of memory. */
char *report_line(const msgpack_object *data, size_t *len);
#endif
