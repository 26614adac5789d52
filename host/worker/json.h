/* JSON text to a flat tape, in one strict pass (RFC 8259; UTF-8 and surrogate pairs checked; depth at most JSON_DEPTH).
 * The tape points into the text; numbers keep their exact text; strings are unescaped only when asked for.
 * The text is owned by the document; documents are counted references, so records can keep theirs alive. */
#ifndef BOURSE_JSON_H
#define BOURSE_JSON_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_DEPTH 512
#define JSON_MAX (1u << 28)      /* bytes of a text are less */

enum json_type { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

typedef struct {
  uint32_t start;        /* where in the text; of a string after its quote */
  uint32_t size : 28;    /* bytes of a scalar, of a string without its quotes; children of an array, pairs of an object */
  uint32_t type : 3;
  uint32_t escaped : 1;  /* a string with backslashes */
} JsonNode;
/* An array or object takes two places: `start` of the second is the index after it and all it holds, `size` its bytes, with its brackets. Its children follow,
 * an object's alternate key (a string) and value. So a scalar takes 8 bytes: a list of 2,000 markets has 300,000 of them. */
static inline uint32_t json_first(uint32_t node) { return node + 2; }          /* child of an array or object */
static inline uint32_t json_next(const JsonNode *nodes, uint32_t node) { return nodes[node].type < JSON_ARRAY ? node + 1 : nodes[node + 1].start; }
static inline uint32_t json_bytes(const JsonNode *nodes, uint32_t node) { return nodes[node].type < JSON_ARRAY ? nodes[node].size : nodes[node + 1].size; }
/* Is nothing nested in the array or object? */
static inline bool json_flat(const JsonNode *nodes, uint32_t node) {
  return nodes[node + 1].start - json_first(node) == nodes[node].size * (nodes[node].type == JSON_OBJECT ? 2 : 1);
}

typedef struct JsonDoc JsonDoc;
struct JsonDoc { char *text; size_t len; JsonNode *nodes; size_t cap; uint32_t n; int refs; void *block; int64_t id; bool hollow; uint32_t list, list_end; };
/* node 0 is the whole; block is freed with it; id: the same in a replay, where an address is not; cap: room for nodes; hollow: see json_stream_drop */

/* Takes ownership of `text` (malloc'd, len bytes plus one spare, which becomes 0) whatever happens. NULL on an error, with a
 * message that says what and at which byte, counted from 1, in err (at least 128 bytes). A byte order mark in front is skipped. */
JsonDoc *json_parse(char *text, size_t len, char *err, size_t errlen);
/* The same for text that lies in something larger: it is not taken. On success `block` of the document is for the caller to set. */
JsonDoc *json_parse_at(char *text, size_t len, char *err, size_t errlen);
/* The same for text that comes in parts: it is scanned as it comes. `expected`: how long it will be, as far as that is known, else 0. What is wrong with the
 * text is told at the end. */
typedef struct JsonStream JsonStream;
JsonStream *json_stream_new(size_t expected);                                       /* NULL: out of memory */
void json_stream_add(JsonStream *j, const char *p, size_t n);                       /* a copy; that there is no memory is told at the end, too */
const char *json_stream_text(const JsonStream *j, size_t *len);                     /* so far; "" when there was no memory for it */
/* What is there so far, as a document: of the arrays and objects that are open those nested up to `depth` (0: the outermost only) end before the first
 * child that is not whole, deeper ones are not there yet. It is the one that json_stream_end will give: its nodes keep their numbers, a reference keeps it.
 * NULL: there is nothing yet, or no JSON. Before the stream goes on, json_stream_uncut. */
#define JSON_CUT_MAX 8
JsonDoc *json_stream_cut(JsonStream *j, unsigned depth);
void json_stream_uncut(JsonStream *j);
/* The children of `list` before the node `to`, all of them whole, were read and are needed no more: they are taken off the tape, which so takes no more
 * room than what comes at once. The document is hollow then: of the list only the last children are there, from its first place on, up to list_end (0 as
 * long as it is open), and all that is no child of it has the number that it would have. json_unfold makes it whole. False: there are none, the list has
 * ended, or is another one than before, and nothing was done. */
bool json_stream_drop(JsonStream *j, uint32_t list, uint32_t to);
JsonDoc *json_stream_end(JsonStream *j, char *err, size_t errlen);                  /* as json_parse, and j is gone; NULL: j is still there, for its text */
void json_stream_free(JsonStream *j);
/* Keeps only the text: nodes is NULL and n is 0 until json_unfold has scanned it again (false: out of memory). A view unfolds its document by itself, a
 * hollow one when somebody looks into its list. */
void json_fold(JsonDoc *d);
bool json_unfold(JsonDoc *d);
void json_rest(void);                           /* what is kept for the next document is given back */
JsonDoc *json_ref(JsonDoc *d);
void json_unref(JsonDoc *d);                                                        /* NULL is allowed */

#define JSON_NONE UINT32_MAX
/* The value's node, or JSON_NONE. Of keys that repeat the first one counts, here as in views and copies of them; who walks over the object meets all.
 * (To take all but one off the tape while it is scanned cost a fifth of the scan, for what no exchange sends.) */
uint32_t json_get(const JsonDoc *d, uint32_t object, const char *key, size_t len);
uint32_t json_at(const JsonDoc *d, uint32_t array, int64_t index1);                 /* 1-based, negative from the end; arrays */
/* The string's text (of other nodes: their JSON text), unescaped into *scratch (a growing buffer, begin with zeros, free .p
 * at the end) when needed. Valid as long as the document and until the next use of scratch. NULL when out of memory. */
typedef struct { char *p; size_t len, cap; } JsonScratch;
const char *json_text(const JsonDoc *d, uint32_t node, JsonScratch *scratch, size_t *len);
/* Unescapes the string node into out, which has room for its len bytes; gives the length. */
size_t json_unescape(const JsonDoc *d, uint32_t node, char *out);
bool json_string_is(const JsonDoc *d, uint32_t node, const char *s, size_t len);    /* a string node with exactly that text */
#endif
