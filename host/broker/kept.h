/* Replies kept on disk with an age: the market lists of venues, so that a run need not fetch megabytes that hardly change. */
#ifndef BOURSE_KEPT_H
#define BOURSE_KEPT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The body that `url` gave for `venue`, when one not older than max_age_ms (nor from the future) is kept below `dir`: malloc'd, with one spare byte.
 * NULL: none, or it cannot be read whole. */
char *kept_read(const char *dir, const char *venue, const char *url, int64_t now_ms, int64_t max_age_ms, size_t *len, int64_t *received_ms);

/* Keeps a body, in place of one before. A disk that is full loses nothing but the speed of the next run. */
bool kept_write(const char *dir, const char *venue, const char *url, int64_t received_ms, const char *body, size_t len);
#endif
