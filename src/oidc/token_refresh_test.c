/* A refresh waits for the disk only where it has something to write. */
#include <stdlib.h>

#include "codec/base64.h"
#include "crypto/key.h"
#include "oidc/grant.h"
#include "oidc/issue.h"
#include "oidc/token.h"
/* keep last */
#include "oidc/place_fixture.h"

enum { PERSON = 7 };
static const int64_t START_MS = INT64_C(1795320000000);

struct place {
  struct signer port; /* first: one key under every name */
  struct key *key;
  struct oidc_place at;
  const struct oidc_client *client;
  struct oidc_issue issue;
  struct oidc_call call;
  struct url_form form;
};

static result sign(struct signer *signer, const struct signer_request *request, struct arena *arena, struct slice *ret_signature) {
  return key_sign(((struct place *)signer)->key, request->digest, arena, ret_signature);
}
static result key_create(struct signer *signer, const struct signer_new_key *key, struct arena *arena, struct slice *ret_public_key) {
  (void)key;
  return key_public(((struct place *)signer)->key, arena, ret_public_key);
}
static result key_public_of(struct signer *signer, struct slice name, struct arena *arena, struct slice *ret_public_key) {
  (void)name;
  return key_public(((struct place *)signer)->key, arena, ret_public_key);
}

/* A person with an account, and what they granted to the client, with a refresh token. */
static result write_granted(struct db_tx *tx, void *arg) {
  struct place *place = arg;
  TRY(db_run(tx, "INSERT INTO account (person_id, state, level, registered_at) VALUES ($1, $2, 2, $3)",
             DB_ARGS(db_of_int(PERSON), db_of_int(ACCOUNT_ACTIVE), db_of_int(START_MS)), NULL));
  TRY(oidc_grant_add(&place->at.env, tx, &place->issue.grant));
  return oidc_issue_store(&place->at.env, tx, &place->at.arena, &place->issue);
}

static void add_client(struct place *place) {
  struct jin_doc doc;
  struct oidc_client_made made;
  struct oidc_client_order order = {
      .metadata_text = S("{\"client_id\":\"shop\",\"client_name\":\"A\",\"danh_owner\":\"B\",\"danh_purpose\":\"C\",\"danh_sector\":\"shop.example\","
                         "\"application_type\":\"web\",\"redirect_uris\":[\"https://shop.example/cb\"],\"token_endpoint_auth_method\":\"client_secret_basic\","
                         "\"grant_types\":[\"authorization_code\",\"refresh_token\"],\"scope\":\"openid offline_access read\"}")};
  jin_doc_init(&doc, &place->at.arena, JIN_LIMITS_DEFAULT);
  assert_ok(jin_parse(&doc, order.metadata_text, &order.metadata));
  assert_ok(oidc_client_save(&place->at.env, &place->at.arena, &order, &made));
  struct slice pair = arena_printf(&place->at.arena, "shop:%.*s", SLICE_ARG(made.secret));
  place->call.authorization = arena_printf(&place->at.arena, "Basic %.*s", SLICE_ARG(base64_write(&place->at.arena, pair)));
  assert_ok(oidc_client_load(&place->at.env, S("shop"), &place->client));
}

static int begin(void **state) {
  struct place *place = heap_alloc(sizeof *place);
  *place = (struct place){.port = {sign, key_create, key_public_of, NULL}};
  assert_ok(key_generate(&place->key));
  oidc_place_open(&place->at, START_MS, &place->port);
  assert_ok(oidc_keys_tend(&place->at.env));
  add_client(place);
  place->issue = (struct oidc_issue){.client = place->client, .gives_refresh_token = true,
                                     .grant = {.person_id = PERSON, .client_id = S("shop"), .scope = S("offline_access read"), .acr = 2,
                                               .means = ACCOUNT_MEANS_PASSWORD, .auth_at_ms = START_MS}};
  assert_ok(db_write(place->at.env.db, write_granted, place));
  struct slice form = arena_printf(&place->at.arena, "grant_type=refresh_token&refresh_token=%.*s", SLICE_ARG(place->issue.refresh_token));
  assert_ok(url_form_parse(form, &place->at.arena, &place->form));
  place->call.method = "POST";
  place->call.path = "/oidc/token";
  place->call.form = &place->form;
  *state = place;
  return 0;
}

static int end(void **state) {
  struct place *place = *state;
  oidc_client_release(&place->client);
  key_free(&place->key);
  int removed = oidc_place_close(&place->at);
  free(place);
  return removed;
}

static result refresh(struct place *place) {
  struct slice json = {0};
  return oidc_token(&place->at.env, &place->call, &place->at.arena, &json);
}

static uint64_t writes(struct place *place) { return db_figures(place->at.env.db).writes; }

/* Behind a storm of others' writes it would wait for their commits. */
static void what_changes_nothing_is_no_write(void **state) {
  struct place *place = *state;
  assert_ok(refresh(place));
  uint64_t before = writes(place);
  assert_ok(refresh(place));
  assert_ok(refresh(place));
  assert_int_equal(writes(place), before);
}

static void its_life_is_counted_from_its_last_use(void **state) {
  struct place *place = *state;
  uint64_t before = writes(place);
  const int64_t life_ms = OIDC_REFRESH_LIFETIME_S * INT64_C(1000);
  clock_fixed_set(&place->at.clock, START_MS + life_ms - 1);
  assert_ok(refresh(place));
  assert_int_equal(writes(place), before + 1);
  clock_fixed_set(&place->at.clock, START_MS + 2 * life_ms - 2);
  assert_ok(refresh(place));
  clock_fixed_set(&place->at.clock, START_MS + 4 * life_ms);
  assert_code(refresh(place), OIDC_REFRESH_UNKNOWN);
}

static result write_revoked(struct db_tx *tx, void *arg) {
  struct place *place = arg;
  return oidc_grant_revoke(&place->at.env, tx, &(const struct oidc_revocation){PERSON, place->issue.grant.grant_id, "consent_revoked", PERSON});
}

static result write_locked(struct db_tx *tx, void *arg) {
  (void)arg;
  return db_run(tx, "UPDATE account SET state = $1 WHERE person_id = $2", DB_ARGS(db_of_int(ACCOUNT_STATE_LOCKED), db_of_int(PERSON)), NULL);
}

static void rejects_at_once_what_was_revoked(void **state) {
  struct place *place = *state;
  assert_ok(refresh(place));
  assert_ok(db_write(place->at.env.db, write_revoked, place));
  assert_code(refresh(place), OIDC_GRANT_ENDED);
}

static void rejects_at_once_the_locked_account(void **state) {
  struct place *place = *state;
  assert_ok(refresh(place));
  assert_ok(db_write(place->at.env.db, write_locked, place));
  assert_code(refresh(place), OIDC_GRANT_ENDED);
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)
  const struct CMUnitTest tests[] = {
      TEST(what_changes_nothing_is_no_write),
      TEST(its_life_is_counted_from_its_last_use),
      TEST(rejects_at_once_what_was_revoked),
      TEST(rejects_at_once_the_locked_account),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
