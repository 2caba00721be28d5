#include "pdf/render.h"

#include <pthread.h>
#include <stdlib.h>

struct pool {
  pthread_mutex_t lock;
  struct pdf_workspace *free;
  bool is_ready; /* fonts, phrases and fronts */
};

static struct pdf_workspace *workspace_new(void) {
  struct pdf_workspace *workspace = heap_alloc(sizeof *workspace);
  workspace->buffer = hb_buffer_create();
  hb_buffer_set_cluster_level(workspace->buffer, HB_BUFFER_CLUSTER_LEVEL_MONOTONE_CHARACTERS);
  /* level 4: a page's text is 7 % larger than at level 9 and takes a third of the time */
  (void)deflateInit(&workspace->deflate, 4);
  return workspace;
}

static void workspace_free(struct pdf_workspace *workspace) {
  hb_buffer_destroy(workspace->buffer);
  (void)deflateEnd(&workspace->deflate);
  free(workspace);
}

void pdf_workspace_give(struct pdf_renderer *renderer, struct pdf_workspace *workspace) {
  struct pool *pool = renderer->pool;
  (void)pthread_mutex_lock(&pool->lock);
  workspace->next = pool->free;
  pool->free = workspace;
  (void)pthread_mutex_unlock(&pool->lock);
}

struct slice pdf_deflate(struct pdf_workspace *workspace, struct arena *arena, struct slice plain) {
  z_stream *stream = &workspace->deflate;
  (void)deflateReset(stream);
  uLong bound = deflateBound(stream, (uLong)plain.len);
  uint8_t *out = arena_alloc(arena, bound);
  stream->next_in = (z_const Bytef *)(uintptr_t)plain.ptr;
  stream->avail_in = (uInt)plain.len;
  stream->next_out = out;
  stream->avail_out = (uInt)bound;
  (void)deflate(stream, Z_FINISH); /* the bound suffices: it cannot stop early */
  return slice_of(out, bound - stream->avail_out);
}

static result open_parts(struct pdf_renderer *renderer, struct pdf_workspace *workspace) {
  struct arena *arena = &renderer->arena;
  for (int face = 0; face < PDF_FACE_COUNT; face++) {
    TRY(pdf_font_open((enum pdf_face)face, &renderer->fonts[face]));
  }
  for (int phrase = 0; phrase < PHRASE_COUNT; phrase++) {
    const struct pdf_font *font = &renderer->fonts[pdf_phrase_face((enum pdf_phrase)phrase)];
    TRY(pdf_font_shape(font, workspace->buffer, arena, pdf_phrase_text((enum pdf_phrase)phrase),
                       &renderer->phrases[phrase]));
  }
  for (int repertoire = 0; repertoire < PDF_REPERTOIRE_COUNT; repertoire++) {
    TRY(pdf_front_write(renderer, workspace, (enum pdf_repertoire)repertoire));
  }
  return OK;
}

/* Under the lock. */
static result make_ready(struct pdf_renderer *renderer) {
  struct pool *pool = renderer->pool;
  if (!pool->is_ready) {
    TRY(pdf_harfbuzz_load());
    struct pdf_workspace *workspace = workspace_new();
    result opened = open_parts(renderer, workspace);
    workspace->next = pool->free;
    pool->free = workspace;
    pool->is_ready = is_ok(opened);
    return opened;
  }
  return OK;
}

result pdf_renderer_ready(struct pdf_renderer *renderer) {
  struct pool *pool = renderer->pool;
  (void)pthread_mutex_lock(&pool->lock);
  result ready = make_ready(renderer);
  (void)pthread_mutex_unlock(&pool->lock);
  return ready;
}

result pdf_workspace_take(struct pdf_renderer *renderer, struct pdf_workspace **ret_workspace) {
  struct pool *pool = renderer->pool;
  (void)pthread_mutex_lock(&pool->lock);
  result ready = make_ready(renderer);
  struct pdf_workspace *workspace = is_ok(ready) ? pool->free : NULL;
  if (workspace != NULL) {
    pool->free = workspace->next;
  }
  (void)pthread_mutex_unlock(&pool->lock);
  TRY(ready);
  *ret_workspace = workspace != NULL ? workspace : workspace_new();
  return OK;
}

result pdf_renderer_open(struct pdf_renderer **ret_renderer) {
  struct pdf_renderer *renderer = heap_alloc(sizeof *renderer);
  struct pool *pool = heap_alloc(sizeof *pool);
  (void)pthread_mutex_init(&pool->lock, NULL);
  renderer->pool = pool;
  *ret_renderer = renderer;
  return OK;
}

void pdf_renderer_close(struct pdf_renderer *renderer) {
  if (renderer == NULL) {
    return;
  }
  struct pool *pool = renderer->pool;
  while (pool->free != NULL) {
    struct pdf_workspace *next = pool->free->next;
    workspace_free(pool->free);
    pool->free = next;
  }
  (void)pthread_mutex_destroy(&pool->lock);
  free(pool);
  for (int face = 0; face < PDF_FACE_COUNT; face++) {
    pdf_font_close(&renderer->fonts[face]);
  }
  arena_free(&renderer->arena);
  free(renderer);
}
