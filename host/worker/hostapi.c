/* The table `host` of verbs (host/lua/verbs): output, arguments, files that the command line named, host modules. */
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>
#include "wire/message.h"
#include "wire/pack.h"
#include "worker/copy.h"
#include "worker/hostlua.h"
#include "worker/sandbox.h"
#include "worker/venue.h"
#include "worker/worker_internal.h"

#define OUT_PIECE (1u << 20)

static int h_out(lua_State *L) {              /* out(text) */
  size_t n;
  const char *text = luaL_checklstring(L, 1, &n);
  for (; n > OUT_PIECE; text += OUT_PIECE, n -= OUT_PIECE) worker_put(worker_of(L), MSG_OUT, "text", text, OUT_PIECE, NULL, NULL);
  worker_put(worker_of(L), MSG_OUT, "text", text, n, NULL, NULL);
  return 0;
}

static int said(lua_State *L, const char *level) {
  size_t n;
  const char *text = luaL_checklstring(L, 1, &n);
  while (n && text[n - 1] == '\n') n--;
  worker_put(worker_of(L), MSG_LOG, "text", text, n, "level", level);
  return 0;
}

static int h_err(lua_State *L) { return said(L, "info"); }        /* err(text): one line for stderr, as it is; not with --quiet */
static int h_error(lua_State *L) { return said(L, "error"); }     /* error(text): the same with "bourse: " before it, in any case */

static int h_done(lua_State *L) {             /* done(code): does not return */
  worker_finish(worker_of(L), (int)luaL_optinteger(L, 1, 0), NULL);
  if (!lua_isyieldable(L)) return luaL_error(L, "the verb ends");
  worker_waiter(L);
  return worker_wait(L);
}

static void on_stored(Worker *w, void *ctx, int type, const msgpack_object *payload) {
  (void)type;
  Waiter waiter = waiter_take(ctx);
  const char *why;
  size_t n;
  bool failed = pack_get_text(payload, "error", &why, &n);
  if (failed) lua_pushlstring(waiter.L, why, n);
  else worker_push_answer(waiter.L, pack_get(payload, "value"));
  worker_wake(w, waiter, 1, failed);
}

/* journal{op, ...}, candles{op, ...} -> list of rows, or what there is to know; raise a text */
static int h_journal(lua_State *L) { return ask_with_table(L, MSG_JOURNAL, "journal", on_stored); }
static int h_candles(lua_State *L) { return ask_with_table(L, MSG_CANDLES, "candles", on_stored); }

static int h_use(lua_State *L) {              /* use(name): a host module */
  hostlua_require(L, luaL_checkstring(L, 1));
  return 1;
}

static int h_compile(lua_State *L) {          /* compile(text, name) -> function or nil, why */
  size_t n;
  const char *text = luaL_checklstring(L, 1, &n), *name = luaL_optstring(L, 2, "input");
  if (sandbox_load(L, text, n, name) == LUA_OK) return 1;
  lua_pushnil(L);
  lua_insert(L, -2);
  return 2;
}

static int loaded(lua_State *L, int status, lua_KContext ctx) {
  (void)status;
  (void)ctx;
  return lua_gettop(L);
}

static int h_load(lua_State *L) {             /* load(text, name) -> what the chunk returns; raises */
  size_t n;
  const char *text = luaL_checklstring(L, 1, &n), *name = luaL_optstring(L, 2, "input");
  int status = sandbox_load(L, text, n, name);
  if (status != LUA_OK) return lua_error(L);
  lua_replace(L, 1);
  lua_settop(L, 1);
  lua_callk(L, 0, LUA_MULTRET, 0, loaded);
  return loaded(L, LUA_OK, 0);
}

/* Lines of input (the shell) that came before somebody asked for them are kept. */
typedef struct { Waiter waiter; bool waits; } Reader;
static const char lines_key, reader_key;

static void on_line(Worker *w, void *ctx, int type, const msgpack_object *payload) {
  (void)type;
  Reader *r = ctx;
  lua_State *L = worker_script(w);
  if (r->waits) {
    r->waits = false;
    worker_push_answer(r->waiter.L, payload);
    worker_wake(w, r->waiter, 1, false);
    return;
  }
  lua_rawgetp(L, LUA_REGISTRYINDEX, &lines_key);
  worker_push_answer(L, payload);
  if (lua_rawlen(L, -2) < 10000) lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
  else lua_pop(L, 1);
  lua_pop(L, 1);
}

static int h_line(lua_State *L) {             /* line() -> {text=} or {eof=true} or {complete=}; waits */
  lua_rawgetp(L, LUA_REGISTRYINDEX, &lines_key);
  lua_Integer n = (lua_Integer)lua_rawlen(L, -1);
  if (n > 0) {
    lua_rawgeti(L, -1, 1);
    for (lua_Integer i = 1; i <= n; i++) {
      lua_rawgeti(L, -2, i + 1);
      lua_rawseti(L, -3, i);
    }
    return 1;
  }
  lua_rawgetp(L, LUA_REGISTRYINDEX, &reader_key);
  Reader *r = lua_touserdata(L, -1);
  if (r->waits) return luaL_error(L, "host.line: another task reads the input already");
  r->waiter = worker_waiter(L);
  r->waits = true;
  return worker_wait(L);
}

static int h_check(lua_State *L) {            /* check(source, file, texts of dialects by name) -> list of problems */
  int n = lua_gettop(L);
  venue_open_check(L);
  lua_insert(L, 1);
  lua_call(L, n, LUA_MULTRET);
  return lua_gettop(L);
}

void host_open(lua_State *L) {
  static const luaL_Reg functions[] = { { "out", h_out }, { "err", h_err }, { "error", h_error }, { "done", h_done }, { "source", task_source },
    { "use", h_use }, { "load", h_load }, { "compile", h_compile }, { "line", h_line }, { "journal", h_journal }, { "candles", h_candles },
    { "check", h_check }, { NULL, NULL } };
  Worker *w = worker_of(L);
  luaL_newlib(L, functions);
  lua_rawgeti(L, LUA_REGISTRYINDEX, w->boot_args);
  lua_setfield(L, -2, "args");
  lua_pushboolean(L, w->tty);
  lua_setfield(L, -2, "tty");
  lua_pushinteger(L, w->columns);
  lua_setfield(L, -2, "columns");
  if (strcmp(w->script->name, "conform") == 0 || strcmp(w->script->name, "tape") == 0) {
    venue_open_conform(L);
    lua_setfield(L, -2, "conform");
  }
  lua_newtable(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &lines_key);
  Reader *r = lua_newuserdatauv(L, sizeof *r, 0);
  memset(r, 0, sizeof *r);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &reader_key);
  worker_listen(w, MSG_LINE, on_line, r);
}
