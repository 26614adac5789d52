#include "broker/draft.h"
#include "wire/message.h"
#include "wire/pack.h"
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define URL_BYTES 65536
#define VALUE_BYTES 65536
#define BODY_BYTES (8u << 20)

static bool part_read(const msgpack_object *o, Part *out) {
  const char *s;
  size_t n;
  if (pack_text(o, &s, &n)) *out = (Part){ s, n, false };
  else if (o && o->type == MSGPACK_OBJECT_EXT && o->via.ext.type == WIRE_RECIPE_EXT) *out = (Part){ o->via.ext.ptr, o->via.ext.size, true };
  else return false;
  return true;
}

static void keep(Part *p, char **at) {
  if (p->n) memcpy(*at, p->p, p->n);
  p->p = *at;
  *at += p->n;
  *(*at)++ = 0;
}

bool draft_read(Draft *d, const msgpack_object *m, char *err, size_t errlen) {
  static const char *const methods[] = { "GET", "POST", "PUT", "DELETE", "PATCH" };
  *d = (Draft){ 0 };
  bool known = false;
  if (!pack_get_line(m, "method", d->method, sizeof d->method)) d->method[0] = 0;
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) known |= !strcmp(methods[i], d->method);
  if (!known) return snprintf(err, errlen, "the method must be GET, POST, PUT, DELETE or PATCH"), false;
  if (!part_read(pack_get(m, "url"), &d->url)) return snprintf(err, errlen, "the request has no URL"), false;
  const msgpack_object *body = pack_get(m, "body"), *headers = pack_get(m, "headers");
  if (body) {
    if (!part_read(body, &d->body)) return snprintf(err, errlen, "the body must be text"), false;
    d->has_body = d->body.n > 0;
  }
  size_t total = d->url.n + d->body.n + 2, count = 0;
  Part names[DRAFT_HEADERS], values[DRAFT_HEADERS];
  uint32_t n = headers && headers->type == MSGPACK_OBJECT_MAP ? headers->via.map.size : 0;
  if (n > DRAFT_HEADERS) return snprintf(err, errlen, "more than %d headers", DRAFT_HEADERS), false;
  static const char digits[] = "0123456789";
  for (uint32_t i = 0; i < n; i++) {
    const msgpack_object *k = &headers->via.map.ptr[i].key, *v = &headers->via.map.ptr[i].val;
    if (v->type == MSGPACK_OBJECT_NIL) continue;
    Part *name = &names[count], *value = &values[count];
    if (!part_read(k, name) || name->recipe) return snprintf(err, errlen, "a header's name must be plain text"), false;
    if (v->type == MSGPACK_OBJECT_POSITIVE_INTEGER && v->via.u64 < 10) *value = (Part){ digits + v->via.u64, 1, false };
    else if (!part_read(v, value)) return snprintf(err, errlen, "header %.*s: text is expected", name->n > 40 ? 40 : (int)name->n, name->p), false;
    total += name->n + value->n + 2;
    count++;
  }
  if (d->url.n > URL_BYTES || d->body.n > BODY_BYTES) return snprintf(err, errlen, "the request is too long"), false;
  total += 2 * count * sizeof(Part);
  d->arena = malloc(total);
  if (!d->arena) return snprintf(err, errlen, "out of memory"), false;
  d->size = total;
  d->names = d->arena;
  d->values = d->arena + count;
  d->n_headers = count;
  char *at = (char *)(d->values + count);
  keep(&d->url, &at);
  keep(&d->body, &at);
  for (size_t i = 0; i < count; i++) {
    d->names[i] = names[i];
    d->values[i] = values[i];
    keep(&d->names[i], &at);
    keep(&d->values[i], &at);
  }
  return true;
}

void draft_free(Draft *d) {
  free(d->arena);
  d->arena = NULL;
  d->size = 0;
}

void draft_digest(const Draft *d, unsigned char out[16]) {
  unsigned char lengths[24] = { 0 };
  const uint64_t n[3] = { d->url.n, d->body.n, (uint64_t)d->url.recipe | (uint64_t)d->body.recipe << 1 };
  struct sha256_ctx c;
  for (int i = 0; i < 24; i++) lengths[i] = (unsigned char)(n[i / 8] >> i % 8 * 8);
  sha256_init(&c);
  sha256_update(&c, sizeof d->method, (const uint8_t *)d->method);
  sha256_update(&c, sizeof lengths, lengths);
  sha256_update(&c, d->url.n, (const uint8_t *)d->url.p);
  sha256_update(&c, d->body.n, (const uint8_t *)d->body.p);
  sha256_digest(&c, 16, out);
}

/* Scheme, host and port, up to where the path or the query begins, are in the first n bytes. */
static bool holds_origin(const char *url, size_t n) {
  const char *host = n ? memmem(url, n, "://", 3) : NULL;
  for (const char *p = host ? host + 3 : url + n; p < url + n; p++)
    if (*p == '/' || *p == '?') return true;
  return false;
}

static bool part_build(const Part *in, RecipeEnv *env, bool shown, Part *out, size_t *plain, const char *what, size_t max, char *err, size_t errlen) {
  *out = *in;
  if (in->recipe) {
    RecipeOut r;
    char why[200];
    env->redact = shown;
    if (!recipe_eval((const uint8_t *)in->p, in->n, env, &r, why, sizeof why)) return snprintf(err, errlen, "%s", why), false;
    if (plain) *plain = r.plain;
    if (shown && r.shown) *out = (Part){ r.shown, r.shown_len, false };
    else if (shown) *out = (Part){ "<sealed>", 8, false };
    else *out = (Part){ (const char *)r.value, r.len, false };
  }
  if (out->n > max) return snprintf(err, errlen, "the %s is too long", what), false;
  return true;
}

bool draft_build(const Draft *d, RecipeEnv *env, bool shown, Built *out, char *err, size_t errlen) {
  /* Headers last: what is signed in them may hold the URL and the body, and all share one nonce. */
  size_t plain = 0;
  if (!part_build(&d->url, env, shown, &out->url, &plain, "URL", URL_BYTES, err, errlen)) return false;
  /* Whether a host is allowed would tell what is sealed in it. */
  if (d->url.recipe && !holds_origin(out->url.p, plain))
    return snprintf(err, errlen, "a sealed text may stand in the path and the query of a URL, not before them"), false;
  if (!part_build(&d->body, env, shown, &out->body, NULL, "body", BODY_BYTES, err, errlen)) return false;
  for (size_t i = 0; i < d->n_headers; i++)
    if (!part_build(&d->values[i], env, shown, &out->values[i], NULL, "header", VALUE_BYTES, err, errlen)) return false;
  return true;
}

static bool token(const char *s, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (s[i] <= ' ' || s[i] >= 0x7f || strchr("()<>@,;:\\\"/[]?={}", s[i])) return false;
  return n > 0 && n <= 128;
}

/* Headers that decide where a request ends or where it goes are ours. */
static bool ours(const char *name) {
  static const char *const list[] = { "host", "content-length", "transfer-encoding", "connection", "expect", "te", "trailer", "upgrade",
                                      "keep-alive", "accept-encoding", "http2-settings" };
  for (size_t i = 0; i < sizeof list / sizeof *list; i++)
    if (!strcasecmp(list[i], name)) return true;
  return !strncasecmp(name, "proxy-", 6);
}

static bool plain(const char *s, size_t n) {
  for (size_t i = 0; i < n; i++)
    if ((unsigned char)s[i] < ' ' && s[i] != '\t') return false;
  return n == 0 || !memchr(s, 0x7f, n);
}

char *draft_headers(const Draft *d, const Built *b, const char **lines, size_t *size, char *err, size_t errlen) {
  size_t total = 1;
  for (size_t i = 0; i < d->n_headers; i++) {
    const Part *name = &d->names[i];
    if (!token(name->p, name->n)) return snprintf(err, errlen, "a header's name is malformed"), NULL;
    if (ours(name->p)) return snprintf(err, errlen, "header %s is not for an adapter to set", name->p), NULL;
    if (!plain(b->values[i].p, b->values[i].n)) return snprintf(err, errlen, "header %s holds a line break or control character", name->p), NULL;
    total += name->n + b->values[i].n + 3;
  }
  char *text = malloc(total), *at = text;
  if (!text) return snprintf(err, errlen, "out of memory"), NULL;
  *size = total;
  for (size_t i = 0; i < d->n_headers; i++) {
    size_t n = b->values[i].n;
    lines[i] = at;
    memcpy(at, d->names[i].p, d->names[i].n);
    at += d->names[i].n;
    *at++ = n ? ':' : ';';             /* libcurl's way to say: this header, without a value */
    if (n) {
      *at++ = ' ';
      memcpy(at, b->values[i].p, n);
      at += n;
    }
    *at++ = 0;
  }
  lines[d->n_headers] = NULL;
  return text;
}
