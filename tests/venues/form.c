#include "form.h"
#include <stdlib.h>
#include <string.h>
#include "memory.h"

static int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool decode(char *s) {
  char *out = s;
  for (; *s; s++) {
    if (*s != '%') *out++ = *s == '+' ? ' ' : *s;
    else {
      int high = digit(s[1]), low = high < 0 ? -1 : digit(s[2]);
      if (low < 0 || !(high | low)) return false;
      *out++ = (char)(high << 4 | low);
      s += 2;
    }
  }
  *out = 0;
  return true;
}

bool form_add(Form *f, const char *text, size_t n) {
  if (!n) return true;
  if (memchr(text, 0, n) || f->texts == (int)(sizeof f->text / sizeof *f->text)) return false;
  char *copy = memory_new(n + 1), *save;
  memcpy(copy, text, n);
  f->text[f->texts++] = copy;
  for (char *pair = strtok_r(copy, "&", &save); pair; pair = strtok_r(NULL, "&", &save)) {
    char *equals = strchr(pair, '=');
    if (!equals || f->n == FORM_MAX) return false;
    *equals = 0;
    if (!decode(pair) || !decode(equals + 1)) return false;
    form_set(f, pair, equals + 1);
  }
  return true;
}

void form_set(Form *f, const char *key, const char *value) {
  if (f->n == FORM_MAX) return;
  f->field[f->n].key = key;
  f->field[f->n++].value = value;
}

const char *form_get(const Form *f, const char *key) {
  for (int i = 0; i < f->n; i++)
    if (!strcmp(f->field[i].key, key)) return *f->field[i].value ? f->field[i].value : NULL;
  return NULL;
}

bool form_decimal(const Form *f, const char *key, Decimal *out) {
  const char *text = form_get(f, key);
  if (!text) return true;
  size_t n = strlen(text);
  return n <= 40 && strspn(text, "0123456789.") == n && dec_parse(text, n, out);
}

void form_free(Form *f) {
  for (int i = 0; i < f->texts; i++) free(f->text[i]);
}
