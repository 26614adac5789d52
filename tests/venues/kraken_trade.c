/* Kraken spot, /0/private: a nonce that rises, and in API-Sign the HMAC-SHA512 of path and SHA-256(nonce, body). Fees are always of the quote;
 * cl_ord_id is told once among open orders; orders are found by it in the lists of open and closed ones only. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "broker/coding.h"
#include "desk.h"
#include "form.h"
#include "kraken.h"
#include "signature.h"

#define PAGE 50

static int places(enum asset a) { return kraken_assets[a].decimals; }

static const char *min_cost(const Listing *l) { return l->quote == A_BTC ? "0.00002" : "0.5"; }

/* "OQCLML-BW3P3-BUCMWZ": letters that belong to the number. */
static void text_of(char kind, int64_t id, char out[ID_TEXT]) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  uint64_t hash = world_hash((uint64_t)kind, (uint64_t)id, 0, 0), more = world_hash((uint64_t)kind, (uint64_t)id, 1, 0);
  char *p = out;
  *p++ = kind;
  for (int i = 1; i < 17; i++) {
    if (i == 6 || i == 11) *p++ = '-';
    *p++ = letters[(i < 9 ? hash >> (5 * i) : more >> (5 * (i - 8))) & 31];
  }
  *p = 0;
}

static void order_id(int64_t id, char out[ID_TEXT]) { text_of('O', id, out); }

static void fill_id(int64_t id, char out[ID_TEXT]) { text_of('T', id, out); }

static void failure(Reply *r, const char *code) {
  reply_set(r, 200, "{\"error\":[\"");
  text_add(&r->body, code);
  text_add(&r->body, "\"]}");
}

static void refuse(Reply *r, enum outage why) { failure(r, why == BUSY ? "EService:Busy" : "EService:Unavailable"); }

static enum act act(const Request *q) {
  const char *path = q->path;
  if (!path_take(&path, "/0/private/")) return NOT_PRIVATE;
  return !strcmp(path, "AddOrder") ? CREATE : !strncmp(path, "Cancel", 6) ? CANCEL : READ;
}

/* ---- who asks ---- */

static bool signed_right(const Desk *d, const Request *q, const char *nonce, const char *signature) {
  uint8_t secret[256], digest[CRYPTO_DIGEST_MAX];
  size_t secret_len, len;
  const char *why;
  char err[256];
  Text message = { 0 };
  if (!coding_run(C_UNBASE64, (const uint8_t *)d->key.secret, strlen(d->key.secret), secret, &secret_len, &why)) return false;
  text_add(&message, nonce);
  text_bytes(&message, q->body, q->body_len);
  bool right = crypto_hash(H_SHA256, message.p, message.len, digest, &len, err, sizeof err);
  message.len = 0;
  text_add(&message, q->path);
  text_bytes(&message, (const char *)digest, len);
  right = right && signature_base64(H_SHA512, (const char *)secret, secret_len, message.p, message.len, signature);
  text_free(&message);
  return right;
}

static bool allowed(Desk *d, const Request *q, const Form *f, Reply *r) {
  const char *key = header_get(q, "API-Key"), *signature = header_get(q, "API-Sign"), *nonce = form_get(f, "nonce");
  char *end;
  uint64_t number = nonce ? strtoull(nonce, &end, 10) : 0;
  if (!key || strcmp(key, d->key.api_key)) failure(r, "EAPI:Invalid key");
  else if (!nonce || *end || !number) failure(r, "EAPI:Invalid nonce");
  else if (!signature || !signed_right(d, q, nonce, signature)) failure(r, "EAPI:Invalid signature");
  else if (number <= d->last_nonce) failure(r, "EAPI:Invalid nonce");
  else {
    d->last_nonce = number;
    return true;
  }
  return false;
}

/* ---- what is told ---- */

static int price_places(const Listing *l) { return l->quote == A_BTC ? 10 : 5; }

static void put(Text *b, const char *before, Decimal d, int shown) {
  text_add(b, before);
  text_add(b, "\"");
  text_places(b, d, shown);
  text_add(b, "\"");
}

static void put_time(Text *b, const char *key, Moment at) {
  text_format(b, ",\"%s\":", key);
  text_fixed(b, at, 3);
}

static void put_sentence(Text *b, const Ticket *t) { /* "buy 0.10000000 LTCUSDT @ limit 50.00" */
  text_format(b, "\"%s ", t->side == BUY ? "buy" : "sell");
  text_places(b, t->amount, t->listing->amount_decimals);
  text_format(b, " %s @ %s", t->listing->name, t->kind == LIMIT ? "limit" : "market");
  if (t->kind == LIMIT) {
    text_add(b, " ");
    text_places(b, t->price, t->listing->price_decimals);
  }
  text_add(b, "\"");
}

static const char *status_of(const Order *o) { return o->state == OPEN ? "open" : o->state == FILLED ? "closed" : "canceled"; }

static const char *reason_of(const Order *o) {
  return o->reason == BY_USER ? "User requested" : o->reason == SELF_TRADE ? "Self trade" : "Insufficient liquidity";
}

static void put_order(Desk *d, Text *b, const Order *o, bool with_fills) {
  const Ticket *t = &o->ticket;
  int shown = price_places(t->listing);
  char id[ID_TEXT];
  order_id(o->id, id);
  text_format(b, "\"%s\":{\"refid\":null,\"userref\":null,\"status\":\"%s\"", id, status_of(o));
  if (*t->client) text_format(b, ",\"cl_ord_id\":\"%s\"", t->client);
  if (o->state == CANCELED) text_format(b, ",\"reason\":\"%s\"", reason_of(o));
  put_time(b, "opentm", o->created);
  if (o->state != OPEN) put_time(b, "closetm", o->updated);
  text_format(b, ",\"starttm\":0,\"expiretm\":0,\"descr\":{\"pair\":\"%s\",\"type\":\"%s\",\"ordertype\":\"%s\"", t->listing->name,
              t->side == BUY ? "buy" : "sell", t->kind == LIMIT ? "limit" : "market");
  put(b, ",\"price\":", t->price, t->kind == LIMIT ? t->listing->price_decimals : 0);
  text_add(b, ",\"price2\":\"0\",\"leverage\":\"none\",\"order\":");
  put_sentence(b, t);
  text_add(b, ",\"close\":\"\"}");
  put(b, ",\"vol\":", t->amount, t->listing->amount_decimals);
  put(b, ",\"vol_exec\":", o->filled, t->listing->amount_decimals);
  put(b, ",\"cost\":", o->cost, shown);
  put(b, ",\"fee\":", o->fee[1], shown);
  put(b, ",\"price\":", order_average(o, shown), shown);
  text_format(b, ",\"stopprice\":\"0.00000\",\"limitprice\":\"0.00000\",\"misc\":\"\",\"oflags\":\"fciq%s%s\"",
              t->post_only ? ",post" : "", t->by_cost ? ",viqc" : "");
  if (with_fills) {
    Ids ids = { 0 };
    desk_fills(d, o->id, &ids);
    text_add(b, ",\"trades\":[");
    for (int64_t i = 0; i < ids.n; i++) {
      fill_id(ids.id[i], id);
      text_format(b, "%s\"%s\"", i ? "," : "", id);
    }
    text_add(b, "]");
    ids_free(&ids);
  }
  text_add(b, "}");
}

static void put_fill(Text *b, const Fill *f) {
  char id[ID_TEXT], order[ID_TEXT];
  int shown = price_places(f->listing);
  fill_id(f->id, id);
  order_id(f->order, order);
  text_format(b, "\"%s\":{\"ordertxid\":\"%s\",\"postxid\":\"TKH2SE-M7IF5-CFI7LT\",\"pair\":\"%s\"", id, order, f->listing->id);
  put_time(b, "time", f->time);
  text_format(b, ",\"type\":\"%s\",\"ordertype\":\"%s\"", f->side == BUY ? "buy" : "sell", f->kind == LIMIT ? "limit" : "market");
  put(b, ",\"price\":", f->price, shown);
  put(b, ",\"cost\":", f->cost, shown);
  put(b, ",\"fee\":", f->fee, shown);
  put(b, ",\"vol\":", f->amount, f->listing->amount_decimals);
  text_format(b, ",\"margin\":\"0.00000\",\"leverage\":\"0\",\"misc\":\"\",\"trade_id\":%lld,\"maker\":%s}",
              (long long)(40000000 + f->id), f->maker ? "true" : "false");
}

static void balances(Desk *d, bool with_holds, Text *b) {
  const Account *a = engine_account(d->engine);
  for (int i = 0, n = 0; i < A_COUNT; i++) {
    if (dec_is_zero(a->total[i])) continue;
    text_format(b, "%s\"%s\":%s", n++ ? "," : "", kraken_assets[i].id, with_holds ? "{" : "");
    put(b, with_holds ? "\"balance\":" : "", a->total[i], kraken_assets[i].decimals);
    if (with_holds) put(b, ",\"hold_trade\":", a->held[i], kraken_assets[i].decimals);
    if (with_holds) text_add(b, "}");
  }
}

/* ---- orders ---- */

/* Free text of up to 18 small letters and digits, or a UUID, or one without its dashes. */
static bool client_fine(const char *s) {
  static const char hex[] = "0123456789abcdefABCDEF";
  size_t n = strlen(s);
  if (n <= 18) return strspn(s, "0123456789abcdefghijklmnopqrstuvwxyz") == n;
  if (n == 32) return strspn(s, hex) == n;
  for (size_t i = 0; n == 36 && i < n; i++)
    if (i == 8 || i == 13 || i == 18 || i == 23 ? s[i] != '-' : !strchr(hex, s[i])) return false;
  return n == 36;
}

static bool take_flags(const char *flags, Ticket *t) {
  for (const char *p = flags; *p;) {
    size_t n = strcspn(p, ",");
    if (n == 4 && !memcmp(p, "post", n)) t->post_only = true;
    else if (n == 4 && !memcmp(p, "viqc", n)) t->by_cost = true;
    else if (n != 4 || memcmp(p, "fciq", n)) return false;
    p += n + (p[n] == ',');
  }
  return t->kind == MARKET ? !t->post_only : !t->by_cost;
}

/* What is wrong with the order that is asked for; NULL: nothing. */
static const char *ticket_of(const Desk *d, const Form *f, Ticket *t) {
  const char *pair = form_get(f, "pair"), *type = form_get(f, "type"), *kind = form_get(f, "ordertype"),
             *flags = form_get(f, "oflags"), *in_force = form_get(f, "timeinforce"), *client = form_get(f, "cl_ord_id");
  *t = (Ticket) { .listing = pair ? listing_find(d->venue, pair, strlen(pair)) : NULL };
  if (!pair) return "EGeneral:Invalid arguments:pair";
  if (!t->listing) return "EQuery:Unknown asset pair";
  if (!type || (strcmp(type, "buy") && strcmp(type, "sell"))) return "EGeneral:Invalid arguments:type";
  if (!kind || (strcmp(kind, "limit") && strcmp(kind, "market"))) return "EGeneral:Invalid arguments:ordertype";
  t->side = *type == 'b' ? BUY : SELL;
  t->kind = *kind == 'l' ? LIMIT : MARKET;
  snprintf(t->word, sizeof t->word, "%s", kind);
  if (flags && !take_flags(flags, t)) return "EGeneral:Invalid arguments:oflags";
  t->in_force = !in_force || !strcmp(in_force, "GTC") ? GTC : !strcmp(in_force, "IOC") ? IOC : FOK;
  if (t->in_force == FOK && strcmp(in_force, "FOK")) return "EGeneral:Invalid arguments:timeinforce";
  if (t->post_only && t->in_force != GTC) return "EGeneral:Invalid arguments:oflags";
  if (client && !client_fine(client)) return "EGeneral:Invalid arguments:cl_ord_id";
  if (client) snprintf(t->client, sizeof t->client, "%s", client);
  if (!form_get(f, "volume") || !form_decimal(f, "volume", &t->amount)) return "EGeneral:Invalid arguments:volume";
  if (t->kind == LIMIT && (!form_get(f, "price") || !form_decimal(f, "price", &t->price)))
    return "EGeneral:Invalid arguments:price";
  return NULL;
}

static const char *const refusals[] = {
  [REFUSED_AMOUNT] = "EGeneral:Invalid arguments:volume",
  [REFUSED_AMOUNT_STEP] = "EGeneral:Invalid arguments:volume",
  [REFUSED_AMOUNT_MIN] = "EOrder:Order minimum not met",
  [REFUSED_PRICE] = "EGeneral:Invalid arguments:price",
  [REFUSED_PRICE_STEP] = "EOrder:Tick size check failed",
  [REFUSED_COST_MIN] = "EOrder:Cost minimum not met",
  [REFUSED_CLIENT] = "EGeneral:Invalid arguments:cl_ord_id not unique",
  [REFUSED_FUNDS] = "EOrder:Insufficient funds",
  [REFUSED_WOULD_TAKE] = "EOrder:Post only order",
  [REFUSED_FULL] = "EOrder:Orders limit exceeded",
};

static void add_order(Desk *d, const Form *f, Reply *r) {
  Ticket t;
  int64_t id = 0;
  const char *why = ticket_of(d, f, &t), *validate = form_get(f, "validate");
  enum refusal refusal = why || (validate && !strcmp(validate, "true")) ? ACCEPTED : engine_place(d->engine, &t, d->now, &id);
  if (refusal) why = refusals[refusal];
  if (why) return failure(r, why);
  text_add(&r->body, "{\"error\":[],\"result\":{\"descr\":{\"order\":");
  put_sentence(&r->body, &t);
  text_add(&r->body, "}");
  if (id) {
    char text[ID_TEXT];
    order_id(id, text);
    text_format(&r->body, ",\"txid\":[\"%s\"]", text);
  }
  text_add(&r->body, "}}");
}

static void cancel(Desk *d, const Form *f, Reply *r) {
  const char *txid = form_get(f, "txid"), *client = form_get(f, "cl_ord_id");
  if (!txid == !client) return failure(r, "EGeneral:Invalid arguments");
  int64_t id = txid ? desk_order(d, txid) : engine_by_client(d->engine, client);
  if (!engine_cancel(d->engine, id, d->now)) failure(r, "EOrder:Unknown order");
  else text_add(&r->body, "{\"error\":[],\"result\":{\"count\":1}}");
}

static void cancel_all(Desk *d, Reply *r) {
  int n = 0;
  for (int64_t id = 1; id <= engine_orders(d->engine); id++) n += engine_cancel(d->engine, id, d->now);
  text_format(&r->body, "{\"error\":[],\"result\":{\"count\":%d}}", n);
}

/* ---- lists ---- */

/* start and end are seconds, with decimals; what is at the start itself is left out. */
static bool within(const Form *f, Moment at) {
  Decimal start = exact_of("-1"), end = exact_of("1e12"), when = exact_units(at, 3);
  form_decimal(f, "start", &start);
  form_decimal(f, "end", &end);
  return dec_cmp(when, start) > 0 && dec_cmp(when, end) <= 0;
}

static int64_t offset_of(const Form *f) {
  const char *text = form_get(f, "ofs");
  return text ? strtoll(text, NULL, 10) : 0;
}

static bool wants_fills(const Form *f) {
  const char *text = form_get(f, "trades");
  return text && !strcmp(text, "true");
}

static void list_orders(Desk *d, const Form *f, bool open, Reply *r) { /* newest first */
  const char *client = form_get(f, "cl_ord_id");
  int64_t n = 0, told = 0, offset = offset_of(f);
  text_format(&r->body, "{\"error\":[],\"result\":{\"%s\":{", open ? "open" : "closed");
  for (int64_t id = engine_orders(d->engine); id > 0; id--) {
    Order o = engine_order(d->engine, id, d->now);
    if ((o.state == OPEN) != open || form_get(f, "userref") || (client && strcmp(client, o.ticket.client))) continue;
    if (!open && !within(f, o.created) && !within(f, o.updated)) continue;
    if (n++ < offset || (!open && told == PAGE)) continue;
    if (told++) text_add(&r->body, ",");
    put_order(d, &r->body, &o, wants_fills(f));
  }
  text_add(&r->body, "}");
  if (!open) text_format(&r->body, ",\"count\":%lld", (long long)n);
  text_add(&r->body, "}}");
}

static void query_orders(Desk *d, const Form *f, Reply *r) {
  const char *txids = form_get(f, "txid");
  int n = 0;
  if (!txids) return failure(r, "EGeneral:Invalid arguments");
  text_add(&r->body, "{\"error\":[],\"result\":{");
  for (const char *p = txids; *p && !form_get(f, "userref");) { /* no order here has a userref */
    char text[ID_TEXT] = "";
    size_t len = strcspn(p, ",");
    if (len < sizeof text) memcpy(text, p, len);
    int64_t id = desk_order(d, text);
    if (id) {
      Order o = engine_order(d->engine, id, d->now);
      if (n++) text_add(&r->body, ",");
      put_order(d, &r->body, &o, wants_fills(f));
    }
    p += len + (p[len] == ',');
  }
  text_add(&r->body, "}}");
}

static void list_fills(Desk *d, const Form *f, Reply *r) {
  int64_t n = 0, told = 0, offset = offset_of(f);
  Ids ids = { 0 };
  desk_fills(d, 0, &ids);
  text_add(&r->body, "{\"error\":[],\"result\":{\"trades\":{");
  for (int64_t i = ids.n - 1; i >= 0; i--) {
    const Fill *one = desk_fill(d, ids.id[i]);
    if (!within(f, one->time) || n++ < offset || told == PAGE) continue;
    if (told++) text_add(&r->body, ",");
    put_fill(&r->body, one);
  }
  text_format(&r->body, "},\"count\":%lld}}", (long long)n);
  ids_free(&ids);
}

static void query_fills(Desk *d, const Form *f, Reply *r) {
  const char *txids = form_get(f, "txid");
  int told = 0;
  Ids ids = { 0 };
  if (!txids) return failure(r, "EGeneral:Invalid arguments");
  desk_fills(d, 0, &ids);
  text_add(&r->body, "{\"error\":[],\"result\":{");
  for (int64_t i = 0; i < ids.n; i++) {
    char id[ID_TEXT];
    fill_id(ids.id[i], id);
    if (!strstr(txids, id)) continue;
    if (told++) text_add(&r->body, ",");
    put_fill(&r->body, desk_fill(d, ids.id[i]));
  }
  text_add(&r->body, "}}");
  ids_free(&ids);
}

static void answer_to(Desk *d, const char *method, const Form *f, Reply *r) {
  if (!strcmp(method, "AddOrder")) add_order(d, f, r);
  else if (!strcmp(method, "CancelOrder")) cancel(d, f, r);
  else if (!strcmp(method, "CancelAll")) cancel_all(d, r);
  else if (!strcmp(method, "OpenOrders")) list_orders(d, f, true, r);
  else if (!strcmp(method, "ClosedOrders")) list_orders(d, f, false, r);
  else if (!strcmp(method, "QueryOrders")) query_orders(d, f, r);
  else if (!strcmp(method, "TradesHistory")) list_fills(d, f, r);
  else if (!strcmp(method, "QueryTrades")) query_fills(d, f, r);
  else if (!strcmp(method, "Balance") || !strcmp(method, "BalanceEx")) {
    text_add(&r->body, "{\"error\":[],\"result\":{");
    balances(d, !strcmp(method, "BalanceEx"), &r->body);
    text_add(&r->body, "}}");
  } else failure(r, "EGeneral:Unknown method");
}

static void answer(Desk *d, const Request *q, Reply *r) {
  Form f = { 0 };
  if (!form_add(&f, q->body, q->body_len)) failure(r, "EGeneral:Invalid arguments");
  else if (allowed(d, q, &f, r)) answer_to(d, q->path + strlen("/0/private/"), &f, r);
  form_free(&f);
}

const Trading trading_kraken = {
  .rules = { .maker = "0.0025",
             .taker = "0.004",
             .fee_in_quote = true,
             .post_only_refused = true,
             .self_trade = SELF_CANCELS_NEWEST,
             .client_unique = CLIENT_OPEN,
             .places = places,
             .min_cost = min_cost },
  .key = { .api_key = "kraken-test-key", .secret = "a3Jha2VuLXRlc3Qtc2VjcmV0" }, /* base64 of kraken-test-secret */
  .act = act,
  .answer = answer,
  .refuse = refuse,
  .order_id = order_id,
  .fill_id = fill_id,
};
