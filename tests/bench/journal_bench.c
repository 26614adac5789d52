/* How long the journal takes: journal_bench [ORDERS]. Makes one of so many orders of six events and two fills each, then times what the guard asks
 * before an order, a fill, and verify. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "broker/journal.h"

#define START 1718409600000       /* 2024-06-15, midnight UTC */
#define AT_ONCE 200               /* orders in a transaction */

static Journal *j;
static int64_t run;

static void check(bool ok, const char *what) {
  if (ok) return;
  fprintf(stderr, "journal_bench: %s: %s\n", what, j ? journal_error(j) : "no journal");
  exit(1);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void order(int i) {
  char client[24], venue_id[24], price[24], trade[24];
  int64_t at = START + i * 1000ll, id = 0;
  snprintf(client, sizeof client, "b-%d", i);
  snprintf(venue_id, sizeof venue_id, "O%d", i);
  snprintf(price, sizeof price, "%d.%02d", 60000 + i % 977, i % 100);
  JournalOrder o = { .run = run, .venue = i % 3 ? "kraken" : "okx", .account = "main", .symbol = i % 2 ? "BTC/USD" : "ETH/USD", .type = "limit",
    .side = i / 2 % 2 ? "sell" : "buy", .amount = "0.010", .price = price, .cost_asked = "600.25", .client_id = client, .created_ms = at };
  check(journal_intend(j, &o, &id), "intend");
  check(journal_mark(j, id, ORDER_SENT, &(JournalChange){ .text = "POST https://api.example/0/private/AddOrder\nvolume=0.010&type=limit" }, at + 1), "sent");
  check(journal_mark(j, id, ORDER_OPEN, &(JournalChange){ .venue_id = venue_id, .filled = "0" }, at + 2), "open");
  for (int k = 0; k < 2; k++) {
    snprintf(trade, sizeof trade, "T%d-%d", i, k);
    check(journal_fill(j, &(JournalFill){ .order = id, .trade_id = trade, .at_ms = at + 3 + k, .price = price, .amount = "0.005",
      .fee_cost = "0.78", .fee_currency = "USD" }, at + 3 + k, NULL), "fill");
  }
  check(journal_mark(j, id, ORDER_FILLED, NULL, at + 5), "filled");
}

static void sums(const char *what, int64_t since_ms) {
  JournalSums s;
  JournalSpan span = { .venue = "kraken", .symbol = "BTC/USD", .quote = "USD", .since_ms = since_ms };
  double t = now();
  check(journal_sums(j, &span, &s), "sums");
  printf("%-44s %9.3f ms\n", what, now() - t);
}

static void report(void *ctx, const char *fault) {
  (void)ctx;
  fprintf(stderr, "%s\n", fault);
}

int main(int argc, char **argv) {
  int n = argc > 1 ? atoi(argv[1]) : 10000;
  char dir[] = "/tmp/journal-bench-XXXXXX", path[64], command[64], err[400];
  JournalVerdict v;
  if (!mkdtemp(dir)) return 1;
  j = journal_open(dir, "live", true, err, sizeof err);
  check(j != NULL && journal_run_begin(j, "bench.lua", START, &run), "open");
  double t = now();
  for (int i = 0; i < n; i++) {
    if (i % AT_ONCE == 0) check(journal_begin(j), "begin");
    order(i);
    if ((i + 1) % AT_ONCE == 0 || i + 1 == n) check(journal_commit(j), "commit");
  }
  printf("%d orders written in %.0f ms\n", n, now() - t);
  int64_t last = START + (n - 1) * 1000ll, day = last - last % 86400000;
  journal_close(j);
  check((j = journal_open(dir, "live", true, err, sizeof err)) != NULL, "open");
  sums("sums of a minute, first after opening", last - 60000);
  sums("sums of a minute", last - 60000);
  sums("sums of the day", day);
  sums("sums of the day", day);
  t = now();
  order(n);
  printf("%-44s %9.3f ms\n", "an order of six events", now() - t);
  sums("sums of the day, after an order", day);
  check(journal_fill(j, &(JournalFill){ .order = n + 1, .trade_id = "late", .at_ms = last, .price = "1", .amount = "0.001" }, last, NULL), "fill");
  sums("sums of the day, after a fill told late", day);
  journal_close(j);
  snprintf(path, sizeof path, "%s/journal.db", dir);
  t = now();
  bool whole = journal_verify(path, report, NULL, &v);
  printf("verify %8lld events, %lld fills %21.0f ms\n", (long long)v.events, (long long)v.fills, now() - t);
  snprintf(command, sizeof command, "rm -rf %s", dir);
  return system(command) != 0 || !whole;
}
