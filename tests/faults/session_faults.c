/* Workers that crash, loop, lie and leave; and what the honest one is given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "player.h"
#include "wire/message.h"
#include "wire/pack.h"

static void one(const char *name, SessionSpec *spec, Played *r) {
  const char *names[] = { name };
  play_run_named(names, 1, spec, r);
}

static void ends(const char *name, int code, const char *log, int max_ms) {
  SessionSpec spec = { 0 };
  Played r;
  one(name, &spec, &r);
  if (r.code != code || !strstr(r.log, log)) fail_msg("%s: code %d, says: %s", name, r.code, r.log);
  /* CPU time is what is limited: on a busy machine the clock on the wall runs on. */
  if (r.ms > max_ms * 5) fail_msg("%s: took %lld ms", name, (long long)r.ms);
  played_free(&r);
}

static void bad_ends(void **state) {
  (void)state;
#ifndef BOURSE_SANITIZE
  ends("loop", 3, "loop: stopped: used more than 1000 ms of CPU in one callback (killed from outside)", 1900);
#endif
  ends("crash", 3, "crash: worker crashed: signal 11 (Segmentation fault)", 1500);
  ends("leave", 1, "leave: the worker ended without a word (exit code 7)", 500);
  ends("version", 3, "version: stopped: the worker sent a frame of another version", 500);
  ends("long", 3, "long: stopped: the worker sent a frame that is too long", 500);
  ends("kind", 3, "kind: stopped: the worker sent a message of an unknown kind (99)", 500);
  ends("shape", 3, "shape: stopped: the worker sent a message of an unknown kind", 500);
  ends("nested", 3, "nested: stopped: the worker sent values nested too deep", 500);
  ends("cut", 3, "cut: stopped: the worker sent the last frame is cut off", 500);
}

static void surroundings(void **state) {
  (void)state;
  SessionSpec spec = { 0 };
  Played r;
  setenv("BOURSE_CANARY", "do not inherit me", 1);
  one("around", &spec, &r);
  assert_int_equal(r.code, 0);
#ifdef BOURSE_SANITIZE
  assert_string_equal(r.out, "env=0 fds=4 core=0 files=16 bounded=0 death=9");
#else
  assert_string_equal(r.out, "env=0 fds=4 core=0 files=16 bounded=1 death=9");
#endif
  played_free(&r);
}

static void neighbours(void **state) {
  (void)state;
  static const char *const names[] = { "steady", "loop", "crash" };
  SessionSpec spec = { 0 };
  Played r;
  spec.limits = (Limits){ 64u << 20, 300, 300 };
  play_run_named(names, 3, &spec, &r);
  assert_int_equal(r.code, 3);
  assert_non_null(strstr(r.log, "crash: worker crashed"));
  assert_non_null(strstr(r.out, "worst "));
#ifndef BOURSE_SANITIZE
  assert_non_null(strstr(r.log, "loop: stopped: used more than 300 ms"));
#endif
  assert_true(atoi(strstr(r.out, "worst ") + 6) < 1000000);    /* waits of 5 ms; the bound is for a busy machine */
  played_free(&r);
}

static void honest_work_is_not_killed(void **state) {
  (void)state;
  SessionSpec spec = { .limits = { 64u << 20, 200, 200 } };
  Played r;
  one("busy", &spec, &r);                                       /* 2 s of CPU in portions of 50 ms */
  if (r.code) fail_msg("%s", r.log);
  played_free(&r);
}

static void stopping(void **state) {
  (void)state;
  SessionSpec spec = { .for_ms = 100 };
  Played r;
  one("until_stopped", &spec, &r);
  assert_int_equal(r.code, 0);
  assert_string_equal(r.out, "stopped");
  assert_true(r.ms < 5000);
  played_free(&r);
  one("deaf", &spec, &r);
  assert_int_equal(r.code, 1);
  assert_non_null(strstr(r.log, "deaf: did not stop within 2 s; killed"));
  assert_true(r.ms > 2000 && r.ms < 10000);
  played_free(&r);
  one("stuck_reader", &spec, &r);                               /* answers that nobody reads do not pile up */
  assert_true(r.code == 1 || r.code == 3);                      /* stopped by time, or for the CPU that it burns */
  played_free(&r);
}

static void ask_source(Play *p, const char *kind, const char *name) {
  msgpack_packer *pk = play_add(p, MSG_SOURCE);
  pack_map(pk, 2);
  pack_key_str(pk, "kind", kind);
  pack_key_str(pk, "name", name);
}

static const char *text_of(const Played *r, int i, const char *key) {
  static char buf[8][512];
  static int turn;
  char *b = buf[turn++ % 8];
  if (i >= r->n_reports || !pack_get_line(r->reports[i], key, b, 512)) return "(none)";
  return b;
}

static char dir[64];

static void put_file(const char *name, const char *text) {
  char path[200];
  snprintf(path, sizeof path, "%s/%s", dir, name);
  FILE *f = fopen(path, "w");
  fputs(text, f);
  fclose(f);
}

static void sources(void **state) {
  (void)state;
  Play p = { 0 };
  Played r;
  char listed[100], other[100];
  snprintf(listed, sizeof listed, "%s/listed.json", dir);
  snprintf(other, sizeof other, "%s/other.json", dir);
  put_file("listed.json", "{}");
  put_file("other.json", "{}");
  put_file("exchanges/alpha.lua", "return 1");
  put_file("exchanges/beta.lua", "return 2");
  put_file("exchanges/Not-one.lua", "");
  put_file("exchanges/dialects/old.lua", "return 3");
  put_file("registry.lua", "return {}");
  const char *files[] = { listed, dir, NULL };
  SessionSpec spec = { .files = files };
  ask_source(&p, "exchange", "alpha");
  ask_source(&p, "dialect", "old");
  ask_source(&p, "registry", "registry");
  ask_source(&p, "file", listed);
  ask_source(&p, "exchanges", "");
  ask_source(&p, "exchange", "gamma");
  ask_source(&p, "exchange", "../registry");
  ask_source(&p, "exchange", "dialects/old");
  ask_source(&p, "file", other);
  ask_source(&p, "file", "/etc/passwd");
  ask_source(&p, "file", dir);
  ask_source(&p, "what", "x");
  play_run(&p, &spec, &r);
  assert_int_equal(r.code, 0);
  assert_int_equal(r.n_reports, 12);
  assert_string_equal(text_of(&r, 0, "source"), "return 1");
  assert_string_equal(text_of(&r, 1, "source"), "return 3");
  assert_string_equal(text_of(&r, 2, "source"), "return {}");
  assert_string_equal(text_of(&r, 3, "source"), "{}");
  assert_string_equal(text_of(&r, 4, "source"), "alpha\nbeta\n");
  assert_string_equal(text_of(&r, 5, "error"), "no exchange 'gamma'");
  assert_string_equal(text_of(&r, 6, "error"), "exchange '../registry': a name is made of a-z, 0-9 and _");
  assert_string_equal(text_of(&r, 7, "error"), "exchange 'dialects/old': a name is made of a-z, 0-9 and _");
  assert_non_null(strstr(text_of(&r, 8, "error"), "not one of the files of this command"));
  assert_non_null(strstr(text_of(&r, 9, "error"), "not one of the files of this command"));
  assert_non_null(strstr(text_of(&r, 10, "error"), "not a plain file"));
  assert_string_equal(text_of(&r, 11, "error"), "what 'x': no such kind of source");
  played_free(&r);
}

static void ask_store(Play *p, const char *op, const char *key, int64_t value) {
  msgpack_packer *pk = play_add(p, MSG_STORE);
  pack_map(pk, value ? 3 : 2);
  pack_key_str(pk, "op", op);
  pack_key_str(pk, "key", key);
  if (value) pack_key_int(pk, "value", value);
}

static void stores(void **state) {
  (void)state;
  Played r;
  for (int life = 0; life < 2; life++) {                        /* the second run finds what the first kept */
    Play p = { 0 };
    SessionSpec spec = { 0 };
    ask_store(&p, "get", "a", 0);
    ask_store(&p, "set", "a", 41 + life);
    ask_store(&p, "set", "b", 7);
    ask_store(&p, "get", "a", 0);
    ask_store(&p, "keys", "", 0);
    ask_store(&p, "set", "b", 0);                               /* nil takes it away */
    ask_store(&p, "keys", "", 0);
    ask_store(&p, "drop", "a", 0);
    ask_store(&p, "get", "", 0);
    play_run(&p, &spec, &r);
    assert_int_equal(r.code, 0);
    assert_int_equal(r.n_reports, 9);
    assert_int_equal(pack_get_int(r.reports[0], "value", 0), life ? 41 : 0);
    assert_int_equal(pack_get_int(r.reports[3], "value", 0), 41 + life);
    assert_int_equal(pack_get(r.reports[4], "value")->via.array.size, 2);
    assert_int_equal(pack_get(r.reports[6], "value")->via.array.size, 1);
    assert_string_equal(text_of(&r, 7, "error"), "get, set or keys is expected");
    assert_string_equal(text_of(&r, 8, "error"), "a key is a text of 1 to 256 bytes");
    played_free(&r);
  }
}

static void save_alpha(void *ctx, int64_t now) {
  Played *r = ctx;
  static int ticks;
  (void)r, (void)now;
  if (++ticks == 2) put_file("exchanges/alpha.lua", "return 1");              /* saved, and the same: nothing is told */
  if (ticks == 4) put_file("exchanges/alpha.lua", "return 'anew'");
}

static void reload(void **state) {
  (void)state;
  SessionSpec spec = { .watch_files = true, .on_tick = save_alpha, .for_ms = 20000 };
  Played r;
  put_file("exchanges/alpha.lua", "return 1");
  one("reloads", &spec, &r);
  assert_int_equal(r.code, 0);
  assert_string_equal(r.out, "return 'anew'");
  played_free(&r);
}

static void lines(void **state) {
  (void)state;
  int fd[2];
  Played r;
  assert_int_equal(pipe(fd), 0);
  SessionSpec spec = { .input_fd = fd[0] };
  assert_int_equal(write(fd[1], "one\n\ntwo", 8), 8);
  close(fd[1]);
  one("lines", &spec, &r);
  assert_int_equal(r.code, 0);
  assert_string_equal(r.out, "one||two|");
  close(fd[0]);
  played_free(&r);
}

/* Whatever a worker sends, the broker goes on: the honest neighbour ends as it should. */
static void fuzzed(void **state) {
  (void)state;
  for (int round = 0; round < 40; round++) {
    char name[2][16];
    const char *names[] = { name[0], name[1], "busy" };
    SessionSpec spec = { .rights = 15, .limits = { 64u << 20, 300, 300 } };
    Played r;
    for (int i = 0; i < 2; i++) snprintf(name[i], sizeof name[i], "fuzz%d", round * 2 + i + 1);
    play_run_named(names, round % 20 == 0 ? 3 : 2, &spec, &r);
    if (strstr(r.log, "busy:")) fail_msg("%s", r.log);
    assert_true(r.code == 0 || r.code == 3);
    played_free(&r);
  }
}

static void log_cannot_steer_the_terminal(void **state) {
  (void)state;
  Play p = { 0 };
  SessionSpec spec = { 0 };
  Played r;
  msgpack_packer *pk = play_add(&p, MSG_LOG);
  pack_map(pk, 2);
  pack_key_str(pk, "level", "warn");
  pack_key_strn(pk, "text", "a\x1b[2Jb\0c\xc2\x9b" "d\n", 11);
  play_run(&p, &spec, &r);
  assert_string_equal(r.log, "a?[2Jb?c??d\n");
  played_free(&r);
}

int main(int argc, char **argv) {
  if (argc == 2 && !strcmp(argv[1], "--worker")) return player_main();
  char path[100];
  strcpy(dir, "/tmp/session_faults.XXXXXX");
  if (!mkdtemp(dir)) return 1;
  snprintf(path, sizeof path, "%s/state", dir);
  setenv("BOURSE_STATE", path, 1);
  snprintf(path, sizeof path, "%s/exchanges", dir);
  mkdir(path, 0755);
  snprintf(path, sizeof path, "%s/exchanges/dialects", dir);
  mkdir(path, 0755);
  paths_set_home(dir);
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(bad_ends), cmocka_unit_test(surroundings), cmocka_unit_test(neighbours), cmocka_unit_test(honest_work_is_not_killed),
    cmocka_unit_test(stopping), cmocka_unit_test(sources), cmocka_unit_test(stores), cmocka_unit_test(reload), cmocka_unit_test(lines),
    cmocka_unit_test(fuzzed), cmocka_unit_test(log_cannot_steer_the_terminal),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  snprintf(path, sizeof path, "rm -rf %s", dir);
  return system(path) || failed;
}
