/* Markets and coins that a file plants at the venues, to see what a strategy makes of them (README.md has the form of the file). A venue
 * that the file names shows what is planted there and nothing else, in its own wire format, on its public side; its prices follow the
 * world's without a drift of their own, so that what lies between two of them is what the file says. */
#ifndef VENUES_PLANT_H
#define VENUES_PLANT_H
#include "venue.h"

#define PLANT_MARKETS 64
#define PLANT_COINS 64

typedef struct {
  double shift; /* of its price, as a fraction of the world's */
  double unit;  /* the price is that of so many coins */
  double depth; /* times the world's amounts */
  double wall;  /* coins at the best price of each side; 0: as the world has it */
  double fee;   /* taker, a fraction */
  char min_cost[24];
  Moment age; /* the book is as old as that, and says so */
  bool crossed, off;
} Planted;

typedef struct {
  enum asset asset;
  bool closed, deposit, withdraw;
  char fee[24], network[24], contract[64]; /* "": not told */
} PlantedCoin;

struct Plants {
  Venue venue; /* the real one with another list */
  Moment clock; /* how far its clock is ahead, ms */
  bool closed;  /* it says that it is in maintenance */
  Listing list[PLANT_MARKETS];
  Planted market[PLANT_MARKETS];
  char id[PLANT_MARKETS][32], name[PLANT_MARKETS][32];
  PlantedCoin coin[PLANT_COINS];
  int markets, coins;
};

/* Reads FILE: `of` has room for each venue of `venues`, and gets NULL where nothing is planted. Once in a program. False with a message. */
bool plant_read(const char *file, Plants *of[], char *err, size_t errlen);

const Planted *plant_market(const Source *s, const Listing *l); /* NULL: it is one of the venue's own */
Moment plant_stamp(const Source *s, const Listing *l, Moment told); /* the time that a book is given */
bool plant_closed(const Source *s);
#endif
