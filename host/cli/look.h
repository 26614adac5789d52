/* The page of a run (--html): its results, counts and fills on a page of host/page. */
#ifndef BOURSE_CLI_LOOK_H
#define BOURSE_CLI_LOOK_H
#include <msgpack.h>
#include "broker/session.h"
#include "cli/tally.h"
#include "page/page.h"

typedef struct Look Look;

Look *look_new(const char *title, const SessionSpec *spec, const char *replay);      /* replay: the file of the tape that plays, or NULL */
void look_begin(Look *l, int64_t at_ms);                                            /* by the session's clock; the first time counts */
void look_books(Look *l, const msgpack_object *books);                               /* those that the next result rests on */
void look_report(Look *l, const msgpack_object *data, int64_t at_ms);                             /* every result */
/* ms: how long the run was. False: said why on stderr. */
bool look_write(Look *l, const Tally *tally, int64_t ms, const char *path);
void look_free(Look *l);
#endif
