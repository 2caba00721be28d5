#include "server/config.h"

#include <ini.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/file.h"

enum { CONFIG_BYTES_MAX = 64 * 1024, CONNECTIONS_MAX = 256, STANDBY_LAG_S_MAX = 24 * 3600, DAYS_MAX = 3650, HOURS_MAX = 24 * DAYS_MAX, SECRET_LINE_BYTES_MAX = 200, KEY_BYTES_MAX = 4096, ROOTS_BYTES_MAX = 1024 * 1024 };

static bool is_web_address(struct slice value) {
  bool is_known = slice_starts(value, S("https://")) || slice_starts(value, S("http://"));
  return is_known && value.ptr[value.len - 1] != '/' && slice_find(value, ' ', 0) == value.len;
}

bool server_is_origin(struct slice value) {
  bool is_https = slice_starts(value, S("https://"));
  if (!is_https && !slice_starts(value, S("http://"))) {
    return false;
  }
  struct slice host = slice_from(value, is_https ? 8 : 7);
  for (size_t i = 0; i < host.len; i++) {
    uint8_t c = host.ptr[i];
    bool is_host = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
    if (!is_host) {
      return false;
    }
  }
  return host.len > 0;
}

bool server_is_database(struct slice url) {
  struct slice rest = url;
  struct slice who = slice_from(slice_cut(&rest, '@'), 13); /* the shorter scheme and its slashes */
  bool has_password = rest.len > 0 && slice_find(who, ':', 0) < who.len;
  bool is_address = slice_starts(url, S("postgresql://")) || slice_starts(url, S("postgres://"));
  return is_address && !has_password && memmem(url.ptr, url.len, "password=", 9) == NULL;
}

static bool is_mail_address(struct slice value) { return slice_starts(value, S("smtp://")) || slice_starts(value, S("smtps://")); }

/* ---- the table ---- */

#define AT(member) offsetof(struct server_config, member)
#define TEXT(section, key, member, fits) {section, key, SERVER_SETTING_TEXT, AT(member), false, fits, 0, 0}
#define TEXT_AT_START(section, key, member, fits) {section, key, SERVER_SETTING_TEXT, AT(member), true, fits, 0, 0}
#define SECRET(section, key, member) {section, key, SERVER_SETTING_FILE, AT(member), false, NULL, 0, SECRET_LINE_BYTES_MAX}
#define SWITCH(section, key, member, is_at_start) {section, key, SERVER_SETTING_SWITCH, AT(member), is_at_start, NULL, 0, 0}
#define NUMBER(section, key, member, is_at_start, least, most) {section, key, SERVER_SETTING_NUMBER, AT(member), is_at_start, NULL, least, most}

const struct server_setting server_setting_rows[] = {
    NUMBER("installation", "clock_offset_ms", clock_offset_ms, true, INT64_MIN, INT64_MAX),
    SWITCH("installation", "demo", demo, true),
    SWITCH("installation", "sandbox", sandbox, true),
    TEXT_AT_START("installation", "origin", origin, server_is_origin),
    SECRET("installation", "registration_token_file", registration_token_path),
    TEXT_AT_START("database", "url", database.url, server_is_database),
    SECRET("database", "password_file", database.password_path),
    NUMBER("database", "connections", database.connections, true, 1, CONNECTIONS_MAX),
    {"database", "standby_lag", SERVER_SETTING_NUMBER_OR_NEVER, AT(database.standby_lag_s), true, NULL, 0, STANDBY_LAG_S_MAX},
    NUMBER("database", "partitions", database.partitions, true, 1, DB_PARTITIONS_MAX),
    TEXT_AT_START("signer", "socket", signer_socket, NULL),
    {"log", "requests", SERVER_SETTING_LOGGING, AT(log_requests), false, NULL, 0, 0},
    TEXT("trace", "collector", trace.collector, is_web_address),
    NUMBER("trace", "per_mille", trace.per_mille, false, 1, 1000),
    NUMBER("surge", "target_ms", surge.target_ms, false, 1, 10000),
    NUMBER("surge", "called_per_second", surge.called_per_s, false, 1, 1000000),
    NUMBER("surge", "connections", surge.connections, false, 64, 60000),
    NUMBER("surge", "refusals_per_second", surge.refusals_per_s, false, 1, 1000000),
    TEXT_AT_START("surge", "newcomers", surge.newcomers, NULL),
    NUMBER("doctor", "certificate_warning_days", doctor.certificate_warning_days, false, 1, DAYS_MAX),
    NUMBER("doctor", "certificate_problem_days", doctor.certificate_problem_days, false, 1, DAYS_MAX),
    NUMBER("doctor", "backup_warning_hours", doctor.backup_warning_hours, false, 1, HOURS_MAX),
    NUMBER("doctor", "backup_problem_hours", doctor.backup_problem_hours, false, 1, HOURS_MAX),
    TEXT("doctor", "front_certificate", doctor.front_certificate, NULL),
    TEXT("doctor", "client_roots", doctor.client_roots, NULL),
    TEXT_AT_START("matcher", "socket", matcher_socket, NULL),
    TEXT("bank", "bin", bank_bin, NULL),
    TEXT("bank", "account", bank_account, NULL),
    SECRET("bank", "secret_file", bank_secret_path),
    TEXT("mail", "url", mail.url, is_mail_address),
    SWITCH("mail", "plain", mail.is_plain, false),
    TEXT("mail", "from", mail.from, NULL),
    TEXT("mail", "from_name", mail.from_name, NULL),
    TEXT("mail", "user", mail.user, NULL),
    SECRET("mail", "password_file", mail.password_path),
    {"mail", "ca_file", SERVER_SETTING_FILE, AT(mail.ca_path), false, NULL, 0, ROOTS_BYTES_MAX},
    TEXT("sms", "url", sms.url, is_web_address),
    SWITCH("sms", "national", sms.is_national, false),
    TEXT("sms", "content_type", sms.content_type, NULL),
    TEXT("sms", "body", sms.body, NULL),
    SECRET("sms", "authorization_file", sms.authorization_path),
    SECRET("sms", "receipt_secret_file", sms.receipt_secret_path),
    TEXT("sms", "reference", sms.reference, NULL),
    {"sms", "ca_file", SERVER_SETTING_FILE, AT(sms.ca_path), false, NULL, 0, ROOTS_BYTES_MAX},
    {"receiver ", "url", SERVER_SETTING_TEXT, offsetof(struct server_receiver, url), false, is_web_address, 0, 0},
    {"receiver ", "key_file", SERVER_SETTING_FILE, offsetof(struct server_receiver, key_path), false, NULL, 0, KEY_BYTES_MAX},
    {"receiver ", "ca_file", SERVER_SETTING_FILE, offsetof(struct server_receiver, ca_path), false, NULL, 0, ROOTS_BYTES_MAX},
    {"witness ", "url", SERVER_SETTING_TEXT, offsetof(struct server_witness, url), false, is_web_address, 0, 0},
    {"witness ", "key", SERVER_SETTING_TEXT, offsetof(struct server_witness, key), false, NULL, 0, 0},
    {0},
};

/* Sections of which there is one for each name: arrays whose items begin with that name. */
static const struct group {
  const char *section;
  size_t items_at;
  size_t count_at;
  size_t item_bytes;
  size_t most;
  bool is_at_start; /* which of them there are */
} groups[] = {
    {"receiver ", AT(receivers), AT(receiver_count), sizeof(struct server_receiver), SERVER_RECEIVERS_MAX, true}, /* a thread each */
    {"witness ", AT(witnesses), AT(witness_count), sizeof(struct server_witness), SERVER_WITNESSES_MAX, false},
};
_Static_assert(offsetof(struct server_receiver, name) == 0 && offsetof(struct server_witness, name) == 0, "items begin with their names");

static const struct group *group_of(const char *section) {
  for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
    if (strncmp(section, groups[i].section, strlen(groups[i].section)) == 0) {
      return &groups[i];
    }
  }
  return NULL;
}

static const struct server_setting *row_of(const char *section, const char *key) {
  const struct group *group = group_of(section);
  for (const struct server_setting *row = server_setting_rows; row->key != NULL; row++) {
    if (strcmp(row->section, group != NULL ? group->section : section) == 0 && strcmp(row->key, key) == 0) {
      return row;
    }
  }
  return NULL;
}

/* The item of that name, a new one behind the others if there is none; NULL: no name, or too many. */
static void *item_of(struct server_config *config, const struct group *group, struct slice name) {
  size_t *count = (size_t *)(void *)((uint8_t *)config + group->count_at);
  uint8_t *items = (uint8_t *)config + group->items_at;
  for (size_t i = 0; i < *count; i++) {
    if (slice_eq(*(const struct slice *)(const void *)(items + i * group->item_bytes), name)) {
      return items + i * group->item_bytes;
    }
  }
  if (name.len == 0 || *count == group->most) {
    return NULL;
  }
  uint8_t *item = items + (*count)++ * group->item_bytes;
  *(struct slice *)(void *)item = name;
  return item;
}

/* ---- values ---- */

static const char *const loggings[] = {[API_LOG_FAILED] = "failed", [API_LOG_ALL] = "all", [API_LOG_NONE] = "none"};

static bool set_number(const struct server_setting *row, int64_t *field, struct slice value) {
  char *end = NULL;
  long long number = strtoll((const char *)value.ptr, &end, 10);
  *field = number;
  return value.len > 0 && *end == '\0' && number >= row->least && number <= row->most;
}

static bool set_number_or_never(const struct server_setting *row, int64_t *field, struct slice value) {
  bool is_number = set_number(row, field, value);
  *field = *field == 0 ? SERVER_STANDBY_NEVER : *field;
  return is_number;
}

static bool set_logging(enum api_logging *field, struct slice value) {
  for (size_t i = 0; i < sizeof loggings / sizeof *loggings; i++) {
    if (slice_is(value, loggings[i])) {
      *field = (enum api_logging)i;
      return true;
    }
  }
  return false;
}

static bool set_value(const struct server_setting *row, void *field, struct slice value) {
  switch (row->kind) {
    case SERVER_SETTING_NUMBER: return set_number(row, field, value);
    case SERVER_SETTING_NUMBER_OR_NEVER: return set_number_or_never(row, field, value);
    case SERVER_SETTING_LOGGING: return set_logging(field, value);
    case SERVER_SETTING_SWITCH: *(bool *)field = slice_is(value, "1"); return slice_is(value, "1") || slice_is(value, "0");
    case SERVER_SETTING_TEXT:
    case SERVER_SETTING_FILE: *(struct slice *)field = value; return row->fits == NULL || row->fits(value);
  }
  return false;
}

/* Empty: as if nothing were said. */
static struct slice number_of(int64_t number, struct arena *arena) { return number == 0 ? S("") : arena_printf(arena, "%lld", (long long)number); }

static struct slice value_of(const struct server_setting *row, const void *field, struct arena *arena) {
  switch (row->kind) {
    case SERVER_SETTING_NUMBER: return number_of(*(const int64_t *)field, arena);
    case SERVER_SETTING_NUMBER_OR_NEVER: return *(const int64_t *)field == SERVER_STANDBY_NEVER ? S("0") : number_of(*(const int64_t *)field, arena);
    case SERVER_SETTING_LOGGING: return *(const enum api_logging *)field == API_LOG_FAILED ? S("") : slice_str(loggings[*(const enum api_logging *)field]);
    case SERVER_SETTING_SWITCH: return *(const bool *)field ? S("1") : S("");
    case SERVER_SETTING_TEXT:
    case SERVER_SETTING_FILE: return *(const struct slice *)field;
  }
  return S("");
}

/* ---- reading ---- */

struct reading {
  struct arena *arena;
  struct server_config config;
  struct slice seen; /* "[section]key\n" of every line so far */
  struct slice refused; /* of the first line that cannot stand: its key, and why */
};

/* inih goes on behind a line that was refused. */
static int line_refused(struct reading *reading, struct slice mark, const char *why) {
  if (reading->refused.len == 0) {
    reading->refused = arena_printf(reading->arena, ": %.*s %s", (int)mark.len - 1, (const char *)mark.ptr, why);
  }
  return 0;
}

/* Which section and key a line has, and whether its value may be that. */
static bool set_line(struct reading *reading, const char *section, const char *key, struct slice value) {
  const struct group *group = group_of(section);
  const struct server_setting *row = row_of(section, key);
  void *base = &reading->config;
  if (group != NULL) {
    base = item_of(&reading->config, group, arena_copy(reading->arena, slice_str(section + strlen(group->section))));
  }
  return row != NULL && base != NULL && set_value(row, (uint8_t *)base + row->at, value);
}

static int take_line(void *user, const char *section, const char *key, const char *value) {
  struct reading *reading = user;
  struct slice mark = arena_printf(reading->arena, "[%s]%s\n", section, key);
  if (reading->seen.len > 0 && memmem(reading->seen.ptr, reading->seen.len, mark.ptr, mark.len) != NULL) {
    return line_refused(reading, mark, "is given twice");
  }
  reading->seen = arena_printf(reading->arena, "%.*s%.*s", SLICE_ARG(reading->seen), SLICE_ARG(mark));
  struct slice text = slice_str(arena_cstr(reading->arena, slice_str(value)));
  return set_line(reading, section, key, text) || line_refused(reading, mark, "is no setting, or cannot have that value");
}

static void close_file(FILE **file) {
  if (*file != NULL) {
    (void)fclose(*file);
  }
}

/* NULL: there is none. */
static result read_text(const char *data, struct arena *arena, char **ret_text) {
  FILE *file CLEANUP(close_file) = fopen((const char *)arena_printf(arena, "%s/danh.ini", data).ptr, "re");
  *ret_text = NULL;
  if (file == NULL) {
    return OK;
  }
  char *text = arena_alloc(arena, CONFIG_BYTES_MAX + 1);
  size_t length = fread(text, 1, CONFIG_BYTES_MAX + 1, file);
  if (ferror(file) != 0 || length > CONFIG_BYTES_MAX) {
    FAIL(SERVER_CONFIG, "danh.ini cannot be read, or is larger than %d bytes", CONFIG_BYTES_MAX);
  }
  text[length] = '\0';
  *ret_text = text;
  return OK;
}

result server_config_load(const char *data, struct arena *arena, struct server_config *ret_config) {
  struct reading reading = {.arena = arena};
  char *text = NULL;
  TRY(read_text(data, arena, &text));
  int line = text != NULL ? ini_parse_string(text, take_line, &reading) : 0;
  if (line != 0) {
    FAIL(SERVER_CONFIG, "danh.ini, line %d%.*s", line, SLICE_ARG(reading.refused));
  }
  *ret_config = reading.config;
  return OK;
}

struct wanted {
  struct slice section;
  const char *key;
};

static int is_other_line(void *user, const char *section, const char *key, const char *value) {
  const struct wanted *wanted = user;
  (void)value;
  return !slice_is(wanted->section, section) || strcmp(wanted->key, key) != 0;
}

int server_config_line(const char *data, struct slice section, const char *key) {
  struct arena arena CLEANUP(arena_free) = {0};
  struct wanted wanted = {section, key};
  char *text = NULL;
  return is_ok(read_text(data, &arena, &text)) && text != NULL ? ini_parse_string(text, is_other_line, &wanted) : 0;
}

const char *server_config_place(const char *data, struct slice section, const char *key, struct arena *arena) {
  int line = server_config_line(data, section, key);
  struct slice at = line > 0 ? arena_printf(arena, ", line %d", line) : S("");
  return (const char *)arena_printf(arena, "danh.ini%.*s: [%.*s] %s", SLICE_ARG(at), SLICE_ARG(section), key).ptr;
}

/* ---- listing, comparing, writing ---- */

struct listing {
  struct arena *arena;
  struct server_settings_given given;
};

static void list_one(struct listing *listing, const struct server_setting *row, struct slice name, const uint8_t *base) {
  struct slice value = value_of(row, base + row->at, listing->arena);
  if (value.len > 0) {
    struct slice section = arena_printf(listing->arena, "%s%.*s", row->section, SLICE_ARG(name));
    listing->given.items[listing->given.count++] = (struct server_setting_given){row, section, value};
  }
}

static void list_group(struct listing *listing, const struct group *group, const struct server_config *config) {
  size_t count = *(const size_t *)(const void *)((const uint8_t *)config + group->count_at);
  for (size_t i = 0; i < count; i++) {
    const uint8_t *item = (const uint8_t *)config + group->items_at + i * group->item_bytes;
    for (const struct server_setting *row = server_setting_rows; row->key != NULL; row++) {
      if (strcmp(row->section, group->section) == 0) {
        list_one(listing, row, *(const struct slice *)(const void *)item, item);
      }
    }
  }
}

void server_config_list(const struct server_config *config, struct arena *arena, struct server_settings_given *ret_given) {
  struct listing listing = {.arena = arena};
  listing.given.items = ARENA_ARRAY(arena, struct server_setting_given, sizeof server_setting_rows / sizeof *server_setting_rows + 2 * (SERVER_RECEIVERS_MAX + SERVER_WITNESSES_MAX));
  for (const struct server_setting *row = server_setting_rows; row->key != NULL; row++) {
    if (group_of(row->section) == NULL) {
      list_one(&listing, row, S(""), (const uint8_t *)config);
    }
  }
  for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
    list_group(&listing, &groups[i], config);
  }
  *ret_given = listing.given;
}

static const struct server_setting_given *find_given(const struct server_settings_given *list, const struct server_setting_given *like) {
  for (size_t i = 0; i < list->count; i++) {
    if (list->items[i].row == like->row && slice_eq(list->items[i].section, like->section)) {
      return &list->items[i];
    }
  }
  return NULL;
}

static bool has_section(const struct server_settings_given *list, struct slice section) {
  for (size_t i = 0; i < list->count; i++) {
    if (slice_eq(list->items[i].section, section)) {
      return true;
    }
  }
  return false;
}

/* What `one` gives and `other` gives otherwise or, where is_missing_alone says so, not at all. */
static void add_changes(struct arena *arena, const struct server_settings_given lists[2], bool is_missing_alone, struct server_config_changes *changes) {
  for (size_t i = 0; i < lists[0].count; i++) {
    const struct server_setting_given *given = &lists[0].items[i];
    const struct server_setting_given *there = find_given(&lists[1], given);
    if (there != NULL && (is_missing_alone || slice_eq(there->value, given->value))) {
      continue;
    }
    const struct group *group = group_of(given->row->section);
    bool is_at_start = given->row->is_at_start || (group != NULL && group->is_at_start && !has_section(&lists[1], given->section));
    struct slice name = arena_printf(arena, "[%.*s] %s", SLICE_ARG(given->section), given->row->key);
    size_t *count = is_at_start ? &changes->at_start_count : &changes->taken_count;
    if (*count < SERVER_CHANGES_MAX) {
      (is_at_start ? changes->at_start : changes->taken)[(*count)++] = name;
    }
  }
}

void server_config_compare(const struct server_config *before, const struct server_config *after, struct arena *arena,
                           struct server_config_changes *ret_changes) {
  struct server_settings_given lists[2];
  struct server_config_changes changes = {.taken_count = 0};
  server_config_list(after, arena, &lists[0]);
  server_config_list(before, arena, &lists[1]);
  add_changes(arena, lists, false, &changes);
  const struct server_settings_given turned[2] = {lists[1], lists[0]};
  add_changes(arena, turned, true, &changes);
  *ret_changes = changes;
}

static void write_config(FILE *file, const struct server_config *config) {
  struct arena arena CLEANUP(arena_free) = {0};
  struct server_settings_given given;
  struct slice section = {0};
  server_config_list(config, &arena, &given);
  for (size_t i = 0; i < given.count; i++) {
    const struct server_setting_given *one = &given.items[i];
    if (!slice_eq(section, one->section)) {
      (void)fprintf(file, "%s[%.*s]\n", i > 0 ? "\n" : "", SLICE_ARG(one->section));
      section = one->section;
    }
    (void)fprintf(file, "%s = %.*s\n", one->row->key, SLICE_ARG(one->value));
  }
}

result server_config_save(const char *data, const struct server_config *config) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  const char *path = (const char *)arena_printf(&arena, "%s/danh.ini", data).ptr;
  char target[PATH_MAX]; /* of a link, as packages make it to /etc */
  path = realpath(path, target) != NULL ? target : path;
  const char *fresh = (const char *)arena_printf(&arena, "%s.new", path).ptr;
  FILE *file CLEANUP(close_file) = fopen(fresh, "we");
  if (file == NULL) {
    FAIL(BASE_IO, "danh.ini.new cannot be made");
  }
  struct stat before;
  bool is_kept = stat(path, &before) == 0 && fchown(fileno(file), before.st_uid, before.st_gid) == 0; /* who may read it still may */
  (void)fchmod(fileno(file), is_kept ? before.st_mode & (S_IRUSR | S_IWUSR | S_IRGRP) : S_IRUSR | S_IWUSR);
  write_config(file, config);
  if (fflush(file) != 0 || ferror(file) != 0 || fsync(fileno(file)) != 0 || rename(fresh, path) != 0) {
    FAIL(BASE_IO, "danh.ini cannot be written");
  }
  return server_folder_sync(dirname((char *)(uintptr_t)arena_cstr(&arena, slice_str(path))));
}
