/* The scanner of host/worker/json.c beside yajl and jsmn, on a list of tickers of 1 MB. Standalone:
 *   cc -O2 -D_GNU_SOURCE -Ihost tests/bench/json_bench.c host/worker/json.c -lyajl -o /tmp/json_bench && /tmp/json_bench [FILE]
 * Each in turn, 200 rounds, medians; every one makes a tape or tokens of the same text. jsmn does not check numbers, words or UTF-8. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <yajl/yajl_parse.h>
#define JSMN_PARENT_LINKS
#define JSMN_STATIC
#include <jsmn.h>
#include "worker/json.h"

#define ROUNDS 200

static double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *v) {
  qsort(v, ROUNDS, sizeof *v, by_value);
  return v[ROUNDS / 2];
}

/* The least that yajl could be used for: the same nodes, number text kept. */
typedef struct { JsonNode *nodes; size_t n, cap; } Tape;
static int put(Tape *t, unsigned type, size_t len) {
  if (t->n == t->cap) t->nodes = realloc(t->nodes, (t->cap += t->cap / 2 + 16) * sizeof *t->nodes);
  if (!t->nodes) return 0;
  t->nodes[t->n++] = (JsonNode){ 0, (uint32_t)len & (JSON_MAX - 1), type & 7, 0 };
  return 1;
}
static int on_null(void *c) { return put(c, JSON_NULL, 4); }
static int on_bool(void *c, int b) { return put(c, b ? JSON_TRUE : JSON_FALSE, 4); }
static int on_number(void *c, const char *s, size_t n) { return (void)s, put(c, JSON_NUMBER, n); }
static int on_string(void *c, const unsigned char *s, size_t n) { return (void)s, put(c, JSON_STRING, n); }
static int on_open(void *c) { return put(c, JSON_OBJECT, 0); }
static int on_list(void *c) { return put(c, JSON_ARRAY, 0); }
static int on_close(void *c) { return (void)c, 1; }

static char *make_tickers(size_t *len) {
  char *text = malloc(2 << 20);
  size_t n = 0;
  unsigned r = 12345;
  text[n++] = '[';
  for (int i = 0; n < 1000000; i++) {
    r = r * 1103515245 + 12345;
    n += (size_t)sprintf(text + n, "%s{\"symbol\":\"C%05dUSDT\",\"priceChange\":\"%u.%08u\",\"priceChangePercent\":\"-%u.%03u\",\"weightedAvgPrice\":\"%u.%08u\","
      "\"lastPrice\":\"%u.%08u\",\"bidPrice\":\"%u.%08u\",\"bidQty\":\"%u.%08u\",\"askPrice\":\"%u.%08u\",\"openPrice\":\"%u.%08u\",\"highPrice\":\"%u.%08u\","
      "\"volume\":\"%u.%08u\",\"openTime\":%u000,\"closeTime\":%u000,\"firstId\":%u,\"count\":%u}", i ? "," : "", i,
      r % 90, r % 99999999, r % 9, r % 999, r % 60000, r % 9999999, r % 60000, r % 999999, r % 60000, r % 99999, r % 77, r % 999999, r % 60000, r % 9999,
      r % 60000, r % 99999, r % 60000, r % 99999, r % 7777, r % 99999, r % 99999999, r % 99999999, r, r % 100000);
  }
  text[n++] = ']';
  *len = n;
  return text;
}

int main(int argc, char **argv) {
  size_t len = 0;
  char *text = NULL, err[128];
  if (argc > 1) {
    FILE *f = fopen(argv[1], "rb");
    if (!f) return perror(argv[1]), 1;
    fseek(f, 0, SEEK_END);
    len = (size_t)ftell(f);
    rewind(f);
    text = malloc(len + 1);
    if (fread(text, 1, len, f) != len) return perror(argv[1]), 1;
    fclose(f);
  } else {
    text = make_tickers(&len);
  }
  static double ours[ROUNDS], yajl[ROUNDS], jsmn[ROUNDS];
  size_t tokens = 0, made = 0, nodes = 0;
  yajl_callbacks cb = { on_null, on_bool, NULL, NULL, on_number, on_string, on_open, on_string, on_close, on_list, on_close };
  for (int i = 0; i < ROUNDS; i++) {
    char *copy = malloc(len + 1);
    memcpy(copy, text, len);
    double t = now_ms();
    JsonDoc *d = json_parse(copy, len, err, sizeof err);
    ours[i] = now_ms() - t;
    if (!d) return puts(err), 1;
    nodes = d->n;
    json_unref(d);

    t = now_ms();
    Tape tape = { malloc((len / 12 + 16) * sizeof(JsonNode)), 0, len / 12 + 16 };
    yajl_handle h = yajl_alloc(&cb, NULL, &tape);
    if (yajl_parse(h, (unsigned char *)text, len) != yajl_status_ok || yajl_complete_parse(h) != yajl_status_ok) return puts("yajl failed"), 1;
    yajl_free(h);
    made = tape.n;
    free(tape.nodes);
    yajl[i] = now_ms() - t;

    t = now_ms();
    size_t cap = len / 6;
    jsmntok_t *tok = malloc(cap * sizeof *tok);
    jsmn_parser p;
    jsmn_init(&p);
    int got = jsmn_parse(&p, text, len, tok, (unsigned)cap);
    jsmn[i] = now_ms() - t;
    if (got < 0) return puts("jsmn failed"), 1;
    tokens = (size_t)got;
    free(tok);
  }
  printf("%zu bytes, %zu nodes (yajl %zu, jsmn %zu): ours %.2f ms, yajl %.2f ms, jsmn %.2f ms\n", len, nodes, made, tokens,
         median(ours), median(yajl), median(jsmn));
  free(text);
  return 0;
}
