/* Orders and fills of a trader, and the rules by which a venue takes them. */
#ifndef VENUES_ORDER_H
#define VENUES_ORDER_H
#include "account.h"
#include "market.h"

#define CLIENT_ID_MAX 64
#define ORDERS_MAX 100000 /* of one venue, open ones and old ones */

enum side { BUY, SELL };
enum order_kind { LIMIT, MARKET };
enum in_force { GTC, IOC, FOK };
enum order_state { OPEN, FILLED, CANCELED };
enum cancel_reason {
  BY_NOBODY,
  BY_USER,
  NOT_AT_ONCE, /* the rest of an IOC or market order */
  NOT_WHOLE,   /* FOK */
  WOULD_TAKE,  /* post-only */
  SELF_TRADE,
};

typedef struct {
  const Listing *listing;
  enum side side;
  enum order_kind kind;
  enum in_force in_force;
  bool post_only;
  bool by_cost;                   /* market orders: `amount` is of the quote */
  Decimal amount, price;          /* price: limit orders */
  char client[CLIENT_ID_MAX + 1]; /* the trader's own id, "" for none */
  char word[24];                  /* what the venue calls this sort of order */
} Ticket;

typedef struct {
  int64_t id; /* 1, 2, ... in the order in which they came */
  Ticket ticket;
  Decimal amount; /* of the base; of an order by cost what was filled */
  Decimal filled, cost, fee[2] /* in base, in quote */, held;
  enum order_state state;
  enum cancel_reason reason;
  Moment created, updated;
} Order;

typedef struct {
  int64_t id, order; /* id: 1, 2, ... */
  const Listing *listing;
  enum side side;
  enum order_kind kind;
  Decimal price, amount, cost, fee;
  enum asset fee_asset;
  bool maker;
  Moment time;
  Moment told_at; /* told late: the world's moment from which on it is; 0: at once */
} Fill;

typedef struct {
  const char *maker, *taker; /* fees, as fractions */
  bool fee_in_quote;         /* always; otherwise in what the trader receives */
  bool post_only_refused;    /* one that would take is refused; otherwise accepted and canceled */
  enum { SELF_FILLS, SELF_CANCELS_NEWEST, SELF_CANCELS_RESTING } self_trade;
  enum { CLIENT_FREE, CLIENT_OPEN, CLIENT_EVER } client_unique; /* anything goes; among the open orders; among all */
  int (*places)(enum asset a);                                  /* how finely the venue keeps its ledger */
  const char *(*min_cost)(const Listing *l);                    /* NULL: none */
} Rules;
#endif
