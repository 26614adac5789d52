/* A worker that is told nonsense: whatever arrives on its socket, it ends by itself, with an exit code and not by a signal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "wire/frame.h"
#include "wire/message.h"
#include "wire/pack.h"
#include "worker/worker.h"

#ifdef BOURSE_SANITIZE
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "exitcode=77"; }
#define ROUNDS 150
#else
#define ROUNDS 600
#endif

static const char script[] =
  "spawn(function() sleep(0.001) end)\n"
  "spawn(function() pcall(exchange, 'kraken') end)\n"
  "spawn(function() pcall(function() return store.x end) end)\n"
  "spawn(function() pcall(function() store.y = { 1, 2 } end) end)\n"
  "report { a = 1 } log 'x' print 'y'\n"
  "sleep(0.002)\n";

static uint64_t seed = 0x9e3779b97f4a7c15u;
static uint64_t chance(uint64_t n) {
  seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
  return seed % n;
}

static msgpack_packer begin(FrameWriter *w, int type, uint32_t id) {
  msgpack_packer pk;
  frame_open(w, (uint8_t)type, id);
  msgpack_packer_init(&pk, w, frame_append);
  return pk;
}

static void put_boot(FrameWriter *w) {
  msgpack_packer pk = begin(w, MSG_BOOT, 0);
  pack_map(&pk, 6);
  pack_key_str(&pk, "role", "run");
  pack_key_str(&pk, "name", "fuzz.lua");
  pack_key_str(&pk, "source", script);
  pack_key_int(&pk, "now_ms", 1700000000000);
  pack_key_bin(&pk, "random", "0123456789abcdef0123456789abcdef", 32);
  pack_str(&pk, "limits");
  pack_map(&pk, 2);
  pack_key_int(&pk, "memory", 16 << 20);
  pack_key_int(&pk, "callback_ms", 200);
  frame_close(w);
}

static void put_random_value(msgpack_packer *pk, int depth) {
  switch (chance(depth > 4 ? 6 : 8)) {
    case 0: pack_nil(pk); return;
    case 1: pack_bool(pk, true); return;
    case 2: pack_int(pk, (int64_t)chance(UINT64_MAX)); return;
    case 3: pack_double(pk, 0.0 / (double)chance(2)); return;
    case 4: pack_str(pk, "return {}"); return;
    case 5: pack_bin(pk, "\0\x01\xff{", 4); return;
    case 6: {
      size_t n = chance(4);
      pack_array(pk, n);
      while (n--) put_random_value(pk, depth + 1);
      return;
    }
    default: {
      size_t n = chance(4);
      pack_map(pk, n);
      while (n--) {
        put_random_value(pk, depth + 1);
        put_random_value(pk, depth + 1);
      }
    }
  }
}

static void put_answer(FrameWriter *w) {
  static const char *const keys[] = { "source", "digest", "error", "value", "now_ms", "received_ms", "status", "body", "headers", "text", "name",
    "kind", "role" };
  msgpack_packer pk = begin(w, (int)(chance(4) ? 2 + chance(8) : chance(70)), (uint32_t)chance(8));
  if (chance(10) == 0) put_random_value(&pk, 0);
  else {
    size_t n = chance(6);
    pack_map(&pk, n);
    while (n--) {
      pack_str(&pk, keys[chance(sizeof keys / sizeof *keys)]);
      put_random_value(&pk, 0);
    }
  }
  frame_close(w);
}

static int round_status(void) {
  int pair[2];
  FrameWriter out = { 0 };
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  pid_t pid = fork();
  assert_true(pid >= 0);
  if (pid == 0) {
    close(pair[0]);
    _exit(worker_main(pair[1]));
  }
  close(pair[1]);
  if (chance(10)) put_boot(&out);
  for (uint64_t n = chance(12); n; n--) put_answer(&out);
  if (chance(3) == 0) {                       /* bytes turned over, anywhere */
    for (uint64_t n = 1 + chance(8); n && out.len > 0; n--) out.buf[out.start + chance(out.len)] ^= (char)(1 << chance(8));
  }
  size_t all = out.len, from = out.start;
  if (chance(4) == 0) all = chance(all + 1);  /* cut off */
  (void)!send(pair[0], out.buf + from, all, MSG_NOSIGNAL);
  char drain[65536];
  struct pollfd p = { pair[0], POLLIN, 0 };
  while (poll(&p, 1, 20) > 0 && read(pair[0], drain, sizeof drain) > 0) {}
  close(pair[0]);
  frame_writer_free(&out);
  int status;
  assert_int_equal(waitpid(pid, &status, 0), pid);
  return status;
}

static void ends_by_itself(void **state) {
  (void)state;
  for (int i = 0; i < ROUNDS; i++) {
    uint64_t was = seed;
    int status = round_status();
    if (!WIFEXITED(status)) fail_msg("round %d (seed %#llx): signal %d", i, (unsigned long long)was, WTERMSIG(status));
    int code = WEXITSTATUS(status);
    if (code != 0 && code != 1 && code != 3 && code != 5) fail_msg("round %d (seed %#llx): exit code %d", i, (unsigned long long)was, code);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(ends_by_itself) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
