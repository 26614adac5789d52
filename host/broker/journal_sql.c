/* Decimals in SQL: dec_sum(x) adds exactly (NULLs left out); dec_mul(x, y); dec_add(x, y) and dec_total(x) as sums that are kept: NULL when one is NULL, or for
 * more than 38 digits; quote_of(symbol) is the currency its prices are in. */
#include "broker/journal_in.h"

#include <string.h>

static bool argument(sqlite3_context *ctx, sqlite3_value *v, Decimal *out) {
  const char *s = (const char *)sqlite3_value_text(v);
  if (s && dec_parse(s, (size_t)sqlite3_value_bytes(v), out)) return true;
  sqlite3_result_error(ctx, "not a number", -1);
  return false;
}

static void answer(sqlite3_context *ctx, bool ok, Decimal d) {
  char text[512];
  size_t n = ok ? dec_text(d, text, sizeof text) : 0;
  if (n) sqlite3_result_text(ctx, text, (int)n, SQLITE_TRANSIENT);
  else sqlite3_result_error(ctx, "a number of more than 38 digits", -1);
}

typedef struct { unsigned char decimal[sizeof(Decimal)]; bool failed; } Sum;   /* bytes: SQLite's memory is not aligned for a Decimal */

static void sum_step(sqlite3_context *ctx, int n, sqlite3_value **v) {
  Decimal x, total;
  (void)n;
  Sum *sum = sqlite3_aggregate_context(ctx, sizeof *sum);
  if (!sum) {
    sqlite3_result_error_nomem(ctx);
    return;
  }
  if (sum->failed || sqlite3_value_type(v[0]) == SQLITE_NULL) return;
  memcpy(&total, sum->decimal, sizeof total);
  sum->failed = !argument(ctx, v[0], &x) || !dec_add(total, x, &total);
  memcpy(sum->decimal, &total, sizeof total);
}

static void sum_end(sqlite3_context *ctx) {
  Decimal total = { 0, 0 };
  Sum *sum = sqlite3_aggregate_context(ctx, 0);
  if (sum) memcpy(&total, sum->decimal, sizeof total);
  answer(ctx, !sum || !sum->failed, total);
}

static void total_step(sqlite3_context *ctx, int n, sqlite3_value **v) {
  sum_step(ctx, n, v);
  Sum *sum = sqlite3_aggregate_context(ctx, sizeof *sum);
  if (sum && sqlite3_value_type(v[0]) == SQLITE_NULL) sum->failed = true;
}

static void total_end(sqlite3_context *ctx) {
  Sum *sum = sqlite3_aggregate_context(ctx, 0);
  if (!sum || !sum->failed) sum_end(ctx);
}

static void add(sqlite3_context *ctx, int n, sqlite3_value **v) {
  Decimal x, y, sum;
  (void)n;
  if (sqlite3_value_type(v[0]) == SQLITE_NULL || sqlite3_value_type(v[1]) == SQLITE_NULL) return;
  if (argument(ctx, v[0], &x) && argument(ctx, v[1], &y) && dec_add(x, y, &sum)) answer(ctx, true, sum);
}

static void mul(sqlite3_context *ctx, int n, sqlite3_value **v) {
  Decimal x, y, product;
  (void)n;
  if (argument(ctx, v[0], &x) && argument(ctx, v[1], &y)) {
    bool ok = dec_mul(x, y, &product);
    answer(ctx, ok, product);
  }
}

void journal_symbol(const char *symbol, char base[32], char quote[32], char settle[32]) {
  size_t b = strcspn(symbol, "/"), q = symbol[b] ? strcspn(symbol + b + 1, ":") : 0;
  const char *rest = symbol[b] ? symbol + b + 1 : symbol + b, *after = rest[q] == ':' ? rest + q + 1 : "";
  const struct { const char *from; size_t n; char *to; } parts[] = { { symbol, b, base }, { rest, q, quote }, { after, strcspn(after, "-"), settle } };
  for (int i = 0; i < 3; i++) {
    size_t n = parts[i].n < 32 ? parts[i].n : 0;
    memcpy(parts[i].to, parts[i].from, n);
    parts[i].to[n] = 0;
  }
}

static void quote_of(sqlite3_context *ctx, int n, sqlite3_value **v) {
  char base[32], quote[32], settle[32];
  const char *symbol = (const char *)sqlite3_value_text(v[0]);
  (void)n;
  if (!symbol) return;
  journal_symbol(symbol, base, quote, settle);
  sqlite3_result_text(ctx, quote, -1, SQLITE_TRANSIENT);
}

bool journal_functions(sqlite3 *db) {
  int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
  return sqlite3_create_function_v2(db, "dec_sum", 1, flags, NULL, NULL, sum_step, sum_end, NULL) == SQLITE_OK &&
    sqlite3_create_function_v2(db, "dec_total", 1, flags, NULL, NULL, total_step, total_end, NULL) == SQLITE_OK &&
    sqlite3_create_function_v2(db, "dec_add", 2, flags, NULL, add, NULL, NULL, NULL) == SQLITE_OK &&
    sqlite3_create_function_v2(db, "dec_mul", 2, flags, NULL, mul, NULL, NULL, NULL) == SQLITE_OK &&
    sqlite3_create_function_v2(db, "quote_of", 1, flags, NULL, quote_of, NULL, NULL, NULL) == SQLITE_OK;
}
