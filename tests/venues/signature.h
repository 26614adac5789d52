/* Checks of what requests are signed with. */
#ifndef VENUES_SIGNATURE_H
#define VENUES_SIGNATURE_H
#include <stdbool.h>
#include <stddef.h>
#include "broker/crypto.h"

/* Is `given` the HMAC of the message, in hex (either case) or base64? */
bool signature_hex(enum recipe_hash h, const char *secret, size_t secret_len, const char *message, size_t n, const char *given);
bool signature_base64(enum recipe_hash h, const char *secret, size_t secret_len, const char *message, size_t n, const char *given);
#endif
