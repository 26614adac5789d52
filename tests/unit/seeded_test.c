/* The order in which tables are walked is decided by a seed: the same one gives the same order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>
#include "worker/seeded.h"

static void *alloc(void *user, void *block, size_t old_size, size_t new_size) {
  (void)user;
  (void)old_size;
  if (new_size) return realloc(block, new_size);
  free(block);
  return NULL;
}

/* The keys of a table of 200 texts as lua_next gives them. */
static void walk(unsigned seed, char out[4096]) {
  lua_State *L = seeded_newstate(alloc, NULL, seed);
  assert_non_null(L);
  lua_newtable(L);
  for (int i = 0; i < 200; i++) {
    lua_pushfstring(L, "pair%d/USD", i * 37 % 1000);
    lua_pushboolean(L, 1);
    lua_rawset(L, -3);
  }
  size_t n = 0;
  lua_pushnil(L);
  while (lua_next(L, -2)) {
    lua_pop(L, 1);
    size_t len = strlen(lua_tostring(L, -1));
    assert_true(n + len + 2 < 4096);
    memcpy(out + n, lua_tostring(L, -1), len);
    n += len;
    out[n++] = ' ';
  }
  out[n] = 0;
  void *user;
  assert_true(lua_getallocf(L, &user) == alloc && user == NULL);
  lua_close(L);
}

static void test_same_seed_same_order(void **state) {
  (void)state;
  char first[4096], again[4096];
  for (unsigned seed = 1; seed < 50; seed++) {
    walk(seed * 2654435761u, first);
    walk(seed * 2654435761u, again);
    assert_string_equal(first, again);
  }
}

static void test_other_seed_other_order(void **state) {
  (void)state;
  char first[4096], other[4096];
  walk(12345, first);
  walk(12346, other);
  assert_string_not_equal(first, other);
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_same_seed_same_order), cmocka_unit_test(test_other_seed_other_order) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
