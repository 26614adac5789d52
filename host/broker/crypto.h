/* The primitives of signing recipes and of the key store. Digests and HMAC are nettle's, linked in, and used by both halves. Private keys and scrypt are
 * OpenSSL 3's, loaded at the first use: the broker's only, as a worker can load nothing. Parsed private keys are kept, because making them costs more than
 * using them; crypto_forget wipes them. Not for use from several threads at once.
 * A false return leaves a message in err; it never holds key bytes. */
#ifndef BOURSE_CRYPTO_H
#define BOURSE_CRYPTO_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "wire/recipe_ops.h"

#define CRYPTO_DIGEST_MAX 64
#define CRYPTO_SIGNATURE_MAX 1024     /* an RSA key of 8192 bits */

enum ecdsa_form {
  ECDSA_RAW, ECDSA_DER,
  ECDSA_RECOVERABLE,       /* r||s||v, v 0 or 1 */
  ECDSA_COMPACT,           /* 31+v||r||s as Graphene takes it: r in the lower half too, neither with a first byte of zero */
  ECDSA_FORM_COUNT
};

bool crypto_hash(enum recipe_hash h, const void *p, size_t n, uint8_t out[CRYPTO_DIGEST_MAX], size_t *len, char *err, size_t errlen);
bool crypto_hmac(enum recipe_hash h, const void *key, size_t keylen, const void *p, size_t n,
                 uint8_t out[CRYPTO_DIGEST_MAX], size_t *len, char *err, size_t errlen);
void crypto_sha256(const void *p, size_t n, uint8_t out[32]);
/* A key of `len` bytes from a passphrase. memory_max: bytes it may take. */
typedef struct { unsigned log_n, r, p; uint64_t memory_max; } CryptoCost;
bool crypto_scrypt(const void *text, size_t n, const void *salt, size_t saltlen, const CryptoCost *cost, uint8_t *out, size_t len, char *err, size_t errlen);
/* Signatures. `key` is PEM (also with \n spelled out), or its base64 DER without the armour; for ECDSA also 32 bytes or 64 hex digits,
 * for Ed25519 also a seed of 32 bytes or 64 hex digits. */
bool crypto_rsa(enum recipe_hash h, const void *key, size_t keylen, const void *p, size_t n,
                uint8_t out[CRYPTO_SIGNATURE_MAX], size_t *len, char *err, size_t errlen);
bool crypto_ecdsa(enum recipe_curve c, enum recipe_hash h, enum ecdsa_form form, const void *key, size_t keylen, const void *p, size_t n,
                  uint8_t out[CRYPTO_SIGNATURE_MAX], size_t *len, char *err, size_t errlen);
bool crypto_ed25519(const void *key, size_t keylen, const void *p, size_t n, uint8_t out[64], char *err, size_t errlen);
/* Keys that tell by their text what they sign with: RSA with SHA-256, or Ed25519, in PEM or bare. What is none is a text, for an HMAC. */
bool crypto_is_private_key(const void *key, size_t len);
bool crypto_sign(const void *key, size_t keylen, const void *p, size_t n, uint8_t out[CRYPTO_SIGNATURE_MAX], size_t *len, char *err, size_t errlen);
bool crypto_totp(const void *secret, size_t n, int64_t now_s, char out[7], char *err, size_t errlen);

/* Verification, for conform and tests. `key` is the private key (as above) or a public one in PEM. False with an empty err: the
 * signature is wrong; with a message: it could not be checked. ECDSA takes raw, recoverable and DER signatures. */
bool crypto_ecdsa_verify(enum recipe_curve c, enum recipe_hash h, const void *key, size_t keylen, const void *p, size_t n,
                         const uint8_t *sig, size_t siglen, char *err, size_t errlen);
bool crypto_rsa_verify(enum recipe_hash h, const void *key, size_t keylen, const void *p, size_t n,
                       const uint8_t *sig, size_t siglen, char *err, size_t errlen);
bool crypto_ed25519_verify(const void *key, size_t keylen, const void *p, size_t n, const uint8_t sig[64], char *err, size_t errlen);

void crypto_forget(void);             /* wipes every kept key */
#endif
