#include "worker/alloc.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define CHUNK (64u * 1024)         /* a chunk is aligned to its size, so that a block's address tells its chunk */
#define REGION (16 * CHUNK)        /* chunks are taken from the system this many at a time */
#define EMPTY_WARM 128             /* empty chunks that keep their pages, 8 MiB, until heap_rest */
#define PLACES 0x100000000000ull   /* addresses from here to twice that are free on 64-bit Linux, whatever is loaded */
#define SLACK (16u << 20)          /* what half-used chunks may cost above the limit before requests fail */

#ifdef BOURSE_SANITIZE
#define SMALL_MAX 0                /* all from malloc, so that the sanitizer sees each block */
#else
#define SMALL_MAX ALLOC_SMALL
#endif

typedef struct Slot { struct Slot *next; } Slot;
typedef struct Region { struct Region *next; char *memory; bool mapped; } Region;

struct Chunk {
  Chunk *next, *before;            /* in the list of open chunks of its class, or of empty ones */
  Slot *free;
  uint32_t fresh;                  /* offset of the part that was never carved */
  uint16_t live, class;
  bool open;
};
#define HEAD ((sizeof(Chunk) + 15) & ~(size_t)15)

void heap_init(Heap *h, size_t limit) {
  memset(h, 0, sizeof *h);
  h->limit = limit;
  h->most_held = limit > SIZE_MAX - SLACK ? SIZE_MAX : limit + SLACK;
}

void heap_place(Heap *h, uint64_t bits) { h->place = sizeof(size_t) == 8 ? (size_t)(PLACES + bits % PLACES / REGION * REGION) : 0; }

void heap_free(Heap *h) {
  for (Region *r = h->regions, *next; r; r = next) {
    next = r->next;
    if (r->mapped) munmap(r->memory, REGION);
    else free(r->memory);
    free(r);
  }
  h->regions = NULL;
  h->empty = NULL;
  h->n_empty = 0;
  h->held = 0;
  memset(h->open, 0, sizeof h->open);
}

static size_t rounded(size_t n) { return n <= SMALL_MAX ? (n + 15) & ~(size_t)15 : n; }
static bool may_hold(const Heap *h, size_t more) { return more <= h->most_held && h->held <= h->most_held - more; }

/* ---- chunks ---- */

static void chunk_open(Heap *h, Chunk *c) {
  c->before = NULL;
  c->next = h->open[c->class];
  if (c->next) c->next->before = c;
  h->open[c->class] = c;
  c->open = true;
}

static void chunk_shut(Heap *h, Chunk *c) {
  if (c->before) c->before->next = c->next; else h->open[c->class] = c->next;
  if (c->next) c->next->before = c->before;
  c->open = false;
}

static void chunk_put_empty(Heap *h, Chunk *c) {
  if (h->n_empty >= EMPTY_WARM) madvise(c, CHUNK, MADV_DONTNEED);
  c->next = h->empty;
  h->empty = c;
  h->n_empty++;
}

/* At its place; NULL: that is taken, or not to be had. */
static char *map_at_place(Heap *h) {
#ifdef MAP_FIXED_NOREPLACE
  void *want = (void *)h->place, *p = mmap(want, REGION, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  h->place += REGION;
  if (p == want) return p;
  if (p != MAP_FAILED) munmap(p, REGION);
#else
  (void)h;
#endif
  return NULL;
}

void heap_rest(Heap *h) {
  enum { HEAD_PAGE = 4096 };                       /* stays: the list goes through it */
  for (Chunk *c = h->empty; c; c = c->next) madvise((char *)c + HEAD_PAGE, CHUNK - HEAD_PAGE, MADV_DONTNEED);
}

static bool region_new(Heap *h) {
  Region *r = malloc(sizeof *r);
  if (!r) return false;
  r->memory = h->place ? map_at_place(h) : NULL;
  r->mapped = r->memory != NULL;
  if (!r->memory) r->memory = aligned_alloc(CHUNK, REGION);
  if (!r->memory) {
    free(r);
    return false;
  }
  r->next = h->regions;
  h->regions = r;
  for (size_t at = REGION; at; at -= CHUNK) {      /* lowest on top */
    Chunk *c = (Chunk *)(void *)(r->memory + at - CHUNK);
    c->next = h->empty;
    h->empty = c;
    h->n_empty++;
  }
  return true;
}

static Chunk *chunk_new(Heap *h, size_t class) {
  if (!may_hold(h, CHUNK) || (!h->empty && !region_new(h))) return NULL;
  Chunk *c = h->empty;
  h->empty = c->next;
  h->n_empty--;
  h->held += CHUNK;
  c->free = NULL;
  c->fresh = (uint32_t)HEAD;
  c->live = 0;
  c->class = (uint16_t)class;
  chunk_open(h, c);
  return c;
}

static void *small_take(Heap *h, size_t n) {
  size_t class = (n - 1) / 16, size = (class + 1) * 16;
  Chunk *c = h->open[class];
  if (!c && !(c = chunk_new(h, class))) return NULL;
  Slot *s = c->free;
  if (s) c->free = s->next;
  else {
    s = (Slot *)(void *)((char *)c + c->fresh);
    c->fresh += (uint32_t)size;
  }
  c->live++;
  if (!c->free && c->fresh + size > CHUNK) chunk_shut(h, c);
  return s;
}

static void small_give(Heap *h, void *p) {
  Chunk *c = (Chunk *)((uintptr_t)p & ~(uintptr_t)(CHUNK - 1));
  Slot *s = p;
  s->next = c->free;
  c->free = s;
  if (!c->open) chunk_open(h, c);
  if (--c->live == 0 && (c->next || c->before)) {  /* the last open chunk of a class stays */
    chunk_shut(h, c);
    h->held -= CHUNK;
    chunk_put_empty(h, c);
  }
}

/* ---- blocks ---- */

static void *take(Heap *h, size_t n) {
  if (n <= SMALL_MAX) return small_take(h, n);
  if (!may_hold(h, n)) return NULL;
  void *p = malloc(n);
  if (p) h->held += n;
  return p;
}

static void give(Heap *h, void *p, size_t n) {
  if (n <= SMALL_MAX) {
    small_give(h, p);
    return;
  }
  h->held -= n;
  free(p);
}

static void *refuse(HeapUser *u) {
  if (u->heap->on_full) u->heap->on_full(u);
  return NULL;
}

static void count(HeapUser *u, size_t more, size_t less) {
  u->used += more - less;
  u->heap->used += more - less;
}

static void watch(HeapUser *u) {
  Heap *h = u->heap;
  if (!h->soft || h->used <= h->soft) return;
  h->soft = 0;
  if (h->on_soft) h->on_soft(u);
}

static void *resize(HeapUser *u, void *block, size_t was, size_t now) {
  Heap *h = u->heap;
  size_t old_room = block ? rounded(was) : 0, room = rounded(now);
  if (room > old_room && (room - old_room > h->limit || h->used > h->limit - (room - old_room))) return refuse(u);
  if (block && was > SMALL_MAX && now > SMALL_MAX) {
    if (now > was && !may_hold(h, now - was)) return refuse(u);
    void *p = realloc(block, now);
    if (!p) return now <= was ? block : refuse(u);
    h->held += now - was;
    count(u, room, old_room);
    return p;
  }
  void *p = take(h, now);
  if (!p) return block && now <= was ? block : refuse(u);
  if (block) {
    memcpy(p, block, was < now ? was : now);
    give(h, block, was);
  }
  count(u, room, old_room);
  return p;
}

void *alloc_lua(void *user, void *block, size_t old_size, size_t new_size) {
  HeapUser *u = user;
  if (new_size == 0) {
    if (block) {
      give(u->heap, block, old_size);
      count(u, 0, rounded(old_size));
    }
    return NULL;
  }
  if (block && new_size <= SMALL_MAX && old_size <= SMALL_MAX && rounded(old_size) == rounded(new_size)) return block;
  void *p = resize(u, block, old_size, new_size);
  if (p) watch(u);
  return p;
}
