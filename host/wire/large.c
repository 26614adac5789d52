#include "wire/large.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define LARGE_PAGE ((size_t)2 << 20)

void *large_alloc(size_t n) {
  void *p;
  if (n < LARGE_PAGE) return malloc(n);
  if (posix_memalign(&p, LARGE_PAGE, n) != 0) return NULL;
  madvise(p, n / LARGE_PAGE * LARGE_PAGE, MADV_HUGEPAGE);
  return p;
}

void *large_grow(void *block, size_t used, size_t n) {
  if (n < LARGE_PAGE || used >= LARGE_PAGE) return realloc(block, n);      /* the system moves what is large without a copy */
  void *p = large_alloc(n);
  if (p && used) memcpy(p, block, used);
  if (p) free(block);
  return p;
}
