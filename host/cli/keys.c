/* bourse keys add|list|remove. What an exchange needs is asked of its adapter; secrets are typed in, never on the command line. */
#include "broker/keys.h"
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "cli/prompt.h"
#include "cli/show.h"
#include "cli/start.h"
#include "cli/verbs.h"

enum { SECRET_MAX = KEYS_FIELD_MAX };

static const char *const field_names[K_COUNT] = {
  [K_APIKEY] = "apiKey", [K_SECRET] = "secret", [K_UID] = "uid", [K_ACCOUNTID] = "accountId", [K_LOGIN] = "login",
    [K_PASSWORD] = "password",
  [K_TWOFA] = "twofa", [K_PRIVATEKEY] = "privateKey", [K_WALLETADDRESS] = "walletAddress", [K_TOKEN] = "token" };

/* What the adapter says, a line each: "id kraken", "credential apiKey", "host https://...", "digest ...". */
typedef struct { Text text; char *id, *digest, *credentials[K_COUNT], *hosts[KEYS_HOSTS_MAX + 1]; size_t n_credentials,
  n_hosts; } Needs;

static bool collect(void *ctx, const char *text, size_t len) {
  text_add(ctx, text, len);
  return true;
}

static int ask_adapter(Cli *cli, Needs *needs) {
  SessionSpec spec;
  int code = start_common(cli, &spec);
  if (code) return code;
  spec.open_keys = NULL;
  spec.ctx = &needs->text;
  spec.on_out = collect;
  code = start_session(cli, &spec);
  if (code) return code;
  char *rest = NULL;
  for (char *line = needs->text.p ? strtok_r(needs->text.p, "\n", &rest) : NULL; line; line = strtok_r(NULL, "\n", &rest)) {
    char *value = strchr(line, ' ');
    if (!value) continue;
    *value++ = 0;
    if (strcmp(line, "id") == 0) needs->id = value;
    else if (strcmp(line, "digest") == 0) needs->digest = value;
    else if (strcmp(line, "credential") == 0 && needs->n_credentials < K_COUNT) needs->credentials[needs->n_credentials++] = value;
    else if (strcmp(line, "host") == 0 && needs->n_hosts < KEYS_HOSTS_MAX) needs->hosts[needs->n_hosts++] = value;
  }
  return needs->id ? 0 : 1;
}

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

static int ask_credentials(const Needs *needs, char (*secrets)[SECRET_MAX + 1], Credentials *c) {
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

static Keys *open_store(const Cli *cli, bool make) {
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
  Needs needs;
  Credentials c;
  KeysEntry e;
  char err[300], rights[40];
  memset(&needs, 0, sizeof needs);
  memset(&c, 0, sizeof c);
  memset(&e, 0, sizeof e);
  if (cli->n_words < 2) return cli_misuse(cli, "of which exchange? bourse keys add ID");
  if (!parse_rights(cli_text(cli, "rights") ? cli_text(cli, "rights") : "read", &e.rights))
    return cli_misuse(cli, "--rights takes some of read,trade,withdraw");
  int code = ask_adapter(cli, &needs);
  Keys *keys = NULL;
  if (!code && needs.n_credentials == 0) {
    fprintf(stderr, "bourse: keys: the adapter of %s signs nothing\n", needs.id);
    code = 1;
  }
  if (!code) {
    rights_text(e.rights, rights, sizeof rights);
    fprintf(stderr, "The key of %s is for: %s. It goes only to", needs.id, rights);
    for (size_t i = 0; i < needs.n_hosts; i++) fprintf(stderr, " %s", needs.hosts[i]);
    fputs(".\n", stderr);
    keys = open_store(cli, true);
    code = keys ? ask_credentials(&needs, secrets, &c) : 1;
  }
  if (!code) {
    e.venue = needs.id;
    e.account = cli_text(cli, "account") ? cli_text(cli, "account") : "main";
    e.digest = needs.digest ? needs.digest : "";
    for (size_t i = 0; i < needs.n_hosts; i++) e.hosts[i] = needs.hosts[i];
    if (keys_add(keys, &e, &c, err, sizeof err)) {
      if (!cli_flag(cli, "quiet")) fprintf(stderr, "kept: %s, account %s\n", e.venue, e.account);
    } else {
      fprintf(stderr, "bourse: keys: %s\n", err);
      code = 1;
    }
  }
  OPENSSL_cleanse(secrets, sizeof secrets);
  if (keys) keys_close(keys);
  text_free(&needs.text);
  return code;
}

static int list(Cli *cli) {
  const char *state = paths_state(), *format = cli_text(cli, "format");
  bool json = format && strcmp(format, "json") == 0;
  if (!state) return 1;
  if (!keys_exist(state)) {
    if (json) puts("[]");
    else fputs("no keys are stored; bourse keys add ID stores one\n", stderr);
    return 0;
  }
  Keys *keys = open_store(cli, false);
  if (!keys) return 1;
  if (!json) printf("%-20s  %-12s  %-20s  %-16s  %s\n", "exchange", "account", "rights", "fingerprint", "hosts");
  for (size_t i = 0; i < keys_count(keys); i++) {
    KeysEntry e;
    Credentials c;
    char rights[40], fingerprint[17] = "";
    if (!keys_nth(keys, i, &e, &c)) break;
    rights_text(e.rights, rights, sizeof rights);
    if (c.field[K_APIKEY].p) keys_fingerprint(c.field[K_APIKEY].p, c.field[K_APIKEY].len, fingerprint);
    if (json) {
      printf("%s{\"exchange\":\"%s\",\"account\":\"%s\",\"rights\":\"%s\",\"fingerprint\":\"%s\",\"hosts\":[", i ? ",\n "
        : "[", e.venue, e.account, rights, fingerprint);
      for (size_t j = 0; e.hosts[j]; j++) printf("%s\"%s\"", j ? "," : "", e.hosts[j]);
      fputs("]}", stdout);
      continue;
    }
    printf("%-20s  %-12s  %-20s  %-16s ", e.venue, e.account, rights, fingerprint);
    for (size_t j = 0; e.hosts[j]; j++) printf(" %s", e.hosts[j]);
    putchar('\n');
  }
  if (json) puts(keys_count(keys) ? "]" : "[]");
  keys_close(keys);
  return 0;
}

static int take_away(Cli *cli) {
  char err[300];
  if (cli->n_words < 2) return cli_misuse(cli, "of which exchange? bourse keys remove ID [--account NAME]");
  Keys *keys = open_store(cli, false);
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
  if (strcmp(what, "remove") == 0) return take_away(cli);
  const char *near = cli_nearest(what, "add|list|remove");
  return cli_misuse(cli, "add, list or remove, not '%.40s'%s%s%s", what, near ? " (did you mean " : "", near ? near : "", near
    ? "?)" : "");
}
