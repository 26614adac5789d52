/* Requests that are sent again as they were (venue_repeat.c). */
#ifndef BOURSE_VENUE_REPEAT_H
#define BOURSE_VENUE_REPEAT_H
#include "worker/venue_internal.h"

/* Of a call whose n arguments and then its params lie from `first` on: its length is 0 when it has params, or arguments that are no plain values. */
void repeat_key(RepeatKey *k, lua_State *L, const char *method, int first, int n);
Repeat *repeat_find(Venue *v, const RepeatKey *k);             /* NULL: it is made by the adapter */
void repeat_push(lua_State *L, const Repeat *r);               /* what endpoint.again takes; L is of the adapter */
void repeat_pack(const Repeat *r, uint32_t number, msgpack_sbuffer *out);      /* MSG_HTTP of the call of that number; 0: of none */
void repeat_forget(Venue *v);
/* What a call sent: n fields of a map. It is kept for the next one when the call ends with something at idx of its coroutine for endpoint.again. */
void repeat_sent(Call *c, const char *fields, size_t len, size_t n);
void repeat_keep(Call *c, int idx);
void repeat_let_go(Call *c);
#endif
