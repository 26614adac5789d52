/* Questions to the user on the terminal; from stdin when there is none. */
#ifndef BOURSE_CLI_PROMPT_H
#define BOURSE_CLI_PROMPT_H
#include <stdbool.h>
#include <stddef.h>
#include "broker/keys.h"

/* One line without its newline into buf; echo off while a secret is typed. Its length, or -1 at the end of input or when
 * it is too long. */
long prompt_line(const char *question, bool secret, char *buf, size_t cap);
/* Where the key store's own key comes from: --keyfile, $BOURSE_KEYFILE (made with 32 random bytes when absent and `make`), else a passphrase
 * that is asked for. False after a line on stderr. */
bool prompt_source(const char *keyfile, bool make, KeysSource *source);
#endif
