/* What needs no private key, on nettle: nothing is loaded, opened or kept. */
#include "broker/crypto.h"
#include "broker/keccak.h"
#include <nettle/hmac.h>
#include <nettle/nettle-meta.h>
#include <nettle/sha3.h>
#include <stdio.h>
#include <string.h>

static const struct nettle_hash *const hashes[H_COUNT] = { &nettle_md5, &nettle_sha1, &nettle_sha256, &nettle_sha384, &nettle_sha512, &nettle_sha3_256,
                                                           NULL, &nettle_ripemd160, NULL };
typedef union {
  struct md5_ctx md5; struct sha1_ctx sha1; struct sha256_ctx sha256; struct sha512_ctx sha512; struct sha3_256_ctx sha3_256; struct ripemd160_ctx ripemd160;
} Context;

static const struct nettle_hash *find(enum recipe_hash h, char *err, size_t errlen) {
  static const char *const names[] = RECIPE_HASH_NAMES;
  if ((unsigned)h >= H_COUNT) return snprintf(err, errlen, "no such hash (%d)", (int)h), NULL;
  if (!hashes[h]) snprintf(err, errlen, "%s cannot be used here", names[h]);
  return hashes[h];
}

bool crypto_hash(enum recipe_hash h, const void *p, size_t n, uint8_t out[CRYPTO_DIGEST_MAX], size_t *len, char *err, size_t errlen) {
  Context c;
  if (h == H_KECCAK256) { keccak256(p, n, out); *len = 32; return true; }
  const struct nettle_hash *hash = find(h, err, errlen);
  if (!hash) return false;
  hash->init(&c);
  hash->update(&c, n, p);
  hash->digest(&c, hash->digest_size, out);
  *len = hash->digest_size;
  return true;
}

void crypto_sha256(const void *p, size_t n, uint8_t out[32]) {
  struct sha256_ctx c;
  sha256_init(&c);
  sha256_update(&c, n, p);
  sha256_digest(&c, SHA256_DIGEST_SIZE, out);
}

bool crypto_hmac(enum recipe_hash h, const void *key, size_t keylen, const void *p, size_t n,
                 uint8_t out[CRYPTO_DIGEST_MAX], size_t *len, char *err, size_t errlen) {
  Context c[3];
  const struct nettle_hash *hash = find(h, err, errlen);
  if (!hash) return false;
  hmac_set_key(&c[0], &c[1], &c[2], hash, keylen, key);
  hmac_update(&c[2], hash, n, p);
  hmac_digest(&c[0], &c[1], &c[2], hash, hash->digest_size, out);
  explicit_bzero(c, sizeof c);
  *len = hash->digest_size;
  return true;
}
