/* A sealed string is the postfix program that makes it (wire/recipe_ops.h). Joining two is joining their bytes and an operator, so that what
 * sign() does costs little more than a few copies. What holds nothing sealed is worked out at once. */
#include "worker/sealed.h"

#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/coding.h"
#include "broker/crypto.h"
#include "wire/recipe_ops.h"
#include "worker/decimal.h"
#include "worker/view.h"

static const char sealed_key = 0, number_key = 0, sorted_key = 0;

static const char *const key_names[] = RECIPE_KEY_NAMES;
static const char *const time_names[] = RECIPE_TIME_NAMES;
static const char *const hash_names[] = RECIPE_HASH_NAMES;
static const char *const curve_names[] = RECIPE_CURVE_NAMES;

typedef struct { size_t len; char bytes[]; } Sealed;

static bool has_metatable(lua_State *L, int idx, const void *key) {
  if (lua_type(L, idx) != LUA_TUSERDATA || !lua_getmetatable(L, idx)) return false;
  lua_rawgetp(L, LUA_REGISTRYINDEX, key);
  bool same = lua_rawequal(L, -1, -2);
  lua_pop(L, 2);
  return same;
}

const char *sealed_test(lua_State *L, int idx, size_t *len) {
  if (!has_metatable(L, idx, &sealed_key)) return NULL;
  Sealed *s = lua_touserdata(L, idx);
  *len = s->len;
  return s->bytes;
}

const char *sealed_test_number(lua_State *L, int idx, size_t *len) {
  if (!has_metatable(L, idx, &number_key)) return NULL;
  Sealed *s = lua_touserdata(L, idx);
  *len = s->len;
  return s->bytes;
}

static char *new_bytes(lua_State *L, size_t len, const void *key) {
  if (len > RECIPE_MAX) luaL_error(L, "the sealed text is too long");
  Sealed *s = lua_newuserdatauv(L, sizeof *s + len + 1, 0);
  s->len = len;
  s->bytes[len] = 0;
  lua_rawgetp(L, LUA_REGISTRYINDEX, key);
  lua_setmetatable(L, -2);
  return s->bytes;
}

/* ---- writing programs ---- */

static size_t put_varint(char *out, size_t n) {
  size_t i = 0;
  for (; n >= 0x80; n >>= 7) out[i++] = (char)(n | 0x80);
  out[i++] = (char)n;
  return i;
}

/* What is joined: program bytes as they are, text as R_TEXT. */
typedef struct { const char *p; size_t n; bool sealed; } Part;

static Part part_of(lua_State *L, int idx) {
  Part part = { 0 };
  part.p = sealed_test(L, idx, &part.n);
  if (part.p) { part.sealed = true; return part; }
  part.p = sealed_test_number(L, idx, &part.n);
  if (part.p) return part;
  if (lua_type(L, idx) != LUA_TSTRING && lua_type(L, idx) != LUA_TNUMBER)
    luaL_error(L, "expected text or a sealed value, got a %s", luaL_typename(L, idx));
  part.p = lua_tolstring(L, idx, &part.n);
  return part;
}

static size_t part_size(const Part *p) { return p->sealed ? p->n : p->n + 6; }

static char *part_write(char *at, const Part *p) {
  if (!p->sealed) {
    *at++ = R_TEXT;
    at += put_varint(at, p->n);
  }
  memcpy(at, p->p, p->n);
  return at + p->n;
}

/* Pushes the program of the parts followed by the operator's bytes. */
static int push_program(lua_State *L, const Part *parts, int n, const char *op, size_t op_len) {
  size_t size = op_len;
  for (int i = 0; i < n; i++) size += part_size(&parts[i]);
  char *bytes = new_bytes(L, size, &sealed_key), *at = bytes;
  for (int i = 0; i < n; i++) at = part_write(at, &parts[i]);
  memcpy(at, op, op_len);
  at += op_len;
  ((Sealed *)lua_touserdata(L, -1))->len = (size_t)(at - bytes);   /* varints are shorter than the room made for them */
  return 1;
}

/* Joins n values from `first` on; all text: text. */
static int concat(lua_State *L, int first, int n) {
  enum { MANY = 32 };
  Part few[MANY], *parts = n <= MANY ? few : lua_newuserdatauv(L, (size_t)n * sizeof *parts, 0);
  bool any = false;
  for (int i = 0; i < n; i++) any |= (parts[i] = part_of(L, first + i)).sealed;
  if (!any) {
    luaL_Buffer b;
    luaL_buffinit(L, &b);
    for (int i = 0; i < n; i++) luaL_addlstring(&b, parts[i].p, parts[i].n);
    luaL_pushresult(&b);
    return 1;
  }
  char op[8] = { R_CONCAT };
  return push_program(L, parts, n, op, 1 + put_varint(op + 1, (size_t)n));
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

static int l_hmac(lua_State *L) {      /* hmac(hash, secret, message) */
  int h = option(L, 1, hash_names, H_NONE, "hash");
  Part parts[2] = { part_of(L, 2), part_of(L, 3) };
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

static int do_coding(lua_State *L, int coding, int idx) {
  Part part = part_of(L, idx);
  if (part.sealed) {
    char op[2] = { R_ENCODE, (char)coding };
    return push_program(L, &part, 1, op, 2);
  }
  const char *why = "";
  size_t room = coding_bound((enum recipe_coding)coding, part.n), n = 0;
  if (room > RECIPE_VALUE_MAX) return luaL_error(L, "the text is too long");
  luaL_Buffer b;
  char *out = luaL_buffinitsize(L, &b, room + 1);
  if (!coding_run((enum recipe_coding)coding, (const uint8_t *)part.p, part.n, (uint8_t *)out, &n, &why)) return luaL_error(L, "%s", why);
  luaL_pushresultsize(&b, n);
  return 1;
}

static int l_coding(lua_State *L) { return do_coding(L, (int)lua_tointeger(L, lua_upvalueindex(1)), 1); }

static int l_rsa(lua_State *L) {       /* rsa(hash, pem, message) */
  int h = option(L, 1, hash_names, H_COUNT, "hash");
  Part parts[2] = { part_of(L, 2), part_of(L, 3) };
  char op[2] = { R_RSA, (char)h };
  return push_program(L, parts, 2, op, 2);
}

static int l_ecdsa(lua_State *L) {     /* ecdsa(curve, hash, key, message [, "der" | "recoverable"]) */
  static const char *const forms[] = { "raw", "der", "recoverable" };
  int curve = option(L, 1, curve_names, CURVE_COUNT, "curve"), h = option(L, 2, hash_names, H_COUNT, "hash");
  int form = lua_isnoneornil(L, 5) ? 0 : option(L, 5, forms, 3, "form of signature");
  Part parts[2] = { part_of(L, 3), part_of(L, 4) };
  char op[4] = { R_ECDSA, (char)curve, (char)h, (char)form };
  return push_program(L, parts, 2, op, 4);
}

static int l_ed25519(lua_State *L) {
  Part parts[2] = { part_of(L, 1), part_of(L, 2) };
  char op[1] = { R_ED25519 };
  return push_program(L, parts, 2, op, 1);
}

static int l_totp(lua_State *L) {
  Part part = part_of(L, 1);
  char op[1] = { R_TOTP };
  return push_program(L, &part, 1, op, 1);
}

static int l_slice(lua_State *L) {     /* slice(x, i, j): 1-based, both ends in; negative ones only for text */
  Part part = part_of(L, 1);
  lua_Integer i = luaL_checkinteger(L, 2), j = luaL_checkinteger(L, 3);
  if (!part.sealed) {
    if (i < 0) i += (lua_Integer)part.n + 1;
    if (j < 0) j += (lua_Integer)part.n + 1;
    if (i < 1) i = 1;
    if (j > (lua_Integer)part.n) j = (lua_Integer)part.n;
    lua_pushlstring(L, part.p + (i - 1), j >= i ? (size_t)(j - i + 1) : 0);
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
  char op[1] = { R_IF_CONTAINS };
  return push_program(L, parts, 4, op, 1);
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

void sealed_push_number(lua_State *L, const char *text, size_t len) {
  Decimal d;
  if (len > 400 || !dec_parse(text, len, &d) || text[0] == '+' || text[0] == '.') luaL_error(L, "'%s' is no number", text);
  memcpy(new_bytes(L, len, &number_key), text, len);
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

static int l_uuid(lua_State *L) {      /* RFC 4122, version 4 */
  char out[40];
  uint64_t a = worker_random(L), b = worker_random(L);
  snprintf(out, sizeof out, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(a >> 32), (unsigned)(a >> 16 & 0xffff), (unsigned)(a & 0xfff),
           (unsigned)(b >> 48 & 0x3fff) | 0x8000, (unsigned long long)(b & 0xffffffffffffu));
  lua_pushstring(L, out);
  return 1;
}

/* ---- encoding tables ---- */

/* The text of a scalar for URLs, forms and JSON numbers, pushed: sealed values stay as they are. False: not a scalar. */
static bool push_scalar(lua_State *L, int idx) {
  size_t n = 0;
  idx = lua_absindex(L, idx);
  switch (lua_type(L, idx)) {
    case LUA_TSTRING: lua_pushvalue(L, idx); return true;
    case LUA_TBOOLEAN: lua_pushstring(L, lua_toboolean(L, idx) ? "true" : "false"); return true;
    case LUA_TNUMBER:
      if (lua_isinteger(L, idx)) {
        lua_pushvalue(L, idx);
        lua_tostring(L, -1);
      } else {
        Decimal d;
        char buf[512];
        lua_Number x = lua_tonumber(L, idx);
        if (!isfinite(x) || !dec_from_double(x, &d)) luaL_error(L, "a number that cannot be sent: %f", x);
        lua_pushlstring(L, buf, dec_text(d, buf, sizeof buf));
      }
      return true;
    case LUA_TUSERDATA: {
      if (sealed_test(L, idx, &n)) { lua_pushvalue(L, idx); return true; }
      const char *text = sealed_test_number(L, idx, &n);
      if (text) { lua_pushlstring(L, text, n); return true; }
      return false;
    }
    default: return false;
  }
}

/* Pieces are gathered as stack values from b->first on, and joined at the end. Runs of text are joined as they come. */
typedef struct { lua_State *L; int list; lua_Integer n; } Pieces;

static void piece(Pieces *b) {          /* takes the value on top */
  lua_rawseti(b->L, b->list, ++b->n);
}
static void piece_text(Pieces *b, const char *s) {
  lua_pushstring(b->L, s);
  piece(b);
}

static int pieces_end(Pieces *b) {
  lua_State *L = b->L;
  if (b->n == 0) { lua_pushliteral(L, ""); return 1; }
  bool any = false;
  size_t n;
  for (lua_Integer i = 1; i <= b->n && !any; i++) {
    lua_rawgeti(L, b->list, i);
    any = sealed_test(L, -1, &n) != NULL;
    lua_pop(L, 1);
  }
  if (!any) {
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    for (lua_Integer i = 1; i <= b->n; i++) {
      lua_rawgeti(L, b->list, i);
      luaL_addvalue(&buffer);
    }
    luaL_pushresult(&buffer);
    return 1;
  }
  /* Neighbouring texts first, so that the program has few operands. */
  lua_newtable(L);
  int merged = lua_gettop(L);
  lua_Integer m = 0;
  for (lua_Integer i = 1; i <= b->n; ) {
    lua_rawgeti(L, b->list, i);
    if (sealed_test(L, -1, &n)) {
      lua_rawseti(L, merged, ++m);
      i++;
      continue;
    }
    lua_pop(L, 1);
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    for (; i <= b->n; i++) {
      lua_rawgeti(L, b->list, i);
      if (sealed_test(L, -1, &n)) { lua_pop(L, 1); break; }
      luaL_addvalue(&buffer);
    }
    luaL_pushresult(&buffer);
    lua_rawseti(L, merged, ++m);
  }
  if (m > RECIPE_STACK - 8) {      /* join in steps: the stack machine is small */
    lua_rawgeti(L, merged, 1);
    for (lua_Integer i = 2; i <= m; i++) {
      lua_rawgeti(L, merged, i);
      int top = lua_gettop(L);
      concat(L, top - 1, 2);
      lua_replace(L, top - 1);
      lua_settop(L, top - 1);
    }
    return 1;
  }
  luaL_checkstack(L, (int)m + 8, NULL);
  int first = lua_gettop(L) + 1;
  for (lua_Integer i = 1; i <= m; i++) lua_rawgeti(L, merged, i);
  return concat(L, first, (int)m);
}

static void escaped(lua_State *L, int coding) {        /* replaces the scalar on top by its escaped form */
  do_coding(L, coding, lua_gettop(L));
  lua_remove(L, -2);
}

static bool is_sequence(lua_State *L, int idx) {
  idx = lua_absindex(L, idx);
  if (lua_type(L, idx) == LUA_TUSERDATA) return false;
  if (list_test(L, idx)) return true;
  lua_Integer n = (lua_Integer)lua_rawlen(L, idx), count = 0;
  if (n == 0) return false;
  lua_pushnil(L);
  while (lua_next(L, idx)) {
    lua_pop(L, 1);
    count++;
    if (count > n) { lua_pop(L, 1); return false; }
  }
  return count == n;
}

static void pair(Pieces *b, int name, int value, int coding) {     /* &name=value, both on the stack, name escaped already */
  lua_State *L = b->L;
  if (b->n) piece_text(b, "&");
  lua_pushvalue(L, name);
  piece(b);
  piece_text(b, "=");
  if (!push_scalar(L, value)) luaL_error(L, "'%s' is a table: it cannot be sent here", lua_tostring(L, name));
  escaped(L, coding);
  piece(b);
}

static void json_value(Pieces *b, int idx, int depth);

static void encode_pairs(Pieces *b, int t, const char *arrays, int coding) {
  lua_State *L = b->L;
  lua_Integer at = 0;
  while (ordered_next(L, t, &at)) {
    int value = lua_gettop(L), key = value - 1;
    lua_pushvalue(L, key);
    lua_tostring(L, -1);
    escaped(L, coding);
    int name = lua_gettop(L);
    size_t n;
    bool table = lua_istable(L, value) || (lua_isuserdata(L, value) && !sealed_test(L, value, &n) && !sealed_test_number(L, value, &n));
    if (table && strcmp(arrays, "json") == 0) {
      lua_newtable(L);
      Pieces inner = { L, lua_gettop(L), 0 };
      json_value(&inner, value, 0);
      pieces_end(&inner);
      int text = lua_gettop(L);
      pair(b, name, text, coding);
    } else if (table && lua_istable(L, value) && (is_sequence(L, value) || lua_rawlen(L, value) == 0)) {
      lua_Integer count = (lua_Integer)lua_rawlen(L, value);
      bool comma = strcmp(arrays, "comma") == 0;
      if (comma && count) {
        if (b->n) piece_text(b, "&");
        lua_pushvalue(L, name);
        piece(b);
        piece_text(b, "=");
      }
      for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, value, i);
        int item = lua_gettop(L);
        if (comma) {
          if (i > 1) piece_text(b, ",");
          if (!push_scalar(L, item)) luaL_error(L, "a list of tables cannot be sent here");
          escaped(L, coding);
          piece(b);
        } else {
          if (strcmp(arrays, "brackets") == 0) lua_pushfstring(L, "%s[]", lua_tostring(L, name));
          else if (strcmp(arrays, "index") == 0) lua_pushfstring(L, "%s[%I]", lua_tostring(L, name), (LUAI_UACINT)(i - 1));
          else lua_pushvalue(L, name);
          if (lua_rawlen(L, -1) != lua_rawlen(L, name)) {   /* brackets are escaped as the rest of the name is */
            lua_pushvalue(L, key);
            if (strcmp(arrays, "brackets") == 0) lua_pushfstring(L, "%s[]", lua_tostring(L, -1));
            else lua_pushfstring(L, "%s[%I]", lua_tostring(L, -1), (LUAI_UACINT)(i - 1));
            escaped(L, coding);
          }
          pair(b, lua_gettop(L), item, coding);
        }
        lua_settop(L, item - 1);
      }
    } else if (table && (lua_istable(L, value) || ordered_test(L, value))) {     /* close[price]=... */
      if (lua_istable(L, value)) {
        lua_rawgetp(L, LUA_REGISTRYINDEX, &sorted_key);     /* sorted() */
        lua_pushvalue(L, value);
        lua_call(L, 1, 1);
        lua_replace(L, value);
      }
      lua_Integer inner_at = 0;
      while (ordered_next(L, value, &inner_at)) {
        int inner_value = lua_gettop(L);
        lua_pushvalue(L, key);
        lua_pushvalue(L, inner_value - 1);
        lua_pushfstring(L, "%s[%s]", lua_tostring(L, -2), lua_tostring(L, -1));
        escaped(L, coding);
        pair(b, lua_gettop(L), inner_value, coding);
        lua_settop(L, inner_value - 2);
      }
    } else {
      pair(b, name, value, coding);
    }
    lua_settop(L, key - 1);
  }
}

/* The ordered form of the table at 1, in its place: plain ones by name. */
static void in_order(lua_State *L, int idx) {
  if (ordered_test(L, idx)) return;
  luaL_checktype(L, idx, LUA_TTABLE);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &sorted_key);
  lua_pushvalue(L, idx);
  lua_call(L, 1, 1);
  lua_replace(L, idx);
}

static int encode_with(lua_State *L, int coding) {
  const char *arrays = luaL_optstring(L, 2, "repeat");
  lua_settop(L, 2);
  in_order(L, 1);
  lua_newtable(L);
  Pieces b = { L, 3, 0 };
  encode_pairs(&b, 1, arrays, coding);
  return pieces_end(&b);
}

static int l_encode_query(lua_State *L) { return encode_with(L, C_URLENCODE); }
static int l_encode_form(lua_State *L) { return encode_with(L, C_FORMENCODE); }

static void json_object(Pieces *b, int t, int depth) {
  lua_State *L = b->L;
  lua_Integer at = 0;
  bool more = false;
  piece_text(b, "{");
  while (ordered_next(L, t, &at)) {
    int value = lua_gettop(L);
    if (more) piece_text(b, ",");
    more = true;
    lua_pushvalue(L, value - 1);
    lua_tostring(L, -1);
    escaped(L, C_JSONSTRING);
    piece(b);
    piece_text(b, ":");
    json_value(b, value, depth + 1);
    lua_settop(L, value - 2);
  }
  piece_text(b, "}");
}

static void json_value(Pieces *b, int idx, int depth) {
  lua_State *L = b->L;
  JsonDoc *doc;
  uint32_t node;
  size_t n = 0;
  luaL_checkstack(L, 12, NULL);
  if (depth > 30) luaL_error(L, "the table is nested too deep to be sent");
  idx = lua_absindex(L, idx);
  if (lua_type(L, idx) == LUA_TSTRING || sealed_test(L, idx, &n)) {
    lua_pushvalue(L, idx);
    escaped(L, C_JSONSTRING);
    piece(b);
    return;
  }
  if (lua_isnil(L, idx)) { piece_text(b, "null"); return; }
  if (push_scalar(L, idx)) { piece(b); return; }
  if (view_test(L, idx, &doc, &node)) {
    lua_pushlstring(L, doc->text + doc->nodes[node].start, doc->nodes[node].len);
    piece(b);
    return;
  }
  if (ordered_test(L, idx)) { json_object(b, idx, depth); return; }
  if (!lua_istable(L, idx)) luaL_error(L, "a %s cannot be sent", luaL_typename(L, idx));
  if (is_sequence(L, idx)) {
    lua_Integer count = (lua_Integer)lua_rawlen(L, idx);
    piece_text(b, "[");
    for (lua_Integer i = 1; i <= count; i++) {
      if (i > 1) piece_text(b, ",");
      lua_rawgeti(L, idx, i);
      json_value(b, lua_gettop(L), depth + 1);
      lua_pop(L, 1);
    }
    piece_text(b, "]");
    return;
  }
  lua_rawgetp(L, LUA_REGISTRYINDEX, &sorted_key);
  lua_pushvalue(L, idx);
  lua_call(L, 1, 1);
  json_object(b, lua_gettop(L), depth);
  lua_pop(L, 1);
}

static int l_encode_json(lua_State *L) {
  luaL_checkany(L, 1);
  lua_settop(L, 1);
  lua_newtable(L);
  Pieces b = { L, 2, 0 };
  json_value(&b, 1, 0);
  return pieces_end(&b);
}

/* jwt(alg, key, header, payload): header and payload are tables (or JSON text); `typ` and `alg` are filled in. */
static int l_jwt(lua_State *L) {
  static const char *const algs[] = { "HS256", "HS384", "HS512", "RS256", "ES256", "EdDSA" };
  int alg = option(L, 1, algs, 6, "algorithm of JWTs");
  lua_settop(L, 4);
  if (lua_isnil(L, 3)) {
    ordered_push(L);
    lua_replace(L, 3);
  }
  lua_pushliteral(L, "");            /* 5: signing input, made up below */
  for (int i = 3; i <= 4; i++) {
    lua_pushcfunction(L, l_encode_json);
    lua_pushvalue(L, i);
    if (lua_type(L, i) == LUA_TSTRING) { lua_remove(L, -2); }
    else {
      if (i == 3) {                  /* alg first, typ second, as most libraries write them; what the table says wins */
        lua_pop(L, 1);
        ordered_push(L);
        lua_pushstring(L, algs[alg]); lua_setfield(L, -2, "alg");
        lua_pushliteral(L, "JWT"); lua_setfield(L, -2, "typ");
        int header = lua_gettop(L);
        in_order(L, 3);
        lua_Integer at = 0;
        while (ordered_next(L, 3, &at)) lua_settable(L, header);
      }
      lua_call(L, 1, 1);
    }
    escaped(L, C_BASE64URL);
  }
  /* stack: 5 "", 6 header, 7 payload */
  lua_pushvalue(L, 6); lua_pushliteral(L, "."); lua_pushvalue(L, 7);
  concat(L, lua_gettop(L) - 2, 3);
  lua_replace(L, 5);
  lua_settop(L, 5);
  switch (alg) {
    case 0: case 1: case 2:
      lua_pushcfunction(L, l_hmac);
      lua_pushstring(L, alg == 0 ? "sha256" : alg == 1 ? "sha384" : "sha512");
      lua_pushvalue(L, 2); lua_pushvalue(L, 5);
      lua_call(L, 3, 1);
      break;
    case 3:
      lua_pushcfunction(L, l_rsa);
      lua_pushliteral(L, "sha256"); lua_pushvalue(L, 2); lua_pushvalue(L, 5);
      lua_call(L, 3, 1);
      break;
    case 4:
      lua_pushcfunction(L, l_ecdsa);
      lua_pushliteral(L, "p256"); lua_pushliteral(L, "sha256"); lua_pushvalue(L, 2); lua_pushvalue(L, 5);
      lua_call(L, 4, 1);
      break;
    default:
      lua_pushcfunction(L, l_ed25519);
      lua_pushvalue(L, 2); lua_pushvalue(L, 5);
      lua_call(L, 2, 1);
  }
  escaped(L, C_BASE64URL);
  lua_pushliteral(L, ".");
  lua_insert(L, -2);
  return concat(L, 5, 3);
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

void sealed_open(lua_State *L) {
  static const luaL_Reg meta[] = { { "__concat", s_concat }, { "__tostring", s_tostring }, { "__index", s_refuse }, { "__newindex", s_refuse },
    { "__len", s_refuse }, { "__lt", s_refuse }, { "__le", s_refuse }, { NULL, NULL } };
  static const luaL_Reg functions[] = { { "hash", l_hash }, { "hmac", l_hmac }, { "rsa", l_rsa }, { "ecdsa", l_ecdsa }, { "ed25519", l_ed25519 },
    { "totp", l_totp }, { "slice", l_slice }, { "when_contains", l_when_contains }, { "clock", l_time }, { "join", l_join }, { "jwt", l_jwt },
    { "encode_query", l_encode_query }, { "encode_form", l_encode_form }, { "encode_json", l_encode_json }, { "raw_number", l_raw_number },
    { "uuid", l_uuid }, { "random_hex", l_random_hex }, { "random_digits", l_random_digits }, { NULL, NULL } };
  static const char *const codings[] = RECIPE_CODING_NAMES;
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &sealed_key) != LUA_TTABLE) {
    luaL_newlib(L, meta);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &sealed_key);
    lua_createtable(L, 0, 3);
    lua_pushcfunction(L, number_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_pushcfunction(L, s_concat);
    lua_setfield(L, -2, "__concat");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &number_key);
  }
  lua_pop(L, 1);
  ordered_open(L);
  lua_getfield(L, -1, "sorted");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &sorted_key);
  luaL_setfuncs(L, functions, 0);
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
