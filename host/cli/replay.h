/* bourse run --replay FILE. */
#ifndef BOURSE_CLI_REPLAY_H
#define BOURSE_CLI_REPLAY_H
#include "cli/start.h"

/* Plays the tape under *spec. Without words the scripts, their arguments and the adapters are those of the tape; with words these scripts and the adapters of
 * this machine. `given`: a map of arguments, which come in place of the recorded ones. Exit code. */
int replay_scripts(Cli *cli, SessionSpec *spec, const msgpack_sbuffer *given);
#endif
