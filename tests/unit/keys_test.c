#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "broker/keys.h"

#define CANARY "canary-secret-0123456789abcdef"
extern char **environ;

static char dir[64], file[96], err[256];
static const char *passphrase = "correct horse battery";
static int asked, asked_fresh;

static size_t prompt(void *ctx, bool is_new, char *buf, size_t cap) {
  (void)ctx;
  asked++;
  if (is_new) asked_fresh++;
  if (!passphrase) return 0;
  snprintf(buf, cap, "%s", passphrase);
  return strlen(passphrase);
}

static KeysSource by_passphrase = { .passphrase = prompt };

static int fresh(void **state) {
  (void)state;
  strcpy(dir, "/tmp/bourse-keys-XXXXXX");
  if (!mkdtemp(dir)) return -1;
  snprintf(file, sizeof file, "%s/keys.enc", dir);
  passphrase = "correct horse battery";
  asked = asked_fresh = 0;
  return 0;
}

static int clean(void **state) {
  (void)state;
  char command[128];
  snprintf(command, sizeof command, "rm -rf %s", dir);
  return system(command);
}

static Keys *opened(void) {
  Keys *k = keys_open(dir, &by_passphrase, err, sizeof err);
  if (!k) fail_msg("%s", err);
  return k;
}

static void add(Keys *k, const char *venue, const char *account, const char *secret) {
  KeysEntry e = { .venue = venue, .account = account, .rights = 3, .adapter = "d1\nfetch_balance read POST https://api.example.com/balance", .hosts = { "https://api.example.com", "https://b.example.com" } };
  Credentials c = { .field = { [K_APIKEY] = { "the-api-key", 11 }, [K_SECRET] = { secret, strlen(secret) } } };
  if (!keys_add(k, &e, &c, err, sizeof err)) fail_msg("%s", err);
}

static void round_trip(void **state) {
  (void)state;
  KeysEntry e;
  Credentials c;
  Keys *k = opened();
  assert_int_equal(asked, 0);                      /* nothing to open yet */
  assert_false(keys_exist(dir));
  add(k, "kraken", NULL, CANARY);
  assert_int_equal(asked_fresh, 1);
  add(k, "binance", "second", "s2");
  add(k, "binance", "first", "s1");
  assert_int_equal(asked, 1);
  keys_close(k);

  struct stat st;
  assert_int_equal(stat(file, &st), 0);
  assert_int_equal(st.st_mode & 0777, 0600);
  char bytes[4096];
  int fd = open(file, O_RDONLY);
  ssize_t n = read(fd, bytes, sizeof bytes);
  close(fd);
  assert_null(memmem(bytes, (size_t)n, "canary", 6));
  assert_null(memmem(bytes, (size_t)n, "kraken", 6));

  k = opened();
  assert_int_equal(asked, 2);
  assert_int_equal(keys_count(k), 3);
  assert_true(keys_nth(k, 0, &e, NULL));
  assert_string_equal(e.account, "first");
  assert_true(keys_nth(k, 2, &e, &c));
  assert_string_equal(e.venue, "kraken");
  assert_string_equal(e.account, "main");
  assert_string_equal(e.adapter, "d1\nfetch_balance read POST https://api.example.com/balance");
  assert_true(keys_accepts(&e, "d1"));
  assert_false(keys_accepts(&e, "d"));
  assert_false(keys_accepts(&e, "d1\nfetch"));
  assert_false(keys_accepts(&e, ""));
  assert_int_equal(e.rights, 3);
  assert_string_equal(e.hosts[1], "https://b.example.com");
  assert_null(e.hosts[2]);
  assert_int_equal(c.field[K_SECRET].len, strlen(CANARY));
  assert_memory_equal(c.field[K_SECRET].p, CANARY, strlen(CANARY));
  assert_null(c.field[K_PASSWORD].p);
  assert_false(keys_nth(k, 3, &e, &c));
  assert_true(keys_get(k, "kraken", NULL, NULL, &c));
  assert_false(keys_get(k, "binance", NULL, NULL, &c));      /* two, none of them main */
  assert_true(keys_get(k, "binance", "second", NULL, &c));
  assert_memory_equal(c.field[K_SECRET].p, "s2", 2);
  assert_false(keys_get(k, "luno", NULL, NULL, &c));
  assert_true(keys_get(k, "binance", "first", &e, &c));      /* what the store gave, changed and given back */
  e.rights = 7;
  assert_true(keys_add(k, &e, &c, err, sizeof err));
  assert_true(keys_get(k, "binance", "first", &e, &c));
  assert_int_equal(e.rights, 7);
  assert_memory_equal(c.field[K_SECRET].p, "s1", 2);
  add(k, "binance", "second", "changed");
  assert_int_equal(keys_count(k), 3);
  assert_true(keys_remove(k, "binance", "first", err, sizeof err));
  assert_false(keys_remove(k, "binance", "first", err, sizeof err));
  assert_string_equal(err, "there is no key first of binance");
  keys_close(k);
  k = opened();
  assert_int_equal(keys_count(k), 2);
  assert_true(keys_get(k, "binance", NULL, NULL, &c));       /* its only one */
  assert_memory_equal(c.field[K_SECRET].p, "changed", 7);
  keys_close(k);
}

static void renewed(void **state) {
  (void)state;
  KeysEntry e;
  Keys *a = opened();
  assert_true(keys_renew(a));                      /* nothing there */
  add(a, "kraken", NULL, "1");
  Keys *b = opened();
  add(b, "kraken", NULL, "2");
  add(b, "luno", NULL, "3");
  assert_int_equal(keys_count(a), 1);
  assert_true(keys_renew(a));
  assert_int_equal(keys_count(a), 2);
  keys_close(b);
  assert_int_equal(unlink(file), 0);
  assert_false(keys_renew(a));
  b = opened();
  add(b, "okx", NULL, "4");                        /* another store, of another passphrase maybe: nothing is asked in the middle of a run */
  int before = asked;
  assert_false(keys_renew(a));
  assert_int_equal(asked, before);
  assert_true(keys_get(a, "kraken", NULL, &e, NULL));
  keys_close(a);
  keys_close(b);
}

static void two_at_once(void **state) {
  (void)state;
  Keys *a = opened();
  add(a, "kraken", NULL, "1");
  Keys *b = opened();
  add(b, "luno", NULL, "2");
  add(a, "okx", NULL, "3");
  assert_int_equal(keys_count(a), 3);
  keys_close(a);
  keys_close(b);
  Keys *k = opened();
  assert_int_equal(keys_count(k), 3);
  keys_close(k);
}

static void refused(const char *why) {
  assert_null(keys_open(dir, &by_passphrase, err, sizeof err));
  if (!strstr(err, why)) fail_msg("'%s' does not hold '%s'", err, why);
}

static void wrong_passphrases_and_damage(void **state) {
  (void)state;
  Keys *k = opened();
  add(k, "kraken", NULL, CANARY);
  keys_close(k);
  char good[4096], bad[4096];
  int fd = open(file, O_RDWR);
  ssize_t n = read(fd, good, sizeof good);
  passphrase = "wrong horse battery";
  refused("wrong passphrase");
  passphrase = NULL;
  refused("no passphrase given");
  passphrase = "correct horse battery";
  for (ssize_t cut = 0; cut < n; cut += 7) {
    assert_int_equal(ftruncate(fd, cut), 0);
    refused("is cut short");
    assert_int_equal(pwrite(fd, good, (size_t)n, 0), n);
  }
  for (ssize_t at = 0; at < n; at += at < 60 ? 9 : 23) {     /* any byte changed is noticed */
    memcpy(bad, good, (size_t)n);
    bad[at] ^= 0x40;
    assert_int_equal(pwrite(fd, bad, (size_t)n, 0), n);
    assert_null(keys_open(dir, &by_passphrase, err, sizeof err));
    assert_true(err[0] != '\0');
  }
  assert_int_equal(pwrite(fd, good, (size_t)n, 0), n);
  close(fd);
  k = opened();
  assert_int_equal(keys_count(k), 1);
  keys_close(k);
}

static void open_to_others(void **state) {
  (void)state;
  Keys *k = opened();
  add(k, "kraken", NULL, CANARY);
  keys_close(k);
  assert_int_equal(chmod(file, 0640), 0);
  refused("can be read by others: chmod 600");
  assert_int_equal(chmod(file, 0600), 0);
  assert_int_equal(chmod(dir, 0755), 0);
  refused("is open to others: chmod 700");
  assert_int_equal(chmod(dir, 0700), 0);
  assert_int_equal(unlink(file), 0);
  assert_int_equal(symlink("/etc/passwd", file), 0);
  refused("cannot open");
}

static void key_file(void **state) {
  (void)state;
  char path[96], other[96];
  snprintf(path, sizeof path, "%s/key", dir);
  snprintf(other, sizeof other, "%s/other", dir);
  int fd = open(path, O_WRONLY | O_CREAT, 0600);
  assert_int_equal(write(fd, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n", 65), 65);
  close(fd);
  KeysSource s = { .key_file = path };
  Keys *k = keys_open(dir, &s, err, sizeof err);
  assert_non_null(k);
  add(k, "kraken", NULL, CANARY);
  keys_close(k);
  k = keys_open(dir, &s, err, sizeof err);
  assert_non_null(k);
  assert_int_equal(keys_count(k), 1);
  keys_close(k);
  refused("was made with a key file");
  fd = open(other, O_WRONLY | O_CREAT, 0600);
  assert_int_equal(write(fd, "0123456789abcdef0123456789abcdef", 32), 32);
  s.key_file = other;
  assert_null(keys_open(dir, &s, err, sizeof err));
  assert_string_equal(err, "this is not the key file of the key store");
  assert_int_equal(ftruncate(fd, 20), 0);
  close(fd);
  assert_null(keys_open(dir, &s, err, sizeof err));
  assert_non_null(strstr(err, "must hold 32 bytes"));
  assert_int_equal(chmod(path, 0644), 0);
  s.key_file = path;
  assert_null(keys_open(dir, &s, err, sizeof err));
  assert_non_null(strstr(err, "chmod 600"));
}

static void bad_entries(void **state) {
  (void)state;
  Keys *k = opened();
  KeysEntry e = { .venue = "../x" };
  Credentials c = { .field = { [K_APIKEY] = { "k", 1 } } };
  assert_false(keys_add(k, &e, &c, err, sizeof err));
  assert_string_equal(err, "the venue is the id of an exchange, such as kraken");
  e.venue = "kraken";
  e.account = "a b";
  assert_false(keys_add(k, &e, &c, err, sizeof err));
  e.account = NULL;
  c.field[K_APIKEY].len = 0;
  assert_false(keys_add(k, &e, &c, err, sizeof err));
  assert_string_equal(err, "the credential 'apiKey' is empty");
  c.field[K_APIKEY].len = KEYS_FIELD_MAX + 1;
  assert_false(keys_add(k, &e, &c, err, sizeof err));
  c.field[K_APIKEY].p = NULL;
  assert_false(keys_add(k, &e, &c, err, sizeof err));
  assert_string_equal(err, "there is no credential to keep");
  passphrase = "short";
  c.field[K_APIKEY] = (RecipeBytes){ "k", 1 };
  assert_false(keys_add(k, &e, &c, err, sizeof err));
  assert_non_null(strstr(err, "too short"));
  assert_false(keys_exist(dir));
  keys_close(k);
}

static void environment(void **state) {
  (void)state;
  static char one[] = "BOURSE_KRAKEN_APIKEY=env-key", two[] = "BOURSE_KRAKEN_SECRET=" CANARY, three[] = "BOURSE__1BTCXE_UID=u",
              four[] = "BOURSE_HOME=/x", five[] = "PATH=/bin", six[] = "BOURSE_OKX_PASSWORD=";
  char *mine[] = { one, four, two, three, five, six, NULL }, **before = environ;
  environ = mine;
  size_t n = keys_take_environment();
  char *left[4] = { mine[0], mine[1], mine[2], NULL };
  environ = before;
  assert_int_equal(n, 3);
  assert_string_equal(left[0], "BOURSE_HOME=/x");
  assert_string_equal(left[1], "PATH=/bin");
  assert_null(left[2]);
  assert_null(memmem(two, sizeof two, "canary", 6));
  Credentials c;
  assert_true(keys_environment("kraken", &c));
  assert_memory_equal(c.field[K_APIKEY].p, "env-key", 7);
  assert_int_equal(c.field[K_SECRET].len, strlen(CANARY));
  assert_true(keys_environment("_1btcxe", &c));
  assert_int_equal(c.field[K_UID].len, 1);
  assert_false(keys_environment("okx", &c));
  assert_false(keys_environment("luno", &c));
  const char *venue;
  assert_true(keys_environment_nth(1, &venue, &c));
  assert_string_equal(venue, "_1btcxe");
  assert_int_equal(c.field[K_UID].len, 1);
  assert_false(keys_environment_nth(2, &venue, &c));
  keys_environment("kraken", &c);
  pid_t child = fork();
  if (child == 0) _exit(memmem(c.field[K_SECRET].p, 6, "canary", 6) ? 1 : 0);
  int status;
  waitpid(child, &status, 0);
  assert_int_equal(status, 0);                     /* a fork does not take them along */
  keys_wipe();
  assert_false(keys_environment("kraken", &c));
}

static void fingerprints(void **state) {
  (void)state;
  char a[17], b[17];
  keys_fingerprint("abc", 3, a);
  assert_string_equal(a, "ba7816bf8f01cfea");
  keys_fingerprint("abd", 3, b);
  assert_string_not_equal(a, b);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, fresh, clean)
  const struct CMUnitTest tests[] = { T(round_trip), T(renewed), T(two_at_once), T(wrong_passphrases_and_damage), T(open_to_others), T(key_file), T(bad_entries),
    T(environment), T(fingerprints) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
