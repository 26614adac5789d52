#include "worker/sandbox.h"
#include <lauxlib.h>
#include <lualib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "worker/book.h"
#include "worker/decimal_lib.h"
#include "worker/instant.h"
#include "worker/misread.h"
#include "worker/names.h"
#include "worker/sealed.h"
#include "worker/state.h"
#include "worker/view.h"

static const char env_key;

/* ---- texts of values ---- */

/* The error on top of the stack: a text loses its place in host Lua. */
static void take_place_off(lua_State *L) {
  size_t n;
  const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &n) : NULL, *rest = text ? misread_without_place(text) : NULL;
  if (rest == text) return;
  lua_pushlstring(L, rest, n - (size_t)(rest - text));
  lua_replace(L, -2);
}

const char *sandbox_error_text(lua_State *L, int idx) {
  idx = lua_absindex(L, idx);
  switch (lua_type(L, idx)) {
    case LUA_TSTRING:
    case LUA_TNUMBER:
      lua_pushvalue(L, idx);
      take_place_off(L);
      return lua_tostring(L, -1);
    case LUA_TNIL: return lua_pushliteral(L, "nil");
    case LUA_TTABLE: {
      const char *part[3];
      static const char *const fields[] = { "venue", "class", "message" };
      for (int i = 0; i < 3; i++) {
        lua_pushstring(L, fields[i]);
        lua_rawget(L, idx);
        part[i] = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
      }
      if (part[1])
        lua_pushfstring(L, "%s%s%s%s%s", part[0] ? part[0] : "", part[0] ? ": " : "", part[1], part[2] ? ": " : "",
          part[2] ? part[2] : "");
      else if (part[2]) lua_pushstring(L, part[2]);
      else lua_pushliteral(L, "a table was raised as an error");
      lua_insert(L, -4);
      lua_pop(L, 3);
      return lua_tostring(L, -1);
    }
    default: return lua_pushfstring(L, "a %s was raised as an error", luaL_typename(L, idx));
  }
}

static bool is_error_table(lua_State *L, int idx) {
  lua_pushliteral(L, "class");
  lua_rawget(L, idx);
  lua_pushliteral(L, "message");
  lua_rawget(L, idx);
  bool is = lua_type(L, -1) == LUA_TSTRING && lua_type(L, -2) == LUA_TSTRING;
  lua_pop(L, 2);
  return is;
}

const char *sandbox_tostring(lua_State *L, int idx, size_t *len) {
  idx = lua_absindex(L, idx);
  int t = lua_type(L, idx);
  if (luaL_callmeta(L, idx, "__tostring")) {
    if (!lua_isstring(L, -1)) luaL_error(L, "'__tostring' must return a string");
  } else if (t == LUA_TTABLE && is_error_table(L, idx)) {
    sandbox_error_text(L, idx);
  } else if (t == LUA_TNUMBER || t == LUA_TSTRING || t == LUA_TBOOLEAN || t == LUA_TNIL) {
    luaL_tolstring(L, idx, NULL);
  } else {
    int named = luaL_getmetafield(L, idx, "__name");
    const char *name = named == LUA_TSTRING ? lua_tostring(L, -1) : t == LUA_TLIGHTUSERDATA ? "null" : luaL_typename(L, idx);
    lua_pushstring(L, name);
    if (named != LUA_TNIL) lua_remove(L, -2);
  }
  return lua_tolstring(L, -1, len);
}

static int l_tostring(lua_State *L) {
  luaL_checkany(L, 1);
  sandbox_tostring(L, 1, NULL);
  return 1;
}

/* ---- metatables ---- */

static int l_getmetatable(lua_State *L) {
  luaL_checkany(L, 1);
  if (lua_type(L, 1) != LUA_TTABLE || !lua_getmetatable(L, 1)) { lua_pushnil(L); return 1; }
  luaL_getmetafield(L, 1, "__metatable");
  return 1;                          /* the field, or the metatable below it */
}

/* __gc runs with hooks off, and __concat can crash the virtual machine of 5.4.4. */
static int l_setmetatable(lua_State *L) {
  static const char *const refused[] = { "__gc", "__concat", "__metatable", "__name" };
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_argexpected(L, lua_isnil(L, 2) || lua_istable(L, 2), 2, "nil or table");
  if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL) return luaL_error(L, "cannot change a protected metatable");
  if (lua_istable(L, 2)) {
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
      lua_pushstring(L, refused[i]);
      if (lua_rawget(L, 2) != LUA_TNIL) return luaL_error(L, "setmetatable: scripts cannot have %s", refused[i]);
      lua_pop(L, 1);
    }
  }
  lua_settop(L, 2);
  lua_setmetatable(L, 1);
  return 1;
}

static bool is_protected(lua_State *L, int idx) {
  bool is = luaL_getmetafield(L, idx, "__bourse") != LUA_TNIL;
  if (is) lua_pop(L, 1);
  return is;
}

static int l_rawset(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checkany(L, 2);
  luaL_checkany(L, 3);
  if (is_protected(L, 1)) return luaL_error(L, "rawset: a library of the host is read-only");
  lua_settop(L, 3);
  lua_rawset(L, 1);
  return 1;
}

static int protected_write(lua_State *L) {
  const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : luaL_typename(L, 2);
  return luaL_error(L, "'%s' cannot be set: a library of the host is read-only", key);
}

static int protected_next(lua_State *L) {
  lua_settop(L, 2);
  if (lua_next(L, lua_upvalueindex(1))) return 2;
  lua_pushnil(L);
  return 1;
}

static int protected_pairs(lua_State *L) {
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushcclosure(L, protected_next, 1);
  lua_pushvalue(L, 1);
  return 2;
}

void sandbox_protect(lua_State *L) {
  lua_newtable(L);                   /* the face */
  lua_createtable(L, 0, 5);
  lua_pushvalue(L, -3);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, protected_write);
  lua_setfield(L, -2, "__newindex");
  lua_pushvalue(L, -3);
  lua_pushcclosure(L, protected_pairs, 1);
  lua_setfield(L, -2, "__pairs");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pushboolean(L, 1);
  lua_setfield(L, -2, "__bourse");
  lua_setmetatable(L, -2);
  lua_remove(L, -2);
}

/* ---- string ---- */

static int call_original(lua_State *L, int nresults) {      /* upvalue 1, with all arguments */
  int n = lua_gettop(L);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, n, nresults);
  return lua_gettop(L);
}

static int s_rep(lua_State *L) {
  size_t len, sep;
  luaL_checklstring(L, 1, &len);
  lua_Integer n = luaL_checkinteger(L, 2);
  luaL_optlstring(L, 3, "", &sep);
  const Heap *h = state_of(L)->heap.heap;
  if (n < 1 || len + sep == 0) return lua_pushliteral(L, ""), 1;      /* the original counts to n, whatever it repeats */
  if ((uint64_t)n > (h->limit - h->used) / (len + sep))
    return luaL_error(L, "string.rep: the result would be larger than the memory that is left");
  return call_original(L, 1);
}

static int s_format(lua_State *L) {
  const char *f = luaL_checkstring(L, 1);
  int n = lua_gettop(L);
  for (const char *p = f; (p = strchr(p, '%')); p++) {
    p++;
    p += strspn(p, "-+ #0123456789.");
    if (*p == 'p') return luaL_error(L, "string.format: %%p is not available");
    if (!*p) break;
  }
  for (int i = 2; i <= n; i++) {
    int t = lua_type(L, i);
    if (t == LUA_TTABLE || t == LUA_TFUNCTION || t == LUA_TUSERDATA || t == LUA_TTHREAD || t == LUA_TLIGHTUSERDATA) {
      sandbox_tostring(L, i, NULL);
      lua_replace(L, i);
    }
  }
  return call_original(L, 1);
}

static void check_pattern(lua_State *L, bool plain_ok) {
  size_t subject, pattern;
  luaL_checklstring(L, 1, &subject);
  const char *p = luaL_checklstring(L, 2, &pattern);
  if (plain_ok && (lua_toboolean(L, 4) || strcspn(p, "^$*+?.([%-") == pattern)) return;
  if (pattern > SANDBOX_PATTERN_MAX) luaL_error(L, "a pattern may be at most %d bytes long", SANDBOX_PATTERN_MAX);
  if (subject > SANDBOX_SUBJECT_MAX) luaL_error(L, "a text for a pattern may be at most %d bytes long", SANDBOX_SUBJECT_MAX);
}

static int s_find(lua_State *L) {
  check_pattern(L, true);
  return call_original(L, LUA_MULTRET);
}
static int s_match(lua_State *L) {
  check_pattern(L, false);
  return call_original(L, LUA_MULTRET);
}
static int s_gsub(lua_State *L) {
  check_pattern(L, false);
  return call_original(L, LUA_MULTRET);
}

/* An iterator that failed must not be called again: it would recurse without bound. Upvalues: iterator, failed. */
static int gmatch_step(lua_State *L) {
  if (lua_toboolean(L, lua_upvalueindex(2))) return luaL_error(L, "gmatch: the iterator has failed before");
  lua_pushboolean(L, 1);
  lua_replace(L, lua_upvalueindex(2));
  lua_settop(L, 0);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_call(L, 0, LUA_MULTRET);
  lua_pushboolean(L, 0);
  lua_replace(L, lua_upvalueindex(2));
  return lua_gettop(L);
}
static int s_gmatch(lua_State *L) {
  check_pattern(L, false);
  call_original(L, 1);
  lua_pushboolean(L, 0);
  lua_pushcclosure(L, gmatch_step, 2);
  return 1;
}

/* ---- table: plain lengths only, counted ranges ---- */

static lua_Integer plain_table(lua_State *L, int idx) {
  luaL_checktype(L, idx, LUA_TTABLE);
  if (is_protected(L, idx)) luaL_error(L, "a library of the host is read-only");
  if (luaL_getmetafield(L, idx, "__len") != LUA_TNIL) luaL_argerror(L, idx, "a table whose length is a function");
  return (lua_Integer)lua_rawlen(L, idx);
}

static int t_plain(lua_State *L) {      /* insert, remove, sort */
  plain_table(L, 1);
  return call_original(L, LUA_MULTRET);
}

static void check_range(lua_State *L, lua_Integer from, lua_Integer to, const char *what) {
  if (to >= from && (uint64_t)to - (uint64_t)from > 10000000) luaL_error(L, "table.%s: more than ten million elements", what);
}

static int t_concat(lua_State *L) {
  lua_Integer n = plain_table(L, 1);
  check_range(L, luaL_optinteger(L, 3, 1), luaL_optinteger(L, 4, n), "concat");
  return call_original(L, 1);
}
static int t_unpack(lua_State *L) {
  lua_Integer n = lua_isnoneornil(L, 3) ? plain_table(L, 1) : 0;
  check_range(L, luaL_optinteger(L, 2, 1), luaL_optinteger(L, 3, n), "unpack");
  return call_original(L, LUA_MULTRET);
}
static int t_move(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  check_range(L, luaL_checkinteger(L, 2), luaL_checkinteger(L, 3), "move");
  if (is_protected(L, 1) || (lua_istable(L, 5) && is_protected(L, 5))) return luaL_error(L, "a library of the host is read-only");
  return call_original(L, 1);
}

/* ---- the rest ---- */

static int l_randomseed(lua_State *L) {
  luaL_checknumber(L, 1);               /* without one the seed would be a time and an address */
  return call_original(L, 0);
}

static int l_collectgarbage(lua_State *L) {
  const char *what = luaL_optstring(L, 1, "count");
  if (strcmp(what, "count") != 0) return luaL_error(L, "collectgarbage: only \"count\" is available");
  lua_pushnumber(L, (lua_Number)state_of(L)->heap.used / 1024);
  return 1;
}

static int undefined(lua_State *L) {
  if (lua_type(L, 2) == LUA_TSTRING) return luaL_error(L, "undefined global '%s'", lua_tostring(L, 2));
  return luaL_error(L, "undefined global (a %s)", luaL_typename(L, 2));
}

static int64_t now_ms(lua_State *L) { return worker_now(worker_of(L)); }

static int64_t field(lua_State *L, const char *key, int64_t otherwise) {
  int isnum;
  lua_pushstring(L, key);
  lua_rawget(L, 1);
  int64_t x = lua_tointegerx(L, -1, &isnum);
  if (!isnum && (otherwise == INT64_MIN || !lua_isnil(L, -1))) luaL_error(L, "os.time: field '%s' must be a whole number", key);
  if (isnum && (x > 1000000 || x < -1000000)) luaL_error(L, "os.time: field '%s' is out of range", key);
  lua_pop(L, 1);
  return isnum ? x : otherwise;
}

static int os_time(lua_State *L) {      /* UTC, as all times here */
  if (lua_isnoneornil(L, 1)) {
    lua_pushinteger(L, now_ms(L) / 1000);
    return 1;
  }
  luaL_checktype(L, 1, LUA_TTABLE);
  struct tm t = { .tm_year = (int)field(L, "year", INT64_MIN) - 1900, .tm_mon = (int)field(L, "month", INT64_MIN) - 1,
    .tm_mday = (int)field(L, "day", INT64_MIN), .tm_hour = (int)field(L, "hour", 12), .tm_min = (int)field(L, "min", 0),
    .tm_sec = (int)field(L, "sec", 0) };
  lua_pushinteger(L, (lua_Integer)timegm(&t));
  return 1;
}

static int os_date(lua_State *L) {
  const char *f = luaL_optstring(L, 1, "%Y-%m-%d %H:%M:%S");
  time_t at = (time_t)luaL_optinteger(L, 2, now_ms(L) / 1000);
  struct tm t;
  if (*f == '!') f++;
  if (!gmtime_r(&at, &t)) return luaL_error(L, "os.date: the time cannot be shown");
  if (strncmp(f, "*t", 2) == 0) {
    lua_createtable(L, 0, 9);
    const struct { const char *name; lua_Integer value; } parts[] = { { "year", (lua_Integer)t.tm_year + 1900 }, { "month", t.tm_mon + 1 },
      { "day", t.tm_mday }, { "hour", t.tm_hour }, { "min", t.tm_min }, { "sec", t.tm_sec }, { "wday", t.tm_wday + 1 },
      { "yday", t.tm_yday + 1 } };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
      lua_pushinteger(L, parts[i].value);
      lua_setfield(L, -2, parts[i].name);
    }
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "isdst");
    return 1;
  }
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  for (; *f; f++) {
    if (*f != '%') { luaL_addchar(&b, *f); continue; }
    f++;
    if (!*f || !strchr("aAbBcdDeFHIjmMnprRStTuwWyYZ%", *f)) return luaL_error(L, "os.date: unknown form '%%%c'", *f ? *f : ' ');
    char out[64], one[3] = { '%', *f, 0 };
    luaL_addlstring(&b, out, strftime(out, sizeof out, one, &t));
  }
  luaL_pushresult(&b);
  return 1;
}

static int os_clock(lua_State *L) {     /* seconds that passed; the CPU's own clock would make replays differ */
  lua_pushnumber(L, (lua_Number)now_ms(L) / 1000);
  return 1;
}

static int l_iso8601(lua_State *L) {
  char text[INSTANT_TEXT];
  if (lua_isnoneornil(L, 1)) { lua_pushnil(L); return 1; }
  lua_Number ms = luaL_checknumber(L, 1);
  if (!(ms > -62167219200001.0 && ms < 253402300800000.0)) return luaL_argerror(L, 1, "a time in milliseconds is expected");
  if (instant_iso((int64_t)floor(ms), text)) lua_pushstring(L, text); else lua_pushnil(L);
  return 1;
}

static int l_parse8601(lua_State *L) {
  size_t n;
  int64_t ms;
  const char *s = luaL_checklstring(L, 1, &n);
  if (instant_parse_iso(s, n, &ms)) lua_pushinteger(L, ms); else lua_pushnil(L);
  return 1;
}

/* ---- pcall ---- */

static int called(lua_State *L, int status, lua_KContext ctx) {
  (void)ctx;
  if (status == LUA_OK || status == LUA_YIELD) return lua_gettop(L);
  take_place_off(L);
  lua_pushboolean(L, 0);
  lua_insert(L, -2);
  return 2;
}

/* As in Lua, but for the places that errors tell. */
static int l_pcall(lua_State *L) {
  luaL_checkany(L, 1);
  lua_pushboolean(L, 1);
  lua_insert(L, 1);
  return called(L, lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, 0, called), 0);
}

/* ---- the allow-list ---- */

static const char *const base_names[] = { "assert", "error", "ipairs", "next", "pairs", "rawequal", "rawget", "rawlen", "select",
  "tonumber", "type", "xpcall", NULL };
static const char *const string_names[] = { "byte", "char", "len", "lower", "pack", "packsize", "reverse", "sub", "unpack", "upper", NULL };
static const char *const table_names[] = { "pack", NULL };
static const char *const math_names[] = { "abs", "acos", "asin", "atan", "ceil", "cos", "deg", "exp", "floor", "fmod", "huge", "log", "max",
  "maxinteger", "min", "mininteger", "modf", "pi", "rad", "random", "sin", "sqrt", "tan", "tointeger", "type", "ult", NULL };
static const char *const utf8_names[] = { "char", "charpattern", "codepoint", "codes", "len", "offset", NULL };

static int l_print(lua_State *L) {        /* of adapters; scripts have their own, to stdout */
  int n = lua_gettop(L);
  luaL_Buffer b;
  lua_newtable(L);                        /* texts first: the buffer wants the stack to itself */
  for (int i = 1; i <= n; i++) {
    sandbox_tostring(L, i, NULL);
    lua_rawseti(L, n + 1, i);
  }
  luaL_buffinit(L, &b);
  luaL_addstring(&b, state_of(L)->name);
  luaL_addstring(&b, ": ");
  for (int i = 1; i <= n; i++) {
    if (i > 1) luaL_addchar(&b, '\t');
    lua_rawgeti(L, n + 1, i);
    luaL_addvalue(&b);
  }
  luaL_pushresult(&b);
  worker_log(worker_of(L), "debug", lua_tostring(L, -1));
  return 0;
}

static const luaL_Reg base_own[] = { { "getmetatable", l_getmetatable }, { "setmetatable", l_setmetatable }, { "rawset", l_rawset },
  { "tostring", l_tostring }, { "pcall", l_pcall }, { "print", l_print }, { "collectgarbage", l_collectgarbage }, { "iso8601", l_iso8601 },
  { "parse8601", l_parse8601 }, { NULL, NULL } };
static const luaL_Reg string_own[] = { { "rep", s_rep }, { "format", s_format }, { "find", s_find }, { "match", s_match },
  { "gsub", s_gsub }, { "gmatch", s_gmatch }, { NULL, NULL } };
static const luaL_Reg table_own[] = { { "insert", t_plain }, { "remove", t_plain }, { "sort", t_plain }, { "concat", t_concat },
  { "unpack", t_unpack }, { "move", t_move }, { NULL, NULL } };
static const luaL_Reg math_own[] = { { "randomseed", l_randomseed }, { NULL, NULL } };
static const luaL_Reg os_own[] = { { "time", os_time }, { "date", os_date }, { "clock", os_clock }, { NULL, NULL } };

/* From the library at `lib`, `name`, into the table on top: the named functions, and our own with the original as upvalue. */
static void pick(lua_State *L, int lib, const char *name, const char *const *names, const luaL_Reg *own) {
  char full[64];
  int into = lua_gettop(L);
  for (; names && *names; names++) {
    lua_getfield(L, lib, *names);
    lua_setfield(L, into, *names);
  }
  for (; own && own->name; own++) {
    lua_getfield(L, lib, own->name);
    if (name) {                           /* it complains in the name of ours */
      snprintf(full, sizeof full, "%s.%s", name, own->name);
      names_add(L, full);
    }
    lua_pushcclosure(L, own->func, 1);
    lua_setfield(L, into, own->name);
  }
}

static int open_lib(lua_State *L, lua_CFunction open) {     /* pushes the full library */
  lua_pushcfunction(L, open);
  lua_call(L, 0, 1);
  return lua_gettop(L);
}

static void seed_random(lua_State *L, int math) {
  lua_getfield(L, math, "randomseed");
  lua_pushinteger(L, (lua_Integer)worker_random(L));
  lua_pushinteger(L, (lua_Integer)worker_random(L));
  lua_call(L, 2, 0);
}

static void set_lib(lua_State *L, int env, int lib, const char *name, const char *const *names, const luaL_Reg *own) {
  lua_newtable(L);
  pick(L, lib, name, names, own);
  names_add(L, name);
  lua_setfield(L, env, name);
}

/* The pristine globals, with full-speed library tables. Leaves them on the stack. */
static int build_env(lua_State *L) {
  lua_newtable(L);
  int env = lua_gettop(L), lib;
  lua_pushcfunction(L, luaopen_base);     /* fills the real globals; emptied below */
  lua_call(L, 0, 1);
  lib = lua_gettop(L);
  lua_pushvalue(L, env);
  pick(L, lib, NULL, base_names, base_own);
  names_add(L, "_G");
  lua_pop(L, 1);
  lua_pushnil(L);
  while (lua_next(L, lib)) {              /* nothing of the open library stays reachable */
    lua_pop(L, 1);
    lua_pushvalue(L, -1);
    lua_pushnil(L);
    lua_rawset(L, lib);
  }
  lib = open_lib(L, luaopen_string);
  set_lib(L, env, lib, "string", string_names, string_own);
  lua_newtable(L);                        /* methods of texts come from our copy */
  lua_getfield(L, env, "string");
  lua_setfield(L, -2, "__index");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pushliteral(L, "");
  lua_insert(L, -2);
  lua_setmetatable(L, -2);
  lua_pop(L, 1);
  lib = open_lib(L, luaopen_table);
  set_lib(L, env, lib, "table", table_names, table_own);
  lib = open_lib(L, luaopen_math);
  seed_random(L, lib);
  set_lib(L, env, lib, "math", math_names, math_own);
  lib = open_lib(L, luaopen_utf8);
  set_lib(L, env, lib, "utf8", utf8_names, NULL);
  json_open(L);
  names_add(L, "json");
  lua_setfield(L, env, "json");
  lua_newtable(L);
  luaL_setfuncs(L, os_own, 0);
  names_add(L, "os");
  lua_setfield(L, env, "os");
  coroutine_open(L);
  names_add(L, "coroutine");
  lua_setfield(L, env, "coroutine");
  lua_pushvalue(L, env);
  decimal_open(L);
  lua_getfield(L, env, "decimal");
  names_add(L, "decimal");
  lua_settop(L, env);
  return env;
}

void sandbox_open(lua_State *L) {
  int env = build_env(L);
  lua_pushvalue(L, env);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &env_key);
  lua_pushglobaltable(L);
  int globals = lua_gettop(L);
  lua_pushnil(L);
  while (lua_next(L, env)) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    if (lua_istable(L, -1)) sandbox_protect(L);
    lua_rawset(L, globals);
  }
  lua_pushvalue(L, globals);
  lua_setfield(L, globals, "_G");
  lua_createtable(L, 0, 2);
  lua_pushcfunction(L, undefined);
  lua_setfield(L, -2, "__index");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_setmetatable(L, globals);
  lua_settop(L, env - 1);
  view_open(L);
  book_open(L);
  lua_settop(L, env - 1);
}

void sandbox_push_env(lua_State *L) { lua_rawgetp(L, LUA_REGISTRYINDEX, &env_key); }

int sandbox_load(lua_State *L, const char *source, size_t len, const char *name) {
  if (len > SANDBOX_SOURCE_MAX) {
    lua_pushfstring(L, "%s: a script may be at most 1 MiB of text; this is %d KiB", name, (int)(len >> 10));
    return LUA_ERRSYNTAX;
  }
  if (len > 0 && source[0] == LUA_SIGNATURE[0]) {
    lua_pushfstring(L, "%s: this is Lua bytecode; only source text is run", name);
    return LUA_ERRSYNTAX;
  }
  char chunk[160];
  snprintf(chunk, sizeof chunk, "@%s", name);
  return luaL_loadbufferx(L, source, len, chunk, "t");
}
