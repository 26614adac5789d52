/* Binance spot, the signed half of /api/v3: a timestamp within the window, and the HMAC of query and body in `signature`. Fees are taken of
 * what is received; an own id may come again when the order before it is over. */
#include <stdio.h>
#include <string.h>
#include "desk.h"
#include "form.h"
#include "signature.h"

#define WINDOW 5000 /* ms, unless recvWindow says otherwise */
#define WINDOW_MAX 60000
#define AHEAD 1000
#define FIRST_ORDER 28000000
#define FIRST_FILL 470000000

static int places(enum asset a) {
  (void)a;
  return 8;
}

static const char *min_cost(const Listing *l) { return l->quote == A_BTC ? "0.00010000" : "5.00000000"; }

static void order_id(int64_t id, char out[ID_TEXT]) { snprintf(out, ID_TEXT, "%lld", (long long)(FIRST_ORDER + id)); }

static void fill_id(int64_t id, char out[ID_TEXT]) { snprintf(out, ID_TEXT, "%lld", (long long)(FIRST_FILL + id)); }

static void failure(Reply *r, int status, int code, const char *msg) {
  r->status = status;
  r->body.len = 0;
  text_format(&r->body, "{\"code\":%d,\"msg\":\"%s\"}", code, msg);
}

static void absent(Reply *r, const char *name) {
  char msg[160];
  snprintf(msg, sizeof msg, "Mandatory parameter '%s' was not sent, was empty/null, or malformed.", name);
  failure(r, 400, -1102, msg);
}

static void illegal(Reply *r, const char *name, const char *range) {
  char msg[240];
  snprintf(msg, sizeof msg, "Illegal characters found in parameter '%s'; legal range is '%s'.", name, range);
  failure(r, 400, -1100, msg);
}

static void refuse(Reply *r, enum outage why) {
  if (why == BUSY) failure(r, 503, -1008, "Server is currently overloaded with other requests. Please try again in a few minutes.");
  else failure(r, 503, -1000, "System is under maintenance.");
}

static enum act act(const Request *q) {
  const char *path = q->path;
  if (!path_take(&path, "/api/v3/")) return NOT_PRIVATE;
  bool order = !strcmp(path, "order"), open = !strcmp(path, "openOrders");
  if (!strcmp(q->method, "POST")) return order ? CREATE : NOT_PRIVATE;
  if (!strcmp(q->method, "DELETE")) return order || open ? CANCEL : NOT_PRIVATE;
  return order || open || !strcmp(path, "account") || !strcmp(path, "allOrders") || !strcmp(path, "myTrades") ? READ : NOT_PRIVATE;
}

/* ---- who asks ---- */

static void add_unsigned(Text *t, const char *text, size_t n) { /* all pairs but the signature */
  for (size_t at = 0, len; at < n; at += len + 1) {
    const char *end = memchr(text + at, '&', n - at);
    len = end ? (size_t)(end - text) - at : n - at;
    if (len >= 10 && !memcmp(text + at, "signature=", 10)) continue;
    if (at) text_add(t, "&");
    text_bytes(t, text + at, len);
  }
}

static bool signed_right(const Desk *d, const Request *q, const char *query, const char *signature) {
  Text message = { 0 };
  add_unsigned(&message, query, strlen(query));
  add_unsigned(&message, q->body, q->body_len);
  bool right = signature_hex(H_SHA256, d->key.secret, strlen(d->key.secret), message.p ? message.p : "", message.len, signature);
  text_free(&message);
  return right;
}

static bool whole(const Form *f, const char *key, int64_t *out) { /* false: there, but not a whole number */
  Decimal d = ZERO;
  if (!form_get(f, key)) return true;
  if (!form_decimal(f, key, &d) || !exact_step(d, 0) || dec_cmp(d, exact_of("9000000000000000000")) > 0) return false;
  *out = exact_in_units(d, 0);
  return true;
}

static bool allowed(Desk *d, const Request *q, const Form *f, const char *query, Reply *r) {
  const char *key = header_get(q, "X-MBX-APIKEY"), *signature = form_get(f, "signature");
  int64_t at = -1, window = WINDOW;
  if (!key || !*key) failure(r, 401, -2014, "API-key format invalid.");
  else if (strcmp(key, d->key.api_key)) failure(r, 401, -2015, "Invalid API-key, IP, or permissions for action.");
  else if (!whole(f, "timestamp", &at) || at < 0) absent(r, "timestamp");
  else if (!whole(f, "recvWindow", &window) || window < 1) illegal(r, "recvWindow", "^[0-9]{1,20}$");
  else if (window > WINDOW_MAX) failure(r, 400, -1131, "recvWindow must be less than 60000.");
  else if (!signature) absent(r, "signature");
  else if (!signed_right(d, q, query, signature)) failure(r, 400, -1022, "Signature for this request is not valid.");
  else if (at > d->now.wall + AHEAD) failure(r, 400, -1021, "Timestamp for this request was 1000ms ahead of the server's time.");
  else if (at < d->now.wall - window) failure(r, 400, -1021, "Timestamp for this request is outside of the recvWindow.");
  else return true;
  return false;
}

/* ---- what is told ---- */

static void put(Text *b, const char *key, Decimal d) {
  text_format(b, ",\"%s\":\"", key);
  text_places(b, d, 8);
  text_add(b, "\"");
}

static const char *status_of(const Order *o) {
  if (o->state == FILLED) return "FILLED";
  if (o->state == OPEN) return dec_is_zero(o->filled) ? "NEW" : "PARTIALLY_FILLED";
  return o->reason == BY_USER ? "CANCELED" : o->reason == SELF_TRADE ? "EXPIRED_IN_MATCH" : "EXPIRED";
}

static void put_start(Text *b, const Order *o, const char *client_key) {
  char id[ID_TEXT];
  order_id(o->id, id);
  text_format(b, "{\"symbol\":\"%s\",\"orderId\":%s,\"orderListId\":-1,\"%s\":\"%s\"", o->ticket.listing->id, id, client_key,
              o->ticket.client);
}

static void put_state(Text *b, const Order *o) {
  static const char *const in_force[] = { "GTC", "IOC", "FOK" };
  put(b, "price", o->ticket.price);
  put(b, "origQty", o->amount);
  put(b, "executedQty", o->filled);
  put(b, "origQuoteOrderQty", o->ticket.by_cost ? o->ticket.amount : ZERO);
  put(b, "cummulativeQuoteQty", o->cost);
  text_format(
      b, ",\"status\":\"%s\",\"timeInForce\":\"%s\",\"type\":\"%s\",\"side\":\"%s\",\"selfTradePreventionMode\":\"EXPIRE_MAKER\"",
      status_of(o), in_force[o->ticket.in_force], o->ticket.word, o->ticket.side == BUY ? "BUY" : "SELL");
}

static void put_order(Text *b, const Order *o) {
  put_start(b, o, "clientOrderId");
  put_state(b, o);
  text_format(b,
              ",\"stopPrice\":\"0.00000000\",\"icebergQty\":\"0.00000000\",\"time\":%lld,\"updateTime\":%lld,\"isWorking\":true,"
              "\"workingTime\":%lld}",
              (long long)o->created, (long long)o->updated, (long long)o->created);
}

static void put_new(Desk *d, Text *b, const Order *o, const char *kind) {
  char id[ID_TEXT];
  Ids ids = { 0 };
  put_start(b, o, "clientOrderId");
  text_format(b, ",\"transactTime\":%lld", (long long)o->updated);
  if (strcmp(kind, "ACK")) put_state(b, o);
  if (!strcmp(kind, "FULL")) {
    text_format(b, ",\"workingTime\":%lld,\"fills\":[", (long long)o->created);
    desk_fills(d, o->id, &ids);
    for (int64_t i = 0; i < ids.n; i++) {
      const Fill *f = desk_fill(d, ids.id[i]);
      fill_id(f->id, id);
      text_format(b, "%s{\"tradeId\":%s", i ? "," : "", id);
      put(b, "price", f->price);
      put(b, "qty", f->amount);
      put(b, "commission", f->fee);
      text_format(b, ",\"commissionAsset\":\"%s\"}", asset_code(f->fee_asset));
    }
    text_add(b, "]");
    ids_free(&ids);
  }
  text_add(b, "}");
}

static void put_canceled(const Desk *d, Text *b, const Order *o) { /* a cancellation has an id of its own */
  put_start(b, o, "origClientOrderId");
  text_format(b, ",\"clientOrderId\":\"cancel%016llx\",\"transactTime\":%lld",
              (unsigned long long)world_hash(41, (uint64_t)o->id, (uint64_t)o->updated, 0), (long long)d->now.wall);
  put_state(b, o);
  text_add(b, "}");
}

static void put_fill(Text *b, const Fill *f) {
  char order[ID_TEXT], id[ID_TEXT];
  order_id(f->order, order);
  fill_id(f->id, id);
  text_format(b, "{\"symbol\":\"%s\",\"id\":%s,\"orderId\":%s,\"orderListId\":-1", f->listing->id, id, order);
  put(b, "price", f->price);
  put(b, "qty", f->amount);
  put(b, "quoteQty", f->cost);
  put(b, "commission", f->fee);
  text_format(b, ",\"commissionAsset\":\"%s\",\"time\":%lld,\"isBuyer\":%s,\"isMaker\":%s,\"isBestMatch\":true}",
              asset_code(f->fee_asset), (long long)f->time, f->side == BUY ? "true" : "false", f->maker ? "true" : "false");
}

static void put_account(Desk *d, Text *b) {
  Account *a = engine_account(d->engine);
  text_format(
      b,
      "{\"makerCommission\":10,\"takerCommission\":10,\"buyerCommission\":0,\"sellerCommission\":0,\"commissionRates\":{\"maker\":"
      "\"0.00100000\",\"taker\":\"0.00100000\",\"buyer\":\"0.00000000\",\"seller\":\"0.00000000\"},\"canTrade\":true,"
      "\"canWithdraw\":false,\"canDeposit\":false,\"brokered\":false,\"requireSelfTradePrevention\":false,\"preventSor\":false,"
      "\"updateTime\":%lld,\"accountType\":\"SPOT\",\"balances\":[",
      (long long)d->now.wall);
  for (int i = 0, n = 0; i < A_COUNT; i++) {
    if (i == A_USD || i == A_ZAR) continue; /* not listed here */
    text_format(b, "%s{\"asset\":\"%s\"", n++ ? "," : "", asset_code((enum asset)i));
    put(b, "free", account_free(a, (enum asset)i));
    put(b, "locked", a->held[i]);
    text_add(b, "}");
  }
  text_add(b, "],\"permissions\":[\"SPOT\"],\"uid\":354937868}");
}

/* ---- orders ---- */

static bool client_fine(const char *s) {
  static const char legal[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:/";
  size_t n = strlen(s);
  return n <= 36 && strspn(s, legal) == n;
}

static bool amount_of(const Form *f, const char *key, Decimal *out, Reply *r) {
  if (!form_get(f, key)) absent(r, key);
  else if (!form_decimal(f, key, out)) illegal(r, key, "^([0-9]{1,20})(\\\\.[0-9]{1,20})?$");
  else if (!exact_step(*out, 8)) failure(r, 400, -1111, "Precision is over the maximum defined for this asset.");
  else return true;
  return false;
}

/* The order that is asked for; false when the reply says what is wrong with it. */
static bool ticket_of(const Form *f, const Listing *l, Ticket *t, Reply *r) {
  const char *side = form_get(f, "side"), *type = form_get(f, "type"), *in_force = form_get(f, "timeInForce"),
             *client = form_get(f, "newClientOrderId");
  *t = (Ticket) { .listing = l };
  if (!side) return absent(r, "side"), false;
  if (!type) return absent(r, "type"), false;
  if (strcmp(side, "BUY") && strcmp(side, "SELL")) return failure(r, 400, -1117, "Invalid side."), false;
  t->side = *side == 'B' ? BUY : SELL;
  t->kind = strcmp(type, "MARKET") ? LIMIT : MARKET;
  t->post_only = !strcmp(type, "LIMIT_MAKER");
  if (t->kind == LIMIT && !t->post_only && strcmp(type, "LIMIT")) return failure(r, 400, -1116, "Invalid orderType."), false;
  snprintf(t->word, sizeof t->word, "%s", type);
  if (in_force) {
    t->in_force = !strcmp(in_force, "IOC") ? IOC : !strcmp(in_force, "FOK") ? FOK : GTC;
    if (t->in_force == GTC && strcmp(in_force, "GTC")) return failure(r, 400, -1115, "Invalid timeInForce."), false;
    if (t->kind == MARKET || t->post_only) return failure(r, 400, -1106, "Parameter 'timeInForce' sent when not required."), false;
  } else if (t->kind == LIMIT && !t->post_only) return absent(r, "timeInForce"), false;
  if (client && !client_fine(client)) return illegal(r, "newClientOrderId", "^[\\\\.A-Z\\\\:/a-z0-9_-]{1,36}$"), false;
  if (client) snprintf(t->client, sizeof t->client, "%s", client);
  if (t->kind == MARKET) {
    if (form_get(f, "price")) return failure(r, 400, -1106, "Parameter 'price' sent when not required."), false;
    t->by_cost = form_get(f, "quoteOrderQty") && !form_get(f, "quantity");
    return amount_of(f, t->by_cost ? "quoteOrderQty" : "quantity", &t->amount, r);
  }
  return amount_of(f, "quantity", &t->amount, r) && amount_of(f, "price", &t->price, r);
}

static void refused(Reply *r, enum refusal why) {
  static const struct {
    int code;
    const char *msg;
  } told[] = { [REFUSED_AMOUNT] = { -1013, "Invalid quantity." },
               [REFUSED_AMOUNT_STEP] = { -1013, "Filter failure: LOT_SIZE" },
               [REFUSED_AMOUNT_MIN] = { -1013, "Filter failure: LOT_SIZE" },
               [REFUSED_PRICE] = { -1013, "Invalid price." },
               [REFUSED_PRICE_STEP] = { -1013, "Filter failure: PRICE_FILTER" },
               [REFUSED_COST_MIN] = { -1013, "Filter failure: NOTIONAL" },
               [REFUSED_CLIENT] = { -2010, "Duplicate order sent." },
               [REFUSED_FUNDS] = { -2010, "Account has insufficient balance for requested action." },
               [REFUSED_WOULD_TAKE] = { -2010, "Order would immediately match and take." },
               [REFUSED_FULL] = { -1015, "Too many new orders." } };
  failure(r, 400, told[why].code, told[why].msg);
}

static void create(Desk *d, const Form *f, const Listing *l, Reply *r) {
  const char *kind = form_get(f, "newOrderRespType");
  Ticket t;
  int64_t id;
  if (!ticket_of(f, l, &t, r)) return;
  if (!*t.client)
    snprintf(t.client, sizeof t.client, "auto%016llx",
             (unsigned long long)world_hash(42, (uint64_t)engine_orders(d->engine), 0, 0));
  enum refusal why = engine_place(d->engine, &t, d->now, &id);
  if (why) return refused(r, why);
  Order o = engine_order(d->engine, id, d->now);
  put_new(d, &r->body, &o, kind ? kind : t.post_only ? "ACK" : "FULL");
}

/* The order that orderId or origClientOrderId names, of that listing: 0 when there is none. */
static int64_t named(const Desk *d, const Form *f, const Listing *l) {
  const char *id = form_get(f, "orderId"), *client = form_get(f, "origClientOrderId");
  int64_t found = id ? desk_order(d, id) : client ? engine_by_client(d->engine, client) : 0;
  return found && engine_order(d->engine, found, d->now).ticket.listing == l ? found : 0;
}

static void one(Desk *d, const Form *f, const Listing *l, bool cancel, Reply *r) {
  if (!form_get(f, "orderId") && !form_get(f, "origClientOrderId")) {
    failure(r, 400, -1102, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!");
    return;
  }
  int64_t id = named(d, f, l);
  if (cancel && !engine_cancel(d->engine, id, d->now)) failure(r, 400, -2011, "Unknown order sent.");
  else if (!id) failure(r, 400, -2013, "Order does not exist.");
  else {
    Order o = engine_order(d->engine, id, d->now);
    if (cancel) put_canceled(d, &r->body, &o);
    else put_order(&r->body, &o);
  }
}

static void cancel_open(Desk *d, const Listing *l, Reply *r) {
  int n = 0;
  text_add(&r->body, "[");
  for (int64_t id = 1; id <= engine_orders(d->engine); id++) {
    Order o = engine_order(d->engine, id, d->now);
    if (o.state != OPEN || o.ticket.listing != l || !engine_cancel(d->engine, id, d->now)) continue;
    o = engine_order(d->engine, id, d->now);
    if (n++) text_add(&r->body, ",");
    put_canceled(d, &r->body, &o);
  }
  text_add(&r->body, "]");
  if (!n) failure(r, 400, -2011, "Unknown order sent.");
}

typedef struct {
  int64_t from, until, least, limit;
} Range;

static bool range_of(const Form *f, const char *least, Range *range, Reply *r) {
  *range = (Range) { .until = INT64_MAX, .limit = 500 };
  if (!whole(f, "startTime", &range->from)) illegal(r, "startTime", "^[0-9]{1,20}$");
  else if (!whole(f, "endTime", &range->until)) illegal(r, "endTime", "^[0-9]{1,20}$");
  else if (!whole(f, least, &range->least)) illegal(r, least, "^[0-9]{1,20}$");
  else if (!whole(f, "limit", &range->limit) || range->limit < 1) illegal(r, "limit", "^[0-9]{1,20}$");
  else return true;
  return false;
}

/* With a start (a time or an id) the first of them are told, without one the last. */
static int64_t first_told(const Range *range, int64_t n) {
  int64_t limit = range->limit > 1000 ? 1000 : range->limit;
  return range->from || range->least || n < limit ? 0 : n - limit;
}

static void orders(Desk *d, const Form *f, const Listing *l, bool open, Reply *r) {
  Range range;
  Ids ids = { 0 };
  if (!range_of(f, "orderId", &range, r)) return;
  for (int64_t id = 1; id <= engine_orders(d->engine); id++) {
    Order o = engine_order(d->engine, id, d->now);
    if (l && o.ticket.listing != l) continue;
    if (open ? o.state == OPEN : o.created >= range.from && o.created <= range.until && FIRST_ORDER + id >= range.least)
      ids_add(&ids, id);
  }
  int64_t first = open ? 0 : first_told(&range, ids.n), end = open || ids.n - first < range.limit ? ids.n : first + range.limit;
  text_add(&r->body, "[");
  for (int64_t i = first; i < end; i++) {
    Order o = engine_order(d->engine, ids.id[i], d->now);
    if (i > first) text_add(&r->body, ",");
    put_order(&r->body, &o);
  }
  text_add(&r->body, "]");
  ids_free(&ids);
}

static void fills(Desk *d, const Form *f, const Listing *l, Reply *r) {
  const char *order = form_get(f, "orderId");
  int64_t of = order ? desk_order(d, order) : 0, n = 0;
  Range range;
  Ids ids = { 0 };
  if (!range_of(f, "fromId", &range, r)) return;
  if (of || !order) desk_fills(d, of, &ids);
  for (int64_t i = 0; i < ids.n; i++) { /* those that are asked for, moved to the front */
    const Fill *one = desk_fill(d, ids.id[i]);
    if (one->listing == l && one->time >= range.from && one->time <= range.until && FIRST_FILL + one->id >= range.least)
      ids.id[n++] = one->id;
  }
  int64_t first = first_told(&range, n);
  text_add(&r->body, "[");
  for (int64_t i = first; i < n && i < first + range.limit; i++) {
    if (i > first) text_add(&r->body, ",");
    put_fill(&r->body, desk_fill(d, ids.id[i]));
  }
  text_add(&r->body, "]");
  ids_free(&ids);
}

static void answer_to(Desk *d, const Request *q, const Form *f, Reply *r) {
  const char *path = q->path + strlen("/api/v3/"), *symbol = form_get(f, "symbol");
  bool cancel = !strcmp(q->method, "DELETE"), open = !strcmp(path, "openOrders");
  if (!strcmp(path, "account")) return put_account(d, &r->body);
  const Listing *l = symbol ? listing_find(d->venue, symbol, strlen(symbol)) : NULL;
  if (!symbol && !(open && !cancel)) return absent(r, "symbol");
  if (symbol && !l) return failure(r, 400, -1121, "Invalid symbol.");
  if (open && cancel) cancel_open(d, l, r);
  else if (open || !strcmp(path, "allOrders")) orders(d, f, l, open, r);
  else if (!strcmp(path, "myTrades")) fills(d, f, l, r);
  else if (!strcmp(q->method, "POST")) create(d, f, l, r);
  else one(d, f, l, cancel, r);
}

static void answer(Desk *d, const Request *q, Reply *r) {
  const char *mark = strchr(q->target, '?'), *query = mark ? mark + 1 : "";
  Form f = { 0 };
  if (!form_add(&f, query, strlen(query)) || !form_add(&f, q->body, q->body_len))
    failure(r, 400, -1101, "Too many parameters; expected '48' and received more, or a malformed one.");
  else if (allowed(d, q, &f, query, r)) answer_to(d, q, &f, r);
  form_free(&f);
}

const Trading trading_binance = {
  .rules = { .maker = "0.001",
             .taker = "0.001",
             .post_only_refused = true,
             .self_trade = SELF_CANCELS_RESTING,
             .client_unique = CLIENT_OPEN,
             .places = places,
             .min_cost = min_cost },
  .key = { .api_key = "binance-test-key", .secret = "binance-test-secret" },
  .act = act,
  .answer = answer,
  .refuse = refuse,
  .order_id = order_id,
  .fill_id = fill_id,
};
