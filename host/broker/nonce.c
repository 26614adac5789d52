/* One small file a key and unit. Every nonce is written to it (page cache: safe when processes die), and a ceiling above the nonces is
 * forced to disk once for many of them (safe when the machine dies). After a restart of the machine counting goes on from the ceiling.
 *
 * The file: two slots for the ceiling, written in turn, so that one of them is whole whatever happens; then the last nonce, with
 * the machine's boot id. The lock is fcntl's: it belongs to the process, so a fork does not share it. */
#include "nonce.h"
#include "crypto.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define AHEAD_MS 10000                /* the ceiling is this far above the nonce that raised it, at least AHEAD_STEPS */
#define AHEAD_STEPS 100
#define OPEN_MAX_FILES 64
#define MAGIC 0x314e4342u             /* "BCN1" */

typedef struct { uint32_t magic, turn; uint64_t value; uint8_t boot[16]; uint64_t check; } Slot;
typedef struct { Slot ceiling[2], last; } Record;

typedef struct { char name[41]; char dir[PATH_MAX]; int fd; uint64_t used; } OpenFile;
static OpenFile files[OPEN_MAX_FILES];
static int file_count;
static uint64_t clock_of_use;

static uint64_t check_of(const Slot *s) {
  uint64_t h = 14695981039346656037u;
  const uint8_t *p = (const uint8_t *)s;
  for (size_t i = 0; i < offsetof(Slot, check); i++) h = (h ^ p[i]) * 1099511628211u;
  return h;
}
static bool slot_good(const Slot *s) { return s->magic == MAGIC && s->check == check_of(s); }

static Slot slot_make(uint32_t turn, uint64_t value, const uint8_t boot[16]) {
  Slot s = { .magic = MAGIC, .turn = turn, .value = value };
  memcpy(s.boot, boot, sizeof s.boot);
  s.check = check_of(&s);
  return s;
}

static void boot_id(uint8_t out[16]) {
  static uint8_t id[16];
  static bool known;
  if (!known) {
    char text[40] = { 0 };
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC), n = 0;
    if (fd >= 0) { n = (int)read(fd, text, sizeof text - 1); close(fd); }
    /* Without one, every process counts as a new start: it goes on from the ceiling. */
    if (n <= 0) n = snprintf(text, sizeof text, "%ld.%ld", (long)getpid(), (long)getppid());
    uint8_t digest[CRYPTO_DIGEST_MAX];
    size_t len;
    char err[64];
    if (crypto_hash(H_SHA256, text, (size_t)n, digest, &len, err, sizeof err)) memcpy(id, digest, sizeof id);
    known = true;
  }
  memcpy(out, id, sizeof id);
}

static bool say(char *err, size_t errlen, const char *what, const char *path) {
  snprintf(err, errlen, "%s %s: %s", what, path, strerror(errno));
  return false;
}

void nonce_close(void) {
  while (file_count > 0) close(files[--file_count].fd);
}

static bool same_file(const OpenFile *f) {
  struct stat st;
  return fstat(f->fd, &st) == 0 && st.st_nlink > 0;
}

static OpenFile *file_of(const char *state_dir, const char *name, char *err, size_t errlen) {
  int oldest = 0;
  for (int i = 0; i < file_count; i++) {
    if (strcmp(files[i].name, name) == 0 && strcmp(files[i].dir, state_dir) == 0) {
      if (same_file(&files[i])) { files[i].used = ++clock_of_use; return &files[i]; }
      close(files[i].fd);                         /* it was removed under us */
      files[i] = files[--file_count];
      break;
    }
    if (files[i].used < files[oldest].used) oldest = i;
  }
  char path[PATH_MAX];
  if ((size_t)snprintf(path, sizeof path, "%s/nonces", state_dir) >= sizeof path - 48) {
    snprintf(err, errlen, "the path of the state folder is too long");
    return NULL;
  }
  if (mkdir(path, 0700) != 0 && errno != EEXIST) { say(err, errlen, "cannot make", path); return NULL; }
  size_t dirlen = strlen(path);
  snprintf(path + dirlen, sizeof path - dirlen, "/%s", name);
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) { say(err, errlen, "cannot open", path); return NULL; }
  struct stat st;
  if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid()) {
    close(fd);
    snprintf(err, errlen, "%s is not a file of yours", path);
    return NULL;
  }
  if (file_count == OPEN_MAX_FILES) {
    close(files[oldest].fd);
    files[oldest] = files[--file_count];
  }
  if (st.st_size == 0) {                          /* new: its name must survive a power cut as well */
    path[dirlen] = '\0';
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) { fsync(folder); close(folder); }
  }
  OpenFile *f = &files[file_count++];
  f->fd = fd;
  f->used = ++clock_of_use;
  snprintf(f->name, sizeof f->name, "%s", name);
  snprintf(f->dir, sizeof f->dir, "%s", state_dir);
  return f;
}

static bool lock(int fd, short type) {
  struct flock l = { .l_type = type, .l_whence = SEEK_SET };
  while (fcntl(fd, F_SETLKW, &l) != 0)
    if (errno != EINTR) return false;
  return true;
}

static bool put(int fd, const Slot *s, size_t at) { return pwrite(fd, s, sizeof *s, (off_t)at) == (ssize_t)sizeof *s; }

/* With the lock held: the next nonce, stored. */
static bool draw(int fd, enum recipe_time unit, uint64_t now, uint64_t *out, char *err, size_t errlen) {
  Record r;
  uint8_t boot[16];
  boot_id(boot);
  ssize_t n = pread(fd, &r, sizeof r, 0);
  if (n < 0) return say(err, errlen, "cannot read", "the nonce file");
  if ((size_t)n < sizeof r) memset((char *)&r + n, 0, sizeof r - (size_t)n);
  const Slot *high = NULL;
  for (int i = 0; i < 2; i++)
    if (slot_good(&r.ceiling[i]) && (!high || r.ceiling[i].value > high->value)) high = &r.ceiling[i];
  /* All zeros: the file was made, but nothing reached the disk, so no nonce was given out. */
  static const Record nothing;
  if (!high && memcmp(&r, &nothing, sizeof r) != 0) {
    snprintf(err, errlen, "the nonce file is damaged: remove it, if the exchange takes nonces of the clock again");
    return false;
  }
  uint64_t ceiling = high ? high->value : 0, last = ceiling;
  uint32_t turn = high ? high->turn : 0;
  if (slot_good(&r.last) && memcmp(r.last.boot, boot, sizeof boot) == 0 && r.last.value <= ceiling) last = r.last.value;
  uint64_t next = now > last ? now : last + 1;
  if (next == 0 || next > UINT64_MAX / 2) {
    snprintf(err, errlen, "the nonces of this key are used up");
    return false;
  }
  if (next > ceiling) {
    uint64_t per_ms = unit == T_NS ? 1000000 : unit == T_US ? 1000 : 1, ahead = unit == T_S ? AHEAD_MS / 1000 : AHEAD_MS * per_ms;
    Slot s = slot_make(turn + 1, next + (ahead > AHEAD_STEPS ? ahead : AHEAD_STEPS), boot);
    if (!put(fd, &s, offsetof(Record, ceiling) + (turn + 1) % 2 * sizeof(Slot)) || fdatasync(fd) != 0)
      return say(err, errlen, "cannot write", "the nonce file");
  }
  Slot s = slot_make(0, next, boot);
  if (!put(fd, &s, offsetof(Record, last))) return say(err, errlen, "cannot write", "the nonce file");
  *out = next;
  return true;
}

bool nonce_next(const char *state_dir, const char *venue, const char *account, enum recipe_time unit, int64_t now_ns,
                uint64_t *out, char *err, size_t errlen) {
  static const char *const names[] = RECIPE_TIME_NAMES;
  char text[512], name[41];
  uint8_t digest[CRYPTO_DIGEST_MAX];
  size_t len;
  uint64_t per = unit == T_S ? 1000000000 : unit == T_MS ? 1000000 : unit == T_US ? 1000 : unit == T_NS ? 1 : 0;
  if (!per) { snprintf(err, errlen, "a nonce is in ms, s, us or ns"); return false; }
  int n = snprintf(text, sizeof text, "%s\n%s\n%s", venue, account, names[unit]);
  if (n < 0 || (size_t)n >= sizeof text) { snprintf(err, errlen, "the name of the venue or account is too long"); return false; }
  if (!crypto_hash(H_SHA256, text, (size_t)n, digest, &len, err, errlen)) return false;
  for (int i = 0; i < 20; i++) snprintf(name + 2 * i, 3, "%02x", digest[i]);
  OpenFile *f = file_of(state_dir, name, err, errlen);
  if (!f) return false;
  if (!lock(f->fd, F_WRLCK)) return say(err, errlen, "cannot lock", "the nonce file");
  bool ok = draw(f->fd, unit, now_ns > 0 ? (uint64_t)now_ns / per : 0, out, err, errlen);
  lock(f->fd, F_UNLCK);
  return ok;
}
