#include "wire/large.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define LARGE_PAGE ((size_t)2 << 20)
#ifdef BOURSE_SANITIZE
#define TAIL_MIN LARGE_PAGE          /* none: what is written behind a block is to be seen */
#else
#define TAIL_MIN (LARGE_PAGE / 2)    /* bytes at the end that get a large page of their own */
#endif

void *large_alloc(size_t n) {
  void *p;
  if (n < LARGE_PAGE || n > SIZE_MAX - LARGE_PAGE) return malloc(n);
  size_t large = (n + LARGE_PAGE - TAIL_MIN) / LARGE_PAGE * LARGE_PAGE;
  if (posix_memalign(&p, LARGE_PAGE, large > n ? large : n) != 0) return NULL;
  madvise(p, large, MADV_HUGEPAGE);
  return p;
}

void *large_grow(void *block, size_t used, size_t n) {
  if (n < LARGE_PAGE || used >= LARGE_PAGE) return realloc(block, n);      /* the system moves what is large without a copy */
  void *p = large_alloc(n);
  if (p && used) memcpy(p, block, used);
  if (p) free(block);
  return p;
}
