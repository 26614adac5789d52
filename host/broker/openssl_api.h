/* libcrypto of OpenSSL 3, loaded when a private key or a passphrase is at hand: linked in, it would cost every start of the program, and each worker's, 1 to
 * 2 ms and 0.5 MB. What needs no key of that sort (digests, HMAC, what seals the key store) is nettle's, linked in. */
#ifndef BOURSE_OPENSSL_API_H
#define BOURSE_OPENSSL_API_H
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stddef.h>

#define OPENSSL_FUNCTIONS(X) \
  X(BN_bin2bn) X(BN_bn2binpad) X(BN_clear_free) X(BN_cmp) X(BN_free) X(BN_is_zero) X(BN_secure_new) X(BN_set_flags) \
  X(EC_GROUP_free) X(EC_GROUP_get0_order) X(EC_GROUP_new_by_curve_name) X(EC_POINT_free) X(EC_POINT_mul) X(EC_POINT_new) X(EC_POINT_point2oct) \
  X(ECDSA_SIG_free) X(ECDSA_SIG_get0) X(ECDSA_SIG_new) X(ECDSA_SIG_set0) X(d2i_ECDSA_SIG) X(i2d_ECDSA_SIG) X(d2i_AutoPrivateKey) X(d2i_PUBKEY) \
  X(ERR_clear_error) X(OBJ_nid2sn) X(OPENSSL_init_crypto) \
  X(EVP_DigestSign) X(EVP_DigestSignInit) X(EVP_DigestVerify) X(EVP_DigestVerifyInit) X(EVP_MD_CTX_free) X(EVP_MD_CTX_new) X(EVP_MD_CTX_reset) \
  X(EVP_MD_fetch) X(EVP_PBE_scrypt) X(EVP_PKEY_CTX_free) X(EVP_PKEY_CTX_new) X(EVP_PKEY_CTX_new_from_name) X(EVP_PKEY_CTX_set_rsa_padding) \
  X(EVP_PKEY_CTX_set_signature_md) X(EVP_PKEY_free) X(EVP_PKEY_fromdata) X(EVP_PKEY_fromdata_init) X(EVP_PKEY_get_bits) X(EVP_PKEY_get_bn_param) \
  X(EVP_PKEY_get_group_name) X(EVP_PKEY_is_a) X(EVP_PKEY_new_raw_private_key) X(EVP_PKEY_sign) X(EVP_PKEY_sign_init) X(EVP_PKEY_verify) \
  X(EVP_PKEY_verify_init) \
  X(OSSL_PARAM_free) X(OSSL_PARAM_BLD_free) X(OSSL_PARAM_BLD_new) X(OSSL_PARAM_BLD_push_BN) X(OSSL_PARAM_BLD_push_octet_string) \
  X(OSSL_PARAM_BLD_push_utf8_string) X(OSSL_PARAM_BLD_to_param)

typedef struct {
#define OPENSSL_FIELD(name) __typeof__(&name) name;
  OPENSSL_FUNCTIONS(OPENSSL_FIELD)
#undef OPENSSL_FIELD
} OpensslApi;

/* NULL with the reason in err when the library is missing. Loaded once; not for use from several threads at once, as crypto.h. */
const OpensslApi *openssl_api(char *err, size_t errlen);
#endif
