#include "agree.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/journal.h"
#include "worker/json.h"

#define FIELD 96
#define CODES 12

typedef struct {
  int64_t id, pair;
  char venue[32], venue_id[64], client[64], side[8], amount[FIELD], price[FIELD], filled[FIELD], reason[80];
  enum order_state state; int met;
} Order;
typedef struct { int64_t order; char venue[32], id[64], price[FIELD], amount[FIELD], fee[FIELD], currency[16]; int met; } Trade;
typedef struct { char code[16]; Decimal total; } Money;

typedef struct {
  Order *orders; size_t n_orders;
  Trade *trades; size_t n_trades;
  Money money[8][CODES];                        /* by venue */
  FILE *out;
  Agreement *result;
} Agree;

static void differs(Agree *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void differs(Agree *a, const char *format, ...) {
  va_list ap;
  va_start(ap, format);
  vfprintf(a->out, format, ap);
  va_end(ap);
  fputc('\n', a->out);
  a->result->differences++;
}

static void take(char *to, size_t cap, const char *from) { snprintf(to, cap, "%s", from ? from : ""); }

static bool same(const char *x, const char *y) {
  Decimal a, b;
  if (!*x) x = "0";
  if (!*y) y = "0";
  return dec_parse(x, strlen(x), &a) && dec_parse(y, strlen(y), &b) && dec_cmp(a, b) == 0;
}

/* ---- the journal's side ---- */

static bool on_order(void *ctx, const JournalOrder *j) {
  Agree *a = ctx;
  a->orders = realloc(a->orders, (a->n_orders + 1) * sizeof *a->orders);
  if (!a->orders) abort();
  Order *o = &a->orders[a->n_orders++];
  *o = (Order){ .id = j->id, .pair = j->pair, .state = j->state };
  take(o->venue, sizeof o->venue, j->venue);
  take(o->venue_id, sizeof o->venue_id, j->venue_id);
  take(o->client, sizeof o->client, j->client_id);
  take(o->side, sizeof o->side, j->side);
  take(o->amount, sizeof o->amount, j->amount);
  take(o->price, sizeof o->price, j->price);
  take(o->reason, sizeof o->reason, j->reason);
  take(o->filled, sizeof o->filled, j->filled);
  return true;
}

static bool on_fill(void *ctx, const JournalFill *f) {
  Agree *a = ctx;
  a->trades = realloc(a->trades, (a->n_trades + 1) * sizeof *a->trades);
  if (!a->trades) abort();
  Trade *t = &a->trades[a->n_trades++];
  *t = (Trade){ .order = f->order };
  take(t->venue, sizeof t->venue, f->venue);
  take(t->id, sizeof t->id, f->trade_id);
  take(t->price, sizeof t->price, f->price);
  take(t->amount, sizeof t->amount, f->amount);
  take(t->fee, sizeof t->fee, f->fee_cost);
  take(t->currency, sizeof t->currency, f->fee_currency);
  return true;
}

static bool on_pair(void *ctx, const JournalPair *p) {
  differs(ctx, "pair %lld is %s", (long long)p->id, p->state);
  return true;
}

/* A pair that is done or reversed is even; one that failed did nothing. One that is held says that it may be neither. */
static void check_pair(Agree *a, Journal *j, int64_t id) {
  JournalPair *p = journal_pair_get(j, id);
  Decimal bought = dec_from_int(0), sold = bought, x;
  for (size_t i = 0; i < a->n_orders; i++) {
    const Order *o = &a->orders[i];
    Decimal *sum = strcmp(o->side, "buy") ? &sold : &bought;
    if (o->pair == id && dec_parse(o->filled, strlen(o->filled), &x)) dec_add(*sum, x, sum);
  }
  bool even = dec_cmp(bought, sold) == 0, none = dec_is_zero(bought) && dec_is_zero(sold);
  if (!p) differs(a, "there is no pair %lld", (long long)id);
  else if (!strcmp(p->state, "failed") ? !none : strcmp(p->state, "held") != 0 && (!even || none))
    differs(a, "pair %lld is %s, and bought %g, sold %g", (long long)id, p->state, dec_double(bought), dec_double(sold));
  free(p);
  a->result->pairs++;
}

static void on_fault(void *ctx, const char *fault) { differs(ctx, "the journal is damaged: %s", fault); }

static bool journal_side(Agree *a, const char *dir) {
  char err[600], *path;
  JournalVerdict verdict;
  if (!journal_exists(dir, "live")) return true;                 /* it died before it had one */
  Journal *j = journal_open(dir, "live", false, err, sizeof err);
  if (!j) return fprintf(a->out, "%s\n", err), false;
  bool ok = journal_each(j, &(JournalFilter){ 0 }, on_order, a) && journal_each_fill(j, 0, 0, on_fill, a) && journal_pair_each_unfinished(j, on_pair, a);
  for (int64_t last = 0, next = 1; ok && next; last = next) {
    next = 0;
    for (size_t i = 0; i < a->n_orders; i++)
      if (a->orders[i].pair > last && (!next || a->orders[i].pair < next)) next = a->orders[i].pair;
    if (next) check_pair(a, j, next);
  }
  if (!ok) fprintf(a->out, "journal: %s\n", journal_error(j));
  journal_close(j);
  if (asprintf(&path, "%s/journal.db", dir) < 0) abort();
  journal_verify(path, on_fault, a, &verdict);
  free(path);
  return ok;
}

/* ---- the venue's side ---- */

static char *ask(const char *program, const char *url, size_t *len) {
  char *command, *text = NULL, buf[65536];
  if (asprintf(&command, "'%s' get %s/-/state", program, url) < 0) abort();
  FILE *p = popen(command, "re"), *out = open_memstream(&text, len);
  free(command);
  if (!p || !out) abort();
  for (size_t n; (n = fread(buf, 1, sizeof buf, p)) > 0;) fwrite(buf, 1, n, out);
  fputc(0, out);                                                 /* the spare byte */
  fclose(out);
  --*len;
  if (pclose(p) == 0) return text;
  free(text);
  return NULL;
}

static void field(const JsonDoc *d, uint32_t object, const char *key, char *out, size_t cap) {
  JsonScratch scratch = { 0 };
  uint32_t node = json_get(d, object, key, strlen(key));
  size_t n;
  const char *text = node == JSON_NONE ? NULL : json_text(d, node, &scratch, &n);
  snprintf(out, cap, "%.*s", text ? (int)n : 0, text ? text : "");
  free(scratch.p);
}

static Order *order_of(Agree *a, const char *venue, const char *id, const char *client, int *n) {
  Order *found = NULL;
  *n = 0;
  for (size_t i = 0; i < a->n_orders; i++) {
    Order *o = &a->orders[i];
    if (strcmp(o->venue, venue) != 0 || (strcmp(o->venue_id, id) != 0 && !(*client && strcmp(o->client, client) == 0))) continue;
    found = o;
    ++*n;
  }
  return found;
}

/* Without an id, one that was over before anybody looked, and of which nothing was traded, leaves no trace at some exchanges: the journal says no more of it
 * than that it neither stands nor was traded. */
static Order *traceless(Agree *a, const char *venue, const JsonDoc *d, uint32_t node) {
  char side[8], amount[FIELD], price[FIELD];
  field(d, node, "side", side, sizeof side);
  field(d, node, "amount", amount, sizeof amount);
  field(d, node, "price", price, sizeof price);
  for (size_t i = 0; i < a->n_orders; i++) {
    Order *o = &a->orders[i];
    if (!strcmp(o->venue, venue) && !*o->venue_id && !*o->client && !o->met && o->state == ORDER_REJECTED && strstr(o->reason, "neither open nor traded") &&
        !strcmp(o->side, side) && same(o->amount, amount) && same(o->price, price)) return o;
  }
  return NULL;
}

static void compare_order(Agree *a, const char *venue, const JsonDoc *d, uint32_t node) {
  char id[64], client[64], status[16], filled[FIELD], reason[32];
  int n;
  field(d, node, "id", id, sizeof id);
  field(d, node, "client", client, sizeof client);
  field(d, node, "status", status, sizeof status);
  field(d, node, "filled", filled, sizeof filled);
  field(d, node, "reason", reason, sizeof reason);
  Order *o = order_of(a, venue, id, client, &n);
  a->result->orders++;
  if (n == 0 && !*client && strcmp(status, "open") != 0 && same(filled, "0") && (o = traceless(a, venue, d, node))) {
    o->met++;
    return;
  }
  if (n != 1) {
    differs(a, "%s: order %s (%s, %s, filled %s) is %d times in the journal", venue, id, client, status, filled, n);
    return;
  }
  o->met++;
  bool some = !same(filled, "0");
  bool fits = !strcmp(status, "open") ? o->state == (some ? ORDER_PARTLY : ORDER_OPEN)
            : !strcmp(status, "filled") ? o->state == ORDER_FILLED : o->state == ORDER_CANCELLED || o->state == ORDER_EXPIRED;
  if (!fits)
    differs(a, "%s: order %s is %s (%s, filled %s), order %lld of the journal is %s", venue, id, status, reason, filled, (long long)o->id,
            order_state_name(o->state));
  if (!same(filled, o->filled)) differs(a, "%s: order %s has %s filled, order %lld of the journal %s", venue, id, filled, (long long)o->id, o->filled);
  if (strcmp(o->venue_id, id) != 0) differs(a, "%s: order %s is order %lld of the journal, with the id '%s'", venue, id, (long long)o->id, o->venue_id);
}

static void compare_fill(Agree *a, const char *venue, const JsonDoc *d, uint32_t node) {
  char id[64], order[64], price[FIELD], amount[FIELD], fee[FIELD], currency[16];
  int n;
  field(d, node, "id", id, sizeof id);
  field(d, node, "order", order, sizeof order);
  field(d, node, "price", price, sizeof price);
  field(d, node, "amount", amount, sizeof amount);
  field(d, node, "fee", fee, sizeof fee);
  field(d, node, "feeCurrency", currency, sizeof currency);
  const Order *o = order_of(a, venue, order, "", &n);
  Trade *found = NULL;
  int times = 0;
  a->result->fills++;
  for (size_t i = 0; i < a->n_trades; i++) {
    Trade *t = &a->trades[i];
    if (strcmp(t->venue, venue) != 0 || strcmp(t->id, id) != 0 || (o && t->order != o->id)) continue;
    found = t;
    times++;
  }
  if (times != 1) {
    differs(a, "%s: trade %s of order %s (%s at %s) is %d times in the journal", venue, id, order, amount, price, times);
    return;
  }
  found->met++;
  if (!same(price, found->price) || !same(amount, found->amount) || !same(fee, found->fee) || (!same(fee, "0") && strcmp(currency, found->currency) != 0))
    differs(a, "%s: trade %s is %s at %s, fee %s %s; in the journal %s at %s, fee %s %s", venue, id, amount, price, fee, currency, found->amount, found->price,
            found->fee, found->currency);
}

/* ---- money: what there was at first, and what the journal's fills made of it ---- */

static Decimal *purse(Money *m, const char *code) {
  for (int i = 0; i < CODES; i++) {
    if (!m[i].code[0]) {
      take(m[i].code, sizeof m[i].code, code);
      m[i].total = dec_from_int(0);
    }
    if (!strcmp(m[i].code, code)) return &m[i].total;
  }
  abort();
}

static void begin_money(Money *m, const char *funds) {
  char code[16], number[40];
  for (int n; sscanf(funds, "%15[^=]=%39[^,]%n", code, number, &n) == 2; funds += n + (funds[n] == ',')) dec_parse(number, strlen(number), purse(m, code));
}

static bool on_money(void *ctx, const JournalFill *f) {
  struct { Money *money; const char *venue; } *x = ctx;
  const char *slash = strchr(f->symbol, '/');
  char base[16];
  Decimal amount, cost, fee;
  if (strcmp(f->venue, x->venue) != 0) return true;
  snprintf(base, sizeof base, "%.*s", (int)(slash - f->symbol), f->symbol);
  Decimal *b = purse(x->money, base), *q = purse(x->money, slash + 1);
  bool buy = !strcmp(f->side, "buy");
  dec_parse(f->amount, strlen(f->amount), &amount);
  dec_parse(f->cost, strlen(f->cost), &cost);
  (buy ? dec_add : dec_sub)(*b, amount, b);
  (buy ? dec_sub : dec_add)(*q, cost, q);
  if (f->fee_cost && dec_parse(f->fee_cost, strlen(f->fee_cost), &fee)) {
    Decimal *p = purse(x->money, f->fee_currency ? f->fee_currency : slash + 1);
    dec_sub(*p, fee, p);
  }
  return true;
}

static void compare_money(Agree *a, const char *dir, const char *venue, const char *funds, Money *money, const JsonDoc *d, uint32_t balances) {
  char err[600], ours[512], theirs[FIELD];
  Decimal x, off, least;
  begin_money(money, funds);
  Journal *j = journal_exists(dir, "live") ? journal_open(dir, "live", false, err, sizeof err) : NULL;
  struct { Money *money; const char *venue; } ctx = { money, venue };
  if (j) journal_each_fill(j, 0, 0, on_money, &ctx);
  journal_close(j);
  dec_parse("0.00000001", 10, &least);                           /* what a venue that rounds costs may keep */
  for (int i = 0; i < CODES && money[i].code[0]; i++) {
    field(d, json_get(d, balances, money[i].code, strlen(money[i].code)), "total", theirs, sizeof theirs);
    if (!dec_parse(theirs, strlen(theirs), &x) || !dec_sub(x, money[i].total, &off) || dec_cmp(dec_abs(off), least) > 0) {
      dec_text(money[i].total, ours, sizeof ours);
      differs(a, "%s: the account has %s %s; by the journal's fills %s", venue, theirs, money[i].code, ours);
    }
  }
}

static int faults_met(const JsonDoc *d, uint32_t faults) {
  int n = 0;
  char met[FIELD];
  static const char *const names[] = { "lost", "lost-before", "delay", "duplicate", "late", "cross", "garbage", "reject", "error", "restate" };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    field(d, faults, names[i], met, sizeof met);
    n += atoi(met);
  }
  return n;
}

static bool venue_side(Agree *a, const char *dir, const AgreeVenue *v, const char *funds, const char *program, Money *money) {
  size_t len;
  char err[200], *text = ask(program, v->url, &len);
  JsonDoc *d = text ? json_parse(text, len, err, sizeof err) : NULL;
  if (!d) return fprintf(a->out, "%s: no state: %s\n", v->id, text ? err : "no answer"), false;
  uint32_t orders = json_get(d, 0, "orders", 6), fills = json_get(d, 0, "fills", 5), faults = json_get(d, 0, "faults", 6);
  a->result->faults += faults_met(d, faults);
  for (uint32_t n = json_first(orders); n < json_next(d->nodes, orders); n = json_next(d->nodes, n)) compare_order(a, v->id, d, n);
  for (uint32_t n = json_first(fills); n < json_next(d->nodes, fills); n = json_next(d->nodes, n)) compare_fill(a, v->id, d, n);
  compare_money(a, dir, v->id, funds, money, d, json_get(d, 0, "balances", 8));
  json_unref(d);
  return true;
}

/* What the journal has and no venue. */
static void leftovers(Agree *a) {
  for (size_t i = 0; i < a->n_orders; i++) {
    const Order *o = &a->orders[i];
    if (o->state == ORDER_INTENDED || o->state == ORDER_SENT || o->state == ORDER_UNKNOWN)
      differs(a, "order %lld of the journal (%s) is %s", (long long)o->id, o->venue, order_state_name(o->state));
    else if (!o->met && o->state != ORDER_REJECTED)
      differs(a, "order %lld of the journal is %s, and not at %s", (long long)o->id, order_state_name(o->state), o->venue);
    else if (o->met > 1) differs(a, "order %lld of the journal is %d times at %s", (long long)o->id, o->met, o->venue);
  }
  for (size_t i = 0; i < a->n_trades; i++)
    if (!a->trades[i].met) differs(a, "trade %s of order %lld is not at %s", a->trades[i].id, (long long)a->trades[i].order, a->trades[i].venue);
}

bool agree(const char *state_dir, const AgreeVenue *venues, size_t n, const char *funds, const char *venues_program, Agreement *result) {
  *result = (Agreement){ 0 };
  Agree a = { .out = open_memstream(&result->text, &result->len), .result = result };
  if (!a.out) abort();
  bool ok = journal_side(&a, state_dir);
  for (size_t i = 0; ok && i < n; i++) ok = venue_side(&a, state_dir, &venues[i], funds, venues_program, a.money[i]);
  if (ok) leftovers(&a);
  fclose(a.out);
  free(a.orders);
  free(a.trades);
  return ok;
}
