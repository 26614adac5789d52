#include "broker/tape_in.h"

/* Eight bytes at a time, by eight tables that are made when they are first needed: of a tape of a million events the sums took a tenth of the replay. */
static uint32_t tables[8][256];

static void make_tables(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    tables[0][i] = crc;
  }
  for (int t = 1; t < 8; t++)
    for (uint32_t i = 0; i < 256; i++) tables[t][i] = tables[t - 1][i] >> 8 ^ tables[0][tables[t - 1][i] & 255];
}

uint32_t crc_more(uint32_t crc, const void *bytes, size_t n) {
  const uint8_t *p = bytes;
  if (!tables[0][1]) make_tables();
  crc = ~crc;
  for (; n >= 8; n -= 8, p += 8) {
    uint32_t low = crc ^ (uint32_t)get_le(p, 4);
    crc = tables[7][low & 255] ^ tables[6][low >> 8 & 255] ^ tables[5][low >> 16 & 255] ^ tables[4][low >> 24] ^ tables[3][p[4]] ^ tables[2][p[5]] ^
          tables[1][p[6]] ^ tables[0][p[7]];
  }
  while (n--) crc = crc >> 8 ^ tables[0][(crc ^ *p++) & 255];
  return ~crc;
}
