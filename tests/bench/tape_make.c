/* tape_make FILE EVENTS: a tape of that many events, made, not recorded: one script that asks binance for the book of BTC/USDT again and again. Each book is
 * another (xorshift); four events each: the request, that it went out, that a reply came, the reply. */
#include "broker/draft.h"
#include "broker/tape.h"
#include "wire/message.h"
#include "wire/pack.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START 1718454896789000ll
#define BOOK "https://api.binance.com/api/v3/depth?symbol=BTCUSDT&limit=10"
#define MARKETS "https://api.binance.com/api/v3/exchangeInfo"
#define MARKET_LIST "{\"symbols\":[{\"symbol\":\"BTCUSDT\",\"status\":\"TRADING\",\"baseAsset\":\"BTC\",\"quoteAsset\":\"USDT\",\"isSpotTradingAllowed\":true," \
  "\"permissions\":[\"SPOT\"],\"filters\":[{\"filterType\":\"PRICE_FILTER\",\"minPrice\":\"0.01\",\"maxPrice\":\"1000000.00\",\"tickSize\":\"0.01\"}," \
  "{\"filterType\":\"LOT_SIZE\",\"minQty\":\"0.00001\",\"maxQty\":\"9000.0\",\"stepSize\":\"0.00001\"}]}]}"

static TapeWriter *tape;
static int64_t now = START;
static msgpack_sbuffer buf;

static uint64_t next_random(void) {
  static uint64_t seed = 88172645463325252u;
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return seed;
}

static msgpack_packer begin(size_t n) {
  msgpack_packer pk;
  msgpack_sbuffer_clear(&buf);
  msgpack_packer_init(&pk, &buf, msgpack_sbuffer_write);
  pack_map(&pk, n);
  return pk;
}

static void end(uint8_t what, uint32_t id) {
  TapeEvent e = { .at_us = now, .what = what, .id = id, .data = buf.data, .len = buf.size };
  if (tape_write(tape, &e, NULL, 0)) return;
  fprintf(stderr, "tape_make: %s\n", tape_why(tape));
  exit(1);
}

static void exchange(uint32_t id, const char *url, const char *body, size_t n) {
  unsigned char key[16];
  Draft d = { .method = "GET", .url = { url, strlen(url), false } };
  draft_digest(&d, key);
  msgpack_packer pk = begin(5);
  pack_key_bin(&pk, "key", key, sizeof key);
  pack_key_str(&pk, "venue", "binance");
  pack_key_str(&pk, "right", "public");
  pack_key_str(&pk, "method", "GET");
  pack_key_str(&pk, "url", url);
  end(MSG_HTTP, id);
  pk = begin(1);
  pack_key_int(&pk, "try", 1);
  end(TAPE_SENT, id);
  now += 20000 + (int64_t)(next_random() % 100000);
  pk = begin(2);
  pack_key_int(&pk, "status", 200);
  pack_key_int(&pk, "ms", 60);
  end(TAPE_CAME, id);
  pk = begin(4);
  pack_key_int(&pk, "status", 200);
  pack_key_int(&pk, "received_ms", now / 1000);
  pack_key_strn(&pk, "url", url, strcspn(url, "?"));
  pack_key_bin(&pk, "body", body, n);
  end(MSG_REPLY, id);
}

static size_t side(char *out, double price, double step) {
  size_t n = 0;
  for (int i = 0; i < 10; i++) {
    price += step * (double)(1 + next_random() % 300) / 100;
    n += (size_t)sprintf(out + n, "%s[\"%.2f000000\",\"%.5f000\"]", i ? "," : "", price, (double)(1 + next_random() % 200000) / 100000);
  }
  return n;
}

int main(int argc, char **argv) {
  char err[400], body[2048];
  double mid = 64000;
  if (argc != 3) return fputs("usage: tape_make FILE EVENTS\n", stderr), 2;
  long events = atol(argv[2]);
  if (!(tape = tape_create(argv[1], err, sizeof err))) return fprintf(stderr, "tape_make: %s\n", err), 1;
  msgpack_sbuffer_init(&buf);
  msgpack_packer pk = begin(3);
  pack_key_int(&pk, "version", 1);
  pack_key_str(&pk, "program", BOURSE_VERSION);
  pack_key_int(&pk, "scripts", 1);
  end(TAPE_HEAD, 0);
  static const unsigned char random[32] = { 1 };
  pk = begin(5);
  pack_key_str(&pk, "role", "run");
  pack_key_str(&pk, "name", "replay.lua");
  pack_key_str(&pk, "source", "");
  pack_key_int(&pk, "now_ms", now / 1000);
  pack_key_bin(&pk, "random", random, sizeof random);
  end(MSG_BOOT, 0);
  exchange(1, MARKETS, MARKET_LIST, strlen(MARKET_LIST));
  for (uint32_t id = 2; id < events / 4; id++) {
    mid += (double)((int64_t)(next_random() % 2001) - 1000) / 100;
    size_t n = (size_t)sprintf(body, "{\"lastUpdateId\":%u,\"bids\":[", 40000000 + id);
    n += side(body + n, mid, -0.01);
    n += (size_t)sprintf(body + n, "],\"asks\":[");
    n += side(body + n, mid, 0.01);
    n += (size_t)sprintf(body + n, "]}");
    exchange(id, BOOK, body, n);
    now += 200000;
  }
  msgpack_sbuffer_destroy(&buf);
  return tape_finish(tape) ? 0 : 1;
}
