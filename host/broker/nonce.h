/* Nonces: strictly increasing per key, over processes, restarts, crashes and clocks that go back. */
#ifndef BOURSE_NONCE_H
#define BOURSE_NONCE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "wire/recipe_ops.h"

/* The next nonce of a key: the clock (now_ns) in `unit` (T_S, T_MS, T_US, T_NS), or one more than the last if that is larger.
 * `account` is a fingerprint of the API key (keys_fingerprint), never the key. Files are in <state_dir>/nonces. */
bool nonce_next(const char *state_dir, const char *venue, const char *account, enum recipe_time unit, int64_t now_ns,
                uint64_t *out, char *err, size_t errlen);
void nonce_close(void);               /* closes the files kept open */
#endif
