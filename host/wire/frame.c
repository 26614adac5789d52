#include "wire/frame.h"
#include "wire/large.h"
#include "wire/message.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_MIN 65536
#define KEEP_MAX (1u << 20)     /* a buffer that grew past this for one big frame is given back */

static void put32(char *p, uint32_t v) {
  for (int i = 0; i < 4; i++) p[i] = (char)(v >> 8 * i);
}

static uint32_t get32(const char *p) {
  const unsigned char *u = (const unsigned char *)p;
  return u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16 | (uint32_t)u[3] << 24;
}

static void header_put(char *p, uint8_t type, uint32_t id, size_t n) {
  put32(p, (uint32_t)n);
  p[4] = WIRE_VERSION;
  p[5] = (char)type;
  p[6] = p[7] = 0;
  put32(p + 8, id);
}

/* --- reading --- */

static enum frame_status bad(FrameReader *r, const char *why) {
  r->error = why;
  return FRAME_BAD;
}

/* Bytes that the frame at the front needs in all, as far as its header is here; 0 when the header is wrong. */
static size_t front_size(FrameReader *r) {
  if (r->len < FRAME_HEADER) return FRAME_HEADER;
  const char *p = r->buf + r->start;
  size_t n = get32(p);
  if (p[4] != WIRE_VERSION) return r->error = "a frame of another version", 0;
  if (p[6] || p[7]) return r->error = "a frame with a broken header", 0;
  if (n > (r->max ? r->max : WIRE_MAX)) return r->error = "a frame that is too long", 0;
  return FRAME_HEADER + n;
}

static bool make_room(FrameReader *r) {
  if (r->len == 0) {
    r->start = 0;
    if (r->cap > KEEP_MAX) {
      free(r->buf);
      r->buf = NULL;
      r->cap = 0;
    }
  }
  size_t want = front_size(r);
  if (!want) return false;
  if (want < r->len + READ_MIN / 4) want = r->len + READ_MIN;
  if (r->start + want <= r->cap) return true;
  if (r->start) {
    memmove(r->buf, r->buf + r->start, r->len);
    r->start = 0;
    if (want <= r->cap) return true;
  }
  size_t cap = want < READ_MIN ? READ_MIN : want;
  char *p = large_grow(r->buf, r->len, cap + 1);     /* the spare byte: see frame_give */
  if (!p) return r->error = "out of memory for a frame", false;
  r->buf = p;
  r->cap = cap;
  return true;
}

enum frame_status frame_fill(FrameReader *r, int fd) {
  if (!make_room(r)) return FRAME_BAD;
  size_t at = r->start + r->len;
  ssize_t n;
  do n = read(fd, r->buf + at, r->cap - at); while (n < 0 && errno == EINTR);
  if (n < 0) {
    if (errno == EAGAIN || errno == EWOULDBLOCK) return FRAME_NONE;
    return errno == ECONNRESET ? FRAME_EOF : bad(r, strerror(errno));
  }
  if (n == 0) return r->len ? bad(r, "the last frame is cut off") : FRAME_EOF;
  r->len += (size_t)n;
  return FRAME_OK;
}

enum frame_status frame_next(FrameReader *r, Frame *f) {
  size_t want = front_size(r);
  if (!want) return FRAME_BAD;
  if (r->len < want || r->len < FRAME_HEADER) return FRAME_NONE;
  const char *p = r->buf + r->start;
  *f = (Frame){ .type = (uint8_t)p[5], .id = get32(p + 8), .payload = p + FRAME_HEADER, .len = want - FRAME_HEADER };
  r->start += want;
  r->len -= want;
  return FRAME_OK;
}

enum frame_status frame_read(FrameReader *r, int fd, Frame *f, void (*quiet)(void *ctx), void *ctx) {
  for (;;) {
    enum frame_status s = frame_next(r, f);
    if (s != FRAME_NONE) return s;
    s = frame_fill(r, fd);
    if (s == FRAME_NONE) {
      struct pollfd p = { .fd = fd, .events = POLLIN };
      if (quiet) quiet(ctx);
      poll(&p, 1, -1);
    } else if (s != FRAME_OK) return s;
  }
}

bool frame_waiting(const FrameReader *r) { return r->len > 0; }

char *frame_give(FrameReader *r) {
  if (r->len) return NULL;
  char *p = r->buf;
  r->buf = NULL;
  r->start = r->cap = 0;
  return p;
}

void frame_reader_free(FrameReader *r) {
  free(r->buf);
  *r = (FrameReader){ 0 };
}

/* --- writing --- */

static bool grow(FrameWriter *w, size_t n) {
  if (w->failed) return false;
  size_t used = w->start + w->len;
  if (used + n <= w->cap) return true;
  if (w->start && !w->open && w->start >= w->len) {   /* never while a frame is open: `open` counts from buf */
    memmove(w->buf, w->buf + w->start, w->len);
    w->start = 0;
    used = w->len;
    if (used + n <= w->cap) return true;
  }
  size_t cap = w->cap ? w->cap : 4096;
  while (cap < used + n) cap *= 2;
  char *p = realloc(w->buf, cap);
  if (!p) return w->failed = true, false;
  w->buf = p;
  w->cap = cap;
  return true;
}

/* What waits becomes parts that go out first: the buffer, then the block that it was lent. */
static void put_aside(FrameWriter *w, char *block, size_t start, size_t len) {
  FramePart *p = malloc(sizeof *p);
  if (!p) {
    free(block);
    w->failed = true;
    return;
  }
  *p = (FramePart){ NULL, block, start, len };
  *(w->parts ? w->last : &w->parts) = p;
  w->last = &p->next;
  w->parts_len += len;
}

static void put_aside_all(FrameWriter *w) {
  put_aside(w, w->buf, w->start, w->len);
  put_aside(w, w->lent, w->lent_at, w->lent_len);
  w->buf = w->lent = NULL;
  w->start = w->len = w->cap = w->lent_len = 0;
}

void frame_open(FrameWriter *w, uint8_t type, uint32_t id) {
  if (w->lent) put_aside_all(w);
  if (!grow(w, FRAME_HEADER)) return;
  char *p = w->buf + w->start + w->len;
  header_put(p, type, id, 0);
  w->len += FRAME_HEADER;
  w->open = w->start + w->len;
}

int frame_append(void *writer, const char *data, size_t n) {
  FrameWriter *w = writer;
  if (!grow(w, n)) return -1;
  memcpy(w->buf + w->start + w->len, data, n);
  w->len += n;
  return 0;
}

static bool close_frame(FrameWriter *w, size_t more) {
  if (w->failed || !w->open) return false;
  size_t n = w->start + w->len - w->open + more;
  size_t head = w->open - FRAME_HEADER;
  w->closed = w->open;
  w->open = 0;
  if (n > WIRE_MAX) {
    w->len = head - w->start;
    return false;
  }
  put32(w->buf + head, (uint32_t)n);
  return true;
}

bool frame_close(FrameWriter *w) { return close_frame(w, 0); }

bool frame_close_with(FrameWriter *w, char *block, size_t n) {
  if (!close_frame(w, n)) {
    free(block);
    return false;
  }
  w->lent = block;
  w->lent_at = 0;
  w->lent_len = n;
  return true;
}

Frame frame_closed(const FrameWriter *w, const char **rest, size_t *rest_len) {
  const char *p = w->buf + w->closed;
  *rest = w->lent;
  *rest_len = w->lent ? w->lent_len : 0;
  return (Frame){ .type = (uint8_t)p[5 - FRAME_HEADER], .id = get32(p + 8 - FRAME_HEADER), .payload = p, .len = w->start + w->len - w->closed };
}

bool frame_put(FrameWriter *w, uint8_t type, uint32_t id, const char *payload, size_t n) {
  if (n > WIRE_MAX) return false;
  frame_open(w, type, id);
  if (n) frame_append(w, payload, n);
  return frame_close(w);
}

size_t frame_pending(const FrameWriter *w) { return w->failed ? 0 : w->parts_len + w->len + w->lent_len; }

bool frame_unsent(const FrameWriter *w, size_t *at, Frame *f) {
  size_t end = w->failed ? 0 : w->open ? w->open - FRAME_HEADER - w->start : w->len;
  const char *p = w->buf + w->start + *at;
  if (*at > end || end - *at < FRAME_HEADER) return false;
  size_t n = get32(p);
  if (end - *at - FRAME_HEADER < n) return false;       /* the rest is lent */
  *f = (Frame){ .type = (uint8_t)p[5], .id = get32(p + 8), .payload = p + FRAME_HEADER, .len = n };
  *at += FRAME_HEADER + n;
  return true;
}

static enum frame_status send_all(int fd, const char *buf, size_t *start, size_t *len) {
  while (*len) {
    ssize_t n = send(fd, buf + *start, *len, MSG_NOSIGNAL);
    if (n < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return FRAME_NONE;
      return errno == EPIPE || errno == ECONNRESET ? FRAME_EOF : FRAME_BAD;
    }
    *start += (size_t)n;
    *len -= (size_t)n;
  }
  return FRAME_OK;
}

static void drop_part(FrameWriter *w) {
  FramePart *p = w->parts;
  w->parts = p->next;
  free(p->block);
  free(p);
}

static enum frame_status send_parts(int fd, FrameWriter *w) {
  for (FramePart *p; (p = w->parts); drop_part(w)) {
    size_t before = p->len;
    enum frame_status r = send_all(fd, p->block, &p->start, &p->len);
    w->parts_len -= before - p->len;
    if (r != FRAME_OK) return r;
  }
  return FRAME_OK;
}

enum frame_status frame_flush(FrameWriter *w, int fd) {
  if (w->failed) return errno = ENOMEM, FRAME_BAD;
  enum frame_status r = send_parts(fd, w);
  if (r == FRAME_OK) r = send_all(fd, w->buf, &w->start, &w->len);
  if (r == FRAME_OK && w->lent) r = send_all(fd, w->lent, &w->lent_at, &w->lent_len);
  if (r != FRAME_OK) return r;
  free(w->lent);
  w->lent = NULL;
  w->start = 0;
  if (w->cap > KEEP_MAX) {
    free(w->buf);
    w->buf = NULL;
    w->cap = 0;
  }
  return FRAME_OK;
}

void frame_writer_free(FrameWriter *w) {
  while (w->parts) drop_part(w);
  free(w->buf);
  free(w->lent);
  *w = (FrameWriter){ 0 };
}

static bool write_all(int fd, const char *p, size_t n) {
  while (n) {
    ssize_t k = write(fd, p, n);
    if (k < 0 && (errno == EINTR)) continue;
    if (k < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      struct pollfd pf = { .fd = fd, .events = POLLOUT };
      poll(&pf, 1, -1);
      continue;
    }
    if (k < 0) return false;
    p += k;
    n -= (size_t)k;
  }
  return true;
}

bool frame_write(int fd, uint8_t type, uint32_t id, const char *payload, size_t n) {
  char small[1024];
  if (n > WIRE_MAX) return false;
  header_put(small, type, id, n);
  if (n <= sizeof small - FRAME_HEADER) {     /* one system call for the common case */
    if (n) memcpy(small + FRAME_HEADER, payload, n);
    return write_all(fd, small, FRAME_HEADER + n);
  }
  return write_all(fd, small, FRAME_HEADER) && write_all(fd, payload, n);
}

/* --- MessagePack, checked before it is unpacked --- */

typedef struct { const unsigned char *p, *end; const char *err; size_t nodes; } Scan;

static bool scan_fail(Scan *s, const char *why) {
  s->err = why;
  return false;
}

/* A big-endian length of `bytes` bytes at s->p. */
static bool scan_length(Scan *s, int bytes, size_t *out) {
  if (s->end - s->p < bytes) return scan_fail(s, "a value that is cut off");
  size_t v = 0;
  while (bytes--) v = v << 8 | *s->p++;
  *out = v;
  return true;
}

static bool scan_skip(Scan *s, size_t n) {
  if ((size_t)(s->end - s->p) < n) return scan_fail(s, "a value that is cut off");
  s->p += n;
  return true;
}

static bool scan_value(Scan *s, int depth) {
  if (s->p >= s->end) return scan_fail(s, "a value that is cut off");
  if (++s->nodes > WIRE_NODES) return scan_fail(s, "too many values in one message");
  unsigned c = *s->p++;
  size_t n = 0;
  int lenbytes;
  if (c < 0x80 || c >= 0xe0) return true;
  if (c < 0x90) n = 2 * (size_t)(c & 15);
  else if (c < 0xa0) n = c & 15;
  else if (c < 0xc0) return scan_skip(s, c & 31);
  else switch (c) {
    case 0xc0: case 0xc2: case 0xc3: return true;
    case 0xc1: return scan_fail(s, "a byte that MessagePack does not use");
    case 0xc4: case 0xc5: case 0xc6:                                     /* bin */
      return scan_length(s, 1 << (c - 0xc4), &n) && scan_skip(s, n);
    case 0xc7: case 0xc8: case 0xc9:                                     /* ext: length, type, bytes */
      return scan_length(s, 1 << (c - 0xc7), &n) && scan_skip(s, 1) && scan_skip(s, n);
    case 0xca: return scan_skip(s, 4);
    case 0xcb: return scan_skip(s, 8);
    case 0xcc: case 0xcd: case 0xce: case 0xcf: return scan_skip(s, (size_t)1 << (c - 0xcc));
    case 0xd0: case 0xd1: case 0xd2: case 0xd3: return scan_skip(s, (size_t)1 << (c - 0xd0));
    case 0xd4: case 0xd5: case 0xd6: case 0xd7: case 0xd8: return scan_skip(s, ((size_t)1 << (c - 0xd4)) + 1);
    case 0xd9: case 0xda: case 0xdb:                                     /* str */
      return scan_length(s, 1 << (c - 0xd9), &n) && scan_skip(s, n);
    default:                                                             /* dc dd array, de df map */
      lenbytes = c & 1 ? 4 : 2;
      if (!scan_length(s, lenbytes, &n)) return false;
      if (c >= 0xde) n *= 2;
  }
  if (depth >= WIRE_DEPTH) return scan_fail(s, "values nested too deep");
  if ((size_t)(s->end - s->p) < n) return scan_fail(s, "a list longer than its message");
  while (n--)
    if (!scan_value(s, depth + 1)) return false;
  return true;
}

bool frame_check(const char *payload, size_t n, const char **err) {
  Scan s = { .p = (const unsigned char *)payload, .end = (const unsigned char *)payload + n };
  bool ok = scan_value(&s, 0) && (s.p == s.end || scan_fail(&s, "bytes after the message"));
  *err = s.err;
  return ok;
}

bool frame_unpack(const char *payload, size_t n, msgpack_zone *zone, msgpack_object *out, const char **err) {
  if (!frame_check(payload, n, err)) return false;
  msgpack_zone_clear(zone);
  size_t off = 0;
  msgpack_unpack_return r = msgpack_unpack(payload, n, &off, zone, out);
  if (r != MSGPACK_UNPACK_SUCCESS && r != MSGPACK_UNPACK_EXTRA_BYTES)
    return *err = r == MSGPACK_UNPACK_NOMEM_ERROR ? "out of memory for a message" : "a message that cannot be read", false;
  return true;
}
