/* The scripts of a recording: what ran, with which text and arguments. */
#ifndef BOURSE_TAPE_SCRIPTS_H
#define BOURSE_TAPE_SCRIPTS_H
#include "broker/tape.h"
#include <msgpack.h>

typedef struct {
  char *name, *source; size_t source_len;
  msgpack_sbuffer args;                 /* one map */
} TapeScript;

/* Those that the run began with, in its order; at most `most`. Their number, and 0 with the reason in err. Reading goes on at the beginning. */
size_t tape_scripts(Tape *t, TapeScript *out, size_t most, char *err, size_t errlen);
void tape_scripts_free(TapeScript *list, size_t n);
#endif
