/* The scripts that ship, on made-up exchanges and a clock moved by hand: tests/strategies/world.lua and a test of each script beside it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <setjmp.h>
#include <cmocka.h>
#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>

#include "worker/book.h"
#include "worker/decimal_lib.h"
#include "worker/scan.h"

static int64_t clock_ms;

static int64_t now(void) { return clock_ms; }

static int set_clock(lua_State *L) {
  clock_ms = luaL_checkinteger(L, 1);
  return 0;
}

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

static int make_book(lua_State *L) {      /* book(bids, asks, received [, timestamp]) */
  Book *b = book_new(L, lua_rawlen(L, 1), lua_rawlen(L, 2));
  fill_side(L, 1, &b->bids);
  fill_side(L, 2, &b->asks);
  b->received = luaL_checkinteger(L, 3);
  b->timestamp = luaL_optinteger(L, 4, INT64_MIN);
  return 1;
}

static void run(const char *script) {
  char path[100];
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
  lua_register(L, "book", make_book);
  lua_register(L, "set_clock", set_clock);
  snprintf(path, sizeof path, "tests/strategies/%s_test.lua", script);
  if (luaL_loadfile(L, path) != LUA_OK || luaL_dofile(L, "tests/strategies/world.lua") != LUA_OK || lua_pcall(L, 1, 1, 0) != LUA_OK)
    fail_msg("%s", lua_tostring(L, -1));
  assert_true(lua_tointeger(L, -1) > 0);
  lua_close(L);
}

static void vocabulary(void **state) { (void)state; run("vocabulary"); }
static void offer(void **state) { (void)state; run("offer"); }
static void arbitrage(void **state) { (void)state; run("arbitrage"); }
static void triangular(void **state) { (void)state; run("triangular"); }
static void spread(void **state) { (void)state; run("spread"); }
static void premium(void **state) { (void)state; run("premium"); }
static void market_maker(void **state) { (void)state; run("market_maker"); }
static void dca(void **state) { (void)state; run("dca"); }
static void rebalance(void **state) { (void)state; run("rebalance"); }
static void screener(void **state) { (void)state; run("screener"); }

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(vocabulary), cmocka_unit_test(offer), cmocka_unit_test(arbitrage), cmocka_unit_test(triangular), cmocka_unit_test(spread), cmocka_unit_test(premium),
    cmocka_unit_test(market_maker), cmocka_unit_test(dca), cmocka_unit_test(rebalance), cmocka_unit_test(screener) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
