#include "cli/screen.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include "cli/show.h"

enum { FIELDS = 24, ROWS = 60 };

typedef struct { char name[32], text[72]; double number; bool is_number; } Field;
typedef struct { char key[160]; Field fields[FIELDS]; int n; } Row;

struct Screen {
  enum screen_mode mode;
  bool colour, dirty, cursor_hidden;
  char title[200];
  int64_t start_ms, now_ms, for_ms;   /* of the session: a tape's when one plays */
  int64_t drawn_ms;                   /* of this machine */
  int lines;                     /* of the frame that stands on the terminal */
  int columns, height;           /* of the terminal when that frame was drawn */
  Row rows[ROWS], best, last;
  int n_rows;
  bool has_best;
  const Tally *tally;
};

/* How the fields that many strategies report are shown; other fields follow under their own names. */
static const struct { const char *name, *heading, *format; bool right; } known[] = {
  { "pair", "pair", NULL, false }, { "symbol", "symbol", NULL, false }, { "venue", "venue", NULL, false },
  { "buy", "buy at", NULL, false }, { "sell", "sell at", NULL, false }, { "path", "path", NULL, false },
  { "bid", "bid", NULL, true }, { "ask", "ask", NULL, true }, { "spread", "spread", NULL, true },
  { "gross", "gross", "%.3f%%", true }, { "fees", "fees", "%.3f%%", true }, { "net", "net", "%+.3f%%", true },
  { "size", "size", "%.6g", true }, { "profit", "profit", "%.4g", true }, { "age_ms", "age", "%.0f ms", true },
  { "verdict", "", NULL, false }, { "why", "", NULL, false },
};
/* Shown inside another cell, or not at all. */
static const char *const hidden[] = { "kind", "buy_price", "sell_price" };

static int64_t now_monotonic(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static Screen *cursor_owner;     /* whose cursor must come back when the program ends early */

static void write_all(const char *p, size_t n) {
  fflush(stdout);
  while (n > 0) {
    ssize_t w = write(STDOUT_FILENO, p, n);
    if (w <= 0) return;
    p += w;
    n -= (size_t)w;
  }
}

static void show_cursor(void) {
  if (cursor_owner) write_all("\x1b[?25h", 6);
  cursor_owner = NULL;
}

Screen *screen_new(const char *title, bool json, int64_t for_ms, const Tally *tally) {
  Screen *s = calloc(1, sizeof *s);
  const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
  if (!s) return NULL;
  bool terminal = isatty(STDOUT_FILENO) && !(term && strcmp(term, "dumb") == 0);
  s->mode = json ? SCREEN_JSON : terminal ? SCREEN_LIVE : SCREEN_LINES;
  s->colour = terminal && !(no_color && *no_color);
  snprintf(s->title, sizeof s->title, "%s", title);
  s->for_ms = for_ms;
  s->tally = tally;
  return s;
}

static const Field *find(const Row *r, const char *name) {
  for (int i = 0; i < r->n; i++)
    if (strcmp(r->fields[i].name, name) == 0) return &r->fields[i];
  return NULL;
}

static const char *text_of(const Row *r, const char *name) {
  const Field *f = find(r, name);
  return f ? f->text : "";
}

static int by_name(const void *a, const void *b) { return strcmp(((const Field *)a)->name, ((const Field *)b)->name); }

static void read_row(Row *r, const char *worker, const msgpack_object *data) {
  memset(r, 0, sizeof *r);
  if (data->type != MSGPACK_OBJECT_MAP) {
    Field *f = &r->fields[r->n++];
    snprintf(f->name, sizeof f->name, "value");
    show_cell(f->text, sizeof f->text, data);
  }
  for (uint32_t i = 0; data->type == MSGPACK_OBJECT_MAP && i < data->via.map.size && r->n < FIELDS; i++) {
    const msgpack_object_kv *kv = &data->via.map.ptr[i];
    Field *f = &r->fields[r->n++];
    show_cell(f->name, sizeof f->name, &kv->key);
    show_cell(f->text, sizeof f->text, &kv->val);
    f->is_number = kv->val.type == MSGPACK_OBJECT_FLOAT64 || kv->val.type == MSGPACK_OBJECT_FLOAT32 ||
                   kv->val.type == MSGPACK_OBJECT_POSITIVE_INTEGER || kv->val.type == MSGPACK_OBJECT_NEGATIVE_INTEGER;
    if (f->is_number)
      f->number = kv->val.type == MSGPACK_OBJECT_POSITIVE_INTEGER ? (double)kv->val.via.u64
                : kv->val.type == MSGPACK_OBJECT_NEGATIVE_INTEGER ? (double)kv->val.via.i64 : kv->val.via.f64;
  }
  qsort(r->fields, (size_t)r->n, sizeof *r->fields, by_name);   /* Lua tables come in no order */
  snprintf(r->key, sizeof r->key, "%.40s|%.40s|%.40s|%.30s", worker ? worker : "", find(r, "pair") ? text_of(r, "pair")
    : text_of(r, "symbol"),
    text_of(r, "venue"), text_of(r, "kind"));
}

/* The cell of a column: with the price beside the venue, percent signs and units. */
static void cell(const Row *r, const char *name, const char *format, char *buf, size_t cap) {
  const Field *f = find(r, name), *price = NULL;
  buf[0] = 0;
  if (!f) return;
  if (strcmp(name, "buy") == 0) price = find(r, "buy_price");
  if (strcmp(name, "sell") == 0) price = find(r, "sell_price");
  if (format && f->is_number) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(buf, cap, format, f->number);
#pragma GCC diagnostic pop
  } else if (price) {
    snprintf(buf, cap, "%s %s", f->text, price->text);
  } else {
    snprintf(buf, cap, "%s", f->text);
  }
}

static bool is_known(const char *name) {
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(known[i].name, name) == 0) return true;
  for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
    if (strcmp(hidden[i], name) == 0) return true;
  return false;
}

/* One line: known fields in their order, then the others. */
static void line_of(Text *t, const Row *r) {
  char buf[200];
  const char *gap = "";
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    cell(r, known[i].name, known[i].format, buf, sizeof buf);
    if (!*buf) continue;
    bool bare = i < 3 || !*known[i].heading;
    text_puts(t, gap);
    if (!bare) {
      text_add(t, known[i].heading, strcspn(known[i].heading, " "));   /* "buy at" -> "buy" */
      text_puts(t, " ");
    }
    text_puts(t, buf);
    gap = "  ";
  }
  for (int i = 0; i < r->n; i++) {
    if (is_known(r->fields[i].name)) continue;
    text_puts(t, gap);
    text_puts(t, r->fields[i].name);
    text_puts(t, " ");
    text_puts(t, r->fields[i].text);
    gap = "  ";
  }
}

static const char *tone(const Screen *s, const Row *r) {
  if (!s->colour) return "";
  if (strcmp(text_of(r, "verdict"), "opportunity") == 0) return "\x1b[32m";
  const Field *net = find(r, "net");
  return net && find(r, "verdict") ? "\x1b[2m" : "";
}


typedef struct { const char *name, *heading, *format; bool right; int width; } Column;

static int columns_of(const Screen *s, Column *columns, int most) {
  int n = 0;
  char buf[200];
  for (size_t k = 0; k < sizeof known / sizeof *known && n < most; k++)
    for (int i = 0; i < s->n_rows; i++)
      if (find(&s->rows[i], known[k].name)) {
        columns[n++] = (Column){ known[k].name, known[k].heading, known[k].format, known[k].right, 0 };
        break;
      }
  for (int i = 0; i < s->n_rows; i++)
    for (int j = 0; j < s->rows[i].n && n < most; j++) {
      const Field *f = &s->rows[i].fields[j];
      bool there = is_known(f->name);
      for (int k = 0; k < n && !there; k++) there = strcmp(columns[k].name, f->name) == 0;
      if (!there) columns[n++] = (Column){ f->name, f->name, NULL, f->is_number, 0 };
    }
  for (int k = 0; k < n; k++) {
    columns[k].width = show_width(columns[k].heading);
    for (int i = 0; i < s->n_rows; i++) {
      cell(&s->rows[i], columns[k].name, columns[k].format, buf, sizeof buf);
      int w = show_width(buf);
      if (w > columns[k].width) columns[k].width = w;
    }
  }
  return n;
}

static void progress(Text *t, const Screen *s) {
  int64_t passed = s->now_ms - s->start_ms;
  if (s->for_ms > 0) {
    int bar = s->columns > 70 ? 30 : 10;
    int full = passed >= s->for_ms ? bar : (int)(passed * bar / s->for_ms);
    for (int i = 0; i < bar; i++) text_puts(t, i < full ? "█" : "░");
    text_format(t, " %.0f of %.0f s", (double)passed / 1000, (double)s->for_ms / 1000);
  } else {
    text_format(t, "%.0f s", (double)passed / 1000);
  }
  const Tally *all = s->tally;
  text_format(t, ", %" PRIu64 " result%s", all->results, all->results == 1 ? "" : "s");
  for (size_t i = 0; i < all->n_verdicts; i++)
    if (strcmp(all->verdicts[i].name, "opportunity") == 0)
      text_format(t, ", %" PRIu64 " opportunit%s", all->verdicts[i].n, all->verdicts[i].n == 1 ? "y" : "ies");
}

static void frame_line(Text *out, Text *line, int columns, const char *before, const char *after, int *lines) {
  while (line->len > 0 && line->p[line->len - 1] == ' ') line->p[--line->len] = 0;
  int width = show_width(line->p ? line->p : "");
  text_puts(out, before);
  if (width > columns) show_pad(out, line->p, columns, false);
  else if (line->p) text_puts(out, line->p);
  text_puts(out, after);
  text_puts(out, "\x1b[K\n");
  line->len = 0;
  if (line->p) line->p[0] = 0;
  (*lines)++;
}

/* Back to where the frame began. After a resize nothing is known about where lines went: start anew on a clear screen. */
static void rewind_frame(Screen *s, Text *out) {
  struct winsize w;
  int columns = 80, height = 24;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0 && w.ws_row > 0) {
    columns = w.ws_col;
    height = w.ws_row;
  }
  if (s->lines > 0) {
    if (columns != s->columns || height != s->height) text_puts(out, "\x1b[2J\x1b[H");
    else text_format(out, "\x1b[%dA\r", s->lines);
  }
  s->columns = columns;
  s->height = height;
  s->lines = 0;
}

static void draw(Screen *s) {
  Text out = { NULL, 0, 0 }, line = { NULL, 0, 0 };
  Column columns[40];
  char buf[200];
  const char *bold = s->colour ? "\x1b[1m" : "", *plain = s->colour ? "\x1b[0m" : "";
  int lines = 0;
  rewind_frame(s, &out);
  if (!s->cursor_hidden) {
    text_puts(&out, "\x1b[?25l");
    s->cursor_hidden = true;
    cursor_owner = s;
    atexit(show_cursor);
  }
  int width = s->columns - 1, n = columns_of(s, columns, 40), most = s->height - 5;
  text_puts(&line, s->title);
  frame_line(&out, &line, width, bold, plain, &lines);
  for (int k = 0; k < n; k++) {
    if (k) text_puts(&line, "  ");
    show_pad(&line, columns[k].heading, columns[k].width, columns[k].right);
  }
  frame_line(&out, &line, width, bold, plain, &lines);
  for (int i = 0; i < s->n_rows && i < most; i++) {
    for (int k = 0; k < n; k++) {
      if (k) text_puts(&line, "  ");
      cell(&s->rows[i], columns[k].name, columns[k].format, buf, sizeof buf);
      show_pad(&line, buf, columns[k].width, columns[k].right);
    }
    frame_line(&out, &line, width, tone(s, &s->rows[i]), plain, &lines);
  }
  if (s->n_rows > most) {
    text_format(&line, "... and %d more", s->n_rows - most);
    frame_line(&out, &line, width, "", "", &lines);
  }
  progress(&line, s);
  frame_line(&out, &line, width, "", "", &lines);
  text_puts(&out, "\x1b[J");
  write_all(out.p, out.len);
  text_free(&out);
  text_free(&line);
  s->lines = lines;
  s->dirty = false;
  s->drawn_ms = now_monotonic();
}

/* Text that is no result goes above the frame. */
static void above(Screen *s, FILE *f, const char *text, size_t len) {
  if (s->mode == SCREEN_LIVE && s->lines > 0) {
    Text out = { NULL, 0, 0 };
    rewind_frame(s, &out);
    text_puts(&out, "\x1b[J");
    write_all(out.p, out.len);
    text_free(&out);
    s->dirty = true;
  }
  fwrite(text, 1, len, f);
  fflush(f);
}

/* What a script prints cannot steer the terminal: escape sequences can do more than colour. A file or a pipe gets it as it is. */
bool screen_out(Screen *s, const char *text, size_t len) {
  Text t = { NULL, 0, 0 };
  if (isatty(STDOUT_FILENO)) {
    for (size_t i = 0; i < len; i++) {
      unsigned char c = (unsigned char)text[i], next = i + 1 < len ? (unsigned char)text[i + 1] : 0;
      bool steers = (c < ' ' && c != '\n' && c != '\t') || c == 127 || (c == 0xc2 && next >= 0x80 && next < 0xa0);
      text_add(&t, steers ? "?" : text + i, 1);
      if (steers && c == 0xc2) i++;
    }
    text = t.p;
  }
  if (len) above(s, stdout, text, t.p ? t.len : len);
  text_free(&t);
  return !ferror(stdout);
}

bool screen_log(Screen *s, const char *level, const char *text, size_t len) {
  Text t = { NULL, 0, 0 };
  if (level && strcmp(level, "info") != 0 && strcmp(level, "log") != 0) text_format(&t, "bourse: %s: ", level);
  for (size_t i = 0; i < len; i++) text_add(&t, (unsigned char)text[i] < 32 || text[i] == 127 ? " " : text + i, 1);
  text_puts(&t, "\n");
  above(s, stderr, t.p, t.len);
  text_free(&t);
  return true;
}

static void keep_best(Screen *s, const Row *r) {
  const char *verdict = text_of(r, "verdict");
  const Field *net = find(r, "net"), *best = find(&s->best, "net");
  bool real = strcmp(verdict, "opportunity") == 0, best_real = strcmp(text_of(&s->best, "verdict"), "opportunity") == 0;
  if (net && net->is_number && strcmp(verdict, "suspect") != 0 && strcmp(verdict, "stale") != 0 &&
      (!s->has_best || (real != best_real ? real : net->number > best->number))) {
    s->best = *r;
    s->has_best = true;
  }
}

static void keep(Screen *s, const Row *r) {
  int i = 0;
  while (i < s->n_rows && strcmp(s->rows[i].key, r->key) != 0) i++;
  if (i == ROWS) {                       /* full: the oldest goes */
    memmove(s->rows, s->rows + 1, (ROWS - 1) * sizeof *s->rows);
    i = ROWS - 1;
  } else if (i == s->n_rows) {
    s->n_rows++;
  }
  s->rows[i] = *r;
}

bool screen_report(Screen *s, const char *worker, const msgpack_object *data) {
  Text t = { NULL, 0, 0 };
  read_row(&s->last, worker, data);
  keep_best(s, &s->last);
  if (s->mode == SCREEN_LIVE) {
    keep(s, &s->last);
    s->dirty = true;
    return true;
  }
  if (s->mode == SCREEN_JSON) show_json(&t, data);
  else line_of(&t, &s->last);
  text_puts(&t, "\n");
  fwrite(t.p, 1, t.len, stdout);
  fflush(stdout);
  text_free(&t);
  return !ferror(stdout);
}

void screen_tick(Screen *s, int64_t now_ms) {
  s->now_ms = now_ms;
  if (!s->start_ms) s->start_ms = now_ms;
  if (s->mode != SCREEN_LIVE || s->n_rows == 0) return;
  if (s->dirty || now_monotonic() - s->drawn_ms > 450) draw(s);
}

int64_t screen_ms(const Screen *s) { return s->now_ms - s->start_ms; }

void screen_summary(Screen *s) {
  Text t = { NULL, 0, 0 };
  const Tally *all = s->tally;
  FILE *f = s->mode == SCREEN_LINES ? stderr : stdout;
  int64_t ms = screen_ms(s);
  if (s->mode == SCREEN_JSON) tally_json(all, ms, &t);
  else if (all->results || all->n_venues) {
    if (s->mode == SCREEN_LIVE && s->n_rows) draw(s);
    text_format(&t, "%s%.1f s, %" PRIu64 " result%s", s->mode == SCREEN_LIVE ? "\n" : "", (double)ms / 1000, all->results, all->results == 1 ? "" : "s");
    for (size_t i = 0; i < all->n_verdicts; i++) text_format(&t, "%s %" PRIu64 " %s", i ? "," : ":", all->verdicts[i].n, all->verdicts[i].name);
    if (s->has_best) {
      text_puts(&t, "\nbest: ");
      line_of(&t, &s->best);
    }
    text_puts(&t, "\n");
    tally_text(all, ms, isatty(fileno(f)), &t);
  }
  if (t.len) fwrite(t.p, 1, t.len, f);
  fflush(f);
  text_free(&t);
}

void screen_free(Screen *s) {
  if (!s) return;
  if (s->mode == SCREEN_LIVE) show_cursor();
  free(s);
}
