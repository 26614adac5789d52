/* Frames on the socketpair, as message.h lays them out. The broker's end is non-blocking (frame_fill, frame_next,
 * frame_flush); the worker's end blocks (frame_read, frame_write). Neither trusts the other's lengths. */
#ifndef BOURSE_FRAME_H
#define BOURSE_FRAME_H
#include <msgpack.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_HEADER 12

typedef struct { uint8_t type; uint32_t id; const char *payload; size_t len; } Frame;
enum frame_status { FRAME_NONE, FRAME_OK, FRAME_EOF, FRAME_BAD };

/* Zero-initialise. `max` bounds a payload (0: WIRE_MAX). `error` says why after FRAME_BAD (static text). */
typedef struct { char *buf; size_t start, len, cap, max; const char *error; } FrameReader;
enum frame_status frame_fill(FrameReader *r, int fd);    /* reads what is there: OK something came, NONE nothing now, EOF, BAD */
enum frame_status frame_next(FrameReader *r, Frame *f);  /* the next whole frame, valid until the next fill or read; NONE: incomplete */
/* Blocks for one frame: OK, EOF or BAD. `quiet`, if any, is called when nothing came for as long as the socket's own timeout (SO_RCVTIMEO). */
enum frame_status frame_read(FrameReader *r, int fd, Frame *f, void (*quiet)(void *ctx), void *ctx);
bool frame_waiting(const FrameReader *r);                /* bytes of a further frame are already here */
/* Gives away the buffer in which the frame that was read last lies, when nothing else is in it: malloc'd, with room for a byte after the
 * payload. NULL: it stays with the reader. */
char *frame_give(FrameReader *r);
void frame_reader_free(FrameReader *r);

/* Zero-initialise. A queue of frames on their way out. A failed allocation marks it `failed`; nothing is sent then. */
typedef struct FramePart { struct FramePart *next; char *block; size_t start, len; } FramePart;
typedef struct {
  FramePart *parts, **last; size_t parts_len;   /* blocks that go out before what is in buf, and the bytes that they hold */
  char *buf; size_t start, len, cap, open;
  char *lent; size_t lent_at, lent_len;     /* a block that goes out after what is in buf, see frame_close_with */
  size_t closed;                            /* where in buf the payload of the frame that was closed last begins */
  bool failed;
} FrameWriter;
void frame_open(FrameWriter *w, uint8_t type, uint32_t id);   /* then write the payload with a packer over frame_append */
int frame_append(void *writer, const char *data, size_t n);   /* a msgpack_packer_write */
bool frame_close(FrameWriter *w);                             /* false: too long or out of memory; the frame is dropped */
/* The same for a payload that ends with these bytes of a malloc'd block, which is the writer's from here on. Nothing is copied: a list of markets has
 * megabytes, and each copy of it costs a page fault for every 4 KiB. */
bool frame_close_with(FrameWriter *w, char *block, size_t n);
/* The frame that was closed last, before anything else is written or flushed. Its payload may be in two parts: the second is of a lent block. */
Frame frame_closed(const FrameWriter *w, const char **rest, size_t *rest_len);
bool frame_put(FrameWriter *w, uint8_t type, uint32_t id, const char *payload, size_t n);
enum frame_status frame_flush(FrameWriter *w, int fd);        /* OK all sent, NONE more later, EOF peer gone, BAD (errno) */
/* The whole frames that wait, of a writer that was lent nothing, one by one: *at is 0 before the first. */
bool frame_unsent(const FrameWriter *w, size_t *at, Frame *f);
size_t frame_pending(const FrameWriter *w);
void frame_writer_free(FrameWriter *w);

/* Writes one frame to a blocking descriptor. False when the peer is gone. Async-signal-safe. */
bool frame_write(int fd, uint8_t type, uint32_t id, const char *payload, size_t n);

/* Checks depth, count and lengths first (an array that claims four billion members costs nothing), then unpacks into the
 * zone, which is cleared. Text points into the frame. False with the reason in err (static text). */
bool frame_unpack(const char *payload, size_t n, msgpack_zone *zone, msgpack_object *out, const char **err);
bool frame_check(const char *payload, size_t n, const char **err);
#endif
