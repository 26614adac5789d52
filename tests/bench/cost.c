/* cost [-m] COMMAND...: runs it and writes one line of JSON on stderr: CPU time of the whole process tree (ms, user + system), wall time (ms), and with -m the
 * largest sum of the resident sizes of the tree's processes that was seen (MB; pages that two of them share count twice), looked at every half millisecond.
 * Times are measured without -m: looking takes a good part of a core. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double ms_of(struct timeval t) { return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3; }

static double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static long resident(pid_t pid) {
  char path[64];
  long all, rss = 0;
  snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
  FILE *f = fopen(path, "r");
  if (!f) return 0;
  if (fscanf(f, "%ld %ld", &all, &rss) != 2) rss = 0;
  fclose(f);
  return rss * sysconf(_SC_PAGESIZE);
}

static long tree(pid_t pid, int depth) {
  char path[64];
  long sum = resident(pid);
  snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
  FILE *f = depth < 8 ? fopen(path, "r") : NULL;
  int child;
  while (f && fscanf(f, "%d", &child) == 1) sum += tree((pid_t)child, depth + 1);
  if (f) fclose(f);
  return sum;
}

int main(int argc, char **argv) {
  int memory = argc > 1 && strcmp(argv[1], "-m") == 0;
  argv += memory;
  if (argc < 2 + memory) {
    fprintf(stderr, "usage: cost [-m] COMMAND...\n");
    return 2;
  }
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  double start = now_ms();
  pid_t pid = fork();
  if (pid == 0) {
    execvp(argv[1], argv + 1);
    perror(argv[1]);
    _exit(127);
  }
  long most = 0;
  int status = 0;
  while (waitpid(pid, &status, memory ? WNOHANG : 0) == 0) {
    long now = tree(pid, 0);
    if (now > most) most = now;
    usleep(500);
  }
  double wall = now_ms() - start;
  while (wait(NULL) > 0) continue;
  struct rusage r;
  getrusage(RUSAGE_CHILDREN, &r);
  fprintf(stderr, "{\"cpu\":%.3f,\"wall\":%.3f,\"rss\":%.2f}\n", ms_of(r.ru_utime) + ms_of(r.ru_stime), wall, (double)most / 1e6);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
