/* The style, the script and the library of the page, as they are in their files. */
#include "page/page_in.h"

#define HOLD(name, path) \
  __asm__(".section .rodata\n" #name "_from: .incbin \"" path "\"\n" #name "_to: .byte 0\n.previous\n"); \
  extern const char name##_from[] __attribute__((visibility("hidden"))), name##_to[] __attribute__((visibility("hidden"))); \
  const PageFile page_##name = { name##_from, name##_to };

HOLD(css, PAGE_CSS)
HOLD(js, PAGE_JS)
#ifdef PAGE_CHARTS_JS
HOLD(charts, PAGE_CHARTS_JS)
#else
const PageFile page_charts = { "", "" };
#endif
