/* What the files that read share (read_element.c, read_list.c, read_balance.c, read_series.c, read_raw.c, read.c). */
#ifndef BOURSE_READ_IN_H
#define BOURSE_READ_IN_H
#include "worker/finish.h"
#include "worker/plan_in.h"

/* What the call asked to see only: symbols or codes, from its arguments. */
typedef struct { const Tree *names; } Wanted;

typedef struct { JsonDoc *doc; uint32_t child, end; bool object; uint32_t index; } Walk;

typedef struct { Record **list; size_t n, cap; uint32_t *hash; uint32_t mask; } Purse;

/* One run of a plan, or the completion of what a function read. */
typedef struct { Reader r; const Plan *plan; Spot spot; const Kind *kind; Value raw; } Run;

/* read.c */
void run_begin(Run *x, lua_State *to, ReadContext *c);
bool run_call(Run *x, lua_State *L, lua_CFunction f, int nresults);     /* f gets x; false: c->error says why. The run's memory is let go of */
/* read_element.c */
bool read_wanted(const Wanted *w, const Value *name);
Wanted read_wanted_names(Reader *r, const char *argument);
Value read_as(Reader *r, const Expr *e, const char *field, enum slot_type type, const Spot *spot);
void read_set_market(Record *rec, const Market *m, bool own);
void read_adopt_symbol(Reader *r, Record *rec);
void read_adopt_code(Reader *r, Record *rec);
void read_fields(Reader *r, const Plan *p, Record *rec, const Spot *spot);       /* into a record that may hold others already */
bool read_record(Reader *r, const Plan *p, Record *rec, const Spot *at, const Wanted *w);
bool walk_open(Reader *r, const Plan *p, const Spot *from, bool absent, Walk *w);
bool walk_next(Reader *r, const Plan *p, Walk *w, Spot *out);
bool read_chosen(Reader *r, const Plan *p, const Spot *spot);
size_t walk_count(const Walk *w);
Value read_each(Reader *r, const Plan *p, const Spot *spot, bool inner);
/* read_list.c */
void read_push_list(Reader *r, Record **list, size_t n);
const char *read_wanted_argument(const Schema *s);
int read_key_slot(const Reader *r, const Kind *kind, const Schema *s);
void read_push_keyed(Reader *r, const Record *rec, int slot, int table, int keys);
void run_keyed(Reader *r, const Plan *p, const Spot *from);
void run_list(Reader *r, const Plan *p, const Spot *from);
void read_locate(Reader *r, const Plan *p, const Spot *from, Spot *at);
void run_one(Reader *r, const Plan *p, const Spot *from);
/* read_balance.c */
void run_balance(Reader *r, const Plan *p, const Spot *from);
/* read_series.c */
void run_book(Reader *r, const Plan *p, const Spot *from);
void run_candles(Reader *r, const Plan *p, const Spot *from);
void run_time(Reader *r, const Plan *p, const Spot *from);
/* read_raw.c */
Record *read_record_of_tree(Reader *r, const Schema *s, const Tree *t, const char *key, size_t klen);
const Tree *read_need_tree(Reader *r, const char *what, const Value *v);
/* read_balance.c */
void finish_balances(Reader *r, const Value *raw);
/* read_series.c */
void finish_book(Reader *r, const Value *raw);
void finish_candles(Reader *r, const Value *raw);
/* read_raw.c */
void finish_value(Reader *r, const Kind *kind, const Value *raw);
#endif
