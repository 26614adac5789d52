/* A request to a venue's /-/, for tests that are shell scripts. */
#ifndef VENUES_CLIENT_H
#define VENUES_CLIENT_H

/* GET or POST of http://127.0.0.1:PORT/...: prints the body. 0: the reply's status was 200; else 1. */
int client_ask(const char *method, const char *url);
#endif
