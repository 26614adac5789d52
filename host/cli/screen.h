/* Results of strategies as they come: a live table on a terminal, one line a result otherwise, or JSON lines. */
#ifndef BOURSE_CLI_SCREEN_H
#define BOURSE_CLI_SCREEN_H
#include <msgpack.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Screen Screen;
enum screen_mode { SCREEN_LIVE, SCREEN_LINES, SCREEN_JSON };

/* LIVE when stdout is a terminal and `json` is not asked for. for_ms: length of the run for the progress line, or 0. */
Screen *screen_new(const char *title, bool json, int64_t for_ms);
void screen_free(Screen *s);                /* leaves the last frame and shows the cursor again */
void screen_summary(Screen *s);             /* what was seen, in a few lines; nothing in JSON mode */
/* The callbacks of a session; ctx is the Screen. */
bool screen_out(void *ctx, const char *text, size_t len);
bool screen_report(void *ctx, const char *worker, const msgpack_object *data);
bool screen_log(void *ctx, const char *level, const char *text, size_t len);
void screen_tick(void *ctx, int64_t now_ms);
#endif
