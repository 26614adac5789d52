/* bourse: the broker, and with --worker the sandboxed half of the same program. */
#include <string.h>
#include "broker/keys.h"
#include "cli/verbs.h"
#include "worker/worker.h"

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "--worker") == 0) return worker_main(3);
  keys_take_environment();   /* before anything else is started: no child, log or dump ever sees them */
  int code = cli_main(argc, argv);
  keys_wipe();
  return code;
}
