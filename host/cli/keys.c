/* bourse keys add|list|accept|remove. What an exchange needs is asked of its adapter; secrets are typed in, never on the command line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "cli/keys_in.h"
#include "cli/prompt.h"
#include "cli/start.h"
#include "cli/verbs.h"
#include "wire/nearest.h"

enum { SECRET_MAX = KEYS_FIELD_MAX };

static const char *const field_names[K_COUNT] = {
  [K_APIKEY] = "apiKey", [K_SECRET] = "secret", [K_UID] = "uid", [K_ACCOUNTID] = "accountId", [K_LOGIN] = "login",
    [K_PASSWORD] = "password",
  [K_TWOFA] = "twofa", [K_PRIVATEKEY] = "privateKey", [K_WALLETADDRESS] = "walletAddress", [K_TOKEN] = "token" };

static bool parse_rights(const char *text, uint32_t *rights) {
  static const struct { const char *name; uint32_t bit; } names[] = { { "read", RIGHT_READ }, { "trade", RIGHT_TRADE },
    { "withdraw", RIGHT_WITHDRAW } };
  *rights = RIGHT_PUBLIC;
  while (*text) {
    size_t n = strcspn(text, ", "), i = 0;
    while (i < 3 && (strlen(names[i].name) != n || strncmp(names[i].name, text, n) != 0)) i++;
    if (n > 0 && i == 3) return false;
    if (n > 0) *rights |= names[i].bit;
    text += n + strspn(text + n, ", ");
  }
  return *rights != RIGHT_PUBLIC;
}

static void rights_text(uint32_t rights, char *buf, size_t cap) {
  snprintf(buf, cap, "%s%s%s", rights & RIGHT_READ ? "read " : "", rights & RIGHT_TRADE ? "trade " : "",
    rights & RIGHT_WITHDRAW ? "withdraw " : "");
  size_t n = strlen(buf);
  if (n) buf[n - 1] = 0;
}

/* "@file" reads a file (keys in PEM form have many lines); "\n" written out is a line break. */
static long unfold(char *buf, long n, size_t cap) {
  if (buf[0] == '@') {
    FILE *f = fopen(buf + 1, "rb");
    size_t len = f ? fread(buf, 1, cap - 1, f) : 0;
    bool all = f && feof(f) && !ferror(f);
    if (f) fclose(f);
    if (!all) return -1;
    buf[len] = 0;
    return (long)len;
  }
  long to = 0;
  for (long i = 0; i < n; i++) {
    if (buf[i] == '\\' && i + 1 < n && buf[i + 1] == 'n' && strstr(buf, "-----BEGIN")) {
      buf[to++] = '\n';
      i++;
    } else {
      buf[to++] = buf[i];
    }
  }
  buf[to] = 0;
  return to;
}

static int ask_credentials(const Adapter *needs, char (*secrets)[SECRET_MAX + 1], Credentials *c) {
  for (size_t i = 0; i < needs->n_credentials; i++) {
    char question[80];
    size_t k = 0;
    while (k < K_COUNT && (!field_names[k] || strcmp(field_names[k], needs->credentials[i]) != 0)) k++;
    if (k == K_COUNT) continue;
    snprintf(question, sizeof question, "%s (@FILE reads a file): ", field_names[k]);
    long n = prompt_line(question, true, secrets[k], SECRET_MAX + 1);
    if (n > 0) n = unfold(secrets[k], n, SECRET_MAX + 1);
    if (n <= 0) {
      fprintf(stderr, "bourse: keys: no %s was given, or it is too long or its file cannot be read; nothing was changed\n",
        field_names[k]);
      return 1;
    }
    c->field[k] = (RecipeBytes){ secrets[k], (size_t)n };
  }
  return 0;
}

Keys *keys_store(const Cli *cli, bool make) {
  KeysSource source;
  char err[300];
  const char *state = paths_state();
  if (!state || !prompt_source(cli_text(cli, "keyfile"), make, &source)) return NULL;
  Keys *keys = keys_open(state, &source, err, sizeof err);
  if (!keys) fprintf(stderr, "bourse: keys: %s\n", err);
  return keys;
}

static int add(Cli *cli) {
  static char secrets[K_COUNT][SECRET_MAX + 1];
  Adapter a;
  Credentials c;
  KeysEntry e;
  char err[300], rights[40];
  memset(&c, 0, sizeof c);
  memset(&e, 0, sizeof e);
  if (cli->n_words < 2) return cli_misuse(cli, "of which exchange? bourse keys add ID");
  if (!parse_rights(cli_text(cli, "rights") ? cli_text(cli, "rights") : "read", &e.rights))
    return cli_misuse(cli, "--rights takes some of read,trade,withdraw");
  int code = adapter_ask(cli, &a);
  Keys *keys = NULL;
  if (!code && a.n_credentials == 0) {
    fprintf(stderr, "bourse: keys: the adapter of %s signs nothing\n", a.id);
    code = 1;
  }
  if (!code) {
    rights_text(e.rights, rights, sizeof rights);
    fprintf(stderr, "The key of %s is for: %s. It goes only to", a.id, rights);
    for (size_t i = 0; i < a.n_hosts; i++) fprintf(stderr, " %s", a.hosts[i]);
    fputs(".\n", stderr);
    keys = keys_store(cli, true);
    code = keys ? ask_credentials(&a, secrets, &c) : 1;
  }
  if (!code) {
    e.venue = a.id;
    e.account = cli_text(cli, "account") ? cli_text(cli, "account") : "main";
    e.adapter = a.what.p;
    for (size_t i = 0; i < a.n_hosts; i++) e.hosts[i] = a.hosts[i];
    if (keys_add(keys, &e, &c, err, sizeof err)) {
      if (!cli_flag(cli, "quiet")) fprintf(stderr, "kept: %s, account %s\n", e.venue, e.account);
    } else {
      fprintf(stderr, "bourse: keys: %s\n", err);
      code = 1;
    }
  }
  explicit_bzero(secrets, sizeof secrets);
  if (keys) keys_close(keys);
  adapter_free(&a);
  return code;
}

/* A key as it is listed; those of the environment have neither rights nor hosts of their own, and no pin: they were given to whatever adapter is there. */
typedef struct { const char *venue, *account, *rights, *adapter, *const *hosts; char fingerprint[17]; } Listed;

static void list_one(const Listed *k, bool json, bool first) {
  if (json) {
    printf("%s{\"exchange\":\"%s\",\"account\":\"%s\",\"rights\":\"%s\",\"fingerprint\":\"%s\",\"adapter\":\"%s\",\"hosts\":[", first ? "[" : ",\n ",
      k->venue, k->account, k->rights, k->fingerprint, k->adapter);
    for (const char *const *h = k->hosts; *h; h++) printf("%s\"%s\"", h > k->hosts ? "," : "", *h);
    fputs("]}", stdout);
    return;
  }
  if (first) printf("%-20s  %-13s  %-19s  %-16s  %-10s  %s\n", "exchange", "account", "rights", "fingerprint", "adapter", "hosts");
  printf("%-20s  %-13s  %-19s  %-16s  %-10s ", k->venue, k->account, k->rights, k->fingerprint, k->adapter);
  for (const char *const *h = k->hosts; *h; h++) printf(" %s", *h);
  putchar('\n');
}

static int list(Cli *cli) {
  const char *state = paths_state(), *format = cli_text(cli, "format"), *venue;
  bool json = format && strcmp(format, "json") == 0;
  size_t n = 0;
  KeysEntry e;
  Credentials c;
  if (cli_text(cli, "home")) paths_set_home(cli_text(cli, "home"));
  if (!state) return 1;
  Keys *keys = keys_exist(state) ? keys_store(cli, false) : NULL;
  if (!keys && keys_exist(state)) return 1;
  for (; keys_nth(keys, n, &e, &c); n++) {
    Pin pin;
    char rights[40], err[256];
    rights_text(e.rights, rights, sizeof rights);
    Listed k = { e.venue, e.account, rights, "changed", e.hosts, "" };
    if (!pin_read(e.venue, &pin, err, sizeof err)) k.adapter = "absent";
    else if (keys_accepts(&e, pin.digest)) k.adapter = "accepted";
    if (c.field[K_APIKEY].p) keys_fingerprint(c.field[K_APIKEY].p, c.field[K_APIKEY].len, k.fingerprint);
    list_one(&k, json, n == 0);
  }
  for (size_t i = 0; keys_environment_nth(i, &venue, &c); i++, n++) {
    Listed k = { venue, "(environment)", "all", "not pinned", (const char *const[]){ NULL }, "" };
    if (c.field[K_APIKEY].p) keys_fingerprint(c.field[K_APIKEY].p, c.field[K_APIKEY].len, k.fingerprint);
    list_one(&k, json, n == 0);
  }
  if (json) puts(n ? "]" : "[]");
  else if (n == 0) fputs("no keys are stored; bourse keys add ID stores one\n", stderr);
  keys_close(keys);
  return 0;
}

static int take_away(Cli *cli) {
  char err[300];
  if (cli->n_words < 2) return cli_misuse(cli, "of which exchange? bourse keys remove ID [--account NAME]");
  Keys *keys = keys_store(cli, false);
  if (!keys) return 1;
  bool ok = keys_remove(keys, cli->words[1], cli_text(cli, "account") ? cli_text(cli, "account") : "main", err, sizeof err);
  if (!ok) fprintf(stderr, "bourse: keys: %s\n", err);
  else if (!cli_flag(cli, "quiet")) fprintf(stderr, "removed: %s\n", cli->words[1]);
  keys_close(keys);
  return ok ? 0 : 1;
}

int verb_keys(Cli *cli) {
  const char *what = cli->words[0], *account = cli_text(cli, "account");
  if (account && (strspn(account, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") != strlen(account) ||
    !*account || strlen(account) > 60))
    return cli_misuse(cli, "an account name is letters, digits, and _ . -");
  if (strcmp(what, "add") == 0) return add(cli);
  if (strcmp(what, "list") == 0) return list(cli);
  if (strcmp(what, "accept") == 0) return keys_accept(cli);
  if (strcmp(what, "remove") == 0) return take_away(cli);
  const char *near = nearest_word(what, "add|list|accept|remove");
  return cli_misuse(cli, "add, list, accept or remove, not '%.40s'%s%s%s", what, near ? " (did you mean " : "", near ? near : "", near
    ? "?)" : "");
}
