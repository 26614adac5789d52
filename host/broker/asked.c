#include "broker/asked.h"
#include <stdlib.h>

struct AskedSlot { uint64_t who; uint32_t number; };     /* who: worker and id; 0: free, as no question has the id 0 */

static uint64_t who_of(const TapeEvent *e) { return (uint64_t)e->worker << 32 | e->id; }
static size_t home(const Asked *a, uint64_t who) { return (size_t)((who * 0x9e3779b97f4a7c15u) >> 20) & (a->cap - 1); }

/* Where it is, or where it would go. */
static size_t place(const Asked *a, uint64_t who) {
  size_t i = home(a, who);
  while (a->slots[i].who && a->slots[i].who != who) i = (i + 1) & (a->cap - 1);
  return i;
}

static void grow(Asked *a) {
  Asked more = { .cap = a->cap ? a->cap * 2 : 256, .n = a->n };
  more.slots = calloc(more.cap, sizeof *more.slots);
  if (!more.slots) abort();
  for (size_t i = 0; i < a->cap; i++)
    if (a->slots[i].who) more.slots[place(&more, a->slots[i].who)] = a->slots[i];
  free(a->slots);
  *a = more;
}

void asked_put(Asked *a, const TapeEvent *question, uint32_t number) {
  if (!question->id) return;
  if (2 * a->n >= a->cap) grow(a);
  struct AskedSlot *s = &a->slots[place(a, who_of(question))];
  if (!s->who) a->n++;
  *s = (struct AskedSlot){ who_of(question), number };
}

bool asked_get(const Asked *a, const TapeEvent *answer, uint32_t *number) {
  if (!a->n || !answer->id) return false;
  const struct AskedSlot *s = &a->slots[place(a, who_of(answer))];
  *number = s->number;
  return s->who != 0;
}

bool asked_take(Asked *a, const TapeEvent *answer, uint32_t *number) {
  if (!asked_get(a, answer, number)) return false;
  size_t i = place(a, who_of(answer)), mask = a->cap - 1;
  a->n--;
  for (size_t j = i;;) {                  /* what came to lie behind it because of it moves up */
    a->slots[i].who = 0;
    do {
      j = (j + 1) & mask;
      if (!a->slots[j].who) return true;
    } while (((j - home(a, a->slots[j].who)) & mask) < ((j - i) & mask));
    a->slots[i] = a->slots[j];
    i = j;
  }
}

void asked_free(Asked *a) {
  free(a->slots);
  *a = (Asked){ 0 };
}
