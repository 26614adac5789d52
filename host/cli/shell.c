/* bourse shell: a prompt for Lua in the sandbox. libedit is loaded only here, and runs in a thread of its own, because it waits for keys
 * while the session goes on; lines travel through a pipe, and the worker says when it is ready for the next. */
#include <dlfcn.h>
#include <fcntl.h>
#include <histedit.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>
#include "cli/show.h"
#include "cli/start.h"
#include "cli/verbs.h"
#include "wire/pack.h"

enum { WORDS_CAP = 2000 };

typedef struct {
  EditLine *(*init)(const char *, FILE *, FILE *, FILE *);
  void (*end)(EditLine *);
  const char *(*gets)(EditLine *, int *);
  int (*set)(EditLine *, int, ...);
  const LineInfo *(*line)(EditLine *);
  int (*insertstr)(EditLine *, const char *);
  History *(*history_init)(void);
  void (*history_end)(History *);
  int (*history)(History *, HistEvent *, int, ...);
} Edit;

typedef struct {
  Edit api;
  EditLine *el;
  History *history;
  char history_file[4200];
  int lines_fd;                 /* written by the editor, read by the session */
  pthread_mutex_t lock;
  pthread_cond_t changed;
  /* Under the lock: the worker waits for a line; it is inside a statement; the session ended; the editor ended;
     `exit` was typed. */
  bool ready, more, over, left, bye;
  struct termios terminal;
  char *words[WORDS_CAP]; size_t n_words;
} Shell;

static Shell shell;             /* libedit's callbacks carry no context */

static bool load_edit(Edit *e) {
  void *lib = dlopen("libedit.so.2", RTLD_NOW | RTLD_LOCAL);
  struct { const char *name; void **to; } symbols[] = {
    { "el_init", (void **)&e->init }, { "el_end", (void **)&e->end }, { "el_gets", (void **)&e->gets }, { "el_set",
      (void **)&e->set },
    { "el_line", (void **)&e->line }, { "el_insertstr", (void **)&e->insertstr }, { "history_init", (void **)&e->history_init },
    { "history_end", (void **)&e->history_end }, { "history", (void **)&e->history } };
  if (!lib) lib = dlopen("libedit.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!lib) return false;
  for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
    if (!(*symbols[i].to = dlsym(lib, symbols[i].name))) return false;
  return true;
}

static char *prompt(EditLine *el) {
  static char first[] = "bourse> ", next[] = "     >> ";
  (void)el;
  return shell.more ? next : first;
}

static bool word_char(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

/* Tab: what all words with this beginning share is filled in; when that is nothing, they are listed. */
static unsigned char complete(EditLine *el, int ch) {
  const LineInfo *info = shell.api.line(el);
  const char *from = info->cursor;
  (void)ch;
  while (from > info->buffer && word_char(from[-1])) from--;
  size_t n = (size_t)(info->cursor - from), shared = 0, count = 0;
  const char *first = NULL;
  for (size_t i = 0; n > 0 && i < shell.n_words; i++) {
    const char *w = shell.words[i];
    if (strncmp(w, from, n) != 0) continue;
    if (count++ == 0) {
      first = w;
      shared = strlen(w);
    } else {
      size_t same = 0;
      while (same < shared && w[same] == first[same]) same++;
      shared = same;
    }
  }
  if (count == 0) return CC_REFRESH_BEEP;
  if (shared > n) {
    char more[128];
    snprintf(more, sizeof more, "%.*s", (int)(shared - n), first + n);
    shell.api.insertstr(el, more);
    return CC_REFRESH;
  }
  if (count == 1) return CC_REFRESH;
  putchar('\n');
  for (size_t i = 0, shown = 0; i < shell.n_words && shown < 40; i++)
    if (strncmp(shell.words[i], from, n) == 0) printf("%s%s", shown++ ? "  " : "", shell.words[i]);
  puts(count > 40 ? "  ..." : "");
  return CC_REDISPLAY;
}

static bool wait_ready(void) {
  pthread_mutex_lock(&shell.lock);
  while (!shell.ready && !shell.over) pthread_cond_wait(&shell.changed, &shell.lock);
  shell.ready = false;
  bool go = !shell.over;
  pthread_mutex_unlock(&shell.lock);
  return go;
}

static bool send_all(const char *p, size_t n) {
  while (n > 0) {
    ssize_t w = write(shell.lines_fd, p, n);
    if (w <= 0) return false;
    p += w;
    n -= (size_t)w;
  }
  return true;
}

static void *edit(void *unused) {
  HistEvent event;
  (void)unused;
  while (wait_ready()) {
    int n = 0;
    const char *line = shell.api.gets(shell.el, &n);
    if (!line || n <= 0) break;
    if (n > 1) shell.api.history(shell.history, &event, H_ENTER, line);
    if (!send_all(line, (size_t)n)) break;
    if (line[n - 1] != '\n' && !send_all("\n", 1)) break;
  }
  pthread_mutex_lock(&shell.lock);
  shell.left = true;
  pthread_mutex_unlock(&shell.lock);
  close(shell.lines_fd);        /* end of input: the worker ends */
  return NULL;
}

static void take_words(const msgpack_object *data) {
  const msgpack_object *list = pack_get(data, "words");
  if (!list || list->type != MSGPACK_OBJECT_ARRAY) return;
  for (uint32_t i = 0; i < list->via.array.size && shell.n_words < WORDS_CAP; i++) {
    const msgpack_object *o = &list->via.array.ptr[i];
    if (o->type == MSGPACK_OBJECT_STR && o->via.str.size < 100) shell.words[shell.n_words++] = strndup(o->via.str.ptr,
      o->via.str.size);
  }
}

static bool on_report(void *ctx, const char *worker, const msgpack_object *data) {
  const msgpack_object *what = pack_get(data, "shell");
  (void)ctx;
  (void)worker;
  if (!what) {
    Text t = { NULL, 0, 0 };
    show_json(&t, data);
    puts(t.p);
    text_free(&t);
    return true;
  }
  pthread_mutex_lock(&shell.lock);
  if (pack_is(what, "words")) take_words(data);
  if (pack_is(what, "bye")) shell.bye = true;
  if (pack_is(what, "ready")) {
    shell.more = pack_get_bool(data, "more");
    shell.ready = true;
    pthread_cond_signal(&shell.changed);
  }
  pthread_mutex_unlock(&shell.lock);
  return true;
}

static void open_editor(void) {
  HistEvent event;
  const char *state = paths_state();
  shell.el = shell.api.init("bourse", stdin, stdout, stderr);
  shell.history = shell.api.history_init();
  shell.api.history(shell.history, &event, H_SETSIZE, 1000);
  shell.api.history(shell.history, &event, H_SETUNIQUE, 1);
  if (state) {
    snprintf(shell.history_file, sizeof shell.history_file, "%s/history", state);
    shell.api.history(shell.history, &event, H_LOAD, shell.history_file);
  }
  shell.api.set(shell.el, EL_PROMPT, prompt);
  shell.api.set(shell.el, EL_EDITOR, "emacs");
  shell.api.set(shell.el, EL_SIGNAL, 0);
  shell.api.set(shell.el, EL_HIST, shell.api.history, shell.history);
  shell.api.set(shell.el, EL_ADDFN, "complete", "completes exchanges and methods", complete);
  shell.api.set(shell.el, EL_BIND, "^I", "complete", NULL);
}

static void close_editor(void) {
  HistEvent event;
  if (*shell.history_file) {
    mode_t old = umask(077);
    shell.api.history(shell.history, &event, H_SAVE, shell.history_file);
    umask(old);
  }
  shell.api.history_end(shell.history);
  shell.api.end(shell.el);      /* gives the terminal back as it was */
}

/* The editor's thread takes no signals: they are the session's. */
static bool start_editor(pthread_t *thread) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  bool ok = pthread_create(thread, NULL, edit, NULL) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return ok;
}

int verb_shell(Cli *cli) {
  SessionSpec spec;
  int fds[2], code = start_common(cli, &spec);
  if (code) return code;
  spec.watch_files = true;
  spec.limits.callback_ms = 10000;
  if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || !load_edit(&shell.api)) {
    spec.input_fd = STDIN_FILENO;      /* lines from a file or a pipe; no prompt, also none for a passphrase */
    if (!getenv("BOURSE_KEYFILE")) spec.open_keys = NULL;
    return start_session(cli, &spec);
  }
  static const Option terminal[] = { { "terminal", NULL, "", OPT_FLAG, NULL }, { NULL, NULL, NULL, OPT_FLAG, NULL } };
  if (cli->n_given < GIVEN_MAX) cli->given[cli->n_given++] = (Given){ terminal, NULL, 0 };
  if (pipe2(fds, O_CLOEXEC) != 0) {
    perror("bourse: shell");
    return 1;
  }
  pthread_t thread;
  pthread_mutex_init(&shell.lock, NULL);
  pthread_cond_init(&shell.changed, NULL);
  shell.lines_fd = fds[1];
  spec.input_fd = fds[0];
  spec.on_report = on_report;
  tcgetattr(STDIN_FILENO, &shell.terminal);
  open_editor();
  puts("Lua in the sandbox: exchange(\"kraken\"):fetch_ticker(\"BTC/USD\").last   Tab completes, Ctrl-D ends.");
  if (!start_editor(&thread)) {
    close_editor();
    return 1;
  }
  code = start_session(cli, &spec);
  pthread_mutex_lock(&shell.lock);
  shell.over = true;
  pthread_cond_signal(&shell.changed);
  bool left = shell.left;
  pthread_mutex_unlock(&shell.lock);
  /* An editor that still waits for a key is left alone; the terminal is put right either way. */
  if (left) close_editor();
  else tcsetattr(STDIN_FILENO, TCSADRAIN, &shell.terminal);
  if (!shell.bye) putchar('\n');          /* Ctrl-D, Ctrl-C: the prompt's line has no end yet */
  return code;
}
