/* The signing vocabulary: what a script writes with sealed values, evaluated with the real key, is what the same script gives with the key as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdio.h>
#include <string.h>
#include "broker/crypto.h"
#include "broker/recipe.h"
#include "crypto_keys.h"
#include "worker/sealed.h"

#define KEY "testApiKey0123456789"
#define SECRET "dGVzdC1zZWNyZXQtMDEyMzQ1Njc4OWFiY2RlZg=="

static lua_State *L;
static bool frozen;
static uint64_t random_state;

uint64_t worker_random(lua_State *l) {
  (void)l;
  if (frozen) return UINT64_C(1) << 63;
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return random_state ^ random_state >> 29;
}

static bool draw(void *ctx, enum recipe_time unit, uint64_t *out, char *err, size_t n) {
  (void)ctx; (void)unit; (void)err; (void)n;
  *out = 1718454896789;
  return true;
}

static int fresh(void **state) {
  (void)state;
  static const char *const names[] = { "apiKey", "secret", NULL };
  L = luaL_newstate();
  sealed_room(L);
  luaL_openlibs(L);
  lua_pushglobaltable(L);
  sealed_open(L);
  sealed_open(L);                     /* a second environment of the same state */
  lua_pop(L, 1);
  sealed_push_key(L, names, "ms");
  lua_setglobal(L, "key");
  frozen = true;
  return 0;
}

static int gone(void **state) {
  (void)state;
  lua_close(L);
  recipe_wipe();
  crypto_forget();
  return 0;
}

/* Evaluates the value on top as the broker would, into text on top. */
static void reveal(void) {
  size_t n;
  char err[256];
  const char *p = sealed_test(L, -1, &n);
  if (!p) return;
  Credentials c = { .field = { [K_APIKEY] = { KEY, strlen(KEY) }, [K_SECRET] = { SECRET, strlen(SECRET) } } };
  RecipeEnv env = { .credentials = &c, .now_ns = 1718454896789000000, .nonce = draw, .redact = true };
  RecipeOut out;
  if (!recipe_eval((const uint8_t *)p, n, &env, &out, err, sizeof err)) fail_msg("%s", err);
  assert_null(memmem(out.shown, out.shown_len, SECRET, strlen(SECRET)));
  lua_pushlstring(L, (const char *)out.value, out.len);
  lua_replace(L, -2);
  recipe_wipe();
}

static void run(const char *code) {
  if (luaL_loadstring(L, code) != LUA_OK || lua_pcall(L, 0, 1, 0) != LUA_OK) fail_msg("%s\nin %s", lua_tostring(L, -1), code);
}

static void gives(const char *code, const char *want) {
  char text[2048];
  snprintf(text, sizeof text, "return %s", code);
  run(text);
  reveal();
  const char *got = lua_tostring(L, -1);
  if (!got || strcmp(got, want) != 0) fail_msg("%s\n  gives %s\n  not   %s", code, got, want);
  lua_pop(L, 1);
}

static void fails(const char *code, const char *why) {
  if (luaL_loadstring(L, code) != LUA_OK) fail_msg("%s", lua_tostring(L, -1));
  if (lua_pcall(L, 0, 1, 0) == LUA_OK) fail_msg("no error in %s", code);
  if (!strstr(lua_tostring(L, -1), why)) fail_msg("'%s' does not hold '%s'", lua_tostring(L, -1), why);
  lua_settop(L, 0);
}

/* The expression twice: with sealed values, and with `key` as a table of texts. */
static void same(const char *code) {
  char text[2048];
  snprintf(text, sizeof text, "return %s", code);
  run(text);
  size_t n;
  if (!sealed_test(L, -1, &n)) fail_msg("not sealed: %s", code);
  reveal();
  run("sealed_key = key; key = { apiKey = '" KEY "', secret = '" SECRET "', nonce = '1718454896789', time = '1718454896789' }");
  lua_pop(L, 1);
  run(text);
  run("key = sealed_key");
  lua_pop(L, 1);
  assert_int_equal(lua_type(L, -1), LUA_TSTRING);
  if (!lua_rawequal(L, -1, -2)) fail_msg("%s\n  sealed %s\n  text   %s", code, lua_tostring(L, -2), lua_tostring(L, -1));
  lua_pop(L, 2);
}

static void sealed_is_text(void **state) {
  (void)state;
  same("key.apiKey");
  same("'a' .. key.apiKey .. 'b'");
  same("key.apiKey .. key.secret");
  same("1 .. key.apiKey .. 2.5");
  same("raw_number('1.50') .. key.apiKey");
  same("((key.apiKey .. 'x') .. ('y' .. key.secret)) .. key.nonce .. ''");
  same("hex(hmac('sha256', key.secret, 'GET' .. key.nonce .. '/x'))");
  same("base64(hmac('sha512', unbase64(key.secret), '/0/private' .. sha256(key.nonce .. 'nonce=1')))");
  same("upper(md5(key.secret)) .. lower(key.apiKey)");
  for (const char *const *h = (const char *const[]){ "md5", "sha1", "sha256", "sha384", "sha512", "sha3_256", "keccak256", NULL }; *h; h++) {
    char code[128];
    snprintf(code, sizeof code, "hex(hash('%s', key.secret)) .. hex(%s('x' .. key.secret))", *h, *h);
    same(code);
  }
  same("urlencode(key.secret .. ' /+') .. formencode(key.secret .. ' /+') .. base64url(key.secret) .. jsonstring(key.secret)");
  same("unhex(hex(key.nonce))");
  same("when_contains(key.secret, 'PRIVATE KEY', 'yes', 'no' .. key.apiKey)");
  same("when_contains('abc', 'b', key.apiKey, 'no')");
  gives("signature('key', 'The quick brown fox jumps over the lazy dog')", "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8");
  same("join({ 'a', key.apiKey, 'b', key.nonce }, ':')");
  same("join({ key.apiKey })");
  same("encode_query(ordered { { 'api_key', key.apiKey }, { 's', key.secret }, { 'n', 1 } })");
  same("encode_form { key = key.secret, list = { 'a b', key.apiKey } }");
  same("encode_json { request = '/v1/x', nonce = key.nonce, nested = { key.secret, { a = key.apiKey } } }");
  same("base64(encode_json { request = '/v1/x', nonce = key.nonce })");
  same("jwt('HS256', key.secret, nil, { sub = key.apiKey, n = 1 })");
  same("jwt('HS512', key.secret, { kid = key.apiKey }, ordered { { 'b', 1 }, { 'a', key.nonce } })");
  same("slice(sha256(key.secret), 3, 9)");
  same("slice(sha256(key.secret), 30, 99)");
}

static void times(void **state) {
  (void)state;
  gives("key.nonce", "1718454896789");
  gives("key.time", "1718454896789");
  gives("clock()", "1718454896789");
  gives("clock('s')", "1718454896");
  gives("clock('iso')", "2024-06-15T12:34:56.789Z");
  gives("clock('s', 60000)", "1718454956");
  gives("clock('ms', -1)", "1718454896788");
  fails("clock('minutes')", "no form of time 'minutes'");
  fails("clock('s', 1 << 50)", "more than a year");
}

/* RFC 7515 A.1 apart from the layout of its JSON; the RFC's texts as text. */
static void tokens(void **state) {
  (void)state;
  gives("jwt('HS256', unbase64('AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow'),"
        "'{\"typ\":\"JWT\",\\r\\n \"alg\":\"HS256\"}', '{\"iss\":\"joe\",\\r\\n \"exp\":1300819380,\\r\\n \"http://example.com/is_root\":true}')",
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  gives("unbase64((jwt('HS256', 'k', { typ = 'X', kid = 'me' }, {})):match('^[^.]*'))", "{\"alg\":\"HS256\",\"typ\":\"X\",\"kid\":\"me\"}");
  lua_pushstring(L, EC_7515);
  lua_setglobal(L, "pem");
  run("return jwt('ES256', pem, nil, { a = 1 })");
  reveal();
  size_t n, len = 0;
  char err[256];
  const char *token = lua_tolstring(L, -1, &n), *dot = strrchr(token, '.');
  lua_pushfstring(L, "return unbase64('%s')", dot + 1);
  run(lua_tostring(L, -1));
  const char *sig = lua_tolstring(L, -1, &len);
  assert_int_equal(len, 64);
  assert_true(crypto_ecdsa_verify(CURVE_P256, H_SHA256, EC_7515, strlen(EC_7515), token, (size_t)(dot - token), (const uint8_t *)sig, len, err, sizeof err));
  fails("jwt('none', 'k', nil, {})", "no algorithm of JWTs 'none'");
  fails("jwt('HS256', 'k', 5, {})", "table expected");
}

static void closed(void **state) {
  (void)state;
  gives("tostring(key.secret)", "<sealed>");
  gives("('%s'):format(key.secret)", "<sealed>");
  gives("tostring(getmetatable(key.secret))", "false");
  gives("tostring(getmetatable(key))", "false");
  gives("tostring(key.secret == '" SECRET "')", "false");
  gives("type(key.secret)", "userdata");
  static const char *const looks[] = { "return #key.secret", "return key.secret.x", "return key.secret:sub(1, 1)", "key.secret.x = 1",
    "return key.secret < key.apiKey", "return key.secret <= 'a'" };
  for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) fails(looks[i], "a sealed value cannot be looked into");
  fails("return key.secret + 1", "arithmetic");
  fails("return key.secret()", "call");
  fails("for k in pairs(key.secret) do end", "");
  fails("return table.concat { key.secret }", "invalid value");
  fails("return string.rep(key.secret, 2)", "string expected");
  fails("return key.password", "the adapter's credentials do not name 'password'");
  fails("key.secret = 'x'", "cannot be looked into");
  fails("return key.secret .. {}", "expected text or a sealed value, got a table");
  fails("return key.secret .. nil", "got a nil");
  fails("return hmac('crc32', 'a', 'b')", "no hash 'crc32'");
  fails("return unhex('abc')", "an odd number of digits");
  fails("return slice(key.secret, -1, 2)", "1 or more is expected");
  fails("return ecdsa('p384', 'sha256', 'k', 'm')", "no curve 'p384'");
}

static void json(void **state) {
  (void)state;
  gives("encode_json {}", "{}");
  gives("encode_json(list {})", "[]");
  gives("encode_json(list())", "[]");
  gives("encode_json { 1, 2.0, 2.5, 0.1, -3, true, 'x' }", "[1,2,2.5,0.1,-3,true,\"x\"]");
  gives("encode_json { math.mininteger, math.maxinteger }", "[-9223372036854775808,9223372036854775807]");
  gives("encode_json { 1e21, 1e-7, 123456789.125 }", "[1000000000000000000000,0.0000001,123456789.125]");
  gives("encode_json { b = 1, a = { z = {}, y = list {} } }", "{\"a\":{\"y\":[],\"z\":{}},\"b\":1}");
  gives("encode_json(ordered { { 'b', 1 }, { 'a', '2' } })", "{\"b\":1,\"a\":\"2\"}");
  gives("encode_json { p = raw_number '0.0010', q = raw_number '1e5', i = raw_number '-0' }", "{\"i\":-0,\"p\":0.0010,\"q\":1e5}");
  gives("encode_json { 'a\"\\n\\0\\\\/\xc3\xa4' }", "[\"a\\\"\\n\\u0000\\\\/\xc3\xa4\"]");
  gives("encode_json('x')", "\"x\"");
  gives("encode_json { [5] = 'x' }", "{\"5\":\"x\"}");
  fails("return encode_json { 0/0 }", "a number that cannot be sent");
  fails("return encode_json { print }", "a function cannot be sent");
  fails("local t = {} t.t = t return encode_json(t)", "nested too deep");
  fails("return encode_json { [true] = 1 }", "keys must be text or numbers");
  static const char *const bad[] = { "01", ".5", "5.", "+1", "1e", "1e+", "0x10", "nan", "", "-", "1 ", "1,2" };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    char code[64];
    snprintf(code, sizeof code, "return raw_number('%s')", bad[i]);
    fails(code, "is no number");
  }
  gives("tostring(raw_number('1.50')) .. raw_number('2')", "1.502");
}

static void queries(void **state) {
  (void)state;
  gives("encode_query {}", "");
  gives("encode_query(ordered { { 'b', 'x y' }, { 'a', 1 }, { 'c', true }, { 'd', 0.5 } })", "b=x%20y&a=1&c=true&d=0.5");
  gives("encode_query { b = 2, a = 1, ['c&'] = '&' }", "a=1&b=2&c%26=%26");
  gives("encode_form { a = 'x y+z' }", "a=x+y%2Bz");
  gives("encode_query({ a = { 1, 2 } })", "a=1&a=2");
  gives("encode_query({ a = { 1, 2 } }, 'brackets')", "a%5B%5D=1&a%5B%5D=2");
  gives("encode_query({ a = { 1, 2 } }, 'index')", "a%5B0%5D=1&a%5B1%5D=2");
  gives("encode_query({ a = { 1, 'x y' } }, 'comma')", "a=1,x%20y");
  gives("encode_query({ a = { 1, '2' }, b = { c = 1 }, d = 'x' }, 'json')", "a=%5B1%2C%222%22%5D&b=%7B%22c%22%3A1%7D&d=x");
  gives("encode_query { a = { gt = 1, lt = { 2, 3 } } }", "a%5Bgt%5D=1&a%5Blt%5D=2&a%5Blt%5D=3");
  gives("encode_query({ a = { { b = 1 }, { b = 2 } } }, 'index')", "a%5B0%5D%5Bb%5D=1&a%5B1%5D%5Bb%5D=2");
  gives("encode_query { a = {}, b = 1 }", "b=1");
  gives("encode_query { a = raw_number '1.50' }", "a=1.50");
  fails("return encode_query({ a = 1 }, 'csv')", "invalid option 'csv'");
  fails("return encode_query({ a = { {}, {} } }, 'comma')", "'a' is a list of tables");
  fails("return encode_query { a = print }", "'a' is a function");
  fails("return encode_query(5)", "table expected");
  fails("local t = {} t.t = t return encode_query(t)", "nested too deep");
}

static void ordered_tables(void **state) {
  (void)state;
  run("function keys(t) local r = {} for k, v in pairs(t) do r[#r + 1] = k .. '=' .. tostring(v) end return table.concat(r, ' ') end");
  lua_pop(L, 1);
  gives("keys(ordered { { 'b', 1 }, { 'a', 2 }, { 'x', nil } })", "b=1 a=2");
  run("t = ordered() t.z = 1 t.a = 2 t.m = 3 t.a = 4 t[7] = 'n'");
  lua_pop(L, 1);
  gives("keys(t) .. ' #' .. #t", "z=1 a=4 m=3 7=n #4");
  run("t.z = nil t.none = nil t.b = 5");
  lua_pop(L, 1);
  gives("keys(t) .. ' #' .. #t", "a=4 m=3 7=n b=5 #4");
  gives("tostring(t.z) .. t.a .. t[7] .. tostring(t['7'])", "nil4nnil");
  gives("keys(sorted(t))", "7=n a=4 b=5 m=3");
  gives("keys(t)", "a=4 m=3 7=n b=5");
  gives("keys(first(t, 'b', 9))", "b=9 a=4 m=3 7=n");
  gives("keys(first(t, 'new', 1)) .. t.a .. t.b", "new=1 b=9 a=4 m=3 7=n49");
  gives("keys(sorted { b = 1, a = 2, [10] = 3 })", "10=3 a=2 b=1");
  run("big = ordered() for i = 1, 100 do big['k' .. i] = i end for i = 1, 100, 2 do big['k' .. i] = nil end big.k1 = 'again'");
  lua_pop(L, 1);
  gives("#big .. ' ' .. big.k2 .. big.k100 .. tostring(big.k3) .. big.k1 .. select(2, keys(big):gsub('=', ''))", "51 2100nilagain51");
  run("long = ('x'):rep(60) l = ordered() l[long] = 1 l.a = 2 l[('x'):rep(30) .. ('x'):rep(30)] = 3");
  lua_pop(L, 1);
  gives("#l .. l[long] .. l.a", "232");
  gives("tostring(getmetatable(t))", "false");
  fails("t[{}] = 1", "keys of ordered tables are text or numbers, not a table");
  fails("t[true] = 1", "not a boolean");
  fails("return ordered { 1 }", "a list of {key, value} is expected");
  fails("return first({}, 'a', 1)", "ordered table expected");
  fails("return sorted(5)", "table expected");
}

static void ids(void **state) {
  (void)state;
  gives("uuid()", "98888888-9888-4888-a888-988888888888");      /* the vectors' */
  gives("random_hex(4) .. random_digits(3)", "8888555");
  frozen = false;
  run("local seen = {} for i = 1, 2000 do local u = uuid() assert(u:match('^%x%x%x%x%x%x%x%x%-%x%x%x%x%-4%x%x%x%-[89ab]%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x$'), u)"
      " assert(not seen[u]) seen[u] = true end assert(#random_hex(32) == 32 and random_digits(20):match('^%d+$'))");
  fails("random_hex(0)", "1 to 256");
  fails("random_hex(1e9)", "1 to 256");
}

/* Long chains stay within the small stack of the evaluator, however they are bracketed. */
static void deep(void **state) {
  (void)state;
  run("s = key.apiKey for i = 1, 500 do s = s .. key.nonce .. 'x' end return s");
  reveal();
  assert_int_equal(lua_rawlen(L, -1), strlen(KEY) + 500 * 14);
  run("local t = {} for i = 1, 300 do t[i] = key.apiKey end return join(t, '|')");
  reveal();
  assert_int_equal(lua_rawlen(L, -1), 300 * strlen(KEY) + 299);
  run("local t = ordered() for i = 1, 200 do t['k' .. i] = key.apiKey end return encode_query(t)");
  reveal();
  assert_non_null(strstr(lua_tostring(L, -1), "k1=" KEY "&k2=" KEY));
  run("return load('return ' .. ('\"a\" .. '):rep(90) .. 'key.apiKey' .. (' .. \"b\"'):rep(90))()");
  reveal();
  assert_int_equal(lua_rawlen(L, -1), 180 + strlen(KEY));
  fails("local s = key.apiKey for i = 1, 1000 do s = 'x' .. hex(s) end", "too many sealed values in one another");
  fails("local s = key.apiKey for i = 1, 40 do s = s .. s end", "too long");
  fails("return encode_json { ('x'):rep(9 << 20) }", "too long");
  run("return 'still works' .. key.apiKey");
  reveal();
  assert_string_equal(lua_tostring(L, -1), "still works" KEY);
}

/* thread(f, n): f(n) in a thread of its own, made as the worker makes them */
static int thread(lua_State *l) {
  int results;
  lua_State *co = lua_newthread(l);
  sealed_room(co);
  lua_pushvalue(l, 1);
  lua_pushvalue(l, 2);
  lua_xmove(l, co, 2);
  if (lua_resume(co, l, 1, &results) != LUA_OK) { lua_xmove(co, l, 1); return lua_error(l); }
  return 0;
}

/* `..` of sealed values at every depth of the Lua stack, where a call has to move it. */
static void moving_stack(void **state) {
  (void)state;
  lua_register(L, "thread", thread);
  run("local function down(n) local a, b = 'p' .. key.apiKey .. 'q', n if n > 0 then b = down(n - 1) .. a .. 'r' .. key.nonce end return 'z' .. key.apiKey end\n"
      "collectgarbage('generational') for n = 1, 100 do thread(down, n) end collectgarbage('incremental', 1, 1000) for n = 1, 100 do thread(down, n) end\n"
      "return down(3)");
  reveal();
  assert_string_equal(lua_tostring(L, -1), "z" KEY);
}

/* Random expressions, sealed against text. */
static void random_expressions(void **state) {
  (void)state;
  run("local function pick(...) return (select(1 + tonumber(random_digits(4)) % select('#', ...), ...)) end\n"
      "function expression(n)\n"
      "  if n == 0 then return pick('key.apiKey', 'key.secret', 'key.nonce', '\"text /+\"', '\"\"', '12') end\n"
      "  local function e() return expression(n - 1 - #random_digits(1) % 1) end\n"
      "  return pick('(' .. e() .. ' .. ' .. e() .. ')', '(' .. e() .. ' .. ' .. e() .. ' .. ' .. e() .. ')', 'hex(' .. e() .. ')', 'base64(' .. e() .. ')',\n"
      "    'sha256(' .. e() .. ')', 'hmac(\"sha1\", ' .. e() .. ', ' .. e() .. ')', 'urlencode(' .. e() .. ')', 'encode_query { a = ' .. e() .. ', b = { ' .. e() .. ' } }',\n"
      "    'encode_json { ' .. e() .. ', { x = ' .. e() .. ' } }', 'join({ ' .. e() .. ', ' .. e() .. ' }, ' .. e() .. ')')\n"
      "end");
  lua_pop(L, 1);
  frozen = false;
  for (int i = 0; i < 1500; i++) {
    random_state = (uint64_t)i * 7919;
    lua_getglobal(L, "expression");
    lua_pushinteger(L, 1 + i % 3);
    assert_int_equal(lua_pcall(L, 1, 1, 0), LUA_OK);
    char code[2000];
    if (lua_rawlen(L, -1) < sizeof code - 40) {
      snprintf(code, sizeof code, "key.apiKey .. (%s)", lua_tostring(L, -1));
      if (strlen(code) < sizeof code - 1) same(code);
    }
    lua_settop(L, 0);
  }
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, fresh, gone)
  const struct CMUnitTest tests[] = { T(sealed_is_text), T(times), T(tokens), T(closed), T(json), T(queries), T(ordered_tables), T(ids), T(deep),
    T(moving_stack), T(random_expressions) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
