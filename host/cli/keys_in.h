/* Between keys.c, keys_adapter.c and keys_accept.c. */
#ifndef BOURSE_CLI_KEYS_IN_H
#define BOURSE_CLI_KEYS_IN_H
#include "broker/keys.h"
#include "broker/pin.h"
#include "cli/options.h"
#include "cli/show.h"

/* What an adapter asks for, as it says itself in a worker; the pin is the broker's own. `what` is its form in a store. */
typedef struct {
  Text said, what;
  const char *id, *credentials[K_COUNT], *hosts[KEYS_HOSTS_MAX + 1]; size_t n_credentials, n_hosts;
  Pin pin;
} Adapter;

/* Of the exchange that the second word names. The exit code; 0 when all of it is there. */
int adapter_ask(Cli *cli, Adapter *a);
void adapter_free(Adapter *a);

Keys *keys_store(const Cli *cli, bool make);           /* NULL after a line on stderr */
int keys_accept(Cli *cli);
#endif
