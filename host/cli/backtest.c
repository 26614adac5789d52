/* bourse backtest STRATEGY --candles ...|--tape ...: what is asked for, the data, the run, and what came of it (backtest_stats.h, backtest_show.c). */
#include "cli/backtest.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "broker/journal.h"
#include "broker/loop.h"
#include "broker/tape.h"
#include "cli/fetch.h"
#include "cli/html.h"
#include "cli/run.h"
#include "cli/start.h"
#include "cli/tape.h"
#include "cli/verbs.h"
#include "wire/decimal.h"
#include "wire/pack.h"

#define BARS_MAX 20000000
#define SLIPPAGE_BPS 5
#define USUAL_BALANCE 10000
#define SAID_MAX 20
#define NAMES_MAX 256

/* --- what is asked for --- */

/* A date or a moment, UTC; false: neither. */
static bool moment(const char *text, int64_t *ms) {
  struct tm tm = { .tm_mday = 1 };
  const char *end = strptime(text, "%Y-%m-%d", &tm);
  if (end && (*end == 'T' || *end == ' ')) {
    end = strptime(end + 1, "%H:%M", &tm);
    if (end && *end == ':') end = strptime(end + 1, "%S", &tm);
    if (end && *end == 'Z') end++;
  }
  if (!end || *end) return false;
  int day = tm.tm_mday;
  time_t t = timegm(&tm);
  *ms = (int64_t)t * 1000;
  return tm.tm_mday == day && *ms >= 0;
}

/* "0.001" or "0.1%" as exact text of a fraction. */
static bool fraction(const char *text, size_t n, char out[64]) {
  Decimal d, hundred = dec_from_int(100);
  bool percent = n && text[n - 1] == '%';
  return dec_parse(text, n - percent, &d) && (!percent || dec_div(d, hundred, 12, &d)) && dec_double(d) > -0.01 && dec_double(d) < 0.5
    && dec_text(d, out, 64) > 0;
}

static int read_fee(const Cli *cli, Trial *t) {
  const char *text = cli_text(cli, "fee"), *comma = text ? strchr(text, ',') : NULL, *maker = comma ? comma + 1 : text;
  if (!text) return 0;
  if (!fraction(text, comma ? (size_t)(comma - text) : strlen(text), t->taker) || !fraction(maker, strlen(maker), t->maker))
    return cli_misuse(cli, "--fee takes TAKER,MAKER as fractions or per cent: 0.1%%,0.05%%, not '%.40s'", text);
  t->data.taker = t->taker;
  t->data.maker = t->maker;
  return 0;
}

static bool add_holding(Trial *t, const char *venue, const char *code, size_t n, double amount) {
  if (t->n_begin == HOLDINGS_MAX || n >= sizeof t->begin[0].code) return false;
  for (size_t i = 0; i < t->n_begin; i++)
    if (!strcmp(t->begin[i].venue, venue) && strlen(t->begin[i].code) == n && !strncmp(t->begin[i].code, code, n)) return t->begin[i].amount = amount, true;
  Holding *h = &t->begin[t->n_begin++];
  snprintf(h->venue, sizeof h->venue, "%s", venue);
  snprintf(h->code, sizeof h->code, "%.*s", (int)n, code);
  h->amount = amount;
  return true;
}

/* "USD=1000,BTC=0.1", at every venue, or "kraken:USD=1000" at one. */
static int read_balance(const Cli *cli, Trial *t, const char *text, const char *given) {
  const char *colon = strchr(text, ':');
  char only[64] = "";
  if (colon) snprintf(only, sizeof only, "%.*s", (int)(colon - text), text);
  bool known = !colon || *t->tape;
  if (*t->tape && !colon) snprintf(only, sizeof only, "any");
  for (size_t i = 0; i < t->data.n; i++) known = known || !strcmp(t->data.series[i].venue, only);
  if (!known) return cli_misuse(cli, "--balance: there are no candles of '%s'", only);
  for (const char *p = colon ? colon + 1 : text; *p; ) {
    size_t n = strcspn(p, "="), len = strcspn(p, ",");
    char *end = NULL;
    double amount = n < len ? strtod(p + n + 1, &end) : -1;
    if (!n || !end || end != p + len || !(amount >= 0 && amount < 1e15)) return cli_misuse(cli, "--balance takes CODE=AMOUNT,..., not '%.60s'", given);
    if (*t->tape && !add_holding(t, only, p, n, amount)) return cli_misuse(cli, "--balance: too many");
    for (size_t i = 0; i < t->data.n; i++)
      if (!*only || !strcmp(t->data.series[i].venue, only))
        if (!add_holding(t, t->data.series[i].venue, p, n, amount)) return cli_misuse(cli, "--balance: too many");
    p += len + (p[len] == ',');
  }
  return 0;
}

static int read_balances(const Cli *cli, Trial *t) {
  int code = 0;
  for (size_t i = 0; !code && i < cli->n_given; i++)
    if (!strcmp(cli->given[i].option->name, "balance")) code = read_balance(cli, t, cli->given[i].text, cli->given[i].text);
  for (size_t i = 0; !t->n_begin && !code && i < t->data.n; i++)
    if (t->data.series[i].quote) add_holding(t, t->data.series[i].venue, t->data.series[i].quote, strlen(t->data.series[i].quote), USUAL_BALANCE);
  return code;
}

/* --- the data --- */

typedef struct { Trial *trial; const char *venue, *symbol, *timeframe; bool failed, found; } Loading;

static bool add_bar(void *ctx, const CandleRow *row) {
  Loading *l = ctx;
  Bars *b = &l->trial->data.series[l->trial->data.n - 1];
  l->failed = b->n >= BARS_MAX || !bars_add(b, row);
  return !l->failed;
}

static char *copy(const char *s) { return s ? strdup(s) : NULL; }

static bool known(const Trial *t, const CandleSeries *s) {
  for (size_t i = 0; i < t->data.n; i++) {
    const Bars *b = &t->data.series[i];
    if (!strcmp(b->venue, s->venue) && !strcmp(b->symbol, s->symbol) && !strcmp(b->timeframe, s->timeframe)) return true;
  }
  return false;
}

static bool add_series(void *ctx, const CandleSeries *s) {
  Loading *l = ctx;
  Trial *t = l->trial;
  if (l->venue && (strcmp(l->venue, s->venue) || strcmp(l->symbol, s->symbol) || strcmp(l->timeframe, s->timeframe))) return true;
  l->found = true;
  if (!s->n || known(t, s)) return true;
  Bars *more = realloc(t->data.series, (t->data.n + 1) * sizeof *more);
  l->failed = !more;
  if (!more) return false;
  t->data.series = more;
  more[t->data.n++] = (Bars){ .venue = copy(s->venue), .symbol = copy(s->symbol), .timeframe = copy(s->timeframe), .base = copy(s->base),
    .quote = copy(s->quote), .precision = copy(s->precision), .market = copy(s->market), .period_ms = candle_end(0, s->timeframe) };
  if (!candles_each(t->file, s->id, 0, INT64_MAX, add_bar, l)) l->failed = true;
  return !l->failed;
}

static int load(const Cli *cli, Trial *t, const char *what) {
  char err[4600], path[PATH_MAX], venue[64] = "", symbol[96] = "";
  Loading l = { .trial = t };
  const char *colon = strchr(what, ':'), *last = strrchr(what, ':');
  bool is_file = access(what, F_OK) == 0;
  if (!is_file && colon && last > colon && (size_t)(colon - what) < sizeof venue && (size_t)(last - colon) <= sizeof symbol) {
    snprintf(venue, sizeof venue, "%.*s", (int)(colon - what), what);
    snprintf(symbol, sizeof symbol, "%.*s", (int)(last - colon - 1), colon + 1);
    l.venue = venue;
    l.symbol = symbol;
    l.timeframe = last + 1;
    if (!fetch_file(cli, cli_text(cli, "file"), path)) return 1;
    if (access(path, F_OK) < 0) {
      fprintf(stderr, "bourse: there is no file of candles (%s); bourse fetch candles %s %s %s --since DATE makes one\n", path, venue, symbol, last + 1);
      return 1;
    }
  } else if (!is_file) return cli_misuse(cli, "--candles takes a file of candles or ID:SYMBOL:TIMEFRAME; there is no file '%.200s'", what);
  else snprintf(path, sizeof path, "%s", what);
  t->file = candles_open(path, false, err, sizeof err);
  if (!t->file) {
    fprintf(stderr, "bourse: %s\n", err);
    return 1;
  }
  int code = candles_each_series(t->file, add_series, &l) && !l.failed ? 0 : 1;
  if (code) fprintf(stderr, "bourse: %s: %s\n", path, *candles_error(t->file) ? candles_error(t->file) : "more candles than there is room for");
  else if (!l.found && l.venue) {
    fprintf(stderr, "bourse: there are no candles of %s; bourse fetch list shows what there is, bourse fetch candles %s %s %s --since DATE gets them\n", what,
            venue, symbol, l.timeframe);
    code = 1;
  }
  candles_close(t->file);
  t->file = NULL;
  return code;
}

/* From when all are known until the last one ends, or as it was asked. */
static int set_span(const Cli *cli, Trial *t) {
  int64_t from = 0, until = 0, asked;
  const char *text;
  for (size_t i = 0; i < t->data.n; i++) {
    const Bars *b = &t->data.series[i];
    if (b->list[0].end_ms > from) from = b->list[0].end_ms;
    if (b->list[b->n - 1].end_ms > until) until = b->list[b->n - 1].end_ms;
  }
  t->first_ms = from;
  if ((text = cli_text(cli, "from"))) {
    if (!moment(text, &asked)) return cli_misuse(cli, "--from takes a date such as 2024-06-15 or 2024-06-15T12:00:00Z, not '%.40s'", text);
    t->late = asked < from;
    if (asked > from) from = asked;
  }
  if ((text = cli_text(cli, "to"))) {
    if (!moment(text, &asked)) return cli_misuse(cli, "--to takes a date such as 2024-06-15 or 2024-06-15T12:00:00Z, not '%.40s'", text);
    if (asked < until) until = asked;
  }
  t->data.from_ms = from;
  t->data.until_ms = until;
  if (from < until) return 0;
  fprintf(stderr, "bourse: no time is left to try anything in: the candles of all begin %s\n", text ? "after --to, or --from is behind it" : "when they end");
  return 1;
}

static int read_tapes(const Cli *cli, Trial *t) {
  size_t len = 0;
  for (size_t i = 0; i < cli->n_given; i++) {
    const char *path = cli->given[i].text;
    if (strcmp(cli->given[i].option->name, "tape")) continue;
    if (access(path, R_OK) < 0) return cli_misuse(cli, "--tape: cannot read '%s': %s", path, strerror(errno));
    if (t->n_tapes == TAPES_MAX) return cli_misuse(cli, "--tape: at most %d; bourse tape merge makes one of several", TAPES_MAX);
    t->tapes[t->n_tapes++] = path;
    if (len < sizeof t->tape) len += (size_t)snprintf(t->tape + len, sizeof t->tape - len, "%s%s", len ? ", " : "", path);
  }
  return 0;
}

static int read_all(Cli *cli, Trial *t) {
  const char *slippage = cli_text(cli, "slippage");
  char *end = NULL;
  double bps = slippage ? strtod(slippage, &end) : SLIPPAGE_BPS;
  int code = 0;
  if (slippage && (!*slippage || *end || !(bps >= 0 && bps <= 1000)))
    return cli_misuse(cli, "--slippage takes basis points from 0 to 1000, not '%.40s'", slippage);
  t->data.slippage = *t->tape ? 0 : bps / 10000;
  if (*t->tape) {
    if (slippage || cli_text(cli, "from") || cli_text(cli, "to"))
      return cli_misuse(cli, "--slippage, --from and --to are of candles: a tape has books of its own, and bourse tape cut");
    if (!cli_text(cli, "balance")) return cli_misuse(cli, "--balance CODE=AMOUNT,... is expected: what there is to begin with");
    code = read_fee(cli, t);
    return code ? code : read_balances(cli, t);
  }
  for (size_t i = 0; !code && i < cli->n_given; i++)
    if (!strcmp(cli->given[i].option->name, "candles")) code = load(cli, t, cli->given[i].text);
  if (!code && !t->data.n) {
    fprintf(stderr, "bourse: there are no candles in what was given\n");
    code = 1;
  }
  if (!code) code = read_fee(cli, t);
  if (!code) code = read_balances(cli, t);
  return code ? code : set_span(cli, t);
}

/* --- the run --- */

static void pack_account(const Trial *t, msgpack_sbuffer *out) {
  msgpack_packer pk;
  char amount[64];
  msgpack_packer_init(&pk, out, msgpack_sbuffer_write);
  pack_map(&pk, (*t->tape ? 2 : 3) + (size_t)(t->data.taker != NULL));
  pack_key_bool(&pk, *t->tape ? "on_tape" : "by_candles", true);
  if (!*t->tape) pack_key_int(&pk, "latency_ms", 0);
  if (t->data.taker) {
    pack_str(&pk, "fees");
    pack_map(&pk, 2);
    pack_key_str(&pk, "taker", t->data.taker);
    pack_key_str(&pk, "maker", t->data.maker);
  }
  pack_str(&pk, "balances");
  size_t venues = 0;
  for (int pass = 0; pass < 2; pass++) {
    if (pass) pack_map(&pk, venues);
    for (size_t i = 0; i < t->n_begin; i++) {
      size_t n = 0, first = 0;
      while (strcmp(t->begin[first].venue, t->begin[i].venue)) first++;
      if (first != i) continue;
      venues += !pass;
      if (!pass) continue;
      for (size_t k = 0; k < t->n_begin; k++) n += !strcmp(t->begin[k].venue, t->begin[i].venue);
      pack_str(&pk, t->begin[i].venue);
      pack_map(&pk, n);
      for (size_t k = 0; k < t->n_begin; k++) {
        Decimal d;
        if (strcmp(t->begin[k].venue, t->begin[i].venue)) continue;
        pack_key_str(&pk, t->begin[k].code, dec_from_double(t->begin[k].amount, &d) && dec_text(d, amount, sizeof amount) ? amount : "0");
      }
    }
  }
}

static bool on_out(void *ctx, const char *text, size_t len) {
  const Trial *t = ctx;
  if (t->verbose) fwrite(text, 1, len, stderr);
  return true;
}

static bool on_report(void *ctx, const char *worker, const msgpack_object *data) {
  Trial *t = ctx;
  (void)worker;
  t->reports++;
  if (!t->verbose) return true;
  Text line = { 0 };
  show_json(&line, data);
  fprintf(stderr, "%.*s\n", (int)line.len, line.p);
  text_free(&line);
  return true;
}

static bool on_log(void *ctx, const char *level, const char *text, size_t len) {
  Trial *t = ctx;
  bool minor = !strcmp(level, "info") || !strcmp(level, "debug") || !strcmp(level, "note");
  if (minor && !t->verbose) return true;
  if (!strcmp(level, "error") || t->verbose || t->said < SAID_MAX) fprintf(stderr, "%s%.*s\n", minor ? "" : "bourse: ", (int)len, text);
  else if (t->said == SAID_MAX) fprintf(stderr, "bourse: more warnings are not shown (--verbose shows all)\n");
  t->said++;
  return true;
}

/* One of the few names that a tape's prices have. */
static const char *name_of(Trial *t, const char *text) {
  for (size_t i = 0; i < t->n_names; i++)
    if (!strcmp(t->names[i], text)) return t->names[i];
  if (!t->names && !(t->names = calloc(NAMES_MAX, sizeof *t->names))) return NULL;
  if (t->n_names == NAMES_MAX) return NULL;
  snprintf(t->names[t->n_names], sizeof *t->names, "%s", text);
  return t->names[t->n_names++];
}

static void on_mark(void *ctx, int64_t at_ms, const char *venue, const char *base, const char *quote, double price) {
  Trial *t = ctx;
  if (t->n_marks == t->cap_marks) {
    t->cap_marks = t->cap_marks ? t->cap_marks * 2 : 256;
    Mark *more = realloc(t->marks, t->cap_marks * sizeof *more);
    if (!more) abort();
    t->marks = more;
  }
  Mark m = { name_of(t, venue), name_of(t, base), name_of(t, quote), at_ms, price };
  if (m.venue && m.base && m.quote && price > 0) t->marks[t->n_marks++] = m;
}

/* --- what was done --- */

static bool take_fill(void *ctx, const JournalFill *f) {
  Trial *t = ctx;
  if (t->n_fills == t->cap_fills) {
    t->cap_fills = t->cap_fills ? t->cap_fills * 2 : 256;
    Traded *more = realloc(t->fills, t->cap_fills * sizeof *more);
    if (!more) return false;
    t->fills = more;
  }
  Traded *d = &t->fills[t->n_fills];
  *d = (Traded){ .at_ms = f->at_ms, .order = f->order, .buy = !strcmp(f->side, "buy"), .price = atof(f->price), .amount = atof(f->amount),
    .fee = f->fee_cost ? atof(f->fee_cost) : 0 };
  snprintf(d->venue, sizeof d->venue, "%s", f->venue);
  size_t n = strcspn(f->symbol, "/");
  snprintf(d->base, sizeof d->base, "%.*s", (int)n, f->symbol);
  snprintf(d->quote, sizeof d->quote, "%.*s", (int)strcspn(f->symbol[n] ? f->symbol + n + 1 : "", ":"), f->symbol[n] ? f->symbol + n + 1 : "");
  snprintf(d->fee_currency, sizeof d->fee_currency, "%s", f->fee_currency ? f->fee_currency : d->quote);
  const Bars *b = backtest_finest(&t->data, f->venue, f->symbol);
  size_t begun = b ? bars_before(b, f->at_ms + 1) : 0;
  t->beyond += begun && d->amount > b->list[begun - 1].figures[CANDLE_VOLUME];
  t->n_fills++;
  return true;
}

static bool take_order(void *ctx, const JournalOrder *o) {
  Trial *t = ctx;
  t->orders++;
  if (o->state != ORDER_REJECTED) return true;
  if (!t->rejected++) snprintf(t->why_rejected, sizeof t->why_rejected, "%s", o->reason ? o->reason : "");
  return true;
}

static bool take_event(void *ctx, const JournalEvent *e) {
  Trial *t = ctx;
  if (strcmp(e->what, "guard")) return true;
  if (!t->refused++) snprintf(t->why_refused, sizeof t->why_refused, "%s", e->data ? e->data : "");
  return true;
}

static int by_time(const void *a, const void *b) {
  const Traded *x = a, *y = b;
  return x->at_ms != y->at_ms ? (x->at_ms < y->at_ms ? -1 : 1) : x->order < y->order ? -1 : x->order > y->order;
}

static bool read_journal(Trial *t) {
  char err[400] = "";
  JournalFilter all = { .class = JOURNAL_ALL };
  const char *dir = paths_state();
  if (!dir || !journal_exists(dir, "paper")) return true;                  /* nothing was ordered */
  Journal *j = journal_open(dir, "paper", false, err, sizeof err);
  bool ok = j && journal_each_fill(j, 0, 0, take_fill, t) && journal_each(j, &all, take_order, t) && journal_each_event(j, 0, take_event, t);
  if (!ok) fprintf(stderr, "bourse: the journal of the backtest cannot be read: %s\n", j ? journal_error(j) : err);
  journal_close(j);
  if (t->n_fills) qsort(t->fills, t->n_fills, sizeof *t->fills, by_time);
  return ok;
}

static int mark_order(const void *a, const void *b) {
  const Mark *x = a, *y = b;
  if (x->at_ms != y->at_ms) return x->at_ms < y->at_ms ? -1 : 1;
  int venue = strcmp(x->venue, y->venue);
  return venue ? venue : strcmp(x->base, y->base);
}

/* Of a tape it is known now at which venues there was an account, and from when to when it was looked at. */
static void settle_tape(Trial *t) {
  if (!t->n_marks) return;                         /* nothing was ordered */
  Holding any[HOLDINGS_MAX];
  size_t n = 0, kept = 0;
  for (size_t i = 0; i < t->n_begin; i++) {
    if (strcmp(t->begin[i].venue, "any")) t->begin[kept++] = t->begin[i];
    else any[n++] = t->begin[i];
  }
  t->n_begin = kept;
  for (size_t i = 0; i < t->n_marks; i++) {
    bool named = false;
    for (size_t k = 0; k < t->n_begin; k++) named = named || !strcmp(t->begin[k].venue, t->marks[i].venue);
    for (size_t k = 0; k < n && !named; k++) add_holding(t, t->marks[i].venue, any[k].code, strlen(any[k].code), any[k].amount);
  }
  t->data.from_ms = t->marks[0].at_ms;
  t->data.until_ms = t->marks[t->n_marks - 1].at_ms;
}

/* What each market was worth at the beginning, and when a candle was over. */
static bool make_marks(Trial *t) {
  if (*t->tape) {
    settle_tape(t);
    return true;
  }
  size_t cap = t->data.n;
  for (size_t i = 0; i < t->data.n; i++) cap += t->data.series[i].n;
  t->marks = malloc(cap * sizeof *t->marks);
  if (!t->marks) return false;
  for (size_t i = 0; i < t->data.n; i++) {
    const Bars *b = &t->data.series[i];
    double price;
    if (!b->base || !b->quote || backtest_finest(&t->data, b->venue, b->symbol) != b) continue;
    if (bars_price(b, t->data.from_ms, &price)) t->marks[t->n_marks++] = (Mark){ b->venue, b->base, b->quote, t->data.from_ms, price };
    for (size_t k = bars_over(b, t->data.from_ms); k < b->n && b->list[k].end_ms <= t->data.until_ms; k++)
      t->marks[t->n_marks++] = (Mark){ b->venue, b->base, b->quote, b->list[k].end_ms, b->list[k].figures[CANDLE_CLOSE] };
  }
  qsort(t->marks, t->n_marks, sizeof *t->marks, mark_order);
  return true;
}

static double taker_of(const Trial *t) {
  if (t->data.taker) return atof(t->data.taker);
  if (!t->data.n) return 0;
  const char *at = t->data.series[0].market ? strstr(t->data.series[0].market, "\"taker\":") : NULL;
  return at ? strtod(at + strlen("\"taker\":"), NULL) : 0;
}

/* Several tapes are one, in the folder that is dropped. */
static Tape *open_tapes(const Trial *t) {
  char path[PATH_MAX + 16], err[400];
  snprintf(path, sizeof path, "%s", t->tapes[0]);
  if (t->n_tapes > 1) {
    snprintf(path, sizeof path, "%s/all.tape", paths_state());
    if (tape_merge_files(t->tapes, t->n_tapes, path) != 0) return NULL;
  }
  Tape *tape = tape_open(path, err, sizeof err);
  if (!tape) fprintf(stderr, "bourse: --tape: %s\n", err);
  return tape;
}

/* From when to when a tape is, for a strategy that asked for no prices. */
static void span_of(Tape *tape, Trial *t) {
  TapeEvent e;
  enum tape_read r;
  tape_seek(tape, 0);
  while ((r = tape_next(tape, &e)) != TAPE_END) {
    if (r == TAPE_BAD) continue;
    if (!t->data.from_ms) t->data.from_ms = e.at_us / 1000;
    t->data.until_ms = e.at_us / 1000;
  }
}

/* What was done, and at which prices: as far as the session's time went. */
static int look_back(Trial *t) {
  int64_t at = clock_wall_ms();
  t->broken_off = t->broken_off && (*t->tape || at < t->data.until_ms);
  if (t->broken_off && !*t->tape) t->data.until_ms = at;
  if (t->data.until_ms < t->data.from_ms) return fputs("bourse: broken off before anything was tried\n", stderr), 1;
  return read_journal(t) && make_marks(t) ? 0 : 1;
}

/* The script, with --arg, in a state folder of its own that is dropped. */
static int run(Cli *cli, SessionSpec *spec, Trial *t, const msgpack_sbuffer *args) {
  msgpack_sbuffer account;
  size_t len = 0;
  char *text = start_read(cli->words[0], 1 << 20, &len);
  if (!text) return 2;
  WorkerSpec worker = { .role = "run", .name = cli->words[0], .source = text, .source_len = len, .args = args };
  msgpack_sbuffer_init(&account);
  pack_account(t, &account);
  spec->workers = &worker;
  spec->n_workers = 1;
  spec->backtest = *t->tape ? NULL : &t->data;
  spec->paper = &account;
  spec->on_mark = on_mark;
  spec->orders = "paper";
  spec->open_keys = NULL;
  spec->base_urls = NULL;
  spec->broken_off = &t->broken_off;
  spec->ctx = t;
  spec->on_out = on_out;
  spec->on_report = on_report;
  spec->on_log = on_log;
  int code = 1;
  if (!paths_borrow_state()) fputs("bourse: no folder for what passes: there can be no orders\n", stderr);
  else if (t->n_tapes && !(spec->replay = open_tapes(t))) code = 1;
  else if ((code = session_run(spec)) == 0) code = look_back(t);
  if (spec->replay && !t->n_marks) span_of(spec->replay, t);
  paths_drop_state();
  tape_close(spec->replay);
  msgpack_sbuffer_destroy(&account);
  free(text);
  return code;
}

static void drop(Trial *t) {
  for (size_t i = 0; i < t->data.n; i++) bars_free(&t->data.series[i]);
  free(t->data.series);
  free(t->fills);
  free(t->marks);
  free(t->names);
  stats_free(&t->stats);
}

int verb_backtest(Cli *cli) {
  static Trial trial;
  Trial *t = &trial;
  SessionSpec spec;
  msgpack_sbuffer args;
  int code = start_common(cli, &spec);
  if (code) return code;
  if ((code = read_tapes(cli, t))) return code;
  if (!*t->tape && !cli_text(cli, "candles"))
    return cli_misuse(cli, "--candles FILE|ID:SYMBOL:TIMEFRAME, or --tape FILE, is expected: the prices to try it on (bourse fetch, bourse run --record)");
  if (*t->tape && cli_text(cli, "candles")) return cli_misuse(cli, "--candles and --tape exclude each other");
  spec.config = cli_text(cli, "config");
  const char *html = cli_text(cli, "html");
  if (html && !html_ready(html)) return 1;
  code = run_limits(cli, &spec);
  if (!code) code = read_all(cli, t);
  if (!code) {
    t->verbose = cli_flag(cli, "verbose");
    msgpack_sbuffer_init(&args);
    run_arguments(cli, &args);
    code = run(cli, &spec, t, &args);
    msgpack_sbuffer_destroy(&args);
  }
  if (!code) {
    t->strategy = cli->words[0];
    t->currency = *t->tape ? (t->n_marks ? t->marks[0].quote : t->begin[0].code) : t->data.series[0].quote ? t->data.series[0].quote : "?";
    bool made = stats_make(&t->stats, t->currency, t->marks, t->n_marks, t->fills, t->n_fills, t->begin, t->n_begin, taker_of(t));
    for (size_t i = 0; i < t->n_begin && !t->n_marks; i++)
      if (!strcmp(t->begin[i].code, t->currency)) t->stats.begin = t->stats.end += t->begin[i].amount;
    if (!made) code = 1;
    else {
      Warnings w;
      backtest_warnings(t, &w);
      code = backtest_show(cli, t, &w);
      if (t->broken_off && !code) code = 1;
      if (html && !backtest_page(t, &w, html) && !code) code = 1;
    }
  }
  drop(t);
  return code;
}
