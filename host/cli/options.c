#include "cli/options.h"
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wire/nearest.h"

const Option cli_globals[] = {
  { "base-url", "ID=URL", "send requests of ID to this server instead; loopback only; may be given again", OPT_PAIR, NULL },
  { "cacert", "FILE", "trust the roots in this PEM file too", OPT_FILE, NULL },
  { "timeout", "TIME", "longest time for one request (10s)", OPT_TIME, NULL },
  { "markets-age", "TIME", "take market lists kept on disk that are not older (1h; 0s: ask the exchange)", OPT_AGE, NULL },
  { "budget", NULL, "keep to the rate limits of exchanges at --base-url too", OPT_FLAG, NULL },
  { "home", "DIR", "where exchanges/ and registry.lua are", OPT_TEXT, NULL },
  { "quiet", NULL, "results only", OPT_FLAG, NULL },
  { "help", NULL, "this text", OPT_FLAG, NULL },
  { NULL, NULL, NULL, OPT_FLAG, NULL },
};

/* Whatever was typed may hold anything: shown without control characters and not too long. */
static const char *shown(const char *s) {
  static char buf[4][80];
  static int turn;
  char *out = buf[turn++ % 4];
  size_t n = 0;
  for (; s[n] && n < sizeof buf[0] - 1; n++) out[n] = (unsigned char)s[n] < 32 || s[n] == 127 ? '?' : s[n];
  out[n] = 0;
  return out;
}

static void print_options(FILE *f, const Option *options) {
  for (const Option *o = options; o && o->name; o++) {
    char left[64];
    const char *arg = o->type == OPT_WORD ? o->values : o->arg;
    snprintf(left, sizeof left, "--%s%s%s", o->name, arg ? " " : "", arg ? arg : "");
    if (strlen(left) > 26) fprintf(f, "  %s\n  %-26s  %s\n", left, "", o->help);
    else fprintf(f, "  %-26s  %s\n", left, o->help);
  }
}

void cli_usage(const Verb *verb, bool all) {
  FILE *f = all ? stdout : stderr;
  fprintf(f, "usage: bourse %s%s%s%s\n", verb->name, *verb->synopsis ? " " : "", verb->synopsis, verb->options &&
    verb->options->name ? " [options]" : "");
  if (!all) {
    fprintf(f, "       bourse help %s says more\n", verb->name);
    return;
  }
  fprintf(f, "%s\n", verb->help);
  if (verb->more) fprintf(f, "\n%s\n", verb->more);
  if (verb->options && verb->options->name) {
    fputs("\noptions\n", f);
    print_options(f, verb->options);
  }
  fputs("\nanywhere\n", f);
  print_options(f, cli_globals);
}

static int misuse(const Verb *verb, const char *format, va_list ap) {
  fprintf(stderr, "bourse: %s%s", verb ? verb->name : "", verb ? ": " : "");
  vfprintf(stderr, format, ap);
  fputc('\n', stderr);
  if (verb) cli_usage(verb, false);
  else fputs("       bourse --help lists the verbs\n", stderr);
  return 2;
}

int cli_misuse(const Cli *cli, const char *format, ...) {
  va_list ap;
  va_start(ap, format);
  int code = misuse(cli->verb, format, ap);
  va_end(ap);
  return code;
}

static const Option *find_option(const Option *options, const char *name, size_t len) {
  for (const Option *o = options; o && o->name; o++)
    if (strlen(o->name) == len && memcmp(o->name, name, len) == 0) return o;
  return NULL;
}

/* All the names of two tables, apart by '|', for nearest_word. */
static void option_names(char *buf, size_t cap, const Option *a, const Option *b) {
  size_t n = 0;
  buf[0] = 0;
  for (int i = 0; i < 2; i++)
    for (const Option *o = i ? b : a; o && o->name && n + strlen(o->name) + 2 < cap; o++) n += (size_t)snprintf(buf + n,
      cap - n, "%s|", o->name);
}

static int unknown_option(const Cli *cli, const char *name, size_t len) {
  char names[1024], word[65];
  option_names(names, sizeof names, cli->verb ? cli->verb->options : NULL, cli_globals);
  snprintf(word, sizeof word, "%.*s", (int)(len < 64 ? len : 64), name);
  const char *near = nearest_word(word, names);
  if (near) return cli_misuse(cli, "unknown option --%s (did you mean --%s?)", shown(word), near);
  return cli_misuse(cli, "unknown option --%s", shown(word));
}

static bool parse_time(const char *s, int64_t *ms) {
  static const struct { const char *unit; int64_t ms; } units[] = {
    { "", 1000 }, { "s", 1000 }, { "ms", 1 }, { "m", 60000 }, { "min", 60000 }, { "h", 3600000 }, { "d", 86400000 } };
  char *end;
  if (*s < '0' || *s > '9') return false;
  double x = strtod(s, &end);
  if (!(x >= 0) || x > 1e9) return false;
  for (size_t i = 0; i < sizeof units / sizeof *units; i++)
    if (strcmp(end, units[i].unit) == 0) {
      *ms = (int64_t)(x * (double)units[i].ms + 0.5);
      return true;
    }
  return false;
}

static bool one_of(const char *word, const char *values) {
  size_t n = strlen(word);
  for (const char *p = values; *p; ) {
    size_t len = strcspn(p, "|");
    if (len == n && memcmp(p, word, n) == 0) return true;
    p += len + (p[len] == '|');
  }
  return false;
}

static int check_value(const Cli *cli, const Option *o, const char *text, int64_t *number) {
  char *end;
  switch (o->type) {
  case OPT_COUNT:
    errno = 0;
    *number = strtoll(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || *number < 1)
      return cli_misuse(cli, "--%s takes a whole number from 1 on, not '%s'", o->name, shown(text));
    return 0;
  case OPT_TIME: case OPT_AGE:
    if (!parse_time(text, number) || (*number == 0 && o->type == OPT_TIME))
      return cli_misuse(cli, "--%s takes a time such as 500ms, 20s or 5m, not '%s'", o->name, shown(text));
    return 0;
  case OPT_WORD:
    if (!one_of(text, o->values)) {
      const char *near = nearest_word(text, o->values);
      if (near) return cli_misuse(cli, "--%s takes %s, not '%s' (did you mean %s?)", o->name, o->values, shown(text), near);
      return cli_misuse(cli, "--%s takes %s, not '%s'", o->name, o->values, shown(text));
    }
    return 0;
  case OPT_PAIR:
    if (!strchr(text, '=') || *text == '=') return cli_misuse(cli, "--%s takes %s, not '%s'", o->name, o->arg, shown(text));
    return 0;
  case OPT_FILE:
    if (access(text, R_OK) != 0) return cli_misuse(cli, "--%s: cannot read '%s': %s", o->name, shown(text), strerror(errno));
    return 0;
  default:
    return 0;
  }
}

/* "-5" and "-.5" are arguments, not options. */
static bool looks_like_option(const char *s) { return s[0] == '-' && s[1] && !(s[1] >= '0' && s[1] <= '9') && s[1] != '.'; }

/* One option at argv[*i]; moves *i over its value. */
static int take_option(Cli *cli, int argc, char **argv, int *i) {
  const char *name = argv[*i] + 2;
  size_t len = strcspn(name, "=");
  const char *text = name[len] == '=' ? name + len + 1 : NULL;
  const Option *o = cli->verb ? find_option(cli->verb->options, name, len) : NULL;
  int64_t number = 0;
  if (!o) o = find_option(cli_globals, name, len);
  if (!o) return unknown_option(cli, name, len);
  if (o->type == OPT_FLAG && text) return cli_misuse(cli, "--%s takes no value", o->name);
  if (o->type != OPT_FLAG && !text) {
    if (*i + 1 >= argc || (looks_like_option(argv[*i + 1]) && argv[*i + 1][1] == '-'))
      return cli_misuse(cli, "--%s needs a value: %s", o->name, o->type == OPT_WORD ? o->values : o->arg);
    text = argv[++*i];
  }
  if (o->type != OPT_FLAG) {
    int code = check_value(cli, o, text, &number);
    if (code) return code;
  }
  if (cli->n_given == GIVEN_MAX) return cli_misuse(cli, "too many options");
  cli->given[cli->n_given++] = (Given){ o, text, number };
  return 0;
}

static int take_verb(Cli *cli, const Verb *verbs, const char *word) {
  char names[512];
  size_t n = 0;
  for (const Verb *v = verbs; v->name; v++) {
    if (strcmp(v->name, word) == 0) {
      cli->verb = v;
      return 0;
    }
    n += (size_t)snprintf(names + n, sizeof names - n, "%s|", v->name);
  }
  const char *near = nearest_word(word, names);
  if (near) return cli_misuse(cli, "no verb '%s' (did you mean '%s'?)", shown(word), near);
  return cli_misuse(cli, "no verb '%s'", shown(word));
}

/* The synopsis names the words in their order. */
static int too_few(const Cli *cli) {
  const char *word = cli->verb->synopsis;
  if (!cli->n_words) return cli_misuse(cli, "%s expected", word);
  for (size_t i = 0; i < cli->n_words && *word; i++) word += strcspn(word, " "), word += *word == ' ';
  return cli_misuse(cli, "%.*s expected behind '%s'", (int)strcspn(word, " "), word, shown(cli->words[cli->n_words - 1]));
}

int cli_parse(Cli *cli, const Verb *verbs, int argc, char **argv, bool *help) {
  memset(cli, 0, sizeof *cli);
  *help = false;
  for (int i = 1, only_words = 0; i < argc; i++) {
    int code = 0;
    if (!only_words && strcmp(argv[i], "--") == 0) only_words = 1;
    else if (!only_words && strcmp(argv[i], "-h") == 0) *help = true;
    else if (!only_words && strncmp(argv[i], "--", 2) == 0) code = take_option(cli, argc, argv, &i);
    else if (!only_words && looks_like_option(argv[i])) code = cli_misuse(cli, "unknown option %s (options begin with --)",
      shown(argv[i]));
    else if (!cli->verb) code = take_verb(cli, verbs, argv[i]);
    else if (cli->n_words == WORDS_MAX) code = cli_misuse(cli, "too many arguments");
    else cli->words[cli->n_words++] = argv[i];
    if (code) return code;
  }
  *help = *help || cli_flag(cli, "help");
  if (*help || !cli->verb) return 0;
  if ((int)cli->n_words < cli->verb->least) return too_few(cli);
  if (cli->verb->most >= 0 && (int)cli->n_words > cli->verb->most)
    return cli_misuse(cli, "unexpected argument '%s'", shown(cli->words[cli->verb->most]));
  return 0;
}

static const Given *last_given(const Cli *cli, const char *name) {
  for (size_t i = cli->n_given; i-- > 0; )
    if (strcmp(cli->given[i].option->name, name) == 0) return &cli->given[i];
  return NULL;
}

bool cli_flag(const Cli *cli, const char *name) { return last_given(cli, name) != NULL; }

const char *cli_text(const Cli *cli, const char *name) {
  const Given *g = last_given(cli, name);
  return g ? g->text : NULL;
}

int64_t cli_number(const Cli *cli, const char *name, int64_t otherwise) {
  const Given *g = last_given(cli, name);
  return g ? g->number : otherwise;
}
