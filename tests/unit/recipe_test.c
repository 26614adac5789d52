#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "broker/crypto.h"
#include "broker/recipe.h"
#include "crypto_keys.h"
#include "recipe_build.h"

#define CANARY "canary-secret-0123456789abcdef"

static Credentials keys;
static RecipeEnv env;
static Build b;
static RecipeOut out;
static char err[256];
static unsigned drawn;

static bool draw(void *ctx, enum recipe_time unit, uint64_t *value, char *e, size_t n) {
  (void)ctx; (void)unit; (void)e; (void)n;
  *value = 1000 + drawn++;
  return true;
}

static int fresh(void **state) {
  (void)state;
  memset(&keys, 0, sizeof keys);
  memset(&env, 0, sizeof env);
  keys.field[K_APIKEY] = (RecipeBytes){ "testApiKey0123456789", 20 };
  keys.field[K_SECRET] = (RecipeBytes){ CANARY, strlen(CANARY) };
  keys.field[K_PASSWORD] = (RecipeBytes){ "pass", 4 };
  keys.field[K_UID] = (RecipeBytes){ "up123456", 8 };
  env.credentials = &keys;
  env.redact = true;
  env.now_ns = 1718454896789123456;
  env.nonce = draw;
  b.n = 0;
  drawn = 0;
  return 0;
}

static int wipe(void **state) { (void)state; recipe_wipe(); crypto_forget(); return 0; }

static void gives(const char *value, const char *shown) {
  assert_true(recipe_eval(b.p, b.n, &env, &out, err, sizeof err));
  assert_int_equal(out.len, strlen(value));
  assert_memory_equal(out.value, value, out.len);
  assert_int_equal(out.shown_len, strlen(shown));
  assert_memory_equal(out.shown, shown, out.shown_len);
  b.n = 0;
}

static void fails(const char *why) {
  assert_false(recipe_eval(b.p, b.n, &env, &out, err, sizeof err));
  assert_string_equal(err, why);
  assert_null(out.value);
  b.n = 0;
}

static void texts_and_credentials(void **state) {
  (void)state;
  b_text(&b, "plain");
  gives("plain", "plain");
  b_text(&b, "");
  gives("", "");
  b_op(&b, R_KEY, 1, K_APIKEY);
  gives("testApiKey0123456789", "<apiKey>");
  b_op(&b, R_KEY, 1, K_APIKEY); b_text(&b, ":"); b_op(&b, R_KEY, 1, K_SECRET); b_op(&b, R_CONCAT, 1, 3); b_op(&b, R_ENCODE, 1, C_BASE64);
  gives("dGVzdEFwaUtleTAxMjM0NTY3ODk6Y2FuYXJ5LXNlY3JldC0wMTIzNDU2Nzg5YWJjZGVm", "base64(<apiKey>:<secret>)");
  b_op(&b, R_KEY, 1, K_APIKEY); b_op(&b, R_ENCODE, 1, C_URLENCODE);
  gives("testApiKey0123456789", "<apiKey>");
  b_op(&b, R_KEY, 1, K_APIKEY); b_op(&b, R_ENCODE, 1, C_JSONSTRING);
  gives("\"testApiKey0123456789\"", "\"<apiKey>\"");
  b_op(&b, R_CONCAT, 1, 0);
  gives("", "");
  b_op(&b, R_KEY, 1, K_TOKEN);
  fails("needs credential 'token'");
  env.credentials = NULL;
  b_op(&b, R_KEY, 1, K_SECRET);
  fails("needs credential 'secret'");
}

static void public_requests_get_nothing(void **state) {
  (void)state;
  env.is_public = true;
  b_op(&b, R_KEY, 1, K_SECRET);
  fails("a public request may not hold the credential 'secret'");
  b_op(&b, R_NONCE, 1, T_MS);
  fails("a public request may not hold a nonce");
  b_op(&b, R_TIME, 1, T_MS);
  gives("1718454896789", "1718454896789");
}

static void one_nonce_a_request(void **state) {
  (void)state;
  b_op(&b, R_NONCE, 1, T_MS); b_text(&b, "/"); b_op(&b, R_NONCE, 1, T_MS); b_op(&b, R_CONCAT, 1, 3);
  gives("1000/1000", "1000/1000");
  b_op(&b, R_NONCE, 1, T_MS);
  gives("1000", "1000");
  RecipeEnv next = env;
  memset(next.drawn, 0, sizeof next.drawn);
  env = next;
  b_op(&b, R_NONCE, 1, T_MS);
  gives("1001", "1001");
  b_op(&b, R_NONCE, 1, T_ISO_MS);
  fails("a nonce is in ms, s, us or ns");
  env.nonce = NULL;
  b_op(&b, R_NONCE, 1, T_NS);
  fails("there are no nonces here");
}

static void times(void **state) {
  (void)state;
  static const char *const want[T_COUNT] = { "1718454896789", "1718454896", "1718454896789123", "1718454896789123456",
    "2024-06-15T12:34:56.789Z", "2024-06-15T12:34:56Z", "1718454896.789", "2024-06-15T12:34:56" };
  for (int f = 0; f < T_COUNT; f++) { b_op(&b, R_TIME, 1, f); gives(want[f], want[f]); }
  b_op(&b, R_OFFSET, 3, T_S, 0x90, 0x4e);         /* zigzag 10000 = 5000 ms */
  gives("1718454901", "1718454901");
  b_op(&b, R_OFFSET, 2, T_MS, 1);                 /* -1 */
  gives("1718454896788", "1718454896788");
  char text[40];
  for (int64_t s = -62135596800; s < 253402300800; s += 86400 * 37 + 4567) {     /* against the C library, years 1 to 9999 */
    time_t t = s;
    struct tm tm;
    char lib[40];
    if (s < -9000000000 || s > 9000000000) continue;                             /* what ns in 64 bits holds */
    gmtime_r(&t, &tm);
    strftime(lib, sizeof lib, "%Y-%m-%dT%H:%M:%SZ", &tm);
    recipe_time_text(T_ISO_S, s * 1000000000, text);
    assert_string_equal(text, lib);
  }
}

static void signatures_are_shown(void **state) {
  (void)state;
  uint8_t mac[CRYPTO_DIGEST_MAX];
  char hex[65];
  size_t n;
  assert_true(crypto_hmac(H_SHA256, CANARY, strlen(CANARY), "msg", 3, mac, &n, err, sizeof err));
  for (int i = 0; i < 32; i++) snprintf(hex + 2 * i, 3, "%02x", mac[i]);
  b_op(&b, R_KEY, 1, K_SECRET); b_text(&b, "msg"); b_op(&b, R_HMAC, 1, H_SHA256); b_op(&b, R_ENCODE, 1, C_HEX);
  gives(hex, hex);
  /* A short password could be found from its hash; with a long credential in it it cannot. */
  b_op(&b, R_KEY, 1, K_PASSWORD); b_op(&b, R_HASH, 1, H_MD5); b_op(&b, R_ENCODE, 1, C_HEX);
  gives("1a1dc91c907325c69271ddf0c944bc72", "hex(<md5>)");
  b_text(&b, "k"); b_op(&b, R_KEY, 1, K_PASSWORD); b_op(&b, R_HMAC, 1, H_SHA1);
  assert_true(recipe_eval(b.p, b.n, &env, &out, err, sizeof err));
  assert_int_equal(out.shown_len, 6);
  assert_memory_equal(out.shown, "<hmac>", 6);
  b.n = 0;
  b_op(&b, R_KEY, 1, K_PASSWORD); b_op(&b, R_KEY, 1, K_SECRET); b_op(&b, R_CONCAT, 1, 2); b_op(&b, R_HASH, 1, H_MD5); b_op(&b, R_ENCODE, 1, C_HEX);
  assert_true(recipe_eval(b.p, b.n, &env, &out, err, sizeof err));
  assert_memory_equal(out.shown, out.value, 32);
  b.n = 0;
  keys.field[K_TWOFA] = (RecipeBytes){ "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 32 };
  env.now_ns = 59000000000;
  b_op(&b, R_KEY, 1, K_TWOFA); b_op(&b, R_TOTP, 0);
  gives("287082", "<totp>");
}

/* A hostile adapter may not look into a credential piece by piece. */
static void no_oracles(void **state) {
  (void)state;
  b_op(&b, R_KEY, 1, K_SECRET); b_op(&b, R_SLICE, 2, 1, 1);
  fails("a part of a credential cannot be taken");
  b_op(&b, R_KEY, 1, K_UID); b_op(&b, R_SLICE, 2, 3, 100);
  gives("123456", "slice(3,8,<uid>)");
  b_op(&b, R_KEY, 1, K_UID); b_op(&b, R_KEY, 1, K_SECRET); b_op(&b, R_CONCAT, 1, 2); b_op(&b, R_SLICE, 2, 1, 20);
  fails("a part of a credential cannot be taken");
  b_op(&b, R_KEY, 1, K_SECRET); b_text(&b, "c"); b_either(&b, "y", "n");
  fails("when_contains asks a credential only for marks such as \"PRIVATE KEY\"");
  b_op(&b, R_KEY, 1, K_SECRET); b_op(&b, R_KEY, 1, K_PASSWORD); b_either(&b, "y", "n");
  fails("when_contains asks a credential only for marks such as \"PRIVATE KEY\"");
  b_op(&b, R_KEY, 1, K_SECRET); b_text(&b, "PRIVATE KEY"); b_either(&b, "y", "n");
  gives("n", "n");
  keys.field[K_SECRET] = (RecipeBytes){ EC_7515, strlen(EC_7515) };
  b_op(&b, R_KEY, 1, K_SECRET); b_text(&b, "PRIVATE KEY"); b_op(&b, R_IF_CONTAINS, 1, 4); b_op(&b, R_KEY, 1, K_APIKEY); b_op(&b, R_SKIP, 1, 3); b_text(&b, "n");
  gives("testApiKey0123456789", "<apiKey>");
  b_text(&b, "abc"); b_text(&b, "b"); b_either(&b, "y", "n");
  gives("y", "y");
  /* What is for another sort of key is not tried. */
  b_text(&b, "abc"); b_text(&b, "x"); b_op(&b, R_IF_CONTAINS, 1, 4); b_op(&b, R_ENCODE, 1, C_UNHEX); b_op(&b, R_SKIP, 1, 3); b_text(&b, "n");
  gives("n", "n");
  b_text(&b, "abc"); b_text(&b, "b"); b_op(&b, R_IF_CONTAINS, 1, 5); b_text(&b, "y"); b_op(&b, R_SKIP, 1, 2); b_op(&b, R_ENCODE, 1, C_UNHEX);
  gives("y", "y");
  b_text(&b, "abc"); b_text(&b, "x"); b_op(&b, R_IF_CONTAINS, 1, 4); b_text(&b, "y");
  fails("the recipe is cut short");
  b_text(&b, "abc"); b_op(&b, R_SKIP, 1, 1);
  fails("the recipe is cut short");
  b_op(&b, R_KEY, 1, K_UID); b_op(&b, R_LENGTH, 0); b_op(&b, R_ENCODE, 1, C_HEX);
  gives("08", "08");
  b_bytes(&b, EC_7515, 128); b_op(&b, R_LENGTH, 0);
  fails("a length of more than 127 bytes");
  b_text(&b, RSA_7515); b_op(&b, R_KEY, 1, K_APIKEY); b_op(&b, R_RSA, 1, H_NONE);
  fails("rsa without a hash cannot sign a credential");
  b_op(&b, R_KEY, 1, K_APIKEY); b_op(&b, R_ENCODE, 1, C_UNHEX);
  fails("unhex of <apiKey>: not hex");
  env.redact = false;
  b_op(&b, R_KEY, 1, K_APIKEY); b_op(&b, R_ENCODE, 1, C_UNHEX);
  fails("unhex of a credential: not hex. Was it pasted whole?");
}

/* Where a text of the adapter's comes before a credential, what takes the front of it, or may fail over it, would tell it letter by letter. */
static void nothing_put_to_it(void **state) {
  static const char pad[] = "0123456789abcdef0123456789abcde";      /* 31 bytes: the first letter of the secret makes it a key, or what is signed */
  (void)state;
  b_text(&b, pad); b_op(&b, R_KEY, 1, K_SECRET); b_text(&b, "xyz"); b_op(&b, R_CONCAT, 1, 3); b_op(&b, R_ENCODE, 1, C_BASE64);
  b_text(&b, "m"); b_op(&b, R_ED25519, 0);
  fails("ed25519 takes a credential as it is: with more put to it, it would tell what it holds");
  b_text(&b, pad); b_op(&b, R_KEY, 1, K_SECRET); b_op(&b, R_CONCAT, 1, 2); b_text(&b, "m"); b_op(&b, R_ECDSA, 3, CURVE_P256, H_SHA256, 0);
  fails("ecdsa takes a credential as it is: with more put to it, it would tell what it holds");
  b_text(&b, "-----BEGIN PRIVATE KEY-----"); b_op(&b, R_KEY, 1, K_SECRET); b_op(&b, R_CONCAT, 1, 2); b_text(&b, "m"); b_op(&b, R_RSA, 1, H_SHA256);
  fails("rsa takes a credential as it is: with more put to it, it would tell what it holds");
  b_text(&b, EC_7515); b_text(&b, pad); b_op(&b, R_KEY, 1, K_SECRET); b_op(&b, R_CONCAT, 1, 2); b_op(&b, R_ECDSA, 3, CURVE_P256, H_NONE, 0);
  fails("ecdsa without a hash cannot sign a credential");
  b_text(&b, EC_7515); b_text(&b, pad); b_op(&b, R_KEY, 1, K_PASSWORD); b_op(&b, R_CONCAT, 1, 2); b_op(&b, R_ECDSA, 3, CURVE_P256, H_NONE, 0);
  fails("ecdsa without a hash cannot sign a credential");
  b_text(&b, "AA"); b_op(&b, R_KEY, 1, K_SECRET); b_op(&b, R_CONCAT, 1, 2); b_op(&b, R_ENCODE, 1, C_UNBASE64);
  fails("unbase64 takes a credential as it is: with more put to it, it would tell what it holds");
  b_op(&b, R_KEY, 1, K_SECRET); b_op(&b, R_ENCODE, 1, C_HEX); b_op(&b, R_ENCODE, 1, C_UNBASE64);
  fails("unbase64 takes a credential as it is: with more put to it, it would tell what it holds");
  b_op(&b, R_KEY, 1, K_SECRET); b_op(&b, R_ENCODE, 1, C_URLENCODE); b_op(&b, R_LENGTH, 0);
  fails("length_byte takes a credential as it is: with more put to it, it would tell what it holds");
  /* What adapters do with keys goes on. */
  keys.field[K_SECRET] = (RecipeBytes){ "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=", 44 };
  b_op(&b, R_KEY, 1, K_SECRET); b_op(&b, R_ENCODE, 1, C_UNBASE64); b_text(&b, "m"); b_op(&b, R_ED25519, 0);
  assert_true(recipe_eval(b.p, b.n, &env, &out, err, sizeof err));
  assert_int_equal(out.len, 64);
  b.n = 0;
  b_op(&b, R_KEY, 1, K_UID); b_op(&b, R_SLICE, 2, 3, 8); b_op(&b, R_ENCODE, 1, C_UNHEX); b_op(&b, R_ENCODE, 1, C_HEX);
  gives("123456", "hex(unhex(slice(3,8,<uid>)))");
  b_text(&b, EC_7515); b_op(&b, R_KEY, 1, K_PASSWORD); b_op(&b, R_HASH, 1, H_SHA256); b_op(&b, R_ECDSA, 3, CURVE_P256, H_NONE, 0);
  assert_true(recipe_eval(b.p, b.n, &env, &out, err, sizeof err));
  assert_int_equal(out.len, 64);
}

static void begins_plain(size_t n) {
  assert_true(recipe_eval(b.p, b.n, &env, &out, err, sizeof err));
  assert_int_equal(out.plain, n);
  b.n = 0;
}

/* How much of the front is text: by it a URL's host is known to hold nothing sealed. */
static void front_that_is_text(void **state) {
  (void)state;
  b_text(&b, "https://a/");
  begins_plain(10);
  b_text(&b, "https://a"); b_text(&b, "/x/"); b_op(&b, R_KEY, 1, K_UID); b_op(&b, R_CONCAT, 1, 2); b_text(&b, "/y"); b_op(&b, R_CONCAT, 1, 3);
  begins_plain(12);
  b_op(&b, R_TIME, 1, T_MS); b_text(&b, "https://a/"); b_op(&b, R_CONCAT, 1, 2);
  begins_plain(0);
  b_op(&b, R_NONCE, 1, T_MS);
  begins_plain(0);
  b_text(&b, "https://a/"); b_op(&b, R_ENCODE, 1, C_UPPER);
  begins_plain(0);
  b_text(&b, "https://"); b_op(&b, R_KEY, 1, K_SECRET); b_text(&b, "PRIVATE KEY"); b_either(&b, "a.example/", "b.example/"); b_op(&b, R_CONCAT, 1, 2);
  begins_plain(8);
}

static void asymmetric(void **state) {
  (void)state;
  keys.field[K_SECRET] = (RecipeBytes){ EC_7515, strlen(EC_7515) };
  b_op(&b, R_KEY, 1, K_SECRET); b_text(&b, "m"); b_op(&b, R_ECDSA, 3, CURVE_P256, H_SHA256, 0);
  assert_true(recipe_eval(b.p, b.n, &env, &out, err, sizeof err));
  assert_int_equal(out.len, 64);
  assert_int_equal(out.shown_len, 64);
  assert_true(crypto_ecdsa_verify(CURVE_P256, H_SHA256, EC_7515, strlen(EC_7515), "m", 1, out.value, out.len, err, sizeof err));
  b.n = 0;
  keys.field[K_SECRET] = (RecipeBytes){ RSA_7515, strlen(RSA_7515) };
  b_op(&b, R_KEY, 1, K_SECRET); b_text(&b, "m"); b_op(&b, R_RSA, 1, H_SHA256);
  assert_true(recipe_eval(b.p, b.n, &env, &out, err, sizeof err));
  assert_true(crypto_rsa_verify(H_SHA256, RSA_7515, strlen(RSA_7515), "m", 1, out.value, out.len, err, sizeof err));
  b.n = 0;
  b_op(&b, R_KEY, 1, K_SECRET); b_text(&b, "m"); b_op(&b, R_ED25519, 0);
  fails("the private key is not an Ed25519 key");
}

/* signature(secret, message): the secret's sort decides. */
static void signatures_by_sort(void **state) {
  static const char ed25519[] = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";
  static const struct { const char *secret; size_t n; } rows[] = {
    { "Jefe, and more", 64 },                                              /* HMAC-SHA256, in hex */
    { "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCh+BYK4uPJtGXO", 64 },      /* a text that begins as a key does is none: it is too short */
    { RSA_7515, 344 },
    { ed25519, 88 },
    { "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g", 88 } };
  char first[96];
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    keys.field[K_SECRET] = (RecipeBytes){ rows[i].secret, strlen(rows[i].secret) };
    b_op(&b, R_KEY, 1, K_SECRET); b_text(&b, "m"); b_op(&b, R_SIGNATURE, 0);
    if (!recipe_eval(b.p, b.n, &env, &out, err, sizeof err)) fail_msg("%zu: %s", i, err);
    assert_int_equal(out.len, rows[i].n);
    assert_int_equal(out.shown_len, i == 0 ? strlen("<signature>") : rows[i].n);      /* a short secret could be found by trying */
    if (i == 3) memcpy(first, out.value, out.len);
    if (i == 4) assert_memory_equal(first, out.value, out.len);
    b.n = 0;
  }
  keys.field[K_SECRET] = (RecipeBytes){ EC_7515, strlen(EC_7515) };
  b_op(&b, R_KEY, 1, K_SECRET); b_text(&b, "m"); b_op(&b, R_SIGNATURE, 0);
  fails("the private key is not an RSA or Ed25519 key");
  keys.field[K_SECRET] = (RecipeBytes){ RSA_7515, 100 };
  b_op(&b, R_KEY, 1, K_SECRET); b_text(&b, "m"); b_op(&b, R_SIGNATURE, 0);
  fails("the private key cannot be read: an RSA or Ed25519 key in PEM is expected");
  b_text(&b, "PRIVATE KE"); b_op(&b, R_KEY, 1, K_SECRET); b_op(&b, R_CONCAT, 1, 2); b_text(&b, "m"); b_op(&b, R_SIGNATURE, 0);
  fails("signature takes a credential as it is: with more put to it, it would tell what it holds");
  b_text(&b, "PRIVATE KE"); b_op(&b, R_KEY, 1, K_SECRET); b_op(&b, R_CONCAT, 1, 2); b_text(&b, "PRIVATE KEY"); b_either(&b, "y", "n");
  fails("when_contains asks a credential as it is: with a text in front of it, a mark would tell how it begins");
  b_op(&b, R_KEY, 1, K_SECRET); b_op(&b, R_ENCODE, 1, C_UPPER); b_text(&b, "PRIVATE KEY"); b_either(&b, "y", "n");
  fails("when_contains asks a credential as it is: with a text in front of it, a mark would tell how it begins");
}

static void bad_programs(void **state) {
  (void)state;
  fails("the recipe leaves 0 values instead of one");
  b_byte(&b, 99);
  fails("the recipe has an unknown step (99)");
  b_op(&b, R_TEXT, 2, 5, 'a');
  fails("the recipe is cut short");
  b_byte(&b, R_TEXT); for (int i = 0; i < 9; i++) b_byte(&b, 0xff); b_byte(&b, 1);      /* 2^64 - 1 bytes */
  fails("the recipe is cut short");
  b_byte(&b, R_TEXT); for (int i = 0; i < 12; i++) b_byte(&b, 0xff);
  fails("the recipe has a number that is too long");
  b_op(&b, R_HASH, 1, H_SHA256);
  fails("the recipe takes more values than it has");
  b_op(&b, R_CONCAT, 1, 2);
  fails("the recipe takes more values than it has");
  b_text(&b, "a"); b_text(&b, "b");
  fails("the recipe leaves 2 values instead of one");
  b_op(&b, R_KEY, 1, K_COUNT);
  fails("the recipe has an operand out of range (10)");
  b_text(&b, "a"); b_op(&b, R_HASH, 1, 77);
  fails("the recipe has an operand out of range (77)");
  b_text(&b, "k"); b_text(&b, "a"); b_op(&b, R_HMAC, 1, H_NONE);
  fails("none cannot be used here");
  for (int i = 0; i <= RECIPE_STACK; i++) b_text(&b, "a");
  fails("the recipe is nested deeper than 200");
  b_op(&b, R_OFFSET, 1, T_MS); for (int i = 0; i < 9; i++) b_byte(&b, 0xff); b_byte(&b, 1);
  fails("the time offset is too large");
  uint8_t *big = calloc(1, RECIPE_MAX + 1);
  assert_false(recipe_eval(big, RECIPE_MAX + 1, &env, &out, err, sizeof err));
  assert_string_equal(err, "the recipe is longer than 1048576 bytes");
  free(big);
}

/* Programs of a megabyte that try to use up memory or time. */
static void bombs(void **state) {
  (void)state;
  uint8_t *p = malloc(RECIPE_MAX);
  size_t half = RECIPE_MAX / 2, n = 0;
  p[n++] = R_TEXT;
  for (uint64_t v = half; ; v >>= 7) { p[n++] = (uint8_t)((v & 127) | (v > 127 ? 128 : 0)); if (v <= 127) break; }
  memset(p + n, 'a', half);
  n += half;
  size_t start = n;
  while (n + 2 <= RECIPE_MAX) { p[n++] = R_ENCODE; p[n++] = C_HEX; }
  assert_false(recipe_eval(p, n, &env, &out, err, sizeof err));
  assert_string_equal(err, "a value of the request is larger than 8 MiB");
  n = start;
  while (n + 2 <= RECIPE_MAX) { p[n++] = R_ENCODE; p[n++] = C_LOWER; }
  assert_false(recipe_eval(p, n, &env, &out, err, sizeof err));
  assert_string_equal(err, "signing this request takes too much work");
  n = 0;
  p[n++] = R_KEY; p[n++] = K_APIKEY;                /* shown as lower(upper(lower(... */
  while (n + 4 <= RECIPE_MAX) { p[n++] = R_ENCODE; p[n++] = C_UPPER; p[n++] = R_ENCODE; p[n++] = C_LOWER; }
  assert_false(recipe_eval(p, n, &env, &out, err, sizeof err));
  assert_string_equal(err, "signing this request takes too much work");
  free(p);
}

/* A value too large for the first piece of the arena, with others kept before it. */
static void large_values(void **state) {
  (void)state;
  size_t size = 300000;
  uint8_t *p = malloc(size + 64);
  RecipeOut before, large;
  b_op(&b, R_KEY, 1, K_SECRET);
  assert_true(recipe_eval(b.p, b.n, &env, &before, err, sizeof err));
  size_t n = 0;
  p[n++] = R_KEY; p[n++] = K_APIKEY; p[n++] = R_TEXT; p[n++] = 0xe0; p[n++] = 0xa7; p[n++] = 0x12;
  memset(p + n, 'x', size);
  n += size;
  p[n++] = R_CONCAT; p[n++] = 2;
  assert_true(recipe_eval(p, n, &env, &large, err, sizeof err));
  assert_int_equal(large.len, size + 20);
  assert_memory_equal(large.value, "testApiKey0123456789xxx", 23);
  assert_int_equal(large.shown_len, size + 8);
  assert_memory_equal(large.shown, "<apiKey>xxx", 11);
  assert_memory_equal(before.value, CANARY, strlen(CANARY));
  assert_memory_equal(before.shown, "<secret>", 8);
  const uint8_t *kept = before.value;
  recipe_wipe();
  for (size_t i = 0; i < strlen(CANARY); i++) assert_int_equal(kept[i], 0);
  free(p);
}

/* Failed and finished runs leave no secret behind in what they used. */
static void leaves_nothing(void **state) {
  (void)state;
  recipe_wipe();
  b_text(&b, "x");
  assert_true(recipe_eval(b.p, b.n, &env, &out, err, sizeof err));
  const uint8_t *base = out.value;
  recipe_wipe();
  b.n = 0;
  b_op(&b, R_KEY, 1, K_SECRET); b_op(&b, R_ENCODE, 1, C_LOWER); b_op(&b, R_HASH, 1, H_SHA256);
  assert_true(recipe_eval(b.p, b.n, &env, &out, err, sizeof err));
  assert_null(memmem(base, 4096, "canary", 6));
  b_byte(&b, 99);
  assert_false(recipe_eval(b.p, b.n, &env, &out, err, sizeof err));
  assert_null(memmem(base, 4096, "canary", 6));
}

static uint64_t seed = 88172645463325252u;
static uint32_t rnd(uint32_t below) {
  seed ^= seed << 13; seed ^= seed >> 7; seed ^= seed << 17;
  return (uint32_t)(seed >> 32) % below;
}

/* Mostly sound: an operation that finds too little on the stack pushes a text instead, and what is left is joined. */
static void random_program(void) {
  static const uint8_t takes[] = { 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 1, 1, 2, 0 }, leaves[] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1 };
  int depth = 0;
  b.n = 0;
  for (int i = 1 + (int)rnd(14); i > 0; i--) {
    unsigned op = rnd(14);
    if (takes[op] > depth) op = rnd(5);
    depth += leaves[op] - takes[op];
    switch (op) {
      case 0: case 1: case 2: b_bytes(&b, "PRIVATE KEY 0123456789abcdef0123456789abcdef", rnd(44)); break;
      case 3: case 4: b_op(&b, R_KEY, 1, (int)rnd(K_COUNT)); break;
      case 5: b_op(&b, R_TIME, 1, (int)rnd(T_COUNT)); break;
      case 6: b_op(&b, R_CONCAT, 1, 2); break;
      case 7: b_op(&b, R_HASH, 1, (int)rnd(H_KECCAK256)); break;
      case 8: b_op(&b, R_HMAC, 1, (int)rnd(H_SHA3_256)); break;
      case 9: case 10: b_op(&b, R_ENCODE, 1, (int)rnd(C_COUNT)); break;
      case 11: b_op(&b, R_SLICE, 2, (int)rnd(9), (int)rnd(60)); break;
      case 12: b_op(&b, R_IF_CONTAINS, 1, rnd(3) ? 0 : (int)rnd(30)); break;
      default: b_op(&b, R_NONCE, 1, (int)rnd(T_ISO_MS)); break;
    }
  }
  if (depth > 1) b_op(&b, R_CONCAT, 1, depth);
}

static void fuzz(void **state) {
  (void)state;
  int good = 0;
  uint8_t copy[8192];
  for (int k = 0; k < K_COUNT; k++) if (!keys.field[k].p) keys.field[k] = (RecipeBytes){ CANARY, strlen(CANARY) };
  for (int i = 0; i < 60000; i++) {
    random_program();
    for (int m = (int)rnd(3); m > 0 && i % 2 && b.n; m--) b.p[rnd((uint32_t)b.n)] = (uint8_t)rnd(256);
    if (i % 7 == 0 && b.n) b.n -= rnd((uint32_t)b.n);
    uint8_t *exact = malloc(b.n ? b.n : 1);        /* so that a byte too far is seen */
    memcpy(exact, b.p, b.n);
    memcpy(copy, b.p, b.n);
    err[0] = '\0';
    if (recipe_eval(exact, b.n, &env, &out, err, sizeof err)) {
      good++;
      assert_true(out.len <= RECIPE_VALUE_MAX);
      assert_non_null(out.shown);
      assert_null(memmem(out.shown, out.shown_len, "canary", 6));
      assert_null(memmem(out.shown, out.shown_len, "testApiKey", 10));
    } else assert_true(err[0] != '\0');
    assert_null(strstr(err, "canary"));
    assert_memory_equal(exact, copy, b.n);
    free(exact);
    if (i % 100 == 0) recipe_wipe();
  }
  assert_true(good > 5000);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, fresh, wipe)
  const struct CMUnitTest tests[] = { T(texts_and_credentials), T(public_requests_get_nothing), T(one_nonce_a_request), T(times),
    T(signatures_are_shown), T(no_oracles), T(nothing_put_to_it), T(front_that_is_text), T(asymmetric),
    T(signatures_by_sort), T(bad_programs), T(bombs), T(large_values), T(leaves_nothing), T(fuzz) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
