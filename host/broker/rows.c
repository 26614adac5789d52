#include "broker/rows.h"

void rows_begin(Rows *r, size_t most) {
  r->n = 0;
  r->most = most;
  msgpack_sbuffer_init(&r->out);
  msgpack_packer_init(&r->pk, &r->out, msgpack_sbuffer_write);
}

bool rows_next(Rows *r) { return ++r->n < r->most; }

void rows_answer(Peer *p, uint32_t id, const Rows *r) {
  msgpack_packer pk = peer_begin(p, MSG_STORED, id);
  pack_map(&pk, 1);
  pack_str(&pk, "value");
  pack_array(&pk, r->n);
  if (r->out.size) pk.callback(pk.data, r->out.data, r->out.size);
  peer_end(p);
}

void rows_end(Rows *r) { msgpack_sbuffer_destroy(&r->out); }
