/* The nearest word: edit distance with swapped neighbours, for "did you mean". */
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "wire/nearest.h"

enum { LONGEST = 64 };

static int least(int a, int b) { return a < b ? a : b; }

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

static int distance(const char *a, size_t na, const char *b, size_t nb) {
  int rows[3][LONGEST + 1];
  for (size_t j = 0; j <= nb; j++) rows[0][j] = (int)j;
  for (size_t i = 1; i <= na; i++) {
    int *now = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
    now[0] = (int)i;
    for (size_t j = 1; j <= nb; j++) {
      bool same = lower(a[i - 1]) == lower(b[j - 1]);
      now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + !same);
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1])) now[j] = least(now[j],
        before[j - 2] + 1);
    }
  }
  return rows[na % 3][nb];
}

const char *nearest_word(const char *word, const char *words) {
  static char best[LONGEST + 1];
  size_t n = strlen(word);
  if (n == 0 || n > LONGEST) return NULL;
  int bound = least(3, 1 + (int)n / 3) + 1;
  bool found = false;
  while (*words) {
    size_t len = strcspn(words, "|");
    if (len > 0 && len <= LONGEST) {
      int d = distance(word, n, words, len);
      if (d >= bound && len > n && n >= 3 && strncasecmp(word, words, n) == 0) d = bound - 1;   /* a beginning counts as near */
      if (d < bound) {
        bound = d;
        memcpy(best, words, len);
        best[len] = 0;
        found = true;
      }
    }
    words += len + (words[len] == '|');
  }
  return found ? best : NULL;
}
