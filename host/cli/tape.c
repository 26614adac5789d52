/* bourse tape info|cut|merge|convert FILE... */
#include "cli/tape.h"
#include <stdio.h>
#include <string.h>
#include "cli/verbs.h"
#include "wire/frame.h"
#include "wire/message.h"
#include "wire/nearest.h"

Tape *tape_open_said(const char *path) {
  char err[400];
  Tape *t = tape_open(path, err, sizeof err);
  if (!t) fprintf(stderr, "bourse: tape: %s\n", err);
  return t;
}

bool tape_data(const TapeEvent *e, msgpack_zone *zone, msgpack_object *out) {
  const char *why;
  return e->len && frame_unpack(e->data, e->len, zone, out, &why);
}

const char *tape_what(uint8_t what) {
  static const struct { uint8_t what; const char *name; } names[] = {
    { TAPE_HEAD, "tape" }, { TAPE_SENT, "sent" }, { TAPE_CAME, "came" }, { MSG_BOOT, "boot" }, { MSG_SOURCE, "load" }, { MSG_SOURCE_IS, "loaded" },
    { MSG_HTTP, "request" }, { MSG_REPLY, "reply" }, { MSG_SLEEP, "sleep" }, { MSG_WAKE, "wake" }, { MSG_STORE, "store" }, { MSG_STORED, "stored" },
    { MSG_RELOAD, "reload" }, { MSG_STOP, "stop" }, { MSG_DECLARE, "declare" }, { MSG_CALL, "call" }, { MSG_OUT, "print" }, { MSG_LOG, "log" },
    { MSG_REPORT, "report" }, { MSG_DONE, "done" }, { MSG_FATAL, "fatal" }, { MSG_CLOCK, "clock" } };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (names[i].what == what) return names[i].name;
  return "other";
}

bool tape_complain(const Tape *t) {
  uint64_t good;
  enum tape_state state = tape_state(t, &good);
  if (state == TAPE_CUT_OFF) fprintf(stderr, "bourse: tape: %s was cut off: it has no end, as after a crash\n", tape_path(t));
  if (state == TAPE_DAMAGED) fprintf(stderr, "bourse: tape: %s is damaged behind byte %llu\n", tape_path(t), (unsigned long long)good);
  return state == TAPE_DAMAGED;
}

bool tape_venue_wanted(const Cli *cli, const char *id) {
  const char *list = cli_text(cli, "venue");
  size_t n = strlen(id);
  if (!list) return true;
  for (; *list; list += strcspn(list, ","), list += *list == ',')
    if (strcspn(list, ",") == n && !strncmp(list, id, n)) return true;
  return false;
}

int verb_tape(Cli *cli) {
  static const struct { const char *name; int (*run)(Cli *cli); size_t most; } subs[] = {
    { "info", tape_info, WORDS_MAX }, { "cut", tape_cut, 2 }, { "merge", tape_merge, WORDS_MAX }, { "convert", tape_convert, 2 } };
  const char *what = cli->words[0];
  for (size_t i = 0; i < sizeof subs / sizeof *subs; i++) {
    if (strcmp(what, subs[i].name) != 0) continue;
    if (cli->n_words < 2) return cli_misuse(cli, "of which file? bourse tape %s FILE", what);
    if (cli->n_words > subs[i].most) return cli_misuse(cli, "one file at a time; bourse tape merge makes one of several");
    return subs[i].run(cli);
  }
  const char *near = nearest_word(what, "info|cut|merge|convert");
  return cli_misuse(cli, "info, cut, merge or convert, not '%.40s'%s%s%s", what, near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
}
