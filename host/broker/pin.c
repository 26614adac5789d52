#include "broker/pin.h"
#include "broker/peer.h"
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_word(char c) { return isalnum((unsigned char)c) || c == '_'; }

const PinFile *pin_dialect(const Pin *pin, const char *name) {
  for (size_t i = 1; i < pin->n; i++)
    if (!strcmp(pin->files[i].name, name)) return &pin->files[i];
  return NULL;
}

bool pin_add_named(Pin *pin, const char *text) {
  static const char word[] = "dialect";
  for (const char *at = text; (at = strstr(at, word)); ) {
    bool whole = at == text || !is_word(at[-1]);
    at += sizeof word - 1;
    if (!whole || is_word(*at)) continue;
    at += strspn(at, " \t\r\n(");
    const char quote = *at == '"' || *at == '\'' ? *at++ : 0;
    size_t n = strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789_");
    PinFile file = { .digest = "" };
    if (!quote || !name_ok(at, n) || at[n] != quote) continue;
    memcpy(file.name, at, n);
    if (pin_dialect(pin, file.name)) continue;
    if (pin->n == PIN_FILES) return false;
    pin->files[pin->n++] = file;
  }
  return true;
}

static int by_name(const void *a, const void *b) { return strcmp(((const PinFile *)a)->name, ((const PinFile *)b)->name); }

bool pin_read(const char *id, Pin *pin, char *err, size_t errlen) {
  char path[PATH_MAX], why[128], all[PIN_FILES * (sizeof "dialect  \n" + sizeof(PinFile))];
  size_t total = 0;
  *pin = (Pin){ .n = 1 };
  snprintf(pin->files[0].name, sizeof pin->files[0].name, "%s", id);
  for (size_t i = 0; i < pin->n; i++) {
    PinFile *f = &pin->files[i];
    size_t n = 0;
    snprintf(path, sizeof path, "%.3900s/exchanges/%s%s.lua", paths_home(), i ? "dialects/" : "", f->name);
    char *text = source_read_file(path, SOURCE_MAX, &n, why, sizeof why);
    if (!text && i == 0) return snprintf(err, errlen, "exchanges/%s.lua: %s", id, why), false;
    if (!text) {
      strcpy(f->digest, "absent");
      continue;
    }
    text[n] = 0;
    source_digest(text, n, f->digest);
    /* Lua takes zero bytes in texts and comments; a name behind one would be overlooked. */
    bool fits = strlen(text) == n && pin_add_named(pin, text);
    free(text);
    if (!fits) return snprintf(err, errlen, "exchanges/%s.lua holds a zero byte, or names more than %d dialects", id, PIN_FILES - 1), false;
  }
  qsort(pin->files + 1, pin->n - 1, sizeof *pin->files, by_name);
  for (size_t i = 0; i < pin->n; i++)
    total += (size_t)snprintf(all + total, sizeof all - total, "%s %s %s\n", i ? "dialect" : "exchange", pin->files[i].name, pin->files[i].digest);
  source_digest(all, total, pin->digest);
  return true;
}
