/* What tells questions apart when a tape is played: the same for the broker, who has the tape, and for a worker that goes ahead with a part of it. */
#ifndef BOURSE_ASKED_KEY_H
#define BOURSE_ASKED_KEY_H
#include "wire/message.h"
#include <stddef.h>
#include <stdint.h>

static inline uint64_t key_more(uint64_t h, const void *bytes, size_t n) {
  const unsigned char *p = bytes;
  for (size_t i = 0; i < n; i++) h = (h ^ p[i]) * 0x100000001b3u;
  return h ^ h >> 29;
}

static inline uint64_t key_of(uint32_t worker, uint8_t what) {
  const unsigned char head[5] = { (unsigned char)worker, (unsigned char)(worker >> 8), (unsigned char)(worker >> 16), (unsigned char)(worker >> 24), what };
  return key_more(0xcbf29ce484222325u, head, sizeof head);
}

/* Of a request: the digest of draft.h. */
static inline uint64_t key_of_request(uint32_t worker, const unsigned char digest[16]) { return key_more(key_of(worker, MSG_HTTP), digest, 16); }

/* A sleep is told apart by its id, too: no two are the same. */
static inline uint64_t key_of_sleep(uint32_t worker, uint32_t id, double ms) {
  return key_more(key_more(key_of(worker, MSG_SLEEP), &id, sizeof id), &ms, sizeof ms);
}
#endif
