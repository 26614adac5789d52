#include "client.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "text.h"

static int wrong(const char *url, const char *why) {
  fprintf(stderr, "bourse-venues: %s: %s\n", url, why);
  return 1;
}

static int talk(int fd, const char *method, const char *path, const char *url) {
  Text t = { 0 };
  char buf[65536];
  text_format(&t,
              "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bourse-venues\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
              method, path);
  bool sent = !t.full && write(fd, t.p, t.len) == (ssize_t)t.len;
  t.len = 0;
  for (ssize_t n; sent && (n = read(fd, buf, sizeof buf)) > 0;) text_bytes(&t, buf, (size_t)n);
  char *body = sent && t.len && !t.full ? strstr(t.p, "\r\n\r\n") : NULL;
  int failed = body ? strncmp(t.p, "HTTP/1.1 200", 12) != 0 : wrong(url, "no answer");
  if (body) puts(body + 4);
  text_free(&t);
  return failed;
}

int client_ask(const char *method, const char *url) {
  static const char base[] = "http://127.0.0.1:";
  char *path = NULL;
  long port = strncmp(url, base, sizeof base - 1) ? 0 : strtol(url + sizeof base - 1, &path, 10);
  if (port < 1 || port > 65535 || *path != '/' || strlen(path) > 1000) return wrong(url, "expected http://127.0.0.1:PORT/-/...");
  struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  int failed = fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) ? wrong(url, "no connection") : talk(fd, method, path, url);
  if (fd >= 0) close(fd);
  return failed;
}
