/* bourse fetch candles|list: where the file of candles is, how far it is on the screen, and where csv goes. The rest is host/lua/verbs/fetch.lua. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include "cli/fetch.h"
#include "cli/start.h"
#include "cli/verbs.h"
#include "wire/pack.h"
#include "wire/nearest.h"

#define SHOWN 100                       /* series with a share in the bar */
#define LINE_MS 5000                    /* between plain lines of one series */

typedef struct { char symbol[96]; double done; int64_t candles; bool over; } Part;

typedef struct {
  bool bar, drawn, over, failed;
  FILE *out; const char *out_path;
  Part parts[SHOWN]; size_t n;
  char at[96];                          /* what came last */
  int64_t now_ms, begun_ms, told_ms;
} Progress;

bool fetch_file(const Cli *cli, const char *given, char path[PATH_MAX]) {
  if (given) return snprintf(path, PATH_MAX, "%s", given) < PATH_MAX || cli_misuse(cli, "the name of the file is too long") == 0;
  const char *dir = paths_state();
  if (dir && snprintf(path, PATH_MAX, "%s/candles.db", dir) < PATH_MAX) return true;
  fprintf(stderr, "bourse: there is no state folder for candles (set BOURSE_STATE, or name a file)\n");
  return false;
}

/* --- how far it is --- */

static void wipe(Progress *p) {
  if (p->drawn) fputs("\r\033[K", stderr);
  p->drawn = false;
}

static int columns(void) {
  struct winsize w;
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col ? w.ws_col : 80;
}

static void draw(Progress *p) {
  double done = 0;
  int64_t candles = 0;
  for (size_t i = 0; i < p->n; i++) {
    done += p->parts[i].over ? 1 : p->parts[i].done;
    candles += p->parts[i].candles;
  }
  if (!p->n) return;
  done /= (double)p->n;
  double left = done > 0.01 ? (double)(p->now_ms - p->begun_ms) / 1000 * (1 - done) / done : 0;
  char text[160], time[32] = "";
  if (left >= 1) snprintf(time, sizeof time, left < 120 ? "  %.0f s left" : "  %.0f min left", left < 120 ? left : left / 60);
  int room = columns() - 1, n = snprintf(text, sizeof text, " %3.0f %%  %lld candles  %s%s", done * 100, (long long)candles, p->at, time);
  int wide = room - n > 12 ? room - n - 2 : 0;
  if (wide > 30) wide = 30;
  wipe(p);
  if (wide) {
    fputc('[', stderr);
    for (int i = 0; i < wide; i++) fputc(i < (int)(done * wide + 0.5) ? '#' : '.', stderr);
    fputc(']', stderr);
  }
  fprintf(stderr, "%.*s", room - (wide ? wide + 2 : 0), text);
  fflush(stderr);
  p->drawn = true;
}

static bool on_report(void *ctx, const char *worker, const msgpack_object *data) {
  Progress *p = ctx;
  char symbol[96];
  size_t i = 0;
  (void)worker;
  if (!pack_get_line(data, "symbol", symbol, sizeof symbol)) return true;
  while (i < p->n && strcmp(p->parts[i].symbol, symbol)) i++;
  if (i == SHOWN) return true;
  if (i == p->n) p->n++;
  Part *part = &p->parts[i];
  strcpy(part->symbol, symbol);
  double total = pack_get_double(data, "total", 0);
  part->done = total > 0 ? pack_get_double(data, "done", 0) / total : 0;
  if (part->done > 1) part->done = 1;
  part->candles = pack_get_int(data, "candles", 0);
  part->over = pack_get_bool(data, "over");
  time_t at = (time_t)(pack_get_int(data, "at", 0) / 1000);
  struct tm date;
  if (at && gmtime_r(&at, &date)) {
    size_t n = (size_t)snprintf(p->at, sizeof p->at, "%.70s ", symbol);
    strftime(p->at + n, sizeof p->at - n, "%Y-%m-%d", &date);
  }
  if (p->bar) draw(p);
  else if (!part->over && p->now_ms - p->told_ms >= LINE_MS) {
    p->told_ms = p->now_ms;
    fprintf(stderr, "%s: %lld candles, %.0f %%\n", p->at, (long long)part->candles, part->done * 100);
  }
  return true;
}

static void on_tick(void *ctx, int64_t now_ms) {
  Progress *p = ctx;
  p->now_ms = now_ms;
  if (!p->begun_ms) p->begun_ms = p->told_ms = now_ms;
}

static bool on_log(void *ctx, const char *level, const char *text, size_t len) {
  Progress *p = ctx;
  wipe(p);
  fprintf(stderr, "%s%.*s\n", !strcmp(level, "info") || !strcmp(level, "debug") ? "" : "bourse: ", (int)len, text);
  return true;
}

static bool on_out(void *ctx, const char *text, size_t len) {
  Progress *p = ctx;
  wipe(p);
  if (fwrite(text, 1, len, p->out) == len && fflush(p->out) == 0) return true;
  if (errno != EPIPE) fprintf(stderr, "bourse: %s: %s\n", p->out_path, strerror(errno));
  p->failed = true;
  return false;
}

/* --- the verb --- */

static int run(Cli *cli, Progress *p) {
  SessionSpec spec;
  char path[PATH_MAX];
  int code = start_common(cli, &spec);
  if (code) return code;
  if (!fetch_file(cli, cli_text(cli, "to"), path)) return 1;
  bool asks = cli_text(cli, "since") != NULL;
  if (!asks && access(path, F_OK) < 0) {
    fprintf(stderr, "bourse: there is no file of candles yet (%s)\n", path);
    return strcmp(cli->words[0], "list") ? 1 : 0;
  }
  spec.candles = path;
  spec.candles_write = asks;
  spec.ctx = p;
  spec.on_out = on_out;
  spec.on_report = on_report;
  spec.on_tick = on_tick;
  spec.on_log = on_log;
  p->bar = isatty(STDERR_FILENO) && !spec.quiet;
  code = start_session(cli, &spec);
  wipe(p);
  return code ? code : p->failed;
}

int verb_fetch(Cli *cli) {
  Progress p = { .out = stdout, .out_path = "stdout" };
  const char *out = cli_text(cli, "out");
  if (strcmp(cli->words[0], "candles") && strcmp(cli->words[0], "list")) {
    const char *near = nearest_word(cli->words[0], "candles|list");
    return cli_misuse(cli, "candles or list, not '%.40s'%s%s%s", cli->words[0], near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
  }
  if (!strcmp(cli->words[0], "list") && cli->n_words > 1) return cli_misuse(cli, "list takes no more words");
  if (!strcmp(cli->words[0], "candles") && cli->n_words < 4) return cli_misuse(cli, "candles ID SYMBOL... TIMEFRAME is expected");
  if (out && !cli_text(cli, "export")) return cli_misuse(cli, "--out is of --export");
  if (out && !(p.out = fopen(out, "w"))) {
    fprintf(stderr, "bourse: %s: %s\n", out, strerror(errno));
    return 1;
  }
  if (out) p.out_path = out;
  int code = run(cli, &p);
  if (out && fclose(p.out) != 0) {
    fprintf(stderr, "bourse: %s: %s\n", out, strerror(errno));
    if (!code) code = 1;
  }
  return code;
}
