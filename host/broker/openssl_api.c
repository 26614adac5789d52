#include "broker/openssl_api.h"
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static OpensslApi api;
static bool ready;

static bool load(char *err, size_t errlen) {
  void *lib = dlopen("libcrypto.so.3", RTLD_LAZY | RTLD_LOCAL);
  if (!lib) return snprintf(err, errlen, "libcrypto (OpenSSL 3) is missing: %s", dlerror()), false;
#define OPENSSL_LOAD(name) { \
    void *f = dlsym(lib, #name); \
    if (!f) return snprintf(err, errlen, "libcrypto (OpenSSL 3) has no " #name), false; \
    memcpy(&api.name, &f, sizeof f); \
  }
  OPENSSL_FUNCTIONS(OPENSSL_LOAD)
#undef OPENSSL_LOAD
  return true;
}

const OpensslApi *openssl_api(char *err, size_t errlen) {
  if (!ready) ready = load(err, errlen);
  return ready ? &api : NULL;
}
