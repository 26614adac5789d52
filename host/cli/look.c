#include "cli/look.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "broker/journal.h"
#include "broker/loop.h"
#include "cli/html.h"
#include "cli/show.h"
#include "wire/frame.h"
#include "wire/pack.h"

enum { LINES = 48, NAMES = 72 };

/* A series is known by what it is of and by its field: "BTC/USD", "net". */
typedef struct { char of[NAMES], field[NAMES]; int series; } Line;
typedef struct { char field[NAMES]; int chart; } Drawn;

struct Look {
  Page *page;
  const SessionSpec *spec;
  int64_t began_ms;                    /* wall clock of the session */
  Line lines[LINES]; size_t n_lines;
  Drawn drawn[PAGE_CHARTS]; size_t n_drawn;
  PageLevel asks[PAGE_LEVELS], bids[PAGE_LEVELS];      /* of the result that is reported next */
  size_t n_asks, n_bids;
  int trades;
};

/* Fields that have a chart of their own; numbers under other names get one, too, but for those that are of one result only. */
static const struct { const char *field, *title, *unit; } charts[] = {
  { "net", "Left after fees", "%" }, { "gross", "Gap before fees", "%" }, { "premium", "Premium", "%" }, { "total", "Total", "" } };
static const char *const undrawn[] = { "size", "fees", "buy_price", "sell_price", "age_ms", "expected", "profit", "trades", "n", "now", "t", "timestamp" };

static const PageColumn found_columns[] = { { "time", PAGE_TIME }, { "pair", PAGE_TEXT }, { "net", PAGE_PERCENT },
  { "buy at", PAGE_TEXT }, { "sell at", PAGE_TEXT },
  { "profit", PAGE_NUMBER }, { "size", PAGE_NUMBER }, { "gross", PAGE_PERCENT }, { "age", PAGE_AGE } };
static const PageColumn trade_columns[] = { { "time", PAGE_TIME }, { "pair", PAGE_TEXT },
  { "buy at", PAGE_TEXT }, { "sell at", PAGE_TEXT }, { "size", PAGE_NUMBER },
  { "profit", PAGE_NUMBER }, { "expected", PAGE_NUMBER }, { "outcome", PAGE_TEXT }, { "why", PAGE_TEXT } };
#define COUNT_OF(list) (sizeof list / sizeof *list)

static void script_facts(Look *l) {
  char text[600];
  for (size_t i = 0; i < l->spec->n_workers; i++) {
    const WorkerSpec *w = &l->spec->workers[i];
    msgpack_zone *zone = msgpack_zone_new(2048);
    msgpack_object m;
    const char *why;
    Text args = { NULL, 0, 0 };
    if (zone && w->args && w->args->size && frame_unpack(w->args->data, w->args->size, zone, &m, &why) && m.type == MSGPACK_OBJECT_MAP)
      for (uint32_t k = 0; k < m.via.map.size; k++) {
        show_cell(text, sizeof text, &m.via.map.ptr[k].key);
        text_format(&args, "%s%s=", k ? "\n" : "", text);
        show_cell(text, sizeof text, &m.via.map.ptr[k].val);
        text_puts(&args, text);
      }
    page_fact(l->page, "script", w->name);
    if (args.len) page_fact(l->page, "arguments", args.p);
    text_free(&args);
    if (zone) msgpack_zone_free(zone);
  }
}

void look_begin(Look *l, int64_t at_ms) {
  if (!l->began_ms) l->began_ms = at_ms;
}

void look_free(Look *l) {
  if (!l) return;
  page_free(l->page);
  free(l);
}

/* --- charts --- */

static int add_chart(Look *l, const char *field, const char *title, const char *unit, enum page_chart_kind kind) {
  Drawn *d = &l->drawn[l->n_drawn++];
  snprintf(d->field, sizeof d->field, "%s", field);
  d->chart = page_chart(l->page, title, unit, kind);
  return d->chart;
}

/* The chart of a field: made when the first value of it comes, unless there are too many. */
static int chart_of(Look *l, const char *field, const char *unit) {
  for (size_t i = 0; i < l->n_drawn; i++)
    if (!strcmp(l->drawn[i].field, field)) return l->drawn[i].chart;
  if (l->n_drawn == PAGE_CHARTS) return -1;
  bool equity = unit[0] != 0;
  return add_chart(l, field, equity ? "Equity" : field, unit, equity ? PAGE_EQUITY : PAGE_PLAIN_CHART);
}

static int line_of(Look *l, const char *of, const char *field, const char *unit) {
  for (size_t i = 0; i < l->n_lines; i++)
    if (!strcmp(l->lines[i].of, of) && !strcmp(l->lines[i].field, field)) return l->lines[i].series;
  if (l->n_lines == LINES) return -1;
  Line *line = &l->lines[l->n_lines++];
  snprintf(line->of, sizeof line->of, "%s", of);
  snprintf(line->field, sizeof line->field, "%s", field);
  line->series = page_series(l->page, chart_of(l, field, unit), of, PAGE_LINE);
  return line->series;
}

static bool is_number(const msgpack_object *o, double *x) {
  switch (o->type) {
  case MSGPACK_OBJECT_FLOAT32: case MSGPACK_OBJECT_FLOAT64: *x = o->via.f64; return isfinite(*x);
  case MSGPACK_OBJECT_POSITIVE_INTEGER: *x = (double)o->via.u64; return true;
  case MSGPACK_OBJECT_NEGATIVE_INTEGER: *x = (double)o->via.i64; return true;
  default: return false;
  }
}

static bool drawable(const char *field) {
  for (size_t i = 0; i < COUNT_OF(undrawn); i++)
    if (!strcmp(undrawn[i], field)) return false;
  return *field != 0;
}

static void draw_fields(Look *l, const msgpack_object *data, const char *of, int64_t at_ms) {
  char field[NAMES];
  double x;
  for (uint32_t i = 0; i < data->via.map.size; i++) {
    const msgpack_object_kv *kv = &data->via.map.ptr[i];
    if (!is_number(&kv->val, &x)) continue;
    show_cell(field, sizeof field, &kv->key);
    if (drawable(field)) page_point(l->page, line_of(l, of, field, ""), at_ms, x);
  }
}

Look *look_new(const char *title, const SessionSpec *spec, const char *replay) {
  Look *l = calloc(1, sizeof *l);
  if (!l) abort();
  char name[200];
  const char *rest = strstr(title, "   ");          /* "mine.lua   paper" */
  snprintf(name, sizeof name, "%.*s", rest ? (int)(rest - title) : 199, title);
  *l = (Look){ .page = page_new(name, rest ? rest + 3 : NULL), .spec = spec, .trades = -1 };
  for (size_t i = 0; i < COUNT_OF(charts); i++) add_chart(l, charts[i].field, charts[i].title, charts[i].unit, PAGE_PLAIN_CHART);      /* in this order */
  page_fact(l->page, "program", "bourse " BOURSE_VERSION);
  script_facts(l);
  page_fact(l->page, "orders", spec->live ? "live" : "on paper");
  if (replay) page_fact(l->page, "tape played", replay);
  if (spec->record) page_fact(l->page, "recorded on", spec->record);
  return l;
}

/* --- results --- */

static size_t levels(const msgpack_object *book, const char *side, PageLevel *to) {
  const msgpack_object *list = pack_get(book, side);
  size_t n = 0;
  double price, amount;
  for (uint32_t i = 0; list && list->type == MSGPACK_OBJECT_ARRAY && i < list->via.array.size && n < PAGE_LEVELS; i++) {
    const msgpack_object *level = &list->via.array.ptr[i];
    if (level->type != MSGPACK_OBJECT_ARRAY || level->via.array.size < 2) continue;
    if (is_number(&level->via.array.ptr[0], &price) && is_number(&level->via.array.ptr[1], &amount) && price > 0 && amount > 0)
      to[n++] = (PageLevel){ price, amount };
  }
  return n;
}

void look_books(Look *l, const msgpack_object *books) {
  l->n_asks = levels(pack_get(books, "buy"), "asks", l->asks);
  l->n_bids = levels(pack_get(books, "sell"), "bids", l->bids);
}

static const char *text_in(const msgpack_object *data, const char *name, char buf[160]) {
  const msgpack_object *o = pack_get(data, name);
  buf[0] = 0;
  if (o) show_cell(buf, 160, o);
  return buf;
}

/* "kraken 64,100" of buy and buy_price. */
static const char *at_price(const msgpack_object *data, const char *side, char buf[160]) {
  char price[160], name[32];
  text_in(data, side, buf);
  snprintf(name, sizeof name, "%s_price", side);
  text_in(data, name, price);
  size_t n = strlen(buf);
  if (*price) snprintf(buf + n, 160 - n, " %.60s", price);
  return buf;
}

static void add_found(Look *l, const msgpack_object *data, const char *of, int64_t at_ms) {
  char buy[160], sell[160], buy_at[160], sell_at[160];
  double net = pack_get_double(data, "net", NAN), size = pack_get_double(data, "size", NAN);
  page_moments(l->page, "Opportunities", COUNT_OF(found_columns), found_columns);
  const PageCell cells[] = { { NULL, (double)at_ms }, { of, 0 }, { NULL, net }, { at_price(data, "buy", buy_at), 0 }, { at_price(data, "sell", sell_at), 0 },
    { NULL, pack_get_double(data, "profit", NAN) }, { NULL, size }, { NULL, pack_get_double(data, "gross", NAN) },
    { NULL, pack_get_double(data, "age_ms", NAN) } };
  page_moment(l->page, &(PageMoment){ .at_ms = at_ms, .rank = net, .net = net, .size = size, .name = of, .buy = text_in(data, "buy", buy),
    .sell = text_in(data, "sell", sell), .asks = l->asks, .n_asks = l->n_asks, .bids = l->bids, .n_bids = l->n_bids }, cells);
}

static void add_trade(Look *l, const msgpack_object *data, const char *of, int64_t at_ms) {
  char buy[160], sell[160], verdict[160], why[160];
  if (l->trades < 0) l->trades = page_table(l->page, "Trades", COUNT_OF(trade_columns), trade_columns);
  page_row(l->page, l->trades, (PageCell[]){ { NULL, (double)at_ms }, { of, 0 }, { at_price(data, "buy", buy), 0 }, { at_price(data, "sell", sell), 0 },
    { NULL, pack_get_double(data, "size", NAN) }, { NULL, pack_get_double(data, "profit", NAN) }, { NULL, pack_get_double(data, "expected", NAN) },
    { text_in(data, "verdict", verdict), 0 }, { text_in(data, "why", why), 0 } });
}

void look_report(Look *l, const msgpack_object *data, int64_t at_ms) {
  char of[160], kind[160], unit[160], field[NAMES];
  if (data->type != MSGPACK_OBJECT_MAP) return;
  text_in(data, "kind", kind);
  if (!*text_in(data, "pair", of)) text_in(data, "symbol", of);
  if (!*of) snprintf(of, sizeof of, "%s", *kind ? kind : "value");
  if (!strcmp(kind, "premium")) {                   /* one of an exchange, not of the coin */
    size_t n = strlen(of);
    char venue[160];
    snprintf(of + n, sizeof of - n, " %.60s", text_in(data, "venue", venue));
  }
  of[NAMES - 1] = 0;
  if (!strcmp(kind, "equity")) {
    if (!*text_in(data, "currency", unit)) snprintf(unit, sizeof unit, "no currency");
    snprintf(field, sizeof field, "equity %.60s", unit);
    page_point(l->page, line_of(l, text_in(data, "name", of), field, unit), at_ms, pack_get_double(data, "value", NAN));
  }
  else if (!strcmp(kind, "trade")) add_trade(l, data, of, at_ms);
  else {
    if (pack_is(pack_get(data, "verdict"), "opportunity")) add_found(l, data, of, at_ms);
    draw_fields(l, data, of, at_ms);
  }
  l->n_asks = l->n_bids = 0;
}

/* --- fills: what the account came to, by quote currency, with what is held at the last price that it was traded for --- */

typedef struct { char symbol[NAMES], quote[24]; double held, price; } Held;
typedef struct { char quote[24]; double money; int series; } Purse;
typedef struct { Look *l; int table; Held held[64]; size_t n_held; Purse purses[8]; size_t n_purses; size_t n; } Fills;

static Held *held_of(Fills *f, const char *symbol) {
  size_t i = 0;
  while (i < f->n_held && strcmp(f->held[i].symbol, symbol) != 0) i++;
  if (i < f->n_held) return &f->held[i];
  const char *slash = strchr(symbol, '/');
  if (i == 64 || !slash || strchr(symbol, ':')) return NULL;          /* contracts are not held at a price */
  Held *h = &f->held[f->n_held++];
  *h = (Held){ .held = 0 };
  snprintf(h->symbol, sizeof h->symbol, "%s", symbol);
  snprintf(h->quote, sizeof h->quote, "%s", slash + 1);
  return h;
}

static Purse *purse_of(Fills *f, const char *quote) {
  size_t i = 0;
  while (i < f->n_purses && strcmp(f->purses[i].quote, quote) != 0) i++;
  if (i < f->n_purses) return &f->purses[i];
  if (i == 8) return NULL;
  Purse *p = &f->purses[f->n_purses++];
  *p = (Purse){ .money = 0 };
  snprintf(p->quote, sizeof p->quote, "%s", quote);
  int chart = page_chart(f->l->page, "Result of fills", quote, PAGE_EQUITY);
  p->series = page_series(f->l->page, chart, quote, PAGE_LINE);
  page_point(f->l->page, p->series, f->l->began_ms, 0);
  return p;
}

static bool see_fill(void *ctx, const JournalFill *x) {
  static const PageColumn columns[] = { { "time", PAGE_TIME }, { "venue", PAGE_TEXT }, { "market", PAGE_TEXT },
    { "side", PAGE_TEXT }, { "amount", PAGE_NUMBER },
    { "price", PAGE_NUMBER }, { "fee", PAGE_NUMBER }, { "in", PAGE_TEXT } };
  Fills *f = ctx;
  bool buys = !strcmp(x->side, "buy");
  double amount = strtod(x->amount, NULL), price = strtod(x->price, NULL), fee = x->fee_cost ? strtod(x->fee_cost, NULL) : 0;
  if (f->table < 0) f->table = page_table(f->l->page, "Fills", COUNT_OF(columns), columns);
  page_row(f->l->page, f->table, (PageCell[]){ { NULL, (double)x->at_ms }, { x->venue, 0 }, { x->symbol, 0 }, { x->side, 0 }, { NULL, amount }, { NULL, price },
    { NULL, x->fee_cost ? fee : NAN }, { x->fee_currency ? x->fee_currency : "", 0 } });
  f->n++;
  Held *h = held_of(f, x->symbol);
  Purse *p = h ? purse_of(f, h->quote) : NULL;
  if (!p) return true;
  h->held += buys ? amount : -amount;
  h->price = price;
  p->money += buys ? -amount * price : amount * price;
  size_t base = strcspn(x->symbol, "/");
  if (x->fee_currency && !strcmp(x->fee_currency, h->quote)) p->money -= fee;
  else if (x->fee_currency && strlen(x->fee_currency) == base && !memcmp(x->fee_currency, x->symbol, base)) h->held -= fee;
  double value = p->money;
  for (size_t i = 0; i < f->n_held; i++)
    if (!strcmp(f->held[i].quote, h->quote)) value += f->held[i].held * f->held[i].price;
  page_point(f->l->page, p->series, x->at_ms, value);
  return true;
}

static void add_fills(Look *l) {
  char err[300];
  const char *dir = l->spec->orders ? paths_state() : NULL;
  const char *mode = l->spec->live ? "live" : "paper";
  if (!dir || !l->began_ms || !journal_exists(dir, mode)) return;
  Journal *j = journal_open(dir, mode, false, err, sizeof err);
  if (!j) return;
  Fills f = { .l = l, .table = -1 };
  journal_each_fill(j, 0, l->began_ms, see_fill, &f);
  journal_close(j);
}

/* --- the whole --- */

/* "12,345,678" */
static void add_count(Look *l, const char *name, uint64_t n, enum page_tone tone) {
  char digits[24], text[40];
  size_t len = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, n), k = 0;
  for (size_t i = 0; i < len; i++) {
    if (i && (len - i) % 3 == 0) text[k++] = ',';
    text[k++] = digits[i];
  }
  text[k] = 0;
  page_figure(l->page, name, text, tone);
}

static void add_figures(Look *l, const Tally *t, int64_t ms) {
  char text[64];
  uint64_t seen = 0, left = 0, real = 0, failed = 0, requests = 0;
  double best = NAN;
  for (size_t i = 0; i < t->n_pairs; i++) {
    const TallyPair *p = t->pairs[i];
    seen += p->found.seen;
    left += p->found.after_fees;
    real += p->found.executable;
    if (p->found.executable && !(p->net.max <= best)) best = p->net.max;
  }
  for (size_t i = 0; i < t->n_venues; i++) failed += t->venues[i]->failed, requests += t->venues[i]->requests;
  page_figure(l->page, "run time", show_span(ms).s, PAGE_NEUTRAL);
  add_count(l, "results", t->results, PAGE_NEUTRAL);
  if (seen) {
    add_count(l, "gaps seen", seen, PAGE_NEUTRAL);
    add_count(l, "left after fees", left, PAGE_NEUTRAL);
    add_count(l, "executable", real, real ? PAGE_GOOD : PAGE_NEUTRAL);
  }
  if (isfinite(best)) {
    snprintf(text, sizeof text, "%+.3f %%", best);
    page_figure(l->page, "best net", text, PAGE_GOOD);
  }
  add_count(l, "failed calls", failed, 100 * failed > requests ? PAGE_BAD : PAGE_NEUTRAL);
}

static void add_pairs(Look *l, const Tally *t) {
  static const PageColumn columns[] = { { "pair", PAGE_TEXT }, { "checks", PAGE_COUNT }, { "seen", PAGE_COUNT }, { "after fees", PAGE_COUNT },
    { "executable", PAGE_COUNT }, { "net, least", PAGE_PERCENT }, { "5 %", PAGE_PERCENT }, { "median", PAGE_PERCENT }, { "95 %", PAGE_PERCENT },
    { "most", PAGE_PERCENT }, { "worst age", PAGE_AGE } };
  if (!t->n_pairs) return;
  int table = page_table(l->page, "Pairs", COUNT_OF(columns), columns);
  for (size_t i = 0; i < t->n_pairs; i++) {
    const TallyPair *p = t->pairs[i];
    page_row(l->page, table, (PageCell[]){ { p->name, 0 }, { NULL, (double)p->checks }, { NULL, (double)p->found.seen }, { NULL, (double)p->found.after_fees },
      { NULL, (double)p->found.executable }, { NULL, sample_quantile(&p->net, 0) }, { NULL, sample_quantile(&p->net, 0.05) },
      { NULL, sample_quantile(&p->net, 0.5) }, { NULL, sample_quantile(&p->net, 0.95) }, { NULL, sample_quantile(&p->net, 1) },
      { NULL, p->worst_age_ms < 0 ? NAN : p->worst_age_ms } });
  }
}

static void add_venues(Look *l, const Tally *t, int64_t ms) {
  static const PageColumn columns[] = { { "venue", PAGE_TEXT }, { "seen", PAGE_COUNT }, { "after fees", PAGE_COUNT }, { "executable", PAGE_COUNT },
    { "requests", PAGE_COUNT }, { "tried again", PAGE_COUNT }, { "rate budget, %", PAGE_NUMBER }, { "failed", PAGE_COUNT }, { "by class", PAGE_TEXT } };
  if (!t->n_venues) return;
  int table = page_table(l->page, "Venues", COUNT_OF(columns), columns);
  for (size_t i = 0; i < t->n_venues; i++) {
    const TallyVenue *v = t->venues[i];
    Text classes = { NULL, 0, 0 };
    text_puts(&classes, "");
    for (size_t k = 0; k < v->n_classes; k++) text_format(&classes, "%s%" PRIu64 " %s", k ? ", " : "", v->classes[k].n, v->classes[k].name);
    page_row(l->page, table, (PageCell[]){ { v->id, 0 }, { NULL, (double)v->found.seen }, { NULL, (double)v->found.after_fees },
      { NULL, (double)v->found.executable }, { NULL, (double)v->requests }, { NULL, (double)v->again }, { NULL, round(10 * tally_budget(v, ms)) / 10 },
      { NULL, (double)v->failed }, { classes.p, 0 } });
    text_free(&classes);
  }
}

static void add_verdicts(Look *l, const Tally *t) {
  static const PageColumn columns[] = { { "verdict", PAGE_TEXT }, { "results", PAGE_COUNT } };
  if (!t->n_verdicts) return;
  int table = page_table(l->page, "Verdicts", COUNT_OF(columns), columns);
  for (size_t i = 0; i < t->n_verdicts; i++) page_row(l->page, table, (PageCell[]){ { t->verdicts[i].name, 0 }, { NULL, (double)t->verdicts[i].n } });
}

static void add_times(Look *l, int64_t ms, const Tally *t) {
  char text[80];
  Text venues = { NULL, 0, 0 };
  time_t at = (time_t)(l->began_ms / 1000);
  struct tm tm;
  if (l->began_ms && gmtime_r(&at, &tm) && strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &tm)) page_fact(l->page, "began", text);
  page_fact(l->page, "time", show_span(ms).s);
  for (size_t i = 0; i < t->n_venues; i++) text_format(&venues, "%s%s", i ? ", " : "", t->venues[i]->id);
  if (venues.len) page_fact(l->page, "venues", venues.p);
  text_free(&venues);
}

bool look_write(Look *l, const Tally *tally, int64_t ms, const char *path) {
  add_figures(l, tally, ms);
  add_fills(l);
  add_pairs(l, tally);
  add_venues(l, tally, ms);
  add_verdicts(l, tally);
  add_times(l, ms, tally);
  return html_write(l->page, path);
}
