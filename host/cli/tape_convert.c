/* bourse tape convert: a tape as JSON lines, and as rows for tests/adapters. */
#include "cli/tape.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "broker/asked.h"
#include "cli/show.h"
#include "wire/message.h"
#include "wire/pack.h"

/* --- JSON lines --- */

static size_t utf8_at(const unsigned char *p, size_t left) {      /* bytes of the character, 0: none */
  static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
  size_t n = *p < 0x80 ? 1 : (*p & 0xe0) == 0xc0 ? 2 : (*p & 0xf0) == 0xe0 ? 3 : (*p & 0xf8) == 0xf0 ? 4 : 0;
  if (!n || n > left) return 0;
  unsigned c = n == 1 ? *p : *p & (0x7fu >> n);
  for (size_t i = 1; i < n; i++) {
    if ((p[i] & 0xc0) != 0x80) return 0;
    c = c << 6 | (p[i] & 0x3f);
  }
  return n == 1 || (c >= least[n] && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff)) ? n : 0;
}

/* JSON is UTF-8; what an exchange sent need not be. */
static void add_utf8(Text *t, const char *s, size_t n) {
  Text clean = { NULL, 0, 0 };
  for (size_t i = 0; i < n;) {
    size_t k = utf8_at((const unsigned char *)s + i, n - i);
    if (k) text_add(&clean, s + i, k);
    else text_puts(&clean, "\xef\xbf\xbd");
    i += k ? k : 1;
  }
  msgpack_object o = { .type = MSGPACK_OBJECT_STR, .via.str = { .ptr = clean.p ? clean.p : "", .size = (uint32_t)clean.len } };
  show_json(t, &o);
  text_free(&clean);
}

static bool is(const msgpack_object *key, const char *name) { return pack_is(key, name); }

static void add_hex(Text *t, const char *s, size_t n) {
  text_puts(t, "\"");
  for (size_t i = 0; i < n; i++) text_format(t, "%02x", (unsigned char)s[i]);
  text_puts(t, "\"");
}

static void add_member(Text *t, const msgpack_object_kv *kv) {
  const msgpack_object *v = &kv->val;
  text_puts(t, ",");
  show_json(t, &kv->key);
  text_puts(t, ":");
  if (v->type == MSGPACK_OBJECT_BIN && (is(&kv->key, "key") || is(&kv->key, "random"))) add_hex(t, v->via.bin.ptr, v->via.bin.size);
  else if (v->type == MSGPACK_OBJECT_BIN) add_utf8(t, v->via.bin.ptr, v->via.bin.size);
  else if (v->type == MSGPACK_OBJECT_STR) add_utf8(t, v->via.str.ptr, v->via.str.size);
  else show_json(t, v);
}

static void add_line(Text *t, const TapeEvent *e, const msgpack_object *m) {
  char time[40] = "";
  time_t s = (time_t)(e->at_us / 1000000);
  struct tm tm;
  if (gmtime_r(&s, &tm)) strftime(time, sizeof time, "%Y-%m-%dT%H:%M:%S", &tm);
  text_format(t, "{\"at\":\"%s.%06dZ\",\"worker\":%u,\"what\":\"%s\"", time, (int)(e->at_us % 1000000), e->worker, tape_what(e->what));
  if (e->id) text_format(t, ",\"id\":%u", e->id);
  for (uint32_t i = 0; m->type == MSGPACK_OBJECT_MAP && i < m->via.map.size; i++)
    if (m->via.map.ptr[i].key.type == MSGPACK_OBJECT_STR) add_member(t, &m->via.map.ptr[i]);
  text_puts(t, "}\n");
}

static int json_lines(Tape *t, FILE *out) {
  TapeEvent e;
  msgpack_object m;
  enum tape_read r;
  Text line = { NULL, 0, 0 };
  msgpack_zone *zone = msgpack_zone_new(8192);
  while (zone && !ferror(out) && (r = tape_next(t, &e)) != TAPE_END) {
    if (r == TAPE_BAD || !tape_data(&e, zone, &m)) continue;
    line.len = 0;
    add_line(&line, &e, &m);
    fwrite(line.p, 1, line.len, out);
  }
  text_free(&line);
  if (zone) msgpack_zone_free(zone);
  return ferror(out) || tape_complain(t) ? 1 : 0;
}

/* --- rows: what was called at one venue, with what was sent and came back, as text for host/lua/verbs/tape.lua --- */

typedef struct { uint32_t worker; int64_t number; Text head, http; bool broken; } CallSeen;
typedef struct { uint32_t call; bool list; Text head; } RequestSeen;

typedef struct {
  const char *venue;
  size_t most;
  CallSeen *calls; size_t n_calls;
  RequestSeen *requests; size_t n_requests;
  Text lists;                          /* market lists: {..},{..} */
  Asked asked;
} Rows;

#define NO_CALL UINT32_MAX

static bool of_venue(const Rows *r, const msgpack_object *m) { return pack_is(pack_get(m, "venue"), r->venue); }

static uint32_t call_of(const Rows *r, uint32_t worker, int64_t number) {
  for (size_t i = 0; i < r->n_calls; i++)
    if (r->calls[i].worker == worker && r->calls[i].number == number) return (uint32_t)i;
  return NO_CALL;
}

static void add_key(Text *t, const char *key, const msgpack_object *o) {
  text_format(t, "\"%s\":", key);
  if (o && (o->type == MSGPACK_OBJECT_STR || o->type == MSGPACK_OBJECT_BIN)) {
    const char *s = "";
    size_t n = 0;
    pack_text(o, &s, &n);
    add_utf8(t, s, n);
  } else if (o) show_json(t, o);
  else text_puts(t, "null");
}

/* The first of each sort: the same method with the same arguments. */
static void see_call(Rows *r, const TapeEvent *e, const msgpack_object *m) {
  CallSeen c = { .worker = e->worker, .number = pack_get_int(m, "call", -1) };
  if (!of_venue(r, m) || r->n_calls == r->most) return;
  add_key(&c.head, "method", pack_get(m, "method"));
  text_puts(&c.head, ",");
  add_key(&c.head, "args", pack_get(m, "args"));
  text_puts(&c.head, ",");
  add_key(&c.head, "params", pack_get(m, "params"));
  for (size_t i = 0; i < r->n_calls; i++)
    if (!strcmp(r->calls[i].head.p, c.head.p)) {
      text_free(&c.head);
      return;
    }
  r->calls[r->n_calls++] = c;
}

static void see_request(Rows *r, const TapeEvent *e, const msgpack_object *m) {
  RequestSeen q = { .list = pack_get(m, "keep") != NULL, .call = call_of(r, e->worker, pack_get_int(m, "call", -1)) };
  if (!of_venue(r, m) || (!q.list && q.call == NO_CALL)) return;
  RequestSeen *more = realloc(r->requests, (r->n_requests + 1) * sizeof *more);
  if (!more) abort();
  r->requests = more;
  add_key(&q.head, "url", pack_get(m, "url"));
  asked_put(&r->asked, e, (uint32_t)r->n_requests);
  r->requests[r->n_requests++] = q;
}

static void see_reply(Rows *r, const TapeEvent *e, const msgpack_object *m) {
  uint32_t i;
  if (!asked_take(&r->asked, e, &i)) return;
  RequestSeen *q = &r->requests[i];
  if (pack_get(m, "error")) {
    if (!q->list) r->calls[q->call].broken = true;      /* the network's doing: no reply that a row could show */
    return;
  }
  Text *to = q->list ? &r->lists : &r->calls[q->call].http;
  if (q->list && to->p && strstr(to->p, q->head.p)) return;
  text_puts(to, to->len ? ",{" : "{");
  text_puts(to, q->head.p);
  text_format(to, ",\"status\":%lld,", (long long)pack_get_int(m, "status", 0));
  add_key(to, "body", pack_get(m, "body"));
  text_puts(to, "}");
}

static void see_all(Rows *r, Tape *t) {
  TapeEvent e;
  msgpack_object m;
  enum tape_read got;
  msgpack_zone *zone = msgpack_zone_new(8192);
  while (zone && (got = tape_next(t, &e)) != TAPE_END) {
    if (got == TAPE_BAD || (e.what != MSG_CALL && e.what != MSG_HTTP && e.what != MSG_REPLY) || !tape_data(&e, zone, &m)) continue;
    if (e.what == MSG_CALL) see_call(r, &e, &m);
    else if (e.what == MSG_HTTP) see_request(r, &e, &m);
    else see_reply(r, &e, &m);
  }
  if (zone) msgpack_zone_free(zone);
}

static void rows_free(Rows *r) {
  for (size_t i = 0; i < r->n_calls; i++) {
    text_free(&r->calls[i].head);
    text_free(&r->calls[i].http);
  }
  for (size_t i = 0; i < r->n_requests; i++) text_free(&r->requests[i].head);
  text_free(&r->lists);
  asked_free(&r->asked);
  free(r->calls);
  free(r->requests);
}

static int rows(Cli *cli, Tape *t) {
  Rows r = { .venue = cli_text(cli, "venue"), .most = (size_t)cli_number(cli, "limit", 20) };
  SessionSpec spec;
  Text text = { NULL, 0, 0 };
  msgpack_sbuffer args;
  msgpack_packer pk;
  if (!r.venue) return cli_misuse(cli, "--format rows is of one exchange: --venue ID");
  int code = start_common(cli, &spec);
  if (code) return code;
  r.calls = calloc(r.most, sizeof *r.calls);
  if (!r.calls) return 1;
  see_all(&r, t);
  tape_complain(t);
  if (!r.n_calls) {
    fprintf(stderr, "bourse: tape: %s: nothing was asked of %.60s\n", tape_path(t), r.venue);
    rows_free(&r);
    return 1;
  }
  text_puts(&text, "{\"lists\":[");
  if (r.lists.p) text_add(&text, r.lists.p, r.lists.len);
  text_puts(&text, "],\"calls\":[");
  for (size_t i = 0, n = 0; i < r.n_calls; i++) {
    const CallSeen *c = &r.calls[i];
    if (c->broken) continue;
    text_puts(&text, n++ ? ",{" : "{");
    text_add(&text, c->head.p, c->head.len);
    text_puts(&text, ",\"http\":[");
    if (c->http.p) text_add(&text, c->http.p, c->http.len);
    text_puts(&text, "]}");
  }
  text_puts(&text, "]}");
  msgpack_sbuffer_init(&args);
  msgpack_packer_init(&pk, &args, msgpack_sbuffer_write);
  pack_map(&pk, 2);
  pack_key_str(&pk, "venue", r.venue);
  pack_key_strn(&pk, "tape", text.p, text.len);
  WorkerSpec worker = { .role = "verb", .name = "tape", .args = &args };
  spec.workers = &worker;
  spec.n_workers = 1;
  spec.frozen_clock = true;
  spec.open_keys = NULL;
  spec.rights = RIGHT_PUBLIC | RIGHT_READ | RIGHT_TRADE | RIGHT_WITHDRAW;      /* only test keys, and nothing is sent */
  spec.limits.memory = 512u << 20;
  spec.limits.callback_ms = spec.limits.cpu_ms = 60000;
  code = session_run(&spec);
  msgpack_sbuffer_destroy(&args);
  text_free(&text);
  rows_free(&r);
  return code;
}

int tape_convert(Cli *cli) {
  const char *format = cli_text(cli, "format"), *path = cli_text(cli, "out");
  Tape *t = tape_open_said(cli->words[1]);
  if (!t) return 1;
  int code;
  if (format && !strcmp(format, "rows")) code = rows(cli, t);
  else {
    FILE *out = path ? fopen(path, "wx") : stdout;
    if (!out) {
      fprintf(stderr, "bourse: tape: %s cannot be written: there is such a file, or no place for one\n", path);
      code = 1;
    } else {
      code = json_lines(t, out);
      if ((path ? fclose(out) : fflush(out)) != 0) code = 1;
    }
  }
  tape_close(t);
  return code;
}
