/* A worker in C for tests of the broker. This test program, started again with --worker, plays what the boot's source says: a MessagePack
 * list of [type, payload]. It sends each, waits for the answer where there is one, and hands that back as a report. */
#ifndef FAULTS_PLAYER_H
#define FAULTS_PLAYER_H
#include "broker/session.h"
#include <msgpack.h>

int player_main(void);                     /* call from main when argv[1] is --worker */

/* The test's side: collect messages, run, look at what came. */
typedef struct { msgpack_sbuffer buf; msgpack_packer pk; int n; } Play;
msgpack_packer *play_add(Play *p, int type);   /* then pack one value */
typedef struct { int code, n_reports; char log[8192], out[8192]; msgpack_object *reports[64]; msgpack_zone *zone; int64_t ms; } Played;
void play_run(Play *p, SessionSpec *spec, Played *out);    /* spec: zeroed or prepared; workers and callbacks are filled in */
void play_run_named(const char *const *names, int n, SessionSpec *spec, Played *out);   /* the player's own tricks: "loop", "crash" ... */
void played_free(Played *p);
#endif
