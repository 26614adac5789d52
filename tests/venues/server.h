/* One venue on one port of 127.0.0.1. All servers share the caller's thread: wait on their descriptors, run those that are ready. */
#ifndef VENUES_SERVER_H
#define VENUES_SERVER_H
#include "faults.h"
#include "recorded.h"

/* What goes wrong on purpose. */
typedef struct {
  int drop, garbage;      /* per cent of requests: the connection is closed without a reply; the reply is cut and spoiled */
  int delay_ms, stale_ms; /* an answer comes late; an answer is old */
  int status;             /* every reply has this HTTP status and an HTML page; 0: none */
} Fault;

typedef struct Server Server;

Server *server_start(const Venue *v, const Source *s, const Recorded *recorded, Fault fault, int port, char *err,
                     size_t errlen);                      /* port 0: any */
void server_trade(Server *s, Desk *desk, Faults *faults); /* opens the private side; both are the caller's */
void server_stop(Server *s);
int server_port(const Server *s);
int server_descriptor(const Server *s); /* becomes readable when there is work */
int server_wait(const Server *s);       /* ms after which to run it anyway; -1: no need */
void server_run(Server *s);
uint64_t server_requests(const Server *s);
Moment server_clock(void); /* wall clock, ms */
#endif
