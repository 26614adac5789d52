/* The page as a file: what stays of more data than it keeps, and texts that try to be more than text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "page/page.h"

static char dir[] = "/tmp/page_test.XXXXXX", path[64];

/* The whole page, and from where its data begins; free it. */
static char *written(const Page *p, const char **data) {
  char err[300] = "";
  struct stat st;
  assert_true(page_write(p, path, err, sizeof err));
  assert_int_equal(stat(path, &st), 0);
  char *text = malloc((size_t)st.st_size + 1);
  FILE *f = fopen(path, "rb");
  assert_non_null(f);
  assert_int_equal(fread(text, 1, (size_t)st.st_size, f), (size_t)st.st_size);
  text[st.st_size] = 0;
  fclose(f);
  *data = strstr(text, "id=\"data\">");
  assert_non_null(*data);
  return text;
}

static size_t count(const char *text, const char *what) {
  size_t n = 0;
  for (const char *p = text; (p = strstr(p, what)); p += strlen(what)) n++;
  return n;
}

/* A million points in the room of 800 pieces; the one that stands out is still there. */
static void lines(void **state) {
  (void)state;
  const char *data;
  Page *p = page_new("t", "s");
  int line = page_series(p, page_chart(p, "c", "%", PAGE_PLAIN_CHART), "l", PAGE_LINE);
  for (int i = 0; i < 1000000; i++) page_point(p, line, 1000 + i, i == 654321 ? 99.5 : i == 234567 ? -77.25 : sin(i / 1e4));
  page_point(p, line, 2000000, NAN);
  page_point(p, -1, 1, 1);
  char *text = written(p, &data);
  assert_non_null(strstr(data, "\"given\":1000000,\"each\":2048,\"from\":1000,\"points\":["));
  assert_non_null(strstr(data, ",654321,99.5,"));
  assert_non_null(strstr(data, ",234567,-77.25,"));
  const char *end = strstr(data, "</script>");
  assert_true(end - data < 2 * PAGE_POINTS * 30);
  free(text);
  page_free(p);
}

static void candles(void **state) {
  (void)state;
  const char *data;
  Page *p = page_new("t", "");
  int line = page_series(p, page_chart(p, "c", "USD", PAGE_PLAIN_CHART), "l", PAGE_CANDLES);
  for (int i = 0; i < PAGE_CANDLES_MOST + 1; i++) page_candle(p, line, 60000ll * i, (double[4]){ i, i + 2, i - 1, i + 1 });
  page_candle(p, line, 1, (double[4]){ NAN, 1, 1, 1 });
  for (int i = 0; i < PAGE_MARKS + 5; i++) page_mark(p, line, i, i % 2 ? PAGE_SELL : PAGE_BUY, "x");
  char *text = written(p, &data);
  assert_non_null(strstr(data, "\"each\":2,\"from\":0,\"candles\":[[0,0,3,-1,2],[120000,2,5,1,4],"));
  assert_non_null(strstr(data, ",[240000000,4000,4002,3999,4001]]"));
  assert_int_equal(count(data, ",\"sell\",\"x\"]"), PAGE_MARKS / 2);
  assert_non_null(strstr(data, "\"marksGiven\":1005"));
  free(text);
  page_free(p);
}

static void rows_and_moments(void **state) {
  (void)state;
  const char *data;
  Page *p = page_new("t", "");
  const PageColumn columns[] = { { "what", PAGE_TEXT }, { "n", PAGE_NUMBER } };
  int table = page_table(p, "rows", 2, columns);
  for (int i = 0; i < PAGE_ROWS + 3; i++) page_row(p, table, (PageCell[]){ { "r", 0 }, { NULL, i == 1 ? NAN : i } });
  page_row(p, 7, (PageCell[]){ { "r", 0 }, { NULL, 1 } });
  page_moment(p, &(PageMoment){ .rank = 1 }, NULL);                /* before there is a table of them */
  page_moments(p, "moments", 2, columns);
  PageLevel levels[100];
  for (int i = 0; i < 100; i++) levels[i] = (PageLevel){ 100 + i, 1 };
  for (int i = 0; i < PAGE_MOMENTS * 3; i++)
    page_moment(p, &(PageMoment){ .at_ms = i, .rank = i * 7 % 601, .net = NAN, .size = 1, .name = "m", .buy = "a", .sell = "b", .asks = levels, .n_asks = 100 },
      (PageCell[]){ { "m", 0 }, { NULL, i * 7 % 601 } });
  char *text = written(p, &data);
  assert_non_null(strstr(data, "\"given\":1003,\"columns\":[[\"what\",\"text\"],[\"n\",\"number\"]],\"rows\":[[\"r\",0],[\"r\",null],[\"r\",2],"));
  assert_int_equal(count(data, "[\"r\","), PAGE_ROWS);
  assert_int_equal(count(data, "{\"at\":"), PAGE_MOMENTS);
  assert_int_equal(count(data, "[\"m\",600]"), 1);
  assert_int_equal(count(data, "[\"m\",400]"), 1);                  /* 200 of them: 400 to 600; 594 was none */
  assert_int_equal(count(data, "[\"m\",399]"), 0);
  assert_non_null(strstr(data, "139,1],\"bids\":[]}"));
  free(text);
  page_free(p);
}

static void texts(void **state) {
  (void)state;
  const char *data;
  Page *p = page_new("</title><script>x</script>", "a\xe2\x80\xa8" "b\xe2\x80\xa9" "c&\"\\");
  page_fact(p, "<!--", "</script \x01\xff");
  char *all = malloc(2000);
  for (int i = 0; i < 1998; i += 2) memcpy(all + i, "\xc3\xa9", 2);      /* é, cut in the middle of none */
  all[1998] = 0;
  page_figure(p, "f", all, PAGE_BAD);
  free(all);
  for (int i = 0; i < 20; i++) page_series(p, page_chart(p, "c", "", PAGE_PLAIN_CHART), "empty", PAGE_LINE);
  char *text = written(p, &data);
  assert_null(strstr(text, "<script>x"));
  assert_non_null(strstr(text, "<title>&#60;/title&#62;&#60;script&#62;x&#60;/script&#62;</title>"));
  assert_non_null(strstr(data, "\"title\":\"\\u003c/title\\u003e\\u003cscript\\u003ex\\u003c/script\\u003e\""));
  assert_non_null(strstr(data, "\"a\\u2028b\\u2029c\\u0026\\\"\\\\\""));
  assert_non_null(strstr(data, "[\"\\u003c!--\",\"\\u003c/script \\u0001\xff\"]"));
  assert_non_null(strstr(data, "\xc3\xa9\",\"bad\"]"));
  assert_int_equal(count(data, "\"kind\":\"plain\""), PAGE_CHARTS);
  free(text);
  page_free(p);
}

static void files(void **state) {
  (void)state;
  char err[300], none[96];
  snprintf(none, sizeof none, "%s/none/page.html", dir);
  assert_false(page_check(none, err, sizeof err));
  assert_non_null(strstr(err, "No such file"));
  assert_false(page_check(dir, err, sizeof err));
  assert_false(page_check("", err, sizeof err));
  assert_true(page_check(path, err, sizeof err));
  Page *p = page_new("t", "");
  assert_false(page_write(p, dir, err, sizeof err));
  assert_true(page_write(p, path, err, sizeof err));
  assert_true(page_write(p, path, err, sizeof err));
  page_free(p);
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(lines), cmocka_unit_test(candles), cmocka_unit_test(rows_and_moments), cmocka_unit_test(texts),
    cmocka_unit_test(files) };
  if (!mkdtemp(dir)) return 1;
  snprintf(path, sizeof path, "%s/page.html", dir);
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  unlink(path);
  return rmdir(dir) != 0 || failed;
}
