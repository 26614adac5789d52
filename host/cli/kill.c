/* bourse kill: the kill switch, a file in the state folder that every session watches. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "broker/session.h"
#include "cli/verbs.h"

static int undo(const char *path) {
  if (unlink(path) < 0 && errno != ENOENT) {
    fprintf(stderr, "bourse: %s: %s\n", path, strerror(errno));
    return 1;
  }
  puts("The kill switch is off: orders are taken again.");
  return 0;
}

int verb_kill(Cli *cli) {
  char path[PATH_MAX], text[300], when[32];
  const char *dir = paths_state();
  if (!dir || snprintf(path, sizeof path, "%s/kill", dir) >= (int)sizeof path) {
    fprintf(stderr, "bourse: there is no state folder (set BOURSE_STATE)\n");
    return 1;
  }
  if (cli_flag(cli, "undo")) return undo(path);
  time_t now = time(NULL);
  struct tm tm;
  strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S UTC", gmtime_r(&now, &tm));
  int n = snprintf(text, sizeof text, "%s by %ld%s%.200s\n", when, (long)getuid(), cli->n_words ? ": " : "", cli->n_words ? cli->words[0] : "");
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  bool ok = fd >= 0 && write(fd, text, (size_t)n) == n && fsync(fd) == 0;
  if (fd >= 0 && close(fd) < 0) ok = false;
  if (!ok) {
    fprintf(stderr, "bourse: %s: %s\n", path, strerror(errno));
    return 1;
  }
  puts("The kill switch is on: running sessions cancel their open orders and take no new ones; `bourse kill --undo` ends that.\n"
       "Open orders of sessions that do not run any more are not cancelled by this: `bourse orders --open` shows them.");
  return 0;
}
