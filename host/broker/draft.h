/* A request as a worker asked for it, checked and copied, with its texts still recipes where they are sealed; and the same
 * evaluated: what is sent, or shown. */
#ifndef BOURSE_DRAFT_H
#define BOURSE_DRAFT_H
#include "broker/recipe.h"
#include <msgpack.h>
#include <stdbool.h>
#include <stddef.h>

#define DRAFT_HEADERS 64

typedef struct { const char *p; size_t n; bool recipe; } Part;

typedef struct {
  char method[8];
  Part url, body;
  Part *names, *values; size_t n_headers;
  bool has_body;
  Part *arena; size_t size; /* headers and all texts; their bytes, 0 before they are kept */
} Draft;

/* False with the reason in err. */
bool draft_read(Draft *d, const msgpack_object *m, char *err, size_t errlen);
void draft_free(Draft *d);
/* Tells requests apart: of method, URL and body. Sealed parts count as they are written, not by what they give, so that neither the time nor the key is in
 * it. */
void draft_digest(const Draft *d, unsigned char out[16]);

/* Evaluated texts; they live until recipe_wipe, or as long as the draft. `shown`: the redacted form instead of the real one. */
typedef struct {
  Part url, body, values[DRAFT_HEADERS];
} Built;
bool draft_build(const Draft *d, RecipeEnv *env, bool shown, Built *out, char *err, size_t errlen);
/* "Name: value" lines for http.h, NULL-terminated, in *lines; malloc'd in one piece of *size bytes. NULL: a header is not allowed (why in err). */
char *draft_headers(const Draft *d, const Built *b, const char **lines, size_t *size, char *err, size_t errlen);
#endif
