/* keys.enc: a header (magic, how the key is made, salt, check value, GCM nonce, length), which is authenticated, then the sealed entries and the
 * GCM tag. The check value tells a wrong passphrase from a damaged file before anything is decrypted. The file is replaced by rename
 * under a lock, after it was read again: two processes that add keys at once both succeed. */
#include "keys.h"
#include "crypto.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <nettle/gcm.h>
#include <nettle/memops.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define STORE_MAX (16u << 20)
#define SCRYPT_LOG_N 15
#define SCRYPT_MEMORY_MAX (256u << 20)
#define TAG 16
extern char **environ;

enum { KDF_FILE, KDF_SCRYPT };
typedef struct __attribute__((packed)) {
  char magic[8];
  uint8_t kdf, log_n, r, p, salt[16], check[8], nonce[12];
  uint32_t length;                                /* of the sealed entries; little endian, as everything in here */
} Header;
static const char magic[8] = "BOURSEK1";

/* Locked pages: not swapped where the system allows it, not in core dumps, empty in a forked child. */
typedef struct { size_t mapped, len; uint8_t bytes[]; } Secure;

typedef struct { KeysEntry entry; Credentials credentials; } Account;
typedef struct { uint8_t key[32], check[8]; } Master;

struct Keys {
  char dir[PATH_MAX - 32];
  KeysSource source;
  char *key_file;
  Secure *master;                                 /* a Master, once there is one */
  Header header;                                  /* of the file; magic all zero: no file yet */
  Secure *plain;                                  /* what the entries point into */
  Account *accounts;
  size_t count;
};

static const char *const key_names[] = RECIPE_KEY_NAMES;

__attribute__((format(printf, 3, 4)))
static bool failf(char *err, size_t errlen, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(err, errlen, fmt, ap);
  va_end(ap);
  return false;
}

static Secure *secure_new(size_t len) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE), mapped = (sizeof(Secure) + len + page - 1) / page * page;
  Secure *s = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (s == MAP_FAILED) return NULL;
  if (mlock(s, mapped) != 0) errno = 0;           /* over the limit of locked memory: still usable */
#ifdef MADV_DONTDUMP
  madvise(s, mapped, MADV_DONTDUMP);
#endif
#ifdef MADV_WIPEONFORK
  madvise(s, mapped, MADV_WIPEONFORK);
#endif
  s->mapped = mapped;
  s->len = len;
  return s;
}

static void secure_free(Secure *s) {
  if (!s) return;
  size_t mapped = s->mapped;
  explicit_bzero(s, mapped);
  munmap(s, mapped);
}

/* The entries as bytes: u32 count, then for each the texts (u32 length, bytes, zero), rights, hosts and credentials (u32 length + 1, bytes). */
typedef struct { uint8_t *p; size_t n, cap; } Writer;      /* p NULL: only counts */
static void put(Writer *w, const void *p, size_t n) {
  if (w->p && w->n + n <= w->cap) memcpy(w->p + w->n, p, n);
  w->n += n;
}
static void put_u32(Writer *w, uint32_t v) { put(w, (uint8_t[]){ (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24) }, 4); }
static void put_text(Writer *w, const char *s) {
  put_u32(w, (uint32_t)strlen(s));
  put(w, s, strlen(s) + 1);
}
static void put_account(Writer *w, const Account *a) {
  uint32_t hosts = 0;
  while (a->entry.hosts[hosts]) hosts++;
  put_text(w, a->entry.venue);
  put_text(w, a->entry.account);
  put_text(w, a->entry.adapter);
  put_u32(w, a->entry.rights);
  put_u32(w, hosts);
  for (uint32_t i = 0; i < hosts; i++) put_text(w, a->entry.hosts[i]);
  for (int k = 0; k < K_COUNT; k++) {
    const RecipeBytes *b = &a->credentials.field[k];
    put_u32(w, b->p ? (uint32_t)b->len + 1 : 0);
    if (b->p) put(w, b->p, b->len);
  }
}

static Secure *serialise(const Account *accounts, size_t count) {
  Writer w = { NULL, 4, 0 };
  for (size_t i = 0; i < count; i++) put_account(&w, &accounts[i]);
  Secure *s = secure_new(w.n);
  if (!s) return NULL;
  w = (Writer){ s->bytes, 0, s->len };
  put_u32(&w, (uint32_t)count);
  for (size_t i = 0; i < count; i++) put_account(&w, &accounts[i]);
  return s;
}

typedef struct { const uint8_t *p, *end; bool bad; } Reader;
static uint32_t get_u32(Reader *r) {
  if (r->end - r->p < 4) { r->bad = true; return 0; }
  const uint8_t *p = r->p;
  r->p += 4;
  return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}
static const char *get_text(Reader *r) {
  uint32_t n = get_u32(r);
  if (r->bad || (size_t)(r->end - r->p) <= n || r->p[n] != 0 || memchr(r->p, 0, n)) { r->bad = true; return ""; }
  r->p += n + 1;
  return (const char *)r->p - n - 1;
}
static void get_account(Reader *r, Account *a) {
  a->entry.venue = get_text(r);
  a->entry.account = get_text(r);
  a->entry.adapter = get_text(r);
  a->entry.rights = get_u32(r);
  uint32_t hosts = get_u32(r);
  if (hosts > KEYS_HOSTS_MAX) { r->bad = true; return; }
  for (uint32_t i = 0; i < hosts; i++) a->entry.hosts[i] = get_text(r);
  for (int k = 0; k < K_COUNT && !r->bad; k++) {
    uint32_t n = get_u32(r);
    if (n == 0) continue;
    if ((size_t)(r->end - r->p) < n - 1) { r->bad = true; return; }
    a->credentials.field[k] = (RecipeBytes){ r->p, n - 1 };
    r->p += n - 1;
  }
}

/* Entries that point into `plain`, in a new array. */
static bool parse(const Secure *plain, Account **out, size_t *count) {
  Reader r = { plain->bytes, plain->bytes + plain->len, false };
  uint32_t n = get_u32(&r);
  if (r.bad || n > KEYS_MAX) return false;
  Account *a = calloc(n + 1, sizeof *a);          /* with room for one more */
  if (!a) return false;
  for (uint32_t i = 0; i < n && !r.bad; i++) get_account(&r, &a[i]);
  if (r.bad || r.p != r.end) { free(a); return false; }
  *out = a;
  *count = n;
  return true;
}

/* Files of ours only: regular, ours, and nobody else may read or write them. */
static bool private_file(int fd, const char *path, off_t *size, char *err, size_t errlen) {
  struct stat st;
  if (fstat(fd, &st) != 0) return failf(err, errlen, "cannot look at %s: %s", path, strerror(errno));
  if (!S_ISREG(st.st_mode)) return failf(err, errlen, "%s is not a file", path);
  if (st.st_uid != geteuid()) return failf(err, errlen, "%s belongs to another user", path);
  if (st.st_mode & 077) return failf(err, errlen, "%s can be read by others: chmod 600 %s", path, path);
  *size = st.st_size;
  return true;
}

static bool private_dir(const char *path, char *err, size_t errlen) {
  struct stat st;
  if (mkdir(path, 0700) != 0 && errno != EEXIST) return failf(err, errlen, "cannot make %s: %s", path, strerror(errno));
  if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) return failf(err, errlen, "%s is not a folder", path);
  if (st.st_uid != geteuid()) return failf(err, errlen, "%s belongs to another user", path);
  if (st.st_mode & 077) return failf(err, errlen, "%s is open to others: chmod 700 %s", path, path);
  return true;
}

static bool read_all(int fd, void *p, size_t n) {
  for (size_t got = 0; got < n;) {
    ssize_t k = read(fd, (char *)p + got, n - got);
    if (k < 0 && errno == EINTR) continue;
    if (k <= 0) return false;
    got += (size_t)k;
  }
  return true;
}

static bool write_all(int fd, const void *p, size_t n) {
  for (size_t put_ = 0; put_ < n;) {
    ssize_t k = write(fd, (const char *)p + put_, n - put_);
    if (k < 0 && errno == EINTR) continue;
    if (k <= 0) return false;
    put_ += (size_t)k;
  }
  return true;
}

static bool read_key_file(const char *path, uint8_t out[32], char *err, size_t errlen) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return failf(err, errlen, "cannot open the key file %s: %s", path, strerror(errno));
  off_t size = 0;
  char text[66];
  bool ok = private_file(fd, path, &size, err, errlen);
  if (ok && (size < 32 || size > 66 || !read_all(fd, text, (size_t)size)))
    ok = failf(err, errlen, "the key file %s must hold 32 bytes, or 64 hex digits", path);
  close(fd);
  if (ok && size == 32) memcpy(out, text, 32);
  else if (ok) {
    while (size > 64 && (text[size - 1] == '\n' || text[size - 1] == '\r')) size--;
    for (int i = 0; ok && i < 32; i++) {
      char pair[3] = { text[2 * i], text[2 * i + 1], 0 }, *end;
      out[i] = (uint8_t)strtoul(pair, &end, 16);
      if (size != 64 || end != pair + 2 || !isxdigit((unsigned char)pair[0]))
        ok = failf(err, errlen, "the key file %s must hold 32 bytes, or 64 hex digits", path);
    }
  }
  explicit_bzero(text, sizeof text);
  return ok;
}

static bool derive_from_file(const Keys *k, const Header *h, Master *m, char *err, size_t errlen) {
  uint8_t key[32], out[CRYPTO_DIGEST_MAX], info[6 + sizeof h->salt];
  size_t n;
  if (!k->key_file) return failf(err, errlen, "the key store was made with a key file: say which");
  if (!read_key_file(k->key_file, key, err, errlen)) return false;
  memcpy(info, "bourse", 6);
  memcpy(info + 6, h->salt, sizeof h->salt);
  bool ok = crypto_hmac(H_SHA512, key, sizeof key, info, sizeof info, out, &n, err, errlen);
  if (ok) memcpy(m, out, sizeof *m);
  explicit_bzero(key, sizeof key);
  explicit_bzero(out, sizeof out);
  return ok;
}

static bool derive_from_passphrase(const Keys *k, const Header *h, bool is_new, Master *m, char *err, size_t errlen) {
  if (!k->source.passphrase) return failf(err, errlen, "the key store needs its passphrase");
  if (h->log_n < 10 || h->log_n > 20 || h->r < 1 || h->p < 1 || h->p > 4 || (UINT64_C(128) << h->log_n) * h->r > SCRYPT_MEMORY_MAX)
    return failf(err, errlen, "%s/keys.enc is damaged: its scrypt figures make no sense", k->dir);
  Secure *text = secure_new(1024);
  if (!text) return failf(err, errlen, "out of memory");
  size_t n = k->source.passphrase(k->source.ctx, is_new, (char *)text->bytes, text->len);
  bool ok = n > 0 && n <= text->len;
  if (!ok) failf(err, errlen, "no passphrase given");
  else if (is_new && n < 8) ok = failf(err, errlen, "the passphrase is too short: 8 characters at least");
  else {
    CryptoCost cost = { h->log_n, h->r, h->p, SCRYPT_MEMORY_MAX * UINT64_C(2) };
    ok = crypto_scrypt(text->bytes, n, h->salt, sizeof h->salt, &cost, (uint8_t *)m, sizeof *m, err, errlen);
  }
  secure_free(text);
  return ok;
}

static bool derive(Keys *k, const Header *h, bool is_new, char *err, size_t errlen) {
  Secure *s = secure_new(sizeof(Master));
  if (!s) return failf(err, errlen, "out of memory");
  Master *m = (Master *)s->bytes;
  bool ok = h->kdf == KDF_FILE ? derive_from_file(k, h, m, err, errlen) : derive_from_passphrase(k, h, is_new, m, err, errlen);
  if (ok && !is_new && !memeql_sec(m->check, h->check, sizeof m->check))
    ok = failf(err, errlen, h->kdf == KDF_FILE ? "this is not the key file of the key store" : "wrong passphrase");
  if (!ok) { secure_free(s); return false; }
  secure_free(k->master);
  k->master = s;
  return true;
}

/* AES-256-GCM. */
static void begin(struct gcm_aes256_ctx *c, const Master *m, const Header *h) {
  gcm_aes256_set_key(c, m->key);
  gcm_aes256_set_iv(c, sizeof h->nonce, h->nonce);
  gcm_aes256_update(c, sizeof *h, (const uint8_t *)h);
}

static void seal(const Master *m, const Header *h, const uint8_t *in, size_t n, uint8_t *out, uint8_t tag[TAG]) {
  struct gcm_aes256_ctx c;
  begin(&c, m, h);
  gcm_aes256_encrypt(&c, n, out, in);
  gcm_aes256_digest(&c, TAG, tag);
  explicit_bzero(&c, sizeof c);
}

/* False: it was not sealed with this key, or not so. */
static bool unseal(const Master *m, const Header *h, const uint8_t *in, size_t n, uint8_t *out, const uint8_t tag[TAG]) {
  struct gcm_aes256_ctx c;
  uint8_t right[TAG];
  begin(&c, m, h);
  gcm_aes256_decrypt(&c, n, out, in);
  gcm_aes256_digest(&c, TAG, right);
  explicit_bzero(&c, sizeof c);
  return memeql_sec(right, tag, TAG);
}

static void store_path(const char *dir, const char *name, char out[PATH_MAX]) { snprintf(out, PATH_MAX, "%s/%s", dir, name); }

bool keys_exist(const char *state_dir) {
  char path[PATH_MAX];
  struct stat st;
  store_path(state_dir, "keys.enc", path);
  return lstat(path, &st) == 0;
}

/* Reads the file as it is now. No file: *plain stays NULL. */
static bool load(Keys *k, Secure **plain, char *err, size_t errlen) {
  char path[PATH_MAX];
  Header h;
  uint8_t tag[TAG];
  off_t size = 0;
  *plain = NULL;
  store_path(k->dir, "keys.enc", path);
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0 && errno == ENOENT)
    return k->header.magic[0] == 0 || failf(err, errlen, "%s was removed by somebody else", path);
  if (fd < 0) return failf(err, errlen, "cannot open %s: %s", path, strerror(errno));
  Secure *sealed = NULL;
  bool ok = private_file(fd, path, &size, err, errlen);
  if (ok && ((size_t)size < sizeof h || !read_all(fd, &h, sizeof h))) ok = failf(err, errlen, "%s is cut short", path);
  if (ok && memcmp(h.magic, magic, sizeof magic) != 0) ok = failf(err, errlen, "%s is not a key store of this program", path);
  if (ok && (h.kdf > KDF_SCRYPT || h.length > STORE_MAX)) ok = failf(err, errlen, "%s is damaged", path);
  if (ok && (size_t)size != sizeof h + h.length + TAG)
    ok = failf(err, errlen, (size_t)size < sizeof h + h.length + TAG ? "%s is cut short" : "%s is damaged: it is too long", path);
  if (ok && (!(sealed = secure_new(h.length)) || !(*plain = secure_new(h.length)))) ok = failf(err, errlen, "out of memory");
  if (ok && (!read_all(fd, sealed->bytes, h.length) || !read_all(fd, tag, TAG))) ok = failf(err, errlen, "cannot read %s: %s", path, strerror(errno));
  close(fd);
  bool known = ok && k->master && memcmp(h.salt, k->header.salt, sizeof h.salt) == 0 && h.kdf == k->header.kdf;
  if (ok && !known) ok = derive(k, &h, false, err, errlen);
  if (ok && !unseal((Master *)k->master->bytes, &h, sealed->bytes, h.length, (*plain)->bytes, tag))
    ok = failf(err, errlen, "%s is damaged or was tampered with: it does not verify", path);
  secure_free(sealed);
  if (ok) k->header = h;
  else { secure_free(*plain); *plain = NULL; }
  return ok;
}

static void adopt(Keys *k, Secure *plain, Account *accounts, size_t count) {
  secure_free(k->plain);
  free(k->accounts);
  k->plain = plain;
  k->accounts = accounts;
  k->count = count;
}

static bool refresh(Keys *k, char *err, size_t errlen) {
  Secure *plain;
  Account *accounts = NULL;
  size_t count = 0;
  if (!load(k, &plain, err, errlen)) return false;
  if (!plain) return true;
  if (!parse(plain, &accounts, &count)) {
    secure_free(plain);
    return failf(err, errlen, "%s/keys.enc holds something that this version does not know", k->dir);
  }
  adopt(k, plain, accounts, count);
  return true;
}

Keys *keys_open(const char *state_dir, const KeysSource *source, char *err, size_t errlen) {
  Keys *k = calloc(1, sizeof *k);
  if (!k) { failf(err, errlen, "out of memory"); return NULL; }
  if ((size_t)snprintf(k->dir, sizeof k->dir, "%s", state_dir) >= sizeof k->dir) {
    failf(err, errlen, "the path of the state folder is too long");
    free(k);
    return NULL;
  }
  k->source = *source;
  if (source->key_file) k->key_file = strdup(source->key_file);
  if ((source->key_file && !k->key_file) || !private_dir(state_dir, err, errlen) || !refresh(k, err, errlen)) {
    keys_close(k);
    return NULL;
  }
  return k;
}

void keys_close(Keys *k) {
  if (!k) return;
  adopt(k, NULL, NULL, 0);
  secure_free(k->master);
  free(k->key_file);
  free(k);
}

static bool save(Keys *k, const Secure *plain, char *err, size_t errlen) {
  char path[PATH_MAX], tmp[PATH_MAX];
  Header h = k->header;
  bool is_new = h.magic[0] == 0;
  if (is_new) {
    memcpy(h.magic, magic, sizeof magic);
    h.kdf = k->key_file ? KDF_FILE : KDF_SCRYPT;
    h.log_n = SCRYPT_LOG_N;
    h.r = 8;
    h.p = 1;
    if (getrandom(h.salt, sizeof h.salt, 0) != sizeof h.salt) return failf(err, errlen, "there is no randomness");
    if (!derive(k, &h, true, err, errlen)) return false;
    memcpy(h.check, ((Master *)k->master->bytes)->check, sizeof h.check);
  }
  h.length = (uint32_t)plain->len;
  if (getrandom(h.nonce, sizeof h.nonce, 0) != sizeof h.nonce) return failf(err, errlen, "there is no randomness");
  size_t total = sizeof h + plain->len + TAG;
  uint8_t *file = malloc(total);
  if (!file) return failf(err, errlen, "out of memory");
  memcpy(file, &h, sizeof h);
  seal((Master *)k->master->bytes, &h, plain->bytes, plain->len, file + sizeof h, file + sizeof h + plain->len);
  store_path(k->dir, "keys.enc", path);
  store_path(k->dir, "keys.enc.tmp", tmp);
  unlink(tmp);                                    /* left by a crash; the lock is ours */
  int fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  bool ok = fd >= 0 && write_all(fd, file, total) && fsync(fd) == 0;
  if (fd >= 0 && close(fd) != 0) ok = false;
  ok = ok && rename(tmp, path) == 0;
  if (!ok) { failf(err, errlen, "cannot write %s: %s", path, strerror(errno)); unlink(tmp); }
  if (ok) {
    int dir = open(k->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir >= 0) { fsync(dir); close(dir); }
    k->header = h;
  }
  explicit_bzero(file, sizeof h);
  free(file);
  return ok;
}

static int by_name(const void *a, const void *b) {
  const Account *x = a, *y = b;
  int c = strcmp(x->entry.venue, y->entry.venue);
  return c ? c : strcmp(x->entry.account, y->entry.account);
}

static Account *find(const Keys *k, const char *venue, const char *account) {
  for (size_t i = 0; i < k->count; i++)
    if (strcmp(k->accounts[i].entry.venue, venue) == 0 && strcmp(k->accounts[i].entry.account, account) == 0) return &k->accounts[i];
  return NULL;
}

/* One change, on what the file holds now: `add` NULL removes. */
static bool change(Keys *k, const char *venue, const char *account, const Account *add, char *err, size_t errlen) {
  char path[PATH_MAX];
  store_path(k->dir, "keys.lock", path);
  int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock < 0) return failf(err, errlen, "cannot open %s: %s", path, strerror(errno));
  int locked;
  while ((locked = flock(lock, LOCK_EX)) != 0 && errno == EINTR) {}
  bool ok = (locked == 0 || failf(err, errlen, "cannot lock %s: %s", path, strerror(errno))) && refresh(k, err, errlen);
  Account *next = ok ? calloc(k->count + 2, sizeof *next) : NULL, *old = ok ? find(k, venue, account) : NULL;
  size_t n = 0;
  if (ok && !next) ok = failf(err, errlen, "out of memory");
  if (ok && !add && !old) ok = failf(err, errlen, "there is no key %s of %s", account, venue);
  if (ok && add && !old && k->count >= KEYS_MAX) ok = failf(err, errlen, "the key store is full: %d keys", KEYS_MAX);
  if (ok) {
    for (size_t i = 0; i < k->count; i++)
      if (&k->accounts[i] != old) next[n++] = k->accounts[i];
    if (add) next[n++] = *add;
    qsort(next, n, sizeof *next, by_name);
    Secure *plain = serialise(next, n);
    Account *parsed = NULL;
    size_t count = 0;
    if (!plain || plain->len > STORE_MAX || !parse(plain, &parsed, &count)) ok = failf(err, errlen, "the key store is full, or out of memory");
    ok = ok && save(k, plain, err, errlen);
    if (ok) adopt(k, plain, parsed, count);
    else { secure_free(plain); free(parsed); }
  }
  free(next);
  close(lock);
  return ok;
}

static bool name_ok(const char *s, size_t max) {
  size_t n = strlen(s);
  if (n == 0 || n > max) return false;
  for (; *s; s++)
    if (!isalnum((unsigned char)*s) && *s != '_' && *s != '-' && *s != '.') return false;
  return true;
}

bool keys_add(Keys *k, const KeysEntry *e, const Credentials *c, char *err, size_t errlen) {
  Account a = { *e, *c };
  bool any = false;
  if (!a.entry.account) a.entry.account = "main";
  if (!a.entry.adapter) a.entry.adapter = "";
  if (!a.entry.venue || !name_ok(a.entry.venue, 64)) return failf(err, errlen, "the venue is the id of an exchange, such as kraken");
  if (!name_ok(a.entry.account, 64)) return failf(err, errlen, "an account's name has letters, digits, '_', '-' and '.', at most 64");
  if (strlen(a.entry.adapter) > KEYS_ADAPTER_MAX) return failf(err, errlen, "the adapter names too many methods");
  a.entry.hosts[KEYS_HOSTS_MAX] = NULL;
  for (int i = 0; a.entry.hosts[i]; i++)
    if (strlen(a.entry.hosts[i]) > 1024) return failf(err, errlen, "a pinned host is too long");
  for (int i = 0; i < K_COUNT; i++) {
    if (!c->field[i].p) continue;
    any = true;
    if (c->field[i].len == 0) return failf(err, errlen, "the credential '%s' is empty", key_names[i]);
    if (c->field[i].len > KEYS_FIELD_MAX) return failf(err, errlen, "the credential '%s' is too long", key_names[i]);
  }
  if (!any) return failf(err, errlen, "there is no credential to keep");
  /* A copy first: what the caller gave may be of this store, and change reads the store anew. */
  Secure *copy = serialise(&a, 1);
  Account *own = NULL;
  size_t one = 0;
  bool ok = copy && parse(copy, &own, &one);
  ok = ok ? change(k, own->entry.venue, own->entry.account, own, err, errlen) : failf(err, errlen, "out of memory");
  free(own);
  secure_free(copy);
  return ok;
}

bool keys_remove(Keys *k, const char *venue, const char *account, char *err, size_t errlen) {
  return change(k, venue, account ? account : "main", NULL, err, errlen);
}

bool keys_renew(Keys *k) {
  char err[256];
  KeysSource source = k->source;
  k->source.passphrase = NULL;                    /* a store that was made anew since */
  bool ok = refresh(k, err, sizeof err);
  k->source = source;
  return ok;
}

size_t keys_count(const Keys *k) { return k ? k->count : 0; }

static bool give(const Account *a, KeysEntry *e, Credentials *c) {
  if (a && e) *e = a->entry;
  if (a && c) *c = a->credentials;
  return a != NULL;
}

bool keys_nth(const Keys *k, size_t i, KeysEntry *e, Credentials *c) { return give(k && i < k->count ? &k->accounts[i] : NULL, e, c); }

bool keys_get(const Keys *k, const char *venue, const char *account, KeysEntry *e, Credentials *c) {
  if (!k) return false;
  Account *a = find(k, venue, account ? account : "main");
  if (!a && !account) {
    size_t of_venue = 0;
    for (size_t i = 0; i < k->count; i++)
      if (strcmp(k->accounts[i].entry.venue, venue) == 0) { a = &k->accounts[i]; of_venue++; }
    if (of_venue != 1) a = NULL;
  }
  return give(a, e, c);
}

bool keys_accepts(const KeysEntry *e, const char *pin) {
  size_t n = strlen(pin);
  return n > 0 && strncmp(e->adapter, pin, n) == 0 && (e->adapter[n] == '\n' || e->adapter[n] == '\0');
}

/* The environment's. */
typedef struct { char venue[65]; Credentials credentials; } Given;
static Given *given;
static size_t given_count;
static Secure *given_bytes;

/* "BOURSE_KRAKEN_APIKEY=..." to venue "kraken" (65 bytes) and field; -1 when it is another sort of variable. */
static int env_field(const char *var, char *venue, const char **value) {
  const char *eq = strchr(var, '=');
  if (!eq || strncmp(var, "BOURSE_", 7) != 0) return -1;
  const char *at = eq;
  while (at > var + 7 && at[-1] != '_') at--;
  size_t id = at > var + 8 ? (size_t)(at - 1 - (var + 7)) : 0, len = (size_t)(eq - at);
  if (id == 0 || id > 64) return -1;
  for (int k = 0; k < K_COUNT; k++) {
    if (strlen(key_names[k]) != len || strncasecmp(key_names[k], at, len) != 0) continue;
    for (size_t i = 0; i < id; i++) venue[i] = (char)tolower((unsigned char)var[7 + i]);
    venue[id] = '\0';
    *value = eq + 1;
    return k;
  }
  return -1;
}

static Given *given_of(const char *venue, bool make) {
  for (size_t i = 0; i < given_count; i++)
    if (strcmp(given[i].venue, venue) == 0) return &given[i];
  if (!make) return NULL;
  Given *g = realloc(given, (given_count + 1) * sizeof *g);
  if (!g) return NULL;
  given = g;
  g = &given[given_count++];
  memset(g, 0, sizeof *g);
  strcpy(g->venue, venue);
  return g;
}

size_t keys_take_environment(void) {
  char venue[65];
  const char *value;
  size_t total = 0, taken = 0, at = 0, kept = 0;
  for (char **e = environ; e && *e; e++)
    if (env_field(*e, venue, &value) >= 0) total += strlen(value);
  keys_wipe();
  if (total && !(given_bytes = secure_new(total))) total = 0;
  if (!environ) return 0;
  for (size_t i = 0; environ[i]; i++) {
    char *var = environ[i];
    int k = env_field(var, venue, &value);
    if (k < 0) { environ[kept++] = var; continue; }
    size_t n = strlen(value);
    Given *g = n && given_bytes ? given_of(venue, true) : NULL;
    if (g && at + n <= total) {
      memcpy(given_bytes->bytes + at, value, n);
      g->credentials.field[k] = (RecipeBytes){ given_bytes->bytes + at, n };
      at += n;
      taken++;
    }
    explicit_bzero(var + (value - var), n);      /* where /proc/PID/environ would still show it */
  }
  environ[kept] = NULL;
  return taken;
}

bool keys_environment(const char *venue, Credentials *c) {
  Given *g = given_of(venue, false);
  if (g) *c = g->credentials;
  return g != NULL;
}

bool keys_environment_nth(size_t i, const char **venue, Credentials *c) {
  if (i >= given_count) return false;
  *venue = given[i].venue;
  *c = given[i].credentials;
  return true;
}

void keys_wipe(void) {
  secure_free(given_bytes);
  free(given);
  given = NULL;
  given_bytes = NULL;
  given_count = 0;
}

void keys_fingerprint(const void *api_key, size_t len, char out[17]) {
  uint8_t digest[CRYPTO_DIGEST_MAX] = { 0 };
  size_t n;
  char err[64];
  crypto_hash(H_SHA256, api_key, len, digest, &n, err, sizeof err);
  for (int i = 0; i < 8; i++) snprintf(out + 2 * i, 3, "%02x", digest[i]);
}
