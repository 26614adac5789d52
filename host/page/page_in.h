/* A page's inside, for page.c and page_write.c. */
#ifndef BOURSE_PAGE_IN_H
#define BOURSE_PAGE_IN_H
#include "page/page.h"

typedef struct { int64_t at_ms; double v; } Point;
typedef struct { Point least, most; } Piece;                   /* of a line: in a piece of time */
typedef struct { int64_t at_ms; double v[4]; } Candle;
typedef struct { int64_t at_ms; enum page_side side; char *text; } Mark;
typedef struct {
  int chart;
  enum page_series_kind kind;
  char *name;
  uint64_t n;                                                  /* given so far */
  uint64_t each;                                               /* of them in a piece or candle */
  uint64_t in_last;
  Piece *pieces; Candle *candles; size_t n_kept;
  Mark *marks; size_t n_marks; uint64_t marks_given;
} Series;
typedef struct { char *title, *unit; enum page_chart_kind kind; } Chart;
typedef struct { char *text; double number; } Cell;
typedef struct { char *title; PageColumn columns[PAGE_COLUMNS]; size_t n_columns; Cell **rows; size_t n_rows; uint64_t given; } Table;
typedef struct { PageMoment m; char *name, *buy, *sell; PageLevel asks[PAGE_LEVELS], bids[PAGE_LEVELS]; Cell *cells; } Moment;
typedef struct { char *name, *text; enum page_tone tone; } Named;

struct Page {
  char *title, *subtitle;
  Named *facts, *figures; size_t n_facts, n_figures;
  Chart charts[PAGE_CHARTS]; int n_charts;
  Series series[PAGE_SERIES]; int n_series;
  Table tables[PAGE_TABLES]; int n_tables;
  Table moments_table;                                         /* its columns and title; the rows are in the moments */
  Moment **moments; size_t n_moments; uint64_t moments_given;
};

/* page_files.c: the files of this folder, in the program. */
typedef struct { const char *p, *end; } PageFile;
extern const PageFile page_css, page_js, page_charts;          /* page_charts: empty when the library was not there */
#endif
