/* A venue made of candles. Whatever is asked of it is answered with what was known at the session's time: candles that are over, and of the one that has
 * begun its open. The price stands still at that until the next open: so a book shows it, with the slippage to either side.
 *
 *   /markets  /time  /ticker?symbol=  /tickers  /book?symbol=  /trades?symbol=&since=&limit=  /candles?symbol=&timeframe=&since=&limit= */
#include "broker/backtest.h"
#include "broker/draft.h"
#include "broker/orders.h"
#include "broker/play_in.h"
#include "wire/decimal.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOST "https://backtest.invalid/"
#define LIST_USUAL 500
#define LIST_MAX 5000
#define DAY_MS 86400000ll
#define OPENING_MS 10000             /* an order that comes so soon after an open is in time for it ... */
#define STAMP 13                     /* digits of a time from 2001 on */
#define OPENING_PART 20              /* ... or within that part of the shortest candle, if that is less */

/* --- bars --- */

static bool grow(char **text, size_t *cap, size_t need) {
  if (need <= *cap) return true;
  size_t n = *cap ? *cap * 2 : 4096;
  while (n < need) n *= 2;
  char *more = realloc(*text, n);
  if (!more) return false;
  *text = more;
  *cap = n;
  return true;
}

bool bars_add(Bars *b, const CandleRow *row) {
  if (b->n == b->cap) {
    size_t n = b->cap ? b->cap * 2 : 1024;
    Bar *more = realloc(b->list, n * sizeof *more);
    if (!more) return false;
    b->list = more;
    b->cap = n;
  }
  const char *const *f = row->figures;
  size_t need = 40;
  for (int k = 0; k < CANDLE_FIGURES; k++) need += strlen(f[k]);
  if (!grow(&b->text, &b->text_cap, b->text_len + need)) return false;
  Bar *bar = &b->list[b->n++];
  *bar = (Bar){ .at_ms = row->at_ms, .end_ms = candle_end(row->at_ms, b->timeframe), .text = b->text_len };
  for (int k = 0; k < CANDLE_FIGURES; k++) bar->figures[k] = strtod(f[k], NULL);
  b->text_len += (size_t)sprintf(b->text + b->text_len, "[%lld,%s,%s,%s,%s,%s],", (long long)row->at_ms, f[0], f[1], f[2], f[3], f[4]);
  return true;
}

void bars_free(Bars *b) {
  for (Bars *c = b->coarser, *next; c; c = next) {
    next = c->coarser;
    c->coarser = NULL;
    free(c->timeframe);
    free(c->list);
    free(c->text);
    free(c);
  }
  char *texts[] = { b->venue, b->symbol, b->timeframe, b->base, b->quote, b->precision, b->market, b->text };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) free(texts[i]);
  free(b->list);
}

static size_t count(const Bars *b, int64_t ms, bool by_end) {
  size_t low = 0, high = b->n;
  while (low < high) {
    size_t mid = (low + high) / 2;
    if (by_end ? b->list[mid].end_ms <= ms : b->list[mid].at_ms < ms) low = mid + 1;
    else high = mid;
  }
  return low;
}

size_t bars_before(const Bars *b, int64_t ms) { return count(b, ms, false); }
size_t bars_over(const Bars *b, int64_t ms) { return count(b, ms, true); }

bool bars_price(const Bars *b, int64_t ms, double *price) {
  size_t begun = bars_before(b, ms + 1);
  if (!begun) return false;
  const Bar *bar = &b->list[begun - 1];
  *price = bar->figures[bar->end_ms <= ms ? CANDLE_CLOSE : CANDLE_OPEN];
  return true;
}

const Bars *backtest_finest(const Backtest *t, const char *venue, const char *symbol) {
  const Bars *best = NULL;
  for (size_t i = 0; i < t->n; i++) {
    const Bars *b = &t->series[i];
    if (!strcmp(b->venue, venue) && !strcmp(b->symbol, symbol) && (!best || b->period_ms < best->period_ms)) best = b;
  }
  return best;
}

/* Weeks begin on Mondays. */
static int64_t bucket_of(int64_t at_ms, int64_t period_ms) {
  int64_t shift = period_ms % (7 * DAY_MS) ? 0 : 4 * DAY_MS;
  return (at_ms - shift) / period_ms * period_ms + shift;
}

static const char *number(double x, char buf[64]) {
  Decimal d;
  if (!dec_from_double(x, &d) || !dec_text(d, buf, 64)) strcpy(buf, "0");
  return buf;
}

static bool add_merged(Bars *to, int64_t at, const double f[CANDLE_FIGURES]) {
  char texts[CANDLE_FIGURES][64];
  CandleRow row = { .at_ms = at };
  for (int k = 0; k < CANDLE_FIGURES; k++) row.figures[k] = number(f[k], texts[k]);
  return bars_add(to, &row);
}

static bool merge(Bars *to, const Bars *from) {
  double f[CANDLE_FIGURES] = { 0 };
  int64_t at = -1;
  for (size_t i = 0; i < from->n; i++) {
    const Bar *bar = &from->list[i];
    int64_t bucket = bucket_of(bar->at_ms, to->period_ms);
    if (bucket != at) {
      if (at >= 0 && !add_merged(to, at, f)) return false;
      memcpy(f, bar->figures, sizeof f);
      at = bucket;
      continue;
    }
    if (bar->figures[CANDLE_HIGH] > f[CANDLE_HIGH]) f[CANDLE_HIGH] = bar->figures[CANDLE_HIGH];
    if (bar->figures[CANDLE_LOW] < f[CANDLE_LOW]) f[CANDLE_LOW] = bar->figures[CANDLE_LOW];
    f[CANDLE_CLOSE] = bar->figures[CANDLE_CLOSE];
    f[CANDLE_VOLUME] += bar->figures[CANDLE_VOLUME];
  }
  return at < 0 || add_merged(to, at, f);
}

/* The series of a timeframe: as it is, or made of the finest one that divides it. NULL: there is none. */
static const Bars *series_of(const Backtest *t, const char *venue, const char *symbol, const char *timeframe) {
  const Bars *fine = NULL;
  int64_t period = candle_end(0, timeframe);
  for (size_t i = 0; i < t->n; i++) {
    Bars *b = &t->series[i];
    if (strcmp(b->venue, venue) || strcmp(b->symbol, symbol)) continue;
    if (!strcmp(b->timeframe, timeframe)) return b;
    if (period && period % b->period_ms == 0 && strcspn(timeframe, "My") == strlen(timeframe) && (!fine || b->period_ms > fine->period_ms)) fine = b;
  }
  if (!fine) return NULL;
  Bars *b = (Bars *)fine;
  for (Bars *c = b->coarser; c; c = c->coarser)
    if (!strcmp(c->timeframe, timeframe)) return c;
  Bars *c = calloc(1, sizeof *c);
  if (!c) return NULL;
  *c = (Bars){ .venue = b->venue, .symbol = b->symbol, .timeframe = strdup(timeframe), .period_ms = period, .coarser = b->coarser };
  b->coarser = c;
  return c->timeframe && merge(c, fine) ? c : NULL;
}

/* --- what the adapter says --- */

static const Bars *any_of(const Backtest *t, const char *venue) {
  for (size_t i = 0; i < t->n; i++)
    if (!strcmp(t->series[i].venue, venue)) return &t->series[i];
  return NULL;
}

/* Those that there are, and usual ones that can be made of them. */
static void write_timeframes(FILE *f, const Backtest *t, const char *venue) {
  static const char *const usual[] = { "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w", NULL };
  for (const char *const *u = usual; *u; u++) {
    bool there = false;
    for (size_t i = 0; i < t->n && !there; i++) {
      const Bars *b = &t->series[i];
      there = !strcmp(b->venue, venue) && strcmp(b->timeframe, *u) && candle_end(0, *u) % b->period_ms == 0 && candle_end(0, *u) > b->period_ms;
    }
    if (there) fprintf(f, "[\"%s\"]=\"%s\",", *u, *u);
  }
  for (size_t i = 0; i < t->n; i++)
    if (!strcmp(t->series[i].venue, venue)) fprintf(f, "[\"%s\"]=\"%s\",", t->series[i].timeframe, t->series[i].timeframe);
}

static void source(Peer *p, uint32_t id, const msgpack_object *m) {
  const Backtest *t = p->session->spec->backtest;
  char kind[16] = "", name[64] = "", *text = NULL;
  size_t n = 0;
  pack_get_line(m, "kind", kind, sizeof kind);
  pack_get_line(m, "name", name, sizeof name);
  const Bars *b = !strcmp(kind, "exchange") ? any_of(t, name) : NULL;
  if (strcmp(kind, "exchange")) source_answer(p, id, m);
  else if (!b) peer_error(p, MSG_SOURCE_IS, id, "there are no candles of '%s' in this backtest", name);
  else {
    FILE *f = open_memstream(&text, &n);
    if (!f) abort();
    fprintf(f, "local d = dialect \"backtest\"\nreturn with(d.methods, { hosts = d.hosts, credentials = {}, sign = function() end, client_id = \"uuid\", "
               "precision = \"%s\", timeframes = {", b->precision ? b->precision : "tick");
    write_timeframes(f, t, name);
    fputs("} })\n", f);
    fclose(f);
    msgpack_packer pk = peer_begin(p, MSG_SOURCE_IS, id);
    pack_map(&pk, 1);
    pack_key_strn(&pk, "source", text, n);
    peer_end(p);
    free(text);
  }
}

/* --- questions --- */

/* until: the answer is the same before that time, but for the time at `stamp` of it. */
typedef struct { const Backtest *spec; char venue[64]; const char *query; size_t n; int64_t now; bool of_clerk; FILE *out; int64_t until; long stamp; } Ask;

static void changes_at(Ask *a, int64_t ms) {
  if (ms > a->now && ms < a->until) a->until = ms;
}

/* With the next bar that begins or is over. */
static void changes_with(Ask *a, const Bars *b) {
  size_t begun = bars_before(b, a->now + 1), over = bars_over(b, a->now);
  if (begun < b->n) changes_at(a, b->list[begun].at_ms);
  if (over < b->n) changes_at(a, b->list[over].end_ms);
}

/* The time of now, the only one in the answer. */
static void stamped(Ask *a, const char *before) {
  fputs(before, a->out);
  a->stamp = ftell(a->out);
  if (fprintf(a->out, "%lld", (long long)a->now) != STAMP) a->until = 0;
}

/* A value of the query, decoded. False: it is not there. */
static bool value(const Ask *a, const char *key, char *out, size_t cap) {
  size_t len = strlen(key), k = 0;
  for (const char *q = a->query, *end = q + a->n; q < end; ) {
    const char *stop = memchr(q, '&', (size_t)(end - q));
    if (!stop) stop = end;
    if ((size_t)(stop - q) > len && !memcmp(q, key, len) && q[len] == '=') {
      for (q += len + 1; q < stop && k + 1 < cap; q++) {
        unsigned byte;
        if (*q == '%' && stop - q > 2 && isxdigit((unsigned char)q[1]) && isxdigit((unsigned char)q[2]) && sscanf(q + 1, "%2x", &byte) == 1) {
          out[k++] = (char)byte;
          q += 2;
        } else out[k++] = *q == '+' ? ' ' : *q;
      }
      out[k] = 0;
      return true;
    }
    q = stop + 1;
  }
  return false;
}

static int64_t whole(const Ask *a, const char *key, int64_t otherwise) {
  char text[32];
  return value(a, key, text, sizeof text) ? strtoll(text, NULL, 10) : otherwise;
}

static const Bars *asked_market(const Ask *a) {
  char symbol[96];
  return value(a, "symbol", symbol, sizeof symbol) ? backtest_finest(a->spec, a->venue, symbol) : NULL;
}

/* The first and the last (not included) of what is asked for among `over` bars that are over. */
static void range(const Ask *a, const Bars *b, size_t over, size_t *from, size_t *to) {
  int64_t limit = whole(a, "limit", LIST_USUAL), since = whole(a, "since", -1);
  if (limit < 1 || limit > LIST_MAX) limit = LIST_MAX;
  *from = since >= 0 ? bars_before(b, since) : over > (size_t)limit ? over - (size_t)limit : 0;
  if (*from > over) *from = over;
  *to = over - *from > (size_t)limit ? *from + (size_t)limit : over;
}

static bool candles(Ask *a) {
  char symbol[96], timeframe[8];
  size_t from, to;
  const Bars *b = value(a, "symbol", symbol, sizeof symbol) && value(a, "timeframe", timeframe, sizeof timeframe)
    ? series_of(a->spec, a->venue, symbol, timeframe) : NULL;
  if (!b) return false;
  range(a, b, bars_over(b, a->now), &from, &to);
  changes_with(a, b);
  size_t begin = from < b->n ? b->list[from].text : b->text_len, end = to < b->n ? b->list[to].text : b->text_len;
  fputc('[', a->out);
  if (end > begin) fwrite(b->text + begin, 1, end - begin - 1, a->out);
  fputc(']', a->out);
  return true;
}

/* A price at the market's step, away from the middle. */
static double step_of(const Bars *b) {
  const char *at = b->market ? strstr(b->market, "\"precision\":") : NULL;
  const char *end = at ? strchr(at, '}') : NULL;
  at = at ? strstr(at, "\"price\":") : NULL;
  if (!at || !end || at > end) return 0;
  double x = strtod(at + strlen("\"price\":") + (at[strlen("\"price\":")] == '"'), NULL);
  if (!b->precision || !strcmp(b->precision, "tick")) return x > 0 ? x : 0;
  if (strcmp(b->precision, "places") || x < -20 || x > 20) return 0;
  double step = 1;
  for (int i = 0; i < (x < 0 ? -x : x); i++) step = x < 0 ? step * 10 : step / 10;
  return step;
}

static double to_step(double price, double step, bool up) {
  Decimal x, s, out;
  bool ok = step > 0 && dec_from_double(price, &x) && dec_from_double(step, &s) && dec_to_precision(x, s, PRECISION_TICK, up ? DEC_UP : DEC_CUT, &out);
  return ok ? dec_double(out) : price;
}

static bool best(const Ask *a, const Bars *b, double *price, double *bid, double *ask) {
  if (!bars_price(b, a->now, price)) return false;
  double step = step_of(b);
  *bid = to_step(*price * (1 - a->spec->slippage), step, false);
  *ask = to_step(*price * (1 + a->spec->slippage), step, true);
  if (*bid >= *ask) *ask = *bid + (step > 0 ? step : *price * 1e-8);         /* no slippage: a book is not crossed for that */
  return true;
}

static int64_t shortest(const Backtest *t) {
  int64_t least = INT64_MAX;
  for (size_t i = 0; i < t->n; i++)
    if (t->series[i].period_ms < least) least = t->series[i].period_ms;
  return least;
}

/* What the clerk needs to fill orders, and nobody else is told: is it in time for an open, and when is the next one? */
static void for_clerk(const Ask *a, const Bars *b) {
  int64_t in_time = shortest(a->spec) / OPENING_PART;
  if (in_time > OPENING_MS) in_time = OPENING_MS;
  size_t begun = bars_before(b, a->now + 1);
  bool opening = begun > 0 && a->now - b->list[begun - 1].at_ms <= in_time;
  fprintf(a->out, ",\"opening\":%s,\"begun\":%lld,\"next\":%lld,\"timeframe\":\"%s\"", opening ? "true" : "false",
          begun ? (long long)b->list[begun - 1].at_ms : -1,
          begun < b->n && b->list[begun].at_ms < a->spec->until_ms ? (long long)b->list[begun].at_ms : -1, b->timeframe);
}

static bool book(Ask *a) {
  double price, bid, ask;
  char x[64], y[64], z[64];
  const Bars *b = asked_market(a);
  if (!b) return false;
  size_t over = bars_over(b, a->now);
  const char *size = number(over ? b->list[over - 1].figures[CANDLE_VOLUME] : 0, z);
  stamped(a, "{\"made\":true,\"timestamp\":");
  changes_with(a, b);
  if (best(a, b, &price, &bid, &ask)) fprintf(a->out, ",\"bids\":[[%s,%s]],\"asks\":[[%s,%s]]", number(bid, x), size, number(ask, y), size);
  else fputs(",\"bids\":[],\"asks\":[]", a->out);
  if (a->of_clerk) for_clerk(a, b);
  fputc('}', a->out);
  return true;
}

static void one_ticker(Ask *a, const Bars *b) {
  double price, bid, ask, high = 0, low = 0, open = 0, volume = 0, worth = 0;
  char x[8][64];
  fprintf(a->out, "{\"symbol\":\"%s\"", b->symbol);
  stamped(a, ",\"timestamp\":");
  changes_with(a, b);
  size_t over = bars_over(b, a->now), from = bars_before(b, a->now - DAY_MS);
  if (from < b->n) changes_at(a, b->list[from].at_ms + DAY_MS + 1);
  for (size_t i = from; i < over; i++) {
    const double *f = b->list[i].figures;
    if (i == from || f[CANDLE_HIGH] > high) high = f[CANDLE_HIGH];
    if (i == from || f[CANDLE_LOW] < low) low = f[CANDLE_LOW];
    if (i == from) open = f[CANDLE_OPEN];
    volume += f[CANDLE_VOLUME];
    worth += f[CANDLE_VOLUME] * (f[CANDLE_HIGH] + f[CANDLE_LOW] + f[CANDLE_CLOSE]) / 3;
  }
  if (best(a, b, &price, &bid, &ask)) fprintf(a->out, ",\"last\":%s,\"bid\":%s,\"ask\":%s", number(price, x[0]), number(bid, x[1]), number(ask, x[2]));
  if (over > from) fprintf(a->out, ",\"high\":%s,\"low\":%s,\"open\":%s,\"volume\":%s,\"quote_volume\":%s", number(high, x[3]), number(low, x[4]),
                           number(open, x[5]), number(volume, x[6]), number(worth, x[7]));
  fputc('}', a->out);
}

static bool ticker(Ask *a) {
  const Bars *b = asked_market(a);
  if (b) one_ticker(a, b);
  return b != NULL;
}

/* Each market once. */
static bool listed(Ask *a, void (*one)(Ask *, const Bars *)) {
  bool first = true;
  fputc('[', a->out);
  for (size_t i = 0; i < a->spec->n; i++) {
    const Bars *b = &a->spec->series[i];
    if (strcmp(b->venue, a->venue) || backtest_finest(a->spec, a->venue, b->symbol) != b) continue;
    if (!first) fputc(',', a->out);
    one(a, b);
    first = false;
  }
  fputc(']', a->out);
  return true;
}

static bool all_tickers(Ask *a) {
  a->until = 0;                        /* each has a time in it */
  return listed(a, one_ticker);
}

static void one_market(Ask *a, const Bars *b) {
  fprintf(a->out, "{\"market\":%s", b->market ? b->market : "{}");
  if (a->spec->taker) fprintf(a->out, ",\"taker\":%s", a->spec->taker);
  if (a->spec->maker) fprintf(a->out, ",\"maker\":%s", a->spec->maker);
  fputc('}', a->out);
}

static bool all_markets(Ask *a) { return listed(a, one_market); }

static bool now(Ask *a) {
  stamped(a, "{\"now\":");
  fputc('}', a->out);
  return true;
}

/* Four of each candle: its open, its extremes in the order in which they are passed on the way to its close, its close. */
static bool trades(Ask *a) {
  const Bars *b = asked_market(a);
  char x[64], y[64];
  size_t from, to;
  if (!b) return false;
  int64_t limit = whole(a, "limit", 100);
  range(a, b, bars_over(b, a->now), &from, &to);
  changes_with(a, b);
  size_t most = (size_t)(limit < 1 || limit > 1000 ? 1000 : limit) / 4 + 1;
  if (to - from > most) {
    if (whole(a, "since", -1) >= 0) to = from + most;
    else from = to - most;
  }
  fputc('[', a->out);
  for (size_t i = from; i < to; i++) {
    const Bar *bar = &b->list[i];
    const double *f = bar->figures;
    bool rose = f[CANDLE_CLOSE] >= f[CANDLE_OPEN];
    double prices[4] = { f[CANDLE_OPEN], rose ? f[CANDLE_LOW] : f[CANDLE_HIGH], rose ? f[CANDLE_HIGH] : f[CANDLE_LOW], f[CANDLE_CLOSE] };
    for (int k = 0; k < 4; k++)
      fprintf(a->out, "%s{\"id\":\"%lld-%d\",\"timestamp\":%lld,\"price\":%s,\"amount\":%s,\"side\":\"%s\",\"made\":true}", i > from || k ? "," : "",
              (long long)bar->at_ms, k, (long long)(bar->at_ms + (bar->end_ms - 1 - bar->at_ms) * k / 3), number(prices[k], x),
              number(f[CANDLE_VOLUME] / 4, y), k && prices[k] < prices[k - 1] ? "sell" : "buy");
  }
  fputc(']', a->out);
  return true;
}

static void http(Peer *p, uint32_t id, const msgpack_object *m) {
  static const struct { const char *path; bool (*answer)(Ask *a); } pages[] = { { "candles", candles }, { "book", book }, { "ticker", ticker },
    { "tickers", all_tickers }, { "markets", all_markets }, { "trades", trades }, { "time", now } };
  Play *y = p->session->play;
  Ask a = { .spec = p->session->spec->backtest, .now = clock_wall_ms(), .of_clerk = p == &p->session->clerk, .until = INT64_MAX / 4000, .stamp = -1 };
  Draft d;
  char err[200], *body = NULL;
  size_t n = 0, len = strlen(HOST);
  bool ok = false;
  if (play_crowded(p)) return;
  if (!draft_read(&d, m, err, sizeof err)) play_fail(y, p, id, MSG_REPLY, "BadRequest", err);
  else {
    pack_get_line(m, "venue", a.venue, sizeof a.venue);
    a.out = open_memstream(&body, &n);
    if (!a.out) abort();
    if (!d.url.recipe && d.url.n > len && !memcmp(d.url.p, HOST, len)) {
      const char *path = d.url.p + len, *end = d.url.p + d.url.n, *mark = memchr(path, '?', (size_t)(end - path));
      size_t size = (size_t)((mark ? mark : end) - path);
      a.query = mark ? mark + 1 : end;
      a.n = (size_t)(end - a.query);
      for (size_t i = 0; i < sizeof pages / sizeof *pages && !ok; i++)
        ok = strlen(pages[i].path) == size && !memcmp(pages[i].path, path, size) && pages[i].answer(&a);
    }
    fclose(a.out);
    if (!ok) play_fail(y, p, id, MSG_REPLY, "BadResponse", "there are no candles for that in this backtest");
    else {
      msgpack_sbuffer b;
      bool holds = p->ahead && a.until > a.now;
      msgpack_packer pk = play_made(&b, 4 + (holds ? 2 : 0));
      if (holds) {
        pack_key_int(&pk, "holds_us", a.until * 1000);
        pack_key_int(&pk, "stamp", a.stamp);
      }
      pack_key_int(&pk, "status", 200);
      pack_key_int(&pk, "received_ms", clock_wall_ms());
      pack_key_strn(&pk, "url", d.url.p, d.url.n);
      pack_key_bin(&pk, "body", body, n);
      play_send(y, p, id, MSG_REPLY, &b, PLAY_LEAST_US);
    }
    free(body);
  }
  draft_free(&d);
}

static const Answers of_candles = { source, http, play_store, play_sleep, orders_answer, play_notify };

bool backtest_open(Session *s) {
  const Backtest *t = s->spec->backtest;
  Play *y = play_new(s, NULL);
  Born first = { .worker = 0, .rank = 0, .at_us = t->from_ms * 1000, .birth = { .now_ms = t->from_ms, .random = "backtest" } };
  play_born(y, &first);
  s->chance.set = true;
  loop_play(s->loop, first.at_us, 0);
  y->end_us = t->until_ms * 1000;
  y->ahead = true;
  play_begin(y, &of_candles);
  return true;
}
