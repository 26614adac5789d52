/* bourse keys accept ID: an adapter that changed since a key was added signs nothing until the user has seen how, and agreed. */
#include <stdio.h>
#include <string.h>
#include "cli/consent.h"
#include "cli/keys_in.h"
#include "cli/verbs.h"

static bool listed(const char *const *list, const char *one) {
  for (; *list; list++)
    if (strcmp(*list, one) == 0) return true;
  return false;
}

static size_t tell_hosts(const char *const *before, const char *const *now) {
  size_t told = 0;
  for (const char *const *h = now; *h; h++)
    if (!listed(before, *h)) told += fprintf(stderr, "  + host %s\n", *h) > 0;
  for (const char *const *h = before; *h; h++)
    if (!listed(now, *h)) told += fprintf(stderr, "  - host %s\n", *h) > 0;
  return told;
}

/* A line of an adapter's methods: its name, and what it asks for. */
typedef struct { const char *name, *asks; size_t name_n, asks_n; } Method;

static bool next_method(const char **at, Method *m) {
  if (**at != '\n') return false;
  m->name = *at + 1;
  m->name_n = strcspn(m->name, " \n");
  m->asks = m->name + m->name_n + strspn(m->name + m->name_n, " ");
  m->asks_n = strcspn(m->asks, "\n");
  *at = m->asks + m->asks_n;
  return true;
}

static bool find_method(const char *methods, const Method *like, Method *out) {
  while (next_method(&methods, out))
    if (out->name_n == like->name_n && memcmp(out->name, like->name, like->name_n) == 0) return true;
  return false;
}

static size_t tell_methods(const char *before, const char *now) {
  size_t told = 0;
  Method m, old;
  for (const char *at = now; next_method(&at, &m); ) {
    if (!find_method(before, &m, &old)) told += fprintf(stderr, "  + %.*s: %.*s\n", (int)m.name_n, m.name, (int)m.asks_n, m.asks) > 0;
    else if (old.asks_n != m.asks_n || memcmp(old.asks, m.asks, m.asks_n) != 0)
      told += fprintf(stderr, "  ~ %.*s: %.*s; it was %.*s\n", (int)m.name_n, m.name, (int)m.asks_n, m.asks, (int)old.asks_n, old.asks) > 0;
  }
  for (const char *at = before; next_method(&at, &old); )
    if (!find_method(now, &old, &m)) told += fprintf(stderr, "  - %.*s: %.*s\n", (int)old.name_n, old.name, (int)old.asks_n, old.asks) > 0;
  return told;
}

static void tell(const KeysEntry *e, const Adapter *a) {
  const char *before = strchr(e->adapter, '\n'), *now = strchr(a->what.p, '\n');
  fprintf(stderr, "%s, account %s: the adapter is not the one that was accepted.\n", e->venue, e->account);
  size_t told = tell_hosts(e->hosts, a->hosts);
  if (!before) fputs("What its methods asked for then was not kept.\n", stderr);
  else told += tell_methods(before, now ? now : "");
  if (before && !told) fputs("No host, endpoint or right of a method differs: what differs is how requests are made and signed, and replies read.\n", stderr);
}

int keys_accept(Cli *cli) {
  Adapter a;
  KeysEntry e;
  Credentials c;
  char err[300];
  if (cli->n_words < 2) return cli_misuse(cli, "of which exchange? bourse keys accept ID [--account NAME]");
  int code = adapter_ask(cli, &a);
  Keys *keys = code ? NULL : keys_store(cli, false);
  if (!code && !keys) code = 1;
  if (!code && !keys_get(keys, a.id, cli_text(cli, "account"), &e, &c)) {
    fprintf(stderr, "bourse: keys: there is no such key of %s; bourse keys list\n", a.id);
    code = 1;
  }
  if (!code && keys_accepts(&e, a.pin.digest)) {
    if (!cli_flag(cli, "quiet")) fprintf(stderr, "%s, account %s: the adapter is the one that was accepted\n", e.venue, e.account);
  } else if (!code) {
    tell(&e, &a);
    code = consent(cli, "Shall it sign with this key?", "a key for a changed adapter");
    for (size_t i = 0; i <= KEYS_HOSTS_MAX; i++) e.hosts[i] = i < a.n_hosts ? a.hosts[i] : NULL;
    e.adapter = a.what.p;
    if (!code && !keys_add(keys, &e, &c, err, sizeof err)) {
      fprintf(stderr, "bourse: keys: %s\n", err);
      code = 1;
    }
    if (!code && !cli_flag(cli, "quiet")) fprintf(stderr, "accepted: %s\n", a.id);
  }
  keys_close(keys);
  adapter_free(&a);
  return code;
}
