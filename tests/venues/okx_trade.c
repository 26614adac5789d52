/* OKX, the private half of /api/v5: OK-ACCESS-SIGN is the HMAC of time, method, path and body. Orders are rows, each with a code of its own;
 * fees are told below zero, and are of what is received; an own id is told once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "desk.h"
#include "memory.h"
#include "signature.h"
#include "worker/instant.h"
#include "worker/json.h"

#define WINDOW 30000 /* ms */
#define ROWS_MAX 20
#define WORD 80

static int places(enum asset a) {
  (void)a;
  return 18;
}

static void order_id(int64_t id, char out[ID_TEXT]) { snprintf(out, ID_TEXT, "%lld", (long long)(1700000000000000000 + id)); }

static void fill_id(int64_t id, char out[ID_TEXT]) { snprintf(out, ID_TEXT, "%lld", (long long)(600000000 + id)); }

static void failure(Reply *r, int status, const char *code, const char *msg) {
  r->status = status;
  r->body.len = 0;
  text_format(&r->body, "{\"code\":\"%s\",\"data\":[],\"msg\":\"%s\"}", code, msg);
}

static void refuse(Reply *r, enum outage why) {
  if (why == BUSY) failure(r, 429, "50013", "Systems are busy. Please try again later.");
  else failure(r, 503, "50001", "Service temporarily unavailable. Try again later.");
}

static enum act act(const Request *q) {
  const char *path = q->path;
  bool post = !strcmp(q->method, "POST");
  if (!path_take(&path, "/api/v5/")) return NOT_PRIVATE;
  if (post && (!strcmp(path, "trade/order") || !strcmp(path, "trade/batch-orders"))) return CREATE;
  if (post && (!strcmp(path, "trade/cancel-order") || !strcmp(path, "trade/cancel-batch-orders"))) return CANCEL;
  return !strncmp(path, "trade/", 6) || !strncmp(path, "account/", 8) || !strncmp(path, "asset/", 6) ? READ : NOT_PRIVATE;
}

/* ---- who asks ---- */

static bool signed_right(const Desk *d, const Request *q, const char *time, const char *signature) {
  Text m = { 0 };
  text_add(&m, time);
  text_add(&m, q->method);
  text_add(&m, q->target);
  text_bytes(&m, q->body, q->body_len);
  bool right = signature_base64(H_SHA256, d->key.secret, strlen(d->key.secret), m.p, m.len, signature);
  text_free(&m);
  return right;
}

static bool allowed(Desk *d, const Request *q, Reply *r) {
  const char *key = header_get(q, "OK-ACCESS-KEY"), *signature = header_get(q, "OK-ACCESS-SIGN"),
             *time = header_get(q, "OK-ACCESS-TIMESTAMP"), *password = header_get(q, "OK-ACCESS-PASSPHRASE");
  int64_t at;
  if (!key || !*key) failure(r, 401, "50103", "Request header OK-ACCESS-KEY can not be empty.");
  else if (!password || !*password) failure(r, 401, "50104", "Request header OK-ACCESS-PASSPHRASE can not be empty.");
  else if (!signature || !*signature) failure(r, 401, "50106", "Request header OK-ACCESS-SIGN can not be empty.");
  else if (!time || !*time) failure(r, 401, "50107", "Request header OK-ACCESS-TIMESTAMP can not be empty.");
  else if (strcmp(key, d->key.api_key)) failure(r, 401, "50111", "Invalid OK-ACCESS-KEY");
  else if (!instant_parse_iso(time, strlen(time), &at)) failure(r, 401, "50112", "Invalid OK-ACCESS-TIMESTAMP");
  else if (llabs(at - d->now.wall) > WINDOW) failure(r, 401, "50102", "Timestamp request expired");
  else if (strcmp(password, d->key.password)) failure(r, 401, "50105", "Request header OK-ACCESS-PASSPHRASE incorrect.");
  else if (!signed_right(d, q, time, signature)) failure(r, 401, "50113", "Invalid Sign");
  else return true;
  return false;
}

/* ---- what is told ---- */

static void put(Text *b, const char *key, Decimal d) {
  text_format(b, ",\"%s\":\"", key);
  text_decimal(b, d);
  text_add(b, "\"");
}

static void begin(Text *b) { text_add(b, "{\"code\":\"0\",\"data\":["); }

static void end(Text *b) { text_add(b, "],\"msg\":\"\"}"); }

static Decimal fee_of(const Order *o) { return dec_neg(o->fee[o->ticket.side == SELL]); }

static enum asset received(enum side side, const Listing *l) { return side == BUY ? l->base : l->quote; }

static void put_order(Desk *d, Text *b, const Order *o) {
  const Ticket *t = &o->ticket;
  char id[ID_TEXT];
  bool none = dec_is_zero(o->filled), would_take = o->reason == WOULD_TAKE;
  order_id(o->id, id);
  text_format(b,
              "{\"instType\":\"SPOT\",\"instId\":\"%s\",\"ordId\":\"%s\",\"clOrdId\":\"%s\",\"tag\":\"\",\"algoClOrdId\":\"\","
              "\"algoId\":\"\","
              "\"attachAlgoOrds\":[],\"category\":\"normal\",\"ccy\":\"\",\"side\":\"%s\",\"ordType\":\"%s\",\"tdMode\":\"cash\","
              "\"tgtCcy\":"
              "\"%s\",\"posSide\":\"net\",\"lever\":\"\",\"reduceOnly\":\"false\",\"stpMode\":\"cancel_maker\"",
              t->listing->id, id, t->client, t->side == BUY ? "buy" : "sell", t->word,
              t->kind == LIMIT ? ""
              : t->by_cost     ? "quote_ccy"
                               : "base_ccy");
  text_format(b, ",\"state\":\"%s\",\"cancelSource\":\"%s\",\"cancelSourceReason\":\"%s\"",
              o->state == FILLED     ? "filled"
              : o->state == CANCELED ? "canceled"
              : none                 ? "live"
                                     : "partially_filled",
              would_take ? "31" : "", would_take ? "The current maker order would take liquidity." : "");
  put(b, "sz", t->amount);
  if (t->kind == LIMIT) put(b, "px", t->price);
  else text_add(b, ",\"px\":\"\"");
  put(b, "accFillSz", o->filled);
  if (none) text_add(b, ",\"avgPx\":\"\",\"fillPx\":\"\",\"fillSz\":\"0\",\"fillTime\":\"\",\"tradeId\":\"\"");
  else {
    Ids ids = { 0 };
    desk_fills(d, o->id, &ids);
    const Fill *last = desk_fill(d, ids.id[ids.n - 1]);
    put(b, "avgPx", order_average(o, t->listing->price_decimals + 8));
    put(b, "fillPx", last->price);
    put(b, "fillSz", last->amount);
    fill_id(last->id, id);
    text_format(b, ",\"fillTime\":\"%lld\",\"tradeId\":\"%s\"", (long long)last->time, id);
    ids_free(&ids);
  }
  put(b, "fee", fee_of(o));
  text_format(
      b,
      ",\"feeCcy\":\"%s\",\"pnl\":\"0\",\"rebate\":\"0\",\"rebateCcy\":\"%s\",\"slTriggerPx\":\"\",\"tpTriggerPx\":\"\",\"cTime\":"
      "\"%lld\",\"uTime\":\"%lld\"}",
      asset_code(received(t->side, t->listing)), asset_code(received(!t->side, t->listing)), (long long)o->created,
      (long long)o->updated);
}

static void put_fill(Desk *d, Text *b, const Fill *f) {
  char id[ID_TEXT], order[ID_TEXT];
  Order o = engine_order(d->engine, f->order, d->now);
  fill_id(f->id, id);
  order_id(f->order, order);
  text_format(b,
              "{\"instType\":\"SPOT\",\"instId\":\"%s\",\"tradeId\":\"%s\",\"ordId\":\"%s\",\"clOrdId\":\"%s\",\"billId\":\"9%s\","
              "\"tag\":\"\","
              "\"side\":\"%s\",\"posSide\":\"net\",\"execType\":\"%s\"",
              f->listing->id, id, order, o.ticket.client, id, f->side == BUY ? "buy" : "sell", f->maker ? "M" : "T");
  put(b, "fillPx", f->price);
  put(b, "fillSz", f->amount);
  put(b, "fee", dec_neg(f->fee));
  text_format(b, ",\"feeCcy\":\"%s\",\"ts\":\"%lld\",\"fillTime\":\"%lld\"}", asset_code(f->fee_asset), (long long)f->time,
              (long long)f->time);
}

static void balances(Desk *d, const Request *q, Text *b) {
  const char *wanted = query_get(q, "ccy");
  Account *a = engine_account(d->engine);
  begin(b);
  text_format(b, "{\"adjEq\":\"\",\"imr\":\"\",\"isoEq\":\"0\",\"totalEq\":\"\",\"uTime\":\"%lld\",\"details\":[",
              (long long)d->now.wall);
  for (int i = 0, n = 0; i < A_COUNT; i++) {
    const char *code = asset_code((enum asset)i);
    const char *at = wanted ? strstr(wanted, code) : code;
    if (!at || (!wanted && dec_is_zero(a->total[i])) || (wanted && at[strlen(code)] && at[strlen(code)] != ',')) continue;
    text_format(b, "%s{\"ccy\":\"%s\",\"availEq\":\"\",\"uTime\":\"%lld\"", n++ ? "," : "", code, (long long)d->now.wall);
    put(b, "availBal", account_free(a, (enum asset)i));
    put(b, "cashBal", a->total[i]);
    put(b, "eq", a->total[i]);
    put(b, "frozenBal", a->held[i]);
    put(b, "ordFrozen", a->held[i]);
    text_add(b, "}");
  }
  text_add(b, "]}");
  end(b);
}

/* ---- rows ---- */

typedef struct {
  const JsonDoc *doc;
  uint32_t node;
} Row;

static const char *field(Row row, const char *key, char out[WORD]) { /* "": not there, or too long to be anything */
  JsonScratch scratch = { 0 };
  uint32_t node = json_get(row.doc, row.node, key, strlen(key));
  size_t n = 0;
  const char *text = node == JSON_NONE || row.doc->nodes[node].type == JSON_NULL ? NULL : json_text(row.doc, node, &scratch, &n);
  if (!text || n >= WORD || memchr(text, 0, n)) n = 0;
  if (n) memcpy(out, text, n);
  out[n] = 0;
  free(scratch.p);
  return out;
}

typedef struct {
  const char *code, *msg;
} Told; /* code NULL: all is well */

static bool number(const char *text, Decimal *out) {
  size_t n = strlen(text);
  return n && n <= 40 && strspn(text, "0123456789.") == n && dec_parse(text, n, out);
}

static bool client_fine(const char *s) {
  size_t n = strlen(s);
  return n <= 32 && strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") == n;
}

static Told ticket_of(const Desk *d, Row row, Ticket *t) {
  char id[WORD], side[WORD], type[WORD], unit[WORD], word[WORD];
  field(row, "instId", id);
  *t = (Ticket) { .listing = listing_find(d->venue, id, strlen(id)) };
  field(row, "side", side);
  field(row, "ordType", type);
  field(row, "tgtCcy", unit);
  if (!*id) return (Told) { "51000", "Parameter instId can not be empty." };
  if (!t->listing) return (Told) { "51001", "Instrument ID, Instrument ID code, or Spread ID doesn't exist." };
  if (strcmp(field(row, "tdMode", word), "cash")) return (Told) { "51000", "Parameter tdMode error" };
  if (strcmp(side, "buy") && strcmp(side, "sell")) return (Told) { "51000", "Parameter side error" };
  t->side = *side == 'b' ? BUY : SELL;
  t->kind = strcmp(type, "market") ? LIMIT : MARKET;
  t->post_only = !strcmp(type, "post_only");
  t->in_force = !strcmp(type, "ioc") ? IOC : !strcmp(type, "fok") ? FOK : GTC;
  if (t->kind == LIMIT && t->in_force == GTC && !t->post_only && strcmp(type, "limit"))
    return (Told) { "51000", "Parameter ordType error" };
  snprintf(t->word, sizeof t->word, "%.20s", type);
  if (*unit && strcmp(unit, "base_ccy") && strcmp(unit, "quote_ccy")) return (Told) { "51000", "Parameter tgtCcy error" };
  t->by_cost = t->kind == MARKET && (*unit ? *unit == 'q' : t->side == BUY); /* buys are by cost unless they say otherwise */
  if (!client_fine(field(row, "clOrdId", word))) return (Told) { "51000", "Parameter clOrdId error" };
  snprintf(t->client, sizeof t->client, "%.32s", word);
  if (!number(field(row, "sz", word), &t->amount)) return (Told) { "51000", "Parameter sz error" };
  if (t->kind == LIMIT && !number(field(row, "px", word), &t->price)) return (Told) { "51000", "Parameter px error" };
  return (Told) { 0 };
}

static Told told_of(enum refusal why) {
  static const Told told[] = {
    [REFUSED_AMOUNT] = { "51000", "Parameter sz error" },
    [REFUSED_AMOUNT_STEP] = { "51121", "Order quantity must be a multiple of the lot size." },
    [REFUSED_AMOUNT_MIN] = { "51020", "Your order should meet or exceed the minimum order amount." },
    [REFUSED_PRICE] = { "51000", "Parameter px error" },
    [REFUSED_PRICE_STEP] = { "51000", "Parameter px error" },
    [REFUSED_COST_MIN] = { "51020", "Your order should meet or exceed the minimum order amount." },
    [REFUSED_CLIENT] = { "51016", "Client order ID already exists." },
    [REFUSED_FUNDS] = { "51008", "Order failed. Insufficient balance in account." },
    [REFUSED_WOULD_TAKE] = { "51000", "Parameter px error" },
    [REFUSED_FULL] = { "50013", "Systems are busy. Please try again later." },
  };
  return told[why];
}

static Told place_row(Desk *d, Row row, int64_t *id) {
  Ticket t;
  Told told = ticket_of(d, row, &t);
  if (told.code) return told;
  enum refusal why = engine_place(d->engine, &t, d->now, id);
  return why ? told_of(why) : (Told) { 0 };
}

static int64_t named(const Desk *d, const char *id, const char *client) {
  return id && *id ? desk_order(d, id) : client && *client ? engine_by_client(d->engine, client) : 0;
}

static Told cancel_row(Desk *d, Row row, int64_t *id) {
  char order[WORD], client[WORD], instrument[WORD];
  field(row, "ordId", order);
  field(row, "clOrdId", client);
  if (!*field(row, "instId", instrument)) return (Told) { "50014", "Parameter instId can not be empty." };
  if (!*order && !*client) return (Told) { "51003", "Either client order ID or order ID is required." };
  int64_t found = named(d, order, client);
  if (found && !strcmp(engine_order(d->engine, found, d->now).ticket.listing->id, instrument) &&
      engine_cancel(d->engine, found, d->now)) {
    *id = found;
    return (Told) { 0 };
  }
  return (Told) { "51400", "Order cancellation failed as the order has been filled, canceled or does not exist." };
}

/* Each row alone; the whole says whether all ("0"), some ("2") or none ("1") went well. */
static void rows(Desk *d, const Request *q, Told (*act_on)(Desk *, Row, int64_t *), Reply *r) {
  char err[256], *text = memory_new(q->body_len + 1);
  memcpy(text, q->body, q->body_len);
  JsonDoc *doc = json_parse(text, q->body_len, err, sizeof err);
  Text data = { 0 };
  uint32_t n = doc && doc->nodes[0].type == JSON_ARRAY ? doc->nodes[0].size : doc && doc->nodes[0].type == JSON_OBJECT, well = 0;
  if (!doc) failure(r, 400, "50002", "JSON syntax error");
  else if (!n) failure(r, 400, "50000", "Body for POST request cannot be empty.");
  else if (n > ROWS_MAX) failure(r, 400, "50025", "Parameter count exceeds the limit 20");
  for (uint32_t i = 0; doc && n && n <= ROWS_MAX && i < n; i++) {
    Row row = { doc, doc->nodes[0].type == JSON_ARRAY ? json_at(doc, 0, i + 1) : 0 };
    char id[ID_TEXT] = "", client[WORD] = "", tag[WORD] = "";
    int64_t order = 0;
    Told told = { "50002", "JSON syntax error" };
    if (doc->nodes[row.node].type == JSON_OBJECT) {
      told = act_on(d, row, &order);
      field(row, "clOrdId", client);
      field(row, "tag", tag);
    }
    if (order) order_id(order, id);
    well += !told.code;
    text_format(&data, "%s{\"clOrdId\":", i ? "," : "");
    text_json(&data, client);
    text_format(&data, ",\"ordId\":\"%s\",\"sCode\":\"%s\",\"sMsg\":\"%s\",\"tag\":", id, told.code ? told.code : "0",
                told.code ? told.msg : "");
    text_json(&data, tag);
    text_format(&data, ",\"ts\":\"%lld\"}", (long long)d->now.wall);
  }
  if (data.p)
    text_format(&r->body, "{\"code\":\"%s\",\"inTime\":\"%lld000\",\"outTime\":\"%lld000\",\"msg\":\"%s\",\"data\":[",
                well == n ? "0"
                : well    ? "2"
                          : "1",
                (long long)d->now.wall, (long long)d->now.wall, well ? "" : "All operations failed");
  if (data.p) {
    text_bytes(&r->body, data.p, data.len);
    text_add(&r->body, "]}");
  }
  text_free(&data);
  json_unref(doc);
}

/* ---- reads ---- */

static void one(Desk *d, const Request *q, Reply *r) {
  const char *instrument = query_get(q, "instId");
  int64_t id = named(d, query_get(q, "ordId"), query_get(q, "clOrdId"));
  if (!instrument) return failure(r, 400, "50014", "Parameter instId can not be empty.");
  if (!id || strcmp(engine_order(d->engine, id, d->now).ticket.listing->id, instrument))
    return failure(r, 200, "51603", "Order does not exist");
  Order o = engine_order(d->engine, id, d->now);
  begin(&r->body);
  put_order(d, &r->body, &o);
  end(&r->body);
}

typedef struct {
  const char *instrument, *state, *type;
  int64_t begin, end, limit;
} Wanted;

static bool wanted_of(const Request *q, bool needs_type, Wanted *w, Reply *r) {
  const char *type = query_get(q, "instType");
  *w = (Wanted) { .instrument = query_get(q, "instId"),
                  .state = query_get(q, "state"),
                  .type = query_get(q, "ordType"),
                  .end = INT64_MAX,
                  .limit = 100 };
  if (needs_type && (!type || !*type)) failure(r, 400, "50014", "Parameter instType can not be empty.");
  else if (!query_int(q, "begin", &w->begin)) failure(r, 400, "51000", "Parameter begin error");
  else if (!query_int(q, "end", &w->end)) failure(r, 400, "51000", "Parameter end error");
  else if (!query_int(q, "limit", &w->limit) || w->limit < 1) failure(r, 400, "51000", "Parameter limit error");
  else {
    if (w->limit > 100) w->limit = 100;
    if (type && strcmp(type, "SPOT")) w->limit = 0; /* nothing else is traded */
    return true;
  }
  return false;
}

static void list_orders(Desk *d, const Request *q, bool open, Reply *r) { /* newest first */
  Wanted w;
  int64_t n = 0;
  if (!wanted_of(q, !open, &w, r)) return;
  begin(&r->body);
  for (int64_t id = engine_orders(d->engine); id > 0 && n < w.limit; id--) {
    Order o = engine_order(d->engine, id, d->now);
    if ((o.state == OPEN) != open || (w.instrument && strcmp(w.instrument, o.ticket.listing->id))) continue;
    if ((w.type && strcmp(w.type, o.ticket.word)) || o.created < w.begin || o.created > w.end) continue;
    if (!open && w.state && strcmp(w.state, o.state == FILLED ? "filled" : "canceled")) continue;
    if (n++) text_add(&r->body, ",");
    put_order(d, &r->body, &o);
  }
  end(&r->body);
}

static void list_fills(Desk *d, const Request *q, bool needs_type, Reply *r) {
  const char *order = query_get(q, "ordId");
  int64_t of = order ? desk_order(d, order) : 0, n = 0;
  Wanted w;
  Ids ids = { 0 };
  if (!wanted_of(q, needs_type, &w, r)) return;
  if (of || !order) desk_fills(d, of, &ids);
  begin(&r->body);
  for (int64_t i = ids.n - 1; i >= 0 && n < w.limit; i--) {
    const Fill *f = desk_fill(d, ids.id[i]);
    if ((w.instrument && strcmp(w.instrument, f->listing->id)) || f->time < w.begin || f->time > w.end) continue;
    if (n++) text_add(&r->body, ",");
    put_fill(d, &r->body, f);
  }
  end(&r->body);
  ids_free(&ids);
}

static void answer(Desk *d, const Request *q, Reply *r) {
  const char *path = q->path + strlen("/api/v5/");
  bool post = !strcmp(q->method, "POST");
  if (!allowed(d, q, r)) return;
  if (post && (!strcmp(path, "trade/order") || !strcmp(path, "trade/batch-orders"))) rows(d, q, place_row, r);
  else if (post && (!strcmp(path, "trade/cancel-order") || !strcmp(path, "trade/cancel-batch-orders"))) rows(d, q, cancel_row, r);
  else if (post) d->venue->missing(r, q->path);
  else if (!strcmp(path, "trade/order")) one(d, q, r);
  else if (!strcmp(path, "trade/orders-pending")) list_orders(d, q, true, r);
  else if (!strcmp(path, "trade/orders-history") || !strcmp(path, "trade/orders-history-archive")) list_orders(d, q, false, r);
  else if (!strcmp(path, "trade/fills")) list_fills(d, q, false, r);
  else if (!strcmp(path, "trade/fills-history")) list_fills(d, q, true, r);
  else if (!strcmp(path, "account/balance")) balances(d, q, &r->body);
  else d->venue->missing(r, q->path);
}

const Trading trading_okx = {
  .rules = { .maker = "0.001",
             .taker = "0.0015",
             .self_trade = SELF_CANCELS_RESTING,
             .client_unique = CLIENT_EVER,
             .places = places },
  .key = { .api_key = "okx-test-key", .secret = "okx-test-secret", .password = "okx-test-passphrase" },
  .act = act,
  .answer = answer,
  .refuse = refuse,
  .order_id = order_id,
  .fill_id = fill_id,
};
