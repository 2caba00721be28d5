#include "webauthn/ceremony.h"

/* Steps 5 and 6: one of the credentials that were offered, and of this person. */
static result check_credential(const struct webauthn_sign_in *sign_in, const struct webauthn_assertion *assertion,
                               const struct webauthn_record *record) {
  bool is_allowed = sign_in->allow_count == 0;
  for (size_t i = 0; i < sign_in->allow_count; i++) {
    is_allowed = is_allowed || slice_eq(sign_in->allow[i].id, assertion->id);
  }
  if (!is_allowed || !slice_eq(record->id, assertion->id)) {
    FAIL(WEBAUTHN_CREDENTIAL_OTHER, "another credential than was offered"); /* [WebAuthn 7.2 step 5 MUST] */
  }
  if (slice_empty(assertion->user_handle) ? !sign_in->is_user_known
                                          : !slice_eq(assertion->user_handle, record->user_handle)) {
    FAIL(WEBAUTHN_USER_OTHER, "another user handle, or none"); /* [WebAuthn 7.2 step 6 MUST] */
  }
  return OK;
}

/* Step 19: what may be copied stays so, and what may not too. */
static result check_backup(const struct webauthn_record *record, const struct webauthn_auth_data *auth_data) {
  bool is_eligible = auth_data->flags & WEBAUTHN_BACKUP_ELIGIBLE;
  if (is_eligible != record->is_backup_eligible) {
    FAIL(WEBAUTHN_BACKUP_WRONG, "backup eligibility has changed"); /* [WebAuthn 7.2 step 19 MUST] */
  }
  return OK;
}

/* Step 21. */
static result check_signature(const struct webauthn_record *record, const struct slice message[static 2],
                              struct slice signature) {
  struct webauthn_key *loaded CLEANUP(webauthn_key_free) = NULL;
  if (record->key == NULL) {
    TRY(webauthn_key_load(record->public_key, &loaded));
  }
  if (!is_ok(webauthn_key_check(record->key != NULL ? record->key : loaded, message, signature))) {
    FAIL(WEBAUTHN_SIGNATURE_WRONG, "the signature does not match"); /* [WebAuthn 7.2 step 21 MUST] */
  }
  return OK;
}

/* Step 22: two noughts are an authenticator that does not count. */
static result check_counter(const struct webauthn_sign_in *sign_in, uint32_t stored, uint32_t counter,
                            struct webauthn_assertion_facts *facts) {
  facts->is_counter_back = (counter != 0 || stored != 0) && counter <= stored;
  facts->counter = counter > stored ? counter : stored;
  if (facts->is_counter_back && !sign_in->may_counter_stay) {
    FAIL(WEBAUTHN_COUNTER_BACK, "the counter did not grow"); /* [WebAuthn 7.2 step 22 MUST] */
  }
  return OK;
}

result webauthn_assertion_verify(const struct webauthn_sign_in *sign_in, const struct webauthn_assertion *assertion,
                                 const struct webauthn_record *record, struct webauthn_assertion_facts *ret_facts) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  uint8_t hash[DIGEST_BYTES];
  struct webauthn_auth_data auth_data;
  struct webauthn_assertion_facts facts = {0};
  TRY(check_credential(sign_in, assertion, record));
  TRY(webauthn_client_data_check(sign_in->expected, "webauthn.get", assertion->client_data, hash));
  if (assertion->has_unasked_extension) {
    FAIL(WEBAUTHN_EXTENSION_UNASKED, "a client extension that was not asked for"); /* [WebAuthn 7.2 step 23 MUST] */
  }
  TRY(webauthn_auth_data_parse(assertion->authenticator_data, &arena, &auth_data));
  TRY(webauthn_auth_data_check(sign_in->expected, &auth_data));
  if (auth_data.flags & WEBAUTHN_ATTESTED) {
    FAIL(WEBAUTHN_AUTH_DATA_SYNTAX, "a new credential in an assertion"); /* [WebAuthn 6.1 MUST NOT] */
  }
  TRY(check_backup(record, &auth_data));
  TRY(check_signature(record, (struct slice[2]){auth_data.bytes, slice_of(hash, sizeof hash)}, assertion->signature));
  TRY(check_counter(sign_in, record->counter, auth_data.counter, &facts));
  facts.is_user_verified = auth_data.flags & WEBAUTHN_USER_VERIFIED;
  facts.is_backed_up = auth_data.flags & WEBAUTHN_BACKED_UP;
  *ret_facts = facts;
  return OK;
}
