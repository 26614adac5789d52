/* The page as HTML: a frame, the style, the data as JSON, the library, the script that draws. A policy in its head allows these two scripts only, by
 * their digests, and no request of any kind: whatever a text may hold. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "broker/coding.h"
#include "broker/crypto.h"
#include "cli/show.h"
#include "page/page_in.h"

/* --- data --- */

static void key(Text *t, const char *name) { text_format(t, "\"%s\":", name); }

static void put_text(Text *t, const char *s) { show_json_text(t, s ? s : "", s ? strlen(s) : 0); }

static void put_number(Text *t, double x) {
  if (isfinite(x)) text_format(t, "%.10g", x);
  else text_puts(t, "null");
}

static void put_named(Text *t, const char *name, const Named *list, size_t n, bool tones) {
  static const char *const words[] = { "", "good", "bad" };
  key(t, name);
  text_puts(t, "[");
  for (size_t i = 0; i < n; i++) {
    text_puts(t, i ? ",[" : "[");
    put_text(t, list[i].name);
    text_puts(t, ",");
    put_text(t, list[i].text);
    if (tones) text_format(t, ",\"%s\"", words[list[i].tone]);
    text_puts(t, "]");
  }
  text_puts(t, "]");
}

static void put_point(Text *t, const Point *x, int64_t from, bool *first) {
  text_format(t, "%s%lld,", *first ? "" : ",", (long long)(x->at_ms - from));
  put_number(t, x->v);
  *first = false;
}

/* Times as distances from the first: [ms, value, ms, value, ...]; of a piece the earlier end first. */
static void put_line(Text *t, const Series *s, int64_t from) {
  bool first = true;
  text_puts(t, "\"points\":[");
  for (size_t i = 0; i < s->n_kept; i++) {
    const Piece *x = &s->pieces[i];
    bool rises = x->least.at_ms <= x->most.at_ms;
    put_point(t, rises ? &x->least : &x->most, from, &first);
    if (x->least.at_ms != x->most.at_ms) put_point(t, rises ? &x->most : &x->least, from, &first);
  }
  text_puts(t, "]");
}

static void put_candles(Text *t, const Series *s, int64_t from) {
  text_puts(t, "\"candles\":[");
  for (size_t i = 0; i < s->n_kept; i++) {
    text_format(t, "%s[%lld", i ? "," : "", (long long)(s->candles[i].at_ms - from));
    for (int k = 0; k < 4; k++) {
      text_puts(t, ",");
      put_number(t, s->candles[i].v[k]);
    }
    text_puts(t, "]");
  }
  text_puts(t, "]");
}

static void put_marks(Text *t, const Series *s, int64_t from) {
  text_puts(t, ",\"marks\":[");
  for (size_t i = 0; i < s->n_marks; i++) {
    text_format(t, "%s[%lld,\"%s\",", i ? "," : "", (long long)(s->marks[i].at_ms - from), s->marks[i].side == PAGE_BUY ? "buy" : "sell");
    put_text(t, s->marks[i].text);
    text_puts(t, "]");
  }
  text_format(t, "],\"marksGiven\":%llu", (unsigned long long)s->marks_given);
}

static void put_series(Text *t, const Series *s) {
  bool line = s->kind == PAGE_LINE;
  int64_t from = line ? s->pieces[0].least.at_ms : s->candles[0].at_ms;
  if (line && s->pieces[0].most.at_ms < from) from = s->pieces[0].most.at_ms;
  text_puts(t, "{\"name\":");
  put_text(t, s->name);
  text_format(t, ",\"given\":%llu,\"each\":%llu,\"from\":%lld,", (unsigned long long)s->n, (unsigned long long)s->each, (long long)from);
  if (line) put_line(t, s, from);
  else put_candles(t, s, from);
  if (s->n_marks) put_marks(t, s, from);
  text_puts(t, "}");
}

static void put_charts(Text *t, const Page *p) {
  key(t, "charts");
  text_puts(t, "[");
  for (int i = 0; i < p->n_charts; i++) {
    const Chart *c = &p->charts[i];
    bool first = true;
    text_puts(t, i ? ",{\"title\":" : "{\"title\":");
    put_text(t, c->title);
    text_puts(t, ",\"unit\":");
    put_text(t, c->unit);
    text_format(t, ",\"kind\":\"%s\",\"series\":[", c->kind == PAGE_EQUITY ? "equity" : "plain");
    for (int k = 0; k < p->n_series; k++) {
      if (p->series[k].chart != i || !p->series[k].n_kept) continue;
      if (!first) text_puts(t, ",");
      put_series(t, &p->series[k]);
      first = false;
    }
    text_puts(t, "]}");
  }
  text_puts(t, "]");
}

static void put_cells(Text *t, const Cell *cells, size_t n) {
  text_puts(t, "[");
  for (size_t i = 0; i < n; i++) {
    if (i) text_puts(t, ",");
    if (cells[i].text) put_text(t, cells[i].text);
    else put_number(t, cells[i].number);
  }
  text_puts(t, "]");
}

static void put_head(Text *t, const Table *table, uint64_t given) {
  static const char *const formats[] = { "text", "number", "count", "percent", "time", "age" };
  text_puts(t, "{\"title\":");
  put_text(t, table->title);
  text_format(t, ",\"given\":%llu,\"columns\":[", (unsigned long long)given);
  for (size_t i = 0; i < table->n_columns; i++) {
    text_puts(t, i ? ",[" : "[");
    put_text(t, table->columns[i].name);
    text_format(t, ",\"%s\"]", formats[table->columns[i].format]);
  }
  text_puts(t, "],\"rows\":[");
}

static void put_tables(Text *t, const Page *p) {
  key(t, "tables");
  text_puts(t, "[");
  for (int i = 0; i < p->n_tables; i++) {
    const Table *table = &p->tables[i];
    if (i) text_puts(t, ",");
    put_head(t, table, table->given);
    for (size_t k = 0; k < table->n_rows; k++) {
      if (k) text_puts(t, ",");
      put_cells(t, table->rows[k], table->n_columns);
    }
    text_puts(t, "]}");
  }
  text_puts(t, "]");
}

static void put_levels(Text *t, const char *name, const PageLevel *levels, size_t n) {
  text_format(t, ",\"%s\":[", name);
  for (size_t i = 0; i < n; i++) text_format(t, "%s%.10g,%.10g", i ? "," : "", levels[i].price, levels[i].amount);
  text_puts(t, "]");
}

static void put_moments(Text *t, const Page *p) {
  if (!p->moments_table.title) return;
  text_puts(t, ",");
  key(t, "moments");
  put_head(t, &p->moments_table, p->moments_given);
  for (size_t i = 0; i < p->n_moments; i++) {
    if (i) text_puts(t, ",");
    put_cells(t, p->moments[i]->cells, p->moments_table.n_columns);
  }
  text_puts(t, "],\"books\":[");
  for (size_t i = 0; i < p->n_moments; i++) {
    const Moment *m = p->moments[i];
    text_format(t, "%s{\"at\":%lld,\"net\":", i ? "," : "", (long long)m->m.at_ms);
    put_number(t, m->m.net);
    text_puts(t, ",\"size\":");
    put_number(t, m->m.size);
    text_puts(t, ",\"name\":");
    put_text(t, m->name);
    text_puts(t, ",\"buy\":");
    put_text(t, m->buy);
    text_puts(t, ",\"sell\":");
    put_text(t, m->sell);
    put_levels(t, "asks", m->asks, m->m.n_asks);
    put_levels(t, "bids", m->bids, m->m.n_bids);
    text_puts(t, "}");
  }
  text_puts(t, "]}");
}

static void put_data(Text *t, const Page *p) {
  text_puts(t, "{\"title\":");
  put_text(t, p->title);
  text_puts(t, ",\"subtitle\":");
  put_text(t, p->subtitle);
  text_puts(t, ",");
  put_named(t, "facts", p->facts, p->n_facts, false);
  text_puts(t, ",");
  put_named(t, "figures", p->figures, p->n_figures, true);
  text_puts(t, ",");
  put_charts(t, p);
  text_puts(t, ",");
  put_tables(t, p);
  put_moments(t, p);
  text_puts(t, "}");
}

/* --- the file --- */

/* JSON that may stand in HTML: in its texts, and nowhere else, can there be one of these. */
static void add_escaped(Text *t, const Text *json) {
  size_t from = 0;
  for (size_t i = 0; i < json->len; i++) {
    const unsigned char *c = (const unsigned char *)json->p + i;
    bool separator = c[0] == 0xe2 && c[1] == 0x80 && (c[2] == 0xa8 || c[2] == 0xa9);       /* json->p ends with a zero */
    if (*c != '<' && *c != '>' && *c != '&' && !separator) continue;
    text_add(t, json->p + from, i - from);
    if (separator) {
      text_format(t, "\\u20%02x", c[2] - 0x80);
      i += 2;
    } else text_format(t, "\\u%04x", *c);
    from = i + 1;
  }
  text_add(t, json->p + from, json->len - from);
}

static void add_html(Text *t, const char *s) {
  for (; *s; s++) {
    if (*s == '<' || *s == '>' || *s == '&' || *s == '"') text_format(t, "&#%d;", *s);
    else text_add(t, s, 1);
  }
}

static size_t size_of(const PageFile *f) { return (size_t)(f->end - f->p); }

static void add_digest(Text *t, const PageFile *f) {
  uint8_t md[32], base64[48];
  size_t n;
  const char *why;
  crypto_sha256(f->p, size_of(f), md);
  coding_run(C_BASE64, md, sizeof md, base64, &n, &why);
  text_format(t, " 'sha256-%.*s'", (int)n, (const char *)base64);
}

static void add_script(Text *t, const PageFile *f) {
  text_puts(t, "<script>");
  text_add(t, f->p, size_of(f));
  text_puts(t, "</script>\n");
}

static void render(Text *t, const Page *p) {
  Text data = { NULL, 0, 0 };
  put_data(&data, p);
  text_puts(t, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src");
  add_digest(t, &page_charts);
  add_digest(t, &page_js);
  text_puts(t, "\">\n<title>");
  add_html(t, p->title);
  text_puts(t, "</title>\n<style>\n");
  text_add(t, page_css.p, size_of(&page_css));
  text_puts(t, "</style>\n</head>\n<body>\n<noscript>The charts and tables are drawn by the script of this page, which is not allowed to run here.</noscript>\n"
    "<script type=\"application/json\" id=\"data\">");
  add_escaped(t, &data);
  text_puts(t, "</script>\n");
  add_script(t, &page_charts);
  add_script(t, &page_js);
  text_puts(t, "</body>\n</html>\n");
  text_free(&data);
}

/* The name that it has until it is whole: in the same folder, so that it can take the other's name at once. */
static int open_beside(const char *path, char *beside, size_t cap, char *err, size_t errlen) {
  struct stat st;
  int fd = -1;
  if (!*path) errno = ENOENT;
  else if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
  else if ((size_t)snprintf(beside, cap, "%s.%ld.new", path, (long)getpid()) >= cap) errno = ENAMETOOLONG;
  else fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) snprintf(err, errlen, "cannot write %.200s: %s", path, strerror(errno));
  return fd;
}

bool page_check(const char *path, char *err, size_t errlen) {
  char beside[4200];
  int fd = open_beside(path, beside, sizeof beside, err, errlen);
  if (fd < 0) return false;
  close(fd);
  unlink(beside);
  return true;
}

static bool write_all(int fd, const char *p, size_t n) {
  while (n > 0) {
    ssize_t w = write(fd, p, n);
    if (w < 0 && errno == EINTR) continue;
    if (w <= 0) return false;
    p += w;
    n -= (size_t)w;
  }
  return true;
}

bool page_write(const Page *p, const char *path, char *err, size_t errlen) {
  Text t = { NULL, 0, 0 };
  char beside[4200];
  int fd = open_beside(path, beside, sizeof beside, err, errlen);
  if (fd < 0) return false;
  render(&t, p);
  bool ok = write_all(fd, t.p, t.len);
  ok = close(fd) == 0 && ok && rename(beside, path) == 0;
  if (!ok) {
    snprintf(err, errlen, "cannot write %.200s: %s", path, strerror(errno));
    unlink(beside);
  }
  text_free(&t);
  return ok;
}
