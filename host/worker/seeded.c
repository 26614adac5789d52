/* lua_newstate has no parameter for the seed, and its macro (luai_makeseed) is decided when Lua is built. But the seed is set before the first text is
 * made, and the allocator is called in between: that is when it is put in. The place is known by what lies before it, down to the last byte. */
#include "worker/seeded.h"
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef struct { union { void *p; lua_Integer i; lua_Number n; } value; unsigned char type; } Slot;

/* The beginning of Lua 5.4's global_State (lstate.h), as it is when the second block is asked for. */
typedef struct {
  lua_Alloc alloc; void *user;
  ptrdiff_t total, debt;
  size_t estimate, last_atomic;
  struct { void *hash; int used, size; } texts;
  Slot registry, nil;
  unsigned seed;
} Head;

typedef struct { lua_Alloc alloc; void *user; char *first; size_t size; unsigned seed; bool done; } Maker;

static void *make(void *ud, void *block, size_t old_size, size_t new_size);

static bool fits(const Maker *m, const Head *h) {
  return h->alloc == make && h->user == m && h->total == (ptrdiff_t)m->size && h->debt == 0 && h->last_atomic == 0 && !h->texts.hash && h->texts.used == 0 &&
    h->texts.size == 0 && h->registry.type == LUA_TNIL && h->nil.type == LUA_TNUMBER /* an integer: the state is not built yet */ && h->nil.value.i == 0;
}

static void put_seed(Maker *m) {
  for (size_t at = 0; at + sizeof(Head) <= m->size; at += sizeof(void *)) {
    Head h;
    memcpy(&h, m->first + at, sizeof h);
    if (!fits(m, &h)) continue;
    memcpy(m->first + at + offsetof(Head, seed), &m->seed, sizeof m->seed);
    return;
  }
}

static void *make(void *ud, void *block, size_t old_size, size_t new_size) {
  Maker *m = ud;
  if (m->first && !m->done) {
    m->done = true;
    put_seed(m);
  }
  void *p = m->alloc(m->user, block, old_size, new_size);
  if (!m->first && p) {
    m->first = memset(p, 0, new_size);      /* Lua sets what it needs; all of it is looked at here */
    m->size = new_size;
  }
  return p;
}

lua_State *seeded_newstate(lua_Alloc alloc, void *user, unsigned seed) {
  Maker m = { .alloc = alloc, .user = user, .seed = seed };
  lua_State *L = lua_newstate(make, &m);
  if (L) lua_setallocf(L, alloc, user);
  return L;
}
