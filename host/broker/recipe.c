/* A stack machine over hostile bytes. Values are never copied when they need not be: texts point into the program, credentials into
 * the store. What is made lies in an arena that recipe_wipe cleanses.
 *
 * What may be shown. Each value knows how much secret it holds. Credentials show as <name>, codings of them as base64(<name>). One-way
 * functions end that, so that signatures are shown as they are, unless all the secret in them is so short that it could be found
 * by trying (a PIN, a password).
 * A recipe cannot look into a credential either: part of one, or a free choice by what it contains, would let a hostile adapter find it
 * letter by letter from whether the exchange accepts the signature. What may fail, or takes the front of what it gets, does the same where the
 * adapter can put texts of its own to the credential: decoders, private keys, digests signed as given. These take it as it is. */
#include "recipe.h"
#include "coding.h"
#include "crypto.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CHUNK (64u << 10)
#define WORK_MAX (64u << 20)          /* bytes that one recipe may handle in all */
#define WORK_SIGN (2u << 20)          /* what a signature counts for */
#define GUESSABLE 16                  /* a credential shorter than this could be found by trying */

enum secrecy { PLAIN, WEAK, STRONG };  /* no credential in it; only short ones; a long one */
typedef struct {
  const uint8_t *p; size_t n;
  const char *shown; size_t shown_n;
  size_t plain;                        /* of its first bytes, how many are text of the recipe */
  uint8_t secrecy;
  bool nameable, whole;                /* whole: nothing was put to it */
} Value;

typedef struct Chunk { struct Chunk *below; size_t size, used; uint8_t bytes[]; } Chunk;
static union { Chunk chunk; uint8_t space[sizeof(Chunk) + FIRST_CHUNK]; _Alignas(16) char align; } first = { .chunk = { .size = FIRST_CHUNK } };
static Chunk *top = &first.chunk;

typedef struct {
  const uint8_t *p, *end;
  RecipeEnv *env;
  Value stack[RECIPE_STACK];
  unsigned depth;
  bool chosen;                         /* from here on what a credential holds decides what is done */
  size_t work;
  char *err;
  size_t errlen;
} Run;

static const char *const key_names[] = RECIPE_KEY_NAMES;
static const char *const hash_names[] = RECIPE_HASH_NAMES;
static const char *const coding_names[] = RECIPE_CODING_NAMES;

__attribute__((format(printf, 2, 3)))
static bool failf(Run *r, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(r->err, r->errlen, fmt, ap);
  va_end(ap);
  return false;
}

static void arena_back(Chunk *to, size_t used) {
  while (top != to) {
    Chunk *gone = top;
    top = gone->below;
    explicit_bzero(gone->bytes, gone->used);
    free(gone);
  }
  if (top->used > used) explicit_bzero(top->bytes + used, top->used - used);
  top->used = used;
}

void recipe_wipe(void) { arena_back(&first.chunk, 0); }

static void *take(Run *r, size_t n) {
  if (n > RECIPE_VALUE_MAX * 2) { failf(r, "a value of the request is larger than %u MiB", RECIPE_VALUE_MAX >> 20); return NULL; }
  if (top->size - top->used < n) {
    size_t size = n > top->size * 2 ? n : top->size * 2;
    if (size > 4u << 20 && size > n) size = n > 4u << 20 ? n : 4u << 20;
    Chunk *c = malloc(sizeof *c + size);
    if (!c) { failf(r, "out of memory"); return NULL; }
    c->below = top;
    c->size = size;
    c->used = 0;
    top = c;
  }
  void *p = top->bytes + top->used;
  top->used += n;
  return p;
}

/* Gives back what was not needed of the last take. */
static void trim(const void *p, size_t wanted) { top->used = (size_t)((const uint8_t *)p - top->bytes) + wanted; }

static bool spend(Run *r, size_t n) {
  r->work += n;
  return r->work <= WORK_MAX || failf(r, "signing this request takes too much work");
}

static bool push(Run *r, Value v) {
  if (r->depth == RECIPE_STACK) return failf(r, "the recipe is nested deeper than %d", RECIPE_STACK);
  r->stack[r->depth++] = v;
  return true;
}

static bool push_plain(Run *r, const void *p, size_t n) { return push(r, (Value){ .p = p, .n = n }); }

static bool push_copy(Run *r, const void *p, size_t n) {
  void *copy = take(r, n);
  if (!copy) return false;
  memcpy(copy, p, n);
  return push_plain(r, copy, n);
}

static bool need(Run *r, unsigned n) { return r->depth >= n || failf(r, "the recipe takes more values than it has"); }

static bool read_byte(Run *r, unsigned below, uint8_t *out) {
  *out = 0;
  if (r->p == r->end) return failf(r, "the recipe is cut short");
  *out = *r->p++;
  return *out < below || failf(r, "the recipe has an operand out of range (%u)", *out);
}

static bool read_varint(Run *r, uint64_t *out) {
  *out = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (r->p == r->end) return failf(r, "the recipe is cut short");
    uint8_t b = *r->p++;
    if (shift == 63 && b > 1) break;
    *out |= (uint64_t)(b & 127) << shift;
    if (!(b & 128)) return true;
  }
  return failf(r, "the recipe has a number that is too long");
}

/* Of two values used in one: the strongest secret in them. */
static uint8_t join_secrecy(const Value *v, unsigned n) {
  uint8_t most = PLAIN;
  for (unsigned i = 0; i < n; i++)
    if (v[i].secrecy > most) most = v[i].secrecy;
  return most;
}

/* Of one that may not be looked into: it is as it came. */
static bool as_it_is(Run *r, const Value *v, const char *who) {
  return !v->secrecy || v->whole || v->nameable || failf(r, "%s takes a credential as it is: with more put to it, it would tell what it holds", who);
}

/* What a value shows as when redaction is on. */
static const char *shown_of(const Value *v, size_t *n) {
  *n = v->secrecy ? v->shown_n : v->n;
  return v->secrecy ? v->shown : (const char *)v->p;
}

static bool show_text(Run *r, Value *v, const char *before, const char *text, size_t n, const char *after) {
  if (!r->env->redact) return true;
  size_t nb = strlen(before), na = strlen(after);
  if (!spend(r, nb + n + na)) return false;
  char *s = take(r, nb + n + na);
  if (!s) return false;
  memcpy(s, before, nb);
  if (n) memcpy(s + nb, text, n);
  memcpy(s + nb + n, after, na);
  v->shown = s;
  v->shown_n = nb + n + na;
  return true;
}

static bool run_key(Run *r) {
  uint8_t k;
  if (!read_byte(r, K_COUNT, &k)) return false;
  if (r->env->is_public) return failf(r, "a public request may not hold the credential '%s'", key_names[k]);
  RecipeBytes b = r->env->credentials ? r->env->credentials->field[k] : (RecipeBytes){ NULL, 0 };
  if (!b.p) return failf(r, "needs credential '%s'", key_names[k]);
  Value v = { .p = b.p, .n = b.len, .whole = true, .secrecy = b.len < GUESSABLE ? WEAK : STRONG,
              .nameable = k == K_UID || k == K_ACCOUNTID || k == K_LOGIN || k == K_WALLETADDRESS };
  return show_text(r, &v, "<", key_names[k], strlen(key_names[k]), ">") && push(r, v);
}

static bool run_nonce(Run *r) {
  uint8_t unit;
  char text[24];
  if (!read_byte(r, T_COUNT, &unit)) return false;
  if (unit != T_MS && unit != T_S && unit != T_US && unit != T_NS) return failf(r, "a nonce is in ms, s, us or ns");
  if (r->env->is_public) return failf(r, "a public request may not hold a nonce");
  if (!r->env->drawn[unit].set) {
    if (!r->env->nonce) return failf(r, "there are no nonces here");
    if (!r->env->nonce(r->env->ctx, unit, &r->env->drawn[unit].value, r->err, r->errlen)) return false;
    r->env->drawn[unit].set = true;
  }
  return push_copy(r, text, (size_t)snprintf(text, sizeof text, "%" PRIu64, r->env->drawn[unit].value));
}

size_t recipe_time_text(enum recipe_time form, int64_t ns, char out[40]) {
  int64_t s = ns / 1000000000, rest = ns % 1000000000;
  if (rest < 0) { rest += 1000000000; s--; }
  int ms = (int)(rest / 1000000);
  switch (form) {
    case T_MS: return (size_t)snprintf(out, 40, "%" PRId64, s * 1000 + ms);
    case T_S: return (size_t)snprintf(out, 40, "%" PRId64, s);
    case T_US: return (size_t)snprintf(out, 40, "%" PRId64, s * 1000000 + rest / 1000);
    case T_NS: return (size_t)snprintf(out, 40, "%" PRId64, ns);
    case T_S_MS: return (size_t)snprintf(out, 40, "%" PRId64 ".%03d", s, ms);
    default: break;
  }
  /* The civil date of a day number, in the proleptic Gregorian calendar (eras of 400 years that start on 1 March). */
  int64_t days = s / 86400;
  int left = (int)(s % 86400);
  if (left < 0) { left += 86400; days--; }
  days += 719468;
  int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  int doe = (int)(days - era * 146097), yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  int doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
  int day = doy - (153 * mp + 2) / 5 + 1, month = mp < 10 ? mp + 3 : mp - 9;
  int year = (int)(yoe + era * 400) + (month <= 2);
  int n = snprintf(out, 40, "%04d-%02d-%02dT%02d:%02d:%02d", year, month, day, left / 3600, left / 60 % 60, left % 60);
  if (form == T_ISO_MS) n += snprintf(out + n, 40 - (size_t)n, ".%03dZ", ms);
  if (form == T_ISO_S) n += snprintf(out + n, 40 - (size_t)n, "Z");
  return (size_t)n;
}

static bool run_time(Run *r, bool offset) {
  uint8_t form;
  uint64_t zigzag = 0;
  int64_t ns = r->env->now_ns, ms, shift;
  char text[40];
  if (!read_byte(r, T_COUNT, &form)) return false;
  if (offset && !read_varint(r, &zigzag)) return false;
  ms = (int64_t)(zigzag >> 1) ^ -(int64_t)(zigzag & 1);
  if (__builtin_mul_overflow(ms, 1000000, &shift) || __builtin_add_overflow(ns, shift, &ns)) return failf(r, "the time offset is too large");
  return push_copy(r, text, recipe_time_text(form, ns, text));
}

static bool run_concat(Run *r) {
  uint64_t count;
  size_t total = 0, shown = 0;
  if (!read_varint(r, &count)) return false;
  if (count > r->depth) return need(r, RECIPE_STACK + 1);
  unsigned n = (unsigned)count;
  if (n == 0) return push_plain(r, "", 0);
  if (n == 1) return true;
  Value *v = r->stack + r->depth - n;
  Value out = { .secrecy = join_secrecy(v, n), .nameable = true };
  for (unsigned i = 0; i < n; i++) {
    size_t sn;
    shown_of(&v[i], &sn);
    if (out.plain == total) out.plain += v[i].plain;
    total += v[i].n;
    shown += sn;
    if (v[i].secrecy && !v[i].nameable) out.nameable = false;
  }
  if (total > RECIPE_VALUE_MAX) return failf(r, "a value of the request is larger than %u MiB", RECIPE_VALUE_MAX >> 20);
  if (!spend(r, total)) return false;
  uint8_t *p = take(r, total);
  if (!p) return false;
  out.p = p;
  out.n = total;
  for (unsigned i = 0; i < n; i++) {
    if (v[i].n) memcpy(p, v[i].p, v[i].n);
    p += v[i].n;
  }
  if (r->env->redact && out.secrecy) {
    if (!spend(r, shown)) return false;
    char *s = take(r, shown);
    if (!s) return false;
    out.shown = s;
    out.shown_n = shown;
    for (unsigned i = 0; i < n; i++) {
      size_t sn;
      const char *text = shown_of(&v[i], &sn);
      if (sn) memcpy(s, text, sn);
      s += sn;
    }
  }
  r->depth -= n;
  return push(r, out);
}

/* The result of a one-way function of the n values on top: shown as it is, unless the secret in it could be found by trying. */
static bool one_way(Run *r, unsigned n, const uint8_t *bytes, size_t len, const char *name) {
  uint8_t secrecy = join_secrecy(r->stack + r->depth - n, n);
  Value v = { .secrecy = secrecy == WEAK ? WEAK : PLAIN, .whole = true };
  uint8_t *p = take(r, len);
  if (!p) return false;
  memcpy(p, bytes, len);
  v.p = p;
  v.n = len;
  if (v.secrecy && !show_text(r, &v, "<", name, strlen(name), ">")) return false;
  r->depth -= n;
  return push(r, v);
}

static bool run_hash(Run *r, bool keyed) {
  uint8_t h, out[CRYPTO_DIGEST_MAX];
  size_t len;
  if (!read_byte(r, H_COUNT, &h) || !need(r, keyed ? 2 : 1)) return false;
  Value *v = r->stack + r->depth - (keyed ? 2 : 1);
  if (!spend(r, v[0].n + (keyed ? v[1].n : 0) + 256)) return false;
  bool ok = keyed ? crypto_hmac(h, v[0].p, v[0].n, v[1].p, v[1].n, out, &len, r->err, r->errlen)
                  : crypto_hash(h, v[0].p, v[0].n, out, &len, r->err, r->errlen);
  return ok && one_way(r, keyed ? 2 : 1, out, len, keyed ? "hmac" : hash_names[h]);
}

static bool run_encode(Run *r) {
  uint8_t c;
  const char *why = NULL;
  if (!read_byte(r, C_COUNT, &c) || !need(r, 1)) return false;
  Value *v = &r->stack[r->depth - 1], out = *v;
  size_t bound = coding_bound(c, v->n);
  bool decodes = c == C_UNBASE64 || c == C_UNHEX;
  if (decodes && !as_it_is(r, v, coding_names[c])) return false;
  if (bound > RECIPE_VALUE_MAX * 2) return failf(r, "a value of the request is larger than %u MiB", RECIPE_VALUE_MAX >> 20);
  if (!spend(r, bound)) return false;
  uint8_t *p = take(r, bound);
  if (!p) return false;
  if (!coding_run(c, v->p, v->n, p, &out.n, &why)) {
    if (!v->secrecy) return failf(r, "%s of text that is %s", coding_names[c], why);
    size_t n;
    const char *s = shown_of(v, &n);
    return r->env->redact ? failf(r, "%s of %.*s: %s", coding_names[c], (int)(n < 80 ? n : 80), s, why)
                          : failf(r, "%s of a credential: %s. Was it pasted whole?", coding_names[c], why);
  }
  trim(p, out.n);
  out.p = p;
  out.plain = 0;
  out.whole = v->whole && decodes;
  if (out.n > RECIPE_VALUE_MAX) return failf(r, "a value of the request is larger than %u MiB", RECIPE_VALUE_MAX >> 20);
  if (v->secrecy) {
    size_t n;
    const char *s = shown_of(v, &n);
    bool same = (c == C_URLENCODE || c == C_FORMENCODE || c == C_UPPER || c == C_LOWER) && out.n == v->n && memcmp(p, v->p, v->n) == 0;
    bool quoted = c == C_JSONSTRING && out.n == v->n + 2;
    char before[24];
    snprintf(before, sizeof before, "%s(", coding_names[c]);
    if (quoted && !show_text(r, &out, "\"", s, n, "\"")) return false;
    if (!same && !quoted && !show_text(r, &out, before, s, n, ")")) return false;
    if (out.n < GUESSABLE) out.secrecy = WEAK;
  }
  *v = out;
  return true;
}

static bool run_rsa(Run *r) {
  uint8_t h, out[CRYPTO_SIGNATURE_MAX];
  size_t len;
  if (!read_byte(r, H_COUNT, &h) || !need(r, 2) || !spend(r, WORK_SIGN)) return false;
  Value *v = r->stack + r->depth - 2;
  /* The public key turns such a signature back into what was signed. */
  if (h == H_NONE && v[1].secrecy) return failf(r, "rsa without a hash cannot sign a credential");
  if (!as_it_is(r, &v[0], "rsa") || !spend(r, v[1].n)) return false;
  return crypto_rsa(h, v[0].p, v[0].n, v[1].p, v[1].n, out, &len, r->err, r->errlen) && one_way(r, 2, out, len, "rsa");
}

static bool run_ecdsa(Run *r) {
  uint8_t c, h, form, out[CRYPTO_SIGNATURE_MAX];
  size_t len;
  if (!read_byte(r, CURVE_COUNT, &c) || !read_byte(r, H_COUNT, &h) || !read_byte(r, ECDSA_FORM_COUNT, &form)) return false;
  if (!need(r, 2) || !spend(r, WORK_SIGN)) return false;
  Value *v = r->stack + r->depth - 2;
  /* The front of it alone is signed, which who knows the key can try. */
  if (h == H_NONE && (v[1].secrecy == STRONG || (v[1].secrecy && !v[1].whole))) return failf(r, "ecdsa without a hash cannot sign a credential");
  if (!as_it_is(r, &v[0], "ecdsa") || !spend(r, v[1].n)) return false;
  return crypto_ecdsa(c, h, form, v[0].p, v[0].n, v[1].p, v[1].n, out, &len, r->err, r->errlen) && one_way(r, 2, out, len, "ecdsa");
}

static bool run_ed25519(Run *r) {
  uint8_t out[64];
  if (!need(r, 2) || !spend(r, WORK_SIGN)) return false;
  Value *v = r->stack + r->depth - 2;
  if (!as_it_is(r, &v[0], "ed25519") || !spend(r, v[1].n)) return false;
  return crypto_ed25519(v[0].p, v[0].n, v[1].p, v[1].n, out, r->err, r->errlen) && one_way(r, 2, out, sizeof out, "ed25519");
}

static bool run_signature(Run *r) {
  uint8_t out[CRYPTO_SIGNATURE_MAX], text[CRYPTO_SIGNATURE_MAX * 2];
  size_t len, n;
  const char *why;
  if (!need(r, 2)) return false;
  Value *v = r->stack + r->depth - 2;
  if (!as_it_is(r, &v[0], "signature")) return false;
  bool private = crypto_is_private_key(v[0].p, v[0].n);
  if (!spend(r, v[0].n + v[1].n + (private ? WORK_SIGN : 256))) return false;
  bool ok = private ? crypto_sign(v[0].p, v[0].n, v[1].p, v[1].n, out, &len, r->err, r->errlen)
                    : crypto_hmac(H_SHA256, v[0].p, v[0].n, v[1].p, v[1].n, out, &len, r->err, r->errlen);
  return ok && coding_run(private ? C_BASE64 : C_HEX, out, len, text, &n, &why) && one_way(r, 2, text, n, "signature");
}

static bool run_slice(Run *r) {
  uint64_t from, to;
  if (!read_varint(r, &from) || !read_varint(r, &to) || !need(r, 1)) return false;
  Value *v = &r->stack[r->depth - 1];
  if (v->secrecy && !v->nameable) return failf(r, "a part of a credential cannot be taken");
  if (from < 1) from = 1;
  if (to > v->n) to = v->n;
  bool empty = from > to;
  Value out = { .p = empty ? (const uint8_t *)"" : v->p + (from - 1), .n = empty ? 0 : (size_t)(to - from + 1) };
  if (v->secrecy) {
    char before[64];
    size_t n;
    const char *s = shown_of(v, &n);
    out.secrecy = WEAK;
    out.nameable = true;
    snprintf(before, sizeof before, "slice(%" PRIu64 ",%" PRIu64 ",", from, to);
    if (!show_text(r, &out, before, s, n, ")")) return false;
  }
  *v = out;
  return true;
}

/* What a credential may be asked for: marks that tell the sort of a key and nothing of this one. */
static bool is_mark(const uint8_t *p, size_t n) {
  static const char *const marks[] = { "organizations/", "ed25519:", "MC4CAQAwBQYDK2VwBCIEI" };
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
    if (n == strlen(marks[i]) && memcmp(p, marks[i], n) == 0) return true;
  if (n < 8) return false;
  for (size_t i = 0; i < n; i++)
    if (p[i] != '-' && p[i] != ' ' && (p[i] < 'A' || p[i] > 'Z')) return false;
  return true;
}

static bool run_skip(Run *r) {
  uint64_t n;
  if (!read_varint(r, &n)) return false;
  if (n > (uint64_t)(r->end - r->p)) return failf(r, "the recipe is cut short");
  r->p += n;
  return true;
}

static bool run_if_contains(Run *r) {
  if (!need(r, 2)) return false;
  Value *v = r->stack + r->depth - 2;            /* subject, needle */
  if (v[1].secrecy || (v[0].secrecy && !is_mark(v[1].p, v[1].n)))
    return failf(r, "when_contains asks a credential only for marks such as \"PRIVATE KEY\"");
  if (v[0].secrecy && !v[0].whole) return failf(r, "when_contains asks a credential as it is: with a text in front of it, a mark would tell how it begins");
  if (!spend(r, v[0].n)) return false;
  bool found = v[1].n == 0 || memmem(v[0].p, v[0].n, v[1].p, v[1].n);
  uint64_t unused;
  r->depth -= 2;
  r->chosen = true;
  return found ? read_varint(r, &unused) : run_skip(r);
}

/* How long a credential is, is no secret: what it holds is. */
static bool run_length(Run *r) {
  if (!need(r, 1)) return false;
  size_t n = r->stack[r->depth - 1].n;
  uint8_t byte = (uint8_t)n;
  if (!as_it_is(r, &r->stack[r->depth - 1], "length_byte")) return false;
  if (n > 127) return failf(r, "a length of more than 127 bytes");
  r->depth--;
  return push_copy(r, &byte, 1);
}

static bool run_totp(Run *r) {
  char code[7];
  if (!need(r, 1)) return false;
  Value *v = &r->stack[r->depth - 1];
  int64_t now_s = r->env->now_ns / 1000000000;
  if (!spend(r, 256) || !crypto_totp(v->p, v->n, now_s, code, r->err, r->errlen)) return false;
  bool secret = v->secrecy != PLAIN;
  r->depth--;
  if (!push_copy(r, code, 6)) return false;
  v->secrecy = secret ? WEAK : PLAIN;            /* a live code is as good as a password for half a minute */
  return !secret || show_text(r, v, "<", "totp", 4, ">");
}

static bool step(Run *r) {
  uint64_t n;
  uint8_t op = *r->p++;
  if (!spend(r, 16)) return false;
  switch (op) {
    case R_TEXT:
      if (!read_varint(r, &n)) return false;
      if (n > (uint64_t)(r->end - r->p)) return failf(r, "the recipe is cut short");
      r->p += n;
      return push(r, (Value){ .p = r->p - n, .n = (size_t)n, .plain = r->chosen ? 0 : (size_t)n });
    case R_KEY: return run_key(r);
    case R_NONCE: return run_nonce(r);
    case R_TIME: return run_time(r, false);
    case R_OFFSET: return run_time(r, true);
    case R_CONCAT: return run_concat(r);
    case R_HASH: return run_hash(r, false);
    case R_HMAC: return run_hash(r, true);
    case R_ENCODE: return run_encode(r);
    case R_RSA: return run_rsa(r);
    case R_ECDSA: return run_ecdsa(r);
    case R_ED25519: return run_ed25519(r);
    case R_SLICE: return run_slice(r);
    case R_IF_CONTAINS: return run_if_contains(r);
    case R_SKIP: return run_skip(r);
    case R_LENGTH: return run_length(r);
    case R_SIGNATURE: return run_signature(r);
    case R_TOTP: return run_totp(r);
    default: return failf(r, "the recipe has an unknown step (%u)", op);
  }
}

/* The result, and its shown form, to the front of what this run took; the rest is wiped. */
static bool finish(Run *r, Chunk *chunk, size_t used, RecipeOut *out) {
  const Value *v = &r->stack[0];
  size_t shown_n = 0;
  const char *shown = r->env->redact ? shown_of(v, &shown_n) : NULL;
  bool apart = shown && v->secrecy;
  if (top != chunk || top->size - top->used < v->n) {      /* several chunks: a copy on top; the rest is wiped by recipe_wipe */
    uint8_t *p = take(r, v->n + 1);
    char *s = apart ? take(r, shown_n + 1) : NULL;
    if (!p || (apart && !s)) return false;
    memcpy(p, v->p, v->n);
    if (apart) memcpy(s, shown, shown_n);
    *out = (RecipeOut){ p, v->n, apart ? s : shown ? (const char *)p : NULL, shown_n, v->plain };
    return true;
  }
  /* Out of the way first, so that neither move can run over the other. The shown text lies in this chunk too. */
  size_t total = v->n + (apart ? shown_n : 0);
  uint8_t *safe = take(r, total);
  if (!safe) return false;
  if (v->n) memcpy(safe, v->p, v->n);
  if (apart && shown_n) memcpy(safe + v->n, shown, shown_n);
  if (top != chunk) {
    *out = (RecipeOut){ safe, v->n, apart ? (char *)safe + v->n : shown ? (const char *)safe : NULL, shown_n, v->plain };
    return true;
  }
  uint8_t *home = chunk->bytes + used;
  memmove(home, safe, total);
  arena_back(chunk, used + total);
  *out = (RecipeOut){ home, v->n, apart ? (char *)home + v->n : shown ? (const char *)home : NULL, shown_n, v->plain };
  return true;
}

bool recipe_eval(const uint8_t *p, size_t n, RecipeEnv *env, RecipeOut *out, char *err, size_t errlen) {
  Run r;                                          /* the stack is written before it is read: not cleared here */
  Chunk *chunk = top;
  size_t used = top->used;
  r.p = p;
  r.end = p + n;
  r.env = env;
  r.depth = 0;
  r.chosen = false;
  r.work = 0;
  r.err = err;
  r.errlen = errlen;
  *out = (RecipeOut){ 0 };
  bool ok = n <= RECIPE_MAX || failf(&r, "the recipe is longer than %u bytes", RECIPE_MAX);
  while (ok && r.p < r.end) ok = step(&r);
  if (ok && r.depth != 1) ok = failf(&r, "the recipe leaves %u values instead of one", r.depth);
  if (ok) ok = finish(&r, chunk, used, out);
  if (!ok) arena_back(chunk, used);
  return ok;
}
