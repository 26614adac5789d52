/* Preloaded: the time of day is as many milliseconds off as the file $CLOCK_SHIFT says, which may be written meanwhile. Steady clocks are as they are. */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long long shift_ms(void) {
  const char *path = getenv("CLOCK_SHIFT");
  char text[32];
  int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  ssize_t n = fd >= 0 ? pread(fd, text, sizeof text - 1, 0) : 0;
  if (fd >= 0) close(fd);
  text[n > 0 ? n : 0] = 0;
  return atoll(text);
}

int clock_gettime(clockid_t id, struct timespec *t) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) *(void **)(&real) = dlsym(RTLD_NEXT, "clock_gettime");
  int r = real(id, t);
  if (r != 0 || (id != CLOCK_REALTIME && id != CLOCK_REALTIME_COARSE)) return r;
  long long ns = shift_ms() * 1000000 + t->tv_nsec;
  t->tv_sec += (time_t)(ns / 1000000000);
  t->tv_nsec = (long)(ns % 1000000000);
  if (t->tv_nsec < 0) {
    t->tv_nsec += 1000000000;
    t->tv_sec--;
  }
  return 0;
}

int gettimeofday(struct timeval *restrict t, void *restrict zone) {
  struct timespec now;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &now);
  *t = (struct timeval){ now.tv_sec, now.tv_nsec / 1000 };
  return 0;
}

time_t time(time_t *out) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (out) *out = now.tv_sec;
  return now.tv_sec;
}
