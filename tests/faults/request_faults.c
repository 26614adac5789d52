/* Requests of workers, hostile and honest, against hostile servers: what is sent, what is not, what comes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cmocka.h>
#include "broker/keys.h"
#include "player.h"
#include "server.h"
#include "wire/message.h"
#include "wire/pack.h"
#include "wire/recipe_ops.h"

/* In place of the C library's: an error that a kernel told alone, though there was something to read before it. Linux does when another core just sees to it. */
static bool errors_alone;
int epoll_wait(int ep, struct epoll_event *events, int max, int ms) {
  if (errors_alone) usleep(50000);               /* until all is there */
  int n = (int)syscall(SYS_epoll_pwait, ep, events, max, ms, NULL, 0);
  for (int i = 0; errors_alone && i < n; i++)
    if (events[i].events & EPOLLERR) events[i].events = EPOLLERR;
  return n;
}

static FaultServer server;
static char base[64], dir[64];
static int venue_nr;
static char venue[32];

/* What an adapter's file says, as the broker looks into it. */
static void adapter_file(const char *id, const char *text) {
  char path[200];
  snprintf(path, sizeof path, "%s/exchanges/%s.lua", dir, id);
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  fputs(text, f);
  fclose(f);
}

/* Each test has a venue of its own, so that none waits for another's budget. */
static void declare(Play *p, double interval_ms, double burst) {
  snprintf(venue, sizeof venue, "venue%d", ++venue_nr);
  adapter_file(venue, "return { hosts = { api = \"https://api.example.com\" } }");
  snprintf(base, sizeof base, "%s=http://127.0.0.1:%d", venue, server.port);
  msgpack_packer *pk = play_add(p, MSG_DECLARE);
  pack_map(pk, 4);
  pack_key_str(pk, "venue", venue);
  pack_key_double(pk, "interval_ms", interval_ms);
  pack_key_double(pk, "burst", burst);
  pack_str(pk, "hosts");
  pack_map(pk, 1);
  pack_key_str(pk, "api", "https://api.example.com");
}

typedef struct { const char *method, *url, *right, *header, *value, *body; int timeout_ms; } Ask;

static void ask(Play *p, Ask a) {
  msgpack_packer *pk = play_add(p, MSG_HTTP);
  pack_map(pk, 7);
  pack_key_str(pk, "venue", venue);
  pack_key_str(pk, "method", a.method ? a.method : "GET");
  pack_key_str(pk, "url", a.url);
  pack_key_str(pk, "right", a.right ? a.right : "public");
  pack_key_int(pk, "timeout_ms", a.timeout_ms ? a.timeout_ms : 3000);
  pack_key_str(pk, "body", a.body);
  pack_str(pk, "headers");
  pack_map(pk, a.header != NULL);
  if (a.header) pack_key_str(pk, a.header, a.value);
}

static void run_with(Play *p, Played *r, int rights) {
  const char *bases[] = { base, NULL };
  SessionSpec spec = { .base_urls = bases, .rights = rights, .timeout_ms = 5000 };
  play_run(p, &spec, r);
  if (r->code) fail_msg("code %d: %s", r->code, r->log);
}

static void run(Play *p, Played *r) { run_with(p, r, RIGHT_PUBLIC | RIGHT_READ | RIGHT_TRADE); }

static const char *get(const Played *r, int i, const char *key) {
  static char buf[8][700];
  static int turn;
  char *b = buf[turn++ % 8];
  const msgpack_object *o = i < r->n_reports ? r->reports[i] : NULL, *e = pack_get(o, "error");
  if (e && e->type == MSGPACK_OBJECT_MAP) o = e;
  if (!pack_get_line(o, key, b, 700)) return "(none)";
  return b;
}

static int64_t status(const Played *r, int i) { return i < r->n_reports ? pack_get_int(r->reports[i], "status", 0) : -1; }

static void expect_error(const Played *r, int i, const char *class, const char *text, bool retry) {
  if (strcmp(get(r, i, "class"), class) || !strstr(get(r, i, "message"), text))
    fail_msg("answer %d: status %lld, %s: %s", i, (long long)status(r, i), get(r, i, "class"), get(r, i, "message"));
  assert_int_equal(pack_get_bool(pack_get(r->reports[i], "error"), "retry"), retry);
}

#define API "https://api.example.com"

static void good(void **state) {
  (void)state;
  Play p = { 0 };
  Played r;
  declare(&p, 1, 100);
  fault_hits_reset();
  ask(&p, (Ask){ .url = API "/ok?secret=1" });
  ask(&p, (Ask){ .url = API "/none" });
  ask(&p, (Ask){ .url = API "/redirect_here" });
  run(&p, &r);
  assert_int_equal(status(&r, 0), 200);
  assert_string_equal(get(&r, 0, "body"), "{}");
  assert_non_null(strstr(get(&r, 0, "url"), "/ok"));
  assert_null(strstr(get(&r, 0, "url"), "secret"));
  assert_true(pack_get_int(r.reports[0], "received_ms", 0) > 1600000000000);
  assert_int_equal(status(&r, 1), 404);
  assert_int_equal(status(&r, 2), 200);
  assert_int_equal(fault_hits("/ok?secret=1"), 1);
  played_free(&r);
}

/* Nothing of these reaches a server. */
static void refused(void **state) {
  (void)state;
  static const struct { Ask a; const char *class, *text; } rows[] = {
    { { .url = "https://evil.example/ok" }, "BadRequest", "evil.example is not one of the hosts" },
    { { .url = "https://api.example.com.evil.example/ok" }, "BadRequest", "is not one of the hosts" },
    { { .url = "https://api.example.com:444/ok" }, "BadRequest", "is not one of the hosts" },
    { { .url = "http://127.0.0.1:1/ok" }, "BadRequest", "is not one of the hosts" },
    { { .url = "http://api.example.com/ok" }, "BadRequest", "http:// goes to this machine only" },
    { { .url = "https://u:p@api.example.com/ok" }, "BadRequest", "user name" },
    { { .url = "https://api.example.com/ok\r\nX: y" }, "BadRequest", "percent-encoded" },
    { { .url = "file:///etc/passwd" }, "BadRequest", "https://" },
    { { .url = API "/ok", .method = "CONNECT" }, "BadRequest", "method" },
    { { .url = API "/ok", .method = "get" }, "BadRequest", "method" },
    { { .url = API "/ok", .right = "root" }, "BadRequest", "right" },
    { { .url = API "/ok", .header = "X-A", .value = "b\r\nX-B: c" }, "BadRequest", "line break" },
    { { .url = API "/ok", .header = "X-A\r\nX-B", .value = "c" }, "BadRequest", "malformed" },
    { { .url = API "/ok", .header = "X A", .value = "c" }, "BadRequest", "malformed" },
    { { .url = API "/ok", .header = "Host", .value = "evil.example" }, "BadRequest", "Host is not for an adapter" },
    { { .url = API "/ok", .header = "content-length", .value = "0" }, "BadRequest", "not for an adapter" },
    { { .url = API "/ok", .header = "Transfer-Encoding", .value = "chunked" }, "BadRequest", "not for an adapter" },
    { { .url = API "/ok", .header = "Proxy-Authorization", .value = "x" }, "BadRequest", "not for an adapter" },
    { { .url = API "/ok", .right = "withdraw" }, "PermissionDenied", "the right 'withdraw' was not granted" },
    { { .url = API "/ok", .right = "trade" }, "AuthenticationError", "no key" },
  };
  Play p = { 0 };
  Played r;
  declare(&p, 1, 100);
  fault_hits_reset();
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) ask(&p, rows[i].a);
  run(&p, &r);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) expect_error(&r, (int)i, rows[i].class, rows[i].text, false);
  assert_int_equal(fault_hits("/ok"), 0);
  played_free(&r);
}

/* A credential in a public request, and in one to a venue without a key. */
static void sealed_in_public(void **state) {
  (void)state;
  Play p = { 0 };
  Played r;
  declare(&p, 1, 100);
  msgpack_packer *pk = play_add(&p, MSG_HTTP);
  pack_map(pk, 4);
  pack_key_str(pk, "venue", venue);
  pack_key_str(pk, "method", "GET");
  pack_key_str(pk, "right", "public");
  pack_str(pk, "url");
  msgpack_pack_ext(pk, 2, WIRE_RECIPE_EXT);
  msgpack_pack_ext_body(pk, (char[]){ R_KEY, K_SECRET }, 2);
  run(&p, &r);
  assert_non_null(strstr(get(&r, 0, "message"), "secret"));
  assert_true(status(&r, 0) == 0);
  played_free(&r);
}

static void failures(void **state) {
  (void)state;
  Play p = { 0 };
  Played r;
  declare(&p, 1, 100);
  fault_hits_reset();
  ask(&p, (Ask){ .url = API "/truncated" });
  ask(&p, (Ask){ .url = API "/silent", .timeout_ms = 400 });
  ask(&p, (Ask){ .url = API "/bad_gzip" });
  ask(&p, (Ask){ .url = API "/redirect_away" });
  ask(&p, (Ask){ .url = API "/redirect_loop" });
  ask(&p, (Ask){ .url = API "/redirect_junk" });
  ask(&p, (Ask){ .url = API "/redirect_here", .method = "POST", .body = "a=1" });
  ask(&p, (Ask){ .url = API "/reset_once" });
  ask(&p, (Ask){ .url = API "/down_once" });
  ask(&p, (Ask){ .url = API "/down", .timeout_ms = 1500 });
  run(&p, &r);
  expect_error(&r, 0, "NetworkError", "cut off", true);
  assert_true(fault_hits("/truncated") > 1 && fault_hits("/truncated") <= 4);       /* tried again, and not for ever */
  expect_error(&r, 1, "RequestTimeout", "no answer after 0.", true);
  assert_int_equal(fault_hits("/silent"), 1);
  expect_error(&r, 2, "BadResponse", "not proper HTTP", false);
  expect_error(&r, 3, "BadResponse", "redirects to evil.example, which is not one of its hosts", false);
  expect_error(&r, 4, "BadResponse", "more than 3 redirects", false);
  assert_int_equal(fault_hits("/redirect_loop"), 4);
  expect_error(&r, 5, "BadResponse", "no URL to follow", false);
  expect_error(&r, 6, "BadResponse", "answered a POST request with a redirect", false);
  assert_int_equal(status(&r, 7), 200);
  assert_int_equal(status(&r, 8), 200);
  assert_int_equal(status(&r, 9), 503);
  assert_true(fault_hits("/down") > 1);
  played_free(&r);
}

static void reset_after_answer(void **state) {
  (void)state;
  Play p = { 0 };
  Played r;
  declare(&p, 1, 100);
  fault_hits_reset();
  ask(&p, (Ask){ .url = API "/answer_and_reset" });
  errors_alone = true;
  run(&p, &r);
  errors_alone = false;
  assert_int_equal(status(&r, 0), 200);
  assert_int_equal(fault_hits("/answer_and_reset"), 1);
  played_free(&r);
}

static void too_many(void **state) {
  (void)state;
  Play p = { 0 };
  Played r;
  declare(&p, 1, 100);
  fault_hits_reset();
  ask(&p, (Ask){ .url = API "/busy_once" });                                /* waits the second that it is told, then gets it */
  ask(&p, (Ask){ .url = API "/busy_said" });                                /* 30 s do not fit: the answer itself comes back */
  ask(&p, (Ask){ .url = API "/ok" });                                       /* and nothing else is sent */
  run(&p, &r);
  assert_int_equal(status(&r, 0), 200);
  assert_int_equal(status(&r, 1), 429);
  assert_string_equal(get(&r, 1, "body"), "slow");
  expect_error(&r, 2, "RateLimitExceeded", "would wait 2", true);
  assert_int_equal(fault_hits("/ok"), 0);
  assert_true(r.ms > 1000 && r.ms < 10000);
  assert_non_null(strstr(r.log, ": too many requests (HTTP 429): none is sent for 30.0 s"));
  played_free(&r);
  /* Another run of the program keeps to it. */
  char name[32];
  strcpy(name, venue);
  venue_nr--;
  declare(&p, 1, 100);
  assert_string_equal(venue, name);
  ask(&p, (Ask){ .url = API "/ok" });
  run(&p, &r);
  expect_error(&r, 0, "RateLimitExceeded", "would wait", true);
  played_free(&r);
}

static void budget(void **state) {
  (void)state;
  Play p = { 0 };
  Played r;
  declare(&p, 50, 2);
  for (int i = 0; i < 12; i++) ask(&p, (Ask){ .url = API "/ok" });
  ask(&p, (Ask){ .url = API "/ok", .timeout_ms = 30 });
  run(&p, &r);
  for (int i = 0; i < 12; i++) assert_int_equal(status(&r, i), 200);
  assert_true(r.ms >= 450);                                                 /* two at once, ten at 50 ms */
  expect_error(&r, 12, "RateLimitExceeded", "the rate budget is used up: would wait", true);
  played_free(&r);
}

static void nobody_there(void **state) {
  (void)state;
  Play p = { 0 };
  Played r;
  FaultServer gone = fault_server(NULL, NULL);
  declare(&p, 1, 100);
  fault_server_stop(&gone);
  snprintf(base, sizeof base, "%s=http://127.0.0.1:%d", venue, gone.port);
  ask(&p, (Ask){ .url = API "/ok", .timeout_ms = 1000 });
  run(&p, &r);
  expect_error(&r, 0, "ExchangeNotAvailable", "127.0.0.1: no connection", true);
  assert_true(r.ms < 5000);
  played_free(&r);
}

static void signing_for_show(void **state) {
  (void)state;
  Play p = { 0 };
  Played r;
  static const char program[] = { R_KEY, K_SECRET, R_TEXT, 1, 'm', R_HMAC, H_SHA256, R_ENCODE, C_HEX };
  declare(&p, 1, 100);
  for (int round = 0; round < 2; round++) {
    msgpack_packer *pk = play_add(&p, MSG_SIGN);
    pack_map(pk, 7);
    pack_key_str(pk, "venue", venue);
    pack_key_str(pk, "method", "GET");
    pack_key_str(pk, "right", "trade");
    pack_key_str(pk, "url", API "/x");
    pack_key_int(pk, "clock_ms", 1718454896789);
    pack_str(pk, "headers");
    pack_map(pk, 1);
    pack_str(pk, "X-Sign");
    msgpack_pack_ext(pk, sizeof program, WIRE_RECIPE_EXT);
    msgpack_pack_ext_body(pk, program, sizeof program);
    if (round) pack_key_bool(pk, "redact", true);
    else {
      pack_str(pk, "credentials");
      pack_map(pk, 1);
      pack_key_str(pk, "secret", "key");
    }
  }
  msgpack_sbuffer copy;
  msgpack_sbuffer_init(&copy);
  msgpack_sbuffer_write(&copy, p.buf.data, p.buf.size);
  run(&p, &r);
  assert_true(pack_is(pack_get(pack_get(r.reports[0], "headers"), "X-Sign"), "782906cfdc87462bf9242b96f17057c3389530ff937920823bf7a583f5d983a5"));
  assert_true(pack_get_bool(r.reports[1], "sample"));
  played_free(&r);
  /* A strategy gets no signature. */
  Play again = { .buf = copy, .n = 3 };
  SessionSpec spec = { .live = true, .rights = 15 };
  play_run(&again, &spec, &r);
  for (int i = 0; i < 2; i++) assert_non_null(strstr(get(&r, i, "error"), "--dry-run"));
  played_free(&r);
}

/* A venue with a key in the environment: hex(hmac(sha256, secret, "m")) in a header. */
static void ask_signed(Play *p, const char *method, const char *url, const char *right) {
  static const char program[] = { R_KEY, K_SECRET, R_TEXT, 1, 'm', R_HMAC, H_SHA256, R_ENCODE, C_HEX };
  msgpack_packer *pk = play_add(p, MSG_HTTP);
  pack_map(pk, 6);
  pack_key_str(pk, "venue", venue);
  pack_key_str(pk, "method", method);
  pack_key_str(pk, "right", right);
  pack_key_str(pk, "url", url);
  pack_key_int(pk, "timeout_ms", 2000);
  pack_str(pk, "headers");
  pack_map(pk, 1);
  pack_str(pk, "X-Sign");
  msgpack_pack_ext(pk, sizeof program, WIRE_RECIPE_EXT);
  msgpack_pack_ext_body(pk, program, sizeof program);
}

static void signed_requests(void **state) {
  (void)state;
  Play p = { 0 };
  Played r;
  venue_nr = 999;                                                           /* venue1000 has the key */
  declare(&p, 1, 100);
  fault_hits_reset();
  ask_signed(&p, "GET", API "/echo", "read");
  ask_signed(&p, "POST", API "/reset_once", "trade");
  ask_signed(&p, "POST", API "/down", "trade");
  ask_signed(&p, "GET", API "/redirect_here", "read");
  ask_signed(&p, "GET", API "/down_once", "read");
  ask_signed(&p, "GET", "https://evil.example/echo", "read");
  ask_signed(&p, "POST", API "/echo", "withdraw");
  run(&p, &r);
  assert_string_equal(get(&r, 0, "body"), "782906cfdc87462bf9242b96f17057c3389530ff937920823bf7a583f5d983a5");
  expect_error(&r, 1, "NetworkError", "it is not known whether the exchange took it", false);
  assert_int_equal(fault_hits("/reset_once"), 1);
  assert_int_equal(status(&r, 2), 503);
  assert_int_equal(fault_hits("/down"), 1);                                 /* orders are never sent twice */
  expect_error(&r, 3, "BadResponse", "answered a signed request with a redirect", false);
  assert_int_equal(status(&r, 4), 200);
  assert_int_equal(fault_hits("/down_once"), 2);
  expect_error(&r, 5, "BadRequest", "evil.example is not one of the hosts", false);
  expect_error(&r, 6, "PermissionDenied", "'withdraw' was not granted", false);
  for (int i = 0; i < r.n_reports; i++) assert_null(strstr(get(&r, i, "message"), "key"));
  played_free(&r);
}

/* A worker that was taken over: it may say that a venue has any host, ask for any right, and put the secret anywhere in the URL. */
static void taken_over(void **state) {
  (void)state;
  static const struct { const char *file, *said; } rows[] = {
    { "return { hosts = { api = \"https://api.example.org\" } }", "https://api.example.com is not written out in exchanges/" },
    { "return { hosts = { api = \"https://api.example.com.evil.org\" } }", "is not written out" },
    { "return { hosts = { api = \"https://api.example.com:444\" } }", "is not written out" },
    { "return { hosts = { api = \"https://api.example.com@evil.org\" } }", "is not written out" },
    { "return { hosts = { api = \"http://api.example.com\" } }", "is not written out" },
    { "", "is not written out" },
  };
  Played r;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    Play p = { 0 };
    declare(&p, 1, 100);
    adapter_file(venue, rows[i].file);
    fault_hits_reset();
    ask(&p, (Ask){ .url = API "/ok" });
    run(&p, &r);
    expect_error(&r, 0, "BadRequest", "is not one of the hosts", false);
    if (!strstr(r.log, rows[i].said)) fail_msg("row %zu: %s", i, r.log);
    assert_int_equal(fault_hits("/ok"), 0);
    played_free(&r);
  }
  Play none = { 0 };
  char path[200];
  declare(&none, 1, 100);
  snprintf(path, sizeof path, "%s/exchanges/%s.lua", dir, venue);
  unlink(path);
  ask(&none, (Ask){ .url = API "/ok" });
  run(&none, &r);
  expect_error(&r, 0, "BadRequest", "is not one of the hosts", false);
  assert_non_null(strstr(r.log, "cannot be read again"));
  played_free(&r);
  /* A second word on the hosts does not count, and one spelled in capitals is the same. */
  Play twice = { 0 };
  declare(&twice, 1, 100);
  adapter_file(venue, "return { hosts = { api = 'https://API.Example.com/v1' } } -- https://evil.example/");
  char first[32];
  strcpy(first, venue);
  msgpack_packer *pk = play_add(&twice, MSG_DECLARE);
  pack_map(pk, 2);
  pack_key_str(pk, "venue", first);
  pack_str(pk, "hosts");
  pack_map(pk, 1);
  pack_key_str(pk, "api", "https://evil.example");
  ask(&twice, (Ask){ .url = "https://evil.example/ok" });
  ask(&twice, (Ask){ .url = API "/ok" });
  run(&twice, &r);
  expect_error(&r, 0, "BadRequest", "is not one of the hosts", false);
  assert_int_equal(status(&r, 1), 200);
  played_free(&r);
}

/* A URL that is a recipe: text, the secret in hex, text. */
static void ask_sealed_url(Play *p, const char *before, const char *after) {
  char program[200];
  size_t n = 0, a = strlen(before), b = strlen(after);
  program[n++] = R_TEXT, program[n++] = (char)a;
  memcpy(program + n, before, a), n += a;
  program[n++] = R_KEY, program[n++] = K_SECRET, program[n++] = R_ENCODE, program[n++] = C_HEX;
  program[n++] = R_TEXT, program[n++] = (char)b;
  memcpy(program + n, after, b), n += b;
  program[n++] = R_CONCAT, program[n++] = 3;
  msgpack_packer *pk = play_add(p, MSG_HTTP);
  pack_map(pk, 5);
  pack_key_str(pk, "venue", venue);
  pack_key_str(pk, "method", "GET");
  pack_key_str(pk, "right", "read");
  pack_key_int(pk, "timeout_ms", 2000);
  pack_str(pk, "url");
  msgpack_pack_ext(pk, n, WIRE_RECIPE_EXT);
  msgpack_pack_ext_body(pk, program, n);
}

/* The secret "key" is 6b6579 in hex: it may be sent in a path, but no answer to the worker holds it. */
static void secret_in_url(void **state) {
  (void)state;
  Play p = { 0 };
  Played r;
  venue_nr = 999;
  declare(&p, 1, 100);
  fault_hits_reset();
  ask_sealed_url(&p, API "/", "/x");
  ask_sealed_url(&p, "https://", ".evil.example/x");
  ask_sealed_url(&p, "https://", "");
  ask_sealed_url(&p, "", "");
  ask_sealed_url(&p, API ":", "/");
  ask_sealed_url(&p, "https://api.example.com.", "/x");
  ask_sealed_url(&p, API, "/x");
  ask_sealed_url(&p, "https://evil.example/", "");
  ask_sealed_url(&p, API "/redirect_here?", "");
  run(&p, &r);
  assert_int_equal(status(&r, 0), 404);
  assert_int_equal(fault_hits("/6b6579/x"), 1);
  assert_non_null(strstr(get(&r, 0, "url"), "http://127.0.0.1:"));
  for (int i = 1; i <= 6; i++) expect_error(&r, i, "BadRequest", "a sealed text may stand in the path and the query of a URL, not before them", false);
  expect_error(&r, 7, "BadRequest", "evil.example is not one of the hosts", false);
  for (int i = 0; i < r.n_reports; i++) {
    assert_null(strstr(get(&r, i, "message"), "6b65"));
    assert_null(strstr(get(&r, i, "url"), "6b65"));
  }
  assert_null(strstr(r.log, "6b65"));
  played_free(&r);
}

/* --dry-run signs for show with every right, and sends with those that were given. */
static void dry_run_sends_nothing(void **state) {
  (void)state;
  Play p = { 0 };
  Played r;
  venue_nr = 999;
  declare(&p, 1, 100);
  fault_hits_reset();
  ask_signed(&p, "POST", API "/echo", "withdraw");
  ask_signed(&p, "POST", API "/echo", "trade");
  const char *bases[] = { base, NULL };
  SessionSpec spec = { .base_urls = bases, .rights = RIGHT_PUBLIC | RIGHT_READ, .shows_requests = true, .timeout_ms = 5000 };
  play_run(&p, &spec, &r);
  expect_error(&r, 0, "PermissionDenied", "the right 'withdraw' was not granted", false);
  expect_error(&r, 1, "PermissionDenied", "the right 'trade' was not granted", false);
  assert_int_equal(fault_hits("/echo"), 0);
  played_free(&r);
}

int main(int argc, char **argv) {
  if (argc == 2 && !strcmp(argv[1], "--worker")) return player_main();
  char path[100];
  strcpy(dir, "/tmp/request_faults.XXXXXX");
  if (!mkdtemp(dir)) return 1;
  setenv("BOURSE_STATE", dir, 1);
  paths_set_home(dir);
  snprintf(path, sizeof path, "%s/exchanges", dir);
  if (mkdir(path, 0700)) return 1;
  setenv("BOURSE_VENUE1000_APIKEY", "id", 1);
  setenv("BOURSE_VENUE1000_SECRET", "key", 1);
  keys_take_environment();
  server = fault_server(NULL, NULL);
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(good), cmocka_unit_test(refused), cmocka_unit_test(sealed_in_public), cmocka_unit_test(failures), cmocka_unit_test(reset_after_answer),
    cmocka_unit_test(too_many), cmocka_unit_test(budget), cmocka_unit_test(nobody_there), cmocka_unit_test(signing_for_show), cmocka_unit_test(signed_requests),
    cmocka_unit_test(taken_over), cmocka_unit_test(secret_in_url), cmocka_unit_test(dry_run_sends_nothing),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  fault_server_stop(&server);
  snprintf(path, sizeof path, "rm -rf %s", dir);
  return system(path) || failed;
}
