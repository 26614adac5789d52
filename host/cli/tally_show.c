/* The tally as text and as JSON. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "cli/tally.h"

enum { LINES = 20, ERRORS_LEAST = 8 };      /* of a table; columns of its errors */

static void line(Text *out, const char *name, int width) {
  show_pad(out, name, width, false);
  text_puts(out, "  ");
}

static void age_text(char *buf, size_t cap, double ms) {
  if (ms < 0) snprintf(buf, cap, "-");
  else if (ms < 10000) snprintf(buf, cap, "%.0f ms", ms);
  else snprintf(buf, cap, "%.1f s", ms / 1000);
}

static void net_text(char *buf, size_t cap, const Sample *s, double q) {
  if (s->n) snprintf(buf, cap, "%+.3f%%", sample_quantile(s, q));
  else snprintf(buf, cap, "-");
}

static int widest(const Tally *t, bool pairs) {
  size_t n = pairs ? t->n_pairs : t->n_venues;
  int most = pairs ? 4 : 5;
  for (size_t i = 0; i < n && i < LINES; i++) {
    int w = show_width(pairs ? t->pairs[i]->name : t->venues[i]->id);
    if (w > most) most = w;
  }
  return most;
}

static void more(Text *out, size_t n) {
  if (n > LINES) text_format(out, "... and %zu more\n", n - LINES);
}

/* Columns that stay where the terminal is narrower: with 72 columns, with fewer. */
typedef struct { const char *heading; int width, least; } Heading;

/* -> the columns of the terminal that they take */
static int cells_text(Text *out, const Heading *headings, size_t n, int columns, char cells[][48]) {
  int used = 0;
  for (size_t i = 0; i < n; i++) {
    if (columns < headings[i].least) continue;
    show_pad(out, cells ? cells[i] : headings[i].heading, headings[i].width, true);
    text_puts(out, "  ");
    used += headings[i].width + 2;
  }
  return used;
}

static void end_line(Text *out) {
  while (out->p[out->len - 1] == ' ') out->p[--out->len] = 0;
  text_puts(out, "\n");
}

static void pairs_text(const Tally *t, int columns, Text *out) {
  static const Heading headings[] = { { "checks", 7, 72 }, { "seen", 7, 100 }, { "after fees", 10, 72 }, { "executable", 10, 0 }, { "net, least", 10, 112 },
    { "5%", 9, 112 }, { "median", 9, 48 }, { "95%", 9, 112 }, { "most", 9, 0 }, { "worst age", 9, 72 } };
  static const double at[] = { 0, 0.05, 0.5, 0.95, 1 };
  char cells[sizeof headings / sizeof *headings][48];
  size_t n = sizeof headings / sizeof *headings;
  int width = widest(t, true);
  text_puts(out, "\n");
  line(out, "pair", width);
  cells_text(out, headings, n, columns, NULL);
  end_line(out);
  for (size_t i = 0; i < t->n_pairs && i < LINES; i++) {
    const TallyPair *p = t->pairs[i];
    snprintf(cells[0], sizeof *cells, "%" PRIu64, p->checks);
    snprintf(cells[1], sizeof *cells, "%" PRIu64, p->found.seen);
    snprintf(cells[2], sizeof *cells, "%" PRIu64, p->found.after_fees);
    snprintf(cells[3], sizeof *cells, "%" PRIu64, p->found.executable);
    for (int k = 0; k < 5; k++) net_text(cells[4 + k], sizeof *cells, &p->net, at[k]);
    age_text(cells[9], sizeof *cells, p->worst_age_ms);
    line(out, p->name, width);
    cells_text(out, headings, n, columns, cells);
    end_line(out);
  }
  more(out, t->n_pairs);
}

static void classes_text(const TallyVenue *v, Text *out) {
  for (size_t i = 0; i < v->n_classes; i++) text_format(out, "%s%" PRIu64 " %s", i ? ", " : "", v->classes[i].n, v->classes[i].name);
}

static void venues_text(const Tally *t, int64_t ms, int columns, Text *out) {
  static const Heading headings[] = { { "seen", 7, 100 }, { "after fees", 10, 72 }, { "executable", 10, 72 }, { "requests", 9, 0 }, { "budget", 7, 48 } };
  char cells[sizeof headings / sizeof *headings][48];
  size_t n = sizeof headings / sizeof *headings;
  int width = widest(t, false);
  text_puts(out, "\n");
  line(out, "venue", width);
  cells_text(out, headings, n, columns, NULL);
  text_puts(out, "errors\n");
  for (size_t i = 0; i < t->n_venues && i < LINES; i++) {
    const TallyVenue *v = t->venues[i];
    snprintf(cells[0], sizeof *cells, "%" PRIu64, v->found.seen);
    snprintf(cells[1], sizeof *cells, "%" PRIu64, v->found.after_fees);
    snprintf(cells[2], sizeof *cells, "%" PRIu64, v->found.executable);
    if (v->again) snprintf(cells[3], sizeof *cells, "%" PRIu64 "+%" PRIu64, v->requests, v->again);
    else snprintf(cells[3], sizeof *cells, "%" PRIu64, v->requests);
    snprintf(cells[4], sizeof *cells, "%.0f%%", tally_budget(v, ms));
    line(out, v->id, width);
    int room = columns - width - 2 - cells_text(out, headings, n, columns, cells);
    Text classes = { 0 };
    classes_text(v, &classes);
    if (classes.p) show_pad(out, classes.p, room < ERRORS_LEAST ? ERRORS_LEAST : room, false);
    text_free(&classes);
    end_line(out);
  }
  more(out, t->n_venues);
}

static void failures_text(const Tally *t, Text *out) {
  const char *gap = "failed: ";
  for (size_t i = 0; i < t->n_venues; i++) {
    const TallyVenue *v = t->venues[i];
    if (!v->failed) continue;
    text_format(out, "%s%s ", gap, v->id);
    classes_text(v, out);
    gap = "; ";
  }
  if (*gap == ';') text_puts(out, "\n");
}

void tally_text(const Tally *t, int64_t ms, int columns, Text *out) {
  if (columns <= 0) {
    failures_text(t, out);
    return;
  }
  if (t->n_pairs) pairs_text(t, columns, out);
  if (t->n_venues) venues_text(t, ms, columns, out);
}

/* --- JSON --- */

static void found_json(Text *out, const Found *f) {
  text_format(out, ",\"seen\":%" PRIu64 ",\"after_fees\":%" PRIu64 ",\"executable\":%" PRIu64, f->seen, f->after_fees, f->executable);
}

static void counts_json(Text *out, const Count *list, size_t n) {
  text_puts(out, "{");
  for (size_t i = 0; i < n; i++) {
    if (i) text_puts(out, ",");
    show_json_text(out, list[i].name, strlen(list[i].name));
    text_format(out, ":%" PRIu64, list[i].n);
  }
  text_puts(out, "}");
}

static void pair_json(Text *out, const TallyPair *p) {
  static const struct { const char *name; double q; } at[] = { { "min", 0 }, { "p5", 0.05 }, { "median", 0.5 }, { "p95", 0.95 }, { "max", 1 } };
  text_puts(out, "{\"pair\":");
  show_json_text(out, p->name, strlen(p->name));
  text_format(out, ",\"checks\":%" PRIu64, p->checks);
  found_json(out, &p->found);
  text_puts(out, ",\"net\":{");
  for (size_t i = 0; p->net.n && i < sizeof at / sizeof *at; i++)
    text_format(out, "%s\"%s\":%.6g", i ? "," : "", at[i].name, sample_quantile(&p->net, at[i].q));
  text_puts(out, "}");
  if (p->worst_age_ms >= 0) text_format(out, ",\"worst_age_ms\":%.0f", p->worst_age_ms);
  text_puts(out, "}");
}

static void venue_json(Text *out, const TallyVenue *v, int64_t ms) {
  text_puts(out, "{\"venue\":");
  show_json_text(out, v->id, strlen(v->id));
  text_format(out, ",\"requests\":%" PRIu64 ",\"again\":%" PRIu64 ",\"budget_percent\":%.1f", v->requests, v->again, tally_budget(v, ms));
  found_json(out, &v->found);
  text_puts(out, ",\"errors\":");
  counts_json(out, v->classes, v->n_classes);
  text_puts(out, "}");
}

void tally_json(const Tally *t, int64_t ms, Text *out) {
  text_format(out, "{\"kind\":\"summary\",\"seconds\":%.1f,\"results\":%" PRIu64 ",\"verdicts\":", (double)ms / 1000, t->results);
  counts_json(out, t->verdicts, t->n_verdicts);
  text_puts(out, ",\"pairs\":[");
  for (size_t i = 0; i < t->n_pairs; i++) {
    if (i) text_puts(out, ",");
    pair_json(out, t->pairs[i]);
  }
  text_puts(out, "],\"venues\":[");
  for (size_t i = 0; i < t->n_venues; i++) {
    if (i) text_puts(out, ",");
    venue_json(out, t->venues[i], ms);
  }
  text_puts(out, "]}\n");
}
