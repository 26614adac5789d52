/* Recording: all that workers are told, what they asked and said, and what became of their requests. Requests are written as draft.h shows them, signed with
 * placeholders, without headers: no credential takes part in what is written of them. What an exchange echoes of a credential, or hands out as one, is made
 * unreadable. */
#include "broker/peer.h"
#include "broker/draft.h"
#include "broker/signer.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define SYNC_MS 1000
#define SECRET_MIN 6                  /* bytes: what is shorter than that would be found everywhere */
#define TOKEN_MIN 16

typedef struct Signed { uint32_t worker, id; struct Signed *next; } Signed;

struct Recorder {
  Session *session;
  TapeWriter *writer;
  const char *path;
  int64_t wall_us, mono_us;           /* when it began: from there on time only goes forward */
  LoopTimer sync;
  Signed *waiting;                    /* signed requests that have no reply yet */
  char (*venues)[64]; size_t n_venues;   /* to which some went */
  bool failed;
};

/* --- what is made unreadable --- */

/* Of the same length, so that all around it stays as it is; a number stays a number. */
static void blot(char *p, size_t n) {
  for (size_t i = 0; i < n; i++) p[i] = p[i] >= '0' && p[i] <= '9' ? '1' : 'x';
}

static void blot_all(char *text, size_t n, const char *what, size_t len) {
  if (len < SECRET_MIN) return;
  for (char *p = text; (p = memmem(p, n - (size_t)(p - text), what, len)); p += len) blot(p, len);
}

/* As it is; as JSON may write it; as a URL does. */
static void blot_forms(char *text, size_t n, const char *secret, size_t len) {
  char *form = malloc(3 * len + 1);
  if (!form) abort();
  blot_all(text, n, secret, len);
  size_t k = 0;
  for (size_t i = 0; i < len; i++) {
    if (secret[i] == '/' || secret[i] == '"' || secret[i] == '\\') form[k++] = '\\';
    form[k++] = secret[i];
  }
  if (k != len) blot_all(text, n, form, k);
  k = 0;
  for (size_t i = 0; i < len; i++) {
    unsigned char c = (unsigned char)secret[i];
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-_.~", c);
    if (plain) form[k++] = (char)c;
    else k += (size_t)sprintf(form + k, "%%%02X", c);
  }
  if (k != len) blot_all(text, n, form, k);
  explicit_bzero(form, 3 * len + 1);
  free(form);
}

/* "name": "..." of what an exchange hands out to sign with. */
static void blot_member(char *text, size_t n, const char *name) {
  size_t len = strlen(name);
  char *end = text + n;
  for (char *p = text; (p = memmem(p, (size_t)(end - p), name, len)); ) {
    char *q = p + len;
    bool whole = p > text && p[-1] == '"' && q < end && *q == '"';
    p = q;
    if (!whole) continue;
    for (q++; q < end && (*q == ' ' || *q == ':' || *q == '\t' || *q == '\n' || *q == '\r'); q++) {}
    if (q == end || *q != '"') continue;
    char *from = ++q;
    while (q < end && *q != '"') q += *q == '\\' && q + 1 < end ? 2 : 1;
    if (q - from >= TOKEN_MIN) blot(from, (size_t)(q - from));
    p = q;
  }
}

static void blot_handed_out(char *text, size_t n) {
  static const char *const names[] = { "token", "access_token", "accessToken", "refresh_token", "refreshToken", "id_token", "session_token", "sessionToken",
                                       "SessionToken", "listenKey", "jwt", "secret", "secretKey", "apiSecret", "privateKey" };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) blot_member(text, n, names[i]);
}

/* An exchange may echo the key of a request, and a script may print what it was told. */
static void blot_credentials(Recorder *r, char *text, size_t n) {
  Credentials c;
  for (size_t k = 0; k < r->n_venues; k++) {
    if (!request_credentials(r->session, r->venues[k], &c)) continue;
    for (int i = 0; i < K_COUNT; i++)
      if (c.field[i].p) blot_forms(text, n, c.field[i].p, c.field[i].len);
  }
}

/* --- writing --- */

static bool lost(Recorder *r) {
  if (r->failed) return false;
  r->failed = true;
  session_say(r->session, "error", "%s: recording ends here: %s", r->path, tape_why(r->writer));
  return false;
}

static void sync_later(void *ctx) {
  Recorder *r = ctx;
  if (!r->failed && !tape_sync(r->writer)) lost(r);
}

static void put(Recorder *r, uint8_t what, uint32_t worker, uint32_t id, const char *data, size_t n, const char *rest, size_t rest_len, bool handed_out) {
  TapeEvent e = { .at_us = r->wall_us + clock_mono_us() - r->mono_us, .what = what, .worker = worker, .id = id, .data = data, .len = n };
  char *clean = NULL;
  if (r->failed) return;
  if (r->n_venues) {                  /* a key has been used: from here on it may turn up anywhere */
    if (!(clean = malloc(n + rest_len + 1))) abort();
    memcpy(clean, data, n);
    if (rest_len) memcpy(clean + n, rest, rest_len);
    e.data = clean;
    e.len = n + rest_len;
    rest_len = 0;
    if (handed_out) blot_handed_out(clean, e.len);
    blot_credentials(r, clean, e.len);
  }
  bool ok = tape_write(r->writer, &e, rest, rest_len);
  free(clean);
  if (!ok) lost(r);
  else if (!r->sync.slot) loop_after_real(r->session->loop, &r->sync, SYNC_MS);
}

static void write_packed(Recorder *r, uint8_t what, const Peer *p, uint32_t id, msgpack_sbuffer *b) {
  put(r, what, p ? peer_number(p) : 0, id, b->data, b->size, NULL, 0, false);
  msgpack_sbuffer_destroy(b);
}

static msgpack_packer begin(msgpack_sbuffer *b, size_t n) {
  msgpack_packer pk;
  msgpack_sbuffer_init(b);
  msgpack_packer_init(&pk, b, msgpack_sbuffer_write);
  pack_map(&pk, n);
  return pk;
}

bool record_open(Session *s, const char *path) {
  char err[400];
  msgpack_sbuffer b;
  Recorder *r = calloc(1, sizeof *r);
  if (!r) abort();
  *r = (Recorder){ .session = s, .path = path, .wall_us = clock_wall_ns() / 1000, .mono_us = clock_mono_us(), .sync = { .fn = sync_later, .ctx = r } };
  r->writer = tape_create(path, err, sizeof err);
  if (!r->writer) {
    session_say(s, "error", "--record: %s", err);
    free(r);
    return false;
  }
  s->recorder = r;
  s->chance.set = getrandom(s->chance.seed, sizeof s->chance.seed, 0) == (ssize_t)sizeof s->chance.seed;
  msgpack_packer pk = begin(&b, 4);
  pack_key_int(&pk, "version", 1);
  pack_key_str(&pk, "program", BOURSE_VERSION);
  pack_key_int(&pk, "scripts", (int64_t)s->spec->n_workers);
  pack_key_bin(&pk, "random", s->chance.seed, sizeof s->chance.seed);
  write_packed(r, TAPE_HEAD, NULL, 0, &b);
  return true;
}

/* Does this answer a signed request? It is taken off the list then. */
static bool was_signed(Recorder *r, uint32_t worker, uint32_t id) {
  for (Signed **at = &r->waiting; *at; at = &(*at)->next) {
    Signed *g = *at;
    if (g->worker != worker || g->id != id) continue;
    *at = g->next;
    free(g);
    return true;
  }
  return false;
}

/* --- messages --- */

void record_told(Peer *p) {
  Recorder *r = p->session->recorder;
  const char *rest;
  size_t rest_len;
  if (!r) return;
  Frame f = frame_closed(&p->out, &rest, &rest_len);
  bool handed_out = f.type == MSG_REPLY && was_signed(r, peer_number(p), f.id);
  put(r, f.type, peer_number(p), f.id, f.payload, f.len, rest, rest_len, handed_out);
}

static void signed_for(Recorder *r, const Peer *p, uint32_t id, const char *venue) {
  Signed *g = malloc(sizeof *g);
  size_t i = 0;
  if (!g) abort();
  *g = (Signed){ peer_number(p), id, r->waiting };
  r->waiting = g;
  while (i < r->n_venues && strcmp(r->venues[i], venue) != 0) i++;
  if (i < r->n_venues) return;
  r->venues = realloc(r->venues, (i + 1) * sizeof *r->venues);
  if (!r->venues) abort();
  snprintf(r->venues[r->n_venues++], sizeof *r->venues, "%s", venue);
}

static void heard_request(Recorder *r, const Peer *p, uint32_t id, const msgpack_object *m) {
  Draft d;
  Built b = { 0 };
  Signer signer;
  char err[200], venue[64] = "", right[16] = "", keep[8] = "";
  unsigned char key[16];
  msgpack_sbuffer out;
  pack_get_line(m, "venue", venue, sizeof venue);
  pack_get_line(m, "right", right, sizeof right);
  pack_get_line(m, "keep", keep, sizeof keep);
  int64_t call = pack_get_int(m, "call", -1);
  if (!draft_read(&d, m, err, sizeof err)) {
    draft_free(&d);
    return;                           /* it is refused in the same words when it is played */
  }
  draft_digest(&d, key);
  d.n_headers = 0;
  signer_placeholders(&signer, venue, clock_wall_ns());
  if (!draft_build(&d, &signer.env, true, &b, err, sizeof err)) {      /* it wants a key of another shape */
    b.url = d.url.recipe ? (Part){ "<sealed>", 8, false } : d.url;
    b.body = d.body.recipe ? (Part){ "<sealed>", 8, false } : d.body;
  }
  msgpack_packer pk = begin(&out, 5 + d.has_body + (call >= 0) + (keep[0] != 0));
  pack_key_bin(&pk, "key", key, sizeof key);
  pack_key_str(&pk, "venue", venue);
  pack_key_str(&pk, "right", right);
  if (call >= 0) pack_key_int(&pk, "call", call);
  if (keep[0]) pack_key_str(&pk, "keep", keep);
  pack_key_str(&pk, "method", d.method);
  pack_key_strn(&pk, "url", b.url.p, b.url.n);
  if (d.has_body) pack_key_strn(&pk, "body", b.body.p, b.body.n);
  signer_end(&signer);
  draft_free(&d);
  write_packed(r, MSG_HTTP, p, id, &out);
  if (strcmp(right, "public") != 0) signed_for(r, p, id, venue);
}

/* What is set may be large, and a replay has it from the script. */
static void heard_store(Recorder *r, const Peer *p, uint32_t id, const msgpack_object *m) {
  msgpack_sbuffer out;
  const msgpack_object *op = pack_get(m, "op"), *key = pack_get(m, "key");
  msgpack_packer pk = begin(&out, (size_t)(op != NULL) + (key != NULL));
  if (op) pack_key_object(&pk, "op", op);
  if (key) pack_key_object(&pk, "key", key);
  write_packed(r, MSG_STORE, p, id, &out);
}

void record_heard(Peer *p, const Frame *f, const msgpack_object *m) {
  Recorder *r = p->session->recorder;
  if (!r) return;
  switch (f->type) {
    case MSG_READY: case MSG_IDLE: case MSG_SIGN: case MSG_VERIFY: case MSG_FAILED: return;
    case MSG_HTTP: heard_request(r, p, f->id, m); return;
    case MSG_STORE: heard_store(r, p, f->id, m); return;
    default: put(r, f->type, peer_number(p), f->id, f->payload, f->len, NULL, 0, false);
  }
}

void record_sent(Peer *p, uint32_t request, int tries) {
  Recorder *r = p->session->recorder;
  msgpack_sbuffer b;
  if (!r) return;
  msgpack_packer pk = begin(&b, 1);
  pack_key_int(&pk, "try", tries);
  write_packed(r, TAPE_SENT, p, request, &b);
}

void record_came(Peer *p, uint32_t request, int status, const char *failure, int ms) {
  Recorder *r = p->session->recorder;
  msgpack_sbuffer b;
  if (!r) return;
  msgpack_packer pk = begin(&b, 2);
  if (failure) pack_key_str(&pk, "failure", failure);
  else pack_key_int(&pk, "status", status);
  pack_key_int(&pk, "ms", ms);
  write_packed(r, TAPE_CAME, p, request, &b);
}

void record_close(Session *s) {
  Recorder *r = s->recorder;
  if (!r) return;
  s->recorder = NULL;
  loop_cancel(s->loop, &r->sync);
  for (Signed *g = r->waiting, *next; g; g = next) {
    next = g->next;
    free(g);
  }
  if (!tape_finish(r->writer) && !r->failed) session_say(s, "error", "%s: the end of the recording could not be written", r->path);
  free(r->venues);
  free(r);
}
