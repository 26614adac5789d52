/* One writer: an fcntl lock, which the kernel lets go of when the process ends, however it ends. The file says who holds it and since when. */
#include "broker/journal_in.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/vfs.h>
#endif

struct JournalLock {
  int fd;
  dev_t dev;
  ino_t ino;
  JournalLock *next;
};

/* Of this process. The kernel does not refuse a process its own locks, and drops them when any descriptor of the file is closed: so the file is not
 * even opened twice. */
static JournalLock *held;

static bool held_here(const char *path) {
  struct stat st;
  if (stat(path, &st) != 0) return false;
  for (JournalLock *l = held; l; l = l->next)
    if (l->dev == st.st_dev && l->ino == st.st_ino) return true;
  return false;
}

static void say_taken(int fd, const char *path, char *err, size_t errlen) {
  struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  char text[64] = "", since[64] = "";
  long pid = 0;
  time_t at = 0;
  struct tm tm;
  if (fcntl(fd, F_GETLK, &l) != 0 || l.l_type == F_UNLCK || l.l_pid <= 0) {
    snprintf(err, errlen, "%s is in use by another process", path);
    return;
  }
  ssize_t n = pread(fd, text, sizeof text - 1, 0);
  if (n > 0 && sscanf(text, "%ld %" SCNd64, &pid, &(int64_t){ 0 }) == 2 && pid == (long)l.l_pid) {   /* written by the one that holds it, not one before */
    int64_t s = strtoll(strchr(text, ' '), NULL, 10);
    at = (time_t)s;
    if (gmtime_r(&at, &tm)) strftime(since, sizeof since, " since %Y-%m-%dT%H:%M:%SZ", &tm);
  }
  snprintf(err, errlen, "%s is in use by process %ld%s", path, (long)l.l_pid, since);
}

JournalLock *journal_lock(const char *path, char *err, size_t errlen) {
  struct stat st;
  char text[64];
  if (held_here(path)) return snprintf(err, errlen, "%s is in use by this process", path), NULL;
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return snprintf(err, errlen, "cannot open %s: %s", path, strerror(errno)), NULL;
  struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  JournalLock *lock = NULL;
  if (fcntl(fd, F_SETLK, &l) != 0) {
    if (errno == EAGAIN || errno == EACCES) say_taken(fd, path, err, errlen);
    else snprintf(err, errlen, "cannot lock %s (%s): set BOURSE_STATE to a folder on a local disk", path, strerror(errno));
  } else {
    int n = snprintf(text, sizeof text, "%ld %" PRId64 "\n", (long)getpid(), (int64_t)time(NULL));
    if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)n, 0) != n || fstat(fd, &st) != 0)
      snprintf(err, errlen, "cannot write %s: %s", path, strerror(errno));
    else if (!(lock = malloc(sizeof *lock))) snprintf(err, errlen, "out of memory");
  }
  if (!lock) return close(fd), NULL;
  *lock = (JournalLock){ fd, st.st_dev, st.st_ino, held };
  return held = lock;
}

void journal_unlock(JournalLock *l) {
  if (!l) return;
  for (JournalLock **p = &held; *p; p = &(*p)->next)
    if (*p == l) {
      *p = l->next;
      break;
    }
  close(l->fd);
  free(l);
}

bool journal_disk_ok(const char *dir, char *err, size_t errlen) {
#ifdef __linux__
  static const struct { uint32_t magic; const char *name; } network[] = {
    { 0x6969, "NFS" }, { 0x517b, "SMB" }, { 0xff534d42, "CIFS" }, { 0xfe534d42, "SMB" }, { 0x01021997, "9p" }, { 0x5346414f, "AFS" }, { 0x00c36400, "Ceph" },
  };
  struct statfs fs;
  if (statfs(dir, &fs) != 0) return snprintf(err, errlen, "cannot use %s: %s", dir, strerror(errno)), false;
  for (size_t i = 0; i < sizeof network / sizeof *network; i++)
    if ((uint32_t)fs.f_type == network[i].magic) {
      snprintf(err, errlen, "%s is on a network file system (%s), where a journal is not safe: set BOURSE_STATE to a folder on a local disk", dir,
        network[i].name);
      return false;
    }
#else
  (void)dir, (void)err, (void)errlen;
#endif
  return true;
}
