#include "server/reload.h"

#include "base/log.h"
#include "codec/jout.h"

result server_reload_open(struct server_reload *reload) {
  (void)pthread_mutex_init(&reload->lock, NULL);
  snapshot_slot_open(&reload->slot);
  struct snapshot *settings = NULL;
  TRY(server_settings_load(reload->data, NULL, &settings));
  snapshot_put(&reload->slot, settings);
  reload->started = snapshot_take(&reload->slot);
  return OK;
}

void server_reload_close(struct server_reload *reload) {
  if (reload->data != NULL) {
    snapshot_give(&reload->started);
    snapshot_slot_close(&reload->slot);
    (void)pthread_mutex_destroy(&reload->lock);
  }
}

static bool is_as_before(const struct server_settings *before, const struct server_file_read *file) {
  for (size_t i = 0; i < before->file_count; i++) {
    const struct server_file_read *old = &before->files[i];
    if (slice_eq(old->section, file->section) && strcmp(old->key, file->key) == 0) {
      return slice_eq(old->bytes, file->bytes);
    }
  }
  return true; /* it is new in danh.ini, and told as that */
}

static void write_names(struct jout *out, const char *key, const struct slice *names, size_t count) {
  jout_put_list(out, key);
  for (size_t i = 0; i < count; i++) {
    jout_text(out, names[i]);
  }
  jout_list_end(out);
}

/* Names of settings are our own words; values are not told to the log. */
static void log_change(const struct server_reload *reload, const struct server_config_changes *changes, size_t files) {
  LOG(reload->clock, LOG_INFO, "configuration.taken", LOG_NUMBER("settings", changes->taken_count), LOG_NUMBER("files", files),
      LOG_NUMBER("at_start", changes->at_start_count));
}

static void write_answer(const struct server_reload *reload, const struct server_settings *before, const struct server_settings *after, struct buf *answer) {
  const struct server_settings *started = server_settings_of(reload->started);
  struct server_config_changes changes;
  struct server_config_changes since;
  struct jout out;
  size_t files = 0;
  server_config_compare(&before->config, &after->config, answer->arena, &changes);
  server_config_compare(&started->config, &after->config, answer->arena, &since);
  jout_init(&out, answer);
  jout_object(&out);
  write_names(&out, "taken", changes.taken, changes.taken_count);
  jout_put_list(&out, "files");
  for (size_t i = 0; i < after->file_count; i++) {
    const struct server_file_read *file = &after->files[i];
    if (!is_as_before(before, file)) {
      files++;
      jout_text(&out, arena_printf(answer->arena, "[%.*s] %s", SLICE_ARG(file->section), file->key));
    }
  }
  jout_list_end(&out);
  write_names(&out, "at_start", since.at_start, since.at_start_count);
  jout_object_end(&out);
  since.taken_count = changes.taken_count;
  log_change(reload, &since, files);
}

static result replace(struct server_reload *reload, struct buf *answer) {
  struct snapshot *before CLEANUP(snapshot_give) = snapshot_take(&reload->slot);
  struct snapshot *fresh = NULL;
  TRY(server_settings_load(reload->data, server_settings_of(before), &fresh));
  const struct server_settings *settings = server_settings_of(fresh);
  write_answer(reload, server_settings_of(before), settings, answer);
  reload->settle(reload->app, settings);
  snapshot_put(&reload->slot, fresh);
  return OK;
}

result server_reload_run(struct server_reload *reload, struct buf *answer) {
  (void)pthread_mutex_lock(&reload->lock);
  result outcome = replace(reload, answer);
  if (!is_ok(outcome)) {
    log_fault(reload->clock, "configuration.refused");
  }
  (void)pthread_mutex_unlock(&reload->lock);
  return outcome;
}
