#include "broker/tape.h"
#include "broker/tape_in.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#define LEVEL 3
#define CHUNK_RAW (256u << 10)     /* a chunk is written when it has that much */
#define EVENT_HEAD 32              /* bytes in front of an event's data, at most */

typedef struct { uint64_t offset, raw; int64_t first_us; } Row;

struct TapeWriter {
  int fd;
  uint64_t size;                   /* of the file */
  ZSTD_CCtx *zstd;
  uint8_t *raw; size_t len, cap;   /* events of the chunk that is not written yet */
  uint32_t events;
  int64_t chunk_us, block_us, last_us;
  bool block_open;
  uint8_t *packed; size_t packed_cap;
  Row *rows; size_t n_rows;        /* blocks */
  bool failed;
  char why[128];
};

static bool fail(TapeWriter *w, const char *why) {
  w->failed = true;
  snprintf(w->why, sizeof w->why, "%s", why);
  return false;
}

const char *tape_why(const TapeWriter *w) { return w->why; }

static bool put(TapeWriter *w, const void *bytes, size_t n) {
  const char *p = bytes;
  w->size += n;
  while (n) {
    ssize_t k = write(w->fd, p, n);
    if (k < 0 && errno == EINTR) continue;
    if (k <= 0) return fail(w, k < 0 ? strerror(errno) : "nothing more can be written");
    p += k;
    n -= (size_t)k;
  }
  return true;
}

static void writer_free(TapeWriter *w) {
  if (w->fd >= 0) close(w->fd);
  ZSTD_freeCCtx(w->zstd);
  free(w->raw);
  free(w->packed);
  free(w->rows);
  free(w);
}

TapeWriter *tape_create(const char *path, char *err, size_t errlen) {
  TapeWriter *w = calloc(1, sizeof *w);
  if (!w) return snprintf(err, errlen, "out of memory"), NULL;
  w->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
  if (w->fd < 0) snprintf(err, errlen, "%s: %s", path, errno == EEXIST ? "there is such a file already" : strerror(errno));
  else if (!(w->zstd = ZSTD_createCCtx()) || ZSTD_isError(ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_compressionLevel, LEVEL)) ||
           ZSTD_isError(ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_windowLog, 20))) snprintf(err, errlen, "out of memory");
  else if (!put(w, TAPE_MAGIC, 16)) snprintf(err, errlen, "%s: %s", path, w->why);
  else return w;
  writer_free(w);
  return NULL;
}

/* --- chunks --- */

static bool room(TapeWriter *w, uint8_t **buf, size_t *cap, size_t want) {
  if (want <= *cap) return true;
  size_t n = *cap ? *cap : CHUNK_RAW;
  while (n < want) n *= 2;
  uint8_t *p = realloc(*buf, n);
  if (!p) return fail(w, "out of memory");
  *buf = p;
  *cap = n;
  return true;
}

static bool row_add(TapeWriter *w) {
  if ((w->n_rows & (w->n_rows - 1)) == 0) {
    Row *rows = realloc(w->rows, (w->n_rows ? w->n_rows * 2 : 1) * sizeof *rows);
    if (!rows) return fail(w, "out of memory");
    w->rows = rows;
  }
  w->rows[w->n_rows++] = (Row){ .offset = w->size, .first_us = w->block_us };
  return true;
}

static bool chunk_put(TapeWriter *w, uint32_t flags, const uint8_t *raw, size_t n) {
  if (!room(w, &w->packed, &w->packed_cap, ZSTD_compressBound(n) + ZSTD_CStreamOutSize())) return false;
  if (flags) ZSTD_CCtx_reset(w->zstd, ZSTD_reset_session_only);
  ZSTD_inBuffer in = { raw, n, 0 };
  ZSTD_outBuffer out = { w->packed, w->packed_cap, 0 };
  size_t left = ZSTD_compressStream2(w->zstd, &out, &in, ZSTD_e_flush);
  if (left != 0 || in.pos != n) return fail(w, ZSTD_isError(left) ? ZSTD_getErrorName(left) : "zstd left something over");
  ChunkHead h = { .flags = flags, .packed = (uint32_t)out.pos, .raw = (uint32_t)n, .events = w->events, .first_us = w->chunk_us };
  uint8_t head[CHUNK_HEAD];
  chunk_head_put(head, &h, chunk_crc(&h, w->packed));
  return put(w, head, sizeof head) && put(w, w->packed, out.pos);
}

bool tape_sync(TapeWriter *w) {
  if (w->failed) return false;
  if (!w->len) return true;
  if (!w->block_open && !row_add(w)) return false;
  if (!chunk_put(w, w->block_open ? 0 : CHUNK_FIRST, w->raw, w->len)) return false;
  w->block_open = true;
  w->rows[w->n_rows - 1].raw += w->len;
  if (w->rows[w->n_rows - 1].raw >= BLOCK_RAW) w->block_open = false;
  w->len = 0;
  w->events = 0;
  if (w->cap > 4 * CHUNK_RAW) {        /* grown for one long reply */
    free(w->raw);
    free(w->packed);
    w->raw = w->packed = NULL;
    w->cap = w->packed_cap = 0;
  }
  return true;
}

/* --- events --- */

static uint8_t *varint(uint8_t *p, uint64_t v) {
  for (; v > 127; v >>= 7) *p++ = (uint8_t)(v | 128);
  *p++ = (uint8_t)v;
  return p;
}

bool tape_write(TapeWriter *w, const TapeEvent *e, const char *rest, size_t rest_len) {
  size_t n = e->len + rest_len;
  if (w->failed) return false;
  if (n > CHUNK_RAW_MAX - CHUNK_RAW - EVENT_HEAD) return fail(w, "an event is too long");
  if (!room(w, &w->raw, &w->cap, w->len + EVENT_HEAD + n)) return false;
  int64_t at = e->at_us > w->last_us ? e->at_us : w->last_us;
  w->last_us = at;
  if (!w->len) w->chunk_us = at;
  if (!w->len && !w->block_open) w->block_us = at;
  uint8_t *p = varint(w->raw + w->len, (uint64_t)(at - w->block_us));
  *p++ = e->what;
  p = varint(p, e->worker);
  p = varint(p, e->id);
  p = varint(p, n);
  if (e->len) memcpy(p, e->data, e->len);
  if (rest_len) memcpy(p + e->len, rest, rest_len);
  w->len = (size_t)(p - w->raw) + n;
  w->events++;
  return w->len < CHUNK_RAW || tape_sync(w);
}

static bool index_put(TapeWriter *w) {
  uint8_t *index = malloc(w->n_rows * INDEX_ROW + 1), tail[TAPE_TAIL];
  if (!index) return fail(w, "out of memory");
  for (size_t i = 0; i < w->n_rows; i++) {
    put_le(index + i * INDEX_ROW, w->rows[i].offset, 8);
    put_le(index + i * INDEX_ROW + 8, (uint64_t)w->rows[i].first_us, 8);
    put_le(index + i * INDEX_ROW + 16, w->rows[i].raw, 8);
  }
  put_le(tail, w->size, 8);
  memcpy(tail + 8, TAPE_END_MAGIC, 8);
  bool ok = chunk_put(w, CHUNK_INDEX, index, w->n_rows * INDEX_ROW) && put(w, tail, sizeof tail);
  free(index);
  return ok;
}

bool tape_finish(TapeWriter *w) {
  bool ok = tape_sync(w) && index_put(w);
  writer_free(w);
  return ok;
}
