#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "wire/frame.h"
#include "wire/message.h"
#include "worker/book.h"
#include "worker/copy.h"
#include "worker/sealed.h"
#include "worker/view.h"

static lua_State *A, *B;

/* Provided by the worker otherwise. */
uint64_t worker_random(lua_State *L) {
  (void)L;
  return 1ull << 63;
}

static int setup(void **state) {
  (void)state;
  A = luaL_newstate();
  B = luaL_newstate();
  luaL_openlibs(A);
  luaL_openlibs(B);
  view_open(A);
  book_open(A);
  lua_newtable(A);
  sealed_open(A);
  lua_settop(A, 0);
  lua_settop(B, 0);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  lua_close(A);
  lua_close(B);
  return 0;
}

static void run(lua_State *L, const char *code, int results) {
  if (luaL_loadstring(L, code) != LUA_OK || lua_pcall(L, 0, results, 0) != LUA_OK) fail_msg("%s", lua_tostring(L, -1));
}

/* `same` of the two states: B judges what came over. */
static void judge(const char *code) {
  if (luaL_loadstring(B, code) != LUA_OK) fail_msg("%s", lua_tostring(B, -1));
  lua_insert(B, -2);
  if (lua_pcall(B, 1, 0, 0) != LUA_OK) fail_msg("%s", lua_tostring(B, -1));
}

static bool through_wire(lua_State *from, int idx, lua_State *to, char *err, size_t errlen) {
  msgpack_sbuffer out;
  msgpack_packer pk;
  msgpack_zone zone;
  msgpack_object o;
  const char *why;
  msgpack_sbuffer_init(&out);
  msgpack_packer_init(&pk, &out, msgpack_sbuffer_write);
  msgpack_zone_init(&zone, 1024);
  bool ok = copy_pack(from, idx, &pk, err, errlen);
  if (ok) {
    assert_true(frame_unpack(out.data, out.size, &zone, &o, &why));
    ok = copy_unpack(to, &o, err, errlen);
  }
  msgpack_zone_destroy(&zone);
  msgpack_sbuffer_destroy(&out);
  return ok;
}

static const struct { const char *make, *judge; } good[] = {
  { "return nil", "assert((...) == nil)" },
  { "return true", "assert((...) == true)" },
  { "return 7", "local x = ... assert(math.type(x) == 'integer' and x == 7)" },
  { "return 7.0", "local x = ... assert(math.type(x) == 'float' and x == 7)" },
  { "return math.mininteger", "assert((...) == math.mininteger)" },
  { "return math.maxinteger", "assert((...) == math.maxinteger)" },
  { "return 0/0", "local x = ... assert(x ~= x)" },
  { "return -0.0", "local x = ... assert(1/x == -math.huge)" },
  { "return 'a\\0b\\xff'", "assert((...) == 'a\\0b\\xff')" },
  { "return {}", "assert(next(...) == nil)" },
  { "return {1, 2, {3}}", "local t = ... assert(#t == 3 and t[3][1] == 3)" },
  { "return {1, nil, 3}", "local t = ... assert(t[1] == 1 and t[2] == nil and t[3] == 3)" },
  { "return {a = {b = 'c'}, [1.5] = true, [true] = 1, [-3] = 'm'}",
    "local t = ... assert(t.a.b == 'c' and t[1.5] == true and t[true] == 1 and t[-3] == 'm')" },
  { "local t = {} for i = 1, 29 do t = {t} end return t", "local t, n = ..., 0 while t do t = t[1] n = n + 1 end assert(n == 30)" },
  { "return setmetatable({1}, {__index = error, __len = error, __pairs = error})", "local t = ... assert(t[1] == 1 and getmetatable(t) == nil)" },
};

static void plain_data_crosses(void **state) {
  (void)state;
  char err[300];
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    run(A, good[i].make, 1);
    int a = lua_gettop(A), b = lua_gettop(B);
    if (!copy_value(A, -1, B, err, sizeof err)) fail_msg("%s: %s", good[i].make, err);
    assert_int_equal(lua_gettop(B), b + 1);
    judge(good[i].judge);
    if (!through_wire(A, -1, B, err, sizeof err)) fail_msg("%s: %s", good[i].make, err);
    assert_int_equal(lua_gettop(B), b + 1);
    judge(good[i].judge);
    assert_int_equal(lua_gettop(A), a);
    lua_settop(A, 0);
  }
}

static const struct { const char *make, *error; } bad[] = {
  { "return print", "a function" },
  { "return {a = {b = print}}", "at .a.b: a function" },
  { "return {1, 2, {x = coroutine.create(print)}}", "at [3].x: a coroutine" },
  { "return io.stdout", "an object of the host" },
  { "local t = {} t.t = t return t", "nested too deep, or a table that holds itself" },
  { "local t = {} for i = 1, 30 do t = {t} end return t", "nested too deep" },
  { "return {[{}] = 1}", "a key that is not text or a number" },
  { "return {[print] = 1}", "a key that is not text or a number" },
  { "local t = {'x'} for i = 1, 28 do t = {t, t} end return t", "too many values" },
};

static void what_is_not_plain_is_refused(void **state) {
  (void)state;
  char err[300];
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    run(A, bad[i].make, 1);
    int a = lua_gettop(A), b = lua_gettop(B);
    assert_false(copy_value(A, -1, B, err, sizeof err));
    if (!strstr(err, bad[i].error)) fail_msg("%s: %s", bad[i].make, err);
    assert_int_equal(lua_gettop(B), b);
    assert_false(through_wire(A, -1, B, err, sizeof err));
    if (!strstr(err, bad[i].error)) fail_msg("%s: %s", bad[i].make, err);
    assert_int_equal(lua_gettop(A), a);
    assert_int_equal(lua_gettop(B), b);
    lua_settop(A, 0);
  }
}

static JsonDoc *document(const char *text) {
  char err[160], *copy = calloc(1, strlen(text) + 64);
  memcpy(copy, text, strlen(text));
  JsonDoc *d = json_parse(copy, strlen(text), err, sizeof err);
  if (!d) fail_msg("%s", err);
  return d;
}

static void views_cross_as_tables(void **state) {
  (void)state;
  char err[300];
  JsonDoc *d = document("{\"id\":12345678901234567890,\"list\":[1.50,null,\"x\",{\"y\":true}]}");
  lua_newtable(A);
  view_push(A, d, 0);
  lua_setfield(A, -2, "info");
  json_unref(d);
  const char *check = "local t = ... assert(t.info.id == '12345678901234567890' and t.info.list[1] == '1.50' and t.info.list[4].y == true)";
  assert_true(copy_value(A, -1, B, err, sizeof err));
  judge(check);
  assert_true(through_wire(A, -1, B, err, sizeof err));
  judge(check);
  assert_int_equal(lua_gettop(A), 1);
}

static void books_cross_as_tables(void **state) {
  (void)state;
  char err[300];
  Book *b = book_new(A, 1, 1);
  b->bids.levels[0] = (BookLevel){ 99.5, 2, JSON_NONE };
  b->asks.levels[0] = (BookLevel){ 100.5, 3, JSON_NONE };
  b->bids.n = b->asks.n = 1;
  strcpy(b->symbol, "BTC/USD");
  assert_true(copy_value(A, -1, B, err, sizeof err));
  judge("local t = ... assert(t.bids[1][1] == 99.5 and t.asks[1][2] == 3 and t.symbol == 'BTC/USD')");
}

static void sealed_values_go_to_the_broker_only(void **state) {
  (void)state;
  char err[300];
  static const char *const names[] = { "apiKey", NULL };
  sealed_push_key(A, names, "ms");
  lua_getfield(A, -1, "apiKey");
  assert_false(copy_value(A, -1, B, err, sizeof err));
  assert_string_equal(err, "a sealed value is no data");
  msgpack_sbuffer out;
  msgpack_packer pk;
  msgpack_zone zone;
  msgpack_object o;
  const char *why;
  msgpack_sbuffer_init(&out);
  msgpack_packer_init(&pk, &out, msgpack_sbuffer_write);
  msgpack_zone_init(&zone, 1024);
  assert_true(copy_pack(A, -1, &pk, err, sizeof err));
  assert_true(frame_unpack(out.data, out.size, &zone, &o, &why));
  assert_int_equal(o.type, MSGPACK_OBJECT_EXT);
  assert_int_equal(o.via.ext.type, WIRE_RECIPE_EXT);
  assert_false(copy_unpack(B, &o, err, sizeof err));           /* and never comes back */
  msgpack_zone_destroy(&zone);
  msgpack_sbuffer_destroy(&out);
}

/* Bytes that are no message of ours: an error, or plain data; never a crash, never a stack left behind. */
static void hostile_bytes(void **state) {
  (void)state;
  uint64_t x = 0x2545f4914f6cdd1d;
  char err[300];
  for (int round = 0; round < 20000; round++) {
    char bytes[64];
    size_t n = 1 + (size_t)(round % 63);
    for (size_t i = 0; i < n; i++) {
      x ^= x << 13, x ^= x >> 7, x ^= x << 17;
      bytes[i] = (char)(round % 2 ? x : (x & 1 ? 0x80 | (x >> 8 & 0x1f) : x >> 16));
    }
    msgpack_zone zone;
    msgpack_object o;
    const char *why;
    msgpack_zone_init(&zone, 256);
    int top = lua_gettop(B);
    if (frame_unpack(bytes, n, &zone, &o, &why)) {
      bool ok = copy_unpack(B, &o, err, sizeof err);
      assert_int_equal(lua_gettop(B), top + (ok ? 1 : 0));
      lua_settop(B, top);
    }
    msgpack_zone_destroy(&zone);
  }
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
  const struct CMUnitTest tests[] = { T(plain_data_crosses), T(what_is_not_plain_is_refused), T(views_cross_as_tables), T(books_cross_as_tables),
    T(sealed_values_go_to_the_broker_only), T(hostile_bytes) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
