#include "broker/curl_api.h"
#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OLDEST 0x075500    /* 7.85: CURLOPT_PROTOCOLS_STR */

static CurlApi api;
static bool ready, loading;
static pthread_t loader;
static char why_not[200];

/* GnuTLS comes along with Debian's libcurl (for RTMP) and would set itself up to be used. */
static void prepare(void) { setenv("GNUTLS_NO_IMPLICIT_INIT", "1", 0); }

/* What OpenSSL sets up once and keeps: the first connection would do it with somebody waiting. A libcurl with another TLS library has no SSL_CTX_new. */
static void warm(void *lib) {
  void *(*client)(void) = NULL, *(*make)(const void *) = NULL;
  void (*give_up)(void *) = NULL;
  int (*seed)(void) = NULL;
  void *names[] = { dlsym(lib, "TLS_client_method"), dlsym(lib, "SSL_CTX_new"), dlsym(lib, "SSL_CTX_free"), dlsym(lib, "RAND_status") };
  if (!names[0] || !names[1] || !names[2] || !names[3]) return;
  memcpy(&client, &names[0], sizeof client);
  memcpy(&make, &names[1], sizeof make);
  memcpy(&give_up, &names[2], sizeof give_up);
  memcpy(&seed, &names[3], sizeof seed);
  seed();
  void *ctx = make(client());
  if (ctx) give_up(ctx);
}

static bool load(char *err, size_t errlen) {
  void *lib = dlopen("libcurl.so.4", RTLD_LAZY | RTLD_LOCAL);
  if (!lib) {
    snprintf(err, errlen, "libcurl is missing: %s", dlerror());
    return false;
  }
#define CURL_LOAD(name) { \
    void *f = dlsym(lib, "curl_" #name); \
    if (!f) return snprintf(err, errlen, "libcurl has no curl_" #name), false; \
    memcpy(&api.name, &f, sizeof f); \
  }
  CURL_FUNCTIONS(CURL_LOAD)
#undef CURL_LOAD
  if (api.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return snprintf(err, errlen, "libcurl does not start"), false;
  const curl_version_info_data *v = api.version_info(CURLVERSION_NOW);
  if (v->version_num < OLDEST) {
    snprintf(err, errlen, "libcurl %s is too old: 7.85 or newer is needed", v->version);
    return false;
  }
  warm(lib);
  return true;
}

static void *load_beside(void *ctx) {
  void (*also)(void);
  memcpy(&also, &ctx, sizeof also);
  ready = load(why_not, sizeof why_not);
  also();
  return NULL;
}

void curl_api_begin(void (*also)(void)) {
  void *ctx;
  if (ready || loading) return;
  prepare();
  mallopt(M_ARENA_MAX, 1);      /* what the thread keeps is used by this one; an arena of its own grows page by page */
  memcpy(&ctx, &also, sizeof ctx);
  loading = pthread_create(&loader, NULL, load_beside, ctx) == 0;
}

void curl_api_end(void) {
  if (loading) pthread_join(loader, NULL);
  loading = false;
}

const CurlApi *curl_api(char *err, size_t errlen) {
  bool begun = loading;
  curl_api_end();
  if (ready) return &api;
  if (begun) return snprintf(err, errlen, "%s", why_not), NULL;
  prepare();
  ready = load(err, errlen);
  return ready ? &api : NULL;
}
