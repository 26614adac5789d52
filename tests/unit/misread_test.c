/* Lua's words over a reply become the adapter's: which line, and what was there instead. */
#include "worker/misread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const struct { const char *error, *told; } rows[] = {
  { "exchanges/x.lua:7: attempt to index a nil value (field 'rate')", "exchanges/x.lua:7 does not fit this reply (field 'rate' is nil)" },
  { "host/lua/endpoint.lua:316: address.network: exchanges/dialects/y.lua:137: attempt to index a boolean value (local 'o')",
    "exchanges/dialects/y.lua:137 does not fit this reply (local 'o' is boolean)" },
  { "exchanges/x.lua:164: attempt to call a nil value (method 'sub')", "exchanges/x.lua:164 does not fit this reply (method 'sub' is nil)" },
  { "exchanges/x.lua:9: attempt to compare nil with number", "exchanges/x.lua:9 does not fit this reply (compare nil with number)" },
  { "exchanges/x.lua:18: bad argument #1 to 'for iterator' (table expected, got nil)",
    "exchanges/x.lua:18 does not fit this reply (for iterator: table expected, got nil)" },
  { "attempt to index a nil value", "the adapter does not fit this reply (something is nil)" },
  { "exchanges/x.lua:3: no such order", "exchanges/x.lua:3: no such order" },
  { "host/lua/endpoint.lua:316: address.network: no such network", "address.network: no such network" },
  { "host/lua/exchange.lua:226: not a decimal: 'x'", "not a decimal: 'x'" },
  { "host/lua/a.lua:1: host/lua/verbs/b.lua:22: c", "c" },
  { "host/lua/a.lua: c", "host/lua/a.lua: c" },
  { "", "" },
};

static void test_rows(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char out[400];
    misread(rows[i].error, out, sizeof out);
    assert_string_equal(out, rows[i].told);
  }
}

static void test_in_place_and_short(void **state) {
  (void)state;
  char text[64] = "exchanges/x.lua:7: attempt to index a nil value (field 'rate')", few[16];
  misread(text, text, sizeof text);
  assert_string_equal(text, "exchanges/x.lua:7 does not fit this reply (field 'rate' is nil)");
  misread(rows[0].error, few, sizeof few);
  assert_int_equal(strlen(few), sizeof few - 1);
  char many[1000];
  memset(many, 'x', sizeof many - 1);
  memcpy(many + 900, "attempt to index", 16);
  many[sizeof many - 1] = 0;
  misread(many, many, sizeof many);
  assert_true(strlen(many) < 400);
}

static void test_without_place(void **state) {
  (void)state;
  assert_string_equal(misread_without_place("host/lua/a.lua:1: b"), "b");
  assert_string_equal(misread_without_place("host/lua/a.lua:1: attempt to call a nil value"), "host/lua/a.lua:1: attempt to call a nil value");
  assert_string_equal(misread_without_place("m.lua:1: host/lua/a.lua:1: b"), "m.lua:1: host/lua/a.lua:1: b");
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows), cmocka_unit_test(test_in_place_and_short), cmocka_unit_test(test_without_place) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
