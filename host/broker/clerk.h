/* The clerk as the broker sees it: a worker that carries out what trades (host/lua/clerk.lua), started when it is first needed. */
#ifndef BOURSE_CLERK_H
#define BOURSE_CLERK_H
#include <msgpack.h>

#include "broker/peer.h"

/* What came of a task: `answer` is its map, or NULL when the clerk died or could not be started (why says it). */
typedef void (*TaskFn)(Session *s, void *ctx, const msgpack_object *answer, const char *why);

/* A task for the clerk: begin, pack `more` fields (key and value each), end. `what` is its `do`. fn is called once, later. */
msgpack_packer clerk_begin(Session *s, const char *what, size_t more, TaskFn fn, void *ctx);
void clerk_end(Session *s);

size_t clerk_busy(const Session *s);                              /* tasks under way */
void clerk_answered(Session *s, const msgpack_object *m);         /* MSG_TASKED */
void clerk_gone(Session *s);                                      /* the process is over */
#endif
