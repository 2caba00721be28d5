/* Consent: per attribute, for a purpose and a time, remembered and revocable [Decree 13/2023 Art 11, 12]. */
#include "oidc/consent.h"

#include "crypto/digest.h"
#include "ledger/ledger.h"
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

result oidc_agreement_find(struct env *env, struct db_tx *tx, struct oidc_agreement *agreement) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  agreement->asked = 0;
  agreement->attributes = 0;
  TRY(db_query(tx, "SELECT asked, attributes, purposes FROM oidc_consent WHERE person_id = $1 AND client_id = $2 AND acting_for_id = $3 AND until > $4",
               DB_ARGS(db_of_int(agreement->person_id), db_of_text(agreement->client->client_id), db_of_int(agreement->acting_for_id),
                       db_of_int(clock_now_ms(env->clock))),
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
  jout_object_end(&out);
  const int64_t subjects[] = {agreement->person_id, agreement->acting_for_id};
  const struct ledger_entry entry = {.kind = "oidc.consent_given",
                                     .actor_person_id = agreement->person_id,
                                     .on_behalf_of = agreement->acting_for_id,
                                     .subjects = subjects,
                                     .subject_count = agreement->acting_for_id == 0 ? 1 : 2,
                                     .legal_basis = agreement->client->purpose.vi,
                                     .detail = buf_slice(&detail)};
  return ledger_append(env, tx, &entry);
}

/* So that an ID token of ours, given back as a hint, leads to the person; kept as its hash. */
static result remember_subject(struct db_tx *tx, const struct oidc_agreement *agreement) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  if (agreement->acting_for_id != 0) {
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
  TRY(db_run(tx, "DELETE FROM oidc_consent WHERE person_id = $1 AND client_id = $2 AND acting_for_id = $3",
             DB_ARGS(db_of_int(agreement->person_id), db_of_text(client->client_id), db_of_int(agreement->acting_for_id)), NULL));
  TRY(db_run(tx,
             "INSERT INTO oidc_consent (person_id, client_id, acting_for_id, asked, attributes, purpose, purpose_en, given_at, until, used_at, purposes)"
             " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8, $10)",
             DB_ARGS(db_of_int(agreement->person_id), db_of_text(client->client_id), db_of_int(agreement->acting_for_id), db_of_int((int64_t)asked),
                     db_of_int((int64_t)attributes), db_of_text(client->purpose.vi), db_of_text_or_null(client->purpose.en), db_of_int(now),
                     db_of_int(now + (int64_t)client->consent_days * CLOCK_DAY_MS), db_of_bytes(slice_of(purposes, sizeof purposes))),
             NULL));
  TRY(remember_subject(tx, agreement));
  return record(env, tx, agreement);
}

/* When it was used last is told to the hour: a row rewritten at each login would cost more than the login. */
result oidc_agreement_use(struct env *env, struct db_tx *tx, const struct oidc_agreement *agreement) {
  int64_t now = clock_now_ms(env->clock);
  int64_t used_at = 0;
  {
    struct db_rows rows CLEANUP(db_rows_close) = {0};
    TRY(db_query(tx, "SELECT attributes, used_at FROM oidc_consent WHERE person_id = $1 AND client_id = $2 AND acting_for_id = $3",
                 DB_ARGS(db_of_int(agreement->person_id), db_of_text(agreement->client->client_id), db_of_int(agreement->acting_for_id)), &rows));
    bool is_there = db_rows_next(&rows) && (agreement->attributes & ~(uint64_t)db_int(&rows, 0)) == 0;
    TRY(rows.status);
    if (!is_there) {
      FAIL(OIDC_CONSENT_UNKNOWN, "revoked meanwhile");
    }
    used_at = db_int(&rows, 1);
  }
  if (now - used_at < USED_EVERY_MS) {
    return OK;
  }
  return db_run(tx, "UPDATE oidc_consent SET used_at = $4 WHERE person_id = $1 AND client_id = $2 AND acting_for_id = $3",
                DB_ARGS(db_of_int(agreement->person_id), db_of_text(agreement->client->client_id), db_of_int(agreement->acting_for_id), db_of_int(now)),
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

result oidc_consent_list(struct db_tx *tx, struct arena *arena, int64_t person_id, struct oidc_consent_list *ret_list) {
  struct oidc_consent *items = ARENA_ARRAY(arena, struct oidc_consent, LIST_MAX);
  size_t count = 0;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT o.client_id, o.purpose, o.purpose_en, o.attributes, o.acting_for_id, o.given_at, o.until, o.used_at, c.metadata"
               " FROM oidc_consent o LEFT JOIN oidc_client c ON c.client_id = o.client_id WHERE o.person_id = $1 ORDER BY o.given_at DESC LIMIT 500",
               DB_ARGS(db_of_int(person_id)), &rows));
  while (count < LIST_MAX && db_rows_next(&rows)) {
    struct oidc_consent *item = &items[count++];
    *item = (struct oidc_consent){.client_id = db_text_copy(&rows, 0, arena),
                                  .purpose = {db_text_copy(&rows, 1, arena), db_text_copy(&rows, 2, arena)},
                                  .attributes = (uint64_t)db_int(&rows, 3),
                                  .acting_for_id = db_int(&rows, 4),
                                  .given_at_ms = db_int(&rows, 5),
                                  .until_ms = db_int(&rows, 6),
                                  .used_at_ms = db_int(&rows, 7)};
    item->client_name.vi = item->client_id;
    if (!db_is_null(&rows, 8)) {
      TRY(read_names(arena, db_text_copy(&rows, 8, arena), item));
    }
  }
  TRY(rows.status);
  *ret_list = (struct oidc_consent_list){items, count};
  return OK;
}

struct revoking {
  struct env *env;
  int64_t person_id;
  struct slice client_id;
};

static result write_revoked(struct db_tx *tx, void *arg) {
  const struct revoking *r = arg;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  int64_t forgotten = 0;
  TRY(db_run(tx, "DELETE FROM oidc_consent WHERE person_id = $1 AND client_id = $2",
             DB_ARGS(db_of_int(r->person_id), db_of_text(r->client_id)), &forgotten));
  if (forgotten == 0) {
    FAIL(OIDC_CONSENT_UNKNOWN, "no consent to that client");
  }
  int64_t ended = 0;
  TRY(db_run(tx, "UPDATE oidc_grant SET state = $3, revoked_at = $4 WHERE person_id = $1 AND client_id = $2 AND state = $5",
             DB_ARGS(db_of_int(r->person_id), db_of_text(r->client_id), db_of_int(OIDC_GRANT_REVOKED), db_of_int(clock_now_ms(r->env->clock)),
                     db_of_int(OIDC_GRANT_LIVE)),
             &ended));
  const struct ledger_entry entry = {.kind = "oidc.consent_revoked",
                                     .actor_person_id = r->person_id,
                                     .subjects = &r->person_id,
                                     .subject_count = 1,
                                     .detail = arena_printf(&arena, "{\"client_id\":\"%.*s\",\"grants_ended\":%lld}", SLICE_ARG(r->client_id),
                                                            (long long)ended)};
  return ledger_append(r->env, tx, &entry);
}

result oidc_consent_revoke(struct env *env, int64_t person_id, struct slice client_id) {
  if (slice_find(client_id, '"', 0) < client_id.len || client_id.len > 64) {
    FAIL(OIDC_CONSENT_UNKNOWN, "not a client_id");
  }
  return db_write(env->db, write_revoked, &(struct revoking){env, person_id, client_id});
}
