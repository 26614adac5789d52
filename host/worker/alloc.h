/* Memory of the Lua states of one worker, counted against one limit. Small blocks live in chunks of one size class each, large ones come
 * from malloc. A chunk that is empty again serves any class, so a script that changes its habits does not run out. */
#ifndef BOURSE_ALLOC_H
#define BOURSE_ALLOC_H
#include <stddef.h>
#include <stdint.h>

#define ALLOC_SMALL 1024           /* bytes; larger blocks come from malloc */
#define ALLOC_CLASSES (ALLOC_SMALL / 16)

typedef struct Heap Heap;
typedef struct Chunk Chunk;
/* One lua_State's view of the heap: the `ud` of alloc_lua. */
typedef struct { Heap *heap; size_t used; } HeapUser;

struct Heap {
  size_t used, limit;              /* bytes in blocks that are in use; never above limit */
  size_t held, most_held;          /* bytes taken from the system, unused slots included; their bound is a little above the limit */
  size_t soft;                     /* passing it calls on_soft and sets it to 0; set it again to be called again. 0: never */
  void (*on_soft)(HeapUser *user); /* asks for a collection; must not touch the heap */
  void (*on_full)(HeapUser *user); /* a request that the limit refuses. When it returns, the request fails (NULL) */
  Chunk *open[ALLOC_CLASSES];      /* chunks with a free slot, by class */
  Chunk *empty; size_t n_empty;
  void *regions;
  size_t place;                    /* where the next region goes; 0: anywhere */
};

void heap_init(Heap *h, size_t limit);
/* Small blocks come to lie where `bits` say, in this process and in any other: tables that have tables as keys are walked in the order of addresses, and a
 * replay must walk them as it was recorded. Before the first block. */
void heap_place(Heap *h, uint64_t bits);
void heap_rest(Heap *h);           /* gives the pages of empty chunks back to the system */
void heap_free(Heap *h);           /* gives everything back; all states are closed by then */
void *alloc_lua(void *user, void *block, size_t old_size, size_t new_size);   /* a lua_Alloc */
#endif
