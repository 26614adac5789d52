#include "page/page_in.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 600 };      /* bytes of a name, a cell, a fact */

static void *grown(void *p, size_t n, size_t size) {
  void *out = realloc(p, n * size);
  if (!out) {
    fputs("bourse: out of memory\n", stderr);
    exit(1);
  }
  return out;
}

/* Cut where it is long, not within a character. */
static char *copy_of(const char *s) {
  size_t n = s ? strnlen(s, TEXT_MAX) : 0;
  while (n == TEXT_MAX && n && ((unsigned char)s[n] & 0xc0) == 0x80) n--;
  char *out = grown(NULL, n + 1, 1);
  if (n) memcpy(out, s, n);
  out[n] = 0;
  return out;
}

const char *page_missing(void) {
  bool there = page_charts.p != page_charts.end;
  return there ? NULL : "this program was built without the library that draws the charts; './dev charts' fetches it, and builds anew";
}

Page *page_new(const char *title, const char *subtitle) {
  Page *p = grown(NULL, 1, sizeof *p);
  *p = (Page){ .title = copy_of(title), .subtitle = copy_of(subtitle) };
  return p;
}

static void cells_free(Cell *cells, size_t n) {
  for (size_t i = 0; i < n; i++) free(cells[i].text);
  free(cells);
}

static void table_free(Table *t) {
  for (size_t i = 0; i < t->n_rows; i++) cells_free(t->rows[i], t->n_columns);
  for (size_t i = 0; i < t->n_columns; i++) free((char *)t->columns[i].name);
  free(t->rows);
  free(t->title);
}

static void moment_free(const Page *p, Moment *m) {
  cells_free(m->cells, p->moments_table.n_columns);
  free(m->name);
  free(m->buy);
  free(m->sell);
  free(m);
}

static void named_free(Named *list, size_t n) {
  for (size_t i = 0; i < n; i++) {
    free(list[i].name);
    free(list[i].text);
  }
  free(list);
}

void page_free(Page *p) {
  if (!p) return;
  named_free(p->facts, p->n_facts);
  named_free(p->figures, p->n_figures);
  for (int i = 0; i < p->n_charts; i++) {
    free(p->charts[i].title);
    free(p->charts[i].unit);
  }
  for (int i = 0; i < p->n_series; i++) {
    Series *s = &p->series[i];
    for (size_t k = 0; k < s->n_marks; k++) free(s->marks[k].text);
    free(s->marks);
    free(s->pieces);
    free(s->candles);
    free(s->name);
  }
  for (int i = 0; i < p->n_tables; i++) table_free(&p->tables[i]);
  for (size_t i = 0; i < p->n_moments; i++) moment_free(p, p->moments[i]);
  table_free(&p->moments_table);
  free(p->moments);
  free(p->title);
  free(p->subtitle);
  free(p);
}

static void add_named(Named **list, size_t *n, const char *name, const char *text, enum page_tone tone) {
  *list = grown(*list, *n + 1, sizeof **list);
  (*list)[(*n)++] = (Named){ copy_of(name), copy_of(text), tone };
}

void page_fact(Page *p, const char *name, const char *text) { add_named(&p->facts, &p->n_facts, name, text, PAGE_NEUTRAL); }

void page_figure(Page *p, const char *name, const char *text, enum page_tone tone) { add_named(&p->figures, &p->n_figures, name, text, tone); }

/* --- charts --- */

int page_chart(Page *p, const char *title, const char *unit, enum page_chart_kind kind) {
  if (p->n_charts == PAGE_CHARTS) return -1;
  p->charts[p->n_charts] = (Chart){ copy_of(title), copy_of(unit), kind };
  return p->n_charts++;
}

int page_series(Page *p, int chart, const char *name, enum page_series_kind kind) {
  if (chart < 0 || chart >= p->n_charts || p->n_series == PAGE_SERIES) return -1;
  p->series[p->n_series] = (Series){ .chart = chart, .kind = kind, .name = copy_of(name), .each = 1 };
  return p->n_series++;
}

static Series *series_of(Page *p, int number, enum page_series_kind kind) {
  Series *s = number >= 0 && number < p->n_series ? &p->series[number] : NULL;
  return s && s->kind == kind ? s : NULL;
}

static void join_point(Piece *to, Point x) {
  if (x.v < to->least.v) to->least = x;
  if (x.v >= to->most.v) to->most = x;
}

void page_point(Page *p, int series, int64_t at_ms, double value) {
  Series *s = series_of(p, series, PAGE_LINE);
  Point x = { at_ms, value };
  if (!s || !isfinite(value)) return;
  s->n++;
  if (s->n_kept && s->in_last < s->each) {
    join_point(&s->pieces[s->n_kept - 1], x);
    s->in_last++;
    return;
  }
  if (s->n_kept == PAGE_POINTS) {
    for (size_t i = 0; i < PAGE_POINTS / 2; i++) {
      Piece both = s->pieces[2 * i];
      join_point(&both, s->pieces[2 * i + 1].least);
      join_point(&both, s->pieces[2 * i + 1].most);
      s->pieces[i] = both;
    }
    s->n_kept = PAGE_POINTS / 2;
    s->each *= 2;
  }
  if (s->n_kept % 64 == 0) s->pieces = grown(s->pieces, s->n_kept + 64, sizeof *s->pieces);
  s->pieces[s->n_kept++] = (Piece){ x, x };
  s->in_last = 1;
}

static void join_candle(Candle *to, const double v[4]) {
  to->v[1] = fmax(to->v[1], v[1]);
  to->v[2] = fmin(to->v[2], v[2]);
  to->v[3] = v[3];
}

void page_candle(Page *p, int series, int64_t at_ms, const double v[4]) {
  Series *s = series_of(p, series, PAGE_CANDLES);
  if (!s || !isfinite(v[0]) || !isfinite(v[1]) || !isfinite(v[2]) || !isfinite(v[3])) return;
  s->n++;
  if (s->n_kept && s->in_last < s->each) {
    join_candle(&s->candles[s->n_kept - 1], v);
    s->in_last++;
    return;
  }
  if (s->n_kept == PAGE_CANDLES_MOST) {
    for (size_t i = 0; i < PAGE_CANDLES_MOST / 2; i++) {
      s->candles[i] = s->candles[2 * i];
      join_candle(&s->candles[i], s->candles[2 * i + 1].v);
    }
    s->n_kept = PAGE_CANDLES_MOST / 2;
    s->each *= 2;
  }
  if (s->n_kept % 64 == 0) s->candles = grown(s->candles, s->n_kept + 64, sizeof *s->candles);
  s->candles[s->n_kept++] = (Candle){ at_ms, { v[0], v[1], v[2], v[3] } };
  s->in_last = 1;
}

void page_mark(Page *p, int series, int64_t at_ms, enum page_side side, const char *text) {
  Series *s = series >= 0 && series < p->n_series ? &p->series[series] : NULL;
  if (!s) return;
  s->marks_given++;
  if (s->n_marks == PAGE_MARKS) return;
  if (s->n_marks % 64 == 0) s->marks = grown(s->marks, s->n_marks + 64, sizeof *s->marks);
  s->marks[s->n_marks++] = (Mark){ at_ms, side, copy_of(text) };
}

/* --- tables --- */

static void table_make(Table *t, const char *title, size_t n, const PageColumn *columns) {
  *t = (Table){ .title = copy_of(title), .n_columns = n < PAGE_COLUMNS ? n : PAGE_COLUMNS };
  for (size_t i = 0; i < t->n_columns; i++) t->columns[i] = (PageColumn){ copy_of(columns[i].name), columns[i].format };
}

int page_table(Page *p, const char *title, size_t n, const PageColumn *columns) {
  if (p->n_tables == PAGE_TABLES) return -1;
  table_make(&p->tables[p->n_tables], title, n, columns);
  return p->n_tables++;
}

static Cell *cells_of(const Table *t, const PageCell *cells) {
  Cell *row = grown(NULL, t->n_columns + 1, sizeof *row);
  for (size_t i = 0; i < t->n_columns; i++) row[i] = (Cell){ cells[i].text ? copy_of(cells[i].text) : NULL, cells[i].number };
  return row;
}

void page_row(Page *p, int table, const PageCell *cells) {
  Table *t = table >= 0 && table < p->n_tables ? &p->tables[table] : NULL;
  if (!t) return;
  t->given++;
  if (t->n_rows == PAGE_ROWS) return;
  if (t->n_rows % 64 == 0) t->rows = grown(t->rows, t->n_rows + 64, sizeof *t->rows);
  t->rows[t->n_rows++] = cells_of(t, cells);
}

/* --- moments --- */

void page_moments(Page *p, const char *title, size_t n, const PageColumn *columns) {
  if (!p->moments_table.title) table_make(&p->moments_table, title, n, columns);
}

static size_t lowest(const Page *p) {
  size_t at = 0;
  for (size_t i = 1; i < p->n_moments; i++)
    if (p->moments[i]->m.rank < p->moments[at]->m.rank) at = i;
  return at;
}

static size_t levels_of(PageLevel *to, const PageLevel *from, size_t n) {
  size_t most = n < PAGE_LEVELS ? n : PAGE_LEVELS;
  if (most) memcpy(to, from, most * sizeof *to);
  return most;
}

void page_moment(Page *p, const PageMoment *m, const PageCell *cells) {
  if (!p->moments_table.title) return;
  p->moments_given++;
  if (p->n_moments == PAGE_MOMENTS) {
    size_t at = lowest(p);
    if (!(m->rank > p->moments[at]->m.rank)) return;
    moment_free(p, p->moments[at]);
    memmove(p->moments + at, p->moments + at + 1, (PAGE_MOMENTS - at - 1) * sizeof *p->moments);
    p->n_moments--;
  }
  if (!p->moments) p->moments = grown(NULL, PAGE_MOMENTS, sizeof *p->moments);
  Moment *to = grown(NULL, 1, sizeof *to);
  *to = (Moment){ .m = *m, .name = copy_of(m->name), .buy = copy_of(m->buy), .sell = copy_of(m->sell), .cells = cells_of(&p->moments_table, cells) };
  to->m.n_asks = levels_of(to->asks, m->asks, m->n_asks);
  to->m.n_bids = levels_of(to->bids, m->bids, m->n_bids);
  p->moments[p->n_moments++] = to;
}
