/* One-time codes of an app [RFC6238]: the code of this step, the one before or the one after; each step once. */
#include "authenticator/kinds.h"
#include "codec/base32.h"
#include "codec/url.h"
#include "crypto/seal.h"
#include "crypto/totp.h"

enum { FAILURES_IN_A_ROW_MAX = 100 };

/* The flags of ceremony and row are an enum totp_hash. A ceremony's secret is sealed for the person; the row keeps the same bytes. */
static struct slice about(struct arena *arena, int64_t person_id) { return arena_printf(arena, "totp:%lld", (long long)person_id); }

static result unseal(struct env *env, struct arena *arena, int64_t person_id, struct slice sealed, struct secret *ret_secret) {
  if (env->sealing == NULL) {
    FAIL(AUTHENTICATOR_NO_SEALING, "no sealing key");
  }
  return seal_read(env->sealing, about(arena, person_id), sealed, ret_secret);
}

/* Apps show "Danh: 001•••••••11" and take the rest from the address [Key URI format]. */
static struct slice uri_of(struct arena *arena, struct slice base32, struct slice label, bool is_sha256) {
  return arena_printf(arena, "otpauth://totp/Danh:%.*s?secret=%.*s&issuer=Danh&algorithm=%s&digits=%d&period=%d", SLICE_ARG(label),
                      SLICE_ARG(base32), is_sha256 ? "SHA256" : "SHA1", TOTP_DIGITS, TOTP_STEP_S);
}

/* The number's first and last two digits: an authenticator app is no place for the whole of it. */
static result label_of(struct env *env, struct arena *arena, int64_t person_id, struct slice *ret_label) {
  struct register_person person = {0};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(env->db, &tx));
  TRY(register_person_load(tx, arena, person_id, &person));
  *ret_label = arena_printf(arena, "%.*s%%E2%%80%%A6%.*s", SLICE_ARG(slice_sub(person.pin, 0, 2)), SLICE_ARG(slice_sub(person.pin, 10, 2)));
  return OK;
}

result authenticator_totp_begin(struct env *env, const struct authenticator_beginning *beginning, struct authenticator_pending *pending,
                                struct arena *arena, struct authenticator_ceremony *ret_ceremony) {
  struct secret secret CLEANUP(secret_clear) = {0};
  uint8_t bytes[TOTP_SHA256_SECRET_BYTES];
  struct slice label = {0};
  if (env->sealing == NULL) {
    FAIL(AUTHENTICATOR_NO_SEALING, "no sealing key");
  }
  random_fill(env->random, bytes, sizeof bytes);
  /* as long as the hash [RFC4226 4 R6, RFC6238 5.1 SHOULD] */
  secret_set(&secret, slice_of(bytes, beginning->is_sha256 ? TOTP_SHA256_SECRET_BYTES : TOTP_SHA1_SECRET_BYTES));
  explicit_bzero(bytes, sizeof bytes);
  TRY(label_of(env, arena, beginning->session->person_id, &label));
  TRY(seal_write(env->sealing, about(arena, beginning->session->person_id), &secret, arena, &pending->challenge));
  pending->flags = beginning->is_sha256 ? TOTP_SHA256 : TOTP_SHA1;
  ret_ceremony->secret = base32_write(arena, secret_slice(&secret));
  ret_ceremony->uri = uri_of(arena, ret_ceremony->secret, label, beginning->is_sha256);
  return OK;
}

/* Six digits, blanks allowed; -1: no code. */
static int64_t number_of(struct slice typed) {
  int64_t number = 0;
  int digits = 0;
  for (size_t i = 0; i < typed.len && digits <= TOTP_DIGITS; i++) {
    if (typed.ptr[i] != ' ') {
      if (typed.ptr[i] < '0' || typed.ptr[i] > '9') {
        return -1;
      }
      number = number * 10 + (typed.ptr[i] - '0');
      digits++;
    }
  }
  return digits == TOTP_DIGITS ? number : -1;
}

/* The step a code belongs to, one before and one after allowed [RFC6238 5.2]; 0: none of them. */
static int64_t step_of(struct env *env, int hash, const struct secret *secret, int64_t number) {
  int64_t now = clock_now_ms(env->clock) / 1000 / TOTP_STEP_S;
  int64_t found = 0;
  for (int64_t step = now - 1; step <= now + 1; step++) {
    if (totp_code((enum totp_hash)hash, secret_slice(secret), step, TOTP_DIGITS) == number) {
      found = step;
    }
  }
  return found;
}

static result count_wrong(struct env *env, struct db_tx *tx, int64_t person_id, const struct authenticator_row *row) {
  int64_t failures = 0;
  TRY(db_run(tx, "UPDATE authenticator SET failures = failures + 1 WHERE person_id = $1 AND authenticator_id = $2",
             DB_ARGS(db_of_int(person_id), db_of_int(row->id)), NULL));
  {
    struct db_rows rows CLEANUP(db_rows_close) = {0};
    TRY(db_row(tx, "SELECT failures FROM authenticator WHERE person_id = $1 AND authenticator_id = $2",
               DB_ARGS(db_of_int(person_id), db_of_int(row->id)), &rows));
    failures = db_int(&rows, 0);
  }
  return failures >= FAILURES_IN_A_ROW_MAX ? authenticator_suspend(env, tx, person_id, row->id) : OK;
}

/* A person may have several: the first whose code it is. */
result authenticator_totp_use(struct db_tx *tx, struct authenticator_proving *proving) {
  struct env *env = proving->env;
  struct authenticator_rows rows = {0};
  int64_t number = number_of(proving->answer->answer);
  proving->outcome = AUTHENTICATOR_WRONG;
  TRY(authenticator_rows_load(tx, proving->person_id, AUTHENTICATOR_TOTP, proving->arena, &rows));
  for (size_t i = 0; i < rows.count; i++) {
    const struct authenticator_row *row = &rows.items[i];
    struct secret secret CLEANUP(secret_clear) = {0};
    if (row->state != AUTHENTICATOR_ACTIVE) {
      continue;
    }
    TRY(unseal(env, proving->arena, proving->person_id, row->key, &secret));
    int64_t step = number < 0 ? 0 : step_of(env, row->flags, &secret, number);
    if (step > row->counter) {
      proving->outcome = 0;
      proving->authenticator_id = row->id;
      proving->means = ACCOUNT_MEANS_TOTP;
      proving->flags = row->flags;
      return authenticator_row_used(env, tx, proving, step);
    }
    if (step != 0) {
      proving->outcome = AUTHENTICATOR_USED; /* [RFC6238 5.2 MUST NOT] accepted once is accepted no more */
      return OK;
    }
  }
  for (size_t i = 0; i < rows.count; i++) {
    TRY(rows.items[i].state == AUTHENTICATOR_ACTIVE ? count_wrong(env, tx, proving->person_id, &rows.items[i]) : OK);
  }
  return OK;
}

result authenticator_totp_check_new(struct authenticator_adding *adding) {
  struct secret secret CLEANUP(secret_clear) = {0};
  int64_t number = number_of(adding->addition->answer);
  TRY(unseal(adding->env, adding->arena, adding->person_id, adding->pending.challenge, &secret));
  int64_t step = number < 0 ? 0 : step_of(adding->env, adding->pending.flags, &secret, number);
  if (step == 0) {
    FAIL(AUTHENTICATOR_WRONG, "not the code of the new secret");
  }
  adding->key = adding->pending.challenge;
  adding->counter = step; /* the code that showed the app has the secret is used */
  adding->flags = adding->pending.flags;
  return OK;
}

result authenticator_totp_save_new(struct db_tx *tx, struct authenticator_adding *adding) {
  (void)tx;
  (void)adding; /* the row says it all */
  return OK;
}

result authenticator_totp_published(struct authenticator_adding *adding, struct slice bytes) {
  struct secret secret CLEANUP(secret_clear) = {0};
  if (adding->env->sealing == NULL) {
    FAIL(AUTHENTICATOR_NO_SEALING, "no sealing key");
  }
  secret_set(&secret, bytes);
  adding->flags = TOTP_SHA1;
  return seal_write(adding->env->sealing, about(adding->arena, adding->person_id), &secret, adding->arena, &adding->key);
}
