/* Texts that a worker may load: adapters, dialects, the registry, and the files that the user named. And a watch on
 * them, so that a saved one reaches the workers that use it. */
#include "broker/crypto.h"
#include "broker/peer.h"
#include "broker/pin.h"
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX (32u << 20)      /* vectors and the like, named by the user */
#define LOADED_MAX 2048

struct Loaded { char kind[16], name[PATH_MAX], venue[64], digest[65]; Loaded *next; };     /* venue: whose adapter loaded a dialect */

void source_digest(const char *text, size_t n, char hex[65]) {
  uint8_t md[32];
  crypto_sha256(text, n, md);
  for (size_t i = 0; i < sizeof md; i++) snprintf(hex + 2 * i, 3, "%02x", md[i]);
}

/* The whole of a plain file, malloc'd; NULL with the reason in err. */
static char *read_all(const char *path, size_t max, size_t *len, char *err, size_t errlen) {
  struct stat st;
  char *text = NULL;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 || fstat(fd, &st) < 0) snprintf(err, errlen, "%s", errno == ENOENT ? "no such file" : strerror(errno));
  else if (!S_ISREG(st.st_mode)) snprintf(err, errlen, "not a plain file");
  else if ((uint64_t)st.st_size > max) snprintf(err, errlen, "longer than %zu MiB", max >> 20);
  else if (!(text = malloc((size_t)st.st_size + 1))) snprintf(err, errlen, "out of memory");
  else {
    size_t n = 0;
    ssize_t r = 1;
    while (n < (size_t)st.st_size && (r = read(fd, text + n, (size_t)st.st_size - n)) != 0) {
      if (r < 0 && errno == EINTR) continue;
      if (r < 0) break;
      n += (size_t)r;
    }
    if (r < 0) {
      snprintf(err, errlen, "%s", strerror(errno));
      free(text);
      text = NULL;
    }
    *len = n;
  }
  if (fd >= 0) close(fd);
  return text;
}

char *source_read_file(const char *path, size_t max, size_t *len, char *err, size_t errlen) { return read_all(path, max, len, err, errlen); }

static bool is_listed(const Session *s, const char *name) {
  for (const char *const *f = s->spec->files; f && *f; f++)
    if (!strcmp(*f, name)) return true;
  return false;
}

static bool path_of(const Session *s, const char *kind, const char *name, char *path, size_t cap, char *err, size_t errlen) {
  const char *home = paths_home();
  int n;
  if (!strcmp(kind, "file")) {
    if (!is_listed(s, name)) return snprintf(err, errlen, "not one of the files of this command"), false;
    n = snprintf(path, cap, "%s", name);
  } else if (!strcmp(kind, "registry") || !strcmp(kind, "entry")) n = snprintf(path, cap, "%s/registry.lua", home);
  else if (!strcmp(kind, "exchange") || !strcmp(kind, "dialect")) {
    if (!name_ok(name, strlen(name))) return snprintf(err, errlen, "a name is made of a-z, 0-9 and _"), false;
    n = snprintf(path, cap, "%s/exchanges/%s%s.lua", home, kind[0] == 'd' ? "dialects/" : "", name);
  } else return snprintf(err, errlen, "no such kind of source"), false;
  if (n < 0 || (size_t)n >= cap) return snprintf(err, errlen, "the path is too long"), false;
  return true;
}

static bool ends_a_host(char c) { return !c || !(isalnum((unsigned char)c) || strchr("-_.:@%", c)); }

/* What a worker declares may come from anybody who took it over; the file is the user's. So the hosts must be written out in it. */
bool source_names_hosts(const Venue *v, char *err, size_t errlen) {
  char path[PATH_MAX], origin[300], why[256];
  size_t n = 0;
  int len = snprintf(path, sizeof path, "%s/exchanges/%s.lua", paths_home(), v->id);
  char *text = len > 0 && (size_t)len < sizeof path ? read_all(path, SOURCE_MAX, &n, why, sizeof why) : NULL;
  if (!text) return snprintf(err, errlen, "%s: its adapter cannot be read again: no host may be reached", v->id), false;
  text[n] = 0;
  bool all = true;
  for (size_t i = 0; i < v->n_hosts && all; i++) {
    size_t size = url_origin(&v->hosts[i], origin, sizeof origin);
    const char *at = size ? text : NULL;
    while (at && (at = strcasestr(at, origin)) && !ends_a_host(at[size])) at++;
    all = at != NULL;
    if (!all) snprintf(err, errlen, "%s: %s is not written out in exchanges/%s.lua: no host may be reached", v->id, origin, v->id);
  }
  free(text);
  return all;
}

static Loaded *loaded_find(const Peer *p, const char *kind, const char *name) {
  for (Loaded *l = p->loaded; l; l = l->next)
    if (!strcmp(l->kind, kind) && !strcmp(l->name, name)) return l;
  return NULL;
}

const char *source_loaded(const Peer *p, const char *kind, const char *name) {
  const Loaded *l = loaded_find(p, kind, name);
  return l ? l->digest : NULL;
}

/* The pins of its venues may not hold any more. */
static void unpin(Peer *p) {
  for (size_t i = 0; i < p->venues.n; i++) p->venues.list[i]->pin[0] = 0;
}

static void remember(Peer *p, const char *kind, const char *name, const char *venue, const char *digest) {
  Loaded *l = p->loaded;
  while (l && (strcmp(l->kind, kind) || strcmp(l->name, name) || strcmp(l->venue, venue))) l = l->next;
  unpin(p);
  if (!l) {
    if (p->n_loaded >= LOADED_MAX || !(l = calloc(1, sizeof *l))) return;
    snprintf(l->kind, sizeof l->kind, "%s", kind);
    snprintf(l->name, sizeof l->name, "%s", name);
    snprintf(l->venue, sizeof l->venue, "%s", venue);
    l->next = p->loaded;
    p->loaded = l;
    p->n_loaded++;
  }
  memcpy(l->digest, digest, sizeof l->digest);
}

/* A file was saved: true when it is not as any of its readers had it. */
static bool renew(Peer *p, const char *kind, const char *name, const char *digest) {
  bool other = false;
  for (Loaded *l = p->loaded; l; l = l->next) {
    if (strcmp(l->kind, kind) || strcmp(l->name, name) || !strcmp(l->digest, digest)) continue;
    memcpy(l->digest, digest, sizeof l->digest);
    other = true;
  }
  if (other) unpin(p);
  return other;
}

bool source_pin(Venue *v, char *err, size_t errlen) {
  Pin pin;
  if (v->pin[0]) return true;
  if (v->peer->n_loaded >= LOADED_MAX) return snprintf(err, errlen, "this worker has loaded too many files to tell which ones sign"), false;
  if (!pin_read(v->id, &pin, err, errlen)) return false;
  for (Loaded *l = v->peer->loaded; l; l = l->next) {
    bool dialect = !strcmp(l->kind, "dialect") && !strcmp(l->venue, v->id);
    if (!dialect && (strcmp(l->kind, "exchange") || strcmp(l->name, v->id))) continue;
    const PinFile *f = dialect ? pin_dialect(&pin, l->name) : &pin.files[0];
    if (!f) return snprintf(err, errlen, "the dialect '%.60s' is loaded, but dialect \"%.60s\" is written out nowhere", l->name, l->name), false;
    if (strcmp(f->digest, l->digest)) return snprintf(err, errlen, "exchanges/%s%.60s.lua was changed since it was loaded",
        dialect ? "dialects/" : "", l->name), false;
  }
  memcpy(v->pin, pin.digest, sizeof v->pin);
  return true;
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* The folder is the list; there is no other. */
char *source_exchanges(char apart, size_t *len) {
  char dir[PATH_MAX];
  char **names = NULL;
  size_t n = 0, cap = 0;
  snprintf(dir, sizeof dir, "%.4000s/exchanges", paths_home());
  DIR *d = opendir(dir);
  for (struct dirent *e; d && (e = readdir(d));) {
    size_t end = strlen(e->d_name);
    if (end < 5 || strcmp(e->d_name + end - 4, ".lua") || !name_ok(e->d_name, end - 4)) continue;
    if (n == cap) {
      char **more = realloc(names, (cap = cap ? cap * 2 : 64) * sizeof *names);
      if (!more) break;
      names = more;
    }
    char *name = strndup(e->d_name, end - 4);
    if (!name) break;
    names[n++] = name;
  }
  if (d) closedir(d);
  if (n) qsort(names, n, sizeof *names, by_name);
  size_t total = 0;
  for (size_t i = 0; i < n; i++) total += strlen(names[i]) + 1;
  char *all = malloc(total + 1), *at = all;
  if (!all) abort();
  for (size_t i = 0; i < n; i++) {
    at = stpcpy(at, names[i]);
    *at++ = apart;
    free(names[i]);
  }
  *at = 0;
  free(names);
  *len = total;
  return all;
}

static void answer_list(Peer *p, uint32_t id) {
  size_t n;
  char *all = source_exchanges('\n', &n);
  msgpack_packer pk = peer_begin(p, MSG_SOURCE_IS, id);
  pack_map(&pk, 1);
  pack_key_strn(&pk, "source", all, n);
  peer_end(p);
  free(all);
}

typedef struct { char *p; size_t n; } Text;

/* The dialects that an adapter names go with it, at any depth, since each that its worker has to ask for costs a wait. What is not there, or is named in
 * a way that is not found here, is asked for as ever. names: their names, from the second on. */
static void dialects_of(Peer *p, const char *id, const char *text, size_t n, Pin *names, Text *texts) {
  char path[PATH_MAX], err[256], digest[65];
  *names = (Pin){ .n = 1 };
  bool well = strlen(text) == n && pin_add_named(names, text);
  for (size_t i = 1; i < names->n && well && n <= SOURCE_MAX; i++) {
    Text *t = &texts[i];
    if (!path_of(p->session, "dialect", names->files[i].name, path, sizeof path, err, sizeof err)) continue;
    if (!(t->p = read_all(path, SOURCE_MAX, &t->n, err, sizeof err))) continue;
    t->p[t->n] = 0;
    n += t->n;
    source_digest(t->p, t->n, digest);
    remember(p, "dialect", names->files[i].name, id, digest);
    well = strlen(t->p) == t->n && pin_add_named(names, t->p);
  }
}

/* Two members of a message: source and dialects. */
static void pack_adapter(Peer *p, msgpack_packer *pk, const char *name, const char *text, size_t n) {
  Pin names;
  Text texts[PIN_FILES] = { 0 };
  size_t found = 0;
  dialects_of(p, name, text, n, &names, texts);
  for (size_t i = 1; i < names.n; i++) found += texts[i].p != NULL;
  pack_key_strn(pk, "source", text, n);
  pack_str(pk, "dialects");
  pack_map(pk, found);
  for (size_t i = 1; i < names.n; i++) {
    if (texts[i].p) pack_key_strn(pk, names.files[i].name, texts[i].p, texts[i].n);
    free(texts[i].p);
  }
}

static void answer_exchange(Peer *p, uint32_t id, const char *name, const char *text, size_t n) {
  request_expect(p->session);
  msgpack_packer pk = peer_begin(p, MSG_SOURCE_IS, id);
  pack_map(&pk, 2);
  pack_adapter(p, &pk, name, text, n);
  peer_end(p);
}

/* The entry of an exchange in the text of the registry: "{ ... }" as it stands there. Asked for whenever one is opened: all of it is 55 KB. Empty: none. */
static Text entry_of(char *text, const char *id) {
  char begin[80];
  int depth = 0;
  snprintf(begin, sizeof begin, "\n  %.64s = {", id);
  char *from = strstr(text, begin);
  if (!from) return (Text){ text, 0 };
  from += strlen(begin) - 1;
  for (char *p = from; *p; p++) {
    depth += (*p == '{') - (*p == '}');
    if (!depth) return (Text){ from, (size_t)(p + 1 - from) };
  }
  return (Text){ text, 0 };
}

void source_answer(Peer *p, uint32_t id, const msgpack_object *m) {
  char kind[16], name[PATH_MAX] = "", venue[64] = "", path[PATH_MAX], err[256];
  if (!pack_get_line(m, "kind", kind, sizeof kind)) {
    peer_error(p, MSG_SOURCE_IS, id, "no kind of source was named");
    return;
  }
  pack_get_line(m, "name", name, sizeof name);
  pack_get_line(m, "venue", venue, sizeof venue);
  if (!strcmp(kind, "exchanges")) {
    answer_list(p, id);
    return;
  }
  size_t n = 0;
  char *text = NULL, digest[65];
  if (!path_of(p->session, kind, name, path, sizeof path, err, sizeof err) ||
      !(text = read_all(path, kind[0] == 'f' ? FILE_MAX : SOURCE_MAX, &n, err, sizeof err))) {
    const char *shown = !strcmp(kind, "registry") || !strcmp(kind, "entry") ? "registry.lua" : name;
    if (!strcmp(kind, "exchange") && !strcmp(err, "no such file")) peer_error(p, MSG_SOURCE_IS, id, "no exchange '%.100s'", shown);
    else peer_error(p, MSG_SOURCE_IS, id, "%s '%.200s': %s", kind, shown, err);
    return;
  }
  text[n] = 0;
  /* Looked up are adapters, by pins and when they are saved; on a replay all, to tell what is not as it was recorded. */
  if (!strcmp(kind, "exchange") || !strcmp(kind, "dialect") || p->session->play) {
    source_digest(text, n, digest);
    remember(p, kind, name, venue, digest);
  }
  if (!strcmp(kind, "exchange")) {
    answer_exchange(p, id, name, text, n);
    free(text);
    return;
  }
  Text whole = { text, n }, told = !strcmp(kind, "entry") ? entry_of(text, name) : whole;
  msgpack_packer pk = peer_begin(p, MSG_SOURCE_IS, id);
  pack_map(&pk, 1);
  pack_key_strn(&pk, "source", told.p, told.n);
  peer_end(p);
  free(text);
}

void source_forget(Peer *p) {
  for (Loaded *l = p->loaded, *next; l; l = next) {
    next = l->next;
    free(l);
  }
  p->loaded = NULL;
  p->n_loaded = 0;
}

/* --- watching --- */

/* A folder: of exchanges, of dialects, or of a script, which is told as kind "script". */
typedef struct { int wd; char kind[16], file[NAME_MAX + 1]; const char *script; char path[PATH_MAX]; } Folder;
struct Watcher { int fd; Folder *folders; size_t n; };

static void add_folder(Watcher *w, const char *dir, const char *kind, const char *file, const char *script) {
  Folder *f = realloc(w->folders, (w->n + 1) * sizeof *f);
  if (!f) return;
  w->folders = f;
  f += w->n;
  *f = (Folder){ .wd = inotify_add_watch(w->fd, dir, IN_CLOSE_WRITE | IN_MOVED_TO | IN_MASK_ADD), .script = script };
  if (f->wd < 0) return;
  snprintf(f->kind, sizeof f->kind, "%s", kind);
  snprintf(f->file, sizeof f->file, "%s", file);
  if (script) snprintf(f->path, sizeof f->path, "%s", script);
  w->n++;
}

static char *read_again(Session *s, const char *path, size_t *n) {
  char err[128];
  char *text = read_all(path, SOURCE_MAX, n, err, sizeof err);
  if (text) text[*n] = 0;
  else session_say(s, "warn", "%s: not reloaded: %s", path, err);
  return text;
}

static void send_reload(Peer *p, const char *kind, const char *name, const char *text, size_t n) {
  bool script = !strcmp(kind, "script");
  p->loading = true;
  msgpack_packer pk = peer_begin(p, MSG_RELOAD, 0);
  pack_map(&pk, script ? 3 : 4);
  pack_key_str(&pk, "kind", kind);
  pack_key_str(&pk, "name", name);
  if (script) pack_key_strn(&pk, "source", text, n);
  else pack_adapter(p, &pk, name, text, n);
  peer_end(p);
}

/* A dialect was saved: the adapters that it is in are loaded anew. */
static void reload_users(Peer *p, const char *dialect) {
  char path[PATH_MAX], err[128];
  size_t n;
  for (const Loaded *l = p->loaded; l; l = l->next) {
    if (strcmp(l->kind, "dialect") || strcmp(l->name, dialect) || !path_of(p->session, "exchange", l->venue, path, sizeof path, err, sizeof err)) continue;
    char *text = read_again(p->session, path, &n);
    if (text) send_reload(p, "exchange", l->venue, text, n);
    free(text);
  }
}

static void reload(Peer *p, const char *kind, const char *name, const char *path) {
  char digest[65];
  size_t n;
  if (p->state >= PEER_LEAVING || (!strcmp(kind, "script") ? strcmp(p->spec->name, name) != 0 : !loaded_find(p, kind, name))) return;
  char *text = read_again(p->session, path, &n);
  if (!text) return;
  source_digest(text, n, digest);
  if (renew(p, kind, name, digest)) {
    if (!strcmp(kind, "dialect")) reload_users(p, name);
    else send_reload(p, kind, name, text, n);
  }
  free(text);
}

static void saved(Session *s, const Folder *f, const char *file) {
  char path[PATH_MAX], name[64], err[64];
  size_t n = strlen(file);
  if (f->script) {
    if (strcmp(file, f->file)) return;
    for (size_t i = 0; i < s->n_peers; i++) reload(&s->peers[i], "script", f->script, f->path);
    return;
  }
  if (n < 5 || n > sizeof name + 3 || strcmp(file + n - 4, ".lua") || !name_ok(file, n - 4)) return;
  memcpy(name, file, n - 4);
  name[n - 4] = 0;
  if (!path_of(s, f->kind, name, path, sizeof path, err, sizeof err)) return;
  for (size_t i = 0; i < s->n_peers; i++) reload(&s->peers[i], f->kind, name, path);
}

static void watch_event(void *ctx, int fd, int events) {
  Session *s = ctx;
  char buf[8192] __attribute__((aligned(__alignof__(struct inotify_event))));
  (void)events;
  ssize_t n = read(fd, buf, sizeof buf);
  for (char *p = buf; n > 0 && p < buf + n;) {
    struct inotify_event *e = (struct inotify_event *)(void *)p;
    for (size_t i = 0; e->len && i < s->watcher->n; i++)
      if (s->watcher->folders[i].wd == e->wd) saved(s, &s->watcher->folders[i], e->name);
    p += sizeof *e + e->len;
  }
}

void source_watch(Session *s) {
  char dir[PATH_MAX];
  Watcher *w = calloc(1, sizeof *w);
  if (!w || (w->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) < 0 || !loop_watch(s->loop, w->fd, LOOP_READ, watch_event, s)) {
    session_say(s, "warn", "files are not watched: %s", strerror(errno));
    free(w);
    return;
  }
  s->watcher = w;
  snprintf(dir, sizeof dir, "%.4000s/exchanges", paths_home());
  add_folder(w, dir, "exchange", "", NULL);
  snprintf(dir, sizeof dir, "%.4000s/exchanges/dialects", paths_home());
  add_folder(w, dir, "dialect", "", NULL);
  for (size_t i = 0; i < s->n_peers; i++) {
    const WorkerSpec *spec = s->peers[i].spec;
    if (!spec->source || !spec->name) continue;
    const char *slash = strrchr(spec->name, '/');
    snprintf(dir, sizeof dir, "%.*s", slash ? (int)(slash - spec->name) + 1 : 1, slash ? spec->name : ".");
    add_folder(w, dir, "script", slash ? slash + 1 : spec->name, spec->name);
    if (strlen(spec->name) >= PATH_MAX) continue;
    char digest[65];
    source_digest(spec->source, spec->source_len, digest);
    remember(&s->peers[i], "script", spec->name, "", digest);
  }
}

void source_close(Session *s) {
  if (!s->watcher) return;
  loop_forget(s->loop, s->watcher->fd);
  close(s->watcher->fd);
  free(s->watcher->folders);
  free(s->watcher);
  s->watcher = NULL;
}
