/* Arrays that grow. When memory runs out the program says so and ends: its state would be of no use to a test. */
#ifndef VENUES_MEMORY_H
#define VENUES_MEMORY_H
#include <stddef.h>
#include <stdint.h>

void *memory_new(size_t size);                                    /* zeroed */
void *memory_room(void *p, int64_t n, int64_t *cap, size_t size); /* p with room for n elements */
#endif
