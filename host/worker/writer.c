/* Recipes are written straight into one buffer that is kept: making a request costs a few copies and one allocation. */
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>
#include "broker/coding.h"
#include "worker/sealed_in.h"

#define HEAD 4                  /* R_TEXT and a length of three bytes: 2 MiB, more than a recipe may have */
#define MANY 16                 /* operands of one R_CONCAT: the stack machine is small */
#define KEEP (256u << 10)       /* what stays allocated */

static struct { char *p; size_t n, cap, run; bool in_run, sealed; unsigned parts, depth; } w;

static char *room(lua_State *L, size_t n) {
  if (n > RECIPE_VALUE_MAX || w.n + n > RECIPE_VALUE_MAX) luaL_error(L, "the text is too long to be sent");
  if (w.cap - w.n < n) {
    size_t cap = w.cap ? w.cap : 4096;
    while (cap - w.n < n) cap *= 2;
    char *p = realloc(w.p, cap);
    if (!p) luaL_error(L, "not enough memory");
    w.p = p;
    w.cap = cap;
  }
  return w.p + w.n;
}

void write_begin(lua_State *L) {
  (void)L;
  w.n = 0;
  w.parts = w.depth = 0;
  w.in_run = w.sealed = false;
}

/* Counts n parts that take `depth` of the stack; joins what there is when it becomes much. */
static void part(lua_State *L, unsigned n, unsigned depth) {
  if (w.parts + depth > w.depth) w.depth = w.parts + depth;
  if (w.depth > RECIPE_STACK) luaL_error(L, "too many sealed values in one another");
  w.parts += n;
  if (w.parts < MANY) return;
  char *at = room(L, 2);
  at[0] = R_CONCAT;
  at[1] = (char)w.parts;
  w.n += 2;
  w.parts = 1;
}

static void open_run(lua_State *L) {
  if (w.in_run) return;
  w.run = w.n;
  room(L, HEAD);
  w.n += HEAD;
  w.in_run = true;
}

static void close_run(lua_State *L) {
  if (!w.in_run) return;
  size_t n = w.n - w.run - HEAD;
  if (n >= 1u << 21) luaL_error(L, "the text is too long to be signed");
  char *at = w.p + w.run;
  at[0] = R_TEXT;
  at[1] = (char)(n | 0x80);
  at[2] = (char)(n >> 7 | 0x80);
  at[3] = (char)(n >> 14);
  w.in_run = false;
  part(L, 1, 1);
}

void write_text(lua_State *L, const char *p, size_t n) {
  open_run(L);
  memcpy(room(L, n), p, n);
  w.n += n;
}

void write_char(lua_State *L, char c) { write_text(L, &c, 1); }

void write_coded(lua_State *L, enum recipe_coding c, const char *p, size_t n) {
  const char *why = "";
  size_t made = 0;
  open_run(L);
  char *at = room(L, coding_bound(c, n));
  if (!coding_run(c, (const uint8_t *)p, n, (uint8_t *)at, &made, &why)) luaL_error(L, "%s", why);
  w.n += made;
}

void write_sealed(lua_State *L, const Sealed *s) {
  close_run(L);
  bool splice = s->joined && w.parts + s->joined <= MANY;      /* (a..b)..c is a..b..c */
  size_t n = splice ? s->len - 2 : s->len;
  memcpy(room(L, n), s->bytes, n);
  w.n += n;
  w.sealed = true;
  part(L, splice ? s->joined : 1, s->depth);
}

void write_sealed_coded(lua_State *L, enum recipe_coding c, const Sealed *s) {
  close_run(L);
  char *at = room(L, s->len + 2);
  memcpy(at, s->bytes, s->len);
  at[s->len] = R_ENCODE;
  at[s->len + 1] = (char)c;
  w.n += s->len + 2;
  w.sealed = true;
  part(L, 1, s->depth);
}

static void end_text(lua_State *L) {
  if (w.n > HEAD) lua_pushlstring(L, w.p + HEAD, w.n - HEAD);
  else lua_pushliteral(L, "");
}

void write_end(lua_State *L) {
  if (!w.sealed) end_text(L);
  else {
    close_run(L);
    unsigned joined = w.parts;
    if (joined > 1) {
      char *at = room(L, 2);
      at[0] = R_CONCAT;
      at[1] = (char)joined;
      w.n += 2;
    }
    Sealed *s = sealed_new(L, w.n, w.depth);
    memcpy(s->bytes, w.p, w.n);
    s->joined = (uint8_t)(joined > 1 ? joined : 0);
  }
  if (w.cap > KEEP) {
    free(w.p);
    w.p = NULL;
    w.cap = 0;
  }
}
