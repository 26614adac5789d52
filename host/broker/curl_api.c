#include "broker/curl_api.h"
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#define OLDEST 0x075500    /* 7.85: CURLOPT_PROTOCOLS_STR */

const CurlApi *curl_api(char *err, size_t errlen) {
  static CurlApi api;
  static bool ready;
  if (ready) return &api;
  void *lib = dlopen("libcurl.so.4", RTLD_LAZY | RTLD_LOCAL);
  if (!lib) {
    snprintf(err, errlen, "libcurl is missing: %s", dlerror());
    return NULL;
  }
#define CURL_LOAD(name) { \
    void *f = dlsym(lib, "curl_" #name); \
    if (!f) return snprintf(err, errlen, "libcurl has no curl_" #name), NULL; \
    memcpy(&api.name, &f, sizeof f); \
  }
  CURL_FUNCTIONS(CURL_LOAD)
#undef CURL_LOAD
  if (api.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return snprintf(err, errlen, "libcurl does not start"), NULL;
  const curl_version_info_data *v = api.version_info(CURLVERSION_NOW);
  if (v->version_num < OLDEST) {
    snprintf(err, errlen, "libcurl %s is too old: 7.85 or newer is needed", v->version);
    return NULL;
  }
  ready = true;
  return &api;
}
