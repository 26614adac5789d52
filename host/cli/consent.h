/* Asking before money can move. */
#ifndef BOURSE_CLI_CONSENT_H
#define BOURSE_CLI_CONSENT_H
#include "cli/options.h"

/* Asks the question on the terminal, unless --yes; where there is none, `what` is refused. 0: go on; 4: refused, said on stderr. */
int consent(const Cli *cli, const char *question, const char *what);
/* Says what `what` may do with real keys, and asks. */
int consent_live(const Cli *cli, const char *what);
#endif
