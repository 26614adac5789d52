/* What json_scan.c and json.c share. */
#ifndef BOURSE_JSON_IN_H
#define BOURSE_JSON_IN_H
#include "worker/json.h"

static inline int hex_digit(unsigned c) {
  if (c - '0' < 10u) return (int)(c - '0');
  c |= 0x20;
  return c - 'a' < 6u ? (int)(c - 'a' + 10) : -1;
}

static inline unsigned hex4(const unsigned char *p) {   /* four digits that were checked */
  return (unsigned)(hex_digit(p[0]) << 12 | hex_digit(p[1]) << 8 | hex_digit(p[2]) << 4 | hex_digit(p[3]));
}
#endif
