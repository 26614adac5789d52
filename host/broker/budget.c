#include "broker/budget.h"
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SLOTS 4096
#define MAGIC 0x3174676475626f62ull       /* "bobudgt1" */
#define SECOND 1000000ll
#define AHEAD_MAX (600 * SECOND)          /* further ahead than any request waits: the clock was set back, or the file is damaged */
#define CLOSED_MAX (7 * 86400 * SECOND)
#define STALE (86400 * SECOND)

struct Bucket {
  _Atomic uint64_t key;                   /* 0: free */
  _Atomic int64_t due, closed, used;
  _Atomic uint32_t strikes;
  uint32_t spare[7];
};
_Static_assert(sizeof(struct Bucket) == 64, "a bucket is a cache line of the file");

typedef struct { uint64_t magic, slots, spare[6]; Bucket bucket[SLOTS]; } Table;
struct Budget { Table *table; bool mapped; };

static Table *map_file(const char *dir) {
  char path[PATH_MAX];
  struct stat st;
  int n = snprintf(path, sizeof path, "%s/budget", dir);
  if (n < 0 || (size_t)n >= sizeof path) return NULL;
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return NULL;
  Table *t = NULL;
  if (flock(fd, LOCK_EX) == 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
      ((size_t)st.st_size >= sizeof *t || ftruncate(fd, sizeof *t) == 0)) {
    t = mmap(NULL, sizeof *t, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (t == MAP_FAILED) t = NULL;
    if (t && (t->magic != MAGIC || t->slots != SLOTS)) {
      memset(t, 0, sizeof *t);
      t->slots = SLOTS;
      t->magic = MAGIC;
    }
  }
  flock(fd, LOCK_UN);                     /* closing does not unlock: the map holds the open file */
  close(fd);
  return t;
}

Budget *budget_open(const char *dir, bool *shared) {
  Budget *b = calloc(1, sizeof *b);
  if (!b) return NULL;
  b->table = dir ? map_file(dir) : NULL;
  b->mapped = b->table != NULL;
  if (!b->table) b->table = calloc(1, sizeof *b->table);
  if (shared) *shared = b->mapped;
  if (b->table) return b;
  free(b);
  return NULL;
}

void budget_free(Budget *b) {
  if (!b) return;
  if (b->mapped) munmap(b->table, sizeof *b->table);
  else free(b->table);
  free(b);
}

static uint64_t mix(uint64_t h, const char *s) {      /* FNV-1a; the NUL at the end is mixed in too and parts the fields */
  for (size_t i = 0;; i++) {
    h = (h ^ (unsigned char)s[i]) * 0x100000001b3ull;
    if (!s[i]) return h;
  }
}

static void wipe(Bucket *k) {
  atomic_store(&k->due, 0);
  atomic_store(&k->closed, 0);
  atomic_store(&k->strikes, 0);
}

static bool stale(const Bucket *k, int64_t now) {
  int64_t used = atomic_load(&k->used);
  return (used < now - STALE || used > now + STALE) && atomic_load(&k->closed) < now;
}

Bucket *budget_bucket(Budget *b, const char *venue, const char *account, const char *name, int64_t now) {
  uint64_t key = mix(mix(mix(0xcbf29ce484222325ull, venue), account), name);
  key ^= key >> 29;
  if (!key) key = 1;
  Bucket *all = b->table->bucket, *old = NULL;
  for (size_t i = 0, at = key % SLOTS; i < SLOTS; i++, at = (at + 1) % SLOTS) {
    Bucket *k = &all[at];
    uint64_t here = atomic_load(&k->key);
    if (here == 0 && atomic_compare_exchange_strong(&k->key, &here, key)) here = key;
    if (here == key) {
      atomic_store(&k->used, now);
      return k;
    }
    if (!old && stale(k, now)) old = k;
  }
  if (!old) return &all[key % SLOTS];     /* full of live buckets: share one, which errs on the slow side */
  atomic_store(&old->key, key);
  wipe(old);
  atomic_store(&old->used, now);
  return old;
}

static int64_t span(double ms) { return (int64_t)llround(ms * 1000); }

int64_t budget_closed_us(const Bucket *k, int64_t now) {
  int64_t closed = atomic_load(&((Bucket *)k)->closed);
  return closed <= now || closed > now + CLOSED_MAX ? 0 : closed - now;
}

int64_t budget_take(Bucket *k, BudgetRate r, double cost, int64_t now, int64_t max_wait, int64_t *would) {
  int64_t step = span(r.interval_ms * (cost > 0 ? cost : 0)), slack = span(r.interval_ms * (r.burst < 1 ? 1 : r.burst));
  int64_t due = atomic_load(&k->due), next, wait;
  do {
    int64_t closed = budget_closed_us(k, now), start = now + closed;      /* no more than a burst when it opens again */
    int64_t from = due < start || due > start + slack + AHEAD_MAX ? start : due;
    next = from + step;
    wait = next - slack - now;
    if (wait < closed) wait = closed;
    if (would) *would = wait;
    if (wait > max_wait) return -1;
  } while (!atomic_compare_exchange_weak(&k->due, &due, next));
  return wait;
}

void budget_give_back(Bucket *k, BudgetRate r, double cost) {
  atomic_fetch_sub(&k->due, span(r.interval_ms * (cost > 0 ? cost : 0)));
}

static void close_until(Bucket *k, int64_t until) {
  int64_t was = atomic_load(&k->closed);
  while (was < until && !atomic_compare_exchange_weak(&k->closed, &was, until)) {}
}

int64_t budget_shut(Bucket *k, int64_t now, int64_t retry_after_ms) {
  int64_t ms = retry_after_ms;
  if (ms <= 0) {     /* "Retry-After: 0" is no answer either */
    /* Replies to requests that were under way together are one strike. */
    bool again = budget_closed_us(k, now) > 0;
    uint32_t n = again ? atomic_load(&k->strikes) : atomic_fetch_add(&k->strikes, 1) + 1;
    if (n < 1) n = 1;
    ms = n > 6 ? 60000 : 1000ll << (n - 1);
    if (ms > 60000) ms = 60000;
    if (again) return budget_closed_us(k, now) / 1000;
  }
  if (ms > CLOSED_MAX / 1000) ms = CLOSED_MAX / 1000;
  int64_t was = atomic_load(&k->closed);
  if (was > now + CLOSED_MAX) atomic_compare_exchange_strong(&k->closed, &was, 0);
  close_until(k, now + ms * 1000);
  return budget_closed_us(k, now) / 1000;
}

void budget_fine(Bucket *k) {
  if (atomic_load(&k->strikes)) atomic_store(&k->strikes, 0);
}

static bool number(const char *s, double *out) {
  char *end;
  if (!s) return false;
  *out = strtod(s, &end);
  return end != s && isfinite(*out) && (*end == 0 || *end == ' ' || *end == ',' || *end == ';');
}

/* A reset header: seconds from now, or an instant in s or ms. Never more than a minute ahead: it is a guess. */
static int64_t reset_us(const char *value, int64_t now) {
  double v;
  int64_t at = SECOND;
  if (number(value, &v) && v >= 0) {
    if (v > 1e17) return SECOND;
    at = v > 1e12 ? (int64_t)(v * 1e3) - now : v > 1e9 ? (int64_t)(v * 1e6) - now : (int64_t)(v * 1e6 < 6e7 ? v * 1e6 : 6e7);
  }
  return at < 0 ? 0 : at > 60 * SECOND ? 60 * SECOND : at;
}

void budget_learn(Bucket *k, BudgetRate r, int64_t now, const char *(*get)(const void *, const char *), const void *reply) {
  static const char *const left[][2] = {
    { "x-ratelimit-remaining", "x-ratelimit-reset" }, { "ratelimit-remaining", "ratelimit-reset" },
    { "x-rate-limit-remaining", "x-rate-limit-reset" }, { "x-bapi-limit-status", "x-bapi-limit-reset-timestamp" },
    { "gw-ratelimit-remaining", "gw-ratelimit-reset" } };
  double v;
  for (size_t i = 0; i < sizeof left / sizeof *left; i++)
    if (number(get(reply, left[i][0]), &v) && v <= 0) close_until(k, now + reset_us(get(reply, left[i][1]), now));
  /* Binance says what was used in this minute. Near the most that our rate allows in one, the rest of the minute is left alone. */
  if (number(get(reply, "x-mbx-used-weight-1m"), &v) && r.interval_ms > 0 && v >= 0.95 * 60000 / r.interval_ms)
    close_until(k, now - now % (60 * SECOND) + 60 * SECOND);
}

int64_t budget_retry_after(const char *value, int64_t now) {
  double v;
  struct tm tm = { 0 };
  if (!value) return -1;
  if (number(value, &v)) return v >= 0 && v < 1e9 ? (int64_t)ceil(v * 1000) : -1;
  const char *end = strptime(value, "%a, %d %b %Y %H:%M:%S GMT", &tm);
  if (!end || *end) return -1;
  int64_t ms = (int64_t)timegm(&tm) * 1000 - now / 1000;
  return ms < 0 ? 0 : ms > CLOSED_MAX / 1000 ? CLOSED_MAX / 1000 : ms;
}
