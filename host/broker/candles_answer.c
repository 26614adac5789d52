/* MSG_CANDLES, of the verb fetch: reads and writes the file of candles that the command line named. */
#include "broker/candles.h"
#include "broker/rows.h"
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 20000                 /* of a message */
#define SETTLED_MS 5000                /* a candle counts as finished so long after its end: clocks differ, and the last trades are entered late */

static bool series_row(void *ctx, const CandleSeries *s) {
  Rows *r = ctx;
  pack_map(&r->pk, 6);
  pack_key_str(&r->pk, "venue", s->venue);
  pack_key_str(&r->pk, "symbol", s->symbol);
  pack_key_str(&r->pk, "timeframe", s->timeframe);
  pack_key_int(&r->pk, "candles", s->n);
  pack_key_int(&r->pk, "first", s->first_ms);
  pack_key_int(&r->pk, "last", s->last_ms);
  return rows_next(r);
}

static bool span_row(void *ctx, const CandleSpan *s) {
  Rows *r = ctx;
  pack_array(&r->pk, 2);
  pack_int(&r->pk, s->begin_ms);
  pack_int(&r->pk, s->until_ms);
  return rows_next(r);
}

static bool candle_row(void *ctx, const CandleRow *c) {
  Rows *r = ctx;
  pack_array(&r->pk, 1 + CANDLE_FIGURES);
  pack_int(&r->pk, c->at_ms);
  for (int k = 0; k < CANDLE_FIGURES; k++) pack_str(&r->pk, c->figures[k]);
  return rows_next(r);
}

typedef struct { Rows rows; const char *timeframe; int64_t expected; } Gaps;

/* What lies between a candle and the next one: {begin, until}. */
static bool gap_row(void *ctx, const CandleRow *c) {
  Gaps *g = ctx;
  Rows *r = &g->rows;
  if (g->expected && c->at_ms > g->expected) {
    pack_array(&r->pk, 2);
    pack_int(&r->pk, g->expected);
    pack_int(&r->pk, c->at_ms);
    r->n++;
  }
  g->expected = candle_end(c->at_ms, g->timeframe);
  return r->n < r->most;
}

/* Rows of {ms, five texts} that are over; the span ends where a candle could begin that is not. False: one is no candle. */
static bool read_rows(const msgpack_object *list, const char *timeframe, int64_t now_ms, CandleSpan *span, CandleRow *rows, char *texts, size_t *n) {
  int64_t over_by = now_ms - SETTLED_MS, most = 2 * over_by - candle_end(over_by, timeframe), open = INT64_MAX;
  for (uint32_t i = 0; list && i < list->via.array.size; i++) {
    const msgpack_object *row = &list->via.array.ptr[i];
    if (row->type != MSGPACK_OBJECT_ARRAY || row->via.array.size != 1 + CANDLE_FIGURES || row->via.array.ptr[0].type != MSGPACK_OBJECT_POSITIVE_INTEGER)
      return false;
    CandleRow *c = &rows[*n];
    c->at_ms = (int64_t)row->via.array.ptr[0].via.u64;
    for (int k = 0; k < CANDLE_FIGURES; k++) {
      const char *s;
      size_t len;
      if (!pack_text(&row->via.array.ptr[1 + k], &s, &len) || len > CANDLE_TEXT_MAX) return false;
      memcpy(texts, s, len);
      texts[len] = 0;
      if (strlen(texts) != len || !candle_figure(texts)) return false;
      c->figures[k] = texts;
      texts += len + 1;
    }
    int64_t end = candle_end(c->at_ms, timeframe);
    if (end <= over_by) {
      ++*n;
      if (end > most) most = end;
    } else if (c->at_ms < open) open = c->at_ms;
  }
  if (span->until_ms > most) span->until_ms = most;
  if (span->until_ms > open) span->until_ms = open;
  return true;
}

static void put(Peer *p, uint32_t id, Candles *c, const msgpack_object *m) {
  const msgpack_object *list = pack_get(m, "rows");
  CandleSpan span = { pack_get_int(m, "begin", 0), pack_get_int(m, "until", 0) };
  char timeframe[8];
  size_t n = 0, most = list && list->type == MSGPACK_OBJECT_ARRAY ? list->via.array.size : 0;
  CandleRow *rows = most <= ROWS_MAX ? calloc(most + 1, sizeof *rows) : NULL;
  char *texts = rows ? malloc(most * CANDLE_FIGURES * (CANDLE_TEXT_MAX + 2) + 1) : NULL;
  CandlesPut done = { 0 };
  if (!pack_get_line(m, "timeframe", timeframe, sizeof timeframe)) timeframe[0] = 0;
  if (!texts || !read_rows(most ? list : NULL, timeframe, pack_get_int(m, "now", 0), &span, rows, texts, &n)) peer_error(p, MSG_STORED, id, "no such candles");
  else if (!candles_put(c, pack_get_int(m, "series", 0), span, rows, n, &done)) peer_error(p, MSG_STORED, id, "%s", candles_error(c));
  else {
    msgpack_packer pk = peer_begin(p, MSG_STORED, id);
    pack_map(&pk, 1);
    pack_str(&pk, "value");
    pack_map(&pk, 3);
    pack_key_int(&pk, "added", done.added);
    pack_key_int(&pk, "changed", done.changed);
    pack_key_int(&pk, "until", span.until_ms);
    peer_end(p);
  }
  free(rows);
  free(texts);
}

static void series(Peer *p, uint32_t id, Candles *c, const msgpack_object *m) {
  static const char *const names[] = { "venue", "symbol", "timeframe", "base", "quote", "precision", "market" };
  char *texts[7] = { NULL };
  for (size_t i = 0; i < 7; i++) {
    const char *s;
    size_t n;
    if (pack_get_text(m, names[i], &s, &n)) texts[i] = strndup(s, n);
  }
  int64_t number = texts[0] && texts[1] && texts[2] ? candles_series(c, &(CandleSeries){ .venue = texts[0], .symbol = texts[1], .timeframe = texts[2],
    .base = texts[3], .quote = texts[4], .precision = texts[5], .market = texts[6] }) : 0;
  for (size_t i = 0; i < 7; i++) free(texts[i]);
  if (number < 0) peer_error(p, MSG_STORED, id, "%s", candles_error(c));
  else {
    msgpack_packer pk = peer_begin(p, MSG_STORED, id);
    pack_map(&pk, 1);
    pack_key_int(&pk, "value", number);
    peer_end(p);
  }
}

void candles_answer(Peer *p, uint32_t id, const msgpack_object *m) {
  char op[12] = "", err[4500], timeframe[8] = "";
  Session *s = p->session;
  if (!s->spec->candles) {
    peer_error(p, MSG_STORED, id, "there is no file of candles in this run");
    return;
  }
  if (!s->candles && !(s->candles = candles_open(s->spec->candles, s->spec->candles_write, err, sizeof err))) {
    peer_error(p, MSG_STORED, id, "%s", err);
    return;
  }
  Candles *c = s->candles;
  pack_get_line(m, "op", op, sizeof op);
  pack_get_line(m, "timeframe", timeframe, sizeof timeframe);
  if (!strcmp(op, "put")) return put(p, id, c, m);
  if (!strcmp(op, "series")) return series(p, id, c, m);
  Gaps g = { .timeframe = timeframe };
  int64_t number = pack_get_int(m, "series", 0), from = pack_get_int(m, "from", 0), until = pack_get_int(m, "until", INT64_MAX);
  rows_begin(&g.rows, ROWS_MAX);
  bool known = true, ok = !strcmp(op, "list") ? candles_each_series(c, series_row, &g.rows)
    : !strcmp(op, "spans") ? candles_each_span(c, number, span_row, &g.rows)
    : !strcmp(op, "read") ? candles_each(c, number, from, until, candle_row, &g.rows)
    : !strcmp(op, "gaps") ? candles_each(c, number, from, until, gap_row, &g) : (known = false);
  if (ok) rows_answer(p, id, &g.rows);
  else peer_error(p, MSG_STORED, id, "%s", known ? candles_error(c) : "no such question");
  rows_end(&g.rows);
}
