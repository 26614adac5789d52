/* What evaluating the recipe of one signed request costs, in us: medians of several rounds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "broker/crypto.h"
#include "broker/recipe.h"
#include "../unit/crypto_keys.h"
#include "../unit/recipe_build.h"

#define ROUNDS 9

static bool draw(void *ctx, enum recipe_time unit, uint64_t *out, char *err, size_t errlen) {
  (void)unit; (void)err; (void)errlen;
  *out = ++*(uint64_t *)ctx;
  return true;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void binance(Build *b) {               /* ...&signature=signature(secret, query) */
  b_text(b, "https://api.binance.com/api/v3/order?symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.001&price=20000&timestamp=");
  b_op(b, R_TIME, 1, T_MS);
  b_text(b, "&recvWindow=10000&signature=");
  b_op(b, R_KEY, 1, K_SECRET);
  b_text(b, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.001&price=20000&timestamp=");
  b_op(b, R_TIME, 1, T_MS);
  b_text(b, "&recvWindow=10000");
  b_op(b, R_CONCAT, 1, 3);
  b_op(b, R_SIGNATURE, 0);
  b_op(b, R_CONCAT, 1, 4);
}

static void kraken(Build *b) {                /* base64(hmac(sha512, unbase64(secret), path .. sha256(nonce .. body))) */
  b_op(b, R_KEY, 1, K_SECRET);
  b_op(b, R_ENCODE, 1, C_UNBASE64);
  b_text(b, "/0/private/AddOrder");
  b_op(b, R_NONCE, 1, T_MS);
  b_text(b, "nonce=");
  b_op(b, R_NONCE, 1, T_MS);
  b_text(b, "&pair=XBTUSD&type=buy&ordertype=limit&price=20000&volume=0.001");
  b_op(b, R_CONCAT, 1, 4);
  b_op(b, R_HASH, 1, H_SHA256);
  b_op(b, R_CONCAT, 1, 2);
  b_op(b, R_HMAC, 1, H_SHA512);
  b_op(b, R_ENCODE, 1, C_BASE64);
}

static void coinbase(Build *b) {              /* an ES256 token */
  static const char head[] = "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6Im9yZ2FuaXphdGlvbnMvMTEifQ.";
  static const char payload[] = "{\"iss\":\"cdp\",\"sub\":\"organizations/11/apiKeys/66\",\"uri\":\"GET api.coinbase.com/api/v3/brokerage/accounts\",\"nbf\":";
  for (int i = 0; i < 2; i++) {
    if (i) b_op(b, R_KEY, 1, K_SECRET);
    b_text(b, head);
    b_text(b, payload);
    b_op(b, R_TIME, 1, T_S);
    b_text(b, "}");
    b_op(b, R_CONCAT, 1, 3);
    b_op(b, R_ENCODE, 1, C_BASE64URL);
    b_op(b, R_CONCAT, 1, 2);
    if (i) { b_op(b, R_ECDSA, 3, CURVE_P256, H_SHA256, ECDSA_RAW); b_op(b, R_ENCODE, 1, C_BASE64URL); }
    else b_text(b, ".");
  }
  b_op(b, R_CONCAT, 1, 3);
}

static void measure(const char *name, void (*write)(Build *), const char *secret, int times) {
  Build b = { .n = 0 };
  Credentials keys = { .field = { [K_APIKEY] = { "testApiKey0123456789", 20 }, [K_SECRET] = { secret, strlen(secret) } } };
  uint64_t nonce = 1718454896789;
  double took[ROUNDS];
  char err[256];
  write(&b);
  for (int round = 0; round < ROUNDS; round++) {
    double start = now_us();
    for (int i = 0; i < times; i++) {
      RecipeEnv env = { .credentials = &keys, .now_ns = 1718454896789000000, .nonce = draw, .ctx = &nonce };
      RecipeOut out;
      if (!recipe_eval(b.p, b.n, &env, &out, err, sizeof err)) { fprintf(stderr, "%s: %s\n", name, err); exit(1); }
      recipe_wipe();
    }
    took[round] = (now_us() - start) / times;
  }
  qsort(took, ROUNDS, sizeof *took, compare);
  printf("%-28s %8.2f us\n", name, took[ROUNDS / 2]);
}

int main(void) {
  measure("binance HMAC-SHA256", binance, "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j", 20000);
  measure("kraken SHA-256, HMAC-SHA512", kraken, "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg==", 20000);
  measure("coinbase ES256", coinbase, EC_7515, 1000);
  crypto_forget();
  return 0;
}
