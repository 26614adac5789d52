/* A journal in a folder of its own, and orders for it. */
#ifndef JOURNAL_MAKE_H
#define JOURNAL_MAKE_H
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "broker/journal.h"

#define NOW 1718454896789

static char dir[64], err[600], faults[4096];
static Journal *J;
static int64_t run;

static inline void journal_start(const char *mode) {
  J = journal_open(dir, mode, true, err, sizeof err);
  if (!J) fail_msg("%s", err);
  if (!journal_run_begin(J, "arbitrage.lua", NOW, &run)) fail_msg("%s", journal_error(J));
}

static int fresh(void **state) {
  (void)state;
  strcpy(dir, "/tmp/bourse-journal-XXXXXX");
  return mkdtemp(dir) ? 0 : -1;
}

static int clean(void **state) {
  (void)state;
  char command[128];
  journal_close(J);
  J = NULL;
  snprintf(command, sizeof command, "rm -rf %s", dir);
  return system(command);
}

static inline JournalOrder order_like(const char *client_id) {
  return (JournalOrder){ .run = run, .venue = "kraken", .account = "main", .symbol = "BTC/USD", .type = "limit", .side = "buy", .amount = "0.10",
    .price = "60000", .cost_asked = "6000", .params = "{\"postOnly\":true}", .client_id = client_id, .created_ms = NOW };
}

#define OK(call) do { if (!(call)) fail_msg("line %d: %s", __LINE__, journal_error(J)); } while (0)
#define REFUSED(call, why) do { assert_false(call); if (!strstr(journal_error(J), why)) fail_msg("line %d: %s", __LINE__, journal_error(J)); } while (0)

static inline int64_t intend_as(const JournalOrder *o) {
  int64_t id = 0;
  OK(journal_intend(J, o, &id));
  return id;
}

static inline int64_t intend(const char *client_id) {
  JournalOrder o = order_like(client_id);
  return intend_as(&o);
}

static inline void keep_fault(void *ctx, const char *fault) {
  (void)ctx;
  size_t n = strlen(faults);
  snprintf(faults + n, sizeof faults - n, "%s\n", fault);
}

static inline bool verify(JournalVerdict *v, const char *file) {
  char path[128];
  snprintf(path, sizeof path, "%s/%s", dir, file);
  faults[0] = 0;
  return journal_verify(path, keep_fault, NULL, v);
}

static inline void clean_journal(void) {
  JournalVerdict v;
  if (!verify(&v, "journal.db")) fail_msg("%s", faults);
}
#endif
