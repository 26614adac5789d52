/* What a reader handles between the wire and a finished table: values, trees of them, and the memory they live in for one run. */
#ifndef BOURSE_VALUE_H
#define BOURSE_VALUE_H
#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "wire/decimal.h"
#include "worker/json.h"

/* Memory of one run: taken in chunks, let go all at once. Running out raises a Lua error in L. */
typedef struct ArenaChunk ArenaChunk;
typedef struct ArenaDoc { struct ArenaDoc *next; JsonDoc *doc; } ArenaDoc;
typedef struct { ArenaChunk *chunks; char *at, *end; lua_State *L; ArenaDoc *docs; size_t chunk; /* bytes taken at a time; 0: many */ } Arena;

void *arena_alloc(Arena *a, size_t n);                    /* 16-byte aligned, not cleared */
char *arena_text(Arena *a, const char *s, size_t n);      /* a copy, with a 0 after it */
void arena_keep(Arena *a, JsonDoc *doc);                  /* a reference held as long as the arena */
void arena_free(Arena *a);

enum value_kind {
  V_NONE,
  V_TEXT,       /* s, n */
  V_NUMBER,     /* s, n: the exact text of a number on the wire */
  V_DECIMAL,    /* d */
  V_BOOL,       /* b */
  V_TIME,       /* t, ms */
  V_NODE,       /* doc, node: an object or a list of a reply */
  V_TREE,       /* tree */
  V_RECORD,     /* record */
  V_PACKED      /* packed: bytes made by packed_add; of: the document that they were to keep, or NULL */
};

struct Tree;
struct Record;
typedef struct Value {
  uint8_t kind;
  bool b;
  uint32_t node;            /* where in the reply it stood, or JSON_NONE */
  union {
    struct { const char *s; size_t n; };
    struct { const char *packed; const JsonDoc *of; };
    Decimal d;
    int64_t t;
    JsonDoc *doc;
    struct Tree *tree;
    struct Record *record;
  };
} Value;

/* A list or a table by text keys. */
typedef struct TreeItem { const char *key; size_t klen; Value v; } TreeItem;
typedef struct Tree { bool list; uint32_t n; TreeItem *items; } Tree;

#define TREE_DEPTH 30       /* nesting of what a script's function may return */
#define TREE_NODES 4000000  /* values in it */

static inline Value value_none(void) { Value v; v.kind = V_NONE; v.b = false; v.node = JSON_NONE; v.s = NULL; v.n = 0; return v; }
Value value_text(const char *s, size_t n);
static inline Value value_decimal(Decimal d) { Value v = value_none(); v.kind = V_DECIMAL; v.d = d; return v; }
static inline Value value_bool(bool b) { Value v = value_none(); v.kind = V_BOOL; v.b = b; return v; }
static inline Value value_time(int64_t ms) { Value v = value_none(); v.kind = V_TIME; v.t = ms; return v; }
/* memcmp() == 0 for short names, without a call. */
static inline bool same_bytes(const char *a, const char *b, size_t n) {
  uint64_t x, y;
  uint32_t u, v;
  if (n > 16) return __builtin_memcmp(a, b, n) == 0;
  if (n >= 8) {
    __builtin_memcpy(&x, a, 8);
    __builtin_memcpy(&y, b, 8);
    if (x != y) return false;
    __builtin_memcpy(&x, a + n - 8, 8);
    __builtin_memcpy(&y, b + n - 8, 8);
    return x == y;
  }
  if (n >= 4) {
    __builtin_memcpy(&u, a, 4);
    __builtin_memcpy(&v, b, 4);
    if (u != v) return false;
    __builtin_memcpy(&u, a + n - 4, 4);
    __builtin_memcpy(&v, b + n - 4, 4);
    return u == v;
  }
  for (size_t i = 0; i < n; i++)
    if (a[i] != b[i]) return false;
  return true;
}
/* Any node of a reply as a value: null and "" are V_NONE. */
Value value_of_node(Arena *a, JsonDoc *doc, uint32_t node);
bool table_is_list(lua_State *L, int idx, size_t *n);     /* are the keys of this table 1..n and nothing else? *n: how many there are, either way */
/* The value at idx of L, deeply; views become V_NODE, their replies kept. Raises in L what cannot be taken. */
Value value_of_lua(Arena *a, lua_State *L, int idx);
/* Pushes it: decimals as floats, numbers of the wire as their exact text, nodes as views. Not for records. */
void value_push(lua_State *L, const Value *v);
/* Number of a text, number or decimal; false when it is none. What has more digits than a Decimal holds becomes the nearest double. */
bool value_number(const Value *v, Decimal *out);
Value tree_new(Arena *a, bool list, size_t room);           /* an empty one with room for so many items */
const TreeItem *tree_find(const Tree *t, const char *key);
/* "text 'abc'", "an object": for messages. */
const char *value_shown(const Value *v, char *buf, size_t cap);
/* Where a node stands, "result.XXBTZUSD.b.1". */
const char *value_path(const JsonDoc *doc, uint32_t node, char *buf, size_t cap);
#endif
