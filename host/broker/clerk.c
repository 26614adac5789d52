#include "broker/clerk.h"

#include <stdlib.h>
#include <string.h>

#include "broker/orders.h"

#define TASKS_MAX 4096
#define DEATHS_MAX 3              /* of the clerk in one session: then there are no more orders */

typedef struct Task Task;
struct Task { int64_t number; TaskFn fn; void *ctx; Task *next; };

struct Clerk { Task *tasks; size_t n; int64_t last; int deaths; msgpack_sbuffer lost; bool none; };

static Clerk *state(Session *s) { return orders_clerk(s); }

static const WorkerSpec clerk_spec = { .role = "clerk", .name = "clerk" };

/* False: there is none, and there will be none in this session. */
static bool started(Session *s) {
  Peer *p = &s->clerk;
  if (p->state < PEER_LEAVING && p->spec) return true;
  if (p->spec && p->state != PEER_GONE) return false;            /* on its way out */
  if (state(s)->deaths >= DEATHS_MAX) return false;
  frame_reader_free(&p->in);
  frame_writer_free(&p->out);
  hosts_free(&p->venues);
  if (p->zone) msgpack_zone_free(p->zone);
  *p = (Peer){ .session = s, .spec = &clerk_spec, .name = "clerk", .exit_fd = -1, .child = { .fd = -1 } };
  if (!peer_start(p)) return false;
  if (state(s)->deaths) orders_clerk_new(s);
  return true;
}

msgpack_packer clerk_begin(Session *s, const char *what, size_t more, TaskFn fn, void *ctx) {
  Clerk *c = state(s);
  Task *t = calloc(1, sizeof *t);
  msgpack_packer pk;
  if (!t) abort();
  *t = (Task){ .number = ++c->last, .fn = fn, .ctx = ctx, .next = c->tasks };
  c->tasks = t;
  c->n++;
  c->none = !started(s) || c->n > TASKS_MAX;
  if (c->none) {
    msgpack_sbuffer_init(&c->lost);
    msgpack_packer_init(&pk, &c->lost, msgpack_sbuffer_write);
  } else {
    pk = peer_begin(&s->clerk, MSG_TASK, 0);
  }
  pack_map(&pk, 3 + more);
  pack_key_str(&pk, "do", what);
  pack_key_int(&pk, "now_ms", orders_now(s));
  pack_key_int(&pk, "task", t->number);
  return pk;
}

static Task *take(Clerk *c, int64_t number) {
  for (Task **p = &c->tasks; *p; p = &(*p)->next) {
    if ((*p)->number != number) continue;
    Task *t = *p;
    *p = t->next;
    c->n--;
    return t;
  }
  return NULL;
}

static void end_task(Session *s, Task *t, const msgpack_object *answer, const char *why) {
  TaskFn fn = t->fn;
  void *ctx = t->ctx;
  free(t);
  fn(s, ctx, answer, why);
}

void clerk_end(Session *s) {
  Clerk *c = state(s);
  if (!c->none) {
    peer_end(&s->clerk);
    return;
  }
  msgpack_sbuffer_destroy(&c->lost);
  c->none = false;
  Task *t = take(c, c->last);
  if (t) end_task(s, t, NULL, c->n > TASKS_MAX ? "too many orders at once" : "the clerk, which carries out orders, could not be started");
}

size_t clerk_busy(const Session *s) { return s->orders ? orders_clerk((Session *)s)->n : 0; }

void clerk_answered(Session *s, const msgpack_object *m) {
  Task *t = s->orders ? take(state(s), pack_get_int(m, "task", 0)) : NULL;
  if (!t) {
    peer_fail(&s->clerk, 3, "clerk: an answer to no task");
    return;
  }
  end_task(s, t, m, NULL);
}

/* All that it had in hand has an unknown end. Who waits for it is told, and decides. */
void clerk_gone(Session *s) {
  if (!s->orders) return;
  Clerk *c = state(s);
  c->deaths++;
  Task *list = c->tasks;
  c->tasks = NULL;
  c->n = 0;
  while (list) {
    Task *t = list;
    list = t->next;
    end_task(s, t, NULL, "the clerk, which carries out orders, ended");
  }
  orders_clerk_gone(s);
}

Clerk *clerk_new(void) { return calloc(1, sizeof(Clerk)); }

void clerk_free(Clerk *c) {
  if (!c) return;
  while (c->tasks) {
    Task *t = c->tasks;
    c->tasks = t->next;
    free(t);
  }
  free(c);
}
