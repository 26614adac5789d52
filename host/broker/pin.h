/* The pin of an adapter: its file and the dialects that are written out in it (dialect "name"), at any depth, under one digest. Kept with a key, it tells
 * whether what would sign is what the user accepted. */
#ifndef BOURSE_PIN_H
#define BOURSE_PIN_H
#include <stdbool.h>
#include <stddef.h>

#define PIN_FILES 64

typedef struct { char name[64], digest[65]; } PinFile;     /* digest: SHA-256, 64 hex digits; "absent" when there is no such file */
typedef struct {
  PinFile files[PIN_FILES]; size_t n;   /* the adapter's, then those of its dialects */
  char digest[65];                      /* of all of them */
} Pin;

/* Of the files of the installation as they are now. */
bool pin_read(const char *id, Pin *pin, char *err, size_t errlen);
/* Adds the dialects that a text, which ends with a zero, names: dialect "name", dialect('name'). One in a comment counts too, which does no harm. False:
 * too many. */
bool pin_add_named(Pin *pin, const char *text);
const PinFile *pin_dialect(const Pin *pin, const char *name);   /* NULL: not written out in any of the files */
#endif
