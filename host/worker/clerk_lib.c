/* The table `clerk` of host/lua/clerk.lua: tasks that the broker gives, their answers, and facts that it is told unasked. */
#include <lauxlib.h>

#include "wire/message.h"
#include "wire/pack.h"
#include "worker/copy.h"
#include "worker/worker_internal.h"

static const char handler_key;

/* Each task is a task of Lua too, so that one that waits for an exchange holds up no other. */
static void on_task(Worker *w, void *ctx, int type, const msgpack_object *payload) {
  (void)ctx;
  (void)type;
  lua_State *L = worker_script(w);
  if (!lua_checkstack(L, 4)) worker_die("clerk: out of stack");
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &handler_key) != LUA_TFUNCTION) worker_die("clerk: a task before there is a handler");
  worker_push_answer(L, payload);
  task_spawn(w, L, 1);
}

static int c_serve(lua_State *L) {            /* serve(function(task)) */
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_settop(L, 1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &handler_key);
  worker_listen(worker_of(L), MSG_TASK, on_task, NULL);
  return 0;
}

static int tell(lua_State *L, int type) {
  char err[200];
  msgpack_sbuffer out;
  msgpack_packer pk;
  luaL_checktype(L, 1, LUA_TTABLE);
  msgpack_sbuffer_init(&out);
  msgpack_packer_init(&pk, &out, msgpack_sbuffer_write);
  bool ok = copy_pack(L, 1, &pk, err, sizeof err);
  if (ok) worker_tell(worker_of(L), type, &out);
  msgpack_sbuffer_destroy(&out);
  return ok ? 0 : luaL_error(L, "clerk: %s", err);
}

static int c_answer(lua_State *L) { return tell(L, MSG_TASKED); }     /* answer{task, value | error} */
static int c_facts(lua_State *L) { return tell(L, MSG_FACTS); }       /* facts{...} */

void clerk_open(lua_State *L) {
  static const luaL_Reg functions[] = { { "serve", c_serve }, { "answer", c_answer }, { "facts", c_facts }, { NULL, NULL } };
  luaL_newlib(L, functions);
  lua_setglobal(L, "clerk");
}
