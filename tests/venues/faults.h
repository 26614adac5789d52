/* What goes wrong on purpose with a venue's private requests. Every choice follows from the seed and the count of requests, so that the same
 * requests meet the same faults. */
#ifndef VENUES_FAULTS_H
#define VENUES_FAULTS_H
#include "desk.h"

enum fault {
  F_LOST,        /* the request took effect; the connection is closed without an answer */
  F_LOST_BEFORE, /* the connection is closed, and nothing was done */
  F_DELAY,       /* it took effect; the answer waits (ms) */
  F_DUPLICATE,   /* own trades are told twice */
  F_LATE,        /* a cancellation crosses a fill of half of the order, which is told later (ms of the world) */
  F_CROSS,       /* a cancellation comes after the whole order was filled */
  F_GARBAGE,     /* it took effect; the answer is cut and spoiled */
  F_REJECT,      /* the venue says that it is busy, and does nothing */
  F_ERROR,       /* it took effect; the answer is a page with this status */
  F_RESTATE,     /* own trades are told with other figures: a price of one more, twice the fee */
  F_COUNT
};
extern const char *const fault_names[F_COUNT];

#define AIMS_MAX 256

typedef struct {
  double chance[F_COUNT];
  int arg[F_COUNT];
  int latency_min, latency_max;          /* ms, of every answer */
  Moment maintenance_every, maintenance; /* ms: so long at the end of every period */
  struct {
    enum act act; /* NOT_PRIVATE: whatever it is */
    int64_t nth;
    enum fault fault;
    int arg;
  } aim[AIMS_MAX];
  int aims;
  uint64_t seed;
  int64_t requests[ACTS]; /* [NOT_PRIVATE]: all of them */
  int64_t met[F_COUNT];
} Faults;

typedef struct {
  bool hit[F_COUNT];
  int arg[F_COUNT];
  int wait_ms; /* before the answer, all told */
  bool maintenance;
  uint64_t dice;
} Verdict;

/* "lost=0.2,delay=0.1:500,maintenance=30:5,latency=20:80", to what is there already. False with a message. */
bool faults_parse(Faults *f, const char *spec, char *err, size_t errlen);
/* "7=lost", "create2=delay:500": the 7th private request; the 2nd that places an order (or read, cancel). */
bool faults_aim(Faults *f, const char *text, char *err, size_t errlen);
/* The next of that sort: "create", "lost". */
bool faults_aim_next(Faults *f, const char *act, const char *fault, char *err, size_t errlen);
Verdict faults_judge(Faults *f, enum act act, Moment since_start); /* counts the request */
#endif
