/* Kills a live session at a step of its journal or its connections, starts it again, and asks whether the journal and the venues agree (agree.h).
 *
 *   crash BOURSE BOURSE-VENUES KILL_AT.so SESSION.lua --seeds A-B [options]
 *     --venues kraken,binance    local venues (two or more)
 *     --orders N                 of a session (50)
 *     --points N                 seeds that kill the same session at different steps (20)
 *     --each                     at one step after the other: with as many points as the session has steps, at every one
 *     --speed X                  of the broker's clock (40): ten seconds of waiting cost a quarter
 *     --faults SPEC              of bourse-venues: replies are lost too; with late=.. the market goes on while runs do, so that late fills are told
 *     --whole                    nobody is killed
 *     --keep                     the folder of a seed that failed stays
 *     --loud                     what was done, also of seeds that agreed
 *
 * Session seed/points; the step (each of the seeds has its share of them), whether the kill comes before, after or half way, how far the market
 * moves meanwhile, and what the next run does follow from the seed. The venues live on. A seed that fails prints the command that runs it again.
 * By hand, for hours:
 *   build/tests/crash build/bourse build/bourse-venues build/tests/kill_at.so tests/orders/session.lua --seeds 0-9999 --venues bitstamp,okx */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "agree.h"

#define VENUES_MAX 8
#define FUNDS "USD=100000,EUR=100000,USDT=100000,BTC=5,ETH=50"
#define RUN_MS 300000              /* a session that takes longer hangs, also on a machine that is busy otherwise */
#define AGREE_MS 60000             /* so long they may need to agree; longer where replies are lost. Real time: nothing is gained by haste when they do */
#define MOVE_MS 700                /* real time between two moves of the market while a run goes on, when fills are told late */

static struct {
  const char *bourse, *venues, *shim, *session, *names, *faults;
  long from, to, orders, points, speed;
  bool keep, loud, whole, each;
} opt = { .names = "kraken,binance", .orders = 50, .points = 20, .speed = 40 };

static struct { long sessions, kills, unreached, orders, fills, pairs, faults, differences, failed; } total;

/* One schedule: its folder, its venues. */
typedef struct {
  long seed;
  uint64_t dice, steps;           /* steps: of the last session */
  char dir[200], urls[VENUES_MAX][64], ids[VENUES_MAX][32], *keys[3 * VENUES_MAX];
  size_t n, n_keys;
  pid_t venues;
  FILE *said;
} Schedule;

static int64_t now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void nap(int ms) { nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000l }, NULL); }

static uint64_t dice(Schedule *s, uint64_t sides) {         /* 0 .. sides-1; splitmix64 */
  uint64_t z = s->dice += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return (z ^ z >> 31) % sides;
}

static char *format(const char *f, ...) __attribute__((format(printf, 1, 2)));
static char *format(const char *f, ...) {
  va_list ap;
  char *out;
  va_start(ap, f);
  if (vasprintf(&out, f, ap) < 0) abort();
  va_end(ap);
  return out;
}

static void fatal(const char *what) {
  fprintf(stderr, "crash: %s: %s\n", what, strerror(errno));
  exit(2);
}

/* ---- processes ---- */

static void onto(const char *dir, const char *name, int fd) {
  char *path = format("%s/%s", dir, name);
  int file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
  free(path);
  if (file < 0 || dup2(file, fd) < 0) _exit(126);
}

static pid_t child(void) {
  pid_t pid = fork();
  if (pid < 0) fatal("fork");
  if (pid == 0) prctl(PR_SET_PDEATHSIG, SIGKILL);
  return pid;
}

/* The exit code, 128 + the signal, or -1: it did not end and was killed. */
static int wait_for(pid_t pid, int64_t ms) {
  int status;
  for (int64_t end = now_ms() + ms; waitpid(pid, &status, WNOHANG) == 0; nap(2)) {
    if (now_ms() < end) continue;
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    return -1;
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void venues_start(Schedule *s) {
  int fds[2];
  char line[300];
  if (pipe2(fds, O_CLOEXEC)) fatal("pipe");
  if ((s->venues = child()) == 0) {
    dup2(fds[1], 1);
    onto(s->dir, "venues.err", 2);
    char *seed = format("%ld", s->seed + 1);
    const char *argv[16] = { opt.venues, "--venues", opt.names, "--seed", seed, "--manual", "--keys", "--funds", FUNDS,
                             opt.faults ? "--faults" : NULL, opt.faults };
    execv(opt.venues, (char **)argv);
    _exit(127);
  }
  close(fds[1]);
  FILE *in = fdopen(fds[0], "r");
  bool ready = false;
  while (!ready && fgets(line, sizeof line, in)) {
    line[strcspn(line, "\n")] = 0;
    char *space = strchr(line, ' ');
    if (!strncmp(line, "BOURSE_", 7) && s->n_keys < 3 * VENUES_MAX) s->keys[s->n_keys++] = strdup(line);
    else if (!strcmp(line, "ready")) ready = true;
    else if (space && s->n < VENUES_MAX) {
      snprintf(s->ids[s->n], sizeof s->ids[0], "%.*s", (int)(space - line), line);
      snprintf(s->urls[s->n++], sizeof s->urls[0], "%s", space + 1);
    }
  }
  fclose(in);
  if (!ready) fatal("the venues did not start");
}

typedef struct { uint64_t at; const char *how; long seed, orders; } Run;

static pid_t run_start(Schedule *s, const Run *r) {
  pid_t pid = child();
  if (pid) return pid;
  const char *argv[40] = { opt.bourse, "run", opt.session, "--live", "--yes", "--arg", format("seed=%ld", r->seed), "--arg", format("venues=%s", opt.names),
    "--arg", format("orders=%ld", r->orders) };
  size_t n = 11;
  for (size_t i = 0; i < s->n; i++) {
    argv[n++] = "--base-url";
    argv[n++] = format("%s=%s", s->ids[i], s->urls[i]);
  }
  for (size_t i = 0; i < s->n_keys; i++) putenv(s->keys[i]);
  setenv("HOME", s->dir, 1);
  setenv("BOURSE_STATE", format("%s/state", s->dir), 1);
  setenv("BOURSE_CONFIG", format("%s/bourse.lua", s->dir), 1);
  setenv("LD_PRELOAD", strrchr(opt.shim, '/') + 1, 1);      /* where a blank ends a name; not so in the path that it is looked for on */
  setenv("LD_LIBRARY_PATH", format("%.*s", (int)(strrchr(opt.shim, '/') - opt.shim), opt.shim), 1);
  setenv("KILL_SPEED", format("%ld", opt.speed), 1);
  setenv("KILL_COUNT", format("%s/steps", s->dir), 1);
  if (r->at) setenv("KILL_AT", format("%" PRIu64, r->at), 1);
  if (r->at) setenv("KILL_HOW", r->how, 1);
  onto(s->dir, "out", 1);
  onto(s->dir, "err", 2);
  dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
  if (chdir(s->dir)) _exit(126);
  execv(opt.bourse, (char **)argv);
  _exit(127);
}

static uint64_t steps_of(const Schedule *s) {
  char *path = format("%s/steps", s->dir);
  uint64_t n = 0;
  FILE *f = fopen(path, "r");
  if (!f || fread(&n, sizeof n, 1, f) != 1) n = 0;
  if (f) fclose(f);
  unlink(path);
  free(path);
  return n;
}

/* ---- a schedule ---- */

static void advance(Schedule *s, uint64_t ms) {
  if (!ms) return;
  char *command = format("'%s' post '%s/-/advance?ms=%" PRIu64 "' >/dev/null", opt.venues, s->urls[0], ms);
  fprintf(s->said, "the market goes on for %" PRIu64 " ms\n", ms);
  if (system(command)) fatal("the world did not move");
  free(command);
}

static bool agreed(Schedule *s, Agreement *a) {
  AgreeVenue venues[VENUES_MAX];
  char *state = format("%s/state", s->dir);
  for (size_t i = 0; i < s->n; i++) venues[i] = (AgreeVenue){ s->ids[i], s->urls[i] };
  bool ok = agree(state, venues, s->n, FUNDS, opt.venues, a);
  free(state);
  return ok && a->differences == 0;
}

static bool tells_late(void) { return opt.faults && (!strncmp(opt.faults, "late=", 5) || strstr(opt.faults, ",late=")); }

/* Fills that are told late are told as the market goes on: now and then it does while a session runs. */
static pid_t market_start(Schedule *s) {
  if (!tells_late() || dice(s, 2)) return 0;
  fprintf(s->said, "the market goes on meanwhile\n");
  fflush(s->said);
  pid_t pid = child();
  if (pid) return pid;
  char *command = format("'%s' post '%s/-/advance?ms=3000' >/dev/null", opt.venues, s->urls[0]);
  for (;;) {
    nap(100);
    if (system(command)) _exit(1);
  }
}

/* A session. True: it ended, or was killed as it was to be. */
static bool session(Schedule *s, const Run *r, bool *killed) {
  int64_t begun = now_ms();
  pid_t market = market_start(s);
  int code = wait_for(run_start(s, r), RUN_MS);
  if (market > 0) {
    kill(market, SIGKILL);
    waitpid(market, NULL, 0);
  }
  s->steps = steps_of(s);
  *killed = code == 128 + SIGKILL;
  total.sessions++;
  total.kills += *killed;
  fprintf(s->said, "a session of %" PRIu64 " steps ended with %d after %d ms\n", s->steps, code, (int)(now_ms() - begun));
  if (code == 0 || (*killed && r->at)) return true;
  fprintf(s->said, "the session ended with %d\n", code);
  return false;
}

/* A run without orders of its own, until journal and venues agree; and still do when it has ended. */
static bool settles(Schedule *s) {
  Agreement a;
  pid_t pid = run_start(s, &(Run){ .seed = s->seed });
  int64_t end = now_ms() + (opt.faults ? 4 : 1) * AGREE_MS;
  bool ok = false;
  int64_t begun = now_ms(), moved = begun;
  for (nap(30); !(ok = agreed(s, &a)) && now_ms() < end; nap(30)) {
    free(a.text);
    if (!tells_late() || now_ms() - moved < MOVE_MS) continue;
    advance(s, 3000);
    moved = now_ms();
  }
  free(a.text);
  kill(pid, SIGTERM);
  int64_t asked = now_ms();
  int code = wait_for(pid, RUN_MS);
  fprintf(s->said, "the last run agreed after %d ms, and ended after %d\n", (int)(asked - begun), (int)(now_ms() - asked));
  if (code != 0 && code != 128 + SIGTERM && code != 130 && code != 143) fprintf(s->said, "the last run ended with %d\n", code);
  ok = agreed(s, &a) && ok;
  total.orders += a.orders;
  total.fills += a.fills;
  total.pairs += a.pairs;
  total.faults += a.faults;
  total.differences += a.differences;
  if (!ok) fprintf(s->said, "%s", a.text);
  free(a.text);
  return ok;
}

static bool schedule_begin(Schedule *s, long seed) {
  *s = (Schedule){ .seed = seed, .dice = (uint64_t)seed * 7919 + 1, .said = tmpfile() };
  const char *tmp = getenv("TMPDIR");
  snprintf(s->dir, sizeof s->dir, "%s/crash-XXXXXX", tmp ? tmp : "/tmp");
  if (!s->said || !mkdtemp(s->dir)) fatal("mkdtemp");
  char *path = format("%s/bourse.lua", s->dir);
  FILE *f = fopen(path, "w");
  free(path);
  if (!f) fatal("bourse.lua");
  fputs("local much = { USD = 1e9, USDT = 1e9, EUR = 1e9 }\n"
        "return { limits = { order_notional = much, minute_notional = much, day_notional = much, loss = much, orders_per_minute = 100000,\n"
        "  open_orders = 10000, price_band = 0.5, data_age_ms = 60000, self_cross = true, on_death = \"keep\" } }\n", f);
  fclose(f);
  venues_start(s);
  return true;
}

static void schedule_end(Schedule *s, bool ok) {
  char line[1000];
  kill(s->venues, SIGTERM);
  wait_for(s->venues, 5000);
  total.failed += !ok;
  if (!ok || opt.loud) {
    printf("seed %ld: %s%s%s\n", s->seed, ok ? "agreed" : "FAILED", !ok && opt.keep ? ", see " : "", !ok && opt.keep ? s->dir : "");
    rewind(s->said);
    while (fgets(line, sizeof line, s->said)) printf("  %s", line);
    printf("  again: %s %s %s %s %s --seeds %ld-%ld --venues %s --orders %ld --points %ld --speed %ld%s%s%s%s --keep\n", program_invocation_name,
           opt.bourse, opt.venues, opt.shim, opt.session, s->seed, s->seed, opt.names, opt.orders, opt.points, opt.speed,
           opt.faults ? " --faults " : "", opt.faults ? opt.faults : "", opt.whole ? " --whole" : "", opt.each ? " --each" : "");
    fflush(stdout);
  }
  if (ok || !opt.keep) {
    char *command = format("rm -rf '%s'", s->dir);
    if (system(command)) fatal("rm");
    free(command);
  }
  for (size_t i = 0; i < s->n_keys; i++) free(s->keys[i]);
  fclose(s->said);
}

/* The session as it is when nobody is killed: journal and venues agree, and its steps are counted. */
static uint64_t whole(long seed, long script, bool *ok) {
  Schedule s;
  bool killed;
  schedule_begin(&s, seed);
  *ok = session(&s, &(Run){ .seed = script, .orders = opt.orders }, &killed);
  uint64_t steps = s.steps;
  advance(&s, dice(&s, 2) * 60000);
  *ok = settles(&s) && *ok;
  schedule_end(&s, *ok);
  return steps;
}

static void crashed(long seed, uint64_t steps) {
  static const char *const hows[] = { "before", "after", "half" };
  Schedule s;
  bool killed;
  schedule_begin(&s, seed);
  long script = seed / opt.points;
  uint64_t points = (uint64_t)opt.points;
  uint64_t nth = (uint64_t)seed % points, share = (nth * steps + dice(&s, steps)) / points;
  Run run = { .at = 1 + (opt.each ? nth : share), .how = hows[dice(&s, 3)], .seed = script, .orders = opt.orders };
  fprintf(s.said, "killed %s step %" PRIu64 " of about %" PRIu64 "\n", run.how, run.at, steps);
  bool ok = session(&s, &run, &killed);
  if (!killed) total.unreached++;
  advance(&s, dice(&s, 3) * dice(&s, 600000));
  if (dice(&s, 3) == 0) {                    /* and again, while it looks at what was left */
    run = (Run){ .at = 1 + dice(&s, 60), .how = hows[dice(&s, 3)], .seed = seed };
    fprintf(s.said, "killed again %s step %" PRIu64 "\n", run.how, run.at);
    pid_t pid = run_start(&s, &run);
    for (int64_t end = now_ms() + 1000; now_ms() < end && waitid(P_PID, (id_t)pid, &(siginfo_t){ 0 }, WEXITED | WNOHANG | WNOWAIT) == 0; nap(5)) {
      siginfo_t info = { 0 };
      waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT);
      if (info.si_pid) break;
    }
    kill(pid, SIGTERM);
    total.kills += wait_for(pid, RUN_MS) == 128 + SIGKILL;
  }
  if (dice(&s, 3) == 0) {
    fprintf(s.said, "the next run goes on with orders\n");
    ok = session(&s, &(Run){ .seed = seed + 1000003, .orders = 10 }, &killed) && ok;
  }
  ok = settles(&s) && ok;
  schedule_end(&s, ok);
}

static volatile sig_atomic_t enough;
static void on_enough(int signal) { enough = signal; }

static const char *value(int argc, char **argv, int *i) {
  if (++*i >= argc) {
    fprintf(stderr, "crash: %s needs a value\n", argv[*i - 1]);
    exit(2);
  }
  return argv[*i];
}

int main(int argc, char **argv) {
  if (argc < 6) return fprintf(stderr, "usage: crash BOURSE BOURSE-VENUES KILL_AT.so SESSION.lua --seeds A-B [options]\n"), 2;
  opt.bourse = realpath(argv[1], NULL);
  opt.venues = realpath(argv[2], NULL);
  opt.shim = realpath(argv[3], NULL);
  opt.session = realpath(argv[4], NULL);
  if (!opt.bourse || !opt.venues || !opt.shim || !opt.session) fatal("a file is missing");
  for (int i = 5; i < argc; i++) {
    if (!strcmp(argv[i], "--seeds")) {
      if (sscanf(value(argc, argv, &i), "%ld-%ld", &opt.from, &opt.to) != 2) fatal("--seeds A-B");
    } else if (!strcmp(argv[i], "--venues")) opt.names = value(argc, argv, &i);
    else if (!strcmp(argv[i], "--orders")) opt.orders = atol(value(argc, argv, &i));
    else if (!strcmp(argv[i], "--points")) opt.points = atol(value(argc, argv, &i));
    else if (!strcmp(argv[i], "--speed")) opt.speed = atol(value(argc, argv, &i));
    else if (!strcmp(argv[i], "--faults")) opt.faults = value(argc, argv, &i);
    else if (!strcmp(argv[i], "--keep")) opt.keep = true;
    else if (!strcmp(argv[i], "--whole")) opt.whole = true;
    else if (!strcmp(argv[i], "--each")) opt.each = true;
    else if (!strcmp(argv[i], "--loud")) opt.loud = true;
    else return fprintf(stderr, "crash: %s?\n", argv[i]), 2;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  signal(SIGTERM, on_enough);
  signal(SIGINT, on_enough);
  uint64_t steps = 0;
  bool ok = true;
  int64_t begun = now_ms();
  for (long seed = opt.from; seed <= opt.to && !enough; seed++) {
    if (opt.whole) whole(seed, seed, &ok);
    else {
      if (seed == opt.from || seed % opt.points == 0) steps = whole(seed, seed / opt.points, &ok);
      if (steps) crashed(seed, steps);
    }
  }
  if (enough) printf("not all of ");
  printf("seeds %ld-%ld at %s: %ld sessions, %ld kills (%ld not reached), %ld orders, %ld fills and %ld pairs compared, "
         "%ld faults, %ld differences, %ld failed, %.1f s\n",
         opt.from, opt.to, opt.names, total.sessions, total.kills, total.unreached, total.orders, total.fills, total.pairs,
         total.faults, total.differences, total.failed, (double)(now_ms() - begun) / 1000);
  return total.failed ? 1 : 0;
}
