/* pdf/reader.h: a scan over PDF values, for reader.c. (private to pdf/) */
#pragma once
#include "base/buf.h"
#include "pdf/pdf.h"

struct pdf_scan {
  struct arena *arena;
  struct slice bytes;
  size_t at;
  int depth;
};

/* Steps over the word if it is there. */
bool pdf_scan_word(struct pdf_scan *scan, const char *word);
MUST_USE result pdf_scan_integer(struct pdf_scan *scan, int64_t *ret_integer);
/* A value from its first byte on; streams are objects, not values. */
MUST_USE result pdf_scan_value(struct pdf_scan *scan, struct pdf_value *ret_value);
