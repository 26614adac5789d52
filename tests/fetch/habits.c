/* Venues that give candles, each with a habit of its own, on loopback. One market, minutes and days; the price of a minute is made of its time, so that what
 * was fetched can be compared with what there is.
 *   habits PORT-FILE [LOG]            serves; a path is /HABIT/markets or /HABIT/candles?since=&until=&limit=&period=
 *   habits expect FROM UNTIL [ADD]    the csv that bourse exports of that time; prices raised by ADD
 * The market began BEGIN; there are no trades in a night (300 minutes) of each third day of the first 300. */
#include <microhttpd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MINUTE 60000ll
#define DAY 86400000ll
#define BEGIN (1704067200000ll + 5 * DAY)          /* 2024-01-06 */
#define PAGE 300

static FILE *log_file;
static int asked;

static long long now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

static bool there(long long at, long long period) {
  if (at < BEGIN) return false;
  return period != MINUTE || at > BEGIN + 300 * DAY || (at / DAY) % 3 != 0 || at % DAY >= 300 * MINUTE;
}

static int price(long long at) { return 10000 + (int)((unsigned long long)at / 60000 * 2654435761u % 1000); }

static int row(char *out, size_t size, long long at, const char *form) {
  int p = price(at);
  return snprintf(out, size, form, at, p, p + 7, p % 100, p - 9, p + 3, p % 50 + 1);
}

/* ---- one reply ---- */

typedef struct { const char *habit; long long since, until, limit, period; } Question;

static bool is(const Question *q, const char *habit) { return !strcmp(q->habit, habit); }

/* From where, to where (past it), how many at most, and whether the newest of them. */
static char *reply(const Question *q, unsigned *status) {
  long long now = now_ms(), from = q->since, to = now, most = q->limit > 0 && q->limit < PAGE ? q->limit : PAGE;
  bool newest = false;
  *status = 200;
  asked++;
  if (is(q, "strict") && q->limit > 200) return *status = 400, strdup("{\"error\":\"limit is at most 200\"}");
  if (is(q, "flaky") && asked % 3 == 0) return *status = 503, strdup("{\"error\":\"overloaded\"}");
  if (is(q, "slow")) usleep(150000);
  if (is(q, "few")) most = 41;
  if (is(q, "ignores")) from = now - PAGE * q->period, newest = true;
  if (is(q, "newest") || !q->since) newest = true;
  if (is(q, "newest") && q->until) to = q->until + 1;
  if (is(q, "overlaps")) from -= 5 * q->period;
  if (is(q, "windows") && to > from + 100 * q->period) to = from + 100 * q->period;
  if (is(q, "hole") && asked % 3 == 2) to = from;
  from = (from + q->period - 1) / q->period * q->period;
  if (from < BEGIN && !is(q, "windows")) from = BEGIN;
  if (from < 0) from = 0;
  if (newest && to - from > most * q->period) from = (to - most * q->period) / q->period * q->period + q->period;
  char *out = malloc((size_t)(most + 2) * 120 + 40), *end = out + sprintf(out, "[");
  long long n = 0, list[PAGE + 1];
  for (long long at = from; at < to && n < most; at += q->period)
    if (there(at, q->period)) list[n++] = at;
  for (long long i = 0; i < n; i++)
    end += row(end, 120, list[is(q, "reversed") ? n - 1 - i : i], &",[%lld,\"%d\",\"%d.%02d\",\"%d\",\"%d\",\"0.%03d\"]"[!i]);
  if (is(q, "odd") && n) end += sprintf(end, ",[%lld,\"10\",\"5\",\"20\",\"10\",\"1\"]", list[0]);
  strcpy(end, "]");
  return out;
}

static long long number(struct MHD_Connection *c, const char *key) {
  const char *v = MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, key);
  return v ? atoll(v) : 0;
}

static enum MHD_Result serve(void *cls, struct MHD_Connection *c, const char *url, const char *method, const char *version, const char *data, size_t *n,
                             void **own) {
  char habit[32] = "";
  unsigned status = 200;
  (void)cls, (void)method, (void)version, (void)data, (void)n, (void)own;
  sscanf(url, "/%31[a-z]", habit);
  Question q = { habit, number(c, "since"), number(c, "until"), number(c, "limit"), number(c, "period") };
  if (q.period <= 0) q.period = MINUTE;
  if (log_file) {
    fprintf(log_file, "%s since=%lld until=%lld limit=%lld period=%lld\n", url, q.since, q.until, q.limit, q.period);
    fflush(log_file);
  }
  char *text = strstr(url, "/markets") ? strdup("[{\"id\":\"btcusd\"},{\"id\":\"ethusd\"}]") : reply(&q, &status);
  struct MHD_Response *r = MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE);
  enum MHD_Result ok = MHD_queue_response(c, status, r);
  MHD_destroy_response(r);
  return ok;
}

static int expect(long long from, long long until) {
  puts("time,open,high,low,close,volume");
  for (long long at = (from + MINUTE - 1) / MINUTE * MINUTE; at < until; at += MINUTE) {
    char text[120], date[32];
    time_t t = (time_t)(at / 1000);
    struct tm tm;
    if (!there(at, MINUTE)) continue;
    row(text, sizeof text, at, "%lld,%d,%d.%02d,%d,%d,0.%03d");
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S.000Z", gmtime_r(&t, &tm));
    /* without zeros at the end of a fraction, as exact text is */
    char out[160], *w = out + sprintf(out, "%s", date);
    for (char *cell = strchr(text, ','); cell; ) {
      char *end = strchr(cell + 1, ',');
      size_t len = end ? (size_t)(end - cell) : strlen(cell);
      if (memchr(cell, '.', len)) {
        while (cell[len - 1] == '0') len--;
        if (cell[len - 1] == '.') len--;
      }
      w += sprintf(w, "%.*s", (int)len, cell);
      cell = end;
    }
    puts(out);
  }
  return 0;
}

int main(int argc, char **argv) {
  if (argc > 3 && !strcmp(argv[1], "expect")) return expect(atoll(argv[2]), atoll(argv[3]));
  if (argc < 2) return 2;
  if (argc > 2) log_file = fopen(argv[2], "a");
  struct MHD_Daemon *d = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, serve, NULL, MHD_OPTION_END);
  if (!d) return 1;
  FILE *f = fopen(argv[1], "w");
  if (!f) return 1;
  fprintf(f, "http://127.0.0.1:%d\n", MHD_get_daemon_info(d, MHD_DAEMON_INFO_BIND_PORT)->port);
  fclose(f);
  for (;;) pause();
}
