#include "cli/prompt.h"
#include <errno.h>
#include <fcntl.h>
#include <nettle/memops.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <termios.h>
#include <unistd.h>

static struct termios before;
static int quiet_fd = -1;

/* The terminal shows typing again also when the program is interrupted at a question. */
static void restore(void) {
  if (quiet_fd >= 0) tcsetattr(quiet_fd, TCSAFLUSH, &before);
  quiet_fd = -1;
}

static void interrupted(int signal_number) {
  restore();
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

static void echo_off(int fd) {
  struct termios t;
  if (tcgetattr(fd, &before) != 0) return;
  quiet_fd = fd;
  t = before;
  t.c_lflag &= ~(tcflag_t)ECHO;
  t.c_lflag |= ECHONL;
  tcsetattr(fd, TCSAFLUSH, &t);
}

/* Byte by byte: what follows the line in a pipe stays there for the next question. */
static long read_line(int fd, char *buf, size_t cap) {
  size_t n = 0;
  bool any = false, fits = true;
  char c;
  for (ssize_t r; (r = read(fd, &c, 1)) != 0; ) {
    if (r < 0 && errno == EINTR) continue;
    if (r < 0) return -1;
    any = true;
    if (c == '\n') break;
    if (n + 1 < cap) buf[n++] = c;
    else fits = false;
  }
  if (n && buf[n - 1] == '\r') n--;
  buf[n] = 0;
  explicit_bzero(&c, 1);
  return any && fits ? (long)n : -1;
}

long prompt_line(const char *question, bool secret, char *buf, size_t cap) {
  int fd = isatty(STDIN_FILENO) ? open("/dev/tty", O_RDWR | O_CLOEXEC) : -1;
  if (fd < 0) return read_line(STDIN_FILENO, buf, cap);
  if (write(fd, question, strlen(question)) < 0) { /* the answer is read all the same */ }
  void (*was)(int) = signal(SIGINT, interrupted);
  if (secret) echo_off(fd);
  long n = read_line(fd, buf, cap);
  restore();
  signal(SIGINT, was == SIG_ERR ? SIG_DFL : was);
  close(fd);
  return n;
}

static size_t ask_passphrase(void *ctx, bool fresh, char *buf, size_t cap) {
  char again[1024];
  (void)ctx;
  long n = prompt_line(fresh ? "A passphrase for the new key store (8 characters or more): " : "Passphrase of the key store: ",
    true, buf, cap);
  if (n <= 0) return 0;
  if (!fresh) return (size_t)n;
  for (int i = 0; n > 0 && n < 8 && i < 3; i++)
    n = prompt_line("That is shorter than 8 characters. A passphrase: ", true, buf, cap);
  if (n < 8) {
    fprintf(stderr, "bourse: keys: a passphrase has 8 characters or more\n");
    return 0;
  }
  long m = prompt_line("The same again: ", true, again, sizeof again);
  bool same = m == n && memeql_sec(buf, again, (size_t)n);
  explicit_bzero(again, sizeof again);
  if (!same) fprintf(stderr, "bourse: keys: the two differ; nothing was changed\n");
  return same ? (size_t)n : 0;
}

static bool make_keyfile(const char *path) {
  unsigned char key[32];
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  bool ok = fd >= 0 && getrandom(key, sizeof key, 0) == sizeof key && write(fd, key, sizeof key) == sizeof key && fsync(fd) == 0;
  if (!ok) fprintf(stderr, "bourse: keys: cannot make the key file %s: %s\n", path, strerror(errno));
  explicit_bzero(key, sizeof key);
  if (fd >= 0) close(fd);
  return ok;
}

bool prompt_source(const char *keyfile, bool make, KeysSource *source) {
  if (!keyfile) keyfile = getenv("BOURSE_KEYFILE");
  memset(source, 0, sizeof *source);
  source->passphrase = ask_passphrase;
  if (!keyfile || !*keyfile) return true;
  if (make && access(keyfile, F_OK) != 0 && !make_keyfile(keyfile)) return false;
  source->key_file = keyfile;
  return true;
}
