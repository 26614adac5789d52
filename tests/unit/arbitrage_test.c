/* scripts/arbitrage.lua on made-up exchanges: the cases are in tests/strategies/arbitrage_test.lua. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>

static void planted_cases(void **state) {
  (void)state;
  lua_State *L = luaL_newstate();
  assert_non_null(L);
  luaL_openlibs(L);
  if (luaL_loadfile(L, "tests/strategies/arbitrage_test.lua") != LUA_OK) fail_msg("%s", lua_tostring(L, -1));
  lua_pushliteral(L, "scripts/arbitrage.lua");
  if (lua_pcall(L, 1, 1, 0) != LUA_OK) fail_msg("%s", lua_tostring(L, -1));
  assert_int_equal(lua_tointeger(L, -1), 17);
  lua_close(L);
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(planted_cases) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
