#include "worker/expr.h"

#include <lauxlib.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/misread.h"
#include "worker/view.h"

#define PATH_MAX_LENGTH 512
#define PARTS_MAX 16        /* steps, alternatives or transforms of one path */

void read_fail(Reader *r, const char *format, ...) {
  va_list ap;
  va_start(ap, format);
  vsnprintf(r->c->error, sizeof r->c->error, format, ap);
  va_end(ap);
  lua_pushnil(r->to);
  lua_error(r->to);
  abort();
}

/* ---- compiling ---- */

typedef struct { Arena *a; const char *text; size_t len, at; } Parser;

__attribute__((noreturn)) static void bad(Parser *p, const char *why) {
  luaL_error(p->a->L, "bad path '%s' at %d: %s", arena_text(p->a, p->text, p->len), (int)p->at + 1, why);
  abort();
}

static bool more(const Parser *p) { return p->at < p->len; }
static char peek(const Parser *p) { return p->at < p->len ? p->text[p->at] : 0; }

static bool plain_char(char c) {
  return c && !strchr(".,|'[]@/*?=\"", c) && (unsigned char)c > ' ';
}

/* A name, or one in quotes. */
static const char *parse_name(Parser *p, uint32_t *len) {
  size_t from = p->at;
  if (peek(p) == '\'') {
    from = ++p->at;
    while (more(p) && peek(p) != '\'') p->at++;
    if (!more(p)) bad(p, "the quote is not closed");
    *len = (uint32_t)(p->at - from);
    p->at++;
    return arena_text(p->a, p->text + from, *len);
  }
  while (more(p) && plain_char(peek(p))) p->at++;
  if (p->at == from) bad(p, more(p) ? "a name or a number was expected here" : "it ends too early");
  *len = (uint32_t)(p->at - from);
  return arena_text(p->a, p->text + from, *len);
}

static int64_t as_index(const char *s, uint32_t n) {
  bool negative = n > 1 && s[0] == '-';
  uint32_t i = negative ? 1 : 0;
  int64_t x = 0;
  if (n - i == 0 || n - i > 9) return 0;
  for (; i < n; i++) {
    if (s[i] < '0' || s[i] > '9') return 0;
    x = x * 10 + (s[i] - '0');
  }
  return negative ? -x : x;
}

static void parse_where(Parser *p, Step *s) {
  p->at++;
  s->kind = STEP_WHERE;
  s->name = parse_name(p, &s->len);
  if (peek(p) != '=') bad(p, "'=' was expected");
  p->at++;
  if (peek(p) == '\'') {
    s->value = parse_name(p, &s->vlen);
  } else {
    size_t from = p->at;
    while (more(p) && peek(p) != ']') p->at++;
    s->vlen = (uint32_t)(p->at - from);
    s->value = arena_text(p->a, p->text + from, s->vlen);
  }
  if (peek(p) != ']') bad(p, "']' was expected");
  p->at++;
}

static void parse_steps(Parser *p, Alternative *alt) {
  Step steps[PARTS_MAX];
  int n = 0;
  if (peek(p) == '@') {
    if (p->len - p->at < 4 || memcmp(p->text + p->at, "@key", 4) != 0) bad(p, "only @key is known here");
    p->at += 4;
    alt->origin = FROM_KEY;
    return;
  }
  if (peek(p) == '/') {
    alt->origin = FROM_TOP;
    p->at++;
    if (!more(p) || strchr(",|?", peek(p))) return;      /* the whole reply */
  } else if (peek(p) == '.') {
    p->at++;
    if (more(p) && !strchr(",|?", peek(p))) bad(p, "a name was expected");
    return;
  }
  for (;;) {
    if (n == PARTS_MAX) bad(p, "too many steps");
    Step *s = &steps[n++];
    memset(s, 0, sizeof *s);
    if (peek(p) == '*') {
      s->kind = STEP_FIRST;
      p->at++;
    } else if (peek(p) == '[') {
      parse_where(p, s);
    } else {
      bool quoted = peek(p) == '\'';
      s->kind = STEP_NAME;
      s->name = parse_name(p, &s->len);
      s->index = quoted ? 0 : as_index(s->name, s->len);
    }
    if (peek(p) == '.') { p->at++; continue; }
    if (peek(p) != '[') break;
  }
  alt->nsteps = n;
  alt->steps = arena_alloc(p->a, (size_t)n * sizeof *steps);
  memcpy(alt->steps, steps, (size_t)n * sizeof *steps);
}

static void parse_transform(Parser *p, Transform *t) {
  memset(t, 0, sizeof *t);
  t->home = p->a;
  size_t from = p->at;
  while (more(p) && !strchr(":|,", peek(p))) p->at++;
  size_t len = p->at - from;
  bool takes, numeric;
  if (!transform_find(p->text + from, len, &t->op, &takes, &numeric)) {
    p->at = from;
    bad(p, lua_pushfstring(p->a->L, "no transform '%s'", arena_text(p->a, p->text + from, len)));
  }
  if (peek(p) != ':') {
    if (takes) bad(p, "the transform needs an argument, after ':'");
    return;
  }
  if (!takes) bad(p, "the transform takes no argument");
  p->at++;
  if (peek(p) == '\'') {
    t->text = parse_name(p, &t->len);
  } else {
    from = p->at;
    while (more(p) && !strchr("|,", peek(p))) p->at++;
    t->len = (uint32_t)(p->at - from);
    t->text = arena_text(p->a, p->text + from, t->len);
  }
  if (numeric && !dec_parse(t->text, t->len, &t->number)) bad(p, "the argument must be a number");
}

static void parse_alternative(Parser *p, Alternative *alt) {
  Transform transforms[PARTS_MAX];
  int n = 0;
  memset(alt, 0, sizeof *alt);
  parse_steps(p, alt);
  while (peek(p) == '|') {
    if (n == PARTS_MAX) bad(p, "too many transforms");
    p->at++;
    parse_transform(p, &transforms[n++]);
  }
  alt->ntransforms = n;
  alt->transforms = arena_alloc(p->a, (size_t)(n ? n : 1) * sizeof *transforms);
  if (n) memcpy(alt->transforms, transforms, (size_t)n * sizeof *transforms);
}

void expr_compile(Arena *a, const char *text, size_t len, Expr *out) {
  Parser p = { a, text, len, 0 };
  Alternative alternatives[PARTS_MAX];
  memset(out, 0, sizeof *out);
  out->ref = LUA_NOREF;
  out->text = arena_text(a, text, len);
  if (len > PATH_MAX_LENGTH) luaL_error(a->L, "a path of %d bytes is too long", (int)len);
  if (memchr(text, 0, len)) luaL_error(a->L, "a path holds a zero byte");
  if (len && text[0] == '=') {
    out->form = EXPR_CONSTANT;
    out->constant = value_text(out->text + 1, len - 1);
    return;
  }
  out->form = EXPR_PATH;
  if (len == 0) bad(&p, "it is empty");
  for (;;) {
    if (out->n == PARTS_MAX) bad(&p, "too many alternatives");
    parse_alternative(&p, &alternatives[out->n++]);
    if (peek(&p) == ',') { p.at++; continue; }
    if (peek(&p) == '?' && p.at + 1 == p.len) { out->optional = true; break; }
    if (more(&p)) bad(&p, "'.', '|', ',' or the end was expected");
    break;
  }
  size_t size = (size_t)out->n * sizeof *alternatives;
  out->alternatives = arena_alloc(a, size);
  memcpy(out->alternatives, alternatives, size);
}

/* ---- looking ---- */

static bool key_is(const JsonDoc *doc, uint32_t node, const char *name, uint32_t len) {
  const JsonNode *k = &doc->nodes[node];
  return k->type == JSON_STRING && k->size == len && !k->escaped && same_bytes(doc->text + k->start, name, len);
}

static inline bool same_name(const JsonDoc *doc, const JsonNode *x, const JsonNode *y) {
  return x->size == y->size && same_bytes(doc->text + x->start, doc->text + y->start, x->size);
}

/* Two objects with the same keys in the same places: what stands between the keys is of equal size. */
static bool same_layout(const JsonDoc *doc, uint32_t a, uint32_t b) {
  const JsonNode *x = &doc->nodes[a], *y = &doc->nodes[b];
  uint32_t size = x[1].start - a, next;
  if (y->type != JSON_OBJECT || x->size != y->size || y[1].start - b != size) return false;
  if (json_flat(doc->nodes, a)) {          /* and so is the other, of as many pairs in as many places */
    for (uint32_t i = json_first(0); i < size; i += 2)
      if (!same_name(doc, x + i, y + i)) return false;
    return true;
  }
  for (uint32_t i = json_first(0); i < size; i = next) {
    if (!same_name(doc, x + i, y + i)) return false;
    next = json_next(doc->nodes, a + i + 1) - a;
    if (json_next(doc->nodes, b + i + 1) - b != next) return false;
  }
  return true;
}

void expr_begin_element(Reader *r, const JsonDoc *doc, uint32_t node) {
  static uint64_t last_id;
  if (doc->nodes[node].type != JSON_OBJECT) return;
  if (r->layout.doc != doc || !same_layout(doc, r->layout.object, node)) r->layout.id = ++last_id;
  r->layout.doc = doc;
  r->layout.object = node;
}

uint32_t object_get(const Reader *r, Step *s, const JsonDoc *doc, uint32_t object) {
  bool known = r->layout.object == object && r->layout.doc == doc;
  if (known && s->layout == r->layout.id) return s->hint ? object + s->hint + 1 : JSON_NONE;
  uint32_t found;
  /* Where all values are scalars, keys stand at even offsets: the one of last time may be right. */
  bool flat = json_flat(doc->nodes, object);
  if (flat && s->hint && !(s->hint & 1) && s->hint < doc->nodes[object + 1].start - object && key_is(doc, object + s->hint, s->name, s->len))
    found = object + s->hint + 1;
  else found = json_get(doc, object, s->name, s->len);
  if (known || (flat && found != JSON_NONE)) s->hint = found == JSON_NONE ? 0 : found - 1 - object;
  s->layout = known ? r->layout.id : 0;
  return found;
}

static bool equals_text(const Value *v, const char *s, size_t n) {
  if (v->kind == V_BOOL) return v->b ? n == 4 && memcmp(s, "true", 4) == 0 : n == 5 && memcmp(s, "false", 5) == 0;
  return (v->kind == V_TEXT || v->kind == V_NUMBER) && v->n == n && same_bytes(v->s, s, n);
}

static bool node_is(Reader *r, JsonDoc *doc, uint32_t node, const char *s, size_t n) {
  const JsonNode *k = &doc->nodes[node];
  if ((k->type == JSON_STRING && !k->escaped) || k->type == JSON_NUMBER) return n && k->size == n && same_bytes(doc->text + k->start, s, n);
  Value v = value_of_node(&r->arena, doc, node);
  return equals_text(&v, s, n);
}

/* The next object from `child` on, of a list or an object that ends at `end`, which has the step's name: the name's value. */
static uint32_t next_with(Reader *r, Step *s, const JsonDoc *doc, uint32_t *child, uint32_t end, bool object) {
  for (; *child < end; *child = json_next(doc->nodes, *child)) {
    if (object) ++*child;
    if (doc->nodes[*child].type != JSON_OBJECT) continue;
    uint32_t found = object_get(r, s, doc, *child);
    if (found != JSON_NONE) return found;
  }
  return JSON_NONE;
}

/* Several fields of an element mostly look through the same list by the same name: who has that name is looked for once. */
static bool where_known(Reader *r, Step *s, JsonDoc *doc, uint32_t node) {
  const Step *was = r->where.step;
  if (r->where.list == node && r->where.doc == doc && was->len == s->len && same_bytes(was->name, s->name, s->len)) return r->where.n <= WHERE_MAX;
  uint32_t child = json_first(node), end = json_next(doc->nodes, node), found;
  bool object = doc->nodes[node].type == JSON_OBJECT;
  r->where.doc = doc;
  r->where.step = s;
  r->where.list = node;
  r->where.n = 0;
  for (; (found = next_with(r, s, doc, &child, end, object)) != JSON_NONE; child = json_next(doc->nodes, child)) {
    if (r->where.n == WHERE_MAX) {
      r->where.n++;
      return false;
    }
    r->where.child[r->where.n] = child;
    r->where.value[r->where.n++] = found;
  }
  return true;
}

static uint32_t step_where(Reader *r, Step *s, JsonDoc *doc, uint32_t node) {
  if (where_known(r, s, doc, node)) {
    for (uint32_t i = 0; i < r->where.n; i++)
      if (node_is(r, doc, r->where.value[i], s->value, s->vlen)) return r->where.child[i];
    return JSON_NONE;
  }
  uint32_t child = json_first(node), end = json_next(doc->nodes, node), found;
  bool object = doc->nodes[node].type == JSON_OBJECT;
  for (; (found = next_with(r, s, doc, &child, end, object)) != JSON_NONE; child = json_next(doc->nodes, child))
    if (node_is(r, doc, found, s->value, s->vlen)) return child;
  return JSON_NONE;
}

/* One step. A step into what is neither a list nor an object leads nowhere: the wire often has "" or false for "none". */
static uint32_t step_name(Reader *r, Step *s, const JsonDoc *doc, uint32_t object) {
  const Step *was = r->inner.step;
  if (r->inner.object == object && r->inner.doc == doc && was->len == s->len && same_bytes(was->name, s->name, s->len)) return r->inner.found;
  uint32_t found = object_get(r, s, doc, object);
  if (found != JSON_NONE && doc->nodes[found].type >= JSON_ARRAY) {
    r->inner.doc = doc;
    r->inner.step = s;
    r->inner.object = object;
    r->inner.found = found;
  }
  return found;
}

static bool step_take(Reader *r, Step *s, Spot *at) {
  JsonDoc *doc = at->doc;
  const JsonNode *k = &doc->nodes[at->node];
  uint32_t found = JSON_NONE;
  if (k->type == JSON_OBJECT) {
    if (s->kind == STEP_NAME) {
      found = step_name(r, s, doc, at->node);
      at->key = s->name;
      at->klen = s->len;
    } else if (s->kind == STEP_FIRST) {
      if (k->size == 0) return false;
      Value key = value_of_node(&r->arena, doc, json_first(at->node));
      at->key = key.kind == V_TEXT ? key.s : "";
      at->klen = key.kind == V_TEXT ? key.n : 0;
      found = json_first(at->node) + 1;
    } else {
      found = step_where(r, s, doc, at->node);
    }
  } else if (k->type == JSON_ARRAY) {
    at->key = NULL;
    at->klen = 0;
    if (s->kind == STEP_FIRST) found = k->size ? json_first(at->node) : JSON_NONE;
    else if (s->kind == STEP_WHERE) found = step_where(r, s, doc, at->node);
    else if (s->index != 0) found = json_at(doc, at->node, s->index);
  }
  if (found == JSON_NONE) return false;
  at->node = found;
  return true;
}

static bool follow(Reader *r, const Alternative *alt, const Spot *spot, Spot *at) {
  *at = *spot;
  if (alt->origin == FROM_TOP) {
    at->doc = r->doc;
    at->node = 0;
    at->key = NULL;
    at->klen = 0;
  }
  for (int i = 0; i < alt->nsteps; i++)
    if (!step_take(r, &alt->steps[i], at)) return false;
  return true;
}

static Value evaluate(Reader *r, const Alternative *alt, const Spot *spot, Spot *at) {
  Value v = value_none();
  if (alt->origin == FROM_KEY) {
    if (spot->key) v = value_text(spot->key, spot->klen);
    *at = *spot;
  } else if (follow(r, alt, spot, at)) {
    v = value_of_node(&r->arena, at->doc, at->node);
  }
  for (int i = 0; i < alt->ntransforms; i++)
    if (v.kind != V_NONE || transform_on_nothing(alt->transforms[i].op)) v = transform_in(r, &alt->transforms[i], v);
  return v;
}

const Value *map_find(const ValueMap *m, const Value *v) {
  if (v->kind == V_BOOL || v->kind == V_TEXT || v->kind == V_NUMBER)
    for (size_t i = 0; i < m->n; i++)
      if (equals_text(v, m->entries[i].key, m->entries[i].klen)) return &m->entries[i].v;
  if (m->same && (v->kind == V_TEXT || v->kind == V_NUMBER)) return v;
  return &m->fallback;
}

Value expr_eval(Reader *r, const Expr *e, const Spot *spot) {
  Value v = value_none();
  switch (e->form) {
    case EXPR_CONSTANT: return e->constant;
    case EXPR_FUNCTION: v = expr_call(r, e->ref, spot); break;
    case EXPR_PATH: {
      Spot at;
      for (int i = 0; i < e->n && v.kind == V_NONE; i++) v = evaluate(r, &e->alternatives[i], spot, &at);
      if (e->otherwise && v.kind == V_NONE) v = expr_call(r, e->otherwise, spot);
      break;
    }
    case EXPR_PLAN: break;
  }
  if (e->map) {
    v = *map_find(e->map, &v);
    if (v.kind == V_NUMBER) v.kind = V_TEXT;      /* a code that the table does not know, as it stands */
  }
  return v;
}

bool expr_number(Reader *r, const Expr *e, const Spot *spot, Value *out) {
  for (int i = 0; i < e->n; i++) {
    const Alternative *alt = &e->alternatives[i];
    Spot at = *spot;
    if (alt->origin == FROM_ELEMENT && alt->nsteps == 1 && alt->steps[0].kind == STEP_NAME && at.doc->nodes[at.node].type == JSON_OBJECT) {
      at.node = object_get(r, &alt->steps[0], at.doc, at.node);
      if (at.node == JSON_NONE) continue;
    } else if (!follow(r, alt, spot, &at)) {
      continue;
    }
    const JsonNode *n = &at.doc->nodes[at.node];
    if (n->type == JSON_NULL || (n->type == JSON_STRING && n->size == 0)) continue;
    if (n->type != JSON_STRING && n->type != JSON_NUMBER) return false;
    const char *text = at.doc->text + n->start;
    if (!(n->start + n->size >= DEC_QUICK_ROOM && dec_quick(text, n->size, &out->d)) && !dec_parse(text, n->size, &out->d)) return false;
    out->kind = V_DECIMAL;
    out->node = at.node;
    return true;
  }
  return !e->otherwise;
}

bool expr_locate(Reader *r, const Expr *e, const Spot *spot, Spot *out) {
  for (int i = 0; i < e->n; i++) {
    Value v = evaluate(r, &e->alternatives[i], spot, out);
    if (v.kind == V_NONE && v.node == JSON_NONE) continue;
    if (v.kind == V_NONE) continue;
    if (v.kind == V_NODE) { out->doc = v.doc; out->node = v.node; }
    return true;
  }
  return false;
}

/* ---- functions of adapters ---- */

typedef struct { Reader *r; int ref; const Spot *spot; Value out; } FunctionCall;

/* The table of a market, made once for each load of the markets. */
static void push_market(lua_State *L, const ReadContext *c, const Market *m) {
  if (!m) { lua_pushnil(L); return; }
  static const char cache_key = 0;
  lua_Integer generation = (lua_Integer)market_generation(c->markets);
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &cache_key) == LUA_TTABLE) {
    lua_rawgeti(L, -1, 1);
    bool fresh = lua_tointeger(L, -1) == generation;
    lua_pop(L, 1);
    if (!fresh) { lua_pop(L, 1); lua_pushnil(L); }
  }
  if (!lua_istable(L, -1)) {
    lua_pop(L, 1);
    lua_createtable(L, 1, 16);
    lua_pushinteger(L, generation);
    lua_rawseti(L, -2, 1);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &cache_key);
  }
  if (lua_rawgetp(L, -1, m) == LUA_TNIL) {
    lua_pop(L, 1);
    char err[300];
    if (!market_push(L, m, err, sizeof err)) luaL_error(L, "%s", err);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, -3, m);
  }
  lua_remove(L, -2);
}

static int call_protected(lua_State *L) {
  FunctionCall *f = lua_touserdata(L, 1);
  ReadContext *c = f->r->c;
  lua_rawgeti(L, LUA_REGISTRYINDEX, f->ref);
  view_push(L, f->spot->doc, f->spot->node);
  if (c->args_ref > 0) lua_rawgeti(L, LUA_REGISTRYINDEX, c->args_ref);
  else lua_pushnil(L);
  push_market(L, c, f->spot->market);
  if (f->spot->key) lua_pushlstring(L, f->spot->key, f->spot->klen);
  else lua_pushnil(L);
  lua_call(L, 4, 1);
  f->r->arena.L = L;
  f->out = value_of_lua(&f->r->arena, L, -1);
  return 0;
}

Value expr_call(Reader *r, int ref, const Spot *spot) {
  lua_State *L = r->c->adapter;
  FunctionCall f = { r, ref, spot, value_none() };
  if (!L || !lua_checkstack(L, 8)) read_fail(r, "%s: the adapter's state has no room for its function", r->field);
  lua_pushcfunction(L, call_protected);
  lua_pushlightuserdata(L, &f);
  int status = lua_pcall(L, 1, 0, 0);
  r->arena.L = r->to;
  if (status != LUA_OK) {
    char why[200] = "an error that is no text";
    if (lua_type(L, -1) == LUA_TSTRING) snprintf(why, sizeof why, "%s", lua_tostring(L, -1));
    else if (lua_type(L, -1) == LUA_TTABLE) {
      lua_pushliteral(L, "message");
      lua_rawget(L, -2);
      if (lua_type(L, -1) == LUA_TSTRING) snprintf(why, sizeof why, "%s", lua_tostring(L, -1));
      lua_pop(L, 1);
    }
    lua_pop(L, 1);
    misread(why, why, sizeof why);
    read_fail(r, "%s: %s", r->field, why);
  }
  return f.out;
}
