/* Frames and MessagePack: pieces, lengths, versions, and both sides against mutated bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <fcntl.h>
#include <cmocka.h>
#include "wire/frame.h"
#include "wire/message.h"
#include "wire/pack.h"

static uint64_t seed = 0x9e3779b97f4a7c15ull;
static uint32_t rnd(void) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return (uint32_t)(seed >> 32);
}

static void pair(int fd[2]) {
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
  fcntl(fd[0], F_SETFL, O_NONBLOCK);
}

static void there_and_back(void **state) {
  (void)state;
  int fd[2];
  pair(fd);
  FrameWriter w = { 0 };
  FrameReader r = { 0 };
  Frame f;
  assert_true(frame_put(&w, MSG_OUT, 7, "\xc0", 1));
  assert_true(frame_put(&w, MSG_DONE, 0xffffffffu, NULL, 0));
  assert_int_equal(frame_flush(&w, fd[0]), FRAME_OK);
  assert_int_equal(frame_read(&r, fd[1], &f, NULL, NULL), FRAME_OK);
  assert_int_equal(f.type, MSG_OUT);
  assert_int_equal(f.id, 7);
  assert_int_equal(f.len, 1);
  assert_true(frame_waiting(&r));
  assert_int_equal(frame_read(&r, fd[1], &f, NULL, NULL), FRAME_OK);
  assert_int_equal(f.id, 0xffffffffu);
  assert_int_equal(f.len, 0);
  assert_false(frame_waiting(&r));
  assert_true(frame_write(fd[1], MSG_LOG, 3, "abc", 3));
  FrameReader b = { 0 };
  assert_int_equal(frame_fill(&b, fd[0]), FRAME_OK);
  assert_int_equal(frame_next(&b, &f), FRAME_OK);
  assert_memory_equal(f.payload, "abc", 3);
  assert_int_equal(frame_next(&b, &f), FRAME_NONE);
  assert_int_equal(frame_fill(&b, fd[0]), FRAME_NONE);
  close(fd[1]);
  assert_int_equal(frame_fill(&b, fd[0]), FRAME_EOF);
  close(fd[0]);
  frame_writer_free(&w);
  frame_reader_free(&r);
  frame_reader_free(&b);
}

static void one_byte_at_a_time(void **state) {
  (void)state;
  int fd[2];
  pair(fd);
  FrameWriter w = { 0 };
  FrameReader r = { 0 };
  Frame f;
  frame_put(&w, MSG_REPLY, 9, "hello", 5);
  for (size_t i = 0; i < w.len; i++) {
    assert_int_equal(frame_next(&r, &f), FRAME_NONE);
    assert_int_equal(write(fd[1], w.buf + i, 1), 1);
    assert_int_equal(frame_fill(&r, fd[0]), FRAME_OK);
  }
  assert_int_equal(frame_next(&r, &f), FRAME_OK);
  assert_int_equal(f.len, 5);
  assert_memory_equal(f.payload, "hello", 5);
  /* The other side leaves in the middle of one. */
  assert_int_equal(write(fd[1], w.buf, 8), 8);
  close(fd[1]);
  assert_int_equal(frame_fill(&r, fd[0]), FRAME_OK);
  assert_int_equal(frame_fill(&r, fd[0]), FRAME_BAD);
  assert_string_equal(r.error, "the last frame is cut off");
  close(fd[0]);
  frame_writer_free(&w);
  frame_reader_free(&r);
}

static void large(void **state) {
  (void)state;
  int fd[2];
  pair(fd);
  size_t n = 5u << 20;
  char *big = malloc(n);
  for (size_t i = 0; i < n; i++) big[i] = (char)(i * 7);
  FrameWriter w = { 0 };
  FrameReader r = { 0 };
  Frame f = { 0 };
  frame_put(&w, MSG_REPLY, 1, big, n);
  frame_put(&w, MSG_REPLY, 2, "x", 1);
  fcntl(fd[1], F_SETFL, O_NONBLOCK);
  int turns = 0;
  enum frame_status s = FRAME_NONE;
  while (s != FRAME_OK) {
    enum frame_status out = frame_flush(&w, fd[0]);
    assert_true(out == FRAME_OK || out == FRAME_NONE);
    while (frame_fill(&r, fd[1]) == FRAME_OK) {}
    s = frame_next(&r, &f);
    assert_true(++turns < 10000);
  }
  assert_int_equal(f.len, n);
  assert_memory_equal(f.payload, big, n);
  assert_int_equal(frame_next(&r, &f), FRAME_OK);
  assert_int_equal(f.id, 2);
  frame_fill(&r, fd[1]);
  assert_true(r.cap <= 1u << 20);          /* the big buffer was given back */
  frame_flush(&w, fd[0]);
  assert_int_equal(frame_pending(&w), 0);
  assert_true(w.cap <= 1u << 20);
  free(big);
  close(fd[0]);
  close(fd[1]);
  frame_writer_free(&w);
  frame_reader_free(&r);
}

static void packed_in_place(void **state) {
  (void)state;
  int fd[2];
  pair(fd);
  FrameWriter w = { 0 };
  FrameReader r = { 0 };
  msgpack_packer pk;
  Frame f;
  for (int i = 0; i < 100; i++) {
    frame_open(&w, MSG_OUT, (uint32_t)i);
    msgpack_packer_init(&pk, &w, frame_append);
    pack_map(&pk, 2);
    pack_key_str(&pk, "text", "line");
    pack_key_int(&pk, "n", i);
    assert_true(frame_close(&w));
    if (i % 7 == 0) assert_int_equal(frame_flush(&w, fd[0]), FRAME_OK);
  }
  assert_int_equal(frame_flush(&w, fd[0]), FRAME_OK);
  msgpack_zone *zone = msgpack_zone_new(1024);
  for (int i = 0; i < 100; i++) {
    msgpack_object o;
    const char *err, *text;
    size_t n;
    assert_int_equal(frame_read(&r, fd[1], &f, NULL, NULL), FRAME_OK);
    assert_true(frame_unpack(f.payload, f.len, zone, &o, &err));
    assert_int_equal(pack_get_int(&o, "n", -1), i);
    assert_true(pack_get_text(&o, "text", &text, &n));
    assert_int_equal(n, 4);
    assert_null(pack_get(&o, "other"));
  }
  msgpack_zone_free(zone);
  close(fd[0]);
  close(fd[1]);
  frame_writer_free(&w);
  frame_reader_free(&r);
}

static void refused(const char *bytes, size_t n, const char *error) {
  int fd[2];
  Frame f;
  FrameReader r = { .max = 1000 };
  pair(fd);
  assert_int_equal(write(fd[1], bytes, n), (ssize_t)n);
  frame_fill(&r, fd[0]);
  assert_int_equal(frame_next(&r, &f), FRAME_BAD);
  assert_string_equal(r.error, error);
  assert_int_equal(frame_fill(&r, fd[0]), FRAME_BAD);
  close(fd[0]);
  close(fd[1]);
  frame_reader_free(&r);
}

static void wrong_headers(void **state) {
  (void)state;
  refused("\1\0\0\0\2\1\0\0\0\0\0\0x", 13, "a frame of another version");
  refused("\1\0\0\0\1\1\1\0\0\0\0\0x", 13, "a frame with a broken header");
  refused("\xff\xff\xff\xff\1\1\0\0\0\0\0\0x", 13, "a frame that is too long");
  refused("\xe9\3\0\0\1\1\0\0\0\0\0\0x", 13, "a frame that is too long");
}

static void check(const char *bytes, size_t n, const char *error) {
  const char *err = NULL;
  bool ok = frame_check(bytes, n, &err);
  if (error) {
    assert_false(ok);
    assert_string_equal(err, error);
  } else assert_true(ok);
}

static void hostile_values(void **state) {
  (void)state;
  char deep[100];
  check("\xc0", 1, NULL);
  check("", 0, "a value that is cut off");
  check("\xc0\xc0", 2, "bytes after the message");
  check("\xdd\xff\xff\xff\xff", 5, "a list longer than its message");
  check("\xdf\xff\xff\xff\xff", 5, "a list longer than its message");
  check("\xdb\xff\xff\xff\xff" "abc", 8, "a value that is cut off");
  check("\xc9\xff\xff\xff\xff\1", 6, "a value that is cut off");
  check("\xc1", 1, "a byte that MessagePack does not use");
  check("\x81\xa1k", 3, "a value that is cut off");
  check("\xd8\1" "0123456789abcdef", 18, NULL);
  check("\xd8\1" "0123456789abcde", 17, "a value that is cut off");
  memset(deep, (char)0x91, sizeof deep);
  deep[sizeof deep - 1] = (char)0xc0;
  check(deep + sizeof deep - 1 - WIRE_DEPTH, WIRE_DEPTH + 1, NULL);
  check(deep + sizeof deep - 2 - WIRE_DEPTH, WIRE_DEPTH + 2, "values nested too deep");
  size_t n = WIRE_NODES + 6;
  char *many = malloc(n);
  memset(many, (char)0xc0, n);
  memcpy(many, "\xdd\0\x40\0\1", 5);
  check(many, n, "too many values in one message");
  free(many);
}

/* What passes the check, msgpack-c unpacks to the same size; nothing crashes, and no more memory is taken than the nodes need. */
static void mutated_values(void **state) {
  (void)state;
  msgpack_sbuffer buf;
  msgpack_packer pk;
  msgpack_zone *zone = msgpack_zone_new(4096);
  int accepted = 0;
  for (int round = 0; round < 60000; round++) {
    msgpack_sbuffer_init(&buf);
    msgpack_packer_init(&pk, &buf, msgpack_sbuffer_write);
    pack_map(&pk, 4);
    pack_key_str(&pk, "venue", "kraken");
    pack_key_double(&pk, "cost", 1.5);
    pack_str(&pk, "list");
    pack_array(&pk, 3);
    pack_int(&pk, -70000);
    pack_bin(&pk, "\0\1\2", 3);
    msgpack_pack_ext(&pk, 4, WIRE_RECIPE_EXT);
    msgpack_pack_ext_body(&pk, "\1\2ab", 4);
    pack_key_bool(&pk, "flag", true);
    for (uint32_t k = rnd() % 4; k > 0; k--) buf.data[rnd() % buf.size] = (char)rnd();
    size_t n = rnd() % 8 ? buf.size : rnd() % (buf.size + 1);
    char *exact = malloc(n ? n : 1);       /* so that a read past the end is seen */
    memcpy(exact, buf.data, n);
    msgpack_object o;
    const char *err;
    if (frame_unpack(exact, n, zone, &o, &err)) {
      const char *s;
      char line[16];
      accepted++;
      pack_get_text(&o, "venue", &s, &n);
      pack_get_line(&o, "venue", line, sizeof line);
      pack_get_double(&o, "cost", 0);
      pack_get_bool(&o, "flag");
    } else assert_non_null(err);
    free(exact);
    msgpack_sbuffer_destroy(&buf);
  }
  assert_true(accepted > 10000);
  msgpack_zone_free(zone);
}

/* Streams of frames with bytes changed, in random pieces: the reader gives frames or BAD, within its bounds. */
static void mutated_streams(void **state) {
  (void)state;
  int bad = 0, whole = 0;
  for (int round = 0; round < 3000; round++) {
    FrameWriter w = { 0 };
    FrameReader r = { .max = 4096 };
    Frame f;
    int fd[2];
    pair(fd);
    for (int i = 0; i < 20; i++) {
      char body[300];
      size_t n = rnd() % sizeof body;
      memset(body, i, n);
      frame_put(&w, (uint8_t)(32 + i), (uint32_t)i, body, n);
    }
    for (uint32_t k = rnd() % 3; k > 0; k--) w.buf[rnd() % w.len] = (char)rnd();
    enum frame_status s = FRAME_NONE;
    for (size_t at = 0; at < w.len && s != FRAME_BAD;) {
      size_t n = 1 + rnd() % 700;
      if (n > w.len - at) n = w.len - at;
      assert_int_equal(write(fd[1], w.buf + at, n), (ssize_t)n);
      at += n;
      if (frame_fill(&r, fd[0]) == FRAME_BAD) s = FRAME_BAD;
      while (s != FRAME_BAD && (s = frame_next(&r, &f)) == FRAME_OK) {
        const char *err;
        whole++;
        assert_true(f.len <= 4096);
        frame_check(f.payload, f.len, &err);
      }
      assert_true(r.cap <= 2 * 65536 + 4096);
    }
    bad += s == FRAME_BAD;
    close(fd[0]);
    close(fd[1]);
    frame_writer_free(&w);
    frame_reader_free(&r);
  }
  assert_true(bad > 20);
  assert_true(whole > 30000);
}

/* What waits is seen frame by frame: not one that is still open, nor one of which a part is lent. */
static void what_waits(void **state) {
  (void)state;
  FrameWriter w = { 0 };
  Frame f;
  size_t at = 0;
  assert_false(frame_unsent(&w, &at, &f));
  assert_true(frame_put(&w, MSG_OUT, 1, "one", 3));
  assert_true(frame_put(&w, MSG_LOG, 2, NULL, 0));
  frame_open(&w, MSG_REPORT, 3);
  frame_append(&w, "half", 4);
  for (int i = 0; i < 2; i++) {
    at = 0;
    assert_true(frame_unsent(&w, &at, &f));
    assert_true(f.type == MSG_OUT && f.id == 1 && f.len == 3 && memcmp(f.payload, "one", 3) == 0);
    assert_true(frame_unsent(&w, &at, &f));
    assert_true(f.type == MSG_LOG && f.id == 2 && f.len == 0);
    assert_false(frame_unsent(&w, &at, &f));
    if (!i) assert_true(frame_close_with(&w, malloc(10), 10));
  }
  frame_writer_free(&w);
}

/* A block that is lent goes out after its frame's head, and before what follows. */
static void lent(void **state) {
  (void)state;
  int fd[2];
  pair(fd);
  for (int followed = 0; followed <= 1; followed++) {
    FrameWriter w = { 0 };
    FrameReader r = { 0 };
    Frame f;
    size_t n = 100000;
    char *block = malloc(n), *copy = malloc(n);
    for (size_t i = 0; i < n; i++) copy[i] = block[i] = (char)rnd();
    frame_open(&w, MSG_REPLY, 5);
    frame_append(&w, "head", 4);
    assert_true(frame_close_with(&w, block, n));
    assert_int_equal(frame_pending(&w), FRAME_HEADER + 4 + n);
    if (followed) assert_true(frame_put(&w, MSG_WAKE, 6, "x", 1));
    while (frame_flush(&w, fd[0]) == FRAME_NONE)
      if (frame_fill(&r, fd[1]) != FRAME_OK) fail();
    assert_int_equal(frame_pending(&w), 0);
    assert_int_equal(frame_read(&r, fd[1], &f, NULL, NULL), FRAME_OK);
    assert_int_equal(f.len, 4 + n);
    assert_memory_equal(f.payload, "head", 4);
    assert_memory_equal(f.payload + 4, copy, n);
    if (followed) {
      while (!frame_waiting(&r)) assert_int_equal(frame_fill(&r, fd[1]), FRAME_OK);
      assert_null(frame_give(&r));                 /* something else is in the buffer */
      assert_int_equal(frame_read(&r, fd[1], &f, NULL, NULL), FRAME_OK);
      assert_int_equal(f.id, 6);
    } else {
      char *given = frame_give(&r);
      assert_non_null(given);
      ((char *)f.payload)[f.len] = 0;              /* the byte to spare */
      assert_memory_equal(f.payload + 4, copy, n);
      free(given);
    }
    free(copy);
    frame_reader_free(&r);
    frame_writer_free(&w);
  }
  FrameWriter w = { 0 };                           /* too long: the frame is dropped, the block freed */
  frame_open(&w, MSG_REPLY, 5);
  assert_false(frame_close_with(&w, malloc(1), (size_t)WIRE_MAX + 1));
  assert_int_equal(frame_pending(&w), 0);
  frame_writer_free(&w);
  close(fd[0]);
  close(fd[1]);
}

/* Many of them wait, also while a part of one is out already. */
static void lent_in_turn(void **state) {
  (void)state;
  enum { N = 40, SIZE = 30000 };
  FrameWriter w = { 0 };
  FrameReader r = { 0 };
  Frame f;
  int fd[2], seen = 0;
  size_t pending = 0;
  pair(fd);
  for (int i = 0; i < N; i++) {
    char *block = malloc(SIZE);
    memset(block, 'a' + i % 26, SIZE);
    frame_open(&w, MSG_REPLY, (uint32_t)i);
    frame_append(&w, (const char *)&i, sizeof i);
    assert_true(frame_close_with(&w, block, SIZE));
    if (i % 3 == 0) assert_true(frame_put(&w, MSG_WAKE, (uint32_t)i, "between", 7));
    if (i == N / 2) assert_int_equal(frame_flush(&w, fd[0]), FRAME_NONE);
    else pending += FRAME_HEADER + sizeof i + SIZE + (i % 3 == 0 ? FRAME_HEADER + 7 : 0);
    if (i < N / 2) assert_int_equal(frame_pending(&w), pending);
  }
  while (seen < N) {
    if (frame_pending(&w)) frame_flush(&w, fd[0]);
    assert_int_equal(frame_read(&r, fd[1], &f, NULL, NULL), FRAME_OK);
    assert_int_equal(f.id, seen);
    assert_int_equal(f.type, MSG_REPLY);
    assert_int_equal(f.len, sizeof seen + SIZE);
    assert_memory_equal(f.payload, &seen, sizeof seen);
    for (size_t i = sizeof seen; i < f.len; i++) assert_int_equal(f.payload[i], 'a' + seen % 26);
    if (seen++ % 3 == 0) {
      if (frame_pending(&w)) frame_flush(&w, fd[0]);
      assert_int_equal(frame_read(&r, fd[1], &f, NULL, NULL), FRAME_OK);
      assert_int_equal(f.type, MSG_WAKE);
      assert_memory_equal(f.payload, "between", 7);
    }
  }
  assert_int_equal(frame_pending(&w), 0);
  frame_open(&w, MSG_REPLY, 1);                    /* thrown away while parts wait */
  assert_true(frame_close_with(&w, malloc(10), 10));
  assert_true(frame_put(&w, MSG_WAKE, 2, "x", 1));
  frame_writer_free(&w);
  frame_reader_free(&r);
  close(fd[0]);
  close(fd[1]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(there_and_back), cmocka_unit_test(one_byte_at_a_time), cmocka_unit_test(large), cmocka_unit_test(packed_in_place),
    cmocka_unit_test(wrong_headers), cmocka_unit_test(hostile_values), cmocka_unit_test(mutated_values), cmocka_unit_test(mutated_streams),
    cmocka_unit_test(what_waits),
    cmocka_unit_test(lent), cmocka_unit_test(lent_in_turn),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
