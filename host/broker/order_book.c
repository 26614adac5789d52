#include "broker/order_book.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct Books { char venue[64], symbol[96], nonce[FACT]; int64_t time_ms, seen_ms; Books *next; };

static Books *find(Books *seen, const char *venue, const char *symbol) {
  while (seen && (strcmp(seen->symbol, symbol) != 0 || strcmp(seen->venue, venue) != 0)) seen = seen->next;
  return seen;
}

static bool number(const char *text, Decimal *out) { return text[0] && dec_parse(text, strlen(text), out); }

static bool goes_back(const Books *was, const OrderFacts *f, char *err, size_t errlen) {
  Decimal before, now;
  if (number(was->nonce, &before) && number(f->book_nonce, &now)) {
    if (dec_cmp(now, before) >= 0) return false;
    snprintf(err, errlen, "the book of %s goes back: it has the number %s, and one with %s was seen before", f->symbol, f->book_nonce, was->nonce);
    return true;
  }
  if (!was->time_ms || !f->book_time || f->book_time >= was->time_ms) return false;
  snprintf(err, errlen, "the book of %s goes back: it is %lld ms older than one that was seen before", f->symbol, (long long)(was->time_ms - f->book_time));
  return true;
}

bool books_in_step(Books **seen, const char *venue, const OrderFacts *f, int64_t now_ms, char *err, size_t errlen) {
  Books *was = find(*seen, venue, f->symbol);
  if (was && now_ms >= was->seen_ms && now_ms - was->seen_ms < BOOK_FORGET_MS && goes_back(was, f, err, errlen)) return false;
  if (!was) {
    if (!(was = calloc(1, sizeof *was))) abort();
    snprintf(was->venue, sizeof was->venue, "%s", venue);
    snprintf(was->symbol, sizeof was->symbol, "%s", f->symbol);
    was->next = *seen;
    *seen = was;
  }
  snprintf(was->nonce, sizeof was->nonce, "%s", f->book_nonce);
  was->time_ms = f->book_time;
  was->seen_ms = now_ms;
  return true;
}

void books_free(Books **seen) {
  for (Books *b = *seen, *next; b; b = next) {
    next = b->next;
    free(b);
  }
  *seen = NULL;
}
