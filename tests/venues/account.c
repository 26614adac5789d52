#include "account.h"

Decimal account_free(const Account *a, enum asset asset) { return exact_sub(a->total[asset], a->held[asset]); }

void account_add(Account *a, enum asset asset, Decimal amount) { a->total[asset] = exact_add(a->total[asset], amount); }

bool account_take(Account *a, enum asset asset, Decimal amount) {
  if (dec_cmp(account_free(a, asset), amount) < 0) return false;
  a->total[asset] = exact_sub(a->total[asset], amount);
  return true;
}

bool account_hold(Account *a, enum asset asset, Decimal amount) {
  if (dec_cmp(account_free(a, asset), amount) < 0) return false;
  a->held[asset] = exact_add(a->held[asset], amount);
  return true;
}

void account_release(Account *a, enum asset asset, Decimal amount) { a->held[asset] = exact_sub(a->held[asset], amount); }
