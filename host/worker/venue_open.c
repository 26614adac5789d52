/* Opening adapters: their files, old ids that lead to them, saved files that take the place of those before. */
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/message.h"
#include "wire/pack.h"
#include "worker/adapter_lib.h"
#include "worker/copy.h"
#include "worker/hostlua.h"
#include "worker/venue.h"
#include "worker/venue_internal.h"
#include "worker/venue_repeat.h"

static struct { Venue **v; size_t n; } venues;

static Venue *retired;

void venue_retire(Venue *v) {
  v->retired = retired;
  retired = v;
}

/* Lets go of replaced adapters whose last call has ended. Not from inside one of their calls. */
void venue_sweep(void) {
  for (Venue **p = &retired; *p; ) {
    Venue *v = *p;
    if (v->calls > 0) { p = &v->retired; continue; }
    *p = v->retired;
    if (v->L) repeat_forget(v);
    if (v->L) worker_state_close(v->L);
    for (Call *c = v->idle, *next; c; c = next) {
      next = c->next;
      free(c);
    }
    if (v->markets) market_store_free(v->markets);
    free(v);
  }
}

Venue *venue_at(lua_State *L, int idx) {
  lua_Integer i = luaL_checkinteger(L, idx);
  luaL_argcheck(L, i >= 1 && (size_t)i <= venues.n && venues.v[i - 1]->state == VENUE_READY, idx, "no such exchange");
  return venues.v[i - 1];
}

static lua_Integer venue_handle(const Venue *v) {
  for (size_t i = 0; i < venues.n; i++)
    if (venues.v[i] == v) return (lua_Integer)i + 1;
  return 0;
}

static void declare(Venue *v, lua_State *co, int idx) {
  msgpack_sbuffer out;
  msgpack_packer pk;
  char err[128];
  msgpack_sbuffer_init(&out);
  msgpack_packer_init(&pk, &out, msgpack_sbuffer_write);
  static const char *const fields[] = { "hosts", "credentials", "rights", NULL };
  pack_map(&pk, 6);
  pack_key_str(&pk, "venue", v->id);
  lua_getfield(co, idx, "rate_limit");
  pack_key_double(&pk, "interval_ms", lua_tonumber(co, -1));
  lua_getfield(co, idx, "burst");
  pack_key_double(&pk, "burst", lua_tonumber(co, -1));
  lua_pop(co, 2);
  for (const char *const *f = fields; *f; f++) {
    lua_getfield(co, idx, *f);
    pack_str(&pk, *f);
    size_t size = out.size;
    if (!copy_pack(co, -1, &pk, err, sizeof err)) {
      out.size = size;                  /* not half of it */
      pack_nil(&pk);
    }
    lua_pop(co, 1);
  }
  worker_tell(v->worker, MSG_DECLARE, &out);
  msgpack_sbuffer_destroy(&out);
}

/* Its upvalue is the entry's text. */
static int evaluate(lua_State *L) {
  size_t n;
  const char *text = lua_tolstring(L, lua_upvalueindex(1), &n);
  if (luaL_loadbufferx(L, text, n, "@registry.lua", "t") != LUA_OK) return lua_error(L);
  lua_call(L, 0, 1);
  return 1;
}

/* A venue that is closed is said to be, once, beside the work. */
static void on_entry(Worker *w, void *ctx, int type, const msgpack_object *payload) {
  const char *text;
  size_t n;
  (void)ctx, (void)type;
  if (!pack_get_text(payload, "source", &text, &n) || !memmem(text, n, "\"defunct\"", 9)) return;
  lua_State *L = worker_state_new(w, "registry.lua");
  if (L && hostlua_push(L, "closed", 0)) {
    lua_pushliteral(L, "return ");
    lua_pushlstring(L, text, n);
    lua_concat(L, 2);
    lua_pushcclosure(L, evaluate, 1);
    if (worker_call(L, 1, 1) == LUA_OK && lua_type(L, -1) == LUA_TSTRING) worker_log(w, "note", lua_tostring(L, -1));
  }
  if (L) worker_state_close(L);
}

void venue_tell_closed(Venue *v) {
  if (!v->told_closed && !worker_clock_frozen(v->worker)) worker_ask_source(v->worker, "entry", v->id, NULL, on_entry, NULL);
  v->told_closed = true;
}

/* The adapter is loaded: its coroutine returned the venue object and the description. */
void venue_opened(Call *c, int nresults) {
  Venue *v = c->venue;
  lua_State *co = c->co;
  char err[200];
  Waiter waiter = c->waiter;
  if (nresults != 2) {
    call_fail_text(c, "BaseError", "the adapter did not load");
    return;
  }
  if (c->replaces && c->replaces->pending != v) {      /* saved again while this one loaded */
    call_free(c);
    venue_retire(v);
    return;
  }
  if (c->replaces) {
    c->replaces->pending = NULL;
    v->info_ref = luaL_ref(co, LUA_REGISTRYINDEX);
    v->object_ref = luaL_ref(co, LUA_REGISTRYINDEX);
    v->state = VENUE_READY;
    for (size_t i = 0; i < venues.n; i++)
      if (venues.v[i] == c->replaces) venues.v[i] = v;
    venue_retire(c->replaces);
    call_free(c);
    char line[128];
    snprintf(line, sizeof line, "%s: the saved file is taken", v->id);
    worker_log(v->worker, "note", line);
    return;
  }
  declare(v, co, lua_gettop(co));
  v->state = VENUE_READY;
  lua_pushinteger(waiter.L, venue_handle(v));
  bool ok = copy_value(co, -1, waiter.L, err, sizeof err);
  if (!ok) lua_pop(waiter.L, 1);
  lua_pushvalue(co, -1);
  v->info_ref = luaL_ref(co, LUA_REGISTRYINDEX);
  lua_pop(co, 1);
  v->object_ref = luaL_ref(co, LUA_REGISTRYINDEX);
  call_free(c);
  if (!ok) {
    venue_push_error(waiter.L, "BaseError", v->id, err);
    venue_wake_with(waiter, v, 1, true);
    return;
  }
  venue_wake_with(waiter, v, 2, false);
}

static void push_texts(lua_State *L, const msgpack_object *texts) {
  bool any = texts && texts->type == MSGPACK_OBJECT_MAP;
  lua_createtable(L, 0, any ? (int)texts->via.map.size : 0);
  for (uint32_t i = 0; any && i < texts->via.map.size; i++) {
    const msgpack_object *k = &texts->via.map.ptr[i].key, *t = &texts->via.map.ptr[i].val;
    if (k->type != MSGPACK_OBJECT_STR || t->type != MSGPACK_OBJECT_STR) continue;
    lua_pushlstring(L, k->via.str.ptr, k->via.str.size);
    lua_pushlstring(L, t->via.str.ptr, t->via.str.size);
    lua_rawset(L, -3);
  }
}

/* The adapter's state with the host's half in it: adapter.open is on its stack. */
static bool state_make(Venue *v) {
  char name[96];
  snprintf(name, sizeof name, "exchanges/%s.lua", v->id);
  v->L = worker_state_new(v->worker, name);
  v->markets = v->L ? market_store_new() : NULL;
  return v->markets && adapter_lib_open(v->L, v);
}

static void state_drop(Venue *v) {
  if (v->L) worker_state_close(v->L);
  if (v->markets) market_store_free(v->markets);
  v->L = NULL;
  v->markets = NULL;
}

/* dialects: texts by name, those that came with the source. */
static void venue_load(Venue *v, Waiter waiter, const char *source, size_t len, const msgpack_object *dialects, int options_ref, lua_State *script,
                       Venue *replaces) {
  char name[96], err[200];
  snprintf(name, sizeof name, "exchanges/%s.lua", v->id);
  if (!v->L && !state_make(v)) {
    v->state = VENUE_FAILED;
    if (replaces) { replaces->pending = NULL; venue_retire(v); return; }
    venue_push_error(waiter.L, "BaseError", v->id, "out of memory");
    worker_wake(v->worker, waiter, 1, true);
    return;
  }
  lua_State *L = v->L;
  v->symbol_of_ref = v->maps_ref = LUA_NOREF;
  /* Arguments of adapter.open: id, source, file, dialects, options. */
  lua_pushstring(L, v->id);
  lua_pushlstring(L, source, len);
  lua_pushstring(L, name);
  push_texts(L, dialects);
  lua_pushnil(L);
  if (options_ref != LUA_NOREF) {
    lua_rawgeti(script, LUA_REGISTRYINDEX, options_ref);
    if (copy_value(script, -1, L, err, sizeof err)) lua_remove(L, -2);
    lua_pop(script, 1);
    luaL_unref(script, LUA_REGISTRYINDEX, options_ref);
  }
  Call *c = call_new(v, waiter, 5);
  c->opening = true;
  c->replaces = replaces;
  if (replaces) replaces->calls++;      /* it is looked at again when this one has loaded */
  if (replaces) {       /* the options that the script set for the one before */
    lua_settop(c->co, 5);
    char why[128];
    lua_rawgeti(replaces->L, LUA_REGISTRYINDEX, replaces->info_ref);
    lua_getfield(replaces->L, -1, "options");
    if (!copy_value(replaces->L, -1, c->co, why, sizeof why)) lua_pushnil(c->co);
    lua_pop(replaces->L, 2);
  }
  call_step(c, 5);
}

typedef struct { Venue *v; Waiter waiter; lua_State *script; int options_ref; bool asked_registry; } Opening;

static void on_source(Worker *w, void *ctx, int type, const msgpack_object *payload);

static void opening_fail(Opening *o, const char *text) {
  o->v->state = VENUE_FAILED;
  state_drop(o->v);
  venue_push_error(o->waiter.L, "BadRequest", o->v->id, text);
  Waiter waiter = o->waiter;
  Worker *w = o->v->worker;
  if (o->options_ref != LUA_NOREF) luaL_unref(o->script, LUA_REGISTRYINDEX, o->options_ref);
  free(o);
  worker_wake(w, waiter, 1, true);
}

/* The registry's word on an id that has no file: today's id of it into `successor`, or why there is none into err. */
static bool successor_of(Worker *w, const char *id, const char *source, size_t len, char *successor, size_t cap, char *err, size_t errlen) {
  lua_State *L = worker_state_new(w, "registry.lua");
  bool found = false;
  snprintf(err, errlen, "no exchange '%s'", id);
  if (!L) return false;
  if (hostlua_push(L, "alias", 0) && luaL_loadbufferx(L, source, len, "@registry.lua", "t") == LUA_OK) {
    lua_pushstring(L, id);
    if (worker_call(L, 2, 2) == LUA_OK) {
      if (lua_type(L, -2) == LUA_TSTRING) { snprintf(successor, cap, "%s", lua_tostring(L, -2)); found = true; }
      if (lua_type(L, -1) == LUA_TSTRING) snprintf(err, errlen, "%s", lua_tostring(L, -1));
    }
  }
  worker_state_close(L);
  return found;
}

static void on_source(Worker *w, void *ctx, int type, const msgpack_object *payload) {
  (void)type;
  Opening *o = ctx;
  Venue *v = o->v;
  const char *text;
  size_t n;
  char message[400];
  if (!pack_get_text(payload, "source", &text, &n)) {
    if (!o->asked_registry && pack_get_text(payload, "error", &text, &n) && !(n >= 11 && memcmp(text, "no exchange", 11) == 0)) {
      snprintf(message, sizeof message, "%.*s", n < sizeof message ? (int)n : (int)sizeof message - 1, text);
      opening_fail(o, message);      /* it is there, and cannot be read */
      return;
    }
    if (!o->asked_registry) {
      o->asked_registry = true;
      worker_ask_source(w, "registry", "registry", NULL, on_source, o);
      return;
    }
    snprintf(message, sizeof message, "no exchange '%s'", v->id);
    opening_fail(o, message);
    return;
  }
  if (o->asked_registry && !v->renamed) {
    char successor[sizeof v->id];
    if (!successor_of(w, v->id, text, n, successor, sizeof successor, message, sizeof message)) {
      opening_fail(o, message);
      return;
    }
    bool said = false;
    for (size_t i = 0; i < venues.n; i++) said = said || (venues.v[i] != v && strcmp(venues.v[i]->asked, v->id) == 0);
    if (!said) worker_log(w, "note", message);
    memcpy(v->asked, v->id, sizeof v->asked);
    snprintf(v->id, sizeof v->id, "%s", successor);
    v->renamed = true;
    state_drop(v);                       /* it bears the old id */
    worker_ask_source(w, "exchange", v->id, NULL, on_source, o);
    return;
  }
  Waiter waiter = o->waiter;
  int options_ref = o->options_ref;
  lua_State *script = o->script;
  free(o);
  venue_load(v, waiter, text, n, pack_get(payload, "dialects"), options_ref, script, NULL);
}

/* A file of exchanges/, or a dialect of it, was saved while the script runs: it is loaded beside the old one, and takes its place when it is well. */
void venue_on_reload(Worker *w, void *ctx, int type, const msgpack_object *payload) {
  (void)ctx; (void)type;
  char kind[16], id[64];
  const char *text;
  size_t n;
  venue_sweep();
  if (!pack_get_line(payload, "kind", kind, sizeof kind) || strcmp(kind, "exchange") != 0) return;
  if (!pack_get_line(payload, "name", id, sizeof id) || !pack_get_text(payload, "source", &text, &n)) return;
  for (size_t i = 0; i < venues.n; i++) {
    Venue *old = venues.v[i];
    if (old->state != VENUE_READY || strcmp(old->id, id) != 0) continue;
    Venue *v = calloc(1, sizeof *v);
    if (!v) return;
    v->worker = w;
    memcpy(v->id, old->id, sizeof v->id);
    v->version = old->version + 1;
  v->told_closed = old->told_closed;
    old->pending = v;
    v->conform_ref = v->symbol_of_ref = v->maps_ref = v->object_ref = v->call_ref = v->error_ref = v->info_ref = LUA_NOREF;
    venue_load(v, (Waiter){ NULL, LUA_NOREF }, text, n, pack_get(payload, "dialects"), LUA_NOREF, NULL, old);
  }
}

/* open(id, options) -> handle, description */
int venue_lib_open(lua_State *L) {
  size_t n;
  const char *id = luaL_checklstring(L, 1, &n);
  luaL_argcheck(L, n < sizeof ((Venue *)0)->id, 1, "too long");
  Worker *w = worker_of(L);
  Waiter waiter = worker_waiter(L);
  Venue *v = calloc(1, sizeof *v);
  Opening *o = calloc(1, sizeof *o);
  Venue **more = realloc(venues.v, (venues.n + 1) * sizeof *more);
  if (more) venues.v = more;
  if (!v || !o || !more || venues.n >= 1000) {
    free(v);
    free(o);
    luaL_unref(L, LUA_REGISTRYINDEX, waiter.ref);
    return luaL_error(L, "too many exchanges are open");
  }
  v->worker = w;
  snprintf(v->id, sizeof v->id, "%s", id);
  v->conform_ref = v->symbol_of_ref = v->maps_ref = v->object_ref = v->call_ref = v->error_ref = v->info_ref = LUA_NOREF;
  venues.v[venues.n++] = v;
  o->v = v;
  o->script = L;
  o->options_ref = LUA_NOREF;
  if (lua_type(L, 2) == LUA_TTABLE) {
    lua_pushvalue(L, 2);
    o->options_ref = luaL_ref(L, LUA_REGISTRYINDEX);
  }
  o->waiter = waiter;
  worker_ask_source(w, "exchange", v->id, NULL, on_source, o);
  worker_flush(w);
  if (!state_make(v)) state_drop(v);     /* while the broker reads the file */
  return worker_wait(L);
}
