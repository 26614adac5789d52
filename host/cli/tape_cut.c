/* bourse tape cut, merge: new tapes of old ones. */
#include "cli/tape.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "broker/asked.h"
#include "wire/message.h"
#include "wire/pack.h"
#include "worker/instant.h"

static TapeWriter *create(const char *path) {
  char err[400];
  TapeWriter *w = tape_create(path, err, sizeof err);
  if (!w) fprintf(stderr, "bourse: tape: %s\n", err);
  return w;
}

static int finish(TapeWriter *w, const char *path, bool ok) {
  char why[128];
  snprintf(why, sizeof why, "%s", tape_why(w));
  if (tape_finish(w) && ok) return 0;
  fprintf(stderr, "bourse: tape: %s: %s\n", path, *why ? why : "could not be written to its end");
  return 1;
}

/* What the head of a tape says. */
typedef struct { int64_t scripts, from_us; char random[32]; } Head;

static void head_read(Head *h, const msgpack_object *m) {
  const char *random;
  size_t n;
  h->scripts = pack_get_int(m, "scripts", 1);
  h->from_us = pack_get_int(m, "from", 0);
  if (pack_get_text(m, "random", &random, &n) && n == sizeof h->random) memcpy(h->random, random, n);
}

static bool head_write(TapeWriter *w, int64_t at_us, const Head *h) {
  msgpack_sbuffer b;
  msgpack_packer pk;
  msgpack_sbuffer_init(&b);
  msgpack_packer_init(&pk, &b, msgpack_sbuffer_write);
  pack_map(&pk, h->from_us > 0 ? 5 : 4);
  pack_key_int(&pk, "version", 1);
  pack_key_str(&pk, "program", BOURSE_VERSION);
  pack_key_int(&pk, "scripts", h->scripts);
  pack_key_bin(&pk, "random", h->random, sizeof h->random);
  if (h->from_us > 0) pack_key_int(&pk, "from", h->from_us);
  TapeEvent e = { .at_us = at_us, .what = TAPE_HEAD, .data = b.data, .len = b.size };
  bool ok = tape_write(w, &e, NULL, 0);
  msgpack_sbuffer_destroy(&b);
  return ok;
}

/* --- cut --- */

/* "30s", "5m" from the beginning, or a moment. */
static bool time_of(const char *text, int64_t begin_us, int64_t *us) {
  char *end;
  int64_t ms;
  double x = strtod(text, &end);
  double unit = !strcmp(end, "s") ? 1e6 : !strcmp(end, "m") ? 60e6 : !strcmp(end, "h") ? 3600e6 : !strcmp(end, "ms") ? 1e3 : 0;
  if (end != text && unit && x >= 0 && x < 1e9) return *us = begin_us + (int64_t)(x * unit), true;
  if (!instant_parse_iso(text, strlen(text), &ms) || ms < 0 || ms > INT64_MAX / 4000) return false;
  return *us = ms * 1000, true;
}

/* Requests and their answers are kept or dropped together. */
typedef struct {
  const Cli *cli;
  int64_t from_us, to_us;             /* from_us: 0: from the beginning */
  struct { uint64_t key; uint32_t ask; } *newest; size_t n, cap;      /* before from_us: the last request of each sort, by its place on the tape */
  Asked kept;                         /* whose answers are wanted */
} Cut;

static uint64_t sort_of(const TapeEvent *e, const msgpack_object *m) {
  const char *key = "";
  size_t n = 0;
  uint64_t h = e->worker * 0x9e3779b97f4a7c15u;
  pack_get_text(m, "key", &key, &n);
  for (size_t i = 0; i < n; i++) h = (h ^ (unsigned char)key[i]) * 0x100000001b3u;
  return h ? h : 1;
}

static size_t newest_at(const Cut *c, uint64_t key) {
  size_t i = (size_t)(key >> 16) & (c->cap - 1);
  while (c->newest[i].key && c->newest[i].key != key) i = (i + 1) & (c->cap - 1);
  return i;
}

static void newest_put(Cut *c, uint64_t key, uint32_t ask) {
  if (2 * c->n >= c->cap) {
    Cut more = { .cap = c->cap ? c->cap * 2 : 256 };
    if (!(more.newest = calloc(more.cap, sizeof *more.newest))) abort();
    for (size_t i = 0; i < c->cap; i++)
      if (c->newest[i].key) more.newest[newest_at(&more, c->newest[i].key)] = c->newest[i];
    free(c->newest);
    c->newest = more.newest;
    c->cap = more.cap;
  }
  size_t i = newest_at(c, key);
  c->n += !c->newest[i].key;
  c->newest[i].key = key;
  c->newest[i].ask = ask;
}

/* What came before the cut and is needed to play what comes after it: scripts, files, stored values, and of each request the last one. */
static void look_before(Cut *c, Tape *t, msgpack_zone *zone) {
  TapeEvent e;
  msgpack_object m;
  enum tape_read r;
  tape_seek(t, 0);
  for (uint32_t at = 0; (r = tape_next(t, &e)) != TAPE_END && (r == TAPE_BAD || e.at_us < c->from_us); at++)
    if (r == TAPE_EVENT && e.what == MSG_HTTP && tape_data(&e, zone, &m)) newest_put(c, sort_of(&e, &m), at);
}

static bool question_wanted(Cut *c, const TapeEvent *e, uint32_t at, msgpack_zone *zone) {
  char venue[64];
  msgpack_object m;
  bool old = e->at_us < c->from_us;
  if (e->what == MSG_SOURCE || e->what == MSG_STORE) return true;
  if (e->what == MSG_SLEEP) return !old;
  if (e->what == MSG_CALL && old) return false;
  if (!tape_data(e, zone, &m) || !pack_get_line(&m, "venue", venue, sizeof venue) || !tape_venue_wanted(c->cli, venue)) return false;
  return !old || e->what != MSG_HTTP || c->newest[newest_at(c, sort_of(e, &m))].ask == at;
}

static bool wanted(Cut *c, const TapeEvent *e, uint32_t at, msgpack_zone *zone) {
  uint32_t unused;
  switch (e->what) {
  case TAPE_HEAD: return false;
  case MSG_BOOT: return true;
  case MSG_SOURCE: case MSG_STORE: case MSG_SLEEP: case MSG_HTTP: case MSG_CALL: case MSG_DECLARE: case MSG_CLOCK:
    if (e->at_us > c->to_us || !question_wanted(c, e, at, zone)) return false;
    asked_put(&c->kept, e, at);
    return true;
  case TAPE_SENT: case TAPE_CAME: return asked_get(&c->kept, e, &unused) && e->at_us <= c->to_us;
  case MSG_REPLY: case MSG_SOURCE_IS: case MSG_STORED: case MSG_WAKE: return asked_take(&c->kept, e, &unused) && e->at_us <= c->to_us;
  default: return e->at_us >= c->from_us && e->at_us <= c->to_us;
  }
}

int tape_cut(Cli *cli) {
  const char *from = cli_text(cli, "from"), *to = cli_text(cli, "to");
  Cut c = { .cli = cli, .to_us = INT64_MAX };
  TapeEvent e;
  msgpack_object m;
  enum tape_read r;
  if (!cli_text(cli, "out")) return cli_misuse(cli, "--out FILE: where to?");
  Tape *t = tape_open_said(cli->words[1]);
  msgpack_zone *zone = msgpack_zone_new(8192);
  if (!t || !zone) return 1;
  while ((r = tape_next(t, &e)) == TAPE_BAD) {}
  if (r == TAPE_END) {
    fprintf(stderr, "bourse: tape: %s: nothing is on it\n", tape_path(t));
    return 1;
  }
  Head head = { .scripts = 1 };
  if (e.what == TAPE_HEAD && tape_data(&e, zone, &m)) head_read(&head, &m);
  int64_t begin_us = head.from_us > 0 ? head.from_us : e.at_us;
  c.from_us = head.from_us;
  if (from && !time_of(from, begin_us, &c.from_us)) return cli_misuse(cli, "--from: a time (2026-11-27T09:00:00Z) or a distance from the beginning (30s)");
  if (to && !time_of(to, begin_us, &c.to_us)) return cli_misuse(cli, "--to: a time (2026-11-27T09:00:00Z) or a distance from the beginning (30s)");
  if (c.from_us > c.to_us) return cli_misuse(cli, "--to is before --from");
  TapeWriter *w = create(cli_text(cli, "out"));
  if (!w) return 1;
  if (c.from_us) look_before(&c, t, zone);
  head.from_us = c.from_us;
  bool ok = head_write(w, e.at_us, &head);
  tape_seek(t, 0);
  for (uint32_t at = 0; ok && (r = tape_next(t, &e)) != TAPE_END; at++)
    if (r == TAPE_EVENT && wanted(&c, &e, at, zone)) ok = tape_write(w, &e, NULL, 0);
  tape_complain(t);
  int code = finish(w, cli_text(cli, "out"), ok);
  asked_free(&c.kept);
  free(c.newest);
  msgpack_zone_free(zone);
  tape_close(t);
  return code;
}

/* --- merge --- */

typedef struct { Tape *tape; TapeEvent next; bool over; uint32_t first, extra; Head head; } Input;

static void advance(Input *in) {
  enum tape_read r;
  while ((r = tape_next(in->tape, &in->next)) == TAPE_BAD || (r == TAPE_EVENT && in->next.what == TAPE_HEAD)) {}
  in->over = r == TAPE_END;
}

static bool input_open(Input *in, const char *path, msgpack_zone *zone) {
  msgpack_object m;
  enum tape_read r;
  if (!(in->tape = tape_open_said(path))) return false;
  in->head.scripts = 1;
  while ((r = tape_next(in->tape, &in->next)) == TAPE_BAD) {}
  in->over = r == TAPE_END;
  if (in->over || in->next.what != TAPE_HEAD) return true;
  if (tape_data(&in->next, zone, &m)) head_read(&in->head, &m);
  advance(in);
  return true;
}

/* Workers of different tapes are different workers. */
static uint32_t renumbered(const Input *in, uint32_t worker) { return worker < TAPE_EXTRA ? worker + in->first : worker + in->extra; }

static int64_t begin_of(const Input *in) { return in->over ? INT64_MAX : in->head.from_us ? in->head.from_us : in->next.at_us; }

static int by_begin(const void *a, const void *b) {
  int64_t x = begin_of(a), y = begin_of(b);
  return x < y ? -1 : x > y;
}

int tape_merge_files(const char *const *paths, size_t n, const char *out) {
  Input *in = calloc(n, sizeof *in), *first;
  msgpack_zone *zone = msgpack_zone_new(8192);
  int64_t from_us = INT64_MAX, begin_us = INT64_MAX;
  Head head = { .scripts = 0 };
  bool ok = in && zone;
  for (size_t i = 0; i < n && ok; i++) ok = input_open(&in[i], paths[i], zone);
  if (ok) qsort(in, n, sizeof *in, by_begin);       /* worker 0 is of the one that begins first */
  for (size_t i = 0; i < n && ok; i++) {
    in[i].first = (uint32_t)head.scripts;
    in[i].extra = (uint32_t)i;
    head.scripts += in[i].head.scripts > 0 && in[i].head.scripts < TAPE_EXTRA ? in[i].head.scripts : 1;
    if (in[i].over) continue;
    if (begin_of(&in[i]) < from_us) from_us = begin_of(&in[i]);
    if (in[i].next.at_us < begin_us) begin_us = in[i].next.at_us;
  }
  if (ok && begin_us == INT64_MAX) {
    fprintf(stderr, "bourse: tape: nothing is on these tapes\n");
    ok = false;
  }
  TapeWriter *w = ok ? create(out) : NULL;
  int code = w ? 0 : 1;
  if (w) {
    head.from_us = from_us > begin_us ? from_us : 0;
    memcpy(head.random, in[0].head.random, sizeof head.random);
    ok = head_write(w, begin_us, &head);
    for (;;) {
      first = NULL;
      for (size_t i = 0; i < n; i++)
        if (!in[i].over && (!first || in[i].next.at_us < first->next.at_us)) first = &in[i];
      if (!first || !ok) break;
      first->next.worker = renumbered(first, first->next.worker);
      ok = tape_write(w, &first->next, NULL, 0);
      advance(first);
    }
    for (size_t i = 0; i < n; i++) tape_complain(in[i].tape);
    code = finish(w, out, ok);
  }
  for (size_t i = 0; in && i < n; i++) tape_close(in[i].tape);
  free(in);
  if (zone) msgpack_zone_free(zone);
  return code;
}

int tape_merge(Cli *cli) {
  if (!cli_text(cli, "out")) return cli_misuse(cli, "--out FILE: where to?");
  if (cli->n_words < 3) return cli_misuse(cli, "two files or more are expected");
  return tape_merge_files(cli->words + 1, cli->n_words - 1, cli_text(cli, "out"));
}
