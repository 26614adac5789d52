/* bourse: the broker, and with --worker the sandboxed half of the same program. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "broker/keys.h"
#include "broker/session.h"
#include "cli/verbs.h"
#include "worker/worker.h"

/* A closed stdin, stdout or stderr gets a place-holder: what is opened later must not be taken for it and written into. */
static void fill_standard_files(void) {
  for (int fd = 0; fd <= 2; fd++)
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd) _exit(1);
}

/* As with `| head`: whoever read has enough, which is no failure. */
static bool nobody_reads(void) {
  struct pollfd p = { .fd = STDOUT_FILENO };
  return poll(&p, 1, 0) == 1 && p.revents & POLLERR;
}

/* What did not reach its file is a failure, also when all else went well. */
static int flushed(int code) {
  bool before = ferror(stdout);
  if ((fflush(stdout) == 0 && !before) || nobody_reads()) return code;
  if (code == 0) fprintf(stderr, "bourse: stdout: %s\n", before ? "could not be written" : strerror(errno));
  return code ? code : 1;
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "--worker") == 0) return worker_main(3);
  fill_standard_files();
  keys_take_environment();   /* before anything else is started: no child, log or dump ever sees them */
  int code = flushed(cli_main(argc, argv));
  keys_wipe();
#ifndef BOURSE_SANITIZE
  if (code > SIGNAL_ENDED) {
    /* As a program that heeds no signal ends: a loop of the shell ends with it, and systemd takes a stop for a stop. */
    signal(code - SIGNAL_ENDED, SIG_DFL);
    raise(code - SIGNAL_ENDED);
  }
  _exit(code);               /* what libraries put away at exit takes 3 ms; leaks are looked for where this is left out */
#endif
  return code;
}
