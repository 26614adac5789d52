#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "wire/trim.h"

/* Resident pages of files, and of all. */
static void resident(long *files, long *all) {
  long size;
  FILE *f = fopen("/proc/self/statm", "r");
  assert_non_null(f);
  assert_int_equal(fscanf(f, "%ld %ld %ld", &size, all, files), 3);
  fclose(f);
}

static char big[64 << 10] = "written to, and not in a file any more";

static void code_comes_back(void **state) {
  long before, after, all;
  (void)state;
  strcpy(big, "changed");
  resident(&before, &all);
  trim_code();
  resident(&after, &all);
  assert_true(after < before);
  assert_string_equal(big, "changed");
  char text[64];
  snprintf(text, sizeof text, "%.3f %s", 1.5, "and all is as it was");
  assert_string_equal(text, "1.500 and all is as it was");
}

static void heap_goes(void **state) {
  enum { N = 4000, SIZE = 4096 };
  static volatile char *blocks[N];
  long files, before, after;
  (void)state;
  for (int i = 0; i < N; i++) *(blocks[i] = malloc(SIZE)) = 1;
  for (int i = 0; i < N; i++)
    if (i % 16) free((void *)blocks[i]);      /* those that stay keep the system from taking it by itself */
  resident(&files, &before);
  trim_heap();
  resident(&files, &after);
#ifndef BOURSE_SANITIZE                        /* which keeps what is freed */
  if (after >= before - N / 2) fail_msg("%ld pages before, %ld after", before, after);
#endif
  for (int i = 0; i < N; i += 16) free((void *)blocks[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(code_comes_back), cmocka_unit_test(heap_goes) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
