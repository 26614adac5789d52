/* MSG_JOURNAL: what verbs read of the journal. A strategy does not: it has its exchange objects. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/journal.h"
#include "broker/rows.h"

#define ROWS_MAX 200000

typedef struct { Rows rows; const char *symbol, *venue; } Fills;      /* of these only */

static bool order_row(void *ctx, const JournalOrder *o) {
  Rows *r = ctx;
  pack_map(&r->pk, 22);
  pack_key_int(&r->pk, "id", o->id);
  pack_key_int(&r->pk, "run", o->run);
  pack_key_str(&r->pk, "venue", o->venue);
  pack_key_str(&r->pk, "account", o->account);
  pack_key_str(&r->pk, "symbol", o->symbol);
  pack_key_str(&r->pk, "type", o->type);
  pack_key_str(&r->pk, "side", o->side);
  pack_key_str(&r->pk, "amount", o->amount);
  pack_key_str(&r->pk, "price", o->price);
  pack_key_str(&r->pk, "notional", o->cost_asked);
  pack_key_str(&r->pk, "client_id", o->client_id);
  pack_key_str(&r->pk, "venue_id", o->venue_id);
  pack_key_str(&r->pk, "state", order_state_name(o->state));
  pack_key_str(&r->pk, "filled", o->filled);
  pack_key_str(&r->pk, "remaining", o->remaining);
  pack_key_str(&r->pk, "average", o->average);
  pack_key_str(&r->pk, "cost", o->cost);
  pack_key_str(&r->pk, "reason", o->reason);
  pack_key_int(&r->pk, "created_ms", o->created_ms);
  pack_key_int(&r->pk, "updated_ms", o->updated_ms);
  pack_key_int(&r->pk, "pair", o->pair);
  pack_key_int(&r->pk, "leg", o->leg);
  return rows_next(r);
}

static bool fill_row(void *ctx, const JournalFill *f) {
  Fills *wanted = ctx;
  Rows *r = &wanted->rows;
  if ((wanted->venue && strcmp(wanted->venue, f->venue) != 0) || (wanted->symbol && strcmp(wanted->symbol, f->symbol) != 0)) return true;
  pack_map(&r->pk, 13);
  pack_key_int(&r->pk, "id", f->id);
  pack_key_int(&r->pk, "order", f->order);
  pack_key_str(&r->pk, "trade_id", f->trade_id);
  pack_key_int(&r->pk, "at_ms", f->at_ms);
  pack_key_str(&r->pk, "venue", f->venue);
  pack_key_str(&r->pk, "account", f->account);
  pack_key_str(&r->pk, "symbol", f->symbol);
  pack_key_str(&r->pk, "side", f->side);
  pack_key_str(&r->pk, "price", f->price);
  pack_key_str(&r->pk, "amount", f->amount);
  pack_key_str(&r->pk, "cost", f->cost);
  pack_key_str(&r->pk, "fee", f->fee_cost);
  pack_key_str(&r->pk, "fee_currency", f->fee_currency);
  return rows_next(r);
}

static bool event_row(void *ctx, const JournalEvent *e) {
  Rows *r = ctx;
  pack_map(&r->pk, 6);
  pack_key_int(&r->pk, "seq", e->seq);
  pack_key_int(&r->pk, "at_ms", e->at_ms);
  pack_key_int(&r->pk, "order", e->order);
  pack_key_str(&r->pk, "what", e->what);
  pack_key_str(&r->pk, "data", e->data);
  pack_key_str(&r->pk, "hash", e->hash);
  return rows_next(r);
}

static bool balance_row(void *ctx, const JournalBalance *b) {
  Rows *r = ctx;
  pack_map(&r->pk, 4);
  pack_key_str(&r->pk, "venue", b->venue);
  pack_key_str(&r->pk, "code", b->code);
  pack_key_str(&r->pk, "free", b->free);
  pack_key_str(&r->pk, "used", b->used);
  return rows_next(r);
}

static void fault_row(void *ctx, const char *fault) {
  Rows *r = ctx;
  pack_str(&r->pk, fault);
  r->n++;
}

/* The chain of hashes and every order against its events and fills. The last row is the verdict. */
static bool verify(Rows *r, const char *dir, const char *mode, char *err, size_t errlen) {
  char path[4200];
  JournalVerdict v;
  if (!journal_exists(dir, mode)) return snprintf(err, errlen, "there is no journal yet"), false;
  snprintf(path, sizeof path, "%s/%s.db", dir, strcmp(mode, "paper") ? "journal" : "paper");
  journal_verify(path, fault_row, r, &v);
  pack_map(&r->pk, 6);
  pack_key_int(&r->pk, "runs", v.runs);
  pack_key_int(&r->pk, "orders", v.orders);
  pack_key_int(&r->pk, "fills", v.fills);
  pack_key_int(&r->pk, "events", v.events);
  pack_key_int(&r->pk, "faults", v.faults);
  pack_key_str(&r->pk, "head", v.head);
  r->n++;
  return true;
}

void journal_answer(Peer *p, uint32_t id, const msgpack_object *m) {
  char op[16] = "", mode[8] = "live", venue[64], symbol[96], class[12], err[400] = "";
  const char *dir = paths_state();
  if (strcmp(p->spec->role, "verb") != 0) {
    peer_error(p, MSG_STORED, id, "the journal is for the command line");
    return;
  }
  pack_get_line(m, "op", op, sizeof op);
  if (pack_get_bool(m, "paper")) strcpy(mode, "paper");
  Fills found = { .symbol = NULL };
  Rows *r = &found.rows;
  rows_begin(r, ROWS_MAX);
  if (pack_get_line(m, "venue", venue, sizeof venue)) found.venue = venue;
  if (pack_get_line(m, "symbol", symbol, sizeof symbol)) found.symbol = symbol;
  JournalFilter filter = { .venue = found.venue, .symbol = found.symbol, .since_ms = pack_get_int(m, "since", 0), .limit = pack_get_int(m, "limit", 0) };
  if (pack_get_line(m, "class", class, sizeof class))
    filter.class = !strcmp(class, "open") ? JOURNAL_OPEN : !strcmp(class, "unknown") ? JOURNAL_UNKNOWN : !strcmp(class, "final") ? JOURNAL_FINAL : JOURNAL_ALL;
  int64_t order = pack_get_int(m, "order", 0);
  Journal *j = NULL;
  bool ok = dir != NULL;
  if (!ok) snprintf(err, sizeof err, "there is no state folder");
  else if (!strcmp(op, "verify")) ok = verify(r, dir, mode, err, sizeof err);
  else if (!journal_exists(dir, mode)) ok = true;                                 /* nothing was ordered yet */
  else if (!(j = journal_open(dir, mode, false, err, sizeof err))) ok = false;
  else {
    ok = !strcmp(op, "orders") ? journal_each(j, &filter, order_row, r) : !strcmp(op, "fills") ? journal_each_fill(j, order, filter.since_ms, fill_row, &found)
      : !strcmp(op, "events") ? journal_each_event(j, order, event_row, r) : !strcmp(op, "balances") ? journal_balance_each(j, "paper", found.venue,
          balance_row, r) : false;
    if (!ok) snprintf(err, sizeof err, "%s", *journal_error(j) ? journal_error(j) : "no such question");
  }
  if (ok) rows_answer(p, id, r);
  else peer_error(p, MSG_STORED, id, "%s", err);
  journal_close(j);
  rows_end(r);
}
