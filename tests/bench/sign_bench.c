/* sign_bench binance|kraken|coinbase N: N requests signed as a whole, with the real adapters: built in Lua, packed as the message that a worker sends, read and
 * evaluated as the broker does, down to the header lines. All but the socket between the two, in one process. Prints the CPU time of each in us. */
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "broker/draft.h"
#include "wire/frame.h"
#include "worker/adapter_lib.h"
#include "worker/hostlua.h"
#include "worker/venue_internal.h"
#include "worker/worker_internal.h"
#include "../unit/crypto_keys.h"

/* What ccxt_side.mjs signs: the same endpoints with the same parameters. */
static const struct { const char *id, *right, *description, *api_key, *secret; } works[] = {
  { "binance", "trade", "{ post = '/api/v3/order', send = { symbol = 'BTCUSDT', side = 'BUY', type = 'LIMIT', quantity = '0.001', price = '60000', timeInForce = 'GTC' } }",
    "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk", "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j" },
  { "kraken", "trade", "{ post = '/0/private/AddOrder', send = { pair = 'XXBTZUSD', type = 'buy', ordertype = 'limit', price = '60000', volume = '0.001' } }",
    "k", "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg==" },
  { "coinbase", "read", "{ get = '/accounts', send = {} }", "organizations/11/apiKeys/66", EC_7515 } };

static const char start_text[] =
  "local arguments, venue, d = ...\n"
  "venue.declared[d] = true\n"
  "return arguments.new(venue, nil, {})\n";

static void fail(const char *what, const char *why) {
  fprintf(stderr, "sign_bench: %s: %s\n", what, why);
  exit(1);
}

static char *file_of(const char *folder, const char *name, size_t *n) {
  char path[200];
  snprintf(path, sizeof path, "exchanges/%s%s.lua", folder, name);
  FILE *f = fopen(path, "rb");
  char *text = malloc(1 << 20);
  if (!f || !text) fail(path, "cannot be read: run it in the project's folder");
  *n = fread(text, 1, 1 << 20, f);
  fclose(f);
  return text;
}

/* adapter.open is on top of the stack. Leaves the venue object there. */
static void open_adapter(lua_State *L, const char *id) {
  lua_State *co = lua_newthread(L);
  int results;
  size_t n;
  lua_insert(L, -2);
  lua_xmove(L, co, 1);
  char *text = file_of("", id, &n);
  lua_pushstring(co, id);
  lua_pushlstring(co, text, n);
  lua_pushstring(co, id);
  free(text);
  int status = lua_resume(co, L, 3, &results);
  while (status == LUA_YIELD) {         /* a dialect's text is wanted */
    text = file_of("dialects/", lua_tostring(co, -1), &n);
    lua_pop(co, results);
    lua_pushlstring(co, text, n);
    free(text);
    status = lua_resume(co, L, 1, &results);
  }
  if (status != LUA_OK) fail(id, lua_tostring(co, -1));
  lua_pushvalue(co, -2);
  lua_xmove(co, L, 1);
  lua_remove(L, -2);
}

static bool draw(void *ctx, enum recipe_time unit, uint64_t *out, char *err, size_t errlen) {
  (void)unit; (void)err; (void)errlen;
  *out = ++*(uint64_t *)ctx;
  return true;
}

static void evaluate(const msgpack_sbuffer *message, msgpack_zone *zone, const Credentials *keys) {
  static uint64_t nonce = 1718454896789;
  RecipeEnv env = { .credentials = keys, .now_ns = 1718454896789000000, .nonce = draw, .ctx = &nonce };
  msgpack_object m;
  Draft d = { 0 };
  Built b;
  const char *why, *lines[DRAFT_HEADERS + 1];
  char err[256], *headers;
  size_t size;
  if (!frame_unpack(message->data, message->size, zone, &m, &why)) fail("message", why);
  if (!draft_read(&d, &m, err, sizeof err) || !draft_build(&d, &env, false, &b, err, sizeof err)) fail("request", err);
  if (!(headers = draft_headers(&d, &b, lines, &size, err, sizeof err))) fail("headers", err);
  if (getenv("SIGN_BENCH_SHOW")) printf("%s %.*s\n%s\n%.*s\n", d.method, (int)b.url.n, b.url.p, lines[0], (int)b.body.n, b.body.n ? b.body.p : "");
  free(headers);
  recipe_wipe();
  draft_free(&d);
}

static double cpu_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

int main(int argc, char **argv) {
  static Worker w;
  static Venue v;
  size_t k = 0, n_works = sizeof works / sizeof *works;
  while (argc == 3 && k < n_works && strcmp(works[k].id, argv[1]) != 0) k++;
  if (argc != 3 || k == n_works) fail("usage", "sign_bench binance|kraken|coinbase N");
  long times = atol(argv[2]);
  Credentials keys = { .field = { [K_APIKEY] = { works[k].api_key, strlen(works[k].api_key) }, [K_SECRET] = { works[k].secret, strlen(works[k].secret) } } };
  heap_init(&w.heap, 64 << 20);
  w.random[0] = 1;
  w.now_ms = 1718454896789;
  lua_State *L = worker_state_new(&w, works[k].id);
  v = (Venue){ .worker = &w, .L = L, .markets = market_store_new(), .conform_ref = LUA_NOREF, .symbol_of_ref = LUA_NOREF, .maps_ref = LUA_NOREF };
  snprintf(v.id, sizeof v.id, "%s", works[k].id);
  if (!adapter_lib_open(L, &v)) fail(v.id, lua_tostring(L, -1));
  open_adapter(L, v.id);
  int venue = lua_gettop(L);
  lua_pushfstring(L, "return %s", works[k].description);
  if (luaL_dostring(L, lua_tostring(L, -1)) != LUA_OK) fail("description", lua_tostring(L, -1));
  int description = lua_gettop(L);
  luaL_loadstring(L, start_text);
  hostlua_require(L, "arguments");
  lua_pushvalue(L, venue);
  lua_pushvalue(L, description);
  lua_call(L, 3, 1);
  int arguments = lua_gettop(L);
  hostlua_require(L, "endpoint");
  lua_getfield(L, -1, "request");
  int request = lua_gettop(L);
  msgpack_zone *zone = msgpack_zone_new(8192);
  msgpack_sbuffer message;
  msgpack_sbuffer_init(&message);
  double start = cpu_us();
  for (long i = 0; i < times; i++) {
    char err[256];
    lua_pushvalue(L, request);
    lua_pushvalue(L, venue);
    lua_pushvalue(L, description);
    lua_pushvalue(L, arguments);
    lua_pushstring(L, works[k].right);
    if (lua_pcall(L, 4, 1, 0) != LUA_OK) fail("request", luaL_tolstring(L, -1, NULL));
    message.size = 0;
    Call c = { .venue = &v, .co = L };
    if (!venue_pack_request(&c, lua_gettop(L), &message, err, sizeof err)) fail("message", err);
    lua_settop(L, request);
    evaluate(&message, zone, &keys);
  }
  if (times) printf("%s %.3f us\n", v.id, (cpu_us() - start) / (double)times);
  return 0;
}
