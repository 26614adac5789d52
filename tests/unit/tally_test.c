/* Results counted by pair and venue, quantiles, failures, the two ways in which they are told, and spans of time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "cli/tally.h"
#include "wire/pack.h"

typedef struct { const char *kind, *pair, *buy, *sell, *verdict; double gross, net, age; } Result;

static void add(Tally *t, const Result *r) {
  msgpack_sbuffer b;
  msgpack_packer pk;
  msgpack_unpacked u;
  msgpack_sbuffer_init(&b);
  msgpack_packer_init(&pk, &b, msgpack_sbuffer_write);
  pack_map(&pk, 8);
  pack_key_str(&pk, "kind", r->kind);
  pack_key_str(&pk, "pair", r->pair);
  pack_key_str(&pk, "buy", r->buy);
  pack_key_str(&pk, "sell", r->sell);
  pack_key_str(&pk, "verdict", r->verdict);
  pack_key_double(&pk, "gross", r->gross);
  pack_key_double(&pk, "net", r->net);
  pack_key_double(&pk, "age_ms", r->age);
  msgpack_unpacked_init(&u);
  assert_int_equal(msgpack_unpack_next(&u, b.data, b.size, NULL), MSGPACK_UNPACK_SUCCESS);
  tally_report(t, &u.data);
  msgpack_unpacked_destroy(&u);
  msgpack_sbuffer_destroy(&b);
}

static const Result results[] = {
  { "spread", "A/B", "x", "y", "opportunity", 1, 0.5, 10 },
  { "spread", "A/B", "x", "z", "stale", 1, 0.25, 4000 },
  { "spread", "A/B", "y", "x", "below fees", 0.1, -0.4, 20 },
  { "spread", "A/B", "y", "x", "no gap", -0.1, -0.6, 20 },
  { "spread", "C/D", "x", "y", "no gap", 0, NAN, NAN },
  { "trade", "A/B", "x", "y", "done", NAN, NAN, NAN },
  { "note", NULL, NULL, NULL, NULL, NAN, NAN, NAN },
};

static Tally filled(void) {
  Tally t = { .results = 0 };
  for (size_t i = 0; i < sizeof results / sizeof *results; i++) add(&t, &results[i]);
  tally_asked(&t, "x", 500, false);
  tally_asked(&t, "x", 500, true);
  tally_failed(&t, "x", "RequestTimeout");
  tally_failed(&t, "x", "RequestTimeout");
  tally_failed(&t, "w", "BadSymbol");
  tally_sort(&t);
  return t;
}

static void counts(void **state) {
  (void)state;
  Tally t = filled();
  assert_int_equal(t.results, 7);
  assert_int_equal(t.n_pairs, 2);
  const TallyPair *p = t.pairs[0];
  assert_string_equal(p->name, "A/B");
  assert_int_equal(p->checks, 4);
  assert_int_equal(p->found.seen, 3);
  assert_int_equal(p->found.after_fees, 2);
  assert_int_equal(p->found.executable, 1);
  assert_true(p->worst_age_ms == 4000);
  assert_true(t.pairs[1]->worst_age_ms < 0);
  assert_int_equal(t.pairs[1]->found.seen, 0);
  assert_int_equal(t.n_venues, 4);
  assert_string_equal(t.venues[0]->id, "x");
  assert_int_equal(t.venues[0]->found.seen, 3);
  assert_int_equal(t.venues[0]->requests, 1);
  assert_int_equal(t.venues[0]->again, 1);
  assert_true(fabs(tally_budget(t.venues[0], 10000) - 10) < 1e-9);
  assert_true(tally_budget(t.venues[0], 0) == 0);
  assert_string_equal(t.venues[1]->id, "y");
  assert_int_equal(t.venues[1]->found.executable, 1);
  tally_free(&t);
}

static void told(void **state) {
  (void)state;
  Tally t = filled();
  Text out = { NULL, 0, 0 };
  tally_json(&t, 10000, &out);
  assert_non_null(strstr(out.p, "{\"kind\":\"summary\",\"seconds\":10.0,\"results\":7,\"verdicts\":{\"opportunity\":1,\"stale\":1,\"below fees\":1,\"no gap\":2,\"done\":1},"
    "\"pairs\":[{\"pair\":\"A/B\",\"checks\":4,\"seen\":3,\"after_fees\":2,\"executable\":1,\"net\":{\"min\":-0.6,"));
  assert_non_null(strstr(out.p, "{\"pair\":\"C/D\",\"checks\":1,\"seen\":0,\"after_fees\":0,\"executable\":0,\"net\":{}}"));
  assert_non_null(strstr(out.p, "{\"venue\":\"x\",\"requests\":1,\"again\":1,\"budget_percent\":10.0,\"seen\":3,\"after_fees\":2,\"executable\":1,"
    "\"errors\":{\"RequestTimeout\":2}}"));
  text_free(&out);
  tally_text(&t, 10000, 0, &out);
  assert_string_equal(out.p, "failed: x 2 RequestTimeout; w 1 BadSymbol\n");
  text_free(&out);
  tally_text(&t, 10000, 120, &out);
  assert_non_null(strstr(out.p, "A/B"));
  assert_non_null(strstr(out.p, "4000 ms"));
  assert_non_null(strstr(out.p, "1+1"));
  text_free(&out);
  tally_free(&t);
}

/* 100,000 values in the room of a thousand: the ends exact, the quantiles near. */
static void quantiles(void **state) {
  (void)state;
  Tally t = { .results = 0 };
  for (int i = 0; i < 100000; i++) {
    double x = (double)((int64_t)i * 7919 % 100000) / 1000;          /* each of 0 .. 99.999 once */
    add(&t, &(Result){ "spread", "A/B", "x", "y", "wait", 1, x, 1 });
  }
  const Sample *s = &t.pairs[0]->net;
  assert_int_equal(s->n, 100000);
  assert_true(s->n_kept <= TALLY_SAMPLES);
  assert_true(sample_quantile(s, 0) == 0 && sample_quantile(s, 1) == 99.999);
  for (double q = 0.05; q < 1; q += 0.05) assert_true(fabs(sample_quantile(s, q) - 100 * q) < 3);
  assert_true(isnan(sample_quantile(&(Sample){ .n = 0 }, 0.5)));
  tally_free(&t);
}

/* More pairs, venues, classes and verdicts than there is room for. */
static void full(void **state) {
  (void)state;
  Tally t = { .results = 0 };
  char name[4][24];
  for (int i = 0; i < 2000; i++) {
    snprintf(name[0], sizeof name[0], "P%d/Q", i);
    snprintf(name[1], sizeof name[1], "v%d", i);
    snprintf(name[2], sizeof name[2], "verdict %d", i);
    snprintf(name[3], sizeof name[3], "Class%d", i);
    add(&t, &(Result){ "spread", name[0], name[1], "y", name[2], 1, 1, 1 });
    tally_failed(&t, "y", name[3]);
  }
  assert_int_equal(t.results, 2000);
  assert_int_equal(t.n_pairs, TALLY_PAIRS);
  assert_int_equal(t.n_venues, TALLY_VENUES);
  assert_int_equal(t.n_verdicts, TALLY_VERDICTS);
  tally_sort(&t);
  Text out = { NULL, 0, 0 };
  tally_json(&t, 1, &out);
  tally_text(&t, 1, 40, &out);
  assert_non_null(strstr(out.p, "... and 236 more"));
  text_free(&out);
  tally_free(&t);
}

static void spans(void **state) {
  (void)state;
  static const struct { int64_t ms; const char *text; } told[] = { { 0, "0.0 s" }, { 40, "0.0 s" }, { 8200, "8.2 s" }, { 119949, "119.9 s" },
    { 120000, "2.0 min" }, { 7199000, "120.0 min" }, { 7200000, "2.0 h" }, { 108000000, "30.0 h" }, { 172800000, "2.0 days" }, { 63115200000, "730.5 days" },
    { -1500, "-1.5 s" } };
  for (size_t i = 0; i < sizeof told / sizeof *told; i++) assert_string_equal(show_span(told[i].ms).s, told[i].text);
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(counts), cmocka_unit_test(told), cmocka_unit_test(quantiles), cmocka_unit_test(full),
                                      cmocka_unit_test(spans) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
