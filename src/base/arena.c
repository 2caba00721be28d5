#include "base/arena.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
  FIRST_BYTES = 1024,        /* many an arena serves one small act */
  CHUNK_BYTES = 16 * 1024,   /* a typical request fits in one */
  EXIT_OUT_OF_MEMORY = 71,   /* EX_OSERR of sysexits.h */
};

struct arena_chunk {
  struct arena_chunk *older;
  size_t size;
  size_t used;
  alignas(max_align_t) uint8_t bytes[];
};

static _Noreturn void exit_out_of_memory(void) {
  static const char sentence[] = "danh: out of memory; nothing unacknowledged was kept\n";
  ssize_t ignored = write(STDERR_FILENO, sentence, sizeof sentence - 1);
  (void)ignored;
  _exit(EXIT_OUT_OF_MEMORY);
}

void *heap_alloc(size_t size) {
  void *memory = calloc(1, size ? size : 1);
  if (memory == NULL) {
    exit_out_of_memory();
  }
  return memory;
}

void *heap_take(size_t size) {
  void *memory = malloc(size ? size : 1);
  if (memory == NULL) {
    exit_out_of_memory();
  }
  return memory;
}

void *heap_resize(void *memory, size_t size) {
  void *larger = realloc(memory, size ? size : 1);
  if (larger == NULL) {
    exit_out_of_memory();
  }
  return larger;
}

void arena_init(struct arena *arena) { *arena = (struct arena){0}; }

static void free_chain(struct arena_chunk *chunk) {
  while (chunk != NULL) {
    struct arena_chunk *older = chunk->older;
    free(chunk);
    chunk = older;
  }
}

void arena_free(struct arena *arena) {
  free_chain(arena->newest);
  arena_init(arena);
}

void arena_reset(struct arena *arena) {
  struct arena_chunk *keep = arena->newest;
  if (keep == NULL || keep->size > 4 * (size_t)CHUNK_BYTES) {
    arena_free(arena);
    return;
  }
  free_chain(keep->older);
  keep->older = NULL;
  memset(keep->bytes, 0, keep->used);
  keep->used = 0;
  arena->used = 0;
}

void *arena_alloc(struct arena *arena, size_t size) {
  size_t alignment = alignof(max_align_t);
  if (size > SIZE_MAX / 2) {
    exit_out_of_memory();
  }
  size_t rounded = (size + alignment - 1) & ~(alignment - 1);
  struct arena_chunk *chunk = arena->newest;
  if (chunk == NULL || chunk->size - chunk->used < rounded) {
    size_t usual = chunk == NULL ? FIRST_BYTES : CHUNK_BYTES;
    size_t capacity = rounded > usual ? rounded : usual;
    struct arena_chunk *fresh = heap_alloc(sizeof *fresh + capacity);
    fresh->size = capacity;
    fresh->older = chunk;
    arena->newest = chunk = fresh;
  }
  void *memory = chunk->bytes + chunk->used;
  chunk->used += rounded;
  arena->used += rounded;
  return memory;
}

void *arena_alloc_array(struct arena *arena, size_t count, size_t size) {
  size_t total = 0;
  if (__builtin_mul_overflow(count, size, &total)) {
    exit_out_of_memory();
  }
  return arena_alloc(arena, total);
}

struct slice arena_copy(struct arena *arena, struct slice s) {
  uint8_t *copy = arena_alloc(arena, s.len + 1);
  if (s.len > 0) {
    memcpy(copy, s.ptr, s.len);
  }
  return slice_of(copy, s.len);
}

const char *arena_cstr(struct arena *arena, struct slice s) { return (const char *)arena_copy(arena, s).ptr; }

struct slice arena_vprintf(struct arena *arena, const char *format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, arguments);
  size_t size = length < 0 ? 0 : (size_t)length;
  char *text = arena_alloc(arena, size + 1);
  (void)vsnprintf(text, size + 1, format, again);
  va_end(again);
  return slice_of(text, size);
}

struct slice arena_printf(struct arena *arena, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  struct slice text = arena_vprintf(arena, format, arguments);
  va_end(arguments);
  return text;
}
