#include "base/fiber_switch.h"

#include <stdint.h>

#if defined(__x86_64__)

/* What a new stack pops: as if it had been left just before it calls its function. */
struct first_words {
  uint32_t mxcsr;
  uint32_t x87;
  uintptr_t r15, r14, r13, r12; /* r12: the argument, r13: the function */
  uintptr_t rbx, rbp;
  uintptr_t begin;
  uintptr_t nobody[2]; /* where it would return to; calls want the stack at a multiple of 16 */
};

void fiber_switch_begin(void);

/* The control words of both floating-point units belong to what a call must not change. */
__asm__(
    ".text\n"
    ".p2align 4\n"
    ".globl fiber_switch_to\n"
    ".hidden fiber_switch_to\n"
    ".type fiber_switch_to, @function\n"
    "fiber_switch_to:\n"
    "  pushq %rbp\n"
    "  pushq %rbx\n"
    "  pushq %r12\n"
    "  pushq %r13\n"
    "  pushq %r14\n"
    "  pushq %r15\n"
    "  subq $8, %rsp\n"
    "  stmxcsr (%rsp)\n"
    "  fnstcw 4(%rsp)\n"
    "  movq %rsp, (%rdi)\n"
    "  movq (%rsi), %rsp\n"
    "  ldmxcsr (%rsp)\n"
    "  fldcw 4(%rsp)\n"
    "  addq $8, %rsp\n"
    "  popq %r15\n"
    "  popq %r14\n"
    "  popq %r13\n"
    "  popq %r12\n"
    "  popq %rbx\n"
    "  popq %rbp\n"
    "  ret\n"
    ".size fiber_switch_to, . - fiber_switch_to\n"
    ".globl fiber_switch_begin\n"
    ".hidden fiber_switch_begin\n"
    ".type fiber_switch_begin, @function\n"
    "fiber_switch_begin:\n"
    "  .cfi_startproc\n"
    "  .cfi_undefined rip\n"
    "  movq %r12, %rdi\n"
    "  call *%r13\n"
    "  ud2\n"
    "  .cfi_endproc\n"
    ".size fiber_switch_begin, . - fiber_switch_begin\n");

void fiber_switch_make(void *stack, size_t bytes, fiber_switch_fn fn, void *arg, struct fiber_switch *ret_made) {
  struct first_words *words = (struct first_words *)((char *)stack + bytes - sizeof *words);
  *words = (struct first_words){.r12 = (uintptr_t)arg, .r13 = (uintptr_t)fn, .begin = (uintptr_t)fiber_switch_begin};
  __asm__ volatile("stmxcsr %0\n\tfnstcw %1" : "=m"(words->mxcsr), "=m"(words->x87));
  ret_made->stack = words;
}

#else

/* makecontext takes nothing wider than an int. */
static void begin(unsigned fn_high, unsigned fn_low, unsigned arg_high, unsigned arg_low) {
  fiber_switch_fn fn = (fiber_switch_fn)((uintptr_t)fn_high << 32 | (uintptr_t)fn_low);
  fn((void *)((uintptr_t)arg_high << 32 | (uintptr_t)arg_low));
}

void fiber_switch_make(void *stack, size_t bytes, fiber_switch_fn fn, void *arg, struct fiber_switch *ret_made) {
  uint64_t fn_at = (uintptr_t)fn;
  uint64_t arg_at = (uintptr_t)arg;
  (void)getcontext(&ret_made->context);
  ret_made->context.uc_stack.ss_sp = stack;
  ret_made->context.uc_stack.ss_size = bytes;
  makecontext(&ret_made->context, (void (*)(void))begin, 4, (unsigned)(fn_at >> 32), (unsigned)fn_at, (unsigned)(arg_at >> 32), (unsigned)arg_at);
}

#endif
