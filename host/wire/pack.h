/* Small helpers over msgpack-c: writing maps with text keys, and looking into unpacked ones with the type checked. */
#ifndef BOURSE_PACK_H
#define BOURSE_PACK_H
#include <msgpack.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writing. */
void pack_map(msgpack_packer *pk, size_t n);
void pack_array(msgpack_packer *pk, size_t n);
void pack_nil(msgpack_packer *pk);
void pack_bool(msgpack_packer *pk, bool b);
void pack_int(msgpack_packer *pk, int64_t i);
void pack_double(msgpack_packer *pk, double d);
void pack_str(msgpack_packer *pk, const char *s);                    /* NULL: nil */
void pack_strn(msgpack_packer *pk, const char *s, size_t n);
void pack_bin(msgpack_packer *pk, const void *p, size_t n);
void pack_key_str(msgpack_packer *pk, const char *key, const char *s);
void pack_key_strn(msgpack_packer *pk, const char *key, const char *s, size_t n);
void pack_key_bin(msgpack_packer *pk, const char *key, const void *p, size_t n);
void pack_key_int(msgpack_packer *pk, const char *key, int64_t i);
void pack_key_double(msgpack_packer *pk, const char *key, double d);
void pack_key_bool(msgpack_packer *pk, const char *key, bool b);
void pack_key_object(msgpack_packer *pk, const char *key, const msgpack_object *o);

/* Reading. A key that is absent, or of another type, gives the default or false; NULL objects are allowed. */
const msgpack_object *pack_get(const msgpack_object *map, const char *key);          /* NULL: absent, or not a map */
bool pack_text(const msgpack_object *o, const char **s, size_t *n);                  /* str or bin; not terminated */
bool pack_get_text(const msgpack_object *map, const char *key, const char **s, size_t *n);
/* A copy in buf, terminated. False when absent, not text, too long, or with a NUL inside. */
bool pack_get_line(const msgpack_object *map, const char *key, char *buf, size_t cap);
int64_t pack_get_int(const msgpack_object *map, const char *key, int64_t otherwise); /* floats with a whole value count */
double pack_get_double(const msgpack_object *map, const char *key, double otherwise);
bool pack_get_bool(const msgpack_object *map, const char *key);                      /* false unless true */
bool pack_is(const msgpack_object *o, const char *text);
#endif
