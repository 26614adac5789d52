/* The worker's cage: what the process can still ask of the kernel once it runs scripts. */
#ifndef BOURSE_JAIL_H
#define BOURSE_JAIL_H
#include <stdbool.h>
#include <stddef.h>

/* Irreversible. Everything that opens files, makes timers or threads is done before. False, with the reason in err, when a
 * part that this platform has could not be set up; the worker does not go on then. */
bool jail_enter(char *err, size_t errlen);
/* What this build or platform lacks, for `bourse --version`; NULL when nothing. */
const char *jail_missing(void);
#endif
