#include "oidc/requests.h"

#include <pthread.h>
#include <stdlib.h>

enum {
  PLACES = 1024,           /* a power of two; a busy second of logins */
  TEXT_BYTES_MAX = 2048,   /* of one request: longer ones are read from their rows */
};

struct held {
  struct oidc_request_row row; /* its texts lie in `texts`, one behind the other */
  uint8_t *texts;              /* NULL: nobody is here */
};

struct oidc_requests {
  pthread_mutex_t mutex;
  struct held places[PLACES];
};

struct oidc_requests *oidc_requests_new(void) {
  struct oidc_requests *requests = heap_alloc(sizeof *requests);
  (void)pthread_mutex_init(&requests->mutex, NULL);
  return requests;
}

/* Ids ascend with time and say little in their last bits. */
static struct held *place_of(struct oidc_requests *requests, int64_t request_id) {
  return &requests->places[(uint64_t)request_id * 0x9E3779B97F4A7C15 >> 54];
}

static void empty(struct held *held) {
  free(held->texts);
  held->texts = NULL;
}

void oidc_requests_free(struct oidc_requests **slot) {
  struct oidc_requests *requests = *slot;
  if (requests != NULL) {
    for (size_t i = 0; i < PLACES; i++) {
      empty(&requests->places[i]);
    }
    (void)pthread_mutex_destroy(&requests->mutex);
    free(requests);
    *slot = NULL;
  }
}

static uint8_t *move(uint8_t *to, struct slice *text) {
  if (text->len > 0) {
    memcpy(to, text->ptr, text->len);
  }
  *text = slice_of(to, text->len);
  return to + text->len;
}

/* Into room for all of them. */
static void move_all(uint8_t *to, struct oidc_request_row *row) {
  to = move(to, &row->client_id);
  to = move(to, &row->parameters);
  (void)move(to, &row->dpop_jkt);
}

static size_t length_of(const struct oidc_request_row *row) { return row->client_id.len + row->parameters.len + row->dpop_jkt.len; }

void oidc_requests_hold(struct oidc_requests *requests, const struct oidc_request_row *row) {
  if (length_of(row) > TEXT_BYTES_MAX) {
    return;
  }
  struct held held = {.row = *row, .texts = heap_alloc(length_of(row))};
  move_all(held.texts, &held.row);
  struct held *place = place_of(requests, row->request_id);
  (void)pthread_mutex_lock(&requests->mutex);
  uint8_t *before = place->texts;
  *place = held;
  (void)pthread_mutex_unlock(&requests->mutex);
  free(before);
}

bool oidc_requests_find(struct oidc_requests *requests, int64_t request_id, struct arena *arena, struct oidc_request_row *ret_row) {
  struct held *place = place_of(requests, request_id);
  (void)pthread_mutex_lock(&requests->mutex);
  bool is_here = place->texts != NULL && place->row.request_id == request_id;
  if (is_here) {
    *ret_row = place->row;
    move_all(arena_alloc(arena, length_of(ret_row) + 1), ret_row);
  }
  (void)pthread_mutex_unlock(&requests->mutex);
  return is_here;
}

void oidc_requests_let_go(struct oidc_requests *requests, int64_t request_id) {
  struct held *place = place_of(requests, request_id);
  (void)pthread_mutex_lock(&requests->mutex);
  if (place->texts != NULL && place->row.request_id == request_id) {
    empty(place);
  }
  (void)pthread_mutex_unlock(&requests->mutex);
}
