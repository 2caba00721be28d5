#include <string.h>
#include <sys/mman.h>

#include "procedure/sandbox.h"

/* Blocks come in steps of 16 bytes up to SMALL_MAX, then in powers of two; a freed block waits in the list of its size. The header lies in the
 * region itself, so an image of the region is an image of the allocator too. */
enum {
  STEP = 16,
  SMALL_MAX = 512,
  SMALL_LISTS = SMALL_MAX / STEP,
  LARGE_LISTS = 16, /* 1 KiB .. 32 MiB */
};

struct free_block {
  struct free_block *next;
};
struct procedure_sandbox_region {
  size_t size;
  size_t used; /* bytes from the region's start */
  bool spent;
  struct free_block *free[SMALL_LISTS + LARGE_LISTS];
};

struct procedure_sandbox_region *procedure_sandbox_region_new(size_t bytes) {
  void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    return NULL;
  }
  struct procedure_sandbox_region *region = memory;
  region->size = bytes;
  region->used = (sizeof *region + STEP - 1) / STEP * STEP;
  return region;
}

void procedure_sandbox_region_free(struct procedure_sandbox_region *region) {
  if (region) {
    (void)munmap(region, region->size);
  }
}

/* The list a size belongs to, and the bytes its blocks really have. */
static size_t list_of(size_t bytes, size_t *ret_block_bytes) {
  if (bytes <= SMALL_MAX) {
    size_t list = (bytes + STEP - 1) / STEP - 1;
    *ret_block_bytes = (list + 1) * STEP;
    return list;
  }
  size_t list = 0;
  size_t block_bytes = (size_t)SMALL_MAX * 2;
  while (block_bytes < bytes && list + 1 < LARGE_LISTS) {
    block_bytes *= 2;
    list++;
  }
  *ret_block_bytes = block_bytes;
  return SMALL_LISTS + list;
}

static void *take(struct procedure_sandbox_region *region, size_t bytes) {
  size_t block_bytes = 0;
  size_t list = list_of(bytes, &block_bytes);
  struct free_block *block = region->free[list];
  if (block && !region->spent) {
    region->free[list] = block->next;
    return block;
  }
  if (block_bytes < bytes || block_bytes > region->size - region->used) {
    region->spent = true;
  }
  if (region->spent) {
    return NULL;
  }
  void *fresh = (uint8_t *)region + region->used;
  region->used += block_bytes;
  return fresh;
}

static void give_back(struct procedure_sandbox_region *region, void *memory, size_t bytes) {
  size_t block_bytes = 0;
  size_t list = list_of(bytes, &block_bytes);
  struct free_block *block = memory;
  block->next = region->free[list];
  region->free[list] = block;
}

void *procedure_sandbox_region_alloc(void *region_memory, void *block, size_t old_bytes, size_t new_bytes) {
  struct procedure_sandbox_region *region = region_memory;
  if (new_bytes == 0) {
    if (block) {
      give_back(region, block, old_bytes);
    }
    return NULL;
  }
  if (!block) {
    return take(region, new_bytes);
  }
  if (new_bytes <= old_bytes) {
    return block; /* Lua relies on shrinking never to fail; the block later counts as one of the smaller size */
  }
  size_t old_block_bytes = 0;
  size_t new_block_bytes = 0;
  if (list_of(old_bytes, &old_block_bytes) == list_of(new_bytes, &new_block_bytes) && new_bytes <= old_block_bytes) {
    return block;
  }
  void *grown = take(region, new_bytes);
  if (grown) {
    memcpy(grown, block, old_bytes);
    give_back(region, block, old_bytes);
  }
  return grown;
}

bool procedure_sandbox_region_is_spent(const struct procedure_sandbox_region *region) {
  return region->spent;
}

struct slice procedure_sandbox_region_bytes(const struct procedure_sandbox_region *region) {
  return slice_of(region, region->used);
}

void procedure_sandbox_region_restore(struct procedure_sandbox_region *region, struct slice image) {
  memcpy(region, image.ptr, image.len);
}
