/* bourse tape info|cut|merge|convert: what its files share. */
#ifndef BOURSE_CLI_TAPE_H
#define BOURSE_CLI_TAPE_H
#include "broker/tape.h"
#include "cli/start.h"
#include <msgpack.h>

int tape_info(Cli *cli);
int tape_cut(Cli *cli);
int tape_merge(Cli *cli);
int tape_convert(Cli *cli);

/* One tape of several, by time; their workers are numbered anew. The exit code, with a line on stderr. */
int tape_merge_files(const char *const *paths, size_t n, const char *out);
/* Opens a file; NULL with a line on stderr. */
Tape *tape_open_said(const char *path);
/* The event's data, of which text points into the event; false: it is no MessagePack. The zone is cleared. */
bool tape_data(const TapeEvent *e, msgpack_zone *zone, msgpack_object *out);
/* What an event is called: "request", "reply" ... */
const char *tape_what(uint8_t what);
/* What is wrong with a tape that was read to its end, on stderr; true: it is damaged. (One that was cut off is good as far as it goes.) */
bool tape_complain(const Tape *t);
/* Is `id` one of the ids of the option --venue (all, when it was not given)? */
bool tape_venue_wanted(const Cli *cli, const char *id);
#endif
