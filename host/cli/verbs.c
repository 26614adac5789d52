/* The command line on one page. */
#include "cli/verbs.h"
#include <stdio.h>
#include <string.h>
#include "cli/html.h"
#include "cli/start.h"

#define FORMAT { "format", NULL, "how to print", OPT_WORD, "table|csv|json" }
#define END { NULL, NULL, NULL, OPT_FLAG, NULL }

static const Option exchanges_options[] = {
  { "country", "NAME|CODE", "only this country: Japan, JP, 日本", OPT_TEXT, NULL },
  { "by-country", NULL, "the list by country, row for row", OPT_FLAG, NULL },
  { "list", NULL, "the list of that year (by country: 2019)", OPT_WORD, "2019|2020" },
  { "status", NULL, "only these", OPT_WORD, "active|renamed|defunct|unknown" },
  { "format", NULL, "how to print", OPT_WORD, "table|markdown|csv|json" },
  { "lang", NULL, "country names", OPT_WORD, "en|zh" },
  END };
static const Option markets_options[] = {
  { "type", NULL, "only these", OPT_WORD, "spot|margin|swap|future|option" },
  { "base", "CODE", "only markets of this coin", OPT_TEXT, NULL },
  { "quote", "CODE", "only markets priced in this", OPT_TEXT, NULL },
  FORMAT, END };
static const Option plain_options[] = { FORMAT, END };
static const Option json_options[] = { { "format", NULL, "how to print", OPT_WORD, "table|json" }, END };
static const Option limit_options[] = { { "limit", "N", "at most so many", OPT_COUNT, NULL }, FORMAT, END };
static const Option book_options[] = { { "limit", "N", "levels a side (10)", OPT_COUNT, NULL }, FORMAT, END };
static const Option candles_options[] = {
  { "timeframe", "T", "1m 5m 15m 1h 4h 1d ... (1h)", OPT_TEXT, NULL },
  { "limit", "N", "at most so many (60)", OPT_COUNT, NULL },
  { "since", "WHEN", "from then on: 2024-06-15 or 2024-06-15T12:00:00Z", OPT_TEXT, NULL },
  FORMAT, END };
static const Option fetch_options[] = {
  { "since", "WHEN", "from then on: 2024-06-15 or 2024-06-15T12:00:00Z", OPT_TEXT, NULL },
  { "until", "WHEN", "up to then (now)", OPT_TEXT, NULL },
  { "to", "FILE", "the file of candles, SQLite (candles.db in the state folder)", OPT_TEXT, NULL },
  { "export", NULL, "what is stored of these, after the download if there is one", OPT_WORD, "csv" },
  { "out", "FILE", "of the export (stdout)", OPT_TEXT, NULL },
  FORMAT, END };
static const Option backtest_options[] = {
  { "candles", "FILE|ID:SYMBOL:TF", "the prices: all of a file of candles, or a series of it; may be given again", OPT_TEXT, NULL },
  { "tape", "FILE", "in place of candles a recording of bourse run --record; may be given again", OPT_FILE, NULL },
  { "file", "FILE", "where series are looked for (candles.db in the state folder)", OPT_FILE, NULL },
  { "from", "WHEN", "from then on; what is before is history: 2024-06-15 or 2024-06-15T12:00:00Z", OPT_TEXT, NULL },
  { "to", "WHEN", "up to then", OPT_TEXT, NULL },
  { "fee", "TAKER,MAKER", "fees: 0.1%,0.05% (those of the market)", OPT_TEXT, NULL },
  { "slippage", "BPS", "of market orders, and half the spread, in hundredths of a per cent (5)", OPT_TEXT, NULL },
  { "balance", "CODE=AMOUNT,...", "what there is to begin with; ID:CODE=AMOUNT at one venue (10000 of the quote)", OPT_TEXT, NULL },
  { "arg", "NAME=VALUE", "an argument of the script; may be given again", OPT_PAIR, NULL },
  { "config", "FILE", "limits of orders (bourse.lua, ~/.config/bourse/bourse.lua)", OPT_FILE, NULL },
  { "verbose", NULL, "what the strategy prints, logs and reports, on stderr", OPT_FLAG, NULL },
  { "memory", "MIB", "of memory for the script (64)", OPT_COUNT, NULL },
  { "cpu", "TIME", "of CPU for one callback (1s)", OPT_TIME, NULL },
  { "format", NULL, "the report as a table, or as JSON with equity and fills", OPT_WORD, "table|json" },
  HTML_OPTION,
  END };
static const Option call_options[] = {
  { "dry-run", NULL, "print the request as it would be signed, keys redacted; nothing is sent", OPT_FLAG, NULL },
  { "info", NULL, "with the exchange's own reply", OPT_FLAG, NULL },
  { "live", NULL, "allow what trades; asks first", OPT_FLAG, NULL },
  { "paper", NULL, "orders and the account on paper", OPT_FLAG, NULL },
  { "config", "FILE", "limits of orders, the paper account (bourse.lua, ~/.config/bourse/bourse.lua)", OPT_FILE, NULL },
  { "yes", NULL, "do not ask", OPT_FLAG, NULL },
  { "format", NULL, "JSON on one line or indented", OPT_WORD, "json|pretty" },
  END };
static const Option run_options[] = {
  { "arg", "NAME=VALUE", "an argument of the script; may be given again", OPT_PAIR, NULL },
  { "for", "TIME", "stop after this long", OPT_TIME, NULL },
  { "paper", NULL, "no real orders: the default", OPT_FLAG, NULL },
  { "live", NULL, "real orders, with your keys; asks first", OPT_FLAG, NULL },
  { "yes", NULL, "do not ask", OPT_FLAG, NULL },
  { "record", "FILE", "keep all that happens on a tape, without credentials: for --replay and bourse tape", OPT_TEXT, NULL },
  { "replay", "FILE", "play a tape: no network, its time; without SCRIPT the scripts that were recorded", OPT_FILE, NULL },
  { "speed", "X", "of the replay: 1 is real time (as fast as it goes)", OPT_TEXT, NULL },
  { "format", NULL, "results as a table, or one JSON object a line", OPT_WORD, "table|json" },
  HTML_OPTION,
  { "config", "FILE", "limits of orders, the paper account (bourse.lua, ~/.config/bourse/bourse.lua)", OPT_FILE, NULL },
  { "memory", "MIB", "of memory for each script (64)", OPT_COUNT, NULL },
  { "cpu", "TIME", "of CPU for one callback (1s)", OPT_TIME, NULL },
  { "notify", "FILE", "where notify() goes: a file with addresses of webhooks, one a line", OPT_FILE, NULL },
  END };
static const Option conform_options[] = {
  { "exchange", "ID", "only this exchange", OPT_TEXT, NULL },
  { "kind", NULL, "only this kind", OPT_WORD, "request|response|error" },
  { "name", "TEXT", "only vectors whose name holds TEXT", OPT_TEXT, NULL },
  { "mutate", "N", "spoil each reply N times: errors and absent fields only, never a wrong number", OPT_COUNT, NULL },
  { "seed", "N", "of what is spoiled (1)", OPT_COUNT, NULL },
  { "deviations", "FILE", "vectors that are not followed, with reasons (tests/adapters/deviations.lua)", OPT_TEXT, NULL },
  { "format", NULL, "how to print; lua: the evidence that bourse exchanges shows", OPT_WORD, "table|json|lua" },
  END };
static const Option tape_options[] = {
  { "out", "FILE", "the file that cut and merge write; also of convert (stdout)", OPT_TEXT, NULL },
  { "from", "WHEN", "cut: from then on: 2026-11-27T09:00:00Z, or 30s after the beginning", OPT_TEXT, NULL },
  { "to", "WHEN", "cut: up to then", OPT_TEXT, NULL },
  { "venue", "ID", "cut: only requests to these (ID,ID...); convert to rows: of this one", OPT_TEXT, NULL },
  { "limit", "N", "rows: at most so many (20)", OPT_COUNT, NULL },
  { "format", NULL, "info: table or json; convert: a JSON object a line, or rows for tests/adapters", OPT_WORD, "table|json|rows" },
  END };
static const Option demo_options[] = {
  { "for", "TIME", "how long (20s)", OPT_TIME, NULL },
  { "seed", "N", "of the random walk of prices", OPT_COUNT, NULL },
  { "format", NULL, "results as a table, or one JSON object a line", OPT_WORD, "table|json" },
  HTML_OPTION,
  END };
#define PAPER { "paper", NULL, "of the paper account", OPT_FLAG, NULL }
#define OF_MARKET { "venue", "ID", "only this exchange", OPT_TEXT, NULL }, { "symbol", "SYMBOL", "only this market", OPT_TEXT, NULL }
static const Option orders_options[] = {
  { "open", NULL, "only those that are not over", OPT_FLAG, NULL },
  { "unknown", NULL, "only those of which it is not known whether the exchange took them", OPT_FLAG, NULL },
  OF_MARKET, PAPER, { "limit", "N", "the newest so many", OPT_COUNT, NULL }, FORMAT, END };
static const Option fills_options[] = { OF_MARKET, PAPER, { "limit", "N", "the newest so many", OPT_COUNT, NULL }, FORMAT, END };
static const Option balance_options[] = { PAPER, { "all", NULL, "empty ones too", OPT_FLAG, NULL }, FORMAT, END };
static const Option journal_options[] = { PAPER, { "format", NULL, "how to export", OPT_WORD, "csv|json" }, END };
static const Option kill_options[] = { { "undo", NULL, "take orders again", OPT_FLAG, NULL }, END };
static const Option keys_options[] = {
  { "account", "NAME", "a name for this key (main)", OPT_TEXT, NULL },
  { "rights", "LIST", "what it may be used for: read,trade,withdraw (read)", OPT_TEXT, NULL },
  { "keyfile", "FILE", "a file of 32 random bytes (0600) instead of a passphrase; made when absent", OPT_TEXT, NULL },
  { "yes", NULL, "accept: do not ask", OPT_FLAG, NULL },
  { "format", NULL, "how to print the list", OPT_WORD, "table|json" },
  END };

const Verb cli_verbs[] = {
  { "exchanges", "", "The exchanges of the registry, or the two lists by country.", NULL, exchanges_options, 0, 0, start_verb },
  { "markets", "ID", "The markets of an exchange.", NULL, markets_options, 1, 1, start_verb },
  { "currencies", "ID", "The currencies of an exchange.", NULL, plain_options, 1, 1, start_verb },
  { "status", "ID", "Is the exchange up?", NULL, json_options, 1, 1, start_verb },
  { "time", "ID", "The exchange's clock, and how far it is from this one.", NULL, json_options, 1, 1, start_verb },
  { "ticker", "ID SYMBOL...", "Last prices.", NULL, plain_options, 2, 100, start_verb },
  { "book", "ID SYMBOL", "The order book, drawn as depth bars on a terminal.", NULL, book_options, 2, 2, start_verb },
  { "trades", "ID SYMBOL", "The newest public trades.", NULL, limit_options, 2, 2, start_verb },
  { "candles", "ID SYMBOL [TIMEFRAME]", "Candles, drawn in blocks on a terminal.", NULL, candles_options, 2, 3, start_verb },
  { "fetch", "candles ID SYMBOL... TIMEFRAME|list", "Downloads history of prices into a file; goes on where it was.",
    "  bourse fetch candles kraken BTC/USD ETH/USD 1h --since 2024-01-01\n"
    "  bourse fetch candles kraken BTC/USD 1h --export csv --out btc.csv    without --since: what is there already\n"
    "  bourse fetch list", fetch_options, 1, 100, verb_fetch },
  { "backtest", "STRATEGY", "A strategy, unchanged, on recorded prices: what would have come of it.",
    "  bourse fetch candles kraken BTC/USD 1h --since 2024-01-01\n"
    "  bourse backtest scripts/dca.lua --candles kraken:BTC/USD:1h --balance USD=1000 --fee 0.4%,0.25%", backtest_options, 1, 1, verb_backtest },
  { "call", "ID METHOD [JSON]...", "Any unified method; prints one JSON value.",
    "Arguments are JSON; a word that is not JSON is text; null leaves one out:\n"
    "  bourse call kraken fetch_ohlcv BTC/USD 1h null 3", call_options, 2, 34, verb_call },
  { "run", "SCRIPT...", "Runs strategies; no real orders unless --live.",
    "bourse run SCRIPT --help says which arguments the script takes.\n"
    "A script of whose calls to exchanges not one went well ends with exit code 5, however it ends.\n"
    "Webhooks of --notify: Slack, Mattermost, Discord and others that take {\"text\": ...}; for Telegram\n"
    "  https://api.telegram.org/botTOKEN/sendMessage?chat_id=CHAT", run_options, 0, 16, verb_run },
  { "tape", "info|cut|merge|convert FILE...", "What is on a recording of bourse run --record; new ones of it.", NULL, tape_options, 1, WORDS_MAX,
    verb_tape },
  { "orders", "[NUMBER]", "The orders of the journal; of one, all that happened.", NULL, orders_options, 0, 1, start_verb },
  { "fills", "", "What was traded, by the journal.", NULL, fills_options, 0, 0, start_verb },
  { "balance", "[ID]...", "What an account holds; on paper, or as the exchange tells it.", NULL, balance_options, 0, 20, start_verb },
  { "journal", "verify|export [orders|fills|events]", "The journal against itself, or all of it as csv or json.", NULL, journal_options, 1, 2, start_verb },
  { "kill", "[REASON]", "The kill switch: open orders are cancelled, no new ones are taken.", NULL, kill_options, 0, 1, verb_kill },
  { "demo", "", "Local venues and the arbitrage check against them: no network, no key.", NULL, demo_options, 0, 0, verb_demo },
  { "shell", "", "A Lua prompt in the sandbox, with history and completion.", NULL, NULL, 0, 0, verb_shell },
  { "doctor", "[ID]...", "Tries each public method of the exchanges and says what works.", NULL, plain_options, 0, 200,
    start_verb },
  { "keys", "add|list|accept|remove [ID]", "API keys, encrypted on this machine; typed in, never on the command line.",
    "A key is for the adapter as it is when the key is added; `keys accept` shows what changed since, and asks.\n"
    "Keys may come from the environment instead, for any adapter that is there: BOURSE_KRAKEN_APIKEY, BOURSE_KRAKEN_SECRET ...\n"
    "The passphrase is asked for; $BOURSE_KEYFILE names a key file instead.", keys_options, 1, 2, verb_keys },
  { "new", "exchange|strategy NAME", "Writes a working start into a new file.", NULL, NULL, 2, 2, verb_new },
  { "check", "FILE...", "What is wrong with an adapter, by line and field.", NULL, NULL, 1, WORDS_MAX, verb_check },
  { "conform", "FILE|DIR...", "Adapters against recorded vectors.", NULL, conform_options, 1, WORDS_MAX, verb_conform },
  { NULL, NULL, NULL, NULL, NULL, 0, 0, NULL },
};

static int overview(void) {
  puts("bourse - a scripting host for crypto exchanges\n\nusage: bourse VERB [arguments] [options]\n");
  for (const Verb *v = cli_verbs; v->name; v++) {
    char left[48];
    snprintf(left, sizeof left, "%s %s", v->name, v->synopsis);
    printf("  %-30s  %s\n", left, v->help);
  }
  puts("\nbourse help VERB says more; bourse --version what is built in.\n"
       "Exit codes: 0 done, 1 failed, 2 usage, 3 sandbox limit, 4 refused, 5 network or exchange;\n"
       "stopped by a signal, and nothing else went wrong: 130 (Ctrl-C), 143 (SIGTERM).");
  return 0;
}

static int help(Cli *cli, const char *word) {
  if (!word) return overview();
  bool unused;
  char program[] = "bourse", copy[64];
  snprintf(copy, sizeof copy, "%s", word);
  if (*copy == '-') return overview();
  char *argv[] = { program, copy, NULL };
  for (const Verb *v = cli_verbs; v->name; v++)
    if (strcmp(v->name, word) == 0) {
      cli_usage(v, true);
      return 0;
    }
  return cli_parse(cli, cli_verbs, 2, argv, &unused);   /* says which verb is near */
}

int cli_main(int argc, char **argv) {
  static Cli cli;
  bool wants_help;
  if (argc < 2) {
    overview();
    return 2;
  }
  if (strcmp(argv[1], "--version") == 0) return verb_version();
  if (strcmp(argv[1], "help") == 0) return help(&cli, argc > 2 ? argv[2] : NULL);
  int code = cli_parse(&cli, cli_verbs, argc, argv, &wants_help);
  if (code) return code;
  if (wants_help && !cli.verb) return overview();
  /* The script of `run` prints its own arguments; everything else stops at the usage. */
  if (wants_help) {
    bool script = strcmp(cli.verb->name, "run") == 0 && cli.n_words > 0;
    if (!script) cli_usage(cli.verb, true);
    return script ? cli.verb->run(&cli) : 0;
  }
  if (!cli.verb) return cli_misuse(&cli, "a verb is missing");
  return cli.verb->run(&cli);
}
