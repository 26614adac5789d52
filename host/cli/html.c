#include "cli/html.h"
#include <stdio.h>

static bool said(bool ok, const char *why) {
  if (!ok) fprintf(stderr, "bourse: --html: %s\n", why);
  return ok;
}

bool html_ready(const char *path) {
  char err[400];
  return said(!page_missing(), page_missing()) && said(page_check(path, err, sizeof err), err);
}

bool html_write(const Page *p, const char *path) {
  char err[400];
  return said(page_write(p, path, err, sizeof err), err);
}
