/* What Kraken calls its assets, and how finely it keeps them. */
#ifndef VENUES_KRAKEN_H
#define VENUES_KRAKEN_H
#include "world.h"

typedef struct {
  const char *id, *alt;
  int decimals, display;
} KrakenAsset;

extern const KrakenAsset kraken_assets[A_COUNT];
#endif
