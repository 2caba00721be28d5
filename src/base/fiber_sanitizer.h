/* base/fiber_sanitizer.h: what the address and the thread sanitizer want to be told when a stack is changed; nothing, without them. (private to base/fiber.c)
 */
#pragma once
#include <stddef.h>

#if defined(__has_feature)
#define FIBER_HAS(feature) __has_feature(feature)
#else
#define FIBER_HAS(feature) 0
#endif

#if defined(__SANITIZE_THREAD__) || FIBER_HAS(thread_sanitizer)
#include <sanitizer/tsan_interface.h>
static inline void *fiber_tsan_new(void) { return __tsan_create_fiber(0); }
static inline void *fiber_tsan_here(void) { return __tsan_get_current_fiber(); }
static inline void fiber_tsan_free(void *known) { __tsan_destroy_fiber(known); }
#define FIBER_TSAN_SWITCH(known) __tsan_switch_to_fiber((known), 0) /* in the very function that changes the stack */
#else
static inline void *fiber_tsan_new(void) { return NULL; }
static inline void *fiber_tsan_here(void) { return NULL; }
static inline void fiber_tsan_free(void *known) { (void)known; }
#define FIBER_TSAN_SWITCH(known) (void)(known)
#endif

#if defined(__SANITIZE_ADDRESS__) || FIBER_HAS(address_sanitizer)
#include <sanitizer/common_interface_defs.h>
static inline void fiber_asan_leaves(void **kept, const void *stack, size_t bytes) { __sanitizer_start_switch_fiber(kept, stack, bytes); }
static inline void fiber_asan_arrives(void *kept, const void **ret_from, size_t *ret_bytes) { __sanitizer_finish_switch_fiber(kept, ret_from, ret_bytes); }
#else
static inline void fiber_asan_leaves(void **kept, const void *stack, size_t bytes) { (void)kept, (void)stack, (void)bytes; }
static inline void fiber_asan_arrives(void *kept, const void **ret_from, size_t *ret_bytes) { (void)kept, (void)ret_from, (void)ret_bytes; }
#endif
