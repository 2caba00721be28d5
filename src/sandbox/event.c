/* A ring of the newest events; each keeps its texts in one block. A reader copies them out under the lock. */
#include <pthread.h>
#include <stdlib.h>

#include "sandbox/sandbox.h"

enum { SHOWN_BYTES = 8, TEXTS = 7 };

struct kept {
  struct sandbox_event event;
  uint8_t *block;
};

struct sandbox_events {
  pthread_mutex_t lock;
  int64_t newest;
  struct kept ring[SANDBOX_EVENTS_MAX];
};

struct sandbox_events *sandbox_events_new(void) {
  struct sandbox_events *events = heap_alloc(sizeof *events);
  memset(events, 0, sizeof *events);
  (void)pthread_mutex_init(&events->lock, NULL);
  return events;
}

void sandbox_events_free(struct sandbox_events **slot) {
  if (*slot == NULL) {
    return;
  }
  for (size_t i = 0; i < SANDBOX_EVENTS_MAX; i++) {
    free((*slot)->ring[i].block);
  }
  (void)pthread_mutex_destroy(&(*slot)->lock);
  free(*slot);
  *slot = NULL;
}

static void texts_of(struct sandbox_event *event, struct slice *ret_texts[TEXTS]) {
  struct slice *const texts[TEXTS] = {&event->client_id, &event->request, &event->error, &event->fault, &event->answer, &event->checks, &event->parameters};
  memcpy(ret_texts, texts, sizeof texts);
}

void sandbox_event_add(struct sandbox_events *events, const struct sandbox_event *event) {
  struct kept kept = {.event = *event, .block = heap_alloc(SANDBOX_EVENT_BYTES_MAX)};
  struct slice *texts[TEXTS];
  size_t used = 0;
  texts_of(&kept.event, texts);
  for (size_t i = 0; i < TEXTS; i++) {
    size_t room = SANDBOX_EVENT_BYTES_MAX - used;
    size_t length = texts[i]->len < room ? texts[i]->len : room;
    if (length > 0) {
      memcpy(kept.block + used, texts[i]->ptr, length);
    }
    *texts[i] = slice_of(kept.block + used, length);
    used += length;
  }
  (void)pthread_mutex_lock(&events->lock);
  kept.event.number = ++events->newest;
  struct kept *at = &events->ring[kept.event.number % SANDBOX_EVENTS_MAX];
  uint8_t *oldest = at->block;
  *at = kept;
  (void)pthread_mutex_unlock(&events->lock);
  free(oldest);
}

static void copy_out(const struct sandbox_event *event, struct arena *arena, struct sandbox_event *ret_event) {
  struct slice *texts[TEXTS];
  *ret_event = *event;
  texts_of(ret_event, texts);
  for (size_t i = 0; i < TEXTS; i++) {
    *texts[i] = arena_copy(arena, *texts[i]);
  }
}

size_t sandbox_event_list(struct sandbox_events *events, struct slice client_id, struct arena *arena, struct sandbox_event *ret_items, size_t room) {
  size_t count = 0;
  (void)pthread_mutex_lock(&events->lock);
  for (int64_t back = 0; back < SANDBOX_EVENTS_MAX && back < events->newest && count < room; back++) {
    const struct sandbox_event *event = &events->ring[(events->newest - back) % SANDBOX_EVENTS_MAX].event;
    if (client_id.len == 0 || event->is_everybodys || slice_eq(client_id, event->client_id)) {
      copy_out(event, arena, &ret_items[count++]);
    }
  }
  (void)pthread_mutex_unlock(&events->lock);
  return count;
}

struct slice sandbox_cut(struct arena *arena, struct slice secret) {
  size_t shown = secret.len < 2 * SHOWN_BYTES ? secret.len / 4 : SHOWN_BYTES;
  return arena_printf(arena, "%.*s… (%zu)", (int)shown, (const char *)secret.ptr, secret.len);
}

bool sandbox_is_secret(struct slice name) {
  static const char *const secrets[] = {"client_secret", "client_assertion", "code",          "code_verifier", "refresh_token", "access_token",
                                        "token",         "id_token",         "id_token_hint", "request",       "request_uri",   "device_code",
                                        "auth_req_id",   "login_hint",       "login_hint_token", "user_code",  "response",      "logout_hint",
                                        "client_notification_token", "password", "pin", "assertion", "subject_token"};
  for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
    if (slice_is(name, secrets[i])) {
      return true;
    }
  }
  return false;
}
