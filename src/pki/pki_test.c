#include "pki/pki.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/unit_test.h"
#include "crypto/key.h"
#include "db/engine_fixture.h"
#include "ledger/ledger.h"

/* Stands for the signer's process, which this module may not know: keys in memory, no policy. */
struct keys {
  struct signer port;
  char names[16][64];
  struct key *keys[16];
  int count;
  int signatures;
  bool away;
};

struct place {
  char dir[64];
  struct env env;
  struct clock clock;
  struct random random;
  struct arena arena;
  struct keys keys;
};

enum {
  KEYS_ERROR = RESULT_CODE(RESULT_NOT_FOUND, MODULE_SIGNER, 2),
  KEYS_AWAY = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_SIGNER, 1)
};
static const int64_t start_ms = 1717549200000; /* 2024-06-05T08:00+07:00 */
static const int64_t day_ms = CLOCK_DAY_MS;

static result find(struct keys *keys, struct slice name, struct key **ret_key) {
  for (int i = 0; i < keys->count; i++) {
    if (slice_is(name, keys->names[i])) {
      *ret_key = keys->keys[i];
      return OK;
    }
  }
  FAIL(KEYS_ERROR, "no such key");
}

static result keys_sign(struct signer *signer, const struct signer_request *request, struct arena *arena,
                        struct slice *ret_signature) {
  struct keys *keys = (struct keys *)signer;
  struct key *key = NULL;
  if (keys->away) {
    FAIL(KEYS_AWAY, "away");
  }
  keys->signatures++;
  TRY(find(keys, request->key, &key));
  return key_sign(key, request->digest, arena, ret_signature);
}

static result keys_create(struct signer *signer, const struct signer_new_key *wanted, struct arena *arena,
                          struct slice *ret_public_key) {
  struct keys *keys = (struct keys *)signer;
  struct key *key = NULL;
  if (!is_ok(find(keys, wanted->name, &key))) {
    TRY(key_generate(&key));
    memcpy(keys->names[keys->count], wanted->name.ptr, wanted->name.len);
    keys->keys[keys->count++] = key;
  }
  return key_public(key, arena, ret_public_key);
}

static result keys_public(struct signer *signer, struct slice name, struct arena *arena, struct slice *ret_public_key) {
  struct key *key = NULL;
  TRY(find((struct keys *)signer, name, &key));
  return key_public(key, arena, ret_public_key);
}

static int setup_empty(void **state) {
  struct place *place = heap_alloc(sizeof *place);
  *place = (struct place){.dir = "/tmp/danh-pki-XXXXXX", .clock = clock_fixed(start_ms), .random = random_seeded(5)};
  place->keys.port = (struct signer){keys_sign, keys_create, keys_public, NULL};
  arena_init(&place->arena);
  assert_non_null(mkdtemp(place->dir));
  struct db_migration migrations[8] = {0};
  size_t count = 0;
  for (const struct db_migration *m = ledger_migrations; m->module != NULL; m++) {
    migrations[count++] = *m;
  }
  for (const struct db_migration *m = pki_migrations; m->module != NULL; m++) {
    migrations[count++] = *m;
  }
  struct slice path = arena_printf(&place->arena, "%s/danh.db", place->dir);
  struct db_options options = {.path = arena_cstr(&place->arena, path), .mode = DB_CREATE, .migrations = migrations, .readers = 2};
  assert_ok(db_engine_open(&options, &place->env.db));
  place->env.clock = &place->clock;
  place->env.random = &place->random;
  place->env.signer = &place->keys.port;
  place->env.origin = S("http://localhost:8080");
  *state = place;
  return 0;
}

static int setup(void **state) {
  assert_int_equal(setup_empty(state), 0);
  assert_ok(pki_init(&((struct place *)*state)->env));
  return 0;
}

static int teardown(void **state) {
  struct place *place = *state;
  db_close(&place->env.db);
  for (int i = 0; i < place->keys.count; i++) {
    key_free(&place->keys.keys[i]);
  }
  struct slice command = arena_printf(&place->arena, "rm -r %s", place->dir);
  int removed = system(arena_cstr(&place->arena, command));
  arena_free(&place->arena);
  free(place);
  return removed;
}

static int64_t ledger_count(struct place *place, const char *kind) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct ledger_query query = {.person_id = 7, .limit = 200};
  struct ledger_lines lines;
  int64_t count = 0;
  assert_ok(db_read_begin(place->env.db, &tx));
  assert_ok(ledger_entries_of_person(&place->env, tx, &query, &place->arena, &lines));
  for (size_t i = 0; i < lines.count; i++) {
    count += slice_is(lines.items[i].kind, kind);
  }
  return count;
}

static struct pki_subject person(void) {
  return (struct pki_subject){.key = S("officer/7"),
                              .pin_key = S("0123456789abcdef0123456789abcdef"),
                              .person_id = 7,
                              .name = {.common_name = S("Nguyễn Văn Đức")}};
}

static struct slice issue_person(struct place *place) {
  struct pki_subject subject = person();
  struct slice certificate = {0};
  assert_ok(pki_issue_person(&place->env, &subject, &place->arena, &certificate));
  return certificate;
}

static void lifetimes_are_twenty_ten_and_five_years(void **state) {
  struct place *place = *state;
  struct pki_chain chain;
  struct x509 x509;
  (void)issue_person(place);
  assert_ok(pki_chain_of(&place->env, S("officer/7"), start_ms, &place->arena, &chain));
  const struct slice certificates[] = {chain.leaf, chain.issuing, chain.root};
  static const char *const ends[] = {"2029-06-04", "2034-06-04", "2044-06-04"};
  for (size_t i = 0; i < 3; i++) {
    assert_ok(x509_parse(certificates[i], &x509));
    assert_true(x509.not_before_ms == start_ms);
    assert_true(slice_is(clock_date_write(&place->arena, clock_date_of(x509.not_after_ms)), ends[i]));
  }
  struct slice root = {0};
  assert_ok(pki_root_der(&place->env, &place->arena, &root));
  assert_true(slice_eq(root, chain.root));
  /* Whoever is certified when the issuing CA has three years left gets three years. */
  clock_fixed_set(&place->clock, start_ms + 7 * 366 * day_ms);
  struct pki_subject seal = {.key = S("seal/H26.11"), .name = {.common_name = S("Sở Tư pháp")}};
  struct slice late = {0};
  assert_ok(pki_issue_seal(&place->env, &seal, &place->arena, &late));
  assert_ok(x509_parse(late, &x509));
  assert_true(slice_is(clock_date_write(&place->arena, clock_date_of(x509.not_after_ms)), "2034-06-04"));
}

static result renew(struct place *place, struct slice key, bool *ret_is_new) {
  int64_t not_after_ms = 0;
  return pki_renew(&place->env, &(const struct pki_renewal){.key = key, .actor_person_id = 9, .actor_role = S("operator")}, &not_after_ms, ret_is_new);
}

static void what_ends_is_renewed_for_the_same_key_and_what_was_revoked_is_not(void **state) {
  struct place *place = *state;
  struct pki_chain chain;
  struct x509 before;
  struct x509 after;
  bool is_new = true;
  assert_ok(x509_parse(issue_person(place), &before));
  assert_ok(renew(place, S("officer/7"), &is_new));
  assert_false(is_new); /* it has five years left */
  clock_fixed_set(&place->clock, start_ms + 6LL * 366 * day_ms); /* it has ended; the authorities have not */
  assert_code(pki_chain_of(&place->env, S("officer/7"), clock_now_ms(&place->clock), &place->arena, &chain), CRYPTO_CERTIFICATE_EXPIRED);
  assert_ok(renew(place, S("officer/7"), &is_new)); /* nobody's PIN is asked: the key is the one there was */
  assert_true(is_new);
  assert_ok(pki_chain_of(&place->env, S("officer/7"), clock_now_ms(&place->clock), &place->arena, &chain));
  assert_ok(x509_parse(chain.leaf, &after));
  assert_true(slice_eq(after.spki, before.spki) && slice_eq(after.subject, before.subject) && !slice_eq(after.serial, before.serial));
  assert_ok(renew(place, S("officer/7"), &is_new));
  assert_false(is_new);
  assert_int_equal(ledger_count(place, "pki.certificate_issued"), 2);
  assert_code(renew(place, S("officer/8"), &is_new), PKI_CERTIFICATE_UNKNOWN);
  assert_code(renew(place, S("oidc/7"), &is_new), PKI_CERTIFICATE_UNKNOWN);
  assert_ok(pki_revoke(&place->env, &(struct pki_revocation){after.serial, CRL_KEY_COMPROMISE, 9, S("operator")}));
  assert_code(renew(place, S("officer/7"), &is_new), PKI_REVOKED_ALREADY);
}

static void an_authority_that_has_ended_is_renewed_first_and_then_what_it_issued(void **state) {
  struct place *place = *state;
  struct x509_trust trust;
  struct pki_chain chain;
  bool is_new = false;
  (void)issue_person(place);
  int64_t later_ms = start_ms + 11LL * 366 * day_ms;
  clock_fixed_set(&place->clock, later_ms);
  assert_code(renew(place, S("officer/7"), &is_new), PKI_MISSING);
  assert_ok(renew(place, S(PKI_ISSUING_KEY), &is_new));
  assert_true(is_new);
  assert_ok(renew(place, S("officer/7"), &is_new));
  assert_ok(pki_chain_of(&place->env, S("officer/7"), later_ms, &place->arena, &chain));
  struct slice crl = {0};
  assert_ok(pki_crl(&place->env, S(PKI_ROOT_KEY), &place->arena, &crl));
  assert_ok(pki_crl(&place->env, S(PKI_ISSUING_KEY), &place->arena, &crl));
  assert_ok(pki_trust_load(&place->env, later_ms, &place->arena, &trust));
  assert_ok(x509_verify(&trust, chain.leaf));
}

static void what_is_issued_is_believed_until_it_is_revoked(void **state) {
  struct place *place = *state;
  struct x509_trust trust;
  struct x509 x509;
  struct pki_chain chain;
  struct slice certificate = issue_person(place);
  assert_ok(pki_trust_load(&place->env, start_ms, &place->arena, &trust));
  assert_ok(x509_verify(&trust, certificate));
  assert_ok(x509_parse(certificate, &x509));
  assert_true(slice_is(x509.crl_url, "http://localhost:8080/pki/issuing.crl"));
  struct pki_revocation revocation = {x509.serial, CRL_KEY_COMPROMISE, 9, S("operator")};
  clock_fixed_set(&place->clock, start_ms + day_ms);
  assert_ok(pki_revoke(&place->env, &revocation));
  assert_code(pki_revoke(&place->env, &revocation), PKI_REVOKED_ALREADY);
  assert_ok(pki_trust_load(&place->env, start_ms + day_ms, &place->arena, &trust));
  assert_code(x509_verify(&trust, certificate), CRYPTO_CERTIFICATE_REVOKED);
  trust.at_ms = start_ms + day_ms - 1000; /* signatures made before stay good */
  assert_ok(x509_verify(&trust, certificate));
  assert_code(pki_chain_of(&place->env, S("officer/7"), start_ms + day_ms, &place->arena, &chain),
              PKI_CERTIFICATE_UNKNOWN);
  assert_ok(pki_chain_of(&place->env, S("officer/7"), start_ms, &place->arena, &chain));
  assert_int_equal(ledger_count(place, "pki.certificate_issued"), 1);
  assert_int_equal(ledger_count(place, "pki.certificate_revoked"), 1);
  revocation.serial = S("\x55nobody");
  assert_code(pki_revoke(&place->env, &revocation), PKI_CERTIFICATE_UNKNOWN);
  struct slice root = {0};
  assert_ok(pki_root_der(&place->env, &place->arena, &root));
  assert_ok(x509_parse(root, &x509));
  revocation.serial = x509.serial;
  assert_code(pki_revoke(&place->env, &revocation), PKI_KEY_REFUSED);
  assert_false(slice_eq(issue_person(place), certificate)); /* a new one for the same key */
}

static void what_has_ended_is_said_to_have_ended_and_not_to_be_unknown(void **state) {
  struct place *place = *state;
  struct pki_chain chain;
  (void)issue_person(place);
  assert_code(pki_chain_of(&place->env, S("officer/8"), start_ms, &place->arena, &chain), PKI_CERTIFICATE_UNKNOWN);
  assert_code(pki_chain_of(&place->env, S("officer/7"), start_ms - day_ms, &place->arena, &chain), PKI_CERTIFICATE_UNKNOWN);
  assert_code(pki_chain_of(&place->env, S("officer/7"), start_ms + 5 * 366 * day_ms, &place->arena, &chain), CRYPTO_CERTIFICATE_EXPIRED);
  clock_fixed_set(&place->clock, start_ms + 5 * 366 * day_ms);
  (void)issue_person(place);
  assert_ok(pki_chain_of(&place->env, S("officer/7"), start_ms + 5 * 366 * day_ms, &place->arena, &chain));
}

static void issuing_twice_gives_the_same_until_it_is_nearly_over(void **state) {
  struct place *place = *state;
  struct slice first = issue_person(place);
  int signatures = place->keys.signatures;
  assert_ok(pki_init(&place->env));
  assert_true(slice_eq(issue_person(place), first));
  assert_int_equal(place->keys.signatures, signatures);
  clock_fixed_set(&place->clock, start_ms + 5 * 365 * day_ms - 20 * day_ms);
  assert_false(slice_eq(issue_person(place), first));
}

static void refuses_keys_that_do_not_fit_their_certificate(void **state) {
  struct place *place = *state;
  struct slice certificate = {0};
  struct pki_subject subject = person();
  subject.key = S("seal/H26.11");
  assert_code(pki_issue_person(&place->env, &subject, &place->arena, &certificate), PKI_KEY_REFUSED);
  subject = person();
  assert_code(pki_issue_seal(&place->env, &subject, &place->arena, &certificate), PKI_KEY_REFUSED);
  subject.person_id = 0; /* a person's key without a person */
  assert_code(pki_issue_person(&place->env, &subject, &place->arena, &certificate), PKI_KEY_REFUSED);
  subject.person_id = 8; /* another person's key */
  assert_code(pki_issue_person(&place->env, &subject, &place->arena, &certificate), PKI_KEY_REFUSED);
  subject = person();
  subject.person_id = 8;
  subject.key = S("officer/8");
  subject.pin_key = S(""); /* no such key, and none may be made without PIN */
  assert_code(pki_issue_person(&place->env, &subject, &place->arena, &certificate), KEYS_ERROR);
  subject = person();
  subject.name.common_name = S("a\nb");
  assert_code(pki_issue_person(&place->env, &subject, &place->arena, &certificate), CRYPTO_CERTIFICATE_SYNTAX);
  struct pki_chain chain;
  assert_code(pki_chain_of(&place->env, S("officer/7"), start_ms, &place->arena, &chain), PKI_CERTIFICATE_UNKNOWN);
  assert_code(pki_crl(&place->env, S("officer/7"), &place->arena, &certificate), PKI_KEY_REFUSED);
  struct pki_subject system = {.key = S("message/danh"), .name = {.common_name = S("Danh")}};
  assert_ok(pki_issue_system(&place->env, &system, &place->arena, &certificate));
  system.key = S("checkpoint/ledger"); /* trusted as a note's verifier key, not by a certificate */
  assert_code(pki_issue_system(&place->env, &system, &place->arena, &certificate), PKI_KEY_REFUSED);
}

static void crls_are_renewed_at_half_their_life(void **state) {
  struct place *place = *state;
  struct slice first = {0};
  struct slice again = {0};
  struct crl crl;
  assert_ok(pki_crl(&place->env, S(PKI_ISSUING_KEY), &place->arena, &first));
  clock_fixed_set(&place->clock, start_ms + 14 * day_ms);
  assert_ok(pki_crl(&place->env, S(PKI_ISSUING_KEY), &place->arena, &again));
  assert_true(slice_eq(first, again));
  clock_fixed_set(&place->clock, start_ms + 16 * day_ms);
  assert_ok(pki_crl(&place->env, S(PKI_ISSUING_KEY), &place->arena, &again));
  assert_ok(crl_parse(again, &crl));
  assert_int_equal(crl.number, 2); /* [RFC5280 5.2.3 MUST] */
  struct slice loaded = {0};
  assert_ok(pki_crl_load(&place->env, S(PKI_ISSUING_KEY), &place->arena, &loaded));
  assert_true(slice_eq(loaded, again));
}

static void a_revocation_reaches_the_crl_though_the_signer_was_away(void **state) {
  struct place *place = *state;
  struct x509 x509;
  struct crl crl;
  struct slice list = {0};
  int64_t revoked_at_ms = 0;
  assert_ok(x509_parse(issue_person(place), &x509));
  struct pki_revocation revocation = {.serial = x509.serial, .reason = CRL_CESSATION_OF_OPERATION};
  place->keys.away = true;
  assert_code(pki_revoke(&place->env, &revocation), KEYS_AWAY); /* stored, but not listed yet */
  place->keys.away = false;
  assert_ok(pki_crl(&place->env, S(PKI_ISSUING_KEY), &place->arena, &list));
  assert_ok(crl_parse(list, &crl));
  assert_true(crl_find(&crl, x509.serial, &revoked_at_ms));
  assert_true(revoked_at_ms == start_ms);
}

struct looked {
  struct pki_expiring items[PKI_EXPIRING_MAX];
  size_t count;
};

static struct looked expiring(struct place *place, bool is_people, int64_t before_ms) {
  struct looked looked = {.count = 0};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(place->env.db, &tx));
  assert_ok(is_people ? pki_expiring_people(tx, before_ms, &place->arena, looked.items, &looked.count)
                      : pki_expiring(tx, before_ms, &place->arena, looked.items, &looked.count));
  return looked;
}

static void whose_certificates_end_is_told_until_they_have_others(void **state) {
  struct place *place = *state;
  struct x509 x509;
  assert_ok(x509_parse(issue_person(place), &x509));
  assert_int_equal(expiring(place, true, x509.not_after_ms).count, 0);
  struct looked people = expiring(place, true, x509.not_after_ms + 1);
  assert_int_equal(people.count, 1);
  assert_true(slice_starts(people.items[0].key, S("officer/")) && people.items[0].person_id != 0 && people.items[0].not_after_ms == x509.not_after_ms);
  struct looked own = expiring(place, false, INT64_MAX);
  assert_int_equal(own.count, 2); /* the root, the issuing CA, and no person */
  assert_true(slice_is(own.items[0].key, PKI_ISSUING_KEY) && own.items[0].person_id == 0);
  clock_fixed_set(&place->clock, x509.not_after_ms - 20 * day_ms);
  (void)issue_person(place); /* nearly over: another one */
  assert_int_equal(expiring(place, true, x509.not_after_ms + 1).count, 0);
}

static void nothing_is_issued_before_the_ca_exists(void **state) {
  struct place *place = *state;
  struct slice out = {0};
  struct x509_trust trust;
  struct pki_subject subject = person();
  assert_code(pki_issue_person(&place->env, &subject, &place->arena, &out), PKI_MISSING);
  assert_code(pki_root_der(&place->env, &place->arena, &out), PKI_MISSING);
  assert_code(pki_crl_load(&place->env, S(PKI_ROOT_KEY), &place->arena, &out), PKI_MISSING);
  assert_code(pki_crl(&place->env, S(PKI_ROOT_KEY), &place->arena, &out), PKI_MISSING);
  assert_code(pki_trust_load(&place->env, start_ms, &place->arena, &trust), PKI_MISSING);
  place->keys.away = true;
  assert_code(pki_init(&place->env), KEYS_AWAY);
  place->keys.away = false;
  assert_ok(pki_init(&place->env)); /* a second try goes on */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(lifetimes_are_twenty_ten_and_five_years),
      TEST(what_is_issued_is_believed_until_it_is_revoked),
      TEST(what_ends_is_renewed_for_the_same_key_and_what_was_revoked_is_not),
      TEST(an_authority_that_has_ended_is_renewed_first_and_then_what_it_issued),
      TEST(what_has_ended_is_said_to_have_ended_and_not_to_be_unknown),
      TEST(issuing_twice_gives_the_same_until_it_is_nearly_over),
      TEST(refuses_keys_that_do_not_fit_their_certificate),
      TEST(crls_are_renewed_at_half_their_life),
      TEST(a_revocation_reaches_the_crl_though_the_signer_was_away),
      TEST(whose_certificates_end_is_told_until_they_have_others),
      cmocka_unit_test_setup_teardown(nothing_is_issued_before_the_ca_exists, setup_empty, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
