/* Views of replies in Lua, and their decoding into tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <lauxlib.h>
#include <lualib.h>

#include "worker/view.h"

static JsonDoc *parse(const char *s) {
  char err[160], *text = malloc(strlen(s) + 1);
  memcpy(text, s, strlen(s));
  JsonDoc *d = json_parse(text, strlen(s), err, sizeof err);
  if (!d) fail_msg("%s", err);
  return d;
}

static lua_State *state_with(JsonDoc *d) {
  lua_State *L = luaL_newstate();
  luaL_openlibs(L);
  view_open(L);
  view_open(L);
  assert_int_equal(lua_gettop(L), 0);
  view_push(L, d, 0);
  lua_setglobal(L, "v");
  return L;
}

static void run(lua_State *L, const char *code) {
  if (luaL_dostring(L, code)) fail_msg("%s\n%s", code, lua_tostring(L, -1));
}

static const char *reply =
  "{\"error\":[],\"result\":[{\"id\":9007199254740993,\"price\":\"1.10\",\"q\":0.50,\"on\":true,\"off\":false,\"none\":null},[1,[2],3]],\"k\\u00e9y\":\"a\\nb\",\"7\":\"seven\"}";

static void reading(void **state) {
  (void)state;
  JsonDoc *d = parse(reply);
  lua_State *L = state_with(d);
  run(L, "assert(type(v) == 'userdata' and #v == 4 and #v.error == 0)");
  run(L, "local o = v.result[1] assert(o.id == '9007199254740993' and o.price == '1.10' and o.q == '0.50')");
  run(L, "local o = v.result[1] assert(o.on == true and o.off == false and o.none == nil and o.missing == nil and #o == 6)");
  run(L, "assert(v['k\\u{e9}y'] == 'a\\nb')");
  run(L, "assert(v.result[-1][3] == '3' and v.result[2][-3] == '1' and v.result[2][2][1] == '2')");
  run(L, "assert(v.result[0] == nil and v.result[3] == nil and v.result[-3] == nil and v.result[1.5] == nil and v.result.x == nil)");
  run(L, "assert(v.result[math.maxinteger] == nil and v.result[math.mininteger] == nil and v[true] == nil)");
  run(L, "assert(v[7] == 'seven')");
  run(L, "assert(tostring(v.result[2]) == '[1,[2],3]')");
  run(L, "assert(getmetatable(v) == false)");
  run(L, "local ok, e = pcall(function() v.x = 1 end) assert(not ok and e:find('a reply is read%-only'), e)");
  run(L, "assert(not pcall(setmetatable, v, {}))");
  lua_close(L);
  assert_int_equal(d->refs, 1);
  json_unref(d);
}

static void walking(void **state) {
  (void)state;
  JsonDoc *d = parse("{\"z\":1,\"a\":null,\"m\":[\"x\",null,[\"y\"],\"w\"],\"b\":false}");
  lua_State *L = state_with(d);
  run(L, "local s = '' for k, x in pairs(v) do s = s .. k .. '=' .. tostring(x) .. ';' end assert(s == 'z=1;m=[\"x\",null,[\"y\"],\"w\"];b=false;', s)");
  run(L, "local s = '' for i, x in pairs(v.m) do s = s .. i .. tostring(x) end assert(s == '1x3[\"y\"]4w', s)");
  run(L, "local n = 0 for i in ipairs(v.m) do n = i end assert(n == 1)");
  run(L, "for _ in pairs(v) do for _ in pairs(v) do end end");
  run(L, "local f = pairs(v) f() f() f() assert(f() == nil and f() == nil)");
  lua_close(L);
  assert_int_equal(d->refs, 1);
  json_unref(d);
}

/* All views of a document share one hold on it, which ends with the last of them, or earlier when there is only one. */
static void letting_go(void **state) {
  (void)state;
  JsonDoc *d = parse("{\"a\":[[1],[2],[3]]}");
  lua_State *L = state_with(d);
  run(L, "kept = {} for i = 1, 3 do kept[i] = v.a[i] end");
  assert_int_equal(d->refs, 2);
  lua_getglobal(L, "v");
  view_release(L, -1);                  /* parts of it are kept: nothing happens */
  lua_pop(L, 1);
  run(L, "v = nil collectgarbage() assert(kept[3][1] == '3')");
  assert_int_equal(d->refs, 2);
  run(L, "kept = nil collectgarbage() collectgarbage()");
  assert_int_equal(d->refs, 1);
  view_push(L, d, 0);
  assert_int_equal(d->refs, 2);
  view_release(L, -1);
  assert_int_equal(d->refs, 1);
  lua_setglobal(L, "v");
  run(L, "function says(text, ...) local ok, e = pcall(...) assert(not ok and e:find(text, 1, true), e) end");
  run(L, "for _, read in ipairs { function() return v.a end, function() return #v end, function() return pairs(v) end, function() return tostring(v) end } do"
         " says('a reply can only be read in the call that asked for it; copy what you need of it', read) end");
  view_push(L, d, 0);                   /* the holder that was let go of is not taken again */
  lua_setglobal(L, "v");
  run(L, "assert(v.a[2][1] == '2')");
  lua_close(L);
  assert_int_equal(d->refs, 1);
  json_unref(d);
}

/* A document that keeps only its text is the same to its views, also in the midst of a walk. */
static void folded(void **state) {
  (void)state;
  JsonDoc *d = parse(reply), *other = parse("[1,2,3]");
  lua_State *L = state_with(d);
  run(L, "r, o = v.result, v.result[1] next_of, s, at = pairs(o) at, first = next_of(s, at)");
  json_fold(d);
  assert_null(d->nodes);
  assert_int_equal(d->n, 0);
  run(L, "assert(o.price == '1.10' and r[2][1] == '1' and #v == 4 and at == 'id' and first == '9007199254740993')");
  assert_non_null(d->nodes);
  json_fold(d);
  json_fold(other);                                /* the tape of one is used again by the other */
  assert_true(json_unfold(other));
  assert_true(json_unfold(other));
  assert_int_equal(other->n, 5);
  run(L, "k, x = next_of(s, at) assert(k == 'price' and x == '1.10') assert(v['k\\u{e9}y'] == 'a\\nb')");
  json_fold(d);
  json_rest();
  run(L, "assert(tostring(r[2]) == '[1,[2],3]')");
  uint32_t result = json_get(d, 0, "result", 6);
  json_fold(d);
  view_push(L, d, result);                         /* as a book does, of the reply that it keeps */
  lua_setglobal(L, "kept");
  run(L, "assert(kept[1].price == '1.10')");
  lua_close(L);
  json_unref(d);
  json_unref(other);
  json_rest();
}

static int test_view(lua_State *L) {
  lua_pushboolean(L, view_test(L, 1, NULL, NULL));
  return 1;
}

/* Of a reply whose list was read while it came, and taken off the tape, all else is found as it is; who looks into the list finds all of it. */
static void hollow(void **state) {
  (void)state;
  static const char *const looks[] = {
    "assert(v.list[1].id == 'a' and v.list[3].id == 'c')", "assert(v.list[-1].in_[2] == '2')", "local n = 0 for _ in pairs(v.list) do n = n + 1 end assert(n == 3)",
    "assert(test(v))", "assert(test(v.list))",
  };
  for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
    char err[160];
    const char *first = "{\"code\":[7],\"list\":[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"c\",\"in_\":[1,", *rest = "2]}],\"after\":{\"k\":[\"x\"]}}";
    JsonStream *j = json_stream_new(0);
    json_stream_add(j, first, strlen(first));
    JsonDoc *d = json_stream_cut(j, 1);
    uint32_t list = json_get(d, 0, "list", 4), end = json_next(d->nodes, list);
    assert_int_equal(d->nodes[list].size, 2);
    json_stream_uncut(j);
    assert_true(json_stream_drop(j, list, end));
    json_stream_add(j, rest, strlen(rest));
    d = json_stream_end(j, err, sizeof err);
    assert_non_null(d);
    lua_State *L = state_with(d);
    lua_register(L, "test", test_view);
    run(L, "assert(v.code[1] == '7' and v.after.k[1] == 'x' and #v.list == 3 and #v == 3 and v.none == nil) after = v.after");
    run(L, "local seen = '' for k in pairs(v) do seen = seen .. k end assert(seen == 'codelistafter' and test(after) and test(v.code))");
    run(L, "assert(tostring(v.list):find('^%[{.*2%]}%]$') and tostring(after) == '{\"k\":[\"x\"]}')");
    assert_true(d->hollow);
    run(L, looks[i]);
    assert_false(d->hollow);
    run(L, "assert(after.k[1] == 'x' and v.after.k[1] == 'x' and v.list[2].id == 'b')");
    lua_close(L);
    json_unref(d);
  }
}

static void long_list(void **state) {
  (void)state;
  enum { N = 100000 };
  char *t = malloc(N * 5 + 2), *p = t, err[160];
  *p++ = '[';
  for (int i = 0; i < N; i++) memcpy(p, "[77],", 5), p += 5;
  p[-1] = ']';
  JsonDoc *d = json_parse(t, (size_t)(p - t), err, sizeof err);
  assert_non_null(d);
  lua_State *L = state_with(d);
  run(L, "local n = 0 for i, x in ipairs(v) do n = n + #x end assert(n == 100000)");   /* a walk each time would take minutes */
  run(L, "local a, b = v[50000], v[3] assert(a[1] == '77' and b[1] == '77' and v[-1][1] == '77')");
  lua_close(L);
  assert_int_equal(d->refs, 1);
  json_unref(d);
}

static void plain(void **state) {
  (void)state;
  JsonDoc *d = parse("{\"i\":12,\"max\":9223372036854775807,\"min\":-9223372036854775808,\"big\":9223372036854775808,\"f\":1.50,\"e\":1e2,\"huge\":1e999,"
                     "\"long\":0.1000000000000000055511151231257827021181583404541015625000000001,\"a\":[1,null,\"x\"],\"o\":{\"t\":true,\"n\":null},\"i\":99,\"neg\":-0}");
  lua_State *L = state_with(d);
  view_plain(L, d, 0, 3, false);
  lua_setglobal(L, "p");
  view_numbers(L, d, 0);
  lua_setglobal(L, "n");
  run(L, "assert(p.i == '12' and p.big == '9223372036854775808' and p.f == '1.50' and p.e == '1e2' and p.huge == '1e999')");
  run(L, "assert(#p.a == 3 and p.a[2] == nil and p.a[3] == 'x' and p.o.t == true and next(p.o) == 't' and next(p.o, 't') == nil)");
  run(L, "assert(math.type(n.i) == 'integer' and n.i == 12 and n.max == math.maxinteger and n.min == math.mininteger)");
  run(L, "assert(math.type(n.big) == 'float' and n.big == 2^63 and n.f == 1.5 and n.e == 100.0 and n.huge == '1e999')");
  run(L, "assert(n.long == 0.1 and n.neg == 0)");
  lua_close(L);
  json_unref(d);
}

static int decode_two_deep(lua_State *L) {
  view_plain(L, lua_touserdata(L, 1), 0, 2, false);
  return 1;
}

static void plain_depth(void **state) {
  (void)state;
  JsonDoc *two = parse("[[1]]"), *three = parse("[[[]]]");
  lua_State *L = state_with(two);
  lua_pushcfunction(L, decode_two_deep);
  lua_pushlightuserdata(L, two);
  assert_int_equal(lua_pcall(L, 1, 1, 0), LUA_OK);
  lua_pushcfunction(L, decode_two_deep);
  lua_pushlightuserdata(L, three);
  assert_int_equal(lua_pcall(L, 1, 1, 0), LUA_ERRRUN);
  assert_non_null(strstr(lua_tostring(L, -1), "too deep"));
  lua_close(L);
  json_unref(two);
  json_unref(three);
}

static void testing(void **state) {
  (void)state;
  JsonDoc *d = parse("[{\"a\":1}]"), *got;
  uint32_t node;
  lua_State *L = state_with(d);
  lua_getglobal(L, "v");
  assert_true(view_test(L, -1, &got, &node));
  assert_ptr_equal(got, d);
  assert_int_equal(node, 0);
  lua_pushinteger(L, 1);
  lua_gettable(L, -2);
  assert_true(view_test(L, -1, NULL, &node));
  assert_int_equal(node, json_first(0));
  lua_pushnil(L);
  assert_false(view_test(L, -1, &got, &node));
  lua_pushlightuserdata(L, d);
  assert_false(view_test(L, -1, &got, &node));
  lua_newuserdatauv(L, 8, 0);
  assert_false(view_test(L, -1, &got, &node));
  lua_newtable(L);
  assert_false(view_test(L, -1, &got, &node));
  view_push(L, d, JSON_NONE);
  assert_true(lua_isnil(L, -1));
  lua_close(L);
  json_unref(d);
}

/* Each allocation in turn fails: no leak of a document, no crash. */
static size_t left;
static void *failing(void *ud, void *p, size_t osize, size_t nsize) {
  (void)ud;
  if (!nsize) {
    free(p);
    return NULL;
  }
  if (nsize > (p ? osize : 0)) {
    if (!left) return NULL;
    left--;
  }
  return realloc(p, nsize);
}

static int use(lua_State *L) {
  JsonDoc *d = lua_touserdata(L, 1);
  view_open(L);
  view_push(L, d, 0);
  view_push(L, d, json_get(d, 0, "s", 1));
  view_plain(L, d, 0, 10, true);
  return 0;
}

static void out_of_memory(void **state) {
  (void)state;
  char text[1200] = "{\"s\":\"\\n";
  memset(text + 8, 'x', 1000);
  strcpy(text + 1008, "\",\"a\":[[1],{\"b\":2.5}]}");
  JsonDoc *d = parse(text);
  int rc = LUA_ERRMEM;
  for (size_t n = 0; n < 400 && rc != LUA_OK; n++) {
    left = SIZE_MAX;
    lua_State *L = lua_newstate(failing, NULL);
    assert_non_null(L);
    lua_pushcfunction(L, use);
    lua_pushlightuserdata(L, d);
    left = n;
    rc = lua_pcall(L, 1, 0, 0);
    assert_true(rc == LUA_OK || rc == LUA_ERRMEM);
    left = SIZE_MAX;
    lua_close(L);
    assert_int_equal(d->refs, 1);
  }
  assert_int_equal(rc, LUA_OK);
  json_unref(d);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(reading), cmocka_unit_test(walking), cmocka_unit_test(letting_go), cmocka_unit_test(folded), cmocka_unit_test(hollow), cmocka_unit_test(long_list),
    cmocka_unit_test(plain), cmocka_unit_test(plain_depth),
    cmocka_unit_test(testing), cmocka_unit_test(out_of_memory),
  };
  return cmocka_run_group_tests_name("view", tests, NULL, NULL);
}
