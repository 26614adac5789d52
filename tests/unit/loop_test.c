/* The session's time: this machine's, or that of a tape, which stands still while somebody is at work and then goes to the next timer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "broker/loop.h"

#define START 1718454896789000ll

static Loop *loop;
static char seen[200];
static int64_t times[20];
static int n_seen;

typedef struct { LoopTimer timer; char name; } Named;

static void note(void *ctx) {
  const Named *t = ctx;
  times[n_seen] = clock_mono_us();
  seen[n_seen++] = t->name;
  seen[n_seen] = 0;
  if (t->name == '.') loop_stop(loop);
}

static Named *named(char name) {
  static Named all[20];
  static int n;
  Named *t = &all[n++ % 20];
  *t = (Named){ .timer = { .fn = note, .ctx = t }, .name = name };
  return t;
}

static int begin(void **state) {
  (void)state;
  n_seen = 0;
  seen[0] = 0;
  return (loop = loop_new()) ? 0 : -1;
}

static int end(void **state) {
  (void)state;
  loop_free(loop);
  return 0;
}

static void test_live(void **state) {
  (void)state;
  Named *never = named('x');
  int64_t before = clock_real_us();
  loop_after(loop, &named('c')->timer, 300);
  loop_after(loop, &named('a')->timer, 0);
  loop_after_real(loop, &named('b')->timer, 150);
  loop_after(loop, &never->timer, 5);
  loop_after(loop, &named('.')->timer, 330);
  loop_cancel(loop, &never->timer);
  loop_run(loop);
  assert_string_equal(seen, "abc.");
  assert_true(clock_real_us() - before >= 330000);
}

/* An hour of a tape passes at once; what is due at the same time comes by rank, then in the order in which it was set. */
static void test_tape(void **state) {
  (void)state;
  loop_play(loop, START, 0);
  assert_true(clock_wall_ms() == START / 1000);
  loop_after(loop, &named('d')->timer, 1000);
  loop_after(loop, &named('e')->timer, 1000);
  loop_at(loop, &named('c')->timer, START + 1000000, 7);
  loop_at(loop, &named('b')->timer, START + 1000000, 3);
  loop_at(loop, &named('a')->timer, START - 5, 9);          /* past: now */
  loop_after(loop, &named('.')->timer, 3600000);
  int64_t before = clock_real_us();
  loop_run(loop);
  assert_string_equal(seen, "abcde.");
  assert_true(times[0] == START);
  assert_true(times[1] == START + 1000000 && times[4] == START + 1000000);
  assert_true(clock_mono_us() == START + 3600000000);
  assert_true(clock_real_us() - before < 2000000);
}

static void let_go(void *ctx) {
  (void)ctx;
  assert_string_equal(seen, "");
  assert_true(clock_mono_us() == START);
  loop_hold(loop, false);
}

static void test_held(void **state) {
  (void)state;
  LoopTimer real = { .fn = let_go };
  loop_play(loop, START, 0);
  loop_hold(loop, true);
  loop_after(loop, &named('a')->timer, 1);
  loop_after(loop, &named('.')->timer, 2);
  loop_after_real(loop, &real, 30);
  loop_run(loop);
  assert_string_equal(seen, "a.");
}

static void test_speed(void **state) {
  (void)state;
  int64_t before = clock_real_us();
  loop_play(loop, START, 10);
  loop_after(loop, &named('a')->timer, 300);
  loop_after(loop, &named('.')->timer, 600);
  loop_run(loop);
  int64_t took = clock_real_us() - before;
  assert_string_equal(seen, "a.");
  assert_true(took >= 60000);
  assert_true(clock_mono_us() == START + 600000);
}

/* Timers that set each other without end do not keep the loop from its descriptors. */
static void again(void *ctx) { loop_after(loop, ctx, 0); }

static void heard(void *ctx, int fd, int events) {
  (void)ctx, (void)fd, (void)events;
  loop_stop(loop);
}

static void test_descriptors_have_their_turn(void **state) {
  (void)state;
  int ends[2];
  LoopTimer t = { .fn = again, .ctx = &t };
  assert_int_equal(pipe(ends), 0);
  assert_true(loop_watch(loop, ends[0], LOOP_READ, heard, NULL));
  assert_int_equal(write(ends[1], "x", 1), 1);
  loop_play(loop, START, 0);
  loop_after(loop, &t, 0);
  loop_run(loop);
  loop_cancel(loop, &t);
  loop_forget(loop, ends[0]);
  close(ends[0]);
  close(ends[1]);
}

static void count(void *ctx, int fd, int events) {
  char c;
  if (events & LOOP_READ && read(fd, &c, 1) == 1) ++*(int *)ctx;
  loop_stop(loop);
}

static void stop(void *ctx) {
  (void)ctx;
  loop_stop(loop);
}

/* What comes while a descriptor rests is neither told nor lost, and another one of its number is a new one. */
static void test_rest(void **state) {
  (void)state;
  int ends[2], others[2], n = 0;
  LoopTimer t = { .fn = stop };
  assert_int_equal(pipe(ends), 0);
  for (int i = 1; i <= 2; i++) {
    assert_true(loop_watch(loop, ends[0], LOOP_READ, count, &n));
    loop_rest(loop, ends[0]);
    if (i == 2) {
      loop_after(loop, &t, 20);
      assert_int_equal(write(ends[1], "x", 1), 1);
      loop_run(loop);
      assert_int_equal(n, i - 1);
    } else assert_int_equal(write(ends[1], "x", 1), 1);
    assert_true(loop_watch(loop, ends[0], LOOP_READ, count, &n));
    loop_run(loop);
    assert_int_equal(n, i);
  }
  loop_rest(loop, ends[0]);
  loop_forget(loop, ends[0]);
  close(ends[0]);
  close(ends[1]);
  assert_int_equal(pipe(others), 0);
  assert_int_equal(others[0], ends[0]);
  assert_true(loop_watch(loop, others[0], LOOP_READ, count, &n));
  assert_int_equal(write(others[1], "x", 1), 1);
  loop_run(loop);
  assert_int_equal(n, 3);
  loop_forget(loop, others[0]);
  close(others[0]);
  close(others[1]);
}

static void test_time_is_the_machines_again(void **state) {
  (void)state;
  loop_play(loop, START, 0);
  loop_free(loop);
  assert_true(clock_wall_ms() == START / 1000);
  loop = loop_new();
  assert_true(clock_wall_ms() > START / 1000);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(test_live, begin, end), cmocka_unit_test_setup_teardown(test_tape, begin, end),
    cmocka_unit_test_setup_teardown(test_held, begin, end), cmocka_unit_test_setup_teardown(test_speed, begin, end),
    cmocka_unit_test_setup_teardown(test_descriptors_have_their_turn, begin, end),
    cmocka_unit_test_setup_teardown(test_rest, begin, end),
    cmocka_unit_test_setup_teardown(test_time_is_the_machines_again, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
