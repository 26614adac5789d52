/* Going ahead (ahead.c): while a tape or candles are played, a worker keeps its sleeps itself, and the replies to its requests as far as the broker has sent
 * them along. It asks nobody for them, and goes on from one to the next as far as the broker lets it (MSG_GO): until something else is due. */
#ifndef BOURSE_AHEAD_H
#define BOURSE_AHEAD_H
#include "worker/worker_internal.h"

/* A question. False: it is for the broker, and nothing is gone on with until that has answered. */
bool ahead_ask(Worker *w, int type, uint32_t id, const msgpack_sbuffer *payload);
bool ahead_heard(Worker *w, int type, uint32_t id, const msgpack_object *m);   /* MSG_NOW, with which it begins, MSG_AHEAD, MSG_GO; false: another message */
/* The next answer that is due, as the broker would give it; valid until ahead_given. False: none, or it may not come yet. */
bool ahead_next(Worker *w, msgpack_zone *zone, Frame *f, msgpack_object *payload);
void ahead_given(Worker *w);
void ahead_mark(Worker *w);                                    /* before a message to the broker: what time it is */
bool ahead_due(Worker *w, int64_t *at_us, uint64_t *rank);     /* before a wait: when the next answer is due; false: none is */
#endif
