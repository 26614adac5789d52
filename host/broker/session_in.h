/* Inside of the session: what session.c, peer.c and heard.c have of each other. */
#ifndef BOURSE_SESSION_IN_H
#define BOURSE_SESSION_IN_H
#include "broker/peer.h"

#define TEXT_MAX 4000                                       /* bytes of a line on stderr */

void session_say_text(const Session *s, const char *level, const char *text, size_t n);
void session_out(Session *s, const char *text, size_t n);   /* to stdout */
int session_worse(int a, int b);                            /* of two exit codes the one that counts */
void peer_leave(Peer *p);                                   /* nothing more is taken from it or sent to it; the process gets a moment to leave */
void peer_alive(Peer *p);                                   /* it has done with what it was told: the watchdog begins anew */
void sleep_answer(Peer *p, uint32_t id, const msgpack_object *m);
void sleeps_free(Peer *p);
bool heard(Peer *p, int type, uint32_t id, const msgpack_object *m);   /* false: a message that no worker of ours sends */
#endif
