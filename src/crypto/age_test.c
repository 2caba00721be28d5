#include "crypto/age.h"

#include "base/buf.h"
#include "base/unit_test.h"

struct place {
  struct arena arena;
  struct random random;
  struct buf file;
  size_t read;
};

static int set_up(void **state) {
  struct place *place = test_calloc(1, sizeof *place);
  place->random = random_seeded(7);
  buf_init(&place->file, &place->arena, 1 << 18);
  *state = place;
  return 0;
}

static int tear_down(void **state) {
  struct place *place = *state;
  arena_free(&place->arena);
  test_free(place);
  return 0;
}

static result put(void *context, struct slice bytes) {
  buf_append(&((struct place *)context)->file, bytes);
  return OK;
}

/* In odd pieces: what a pipe gives. */
static result get(void *context, uint8_t *bytes, size_t len, size_t *ret_len) {
  struct place *place = context;
  size_t left = place->file.len - place->read;
  size_t step = len > 1000 ? 1000 : len;
  step = step < left ? step : left;
  memcpy(bytes, place->file.ptr + place->read, step);
  place->read += step;
  *ret_len = step;
  return OK;
}

static void encrypt(struct place *place, const struct secret *identities, size_t count, struct slice plain) {
  struct age_recipient recipients[2];
  struct age_writer *writer CLEANUP(age_writer_close) = NULL;
  for (size_t i = 0; i < count; i++) {
    assert_ok(age_identity_recipient(&identities[i], &recipients[i]));
  }
  place->file.len = 0;
  assert_ok(age_writer_open(&(const struct age_writer_options){&place->random, recipients, count, place, put}, &writer));
  assert_ok(age_write(writer, slice_sub(plain, 0, plain.len / 3)));
  assert_ok(age_write(writer, slice_from(plain, plain.len / 3)));
  assert_ok(age_writer_end(writer));
}

static result decrypt(struct place *place, const struct secret *identity, struct buf *ret_plain) {
  struct age_reader *reader CLEANUP(age_reader_close) = NULL;
  place->read = 0;
  TRY(age_reader_open(&(const struct age_reader_options){identity, 1, place, get}, &reader));
  for (size_t got = 1; got > 0;) {
    uint8_t bytes[777];
    TRY(age_read(reader, bytes, sizeof bytes, &got));
    buf_append(ret_plain, slice_of(bytes, got));
  }
  return OK;
}

/* The keys that the standard itself shows. */
static void keys_are_written_as_the_standard_writes_them(void **state) {
  struct place *place = *state;
  static const char identity_text[] = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
  static const char recipient_text[] = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";
  struct secret identity = {0};
  struct secret written = {0};
  struct age_recipient recipient = {0};
  struct age_recipient parsed = {0};
  assert_ok(age_identity_parse(slice_str(identity_text), &identity));
  assert_int_equal(identity.len, AGE_KEY_BYTES);
  assert_int_equal(identity.bytes[31], 0x42);
  age_identity_write(&identity, &written);
  assert_true(slice_is(secret_slice(&written), identity_text));
  assert_ok(age_identity_recipient(&identity, &recipient));
  assert_true(slice_is(age_recipient_write(&place->arena, &recipient), recipient_text));
  assert_ok(age_recipient_parse(slice_str(recipient_text), &parsed));
  assert_memory_equal(parsed.point, recipient.point, AGE_KEY_BYTES);
}

static void refuses_keys_with_an_error_in_them(void **state) {
  (void)state;
  static const char *const recipients[] = {
      "", "age1", "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwk" /* last letter */,
      "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujw" /* one short */,
      "AGE1ZVKYG2LQZRAA2LNJVQEJ32NKUU0UES2S82HZRYE869XEEXVN73EQUNUJWJ" /* the other case */,
      "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj " /* a blank */,
      "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX" /* the private half */};
  for (size_t i = 0; i < sizeof recipients / sizeof *recipients; i++) {
    struct age_recipient recipient = {0};
    struct secret identity = {0};
    assert_code(age_recipient_parse(slice_str(recipients[i]), &recipient), CRYPTO_AGE_KEY_SYNTAX);
    if (recipients[i][0] != 'A' || recipients[i][3] != '-') {
      assert_code(age_identity_parse(slice_str(recipients[i]), &identity), CRYPTO_AGE_KEY_SYNTAX);
    }
  }
}

static void opens_for_each_of_its_keys_whatever_its_length(void **state) {
  struct place *place = *state;
  static const size_t lengths[] = {0, 1, 65535, 65536, 65537, 2 * 65536, 150000};
  struct secret identities[2] = {0};
  age_identity_make(&place->random, &identities[0]);
  age_identity_make(&place->random, &identities[1]);
  uint8_t *plain = arena_alloc(&place->arena, 150000);
  random_fill(&place->random, plain, 150000);
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    encrypt(place, identities, 2, slice_of(plain, lengths[i]));
    for (int key = 0; key < 2; key++) {
      struct buf read;
      buf_init(&read, &place->arena, 1000);
      assert_ok(decrypt(place, &identities[key], &read));
      assert_true(slice_eq(buf_slice(&read), slice_of(plain, lengths[i])));
    }
  }
}

static void another_key_does_not_open_it(void **state) {
  struct place *place = *state;
  struct secret identity = {0};
  struct secret other = {0};
  struct buf read;
  buf_init(&read, &place->arena, 1000);
  age_identity_make(&place->random, &identity);
  age_identity_make(&place->random, &other);
  encrypt(place, &identity, 1, S("secret"));
  assert_code(decrypt(place, &other, &read), CRYPTO_AGE_KEY_WRONG);
  assert_int_equal(read.len, 0);
}

static void finds_every_flipped_bit_and_every_cut(void **state) {
  struct place *place = *state;
  struct secret identity = {0};
  age_identity_make(&place->random, &identity);
  encrypt(place, &identity, 1, S("a short text"));
  size_t whole = place->file.len;
  for (size_t bit = 0; bit < 8 * whole; bit++) {
    struct buf read;
    buf_init(&read, &place->arena, 64);
    place->file.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
    assert_false(is_ok(decrypt(place, &identity, &read)));
    place->file.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
  }
  for (size_t cut = 0; cut < whole; cut++) {
    struct buf read;
    buf_init(&read, &place->arena, 64);
    place->file.len = cut;
    result found = decrypt(place, &identity, &read);
    assert_true(is_code(found, cut == 0 ? CRYPTO_AGE_SYNTAX : CRYPTO_AGE_CUT));
  }
}

static void finds_a_cut_between_two_parts_and_a_second_file_behind(void **state) {
  struct place *place = *state;
  struct secret identity = {0};
  struct buf read;
  buf_init(&read, &place->arena, 1 << 18);
  age_identity_make(&place->random, &identity);
  uint8_t *plain = arena_alloc(&place->arena, 2 * AGE_CHUNK_BYTES);
  encrypt(place, &identity, 1, slice_of(plain, 2 * AGE_CHUNK_BYTES));
  place->file.len -= AGE_CHUNK_BYTES + 16; /* the last part whole */
  assert_code(decrypt(place, &identity, &read), CRYPTO_AGE_CUT);
  encrypt(place, &identity, 1, slice_of(plain, 2 * AGE_CHUNK_BYTES));
  buf_append_byte(&place->file, 0);
  assert_code(decrypt(place, &identity, &read), CRYPTO_AGE_ALTERED);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(keys_are_written_as_the_standard_writes_them, set_up, tear_down),
      cmocka_unit_test(refuses_keys_with_an_error_in_them),
      cmocka_unit_test_setup_teardown(opens_for_each_of_its_keys_whatever_its_length, set_up, tear_down),
      cmocka_unit_test_setup_teardown(another_key_does_not_open_it, set_up, tear_down),
      cmocka_unit_test_setup_teardown(finds_every_flipped_bit_and_every_cut, set_up, tear_down),
      cmocka_unit_test_setup_teardown(finds_a_cut_between_two_parts_and_a_second_file_behind, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
