#include "world.h"
#include <math.h>
#include <string.h>

#define ORIGIN 1e12 /* world ms at the start, so that the past is never negative */
#define OCTAVES 23
#define SHORTEST 250.0 /* ms */

static const struct {
  const char *code;
  double usd, swing;
} assets[A_COUNT] = {
  /* swing: amplitude of noise of one second's period; 6e-5 is about 50 % a year */
  [A_USD] = { "USD", 1, 0 },           [A_EUR] = { "EUR", 1.0842, 8e-6 }, [A_ZAR] = { "ZAR", 0.0547, 1.2e-5 },
  [A_USDT] = { "USDT", 1.0003, 3e-7 }, [A_BTC] = { "BTC", 64250, 6e-5 },  [A_ETH] = { "ETH", 3420, 7e-5 },
  [A_LTC] = { "LTC", 82.4, 8e-5 },     [A_XRP] = { "XRP", 0.5274, 9e-5 }, [A_SOL] = { "SOL", 148.3, 1.1e-4 },
};

#define PLANTED_MAX 48
static struct {
  char name[16], code[16];
  double usd;
} planted[PLANTED_MAX];
static int planted_count;

static double asset_usd(enum asset a) { return a < A_COUNT ? assets[a].usd : planted[a - A_COUNT].usd; }

static double asset_swing(enum asset a) { return a < A_COUNT ? assets[a].swing : 0; }

const char *asset_code(enum asset a) { return a < A_COUNT ? assets[a].code : planted[a - A_COUNT].code; }

bool asset_find(const char *name, enum asset *out) {
  for (int i = 0; i < A_COUNT + planted_count; i++) {
    if (strcmp(name, i < A_COUNT ? assets[i].code : planted[i - A_COUNT].name)) continue;
    *out = (enum asset)i;
    return true;
  }
  return false;
}

bool asset_plant(const char *name, double usd) {
  enum asset there;
  size_t n = strcspn(name, "#");
  if (!n || strlen(name) >= sizeof planted->name || planted_count == PLANTED_MAX || asset_find(name, &there)) return false;
  strcpy(planted[planted_count].name, name);
  memcpy(planted[planted_count].code, name, n);
  planted[planted_count++].usd = usd;
  return true;
}

static uint64_t mix(uint64_t x) { /* splitmix64 */
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

uint64_t world_hash(uint64_t seed, uint64_t a, uint64_t b, uint64_t c) { return mix(mix(mix(mix(seed) ^ a) ^ b) ^ c); }

double world_unit(uint64_t hash) { return ((double)(hash >> 11) + 0.5) / 9007199254740992.0; }

double world_normal(uint64_t hash) { /* the sum of four uniforms is near enough, and cheap */
  double sum = 0;
  for (int i = 0; i < 4; i++) sum += (double)((hash >> (16 * i)) & 0xffff) / 65535.0;
  return (sum - 2) * 1.7320508;
}

Moment world_now(const World *w, Moment wall) { return w->stopped ? *w->stopped : wall; }

double world_time(const World *w, Moment now) { return ORIGIN + (double)(now - w->started) * w->speed; }

double world_noise(uint64_t seed, uint64_t stream, double t, double period) {
  double x = t / period, cell = floor(x), f = x - cell;
  int64_t n = (int64_t)cell;
  double a = world_unit(world_hash(seed, stream, (uint64_t)n, 1)), b = world_unit(world_hash(seed, stream, (uint64_t)(n + 1), 1));
  double s = f * f * (3 - 2 * f);
  return 2 * (a + (b - a) * s) - 1;
}

static double wander(const World *w, enum asset a, double t) {
  double sum = 0, period = SHORTEST, swing = asset_swing(a);
  if (swing == 0) return 0;
  for (int k = 0; k < OCTAVES; k++, period *= 2)
    sum += swing * sqrt(period / 1000) * world_noise(w->seed, (uint64_t)a << 8 | (uint64_t)k, t, period);
  return sum;
}

double world_price(const World *w, enum asset base, enum asset quote, Moment now) {
  double t = world_time(w, now);
  t = floor(t / 100) * 100; /* prices move in steps of a tenth of a second */
  return asset_usd(base) / asset_usd(quote) * exp(wander(w, base, t) - wander(w, quote, t));
}
