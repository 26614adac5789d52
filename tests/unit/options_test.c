/* The command line: what is accepted, and what wrong usage is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "cli/options.h"
#include "cli/show.h"
#include "wire/nearest.h"

static const Option book_options[] = {
  { "limit", "N", "levels", OPT_COUNT, NULL }, { "format", NULL, "how", OPT_WORD, "table|csv|json" }, { "for", "TIME",
    "how long", OPT_TIME, NULL },
  { "arg", "K=V", "argument", OPT_PAIR, NULL }, { "live", NULL, "real", OPT_FLAG, NULL }, { NULL, NULL, NULL, OPT_FLAG, NULL } };
static int run(Cli *cli) { (void)cli; return 0; }
static const Verb verbs[] = {
  { "book", "ID SYMBOL", "The book.", NULL, book_options, 2, 2, run }, { "exchanges", "", "All.", NULL, NULL, 0, 0, run },
  { NULL, NULL, NULL, NULL, NULL, 0, 0, NULL } };

static char said[2000];

/* Parses with stderr caught in `said`. */
static int parse(Cli *cli, bool *help, const char *line) {
  static char copy[4000];
  char *argv[200];
  int argc = 0, old = dup(STDERR_FILENO);
  FILE *f = tmpfile();
  assert_non_null(f);
  snprintf(copy, sizeof copy, "bourse %s", line);
  for (char *w = strtok(copy, " "); w; w = strtok(NULL, " ")) argv[argc++] = w;
  fflush(stderr);
  dup2(fileno(f), STDERR_FILENO);
  int code = cli_parse(cli, verbs, argc, argv, help);
  fflush(stderr);
  dup2(old, STDERR_FILENO);
  close(old);
  rewind(f);
  said[fread(said, 1, sizeof said - 1, f)] = 0;
  fclose(f);
  return code;
}

static void accepts(void **state) {
  Cli cli;
  bool help;
  (void)state;
  assert_int_equal(parse(&cli, &help,
    "book kraken BTC/USD --limit 5 --format=json --for 1.5m --arg a=1 --arg b=x=y --live --quiet"), 0);
  assert_string_equal(cli.verb->name, "book");
  assert_int_equal(cli.n_words, 2);
  assert_string_equal(cli.words[1], "BTC/USD");
  assert_int_equal(cli_number(&cli, "limit", 0), 5);
  assert_int_equal(cli_number(&cli, "for", 0), 90000);
  assert_string_equal(cli_text(&cli, "format"), "json");
  assert_string_equal(cli_text(&cli, "arg"), "b=x=y");
  assert_true(cli_flag(&cli, "live") && cli_flag(&cli, "quiet") && !cli_flag(&cli, "help"));
  assert_int_equal(parse(&cli, &help, "--timeout 500ms book kraken -5"), 0);
  assert_int_equal(cli_number(&cli, "timeout", 0), 500);
  assert_string_equal(cli.words[1], "-5");
  assert_int_equal(parse(&cli, &help, "book -- --limit x"), 0);
  assert_string_equal(cli.words[0], "--limit");
  assert_int_equal(parse(&cli, &help, "book --help"), 0);
  assert_true(help);
}

static void refuses(void **state) {
  static const struct { const char *line, *text; } rows[] = {
    { "bok a b", "no verb 'bok' (did you mean 'book'?)" },
    { "exchange", "no verb 'exchange' (did you mean 'exchanges'?)" },
    { "qwertz", "no verb 'qwertz'\n" },
    { "book a b --limt 3", "unknown option --limt (did you mean --limit?)" },
    { "book a b --lmiit=3", "did you mean --limit?" },
    { "book a b -x", "unknown option -x" },
    { "book a b --limit", "--limit needs a value: N" },
    { "book a b --limit --live", "--limit needs a value: N" },
    { "book a b --limit 0", "takes a whole number from 1 on, not '0'" },
    { "book a b --limit 3x", "not '3x'" },
    { "book a b --limit 99999999999999999999", "takes a whole number" },
    { "book a b --format jsn", "--format takes table|csv|json, not 'jsn' (did you mean json?)" },
    { "book a b --for 5parsecs", "--for takes a time such as" },
    { "book a b --for -1", "--for takes a time such as" },
    { "book a b --for nan", "--for takes a time such as" },
    { "book a b --live=yes", "--live takes no value" },
    { "book a b --arg novalue", "--arg takes K=V, not 'novalue'" },
    { "book a b --cacert /does/not/exist", "cannot read '/does/not/exist'" },
    { "book a", "SYMBOL expected behind 'a'" },
    { "book", "ID SYMBOL expected" },
    { "book a b c", "unexpected argument 'c'" },
    { "exchanges extra", "unexpected argument 'extra'" },
    { "book a b --\033[31m", "unknown option --?[31m" } };
  Cli cli;
  bool help;
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    int code = parse(&cli, &help, rows[i].line);
    if (code != 2 || !strstr(said, rows[i].text)) fail_msg("%s: code %d, said: %s", rows[i].line, code, said);
    assert_non_null(strstr(said, "bourse"));
  }
}

static void bounded(void **state) {
  static char line[4000];
  Cli cli;
  bool help;
  (void)state;
  strcpy(line, "book a b");
  for (int i = 0; i < 70; i++) strcat(line, " --arg k=v");
  assert_int_equal(parse(&cli, &help, line), 2);
  assert_non_null(strstr(said, "too many options"));
}

static void nearest(void **state) {
  (void)state;
  assert_string_equal(nearest_word("krakn", "binance|kraken|okx"), "kraken");
  assert_string_equal(nearest_word("karken", "binance|kraken|okx"), "kraken");
  assert_string_equal(nearest_word("bin", "kraken|binance"), "binance");
  assert_null(nearest_word("zzzzzz", "binance|kraken|okx"));
  assert_null(nearest_word("", "a|b"));
  assert_null(nearest_word("x", ""));
}

static void json(const msgpack_sbuffer *b, const char *expected) {
  msgpack_unpacked u;
  Text t = { NULL, 0, 0 };
  msgpack_unpacked_init(&u);
  assert_int_equal(msgpack_unpack_next(&u, b->data, b->size, NULL), MSGPACK_UNPACK_SUCCESS);
  show_json(&t, &u.data);
  assert_string_equal(t.p, expected);
  text_free(&t);
  msgpack_unpacked_destroy(&u);
}

static void shows_json(void **state) {
  msgpack_sbuffer b;
  msgpack_packer pk;
  (void)state;
  msgpack_sbuffer_init(&b);
  msgpack_packer_init(&pk, &b, msgpack_sbuffer_write);
  msgpack_pack_array(&pk, 6);
  msgpack_pack_double(&pk, 0.1);
  msgpack_pack_double(&pk, 1.0 / 3);
  msgpack_pack_int64(&pk, -7);
  msgpack_pack_uint64(&pk, UINT64_MAX);
  msgpack_pack_true(&pk);
  msgpack_pack_str(&pk, 6);
  msgpack_pack_str_body(&pk, "a\"\\\n\x01z", 6);
  json(&b, "[0.1,0.3333333333333333,-7,18446744073709551615,true,\"a\\\"\\\\\\n\\u0001z\"]");
  msgpack_sbuffer_destroy(&b);
}

static void pads(void **state) {
  static const struct { const char *s; int width; bool right; const char *expected; } rows[] = {
    { "abc", 5, false, "abc  " }, { "abc", 5, true, "  abc" }, { "abcdef", 4, false, "abc…" }, { "日本", 6, false, "日本  " },
    { "日本語", 5, false, "日本…" }, { "日本語", 4, false, "日… " }, { "\xff\xfe", 3, false, "\xff\xfe " }, { "", 2, false, "  " } };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    Text t = { NULL, 0, 0 };
    show_pad(&t, rows[i].s, rows[i].width, rows[i].right);
    assert_string_equal(t.p, rows[i].expected);
    text_free(&t);
  }
  assert_int_equal(show_width("日本 kraken"), 11);
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(accepts), cmocka_unit_test(refuses), cmocka_unit_test(bounded),
    cmocka_unit_test(nearest),
    cmocka_unit_test(shows_json), cmocka_unit_test(pads) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
