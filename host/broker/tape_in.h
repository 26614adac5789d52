/* What the two files about tapes share: the chunk's head, numbers in bytes. */
#ifndef BOURSE_TAPE_IN_H
#define BOURSE_TAPE_IN_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define TAPE_MAGIC "bourse tape 1\n\0"                 /* with the zero at its end: 16 bytes */
#define TAPE_END_MAGIC "BOURSEND"
#define TAPE_TAIL 16
#define CHUNK_HEAD 32
#define CHUNK_MARK 0x4b4e4843u                          /* "CHNK" */
enum { CHUNK_FIRST = 1, CHUNK_INDEX = 2 };
#define CHUNK_RAW_MAX (192u << 20)                      /* more than the longest message */
#define BLOCK_RAW (1u << 20)                            /* a block is ended when it has that much */
#define INDEX_ROW 24                                    /* u64 offset, i64 first time, u64 raw bytes */

typedef struct { uint32_t flags, packed, raw, events, crc; int64_t first_us; } ChunkHead;

static inline void put_le(uint8_t *p, uint64_t v, int bytes) {
  for (int i = 0; i < bytes; i++) p[i] = (uint8_t)(v >> 8 * i);
}

static inline uint64_t get_le(const uint8_t *p, int bytes) {
  uint64_t v = 0;
  for (int i = bytes; i--;) v = v << 8 | p[i];
  return v;
}

uint32_t crc_more(uint32_t crc, const void *bytes, size_t n);   /* CRC-32 (IEEE) of `n` more bytes: crc.c */

/* The crc is over the head with zero in its place, then the packed bytes. */
static inline void chunk_head_put(uint8_t out[CHUNK_HEAD], const ChunkHead *h, uint32_t crc) {
  put_le(out, CHUNK_MARK, 4);
  put_le(out + 4, h->flags, 4);
  put_le(out + 8, h->packed, 4);
  put_le(out + 12, h->raw, 4);
  put_le(out + 16, h->events, 4);
  put_le(out + 20, crc, 4);
  put_le(out + 24, (uint64_t)h->first_us, 8);
}

static inline uint32_t chunk_crc(const ChunkHead *h, const void *packed) {
  uint8_t head[CHUNK_HEAD];
  chunk_head_put(head, h, 0);
  return crc_more(crc_more(0, head, sizeof head), packed, h->packed);
}
#endif
