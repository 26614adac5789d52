/* Between sealed.c and encode.c: writing the text, or the recipe, of something that is put together from pieces. */
#ifndef BOURSE_SEALED_IN_H
#define BOURSE_SEALED_IN_H
#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "wire/recipe_ops.h"

/* A sealed value, or the text of a number (then only len and bytes count). */
typedef struct {
  uint32_t len;
  uint8_t depth;        /* of the stack that evaluating it takes */
  uint8_t joined;       /* operands of the R_CONCAT that ends it; 0: it ends otherwise */
  char bytes[];
} Sealed;

enum { IS_NEITHER, IS_SEALED, IS_NUMBER };
int sealed_kind(lua_State *L, int idx, Sealed **s);        /* of a value of any type */
Sealed *sealed_new(lua_State *L, size_t len, unsigned depth);   /* pushes one; joined is 0 */

/* One writer for the process: a worker has one thread, and nothing that writes runs a script. Pieces of text become one R_TEXT each until a
 * sealed piece comes; without any sealed piece the result is plain text. Every function may raise. */
void write_begin(lua_State *L);
void write_text(lua_State *L, const char *p, size_t n);
void write_char(lua_State *L, char c);
void write_coded(lua_State *L, enum recipe_coding c, const char *p, size_t n);
void write_sealed(lua_State *L, const Sealed *s);
void write_sealed_coded(lua_State *L, enum recipe_coding c, const Sealed *s);
void write_end(lua_State *L);                              /* pushes text, or a sealed value */

int coded_push(lua_State *L, enum recipe_coding c, int idx);   /* pushes the coded form of text or of a sealed value */
void encode_open(lua_State *L);                            /* sets encode_query, encode_form, encode_json in the table on top */
bool encode_in_order(lua_State *L, int idx);               /* pushes the table at idx: itself, or a plain one's sorted copy. False: it is none */
int encode_json(lua_State *L);                             /* the C function: JSON of argument 1 */
#endif
