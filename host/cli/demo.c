/* bourse demo: venues of this machine that speak the real wire formats, and the arbitrage check against them
 * through the real adapters. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "cli/run.h"
#include "cli/verbs.h"
#include "wire/pack.h"

extern char **environ;
enum { VENUES_MAX = 16, START_MS = 10000 };

typedef struct {
  pid_t pid;
  char urls[VENUES_MAX][160];          /* "kraken=http://127.0.0.1:40123" */
  const char *list[VENUES_MAX + 1];
  char names[512];                     /* "kraken,binance" */
  size_t n;
} Venues;

static bool beside_program(const char *name, char *path, size_t cap) {
  ssize_t n = readlink("/proc/self/exe", path, cap - 1);
  if (n <= 0) return false;
  path[n] = 0;
  char *slash = strrchr(path, '/');
  return slash && (size_t)snprintf(slash + 1, cap - (size_t)(slash + 1 - path), "%s", name) < cap - (size_t)(slash + 1 - path);
}

static int64_t now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* "kraken http://127.0.0.1:40123" */
static void take_line(Venues *v, char *line) {
  char *space = strchr(line, ' '), adapter[4300];
  size_t used = strlen(v->names);
  if (!space || v->n == VENUES_MAX || strncmp(space + 1, "http://", 7) != 0) return;
  *space = 0;
  snprintf(adapter, sizeof adapter, "%s/exchanges/%.60s.lua", paths_home(), line);
  if (access(adapter, R_OK) != 0) return;
  snprintf(v->urls[v->n], sizeof v->urls[0], "%.60s=%.90s", line, space + 1);
  v->list[v->n] = v->urls[v->n];
  snprintf(v->names + used, sizeof v->names - used, "%s%.60s", used ? "," : "", line);
  v->n++;
}

/* Reads what the venues print until "ready". */
static bool wait_ready(Venues *v, int fd) {
  char buf[4096];
  size_t len = 0;
  int64_t until = now_ms() + START_MS;
  for (;;) {
    int64_t left = until - now_ms();
    struct pollfd p = { fd, POLLIN, 0 };
    if (left <= 0 || poll(&p, 1, (int)left) <= 0) return false;
    ssize_t n = read(fd, buf + len, sizeof buf - 1 - len);
    if (n <= 0 || len + (size_t)n == sizeof buf - 1) return false;
    len += (size_t)n;
    buf[len] = 0;
    for (char *end; (end = strchr(buf, '\n')); ) {
      *end = 0;
      if (strcmp(buf, "ready") == 0) return true;
      take_line(v, buf);
      len -= (size_t)(end + 1 - buf);
      memmove(buf, end + 1, len + 1);
    }
  }
}

static void stop_venues(Venues *v) {
  kill(v->pid, SIGTERM);
  for (int i = 0; i < 200; i++) {
    if (waitpid(v->pid, NULL, WNOHANG) != 0) return;
    usleep(10000);
  }
  kill(v->pid, SIGKILL);
  waitpid(v->pid, NULL, 0);
}

static int start_venues(const Cli *cli, Venues *v, int *out) {
  char path[4096], seed[32];
  int fds[2], error;
  posix_spawn_file_actions_t actions;
  if (!beside_program("bourse-venues", path, sizeof path) || access(path, X_OK) != 0) {
    fprintf(stderr, "bourse: demo: bourse-venues is not beside the program; ./dev build makes it\n");
    return 1;
  }
  if (pipe2(fds, O_CLOEXEC) != 0) {
    fprintf(stderr, "bourse: demo: %s\n", strerror(errno));
    return 1;
  }
  snprintf(seed, sizeof seed, "%lld", (long long)cli_number(cli, "seed", 1));
  char *argv[] = { path, (char[]){ "--seed" }, seed, NULL };
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
  error = posix_spawn(&v->pid, path, &actions, NULL, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  close(fds[1]);
  if (error) {
    fprintf(stderr, "bourse: demo: cannot start %s: %s\n", path, strerror(error));
    close(fds[0]);
    return 1;
  }
  *out = fds[0];
  return 0;
}

int verb_demo(Cli *cli) {
  static Venues v;
  SessionSpec spec;
  msgpack_sbuffer args;
  msgpack_packer pk;
  char script[4200];
  int fd, code = start_common(cli, &spec);
  if (code) return code;
  snprintf(script, sizeof script, "%s/scripts/arbitrage.lua", paths_home());
  if (access(script, R_OK) != 0) {
    fprintf(stderr, "bourse: demo: cannot read %s: %s\n", script, strerror(errno));
    return 1;
  }
  code = start_venues(cli, &v, &fd);
  if (code) return code;
  if (!wait_ready(&v, fd) || v.n < 2) {
    fprintf(stderr, "bourse: demo: the local venues did not start\n");
    stop_venues(&v);
    return 1;
  }
  if (!spec.quiet) fprintf(stderr, "demo: %zu local venues (%s), seed %lld; no network, no key\n", v.n, v.names,
    (long long)cli_number(cli, "seed", 1));
  spec.base_urls = v.list;
  spec.for_ms = cli_number(cli, "for", 20000);
  msgpack_sbuffer_init(&args);
  msgpack_packer_init(&pk, &args, msgpack_sbuffer_write);
  pack_map(&pk, 2);
  pack_key_str(&pk, "venues", v.names);
  pack_key_str(&pk, "every", "1");
  const char *paths[] = { script };
  code = run_scripts(cli, &spec, paths, 1, &args, "bourse demo: scripts/arbitrage.lua on local venues");
  msgpack_sbuffer_destroy(&args);
  stop_venues(&v);
  close(fd);
  return code;
}
