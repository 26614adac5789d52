#include "player.h"
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>
#include "broker/child.h"
#include "broker/loop.h"
#include "wire/frame.h"
#include "wire/message.h"
#include "wire/pack.h"

extern char **environ;
static FrameReader in;
static msgpack_zone *zone, *more;

static void send_text(int type, const char *key, const char *text) {
  msgpack_sbuffer b;
  msgpack_packer pk;
  msgpack_sbuffer_init(&b);
  msgpack_packer_init(&pk, &b, msgpack_sbuffer_write);
  pack_map(&pk, 1);
  pack_key_str(&pk, key, text);
  frame_write(CHILD_FD, (uint8_t)type, 0, b.data, b.size);
  msgpack_sbuffer_destroy(&b);
}

static void done(int code) {
  msgpack_sbuffer b;
  msgpack_packer pk;
  msgpack_sbuffer_init(&b);
  msgpack_packer_init(&pk, &b, msgpack_sbuffer_write);
  pack_map(&pk, 1);
  pack_key_int(&pk, "code", code);
  frame_write(CHILD_FD, MSG_DONE, 0, b.data, b.size);
  exit(0);
}

static void burn(int ms) {
  struct timespec t;
  do clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); while (t.tv_sec * 1000 + t.tv_nsec / 1000000 < ms);
}

/* What a worker finds around itself. */
static void surroundings(void) {
  char text[500];
  struct rlimit core, files, as;
  int fds = 0;
  DIR *d = opendir("/proc/self/fd");
  for (struct dirent *e; d && (e = readdir(d));)
    if (e->d_name[0] != '.' && atoi(e->d_name) != dirfd(d)) fds++;
  closedir(d);
  getrlimit(RLIMIT_CORE, &core);
  getrlimit(RLIMIT_NOFILE, &files);
  getrlimit(RLIMIT_AS, &as);
  int death = 0;
  prctl(PR_GET_PDEATHSIG, &death);
  snprintf(text, sizeof text, "env=%d fds=%d core=%d files=%d bounded=%d death=%d", environ[0] != NULL, fds, (int)core.rlim_cur, (int)files.rlim_cur,
           as.rlim_cur != RLIM_INFINITY, death);
  send_text(MSG_OUT, "text", text);
  done(0);
}

/* Messages of every kind, with fields of every kind, some bytes changed. The broker must answer, or end this worker; nothing else. */
static void fuzz(uint32_t seed) {
  static const char *const keys[] = { "venue", "method", "url", "headers", "body", "right", "cost", "bucket", "timeout_ms", "kind", "name", "op", "key", "value",
                                      "ms", "text", "level", "data", "hosts", "interval_ms", "burst", "redact", "credentials", "clock_ms", "curve" };
  static const char *const texts[] = { "v1", "GET", "https://api.example.com/x", "public", "trade", "exchange", "file", "alpha", "../x", "get", "set", "keys", "",
                                       "warn", "https://a.b\r\n", "\xff\xfe" };
  for (int i = 0; i < 300; i++) {
    msgpack_sbuffer b;
    msgpack_packer pk;
    msgpack_sbuffer_init(&b);
    msgpack_packer_init(&pk, &b, msgpack_sbuffer_write);
    seed = seed * 1664525 + 1013904223;
    size_t n = 1 + (seed >> 16) % 9;
    pack_map(&pk, n);
    for (size_t k = 0; k < n; k++) {
      seed = seed * 1664525 + 1013904223;
      pack_str(&pk, keys[(seed >> 8) % (sizeof keys / sizeof *keys)]);
      const char *text = texts[(seed >> 16) % (sizeof texts / sizeof *texts)];
      switch ((seed >> 24) % 9) {
        case 0: pack_int(&pk, (int32_t)seed); break;
        case 1: pack_double(&pk, seed / 1e300); break;
        case 2: pack_nil(&pk); break;
        case 3: pack_map(&pk, 1); pack_key_str(&pk, "api", text); break;
        case 4: msgpack_pack_ext(&pk, 3, 1); msgpack_pack_ext_body(&pk, &seed, 3); break;
        case 5: pack_bool(&pk, true); break;
        default: pack_str(&pk, text);
      }
    }
    seed = seed * 1664525 + 1013904223;
    if ((seed >> 20) % 16 == 0) b.data[(seed >> 4) % b.size] = (char)(seed >> 12);
    int type = MSG_SOURCE + (int)((seed >> 16) % 8);              /* SOURCE to OUT */
    if (!frame_write(CHILD_FD, (uint8_t)type, (uint32_t)i, b.data, b.size)) _exit(0);
    msgpack_sbuffer_destroy(&b);
  }
  done(0);
}

static void trick(const char *name) {
  if (!strcmp(name, "loop")) for (;;) {}
  if (!strcmp(name, "crash")) {
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
  }
  if (!strcmp(name, "leave")) _exit(7);
  if (!strcmp(name, "around")) surroundings();
  if (!strcmp(name, "version")) if (write(CHILD_FD, "\0\0\0\0\7\40\0\0\0\0\0\0", 12) != 12) _exit(1);
  if (!strcmp(name, "long")) if (write(CHILD_FD, "\xff\xff\xff\x7f\1\40\0\0\0\0\0\0", 12) != 12) _exit(1);
  if (!strcmp(name, "kind")) frame_write(CHILD_FD, 99, 0, "\x80", 1);
  if (!strcmp(name, "shape")) frame_write(CHILD_FD, MSG_OUT, 0, "\x05", 1);
  if (!strcmp(name, "nested")) {
    char deep[1000];
    memset(deep, (char)0x91, sizeof deep);
    frame_write(CHILD_FD, MSG_OUT, 0, deep, sizeof deep);
  }
  if (!strcmp(name, "cut")) if (write(CHILD_FD, "\1\0\0\0\1", 5) == 5) _exit(0);
  if (!strcmp(name, "busy")) {                     /* much work in honest portions */
    for (int i = 1; i <= 40; i++) {
      burn(i * 50);
      frame_write(CHILD_FD, MSG_IDLE, 0, "\x80", 1);
    }
    done(0);
  }
  if (!strcmp(name, "steady")) {                   /* its longest gap, while a neighbour is killed */
    int64_t last = clock_mono_us(), worst = 0, end = last + 2500000;
    Frame f;
    while (clock_mono_us() < end) {
      frame_write(CHILD_FD, MSG_SLEEP, 1, "\x81\xa2ms\x05", 5);
      do if (frame_read(&in, CHILD_FD, &f, NULL, NULL) != FRAME_OK) _exit(1); while (f.type != MSG_WAKE);
      int64_t now = clock_mono_us();
      if (now - last > worst) worst = now - last;
      last = now;
    }
    char text[64];
    snprintf(text, sizeof text, "worst %lld us", (long long)worst);
    send_text(MSG_OUT, "text", text);
    done(0);
  }
  if (!strcmp(name, "reloads")) {                  /* loads an adapter, and gives back what it is sent anew */
    Frame f;
    msgpack_object o;
    const char *err;
    char text[200];
    frame_write(CHILD_FD, MSG_SOURCE, 1, "\x82\xa4kind\xa8" "exchange\xa4name\xa5" "alpha", 26);
    while (frame_read(&in, CHILD_FD, &f, NULL, NULL) == FRAME_OK)
      if (f.type == MSG_RELOAD && frame_unpack(f.payload, f.len, more, &o, &err)) {
        pack_get_line(&o, "source", text, sizeof text);
        send_text(MSG_OUT, "text", text);
        done(0);
      }
    _exit(1);
  }
  if (!strcmp(name, "lines")) {
    Frame f;
    msgpack_object o;
    const char *err;
    char text[200];
    while (frame_read(&in, CHILD_FD, &f, NULL, NULL) == FRAME_OK)
      if (f.type == MSG_LINE && frame_unpack(f.payload, f.len, more, &o, &err)) {
        if (pack_get_bool(&o, "eof")) done(0);
        pack_get_line(&o, "text", text, sizeof text);
        strcat(text, "|");
        send_text(MSG_OUT, "text", text);
      }
    _exit(1);
  }
  if (!strncmp(name, "fuzz", 4)) fuzz((uint32_t)atoi(name + 4));
  if (!strcmp(name, "deaf")) for (;;) pause();
  if (!strcmp(name, "stuck_reader")) {             /* asks without end and reads no answer */
    for (;;) if (!frame_write(CHILD_FD, MSG_SOURCE, 1, "\x82\xa4kind\xa8registry\xa4name\xa1x", 21)) _exit(0);
  }
  if (!strcmp(name, "until_stopped")) {
    Frame f;
    while (frame_read(&in, CHILD_FD, &f, NULL, NULL) == FRAME_OK)
      if (f.type == MSG_STOP) {
        send_text(MSG_OUT, "text", "stopped");
        done(0);
      }
    _exit(1);
  }
  Frame f;
  while (frame_read(&in, CHILD_FD, &f, NULL, NULL) == FRAME_OK) {}
  _exit(0);
}

static int answered(int type) {
  return type == MSG_SOURCE || type == MSG_HTTP || type == MSG_SLEEP || type == MSG_STORE || type == MSG_SIGN || type == MSG_VERIFY;
}

int player_main(void) {
  Frame f;
  msgpack_object boot, list, answer;
  const char *err, *source;
  char name[64];
  size_t n, off = 0;
  zone = msgpack_zone_new(4096);
  more = msgpack_zone_new(4096);
  if (frame_read(&in, CHILD_FD, &f, NULL, NULL) != FRAME_OK || f.type != MSG_BOOT || !frame_unpack(f.payload, f.len, zone, &boot, &err)) _exit(9);
  frame_write(CHILD_FD, MSG_READY, 0, "\x80", 1);
  if (!pack_get_text(&boot, "source", &source, &n)) {
    if (pack_get_line(&boot, "name", name, sizeof name)) trick(name);
    _exit(9);
  }
  char *copy = msgpack_zone_malloc(zone, n);
  memcpy(copy, source, n);
  if (msgpack_unpack(copy, n, &off, zone, &list) < 0) _exit(9);
  for (uint32_t i = 0; i + 1 < list.via.array.size; i += 2) {
    int type = (int)list.via.array.ptr[i].via.u64;
    msgpack_sbuffer b;
    msgpack_packer pk;
    msgpack_sbuffer_init(&b);
    msgpack_packer_init(&pk, &b, msgpack_sbuffer_write);
    msgpack_pack_object(&pk, list.via.array.ptr[i + 1]);
    frame_write(CHILD_FD, (uint8_t)type, i + 1, b.data, b.size);
    if (answered(type)) {
      do if (frame_read(&in, CHILD_FD, &f, NULL, NULL) != FRAME_OK) _exit(8); while (f.id != i + 1);
      if (!frame_unpack(f.payload, f.len, more, &answer, &err)) _exit(7);
      msgpack_sbuffer_clear(&b);
      pack_map(&pk, 1);
      pack_key_object(&pk, "data", &answer);
      frame_write(CHILD_FD, MSG_REPORT, 0, b.data, b.size);
    }
    msgpack_sbuffer_destroy(&b);
  }
  done(0);
  return 0;
}

/* --- the test's side --- */

msgpack_packer *play_add(Play *p, int type) {
  if (!p->n) {
    msgpack_sbuffer_init(&p->buf);
    msgpack_packer_init(&p->pk, &p->buf, msgpack_sbuffer_write);
    msgpack_sbuffer_write(&p->buf, "\xdc\0\0", 3);
  }
  p->n++;
  pack_int(&p->pk, type);
  return &p->pk;
}

static void append(char *to, size_t cap, const char *text, size_t n) {
  size_t at = strlen(to);
  if (n > cap - at - 2) n = cap - at - 2;
  memcpy(to + at, text, n);
  to[at + n] = 0;
}

static bool on_out(void *ctx, const char *text, size_t n) {
  Played *p = ctx;
  append(p->out, sizeof p->out, text, n);
  return true;
}

static bool on_log(void *ctx, const char *level, const char *text, size_t n) {
  Played *p = ctx;
  (void)level;
  append(p->log, sizeof p->log, text, n);
  append(p->log, sizeof p->log, "\n", 1);
  return true;
}

/* Reports outlive the frame: packed and unpacked again into the result's own zone. */
static bool on_report(void *ctx, const char *worker, const msgpack_object *data) {
  Played *p = ctx;
  (void)worker;
  if (p->n_reports == 64) return true;
  msgpack_sbuffer b;
  msgpack_packer pk;
  size_t off = 0;
  msgpack_sbuffer_init(&b);
  msgpack_packer_init(&pk, &b, msgpack_sbuffer_write);
  msgpack_pack_object(&pk, *data);
  char *copy = msgpack_zone_malloc(p->zone, b.size);
  memcpy(copy, b.data, b.size);
  msgpack_object *o = msgpack_zone_malloc(p->zone, sizeof *o);
  msgpack_unpack(copy, b.size, &off, p->zone, o);
  p->reports[p->n_reports++] = o;
  msgpack_sbuffer_destroy(&b);
  return true;
}

static void run(SessionSpec *spec, Played *out) {
  memset(out, 0, sizeof *out);
  out->zone = msgpack_zone_new(8192);
  spec->ctx = out;
  spec->on_out = on_out;
  spec->on_log = on_log;
  spec->on_report = on_report;
  if (!spec->input_fd) spec->input_fd = -1;
  if (!spec->limits.callback_ms) spec->limits = (Limits){ 64u << 20, 1000, 1000 };
  int64_t start = clock_mono_ms();
  out->code = session_run(spec);
  out->ms = clock_mono_ms() - start;
}

void play_run(Play *p, SessionSpec *spec, Played *out) {
  p->buf.data[1] = (char)((p->n * 2) >> 8);
  p->buf.data[2] = (char)(p->n * 2);
  WorkerSpec w = { .role = spec->live ? "run" : "verb", .name = "conform", .source = p->buf.data, .source_len = p->buf.size };
  spec->workers = &w;
  spec->n_workers = 1;
  run(spec, out);
  msgpack_sbuffer_destroy(&p->buf);
  memset(p, 0, sizeof *p);
}

void play_run_named(const char *const *names, int n, SessionSpec *spec, Played *out) {
  WorkerSpec w[8] = { 0 };
  for (int i = 0; i < n; i++) w[i] = (WorkerSpec){ .role = "run", .name = names[i] };
  spec->workers = w;
  spec->n_workers = (size_t)n;
  run(spec, out);
}

void played_free(Played *p) { msgpack_zone_free(p->zone); }
