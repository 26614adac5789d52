#include "worker/fill.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>

#include "worker/read_in.h"
#include "worker/shelf.h"

#define BEGINS_IN (1u << 20)      /* bytes in which a list begins, or is not read early: it is looked for from the top with each part */

struct Fill {
  Run run;
  const Plan *plan;
  Plan *first;             /* what is read at once; the rest is left to those who ask for the table of a market. NULL: all is read */
  JsonDoc *doc;
  MarketStore *into;
  Shelf *shelf;
  unsigned generation;     /* of the store: an element may be read by what it holds */
  uint32_t list, next;     /* the list, and its first node that was not read; next 0: it was not there yet */
  uint32_t gone;           /* so many nodes before that one were taken off the tape, as long as it is hollow */
  bool whole;              /* nothing is to come: a list that is not there is none */
};

static bool elements_only(const Expr *e) {
  for (int i = 0; e && i < e->n; i++)
    if (e->alternatives[i].origin == FROM_TOP) return false;
  return true;
}

/* A list that can only be in one place, also while the text ends early. */
static bool one_place(const Expr *at, unsigned *depth) {
  *depth = 0;
  if (!at) return true;
  if (at->form != EXPR_PATH || at->n != 1 || at->otherwise || at->map) return false;
  const Alternative *a = &at->alternatives[0];
  for (int i = 0; i < a->nsteps; i++)
    if (a->steps[i].kind != STEP_NAME || a->steps[i].index < 0) return false;
  *depth = (unsigned)a->nsteps;
  return a->origin == FROM_ELEMENT && a->ntransforms == 0 && *depth <= JSON_CUT_MAX;
}

bool fill_early(const Plan *p, unsigned *depth) {
  bool store = p->schema->id == SCHEMA_MARKET || p->schema->id == SCHEMA_CURRENCY;
  bool list = p->kind->shape == SHAPE_LIST || p->kind->shape == SHAPE_KEYED;
  if (!store || !list || !plan_plain(p) || !elements_only(p->where) || !one_place(p->at, depth)) return false;
  for (int i = 0; i < p->n; i++)
    if (!elements_only(&p->fields[i].e)) return false;
  return true;
}

/* What a market is found by, and told apart, and what its name is made of. */
static bool is_first(const Field *f) {
  if (f->slot == MARKET_lowercaseId || f->slot == MARKET_active) return false;
  return (f->slot >= MARKET_id && f->slot <= MARKET_optionType) || f->slot == MARKET_precision_price;
}

/* What lies in the element, takes no function of the adapter, and is the same whenever it is read. */
static bool can_wait(const Field *f) {
  if (f->e.form != EXPR_PATH || f->e.otherwise) return false;
  for (int i = 0; i < f->e.n; i++) {
    const Alternative *a = &f->e.alternatives[i];
    if (a->origin != FROM_ELEMENT || a->nsteps == 0) return false;
    for (int k = 0; k < a->ntransforms; k++)
      if (transform_by_store(a->transforms[k].op)) return false;
  }
  return true;
}

static bool at_once(const Field *f) { return is_first(f) || !can_wait(f); }
static bool later(const Field *f) { return !at_once(f); }

/* A market list is thousands, of which a run looks at a few: half of the work of reading them is left until then. */
static bool split(Fill *f, Shelf *shelf, const ReadContext *c) {
  const Plan *p = f->plan;
  if (p->schema->id != SCHEMA_MARKET) return true;
  f->first = plan_part(p, at_once);
  Plan *rest = plan_part(p, later);
  if (!f->first || !rest) return plan_part_free(rest), false;
  if (rest->n == 0) return plan_part_free(rest), true;
  ReadContext kept = *c;
  kept.args_ref = LUA_NOREF;
  kept.market = NULL;
  kept.code = NULL;
  shelf_rest(shelf, rest, &kept);
  return true;
}

Fill *fill_new(const Plan *p, ReadContext *c, JsonDoc *doc, MarketStore *into) {
  bool currencies = p->schema->id == SCHEMA_CURRENCY;
  Fill *f = calloc(1, sizeof *f);
  if (!currencies) market_store_fees(into, c->taker, c->maker);
  Shelf *shelf = f ? shelf_new(into, currencies) : NULL;
  if (!shelf) {
    free(f);
    snprintf(c->error, sizeof c->error, "out of memory");
    return NULL;
  }
  shelf_keep(shelf, doc);
  *f = (Fill){ .plan = p, .doc = doc, .into = into, .shelf = shelf, .generation = market_generation(into) };
  if (split(f, shelf, c)) return f;
  fill_free(f);
  snprintf(c->error, sizeof c->error, "out of memory");
  return NULL;
}

void fill_free(Fill *f) {
  if (!f) return;
  shelf_free(f->shelf);
  plan_part_free(f->first);
  free(f);
}

bool fill_is(const Fill *f, const Plan *p, const JsonDoc *doc) {
  return f->plan == p && f->doc == doc && f->generation == market_generation(f->into);
}

static int read_protected(lua_State *L) {
  Fill *f = lua_touserdata(L, 1);
  Reader *r = &f->run.r;
  const Plan *p = f->first ? f->first : f->plan;
  Walk w;
  Spot at;
  if (!f->doc->hollow) {
    f->next += f->gone;
    f->gone = 0;
  }
  if (f->next) {
    bool ended = f->doc->hollow && f->doc->list_end;
    uint32_t end = ended ? f->doc->list_end : json_next(f->doc->nodes, f->list);
    w = (Walk){ f->doc, f->next, end, f->doc->nodes[f->list].type == JSON_OBJECT, 0 };
  } else if (!walk_open(r, p, &f->run.spot, !f->whole, &w)) {
    if (!f->whole && f->doc->len > BEGINS_IN) read_fail(r, "%s: no list yet", p->kind->name);
    return 0;
  } else f->list = w.child - json_first(0);
  Record *rec = record_new(r, p->schema);
  Value *slots = rec->slots;
  while (walk_next(r, p, &w, &at)) {
    if (!read_chosen(r, p, &at)) continue;
    record_clear(rec);
    rec->slots = slots;
    read_record(r, p, rec, &at, NULL);
    if (!shelf_add(f->shelf, rec)) read_fail(r, "out of memory");
  }
  f->next = w.child;
  return 0;
}

static bool read_on(Fill *f, ReadContext *c, uint32_t node) {
  run_begin(&f->run, c->adapter, c);
  f->run.r.doc = f->doc;
  f->run.r.kind = f->plan->kind->name;
  f->run.spot = (Spot){ f->doc, node, NULL, 0, NULL };
  return run_call(&f->run, c->adapter, read_protected, 0);
}

bool fill_more(Fill *f, ReadContext *c, uint32_t node) { return read_on(f, c, node); }

/* Not of a reply that is the list by keys: those that tell of a failure are looked for among them. */
void fill_drop(Fill *f, JsonStream *parts) {
  uint32_t first = json_first(f->list), less = f->next - first;
  if (f->next <= first || (f->list == 0 && f->doc->nodes[0].type == JSON_OBJECT) || !json_stream_drop(parts, f->list, f->next)) return;
  f->gone += less;
  f->next = first;
}

bool fill_end(Fill *f, ReadContext *c, uint32_t node) {
  f->whole = true;
  bool ok = read_on(f, c, node);
  if (ok && !shelf_put(f->into, f->shelf)) {
    snprintf(c->error, sizeof c->error, "out of memory");
    ok = false;
  }
  if (ok) f->shelf = NULL;
  fill_free(f);
  return ok;
}

static bool run_store(const Plan *p, ReadContext *c, JsonDoc *doc, uint32_t node, MarketStore *into, enum schema_id schema) {
  c->error[0] = 0;
  if (p->schema->id != schema || (p->kind->shape != SHAPE_LIST && p->kind->shape != SHAPE_KEYED)) {
    snprintf(c->error, sizeof c->error, "%s{} does not give %s", p->kind->name, schema == SCHEMA_MARKET ? "markets" : "currencies");
    return false;
  }
  Fill *f = fill_new(p, c, doc, into);
  return f && fill_end(f, c, node);
}

bool plan_run_markets(const Plan *p, ReadContext *c, JsonDoc *doc, uint32_t node, MarketStore *into) {
  return run_store(p, c, doc, node, into, SCHEMA_MARKET);
}

bool plan_run_currencies(const Plan *p, ReadContext *c, JsonDoc *doc, uint32_t node, MarketStore *into) {
  return run_store(p, c, doc, node, into, SCHEMA_CURRENCY);
}
