/* fault_serve: the hostile server as a program. Prints its URL, and serves until it is killed. What it receives goes to the file $FAULT_LOG. */
#include <stdio.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "server.h"

static FaultServer server;

static void stop(int sig) {
  (void)sig;
  kill(server.pid, SIGKILL);
  _exit(0);
}

int main(void) {
  server = fault_server(NULL, NULL);
  signal(SIGTERM, stop);
  signal(SIGINT, stop);
  printf("http://127.0.0.1:%d\n", server.port);
  fflush(stdout);
  while (wait(NULL) < 0) {}
  return 0;
}
