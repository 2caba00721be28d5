/* What the lanes do does not depend on what is in them: each instruction is stepped through, and for different secrets the same ones come at the same places, with
 * the same numbers in all general registers. Addresses are made of those alone, so the same memory is touched too. This holds for the code as it was compiled; a sanitizer's is another. A step takes ten microseconds. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "base/unit_test.h"
#include "crypto/digest.h"
#include "crypto/lanes_field.h"
#include "crypto/lanes_order.h"
#include "crypto/lanes_point.h"
#include "crypto/lanes_sign.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#endif

#if defined(__x86_64__) && !defined(SANITIZED)
enum { TRAP_FLAG = 0x100 };

/* What the handler adds up; the fields of a run. */
static struct trace {
  uint64_t steps;
  uint64_t places;    /* a hash of the instructions' addresses */
  uint64_t registers; /* and one of what the general registers held at each */
} trace;

static uint64_t mix(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
  return hash ^ hash >> 29;
}

static void step(int signal, siginfo_t *info, void *context) {
  static const int names[] = {REG_RAX, REG_RBX, REG_RCX, REG_RDX, REG_RSI, REG_RDI, REG_RBP, REG_RSP,
                              REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
  const greg_t *registers = ((const ucontext_t *)context)->uc_mcontext.gregs;
  (void)signal;
  (void)info;
  trace.steps++;
  trace.places = mix(trace.places, (uint64_t)registers[REG_RIP]);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    trace.registers = mix(trace.registers, (uint64_t)registers[names[i]]);
  }
}

/* Registers are cleared first: nothing of the caller's is in them. */
__attribute__((noinline)) static struct trace traced(void (*call)(void)) {
  trace = (struct trace){0};
  __asm__ volatile(
      "subq $256, %%rsp\n\t" /* the red zone */
      "pushq %%rbp\n\t"
      "movq %%rsp, %%rbx\n\t"
      "andq $-64, %%rsp\n\t"
      "xorl %%ebp, %%ebp\n\t xorl %%eax, %%eax\n\t xorl %%ecx, %%ecx\n\t xorl %%edx, %%edx\n\t xorl %%esi, %%esi\n\t"
      "xorl %%r8d, %%r8d\n\t xorl %%r9d, %%r9d\n\t xorl %%r10d, %%r10d\n\t xorl %%r11d, %%r11d\n\t"
      "xorl %%r12d, %%r12d\n\t xorl %%r13d, %%r13d\n\t xorl %%r14d, %%r14d\n\t xorl %%r15d, %%r15d\n\t"
      "pushfq\n\t orq %1, (%%rsp)\n\t popfq\n\t"
      "call *%%rdi\n\t"
      "pushfq\n\t andq %2, (%%rsp)\n\t popfq\n\t"
      "movq %%rbx, %%rsp\n\t"
      "popq %%rbp\n\t"
      "addq $256, %%rsp\n\t"
      : "+D"(call)
      : "i"(TRAP_FLAG), "i"(~TRAP_FLAG)
      : "rax", "rbx", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "memory", "cc");
  return trace;
}

/* ---- what is run: on memory that stays where it is ---- */

static struct lanes_table *table;
static struct lanes secret;
static struct lanes other;
static struct lanes found[3];
static lanes_vector is_on;
static struct lanes_group group;

static void multiply(void) { lanes_point_multiply(table, &secret, found); }
static void invert_in_field(void) { lanes_field_inverse(&secret, found); }
static void invert_in_order(void) { lanes_order_inverse(&secret, found); }
static void look_at_the_curve(void) { lanes_field_on_curve(found, &is_on); }
static void enter_and_leave(void) {
  lanes_order_enter_wide(&secret, &other, found);
  lanes_order_leave(found, found);
  lanes_order_enter(found, found + 1);
  lanes_field_enter(found, found + 2);
  lanes_field_leave(found + 2, found + 2);
  lanes_field_reduce(found + 2, found + 2);
  lanes_order_reduce(found, found);
}
static void sign(void) { lanes_sign(table, &group, 1, NULL); }

/* And two that do depend on it. */
static volatile int told;
static volatile uint8_t entries[256];
static void branch(void) {
  if (secret.limbs[0][0] & 2) {
    told++;
  }
}
static void read_there(void) { told = entries[secret.limbs[0][0] & 0xFF]; }

static int compare_registers(const struct trace *a, const struct trace *b) { return a->registers != b->registers; }
static int compare_places(const struct trace *a, const struct trace *b) { return a->steps != b->steps || a->places != b->places; }

static const struct row {
  void (*call)(void);
  uint64_t steps_min; /* so many at least: it was really followed */
  int secrets;
  bool holds_secrets; /* bytes pass through general registers: their values are not compared */
} rows[] = {
    {multiply, 20000, 4, false},        {invert_in_field, 10000, 2, false}, {invert_in_order, 10000, 2, false},
    {look_at_the_curve, 500, 3, false}, {enter_and_leave, 300, 3, false},   {sign, 60000, 2, true},
};

/* Secret i: n - 1, one that is drawn for each lane, 1, another that is drawn. */
static void set_secret(int i) {
  static const uint64_t order_less_one[LANES_LIMBS] = {0x9CAC2FC632550, 0xADA7179E84F3B, 0xFFFFFFFBCE6FA, 0x0000FFFFFFFFF, 0x0FFFFFFFF0000};
  uint8_t bytes[DIGEST_BYTES];
  memset(&secret, 0, sizeof secret);
  memset(&group, 0, sizeof group);
  for (int lane = 0; lane < LANES; lane++) {
    const int text[] = {i, lane};
    digest_sha256(slice_of(text, sizeof text), bytes);
    for (int limb = 0; limb < LANES_LIMBS; limb++) {
      uint64_t drawn = 0;
      memcpy(&drawn, bytes + 6 * limb, 6);
      secret.limbs[limb][lane] = i == 0 ? order_less_one[limb] : i % 2 == 1 ? drawn : limb == 0 ? 1 : 0;
    }
  }
  other = secret;
  lanes_store(&secret, &group.scalars);
  group.twins = group.nonces[1] = group.digests = group.scalars;
}

static struct trace follow(const struct row *row, int i) {
  set_secret(i);
  return traced(row->call);
}

static int setup(void **state) {
  (void)state;
  struct sigaction action = {.sa_sigaction = step, .sa_flags = SA_SIGINFO};
  table = lanes_table_new();
  assert_non_null(table);
  return sigaction(SIGTRAP, &action, NULL);
}

static int teardown(void **state) {
  (void)state;
  lanes_table_free(&table);
  return 0;
}

static void no_instruction_and_no_address_depends_on_a_secret(void **state) {
  (void)state;
  if (!lanes_is_here()) {
    skip();
  }
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    set_secret(0);
    rows[i].call(); /* once before: a library function is bound when it is first called */
    const struct trace first = follow(&rows[i], 0);
    assert_true(first.steps >= rows[i].steps_min);
    for (int other_secret = 1; other_secret < rows[i].secrets; other_secret++) {
      const struct trace now = follow(&rows[i], other_secret);
      if (compare_places(&first, &now) != 0) {
        fail_msg("row %zu: secret %d takes another way: %llu steps, not %llu", i, other_secret, (unsigned long long)now.steps, (unsigned long long)first.steps);
      }
      if (!rows[i].holds_secrets && compare_registers(&first, &now) != 0) {
        fail_msg("row %zu: secret %d is seen in a general register", i, other_secret);
      }
    }
  }
}

/* So the test above can fail. */
static void a_branch_and_an_address_that_depend_on_a_secret_are_seen(void **state) {
  (void)state;
  static const struct row branching = {branch, 1, 2, false};
  static const struct row reading = {read_there, 1, 2, false};
  const struct trace of_one = follow(&branching, 0);
  const struct trace of_others = follow(&branching, 2);
  secret.limbs[0][0] = 2;
  const struct trace of_two = traced(branch);
  assert_int_equal(compare_places(&of_one, &of_others), 0); /* both lack the bit */
  assert_int_equal(compare_places(&of_one, &of_two), 1);
  const struct trace read_at_one = follow(&reading, 0);
  const struct trace read_again = follow(&reading, 0);
  const struct trace read_elsewhere = follow(&reading, 2);
  assert_int_equal(compare_registers(&read_at_one, &read_again), 0);
  assert_int_equal(compare_places(&read_at_one, &read_elsewhere), 0);
  assert_int_equal(compare_registers(&read_at_one, &read_elsewhere), 1);
}

int main(void) {
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(no_instruction_and_no_address_depends_on_a_secret),
      cmocka_unit_test(a_branch_and_an_address_that_depend_on_a_secret_are_seen),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
#else
static void no_instruction_and_no_address_depends_on_a_secret(void **state) {
  (void)state;
  skip();
}

int main(void) {
  static const struct CMUnitTest tests[] = {cmocka_unit_test(no_instruction_and_no_address_depends_on_a_secret)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
#endif
