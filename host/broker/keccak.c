#include "keccak.h"
#include <string.h>

#define RATE 136                      /* bytes absorbed at a time for a 256-bit digest */

static uint64_t rotl(uint64_t x, unsigned n) { return x << n | x >> (64 - n); }

static void permute(uint64_t s[25]) {
  static const uint64_t constants[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
    0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
    0x000000000000800a, 0x800000008000000a, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008 };
  static const uint8_t rotation[24] = { 1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44 };
  static const uint8_t lane[24] = { 10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1 };
  for (int round = 0; round < 24; round++) {
    uint64_t c[5];
    for (int x = 0; x < 5; x++) c[x] = s[x] ^ s[x + 5] ^ s[x + 10] ^ s[x + 15] ^ s[x + 20];
    for (int x = 0; x < 5; x++) {
      uint64_t d = c[(x + 4) % 5] ^ rotl(c[(x + 1) % 5], 1);
      for (int y = 0; y < 25; y += 5) s[x + y] ^= d;
    }
    uint64_t moved = s[1];
    for (int i = 0; i < 24; i++) {
      uint64_t kept = s[lane[i]];
      s[lane[i]] = rotl(moved, rotation[i]);
      moved = kept;
    }
    for (int y = 0; y < 25; y += 5) {
      uint64_t row[5];
      memcpy(row, s + y, sizeof row);
      for (int x = 0; x < 5; x++) s[x + y] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
    }
    s[0] ^= constants[round];
  }
}

static void absorb(uint64_t s[25], const uint8_t *block) {
  for (int i = 0; i < RATE / 8; i++) {
    uint64_t v = 0;
    for (int b = 7; b >= 0; b--) v = v << 8 | block[8 * i + b];
    s[i] ^= v;
  }
  permute(s);
}

void keccak256(const uint8_t *p, size_t n, uint8_t out[32]) {
  uint64_t s[25] = { 0 };
  uint8_t last[RATE] = { 0 };
  for (; n >= RATE; n -= RATE, p += RATE) absorb(s, p);
  if (n) memcpy(last, p, n);
  last[n] = 0x01;
  last[RATE - 1] |= 0x80;
  absorb(s, last);
  for (int i = 0; i < 32; i++) out[i] = (uint8_t)(s[i / 8] >> (8 * (i % 8)));
}
