/* Memory for what is megabytes long and soon gone: the body of a reply, the tape of its JSON. */
#ifndef BOURSE_LARGE_H
#define BOURSE_LARGE_H
#include <stddef.h>

/* As malloc and realloc, and given back by free. From 2 MiB on it lies on large pages where the system has them: a page fault for every 4 KiB took a
 * tenth of the time from nothing to the first order book. What is left at the end lies on one too when it fills half of it, else on small pages. */
void *large_alloc(size_t n);
void *large_grow(void *block, size_t used, size_t n);    /* the first `used` bytes are kept; NULL: block is as it was */
#endif
