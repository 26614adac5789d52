#include "broker/http.h"
#include "broker/curl_api.h"
#include "wire/large.h"
#include "wire/trim.h"
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define IDLE_HANDLES 32
#define SENT_US 500                     /* after that a request is on its way */
#define TRIM_US 1000000                 /* no more often, also where a server closes each connection */
#define HEAP_HELD (8u << 20)            /* of libcurl's buffers and bodies, from one request to the next */
#define PART_SIZE (128u << 10)          /* of a body that is given away while it comes */
#define ENTRY_TOO_LARGE 100             /* CURLE_TOO_LARGE, since 8.6 */

struct HttpTransfer {
  Http *http;
  CURL *easy;
  HttpDone done;
  void *ctx;
  struct curl_slist *slist;
  CURLU *server; char origin[300];       /* the URL of the last request up to its path, parsed; "": none is */
  HttpTransfer *prev, *next;      /* under way, or idle (next only) */
  char host[256];
  size_t body_max;
  bool once, in_body;
  int sends;                      /* times that the request was about to go out */
  int64_t started_us;
  char *head; size_t head_len, head_cap, head_bytes;
  char *body; size_t body_len, body_cap;
  HttpPart part;
  bool whole;
  size_t given, expected;         /* bytes that `part` took; how long the body will be, 0: not known */
  const char *refused;            /* why we stopped reading */
  char why[CURL_ERROR_SIZE];
};

struct Http {
  const CurlApi *curl;
  Loop *loop;
  CURLM *multi;
  LoopTimer timer, trim;
  int64_t trimmed_us;
  struct curl_slist *always;      /* headers of every request, the User-Agent first */
  struct curl_slist *to_proxy;    /* the same, of those to a proxy */
  HttpTransfer *active, *idle;
  size_t n_idle, flight;          /* bytes of bodies under way */
  bool *opened; size_t n_opened;  /* by descriptor: is it a socket of open_socket? Then close_socket closes it */
  char ca_file[300]; const char *ca_dir;
  int ca_fd;
};

/* --- roots --- */

/* A folder of hashed certificates is read by need, one file a chain; the usual bundle costs 15 ms to parse, each time. */
static bool hashed_dir(const char *dir) {
  _Alignas(struct dirent64) char some[2048];      /* readdir would have all of it listed */
  bool found = false;
  ssize_t n = 0;
  int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  while (fd >= 0 && !found && (n = getdents64(fd, some, sizeof some)) > 0)
    for (ssize_t at = 0; at < n && !found;) {
      const struct dirent64 *e = (const void *)(some + at);
      found = strlen(e->d_name) == 10 && strspn(e->d_name, "0123456789abcdef") == 8 && e->d_name[8] == '.';
      at += e->d_reclen;
    }
  if (fd >= 0) close(fd);
  return found;
}

static bool append_file(int out, const char *path) {
  char buf[16384];
  ssize_t n = 0;
  int in = open(path, O_RDONLY | O_CLOEXEC);
  if (in < 0) return false;
  while ((n = read(in, buf, sizeof buf)) > 0)
    if (write(out, buf, (size_t)n) != n) break;
  close(in);
  return n == 0 && write(out, "\n", 1) == 1;
}

static struct { bool looked; const char *dir, *bundle; } system_roots;

void http_look_for_roots(void) {
  static const char *const dirs[] = { "/etc/ssl/certs", "/etc/pki/tls/certs" };
  static const char *const bundles[] = { "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem" };
  if (system_roots.looked) return;
  system_roots.looked = true;
  for (size_t i = 0; i < sizeof dirs / sizeof *dirs && !system_roots.dir; i++)
    if (hashed_dir(dirs[i])) system_roots.dir = dirs[i];
  for (size_t i = 0; i < sizeof bundles / sizeof *bundles && !system_roots.bundle && !system_roots.dir; i++)
    if (access(bundles[i], R_OK) == 0) system_roots.bundle = bundles[i];
}

static bool find_roots(Http *h, const char *cacert, char *err, size_t errlen) {
  if (cacert) {
    FILE *f = fopen(cacert, "re");
    char line[256];
    bool pem = false;
    while (f && !pem && fgets(line, sizeof line, f)) pem = strstr(line, "-----BEGIN ") != NULL;
    if (f) fclose(f);
    if (!pem) {
      snprintf(err, errlen, "--cacert %s: %s", cacert, f ? "no PEM certificate in it" : strerror(errno));
      return false;
    }
  }
  http_look_for_roots();
  const char *bundle = system_roots.bundle;
  h->ca_dir = system_roots.dir;
  if (!cacert || !bundle) {
    const char *only = cacert ? cacert : bundle;
    snprintf(h->ca_file, sizeof h->ca_file, "%s", only ? only : "");
    return true;
  }
  /* Extra roots go with the system's, in one file that has no name. */
  h->ca_fd = memfd_create("roots", MFD_CLOEXEC);
  if (h->ca_fd < 0 || !append_file(h->ca_fd, bundle) || !append_file(h->ca_fd, cacert)) {
    snprintf(err, errlen, "--cacert %s: %s", cacert, strerror(errno));
    return false;
  }
  snprintf(h->ca_file, sizeof h->ca_file, "/proc/self/fd/%d", h->ca_fd);
  return true;
}

/* --- what arrives --- */

static size_t refuse(HttpTransfer *t, const char *why) {
  if (!t->refused) t->refused = why;
  return 0;
}

/* `whole`: how much it will be in the end, as far as that is known, else 0: to double 1 MB to 2 MB is a huge page to clear for each reply. */
static bool room(char **buf, size_t used, size_t *cap, size_t need, size_t whole) {
  if (need <= *cap) return true;
  size_t n = *cap ? *cap : 4096;
  while (n < need) n *= 2;
  if (need <= whole && whole < n) n = whole;
  char *p = large_grow(*buf, used, n);
  if (!p) return false;
  *buf = p;
  *cap = n;
  return true;
}

static size_t on_header(char *line, size_t size, size_t count, void *ctx) {
  HttpTransfer *t = ctx;
  size_t n = size * count, all = n;
  t->head_bytes += n;
  if (t->head_bytes > HTTP_HEADER_MAX) return refuse(t, "more than 256 KiB of headers");
  if (t->in_body) return all;                                   /* trailers: counted, not kept */
  if (n >= 5 && !memcmp(line, "HTTP/", 5)) {
    t->head_len = 0;                                            /* the real reply after a 100 or 103 */
    return all;
  }
  while (n && (line[n - 1] == '\r' || line[n - 1] == '\n')) n--;
  char *colon = memchr(line, ':', n);
  if (!colon || colon == line) return all;
  char *value = colon + 1, *end = line + n;
  while (value < end && (*value == ' ' || *value == '\t')) value++;
  while (end > value && (end[-1] == ' ' || end[-1] == '\t')) end--;
  size_t name_len = (size_t)(colon - line), value_len = (size_t)(end - value);
  if (memchr(line, 0, n)) return refuse(t, "a header with a NUL");
  if (!room(&t->head, t->head_len, &t->head_cap, t->head_len + name_len + value_len + 2, 0)) return refuse(t, "out of memory");
  char *out = t->head + t->head_len;
  for (size_t i = 0; i < name_len; i++) out[i] = (char)tolower((unsigned char)line[i]);
  out[name_len] = 0;
  memcpy(out + name_len + 1, value, value_len);
  out[name_len + 1 + value_len] = 0;
  t->head_len += name_len + value_len + 2;
  return all;
}

/* The body begins: room for all of it, where that is known and it comes whole. */
static bool body_begin(HttpTransfer *t, size_t n) {
  curl_off_t length = -1;
  long status = 0;
  t->in_body = true;
  t->http->curl->easy_getinfo(t->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  t->http->curl->easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
  if (status != 200) t->part = NULL;
  if (length <= 0 || (size_t)length > t->body_max) return true;
  t->expected = (size_t)length;
  if (t->part && !t->whole && t->expected > PART_SIZE) return room(&t->body, 0, &t->body_cap, PART_SIZE + PART_SIZE / 2, PART_SIZE + PART_SIZE / 2);
  return length >= 1 << 22 || t->expected <= n || room(&t->body, 0, &t->body_cap, t->expected + 1, t->expected + 1);
}

/* Bytes of the body that came and are no longer here. */
static size_t gone(const HttpTransfer *t) { return t->whole ? 0 : t->given; }

static void give_part(HttpTransfer *t) {
  size_t at = t->given - gone(t), n = t->body_len - at;
  if (!t->part || n < PART_SIZE || !t->part(t->ctx, t->body + at, n, t->expected)) return;
  t->given += n;
  if (t->whole) return;
  t->http->flight -= n;
  t->body_len = 0;
}

static size_t on_body(char *data, size_t size, size_t count, void *ctx) {
  HttpTransfer *t = ctx;
  size_t n = size * count;
  if (n > t->body_max - t->body_len - gone(t)) return refuse(t, "too long");
  if (n > HTTP_FLIGHT_MAX - t->http->flight) return refuse(t, "too much under way at once");
  if (!t->in_body && !body_begin(t, n)) return refuse(t, "out of memory");
  if (!room(&t->body, t->body_len, &t->body_cap, t->body_len + n + 1, t->expected - gone(t) + 1)) return refuse(t, "out of memory");
  memcpy(t->body + t->body_len, data, n);
  t->body_len += n;
  t->http->flight += n;
  give_part(t);
  return n;
}

/* Called whenever the request is about to go out on a connection: also when libcurl tries again by itself, because a kept
 * connection turned out dead. An order must not go out twice. */
static int on_send(void *ctx, char *ip, char *local_ip, int port, int local_port) {
  HttpTransfer *t = ctx;
  Http *h = t->http;
  long connections = 0;
  (void)ip, (void)local_ip, (void)port, (void)local_port;
  if (t->sends++ && t->once) return CURL_PREREQFUNC_ABORT;
  if (clock_mono_us() - h->trimmed_us >= TRIM_US && h->curl->easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &connections) == CURLE_OK && connections > 0)
    loop_after_us(h->loop, &h->trim, SENT_US);
  return CURL_PREREQFUNC_OK;
}

/* While the answer is waited for: what loading libcurl and connecting took nobody needs any more, and a worker may soon need memory for a large reply. */
static void trim(void *ctx) {
  Http *h = ctx;
  h->trimmed_us = clock_mono_us();
  trim_code();
}

/* --- connections --- */

static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *to) {
  Http *h = ctx;
  int fd = socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
  (void)purpose;
  if (fd < 0) return CURL_SOCKET_BAD;
  loop_forget(h->loop, fd);       /* should one of this number have been closed by others */
  if ((size_t)fd >= h->n_opened) {
    size_t n = (size_t)fd * 2 + 16;
    bool *more = realloc(h->opened, n * sizeof *more);
    if (!more) return fd;
    memset(more + h->n_opened, 0, (n - h->n_opened) * sizeof *more);
    h->opened = more;
    h->n_opened = n;
  }
  h->opened[fd] = true;
  return fd;
}

static bool is_opened(const Http *h, int fd) { return (size_t)fd < h->n_opened && h->opened[fd]; }

static int close_socket(void *ctx, curl_socket_t fd) {
  Http *h = ctx;
  if (is_opened(h, fd)) h->opened[fd] = false;
  loop_forget(h->loop, fd);
  return close(fd);
}

/* --- transfers --- */

#define SET(option, value) h->curl->easy_setopt(t->easy, option, value)

static HttpTransfer *transfer_new(Http *h) {
  HttpTransfer *t = h->idle;
  if (t) {
    h->idle = t->next;
    h->n_idle--;
    return t;
  }
  t = calloc(1, sizeof *t);
  if (!t) return NULL;
  t->http = h;
  t->easy = h->curl->easy_init();
  if (!t->easy) {
    free(t);
    return NULL;
  }
  SET(CURLOPT_PRIVATE, t);
  SET(CURLOPT_ERRORBUFFER, t->why);
  SET(CURLOPT_HEADERFUNCTION, on_header);
  SET(CURLOPT_HEADERDATA, t);
  SET(CURLOPT_WRITEFUNCTION, on_body);
  SET(CURLOPT_WRITEDATA, t);
  SET(CURLOPT_PREREQFUNCTION, on_send);
  SET(CURLOPT_PREREQDATA, t);
  SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
  SET(CURLOPT_OPENSOCKETDATA, h);
  SET(CURLOPT_CLOSESOCKETFUNCTION, close_socket);
  SET(CURLOPT_CLOSESOCKETDATA, h);
  SET(CURLOPT_PROXYHEADER, h->to_proxy);
  SET(CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
  SET(CURLOPT_QUICK_EXIT, 1L);                  /* giving up does not wait for a name server */
#endif
  SET(CURLOPT_NOPROGRESS, 1L);
  SET(CURLOPT_SSL_VERIFYPEER, 1L);
  SET(CURLOPT_SSL_VERIFYHOST, 2L);
  SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  SET(CURLOPT_CAINFO, h->ca_file[0] ? h->ca_file : NULL);
  SET(CURLOPT_CAPATH, h->ca_dir);
  SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
  SET(CURLOPT_PIPEWAIT, 1L);
  SET(CURLOPT_ACCEPT_ENCODING, "");
  SET(CURLOPT_FOLLOWLOCATION, 0L);
  SET(CURLOPT_PATH_AS_IS, 1L);                  /* the path was signed as it is */
  SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  SET(CURLOPT_PROTOCOLS_STR, "http,https");
  SET(CURLOPT_BUFFERSIZE, 65536L);
  SET(CURLOPT_TCP_KEEPALIVE, 1L);
  SET(CURLOPT_DNS_CACHE_TIMEOUT, 60L);
  return t;
}

static void transfer_free(HttpTransfer *t) {
  t->http->curl->easy_cleanup(t->easy);
  t->http->curl->url_cleanup(t->server);
  free(t->head);
  free(t);
}

/* Back to the idle ones, without what it carried. */
static void transfer_put(HttpTransfer *t) {
  Http *h = t->http;
  h->curl->slist_free_all(t->slist);
  t->slist = NULL;
  h->flight -= t->body_len;
  free(t->body);
  t->body = NULL;
  t->body_len = t->body_cap = t->given = t->expected = t->head_len = t->head_bytes = 0;
  if (t->head_cap > 16384) {
    free(t->head);
    t->head = NULL;
    t->head_cap = 0;
  }
  if (h->n_idle < IDLE_HANDLES) {
    SET(CURLOPT_COPYPOSTFIELDS, NULL);
    t->next = h->idle;
    h->idle = t;
    h->n_idle++;
    return;
  }
  transfer_free(t);
}

static void unlink_active(HttpTransfer *t) {
  if (t->prev) t->prev->next = t->next;
  else t->http->active = t->next;
  if (t->next) t->next->prev = t->prev;
  t->prev = t->next = NULL;
}

static bool sends_body(const HttpRequest *rq) {
  return rq->body || !strcmp(rq->method, "POST") || !strcmp(rq->method, "PUT") || !strcmp(rq->method, "PATCH");
}

static void set_method(HttpTransfer *t, const HttpRequest *rq, bool sends) {
  Http *h = t->http;
  if (sends) {
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(rq->body ? rq->body_len : 0));
    SET(CURLOPT_COPYPOSTFIELDS, rq->body ? rq->body : "");
  } else SET(CURLOPT_HTTPGET, 1L);
  const char *plain = sends ? "POST" : "GET";
  SET(CURLOPT_CUSTOMREQUEST, strcmp(rq->method, plain) ? rq->method : NULL);
}

static bool add_header(const CurlApi *curl, struct curl_slist **to, const char *line) {
  struct curl_slist *more = curl->slist_append(*to, line);
  if (more) *to = more;
  return more != NULL;
}

static bool gives(const HttpRequest *rq, const char *name) {
  for (const char *const *p = rq->headers; p && *p; p++)
    if (!strncasecmp(*p, name, strlen(name)) && strchr(":;", (*p)[strlen(name)])) return true;
  return false;
}

static bool set_headers(HttpTransfer *t, const HttpRequest *rq, bool sends) {
  Http *h = t->http;
  bool own = rq->headers && *rq->headers, ok = true;
  if (own || sends)
    for (const struct curl_slist *l = h->always; ok && l; l = l->next)
      if (l != h->always || !gives(rq, "User-Agent")) ok = add_header(h->curl, &t->slist, l->data);
  for (const char *const *p = rq->headers; ok && p && *p; p++) ok = add_header(h->curl, &t->slist, *p);
  if (sends) {
    ok = ok && add_header(h->curl, &t->slist, "Expect:");       /* never wait for a 100 */
    if (!gives(rq, "Content-Type")) ok = ok && add_header(h->curl, &t->slist, "Content-Type:");
  }
  SET(CURLOPT_HTTPHEADER, t->slist ? t->slist : h->always);
  return ok;
}

/* The bytes of a URL before its path; 0: it has none, or goes to a server without TLS, where a proxy would need all of it in the request. */
static size_t origin_of(const char *url) {
  size_t n = strncmp(url, "https://", 8) ? 0 : 8 + strcspn(url + 8, "/?");
  return n && url[n] == '/' && n < sizeof ((HttpTransfer *)0)->origin ? n : 0;
}

/* libcurl takes a URL apart and puts it together again twice, letter by letter, which is a tenth of what a small request costs. So it gets the server's part
 * parsed, and the rest as the text that goes out. */
static bool set_url(HttpTransfer *t, const char *url) {
  Http *h = t->http;
  size_t n = origin_of(url);
  if (!n || strncmp(t->origin, url, n) || t->origin[n]) {
    memcpy(t->origin, url, n);
    t->origin[n] = 0;
    if (!t->server) t->server = h->curl->url();
    if (!t->server || (n && h->curl->url_set(t->server, CURLUPART_URL, t->origin, 0) != CURLUE_OK)) n = t->origin[0] = 0;
    SET(CURLOPT_CURLU, n ? t->server : NULL);
    if (SET(CURLOPT_URL, n ? t->origin : url) != CURLE_OK) return t->origin[0] = 0, false;
  }
  return SET(CURLOPT_REQUEST_TARGET, n ? url + n : NULL) == CURLE_OK;
}

HttpTransfer *http_start(Http *h, const HttpRequest *rq, HttpDone done, void *ctx, char *err, size_t errlen) {
  HttpTransfer *t = transfer_new(h);
  if (!t) return snprintf(err, errlen, "out of memory"), NULL;
  t->done = done;
  t->ctx = ctx;
  t->once = rq->once;
  t->part = rq->part;
  t->whole = rq->whole;
  t->sends = 0;
  t->in_body = false;
  t->refused = NULL;
  t->why[0] = 0;
  t->body_max = rq->body_max ? rq->body_max : HTTP_BODY_MAX;
  t->started_us = clock_mono_us();
  t->host[0] = 0;
  strncat(t->host, rq->host, sizeof t->host - 1);
  bool sends = sends_body(rq);
  if (!set_headers(t, rq, sends) || !set_url(t, rq->url)) {
    transfer_put(t);
    return snprintf(err, errlen, "out of memory"), NULL;
  }
  set_method(t, rq, sends);
  SET(CURLOPT_NOPROXY, rq->loopback ? "*" : NULL);
  SET(CURLOPT_TIMEOUT_MS, (long)(rq->deadline_ms > 0 ? rq->deadline_ms : 1));
  SET(CURLOPT_CONNECTTIMEOUT_MS, (long)(rq->connect_ms > 0 ? rq->connect_ms : 5000));
  SET(CURLOPT_MAXAGE_CONN, rq->once ? 10L : 118L);     /* a connection idle for longer may be dead without our knowing */
  CURLMcode m = h->curl->multi_add_handle(h->multi, t->easy);
  if (m != CURLM_OK) {
    snprintf(err, errlen, "%s", h->curl->multi_strerror(m));
    transfer_put(t);
    return NULL;
  }
  t->prev = NULL;
  t->next = h->active;
  if (t->next) t->next->prev = t;
  h->active = t;
  return t;
}

void http_cancel(HttpTransfer *t) {
  t->http->curl->multi_remove_handle(t->http->multi, t->easy);
  unlink_active(t);
  transfer_put(t);
}

/* --- what went wrong, in words --- */

static void say(HttpReply *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(HttpReply *r, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(r->message, sizeof r->message, fmt, ap);
  va_end(ap);
}

static void explain(HttpTransfer *t, CURLcode code, HttpReply *r) {
  Http *h = t->http;
  double s = (double)(clock_mono_us() - t->started_us) / 1e6;
  curl_off_t connected = 0, tls = 0;
  long verify = 0;
  h->curl->easy_getinfo(t->easy, CURLINFO_CONNECT_TIME_T, &connected);
  h->curl->easy_getinfo(t->easy, CURLINFO_APPCONNECT_TIME_T, &tls);
  h->curl->easy_getinfo(t->easy, CURLINFO_SSL_VERIFYRESULT, &verify);
  const char *why = t->why[0] ? t->why : h->curl->easy_strerror(code);
  r->sent = t->sends > 0;
  if (t->refused) {
    r->failure = strcmp(t->refused, "out of memory") ? HTTP_BAD : HTTP_LOCAL;
    if (!strcmp(t->refused, "too long")) say(r, "%s: the answer is longer than %zu MiB", t->host, t->body_max >> 20);
    else say(r, "%s: the answer was refused: %s", t->host, t->refused);
    return;
  }
  switch ((int)code) {
    case CURLE_COULDNT_RESOLVE_HOST: case CURLE_COULDNT_RESOLVE_PROXY:
      r->failure = HTTP_CONNECT;
      say(r, "%s: the name is not known (no network, or a wrong name)", t->host);
      return;
    case CURLE_COULDNT_CONNECT: case CURLE_PROXY:
      r->failure = HTTP_CONNECT;
      say(r, "%s: no connection: %.200s", t->host, why);
      return;
    case CURLE_OPERATION_TIMEDOUT:
      if (!t->sends) {
        r->failure = HTTP_CONNECT;
        say(r, "%s: no connection after %.1f s", t->host, s);
      } else {
        r->failure = HTTP_TIMEOUT;
        if (t->head_bytes) say(r, "%s: the answer was not complete after %.1f s (%zu bytes came)", t->host, s, gone(t) + t->body_len);
        else say(r, "%s: no answer after %.1f s", t->host, s);
      }
      return;
    case CURLE_PEER_FAILED_VERIFICATION: case CURLE_SSL_CACERT_BADFILE: case CURLE_SSL_ISSUER_ERROR:
      r->failure = HTTP_TLS;
      say(r, "%s: its certificate is not trusted: %.200s", t->host, why);
      return;
    case CURLE_SSL_CONNECT_ERROR: case CURLE_SSL_CIPHER:
      /* A reset in the handshake is bad luck; anything else is how the other side is set up. */
      r->failure = strstr(why, "eset") || strstr(why, "SYSCALL") || strstr(why, "EOF") || strstr(why, "eof") ? HTTP_CONNECT : HTTP_TLS;
      say(r, "%s: no secure connection: %.200s", t->host, why);
      return;
    case CURLE_ABORTED_BY_CALLBACK:
      r->failure = HTTP_BROKEN;
      say(r, "%s: the connection broke while the request was sent; it is not sent again", t->host);
      return;
    case CURLE_PARTIAL_FILE:
      r->failure = HTTP_BROKEN;
      say(r, "%s: the answer was cut off after %zu bytes", t->host, gone(t) + t->body_len);
      return;
    case CURLE_GOT_NOTHING: case CURLE_SEND_ERROR: case CURLE_RECV_ERROR: case CURLE_HTTP2: case CURLE_HTTP2_STREAM:
      if (strstr(why, "chunked-encoding")) {
        r->failure = HTTP_BAD;
        say(r, "%s: the answer is not proper HTTP: %.200s", t->host, why);
        return;
      }
      r->failure = HTTP_BROKEN;
      say(r, "%s: the connection broke after %.1f s: %.200s", t->host, s, why);
      return;
    case CURLE_BAD_CONTENT_ENCODING: case CURLE_WEIRD_SERVER_REPLY: case CURLE_UNSUPPORTED_PROTOCOL: case CURLE_WRITE_ERROR:
      r->failure = HTTP_BAD;
      say(r, "%s: the answer is not proper HTTP: %.200s", t->host, why);
      return;
    case ENTRY_TOO_LARGE: case CURLE_OUT_OF_MEMORY:
      if (t->sends) {      /* how libcurl refuses a header line, or headers and trailers in all, beyond its own bounds (they differ by version) */
        r->failure = HTTP_BAD;
        say(r, "%s: the answer was refused: more than 256 KiB of headers, or a header line that is too long", t->host);
        return;
      }
      r->failure = HTTP_LOCAL;
      say(r, "%s: out of memory", t->host);
      return;
    default:
      r->failure = t->sends ? HTTP_BROKEN : HTTP_CONNECT;
      say(r, "%s: %.200s", t->host, why);
  }
}

static void finish(Http *h, CURL *easy, CURLcode code) {
  HttpTransfer *t = NULL;
  HttpReply r = { 0 };
  long status = 0;
  h->curl->easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&t);
  h->curl->easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  r.ms = (int)((clock_mono_us() - t->started_us) / 1000);
  if (code != CURLE_OK || t->refused) explain(t, code, &r);
  else if (status < 200 || status > 999) {
    r.failure = HTTP_BAD;
    say(&r, "%s: an answer with status %ld", t->host, status);
  } else {
    r.status = (int)status;
    r.headers = t->head;
    r.headers_len = t->head_len;
    r.body = t->body;
    r.body_len = t->body_len;
    r.given = t->given - gone(t);
  }
  r.sent = t->sends > 0;
  h->curl->multi_remove_handle(h->multi, easy);
  unlink_active(t);
  bool lent = r.body != NULL;
  t->done(t->ctx, &r);
  if (lent && !r.body) t->body = NULL;       /* taken */
  transfer_put(t);
}

static void collect(Http *h) {
  int left;
  for (CURLMsg *m; (m = h->curl->multi_info_read(h->multi, &left));)
    if (m->msg == CURLMSG_DONE) finish(h, m->easy_handle, m->data.result);
}

/* libcurl has options for these, and with them writes each anew for each request. */
static bool headers_of_all(Http *h) {
  int can = h->curl->version_info(CURLVERSION_NOW)->features;
  char codings[80] = "Accept-Encoding: deflate, gzip";
  if (can & CURL_VERSION_BROTLI) strcat(codings, ", br");
  if (can & CURL_VERSION_ZSTD) strcat(codings, ", zstd");
  if (!add_header(h->curl, &h->to_proxy, "User-Agent: bourse/" BOURSE_VERSION)) return false;
  return add_header(h->curl, &h->always, "User-Agent: bourse/" BOURSE_VERSION) && (!(can & CURL_VERSION_LIBZ) || add_header(h->curl, &h->always, codings));
}

/* --- libcurl and the loop --- */

/* An error is found by reading, after what came before it: of a server that answers and resets at once the kernel may tell the error alone. CURL_CSELECT_ERR
 * would end the transfer unread. */
static void on_socket(void *ctx, int fd, int events) {
  Http *h = ctx;
  int running, what = (events & (LOOP_READ | LOOP_GONE) ? CURL_CSELECT_IN : 0) | (events & LOOP_WRITE ? CURL_CSELECT_OUT : 0);
  h->curl->multi_socket_action(h->multi, fd, what, &running);
  collect(h);
}

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *per_socket) {
  Http *h = ctx;
  (void)easy, (void)per_socket;
  if (what == CURL_POLL_REMOVE && is_opened(h, fd)) loop_rest(h->loop, fd);      /* it may be kept for the next request */
  else if (what == CURL_POLL_REMOVE) loop_forget(h->loop, fd);
  else loop_watch(h->loop, fd, (what & CURL_POLL_IN ? LOOP_READ : 0) | (what & CURL_POLL_OUT ? LOOP_WRITE : 0), on_socket, h);
  return 0;
}

static void on_timer(void *ctx) {
  Http *h = ctx;
  int running;
  h->curl->multi_socket_action(h->multi, CURL_SOCKET_TIMEOUT, 0, &running);
  collect(h);
}

static int want_timer(CURLM *multi, long ms, void *ctx) {
  Http *h = ctx;
  (void)multi;
  if (ms < 0) loop_cancel(h->loop, &h->timer);
  else loop_after(h->loop, &h->timer, ms);
  return 0;
}

Http *http_new(Loop *loop, const char *cacert, char *err, size_t errlen) {
  const CurlApi *curl = curl_api(err, errlen);
  if (!curl) return NULL;
  Http *h = calloc(1, sizeof *h);
  if (!h) return snprintf(err, errlen, "out of memory"), NULL;
  h->ca_fd = -1;
  h->curl = curl;
  h->loop = loop;
  h->trim = (LoopTimer){ .fn = trim, .ctx = h };
  h->timer = (LoopTimer){ .fn = on_timer, .ctx = h };
  if (!find_roots(h, cacert, err, errlen)) {
    if (h->ca_fd >= 0) close(h->ca_fd);
    free(h);
    return NULL;
  }
  trim_above(HEAP_HELD);
  h->multi = curl->multi_init();
  if (!h->multi || !headers_of_all(h)) {
    if (h->multi) curl->multi_cleanup(h->multi);
    curl->slist_free_all(h->always);
    curl->slist_free_all(h->to_proxy);
    if (h->ca_fd >= 0) close(h->ca_fd);
    free(h);
    return snprintf(err, errlen, "out of memory"), NULL;
  }
  curl->multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
  curl->multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h);
  curl->multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, want_timer);
  curl->multi_setopt(h->multi, CURLMOPT_TIMERDATA, h);
  curl->multi_setopt(h->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
  curl->multi_setopt(h->multi, CURLMOPT_MAX_HOST_CONNECTIONS, 32L);
  curl->multi_setopt(h->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, 256L);
  curl->multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, 64L);
  return h;
}

void http_free(Http *h) {
  if (!h) return;
  while (h->active) http_cancel(h->active);
  for (HttpTransfer *t = h->idle, *next; t; t = next) {
    next = t->next;
    transfer_free(t);
  }
  h->curl->multi_cleanup(h->multi);
  h->curl->slist_free_all(h->always);
  h->curl->slist_free_all(h->to_proxy);
  loop_cancel(h->loop, &h->timer);
  loop_cancel(h->loop, &h->trim);
  if (h->ca_fd >= 0) close(h->ca_fd);
  free(h->opened);
  free(h);
}

const char *http_header(const HttpReply *r, const char *name) {
  for (const char *p = r->headers, *end = p + r->headers_len; p && p < end;) {
    const char *value = p + strlen(p) + 1;
    if (!strcmp(p, name)) return value;
    p = value + strlen(value) + 1;
  }
  return NULL;
}
