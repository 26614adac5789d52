#include "cli/screen.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include "cli/show.h"

enum { FIELDS = 24, ROWS = 60, FRAME = ROWS + 4, SPARK = 16, COLUMNS = 40 };

typedef struct { char name[32], text[72]; double number; bool is_number; } Field;
typedef struct { char key[160]; Field fields[FIELDS]; int n; double past[SPARK]; int n_past; } Row;

struct Screen {
  enum screen_mode mode;
  bool colour, dirty, cursor_hidden;
  char title[200];
  int64_t start_ms, now_ms, for_ms;   /* of the session: a tape's when one plays */
  int64_t drawn_ms;                   /* of this machine */
  int lines;                     /* of the frame that stands on the terminal */
  Text frame[FRAME];             /* they */
  int columns, height;           /* of the terminal when that frame was drawn */
  Row rows[ROWS], best, last;
  int n_rows;
  bool has_best;
  const Tally *tally;
};

/* How the fields that many strategies report are shown; other fields follow under their own names. Where the terminal is narrow the highest rank goes first. */
static const struct { const char *name, *heading, *format; bool right; int rank; } known[] = {
  { "pair", "pair", NULL, false, 0 }, { "symbol", "symbol", NULL, false, 0 }, { "venue", "venue", NULL, false, 1 },
  { "buy", "buy at", NULL, false, 4 }, { "sell", "sell at", NULL, false, 4 }, { "path", "path", NULL, false, 4 },
  { "bid", "bid", NULL, true, 5 }, { "ask", "ask", NULL, true, 5 }, { "spread", "spread", NULL, true, 2 },
  { "gross", "gross", "%.3f%%", true, 8 }, { "fees", "fees", "%.3f%%", true, 10 }, { "net", "net", "%+.3f%%", true, 1 },
  { "size", "size", "%.6g", true, 11 }, { "profit", "profit", "%.4g", true, 7 }, { "age_ms", "age", "%.0f ms", true, 9 },
  { "verdict", "", NULL, false, 3 }, { "why", "", NULL, false, 12 },
};
enum { RANK_SPARK = 2, RANK_OTHER = 6 };
/* What a row's sparkline is of: the first of these that it has, else its first number under another name. */
static const char *const sparked[] = { "net", "spread", "premium", "z", "value", "price", "last" };
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


typedef struct { const char *name, *heading, *format; bool right; int width, rank; } Column;

static const Field *spark_field(const Row *r) {
  const Field *f;
  for (size_t i = 0; i < sizeof sparked / sizeof *sparked; i++)
    if ((f = find(r, sparked[i])) && f->is_number) return f;
  for (int i = 0; i < r->n; i++)
    if (r->fields[i].is_number && !is_known(r->fields[i].name)) return &r->fields[i];
  return NULL;
}

/* What the row showed so far, its own least at the bottom and its most on top. */
static void spark_cell(const Row *r, char *buf) {
  static const char *const blocks[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
  double least = r->past[0], most = r->past[0];
  buf[0] = 0;
  for (int i = 1; i < r->n_past; i++) {
    least = r->past[i] < least ? r->past[i] : least;
    most = r->past[i] > most ? r->past[i] : most;
  }
  for (int i = 0; i < r->n_past; i++) {
    int step = most > least ? (int)((r->past[i] - least) / (most - least) * 7.999) : 3;
    strcat(buf, blocks[step]);
  }
}

static void column_cell(const Row *r, const Column *c, char *buf, size_t cap) {
  if (c->name) cell(r, c->name, c->format, buf, cap);
  else spark_cell(r, buf);
}

static void add_column(const Screen *s, Column *columns, int *n, Column c) {
  char buf[200];
  if (*n == COLUMNS) return;
  c.width = show_width(c.heading);
  for (int i = 0; i < s->n_rows; i++) {
    column_cell(&s->rows[i], &c, buf, sizeof buf);
    int w = show_width(buf);
    if (w > c.width) c.width = w;
  }
  columns[(*n)++] = c;
}

/* The last one, when it is text, may be cut: it needs only so much. */
static int wide(const Column *columns, int n) {
  int sum = 0;
  for (int k = 0; k < n; k++) {
    bool cut = k == n - 1 && !columns[k].right && columns[k].name && columns[k].width > 12;
    sum += (k ? 2 : 0) + (cut ? 12 : columns[k].width);
  }
  return sum;
}

static int columns_of(const Screen *s, Column *columns, int width) {
  int n = 0;
  bool spark = false;
  for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
    for (int i = 0; i < s->n_rows; i++)
      if (find(&s->rows[i], known[k].name)) {
        add_column(s, columns, &n, (Column){ known[k].name, known[k].heading, known[k].format, known[k].right, 0, known[k].rank });
        break;
      }
    if (strcmp(known[k].name, "net") != 0) continue;
    for (int i = 0; i < s->n_rows && !spark; i++) spark = s->rows[i].n_past > 1;
    if (spark) add_column(s, columns, &n, (Column){ NULL, "", NULL, false, 0, RANK_SPARK });
  }
  for (int i = 0; i < s->n_rows; i++)
    for (int f = 0; f < s->rows[i].n && n < COLUMNS; f++) {
      const Field *field = &s->rows[i].fields[f];
      int k = 0;
      if (is_known(field->name)) continue;
      while (k < n && (!columns[k].name || strcmp(columns[k].name, field->name) != 0)) k++;
      if (k == n) add_column(s, columns, &n, (Column){ field->name, field->name, NULL, field->is_number, 0, RANK_OTHER });
    }
  while (n > 1 && wide(columns, n) > width) {
    int out = 0;
    for (int k = 1; k < n; k++)
      if (columns[k].rank >= columns[out].rank) out = k;
    memmove(columns + out, columns + out + 1, (size_t)(n - out - 1) * sizeof *columns);
    n--;
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

static void frame_line(Text *to, Text *line, int columns, const char *before, const char *after) {
  while (line->len > 0 && line->p[line->len - 1] == ' ') line->p[--line->len] = 0;
  int width = show_width(line->p ? line->p : "");
  text_puts(to, before);
  if (width > columns) show_pad(to, line->p, columns, false);
  else if (line->p) text_puts(to, line->p);
  text_puts(to, after);
  line->len = 0;
  if (line->p) line->p[0] = 0;
}

static int terminal_columns(FILE *f) {
  struct winsize w;
  return ioctl(fileno(f), TIOCGWINSZ, &w) == 0 && w.ws_col > 0 ? w.ws_col : 80;
}

static void terminal_size(int *columns, int *height) {
  struct winsize w;
  *columns = 80;
  *height = 24;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) != 0 || w.ws_col == 0 || w.ws_row == 0) return;
  *columns = w.ws_col;
  *height = w.ws_row;
}

static void forget_frame(Screen *s) {
  for (int i = 0; i < s->lines; i++) text_free(&s->frame[i]);
  s->lines = 0;
}

/* Back to where the frame began. After a resize nothing is known about where lines went: start anew on a clear screen. */
static void rewind_frame(Screen *s, Text *out) {
  int columns, height;
  terminal_size(&columns, &height);
  if (s->lines > 0) {
    if (columns != s->columns || height != s->height) {
      text_puts(out, "\x1b[2J\x1b[H");
      forget_frame(s);
    } else text_format(out, "\x1b[%dA\r", s->lines);
  }
  s->columns = columns;
  s->height = height;
}

/* The lines of the table as they are now; how many. */
static int compose(const Screen *s, Text next[FRAME]) {
  Text line = { NULL, 0, 0 };
  Column columns[COLUMNS];
  char buf[200];
  const char *bold = s->colour ? "\x1b[1m" : "", *plain = s->colour ? "\x1b[0m" : "";
  int width = s->columns - 1, n = columns_of(s, columns, width), most = s->height - 5, lines = 0;
  text_puts(&line, s->title);
  frame_line(&next[lines++], &line, width, bold, plain);
  for (int k = 0; k < n; k++) {
    if (k) text_puts(&line, "  ");
    show_pad(&line, columns[k].heading, columns[k].width, columns[k].right);
  }
  frame_line(&next[lines++], &line, width, bold, plain);
  for (int i = 0; i < s->n_rows && i < most; i++) {
    for (int k = 0; k < n; k++) {
      if (k) text_puts(&line, "  ");
      column_cell(&s->rows[i], &columns[k], buf, sizeof buf);
      show_pad(&line, buf, columns[k].width, columns[k].right);
    }
    frame_line(&next[lines++], &line, width, tone(s, &s->rows[i]), *tone(s, &s->rows[i]) ? plain : "");
  }
  if (s->n_rows > most) {
    text_format(&line, "... and %d more", s->n_rows - (most > 0 ? most : 0));
    frame_line(&next[lines++], &line, width, "", "");
  }
  progress(&line, s);
  frame_line(&next[lines++], &line, width, "", "");
  text_free(&line);
  return lines;
}

/* Only the lines that differ are written, and the terminal shows them at once (mode 2026, where it knows it). */
static void draw(Screen *s) {
  Text out = { NULL, 0, 0 }, next[FRAME] = { { NULL, 0, 0 } };
  text_puts(&out, "\x1b[?2026h");
  rewind_frame(s, &out);
  if (!s->cursor_hidden) {
    text_puts(&out, "\x1b[?25l");
    s->cursor_hidden = true;
    cursor_owner = s;
    atexit(show_cursor);
  }
  int lines = compose(s, next), before = s->lines;
  for (int i = 0; i < lines; i++) {
    bool same = i < before && s->frame[i].p && next[i].p && strcmp(s->frame[i].p, next[i].p) == 0;
    if (!same) {
      text_puts(&out, next[i].p ? next[i].p : "");
      text_puts(&out, "\x1b[K");
    }
    text_puts(&out, "\n");
  }
  if (lines < before || before == 0) text_puts(&out, "\x1b[J");
  text_puts(&out, "\x1b[?2026l");
  write_all(out.p, out.len);
  text_free(&out);
  forget_frame(s);
  memcpy(s->frame, next, sizeof next);
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
    forget_frame(s);
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
  /* What it showed before goes on with it. */
  const Field *f = spark_field(r);
  Row *to = &s->rows[i];
  double past[SPARK];
  int n_past = strcmp(to->key, r->key) == 0 ? to->n_past : 0;
  memcpy(past, to->past, sizeof past);
  *to = *r;
  if (n_past == SPARK && f) memmove(past, past + 1, (size_t)(--n_past) * sizeof *past);
  if (f && isfinite(f->number)) past[n_past++] = f->number;
  memcpy(to->past, past, sizeof past);
  to->n_past = n_past;
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
  int columns, height;
  terminal_size(&columns, &height);
  if (s->dirty || columns != s->columns || height != s->height || now_monotonic() - s->drawn_ms > 450) draw(s);
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
    text_format(&t, "%s%s, %" PRIu64 " result%s", s->mode == SCREEN_LIVE ? "\n" : "", show_span(ms).s, all->results, all->results == 1 ? "" : "s");
    for (size_t i = 0; i < all->n_verdicts; i++) text_format(&t, "%s %" PRIu64 " %s", i ? "," : ":", all->verdicts[i].n, all->verdicts[i].name);
    if (s->has_best) {
      text_puts(&t, "\nbest: ");
      line_of(&t, &s->best);
    }
    text_puts(&t, "\n");
    tally_text(all, ms, isatty(fileno(f)) ? terminal_columns(f) : 0, &t);
  }
  if (t.len) fwrite(t.p, 1, t.len, f);
  fflush(f);
  text_free(&t);
}

void screen_free(Screen *s) {
  if (!s) return;
  if (s->mode == SCREEN_LIVE) show_cursor();
  forget_frame(s);
  free(s);
}
