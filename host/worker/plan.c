/* Compiling maps: ticker{ at = ..., bid = ... } in an adapter becomes a Plan. Everything wrong with one is said here, when the adapter loads. */
#include "worker/plan.h"

#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "worker/book.h"
#include "worker/plan_in.h"
#include "worker/view.h"

#define PLAN "bourse.plan"
#define FIELDS_MAX 96

static const Kind kinds[] = {
  { "ticker",        SCHEMA_TICKER,       SHAPE_ONE,   NULL },
  { "tickers",       SCHEMA_TICKER,       SHAPE_KEYED, "symbol" },
  { "trade",         SCHEMA_TRADE,        SHAPE_ONE,   NULL },
  { "trades",        SCHEMA_TRADE,        SHAPE_LIST,  NULL },
  { "order",         SCHEMA_ORDER,        SHAPE_ONE,   NULL },
  { "orders",        SCHEMA_ORDER,        SHAPE_LIST,  NULL },
  { "balance",       SCHEMA_BALANCE,      SHAPE_BALANCE, NULL },
  { "market",        SCHEMA_MARKET,       SHAPE_ONE,   NULL },
  { "markets",       SCHEMA_MARKET,       SHAPE_LIST,  NULL },
  { "currency",      SCHEMA_CURRENCY,     SHAPE_ONE,   NULL },
  { "currencies",    SCHEMA_CURRENCY,     SHAPE_KEYED, "code" },
  { "transaction",   SCHEMA_TRANSACTION,  SHAPE_ONE,   NULL },
  { "transactions",  SCHEMA_TRANSACTION,  SHAPE_LIST,  NULL },
  { "transfer",      SCHEMA_TRANSFER,     SHAPE_ONE,   NULL },
  { "transfers",     SCHEMA_TRANSFER,     SHAPE_LIST,  NULL },
  { "ledger_entry",  SCHEMA_LEDGER,       SHAPE_ONE,   NULL },
  { "ledger",        SCHEMA_LEDGER,       SHAPE_LIST,  NULL },
  { "address",       SCHEMA_ADDRESS,      SHAPE_ONE,   NULL },
  { "addresses",     SCHEMA_ADDRESS,      SHAPE_KEYED, "currency" },
  { "trading_fee",   SCHEMA_TRADING_FEE,  SHAPE_ONE,   NULL },
  { "trading_fees",  SCHEMA_TRADING_FEE,  SHAPE_KEYED, "symbol" },
  { "withdraw_fee",  SCHEMA_WITHDRAW_FEE, SHAPE_ONE,   NULL },
  { "withdraw_fees", SCHEMA_WITHDRAW_FEE, SHAPE_KEYED, "currency" },
  { "account",       SCHEMA_ACCOUNT,      SHAPE_ONE,   NULL },
  { "accounts",      SCHEMA_ACCOUNT,      SHAPE_LIST,  NULL },
  { "status",        SCHEMA_STATUS,       SHAPE_ONE,   NULL },
  { "position",      SCHEMA_POSITION,     SHAPE_ONE,   NULL },
  { "positions",     SCHEMA_POSITION,     SHAPE_LIST,  NULL },
  { "funding_rate",  SCHEMA_FUNDING_RATE, SHAPE_ONE,   NULL },
  { "funding_rates", SCHEMA_FUNDING_RATE, SHAPE_KEYED, "symbol" },
  { "book",          SCHEMA_BOOK,         SHAPE_BOOK,  NULL },
  { "candles",       SCHEMA_CANDLE,       SHAPE_CANDLES, NULL },
  { "time",          SCHEMA_CANDLE,       SHAPE_TIME,  NULL },
  { "each",          SCHEMA_EACH,         SHAPE_EACH,  NULL },
};

const Kind *kind_named(const char *name) {
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
    if (strcmp(kinds[i].name, name) == 0) return &kinds[i];
  return NULL;
}

bool plan_plain(const Plan *p) { return !p->refs; }

Plan *plan_test(lua_State *L, int idx) { return luaL_testudata(L, idx, PLAN); }

/* ---- pieces ---- */

/* Keeps the value on top of the stack for as long as the plan lives, and takes it off. */
static int keep(lua_State *L, Plan *p) {
  PlanRef *r = arena_alloc(&p->arena, sizeof *r);
  r->ref = luaL_ref(L, LUA_REGISTRYINDEX);
  r->next = p->refs;
  p->refs = r;
  return r->ref;
}

__attribute__((noreturn, format(printf, 3, 4))) static void wrong(lua_State *L, const char *place, const char *format, ...) {
  va_list ap;
  char why[320];
  va_start(ap, format);
  vsnprintf(why, sizeof why, format, ap);
  va_end(ap);
  luaL_where(L, 1);
  lua_pushfstring(L, "%s%s: %s", lua_tostring(L, -1), place, why);
  lua_error(L);
  __builtin_unreachable();
}

typedef struct { Plan *p; const char *text; size_t n; Expr *e; } PathJob;

static int path_protected(lua_State *L) {
  PathJob *j = lua_touserdata(L, 1);
  j->p->arena.L = L;
  expr_compile(&j->p->arena, j->text, j->n, j->e);
  return 0;
}

/* Compiles a path; a mistake in it is raised with the place in front. */
static void compile_path(lua_State *L, Plan *p, const char *place, const char *text, size_t n, Expr *e) {
  PathJob j = { p, text, n, e };
  lua_pushcfunction(L, path_protected);
  lua_pushlightuserdata(L, &j);
  if (lua_pcall(L, 1, 0, 0) != LUA_OK) wrong(L, place, "%s", lua_tostring(L, -1));
  p->arena.L = L;
  for (int i = 0; i < e->n && e->form == EXPR_PATH; i++)
    if (e->alternatives[i].origin != FROM_TOP && e->alternatives[i].nsteps == 0) p->scalars = true;
}

static Value constant_at(lua_State *L, Plan *p, const char *place, int idx) {
  int t = lua_type(L, idx);
  if (t != LUA_TSTRING && t != LUA_TNUMBER && t != LUA_TBOOLEAN) wrong(L, place, "expected text, a number or a boolean, got a %s", luaL_typename(L, idx));
  if (t == LUA_TNUMBER && !isfinite(lua_tonumber(L, idx))) wrong(L, place, "the number is not finite");
  Value v = value_of_lua(&p->arena, L, idx);
  if (v.kind == V_NUMBER) v.kind = V_TEXT;
  if (t == LUA_TNUMBER && v.kind == V_TEXT) {
    Decimal d;
    if (dec_parse(v.s, v.n, &d)) v = value_decimal(d);
  }
  return v;
}

/* { "path", TEXT = value, ..., default = value } or { "path", function }: the function where the path leads nowhere. */
static void compile_map(lua_State *L, Plan *p, const char *place, int idx, Expr *e) {
  size_t count = 0, n;
  lua_rawgeti(L, idx, 1);
  if (lua_isfunction(L, -1)) {
    e->form = EXPR_FUNCTION;
    e->text = "a function";
    e->ref = keep(L, p);
    p->scalars = true;
  } else {
    if (lua_type(L, -1) != LUA_TSTRING) wrong(L, place, "a value table starts with a path, not with a %s", luaL_typename(L, -1));
    const char *text = lua_tolstring(L, -1, &n);
    compile_path(L, p, place, text, n, e);
    lua_pop(L, 1);
  }
  lua_pushnil(L);
  while (lua_next(L, idx)) { count++; lua_pop(L, 1); }
  if (lua_rawgeti(L, idx, 2) == LUA_TFUNCTION && e->form == EXPR_PATH) {
    if (count > 2) wrong(L, place, "a path and a function: nothing else fits beside them");
    e->otherwise = keep(L, p);
    return;
  }
  lua_pop(L, 1);
  ValueMap *m = arena_alloc(&p->arena, sizeof *m);
  m->entries = arena_alloc(&p->arena, count * sizeof *m->entries);
  m->n = 0;
  m->same = false;
  m->fallback = value_none();
  lua_pushnil(L);
  while (lua_next(L, idx)) {
    char buf[32];
    const char *key = buf;
    if (lua_isinteger(L, -2) && lua_tointeger(L, -2) == 1) { lua_pop(L, 1); continue; }
    if (lua_type(L, -2) == LUA_TSTRING) key = lua_tolstring(L, -2, &n);
    else if (lua_isinteger(L, -2)) n = (size_t)snprintf(buf, sizeof buf, "%lld", (long long)lua_tointeger(L, -2));
    else if (lua_isboolean(L, -2)) { key = lua_toboolean(L, -2) ? "true" : "false"; n = strlen(key); }
    else wrong(L, place, "a value table has a key that is a %s", luaL_typename(L, -2));
    if (n == 7 && memcmp(key, "default", 7) == 0) {
      if (lua_type(L, -1) == LUA_TSTRING && strcmp(lua_tostring(L, -1), ".") == 0) m->same = true;
      else m->fallback = constant_at(L, p, place, -1);
    } else {
      MapEntry *entry = &m->entries[m->n++];
      entry->key = arena_text(&p->arena, key, n);
      entry->klen = n;
      entry->v = constant_at(L, p, place, -1);
    }
    lua_pop(L, 1);
  }
  e->map = m;
}

static void compile_kind(lua_State *L, const Kind *kind, const char *place);

static bool starts_with_value(lua_State *L, int idx) {
  bool yes = lua_rawgeti(L, idx, 1) != LUA_TNIL;
  lua_pop(L, 1);
  return yes;
}

/* f(view, a, market): the field that is the first upvalue, of the argument that is the second. */
static int field_of_argument(lua_State *L) {
  int of = (int)lua_tointeger(L, lua_upvalueindex(2));
  if (!lua_istable(L, of)) return 0;
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_gettable(L, of);
  return 1;
}

/* What is not from the reply: "={name}" was asked, "@base" and "@quote" are the market's. */
static bool compile_argument(lua_State *L, Plan *p, const char *text, size_t n, Expr *e) {
  bool asked = n > 3 && text[0] == '=' && text[1] == '{' && text[n - 1] == '}';
  if (!asked && strcmp(text, "@base") != 0 && strcmp(text, "@quote") != 0) return false;
  e->form = EXPR_FUNCTION;
  e->text = arena_text(&p->arena, text, n);
  if (asked) lua_pushlstring(L, text + 2, n - 3);
  else lua_pushstring(L, text + 1);
  lua_pushinteger(L, asked ? 2 : 3);
  lua_pushcclosure(L, field_of_argument, 2);
  e->ref = keep(L, p);
  return true;
}

/* The value of a field, on top of the stack (it is left there). `steps`: a number is a path, as in columns and levels. */
static void compile_value(lua_State *L, Plan *p, const char *place, bool steps, Expr *e) {
  size_t n;
  memset(e, 0, sizeof *e);
  e->ref = LUA_NOREF;
  e->text = "";
  switch (lua_type(L, -1)) {
    case LUA_TNUMBER: case LUA_TBOOLEAN:
      if (steps && lua_isinteger(L, -1)) {
        char buf[32];
        n = (size_t)snprintf(buf, sizeof buf, "%lld", (long long)lua_tointeger(L, -1));
        compile_path(L, p, place, buf, n, e);
        return;
      }
      e->form = EXPR_CONSTANT;
      e->constant = constant_at(L, p, place, -1);
      return;
    case LUA_TSTRING: {
      const char *text = lua_tolstring(L, -1, &n);
      if (!compile_argument(L, p, text, n, e)) compile_path(L, p, place, text, n, e);
      return;
    }
    case LUA_TFUNCTION:
      e->form = EXPR_FUNCTION;
      e->text = "a function";
      lua_pushvalue(L, -1);
      e->ref = keep(L, p);
      p->scalars = true;
      return;
    case LUA_TTABLE:
      if (starts_with_value(L, lua_gettop(L))) { compile_map(L, p, place, lua_gettop(L), e); return; }
      wrong(L, place, "a table without a path in front");
    case LUA_TUSERDATA: {
      Plan *inner = plan_test(L, -1);
      if (!inner) break;
      e->form = EXPR_PLAN;
      e->plan = inner;
      e->text = inner->kind->name;
      lua_pushvalue(L, -1);
      keep(L, p);
      return;
    }
    default: break;
  }
  wrong(L, place, "expected a path, a table, a function or another map, got a %s", luaL_typename(L, -1));
}

static Expr *compile_new(lua_State *L, Plan *p, const char *place, bool steps) {
  Expr *e = arena_alloc(&p->arena, sizeof *e);
  compile_value(L, p, place, steps, e);
  return e;
}

/* ---- fields ---- */

/* The fields of a map while it is compiled stand behind those of the map around it. Nothing of Lua runs meanwhile that could begin another one. */
static Field open_fields[4 * FIELDS_MAX];
static int n_open;
typedef struct { Plan *p; Field *list; int n; } Fields;

static Field *field_new(lua_State *L, Fields *f, const char *place, int slot, const char *name) {
  if (f->n == FIELDS_MAX || f->list + f->n == open_fields + sizeof open_fields / sizeof *open_fields) wrong(L, place, "too many fields");
  Field *field = &f->list[f->n++];
  n_open = (int)(field + 1 - open_fields);
  field->slot = slot;
  field->len = (uint32_t)strlen(name);
  field->name = arena_text(&f->p->arena, name, field->len);
  const char *of = f->p->kind->shape == SHAPE_EACH ? f->p->kind->name : f->p->schema->name;
  size_t n = strlen(of);
  char *label = arena_alloc(&f->p->arena, n + field->len + 2);
  memcpy(label, of, n);
  label[n] = '.';
  memcpy(label + n + 1, name, field->len + 1);
  field->label = label;
  return field;
}

/* The nearest field name, for a misspelt one. */
static const char *nearest(const Schema *s, const char *name) {
  const char *best = NULL;
  size_t least = 3, n = strlen(name);
  for (int i = 0; i < s->n; i++) {
    const char *slot = s->slots[i].name;
    size_t m = strlen(slot), same = 0, back = 0;
    while (same < n && same < m && name[same] == slot[same]) same++;
    while (back < n - same && back < m - same && name[n - 1 - back] == slot[m - 1 - back]) back++;
    size_t left = (n > m ? n : m) - same - back;
    if (left < least) { least = left; best = slot; }
  }
  return best;
}

/* The table on top, of fields that no schema knows, becomes a plan in its place: read from the same element as a table of its own. */
static void inner_table(lua_State *L, Plan *p, const char *place, Expr *e) {
  memset(e, 0, sizeof *e);
  e->ref = LUA_NOREF;
  compile_kind(L, kind_named("each"), place);
  Plan *inner = plan_test(L, -1);
  if (inner->scalars) p->scalars = true;
  inner->record = true;
  e->form = EXPR_PLAN;
  e->plan = inner;
  e->text = "a table";
  lua_pushvalue(L, -1);
  keep(L, p);
}

static void compile_field(lua_State *L, Fields *f, const char *place, const char *name, const char *dotted);

static void compile_group(lua_State *L, Fields *f, const char *place, const char *dotted) {
  int idx = lua_gettop(L);
  if (starts_with_value(L, idx)) wrong(L, place, "this is a table of fields, not a value");
  luaL_checkstack(L, 8, "maps nested too deep");
  lua_pushnil(L);
  while (lua_next(L, idx)) {
    if (lua_type(L, -2) != LUA_TSTRING) wrong(L, place, "field names are text, not a %s", luaL_typename(L, -2));
    char inner[160], inner_place[256];
    const char *key = lua_tostring(L, -2);
    snprintf(inner, sizeof inner, "%.100s.%.50s", dotted, key);
    snprintf(inner_place, sizeof inner_place, "%.160s.%.80s", place, key);
    compile_field(L, f, inner_place, key, inner);
    lua_pop(L, 1);
  }
}

static void compile_field(lua_State *L, Fields *f, const char *place, const char *name, const char *dotted) {
  const Schema *s = f->p->schema;
  int slot = schema_slot(s, dotted, strlen(dotted));
  if (f->p->kind->shape == SHAPE_EACH || (slot == -1 && s->extras && strcmp(name, dotted) == 0)) {
    Field *field = field_new(L, f, place, slot >= 0 ? slot : -1, name);
    if (lua_type(L, -1) == LUA_TTABLE && !starts_with_value(L, lua_gettop(L))) {
      lua_pushvalue(L, -1);
      inner_table(L, f->p, place, &field->e);
      lua_pop(L, 1);
    } else {
      compile_value(L, f->p, place, false, &field->e);
    }
    return;
  }
  if (slot == -2) {
    if (lua_type(L, -1) != LUA_TTABLE) wrong(L, place, "this is a table of fields, got a %s", luaL_typename(L, -1));
    compile_group(L, f, place, dotted);
    return;
  }
  if (slot == -1) {
    const char *near = nearest(s, dotted);
    wrong(L, place, near ? "no such field; '%s'?" : "no such field", near ? near : "");
  }
  Field *field = field_new(L, f, place, slot, dotted);
  compile_value(L, f->p, place, s->id == SCHEMA_CANDLE, &field->e);
  enum slot_type type = s->slots[slot].type;
  if (field->e.form == EXPR_PLAN) {
    const Kind *k = field->e.plan->kind;
    bool fits = type == SLOT_TRADES ? strcmp(k->name, "trades") == 0 : (type == SLOT_FEES || type == SLOT_TABLE) && k->shape == SHAPE_EACH;
    if (!fits) wrong(L, place, "%s{} does not fit this field", k->name);
  }
}

static void compile_where(lua_State *L, Plan *p, const char *place) {
  if (lua_isfunction(L, -1)) {
    p->where = compile_new(L, p, place, false);
    return;
  }
  if (lua_type(L, -1) != LUA_TSTRING) wrong(L, place, "expected \"path=value\" or a function");
  size_t n;
  const char *text = lua_tolstring(L, -1, &n), *eq = NULL;
  int bracket = 0;
  bool quote = false;
  for (const char *c = text; c < text + n && !eq; c++) {
    if (*c == '\'') quote = !quote;
    else if (!quote && *c == '[') bracket++;
    else if (!quote && *c == ']') bracket--;
    else if (!quote && bracket == 0 && *c == '=') eq = c;
  }
  p->where = arena_alloc(&p->arena, sizeof *p->where);
  bool scalars = p->scalars;
  compile_path(L, p, place, text, eq ? (size_t)(eq - text) : n, p->where);
  p->scalars = scalars;
  if (eq) {
    p->where_len = (uint32_t)(text + n - eq - 1);
    p->where_value = arena_text(&p->arena, eq + 1, p->where_len);
  }
}

static void compile_level(lua_State *L, Plan *p, const char *place) {
  int idx = lua_gettop(L);
  if (lua_type(L, idx) != LUA_TTABLE) wrong(L, place, "expected a list of paths: { price, amount } or { price, amount, id }");
  p->nlevel = (int)lua_rawlen(L, idx);
  if (p->nlevel < 2 || p->nlevel > 3) wrong(L, place, "expected two or three paths: { price, amount } or { price, amount, id }");
  for (int i = 0; i < p->nlevel; i++) {
    lua_rawgeti(L, idx, i + 1);
    compile_value(L, p, place, true, &p->level[i]);
    if (p->level[i].form != EXPR_PATH || p->level[i].map || p->level[i].otherwise) wrong(L, place, "expected paths");
    lua_pop(L, 1);
  }
}

/* Does it read what stands on the wire as it stands? */
static bool is_plain(const Expr *e) {
  if (e->form != EXPR_PATH || e->map) return false;
  for (int i = 0; i < e->n; i++)
    if (e->alternatives[i].ntransforms || e->alternatives[i].origin == FROM_KEY) return false;
  return true;
}

static bool is_plain_name(const Expr *e) {
  return e->form == EXPR_PATH && e->n == 1 && !e->map && !e->otherwise && e->alternatives[0].origin == FROM_ELEMENT && e->alternatives[0].nsteps == 1
    && e->alternatives[0].ntransforms == 0 && e->alternatives[0].steps[0].kind == STEP_NAME;
}

/* Is the path the plain number i? */
static bool is_index(const Expr *e, int64_t i) {
  return is_plain_name(e) && e->alternatives[0].steps[0].index == i;
}

static bool has_symbol(const Plan *p) { return p->schema->symbol >= 0 && p->schema->id != SCHEMA_MARKET; }

/* One key of the table; the value is on top of the stack. True when it is one of the map's own words. */
static bool compile_word(lua_State *L, Plan *p, const char *place, const char *key) {
  enum plan_shape shape = p->kind->shape;
  if (strcmp(key, "at") == 0) {
    bool scalars = p->scalars;
    p->at = compile_new(L, p, place, false);
    p->scalars = scalars;
    if (p->at->form != EXPR_PATH) wrong(L, place, "expected a path");
    return true;
  }
  if (strcmp(key, "where") == 0 && shape != SHAPE_ONE && shape != SHAPE_BOOK && shape != SHAPE_TIME) { compile_where(L, p, place); return true; }
  if (strcmp(key, "market") == 0 && has_symbol(p)) { p->market = compile_new(L, p, place, false); return true; }
  if (strcmp(key, "market_type") == 0 && has_symbol(p)) { p->market_type = compile_new(L, p, place, false); return true; }
  if (strcmp(key, "key") == 0 && shape == SHAPE_EACH) { p->key = compile_new(L, p, place, false); return true; }
  if (shape == SHAPE_BOOK && strcmp(key, "bids") == 0) { p->bids = compile_new(L, p, place, false); return true; }
  if (shape == SHAPE_BOOK && strcmp(key, "asks") == 0) { p->asks = compile_new(L, p, place, false); return true; }
  if (shape == SHAPE_BOOK && strcmp(key, "level") == 0) { compile_level(L, p, place); return true; }
  if (p->schema->id == SCHEMA_TICKER && strcmp(key, "exact_average") == 0) {
    if (!lua_isboolean(L, -1)) wrong(L, place, "expected true or false");
    p->exact_average = lua_toboolean(L, -1);
    return true;
  }
  return false;
}

static Plan *plan_new(lua_State *L, const Kind *kind) {
  Plan *p = lua_newuserdatauv(L, sizeof *p, 0);
  memset(p, 0, sizeof *p);
  p->kind = kind;
  p->schema = schema_of(kind->schema);
  p->arena.L = L;
  p->arena.chunk = 2048;
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  p->L = lua_tothread(L, -1);
  lua_pop(L, 1);
  luaL_setmetatable(L, PLAN);
  return p;
}

static const char *const candle_names[] = { "time", "open", "high", "low", "close", "volume" };

/* "time open high low close volume": the paths in this order, apart by blanks. */
static void compile_column_text(lua_State *L, Fields *f, const char *place) {
  const char *at = lua_tostring(L, -1);
  for (int i = 0; i < 6; i++) {
    char inner[256];
    at += strspn(at, " ");
    size_t n = strcspn(at, " ");
    if (!n) wrong(L, place, "expected six paths: of time, open, high, low, close and volume");
    snprintf(inner, sizeof inner, "%.160s.%s", place, candle_names[i]);
    lua_pushlstring(L, at, n);
    compile_field(L, f, inner, candle_names[i], candle_names[i]);
    lua_pop(L, 1);
    at += n;
  }
  if (at[strspn(at, " ")]) wrong(L, place, "more than six paths");
}

/* The table of a candle's columns stands for its fields. */
static void compile_columns(lua_State *L, Fields *f, const char *place) {
  if (lua_type(L, -1) == LUA_TSTRING) { compile_column_text(L, f, place); return; }
  if (lua_type(L, -1) != LUA_TTABLE) wrong(L, place, "expected text or a table { time = 1, open = 2, ... }");
  int idx = lua_gettop(L);
  lua_pushnil(L);
  while (lua_next(L, idx)) {
    char inner[256];
    if (lua_type(L, -2) != LUA_TSTRING) wrong(L, place, "column names are text");
    snprintf(inner, sizeof inner, "%.160s.%.80s", place, lua_tostring(L, -2));
    compile_field(L, f, inner, lua_tostring(L, -2), lua_tostring(L, -2));
    lua_pop(L, 1);
  }
}

static void default_paths(lua_State *L, Fields *f) {
  Plan *p = f->p;
  if (p->kind->shape == SHAPE_BOOK) {
    if (!p->bids) { lua_pushliteral(L, "bids"); p->bids = compile_new(L, p, "book.bids", false); lua_pop(L, 1); }
    if (!p->asks) { lua_pushliteral(L, "asks"); p->asks = compile_new(L, p, "book.asks", false); lua_pop(L, 1); }
    for (; p->nlevel < 2; p->nlevel++) {
      lua_pushinteger(L, p->nlevel + 1);
      compile_value(L, p, "book.level", true, &p->level[p->nlevel]);
      lua_pop(L, 1);
    }
    p->simple_level = p->nlevel == 2 && is_index(&p->level[0], 1) && is_index(&p->level[1], 2);
  }
  if (p->kind->shape == SHAPE_CANDLES && f->n == 0) {
    lua_pushliteral(L, "1 2 3 4 5 6");
    compile_column_text(L, f, "candles.columns");
    lua_pop(L, 1);
  }
}

static void check_whole(lua_State *L, const Plan *p) {
  const char *name = p->kind->name;
  bool key = false, id = false;
  for (int i = 0; i < p->n; i++) {
    if (p->schema->id == SCHEMA_CANDLE && p->fields[i].slot == CANDLE_time) key = true;
    if (p->schema->id == SCHEMA_BALANCE && p->fields[i].slot == BALANCE_currency) key = true;
    if (p->schema->id == SCHEMA_MARKET && p->fields[i].slot == MARKET_id) id = true;
  }
  if (p->kind->shape == SHAPE_CANDLES && !key) wrong(L, name, "columns need a time");
  if (p->kind->shape == SHAPE_BALANCE && !key) wrong(L, name, "it needs 'currency'");
  if (p->schema->id == SCHEMA_MARKET && !id) wrong(L, name, "it needs 'id'");
}

/* The table on top of the stack becomes a plan of this kind in its place. */
static void compile_kind(lua_State *L, const Kind *kind, const char *place) {
  int idx = lua_gettop(L);
  luaL_checkstack(L, 12, "maps nested too deep");
  Plan *p = plan_new(L, kind);
  Fields own = { p, open_fields + n_open, 0 }, *f = &own;
  lua_pushnil(L);
  while (lua_next(L, idx)) {
    char inner[256];
    if (lua_type(L, -2) != LUA_TSTRING) wrong(L, place, "field names are text, not a %s", luaL_typename(L, -2));
    const char *key = lua_tostring(L, -2);
    snprintf(inner, sizeof inner, "%.160s.%.80s", place, key);
    if (kind->shape == SHAPE_CANDLES && strcmp(key, "columns") == 0) compile_columns(L, f, inner);
    else if (!compile_word(L, p, inner, key)) compile_field(L, f, inner, key, key);
    lua_pop(L, 1);
  }
  default_paths(L, f);
  p->n = f->n;
  p->fields = arena_alloc(&p->arena, (size_t)(f->n ? f->n : 1) * sizeof *p->fields);
  if (f->n) memcpy(p->fields, f->list, (size_t)f->n * sizeof *p->fields);
  for (int i = 0; i < p->n; i++)
    p->fields[i].simple = p->fields[i].slot >= 0 && p->schema->slots[p->fields[i].slot].type == SLOT_NUMBER && is_plain(&p->fields[i].e);
  check_whole(L, p);
  n_open = (int)(own.list - open_fields);
  lua_replace(L, idx);
}

static int construct(lua_State *L) {
  const Kind *kind = lua_touserdata(L, lua_upvalueindex(1));
  n_open = 0;
  lua_settop(L, 1);
  if (kind->shape == SHAPE_TIME) {      /* time("result.unixtime|s") */
    Plan *p;
    if (lua_type(L, 1) != LUA_TSTRING && lua_type(L, 1) != LUA_TFUNCTION) wrong(L, kind->name, "expected a path, got a %s", luaL_typename(L, 1));
    p = plan_new(L, kind);
    lua_insert(L, 1);
    p->key = compile_new(L, p, kind->name, false);
    lua_settop(L, 1);
    return 1;
  }
  if (lua_type(L, 1) != LUA_TTABLE) wrong(L, kind->name, "expected a table, got a %s", luaL_typename(L, 1));
  compile_kind(L, kind, kind->name);
  return 1;
}

/* ---- as a value of Lua ---- */

static int plan_gc(lua_State *L) {
  Plan *p = luaL_checkudata(L, 1, PLAN);
  for (PlanRef *r = p->refs; r; r = r->next) luaL_unref(L, LUA_REGISTRYINDEX, r->ref);
  p->refs = NULL;
  arena_free(&p->arena);
  return 0;
}

static int plan_tostring(lua_State *L) {
  lua_pushfstring(L, "%s map", ((Plan *)luaL_checkudata(L, 1, PLAN))->kind->name);
  return 1;
}

static const char bound_key = 0;

void plan_bind(lua_State *L, const ReadContext *base) {
  if (!base) {
    lua_pushnil(L);
  } else {
    ReadContext *c = lua_newuserdatauv(L, sizeof *c, 0);
    *c = *base;
    c->args_ref = LUA_NOREF;
    c->market = NULL;
    c->code = NULL;
    c->since = c->limit = INT64_MIN;
  }
  lua_rawsetp(L, LUA_REGISTRYINDEX, &bound_key);
}

const ReadContext *plan_bound(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &bound_key);
  const ReadContext *c = lua_touserdata(L, -1);    /* kept by the registry */
  lua_pop(L, 1);
  return c;
}

static int64_t integer_of(lua_State *L, int idx, const char *name) {
  lua_pushstring(L, name);
  lua_rawget(L, idx);
  int64_t x = lua_isinteger(L, -1) ? lua_tointeger(L, -1) : INT64_MIN;
  lua_pop(L, 1);
  return x;
}

static const char *text_of(lua_State *L, int idx, const char *name, size_t *n) {
  lua_pushstring(L, name);
  const char *s = lua_rawget(L, idx) == LUA_TSTRING ? lua_tolstring(L, -1, n) : NULL;   /* kept by the table */
  lua_pop(L, 1);
  return s;
}

/* plan(view, a): the finished value as ordinary tables, for flows. */
static int plan_call(lua_State *L) {
  Plan *p = luaL_checkudata(L, 1, PLAN);
  JsonDoc *doc;
  uint32_t node;
  ReadContext c;
  const ReadContext *base = plan_bound(L);
  luaL_argcheck(L, view_test(L, 2, &doc, &node), 2, "expected a reply or a part of one");
  lua_settop(L, 3);
  if (base) {
    c = *base;
  } else {
    memset(&c, 0, sizeof c);
    c.args_ref = c.maps_ref = c.symbol_of_ref = LUA_NOREF;
    c.taker = c.maker = NAN;
    c.since = c.limit = INT64_MIN;
  }
  c.adapter = L;
  c.error[0] = 0;
  if (lua_istable(L, 3)) {
    size_t n;
    const char *symbol = text_of(L, 3, "symbol", &n);
    if (symbol && c.markets) c.market = market_by_symbol(c.markets, symbol, n);
    lua_pushliteral(L, "code");      /* stays on the stack: a field function may take it out of the table */
    if (lua_rawget(L, 3) == LUA_TSTRING) c.code = lua_tostring(L, -1);
    c.since = integer_of(L, 3, "since");
    c.limit = integer_of(L, 3, "limit");
    int64_t received = integer_of(L, 3, "received");
    if (received != INT64_MIN) c.received_ms = received;
    lua_pushvalue(L, 3);
    c.args_ref = luaL_ref(L, LUA_REGISTRYINDEX);
  }
  bool ok = plan_run(L, p, &c, doc, node);
  if (c.args_ref > 0) luaL_unref(L, LUA_REGISTRYINDEX, c.args_ref);
  if (!ok) return luaL_error(L, "%s", c.error);
  if (book_test(L, -1)) book_plain(L, -1);
  return 1;
}

static const luaL_Reg meta[] = { { "__gc", plan_gc }, { "__tostring", plan_tostring }, { "__call", plan_call }, { NULL, NULL } };

void plan_open(lua_State *L) {
  if (luaL_newmetatable(L, PLAN)) {
    luaL_setfuncs(L, meta, 0);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
  }
  lua_pop(L, 1);
  book_open(L);
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    lua_pushlightuserdata(L, (void *)&kinds[i]);
    lua_pushcclosure(L, construct, 1);
    lua_setfield(L, -2, kinds[i].name);
  }
}
