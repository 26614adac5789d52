#include "worker/jail.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#ifdef HAVE_SECCOMP
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

const char *jail_missing(void) {
#ifdef HAVE_SECCOMP
  unsigned kills = SECCOMP_RET_KILL_PROCESS;
  if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &kills) != 0) return "this kernel takes no system call filter (seccomp): no script is run";
#endif
#ifndef HAVE_SECCOMP
  return "no seccomp: scripts run in processes of their own, but the kernel does not filter their system calls";
#elif defined(BOURSE_SANITIZE)
  return "sanitizer build: no limit on address space, system call filter opened for the sanitizers";
#else
  return NULL;
#endif
}

static bool limit(int what, rlim_t most, const char *name, char *err, size_t errlen) {
  struct rlimit r = { most, most };
  if (setrlimit(what, &r) == 0) return true;
  snprintf(err, errlen, "jail: cannot set the limit on %s: %s", name, strerror(errno));
  return false;
}

#ifdef HAVE_SECCOMP
/* Data in and out over descriptors that are open already, memory without execute rights, clocks, the limit's timer, the end. */
static const int allowed[] = {
  SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(recvfrom), SCMP_SYS(sendto), SCMP_SYS(recvmsg),
  SCMP_SYS(sendmsg), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(close), SCMP_SYS(lseek),
  SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
  SCMP_SYS(futex), SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(getrandom), SCMP_SYS(sysinfo) /* qsort asks how much memory there is */,
  SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(sigaltstack), SCMP_SYS(timer_settime), SCMP_SYS(timer_gettime),
  SCMP_SYS(restart_syscall), SCMP_SYS(exit), SCMP_SYS(exit_group),
#ifdef BOURSE_SANITIZE
  SCMP_SYS(mmap), SCMP_SYS(mprotect), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(tgkill), SCMP_SYS(rt_sigaction), SCMP_SYS(sched_yield),
  SCMP_SYS(openat), SCMP_SYS(open), SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(readlink), SCMP_SYS(prctl), SCMP_SYS(clone),
  SCMP_SYS(clone3), SCMP_SYS(wait4), SCMP_SYS(ptrace), SCMP_SYS(getdents64), SCMP_SYS(prlimit64), SCMP_SYS(sched_getaffinity),
  SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep), SCMP_SYS(pipe), SCMP_SYS(pipe2),
  SCMP_SYS(dup2), SCMP_SYS(execve), SCMP_SYS(uname), SCMP_SYS(getuid), SCMP_SYS(fcntl), SCMP_SYS(stat), SCMP_SYS(access),
  SCMP_SYS(process_vm_readv), SCMP_SYS(ioctl), SCMP_SYS(kill), SCMP_SYS(getppid), SCMP_SYS(sigaltstack), SCMP_SYS(mincore),
#endif
};

static bool filter(char *err, size_t errlen) {
  scmp_filter_ctx f = seccomp_init(SCMP_ACT_KILL_PROCESS);
  if (!f) {
    snprintf(err, errlen, "this kernel takes no system call filter (seccomp), and without one no script is run: docs/install.md");
    return false;
  }
  int rc = 0;
  for (size_t i = 0; i < sizeof allowed / sizeof *allowed && rc == 0; i++) {
    rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, allowed[i], 0);
    if (rc == -EEXIST) rc = 0;
  }
#ifndef BOURSE_SANITIZE
  if (rc == 0)
    rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
  if (rc == 0)                       /* malloc returns memory this way */
    rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
  /* Asked by libc before its first write to a stream; answering "no" is enough. */
  if (rc == 0) rc = seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(newfstatat), 0);
  if (rc == 0) rc = seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(fstat), 0);
  /* Where libc or a library looks for a file, of settings or of /proc, it is told no and goes on. To open a file for writing is the end. */
  if (rc == 0)
    rc = seccomp_rule_add(f, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(openat), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC | O_PATH, O_RDONLY));
#endif
  if (rc == 0) rc = seccomp_load(f);
  seccomp_release(f);
  if (rc == 0) return true;
  snprintf(err, errlen, "this kernel does not take the system call filter (seccomp), and without it no script is run: %s", strerror(-rc));
  return false;
}
#endif

bool jail_enter(char *err, size_t errlen) {
  tzset();                           /* reads /etc/localtime once, now */
  struct tm unused;
  time_t zero = 0;
  gmtime_r(&zero, &unused);
#ifndef BOURSE_SANITIZE
  if (!limit(RLIMIT_FSIZE, 0, "file size", err, errlen)) return false;
  if (!limit(RLIMIT_NPROC, 0, "processes", err, errlen)) return false;
  if (!limit(RLIMIT_NOFILE, 1, "open files", err, errlen)) return false;      /* which is stdin; poll takes no more descriptors than this */
#endif
  if (!limit(RLIMIT_CORE, 0, "core size", err, errlen)) return false;
#ifdef __linux__
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    snprintf(err, errlen, "jail: prctl: %s", strerror(errno));
    return false;
  }
#endif
#ifdef HAVE_SECCOMP
  return filter(err, errlen);
#else
  return true;
#endif
}
