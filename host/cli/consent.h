/* Asking before money can move. */
#ifndef BOURSE_CLI_CONSENT_H
#define BOURSE_CLI_CONSENT_H
#include "cli/options.h"

/* Says what `what` may do with real keys and asks on the terminal, unless --yes. 0: go on; 4: refused. */
int consent_live(const Cli *cli, const char *what);
#endif
