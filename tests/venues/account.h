/* What a trader has at a venue, by asset. A part of it may be on hold for open orders; nothing of it is ever below zero. */
#ifndef VENUES_ACCOUNT_H
#define VENUES_ACCOUNT_H
#include "exact.h"
#include "world.h"

typedef struct {
  Decimal total[A_COUNT], held[A_COUNT];
} Account;

Decimal account_free(const Account *a, enum asset asset);
void account_add(Account *a, enum asset asset, Decimal amount); /* above zero */
/* These two give false, and change nothing, when not that much is free. */
bool account_take(Account *a, enum asset asset, Decimal amount);
bool account_hold(Account *a, enum asset asset, Decimal amount);
void account_release(Account *a, enum asset asset, Decimal amount); /* at most what is held */
#endif
