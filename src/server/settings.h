/* server/settings.h: what a running server goes by, made of danh.ini and the files it names: whole or not at all. (private to server/)
 *
 * A snapshot (base/snapshot.h) of struct server_settings. Whoever serves a request, delivers or sends takes the one that stands and keeps it until they are
 * done; a reload puts another in its place.
 * Errors     SERVER_CONFIG, with the line of danh.ini.
 */
#pragma once
#include "base/snapshot.h"
#include "note/note.h"
#include "server/config.h"
#include "server/delivery.h"

struct server_settings {
  struct api_settings api; /* first: the api takes the snapshot as its own */
  struct server_config config;
  bool is_demo; /* since the start */
  bool is_sandbox;
  struct slice database_password; /* empty: none */
  struct slice mail_password;
  struct slice sms_authorization;
  struct server_peer peers[SERVER_RECEIVERS_MAX]; /* by their place in config.receivers */
  struct note_key witness_keys[SERVER_WITNESSES_MAX]; /* likewise */
  struct server_file_read *files; /* every file that danh.ini names, as it was read */
  size_t file_count;
};
struct server_file_read {
  struct slice section;
  const char *key;
  struct slice bytes; /* without blanks at the ends, where it is a secret */
};
/* started: with what the server runs, of which a demonstration stays one; NULL: it is just starting. */
MUST_USE result server_settings_load(const char *data, const struct server_settings *started, struct snapshot **ret_settings);
static inline const struct server_settings *server_settings_of(const struct snapshot *snapshot) { return snapshot->value; }
