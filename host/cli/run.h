/* Running strategies with their results on a screen: what `run`, its replay and `demo` share. */
#ifndef BOURSE_CLI_RUN_H
#define BOURSE_CLI_RUN_H
#include "cli/start.h"

enum { SCRIPTS_MAX = 16 };
int run_workers(Cli *cli, SessionSpec *spec, const WorkerSpec *workers, size_t n, const char *title);
/* Runs the script files with `args` (a map for each script) under *spec. Exit code. */
int run_scripts(Cli *cli, SessionSpec *spec, const char *const *paths, size_t n, const msgpack_sbuffer *args, const char *title);
/* --memory and --cpu into *spec: 0, or the exit code of a misuse. --arg NAME=VALUE as the map that a script is given. */
int run_limits(const Cli *cli, SessionSpec *spec);
void run_arguments(const Cli *cli, msgpack_sbuffer *out);
#endif
