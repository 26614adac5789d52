/* MSG_NOTIFY: a text to the addresses that the user named (--notify), as JSON that webhooks of chats understand. A script has no say in where it
 * goes, and no address is told to it: most hold a secret. */
#include "broker/http.h"
#include "broker/peer.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 1900              /* bytes; Discord takes 2000 characters, Telegram 4096 */
#define MINUTE_MAX 20              /* notes a minute, of all scripts together */
#define DEADLINE_MS 10000

typedef struct Note Note;
typedef struct { Note *note; char host[256]; } Delivery;
struct Note {
  Note *next;
  Peer *peer;
  uint32_t id;
  size_t left, sent;
  char why[400];
  Delivery to[NOTIFY_MAX];
};

struct Notify {
  Http *http;
  Note *notes;
  int64_t times_us[MINUTE_MAX];    /* when the last ones were sent; a ring */
  size_t next;
};

/* ---- the body ---- */

/* Bytes of the UTF-8 character at s, 0: it is none. */
static size_t character(const unsigned char *s, size_t n) {
  size_t len = *s < 0x80 ? 1 : *s >= 0xc2 && *s < 0xe0 ? 2 : *s >= 0xe0 && *s < 0xf0 ? 3 : *s >= 0xf0 && *s < 0xf5 ? 4 : 0;
  if (!len || len > n) return 0;
  for (size_t i = 1; i < len; i++) if ((s[i] & 0xc0) != 0x80) return 0;
  if ((*s == 0xe0 && s[1] < 0xa0) || (*s == 0xed && s[1] > 0x9f) || (*s == 0xf0 && s[1] < 0x90) || (*s == 0xf4 && s[1] > 0x8f)) return 0;
  return len;
}

static char *quote(char *p, const char *text, size_t n) {
  const unsigned char *s = (const unsigned char *)text;
  *p++ = '"';
  for (size_t i = 0, len; i < n; i += len) {
    len = character(s + i, n - i);
    if (!len) {
      *p++ = '?';
      len = 1;
    } else if (s[i] == '"' || s[i] == '\\') {
      *p++ = '\\';
      *p++ = (char)s[i];
    } else if (s[i] < ' ' || s[i] == 0x7f) {
      p += sprintf(p, "\\u%04x", s[i]);
    } else {
      memcpy(p, s + i, len);
      p += len;
    }
  }
  *p++ = '"';
  return p;
}

/* "text" is what Slack, Mattermost, Telegram and others read, "content" what Discord does. */
static size_t body_of(const char *text, size_t n, char buf[14 * TEXT_MAX]) {
  if (n > TEXT_MAX) {
    for (n = TEXT_MAX; n && ((unsigned char)text[n] & 0xc0) == 0x80;) n--;
  }
  char *p = buf;
  p += sprintf(p, "{\"text\":");
  p = quote(p, text, n);
  p += sprintf(p, ",\"content\":");
  p = quote(p, text, n);
  *p++ = '}';
  return (size_t)(p - buf);
}

/* ---- sending ---- */

static void answer(Note *note) {
  Notify *nt = note->peer->session->notify;
  for (Note **at = &nt->notes; *at; at = &(*at)->next)
    if (*at == note) {
      *at = note->next;
      break;
    }
  if (note->why[0]) {
    peer_error(note->peer, MSG_NOTIFIED, note->id, "%s", note->why);
  } else {
    msgpack_packer pk = peer_begin(note->peer, MSG_NOTIFIED, note->id);
    pack_map(&pk, 1);
    pack_key_int(&pk, "sent", (int64_t)note->sent);
    peer_end(note->peer);
  }
  free(note);
}

static void delivered(void *ctx, HttpReply *reply) {
  const Delivery *d = ctx;
  Note *note = d->note;
  if (reply->failure != HTTP_OK) snprintf(note->why, sizeof note->why, "%s", reply->message);
  else if (reply->status < 200 || reply->status > 299) snprintf(note->why, sizeof note->why, "%s answered %d", d->host, reply->status);
  else note->sent++;
  if (--note->left == 0) answer(note);
}

static void deliver(Notify *nt, Delivery *d, const char *address, const char *body, size_t n) {
  static const char *const headers[] = { "Content-Type: application/json", NULL };
  char err[300];
  Url u;
  Note *note = d->note;
  if (!url_parse(address, strlen(address), &u, err, sizeof err)) {
    snprintf(note->why, sizeof note->why, "an address of --notify cannot be used");
    return;
  }
  snprintf(d->host, sizeof d->host, "%s", u.host);
  HttpRequest rq = { .method = "POST", .url = address, .host = d->host, .headers = headers, .body = body, .body_len = n, .deadline_ms = DEADLINE_MS,
    .connect_ms = DEADLINE_MS / 2, .body_max = 1 << 16, .loopback = url_is_loopback(&u), .once = true };
  if (http_start(nt->http, &rq, delivered, d, err, sizeof err)) note->left++;
  else snprintf(note->why, sizeof note->why, "%s: %s", d->host, err);
}

static bool too_many(Notify *nt) {
  int64_t now = clock_mono_us(), *oldest = &nt->times_us[nt->next];
  if (*oldest && now - *oldest < 60000000) return true;
  *oldest = now;
  nt->next = (nt->next + 1) % MINUTE_MAX;
  return false;
}

void notify_answer(Peer *p, uint32_t id, const msgpack_object *m) {
  Session *s = p->session;
  const char *const *to = s->spec->notify;
  char err[300], body[14 * TEXT_MAX];
  const char *text;
  size_t n;
  if (!pack_get_text(m, "text", &text, &n)) {
    peer_error(p, MSG_NOTIFIED, id, "no text");
    return;
  }
  if (!to || !*to) {
    peer_error(p, MSG_NOTIFIED, id, "nobody to tell: --notify FILE names the addresses");
    return;
  }
  if (!s->notify && !(s->notify = calloc(1, sizeof *s->notify))) abort();
  Notify *nt = s->notify;
  if (!nt->http && !(nt->http = http_new(s->loop, s->spec->cacert, err, sizeof err))) {
    peer_error(p, MSG_NOTIFIED, id, "%s", err);
    return;
  }
  if (too_many(nt)) {
    peer_error(p, MSG_NOTIFIED, id, "more than %d in a minute; not sent", MINUTE_MAX);
    return;
  }
  Note *note = calloc(1, sizeof *note);
  if (!note) abort();
  *note = (Note){ .next = nt->notes, .peer = p, .id = id, .left = 1 };
  nt->notes = note;
  n = body_of(text, n, body);
  for (size_t i = 0; to[i] && i < NOTIFY_MAX; i++) {
    note->to[i].note = note;
    deliver(nt, &note->to[i], to[i], body, n);
  }
  if (--note->left == 0) answer(note);       /* none could be started */
}

void notify_close(Session *s) {
  if (!s->notify) return;
  http_free(s->notify->http);
  for (Note *note = s->notify->notes, *next; note; note = next) {
    next = note->next;
    free(note);
  }
  free(s->notify);
  s->notify = NULL;
}
