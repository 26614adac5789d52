/* Bitstamp, the private half of /api/v2: the HMAC of key, request, nonce (a UUID, once in 150 s), time and body. Fees are of the quote. An own
 * id may be told as often as one likes; an order that may not rest or take is accepted and canceled. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "desk.h"
#include "form.h"
#include "signature.h"

#define WINDOW 150000 /* ms, for the time and for nonces */
#define HOST "www.bitstamp.net"
#define FORM_TYPE "application/x-www-form-urlencoded"

static int places(enum asset a) { return a == A_USD || a == A_EUR || a == A_ZAR || a == A_USDT ? 5 : 8; }

static const char *min_cost(const Listing *l) { return l->quote == A_BTC ? "0.0001" : "10.00"; }

static void order_id(int64_t id, char out[ID_TEXT]) { snprintf(out, ID_TEXT, "%lld", (long long)(1450000000000000 + id)); }

static void fill_id(int64_t id, char out[ID_TEXT]) { snprintf(out, ID_TEXT, "%lld", (long long)(341550000 + id)); }

static void denied(Reply *r, const char *code, const char *reason) {
  r->status = 403;
  r->body.len = 0;
  text_format(&r->body, "{\"status\":\"error\",\"reason\":\"%s\",\"code\":\"%s\"}", reason, code);
}

/* `field`: what is wrong, or "__all__"; NULL: the reason is told alone. The status is the start of the code. */
static void failure(Reply *r, const char *code, const char *field, const char *reason) {
  r->status = atoi(code);
  r->body.len = 0;
  text_add(&r->body, "{\"status\":\"error\",\"reason\":");
  if (field) text_format(&r->body, "{\"%s\":[\"%s\"]}", field, reason);
  else text_format(&r->body, "\"%s\"", reason);
  text_format(&r->body, ",\"response_code\":\"%s\"}", code);
}

static void refuse(Reply *r, enum outage why) {
  if (why == BUSY) failure(r, "500.016", "__all__", "Order could not be placed.");
  else failure(r, "500.002", NULL, "Bitstamp.net is under scheduled maintenance. We'll be back soon.");
}

static enum act act(const Request *q) {
  static const char *const reads[] = { "account_balances/", "open_orders/", "order_status/", "user_transactions/" };
  const char *path = q->path;
  if (!path_take(&path, "/api/v2/") || strcmp(q->method, "POST")) return NOT_PRIVATE;
  if (!strncmp(path, "buy/", 4) || !strncmp(path, "sell/", 5)) return CREATE;
  if (!strcmp(path, "cancel_order/") || !strncmp(path, "cancel_all_orders/", 18)) return CANCEL;
  for (size_t i = 0; i < sizeof reads / sizeof *reads; i++)
    if (!strncmp(path, reads[i], strlen(reads[i]))) return READ;
  return NOT_PRIVATE;
}

/* ---- who asks ---- */

static bool signed_right(const Desk *d, const Request *q, const char *host, const char *type, const char *signature) {
  Text m = { 0 };
  const char *const parts[] = {
    "BITSTAMP ", d->key.api_key, q->method, host, q->target, type, header_get(q, "X-Auth-Nonce"), header_get(q, "X-Auth-Timestamp"),
    "v2"
  };
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) text_add(&m, parts[i]);
  text_bytes(&m, q->body, q->body_len);
  bool right = signature_hex(H_SHA256, d->key.secret, strlen(d->key.secret), m.p, m.len, signature);
  text_free(&m);
  return right;
}

static bool nonce_fine(const char *s) { return strlen(s) == 36 && strspn(s, "0123456789abcdefghijklmnopqrstuvwxyz-") == 36; }

static bool allowed(Desk *d, const Request *q, Reply *r) {
  const char *auth = header_get(q, "X-Auth"), *signature = header_get(q, "X-Auth-Signature"),
             *nonce = header_get(q, "X-Auth-Nonce"), *time = header_get(q, "X-Auth-Timestamp"),
             *version = header_get(q, "X-Auth-Version"), *type = header_get(q, "Content-Type"), *host = header_get(q, "Host");
  char *end = NULL;
  long long at = time ? strtoll(time, &end, 10) : 0;
  if (!auth) denied(r, "API0012", "X-Auth header is required");
  else if (!signature) denied(r, "API0013", "X-Auth-Signature header is required");
  else if (!nonce) denied(r, "API0014", "X-Auth-Nonce header is required");
  else if (!time) denied(r, "API0015", "X-Auth-Timestamp header is required");
  else if (!version) denied(r, "API0016", "X-Auth-Version header is required");
  else if (strcmp(version, "v2")) denied(r, "API0010", "Invalid version");
  else if (strncmp(auth, "BITSTAMP ", 9) || strcmp(auth + 9, d->key.api_key)) denied(r, "API0001", "API key not found");
  else if (!*time || *end) denied(r, "API0018", "X-Auth-Timestamp header is invalid");
  else if (llabs(at - d->now.wall) > WINDOW) denied(r, "API0017", "X-Auth-Timestamp header is out of boundaries");
  else if (!q->body_len && type) denied(r, "API0020", "Content-Type header should not be present");
  else if (q->body_len && (!type || strcmp(type, FORM_TYPE))) denied(r, "API0019", "Content-Type header is not accepted");
  else if (!signed_right(d, q, HOST, type ? type : "", signature) &&
           !signed_right(d, q, host ? host : "", type ? type : "", signature))
    denied(r, "API0005", "Invalid signature");
  else if (!nonce_fine(nonce) || !desk_nonce(d, nonce, WINDOW)) denied(r, "API0004", "Invalid nonce");
  else return true;
  return false;
}

/* ---- what is told ---- */

static void put(Text *b, const char *before, Decimal d, int shown) {
  text_add(b, before);
  text_add(b, "\"");
  text_places(b, d, shown);
  text_add(b, "\"");
}

static void put_time(Text *b, Moment at) { /* "2022-01-31 14:43:15.796000" */
  text_add(b, ",\"datetime\":\"");
  size_t from = b->len;
  text_iso(b, at, 1);
  if (b->full) return;
  b->p[from + 10] = ' ';
  b->p[--b->len] = 0;
  text_add(b, "\"");
}

static void put_client(Text *b, const Order *o) {
  if (!*o->ticket.client) return;
  text_add(b, ",\"client_order_id\":");
  text_json(b, o->ticket.client);
}

static const char *code_of(enum asset a, char out[8]) {
  const char *code = asset_code(a);
  size_t n = strlen(code);
  for (size_t i = 0; i <= n; i++) out[i] = (char)(code[i] >= 'A' && code[i] <= 'Z' ? code[i] | 0x20 : code[i]);
  return out;
}

static void put_amounts(Text *b, const Fill *f) { /* under the names of their currencies; what is given is below zero */
  char base[8], quote[8], key[40];
  const Listing *l = f->listing;
  snprintf(key, sizeof key, ",\"%s\":", code_of(l->base, base));
  put(b, key, f->side == BUY ? f->amount : dec_neg(f->amount), l->amount_decimals);
  snprintf(key, sizeof key, ",\"%s\":", code_of(l->quote, quote));
  put(b, key, f->side == BUY ? dec_neg(f->cost) : f->cost, places(l->quote));
}

static void put_fill(Text *b, const Fill *f) {
  char id[ID_TEXT], order[ID_TEXT], base[8], quote[8], key[40];
  fill_id(f->id, id);
  order_id(f->order, order);
  text_format(b, "{\"id\":%s,\"order_id\":%s,\"type\":\"2\"", id, order);
  put_time(b, f->time);
  put(b, ",\"fee\":", f->fee, places(f->listing->quote));
  put_amounts(b, f);
  snprintf(key, sizeof key, ",\"%s_%s\":", code_of(f->listing->base, base), code_of(f->listing->quote, quote));
  put(b, key, f->price, f->listing->price_decimals);
  text_add(b, "}");
}

static void put_status(Desk *d, Text *b, const Order *o) {
  const Listing *l = o->ticket.listing;
  char id[ID_TEXT];
  Ids ids = { 0 };
  order_id(o->id, id);
  text_format(b, "{\"id\":%s,\"type\":\"%d\",\"status\":\"%s\",\"market\":\"%s\"", id, o->ticket.side,
              o->state == OPEN     ? "Open"
              : o->state == FILLED ? "Finished"
                                   : "Canceled",
              l->name);
  put_time(b, o->created);
  put(b, ",\"amount_remaining\":", exact_sub(o->amount, o->filled), l->amount_decimals);
  put_client(b, o);
  text_add(b, ",\"transactions\":[");
  desk_fills(d, o->id, &ids);
  for (int64_t i = 0; i < ids.n; i++) {
    const Fill *f = desk_fill(d, ids.id[i]);
    fill_id(f->id, id);
    text_format(b, "%s{\"tid\":%s,\"type\":2", i ? "," : "", id);
    put_time(b, f->time);
    put(b, ",\"price\":", f->price, l->price_decimals);
    put(b, ",\"fee\":", f->fee, places(l->quote));
    char base[8], quote[8], key[40]; /* here without signs */
    snprintf(key, sizeof key, ",\"%s\":", code_of(l->base, base));
    put(b, key, f->amount, l->amount_decimals);
    snprintf(key, sizeof key, ",\"%s\":", code_of(l->quote, quote));
    put(b, key, f->cost, places(l->quote));
    text_add(b, "}");
  }
  text_add(b, "]}");
  ids_free(&ids);
}

/* As in open_orders, where `amount` is what is left. */
static void put_open(Text *b, const Order *o) {
  const Listing *l = o->ticket.listing;
  char id[ID_TEXT];
  order_id(o->id, id);
  text_format(b, "{\"id\":\"%s\",\"type\":\"%d\",\"currency_pair\":\"%s\",\"market\":\"%s\"", id, o->ticket.side, l->name, l->name);
  put_time(b, o->created);
  put(b, ",\"price\":", o->ticket.price, l->price_decimals);
  put(b, ",\"amount\":", exact_sub(o->amount, o->filled), l->amount_decimals);
  put(b, ",\"amount_at_create\":", o->amount, l->amount_decimals);
  put_client(b, o);
  text_add(b, "}");
}

static void put_canceled(Text *b, const Order *o) {
  const Listing *l = o->ticket.listing;
  char id[ID_TEXT];
  order_id(o->id, id);
  text_format(b, "{\"id\":%s,\"type\":%d,\"currency_pair\":\"%s\",\"market\":\"%s\"", id, o->ticket.side, l->name, l->name);
  put(b, ",\"amount\":", o->amount, l->amount_decimals);
  put(b, ",\"price\":", o->ticket.price, l->price_decimals);
  text_add(b, "}");
}

static void balances(Desk *d, Text *b) {
  Account *a = engine_account(d->engine);
  text_add(b, "[");
  for (int i = 0, n = 0; i < A_COUNT; i++) {
    char code[8];
    if (i == A_ZAR) continue;
    text_format(b, "%s{\"currency\":\"%s\"", n++ ? "," : "", code_of((enum asset)i, code));
    put(b, ",\"total\":", a->total[i], places((enum asset)i));
    put(b, ",\"available\":", account_free(a, (enum asset)i), places((enum asset)i));
    put(b, ",\"reserved\":", a->held[i], places((enum asset)i));
    text_add(b, "}");
  }
  text_add(b, "]");
}

/* ---- orders ---- */

static bool is_true(const Form *f, const char *key) {
  const char *text = form_get(f, key);
  return text && (!strcmp(text, "True") || !strcmp(text, "true"));
}

static bool client_fine(const char *s) {
  size_t n = strlen(s);
  for (size_t i = 0; i < n; i++)
    if (s[i] < 0x21 || s[i] > 0x7e) return false;
  return n <= CLIENT_ID_MAX;
}

static bool amount_of(const Form *f, const char *key, const char *absent_code, const char *wrong_code, Decimal *out, Reply *r) {
  if (!form_get(f, key)) failure(r, absent_code, key, "This field is required.");
  else if (!form_decimal(f, key, out)) failure(r, wrong_code, key, "A valid number is required.");
  else return true;
  return false;
}

/* "buy/btcusd/", "sell/market/btcusd/", "buy/instant/btcusd/". */
static bool ticket_of(const Desk *d, const char *path, const Form *f, Ticket *t, Reply *r) {
  const char *client = form_get(f, "client_order_id");
  *t = (Ticket) { .side = *path == 'b' ? BUY : SELL };
  path += path_step(path) + 1;
  bool market = path_take(&path, "market/"), instant = path_take(&path, "instant/");
  size_t n = path_step(path);
  t->listing = listing_find(d->venue, path, n);
  if (!t->listing || path[n] != '/' || path[n + 1] || memchr(path, '/', n))
    return failure(r, "404.007", NULL, "Market not found for corresponding request."), false;
  int flags = is_true(f, "ioc_order") + is_true(f, "fok_order") + is_true(f, "moc_order");
  if (flags > 1) return failure(r, "400.024", "__all__", "Only one of optional parameters can be set."), false;
  if (is_true(f, "daily_order") || is_true(f, "gtd_order"))
    return failure(r, "400.001", "__all__", "Orders that end by themselves are not simulated."), false;
  if (client && !client_fine(client)) return failure(r, "400.008", "client_order_id", "Enter a valid value."), false;
  if (client) snprintf(t->client, sizeof t->client, "%s", client);
  t->kind = market || instant ? MARKET : LIMIT;
  t->by_cost = instant && (t->side == BUY || is_true(f, "amount_in_counter"));
  t->in_force = is_true(f, "ioc_order") ? IOC : is_true(f, "fok_order") ? FOK : GTC;
  t->post_only = is_true(f, "moc_order");
  return amount_of(f, "amount", "400.005", "400.026", &t->amount, r) &&
         (t->kind == MARKET || amount_of(f, "price", "400.006", "400.041", &t->price, r));
}

static void too_fine(Reply *r, const char *code, const char *field, int decimals) {
  char reason[80];
  snprintf(reason, sizeof reason, "Ensure that there are no more than %d decimal places.", decimals);
  failure(r, code, field, reason);
}

static void short_of(Desk *d, const Ticket *t, Reply *r) {
  enum asset of = t->side == BUY ? t->listing->quote : t->listing->base;
  Text reason = { 0 };
  text_add(&reason, "You have only ");
  text_places(&reason, account_free(engine_account(d->engine), of), places(of));
  text_format(&reason, " %s available. Check your account balance for details.", asset_code(of));
  failure(r, "400.009", "__all__", reason.p);
  text_free(&reason);
}

static void refused(Desk *d, const Ticket *t, enum refusal why, Reply *r) {
  const Listing *l = t->listing;
  char reason[80];
  switch (why) {
  case REFUSED_AMOUNT:
  case REFUSED_AMOUNT_MIN: failure(r, "400.046", "amount", "Ensure this value is greater than or equal to 1E-8."); break;
  case REFUSED_AMOUNT_STEP: too_fine(r, "400.026", "amount", l->amount_decimals); break;
  case REFUSED_PRICE: failure(r, "400.021", "price", "Ensure this value is greater than or equal to 1E-8."); break;
  case REFUSED_PRICE_STEP: too_fine(r, "400.041", "price", l->price_decimals); break;
  case REFUSED_COST_MIN:
    snprintf(reason, sizeof reason, "Minimum order size is %s %s.", min_cost(l), asset_code(l->quote));
    failure(r, "400.020", "__all__", reason);
    break;
  case REFUSED_FUNDS: short_of(d, t, r); break;
  default: failure(r, "500.017", "__all__", "Order rejected by matching engine.");
  }
}

static void create(Desk *d, const char *path, const Form *f, Reply *r) {
  Text *b = &r->body;
  Ticket t;
  int64_t id;
  if (!ticket_of(d, path, f, &t, r)) return;
  enum refusal why = engine_place(d->engine, &t, d->now, &id);
  if (why) return refused(d, &t, why, r);
  Order o = engine_order(d->engine, id, d->now);
  char text[ID_TEXT];
  order_id(id, text);
  text_format(b, "{\"id\":\"%s\",\"market\":\"%s\",\"type\":\"%d\"", text, t.listing->name, t.side);
  put_time(b, o.created);
  put(b, ",\"price\":", t.kind == LIMIT ? t.price : order_average(&o, t.listing->price_decimals), t.listing->price_decimals);
  put(b, ",\"amount\":", o.amount, t.listing->amount_decimals);
  put_client(b, &o);
  text_add(b, "}");
}

static int64_t named(const Desk *d, const Form *f) {
  const char *id = form_get(f, "id"), *client = form_get(f, "client_order_id");
  return id ? desk_order(d, id) : client ? engine_by_client(d->engine, client) : 0;
}

static void not_found(Reply *r) { failure(r, "404.002", NULL, "Order not found."); }

static void status(Desk *d, const Form *f, Reply *r) {
  int64_t id = named(d, f);
  if (!form_get(f, "id") && !form_get(f, "client_order_id")) return failure(r, "400.035", "id", "This field is required.");
  if (!id) return not_found(r);
  Order o = engine_order(d->engine, id, d->now);
  put_status(d, &r->body, &o);
}

static void cancel(Desk *d, const Form *f, Reply *r) {
  const char *text = form_get(f, "id");
  int64_t id = text ? desk_order(d, text) : 0;
  if (!text) return failure(r, "400.035", "id", "This field is required.");
  if (!engine_cancel(d->engine, id, d->now)) return not_found(r);
  Order o = engine_order(d->engine, id, d->now);
  put_canceled(&r->body, &o);
}

/* The market that ends a path, if one does: false when it is none of ours. */
static bool market_of(const Desk *d, const char *rest, const Listing **l, Reply *r) {
  size_t n = path_step(rest);
  *l = n ? listing_find(d->venue, rest, n) : NULL;
  if ((*l || !n) && (!rest[n] || !rest[n + 1])) return true;
  failure(r, "404.007", NULL, "Market not found for corresponding request.");
  return false;
}

static void cancel_all(Desk *d, const Listing *l, Reply *r) {
  int n = 0;
  text_add(&r->body, "{\"canceled\":[");
  for (int64_t id = 1; id <= engine_orders(d->engine); id++) {
    Order o = engine_order(d->engine, id, d->now);
    if (o.state != OPEN || (l && o.ticket.listing != l) || !engine_cancel(d->engine, id, d->now)) continue;
    if (n++) text_add(&r->body, ",");
    put_canceled(&r->body, &o);
  }
  text_add(&r->body, "],\"success\":true}");
}

static void open_orders(Desk *d, const Listing *l, Reply *r) {
  int n = 0;
  text_add(&r->body, "[");
  for (int64_t id = engine_orders(d->engine); id > 0; id--) {
    Order o = engine_order(d->engine, id, d->now);
    if (o.state != OPEN || (l && o.ticket.listing != l)) continue;
    if (n++) text_add(&r->body, ",");
    put_open(&r->body, &o);
  }
  text_add(&r->body, "]");
}

static bool whole(const Form *f, const char *key, int64_t most, int64_t *out) {
  Decimal n = exact_units(*out, 0);
  if (!form_decimal(f, key, &n) || !exact_step(n, 0) || dec_cmp(n, dec_from_int(most)) > 0) return false;
  *out = exact_in_units(n, 0);
  return true;
}

static void history(Desk *d, const Listing *l, const Form *f, Reply *r) {
  int64_t offset = 0, limit = 100, since = 0, n = 0;
  const char *sort = form_get(f, "sort");
  bool oldest_first = sort && !strcmp(sort, "asc");
  Ids ids = { 0 };
  if (!whole(f, "offset", 200000, &offset)) return failure(r, "400.010", "offset", "Invalid offset.");
  if (!whole(f, "limit", 1000, &limit)) return failure(r, "400.011", "limit", "Enter a number from 1 to 1000.");
  if (!whole(f, "since_timestamp", 100000000000, &since)) return failure(r, "400.013", "since_timestamp", "Enter a whole number.");
  desk_fills(d, 0, &ids);
  text_add(&r->body, "[");
  for (int64_t i = 0; i < ids.n; i++) {
    const Fill *one = desk_fill(d, ids.id[oldest_first ? i : ids.n - 1 - i]);
    if ((l && one->listing != l) || one->time < since * 1000) continue;
    if (n++ < offset || n > offset + limit) continue;
    if (n > offset + 1) text_add(&r->body, ",");
    put_fill(&r->body, one);
  }
  text_add(&r->body, "]");
  ids_free(&ids);
}

static void answer_to(Desk *d, const char *path, const Form *f, Reply *r) {
  const Listing *l;
  if (!strncmp(path, "buy/", 4) || !strncmp(path, "sell/", 5)) create(d, path, f, r);
  else if (path_take(&path, "cancel_order/")) cancel(d, f, r);
  else if (path_take(&path, "order_status/")) status(d, f, r);
  else if (path_take(&path, "account_balances/")) balances(d, &r->body);
  else if (path_take(&path, "open_orders/all/")) open_orders(d, NULL, r);
  else if (path_take(&path, "cancel_all_orders/")) {
    if (market_of(d, path, &l, r)) cancel_all(d, l, r);
  } else if (path_take(&path, "open_orders/")) {
    if (market_of(d, path, &l, r)) open_orders(d, l, r);
  } else if (path_take(&path, "user_transactions/") && market_of(d, path, &l, r)) history(d, l, f, r);
}

static void answer(Desk *d, const Request *q, Reply *r) {
  Form f = { 0 };
  if (allowed(d, q, r)) {
    if (!form_add(&f, q->body, q->body_len)) failure(r, "400.007", NULL, "POST parameter(s) is malformed.");
    else answer_to(d, q->path + strlen("/api/v2/"), &f, r);
  }
  form_free(&f);
}

const Trading trading_bitstamp = {
  .rules = { .maker = "0.003",
             .taker = "0.004",
             .fee_in_quote = true,
             .self_trade = SELF_FILLS,
             .client_unique = CLIENT_FREE,
             .places = places,
             .min_cost = min_cost },
  .key = { .api_key = "bitstamp-test-key", .secret = "bitstamp-test-secret" },
  .act = act,
  .answer = answer,
  .refuse = refuse,
  .order_id = order_id,
  .fill_id = fill_id,
};
