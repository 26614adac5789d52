/* bourse run SCRIPT...: one worker a script. */
#include "cli/run.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "broker/hosts.h"
#include "broker/loop.h"
#include "cli/consent.h"
#include "cli/html.h"
#include "cli/look.h"
#include "cli/replay.h"
#include "cli/screen.h"
#include "cli/verbs.h"
#include "wire/pack.h"

/* What a run leaves behind: counted, and shown as it comes. */
typedef struct { Screen *screen; Tally tally; Look *look; /* NULL without --html */ } Shown;

static bool on_out(void *ctx, const char *text, size_t len) { return screen_out(((Shown *)ctx)->screen, text, len); }
static bool on_log(void *ctx, const char *level, const char *text, size_t len) { return screen_log(((Shown *)ctx)->screen, level, text, len); }
static void on_asked(void *ctx, const char *venue, double budget_ms, bool again) { tally_asked(&((Shown *)ctx)->tally, venue, budget_ms, again); }
static void on_failed(void *ctx, const char *venue, const char *class) { tally_failed(&((Shown *)ctx)->tally, venue, class); }

static void on_books(void *ctx, const msgpack_object *data, const msgpack_object *books) {
  (void)data;
  look_books(((Shown *)ctx)->look, books);
}

static void on_tick(void *ctx, int64_t now_ms) {
  Shown *s = ctx;
  if (s->look) look_begin(s->look, clock_wall_ms());
  screen_tick(s->screen, now_ms);
}

static bool on_report(void *ctx, const char *worker, const msgpack_object *data) {
  Shown *s = ctx;
  if (s->look) look_report(s->look, data, clock_wall_ms());
  tally_report(&s->tally, data);
  return screen_report(s->screen, worker, data);
}

int run_workers(Cli *cli, SessionSpec *spec, const WorkerSpec *workers, size_t n, const char *title) {
  const char *format = cli_text(cli, "format"), *html = cli_flag(cli, "help") ? NULL : cli_text(cli, "html");
  Shown shown = { .screen = NULL };
  if (html && !html_ready(html)) return 1;
  shown.screen = screen_new(title, format && strcmp(format, "json") == 0, spec->for_ms, &shown.tally);
  if (!shown.screen) return 1;
  spec->workers = workers;
  spec->n_workers = n;
  spec->ctx = &shown;
  spec->on_out = on_out;
  spec->on_report = on_report;
  spec->on_log = on_log;
  spec->on_tick = on_tick;
  spec->on_asked = on_asked;
  spec->on_failed = on_failed;
  if (html) {
    spec->on_books = on_books;
    shown.look = look_new(title, spec, cli_text(cli, "replay"));
  }
  int code = session_run(spec);
  tally_sort(&shown.tally);
  if (!spec->quiet && !cli_flag(cli, "help")) screen_summary(shown.screen);
  if (html && !look_write(shown.look, &shown.tally, screen_ms(shown.screen), html) && !code) code = 1;
  look_free(shown.look);
  screen_free(shown.screen);
  tally_free(&shown.tally);
  return code;
}

int run_scripts(Cli *cli, SessionSpec *spec, const char *const *paths, size_t n, const msgpack_sbuffer *args, const char *title) {
  WorkerSpec workers[SCRIPTS_MAX];
  char *texts[SCRIPTS_MAX] = { NULL };
  int code = 0;
  memset(workers, 0, sizeof workers);
  for (size_t i = 0; i < n && !code; i++) {
    size_t len = 0;
    texts[i] = start_read(paths[i], 1 << 20, &len);
    if (!texts[i]) code = 2;
    workers[i] = (WorkerSpec){ .role = "run", .name = paths[i], .source = texts[i], .source_len = len, .args = args };
  }
  if (!code) code = run_workers(cli, spec, workers, n, title);
  for (size_t i = 0; i < n; i++) free(texts[i]);
  return code;
}

/* The map of arguments: --arg k=v as text (the script's declaration gives them types), and help. */
void run_arguments(const Cli *cli, msgpack_sbuffer *out) {
  msgpack_packer pk;
  const Given *kept[GIVEN_MAX];
  size_t n = 0;
  bool help = cli_flag(cli, "help");
  for (size_t i = 0; i < cli->n_given; i++) {
    const Given *g = &cli->given[i];
    if (strcmp(g->option->name, "arg") != 0) continue;
    size_t len = strcspn(g->text, "="), j = 0;
    while (j < n && strncmp(kept[j]->text, g->text, len + 1) != 0) j++;
    kept[j] = g;
    if (j == n) n++;
  }
  msgpack_packer_init(&pk, out, msgpack_sbuffer_write);
  pack_map(&pk, n + help);
  for (size_t j = 0; j < n; j++) {
    size_t len = strcspn(kept[j]->text, "=");
    pack_strn(&pk, kept[j]->text, len);
    pack_str(&pk, kept[j]->text + len + 1);
  }
  if (help) pack_key_bool(&pk, "help", true);
}

/* For --help: a script that never speaks of `args` has none to tell of, and would be run to its end instead. */
static int keep_with_arguments(Cli *cli) {
  size_t kept = 0;
  for (size_t i = 0; i < cli->n_words; i++) {
    size_t len = 0;
    char *text = start_read(cli->words[i], 1 << 20, &len);
    if (!text) return 2;
    if (strstr(text, "args")) cli->words[kept++] = cli->words[i];
    else printf("%s takes no arguments.\n", cli->words[i]);
    free(text);
  }
  cli->n_words = kept;
  return 0;
}

/* The addresses of --notify: one a line, # begins a comment. They hold secrets, so they stand in a file and not on the command line. */
static int read_addresses(Cli *cli, const char *path, char **text, const char *list[NOTIFY_MAX + 1]) {
  size_t len, n = 0;
  int line = 0;
  char err[200];
  Url u;
  if (!(*text = start_read(path, 1 << 16, &len))) return 2;
  for (char *p = *text, *end; *p; p = end) {
    end = p + strcspn(p, "\r\n");
    bool crlf = end[0] == '\r' && end[1] == '\n';
    if (*end) *end = 0, end += 1 + crlf;
    line++;
    p += strspn(p, " \t");
    p[strcspn(p, " \t")] = 0;
    if (!*p || *p == '#') continue;
    if (n == NOTIFY_MAX) return cli_misuse(cli, "--notify: more than %d addresses in %s", NOTIFY_MAX, path);
    if (!url_parse(p, strlen(p), &u, err, sizeof err)) return cli_misuse(cli, "--notify: %s, line %d: %s", path, line, err);
    list[n++] = p;
  }
  list[n] = NULL;
  return n ? 0 : cli_misuse(cli, "--notify: %s holds no address", path);
}

int run_limits(const Cli *cli, SessionSpec *spec) {
  int64_t memory = cli_number(cli, "memory", 64), cpu = cli_number(cli, "cpu", 1000);
  if (memory > 4096) return cli_misuse(cli, "--memory is at most 4096 (MiB)");
  if (cpu > 3600000) return cli_misuse(cli, "--cpu is at most 1h");
  spec->limits.memory = (uint64_t)memory << 20;
  spec->limits.callback_ms = (uint32_t)cpu;
  if (cli_text(cli, "cpu")) spec->limits.cpu_ms = (uint32_t)cpu;
  return 0;
}

int verb_run(Cli *cli) {
  SessionSpec spec;
  msgpack_sbuffer args;
  char title[200] = "", *addresses = NULL;
  const char *notify[NOTIFY_MAX + 1];
  bool help = cli_flag(cli, "help");
  int code = start_common(cli, &spec);
  if (code) return code;
  spec.record = cli_text(cli, "record");
  bool replay = cli_text(cli, "replay") != NULL;
  if (!cli->n_words && !replay) return cli_misuse(cli, "SCRIPT... expected");
  if (replay && (spec.record || cli_flag(cli, "live"))) return cli_misuse(cli, "--replay excludes --%s", spec.record ? "record" : "live");
  if (cli_text(cli, "speed") && !replay) return cli_misuse(cli, "--speed is of a --replay");
  if (cli_flag(cli, "live") && cli_flag(cli, "paper")) return cli_misuse(cli, "--live and --paper exclude each other");
  if (cli_flag(cli, "live") && !help) {
    code = consent_live(cli, cli->words[0]);
    if (code) return code;
    spec.live = true;
    spec.rights |= RIGHT_TRADE;
  }
  spec.orders = spec.live ? "live" : "paper";
  spec.config = cli_text(cli, "config");
  if ((code = run_limits(cli, &spec)) != 0) return code;
  spec.for_ms = cli_number(cli, "for", 0);
  spec.watch_files = true;
  if (cli_text(cli, "notify") && !help) {
    code = read_addresses(cli, cli_text(cli, "notify"), &addresses, notify);
    if (code) {
      free(addresses);
      return code;
    }
    spec.notify = notify;
  }
  if (cli->n_words) snprintf(title, sizeof title, "%.120s%s%s", cli->words[0], cli->n_words > 1 ? " and others" : "", spec.live ? "   LIVE"
    : "   paper");
  if (help && ((code = keep_with_arguments(cli)) != 0 || cli->n_words == 0)) return code;
  msgpack_sbuffer_init(&args);
  run_arguments(cli, &args);
  code = replay && !help ? replay_scripts(cli, &spec, &args) : run_scripts(cli, &spec, cli->words, cli->n_words, &args, title);
  msgpack_sbuffer_destroy(&args);
  free(addresses);
  return code;
}
