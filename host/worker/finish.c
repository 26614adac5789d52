#include "worker/finish.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/instant.h"

/* ---- slots as decimals ---- */

static inline bool get(const Record *rec, int slot, Decimal *out) {
  if (rec->slots[slot].kind != V_DECIMAL) return false;
  *out = rec->slots[slot].d;
  return true;
}

static inline void put(Record *rec, int slot, Decimal d) {
  Value *v = &rec->slots[slot];
  v->kind = V_DECIMAL;
  v->node = JSON_NONE;
  v->d = d;
}

static inline void drop_zero(Record *rec, int slot) {
  if (rec->slots[slot].kind == V_DECIMAL && rec->slots[slot].d.m == 0) rec->slots[slot] = value_none();
}

static inline bool text_is(const Value *v, const char *s) { return v->kind == V_TEXT && v->n == strlen(s) && same_bytes(v->s, s, v->n); }

static void put_text(Record *rec, int slot, const char *s) { rec->slots[slot] = value_text(s, strlen(s)); }

static const Decimal zero = { 0, 0 }, two = { 2, 0 }, hundred = { 100, 0 }, one = { 1, 0 };

bool finish_divide(Decimal a, Decimal b, Decimal *out) {
  if (dec_is_zero(b)) return false;
  for (int places = 30; places >= 12; places -= 6)
    if (dec_div(a, b, places, out)) return true;
  return false;
}

Value finish_iso(Reader *r, int64_t ms) {
  char buf[INSTANT_TEXT];
  if (!instant_iso(ms, buf)) return value_none();
  size_t n = strlen(buf);
  return value_text(arena_text(&r->arena, buf, n), n);
}

static void finish_datetime(Reader *r, Record *rec, int timestamp, int datetime) {
  if (!has(rec, datetime) && rec->slots[timestamp].kind == V_TIME) rec->slots[datetime] = finish_iso(r, rec->slots[timestamp].t);
}

/* ---- tickers ---- */

/* The middle of open and last, cut to the market's price step as the exchange itself would show it, unless the map says exact_average. */
static void finish_average(Reader *r, Record *rec, Decimal open, Decimal close) {
  Decimal sum, average;
  int places = rec->exact ? DEC_SCALE_MAX : 18;
  if (!rec->exact && rec->market && r->c->precision == PRECISION_TICK) places = market_facts(rec->market)->price_places;
  static const Decimal half = { 5, 1 };
  if (!dec_add(open, close, &sum)) return;
  if (dec_mul(sum, half, &average) && average.scale <= places) put(rec, TICKER_average, average);
  else if (dec_div(sum, two, places, &average) && !dec_is_zero(average)) put(rec, TICKER_average, average);
  else if (dec_mul(sum, half, &average)) put(rec, TICKER_average, average);      /* a step that leaves nothing is not this market's */
}

static void finish_ticker(Reader *r, Record *rec) {
  static const int zero_is_none[] = { TICKER_open, TICKER_close, TICKER_last, TICKER_percentage, TICKER_average, TICKER_bid, TICKER_ask,
                                      TICKER_high, TICKER_low };
  Decimal open, close, change, percentage, average, x, y;
  for (size_t i = 0; i < sizeof zero_is_none / sizeof *zero_is_none; i++) drop_zero(rec, zero_is_none[i]);
  if (!get(rec, TICKER_vwap, &x) && get(rec, TICKER_quoteVolume, &x) && !dec_is_zero(x) && get(rec, TICKER_baseVolume, &y)
      && finish_divide(x, y, &x)) put(rec, TICKER_vwap, x);
  bool has_open = get(rec, TICKER_open, &open), has_close = get(rec, TICKER_last, &close) || get(rec, TICKER_close, &close);
  bool has_change = get(rec, TICKER_change, &change), has_percentage = get(rec, TICKER_percentage, &percentage);
  bool has_average = get(rec, TICKER_average, &average);
  Decimal growth;      /* close / open */
  bool has_growth = has_percentage && !has_change && (!has_open || !has_close)
                    && finish_divide(percentage, hundred, &x) && dec_add(one, x, &growth) && dec_cmp(growth, zero) > 0;
  if (has_change) {
    if (!has_close && has_average && finish_divide(change, two, &x)) has_close = dec_add(average, x, &close);
    if (!has_open && has_close) has_open = dec_sub(close, change, &open);
  } else if (has_growth) {
    if (!has_close && has_average) {
      if (!has_open) has_open = dec_mul(average, two, &x) && dec_add(one, growth, &y) && finish_divide(x, y, &open);
      if (has_open) has_close = dec_mul(open, growth, &close);
    }
    if (!has_open && has_close) has_open = finish_divide(close, growth, &open);
  }
  if (has_open && !has_close && has_average) has_close = dec_mul(average, two, &x) && dec_sub(x, open, &close);
  if (!has_change && has_open && has_close) has_change = dec_sub(close, open, &change);
  if (has_open && has_change && !has_percentage && !dec_is_zero(open))
    has_percentage = finish_divide(change, open, &x) && dec_mul(x, hundred, &percentage);
  if (has_open && has_close && !has_average) finish_average(r, rec, open, close);
  if (has_open) put(rec, TICKER_open, open);
  if (has_close) {
    put(rec, TICKER_last, close);
    if (!has(rec, TICKER_close)) put(rec, TICKER_close, close);      /* told apart, they stay apart */
  }
  if (has_change) put(rec, TICKER_change, change);
  if (has_percentage) put(rec, TICKER_percentage, percentage);
  if (!has(rec, TICKER_received) && r->c->received_ms > 0) rec->slots[TICKER_received] = value_time(r->c->received_ms);
}

/* ---- fees ---- */

Value fee_make(Reader *r, Value cost, Value currency, Value rate) {
  Tree *t = arena_alloc(&r->arena, sizeof *t);
  t->list = false;
  t->n = 0;
  t->items = arena_alloc(&r->arena, 3 * sizeof *t->items);
  if (currency.kind != V_NONE) t->items[t->n++] = (TreeItem){ "currency", 8, currency };
  if (cost.kind != V_NONE) t->items[t->n++] = (TreeItem){ "cost", 4, cost };
  if (rate.kind != V_NONE) t->items[t->n++] = (TreeItem){ "rate", 4, rate };
  Value v = value_none();
  v.kind = V_TREE;
  v.tree = t;
  return v;
}

static Value fee_part(const Value *fee, const char *name) {
  const TreeItem *i = tree_find(fee->tree, name);
  return i ? i->v : value_none();
}

static bool same_value(const Value *a, const Value *b) {
  if (a->kind != b->kind) return false;
  if (a->kind == V_TEXT) return a->n == b->n && same_bytes(a->s, b->s, a->n);
  return a->kind == V_NONE || (a->kind == V_DECIMAL && dec_cmp(a->d, b->d) == 0);
}

/* Adds a fee to a list in which each currency and rate stands once; the list has room. */
static void fees_add(Reader *r, Tree *list, const Value *fee) {
  Value cost = fee_part(fee, "cost"), currency = fee_part(fee, "currency"), rate = fee_part(fee, "rate");
  if (cost.kind != V_DECIMAL) return;
  for (uint32_t i = 0; currency.kind != V_NONE && i < list->n; i++) {
    Value c = fee_part(&list->items[i].v, "currency"), p = fee_part(&list->items[i].v, "rate"), sum = fee_part(&list->items[i].v, "cost");
    if (!same_value(&c, &currency) || !same_value(&p, &rate) || !dec_add(sum.d, cost.d, &sum.d)) continue;
    list->items[i].v = fee_make(r, sum, currency, rate);
    return;
  }
  list->items[list->n].key = NULL;
  list->items[list->n].klen = 0;
  list->items[list->n++].v = *fee;
}

/* `fee` and `fees` say the same; a fee is one only with a cost. `more` holds fees of an order's trades, or NULL. */
static void finish_fees(Reader *r, Record *rec, int cost, int currency, int rate, int fees, const Tree *more) {
  const Tree *given = rec->slots[fees].kind == V_TREE && rec->slots[fees].tree->n ? rec->slots[fees].tree : NULL;
  Value list = tree_new(&r->arena, true, (given ? given->n : 0) + (more ? more->n : 0) + 1);
  bool own = has(rec, cost) || has(rec, rate);
  if (given) for (uint32_t i = 0; i < given->n; i++) fees_add(r, list.tree, &given->items[i].v);
  else if (has(rec, cost)) {
    Value fee = fee_make(r, rec->slots[cost], rec->slots[currency], rec->slots[rate]);
    fees_add(r, list.tree, &fee);
  } else if (more) {
    for (uint32_t i = 0; i < more->n; i++) fees_add(r, list.tree, &more->items[i].v);
  }
  if (!own) {
    rec->slots[currency] = value_none();
    if (list.tree->n == 1) {
      rec->slots[cost] = fee_part(&list.tree->items[0].v, "cost");
      rec->slots[currency] = fee_part(&list.tree->items[0].v, "currency");
      rec->slots[rate] = fee_part(&list.tree->items[0].v, "rate");
    }
  }
  rec->slots[fees] = list;
}

/* ---- trades and orders ---- */

/* What `amount` at `price` costs: for contracts through their size, for inverse ones in the base. */
static bool cost_of(const Market *m, Decimal price, Decimal amount, Decimal *out) {
  Decimal size = one;
  const MarketFacts *f = m ? market_facts(m) : NULL;
  if (f && !isnan(f->contract_size) && !dec_from_double(f->contract_size, &size)) return false;
  if (!dec_mul(amount, size, out)) return false;
  if (f && f->inverse) return finish_divide(*out, price, out);
  return dec_mul(*out, price, out);
}

static void finish_trade(Reader *r, Record *rec) {
  Decimal price, amount, cost;
  if (!has(rec, TRADE_cost) && get(rec, TRADE_price, &price) && get(rec, TRADE_amount, &amount) && cost_of(rec->market, price, amount, &cost))
    put(rec, TRADE_cost, cost);
  finish_fees(r, rec, TRADE_fee_cost, TRADE_fee_currency, TRADE_fee_rate, TRADE_fees, NULL);
}

/* A sum that one of them is missing from is none: some exchanges tell the ids of an order's trades only. */
static void add_to(Decimal *sum, bool *ok, const Record *rec, int slot) {
  Decimal x;
  if (*ok) *ok = get(rec, slot, &x) && dec_add(*sum, x, sum);
}

static bool same_text(const Value *x, const Value *y) { return x->kind == V_TEXT && y->kind == V_TEXT && x->n == y->n && memcmp(x->s, y->s, x->n) == 0; }

/* A trade that is told twice is one. */
static void drop_repeated(Tree *trades) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < trades->n; i++) {
    const Value *id = &trades->items[i].v.record->slots[TRADE_id];
    uint32_t k = 0;
    while (k < n && !same_text(id, &trades->items[k].v.record->slots[TRADE_id])) k++;
    if (k == n) trades->items[n++] = trades->items[i];
  }
  trades->n = n;
}

static void sort_records(Reader *r, Record **list, size_t n);

/* Oldest first, as in any list of trades. */
static void sort_trades(Reader *r, Tree *trades) {
  Record **list = arena_alloc(&r->arena, trades->n * sizeof *list);
  for (uint32_t i = 0; i < trades->n; i++) list[i] = trades->items[i].v.record;
  sort_records(r, list, trades->n);
  for (uint32_t i = 0; i < trades->n; i++) trades->items[i].v.record = list[i];
}

/* What an order's own trades tell about it. Returns their fees. */
static const Tree *finish_from_trades(Reader *r, Record *order) {
  static const int up[][2] = { { ORDER_symbol, TRADE_symbol }, { ORDER_side, TRADE_side }, { ORDER_type, TRADE_type }, { ORDER_id, TRADE_order } };
  if (order->slots[ORDER_trades].kind != V_TREE) order->slots[ORDER_trades] = tree_new(&r->arena, true, 0);
  Tree *trades = order->slots[ORDER_trades].tree;
  drop_repeated(trades);
  if (trades->n == 0) return NULL;
  sort_trades(r, trades);
  Decimal filled = zero, cost = zero;
  bool filled_ok = true, cost_ok = true;
  size_t nfees = 0;
  int64_t last = INT64_MIN;
  for (uint32_t i = 0; i < trades->n; i++) {
    Record *t = trades->items[i].v.record;
    if (!t->market) t->market = order->market;
    for (size_t k = 0; i == 0 && k < 4; k++)
      if (!has(order, up[k][0])) order->slots[up[k][0]] = t->slots[up[k][1]];
    if (!has(t, TRADE_symbol)) t->slots[TRADE_symbol] = order->slots[ORDER_symbol];
    finish_record(r, t);
    add_to(&filled, &filled_ok, t, TRADE_amount);
    add_to(&cost, &cost_ok, t, TRADE_cost);
    nfees += t->slots[TRADE_fees].tree->n;
    if (t->slots[TRADE_timestamp].kind == V_TIME && t->slots[TRADE_timestamp].t > last) last = t->slots[TRADE_timestamp].t;
  }
  if (!has(order, ORDER_filled) && filled_ok) put(order, ORDER_filled, filled);
  if (!has(order, ORDER_cost) && cost_ok) put(order, ORDER_cost, cost);
  if (!has(order, ORDER_lastTradeTimestamp) && last != INT64_MIN) order->slots[ORDER_lastTradeTimestamp] = value_time(last);
  Tree *fees = tree_new(&r->arena, true, nfees).tree;
  for (uint32_t i = 0; i < trades->n; i++) {
    const Tree *t = trades->items[i].v.record->slots[TRADE_fees].tree;
    for (uint32_t k = 0; k < t->n; k++) fees->items[fees->n++] = t->items[k];
  }
  return fees;
}

static void finish_amounts(Record *rec) {
  Decimal amount, filled, remaining, x;
  bool closed = text_is(&rec->slots[ORDER_status], "closed");
  bool a = get(rec, ORDER_amount, &amount), f = get(rec, ORDER_filled, &filled), m = get(rec, ORDER_remaining, &remaining);
  if (!a && f && m && dec_add(filled, remaining, &x)) { amount = x; a = true; }
  else if (!a && closed && f) { amount = filled; a = true; }
  if (!f && a && m && dec_sub(amount, remaining, &x)) { filled = x; f = true; }
  else if (!f && a && closed) { filled = amount; f = true; }
  if (!m && a && f && dec_sub(amount, filled, &x)) { remaining = x; m = true; }
  else if (!m && closed) { remaining = zero; m = true; }
  if (a) put(rec, ORDER_amount, amount);
  if (f) put(rec, ORDER_filled, filled);
  if (m) put(rec, ORDER_remaining, remaining);
}

static void finish_prices(Record *rec, bool cost_given) {
  Decimal filled, cost, price, average, x;
  bool f = get(rec, ORDER_filled, &filled), a = get(rec, ORDER_average, &average), p = get(rec, ORDER_price, &price);
  bool c = get(rec, ORDER_cost, &cost);
  if (!a && f && c && dec_cmp(filled, zero) > 0 && !dec_is_zero(cost)) {
    const MarketFacts *m = rec->market ? market_facts(rec->market) : NULL;
    Decimal size = one;
    bool ok = !m || isnan(m->contract_size) || dec_from_double(m->contract_size, &size);
    if (ok && dec_mul(filled, size, &x)) a = m && m->inverse ? finish_divide(x, cost, &average) : finish_divide(cost, x, &average);
    if (a) put(rec, ORDER_average, average);
  }
  if (!cost_given && f && (a || p) && cost_of(rec->market, a ? average : price, filled, &x)) put(rec, ORDER_cost, x);
  if (!p && a && text_is(&rec->slots[ORDER_type], "market")) put(rec, ORDER_price, average);
}

/* What exchanges call the states of orders, and of what was moved, where they have no words of their own for them. */
typedef struct { const char *word, *order, *moved; } Status;
static const Status statuses[] = {
  { "new", "open", "pending" },           { "pending", "open", "pending" },       { "active", "open", NULL },
  { "partiallyfilled", "open", NULL },    { "partialfilled", "open", NULL },      { "partial", "open", NULL },
  { "filled", "closed", NULL },           { "fullyfilled", "closed", NULL },      { "executed", "closed", NULL },
  { "closed", "closed", NULL },           { "open", "open", NULL },               { "rejected", "rejected", "failed" },
  { "canceled", "canceled", "canceled" }, { "cancelled", "canceled", "canceled" }, { "cancel", "canceled", "canceled" },
  { "completed", "closed", "ok" },        { "complete", "closed", "ok" },         { "done", "closed", "ok" },
  { "success", NULL, "ok" },              { "ok", NULL, "ok" },                   { "finished", "closed", "ok" },
  { "processing", NULL, "pending" },      { "created", "open", "pending" },       { "failed", NULL, "failed" },
};

/* Does the text say the word, whatever its capitals and what joins its parts? */
static bool says(const Value *v, const char *word) {
  for (size_t i = 0; i < v->n; i++) {
    char c = v->s[i];
    if (c == '_' || c == '-' || c == ' ') continue;
    if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != *word) return false;
    word++;
  }
  return !*word;
}

/* The exchange's own word, not what its map or function made of it. */
static void finish_status(Record *rec, int slot, bool order) {
  const Value *v = &rec->slots[slot];
  if (v->kind != V_TEXT || v->node == JSON_NONE) return;
  for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
    const char *unified = order ? statuses[i].order : statuses[i].moved;
    if (!unified || !says(v, statuses[i].word)) continue;
    put_text(rec, slot, unified);
    return;
  }
}

static void finish_order(Reader *r, Record *rec) {
  Value *s = rec->slots;
  finish_status(rec, ORDER_status, true);
  drop_zero(rec, ORDER_amount);
  drop_zero(rec, ORDER_average);
  drop_zero(rec, ORDER_price);
  bool cost_given = has(rec, ORDER_cost);
  const Tree *fees = finish_from_trades(r, rec);
  if (has(rec, ORDER_cost) && !cost_given && fees) cost_given = true;
  finish_fees(r, rec, ORDER_fee_cost, ORDER_fee_currency, ORDER_fee_rate, ORDER_fees, fees);
  finish_amounts(rec);
  finish_prices(rec, cost_given);
  if (!has(rec, ORDER_triggerPrice)) s[ORDER_triggerPrice] = s[ORDER_stopPrice];
  s[ORDER_stopPrice] = s[ORDER_triggerPrice];
  bool trigger = has(rec, ORDER_triggerPrice) || has(rec, ORDER_stopLossPrice) || has(rec, ORDER_takeProfitPrice);
  if (!has(rec, ORDER_timeInForce)) {
    if (!trigger && text_is(&s[ORDER_type], "market")) put_text(rec, ORDER_timeInForce, "IOC");
    if (s[ORDER_postOnly].kind == V_BOOL && s[ORDER_postOnly].b) put_text(rec, ORDER_timeInForce, "PO");
  } else if (!has(rec, ORDER_postOnly)) {
    s[ORDER_postOnly] = value_bool(text_is(&s[ORDER_timeInForce], "PO"));
  }
}

/* ---- balances, ledgers, positions ---- */

void finish_balance(Record *rec) {
  Decimal free_, used, total, x;
  bool f = get(rec, BALANCE_free, &free_), u = get(rec, BALANCE_used, &used), t = get(rec, BALANCE_total, &total);
  if (!t && f && u && dec_add(free_, used, &x)) put(rec, BALANCE_total, x);
  if (!f && t && u && dec_sub(total, used, &x)) put(rec, BALANCE_free, x);
  if (!u && t && f && dec_sub(total, free_, &x)) put(rec, BALANCE_used, x);
}

static void finish_ledger(Record *rec) {
  finish_status(rec, LEDGER_status, false);
  Decimal amount, before, after, x;
  bool a = get(rec, LEDGER_amount, &amount), b = get(rec, LEDGER_before, &before), e = get(rec, LEDGER_after, &after);
  if (a && !b && e && dec_sub(after, amount, &x)) { before = x; b = true; put(rec, LEDGER_before, x); }
  else if (a && b && !e && dec_add(before, amount, &x)) { after = x; e = true; put(rec, LEDGER_after, x); }
  if (b && e && !has(rec, LEDGER_direction)) {
    int c = dec_cmp(before, after);
    if (c != 0) put_text(rec, LEDGER_direction, c > 0 ? "out" : "in");
  }
}

static void finish_position(Record *rec) {
  Decimal pnl, margin, x;
  if (!has(rec, POSITION_percentage) && get(rec, POSITION_unrealizedPnl, &pnl) && get(rec, POSITION_initialMargin, &margin)
      && !dec_is_zero(margin) && dec_div(pnl, margin, 4, &x) && dec_mul(x, hundred, &x)) put(rec, POSITION_percentage, x);
  if (!has(rec, POSITION_contractSize) && rec->market) {
    double size = market_facts(rec->market)->contract_size;
    if (!isnan(size) && dec_from_double(size, &x)) put(rec, POSITION_contractSize, x);
  }
}

/* ---- currencies ---- */

static bool tree_number(const Tree *t, const char *group, const char *sub, const char *name, Decimal *out) {
  const TreeItem *i;
  if (group) {
    i = tree_find(t, group);
    if (!i || i->v.kind != V_TREE) return false;
    t = i->v.tree;
    i = tree_find(t, sub);
    if (!i || i->v.kind != V_TREE) return false;
    t = i->v.tree;
  }
  i = tree_find(t, name);
  return i && value_number(&i->v, out);
}

static void network_bool(Record *rec, int slot, const Tree *network, const char *name) {
  const TreeItem *i = tree_find(network, name);
  if (!i || i->v.kind != V_BOOL) return;
  if (!has(rec, slot) || i->v.b) rec->slots[slot] = i->v;
}

static void network_number(Record *rec, int slot, bool least, bool found, Decimal x) {
  Decimal now;
  if (!found) return;
  if (!get(rec, slot, &now) || (least ? dec_cmp(x, now) < 0 : dec_cmp(x, now) > 0)) put(rec, slot, x);
}

/* A currency can be moved when one of its networks can; it costs what the cheapest costs. */
static void finish_currency(Reader *r, Record *rec) {
  Value *s = rec->slots;
  if (!has(rec, CURRENCY_code) && has(rec, CURRENCY_id)) {
    const char *code = r->c->markets ? market_store_code(r->c->markets, s[CURRENCY_id].s, s[CURRENCY_id].n) : NULL;
    s[CURRENCY_code] = code ? value_text(arena_text(&r->arena, code, strlen(code)), strlen(code)) : s[CURRENCY_id];
  }
  if (!has(rec, CURRENCY_code)) read_fail(r, "currency: neither id nor code");
  if (!has(rec, CURRENCY_networks)) s[CURRENCY_networks] = tree_new(&r->arena, true, 0);
  if (!has(rec, CURRENCY_fees)) s[CURRENCY_fees] = tree_new(&r->arena, true, 0);
  if (s[CURRENCY_networks].kind != V_TREE) return;
  const Tree *networks = s[CURRENCY_networks].tree;
  for (uint32_t i = 0; i < networks->n; i++) {
    if (networks->items[i].v.kind != V_TREE) continue;
    const Tree *t = networks->items[i].v.tree;
    Decimal x;
    network_bool(rec, CURRENCY_deposit, t, "deposit");
    network_bool(rec, CURRENCY_withdraw, t, "withdraw");
    network_number(rec, CURRENCY_fee, true, tree_number(t, NULL, NULL, "fee", &x), x);
    network_number(rec, CURRENCY_precision, false, tree_number(t, NULL, NULL, "precision", &x), x);
    network_number(rec, CURRENCY_deposit_min, true, tree_number(t, "limits", "deposit", "min", &x), x);
    network_number(rec, CURRENCY_deposit_max, false, tree_number(t, "limits", "deposit", "max", &x), x);
    network_number(rec, CURRENCY_withdraw_min, true, tree_number(t, "limits", "withdraw", "min", &x), x);
    network_number(rec, CURRENCY_withdraw_max, false, tree_number(t, "limits", "withdraw", "max", &x), x);
  }
}

/* ---- markets ---- */

static void code_from(Reader *r, Record *rec, int code, int id) {
  Value *s = rec->slots;
  if (has(rec, code) || !has(rec, id)) return;
  const char *c = r->c->markets ? market_store_code(r->c->markets, s[id].s, s[id].n) : NULL;
  s[code] = c ? value_text(arena_text(&r->arena, c, strlen(c)), strlen(c)) : s[id];
}

typedef struct { char text[256]; size_t n; bool full; } Symbol;

static void symbol_add(Symbol *o, char before, const char *s, size_t n) {
  size_t head = before != 0;
  if (n + head >= sizeof o->text - o->n) {
    o->full = true;
    return;
  }
  if (head) o->text[o->n++] = before;
  memcpy(o->text + o->n, s, n);
  o->n += n;
}

static void market_symbol_of(Reader *r, Record *rec) {
  Value *s = rec->slots;
  char date[INSTANT_TEXT] = "", strike[512] = "";
  Symbol o = { .n = 0 };
  if (!has(rec, MARKET_base) || !has(rec, MARKET_quote)) read_fail(r, "market %.*s: no symbol, and no baseId and quoteId to make it from",
                                                                   (int)s[MARKET_id].n, s[MARKET_id].s);
  symbol_add(&o, 0, s[MARKET_base].s, s[MARKET_base].n);
  symbol_add(&o, '/', s[MARKET_quote].s, s[MARKET_quote].n);
  if (s[MARKET_contract].b && has(rec, MARKET_settle)) symbol_add(&o, ':', s[MARKET_settle].s, s[MARKET_settle].n);
  bool dated = text_is(&s[MARKET_type], "future") || text_is(&s[MARKET_type], "option");
  if (dated && s[MARKET_expiry].kind == V_TIME && instant_date(s[MARKET_expiry].t, date)) {
    symbol_add(&o, '-', date + 2, 2);
    symbol_add(&o, 0, date + 5, 2);
    symbol_add(&o, 0, date + 8, 2);
  }
  if (text_is(&s[MARKET_type], "option") && has(rec, MARKET_strike) && has(rec, MARKET_optionType)) {
    size_t n = dec_text(s[MARKET_strike].d, strike, sizeof strike);
    symbol_add(&o, '-', strike, n < 64 ? n : 64);
    symbol_add(&o, '-', text_is(&s[MARKET_optionType], "put") ? "P" : "C", 1);
  }
  if (o.full) read_fail(r, "market %.*s: its symbol is too long", s[MARKET_id].n > 64 ? 64 : (int)s[MARKET_id].n, s[MARKET_id].s);
  s[MARKET_symbol] = value_text(arena_text(&r->arena, o.text, o.n), o.n);
}

static void default_bool(Record *rec, int slot, bool b) {
  if (!has(rec, slot)) rec->slots[slot] = value_bool(b);
}

static void default_fee(Record *rec, int slot, double fee) {
  Decimal d;
  if (!has(rec, slot) && isfinite(fee) && dec_from_double(fee, &d)) put(rec, slot, d);
}

static bool is_true(const Record *rec, int slot) { return rec->slots[slot].kind == V_BOOL && rec->slots[slot].b; }

static void finish_market(Reader *r, Record *rec) {
  Value *s = rec->slots;
  if (!has(rec, MARKET_id)) read_fail(r, "market: no id");
  code_from(r, rec, MARKET_base, MARKET_baseId);
  code_from(r, rec, MARKET_quote, MARKET_quoteId);
  code_from(r, rec, MARKET_settle, MARKET_settleId);
  if (!has(rec, MARKET_type)) {
    const char *type = "spot";
    if (is_true(rec, MARKET_option) || has(rec, MARKET_optionType)) type = "option";
    else if (is_true(rec, MARKET_future) || has(rec, MARKET_expiry)) type = "future";
    else if (is_true(rec, MARKET_swap) || has(rec, MARKET_settle)) type = "swap";
    put_text(rec, MARKET_type, type);
  }
  bool spot = text_is(&s[MARKET_type], "spot") || text_is(&s[MARKET_type], "margin");
  default_bool(rec, MARKET_spot, text_is(&s[MARKET_type], "spot"));
  default_bool(rec, MARKET_margin, text_is(&s[MARKET_type], "margin"));
  default_bool(rec, MARKET_swap, text_is(&s[MARKET_type], "swap"));
  default_bool(rec, MARKET_future, text_is(&s[MARKET_type], "future"));
  default_bool(rec, MARKET_option, text_is(&s[MARKET_type], "option"));
  default_bool(rec, MARKET_contract, !spot);
  if (is_true(rec, MARKET_contract)) {
    if (!has(rec, MARKET_linear) && !has(rec, MARKET_inverse) && has(rec, MARKET_settle)) {
      s[MARKET_linear] = value_bool(same_value(&s[MARKET_settle], &s[MARKET_quote]));
      s[MARKET_inverse] = value_bool(same_value(&s[MARKET_settle], &s[MARKET_base]));
    } else if (has(rec, MARKET_linear) && !has(rec, MARKET_inverse)) {
      s[MARKET_inverse] = value_bool(!is_true(rec, MARKET_linear));
    } else if (!has(rec, MARKET_linear) && has(rec, MARKET_inverse)) {
      s[MARKET_linear] = value_bool(!is_true(rec, MARKET_inverse));
    }
  }
  default_fee(rec, MARKET_taker, r->c->taker);
  default_fee(rec, MARKET_maker, r->c->maker);
  if (!has(rec, MARKET_symbol)) market_symbol_of(r, rec);
  if (s[MARKET_expiry].kind == V_TIME && !has(rec, MARKET_expiryDatetime)) s[MARKET_expiryDatetime] = finish_iso(r, s[MARKET_expiry].t);
}

/* ---- transactions ---- */

/* A fee is paid in what was moved, unless another currency is told. */
static void finish_transaction(Record *rec) {
  finish_status(rec, TRANSACTION_status, false);
  if (has(rec, TRANSACTION_fee_cost) && !has(rec, TRANSACTION_fee_currency))
    rec->slots[TRANSACTION_fee_currency] = rec->slots[TRANSACTION_currency];
}

/* ---- all ---- */

void finish_record(Reader *r, Record *rec) {
  const Schema *s = rec->schema;
  if (s->timestamp >= 0 && s->datetime >= 0) finish_datetime(r, rec, s->timestamp, s->datetime);
  switch (s->id) {
    case SCHEMA_TICKER: finish_ticker(r, rec); break;
    case SCHEMA_TRADE: finish_trade(r, rec); break;
    case SCHEMA_ORDER: finish_order(r, rec); break;
    case SCHEMA_BALANCE: finish_balance(rec); break;
    case SCHEMA_MARKET: finish_market(r, rec); break;
    case SCHEMA_CURRENCY: finish_currency(r, rec); break;
    case SCHEMA_LEDGER: finish_ledger(rec); break;
    case SCHEMA_POSITION: finish_position(rec); break;
    case SCHEMA_TRANSACTION: finish_transaction(rec); break;
    case SCHEMA_TRANSFER: finish_status(rec, TRANSFER_status, false); break;
    case SCHEMA_FUNDING_RATE:
      finish_datetime(r, rec, FUNDING_RATE_fundingTimestamp, FUNDING_RATE_fundingDatetime);
      finish_datetime(r, rec, FUNDING_RATE_nextFundingTimestamp, FUNDING_RATE_nextFundingDatetime);
      finish_datetime(r, rec, FUNDING_RATE_previousFundingTimestamp, FUNDING_RATE_previousFundingDatetime);
      break;
    default: break;
  }
}

/* ---- lists ---- */

static int compare_records(const Record *a, const Record *b) {
  const Schema *s = a->schema;
  const Value *x = &a->slots[s->timestamp], *y = &b->slots[s->timestamp];
  if (x->kind == V_TIME && y->kind == V_TIME && x->t != y->t) return x->t < y->t ? -1 : 1;
  if (s->id != SCHEMA_TRADE) return 0;
  x = &a->slots[TRADE_id];
  y = &b->slots[TRADE_id];
  if (x->kind != V_TEXT || y->kind != V_TEXT) return 0;
  if (x->n != y->n && x->n && y->n && x->s[0] >= '0' && x->s[0] <= '9' && y->s[0] >= '0' && y->s[0] <= '9') return x->n < y->n ? -1 : 1;
  int c = memcmp(x->s, y->s, x->n < y->n ? x->n : y->n);
  return c ? c : x->n < y->n ? -1 : x->n > y->n;
}

/* Stable; replies are nearly always in order already, one way or the other. */
static void sort_records(Reader *r, Record **list, size_t n) {
  bool rising = true, falling = true;
  for (size_t i = 1; i < n && (rising || falling); i++) {
    int c = compare_records(list[i - 1], list[i]);
    if (c > 0) rising = false;
    if (c <= 0) falling = false;
  }
  if (rising) return;
  if (falling) {
    for (size_t i = 0, k = n - 1; i < k; i++, k--) { Record *t = list[i]; list[i] = list[k]; list[k] = t; }
    return;
  }
  Record **from = list, **to = arena_alloc(&r->arena, n * sizeof *to);
  for (size_t width = 1; width < n; width *= 2) {
    for (size_t lo = 0; lo < n; lo += 2 * width) {
      size_t mid = lo + width < n ? lo + width : n, hi = lo + 2 * width < n ? lo + 2 * width : n, i = lo, k = mid;
      for (size_t o = lo; o < hi; o++) to[o] = i < mid && (k >= hi || compare_records(from[i], from[k]) <= 0) ? from[i++] : from[k++];
    }
    Record **t = from;
    from = to;
    to = t;
  }
  if (from != list) memcpy(list, from, n * sizeof *list);
}

size_t finish_list(Reader *r, Record **list, size_t n) {
  if (n == 0) return 0;
  const ReadContext *c = r->c;
  const Schema *s = list[0]->schema;
  if (s->timestamp < 0) return n;
  sort_records(r, list, n);
  size_t kept = 0;
  const char *symbol = c->market ? market_symbol(c->market) : NULL;
  for (size_t i = 0; i < n; i++) {
    const Record *rec = list[i];
    const Value *t = &rec->slots[s->timestamp];
    if (c->since != INT64_MIN && (t->kind != V_TIME || t->t < c->since || t->t == 0)) continue;
    if (rec->own && s->symbol >= 0 && symbol && has(rec, s->symbol) && !text_is(&rec->slots[s->symbol], symbol)) continue;
    if (s->symbol < 0 && s->currency >= 0 && c->code && has(rec, s->currency) && !text_is(&rec->slots[s->currency], c->code)) continue;
    list[kept++] = list[i];
  }
  /* From `since` on the first ones, otherwise the latest. */
  if (c->limit > 0 && (uint64_t)c->limit < kept) {
    if (c->since == INT64_MIN) memmove(list, list + (kept - (size_t)c->limit), (size_t)c->limit * sizeof *list);
    kept = (size_t)c->limit;
  }
  return kept;
}
