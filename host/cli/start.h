/* From a parsed command line to a session. */
#ifndef BOURSE_CLI_START_H
#define BOURSE_CLI_START_H
#include "broker/session.h"
#include "cli/options.h"

/* The parts of *spec that every verb has in common: base URLs, roots, time limits, rights for reading. Pointers into `cli` and
 * static memory: one session at a time. 0 or the exit code of a misuse. */
int start_common(Cli *cli, SessionSpec *spec);
/* Options and words as the map that host.args is: {words = {..}, option = text | number | true, pair option = {k = v}}. */
void start_pack(const Cli *cli, msgpack_sbuffer *out);
/* Runs host/lua/verbs/<verb>.lua: what most verbs do. */
int start_verb(Cli *cli);
/* The same, with some things in *spec set before (start_common was called). */
int start_session(Cli *cli, SessionSpec *spec);
/* The whole file, malloc'd, with a zero after it; NULL with a line on stderr. At most `most` bytes. */
char *start_read(const char *path, size_t most, size_t *len);
#endif
