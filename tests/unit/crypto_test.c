/* Known answers for every primitive: RFC 1321, 2202, 4231, 4648, 6234, 6238, 7515, 8032, NIST examples, Keccak team. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "broker/coding.h"
#include "broker/crypto.h"

static char err[256];

static void hex_of(const void *p, size_t n, char *out) {
  const char *why;
  size_t len;
  assert_true(coding_run(C_HEX, p, n, (uint8_t *)out, &len, &why));
  out[len] = '\0';
}

static size_t bytes_of(const char *hex, uint8_t *out) {
  const char *why;
  size_t len;
  assert_true(coding_run(C_UNHEX, (const uint8_t *)hex, strlen(hex), out, &len, &why));
  return len;
}

static void hash_is(enum recipe_hash h, const char *text, size_t n, const char *want) {
  uint8_t out[CRYPTO_DIGEST_MAX];
  char hex[129];
  size_t len;
  assert_true(crypto_hash(h, text, n, out, &len, err, sizeof err));
  hex_of(out, len, hex);
  assert_string_equal(hex, want);
}

static void hashes(void **state) {
  (void)state;
  static const struct { enum recipe_hash h; const char *text, *want; } rows[] = {
    { H_MD5, "", "d41d8cd98f00b204e9800998ecf8427e" },
    { H_MD5, "message digest", "f96b697d7cb7938d525a2f31aaf161d0" },
    { H_SHA1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d" },
    { H_SHA256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { H_SHA256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
    { H_SHA384, "abc", "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7" },
    { H_SHA512, "abc", "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                       "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
    { H_SHA3_256, "abc", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532" },
    { H_KECCAK256, "", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470" },
    { H_KECCAK256, "abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45" },
    { H_KECCAK256, "transfer(address,uint256)", "a9059cbb2ab09eb219583f4a59a5d0623ade346d962bcd4e46b11da047c9049b" },
    { H_RIPEMD160, "abc", "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc" },
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) hash_is(rows[i].h, rows[i].text, strlen(rows[i].text), rows[i].want);
  char a[1000];                                   /* more than one block of each */
  memset(a, 'a', sizeof a);
  hash_is(H_SHA256, a, sizeof a, "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3");
  uint8_t out[CRYPTO_DIGEST_MAX];
  size_t len;
  assert_false(crypto_hash(H_NONE, "", 0, out, &len, err, sizeof err));
  assert_string_equal(err, "none cannot be used here");
  assert_false(crypto_hash((enum recipe_hash)99, "", 0, out, &len, err, sizeof err));
}

/* Storage slots and a sentence whose Keccak-256 is widely known. */
static void keccak_blocks(void **state) {
  (void)state;
  char a[272];
  memset(a, 0, sizeof a);
  hash_is(H_KECCAK256, a, 32, "290decd9548b62a8d60345a988386fc84ba6bc95484008f6362f93160ef3e563");
  hash_is(H_KECCAK256, a, 64, "ad3228b676f7d3cd4284a5443f17f1962b36e491b30a40b2405849e597ba5fb5");
  hash_is(H_KECCAK256, "The quick brown fox jumps over the lazy dog", 43, "4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15");
}

static void hmacs(void **state) {
  (void)state;
  static const char jefe[] = "what do ya want for nothing?";
  char aa[131], hex[129];
  memset(aa, 0xaa, sizeof aa);
  static const char big[] = "Test Using Larger Than Block-Size Key - Hash Key First";
  const struct { enum recipe_hash h; const void *key; size_t keylen; const char *text, *want; } rows[] = {
    { H_MD5, "Jefe", 4, jefe, "750c783e6ab0b503eaa86e310a5db738" },
    { H_SHA1, "Jefe", 4, jefe, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
    { H_SHA256, "Jefe", 4, jefe, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
    { H_SHA384, "Jefe", 4, jefe, "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649" },
    { H_SHA512, "Jefe", 4, jefe, "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
                                 "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737" },
    { H_SHA256, aa, 131, big, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
    { H_SHA512, aa, 131, big, "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
                              "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598" },
    { H_SHA256, "", 0, "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad" },
    { H_SHA3_256, "Jefe", 4, jefe, "c7d4072e788877ae3596bbb0da73b887c9171f93095b294ae857fbe2645e1ba5" },
    { H_RIPEMD160, "Jefe", 4, jefe, "dda6c0213a485a9e24f4742064a7f033b43c4069" },
  };
  uint8_t out[CRYPTO_DIGEST_MAX];
  size_t len;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_true(crypto_hmac(rows[i].h, rows[i].key, rows[i].keylen, rows[i].text, strlen(rows[i].text), out, &len, err, sizeof err));
    hex_of(out, len, hex);
    assert_string_equal(hex, rows[i].want);
  }
  assert_false(crypto_hmac(H_KECCAK256, "k", 1, "x", 1, out, &len, err, sizeof err));
  assert_string_equal(err, "keccak256 cannot be used here");
}

static void code(enum recipe_coding c, const char *in, const char *want) {
  uint8_t out[512];
  size_t len;
  const char *why = NULL;
  assert_true(coding_bound(c, strlen(in)) <= sizeof out);
  bool ok = coding_run(c, (const uint8_t *)in, strlen(in), out, &len, &why);
  if (!want) { assert_false(ok); assert_non_null(why); return; }
  assert_true(ok);
  assert_true(len <= coding_bound(c, strlen(in)));
  assert_int_equal(len, strlen(want));
  assert_memory_equal(out, want, len);
}

static void codings(void **state) {
  (void)state;
  static const char *const pairs[][2] = { { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
                                          { "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" } };
  for (size_t i = 0; i < 7; i++) {
    code(C_BASE64, pairs[i][0], pairs[i][1]);
    code(C_UNBASE64, pairs[i][1], pairs[i][0]);
  }
  code(C_BASE64URL, "\xfb\xff\xfe", "-__-");
  code(C_BASE64URL, "f", "Zg");
  code(C_UNBASE64, "-__-", "\xfb\xff\xfe");
  code(C_UNBASE64, "Zm9v\nYg", "foob");
  code(C_UNBASE64, "Zm9vY", NULL);
  code(C_UNBASE64, "Zm9v=", NULL);
  code(C_UNBASE64, "Zg==Zg==", NULL);
  code(C_UNBASE64, "Zm9*", NULL);
  code(C_HEX, "\x01\xab", "01ab");
  code(C_UNHEX, "61Bb", "a\xbb");
  code(C_UNHEX, "616", NULL);
  code(C_UNHEX, "6g", NULL);
  code(C_UPPER, "aZ1\xc3\xa4", "AZ1\xc3\xa4");
  code(C_LOWER, "aZ1", "az1");
  code(C_URLENCODE, "aZ09-._~ /?&=+!'()*\xc3\xa4", "aZ09-._~%20%2F%3F%26%3D%2B%21%27%28%29%2A%C3%A4");   /* RFC 3986 */
  code(C_FORMENCODE, "a b+c", "a+b%2Bc");
  code(C_JSONSTRING, "a\"\\/\n\t\x01\x7f\xc3\xa4", "\"a\\\"\\\\/\\n\\t\\u0001\x7f\xc3\xa4\"");
  uint8_t out[64];
  size_t len;
  assert_true(coding_base32((const uint8_t *)"MZXW6YTBOI======", 16, out, &len));
  assert_int_equal(len, 6);
  assert_memory_equal(out, "foobar", 6);
  assert_false(coding_base32((const uint8_t *)"MZ1", 3, out, &len));
  assert_true(coding_bound(C_URLENCODE, SIZE_MAX / 2) == SIZE_MAX);
}

static void totp(void **state) {
  (void)state;
  static const struct { int64_t at; const char *want; } rows[] = { { 59, "287082" }, { 1111111109, "081804" }, { 1111111111, "050471" },
    { 1234567890, "005924" }, { 2000000000, "279037" }, { 20000000000, "353130" } };
  char out[7];
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_true(crypto_totp("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 32, rows[i].at, out, err, sizeof err));
    assert_string_equal(out, rows[i].want);
  }
  assert_true(crypto_totp("gezd gnbv gy3t qojq gezd gnbv gy3t qojq", 39, 59, out, err, sizeof err));
  assert_string_equal(out, "287082");
  assert_false(crypto_totp("0189", 4, 59, out, err, sizeof err));
  assert_string_equal(err, "the two-factor secret is not base32");
}

/* The key of RFC 7515 A.2, in PKCS#8 made from its parts; the signature is the RFC's. */
#include "crypto_keys.h"

static void rsa_rfc7515(void **state) {
  (void)state;
  static const char input[] = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
  uint8_t out[CRYPTO_SIGNATURE_MAX], text[1024];
  size_t len, n;
  const char *why;
  for (int i = 0; i < 2; i++) {
    assert_true(crypto_rsa(H_SHA256, RSA_7515, strlen(RSA_7515), input, strlen(input), out, &len, err, sizeof err));
    assert_true(coding_run(C_BASE64URL, out, len, text, &n, &why));
    text[n] = '\0';
    assert_string_equal((char *)text, RSA_7515_SIGNATURE);
  }
  assert_true(crypto_rsa_verify(H_SHA256, RSA_7515, strlen(RSA_7515), input, strlen(input), out, len, err, sizeof err));
  assert_false(crypto_rsa_verify(H_SHA256, RSA_7515, strlen(RSA_7515), "x", 1, out, len, err, sizeof err));
  assert_string_equal(err, "");
  assert_true(crypto_rsa(H_SHA512, RSA_7515, strlen(RSA_7515), input, strlen(input), out, &len, err, sizeof err));
  assert_true(crypto_rsa_verify(H_SHA512, RSA_7515, strlen(RSA_7515), input, strlen(input), out, len, err, sizeof err));
  assert_false(crypto_rsa(H_SHA256, EC_7515, strlen(EC_7515), input, strlen(input), out, &len, err, sizeof err));
  assert_string_equal(err, "the private key is not an RSA key of at most 8192 bits");
  assert_false(crypto_rsa(H_SHA256, "nonsense", 8, input, strlen(input), out, &len, err, sizeof err));
  assert_string_equal(err, "the private key cannot be read: an RSA key in PEM is expected");
  assert_false(crypto_rsa(H_NONE, RSA_7515, strlen(RSA_7515), "short", 5, out, &len, err, sizeof err));
  static const char encrypted[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----";
  assert_false(crypto_rsa(H_SHA256, encrypted, strlen(encrypted), "x", 1, out, &len, err, sizeof err));
  assert_non_null(strstr(err, "encrypted"));
}

static void ecdsa_p256(void **state) {
  (void)state;
  /* RFC 7515 A.3: its signature verifies with the key given as a scalar in hex, and as PEM. */
  static const char input[] = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
  static const char rfc[] = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
  uint8_t sig[CRYPTO_SIGNATURE_MAX];
  size_t len;
  const char *why;
  assert_true(coding_run(C_UNBASE64, (const uint8_t *)rfc, strlen(rfc), sig, &len, &why));
  assert_int_equal(len, 64);
  assert_true(crypto_ecdsa_verify(CURVE_P256, H_SHA256, EC_7515, strlen(EC_7515), input, strlen(input), sig, len, err, sizeof err));
  assert_true(crypto_ecdsa_verify(CURVE_P256, H_SHA256, EC_7515_HEX, 64, input, strlen(input), sig, len, err, sizeof err));
  sig[10] ^= 1;
  assert_false(crypto_ecdsa_verify(CURVE_P256, H_SHA256, EC_7515_HEX, 64, input, strlen(input), sig, len, err, sizeof err));
  assert_string_equal(err, "");
  assert_false(crypto_ecdsa(CURVE_P256, H_SHA256, ECDSA_RECOVERABLE, EC_7515, strlen(EC_7515), input, strlen(input), sig, &len, err, sizeof err));
  assert_false(crypto_ecdsa(CURVE_P256, H_SHA256, ECDSA_COMPACT, EC_7515, strlen(EC_7515), input, strlen(input), sig, &len, err, sizeof err));
  assert_string_equal(err, "recoverable signatures are of secp256k1");
  for (enum ecdsa_form form = ECDSA_RAW; form < ECDSA_RECOVERABLE; form++)
    for (int i = 0; i < 8; i++) {
      assert_true(crypto_ecdsa(CURVE_P256, H_SHA256, form, EC_7515, strlen(EC_7515), input, strlen(input), sig, &len, err, sizeof err));
      assert_true(crypto_ecdsa_verify(CURVE_P256, H_SHA256, EC_7515_HEX, 64, input, strlen(input), sig, len, err, sizeof err));
      assert_true(form == ECDSA_DER || len == (form == ECDSA_RAW ? 64 : 65));
    }
  assert_false(crypto_ecdsa(CURVE_SECP256K1, H_SHA256, ECDSA_RAW, EC_7515, strlen(EC_7515), "x", 1, sig, &len, err, sizeof err));
  assert_string_equal(err, "the private key is not a secp256k1 key");
  assert_false(crypto_ecdsa((enum recipe_curve)7, H_SHA256, ECDSA_RAW, EC_7515, strlen(EC_7515), "x", 1, sig, &len, err, sizeof err));
}

/* A PEM as it comes through environment variables and forms: \n spelled out, blanks for line ends, no armour at all. */
static void pem_shapes(void **state) {
  (void)state;
  char shape[3][1024];
  size_t n[3] = { 0, 0, 0 };
  bool armour = true;
  uint8_t sig[CRYPTO_SIGNATURE_MAX];
  size_t len;
  for (const char *p = EC_7515; *p; p++) {
    if (*p == '\n') {
      memcpy(shape[0] + n[0], "\\n", 2);
      n[0] += 2;
      shape[1][n[1]++] = ' ';
      armour = p[1] == '-';
      continue;
    }
    shape[0][n[0]++] = shape[1][n[1]++] = *p;
    if (!armour) shape[2][n[2]++] = *p;
  }
  for (int i = 0; i < 3; i++) {
    assert_true(crypto_ecdsa(CURVE_P256, H_SHA256, ECDSA_RAW, shape[i], n[i], "x", 1, sig, &len, err, sizeof err));
    assert_true(crypto_ecdsa_verify(CURVE_P256, H_SHA256, EC_7515, strlen(EC_7515), "x", 1, sig, len, err, sizeof err));
  }
  uint8_t raw[32];
  bytes_of(EC_7515_HEX, raw);
  assert_true(crypto_ecdsa(CURVE_P256, H_SHA256, ECDSA_DER, raw, 32, "x", 1, sig, &len, err, sizeof err));
  assert_true(crypto_ecdsa_verify(CURVE_P256, H_SHA256, EC_7515, strlen(EC_7515), "x", 1, sig, len, err, sizeof err));
  memset(raw, 0xff, 32);                          /* larger than the order of the group */
  assert_false(crypto_ecdsa(CURVE_P256, H_SHA256, ECDSA_RAW, raw, 32, "x", 1, sig, &len, err, sizeof err));
  assert_string_equal(err, "these 32 bytes are not a P-256 private key");
  memset(raw, 0, 32);
  assert_false(crypto_ecdsa(CURVE_SECP256K1, H_SHA256, ECDSA_RAW, raw, 32, "x", 1, sig, &len, err, sizeof err));
}

/* Signatures are deterministic, low-s, and v tells which point it was. */
static void ecdsa_secp256k1(void **state) {
  (void)state;
  static const char key[] = "0x4c0883a69102937d6234147e2b8f5bbf04c4e9c9c8d2f3b1a5e6d7c8b9a0f1e2";
  uint8_t half[32], sig[CRYPTO_SIGNATURE_MAX], digest[CRYPTO_DIGEST_MAX];
  size_t len, n;
  int seen[2] = { 0, 0 };
  bytes_of("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0", half);
  for (int i = 0; i < 40; i++) {
    uint8_t again[CRYPTO_SIGNATURE_MAX], message[1] = { (uint8_t)i };
    size_t again_len;
    assert_true(crypto_hash(H_KECCAK256, message, 1, digest, &n, err, sizeof err));
    assert_true(crypto_ecdsa(CURVE_SECP256K1, H_NONE, ECDSA_RECOVERABLE, key, strlen(key), digest, 32, sig, &len, err, sizeof err));
    assert_true(crypto_ecdsa(CURVE_SECP256K1, H_NONE, ECDSA_RECOVERABLE, key, strlen(key), digest, 32, again, &again_len, err, sizeof err));
    assert_int_equal(len, 65);
    assert_int_equal(again_len, 65);
    assert_memory_equal(sig, again, 65);        /* r, s and v may be asked for one by one */
    assert_true(sig[64] < 2);
    seen[sig[64]]++;
    assert_true(memcmp(sig + 32, half, 32) <= 0);
    assert_true(crypto_ecdsa_verify(CURVE_SECP256K1, H_KECCAK256, key + 2, 64, message, 1, sig, 65, err, sizeof err));
  }
  assert_true(seen[0] && seen[1]);
  /* Compact ones have r in the lower half too: where the first k gives none, another one does. */
  int others = 0;
  for (int i = 0; i < 40; i++) {
    uint8_t compact[CRYPTO_SIGNATURE_MAX], message[1] = { (uint8_t)i };
    size_t compact_len;
    assert_true(crypto_ecdsa(CURVE_SECP256K1, H_SHA256, ECDSA_RECOVERABLE, key, strlen(key), message, 1, sig, &len, err, sizeof err));
    assert_true(crypto_ecdsa(CURVE_SECP256K1, H_SHA256, ECDSA_COMPACT, key, strlen(key), message, 1, compact, &compact_len, err, sizeof err));
    assert_int_equal(compact_len, 65);
    assert_true(compact[0] == 31 || compact[0] == 32);
    assert_true(memcmp(compact + 1, half, 32) <= 0 && memcmp(compact + 33, half, 32) <= 0);
    assert_true(crypto_ecdsa_verify(CURVE_SECP256K1, H_SHA256, key + 2, 64, message, 1, compact + 1, 64, err, sizeof err));
    bool first = memcmp(sig, half, 32) <= 0 && sig[0] && sig[32];
    assert_int_equal(memcmp(sig, compact + 1, 64) == 0, first);
    if (first) assert_int_equal(compact[0], 31 + sig[64]);
    others += !first;
  }
  assert_in_range(others, 5, 35);
  /* RFC 6979 over secp256k1, as the libraries of ledgers test it: key 1, "Satoshi Nakamoto" by SHA-256. */
  static const char one[] = "0000000000000000000000000000000000000000000000000000000000000001", message[] = "Satoshi Nakamoto";
  uint8_t want[64];
  bytes_of("934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8" "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5", want);
  assert_true(crypto_ecdsa(CURVE_SECP256K1, H_SHA256, ECDSA_RAW, one, 64, message, strlen(message), sig, &len, err, sizeof err));
  assert_int_equal(len, 64);
  assert_memory_equal(sig, want, 64);
  assert_false(crypto_ecdsa(CURVE_SECP256K1, H_SHA512, ECDSA_RAW, one, 64, message, strlen(message), sig, &len, err, sizeof err));
  assert_string_equal(err, "ecdsa on secp256k1 signs 32 bytes");
}

static void ed25519_rfc8032(void **state) {
  (void)state;
  static const struct { const char *seed, *message, *want; } rows[] = {
    { "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b" },
    { "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
    { "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
  };
  uint8_t message[8], sig[64], seed[32];
  char hex[129];
  for (size_t i = 0; i < 3; i++) {
    size_t n = bytes_of(rows[i].message, message);
    assert_true(crypto_ed25519(rows[i].seed, 64, message, n, sig, err, sizeof err));
    hex_of(sig, 64, hex);
    assert_string_equal(hex, rows[i].want);
    assert_true(crypto_ed25519_verify(rows[i].seed, 64, message, n, sig, err, sizeof err));
    bytes_of(rows[i].seed, seed);
    assert_true(crypto_ed25519(seed, 32, message, n, sig, err, sizeof err));
    hex_of(sig, 64, hex);
    assert_string_equal(hex, rows[i].want);
  }
  sig[0] ^= 1;
  assert_false(crypto_ed25519_verify(rows[2].seed, 64, "x", 1, sig, err, sizeof err));
  assert_string_equal(err, "");
  /* RFC 8410: the PKCS#8 example, seed D4EE72DB...5842. */
  static const char pem[] = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
  uint8_t other[64];
  assert_true(crypto_ed25519(pem, strlen(pem), "m", 1, sig, err, sizeof err));
  assert_true(crypto_ed25519("d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842", 64, "m", 1, other, err, sizeof err));
  assert_memory_equal(sig, other, 64);
  assert_false(crypto_ed25519("", 0, "m", 1, sig, err, sizeof err));
  assert_string_equal(err, "the private key is empty");
}

/* RFC 7515 A.1: the whole of an HS256 token. */
static void jwt_hs256(void **state) {
  (void)state;
  static const char input[] = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
  static const char key[] = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
  uint8_t raw[80], mac[CRYPTO_DIGEST_MAX], text[64];
  size_t n, len, out;
  const char *why;
  assert_true(coding_run(C_UNBASE64, (const uint8_t *)key, strlen(key), raw, &n, &why));
  assert_true(crypto_hmac(H_SHA256, raw, n, input, strlen(input), mac, &len, err, sizeof err));
  assert_true(coding_run(C_BASE64URL, mac, len, text, &out, &why));
  text[out] = '\0';
  assert_string_equal((char *)text, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
}

static int forget(void **state) { (void)state; crypto_forget(); return 0; }

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(hashes), cmocka_unit_test(keccak_blocks), cmocka_unit_test(hmacs), cmocka_unit_test(codings), cmocka_unit_test(totp),
    cmocka_unit_test(rsa_rfc7515), cmocka_unit_test(ecdsa_p256), cmocka_unit_test(pem_shapes), cmocka_unit_test(ecdsa_secp256k1),
    cmocka_unit_test(ed25519_rfc8032), cmocka_unit_test(jwt_hs256),
  };
  return cmocka_run_group_tests(tests, NULL, forget);
}
