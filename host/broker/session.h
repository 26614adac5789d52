/* One run of the program: a broker loop with one worker or more. Every verb of the command line is a session. */
#ifndef BOURSE_SESSION_H
#define BOURSE_SESSION_H
#include <msgpack.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NOTIFY_MAX 8

typedef struct { uint64_t memory; uint32_t cpu_ms, callback_ms; } Limits;   /* bytes a state's heap; CPU ms: whole compile or load; one callback */

typedef struct {
  const char *role;                 /* "run" (user strategy) or "verb" (host Lua: host/lua/verbs/<name>.lua) */
  const char *name;                 /* script path for messages, or the verb */
  const char *source; size_t source_len;   /* strategy text (role run) */
  const msgpack_sbuffer *args;      /* one MessagePack map: options and positional arguments for the script */
} WorkerSpec;

typedef struct SessionSpec {
  const WorkerSpec *workers; size_t n_workers;
  Limits limits;
  const char *const *base_urls;     /* "id=http://127.0.0.1:1234" ..., NULL-terminated; loopback only */
  const char *cacert;               /* PEM file of extra roots, or NULL */
  int timeout_ms;                   /* of one request; 10000 */
  int64_t markets_age_ms;           /* market lists of the disk that are not older are taken; 0: always asked for */
  bool markets_age_given;           /* by the user: then also for base URLs */
  int64_t for_ms;                   /* stop workers after this long; 0: until they end */
  const char *const *files;         /* paths that a verb may read through MSG_SOURCE kind "file", NULL-terminated */
  const char *orders;               /* where orders go: "paper", "live", or NULL: nowhere, what trades is refused */
  const char *config;               /* the user's bourse.lua, or NULL: the usual places (orders.h) */
  bool live, quiet, frozen_clock, watch_files;
  bool network;                     /* requests are sure to come: libcurl is loaded beside the worker's start, not when it names an exchange */
  int rights;                       /* bit set of RIGHT_*: granted in this run */
  bool shows_requests;              /* --dry-run: requests of any right are signed for show. What is sent keeps to `rights` */
  /* What comes out. Called in the loop; return false to stop the session. NULL: the default (stdout, stderr, one line a report). */
  void *ctx;
  bool (*on_out)(void *ctx, const char *text, size_t len);
  bool (*on_report)(void *ctx, const char *worker, const msgpack_object *data);
  void (*on_books)(void *ctx, const msgpack_object *data, const msgpack_object *books);   /* before on_report, of a result that came with order books */
  bool (*on_log)(void *ctx, const char *level, const char *text, size_t len);
  void (*on_tick)(void *ctx, int64_t now_ms);        /* when it begins, about ten times a second, and at its end, for screens; now_ms: a time that only
                                                        goes forward, the tape's when one plays */
  void (*on_asked)(void *ctx, const char *venue, double budget_ms, bool again);      /* a request went out, as a further try or not; budget_ms: what it takes
                                                                                        of the rate that the venue allows (costs nothing for a base URL) */
  void (*on_failed)(void *ctx, const char *venue, const char *class);                /* a call of a strategy ended in an error */
  struct Keys *(*open_keys)(void *ctx);              /* the key store (keys.h), asked for once, at the first signed request; the session
                                                        closes it. NULL: keys of the environment only */
  bool unlimited;                   /* no rate budget, for venues with a base URL (benchmarks, tests); never for others */
  const char *const *notify;        /* addresses that notify() of strategies posts to, NULL-terminated, NOTIFY_MAX at most; NULL: none */
  const char *record;               /* the file of a tape to make of this run; NULL: none */
  struct Tape *replay;              /* answers come from this tape, nothing from the network; NULL: the world answers */
  const struct Backtest *backtest;  /* a venue made of candles answers, in their time (backtest.h); NULL: no */
  const msgpack_sbuffer *paper;     /* packed: the account on paper and how it fills, in place of `paper` of the user's config (lua/paper.lua); or NULL */
  void (*on_mark)(void *ctx, int64_t at_ms, const char *venue, const char *base, const char *quote, double price);   /* what the account on paper saw */
  double speed;                     /* of a replay: of the tape's time to the real one; 0: as fast as it goes */
  bool replay_files;                /* adapters as they are on the tape, too, not those of this machine */
  bool *broken_off;                 /* set: did a signal end it? NULL: nobody asks */
  const char *candles;              /* the file of candles that the verb fetch works on (candles.h), or NULL */
  bool candles_write;
  int input_fd;                     /* lines from here go to the worker as MSG_LINE; -1: none */
} SessionSpec;
enum { RIGHT_PUBLIC = 1, RIGHT_READ = 2, RIGHT_TRADE = 4, RIGHT_WITHDRAW = 8 };

/* Runs until every worker is done, a limit, a signal or for_ms. Returns the exit code of DESIGN 7: 0 done, 1 failed, 2 usage, 3 sandbox
 * limit, 4 refused by the guard, 5 network or exchange (the worst of its workers). When nothing went wrong but a signal ended it, SIGNAL_ENDED and the signal;
 * not where the caller asks for broken_off. Prints one line on stderr for what went wrong. */
#define SIGNAL_ENDED 128
int session_run(const SessionSpec *spec);

/* Where files are: exchanges/, registry.lua, scripts/ of the installation (--home, $BOURSE_HOME, beside the program, the prefix), and the state
 * folder ($BOURSE_STATE, $XDG_STATE_HOME/bourse, ~/.local/state/bourse; 0700) for nonces, budgets, keys, stores. */
const char *paths_home(void);
void paths_set_home(const char *dir);
const char *paths_state(void);                     /* NULL when it cannot be made: said on stderr once */
bool paths_borrow_state(void);                     /* from now on it is a new, empty folder, until it is dropped with all that is in it */
void paths_drop_state(void);
#endif
