/* The table `scan` against slow versions of it, and with arguments that do not fit: tests/unit/scan_reference.lua. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>

#include "worker/book.h"
#include "worker/decimal_lib.h"
#include "worker/scan.h"

#define NOW 1700000000000

static int64_t now(void) { return NOW; }

static void fill_side(lua_State *L, int arg, BookSide *s) {
  s->n = lua_rawlen(L, arg);
  for (size_t i = 0; i < s->n; i++) {
    lua_rawgeti(L, arg, (lua_Integer)i + 1);
    lua_rawgeti(L, -1, 1);
    lua_rawgeti(L, -2, 2);
    s->levels[i] = (BookLevel){ lua_tonumber(L, -2), lua_tonumber(L, -1), JSON_NONE };
    lua_pop(L, 3);
  }
}

static int make_book(lua_State *L) {      /* book(bids, asks) */
  Book *b = book_new(L, lua_rawlen(L, 1), lua_rawlen(L, 2));
  fill_side(L, 1, &b->bids);
  fill_side(L, 2, &b->asks);
  return 1;
}

static void against_the_slow_versions(void **state) {
  (void)state;
  lua_State *L = luaL_newstate();
  assert_non_null(L);
  luaL_openlibs(L);
  book_open(L);
  book_clock(now);
  lua_pushglobaltable(L);
  decimal_open(L);
  lua_pop(L, 1);
  scan_open(L);
  lua_setglobal(L, "scan");
  lua_pushcfunction(L, make_book);
  lua_setglobal(L, "book");
  lua_pushinteger(L, NOW);
  lua_setglobal(L, "now");
  if (luaL_dofile(L, "tests/unit/scan_reference.lua") != LUA_OK) fail_msg("%s", lua_tostring(L, -1));
  assert_string_equal(lua_tostring(L, -1), "all done");
  lua_close(L);
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(against_the_slow_versions) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
