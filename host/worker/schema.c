#include "worker/schema.h"

#include <string.h>

#define SLOT_ROW(K, f, name, type) { name, type, 0, { 0 } },
#define SCHEMA_SLOTS(K) static SlotInfo slots_##K[] = { K##_FIELDS(SLOT_ROW) };
ALL_SCHEMAS(SCHEMA_SLOTS)

static Schema schemas[SCHEMA_COUNT];

static const struct { SlotInfo *slots; int n; const char *name; } sources[] = {
#define SCHEMA_SOURCE(K, text) { slots_##K, (int)(sizeof slots_##K / sizeof slots_##K[0]), text }
  SCHEMA_SOURCE(TICKER, "ticker"), SCHEMA_SOURCE(TRADE, "trade"), SCHEMA_SOURCE(ORDER, "order"), SCHEMA_SOURCE(BALANCE, "balance"),
  SCHEMA_SOURCE(MARKET, "market"), SCHEMA_SOURCE(CURRENCY, "currency"), SCHEMA_SOURCE(TRANSACTION, "transaction"),
  SCHEMA_SOURCE(TRANSFER, "transfer"), SCHEMA_SOURCE(LEDGER, "ledger_entry"), SCHEMA_SOURCE(ADDRESS, "address"),
  SCHEMA_SOURCE(TRADING_FEE, "trading_fee"), SCHEMA_SOURCE(WITHDRAW_FEE, "withdraw_fee"), SCHEMA_SOURCE(ACCOUNT, "account"),
  SCHEMA_SOURCE(STATUS, "status"), SCHEMA_SOURCE(POSITION, "position"), SCHEMA_SOURCE(FUNDING_RATE, "funding_rate"),
  SCHEMA_SOURCE(BOOK, "book"), SCHEMA_SOURCE(CANDLE, "candles"), SCHEMA_SOURCE(EACH, "each"),
};

static uint32_t name_hash(const char *s, size_t n) {
  uint32_t h = 2166136261u;
  for (size_t i = 0; i < n; i++) h = (h ^ (unsigned char)s[i]) * 16777619u;
  return h ^ h >> 15;
}

/* Single names live as long as the program, each once; there are a few hundred of them. */
static const char *keep_name(const char *s, size_t n) {
  static char pool[8192];
  static const char *names[1024];
  static size_t used, count;
  uint32_t i = name_hash(s, n) & 1023;
  for (; names[i]; i = (i + 1) & 1023)
    if (strncmp(names[i], s, n) == 0 && names[i][n] == 0) return names[i];
  if (used + n + 1 > sizeof pool || count == 1000) return "?";
  char *p = pool + used;
  memcpy(p, s, n);
  p[n] = 0;
  used += n + 1;
  count++;
  return names[i] = p;
}

static uint8_t key_index(Schema *s, const char *name, size_t n) {
  const char *kept = keep_name(name, n);
  for (int i = 0; i < s->nkeys; i++)
    if (s->keys[i] == kept) return (uint8_t)i;
  s->keys[s->nkeys] = kept;
  return (uint8_t)s->nkeys++;
}

static void split_names(Schema *s, SlotInfo *slot) {
  const char *p = slot->name;
  slot->depth = 0;
  while (slot->depth < SLOT_DEPTH) {
    const char *dot = strchr(p, '.');
    size_t n = dot ? (size_t)(dot - p) : strlen(p);
    slot->key[slot->depth++] = key_index(s, p, n);
    if (!dot) break;
    p = dot + 1;
  }
}

static void add_name(Schema *s, const SlotInfo *slots, int slot, size_t n, bool group) {
  for (uint32_t i = name_hash(slots[slot].name, n);; i++) {
    int16_t *b = &s->buckets[i & 255];
    if (*b == 0) { *b = (int16_t)(group ? -(slot + 1) : slot + 1); return; }
    if (group && *b < 0 && strncmp(slots[-*b - 1].name, slots[slot].name, n) == 0 && slots[-*b - 1].name[n] == '.') return;
  }
}

static void index_names(Schema *s, const SlotInfo *slots) {
  for (int i = 0; i < s->n; i++) {
    const char *name = slots[i].name;
    for (const char *dot = strchr(name, '.'); dot; dot = strchr(dot + 1, '.')) add_name(s, slots, i, (size_t)(dot - name), true);
    add_name(s, slots, i, strlen(name), false);
  }
}

int schema_slot(const Schema *s, const char *name, size_t len) {
  for (uint32_t i = name_hash(name, len);; i++) {
    int b = s->buckets[i & 255];
    if (b == 0) return -1;
    const char *slot = s->slots[(b > 0 ? b : -b) - 1].name;
    if (strncmp(slot, name, len) == 0 && slot[len] == (b > 0 ? 0 : '.')) return b > 0 ? b - 1 : -2;
  }
}

const Schema *schema_of(enum schema_id id) {
  Schema *s = &schemas[id];
  if (s->slots) return s;
  s->id = id;
  s->name = sources[id].name;
  s->n = sources[id].n;
  for (int i = 0; i < s->n; i++) split_names(s, &sources[id].slots[i]);
  index_names(s, sources[id].slots);
  s->slots = sources[id].slots;
  s->symbol = schema_slot(s, "symbol", 6);
  s->timestamp = schema_slot(s, "timestamp", 9);
  s->datetime = schema_slot(s, "datetime", 8);
  s->currency = schema_slot(s, "currency", 8);
  s->extras = id == SCHEMA_MARKET || id == SCHEMA_CURRENCY || id == SCHEMA_EACH;
  s->groups = id == SCHEMA_MARKET || id == SCHEMA_CURRENCY || id == SCHEMA_WITHDRAW_FEE;
  return s;
}

