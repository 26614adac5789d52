#include "broker/hosts.h"
#include "broker/loop.h"
#include "wire/pack.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VENUES_MAX 512      /* a worker that declares more has gone wild */

static bool fail(char *err, size_t errlen, const char *why) {
  snprintf(err, errlen, "%s", why);
  return false;
}

bool name_ok(const char *s, size_t n) {
  if (n == 0 || n > 63) return false;
  for (size_t i = 0; i < n; i++)
    if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= '0' && s[i] <= '9') || s[i] == '_')) return false;
  return true;
}

static bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

/* Labels of letters, digits and '-', apart by single dots. */
static bool domain_ok(const char *h) {
  size_t label = 0;
  for (const char *p = h;; p++) {
    if (*p == '.' || !*p) {
      if (label == 0 || label > 63 || p[-1] == '-') return false;
      label = 0;
      if (!*p) return true;
    } else {
      if (!is_alnum(*p) && (*p != '-' || label == 0) && *p != '_') return false;
      label++;
    }
  }
}

static bool four_numbers(const char *h, unsigned out[4]) {
  for (int i = 0; i < 4; i++) {
    const char *from = h;
    for (out[i] = 0; *h >= '0' && *h <= '9' && h - from < 3; h++) out[i] = out[i] * 10 + (unsigned)(*h - '0');
    if (h == from || out[i] > 255 || *h++ != (i < 3 ? '.' : 0)) return false;
  }
  return true;
}

/* The last label is a number: an address, which has one form only ("0x7f.1", "2130706433" and "127.1" are refused). */
static bool numeric_ok(const char *h) {
  unsigned q[4];
  char plain[16];
  const char *last = strrchr(h, '.');
  last = last ? last + 1 : h;
  if (*last < '0' || *last > '9') return true;
  if (!four_numbers(h, q)) return false;
  snprintf(plain, sizeof plain, "%u.%u.%u.%u", q[0], q[1], q[2], q[3]);
  return !strcmp(plain, h);
}

bool url_is_loopback(const Url *u) {
  unsigned q[4];
  if (!strcmp(u->host, "localhost") || !strcmp(u->host, "::1")) return true;
  return four_numbers(u->host, q) && q[0] == 127;
}

bool url_parse(const char *s, size_t n, Url *out, char *err, size_t errlen) {
  static const bool barred[256] = { [0 ... ' '] = true, [0x7f ... 0xff] = true, ['\\'] = true, ['"'] = true, ['<'] = true, ['>'] = true, ['^'] = true,
                                    ['`'] = true };
  *out = (Url){ 0 };
  if (n > URL_MAX) return fail(err, errlen, "the URL is too long");
  for (size_t i = 0; i < n; i++)
    if (barred[(unsigned char)s[i]]) return fail(err, errlen, "the URL holds a character that must be percent-encoded");
  if (memchr(s, '#', n)) return fail(err, errlen, "the URL holds a '#'");
  const char *end = s + n;
  if (n > 8 && !memcmp(s, "https://", 8)) out->tls = true, s += 8;
  else if (n > 7 && !memcmp(s, "http://", 7)) s += 7;
  else return fail(err, errlen, "the URL does not start with https://");
  size_t len = 0;
  const char *stop = s;
  while (stop < end && *stop != '/' && *stop != '?') stop++;
  if (memchr(s, '@', (size_t)(stop - s))) return fail(err, errlen, "the URL holds a user name");
  const char *p = s;
  if (p < stop && *p == '[') {
    for (p++; p < stop && *p != ']'; p++) {
      if (!strchr("0123456789abcdefABCDEF:.", *p) || len + 1 >= sizeof out->host) return fail(err, errlen, "the URL's host is malformed");
      out->host[len++] = lower(*p);
    }
    if (p == stop || len < 2 || !memchr(out->host, ':', len)) return fail(err, errlen, "the URL's host is malformed");
    p++;
  } else {
    for (; p < stop && *p != ':'; p++) {
      if (len + 1 >= sizeof out->host) return fail(err, errlen, "the URL's host is too long");
      out->host[len++] = lower(*p);
    }
    if (!domain_ok(out->host) || !numeric_ok(out->host)) return fail(err, errlen, "the URL's host is malformed");
  }
  unsigned port = out->tls ? 443 : 80;
  if (p < stop) {
    if (*p++ != ':' || p == stop || stop - p > 5) return fail(err, errlen, "the URL's port is malformed");
    for (port = 0; p < stop; p++) {
      if (*p < '0' || *p > '9') return fail(err, errlen, "the URL's port is malformed");
      port = port * 10 + (unsigned)(*p - '0');
    }
    if (port == 0 || port > 65535) return fail(err, errlen, "the URL's port is malformed");
  }
  out->port = (uint16_t)port;
  out->rest = stop;
  out->rest_len = (size_t)(end - stop);
  if (!out->tls && !url_is_loopback(out)) return fail(err, errlen, "http:// goes to this machine only; use https://");
  return true;
}

bool url_same_host(const Url *a, const Url *b) { return a->tls == b->tls && a->port == b->port && !strcmp(a->host, b->host); }

size_t url_origin(const Url *u, char *buf, size_t cap) {
  bool v6 = strchr(u->host, ':') != NULL;
  char port[8] = "";
  if (u->port != (u->tls ? 443 : 80)) snprintf(port, sizeof port, ":%u", u->port);
  if (strlen(u->host) + 16 + sizeof port > cap) return 0;
  char *end = stpcpy(stpcpy(buf, u->tls ? "https://" : "http://"), v6 ? "[" : "");
  end = stpcpy(stpcpy(stpcpy(end, u->host), v6 ? "]" : ""), port);
  return (size_t)(end - buf);
}

bool url_resolve(const char *base, const char *location, size_t n, char *buf, size_t cap) {
  Url b;
  char err[128];
  while (n && (location[0] == ' ' || location[0] == '\t')) location++, n--;
  const char *hash = memchr(location, '#', n);
  if (hash) n = (size_t)(hash - location);
  if (!n || !url_parse(base, strlen(base), &b, err, sizeof err)) return false;
  size_t keep;
  if (memmem(location, n, "://", 3) && is_alnum(location[0])) {
    const char *q = memchr(location, '?', n);
    const char *sep = memmem(location, n, "://", 3);
    if (!q || sep < q) {
      if (n >= cap) return false;
      memcpy(buf, location, n);
      buf[n] = 0;
      return true;
    }
  }
  if (n >= 2 && location[0] == '/' && location[1] == '/') keep = b.tls ? 6 : 5;          /* "https:" */
  else if (location[0] == '/') keep = (size_t)(b.rest - base);
  else {
    size_t path = strcspn(b.rest, "?");
    while (path && b.rest[path - 1] != '/') path--;
    keep = (size_t)(b.rest - base) + path;
    if (!path) return false;
  }
  if (keep + n >= cap) return false;
  memcpy(buf, base, keep);
  memcpy(buf + keep, location, n);
  buf[keep + n] = 0;
  return true;
}

/* --- venues --- */

Venue *hosts_venue(const Venues *v, const char *id) {
  for (size_t i = 0; i < v->n; i++)
    if (!strcmp(v->list[i]->id, id)) return v->list[i];
  return NULL;
}

void venue_clock_set(Venue *v, int64_t offset_ms) {
  v->clock_offset_ms = offset_ms;
  v->clock_base_us = clock_wall_ns() / 1000 - clock_steady_us();
  v->clock_known = true;
}

int64_t venue_clock_ns(const Venue *v) {
  return v->clock_known ? (clock_steady_us() + v->clock_base_us) * 1000 + v->clock_offset_ms * 1000000 : clock_wall_ns();
}

bool hosts_allows(const Venue *v, const Url *u) {
  for (size_t i = 0; i < v->n_hosts; i++)
    if (url_same_host(&v->hosts[i], u)) return true;
  return false;
}

static bool declare_hosts(Venue *v, const msgpack_object *hosts, char *err, size_t errlen) {
  if (!hosts || hosts->type != MSGPACK_OBJECT_MAP || hosts->via.map.size == 0) {
    snprintf(err, errlen, "%s: hosts: a table of names and URLs is expected", v->id);
    return false;
  }
  for (uint32_t i = 0; i < hosts->via.map.size; i++) {
    const char *url, *name;
    size_t n, name_len;
    char why[128] = "a URL is expected";
    Url u;
    if (!pack_text(&hosts->via.map.ptr[i].key, &name, &name_len)) name = "?", name_len = 1;
    if (!pack_text(&hosts->via.map.ptr[i].val, &url, &n) || !url_parse(url, n, &u, why, sizeof why)) {
      snprintf(err, errlen, "%s: hosts.%.*s: %s", v->id, name_len > 40 ? 40 : (int)name_len, name, why);
      return false;
    }
    u.rest = "";
    u.rest_len = 0;
    if (hosts_allows(v, &u)) continue;
    if (v->n_hosts == HOSTS_MAX) {
      snprintf(err, errlen, "%s: hosts: more than %d", v->id, HOSTS_MAX);
      return false;
    }
    v->hosts[v->n_hosts++] = u;
  }
  return true;
}

static double between(double x, double lo, double hi) { return x < lo ? lo : x > hi ? hi : x; }

bool hosts_declare(Venues *vs, const msgpack_object *d, char *err, size_t errlen) {
  Venue v = { 0 };
  if (!pack_get_line(d, "venue", v.id, sizeof v.id) || !name_ok(v.id, strlen(v.id)))
    return fail(err, errlen, "an adapter's id is made of a-z, 0-9 and _");
  if (hosts_venue(vs, v.id)) return true;
  if (vs->n >= VENUES_MAX) return fail(err, errlen, "too many venues in one script");
  if (!declare_hosts(&v, pack_get(d, "hosts"), err, errlen)) return false;
  v.interval_ms = between(pack_get_double(d, "interval_ms", 200), 1, 600000);
  v.burst = between(pack_get_double(d, "burst", 10), 1, 10000);
  Venue **list = realloc(vs->list, (vs->n + 1) * sizeof *list), *copy = malloc(sizeof *copy);
  if (list) vs->list = list;
  if (!list || !copy) {
    free(copy);
    return fail(err, errlen, "out of memory");
  }
  *copy = v;
  vs->list[vs->n++] = copy;
  return true;
}

void hosts_free(Venues *v) {
  for (size_t i = 0; i < v->n; i++) {
    free(v->list[i]->buckets);
    free(v->list[i]);
  }
  free(v->list);
  *v = (Venues){ 0 };
}

bool hosts_base_url(const char *text, BaseUrl *out, char *err, size_t errlen) {
  const char *eq = strchr(text, '=');
  if (!eq || !name_ok(text, (size_t)(eq - text)))
    return fail(err, errlen, "--base-url: ID=http://127.0.0.1:PORT is expected");
  *out = (BaseUrl){ 0 };
  memcpy(out->id, text, (size_t)(eq - text));
  char why[128];
  if (!url_parse(eq + 1, strlen(eq + 1), &out->url, why, sizeof why)) {
    snprintf(err, errlen, "--base-url %s: %s", text, why);
    return false;
  }
  if (!url_is_loopback(&out->url)) {
    snprintf(err, errlen, "--base-url %s: only this machine (127.0.0.1, ::1, localhost) is allowed", text);
    return false;
  }
  if (out->url.rest_len > 1 || (out->url.rest_len == 1 && out->url.rest[0] != '/')) {
    snprintf(err, errlen, "--base-url %s: only scheme, host and port; the adapter's path is kept", text);
    return false;
  }
  out->url.rest = "";
  out->url.rest_len = 0;
  return url_origin(&out->url, out->origin, sizeof out->origin) > 0 || fail(err, errlen, "--base-url: too long");
}
