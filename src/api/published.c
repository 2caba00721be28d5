#include "api/published.h"

#include <pthread.h>
#include <stdlib.h>

enum { DOCUMENTS_MAX = 4, FRESH_US = 1000 * 1000 };

struct document {
  struct arena arena; /* holds the rest */
  struct slice path;
  struct http_response response;
  int64_t kept_at_us;
};
struct published {
  pthread_mutex_t lock;
  struct document documents[DOCUMENTS_MAX];
  size_t count;
};

struct published *api_published_open(void) {
  struct published *published = heap_alloc(sizeof *published);
  *published = (struct published){0};
  pthread_mutex_init(&published->lock, NULL);
  return published;
}

void api_published_close(struct published *published) {
  if (published == NULL) {
    return;
  }
  for (size_t i = 0; i < published->count; i++) {
    arena_free(&published->documents[i].arena);
  }
  pthread_mutex_destroy(&published->lock);
  free(published);
}

/* Under the lock. */
static struct document *find(struct published *published, struct slice path) {
  for (size_t i = 0; i < published->count; i++) {
    if (slice_eq(published->documents[i].path, path)) {
      return &published->documents[i];
    }
  }
  return NULL;
}

static void copy_response(struct arena *arena, const struct http_response *from, struct http_response *ret_response) {
  *ret_response = *from;
  ret_response->body = arena_copy(arena, from->body);
  for (size_t i = 0; i < from->header_count; i++) {
    ret_response->headers[i] = (struct http_header){arena_copy(arena, from->headers[i].name), arena_copy(arena, from->headers[i].value)};
  }
}

void api_published_keep(struct published *published, const struct http_call *call) {
  pthread_mutex_lock(&published->lock);
  struct document *document = find(published, call->request.path);
  if (document == NULL && published->count < DOCUMENTS_MAX) {
    document = &published->documents[published->count++];
    arena_init(&document->arena);
  }
  if (document != NULL) {
    arena_reset(&document->arena);
    document->path = arena_copy(&document->arena, call->request.path);
    copy_response(&document->arena, &call->response, &document->response);
    document->kept_at_us = clock_monotonic_us();
  }
  pthread_mutex_unlock(&published->lock);
}

bool api_published_answer(struct published *published, struct http_call *call) {
  if (call->request.method != HTTP_GET || call->request.query.len > 0) {
    return false;
  }
  pthread_mutex_lock(&published->lock);
  struct document *document = find(published, call->request.path);
  bool is_fresh = document != NULL && clock_coarse_us() - document->kept_at_us < FRESH_US;
  if (is_fresh) {
    copy_response(call->arena, &document->response, &call->response);
  }
  pthread_mutex_unlock(&published->lock);
  return is_fresh;
}
