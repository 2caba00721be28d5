/* base/fiber_switch.h: one stack is left where it is, another goes on where it was left. (private to base/fiber.c)
 *
 * On x86-64 in a dozen instructions: what a call must not change is kept on the stack that is left (System V ABI, AMD64 supplement, 3.2.1 and 3.2.3), and
 * nothing else, least of all the mask of signals: all threads of ours keep the one they began with, and swapcontext would ask the kernel for it each time.
 * Elsewhere by swapcontext.
 */
#pragma once
#include <stddef.h>

/* Never returns. */
typedef void (*fiber_switch_fn)(void *arg);

#if defined(__x86_64__)

struct fiber_switch {
  void *stack; /* its pointer, where it was left: the only member, the switch knows no other */
};
void fiber_switch_to(struct fiber_switch *from, const struct fiber_switch *to);

#else

#include <ucontext.h>
struct fiber_switch {
  ucontext_t context;
};
/* Always in its caller: the thread sanitizer sees the stack change there. */
__attribute__((always_inline)) static inline void fiber_switch_to(struct fiber_switch *from, const struct fiber_switch *to) {
  (void)swapcontext(&from->context, &to->context);
}

#endif

/* A stack that begins with fn(arg) when it is first switched to. `bytes` is a multiple of 16, and so is where it begins. */
void fiber_switch_make(void *stack, size_t bytes, fiber_switch_fn fn, void *arg, struct fiber_switch *ret_made);
