/* One adapter, one state. A call is a coroutine there (host/lua/endpoint.lua) that yields what it wants of the broker: a request sent, a
 * dialect's text, a pause while markets load. Its result is read straight into the state of the strategy that waits. */
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/message.h"
#include "wire/pack.h"
#include "worker/adapter_lib.h"
#include "worker/collect.h"
#include "worker/copy.h"
#include "worker/hostlua.h"
#include "worker/plan.h"
#include "worker/sealed.h"
#include "worker/venue.h"
#include "worker/venue_internal.h"
#include "worker/venue_repeat.h"
#include "worker/view.h"
#include "worker/worker_internal.h"

#define GIVEN_MIN 65536   /* bytes of a reply from which it is read where it lies in the message, not copied */
#define IDLE_CALLS 32     /* of a venue: coroutines kept for further calls */
#define SENDS_MAX 200      /* requests of one call: an adapter that asks for ever would never answer */

int64_t venue_now(const Venue *v) {
  return v->clock_ms ? v->clock_ms : worker_now(v->worker);
}

static const char shown_key;   /* registry of the script's state: the metatable of error tables */

/* An error is dressed here, so that no call of a script need be wrapped to do it. */
static void dress(lua_State *L, bool raise) {
  if (!raise || !lua_istable(L, -1) || !lua_checkstack(L, 1)) return;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &shown_key);
  lua_setmetatable(L, -2);
}

/* The error on top is counted by the broker, for the summary of the run. That what the script can do without is only for those with a key is none. */
static void tell_failure(Worker *w, lua_State *L, bool optional) {
  if (!lua_istable(L, -1) || !lua_checkstack(L, 4)) return;
  lua_pushliteral(L, "venue");
  lua_rawget(L, -2);
  lua_pushliteral(L, "message");
  lua_rawget(L, -3);
  lua_pushliteral(L, "class");
  lua_rawget(L, -4);
  if (lua_type(L, -1) == LUA_TSTRING && lua_type(L, -3) == LUA_TSTRING) {
    size_t n;
    const char *class = lua_tolstring(L, -1, &n), *venue = lua_tostring(L, -3), *message = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
    if (!optional || strcmp(class, "AuthenticationError") != 0) {
      char text[300];
      snprintf(text, sizeof text, "%s: %s: %s", venue, class, message);
      worker_called(w, text);
      worker_put(w, MSG_FAILED, "class", class, n, "venue", venue);
    }
  }
  lua_pop(L, 3);
}

static void wake_failed(Waiter waiter, Venue *v, bool optional) {
  tell_failure(v->worker, waiter.L, optional);
  dress(waiter.L, true);
  worker_wake(v->worker, waiter, 1, true);
}

void venue_wake_with(Waiter waiter, Venue *v, int n, bool raise) {
  if (raise) tell_failure(v->worker, waiter.L, false);
  dress(waiter.L, raise);
  worker_wake(v->worker, waiter, n, raise);
}

void venue_wake_dressed(Worker *w, Waiter waiter, bool raise) {
  if (raise) tell_failure(w, waiter.L, false);
  else if (!lua_isnil(waiter.L, -1)) worker_called(w, NULL);
  dress(waiter.L, raise);
  worker_wake(w, waiter, 1, raise);
}

/* dress(metatable): of the errors that come from here */
int venue_lib_dress(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &shown_key);
  return 0;
}

/* An error table on `to`: from the value on top of `from`, or from text. Leaves one value on `to`. */
void venue_push_error(lua_State *to, const char *class, const char *venue, const char *text) {
  lua_createtable(to, 0, 4);
  lua_pushstring(to, class); lua_setfield(to, -2, "class");
  lua_pushstring(to, text); lua_setfield(to, -2, "message");
  lua_pushstring(to, venue); lua_setfield(to, -2, "venue");
  lua_pushboolean(to, 0); lua_setfield(to, -2, "retry");
}

int venue_raise(lua_State *L, const Venue *v, const char *text) {
  luaL_checkstack(L, 6, "no room for an error");
  venue_push_error(L, "BadResponse", v->id, text);
  dress(L, true);
  return lua_error(L);
}

/* A coroutine that ran to its end serves the next call: none is made and collected anew, with room for its stack. */
void call_free(Call *c) {
  Venue *v = c->venue;
  v->calls--;
  early_end(c);
  repeat_let_go(c);
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

void call_fail_text(Call *c, const char *class, const char *text) {
  Venue *v = c->venue;
  Waiter waiter = c->waiter;
  if (c->replaces) {
    char line[640];
    snprintf(line, sizeof line, "%s: the saved file is not taken, the one before stays: %s", v->id, text);
    worker_log(v->worker, "error", line);
    if (c->replaces->pending == v) c->replaces->pending = NULL;
    call_free(c);
    venue_retire(v);
    return;
  }
  if (c->opening) v->state = VENUE_FAILED;
  bool optional = c->optional;
  venue_push_error(waiter.L, class, v->id, text);
  call_free(c);
  wake_failed(waiter, v, optional);
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
  lua_pushstring(L, c->sent ? "reply" : "request");
  if (worker_call(L, 3, 1) != LUA_OK || !copy_value(L, -1, c->waiter.L, err, sizeof err)) {
    lua_settop(L, top);
    call_fail_text(c, "BaseError", "the adapter failed, and its error cannot be shown");
    return;
  }
  lua_settop(L, top);
  Waiter waiter = c->waiter;
  bool optional = c->optional;
  call_free(c);
  wake_failed(waiter, v, optional);
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
    else {
      collect_before(to, doc->len);
      ok = plan_run(to, p, &rc, doc, node);
      collect_after(to);
      json_ref(doc);
      view_release(L, first + 2);    /* to the adapter's collector it is a few bytes: 16,000 books piled up to 150 MB */
      json_fold(doc);                /* the infos of what was read scan it again, if anybody looks */
      json_unref(doc);
    }
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
  if (nresults == 5 && lua_istable(co, -1)) repeat_keep(c, -1);
  if (!venue_read(v, c->waiter.L, co, lua_gettop(co) - nresults + 1, err, sizeof err)) {
    call_fail_text(c, "BadResponse", err);
    return;
  }
  Waiter waiter = c->waiter;
  call_free(c);
  worker_called(v->worker, NULL);
  venue_wake_with(waiter, v, 1, false);
}

static void on_reply(Worker *w, void *ctx, int type, const msgpack_object *payload);
static void on_dialect(Worker *w, void *ctx, int type, const msgpack_object *payload);

bool venue_pack_request(Call *c, int idx, msgpack_sbuffer *out, char *err, size_t errlen) {
  Venue *v = c->venue;
  lua_State *co = c->co;
  msgpack_packer pk;
  msgpack_packer_init(&pk, out, msgpack_sbuffer_write);
  static const char *const fields[] = { "method", "url", "headers", "body", "right", "cost", "bucket", "timeout_ms", "nonce", "keep", NULL };
  size_t n = 1 + (size_t)(v->conform_ref != LUA_NOREF ? 2 : 0) + (size_t)c->dry_run + (c->act[0] ? 2 : 0) + (c->number > 0);
  for (const char *const *f = fields; *f; f++) {
    lua_pushstring(co, *f);
    if (lua_rawget(co, idx) != LUA_TNIL) n++;
    lua_pop(co, 1);
  }
  pack_map(&pk, n);
  if (c->number) pack_key_int(&pk, "call", c->number);
  size_t begin = out->size;
  pack_key_str(&pk, "venue", v->id);
  if (c->dry_run) pack_key_bool(&pk, "redact", true);
  if (c->act[0]) {
    pack_key_int(&pk, "order", c->order);
    pack_key_str(&pk, "act", c->act);
  }
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
  repeat_sent(c, out->data + begin, out->size - begin, n - (c->number > 0));
  return true;
}

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
    if (c->sent == SENDS_MAX) {
      call_fail_text(c, "ExchangeError", "more than 200 requests in one call");
      return;
    }
    msgpack_sbuffer out;
    msgpack_sbuffer_init(&out);
    if (!venue_pack_request(c, base + 2, &out, err, sizeof err)) {
      msgpack_sbuffer_destroy(&out);
      char text[320];
      snprintf(text, sizeof text, "the request cannot be sent: %s", err);
      call_fail_text(c, "BaseError", text);
      return;
    }
    lua_pushliteral(co, "text");
    c->whole_text = lua_rawget(co, base + 2) == LUA_TBOOLEAN;
    lua_pushliteral(co, "store");
    lua_rawget(co, base + 2);
    const Plan *list = plan_test(co, -1);
    lua_settop(co, base);
    c->sent++;
    if (v->scripted || c->dry_run) worker_ask(v->worker, MSG_SIGN, &out, on_reply, c);
    else if (list) {
      early_begin(c, list);
      worker_ask_in_parts(v->worker, &out, on_reply, early_part, c);
    } else worker_ask(v->worker, MSG_HTTP, &out, on_reply, c);
    msgpack_sbuffer_destroy(&out);
    venue_tell_closed(v);
  } else if (strcmp(op, "dialect") == 0 && n == 2) {
    worker_ask_source(v->worker, "dialect", lua_tostring(co, base + 2), v->id, on_dialect, c);
    lua_settop(co, base);
  } else if (strcmp(op, "park") == 0) {
    lua_settop(co, base);
    c->next = v->parked;
    v->parked = c;
  } else {
    call_fail_text(c, "BaseError", "an adapter must not yield; use ask");
  }
}

void call_step(Call *c, int nargs) {
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
 * out when the view can tell it: a copy of every reply is not worth it. doc: the body read, NULL: it is not JSON because of `why`. */
static void push_reply(lua_State *co, int64_t status, JsonDoc *doc, const char *text, size_t len, int64_t received_ms, bool whole_text, const char *why) {
  lua_checkstack(co, VENUE_REPLY);
  lua_pushinteger(co, status);
  if (doc) view_push(co, doc, 0); else lua_pushnil(co);
  bool view = lua_type(co, -1) == LUA_TUSERDATA;     /* which keeps the document; the text below lies in it */
  if (view) json_unref(doc);
  lua_pushinteger(co, received_ms);
  if (whole_text || !view) lua_pushlstring(co, text, len);
  else lua_pushnil(co);
  if (doc) {
    if (!view) json_unref(doc);
    lua_pushnil(co);
  } else lua_pushstring(co, why);
}

void venue_push_reply(lua_State *co, int64_t status, const char *body, size_t len, int64_t received_ms, bool whole_text, char *block) {
  char err[160] = "out of memory";
  char *own = block ? block : malloc(len + 1), *text = block ? (char *)body : own;
  JsonDoc *doc = NULL;
  if (own && !block) memcpy(own, body, len);
  if (own) doc = json_parse_at(text, len, err, sizeof err);
  if (doc) doc->block = own;
  push_reply(co, status, doc, body, len, received_ms, whole_text, err);
  if (!doc) free(own);
}

/* The same for a body that came in parts; `rest` is the last. */
static void push_parts(lua_State *co, int64_t status, JsonStream *parts, const char *rest, size_t len, int64_t received_ms, bool whole_text) {
  char err[160];
  json_stream_add(parts, rest, len);
  const char *text = json_stream_text(parts, &len);
  JsonDoc *doc = json_stream_end(parts, err, sizeof err);
  push_reply(co, status, doc, text, len, received_ms, whole_text, err);
  if (!doc) json_stream_free(parts);
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
    lua_settop(co, c->again ? 2 : 0);          /* arguments were taken when it yielded */
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
    JsonStream *parts = worker_take_parts(w);
    if (parts) push_parts(co, status, parts, body, len, received, c->whole_text);
    else venue_push_reply(co, status, body, len, received, c->whole_text, len >= GIVEN_MIN ? worker_give_frame(w, body + len) : NULL);
  }
  call_step(c, VENUE_REPLY + c->again);
}

bool call_again(Call *c) {
  Venue *v = c->venue;
  msgpack_sbuffer out;
  Repeat *r = repeat_find(v, &c->key);
  if (!r) return false;
  lua_rawgeti(c->co, LUA_REGISTRYINDEX, v->again_ref);
  repeat_push(c->co, r);
  c->again = true;
  c->sent = 1;
  msgpack_sbuffer_init(&out);
  repeat_pack(r, c->number, &out);
  worker_ask(v->worker, MSG_HTTP, &out, on_reply, c);
  msgpack_sbuffer_destroy(&out);
  return true;
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
Call *call_new(Venue *v, Waiter waiter, int nargs) {
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

void call_tell(Call *c, lua_State *L, const char *method, int first, int n) {
  Worker *w = c->venue->worker;
  char err[128];
  msgpack_sbuffer out;
  msgpack_packer pk;
  if (!w->tells_calls) return;
  c->number = ++w->last_call;
  msgpack_sbuffer_init(&out);
  msgpack_packer_init(&pk, &out, msgpack_sbuffer_write);
  pack_map(&pk, 5);
  pack_key_int(&pk, "call", c->number);
  pack_key_str(&pk, "venue", c->venue->id);
  pack_key_str(&pk, "method", method);
  pack_str(&pk, "args");
  pack_array(&pk, (size_t)n);
  bool ok = true;
  for (int i = 0; i < n && ok; i++) ok = copy_pack(L, first + i, &pk, err, sizeof err);
  pack_str(&pk, "params");
  ok = ok && copy_pack(L, first + n, &pk, err, sizeof err);
  if (ok) worker_tell(w, MSG_CALL, &out);
  msgpack_sbuffer_destroy(&out);
}

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
  venue_wake_with(waiter, v, 1, false);
}
