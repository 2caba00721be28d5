#include "signer/signer.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/unit_test.h"
#include "crypto/key.h"
#include "crypto/ed25519.h"
#include "crypto/pin_proof.h"
#include "signer/wire.h"

/* An installation of its own for each test. */
struct place {
  char dir[64];
  struct clock clock;
  struct arena arena;
  struct signer *signer;
  struct secret pin_key;
};

static const uint8_t digest_a[DIGEST_BYTES] = {0xA1};
static const uint8_t digest_b[DIGEST_BYTES] = {0xB2};

static void open_signer(struct place *place) {
  struct signer_local_options options = {.data_dir = place->dir, .clock = &place->clock, .unsynced = true};
  assert_ok(signer_local_open(&options, &place->signer));
}

static int setup(void **state) {
  struct place *place = heap_alloc(sizeof *place);
  *place =
      (struct place){.dir = "/tmp/danh-signer-XXXXXX", .clock = clock_fixed(1717549200000), .pin_key = {.len = 32}};
  assert_non_null(mkdtemp(place->dir));
  arena_init(&place->arena);
  place->pin_key.bytes[0] = 7; /* instead of Argon2id: the signer does not know where it comes from */
  open_signer(place);
  *state = place;
  return 0;
}

static int teardown(void **state) {
  struct place *place = *state;
  signer_local_close(&place->signer);
  struct slice command = arena_printf(&place->arena, "rm -r %s", place->dir);
  int removed = system(arena_cstr(&place->arena, command));
  arena_free(&place->arena);
  free(place);
  return removed;
}

static const char *path_of(struct place *place, const char *name) {
  return arena_cstr(&place->arena, arena_printf(&place->arena, "%s/signer/%s", place->dir, name));
}

static result make_key(struct place *place, struct slice name, enum signer_profile profile, struct slice pin_key) {
  struct slice spki = {0};
  return place->signer->key_create(place->signer,
                                   &(struct signer_new_key){.name = name, .profile = profile, .pin_key = pin_key},
                                   &place->arena, &spki);
}

static void make_usual_keys(struct place *place) {
  assert_ok(make_key(place, S("ca/root"), SIGNER_CERTIFICATE, S("")));
  assert_ok(make_key(place, S("checkpoint/ledger"), SIGNER_CHECKPOINT, S("")));
  assert_ok(make_key(place, S("officer/7"), SIGNER_PERSONAL, secret_slice(&place->pin_key)));
  assert_ok(make_key(place, S("officer/8"), SIGNER_PERSONAL, secret_slice(&place->pin_key)));
  assert_ok(make_key(place, S("seal/H26.11"), SIGNER_SEAL, S("")));
  assert_ok(make_key(place, S("message/danh"), SIGNER_MESSAGE, S("")));
}

static result sign(struct place *place, struct signer_request request) {
  struct slice signature = {0};
  return place->signer->sign(place->signer, &request, &place->arena, &signature);
}

static struct signer_request request_of(const char *key, enum signer_profile profile, const char *reference) {
  struct signer_request request = {.key = slice_str(key), .profile = profile, .reference = slice_str(reference)};
  memcpy(request.digest, digest_a, DIGEST_BYTES);
  request.message = profile == SIGNER_CHECKPOINT ? S("danh.example/ledger\n0\nAA==\n") : S("");
  return request;
}

static struct slice proof_for(struct place *place, const char *key, enum signer_profile profile,
                              const uint8_t *digest) {
  uint8_t *proof = arena_alloc(&place->arena, PIN_PROOF_BYTES);
  struct pin_proof_claim claim = {slice_str(key), (uint8_t)profile, digest};
  pin_proof_make(&place->pin_key, &claim, proof);
  return slice_of(proof, PIN_PROOF_BYTES);
}

static struct signer_request personal(struct place *place, const char *reference) {
  struct signer_request request = request_of("officer/7", SIGNER_PERSONAL, reference);
  request.pin_proof = proof_for(place, "officer/7", SIGNER_PERSONAL, digest_a);
  return request;
}

static void signatures_verify_under_the_key_s_public_half(void **state) {
  struct place *place = *state;
  make_usual_keys(place);
  static const struct {
    const char *key;
    enum signer_profile profile;
  } rows[] = {{"ca/root", SIGNER_CERTIFICATE}, {"message/danh", SIGNER_MESSAGE}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct signer_request request = request_of(rows[i].key, rows[i].profile, "");
    struct slice signature = {0};
    struct slice spki = {0};
    struct key *key CLEANUP(key_free) = NULL;
    assert_ok(place->signer->sign(place->signer, &request, &place->arena, &signature));
    assert_ok(place->signer->key_public(place->signer, request.key, &place->arena, &spki));
    assert_ok(key_load_public(spki, &key));
    assert_ok(key_verify(key, digest_a, signature));
    assert_code(key_verify(key, digest_b, signature), CRYPTO_SIGNATURE_WRONG);
  }
}

/* A log's key and a witness's: neither can be made to say what the other says. */
static void a_checkpoint_key_signs_its_own_kind_of_message_and_no_digest(void **state) {
  struct place *place = *state;
  make_usual_keys(place);
  assert_ok(make_key(place, S("checkpoint/witness"), SIGNER_CHECKPOINT, S("")));
  static const struct {
    const char *key;
    struct slice message;
    uint16_t code;
  } rows[] = {
      {"checkpoint/ledger", S_INIT("danh.example/ledger\n7\nAA==\n"), 0},
      {"checkpoint/witness", S_INIT("cosignature/v1\ntime 1679315147\ndanh.example/ledger\n7\nAA==\n"), 0},
      {"checkpoint/ledger", S_INIT("cosignature/v1\ntime 1679315147\ndanh.example/ledger\n7\nAA==\n"), SIGNER_MESSAGE_REFUSED},
      {"checkpoint/witness", S_INIT("danh.example/ledger\n7\nAA==\n"), SIGNER_MESSAGE_REFUSED},
      {"checkpoint/ledger", S_INIT(""), SIGNER_MESSAGE_REFUSED},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct signer_request request = {.key = slice_str(rows[i].key), .profile = SIGNER_CHECKPOINT, .message = rows[i].message};
    struct slice signature = {0};
    struct slice spki = {0};
    uint8_t public_key[ED25519_PUBLIC_BYTES];
    assert_code(place->signer->sign(place->signer, &request, &place->arena, &signature), rows[i].code);
    if (rows[i].code == 0) {
      assert_ok(place->signer->key_public(place->signer, request.key, &place->arena, &spki));
      assert_ok(ed25519_spki_parse(spki, public_key));
      assert_ok(ed25519_verify(public_key, request.message, signature));
      assert_code(ed25519_verify(public_key, slice_from(request.message, 1), signature), CRYPTO_SIGNATURE_WRONG);
    }
  }
  struct signer_request with_message = request_of("message/danh", SIGNER_MESSAGE, "");
  with_message.message = S("x");
  assert_code(sign(place, with_message), SIGNER_MESSAGE_REFUSED);
  struct slice long_text = slice_of(arena_alloc(&place->arena, SIGNER_MESSAGE_BYTES_MAX + 1), SIGNER_MESSAGE_BYTES_MAX + 1);
  struct signer_request too_long = {.key = S("checkpoint/ledger"), .profile = SIGNER_CHECKPOINT, .message = long_text};
  assert_code(sign(place, too_long), SIGNER_MESSAGE_REFUSED);
}

static void a_name_has_one_profile_for_good(void **state) {
  struct place *place = *state;
  static const struct {
    const char *key;
    enum signer_profile profile;
    uint16_t code;
  } rows[] = {
      {"ca/root", SIGNER_MESSAGE, SIGNER_PROFILE_REFUSED},
      {"ca/root", SIGNER_SEAL, SIGNER_PROFILE_REFUSED},
      {"checkpoint/ledger", SIGNER_CERTIFICATE, SIGNER_PROFILE_REFUSED},
      {"message/danh", SIGNER_CERTIFICATE, SIGNER_PROFILE_REFUSED},
      {"officer/7", SIGNER_SEAL, SIGNER_PROFILE_REFUSED},
      {"seal/H26.11", SIGNER_PERSONAL, SIGNER_PROFILE_REFUSED},
      {"checkpoint/ledger/2", SIGNER_CHECKPOINT, SIGNER_NAME_REFUSED},
      {"ledger", SIGNER_CHECKPOINT, SIGNER_NAME_REFUSED},
      {"ca/", SIGNER_CERTIFICATE, SIGNER_NAME_REFUSED},
      {"ca", SIGNER_CERTIFICATE, SIGNER_NAME_REFUSED},
      {"other/x", SIGNER_MESSAGE, SIGNER_NAME_REFUSED},
      {"", SIGNER_MESSAGE, SIGNER_NAME_REFUSED},
      {"message//x", SIGNER_MESSAGE, SIGNER_NAME_REFUSED},
      {"message/../ca", SIGNER_MESSAGE, SIGNER_NAME_REFUSED},
      {"message/a_b", SIGNER_MESSAGE, SIGNER_NAME_REFUSED},
      {"message/a/b/c", SIGNER_MESSAGE, SIGNER_NAME_REFUSED},
      {"message/a/", SIGNER_MESSAGE, SIGNER_NAME_REFUSED},
      {"message/a b", SIGNER_MESSAGE, SIGNER_NAME_REFUSED},
      {"message/0123456789012345678901234567890123456789012345678901234567", SIGNER_MESSAGE, SIGNER_NAME_REFUSED},
  };
  make_usual_keys(place);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct slice pin_key = rows[i].profile == SIGNER_PERSONAL ? secret_slice(&place->pin_key) : S("");
    assert_code(make_key(place, slice_str(rows[i].key), rows[i].profile, pin_key), rows[i].code);
    struct signer_request request = request_of(rows[i].key, rows[i].profile, "H26.11-240605-0001");
    request.pin_proof =
        rows[i].profile == SIGNER_PERSONAL ? proof_for(place, rows[i].key, SIGNER_PERSONAL, digest_a) : S("");
    assert_code(sign(place, request), rows[i].code);
  }
  assert_code(sign(place, request_of("message/nobody", SIGNER_MESSAGE, "")), SIGNER_KEY_UNKNOWN);
  struct slice spki = {0};
  assert_code(place->signer->key_public(place->signer, S("seal/H57"), &place->arena, &spki), SIGNER_KEY_UNKNOWN);
  assert_code(place->signer->key_public(place->signer, S("../x"), &place->arena, &spki), SIGNER_NAME_REFUSED);
}

static void pin_keys_belong_to_people_only(void **state) {
  struct place *place = *state;
  struct slice pin_key = secret_slice(&place->pin_key);
  assert_code(make_key(place, S("officer/1"), SIGNER_PERSONAL, S("")), SIGNER_PIN_KEY_REFUSED);
  assert_code(make_key(place, S("officer/1"), SIGNER_PERSONAL, slice_sub(pin_key, 0, 31)), SIGNER_PIN_KEY_REFUSED);
  assert_code(make_key(place, S("seal/H26"), SIGNER_SEAL, pin_key), SIGNER_PIN_KEY_REFUSED);
  make_usual_keys(place);
  struct signer_request request = request_of("message/danh", SIGNER_MESSAGE, "");
  request.pin_proof = pin_key;
  assert_code(sign(place, request), SIGNER_PIN_KEY_REFUSED);
}

static void making_a_key_again_changes_neither_key_nor_pin(void **state) {
  struct place *place = *state;
  struct slice first = {0};
  struct slice second = {0};
  uint8_t other_pin[32] = {9};
  make_usual_keys(place);
  assert_ok(place->signer->key_public(place->signer, S("officer/7"), &place->arena, &first));
  assert_ok(place->signer->key_create(
      place->signer,
      &(struct signer_new_key){.name = S("officer/7"), .profile = SIGNER_PERSONAL, .pin_key = slice_of(other_pin, 32)},
      &place->arena, &second));
  assert_true(slice_eq(first, second));
  assert_ok(sign(place, personal(place, "H26.11-240605-0001")));
}

static void a_proof_cannot_be_replayed(void **state) {
  struct place *place = *state;
  make_usual_keys(place);
  struct signer_request good = personal(place, "H26.11-240605-0001");
  assert_ok(sign(place, good));
  struct signer_request other_digest = good;
  memcpy(other_digest.digest, digest_b, DIGEST_BYTES);
  assert_code(sign(place, other_digest), SIGNER_PIN_WRONG);
  struct signer_request other_key = good;
  other_key.key = S("officer/8"); /* the same PIN key, even */
  assert_code(sign(place, other_key), SIGNER_PIN_WRONG);
  struct signer_request other_profile = good;
  other_profile.pin_proof = proof_for(place, "officer/7", SIGNER_SEAL, digest_a);
  assert_code(sign(place, other_profile), SIGNER_PIN_WRONG);
  struct signer_request none = good;
  none.pin_proof = S("");
  assert_code(sign(place, none), SIGNER_PIN_WRONG);
}

static void five_wrong_proofs_lock_the_key_across_restarts_until_unlocked(void **state) {
  struct place *place = *state;
  make_usual_keys(place);
  struct signer_request good = personal(place, "H26.11-240605-0001");
  struct signer_request wrong = good;
  wrong.pin_proof = proof_for(place, "officer/7", SIGNER_PERSONAL, digest_b);
  for (int i = 0; i < SIGNER_WRONG_PROOFS_MAX - 1; i++) {
    assert_code(sign(place, wrong), SIGNER_PIN_WRONG);
  }
  assert_ok(sign(place, good)); /* a right one begins anew */
  for (int i = 0; i < SIGNER_WRONG_PROOFS_MAX; i++) {
    assert_code(sign(place, wrong), SIGNER_PIN_WRONG);
    if (i == 2) { /* the count is on disk */
      signer_local_close(&place->signer);
      open_signer(place);
    }
  }
  assert_code(sign(place, good), SIGNER_KEY_LOCKED);
  assert_code(sign(place, wrong), SIGNER_KEY_LOCKED);
  signer_local_close(&place->signer);
  open_signer(place);
  assert_code(sign(place, good), SIGNER_KEY_LOCKED);
  assert_code(signer_unlock(place->dir, S("officer/9")), SIGNER_KEY_UNKNOWN);
  assert_code(signer_unlock(place->dir, S("ca/root")), SIGNER_PROFILE_REFUSED);
  assert_ok(signer_unlock(place->dir, S("officer/7"))); /* beside the running signer */
  assert_ok(sign(place, good));
}

static void a_seal_needs_a_person_s_signature_under_its_reference(void **state) {
  struct place *place = *state;
  make_usual_keys(place);
  struct signer_request seal = request_of("seal/H26.11", SIGNER_SEAL, "H26.11-240605-0001");
  assert_code(sign(place, seal), SIGNER_NOT_SIGNED_BEFORE);
  assert_ok(sign(place, request_of("message/danh", SIGNER_MESSAGE, "H26.11-240605-0001")));
  assert_code(sign(place, seal), SIGNER_NOT_SIGNED_BEFORE); /* another profile's signature does not count */
  assert_ok(sign(place, personal(place, "H26.11-240605-0001")));
  assert_ok(sign(place, seal));
  assert_code(sign(place, request_of("seal/H26.11", SIGNER_SEAL, "H26.11-240605-0002")), SIGNER_NOT_SIGNED_BEFORE);
  signer_local_close(&place->signer);
  open_signer(place);
  assert_ok(sign(place, seal)); /* from the log */
  assert_code(sign(place, request_of("seal/H26.11", SIGNER_SEAL, "H26.11-240605-000")), SIGNER_NOT_SIGNED_BEFORE);
}

static void refuses_references_that_would_break_the_log(void **state) {
  struct place *place = *state;
  make_usual_keys(place);
  static const char *const wrong[] = {"",
                                      "-",
                                      "a b",
                                      "a\nb",
                                      "H26.11-240605-0001 ",
                                      "đ",
                                      "01234567890123456789012345678901234567890123456789012345678901234"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    assert_code(sign(place, personal(place, wrong[i])), SIGNER_REFERENCE_REFUSED);
    assert_code(sign(place, request_of("seal/H26.11", SIGNER_SEAL, wrong[i])), SIGNER_REFERENCE_REFUSED);
  }
  assert_code(sign(place, request_of("message/danh", SIGNER_MESSAGE, "a b")), SIGNER_REFERENCE_REFUSED);
}

static void flip(const char *path, off_t at) {
  int fd = open(path, O_RDWR);
  uint8_t byte = 0;
  assert_true(fd >= 0);
  assert_int_equal(pread(fd, &byte, 1, at), 1);
  byte ^= 1;
  assert_int_equal(pwrite(fd, &byte, 1, at), 1);
  assert_int_equal(close(fd), 0);
}

static void altered_or_moved_sealed_files_are_refused(void **state) {
  struct place *place = *state;
  make_usual_keys(place);
  signer_local_close(&place->signer);
  const char *ledger = path_of(place, "checkpoint_ledger.key");
  struct stat status;
  assert_int_equal(stat(ledger, &status), 0);
  assert_int_equal(status.st_mode & 0777, 0600);
  for (off_t at = 0; at < status.st_size; at += 13) {
    flip(ledger, at);
    open_signer(place);
    assert_code(sign(place, request_of("checkpoint/ledger", SIGNER_CHECKPOINT, "")), SIGNER_KEY_BROKEN);
    assert_code(make_key(place, S("checkpoint/ledger"), SIGNER_CHECKPOINT, S("")), SIGNER_KEY_BROKEN); /* and is not made anew */
    signer_local_close(&place->signer);
    flip(ledger, at);
  }
  assert_int_equal(rename(path_of(place, "ca_root.key"), path_of(place, "message_danh.key")), 0);
  open_signer(place);
  assert_code(sign(place, request_of("message/danh", SIGNER_MESSAGE, "")), SIGNER_KEY_BROKEN);
  assert_ok(sign(place, request_of("checkpoint/ledger", SIGNER_CHECKPOINT, "")));
}

static void keys_need_their_master_key_and_a_private_folder(void **state) {
  struct place *place = *state;
  struct signer *second = NULL;
  struct signer_local_options options = {.data_dir = place->dir, .clock = &place->clock};
  make_usual_keys(place);
  signer_local_close(&place->signer);
  flip(path_of(place, "master.key"), 3);
  open_signer(place);
  assert_code(sign(place, request_of("checkpoint/ledger", SIGNER_CHECKPOINT, "")), SIGNER_KEY_BROKEN);
  signer_local_close(&place->signer);
  assert_int_equal(unlink(path_of(place, "master.key")), 0);
  assert_code(signer_local_open(&options, &second), SIGNER_FOLDER_UNUSABLE); /* no new master key over old keys */
  assert_int_equal(chmod(path_of(place, ""), 0750), 0);
  assert_code(signer_local_open(&options, &second), SIGNER_FOLDER_UNUSABLE);
  options.data_dir = "/tmp/danh-no-such-folder";
  assert_code(signer_local_open(&options, &second), SIGNER_FOLDER_UNUSABLE);
}

static void finds_the_first_altered_line_of_the_log(void **state) {
  struct place *place = *state;
  struct signer_figures figures = {0};
  struct signer_local_options options = {.data_dir = place->dir, .clock = &place->clock};
  make_usual_keys(place);
  for (int i = 0; i < 20; i++) {
    assert_ok(sign(place, request_of("message/danh", SIGNER_MESSAGE, "H26.11-240605-0001")));
  }
  assert_ok(signer_local_figures(place->signer, &figures));
  assert_int_equal(figures.signatures, 20);
  signer_local_close(&place->signer);
  struct signer_figures verified = {0};
  assert_ok(signer_log_verify(place->dir, &verified));
  assert_memory_equal(&verified, &figures, sizeof figures);
  const char *log = path_of(place, "signatures.log");
  struct stat status;
  assert_int_equal(stat(log, &status), 0);
  off_t line = status.st_size / 20 - 1; /* lines 1 to 9 are a digit shorter */
  for (off_t at = 3 * line; at < 5 * line; at += 17) {
    flip(log, at);
    assert_code(signer_log_verify(place->dir, &verified), SIGNER_LOG_ALTERED);
    assert_code(signer_local_open(&options, &place->signer), SIGNER_LOG_ALTERED);
    flip(log, at);
  }
  flip(log, 10);
  assert_code(signer_log_verify(place->dir, &verified), SIGNER_LOG_ALTERED);
  assert_non_null(strstr(fault_last()->detail, "line 1 "));
}

static int64_t lines_of(struct place *place) {
  FILE *log = fopen(path_of(place, "signatures.log"), "r");
  int64_t lines = 0;
  assert_non_null(log);
  for (int c = fgetc(log); c != EOF; c = fgetc(log)) {
    lines += c == '\n';
  }
  (void)fclose(log);
  return lines;
}

/* The log never says fewer than were given, and a start costs no more than what was left of a reservation. */
static void tokens_are_counted_ahead(void **state) {
  struct place *place = *state;
  struct signer_figures figures = {0};
  struct signer_figures verified = {0};
  assert_ok(make_key(place, S("oidc/20261122-a1"), SIGNER_TOKEN, S("")));
  for (int i = 0; i < 1000; i++) {
    assert_ok(sign(place, request_of("oidc/20261122-a1", SIGNER_TOKEN, "")));
  }
  assert_int_equal(lines_of(place), 1);
  assert_ok(sign(place, request_of("oidc/20261122-a1", SIGNER_TOKEN, "")));
  assert_int_equal(lines_of(place), 2);
  assert_ok(signer_local_figures(place->signer, &figures));
  assert_int_equal(figures.signatures, 2000);
  signer_local_close(&place->signer);
  open_signer(place);
  assert_ok(sign(place, request_of("oidc/20261122-a1", SIGNER_TOKEN, "")));
  assert_int_equal(lines_of(place), 3); /* what was left is not given out a second time */
  assert_ok(signer_local_figures(place->signer, &figures));
  assert_int_equal(figures.signatures, 3000);
  assert_ok(signer_log_verify(place->dir, &verified));
  assert_memory_equal(&verified, &figures, sizeof figures);
  flip(path_of(place, "signatures.log"), 35); /* in the first reservation */
  assert_code(signer_log_verify(place->dir, &verified), SIGNER_LOG_ALTERED);
}

/* A token key signs tokens and nothing else; no other key signs tokens. */
static void token_keys_are_for_tokens_alone(void **state) {
  struct place *place = *state;
  make_usual_keys(place);
  assert_ok(make_key(place, S("oidc/k1"), SIGNER_TOKEN, S("")));
  assert_code(sign(place, request_of("oidc/k1", SIGNER_MESSAGE, "")), SIGNER_PROFILE_REFUSED);
  assert_code(sign(place, request_of("oidc/k1", SIGNER_CERTIFICATE, "")), SIGNER_PROFILE_REFUSED);
  assert_code(sign(place, request_of("message/danh", SIGNER_TOKEN, "")), SIGNER_PROFILE_REFUSED);
  assert_code(sign(place, request_of("officer/7", SIGNER_TOKEN, "")), SIGNER_PROFILE_REFUSED);
  assert_code(sign(place, request_of("oidc/k2", SIGNER_TOKEN, "")), SIGNER_KEY_UNKNOWN);
  assert_code(make_key(place, S("oidc"), SIGNER_TOKEN, S("")), SIGNER_NAME_REFUSED);
  assert_code(make_key(place, S("oidc/a_b"), SIGNER_TOKEN, S("")), SIGNER_NAME_REFUSED);
}

static void a_line_cut_by_a_crash_is_dropped_and_the_log_goes_on(void **state) {
  struct place *place = *state;
  struct signer_figures figures = {0};
  make_usual_keys(place);
  assert_ok(sign(place, request_of("checkpoint/ledger", SIGNER_CHECKPOINT, "")));
  assert_ok(sign(place, request_of("checkpoint/ledger", SIGNER_CHECKPOINT, "")));
  signer_local_close(&place->signer);
  const char *log = path_of(place, "signatures.log");
  struct stat status;
  assert_int_equal(stat(log, &status), 0);
  assert_int_equal(truncate(log, status.st_size - 5), 0);
  open_signer(place);
  assert_ok(sign(place, request_of("checkpoint/ledger", SIGNER_CHECKPOINT, "")));
  assert_ok(signer_log_verify(place->dir, &figures));
  assert_int_equal(figures.signatures, 2);
}

static void wire_frames_round_trip_and_refuse(void **state) {
  struct place *place = *state;
  struct signer_wire_request sent = {
      .number = 0xDEADBEEF, .operation = SIGNER_OPERATION_SIGN, .request = personal(place, "H26-1")};
  struct signer_wire_request got;
  struct buf out;
  buf_init(&out, &place->arena, 16);
  assert_ok(signer_wire_request_write(&sent, &out));
  assert_ok(signer_wire_request_read(buf_slice(&out), &got));
  assert_true(slice_eq(got.request.key, sent.request.key) && slice_eq(got.request.reference, sent.request.reference) &&
              slice_eq(got.request.pin_proof, sent.request.pin_proof) && got.number == sent.number);
  for (size_t len = 0; len < out.len; len++) {
    assert_code(signer_wire_request_read(slice_sub(buf_slice(&out), 0, len), &got), SIGNER_FRAME_REFUSED);
  }
  static const struct {
    size_t at;
    uint8_t value;
  } rows[] = {{3, 44}, {8, 0}, {8, 6}, {9, 7}, {10, 65}, {10, 8}, {11, 65}, {12, 33}, {13, 1}, {15, 1}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct slice copy = arena_copy(&place->arena, buf_slice(&out));
    ((uint8_t *)(uintptr_t)copy.ptr)[rows[i].at] = rows[i].value;
    assert_code(signer_wire_request_read(copy, &got), SIGNER_FRAME_REFUSED);
  }
  size_t length = 0;
  assert_code(signer_wire_length(S("\0\0\3\375"), SIGNER_WIRE_REQUEST_BYTES_MAX, &length), SIGNER_FRAME_REFUSED);
  assert_code(signer_wire_length(S("\0\0\0\1"), SIGNER_WIRE_REQUEST_BYTES_MAX, &length), SIGNER_FRAME_REFUSED);
  assert_ok(signer_wire_length(S("\0\0\3\374"), SIGNER_WIRE_REQUEST_BYTES_MAX, &length));
  assert_int_equal(length, 1024);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(signatures_verify_under_the_key_s_public_half),
      TEST(a_checkpoint_key_signs_its_own_kind_of_message_and_no_digest),
      TEST(a_name_has_one_profile_for_good),
      TEST(pin_keys_belong_to_people_only),
      TEST(making_a_key_again_changes_neither_key_nor_pin),
      TEST(a_proof_cannot_be_replayed),
      TEST(five_wrong_proofs_lock_the_key_across_restarts_until_unlocked),
      TEST(a_seal_needs_a_person_s_signature_under_its_reference),
      TEST(refuses_references_that_would_break_the_log),
      TEST(altered_or_moved_sealed_files_are_refused),
      TEST(keys_need_their_master_key_and_a_private_folder),
      TEST(finds_the_first_altered_line_of_the_log),
      TEST(tokens_are_counted_ahead),
      TEST(token_keys_are_for_tokens_alone),
      TEST(a_line_cut_by_a_crash_is_dropped_and_the_log_goes_on),
      TEST(wire_frames_round_trip_and_refuse),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
