#include "memory.h"
#include <stdio.h>
#include <stdlib.h>

static void *sure(void *p) {
  if (p) return p;
  fputs("bourse-venues: out of memory\n", stderr);
  exit(1);
}

void *memory_new(size_t size) { return sure(calloc(1, size)); }

void *memory_room(void *p, int64_t n, int64_t *cap, size_t size) {
  if (n <= *cap) return p;
  int64_t more = *cap ? *cap : 64;
  while (more < n) more *= 2;
  *cap = more;
  return sure(realloc(p, (size_t)more * size));
}
