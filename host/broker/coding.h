/* Text codings of enum recipe_coding: base64, hex, URL and JSON escapes. Used by both halves. */
#ifndef BOURSE_CODING_H
#define BOURSE_CODING_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "wire/recipe_ops.h"

/* Most bytes that coding n bytes can give; SIZE_MAX when that does not fit. */
size_t coding_bound(enum recipe_coding c, size_t n);
/* Codes n bytes of `in` into `out` (at least coding_bound bytes, not overlapping). False: not valid base64 or hex; *why names it. */
bool coding_run(enum recipe_coding c, const uint8_t *in, size_t n, uint8_t *out, size_t *outlen, const char **why);
bool coding_base32(const uint8_t *in, size_t n, uint8_t *out, size_t *outlen);   /* RFC 4648, either case, spaces and padding ignored; out: n bytes */
/* Index of `name` in a RECIPE_*_NAMES list of n names, or -1. */
int coding_name(const char *const *names, int n, const char *name);
#endif
