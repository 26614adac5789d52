/* bourse-venues: exchanges on loopback that speak the real wire formats, for demos and tests. */
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>
#include "client.h"
#include "options.h"
#include "plant.h"

static volatile sig_atomic_t stopped;

static void on_signal(int number) { stopped = number; }

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

static void print_variable(const char *id, const char *field, const char *value) {
  printf("BOURSE_");
  for (; *id; id++) putchar(toupper((unsigned char)*id));
  printf("_%s=%s\n", field, value);
}

static Desk *open_desk(Options *o, const Venue *v, Source *s) {
  VenueOptions *of = &o->of[venue_place(v)];
  Desk *d = desk_new(v, s);
  d->key = of->key;
  for (int a = 0; a < A_COUNT; a++) account_add(engine_account(d->engine), (enum asset)a, of->funds[a]);
  of->faults.seed = world_hash(o->seed, s->venue, 7, 0);
  return d;
}

static void print_key(const char *id, const TradeKey *k) {
  print_variable(id, "APIKEY", k->api_key);
  print_variable(id, "SECRET", k->secret);
  if (*k->password) print_variable(id, "PASSWORD", k->password);
}

static void keep_planted(Options *o, Plants *const plants[]) {
  int n = 0;
  for (int i = 0; i < o->n; i++)
    if (plants[venue_place(o->list[i])]) o->list[n++] = o->list[i];
  o->n = n;
}

int main(int argc, char **argv) {
  if (argc == 3 && (!strcmp(argv[1], "get") || !strcmp(argv[1], "post")))
    return client_ask(argv[1][0] == 'g' ? "GET" : "POST", argv[2]);
  pid_t parent = getppid();
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) return 1; /* it went before we could ask */
  struct sigaction act = { .sa_handler = on_signal }, ignore = { .sa_handler = SIG_IGN };
  sigaction(SIGTERM, &act, NULL);
  sigaction(SIGINT, &act, NULL);
  sigaction(SIGPIPE, &ignore, NULL);

  static Options o = { .seed = 1, .speed = 1 };
  int failed = options_parse(argc, argv, &o);
  if (failed) return failed - 1;

  static Source sources[VENUES_MAX];
  Server *servers[VENUES_MAX] = { 0 };
  Recorded *recorded[VENUES_MAX] = { 0 };
  Desk *desks[VENUES_MAX] = { 0 };
  char err[4400];
  Moment now = server_clock(), still = now;
  Plants *plants[VENUES_MAX] = { 0 };
  if (o.plant && !plant_read(o.plant, plants, err, sizeof err)) {
    fprintf(stderr, "bourse-venues: %s\n", err);
    failed = 1;
  }
  if (o.plant) keep_planted(&o, plants);
  for (int i = 0; i < o.n && !failed; i++) {
    const Venue *v = o.list[i];
    int place = venue_place(v); /* in the whole list: its noise is the same whoever else is served */
    sources[i] = (Source) { .world = { .seed = o.seed, .speed = o.speed, .started = now, .stopped = o.manual ? &still : NULL },
                            .venue = (uint64_t)place + 1,
                            .fee = v->fee,
                            .plants = plants[place] };
    if (plants[place]) v = &plants[place]->venue;
    else if (o.recorded) failed = !(recorded[i] = recorded_load(o.recorded, v, err, sizeof err));
    else if (v->trading) desks[i] = open_desk(&o, v, &sources[i]);
    if (!failed)
      failed = !(servers[i] = server_start(v, &sources[i], recorded[i], o.of[place].fault, o.port_base ? o.port_base + i : 0, err,
                                           sizeof err));
    if (failed) {
      fprintf(stderr, "bourse-venues: %s\n", err);
      break;
    }
    printf("%s http://127.0.0.1:%d\n", v->id, server_port(servers[i]));
    if (desks[i]) server_trade(servers[i], desks[i], &o.of[place].faults);
    if (desks[i] && o.keys) print_key(v->id, &desks[i]->key);
  }
  if (!failed) {
    puts("ready");
    fflush(stdout);
    serve(servers, o.n, o.seconds);
  }
  for (int i = 0; i < o.n; i++) {
    server_stop(servers[i]);
    recorded_free(recorded[i]);
    desk_free(desks[i]);
  }
  for (int i = 0; venues[i]; i++) free(plants[i]);
  return failed ? 1 : 0;
}
