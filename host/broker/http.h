/* HTTP transfers on libcurl's multi interface. Knows nothing of venues, keys or budgets: it sends what it is given, once,
 * bounds what comes back, and says in words what went wrong. */
#ifndef BOURSE_HTTP_H
#define BOURSE_HTTP_H
#include "broker/loop.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_BODY_MAX (64u << 20)       /* decompressed */
#define HTTP_HEADER_MAX (256u << 10)    /* all header and trailer bytes of one reply */
#define HTTP_FLIGHT_MAX (256u << 20)    /* bodies of all transfers under way */

typedef struct Http Http;
typedef struct HttpTransfer HttpTransfer;

/* The next bytes of a body, and how many there will be in all (0: not known). Neither may a transfer be started nor cancelled in it. False: not now. */
typedef bool (*HttpPart)(void *ctx, const char *bytes, size_t n, size_t expected);

typedef struct {
  const char *method;                   /* GET POST PUT DELETE PATCH */
  const char *url, *host;               /* host: for messages */
  const char *const *headers;           /* "Name: value" ..., NULL-terminated */
  const char *body; size_t body_len;    /* body NULL: none. Copied. */
  int deadline_ms, connect_ms;
  size_t body_max;                      /* 0: HTTP_BODY_MAX */
  bool loopback;                        /* no proxy */
  bool once;                            /* never sent a second time, whatever becomes of the connection */
  HttpPart part;                        /* takes a large body of status 200 while it comes; NULL: it comes whole, with the reply */
  bool whole;                           /* the reply has all of the body, also what `part` took */
} HttpRequest;

enum http_failure {
  HTTP_OK,
  HTTP_CONNECT,         /* no connection: nothing was sent */
  HTTP_TIMEOUT,         /* the deadline passed */
  HTTP_BROKEN,          /* reset or cut off: the request may have arrived */
  HTTP_TLS,             /* certificate or handshake: nothing was sent */
  HTTP_BAD,             /* the reply is not HTTP, too long, or cannot be decompressed */
  HTTP_LOCAL            /* of our own making: no memory, no library */
};

typedef struct {
  enum http_failure failure;
  char message[300];                    /* when failure: host, what, after how long */
  bool sent;                            /* bytes of the request went out (or may have) */
  int status;
  const char *headers; size_t headers_len;   /* "name\0value\0" ..., names in lower case, in the order of arrival */
  char *body; size_t body_len;          /* what `part` did not take, or all of it. The callee may take it: set to NULL then, free() later */
  size_t given;                         /* bytes at the begin of this body that `part` took: 0, or some of a whole one */
  int ms;
} HttpReply;
typedef void (*HttpDone)(void *ctx, HttpReply *reply);   /* reply is valid during the call */

Http *http_new(Loop *loop, const char *cacert, char *err, size_t errlen);   /* cacert: PEM of extra roots, or NULL */
void http_look_for_roots(void);         /* what http_new does once in a process, ahead: may run beside anything but http_new */
void http_free(Http *h);
/* Always answers through done, never from inside this call; NULL with the reason in err when it cannot start. */
HttpTransfer *http_start(Http *h, const HttpRequest *rq, HttpDone done, void *ctx, char *err, size_t errlen);
void http_cancel(HttpTransfer *t);      /* done is not called */
const char *http_header(const HttpReply *r, const char *name);   /* the first of that name, or NULL */
#endif
