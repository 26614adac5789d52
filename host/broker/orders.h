/* Orders, from a strategy's question to what became of them. The broker asks the guard, writes the journal, lets the clerk do the work, and knows at each
 * moment what is not known. No order is sent that is not on disk as intended; none is sent twice. */
#ifndef BOURSE_ORDERS_H
#define BOURSE_ORDERS_H
#include "broker/clerk.h"
#include "broker/draft.h"
#include "broker/peer.h"

typedef struct Clerk Clerk;

/* The session's life. With something open or unknown in a live journal the clerk is started at once and looks at it before any order is taken. */
void orders_begin(Session *s);
void orders_finish(Session *s);                 /* its strategies have ended: what is under way is waited for, then session_end */
void orders_kill(Session *s, const char *why);  /* the kill switch: no new orders, what is open is cancelled and waited for, what stands is told */
void orders_close(Session *s);

void orders_answer(Peer *p, uint32_t id, const msgpack_object *m);      /* MSG_ORDER */
void orders_peer_gone(Peer *p);                                         /* a strategy ended, or died */
void orders_facts(Session *s, const msgpack_object *m);                 /* MSG_FACTS */

/* Of request.c, for what has the right to trade or withdraw. May the clerk send this for that order? Just before it is sent (redacted texts): it is in the
 * journal when this returns true. And what came of it: status 0 when nothing did. */
bool orders_may_send(Session *s, const Peer *p, int64_t order, const char *act, char *why, size_t size);
bool orders_fits(Session *s, int64_t order, const char *act, const Draft *d, const Built *shown, char *why, size_t size);   /* says it the order's figures? */
bool orders_sending(Session *s, int64_t order, const char *act, const char *method, const char *url, size_t url_len, const char *body, size_t body_len,
                    char *why, size_t size);
void orders_replied(Session *s, int64_t order, const char *act, int status, const char *body, size_t len);

/* What the clerk, and who placed an order, are told of the time, in a backtest: there it may have gone on by days. 0: the time of other messages will do. */
int64_t orders_now(const Session *s);
/* Of clerk.c. */
Clerk *orders_clerk(Session *s);
Clerk *clerk_new(void);
void clerk_free(Clerk *c);
void orders_clerk_gone(Session *s);
void orders_clerk_new(Session *s);              /* one was started in the place of one that died */
#endif
