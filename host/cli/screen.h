/* Results of strategies as they come: a live table on a terminal, one line a result otherwise, or JSON lines. */
#ifndef BOURSE_CLI_SCREEN_H
#define BOURSE_CLI_SCREEN_H
#include <msgpack.h>
#include <stdbool.h>
#include <stdint.h>
#include "cli/tally.h"

typedef struct Screen Screen;
enum screen_mode { SCREEN_LIVE, SCREEN_LINES, SCREEN_JSON };

/* LIVE when stdout is a terminal and `json` is not asked for. for_ms: length of the run for the progress line, or 0. The tally is the caller's,
 * who counts each result before it is shown. */
Screen *screen_new(const char *title, bool json, int64_t for_ms, const Tally *tally);
void screen_free(Screen *s);                /* leaves the last frame and shows the cursor again */
/* What was seen: on a terminal with tables, in a few lines on stderr when the results go to a pipe, or as the last of the JSON lines. After tally_sort. */
void screen_summary(Screen *s);
int64_t screen_ms(const Screen *s);         /* how long the session has run, in its time */
bool screen_out(Screen *s, const char *text, size_t len);
bool screen_report(Screen *s, const char *worker, const msgpack_object *data);
bool screen_log(Screen *s, const char *level, const char *text, size_t len);
void screen_tick(Screen *s, int64_t now_ms);
#endif
