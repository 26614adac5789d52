#include "broker/session.h"
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char home[PATH_MAX];
static char state[PATH_MAX];

static bool put(char *out, const char *a, const char *b) {
  int n = snprintf(out, PATH_MAX, "%s%s", a, b);
  return n > 0 && n < PATH_MAX;
}

static bool is_home(const char *dir) {
  char file[PATH_MAX];
  return put(file, dir, "/registry.lua") && access(file, R_OK) == 0;
}

/* `dir` as an absolute path without links, so that it stays right when the program changes its folder. */
static void home_set(const char *dir) {
  char real[PATH_MAX];
  put(home, realpath(dir, real) ? real : dir, "");
}

void paths_set_home(const char *dir) { home_set(dir); }

/* The program's own folder, and those above it: build/bourse finds the checkout that it was built in. */
static bool beside_program(void) {
  char dir[PATH_MAX], share[PATH_MAX];
  ssize_t n = readlink("/proc/self/exe", dir, sizeof dir - 1);
  if (n <= 0) return false;
  dir[n] = 0;
  for (int up = 0; up < 4; up++) {
    char *slash = strrchr(dir, '/');
    if (!slash || slash == dir) return false;
    *slash = 0;
    if (is_home(dir)) return home_set(dir), true;
    if (put(share, dir, "/share/bourse") && is_home(share)) return home_set(share), true;
  }
  return false;
}

const char *paths_home(void) {
  if (home[0]) return home;
  const char *env = getenv("BOURSE_HOME");
  if (env && *env) home_set(env);
  else if (!beside_program()) home_set(is_home(BOURSE_PREFIX "/share/bourse") ? BOURSE_PREFIX "/share/bourse" : ".");
  return home;
}

static bool make_dirs(char *path) {
  for (char *p = path + 1;; p++) {
    if (*p && *p != '/') continue;
    char c = *p;
    *p = 0;
    bool ok = mkdir(path, 0700) == 0 || errno == EEXIST;
    int why = errno;
    if (!ok && why == EACCES) ok = access(path, X_OK) == 0;
    if (!ok && why == EROFS) ok = access(path, F_OK) == 0;
    *p = c;
    if (!ok) return errno = why, false;
    if (!c) return true;
  }
}

static const char *state_fail(const char *why) {
  fprintf(stderr, "bourse: no state folder (%s%s%s): rate budgets, nonces and stores are not kept; set BOURSE_STATE\n",
          state, state[0] ? ": " : "", why);
  state[0] = 0;
  return NULL;
}

static const char *state_find(void) {
  const char *env = getenv("BOURSE_STATE"), *xdg = getenv("XDG_STATE_HOME"), *user = getenv("HOME");
  bool ok;
  if (env && *env) ok = put(state, env, "");
  else if (xdg && xdg[0] == '/') ok = put(state, xdg, "/bourse");
  else {
    if (!user || user[0] != '/') {
      const struct passwd *pw = getpwuid(getuid());
      user = pw ? pw->pw_dir : NULL;
    }
    if (!user || user[0] != '/') return state_fail("HOME is not set");
    ok = put(state, user, "/.local/state/bourse");
  }
  if (!ok) return state_fail("the name is too long");
  size_t n = strlen(state);
  while (n > 1 && state[n - 1] == '/') state[--n] = 0;
  struct stat st;
  if (!make_dirs(state) || stat(state, &st) < 0) return state_fail(strerror(errno));
  if (!S_ISDIR(st.st_mode)) return state_fail("not a folder");
  if (st.st_uid != geteuid()) return state_fail("it belongs to another user");
  if ((st.st_mode & 077) && chmod(state, 0700) < 0) return state_fail("others can read it");
  if (access(state, W_OK | X_OK) < 0) return state_fail(strerror(errno));
  return state;
}

static bool tried;

bool paths_borrow_state(void) {
  const char *tmp = getenv("TMPDIR");
  tried = true;
  if (!put(state, tmp && tmp[0] == '/' ? tmp : "/tmp", "/bourse-XXXXXX")) return state[0] = 0, false;
  if (mkdtemp(state)) return true;
  state[0] = 0;
  return false;
}

static int drop(const char *path, const struct stat *st, int type, struct FTW *at) {
  (void)st, (void)type, (void)at;
  return remove(path);
}

void paths_drop_state(void) {
  if (state[0]) nftw(state, drop, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
  state[0] = 0;
}

const char *paths_state(void) {
  if (!tried) {
    tried = true;
    return state_find();
  }
  return state[0] ? state : NULL;
}
