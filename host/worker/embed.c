/* embed OUT DIR FILE...: files of host/lua as C arrays. Modules are compiled here, with the Lua that the program is linked with: a worker starts in half
 * the time. Templates, which `bourse new` writes out, stay text. Only the host's own files come as bytecode; what a script brings is text or is refused. */
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct { unsigned char *p; size_t n; } Bytes;

static void fail(const char *what, const char *why) {
  fprintf(stderr, "embed: %s: %s\n", what, why);
  exit(1);
}

static int add(lua_State *L, const void *p, size_t n, void *to) {
  Bytes *b = to;
  (void)L;
  if (!n) return 0;
  if (!(b->p = realloc(b->p, b->n + n))) fail("memory", "out of it");
  memcpy(b->p + b->n, p, n);
  b->n += n;
  return 0;
}

static Bytes text_of(const char *path) {
  char piece[4096];
  Bytes b = { NULL, 0 };
  FILE *f = fopen(path, "rb");
  if (!f) fail(path, "cannot be read");
  for (size_t n; (n = fread(piece, 1, sizeof piece, f)) > 0;) add(NULL, piece, n, &b);
  fclose(f);
  return b;
}

static Bytes compiled(Bytes text, const char *name) {
  char chunk[220];
  Bytes b = { NULL, 0 };
  lua_State *L = luaL_newstate();
  snprintf(chunk, sizeof chunk, "=host/lua/%s.lua", name);
  if (luaL_loadbufferx(L, (const char *)text.p, text.n, chunk, "t") != LUA_OK) fail(name, lua_tostring(L, -1));
  lua_dump(L, add, &b, 0);
  lua_close(L);
  return b;
}

int main(int argc, char **argv) {
  FILE *out = argc > 3 ? fopen(argv[1], "w") : NULL;
  if (!out) fail("usage", "embed OUT DIR FILE...");
  size_t dir = strlen(argv[2]) + 1;
  fputs("/* Made from host/lua by embed.c. */\n", out);
  for (int i = 3; i < argc; i++) {
    char name[200];
    if (strlen(argv[i]) < dir + 5 || strlen(argv[i]) - dir >= sizeof name) fail(argv[i], "not a file of the folder");
    snprintf(name, sizeof name, "%.*s", (int)(strlen(argv[i]) - dir - 4), argv[i] + dir);      /* without .lua */
    Bytes b = text_of(argv[i]);
    if (strncmp(name, "templates/", 10) != 0) {
      Bytes text = b;
      b = compiled(text, name);
      free(text.p);
    }
    fprintf(out, "static const unsigned char file_%d[] = {", i);
    for (size_t k = 0; k < b.n; k++) fprintf(out, "%u,", b.p[k]);
    fprintf(out, "0};\n#define NAME_%d \"%s\"\n", i, name);
    free(b.p);
  }
  fputs("typedef struct { const char *name; const unsigned char *text; size_t len; } HostFile;\nstatic const HostFile host_files[] = {\n", out);
  for (int i = 3; i < argc; i++) fprintf(out, "  { NAME_%d, file_%d, sizeof file_%d - 1 },\n", i, i, i);
  fputs("};\n", out);
  return fclose(out) == 0 ? 0 : 1;
}
