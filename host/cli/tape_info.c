/* bourse tape info: when, what ran, which venues were asked what, and how the file is. */
#include "cli/tape.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "broker/asked.h"
#include "broker/peer.h"
#include "cli/show.h"
#include "wire/message.h"
#include "wire/pack.h"
#include "worker/instant.h"

enum { VENUES_MAX = 512, FILES_MAX = 2048, SCRIPTS_SHOWN = 64 };

typedef struct { char id[64]; uint64_t requests, failed, again, bytes; uint32_t *ms; size_t n_ms; } VenueSeen;
typedef struct { char kind[16], name[64], digest[17]; } FileSeen;
typedef struct { uint32_t worker; char name[200], end[200]; Text args; int64_t code; bool ended; uint64_t reports; } ScriptSeen;

typedef struct {
  int64_t first_us, last_us;
  uint64_t events, calls, reports;
  VenueSeen venues[VENUES_MAX]; size_t n_venues;
  FileSeen files[FILES_MAX]; size_t n_files;
  ScriptSeen scripts[SCRIPTS_SHOWN]; size_t n_scripts;
  Asked requests, loads;            /* by their places in venues and files */
} Seen;

static VenueSeen *venue_of(Seen *s, const char *id) {
  size_t i = 0;
  while (i < s->n_venues && strcmp(s->venues[i].id, id) != 0) i++;
  if (i == VENUES_MAX) return &s->venues[i - 1];
  if (i == s->n_venues) snprintf(s->venues[s->n_venues++].id, sizeof s->venues[0].id, "%s", id);
  return &s->venues[i];
}

static ScriptSeen *script_of(Seen *s, uint32_t worker) {
  for (size_t i = 0; i < s->n_scripts; i++)
    if (s->scripts[i].worker == worker) return &s->scripts[i];
  return NULL;
}

/* What a tape says may come from anybody: it is not to steer a terminal. */
static void take(char *out, size_t cap, const msgpack_object *m, const char *key) {
  const msgpack_object *o = pack_get(m, key);
  out[0] = 0;
  if (o) show_cell(out, cap, o);
}

static void see_boot(Seen *s, const TapeEvent *e, const msgpack_object *m) {
  const msgpack_object *args = pack_get(m, "args");
  if (s->n_scripts == SCRIPTS_SHOWN) return;
  ScriptSeen *r = &s->scripts[s->n_scripts++];
  *r = (ScriptSeen){ .worker = e->worker };
  take(r->name, sizeof r->name, m, "name");
  if (args && args->type == MSGPACK_OBJECT_MAP && args->via.map.size) show_json(&r->args, args);
}

static void see_load(Seen *s, const TapeEvent *e, const msgpack_object *m) {
  FileSeen f = { .digest = "" };
  size_t i = 0;
  take(f.kind, sizeof f.kind, m, "kind");
  take(f.name, sizeof f.name, m, "name");
  while (i < s->n_files && (strcmp(s->files[i].kind, f.kind) != 0 || strcmp(s->files[i].name, f.name) != 0)) i++;
  if (i == FILES_MAX) return;
  if (i == s->n_files) s->files[s->n_files++] = f;
  asked_put(&s->loads, e, (uint32_t)i);
}

static void see_reply(Seen *s, const TapeEvent *e, const msgpack_object *m) {
  uint32_t i;
  const char *body;
  size_t n;
  if (!asked_take(&s->requests, e, &i)) return;
  VenueSeen *v = &s->venues[i];
  if (pack_get(m, "error") || pack_get_int(m, "status", 0) >= 400) v->failed++;
  if (pack_get_text(m, "body", &body, &n)) v->bytes += n;
}

static void see_came(Seen *s, const TapeEvent *e, const msgpack_object *m) {
  uint32_t i;
  if (!asked_get(&s->requests, e, &i)) return;
  VenueSeen *v = &s->venues[i];
  if ((v->n_ms & (v->n_ms - 1)) == 0) {
    uint32_t *more = realloc(v->ms, (v->n_ms ? v->n_ms * 2 : 1) * sizeof *more);
    if (!more) return;
    v->ms = more;
  }
  v->ms[v->n_ms++] = (uint32_t)pack_get_int(m, "ms", 0);
}

static void see(Seen *s, const TapeEvent *e, const msgpack_object *m) {
  char text[64], digest[65];
  const char *source;
  size_t n;
  uint32_t i;
  ScriptSeen *r;
  switch (e->what) {
  case TAPE_HEAD: if (pack_get_int(m, "from", 0) > 0) s->first_us = pack_get_int(m, "from", 0); break;
  case MSG_BOOT: see_boot(s, e, m); break;
  case MSG_SOURCE: see_load(s, e, m); break;
  case MSG_SOURCE_IS:
    if (asked_take(&s->loads, e, &i) && pack_get_text(m, "source", &source, &n)) {
      source_digest(source, n, digest);
      memcpy(s->files[i].digest, digest, sizeof s->files[i].digest - 1);       /* enough to tell them apart */
    }
    break;
  case MSG_HTTP:
    take(text, sizeof text, m, "venue");
    VenueSeen *v = venue_of(s, text);
    v->requests++;
    asked_put(&s->requests, e, (uint32_t)(v - s->venues));
    break;
  case TAPE_SENT: if (pack_get_int(m, "try", 1) > 1 && asked_get(&s->requests, e, &i)) s->venues[i].again++; break;
  case TAPE_CAME: see_came(s, e, m); break;
  case MSG_REPLY: see_reply(s, e, m); break;
  case MSG_CALL: s->calls++; break;
  case MSG_REPORT:
    s->reports++;
    if ((r = script_of(s, e->worker))) r->reports++;
    break;
  case MSG_DONE: case MSG_FATAL:
    if (!(r = script_of(s, e->worker))) break;
    r->ended = true;
    r->code = pack_get_int(m, "code", e->what == MSG_FATAL ? 3 : 0);
    take(r->end, sizeof r->end, m, e->what == MSG_FATAL ? "text" : "message");
    break;
  default: break;
  }
}

static void see_all(Seen *s, Tape *t) {
  TapeEvent e;
  msgpack_object m;
  enum tape_read r;
  msgpack_zone *zone = msgpack_zone_new(8192);
  while (zone && (r = tape_next(t, &e)) != TAPE_END) {
    if (r == TAPE_BAD) continue;
    if (!s->events++) s->first_us = e.at_us;
    s->last_us = e.at_us;
    if (tape_data(&e, zone, &m)) see(s, &e, &m);
  }
  if (s->last_us < s->first_us) s->last_us = s->first_us;     /* cut where nothing happened */
  if (zone) msgpack_zone_free(zone);
}

static int by_ms(const void *a, const void *b) { return *(const uint32_t *)a < *(const uint32_t *)b ? -1 : *(const uint32_t *)a > *(const uint32_t *)b; }

static uint32_t ms_at(VenueSeen *v, double part) { return v->n_ms ? v->ms[(size_t)(part * (double)(v->n_ms - 1) + 0.5)] : 0; }

static void size_text(uint64_t n, char out[24]) {
  static const char *const units[] = { "bytes", "KiB", "MiB", "GiB" };
  double x = (double)n;
  int i = 0;
  for (; i < 3 && x >= 1024; i++) x /= 1024;
  snprintf(out, 24, i ? "%.1f %s" : "%.0f %s", x, units[i]);
}

static const char *state_name(const Tape *t) {
  enum tape_state s = tape_state(t, NULL);
  return s == TAPE_WHOLE ? "whole" : s == TAPE_CUT_OFF ? "cut off" : "damaged";
}

static void print_table(Seen *s, const Tape *t) {
  char from[INSTANT_TEXT] = "", to[INSTANT_TEXT] = "", bytes[24], raw[24];
  TapeSize size = tape_size(t);
  instant_iso(s->first_us / 1000, from);
  instant_iso(s->last_us / 1000, to);
  size_text(size.bytes, bytes);
  size_text(size.raw, raw);
  printf("%s: %s\n", tape_path(t), state_name(t));
  printf("  %s to %s, %s\n", from, to, show_span((s->last_us - s->first_us) / 1000).s);
  printf("  %llu events, %llu calls, %llu results; %s, %s unpacked\n", (unsigned long long)s->events, (unsigned long long)s->calls,
         (unsigned long long)s->reports, bytes, raw);
  for (size_t i = 0; i < s->n_scripts; i++) {
    const ScriptSeen *r = &s->scripts[i];
    printf("  script  %s%s%s", r->name, r->args.p ? "  " : "", r->args.p ? r->args.p : "");
    if (r->ended && (r->code || r->end[0])) printf("  ended with %lld: %s", (long long)r->code, r->end);
    putchar('\n');
  }
  if (s->n_venues) printf("\n  %-20s %9s %7s %7s %11s %8s %8s\n", "venue", "requests", "failed", "again", "bytes", "median", "slowest");
  for (size_t i = 0; i < s->n_venues; i++) {
    VenueSeen *v = &s->venues[i];
    size_text(v->bytes, bytes);
    printf("  %-20s %9llu %7llu %7llu %11s %5u ms %5u ms\n", v->id, (unsigned long long)v->requests, (unsigned long long)v->failed,
           (unsigned long long)v->again, bytes, ms_at(v, 0.5), ms_at(v, 1));
  }
  if (s->n_files) puts("");
  for (size_t i = 0; i < s->n_files; i++) printf("  %-9s %-20s %s\n", s->files[i].kind, s->files[i].name, s->files[i].digest);
}

static void add_text(Text *t, const char *key, const char *value) {
  msgpack_object o = { .type = MSGPACK_OBJECT_STR, .via.str = { .ptr = value, .size = (uint32_t)strlen(value) } };
  text_format(t, "\"%s\":", key);
  show_json(t, &o);
}

static void print_json(Seen *s, const Tape *t) {
  Text o = { NULL, 0, 0 };
  TapeSize size = tape_size(t);
  text_puts(&o, "{");
  add_text(&o, "file", tape_path(t));
  text_puts(&o, ",");
  add_text(&o, "state", state_name(t));
  text_format(&o, ",\"from_us\":%lld,\"to_us\":%lld,\"events\":%llu,\"calls\":%llu,\"results\":%llu,\"bytes\":%llu,\"unpacked\":%llu,\"scripts\":[",
              (long long)s->first_us, (long long)s->last_us, (unsigned long long)s->events, (unsigned long long)s->calls, (unsigned long long)s->reports,
              (unsigned long long)size.bytes, (unsigned long long)size.raw);
  for (size_t i = 0; i < s->n_scripts; i++) {
    const ScriptSeen *r = &s->scripts[i];
    text_puts(&o, i ? ",{" : "{");
    add_text(&o, "name", r->name);
    text_format(&o, ",\"results\":%llu,\"args\":", (unsigned long long)r->reports);
    text_puts(&o, r->args.p ? r->args.p : "{}");
    if (r->ended) {
      text_format(&o, ",\"code\":%lld,", (long long)r->code);
      add_text(&o, "message", r->end);
    }
    text_puts(&o, "}");
  }
  text_puts(&o, "],\"venues\":[");
  for (size_t i = 0; i < s->n_venues; i++) {
    VenueSeen *v = &s->venues[i];
    text_puts(&o, i ? ",{" : "{");
    add_text(&o, "id", v->id);
    text_format(&o, ",\"requests\":%llu,\"failed\":%llu,\"again\":%llu,\"bytes\":%llu,\"median_ms\":%u,\"slowest_ms\":%u}", (unsigned long long)v->requests,
                (unsigned long long)v->failed, (unsigned long long)v->again, (unsigned long long)v->bytes, ms_at(v, 0.5), ms_at(v, 1));
  }
  text_puts(&o, "],\"files\":[");
  for (size_t i = 0; i < s->n_files; i++) {
    text_puts(&o, i ? ",{" : "{");
    add_text(&o, "kind", s->files[i].kind);
    text_puts(&o, ",");
    add_text(&o, "name", s->files[i].name);
    text_puts(&o, ",");
    add_text(&o, "digest", s->files[i].digest);
    text_puts(&o, "}");
  }
  text_puts(&o, "]}");
  puts(o.p);
  text_free(&o);
}

static void seen_free(Seen *s) {
  for (size_t i = 0; i < s->n_venues; i++) free(s->venues[i].ms);
  for (size_t i = 0; i < s->n_scripts; i++) text_free(&s->scripts[i].args);
  asked_free(&s->requests);
  asked_free(&s->loads);
  free(s);
}

int tape_info(Cli *cli) {
  const char *format = cli_text(cli, "format");
  int code = 0;
  for (size_t i = 1; i < cli->n_words; i++) {
    Tape *t = tape_open_said(cli->words[i]);
    Seen *s = t ? calloc(1, sizeof *s) : NULL;
    if (!s) {
      tape_close(t);
      code = 1;
      continue;
    }
    see_all(s, t);
    for (size_t k = 0; k < s->n_venues; k++)
      if (s->venues[k].n_ms) qsort(s->venues[k].ms, s->venues[k].n_ms, sizeof *s->venues[k].ms, by_ms);
    if (format && strcmp(format, "json") == 0) print_json(s, t);
    else print_table(s, t);
    if (tape_complain(t)) code = 1;
    seen_free(s);
    tape_close(t);
  }
  return code;
}
