/* Who signs: the credentials and nonces that the recipes of one request are evaluated with. */
#ifndef BOURSE_SIGNER_H
#define BOURSE_SIGNER_H
#include "broker/hosts.h"
#include "broker/keys.h"
#include "broker/recipe.h"

typedef struct {
  Keys *store; bool asked;            /* opened at the first need */
} KeyRing;

typedef struct {
  RecipeEnv env;
  Credentials credentials;
  char venue[64], account[17];        /* account: fingerprint of the API key */
  bool frozen;                        /* nonces are the clock */
  char *made;                         /* credentials of a message, copied */
} Signer;

struct SessionSpec;

/* The user's key for a venue: granted rights are checked, and that hosts and adapter are those that were accepted with a stored key. `class` says which
 * error it is. */
bool signer_user(Signer *s, KeyRing *ring, const struct SessionSpec *spec, Venue *v, int right, const char **class, char *err, size_t errlen);
/* Those of a message (the test keys of vectors), at a fixed time. */
bool signer_given(Signer *s, const Venue *v, const char *venue, const msgpack_object *credentials, int64_t clock_ms, char *err, size_t errlen);
/* Placeholders in place of credentials, and the clock in place of nonces: for showing a request without a key. */
void signer_placeholders(Signer *s, const char *venue, int64_t now_ns);
void signer_end(Signer *s);
int right_of(const char *name);       /* RIGHT_*, 0: no such right */
const char *right_name(int right);
#endif
