/* Tables of markets and currencies: what was packed, and what is read of the element only now. */
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/market_in.h"
#include "worker/read_in.h"

typedef struct { Run run; const Market *m; } Table;

/* What was packed, into a record that is empty. `room`: for so many more extras. */
static void unpack(Reader *r, const Market *m, Record *rec, uint32_t room) {
  const JsonDoc *kept = m->shelf->doc;
  const char *at = m->packed;
  uint32_t n;
  rec->info = packed_next(&at, kept);
  while ((unsigned char)*at != 255) {
    unsigned char slot = (unsigned char)*at++;
    rec->slots[slot] = packed_next(&at, kept);
  }
  at++;
  memcpy(&n, at, sizeof n);
  at += sizeof n;
  rec->extras = arena_alloc(&r->arena, (n + room + 1) * sizeof *rec->extras);
  for (; rec->nextras < n; rec->nextras++) {
    Value key = packed_next(&at, kept), v = packed_next(&at, kept);
    rec->extras[rec->nextras] = (TreeItem){ key.s ? key.s : "", key.n, v };
  }
}

static int push_protected(lua_State *L) {
  Table *x = lua_touserdata(L, 1);
  Reader *r = &x->run.r;
  const Plan *rest = x->run.plan;
  Record *rec = record_new(r, schema_of(x->m->shelf->currencies ? SCHEMA_CURRENCY : SCHEMA_MARKET));
  unpack(r, x->m, rec, rest ? (uint32_t)rest->n : 0);
  if (rest) {
    read_fields(r, rest, rec, &x->run.spot);
    record_withhold(rec);
    shelf_fees(x->m->shelf, rec);
    rec->info = value_of_node(&r->arena, x->run.spot.doc, x->run.spot.node);
  }
  record_push(L, rec, record_keys(L, rec->schema, NULL));
  return 1;
}

/* The element is scanned anew; one that is a plain value has no rest. */
static bool open_rest(Table *x, char *err, size_t errlen) {
  const Shelf *h = x->m->shelf;
  size_t n;
  const char *text = h->rest ? packed_slice(x->m->packed, h->doc, &n) : NULL;
  if (!text) return true;
  char *copy = malloc(n + 1);
  if (!copy) return snprintf(err, errlen, "out of memory"), false;
  JsonDoc *doc = json_parse(memcpy(copy, text, n), n, err, errlen);
  if (!doc) return false;
  x->run.plan = h->rest;
  x->run.r.doc = doc;
  x->run.spot = (Spot){ doc, 0, NULL, 0, NULL };
  return true;
}

static bool push(lua_State *L, const Market *m, char *err, size_t errlen) {
  ReadContext c = m->shelf->context;
  Table x = { .m = m };
  run_begin(&x.run, L, &c);
  if (!open_rest(&x, err, errlen)) return false;
  bool ok = run_call(&x.run, L, push_protected, 1);
  json_unref(x.run.r.doc);
  if (!ok) snprintf(err, errlen, "%.60s: %s", m->name, c.error);
  return ok;
}

bool market_push(lua_State *L, const Market *m, char *err, size_t errlen) { return push(L, m, err, errlen); }
bool currency_push(lua_State *L, const Currency *c, char *err, size_t errlen) { return push(L, &c->m, err, errlen); }
