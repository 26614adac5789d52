#include "broker/order_facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/order_asked.h"
#include "broker/order_book.h"

/* ---- reading ---- */

static bool number(const msgpack_object *m, const char *key, char out[FACT], bool required, char *err, size_t errlen) {
  Decimal d;
  if (!text_of(m, key, out, FACT)) {
    out[0] = 0;
    return !required || (snprintf(err, errlen, "the order has no %s", key), false);
  }
  if (!dec_parse(out, strlen(out), &d)) return snprintf(err, errlen, "%s of the order is no number: %s", key, out), false;
  return true;
}

/* The price that it may be filled at: its own, but where that is no limit the book's, when that is higher. */
static bool price_of(const OrderFacts *f, Decimal *out) {
  const char *book = !strcmp(f->side, "buy") ? f->ask : f->bid;
  Decimal at;
  if (!f->price[0]) return book[0] && dec_parse(book, strlen(book), out);
  if (!dec_parse(f->price, strlen(f->price), out)) return false;
  if (!strstr(f->type, "limit") && book[0] && dec_parse(book, strlen(book), &at) && dec_cmp(at, *out) > 0) *out = at;
  return true;
}

/* amount x price (x contract size); of an inverse contract the amount, which is in the quote currency. */
static bool worth(const OrderFacts *f, Decimal price, Decimal *out) {
  Decimal amount, size;
  if (!dec_parse(f->amount, strlen(f->amount), &amount)) return false;
  if (f->contract_size[0] && (!dec_parse(f->contract_size, strlen(f->contract_size), &size) || !dec_mul(amount, size, &amount))) return false;
  if (!f->inverse) return dec_mul(amount, price, out);
  *out = amount;
  return true;
}

bool facts_raise(OrderFacts *f, const char *text) {
  Decimal price, more, was;
  if (!*text || !f->amount[0]) return true;
  bool ok = dec_parse(text, strlen(text), &price) && worth(f, price, &more) && dec_parse(f->notional, strlen(f->notional), &was);
  return ok && (dec_cmp(more, was) <= 0 || dec_text(more, f->notional, FACT) > 0);
}

/* price x amount (x contract size), of an inverse contract the amount itself, or the cost that was asked for: whichever is more, so that neither hides the
 * other. As text. False: it cannot be told. */
static bool notional_of(OrderFacts *f) {
  Decimal part, price, x, cost;
  bool has_cost = f->cost[0] && dec_parse(f->cost, strlen(f->cost), &cost);
  if (!f->amount[0]) return has_cost && dec_text(cost, f->notional, FACT) > 0;
  if (!price_of(f, &price) || !worth(f, price, &x)) return false;
  if (has_cost) {
    Decimal more = dec_cmp(cost, x) > 0 ? cost : x, less = dec_cmp(cost, x) > 0 ? x : cost;
    f->apart = !dec_mul(more, (Decimal){ 9, 1 }, &part) || dec_cmp(less, part) < 0;
    x = more;
  }
  return dec_text(x, f->notional, FACT) > 0;
}

/* The quote currency is the symbol's: BASE/QUOTE, BASE/QUOTE:SETTLE. */
static bool quotes(const OrderFacts *f) {
  const char *slash = strchr(f->symbol, '/');
  size_t n = slash ? strcspn(slash + 1, ":") : 0;
  return !slash || (strlen(f->quote) == n && !strncmp(slash + 1, f->quote, n));
}

bool facts_read(OrderFacts *f, const msgpack_object *m, char *err, size_t errlen) {
  memset(f, 0, sizeof *f);
  if (!pack_get_line(m, "symbol", f->symbol, sizeof f->symbol) || !pack_get_line(m, "type", f->type, sizeof f->type)
      || !pack_get_line(m, "side", f->side, sizeof f->side) || !pack_get_line(m, "quote", f->quote, sizeof f->quote))
    return snprintf(err, errlen, "the order has no symbol, type, side or quote"), false;
  pack_get_line(m, "base", f->base, sizeof f->base);
  text_of(m, "market_id", f->market_id, sizeof f->market_id);
  text_of(m, "base_id", f->base_id, sizeof f->base_id);
  text_of(m, "quote_id", f->quote_id, sizeof f->quote_id);
  if (!pack_get_line(m, "client_id", f->client_id, sizeof f->client_id)) f->client_id[0] = 0;
  f->inverse = pack_get_bool(m, "inverse");
  f->book_ms = pack_get_int(m, "book_at", 0);
  f->book_time = pack_get_int(m, "book_time", 0);
  struct { const char *key; char *out; } all[] = {
    { "amount", f->amount }, { "price", f->price }, { "cost", f->cost },
    { "contract_size", f->contract_size }, { "amount_step", f->amount_step }, { "price_step", f->price_step }, { "amount_min", f->amount_min },
    { "amount_max", f->amount_max }, { "price_min", f->price_min }, { "price_max", f->price_max }, { "cost_min", f->cost_min }, { "cost_max", f->cost_max },
    { "bid", f->bid }, { "ask", f->ask }, { "book_nonce", f->book_nonce } };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (!number(m, all[i].key, all[i].out, false, err, errlen)) return false;
  if (!quotes(f)) return snprintf(err, errlen, "%s is not quoted in %s", f->symbol, f->quote), false;
  if (!f->amount[0] && !f->cost[0]) return snprintf(err, errlen, "the order has neither amount nor cost"), false;
  if (!notional_of(f)) return snprintf(err, errlen, "what the order is worth cannot be told: no price, and nothing in the book"), false;
  return true;
}

char *facts_json(const msgpack_sbuffer *b) {
  msgpack_unpacked u;
  char *text = NULL;
  size_t n;
  msgpack_unpacked_init(&u);
  if (msgpack_unpack_next(&u, b->data, b->size, NULL) == MSGPACK_UNPACK_SUCCESS && (text = report_line(&u.data, &n)) && n) text[n - 1] = 0;
  msgpack_unpacked_destroy(&u);
  return text;
}

/* ---- the guard's word ---- */

#define MINUTE_MS 60000
#define DAY_MS 86400000          /* days begin at midnight UTC */
#define OWN_MAX 1000

typedef struct { GuardOwn orders[OWN_MAX]; char prices[OWN_MAX][JOURNAL_NUMBER]; size_t n; } Own;

static bool rests(void *ctx, const JournalOrder *j) {
  Own *own = ctx;
  if (own->n == OWN_MAX) return false;
  snprintf(own->prices[own->n], JOURNAL_NUMBER, "%s", j->price ? j->price : "");
  own->orders[own->n] = (GuardOwn){ strcmp(j->side, "buy") ? "sell" : "buy", own->prices[own->n] };
  own->n++;
  return true;
}

static bool sums(Orders *o, const char *venue, const OrderFacts *f, int64_t now, GuardSums *out, int64_t *unknown) {
  JournalSpan span = { .venue = venue, .symbol = f->symbol, .quote = f->quote, .since_ms = now - MINUTE_MS };
  JournalSums minute, day;
  if (!journal_sums(o->journal, &span, &minute)) return false;
  span.since_ms = now - now % DAY_MS;
  if (!journal_sums(o->journal, &span, &day)) return false;
  *out = (GuardSums){ minute.orders, minute.open, minute.notional, day.notional, day.realised };
  *unknown = minute.unknown;
  return true;
}

bool facts_judge(Orders *o, const char *venue, const OrderAsked *asked, const OrderFacts *f, enum guard_limit *limit, char *why, size_t size) {
  int64_t now = clock_wall_ms(), elsewhere;
  GuardOrder g = {
    .venue = venue, .symbol = f->symbol, .side = f->side, .quote = f->quote, .asked_amount = asked->amount, .amount = f->amount,
    .asked_price = asked->price, .price = f->price, .asked_cost = asked->cost, .cost = f->cost, .notional = f->notional,
    .amount_step = f->amount_step, .price_step = f->price_step, .amount_min = f->amount_min, .amount_max = f->amount_max,
    .price_min = f->price_min, .price_max = f->price_max, .cost_min = f->cost_min, .cost_max = f->cost_max, .bid = f->bid,
    .ask = f->ask, .trigger = asked->trigger, .book_age_ms = now - f->book_ms,
  };
  JournalFilter open = { .class = JOURNAL_OPEN, .venue = venue, .symbol = f->symbol };
  Own *own = calloc(1, sizeof *own);
  if (!own) abort();
  *limit = GUARD_NONE;
  bool ok = journal_each(o->journal, &open, rests, own) && sums(o, NULL, f, now, &g.all, &elsewhere) && sums(o, venue, f, now, &g.at_venue, &g.unknown);
  g.own = own->orders;
  g.n_own = own->n;
  if (!ok) snprintf(why, size, "the journal cannot be read: %s", journal_error(o->journal));
  if (ok && !asked_is(asked, f, why, size)) {
    *limit = GUARD_ASKED;
    ok = false;
  } else if (ok && f->apart) {
    *limit = GUARD_ASKED;
    ok = snprintf(why, size, "amount and cost (%s) do not say the same: the larger of what they come to is %s %s", f->cost, f->notional, f->quote) < 0;
  }
  if (ok && !books_in_step(&o->books, venue, f, now, why, size)) {
    *limit = GUARD_BOOK;
    ok = false;
  }
  ok = ok && guard_check(&o->limits, &g, limit, why, size);
  free(own);
  return ok;
}
