/* The command line of bourse-venues. */
#ifndef VENUES_OPTIONS_H
#define VENUES_OPTIONS_H
#include "server.h"

#define VENUES_MAX 16

typedef struct { /* by place in `venues` */
  Fault fault;
  Faults faults;
  TradeKey key;
  Decimal funds[A_COUNT];
} VenueOptions;

typedef struct {
  uint64_t seed;
  double speed, seconds;
  int port_base;
  const char *recorded, *plant;
  bool manual, keys;
  const Venue *list[VENUES_MAX];
  int n;
  VenueOptions of[VENUES_MAX];
} Options;

/* 0: go on; else the program's exit status plus 1. */
int options_parse(int argc, char **argv, Options *o);
int venue_place(const Venue *v); /* in `venues` */
#endif
