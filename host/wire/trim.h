/* Giving memory back that was needed for a while: by a start, by a large reply. */
#ifndef BOURSE_TRIM_H
#define BOURSE_TRIM_H
#include <stddef.h>

/* Pages of the program and its libraries that were not written to: they are mapped again, from the page cache, when they are used again. Loading and starting
 * libcurl alone touches 7 MB that nothing looks at afterwards. */
void trim_code(void);
void trim_heap(void);        /* what malloc holds and nobody uses */
/* Up to 64 MB of that are held on to until then: by itself malloc gives a reply's 1 MB back as soon as it is done with, and each page of the next faults. */
void trim_later(void);
void trim_above(size_t n);   /* the same of n bytes, and of blocks below half of that */
#endif
