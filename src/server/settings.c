#include "server/settings.h"

#include "crypto/key.h"
#include "message/message.h"
#include "sandbox/sandbox.h"
#include "server/file.h"

enum { TRACED_PER_MILLE = 1000 };

struct loading {
  const char *data;
  struct arena *arena;
  struct server_settings *settings;
  const struct server_settings *started;
};

static bool is_secret(const struct server_setting *row) { return strcmp(row->section, "receiver ") != 0 && strcmp(row->key, "ca_file") != 0; }

static result read_files(const struct loading *loading) {
  struct server_settings *settings = loading->settings;
  struct server_settings_given given;
  server_config_list(&settings->config, loading->arena, &given);
  settings->files = ARENA_ARRAY(loading->arena, struct server_file_read, given.count + 1);
  for (size_t i = 0; i < given.count; i++) {
    const struct server_setting *row = given.items[i].row;
    struct slice bytes;
    if (row->kind != SERVER_SETTING_FILE) {
      continue;
    }
    if (!is_ok(server_file_read(loading->arena, given.items[i].value, (size_t)row->most, &bytes))) {
      FAIL(SERVER_CONFIG, "%s: the file cannot be read, is empty, or has more than %lld bytes", server_config_place(loading->data, given.items[i].section, row->key, loading->arena),
           (long long)row->most);
    }
    settings->files[settings->file_count++] = (struct server_file_read){given.items[i].section, row->key, is_secret(row) ? slice_trim(bytes) : bytes};
  }
  return OK;
}

/* Empty: danh.ini names none. */
static struct slice file_of(const struct server_settings *settings, struct slice section, const char *key) {
  for (size_t i = 0; i < settings->file_count; i++) {
    if (slice_eq(settings->files[i].section, section) && strcmp(settings->files[i].key, key) == 0) {
      return settings->files[i].bytes;
    }
  }
  return (struct slice){0};
}

static result refuse(const struct loading *loading, struct slice section, const char *key, const char *why) {
  FAIL(SERVER_CONFIG, "%s %s", server_config_place(loading->data, section, key, loading->arena), why);
}

static result check_messages(const struct loading *loading) {
  const struct server_config *config = &loading->settings->config;
  if (config->mail.url.len > 0 && !message_is_address(MESSAGE_EMAIL, config->mail.from)) {
    return refuse(loading, S("mail"), "from", "is not an e-mail address");
  }
  if (config->sms.url.len > 0 && config->sms.body.len == 0) {
    return refuse(loading, S("sms"), "body", "is missing");
  }
  return OK;
}

static result take_receivers(const struct loading *loading) {
  struct server_settings *settings = loading->settings;
  for (size_t i = 0; i < settings->config.receiver_count; i++) {
    const struct server_receiver *receiver = &settings->config.receivers[i];
    struct slice section = arena_printf(loading->arena, "receiver %.*s", SLICE_ARG(receiver->name));
    struct slice spki = file_of(settings, section, "key_file");
    struct key *key CLEANUP(key_free) = NULL;
    if (receiver->url.len == 0) {
      return refuse(loading, section, "url", "is missing");
    }
    if (spki.len == 0 || !is_ok(key_load_public(spki, &key))) {
      return refuse(loading, section, "key_file", "is not the file of a public key (DER SubjectPublicKeyInfo, P-256)");
    }
    settings->peers[i] = (struct server_peer){.name = receiver->name, .url = receiver->url, .public_key = spki, .ca_path = receiver->ca_path.len > 0 ? arena_cstr(loading->arena, receiver->ca_path) : NULL,
                                              .is_loopback_allowed = settings->is_demo};
  }
  return OK;
}

static result take_witnesses(const struct loading *loading) {
  struct server_settings *settings = loading->settings;
  for (size_t i = 0; i < settings->config.witness_count; i++) {
    const struct server_witness *witness = &settings->config.witnesses[i];
    struct slice section = arena_printf(loading->arena, "witness %.*s", SLICE_ARG(witness->name));
    struct note_key *key = &settings->witness_keys[i];
    if (!is_ok(note_key_parse(witness->key, loading->arena, key)) || key->type != NOTE_COSIGNATURE) {
      return refuse(loading, section, "key", "is not the verifier key of a witness");
    }
    if (witness->url.len == 0) {
      return refuse(loading, section, "url", "is missing");
    }
    key->name = arena_copy(loading->arena, key->name);
  }
  return OK;
}

static result load(const struct loading *loading) {
  struct server_settings *settings = loading->settings;
  const struct server_config *config = &settings->config;
  TRY(server_config_load(loading->data, loading->arena, &settings->config));
  settings->is_demo = loading->started != NULL ? loading->started->is_demo : config->demo;
  settings->is_sandbox = loading->started != NULL ? loading->started->is_sandbox : config->sandbox;
  TRY(read_files(loading));
  TRY(check_messages(loading));
  TRY(take_receivers(loading));
  TRY(take_witnesses(loading));
  settings->database_password = slice_str(arena_cstr(loading->arena, file_of(settings, S("database"), "password_file"))); /* with its NUL */
  settings->mail_password = file_of(settings, S("mail"), "password_file");
  settings->sms_authorization = file_of(settings, S("sms"), "authorization_file");
  settings->api = (struct api_settings){
      .log_requests = config->log_requests,
      .traced_per_mille = config->trace.per_mille > 0 ? (int)config->trace.per_mille : TRACED_PER_MILLE,
      .registration_token = file_of(settings, S("installation"), "registration_token_file"),
      .bank_secret = file_of(settings, S("bank"), "secret_file"),
      .receipt_secret = file_of(settings, S("sms"), "receipt_secret_file"),
      .bank_bin = config->bank_bin,
      .bank_account = config->bank_account,
  };
  if (settings->api.registration_token.len == 0 && settings->is_sandbox) {
    settings->api.registration_token = S(SANDBOX_REGISTRATION_TOKEN);
  }
  return OK;
}

result server_settings_load(const char *data, const struct server_settings *started, struct snapshot **ret_settings) {
  struct snapshot *snapshot CLEANUP(snapshot_give) = snapshot_new();
  struct server_settings *settings = arena_alloc(&snapshot->arena, sizeof *settings);
  *settings = (struct server_settings){.file_count = 0};
  snapshot->value = settings;
  TRY(load(&(const struct loading){data, &snapshot->arena, settings, started}));
  *ret_settings = snapshot;
  snapshot = NULL;
  return OK;
}
