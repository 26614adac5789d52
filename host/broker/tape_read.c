#include "broker/tape.h"
#include "broker/tape_in.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#define KEPT 6                     /* blocks that stay unpacked */

typedef struct { uint64_t offset, end, raw; int64_t first_us; bool bad; } Block;
typedef struct { size_t block; char *raw; size_t len; uint64_t used; } Kept;

struct Tape {
  int fd;
  char *path;
  uint64_t size, good;             /* bytes of the file; how far it is sound */
  enum tape_state state;
  Block *blocks; size_t n_blocks;
  Kept kept[KEPT]; uint64_t turn;
  ZSTD_DCtx *zstd;
  char *packed; size_t packed_cap;
  size_t block, at;                /* where tape_next goes on */
};

static bool read_at(const Tape *t, uint64_t offset, void *buf, size_t n) {
  char *p = buf;
  while (n) {
    ssize_t k = pread(t->fd, p, n, (off_t)offset);
    if (k < 0 && errno == EINTR) continue;
    if (k <= 0) return false;
    p += k;
    offset += (uint64_t)k;
    n -= (size_t)k;
  }
  return true;
}

/* --- where the blocks are --- */

static bool block_add(Tape *t, Block b) {
  if ((t->n_blocks & (t->n_blocks - 1)) == 0) {
    Block *more = realloc(t->blocks, (t->n_blocks ? t->n_blocks * 2 : 1) * sizeof *more);
    if (!more) return false;
    t->blocks = more;
  }
  t->blocks[t->n_blocks++] = b;
  return true;
}

/* A time that can be reckoned with. */
static bool time_ok(int64_t us) { return us >= 0 && us < INT64_MAX / 4; }

/* False: there is no sound head of a chunk. */
static bool head_at(const Tape *t, uint64_t offset, ChunkHead *h) {
  uint8_t p[CHUNK_HEAD];
  if (t->size - offset < CHUNK_HEAD || !read_at(t, offset, p, sizeof p) || get_le(p, 4) != CHUNK_MARK) return false;
  *h = (ChunkHead){ .flags = (uint32_t)get_le(p + 4, 4), .packed = (uint32_t)get_le(p + 8, 4), .raw = (uint32_t)get_le(p + 12, 4),
                    .events = (uint32_t)get_le(p + 16, 4), .crc = (uint32_t)get_le(p + 20, 4), .first_us = (int64_t)get_le(p + 24, 8) };
  return time_ok(h->first_us) && h->raw <= CHUNK_RAW_MAX && h->packed <= ZSTD_compressBound(CHUNK_RAW_MAX) + ZSTD_CStreamOutSize();
}

/* The packed bytes of a chunk into t->packed. */
static bool chunk_read(Tape *t, uint64_t offset, const ChunkHead *h) {
  if (t->size - offset - CHUNK_HEAD < h->packed) return false;
  if (h->packed > t->packed_cap) {
    char *p = realloc(t->packed, h->packed);
    if (!p) return false;
    t->packed = p;
    t->packed_cap = h->packed;
  }
  return read_at(t, offset + CHUNK_HEAD, t->packed, h->packed) && chunk_crc(h, t->packed) == h->crc;
}

static bool unpack(Tape *t, const ChunkHead *h, char *out) {
  ZSTD_inBuffer in = { t->packed, h->packed, 0 };
  ZSTD_outBuffer to = { out, h->raw, 0 };
  while (in.pos < in.size) {
    size_t was_in = in.pos, was_out = to.pos, left = ZSTD_decompressStream(t->zstd, &to, &in);
    if (ZSTD_isError(left) || (in.pos == was_in && to.pos == was_out)) return false;
  }
  return to.pos == h->raw;
}

/* By the index. False: there is none that is sound. */
static bool find_by_index(Tape *t) {
  uint8_t tail[TAPE_TAIL];
  ChunkHead h;
  if (t->size < 16 + CHUNK_HEAD + TAPE_TAIL || !read_at(t, t->size - TAPE_TAIL, tail, sizeof tail) || memcmp(tail + 8, TAPE_END_MAGIC, 8)) return false;
  uint64_t offset = get_le(tail, 8), from = 16;
  if (offset < 16 || offset > t->size - TAPE_TAIL || !head_at(t, offset, &h) || !(h.flags & CHUNK_INDEX) || h.raw % INDEX_ROW ||
      offset + CHUNK_HEAD + h.packed + TAPE_TAIL != t->size || !chunk_read(t, offset, &h)) return false;
  char *raw = malloc(h.raw + 1);
  ZSTD_DCtx_reset(t->zstd, ZSTD_reset_session_only);
  bool ok = raw && unpack(t, &h, raw);
  for (size_t i = 0; ok && i < h.raw / INDEX_ROW; i++) {
    const uint8_t *row = (const uint8_t *)raw + i * INDEX_ROW;
    Block b = { .offset = get_le(row, 8), .first_us = (int64_t)get_le(row + 8, 8), .raw = get_le(row + 16, 8) };
    ok = b.offset == from && time_ok(b.first_us) && b.raw <= CHUNK_RAW_MAX + BLOCK_RAW;
    from = i + 1 < h.raw / INDEX_ROW ? get_le(row + INDEX_ROW, 8) : offset;
    b.end = from;
    ok = ok && b.end > b.offset && b.end <= offset && block_add(t, b);
  }
  free(raw);
  if (!ok) t->n_blocks = 0;
  else t->good = t->size;
  return ok;
}

/* What a crash leaves behind the last whole chunk: a part of one, or zeros. */
static bool is_ragged_end(const Tape *t, uint64_t offset) {
  char buf[4096];
  ChunkHead h;
  if (t->size - offset < CHUNK_HEAD || head_at(t, offset, &h)) return true;
  while (offset < t->size) {
    size_t n = t->size - offset < sizeof buf ? (size_t)(t->size - offset) : sizeof buf;
    if (!read_at(t, offset, buf, n)) return false;
    for (size_t i = 0; i < n; i++) if (buf[i]) return false;
    offset += n;
  }
  return true;
}

/* From chunk to chunk, as far as they go. */
static bool find_by_walking(Tape *t) {
  uint64_t offset = 16;
  ChunkHead h;
  t->state = TAPE_CUT_OFF;
  while (t->size - offset >= CHUNK_HEAD && head_at(t, offset, &h) && t->size - offset - CHUNK_HEAD >= h.packed && !(h.flags & CHUNK_INDEX)) {
    if (h.flags & CHUNK_FIRST) {
      if (!block_add(t, (Block){ .offset = offset, .first_us = h.first_us })) return false;
    } else if (!t->n_blocks) break;
    Block *b = &t->blocks[t->n_blocks - 1];
    if (b->raw + h.raw > CHUNK_RAW_MAX + BLOCK_RAW) break;
    b->raw += h.raw;
    offset += CHUNK_HEAD + h.packed;
    b->end = offset;
  }
  t->good = offset;
  if (!is_ragged_end(t, offset)) t->state = TAPE_DAMAGED;
  return true;
}

Tape *tape_open(const char *path, char *err, size_t errlen) {
  struct stat st;
  char magic[16];
  Tape *t = calloc(1, sizeof *t);
  if (!t) return snprintf(err, errlen, "out of memory"), NULL;
  t->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  t->path = strdup(path);
  t->zstd = ZSTD_createDCtx();
  bool ok = false;
  if (t->fd < 0 || fstat(t->fd, &st) < 0) snprintf(err, errlen, "%s: %s", path, strerror(errno));
  else if (!S_ISREG(st.st_mode)) snprintf(err, errlen, "%s: not a plain file", path);
  else if (!t->path || !t->zstd) snprintf(err, errlen, "out of memory");
  else {
    t->size = (uint64_t)st.st_size;
    if (t->size < 16 || !read_at(t, 0, magic, 16) || memcmp(magic, TAPE_MAGIC, 16)) snprintf(err, errlen, "%s: not a tape of this version", path);
    else if (!(ok = find_by_index(t) || find_by_walking(t))) snprintf(err, errlen, "out of memory");
  }
  if (ok) return t;
  tape_close(t);
  return NULL;
}

void tape_close(Tape *t) {
  if (!t) return;
  if (t->fd >= 0) close(t->fd);
  for (size_t i = 0; i < KEPT; i++) free(t->kept[i].raw);
  ZSTD_freeDCtx(t->zstd);
  free(t->packed);
  free(t->blocks);
  free(t->path);
  free(t);
}

enum tape_state tape_state(const Tape *t, uint64_t *at) {
  if (at) *at = t->good;
  return t->state;
}

TapeSize tape_size(const Tape *t) {
  TapeSize s = { .bytes = t->size, .blocks = t->n_blocks };
  for (size_t i = 0; i < t->n_blocks; i++) s.raw += t->blocks[i].raw;
  return s;
}

const char *tape_path(const Tape *t) { return t->path; }

/* --- events --- */

/* Unpacks a block. One that is damaged is shortened to what is good of it. */
static bool load(Tape *t, size_t block, Kept *k) {
  Block *b = &t->blocks[block];
  ChunkHead h;
  char *raw = realloc(k->raw, b->raw + 1);
  if (!raw) return false;
  *k = (Kept){ .block = block, .raw = raw };
  ZSTD_DCtx_reset(t->zstd, ZSTD_reset_session_only);
  for (uint64_t offset = b->offset; offset < b->end; offset += CHUNK_HEAD + h.packed) {
    if (!head_at(t, offset, &h) || k->len + h.raw > b->raw || !chunk_read(t, offset, &h) || !unpack(t, &h, k->raw + k->len)) {
      if (t->good > offset) t->good = offset;
      b->end = offset;
      b->bad = true;
      break;
    }
    k->len += h.raw;
  }
  b->raw = k->len;
  return true;
}

/* The block unpacked; NULL: out of memory. */
static Kept *block_of(Tape *t, size_t block) {
  Kept *oldest = &t->kept[0];
  for (size_t i = 0; i < KEPT; i++) {
    Kept *k = &t->kept[i];
    if (k->raw && k->block == block) return k->used = ++t->turn, k;
    if (k->used < oldest->used) oldest = k;
  }
  oldest->used = ++t->turn;
  return load(t, block, oldest) ? oldest : NULL;
}

static bool varint(const uint8_t **p, const uint8_t *end, uint64_t *v) {
  *v = 0;
  for (int shift = 0; shift < 64 && *p < end; shift += 7) {
    uint8_t b = *(*p)++;
    *v |= (uint64_t)(b & 127) << shift;
    if (!(b & 128)) return true;
  }
  return false;
}

/* The event at an offset of an unpacked block; *at becomes the next one's. False: there is none whole. */
static bool event_at(const Tape *t, const Kept *k, size_t *at, TapeEvent *e) {
  const uint8_t *p = (const uint8_t *)k->raw + *at, *end = (const uint8_t *)k->raw + k->len;
  uint64_t us, worker, id, n;
  if (*at >= k->len || !varint(&p, end, &us) || p == end) return false;
  e->what = *p++;
  if (!varint(&p, end, &worker) || !varint(&p, end, &id) || !varint(&p, end, &n) || n > (uint64_t)(end - p) || us > INT64_MAX / 4) return false;
  e->at_us = t->blocks[k->block].first_us + (int64_t)us;
  e->worker = (uint32_t)worker;
  e->id = (uint32_t)id;
  e->data = (const char *)p;
  e->len = (size_t)n;
  e->place = (uint64_t)k->block << 32 | *at;
  *at = (size_t)((const char *)p - k->raw) + (size_t)n;
  return true;
}

enum tape_read tape_next(Tape *t, TapeEvent *e) {
  for (; t->block < t->n_blocks; t->block++, t->at = 0) {
    Kept *k = block_of(t, t->block);
    if (k && event_at(t, k, &t->at, e)) return TAPE_EVENT;
    if (k && t->at == k->len && !t->blocks[t->block].bad) continue;
    t->state = TAPE_DAMAGED;
    t->block++;
    t->at = 0;
    return TAPE_BAD;
  }
  return TAPE_END;
}

bool tape_read_at(Tape *t, uint64_t place, TapeEvent *e) {
  size_t block = place >> 32, at = place & UINT32_MAX;
  Kept *k = block < t->n_blocks ? block_of(t, block) : NULL;
  return k && event_at(t, k, &at, e);
}

void tape_seek(Tape *t, int64_t at_us) {
  size_t low = 0, high = t->n_blocks;
  TapeEvent e;
  while (low < high) {                 /* the first block that begins at that time or later */
    size_t mid = (low + high) / 2;
    if (t->blocks[mid].first_us < at_us) low = mid + 1;
    else high = mid;
  }
  t->block = low ? low - 1 : 0;
  t->at = 0;
  for (;;) {
    size_t block = t->block, at = t->at;
    Kept *k = block < t->n_blocks ? block_of(t, block) : NULL;
    if (!k || block > (low ? low - 1 : 0) || !event_at(t, k, &at, &e) || e.at_us >= at_us) return;
    t->at = at;
  }
}
