/* A passkey's own word on its model and maker (its attestation), kept as it came and held against the rule of a service whenever that service asks: rules
 * change, and come after the passkey. What a statement proves is webauthn/'s business; it is verified anew each time, signature included. */
#include "authenticator/kinds.h"

result authenticator_attestation_keep(struct db_tx *tx, const struct authenticator_adding *adding, const struct webauthn_credential *credential) {
  if (credential->attestation == WEBAUTHN_ATTESTATION_NONE) {
    return OK;
  }
  return db_run(tx, "INSERT INTO authenticator_attestation (person_id, authenticator_id, challenge, response) VALUES ($1, $2, $3, $4)",
                DB_ARGS(db_of_int(adding->person_id), db_of_int(adding->authenticator_id), db_of_bytes(adding->pending.challenge),
                        db_of_text(adding->addition->answer)),
                NULL);
}

struct kept {
  struct slice challenge;
  struct slice response;
  int64_t made_at_ms;
};

static result find(struct db_tx *tx, const struct authenticator_judging *judging, struct arena *arena, struct kept *ret_kept) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  *ret_kept = (struct kept){0};
  TRY(db_query(tx,
               "SELECT t.challenge, t.response, a.made_at FROM authenticator_attestation t"
               " JOIN authenticator a ON a.person_id = t.person_id AND a.authenticator_id = t.authenticator_id"
               " WHERE t.person_id = $1 AND t.authenticator_id = $2 AND a.state = $3",
               DB_ARGS(db_of_int(judging->person_id), db_of_int(judging->passkey_id), db_of_int(AUTHENTICATOR_ACTIVE)), &rows));
  if (db_rows_next(&rows)) {
    *ret_kept = (struct kept){db_bytes_copy(&rows, 0, arena), db_text_copy(&rows, 1, arena), db_int(&rows, 2)};
  }
  return rows.status;
}

result authenticator_passkey_judge(struct env *env, struct db_tx *tx, const struct authenticator_judging *judging, bool *ret_fits) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct kept kept;
  struct authenticator_party party;
  struct webauthn_registration registration = {0};
  struct webauthn_credential credential = {0};
  *ret_fits = false;
  TRY(find(tx, judging, &arena, &kept));
  if (slice_empty(kept.response)) {
    return OK;
  }
  authenticator_party_of(env, &party);
  struct webauthn_policy policy = *judging->policy;
  policy.at_ms = kept.made_at_ms;
  const struct webauthn_expected expected = {.party = &party.party, .challenge = kept.challenge};
  TRY(webauthn_registration_read(kept.response, &arena, &registration));
  result judged = webauthn_registration_verify(&expected, &policy, &registration, &arena, &credential);
  *ret_fits = is_ok(judged);
  return is_ok(judged) || is_code(judged, WEBAUTHN_UNTRUSTED) ? OK : judged;
}
