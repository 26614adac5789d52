#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "broker/nonce.h"

#define NOW 1718454896789000000
#define NOW_MS 1718454896789u

static char dir[64], err[256];

static int fresh(void **state) {
  (void)state;
  strcpy(dir, "/tmp/bourse-nonce-XXXXXX");
  return mkdtemp(dir) ? 0 : -1;
}

/* The only file in nonces/, in `path`. */
static void the_file(char path[512]) {
  char folder[128];
  snprintf(folder, sizeof folder, "%s/nonces", dir);
  DIR *d = opendir(folder);
  assert_non_null(d);
  path[0] = '\0';
  for (struct dirent *e; (e = readdir(d));)
    if (e->d_name[0] != '.') snprintf(path, 512, "%s/%s", folder, e->d_name);
  closedir(d);
}

static int clean(void **state) {
  (void)state;
  char command[128];
  nonce_close();
  snprintf(command, sizeof command, "rm -rf %s", dir);
  return system(command);
}

static uint64_t next(int64_t now) {
  uint64_t v = 0;
  if (!nonce_next(dir, "kraken", "ab12", T_MS, now, &v, err, sizeof err)) fail_msg("%s", err);
  return v;
}

static void follows_the_clock_and_never_goes_back(void **state) {
  (void)state;
  assert_int_equal(next(NOW), NOW_MS);
  assert_int_equal(next(NOW), NOW_MS + 1);
  assert_int_equal(next(NOW + 5000000), NOW_MS + 5);
  assert_int_equal(next(NOW - 3600 * 1000000000LL), NOW_MS + 6);       /* the clock was set back */
  assert_int_equal(next(0), NOW_MS + 7);
  assert_int_equal(next(-5), NOW_MS + 8);
  nonce_close();                                                       /* a new process */
  assert_int_equal(next(NOW - 3600 * 1000000000LL), NOW_MS + 9);
  assert_int_equal(next(NOW + 60 * 1000000000LL), NOW_MS + 60000);
}

static void units_and_keys_apart(void **state) {
  (void)state;
  uint64_t v;
  assert_true(nonce_next(dir, "a", "k", T_S, NOW, &v, err, sizeof err));
  assert_int_equal(v, 1718454896);
  assert_true(nonce_next(dir, "a", "k", T_S, NOW, &v, err, sizeof err));
  assert_int_equal(v, 1718454897);
  assert_true(nonce_next(dir, "a", "k", T_US, NOW, &v, err, sizeof err));
  assert_int_equal(v, 1718454896789000);
  assert_true(nonce_next(dir, "a", "k", T_NS, NOW, &v, err, sizeof err));
  assert_int_equal(v, 1718454896789000000);
  assert_true(nonce_next(dir, "a", "other", T_S, NOW, &v, err, sizeof err));
  assert_int_equal(v, 1718454896);
  assert_true(nonce_next(dir, "b", "k", T_S, NOW, &v, err, sizeof err));
  assert_int_equal(v, 1718454896);
  assert_false(nonce_next(dir, "a", "k", T_ISO_S, NOW, &v, err, sizeof err));
  assert_string_equal(err, "a nonce is in ms, s, us or ns");
  for (int i = 0; i < 200; i++) {                                      /* more keys than files are kept open */
    char account[16];
    snprintf(account, sizeof account, "k%d", i % 100);
    assert_true(nonce_next(dir, "many", account, T_MS, NOW, &v, err, sizeof err));
    assert_int_equal(v, NOW_MS + (unsigned)(i / 100));
  }
}

static int by_value(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}

/* Processes that draw from one key at once, with clocks that differ; some die in the middle of it. */
#define PROCESSES 4
#define EACH 2000
static void hammered(void **state) {
  (void)state;
  int pipes[PROCESSES][2];
  pid_t pids[PROCESSES];
  next(NOW);                                       /* open in the parent: a fork must not share its lock */
  for (int p = 0; p < PROCESSES; p++) {
    assert_int_equal(pipe(pipes[p]), 0);
    pids[p] = fork();
    if (pids[p] == 0) {
      for (int i = 0; i < EACH; i++) {
        uint64_t v;
        if (!nonce_next(dir, "kraken", "ab12", T_MS, NOW + (p - 2) * 1000000000LL, &v, err, sizeof err)) _exit(1);
        if (write(pipes[p][1], &v, sizeof v) != sizeof v) _exit(2);
        if (p == 3 && i == EACH / 2) { kill(getpid(), SIGKILL); }
      }
      _exit(0);
    }
    close(pipes[p][1]);
  }
  static uint64_t all[PROCESSES * EACH];
  size_t n = 0;
  for (int p = 0; p < PROCESSES; p++) {
    uint64_t v, before = 0;
    while (read(pipes[p][0], &v, sizeof v) == sizeof v) {
      assert_true(v > before);
      before = v;
      all[n++] = v;
    }
    close(pipes[p][0]);
    int status;
    waitpid(pids[p], &status, 0);
    if (p == 3) assert_true(WIFSIGNALED(status));
    else assert_int_equal(status, 0);
  }
  assert_int_equal(n, 3 * EACH + EACH / 2 + 1);
  qsort(all, n, sizeof *all, by_value);
  for (size_t i = 1; i < n; i++) assert_true(all[i] != all[i - 1]);
  assert_true(next(NOW) > all[n - 1]);
}

/* The machine went down: only what was forced to disk is left. Simulated by an old copy of the last nonce under another boot id. */
static void after_a_power_cut(void **state) {
  (void)state;
  char path[512];
  uint8_t record[256];
  uint64_t high = 0;
  next(NOW);
  the_file(path);
  nonce_close();
  int fd = open(path, O_RDWR);
  ssize_t n = pread(fd, record, sizeof record, 0);
  assert_true(n > 0);
  for (int i = 0; i < 500; i++) high = next(NOW);
  nonce_close();
  memset(record + n - 16, 0x55, 16);              /* the last slot is torn */
  assert_int_equal(pwrite(fd, record, (size_t)n, 0), n);
  close(fd);
  assert_true(next(NOW) > high);
}

static void damaged_and_removed_files(void **state) {
  (void)state;
  char path[512];
  uint64_t v;
  next(NOW);
  the_file(path);
  assert_int_equal(unlink(path), 0);
  assert_int_equal(next(NOW), NOW_MS);            /* seen at once, made anew */
  the_file(path);
  struct stat st;
  assert_int_equal(stat(path, &st), 0);
  assert_int_equal(st.st_mode & 0777, 0600);
  nonce_close();
  int fd = open(path, O_WRONLY | O_TRUNC);
  assert_int_equal(write(fd, "garbage that is longer than a slot of the file, which has forty bytes", 69), 69);
  close(fd);
  assert_false(nonce_next(dir, "kraken", "ab12", T_MS, NOW, &v, err, sizeof err));
  assert_non_null(strstr(err, "damaged"));
  nonce_close();
  unlink(path);
  assert_int_equal(symlink("/etc/passwd", path), 0);
  assert_false(nonce_next(dir, "kraken", "ab12", T_MS, NOW, &v, err, sizeof err));
  assert_non_null(strstr(err, "cannot open"));
  assert_false(nonce_next("/dev/null/state", "kraken", "ab12", T_MS, NOW, &v, err, sizeof err));
  assert_non_null(strstr(err, "cannot make /dev/null/state/nonces"));
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, fresh, clean)
  const struct CMUnitTest tests[] = { T(follows_the_clock_and_never_goes_back), T(units_and_keys_apart), T(hammered), T(after_a_power_cut),
    T(damaged_and_removed_files) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
