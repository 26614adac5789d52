/* An answer that is a list of rows, which callbacks pack one after the other: MSG_STORED {value = {...}}. */
#ifndef BOURSE_ROWS_H
#define BOURSE_ROWS_H
#include "broker/peer.h"

typedef struct { msgpack_packer pk; msgpack_sbuffer out; size_t n, most; } Rows;

void rows_begin(Rows *r, size_t most);
bool rows_next(Rows *r);                                  /* one was packed; false: that is all that may be */
void rows_answer(Peer *p, uint32_t id, const Rows *r);
void rows_end(Rows *r);
#endif
