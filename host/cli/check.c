/* bourse check FILE...: the Lua half may read these files and no others. */
#include "cli/start.h"
#include "cli/verbs.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int verb_check(Cli *cli) {
  static const char *files[WORDS_MAX + 1];
  SessionSpec spec;
  int code = start_common(cli, &spec);
  if (code) return code;
  for (size_t i = 0; i < cli->n_words; i++) {
    struct stat st;
    if (stat(cli->words[i], &st) != 0 || access(cli->words[i], R_OK) != 0) return cli_misuse(cli, "cannot read '%s': %s", cli->words[i], strerror(errno));
    const char *what = S_ISREG(st.st_mode) ? NULL : S_ISDIR(st.st_mode) ? "a folder" : "no plain file";
    if (what) return cli_misuse(cli, "'%s' is %s; the files of adapters are expected", cli->words[i], what);
    files[i] = cli->words[i];
  }
  files[cli->n_words] = NULL;
  spec.files = files;
  return start_session(cli, &spec);
}
