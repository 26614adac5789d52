/* What a compiled map is made of; shared by plan.c (compiling) and read.c (running). */
#ifndef BOURSE_PLAN_IN_H
#define BOURSE_PLAN_IN_H
#include "worker/expr.h"
#include "worker/plan.h"
#include "worker/record.h"

enum plan_shape {
  SHAPE_ONE,         /* a record */
  SHAPE_LIST,        /* a list of records */
  SHAPE_KEYED,       /* a table of records, by symbol or code */
  SHAPE_BALANCE, SHAPE_BOOK, SHAPE_CANDLES, SHAPE_TIME,
  SHAPE_EACH         /* each{}: a table or list of plain tables */
};

typedef struct {
  const char *name;          /* of the constructor */
  enum schema_id schema;
  enum plan_shape shape;
  const char *key;           /* SHAPE_KEYED: the field that is the key */
} Kind;

typedef struct {
  int slot;                  /* or -1: one that the schema does not know */
  const char *name; uint32_t len;
  const char *label;         /* "ticker.bid", for messages */
  Expr e;
  bool simple;               /* a path and nothing else, into a number: the usual case, read without detours */
} Field;

typedef struct PlanRef { struct PlanRef *next; int ref; } PlanRef;

struct Plan {
  const Kind *kind;
  const Schema *schema;
  Arena arena;
  lua_State *L;              /* main thread of the adapter */
  PlanRef *refs;
  Expr *at, *where, *market, *market_type, *key, *bids, *asks;
  const char *where_value; uint32_t where_len;   /* NULL: the value must be there and not be false */
  Field *fields; int n;
  Expr level[3]; int nlevel;
  bool simple_level;         /* level is { 1, 2 } */
  bool exact_average;        /* of tickers: the middle that is worked out keeps its digits */
  bool scalars;              /* elements may be plain values: "." or "@key" or a function is read */
  bool record;               /* SHAPE_EACH: one table read from the element itself */
};

/* The same plan with only those fields that `take` says; it holds on to p. NULL: out of memory. */
Plan *plan_part(const Plan *p, bool (*take)(const Field *f));
void plan_part_free(Plan *part);                     /* NULL is allowed */
const Kind *kind_named(const char *name);
#endif
