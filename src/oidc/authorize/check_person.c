#include "oidc/authorize/pipeline.h"
#include "oidc/consent.h"

/* Whom the request is for: exactly one hint [CIBA 7.1 MUST]. A number nobody has, or whose account is not active, is no error: who asks would learn it. */

static result find_by_number(struct oidc_asking *asking, struct db_tx *tx, struct slice pin) {
  result found = register_person_find(tx, pin, &asking->person_id);
  if (is_code(found, REGISTER_PIN_SYNTAX)) {
    FAIL(OIDC_PERSON_UNKNOWN, "login_hint is a personal number of 12 digits");
  }
  return is_ok(found) || result_kind(found) == RESULT_NOT_FOUND || is_code(found, REGISTER_PIN_CANCELLED) ? OK : found;
}

/* check_hints has read the token. */
static result find_by_token(struct oidc_asking *asking, struct db_tx *tx) {
  struct slice subject_hash = oidc_subject_hash(asking->subjects, asking->arena);
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT person_id FROM oidc_subject WHERE subject_hash = $1", DB_ARGS(db_of_bytes(subject_hash)), &rows));
  asking->person_id = db_rows_next(&rows) ? db_int(&rows, 0) : 0;
  return rows.status;
}

/* An account that cannot sign in now answers nothing either. */
static result check_account(struct oidc_asking *asking, struct db_tx *tx) {
  struct account account = {0};
  if (asking->person_id != 0) {
    TRY(account_load(tx, asking->person_id, &account));
  }
  asking->person_id = account.state == ACCOUNT_ACTIVE ? asking->person_id : 0;
  return OK;
}

result oidc_check_person(struct oidc_asking *asking) {
  struct slice number = oidc_asking_get(asking, "login_hint");
  struct slice id_token = oidc_asking_get(asking, "id_token_hint");
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  if (asking->is_stored) {
    return OK;
  }
  if (oidc_asking_get(asking, "login_hint_token").len > 0 || (number.len > 0) == (id_token.len > 0)) {
    FAIL(OIDC_REQUEST, "exactly one of login_hint and id_token_hint");
  }
  TRY(db_read_begin(asking->env->db, &tx));
  TRY(number.len > 0 ? find_by_number(asking, tx, number) : find_by_token(asking, tx));
  return check_account(asking, tx);
}
