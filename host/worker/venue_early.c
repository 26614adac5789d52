/* Lists of markets and currencies are megabytes: they are read while they come. Nothing of it counts before the reply is whole, was looked at and is to be
 * stored; whatever fails before is let go of in silence, for the whole reply is read then and says what is wrong. */
#include <stdio.h>
#include <stdlib.h>

#include "worker/fill.h"
#include "worker/json.h"
#include "worker/plan_in.h"
#include "worker/venue_internal.h"

struct Early {
  const Call *call;
  const Plan *plan;        /* on the stack of the call's coroutine, which waits */
  unsigned depth;
  Fill *fill;              /* NULL: nothing was read yet */
};

static void drop(Venue *v) {
  fill_free(v->early->fill);
  free(v->early);
  v->early = NULL;
}

void early_begin(Call *c, const Plan *p) {
  unsigned depth;
  Venue *v = c->venue;
  early_end(c);
  if (v->early || !fill_early(p, &depth)) return;
  v->early = malloc(sizeof *v->early);
  if (v->early) *v->early = (Early){ c, p, depth, NULL };
}

void early_end(Call *c) {
  Venue *v = c->venue;
  if (v->early && v->early->call == c) drop(v);
}

void early_part(Worker *w, void *call, struct JsonStream *parts) {
  Venue *v = ((Call *)call)->venue;
  Early *e = v->early;
  ReadContext rc;
  (void)w;
  if (!e || e->call != call) return;
  if (!parts) {                         /* the request was sent again */
    fill_free(e->fill);
    e->fill = NULL;
    return;
  }
  JsonDoc *doc = json_stream_cut(parts, e->depth);
  if (!doc) return;
  venue_context(&rc, v);
  if (!e->fill) e->fill = fill_new(e->plan, &rc, doc, v->markets);
  bool ok = e->fill && fill_more(e->fill, &rc, 0);
  json_stream_uncut(parts);
  if (ok) fill_drop(e->fill, parts);
  else drop(v);
}

bool early_store(Venue *v, const Plan *p, ReadContext *c, JsonDoc *doc, uint32_t node, bool currencies) {
  Early *e = v->early;
  bool meant = p->schema->id == (currencies ? SCHEMA_CURRENCY : SCHEMA_MARKET);
  if (e && e->fill && node == 0 && meant && fill_is(e->fill, p, doc)) {
    Fill *f = e->fill;
    e->fill = NULL;
    if (fill_end(f, c, node)) return true;
  }
  if (!json_unfold(doc)) {
    snprintf(c->error, sizeof c->error, "out of memory");
    return false;
  }
  return currencies ? plan_run_currencies(p, c, doc, node, v->markets) : plan_run_markets(p, c, doc, node, v->markets);
}
