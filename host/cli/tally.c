#include "cli/tally.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "wire/pack.h"

/* --- quantiles of any number of values: all of the first ones, then every second, every fourth ... --- */

static void sample_add(Sample *s, double x) {
  if (!s->kept && !(s->kept = malloc(TALLY_SAMPLES * sizeof *s->kept))) return;
  if (!s->n || x < s->min) s->min = x;
  if (!s->n || x > s->max) s->max = x;
  if (!s->n++) s->every = 1;
  if (s->skip) {
    s->skip--;
    return;
  }
  if (s->n_kept == TALLY_SAMPLES) {
    for (size_t i = 0; i < TALLY_SAMPLES / 2; i++) s->kept[i] = s->kept[2 * i];
    s->n_kept = TALLY_SAMPLES / 2;
    s->every *= 2;
  }
  s->kept[s->n_kept++] = x;
  s->skip = s->every - 1;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

double sample_quantile(const Sample *s, double q) {
  double sorted[TALLY_SAMPLES];
  if (!s->n) return NAN;
  if (q <= 0) return s->min;
  if (q >= 1) return s->max;
  memcpy(sorted, s->kept, s->n_kept * sizeof *sorted);
  qsort(sorted, s->n_kept, sizeof *sorted, by_value);
  double at = q * (double)(s->n_kept - 1);
  size_t i = (size_t)at;
  return i + 1 < s->n_kept ? sorted[i] + (sorted[i + 1] - sorted[i]) * (at - (double)i) : sorted[i];
}

/* --- counting --- */

static void count(Count *list, size_t *n, size_t most, const char *name) {
  size_t i = 0;
  while (i < *n && strncmp(list[i].name, name, sizeof list[i].name - 1) != 0) i++;
  if (i == *n && i == most) return;
  if (i == *n) {
    list[i] = (Count){ .n = 0 };
    memcpy(list[i].name, name, strnlen(name, sizeof list[i].name - 1));
    (*n)++;
  }
  list[i].n++;
}

static TallyPair *pair_of(Tally *t, const char *name) {
  size_t i = 0;
  while (i < t->n_pairs && strcmp(t->pairs[i]->name, name) != 0) i++;
  if (i < t->n_pairs) return t->pairs[i];
  TallyPair *p = i < TALLY_PAIRS ? calloc(1, sizeof *p) : NULL;
  if (!p) return NULL;
  memcpy(p->name, name, strlen(name) + 1);
  p->worst_age_ms = -1;
  return t->pairs[t->n_pairs++] = p;
}

static TallyVenue *venue_of(Tally *t, const char *id, bool make) {
  size_t i = 0;
  while (i < t->n_venues && strcmp(t->venues[i]->id, id) != 0) i++;
  if (i < t->n_venues) return t->venues[i];
  TallyVenue *v = make && i < TALLY_VENUES && strlen(id) < sizeof v->id ? calloc(1, sizeof *v) : NULL;
  if (!v) return NULL;
  memcpy(v->id, id, strlen(id) + 1);
  return t->venues[t->n_venues++] = v;
}

static void add_found(Found *to, Found one) {
  to->seen += one.seen;
  to->after_fees += one.after_fees;
  to->executable += one.executable;
}

void tally_report(Tally *t, const msgpack_object *data) {
  char verdict[48] = "", name[72], venue[64], other[64];
  double net = pack_get_double(data, "net", NAN), gross = pack_get_double(data, "gross", NAN), age = pack_get_double(data, "age_ms", NAN);
  t->results++;
  pack_get_line(data, "verdict", verdict, sizeof verdict);
  if (verdict[0]) count(t->verdicts, &t->n_verdicts, TALLY_VERDICTS, verdict);
  if (pack_is(pack_get(data, "kind"), "trade") || (!verdict[0] && !isfinite(net))) return;
  if (!pack_get_line(data, "pair", name, sizeof name) && !pack_get_line(data, "symbol", name, sizeof name)) return;
  TallyPair *p = pair_of(t, name);
  if (!p) return;
  Found one = { isfinite(net) && !(gross <= 0), net > 0, strcmp(verdict, "opportunity") == 0 };
  p->checks++;
  add_found(&p->found, one);
  if (isfinite(net)) sample_add(&p->net, net);
  if (age > p->worst_age_ms) p->worst_age_ms = age;
  bool sides = pack_get_line(data, "buy", venue, sizeof venue) && pack_get_line(data, "sell", other, sizeof other);
  TallyVenue *v = sides || pack_get_line(data, "venue", venue, sizeof venue) ? venue_of(t, venue, sides) : NULL;
  if (v) add_found(&v->found, one);
  v = sides && strcmp(venue, other) != 0 ? venue_of(t, other, true) : NULL;
  if (v) add_found(&v->found, one);
}

void tally_asked(Tally *t, const char *venue, double budget_ms, bool again) {
  TallyVenue *v = venue_of(t, venue, true);
  if (!v) return;
  if (again) v->again++;
  else v->requests++;
  if (budget_ms > 0 && isfinite(budget_ms)) v->budget_ms += budget_ms;
}

void tally_failed(Tally *t, const char *venue, const char *class) {
  TallyVenue *v = venue_of(t, venue, true);
  if (!v) return;
  v->failed++;
  count(v->classes, &v->n_classes, TALLY_CLASSES, class);
}

double tally_budget(const TallyVenue *v, int64_t ms) { return ms > 0 ? 100 * v->budget_ms / (double)ms : 0; }

static int by_found(const Found *x, const Found *y) {
  if (x->executable != y->executable) return x->executable < y->executable ? 1 : -1;
  if (x->after_fees != y->after_fees) return x->after_fees < y->after_fees ? 1 : -1;
  if (x->seen != y->seen) return x->seen < y->seen ? 1 : -1;
  return 0;
}

static int pair_order(const void *a, const void *b) {
  const TallyPair *x = *(TallyPair *const *)a, *y = *(TallyPair *const *)b;
  int found = by_found(&x->found, &y->found);
  return found ? found : strcmp(x->name, y->name);
}

static int venue_order(const void *a, const void *b) {
  const TallyVenue *x = *(TallyVenue *const *)a, *y = *(TallyVenue *const *)b;
  int found = by_found(&x->found, &y->found);
  return found ? found : strcmp(x->id, y->id);
}

void tally_sort(Tally *t) {
  qsort(t->pairs, t->n_pairs, sizeof *t->pairs, pair_order);
  qsort(t->venues, t->n_venues, sizeof *t->venues, venue_order);
}

void tally_free(Tally *t) {
  for (size_t i = 0; i < t->n_pairs; i++) {
    free(t->pairs[i]->net.kept);
    free(t->pairs[i]);
  }
  for (size_t i = 0; i < t->n_venues; i++) free(t->venues[i]);
  *t = (Tally){ .results = 0 };
}
