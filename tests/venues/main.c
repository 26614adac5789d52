/* bourse-venues: exchanges on loopback that speak the real wire formats, for demos and tests. */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>
#include "server.h"

#define VENUES_MAX 16

typedef struct {
  uint64_t seed;
  double speed, seconds;
  int port_base;
  const char *recorded;
  const Venue *list[VENUES_MAX];
  Fault faults[VENUES_MAX];
  int n;
} Options;

static volatile sig_atomic_t stopped;

static void on_signal(int number) { stopped = number; }

static void usage(FILE *out) {
  fputs("usage: bourse-venues [options]\n"
        "Starts exchanges on 127.0.0.1, prints \"id http://127.0.0.1:port\" for each, then \"ready\", and serves until stopped.\n"
        "  --venues a,b,...     which ones (default: all):",
        out);
  for (int i = 0; venues[i]; i++) fprintf(out, " %s", venues[i]->id);
  fputs("\n"
        "  --seed N             the world of prices (default 1): the same seed moves the same way\n"
        "  --speed X            how fast the world's time runs, 0.01 to 1000 (default 1)\n"
        "  --port-base P        ports P, P+1, ... instead of free ones\n"
        "  --for S              stop after S seconds\n"
        "  --recorded DIR       serve only what live exchanges sent, from the files of vectors in DIR\n"
        "  --fault ID=KIND      drop[:percent], garbage[:percent], delay:ms, stale:ms, status:code; may be repeated\n",
        out);
}

static int wrong(const char *option, const char *value, const char *expected) {
  fprintf(stderr, "bourse-venues: %s %s: expected %s\n", option, value, expected);
  return 2;
}

static bool number(const char *text, double low, double high, double *out) {
  char *end;
  errno = 0;
  double v = strtod(text, &end);
  if (!*text || *end || errno || !isfinite(v) || v < low || v > high) return false;
  *out = v;
  return true;
}

static int choose(Options *o, const char *list) {
  o->n = 0;
  for (const char *p = list;; p++) {
    size_t len = strcspn(p, ",");
    const Venue *v = venue_find(p, len);
    if (!v) {
      fprintf(stderr, "bourse-venues: --venues: there is no venue '%.*s'; there are", (int)(len > 64 ? 64 : len), p);
      for (int i = 0; venues[i]; i++) fprintf(stderr, " %s", venues[i]->id);
      fputs("\n", stderr);
      return 2;
    }
    for (int i = 0; i < o->n; i++)
      if (o->list[i] == v) return wrong("--venues", list, "each venue once");
    o->list[o->n++] = v;
    p += len;
    if (!*p) return 0;
  }
}

static int set_fault(Options *o, const char *text) {
  const char *expected =
      "ID=drop[:percent], ID=garbage[:percent], ID=delay:ms, ID=stale:ms or ID=status:code of a venue that is served";
  const char *equals = strchr(text, '=');
  const Venue *v = equals ? venue_find(text, (size_t)(equals - text)) : NULL;
  int at = 0;
  while (at < o->n && o->list[at] != v) at++;
  if (!v || at == o->n) return wrong("--fault", text, expected);
  const char *kind = equals + 1, *colon = strchr(kind, ':');
  size_t len = colon ? (size_t)(colon - kind) : strlen(kind);
  static const struct {
    const char *name;
    double low, high, without;
  } kinds[] = { { "drop", 1, 100, 100 },
                { "garbage", 1, 100, 100 },
                { "delay", 1, 600000, 0 },
                { "stale", 1, 1e9, 0 },
                { "status", 200, 599, 0 } };
  for (int i = 0; i < 5; i++) {
    if (strlen(kinds[i].name) != len || memcmp(kinds[i].name, kind, len)) continue;
    double value = kinds[i].without;
    if (colon ? !number(colon + 1, kinds[i].low, kinds[i].high, &value) : !value) break;
    Fault *f = &o->faults[at];
    *(int *[]) { &f->drop, &f->garbage, &f->delay_ms, &f->stale_ms, &f->status }[i] = (int)value;
    return 0;
  }
  return wrong("--fault", text, expected);
}

static int parse(int argc, char **argv, Options *o) {
  static const struct option long_options[] = {
    { "venues", required_argument, 0, 'v' },    { "seed", required_argument, 0, 's' }, { "speed", required_argument, 0, 'x' },
    { "port-base", required_argument, 0, 'p' }, { "for", required_argument, 0, 'f' },  { "recorded", required_argument, 0, 'r' },
    { "fault", required_argument, 0, 'F' },     { "help", no_argument, 0, 'h' },       { 0 }
  };
  const char *faults[64];
  int c, nfaults = 0, failed = 0;
  double v;
  while (!failed && (c = getopt_long(argc, argv, "h", long_options, NULL)) != -1) switch (c) {
    case 'v': failed = choose(o, optarg); break;
    case 's':
      if (!number(optarg, 0, 9e15, &v)) failed = wrong("--seed", optarg, "a whole number");
      else o->seed = (uint64_t)v;
      break;
    case 'x':
      if (!number(optarg, 0.01, 1000, &o->speed)) failed = wrong("--speed", optarg, "0.01 to 1000");
      break;
    case 'p':
      if (!number(optarg, 1024, 65535 - VENUES_MAX, &v)) failed = wrong("--port-base", optarg, "1024 to 65519");
      else o->port_base = (int)v;
      break;
    case 'f':
      if (!number(optarg, 0.1, 1e6, &o->seconds)) failed = wrong("--for", optarg, "seconds, 0.1 to 1000000");
      break;
    case 'r': o->recorded = optarg; break;
    case 'F':
      if (nfaults == 64) failed = wrong("--fault", optarg, "at most 64 of them");
      else faults[nfaults++] = optarg;
      break;
    case 'h': usage(stdout); exit(0);
    default: usage(stderr); failed = 2;
    }
  if (!failed && optind < argc) failed = wrong("argument", argv[optind], "none");
  for (int i = 0; !failed && i < nfaults; i++) failed = set_fault(o, faults[i]);
  return failed;
}

static double elapsed(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void serve(Server **servers, int n, double seconds) {
  struct pollfd fds[VENUES_MAX];
  double until = elapsed() + seconds;
  while (!stopped && (seconds <= 0 || elapsed() < until)) {
    int wait = 1000; /* a signal just before the wait is seen at latest after this */
    for (int i = 0; i < n; i++) {
      int ms = server_wait(servers[i]);
      fds[i] = (struct pollfd) { .fd = server_descriptor(servers[i]), .events = POLLIN };
      if (ms >= 0 && ms < wait) wait = ms;
    }
    if (seconds > 0 && (until - elapsed()) * 1000 < wait) wait = (int)((until - elapsed()) * 1000) + 1;
    if (wait < 0) wait = 0;
    int ready = poll(fds, (nfds_t)n, wait);
    if (ready < 0 && errno != EINTR) {
      perror("bourse-venues: poll");
      return;
    }
    for (int i = 0; i < n; i++)
      if (fds[i].revents || server_wait(servers[i]) == 0) server_run(servers[i]);
      else if (ready <= 0) server_run(servers[i]); /* lets idle connections time out */
  }
}

int main(int argc, char **argv) {
  pid_t parent = getppid();
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) return 1; /* it went before we could ask */
  struct sigaction act = { .sa_handler = on_signal }, ignore = { .sa_handler = SIG_IGN };
  sigaction(SIGTERM, &act, NULL);
  sigaction(SIGINT, &act, NULL);
  sigaction(SIGPIPE, &ignore, NULL);

  Options o = { .seed = 1, .speed = 1 };
  for (; venues[o.n]; o.n++) o.list[o.n] = venues[o.n];
  int failed = parse(argc, argv, &o);
  if (failed) return failed;

  Server *servers[VENUES_MAX] = { 0 };
  Recorded *recorded[VENUES_MAX] = { 0 };
  char err[4400];
  Moment now = server_clock();
  for (int i = 0; i < o.n && !failed; i++) {
    uint64_t which = 0; /* the venue's place in the whole list: its noise is the same whoever else is served */
    while (venues[which] != o.list[i]) which++;
    Source source = { .world = { .seed = o.seed, .speed = o.speed, .started = now }, .venue = which + 1, .fee = o.list[i]->fee };
    if (o.recorded) failed = !(recorded[i] = recorded_load(o.recorded, o.list[i], err, sizeof err));
    if (!failed)
      failed = !(servers[i] = server_start(o.list[i], &source, recorded[i], o.faults[i], o.port_base ? o.port_base + i : 0, err,
                                           sizeof err));
    if (failed) fprintf(stderr, "bourse-venues: %s\n", err);
    else printf("%s http://127.0.0.1:%d\n", o.list[i]->id, server_port(servers[i]));
  }
  if (!failed) {
    puts("ready");
    fflush(stdout);
    serve(servers, o.n, o.seconds);
  }
  for (int i = 0; i < o.n; i++) {
    server_stop(servers[i]);
    recorded_free(recorded[i]);
  }
  return failed ? 1 : 0;
}
