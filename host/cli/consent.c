#include "cli/consent.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

int consent(const Cli *cli, const char *question, const char *what) {
  char answer[16] = "";
  if (cli_flag(cli, "yes")) return 0;
  if (!isatty(STDIN_FILENO)) {
    fprintf(stderr, "bourse: refused: %s, and nobody is there to agree; add --yes\n", what);
    return 4;
  }
  fprintf(stderr, "%s [y/N] ", question);
  if (fgets(answer, sizeof answer, stdin) && (strncasecmp(answer, "y\n", 2) == 0 || strncasecmp(answer, "yes\n", 4) == 0)) return 0;
  fprintf(stderr, "bourse: refused: not agreed\n");
  return 4;
}

int consent_live(const Cli *cli, const char *what) {
  char question[300];
  snprintf(question, sizeof question, "%.150s may send real orders, with the keys and rights that `bourse keys list` shows. Go on?", what);
  return consent(cli, question, "--live sends real orders");
}
