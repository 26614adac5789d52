/* floor URL N CAFILE: the least that it can cost: libcurl's multi interface, 16 in flight, bodies counted and thrown away. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

static size_t sink(char *p, size_t size, size_t n, void *total) {
  (void)p;
  *(size_t *)total += size * n;
  return size * n;
}

int main(int argc, char **argv) {
  enum { WIDTH = 16 };
  if (argc != 4) return 2;
  long left = atol(argv[2]), running = 0;
  size_t total = 0;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  CURLM *m = curl_multi_init();
  CURL *h[WIDTH];
  for (int i = 0; i < WIDTH; i++) {
    h[i] = curl_easy_init();
    curl_easy_setopt(h[i], CURLOPT_URL, argv[1]);
    curl_easy_setopt(h[i], CURLOPT_CAINFO, argv[3]);
    curl_easy_setopt(h[i], CURLOPT_WRITEFUNCTION, sink);
    curl_easy_setopt(h[i], CURLOPT_WRITEDATA, &total);
    if (left-- > 0) { curl_multi_add_handle(m, h[i]); running++; }
  }
  while (running > 0) {
    int still, queued;
    curl_multi_perform(m, &still);
    for (CURLMsg *msg; (msg = curl_multi_info_read(m, &queued)); ) {
      if (msg->msg != CURLMSG_DONE) continue;
      if (msg->data.result != CURLE_OK) { fprintf(stderr, "floor: %s\n", curl_easy_strerror(msg->data.result)); return 1; }
      CURL *e = msg->easy_handle;
      curl_multi_remove_handle(m, e);
      if (left-- > 0) curl_multi_add_handle(m, e); else running--;
    }
    if (running > 0) curl_multi_poll(m, NULL, 0, 1000, NULL);
  }
  return total > 0 ? 0 : 1;
}
