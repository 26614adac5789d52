/* --html FILE of the verbs that have it. Each says on stderr why it is false. */
#ifndef BOURSE_CLI_HTML_H
#define BOURSE_CLI_HTML_H
#include "page/page.h"

#define HTML_OPTION { "html", "FILE", "a page to look at: charts and tables in one file that needs no network", OPT_TEXT, NULL }

bool html_ready(const char *path);                       /* before what it is to show is begun */
bool html_write(const Page *p, const char *path);
#endif
