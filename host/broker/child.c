#include "broker/child.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM_SPACE (88ull << 20)   /* code, libraries, stacks and message buffers, on top of the scripts' memory */

static void cap(int what, rlim_t n) {
  struct rlimit r = { n, n };
  setrlimit(what, &r);
}

static void close_from(unsigned first) {
#ifdef SYS_close_range
  if (syscall(SYS_close_range, first, ~0u, 0) == 0) return;
#endif
  for (unsigned i = first; i < 4096; i++) close((int)i);
}

/* In the child: only async-signal-safe calls from here to exec. */
static void become(const char *program, int sock, pid_t parent, uint64_t memory) {
  static char *const env[] = { NULL };
  static char name[] = "bourse-worker", flag[] = CHILD_FLAG;
  static char *const argv[] = { name, flag, NULL };
  setpgid(0, 0);                                  /* Ctrl-C goes to the broker, which tells the workers */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);            /* the broker died before that took hold */
  if (sock != CHILD_FD && dup2(sock, CHILD_FD) < 0) _exit(127);
  fcntl(CHILD_FD, F_SETFD, 0);
  int null = open("/dev/null", O_RDWR);
  if (null < 0) _exit(127);
  int outputs = 2;
#ifdef BOURSE_SANITIZE
  outputs = 1;                                    /* a sanitizer's report needs stderr */
#endif
  for (int i = 0; i <= outputs; i++) dup2(null, i);
  close_from(CHILD_FD + 1);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  for (int s = 1; s < 32; s++) signal(s, SIG_DFL);
  cap(RLIMIT_CORE, 0);
  cap(RLIMIT_NOFILE, 16);
  cap(RLIMIT_NPROC, 0);
  cap(RLIMIT_FSIZE, 0);
#ifndef BOURSE_SANITIZE
  if (memory) cap(RLIMIT_AS, memory + PROGRAM_SPACE);
#else
  (void)memory;
#endif
  execve(program, argv, env);
  _exit(127);
}

bool child_start(Child *c, const char *program, uint64_t memory, char *err, size_t errlen) {
  int pair[2];
  *c = (Child){ .pid = -1, .fd = -1 };
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
    snprintf(err, errlen, "cannot start a worker: %s", strerror(errno));
    return false;
  }
  int room = 1 << 20;                             /* as much as the system allows: fewer turns for large replies */
  for (int i = 0; i < 2; i++) setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
  setsockopt(pair[1], SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){ 0, 300000 }, sizeof(struct timeval));      /* then it gives memory back */
  pid_t parent = getpid();
  pid_t pid = fork();
  if (pid == 0) become(program ? program : "/proc/self/exe", pair[1], parent, memory);
  int e = errno;
  close(pair[1]);
  if (pid < 0) {
    close(pair[0]);
    snprintf(err, errlen, "cannot start a worker: %s", strerror(e));
    return false;
  }
  fcntl(pair[0], F_SETFL, O_NONBLOCK);
  c->pid = pid;
  c->fd = pair[0];
  c->cpu_known = clock_getcpuclockid(pid, &c->cpu) == 0;
  return true;
}

int64_t child_cpu_us(const Child *c) {
  struct timespec t;
  if (c->pid < 0 || !c->cpu_known || clock_gettime(c->cpu, &t) < 0) return -1;
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void child_kill(const Child *c) {
  if (c->pid > 0) kill(c->pid, SIGKILL);
}

static const char *meaning(int sig) {
  switch (sig) {
    case SIGKILL: return "killed; out of memory, or by someone";
    case SIGSYS: return "a forbidden system call";
    case SIGXCPU: return "CPU time";
    default: return strsignal(sig);
  }
}

int child_exit_fd(const Child *c) {
#ifdef SYS_pidfd_open
  return c->pid > 0 ? (int)syscall(SYS_pidfd_open, c->pid, 0) : -1;
#else
  (void)c;
  return -1;
#endif
}

bool child_ended(Child *c, ChildEnd *end) {
  int status = 0;
  pid_t r;
  if (c->pid <= 0) return false;
  do r = waitpid(c->pid, &status, WNOHANG); while (r < 0 && errno == EINTR);
  if (r == 0) return false;
  *end = (ChildEnd){ .code = 1 };
  c->pid = -1;
  c->cpu_known = false;
  if (r < 0) return true;                         /* someone else waited for it */
  if (WIFSIGNALED(status)) {
    end->signal = WTERMSIG(status);
    snprintf(end->why, sizeof end->why, "signal %d (%s)", end->signal, meaning(end->signal));
  } else end->code = WEXITSTATUS(status);
  return true;
}
