/* The best bid and ask of many markets on many venues, packed: what scan.gaps and scan.cycles go over. One userdata of Lua's own memory.
 * scan.quotes() -> q; q:set(venue, tickers [, options]), q:drop(venue), #q. Script values are read by raw access only. */
#ifndef BOURSE_QUOTES_H
#define BOURSE_QUOTES_H
#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUOTES_MAX (1u << 18)
#define QUOTE_VENUES_MAX 512
#define QUOTE_NONE UINT32_MAX

/* What a scan looks at; 0 and infinity where there is none, or where the bid is not below the ask: such a quote is out of step with itself. */
typedef struct { double sell, buy; /* got and paid for one, after the taker fee */ int64_t received; /* ms */ uint32_t symbol; } Quote;
typedef struct { double bid, ask, bid_amount, ask_amount; } QuotePrices;      /* NAN: not known */
typedef struct { uint32_t n, cap; Quote *list; QuotePrices *prices; } VenueQuotes;
typedef struct { uint32_t base, quote; } QuotePair;      /* assets of a symbol "BASE/QUOTE"; QUOTE_NONE: not a spot pair */

typedef struct Quotes {
  uint32_t n, n_venues, n_symbols, n_assets, cap_pairs;
  VenueQuotes *venues[QUOTE_VENUES_MAX];
  QuotePair *pairs;
} Quotes;

void quotes_open(lua_State *L);                          /* once a state */
int quotes_new(lua_State *L);                            /* scan.quotes */
/* The quotes at the argument: itself, or when it is a table { venue = tickers, ... } new ones made of it (in its place on the stack),
 * with the fee of each venue from the table at `fees` (0: none). Raises what does not fit. */
Quotes *quotes_check(lua_State *L, int arg, int fees);
void quotes_push_symbol(lua_State *L, int idx, uint32_t symbol);
void quotes_push_venue(lua_State *L, int idx, uint32_t venue);
void quotes_push_asset(lua_State *L, int idx, uint32_t asset);

/* Of a table of options at idx (or nil): raw access, with errors that name the function and the option. */
void scan_options(lua_State *L, int idx, const char *where, const char *const *names);     /* raises for a name that is none of these */
double scan_number(lua_State *L, int idx, const char *where, const char *name, double otherwise);
#endif
