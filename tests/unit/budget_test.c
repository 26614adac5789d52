/* The rate budget: rates, bursts, fairness, closing, headers; shared by processes and kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "broker/budget.h"

#define NOW 1718454896789000ll
#define SEC 1000000ll
static const BudgetRate rate = { 100, 5 };     /* 10 a second, 5 at once */

static void burst_then_rate(void **state) {
  (void)state;
  Budget *b = budget_open(NULL, NULL);
  Bucket *k = budget_bucket(b, "kraken", "public", "", NOW);
  int64_t would;
  for (int i = 0; i < 5; i++) assert_int_equal(budget_take(k, rate, 1, NOW, SEC, &would), 0);
  for (int i = 1; i <= 10; i++) assert_int_equal(budget_take(k, rate, 1, NOW, SEC, &would), i * 100000);
  assert_int_equal(budget_take(k, rate, 1, NOW, SEC, &would), -1);
  assert_int_equal(would, 1100000);
  assert_int_equal(budget_take(k, rate, 1, NOW, SEC, &would), -1);       /* a refusal takes nothing */
  assert_int_equal(would, 1100000);
  budget_give_back(k, rate, 1);
  assert_int_equal(budget_take(k, rate, 1, NOW, SEC, &would), 1000000);
  /* After a rest the whole burst is there again, and not more. */
  int64_t later = NOW + 60 * SEC;
  for (int i = 0; i < 5; i++) assert_int_equal(budget_take(k, rate, 1, later, SEC, &would), 0);
  assert_int_equal(budget_take(k, rate, 1, later, SEC, &would), 100000);
  /* Cost. */
  later += 60 * SEC;
  assert_int_equal(budget_take(k, rate, 5, later, SEC, &would), 0);
  assert_int_equal(budget_take(k, rate, 3, later, SEC, &would), 300000);
  budget_free(b);
}

static void buckets_are_apart(void **state) {
  (void)state;
  Budget *b = budget_open(NULL, NULL);
  Bucket *k = budget_bucket(b, "a", "public", "", NOW);
  assert_ptr_equal(k, budget_bucket(b, "a", "public", "", NOW));
  assert_ptr_not_equal(k, budget_bucket(b, "a", "public", "orders", NOW));
  assert_ptr_not_equal(k, budget_bucket(b, "a", "key1", "", NOW));
  assert_ptr_not_equal(budget_bucket(b, "ab", "c", "", NOW), budget_bucket(b, "a", "bc", "", NOW));
  /* A flood of names ends in shared buckets, not in a crash; the live ones stay. */
  int64_t would;
  for (int i = 0; i < 10; i++) budget_take(k, rate, 1, NOW, SEC, &would);
  for (int i = 0; i < 10000; i++) {
    char name[16];
    snprintf(name, sizeof name, "x%d", i);
    assert_non_null(budget_bucket(b, name, "public", "", NOW));
  }
  assert_ptr_equal(k, budget_bucket(b, "a", "public", "", NOW));
  budget_free(b);
}

static void shut(void **state) {
  (void)state;
  Budget *b = budget_open(NULL, NULL);
  Bucket *k = budget_bucket(b, "a", "public", "", NOW);
  int64_t would, now = NOW;
  assert_int_equal(budget_shut(k, now, 30000), 30000);
  assert_int_equal(budget_closed_us(k, now), 30 * SEC);
  assert_int_equal(budget_take(k, rate, 1, now, SEC, &would), -1);
  assert_int_equal(would, 30 * SEC);
  /* When it opens, those that waited come as a burst and then at the rate. */
  for (int i = 0; i < 5; i++) assert_int_equal(budget_take(k, rate, 1, now, 60 * SEC, &would), 30 * SEC);
  assert_int_equal(budget_take(k, rate, 1, now, 60 * SEC, &would), 30 * SEC + 100000);
  now += 31 * SEC;
  assert_int_equal(budget_closed_us(k, now), 0);
  /* Nothing said: 1 s, then doubling to a minute; several answers at once are one strike. */
  static const int64_t steps[] = { 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000 };
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
    assert_int_equal(budget_shut(k, now, -1), steps[i]);
    assert_int_equal(budget_shut(k, now, -1), steps[i]);
    now += steps[i] * 1000 + 1;
  }
  budget_fine(k);
  assert_int_equal(budget_shut(k, now, -1), 1000);
  assert_int_equal(budget_shut(k, now + 2 * SEC, 0), 2000);              /* "Retry-After: 0" is no answer */
  budget_free(b);
}

static void broken_clock(void **state) {
  (void)state;
  Budget *b = budget_open(NULL, NULL);
  Bucket *k = budget_bucket(b, "a", "public", "", NOW);
  int64_t would;
  budget_take(k, rate, 1, NOW, SEC, &would);
  assert_int_equal(budget_take(k, rate, 1, NOW - 86400 * SEC, SEC, &would), 0);     /* the clock was a day ahead */
  budget_shut(k, NOW, 5000);
  assert_int_equal(budget_closed_us(k, NOW - 30 * 86400 * SEC), 0);
  budget_free(b);
}

static const char *fake(const void *reply, const char *name) {
  const char *const *p = reply;
  for (; *p; p += 2)
    if (!strcmp(p[0], name)) return p[1];
  return NULL;
}

static int64_t learnt(const char *const *headers, BudgetRate r) {
  Budget *b = budget_open(NULL, NULL);
  Bucket *k = budget_bucket(b, "a", "public", "", NOW);
  budget_learn(k, r, NOW, fake, headers);
  int64_t us = budget_closed_us(k, NOW);
  budget_free(b);
  return us;
}

static void headers(void **state) {
  (void)state;
  static const struct { const char *h[5]; int64_t us; } rows[] = {
    { { NULL }, 0 },
    { { "x-ratelimit-remaining", "3", NULL }, 0 },
    { { "x-ratelimit-remaining", "0", NULL }, SEC },
    { { "x-ratelimit-remaining", "0", "x-ratelimit-reset", "7", NULL }, 7 * SEC },
    { { "x-ratelimit-remaining", "0", "x-ratelimit-reset", "1718454900", NULL }, 3211000 },
    { { "x-bapi-limit-status", "0", "x-bapi-limit-reset-timestamp", "1718454897789", NULL }, SEC },
    { { "ratelimit-remaining", "0", "ratelimit-reset", "99999999", NULL }, 60 * SEC },
    { { "ratelimit-remaining", "0", "ratelimit-reset", "1e300", NULL }, SEC },
    { { "ratelimit-remaining", "garbage", "ratelimit-reset", "9", NULL }, 0 },
    { { "ratelimit-remaining", "nan", NULL }, 0 },
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) assert_int_equal(learnt(rows[i].h, rate), rows[i].us);
  const char *used[] = { "x-mbx-used-weight-1m", "1199", NULL }, *less[] = { "x-mbx-used-weight-1m", "300", NULL };
  BudgetRate binance = { 50, 20 };
  assert_int_equal(learnt(used, binance), 60 * SEC - NOW % (60 * SEC));
  assert_int_equal(learnt(less, binance), 0);
}

static void retry_after(void **state) {
  (void)state;
  assert_int_equal(budget_retry_after(NULL, NOW), -1);
  assert_int_equal(budget_retry_after("120", NOW), 120000);
  assert_int_equal(budget_retry_after("0.5", NOW), 500);
  assert_int_equal(budget_retry_after("-5", NOW), -1);
  assert_int_equal(budget_retry_after("soon", NOW), -1);
  assert_int_equal(budget_retry_after("1e99", NOW), -1);
  assert_int_equal(budget_retry_after("Sat, 15 Jun 2024 12:35:06 GMT", NOW), 9211);
  assert_int_equal(budget_retry_after("Sat, 15 Jun 2020 12:35:06 GMT", NOW), 0);
  assert_int_equal(budget_retry_after("Sat, 15 Jun 2999 12:35:06 GMT", NOW), 7 * 86400 * 1000);
}

static char dir[64];

/* The one that came second once waited until the first had ended. */
static void two_at_once(void **state) {
  (void)state;
  bool first, second;
  strcpy(dir, "/tmp/budgetXXXXXX");
  assert_non_null(mkdtemp(dir));
  alarm(10);
  Budget *a = budget_open(dir, &first), *b = budget_open(dir, &second);
  alarm(0);
  assert_true(first && second);
  budget_free(a);
  budget_free(b);
}

static void take_many(int n, int out) {
  Budget *b = budget_open(dir, NULL);
  Bucket *k = budget_bucket(b, "shared", "public", "", NOW);
  for (int i = 0; i < n; i++) {
    int64_t would, wait = budget_take(k, rate, 1, NOW, 500 * SEC, &would);
    if (write(out, &wait, sizeof wait) != sizeof wait) _exit(1);
  }
  budget_free(b);
}

static int by_value(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

/* Four processes at once get together exactly what one would: every turn once. */
static void processes_share(void **state) {
  (void)state;
  enum { P = 4, N = 500 };
  int fd[2];
  static int64_t waits[P * N];
  assert_int_equal(pipe(fd), 0);
  for (int i = 0; i < P; i++)
    if (fork() == 0) {
      take_many(N, fd[1]);
      _exit(0);
    }
  close(fd[1]);
  size_t got = 0;
  while (got < sizeof waits) {
    ssize_t n = read(fd[0], (char *)waits + got, sizeof waits - got);
    assert_true(n > 0);
    got += (size_t)n;
  }
  for (int i = 0; i < P; i++) wait(NULL);
  qsort(waits, P * N, sizeof *waits, by_value);
  for (int i = 0; i < P * N; i++) assert_int_equal(waits[i], i < 5 ? 0 : (i - 4) * 100000);
  close(fd[0]);
  /* And a process that starts later finds it so. */
  bool shared;
  Budget *b = budget_open(dir, &shared);
  int64_t would;
  assert_true(shared);
  assert_int_equal(budget_take(budget_bucket(b, "shared", "public", "", NOW), rate, 1, NOW, SEC, &would), -1);
  assert_int_equal(would, (P * N - 4) * 100000);
  budget_free(b);
}

static void damaged_file(void **state) {
  (void)state;
  char path[100];
  bool shared;
  snprintf(path, sizeof path, "%s/budget", dir);
  struct stat st;
  assert_int_equal(stat(path, &st), 0);
  assert_int_equal(st.st_mode & 0777, 0600);
  FILE *f = fopen(path, "r+");
  fputs("garbage!garbage!", f);
  fclose(f);
  Budget *b = budget_open(dir, &shared);
  assert_true(shared);
  int64_t would;
  assert_int_equal(budget_take(budget_bucket(b, "shared", "public", "", NOW), rate, 1, NOW, SEC, &would), 0);
  budget_free(b);
  assert_int_equal(truncate(path, 10), 0);
  b = budget_open(dir, &shared);
  assert_true(shared);
  assert_int_equal(budget_take(budget_bucket(b, "shared", "public", "", NOW), rate, 1, NOW, SEC, &would), 0);
  budget_free(b);
  unlink(path);
  assert_int_equal(symlink("/etc/passwd", path), 0);       /* not followed: this process alone then */
  b = budget_open(dir, &shared);
  assert_false(shared);
  assert_non_null(budget_bucket(b, "x", "public", "", NOW));
  budget_free(b);
  unlink(path);
  rmdir(dir);
}

int main(void) {
  strcpy(dir, "/tmp/budget_test.XXXXXX");
  if (!mkdtemp(dir)) return 1;
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(burst_then_rate), cmocka_unit_test(buckets_are_apart), cmocka_unit_test(shut), cmocka_unit_test(broken_clock),
    cmocka_unit_test(headers), cmocka_unit_test(retry_after), cmocka_unit_test(processes_share), cmocka_unit_test(two_at_once), cmocka_unit_test(damaged_file),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
