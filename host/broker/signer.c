#include "broker/signer.h"
#include "broker/loop.h"
#include "broker/nonce.h"
#include "broker/peer.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const field_names[] = RECIPE_KEY_NAMES;

int right_of(const char *name) {
  static const char *const names[] = { "public", "read", "trade", "withdraw" };
  for (int i = 0; i < 4; i++)
    if (!strcmp(names[i], name)) return 1 << i;
  return 0;
}

const char *right_name(int right) {
  return right == RIGHT_PUBLIC ? "public" : right == RIGHT_READ ? "read" : right == RIGHT_TRADE ? "trade" : "withdraw";
}

static uint64_t clock_in(enum recipe_time unit, int64_t ns) {
  static const int64_t size[] = { [T_MS] = 1000000, [T_S] = 1000000000, [T_US] = 1000, [T_NS] = 1 };
  return unit <= T_NS ? (uint64_t)(ns / size[unit]) : (uint64_t)(ns / 1000000);
}

static bool draw(void *ctx, enum recipe_time unit, uint64_t *out, char *err, size_t errlen) {
  Signer *s = ctx;
  const char *dir;
  if (s->frozen) {
    *out = clock_in(unit, s->env.now_ns);
    return true;
  }
  if (!(dir = paths_state())) return snprintf(err, errlen, "no state folder: nonces cannot be kept (set BOURSE_STATE)"), false;
  return nonce_next(dir, s->venue, s->account, unit, s->env.now_ns, out, err, errlen);
}

static void begin(Signer *s, const char *venue, int64_t now_ns) {
  *s = (Signer){ .env = { .now_ns = now_ns, .nonce = draw } };
  s->env.credentials = &s->credentials;
  snprintf(s->venue, sizeof s->venue, "%s", venue);
}

/* Call when the Signer is where it stays. */
static void name_account(Signer *s) {
  for (int i = 0; i < K_COUNT; i++) {
    const RecipeBytes *f = &s->credentials.field[i];
    if (!f->p || !f->len) continue;
    keys_fingerprint(f->p, f->len, s->account);
    return;
  }
  strcpy(s->account, "none");
}

/* The pinned hosts of a key are those that the user saw when accepting the adapter. */
static bool pinned(const KeysEntry *e, const Venue *v, char *err, size_t errlen) {
  char why[128], origin[300];
  for (size_t i = 0; i < v->n_hosts; i++) {
    bool found = false;
    for (size_t j = 0; e->hosts[j] && !found; j++) {
      Url u;
      found = url_parse(e->hosts[j], strlen(e->hosts[j]), &u, why, sizeof why) && url_same_host(&u, &v->hosts[i]);
    }
    if (found) continue;
    url_origin(&v->hosts[i], origin, sizeof origin);
    snprintf(err, errlen, "the adapter names %s, which was not there when the key was added; 'bourse keys accept %s' shows what else changed, and asks",
             origin, v->id);
    return false;
  }
  return true;
}

/* What would be signed is the adapter's word: another text than the one that the user accepted gets nothing. */
static bool accepted(const KeysEntry *e, Venue *v, char *err, size_t errlen) {
  if (!pinned(e, v, err, errlen) || !source_pin(v, err, errlen)) return false;
  return keys_accepts(e, v->pin) ||
    (snprintf(err, errlen, "its adapter changed since the key was added; 'bourse keys accept %s' shows how, and asks", v->id), false);
}

bool signer_user(Signer *s, KeyRing *ring, const SessionSpec *spec, Venue *v, int right, const char **class, char *err, size_t errlen) {
  KeysEntry e = { 0 };
  begin(s, v->id, venue_clock_ns(v));
  s->env.ctx = s;
  if (right == RIGHT_PUBLIC) {
    s->env.is_public = true;
    s->env.credentials = NULL;
    return true;
  }
  *class = "PermissionDenied";
  if (!(spec->rights & right)) {
    snprintf(err, errlen, "the right '%s' was not granted to this run", right_name(right));
    return false;
  }
  if (!keys_environment(v->id, &s->credentials)) {
    if (!ring->asked && spec->open_keys) {
      ring->asked = true;
      ring->store = spec->open_keys(spec->ctx);
    }
    if (!ring->store || !keys_get(ring->store, v->id, NULL, &e, &s->credentials)) {
      char upper[64];
      size_t i = 0;
      for (; v->id[i]; i++) upper[i] = (char)toupper((unsigned char)v->id[i]);
      upper[i] = 0;
      *class = "AuthenticationError";
      snprintf(err, errlen, "no key; add one with 'bourse keys add %s', or set BOURSE_%s_APIKEY and BOURSE_%s_SECRET", v->id, upper, upper);
      return false;
    }
    /* It may have been accepted just now, by another process. */
    if (!accepted(&e, v, err, errlen) &&
        (!keys_renew(ring->store) || !keys_get(ring->store, v->id, NULL, &e, &s->credentials) || !accepted(&e, v, err, errlen))) return false;
    if (!(e.rights & (uint32_t)right)) {
      snprintf(err, errlen, "the key was not given the right '%s'; see 'bourse keys list'", right_name(right));
      return false;
    }
  }
  if (v->clock_bad) {
    *class = "InvalidNonce";
    int64_t ms = v->clock_offset_ms;
    snprintf(err, errlen, "this machine's clock is %.0f s away from the exchange's: set it", (double)(ms < 0 ? -ms : ms) / 1000);
    return false;
  }
  name_account(s);
  return true;
}

bool signer_given(Signer *s, const Venue *v, const char *venue, const msgpack_object *given, int64_t clock_ms, char *err, size_t errlen) {
  size_t total = 1, n;
  const char *text;
  (void)v;
  begin(s, venue, clock_ms > 0 && clock_ms < 9000000000000ll ? clock_ms * 1000000 : clock_wall_ns());
  s->env.ctx = s;
  s->frozen = true;
  for (int i = 0; i < K_COUNT; i++)
    if (pack_get_text(given, field_names[i], &text, &n)) total += n + 1;
  char *at = s->made = malloc(total);
  if (!at) return snprintf(err, errlen, "out of memory"), false;
  for (int i = 0; i < K_COUNT; i++) {
    if (!pack_get_text(given, field_names[i], &text, &n)) continue;
    if (n) memcpy(at, text, n);
    s->credentials.field[i] = (RecipeBytes){ at, n };
    at += n + 1;
  }
  return true;
}

/* They pass for base64, hex and a private key of 32 bytes. */
void signer_placeholders(Signer *s, const char *venue, int64_t now_ns) {
  static const char text[] = "1111111111111111111111111111111111111111111111111111111111111111";
  begin(s, venue, now_ns);
  s->env.ctx = s;
  s->frozen = true;
  for (int i = 0; i < K_COUNT; i++) s->credentials.field[i] = (RecipeBytes){ text, sizeof text - 1 };
}

void signer_end(Signer *s) {
  recipe_wipe();
  explicit_bzero(&s->credentials, sizeof s->credentials);
  free(s->made);
  s->made = NULL;
}
