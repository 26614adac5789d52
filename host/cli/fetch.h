/* Where the file of candles is, for the verbs that read and write it. */
#ifndef BOURSE_CLI_FETCH_H
#define BOURSE_CLI_FETCH_H
#include <limits.h>
#include <stdbool.h>
#include "cli/options.h"

/* The one that was given, else candles.db of the state folder. False: said why. */
bool fetch_file(const Cli *cli, const char *given, char path[PATH_MAX]);
#endif
