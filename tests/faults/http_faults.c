/* Everything that a server can do to us: each row says what comes of it, in what time, in how much memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cmocka.h>
#include "broker/http.h"
#include "server.h"

static FaultServer plain;
static Loop *loop;
static Http *http;
static HttpReply got;
static char body[4096], location[200];

static void done(void *ctx, HttpReply *r) {
  (void)ctx;
  got = *r;
  snprintf(body, sizeof body, "%.*s", (int)(r->body_len < 4000 ? r->body_len : 4000), r->body ? r->body : "");
  const char *l = http_header(r, "location");
  snprintf(location, sizeof location, "%s", l ? l : "");
  loop_stop(loop);
}

static void ask_at(const char *origin, const char *host, const char *path, int deadline_ms, bool once, const char *post) {
  char url[300], err[200];
  snprintf(url, sizeof url, "%s%s", origin, path);
  HttpRequest rq = { .method = post ? "POST" : "GET", .url = url, .host = host, .deadline_ms = deadline_ms, .connect_ms = 2000, .loopback = true,
                     .once = once, .body = post, .body_len = post ? strlen(post) : 0 };
  memset(&got, 0, sizeof got);
  assert_non_null(http_start(http, &rq, done, NULL, err, sizeof err));
  loop_run(loop);
}

static void ask(const char *path, int deadline_ms) {
  char origin[64];
  snprintf(origin, sizeof origin, "http://127.0.0.1:%d", plain.port);
  ask_at(origin, "127.0.0.1", path, deadline_ms, false, NULL);
}

#ifndef BOURSE_SANITIZE
static long rss_kib(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return u.ru_maxrss;
}
#endif

static void good(void **state) {
  (void)state;
  ask("/ok", 2000);
  assert_int_equal(got.failure, HTTP_OK);
  assert_int_equal(got.status, 200);
  assert_string_equal(body, "{}");
  ask("/none", 2000);
  assert_int_equal(got.status, 404);
  ask("/busy_said", 2000);
  assert_int_equal(got.status, 429);
  ask("/redirect_away", 2000);            /* never followed by the engine */
  assert_int_equal(got.status, 302);
  assert_string_equal(location, "https://evil.example/steal");
}

static void misbehaviours(void **state) {
  (void)state;
  static const struct { const char *path; enum http_failure failure; const char *text; int ms; } rows[] = {
    { "/truncated", HTTP_BROKEN, "cut off after 5 bytes", 500 },
    { "/truncated_chunk", HTTP_BROKEN, "cut off", 500 },
    { "/endless", HTTP_BAD, "the answer is longer than 64 MiB", 5000 },
    { "/claims_much", HTTP_BAD, "the answer is longer than 64 MiB", 5000 },
    { "/gzip_bomb", HTTP_BAD, "the answer is longer than 64 MiB", 10000 },
    { "/bad_gzip", HTTP_BAD, "not proper HTTP", 500 },
    { "/header_flood", HTTP_BAD, "more than 256 KiB of headers", 1000 },
    { "/long_header", HTTP_BAD, "header", 1000 },
    { "/trailer_flood", HTTP_BAD, "more than 256 KiB of headers", 1000 },
    { "/continue_flood", HTTP_BAD, "more than 256 KiB of headers", 1000 },
    { "/not_http", HTTP_BAD, "not proper HTTP", 500 },
    { "/nul_header", HTTP_BAD, "", 500 },
    { "/reset_before", HTTP_BROKEN, "the connection broke", 500 },
    { "/reset_in_headers", HTTP_BROKEN, "the connection broke", 500 },
    { "/reset_in_body", HTTP_BROKEN, "", 500 },
    { "/close_before", HTTP_BROKEN, "the connection broke", 500 },
    { "/silent", HTTP_TIMEOUT, "no answer after 0.", 900 },
    { "/drip", HTTP_TIMEOUT, "the answer was not complete after 0.", 900 },
    { "/drip_headers", HTTP_TIMEOUT, "the answer was not complete after 0.", 900 },
  };
  int slow = 4;          /* for a busy machine, or a sanitizer */
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bool times_out = rows[i].failure == HTTP_TIMEOUT;
    int64_t start = clock_mono_ms();
    ask(rows[i].path, times_out ? 700 : 30000);
    int64_t ms = clock_mono_ms() - start;
    if (got.failure != rows[i].failure) fail_msg("%s: failure %d, %s", rows[i].path, got.failure, got.message);
    if (!strstr(got.message, rows[i].text)) fail_msg("%s: says: %s", rows[i].path, got.message);
    if (strncmp(got.message, "127.0.0.1: ", 11)) fail_msg("%s: names no host: %s", rows[i].path, got.message);
    if (ms > rows[i].ms * slow) fail_msg("%s: took %lld ms", rows[i].path, (long long)ms);
    assert_true(got.sent);
  }
#ifndef BOURSE_SANITIZE
  assert_true(rss_kib() < 200 * 1024);      /* a buffer that doubles to 128 MiB, once, touched to 64 */
#endif
  ask("/ok", 2000);
  assert_int_equal(got.status, 200);
}

static void refused(void **state) {
  (void)state;
  FaultServer s = fault_server(NULL, NULL);
  char origin[64];
  fault_server_stop(&s);
  snprintf(origin, sizeof origin, "http://127.0.0.1:%d", s.port);
  ask_at(origin, "127.0.0.1", "/ok", 2000, false, NULL);
  assert_int_equal(got.failure, HTTP_CONNECT);
  assert_non_null(strstr(got.message, "127.0.0.1: no connection"));
  assert_false(got.sent);
  ask_at("https://no-such-name.invalid", "no-such-name.invalid", "/", 5000, false, NULL);
  assert_int_equal(got.failure, HTTP_CONNECT);
  assert_false(got.sent);
}

/* A kept connection that dies as the next request goes out: a read is sent again by libcurl, an order is not. */
static void orders_go_out_once(void **state) {
  (void)state;
  char origin[64];
  snprintf(origin, sizeof origin, "http://127.0.0.1:%d", plain.port);
  for (int order = 0; order < 2; order++) {
    FaultServer s = fault_server(NULL, NULL);       /* a server of its own: no kept connections yet */
    snprintf(origin, sizeof origin, "http://127.0.0.1:%d", s.port);
    fault_hits_reset();
    ask_at(origin, "127.0.0.1", "/drop_second", 2000, order, order ? "a=1" : NULL);
    assert_int_equal(got.status, 200);
    ask_at(origin, "127.0.0.1", "/drop_second", 2000, order, order ? "a=1" : NULL);
    if (order) {
      assert_int_equal(got.failure, HTTP_BROKEN);
      assert_int_equal(fault_hits("/drop_second"), 2);
    } else {
      assert_int_equal(got.status, 200);
      assert_int_equal(fault_hits("/drop_second"), 3);
    }
    fault_server_stop(&s);
  }
}

/* --- TLS --- */

static char dir[64];

static void shell(const char *fmt, ...) {
  char cmd[1024];
  va_list ap;
  va_start(ap, fmt);
  int n = snprintf(cmd, sizeof cmd, "cd %s && ", dir);
  vsnprintf(cmd + n, sizeof cmd - (size_t)n, fmt, ap);
  va_end(ap);
  if (system(cmd) != 0) fail_msg("%s", cmd);
}

/* `days` below 0: expired. OpenSSL 3.5 refuses such a number, and takes the dates instead. */
static void certificate(const char *name, const char *san, const char *days) {
  shell("openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout %s.key -out %s.csr -subj /CN=%s 2>/dev/null && "
        "printf 'subjectAltName=%s\\n' > %s.ext && sign() { openssl x509 -req -in %s.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out %s.pem "
        "-extfile %s.ext \"$@\" 2>/dev/null; } && { sign -days %s || sign -not_before 20200101000000Z -not_after 20200102000000Z; }",
        name, name, name, san, name, name, name, name, days);
}

static void path_in(char *out, size_t cap, const char *name) { snprintf(out, cap, "%s/%s", dir, name); }

static void tls_row(const char *cert, const char *host, enum http_failure failure, const char *text) {
  char pem[128], key[128], name[64], origin[64];
  snprintf(name, sizeof name, "%s.pem", cert);
  path_in(pem, sizeof pem, name);
  snprintf(name, sizeof name, "%s.key", cert);
  path_in(key, sizeof key, name);
  FaultServer s = fault_server(pem, key);
  snprintf(origin, sizeof origin, "https://%s:%d", host, s.port);
  fault_hits_reset();
  int64_t start = clock_mono_ms();
  ask_at(origin, host, "/ok", 3000, false, NULL);
  if (got.failure != failure || !strstr(got.message, text)) fail_msg("%s at %s: %d %s", cert, host, got.failure, got.message);
  assert_true(clock_mono_ms() - start < 10000);
  assert_int_equal(fault_hits("/ok"), failure == HTTP_OK);      /* nothing is sent to a server that is not who it should be */
  fault_server_stop(&s);
}

static void certificates(void **state) {
  (void)state;
  char ca[128], err[200], missing[128];
  strcpy(dir, "/tmp/http_faults.XXXXXX");
  assert_non_null(mkdtemp(dir));
  shell("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=test 2>/dev/null");
  certificate("good", "DNS:localhost,IP:127.0.0.1", "2");
  certificate("other", "DNS:example.com", "2");
  certificate("expired", "DNS:localhost", "-1");
  certificate("old", "DNS:localhost", "2");
  shell("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout self.key -out self.pem -days 2 -subj /CN=localhost "
        "-addext subjectAltName=DNS:localhost 2>/dev/null");
  tls_row("good", "localhost", HTTP_TLS, "certificate is not trusted");        /* without --cacert */
  Http *before = http;
  path_in(ca, sizeof ca, "ca.pem");
  http = http_new(loop, ca, err, sizeof err);
  assert_non_null(http);
  tls_row("good", "localhost", HTTP_OK, "");
  tls_row("good", "127.0.0.1", HTTP_OK, "");
  tls_row("other", "localhost", HTTP_TLS, "certificate");
  tls_row("expired", "localhost", HTTP_TLS, "certificate");
  tls_row("self", "localhost", HTTP_TLS, "certificate");
  tls_row("old", "localhost", HTTP_TLS, "no secure connection");      /* TLS 1.1 */
  /* Plain HTTP where TLS is expected, and the reverse. */
  char origin[64];
  snprintf(origin, sizeof origin, "https://127.0.0.1:%d", plain.port);
  ask_at(origin, "127.0.0.1", "/ok", 3000, false, NULL);
  assert_true(got.failure == HTTP_TLS || got.failure == HTTP_CONNECT);
  assert_false(got.sent);
  http_free(http);
  http = before;
  path_in(missing, sizeof missing, "none.pem");
  assert_null(http_new(loop, missing, err, sizeof err));
  assert_non_null(strstr(err, "No such file"));
  path_in(missing, sizeof missing, "good.ext");
  assert_null(http_new(loop, missing, err, sizeof err));
  assert_non_null(strstr(err, "no PEM certificate"));
  shell("rm -f *.pem *.key *.csr *.ext *.srl");
  rmdir(dir);
}

/* Many at once, good and bad; the ones that are given up give everything back. */
static int finished;
static void count(void *ctx, HttpReply *r) {
  (void)ctx, (void)r;
  if (++finished == 200) loop_stop(loop);
}

static void many_at_once(void **state) {
  (void)state;
  static const char *const paths[] = { "/ok", "/truncated", "/reset_before", "/down", "/bad_gzip" };
  char url[100], err[100];
  finished = 0;
  for (int i = 0; i < 220; i++) {
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", plain.port, paths[i % 5]);
    HttpRequest rq = { .method = "GET", .url = url, .host = "127.0.0.1", .deadline_ms = 10000, .connect_ms = 5000, .loopback = true };
    HttpTransfer *t = http_start(http, &rq, count, NULL, err, sizeof err);
    assert_non_null(t);
    if (i % 11 == 0) http_cancel(t);
  }
  loop_run(loop);
  assert_int_equal(finished, 200);
}

int main(void) {
  char err[200];
  setenv("https_proxy", "http://127.0.0.1:9", 1);       /* never used for this machine */
  setenv("http_proxy", "http://127.0.0.1:9", 1);
  plain = fault_server(NULL, NULL);
  loop = loop_new();
  http = http_new(loop, NULL, err, sizeof err);
  if (!http) {
    fprintf(stderr, "%s\n", err);
    return 1;
  }
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(good), cmocka_unit_test(misbehaviours), cmocka_unit_test(refused), cmocka_unit_test(orders_go_out_once),
    cmocka_unit_test(certificates), cmocka_unit_test(many_at_once),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  http_free(http);
  loop_free(loop);
  fault_server_stop(&plain);
  return failed;
}
