/* Fills that are told after the end: a cancellation crosses a fill, and the venue says "cancelled" before it tells of the trade. So the account's trades of
 * a market are read again some time after an order of it is over, then now and then for half a day, and at the start for every market where one was not
 * long before. What is new goes into the journal, and a pair that it belongs to goes on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/orders_in.h"

#define LATE_MS (12 * 3600000ll)     /* at the start: orders over for less (some venues tell at most a day of trades at once) */
#define SOON_MS (20 * 60000ll)       /* in the rounds after an end */
#define LATER_MS (5 * 60000ll)       /* between the looks after those, as long as LATE_MS lasts: */
#define HOUR_MS (60 * 60000ll)       /* at orders over for less, */
#define WHOLE 6                      /* and each so many times at all of LATE_MS */
#define SPACE_MS 15000               /* between two looks at a market where orders end all the time */
#define MISSES_MAX 6
#define AGAIN_MS 2000                /* after a look that failed; doubles */
#define AT_ONCE 2
#define ORDERS_LOOKED 200            /* the newest of a market */

static const int64_t rounds_ms[] = { 3000, 15000, 60000, 300000 };      /* after the end */
#define ROUNDS ((int)(sizeof rounds_ms / sizeof *rounds_ms))

struct Late {
  Orders *orders;
  int64_t number;                         /* what a look is known by: it may come back when there is no such market any more */
  char venue[64], symbol[96];
  int round, misses;
  int64_t ended_us, due_us, asked_us;     /* asked_us: the last look, 0 before the first */
  bool looking, of_start, none, said;     /* none: the venue has no way to look; said: that it cannot be read */
  Late *next;
};

static Late *late_of(Orders *o, const char *venue, const char *symbol) {
  for (Late *l = o->lates; l; l = l->next)
    if (!strcmp(l->venue, venue) && !strcmp(l->symbol, symbol)) return l;
  Late *l = calloc(1, sizeof *l);
  if (!l) abort();
  *l = (Late){ .orders = o, .number = ++o->last_late, .next = o->lates };
  snprintf(l->venue, sizeof l->venue, "%s", venue);
  snprintf(l->symbol, sizeof l->symbol, "%s", symbol);
  return o->lates = l;
}

static void late_end(Late *l) {
  for (Late **p = &l->orders->lates; *p; p = &(*p)->next)
    if (*p == l) {
      *p = l->next;
      break;
    }
  free(l);
}

void late_over(Orders *o, const JournalOrder *j) {
  if (o->paper) return;
  Late *l = late_of(o, j->venue, j->symbol);
  l->ended_us = clock_mono_us();
  l->round = l->misses = 0;
  if (l->of_start) return;
  l->due_us = l->ended_us + rounds_ms[0] * 1000;
  int64_t spaced = l->asked_us + SPACE_MS * 1000ll;
  if (l->asked_us && spaced > l->due_us) l->due_us = spaced;
}

static bool late_found(void *ctx, const JournalOrder *j) {
  Orders *o = ctx;
  Late *l = late_of(o, j->venue, j->symbol);
  int64_t ended = clock_mono_us() - (clock_wall_ms() - j->updated_ms) * 1000;
  if (!l->of_start) o->starting++;
  if (!l->of_start || ended > l->ended_us) l->ended_us = ended;
  l->of_start = true;
  return true;
}

static JournalFilter over_lately(int64_t ms) { return (JournalFilter){ .class = JOURNAL_OVER, .since_ms = clock_wall_ms() - ms }; }

bool late_start(Orders *o) {
  JournalFilter filter = over_lately(LATE_MS);
  bool ok = journal_each(o->journal, &filter, late_found, o);
  size_t n = 0;
  for (Late *l = o->lates; l; l = l->next) n++;
  if (n) session_say(o->session, "note", "own trades of %zu markets are read first, for fills that were told late", n);
  return ok;
}

static bool is_one(void *ctx, const JournalOrder *j) {
  (void)j;
  *(bool *)ctx = true;
  return false;
}

bool late_some(Journal *j) {
  JournalFilter filter = over_lately(LATE_MS);
  bool some = false;
  filter.limit = 1;
  journal_each(j, &filter, is_one, &some);
  return some;
}

/* A verb's user waits for its answer, not for this: the next run looks. */
bool late_waits(const Orders *o) {
  if (strcmp(o->session->spec->workers[0].role, "run") != 0) return false;
  for (const Late *l = o->lates; l; l = l->next)
    if (!l->none && (l->looking || l->round == 0)) return true;
  return false;
}

/* ---- a look ---- */

/* The first look lets orders be taken, whatever came of it. */
static void first_word(Late *l) {
  if (!l->of_start) return;
  l->of_start = false;
  orders_started(l->orders);
}

static void looked(Late *l) {
  int64_t now = clock_mono_us();
  l->misses = 0;
  if (l->ended_us > l->asked_us) l->round = 0;                     /* one more ended meanwhile */
  else do l->round++; while (l->round < ROUNDS && l->ended_us + rounds_ms[l->round] * 1000 <= now);
  l->due_us = l->round < ROUNDS ? l->ended_us + rounds_ms[l->round] * 1000 : l->asked_us + LATER_MS * 1000;
}

static void take_told(Orders *o, const msgpack_object *told) {
  if (!told || told->type != MSGPACK_OBJECT_ARRAY) return;
  for (size_t i = 0; i < told->via.array.size; i++) {
    const msgpack_object *one = &told->via.array.ptr[i];
    order_told(o, pack_get_int(one, "order", 0), pack_get(one, "it"), pack_get(one, "fills"));
  }
}

static void on_late(Session *s, void *ctx, const msgpack_object *answer, const char *why) {
  Late *l = s->orders->lates;
  const msgpack_object *told = answer ? pack_get(answer, "told") : NULL;
  (void)why;
  take_told(s->orders, told);
  while (l && l->number != (int64_t)(intptr_t)ctx) l = l->next;
  if (!l) return;
  l->looking = false;
  if (answer && pack_get_bool(answer, "none")) {
    session_say(s, "warn", "%s tells neither own trades nor single orders: a fill that it tells of after an order's end is not found", l->venue);
    l->none = true;
  } else if (told) looked(l);
  else if (++l->misses < MISSES_MAX) l->due_us = clock_mono_us() + (AGAIN_MS * 1000ll << l->misses);
  else {
    if (!l->said) session_say(s, "warn", "%s: own trades of %s cannot be read; they are tried every 5 minutes, for late fills", l->venue, l->symbol);
    l->said = true;
    looked(l);
  }
  first_word(l);
  if (l->round >= ROUNDS && clock_mono_us() - l->ended_us > LATE_MS * 1000) late_end(l);
}

typedef struct { msgpack_packer *pk; size_t n; } Packing;

static bool pack_over(void *ctx, const JournalOrder *j) {
  Packing *x = ctx;
  x->n++;
  if (!x->pk) return true;
  pack_map(x->pk, 5);
  pack_key_int(x->pk, "order", j->id);
  pack_key_str(x->pk, "id", j->venue_id);
  pack_key_str(x->pk, "filled", j->filled);
  pack_key_int(x->pk, "created_ms", j->created_ms);
  pack_key_int(x->pk, "ended_ms", j->updated_ms);
  return true;
}

static void look(Late *l) {
  Orders *o = l->orders;
  bool whole = l->of_start || (l->round >= ROUNDS && (l->round - ROUNDS) % WHOLE == WHOLE - 1);
  JournalFilter filter = over_lately(whole ? LATE_MS : l->round >= ROUNDS ? HOUR_MS : SOON_MS);
  Packing packing = { 0 };
  filter.venue = l->venue;
  filter.symbol = l->symbol;
  filter.limit = ORDERS_LOOKED;
  l->looking = true;
  l->asked_us = clock_mono_us();
  journal_each(o->journal, &filter, pack_over, &packing);
  msgpack_packer pk = clerk_begin(o->session, "late", 3, on_late, (void *)(intptr_t)l->number);
  pack_key_str(&pk, "venue", l->venue);
  pack_key_str(&pk, "symbol", l->symbol);
  pack_str(&pk, "orders");
  pack_array(&pk, packing.n);
  packing.pk = &pk;
  journal_each(o->journal, &filter, pack_over, &packing);
  clerk_end(o->session);
}

void late_tick(Orders *o) {
  int64_t now = clock_mono_us();
  int under_way = 0;
  if (o->paper || !o->journal) return;
  for (Late *l = o->lates; l; l = l->next) under_way += l->looking;
  for (Late *l = o->lates, *next; l && under_way < AT_ONCE; l = next) {
    bool ends = o->finishing && l->round == 0 && !l->misses && now >= l->ended_us + rounds_ms[0] * 1000;      /* no spacing then */
    next = l->next;
    bool can_wait = l->round >= ROUNDS && (under_way || o->asks || o->finishing);      /* what is asked for now goes first */
    if (l->looking || l->none || can_wait || (l->due_us > now && !ends)) continue;
    under_way++;
    look(l);
  }
}

void lates_free(Orders *o) {
  for (Late *l = o->lates, *next; l; l = next) {
    next = l->next;
    free(l);
  }
  o->lates = NULL;
}
