#include "worker/decimal_lib.h"

#include <lauxlib.h>
#include <math.h>
#include <string.h>

#include "wire/decimal.h"

static Decimal check_decimal(lua_State *L, int idx) {
  Decimal d;
  if (lua_isinteger(L, idx)) return dec_from_int(lua_tointeger(L, idx));
  if (lua_type(L, idx) == LUA_TNUMBER) {
    double x = lua_tonumber(L, idx);
    if (dec_from_double(x, &d)) return d;
    luaL_error(L, "not a decimal: %f", x);
  }
  if (lua_isnone(L, idx)) luaL_error(L, "not a decimal: no value");
  if (lua_type(L, idx) != LUA_TSTRING) luaL_error(L, "not a decimal: a %s", luaL_typename(L, idx));
  size_t len;
  const char *s = lua_tolstring(L, idx, &len);
  if (dec_parse(s, len, &d)) return d;
  char shown[48];
  size_t n = len < 40 ? len : 40;
  for (size_t i = 0; i < n; i++) shown[i] = s[i] >= ' ' && s[i] < 0x7f ? s[i] : '?';
  strcpy(shown + n, len > n ? "..." : "");
  luaL_error(L, "not a decimal: '%s'", shown);
  return d;
}

static int push_decimal(lua_State *L, bool ok, Decimal d) {
  char buf[512];
  size_t n = ok ? dec_text(d, buf, sizeof buf) : 0;
  if (!n) return luaL_error(L, "decimal result too long (over %d digits)", DEC_DIGITS);
  lua_pushlstring(L, buf, n);
  return 1;
}

/* What exchanges send for an amount that they do not tell: what is worked out with it is not told either. */
static bool untold(lua_State *L, int idx) { return lua_type(L, idx) == LUA_TSTRING && lua_rawlen(L, idx) == 0; }

static int push_untold(lua_State *L) {
  lua_pushliteral(L, "");
  return 1;
}

static int l_add(lua_State *L) {
  if (untold(L, 1) || untold(L, 2)) return push_untold(L);
  Decimal a = check_decimal(L, 1), b = check_decimal(L, 2), r = a;
  return push_decimal(L, dec_add(a, b, &r), r);
}

static int l_sub(lua_State *L) {
  if (untold(L, 1) || untold(L, 2)) return push_untold(L);
  Decimal a = check_decimal(L, 1), b = check_decimal(L, 2), r = a;
  return push_decimal(L, dec_sub(a, b, &r), r);
}

static int l_mul(lua_State *L) {
  if (untold(L, 1) || untold(L, 2)) return push_untold(L);
  Decimal a = check_decimal(L, 1), b = check_decimal(L, 2), r = a;
  return push_decimal(L, dec_mul(a, b, &r), r);
}

static int l_div(lua_State *L) {
  if (untold(L, 1) || untold(L, 2)) return push_untold(L);
  Decimal a = check_decimal(L, 1), b = check_decimal(L, 2), r = a;
  lua_Integer places = luaL_checkinteger(L, 3);
  luaL_argcheck(L, places >= -DEC_SCALE_MAX && places <= DEC_SCALE_MAX, 3, "places out of range");
  if (dec_is_zero(b)) return luaL_error(L, "decimal division by zero");
  return push_decimal(L, dec_div(a, b, (int)places, &r), r);
}

static int l_cmp(lua_State *L) {
  Decimal a = check_decimal(L, 1), b = check_decimal(L, 2);
  lua_pushinteger(L, dec_cmp(a, b));
  return 1;
}

static int l_neg(lua_State *L) { return untold(L, 1) ? push_untold(L) : push_decimal(L, true, dec_neg(check_decimal(L, 1))); }
static int l_abs(lua_State *L) { return untold(L, 1) ? push_untold(L) : push_decimal(L, true, dec_abs(check_decimal(L, 1))); }
static int l_text(lua_State *L) { return push_decimal(L, true, check_decimal(L, 1)); }

static int l_number(lua_State *L) {
  double x = dec_double(check_decimal(L, 1));
  if (!isfinite(x)) return luaL_error(L, "decimal too large for a number");
  lua_pushnumber(L, x);
  return 1;
}

static int l_round(lua_State *L) {
  static const char *const modes[] = { "tick", "places", "digits", NULL };
  static const char *const hows[] = { "cut", "nearest", "up", NULL };
  Decimal x = check_decimal(L, 1), step = check_decimal(L, 2), r = x;
  int mode = luaL_checkoption(L, 3, "tick", modes), how = luaL_checkoption(L, 4, "nearest", hows), n;
  if (mode == PRECISION_TICK) luaL_argcheck(L, step.m > 0, 2, "a tick must be above zero");
  else luaL_argcheck(L, dec_count(step, &n) && (mode == PRECISION_PLACES || n >= 1), 2, "not a count");
  return push_decimal(L, dec_to_precision(x, step, (enum precision_mode)mode, (enum decimal_round)how, &r), r);
}

/* Is it a number, or text of one? */
static int l_is(lua_State *L) {
  Decimal d;
  size_t n;
  const char *s = lua_type(L, 1) == LUA_TSTRING ? lua_tolstring(L, 1, &n) : NULL;
  lua_pushboolean(L, s ? dec_parse(s, n, &d) : lua_isinteger(L, 1) || (lua_type(L, 1) == LUA_TNUMBER && dec_from_double(lua_tonumber(L, 1), &d)));
  return 1;
}

static const luaL_Reg functions[] = {
  { "is", l_is },
  { "add", l_add },
  { "sub", l_sub },
  { "mul", l_mul },
  { "div", l_div },
  { "cmp", l_cmp },
  { "neg", l_neg },
  { "abs", l_abs },
  { "text", l_text },
  { "number", l_number },
  { "round", l_round },
  { NULL, NULL },
};

void decimal_open(lua_State *L) {
  luaL_newlib(L, functions);
  lua_setfield(L, -2, "decimal");
}
