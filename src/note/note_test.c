#include "note/note.h"

#include "base/unit_test.h"

/* The example of C2SP signed-note. */
static const char example_key[] = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
#define EXAMPLE_TEXT "This is an example message.\n"
#define EXAMPLE_LINE \
  "\xE2\x80\x94 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
#define STRANGER "\xE2\x80\x94 example.com/bar Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq\n"

static void the_standard_s_example_verifies_and_every_altered_byte_of_it_does_not(void **state) {
  (void)state;
  struct arena arena CLEANUP(arena_free) = {0};
  struct note_key key;
  struct note note = {0};
  static const char bytes[] = EXAMPLE_TEXT "\n" STRANGER EXAMPLE_LINE;
  assert_ok(note_key_parse(slice_str(example_key), &arena, &key));
  assert_true(slice_is(note_key_write(&arena, &key), example_key));
  assert_ok(note_parse(slice_str(bytes), &arena, &note)); /* unknown keys are passed over */
  assert_true(slice_is(note.text, EXAMPLE_TEXT));
  assert_int_equal(note.count, 2);
  assert_ok(note_check(&note, &key, NULL));
  static const char signed_alone[] = EXAMPLE_TEXT "\n" EXAMPLE_LINE;
  for (size_t at = 0; at < sizeof signed_alone - 1; at++) {
    char copy[sizeof signed_alone];
    memcpy(copy, signed_alone, sizeof copy);
    copy[at] = (char)(copy[at] ^ 1);
    struct note altered = {0};
    if (is_ok(note_parse(slice_str(copy), &arena, &altered))) {
      assert_false(is_ok(note_check(&altered, &key, NULL)));
    }
  }
  struct note_key other;
  key.public_key[3] ^= 1;
  assert_ok(note_key_init(key.name, NOTE_ED25519, key.public_key, &other));
  assert_code(note_check(&note, &other, NULL), NOTE_UNSIGNED); /* same name, another id */
  memcpy(other.id, note.signatures[1].bytes.ptr, 4);
  assert_code(note_check(&note, &other, NULL), NOTE_SIGNATURE_WRONG); /* [signed-note MUST] verify a known key's */
}

static void a_note_of_another_form_is_refused(void **state) {
  (void)state;
  struct arena arena CLEANUP(arena_free) = {0};
  static const char *const rows[] = {
      "",
      "\n",
      "\n\n",
      EXAMPLE_TEXT,
      EXAMPLE_TEXT "\n",
      EXAMPLE_TEXT EXAMPLE_LINE,
      EXAMPLE_TEXT "\n" EXAMPLE_LINE "\n",
      EXAMPLE_TEXT "\n- example.com/foo Uw2QOkn8\n",
      EXAMPLE_TEXT "\n\xE2\x80\x94 example.com/foo Uw2QOg==\n",             /* an id and no signature */
      EXAMPLE_TEXT "\n\xE2\x80\x94 example.com/foo Uw2QOkn8srV1yJGh2VY\n",  /* base64 cut */
      EXAMPLE_TEXT "\n\xE2\x80\x94 example.com/f+o Uw2QOkn8srV1yJGh\n",
      EXAMPLE_TEXT "\n\xE2\x80\x94  Uw2QOkn8srV1yJGh\n",
      EXAMPLE_TEXT "\n\xE2\x80\x94 a\xE2\x80\x83"
                   "b Uw2QOkn8srV1yJGh\n", /* U+2003, a space */
      EXAMPLE_TEXT "\n" EXAMPLE_LINE "rest",
      "a\tb\n\n" EXAMPLE_LINE,
      "a\xFF\n\n" EXAMPLE_LINE,
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct note note = {0};
    if (!is_code(note_parse(slice_str(rows[i]), &arena, &note), NOTE_SYNTAX)) {
      fail_msg("taken for a note: %s", rows[i]);
    }
  }
}

static void a_text_may_have_empty_lines(void **state) {
  (void)state;
  struct arena arena CLEANUP(arena_free) = {0};
  struct note note = {0};
  assert_ok(note_parse(S("one\n\ntwo\n\n" STRANGER), &arena, &note));
  assert_true(slice_is(note.text, "one\n\ntwo\n"));
}

static void a_verifier_key_of_another_form_is_refused(void **state) {
  (void)state;
  struct arena arena CLEANUP(arena_free) = {0};
  static const char *const rows[] = {
      "",
      "example.com/foo",
      "example.com/foo+530d903a",
      "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
      "example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
      "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
      "example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", /* ECDSA */
      "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3Q==",
      "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k+",
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct note_key key;
    assert_code(note_key_parse(slice_str(rows[i]), &arena, &key), NOTE_KEY_SYNTAX);
  }
}

static void a_cosignature_carries_its_time(void **state) {
  (void)state;
  struct arena arena CLEANUP(arena_free) = {0};
  static const struct slice text = S_INIT("example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n");
  struct secret seed CLEANUP(secret_clear) = {0};
  uint8_t public_key[ED25519_PUBLIC_BYTES];
  uint8_t signature[ED25519_SIGNATURE_BYTES];
  struct note_key key;
  assert_ok(ed25519_generate(&seed));
  assert_ok(ed25519_public(&seed, public_key));
  assert_ok(note_key_init(S("witness.example.com/w1"), NOTE_COSIGNATURE, public_key, &key));
  struct slice message = note_cosignature_message(&arena, 1679315147, text);
  assert_true(slice_starts(message, S("cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n")));
  assert_ok(ed25519_sign(&seed, message, signature));
  struct slice line = note_line_write(&arena, &key, 1679315147, slice_of(signature, sizeof signature));
  struct note note = {0};
  int64_t time_s = 0;
  assert_ok(note_parse(arena_printf(&arena, "%.*s\n%.*s", SLICE_ARG(text), SLICE_ARG(line)), &arena, &note));
  assert_int_equal(note.signatures[0].bytes.len, 4 + 8 + 64);
  assert_ok(note_check(&note, &key, &time_s));
  assert_int_equal(time_s, 1679315147);
  ((uint8_t *)(uintptr_t)note.signatures[0].bytes.ptr)[11] ^= 1; /* another second */
  assert_code(note_check(&note, &key, &time_s), NOTE_SIGNATURE_WRONG);
  ((uint8_t *)(uintptr_t)note.signatures[0].bytes.ptr)[11] ^= 1;
  ((uint8_t *)(uintptr_t)note.signatures[0].bytes.ptr)[4] ^= 0x80; /* beyond 2^63 */
  assert_code(note_check(&note, &key, &time_s), NOTE_SIGNATURE_WRONG);
  struct note lines = {0};
  assert_ok(note_lines_parse(line, &arena, &lines));
  assert_code(note_check(&lines, &key, &time_s), NOTE_SIGNATURE_WRONG); /* of no text */
  lines.text = text;
  assert_ok(note_check(&lines, &key, &time_s));
  assert_code(note_lines_parse(S(""), &arena, &lines), NOTE_SYNTAX);
}

static void a_checkpoint_has_one_form(void **state) {
  (void)state;
#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
  struct arena arena CLEANUP(arena_free) = {0};
  struct note_checkpoint checkpoint;
  static const char text[] = "example.com/behind-the-sofa\n20852163\n" ROOT;
  assert_ok(note_checkpoint_parse(slice_str(text), &checkpoint));
  assert_int_equal(checkpoint.size, 20852163);
  assert_false(checkpoint.has_extensions);
  assert_true(slice_is(note_checkpoint_write(&arena, &checkpoint), text));
  assert_ok(note_checkpoint_parse(S("a\n0\n" ROOT "more\n"), &checkpoint));
  assert_true(checkpoint.has_extensions);
  static const char *const rows[] = {"",           "a\n1\n",         "\n1\n" ROOT,   "a\n01\n" ROOT, "a\n-1\n" ROOT,          "a\n+1\n" ROOT,
                                     "a\n\n" ROOT, "a\n1 \n" ROOT,   "a\n1\nAA==\n", "a\n1\n" ROOT "\n", "a\n1\n" ROOT "more", "a\n1000000000000000000\n" ROOT};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_code(note_checkpoint_parse(slice_str(rows[i]), &checkpoint), NOTE_SYNTAX);
  }
}

static void a_proof_round_trips_and_its_other_forms_are_refused(void **state) {
  (void)state;
#define HASH "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"
  struct arena arena CLEANUP(arena_free) = {0};
  struct note_proof proof;
  static const char text[] = "c2sp.org/tlog-proof@v1\nextra AQID\nindex 73894\n" HASH HASH "\nnote\n";
  assert_ok(note_proof_parse(slice_str(text), &arena, &proof));
  assert_int_equal(proof.position, 73894);
  assert_int_equal(proof.hashes.len, 64);
  assert_true(slice_is(proof.extra, "\1\2\3"));
  assert_true(slice_is(proof.checkpoint, "note\n"));
  assert_true(slice_is(note_proof_write(&arena, &proof), text));
  assert_ok(note_proof_parse(S("c2sp.org/tlog-proof@v1\nindex 0\n\nnote\n"), &arena, &proof));
  assert_int_equal(proof.extra.len + proof.hashes.len, 0);
  static const char *const rows[] = {
      "",
      "c2sp.org/tlog-proof@v2\nindex 0\n\nnote\n",
      "c2sp.org/tlog-proof@v1\n\nnote\n",
      "c2sp.org/tlog-proof@v1\nindex 00\n\nnote\n",
      "c2sp.org/tlog-proof@v1\nindex -1\n\nnote\n",
      "c2sp.org/tlog-proof@v1\nextra ?\nindex 0\n\nnote\n",
      "c2sp.org/tlog-proof@v1\nextra \nindex 0\n\nnote\n",
      "c2sp.org/tlog-proof@v1\nindex 0\nAQID\n\nnote\n",
      ("c2sp.org/tlog-proof@v1\nindex 0\n" HASH),
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_code(note_proof_parse(slice_str(rows[i]), &arena, &proof), NOTE_SYNTAX);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_standard_s_example_verifies_and_every_altered_byte_of_it_does_not),
      cmocka_unit_test(a_note_of_another_form_is_refused),
      cmocka_unit_test(a_text_may_have_empty_lines),
      cmocka_unit_test(a_verifier_key_of_another_form_is_refused),
      cmocka_unit_test(a_cosignature_carries_its_time),
      cmocka_unit_test(a_checkpoint_has_one_form),
      cmocka_unit_test(a_proof_round_trips_and_its_other_forms_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
