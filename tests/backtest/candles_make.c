/* Makes a series in a file of candles: candles_make FILE VENUE SYMBOL TIMEFRAME FIRST-MS COUNT KIND [GAP-AT GAP-LENGTH]
 * KIND: walk (seeded by the symbol), wave (up and down by a tenth over 48 candles), flat, steps (up by 1 % and down again, each second candle), or
 * rows: COUNT lines "open high low close volume" come on stdin. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "broker/candles.h"

static uint64_t state;

static double chance(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (double)(state >> 33) / (double)(1u << 31);
}

static double close_of(const char *kind, double open, size_t i) {
  if (!strcmp(kind, "walk")) return open * (1 + (chance() - 0.498) * 0.02);
  if (!strcmp(kind, "wave")) return 100 * (1 + 0.1 * sin((double)(i + 1) * 3.14159265358979 / 24));
  if (!strcmp(kind, "steps")) return i % 2 ? 100 : 101;
  return 100;
}

int main(int argc, char **argv) {
  char err[300], market[600];
  if (argc < 8) return 2;
  const char *symbol = argv[3], *timeframe = argv[4], *kind = argv[7];
  size_t count = strtoul(argv[6], NULL, 10), gap = argc > 8 ? strtoul(argv[8], NULL, 10) : SIZE_MAX, length = argc > 9 ? strtoul(argv[9], NULL, 10) : 0;
  char base[24], quote[24];
  if (sscanf(symbol, "%23[^/]/%23s", base, quote) != 2) return 2;
  snprintf(market, sizeof market, "{\"symbol\":\"%s\",\"base\":\"%s\",\"quote\":\"%s\",\"type\":\"spot\",\"spot\":true,\"taker\":0.001,\"maker\":0.0005,"
           "\"precision\":{\"amount\":0.0001,\"price\":0.01},\"limits\":{\"amount\":{\"min\":0.001},\"cost\":{\"min\":1}}}", symbol, base, quote);
  Candles *c = candles_open(argv[1], true, err, sizeof err);
  int64_t id = c ? candles_series(c, &(CandleSeries){ .venue = argv[2], .symbol = symbol, .timeframe = timeframe, .base = base, .quote = quote,
                                                      .precision = "tick", .market = market }) : -1;
  if (id <= 0) return fprintf(stderr, "%s\n", c ? candles_error(c) : err), 1;
  CandleRow *rows = calloc(count + 1, sizeof *rows);
  char (*texts)[CANDLE_FIGURES][32] = calloc(count + 1, sizeof *texts);
  size_t n = 0;
  int64_t at = strtoll(argv[5], NULL, 10), from = at;
  double last = 100;
  for (const char *s = symbol; *s; s++) state = state * 31 + (unsigned char)*s;
  for (size_t i = 0; i < count; i++, at = candle_end(at, timeframe)) {
    double f[CANDLE_FIGURES] = { last, 0, 0, close_of(kind, last, i), 50 };
    f[CANDLE_HIGH] = fmax(f[0], f[3]) * (strcmp(kind, "walk") ? 1 : 1.003);
    f[CANDLE_LOW] = fmin(f[0], f[3]) * (strcmp(kind, "walk") ? 1 : 0.997);
    last = f[3];
    if (!strcmp(kind, "rows") && scanf("%lf %lf %lf %lf %lf", &f[0], &f[1], &f[2], &f[3], &f[4]) != 5) return 2;
    if (i >= gap && i < gap + length) continue;
    rows[n].at_ms = at;
    for (int k = 0; k < CANDLE_FIGURES; k++) {
      snprintf(texts[n][k], 32, "%.2f", f[k]);
      rows[n].figures[k] = texts[n][k];
    }
    n++;
  }
  CandlesPut done;
  if (!candles_put(c, id, (CandleSpan){ from, at }, rows, n, &done)) return fprintf(stderr, "%s\n", candles_error(c)), 1;
  candles_close(c);
  free(rows);
  free(texts);
  return 0;
}
