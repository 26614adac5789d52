/* bourse --version: the libraries in this program, and what the platform lacks. */
#include <lua.h>
#include <msgpack.h>
#include <openssl/crypto.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/utsname.h>
#include "cli/verbs.h"
#include "worker/jail.h"
#include <curl/curlver.h>

int verb_version(void) {
  struct utsname u;
  printf("bourse %s\n", BOURSE_VERSION);
  printf("  %s, %s, SQLite %s, libcurl %s (headers; loaded when first needed), msgpack-c %s\n", LUA_RELEASE,
    OpenSSL_version(OPENSSL_VERSION),
    SQLITE_VERSION, LIBCURL_VERSION, msgpack_version());
  if (uname(&u) == 0) printf("  %s %s %s\n", u.sysname, u.release, u.machine);
  const char *missing = jail_missing();
  printf("  sandbox: %s\n", missing ? missing : "workers are processes of their own under seccomp and rlimits; nothing is missing");
  return 0;
}
