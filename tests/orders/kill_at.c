/* Preloaded into the broker by crash.c: raises SIGKILL at the Nth step, before it, after it, or with half of it done. A step is a write or a sync of a
 * file of its state folder (the journal before all), or something sent to or received from an exchange.
 *
 *   KILL_AT=N KILL_HOW=before|after|half    no KILL_AT: it only counts
 *   KILL_COUNT=FILE                         where the number of steps stands as it grows (8 bytes)
 *   KILL_SPEED=X                            the monotonic clock runs X times as fast, so that waiting costs less */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum how { BEFORE, AFTER, HALF };

static uint64_t at, alone, *count = &alone;
static enum how how;
static int64_t speed = 1, origin;

#define REAL(name) ((__typeof__(&name))real(#name))
static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

static int64_t monotonic(void) {
  struct timespec t;
  REAL(clock_gettime)(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

__attribute__((constructor)) static void begin(void) {
  const char *a = getenv("KILL_AT"), *h = getenv("KILL_HOW"), *c = getenv("KILL_COUNT"), *s = getenv("KILL_SPEED");
  at = a ? strtoull(a, NULL, 10) : 0;
  how = h && !strcmp(h, "after") ? AFTER : h && !strcmp(h, "half") ? HALF : BEFORE;
  speed = s ? strtoll(s, NULL, 10) : 1;
  origin = monotonic();
  int fd = c ? open(c, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
  if (fd < 0) return;
  void *p = ftruncate(fd, sizeof *count) ? MAP_FAILED : mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (p != MAP_FAILED) count = p;
  close(fd);
}

static bool of_state(int fd) {
  char link[40], path[4096];
  char *p = link + sizeof link - 1;
  *p = 0;
  for (unsigned n = (unsigned)fd; ; n /= 10) {
    *--p = (char)('0' + n % 10);
    if (n < 10) break;
  }
  p -= strlen("/proc/self/fd/");
  memcpy(p, "/proc/self/fd/", strlen("/proc/self/fd/"));
  ssize_t n = readlink(p, path, sizeof path - 1);
  if (n <= 0) return false;
  path[n] = 0;
  return strstr(path, "/state/") != NULL;
}

static bool of_exchange(int fd) {
  struct sockaddr_storage a;
  socklen_t n = sizeof a;
  return getpeername(fd, (struct sockaddr *)&a, &n) == 0 && (a.ss_family == AF_INET || a.ss_family == AF_INET6);
}

static void die(void) { kill(getpid(), SIGKILL); }

/* Is this the last step? What follows does `how` of it. */
static bool last(void) {
  bool it = ++*count == at;
  if (it && how == BEFORE) die();
  return it;
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t off) {
  bool it = of_state(fd) && last();
  ssize_t got = REAL(pwrite)(fd, p, it && how == HALF ? n / 2 : n, off);
  if (it) die();
  return got;
}

ssize_t pwrite64(int fd, const void *p, size_t n, off64_t off) {
  bool it = of_state(fd) && last();
  ssize_t got = REAL(pwrite64)(fd, p, it && how == HALF ? n / 2 : n, off);
  if (it) die();
  return got;
}

int fdatasync(int fd) {
  bool it = of_state(fd) && last();
  int got = REAL(fdatasync)(fd);
  if (it) die();
  return got;
}

int fsync(int fd) {
  bool it = of_state(fd) && last();
  int got = REAL(fsync)(fd);
  if (it) die();
  return got;
}

ssize_t write(int fd, const void *p, size_t n) {
  bool it = (of_exchange(fd) || of_state(fd)) && last();
  ssize_t got = REAL(write)(fd, p, it && how == HALF ? n / 2 : n);
  if (it) die();
  return got;
}

ssize_t send(int fd, const void *p, size_t n, int flags) {
  bool it = of_exchange(fd) && last();
  ssize_t got = REAL(send)(fd, p, it && how == HALF ? n / 2 : n, flags);
  if (it) die();
  return got;
}

ssize_t sendto(int fd, const void *p, size_t n, int flags, const struct sockaddr *to, socklen_t len) {
  bool it = of_exchange(fd) && last();
  ssize_t got = REAL(sendto)(fd, p, it && how == HALF ? n / 2 : n, flags, to, len);
  if (it) die();
  return got;
}

/* What was received is a step when there was something: dying then is dying before it is known. */
ssize_t recv(int fd, void *p, size_t n, int flags) {
  ssize_t got = REAL(recv)(fd, p, n, flags);
  if (got > 0 && of_exchange(fd) && last()) die();
  return got;
}

ssize_t read(int fd, void *p, size_t n) {
  ssize_t got = REAL(read)(fd, p, n);
  if (got > 0 && of_exchange(fd) && last()) die();
  return got;
}

/* ---- time ---- */

int clock_gettime(clockid_t clock, struct timespec *t) {
  if (clock != CLOCK_MONOTONIC || speed == 1) return REAL(clock_gettime)(clock, t);
  int64_t ns = origin + (monotonic() - origin) * speed;
  *t = (struct timespec){ .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };
  return 0;
}

int epoll_wait(int fd, struct epoll_event *events, int n, int ms) {
  return REAL(epoll_wait)(fd, events, n, ms > 0 ? (int)((ms + speed - 1) / speed) : ms);
}
