/* The journal: what is written is what is read, steps of orders, figures from fills, sums for the guard, pairs, balances. Faults of the world are in
 * journal_faults_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <openssl/sha.h>
#include <sqlite3.h>
#include "journal_make.h"

static int live(void **state) {
  if (fresh(state)) return -1;
  journal_start("live");
  return 0;
}

static const char *text(Decimal d) {
  static char ring[4][128];
  static int at;
  char *b = ring[at++ & 3];
  assert_true(dec_text(d, b, 128) > 0);
  return b;
}

static void assert_text(const char *a, const char *b) {
  if (a && b) assert_string_equal(a, b);
  else assert_ptr_equal(a, b);
}

/* filled remaining average cost of an order, in a line; "-": not known. */
static void assert_figures(int64_t id, const char *want) {
  char got[600];
  JournalOrder *o = journal_order(J, id);
  assert_non_null(o);
  const char *all[] = { o->filled, o->remaining, o->average, o->cost };
  for (int i = 0, n = 0; i < 4; i++) n += snprintf(got + n, sizeof got - (size_t)n, "%s%s", i ? " " : "", all[i] ? all[i] : "-");
  free(o);
  assert_string_equal(got, want);
}

static void assert_state(int64_t id, enum order_state want) {
  JournalOrder *o = journal_order(J, id);
  assert_non_null(o);
  assert_string_equal(order_state_name(o->state), order_state_name(want));
  free(o);
}

static void a_life_of_an_order(void **state) {
  (void)state;
  int64_t id = intend("b-1");
  JournalOrder *o = journal_order(J, id), like = order_like("b-1");
  assert_non_null(o);
  assert_int_equal(o->id, id);
  assert_int_equal(o->run, run);
  const char *pairs[][2] = { { o->venue, like.venue }, { o->account, like.account }, { o->symbol, like.symbol }, { o->type, like.type }, { o->side, like.side },
    { o->amount, "0.10" }, { o->price, like.price }, { o->cost_asked, like.cost_asked }, { o->params, like.params }, { o->client_id, "b-1" },
    { o->venue_id, NULL },
    { o->filled, NULL }, { o->remaining, NULL }, { o->average, NULL }, { o->cost, NULL }, { o->reason, NULL } };
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) assert_text(pairs[i][0], pairs[i][1]);
  assert_int_equal(o->state, ORDER_INTENDED);
  assert_int_equal(o->created_ms, NOW);
  assert_int_equal(o->updated_ms, NOW);
  assert_int_equal(o->pair, 0);
  free(o);

  OK(journal_mark(J, id, ORDER_SENT, &(JournalChange){ .text = "POST /0/private/AddOrder\nvolume=0.10" }, NOW + 1));
  OK(journal_event(J, id, "reply", "{\"txid\":[\"O1\"]}", NOW + 2));
  OK(journal_mark(J, id, ORDER_OPEN, &(JournalChange){ .venue_id = "O1", .filled = "0" }, NOW + 3));
  assert_figures(id, "0 0.1 - -");
  OK(journal_mark(J, id, ORDER_PARTLY, &(JournalChange){ .filled = "0.04", .average = "59990.5" }, NOW + 4));
  assert_figures(id, "0.04 0.06 59990.5 -");
  OK(journal_mark(J, id, ORDER_FILLED, &(JournalChange){ .filled = "0.10", .remaining = "0.00", .average = "59995", .cost = "5999.5",
    .reason = "done" }, NOW + 5));
  assert_figures(id, "0.10 0.00 59995 5999.5");
  o = journal_order(J, id);
  assert_string_equal(o->venue_id, "O1");
  assert_string_equal(o->reason, "done");
  assert_int_equal(o->updated_ms, NOW + 5);
  assert_int_equal(o->told, JOURNAL_FILLED | JOURNAL_REMAINING | JOURNAL_AVERAGE | JOURNAL_COST);
  free(o);
  OK(journal_run_end(J, run, NOW + 6));
  REFUSED(journal_run_end(J, run, NOW + 7), "ended before");
  assert_null(journal_order(J, id + 1));
  assert_string_equal(journal_error(J), "");
  clean_journal();
}

static bool list_event(void *ctx, const JournalEvent *e) {
  char *out = ctx;
  snprintf(out + strlen(out), 4096 - strlen(out), "%" PRId64 " %" PRId64 " %s %s\n", e->seq, e->order, e->what, e->data ? e->data : "-");
  for (char *p = out; (p = strchr(p, '"'));) *p = '\'';           /* easier to read below */
  assert_int_equal(strlen(e->hash), 64);
  return true;
}

static void events_tell_everything(void **state) {
  (void)state;
  char list[4096] = "";
  int64_t id = intend("b-1");
  OK(journal_mark(J, id, ORDER_SENT, &(JournalChange){ .text = "a \"request\"\n" }, NOW + 1));
  OK(journal_event(J, id, "reply", "no\nJSON", NOW + 2));
  OK(journal_event(J, 0, "kill", NULL, NOW + 3));
  OK(journal_fill(J, &(JournalFill){ .order = id, .trade_id = "T1", .at_ms = NOW, .price = "60000", .amount = "0.1",
    .fee_cost = "9.6", .fee_currency = "USD" }, NOW + 4, NULL));
  OK(journal_each_event(J, 0, list_event, list));
  char want[4096];
  snprintf(want, sizeof want,
    "1 0 run {'run':{'id':1,'started_ms':1718454896789,'ended_ms':null,'mode':'live','script':'arbitrage.lua','pid':%d}}\n"
    "2 1 intended {'order':{'id':1,'run':1,'venue':'kraken','account':'main','symbol':'BTC/USD','type':'limit','side':'buy','amount':'0.10',"
    "'price':'60000','cost_asked':'6000','params':'{\\'postOnly\\':true}','client_id':'b-1','created_ms':1718454896789,'pair':null,'leg':null,"
    "'venue_id':null,'state':'intended','filled':null,'remaining':null,'average':null,'cost':null,'told':0,'reason':null,'updated_ms':1718454896789}}\n"
    "3 1 sent {'order':{'id':1,'venue_id':null,'state':'sent','filled':null,'remaining':null,'average':null,'cost':null,'told':0,'reason':null,"
    "'updated_ms':1718454896790},'text':'a \\'request\\'\\n'}\n"
    "4 1 reply no\nJSON\n5 0 kill -\n"
    "6 1 fill {'fill':{'id':1,'order_id':1,'venue':'kraken','account':'main','trade_id':'T1','at_ms':1718454896789,'symbol':'BTC/USD','side':'buy',"
    "'price':'60000','amount':'0.1','cost':'6000','fee_cost':'9.6','fee_currency':'USD'},'order':{'id':1,'venue_id':null,'state':'sent',"
    "'filled':'0.1','remaining':'0','average':'60000','cost':'6000','told':0,'reason':null,'updated_ms':1718454896793}}\n", (int)getpid());
  assert_string_equal(list, want);
  list[0] = 0;
  OK(journal_each_event(J, id, list_event, list));
  assert_null(strstr(list, "kill"));
  assert_non_null(strstr(list, "4 1 reply"));
  clean_journal();
}

/* The chain as its description says: SHA-256 of (previous hash, at_ms, order_id, what, data), a newline between. */
static void the_chain_is_as_described(void **state) {
  (void)state;
  int64_t id = intend("b-1");
  OK(journal_event(J, id, "note", "one\ntwo", NOW + 5));
  OK(journal_event(J, 0, "guard", NULL, NOW + 6));
  char path[128], joined[2048], hash[65] = "";
  sqlite3 *db;
  sqlite3_stmt *q;
  snprintf(path, sizeof path, "%s/journal.db", dir);
  assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
  assert_int_equal(sqlite3_prepare_v2(db, "SELECT at_ms||char(10)||coalesce(order_id,'')||char(10)||what||char(10)||coalesce(data,''), hash"
    " FROM events ORDER BY seq", -1, &q, NULL), SQLITE_OK);
  while (sqlite3_step(q) == SQLITE_ROW) {
    unsigned char digest[SHA256_DIGEST_LENGTH];
    int n = snprintf(joined, sizeof joined, "%s\n%s", hash, (const char *)sqlite3_column_text(q, 0));
    SHA256((const unsigned char *)joined, (size_t)n, digest);
    for (int i = 0; i < SHA256_DIGEST_LENGTH; i++) snprintf(hash + 2 * i, 3, "%02x", digest[i]);
    assert_string_equal(hash, (const char *)sqlite3_column_text(q, 1));
  }
  sqlite3_finalize(q);
  sqlite3_close(db);
  JournalVerdict v;
  assert_true(verify(&v, "journal.db"));
  assert_string_equal(hash, v.head);
  assert_int_equal(v.events, 4);
  assert_int_equal(v.orders, 1);
  assert_int_equal(v.runs, 1);
}

/* Which step may follow which: a letter for each state, in the order of enum order_state. */
static void every_step(void **state) {
  (void)state;
  static const struct { const char *from, *to; } rows[] = {     /* i s o p f c e r u */
    { "intended", "-x-----x-" }, { "sent", "--xxxxxxx" }, { "open", "--xxxxxxx" }, { "partly", "---xxxx-x" }, { "filled", "---------" },
    { "cancelled", "---------" },
    { "expired", "---------" }, { "rejected", "---------" }, { "unknown", "--xxxxxxx" },
  };
  static const enum order_state way[ORDER_STATES][3] = { [ORDER_SENT] = { ORDER_SENT }, [ORDER_OPEN] = { ORDER_SENT, ORDER_OPEN },
    [ORDER_PARTLY] = { ORDER_SENT, ORDER_OPEN, ORDER_PARTLY }, [ORDER_FILLED] = { ORDER_SENT, ORDER_FILLED },
    [ORDER_CANCELLED] = { ORDER_SENT, ORDER_CANCELLED }, [ORDER_EXPIRED] = { ORDER_SENT, ORDER_EXPIRED },
    [ORDER_REJECTED] = { ORDER_REJECTED }, [ORDER_UNKNOWN] = { ORDER_SENT, ORDER_UNKNOWN } };
  int n = 0;
  for (int from = 0; from < ORDER_STATES; from++) {
    assert_string_equal(order_state_name(from), rows[from].from);
    for (int to = 0; to < ORDER_STATES; to++) {
      char client[16], before[4096] = "", after[4096] = "";
      bool may = rows[from].to[to] == 'x';
      snprintf(client, sizeof client, "s-%d", n++);
      int64_t id = intend(client);
      for (int i = 0; i < 3 && way[from][i] != ORDER_INTENDED; i++) OK(journal_mark(J, id, way[from][i], NULL, NOW));
      assert_state(id, from);
      OK(journal_each_event(J, id, list_event, before));
      if (may) OK(journal_mark(J, id, to, &(JournalChange){ .filled = "0.01", .reason = "so" }, NOW + 1));
      else REFUSED(journal_mark(J, id, to, &(JournalChange){ .filled = "0.01", .reason = "so" }, NOW + 1), "it cannot become");
      assert_state(id, may ? to : from);
      assert_figures(id, may ? "0.01 0.09 - -" : "- - - -");
      OK(journal_each_event(J, id, list_event, after));
      if (may) assert_true(strlen(after) > strlen(before));
      else assert_string_equal(before, after);
      assert_true(order_state_may(from, to) == may);
    }
    assert_true(order_state_final(from) == (strchr(rows[from].to, 'x') == NULL));
  }
  clean_journal();
}

static void what_is_refused(void **state) {
  (void)state;
  int64_t id = intend("b-1"), other = 77;
  static const struct { size_t field; const char *value, *why; } rows[] = {
    { offsetof(JournalOrder, venue), NULL, "venue is missing" }, { offsetof(JournalOrder, venue), "", "venue is missing" },
    { offsetof(JournalOrder, account), NULL, "account is missing" }, { offsetof(JournalOrder, symbol), NULL, "symbol is missing" },
    { offsetof(JournalOrder, type), NULL, "type is missing" }, { offsetof(JournalOrder, side), "long", "side is buy or sell, not 'long'" },
    { offsetof(JournalOrder, amount), "1,5", "amount is not a number: '1,5'" }, { offsetof(JournalOrder, amount), "-1", "amount is negative: -1" },
    { offsetof(JournalOrder, price), "nan", "price is not a number" }, { offsetof(JournalOrder, price), "", "price is not a number" },
    { offsetof(JournalOrder, cost_asked), NULL, "cost_asked is missing" }, { offsetof(JournalOrder, cost_asked), "1e999", "cost_asked is not a number" },
    { offsetof(JournalOrder, client_id), "", "client_id is missing" },
    { offsetof(JournalOrder, client_id), "b-1", "client_id b-1 was used before on kraken" },
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    JournalOrder o = order_like("b-2");
    *(const char **)(void *)((char *)&o + rows[i].field) = rows[i].value;
    REFUSED(journal_intend(J, &o, &other), rows[i].why);
  }
  JournalOrder o = order_like("b-2");
  o.run = 99;
  REFUSED(journal_intend(J, &o, &other), "no run 99");
  o = order_like("b-2");
  o.pair = 5;
  REFUSED(journal_intend(J, &o, &other), "no pair 5");
  assert_int_equal(other, 77);
  o = order_like("b-1");                                          /* the same client id elsewhere is another order */
  o.account = "second";
  assert_int_equal(intend_as(&o), id + 1);

  o = order_like(NULL);                                           /* where the venue takes none there may be many without */
  assert_int_equal(intend_as(&o), id + 2);
  assert_int_equal(intend_as(&o), id + 3);

  REFUSED(journal_mark(J, 99, ORDER_SENT, NULL, NOW), "no order 99");
  OK(journal_mark(J, id, ORDER_SENT, NULL, NOW));
  REFUSED(journal_mark(J, id, ORDER_OPEN, &(JournalChange){ .filled = "half" }, NOW), "filled is not a number: 'half'");
  REFUSED(journal_mark(J, id, ORDER_OPEN, &(JournalChange){ .remaining = "-1" }, NOW), "remaining is negative");
  assert_state(id, ORDER_SENT);
  REFUSED(journal_event(J, id, "filled", NULL, NOW), "no kind of event: filled");
  REFUSED(journal_event(J, id, NULL, NULL, NOW), "no kind of event");
  REFUSED(journal_event(J, 99, "note", "x", NOW), "no order 99");
  JournalFill f = { .order = id, .trade_id = "T", .at_ms = NOW, .price = "1", .amount = "1" }, g;
#define FILL(change, why) do { g = f; change; REFUSED(journal_fill(J, &g, NOW, NULL), why); } while (0)
  FILL(g.order = 99, "no order 99");
  FILL(g.trade_id = NULL, "trade_id is missing");
  FILL(g.price = NULL, "price is missing");
  FILL(g.amount = "0.00", "amount of a fill is zero");
  FILL(g.amount = "-1", "amount is negative");
  FILL(g.cost = "?", "cost is not a number");
  FILL(g.fee_cost = "1", "fee_currency is missing");
  FILL((g.price = "12345678901234567890", g.amount = "1.23456789012345678901"), "more than 38 digits");
  JournalVerdict v;
  assert_true(verify(&v, "journal.db"));
  assert_int_equal(v.events, 6);                                  /* run, four intended, sent: nothing of what was refused */
  assert_int_equal(v.fills, 0);
}

static void add_fill(int64_t id, const char *trade, const char *price, const char *amount, int64_t at_ms, bool new) {
  enum journal_told told;
  OK(journal_fill(J, &(JournalFill){ .order = id, .trade_id = trade, .at_ms = at_ms, .price = price, .amount = amount }, NOW, &told));
  assert_true((told == JOURNAL_FRESH) == new);
}

static int64_t opened(const char *client) {
  int64_t id = intend(client);
  OK(journal_mark(J, id, ORDER_SENT, NULL, NOW));
  OK(journal_mark(J, id, ORDER_OPEN, NULL, NOW));
  return id;
}

static void figures_follow_from_fills(void **state) {
  (void)state;
  int64_t id = opened("b-1");
  add_fill(id, "T1", "60000", "0.03", NOW, true);
  assert_figures(id, "0.03 0.07 60000 1800");
  add_fill(id, "T2", "60001", "0.03", NOW, true);
  assert_figures(id, "0.06 0.04 60000.5 3600.03");
  add_fill(id, "T2", "60001", "0.03", NOW, false);                 /* twice */
  add_fill(id, "T1", "1", "99", NOW, false);                       /* the same trade, whatever else it says */
  assert_figures(id, "0.06 0.04 60000.5 3600.03");
  add_fill(id, "T3", "60000.1", "0.01", NOW - 5000, true);         /* out of order */
  assert_figures(id, "0.07 0.03 60000.442857142857142857 4200.031");
  assert_state(id, ORDER_OPEN);                                    /* that is for whoever asks the venue */
  OK(journal_mark(J, id, ORDER_CANCELLED, NULL, NOW));
  add_fill(id, "T4", "60000", "0.03", NOW, true);                  /* late */
  assert_state(id, ORDER_CANCELLED);
  assert_figures(id, "0.1 0 60000.31 6000.031");
  add_fill(id, "T5", "60000", "0.01", NOW, true);                  /* more than was asked for */
  assert_figures(id, "0.11 0 60000.281818181818181818 6600.031");
  add_fill(opened("b-2"), "T1", "60000", "0.01", NOW, true);       /* another order: another fill, as with oneself or where trades are counted by market */
  JournalVerdict v;
  assert_true(verify(&v, "journal.db"));
  assert_int_equal(v.fills, 6);
}

typedef struct { const char *price, *amount, *cost, *fee, *currency; enum journal_told told; } Again;

static bool count_differs(void *ctx, const JournalEvent *e) {
  *(int *)ctx += strcmp(e->what, "differs") == 0;
  return true;
}

/* A trade that is told again: what it said first stands, but for a fee that was not told. */
static void a_trade_told_again(void **state) {
  (void)state;
  static const Again rows[] = {
    { "60000", "0.03", NULL, NULL, NULL, JOURNAL_FRESH }, { "60000.0", "0.030", "1800", NULL, NULL, JOURNAL_KNOWN },
    { "60000", "0.03", "1800.01", NULL, NULL, JOURNAL_KNOWN },                        /* rounded */
    { "60000", "0.04", NULL, NULL, NULL, JOURNAL_DIFFERS }, { "60000", "0.04", NULL, NULL, NULL, JOURNAL_KNOWN },     /* said already */
    { "60001", "0.03", NULL, NULL, NULL, JOURNAL_DIFFERS }, { "60000", "0.03", "1900", NULL, NULL, JOURNAL_DIFFERS },
    { "60000", "0.03", NULL, "4.68", "USD", JOURNAL_AMENDED }, { "60000", "0.03", NULL, "4.680", "USD", JOURNAL_KNOWN },
    { "60000", "0.03", NULL, NULL, NULL, JOURNAL_KNOWN }, { "60000", "0.03", NULL, "4.68", "BTC", JOURNAL_DIFFERS },
    { "60000", "0.03", NULL, "5", "USD", JOURNAL_DIFFERS } };
  int64_t id = opened("b-1");
  int said = 0;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    enum journal_told told;
    OK(journal_fill(J, &(JournalFill){ .order = id, .trade_id = "T1", .at_ms = NOW, .price = rows[i].price, .amount = rows[i].amount, .cost = rows[i].cost,
      .fee_cost = rows[i].fee, .fee_currency = rows[i].currency }, NOW, &told));
    if (told != rows[i].told) fail_msg("row %zu: %d", i, (int)told);
    assert_figures(id, "0.03 0.07 60000 1800");
  }
  OK(journal_each_event(J, id, count_differs, &said));
  assert_int_equal(said, 5);
  JournalSums s;
  OK(journal_sums(J, &(JournalSpan){ .quote = "USD", .since_ms = 0 }, &s));
  assert_string_equal(text(s.realised), "-4.68");
  clean_journal();
}

static void what_the_venue_told_stands(void **state) {
  (void)state;
  int64_t id = opened("b-1");
  OK(journal_mark(J, id, ORDER_PARTLY, &(JournalChange){ .filled = "0.050", .cost = "3000.00" }, NOW));
  assert_figures(id, "0.050 0.05 - 3000.00");
  add_fill(id, "T1", "60000", "0.02", NOW, true);                  /* only some of its fills are known */
  assert_figures(id, "0.050 0.05 - 3000.00");
  add_fill(id, "T2", "60010", "0.03", NOW, true);                  /* all of them: cost and average are theirs */
  assert_figures(id, "0.050 0.05 60006 3000.3");
  add_fill(id, "T3", "60010", "0.01", NOW, true);                  /* more than was told */
  assert_figures(id, "0.06 0.04 60006.666666666666666667 3600.4");
  OK(journal_mark(J, id, ORDER_PARTLY, &(JournalChange){ .filled = "0.05", .remaining = "0.05", .average = "1" }, NOW));    /* an old answer */
  assert_figures(id, "0.06 0.04 60006.666666666666666667 3600.4");
  OK(journal_mark(J, id, ORDER_PARTLY, &(JournalChange){ .filled = "0.06", .average = "60006.67" }, NOW));     /* rounded */
  assert_figures(id, "0.06 0.04 60006.666666666666666667 3600.4");
  OK(journal_mark(J, id, ORDER_FILLED, &(JournalChange){ .filled = "0.1" }, NOW));      /* what was told of less is not true of more */
  assert_figures(id, "0.1 0 - -");
  add_fill(id, "T4", "60010", "0.04", NOW, true);
  assert_figures(id, "0.1 0 60008 6000.8");
  id = opened("b-3");
  OK(journal_mark(J, id, ORDER_PARTLY, &(JournalChange){ .filled = "0.05", .average = "5" }, NOW));
  OK(journal_mark(J, id, ORDER_CANCELLED, &(JournalChange){ .filled = "0.03", .average = "4" }, NOW));      /* old again, and no fills tell */
  assert_figures(id, "0.05 0.05 5 -");
  OK(journal_mark(J, id = opened("b-2"), ORDER_PARTLY, &(JournalChange){ .average = "5" }, NOW));
  assert_figures(id, "- - 5 -");
  add_fill(id, "T9", "60000", "0.1", NOW, true);
  assert_figures(id, "0.1 0 60000 6000");
  clean_journal();
}

static void orders_without_amount_and_contracts(void **state) {
  (void)state;
  JournalOrder o = order_like("by-cost");
  o.type = "market", o.amount = o.price = NULL, o.cost_asked = "100";
  int64_t id = intend_as(&o);
  OK(journal_mark(J, id, ORDER_SENT, NULL, NOW));
  add_fill(id, "T1", "50000", "0.002", NOW, true);
  assert_figures(id, "0.002 - 50000 100");
  o = order_like("contract");
  o.symbol = "BTC/USDT:USDT", o.amount = "3";
  id = intend_as(&o);
  OK(journal_mark(J, id, ORDER_SENT, NULL, NOW));
  JournalFill f = { .order = id, .trade_id = "T2", .at_ms = NOW, .price = "60000", .amount = "3" };
  REFUSED(journal_fill(J, &f, NOW, NULL), "cost is missing: BTC/USDT:USDT is a contract");
  f.cost = "180";                                                  /* of 0.001 BTC each */
  OK(journal_fill(J, &f, NOW, NULL));
  assert_figures(id, "3 0 60000 180");
  clean_journal();
}

/* ---- lists ---- */

static bool list_order(void *ctx, const JournalOrder *o) {
  char *out = ctx;
  snprintf(out + strlen(out), 256 - strlen(out), "%s ", o->client_id);
  return strcmp(o->client_id, "stop") != 0;
}

static const char *listed(const JournalFilter *f) {
  static char out[256];
  out[0] = 0;
  OK(journal_each(J, f, list_order, out));
  return out;
}

static void lists_of_orders(void **state) {
  (void)state;
  static const struct { const char *client, *venue, *symbol; enum order_state to; } rows[] = {
    { "a", "kraken", "BTC/USD", ORDER_INTENDED }, { "b", "kraken", "BTC/USD", ORDER_SENT }, { "c", "kraken", "ETH/USD", ORDER_OPEN },
    { "d", "gemini", "BTC/USD", ORDER_UNKNOWN }, { "e", "kraken", "BTC/USD", ORDER_FILLED }, { "f", "gemini", "BTC/USD", ORDER_REJECTED },
    { "g", "kraken", "BTC/USD", ORDER_UNKNOWN }, { "h", "kraken", "BTC/USD", ORDER_CANCELLED } };
  int64_t first = run;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    JournalOrder o = order_like(rows[i].client);
    o.venue = rows[i].venue, o.symbol = rows[i].symbol, o.created_ms = NOW + (int64_t)i;
    if (i == 4) OK(journal_run_begin(J, "other.lua", NOW, &run));
    o.run = run;
    int64_t id = intend_as(&o);
    if (rows[i].to != ORDER_INTENDED) OK(journal_mark(J, id, ORDER_SENT, NULL, NOW));
    if (rows[i].to > ORDER_SENT) OK(journal_mark(J, id, rows[i].to, NULL, NOW));
  }
  static const struct { JournalFilter f; const char *want; } asked[] = {
    { { 0 }, "a b c d e f g h " }, { { .class = JOURNAL_OPEN }, "a b c d g " }, { { .class = JOURNAL_UNKNOWN }, "d g " },
    { { .class = JOURNAL_FINAL }, "e f h " },
    { { .venue = "gemini" }, "d f " }, { { .symbol = "ETH/USD" }, "c " }, { { .since_ms = NOW + 5 }, "f g h " }, { { .limit = 3 }, "f g h " },
    { { .class = JOURNAL_OPEN, .venue = "kraken", .symbol = "BTC/USD" }, "a b g " }, { { .class = JOURNAL_OPEN, .venue = "kraken", .limit = 2 }, "c g " },
    { { .class = JOURNAL_UNKNOWN, .venue = "kraken", .symbol = "ETH/USD" }, "" }, { { .venue = "kraken' OR 1" }, "" },
  };
  for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) assert_string_equal(listed(&asked[i].f), asked[i].want);
  assert_string_equal(listed(&(JournalFilter){ .run = first }), "a b c d ");
  assert_string_equal(listed(&(JournalFilter){ .run = run, .class = JOURNAL_FINAL }), "e f h ");
  intend("stop");
  intend("z");
  assert_string_equal(listed(&(JournalFilter){ .since_ms = NOW, .limit = 3 }), "h stop ");
}

static void orders_whose_fills_lack(void **state) {
  (void)state;
  int64_t whole = opened("whole"), half = opened("half");
  opened("open");
  OK(journal_mark(J, opened("none"), ORDER_CANCELLED, &(JournalChange){ .filled = "0" }, NOW));
  OK(journal_mark(J, opened("untold"), ORDER_FILLED, NULL, NOW));
  OK(journal_mark(J, opened("late"), ORDER_CANCELLED, &(JournalChange){ .filled = "0.1" }, NOW + 5));
  OK(journal_mark(J, whole, ORDER_FILLED, &(JournalChange){ .filled = "0.3" }, NOW));
  OK(journal_mark(J, half, ORDER_FILLED, &(JournalChange){ .filled = "0.3" }, NOW));
  add_fill(whole, "T1", "10", "0.1", NOW, true);
  add_fill(whole, "T2", "10", "0.2", NOW, true);
  add_fill(half, "T3", "10", "0.1", NOW, true);
  assert_string_equal(listed(&(JournalFilter){ .class = JOURNAL_LACKING }), "half untold late ");
  assert_string_equal(listed(&(JournalFilter){ .class = JOURNAL_LACKING, .since_ms = NOW + 5 }), "late ");
}

static void what_is_told_after_the_end(void **state) {
  (void)state;
  int64_t id = opened("late"), open = opened("open");
  OK(journal_mark(J, id, ORDER_CANCELLED, &(JournalChange){ .venue_id = "V1", .filled = "0" }, NOW));
  OK(journal_mark(J, opened("no id"), ORDER_CANCELLED, NULL, NOW));
  assert_figures(id, "0 0.1 - -");
  assert_string_equal(listed(&(JournalFilter){ .class = JOURNAL_OVER, .since_ms = NOW }), "late ");
  assert_string_equal(listed(&(JournalFilter){ .class = JOURNAL_OVER, .since_ms = NOW + 1 }), "");
  OK(journal_late(J, id, &(JournalChange){ .filled = "0.04", .average = "60000" }, NOW + 9));
  assert_figures(id, "0.04 0.06 60000 -");
  assert_string_equal(listed(&(JournalFilter){ .class = JOURNAL_OVER, .since_ms = NOW + 9 }), "late ");
  OK(journal_late(J, id, &(JournalChange){ .filled = "0.02", .average = "1" }, NOW + 9));      /* older */
  assert_figures(id, "0.04 0.06 60000 -");
  add_fill(id, "T1", "60001", "0.04", NOW, true);
  assert_figures(id, "0.04 0.06 60001 2400.04");
  add_fill(id, "T2", "60001", "0.06", NOW, true);
  assert_figures(id, "0.1 0 60001 6000.1");
  JournalOrder *o = journal_order(J, id);
  assert_int_equal(o->state, ORDER_CANCELLED);
  free(o);
  REFUSED(journal_late(J, open, &(JournalChange){ .filled = "0.1" }, NOW), "is open: it is not over");
  REFUSED(journal_late(J, id, &(JournalChange){ .filled = "much" }, NOW), "filled is not a number: 'much'");
  REFUSED(journal_late(J, 99, &(JournalChange){ .filled = "1" }, NOW), "no order 99");
  clean_journal();
}

static bool cancel(void *ctx, const JournalOrder *o) {
  JournalOrder *again = journal_order(J, o->id);
  assert_non_null(again);
  free(again);
  OK(journal_mark(J, o->id, ORDER_CANCELLED, NULL, NOW));
  OK(journal_each(J, &(JournalFilter){ .class = JOURNAL_OPEN, .limit = 1 }, list_order, (char[256]){ 0 }));     /* a walk in a walk */
  intend(o->client_id[0] == 'b' ? "new-1" : "new-2");
  ++*(int *)ctx;
  return true;
}

static void a_walk_may_change_things(void **state) {
  (void)state;
  int n = 0;
  opened("b-1");
  opened("c-1");
  OK(journal_each(J, &(JournalFilter){ .class = JOURNAL_OPEN }, cancel, &n));
  assert_int_equal(n, 2);                                          /* not those that came meanwhile */
  assert_string_equal(listed(&(JournalFilter){ .class = JOURNAL_OPEN }), "new-1 new-2 ");
}

static bool list_fill(void *ctx, const JournalFill *f) {
  char *out = ctx;
  snprintf(out + strlen(out), 512 - strlen(out), "%" PRId64 " %s %s %s %s %s %s %s; ", f->order, f->venue,
    f->symbol, f->side, f->trade_id, f->price, f->amount, f->cost);
  return true;
}

static void lists_of_fills(void **state) {
  (void)state;
  char out[512] = "";
  int64_t a = opened("a"), b = opened("b");
  add_fill(a, "T2", "10", "0.5", NOW + 2, true);
  add_fill(b, "T1", "11.0", "0.50", NOW + 1, true);
  OK(journal_each_fill(J, 0, 0, list_fill, out));
  assert_string_equal(out, "2 kraken BTC/USD buy T1 11.0 0.50 5.5; 1 kraken BTC/USD buy T2 10 0.5 5; ");
  out[0] = 0;
  OK(journal_each_fill(J, a, 0, list_fill, out));
  OK(journal_each_fill(J, a, NOW + 3, list_fill, out));
  OK(journal_each_fill(J, 0, NOW + 2, list_fill, out));
  assert_string_equal(out, "1 kraken BTC/USD buy T2 10 0.5 5; 1 kraken BTC/USD buy T2 10 0.5 5; ");
}

/* ---- sums ---- */

static void sums_of_orders(void **state) {
  (void)state;
  static const struct { const char *venue, *symbol, *cost; int64_t at; enum order_state to; } rows[] = {
    { "kraken", "BTC/USD", "0.1", NOW - 90000, ORDER_FILLED }, { "kraken", "BTC/USD", "0.2", NOW - 50000, ORDER_REJECTED },
    { "kraken", "ETH/USD", "1.00", NOW - 40000, ORDER_OPEN },
    { "gemini", "BTC/USD", "10", NOW - 30000, ORDER_UNKNOWN }, { "kraken", "BTC/EUR", "100", NOW - 20000, ORDER_INTENDED },
    { "kraken", "BTC/USD:BTC", "1000", NOW, ORDER_UNKNOWN },
    { "kraken", "ETH/BTC", "0.00000001", NOW, ORDER_SENT } };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char client[8];
    snprintf(client, sizeof client, "c%zu", i);
    JournalOrder o = order_like(client);
    o.venue = rows[i].venue, o.symbol = rows[i].symbol, o.cost_asked = rows[i].cost, o.created_ms = rows[i].at;
    int64_t id = intend_as(&o);
    if (rows[i].to != ORDER_INTENDED) OK(journal_mark(J, id, ORDER_SENT, NULL, NOW));
    if (rows[i].to > ORDER_SENT) OK(journal_mark(J, id, rows[i].to, NULL, NOW));
  }
  static const struct { JournalSpan span; const char *notional; int64_t orders, open, unknown; } asked[] = {
    { { NULL, NULL, "USD", 0 }, "1011.3", 7, 5, 2 }, { { NULL, NULL, "USD", NOW - 50000 }, "1011.2", 6, 5, 2 },
    { { NULL, NULL, "USD", NOW - 49999 }, "1011", 5, 5, 2 },
    { { "kraken", "BTC/USD", "USD", NOW - 60000 }, "1001.2", 5, 4, 0 }, { { "gemini", "BTC/USD", "USD", NOW - 60000 }, "10", 1, 1, 1 },
    { { NULL, "BTC/USD:BTC", "EUR", 0 }, "100", 7, 5, 1 }, { { NULL, NULL, "BTC", 0 }, "0.00000001", 7, 5, 2 }, { { NULL, NULL, "JPY", 0 }, "0", 7, 5, 2 },
    { { "nowhere", NULL, "USD", 0 }, "0", 0, 0, 0 } };
  for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
    JournalSums s;
    OK(journal_sums(J, &asked[i].span, &s));
    assert_string_equal(text(s.notional), asked[i].notional);
    assert_int_equal(s.orders, asked[i].orders);
    assert_int_equal(s.open, asked[i].open);
    assert_int_equal(s.unknown, asked[i].unknown);
    assert_string_equal(text(s.realised), "0");
  }
}

typedef struct { const char *side, *price, *amount, *cost, *fee, *fee_currency; int64_t at; } Trade;

/* Trades of one symbol, in the order given by `turn` (NULL: as they are); what is realised since `since`. */
static const char *realised(const char *symbol, const Trade *t, size_t n, const size_t *turn, int64_t since) {
  static int made;
  char quote[16] = "", venue[16];
  sscanf(symbol, "%*[^/]/%15[^:]", quote);
  snprintf(venue, sizeof venue, "v%d", ++made);
  JournalSums s;
  for (size_t k = 0; k < n; k++) {
    size_t i = turn ? turn[k] : k;
    char client[32];
    snprintf(client, sizeof client, "r%d-%zu", made, i);
    JournalOrder o = order_like(client);
    o.venue = venue, o.symbol = symbol, o.side = t[i].side;
    int64_t id = intend_as(&o);
    OK(journal_mark(J, id, ORDER_SENT, NULL, NOW));
    OK(journal_fill(J, &(JournalFill){ .order = id, .trade_id = client, .at_ms = t[i].at, .price = t[i].price, .amount = t[i].amount, .cost = t[i].cost,
      .fee_cost = t[i].fee, .fee_currency = t[i].fee_currency }, NOW, NULL));
    OK(journal_sums(J, &(JournalSpan){ venue, NULL, quote, since }, &s));      /* each time: what was reckoned before goes on */
  }
  return text(s.realised);
}
#define REALISED(symbol, since, ...) realised(symbol, (const Trade[]){ __VA_ARGS__ }, sizeof((const Trade[]){ __VA_ARGS__ }) / sizeof(Trade), NULL, since)

static void results_of_fills(void **state) {
  (void)state;
  assert_string_equal(REALISED("BTC/USD", 0, { "buy", "100", "1", .at = 1 }), "0");
  assert_string_equal(REALISED("BTC/USD", 0, { "buy", "100", "1", .at = 1 }, { "sell", "110", "1", .at = 2 }), "10");
  assert_string_equal(REALISED("BTC/USD", 0, { "buy", "100", "1", .at = 1 }, { "buy", "50", "1", .at = 2 }, { "sell", "60", "1", .at = 3 }), "-15");
  assert_string_equal(REALISED("BTC/USD", 0, { "buy", "100", "1", .at = 1 }, { "buy", "50", "1", .at = 2 }, { "sell", "60", "2", .at = 3 }), "-30");
  assert_string_equal(REALISED("BTC/USD", 0, { "sell", "100", "1", .at = 1 }, { "buy", "90", "0.5", .at = 2 }), "5");                    /* short */
  assert_string_equal(REALISED("BTC/USD", 0, { "buy", "100", "1", .at = 1 }, { "sell", "90", "3", .at = 2 },
    { "buy", "80", "2", .at = 3 }), "10");   /* turns: -10, then +20 */
  assert_string_equal(REALISED("BTC/USD", 0, { "buy", "100", "1", .at = 1, .fee = "0.26", .fee_currency = "USD" }), "-0.26");
  assert_string_equal(REALISED("BTC/USD", 0, { "buy", "100", "1", .at = 1, .fee = "-0.1", .fee_currency = "USD" }), "0.1");              /* a rebate */
  assert_string_equal(REALISED("BTC/USD", 0, { "buy", "100", "1", .at = 1, .fee = "0.001", .fee_currency = "BTC" }), "-0.1");
  assert_string_equal(REALISED("BTC/USD", 0, { "buy", "100", "1", .at = 1, .fee = "0.001", .fee_currency = "BTC" },
    { "sell", "100", "0.999", .at = 2 }), "-0.1");
  assert_string_equal(REALISED("BTC/USD", 0, { "buy", "100", "1", .at = 1 }, { "sell", "200", "0.5", .at = 2, .fee = "0.5", .fee_currency = "BTC" }), "0");
  assert_string_equal(REALISED("BTC/USD", 0, { "buy", "100", "1", .at = 1, .fee = "5", .fee_currency = "BNB" }), "0");
  assert_string_equal(REALISED("BTC/USD", 2, { "buy", "100", "1", .at = 1, .fee = "7", .fee_currency = "USD" },
    { "sell", "90", "1", .at = 2 }), "-10");   /* of today */
  assert_string_equal(REALISED("BTC/USD", 0, { "buy", "100", "3", .at = 1 }, { "sell", "100", "1", .at = 2 }, { "sell", "100", "1", .at = 3 },
    { "sell", "100", "1", .at = 4 }), "0");
  assert_string_equal(REALISED("SHIB/USDT", 0, { "buy", "0.00000812", "123456789.12", .at = 1 },
    { "sell", "0.00000813", "123456789.12", .at = 2 }), "1.2345678912");
  /* contracts: 3 of 0.001 BTC; 2 of 100 USD, from 50,000 to 40,000 */
  assert_string_equal(REALISED("BTC/USDT:USDT", 0, { "buy", "60000", "3", "180", .at = 1 },
    { "sell", "61000", "3", "183", .at = 2, .fee = "0.1", .fee_currency = "USDT" }), "2.9");
  assert_string_equal(REALISED("BTC/USD:BTC", 0, { "buy", "50000", "2", "200", .at = 1 }, { "sell", "40000", "2", "200", .at = 2 }), "-40");
  assert_string_equal(REALISED("BTC/USD:BTC", 0, { "buy", "50000", "2", "200", .at = 1, .fee = "0.00001", .fee_currency = "BTC" },
    { "sell", "50000", "2", "200", .at = 2 }), "-0.5");           /* the fee is of no contract */
  assert_string_equal(REALISED("BTC/USD:BTC-240628", 0, { "sell", "50000", "2", "200", .at = 1 },
    { "buy", "40000", "2", "200", .at = 2, .fee = "0.00001", .fee_currency = "BTC" }), "39.6");
  clean_journal();
}

static void results_do_not_hang_on_the_order_of_arrival(void **state) {
  (void)state;
  static const Trade t[] = { { "buy", "100", "1", .at = 1 }, { "sell", "120", "0.4", .at = 2 },
    { "buy", "80", "0.7", .at = 3, .fee = "0.01", .fee_currency = "BTC" },
    { "sell", "90", "2", .at = 4 }, { "buy", "95", "0.3", .at = 5 } };
  static const size_t turns[][5] = { { 4, 3, 2, 1, 0 }, { 1, 0, 3, 2, 4 }, { 2, 4, 0, 1, 3 }, { 0, 4, 1, 3, 2 } };
  char want[128];
  snprintf(want, sizeof want, "%s", realised("BTC/USD", t, 5, NULL, 0));
  for (size_t i = 0; i < 4; i++) assert_string_equal(realised("BTC/USD", t, 5, turns[i], 0), want);
  JournalSums s, again;
  OK(journal_sums(J, &(JournalSpan){ NULL, NULL, "USD", 3 }, &s));
  journal_close(J);
  J = journal_open(dir, "live", false, err, sizeof err);           /* another process sees the same */
  assert_non_null(J);
  OK(journal_sums(J, &(JournalSpan){ NULL, NULL, "USD", 3 }, &again));
  assert_string_equal(text(s.realised), text(again.realised));
}

/* What was read once is not read again, in whatever order it came. */
static void results_count_once(void **state) {
  (void)state;
  static const char *const symbols[] = { "BTC/USD", "ETH/USD" };
  for (int i = 0; i < 2; i++) {
    JournalOrder o = order_like(symbols[i]);
    o.symbol = symbols[i];
    int64_t id = intend_as(&o);
    OK(journal_mark(J, id, ORDER_SENT, NULL, NOW));
    OK(journal_fill(J, &(JournalFill){ .order = id, .trade_id = "T", .at_ms = NOW - i, .price = "1", .amount = "1",
      .fee_cost = "3", .fee_currency = "USD" }, NOW, NULL));
  }
  for (int i = 0; i < 3; i++) {
    JournalSums s;
    OK(journal_sums(J, &(JournalSpan){ NULL, NULL, "USD", 0 }, &s));
    assert_string_equal(text(s.realised), "-6");
  }
}

/* When nothing is held any more, what was realised is the cash that came in less what went out, to the last digit that is kept. */
static void flat_is_cash(void **state) {
  (void)state;
  unsigned seed = 12345;
  for (int round = 0; round < 20; round++) {
    char venue[16], client[32], amount[32], price[32], left[64];
    Decimal cash = dec_from_int(0), held = dec_from_int(0), bound = { 1, 12 }, a, p, c, diff;
    snprintf(venue, sizeof venue, "flat%d", round);
    for (int i = 0; i < 12; i++) {
      bool buy = rand_r(&seed) % 2;
      snprintf(amount, sizeof amount, "%d.%08d", rand_r(&seed) % 100, rand_r(&seed) % 99999999 + 1);
      snprintf(price, sizeof price, "%d.%02d", rand_r(&seed) % 100000 + 1, rand_r(&seed) % 100);
      if (i == 11) {                                               /* back to nothing */
        if (dec_is_zero(held)) break;
        buy = held.m < 0;
        assert_true(dec_text(dec_abs(held), left, sizeof left) && strlen(left) < sizeof amount);
        strcpy(amount, left);
      }
      assert_true(dec_parse(amount, strlen(amount), &a) && dec_parse(price, strlen(price), &p) && dec_mul(a, p, &c));
      assert_true(dec_add(held, buy ? a : dec_neg(a), &held) && dec_add(cash, buy ? dec_neg(c) : c, &cash));
      snprintf(client, sizeof client, "f%d-%d", round, i);
      JournalOrder o = order_like(client);
      o.venue = venue, o.side = buy ? "buy" : "sell";
      int64_t id = intend_as(&o);
      add_fill(id, client, price, amount, i, true);
    }
    JournalSums s;
    OK(journal_sums(J, &(JournalSpan){ venue, NULL, "USD", 0 }, &s));
    assert_true(dec_sub(s.realised, cash, &diff));
    if (dec_cmp(dec_abs(diff), bound) > 0) fail_msg("round %d: %s realised, %s cash", round, text(s.realised), text(cash));
  }
}

/* What is kept against what the rows add up to: days, venues and markets mixed, fills in an order of their own, parts of days. */
#define DAY INT64_C(86400000)
static const char *const venues[] = { "kraken", "okx" }, *const symbols[] = { "BTC/USD", "ETH/USD", "ETH/BTC" };

typedef struct { const JournalSpan *span; double held[2][3], value[2][3], realised; } Reckoned;

static int index_of(const char *const *list, const char *s) { return strcmp(list[0], s) == 0 ? 0 : strcmp(list[1], s) == 0 ? 1 : 2; }

static bool reckon_fill(void *ctx, const JournalFill *f) {      /* oldest first */
  Reckoned *r = ctx;
  int v = index_of(venues, f->venue), m = index_of(symbols, f->symbol);
  double *held = &r->held[v][m], *value = &r->value[v][m], cost = atof(f->cost), gain = -atof(f->fee_cost);
  double amount = atof(f->amount) * (strcmp(f->side, "buy") == 0 ? 1 : -1), size = amount < 0 ? -amount : amount, was = *held < 0 ? -*held : *held;
  if (*held * amount >= 0) *value += cost;
  else {
    double closed = size < was ? size : was, in = *value * closed / was, out = cost * closed / size;
    gain += *held > 0 ? out - in : in - out;
    *value = size > was ? cost - out : *value - in;
  }
  *held += amount;
  if (*held < 1e-9 && *held > -1e-9) *held = *value = 0;
  if (f->at_ms >= r->span->since_ms && (!r->span->venue || strcmp(r->span->venue, f->venue) == 0) && strcmp(strchr(f->symbol, '/') + 1, r->span->quote) == 0)
    r->realised += gain;
  return true;
}

typedef struct { const JournalSpan *span; int64_t orders; double notional; } Counted;

static bool count_order(void *ctx, const JournalOrder *o) {
  Counted *c = ctx;
  if (o->created_ms < c->span->since_ms || (c->span->venue && strcmp(c->span->venue, o->venue) != 0)) return true;
  c->orders++;
  if (strcmp(strchr(o->symbol, '/') + 1, c->span->quote) == 0) c->notional += atof(o->cost_asked);
  return true;
}

static void assert_near(Decimal got, double want, int line) {
  double off = dec_double(got) - want;
  if (off > 1e-6 || off < -1e-6) fail_msg("line %d: %s, not %f", line, text(got), want);
}

static void sums_are_what_the_rows_add_up_to(void **state) {
  (void)state;
  unsigned seed = 4711;
  for (int i = 0; i < 300; i++) {
    char client[32], price[32], amount[32], fee[32];
    JournalOrder o = order_like(client);
    bool again = i % 10 == 9;
    int64_t at = rand_r(&seed) % (4 * DAY);
    snprintf(client, sizeof client, "s-%d", i);
    snprintf(price, sizeof price, "%d.%02d", rand_r(&seed) % 900 + 100, rand_r(&seed) % 100);
    snprintf(amount, sizeof amount, "%d.%03d", rand_r(&seed) % 3, rand_r(&seed) % 999 + 1);
    snprintf(fee, sizeof fee, "0.%02d", rand_r(&seed) % 100);
    o.venue = venues[rand_r(&seed) % 2], o.symbol = symbols[rand_r(&seed) % 3], o.side = rand_r(&seed) % 2 ? "buy" : "sell";
    o.created_ms = rand_r(&seed) % 8 ? at : at / DAY * DAY, o.cost_asked = price;
    int64_t id = intend_as(&o);
    JournalFill f = { .order = id, .trade_id = client, .at_ms = at, .price = price, .amount = amount, .fee_cost = fee,
      .fee_currency = strchr(o.symbol, '/') + 1 };
    OK(journal_fill(J, &f, NOW, NULL));
    if (again) OK(journal_fill(J, &f, NOW, NULL));
    if (i % 60 == 59) {
      OK(journal_begin(J));                                        /* what is undone leaves no trace in the sums */
      f.trade_id = "never";
      OK(journal_fill(J, &f, NOW, NULL));
      journal_abandon(J);
    }
  }
  static const int64_t since[] = { 0, DAY, 2 * DAY, 3 * DAY, 4 * DAY, DAY / 2, 3 * DAY + 1, 3 * DAY - 1, 2 * DAY + 40000000 };
  static const char *const quotes[] = { "USD", "BTC", "EUR" };
  for (int k = 0; k < 9 * 3 * 3; k++) {
    JournalSpan span = { .venue = k % 3 == 2 ? NULL : venues[k % 3], .quote = quotes[k / 3 % 3], .since_ms = since[k / 9] };
    Reckoned r = { .span = &span };
    Counted c = { .span = &span };
    JournalSums s;
    OK(journal_each_fill(J, 0, 0, reckon_fill, &r));
    OK(journal_each(J, &(JournalFilter){ 0 }, count_order, &c));
    OK(journal_sums(J, &span, &s));
    assert_int_equal(s.orders, c.orders);
    assert_near(s.notional, c.notional, __LINE__);
    assert_near(s.realised, r.realised, __LINE__);
  }
  clean_journal();
}

/* A result that has no text of 38 digits is not told, for its day and for what is held from then on; other days and markets are. */
static void results_that_are_too_long(void **state) {
  (void)state;
  static const Trade t[] = { { "buy", "1", "1", .at = 1 }, { "sell", "99999999999999999999999999999999999998", "1", .fee = "0.00000000000000000001",
    .fee_currency = "USD", .at = DAY + 1 }, { "buy", "1", "1", .at = 2 * DAY } };
  JournalSums s;
  for (int i = 0; i < 3; i++) {
    char client[16];
    snprintf(client, sizeof client, "l%d", i);
    JournalOrder o = order_like(client);
    o.side = t[i].side;
    OK(journal_fill(J, &(JournalFill){ .order = intend_as(&o), .trade_id = client, .at_ms = t[i].at, .price = t[i].price, .amount = t[i].amount,
      .fee_cost = t[i].fee, .fee_currency = t[i].fee_currency }, NOW, NULL));
  }
  REFUSED(journal_sums(J, &(JournalSpan){ .quote = "USD", .since_ms = DAY }, &s), "more than 38 digits");
  REFUSED(journal_sums(J, &(JournalSpan){ .quote = "USD", .since_ms = 2 * DAY }, &s), "more than 38 digits");
  OK(journal_sums(J, &(JournalSpan){ .quote = "USD", .since_ms = 3 * DAY }, &s));
  OK(journal_sums(J, &(JournalSpan){ .quote = "EUR", .since_ms = 0 }, &s));
  clean_journal();
  JournalOrder o = order_like("before");                           /* told late: what follows is reckoned again */
  OK(journal_fill(J, &(JournalFill){ .order = intend_as(&o), .trade_id = "before", .at_ms = 2, .price = "1", .amount = "1" }, NOW, NULL));
  clean_journal();
}

/* ---- groups, pairs, balances ---- */

static void changes_that_hold_together(void **state) {
  (void)state;
  int64_t id;
  JournalOrder o = order_like("g-1");
  OK(journal_begin(J));
  REFUSED(journal_begin(J), "begun already");
  OK(journal_intend(J, &o, &id));
  OK(journal_mark(J, id, ORDER_SENT, NULL, NOW));
  REFUSED(journal_mark(J, id, ORDER_INTENDED, NULL, NOW), "it cannot become");      /* undone alone */
  OK(journal_fill(J, &(JournalFill){ .order = id, .trade_id = "T", .price = "1", .amount = "0.1" }, NOW, NULL));
  REFUSED(journal_fill(J, &(JournalFill){ .order = id, .trade_id = "U", .price = "1", .amount = "99999999999999999999999999999999999999" }, NOW, NULL),
    "more than 38 digits");                                        /* found out after the fill was written: undone alone too */
  REFUSED(journal_sums(J, &(JournalSpan){ .quote = "USD" }, &(JournalSums){ 0 }), "not between");
  OK(journal_commit(J));
  assert_state(id, ORDER_SENT);
  assert_figures(id, "0.1 0 1 0.1");
  REFUSED(journal_commit(J), "no changes");
  OK(journal_begin(J));
  OK(journal_mark(J, id, ORDER_OPEN, NULL, NOW));
  journal_abandon(J);
  assert_state(id, ORDER_SENT);
  OK(journal_begin(J));
  OK(journal_mark(J, id, ORDER_OPEN, NULL, NOW));
  journal_close(J);                                                /* never committed */
  J = journal_open(dir, "live", true, err, sizeof err);
  assert_non_null(J);
  assert_state(id, ORDER_SENT);
  clean_journal();
}

static bool list_pair(void *ctx, const JournalPair *p) {
  char *out = ctx;
  snprintf(out + strlen(out), 256 - strlen(out), "%" PRId64 " %s; ", p->id, p->state);
  return true;
}

static void pairs(void **state) {
  (void)state;
  int64_t a = 0, b = 0;
  char out[256] = "";
  JournalPair p = { .run = run, .state = "first", .policy = "reverse", .deadline_ms = NOW + 5000, .loss_bound = "2.50", .data = "{\"legs\":2}",
    .created_ms = NOW, .updated_ms = NOW };
  OK(journal_pair_put(J, &p, &a));
  OK(journal_pair_put(J, &p, &b));
  JournalOrder o = order_like("leg"), *back;
  o.pair = a, o.leg = 2;
  int64_t id = intend_as(&o);
  back = journal_order(J, id);
  assert_int_equal(back->pair, a);
  assert_int_equal(back->leg, 2);
  free(back);
  p.id = a, p.state = "second", p.updated_ms = NOW + 1, p.created_ms = 5, p.data = NULL;
  OK(journal_pair_put(J, &p, NULL));
  JournalPair *got = journal_pair_get(J, a);
  assert_string_equal(got->state, "second");
  assert_string_equal(got->policy, "reverse");
  assert_string_equal(got->loss_bound, "2.50");
  assert_null(got->data);
  assert_int_equal(got->deadline_ms, NOW + 5000);
  assert_int_equal(got->created_ms, NOW);
  assert_int_equal(got->updated_ms, NOW + 1);
  assert_int_equal(got->run, run);
  free(got);
  OK(journal_pair_each_unfinished(J, list_pair, out));
  assert_string_equal(out, "1 second; 2 first; ");
  p.state = "done";
  OK(journal_pair_put(J, &p, NULL));
  REFUSED(journal_pair_put(J, &p, NULL), "no pair 1, or it is finished");
  OK(journal_pair_again(J, b, NOW + 2));             /* not finished: nothing to do */
  OK(journal_pair_again(J, a, NOW + 2));
  got = journal_pair_get(J, a);
  assert_string_equal(got->state, "again");
  assert_int_equal(got->updated_ms, NOW + 2);
  free(got);
  OK(journal_pair_put(J, &p, NULL));
  p.id = 9;
  REFUSED(journal_pair_put(J, &p, NULL), "no pair 9");
  p.id = 0, p.loss_bound = "much";
  REFUSED(journal_pair_put(J, &p, &a), "loss_bound is not a number: 'much'");
  p.loss_bound = NULL, p.policy = NULL;
  REFUSED(journal_pair_put(J, &p, &a), "policy of a pair is missing");
  p.policy = "hold", p.state = "";
  REFUSED(journal_pair_put(J, &p, &a), "state of a pair is missing");
  out[0] = 0;
  OK(journal_pair_each_unfinished(J, list_pair, out));
  assert_string_equal(out, "2 first; ");
  assert_null(journal_pair_get(J, 9));
  clean_journal();
}

static bool list_balance(void *ctx, const JournalBalance *b) {
  char *out = ctx;
  snprintf(out + strlen(out), 256 - strlen(out), "%s %s %s; ", b->code, b->free, b->used);
  return true;
}

static void balances(void **state) {
  (void)state;
  char out[256] = "";
  JournalBalance b = { "main", "kraken", "USD", "1000.00", "0" }, *got;
  REFUSED(journal_balance_set(J, &b), "paper only");
  journal_close(J);
  journal_start("paper");
  assert_null(journal_balance_get(J, "main", "kraken", "USD"));
  assert_string_equal(journal_error(J), "");
  OK(journal_balance_set(J, &b));
  OK(journal_balance_set(J, &(JournalBalance){ "main", "kraken", "BTC", "1", "0.5" }));
  OK(journal_balance_set(J, &(JournalBalance){ "main", "gemini", "BTC", "7", "0" }));
  b.free = "900.10", b.used = "99.90";
  OK(journal_balance_set(J, &b));
  b.free = "x";
  REFUSED(journal_balance_set(J, &b), "free is not a number: 'x'");
  OK(journal_balance_each(J, "main", "kraken", list_balance, out));
  assert_string_equal(out, "BTC 1 0.5; USD 900.10 99.90; ");
  got = journal_balance_get(J, "main", "gemini", "BTC");
  assert_string_equal(got->free, "7");
  free(got);
  JournalVerdict v;
  if (!verify(&v, "paper.db")) fail_msg("%s", faults);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, live, clean)
  const struct CMUnitTest tests[] = { T(a_life_of_an_order), T(events_tell_everything), T(the_chain_is_as_described), T(every_step), T(what_is_refused),
    T(figures_follow_from_fills), T(a_trade_told_again), T(what_the_venue_told_stands), T(orders_without_amount_and_contracts), T(lists_of_orders), T(orders_whose_fills_lack),
    T(what_is_told_after_the_end), T(a_walk_may_change_things), T(lists_of_fills), T(sums_of_orders), T(results_of_fills),
    T(results_do_not_hang_on_the_order_of_arrival),
    T(results_count_once), T(flat_is_cash), T(sums_are_what_the_rows_add_up_to),
    T(results_that_are_too_long),
    T(changes_that_hold_together), T(pairs), T(balances) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
