#include "crypto.h"
#include "coding.h"
#include "openssl_api.h"
#include <nettle/hmac.h>
#include <openssl/core_names.h>
#include <secp256k1.h>
#include <secp256k1_recovery.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT 16                       /* keys kept of each sort */
#define KEY_TEXT_MAX 16384            /* longest private key text */

static const OpensslApi *ssl;         /* set by start, which all that uses it comes after */

__attribute__((format(printf, 3, 4)))
static bool failf(char *err, size_t errlen, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(err, errlen, fmt, ap);
  va_end(ap);
  if (ssl) ssl->ERR_clear_error();
  return false;
}

/* No configuration file is read; where libcurl was first, this changes nothing. */
static bool start(char *err, size_t errlen) {
  if (ssl) return true;
  const OpensslApi *api = openssl_api(err, errlen);
  if (!api) return false;
  api->OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
  ssl = api;
  return true;
}

bool crypto_scrypt(const void *text, size_t n, const void *salt, size_t saltlen, const CryptoCost *cost, uint8_t *out, size_t len, char *err, size_t errlen) {
  if (!start(err, errlen)) return false;
  return ssl->EVP_PBE_scrypt(text, n, salt, saltlen, UINT64_C(1) << cost->log_n, cost->r, cost->p, cost->memory_max, out, len)
         || failf(err, errlen, "scrypt failed: out of memory?");
}

static void wipe_free(void *p, size_t n) {
  if (p) explicit_bzero(p, n);
  free(p);
}

/* Private keys: parsed once, kept with their signing context. */
enum kind { KIND_RSA, KIND_P256, KIND_SECP256K1, KIND_ED25519, KIND_TOLD /* RSA or Ed25519, as its text says */ };
static const char *const kind_texts[] = { "an RSA", "a P-256", "a secp256k1", "an Ed25519", "an RSA or Ed25519" };
static bool is_raw(enum kind kind) { return kind != KIND_RSA && kind != KIND_TOLD; }      /* may come as 32 bytes */
typedef struct {
  EVP_PKEY *pkey; EVP_PKEY_CTX *sign; EVP_MD_CTX *md; enum recipe_hash md_of_sign;
  enum kind kind; size_t len; char *text; uint64_t used;
} Signer;
static Signer signers[KEPT];
static uint64_t clock_of_use;

static void signer_drop(Signer *s) {
  if (!s->pkey) return;
  ssl->EVP_PKEY_CTX_free(s->sign);
  ssl->EVP_MD_CTX_free(s->md);
  ssl->EVP_PKEY_free(s->pkey);
  wipe_free(s->text, s->len);
  memset(s, 0, sizeof *s);
}

void crypto_forget(void) {
  for (int i = 0; i < KEPT; i++) signer_drop(&signers[i]);
}

/* What is between the armour lines of a PEM, or the whole text, as base64 without line ends (real ones, or \n spelled out as
 * environment variables often have them). `label` is set to the kind of PEM. */
static size_t pem_body(const char *p, size_t n, char *out, char label[48]) {
  const char *end = p + n, *begin = NULL;
  label[0] = '\0';
  for (const char *at = p; (at = memmem(at, (size_t)(end - at), "-----BEGIN ", 11)); at = begin) {
    begin = at + 11;
    const char *stop = memmem(begin, (size_t)(end - begin), "-----", 5);
    if (!stop || stop - begin >= 48) continue;
    memcpy(label, begin, (size_t)(stop - begin));
    label[stop - begin] = '\0';
    if (!strstr(label, " KEY")) continue;       /* EC PARAMETERS before the key */
    p = stop + 5;
    const char *last = memmem(p, (size_t)(end - p), "-----END", 8);
    if (!last) return 0;
    end = last;
    break;
  }
  size_t o = 0;
  for (; p < end; p++) {
    if (*p == '\\' && p + 1 < end && (p[1] == 'n' || p[1] == 'r')) { p++; continue; }
    if (*p != '\n' && *p != '\r' && *p != ' ' && *p != '\t') out[o++] = *p;
  }
  return o;
}

static EVP_PKEY *ec_from_scalar(enum kind kind, const uint8_t scalar[32]) {
  int nid = kind == KIND_P256 ? NID_X9_62_prime256v1 : NID_secp256k1;
  EC_GROUP *group = ssl->EC_GROUP_new_by_curve_name(nid);
  BIGNUM *d = ssl->BN_secure_new();
  EC_POINT *q = group ? ssl->EC_POINT_new(group) : NULL;
  OSSL_PARAM_BLD *bld = ssl->OSSL_PARAM_BLD_new();
  EVP_PKEY_CTX *ctx = ssl->EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
  OSSL_PARAM *params = NULL;
  EVP_PKEY *pkey = NULL;
  uint8_t pub[65];
  if (group && d && q && bld && ctx && ssl->BN_bin2bn(scalar, 32, d)) {
    ssl->BN_set_flags(d, BN_FLG_CONSTTIME);
    if (!ssl->BN_is_zero(d) && ssl->BN_cmp(d, ssl->EC_GROUP_get0_order(group)) < 0 && ssl->EC_POINT_mul(group, q, d, NULL, NULL, NULL)
        && ssl->EC_POINT_point2oct(group, q, POINT_CONVERSION_UNCOMPRESSED, pub, sizeof pub, NULL) == sizeof pub
        && ssl->OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, ssl->OBJ_nid2sn(nid), 0)
        && ssl->OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, pub, sizeof pub)
        && ssl->OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PRIV_KEY, d) && (params = ssl->OSSL_PARAM_BLD_to_param(bld))
        && ssl->EVP_PKEY_fromdata_init(ctx) > 0) {
      if (ssl->EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_KEYPAIR, params) <= 0) pkey = NULL;
    }
  }
  ssl->OSSL_PARAM_free(params);
  ssl->OSSL_PARAM_BLD_free(bld);
  ssl->EVP_PKEY_CTX_free(ctx);
  ssl->EC_POINT_free(q);
  ssl->BN_clear_free(d);
  ssl->EC_GROUP_free(group);
  return pkey;
}

static EVP_PKEY *from_raw(enum kind kind, const uint8_t raw[32]) {
  if (kind == KIND_ED25519) return ssl->EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, raw, 32);
  return is_raw(kind) ? ec_from_scalar(kind, raw) : NULL;
}

static bool is_kind(const EVP_PKEY *pkey, enum kind kind) {
  char group[32];
  size_t n;
  if (kind == KIND_RSA) return ssl->EVP_PKEY_is_a(pkey, "RSA") && ssl->EVP_PKEY_get_bits(pkey) <= 8192;
  if (kind == KIND_ED25519) return ssl->EVP_PKEY_is_a(pkey, "ED25519");
  if (kind == KIND_TOLD) return is_kind(pkey, KIND_RSA) || is_kind(pkey, KIND_ED25519);
  return ssl->EVP_PKEY_is_a(pkey, "EC") && ssl->EVP_PKEY_get_group_name(pkey, group, sizeof group, &n)
         && strcmp(group, kind == KIND_P256 ? "prime256v1" : "secp256k1") == 0;
}

/* Text that came as PEM, base64, hex or bytes to a key. `bare` is scratch of at least len bytes, `der` of coding_bound. */
static EVP_PKEY *parse(enum kind kind, const char *text, size_t len, char *bare, uint8_t *der, char *err, size_t errlen) {
  char label[48];
  const char *why;
  size_t n;
  if (len == 32 && is_raw(kind)) {
    EVP_PKEY *raw = from_raw(kind, (const uint8_t *)text);
    if (!raw) failf(err, errlen, "these 32 bytes are not %s private key", kind_texts[kind]);
    return raw;
  }
  size_t m = pem_body(text, len, bare, label);
  if (strstr(label, "ENCRYPTED") || memmem(bare, m, "Proc-Type:", 10)) {
    failf(err, errlen, "the private key is encrypted: store it without a passphrase of its own");
    return NULL;
  }
  bool hex = !label[0] && (m == 64 || (m == 66 && bare[0] == '0' && (bare[1] | 32) == 'x'));
  EVP_PKEY *pkey = NULL;
  if (hex && is_raw(kind) && coding_run(C_UNHEX, (uint8_t *)bare + (m - 64), 64, der, &n, &why)) pkey = from_raw(kind, der);
  else if (m && coding_run(C_UNBASE64, (uint8_t *)bare, m, der, &n, &why)) {
    const unsigned char *d = der;
    if (strcmp(label, "PUBLIC KEY") == 0) pkey = ssl->d2i_PUBKEY(NULL, &d, (long)n);
    else if (!label[0] && is_raw(kind) && (n == 32 || (n == 64 && kind == KIND_ED25519))) pkey = from_raw(kind, der);
    else pkey = ssl->d2i_AutoPrivateKey(NULL, &d, (long)n);
  }
  if (pkey && is_kind(pkey, kind)) return pkey;
  if (pkey) failf(err, errlen, "the private key is not %s key%s", kind_texts[kind], kind == KIND_RSA ? " of at most 8192 bits" : "");
  else failf(err, errlen, "the private key cannot be read: %s key in PEM is expected%s", kind_texts[kind],
             is_raw(kind) ? ", or 32 bytes in hex" : "");
  ssl->EVP_PKEY_free(pkey);
  return NULL;
}

static Signer *signer_of(enum kind kind, const void *key, size_t len, char *err, size_t errlen) {
  Signer *oldest = &signers[0];
  for (Signer *s = signers; s < signers + KEPT; s++) {
    if (s->pkey && s->kind == kind && s->len == len && memcmp(s->text, key, len) == 0) { s->used = ++clock_of_use; return s; }
    if (s->used < oldest->used) oldest = s;
  }
  if (!len || len > KEY_TEXT_MAX) { failf(err, errlen, len ? "the private key is too long" : "the private key is empty"); return NULL; }
  if (!start(err, errlen)) return NULL;
  char *bare = malloc(len);
  size_t dercap = coding_bound(C_UNBASE64, len);
  uint8_t *der = malloc(dercap);
  EVP_PKEY *pkey = NULL;
  if (bare && der) pkey = parse(kind, key, len, bare, der, err, errlen);
  else failf(err, errlen, "out of memory");
  wipe_free(bare, len);
  wipe_free(der, dercap);
  ssl->ERR_clear_error();
  if (!pkey) return NULL;
  Signer fresh = { .pkey = pkey, .md_of_sign = H_COUNT, .kind = kind, .len = len, .text = malloc(len), .used = ++clock_of_use };
  if (!fresh.text) { signer_drop(&fresh); failf(err, errlen, "out of memory"); return NULL; }
  memcpy(fresh.text, key, len);
  signer_drop(oldest);
  *oldest = fresh;
  return oldest;
}

/* The bytes that are signed: the digest of the message, or with H_NONE the message itself. */
static bool to_sign(enum recipe_hash h, const void *p, size_t n, uint8_t buf[CRYPTO_DIGEST_MAX], const void **tbs, size_t *len,
                    char *err, size_t errlen) {
  if (h == H_NONE) {
    if (n < 16 || n > CRYPTO_DIGEST_MAX) return failf(err, errlen, "a digest of 16 to 64 bytes is signed as given, not one of %zu", n);
    *tbs = p;
    *len = n;
    return true;
  }
  *tbs = buf;
  return crypto_hash(h, p, n, buf, len, err, errlen);
}

static bool rsa_md(EVP_PKEY_CTX *ctx, enum recipe_hash h, char *err, size_t errlen) {
  static const char *const hash_names[] = RECIPE_HASH_NAMES;
  static const char *const md_names[] = { "MD5", "SHA1", "SHA256", "SHA384", "SHA512", "SHA3-256", NULL, "RIPEMD160", NULL };
  static EVP_MD *fetched[H_COUNT];
  if (ssl->EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) <= 0) return failf(err, errlen, "rsa failed");
  if (h == H_NONE) return true;
  if (!fetched[h] && md_names[h]) fetched[h] = ssl->EVP_MD_fetch(NULL, md_names[h], NULL);
  return (fetched[h] && ssl->EVP_PKEY_CTX_set_signature_md(ctx, fetched[h]) > 0) || failf(err, errlen, "rsa cannot sign with %s", hash_names[h]);
}

static bool rsa_sign(Signer *s, enum recipe_hash h, const void *p, size_t n, uint8_t out[CRYPTO_SIGNATURE_MAX], size_t *len, char *err, size_t errlen) {
  uint8_t buf[CRYPTO_DIGEST_MAX];
  const void *tbs;
  size_t tbslen;
  if (!to_sign(h, p, n, buf, &tbs, &tbslen, err, errlen)) return false;
  if (!s->sign || s->md_of_sign != h) {
    ssl->EVP_PKEY_CTX_free(s->sign);
    s->md_of_sign = H_COUNT;
    s->sign = ssl->EVP_PKEY_CTX_new(s->pkey, NULL);
    if (!s->sign || ssl->EVP_PKEY_sign_init(s->sign) <= 0) return failf(err, errlen, "rsa needs a private key");
    if (!rsa_md(s->sign, h, err, errlen)) return false;
    s->md_of_sign = h;
  }
  *len = CRYPTO_SIGNATURE_MAX;
  return ssl->EVP_PKEY_sign(s->sign, out, len, tbs, tbslen) > 0 || failf(err, errlen, "rsa failed: the key is too short or damaged");
}

bool crypto_rsa(enum recipe_hash h, const void *key, size_t keylen, const void *p, size_t n,
                uint8_t out[CRYPTO_SIGNATURE_MAX], size_t *len, char *err, size_t errlen) {
  Signer *s = signer_of(KIND_RSA, key, keylen, err, errlen);
  return s && rsa_sign(s, h, p, n, out, len, err, errlen);
}

bool crypto_rsa_verify(enum recipe_hash h, const void *key, size_t keylen, const void *p, size_t n,
                       const uint8_t *sig, size_t siglen, char *err, size_t errlen) {
  uint8_t buf[CRYPTO_DIGEST_MAX];
  const void *tbs;
  size_t tbslen;
  err[0] = '\0';
  if (!to_sign(h, p, n, buf, &tbs, &tbslen, err, errlen)) return false;
  Signer *s = signer_of(KIND_RSA, key, keylen, err, errlen);
  if (!s) return false;
  EVP_PKEY_CTX *ctx = ssl->EVP_PKEY_CTX_new(s->pkey, NULL);
  bool good = ctx && ssl->EVP_PKEY_verify_init(ctx) > 0 && rsa_md(ctx, h, err, errlen) && ssl->EVP_PKEY_verify(ctx, sig, siglen, tbs, tbslen) == 1;
  ssl->EVP_PKEY_CTX_free(ctx);
  ssl->ERR_clear_error();
  return good;
}

static void hmac_sha256(const uint8_t key[32], const uint8_t *p, size_t n, uint8_t out[32]) {
  struct hmac_sha256_ctx c;
  hmac_sha256_set_key(&c, 32, key);
  hmac_sha256_update(&c, n, p);
  hmac_sha256_digest(&c, 32, out);
  explicit_bzero(&c, sizeof c);
}

/* k by RFC 6979, seeded with the key, the number of the try (32 bytes, little-endian) and the digest. */
static int k_of_try(uint8_t *k, const uint8_t *digest, const uint8_t *key, const uint8_t *algo, void *again, unsigned attempt) {
  uint8_t hmac_key[32] = { 0 }, block[32 + 1 + 96];
  unsigned no = *(const unsigned *)again;
  (void)algo;
  memset(block, 1, 32);
  memcpy(block + 33, key, 32);
  memset(block + 65, 0, 32);
  for (int i = 0; i < 4; i++) block[65 + i] = (uint8_t)(no >> 8 * i);
  memcpy(block + 97, digest, 32);
  for (uint8_t step = 0; step < 2; step++) {
    block[32] = step;
    hmac_sha256(hmac_key, block, sizeof block, hmac_key);
    hmac_sha256(hmac_key, block, 32, block);
  }
  for (unsigned i = 0; i <= attempt; i++) {
    hmac_sha256(hmac_key, block, 32, k);
    memcpy(block, k, 32);
    block[32] = 0;
    hmac_sha256(hmac_key, block, 33, hmac_key);
    hmac_sha256(hmac_key, block, 32, block);
  }
  explicit_bzero(hmac_key, sizeof hmac_key);
  explicit_bzero(block, sizeof block);
  return 1;
}

static bool is_compact(const uint8_t rs[64]) {
  static const uint8_t half[32] = { 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                    0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0 };
  return rs[0] != 0 && rs[32] != 0 && memcmp(rs, half, sizeof half) <= 0;
}

/* secp256k1 as ledgers sign: k by RFC 6979, so that signing the same twice gives the same, s in the lower half, and which point it was. */
static bool sign_secp256k1(const EVP_PKEY *pkey, enum ecdsa_form form, const uint8_t digest[32], uint8_t *out, size_t *len, char *err, size_t errlen) {
  static secp256k1_context *ctx;
  uint8_t secret[32], rs[64];
  BIGNUM *d = NULL;
  secp256k1_ecdsa_recoverable_signature sig;
  secp256k1_ecdsa_signature plain;
  int v = 0;
  if (!ctx && !(ctx = secp256k1_context_create(SECP256K1_CONTEXT_SIGN))) return failf(err, errlen, "out of memory");
  bool ok = ssl->EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_PRIV_KEY, &d) && ssl->BN_bn2binpad(d, secret, sizeof secret) == sizeof secret
            && secp256k1_ecdsa_sign_recoverable(ctx, &sig, digest, secret, NULL, NULL)
            && secp256k1_ecdsa_recoverable_signature_serialize_compact(ctx, rs, &v, &sig);
  for (unsigned again = 0; ok && form == ECDSA_COMPACT && !is_compact(rs); again++)
    ok = secp256k1_ecdsa_sign_recoverable(ctx, &sig, digest, secret, k_of_try, &again)
         && secp256k1_ecdsa_recoverable_signature_serialize_compact(ctx, rs, &v, &sig);
  ssl->BN_clear_free(d);
  explicit_bzero(secret, sizeof secret);
  if (!ok) return failf(err, errlen, "ecdsa needs a private key");
  if (form == ECDSA_DER) {
    *len = CRYPTO_SIGNATURE_MAX;
    return secp256k1_ecdsa_recoverable_signature_convert(ctx, &plain, &sig) && secp256k1_ecdsa_signature_serialize_der(ctx, out, len, &plain);
  }
  if (form == ECDSA_COMPACT) *out++ = (uint8_t)(31 + v);
  memcpy(out, rs, sizeof rs);
  if (form == ECDSA_RECOVERABLE) out[64] = (uint8_t)v;
  *len = form == ECDSA_RAW ? 64 : 65;
  return true;
}

bool crypto_ecdsa(enum recipe_curve c, enum recipe_hash h, enum ecdsa_form form, const void *key, size_t keylen, const void *p, size_t n,
                  uint8_t out[CRYPTO_SIGNATURE_MAX], size_t *len, char *err, size_t errlen) {
  uint8_t buf[CRYPTO_DIGEST_MAX];
  const void *tbs;
  size_t tbslen;
  if ((unsigned)c >= CURVE_COUNT || (unsigned)form >= ECDSA_FORM_COUNT) return failf(err, errlen, "no such curve or form of signature");
  if (!to_sign(h, p, n, buf, &tbs, &tbslen, err, errlen)) return false;
  Signer *s = signer_of(c == CURVE_P256 ? KIND_P256 : KIND_SECP256K1, key, keylen, err, errlen);
  if (!s) return false;
  if (c == CURVE_SECP256K1) {
    if (tbslen != 32) return failf(err, errlen, "ecdsa on secp256k1 signs 32 bytes");
    return sign_secp256k1(s->pkey, form, tbs, out, len, err, errlen);
  }
  if (form >= ECDSA_RECOVERABLE) return failf(err, errlen, "recoverable signatures are of secp256k1");
  if (!s->sign) {
    s->sign = ssl->EVP_PKEY_CTX_new(s->pkey, NULL);
    if (!s->sign || ssl->EVP_PKEY_sign_init(s->sign) <= 0) {
      ssl->EVP_PKEY_CTX_free(s->sign);
      s->sign = NULL;
      return failf(err, errlen, "ecdsa needs a private key");
    }
  }
  uint8_t der[160];
  size_t derlen = sizeof der;
  if (ssl->EVP_PKEY_sign(s->sign, der, &derlen, tbs, tbslen) <= 0) return failf(err, errlen, "ecdsa failed");
  if (form == ECDSA_DER) { memcpy(out, der, derlen); *len = derlen; return true; }
  const unsigned char *d = der;
  const BIGNUM *r, *t;
  ECDSA_SIG *sig = ssl->d2i_ECDSA_SIG(NULL, &d, (long)derlen);
  if (sig) ssl->ECDSA_SIG_get0(sig, &r, &t);
  bool ok = sig && ssl->BN_bn2binpad(r, out, 32) == 32 && ssl->BN_bn2binpad(t, out + 32, 32) == 32;
  ssl->ECDSA_SIG_free(sig);
  *len = 64;
  return ok || failf(err, errlen, "ecdsa failed");
}

bool crypto_ecdsa_verify(enum recipe_curve c, enum recipe_hash h, const void *key, size_t keylen, const void *p, size_t n,
                         const uint8_t *sig, size_t siglen, char *err, size_t errlen) {
  uint8_t buf[CRYPTO_DIGEST_MAX], der[160];
  const void *tbs;
  size_t tbslen;
  err[0] = '\0';
  if ((unsigned)c >= CURVE_COUNT) return failf(err, errlen, "no such curve");
  if (!to_sign(h, p, n, buf, &tbs, &tbslen, err, errlen)) return false;
  Signer *s = signer_of(c == CURVE_P256 ? KIND_P256 : KIND_SECP256K1, key, keylen, err, errlen);
  if (!s) return false;
  if ((siglen == 64 || siglen == 65)) {
    ECDSA_SIG *made = ssl->ECDSA_SIG_new();
    BIGNUM *r = ssl->BN_bin2bn(sig, 32, NULL), *t = ssl->BN_bin2bn(sig + 32, 32, NULL);
    unsigned char *d = der;
    if (!made || !r || !t || !ssl->ECDSA_SIG_set0(made, r, t)) {
      ssl->BN_free(r); ssl->BN_free(t); ssl->ECDSA_SIG_free(made);
      return failf(err, errlen, "out of memory");
    }
    siglen = (size_t)ssl->i2d_ECDSA_SIG(made, &d);
    sig = der;
    ssl->ECDSA_SIG_free(made);
  }
  EVP_PKEY_CTX *ctx = ssl->EVP_PKEY_CTX_new(s->pkey, NULL);
  bool good = ctx && ssl->EVP_PKEY_verify_init(ctx) > 0 && ssl->EVP_PKEY_verify(ctx, sig, siglen, tbs, tbslen) == 1;
  ssl->EVP_PKEY_CTX_free(ctx);
  ssl->ERR_clear_error();
  return good;
}

static bool ed25519_sign(Signer *s, const void *p, size_t n, uint8_t out[64], char *err, size_t errlen) {
  size_t len = 64;
  if (!s->md && !(s->md = ssl->EVP_MD_CTX_new())) return failf(err, errlen, "out of memory");
  if (ssl->EVP_DigestSignInit(s->md, NULL, NULL, NULL, s->pkey) <= 0 || ssl->EVP_DigestSign(s->md, out, &len, p, n) <= 0)
    return failf(err, errlen, "ed25519 failed: it needs a private key");
  ssl->EVP_MD_CTX_reset(s->md);
  return true;
}

bool crypto_ed25519(const void *key, size_t keylen, const void *p, size_t n, uint8_t out[64], char *err, size_t errlen) {
  Signer *s = signer_of(KIND_ED25519, key, keylen, err, errlen);
  return s && ed25519_sign(s, p, n, out, err, errlen);
}

bool crypto_is_private_key(const void *key, size_t len) {
  return len >= 64 && (memmem(key, len, "PRIVATE KEY", 11) || (len > 256 && memcmp(key, "MII", 3) == 0) || memcmp(key, "MC4CAQAwBQYDK2VwBCIEI", 21) == 0);
}

bool crypto_sign(const void *key, size_t keylen, const void *p, size_t n, uint8_t out[CRYPTO_SIGNATURE_MAX], size_t *len, char *err, size_t errlen) {
  Signer *s = signer_of(KIND_TOLD, key, keylen, err, errlen);
  if (!s) return false;
  if (is_kind(s->pkey, KIND_RSA)) return rsa_sign(s, H_SHA256, p, n, out, len, err, errlen);
  *len = 64;
  return ed25519_sign(s, p, n, out, err, errlen);
}

bool crypto_ed25519_verify(const void *key, size_t keylen, const void *p, size_t n, const uint8_t sig[64], char *err, size_t errlen) {
  err[0] = '\0';
  Signer *s = signer_of(KIND_ED25519, key, keylen, err, errlen);
  if (!s) return false;
  EVP_MD_CTX *ctx = ssl->EVP_MD_CTX_new();
  bool good = ctx && ssl->EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, s->pkey) > 0 && ssl->EVP_DigestVerify(ctx, sig, 64, p, n) == 1;
  ssl->EVP_MD_CTX_free(ctx);
  ssl->ERR_clear_error();
  return good;
}

bool crypto_totp(const void *secret, size_t n, int64_t now_s, char out[7], char *err, size_t errlen) {
  uint8_t key[256], mac[CRYPTO_DIGEST_MAX], counter[8];
  size_t keylen, maclen;
  if (n > sizeof key || now_s < 0 || !coding_base32(secret, n, key, &keylen) || keylen == 0)
    return failf(err, errlen, "the two-factor secret is not base32");
  uint64_t step = (uint64_t)now_s / 30;
  for (int i = 7; i >= 0; i--, step >>= 8) counter[i] = (uint8_t)step;
  bool ok = crypto_hmac(H_SHA1, key, keylen, counter, sizeof counter, mac, &maclen, err, errlen);
  explicit_bzero(key, sizeof key);
  if (!ok) return false;
  const uint8_t *at = mac + (mac[19] & 15);
  uint32_t code = ((uint32_t)(at[0] & 127) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]) % 1000000;
  snprintf(out, 7, "%06u", (unsigned)code);
  return true;
}
