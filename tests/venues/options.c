#include "options.h"
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FUNDS "USD=100000,EUR=100000,USDT=100000,BTC=5,ETH=50,LTC=500,XRP=50000,SOL=500"

static void usage(FILE *out) {
  fputs("usage: bourse-venues [options] | get URL | post URL\n"
        "Starts exchanges on 127.0.0.1, prints \"id http://127.0.0.1:port\" for each, then \"ready\", and serves until stopped,\n"
        "or until what started it ends.\n"
        "  --venues a,b,...     which ones (default: all):",
        out);
  for (int i = 0; venues[i]; i++) fprintf(out, " %s", venues[i]->id);
  fputs("\n"
        "  --seed N             the world of prices (default 1): the same seed moves the same way\n"
        "  --speed X            how fast the world's time runs, 0.01 to 1000 (default 1)\n"
        "  --manual             the world stands still but for POST /-/advance?ms=N\n"
        "  --port-base P        ports P, P+1, ... instead of free ones\n"
        "  --for S              stop after S seconds\n"
        "  --recorded DIR       serve only what live exchanges sent, from the files of vectors in DIR\n"
        "  --plant FILE         serve only the venues that FILE names, with the markets and coins that it plants (README.md)\n"
        "  --fault ID=KIND      drop[:percent], garbage[:percent], delay:ms, stale:ms, status:code; may be repeated\n"
        "Those that trade:",
        out);
  for (int i = 0; venues[i]; i++)
    if (venues[i]->trading) fprintf(out, " %s", venues[i]->id);
  fputs("\n"
        "  --keys               print their keys as BOURSE_<ID>_APIKEY=..., BOURSE_<ID>_SECRET=..., _PASSWORD\n"
        "  --key ID=KEY:SECRET[:PASSWORD]\n"
        "  --funds [ID:]USD=1000,BTC=0.5,...   what the account has (default: " FUNDS ")\n"
        "  --faults [ID:]lost=0.2,delay=0.1:500,...    what goes wrong with private requests, and how likely: lost, lost-before,\n"
        "                       delay:ms, duplicate, late:ms, cross, garbage, reject, restate, error:status, maintenance=EVERY:FOR, "
        "latency=MIN:MAX\n"
        "  --fault-at [ID:]7=lost | read2=... | create1=... | cancel1=...   aimed at a request, counted from 1; may be repeated\n"
        "get and post ask a running one: URL/-/state, URL/-/advance?ms=N, URL/-/fault?next=lost (README.md).\n",
        out);
}

static int wrong(const char *option, const char *value, const char *expected) {
  fprintf(stderr, "bourse-venues: %s %s: expected %s\n", option, value, expected);
  return 3;
}

static bool number(const char *text, double low, double high, double *out) {
  char *end;
  errno = 0;
  double v = strtod(text, &end);
  if (!*text || *end || errno || !isfinite(v) || v < low || v > high) return false;
  *out = v;
  return true;
}

int venue_place(const Venue *v) {
  int at = 0;
  while (venues[at] != v) at++;
  return at;
}

static int choose(Options *o, const char *list) {
  o->n = 0;
  for (const char *p = list;; p++) {
    size_t len = strcspn(p, ",");
    const Venue *v = venue_find(p, len);
    if (!v) {
      fprintf(stderr, "bourse-venues: --venues: there is no venue '%.*s'; there are", (int)(len > 64 ? 64 : len), p);
      for (int i = 0; venues[i]; i++) fprintf(stderr, " %s", venues[i]->id);
      fputs("\n", stderr);
      return 3;
    }
    for (int i = 0; i < o->n; i++)
      if (o->list[i] == v) return wrong("--venues", list, "each venue once");
    o->list[o->n++] = v;
    p += len;
    if (!*p) return 0;
  }
}

static int set_fault(Options *o, const char *text) {
  const char *expected =
      "ID=drop[:percent], ID=garbage[:percent], ID=delay:ms, ID=stale:ms or ID=status:code of a venue that is served";
  const char *equals = strchr(text, '=');
  const Venue *v = equals ? venue_find(text, (size_t)(equals - text)) : NULL;
  int at = 0;
  while (at < o->n && o->list[at] != v) at++;
  if (!v || at == o->n) return wrong("--fault", text, expected);
  const char *kind = equals + 1, *colon = strchr(kind, ':');
  size_t len = colon ? (size_t)(colon - kind) : strlen(kind);
  static const struct {
    const char *name;
    double low, high, without;
  } kinds[] = { { "drop", 1, 100, 100 },
                { "garbage", 1, 100, 100 },
                { "delay", 1, 600000, 0 },
                { "stale", 1, 1e9, 0 },
                { "status", 200, 599, 0 } };
  for (int i = 0; i < 5; i++) {
    if (strlen(kinds[i].name) != len || memcmp(kinds[i].name, kind, len)) continue;
    double value = kinds[i].without;
    if (colon ? !number(colon + 1, kinds[i].low, kinds[i].high, &value) : !value) break;
    Fault *f = &o->of[venue_place(v)].fault;
    *(int *[]) { &f->drop, &f->garbage, &f->delay_ms, &f->stale_ms, &f->status }[i] = (int)value;
    return 0;
  }
  return wrong("--fault", text, expected);
}

static bool trades(const Venue *v) { return v && v->trading; }

/* "kraken:..." is for that venue, anything else for all: the venue (NULL: all), and *text moved on. */
static const Venue *take_venue(const char **text) {
  size_t n = strcspn(*text, ":=");
  const Venue *v = (*text)[n] == ':' ? venue_find(*text, n) : NULL;
  if (trades(v)) *text += n + 1;
  return trades(v) ? v : NULL;
}

static bool take_funds(VenueOptions *v, const char *text) {
  memset(v->funds, 0, sizeof v->funds);
  for (;;) {
    size_t n = strcspn(text, "=,"), len = text[n] == '=' ? strcspn(text + n + 1, ",") : 0;
    int a = 0;
    while (a < A_COUNT && (strlen(asset_code((enum asset)a)) != n || memcmp(asset_code((enum asset)a), text, n))) a++;
    if (a == A_COUNT || !len || len > 20 || !dec_parse(text + n + 1, len, &v->funds[a])) return false;
    if (dec_cmp(v->funds[a], ZERO) < 0 || !exact_step(v->funds[a], 8) || dec_cmp(v->funds[a], exact_of("1e12")) > 0) return false;
    text += n + 1 + len;
    if (!*text++) return true;
  }
}

static int set_key(Options *o, const char *text) {
  const char *equals = strchr(text, '='), *secret = equals ? strchr(equals, ':') : NULL;
  const Venue *v = equals ? venue_find(text, (size_t)(equals - text)) : NULL;
  const char *password = secret ? strchr(secret + 1, ':') : NULL;
  if (!secret || !trades(v)) return wrong("--key", "(not shown)", "ID=KEY:SECRET[:PASSWORD] of a venue that trades");
  TradeKey *k = &o->of[venue_place(v)].key;
  size_t n = (size_t)(secret - equals - 1), m = password ? (size_t)(password - secret - 1) : strlen(secret + 1);
  if (n >= sizeof k->api_key || m >= sizeof k->secret || (password && strlen(password + 1) >= sizeof k->password))
    return wrong("--key", "(not shown)", "something shorter");
  *k = (TradeKey) { 0 };
  memcpy(k->api_key, equals + 1, n);
  memcpy(k->secret, secret + 1, m);
  if (password) strcpy(k->password, password + 1);
  return 0;
}

/* --faults, --fault-at and --funds, for one venue or all. */
static int set_trading(Options *o, char option, const char *value) {
  char err[512] = "CODE=AMOUNT,... of at most 8 decimals";
  const char *text = value, *name = option == 'A' ? "--fault-at" : option == 'Q' ? "--faults" : "--funds";
  const Venue *one = take_venue(&text);
  for (int i = 0; venues[i]; i++) {
    VenueOptions *v = &o->of[i];
    if (one && one != venues[i]) continue;
    bool fine = option == 'A'   ? faults_aim(&v->faults, text, err, sizeof err)
                : option == 'Q' ? faults_parse(&v->faults, text, err, sizeof err)
                                : take_funds(v, text);
    if (fine) continue;
    if (option == 'U') return wrong(name, value, err);
    fprintf(stderr, "bourse-venues: %s %s: %s\n", name, value, err);
    return 3;
  }
  return 0;
}

int options_parse(int argc, char **argv, Options *o) {
  static const struct option long_options[] = {
    { "venues", required_argument, 0, 'v' },    { "seed", required_argument, 0, 's' },  { "speed", required_argument, 0, 'x' },
    { "port-base", required_argument, 0, 'p' }, { "for", required_argument, 0, 'f' },   { "recorded", required_argument, 0, 'r' },
    { "fault", required_argument, 0, 'F' },     { "manual", no_argument, 0, 'm' },      { "keys", no_argument, 0, 'K' },
    { "key", required_argument, 0, 'k' },       { "funds", required_argument, 0, 'U' }, { "faults", required_argument, 0, 'Q' },
    { "fault-at", required_argument, 0, 'A' },  { "help", no_argument, 0, 'h' },        { "plant", required_argument, 0, 'P' },
    { 0 }
  };
  const char *faults[64];
  int c, nfaults = 0, failed = 0;
  double v;
  for (; venues[o->n]; o->n++) {
    o->list[o->n] = venues[o->n];
    take_funds(&o->of[o->n], FUNDS);
    if (venues[o->n]->trading) o->of[o->n].key = venues[o->n]->trading->key;
  }
  while (!failed && (c = getopt_long(argc, argv, "h", long_options, NULL)) != -1) switch (c) {
    case 'v': failed = choose(o, optarg); break;
    case 's':
      if (!number(optarg, 0, 9e15, &v)) failed = wrong("--seed", optarg, "a whole number");
      else o->seed = (uint64_t)v;
      break;
    case 'x':
      if (!number(optarg, 0.01, 1000, &o->speed)) failed = wrong("--speed", optarg, "0.01 to 1000");
      break;
    case 'p':
      if (!number(optarg, 1024, 65535 - VENUES_MAX, &v)) failed = wrong("--port-base", optarg, "1024 to 65519");
      else o->port_base = (int)v;
      break;
    case 'f':
      if (!number(optarg, 0.1, 1e6, &o->seconds)) failed = wrong("--for", optarg, "seconds, 0.1 to 1000000");
      break;
    case 'r': o->recorded = optarg; break;
    case 'P': o->plant = optarg; break;
    case 'F':
      if (nfaults == 64) failed = wrong("--fault", optarg, "at most 64 of them");
      else faults[nfaults++] = optarg;
      break;
    case 'm': o->manual = true; break;
    case 'K': o->keys = true; break;
    case 'k': failed = set_key(o, optarg); break;
    case 'U':
    case 'Q':
    case 'A': failed = set_trading(o, (char)c, optarg); break;
    case 'h': usage(stdout); return 1;
    default: usage(stderr); failed = 3;
    }
  if (!failed && optind < argc) failed = wrong("argument", argv[optind], "none");
  for (int i = 0; !failed && i < nfaults; i++) failed = set_fault(o, faults[i]);
  return failed;
}
