/* bourse call: any unified method. What trades or withdraws needs --live, and is asked for. */
#include "cli/start.h"
#include "cli/consent.h"
#include "cli/verbs.h"

int verb_call(Cli *cli) {
  SessionSpec spec;
  int code = start_common(cli, &spec);
  if (code) return code;
  if (cli_flag(cli, "live") && cli_flag(cli, "paper")) return cli_misuse(cli, "--live and --paper exclude each other");
  if (cli_flag(cli, "dry-run")) {
    spec.shows_requests = true;
  } else if (cli_flag(cli, "live")) {
    code = consent_live(cli, cli->words[0]);
    if (code) return code;
    spec.live = true;
    spec.orders = "live";
    spec.rights |= RIGHT_TRADE | RIGHT_WITHDRAW;
  } else if (cli_flag(cli, "paper")) {
    spec.orders = "paper";
  }
  spec.config = cli_text(cli, "config");
  return start_session(cli, &spec);
}
