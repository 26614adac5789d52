#include "worker/scan.h"

#include <lauxlib.h>

#include "worker/names.h"
#include "worker/quotes.h"

static const luaL_Reg functions[] = {
  { "quotes", quotes_new },
  { "gaps", scan_gaps },
  { "cycles", scan_cycles },
  { "fill", scan_fill },
  { NULL, NULL },
};

void scan_open(lua_State *L) {
  quotes_open(L);
  luaL_newlib(L, functions);
  names_add(L, "scan");
}
