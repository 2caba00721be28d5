/* server/config.h: what danh.ini may say, as one table: read, written, compared and held against the manual by it. (private to server/)
 *
 * Sections   "receiver " and "witness " end in a blank: one section for each name.
 */
#pragma once
#include "server/server.h"

enum server_setting_kind {
  SERVER_SETTING_TEXT,    /* struct slice */
  SERVER_SETTING_FILE,    /* struct slice, the path of a file, or credential:NAME */
  SERVER_SETTING_NUMBER,  /* int64_t; 0: not given */
  SERVER_SETTING_NUMBER_OR_NEVER, /* the same, where danh.ini's 0 is SERVER_STANDBY_NEVER */
  SERVER_SETTING_SWITCH,  /* bool, 0 or 1 */
  SERVER_SETTING_LOGGING, /* enum api_logging */
};
struct server_setting {
  const char *section;
  const char *key;
  enum server_setting_kind kind;
  size_t at;        /* of its member in struct server_config, or in one item of its group */
  bool is_at_start; /* taken over when the server starts, and not while it runs */
  bool (*fits)(struct slice value); /* of texts; NULL: any will do */
  int64_t least;
  int64_t most;     /* of numbers; bytes of a file */
};
extern const struct server_setting server_setting_rows[]; /* ended by {0} */

/* One setting that was given. */
struct server_setting_given {
  const struct server_setting *row;
  struct slice section; /* "mail", "receiver national_portal" */
  struct slice value;   /* as danh.ini writes it */
};
struct server_settings_given {
  struct server_setting_given *items;
  size_t count;
};
/* All that is not as if nothing were said, in the order of the table. */
void server_config_list(const struct server_config *config, struct arena *arena, struct server_settings_given *ret_given);

enum { SERVER_CHANGES_MAX = 64 };
struct server_config_changes {
  struct slice taken[SERVER_CHANGES_MAX]; /* "[mail] url": may be taken over by a server that runs */
  size_t taken_count;
  struct slice at_start[SERVER_CHANGES_MAX]; /* at the next start only */
  size_t at_start_count;
};
void server_config_compare(const struct server_config *before, const struct server_config *after, struct arena *arena,
                           struct server_config_changes *ret_changes);

/* The line of danh.ini that gives this; 0: none. */
int server_config_line(const char *data, struct slice section, const char *key);
/* For FAIL: "danh.ini, line 12: [mail] from". */
const char *server_config_place(const char *data, struct slice section, const char *key, struct arena *arena);
