#include "worker/hostlua.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "worker/hostlua_files.h"   /* made by the build: static const HostFile host_files[] = { { name, text, len }, ... } */
#include "worker/sandbox.h"
#include "worker/worker.h"

static const char modules_key = 0, env_key = 0;

const char *hostlua_source(const char *name, size_t *len) {
  for (size_t i = 0; i < sizeof host_files / sizeof *host_files; i++)
    if (strcmp(host_files[i].name, name) == 0) {
      *len = host_files[i].len;
      return (const char *)host_files[i].text;
    }
  return NULL;
}

/* The pristine copy first, then what was set later (host, exchange, a strategy's vocabulary). */
static int env_index(lua_State *L) {
  lua_settop(L, 2);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) {
    lua_pushvalue(L, 2);
    lua_pushvalue(L, 3);
    lua_rawset(L, 1);              /* there at once from now on: it stays what it is */
    return 1;
  }
  lua_settop(L, 2);
  lua_rawget(L, lua_upvalueindex(2));
  return 1;
}

/* The environment of host modules: reads fall through to the pristine copy of the sandbox's globals, then to the script's own;
 * writes go there (adapters' `ask`);
 * what the host adds (`native`, `venues`) is not seen by the script, and what a script does to its globals is not seen by the host. */
static void push_env(lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &env_key) == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_newtable(L);
  lua_createtable(L, 0, 2);
  sandbox_push_env(L);
  lua_pushglobaltable(L);
  lua_pushcclosure(L, env_index, 2);
  lua_setfield(L, -2, "__index");
  lua_pushglobaltable(L);
  lua_setfield(L, -2, "__newindex");
  lua_setmetatable(L, -2);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &env_key);
}

bool hostlua_push(lua_State *L, const char *name, int env) {
  size_t n;
  const char *text = hostlua_source(name, &n);
  char chunk[80];
  if (!text) return false;
  if (env) env = lua_absindex(L, env);
  snprintf(chunk, sizeof chunk, "=host/lua/%s.lua", name);
  if (luaL_loadbufferx(L, text, n, chunk, "b") != LUA_OK) lua_error(L);
  if (env) lua_pushvalue(L, env);
  else push_env(L);
  lua_setupvalue(L, -2, 1);
  return true;
}

static int require(lua_State *L) {
  hostlua_require(L, luaL_checkstring(L, 1));
  return 1;
}

void hostlua_require(lua_State *L, const char *name) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &modules_key) != LUA_TTABLE) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &modules_key);
  }
  lua_pushstring(L, name);
  if (lua_rawget(L, -2) == LUA_TNIL) {
    lua_pop(L, 1);
    if (!hostlua_push(L, name, 0)) luaL_error(L, "no host module '%s'", name);
    lua_pushcfunction(L, require);
    lua_call(L, 1, 1);
    lua_pushstring(L, name);
    lua_pushvalue(L, -2);
    lua_rawset(L, -4);
  }
  lua_remove(L, -2);
}

void hostlua_require_with(lua_State *L, const char *name, const char *global) {
  push_env(L);
  lua_insert(L, -2);
  lua_pushstring(L, global);
  lua_insert(L, -2);
  lua_rawset(L, -3);
  lua_pop(L, 1);
  hostlua_require(L, name);
}
