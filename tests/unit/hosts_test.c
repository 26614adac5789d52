/* URLs that are taken and refused, redirects, base URLs, declarations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "broker/hosts.h"
#include "wire/pack.h"

static bool parse(const char *s, Url *u) {
  char err[200];
  return url_parse(s, strlen(s), u, err, sizeof err);
}

static void taken(void **state) {
  (void)state;
  static const struct { const char *url, *origin, *rest; } rows[] = {
    { "https://api.kraken.com", "https://api.kraken.com", "" },
    { "https://API.Kraken.com:443/0/public/Time?x=1", "https://api.kraken.com", "/0/public/Time?x=1" },
    { "https://api.kraken.com:8443?x=[1]|{2}", "https://api.kraken.com:8443", "?x=[1]|{2}" },
    { "https://1.2.3.4/", "https://1.2.3.4", "/" },
    { "https://[2001:DB8::1]:99/a", "https://[2001:db8::1]:99", "/a" },
    { "https://xn--bcher-kva.example/", "https://xn--bcher-kva.example", "/" },
    { "http://127.0.0.1:8080/x", "http://127.0.0.1:8080", "/x" },
    { "http://localhost/", "http://localhost", "/" },
    { "http://[::1]:1/", "http://[::1]:1", "/" },
    { "http://127.9.9.9/", "http://127.9.9.9", "/" },
    { "https://a.b/@user:x@y", "https://a.b", "/@user:x@y" },
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    Url u;
    char origin[300], rest[100];
    if (!parse(rows[i].url, &u)) fail_msg("refused: %s", rows[i].url);
    assert_true(url_origin(&u, origin, sizeof origin) > 0);
    assert_string_equal(origin, rows[i].origin);
    snprintf(rest, sizeof rest, "%.*s", (int)u.rest_len, u.rest);
    assert_string_equal(rest, rows[i].rest);
  }
}

static void refused(void **state) {
  (void)state;
  static const char *const rows[] = {
    "", "https://", "https:///x", "ftp://a.b/", "file:///etc/passwd", "//a.b/", "api.kraken.com", "HTTPS://a.b/", "http://api.kraken.com/",
    "http://127.0.0.1.evil.com/", "http://localhost.evil.com/", "http://10.0.0.1/", "http://0.0.0.0/", "http://[::2]/",
    "https://user@a.b/", "https://user:pw@a.b/", "https://a.b@evil.com/", "https://a.b\\@evil.com/", "https://a.b/x y", "https://a.b/\r\nX: y",
    "https://a.b/\t", "https://a.b/#x", "https://a.b:0/", "https://a.b:65536/", "https://a.b:/", "https://a.b:80x/", "https://a.b:999999/",
    "https://a..b/", "https://.a/", "https://a./", "https://-a.b/", "https://a-.b/", "https://a b/", "https://a%2eb/", "https://[::1/", "https://[]/",
    "https://[abc]/", "https://[::1]x/", "https://0x7f.0.0.1/", "https://127.1/", "https://2130706433/", "https://1.2.3.256/", "https://01.2.3.4/",
    "https://1.2.3.4.5/", "https://b\xc3\xbcx.example/", "https://a.b/\x7f", "https://a.b/\xff", "https://a,b/", "https://a;b/", "https://a.b\"/",
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    Url u;
    if (parse(rows[i], &u)) fail_msg("taken: %s", rows[i]);
  }
  Url u;
  char err[200], label[80], zero[] = "https://a.b/\0x";
  memset(label, 'a', sizeof label);
  snprintf(err, sizeof err, "https://%.64s.com/", label);
  assert_false(parse(err, &u));
  assert_false(url_parse(zero, sizeof zero - 1, &u, err, sizeof err));
}

static void resolve(void **state) {
  (void)state;
  static const struct { const char *base, *to, *result; } rows[] = {
    { "https://a.b/x/y?z=1", "/q?r", "https://a.b/q?r" }, { "https://a.b/x/y?z=/1", "q", "https://a.b/x/q" },
    { "https://a.b/x", "https://c.d/e#f", "https://c.d/e" }, { "https://a.b/x", "//c.d/e", "https://c.d/e" },
    { "https://a.b:8/x", "?a=http://e.f/", NULL }, { "https://a.b", "x", NULL }, { "https://a.b/", "", NULL },
    { "https://a.b/x", " /y", "https://a.b/y" }, { "https://a.b/x", "javascript:alert(1)", "https://a.b/javascript:alert(1)" },
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char out[200];
    bool ok = url_resolve(rows[i].base, rows[i].to, strlen(rows[i].to), out, sizeof out);
    if (rows[i].result) {
      assert_true(ok);
      assert_string_equal(out, rows[i].result);
    } else if (ok) {
      Url u;                       /* what is not refused here stays on the same host */
      assert_true(parse(out, &u));
      assert_string_equal(u.host, "a.b");
    }
  }
}

static void base_urls(void **state) {
  (void)state;
  BaseUrl b;
  char err[300];
  assert_true(hosts_base_url("kraken=http://127.0.0.1:8080", &b, err, sizeof err));
  assert_string_equal(b.id, "kraken");
  assert_string_equal(b.origin, "http://127.0.0.1:8080");
  assert_true(hosts_base_url("kraken=https://localhost:1/", &b, err, sizeof err));
  assert_false(hosts_base_url("kraken", &b, err, sizeof err));
  assert_string_equal(err, "--base-url: ID=http://127.0.0.1:PORT is expected");
  assert_false(hosts_base_url("../x=http://127.0.0.1", &b, err, sizeof err));
  assert_false(hosts_base_url("kraken=https://evil.com", &b, err, sizeof err));
  assert_non_null(strstr(err, "only this machine"));
  assert_false(hosts_base_url("kraken=http://127.0.0.1/path", &b, err, sizeof err));
}

static bool declare(Venues *v, const char *id, const char *const *hosts, size_t n, double interval, char *err, size_t errlen) {
  msgpack_sbuffer buf;
  msgpack_packer pk;
  msgpack_zone *zone = msgpack_zone_new(1024);
  msgpack_object o;
  msgpack_sbuffer_init(&buf);
  msgpack_packer_init(&pk, &buf, msgpack_sbuffer_write);
  pack_map(&pk, 3);
  pack_key_str(&pk, "venue", id);
  pack_key_double(&pk, "interval_ms", interval);
  pack_str(&pk, "hosts");
  pack_map(&pk, n);
  for (size_t i = 0; i < n; i++) {
    pack_int(&pk, (int64_t)i);
    pack_str(&pk, hosts[i]);
  }
  size_t off = 0;
  msgpack_unpack(buf.data, buf.size, &off, zone, &o);
  bool ok = hosts_declare(v, &o, err, errlen);
  msgpack_zone_free(zone);
  msgpack_sbuffer_destroy(&buf);
  return ok;
}

static void declarations(void **state) {
  (void)state;
  Venues v = { 0 };
  char err[300];
  Url u;
  const char *good[] = { "https://api.kraken.com/0", "https://futures.kraken.com" }, *evil[] = { "https://evil.com" }, *plain[] = { "http://api.kraken.com" };
  assert_true(declare(&v, "kraken", good, 2, 0, err, sizeof err));
  assert_true(declare(&v, "kraken", evil, 1, 1, err, sizeof err));       /* the first one holds */
  assert_int_equal(v.n, 1);
  Venue *k = hosts_venue(&v, "kraken");
  assert_int_equal(k->n_hosts, 2);
  assert_true(k->interval_ms >= 1);                                      /* no rate of nothing */
  assert_true(parse("https://api.kraken.com/x", &u) && hosts_allows(k, &u));
  assert_true(parse("https://api.kraken.com:444/x", &u) && !hosts_allows(k, &u));
  assert_true(parse("https://evil.com/", &u) && !hosts_allows(k, &u));
  assert_true(parse("https://api.kraken.com.evil.com/", &u) && !hosts_allows(k, &u));
  assert_false(declare(&v, "other", plain, 1, 1, err, sizeof err));
  assert_string_equal(err, "other: hosts.?: http:// goes to this machine only; use https://");
  assert_false(declare(&v, "other", NULL, 0, 1, err, sizeof err));
  assert_string_equal(err, "other: hosts: a table of names and URLs is expected");
  assert_false(declare(&v, "Other/..", good, 1, 1, err, sizeof err));
  const char *many[17];
  char text[17][40];
  for (int i = 0; i < 17; i++) snprintf(text[i], sizeof text[i], "https://h%d.example", i), many[i] = text[i];
  assert_false(declare(&v, "many", many, 17, 1, err, sizeof err));
  assert_string_equal(err, "many: hosts: more than 16");
  hosts_free(&v);
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(taken), cmocka_unit_test(refused), cmocka_unit_test(resolve), cmocka_unit_test(base_urls),
                                      cmocka_unit_test(declarations) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
