#include "server.h"
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include "inspect.h"
#include "memory.h"
#include "plant.h"

#define BODY_MAX (1u << 20) /* of a request */
#define CONNECTIONS 512

typedef struct Call Call;
struct Call { /* one request while it is being read, and while it or its answer waits */
  Call *next;
  struct MHD_Connection *connection; /* NULL until its headers are there */
  Text body;
  Moment due, wait; /* due 0: not delayed */
  bool answered;    /* only `reply` is still to be sent */
  Reply reply;
  char target[];
};

struct Server {
  const Venue *venue;
  Source source;
  const Recorded *recorded;
  Fault fault;
  struct MHD_Daemon *daemon;
  int port, descriptor;
  Desk *desk;
  Faults *faults;
  Call *waiting;
  uint64_t requests, served, dice; /* served: but for those of tests, /-/ */
};

Moment server_clock(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (Moment)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool happens(Server *s, int percent) {
  if (percent <= 0) return false;
  s->dice = world_hash(s->dice, s->requests, 0, 0);
  return (int)(s->dice % 100) < percent;
}

static enum MHD_Result take_query(void *cls, enum MHD_ValueKind kind, const char *key, const char *value) {
  Request *q = cls;
  (void)kind;
  if (q->queries == QUERY_MAX) return MHD_NO;
  q->query[q->queries].key = key;
  q->query[q->queries++].value = value ? value : "";
  return MHD_YES;
}

static enum MHD_Result take_header(void *cls, enum MHD_ValueKind kind, const char *key, const char *value) {
  Request *q = cls;
  (void)kind;
  if (q->headers == HEADERS_MAX) return MHD_NO;
  q->header[q->headers].name = key;
  q->header[q->headers++].value = value ? value : "";
  return MHD_YES;
}

static bool has_key(struct MHD_Connection *c) {
  static const char *const headers[] = { "API-Key",       "X-MBX-APIKEY",  "X-Auth",     "CB-ACCESS-KEY",
                                         "OK-ACCESS-KEY", "Authorization", "bfx-apikey", "X-GEMINI-APIKEY" };
  for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
    if (MHD_lookup_connection_value(c, MHD_HEADER_KIND, headers[i])) return true;
  return false;
}

static void spoil(Text *body, uint64_t dice) {
  if (body->len > 2) body->len = 1 + (size_t)(dice >> 20) % (body->len - 1);
  text_add(body, (dice >> 10) & 1 ? "\xff\xfe<html>" : "\"}]}>");      /* never what closes it: that would be another answer */
}

static void page(Reply *r, int status) {
  r->status = status;
  r->type = "text/html";
  r->body.len = 0;
  text_format(&r->body, "<html><head><title>%d</title></head><body>%d</body></html>", status, status);
}

static enum MHD_Result send_reply(struct MHD_Connection *c, Reply *r) {
  struct MHD_Response *response;
  if (r->body.p) response = MHD_create_response_from_buffer(r->body.len, r->body.p, MHD_RESPMEM_MUST_FREE); /* and no longer ours */
  else response = MHD_create_response_from_buffer(0, (void *)"", MHD_RESPMEM_PERSISTENT);
  if (!response) return MHD_NO;
  r->body = (Text) { 0 };
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, r->type ? r->type : "application/json");
  enum MHD_Result sent = MHD_queue_response(c, (unsigned)r->status, response);
  MHD_destroy_response(response);
  return sent;
}

static void wait_for(Server *s, Call *call, Moment ms) {
  call->wait = ms;
  call->due = server_clock() + ms;
  call->next = s->waiting;
  s->waiting = call;
  MHD_suspend_connection(call->connection);
}

/* The private side: what is done, and what is told of it, are two things. */
static enum MHD_Result reply_private(Server *s, Call *call, const Request *q, enum act act, Now now) {
  Verdict v = faults_judge(s->faults, act, now.world - s->source.world.started);
  Reply *r = &call->reply;
  if (v.hit[F_LOST_BEFORE]) return MHD_NO;
  if (v.maintenance || v.hit[F_REJECT]) s->venue->trading->refuse(r, v.maintenance ? MAINTENANCE : BUSY);
  else {
    s->desk->twice = v.hit[F_DUPLICATE];
    s->desk->restated = v.hit[F_RESTATE];
    engine_cross(s->desk->engine, v.hit[F_CROSS] ? CROSS_FILLED : v.hit[F_LATE] ? CROSS_LATE : NO_CROSSING, v.arg[F_LATE]);
    desk_answer(s->desk, q, now, r);
  }
  if (v.hit[F_GARBAGE]) spoil(&r->body, v.dice);
  if (v.hit[F_ERROR]) page(r, v.arg[F_ERROR]);
  if (v.hit[F_LOST]) return MHD_NO;
  call->answered = true;
  if (!v.wait_ms) return send_reply(call->connection, r);
  wait_for(s, call, v.wait_ms);
  return MHD_YES;
}

static enum MHD_Result reply(Server *s, Call *call, const char *url, const char *method) {
  struct MHD_Connection *c = call->connection;
  Moment wall = server_clock() - s->fault.stale_ms + (s->source.plants ? s->source.plants->clock : 0);
  Now now = { world_now(&s->source.world, wall), wall };
  Request q = { .method = !strcmp(method, "HEAD") ? "GET" : method,
                .path = url,
                .target = call->target,
                .body = call->body.p ? call->body.p : "",
                .body_len = call->body.len,
                .wall = wall };
  Reply *r = &call->reply;
  r->status = 200;
  MHD_get_connection_values(c, MHD_GET_ARGUMENT_KIND, take_query, &q);
  if (!strcmp(url, "/-/served")) {
    text_format(&r->body, "%llu\n", (unsigned long long)s->served);
    return send_reply(c, r);
  }
  if (!strncmp(url, "/-/", 3)) {
    inspect_answer(s->venue, s->desk, s->faults, &s->source.world, &q, now, r);
    return send_reply(c, r);
  }
  s->served++;
  if (happens(s, s->fault.drop)) return MHD_NO;
  if (s->fault.status) {
    page(r, s->fault.status);
    return send_reply(c, r);
  }
  const char *agent = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "User-Agent");
  q.agent = agent && *agent;
  q.key = has_key(c);
  MHD_get_connection_values(c, MHD_HEADER_KIND, take_header, &q);
  enum act act = s->desk && !s->recorded ? s->venue->trading->act(&q) : NOT_PRIVATE;
  if (act) return reply_private(s, call, &q, act, now);
  if (s->desk) engine_run(s->desk->engine, now);
  if (!s->recorded) venue_answer(s->venue, &s->source, &q, now.world, r);
  else if (!recorded_answer(s->recorded, &q, r)) s->venue->missing(r, q.path);
  if (happens(s, s->fault.garbage)) spoil(&r->body, s->dice);
  return send_reply(c, r);
}

/* Before anything else of a request: its first line is kept as it was sent, for signatures. */
static void *begin(void *cls, const char *uri, struct MHD_Connection *c) {
  (void)cls;
  (void)c;
  size_t n = strlen(uri) + 1;
  Call *call = memory_new(sizeof *call + n);
  memcpy(call->target, uri, n);
  return call;
}

static enum MHD_Result handle(void *cls, struct MHD_Connection *c, const char *url, const char *method, const char *version,
                              const char *upload, size_t *size, void **state) {
  Server *s = cls;
  Call *call = *state;
  (void)version;
  if (!call->connection) {
    call->connection = c;
    return MHD_YES;
  }
  if (*size) {
    text_bytes(&call->body, upload, *size);
    *size = 0;
    return call->body.len > BODY_MAX ? MHD_NO : MHD_YES;
  }
  if (call->answered) return send_reply(c, &call->reply);
  if (s->fault.delay_ms && !call->due) {
    wait_for(s, call, s->fault.delay_ms);
    return MHD_YES;
  }
  s->requests++;
  return reply(s, call, url, method);
}

static void done(void *cls, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why) {
  Call *call = *state;
  (void)cls;
  (void)c;
  (void)why;
  if (!call) return;
  text_free(&call->body);
  text_free(&call->reply.body);
  free(call);
  *state = NULL;
}

static void resume(Server *s, bool all) {
  Moment now = server_clock();
  for (Call **at = &s->waiting; *at;) {
    Call *call = *at;
    if (!all && call->due > now && call->due - now <= call->wait) {
      at = &call->next;
      continue;
    }
    *at = call->next;
    MHD_resume_connection(call->connection);
  }
}

Server *server_start(const Venue *v, const Source *source, const Recorded *recorded, Fault fault, int port, char *err,
                     size_t errlen) {
  Server *s = calloc(1, sizeof *s);
  if (!s) {
    snprintf(err, errlen, "out of memory");
    return NULL;
  }
  s->venue = v;
  s->source = *source;
  s->recorded = recorded;
  s->fault = fault;
  s->dice = world_hash(source->world.seed, source->venue, 99, 0);
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons((uint16_t)port),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  s->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, (uint16_t)port, NULL, NULL, handle, s,
                               MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
                               MHD_OPTION_CONNECTION_TIMEOUT, 60u, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)32768,
                               MHD_OPTION_URI_LOG_CALLBACK, begin, NULL, MHD_OPTION_NOTIFY_COMPLETED, done, NULL, MHD_OPTION_END);
  const union MHD_DaemonInfo *bound = s->daemon ? MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT) : NULL;
  const union MHD_DaemonInfo *poll = bound ? MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
  if (!poll) {
    snprintf(err, errlen, "%s cannot listen on 127.0.0.1:%d: %s", v->id, port, strerror(errno));
    if (s->daemon) MHD_stop_daemon(s->daemon);
    free(s);
    return NULL;
  }
  s->port = bound->port;
  poll = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
  s->descriptor = poll->epoll_fd;
  return s;
}

void server_trade(Server *s, Desk *desk, Faults *faults) {
  s->desk = desk;
  s->faults = faults;
}

void server_stop(Server *s) {
  if (!s) return;
  resume(s, true);
  MHD_stop_daemon(s->daemon);
  free(s);
}

int server_port(const Server *s) { return s->port; }
int server_descriptor(const Server *s) { return s->descriptor; }
uint64_t server_requests(const Server *s) { return s->requests; }

int server_wait(const Server *s) {
  MHD_UNSIGNED_LONG_LONG ms;
  Moment now = server_clock(), wait = -1;
  if (MHD_get_timeout(s->daemon, &ms) == MHD_YES) wait = ms > 1000 ? 1000 : (Moment)ms;
  for (const Call *c = s->waiting; c; c = c->next) {
    Moment left = c->due > now ? c->due - now : 0;
    if (wait < 0 || left < wait) wait = left;
  }
  return (int)wait;
}

void server_run(Server *s) {
  if (s->waiting) resume(s, false);
  MHD_run(s->daemon);
}
