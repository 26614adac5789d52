/* The JSON scanner: what it takes, what it refuses and where it says so, and the tape it makes. */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "worker/json.h"

static char err[160];

static JsonDoc *parse_bytes(const char *s, size_t len) {
  char *text = malloc(len + 1);   /* exactly the room that is promised: a sanitizer sees one byte too far */
  memcpy(text, s, len);
  *err = 0;
  return json_parse(text, len, err, sizeof err);
}

static JsonDoc *parse(const char *s) { return parse_bytes(s, strlen(s)); }

/* The same text in parts of `step` bytes, or cut once at `step` where `once`: the same tape or the same error as of the whole. */
static void same_in_parts(const char *s, size_t len, size_t step, bool once) {
  char whole_err[160];
  JsonDoc *whole = parse_bytes(s, len), *d;
  memcpy(whole_err, err, sizeof err);
  JsonStream *j = json_stream_new(0);
  assert_non_null(j);
  for (size_t at = 0; at < len;) {
    size_t n = once && at ? len - at : step;
    if (n > len - at) n = len - at;
    json_stream_add(j, s + at, n);
    at += n;
  }
  size_t n;
  assert_memory_equal(json_stream_text(j, &n), s, len);
  assert_int_equal(n, len);
  *err = 0;
  d = json_stream_end(j, err, sizeof err);
  if (!whole) {
    if (d) fail_msg("'%.60s' in parts of %zu: taken, but %s", s, step, whole_err);
    assert_string_equal(err, whole_err);
    json_stream_free(j);
    return;
  }
  if (!d) fail_msg("'%.60s' in parts of %zu: %s", s, step, err);
  assert_int_equal(d->n, whole->n);
  assert_memory_equal(d->nodes, whole->nodes, whole->n * sizeof *d->nodes);
  json_unref(d);
  json_unref(whole);
}

static void parts(const char *s, size_t len) {
  for (size_t at = 1; at <= len; at++) {
    same_in_parts(s, len, at, true);
    same_in_parts(s, len, at, false);
  }
}

/* An array or object of `whole`, as far as the first `len` bytes have it: children that are whole, or stay although they are open. */
static uint32_t is_so_far(const JsonDoc *whole, const JsonDoc *cut, uint32_t node, unsigned level, unsigned depth, size_t len) {
  const JsonNode *full = &whole->nodes[node], *now = &cut->nodes[node];
  assert_int_equal(now->type, full->type);
  assert_int_equal(now->start, full->start);
  size_t end = full->start + json_bytes(whole->nodes, node) + (full->type == JSON_STRING);
  /* Of a number the end is only known by what follows, of a word and a bracket by itself. */
  bool complete = full->type == JSON_NUMBER ? end < len : end <= len;
  if (complete) {
    assert_memory_equal(now, full, (json_next(whole->nodes, node) - node) * sizeof *now);
    return json_next(whole->nodes, node);
  }
  assert_true(full->type >= JSON_ARRAY && level <= depth);
  uint32_t children = 0, at = json_first(node), last = node;
  bool object = full->type == JSON_OBJECT;
  while (at < json_next(cut->nodes, node)) {
    last = at + object;
    at = is_so_far(whole, cut, at + object, level + 1, depth, len);
    children++;
  }
  assert_int_equal(at, json_next(cut->nodes, node));
  assert_int_equal(now->size, children);
  if (last == node || json_next(whole->nodes, last) == at) {      /* no child is open: the next one, which is missing, is not whole, or lies too deep */
    if (at == json_next(whole->nodes, node)) return at;
    const JsonNode *next = &whole->nodes[at + object];
    end = next->start + json_bytes(whole->nodes, at + object) + (next->type == JSON_STRING);
    bool begun = next->start < len && next->type >= JSON_ARRAY;
    if (next->type == JSON_NUMBER ? end < len : end <= len)
      fail_msg("'%.*s', nested up to %u: what ends at byte %zu is missing", (int)len, whole->text, depth, end);
    assert_true(!begun || level == depth);
  }
  return at;
}

static void so_far(void **state) {
  (void)state;
  static const char *const texts[] = {
    "{\"a\":1,\"list\":[{\"id\":\"x\",\"in\":[1,[2],{}]},{\"id\":\"y\\\\z\"},null,12.5,[]],\"b\":{\"c\":{\"d\":[true]}}}",
    " [ [ ] , { } , [[1],2] , \"s\" , { \"k\" : [ 7 ] , \"l\" : { \"m\" : 1e5 } } ] ", "[]", "[1,2,3,44]", "{\"a\":{\"a\":{\"a\":{\"a\":1}}}}",
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    size_t n = strlen(texts[i]);
    JsonDoc *whole = parse(texts[i]);
    for (size_t len = 1; len <= n; len++) {
      JsonStream *j = json_stream_new(0);
      JsonDoc *held = NULL;
      json_stream_add(j, texts[i], len);
      for (unsigned depth = 0; depth <= JSON_CUT_MAX && len >= 3; depth++) {
        JsonDoc *d = json_stream_cut(j, depth);
        assert_non_null(d);
        if (!held) held = json_ref(d);
        assert_ptr_equal(d, held);
        is_so_far(whole, d, 0, 0, depth, len);
        json_stream_uncut(j);
      }
      assert_null(json_stream_cut(j, JSON_CUT_MAX + 1));
      json_stream_add(j, texts[i] + len, n - len);
      JsonDoc *d = json_stream_end(j, err, sizeof err);
      assert_int_equal(d->n, whole->n);
      assert_memory_equal(d->nodes, whole->nodes, whole->n * sizeof *d->nodes);
      if (held) {
        assert_ptr_equal(d, held);
        json_unref(d);
        assert_int_equal(held->refs, 1);
      }
      json_unref(d);
    }
    json_unref(whole);
  }
  JsonStream *j = json_stream_new(0);              /* who holds the document may do so for longer than the stream */
  json_stream_add(j, "[[1],[2", 7);
  JsonDoc *held = json_ref(json_stream_cut(j, 0));
  assert_int_equal(held->nodes[0].size, 1);
  json_stream_uncut(j);
  json_stream_add(j, "}", 1);
  assert_null(json_stream_cut(j, 0));
  assert_null(json_stream_end(j, err, sizeof err));
  json_stream_free(j);
  assert_int_equal(held->refs, 1);
  json_unref(held);
}

/* In how many arrays and objects a node lies. */
static unsigned level_of(const JsonDoc *d, uint32_t node) {
  unsigned level = 0;
  for (uint32_t i = 0; i < node; i++) {
    if (d->nodes[i].type < JSON_ARRAY) continue;
    if (json_next(d->nodes, i) > node) level++;
    i++;
  }
  return level;
}

/* In parts of `step` bytes, of which the children of `list` that are whole are taken off after each; whether any were. */
static bool with_drops(const JsonDoc *whole, uint32_t list, size_t step) {
  JsonStream *j = json_stream_new(0);
  bool dropped = false;
  for (size_t at = 0; at < whole->len; at += step) {
    json_stream_add(j, whole->text + at, step < whole->len - at ? step : whole->len - at);
    JsonDoc *cut = json_stream_cut(j, level_of(whole, list));
    if (!cut) continue;
    bool there = list < cut->n && cut->nodes[list].type >= JSON_ARRAY && json_next(cut->nodes, 0) > list;
    uint32_t end = there ? json_next(cut->nodes, list) : 0;
    json_stream_uncut(j);
    if (!there || !json_stream_drop(j, list, end)) continue;
    assert_int_equal(cut->list, list);
    dropped = dropped || end > json_first(list);
  }
  JsonDoc *d = json_stream_end(j, err, sizeof err);
  if (!d) fail_msg("%s in parts of %zu: %s", whole->text, step, err);
  assert_int_equal(d->n, whole->n);
  uint32_t first = json_first(list), after = json_next(whole->nodes, list), there = after;
  assert_memory_equal(d->nodes, whole->nodes, first * sizeof *d->nodes);
  if (after < d->n) assert_memory_equal(d->nodes + after, whole->nodes + after, (d->n - after) * sizeof *d->nodes);
  assert_true(d->hollow || !dropped);
  if (d->hollow) there = d->list_end;
  uint32_t less = after - there;
  for (uint32_t i = first; i < there; i++) {      /* the children that are there are the last ones */
    JsonNode n = whole->nodes[i + less];
    assert_int_equal(d->nodes[i].start, n.start);
    assert_int_equal(d->nodes[i].type, n.type);
    assert_int_equal(d->nodes[i].size, n.size);
    if (n.type >= JSON_ARRAY) {
      i++;
      assert_int_equal(d->nodes[i].start, whole->nodes[i + less].start - less);
      assert_int_equal(d->nodes[i].size, whole->nodes[i + less].size);
    }
  }
  assert_true(json_unfold(d));
  assert_false(d->hollow);
  assert_int_equal(d->n, whole->n);
  assert_memory_equal(d->nodes, whole->nodes, whole->n * sizeof *d->nodes);
  json_unref(d);
  return dropped;
}

static void hollow(void **state) {
  (void)state;
  static const char *const texts[] = {
    "{\"a\":1,\"list\":[{\"id\":\"x\",\"in\":[1,[2],{}]},{\"id\":\"y\\\\z\"},null,12.5,[],{\"k\":[[[3]]]}],\"b\":{\"c\":{\"d\":[true]}}}",
    " [ [ ] , { } , [[1],2] , \"s\" , { \"k\" : [ 7 ] , \"l\" : { \"m\" : 1e5 } } ] ", "{\"x\":{\"a\":1,\"b\":{\"c\":[2,3]},\"d\":\"e\"},\"y\":[[4]]}", "[]",
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    JsonDoc *whole = parse(texts[i]);
    for (uint32_t list = 0; list < whole->n; list++) {
      if (whole->nodes[list].type < JSON_ARRAY) continue;
      bool any = false;
      for (size_t step = 1; step <= whole->len; step++) any = with_drops(whole, list, step) || any;
      assert_true(any ? whole->nodes[list].size > 0 : whole->nodes[list].size < 2);      /* one alone may be whole only when the list is */
      list++;
    }
    json_unref(whole);
  }
  /* One list a document, and only while it is open. */
  JsonStream *j = json_stream_new(0);
  json_stream_add(j, "[[1,2],[3,4,", 12);
  assert_false(json_stream_drop(j, 2, 6));
  assert_true(json_stream_drop(j, 6, 10));
  assert_false(json_stream_drop(j, 0, 6));
  json_stream_add(j, "5],[6,", 6);
  assert_false(json_stream_drop(j, 6, 8));
  json_stream_add(j, "7]]", 3);
  JsonDoc *d = json_stream_end(j, err, sizeof err), *whole = parse("[[1,2],[3,4,5],[6,7]]");
  assert_int_equal(d->list_end, 9);
  assert_int_equal(d->nodes[8].size, 1);
  assert_memory_equal(d->nodes + 11, whole->nodes + 11, (whole->n - 11) * sizeof *d->nodes);
  json_unref(whole);
  json_unref(d);
}

static void accepts(void **state) {
  (void)state;
  static const char *const good[] = {
    "{}", "[]", "null", "true", "false", "0", "-0", "12", "-1.5e+10", "1E-2", "0.10", "\"\"", " [ 1 , 2 ] \n\t\r", "{\"a\":{\"b\":[{}]}}", "[[[]],{}]",
    "\xef\xbb\xbf{}", "\"\\u0000\\ud83d\\ude00\\/\\b\"", "\"\x7f\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf\xed\x9f\xbf\"", "{\"\":1}", "{\"a\":1,\"a\":2}",
    "1e999999", "123456789012345678901234567890.123456789", "\"aaaaaaaaaaaaaaaaaaaaaaaaaa\xc3\xa9zzzzzzzzzzzzzz\"",
  };
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    JsonDoc *d = parse(good[i]);
    if (!d) fail_msg("%s: %s", good[i], err);
    assert_int_equal(json_next(d->nodes, 0), d->n);
    json_unref(d);
    parts(good[i], strlen(good[i]));
  }
}

static void refuses(void **state) {
  (void)state;
  static const struct { const char *text, *why; } bad[] = {
    { "", "no JSON: the text is empty" },
    { "  ", "truncated JSON (ends at byte 2)" },
    { "{\"a\":1 \"b\":2}", "invalid JSON at byte 8: expected ',' or '}', found '\"'" },
    { "[1 2]", "invalid JSON at byte 4: expected ',' or ']', found '2'" },
    { "[1,]", "invalid JSON at byte 4: expected a value, found ']'" },
    { "{\"a\":1,}", "invalid JSON at byte 8: expected a key in double quotes, found '}'" },
    { "{a:1}", "expected a key in double quotes" },
    { "{\"a\" 1}", "expected ':'" },
    { "{\"a\":}", "expected a value" },
    { "[1}", "expected ',' or ']', found '}'" },
    { "{]", "expected a key" },
    { "[}", "expected a value" },
    { "]", "expected a value" },
    { "<html>", "invalid JSON at byte 1: expected a value, found '<'" },
    { "{} x", "invalid JSON at byte 4: expected nothing after the end, found 'x'" },
    { "1 2", "expected nothing after the end" },
    { "01", "no digit after a leading 0" },
    { "-", "truncated" }, { "1.", "truncated" }, { "1e", "truncated" }, { "1e+", "truncated" },
    { "-a", "a digit" }, { "1.e5", "a digit after the point" }, { "1ee", "a digit in the exponent" },
    { "+1", "a value" }, { ".5", "a value" }, { "0x10", "nothing after the end" }, { "NaN", "a value" }, { "Infinity", "a value" }, { "-Infinity", "a digit" },
    { "tru", "truncated" }, { "trUe", "invalid JSON at byte 3: expected true, found 'U'" }, { "nul", "truncated" }, { "falsy", "expected false" },
    { "nulll", "nothing after the end" },
    { "\"abc", "truncated JSON (ends at byte 4)" },
    { "\"abc\\", "truncated" }, { "\"\\u12", "truncated" }, { "\"\\ud83d", "truncated" }, { "\"\\ud83d\\u12", "truncated" },
    { "\"\\x\"", "an escape" }, { "\"\\u12g4\"", "four hexadecimal digits" }, { "\"\\ud83d\"", "second half" }, { "\"\\ud83dx\"", "second half" },
    { "\"\\ud83d\\n\"", "second half" }, { "\"\\ud83d\\u0041\"", "second half" }, { "\"\\ude00\"", "not the second half" },
    { "\"a\nb\"", "invalid JSON at byte 3: expected no raw control character in a string, found byte 0x0a" },
    { "\"0123456789\x01\"", "byte 12" },
    { "\"\x80\"", "UTF-8" }, { "\"\xc0\x80\"", "UTF-8" }, { "\"\xc1\xbf\"", "UTF-8" }, { "\"\xe0\x80\x80\"", "UTF-8" }, { "\"\xed\xa0\x80\"", "UTF-8" },
    { "\"\xf0\x80\x80\x80\"", "UTF-8" }, { "\"\xf4\x90\x80\x80\"", "UTF-8" }, { "\"\xf5\x80\x80\x80\"", "UTF-8" }, { "\"\xff\"", "UTF-8" }, { "\"\xc3(\"", "UTF-8" },
    { "\"\xe2\x82", "truncated" }, { "\"\xf0\x9f\x98", "truncated" }, { "\"\xc3", "truncated" },
    { "[", "truncated" }, { "{", "truncated" }, { "[1", "truncated" }, { "[1,", "truncated" }, { "{\"a\"", "truncated" }, { "{\"a\":", "truncated" }, { "{\"a\":1,", "truncated" },
    { "\xef\xbb\xbf", "truncated" }, { "\xef\xbb\xbf\xef\xbb\xbf{}", "a value" }, { "[1]\xef\xbb\xbf", "nothing after" }, { "[1]/*x*/", "nothing after" },
    { "'a'", "a value" }, { "{'a':1}", "a key" },
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    JsonDoc *d = parse(bad[i].text);
    if (d) fail_msg("%s was taken", bad[i].text);
    if (!strstr(err, bad[i].why)) fail_msg("%s: %s (expected %s)", bad[i].text, err, bad[i].why);
    parts(bad[i].text, strlen(bad[i].text));
  }
  assert_null(parse_bytes("[1,\0,2]", 7));
  assert_string_equal(err, "invalid JSON at byte 4: expected a value, found byte 0x00");
  assert_null(parse_bytes("\"a\0b\"", 5));
  assert_non_null(strstr(err, "byte 3"));
  assert_null(parse_bytes("[]\0", 3));
  assert_non_null(strstr(err, "byte 3"));
}

static void every_cut_is_an_error(void **state) {
  (void)state;
  const char *s = "{\"a\":[1,-2.5e3,true,null,\"x\\u00e9\\ud83d\\ude00\xc3\xa9\"],\"b\":{\"c\":false}}";
  for (size_t n = 0; n < strlen(s); n++) {
    assert_null(parse_bytes(s, n));
    if (n) assert_non_null(strstr(err, "truncated JSON"));
  }
}

static void depth(void **state) {
  (void)state;
  static const char *const open[] = { "[", "{\"a\":" };
  for (int kind = 0; kind < 2; kind++) {
    size_t step = strlen(open[kind]);
    for (size_t n = JSON_DEPTH - 1; n <= JSON_DEPTH + 1; n++) {
      char *text = malloc(n * step + 1 + n + 1), *p = text;
      for (size_t i = 0; i < n; i++, p += step) memcpy(p, open[kind], step);
      *p++ = '1';
      for (size_t i = 0; i < n; i++) *p++ = kind ? '}' : ']';
      JsonDoc *d = json_parse(text, (size_t)(p - text), err, sizeof err);
      if (n <= JSON_DEPTH) assert_non_null(d);
      else assert_null(d), assert_string_equal(err, "JSON nested deeper than 512");
      json_unref(d);
    }
  }
  char *deep = malloc(100001);
  memset(deep, '[', 100000);
  assert_null(json_parse(deep, 100000, err, sizeof err));
  assert_string_equal(err, "JSON nested deeper than 512");
}

static void tape(void **state) {
  (void)state;
  const char *s = " {\"result\":{\"XXBT\":{\"a\":[\"1.10\",2,3.0]},\"n\":null},\"e\":[],\"o\":{},\"t\":true} ";
  JsonDoc *d = parse(s);
  assert_non_null(d);
  assert_int_equal(d->nodes[0].type, JSON_OBJECT);
  assert_int_equal(d->nodes[0].size, 4);
  assert_int_equal(d->nodes[0].start, 1);
  assert_int_equal(json_bytes(d->nodes, 0), strlen(s) - 2);
  uint32_t r = json_get(d, 0, "result", 6), x = json_get(d, r, "XXBT", 4), a = json_get(d, x, "a", 1);
  assert_int_equal(d->nodes[a].type, JSON_ARRAY);
  assert_int_equal(d->nodes[a].size, 3);
  assert_true(json_flat(d->nodes, a) && !json_flat(d->nodes, x) && !json_flat(d->nodes, 0));
  assert_int_equal(json_bytes(d->nodes, a), 14);
  assert_memory_equal(d->text + d->nodes[a].start, "[\"1.10\",2,3.0]", 14);
  uint32_t last = json_at(d, a, -1);
  assert_int_equal(last, json_at(d, a, 3));
  assert_memory_equal(d->text + d->nodes[last].start, "3.0", 3);
  assert_int_equal(json_at(d, a, 0), JSON_NONE);
  assert_int_equal(json_at(d, a, 4), JSON_NONE);
  assert_int_equal(json_at(d, a, -4), JSON_NONE);
  assert_int_equal(json_at(d, a, INT64_MIN), JSON_NONE);
  assert_int_equal(json_at(d, a, INT64_MAX), JSON_NONE);
  assert_int_equal(json_at(d, r, 1), JSON_NONE);
  assert_int_equal(json_get(d, a, "a", 1), JSON_NONE);
  assert_int_equal(json_get(d, 0, "resulT", 6), JSON_NONE);
  assert_int_equal(json_get(d, JSON_NONE, "a", 1), JSON_NONE);
  assert_int_equal(d->nodes[json_get(d, r, "n", 1)].type, JSON_NULL);
  assert_int_equal(d->nodes[json_get(d, 0, "e", 1)].size, 0);
  assert_int_equal(d->nodes[json_get(d, 0, "o", 1)].size, 0);
  assert_int_equal(d->nodes[json_get(d, 0, "t", 1)].type, JSON_TRUE);
  assert_ptr_equal(json_ref(d), d);
  json_unref(d);
  assert_int_equal(d->refs, 1);
  json_unref(d);
  json_unref(NULL);
}

static void nested_elements(void **state) {
  (void)state;
  JsonDoc *d = parse("[[1,[2]],{\"a\":3},4,[]]");
  assert_int_equal(d->nodes[0].size, 4);
  uint32_t one = json_at(d, 0, 1), two = json_at(d, 0, 2), three = json_at(d, 0, 3), four = json_at(d, 0, -1);
  assert_int_equal(d->nodes[one].size, 2);
  assert_int_equal(d->nodes[two].type, JSON_OBJECT);
  assert_int_equal(d->text[d->nodes[three].start], '4');
  assert_int_equal(d->nodes[four].type, JSON_ARRAY);
  assert_int_equal(json_next(d->nodes, four), d->n);
  json_unref(d);
}

static void strings(void **state) {
  (void)state;
  JsonDoc *d = parse("{\"k\\u0065y\":\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20ac\\ud83d\\ude00\\u0000z\",\"plain\":\"\xc3\xa9\",\"n\":12.50,\"key\":\"second\"}");
  assert_non_null(d);
  static const char want[] = "a\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\0z";
  JsonScratch scratch = { 0 };
  size_t n;
  uint32_t v = json_get(d, 0, "key", 3);   /* an escaped key is found, and of two the first */
  assert_int_equal(v, json_first(0) + 1);
  const char *t = json_text(d, v, &scratch, &n);
  assert_int_equal(n, sizeof want - 1);
  assert_memory_equal(t, want, n);
  assert_true(json_string_is(d, v, want, sizeof want - 1));
  assert_false(json_string_is(d, v, want, sizeof want - 2));
  assert_false(json_string_is(d, 0, "", 0));
  assert_int_equal(json_get(d, 0, "ke", 2), JSON_NONE);
  assert_int_equal(json_get(d, 0, "keyy", 4), JSON_NONE);
  t = json_text(d, json_get(d, 0, "plain", 5), &scratch, &n);
  assert_int_equal(n, 2);
  assert_memory_equal(t, "\xc3\xa9", 2);
  t = json_text(d, json_get(d, 0, "n", 1), &scratch, &n);
  assert_int_equal(n, 5);
  assert_memory_equal(t, "12.50", 5);
  free(scratch.p);
  json_unref(d);
}

static unsigned long long seed = 88172645463325252ull;
static unsigned rnd(unsigned n) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return (unsigned)((seed >> 11) % n);
}

/* Every place of a stop in strings of every length around the 16 bytes of a step. */
static void string_lengths(void **state) {
  (void)state;
  char text[80];
  for (size_t len = 0; len < 40; len++) {
    memset(text, 'x', sizeof text);
    text[0] = text[len + 1] = '"';
    JsonDoc *d = parse_bytes(text, len + 2);
    assert_non_null(d);
    assert_int_equal(d->nodes[0].size, len);
    json_unref(d);
    for (size_t at = 0; at < len; at++)
      for (int c = 0; c < 256; c++) {
        text[at + 1] = (char)c;
        d = parse_bytes(text, len + 2);
        bool plain = c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
        if ((d != NULL) != plain) fail_msg("byte %d at %zu of %zu: %s", c, at, len, err);
        json_unref(d);
        text[at + 1] = 'x';
      }
  }
}

/* Damaged texts: nothing but an answer or an error; what is taken has a sound tape. */
static void mutations(void **state) {
  (void)state;
  const char *base = "{\"a\":[1,-2.5e3,true,null,\"x\\u00e9\\ud83d\\ude00\xc3\xa9 long enough to step\"],\"b\":{\"c\":false,\"d\":[[],{}]},\"e\":0.001}";
  size_t len = strlen(base);
  int taken = 0;
  for (int i = 0; i < 60000; i++) {
    char *t = malloc(len + 1);
    memcpy(t, base, len);
    for (unsigned k = 1 + rnd(3); k--;) t[rnd((unsigned)len)] = rnd(2) ? base[rnd((unsigned)len)] : (char)rnd(256);
    size_t n = rnd(4) ? len : rnd((unsigned)len + 1);
    if (n) same_in_parts(t, n, 1 + rnd((unsigned)n), rnd(2));
    JsonDoc *d = json_parse(t, n, err, sizeof err);
    if (!d) {
      assert_true(*err);
      continue;
    }
    taken++;
    assert_int_equal(json_next(d->nodes, 0), d->n);
    for (uint32_t j = 0, after; j < d->n; j = after) {
      const JsonNode *k = &d->nodes[j];
      uint32_t next = json_next(d->nodes, j), kids = 0;
      assert_true(next > j && next <= d->n && (size_t)k->start + json_bytes(d->nodes, j) <= d->len);
      after = k->type < JSON_ARRAY ? next : json_first(j);
      for (uint32_t c = after; c < next; kids++) c = json_next(d->nodes, k->type == JSON_OBJECT ? c + 1 : c);
      if (k->type >= JSON_ARRAY) assert_int_equal(kids, k->size);
    }
    json_unref(d);
  }
  assert_true(taken > 1000);
}

/* The text grows past what was expected, and one token is longer than many parts: it is not scanned again with each. */
static void long_parts(void **state) {
  (void)state;
  size_t len = 3u << 20, step = 1000;
  char *text = malloc(len + 1);
  memset(text, 'a', len);
  memcpy(text, "[1,\"", 4);
  memcpy(text + len - 2, "\"]", 2);
  same_in_parts(text, len, step, false);
  text[len - 1] = '}';                       /* told although the text moved since */
  same_in_parts(text, len, step, false);
  text[5] = 1;
  same_in_parts(text, len, step, false);
  free(text);
}

static void many_nodes(void **state) {
  (void)state;
  size_t n = 300000, len = 2 * n + 1;
  char *t = malloc(len + 1);
  t[0] = '[';
  for (size_t i = 0; i < n; i++) t[1 + 2 * i] = '7', t[2 + 2 * i] = ',';
  t[len - 1] = ']';
  JsonDoc *d = json_parse(t, len, err, sizeof err);
  assert_non_null(d);
  assert_int_equal(d->nodes[0].size, n);
  assert_int_equal(json_at(d, 0, (int64_t)n), n + 1);
  json_unref(d);
}

/* By the length that is told: neither the text nor what is added is looked at, or there would be a fault. */
static void too_long(void **state) {
  (void)state;
  char text[] = "[1]";
  assert_null(json_parse_at(text, JSON_MAX, err, sizeof err));
  assert_string_equal(err, "JSON of 268435456 bytes is too long");
  assert_null(json_parse(malloc(1), (size_t)JSON_MAX + 1, err, sizeof err));
  assert_string_equal(err, "JSON of 268435457 bytes is too long");
  JsonStream *j = json_stream_new(0);
  size_t n;
  json_stream_add(j, text, 1);
  json_stream_add(j, text + 1, JSON_MAX - 1);
  json_stream_add(j, text + 1, 2);                      /* it stays refused */
  assert_string_equal(json_stream_text(j, &n), "");
  assert_int_equal(n, 0);
  assert_null(json_stream_end(j, err, sizeof err));
  assert_non_null(strstr(err, "JSON of 268435458 bytes"));
  json_stream_free(j);
}

/* A reply can announce any length: room is taken ahead for 16 MiB of text at the most, and for no more nodes than such a text is likely to have. */
static void announced(void **state) {
  (void)state;
  static const size_t lengths[] = { 0, 1 << 20, 16 << 20, JSON_MAX, SIZE_MAX - 1, SIZE_MAX };
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    size_t n, most = lengths[i] < 16u << 20 ? lengths[i] : 16u << 20;
    JsonStream *j = json_stream_new(lengths[i]);
    json_stream_add(j, "[1]", 3);
    const char *text = json_stream_text(j, &n);
    assert_memory_equal(text, "[1]", 4);
    assert_in_range(malloc_usable_size((void *)(uintptr_t)text), most, most + (4u << 20));      /* what large pages take beside it */
    JsonDoc *d = json_stream_end(j, err, sizeof err);
    assert_non_null(d);
    assert_in_range(d->cap, 3, (4u << 20) / 8 + most / 8);          /* that of the document before it may be larger */
    json_unref(d);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(accepts), cmocka_unit_test(so_far), cmocka_unit_test(hollow), cmocka_unit_test(refuses), cmocka_unit_test(every_cut_is_an_error), cmocka_unit_test(depth),
    cmocka_unit_test(tape), cmocka_unit_test(nested_elements), cmocka_unit_test(strings), cmocka_unit_test(string_lengths), cmocka_unit_test(mutations),
    cmocka_unit_test(long_parts), cmocka_unit_test(many_nodes), cmocka_unit_test(too_long), cmocka_unit_test(announced),
  };
  return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
