/* The journal when the world fails: processes killed, two writers, a full disk, read-only and foreign files, bytes that change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/vfs.h>
#include "journal_make.h"

static unsigned seed = 20240615;
static int rnd(int n) { return rand_r(&seed) % n; }

/* The linker puts this before the real one: what the state folder is said to be on. */
static long disk;
int __real_statfs(const char *path, struct statfs *fs);
int __wrap_statfs(const char *path, struct statfs *fs);
int __wrap_statfs(const char *path, struct statfs *fs) {
  int r = __real_statfs(path, fs);
  if (disk) fs->f_type = disk;
  return r;
}

static void file_at(char path[128], const char *name) { snprintf(path, 128, "%s/%s", dir, name); }

static void sql(const char *text) {
  char path[128], *why = NULL;
  sqlite3 *db;
  file_at(path, "journal.db");
  assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
  if (sqlite3_exec(db, text, NULL, NULL, &why) != SQLITE_OK) fail_msg("%s: %s", text, why);
  sqlite3_close(db);
}

static void reopen(void) {
  journal_close(J);
  J = journal_open(dir, "live", true, err, sizeof err);
  if (!J) fail_msg("%s", err);
}

#define CANNOT(mode, writer, why) do { J = journal_open(dir, mode, writer, err, sizeof err); assert_null(J); \
  if (!strstr(err, why)) fail_msg("line %d: %s", __LINE__, err); } while (0)

/* ---- killed ---- */

typedef struct { int64_t order; enum order_state state; int fills; } Ack;    /* what the child was told is on disk */

#define CHECK(call) do { if (!(call)) { fprintf(stderr, "%s\n", journal_error(J)); _exit(1); } } while (0)

/* A process that journals until it is killed, and says what it knows to be there. */
static void journal_on(int out, int round) {
  char client[32], trade[48];
  seed = (unsigned)round * 7919 + 1;
  J = journal_open(dir, "live", true, err, sizeof err);
  if (!J) _exit(2);
  CHECK(journal_run_begin(J, "killed.lua", NOW, &run));
  for (int n = 0;; n++) {
    Ack a = { 0 };
    snprintf(client, sizeof client, "k%d-%d", round, n);
    JournalOrder o = order_like(client);
    CHECK(journal_intend(J, &o, &a.order));
    if (write(out, &a, sizeof a) != sizeof a) _exit(3);
    while (!order_state_final(a.state) && rnd(5)) {
      if (a.state >= ORDER_OPEN && rnd(2)) {
        snprintf(trade, sizeof trade, "%s-%d", client, a.fills);
        CHECK(journal_fill(J, &(JournalFill){ .order = a.order, .trade_id = trade, .at_ms = NOW, .price = "60000.5", .amount = "0.001" }, NOW, NULL));
        a.fills++;
      } else {
        enum order_state to = a.state == ORDER_INTENDED ? ORDER_SENT : (enum order_state)(ORDER_OPEN + rnd(7));
        if (!order_state_may(a.state, to)) continue;
        CHECK(journal_mark(J, a.order, to, NULL, NOW));
        a.state = to;
      }
      if (write(out, &a, sizeof a) != sizeof a) _exit(3);
    }
  }
}

typedef struct { int64_t order; int n; } Count;
static bool count_fill(void *ctx, const JournalFill *f) {
  Count *c = ctx;
  assert_int_equal(f->order, c->order);
  c->n++;
  return true;
}

/* What was told stands; one step more may have been under way. */
static void assert_kept(const Ack *a) {
  JournalOrder *o = journal_order(J, a->order);
  if (!o) fail_msg("order %" PRId64 " is lost", a->order);
  Count fills = { a->order, 0 };
  OK(journal_each_fill(J, a->order, 0, count_fill, &fills));
  bool same = o->state == a->state, step = order_state_may(a->state, o->state);
  if (!(same && (fills.n == a->fills || fills.n == a->fills + 1)) && !(step && fills.n == a->fills))
    fail_msg("order %" PRId64 " was %s with %d fills, and is %s with %d", a->order, order_state_name(a->state), a->fills, order_state_name(o->state), fills.n);
  free(o);
}

static void killed_in_the_middle(void **state) {
  (void)state;
  static Ack acks[20000];
  size_t n = 0, kills = 0;
  for (int round = 0; round < 60; round++) {
    int p[2];
    assert_int_equal(pipe(p), 0);
    pid_t child = fork();
    if (child == 0) {
      close(p[0]);
      journal_on(p[1], round);
    }
    close(p[1]);
    Ack a;
    int wait_for = rnd(30);                       /* lines; then some µs into the next call */
    size_t before = n;
    while (read(p[0], &a, sizeof a) == sizeof a) {
      if (n > before && acks[n - 1].order == a.order) acks[n - 1] = a;
      else acks[n++] = a;
      if (wait_for-- == 0) {
        usleep((useconds_t)rnd(3000));
        kill(child, SIGKILL);
      }
      assert_true(n < sizeof acks / sizeof *acks);
    }
    close(p[0]);
    int status;
    waitpid(child, &status, 0);
    if (!WIFSIGNALED(status)) fail_msg("the child ended by itself: %d", WEXITSTATUS(status));
    kills++;
    JournalVerdict v;
    if (!verify(&v, "journal.db")) fail_msg("round %d: %s", round, faults);
    J = journal_open(dir, "live", round % 2 == 0, err, sizeof err);      /* the lock went with the process */
    if (!J) fail_msg("%s", err);
    for (size_t i = before; i < n; i++) assert_kept(&acks[i]);
    assert_true(v.orders <= (int64_t)(n + kills));                       /* at most one a round of which nobody was told */
    journal_close(J);
    J = NULL;
  }
  J = journal_open(dir, "live", true, err, sizeof err);
  assert_non_null(J);
  for (size_t i = 0; i < n; i++) assert_kept(&acks[i]);
  assert_true(n > 200);
}

static void copy(const char *from, const char *to, off_t size) {
  char a[128], b[128], command[400];
  file_at(a, from);
  file_at(b, to);
  snprintf(command, sizeof command, "cp %s %s", a, b);
  assert_int_equal(system(command), 0);
  if (size >= 0) assert_int_equal(truncate(b, size), 0);
}

/* The log of changes ends anywhere, as after a power cut: what is left is a whole beginning of what was written. */
static void a_torn_log(void **state) {
  (void)state;
  char path[128], client[16];
  struct stat st;
  journal_start("live");
  for (int i = 0; i < 20; i++) {
    snprintf(client, sizeof client, "t%d", i);
    int64_t id = intend(client);
    OK(journal_mark(J, id, ORDER_SENT, NULL, NOW));
    OK(journal_fill(J, &(JournalFill){ .order = id, .trade_id = client, .at_ms = NOW, .price = "5", .amount = "0.1" }, NOW, NULL));
  }
  file_at(path, "journal.db-wal");
  assert_int_equal(stat(path, &st), 0);
  JournalVerdict v;
  int64_t most = 0;
  for (int i = 0; i < 40; i++) {
    copy("journal.db", "torn.db", -1);
    copy("journal.db-wal", "torn.db-wal", i ? st.st_size * i / 39 : 64);
    file_at(path, "torn.db-shm");
    unlink(path);
    if (!verify(&v, "torn.db")) {
      if (v.events || !strstr(faults, "no journal yet")) fail_msg("%s", faults);      /* torn before the tables were there */
    }
    assert_true(v.events >= most);
    most = v.events;
  }
  assert_int_equal(most, 61);
}

/* ---- writers and readers ---- */

static void one_writer(void **state) {
  (void)state;
  int p[2];
  char c, want[64];
  assert_int_equal(pipe(p), 0);
  pid_t child = fork();
  if (child == 0) {
    journal_start("live");
    if (write(p[1], "x", 1) != 1) _exit(1);
    for (;;) pause();
  }
  close(p[1]);
  assert_int_equal(read(p[0], &c, 1), 1);
  snprintf(want, sizeof want, "journal.lock is in use by process %d since 20", (int)child);
  CANNOT("live", true, want);
  J = journal_open(dir, "live", false, err, sizeof err);           /* to read: always */
  assert_non_null(J);
  REFUSED(journal_event(J, 0, "note", "x", NOW), "open for reading");
  REFUSED(journal_begin(J), "open for reading");
  journal_close(J);
  J = journal_open(dir, "paper", true, err, sizeof err);           /* of paper money: another file */
  assert_non_null(J);
  journal_close(J);
  CANNOT("live", true, want);
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  close(p[0]);
  journal_start("live");
  Journal *first = J, *paper = journal_open(dir, "paper", true, err, sizeof err);
  CANNOT("live", true, "journal.lock is in use by this process");
  journal_close(paper);
  child = fork();
  if (child == 0) _exit(journal_open(dir, "live", true, err, sizeof err) ? 1 : 0);      /* what was tried above has not let go of the lock */
  int status;
  waitpid(child, &status, 0);
  assert_int_equal(status, 0);
  J = first;
  intend("b-1");
}

static bool sum_orders(void *ctx, const JournalOrder *o) {
  ++*(int64_t *)ctx;
  return o->client_id != NULL;
}

static void readers_while_it_is_written(void **state) {
  (void)state;
  journal_start("live");
  pid_t readers[2];
  for (int r = 0; r < 2; r++) {
    readers[r] = fork();
    if (readers[r]) continue;
    int64_t before = 0, reads = 0;
    Journal *mine = journal_open(dir, "live", false, err, sizeof err);
    if (!mine) _exit(1);
    for (; before < 150; reads++) {
      JournalVerdict v = { 0 };
      JournalSums s;
      int64_t n = 0;
      if (r == 0 && !verify(&v, "journal.db")) _exit(2);
      if (!journal_each(mine, &(JournalFilter){ 0 }, sum_orders, &n) || n < before) _exit(3);
      if (!journal_sums(mine, &(JournalSpan){ NULL, NULL, "USD", 0 }, &s) || s.orders < n) _exit(4);
      before = n;
    }
    _exit(reads > 1 ? 0 : 5);
  }
  for (int i = 0; i < 150; i++) {
    char client[16];
    snprintf(client, sizeof client, "r%d", i);
    int64_t id = intend(client);
    OK(journal_mark(J, id, ORDER_SENT, NULL, NOW));
    OK(journal_fill(J, &(JournalFill){ .order = id, .trade_id = client, .at_ms = NOW, .price = "5", .amount = "0.1" }, NOW, NULL));
  }
  for (int r = 0; r < 2; r++) {
    int status;
    waitpid(readers[r], &status, 0);
    assert_int_equal(status, 0);
  }
}

/* ---- disks ---- */

/* Writes until it is refused; the order that was refused, and everything before it, is as if it had not been tried. */
static void fill_the_disk(const char *why) {
  char client[32], long_text[4000];
  static char longer[40000];        /* more than the order that found no room */
  JournalVerdict v;
  int64_t id = 0, last = 0, kept = 0;
  static int turn;
  turn++;
  memset(long_text, 'x', sizeof long_text - 1);
  long_text[sizeof long_text - 1] = 0;
  memset(longer, 'x', sizeof longer - 1);
  for (int i = 0; i < 3000; i++) {
    snprintf(client, sizeof client, "full%d-%d", turn, i);
    JournalOrder o = order_like(client);
    o.params = long_text;
    if (!journal_intend(J, &o, &id)) break;
    last = id;
  }
  assert_true(last > 10);
  if (!strstr(journal_error(J), why)) fail_msg("%s", journal_error(J));
  for (int i = 0; i < 3; i++) assert_false(journal_mark(J, last, ORDER_SENT, &(JournalChange){ .text = longer }, NOW));
  JournalOrder *o = journal_order(J, last);
  assert_int_equal(o->state, ORDER_INTENDED);
  free(o);
  assert_null(journal_order(J, last + 1));
  OK(journal_each(J, &(JournalFilter){ 0 }, sum_orders, &kept));
  assert_int_equal(kept, last);
  OK(journal_begin(J));                                            /* a group that cannot be written is undone whole */
  for (int i = 0; i < 30 && journal_event(J, last, "note", long_text, NOW); i++) {}
  assert_false(journal_event(J, last, "note", "short", NOW) && journal_event(J, last, "note", long_text, NOW) && journal_commit(J));
  journal_abandon(J);
  if (!verify(&v, "journal.db")) fail_msg("%s", faults);
  assert_int_equal(v.orders, last);
}

static void a_full_disk(void **state) {
  (void)state;
  if (mount("none", dir, "tmpfs", 0, "size=1m") != 0) skip();
  journal_start("live");
  fill_the_disk("the disk is full");
  assert_int_equal(mount("none", dir, "tmpfs", MS_REMOUNT, "size=8m"), 0);
  int64_t id = intend("room-again");
  OK(journal_mark(J, id, ORDER_SENT, NULL, NOW));
  clean_journal();
  /* A group so large that some of it is written before its end, and finds no room: all of it is gone, and it stays so when there is room again. */
  static char long_text[100000];
  memset(long_text, 'x', sizeof long_text - 1);
  JournalVerdict before, after;
  assert_true(verify(&before, "journal.db"));
  OK(journal_begin(J));
  int n = 0;
  while (n < 400 && journal_event(J, id, "note", long_text, NOW)) n++;
  assert_true(n > 20 && n < 400);
  assert_int_equal(mount("none", dir, "tmpfs", MS_REMOUNT, "size=64m"), 0);
  REFUSED(journal_event(J, id, "note", "short", NOW), "were undone");
  REFUSED(journal_commit(J), "were undone");
  assert_true(verify(&after, "journal.db"));
  assert_string_equal(before.head, after.head);
  OK(journal_event(J, id, "note", "short", NOW));
  reopen();
  clean_journal();
  journal_close(J);
  J = NULL;
  assert_int_equal(mount("none", dir, "tmpfs", MS_REMOUNT, "size=4k"), -1);
  char command[256];
  snprintf(command, sizeof command, "rm -f %s/journal.*; dd if=/dev/zero of=%s/zeros bs=1M 2>/dev/null; true", dir, dir);
  assert_int_equal(system(command), 0);
  CANNOT("live", true, "No space left on device");                 /* not even room for a beginning */
  assert_int_equal(umount(dir), 0);
}

static int unmount(void **state) {
  umount2(dir, MNT_DETACH);       /* still there when the test failed */
  return clean(state);
}

static void a_limit_on_files(void **state) {
  (void)state;
  struct rlimit was, low = { 1500000, RLIM_INFINITY };
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
  low.rlim_max = was.rlim_max;
  signal(SIGXFSZ, SIG_IGN);
  journal_start("live");
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
  fill_the_disk("the disk fails");
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
  int64_t id = intend("room-again");
  OK(journal_mark(J, id, ORDER_SENT, NULL, NOW));
  clean_journal();
}

/* Runs f as a user for whom modes hold; its exit code. */
static int as_user(int (*f)(void)) {
  pid_t child = fork();
  int status;
  if (child == 0) {
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(99);
    _exit(f());
  }
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void give_away(void) {
  char command[256];
  if (geteuid() != 0) return;
  snprintf(command, sizeof command, "chown -R 65534:65534 %s", dir);
  assert_int_equal(system(command), 0);
}

static int opens_to_write(void) { return journal_open(dir, "live", true, err, sizeof err) ? 1 : strstr(err, "it cannot be written") ? 0 : 2; }
static int opens_to_lock(void) { return journal_open(dir, "live", true, err, sizeof err) ? 1 : strstr(err, "journal.lock: Permission denied") ? 0 : 2; }
static int reads_it(void) {
  int64_t n = 0;
  Journal *j = journal_open(dir, "live", false, err, sizeof err);
  int code = j && journal_each(j, &(JournalFilter){ 0 }, sum_orders, &n) && n == 1 ? 0 : 1;
  if (code) fprintf(stderr, "%s\n", j ? journal_error(j) : err);
  journal_close(j);
  return code;
}
static int of_another_user(void) { return journal_open(dir, "live", true, err, sizeof err) ? 1 : strstr(err, "is not a file of yours") ? 0 : 2; }

static void read_only(void **state) {
  (void)state;
  char path[128];
  struct stat st;
  journal_start("live");
  intend("b-1");
  journal_close(J);
  J = NULL;
  file_at(path, "journal.db");
  assert_int_equal(stat(path, &st), 0);
  assert_int_equal(st.st_mode & 0777, 0600);
  if (geteuid() == 0) {
    assert_int_equal(chmod(dir, 0777), 0);
    char lock[128];
    file_at(lock, "journal.lock");
    assert_int_equal(unlink(lock), 0);
    assert_int_equal(as_user(of_another_user), 0);
  }
  give_away();
  assert_int_equal(chmod(path, 0400), 0);
  assert_int_equal(as_user(reads_it), 0);
  assert_int_equal(as_user(opens_to_write), 0);
  file_at(path, "journal.lock");
  unlink(path);
  assert_int_equal(chmod(dir, 0500), 0);
  assert_int_equal(as_user(opens_to_lock), 0);
  assert_int_equal(chmod(dir, 0700), 0);
}

static void modes_are_mended(void **state) {
  (void)state;
  char path[128];
  struct stat st;
  journal_start("live");
  journal_close(J);
  file_at(path, "journal.db");
  assert_int_equal(chmod(path, 0644), 0);
  journal_start("live");
  assert_int_equal(stat(path, &st), 0);
  assert_int_equal(st.st_mode & 0777, 0600);
  file_at(path, "journal.db-wal");
  assert_int_equal(stat(path, &st), 0);
  assert_int_equal(st.st_mode & 0777, 0600);
}

static void network_disks(void **state) {
  (void)state;
  static const struct { long magic; const char *name; } rows[] = { { 0x6969, "(NFS)" }, { 0xff534d42, "(CIFS)" }, { 0xfe534d42, "(SMB)" },
    { 0x01021997, "(9p)" } };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    disk = rows[i].magic;
    CANNOT("live", true, rows[i].name);
    assert_non_null(strstr(err, "set BOURSE_STATE"));
  }
  disk = 0xef53;                                                   /* ext4 */
  journal_start("live");
  disk = 0;
  char path[64];
  strcpy(path, dir);
  strcpy(dir, "/nowhere/at/all");
  Journal *good = J;
  CANNOT("live", true, "cannot use /nowhere/at/all: No such file");
  CANNOT("live", false, "there is no journal yet: /nowhere/at/all/journal.db");
  J = good;
  strcpy(dir, path);
}

/* ---- files that are no journal, or not as it was written ---- */

static void put_file(const char *name, const char *bytes, size_t n) {
  char path[128];
  file_at(path, name);
  FILE *f = fopen(path, "wb");
  assert_non_null(f);
  assert_int_equal(fwrite(bytes, 1, n, f), n);
  fclose(f);
}

static void foreign_files(void **state) {
  (void)state;
  char path[128];
  static char noise[8192];
  CANNOT("demo", true, "a journal is live or paper, not demo");
  CANNOT("live", false, "there is no journal yet");
  assert_false(journal_exists(dir, "live"));
  put_file("journal.db", "", 0);
  CANNOT("live", false, "there is no journal yet");
  assert_false(journal_exists(dir, "live"));
  journal_start("live");                                           /* a beginning that got no further is gone on with */
  assert_true(journal_exists(dir, "live"));
  assert_false(journal_exists(dir, "paper"));
  journal_close(J);
  sql("PRAGMA user_version=7");
  CANNOT("live", true, "was written by a newer version of this program (form 7, this one knows 3)");
  CANNOT("live", false, "newer version");
  sql("PRAGMA user_version=0");
  CANNOT("live", true, "was written by an older version");
  sql("PRAGMA user_version=3; PRAGMA application_id=99");
  CANNOT("live", true, "is not a journal of this program");
  file_at(path, "journal.db");
  unlink(path);
  sql("CREATE TABLE store (k, v)");
  CANNOT("live", true, "is not a journal of this program");
  CANNOT("live", false, "is not a journal of this program");
  for (size_t i = 0; i < sizeof noise; i++) noise[i] = (char)rnd(256);
  put_file("journal.db", noise, sizeof noise);
  CANNOT("live", true, "is damaged, or no journal");
  CANNOT("live", false, "is damaged, or no journal");
  unlink(path);
  assert_int_equal(symlink("/etc/passwd", path), 0);
  CANNOT("live", true, "is not a file of yours");
  unlink(path);
  assert_int_equal(mkdir(path, 0700), 0);
  CANNOT("live", true, "is not a file of yours");
  JournalVerdict v;
  assert_false(verify(&v, "journal.db"));
  assert_false(verify(&v, "missing.db"));
  assert_non_null(strstr(faults, "there is no journal yet"));
}

/* Some of everything. */
static void some_history(void) {
  journal_start("live");
  int64_t pair = 0;
  OK(journal_pair_put(J, &(JournalPair){ .run = run, .state = "first", .policy = "reverse", .deadline_ms = NOW, .loss_bound = "2.5",
    .created_ms = NOW, .updated_ms = NOW }, &pair));
  for (int i = 0; i < 12; i++) {
    char client[32], trade[32];
    snprintf(client, sizeof client, "client-%d", i);
    JournalOrder o = order_like(client);
    o.pair = i < 2 ? pair : 0, o.leg = i < 2 ? i + 1 : 0;
    int64_t id = intend_as(&o);
    OK(journal_mark(J, id, ORDER_SENT, &(JournalChange){ .text = "POST /0/private/AddOrder volume=0.10" }, NOW + 1));
    OK(journal_event(J, id, "reply", "{\"txid\":[\"OABC\"]}", NOW + 2));
    OK(journal_mark(J, id, ORDER_OPEN, &(JournalChange){ .venue_id = "OABC" }, NOW + 3));
    for (int k = 0; k < i % 3; k++) {
      snprintf(trade, sizeof trade, "trade-%d-%d", i, k);
      OK(journal_fill(J, &(JournalFill){ .order = id, .trade_id = trade, .at_ms = NOW, .price = "60000.5", .amount = "0.025",
        .fee_cost = "0.1", .fee_currency = "USD" }, NOW, NULL));
    }
    if (i % 4 == 0) OK(journal_mark(J, id, ORDER_CANCELLED, &(JournalChange){ .reason = "user" }, NOW + 4));
  }
  OK(journal_pair_put(J, &(JournalPair){ .id = pair, .state = "done", .policy = "reverse", .deadline_ms = NOW, .updated_ms = NOW }, NULL));
  OK(journal_run_end(J, run, NOW + 9));
  journal_close(J);
  J = NULL;
}

/* Form 1, in which each order had a client id, and form 2, without sums that are kept: read as they are, and taken over by a writer. */
static void older_forms(void **state) {
  (void)state;
#define WITHOUT_SUMS "DROP INDEX fills_market; DROP INDEX fills_at; DROP INDEX orders_over; ALTER TABLE fills DROP COLUMN held;" \
    " ALTER TABLE fills DROP COLUMN value; ALTER TABLE fills DROP COLUMN result; DROP TABLE days;"
  static const char *const back[] = { WITHOUT_SUMS "PRAGMA user_version=2", WITHOUT_SUMS "PRAGMA writable_schema=ON;"
    "UPDATE sqlite_schema SET sql=replace(sql, 'client_id TEXT,', 'client_id TEXT NOT NULL,') WHERE name='orders'; PRAGMA user_version=1" };
  for (size_t i = 0; i < 2; i++) {
    JournalSums was, is;
    JournalSpan day = { .quote = "USD", .since_ms = 0 };
    char path[128];
    file_at(path, "journal.db");
    unlink(path);
    some_history();
    J = journal_open(dir, "live", true, err, sizeof err);
    OK(journal_sums(J, &day, &was));
    journal_close(J);
    sql(back[i]);
    J = journal_open(dir, "live", false, err, sizeof err);
    assert_non_null(J);
    REFUSED(journal_sums(J, &day, &is), "older version");
    clean_journal();
    journal_close(J);
    J = journal_open(dir, "live", true, err, sizeof err);
    if (!J) fail_msg("%s", err);
    JournalOrder *o = journal_order(J, 2), other = order_like(NULL);
    assert_string_equal(o->client_id, "client-1");
    free(o);
    OK(journal_sums(J, &day, &is));
    assert_int_equal(is.orders, 12);
    assert_int_equal(dec_cmp(is.notional, was.notional), 0);
    assert_true(!dec_is_zero(is.realised) && dec_cmp(is.realised, was.realised) == 0);
    assert_int_equal(intend_as(&other), 13);
    clean_journal();
    journal_close(J);
    J = NULL;
  }
}

static void tampering(void **state) {
  (void)state;
#define OPEN_UP "DROP TRIGGER events_stay; DROP TRIGGER events_last; PRAGMA foreign_keys=OFF;"
  static const struct { const char *sql, *fault; } rows[] = {
    { "UPDATE orders SET amount='0.20' WHERE id=3", "order 3 is not what was intended" },
    { "UPDATE orders SET client_id='x' WHERE id=3", "order 3 is not what was intended" },
    { "UPDATE orders SET created_ms=1 WHERE id=4", "order 4 is not what was intended" },
    { "UPDATE orders SET params=NULL WHERE id=4", "order 4 is not what was intended" },
    { "UPDATE orders SET state='filled' WHERE id=2", "order 2 is filled: its last step is open" },
    { "UPDATE orders SET state='filled' WHERE id=2", "order 2 is not what its last event says" },
    { "UPDATE orders SET state='filled' WHERE id=12", "order 12 is filled: its last step is open" },
    { "UPDATE orders SET state='lost' WHERE id=2", "no state of an order: lost" },
    { "UPDATE orders SET venue_id='OXYZ' WHERE id=2", "order 2 is not what its last event says" },
    { "UPDATE orders SET reason='x' WHERE id=1", "order 1 is not what its last event says" },
    { "UPDATE orders SET filled='0.1' WHERE id=3", "order 3: its figures do not follow from its fills" },
    { "UPDATE orders SET told=1, filled='0.1' WHERE id=3", "order 3 is not what its last event says" },
    { "UPDATE orders SET filled='all' WHERE id=3", "order 3" },
    { "DELETE FROM fills WHERE id=1", "fill 1 has an event but is missing" },
    { "DELETE FROM fills WHERE id=1", "order 2: its figures do not follow from its fills" },
    { "UPDATE fills SET price='1' WHERE id=2", "fill 2 is not what its event says" },
    { "UPDATE fills SET order_id=4 WHERE id=2", "fill 2 is not what its event says" },
    { "UPDATE fills SET fee_cost='1e3x' WHERE id=2", "fill 2 is not what its event says" }, { "UPDATE fills SET amount='x' WHERE id=1", "order 2: " },
    { "INSERT INTO fills VALUES (99,2,'kraken','main','T',1,'BTC/USD','buy','1','0.1','0.1',NULL,NULL,NULL,NULL,NULL)", "fill 99 is not what its event says" },
    { OPEN_UP "UPDATE fills SET order_id=77 WHERE id=2", "fill 2 is of no order" },
    { "UPDATE fills SET symbol='ETH/USD' WHERE id=2", "fill 2 is of another market than its order" },
    { OPEN_UP "DELETE FROM orders WHERE id=5", "order 5 has events but is missing" },
    { "UPDATE runs SET pid=1", "run 1 is not what its last event says" }, { "UPDATE runs SET ended_ms=NULL", "run 1 is not what its last event says" },
    { OPEN_UP "DELETE FROM runs", "run 1 has an event but is missing" }, { "UPDATE pairs SET state='first'", "pair 1 is not what its last event says" },
    { OPEN_UP "DELETE FROM pairs", "pair 1 has an event but is missing" },
    { OPEN_UP "UPDATE events SET data=replace(data,'0.10','0.20') WHERE seq=4", "event 4 (sent): its hash" },
    { OPEN_UP "UPDATE events SET at_ms=at_ms+1 WHERE seq=9", "event 9 (" },
    { OPEN_UP "UPDATE events SET what='note' WHERE what='reply' AND order_id=3", "(note): its hash" },
    { OPEN_UP "UPDATE events SET order_id=4 WHERE seq=8", "event 8 (" },
    { OPEN_UP "UPDATE events SET hash=upper(hash) WHERE seq=8", "event 8 (" }, { OPEN_UP "UPDATE events SET data='{' WHERE seq=7", "order 1 is not what its last event says" },
    { OPEN_UP "DELETE FROM events WHERE seq=7", "event 7 is missing" }, { OPEN_UP "DELETE FROM events WHERE seq=7", "event 8 (intended): its hash" },
    { OPEN_UP "DELETE FROM events WHERE seq=(SELECT max(seq) FROM events WHERE order_id=9)", "order 9 is not what its last event says" },
    { OPEN_UP "DELETE FROM events WHERE order_id=12", "order 12 is not what was intended" },
    { OPEN_UP "DELETE FROM events WHERE order_id=11 AND what='sent'", "makes it open, which cannot follow intended" },
    { OPEN_UP "DELETE FROM events WHERE order_id=11 AND what='intended'", "makes it sent, which cannot follow nothing" },
    { OPEN_UP "UPDATE events SET what='filled' WHERE what='open' AND order_id=5", "makes it cancelled, which cannot follow filled" },
    { "UPDATE fills SET result='-0.2' WHERE id=3", "fill 3: what it realised does not follow" },
    { "UPDATE fills SET held='1' WHERE id=1", "fill 1: what it realised does not follow" },
    { "UPDATE days SET realised='5'", "in USD at kraken do not follow from its orders and fills" },
    { "UPDATE days SET notional='5'", "in USD at kraken do not follow" }, { "UPDATE days SET orders=1", "in USD at kraken do not follow" },
    { "DELETE FROM days", "in USD at kraken do not follow" }, { "INSERT INTO days VALUES (0,'kraken','USD',0,'0','0')", "a day (0) in USD at kraken" },
    { OPEN_UP "UPDATE orders SET run=5 WHERE id=1", "orders 1: runs of it is missing" },
    { OPEN_UP "DROP INDEX orders_created; PRAGMA writable_schema=1; UPDATE sqlite_master SET sql=replace(sql,'(venue, symbol)','(venue)')"
      " WHERE name='orders_open'", "orders_open" },
  };
  some_history();
  clean_journal();
  copy("journal.db", "good.db", -1);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    JournalVerdict v;
    copy("good.db", "journal.db", -1);
    sql(rows[i].sql);
    if (verify(&v, "journal.db")) fail_msg("not found: %s", rows[i].sql);
    if (!strstr(faults, rows[i].fault)) fail_msg("%s:\n%s", rows[i].sql, faults);
  }
  static const char *const refused[] = { "UPDATE events SET data='x' WHERE seq=1", "DELETE FROM events WHERE seq=1" };      /* by the file itself */
  for (size_t i = 0; i < 2; i++) {
    char path[128], *why = NULL;
    sqlite3 *db;
    copy("good.db", "journal.db", -1);
    file_at(path, "journal.db");
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, refused[i], NULL, NULL, &why), SQLITE_CONSTRAINT);
    assert_non_null(strstr(why, "never"));
    sqlite3_free(why);
    sqlite3_close(db);
  }
}

/* All rows of a journal as one text; false: it cannot be read to the end. */
static bool dump(const char *name, char *out, size_t cap) {
  static const char *const tables[] = { "runs", "pairs", "orders", "events", "fills" };
  char path[128], query[64];
  sqlite3 *db;
  sqlite3_stmt *q = NULL;
  size_t n = 0;
  bool ok = true;
  file_at(path, name);
  if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) return sqlite3_close(db), false;
  for (size_t t = 0; ok && t < sizeof tables / sizeof *tables; t++) {
    snprintf(query, sizeof query, "SELECT * FROM %s ORDER BY 1", tables[t]);
    ok = sqlite3_prepare_v2(db, query, -1, &q, NULL) == SQLITE_OK;
    int step = SQLITE_DONE;
    while (ok && (step = sqlite3_step(q)) == SQLITE_ROW)
      for (int i = 0; i < sqlite3_column_count(q); i++) {
        const char *s = (const char *)sqlite3_column_text(q, i);
        n += (size_t)snprintf(out + n, cap - n, "%s|", s ? s : "NULL");
        assert_true(n < cap);
      }
    ok = ok && step == SQLITE_DONE;
    sqlite3_finalize(q);
  }
  sqlite3_close(db);
  return ok;
}

/* One byte of the file changes: it is found, or nothing that is read has changed by it. */
static void a_byte_that_changed(void **state) {
  (void)state;
  static char before[200000], after[200000];
  char path[128];
  int found = 0, tries = 600;
  some_history();
  copy("journal.db", "good.db", -1);
  assert_true(dump("good.db", before, sizeof before));
  file_at(path, "good.db");
  struct stat st;
  assert_int_equal(stat(path, &st), 0);
  file_at(path, "journal.db");
  for (int i = 0; i < tries; i++) {
    unsigned char byte;
    off_t at = (off_t)((long)rnd(1 << 30) % st.st_size);
    copy("good.db", "journal.db", -1);
    int fd = open(path, O_RDWR);
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= (unsigned char)(1 << rnd(8));
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    close(fd);
    JournalVerdict v;
    if (!verify(&v, "journal.db")) found++;
    else if (!dump("journal.db", after, sizeof after) || strcmp(before, after) != 0) fail_msg("bit of byte %ld was not found", (long)at);
  }
  assert_true(found > tries / 4);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, fresh, clean)
  const struct CMUnitTest tests[] = { T(killed_in_the_middle), T(a_torn_log), T(one_writer), T(readers_while_it_is_written),
    cmocka_unit_test_setup_teardown(a_full_disk, fresh, unmount),
    T(a_limit_on_files), T(read_only), T(modes_are_mended), T(network_disks), T(foreign_files), T(older_forms), T(tampering), T(a_byte_that_changed) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
