/* docs/types: what editors are told of the API is what there is. types_test --write makes docs/types/unified.lua anew. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>
#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>

#include "worker/decimal_lib.h"
#include "worker/scan.h"
#include "worker/schema.h"

#define PAGE "docs/types/unified.lua"

static const char *const kinds[] = { [SLOT_NUMBER] = "NUMBER", [SLOT_TEXT] = "TEXT", [SLOT_ID] = "ID", [SLOT_TIME] = "TIME", [SLOT_INTEGER] = "INTEGER",
  [SLOT_BOOL] = "BOOL", [SLOT_TRADES] = "TRADES", [SLOT_FEES] = "FEES", [SLOT_TABLE] = "TABLE" };

static void push_schemas(lua_State *L) {
  lua_newtable(L);
  for (int id = 0; id < SCHEMA_COUNT; id++) {
    const Schema *s = schema_of((enum schema_id)id);
    lua_newtable(L);
    lua_pushstring(L, s->name);
    lua_setfield(L, -2, "name");
    lua_newtable(L);
    for (int i = 0; i < s->n; i++) {
      lua_newtable(L);
      lua_pushstring(L, s->slots[i].name);
      lua_rawseti(L, -2, 1);
      lua_pushstring(L, kinds[s->slots[i].type]);
      lua_rawseti(L, -2, 2);
      lua_rawseti(L, -2, i + 1);
    }
    lua_setfield(L, -2, "fields");
    lua_rawseti(L, -2, id + 1);
  }
}

/* The text of the page as it should be, and what is wrong with the other one. */
static void make(lua_State *L) {
  luaL_openlibs(L);
  if (luaL_loadfile(L, "tests/unit/types.lua") != LUA_OK) fail_msg("%s", lua_tostring(L, -1));
  push_schemas(L);
  lua_newtable(L);
  decimal_open(L);
  scan_open(L);
  lua_setfield(L, -2, "scan");
  if (lua_pcall(L, 2, 2, 0) != LUA_OK) fail_msg("%s", lua_tostring(L, -1));
}

static void the_pages_are_true(void **state) {
  (void)state;
  char is[1 << 17];
  lua_State *L = luaL_newstate();
  make(L);
  assert_string_equal(lua_tostring(L, -1), "");
  FILE *f = fopen(PAGE, "r");
  assert_non_null(f);
  size_t n = fread(is, 1, sizeof is - 1, f);
  fclose(f);
  is[n] = 0;
  if (strcmp(is, lua_tostring(L, -2)) != 0) fail_msg("%s is not what the host says: types_test --write makes it anew", PAGE);
  if (luaL_loadfile(L, PAGE) != LUA_OK || luaL_loadfile(L, "docs/types/bourse.lua") != LUA_OK) fail_msg("%s", lua_tostring(L, -1));
  lua_close(L);
}

static int write_page(void) {
  lua_State *L = luaL_newstate();
  make(L);
  FILE *f = fopen(PAGE, "w");
  if (!f || fputs(lua_tostring(L, -2), f) < 0 || fclose(f) != 0) return 1;
  fputs(lua_tostring(L, -1), stderr);
  lua_close(L);
  return 0;
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(the_pages_are_true) };
  if (argc == 2 && strcmp(argv[1], "--write") == 0) return write_page();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
