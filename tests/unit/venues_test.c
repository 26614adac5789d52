/* The local venues: the world of prices, each venue's replies and errors, hostile requests, recorded replies, and HTTP with faults. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "server.h"
#include "worker/json.h"

#define START 1795266580000

static Source source_of(int venue, uint64_t seed) {
  return (
      Source) { .world = { .seed = seed, .speed = 1, .started = START }, .venue = (uint64_t)venue + 1, .fee = venues[venue]->fee };
}

static double scaled(int64_t units, int decimals) { return (double)units / pow(10, decimals); }

/* "path?key=value&..." asked of a venue, without HTTP; the text of the query is cut up in place. */
static int ask(const Venue *v, const Source *s, const char *target, Reply *r) {
  static char buf[512];
  Request q = { .method = "GET", .path = buf, .agent = true };
  snprintf(buf, sizeof buf, "%s", target);
  char *p = strchr(buf, '?');
  if (p) *p++ = 0;
  for (char *save, *pair = p ? strtok_r(p, "&", &save) : NULL; pair && q.queries < QUERY_MAX; pair = strtok_r(NULL, "&", &save)) {
    char *equals = strchr(pair, '=');
    if (equals) *equals = 0;
    q.query[q.queries].key = pair;
    q.query[q.queries++].value = equals ? equals + 1 : "";
  }
  r->body.len = 0;
  r->type = NULL;
  venue_answer(v, s, &q, START + 5000, r);
  return r->status;
}

static JsonDoc *parsed(const Reply *r) {
  char err[256], *text = malloc(r->body.len + 1);
  memcpy(text, r->body.p, r->body.len + 1);
  JsonDoc *d = json_parse(text, r->body.len, err, sizeof err);
  if (!d) fail_msg("%s in %.200s", err, r->body.p);
  return d;
}

static void numbers_as_text(void **state) {
  (void)state;
  Text t = { 0 };
  text_fixed(&t, 123456, 2);
  text_add(&t, " ");
  text_fixed(&t, -5, 3);
  text_add(&t, " ");
  text_padded(&t, 733807, 1, 5);
  text_add(&t, " ");
  text_short(&t, 1230000, 5);
  text_add(&t, " ");
  text_short(&t, 0, 8);
  text_add(&t, " ");
  text_fixed(&t, INT64_MIN, 0);
  text_add(&t, " ");
  text_iso(&t, 1718454896789, 0);
  assert_string_equal(t.p, "1234.56 -0.005 73380.70000 12.3 0 -9223372036854775808 2024-06-15T12:34:56.789Z");
  text_free(&t);
}

static void the_same_seed_moves_the_same_way(void **state) {
  (void)state;
  static Book a, b;
  Source one = source_of(0, 7), same = source_of(0, 7), other = source_of(0, 8);
  same.world.started += 86400000; /* what counts is the time since the start */
  const Listing *l = &venues[0]->listings[0];
  int differ = 0, moved = 0;
  for (int i = 0; i < 50; i++) {
    market_book(&one, l, START + i * 900, 100, &a);
    market_book(&same, l, START + 86400000 + i * 900, 100, &b);
    assert_memory_equal(&a.bids, &b.bids, 100 * sizeof(Level));
    assert_memory_equal(&a.asks, &b.asks, 100 * sizeof(Level));
    market_book(&other, l, START + i * 900, 100, &b);
    differ += a.bids[0].price != b.bids[0].price;
    market_book(&one, l, START + i * 900 + 1000, 100, &b);
    moved += a.bids[0].price != b.bids[0].price;
  }
  assert_true(differ > 45);
  assert_true(moved > 40);
}

static void books_are_sound(void **state) {
  (void)state;
  static Book b;
  for (int v = 0; venues[v]; v++)
    for (int i = 0; i < venues[v]->n; i++) {
      Source s = source_of(v, 3);
      const Listing *l = &venues[v]->listings[i];
      double price = world_price(&s.world, l->base, l->quote, START + 77000);
      market_book(&s, l, START + 77000, 200, &b);
      assert_true(b.n >= 20);
      assert_true(b.bids[0].price < b.asks[0].price);
      assert_true(fabs(scaled(b.bids[0].price, l->price_decimals) / price - 1) < 0.03);
      for (int k = 0; k < b.n; k++) {
        assert_true(b.bids[k].price > 0 && b.bids[k].amount > 0 && b.asks[k].amount > 0);
        if (k) assert_true(b.bids[k].price < b.bids[k - 1].price && b.asks[k].price > b.asks[k - 1].price);
      }
    }
  Source s = source_of(0, 3);
  market_book(&s, &venues[0]->listings[0], START, 1000000, &b);
  assert_int_equal(b.n, BOOK_MAX);
  market_book(&s, &venues[0]->listings[0], START, -4, &b);
  assert_int_equal(b.n, 1);
}

/* Prices of one pair on all venues: now and then further apart than both fees, and mostly not; and then only some levels deep. */
static void venues_cross_now_and_then(void **state) {
  (void)state;
  static Book a, b;
  int rounds = 0, crossed = 0, deep = 0;
  for (int second = 0; second < 900; second += 3)
    for (int v = 0; venues[v]; v++)
      for (int w = 0; venues[w]; w++) {
        Source s = source_of(v, 1), t = source_of(w, 1);
        const Listing *x = NULL, *y = NULL;
        for (int i = 0; i < venues[v]->n; i++)
          if (venues[v]->listings[i].base == A_BTC && venues[v]->listings[i].quote == A_USD) x = &venues[v]->listings[i];
        for (int i = 0; i < venues[w]->n; i++)
          if (venues[w]->listings[i].base == A_BTC && venues[w]->listings[i].quote == A_USD) y = &venues[w]->listings[i];
        if (v == w || !x || !y) continue;
        market_book(&s, x, START + second * 1000, 100, &a);
        market_book(&t, y, START + second * 1000, 100, &b);
        double fees = (1 + s.fee) / (1 - t.fee);
        rounds++;
        if (scaled(b.bids[0].price, y->price_decimals) <= scaled(a.asks[0].price, x->price_decimals) * fees) continue;
        crossed++;
        deep += scaled(b.bids[99].price, y->price_decimals) > scaled(a.asks[99].price, x->price_decimals) * fees;
      }
  assert_in_range(crossed * 1000 / rounds, 2, 100); /* 0.2 to 10 per cent of the time for one way between two venues */
  assert_int_equal(deep, 0);
}

static void history_fits_together(void **state) {
  (void)state;
  Source s = source_of(1, 5);
  const Listing *l = &venues[1]->listings[0];
  Trade trades[200];
  Moment now = START + 10000;
  int n = market_trades(&s, l, now, 0, 200, trades);
  assert_int_equal(n, 200);
  for (int i = 0; i < n; i++) {
    assert_true(trades[i].time <= now && trades[i].price > 0 && trades[i].amount > 0);
    if (i) assert_true(trades[i].id < trades[i - 1].id && trades[i].time <= trades[i - 1].time);
  }
  int fewer = market_trades(&s, l, now, trades[50].time, 200, trades);
  assert_in_range(fewer, 51, 60);
  Candle last = { 0 };
  for (int i = 0; i < 100; i++) {
    Candle c;
    market_candle(&s, l, now, START / 60000 * 60000 + (i - 100) * 60000, 60000, &c);
    assert_true(c.low <= c.open && c.low <= c.close && c.high >= c.open && c.high >= c.close && c.volume > 0);
    if (i) assert_true(c.open == last.close);
    last = c;
  }
  Day d;
  market_day(&s, l, now, &d);
  assert_true(d.low <= d.last && d.last <= d.high && d.bid < d.ask && d.low <= d.vwap && d.vwap <= d.high);
}

static const struct {
  int venue;
  const char *target;
  const char *has;
} answers[] = {
  { 0, "/0/public/Depth?pair=XXBTZUSD&count=10", "{\"error\":[],\"result\":{\"XXBTZUSD\":{\"asks\":[[\"" },
  { 0, "/0/public/Ticker?pair=XBTUSD,ETHUSDT", "\"ETHUSDT\":{\"a\":[\"" },
  { 0, "/0/public/AssetPairs", "\"XXBTZUSD\":{\"altname\":\"XBTUSD\",\"wsname\":\"XBT/USD\"" },
  { 0, "/0/public/Assets", "\"XXBT\":{\"aclass\":\"currency\",\"altname\":\"XBT\"" },
  { 0, "/0/public/Trades?pair=XBTUSD", "\"last\":\"1795266" },
  { 0, "/0/public/OHLC?pair=XBTUSD&interval=1", "\"last\":1795266" },
  { 0, "/0/public/Time", "\"unixtime\":1795266585," },
  { 0, "/0/public/SystemStatus", "\"status\":\"online\",\"timestamp\":\"2026-11-21T13:09:45" },
  { 1, "/api/v3/exchangeInfo", "\"symbol\":\"BTCUSDT\",\"status\":\"TRADING\"" },
  { 1, "/api/v3/depth?symbol=BTCUSDT&limit=5", "{\"lastUpdateId\":" },
  { 1, "/api/v3/ticker/24hr", "\"symbol\":\"ETHBTC\"" },
  { 1, "/api/v3/ticker/bookTicker?symbol=BTCUSDT", "{\"symbol\":\"BTCUSDT\",\"bidPrice\":\"" },
  { 1, "/api/v3/aggTrades?symbol=BTCUSDT&limit=1", "[{\"a\":" },
  { 1, "/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=3", "[[1795266" },
  { 2, "/api/v2/markets/", "\"name\":\"BTC/USD\",\"market_symbol\":\"btcusd\"" },
  { 2, "/api/v2/ticker/btcusd/", "{\"timestamp\":\"1795266585\"" },
  { 2, "/api/v2/order_book/btcusd/", "\"microtimestamp\":\"1795266585000000\"" },
  { 2, "/api/v2/transactions/btcusd/?time=minute", "\"tid\":\"" },
  { 2, "/api/v2/ohlc/btcusd/?step=60&limit=5", "{\"data\":{\"pair\":\"BTC/USD\",\"ohlc\":[{\"timestamp\":\"" },
  { 3, "/products", "{\"id\":\"BTC-USD\",\"base_currency\":\"BTC\"" },
  { 3, "/products/BTC-USD/book?level=2", "\"sequence\":" },
  { 3, "/products/BTC-USD/candles?granularity=60", "[[1795266540," },
  { 3, "/currencies", "{\"id\":\"BTC\",\"name\":\"Bitcoin\"" },
  { 3, "/time", "\"epoch\":1795266585.000}" },
  { 4, "/api/v5/public/instruments?instType=SPOT", "\"instId\":\"BTC-USDT\"" },
  { 4, "/api/v5/public/instruments?instType=SWAP", "\"data\":[]" },
  { 4, "/api/v5/market/books?instId=BTC-USDT&sz=5", "\"ts\":\"1795266585000\"" },
  { 4, "/api/v5/market/candles?instId=BTC-USDT&bar=1H&limit=2", "\"data\":[[\"17952" },
  { 5, "/api/exchange/1/markets", "{\"market_id\":\"XBTEUR\",\"trading_status\":\"ACTIVE\"" },
  { 5, "/api/1/orderbook_top?pair=XBTEUR", "{\"timestamp\":1795266585000,\"bids\":[{\"price\":\"" },
  { 5, "/api/1/tickers", "\"pair\":\"XBTZAR\"" },
  { 6, "/v2/conf/pub:info:pair,pub:list:pair:margin", "[[[\"BTCUSD\",[null,null,null,\"0.00006\"" },
  { 6, "/v2/book/tBTCUSD/R0", "[[6300" },
  { 6, "/v2/ticker/tBTCUSD", "[6" },
  { 7, "/v1/symbols", "[\"btcusd\"," },
  { 7, "/v1/book/btcusd", "{\"bids\":[{\"price\":\"" },
  { 7, "/v1/symbols/details/BTCUSD", "\"tick_size\":1E-8,\"quote_increment\":0.01" },
};

static void each_speaks_its_own_format(void **state) {
  (void)state;
  Reply r = { 0 };
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
    Source s = source_of(answers[i].venue, 1);
    assert_int_equal(ask(venues[answers[i].venue], &s, answers[i].target, &r), 200);
    if (!strstr(r.body.p, answers[i].has)) fail_msg("%s: no %s in %.300s", answers[i].target, answers[i].has, r.body.p);
    json_unref(parsed(&r));
  }
  text_free(&r.body);
}

static const struct {
  int venue;
  const char *target;
  int status;
  const char *body;
} failures[] = {
  { 0, "/0/public/Depth?pair=NOPE", 200, "{\"error\":[\"EQuery:Unknown asset pair\"]}" },
  { 0, "/0/public/Depth", 200, "{\"error\":[\"EGeneral:Invalid arguments\"]}" },
  { 0, "/0/public/Depth?pair=XBTUSD&count=9999999999999999999999", 200, "{\"error\":[\"EGeneral:Invalid arguments\"]}" },
  { 0, "/0/public/Ticker?pair=XBTUSD,NOPE", 200, "{\"error\":[\"EQuery:Unknown asset pair\"]}" },
  { 0, "/0/public/Nope", 200, "{\"error\":[\"EGeneral:Unknown method\"]}" },
  { 1, "/api/v3/depth?symbol=NOPE", 400, "{\"code\":-1121,\"msg\":\"Invalid symbol.\"}" },
  { 1, "/api/v3/klines?symbol=BTCUSDT&interval=7m", 400, "{\"code\":-1120,\"msg\":\"Invalid interval.\"}" },
  { 2, "/api/v2/ticker/nope/", 404, "{\"status\":\"error\",\"reason\":\"Not found.\",\"code\":\"API0000\"}" },
  { 3, "/products/NO-PE/ticker", 404, "{\"message\":\"NotFound\"}" },
  { 3, "/products/BTC-USD/candles?granularity=7", 400, "{\"message\":\"Unsupported granularity\"}" },
  { 4, "/api/v5/market/ticker?instId=NO-PE", 200,
    "{\"code\":\"51001\",\"data\":[],\"msg\":\"Instrument ID, Instrument ID code, or Spread ID doesn't exist.\"}" },
  { 5, "/api/1/ticker?pair=NOPE", 400, "{\"error\":\"Invalid market pair\",\"error_code\":\"ErrInvalidMarketPair\"}" },
  { 5, "/api/exchange/1/candles?pair=XBTEUR&duration=60&since=1795266000000", 401,
    "{\"error\":\"Unauthorised\",\"error_code\":\"ErrUnauthorised\"}" },
  { 6, "/v2/ticker/tNOPE", 500, "[\"error\",10020,\"symbol: invalid\"]" },
  { 7, "/v1/pubticker/nope", 400,
    "{\"result\":\"error\",\"reason\":\"InvalidSymbol\",\"message\":\"Received a supplied symbol that is not supported\"}" },
};

static void each_fails_in_its_own_format(void **state) {
  (void)state;
  Reply r = { 0 };
  for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
    Source s = source_of(failures[i].venue, 1);
    assert_int_equal(ask(venues[failures[i].venue], &s, failures[i].target, &r), failures[i].status);
    assert_string_equal(r.body.p, failures[i].body);
  }
  text_free(&r.body);
}

static void hostile_requests_do_no_harm(void **state) {
  (void)state;
  static const char *const words[] = { "pair=",
                                       "symbol=",
                                       "symbols=",
                                       "limit=",
                                       "since=",
                                       "start=",
                                       "count=",
                                       "sz=",
                                       "instId=",
                                       "bar=",
                                       "step=",
                                       "%",
                                       "[",
                                       "\"",
                                       "-1",
                                       "0",
                                       "9223372036854775807",
                                       "-9223372036854775808",
                                       "1e9",
                                       "BTC",
                                       "USD",
                                       "XBTUSD",
                                       "&",
                                       "&",
                                       "?",
                                       "/",
                                       ",",
                                       "\xff",
                                       "BTC-USDT",
                                       "tBTCUSD",
                                       "btcusd",
                                       "BTCUSDT",
                                       "XBTEUR",
                                       "duration=60",
                                       "before=",
                                       "after=",
                                       "level=2",
                                       "interval=1",
                                       "startTime=" };
  uint64_t dice = 42;
  Reply r = { 0 };
  for (int i = 0; i < 12000; i++) {
    char target[512];
    const size_t n = sizeof answers / sizeof *answers, w = sizeof words / sizeof *words;
    size_t which = (dice = world_hash(dice, 1, 0, 0)) % n;
    const char *from = answers[which].target;
    size_t keep = (dice >> 20) % (strlen(from) + 1);
    int len = snprintf(target, sizeof target, "%.*s", (int)keep, from);
    for (int k = (int)(dice >> 40) % 6; k > 0; k--) {
      dice = world_hash(dice, 2, 0, 0);
      len += snprintf(target + len, sizeof target - (size_t)len, "%s", words[dice % w]);
    }
    Source s = source_of(answers[which].venue, 1);
    int status = ask(venues[answers[which].venue], &s, target, &r);
    assert_in_range(status, 200, 599);
    assert_true(r.body.len > 0);
    if (i % 16 == 0 && !r.type) json_unref(parsed(&r));
  }
  text_free(&r.body);
}

static void recorded_replies(void **state) {
  (void)state;
  char dir[] = "/tmp/venues-XXXXXX", path[64], err[4400];
  assert_non_null(mkdtemp(dir));
  snprintf(path, sizeof path, "%s/okex3.json", dir);
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  fputs("{\"vectors\":[{\"kind\":\"response\",\"origin\":\"recorded\",\"exchanges_http\":[{\"request\":{\"method\":\"GET\",\"url\":"
        "\"https://www.okx.com/api/v5/market/"
        "books?instId=BTC-USDT&sz=2\"},\"reply\":{\"status\":200,\"body\":\"{\\\"code\\\":\\\"0\\\"}\"}}]},"
        "{\"kind\":\"response\",\"origin\":\"sample\",\"exchanges_http\":[{\"request\":{\"method\":\"GET\",\"url\":\"https://x/"
        "sample\"},"
        "\"reply\":{\"status\":200,\"body\":\"s\"}}]},"
        "{\"kind\":\"response\",\"origin\":\"recorded\",\"exchanges_http\":[{\"request\":null,\"reply\":7},5,{}]}]}",
        f);
  fclose(f);
  const Venue *okx = venue_find("okx", 3);
  Recorded *r = recorded_load(dir, okx, err, sizeof err);
  if (!r) fail_msg("%s", err);
  assert_int_equal(recorded_count(r), 1);
  Request q = {
    .method = "GET", .path = "/api/v5/market/books", .queries = 2, .query = { { "sz", "2" }, { "instId", "BTC-USDT" } }
  };
  Reply reply = { 0 };
  assert_true(recorded_answer(r, &q, &reply));
  assert_string_equal(reply.body.p, "{\"code\":\"0\"}");
  q.query[0].value = "50"; /* how much is wanted is passed over */
  assert_true(recorded_answer(r, &q, &reply));
  q.query[1].value = "ETH-USDT";
  assert_false(recorded_answer(r, &q, &reply));
  q.path = "/sample";
  assert_false(recorded_answer(r, &q, &reply));
  recorded_free(r);
  text_free(&reply.body);

  f = fopen(path, "w");
  fputs("{\"vectors\":[", f);
  fclose(f);
  assert_null(recorded_load(dir, okx, err, sizeof err));
  assert_non_null(strstr(err, "okex3.json: "));
  unlink(path);
  assert_null(recorded_load(dir, okx, err, sizeof err));
  assert_non_null(strstr(err, "No such file"));
  rmdir(dir);
}

/* Sends `request` to a server and runs it until the connection is closed or `ms` have passed; what came back is in `out`. */
static size_t over_http(Server *s, const char *request, size_t len, int ms, char *out, size_t cap) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in to = { .sin_family = AF_INET,
                            .sin_port = htons((uint16_t)server_port(s)),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  size_t got = 0, sent = 0;
  for (Moment until = server_clock() + ms; server_clock() < until;) {
    struct pollfd p[2] = { { fd, (short)(POLLIN | (sent < len ? POLLOUT : 0)), 0 }, { server_descriptor(s), POLLIN, 0 } };
    int wait = server_wait(s);
    poll(p, 2, wait < 0 || wait > 20 ? 20 : wait);
    server_run(s);
    if (sent < len) {
      ssize_t n = send(fd, request + sent, len - sent, MSG_NOSIGNAL);
      if (n > 0) sent += (size_t)n;
    }
    ssize_t n = recv(fd, out + got, cap - 1 - got, 0);
    if (n > 0) got += (size_t)n;
    if (n == 0 || (n < 0 && p[0].revents & (POLLERR | POLLHUP))) break;
  }
  out[got] = 0;
  close(fd);
  server_run(s);
  return got;
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\nUser-Agent: test\r\nConnection: close\r\n\r\n"

static void served_over_http(void **state) {
  (void)state;
  static char out[1 << 20];
  char err[256];
  Source source = source_of(3, 1);
  Server *s = server_start(venues[3], &source, NULL, (Fault) { 0 }, 0, err, sizeof err);
  if (!s) fail_msg("%s", err);
  over_http(s, GET("/products/BTC-USD/book?level=2"), sizeof GET("/products/BTC-USD/book?level=2") - 1, 3000, out, sizeof out);
  assert_non_null(strstr(out, "HTTP/1.1 200 OK"));
  assert_non_null(strstr(out, "application/json"));
  assert_non_null(strstr(out, "{\"bids\":[[\""));
  static const char bare[] = "GET /time HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  over_http(s, bare, sizeof bare - 1, 3000, out, sizeof out);
  assert_non_null(strstr(out, "400 Bad Request"));
  assert_non_null(strstr(out, "User-Agent header is required."));
  static const char post[] =
      "POST /orders HTTP/1.1\r\nHost: x\r\nUser-Agent: t\r\nContent-Length: 4\r\nConnection: close\r\n\r\n{\"a\"";
  over_http(s, post, sizeof post - 1, 3000, out, sizeof out);
  assert_non_null(strstr(out, "CB-ACCESS-KEY header is required"));
  assert_int_equal(server_requests(s), 3);
  /* what is no HTTP at all */
  uint64_t dice = 9;
  for (int i = 0; i < 60; i++) {
    char junk[700];
    for (size_t k = 0; k < sizeof junk; k++) junk[k] = (char)(dice = world_hash(dice, k, 0, 0));
    if (i % 2) memcpy(junk, "GET /products/", 14);
    over_http(s, junk, sizeof junk, 30, out, sizeof out);
  }
  over_http(s, GET("/time"), sizeof GET("/time") - 1, 3000, out, sizeof out);
  assert_non_null(strstr(out, "\"epoch\":"));
  server_stop(s);
}

static void faults_on_purpose(void **state) {
  (void)state;
  static char out[1 << 20];
  char err[256];
  Source source = source_of(1, 1);
  static const char get[] = GET("/api/v3/depth?symbol=BTCUSDT&limit=100");
  Server *s = server_start(venues[1], &source, NULL, (Fault) { .drop = 100 }, 0, err, sizeof err);
  assert_non_null(s);
  assert_int_equal(over_http(s, get, sizeof get - 1, 3000, out, sizeof out), 0);
  server_stop(s);

  s = server_start(venues[1], &source, NULL, (Fault) { .status = 503 }, 0, err, sizeof err);
  over_http(s, get, sizeof get - 1, 3000, out, sizeof out);
  assert_non_null(strstr(out, "503 Service Unavailable"));
  assert_non_null(strstr(out, "<html>"));
  server_stop(s);

  s = server_start(venues[1], &source, NULL, (Fault) { .delay_ms = 300 }, 0, err, sizeof err);
  Moment before = server_clock();
  over_http(s, get, sizeof get - 1, 3000, out, sizeof out);
  assert_non_null(strstr(out, "\"lastUpdateId\""));
  assert_true(server_clock() - before >= 290);
  over_http(s, get, sizeof get - 1, 100, out, sizeof out); /* gone before the answer */
  server_stop(s);                                          /* while it still waits */

  s = server_start(venues[1], &source, NULL, (Fault) { .garbage = 100 }, 0, err, sizeof err);
  for (int i = 0; i < 30; i++) {
    over_http(s, get, sizeof get - 1, 3000, out, sizeof out);
    char *body = strstr(out, "\r\n\r\n");
    assert_non_null(body);
    char *copy = strdup(body + 4);
    JsonDoc *d = json_parse(copy, strlen(copy), err, sizeof err);
    assert_null(d);
  }
  server_stop(s);

  s = server_start(venues[1], &source, NULL, (Fault) { .stale_ms = 3600000 }, 0, err, sizeof err);
  over_http(s, GET("/api/v3/time"), sizeof GET("/api/v3/time") - 1, 3000, out, sizeof out);
  char *time = strstr(out, "\"serverTime\":");
  assert_non_null(time);
  assert_true(llabs(atoll(time + 13) - (server_clock() - 3600000)) < 5000);
  int port = server_port(s);
  assert_null(server_start(venues[1], &source, NULL, (Fault) { 0 }, port, err, sizeof err));
  assert_non_null(strstr(err, "binance cannot listen on 127.0.0.1:"));
  server_stop(s);
}

static void faults_of_private_requests(void **state) {
  (void)state;
  static char out[1 << 20];
  static const char get[] = GET("/api/v3/account"), state_of[] = GET("/-/state"), time_of[] = GET("/api/v3/time");
  char err[512];
  Faults faults = { .seed = 1 };
  Source source = source_of(1, 1);
  Desk *desk = desk_new(venues[1], &source);
  Server *s = server_start(venues[1], &source, NULL, (Fault) { 0 }, 0, err, sizeof err);
  assert_non_null(s);
  server_trade(s, desk, &faults);
  static const char *const aims[] = { "2=lost",    "3=lost-before", "4=error:503",  "5=delay:300",
                                      "6=garbage", "7=reject",      "8=delay:5000", "9=delay:5000" };
  for (size_t i = 0; i < sizeof aims / sizeof *aims; i++) assert_true(faults_aim(&faults, aims[i], err, sizeof err));
  over_http(s, get, sizeof get - 1, 3000, out, sizeof out);
  assert_non_null(strstr(out, "401 Unauthorized"));
  assert_non_null(strstr(out, "API-key format invalid."));
  for (int i = 0; i < 2; i++) assert_int_equal(over_http(s, get, sizeof get - 1, 3000, out, sizeof out), 0);
  over_http(s, get, sizeof get - 1, 3000, out, sizeof out);
  assert_non_null(strstr(out, "503 Service Unavailable"));
  assert_non_null(strstr(out, "text/html"));
  Moment before = server_clock();
  over_http(s, get, sizeof get - 1, 3000, out, sizeof out);
  assert_non_null(strstr(out, "API-key format invalid."));
  assert_true(server_clock() - before >= 290);
  over_http(s, get, sizeof get - 1, 3000, out, sizeof out);
  char *body = strstr(out, "\r\n\r\n");
  assert_non_null(body);
  char *copy = strdup(body + 4);
  assert_null(json_parse(copy, strlen(copy), err, sizeof err));
  over_http(s, get, sizeof get - 1, 3000, out, sizeof out);
  assert_non_null(strstr(out, "\"code\":-1008"));
  over_http(s, get, sizeof get - 1, 100, out, sizeof out); /* gone before the answer */
  over_http(s, time_of, sizeof time_of - 1, 3000, out, sizeof out);
  assert_non_null(strstr(out, "serverTime")); /* the public side has none of this, and does not wait */
  over_http(s, state_of, sizeof state_of - 1, 3000, out, sizeof out);
  assert_non_null(strstr(out, "\"requests\":{\"all\":8,\"read\":8,\"create\":0,\"cancel\":0}"));
  assert_non_null(strstr(out, "\"lost\":1,\"lost-before\":1,\"delay\":2,"));
  over_http(s, get, sizeof get - 1, 100, out, sizeof out);
  server_stop(s); /* while two still wait */
  desk_free(desk);
}

int main(void) {
  signal(SIGPIPE, SIG_IGN);
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(numbers_as_text),
    cmocka_unit_test(the_same_seed_moves_the_same_way),
    cmocka_unit_test(books_are_sound),
    cmocka_unit_test(venues_cross_now_and_then),
    cmocka_unit_test(history_fits_together),
    cmocka_unit_test(each_speaks_its_own_format),
    cmocka_unit_test(each_fails_in_its_own_format),
    cmocka_unit_test(hostile_requests_do_no_harm),
    cmocka_unit_test(recorded_replies),
    cmocka_unit_test(served_over_http),
    cmocka_unit_test(faults_on_purpose),
    cmocka_unit_test(faults_of_private_requests),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
