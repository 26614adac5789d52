#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "worker/alloc.h"

typedef struct { unsigned char *p; size_t n; unsigned char fill; } Block;

static uint64_t seed = 88172645463325252u;
static uint64_t next_random(void) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return seed;
}

static size_t some_size(void) {
  switch (next_random() % 4) {
    case 0: return 1 + next_random() % 64;
    case 1: return 1 + next_random() % 600;
    case 2: return (next_random() % 2 ? ALLOC_SMALL : ALLOC_SMALL / 2) - 20 + next_random() % 40;
    default: return 1 + next_random() % 5000;
  }
}

static void check_fill(const Block *b, size_t n) {
  for (size_t i = 0; i < n; i++) assert_int_equal(b->p[i], b->fill);
}

/* Blocks never overlap, keep what is in them through growing and shrinking, are aligned, and are counted exactly. */
static void random_blocks(void **state) {
  (void)state;
  Heap h;
  heap_init(&h, 64u << 20);
  HeapUser u = { &h, 0 };
  static Block blocks[2000];
  memset(blocks, 0, sizeof blocks);
  for (int step = 0; step < 200000; step++) {
    Block *b = &blocks[next_random() % 2000];
    if (step % 1000 == 0) heap_rest(&h);
    size_t n = next_random() % 3 == 0 ? 0 : some_size();
    if (b->p) check_fill(b, b->n);
    unsigned char *p = alloc_lua(&u, b->p, b->p ? b->n : 5, n);   /* without a block the old size is a kind of object */
    if (n == 0) {
      assert_null(p);
      memset(b, 0, sizeof *b);
      continue;
    }
    assert_non_null(p);
    assert_int_equal((uintptr_t)p % 16, 0);
    Block grown = { p, n, b->fill };
    if (b->p) check_fill(&grown, b->n < n ? b->n : n);
    grown.fill = (unsigned char)next_random();
    memset(p, grown.fill, n);
    *b = grown;
  }
  size_t total = 0;
  for (int i = 0; i < 2000; i++) total += blocks[i].n;
  assert_true(h.used >= total && h.used <= total + 2000 * 16);
  assert_int_equal(h.used, u.used);
  for (int i = 0; i < 2000; i++)
    if (blocks[i].p) alloc_lua(&u, blocks[i].p, blocks[i].n, 0);
  assert_int_equal(h.used, 0);
#ifndef BOURSE_SANITIZE
  assert_true(h.n_empty > 2);
#endif
  heap_rest(&h);                       /* empty ones only lose what was in them */
  for (int i = 0; i < 2000; i++) memset(blocks[i].p = alloc_lua(&u, NULL, 5, 300), i, 300);
  for (int i = 0; i < 2000; i++) check_fill(&(Block){ blocks[i].p, 300, (unsigned char)i }, 300);
  heap_free(&h);
}

static int refused;
static void on_full(HeapUser *u) {
  (void)u;
  refused++;
}

static void limit_is_hard(void **state) {
  (void)state;
  Heap h;
  heap_init(&h, 1u << 20);
  h.on_full = on_full;
  HeapUser u = { &h, 0 };
  refused = 0;
  assert_null(alloc_lua(&u, NULL, 0, (1u << 20) + 1));
  assert_null(alloc_lua(&u, NULL, 0, SIZE_MAX));
  assert_null(alloc_lua(&u, NULL, 0, SIZE_MAX - 15));
  assert_int_equal(refused, 3);
  void *p = alloc_lua(&u, NULL, 0, 1u << 19);
  assert_non_null(p);
  assert_null(alloc_lua(&u, p, 1u << 19, SIZE_MAX));
  assert_null(alloc_lua(&u, NULL, 0, (1u << 19) + 16));
  assert_int_equal(refused, 5);
  void *small[100000];
  size_t n = 0;
  while (n < 100000 && (small[n] = alloc_lua(&u, NULL, 0, 16))) n++;
  assert_int_equal(n, (1u << 19) / 16);
  for (size_t i = 0; i < n; i++) alloc_lua(&u, small[i], 16, 0);
  alloc_lua(&u, p, 1u << 19, 0);
  assert_int_equal(h.used, 0);
  heap_free(&h);
}

/* A class that was full and is empty again leaves its memory to the others. */
static void classes_share(void **state) {
  (void)state;
  Heap h;
  heap_init(&h, 8u << 20);
  HeapUser u = { &h, 0 };
  static void *p[600000];
  for (size_t size = 16; size <= ALLOC_SMALL; size += 16) {
    size_t n = 0, most = (8u << 20) / size;
    while (n < most && (p[n] = alloc_lua(&u, NULL, 0, size))) n++;
    assert_int_equal(n, most);
    for (size_t i = 0; i < n; i++) alloc_lua(&u, p[i], size, 0);
    assert_true(h.held <= (8u << 20) + (16u << 20));
  }
  assert_int_equal(h.used, 0);
  heap_free(&h);
}

static int asked;
static void on_soft(HeapUser *u) {
  (void)u;
  asked++;
}

static void soft_limit_asks_once(void **state) {
  (void)state;
  Heap h;
  heap_init(&h, 1u << 20);
  h.soft = 1000;
  h.on_soft = on_soft;
  HeapUser u = { &h, 0 };
  asked = 0;
  void *a = alloc_lua(&u, NULL, 0, 900), *b = alloc_lua(&u, NULL, 0, 200), *c = alloc_lua(&u, NULL, 0, 200);
  assert_int_equal(asked, 1);
  assert_int_equal(h.soft, 0);
  alloc_lua(&u, a, 900, 0);
  alloc_lua(&u, b, 200, 0);
  alloc_lua(&u, c, 200, 0);
  heap_free(&h);
}

/* The same bits, the same addresses: of a heap that is gone, and not of one whose place is taken. */
static void placed_blocks(void **state) {
  (void)state;
  Heap h, other;
  HeapUser u = { &h, 0 }, v = { &other, 0 };
  static void *first[3000], *again[3000];
  for (int turn = 0; turn < 2; turn++) {
    void **blocks = turn ? again : first;
    heap_init(&h, 64u << 20);
    heap_place(&h, 0x123456789abcdefu);
    for (int i = 0; i < 3000; i++) {
      blocks[i] = alloc_lua(&u, NULL, 0, (size_t)(i % 512) + 1);
      assert_non_null(blocks[i]);
      memset(blocks[i], i, (size_t)(i % 512) + 1);
    }
    heap_init(&other, 64u << 20);
    heap_place(&other, 0x123456789abcdefu);
    void *p = alloc_lua(&v, NULL, 0, 64);
    assert_non_null(p);
    for (int i = 0; i < 3000; i++) assert_ptr_not_equal(p, blocks[i]);
    alloc_lua(&v, p, 64, 0);
    heap_free(&other);
    for (int i = 0; i < 3000; i++) alloc_lua(&u, blocks[i], (size_t)(i % 512) + 1, 0);
    heap_free(&h);
  }
#ifndef BOURSE_SANITIZE                /* where all blocks come from malloc */
  assert_memory_equal(first, again, sizeof first);
#endif
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(random_blocks), cmocka_unit_test(limit_is_hard), cmocka_unit_test(classes_share),
    cmocka_unit_test(soft_limit_asks_once), cmocka_unit_test(placed_blocks) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
