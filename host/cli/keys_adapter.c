/* What an adapter needs, where its keys may go and what its methods ask for: it is loaded in a worker, as any, and verbs/keys.lua tells. */
#include <stdio.h>
#include <string.h>
#include "cli/keys_in.h"
#include "cli/start.h"

static bool collect(void *ctx, const char *text, size_t len) {
  text_add(ctx, text, len);
  return true;
}

/* Lines "id kraken", "credential apiKey", "host https://...", "method fetch_balance read POST https://...". */
static void read_lines(Adapter *a, Text *methods) {
  char *rest = NULL;
  for (char *line = a->said.p ? strtok_r(a->said.p, "\n", &rest) : NULL; line; line = strtok_r(NULL, "\n", &rest)) {
    char *value = strchr(line, ' ');
    if (!value) continue;
    *value++ = 0;
    if (strcmp(line, "id") == 0) a->id = value;
    else if (strcmp(line, "credential") == 0 && a->n_credentials < K_COUNT) a->credentials[a->n_credentials++] = value;
    else if (strcmp(line, "host") == 0 && a->n_hosts < KEYS_HOSTS_MAX) a->hosts[a->n_hosts++] = value;
    else if (strcmp(line, "method") == 0) text_format(methods, "\n%s", value);
  }
}

int adapter_ask(Cli *cli, Adapter *a) {
  SessionSpec spec;
  Pin before, *now = &a->pin;
  Text methods = { 0 };
  char err[256];
  memset(a, 0, sizeof *a);
  int code = start_common(cli, &spec);
  if (code) return code;
  spec.open_keys = NULL;
  spec.ctx = &a->said;
  spec.on_out = collect;
  bool known = pin_read(cli->words[1], &before, err, sizeof err);      /* not for an old id of the registry, which leads to another file */
  code = start_session(cli, &spec);
  if (code) return code;
  read_lines(a, &methods);
  if (!a->id) code = 1;
  else if (!pin_read(a->id, now, err, sizeof err)) code = 1;
  if (!code && known && strcmp(before.digest, now->digest) != 0) {
    snprintf(err, sizeof err, "its adapter is being changed right now; nothing was done");
    code = 1;
  }
  if (code && a->id) fprintf(stderr, "bourse: keys: %s: %s\n", a->id, err);
  text_puts(&a->what, now->digest);
  if (methods.p) text_puts(&a->what, methods.p);
  text_free(&methods);
  return code;
}

void adapter_free(Adapter *a) {
  text_free(&a->said);
  text_free(&a->what);
}
