#include "encoded.h"
#include "server.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <stdbool.h>
#include <unistd.h>

/* Counted in memory that all processes share. */
typedef struct { char path[64]; int hits; } Hit;
static Hit *hits;

static Hit *hit(const char *path) {
  if (!hits) hits = mmap(NULL, 64 * sizeof *hits, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < 64; i++) {
    if (!hits[i].path[0]) snprintf(hits[i].path, sizeof hits[i].path, "%s", path);
    if (!strcmp(hits[i].path, path)) return &hits[i];
  }
  return &hits[63];
}

int fault_hits(const char *path) { return __atomic_load_n(&hit(path)->hits, __ATOMIC_SEQ_CST); }
void fault_hits_reset(void) {
  hit("/");
  memset(hits, 0, 64 * sizeof *hits);
}

/* What came, as it came, in the file $FAULT_LOG. */
static void keep(const char *p, size_t n) {
  const char *path = getenv("FAULT_LOG");
  int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
  if (fd < 0) return;
  if (write(fd, p, n) != (ssize_t)n) perror(path);
  close(fd);
}

typedef struct { int fd; SSL *ssl; } Conn;

static int put(Conn *c, const void *p, size_t n) {
  const char *at = p;
  while (n) {
    ssize_t k = c->ssl ? SSL_write(c->ssl, at, (int)(n > 16384 ? 16384 : n)) : send(c->fd, at, n, MSG_NOSIGNAL);
    if (k <= 0) return -1;
    at += k;
    n -= (size_t)k;
  }
  return 0;
}

static int puts_to(Conn *c, const char *s) { return put(c, s, strlen(s)); }

/* Closes with a reset instead of a farewell. */
static void reset(Conn *c) {
  struct linger l = { 1, 0 };
  setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &l, sizeof l);
  close(c->fd);
  _exit(0);
}

static void forever(Conn *c, const char *piece, size_t n) {
  while (put(c, piece, n) == 0) {}
}

static void gzip_bomb(Conn *c) {
  char buf[65536];
  size_t n;
  FILE *f = popen("(head -c 100000000 /dev/zero | gzip -1) 2>/dev/null", "r");      /* 100 MB from 0.4 */
  puts_to(c, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n");
  while (f && (n = fread(buf, 1, sizeof buf, f)) > 0)
    if (put(c, buf, n) < 0) break;
  if (f) pclose(f);
}

static char *many(const char *piece, size_t times) {
  size_t n = strlen(piece);
  char *s = malloc(n * times + 1);
  for (size_t i = 0; i < times; i++) memcpy(s + i * n, piece, n);
  s[n * times] = 0;
  return s;
}

static void body(Conn *c, const char *type, const char *text) {
  char head[200];
  snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n", type, strlen(text));
  puts_to(c, head);
  puts_to(c, text);
}

/* The same of zstd: 1,000 blocks that repeat a zero 128 KiB long, each of four bytes. */
static size_t zeros_in_zstd(unsigned char *out) {
  static const unsigned char head[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58 };      /* magic, no size told, a window of 2 MiB */
  memcpy(out, head, sizeof head);
  for (unsigned i = 0, at = sizeof head; i < 1000; i++, at += 4) {
    unsigned block = (i == 999) | 1 << 1 | (128u << 10) << 3;                       /* last, RLE, length */
    memcpy(out + at, (unsigned char[]){ (unsigned char)block, (unsigned char)(block >> 8), (unsigned char)(block >> 16), 0 }, 4);
  }
  return sizeof head + 4000;
}

static int encoded(Conn *c, const char *path) {
  static unsigned char zstd_bomb[5000];
  const struct { const char *path, *coding; const unsigned char *p; size_t n; } rows[] = {
    { "/brotli", "br", time_in_brotli, sizeof time_in_brotli },
    { "/zstd", "zstd", time_in_zstd, sizeof time_in_zstd },
    { "/brotli_bomb", "br", zeros_in_brotli, sizeof zeros_in_brotli },
    { "/zstd_bomb", "zstd", zstd_bomb, zeros_in_zstd(zstd_bomb) },
    { "/bad_brotli", "br", time_in_zstd, sizeof time_in_zstd },
    { "/bad_zstd", "zstd", time_in_brotli, sizeof time_in_brotli },
    { "/cut_brotli", "br", time_in_brotli, sizeof time_in_brotli / 2 },
    { "/cut_zstd", "zstd", time_in_zstd, sizeof time_in_zstd / 2 },
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char head[200];
    if (strcmp(rows[i].path, path)) continue;
    snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: %s\r\nContent-Length: %zu\r\n\r\n", rows[i].coding, rows[i].n);
    puts_to(c, head);
    put(c, rows[i].p, rows[i].n);
    return 1;
  }
  return 0;
}

/* Proper HTTP, with a body that is what an adapter expects, or is not. */
static int answers(Conn *c, const char *path) {
  static const struct { const char *path, *type, *text; } rows[] = {
    { "/markets", "application/json", "{\"markets\":[{\"id\":\"BTCEUR\",\"base\":\"BTC\",\"quote\":\"EUR\"}]}" },
    { "/ticker", "application/json", "{\"id\":\"BTCEUR\",\"bid\":\"1.5\",\"ask\":\"1.6\",\"last\":\"1.55\",\"code\":\"E1\"}" },
    { "/balance", "application/json", "{\"rows\":[{\"asset\":\"BTC\",\"free\":\"1\",\"total\":\"2\"}]}" },
    { "/order", "application/json", "{\"id\":\"o1\",\"status\":\"open\"}" },
    { "/time", "application/json", "{\"t\":1700000000}" },
    { "/html", "text/html", "<!DOCTYPE html><html><body>Checking your browser</body></html>" },
    { "/bad_utf8", "application/json", "{\"t\":\"\xff\xfe\"}" },
    { "/book", "application/json", "{\"bids\":[[\"1.5\",\"2\"]],\"asks\":[[\"1.6\",\"3\"]]}" },
    { "/empty", "application/json", "" },
    { "/just_null", "application/json", "null" },
    { "/not_a_number", "application/json", "{\"t\":NaN}" },
    { "/text_not_a_number", "application/json", "{\"t\":\"NaN\"}" },
    { "/text_infinite", "application/json", "{\"t\":\"Infinity\"}" },
    { "/hex_number", "application/json", "{\"t\":\"0x10\"}" },
    { "/exponent", "application/json", "{\"t\":\"1.7E+9\"}" },
    { "/byte_order_mark", "application/json", "\xef\xbb\xbf{\"t\":1700000000}" },
    { "/lone_surrogate", "application/json", "{\"t\":1,\"x\":\"\\ud800\"}" },
    { "/surrogate_in_utf8", "application/json", "{\"t\":1,\"x\":\"\xed\xa0\x80\"}" },
    { "/zero_escaped", "application/json", "{\"t\":1700000000,\"x\":\"a\\u0000b\"}" },
    { "/cut_json", "application/json", "{\"t\":17000" },
    { "/two_values", "application/json", "{\"t\":1}{\"t\":2}" },
    { "/text_for_number", "application/json", "{\"t\":{\"a\":[]}}" },
    { "/huge_number", "application/json", "{\"t\":1e99999}" },
    { "/escapes", "application/json", "{\"error\":\"\\u001b]0;gone\\u0007 \\u009b2J\"}" },
  };
  size_t n = strcspn(path, "?");
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (strlen(rows[i].path) == n && !memcmp(rows[i].path, path, n)) return body(c, rows[i].type, rows[i].text), 1;
  if (!strncmp(path, "/deep", 5)) return body(c, "application/json", many(path[5] ? "{\"t\":" : "[", 100000)), 1;
  return 0;
}

/* A body of 3 MB, which goes to its worker in parts: proper, wrong near its end, no JSON, cut off at two thirds each time or the first time only. */
static int large(Conn *c, const char *path, int count) {
  if (strncmp(path, "/large", 6)) return 0;
  char head[120], *text = many("0123456789abcdef", 200000);
  const size_t n = 3200000;
  memcpy(text, "{\"pad\":\"", 8);
  memcpy(text + n - 17, "\",\"t\":1700000000}", 17);
  if (!strcmp(path, "/large_bad")) memcpy(text + n - 4, "x", 1);
  if (!strcmp(path, "/large_html")) memcpy(text, "<html>", 6);
  bool cut = !strcmp(path, "/large_cut") || (!strcmp(path, "/large_once") && count == 1);
  snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", n);
  puts_to(c, head);
  put(c, text, cut ? n / 3 * 2 : n);
  free(text);
  return 1;
}

/* A list of 6,000 markets (500 KB), which is read while it comes: proper, of a length that was not told, wrong in its last market, followed by an error or by
 * what is no JSON, cut off at two thirds the first time only. */
static int list(Conn *c, const char *path, int count) {
  enum { MARKETS = 6000, ROW = 104 };
  if (strncmp(path, "/list", 5)) return 0;
  const char *variant = path + 5;
  char head[120] = "HTTP/1.1 200 OK\r\n\r\n", *text = malloc(MARKETS * ROW + 200), *at = text;
  if (!text) exit(1);
  at += sprintf(at, "{\"markets\":[");
  for (int i = 0; i < MARKETS; i++) {
    const char *base = !strcmp(variant, "_bad") && i == MARKETS - 1 ? "[]" : "\"B\"";
    at += sprintf(at, "%s{\"id\":\"m%d\",\"base\":%s,\"quote\":\"Q%d\",\"step\":\"0.%03d\",\"filters\":[{\"min\":%d}]}", i ? "," : "", i, base, i, i % 1000, i);
  }
  at += sprintf(at, "]%s", !strcmp(variant, "_failed") ? ",\"error\":\"closed today\"}" : !strcmp(variant, "_broken") ? ",}" : "}");
  size_t n = (size_t)(at - text);
  if (strcmp(variant, "_unsized")) snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", n);
  puts_to(c, head);
  put(c, text, !strcmp(variant, "_once") && count == 1 ? n / 3 * 2 : n);
  free(text);
  return 1;
}

/* Answers one request; 0: the connection stays open for another. */
static int misbehave(Conn *c, const char *path, int nth) {
  static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
  __atomic_add_fetch(&hit(path)->hits, 1, __ATOMIC_SEQ_CST);
  int count = fault_hits(path);
  if (!strcmp(path, "/ok") || !strncmp(path, "/ok?", 4)) return puts_to(c, ok);
  if (answers(c, path) || encoded(c, path) || large(c, path, count) || list(c, path, count)) return -1;
  if (!strcmp(path, "/drop_second")) {       /* a kept connection that dies under the next request */
    if (nth == 0) return puts_to(c, ok);
    reset(c);
  }
  if (!strcmp(path, "/truncated")) puts_to(c, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"a\":");
  else if (!strcmp(path, "/truncated_chunk")) puts_to(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100\r\n{\"a\":");
  else if (!strcmp(path, "/endless")) {
    puts_to(c, "HTTP/1.1 200 OK\r\n\r\n");
    forever(c, many("0123456789abcdef", 4096), 65536);
  } else if (!strcmp(path, "/claims_much")) {
    puts_to(c, "HTTP/1.1 200 OK\r\nContent-Length: 9000000000000\r\n\r\n");
    forever(c, many("0123456789abcdef", 4096), 65536);
  } else if (!strcmp(path, "/gzip_bomb")) gzip_bomb(c);
  else if (!strcmp(path, "/bad_gzip")) puts_to(c, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 20\r\n\r\nthis is no gzip data");
  else if (!strcmp(path, "/header_flood")) {
    puts_to(c, "HTTP/1.1 200 OK\r\n");
    forever(c, "X-Flood: 0123456789abcdef0123456789abcdef\r\n", 43);
  } else if (!strcmp(path, "/long_header")) {
    puts_to(c, "HTTP/1.1 200 OK\r\nX-Long: ");
    forever(c, "0123456789abcdef", 16);
  } else if (!strcmp(path, "/trailer_flood")) {
    puts_to(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n");
    forever(c, "X-Flood: 0123456789abcdef0123456789abcdef\r\n", 43);
  } else if (!strcmp(path, "/continue_flood")) {
    forever(c, "HTTP/1.1 103 Early Hints\r\nX-Flood: 0123456789abcdef\r\n\r\n", 55);
  } else if (!strcmp(path, "/not_http")) puts_to(c, "SSH-2.0-OpenSSH_9.2\r\n");
  else if (!strcmp(path, "/reset_before")) reset(c);
  else if (!strcmp(path, "/reset_in_headers")) {
    puts_to(c, "HTTP/1.1 200 OK\r\nContent-Le");
    usleep(20000);
    reset(c);
  } else if (!strcmp(path, "/reset_in_body")) {
    puts_to(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\"");
    usleep(20000);
    reset(c);
  } else if (!strcmp(path, "/close_before")) return -1;
  else if (!strcmp(path, "/silent")) sleep(30);
  else if (!strncmp(path, "/slow", 5)) {
    usleep(300000);
    body(c, "application/json", "{\"t\":1700000000}");
  }
  else if (!strcmp(path, "/drip")) {
    puts_to(c, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    while (puts_to(c, "x") == 0) usleep(20000);
  } else if (!strcmp(path, "/drip_headers")) {
    puts_to(c, "HTTP/1.1 200 OK\r\n");
    while (puts_to(c, "X: y\r\n") == 0) usleep(20000);
  } else if (!strcmp(path, "/nul_header")) put(c, "HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 2\r\n\r\n{}", 50);
  else if (!strcmp(path, "/busy")) puts_to(c, "HTTP/1.1 429 Too Many\r\nContent-Length: 4\r\n\r\nslow");
  else if (!strcmp(path, "/busy_zero")) puts_to(c, "HTTP/1.1 429 Too Many\r\nRetry-After: 0\r\nContent-Length: 4\r\n\r\nslow");
  else if (!strcmp(path, "/busy_long")) puts_to(c, "HTTP/1.1 429 Too Many\r\nRetry-After: Sat, 15 Jun 2999 12:35:06 GMT\r\nContent-Length: 4\r\n\r\nslow");
  else if (!strcmp(path, "/busy_odd")) puts_to(c, "HTTP/1.1 429 Too Many\r\nRetry-After: -99999999999999999999\r\nContent-Length: 4\r\n\r\nslow");
  else if (!strcmp(path, "/chunk_junk")) puts_to(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{\"t\":1}\r\n0\r\n\r\n");
  else if (!strcmp(path, "/chunk_huge")) puts_to(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n{}");
  else if (!strcmp(path, "/chunk_no_end")) puts_to(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}XX0\r\n\r\n");
  else if (!strcmp(path, "/length_junk")) puts_to(c, "HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\n{}");
  else if (!strcmp(path, "/length_negative")) puts_to(c, "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}");
  else if (!strcmp(path, "/codings_flood"))
    puts_to(c, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip,gzip,gzip,gzip,gzip,gzip,gzip,gzip\r\nContent-Length: 2\r\n\r\n{}");
  else if (!strcmp(path, "/coding_unknown")) puts_to(c, "HTTP/1.1 200 OK\r\nContent-Encoding: foo\r\nContent-Length: 2\r\n\r\n{}");
  else if (!strcmp(path, "/http_0_9")) puts_to(c, "{\"t\":1700000000}");
  else if (!strcmp(path, "/status_absurd")) puts_to(c, "HTTP/1.1 099 Odd\r\nContent-Length: 2\r\n\r\n{}");
  else if (!strcmp(path, "/no_content")) puts_to(c, "HTTP/1.1 204 No Content\r\n\r\n");
  else if (!strcmp(path, "/early_hints"))
    puts_to(c, "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{\"t\":1700000000}");
  else if (!strcmp(path, "/busy_said")) puts_to(c, "HTTP/1.1 429 Too Many\r\nRetry-After: 30\r\nContent-Length: 4\r\n\r\nslow");
  else if (!strcmp(path, "/busy_once")) puts_to(c, count > 1 ? ok : "HTTP/1.1 429 Too Many\r\nRetry-After: 1\r\nContent-Length: 4\r\n\r\nslow");
  else if (!strcmp(path, "/down")) puts_to(c, "HTTP/1.1 503 Down\r\nContent-Length: 4\r\n\r\ndown");
  else if (!strcmp(path, "/down_once")) puts_to(c, count > 1 ? ok : "HTTP/1.1 503 Down\r\nContent-Length: 4\r\n\r\ndown");
  else if (!strcmp(path, "/answer_and_reset")) {
    puts_to(c, ok);
    reset(c);
  } else if (!strcmp(path, "/reset_once")) {
    if (count == 1) reset(c);
    puts_to(c, ok);
  } else if (!strcmp(path, "/redirect_away")) puts_to(c, "HTTP/1.1 302 Found\r\nLocation: https://evil.example/steal\r\nContent-Length: 0\r\n\r\n");
  else if (!strcmp(path, "/redirect_plain")) puts_to(c, "HTTP/1.1 302 Found\r\nLocation: http://api.example.com/x\r\nContent-Length: 0\r\n\r\n");
  else if (!strcmp(path, "/redirect_user")) puts_to(c, "HTTP/1.1 302 Found\r\nLocation: https://a:b@api.example.com/x\r\nContent-Length: 0\r\n\r\n");
  else if (!strcmp(path, "/redirect_local")) puts_to(c, "HTTP/1.1 307 Found\r\nLocation: http://127.0.0.1:1/x\r\nContent-Length: 0\r\n\r\n");
  else if (!strcmp(path, "/redirect_here")) puts_to(c, "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n");
  else if (!strcmp(path, "/redirect_loop")) puts_to(c, "HTTP/1.1 302 Found\r\nLocation: /redirect_loop\r\nContent-Length: 0\r\n\r\n");
  else if (!strcmp(path, "/redirect_junk")) puts_to(c, "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n");
  else puts_to(c, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  return -1;
}

static void serve(Conn *c) {
  static char buf[1 << 20];
  for (int nth = 0;; nth++) {
    size_t n = 0;
    char *end = NULL;
    while (!end && n < sizeof buf - 1) {
      ssize_t k = c->ssl ? SSL_read(c->ssl, buf + n, (int)(sizeof buf - 1 - n)) : recv(c->fd, buf + n, sizeof buf - 1 - n, 0);
      if (k <= 0) return;
      keep(buf + n, (size_t)k);
      n += (size_t)k;
      buf[n] = 0;
      end = strstr(buf, "\r\n\r\n");
    }
    char *path = strchr(buf, ' ');
    if (!path) return;
    path++;
    path[strcspn(path, " ")] = 0;
    if (!strcmp(path, "/echo")) {             /* the X-Sign header that came, as the body */
      char out[400], *sign = strcasestr(path + strlen(path) + 1, "\r\nX-Sign: ");
      int len = sign ? (int)strcspn(sign + 10, "\r") : 0;
      snprintf(out, sizeof out, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%.*s", len, len, sign ? sign + 10 : "");
      puts_to(c, out);
      continue;
    }
    if (misbehave(c, path, nth) < 0) return;
  }
}

FaultServer fault_server(const char *cert, const char *key) {
  FaultServer s = { 0 };
  struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  socklen_t len = sizeof a;
  int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
  hit("/");
  if (bind(fd, (struct sockaddr *)&a, sizeof a) < 0 || listen(fd, 64) < 0 || getsockname(fd, (struct sockaddr *)&a, &len) < 0) {
    perror("fault server");
    exit(1);
  }
  s.port = ntohs(a.sin_port);
  s.pid = fork();
  if (s.pid) {
    close(fd);
    return s;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGCHLD, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  SSL_CTX *ctx = NULL;
  if (cert) {
    ctx = SSL_CTX_new(TLS_server_method());
    if (SSL_CTX_use_certificate_chain_file(ctx, cert) != 1 || SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1) _exit(1);
    if (strstr(cert, "/old.pem") && (SSL_CTX_set_cipher_list(ctx, "DEFAULT@SECLEVEL=0") != 1 || SSL_CTX_set_max_proto_version(ctx, TLS1_1_VERSION) != 1)) _exit(1);
  }
  for (;;) {
    Conn c = { .fd = accept(fd, NULL, NULL) };
    if (c.fd < 0) continue;
    if (fork() == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      setsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      if (ctx) {
        c.ssl = SSL_new(ctx);
        SSL_set_fd(c.ssl, c.fd);
        if (SSL_accept(c.ssl) != 1) _exit(0);
      }
      serve(&c);
      if (c.ssl) SSL_shutdown(c.ssl);
      _exit(0);
    }
    close(c.fd);
  }
}

void fault_server_stop(FaultServer *s) {
  if (s->pid <= 0) return;
  kill(s->pid, SIGKILL);
  waitpid(s->pid, NULL, 0);
  s->pid = 0;
}
