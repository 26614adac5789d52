/* One adapter, one state. A call is a coroutine there (host/lua/endpoint.lua) that yields what it wants of the broker: a request sent, a
 * dialect's text, a pause while markets load. Its result is read straight into the state of the strategy that waits. */
#include "worker/venue.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/message.h"
#include "wire/pack.h"
#include "worker/adapter_lib.h"
#include "worker/copy.h"
#include "worker/hostlua.h"
#include "worker/plan.h"
#include "worker/sealed.h"
#include "worker/venue_internal.h"
#include "worker/view.h"
#include "worker/worker_internal.h"

#define GIVEN_MIN 65536   /* bytes of a reply from which it is read where it lies in the message, not copied */
#define IDLE_CALLS 32     /* of a venue: coroutines kept for further calls */

static struct { Venue **v; size_t n; } venues;

int64_t venue_now(const Venue *v) {
  return v->clock_ms ? v->clock_ms : worker_now(v->worker);
}

/* ---- what a call came to, for the script that waits ---- */

static const char shown_key;   /* registry of the script's state: the metatable of error tables */

/* An error is dressed here, so that no call of a script need be wrapped to do it. */
static void wake_with(Waiter waiter, Venue *v, int n, bool raise) {
  if (raise && lua_istable(waiter.L, -1) && lua_checkstack(waiter.L, 1)) {
    lua_rawgetp(waiter.L, LUA_REGISTRYINDEX, &shown_key);
    lua_setmetatable(waiter.L, -2);
  }
  worker_wake(v->worker, waiter, n, raise);
}

/* dress(metatable): of the errors that come from here */
static int lib_dress(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &shown_key);
  return 0;
}

/* An error table on `to`: from the value on top of `from`, or from text. Leaves one value on `to`. */
static void push_error(lua_State *to, const char *class, const char *venue, const char *text) {
  lua_createtable(to, 0, 4);
  lua_pushstring(to, class); lua_setfield(to, -2, "class");
  lua_pushstring(to, text); lua_setfield(to, -2, "message");
  lua_pushstring(to, venue); lua_setfield(to, -2, "venue");
  lua_pushboolean(to, 0); lua_setfield(to, -2, "retry");
}

/* A coroutine that ran to its end serves the next call: none is made and collected anew, with room for its stack. */
static void call_free(Call *c) {
  Venue *v = c->venue;
  v->calls--;
  if (c->replaces) c->replaces->calls--;
  if (lua_status(c->co) == LUA_OK && c->ended && v->n_idle < IDLE_CALLS) {
    lua_settop(c->co, 0);
    c->next = v->idle;
    v->idle = c;
    v->n_idle++;
    return;
  }
  luaL_unref(v->L, LUA_REGISTRYINDEX, c->co_ref);
  free(c);
}

static void log_line(Worker *w, const char *level, const char *text) {
  msgpack_sbuffer out;
  msgpack_packer pk;
  msgpack_sbuffer_init(&out);
  msgpack_packer_init(&pk, &out, msgpack_sbuffer_write);
  pack_map(&pk, 2);
  pack_key_str(&pk, "level", level);
  pack_key_str(&pk, "text", text);
  worker_tell(w, MSG_LOG, &out);
  msgpack_sbuffer_destroy(&out);
}

static Venue *retired;

static void retire(Venue *v) {
  v->retired = retired;
  retired = v;
}

/* Lets go of replaced adapters whose last call has ended. Not from inside one of their calls. */
static void sweep(void) {
  for (Venue **p = &retired; *p; ) {
    Venue *v = *p;
    if (v->calls > 0) { p = &v->retired; continue; }
    *p = v->retired;
    if (v->L) worker_state_close(v->L);
    for (Call *c = v->idle, *next; c; c = next) {
      next = c->next;
      free(c);
    }
    if (v->markets) market_store_free(v->markets);
    free(v);
  }
}

static void call_fail_text(Call *c, const char *class, const char *text) {
  Venue *v = c->venue;
  Waiter waiter = c->waiter;
  if (c->replaces) {
    char line[640];
    snprintf(line, sizeof line, "%s: the saved file is not taken, the one before stays: %s", v->id, text);
    log_line(v->worker, "error", line);
    if (c->replaces->pending == v) c->replaces->pending = NULL;
    call_free(c);
    retire(v);
    return;
  }
  if (c->opening) v->state = VENUE_FAILED;
  push_error(waiter.L, class, v->id, text);
  call_free(c);
  wake_with(waiter, v, 1, true);
}

/* The error value is on top of the adapter's coroutine. */
static void call_fail(Call *c) {
  Venue *v = c->venue;
  lua_State *L = v->L, *co = c->co;
  char err[200];
  if (c->opening) {
    const char *text = lua_type(co, -1) == LUA_TSTRING ? lua_tostring(co, -1) : "the adapter failed to load";
    char message[512];
    snprintf(message, sizeof message, "%s", text);
    call_fail_text(c, "BadRequest", message);
    return;
  }
  int top = lua_gettop(L);
  lua_rawgeti(L, LUA_REGISTRYINDEX, v->error_ref);
  lua_rawgeti(L, LUA_REGISTRYINDEX, v->object_ref);
  lua_xmove(co, L, 1);
  lua_pushstring(L, c->sent_any ? "reply" : "request");
  if (worker_call(L, 3, 1) != LUA_OK || !copy_value(L, -1, c->waiter.L, err, sizeof err)) {
    lua_settop(L, top);
    call_fail_text(c, "BaseError", "the adapter failed, and its error cannot be shown");
    return;
  }
  lua_settop(L, top);
  Waiter waiter = c->waiter;
  call_free(c);
  wake_with(waiter, v, 1, true);
}

static int64_t int_field(lua_State *L, int idx, const char *name) {
  int64_t out = INT64_MIN;
  lua_pushstring(L, name);
  lua_rawget(L, idx < 0 ? idx - 1 : idx);
  if (lua_isinteger(L, -1)) out = lua_tointeger(L, -1);
  lua_pop(L, 1);
  return out;
}

void venue_context(ReadContext *rc, Venue *v) {
  memset(rc, 0, sizeof *rc);
  rc->adapter = v->L;
  rc->args_ref = LUA_NOREF;
  rc->markets = v->markets;
  rc->since = rc->limit = INT64_MIN;
  rc->received_ms = venue_now(v);
  rc->precision = v->precision;
  rc->symbol_of_ref = v->symbol_of_ref;
  rc->maps_ref = v->maps_ref;
  rc->taker = v->taker;
  rc->maker = v->maker;
}

/* The context of a read, from the arguments table at idx of L. The args are referenced, and the currency's code too, since a field function may
 * take it out of them: context_end lets both go. */
static void context_begin(ReadContext *rc, int *code_ref, Venue *v, lua_State *L, int idx) {
  venue_context(rc, v);
  *code_ref = LUA_NOREF;
  if (lua_type(L, idx) != LUA_TTABLE) return;
  idx = lua_absindex(L, idx);
  lua_pushliteral(L, "symbol");
  lua_rawget(L, idx);
  size_t n;
  const char *symbol = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &n) : NULL;
  if (symbol) rc->market = market_by_symbol(v->markets, symbol, n);
  lua_pop(L, 1);
  lua_pushliteral(L, "code");
  lua_rawget(L, idx);
  if (lua_type(L, -1) == LUA_TSTRING) {
    rc->code = lua_tostring(L, -1);
    *code_ref = luaL_ref(L, LUA_REGISTRYINDEX);
  } else {
    lua_pop(L, 1);
  }
  rc->since = int_field(L, idx, "since");
  rc->limit = int_field(L, idx, "limit");
  int64_t received = int_field(L, idx, "received");
  if (received != INT64_MIN) rc->received_ms = received;
  lua_pushvalue(L, idx);
  rc->args_ref = luaL_ref(L, LUA_REGISTRYINDEX);
}

static void context_end(ReadContext *rc, int code_ref) {
  luaL_unref(rc->adapter, LUA_REGISTRYINDEX, code_ref);
  if (rc->args_ref != LUA_NOREF) luaL_unref(rc->adapter, LUA_REGISTRYINDEX, rc->args_ref);
}

/* Stack of L from `first`: op, x, y, a. Pushes the finished value on `to`. */
bool venue_read(Venue *v, lua_State *to, lua_State *L, int first, char *err, size_t errlen) {
  ReadContext rc;
  int code_ref;
  const char *op = lua_tostring(L, first);
  context_begin(&rc, &code_ref, v, L, first + 3);
  bool ok = false;
  if (op && strcmp(op, "plan") == 0) {
    JsonDoc *doc;
    uint32_t node;
    Plan *p = plan_test(L, first + 1);
    if (!p) snprintf(rc.error, sizeof rc.error, "read is no map");
    else if (!view_test(L, first + 2, &doc, &node)) snprintf(rc.error, sizeof rc.error, "the reply is neither an object nor a list");
    else ok = plan_run(to, p, &rc, doc, node);
  } else if (op && strcmp(op, "kind") == 0) {
    const char *kind = lua_tostring(L, first + 1);
    if (!kind || strcmp(kind, "raw") == 0) ok = copy_value(L, first + 2, to, rc.error, sizeof rc.error);
    else ok = plan_finish(to, kind, &rc, L, first + 2);
  } else if (op && strcmp(op, "loaded") == 0) {
    lua_pushboolean(to, 1);
    ok = true;
  } else {
    snprintf(rc.error, sizeof rc.error, "the adapter returned nothing");
  }
  context_end(&rc, code_ref);
  if (!ok) snprintf(err, errlen, "%s", rc.error);
  return ok;
}

static void call_finish(Call *c, int nresults) {
  Venue *v = c->venue;
  lua_State *co = c->co;
  if (c->opening) {
    venue_opened(c, nresults);
    return;
  }
  char err[256];
  while (nresults < 4) { lua_pushnil(co); nresults++; }
  if (!venue_read(v, c->waiter.L, co, lua_gettop(co) - nresults + 1, err, sizeof err)) {
    call_fail_text(c, "BadResponse", err);
    return;
  }
  Waiter waiter = c->waiter;
  call_free(c);
  wake_with(waiter, v, 1, false);
}

/* ---- running a call's coroutine ---- */

static void on_reply(Worker *w, void *ctx, int type, const msgpack_object *payload);
static void on_dialect(Worker *w, void *ctx, int type, const msgpack_object *payload);

static bool pack_request(Call *c, int idx, msgpack_sbuffer *out, char *err, size_t errlen) {
  Venue *v = c->venue;
  lua_State *co = c->co;
  msgpack_packer pk;
  msgpack_packer_init(&pk, out, msgpack_sbuffer_write);
  static const char *const fields[] = { "method", "url", "headers", "body", "right", "cost", "bucket", "timeout_ms", "nonce", NULL };
  size_t n = 1 + (size_t)(v->conform_ref != LUA_NOREF ? 2 : 0) + (size_t)c->dry_run;
  for (const char *const *f = fields; *f; f++) {
    lua_pushstring(co, *f);
    if (lua_rawget(co, idx) != LUA_TNIL) n++;
    lua_pop(co, 1);
  }
  pack_map(&pk, n);
  pack_key_str(&pk, "venue", v->id);
  if (c->dry_run) pack_key_bool(&pk, "redact", true);
  for (const char *const *f = fields; *f; f++) {
    lua_pushstring(co, *f);
    if (lua_rawget(co, idx) != LUA_TNIL) {
      pack_str(&pk, *f);
      if (!copy_pack(co, lua_gettop(co), &pk, err, errlen)) { lua_pop(co, 1); return false; }
    }
    lua_pop(co, 1);
  }
  if (v->conform_ref != LUA_NOREF) {   /* the vectors' own test keys and clock */
    lua_rawgeti(co, LUA_REGISTRYINDEX, v->conform_ref);
    lua_getfield(co, -1, "credentials");
    pack_str(&pk, "credentials");
    bool ok = copy_pack(co, -1, &pk, err, errlen);
    lua_pop(co, 1);
    if (!ok) { lua_pop(co, 1); return false; }
    lua_getfield(co, -1, "clock_ms");
    pack_key_int(&pk, "clock_ms", lua_tointeger(co, -1));
    lua_pop(co, 2);
  }
  return true;
}

static void call_step(Call *c, int nargs);

static void unpark_all(Venue *v) {
  Call *list = v->parked;
  v->parked = NULL;
  while (list) {
    Call *next = list->next;
    list->next = NULL;
    call_step(list, 0);
    list = next;
  }
}

static void call_yielded(Call *c, int n) {
  Venue *v = c->venue;
  lua_State *co = c->co;
  int base = lua_gettop(co) - n;
  const char *op = adapter_lib_waits(co) && n >= 1 && lua_type(co, base + 1) == LUA_TSTRING ? lua_tostring(co, base + 1) : "";
  char err[256];
  if (strcmp(op, "send") == 0 && n == 2) {
    msgpack_sbuffer out;
    msgpack_sbuffer_init(&out);
    if (!pack_request(c, base + 2, &out, err, sizeof err)) {
      msgpack_sbuffer_destroy(&out);
      char text[320];
      snprintf(text, sizeof text, "the request cannot be sent: %s", err);
      call_fail_text(c, "BaseError", text);
      return;
    }
    lua_pushliteral(co, "text");
    c->whole_text = lua_rawget(co, base + 2) == LUA_TBOOLEAN;
    lua_settop(co, base);
    c->sent_any = true;
    worker_ask(v->worker, v->scripted || c->dry_run ? MSG_SIGN : MSG_HTTP, &out, on_reply, c);
    msgpack_sbuffer_destroy(&out);
  } else if (strcmp(op, "dialect") == 0 && n == 2) {
    msgpack_sbuffer out;
    msgpack_packer pk;
    msgpack_sbuffer_init(&out);
    msgpack_packer_init(&pk, &out, msgpack_sbuffer_write);
    pack_map(&pk, 2);
    pack_key_str(&pk, "kind", "dialect");
    pack_key_str(&pk, "name", lua_tostring(co, base + 2));
    lua_settop(co, base);
    worker_ask(v->worker, MSG_SOURCE, &out, on_dialect, c);
    msgpack_sbuffer_destroy(&out);
  } else if (strcmp(op, "park") == 0) {
    lua_settop(co, base);
    c->next = v->parked;
    v->parked = c;
  } else {
    call_fail_text(c, "BaseError", "an adapter must not yield; use ask");
  }
}

static void call_step(Call *c, int nargs) {
  Venue *v = c->venue;
  int n = 0;
  int status = worker_resume(c->co, v->L, nargs, &n);
  bool unpark = v->unpark;
  v->unpark = false;
  if (status == LUA_YIELD) call_yielded(c, n);
  else if (status == LUA_OK) {
    c->ended = true;
    call_finish(c, n);
  }
  else call_fail(c);
  if (unpark) unpark_all(v);
}

/* A reply as endpoint.lua wants it, pushed on co: status, body as a view, when it was received, its text, why it is no view. The text is left
 * out when the view can tell it: a copy of every reply is not worth it. */
void venue_push_reply(lua_State *co, int64_t status, const char *body, size_t len, int64_t received_ms, bool whole_text, char *block) {
  char err[160];
  lua_checkstack(co, VENUE_REPLY);
  lua_pushinteger(co, status);
  char *own = block ? block : malloc(len + 1), *text = block ? (char *)body : own;
  JsonDoc *doc = NULL;
  snprintf(err, sizeof err, "out of memory");
  if (own && !block) memcpy(own, body, len);
  if (own) doc = json_parse_at(text, len, err, sizeof err);
  if (doc) {
    doc->block = own;
    view_push(co, doc, 0);
  } else {
    lua_pushnil(co);
  }
  bool view = lua_type(co, -1) == LUA_TUSERDATA;     /* which keeps the document; the text below lies in it */
  if (view) json_unref(doc);
  lua_pushinteger(co, received_ms);
  if (whole_text || !view) lua_pushlstring(co, body, len);
  else lua_pushnil(co);
  if (doc) {
    if (!view) json_unref(doc);
    lua_pushnil(co);
    return;
  }
  free(own);
  lua_pushstring(co, err);
}

static void on_reply(Worker *w, void *ctx, int type, const msgpack_object *payload) {
  Call *c = ctx;
  Venue *v = c->venue;
  lua_State *co = c->co;
  if (type == MSG_SIGNED && c->dry_run) {
    venue_dry_run_done(c, payload);
    return;
  }
  if (type == MSG_SIGNED && v->scripted) {
    if (!venue_scripted_reply(v, co, payload, c->whole_text)) {
      call_fail_text(c, "BaseError", "more requests than the vector has");
      return;
    }
    call_step(c, VENUE_REPLY);
    return;
  }
  const msgpack_object *error = pack_get(payload, "error");
  if (error) {
    char err[64];
    lua_settop(co, 0);                         /* its arguments were taken when it yielded */
    for (int i = 1; i < VENUE_REPLY; i++) lua_pushnil(co);
    if (error->type == MSGPACK_OBJECT_STR) {   /* MSG_SIGNED with plain text */
      lua_createtable(co, 0, 2);
      lua_pushliteral(co, "BaseError"); lua_setfield(co, -2, "class");
      lua_pushlstring(co, error->via.str.ptr, error->via.str.size); lua_setfield(co, -2, "message");
    } else if (!copy_unpack(co, error, err, sizeof err)) {
      lua_createtable(co, 0, 0);
    }
  } else {
    const char *body = "";
    size_t len = 0;
    pack_get_text(payload, "body", &body, &len);
    int64_t status = pack_get_int(payload, "status", 0), received = pack_get_int(payload, "received_ms", venue_now(v));
    venue_push_reply(co, status, body, len, received, c->whole_text, len >= GIVEN_MIN ? worker_give_frame(w, body + len) : NULL);
  }
  call_step(c, VENUE_REPLY);
}

static void on_dialect(Worker *w, void *ctx, int type, const msgpack_object *payload) {
  (void)w; (void)type;
  Call *c = ctx;
  const char *text;
  size_t n;
  if (pack_get_text(payload, "source", &text, &n)) {
    lua_pushlstring(c->co, text, n);
    call_step(c, 1);
  } else {
    lua_pushnil(c->co);
    const char *why = "not found";
    n = strlen(why);
    pack_get_text(payload, "error", &why, &n);
    lua_pushlstring(c->co, why, n);
    call_step(c, 2);
  }
}

/* A coroutine of v's state whose body is the function on top of v->L, below its nargs arguments. */
static Call *call_new(Venue *v, Waiter waiter, int nargs) {
  Call *c = v->idle;
  if (c) {
    v->idle = c->next;
    v->n_idle--;
    *c = (Call){ .co = c->co, .co_ref = c->co_ref };
  } else {
    if (!(c = calloc(1, sizeof *c))) worker_die("worker: out of memory");
    c->co = lua_newthread(v->L);
    sealed_room(c->co);
    c->co_ref = luaL_ref(v->L, LUA_REGISTRYINDEX);
  }
  c->venue = v;
  v->calls++;
  c->waiter = waiter;
  lua_xmove(v->L, c->co, nargs + 1);
  return c;
}

/* ---- opening ---- */

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
  pack_map(&pk, 7);
  pack_key_str(&pk, "venue", v->id);
  pack_key_str(&pk, "digest", v->digest);
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
    retire(v);
    return;
  }
  if (c->replaces) {
    c->replaces->pending = NULL;
    v->info_ref = luaL_ref(co, LUA_REGISTRYINDEX);
    v->object_ref = luaL_ref(co, LUA_REGISTRYINDEX);
    v->state = VENUE_READY;
    for (size_t i = 0; i < venues.n; i++)
      if (venues.v[i] == c->replaces) venues.v[i] = v;
    retire(c->replaces);
    call_free(c);
    char line[128];
    snprintf(line, sizeof line, "%s: the saved file is taken", v->id);
    log_line(v->worker, "note", line);
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
    push_error(waiter.L, "BaseError", v->id, err);
    wake_with(waiter, v, 1, true);
    return;
  }
  wake_with(waiter, v, 2, false);
}

static void venue_load(Venue *v, Waiter waiter, const char *source, size_t len, int options_ref, lua_State *script, Venue *replaces) {
  char name[96], err[200];
  snprintf(name, sizeof name, "exchanges/%s.lua", v->id);
  v->L = worker_state_new(v->worker, name);
  v->markets = v->L ? market_store_new() : NULL;
  if (!v->markets || !adapter_lib_open(v->L, v)) {
    v->state = VENUE_FAILED;
    if (replaces) { replaces->pending = NULL; retire(v); return; }
    push_error(waiter.L, "BaseError", v->id, "out of memory");
    worker_wake(v->worker, waiter, 1, true);
    return;
  }
  lua_State *L = v->L;
  v->symbol_of_ref = v->maps_ref = LUA_NOREF;
  /* adapter_lib_open left: adapter.open. Arguments: id, source, file, options. */
  lua_pushstring(L, v->id);
  lua_pushlstring(L, source, len);
  lua_pushstring(L, name);
  lua_pushnil(L);
  if (options_ref != LUA_NOREF) {
    lua_rawgeti(script, LUA_REGISTRYINDEX, options_ref);
    if (copy_value(script, -1, L, err, sizeof err)) lua_remove(L, -2);
    lua_pop(script, 1);
    luaL_unref(script, LUA_REGISTRYINDEX, options_ref);
  }
  Call *c = call_new(v, waiter, 4);
  c->opening = true;
  c->replaces = replaces;
  if (replaces) replaces->calls++;      /* it is looked at again when this one has loaded */
  if (replaces) {       /* the options that the script set for the one before */
    lua_settop(c->co, 4);
    char why[128];
    lua_rawgeti(replaces->L, LUA_REGISTRYINDEX, replaces->info_ref);
    lua_getfield(replaces->L, -1, "options");
    if (!copy_value(replaces->L, -1, c->co, why, sizeof why)) lua_pushnil(c->co);
    lua_pop(replaces->L, 2);
  }
  call_step(c, 4);
}

typedef struct { Venue *v; Waiter waiter; lua_State *script; int options_ref; bool asked_registry; } Opening;

static void on_source(Worker *w, void *ctx, int type, const msgpack_object *payload);

static void ask_source(Worker *w, const char *kind, const char *name, Opening *o) {
  msgpack_sbuffer out;
  msgpack_packer pk;
  msgpack_sbuffer_init(&out);
  msgpack_packer_init(&pk, &out, msgpack_sbuffer_write);
  pack_map(&pk, 2);
  pack_key_str(&pk, "kind", kind);
  pack_key_str(&pk, "name", name);
  worker_ask(w, MSG_SOURCE, &out, on_source, o);
  msgpack_sbuffer_destroy(&out);
}

static void opening_fail(Opening *o, const char *text) {
  o->v->state = VENUE_FAILED;
  push_error(o->waiter.L, "BadRequest", o->v->id, text);
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
      ask_source(w, "registry", "registry", o);
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
    if (!said) log_line(w, "note", message);
    memcpy(v->asked, v->id, sizeof v->asked);
    snprintf(v->id, sizeof v->id, "%s", successor);
    v->renamed = true;
    ask_source(w, "exchange", v->id, o);
    return;
  }
  const char *digest = "";
  size_t digest_len = 0;
  pack_get_text(payload, "digest", &digest, &digest_len);
  snprintf(v->digest, sizeof v->digest, "%.*s", (int)digest_len, digest);
  Waiter waiter = o->waiter;
  int options_ref = o->options_ref;
  lua_State *script = o->script;
  free(o);
  venue_load(v, waiter, text, n, options_ref, script, NULL);
}

/* A file of exchanges/ was saved while the script runs: it is loaded beside the old one, and takes its place when it is well. */
static void on_reload(Worker *w, void *ctx, int type, const msgpack_object *payload) {
  (void)ctx; (void)type;
  char kind[16], id[64];
  const char *text, *digest = "";
  size_t n, digest_len = 0;
  sweep();
  if (!pack_get_line(payload, "kind", kind, sizeof kind) || strcmp(kind, "exchange") != 0) return;
  if (!pack_get_line(payload, "name", id, sizeof id) || !pack_get_text(payload, "source", &text, &n)) return;
  pack_get_text(payload, "digest", &digest, &digest_len);
  for (size_t i = 0; i < venues.n; i++) {
    Venue *old = venues.v[i];
    if (old->state != VENUE_READY || strcmp(old->id, id) != 0) continue;
    Venue *v = calloc(1, sizeof *v);
    if (!v) return;
    v->worker = w;
    memcpy(v->id, old->id, sizeof v->id);
    snprintf(v->digest, sizeof v->digest, "%.*s", (int)digest_len, digest);
    v->version = old->version + 1;
    old->pending = v;
    v->conform_ref = v->symbol_of_ref = v->maps_ref = v->object_ref = v->call_ref = v->error_ref = v->info_ref = LUA_NOREF;
    venue_load(v, (Waiter){ NULL, LUA_NOREF }, text, n, LUA_NOREF, NULL, old);
  }
}

/* open(id, options) -> handle, description */
static int lib_open(lua_State *L) {
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
  ask_source(w, "exchange", v->id, o);
  return worker_wait(L);
}

/* call(handle, method, n, dry_run, ...): n arguments and params, those at the end may be missing. Waits; returns what the method gives (the signed,
 * redacted request on a dry run), or raises. */
static int lib_call(lua_State *L) {
  sweep();
  Venue *v = venue_at(L, 1);
  const char *method = luaL_checkstring(L, 2);
  lua_Integer n_args = luaL_checkinteger(L, 3);
  luaL_argcheck(L, n_args >= 0 && n_args < 32, 3, "out of range");
  int n = (int)n_args;
  lua_settop(L, 5 + n);
  char err[200];
  lua_State *A = v->L;
  int top = lua_gettop(A);
  if (!lua_checkstack(A, 16)) return luaL_error(L, "out of stack");
  Waiter waiter = worker_waiter(L);         /* raises where one cannot wait: before anything is on the adapter's stack */
  lua_rawgeti(A, LUA_REGISTRYINDEX, v->call_ref);
  lua_rawgeti(A, LUA_REGISTRYINDEX, v->object_ref);
  lua_pushstring(A, method);
  lua_createtable(A, n, 0);
  for (int i = 1; i <= n; i++) {
    if (lua_isnil(L, 4 + i)) continue;
    if (!copy_value(L, 4 + i, A, err, sizeof err)) {
      lua_settop(A, top);
      luaL_unref(L, LUA_REGISTRYINDEX, waiter.ref);
      return luaL_error(L, "%s: argument %d: %s", method, i, err);
    }
    lua_rawseti(A, -2, i);
  }
  if (lua_isnil(L, 5 + n)) lua_pushnil(A);
  else if (!copy_value(L, 5 + n, A, err, sizeof err)) {
    lua_settop(A, top);
    luaL_unref(L, LUA_REGISTRYINDEX, waiter.ref);
    return luaL_error(L, "%s: params: %s", method, err);
  }
  Call *c = call_new(v, waiter, 4);
  c->dry_run = lua_toboolean(L, 4);
  call_step(c, 4);
  return worker_wait(L);
}

static int lib_market(lua_State *L) {
  Venue *v = venue_at(L, 1);
  size_t n;
  const char *symbol = lua_type(L, 2) == LUA_TSTRING ? lua_tolstring(L, 2, &n) : NULL;
  const Market *m = symbol ? market_by_symbol(v->markets, symbol, n) : NULL;
  if (m) market_push(L, m); else lua_pushnil(L);
  return 1;
}

static int lib_currency(lua_State *L) {
  Venue *v = venue_at(L, 1);
  size_t n;
  const char *code = luaL_checklstring(L, 2, &n);
  const Currency *c = currency_by_code(v->markets, code, n);
  if (c) currency_push(L, c); else lua_pushnil(L);
  return 1;
}

static int lib_symbol(lua_State *L) {
  Venue *v = venue_at(L, 1);
  lua_Integer i = luaL_checkinteger(L, 2);
  if (i < 1 || (size_t)i > market_count(v->markets)) return 0;
  lua_pushstring(L, market_symbol(market_nth(v->markets, (size_t)i - 1)));
  return 1;
}

static int lib_symbols(lua_State *L) {
  Venue *v = venue_at(L, 1);
  size_t n = market_count(v->markets);
  lua_createtable(L, (int)n, 0);
  for (size_t i = 0; i < n; i++) {
    lua_pushstring(L, market_symbol(market_nth(v->markets, i)));
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

static int lib_currencies(lua_State *L) {
  Venue *v = venue_at(L, 1);
  size_t n = currency_count(v->markets);
  lua_createtable(L, 0, (int)n);
  for (size_t i = 0; i < n; i++) {
    const Currency *c = currency_nth(v->markets, i);
    currency_push(L, c);
    lua_setfield(L, -2, currency_code(c));
  }
  return 1;
}

static int lib_market_count(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)market_count(venue_at(L, 1)->markets));
  return 1;
}

/* describe(handle) -> version, description */
static int lib_describe(lua_State *L) {
  Venue *v = venue_at(L, 1);
  char err[200];
  lua_pushinteger(L, v->version);
  lua_rawgeti(v->L, LUA_REGISTRYINDEX, v->info_ref);
  bool ok = copy_value(v->L, -1, L, err, sizeof err);
  lua_pop(v->L, 1);
  return ok ? 2 : luaL_error(L, "%s", err);
}

static int lib_version(lua_State *L) {
  lua_pushinteger(L, venue_at(L, 1)->version);
  return 1;
}

static int lib_now(lua_State *L) {
  lua_pushinteger(L, worker_now(worker_of(L)));
  return 1;
}

static const luaL_Reg lib[] = {
  { "open", lib_open }, { "call", lib_call }, { "market", lib_market }, { "currency", lib_currency }, { "symbol", lib_symbol },
  { "symbols", lib_symbols }, { "currencies", lib_currencies }, { "market_count", lib_market_count }, { "now", lib_now },
  { "describe", lib_describe }, { "version", lib_version }, { "dress", lib_dress }, { NULL, NULL }
};

void venue_open_lib(lua_State *L) {
  worker_listen(worker_of(L), MSG_RELOAD, on_reload, NULL);
  view_open(L);
  luaL_newlib(L, lib);
  hostlua_require_with(L, "exchange", "venues");   /* pops the library, pushes the module */
  lua_getfield(L, -1, "open");
  lua_setglobal(L, "exchange");
  lua_pop(L, 1);
}

/* ---- checking a file, in a state that lives as long as the worker ---- */

static lua_State *checker;
static int check_ref = LUA_NOREF;

static int lib_check(lua_State *L) {
  char err[200];
  size_t n, m;
  const char *source = luaL_checklstring(L, 1, &n), *file = luaL_checklstring(L, 2, &m);
  lua_settop(L, 3);
  if (!checker) {
    checker = worker_state_new(worker_of(L), "check");
    if (!checker || !adapter_lib_open(checker, NULL)) return luaL_error(L, "the checker does not start: %s", checker ? lua_tostring(checker, -1) : "memory");
    check_ref = luaL_ref(checker, LUA_REGISTRYINDEX);
  }
  int top = lua_gettop(checker);
  lua_rawgeti(checker, LUA_REGISTRYINDEX, check_ref);
  lua_pushlstring(checker, source, n);
  lua_pushlstring(checker, file, m);
  if (!copy_value(L, 3, checker, err, sizeof err)) { lua_settop(checker, top); return luaL_error(L, "%s", err); }
  bool ok = worker_call(checker, 3, 1) == LUA_OK;
  if (!ok) {
    const char *text = lua_tostring(checker, -1);
    lua_pushstring(L, text ? text : "the check failed");
    lua_settop(checker, top);
    return lua_error(L);
  }
  ok = copy_value(checker, -1, L, err, sizeof err);
  lua_settop(checker, top);
  return ok ? 1 : luaL_error(L, "%s", err);
}

void venue_open_check(lua_State *L) {
  lua_pushcfunction(L, lib_check);
}

/* ---- --dry-run: the request as it would be signed, in place of its reply ---- */

void venue_dry_run_done(Call *c, const msgpack_object *signed_request) {
  char err[128];
  Venue *v = c->venue;
  Waiter waiter = c->waiter;
  const char *why;
  size_t n;
  if (pack_get_text(signed_request, "error", &why, &n)) {
    char text[500];
    snprintf(text, sizeof text, "%.*s", n < sizeof text ? (int)n : (int)sizeof text - 1, why);
    call_fail_text(c, "BadRequest", text);
    return;
  }
  if (!copy_unpack(waiter.L, signed_request, err, sizeof err)) {
    call_fail_text(c, "BaseError", err);
    return;
  }
  call_free(c);
  wake_with(waiter, v, 1, false);
}
