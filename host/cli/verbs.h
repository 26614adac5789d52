/* The verbs that are more than a Lua script: one file each. */
#ifndef BOURSE_CLI_VERBS_H
#define BOURSE_CLI_VERBS_H
#include "cli/options.h"

int verb_backtest(Cli *cli);
int verb_call(Cli *cli);
int verb_check(Cli *cli);
int verb_conform(Cli *cli);
int verb_demo(Cli *cli);
int verb_fetch(Cli *cli);
int verb_keys(Cli *cli);
int verb_kill(Cli *cli);
int verb_new(Cli *cli);
int verb_run(Cli *cli);
int verb_shell(Cli *cli);
int verb_tape(Cli *cli);
int verb_version(void);

extern const Verb cli_verbs[];
/* The whole program after the worker's own entry was ruled out. */
int cli_main(int argc, char **argv);
#endif
