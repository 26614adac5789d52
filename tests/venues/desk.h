/* The private side of a venue that trades: one trader with a key, an account and orders, spoken to in the venue's own format. */
#ifndef VENUES_DESK_H
#define VENUES_DESK_H
#include "matching.h"
#include "venue.h"

typedef struct {
  char api_key[96];
  char secret[192];  /* as the trader has it: Kraken's is base64 */
  char password[64]; /* where the venue has one */
} TradeKey;

enum act { NOT_PRIVATE, READ, CREATE, CANCEL, ACTS };
enum outage { BUSY, MAINTENANCE };

#define NONCES 256

typedef struct {
  const Venue *venue;
  Engine *engine;
  TradeKey key;
  Now now;             /* of the request being answered */
  bool twice;          /* a fault: own trades are told twice */
  bool restated;       /* a fault: with other figures */
  Fill told;           /* what desk_fill gave */
  uint64_t last_nonce; /* Kraken's rises */
  struct {
    char text[40];
    Moment at;
  } nonces[NONCES]; /* Bitstamp's are used once */
  int next_nonce;
} Desk;

struct Trading {
  Rules rules;
  TradeKey key;                      /* a fixed one for tests */
  enum act (*act)(const Request *q); /* NOT_PRIVATE: the request is for the public side */
  void (*answer)(Desk *d, const Request *q, Reply *r);
  void (*refuse)(Reply *r, enum outage why);       /* nothing was done */
  void (*order_id)(int64_t id, char out[ID_TEXT]); /* the venue's text for the engine's ids */
  void (*fill_id)(int64_t id, char out[ID_TEXT]);
};

extern const Trading trading_binance, trading_kraken, trading_bitstamp, trading_okx;

/* `s` must outlive the desk, and shows from now on what is traded. The account is empty. */
Desk *desk_new(const Venue *v, Source *s);
void desk_free(Desk *d);
void desk_answer(Desk *d, const Request *q, Now now, Reply *r);

/* Helpers for the answers. */
int64_t desk_order(const Desk *d, const char *id);           /* by the venue's text; 0: there is none */
bool desk_nonce(Desk *d, const char *nonce, Moment kept_ms); /* false: used before, not longer ago than that */
/* Lists of ids, oldest first; they begin with zeros and are freed at the end. */
typedef struct {
  int64_t *id, n, cap;
} Ids;
void ids_add(Ids *list, int64_t id);
void ids_free(Ids *list);
void desk_fills(const Desk *d, int64_t order,
                Ids *out);                         /* all that are told, of that order or (0) of all; twice when the fault is on */
const Fill *desk_fill(Desk *d, int64_t id); /* one of those, as it is told; until the next */
Decimal order_average(const Order *o, int places); /* 0 when nothing is filled */
#endif
