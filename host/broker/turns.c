/* On a replay one worker is at work at a time: what it says while the others stand still comes in an order that does not depend on which process is
 * faster. Messages to the others wait until the one that has the turn has done with all of its own and waits. One that ends has the turn until its process is
 * gone, which takes as long as it takes. */
#include "broker/peer.h"

bool turn_take(Peer *p) {
  Turns *t = &p->session->turns;
  if (!t->on || t->holder == p) return true;
  if (!t->holder && !t->leaving) {
    t->holder = p;
    loop_hold(p->session->loop, true);
    return true;
  }
  if (!p->queued) {
    p->queued = true;
    p->next_turn = NULL;
    if (t->last) t->last->next_turn = p;
    else t->first = p;
    t->last = p;
  }
  return false;
}

static void pass(Session *s) {
  Turns *t = &s->turns;
  Peer *p = t->first;
  t->holder = NULL;
  loop_hold(s->loop, p != NULL || t->leaving > 0);
  if (!p || t->leaving) return;
  t->first = p->next_turn;
  if (!t->first) t->last = NULL;
  p->queued = false;
  peer_flush(p);
}

void turn_over(Peer *p, int64_t taken) {
  Turns *t = &p->session->turns;
  if (t->on && t->holder == p && taken == (int64_t)p->told) pass(p->session);
}

void turn_leave(Peer *p) {
  Turns *t = &p->session->turns;
  if (!t->on) return;
  t->leaving++;
  if (p->queued) {
    Peer **at = &t->first, *before = NULL;
    while (*at != p) {
      before = *at;
      at = &(*at)->next_turn;
    }
    *at = p->next_turn;
    if (t->last == p) t->last = before;
    p->queued = false;
  }
  if (t->holder == p) t->holder = NULL;
  loop_hold(p->session->loop, true);
}

void turn_gone(Peer *p) {
  Turns *t = &p->session->turns;
  if (!t->on) return;
  t->leaving--;
  if (!t->holder) pass(p->session);
}
