#include "worker/worker.h"
#include <lauxlib.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "wire/message.h"
#include "wire/pack.h"
#include "wire/trim.h"
#include "worker/ahead.h"
#include "worker/book.h"
#include "worker/copy.h"
#include "worker/hostlua.h"
#include "worker/jail.h"
#include "worker/json.h"
#include "worker/limit.h"
#include "worker/sandbox.h"
#include "worker/scan.h"
#include "worker/sealed.h"
#include "worker/seeded.h"
#include "worker/venue.h"
#include "worker/worker_internal.h"

#define IDLE_MS 20
#define CODE_EXCHANGE 5        /* network or exchange */
#define FLUSH_AT (64u << 10)
#define REST_CPU_MS 20         /* of work after which it is worth while to give memory back */

static int the_fd = -1;

/* ---- the end, when the worker itself is at fault ---- */

void worker_die(const char *fmt, ...) {
  char text[400], frame[512];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  size_t n = strlen(text);
  /* {code=1, message=text}, by hand: memory may be what is missing */
  memcpy(frame, "\x82\xa4" "code\x01\xa7" "message\xda", 16);
  frame[16] = (char)(n >> 8);
  frame[17] = (char)n;
  memcpy(frame + 18, text, n);
  frame_write(the_fd, MSG_DONE, 0, frame, 18 + n);
  _exit(1);
}

void *worker_grow(void *p, size_t n, size_t size) {
  void *more = n <= SIZE_MAX / size ? realloc(p, n * size) : NULL;
  if (!more) worker_die("worker: out of memory");
  return more;
}

/* ---- messages out ---- */

void worker_flush(Worker *w) {
  if (frame_pending(&w->out) && frame_flush(&w->out, w->fd) != FRAME_OK) _exit(1);    /* the broker is gone */
}

static void send_frame(Worker *w, int type, uint32_t id, const msgpack_sbuffer *payload) {
  static const char empty_map[] = "\x80";
  size_t n = payload ? payload->size : 0;
  if (w->ahead) ahead_mark(w);
  if (!frame_put(&w->out, (uint8_t)type, id, n ? payload->data : empty_map, n ? n : 1))
    worker_die("worker: a message is too long (%zu bytes)", n);
  if (frame_pending(&w->out) > FLUSH_AT) worker_flush(w);
}

void worker_tell(Worker *w, int type, const msgpack_sbuffer *payload) { send_frame(w, type, 0, payload); }

void worker_put(Worker *w, int type, const char *key, const char *text, size_t n, const char *key2, const char *text2) {
  msgpack_packer pk;
  if (w->ahead) ahead_mark(w);
  frame_open(&w->out, (uint8_t)type, 0);
  msgpack_packer_init(&pk, &w->out, frame_append);
  pack_map(&pk, key2 ? 2 : 1);
  pack_key_strn(&pk, key, text, n);
  if (key2) pack_key_str(&pk, key2, text2);
  if (!frame_close(&w->out)) worker_die("worker: a message is too long (%zu bytes)", n);
  if (frame_pending(&w->out) > FLUSH_AT) worker_flush(w);
}

void worker_log(Worker *w, const char *level, const char *text) {
  size_t n = strlen(text);
  worker_put(w, MSG_LOG, "text", text, n < 4096 ? n : 4096, "level", level);
}

/* Questions wait in a table indexed by id; an id whose place is taken by an old question is passed over. */
static Question *place(Worker *w, uint32_t id) { return &w->questions[id & (w->cap_questions - 1)]; }

static void more_questions(Worker *w) {
  Question *old = w->questions;
  uint32_t cap = w->cap_questions;
  w->cap_questions = cap ? cap * 2 : 64;
  w->questions = worker_grow(NULL, w->cap_questions, sizeof *w->questions);
  memset(w->questions, 0, w->cap_questions * sizeof *w->questions);
  for (uint32_t i = 0; i < cap; i++)
    if (old[i].fn) *place(w, old[i].id) = old[i];
  free(old);
}

static uint32_t ask(Worker *w, int type, const msgpack_sbuffer *payload, AnswerFn fn, PartFn part, void *ctx) {
  if (w->n_questions >= w->cap_questions / 2) more_questions(w);
  do w->last_id++; while (w->last_id == 0 || place(w, w->last_id)->fn);
  *place(w, w->last_id) = (Question){ w->last_id, fn, part, ctx, NULL };
  w->n_questions++;
  if (!w->ahead || !ahead_ask(w, type, w->last_id, payload)) send_frame(w, type, w->last_id, payload);
  return w->last_id;
}

uint32_t worker_ask(Worker *w, int type, const msgpack_sbuffer *payload, AnswerFn fn, void *ctx) { return ask(w, type, payload, fn, NULL, ctx); }

void worker_ask_in_parts(Worker *w, const msgpack_sbuffer *payload, AnswerFn fn, PartFn part, void *ctx) { ask(w, MSG_HTTP, payload, fn, part, ctx); }

uint32_t worker_ask_source(Worker *w, const char *kind, const char *name, const char *venue, AnswerFn fn, void *ctx) {
  msgpack_sbuffer out;
  msgpack_packer pk;
  msgpack_sbuffer_init(&out);
  msgpack_packer_init(&pk, &out, msgpack_sbuffer_write);
  pack_map(&pk, venue ? 3 : 2);
  pack_key_str(&pk, "kind", kind);
  pack_key_str(&pk, "name", name);
  if (venue) pack_key_str(&pk, "venue", venue);
  uint32_t id = worker_ask(w, MSG_SOURCE, &out, fn, ctx);
  msgpack_sbuffer_destroy(&out);
  return id;
}

void worker_listen(Worker *w, int type, AnswerFn fn, void *ctx) {
  if (type > 0 && type < (int)(sizeof w->listeners / sizeof *w->listeners)) w->listeners[type] = (Listener){ fn, ctx };
}

void worker_called(Worker *w, const char *error) {
  if (!error) w->went_well++;
  else {
    w->went_wrong++;
    snprintf(w->last_error, sizeof w->last_error, "%s", error);
  }
}

void worker_finish(Worker *w, int code, const char *message) {
  char text[512];
  if (w->done) return;
  if (code == 0 && !w->went_well && w->went_wrong && !w->tried && !strcmp(w->role, "run")) {
    snprintf(text, sizeof text, "%s: no call went well, %llu failed; the last one: %s", w->script->name, (unsigned long long)w->went_wrong, w->last_error);
    message = text;
    code = CODE_EXCHANGE;
  }
  w->done = true;
  w->code = code;
  msgpack_sbuffer out;
  msgpack_packer pk;
  msgpack_sbuffer_init(&out);
  msgpack_packer_init(&pk, &out, msgpack_sbuffer_write);
  pack_map(&pk, message ? 2 : 1);
  pack_key_int(&pk, "code", code);
  if (message) pack_key_str(&pk, "message", message);
  send_frame(w, MSG_DONE, 0, &out);
  msgpack_sbuffer_destroy(&out);
}

/* ---- time and chance ---- */

static int64_t mono_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void set_now(Worker *w, int64_t now) {
  if (w->frozen && w->now_ms) return;
  w->now_ms = now;
  w->now_mono_ms = mono_ms();
}

int64_t worker_now(const Worker *w) { return w->frozen || w->stepped ? w->now_ms : w->now_ms + (mono_ms() - w->now_mono_ms); }
bool worker_clock_frozen(const Worker *w) { return w->frozen; }
const char *worker_orders(const Worker *w) { return w->orders; }

static uint64_t rotl(uint64_t x, int k) { return x << k | x >> (64 - k); }

static uint64_t worker_bits(Worker *w) {         /* xoshiro256** */
  uint64_t *s = w->random, r = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotl(s[3], 45);
  return r;
}

uint64_t worker_random(lua_State *L) {
  Worker *w = worker_of(L);
  return w->frozen ? 1ull << 63 : worker_bits(w);
}

/* ---- states ---- */

Worker *worker_of(lua_State *L) { return state_of(L)->worker; }
lua_State *worker_script(Worker *w) { return w->script->L; }

static void on_full(HeapUser *u) { limit_memory(u); }

static int panic(lua_State *L) {
  const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "an error outside of a protected call";
  worker_die("%s: %s", state_of(L)->name, text);
}

static int open_sandbox(lua_State *L) {
  sandbox_open(L);
  return 0;
}

lua_State *worker_state_new(Worker *w, const char *name) {
  State *s = calloc(1, sizeof *s);
  if (!s) return NULL;
  s->heap.heap = &w->heap;
  s->worker = w;
  snprintf(s->name, sizeof s->name, "%s", name);
  s->L = w->stepped ? seeded_newstate(alloc_lua, s, (unsigned)worker_bits(w)) : lua_newstate(alloc_lua, s);
  if (!s->L) {
    free(s);
    return NULL;
  }
  lua_atpanic(s->L, panic);
  sealed_room(s->L);
  *(State **)lua_getextraspace(s->L) = s;
  s->next = w->states;
  w->states = s;
  lua_pushcfunction(s->L, open_sandbox);
  if (lua_pcall(s->L, 0, 0, 0) != LUA_OK) panic(s->L);
  return s->L;
}

void worker_state_close(lua_State *L) {
  State *s = state_of(L);
  for (State **p = &s->worker->states; *p; p = &(*p)->next)
    if (*p == s) {
      *p = s->next;
      break;
    }
  lua_close(s->L);
  free(s);
}

/* ---- boot ---- */

static void seed(Worker *w, const msgpack_object *boot) {
  const char *bytes;
  size_t n;
  for (int i = 0; i < 4; i++) w->random[i] = 0x9e3779b97f4a7c15u * (uint64_t)(i + 1);
  if (pack_get_text(boot, "random", &bytes, &n)) memcpy(w->random, bytes, n < sizeof w->random ? n : sizeof w->random);
  if (!(w->random[0] | w->random[1] | w->random[2] | w->random[3])) w->random[0] = 1;
}

static uint32_t limit_of(const msgpack_object *limits, const char *key, int64_t otherwise) {
  int64_t x = pack_get_int(limits, key, 0);
  return x > 0 && x <= 3600000 ? (uint32_t)x : (uint32_t)otherwise;
}

/* exchange(), pair() and limits(): most of what stands behind them is loaded when one is first asked for. */
static int all_results(lua_State *L, int status, lua_KContext ctx) {
  (void)status;
  (void)ctx;
  return lua_gettop(L);
}

static int first_use(lua_State *L) {         /* upvalue 1: which of them was called */
  int n = lua_gettop(L);
  venue_open_lib(L);
  lua_settop(L, n);
  lua_getglobal(L, lua_tostring(L, lua_upvalueindex(1)));
  lua_insert(L, 1);
  lua_callk(L, n, LUA_MULTRET, 0, all_results);
  return lua_gettop(L);
}

typedef struct { Worker *w; const msgpack_object *boot; } Boot;

static int host_require(lua_State *L) {
  hostlua_require(L, luaL_checkstring(L, 1));
  return 1;
}

/* Fills the script's state; returns the function to run and its argument. */
static int prepare(lua_State *L) {
  Boot *b = lua_touserdata(L, 1);
  Worker *w = b->w;
  lua_settop(L, 0);
  worker_push_answer(L, pack_get(b->boot, "args"));
  if (!lua_istable(L, -1)) {
    lua_pop(L, 1);
    lua_newtable(L);
  }
  w->boot_args = luaL_ref(L, LUA_REGISTRYINDEX);
  static const char *const lazy[] = { "exchange", "pair", "limits", NULL };
  for (const char *const *name = lazy; *name; name++) {
    lua_pushstring(L, *name);
    lua_pushcclosure(L, first_use, 1);
    lua_setglobal(L, *name);
  }
  scan_open(L);
  sandbox_protect(L);
  lua_setglobal(L, "scan");
  task_lib_open(L);
  hostlua_require_with(L, "strategy", "tasks");
  lua_settop(L, 0);
  if (strcmp(w->role, "run") != 0) {
    char module[160];
    bool clerk = strcmp(w->role, "clerk") == 0;
    host_open(L);
    lua_setglobal(L, "host");
    if (clerk) clerk_open(L);
    snprintf(module, sizeof module, "%s%s", clerk ? "" : "verbs/", w->script->name);
    if (!hostlua_push(L, module, 0)) return luaL_error(L, "no verb '%s'", w->script->name);
    lua_pushcfunction(L, host_require);
    return 2;
  }
  const char *text = "";
  size_t n = 0;
  pack_get_text(b->boot, "source", &text, &n);
  if (n >= 2 && text[0] == '#' && text[1] == '!')         /* the line stays, as a comment, so that numbers of lines hold */
    while (n && *text != '\n') text++, n--;
  if (sandbox_load(L, text, n, w->script->name) != LUA_OK) return lua_error(L);
  lua_pushnil(L);
  return 2;
}

static void boot(Worker *w, const msgpack_object *m) {
  char name[sizeof w->script->name] = "script.lua";
  const char *path;
  size_t n;
  const msgpack_object *limits = pack_get(m, "limits"), *options = pack_get(m, "options");
  if (!pack_get_line(m, "role", w->role, sizeof w->role)) worker_die("worker: boot without a role");
  if (pack_get_text(m, "name", &path, &n) && n > 0) {     /* of a long path the end says more */
    size_t from = n < sizeof name ? 0 : n - sizeof name + 1;
    snprintf(name, sizeof name, "%.*s", (int)(n - from), path + from);
  }
  int64_t memory = pack_get_int(limits, "memory", 0);
  heap_init(&w->heap, memory >= 1 << 20 ? (size_t)memory : 64u << 20);
  w->heap.on_full = on_full;
  w->heap.on_soft = limit_collect;
  w->heap.soft = w->heap.limit / 4 * 3;
  w->callback_ms = limit_of(limits, "callback_ms", 1000);
  w->cpu_ms = limit_of(limits, "cpu_ms", 5000);
  w->frozen = pack_get_bool(options, "frozen_clock");
  if (!pack_get_line(options, "orders", w->orders, sizeof w->orders)) w->orders[0] = 0;
  w->stepped = pack_get_bool(options, "stepped");
  w->tried = pack_get_bool(options, "tried");
  w->by_turns = pack_get_bool(options, "turns");
  w->tells_calls = pack_get_bool(options, "tells_calls");
  w->wants_books = pack_get_bool(options, "wants_books");
  w->tty = pack_get_bool(m, "tty");
  w->columns = (int)pack_get_int(m, "columns", 80);
  set_now(w, pack_get_int(m, "now_ms", 0));
  seed(w, m);
  if (w->stepped) heap_place(&w->heap, worker_bits(w));
  limit_begin(w->cpu_ms, "loading");
  lua_State *L = worker_state_new(w, name);
  if (!L) worker_die("worker: out of memory");
  w->script = state_of(L);
  w->script->script = true;
  Boot b = { w, m };
  lua_pushcfunction(L, prepare);
  lua_pushlightuserdata(L, &b);
  if (worker_call(L, 1, 2) != LUA_OK) {
    const char *text = sandbox_error_text(L, -1);
    if (!strstr(text, name)) text = lua_pushfstring(L, "%s: %s", name, text);
    worker_finish(w, 1, text);
    return;
  }
  task_spawn(w, L, 1);
  worker_tell(w, MSG_READY, NULL);
}

/* ---- the loop ---- */

/* All that came is done with, and nothing is left to do: before a wait, when the broker gives turns. */
static void turn_over(Worker *w) {
  msgpack_packer pk;
  int64_t next_us;
  uint64_t rank;
  bool due = w->ahead && ahead_due(w, &next_us, &rank);
  if (w->ahead) ahead_mark(w);
  frame_open(&w->out, MSG_IDLE, 0);
  msgpack_packer_init(&pk, &w->out, frame_append);
  pack_map(&pk, due ? 3 : 1);
  pack_key_int(&pk, "taken", w->taken);
  if (due) {
    pack_key_int(&pk, "next_us", next_us);
    pack_key_int(&pk, "rank", (int64_t)rank);
  }
  if (!frame_close(&w->out)) worker_die("worker: out of memory");
  w->idle_ms = mono_ms();
}

/* Tells the watchdog that a callback is over. */
static void idle(Worker *w) {
  int64_t now = mono_ms();
  if (now - w->idle_ms < IDLE_MS) return;
  w->idle_ms = now;
  send_frame(w, MSG_IDLE, 0, NULL);
  worker_flush(w);
}

static int64_t cpu_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Nothing came for a while (child.c): what the work before it took is given back, if it was much. Nothing is collected: a replay, which knows no quiet, must
 * find its tables where they were. */
static void rest(void *ctx) {
  Worker *w = ctx;
  if (cpu_ms() - w->rested_cpu_ms < REST_CPU_MS) return;
  heap_rest(&w->heap);
  json_rest();
  trim_heap();
  trim_code();
  w->rested_cpu_ms = cpu_ms();
}

char *worker_give_frame(Worker *w, const char *end) {
  const FrameReader *r = &w->in;
  return r->buf && end == r->buf + r->start ? frame_give(&w->in) : NULL;
}

struct JsonStream *worker_take_parts(Worker *w) {
  JsonStream *parts = w->parts;
  w->parts = NULL;
  return parts;
}

static Question *question_of(Worker *w, const Frame *f) {
  Question *q = w->cap_questions ? place(w, f->id) : NULL;
  if (!q || !q->fn || q->id != f->id) worker_die("worker: an answer to nothing (type %d, id %u)", f->type, f->id);
  return q;
}

static void answer(Worker *w, const Frame *f, const msgpack_object *payload) {
  Question *q = question_of(w, f);
  Question was = *q;
  q->fn = NULL;
  w->n_questions--;
  w->parts = was.parts;
  was.fn(w, was.ctx, f->type, payload);
  json_stream_free(worker_take_parts(w));
}

static void part(Worker *w, const Frame *f, const msgpack_object *payload) {
  Question *q = question_of(w, f);
  const char *body;
  size_t n;
  if (!pack_get_text(payload, "body", &body, &n)) {
    json_stream_free(q->parts);
    q->parts = NULL;
  } else {
    if (!q->parts) q->parts = json_stream_new((size_t)pack_get_int(payload, "expected", 0));
    if (!q->parts) worker_die("worker: out of memory");
    json_stream_add(q->parts, body, n);
  }
  if (q->part) q->part(w, q->ctx, q->parts);
}

static void handle(Worker *w, const Frame *f, const msgpack_object *payload) {
  if (ahead_heard(w, f->type, f->id, payload)) return;
  int64_t now = pack_get_int(payload, f->type == MSG_REPLY ? "received_ms" : "now_ms", 0);
  if (now > worker_now(w)) set_now(w, now);
  switch (f->type) {
    case MSG_BOOT:
      if (w->script) worker_die("worker: booted twice");
      boot(w, payload);
      return;
    case MSG_STOP: w->stopping = true; return;
    default: break;
  }
  if (!w->script) worker_die("worker: message %d before the boot", f->type);
  limit_begin(w->callback_ms, "one callback");
  Listener *l = f->type < sizeof w->listeners / sizeof *w->listeners ? &w->listeners[f->type] : NULL;
  if (l && l->fn && f->id == 0) l->fn(w, l->ctx, f->type, payload);
  else if (f->id != 0 && f->type == MSG_PART) part(w, f, payload);
  else if (f->id != 0) answer(w, f, payload);
}

static void serve(Worker *w) {
  msgpack_zone zone;
  if (!msgpack_zone_init(&zone, 8192)) worker_die("worker: out of memory");
  while (!w->done) {
    Frame f;
    if (w->script && w->live == 0 && w->n_turns == 0) {
      worker_finish(w, 0, NULL);
      break;
    }
    limit_end();
    msgpack_object payload;
    if (!frame_waiting(&w->in)) {
      if (w->ahead && ahead_next(w, &zone, &f, &payload)) {
        handle(w, &f, &payload);
        ahead_given(w);
        task_run_all(w);
        continue;
      }
      if (w->by_turns) turn_over(w);
      else idle(w);
      worker_flush(w);
    }
    enum frame_status r = frame_read(&w->in, w->fd, &f, rest, w);
    if (r == FRAME_EOF) _exit(0);                        /* the broker left; there is nobody to tell */
    if (r != FRAME_OK) worker_die("worker: a bad message from the broker: %s", w->in.error ? w->in.error : "unreadable");
    const char *why;
    w->taken++;
    if (!frame_unpack(f.payload, f.len, &zone, &payload, &why)) worker_die("worker: a bad message from the broker: %s", why);
    handle(w, &f, &payload);
    task_run_all(w);
    if (w->stopping) worker_finish(w, 0, NULL);
    idle(w);
  }
  limit_end();
  worker_flush(w);
  msgpack_zone_destroy(&zone);
}

static Worker the_worker;
static int64_t book_now(void) { return worker_now(&the_worker); }

int worker_main(int fd) {
  Worker *w = &the_worker;
  char err[200];
  w->fd = the_fd = fd;
  trim_later();
  book_clock(book_now);
  signal(SIGPIPE, SIG_IGN);          /* a broker that left is seen when writing */
  if (!limit_init(fd, &w->out, &w->states)) worker_die("worker: no timer");
  if (!jail_enter(err, sizeof err)) worker_die("worker: %s", err);
  w->idle_ms = mono_ms();
  serve(w);
  _exit(w->code);                    /* nothing is put away: the kernel is faster, and the cage is shut to what runs at exit */
}
