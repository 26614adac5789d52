/* Keccak-256 with the padding from before SHA-3 (Ethereum's). Nettle has only SHA-3. */
#ifndef BOURSE_KECCAK_H
#define BOURSE_KECCAK_H
#include <stddef.h>
#include <stdint.h>
void keccak256(const uint8_t *p, size_t n, uint8_t out[32]);
#endif
