/* base/arena.h: the only allocator of domain code. One arena a request, freed once at its end.
 *
 * Memory is zeroed and aligned for any type. When the system has no memory left the process says so and exits with 71: nothing is
 * acknowledged before it is durable, so a restart loses nothing (ADR-0003). Input cannot bring that about: sizes, depths
 * and counts are limited at the edge.
 * Threads    an arena belongs to one thread at a time.
 */
#pragma once
#include <stdarg.h>
#include <stddef.h>

#include "base/result.h"
#include "base/slice.h"

struct arena_chunk;
struct arena {
  struct arena_chunk *newest;
  size_t used; /* bytes handed out, for metrics and limits */
};

void arena_init(struct arena *arena);
void arena_free(struct arena *arena); /* everything at once; the arena may be used again */
/* Keeps one chunk for the next request: what a worker does between requests. */
void arena_reset(struct arena *arena);

void *arena_alloc(struct arena *arena, size_t size);
/* count objects of a type, zeroed; exits on overflow as on exhaustion */
void *arena_alloc_array(struct arena *arena, size_t count, size_t size);
#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_alloc_array((arena), (count), sizeof(type)))

/* A copy; with a final NUL behind it that its length does not count. */
struct slice arena_copy(struct arena *arena, struct slice s);
/* The same as a C string, for libraries that need one. Cut at an inner NUL by whoever reads it. */
const char *arena_cstr(struct arena *arena, struct slice s);
struct slice arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);
struct slice arena_vprintf(struct arena *arena, const char *format, va_list arguments) PRINTF_LIKE(2, 0);

/* malloc that exits like the arena does. For objects that outlive a request (connections, pools); free() them. */
void *heap_alloc(size_t size);
/* For the memory a library is given: malloc and realloc that end the process instead of returning NULL. */
void *heap_take(size_t size);
void *heap_resize(void *memory, size_t size);
