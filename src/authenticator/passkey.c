/* Passkeys and security keys. webauthn/ verifies what the browser says; here lie challenges, records and what follows from them. */
#include "authenticator/kinds.h"
#include "codec/url.h"
#include "crypto/digest.h"

enum { TIMEOUT_MS = 5 * 60 * 1000, USED_EVERY_MS = 3600 * 1000, HANDLE_BYTES = 32, ROOM = 64 };
enum { PENDING_VERIFIED = 1 }; /* a ceremony's flags: the device must verify its user */

void authenticator_party_of(const struct env *env, struct authenticator_party *ret_party) {
  struct slice host = env->origin;
  size_t at = slice_find(host, '/', 0) + 2;
  host = slice_sub(host, at, host.len - at);
  host = slice_sub(host, 0, slice_find(host, ':', 0));
  *ret_party = (struct authenticator_party){.origin = env->origin};
  ret_party->party = (struct webauthn_party){.id = host, .origins = &ret_party->origin, .origin_count = 1};
}

struct credentials {
  struct webauthn_known_credential items[ROOM];
  size_t count;
};

static result credentials_load(struct db_tx *tx, int64_t person_id, struct arena *arena, struct credentials *ret_credentials) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  ret_credentials->count = 0;
  TRY(db_query(tx, "SELECT credential_id, transports FROM authenticator_passkey WHERE person_id = $1 LIMIT 64", DB_ARGS(db_of_int(person_id)), &rows));
  while (ret_credentials->count < ROOM && db_rows_next(&rows)) {
    ret_credentials->items[ret_credentials->count++] =
        (struct webauthn_known_credential){.id = db_bytes_copy(&rows, 0, arena), .transports = db_text_copy(&rows, 1, arena)};
  }
  return rows.status;
}

static result handle_load(struct db_tx *tx, int64_t person_id, struct arena *arena, struct slice *ret_handle) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT user_handle FROM authenticator_handle WHERE person_id = $1", DB_ARGS(db_of_int(person_id)), &rows));
  *ret_handle = db_rows_next(&rows) ? db_bytes_copy(&rows, 0, arena) : (struct slice){0};
  return rows.status;
}

struct naming {
  struct env *env;
  int64_t person_id;
  struct arena *arena;
  struct slice handle;
};

static result write_handle(struct db_tx *tx, void *arg) {
  struct naming *it = arg;
  uint8_t bytes[HANDLE_BYTES];
  TRY(handle_load(tx, it->person_id, it->arena, &it->handle));
  if (!slice_empty(it->handle)) {
    return OK;
  }
  random_fill(it->env->random, bytes, sizeof bytes);
  it->handle = arena_copy(it->arena, slice_of(bytes, sizeof bytes));
  return db_run(tx, "INSERT INTO authenticator_handle (person_id, user_handle) VALUES ($1, $2)",
                DB_ARGS(db_of_int(it->person_id), db_of_bytes(it->handle)), NULL);
}

static void challenge_make(struct env *env, struct arena *arena, struct authenticator_pending *pending) {
  uint8_t bytes[WEBAUTHN_CHALLENGE_BYTES];
  random_fill(env->random, bytes, sizeof bytes);
  pending->challenge = arena_copy(arena, slice_of(bytes, sizeof bytes));
}

struct offer {
  struct env *env;
  const struct authenticator_beginning *beginning;
  const struct authenticator_pending *pending;
  const struct webauthn_expected *expected;
  struct arena *arena;
};

static result begin_new(const struct offer *offer, struct buf *out_json) {
  struct env *env = offer->env;
  struct arena *arena = offer->arena;
  struct credentials known;
  struct register_person person = {0};
  struct naming naming = {.env = env, .person_id = offer->beginning->session->person_id, .arena = arena};
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(env->db, &tx));
    TRY(register_person_load(tx, arena, naming.person_id, &person));
    TRY(credentials_load(tx, naming.person_id, arena, &known));
  }
  TRY(db_write(env->db, write_handle, &naming));
  struct webauthn_creation creation = {.expected = offer->expected,
                                       .user_handle = naming.handle,
                                       .user_name = arena_printf(arena, "%.*s…%.*s", SLICE_ARG(slice_sub(person.pin, 0, 2)),
                                                                 SLICE_ARG(slice_sub(person.pin, 10, 2))),
                                       .user_display_name = person.name,
                                       .party_name = S("Danh"),
                                       .exclude = known.items,
                                       .exclude_count = known.count,
                                       .is_attested = offer->beginning->is_attested,
                                       .timeout_ms = TIMEOUT_MS};
  webauthn_creation_write(&creation, out_json);
  return OK;
}

/* A number nobody has, or whose holder has no passkey, gets one credential too, the same each time [WebAuthn 14.6.2]. */
static result stand_in(struct env *env, struct slice pin, struct arena *arena, struct credentials *credentials) {
  uint8_t mac[DIGEST_BYTES];
  if (env->sealing == NULL) {
    FAIL(AUTHENTICATOR_NO_SEALING, "no sealing key");
  }
  struct slice label = arena_printf(arena, "danh-nobodys-passkey:%.*s", SLICE_ARG(slice_sub(pin, 0, 64)));
  digest_hmac_sha256(secret_slice(env->sealing), label, mac);
  credentials->items[0] = (struct webauthn_known_credential){.id = arena_copy(arena, slice_of(mac, sizeof mac)), .transports = S("hybrid internal")};
  credentials->count = 1;
  return OK;
}

static result begin_sign_in(const struct offer *offer, struct buf *out_json) {
  struct credentials allow = {.count = 0};
  if (offer->pending->is_named) {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(offer->env->db, &tx));
    TRY(credentials_load(tx, offer->pending->person_id, offer->arena, &allow));
    TRY(allow.count == 0 ? stand_in(offer->env, offer->beginning->pin, offer->arena, &allow) : OK);
  }
  struct webauthn_request request = {.expected = offer->expected, .allow = allow.items, .allow_count = allow.count, .timeout_ms = TIMEOUT_MS};
  webauthn_request_write(&request, out_json);
  return OK;
}

result authenticator_passkey_begin(struct env *env, const struct authenticator_beginning *beginning, struct authenticator_pending *pending,
                                   struct arena *arena, struct authenticator_ceremony *ret_ceremony) {
  struct authenticator_party party;
  struct buf json;
  authenticator_party_of(env, &party);
  challenge_make(env, arena, pending);
  pending->flags = beginning->is_verified ? PENDING_VERIFIED : 0;
  struct webauthn_expected expected = {.party = &party.party, .challenge = pending->challenge,
                                       .user_verification_required = beginning->is_verified};
  buf_init(&json, arena, 1024);
  const struct offer offer = {env, beginning, pending, &expected, arena};
  TRY(pending->purpose == AUTHENTICATOR_ADDING ? begin_new(&offer, &json) : begin_sign_in(&offer, &json));
  ret_ceremony->json = buf_slice(&json);
  return OK;
}

struct found {
  int64_t person_id;
  struct authenticator_row row;
  struct slice handle;
};

/* The record behind a credential id, whoever's. AUTHENTICATOR_WRONG. */
static result find_record(struct authenticator_proving *proving, struct slice credential_id, struct found *ret_found) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_look_begin(proving->env->db, &tx));
  TRY(db_query(tx,
               "SELECT " AUTHENTICATOR_ROW_COLUMNS ", p.person_id, h.user_handle FROM authenticator_passkey p"
               " JOIN authenticator a ON a.person_id = p.person_id AND a.authenticator_id = p.authenticator_id"
               " LEFT JOIN authenticator_handle h ON h.person_id = p.person_id WHERE p.credential_id = $1",
               DB_ARGS(db_of_bytes(credential_id)), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(AUTHENTICATOR_WRONG, "no such credential");
  }
  ret_found->row = authenticator_row_of(&rows, proving->arena);
  ret_found->person_id = db_int(&rows, AUTHENTICATOR_ROW_WIDTH);
  ret_found->handle = db_bytes_copy(&rows, AUTHENTICATOR_ROW_WIDTH + 1, proving->arena);
  return OK;
}

/* Most passkeys keep no counter: nought, always, is nothing to be written [WebAuthn 7.2 step 22]. When it was last used is noted to the hour. */
static bool is_at_rest(const struct authenticator_proving *proving, const struct authenticator_row *row) {
  return row->state == AUTHENTICATOR_ACTIVE && row->counter == 0 && proving->counter == 0 && row->flags == proving->flags &&
         clock_now_ms(proving->env->clock) - row->used_at_ms < USED_EVERY_MS;
}

result authenticator_passkey_check(struct authenticator_proving *proving, const struct authenticator_pending *pending) {
  struct authenticator_party party;
  struct webauthn_assertion assertion = {0};
  struct webauthn_assertion_facts facts = {0};
  struct found found = {0};
  authenticator_party_of(proving->env, &party);
  TRY(webauthn_assertion_read(proving->answer->answer, proving->arena, &assertion));
  if (assertion.id.len > WEBAUTHN_CREDENTIAL_ID_BYTES_MAX) {
    FAIL(AUTHENTICATOR_WRONG, "a credential id of %zu bytes", assertion.id.len);
  }
  TRY(find_record(proving, assertion.id, &found));
  /* [WebAuthn 7.2 step 5 MUST] one of those that were offered: of the person who was named */
  if (pending->is_named && pending->person_id != found.person_id) {
    FAIL(AUTHENTICATOR_WRONG, "a credential of somebody else");
  }
  if (found.row.state != AUTHENTICATOR_ACTIVE) {
    FAIL(AUTHENTICATOR_SUSPENDED, "suspended");
  }
  struct webauthn_expected expected = {.party = &party.party, .challenge = pending->challenge,
                                       .user_verification_required = (pending->flags & PENDING_VERIFIED) != 0};
  struct webauthn_record record = {.id = assertion.id, .public_key = found.row.key, .user_handle = found.handle,
                                   .counter = (uint32_t)found.row.counter,
                                   .is_backup_eligible = (found.row.flags & AUTHENTICATOR_MAY_BE_COPIED) != 0};
  struct webauthn_sign_in sign_in = {.expected = &expected, .is_user_known = pending->is_named, .may_counter_stay = true};
  TRY(webauthn_assertion_verify(&sign_in, &assertion, &record, &facts));
  proving->person_id = found.person_id;
  proving->authenticator_id = found.row.id;
  proving->counter = facts.counter;
  proving->is_counter_back = facts.is_counter_back;
  proving->flags = (found.row.flags & ~AUTHENTICATOR_IS_COPIED) | (facts.is_backed_up ? AUTHENTICATOR_IS_COPIED : 0);
  proving->is_at_rest = is_at_rest(proving, &found.row);
  proving->means = (facts.is_user_verified ? (unsigned)ACCOUNT_MEANS_PASSKEY_VERIFIED : (unsigned)ACCOUNT_MEANS_PASSKEY) |
                   (record.is_backup_eligible ? 0 : (unsigned)ACCOUNT_MEANS_KEY_STAYS);
  return OK;
}

/* A counter that does not grow tells of a copy: the passkey rests until its holder has removed it [WebAuthn 7.2 step 22]. Read again here: two
 * answers at once may both have looked new. */
result authenticator_passkey_use(struct db_tx *tx, struct authenticator_proving *proving) {
  struct authenticator_row row = {0};
  bool is_moved = false;
  if (proving->is_at_rest) {
    TRY(authenticator_row_load(tx, proving->person_id, proving->authenticator_id, proving->arena, &row));
  }
  if (is_at_rest(proving, &row)) {
    return OK;
  }
  TRY(proving->is_counter_back ? OK : authenticator_counter_move(proving->env, tx, proving, &is_moved));
  if (is_moved) {
    return OK;
  }
  TRY(authenticator_row_load(tx, proving->person_id, proving->authenticator_id, proving->arena, &row));
  bool is_back = proving->is_counter_back || (proving->counter != 0 && proving->counter <= row.counter);
  proving->outcome = row.id == 0 ? AUTHENTICATOR_WRONG : AUTHENTICATOR_SUSPENDED;
  return row.id != 0 && is_back ? authenticator_suspend(proving->env, tx, proving->person_id, row.id) : OK;
}

result authenticator_passkey_check_new(struct authenticator_adding *adding) {
  struct authenticator_party party;
  struct webauthn_registration registration = {0};
  static const struct webauthn_policy any = {.metadata = WEBAUTHN_METADATA_NONE};
  struct webauthn_credential *credential = ARENA_NEW(adding->arena, struct webauthn_credential);
  authenticator_party_of(adding->env, &party);
  struct webauthn_expected expected = {.party = &party.party, .challenge = adding->pending.challenge,
                                       .user_verification_required = (adding->pending.flags & PENDING_VERIFIED) != 0};
  TRY(webauthn_registration_read(adding->addition->answer, adding->arena, &registration));
  TRY(webauthn_registration_verify(&expected, &any, &registration, adding->arena, credential));
  adding->found = credential;
  adding->key = credential->public_key;
  adding->counter = credential->counter;
  adding->flags = (credential->is_backup_eligible ? AUTHENTICATOR_MAY_BE_COPIED : 0) | (credential->is_backed_up ? AUTHENTICATOR_IS_COPIED : 0) |
                  (credential->is_user_verified ? AUTHENTICATOR_VERIFIES : 0);
  return OK;
}

result authenticator_passkey_save_new(struct db_tx *tx, struct authenticator_adding *adding) {
  const struct webauthn_credential *credential = adding->found;
  result saved = db_run(tx,
                        "INSERT INTO authenticator_passkey (credential_id, person_id, authenticator_id, transports, aaguid, format, attestation)"
                        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                        DB_ARGS(db_of_bytes(credential->id), db_of_int(adding->person_id), db_of_int(adding->authenticator_id),
                                db_of_text_or_null(credential->transports), db_of_bytes(credential->aaguid), db_of_text(credential->format),
                                db_of_int(credential->attestation)),
                        NULL);
  if (is_code(saved, DB_DUPLICATE)) {
    FAIL(AUTHENTICATOR_TAKEN, "the credential id is registered already"); /* [WebAuthn 7.1 step 26 SHOULD] */
  }
  TRY(saved);
  return authenticator_attestation_keep(tx, adding, credential);
}
