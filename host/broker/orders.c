/* Orders in a session: the ticks, the kill switch, a strategy's end, and the end of all. */
#include "broker/orders_in.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "broker/order_book.h"

#define TICK_MS 500
#define CLOCK_SET_MS 2000         /* a clock that is kept in step by the system moves by less at once */
#define END_MS 15000              /* what is under way when the strategies have ended gets this long */
#define LINGER_MS 10000           /* a run that was told to end leaves so much time to say so again, when orders stand */

int64_t orders_now(const Session *s) { return s->spec->paper ? clock_wall_ms() : 0; }

void orders_break(Orders *o, const char *format, ...) {
  va_list ap;
  if (o->state == ORDERS_KILLED) return;
  va_start(ap, format);
  vsnprintf(o->why, sizeof o->why, format, ap);
  va_end(ap);
  o->state = ORDERS_BROKEN;
  session_say(o->session, "error", "no orders: %s", o->why);
}

/* Candles are played a year in a second: there the tick, when nothing goes by it, is only for the kill switch, and that is in real time. */
void orders_tick_later(Orders *o) {
  bool idle = o->session->spec->backtest && !o->pairs && !o->finishing;
  if (idle) loop_after_real(o->session->loop, &o->tick, TICK_MS);
  else loop_after(o->session->loop, &o->tick, TICK_MS);
}

bool orders_kill_asked(char *why, size_t size) {
  char path[PATH_MAX];
  const char *dir = paths_state();
  if (!dir || snprintf(path, sizeof path, "%s/kill", dir) >= (int)sizeof path || access(path, F_OK) != 0) return false;
  snprintf(why, size, "the kill switch is on (bourse kill --undo)");
  return true;
}

/* What goes by this machine's clock - sums of a day, ages of books - is told apart when the clock is set, and somebody may want to know. */
static void clock_look(Orders *o) {
  int64_t base = clock_wall_ms() - clock_steady_us() / 1000, by = base - o->clock_base_ms;
  char text[200];
  if (o->clock_base_ms && (by > CLOCK_SET_MS || by < -CLOCK_SET_MS)) {
    snprintf(text, sizeof text, "this machine's clock was set %s by %.1f s while there may be orders", by > 0 ? "ahead" : "back",
             (double)(by > 0 ? by : -by) / 1000);
    session_say(o->session, "warn", "%s", text);
    if (o->journal) journal_event(o->journal, 0, "note", text, clock_wall_ms());
  }
  o->clock_base_ms = base;
}

void orders_tick(void *ctx) {
  Orders *o = ctx;
  char why[200];
  clock_look(o);
  orders_tick_later(o);
  if (o->state != ORDERS_KILLED && o->state != ORDERS_BROKEN && orders_kill_asked(why, sizeof why)) orders_kill(o->session, why);
  watch_tick(o);
  late_tick(o);
  pairs_tick(o);
  if (o->finishing) orders_finish(o->session);
}

void orders_facts(Session *s, const msgpack_object *m) {
  const msgpack_object *mark = pack_get(m, "mark");
  char venue[64], base[24], quote[24];
  if (s->orders) paper_changes(s->orders, pack_get(m, "changes"));
  if (s->spec->on_mark && pack_get_line(mark, "venue", venue, sizeof venue) && pack_get_line(mark, "base", base, sizeof base)
      && pack_get_line(mark, "quote", quote, sizeof quote))
    s->spec->on_mark(s->spec->ctx, clock_wall_ms(), venue, base, quote, pack_get_double(mark, "price", 0));
}

/* It does not go out any more; when it did, it is cancelled as soon as that is known. */
static void orphaned(Ask *a) {
  a->orphan = true;
  if (a->orders->paper && a->order && !a->sent) paper_hold(a, "not sent: its worker died");
}

static bool is_watched(const Ask *a) {
  for (const Watch *w = a->orders->watches; w; w = w->next)
    if (w->ask == a) return true;
  return false;
}

/* Its orders go on; when it died and the limits say so, they are cancelled. */
void orders_peer_gone(Peer *p) {
  Orders *o = p->session->orders;
  if (!o) return;
  bool cancels = p->crashed && !o->limits.keep_on_death;
  size_t cancelled = 0, under_way = 0;
  pairs_peer_gone(o, p, cancels);
  for (Ask *a = o->asks; a; a = a->next) {
    if (a->peer != p) continue;
    a->peer = NULL;
    if (!cancels || !strncmp(a->op, "cancel", 6) || ask_reads(a)) continue;
    orphaned(a);
    under_way += !is_watched(a);
  }
  for (Watch *w = o->watches; w; w = w->next) {
    if (w->owner != p) continue;
    w->owner = NULL;
    w->cancelling = w->cancelling || cancels;
    if (cancels) w->due_us = 0;
    cancelled += cancels;
  }
  cancelled += paper_peer_gone(o, p, cancels);
  if (cancelled || under_way)
    session_say(p->session, "warn", "%s died: its %zu open orders are cancelled; %zu under way are not sent, or cancelled too", p->name, cancelled, under_way);
  if (cancelled) watch_tick(o);
}

void orders_clerk_gone(Session *s) {
  Orders *o = s->orders;
  if (o->finishing) orders_finish(s);
}

static bool tell_standing(void *ctx, const JournalOrder *j) {
  Orders *o = ctx;
  o->standing++;
  session_say(o->session, "warn", "stands: order %lld, %s %s %s %s at %s, %s (%s)", (long long)j->id, j->side, j->amount, j->symbol, j->type,
              j->price && *j->price ? j->price : "the market", order_state_name(j->state), j->venue);
  return true;
}

/* What is left. An operator who ended the run, and sees orders that are to go too, gets time to say it. */
static void say_standing(Orders *o) {
  JournalFilter filter = { .class = JOURNAL_OPEN, .run = o->run };
  o->said_stand = true;
  o->standing = 0;
  journal_each(o->journal, &filter, tell_standing, o);
  o->lingers = o->standing > 0 && o->session->signalled && !o->session->spec->backtest && !o->session->play && o->state != ORDERS_KILLED;
  if (!o->lingers) return;
  session_say(o->session, "warn", "%zu orders stand; stop again within %d s to cancel them", o->standing, LINGER_MS / 1000);
  loop_after(o->session->loop, &o->end, LINGER_MS);
}

static void on_caught_up(Session *s, void *ctx, const msgpack_object *answer, const char *why) {
  (void)ctx, (void)answer, (void)why;
  orders_finish(s);
}

/* Waits for what is under way, then lets the clerk go, then ends the session. Called again and again until that is so. */
void orders_finish(Session *s) {
  Orders *o = s->orders;
  if (!o) {
    session_end(s);
    return;
  }
  if (!o->finishing) {
    o->finishing = true;
    loop_after(s->loop, &o->end, END_MS);
    orders_tick_later(o);
    if (s->spec->backtest && s->clerk.state == PEER_RUNNING) {          /* what the last candles did to orders that rest */
      clerk_begin(s, "catch_up", 0, on_caught_up, NULL);
      clerk_end(s);
    }
  }
  if (o->end.slot && (o->asks || o->pairs || clerk_busy(s) || watch_unsettled(o) || late_waits(o))) return;
  if (!o->said_stand && o->journal) say_standing(o);
  if (o->lingers && o->end.slot) return;
  if (!o->run_ended && o->journal) journal_run_end(o->journal, o->run, clock_wall_ms());
  o->run_ended = true;
  if (s->clerk.state != PEER_GONE) {
    peer_stop(&s->clerk, "no more orders");
    return;
  }
  session_end(s);
}

void orders_end_time(void *ctx) {
  Orders *o = ctx;
  if (clerk_busy(o->session) && o->session->clerk.state < PEER_LEAVING) peer_fail(&o->session->clerk, 1, "clerk: did not end in time");
  orders_finish(o->session);
}

void orders_kill(Session *s, const char *why) {
  Orders *o = s->orders;
  size_t n = 0;
  if (!o || o->state == ORDERS_KILLED) return;
  snprintf(o->why, sizeof o->why, "%s", why);
  o->state = ORDERS_KILLED;
  if (o->journal) journal_event(o->journal, 0, "kill", why, clock_wall_ms());
  for (Watch *w = o->watches; w; w = w->next) {
    w->cancelling = true;
    w->due_us = 0;
    n++;
  }
  if (o->paper && o->journal) {
    char text[500];
    snprintf(text, sizeof text, "not sent: %s", why);
    for (const Ask *a = o->asks; a; a = a->next)
      if (a->order && !a->sent) paper_hold(a, text);
    n = paper_cancel_open(o);
  }
  session_say(s, "warn", "%s: %zu open orders are cancelled, and no new ones are taken", why, n);
  if (o->finishing && !o->run_ended) {       /* what stands then is told anew */
    o->said_stand = o->lingers = false;
    loop_after(s->loop, &o->end, END_MS);
  }
  orders_started(o);
}

void orders_close(Session *s) {
  Orders *o = s->orders;
  if (!o) return;
  loop_cancel(s->loop, &o->tick);
  loop_cancel(s->loop, &o->end);
  pairs_free(o);
  books_free(&o->books);
  lates_free(o);
  paper_free(o);
  while (o->asks) ask_free(o->asks);
  for (Watch *w = o->watches, *next; w; w = next) {
    next = w->next;
    free(w);
  }
  journal_close(o->journal);
  guard_limits_free(&o->limits);
  clerk_free(o->clerk);
  msgpack_sbuffer_destroy(&o->paper_config);
  free(o->config);
  free(o);
  s->orders = NULL;
}
