/* One file a URL, DIR/kept/VENUE-DIGEST: a line "BOURSE-KEPT 1 received_ms length digest-of-body url", then the body. It is put in place by rename, so
 * that a reader sees the old one or the new one; the digest tells when the disk did not keep it. */
#include "broker/kept.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "broker/peer.h"

#define HEAD_MAX 9000
#define BODY_MAX (64u << 20)

static bool path_of(char out[PATH_MAX], const char *dir, const char *venue, const char *url) {
  char digest[65];
  source_digest(url, strlen(url), digest);
  int n = snprintf(out, PATH_MAX, "%s/kept/%.60s-%.32s", dir, venue, digest);
  return n > 0 && n < PATH_MAX - 8;
}

static bool read_whole(int fd, char *at, size_t n) {
  while (n > 0) {
    ssize_t r = read(fd, at, n);
    if (r < 0 && errno == EINTR) continue;
    if (r <= 0) return false;
    at += r;
    n -= (size_t)r;
  }
  return true;
}

static bool write_whole(int fd, const char *at, size_t n) {
  while (n > 0) {
    ssize_t r = write(fd, at, n);
    if (r < 0 && errno == EINTR) continue;
    if (r <= 0) return false;
    at += r;
    n -= (size_t)r;
  }
  return true;
}

/* The head of a file, up to and without its newline, into `head`; the body follows at *from. */
static bool head_read(int fd, char head[HEAD_MAX], size_t *from) {
  ssize_t n;
  do n = read(fd, head, HEAD_MAX - 1); while (n < 0 && errno == EINTR);
  char *end = n > 0 ? memchr(head, '\n', (size_t)n) : NULL;
  if (!end) return false;
  *end = 0;
  *from = (size_t)(end - head) + 1;
  return true;
}

char *kept_read(const char *dir, const char *venue, const char *url, int64_t now_ms, int64_t max_age_ms, size_t *len, int64_t *received_ms) {
  char path[PATH_MAX], head[HEAD_MAX], want[65], got[65];
  size_t from;
  int at = 0;
  int64_t received;
  struct stat st;
  char *body = NULL;
  if (!path_of(path, dir, venue, url)) return NULL;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return NULL;
  bool ok = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 && (uint64_t)st.st_size <= BODY_MAX + HEAD_MAX && head_read(fd, head, &from)
    && sscanf(head, "BOURSE-KEPT 1 %" SCNd64 " %zu %64s %n", &received, len, want, &at) == 3 && at > 0 && strcmp(head + at, url) == 0
    && received <= now_ms && now_ms - received <= max_age_ms && *len <= BODY_MAX && (size_t)st.st_size == from + *len;
  if (ok && (body = malloc(*len + 1))) {
    ok = lseek(fd, (off_t)from, SEEK_SET) >= 0 && read_whole(fd, body, *len);
    if (ok) source_digest(body, *len, got);
    if (!ok || strcmp(got, want) != 0) {
      free(body);
      body = NULL;
    } else {
      body[*len] = 0;
      *received_ms = received;
    }
  }
  close(fd);
  return body;
}

bool kept_write(const char *dir, const char *venue, const char *url, int64_t received_ms, const char *body, size_t len) {
  char path[PATH_MAX], folder[PATH_MAX], fresh[PATH_MAX], head[HEAD_MAX], digest[65];
  if (len > BODY_MAX || !path_of(path, dir, venue, url) || strchr(url, '\n')) return false;
  source_digest(body, len, digest);
  int n = snprintf(head, sizeof head, "BOURSE-KEPT 1 %" PRId64 " %zu %s %s\n", received_ms, len, digest, url);
  if (n < 0 || n >= HEAD_MAX) return false;
  if (snprintf(folder, sizeof folder, "%s/kept", dir) >= PATH_MAX || (mkdir(folder, 0700) < 0 && errno != EEXIST)) return false;
  if (snprintf(fresh, sizeof fresh, "%s.XXXXXX", path) >= PATH_MAX) return false;
  int fd = mkostemp(fresh, O_CLOEXEC);
  if (fd < 0) return false;
  bool ok = write_whole(fd, head, (size_t)n) && write_whole(fd, body, len);
  if (close(fd) < 0) ok = false;
  ok = ok && rename(fresh, path) == 0;
  if (!ok) unlink(fresh);
  return ok;
}
