/* What request.c asks before an order's request goes out, and tells of it afterwards. */
#include "broker/orders_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Ask *ask_of(Orders *o, int64_t order) {
  for (Ask *a = o->asks; a; a = a->next)
    if (a->order == order) return a;
  return NULL;
}

bool orders_may_send(Session *s, const Peer *p, int64_t order, const char *act, char *why, size_t size) {
  if (p != &s->clerk || !s->orders) return snprintf(why, size, "orders go through the broker: a worker does not send them"), false;
  if (!strcmp(act, "cancel")) return true;         /* lessens what is at stake */
  Ask *a = order > 0 ? ask_of(s->orders, order) : NULL;
  if (!a || (strcmp(act, "create") != 0 && strcmp(act, "other") != 0)) return snprintf(why, size, "this request belongs to no order of the journal"), false;
  if (a->sent) return snprintf(why, size, "the order was sent already; nothing is sent twice"), false;
  return true;
}

bool orders_fits(Session *s, int64_t order, const char *act, const Draft *d, const Built *shown, char *why, size_t size) {
  Orders *o = s->orders;
  Ask *a = o && !strcmp(act, "create") ? ask_of(o, order) : NULL;
  JournalOrder *j = a && o->journal ? journal_order(o->journal, order) : NULL;
  if (!j) return true;                             /* orders_sending says what is wrong */
  OrderBound b = bound_of(j->type, j->side, j->amount, j->price, j->cost_asked);
  bound_market(&b, &a->market);
  bound_look(&b, shown->url.p, shown->url.n);
  if (d->has_body) bound_look(&b, shown->body.p, shown->body.n);
  for (size_t i = 0; i < d->n_headers; i++) bound_look(&b, shown->values[i].p, shown->values[i].n);
  const char *lacks = bound_lacks(&b);
  if (lacks) {
    const struct { const char *what, *is; } parts[] = { { "price", j->price }, { "side", j->side }, { "market", j->symbol }, { "amount", j->amount },
                                                       { "cost", j->cost_asked } };
    const char *figure = j->cost_asked;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
      if (!strcmp(parts[i].what, lacks)) figure = parts[i].is;
    snprintf(why, size, "refused by the guard: the request that the adapter made of the order does not say its %s, %s", lacks, figure);
    journal_event(o->journal, 0, "guard", why, clock_wall_ms());
    a->unfit = true;
  }
  free(j);
  return !lacks;
}

bool orders_sending(Session *s, int64_t order, const char *act, const char *method, const char *url, size_t url_len, const char *body, size_t body_len,
                    char *why, size_t size) {
  Orders *o = s->orders;
  bool cancel = !strcmp(act, "cancel");
  Ask *a = o && !cancel ? ask_of(o, order) : NULL;
  if (!o || !o->journal || (!cancel && (!a || a->sent))) return snprintf(why, size, "the order was sent already; nothing is sent twice"), false;
  if (a && (a->held = orders_hold(a, why, size))) return false;
  size_t n = strlen(method) + url_len + body_len + 3;
  char *text = malloc(n);
  if (!text) return snprintf(why, size, "out of memory"), false;
  n = (size_t)snprintf(text, n, "%s %.*s%s%.*s", method, (int)url_len, url, body_len ? "\n" : "", (int)body_len, body);
  int64_t now = clock_wall_ms();
  bool other = !strcmp(act, "other");
  bool ok = cancel || other ? order <= 0 || journal_event(o->journal, other ? 0 : order, other ? "note" : "cancel_sent", text, now)
                            : journal_mark(o->journal, order, ORDER_SENT, &(JournalChange){ .text = text }, now);
  free(text);
  if (!ok && cancel) session_say(s, "error", "journal: %s; the cancel is sent all the same", journal_error(o->journal));
  else if (!ok) return snprintf(why, size, "not sent, because the journal cannot be written: %s", journal_error(o->journal)), false;
  if (a) a->sent = true;
  return true;
}

void orders_replied(Session *s, int64_t order, const char *act, int status, const char *body, size_t len) {
  Orders *o = s->orders;
  bool cancel = !strcmp(act, "cancel");
  Ask *a = o && !cancel ? ask_of(o, order) : NULL;
  char *text;
  if (!o || !o->journal || order <= 0) return;
  if (a && status > 0) {
    a->replied = true;
    a->status = status;
  }
  if (len > 65536) len = 65536;
  if (asprintf(&text, "%d %.*s", status, (int)len, body ? body : "") < 0) return;
  if (!journal_event(o->journal, strcmp(act, "other") ? order : 0, cancel ? "cancel_reply" : "reply", text, clock_wall_ms()))
    session_say(s, "error", "journal: %s", journal_error(o->journal));
  free(text);
}
