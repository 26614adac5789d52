/* Giving memory back that was needed for a while: by a start, by a large reply. */
#ifndef BOURSE_TRIM_H
#define BOURSE_TRIM_H

/* Pages of the program and its libraries that were not written to: they are mapped again, from the page cache, when they are used again. Loading and starting
 * libcurl alone touches 7 MB that nothing looks at afterwards. */
void trim_code(void);
void trim_heap(void);        /* what malloc holds and nobody uses */
#endif
