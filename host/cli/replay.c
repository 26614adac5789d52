#include "cli/replay.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "broker/tape_scripts.h"
#include "cli/run.h"
#include "wire/frame.h"
#include "wire/pack.h"

static const char *file_of(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

static bool has(const msgpack_object *map, const msgpack_object *key) {
  for (uint32_t i = 0; i < map->via.map.size; i++)
    if (msgpack_object_equal(map->via.map.ptr[i].key, *key)) return true;
  return false;
}

/* The recorded arguments with those that were given now in their place. */
static bool join_args(const msgpack_sbuffer *recorded, const msgpack_sbuffer *given, msgpack_sbuffer *out) {
  msgpack_zone *zones[2] = { msgpack_zone_new(2048), msgpack_zone_new(2048) };
  msgpack_object a, b;
  msgpack_packer pk;
  const char *why;
  bool ok = zones[0] && zones[1] && frame_unpack(recorded->data, recorded->size, zones[0], &a, &why) && a.type == MSGPACK_OBJECT_MAP &&
    frame_unpack(given->data, given->size, zones[1], &b, &why) && b.type == MSGPACK_OBJECT_MAP;
  msgpack_sbuffer_init(out);
  msgpack_packer_init(&pk, out, msgpack_sbuffer_write);
  size_t n = ok ? b.via.map.size : 0;
  for (uint32_t i = 0; ok && i < a.via.map.size; i++) n += !has(&b, &a.via.map.ptr[i].key);
  pack_map(&pk, n);
  for (uint32_t i = 0; ok && i < a.via.map.size; i++) {
    if (has(&b, &a.via.map.ptr[i].key)) continue;
    msgpack_pack_object(&pk, a.via.map.ptr[i].key);
    msgpack_pack_object(&pk, a.via.map.ptr[i].val);
  }
  for (uint32_t i = 0; ok && i < b.via.map.size; i++) {
    msgpack_pack_object(&pk, b.via.map.ptr[i].key);
    msgpack_pack_object(&pk, b.via.map.ptr[i].val);
  }
  for (int i = 0; i < 2; i++)
    if (zones[i]) msgpack_zone_free(zones[i]);
  return ok;
}

static int play(Cli *cli, SessionSpec *spec, const TapeScript *scripts, size_t n_scripts, const msgpack_sbuffer *given) {
  WorkerSpec workers[SCRIPTS_MAX];
  char *texts[SCRIPTS_MAX] = { NULL };
  msgpack_sbuffer args[SCRIPTS_MAX];
  char title[200];
  size_t n = cli->n_words ? cli->n_words : n_scripts, made = 0;
  int code = 0;
  memset(workers, 0, sizeof workers);
  for (size_t i = 0; i < n && !code; i++) {
    const TapeScript *s = i < n_scripts ? &scripts[i] : NULL;
    workers[i] = (WorkerSpec){ .role = "run", .args = given };
    if (cli->n_words) {
      size_t len = 0;
      texts[i] = start_read(cli->words[i], 1 << 20, &len);
      if (!texts[i]) code = 2;
      workers[i].name = cli->words[i];
      workers[i].source = texts[i];
      workers[i].source_len = len;
      if (s && strcmp(file_of(s->name), file_of(cli->words[i])) != 0) s = NULL;      /* another script, with arguments of its own */
      if (s && !code && !spec->quiet && (len != s->source_len || memcmp(texts[i], s->source, len)))
        fprintf(stderr, "bourse: note: %s is not as it was recorded\n", cli->words[i]);
    } else {
      workers[i].name = s->name;
      workers[i].source = s->source;
      workers[i].source_len = s->source_len;
    }
    if (s && made == i && join_args(&s->args, given, &args[made])) workers[i].args = &args[made++];
  }
  snprintf(title, sizeof title, "%.100s%s   replay of %.60s", workers[0].name, n > 1 ? " and others" : "", cli_text(cli, "replay"));
  spec->replay_files = cli->n_words == 0;
  if (!code) code = run_workers(cli, spec, workers, n, title);
  for (size_t i = 0; i < made; i++) msgpack_sbuffer_destroy(&args[i]);
  for (size_t i = 0; i < n; i++) free(texts[i]);
  return code;
}

int replay_scripts(Cli *cli, SessionSpec *spec, const msgpack_sbuffer *given) {
  TapeScript scripts[SCRIPTS_MAX];
  char err[400], *end = NULL;
  const char *speed = cli_text(cli, "speed");
  if (speed && (!((spec->speed = strtod(speed, &end)) > 0) || *end || spec->speed > 1e9))
    return cli_misuse(cli, "--speed takes a number above 0: 1 is real time");
  Tape *t = tape_open(cli_text(cli, "replay"), err, sizeof err);
  size_t n = t ? tape_scripts(t, scripts, SCRIPTS_MAX, err, sizeof err) : 0;
  int code = 1;
  if (!n) fprintf(stderr, "bourse: --replay: %s\n", err);
  else {
    spec->replay = t;
    spec->open_keys = NULL;
    if (!paths_borrow_state()) fputs("bourse: --replay: no folder for what passes: there are no orders\n", stderr);
    code = play(cli, spec, scripts, n, given);
    paths_drop_state();
  }
  tape_scripts_free(scripts, n);
  tape_close(t);
  return code;
}
