/* The key store: credentials at rest in <state_dir>/keys.enc (AES-256-GCM; the key from a passphrase by scrypt, or from a file), in memory
 * in locked pages that no core dump holds. Only the broker links this. */
#ifndef BOURSE_KEYS_H
#define BOURSE_KEYS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "recipe.h"

#define KEYS_MAX 1000                 /* accounts in a store */
#define KEYS_HOSTS_MAX 32
#define KEYS_FIELD_MAX 16384          /* bytes of one credential */
#define KEYS_ADAPTER_MAX (256u << 10)

typedef struct Keys Keys;

/* Where the store's own key comes from: key_file (32 bytes or 64 hex digits, mode 0600) if set, else the passphrase callback
 * (`fresh`: a new store, so ask twice). It writes at most cap bytes and returns their number, or 0 to give up. */
typedef struct {
  const char *key_file;
  size_t (*passphrase)(void *ctx, bool fresh, char *buf, size_t cap);
  void *ctx;
} KeysSource;

typedef struct {
  const char *venue, *account;        /* account: a name that the user gave, "main" by default */
  uint32_t rights;                    /* RIGHT_* of session.h */
  const char *adapter;                /* as the user accepted it: its pin (pin.h) and a line for each method by name, "\nfetch_balance read POST https://..." */
  const char *hosts[KEYS_HOSTS_MAX + 1];   /* pinned base URLs, NULL-terminated */
} KeysEntry;

/* Opens the store; one that does not exist yet is empty and is written by the first keys_add. NULL: err says why, and the file is as it was. */
Keys *keys_open(const char *state_dir, const KeysSource *source, char *err, size_t errlen);
bool keys_exist(const char *state_dir);
void keys_close(Keys *k);             /* wipes and frees */
/* Adds, or replaces the one of that venue and account. Everything is copied; the file is replaced whole or not at all. */
bool keys_add(Keys *k, const KeysEntry *e, const Credentials *c, char *err, size_t errlen);
bool keys_remove(Keys *k, const char *venue, const char *account, char *err, size_t errlen);
/* Takes what the file holds now, when another process changed it; asks nothing. False: it is as it was. */
bool keys_renew(Keys *k);
size_t keys_count(const Keys *k);
/* The i-th, sorted by venue and account. Texts and credentials are valid until the next add, remove or close. Any of the two may be NULL. */
bool keys_nth(const Keys *k, size_t i, KeysEntry *e, Credentials *c);
/* That of a venue; account NULL: its only one, or "main". */
bool keys_get(const Keys *k, const char *venue, const char *account, KeysEntry *e, Credentials *c);
/* Whether the adapter with this pin is the one that was accepted. */
bool keys_accepts(const KeysEntry *e, const char *pin);

/* Credentials from the environment: BOURSE_<ID>_APIKEY, _SECRET, _PASSWORD ... (ID in capitals). Call at the start of main, before anything
 * is started: takes them into locked memory, and wipes and removes the variables. Returns how many there were. */
size_t keys_take_environment(void);
bool keys_environment(const char *venue, Credentials *c);
bool keys_environment_nth(size_t i, const char **venue, Credentials *c);
void keys_wipe(void);                 /* wipes those of the environment */

/* 16 hex digits that name a key without telling it: of its SHA-256. */
void keys_fingerprint(const void *api_key, size_t len, char out[17]);
#endif
