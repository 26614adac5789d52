/* The file of a tape: what was written comes back; cut off or damaged anywhere, what comes back was written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "broker/tape.h"

#define START 1718454896789000ll

static char dir[64], path[128], err[256];

static int fresh(void **state) {
  (void)state;
  strcpy(dir, "/tmp/bourse-tape-XXXXXX");
  if (!mkdtemp(dir)) return -1;
  snprintf(path, sizeof path, "%s/a.tape", dir);
  return 0;
}

static int clean(void **state) {
  (void)state;
  char command[100];
  snprintf(command, sizeof command, "rm -rf %s", dir);
  return system(command);
}

/* The i-th event of every tape here, in full: its data says which it is. */
static TapeEvent nth(int i, char data[200]) {
  int n = snprintf(data, 200, "event %d", i);
  for (int k = 0; k < i % 100; k++) data[n++] = (char)('a' + (i * 7 + k) % 26);
  return (TapeEvent){ .at_us = START + i * 1000ll, .what = (uint8_t)(i % 200), .worker = (uint32_t)(i % 3), .id = (uint32_t)i, .data = data, .len = (size_t)n };
}

static bool same(const TapeEvent *a, int i) {
  char data[200];
  TapeEvent b = nth(i, data);
  return a->at_us == b.at_us && a->what == b.what && a->worker == b.worker && a->id == b.id && a->len == b.len && !memcmp(a->data, b.data, b.len);
}

static TapeWriter *create(void) {
  unlink(path);
  TapeWriter *w = tape_create(path, err, sizeof err);
  assert_non_null(w);
  return w;
}

static void write_events(TapeWriter *w, int from, int to, int sync_each) {
  char data[200];
  for (int i = from; i < to; i++) {
    TapeEvent e = nth(i, data);
    e.len -= 3;                       /* in two parts */
    assert_true(tape_write(w, &e, data + e.len, 3));
    if (sync_each && i % sync_each == sync_each - 1) assert_true(tape_sync(w));
  }
}

static Tape *open_tape(void) {
  Tape *t = tape_open(path, err, sizeof err);
  assert_non_null(t);
  return t;
}

/* Reads on from event `i`: the number of the one after the last. */
static int read_events(Tape *t, int i) {
  TapeEvent e;
  for (; tape_next(t, &e) == TAPE_EVENT; i++) assert_true(same(&e, i));
  return i;
}

static void test_round(void **state) {
  (void)state;
  TapeWriter *w = create();
  write_events(w, 0, 60000, 1000);    /* several blocks */
  assert_true(tape_finish(w));
  Tape *t = open_tape();
  assert_true(tape_size(t).blocks > 2);
  assert_int_equal(read_events(t, 0), 60000);
  assert_int_equal(tape_state(t, NULL), TAPE_WHOLE);
  tape_close(t);
}

static void test_empty(void **state) {
  (void)state;
  assert_true(tape_finish(create()));
  Tape *t = open_tape();
  TapeEvent e;
  assert_int_equal(tape_next(t, &e), TAPE_END);
  assert_int_equal(tape_state(t, NULL), TAPE_WHOLE);
  tape_close(t);
}

static void test_seek(void **state) {
  (void)state;
  TapeWriter *w = create();
  write_events(w, 0, 60000, 700);
  assert_true(tape_finish(w));
  Tape *t = open_tape();
  for (int i = 0; i < 60000; i += 977) {
    tape_seek(t, START + i * 1000ll - 1);
    TapeEvent e;
    assert_int_equal(tape_next(t, &e), TAPE_EVENT);
    assert_true(same(&e, i));
  }
  tape_seek(t, 0);
  assert_int_equal(read_events(t, 0), 60000);
  tape_seek(t, START + 60000 * 1000ll);
  assert_int_equal(read_events(t, 60000), 60000);
  tape_close(t);
}

static void test_read_at(void **state) {
  (void)state;
  static uint64_t places[40000];
  TapeWriter *w = create();
  TapeEvent e;
  write_events(w, 0, 40000, 0);
  assert_true(tape_finish(w));
  Tape *t = open_tape();
  for (int i = 0; i < 40000; i++) {
    assert_int_equal(tape_next(t, &e), TAPE_EVENT);
    places[i] = e.place;
  }
  for (int i = 0, at = 0; i < 3000; i++, at = (at + 17389) % 40000) {
    assert_true(tape_read_at(t, places[at], &e));
    assert_true(same(&e, at));
  }
  assert_false(tape_read_at(t, UINT64_MAX, &e));
  tape_close(t);
}

static void test_long_event(void **state) {
  (void)state;
  size_t n = 9u << 20;
  char *data = malloc(n);
  assert_non_null(data);
  for (size_t i = 0; i < n; i++) data[i] = (char)(i * i >> 7);
  TapeWriter *w = create();
  write_events(w, 0, 10, 0);
  TapeEvent e = { .at_us = START + 9500, .what = 3, .data = data, .len = n };
  assert_true(tape_write(w, &e, NULL, 0));
  write_events(w, 10, 20, 0);
  assert_true(tape_finish(w));
  Tape *t = open_tape();
  for (int i = 0; i < 10; i++) {
    assert_int_equal(tape_next(t, &e), TAPE_EVENT);
    assert_true(same(&e, i));
  }
  assert_int_equal(tape_next(t, &e), TAPE_EVENT);
  assert_int_equal(e.len, n);
  assert_memory_equal(e.data, data, n);
  assert_int_equal(read_events(t, 10), 20);
  tape_close(t);
  free(data);
}

static void test_time_does_not_go_back(void **state) {
  (void)state;
  TapeWriter *w = create();
  TapeEvent e = { .at_us = START, .data = "\xc0", .len = 1 };
  assert_true(tape_write(w, &e, NULL, 0));
  e.at_us = START - 5000000;
  assert_true(tape_write(w, &e, NULL, 0));
  assert_true(tape_finish(w));
  Tape *t = open_tape();
  assert_int_equal(tape_next(t, &e), TAPE_EVENT);
  assert_int_equal(tape_next(t, &e), TAPE_EVENT);
  assert_true(e.at_us == START);
  tape_close(t);
}

static void test_never_over_a_file(void **state) {
  (void)state;
  struct stat st;
  assert_true(tape_finish(create()));
  assert_int_equal(stat(path, &st), 0);
  assert_int_equal(st.st_mode & 0777, 0600);
  assert_null(tape_create(path, err, sizeof err));
  assert_non_null(strstr(err, "already"));
}

static void test_not_a_tape(void **state) {
  (void)state;
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  fputs("-- a script, by mistake\n", f);
  fclose(f);
  assert_null(tape_open(path, err, sizeof err));
  assert_non_null(strstr(err, "not a tape"));
  assert_null(tape_open(dir, err, sizeof err));
  assert_non_null(strstr(err, "not a plain file"));
}

/* As a killed program leaves it: what was synced is there. */
static void test_unfinished(void **state) {
  (void)state;
  TapeWriter *w = create();
  write_events(w, 0, 250, 100);
  Tape *t = open_tape();
  assert_int_equal(read_events(t, 0), 200);
  assert_int_equal(tape_state(t, NULL), TAPE_CUT_OFF);
  tape_close(t);
  assert_true(tape_finish(w));
}

static long file_size(void) {
  struct stat st;
  assert_int_equal(stat(path, &st), 0);
  return (long)st.st_size;
}

static void test_cut_off_anywhere(void **state) {
  (void)state;
  TapeWriter *w = create();
  write_events(w, 0, 400, 50);
  assert_true(tape_finish(w));
  int before = 400;
  for (long n = file_size() - 1; n >= 16; n--) {
    assert_int_equal(truncate(path, n), 0);
    Tape *t = open_tape();
    int got = read_events(t, 0);
    assert_true(got <= before && got % 50 == 0);
    assert_int_equal(tape_state(t, NULL), TAPE_CUT_OFF);
    before = got;
    tape_close(t);
  }
  assert_int_equal(before, 0);
}

static void test_zeros_at_the_end(void **state) {
  (void)state;
  TapeWriter *w = create();
  write_events(w, 0, 100, 50);
  assert_true(tape_finish(w));
  assert_int_equal(truncate(path, file_size() - 16), 0);      /* no tail: it was never finished */
  assert_int_equal(truncate(path, file_size() + 9000), 0);
  Tape *t = open_tape();
  assert_int_equal(read_events(t, 0), 100);
  assert_int_equal(tape_state(t, NULL), TAPE_CUT_OFF);
  tape_close(t);
}

/* Whatever byte is wrong, no event comes back that was not written, and it shows. */
static void test_damaged_anywhere(void **state) {
  (void)state;
  TapeWriter *w = create();
  write_events(w, 0, 400, 50);
  assert_true(tape_finish(w));
  FILE *f = fopen(path, "r+b");
  assert_non_null(f);
  for (long at = 16, n = file_size(); at < n; at++) {
    fseek(f, at, SEEK_SET);
    int byte = fgetc(f), seen = 0;
    fseek(f, at, SEEK_SET);
    fputc(byte ^ (1 << at % 8), f);
    fflush(f);
    Tape *t = open_tape();
    TapeEvent e;
    enum tape_read r;
    while ((r = tape_next(t, &e)) != TAPE_END)
      if (r == TAPE_EVENT) {
        assert_true(same(&e, (int)e.id));
        seen++;
      }
    assert_true(seen == 400 || tape_state(t, NULL) != TAPE_WHOLE);
    tape_close(t);
    fseek(f, at, SEEK_SET);
    fputc(byte, f);
    fflush(f);
  }
  fclose(f);
}

/* A bad block does not take the others with it. */
static void test_behind_the_damage(void **state) {
  (void)state;
  TapeWriter *w = create();
  write_events(w, 0, 60000, 0);
  assert_true(tape_finish(w));
  FILE *f = fopen(path, "r+b");
  assert_non_null(f);
  fseek(f, file_size() / 2, SEEK_SET);
  for (int i = 0; i < 64; i++) fputc(0x55, f);
  fclose(f);
  Tape *t = open_tape();
  TapeEvent e;
  enum tape_read r;
  int seen = 0, bad = 0;
  for (int last = -1; (r = tape_next(t, &e)) != TAPE_END;) {
    if (r == TAPE_BAD) bad++;
    else {
      assert_true(same(&e, (int)e.id) && (int)e.id > last);
      last = (int)e.id;
      seen++;
    }
  }
  assert_int_equal(bad, 1);
  assert_true(seen > 30000 && seen < 60000);
  assert_int_equal(tape_state(t, NULL), TAPE_DAMAGED);
  tape_close(t);
}

/* The disk fills up: it is said, and what was written before can be read. */
static void test_full_disk(void **state) {
  (void)state;
  struct rlimit before, little = { 20000, 20000 };
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
  little.rlim_max = before.rlim_max;
  signal(SIGXFSZ, SIG_IGN);
  TapeWriter *w = create();
  char data[200];
  int i = 0;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
  for (; i < 100000; i++) {
    TapeEvent e = nth(i, data);
    if (!tape_write(w, &e, NULL, 0) || (i % 100 == 99 && !tape_sync(w))) break;
  }
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
  assert_true(i < 100000);
  assert_true(*tape_why(w));
  TapeEvent e = nth(i, data);
  assert_false(tape_write(w, &e, NULL, 0));
  assert_false(tape_finish(w));
  Tape *t = open_tape();
  int got = read_events(t, 0);
  assert_true(got > 0 && got <= i && got % 100 == 0);
  assert_int_equal(tape_state(t, NULL), TAPE_CUT_OFF);
  tape_close(t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(test_round, fresh, clean), cmocka_unit_test_setup_teardown(test_empty, fresh, clean),
    cmocka_unit_test_setup_teardown(test_seek, fresh, clean), cmocka_unit_test_setup_teardown(test_read_at, fresh, clean),
    cmocka_unit_test_setup_teardown(test_long_event, fresh, clean), cmocka_unit_test_setup_teardown(test_time_does_not_go_back, fresh, clean),
    cmocka_unit_test_setup_teardown(test_never_over_a_file, fresh, clean), cmocka_unit_test_setup_teardown(test_not_a_tape, fresh, clean),
    cmocka_unit_test_setup_teardown(test_unfinished, fresh, clean), cmocka_unit_test_setup_teardown(test_cut_off_anywhere, fresh, clean),
    cmocka_unit_test_setup_teardown(test_zeros_at_the_end, fresh, clean), cmocka_unit_test_setup_teardown(test_damaged_anywhere, fresh, clean),
    cmocka_unit_test_setup_teardown(test_behind_the_damage, fresh, clean), cmocka_unit_test_setup_teardown(test_full_disk, fresh, clean),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
