/* bourse --version: the libraries in this program, and what the platform lacks. */
#include <lua.h>
#include <msgpack.h>
#include <nettle/version.h>
#include <openssl/opensslv.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/utsname.h>
#include "cli/verbs.h"
#include "worker/jail.h"
#include <curl/curlver.h>

int verb_version(void) {
  struct utsname u;
  printf("bourse %s\n", BOURSE_VERSION);
  printf("  %s, SQLite %s, msgpack-c %s, Nettle %d.%d; loaded when first needed, by their headers: libcurl %s, OpenSSL %s\n", LUA_RELEASE,
    SQLITE_VERSION, msgpack_version(), NETTLE_VERSION_MAJOR, NETTLE_VERSION_MINOR, LIBCURL_VERSION, OPENSSL_VERSION_STR);
  if (uname(&u) == 0) printf("  %s %s %s\n", u.sysname, u.release, u.machine);
  const char *missing = jail_missing();
  printf("  sandbox: %s\n", missing ? missing : "workers are processes of their own under seccomp and rlimits; nothing is missing");
  return 0;
}
