/* bourse conform FILE|DIR...: a folder stands for the vector files in it. */
#include "cli/start.h"
#include "cli/verbs.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Adds the *.json files of a folder, by name. The paths live as long as the program. */
static int add_folder(const Cli *cli, const char *dir, const char **files, size_t *n) {
  DIR *d = opendir(dir);
  if (!d) return cli_misuse(cli, "cannot read '%s': %s", dir, strerror(errno));
  size_t first = *n;
  int code = 0;
  for (struct dirent *e; !code && (e = readdir(d)); ) {
    size_t len = strlen(e->d_name);
    char *path;
    if (len < 6 || e->d_name[0] == '.' || strcmp(e->d_name + len - 5, ".json") != 0) continue;
    if (*n == WORDS_MAX) code = cli_misuse(cli, "more than %d files", WORDS_MAX);
    else if (asprintf(&path, "%s/%s", dir, e->d_name) < 0) code = 1;
    else files[(*n)++] = path;
  }
  closedir(d);
  if (!code && *n == first) code = cli_misuse(cli, "no .json files in '%s'", dir);
  qsort(files + first, *n - first, sizeof *files, by_name);
  return code;
}

/* The list of vectors that are not followed, with reasons; it stands beside the adapters' tests. NULL: there is none here. */
static const char *deviations(void) {
  static char path[4096];
  const char *home = paths_home();
  if (!home || snprintf(path, sizeof path, "%s/tests/adapters/deviations.lua", home) >= (int)sizeof path) return NULL;
  return access(path, R_OK) == 0 ? path : NULL;
}

int verb_conform(Cli *cli) {
  static const char *files[WORDS_MAX + 2];
  size_t n = 0;
  SessionSpec spec;
  int code = start_common(cli, &spec);
  for (size_t i = 0; !code && i < cli->n_words; i++) {
    struct stat st;
    if (stat(cli->words[i], &st) != 0) code = cli_misuse(cli, "cannot read '%s': %s", cli->words[i], strerror(errno));
    else if (S_ISDIR(st.st_mode)) code = add_folder(cli, cli->words[i], files, &n);
    else if (n == WORDS_MAX) code = cli_misuse(cli, "more than %d files", WORDS_MAX);
    else files[n++] = cli->words[i];
  }
  if (code) return code;
  memcpy(cli->words, files, n * sizeof *files);
  cli->n_words = n;
  if (!cli_text(cli, "deviations") && deviations() && cli->n_given < GIVEN_MAX) {
    const Option *o = cli->verb->options;
    while (strcmp(o->name, "deviations") != 0) o++;
    cli->given[cli->n_given++] = (Given){ o, deviations(), 0 };
  }
  files[n] = cli_text(cli, "deviations");
  spec.files = files;
  spec.frozen_clock = true;
  spec.open_keys = NULL;
  spec.rights = RIGHT_PUBLIC | RIGHT_READ | RIGHT_TRADE | RIGHT_WITHDRAW;   /* only test keys, and nothing is sent */
  spec.limits.memory = 512u << 20;      /* vector files of some MB, many exchanges in one run */
  spec.limits.callback_ms = spec.limits.cpu_ms = 60000;
  return start_session(cli, &spec);
}
