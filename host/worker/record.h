/* One unified record between reading and its Lua table: a slot a field. */
#ifndef BOURSE_RECORD_H
#define BOURSE_RECORD_H
#include "worker/expr.h"
#include "worker/schema.h"

typedef struct Record {
  const Schema *schema;
  Value *slots;              /* schema->n of them, each of the kind that its slot type says */
  const Market *market;      /* its own, else the call's, or NULL */
  bool own;                  /* it named its market (or currency) itself */
  bool exact;                /* what is worked out is not cut to the market's price step */
  Value info;                /* what the exchange sent */
  TreeItem *extras; uint32_t nextras;
  uint64_t withheld;         /* slots given as false: not told, and not to be worked out */
} Record;

Record *record_new(Reader *r, const Schema *s);
void record_clear(Record *rec);
void record_withhold(Record *rec);                            /* empties the slots that were given as false */
void record_set(Reader *r, Record *rec, int slot, Value v);   /* converts; a value that does not fit raises */
Value value_as(Reader *r, enum slot_type type, Value v);      /* the same for a field that is in no record; r->field names it */
/* A raw record of a script's function, by field names. Unknown fields are kept where the schema keeps them and left out otherwise. */
void record_take(Reader *r, Record *rec, const Tree *t);
/* What records of a schema share, on L's stack: the single names as strings, and for the views of their infos, which are parts of `doc` (NULL: of none), what
 * view_share gives. record_push looks for them from index `keys` on. */
int record_keys(lua_State *L, const Schema *s, JsonDoc *doc);
void record_push(lua_State *L, const Record *rec, int keys);

static inline bool has(const Record *rec, int slot) { return rec->slots[slot].kind != V_NONE; }
#endif
