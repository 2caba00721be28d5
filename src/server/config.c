#include <ini.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/server.h"

enum { CONFIG_BYTES_MAX = 64 * 1024, SERVER_CONNECTIONS_MAX = 256 };

struct reading {
  struct arena *arena;
  struct server_config config;
  struct slice seen; /* "[section]key\n" of every line so far */
  struct slice refused; /* of the first line that cannot stand: its key, and why */
};

static bool set_text(struct slice *field, struct slice value) {
  *field = value;
  return true;
}

static bool set_number(int64_t *field, struct slice value) {
  char *end = NULL;
  long long number = strtoll((const char *)value.ptr, &end, 10);
  *field = number;
  return value.len > 0 && *end == '\0';
}

static bool set_switch(bool *field, struct slice value) {
  *field = slice_is(value, "1");
  return *field || slice_is(value, "0");
}

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

static bool set_receiver(struct server_config *config, struct slice name, const char *key, struct slice value) {
  size_t at = 0;
  while (at < config->receiver_count && !slice_eq(config->receivers[at].name, name)) {
    at++;
  }
  if (at == SERVER_RECEIVERS_MAX || name.len == 0) {
    return false;
  }
  struct server_receiver *receiver = &config->receivers[at];
  receiver->name = name;
  config->receiver_count = at == config->receiver_count ? at + 1 : config->receiver_count;
  if (strcmp(key, "url") == 0) {
    return set_text(&receiver->url, value) && is_web_address(value);
  }
  return strcmp(key, "key_file") == 0 && set_text(&receiver->key_path, value);
}

static bool set_witness(struct server_config *config, struct slice name, const char *key, struct slice value) {
  size_t at = 0;
  while (at < config->witness_count && !slice_eq(config->witnesses[at].name, name)) {
    at++;
  }
  if (at == SERVER_WITNESSES_MAX || name.len == 0) {
    return false;
  }
  struct server_witness *witness = &config->witnesses[at];
  witness->name = name;
  config->witness_count = at == config->witness_count ? at + 1 : config->witness_count;
  if (strcmp(key, "url") == 0) {
    return set_text(&witness->url, value) && is_web_address(value);
  }
  return strcmp(key, "key") == 0 && set_text(&witness->key, value);
}

bool server_is_database(struct slice url) {
  struct slice rest = url;
  struct slice who = slice_from(slice_cut(&rest, '@'), 13); /* the shorter scheme and its slashes */
  bool has_password = rest.len > 0 && slice_find(who, ':', 0) < who.len;
  bool is_address = slice_starts(url, S("postgresql://")) || slice_starts(url, S("postgres://"));
  return is_address && !has_password && memmem(url.ptr, url.len, "password=", 9) == NULL;
}

static bool set_database(struct server_database *database, const char *key, struct slice value) {
  if (strcmp(key, "url") == 0) {
    return set_text(&database->url, value) && server_is_database(value);
  }
  return (strcmp(key, "password_file") == 0 && set_text(&database->password_path, value)) ||
         (strcmp(key, "connections") == 0 && set_number(&database->connections, value) && database->connections > 0 &&
          database->connections <= SERVER_CONNECTIONS_MAX) ||
         (strcmp(key, "partitions") == 0 && set_number(&database->partitions, value) && database->partitions > 0 &&
          database->partitions <= DB_PARTITIONS_MAX);
}

static bool set_mail(struct server_mail *mail, const char *key, struct slice value) {
  if (strcmp(key, "url") == 0) {
    return set_text(&mail->url, value) && (slice_starts(value, S("smtp://")) || slice_starts(value, S("smtps://")));
  }
  return (strcmp(key, "plain") == 0 && set_switch(&mail->is_plain, value)) || (strcmp(key, "from") == 0 && set_text(&mail->from, value)) ||
         (strcmp(key, "from_name") == 0 && set_text(&mail->from_name, value)) || (strcmp(key, "user") == 0 && set_text(&mail->user, value)) ||
         (strcmp(key, "password_file") == 0 && set_text(&mail->password_path, value)) ||
         (strcmp(key, "ca_file") == 0 && set_text(&mail->ca_path, value));
}

static bool set_sms(struct server_sms *sms, const char *key, struct slice value) {
  if (strcmp(key, "url") == 0) {
    return set_text(&sms->url, value) && is_web_address(value);
  }
  return (strcmp(key, "content_type") == 0 && set_text(&sms->content_type, value)) ||
         (strcmp(key, "body") == 0 && set_text(&sms->body, value)) ||
         (strcmp(key, "authorization_file") == 0 && set_text(&sms->authorization_path, value)) ||
         (strcmp(key, "receipt_secret_file") == 0 && set_text(&sms->receipt_secret_path, value)) ||
         (strcmp(key, "reference") == 0 && set_text(&sms->reference, value)) ||
         (strcmp(key, "national") == 0 && set_switch(&sms->is_national, value));
}

static bool set_log(struct server_config *config, const char *key, struct slice value) {
  static const char *const words[] = {[API_LOG_FAILED] = "failed", [API_LOG_ALL] = "all", [API_LOG_NONE] = "none"};
  for (size_t i = 0; i < sizeof words / sizeof *words && strcmp(key, "requests") == 0; i++) {
    if (slice_is(value, words[i])) {
      config->log_requests = (enum api_logging)i;
      return true;
    }
  }
  return false;
}

static bool set_trace(struct server_trace *trace, const char *key, struct slice value) {
  if (strcmp(key, "collector") == 0) {
    return set_text(&trace->collector, value) && is_web_address(value);
  }
  return strcmp(key, "per_mille") == 0 && set_number(&trace->per_mille, value) && trace->per_mille > 0 && trace->per_mille <= 1000;
}

static bool set_key(struct server_config *config, const char *section, const char *key, struct slice value) {
  if (strcmp(section, "installation") == 0) {
    if (strcmp(key, "origin") == 0) {
      return set_text(&config->origin, value) && server_is_origin(value);
    }
    return (strcmp(key, "clock_offset_ms") == 0 && set_number(&config->clock_offset_ms, value)) ||
           (strcmp(key, "demo") == 0 && set_switch(&config->demo, value)) ||
           (strcmp(key, "registration_token_file") == 0 && set_text(&config->registration_token_path, value)) ||
           (strcmp(key, "sandbox") == 0 && set_switch(&config->sandbox, value));
  }
  if (strcmp(section, "signer") == 0) {
    return strcmp(key, "socket") == 0 && set_text(&config->signer_socket, value);
  }
  if (strcmp(section, "database") == 0) {
    return set_database(&config->database, key, value);
  }
  if (strcmp(section, "mail") == 0) {
    return set_mail(&config->mail, key, value);
  }
  if (strcmp(section, "sms") == 0) {
    return set_sms(&config->sms, key, value);
  }
  if (strcmp(section, "log") == 0) {
    return set_log(config, key, value);
  }
  if (strcmp(section, "trace") == 0) {
    return set_trace(&config->trace, key, value);
  }
  if (strcmp(section, "matcher") == 0) {
    return strcmp(key, "socket") == 0 && set_text(&config->matcher_socket, value);
  }
  if (strcmp(section, "bank") == 0) {
    return (strcmp(key, "bin") == 0 && set_text(&config->bank_bin, value)) ||
           (strcmp(key, "account") == 0 && set_text(&config->bank_account, value)) ||
           (strcmp(key, "secret_file") == 0 && set_text(&config->bank_secret_path, value));
  }
  return false;
}

/* Which section and key a line has, and whether its value may be that. */
static bool set_line(struct reading *reading, const char *section, const char *key, struct slice text) {
  static const char receiver[] = "receiver ";
  if (strncmp(section, receiver, sizeof receiver - 1) == 0) {
    return set_receiver(&reading->config, arena_copy(reading->arena, slice_str(section + sizeof receiver - 1)), key, text);
  }
  static const char witness[] = "witness ";
  if (strncmp(section, witness, sizeof witness - 1) == 0) {
    return set_witness(&reading->config, arena_copy(reading->arena, slice_str(section + sizeof witness - 1)), key, text);
  }
  return set_key(&reading->config, section, key, text);
}

/* inih goes on behind a line that was refused. */
static int line_refused(struct reading *reading, struct slice mark, const char *why) {
  if (reading->refused.len == 0) {
    reading->refused = arena_printf(reading->arena, ": %.*s %s", (int)mark.len - 1, (const char *)mark.ptr, why);
  }
  return 0;
}

static int take_line(void *user, const char *section, const char *key, const char *value) {
  struct reading *reading = user;
  struct slice mark = arena_printf(reading->arena, "[%s]%s\n", section, key);
  if (reading->seen.len > 0 && memmem(reading->seen.ptr, reading->seen.len, mark.ptr, mark.len) != NULL) {
    return line_refused(reading, mark, "is given twice");
  }
  reading->seen = arena_printf(reading->arena, "%.*s%.*s", SLICE_ARG(reading->seen), SLICE_ARG(mark));
  struct slice text = arena_copy(reading->arena, slice_str(value));
  return set_line(reading, section, key, text) || line_refused(reading, mark, "is no setting, or cannot have that value");
}

static void close_file(FILE **file) {
  if (*file != NULL) {
    (void)fclose(*file);
  }
}

result server_config_load(const char *data, struct arena *arena, struct server_config *ret_config) {
  struct reading reading = {.arena = arena};
  FILE *file CLEANUP(close_file) = fopen((const char *)arena_printf(arena, "%s/danh.ini", data).ptr, "re");
  if (file == NULL) {
    *ret_config = reading.config;
    return OK;
  }
  char *text = arena_alloc(arena, CONFIG_BYTES_MAX + 1);
  size_t length = fread(text, 1, CONFIG_BYTES_MAX + 1, file);
  if (ferror(file) != 0 || length > CONFIG_BYTES_MAX) {
    FAIL(SERVER_CONFIG, "danh.ini cannot be read, or is larger than %d bytes", CONFIG_BYTES_MAX);
  }
  text[length] = '\0';
  int line = ini_parse_string(text, take_line, &reading);
  if (line != 0) {
    FAIL(SERVER_CONFIG, "danh.ini, line %d%.*s", line, SLICE_ARG(reading.refused));
  }
  *ret_config = reading.config;
  return OK;
}

static void put(FILE *file, const char *key, struct slice value) {
  if (value.len > 0) {
    (void)fprintf(file, "%s = %.*s\n", key, SLICE_ARG(value));
  }
}

static void write_config(FILE *file, const struct server_config *config) {
  (void)fprintf(file, "[installation]\nclock_offset_ms = %lld\ndemo = %d\n", (long long)config->clock_offset_ms, config->demo);
  put(file, "registration_token_file", config->registration_token_path);
  if (config->sandbox) {
    (void)fprintf(file, "sandbox = 1\n");
  }
  put(file, "origin", config->origin);
  if (config->database.url.len > 0) {
    (void)fprintf(file, "\n[database]\n");
    put(file, "url", config->database.url);
    put(file, "password_file", config->database.password_path);
    if (config->database.connections > 0) {
      (void)fprintf(file, "connections = %lld\n", (long long)config->database.connections);
    }
    if (config->database.partitions > 0) {
      (void)fprintf(file, "partitions = %lld\n", (long long)config->database.partitions);
    }
  }
  if (config->signer_socket.len > 0) {
    (void)fprintf(file, "\n[signer]\n");
    put(file, "socket", config->signer_socket);
  }
  static const char *const logging[] = {[API_LOG_ALL] = "all", [API_LOG_NONE] = "none"};
  if (config->log_requests != API_LOG_FAILED) {
    (void)fprintf(file, "\n[log]\nrequests = %s\n", logging[config->log_requests]);
  }
  if (config->trace.collector.len > 0) {
    (void)fprintf(file, "\n[trace]\nper_mille = %lld\n", (long long)(config->trace.per_mille > 0 ? config->trace.per_mille : 1000));
    put(file, "collector", config->trace.collector);
  }
  if (config->matcher_socket.len > 0) {
    (void)fprintf(file, "\n[matcher]\n");
    put(file, "socket", config->matcher_socket);
  }
  (void)fprintf(file, "\n[bank]\n");
  put(file, "bin", config->bank_bin);
  put(file, "account", config->bank_account);
  put(file, "secret_file", config->bank_secret_path);
  if (config->mail.url.len > 0) {
    (void)fprintf(file, "\n[mail]\nplain = %d\n", config->mail.is_plain);
    put(file, "url", config->mail.url);
    put(file, "from", config->mail.from);
    put(file, "from_name", config->mail.from_name);
    put(file, "user", config->mail.user);
    put(file, "password_file", config->mail.password_path);
    put(file, "ca_file", config->mail.ca_path);
  }
  if (config->sms.url.len > 0) {
    (void)fprintf(file, "\n[sms]\nnational = %d\n", config->sms.is_national);
    put(file, "url", config->sms.url);
    put(file, "content_type", config->sms.content_type);
    put(file, "body", config->sms.body);
    put(file, "authorization_file", config->sms.authorization_path);
    put(file, "receipt_secret_file", config->sms.receipt_secret_path);
    put(file, "reference", config->sms.reference);
  }
  for (size_t i = 0; i < config->receiver_count; i++) {
    (void)fprintf(file, "\n[receiver %.*s]\n", SLICE_ARG(config->receivers[i].name));
    put(file, "url", config->receivers[i].url);
    put(file, "key_file", config->receivers[i].key_path);
  }
  for (size_t i = 0; i < config->witness_count; i++) {
    (void)fprintf(file, "\n[witness %.*s]\n", SLICE_ARG(config->witnesses[i].name));
    put(file, "url", config->witnesses[i].url);
    put(file, "key", config->witnesses[i].key);
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
  return OK;
}
