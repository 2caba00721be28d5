/* Consent: per attribute, for a purpose and a time, remembered and revocable [Decree 13/2023 Art 11, 12]. */
#include "oidc/consent.h"

#include "crypto/digest.h"
#include "ledger/ledger.h"
#include "oidc/acting.h"
#include "oidc/grant.h"

enum { LIST_MAX = 500, WRITTEN_BYTES = 512, USED_EVERY_MS = 3600 * 1000 };
/* a row stands for a person and a client even where nothing is asked but who it is */
static const uint64_t asked_subject = UINT64_C(1) << 62;

struct slice oidc_subject_hash(struct slice subject, struct arena *arena) { return oidc_stored_form("danh-oidc-subject", subject, arena); }

void oidc_attributes_put(struct jout *out, const char *name, uint64_t attributes) {
  jout_put_list(out, name);
  for (int at = 0; at < OIDC_ATTRIBUTE_COUNT; at++) {
    if ((attributes & OIDC_ATTRIBUTE_BIT(at)) != 0) {
      jout_text(out, slice_str(oidc_attribute_name((enum oidc_attribute)at)));
    }
  }
  jout_list_end(out);
}

static void add_text(struct digest_stream *stream, struct slice text) {
  digest_add(stream, text);
  digest_add_byte(stream, 0); /* no text has one */
}

/* What the person read of those attributes: another word, in either language, is another digest. The order of the registration is none of theirs. */
static void purposes_digest(const struct oidc_client *client, uint64_t asked, uint8_t ret_digest[static DIGEST_BYTES]) {
  struct digest_stream stream CLEANUP(digest_free) = {0};
  digest_begin(&stream);
  add_text(&stream, client->purpose.vi);
  add_text(&stream, client->purpose.en);
  for (int at = 0; at < OIDC_ATTRIBUTE_COUNT; at++) {
    for (size_t i = 0; i < client->use_count; i++) {
      if ((int)client->uses[i].attribute == at && (asked & OIDC_ATTRIBUTE_BIT(at)) != 0) {
        digest_add_byte(&stream, (uint8_t)at);
        add_text(&stream, client->uses[i].purpose.vi);
        add_text(&stream, client->uses[i].purpose.en);
      }
    }
  }
  digest_end(&stream, ret_digest);
}

/* Its own row for each they act for: a person's number, or an organisation's. */
static struct db_value principal_of(const struct oidc_agreement *agreement) {
  return db_of_int(oidc_acting_of(agreement->person_id, agreement->acting_for_id, agreement->acting_organisation_id).principal_id);
}

result oidc_agreement_find(struct env *env, struct db_tx *tx, struct oidc_agreement *agreement) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  agreement->asked = 0;
  agreement->attributes = 0;
  TRY(db_query(tx, "SELECT asked, attributes, purposes, until, used_at FROM oidc_consent WHERE person_id = $1 AND client_id = $2 AND acting_for_id = $3 AND until > $4"
               " AND COALESCE(acting_organisation_id, 0) = $5",
               DB_ARGS(db_of_int(agreement->person_id), db_of_text(agreement->client->client_id), principal_of(agreement),
                       db_of_int(clock_now_ms(env->clock)), db_of_int(agreement->acting_organisation_id)),
               &rows));
  /* consent is for a purpose: another one is asked for anew [Decree 13/2023 Art 11(3)] */
  if (!db_rows_next(&rows)) {
    return rows.status;
  }
  uint8_t purposes[DIGEST_BYTES];
  uint64_t asked = (uint64_t)db_int(&rows, 0);
  purposes_digest(agreement->client, asked, purposes);
  if (slice_eq(db_bytes(&rows, 2), slice_of(purposes, sizeof purposes))) {
    agreement->asked = asked;
    agreement->attributes = (uint64_t)db_int(&rows, 1);
    agreement->until_ms = db_int(&rows, 3);
    agreement->used_at_ms = db_int(&rows, 4);
  }
  return rows.status;
}

bool oidc_agreement_covers(const struct oidc_agreement *agreement, uint64_t asked) {
  uint64_t required = asked & agreement->client->attributes_required;
  return ((asked | asked_subject) & ~agreement->asked) == 0 && (required & ~agreement->attributes) == 0;
}

static result record(struct env *env, struct db_tx *tx, const struct oidc_agreement *agreement) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct buf detail;
  struct jout out;
  buf_init(&detail, &arena, WRITTEN_BYTES);
  jout_init(&out, &detail);
  jout_object(&out);
  jout_put_text(&out, "client_id", agreement->client->client_id);
  jout_put_text(&out, "client", agreement->client->name.vi);
  oidc_attributes_put(&out, "attributes", agreement->attributes);
  jout_put_int(&out, "days", agreement->client->consent_days);
  oidc_acting_put(&out, agreement->acting_organisation_id);
  jout_object_end(&out);
  const struct oidc_acting acting = oidc_acting_of(agreement->person_id, agreement->acting_for_id, agreement->acting_organisation_id);
  const struct ledger_entry entry = {.kind = "oidc.consent_given",
                                     .actor_person_id = agreement->person_id,
                                     .on_behalf_of = acting.principal_id,
                                     .subjects = acting.ids,
                                     .subject_count = acting.count,
                                     .legal_basis = agreement->client->purpose.vi,
                                     .detail = buf_slice(&detail)};
  return ledger_append(env, tx, &entry);
}

/* So that an ID token of ours, given back as a hint, leads to the person; kept as its hash. */
static result remember_subject(struct db_tx *tx, const struct oidc_agreement *agreement) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  if (agreement->acting_for_id != 0 || agreement->acting_organisation_id != 0) {
    return OK; /* the subject is another's, who has not been here */
  }
  return db_run(tx, "INSERT INTO oidc_subject (subject_hash, person_id) VALUES ($1, $2) ON CONFLICT (subject_hash) DO NOTHING",
                DB_ARGS(db_of_bytes(oidc_subject_hash(agreement->subject, &arena)), db_of_int(agreement->person_id)), NULL);
}

/* What was agreed to before and is not asked today stays; what is asked today counts as answered today. */
result oidc_agreement_save(struct env *env, struct db_tx *tx, const struct oidc_agreement *agreement) {
  struct oidc_agreement before = *agreement;
  int64_t now = clock_now_ms(env->clock);
  const struct oidc_client *client = agreement->client;
  TRY(oidc_agreement_find(env, tx, &before));
  uint64_t asked = before.asked | agreement->asked | asked_subject;
  uint64_t attributes = (before.attributes & ~agreement->asked) | agreement->attributes;
  uint8_t purposes[DIGEST_BYTES];
  purposes_digest(client, asked, purposes);
  db_mark(tx, agreement->person_id);
  TRY(db_run(tx, "DELETE FROM oidc_consent WHERE person_id = $1 AND client_id = $2 AND acting_for_id = $3",
             DB_ARGS(db_of_int(agreement->person_id), db_of_text(client->client_id), principal_of(agreement)), NULL));
  TRY(db_run(tx,
             "INSERT INTO oidc_consent (person_id, client_id, acting_for_id, asked, attributes, purpose, purpose_en, given_at, until, used_at, purposes,"
             " acting_organisation_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8, $10, $11)",
             DB_ARGS(db_of_int(agreement->person_id), db_of_text(client->client_id), principal_of(agreement), db_of_int((int64_t)asked),
                     db_of_int((int64_t)attributes), db_of_text(client->purpose.vi), db_of_text_or_null(client->purpose.en), db_of_int(now),
                     db_of_int(now + (int64_t)client->consent_days * CLOCK_DAY_MS), db_of_bytes(slice_of(purposes, sizeof purposes)),
                     db_of_int_or_null(agreement->acting_organisation_id)),
             NULL));
  TRY(remember_subject(tx, agreement));
  return record(env, tx, agreement);
}

/* When it was used last is told to the hour: a row rewritten at each login would cost more than the login. */
bool oidc_agreement_is_use_due(int64_t used_at_ms, int64_t now_ms) { return now_ms - used_at_ms >= USED_EVERY_MS; }

result oidc_agreement_use(struct env *env, struct db_tx *tx, const struct oidc_agreement *agreement) {
  int64_t now = clock_now_ms(env->clock);
  int64_t used_at = 0;
  {
    struct db_rows rows CLEANUP(db_rows_close) = {0};
    TRY(db_query(tx, "SELECT attributes, used_at FROM oidc_consent WHERE person_id = $1 AND client_id = $2 AND acting_for_id = $3",
                 DB_ARGS(db_of_int(agreement->person_id), db_of_text(agreement->client->client_id), principal_of(agreement)), &rows));
    bool is_there = db_rows_next(&rows) && (agreement->attributes & ~(uint64_t)db_int(&rows, 0)) == 0;
    TRY(rows.status);
    if (!is_there) {
      FAIL(OIDC_CONSENT_UNKNOWN, "revoked meanwhile");
    }
    used_at = db_int(&rows, 1);
  }
  if (!oidc_agreement_is_use_due(used_at, now)) {
    return OK;
  }
  return db_run(tx, "UPDATE oidc_consent SET used_at = $4 WHERE person_id = $1 AND client_id = $2 AND acting_for_id = $3",
                DB_ARGS(db_of_int(agreement->person_id), db_of_text(agreement->client->client_id), principal_of(agreement), db_of_int(now)),
                NULL);
}

/* ---- the person's own view ---- */

/* Names come from the registration as it is now; a client that is gone keeps its id. */
static result read_names(struct arena *arena, struct slice metadata, struct oidc_consent *consent) {
  struct jin_doc doc;
  const struct jin *root = NULL;
  jin_doc_init(&doc, arena, JIN_LIMITS_DEFAULT);
  TRY(jin_parse(&doc, metadata, &root));
  TRY(jin_text_optional(root, "client_name", metadata.len, &consent->client_name.vi));
  TRY(jin_text_optional(root, "client_name#en", metadata.len, &consent->client_name.en));
  TRY(jin_text_optional(root, "danh_owner", metadata.len, &consent->owner.vi));
  return jin_text_optional(root, "danh_owner#en", metadata.len, &consent->owner.en);
}

#define LISTED                                                                                                                \
  "SELECT o.client_id, o.purpose, o.purpose_en, o.attributes, o.acting_for_id, o.given_at, o.until, o.used_at, c.metadata,"   \
  " o.person_id, o.acting_organisation_id FROM oidc_consent o LEFT JOIN oidc_client c ON c.client_id = o.client_id"

static result read_consent(const struct db_rows *rows, struct db_tx *tx, struct arena *arena, struct oidc_consent *item) {
  int64_t organisation_id = db_int(rows, 10);
  *item = (struct oidc_consent){.client_id = db_text_copy(rows, 0, arena),
                                .purpose = {db_text_copy(rows, 1, arena), db_text_copy(rows, 2, arena)},
                                .attributes = (uint64_t)db_int(rows, 3),
                                .acting_for_id = organisation_id != 0 ? 0 : db_int(rows, 4),
                                .given_at_ms = db_int(rows, 5),
                                .until_ms = db_int(rows, 6),
                                .used_at_ms = db_int(rows, 7),
                                .given_by = db_int(rows, 9),
                                .acting_organisation_id = organisation_id};
  item->client_name.vi = item->client_id;
  if (organisation_id != 0) {
    struct organisation organisation;
    TRY(organisation_load(tx, arena, organisation_id, &organisation));
    item->organisation = organisation.name;
  }
  return db_is_null(rows, 8) ? OK : read_names(arena, db_text_copy(rows, 8, arena), item);
}

result oidc_consent_list(struct db_tx *tx, struct arena *arena, const struct oidc_consent_holder *holder, struct oidc_consent_list *ret_list) {
  struct oidc_consent *items = ARENA_ARRAY(arena, struct oidc_consent, LIST_MAX);
  bool is_organisation = holder->organisation_id != 0;
  size_t count = 0;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(is_organisation ? db_query(tx, LISTED " WHERE o.acting_organisation_id = $1 ORDER BY o.given_at DESC LIMIT 500",
                                 DB_ARGS(db_of_int(holder->organisation_id)), &rows)
                      : db_query(tx, LISTED " WHERE o.person_id = $1 ORDER BY o.given_at DESC LIMIT 500", DB_ARGS(db_of_int(holder->person_id)), &rows));
  while (count < LIST_MAX && db_rows_next(&rows)) {
    TRY(read_consent(&rows, tx, arena, &items[count++]));
  }
  TRY(rows.status);
  *ret_list = (struct oidc_consent_list){items, count};
  return OK;
}

struct revoking {
  struct env *env;
  const struct oidc_consent_holder *holder;
  struct slice client_id;
  int64_t forgotten, ended;
};

/* The grants first: an organisation's are found by who gave its consents. */
static result end_grants(struct revoking *r, struct db_tx *tx) {
  struct db_value now = db_of_int(clock_now_ms(r->env->clock));
  if (r->holder->organisation_id != 0) {
    TRY(db_run(tx,
               "UPDATE oidc_grant SET state = $3, revoked_at = $4 WHERE client_id = $2 AND state = $5 AND acting_organisation_id = $1 AND person_id IN"
               " (SELECT person_id FROM oidc_consent WHERE acting_organisation_id = $1 AND client_id = $2)",
               DB_ARGS(db_of_int(r->holder->organisation_id), db_of_text(r->client_id), db_of_int(OIDC_GRANT_REVOKED), now, db_of_int(OIDC_GRANT_LIVE)),
               &r->ended));
    return db_run(tx, "DELETE FROM oidc_consent WHERE acting_organisation_id = $1 AND client_id = $2",
                  DB_ARGS(db_of_int(r->holder->organisation_id), db_of_text(r->client_id)), &r->forgotten);
  }
  db_mark(tx, r->holder->person_id);
  TRY(db_run(tx, "UPDATE oidc_grant SET state = $3, revoked_at = $4 WHERE person_id = $1 AND client_id = $2 AND state = $5",
             DB_ARGS(db_of_int(r->holder->person_id), db_of_text(r->client_id), db_of_int(OIDC_GRANT_REVOKED), now, db_of_int(OIDC_GRANT_LIVE)),
             &r->ended));
  return db_run(tx, "DELETE FROM oidc_consent WHERE person_id = $1 AND client_id = $2",
                DB_ARGS(db_of_int(r->holder->person_id), db_of_text(r->client_id)), &r->forgotten);
}

static struct slice revoked_detail(const struct revoking *r, struct arena *arena) {
  struct buf text;
  struct jout out;
  buf_init(&text, arena, WRITTEN_BYTES);
  jout_init(&out, &text);
  jout_object(&out);
  jout_put_text(&out, "client_id", r->client_id);
  jout_put_int(&out, "grants_ended", r->ended);
  oidc_acting_put(&out, r->holder->organisation_id);
  jout_object_end(&out);
  return buf_slice(&text);
}

static result write_revoked(struct db_tx *tx, void *arg) {
  struct revoking *r = arg;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  TRY(end_grants(r, tx));
  if (r->forgotten == 0) {
    FAIL(OIDC_CONSENT_UNKNOWN, "no consent to that client");
  }
  const struct oidc_acting acting = oidc_acting_of(r->holder->person_id, 0, r->holder->organisation_id);
  const struct ledger_entry entry = {.kind = "oidc.consent_revoked",
                                     .actor_person_id = r->holder->person_id,
                                     .on_behalf_of = acting.principal_id,
                                     .subjects = acting.ids,
                                     .subject_count = acting.count,
                                     .detail = revoked_detail(r, &arena)};
  return ledger_append(r->env, tx, &entry);
}

result oidc_consent_revoke(struct env *env, const struct oidc_consent_holder *holder, struct slice client_id) {
  return db_write(env->db, write_revoked, &(struct revoking){.env = env, .holder = holder, .client_id = client_id});
}
