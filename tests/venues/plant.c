#include "plant.h"
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "memory.h"

#define LINE_TEXT 1024

/* How a venue names a market of two coins, and what it calls USDT. */
static const struct {
  const Venue *venue;
  const char *id, *name, *tether;
} forms[] = {
  { &venue_kraken, "%s%s", "%s%s", "USDT" },
  { &venue_coinbaseexchange, "%s-%s", "%s-%s", "USDT" },
  { &venue_bitfinex, "t%s%s", "%s%s", "UST" },
  { &venue_kucoin, "%s-%s", "%s-%s", "USDT" },
};
#define FORMS ((int)(sizeof forms / sizeof *forms))

typedef struct {
  Plants **of;
  const char *file;
  int line;
  char *err;
  size_t errlen;
} Reader;

__attribute__((format(printf, 2, 3))) static bool wrong(const Reader *r, const char *format, ...) {
  int n = snprintf(r->err, r->errlen, "%s:%d: ", r->file, r->line);
  va_list ap;
  va_start(ap, format);
  if (n > 0 && (size_t)n < r->errlen) vsnprintf(r->err + n, r->errlen - (size_t)n, format, ap);
  va_end(ap);
  return false;
}

static bool number(const char *text, double low, double high, double *out) {
  char *end;
  errno = 0;
  double v = strtod(text, &end);
  if (!*text || *end || errno || !(v >= low && v <= high)) return false;
  *out = v;
  return true;
}

static bool short_text(const char *text, char *out, size_t room) {
  if (!*text || strlen(text) >= room || strpbrk(text, "\"\\")) return false;
  strcpy(out, text);
  return true;
}

static Plants *plants_of(const Reader *r, const char *id) {
  for (int i = 0; venues[i]; i++)
    for (int k = 0; k < FORMS; k++) {
      if (venues[i] != forms[k].venue || strcmp(venues[i]->id, id)) continue;
      if (!r->of[i]) {
        r->of[i] = memory_new(sizeof **r->of);
        r->of[i]->venue = *venues[i];
        r->of[i]->venue.listings = r->of[i]->list;
        r->of[i]->venue.n = 0;
      }
      return r->of[i];
    }
  return NULL;
}

static bool yes_no(const char *text, bool *out) {
  *out = !strcmp(text, "yes");
  return *out || !strcmp(text, "no");
}

static bool market_key(Planted *p, const char *key, const char *value, Listing *l) {
  double d;
  if (!strcmp(key, "crossed") && !*value) return p->crossed = true;
  if (!strcmp(key, "off") && !*value) return p->off = true;
  if (!strcmp(key, "shift")) return number(value, -99, 1e6, &d) && (p->shift = d / 100, true);
  if (!strcmp(key, "unit")) return number(value, 1e-9, 1e9, &p->unit);
  if (!strcmp(key, "depth")) return number(value, 1e-9, 1e6, &p->depth);
  if (!strcmp(key, "wall")) return number(value, 0, 9e10, &p->wall);
  if (!strcmp(key, "fee")) return number(value, 0, 50, &d) && (p->fee = d / 100, true);
  if (!strcmp(key, "cost")) return number(value, 0, 1e9, &d) && short_text(value, p->min_cost, sizeof p->min_cost);
  if (!strcmp(key, "min")) return number(value, 1e-8, 1e9, &d) && (l->min_amount = llround(d * 1e8), true);
  if (!strcmp(key, "age")) return number(value, 0, 1e9, &d) && (p->age = (Moment)d, true);
  return false;
}

static bool coin_key(PlantedCoin *c, const char *key, const char *value) {
  double d;
  if (!strcmp(key, "closed") && !*value) return c->closed = true;
  if (!strcmp(key, "deposit")) return yes_no(value, &c->deposit);
  if (!strcmp(key, "withdraw")) return yes_no(value, &c->withdraw);
  if (!strcmp(key, "fee")) return number(value, 0, 1e9, &d) && short_text(value, c->fee, sizeof c->fee);
  if (!strcmp(key, "network")) return short_text(value, c->network, sizeof c->network);
  return !strcmp(key, "contract") && short_text(value, c->contract, sizeof c->contract);
}

/* The next word of the line, cut in two at its '='; NULL at the end. */
static char *word(char **rest, char **value) {
  char *w = strtok_r(NULL, " \t\n", rest), *equals = w ? strchr(w, '=') : NULL;
  *value = equals ? equals + 1 : "";
  if (equals) *equals = 0;
  return w;
}

/* Prices have six decimals, amounts eight. */
static bool read_market(const Reader *r, Plants *p, char *pair, char **rest) {
  char *slash = strchr(pair, '/'), *value;
  enum asset base, quote;
  if (p->markets == PLANT_MARKETS) return wrong(r, "more than %d markets", PLANT_MARKETS);
  if (slash) *slash = 0;
  if (!slash || !asset_find(pair, &base) || !asset_find(slash + 1, &quote)) return wrong(r, "COIN/COIN is expected, of coins that have a price");
  int form = 0, n = p->markets;
  while (strcmp(forms[form].venue->id, p->venue.id)) form++;
  const char *tether = quote == A_USDT ? forms[form].tether : asset_code(quote);
  snprintf(p->id[n], sizeof p->id[n], forms[form].id, asset_code(base), tether);
  snprintf(p->name[n], sizeof p->name[n], forms[form].name, asset_code(base), tether);
  p->list[n] = (Listing) { p->id[n], p->name[n], base, quote, 6, 8, 1000000 };
  p->market[n] = (Planted) { .unit = 1, .depth = 1, .fee = p->venue.fee, .min_cost = "1" };
  for (char *key; (key = word(rest, &value));)
    if (!market_key(&p->market[n], key, value, &p->list[n])) return wrong(r, "market: %s=%s", key, value);
  p->venue.n = ++p->markets;
  return true;
}

static bool read_coin(const Reader *r, Plants *p, const char *code, char **rest) {
  PlantedCoin *c = &p->coin[p->coins];
  char *value;
  if (p->coins == PLANT_COINS) return wrong(r, "more than %d coins", PLANT_COINS);
  *c = (PlantedCoin) { .deposit = true, .withdraw = true };
  if (!asset_find(code, &c->asset)) return wrong(r, "%s has no price", code);
  for (char *key; (key = word(rest, &value));)
    if (!coin_key(c, key, value)) return wrong(r, "coin: %s=%s", key, value);
  p->coins++;
  return true;
}

static bool read_venue(const Reader *r, Plants *p, char *key, char **rest) {
  double ms;
  for (char *value = strchr(key, '='); key; key = word(rest, &value)) {
    if (value && *value == '=') *value++ = 0;
    if (!strcmp(key, "closed")) p->closed = true;
    else if (!strcmp(key, "clock") && value && number(value, -1e9, 1e9, &ms)) p->clock = (Moment)ms;
    else return wrong(r, "venue: %s", key);
  }
  return true;
}

static bool read_line(const Reader *r, char *line) {
  char *rest, *what = strtok_r(line, " \t\n", &rest), *one = what ? strtok_r(NULL, " \t\n", &rest) : NULL;
  char *two = one ? strtok_r(NULL, " \t\n", &rest) : NULL;
  double usd;
  if (!what || *what == '#') return true;
  if (!two) return wrong(r, "price COIN DOLLARS, venue ID ..., market ID COIN/COIN ... or coin ID COIN ... is expected");
  if (!strcmp(what, "price")) {
    if (!number(two, 1e-9, 1e9, &usd)) return wrong(r, "price: a number of dollars is expected");
    return asset_plant(one, usd) || wrong(r, "price: %s is there already, too long, or one too many", one);
  }
  Plants *p = plants_of(r, one);
  if (!p) return wrong(r, "nothing can be planted at '%s'", one);
  if (!strcmp(what, "venue")) return read_venue(r, p, two, &rest);
  if (!strcmp(what, "market")) return read_market(r, p, two, &rest);
  if (!strcmp(what, "coin")) return read_coin(r, p, two, &rest);
  return wrong(r, "'%s' is none of price, venue, market, coin", what);
}

bool plant_read(const char *file, Plants *of[], char *err, size_t errlen) {
  Reader r = { .of = of, .file = file, .err = err, .errlen = errlen };
  char line[LINE_TEXT];
  FILE *f = fopen(file, "r");
  bool fine = f != NULL;
  if (!f) snprintf(err, errlen, "%s: %s", file, strerror(errno));
  while (fine && fgets(line, sizeof line, f)) {
    r.line++;
    fine = strchr(line, '\n') ? read_line(&r, line) : wrong(&r, "a line ends after at most %d characters", LINE_TEXT - 2);
  }
  if (fine && ferror(f)) {
    fine = false;
    snprintf(err, errlen, "%s: cannot be read", file);
  }
  if (f) fclose(f);
  return fine;
}

const Planted *plant_market(const Source *s, const Listing *l) {
  const Plants *p = s->plants;
  return p && l >= p->list && l < p->list + p->markets ? &p->market[l - p->list] : NULL;
}

Moment plant_stamp(const Source *s, const Listing *l, Moment told) {
  const Planted *p = plant_market(s, l);
  return p ? told - p->age : told;
}

bool plant_closed(const Source *s) { return s->plants && s->plants->closed; }
