/* Limits as they are written: bourse.lua, and what a script sets for itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/guard_in.h"
#include "wire/nearest.h"
#include "wire/pack.h"

#define NAMES_MAX 4096

const Amount *amount_of(const Amounts *a, const char *code) {
  for (size_t i = 0; i < a->n; i++)
    if (!strcmp(a->v[i].code, code)) return &a->v[i];
  return NULL;
}

static void names_free(Names *n) {
  for (size_t i = 0; i < n->n; i++) free(n->v[i]);
  free(n->v);
  *n = (Names){ 0 };
}

static void layer_free(GuardLayer *l) {
  names_free(&l->venues);
  names_free(&l->symbols);
  names_free(&l->params);
  names_free(&l->methods);
  free(l->order_notional.v);
  free(l->minute_notional.v);
  free(l->day_notional.v);
  free(l->loss.v);
  free(l);
}

void guard_limits_free(GuardLimits *l) {
  for (GuardLayer *x = l->layers, *next; x; x = next) {
    next = x->next;
    layer_free(x);
  }
  for (size_t i = 0; i < l->n_addresses; i++) free(l->addresses[i].address);
  free(l->addresses);
  *l = (GuardLimits){ 0 };
}

static GuardLayer *layer_new(const char *by, const char *venue) {
  GuardLayer *l = calloc(1, sizeof *l);
  if (!l) abort();
  snprintf(l->by, sizeof l->by, "%s", by);
  snprintf(l->venue, sizeof l->venue, "%s", venue);
  l->orders_per_minute = l->open_orders = l->data_age_ms = -1;
  return l;
}

/* ---- the built-in limits ---- */

static void amounts_add(Amounts *a, const char *code, Decimal most) {
  Amount *v = realloc(a->v, (a->n + 1) * sizeof *v);
  if (!v) abort();
  a->v = v;
  snprintf(v[a->n].code, sizeof v->code, "%s", code);
  v[a->n++].most = most;
}

static void amounts_set(Amounts *a, const char *code, const char *most) {
  Decimal d;
  if (dec_parse(most, strlen(most), &d)) amounts_add(a, code, d);
}

/* What is not said of a currency that can be traded follows from the largest order in it. */
static void complete(GuardLayer *l) {
  const struct { Amounts *of; Decimal times; } all[] = {
    { &l->minute_notional, { 5, 0 } }, { &l->day_notional, { 20, 0 } }, { &l->loss, { 2, 1 } } };
  for (size_t i = 0; i < l->order_notional.n; i++) {
    const Amount *order = &l->order_notional.v[i];
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
      Decimal most = order->most;
      if (amount_of(all[k].of, order->code)) continue;
      if (!dec_mul(order->most, all[k].times, &most)) most = order->most;       /* too long to be meant */
      amounts_add(all[k].of, order->code, most);
    }
  }
}

/* Small enough that a first mistake is cheap: about a hundred dollars an order, five hundred a minute, a thousand a day, a loss of twenty. */
void guard_defaults(GuardLimits *l) {
  static const struct { const char *code, *order, *day, *loss; } sums[] = {
    { "USD", "100", "1000", "20" }, { "USDT", "100", "1000", "20" }, { "USDC", "100", "1000", "20" }, { "EUR", "100", "1000", "20" },
    { "GBP", "100", "1000", "20" }, { "CHF", "100", "1000", "20" }, { "AUD", "150", "1500", "30" }, { "CAD", "150", "1500", "30" },
    { "JPY", "15000", "150000", "3000" }, { "KRW", "150000", "1500000", "30000" }, { "BTC", "0.002", "0.02", "0.0004" }, { "ETH", "0.03", "0.3", "0.006" } };
  GuardLayer *x = layer_new("the built-in limit", "");
  for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
    amounts_set(&x->order_notional, sums[i].code, sums[i].order);
    amounts_set(&x->day_notional, sums[i].code, sums[i].day);
    amounts_set(&x->loss, sums[i].code, sums[i].loss);
  }
  complete(x);
  x->closed = true;
  x->orders_per_minute = 20;
  x->open_orders = 10;
  x->data_age_ms = 5000;
  x->price_band = (Decimal){ 5, 2 };
  x->has_price_band = x->has_self_cross = true;
  *l = (GuardLimits){ .layers = x, .data_age_ms = x->data_age_ms };
}

/* ---- reading ---- */

typedef struct { char *err; size_t size; char where[160]; const char *exchanges; } Reader;

static bool wrong(Reader *r, const char *key, const char *what) {
  snprintf(r->err, r->size, "%s%s%s: %s", r->where, *r->where && *key ? "." : "", key, what);
  return false;
}

/* `words`: those that there are, "a|b". */
static bool unknown(Reader *r, const char *key, const char *what, const char *words) {
  char text[600], all[320] = "";
  const char *near = nearest_word(key, words);
  size_t n = 0;
  for (const char *w = words; *w && strlen(words) < sizeof all / 2; w++) {
    all[n++] = *w == '|' ? ',' : *w;
    if (*w == '|') all[n++] = ' ';
  }
  snprintf(text, sizeof text, "no such %s%s%s%s%s%s", what, near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "", n ? "; there are " : "", all);
  return wrong(r, key, text);
}

static bool is_venue(Reader *r, const char *key) {
  char word[130];
  if (!r->exchanges) return true;
  snprintf(word, sizeof word, "%s|", key);
  for (const char *at = r->exchanges; (at = strstr(at, word)); at++)
    if (at == r->exchanges || at[-1] == '|') return true;
  return unknown(r, key, "exchange", r->exchanges);
}

/* Codes of currencies are in capitals: one that is not would never be met. */
static bool is_code(Reader *r, const char *key, const char *code) {
  char at[120];
  bool small = false, big = false;
  for (const char *c = code; *c; c++) {
    small |= *c >= 'a' && *c <= 'z';
    big |= *c >= 'A' && *c <= 'Z';
  }
  if (*code && (big || !small)) return true;
  snprintf(at, sizeof at, "%s%s%.64s", key, *key ? "." : "", code);
  return wrong(r, at, "a currency is expected, in capitals: USD");
}

static bool key_of(const msgpack_object *o, char *buf, size_t cap) {
  const char *s;
  size_t n;
  if (!pack_text(o, &s, &n) || n >= cap || memchr(s, 0, n)) return false;
  memcpy(buf, s, n);
  buf[n] = 0;
  return true;
}

static bool decimal_of(const msgpack_object *v, Decimal *out) {
  const char *s;
  size_t n;
  if (v->type == MSGPACK_OBJECT_POSITIVE_INTEGER && v->via.u64 <= INT64_MAX) return *out = dec_from_int((long long)v->via.u64), true;
  if (v->type == MSGPACK_OBJECT_FLOAT64 || v->type == MSGPACK_OBJECT_FLOAT32) return dec_from_double(v->via.f64, out);
  return pack_text(v, &s, &n) && dec_parse(s, n, out);
}

static bool whole(Reader *r, const char *key, const msgpack_object *v, int64_t least, int64_t most, int64_t *out) {
  char text[80];
  Decimal d;
  int i;
  snprintf(text, sizeof text, "a whole number from %lld to %lld is expected", (long long)least, (long long)most);
  if (v->type == MSGPACK_OBJECT_STR || !decimal_of(v, &d)) return wrong(r, key, text);
  if (dec_cmp(d, dec_from_int(least)) < 0 || dec_cmp(d, dec_from_int(most)) > 0) return wrong(r, key, text);
  double x = dec_double(d);
  i = (int)x;
  if ((double)i != x) return wrong(r, key, text);
  *out = i;
  return true;
}

static bool flag(Reader *r, const char *key, const msgpack_object *v, bool *out) {
  if (v->type != MSGPACK_OBJECT_BOOLEAN) return wrong(r, key, "true or false is expected");
  *out = v->via.boolean;
  return true;
}

static bool list(Reader *r, const char *key, const msgpack_object *v, Names *out) {
  char name[128];
  bool empty_map = v->type == MSGPACK_OBJECT_MAP && v->via.map.size == 0;      /* an empty table is either */
  if ((v->type != MSGPACK_OBJECT_ARRAY && !empty_map) || (!empty_map && v->via.array.size > NAMES_MAX))
    return wrong(r, key, "a list of names is expected: { \"a\", \"b\" }");
  size_t n = empty_map ? 0 : v->via.array.size;
  names_free(out);
  out->given = true;
  if (n && !(out->v = calloc(n, sizeof *out->v))) abort();
  for (size_t i = 0; i < n; i++) {
    if (!key_of(&v->via.array.ptr[i], name, sizeof name)) return wrong(r, key, "a list of names is expected: { \"a\", \"b\" }");
    if (!(out->v[out->n++] = strdup(name))) abort();
  }
  return true;
}

static bool amounts(Reader *r, const char *key, const msgpack_object *v, Amounts *out) {
  if (v->type != MSGPACK_OBJECT_MAP || v->via.map.size > NAMES_MAX) return wrong(r, key, "amounts by currency are expected: { USD = 100 }");
  free(out->v);
  *out = (Amounts){ .v = calloc(v->via.map.size ? v->via.map.size : 1, sizeof *out->v) };
  if (!out->v) abort();
  for (uint32_t i = 0; i < v->via.map.size; i++) {
    const msgpack_object_kv *kv = &v->via.map.ptr[i];
    Amount *a = &out->v[out->n];
    if (!key_of(&kv->key, a->code, sizeof a->code)) return wrong(r, key, "amounts by currency are expected: { USD = 100 }");
    if (!is_code(r, key, a->code)) return false;
    if (!decimal_of(&kv->val, &a->most) || dec_cmp(a->most, dec_from_int(0)) < 0) {
      char at[80];
      snprintf(at, sizeof at, "%s.%s", key, a->code);
      return wrong(r, at, "a number of zero or more is expected");
    }
    out->n++;
  }
  return true;
}

static bool band(Reader *r, const char *key, const msgpack_object *v, GuardLayer *l) {
  if (v->type == MSGPACK_OBJECT_STR || !decimal_of(v, &l->price_band) || dec_cmp(l->price_band, dec_from_int(0)) <= 0
      || dec_cmp(l->price_band, dec_from_int(1)) > 0)
    return wrong(r, key, "a fraction above 0, at most 1, is expected: 0.05 is five per cent");
  l->has_price_band = true;
  return true;
}

/* One limit into a layer. `top`: the user's own, which says what happens on a death, too. */
static bool limit(Reader *r, const char *key, const msgpack_object *v, GuardLayer *l, GuardLimits *top) {
  if (!strcmp(key, "venues") && !*l->venue) {
    if (!list(r, key, v, &l->venues)) return false;
    for (size_t i = 0; i < l->venues.n; i++)
      if (!is_venue(r, l->venues.v[i])) return false;
    return true;
  }
  if (!strcmp(key, "symbols")) return list(r, key, v, &l->symbols);
  if (!strcmp(key, "params")) return list(r, key, v, &l->params);
  if (!strcmp(key, "methods")) return list(r, key, v, &l->methods);
  if (!strcmp(key, "order_notional")) return amounts(r, key, v, &l->order_notional);
  if (!strcmp(key, "minute_notional")) return amounts(r, key, v, &l->minute_notional);
  if (!strcmp(key, "day_notional")) return amounts(r, key, v, &l->day_notional);
  if (!strcmp(key, "loss")) return amounts(r, key, v, &l->loss);
  if (!strcmp(key, "orders_per_minute")) return whole(r, key, v, 0, 100000, &l->orders_per_minute);
  if (!strcmp(key, "open_orders")) return whole(r, key, v, 0, 100000, &l->open_orders);
  if (!strcmp(key, "data_age_ms")) return whole(r, key, v, 50, 3600000, &l->data_age_ms);
  if (!strcmp(key, "price_band")) return band(r, key, v, l);
  if (!strcmp(key, "self_cross")) return l->has_self_cross = true, flag(r, key, v, &l->self_cross);
  if (!strcmp(key, "on_death") && top) {
    if (!pack_is(v, "cancel") && !pack_is(v, "keep")) return wrong(r, key, "\"cancel\" or \"keep\" is expected");
    top->keep_on_death = pack_is(v, "keep");
    return true;
  }
  const char *words =
    "on_death|venues|symbols|order_notional|minute_notional|day_notional|loss|orders_per_minute|open_orders|data_age_ms|price_band|self_cross|params|methods";
  return unknown(r, key, "limit", top ? words : words + strlen("on_death|"));
}

static bool limits(Reader *r, const msgpack_object *m, GuardLayer *l, GuardLimits *top) {
  char key[64];
  if (m->type == MSGPACK_OBJECT_ARRAY && m->via.array.size == 0) return true;
  if (m->type != MSGPACK_OBJECT_MAP) return wrong(r, "", "a table is expected");
  for (uint32_t i = 0; i < m->via.map.size; i++) {
    if (!key_of(&m->via.map.ptr[i].key, key, sizeof key)) return wrong(r, "", "names are expected as keys");
    if (!limit(r, key, &m->via.map.ptr[i].val, l, top)) return false;
  }
  return true;
}

static void layer_add(GuardLimits *g, GuardLayer *l) {
  GuardLayer **at = &g->layers;
  while (*at) at = &(*at)->next;
  *at = l;
  if (l->data_age_ms >= 0 && (l->data_age_ms < g->data_age_ms || l == g->layers)) g->data_age_ms = l->data_age_ms;
}

/* Has the map no other keys than these, "a|b"? */
static bool keys_are(Reader *r, const msgpack_object *m, const char *words) {
  char key[64];
  for (uint32_t i = 0; i < m->via.map.size; i++) {
    const char *w = words;
    if (!key_of(&m->via.map.ptr[i].key, key, sizeof key)) return wrong(r, "", "names are expected as keys");
    while (*w && (strlen(key) != strcspn(w, "|") || strncmp(key, w, strlen(key)) != 0)) {
      w += strcspn(w, "|");
      w += *w == '|';
    }
    if (!*w) return unknown(r, key, "field", words);
  }
  return true;
}

static bool venues(Reader *r, const msgpack_object *m, GuardLimits *g) {
  char venue[64];
  if (m->type != MSGPACK_OBJECT_MAP) return wrong(r, "venues", "venues by id are expected: { kraken = { limits = { .. } } }");
  for (uint32_t i = 0; i < m->via.map.size; i++) {
    const msgpack_object *v = &m->via.map.ptr[i].val;
    if (!key_of(&m->via.map.ptr[i].key, venue, sizeof venue)) return wrong(r, "venues", "names are expected as keys");
    snprintf(r->where, sizeof r->where, "venues");
    if (!is_venue(r, venue)) return false;
    snprintf(r->where, sizeof r->where, "venues.%s", venue);
    if (v->type != MSGPACK_OBJECT_MAP) return wrong(r, "", "{ limits = { .. } } is expected");
    if (!keys_are(r, v, "limits")) return false;
    const msgpack_object *own = pack_get(v, "limits");
    if (!own) continue;
    char by[96];
    snprintf(by, sizeof by, "bourse.lua (%s)", venue);
    GuardLayer *l = layer_new(by, venue);
    layer_add(g, l);
    snprintf(r->where, sizeof r->where, "venues.%s.limits", venue);
    if (!limits(r, own, l, NULL)) return false;
    if (l->data_age_ms >= 0 && l->data_age_ms < g->data_age_ms) g->data_age_ms = l->data_age_ms;
  }
  r->where[0] = 0;
  return true;
}

static bool address(Reader *r, GuardLimits *g, const char *code, const msgpack_object *v) {
  char text[512];
  GuardAddress *all = realloc(g->addresses, (g->n_addresses + 1) * sizeof *all);
  if (!all) abort();
  g->addresses = all;
  if (!key_of(v, text, sizeof text) || !*text) return wrong(r, code, "a list of addresses is expected: { \"bc1..\" }");
  snprintf(all[g->n_addresses].code, sizeof all->code, "%s", code);
  if (!(all[g->n_addresses].address = strdup(text))) abort();
  g->n_addresses++;
  return true;
}

static bool withdraw(Reader *r, const msgpack_object *m, GuardLimits *g) {
  char code[32];
  const msgpack_object *by_code = pack_get(m, "addresses");
  bool none = m->type == MSGPACK_OBJECT_ARRAY && m->via.array.size == 0;
  if (none) return true;
  if (m->type != MSGPACK_OBJECT_MAP) return wrong(r, "withdraw", "{ addresses = { BTC = { \"bc1..\" } } } is expected");
  snprintf(r->where, sizeof r->where, "withdraw");
  if (!keys_are(r, m, "addresses")) return false;
  if (by_code && by_code->type != MSGPACK_OBJECT_MAP) return wrong(r, "addresses", "addresses by currency are expected: { BTC = { \"bc1..\" } }");
  snprintf(r->where, sizeof r->where, "withdraw.addresses");
  for (uint32_t i = 0; by_code && i < by_code->via.map.size; i++) {
    const msgpack_object *v = &by_code->via.map.ptr[i].val;
    if (!key_of(&by_code->via.map.ptr[i].key, code, sizeof code)) return wrong(r, "", "currencies are expected as keys");
    if (!is_code(r, "", code)) return false;
    if (v->type != MSGPACK_OBJECT_ARRAY) return wrong(r, code, "a list of addresses is expected: { \"bc1..\" }");
    for (uint32_t k = 0; k < v->via.array.size; k++)
      if (!address(r, g, code, &v->via.array.ptr[k])) return false;
  }
  r->where[0] = 0;
  return true;
}

/* What accounts on paper start with: { kraken = { USD = 1000 } }, or { { USD = 1000 } } for all of them. */
static bool balances(Reader *r, const msgpack_object *m) {
  bool of_all = m->type == MSGPACK_OBJECT_ARRAY && m->via.array.size <= 1;
  uint32_t n = of_all ? m->via.array.size : m->type == MSGPACK_OBJECT_MAP ? m->via.map.size : 0;
  if (!of_all && m->type != MSGPACK_OBJECT_MAP) return wrong(r, "balances", "amounts by venue are expected: { kraken = { USD = 1000 } }");
  for (uint32_t i = 0; i < n; i++) {
    char venue[64] = "all";
    Amounts a = { 0 };
    const msgpack_object *v = of_all ? &m->via.array.ptr[i] : &m->via.map.ptr[i].val;
    snprintf(r->where, sizeof r->where, "paper.balances");
    if (!of_all && !key_of(&m->via.map.ptr[i].key, venue, sizeof venue)) return wrong(r, "", "names of exchanges are expected as keys");
    if (v->type != MSGPACK_OBJECT_MAP) return wrong(r, venue, "balances are by venue: balances = { kraken = { USD = 1000 } }");
    if (!of_all && !is_venue(r, venue)) return false;
    bool ok = amounts(r, venue, v, &a);
    free(a.v);
    if (!ok) return false;
  }
  return true;
}

static bool paper(Reader *r, const msgpack_object *m) {
  int64_t ms;
  if (m->type == MSGPACK_OBJECT_ARRAY && m->via.array.size == 0) return true;
  if (m->type != MSGPACK_OBJECT_MAP) return wrong(r, "paper", "{ balances = { kraken = { USD = 1000 } } } is expected");
  snprintf(r->where, sizeof r->where, "paper");
  const msgpack_object *held = pack_get(m, "balances"), *latency = pack_get(m, "latency_ms");
  bool ok = keys_are(r, m, "balances|latency_ms") && (!latency || whole(r, "latency_ms", latency, 0, 60000, &ms)) && (!held || balances(r, held));
  r->where[0] = 0;
  return ok;
}

bool guard_limits_read(GuardLimits *g, const msgpack_object *config, const char *exchanges, char *err, size_t errlen) {
  Reader r = { .err = err, .size = errlen, .exchanges = exchanges };
  GuardLayer *top = g->layers;
  if (!config || config->type == MSGPACK_OBJECT_NIL) return true;
  if (config->type == MSGPACK_OBJECT_ARRAY && config->via.array.size == 0) return true;
  if (config->type != MSGPACK_OBJECT_MAP) return wrong(&r, "", "a table is expected: return { limits = { .. } }");
  const msgpack_object *own = pack_get(config, "limits"), *by_venue = pack_get(config, "venues"), *out = pack_get(config, "withdraw");
  const msgpack_object *on_paper = pack_get(config, "paper");
  if (!keys_are(&r, config, "limits|venues|withdraw|paper")) return false;
  if (own) {
    snprintf(r.where, sizeof r.where, "limits");
    snprintf(top->by, sizeof top->by, "bourse.lua");
    if (pack_get(own, "order_notional")) top->minute_notional.n = top->day_notional.n = top->loss.n = 0;      /* the built-in ones go with the built-in order */
    if (!limits(&r, own, top, g)) return false;
    complete(top);
    g->data_age_ms = top->data_age_ms;
    r.where[0] = 0;
  }
  return (!by_venue || venues(&r, by_venue, g)) && (!out || withdraw(&r, out, g)) && (!on_paper || paper(&r, on_paper));
}

bool guard_limits_narrow(GuardLimits *g, const char *by, const msgpack_object *m, char *err, size_t errlen) {
  Reader r = { .err = err, .size = errlen, .where = "limits" };
  GuardLayer *l = layer_new(by, "");
  if (!limits(&r, m, l, NULL)) {
    layer_free(l);
    return false;
  }
  for (GuardLayer **at = &g->layers->next; *at; at = &(*at)->next)
    if (!strcmp((*at)->by, by)) {
      GuardLayer *old = *at;
      *at = old->next;
      layer_free(old);
      break;
    }
  layer_add(g, l);
  return true;
}

/* ---- showing ---- */

static size_t put(char *buf, size_t cap, size_t at, const char *text) {
  if (at < cap) snprintf(buf + at, cap - at, "%s", text);
  return at + strlen(text);
}

static size_t put_amounts(char *buf, size_t cap, size_t at, const char *what, const Amounts *a) {
  char number[64], piece[160];
  if (!a->n) return at;
  at = put(buf, cap, at, what);
  for (size_t i = 0; i < a->n; i++) {
    if (!dec_text(a->v[i].most, number, sizeof number)) snprintf(number, sizeof number, "%g", dec_double(a->v[i].most));
    snprintf(piece, sizeof piece, "%s%s %s", i ? ", " : " ", number, a->v[i].code);
    at = put(buf, cap, at, piece);
  }
  return at;
}

static size_t put_names(char *buf, size_t cap, size_t at, const char *what, const Names *n) {
  if (!n->given) return at;
  at = put(buf, cap, at, what);
  if (!n->n) at = put(buf, cap, at, " none");
  for (size_t i = 0; i < n->n; i++) {
    at = put(buf, cap, at, i ? ", " : " ");
    at = put(buf, cap, at, n->v[i]);
  }
  return at;
}

size_t guard_limits_text(const GuardLimits *g, char *buf, size_t cap) {
  const GuardLayer *l = g->layers;
  char piece[160];
  size_t at = put_amounts(buf, cap, 0, "an order up to", &l->order_notional);
  at = put_amounts(buf, cap, at, "; a minute", &l->minute_notional);
  at = put_amounts(buf, cap, at, "; a day", &l->day_notional);
  at = put_amounts(buf, cap, at, "; stops at a loss of", &l->loss);
  snprintf(piece, sizeof piece, "; %lld orders a minute, %lld open; prices within %g %% of the book, no older than %lld ms", (long long)l->orders_per_minute,
           (long long)l->open_orders, dec_double(l->price_band) * 100, (long long)l->data_age_ms);
  at = put(buf, cap, at, piece);
  at = put_names(buf, cap, at, "; venues", &l->venues);
  at = put_names(buf, cap, at, "; symbols", &l->symbols);
  at = put_names(buf, cap, at, "; params", &l->params);
  return put_names(buf, cap, at, "; methods", &l->methods);
}
