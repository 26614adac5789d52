#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "broker/pin.h"
#include "broker/session.h"

static char dir[64], err[256];

static void put_n(const char *name, const char *text, size_t n) {
  char path[160];
  snprintf(path, sizeof path, "%s/exchanges/%s.lua", dir, name);
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  assert_int_equal(fwrite(text, 1, n, f), n);
  fclose(f);
}

static void put(const char *name, const char *text) { put_n(name, text, strlen(text)); }

static int fresh(void **state) {
  (void)state;
  char path[100];
  strcpy(dir, "/tmp/bourse-pin-XXXXXX");
  if (!mkdtemp(dir)) return -1;
  snprintf(path, sizeof path, "%s/exchanges", dir);
  mkdir(path, 0700);
  snprintf(path, sizeof path, "%s/exchanges/dialects", dir);
  mkdir(path, 0700);
  paths_set_home(dir);
  put("dialects/one", "return {}");
  put("dialects/two", "local d = dialect \"three\" return d");
  put("dialects/three", "return dialect \"two\"");
  return 0;
}

static int clean(void **state) {
  (void)state;
  char command[128];
  snprintf(command, sizeof command, "rm -rf %s", dir);
  return system(command);
}

/* The names of what an adapter with this text is pinned with, after its own. */
static const char *named(const char *text) {
  static char out[512];
  Pin pin;
  put("it", text);
  if (!pin_read("it", &pin, err, sizeof err)) fail_msg("%s", err);
  out[0] = 0;
  for (size_t i = 1; i < pin.n; i++) snprintf(out + strlen(out), sizeof out - strlen(out), "%s ", pin.files[i].name);
  return out;
}

static void what_counts_as_written_out(void **state) {
  (void)state;
  static const struct { const char *text, *names; } rows[] = {
    { "return {}", "" },
    { "local d = dialect \"one\"", "one " },
    { "local d = dialect('one')", "one " },
    { "local d = dialect (\n  \"one\")", "one " },
    { "dialect \"two\"", "three two " },
    { "dialect \"one\" dialect \"two\" dialect \"one\"", "one three two " },
    { "-- see dialect \"one\"", "one " },
    { "dialect \"not_there\"", "not_there " },
    { "dialect(\"on\" .. \"e\")", "on " },                 /* that there is no such file is of the pin too; what is loaded is not in it */
    { "dialect(name)", "" }, { "dialect [[one]]", "" }, { "dialect \"one'", "" }, { "dialect \"../one\"", "" }, { "dialect \"One\"", "" },
    { "my_dialect \"one\"", "" }, { "dialects \"one\"", "" }, { "dialect", "" }, { "dialect \"", "" }, { "dialect \"one", "" },
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (strcmp(named(rows[i].text), rows[i].names)) fail_msg("%s: '%s', not '%s'", rows[i].text, named(rows[i].text), rows[i].names);
}

static void what_changes_it(void **state) {
  (void)state;
  Pin a, b;
  put("it", "local d = dialect \"two\" return {}");
  assert_true(pin_read("it", &a, err, sizeof err));
  assert_true(pin_read("it", &b, err, sizeof err));
  assert_string_equal(a.digest, b.digest);
  assert_int_equal(strlen(a.digest), 64);
  put("dialects/one", "return 1");                          /* not one of its */
  assert_true(pin_read("it", &b, err, sizeof err));
  assert_string_equal(a.digest, b.digest);
  put("dialects/three", "return dialect \"two\" ");
  assert_true(pin_read("it", &b, err, sizeof err));
  assert_string_not_equal(a.digest, b.digest);
  assert_string_equal(a.files[0].digest, b.files[0].digest);
  put("other", "local d = dialect \"two\" return {}");       /* the same text under another name is another adapter */
  assert_true(pin_read("other", &a, err, sizeof err));
  assert_string_not_equal(a.digest, b.digest);
}

static void refused(void **state) {
  (void)state;
  Pin pin;
  char many[4096] = "";
  assert_false(pin_read("absent", &pin, err, sizeof err));
  assert_string_equal(err, "exchanges/absent.lua: no such file");
  put_n("it", "-- \0 dialect \"one\"", 18);
  assert_false(pin_read("it", &pin, err, sizeof err));
  assert_string_equal(err, "exchanges/it.lua holds a zero byte, or names more than 63 dialects");
  for (int i = 0; i < PIN_FILES; i++) snprintf(many + strlen(many), sizeof many - strlen(many), "dialect \"d%d\"\n", i);
  put("it", many);
  assert_false(pin_read("it", &pin, err, sizeof err));
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, fresh, clean)
  const struct CMUnitTest tests[] = { T(what_counts_as_written_out), T(what_changes_it), T(refused) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
