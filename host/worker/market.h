/* One table of markets and currencies a venue, outside of any Lua state, shared by all that use it. Tables are made on demand. */
#ifndef BOURSE_MARKET_H
#define BOURSE_MARKET_H
#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct MarketStore MarketStore;
typedef struct Market Market;       /* a finished market record */
typedef struct Currency Currency;

MarketStore *market_store_new(void);
void market_store_free(MarketStore *s);
/* Replaces all markets (currencies) by those of the Lua value at idx: a list (or table) of finished market tables. */
bool market_store_load(MarketStore *s, lua_State *L, int idx, char *err, size_t errlen);
bool market_store_load_currencies(MarketStore *s, lua_State *L, int idx, char *err, size_t errlen);
/* Default fees of markets loaded from now on that come without (NAN: none). */
void market_store_fees(MarketStore *s, double taker, double maker);
void market_store_thin(MarketStore *s);         /* after the reply was let go of: of what it was read to, only the text stays */
size_t market_count(const MarketStore *s);
const Market *market_nth(const MarketStore *s, size_t i);          /* sorted by symbol */
const Market *market_by_symbol(const MarketStore *s, const char *symbol, size_t len);
const Market *market_by_id(const MarketStore *s, const char *id, size_t len, const char *type /* preferred type or NULL */);
const char *market_symbol(const Market *m);
size_t market_symbol_length(const Market *m);
const char *market_id(const Market *m);
/* The exchange's id of a currency as its markets have it (baseId, quoteId, settleId), or NULL. */
const char *market_currency_id(const MarketStore *s, const char *code);
/* What completing a record needs of its market, without a table. */
typedef struct {
  const char *type;
  bool contract, inverse;
  double contract_size;      /* NAN: not known */
  int price_places;          /* of the price step; 18: not known */
} MarketFacts;
const MarketFacts *market_facts(const Market *m);
unsigned market_generation(const MarketStore *s);                  /* another one after each load: Market pointers last for one more load */
/* A fresh table, all unified fields and info. False: nothing is pushed; what cannot be read of it, or that memory is short, into err (300 bytes). */
bool market_push(lua_State *L, const Market *m, char *err, size_t errlen);
size_t currency_count(const MarketStore *s);
const Currency *currency_nth(const MarketStore *s, size_t i);      /* sorted by code */
const Currency *currency_by_code(const MarketStore *s, const char *code, size_t len);
const Currency *currency_by_id(const MarketStore *s, const char *id, size_t len);
const char *currency_code(const Currency *c);
const char *currency_id(const Currency *c);
bool currency_push(lua_State *L, const Currency *c, char *err, size_t errlen);
/* Code of an exchange's currency id: by the store, else the adapter's renames, else upper case. Valid until the next call. */
void market_store_rename(MarketStore *s, const char *id, const char *code);
const char *market_store_code(MarketStore *s, const char *id, size_t len);
#endif
