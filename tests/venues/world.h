/* One world of prices, from which every venue's market is made.
 *
 * A price is a function of (seed, asset, world time): the sum of seeded noise at periods that double from a quarter of a second to
 * about three weeks, with amplitudes that grow as the square root of the period. That moves as a geometric random walk does,
 * needs no state, and answers for the past (candles, trades) with the same prices that books showed then. */
#ifndef VENUES_WORLD_H
#define VENUES_WORLD_H
#include <stdbool.h>
#include <stdint.h>

enum asset { A_USD, A_EUR, A_ZAR, A_USDT, A_BTC, A_ETH, A_LTC, A_XRP, A_SOL, A_COUNT };

typedef struct {
  uint64_t seed;
  double speed;     /* world milliseconds in one real millisecond */
  int64_t started;  /* real ms at which the world began; the same seed gives the same prices at the same time since then */
  int64_t *stopped; /* the moment at which it stands still, until someone moves it; NULL: time goes by */
} World;

typedef int64_t Moment; /* real time, ms since 1970 */

Moment world_now(const World *w, Moment wall); /* the world's moment when it is `wall` outside */

const char *asset_code(enum asset a);
bool asset_find(const char *name, enum asset *out);
/* One more, from A_COUNT on, whose price stands still. "BOX#2" is another coin that has the code BOX too. False: not a short name, there
 * already, or one too many. */
bool asset_plant(const char *name, double usd);
uint64_t world_hash(uint64_t seed, uint64_t a, uint64_t b, uint64_t c);
double world_unit(uint64_t hash);                                            /* 0 < u < 1 */
double world_normal(uint64_t hash);                                          /* mean 0, deviation 1 */
double world_time(const World *w, Moment now);                               /* world ms */
double world_noise(uint64_t seed, uint64_t stream, double t, double period); /* smooth, -1..1 */
double world_price(const World *w, enum asset base, enum asset quote, Moment now);
#endif
