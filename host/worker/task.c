/* Tasks of the script: coroutines that wait for the broker and go on when it answers; and the C half of host/lua/strategy.lua. */
#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "wire/message.h"
#include "wire/pack.h"
#include "worker/book.h"
#include "worker/copy.h"
#include "worker/limit.h"
#include "worker/sandbox.h"
#include "worker/worker_internal.h"

#define TASKS_MAX 10000
#define REPORT_MAX (1u << 20)
#define BOOK_LEVELS 60
#define TEXT_MAX (16u << 20)

static const char tasks_key;

/* ---- running Lua ---- */

int worker_call(lua_State *L, int nargs, int nresults) {
  State *s = state_of(L);
  Chain *chain = s->chain;
  lua_State *before = limit_switch(L);
  int status = lua_pcall(L, nargs, nresults, 0);
  limit_switch(before);
  s->chain = chain;
  return status;
}

int worker_resume(lua_State *co, lua_State *from, int nargs, int *nresults) {
  State *s = state_of(co);
  Chain *chain = s->chain;
  s->chain = NULL;
  lua_State *before = limit_switch(co);
  int status = lua_resume(co, from, nargs, nresults);
  limit_switch(before);
  s->chain = chain;
  return status;
}

/* ---- waiting ---- */

/* An error at the script's own line, whatever host Lua is above it. */
static int error_at_script(lua_State *L, const char *text) {
  const State *s = state_of(L);
  lua_Debug ar;
  for (int level = 0; level < 50 && lua_getstack(L, level, &ar); level++)
    if (lua_getinfo(L, "Sl", &ar) && ar.source[0] == '@' && strcmp(ar.source + 1, s->name) == 0 && ar.currentline > 0) {
      lua_pushfstring(L, "%s:%d: %s", ar.short_src, ar.currentline, text);
      return lua_error(L);
    }
  return luaL_error(L, "%s", text);
}

Waiter worker_waiter(lua_State *L) {
  State *s = state_of(L);
  if (!s->task || !lua_isyieldable(L) || (s->chain && !s->chain->ok))
    error_at_script(L, "cannot wait here (inside a sort, a pattern function, or a function that C calls)");
  lua_pushthread(s->task);
  lua_xmove(s->task, L, 1);
  return (Waiter){ L, luaL_ref(L, LUA_REGISTRYINDEX) };
}

static int woken(lua_State *L, int status, lua_KContext ctx) {
  (void)status;
  (void)ctx;
  State *s = state_of(L);
  return s->wake.raise ? lua_error(L) : s->wake.n;
}

int worker_wait(lua_State *L) {
  state_of(L)->waiting = true;
  state_mark(L, true);
  return lua_yieldk(L, 0, 0, woken);
}

static void turn_add(Worker *w, Turn t) {
  if (w->n_turns == w->cap_turns) {
    size_t cap = w->cap_turns ? w->cap_turns * 2 : 64;
    Turn *turns = worker_grow(NULL, cap, sizeof *turns);
    for (size_t i = 0; i < w->n_turns; i++) turns[i] = w->turns[(w->first_turn + i) % w->cap_turns];
    free(w->turns);
    w->turns = turns;
    w->cap_turns = cap;
    w->first_turn = 0;
  }
  w->turns[(w->first_turn + w->n_turns++) % w->cap_turns] = t;
}

/* Always later, from the loop: the one to wake may be the one that runs now. */
void worker_wake(Worker *w, Waiter waiter, int nvalues, bool raise) {
  turn_add(w, (Turn){ waiter.L, waiter.ref, nvalues, raise });
}

/* ---- tasks ---- */

/* The table of live tasks, which keeps them from being collected. */
static void push_tasks(lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &tasks_key) == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_newtable(L);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &tasks_key);
}

void task_spawn(Worker *w, lua_State *L, int nargs) {
  lua_State *co = lua_newthread(L);
  lua_insert(L, -(nargs + 2));
  if (!lua_checkstack(co, nargs + 2)) luaL_error(L, "too many arguments");
  lua_xmove(L, co, nargs + 1);
  push_tasks(L);
  lua_pushvalue(L, -2);
  lua_pushboolean(L, 1);
  lua_rawset(L, -3);
  lua_pop(L, 1);
  turn_add(w, (Turn){ co, luaL_ref(L, LUA_REGISTRYINDEX), nargs, false });
  w->live++;
}

static void task_forget(Worker *w, lua_State *co) {
  lua_State *L = w->script->L;
  push_tasks(L);
  lua_pushthread(co);
  lua_xmove(co, L, 1);
  lua_pushnil(L);
  lua_rawset(L, -3);
  lua_pop(L, 1);
  w->live--;
}

/* The script's own lines below the error, innermost first; the line of the message itself is not said again. */
static void add_trace(lua_State *co, const State *s, const char *message, char *out, size_t cap) {
  lua_Debug ar;
  size_t n = strlen(out);
  int lines = 0;
  for (int level = 0; level < 100 && lines < 8 && lua_getstack(co, level, &ar); level++) {
    if (!lua_getinfo(co, "Sln", &ar) || ar.source[0] != '@' || strcmp(ar.source + 1, s->name) != 0 || ar.currentline <= 0) continue;
    char at[200];
    snprintf(at, sizeof at, "%s:%d:", ar.short_src, ar.currentline);
    if (lines == 0 && strncmp(message, at, strlen(at)) == 0) continue;
    int k = snprintf(out + n, cap - n, "\n  from %s:%d%s%s", ar.short_src, ar.currentline, ar.name ? " in " : "", ar.name ? ar.name : "");
    if (k < 0 || (size_t)k >= cap - n) { out[n] = 0; return; }
    n += (size_t)k;
    lines++;
  }
}

/* An uncaught error ends the script: 5 for what an exchange or the network did, 1 for everything else. */
static void task_failed(Worker *w, lua_State *co) {
  lua_State *L = w->script->L;
  char text[4000];
  int code = 1;
  if (!lua_checkstack(co, 8)) worker_die("worker: out of stack");
  if (lua_istable(co, -1)) {
    lua_pushliteral(co, "class");
    lua_rawget(co, -2);
    if (lua_type(co, -1) == LUA_TSTRING) code = 5;
    lua_pop(co, 1);
  }
  lua_pushvalue(co, -1);
  lua_xmove(co, L, 1);
  const char *message = sandbox_error_text(L, -1);
  snprintf(text, sizeof text, "%.3000s", message ? message : "unknown error");
  add_trace(co, w->script, text, text, sizeof text);
  lua_pop(L, 2);
  worker_finish(w, code, text);
}

static void turn_run(Worker *w, Turn t) {
  State *s = state_of(t.thread);
  lua_State *L = s->L;
  int n = 0;
  lua_rawgeti(L, LUA_REGISTRYINDEX, t.ref);
  lua_State *co = lua_tothread(L, -1);
  luaL_unref(L, LUA_REGISTRYINDEX, t.ref);
  state_mark(co, false);
  state_mark(t.thread, false);
  s->wake.L = t.thread;
  s->wake.n = t.n;
  s->wake.raise = t.raise;
  s->task = co;
  s->waiting = false;
  limit_begin(w->callback_ms, "one callback");
  int status = worker_resume(co, NULL, t.thread == co ? t.n : 0, &n);
  s->task = NULL;
  if (status == LUA_YIELD && s->waiting) {
    s->waiting = false;
    state_mark(co, true);
  } else {
    if (status == LUA_YIELD) lua_pushliteral(co, "coroutine.yield: not inside a coroutine of the script");
    if (status != LUA_OK) task_failed(w, co);
    task_forget(w, co);
  }
  lua_pop(L, 1);
}

void task_run_all(Worker *w) {
  while (w->n_turns && !w->done && !w->stopping) {
    Turn t = w->turns[w->first_turn];
    w->first_turn = (w->first_turn + 1) % w->cap_turns;
    w->n_turns--;
    turn_run(w, t);
  }
}

/* ---- tasks, for strategy.lua ---- */

void worker_push_answer(lua_State *to, const msgpack_object *payload) {
  char err[200];
  if (!payload || !copy_unpack(to, payload, err, sizeof err)) lua_pushnil(to);
}

static int t_spawn(lua_State *L) {            /* spawn(fn, ...) */
  Worker *w = worker_of(L);
  luaL_checktype(L, 1, LUA_TFUNCTION);
  if (w->live >= TASKS_MAX) return error_at_script(L, "spawn: more than 10000 tasks");
  task_spawn(w, L, lua_gettop(L) - 1);
  return 0;
}

static void ask_sleep(lua_State *L, lua_Number ms, AnswerFn fn, void *ctx) {
  msgpack_sbuffer out;
  msgpack_packer pk;
  msgpack_sbuffer_init(&out);
  msgpack_packer_init(&pk, &out, msgpack_sbuffer_write);
  pack_map(&pk, 1);
  pack_key_double(&pk, "ms", ms);
  worker_ask(worker_of(L), MSG_SLEEP, &out, fn, ctx);
  msgpack_sbuffer_destroy(&out);
}

static void on_wake(Worker *w, void *ctx, int type, const msgpack_object *payload) {
  (void)type;
  (void)payload;
  Waiter waiter = waiter_take(ctx);
  worker_wake(w, waiter, 0, false);
}

static lua_Number check_ms(lua_State *L, int idx) {
  lua_Number ms = luaL_checknumber(L, idx);
  luaL_argcheck(L, ms >= 0 && ms <= 366.0 * 86400e3, idx, "a time between 0 and a year is expected");
  return ms;
}

static int t_sleep(lua_State *L) {            /* sleep(ms) */
  lua_Number ms = check_ms(L, 1);
  ask_sleep(L, ms, on_wake, waiter_keep(L));
  return worker_wait(L);
}

typedef struct { lua_State *L; int ref; } Timer;

static void on_timer(Worker *w, void *ctx, int type, const msgpack_object *payload) {
  (void)type;
  (void)payload;
  Timer t = *(Timer *)ctx;
  free(ctx);
  lua_rawgeti(t.L, LUA_REGISTRYINDEX, t.ref);
  luaL_unref(t.L, LUA_REGISTRYINDEX, t.ref);
  if (worker_call(t.L, 0, 0) != LUA_OK) {
    sandbox_error_text(t.L, -1);
    worker_finish(w, 1, lua_tostring(t.L, -1));
    lua_pop(t.L, 2);
  }
}

static int t_timer(lua_State *L) {            /* timer(ms, fn): host functions only; keeps no script alive, must not wait */
  lua_Number ms = check_ms(L, 1);
  luaL_checktype(L, 2, LUA_TFUNCTION);
  lua_settop(L, 2);
  Timer *t = worker_grow(NULL, 1, sizeof *t);
  *t = (Timer){ state_of(L)->L, luaL_ref(L, LUA_REGISTRYINDEX) };
  ask_sleep(L, ms, on_timer, t);
  return 0;
}

/* A signal: one task waits, another (or a timer) sets it. */
typedef struct { Waiter waiter; bool waits, set; } Signal;

static Signal *check_signal(lua_State *L) {
  Signal *s = lua_touserdata(L, 1);
  luaL_argexpected(L, s && lua_rawlen(L, 1) == sizeof *s, 1, "signal");
  return s;
}

static int t_signal(lua_State *L) {
  Signal *s = lua_newuserdatauv(L, sizeof *s, 0);
  memset(s, 0, sizeof *s);
  return 1;
}

static int t_wait(lua_State *L) {
  Signal *s = check_signal(L);
  if (s->set) return 0;
  s->waiter = worker_waiter(L);
  s->waits = true;
  return worker_wait(L);
}

static int t_set(lua_State *L) {
  Signal *s = check_signal(L);
  if (!s->set && s->waits) worker_wake(worker_of(L), s->waiter, 0, false);
  s->set = true;
  return 0;
}

/* The best levels of a book, as the page of a run draws them. */
static void pack_side(msgpack_packer *pk, const char *name, const BookSide *s) {
  size_t n = s->n < BOOK_LEVELS ? s->n : BOOK_LEVELS;
  pack_str(pk, name);
  pack_array(pk, n);
  for (size_t i = 0; i < n; i++) {
    pack_array(pk, 2);
    pack_double(pk, s->levels[i].price);
    pack_double(pk, s->levels[i].amount);
  }
}

/* {name = order book}; books of scripts that made them themselves are tables. */
static bool pack_books(lua_State *L, int idx, msgpack_packer *pk, char *err, size_t errlen) {
  size_t n = 0;
  bool ok = true;
  for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1)) n++;
  pack_map(pk, n);
  for (lua_pushnil(L); ok && lua_next(L, idx); lua_pop(L, 1)) {
    const Book *b = book_test(L, -1);
    ok = copy_pack(L, -2, pk, err, errlen);
    if (ok && !b) ok = copy_pack(L, -1, pk, err, errlen);
    else if (ok) {
      pack_map(pk, 2);
      pack_side(pk, "bids", &b->bids);
      pack_side(pk, "asks", &b->asks);
    }
  }
  return ok;
}

static int t_report(lua_State *L) {           /* report(table [, books]) */
  char err[300];
  msgpack_sbuffer out;
  msgpack_packer pk;
  luaL_checktype(L, 1, LUA_TTABLE);
  bool books = worker_of(L)->wants_books && lua_istable(L, 2);
  msgpack_sbuffer_init(&out);
  msgpack_packer_init(&pk, &out, msgpack_sbuffer_write);
  pack_map(&pk, 1 + (size_t)books);
  pack_str(&pk, "data");
  bool ok = copy_pack(L, 1, &pk, err, sizeof err);
  if (ok && books) {
    pack_str(&pk, "books");
    ok = pack_books(L, 2, &pk, err, sizeof err);
  }
  if (ok && out.size > REPORT_MAX) {
    ok = false;
    snprintf(err, sizeof err, "more than 1 MiB of data");
  }
  if (ok) worker_tell(worker_of(L), MSG_REPORT, &out);
  msgpack_sbuffer_destroy(&out);
  return ok ? 0 : error_at_script(L, lua_pushfstring(L, "report: %s", err));
}

static int t_log(lua_State *L) {              /* log(level, text) */
  const char *level = luaL_checkstring(L, 1), *text = luaL_checkstring(L, 2);
  worker_log(worker_of(L), level, text);
  return 0;
}

static int t_out(lua_State *L) {              /* out(text) */
  size_t n;
  const char *text = luaL_checklstring(L, 1, &n);
  luaL_argcheck(L, n <= TEXT_MAX, 1, "more than 16 MiB of text");
  worker_put(worker_of(L), MSG_OUT, "text", text, n, NULL, NULL);
  return 0;
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

static int t_store(lua_State *L) {            /* store(op, key, value) -> value; errors are texts without a place */
  char err[300];
  const char *op = luaL_checkstring(L, 1);
  msgpack_sbuffer out;
  msgpack_packer pk;
  lua_settop(L, 3);
  Waiter *kept = waiter_keep(L);
  msgpack_sbuffer_init(&out);
  msgpack_packer_init(&pk, &out, msgpack_sbuffer_write);
  pack_map(&pk, 3);
  pack_key_str(&pk, "op", op);
  bool ok = true;
  for (int i = 2; i <= 3 && ok; i++) {
    pack_str(&pk, i == 2 ? "key" : "value");
    ok = copy_pack(L, i, &pk, err, sizeof err);
  }
  if (ok && out.size > REPORT_MAX) {
    ok = false;
    snprintf(err, sizeof err, "more than 1 MiB of data");
  }
  if (ok) return ask_and_wait(L, MSG_STORE, &out, on_stored, kept);
  waiter_drop(L, kept);
  msgpack_sbuffer_destroy(&out);
  lua_pushstring(L, err);
  return lua_error(L);
}

static void on_source(Worker *w, void *ctx, int type, const msgpack_object *payload) {
  (void)type;
  Waiter waiter = waiter_take(ctx);
  const char *text;
  size_t n;
  if (pack_get_text(payload, "source", &text, &n)) {
    lua_pushlstring(waiter.L, text, n);
    lua_pushnil(waiter.L);
  } else {
    lua_pushnil(waiter.L);
    if (pack_get_text(payload, "error", &text, &n)) lua_pushlstring(waiter.L, text, n);
    else lua_pushliteral(waiter.L, "not there");
  }
  worker_wake(w, waiter, 2, false);
}

int task_source(lua_State *L) {               /* source(kind, name) -> text or nil, why */
  const char *kind = luaL_checkstring(L, 1), *name = luaL_checkstring(L, 2);
  worker_ask_source(worker_of(L), kind, name, NULL, on_source, waiter_keep(L));
  return worker_wait(L);
}

static void on_notified(Worker *w, void *ctx, int type, const msgpack_object *payload) {
  (void)type;
  Waiter waiter = waiter_take(ctx);
  const char *why;
  size_t n;
  bool failed = pack_get_text(payload, "error", &why, &n);
  lua_pushboolean(waiter.L, !failed);
  if (failed) lua_pushlstring(waiter.L, why, n);
  else lua_pushnil(waiter.L);
  worker_wake(w, waiter, 2, false);
}

static int t_notify(lua_State *L) {           /* notify(text) -> true, or false and why */
  size_t n;
  const char *text = luaL_checklstring(L, 1, &n);
  msgpack_sbuffer out;
  msgpack_packer pk;
  luaL_argcheck(L, n <= REPORT_MAX, 1, "more than 1 MiB of text");
  Waiter *kept = waiter_keep(L);
  msgpack_sbuffer_init(&out);
  msgpack_packer_init(&pk, &out, msgpack_sbuffer_write);
  pack_map(&pk, 1);
  pack_key_strn(&pk, "text", text, n);
  return ask_and_wait(L, MSG_NOTIFY, &out, on_notified, kept);
}

static int t_data(lua_State *L) {             /* data(text, name) -> what the chunk returns; it finds no globals */
  size_t n;
  const char *text = luaL_checklstring(L, 1, &n);
  if (sandbox_load(L, text, n, luaL_checkstring(L, 2)) != LUA_OK) return lua_error(L);
  lua_newtable(L);
  lua_setupvalue(L, -2, 1);
  lua_call(L, 0, 1);
  return 1;
}

static int t_finish(lua_State *L) {           /* finish(code, message): does not return */
  worker_finish(worker_of(L), (int)luaL_optinteger(L, 1, 0), luaL_optstring(L, 2, NULL));
  if (lua_isyieldable(L)) {
    worker_waiter(L);                         /* never woken */
    return worker_wait(L);
  }
  return luaL_error(L, "the script ends");
}

static int t_now(lua_State *L) {
  lua_pushinteger(L, worker_now(worker_of(L)));
  return 1;
}

static int t_columns(lua_State *L) {          /* columns(): of the terminal; nil: results go elsewhere */
  Worker *w = worker_of(L);
  if (w->tty) lua_pushinteger(L, w->columns);
  else lua_pushnil(L);
  return 1;
}

static int t_text(lua_State *L) {             /* text(value): as tostring, error tables made readable */
  luaL_checkany(L, 1);
  sandbox_tostring(L, 1, NULL);
  return 1;
}

static int t_boot_args(lua_State *L) {
  lua_rawgeti(L, LUA_REGISTRYINDEX, worker_of(L)->boot_args);
  return 1;
}

static int t_protect(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  sandbox_protect(L);
  return 1;
}

static int t_own_metatable(lua_State *L) {    /* setmetatable without the limits that scripts have */
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  lua_setmetatable(L, 1);
  return 1;
}

void task_lib_open(lua_State *L) {
  static const luaL_Reg functions[] = { { "spawn", t_spawn }, { "sleep", t_sleep }, { "timer", t_timer }, { "signal", t_signal },
    { "wait", t_wait }, { "set", t_set }, { "report", t_report }, { "log", t_log }, { "out", t_out }, { "store", t_store },
    { "source", task_source }, { "data", t_data }, { "notify", t_notify },
    { "finish", t_finish }, { "now", t_now }, { "columns", t_columns }, { "text", t_text }, { "args", t_boot_args }, { "protect", t_protect },
    { "setmetatable", t_own_metatable }, { NULL, NULL } };
  luaL_newlib(L, functions);
}
