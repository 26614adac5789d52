/* Replies kept on disk: what was kept comes back, until it is too old or the file is not what was written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "broker/kept.h"

#define URL "https://api.example.com/markets?all=1"
#define NOW 1718454896789

static char dir[64], file[400];

static int fresh(void **state) {
  (void)state;
  strcpy(dir, "/tmp/bourse-kept-XXXXXX");
  return mkdtemp(dir) ? 0 : -1;
}

static int clean(void **state) {
  (void)state;
  char command[100];
  snprintf(command, sizeof command, "rm -rf %s", dir);
  return system(command);
}

/* The only file that is kept. */
static void the_file(void) {
  char folder[128];
  int n = 0;
  snprintf(folder, sizeof folder, "%s/kept", dir);
  DIR *d = opendir(folder);
  assert_non_null(d);
  for (struct dirent *e; (e = readdir(d));)
    if (e->d_name[0] != '.') { snprintf(file, sizeof file, "%s/%s", folder, e->d_name); n++; }
  closedir(d);
  assert_int_equal(n, 1);
}

static bool there(const char *venue, const char *url, int64_t now, const char *want) {
  size_t n = 0;
  int64_t received = 0;
  char *body = kept_read(dir, venue, url, now, 1000, &n, &received);
  bool same = body && n == strlen(want) && memcmp(body, want, n) == 0 && received == NOW;
  free(body);
  return same;
}

static void test_kept(void **state) {
  (void)state;
  assert_false(there("x", URL, NOW, "[1]"));
  assert_true(kept_write(dir, "x", URL, NOW, "[1]", 3));
  assert_true(there("x", URL, NOW, "[1]"));
  assert_true(there("x", URL, NOW + 1000, "[1]"));
  assert_false(there("x", URL, NOW + 1001, "[1]"));         /* too old */
  assert_false(there("x", URL, NOW - 1, "[1]"));            /* of the future: the clock was set back */
  assert_false(there("y", URL, NOW, "[1]"));
  assert_false(there("x", URL "2", NOW, "[1]"));
  assert_true(kept_write(dir, "x", URL, NOW, "[1,2]", 5));   /* in place of the one before */
  assert_true(there("x", URL, NOW, "[1,2]"));
  the_file();
  struct stat st;
  assert_int_equal(stat(file, &st), 0);
  assert_int_equal(st.st_mode & 077, 0);
}

static void spoil(off_t at, const char *with) {
  assert_true(kept_write(dir, "x", URL, NOW, "[\"body\"]", 8));
  the_file();
  int fd = open(file, O_WRONLY);
  assert_true(fd >= 0);
  assert_int_equal(pwrite(fd, with, strlen(with), at), (ssize_t)strlen(with));
  close(fd);
  assert_false(there("x", URL, NOW, "[\"body\"]"));
}

static void test_spoiled(void **state) {
  (void)state;
  struct stat st;
  assert_true(kept_write(dir, "x", URL, NOW, "[\"body\"]", 8));
  the_file();
  assert_int_equal(stat(file, &st), 0);
  off_t end = st.st_size;
  for (off_t at = 0; at < end; at++) spoil(at, "\x01");     /* any byte */
  spoil(end, "x");
  assert_true(kept_write(dir, "x", URL, NOW, "[\"body\"]", 8));
  for (off_t n = end - 1; n >= 0; n -= 7) {                  /* cut short */
    assert_int_equal(truncate(file, n), 0);
    assert_false(there("x", URL, NOW, "[\"body\"]"));
  }
  unlink(file);
  assert_int_equal(symlink("/etc/passwd", file), 0);
  assert_false(there("x", URL, NOW, "[\"body\"]"));
  unlink(file);
  assert_int_equal(mkdir(file, 0700), 0);
  assert_false(there("x", URL, NOW, "[\"body\"]"));
  assert_false(kept_write(dir, "x", URL, NOW, "[]", 2));      /* in the way */
  assert_int_equal(rmdir(file), 0);
}

static void test_hostile_names(void **state) {
  (void)state;
  char longest[9000];
  memset(longest, 'u', sizeof longest - 1);
  longest[sizeof longest - 1] = 0;
  assert_false(kept_write(dir, "x", longest, NOW, "[]", 2));
  assert_false(kept_write(dir, "x", "https://x/\n1", NOW, "[]", 2));
  assert_false(kept_write("/nowhere/at/all", "x", URL, NOW, "[]", 2));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(test_kept, fresh, clean), cmocka_unit_test_setup_teardown(test_spoiled, fresh, clean),
    cmocka_unit_test_setup_teardown(test_hostile_names, fresh, clean),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
