/* The file of a tape: events in the order in which they happened, compressed (zstd), with an index. Knows nothing of what the events say.
 *
 *   "bourse tape 1\n" 0 0, then chunks, then 16 bytes: u64 offset of the index, "BOURSEND"       (all numbers little endian)
 *   chunk: u32 mark, u32 flags, u32 packed bytes, u32 raw bytes, u32 events, u32 crc, i64 time of its first event (us), the packed bytes
 *
 * Chunks that follow one another share one zstd stream until one with the flag CHUNK_FIRST begins a new block: there reading can begin. A chunk is
 * written whole with each tape_sync, so that a tape that ends in the middle is good up to its last whole chunk. The last chunk of a tape that was
 * finished is the index: where the blocks are. Without it they are found by going from chunk to chunk.
 *
 * Raw, an event is: varint us since the first event of its block, u8 what, varint worker, varint id, varint length, data. */
#ifndef BOURSE_TAPE_H
#define BOURSE_TAPE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  int64_t at_us;                        /* since 1970; never less than that of the event before */
  uint8_t what;                         /* of message.h, or TAPE_* */
  uint32_t worker, id;
  const char *data; size_t len;         /* one MessagePack value. Valid until the next call */
  uint64_t place;                       /* when read: for tape_read_at */
} TapeEvent;

#define TAPE_EXTRA 1000                 /* workers from this number on run no script: they are the session's own */
/* What is no message of message.h. */
enum {
  TAPE_HEAD = 128,                      /* {version, program, scripts, random, from}: the first event. scripts: how many workers run one, numbered from 0;
                                           from (us): when it was cut out of a longer tape, what is before that is there so that it can be played */
  TAPE_SENT,                            /* of a request: it went out: {try} */
  TAPE_CAME                             /* of a request: what came back: {status, ms} or {failure, ms} */
};

/* Writing. */
typedef struct TapeWriter TapeWriter;
TapeWriter *tape_create(const char *path, char *err, size_t errlen);        /* 0600; NULL with the reason: also when there is a file already */
/* The data may come in two parts. False when the disk did not take what was before; tape_why says why. Nothing more is written then. */
bool tape_write(TapeWriter *w, const TapeEvent *e, const char *rest, size_t rest_len);
bool tape_sync(TapeWriter *w);                                              /* all that was written is in the file */
bool tape_finish(TapeWriter *w);                                            /* the same, with the index. Frees it either way */
const char *tape_why(const TapeWriter *w);

/* Reading. */
typedef struct Tape Tape;
enum tape_state { TAPE_WHOLE, TAPE_CUT_OFF /* it ends before its end, as after a crash */, TAPE_DAMAGED };
enum tape_read { TAPE_EVENT, TAPE_END, TAPE_BAD /* a block that cannot be read further: the next call goes on behind it */ };

Tape *tape_open(const char *path, char *err, size_t errlen);                /* NULL with the reason */
void tape_close(Tape *t);
enum tape_read tape_next(Tape *t, TapeEvent *e);
bool tape_read_at(Tape *t, uint64_t place, TapeEvent *e);                   /* again, one that was read before; tape_next goes on where it was */
void tape_seek(Tape *t, int64_t at_us);                                     /* next comes the first event at that time or later */
/* What is known so far: damage inside shows when a block is read. *at: bytes from the start that are good. */
enum tape_state tape_state(const Tape *t, uint64_t *at);
typedef struct { uint64_t bytes, raw, blocks; } TapeSize;                   /* of the file; of the events in it */
TapeSize tape_size(const Tape *t);
const char *tape_path(const Tape *t);
#endif
