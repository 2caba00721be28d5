#include "crypto/password_memory.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/unit_test.h"
#include "crypto/password.h"

/* Made by argon2-cffi 23 (the reference implementation): the salt is 0123456789abcdef. */
static const char OF_OURS[] = "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$bIv1MBfoV8Clj8zgmeZUHKz7oXZDHuVVUmZnRZdwrX0";
static const char OF_OTHERS[] = "$argon2id$v=19$m=7168,t=5,p=1$MDEyMzQ1Njc4OWFiY2RlZg$vj9rzR2UMpCzOKOkWKrumgt5f76haDM1nau4t5ez9rg";

static int before(void **state) {
  (void)state;
  password_memory_release();
  return 0;
}

static void what_was_used_gives_the_same_hashes(void **state) {
  (void)state;
  for (int i = 0; i < 3; i++) {
    assert_ok(password_verify(S("mật khẩu 1"), slice_str(OF_OURS)));
    assert_code(password_verify(S("mật khẩu 2"), slice_str(OF_OURS)), CRYPTO_PASSWORD_WRONG);
    assert_ok(password_verify(S("mật khẩu 1"), slice_str(OF_OTHERS)));
    assert_code(password_verify(S("mật khẩu 2"), slice_str(OF_OTHERS)), CRYPTO_PASSWORD_WRONG);
  }
}

static void a_hash_takes_the_memory_of_the_last_which_is_wiped(void **state) {
  (void)state;
#if defined PASSWORD_MEMORY_IS_WATCHED
  skip();
#endif
  assert_code(password_verify_nobody(S("x")), CRYPTO_PASSWORD_WRONG);
  struct slice first = password_memory_next();
  assert_int_equal(first.len, PASSWORD_MEMORY_BYTES);
  for (size_t i = 0; i < first.len; i++) {
    assert_int_equal(first.ptr[i], 0);
  }
  assert_ok(password_verify(S("mật khẩu 1"), slice_str(OF_OURS)));
  assert_ptr_equal(password_memory_next().ptr, first.ptr);
  password_memory_release();
  assert_true(slice_empty(password_memory_next()));
  unsigned char in_core[PASSWORD_MEMORY_BYTES / 4096];
  assert_int_equal(mincore((void *)(uintptr_t)first.ptr, first.len, in_core), -1); /* it is mapped no more */
}

void *as_libraries_do(void *address, size_t length, int protection, int flags, int fd, off_t offset) __asm__("mmap"); /* this program's own calls are renamed */

static void everybody_elses_mappings_are_their_own(void **state) {
  (void)state;
  assert_code(password_verify_nobody(S("x")), CRYPTO_PASSWORD_WRONG);
  struct slice kept = password_memory_next();
  uint8_t *other = as_libraries_do(NULL, PASSWORD_MEMORY_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  assert_ptr_not_equal(other, MAP_FAILED);
  assert_ptr_not_equal(other, kept.ptr);
  other[0] = 1;
  assert_int_equal(munmap(other, PASSWORD_MEMORY_BYTES), 0);
  assert_ptr_equal(password_memory_next().ptr, kept.ptr);
  assert_ptr_equal(as_libraries_do(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), MAP_FAILED);
  assert_int_equal(errno, EINVAL);
  assert_int_equal(munmap((void *)1, 4096), -1); // NOLINT(performance-no-int-to-ptr)
  assert_int_equal(errno, EINVAL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(what_was_used_gives_the_same_hashes, before),
      cmocka_unit_test_setup(a_hash_takes_the_memory_of_the_last_which_is_wiped, before),
      cmocka_unit_test_setup(everybody_elses_mappings_are_their_own, before),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
