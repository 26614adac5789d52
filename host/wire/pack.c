#include "wire/pack.h"
#include <math.h>
#include <string.h>

void pack_map(msgpack_packer *pk, size_t n) { msgpack_pack_map(pk, n); }
void pack_array(msgpack_packer *pk, size_t n) { msgpack_pack_array(pk, n); }
void pack_nil(msgpack_packer *pk) { msgpack_pack_nil(pk); }
void pack_int(msgpack_packer *pk, int64_t i) { msgpack_pack_int64(pk, i); }
void pack_double(msgpack_packer *pk, double d) { msgpack_pack_double(pk, d); }

void pack_bool(msgpack_packer *pk, bool b) {
  if (b) msgpack_pack_true(pk);
  else msgpack_pack_false(pk);
}

void pack_strn(msgpack_packer *pk, const char *s, size_t n) {
  msgpack_pack_str(pk, n);
  if (n) msgpack_pack_str_body(pk, s, n);
}

void pack_str(msgpack_packer *pk, const char *s) {
  if (s) pack_strn(pk, s, strlen(s));
  else msgpack_pack_nil(pk);
}

void pack_bin(msgpack_packer *pk, const void *p, size_t n) {
  msgpack_pack_bin(pk, n);
  if (n) msgpack_pack_bin_body(pk, p, n);
}

void pack_key_str(msgpack_packer *pk, const char *key, const char *s) { pack_str(pk, key); pack_str(pk, s); }
void pack_key_strn(msgpack_packer *pk, const char *key, const char *s, size_t n) { pack_str(pk, key); pack_strn(pk, s, n); }
void pack_key_bin(msgpack_packer *pk, const char *key, const void *p, size_t n) { pack_str(pk, key); pack_bin(pk, p, n); }
void pack_key_int(msgpack_packer *pk, const char *key, int64_t i) { pack_str(pk, key); pack_int(pk, i); }
void pack_key_double(msgpack_packer *pk, const char *key, double d) { pack_str(pk, key); pack_double(pk, d); }
void pack_key_bool(msgpack_packer *pk, const char *key, bool b) { pack_str(pk, key); pack_bool(pk, b); }
void pack_key_object(msgpack_packer *pk, const char *key, const msgpack_object *o) { pack_str(pk, key); msgpack_pack_object(pk, *o); }

bool pack_text(const msgpack_object *o, const char **s, size_t *n) {
  if (!o) return false;
  if (o->type == MSGPACK_OBJECT_STR) *s = o->via.str.ptr, *n = o->via.str.size;
  else if (o->type == MSGPACK_OBJECT_BIN) *s = o->via.bin.ptr, *n = o->via.bin.size;
  else return false;
  return true;
}

bool pack_is(const msgpack_object *o, const char *text) {
  const char *s;
  size_t n;
  return pack_text(o, &s, &n) && n == strlen(text) && !memcmp(s, text, n);
}

const msgpack_object *pack_get(const msgpack_object *map, const char *key) {
  if (!map || map->type != MSGPACK_OBJECT_MAP) return NULL;
  const size_t len = strlen(key);
  const char *s;
  size_t n;
  for (uint32_t i = 0; i < map->via.map.size; i++)
    if (pack_text(&map->via.map.ptr[i].key, &s, &n) && n == len && !memcmp(s, key, n)) {
      const msgpack_object *v = &map->via.map.ptr[i].val;
      return v->type == MSGPACK_OBJECT_NIL ? NULL : v;
    }
  return NULL;
}

bool pack_get_text(const msgpack_object *map, const char *key, const char **s, size_t *n) {
  return pack_text(pack_get(map, key), s, n);
}

bool pack_get_line(const msgpack_object *map, const char *key, char *buf, size_t cap) {
  const char *s;
  size_t n;
  if (!pack_get_text(map, key, &s, &n) || n >= cap || memchr(s, 0, n)) return false;
  memcpy(buf, s, n);
  buf[n] = 0;
  return true;
}

int64_t pack_get_int(const msgpack_object *map, const char *key, int64_t otherwise) {
  const msgpack_object *o = pack_get(map, key);
  if (!o) return otherwise;
  switch (o->type) {
    case MSGPACK_OBJECT_POSITIVE_INTEGER: return o->via.u64 > INT64_MAX ? otherwise : (int64_t)o->via.u64;
    case MSGPACK_OBJECT_NEGATIVE_INTEGER: return o->via.i64;
    case MSGPACK_OBJECT_FLOAT32: case MSGPACK_OBJECT_FLOAT64:
      return fabs(o->via.f64) < 9e15 && o->via.f64 == floor(o->via.f64) ? (int64_t)o->via.f64 : otherwise;
    default: return otherwise;
  }
}

double pack_get_double(const msgpack_object *map, const char *key, double otherwise) {
  const msgpack_object *o = pack_get(map, key);
  if (!o) return otherwise;
  switch (o->type) {
    case MSGPACK_OBJECT_POSITIVE_INTEGER: return (double)o->via.u64;
    case MSGPACK_OBJECT_NEGATIVE_INTEGER: return (double)o->via.i64;
    case MSGPACK_OBJECT_FLOAT32: case MSGPACK_OBJECT_FLOAT64: return isfinite(o->via.f64) ? o->via.f64 : otherwise;
    default: return otherwise;
  }
}

bool pack_get_bool(const msgpack_object *map, const char *key) {
  const msgpack_object *o = pack_get(map, key);
  return o && o->type == MSGPACK_OBJECT_BOOLEAN && o->via.boolean;
}
