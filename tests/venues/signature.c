#include "signature.h"
#include <string.h>
#include <strings.h>
#include "broker/coding.h"

static bool coded(enum recipe_hash h, enum recipe_coding coding, const char *secret, size_t secret_len, const char *message,
                  size_t n, char *out) {
  uint8_t mac[CRYPTO_DIGEST_MAX];
  size_t len, coded_len;
  char err[256];
  const char *why;
  if (!crypto_hmac(h, secret, secret_len, message, n, mac, &len, err, sizeof err)) return false;
  if (!coding_run(coding, mac, len, (uint8_t *)out, &coded_len, &why)) return false;
  out[coded_len] = 0;
  return true;
}

bool signature_hex(enum recipe_hash h, const char *secret, size_t secret_len, const char *message, size_t n, const char *given) {
  char right[2 * CRYPTO_DIGEST_MAX + 4];
  return coded(h, C_HEX, secret, secret_len, message, n, right) && !strcasecmp(right, given);
}

bool signature_base64(enum recipe_hash h, const char *secret, size_t secret_len, const char *message, size_t n, const char *given) {
  char right[2 * CRYPTO_DIGEST_MAX + 4];
  return coded(h, C_BASE64, secret, secret_len, message, n, right) && !strcmp(right, given);
}
