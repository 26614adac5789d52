/* libcurl, loaded when a request is to be made: linked in, it would cost every start of the program 5 ms and 4 MB. */
#ifndef BOURSE_CURL_API_H
#define BOURSE_CURL_API_H
#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

#define CURL_FUNCTIONS(X) \
  X(global_init) X(easy_init) X(easy_setopt) X(easy_getinfo) X(easy_cleanup) X(easy_strerror) X(version_info) \
  X(multi_init) X(multi_setopt) X(multi_add_handle) X(multi_remove_handle) X(multi_socket_action) \
  X(multi_info_read) X(multi_cleanup) X(multi_strerror) X(slist_append) X(slist_free_all) X(url) X(url_set) X(url_cleanup)

typedef struct {
#define CURL_FIELD(name) __typeof__(&curl_##name) name;
  CURL_FUNCTIONS(CURL_FIELD)
#undef CURL_FIELD
} CurlApi;

/* Starts to load it, and calls `also`, beside whatever else is done: a request is to come. */
void curl_api_begin(void (*also)(void));
void curl_api_end(void);             /* waits for that, before the program may end */
/* NULL with the reason in err when the library is missing or too old. Loaded once. */
const CurlApi *curl_api(char *err, size_t errlen);
#endif
