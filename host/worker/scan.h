/* The heavy part of a scan over many markets, for strategies: the table `scan` (quotes, gaps, cycles, fill). Arguments are script values: raw
 * access only; what does not fit raises; time and memory are bounded by the sizes that are checked. */
#ifndef BOURSE_SCAN_H
#define BOURSE_SCAN_H
#include <lua.h>

void scan_open(lua_State *L);       /* pushes the table */
int scan_gaps(lua_State *L);        /* scan_gaps.c: the best pair of venues for each symbol */
int scan_cycles(lua_State *L);      /* scan_cycles.c: profitable ways round through the markets */
int scan_fill(lua_State *L);        /* scan_fill.c: the best size between two books */
#endif
