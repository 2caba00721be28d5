#include "account/later.h"

#include <pthread.h>
#include <stdlib.h>

enum { KIND_BYTES = 32, DETAIL_BYTES = 64 };

struct line {
  int64_t at_ms;
  int64_t person_id;
  int64_t session_id;
  char kind[KIND_BYTES];
  char detail[DETAIL_BYTES];
};

struct account_later {
  pthread_mutex_t mutex;
  struct line *lines; /* made with the first */
  size_t count;
};

struct account_later *account_later_open(void) {
  struct account_later *later = heap_alloc(sizeof *later);
  (void)pthread_mutex_init(&later->mutex, NULL);
  return later;
}

void account_later_close(struct account_later *later) {
  if (later != NULL) {
    (void)pthread_mutex_destroy(&later->mutex);
    free(later->lines);
    free(later);
  }
}

/* Our own words and codes: those that would not fit are not of the kind that waits. */
static bool text_keep(struct slice from, char *to, size_t size) {
  if (from.len >= size) {
    return false;
  }
  memcpy(to, from.ptr != NULL ? (const char *)from.ptr : "", from.len);
  to[from.len] = '\0';
  return true;
}

bool account_later_keep(struct env *env, const struct account_event *event) {
  struct account_later *later = env->account != NULL ? account_memory_later(env->account) : NULL;
  struct line line = {.at_ms = clock_now_ms(env->clock), .person_id = event->person_id, .session_id = event->session_id};
  if (later == NULL || !text_keep(event->kind, line.kind, sizeof line.kind) || !text_keep(event->detail, line.detail, sizeof line.detail)) {
    return false;
  }
  (void)pthread_mutex_lock(&later->mutex);
  if (later->lines == NULL) {
    later->lines = heap_alloc(ACCOUNT_LATER_MAX * sizeof *later->lines);
  }
  bool has_room = later->count < ACCOUNT_LATER_MAX;
  if (has_room) {
    later->lines[later->count++] = line;
  }
  (void)pthread_mutex_unlock(&later->mutex);
  return has_room;
}

struct flushing {
  struct env *env;
  const struct line *lines;
  size_t count;
};

static result lines_write(struct db_tx *tx, void *arg) {
  const struct flushing *flushing = arg;
  for (size_t i = 0; i < flushing->count; i++) {
    const struct line *line = &flushing->lines[i];
    const struct account_event event = {
        .at_ms = line->at_ms, .person_id = line->person_id, .session_id = line->session_id, .kind = slice_str(line->kind), .detail = slice_str(line->detail)};
    TRY(account_history_append(flushing->env, tx, &event));
  }
  return OK;
}

/* Lines are only added behind those that are being written, and one thread flushes. */
result account_history_flush(struct env *env) {
  struct account_later *later = env->account != NULL ? account_memory_later(env->account) : NULL;
  if (later == NULL) {
    return OK;
  }
  (void)pthread_mutex_lock(&later->mutex);
  struct flushing flushing = {env, later->lines, later->count};
  (void)pthread_mutex_unlock(&later->mutex);
  if (flushing.count == 0) {
    return OK;
  }
  TRY(db_write(env->db, lines_write, &flushing));
  (void)pthread_mutex_lock(&later->mutex);
  later->count -= flushing.count;
  memmove(later->lines, later->lines + flushing.count, later->count * sizeof *later->lines);
  (void)pthread_mutex_unlock(&later->mutex);
  return OK;
}
