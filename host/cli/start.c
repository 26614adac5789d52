#include "cli/start.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli/prompt.h"
#include "wire/pack.h"

static const Limits default_limits = { 64u << 20, 5000, 1000 };

/* The worker checks ids too; here a typing error is told before anything starts. */
static bool id_text(const char *s, size_t n) {
  if (n == 0 || n > 64) return false;
  for (size_t i = 0; i < n; i++)
    if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= '0' && s[i] <= '9') || s[i] == '_')) return false;
  return true;
}

static bool loopback_url(const char *url) {
  static const char *const begins[] = { "http://127.", "http://localhost", "http://[::1]", "https://127.", "https://localhost",
    "https://[::1]" };
  for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
    if (strncmp(url, begins[i], strlen(begins[i])) == 0) return true;
  return false;
}

/* Asked by the session at the first signed request that the environment has no key for. */
static Keys *open_keys(void *ctx) {
  KeysSource source;
  char err[300];
  const char *state = paths_state();
  (void)ctx;
  if (!state || !keys_exist(state) || !prompt_source(NULL, false, &source)) return NULL;
  Keys *keys = keys_open(state, &source, err, sizeof err);
  if (!keys) fprintf(stderr, "bourse: keys: %s\n", err);
  return keys;
}

int start_common(Cli *cli, SessionSpec *spec) {
  static const char *urls[GIVEN_MAX + 1];
  size_t n = 0;
  for (size_t i = 0; i < cli->n_given; i++) {
    const Given *g = &cli->given[i];
    if (strcmp(g->option->name, "base-url") != 0) continue;
    const char *eq = strchr(g->text, '=');
    if (!id_text(g->text, (size_t)(eq - g->text)))
      return cli_misuse(cli, "--base-url: an exchange id is lower case letters, digits and _");
    if (!loopback_url(eq + 1)) return cli_misuse(cli,
      "--base-url: only a server on this machine may stand in for an exchange (http://127.0.0.1:PORT)");
    urls[n++] = g->text;
  }
  urls[n] = NULL;
  memset(spec, 0, sizeof *spec);
  spec->limits = default_limits;
  spec->base_urls = urls;
  spec->unlimited = !cli_flag(cli, "budget");              /* a server of this machine that stands in for a venue has no budget to protect */
  spec->cacert = cli_text(cli, "cacert");
  spec->timeout_ms = (int)cli_number(cli, "timeout", 10000);
  if (cli_number(cli, "timeout", 0) > 600000) return cli_misuse(cli, "--timeout is at most 10m");
  spec->markets_age_given = cli_number(cli, "markets-age", -1) >= 0;
  spec->markets_age_ms = cli_number(cli, "markets-age", 3600000);
  spec->quiet = cli_flag(cli, "quiet");
  spec->rights = RIGHT_PUBLIC | RIGHT_READ;
  spec->input_fd = -1;
  spec->open_keys = open_keys;
  if (cli_text(cli, "home")) paths_set_home(cli_text(cli, "home"));
  return 0;
}

static void pack_given(msgpack_packer *pk, const Given *g) {
  pack_str(pk, g->option->name);
  if (g->option->type == OPT_FLAG) pack_bool(pk, true);
  else if (g->option->type == OPT_COUNT || g->option->type == OPT_TIME || g->option->type == OPT_AGE) pack_int(pk, g->number);
  else pack_str(pk, g->text);
}

/* A pair option as a map: each key once, the last one given. */
static void pack_pairs(msgpack_packer *pk, const Cli *cli, const Option *o) {
  size_t n = 0;
  const Given *kept[GIVEN_MAX];
  for (size_t i = 0; i < cli->n_given; i++) {
    const Given *g = &cli->given[i];
    if (g->option != o) continue;
    size_t len = strcspn(g->text, "="), j = 0;
    while (j < n && strncmp(kept[j]->text, g->text, len + 1) != 0) j++;
    kept[j] = g;
    if (j == n) n++;
  }
  pack_str(pk, o->name);
  pack_map(pk, n);
  for (size_t j = 0; j < n; j++) {
    size_t len = strcspn(kept[j]->text, "=");
    pack_strn(pk, kept[j]->text, len);
    pack_str(pk, kept[j]->text + len + 1);
  }
}

void start_pack(const Cli *cli, msgpack_sbuffer *out) {
  msgpack_packer pk;
  const Given *last[GIVEN_MAX];
  size_t n = 0;
  for (size_t i = 0; i < cli->n_given; i++) {
    size_t j = 0;
    while (j < n && last[j]->option != cli->given[i].option) j++;
    last[j] = &cli->given[i];
    if (j == n) n++;
  }
  msgpack_packer_init(&pk, out, msgpack_sbuffer_write);
  const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");      /* the worker has no environment */
  bool colour = isatty(STDOUT_FILENO) && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
  pack_map(&pk, n + 1 + colour);
  if (colour) pack_key_bool(&pk, "colour", true);
  pack_str(&pk, "words");
  pack_array(&pk, cli->n_words);
  for (size_t i = 0; i < cli->n_words; i++) pack_str(&pk, cli->words[i]);
  for (size_t j = 0; j < n; j++) {
    if (last[j]->option->type == OPT_PAIR) pack_pairs(&pk, cli, last[j]->option);
    else pack_given(&pk, last[j]);
  }
}

int start_session(Cli *cli, SessionSpec *spec) {
  msgpack_sbuffer args;
  msgpack_sbuffer_init(&args);
  start_pack(cli, &args);
  WorkerSpec worker = { .role = "verb", .name = cli->verb->name, .args = &args };
  spec->workers = &worker;
  spec->n_workers = 1;
  spec->network = strncmp(cli->verb->synopsis, "ID", 2) == 0;      /* verbs that ask an exchange */
  int code = session_run(spec);
  msgpack_sbuffer_destroy(&args);
  return code;
}

int start_verb(Cli *cli) {
  SessionSpec spec;
  int code = start_common(cli, &spec);
  return code ? code : start_session(cli, &spec);
}

char *start_read(const char *path, size_t most, size_t *len) {
  FILE *f = fopen(path, "rb");
  if (!f) {
    fprintf(stderr, "bourse: cannot read %s: %s\n", path, strerror(errno));
    return NULL;
  }
  char *text = malloc(most + 2);
  size_t n = text ? fread(text, 1, most + 1, f) : 0;
  if (!text || ferror(f) || n > most) {
    if (text && n > most) fprintf(stderr, "bourse: %s is longer than %zu bytes\n", path, most);
    else fprintf(stderr, "bourse: cannot read %s: %s\n", path, text ? strerror(errno) : "out of memory");
    free(text);
    text = NULL;
  } else {
    text[n] = 0;
    *len = n;
  }
  fclose(f);
  return text;
}
