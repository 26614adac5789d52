/* Fields of a query or of a form's body, decoded. */
#ifndef VENUES_FORM_H
#define VENUES_FORM_H
#include <stdbool.h>
#include <stddef.h>
#include "wire/decimal.h"

#define FORM_MAX 48

typedef struct {
  int n;
  struct {
    const char *key, *value;
  } field[FORM_MAX];
  char *text[4]; /* what the fields point into */
  int texts;
} Form;

bool form_add(Form *f, const char *text, size_t n);              /* "a=1&b=x%20y"; false: malformed, or too many fields */
void form_set(Form *f, const char *key, const char *value);      /* not copied; passed over when there is no room */
const char *form_get(const Form *f, const char *key);            /* NULL: not there, or empty */
bool form_decimal(const Form *f, const char *key, Decimal *out); /* false: there, but no plain number; untouched when absent */
void form_free(Form *f);
#endif
