/* The private side of the local venues: signatures, clocks and nonces, the codes of what is refused, hostile requests; and the faults that are
 * made on purpose. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "broker/coding.h"
#include "broker/crypto.h"
#include "inspect.h"
#include "worker/instant.h"
#include "worker/json.h"

#define START 1795266580000

enum { KRAKEN, BINANCE, BITSTAMP, OKX = 4 }; /* places in `venues` */

static Source sources[8];

static Desk *desk_of(int venue) {
  sources[venue] =
      (Source) { .world = { .seed = 1, .speed = 1, .started = START }, .venue = (uint64_t)venue + 1, .fee = venues[venue]->fee };
  Desk *d = desk_new(venues[venue], &sources[venue]);
  account_add(engine_account(d->engine), A_USD, exact_of("1000"));
  account_add(engine_account(d->engine), A_USDT, exact_of("1000"));
  account_add(engine_account(d->engine), A_BTC, exact_of("1"));
  return d;
}

/* What may be wrong with how a request is signed. */
typedef struct {
  const char *secret, *key, *password, *nonce; /* in place of the right ones */
  const char *without;                         /* a header or field that is left out */
  Moment off;                                  /* the trader's clock is that much ahead */
} Knobs;

static char answered[1 << 20];
static int64_t nonces;

static void hmac(enum recipe_hash h, enum recipe_coding coding, const char *key, size_t n, const char *message, size_t len,
                 char *out) {
  uint8_t mac[CRYPTO_DIGEST_MAX];
  size_t maclen, coded;
  char err[256];
  const char *why;
  assert_true(crypto_hmac(h, key, n, message, len, mac, &maclen, err, sizeof err));
  assert_true(coding_run(coding, mac, maclen, (uint8_t *)out, &coded, &why));
  out[coded] = 0;
}

static void add_header(Request *q, const char *name, const char *value, const Knobs *k) {
  if (k->without && !strcmp(k->without, name)) return;
  q->header[q->headers].name = name;
  q->header[q->headers++].value = value;
}

/* "POST /path?query body" to the desk at START + `ms`, signed as the venue wants it; the reply's body is in `answered`. */
static int ask(Desk *d, Moment ms, const char *method, const char *target, const char *body, Knobs k) {
  static char path[2048], query[2048], sent[1 << 16], line[2048], message[1 << 17], signature[256], stamp[64], auth[128],
      secret[256];
  uint8_t digest[CRYPTO_DIGEST_MAX];
  size_t n;
  char err[256];
  const char *why;
  const TradeKey *key = &d->venue->trading->key;
  const char *api_key = k.key ? k.key : key->api_key, *with = k.secret ? k.secret : key->secret;
  Moment now = START + ms, told = now + k.off;
  Request q = { .method = method, .path = path, .target = line, .body = sent, .wall = now, .agent = true };
  snprintf(line, sizeof line, "%s", target);
  snprintf(sent, sizeof sent, "%s", body);
  snprintf(stamp, sizeof stamp, "%lld", (long long)told);
  switch ((int)(d->venue == venues[BINANCE]  ? BINANCE
                : d->venue == venues[KRAKEN] ? KRAKEN
                : d->venue == venues[OKX]    ? OKX
                                             : BITSTAMP)) {
  case BINANCE: {
    bool in_body = !strcmp(method, "POST");
    char *mark = strchr(line, '?'), *fields = in_body ? sent : mark ? mark + 1 : NULL;
    if (!fields) fields = strcat(line, "?") + strlen(line);
    if (!k.without || strcmp(k.without, "timestamp")) sprintf(fields + strlen(fields), "%stimestamp=%s", *fields ? "&" : "", stamp);
    hmac(H_SHA256, C_HEX, with, strlen(with), fields, strlen(fields), signature);
    if (!k.without || strcmp(k.without, "signature")) sprintf(fields + strlen(fields), "&signature=%s", signature);
    add_header(&q, "X-MBX-APIKEY", api_key, &k);
    break;
  }
  case KRAKEN: {
    char nonce[64];
    snprintf(nonce, sizeof nonce, "%lld", (long long)(START + ++nonces));
    if (k.nonce) snprintf(nonce, sizeof nonce, "%s", k.nonce);
    snprintf(sent, sizeof sent, "nonce=%s%s%s", nonce, *body ? "&" : "", body);
    n = (size_t)snprintf(message, sizeof message, "%s%s", nonce, sent);
    size_t len;
    assert_true(crypto_hash(H_SHA256, message, n, digest, &len, err, sizeof err));
    n = (size_t)snprintf(message, sizeof message, "%s", target);
    memcpy(message + n, digest, len);
    size_t secret_len;
    assert_true(coding_run(C_UNBASE64, (const uint8_t *)with, strlen(with), (uint8_t *)secret, &secret_len, &why));
    hmac(H_SHA512, C_BASE64, secret, secret_len, message, n + len, signature);
    add_header(&q, "API-Key", api_key, &k);
    add_header(&q, "API-Sign", signature, &k);
    break;
  }
  case BITSTAMP: {
    static char nonce[64];
    if (!*sent) strcpy(sent, "foo=bar");
    snprintf(nonce, sizeof nonce, "00000000-0000-4000-8000-%012lld", (long long)++nonces);
    if (k.nonce) snprintf(nonce, sizeof nonce, "%s", k.nonce);
    snprintf(auth, sizeof auth, "BITSTAMP %s", api_key);
    n = (size_t)snprintf(message, sizeof message, "BITSTAMP %s%swww.bitstamp.net%sapplication/x-www-form-urlencoded%s%sv2%s",
                         api_key, method, line, nonce, stamp, sent);
    hmac(H_SHA256, C_HEX, with, strlen(with), message, n, signature);
    add_header(&q, "X-Auth", auth, &k);
    add_header(&q, "X-Auth-Signature", signature, &k);
    add_header(&q, "X-Auth-Nonce", nonce, &k);
    add_header(&q, "X-Auth-Timestamp", stamp, &k);
    add_header(&q, "X-Auth-Version", "v2", &k);
    add_header(&q, "Content-Type", "application/x-www-form-urlencoded", &k);
    break;
  }
  case OKX:
    assert_true(instant_iso(told, stamp));
    n = (size_t)snprintf(message, sizeof message, "%s%s%s%s", stamp, method, line, sent);
    hmac(H_SHA256, C_BASE64, with, strlen(with), message, n, signature);
    add_header(&q, "OK-ACCESS-KEY", api_key, &k);
    add_header(&q, "OK-ACCESS-SIGN", signature, &k);
    add_header(&q, "OK-ACCESS-TIMESTAMP", stamp, &k);
    add_header(&q, "OK-ACCESS-PASSPHRASE", k.password ? k.password : key->password, &k);
  }
  q.body_len = strlen(sent);
  snprintf(path, sizeof path, "%.*s", (int)strcspn(line, "?"), line);
  char *mark = strchr(line, '?');
  snprintf(query, sizeof query, "%s", mark ? mark + 1 : "");
  for (char *save, *pair = strtok_r(query, "&", &save); pair && q.queries < QUERY_MAX; pair = strtok_r(NULL, "&", &save)) {
    char *equals = strchr(pair, '=');
    if (equals) *equals = 0;
    q.query[q.queries].key = pair;
    q.query[q.queries++].value = equals ? equals + 1 : "";
  }
  if (!d->venue->trading->act(&q)) return 0;
  Reply r = { 0 };
  desk_answer(d, &q, (Now) { now, now }, &r);
  snprintf(answered, sizeof answered, "%s", r.body.p ? r.body.p : "");
  text_free(&r.body);
  return r.status;
}

static JsonDoc *parsed(void) {
  char err[256], *text = strdup(answered);
  JsonDoc *doc = json_parse(text, strlen(text), err, sizeof err);
  if (!doc) fail_msg("%s in %.200s", err, answered);
  return doc;
}

#define BALANCES_OF(v)                             \
  ((v) == BINANCE    ? "/api/v3/account"           \
   : (v) == KRAKEN   ? "/0/private/BalanceEx"      \
   : (v) == BITSTAMP ? "/api/v2/account_balances/" \
                     : "/api/v5/account/balance")
#define VERB_OF(v) ((v) == KRAKEN || (v) == BITSTAMP ? "POST" : "GET")

static const struct {
  int venue;
  Knobs knobs;
  int status;
  const char *has;
} doors[] = {
  { BINANCE, { 0 }, 200, "\"asset\":\"USDT\",\"free\":\"1000.00000000\"" },
  { BINANCE, { .secret = "other" }, 400, "{\"code\":-1022,\"msg\":\"Signature for this request is not valid.\"}" },
  { BINANCE, { .key = "other" }, 401, "-2015" },
  { BINANCE, { .without = "X-MBX-APIKEY" }, 401, "{\"code\":-2014,\"msg\":\"API-key format invalid.\"}" },
  { BINANCE, { .without = "timestamp" }, 400, "-1102,\"msg\":\"Mandatory parameter 'timestamp'" },
  { BINANCE, { .without = "signature" }, 400, "-1102,\"msg\":\"Mandatory parameter 'signature'" },
  { BINANCE,
    { .off = 1001 },
    400,
    "{\"code\":-1021,\"msg\":\"Timestamp for this request was 1000ms ahead of the server's time.\"}" },
  { BINANCE, { .off = 1000 }, 200, "balances" },
  { BINANCE, { .off = -5000 }, 200, "balances" },
  { BINANCE, { .off = -5001 }, 400, "{\"code\":-1021,\"msg\":\"Timestamp for this request is outside of the recvWindow.\"}" },
  { KRAKEN, { 0 }, 200, "\"ZUSD\":{\"balance\":\"1000.0000\",\"hold_trade\":\"0.0000\"}" },
  { KRAKEN, { .secret = "b3RoZXI=" }, 200, "{\"error\":[\"EAPI:Invalid signature\"]}" },
  { KRAKEN, { .key = "other" }, 200, "{\"error\":[\"EAPI:Invalid key\"]}" },
  { KRAKEN, { .without = "API-Sign" }, 200, "EAPI:Invalid signature" },
  { KRAKEN, { .nonce = "1" }, 200, "{\"error\":[\"EAPI:Invalid nonce\"]}" },
  { KRAKEN, { .nonce = "x" }, 200, "EAPI:Invalid nonce" },
  { BITSTAMP, { 0 }, 200, "{\"currency\":\"usd\",\"total\":\"1000.00000\",\"available\":\"1000.00000\"" },
  { BITSTAMP, { .secret = "other" }, 403, "{\"status\":\"error\",\"reason\":\"Invalid signature\",\"code\":\"API0005\"}" },
  { BITSTAMP, { .key = "other" }, 403, "API0001" },
  { BITSTAMP, { .without = "X-Auth" }, 403, "API0012" },
  { BITSTAMP, { .without = "X-Auth-Nonce" }, 403, "API0014" },
  { BITSTAMP, { .without = "Content-Type" }, 403, "API0019" },
  { BITSTAMP, { .off = 150001 }, 403, "API0017" },
  { BITSTAMP, { .off = -150001 }, 403, "API0017" },
  { BITSTAMP, { .nonce = "short" }, 403, "API0004" },
  { OKX, { 0 }, 200, "{\"ccy\":\"USDT\",\"availEq\":\"\"" },
  { OKX, { .secret = "other" }, 401, "\"code\":\"50113\"" },
  { OKX, { .key = "other" }, 401, "\"code\":\"50111\"" },
  { OKX, { .password = "other" }, 401, "\"code\":\"50105\"" },
  { OKX, { .without = "OK-ACCESS-KEY" }, 401, "\"code\":\"50103\"" },
  { OKX, { .without = "OK-ACCESS-PASSPHRASE" }, 401, "\"code\":\"50104\"" },
  { OKX, { .off = 30001 }, 401, "\"code\":\"50102\"" },
  { OKX, { .off = -30001 }, 401, "\"code\":\"50102\"" },
};

static void only_the_right_key_is_let_in(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof doors / sizeof *doors; i++) {
    int v = doors[i].venue;
    Desk *d = desk_of(v);
    ask(d, 0, VERB_OF(v), BALANCES_OF(v), "", (Knobs) { 0 }); /* so that a nonce is known */
    assert_int_equal(ask(d, 0, VERB_OF(v), BALANCES_OF(v), "", doors[i].knobs), doors[i].status);
    if (!strstr(answered, doors[i].has)) fail_msg("row %zu: no %s in %.300s", i, doors[i].has, answered);
    json_unref(parsed());
    desk_free(d);
  }
}

static void nonces_are_used_once(void **state) {
  (void)state;
  static const char uuid[] = "7d444840-9dc0-41d4-a716-446655440000";
  Desk *d = desk_of(BITSTAMP);
  assert_int_equal(ask(d, 0, "POST", BALANCES_OF(BITSTAMP), "", (Knobs) { .nonce = uuid }), 200);
  assert_int_equal(ask(d, 150000, "POST", BALANCES_OF(BITSTAMP), "", (Knobs) { .nonce = uuid }), 403);
  assert_non_null(strstr(answered, "Invalid nonce"));
  assert_int_equal(ask(d, 150001, "POST", BALANCES_OF(BITSTAMP), "", (Knobs) { .nonce = uuid }), 200);
  desk_free(d);
  d = desk_of(KRAKEN);
  char nonce[32];
  for (int i = 0; i < 2; i++) {
    snprintf(nonce, sizeof nonce, "%d", 2000000000 + (i ? 0 : 1)); /* lower than the one before */
    ask(d, 0, "POST", BALANCES_OF(KRAKEN), "", (Knobs) { .nonce = nonce });
    assert_true(!strstr(answered, "Invalid nonce") == !i);
  }
  desk_free(d);
}

static const struct {
  int venue;
  const char *method, *target, *body;
  int status;
  const char *has;
} rows[] = {
#define B "symbol=BTCUSDT&side=BUY&type="
  { BINANCE, "POST", "/api/v3/order", B "LIMIT&timeInForce=GTC&quantity=0.001&price=60000&newClientOrderId=a", 200,
    "{\"symbol\":\"BTCUSDT\",\"orderId\":28000001,\"orderListId\":-1,\"clientOrderId\":\"a\"" },
  { BINANCE, "POST", "/api/v3/order", B "LIMIT&timeInForce=GTC&quantity=0.001&price=60000&newClientOrderId=a", 400,
    "{\"code\":-2010,\"msg\":\"Duplicate order sent.\"}" },
  { BINANCE, "GET", "/api/v3/order?symbol=BTCUSDT&origClientOrderId=a", "", 200, "\"status\":\"NEW\"" },
  { BINANCE, "GET", "/api/v3/order?symbol=ETHUSDT&origClientOrderId=a", "", 400, "-2013" },
  { BINANCE, "GET", "/api/v3/order?symbol=BTCUSDT", "", 400, "-1102" },
  { BINANCE, "GET", "/api/v3/openOrders", "", 200, "\"orderId\":28000001" },
  { BINANCE, "POST", "/api/v3/order", "side=BUY&type=LIMIT", 400, "-1102,\"msg\":\"Mandatory parameter 'symbol'" },
  { BINANCE, "POST", "/api/v3/order", "symbol=NOPE&side=BUY&type=LIMIT", 400, "-1121" },
  { BINANCE, "POST", "/api/v3/order", B "LIMIT&timeInForce=GTC&quantity=0.001", 400, "Mandatory parameter 'price'" },
  { BINANCE, "POST", "/api/v3/order", B "LIMIT&quantity=0.001&price=60000", 400, "Mandatory parameter 'timeInForce'" },
  { BINANCE, "POST", "/api/v3/order", B "STOP_LOSS&quantity=0.001", 400, "-1116" },
  { BINANCE, "POST", "/api/v3/order", B "LIMIT&timeInForce=DAY&quantity=0.001&price=60000", 400, "-1115" },
  { BINANCE, "POST", "/api/v3/order", "symbol=BTCUSDT&side=HOLD&type=MARKET&quantity=0.001", 400, "-1117" },
  { BINANCE, "POST", "/api/v3/order", B "MARKET&quantity=0.001&newClientOrderId=a%20b", 400,
    "Illegal characters found in parameter 'newClientOrderId'" },
  { BINANCE, "POST", "/api/v3/order", B "MARKET&quantity=-1", 400, "-1100" },
  { BINANCE, "POST", "/api/v3/order", B "MARKET&quantity=1e-3", 400, "-1100" },
  { BINANCE, "POST", "/api/v3/order", B "MARKET&quantity=0.123456789", 400, "-1111" },
  { BINANCE, "POST", "/api/v3/order", B "MARKET&quantity=0.0000001", 400, "Filter failure: LOT_SIZE" },
  { BINANCE, "POST", "/api/v3/order", B "LIMIT&timeInForce=GTC&quantity=0.001&price=60000.001", 400,
    "Filter failure: PRICE_FILTER" },
  { BINANCE, "POST", "/api/v3/order", B "LIMIT&timeInForce=GTC&quantity=0.00001&price=60000", 400, "Filter failure: NOTIONAL" },
  { BINANCE, "POST", "/api/v3/order", B "LIMIT&timeInForce=GTC&quantity=0.1&price=60000", 400,
    "-2010,\"msg\":\"Account has insufficient" },
  { BINANCE, "POST", "/api/v3/order", B "LIMIT_MAKER&quantity=0.001&price=90000", 400, "Order would immediately match and take." },
  { BINANCE, "POST", "/api/v3/order", B "MARKET&quoteOrderQty=50&newOrderRespType=FULL", 200, "\"status\":\"FILLED\"" },
  { BINANCE, "POST", "/api/v3/order", B "LIMIT&timeInForce=FOK&quantity=0.001&price=60000", 200, "\"status\":\"EXPIRED\"" },
  { BINANCE, "GET", "/api/v3/myTrades?symbol=BTCUSDT", "", 200, "\"commissionAsset\":\"BTC\"" },
  { BINANCE, "GET", "/api/v3/myTrades?symbol=BTCUSDT&orderId=1", "", 200, "[]" },
  { BINANCE, "GET", "/api/v3/allOrders?symbol=BTCUSDT&limit=1", "", 200, "[{\"symbol\":\"BTCUSDT\",\"orderId\":28000003" },
  { BINANCE, "GET", "/api/v3/allOrders?symbol=BTCUSDT&limit=x", "", 400, "-1100" },
  { BINANCE, "DELETE", "/api/v3/order?symbol=BTCUSDT&orderId=28000001", "", 200, "\"origClientOrderId\":\"a\"" },
  { BINANCE, "DELETE", "/api/v3/order?symbol=BTCUSDT&orderId=28000001", "", 400,
    "{\"code\":-2011,\"msg\":\"Unknown order sent.\"}" },
  { BINANCE, "DELETE", "/api/v3/openOrders?symbol=BTCUSDT", "", 400, "-2011" },
#define K "pair=XBTUSD&type=buy&ordertype="
  { KRAKEN, "POST", "/0/private/AddOrder", K "limit&volume=0.001&price=60000&cl_ord_id=mine", 200,
    "{\"descr\":{\"order\":\"buy 0.00100000 XBTUSD @ limit 60000.0\"},\"txid\":[\"O" },
  { KRAKEN, "POST", "/0/private/AddOrder", K "limit&volume=0.001&price=60000&cl_ord_id=mine", 200,
    "Invalid arguments:cl_ord_id not unique" },
  { KRAKEN, "POST", "/0/private/AddOrder", K "limit&volume=0.001&price=60000&cl_ord_id=a-b", 200,
    "{\"error\":[\"EGeneral:Invalid arguments:cl_ord_id\"]}" },
  { KRAKEN, "POST", "/0/private/AddOrder", K "limit&volume=0.001&price=60000&cl_ord_id=6d1b345e-2821-40e2-ad83-4ecb18a06876", 200,
    "txid" },
  { KRAKEN, "POST", "/0/private/OpenOrders", "cl_ord_id=mine", 200, "\"cl_ord_id\":\"mine\"" },
  { KRAKEN, "POST", "/0/private/OpenOrders", "cl_ord_id=other", 200, "{\"open\":{}}" },
  { KRAKEN, "POST", "/0/private/AddOrder", "pair=NOPE&type=buy&ordertype=market&volume=1", 200, "EQuery:Unknown asset pair" },
  { KRAKEN, "POST", "/0/private/AddOrder", K "stop-loss&volume=1&price=1", 200, "EGeneral:Invalid arguments:ordertype" },
  { KRAKEN, "POST", "/0/private/AddOrder", K "limit&volume=0.001", 200, "EGeneral:Invalid arguments:price" },
  { KRAKEN, "POST", "/0/private/AddOrder", K "limit&volume=x&price=60000", 200, "EGeneral:Invalid arguments:volume" },
  { KRAKEN, "POST", "/0/private/AddOrder", K "limit&volume=0.00001&price=60000", 200, "EOrder:Order minimum not met" },
  { KRAKEN, "POST", "/0/private/AddOrder", K "limit&volume=0.00005&price=0.1", 200, "EOrder:Cost minimum not met" },
  { KRAKEN, "POST", "/0/private/AddOrder", K "limit&volume=0.001&price=60000.01", 200, "EOrder:Tick size check failed" },
  { KRAKEN, "POST", "/0/private/AddOrder", K "limit&volume=0.1&price=60000", 200, "EOrder:Insufficient funds" },
  { KRAKEN, "POST", "/0/private/AddOrder", K "limit&volume=0.001&price=90000&oflags=post", 200, "EOrder:Post only order" },
  { KRAKEN, "POST", "/0/private/AddOrder", K "market&volume=0.001&oflags=post", 200, "EGeneral:Invalid arguments:oflags" },
  { KRAKEN, "POST", "/0/private/AddOrder", K "market&volume=0.001&validate=true", 200,
    "\"result\":{\"descr\":{\"order\":\"buy 0.00100000 XBTUSD @ market\"}}" },
  { KRAKEN, "POST", "/0/private/AddOrder", K "market&volume=50&oflags=viqc", 200, "txid" },
  { KRAKEN, "POST", "/0/private/ClosedOrders", "", 200, "\"oflags\":\"fciq,viqc\"" },
  { KRAKEN, "POST", "/0/private/TradesHistory", "", 200, "\"count\":1" },
  { KRAKEN, "POST", "/0/private/QueryOrders", "txid=OAAAAA-AAAAA-AAAAAA", 200, "{\"error\":[],\"result\":{}}" },
  { KRAKEN, "POST", "/0/private/CancelOrder", "cl_ord_id=mine", 200, "{\"count\":1}" },
  { KRAKEN, "POST", "/0/private/CancelOrder", "cl_ord_id=mine", 200, "EOrder:Unknown order" },
  { KRAKEN, "POST", "/0/private/ClosedOrders", "cl_ord_id=mine", 200,
    "\"status\":\"canceled\",\"cl_ord_id\":\"mine\",\"reason\":\"User requested\"" },
  { KRAKEN, "POST", "/0/private/CancelAll", "", 200, "{\"count\":1}" },
  { KRAKEN, "POST", "/0/private/Nope", "", 200, "EGeneral:Unknown method" },
  { BITSTAMP, "POST", "/api/v2/buy/btcusd/", "amount=0.001&price=60000&client_order_id=a%22b", 200,
    "\"client_order_id\":\"a\\\"b\"" },
  { BITSTAMP, "POST", "/api/v2/buy/btcusd/", "amount=0.001&price=60000&client_order_id=a%22b", 200, "\"id\":\"1450000000000002\"" },
  { BITSTAMP, "POST", "/api/v2/order_status/", "client_order_id=a%22b", 200,
    "{\"id\":1450000000000002,\"type\":\"0\",\"status\":\"Open\"" },
  { BITSTAMP, "POST", "/api/v2/buy/nope/", "amount=1&price=1", 404, "404.007" },
  { BITSTAMP, "POST", "/api/v2/buy/btcusd/", "price=60000", 400, "\"response_code\":\"400.005\"" },
  { BITSTAMP, "POST", "/api/v2/buy/btcusd/", "amount=0.001", 400, "400.006" },
  { BITSTAMP, "POST", "/api/v2/buy/btcusd/", "amount=x&price=60000", 400, "400.026" },
  { BITSTAMP, "POST", "/api/v2/buy/btcusd/", "amount=0.123456789&price=60000", 400,
    "Ensure that there are no more than 8 decimal places." },
  { BITSTAMP, "POST", "/api/v2/buy/btcusd/", "amount=0.001&price=60000.5", 400,
    "\"price\":[\"Ensure that there are no more than 0 decimal" },
  { BITSTAMP, "POST", "/api/v2/buy/btcusd/", "amount=0.0001&price=60000", 400,
    "{\"__all__\":[\"Minimum order size is 10.00 USD.\"]}" },
  { BITSTAMP, "POST", "/api/v2/buy/btcusd/", "amount=0.1&price=60000", 400,
    "USD available. Check your account balance for details." },
  { BITSTAMP, "POST", "/api/v2/buy/btcusd/", "amount=0.001&price=60000&ioc_order=True&moc_order=True", 400, "400.024" },
  { BITSTAMP, "POST", "/api/v2/buy/btcusd/", "amount=0.001&price=90000&moc_order=True", 200, "\"id\":\"1450000000000003\"" },
  { BITSTAMP, "POST", "/api/v2/order_status/", "id=1450000000000003", 200, "\"status\":\"Canceled\"" },
  { BITSTAMP, "POST", "/api/v2/buy/instant/btcusd/", "amount=50", 200, "\"id\":\"1450000000000004\"" },
  { BITSTAMP, "POST", "/api/v2/order_status/", "id=1450000000000004", 200, "\"status\":\"Finished\"" },
  { BITSTAMP, "POST", "/api/v2/user_transactions/btcusd/", "limit=1", 200,
    "\"order_id\":1450000000000004,\"type\":\"2\",\"datetime\":\"2026-11-21 13:09:" },
  { BITSTAMP, "POST", "/api/v2/user_transactions/ltcusd/", "", 200, "[]" },
  { BITSTAMP, "POST", "/api/v2/user_transactions/", "limit=1001", 400, "400.011" },
  { BITSTAMP, "POST", "/api/v2/open_orders/all/", "", 200, "\"amount\":\"0.00100000\",\"amount_at_create\":\"0.00100000\"" },
  { BITSTAMP, "POST", "/api/v2/open_orders/ethusd/", "", 200, "[]" },
  { BITSTAMP, "POST", "/api/v2/cancel_order/", "id=1450000000000001", 200, "{\"id\":1450000000000001,\"type\":0" },
  { BITSTAMP, "POST", "/api/v2/cancel_order/", "id=1450000000000001", 404, "\"reason\":\"Order not found.\"" },
  { BITSTAMP, "POST", "/api/v2/cancel_all_orders/btcusd/", "", 200, "{\"canceled\":[{\"id\":1450000000000002" },
  { BITSTAMP, "POST", "/api/v2/cancel_all_orders/", "", 200, "{\"canceled\":[],\"success\":true}" },
#define O "\"instId\":\"BTC-USDT\",\"tdMode\":\"cash\",\"side\":\"buy\",\"ordType\":"
  { OKX, "POST", "/api/v5/trade/order", "{" O "\"limit\",\"sz\":\"0.001\",\"px\":\"60000\",\"clOrdId\":\"a1\"}", 200,
    "\"code\":\"0\",\"inTime\"" },
  { OKX, "POST", "/api/v5/trade/order", "{" O "\"limit\",\"sz\":\"0.001\",\"px\":\"60000\",\"clOrdId\":\"a1\"}", 200,
    "\"sCode\":\"51016\"" },
  { OKX, "GET", "/api/v5/trade/order?instId=BTC-USDT&clOrdId=a1", "", 200, "\"ordId\":\"1700000000000000001\"" },
  { OKX, "GET", "/api/v5/trade/order?instId=BTC-USDT&clOrdId=a2", "", 200, "\"code\":\"51603\"" },
  { OKX, "GET", "/api/v5/trade/order?clOrdId=a1", "", 400, "50014" },
  { OKX, "POST", "/api/v5/trade/order", "{" O "\"limit\",\"sz\":\"0.001\",\"px\":\"60000\",\"clOrdId\":\"a-1\"}", 200,
    "Parameter clOrdId error" },
  { OKX, "POST", "/api/v5/trade/order", "{" O "\"limit\",\"sz\":\"0.001\"}", 200, "Parameter px error" },
  { OKX, "POST", "/api/v5/trade/order", "{" O "\"limit\",\"sz\":\"0.001\",\"px\":\"60000.01\"}", 200, "Parameter px error" },
  { OKX, "POST", "/api/v5/trade/order", "{" O "\"limit\",\"sz\":\"0.000001\",\"px\":\"60000\"}", 200, "51020" },
  { OKX, "POST", "/api/v5/trade/order", "{" O "\"limit\",\"sz\":\"0.123456789\",\"px\":\"60000\"}", 200, "51121" },
  { OKX, "POST", "/api/v5/trade/order", "{" O "\"limit\",\"sz\":\"0.1\",\"px\":\"60000\"}", 200, "51008" },
  { OKX, "POST", "/api/v5/trade/order", "{" O "\"iceberg\",\"sz\":\"0.1\",\"px\":\"60000\"}", 200, "Parameter ordType error" },
  { OKX, "POST", "/api/v5/trade/order", "{\"instId\":\"NO-PE\"}", 200, "51001" },
  { OKX, "POST", "/api/v5/trade/order", "{\"instId\":", 400, "50002" },
  { OKX, "POST", "/api/v5/trade/batch-orders", "[]", 400, "50000" },
  { OKX, "POST", "/api/v5/trade/batch-orders",
    "[{" O "\"market\",\"sz\":\"50\"},{" O "\"post_only\",\"sz\":\"0.001\",\"px\":\"90000\"},7]", 200, "\"code\":\"2\"" },
  { OKX, "GET", "/api/v5/trade/order?instId=BTC-USDT&ordId=1700000000000000003", "", 200,
    "\"state\":\"canceled\",\"cancelSource\":\"31\"" },
  { OKX, "GET", "/api/v5/trade/orders-history?instType=SPOT&state=filled", "", 200, "\"ordId\":\"1700000000000000002\"" },
  { OKX, "GET", "/api/v5/trade/orders-history", "", 400, "50014" },
  { OKX, "GET", "/api/v5/trade/orders-pending?instType=SWAP", "", 200, "\"data\":[]" },
  { OKX, "GET", "/api/v5/trade/fills-history?instType=SPOT", "", 200, "\"feeCcy\":\"BTC\"" },
  { OKX, "POST", "/api/v5/trade/cancel-order", "{\"instId\":\"BTC-USDT\",\"clOrdId\":\"a1\"}", 200, "\"sCode\":\"0\"" },
  { OKX, "POST", "/api/v5/trade/cancel-order", "{\"instId\":\"BTC-USDT\",\"clOrdId\":\"a1\"}", 200, "\"sCode\":\"51400\"" },
  { OKX, "POST", "/api/v5/trade/cancel-order", "{\"instId\":\"BTC-USDT\"}", 200, "51003" },
  { OKX, "GET", "/api/v5/account/nope", "", 404, "Not Found" },
#undef B
#undef K
#undef O
};

static void each_answers_in_its_own_codes(void **state) {
  (void)state;
  Desk *desks[8] = { 0 };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    Desk **d = &desks[rows[i].venue];
    if (!*d) *d = desk_of(rows[i].venue);
    int status = ask(*d, 1000 + (Moment)i, rows[i].method, rows[i].target, rows[i].body, (Knobs) { 0 });
    if (status != rows[i].status || !strstr(answered, rows[i].has))
      fail_msg("row %zu: %s: %d, not %d with %s: %.400s", i, rows[i].target, status, rows[i].status, rows[i].has, answered);
    json_unref(parsed());
  }
  for (int v = 0; v < 8; v++) desk_free(desks[v]);
}

/* Signed, and otherwise anything: an answer in JSON, and nobody's money gone. */
static void hostile_traders_do_no_harm(void **state) {
  (void)state;
  static const char *const words[] = { "&",
                                       "=",
                                       "%",
                                       "%41",
                                       "\"",
                                       "{",
                                       "[",
                                       "]",
                                       "}",
                                       ":",
                                       ",",
                                       "-1",
                                       "0",
                                       "1e9",
                                       "99999999999999999999999999999999999",
                                       "0.00000000000000000000000001",
                                       "quantity=",
                                       "price=",
                                       "amount=",
                                       "volume=",
                                       "limit=",
                                       "orderId=",
                                       "txid=",
                                       "id=",
                                       "ofs=",
                                       "start=",
                                       "startTime=",
                                       "BTCUSDT",
                                       "XBTUSD",
                                       "btcusd",
                                       "/",
                                       "?",
                                       "\x7f",
                                       "null",
                                       "true",
                                       "9223372036854775807",
                                       "-9223372036854775808" };
  const size_t n = sizeof rows / sizeof *rows, w = sizeof words / sizeof *words;
  Desk *desks[8] = { 0 };
  uint64_t dice = 11;
  for (int i = 0; i < 20000; i++) {
    char target[600], body[800];
    dice = world_hash(dice, (uint64_t)i, 0, 0);
    size_t which = dice % n;
    int len = snprintf(target, sizeof target, "%s", rows[which].target), end = snprintf(body, sizeof body, "%s", rows[which].body);
    char *spoiled = end && (dice >> 10) % 4 ? body : target;
    int *at = spoiled == body ? &end : &len;
    *at -= (int)((dice >> 12) % (uint64_t)(spoiled == body ? *at + 1 : 8));
    for (int k = (int)(dice >> 20) % 5; k > 0; k--) {
      dice = world_hash(dice, 3, 0, 0);
      *at += snprintf(spoiled + *at, 60, "%s", words[dice % w]);
    }
    spoiled[*at] = 0;
    Desk **d = &desks[rows[which].venue];
    if (!*d) *d = desk_of(rows[which].venue);
    int status = ask(*d, i * 20, rows[which].method, target, body, (Knobs) { 0 });
    if (status) assert_in_range(status, 200, 599);
    if (status && i % 8 == 0) json_unref(parsed());
  }
  for (int v = 0; v < 8; v++) {
    if (!desks[v]) continue;
    for (int a = 0; a < A_COUNT; a++)
      assert_true(dec_cmp(account_free(engine_account(desks[v]->engine), (enum asset)a), ZERO) >= 0);
    assert_true(engine_orders(desks[v]->engine) > 10);
    desk_free(desks[v]);
  }
}

static void ids_belong_to_one_order(void **state) {
  (void)state;
  static char seen[20000][ID_TEXT];
  for (int64_t id = 1; id <= 10000; id++) {
    trading_kraken.order_id(id, seen[id * 2 - 2]);
    trading_kraken.fill_id(id, seen[id * 2 - 1]);
    assert_int_equal(strlen(seen[id * 2 - 1]), 19);
  }
  qsort(seen, 20000, ID_TEXT, (int (*)(const void *, const void *))strcmp);
  for (int i = 1; i < 20000; i++) assert_string_not_equal(seen[i], seen[i - 1]);
}

/* ---- faults ---- */

static void faults_are_spelled_out(void **state) {
  (void)state;
  static const char *const fine[] = { "lost=0.2", "lost=0,delay=1:500,late=0.5:2000,error=0.1:503",
                                      "maintenance=30:5,latency=20:80", "cross=1,reject=0.05" };
  static const char *const wrong[] = {
    "",          "lost",        "lost=2",        "lost=-1",       "lost=x",           "lost=0.1:5",    "lsot=0.1",
    "lost=0.1,", "delay=0.1:0", "error=0.1:200", "maintenance=5", "maintenance=5:30", "latency=80:20", "lost=nan",
    "=0.1"
  };
  static const char *const aims[] = { "1=lost", "create2=delay:500", "cancel1=late", "read3=duplicate", "read4=restate" };
  static const char *const not_aims[] = { "",         "=lost",        "0=lost",       "create=lost",
                                          "create1=", "create1=lsot", "cancle1=lost", "create1=lost:3" };
  char err[512];
  Faults f = { 0 };
  for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
    if (!faults_parse(&f, fine[i], err, sizeof err)) fail_msg("%s", err);
  assert_int_equal(f.arg[F_DELAY], 500);
  assert_int_equal(f.maintenance_every, 30000);
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    if (faults_parse(&f, wrong[i], err, sizeof err)) fail_msg("'%s' was taken", wrong[i]);
  for (size_t i = 0; i < sizeof aims / sizeof *aims; i++)
    if (!faults_aim(&f, aims[i], err, sizeof err)) fail_msg("%s", err);
  for (size_t i = 0; i < sizeof not_aims / sizeof *not_aims; i++)
    if (faults_aim(&f, not_aims[i], err, sizeof err)) fail_msg("'%s' was taken", not_aims[i]);
  assert_int_equal(f.aims, 5);
  while (f.aims < AIMS_MAX) assert_true(faults_aim(&f, "9=lost", err, sizeof err));
  assert_false(faults_aim(&f, "9=lost", err, sizeof err));
}

static void the_same_requests_meet_the_same_faults(void **state) {
  (void)state;
  char err[512];
  Faults a = { .seed = 5 }, b = { .seed = 5 }, c = { .seed = 6 };
  assert_true(faults_parse(&a, "lost=0.2,delay=0.1:500,latency=10:20", err, sizeof err));
  assert_true(
      faults_parse(&b, "latency=10:20,delay=0.1:500,lost=0.2,garbage=0.3", err, sizeof err)); /* one more changes no other */
  assert_true(faults_parse(&c, "lost=0.2", err, sizeof err));
  int differ = 0;
  for (int i = 0; i < 1000; i++) {
    Verdict x = faults_judge(&a, CREATE, 0), y = faults_judge(&b, CREATE, 0), z = faults_judge(&c, CREATE, 0);
    assert_int_equal(x.hit[F_LOST], y.hit[F_LOST]);
    assert_int_equal(x.hit[F_DELAY], y.hit[F_DELAY]);
    assert_int_equal(x.wait_ms, y.wait_ms);
    assert_in_range(x.wait_ms, 10, 520);
    differ += x.hit[F_LOST] != z.hit[F_LOST];
  }
  assert_in_range(a.met[F_LOST], 150, 250);
  assert_in_range(a.met[F_DELAY], 70, 130);
  assert_int_equal(a.met[F_GARBAGE], 0);
  assert_true(differ > 100);
}

static void faults_are_aimed(void **state) {
  (void)state;
  char err[512];
  Faults f = { 0 };
  assert_true(faults_aim(&f, "3=lost", err, sizeof err));
  assert_true(faults_aim(&f, "create2=delay:700", err, sizeof err));
  static const enum act acts[] = { CREATE, READ, READ, CREATE, CREATE, CANCEL };
  for (int i = 0; i < 6; i++) {
    Verdict v = faults_judge(&f, acts[i], 0);
    assert_int_equal(v.hit[F_LOST], i == 2);
    assert_int_equal(v.wait_ms, i == 3 ? 700 : 0);
  }
  assert_true(faults_aim_next(&f, "cancel", "cross", err, sizeof err));
  assert_false(faults_aim_next(&f, "nothing", "cross", err, sizeof err));
  assert_false(faults_judge(&f, READ, 0).hit[F_CROSS]);
  assert_true(faults_judge(&f, CANCEL, 0).hit[F_CROSS]);
  assert_false(faults_judge(&f, CANCEL, 0).hit[F_CROSS]);
}

static void maintenance_comes_and_goes(void **state) {
  (void)state;
  char err[512];
  Faults f = { 0 };
  assert_true(faults_parse(&f, "maintenance=30:5", err, sizeof err));
  static const Moment at[] = { 0, 24999, 25000, 29999, 30000, 55001 };
  for (int i = 0; i < 6; i++) assert_int_equal(faults_judge(&f, READ, at[i]).maintenance, i == 2 || i == 3 || i == 5);
}

/* ---- what tests ask ---- */

static int inspect(Desk *d, Faults *f, World *w, const char *method, const char *path, const char *key, const char *value) {
  Request q = { .method = method, .path = path, .queries = key != NULL, .query = { { key, value } } };
  Reply r = { 0 };
  inspect_answer(venues[KRAKEN], d, f, w, &q, (Now) { START + 100, START + 100 }, &r);
  snprintf(answered, sizeof answered, "%s", r.body.p);
  text_free(&r.body);
  return r.status;
}

static void state_time_and_faults_at_a_tests_word(void **state) {
  (void)state;
  Desk *d = desk_of(KRAKEN);
  Faults f = { 0 };
  World w = { 0 };
  ask(d, 0, "POST", "/0/private/AddOrder", "pair=XBTUSD&type=buy&ordertype=limit&volume=0.001&price=60000&cl_ord_id=mine",
      (Knobs) { 0 });
  ask(d, 0, "POST", "/0/private/AddOrder", "pair=XBTUSD&type=sell&ordertype=market&volume=0.001", (Knobs) { 0 });
  assert_int_equal(inspect(d, &f, &w, "GET", "/-/state", NULL, NULL), 200);
  json_unref(parsed());
  assert_non_null(
      strstr(answered, "\"client\":\"mine\",\"market\":\"XXBTZUSD\",\"symbol\":\"BTC/USD\",\"side\":\"buy\",\"type\":\"limit\""));
  assert_non_null(strstr(answered, "\"held\":\"60.24\",\"status\":\"open\""));
  assert_non_null(strstr(answered, "\"feeCurrency\":\"USD\",\"maker\":false"));
  assert_int_equal(inspect(d, &f, &w, "POST", "/-/advance", "ms", "5"), 409);
  w.stopped = &(Moment) { START };
  assert_int_equal(inspect(d, &f, &w, "POST", "/-/advance", "ms", "5000"), 200);
  assert_int_equal(*w.stopped, START + 5000);
  assert_int_equal(inspect(d, &f, &w, "POST", "/-/advance", "ms", "-1"), 400);
  assert_int_equal(inspect(d, &f, &w, "POST", "/-/advance", "ms", "86400001"), 400);
  assert_int_equal(inspect(d, &f, &w, "POST", "/-/advance", NULL, NULL), 400);
  assert_int_equal(inspect(d, &f, &w, "POST", "/-/fault", "create", "lost"), 200);
  assert_int_equal(f.aims, 1);
  assert_int_equal(inspect(d, &f, &w, "POST", "/-/fault", "create", "\"lsot"), 400);
  json_unref(parsed());
  assert_int_equal(inspect(d, &f, &w, "GET", "/-/nope", NULL, NULL), 404);
  assert_int_equal(inspect(NULL, NULL, &w, "GET", "/-/state", NULL, NULL), 404);
  desk_free(d);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(only_the_right_key_is_let_in),
    cmocka_unit_test(nonces_are_used_once),
    cmocka_unit_test(each_answers_in_its_own_codes),
    cmocka_unit_test(hostile_traders_do_no_harm),
    cmocka_unit_test(ids_belong_to_one_order),
    cmocka_unit_test(faults_are_spelled_out),
    cmocka_unit_test(the_same_requests_meet_the_same_faults),
    cmocka_unit_test(faults_are_aimed),
    cmocka_unit_test(maintenance_comes_and_goes),
    cmocka_unit_test(state_time_and_faults_at_a_tests_word),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
