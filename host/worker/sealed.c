/* A sealed string is the postfix program that makes it (wire/recipe_ops.h). Joining two is joining their bytes and an operator, so that what
 * sign() does costs little more than a few copies. What holds nothing sealed is worked out at once. */
#include "worker/sealed.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "broker/coding.h"
#include "broker/crypto.h"
#include "worker/sealed_in.h"

static const char sealed_key = 0, number_key = 0;

static const char *const key_names[] = RECIPE_KEY_NAMES;
static const char *const time_names[] = RECIPE_TIME_NAMES;
static const char *const hash_names[] = RECIPE_HASH_NAMES;
static const char *const curve_names[] = RECIPE_CURVE_NAMES;

/* Scripts cannot reach or make metatables of userdata, so the mark in [1] tells which sort of object this is. */
int sealed_kind(lua_State *L, int idx, Sealed **s) {
  if (lua_type(L, idx) != LUA_TUSERDATA || !lua_getmetatable(L, idx)) return IS_NEITHER;
  lua_rawgeti(L, -1, 1);
  const void *mark = lua_touserdata(L, -1);
  lua_pop(L, 2);
  if (mark != &sealed_key && mark != &number_key) return IS_NEITHER;
  *s = lua_touserdata(L, idx);
  return mark == &sealed_key ? IS_SEALED : IS_NUMBER;
}

static const char *test(lua_State *L, int idx, int kind, size_t *len) {
  Sealed *s;
  if (sealed_kind(L, idx, &s) != kind) return NULL;
  *len = s->len;
  return s->bytes;
}

const char *sealed_test(lua_State *L, int idx, size_t *len) { return test(L, idx, IS_SEALED, len); }
const char *sealed_test_number(lua_State *L, int idx, size_t *len) { return test(L, idx, IS_NUMBER, len); }

static Sealed *push_new(lua_State *L, size_t len, const void *key) {
  if (len > RECIPE_MAX) luaL_error(L, "the sealed text is too long");
  Sealed *s = lua_newuserdatauv(L, sizeof *s + len, 0);
  *s = (Sealed){ .len = (uint32_t)len };
  lua_rawgetp(L, LUA_REGISTRYINDEX, key);
  lua_setmetatable(L, -2);
  return s;
}

Sealed *sealed_new(lua_State *L, size_t len, unsigned depth) {
  if (depth > RECIPE_STACK) luaL_error(L, "too many sealed values in one another");
  Sealed *s = push_new(L, len, &sealed_key);
  s->depth = (uint8_t)depth;
  return s;
}

/* ---- writing programs ---- */

static size_t put_varint(char *out, size_t n) {
  size_t i = 0;
  for (; n >= 0x80; n >>= 7) out[i++] = (char)(n | 0x80);
  out[i++] = (char)n;
  return i;
}

/* An operand: text, or a sealed value. What it points to is kept by the stack. */
typedef struct { const char *p; size_t n; const Sealed *sealed; } Part;

static Part part_of(lua_State *L, int idx) {
  Part part = { 0 };
  Sealed *s;
  switch (sealed_kind(L, idx, &s)) {
    case IS_SEALED: return (Part){ s->bytes, s->len, s };
    case IS_NUMBER: return (Part){ s->bytes, s->len, NULL };
    default: break;
  }
  if (lua_type(L, idx) != LUA_TSTRING && lua_type(L, idx) != LUA_TNUMBER)
    luaL_error(L, "expected text or a sealed value, got a %s", luaL_typename(L, idx));
  part.p = lua_tolstring(L, idx, &part.n);
  return part;
}

/* Pushes the program of the parts followed by the operator's bytes. */
static int push_program(lua_State *L, const Part *parts, int n, const char *op, size_t op_len) {
  char heads[4][12];
  size_t head_len[4] = { 0 }, size = op_len;
  unsigned depth = 1;
  for (int i = 0; i < n; i++) {
    if (!parts[i].sealed) {
      heads[i][0] = R_TEXT;
      head_len[i] = 1 + put_varint(heads[i] + 1, parts[i].n);
    }
    unsigned needs = (unsigned)i + (parts[i].sealed ? parts[i].sealed->depth : 1);
    if (needs > depth) depth = needs;
    size += head_len[i] + parts[i].n;
  }
  char *at = sealed_new(L, size, depth)->bytes;
  for (int i = 0; i < n; i++) {
    memcpy(at, heads[i], head_len[i]);
    memcpy(at + head_len[i], parts[i].p, parts[i].n);
    at += head_len[i] + parts[i].n;
  }
  memcpy(at, op, op_len);
  return 1;
}

/* Joins n values from `first` on; all text: text. */
static int concat(lua_State *L, int first, int n) {
  write_begin(L);
  for (int i = 0; i < n; i++) {
    Part part = part_of(L, first + i);
    if (part.sealed) write_sealed(L, part.sealed);
    else write_text(L, part.p, part.n);
  }
  write_end(L);
  return 1;
}

static int s_concat(lua_State *L) {
  lua_settop(L, 2);
  return concat(L, 1, 2);
}

static int s_tostring(lua_State *L) {
  lua_pushliteral(L, "<sealed>");
  return 1;
}

static int s_refuse(lua_State *L) { return luaL_error(L, "a sealed value cannot be looked into"); }

static int option(lua_State *L, int idx, const char *const *names, int n, const char *what) {
  const char *name = luaL_checkstring(L, idx);
  int i = coding_name(names, n, name);
  if (i < 0) luaL_error(L, "no %s '%s'", what, name);
  return i;
}

/* ---- the vocabulary ---- */

static int do_hash(lua_State *L, int h, int idx) {
  Part part = part_of(L, idx);
  if (part.sealed) {
    char op[2] = { R_HASH, (char)h };
    return push_program(L, &part, 1, op, 2);
  }
  uint8_t out[CRYPTO_DIGEST_MAX];
  size_t n;
  char err[160];
  if (!crypto_hash((enum recipe_hash)h, part.p, part.n, out, &n, err, sizeof err)) return luaL_error(L, "%s", err);
  lua_pushlstring(L, (char *)out, n);
  return 1;
}

static int l_hash(lua_State *L) { return do_hash(L, option(L, 1, hash_names, H_NONE, "hash"), 2); }
static int l_named_hash(lua_State *L) { return do_hash(L, (int)lua_tointeger(L, lua_upvalueindex(1)), 1); }

static int push_hmac(lua_State *L, int h, const Part parts[2]) {
  if (parts[0].sealed || parts[1].sealed) {
    char op[2] = { R_HMAC, (char)h };
    return push_program(L, parts, 2, op, 2);
  }
  uint8_t out[CRYPTO_DIGEST_MAX];
  size_t n;
  char err[160];
  if (!crypto_hmac((enum recipe_hash)h, parts[0].p, parts[0].n, parts[1].p, parts[1].n, out, &n, err, sizeof err)) return luaL_error(L, "%s", err);
  lua_pushlstring(L, (char *)out, n);
  return 1;
}

static int l_hmac(lua_State *L) {      /* hmac(hash, secret, message) */
  int h = option(L, 1, hash_names, H_NONE, "hash");
  Part parts[2] = { part_of(L, 2), part_of(L, 3) };
  return push_hmac(L, h, parts);
}

int coded_push(lua_State *L, enum recipe_coding c, int idx) {
  Part part = part_of(L, idx);
  if (part.sealed) {
    char op[2] = { R_ENCODE, (char)c };
    return push_program(L, &part, 1, op, 2);
  }
  write_begin(L);
  write_coded(L, c, part.p, part.n);
  write_end(L);
  return 1;
}

static int l_coding(lua_State *L) { return coded_push(L, (enum recipe_coding)lua_tointeger(L, lua_upvalueindex(1)), 1); }

static int l_rsa(lua_State *L) {       /* rsa(hash, pem, message) */
  int h = option(L, 1, hash_names, H_COUNT, "hash");
  Part parts[2] = { part_of(L, 2), part_of(L, 3) };
  char op[2] = { R_RSA, (char)h };
  return push_program(L, parts, 2, op, 2);
}

static int l_ecdsa(lua_State *L) {     /* ecdsa(curve, hash, key, message [, "der" | "recoverable" | "compact"]) */
  static const char *const forms[] = { "raw", "der", "recoverable", "compact" };
  int curve = option(L, 1, curve_names, CURVE_COUNT, "curve"), h = option(L, 2, hash_names, H_COUNT, "hash");
  int form = lua_isnoneornil(L, 5) ? 0 : option(L, 5, forms, 4, "form of signature");
  Part parts[2] = { part_of(L, 3), part_of(L, 4) };
  char op[4] = { R_ECDSA, (char)curve, (char)h, (char)form };
  return push_program(L, parts, 2, op, 4);
}

static int l_ed25519(lua_State *L) {
  Part parts[2] = { part_of(L, 1), part_of(L, 2) };
  char op[1] = { R_ED25519 };
  return push_program(L, parts, 2, op, 1);
}

static int l_signature(lua_State *L) {      /* signature(secret, message): text, by the sort of the secret */
  Part parts[2] = { part_of(L, 1), part_of(L, 2) };
  char op[1] = { R_SIGNATURE };
  return push_program(L, parts, 2, op, 1);
}

static int l_totp(lua_State *L) {
  Part part = part_of(L, 1);
  char op[1] = { R_TOTP };
  return push_program(L, &part, 1, op, 1);
}

static int l_length_byte(lua_State *L) {     /* length_byte(x): one byte, the length of x */
  Part part = part_of(L, 1);
  if (part.sealed) {
    char op[1] = { R_LENGTH };
    return push_program(L, &part, 1, op, 1);
  }
  luaL_argcheck(L, part.n <= 127, 1, "more than 127 bytes");
  char byte = (char)part.n;
  lua_pushlstring(L, &byte, 1);
  return 1;
}

static int l_slice(lua_State *L) {     /* slice(x, i, j): 1-based, both ends in; negative ones only for text */
  Part part = part_of(L, 1);
  lua_Integer i = luaL_checkinteger(L, 2), j = luaL_checkinteger(L, 3);
  if (!part.sealed) {
    if (i < 0) i += (lua_Integer)part.n + 1;
    if (j < 0) j += (lua_Integer)part.n + 1;
    if (i < 1) i = 1;
    if (j > (lua_Integer)part.n) j = (lua_Integer)part.n;
    if (j < i) lua_pushliteral(L, "");
    else lua_pushlstring(L, part.p + (i - 1), (size_t)(j - i + 1));
    return 1;
  }
  luaL_argcheck(L, i >= 1 && i <= (1 << 20), 2, "1 or more is expected");
  luaL_argcheck(L, j >= i && j <= (1 << 20), 3, "not before the first");
  char op[16] = { R_SLICE };
  size_t n = 1 + put_varint(op + 1, (size_t)i);
  n += put_varint(op + n, (size_t)j);
  return push_program(L, &part, 1, op, n);
}

static int l_when_contains(lua_State *L) {     /* when_contains(x, needle, yes, no) */
  Part parts[4] = { part_of(L, 1), part_of(L, 2), part_of(L, 3), part_of(L, 4) };
  if (!parts[0].sealed && !parts[1].sealed) {
    lua_pushvalue(L, memmem(parts[0].p, parts[0].n, parts[1].p, parts[1].n) ? 3 : 4);
    return 1;
  }
  char heads[4][12], when[12] = { R_IF_CONTAINS }, skip[12] = { R_SKIP };
  size_t head_len[4] = { 0 };
  unsigned depth = 2;
  for (int i = 0; i < 4; i++) {
    if (!parts[i].sealed) {
      heads[i][0] = R_TEXT;
      head_len[i] = 1 + put_varint(heads[i] + 1, parts[i].n);
    }
    unsigned needs = (i == 1 ? 1 : 0) + (parts[i].sealed ? parts[i].sealed->depth : 1);
    if (needs > depth) depth = needs;
  }
  size_t skip_len = 1 + put_varint(skip + 1, head_len[3] + parts[3].n);
  size_t when_len = 1 + put_varint(when + 1, head_len[2] + parts[2].n + skip_len);
  size_t size = when_len + skip_len;
  for (int i = 0; i < 4; i++) size += head_len[i] + parts[i].n;
  char *at = sealed_new(L, size, depth)->bytes;
  for (int i = 0; i < 4; i++) {
    const char *op = i == 2 ? when : skip;
    size_t op_len = i == 2 ? when_len : i == 3 ? skip_len : 0;
    if (op_len) memcpy(at, op, op_len);
    at += op_len;
    memcpy(at, heads[i], head_len[i]);
    memcpy(at + head_len[i], parts[i].p, parts[i].n);
    at += head_len[i] + parts[i].n;
  }
  return 1;
}

static int l_time(lua_State *L) {      /* clock(form [, offset_ms]) */
  int form = lua_isnoneornil(L, 1) ? T_MS : option(L, 1, time_names, T_COUNT, "form of time");
  lua_Integer offset = luaL_optinteger(L, 2, 0);
  luaL_argcheck(L, offset >= -31536000000 && offset <= 31536000000, 2, "more than a year");
  char op[16] = { offset ? R_OFFSET : R_TIME, (char)form };
  size_t n = 2;
  if (offset) n += put_varint(op + 2, (size_t)(((uint64_t)offset << 1) ^ (uint64_t)(offset >> 63)));
  return push_program(L, NULL, 0, op, n);
}

static int l_join(lua_State *L) {      /* join(list, separator) */
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_Integer n = (lua_Integer)lua_rawlen(L, 1);
  luaL_argcheck(L, n < 10000, 1, "too long");
  bool sep = !lua_isnoneornil(L, 2);
  lua_settop(L, 2);
  if (n == 0) { lua_pushliteral(L, ""); return 1; }
  luaL_checkstack(L, (int)(2 * n + 8), NULL);
  int first = 3, count = 0;
  for (lua_Integer i = 1; i <= n; i++) {
    if (i > 1 && sep) { lua_pushvalue(L, 2); count++; }
    lua_rawgeti(L, 1, i);
    count++;
  }
  return concat(L, first, count);
}

static int l_raw_number(lua_State *L) {
  size_t n;
  const char *text = luaL_checklstring(L, 1, &n);
  sealed_push_number(L, text, n);
  return 1;
}

/* The grammar of RFC 8259: what a JSON parser takes. */
static bool is_json_number(const char *p, const char *end) {
  const char *digits;
  if (p < end && *p == '-') p++;
  digits = p;
  while (p < end && *p >= '0' && *p <= '9') p++;
  if (p == digits || (*digits == '0' && p - digits > 1)) return false;
  if (p < end && *p == '.') {
    digits = ++p;
    while (p < end && *p >= '0' && *p <= '9') p++;
    if (p == digits) return false;
  }
  if (p < end && (*p | 32) == 'e') {
    p++;
    if (p < end && (*p == '+' || *p == '-')) p++;
    digits = p;
    while (p < end && *p >= '0' && *p <= '9') p++;
    if (p == digits) return false;
  }
  return p == end;
}

void sealed_push_number(lua_State *L, const char *text, size_t len) {
  if (len > 400 || !is_json_number(text, text + len)) luaL_error(L, "'%s' is no number", len > 40 ? "a text that long" : text);
  memcpy(push_new(L, len, &number_key)->bytes, text, len);
}

static int number_tostring(lua_State *L) {
  size_t n = 0;
  const char *s = sealed_test_number(L, 1, &n);
  lua_pushlstring(L, s ? s : "", n);
  return 1;
}

/* ---- ids ---- */

static int random_text(lua_State *L, const char *alphabet, unsigned base) {
  lua_Integer n = luaL_checkinteger(L, 1);
  luaL_argcheck(L, n >= 1 && n <= 256, 1, "1 to 256 is expected");
  char out[256];
  for (lua_Integer i = 0; i < n; i++) out[i] = alphabet[(unsigned)((worker_random(L) >> 32) * base >> 32)];
  lua_pushlstring(L, out, (size_t)n);
  return 1;
}

static int l_random_hex(lua_State *L) { return random_text(L, "0123456789abcdef", 16); }
static int l_random_digits(lua_State *L) { return random_text(L, "0123456789", 10); }

/* uuid(): RFC 4122, version 4. Every digit is a draw of its own, those at the start of a group with one bit turned, so that a frozen clock gives
 * the id of the vectors (98888888-9888-4888-a888-988888888888). */
static int l_uuid(lua_State *L) {
  static const char shape[] = "10000000-1000-4000-8000-100000000000";
  char out[sizeof shape - 1];
  for (size_t i = 0; i < sizeof out; i++) {
    unsigned draw = (unsigned)(worker_random(L) >> 60), digit = 16;
    if (shape[i] == '0') digit = draw;
    else if (shape[i] == '1') digit = draw ^ 1;
    else if (shape[i] == '8') digit = 8 | (draw >> 2 & 3);
    out[i] = digit < 16 ? "0123456789abcdef"[digit] : shape[i];
  }
  lua_pushlstring(L, out, sizeof out);
  return 1;
}

/* Pushes the token's header: alg and typ first, as most libraries write them; what the table at idx says wins. */
static void push_header(lua_State *L, const char *alg, int idx) {
  ordered_push(L);
  int header = lua_gettop(L);
  lua_pushstring(L, alg); lua_setfield(L, header, "alg");
  lua_pushliteral(L, "JWT"); lua_setfield(L, header, "typ");
  if (lua_isnil(L, idx)) return;
  if (!encode_in_order(L, idx)) luaL_typeerror(L, idx, "table");
  lua_Integer at = 0;
  while (ordered_next(L, header + 1, &at)) lua_settable(L, header);
  lua_settop(L, header);
}

/* jwt(alg, key, header, payload): header and payload are tables (or their JSON as text); `alg` and `typ` are filled in. */
static int l_jwt(lua_State *L) {
  static const struct { const char *name; char op[4]; size_t n; } algs[] = {
    { "HS256", { R_HMAC, H_SHA256 }, 2 }, { "HS384", { R_HMAC, H_SHA384 }, 2 }, { "HS512", { R_HMAC, H_SHA512 }, 2 },
    { "RS256", { R_RSA, H_SHA256 }, 2 }, { "ES256", { R_ECDSA, CURVE_P256, H_SHA256, 0 }, 4 }, { "EdDSA", { R_ED25519 }, 1 } };
  static const char *const names[] = { "HS256", "HS384", "HS512", "RS256", "ES256", "EdDSA" };
  int alg = option(L, 1, names, 6, "algorithm of JWTs");
  lua_settop(L, 4);
  for (int i = 3; i <= 4; i++) {
    if (lua_type(L, i) != LUA_TSTRING) {
      lua_pushcfunction(L, encode_json);
      if (i == 3) push_header(L, algs[alg].name, 3);
      else lua_pushvalue(L, i);
      lua_call(L, 1, 1);
      lua_replace(L, i);
    }
    coded_push(L, C_BASE64URL, i);
    lua_replace(L, i);
  }
  lua_pushvalue(L, 3); lua_pushliteral(L, "."); lua_pushvalue(L, 4);
  concat(L, 5, 3);
  lua_replace(L, 5);
  lua_settop(L, 5);                     /* what is signed */
  Part parts[2] = { part_of(L, 2), part_of(L, 5) };
  if (algs[alg].op[0] == R_HMAC && !parts[0].sealed && !parts[1].sealed) push_hmac(L, algs[alg].op[1], parts);
  else push_program(L, parts, 2, algs[alg].op, algs[alg].n);
  coded_push(L, C_BASE64URL, 6);
  lua_replace(L, 6);
  lua_settop(L, 6);
  lua_pushvalue(L, 5); lua_pushliteral(L, "."); lua_pushvalue(L, 6);
  return concat(L, 7, 3);
}

/* ---- key ---- */

static int keyring_index(lua_State *L) {
  const char *name = luaL_checkstring(L, 2);
  lua_settop(L, 2);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) return 1;
  return luaL_error(L, "the adapter's credentials do not name '%s'", name);
}

static void keep(lua_State *L, int table, const char *name, const char *op, size_t n) {
  push_program(L, NULL, 0, op, n);
  lua_setfield(L, table, name);
}

void sealed_push_key(lua_State *L, const char *const *names, const char *nonce) {
  int unit = coding_name(time_names, T_COUNT, nonce);
  lua_newuserdatauv(L, 0, 0);
  lua_createtable(L, 0, 4);
  lua_newtable(L);
  int values = lua_gettop(L);
  for (; *names; names++) {
    int k = coding_name(key_names, K_COUNT, *names);
    if (k >= 0) keep(L, values, *names, (char[]){ R_KEY, (char)k }, 2);
  }
  keep(L, values, "nonce", (char[]){ R_NONCE, (char)(unit < 0 ? T_MS : unit) }, 2);
  keep(L, values, "time", (char[]){ R_TIME, T_MS }, 2);
  keep(L, values, "timestamp", (char[]){ R_TIME, T_MS }, 2);
  lua_pushcclosure(L, keyring_index, 1);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, s_refuse);
  lua_setfield(L, -2, "__newindex");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_setmetatable(L, -2);
}

#define STACK_ROOM 600

/* The room stays as long as the thread lives: Lua never shrinks a stack below what the lowest frame has asked for. */
void sealed_room(lua_State *L) {
  (void)lua_checkstack(L, STACK_ROOM);      /* without memory for it the thread will not get far anyway */
}

/* The metatable of one sort of object, with its mark in [1]. */
static void keep_metatable(lua_State *L, const void *key, const luaL_Reg *meta, const char *name) {
  lua_newtable(L);
  luaL_setfuncs(L, meta, 0);
  lua_pushlightuserdata(L, (void *)(uintptr_t)key);
  lua_rawseti(L, -2, 1);
  lua_pushstring(L, name);
  lua_setfield(L, -2, "__name");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}

void sealed_open(lua_State *L) {
  static const luaL_Reg sealed_meta[] = { { "__concat", s_concat }, { "__tostring", s_tostring }, { "__index", s_refuse },
    { "__newindex", s_refuse }, { "__len", s_refuse }, { "__lt", s_refuse }, { "__le", s_refuse }, { NULL, NULL } };
  static const luaL_Reg number_meta[] = { { "__concat", s_concat }, { "__tostring", number_tostring }, { NULL, NULL } };
  static const luaL_Reg functions[] = { { "hash", l_hash }, { "hmac", l_hmac }, { "rsa", l_rsa }, { "ecdsa", l_ecdsa }, { "ed25519", l_ed25519 },
    { "signature", l_signature }, { "totp", l_totp }, { "slice", l_slice }, { "length_byte", l_length_byte }, { "when_contains", l_when_contains },
    { "clock", l_time }, { "join", l_join }, { "jwt", l_jwt },
    { "raw_number", l_raw_number }, { "uuid", l_uuid }, { "random_hex", l_random_hex }, { "random_digits", l_random_digits }, { NULL, NULL } };
  static const char *const codings[] = RECIPE_CODING_NAMES;
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &sealed_key) != LUA_TTABLE) {
    keep_metatable(L, &sealed_key, sealed_meta, "sealed value");
    keep_metatable(L, &number_key, number_meta, "number");
  }
  lua_pop(L, 1);
  ordered_open(L);
  encode_open(L);
  luaL_setfuncs(L, functions, 0);
  memcpy(push_new(L, 4, &number_key)->bytes, "null", 4);     /* written as it is, without quotes: what JSON has for nothing */
  lua_setfield(L, -2, "null");
  for (int c = 0; c < C_COUNT; c++) {
    lua_pushinteger(L, c);
    lua_pushcclosure(L, l_coding, 1);
    lua_setfield(L, -2, codings[c]);
  }
  for (int h = 0; h < H_NONE; h++) {
    lua_pushinteger(L, h);
    lua_pushcclosure(L, l_named_hash, 1);
    lua_setfield(L, -2, hash_names[h]);
  }
}
