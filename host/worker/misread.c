#include "worker/misread.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

const char *misread_without_place(const char *text) {
  const char *p = text, *end;
  while (strncmp(p, "host/lua/", 9) == 0 && (end = strstr(p, ".lua:"))) {
    end += 5 + strspn(end + 5, "0123456789");
    if (strncmp(end, ": ", 2) != 0) break;
    p = end + 2;
  }
  return strncmp(p, "attempt to ", 11) == 0 ? text : p;
}

/* The file and line that stand last before `end`: "exchanges/x.lua:7" of "host/y.lua:3: order.side: exchanges/x.lua:7: ". */
static void place_before(const char *text, const char *end, char *out, size_t size) {
  while (end > text && (end[-1] == ' ' || end[-1] == ':')) end--;
  const char *from = end;
  while (from > text && !isspace((unsigned char)from[-1])) from--;
  snprintf(out, size, "%.*s", (int)(end - from), from);
  if (!strchr(out, ':') || !isdigit((unsigned char)end[-1])) out[0] = 0;
}

/* "attempt to index a nil value (field 'rate')" -> "field 'rate' is nil"; others as Lua words them, without "attempt to". */
static void cause_of(const char *what, char *out, size_t size) {
  const char *a = strstr(what, " a "), *value = a ? strstr(a, " value") : NULL, *open = value ? strchr(value, '(') : NULL,
      *close = open ? strrchr(open, ')') : NULL;
  if (value && close) snprintf(out, size, "%.*s is %.*s", (int)(close - open - 1), open + 1, (int)(value - a - 3), a + 3);
  else if (value) snprintf(out, size, "something is %.*s", (int)(value - a - 3), a + 3);
  else snprintf(out, size, "%s", what);
}

void misread(const char *error, char *out, size_t size) {
  static const char *const starts[] = { "attempt to ", "bad argument #", "number has no integer", "index is nil", "index is NaN", "'for' ", NULL };
  char place[120], cause[160], text[400];
  const char *at = NULL;
  for (const char *const *s = starts; *s && !at; s++) at = strstr(error, *s);
  if (!at) {
    snprintf(text, sizeof text, "%s", misread_without_place(error));
    snprintf(out, size, "%s", text);
    return;
  }
  place_before(error, at, place, sizeof place);
  cause_of(strncmp(at, "attempt to ", 11) == 0 ? at + 11 : at, cause, sizeof cause);
  if (!strncmp(at, "bad argument #", 14)) {       /* "bad argument #1 to 'lower' (string expected, got nil)" */
    const char *to = strchr(at, '\''), *open = strrchr(at, '(');
    if (to && open) snprintf(cause, sizeof cause, "%.*s: %.*s", (int)(strcspn(to + 1, "'")), to + 1, (int)strcspn(open + 1, ")"), open + 1);
    else snprintf(cause, sizeof cause, "a value of another kind was expected");
  }
  snprintf(text, sizeof text, "%s does not fit this reply (%s)", place[0] ? place : "the adapter", cause);
  snprintf(out, size, "%s", text);
}
