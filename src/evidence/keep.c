/* What is kept of whom: rows beside sealed files, each look at one a line in the ledger. */
#include "codec/utf8.h"
#include "crypto/digest.h"
#include "crypto/seal.h"
#include "evidence/store.h"
#include "ledger/ledger.h"

enum { LISTED_MAX = 100, SWEPT_MAX = 500, PURPOSE_CHARACTERS_MIN = 10 };

static const char *const kinds[] = {[EVIDENCE_PORTRAIT] = "portrait", [EVIDENCE_FACE] = "face", [EVIDENCE_FINGERPRINTS] = "fingerprints", [EVIDENCE_DOCUMENT] = "document"};

const char *evidence_kind_name(enum evidence_kind kind) { return kinds[kind]; }

int evidence_kind_find(struct slice name) {
  for (int kind = EVIDENCE_PORTRAIT; kind <= EVIDENCE_DOCUMENT; kind++) {
    if (slice_is(name, kinds[kind])) {
      return kind;
    }
  }
  return 0;
}

static result check_store(const struct env *env) {
  if (env->evidence == NULL) {
    FAIL(EVIDENCE_NO_STORE, "no evidence folder is open");
  }
  return OK;
}

result evidence_seal(struct env *env, struct arena *arena, const struct evidence_new *evidence, struct evidence_sealed *ret_sealed) {
  struct evidence_picture picture;
  struct secret key CLEANUP(secret_clear) = {.len = SEAL_KEY_BYTES};
  struct random random = random_system();
  struct evidence_sealed sealed = {0};
  struct slice bytes;
  struct slice file;
  TRY(check_store(env));
  TRY(evidence_picture_clean(evidence->bytes, arena, &bytes));
  TRY(evidence_picture_read(bytes, &picture));
  sealed.size = (int64_t)bytes.len;
  random_fill(&random, key.bytes, key.len);
  TRY(seal_write_bytes(&key, S("evidence"), bytes, arena, &file));
  digest_sha256(file, sealed.file);
  digest_sha256(bytes, sealed.content);
  TRY(seal_write(&env->evidence->key, evidence_store_about(arena, sealed.file), &key, arena, &sealed.wrapped_key));
  TRY(evidence_store_write(env->evidence, sealed.file, file));
  sealed.media_type = slice_str(picture.media_type);
  *ret_sealed = sealed;
  return OK;
}

static result record(struct env *env, struct db_tx *tx, const struct ledger_entry *entry) { return ledger_append(env, tx, entry); }

static bool is_asked(const struct evidence_opinion *opinion) { return opinion->engine.len + opinion->reason.len > 0; }

static result keep_opinion(struct db_tx *tx, const struct evidence_new *evidence, int64_t evidence_id) {
  const struct evidence_opinion *opinion = &evidence->opinion;
  if (!is_asked(opinion)) {
    return OK;
  }
  return db_run(tx,
                "INSERT INTO evidence_opinion (person_id, evidence_id, verdict, score, engine, reason, demonstration) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                DB_ARGS(db_of_int(evidence->person_id), db_of_int(evidence_id), db_of_int(opinion->verdict), db_of_int(opinion->score),
                        db_of_text(opinion->engine), db_of_text(opinion->reason), db_of_int(opinion->is_demonstration)),
                NULL);
}

static result record_kept(struct env *env, struct db_tx *tx, const struct evidence_new *evidence, int64_t size) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct buf detail;
  struct jout out;
  buf_init(&detail, &arena, 256);
  jout_init(&out, &detail);
  jout_object(&out);
  jout_put_str(&out, "kind", kinds[evidence->kind]);
  jout_put_int(&out, "bytes", size);
  if (is_asked(&evidence->opinion)) {
    evidence_opinion_put(&out, &evidence->opinion);
  }
  jout_object_end(&out);
  return record(env, tx,
                &(const struct ledger_entry){.kind = "evidence.kept",
                                             .actor_person_id = evidence->actor_id,
                                             .actor_role = evidence->actor_role,
                                             .subjects = &evidence->person_id,
                                             .subject_count = 1,
                                             .legal_basis = S("Nghị định 69/2024/NĐ-CP"),
                                             .detail = buf_slice(&detail)});
}

result evidence_keep(struct env *env, struct db_tx *tx, const struct evidence_new *evidence, const struct evidence_sealed *sealed,
                     int64_t *ret_evidence_id) {
  int64_t evidence_id = env_id_new(env);
  struct slice file = slice_of(sealed->file, EVIDENCE_SHA256);
  TRY(db_run(tx, "INSERT INTO evidence_file (file, person_id) VALUES ($1, $2)", DB_ARGS(db_of_bytes(file), db_of_int(evidence->person_id)), NULL));
  TRY(db_run(tx,
             "INSERT INTO evidence (person_id, evidence_id, kind, reference, file, content, wrapped_key, media_type, size, kept_by, kept_at, keep_until)"
             " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
             DB_ARGS(db_of_int(evidence->person_id), db_of_int(evidence_id), db_of_int(evidence->kind), db_of_text_or_null(evidence->reference),
                     db_of_bytes(file), db_of_bytes(slice_of(sealed->content, EVIDENCE_SHA256)), db_of_bytes(sealed->wrapped_key),
                     db_of_text(sealed->media_type), db_of_int(sealed->size), db_of_int_or_null(evidence->actor_id),
                     db_of_int(clock_now_ms(env->clock)), db_of_int(evidence->keep_until_ms)),
             NULL));
  TRY(keep_opinion(tx, evidence, evidence_id));
  *ret_evidence_id = evidence_id;
  return record_kept(env, tx, evidence, sealed->size);
}

result evidence_list(struct db_tx *tx, struct arena *arena, int64_t person_id, struct slice reference, struct evidence_list *ret_list) {
  struct evidence *items = ARENA_ARRAY(arena, struct evidence, LISTED_MAX);
  size_t count = 0;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT e.evidence_id, e.kind, e.reference, e.media_type, e.size, e.kept_at, e.keep_until, o.verdict, o.score, o.engine, o.reason,"
               " o.demonstration FROM evidence e LEFT JOIN evidence_opinion o ON o.person_id = e.person_id AND o.evidence_id = e.evidence_id"
               " WHERE e.person_id = $1 AND ($2 = '' OR e.reference = $2) ORDER BY e.evidence_id DESC",
               DB_ARGS(db_of_int(person_id), db_of_text(reference)), &rows));
  while (count < LISTED_MAX && db_rows_next(&rows)) {
    items[count++] = (struct evidence){.person_id = person_id,
                                       .evidence_id = db_int(&rows, 0),
                                       .kind = (enum evidence_kind)db_int(&rows, 1),
                                       .reference = db_text_copy(&rows, 2, arena),
                                       .media_type = db_text_copy(&rows, 3, arena),
                                       .size = db_int(&rows, 4),
                                       .kept_at_ms = db_int(&rows, 5),
                                       .keep_until_ms = db_int(&rows, 6),
                                       .opinion = {.verdict = (enum evidence_verdict)db_int(&rows, 7),
                                                   .score = (int)db_int(&rows, 8),
                                                   .engine = db_text_copy(&rows, 9, arena),
                                                   .reason = db_text_copy(&rows, 10, arena),
                                                   .is_demonstration = db_int(&rows, 11) != 0}};
  }
  TRY(rows.status);
  *ret_list = (struct evidence_list){items, count};
  return OK;
}

/* ---- looking ---- */

struct kept {
  struct evidence evidence;
  uint8_t file[EVIDENCE_SHA256];
  struct slice content;
  struct slice wrapped_key;
};

static result load_kept(struct db_tx *tx, struct arena *arena, const struct evidence_look *look, struct kept *ret_kept) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT kind, reference, media_type, size, kept_at, keep_until, file, content, wrapped_key FROM evidence"
               " WHERE person_id = $1 AND evidence_id = $2",
               DB_ARGS(db_of_int(look->person_id), db_of_int(look->evidence_id)), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(EVIDENCE_UNKNOWN, "no such evidence of that person");
  }
  struct slice file = db_bytes(&rows, 6);
  if (file.len != EVIDENCE_SHA256) {
    FAIL(EVIDENCE_ALTERED, "a file name of %zu bytes", file.len);
  }
  *ret_kept = (struct kept){.evidence = {.person_id = look->person_id,
                                         .evidence_id = look->evidence_id,
                                         .kind = (enum evidence_kind)db_int(&rows, 0),
                                         .reference = db_text_copy(&rows, 1, arena),
                                         .media_type = db_text_copy(&rows, 2, arena),
                                         .size = db_int(&rows, 3),
                                         .kept_at_ms = db_int(&rows, 4),
                                         .keep_until_ms = db_int(&rows, 5)},
                            .content = db_bytes_copy(&rows, 7, arena),
                            .wrapped_key = db_bytes_copy(&rows, 8, arena)};
  memcpy(ret_kept->file, file.ptr, sizeof ret_kept->file);
  return OK;
}

static result check_purpose(const struct evidence_look *look) {
  if (utf8_count(slice_trim(look->purpose)) < PURPOSE_CHARACTERS_MIN) {
    FAIL(EVIDENCE_PURPOSE, "a purpose of fewer than %d characters", PURPOSE_CHARACTERS_MIN);
  }
  return OK;
}

static result record_look(struct env *env, const struct evidence_look *look, const char *kind, struct slice detail) {
  return ledger_record_read(env, &(const struct ledger_entry){.kind = kind,
                                                              .actor_person_id = look->actor_id,
                                                              .actor_role = look->actor_role,
                                                              .subjects = &look->person_id,
                                                              .subject_count = 1,
                                                              .legal_basis = slice_trim(look->purpose),
                                                              .detail = detail});
}

static result unseal(struct env *env, struct arena *arena, const struct kept *kept, struct slice *ret_bytes) {
  struct secret key CLEANUP(secret_clear) = {0};
  uint8_t digest[DIGEST_BYTES];
  struct slice file;
  TRY(evidence_store_read(env->evidence, arena, kept->file, &file));
  TRY(seal_read(&env->evidence->key, evidence_store_about(arena, kept->file), kept->wrapped_key, &key));
  TRY(seal_read_bytes(&key, S("evidence"), file, arena, ret_bytes));
  digest_sha256(*ret_bytes, digest);
  if (!slice_eq(slice_of(digest, sizeof digest), kept->content)) {
    FAIL(EVIDENCE_ALTERED, "other bytes than were kept");
  }
  return OK;
}

result evidence_open(struct env *env, struct arena *arena, const struct evidence_look *look, struct evidence *ret_evidence, struct slice *ret_bytes) {
  struct kept kept;
  struct slice bytes;
  TRY(check_store(env));
  TRY(check_purpose(look));
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(env->db, &tx));
    TRY(load_kept(tx, arena, look, &kept));
  }
  TRY(record_look(env, look, "evidence.read", arena_printf(arena, "{\"kind\":\"%s\"}", kinds[kept.evidence.kind])));
  TRY(unseal(env, arena, &kept, &bytes));
  *ret_evidence = kept.evidence;
  *ret_bytes = bytes;
  return OK;
}

result evidence_reference(struct env *env, struct arena *arena, const struct evidence_look *look, struct slice pin, struct slice *ret_bytes) {
  TRY(check_purpose(look));
  if (env->matcher == NULL) {
    FAIL(EVIDENCE_MATCHER_AWAY, "no matcher is configured");
  }
  TRY(record_look(env, look, "evidence.reference.read", S("{}")));
  return env->matcher->portrait(env->matcher, arena, pin, ret_bytes);
}

/* ---- ending ---- */

static result erase(struct env *env, struct db_tx *tx, const struct evidence_look *look, const char *kind) {
  TRY(db_run(tx, "DELETE FROM evidence_file WHERE file = (SELECT file FROM evidence WHERE person_id = $1 AND evidence_id = $2)",
             DB_ARGS(db_of_int(look->person_id), db_of_int(look->evidence_id)), NULL));
  TRY(db_run(tx, "DELETE FROM evidence_opinion WHERE person_id = $1 AND evidence_id = $2",
             DB_ARGS(db_of_int(look->person_id), db_of_int(look->evidence_id)), NULL));
  int64_t changed = 0;
  TRY(db_run(tx, "DELETE FROM evidence WHERE person_id = $1 AND evidence_id = $2", DB_ARGS(db_of_int(look->person_id), db_of_int(look->evidence_id)),
             &changed));
  if (changed != 1) {
    FAIL(EVIDENCE_UNKNOWN, "no such evidence of that person");
  }
  return record(env, tx,
                &(const struct ledger_entry){.kind = kind,
                                             .actor_person_id = look->actor_id,
                                             .actor_role = look->actor_role,
                                             .subjects = &look->person_id,
                                             .subject_count = 1,
                                             .legal_basis = slice_trim(look->purpose),
                                             .detail = S("{}")});
}

result evidence_erase(struct env *env, struct db_tx *tx, const struct evidence_look *look) { return erase(env, tx, look, "evidence.erased"); }

struct sweeping {
  struct env *env;
  size_t count;
};

static result expire(struct db_tx *tx, void *arg) {
  struct sweeping *s = arg;
  struct evidence_look ended[SWEPT_MAX];
  s->count = 0;
  {
    struct db_rows rows CLEANUP(db_rows_close) = {0};
    TRY(db_query(tx, "SELECT person_id, evidence_id FROM evidence WHERE keep_until <= $1 ORDER BY keep_until LIMIT 500",
                 DB_ARGS(db_of_int(clock_now_ms(s->env->clock))), &rows));
    while (s->count < SWEPT_MAX && db_rows_next(&rows)) {
      ended[s->count++] = (struct evidence_look){.person_id = db_int(&rows, 0), .evidence_id = db_int(&rows, 1), .purpose = S("Hết thời hạn lưu giữ")};
    }
    TRY(rows.status);
  }
  for (size_t i = 0; i < s->count; i++) {
    TRY(erase(s->env, tx, &ended[i], "evidence.expired"));
  }
  return OK;
}

static result is_named(void *context, const uint8_t name[static EVIDENCE_SHA256], bool *ret_named) {
  struct env *env = context;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_read_begin(env->db, &tx));
  TRY(db_row(tx, "SELECT COUNT(*) FROM evidence_file WHERE file = $1", DB_ARGS(db_of_bytes(slice_of(name, EVIDENCE_SHA256))), &rows));
  *ret_named = db_int(&rows, 0) > 0;
  return OK;
}

result evidence_sweep(struct env *env) {
  if (env->evidence == NULL) {
    return OK;
  }
  struct sweeping s = {env, SWEPT_MAX};
  while (s.count == SWEPT_MAX) {
    TRY(db_write(env->db, expire, &s));
  }
  return evidence_store_drop_left_over(env->evidence, &(const struct evidence_store_walk){is_named, env});
}
