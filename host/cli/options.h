/* The command line as data: a table of verbs, each with a table of options; --x=y and --x y; a wrong word is answered with the
 * nearest right one. All misuse ends in exit code 2 with the usage on stderr. */
#ifndef BOURSE_CLI_OPTIONS_H
#define BOURSE_CLI_OPTIONS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_type {
  OPT_FLAG,
  OPT_TEXT,
  OPT_COUNT,      /* a whole number, at least 1 */
  OPT_TIME,       /* "20", "20s", "500ms", "5m", "1h", "2d"; kept in ms; not 0 */
  OPT_AGE,        /* the same; 0 too */
  OPT_WORD,       /* one of the words in `values`, apart by '|' */
  OPT_FILE,       /* a file that can be read */
  OPT_PAIR        /* key=value; may be given again */
};

typedef struct { const char *name, *arg, *help; enum option_type type; const char *values; } Option;
  /* a table ends with name = NULL */

enum { GIVEN_MAX = 64, WORDS_MAX = 1024 };
typedef struct { const Option *option; const char *text; int64_t number; } Given;

typedef struct Verb Verb;
typedef struct {
  const Verb *verb;
  const char *words[WORDS_MAX]; size_t n_words;    /* positional arguments after the verb */
  Given given[GIVEN_MAX]; size_t n_given;
} Cli;

struct Verb {
  const char *name;
  const char *synopsis;       /* its positional arguments: "ID SYMBOL" */
  const char *help;           /* one line */
  const char *more;           /* what help adds, or NULL */
  const Option *options;
  int least, most;            /* positional arguments; most < 0: any number */
  int (*run)(Cli *cli);       /* the exit code */
};

extern const Option cli_globals[];

/* Fills *cli. 0, or the exit code of a usage error that was told on stderr; *help is set when help was asked for. */
int cli_parse(Cli *cli, const Verb *verbs, int argc, char **argv, bool *help);
bool cli_flag(const Cli *cli, const char *name);
const char *cli_text(const Cli *cli, const char *name);                    /* the last one given, or NULL */
int64_t cli_number(const Cli *cli, const char *name, int64_t otherwise);   /* OPT_COUNT, OPT_TIME (ms) */
/* One line on stderr, then the verb's usage. Always 2. */
int cli_misuse(const Cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
void cli_usage(const Verb *verb, bool all);        /* on stdout when all (help), else the short form on stderr */
#endif
