/* api/reads.h: a read of somebody's data as that person sees it. (private to api/) */
#pragma once
#include "api/words.h"
#include "ledger/ledger.h"

/* Who read: for the filter and the icon. */
enum api_reader { API_READER_OFFICER = 1, API_READER_SERVICE, API_READER_REPRESENTATIVE, API_READER_OTHER };
const char *api_reader_word(enum api_reader reader); /* "officer", "service" ... */

/* A line, taken apart; what was erased is empty. */
struct api_read_line {
  const struct ledger_line *line;
  enum api_reader reader;
  struct api_word role;
  struct slice who_vi, who_en; /* agency, or the service's name */
  struct slice client_id;      /* of a service */
  struct slice what_vi, what_en;
  const struct jin *attributes; /* list of words; NULL: none */
  struct slice dossier_code;    /* only when it is one of the person's own */
  struct slice mandate;         /* "delegate:4711" */
  struct slice organisation;    /* name of the one it was in the name of; empty: none */
};
MUST_USE result api_read_line_load(struct api_call *call, struct db_tx *tx, const struct ledger_line *line, struct api_read_line *ret_line);
/* The filter of the query: from, to (dates), who, client; and the next lines that pass it. */
struct api_read_filter {
  int64_t person_id;
  int32_t from, to;
  int reader; /* 0: all */
  struct slice client_id;
};
MUST_USE result api_read_filter_read(struct api_call *call, struct db_tx *tx, struct api_read_filter *ret_filter);
struct api_read_page {
  struct api_read_line *items;
  size_t count;
  int64_t next_before; /* 0: that was the last */
};
/* At most `limit` of them; after looking at many that do not pass it stops early and says where to go on. */
MUST_USE result api_read_page_load(struct api_call *call, struct db_tx *tx, const struct api_read_filter *filter, const struct ledger_query *from,
                                   struct api_read_page *ret_page);
/* "who", "what", "attributes", "purpose", "dossier_code", "mandate", "organisation", "ledger_position": members of an open object. */
MUST_USE result api_read_line_put(struct api_call *call, struct db_tx *tx, const struct api_read_line *read);
