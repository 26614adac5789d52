/* Each system call that a worker must not make ends the process with SIGSYS, but that no file is there for it is told; what it needs goes on working. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "worker/jail.h"

static int pair[2];

static void f_open_write(void) { (void)!open("/tmp/x", O_WRONLY | O_CREAT, 0600); }
static void f_open_path(void) { (void)!open("/etc/passwd", O_PATH); }
static void f_socket(void) { (void)!socket(AF_INET, SOCK_STREAM, 0); }
static void f_unix_socket(void) { (void)!socketpair(AF_UNIX, SOCK_STREAM, 0, pair); }
static void f_connect(void) { connect(pair[0], NULL, 0); }
static void f_fork(void) { (void)!fork(); }
static void f_exec(void) { execl("/bin/true", "true", (char *)NULL); }
static void f_kill(void) { kill(getppid(), 0); }
static void f_getppid(void) { syscall(SYS_getppid); }
static void f_prctl(void) { prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); }
static void f_ptrace(void) { syscall(SYS_ptrace, 0, 0, 0, 0); }
static void f_unlink(void) { unlink("/tmp/nothing"); }
static void f_mkdir(void) { mkdirat(AT_FDCWD, "/tmp/nothing", 0700); }
static void f_getdents(void) { char b[64]; syscall(SYS_getdents64, 0, b, sizeof b); }
static void f_setrlimit(void) { struct rlimit r = { 1, 1 }; setrlimit(RLIMIT_CORE, &r); }
static void f_exec_memory(void) { mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); }
static void f_exec_protect(void) { mprotect((void *)((uintptr_t)&pair & ~(uintptr_t)4095), 4096, PROT_READ | PROT_EXEC); }
static void f_memfd(void) { (void)!memfd_create("x", 0); }
static void f_process_vm(void) { syscall(SYS_process_vm_readv, getppid, 0, 0, 0, 0, 0); }
static void f_io_uring(void) { syscall(425, 1, NULL); }
static void f_bpf(void) { syscall(SYS_bpf, 0, NULL, 0); }
static void f_sigaction(void) { signal(SIGTERM, SIG_IGN); }
static void f_ioctl(void) { syscall(SYS_ioctl, 1, 0x5412, "x"); }
static void f_dup(void) { (void)!dup(pair[0]); }
static void f_uname(void) { char b[1024]; syscall(SYS_uname, b); }

static const struct { const char *name; void (*f)(void); } forbidden[] = { { "open for writing", f_open_write }, { "open as a path", f_open_path },
  { "socket", f_socket }, { "socketpair", f_unix_socket }, { "connect", f_connect }, { "fork", f_fork }, { "exec", f_exec },
  { "kill", f_kill }, { "getppid", f_getppid }, { "prctl", f_prctl }, { "ptrace", f_ptrace }, { "unlink", f_unlink }, { "mkdir", f_mkdir },
  { "getdents", f_getdents }, { "setrlimit", f_setrlimit }, { "executable memory", f_exec_memory }, { "mprotect exec", f_exec_protect },
  { "memfd", f_memfd }, { "process_vm_readv", f_process_vm }, { "io_uring", f_io_uring }, { "bpf", f_bpf }, { "sigaction", f_sigaction },
  { "ioctl", f_ioctl }, { "dup", f_dup }, { "uname", f_uname } };

static int run_jailed(void (*f)(void)) {
  pid_t pid = fork();
  assert_true(pid >= 0);
  if (pid == 0) {
    char err[200];
    if (!jail_enter(err, sizeof err)) _exit(99);
    f();
    _exit(0);
  }
  int status;
  assert_int_equal(waitpid(pid, &status, 0), pid);
  return status;
}

static void forbidden_calls_kill(void **state) {
  (void)state;
  if (jail_missing()) skip();
  for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
    int status = run_jailed(forbidden[i].f);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS) fail_msg("%s: status %#x", forbidden[i].name, (unsigned)status);
  }
}

static void works(void) {
  char b[16];
  struct timespec t;
  char *p = malloc(10u << 20);
  if (!p) _exit(1);
  memset(p, 1, 10u << 20);
  free(p);
  if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) != 0) _exit(2);
  if (write(pair[0], "ping", 4) != 4 || read(pair[1], b, sizeof b) != 4) _exit(3);
  struct tm tm;
  time_t now = 1700000000;
  if (!gmtime_r(&now, &tm) || strftime(b, sizeof b, "%Y", &tm) != 4) _exit(4);
  if (snprintf(b, sizeof b, "%.3f", 1.5) != 5) _exit(5);
  _exit(42);
}

/* Libraries look for files: there is none for them, and they go on. */
static void opens_nothing(void) {
  static const char *const files[] = { "/etc/passwd", "/proc/self/maps", "/proc/sys/crypto/fips_enabled", "/dev/null", "/" };
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    if (open(files[i], O_RDONLY) != -1 || errno != EACCES || open(files[i], O_RDONLY | O_CLOEXEC | O_DIRECTORY) != -1 || fopen(files[i], "r")) _exit(1);
  _exit(42);
}

static void files_are_not_there(void **state) {
  (void)state;
  if (jail_missing()) skip();
  int status = run_jailed(opens_nothing);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 42);
}

static void needed_calls_work(void **state) {
  (void)state;
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  int status = run_jailed(works);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 42);
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(forbidden_calls_kill), cmocka_unit_test(files_are_not_there), cmocka_unit_test(needed_calls_work) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
