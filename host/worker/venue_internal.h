/* What the files about venues share: venue.c (calls), adapter_lib.c (what adapters and their host Lua may call), conform_lib.c. */
#ifndef BOURSE_VENUE_INTERNAL_H
#define BOURSE_VENUE_INTERNAL_H
#include <lua.h>
#include <msgpack.h>
#include <stdbool.h>
#include <stddef.h>

#include "wire/decimal.h"
#include "worker/market.h"
#include "worker/plan.h"
#include "worker/worker.h"

#define VENUE_REPLY 5                  /* values of a reply, as venue_push_reply leaves them */
#define REPEATS 64

typedef struct Call Call;
typedef struct Repeat Repeat;
typedef struct Early Early;
struct JsonStream;
typedef struct { char bytes[160]; size_t len; } RepeatKey;   /* a method and its arguments (venue_repeat.c) */

typedef struct Venue {
  Worker *worker;
  char id[64], asked[64];              /* asked: the id of the registry that led here */
  enum { VENUE_OPENING, VENUE_READY, VENUE_FAILED } state;
  bool renamed;                        /* asked for by an old id of the registry */
  bool told_closed;                    /* the registry was asked whether the venue is closed */
  lua_State *L;                        /* the adapter's */
  int call_ref, again_ref, error_ref;  /* in L: endpoint.call, endpoint.again, endpoint.error_of */
  int object_ref, info_ref;            /* the venue object, its description */
  int symbol_of_ref, maps_ref;
  double taker, maker;
  enum precision_mode precision;
  MarketStore *markets;
  int calls;                           /* under way */
  int version;                         /* rises when a saved adapter takes the place of the one before */
  struct Venue *pending;               /* the newest save of its file, while that one loads */
  struct Venue *retired;               /* next in the list of those that were replaced and may still have calls */
  Call *idle; int n_idle;              /* calls that have ended, for their coroutines */
  Call *parked;                        /* calls that wait for the market list */
  bool unpark;
  Early *early;                        /* a list that is read while its reply comes (venue_early.c), or NULL */
  Repeat *repeats[REPEATS];            /* requests that can be sent again as they are, by the hash of their keys */
  /* conform: requests are signed and kept instead of sent, replies come from a list */
  bool scripted;
  int64_t clock_ms;                    /* the vectors' frozen time; 0: the real one */
  int conform_ref;                     /* in L: { credentials, clock_ms, replies, sent, repeat } */
} Venue;

struct Call {
  Venue *venue;
  Waiter waiter;                       /* in the script's state */
  lua_State *co; int co_ref;           /* the adapter's coroutine */
  Venue *replaces;                     /* opening a saved adapter: nobody waits */
  bool opening, whole_text, dry_run, ended;
  bool optional;                       /* the script can do without: that it takes a key is no failure of the run */
  unsigned sent;                       /* requests so far */
  int64_t order; char act[12];         /* of the clerk: what its requests are for, as MSG_HTTP tells it; act is "" for others */
  uint32_t number;                     /* for a recording; 0: there is none */
  RepeatKey key;                       /* length 0: the call is one that is not repeated */
  char *fields; size_t fields_len, n_fields;   /* of its request, when the next one may send the same */
  bool again;                          /* it sends what was sent before: its coroutine has not begun */
  Call *next;
};

int64_t venue_now(const Venue *v);
int venue_push_symbols(lua_State *L, const Venue *v);        /* a list, sorted; 1 value */
void venue_context(ReadContext *rc, Venue *v);               /* what every read of the venue has in common */
Venue *venue_at(lua_State *L, int idx);                     /* of a handle; raises */
void venue_opened(Call *c, int nresults);
void venue_tell_closed(Venue *v);                            /* once, beside the work: after its first request, which does not wait for the registry */
bool venue_read(Venue *v, lua_State *to, lua_State *L, int first, char *err, size_t errlen);
void venue_push_reply(lua_State *co, int64_t status, const char *body, size_t len, int64_t received_ms, bool whole_text,
                      char *block);     /* malloc'd, in which the body lies with a byte to spare: taken. NULL: the body is copied */
bool venue_pack_request(Call *c, int idx, msgpack_sbuffer *out, char *err, size_t errlen);   /* MSG_HTTP of the request table at idx of c->co */
bool venue_scripted_reply(Venue *v, lua_State *co, const msgpack_object *signed_request, bool whole_text);
void venue_dry_run_done(Call *c, const msgpack_object *signed_request);
/* venue.c */
void venue_wake_with(Waiter waiter, Venue *v, int n, bool raise);
void venue_wake_dressed(Worker *w, Waiter waiter, bool raise);        /* with the one value on top; an error gets its metatable */
int venue_lib_dress(lua_State *L);
void venue_push_error(lua_State *to, const char *class, const char *venue, const char *text);
int venue_raise(lua_State *L, const Venue *v, const char *text);      /* a BadResponse: of a reply that came before */
void call_free(Call *c);

/* venue_early.c */
void early_begin(Call *c, const Plan *p);                    /* c asks for a list to be read by p; of a venue one at a time is read early */
void early_part(Worker *w, void *call, struct JsonStream *parts);
void early_end(Call *c);                                     /* c has ended */
/* Puts the list into the store as plan_run_markets and plan_run_currencies do, from what was read early where that is the same. */
bool early_store(Venue *v, const Plan *p, ReadContext *c, JsonDoc *doc, uint32_t node, bool currencies);

/* venue_open.c */
void venue_retire(Venue *v);
void venue_sweep(void);

/* venue.c */
void call_fail_text(Call *c, const char *class, const char *text);
void call_step(Call *c, int nargs);
Call *call_new(Venue *v, Waiter waiter, int nargs);          /* nargs -1: without a function */
bool call_again(Call *c);                                    /* false: nothing was sent for the same call before */
/* For a recording: which call this is. Its n arguments and then its params lie on L's stack from `first`. */
void call_tell(Call *c, lua_State *L, const char *method, int first, int n);

/* venue_open.c */
void venue_on_reload(Worker *w, void *ctx, int type, const msgpack_object *payload);
int venue_lib_open(lua_State *L);
#endif
