/* Evaluates signing recipes (wire/recipe_ops.h) with the real credentials. The bytes come from a worker and are hostile. */
#ifndef BOURSE_RECIPE_H
#define BOURSE_RECIPE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "wire/recipe_ops.h"

typedef struct { const void *p; size_t len; } RecipeBytes;
typedef struct { RecipeBytes field[K_COUNT]; } Credentials;      /* p NULL: not there; keys.h fills these */

/* One request. Zero it, set the first fields, and use the same one for every recipe of the request: they then share one nonce and time. */
typedef struct {
  const Credentials *credentials;     /* NULL: none */
  bool is_public;                     /* nothing is signed: a recipe that wants a credential or a nonce is refused */
  bool redact;                        /* fill RecipeOut.shown too */
  int64_t now_ns;                     /* since 1970, corrected for the venue */
  bool (*nonce)(void *ctx, enum recipe_time unit, uint64_t *out, char *err, size_t errlen);   /* unit is T_MS, T_S, T_US or T_NS */
  void *ctx;
  struct { bool set; uint64_t value; } drawn[T_COUNT];           /* nonces that this request got; leave alone */
} RecipeEnv;

/* Both stay valid until recipe_wipe. `shown` is the value with credentials replaced: <secret>, base64(<apiKey>:<secret>). It is what
 * may be printed, logged, recorded or given to a worker; NULL unless redact. The first `plain` bytes of the value stand in the recipe as text. */
typedef struct { const uint8_t *value; size_t len; const char *shown; size_t shown_len, plain; } RecipeOut;

bool recipe_eval(const uint8_t *p, size_t n, RecipeEnv *env, RecipeOut *out, char *err, size_t errlen);
/* Wipes and frees everything evaluated so far: call it when the request was handed over (copied by libcurl) or given up. */
void recipe_wipe(void);
/* The text of a time: of enum recipe_time, at most 40 bytes. */
size_t recipe_time_text(enum recipe_time form, int64_t ns, char out[40]);
#endif
