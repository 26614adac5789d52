#include "broker/tape_scripts.h"
#include "wire/frame.h"
#include "wire/message.h"
#include "wire/pack.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *text_of(const msgpack_object *m, const char *key, size_t *len) {
  const char *s = "";
  *len = 0;
  pack_get_text(m, key, &s, len);
  char *p = malloc(*len + 1);
  if (!p) abort();
  memcpy(p, s, *len);
  p[*len] = 0;
  return p;
}

static TapeScript script_of(const msgpack_object *m) {
  TapeScript s;
  msgpack_packer pk;
  size_t unused;
  const msgpack_object *args = pack_get(m, "args");
  s.name = text_of(m, "name", &unused);
  s.source = text_of(m, "source", &s.source_len);
  msgpack_sbuffer_init(&s.args);
  msgpack_packer_init(&pk, &s.args, msgpack_sbuffer_write);
  if (args && args->type == MSGPACK_OBJECT_MAP) msgpack_pack_object(&pk, *args);
  else pack_map(&pk, 0);
  return s;
}

size_t tape_scripts(Tape *t, TapeScript *out, size_t most, char *err, size_t errlen) {
  size_t n = 0, all = most;
  TapeEvent e;
  msgpack_zone *zone = msgpack_zone_new(8192);
  if (!zone) abort();
  tape_seek(t, 0);
  while (n < all && tape_next(t, &e) == TAPE_EVENT) {
    msgpack_object m;
    const char *why;
    bool head = e.what == TAPE_HEAD;
    if (!(head || (e.what == MSG_BOOT && e.worker == n)) || !frame_unpack(e.data, e.len, zone, &m, &why)) continue;
    if (!head) out[n++] = script_of(&m);
    else if (pack_get_int(&m, "scripts", 1) < (int64_t)most) all = (size_t)pack_get_int(&m, "scripts", 1);
  }
  msgpack_zone_free(zone);
  tape_seek(t, 0);
  if (!n) snprintf(err, errlen, "%s: no script is on the tape", tape_path(t));
  return n;
}

void tape_scripts_free(TapeScript *list, size_t n) {
  for (size_t i = 0; i < n; i++) {
    free(list[i].name);
    free(list[i].source);
    msgpack_sbuffer_destroy(&list[i].args);
  }
}
