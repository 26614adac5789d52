/* A hostile HTTP(S) server on loopback: it lives in a forked process and misbehaves as the path says. */
#ifndef FAULTS_SERVER_H
#define FAULTS_SERVER_H
#include <sys/types.h>

typedef struct { int port; pid_t pid; } FaultServer;

/* Plain HTTP when cert is NULL, else TLS with those PEM files, at most 1.1 where that is named old.pem. */
FaultServer fault_server(const char *cert, const char *key);
void fault_server_stop(FaultServer *s);
int fault_hits(const char *path);          /* how often a path was asked for, over all servers */
void fault_hits_reset(void);
#endif
