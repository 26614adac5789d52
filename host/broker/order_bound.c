#include "broker/order_bound.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NUMBER_MAX 64
#define LOOK_MAX (256u << 10)    /* no order is longer */
#define CODED_MIN 16             /* characters of base64 that are worth a look */

/* ---- numbers ---- */

/* Exchanges that take whole numbers only: of cents, of satoshis, of 10^-18. */
static bool scaled(Decimal x, Decimal figure) {
  x = dec_strip(x);
  figure = dec_strip(figure);
  return x.scale <= 0 && figure.m == x.m && x.scale < figure.scale && figure.scale - x.scale <= 20;
}

static bool is_cost(Decimal x, Decimal cost) {
  Decimal least;
  return dec_cmp(x, cost) <= 0 && dec_mul(cost, (Decimal){ 9, 1 }, &least) && dec_cmp(x, least) > 0;
}

static bool is_word(const char *s, size_t n, const char *word) { return strlen(word) == n && strncasecmp(s, word, n) == 0; }

static void words(OrderBound *b, const char *s, size_t n) {
  for (size_t i = 0; i < n; i++) {
    size_t at = i;
    while (i < n && ((s[i] | 32) >= 'a' && (s[i] | 32) <= 'z')) i++;
    if (is_word(s + at, i - at, "buy") || is_word(s + at, i - at, "bid")) b->says_buy = true;
    if (is_word(s + at, i - at, "sell") || is_word(s + at, i - at, "ask")) b->says_sell = true;
  }
}

static void number(OrderBound *b, const char *s, size_t n) {
  Decimal x;
  if (n > NUMBER_MAX || !dec_parse(s, n, &x) || dec_is_zero(x)) return;
  x = dec_abs(x);
  if (dec_cmp(x, b->amount) == 0 || scaled(x, b->amount)) b->found |= BOUND_AMOUNT;
  if (dec_cmp(x, b->price) == 0 || scaled(x, b->price)) b->found |= BOUND_PRICE;
  if (is_cost(x, b->cost) || is_cost(x, b->product)) b->found |= BOUND_COST;
}

static bool digit(char c) { return c >= '0' && c <= '9'; }
static bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/* Digits, a point, digits, an exponent. Not within a word. */
static void numbers(OrderBound *b, const char *s, size_t n) {
  for (size_t i = 0; i < n;) {
    bool starts = digit(s[i]) && (i == 0 || !(letter(s[i - 1]) || digit(s[i - 1]) || s[i - 1] == '.'));
    size_t at = i++;
    if (!starts) continue;
    while (i < n && (digit(s[i]) || s[i] == '.')) i++;
    if (i + 1 < n && (s[i] == 'e' || s[i] == 'E')) {
      size_t e = i + 1 + (s[i + 1] == '-' || s[i + 1] == '+');
      if (e < n && digit(s[e])) for (i = e; i < n && digit(s[i]);) i++;
    }
    number(b, s + at, i - at);
  }
}

/* ---- codings ---- */

static int hex(char c) { return digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; }

static size_t unescape(const char *s, size_t n, char *out) {
  size_t len = 0;
  for (size_t i = 0; i < n; i++) {
    bool coded = s[i] == '%' && i + 2 < n && hex(s[i + 1]) >= 0 && hex(s[i + 2]) >= 0;
    out[len++] = coded ? (char)(hex(s[i + 1]) << 4 | hex(s[i + 2])) : s[i];
    if (coded) i += 2;
  }
  return len;
}

static int six(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (digit(c)) return c - '0' + 52;
  return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* Either alphabet of base64; 0 when what comes out is no text. */
static size_t decode(const char *s, size_t n, char *out) {
  size_t len = 0;
  uint32_t bits = 0;
  for (size_t i = 0; i < n; i++) {
    bits = bits << 6 | (uint32_t)six(s[i]);
    if (i % 4 == 0) continue;
    unsigned char c = (unsigned char)(bits >> (6 - 2 * (i % 4)));
    if (c < ' ' || c == 0x7f) return 0;
    out[len++] = (char)c;
  }
  return len;
}

void bound_plain(char *to, size_t cap, const char *text) {
  size_t n = 0;
  for (; *text && n + 1 < cap; text++)
    if (digit(*text) || (letter(*text) && *text != '_')) to[n++] = digit(*text) ? *text : (char)(*text | 32);
  if (cap) to[n] = 0;
}

void bound_market(OrderBound *b, const BoundMarket *m) { b->market = m; }

static bool says(const char *text, const char names[2][48]) { return (*names[0] && strstr(text, names[0])) || (*names[1] && strstr(text, names[1])); }

static void market(OrderBound *b, const char *s, size_t n) {
  char *text = b->market ? malloc(n + 1) : NULL;
  size_t len = 0;
  if (!text) return;
  for (size_t i = 0; i < n; i++)
    if (digit(s[i]) || (letter(s[i]) && s[i] != '_')) text[len++] = digit(s[i]) ? s[i] : (char)(s[i] | 32);
  text[len] = 0;
  b->says_id |= *b->market->id && strstr(text, b->market->id);
  b->says_base |= says(text, b->market->base);
  b->says_quote |= says(text, b->market->quote);
  free(text);
}

static void look(OrderBound *b, const char *s, size_t n, int depth) {
  char *text = depth ? malloc(n + 1) : NULL;
  numbers(b, s, n);
  words(b, s, n);
  market(b, s, n);
  if (!text) return;
  if (n && memchr(s, '%', n)) look(b, text, unescape(s, n, text), depth - 1);
  for (size_t i = 0; i < n; i++) {
    size_t at = i;
    while (i < n && six(s[i]) >= 0) i++;
    size_t len = i - at >= CODED_MIN ? decode(s + at, i - at, text) : 0;
    if (len) look(b, text, len, depth - 1);
  }
  free(text);
}

void bound_look(OrderBound *b, const char *text, size_t n) { look(b, text, n < LOOK_MAX ? n : LOOK_MAX, 3); }

static bool figure(const char *text, Decimal *out) { return text && *text && dec_parse(text, strlen(text), out); }

OrderBound bound_of(const char *type, const char *side, const char *amount, const char *price, const char *cost) {
  OrderBound b = { .buys = strcmp(side, "buy") == 0 };
  bool has_amount = figure(amount, &b.amount), has_price = figure(price, &b.price), market = strstr(type, "market") != NULL;
  if (has_amount) b.wants |= BOUND_AMOUNT;
  if (has_price && strstr(type, "limit")) b.wants |= BOUND_PRICE;
  if (!has_amount || market) {
    b.wants |= BOUND_COST;
    figure(cost, &b.cost);
    if (!has_amount || !has_price || !dec_mul(b.amount, b.price, &b.product)) b.product = dec_from_int(0);
  }
  return b;
}

const char *bound_lacks(const OrderBound *b) {
  bool worth = !(b->wants & (BOUND_AMOUNT | BOUND_COST)) || (b->found & b->wants & (BOUND_AMOUNT | BOUND_COST));
  if (!worth) return b->wants & BOUND_AMOUNT ? "amount" : "cost";
  if ((b->wants & BOUND_PRICE) && !(b->found & BOUND_PRICE)) return "price";
  if (b->market && !b->says_id && !(b->says_base && b->says_quote)) return "market";
  return b->buys ? b->says_sell && !b->says_buy ? "side" : NULL : b->says_buy && !b->says_sell ? "side" : NULL;
}
