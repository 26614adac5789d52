/* Expressions of adapters: paths into a reply with transforms ("b.1|nonzero", "ts|s,time|iso"), constants, value tables, functions.
 * Compiled once, when the adapter is loaded. */
#ifndef BOURSE_EXPR_H
#define BOURSE_EXPR_H
#include <lua.h>
#include <stdbool.h>
#include "worker/plan.h"
#include "worker/value.h"

/* Text to value; booleans are under "true" and "false". */
typedef struct { const char *key; size_t klen; Value v; } MapEntry;
typedef struct { MapEntry *entries; size_t n; Value fallback; bool same; /* the text itself, for what is not listed */ } ValueMap;

enum step_kind { STEP_NAME, STEP_FIRST, STEP_WHERE };
typedef struct {
  enum step_kind kind;
  const char *name; uint32_t len;       /* STEP_NAME; of STEP_WHERE the field */
  int64_t index;                        /* the name as a 1-based number, 0: it is none */
  const char *value; uint32_t vlen;     /* STEP_WHERE */
  uint32_t hint;                        /* where the key was in the object before: an offset in nodes; 0: not there */
  uint64_t layout;                      /* of which layout the hint is known to hold; 0: of none */
} Step;

typedef struct {
  uint8_t op;
  const char *text; uint32_t len;       /* the argument */
  Decimal number;
  Arena *home;                          /* of the plan */
  ValueMap *map;                        /* of map:NAME, once it was needed; in home */
} Transform;

enum origin { FROM_ELEMENT, FROM_KEY, FROM_TOP };
typedef struct { enum origin origin; int nsteps, ntransforms; Step *steps; Transform *transforms; } Alternative;

enum expr_form { EXPR_PATH, EXPR_CONSTANT, EXPR_FUNCTION, EXPR_PLAN };
typedef struct Expr {
  enum expr_form form;
  int n;
  Alternative *alternatives;
  bool optional;                        /* ended in "?": an absent list is an empty one */
  ValueMap *map;
  Value constant;
  int ref;                              /* EXPR_FUNCTION: reference in the adapter's registry */
  int otherwise;                        /* EXPR_PATH: the same, of the function for when it leads nowhere; 0: none */
  struct Plan *plan;                    /* EXPR_PLAN */
  const char *text;                     /* as written, for messages */
} Expr;

/* Where an expression is looked at. */
typedef struct { JsonDoc *doc; uint32_t node; const char *key; size_t klen; const Market *market; } Spot;

#define WHERE_MAX 24      /* a list with more that have the name is looked through each time */

/* One run of a plan. Reading raises Lua errors in `to`; c->error has the text then. */
typedef struct Reader {
  lua_State *to;
  ReadContext *c;
  Arena arena;
  JsonDoc *doc;                         /* of the whole reply */
  const char *field;                    /* "ticker.bid", for messages */
  const char *kind;
  struct { const JsonDoc *doc; uint32_t object; uint64_t id; } layout;      /* the element that is read */
  struct { const JsonDoc *doc; const Step *step; uint32_t list, n, child[WHERE_MAX], value[WHERE_MAX]; } where;   /* the last list of [NAME=..] */
  struct { const JsonDoc *doc; const Step *step; uint32_t object, found; } inner;      /* the last step into a list or an object: many paths share it */
} Reader;

__attribute__((noreturn, format(printf, 2, 3))) void read_fail(Reader *r, const char *format, ...);

/* Compiles text into memory of the arena; raises in a->L what is wrong and where. */
void expr_compile(Arena *a, const char *text, size_t len, Expr *out);
Value expr_eval(Reader *r, const Expr *e, const Spot *spot);
/* Of a path without transforms (Field.simple), into a number: true when that is done, which may find none; false: to be read the long way. */
bool expr_number(Reader *r, const Expr *e, const Spot *spot, Value *out);
/* Path only: the node that it leads to and the key under which that stands, or false. */
bool expr_locate(Reader *r, const Expr *e, const Spot *spot, Spot *out);
/* Calls the function: f(view, a, market). */
Value expr_call(Reader *r, int ref, const Spot *spot);
const Value *map_find(const ValueMap *m, const Value *v);
/* Rows of a list mostly have the same keys: this compares them once with those of the row before, so that object_get needs no look at them. */
void expr_begin_element(Reader *r, const JsonDoc *doc, uint32_t node);
/* The value of the step's key in an object. What was found out is kept in the step, for the next object like it. */
uint32_t object_get(const Reader *r, Step *s, const JsonDoc *doc, uint32_t object);

/* transform.c */
bool transform_find(const char *name, size_t len, uint8_t *op, bool *takes_argument, bool *numeric);
bool transform_on_nothing(uint8_t op);
bool transform_by_store(uint8_t op);                 /* it depends on what markets and currencies are known */
Value transform_in(Reader *r, Transform *t, Value v);
/* Sets the function transform(value, name, arg) in the table on top of the stack: transforms on the way out, from unified values to the exchange's. */
void expr_open(lua_State *L);
#endif
