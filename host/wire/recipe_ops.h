/* Signing recipes: what a sealed string is. The worker builds them (worker/sealed.c), the broker evaluates them
 * (broker/recipe.c) at the moment of sending. A recipe is a postfix program of bytes over a stack of strings;
 * it leaves exactly one string. Lengths are LEB128 varints. All evaluations for one request share one nonce and one time. */
#ifndef BOURSE_RECIPE_OPS_H
#define BOURSE_RECIPE_OPS_H

#define RECIPE_MAX (1u << 20)   /* bytes of a program */
#define RECIPE_STACK 200        /* deepest stack */
#define RECIPE_VALUE_MAX (8u << 20)

enum recipe_op {
  R_TEXT = 1,    /* varint n, n bytes: push */
  R_KEY,         /* u8 enum recipe_key: push that credential */
  R_NONCE,       /* u8 enum recipe_time: push the request's nonce, monotonic per key */
  R_TIME,        /* u8 enum recipe_time: push the clock (corrected for the venue) */
  R_CONCAT,      /* varint n: join the top n */
  R_HASH,        /* u8 enum recipe_hash: digest bytes of the top */
  R_HMAC,        /* u8 hash: pops message, then key */
  R_ENCODE,      /* u8 enum recipe_coding */
  R_RSA,         /* u8 hash: pops message, then PEM private key: PKCS#1 v1.5 signature bytes */
  R_ECDSA,       /* u8 enum recipe_curve, u8 hash, u8 form (0 raw r||s, 1 DER, 2 raw r||s||v recoverable, low s, 3 compact 31+v||r||s):
                    pops message, then key (PEM, or hex/raw 32 bytes) */
  R_ED25519,     /* pops message, then key (PEM, or 32 bytes seed) */
  R_SLICE,       /* varint from, varint to (1-based, inclusive): part of the top */
  R_IF_CONTAINS, /* varint n: pops needle, subject; goes on with the next n bytes if subject contains needle, else behind them (the shape
                    of a key decides the scheme: what is for a key of the other sort is not tried on this one) */
  R_TOTP,        /* pops a base32 secret: the 6-digit code of RFC 6238 for the request's time */
  R_OFFSET,      /* u8 recipe_time, zigzag varint ms: push time + ms (expiries) */
  R_SKIP,        /* varint n: the next n bytes are passed over */
  R_LENGTH,      /* pops a value of at most 127 bytes: one byte, its length (formats that put it in front of a text) */
  R_SIGNATURE    /* pops message, then secret: the text of the signature that goes with the sort of the secret. Of a text HMAC-SHA256 in hex; of a
                    private key (PEM) RSA with SHA-256 or Ed25519, in base64 */
};
enum recipe_key  { K_APIKEY, K_SECRET, K_UID, K_ACCOUNTID, K_LOGIN, K_PASSWORD, K_TWOFA, K_PRIVATEKEY, K_WALLETADDRESS, K_TOKEN, K_COUNT };
#define RECIPE_KEY_NAMES { "apiKey", "secret", "uid", "accountId", "login", "password", "twofa", "privateKey", "walletAddress", "token" }
enum recipe_time { T_MS, T_S, T_US, T_NS, T_ISO_MS, T_ISO_S, T_S_MS /* 1718454896.789 */ , T_ISO_NOZ /* 2024-06-15T12:34:56 */, T_COUNT };
#define RECIPE_TIME_NAMES { "ms", "s", "us", "ns", "iso", "iso_s", "s.ms", "iso_noz" }
enum recipe_hash { H_MD5, H_SHA1, H_SHA256, H_SHA384, H_SHA512, H_SHA3_256, H_KECCAK256, H_RIPEMD160, H_NONE /* sign the digest as given */, H_COUNT };
#define RECIPE_HASH_NAMES { "md5", "sha1", "sha256", "sha384", "sha512", "sha3_256", "keccak256", "ripemd160", "none" }
enum recipe_coding {
  C_BASE64, C_BASE64URL /* no padding */, C_UNBASE64 /* either alphabet */, C_HEX, C_UNHEX, C_UPPER, C_LOWER,
  C_URLENCODE /* RFC 3986 unreserved kept */, C_FORMENCODE /* space as + */, C_JSONSTRING /* escaped, with quotes */, C_COUNT
};
#define RECIPE_CODING_NAMES { "base64", "base64url", "unbase64", "hex", "unhex", "upper", "lower", "urlencode", "formencode", "jsonstring" }
enum recipe_curve { CURVE_P256, CURVE_SECP256K1, CURVE_COUNT };
#define RECIPE_CURVE_NAMES { "p256", "secp256k1" }
#endif
