/* bourse new exchange|strategy NAME: a working start, written into a file that must not exist. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli/start.h"
#include "cli/verbs.h"
#include "wire/nearest.h"
#include "worker/hostlua.h"

static bool good_name(const char *s) {
  size_t n = strlen(s);
  return n > 0 && n <= 40 && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == n;
}

/* The text with every mark replaced; malloc'd. */
static char *filled(const char *text, const char *mark, const char *name) {
  size_t count = 0, len = strlen(text), n = strlen(name), wide = strlen(mark);
  for (const char *p = text; (p = strstr(p, mark)); p += wide) count++;
  char *out = malloc(len + count * n + 1), *to = out;
  if (!out) return NULL;
  for (const char *p = text; ; ) {
    const char *next = strstr(p, mark);
    size_t part = next ? (size_t)(next - p) : strlen(p);
    memcpy(to, p, part);
    to += part;
    if (!next) break;
    memcpy(to, name, n);
    to += n;
    p = next + wide;
  }
  *to = 0;
  return out;
}

static int write_new(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) {
    if (errno == EEXIST) fprintf(stderr, "bourse: %s is there already; nothing was written\n", path);
    else fprintf(stderr, "bourse: cannot write %s: %s%s\n", path, strerror(errno),
      strstr(path, "/exchanges/") ? " (--home DIR says where exchanges/ is)" : "");
    return 1;
  }
  FILE *f = fdopen(fd, "w");
  bool ok = f && fputs(text, f) >= 0;
  if (f) ok = fclose(f) == 0 && ok;
  else close(fd);
  if (!ok) {
    fprintf(stderr, "bourse: cannot write %s: %s\n", path, strerror(errno));
    unlink(path);
    return 1;
  }
  return 0;
}

int verb_new(Cli *cli) {
  const char *kind = cli->words[0], *name = cli->words[1];
  bool exchange = strcmp(kind, "exchange") == 0;
  char path[4200], folder[4100];
  struct stat st;
  if (!exchange && strcmp(kind, "strategy") != 0) {
    const char *near = nearest_word(kind, "exchange|strategy");
    return cli_misuse(cli, "a new exchange or strategy, not '%.60s'%s%s%s", kind, near ? " (did you mean " : "", near ? near
      : "", near ? "?)" : "");
  }
  if (!good_name(name)) return cli_misuse(cli, "a name is lower-case letters, digits and _, at most 40");
  if (cli_text(cli, "home")) paths_set_home(cli_text(cli, "home"));
  /* An exchange goes where it is found; a strategy beside the user's other files. */
  if (exchange) snprintf(folder, sizeof folder, "%s/exchanges", paths_home());
  else snprintf(folder, sizeof folder, "%s", stat("scripts", &st) == 0 && S_ISDIR(st.st_mode) ? "scripts" : ".");
  snprintf(path, sizeof path, "%s/%s.lua", folder, name);
  size_t len;
  const char *template = hostlua_source(exchange ? "templates/exchange" : "templates/strategy", &len);
  char *named = template ? filled(template, "@NAME@", name) : NULL, *text = named ? filled(named, "@FILE@", strncmp(path, "./", 2) ? path : path + 2) : NULL;
  int code = text ? write_new(path, text) : 1;
  free(named);
  free(text);
  if (code) return code;
  printf("%s\n", path);
  if (!cli_flag(cli, "quiet"))
    fprintf(stderr, exchange ? "next: bourse check %s, then bourse doctor %s\n" : "next: bourse run %s\n", path, name);
  return 0;
}
