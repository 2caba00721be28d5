#include "wallet/wallet.h"

#include "base/buf.h"
#include "crypto/digest.h"

const struct db_migration wallet_migrations[] = {
    {"wallet", 1,
     "CREATE TABLE document_bytes ("
     "  sha256 bytes/public NOT NULL PRIMARY KEY, bytes bytes/sensitive NOT NULL);"
     "CREATE TABLE wallet_document ("
     "  person_id id/public NOT NULL, document_id id/public NOT NULL, kind text/personal NOT NULL, number "
     "text/personal NOT NULL,"
     "  reference text/personal NOT NULL, issuer text/personal NOT NULL, issued_on int/personal NOT NULL, sha256 "
     "bytes/personal NOT NULL,"
     "  state int/personal NOT NULL, integrated_at time/personal NOT NULL,"
     "  PRIMARY KEY (person_id, document_id));"
     "CREATE UNIQUE INDEX wallet_document_once ON wallet_document (person_id, reference, kind);"},
    {"wallet", 2, "ALTER TABLE document_bytes ADD COLUMN base bytes/public;"},
    {0},
};

#define DOCUMENT_COLUMNS \
  "person_id, document_id, kind, number, reference, issuer, issued_on, sha256, state, integrated_at"

/* ---- bytes ---- */

enum { PARTS_MAX = 4 }; /* front, signed, sealed; and one more */

void wallet_bytes_prepare(struct slice bytes, size_t base_length, struct wallet_bytes *ret_bytes) {
  struct digest_stream stream CLEANUP(digest_free) = {0};
  struct wallet_bytes prepared = {.bytes = bytes, .base_length = base_length};
  digest_begin(&stream);
  digest_add(&stream, slice_sub(bytes, 0, base_length));
  digest_so_far(&stream, prepared.base_sha256);
  digest_add(&stream, slice_from(bytes, base_length));
  digest_end(&stream, prepared.sha256);
  *ret_bytes = prepared;
}

static result insert_part(struct db_tx *tx, const uint8_t sha256[32], struct slice part, struct db_value base) {
  return db_run(tx,
                "INSERT INTO document_bytes (sha256, bytes, base) VALUES ($1, $2, $3) ON CONFLICT (sha256) DO NOTHING",
                DB_ARGS(db_of_bytes(slice_of(sha256, 32)), db_of_bytes(part), base), NULL);
}

/* Asked first: nearly always it is there, and an insert that comes to nothing copies it. */
static result put_base(struct db_tx *tx, const struct wallet_bytes *bytes) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  result found = db_row(tx, "SELECT 1 FROM document_bytes WHERE sha256 = $1",
                        DB_ARGS(db_of_bytes(slice_of(bytes->base_sha256, 32))), &rows);
  if (!is_code(found, DB_NO_ROW)) {
    return found;
  }
  return insert_part(tx, bytes->base_sha256, slice_sub(bytes->bytes, 0, bytes->base_length), db_of_null());
}

result wallet_bytes_put(struct db_tx *tx, const struct wallet_bytes *bytes) {
  if (bytes->base_length == 0) {
    return insert_part(tx, bytes->sha256, bytes->bytes, db_of_null());
  }
  TRY(put_base(tx, bytes));
  return insert_part(tx, bytes->sha256, slice_from(bytes->bytes, bytes->base_length),
                     db_of_bytes(slice_of(bytes->base_sha256, 32)));
}

/* One part; *ret_base is empty where the document begins. */
static result load_part(struct db_tx *tx, struct arena *arena, struct slice sha256, struct slice *ret_part,
                        struct slice *ret_base) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, "SELECT bytes, base FROM document_bytes WHERE sha256 = $1", DB_ARGS(db_of_bytes(sha256)), &rows));
  *ret_part = db_bytes_copy(&rows, 0, arena);
  *ret_base = db_bytes_copy(&rows, 1, arena);
  return OK;
}

/* The last part first. */
static result load_parts(struct db_tx *tx, struct arena *arena, const uint8_t sha256[32], struct slice parts[PARTS_MAX],
                         size_t *ret_count) {
  struct slice next = slice_of(sha256, 32);
  size_t count = 0;
  while (!slice_empty(next)) {
    if (count == PARTS_MAX) {
      FAIL(WALLET_BYTES_ALTERED, "a stored document of more than %d parts", PARTS_MAX);
    }
    result found = load_part(tx, arena, next, &parts[count], &next);
    if (is_code(found, DB_NO_ROW)) {
      FAIL(count == 0 ? WALLET_DOCUMENT_UNKNOWN : WALLET_BYTES_ALTERED, "part %zu is not stored", count);
    }
    TRY(found);
    count++;
  }
  *ret_count = count;
  return OK;
}

result wallet_bytes_get(struct db_tx *tx, struct arena *arena, const uint8_t sha256[32], struct slice *ret_bytes) {
  struct slice parts[PARTS_MAX];
  struct buf whole;
  size_t count = 0;
  size_t length = 0;
  uint8_t again[32];
  TRY(load_parts(tx, arena, sha256, parts, &count));
  for (size_t i = 0; i < count; i++) {
    length += parts[i].len;
  }
  buf_init(&whole, arena, length);
  while (count > 0) {
    buf_append(&whole, parts[--count]);
  }
  digest_sha256(buf_slice(&whole), again);
  if (memcmp(again, sha256, sizeof again) != 0) {
    FAIL(WALLET_BYTES_ALTERED, "stored document does not hash to its key");
  }
  *ret_bytes = buf_slice(&whole);
  return OK;
}

/* ---- documents ---- */

result wallet_document_add(struct env *env, struct db_tx *tx, struct wallet_document *d) {
  int64_t added = 0;
  d->document_id = env_id_new(env);
  d->integrated_at_ms = clock_now_ms(env->clock);
  TRY(db_run(tx,
             "INSERT INTO wallet_document (" DOCUMENT_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
             " ON CONFLICT (person_id, reference, kind) DO NOTHING",
             DB_ARGS(db_of_int(d->person_id), db_of_int(d->document_id), db_of_text(d->type), db_of_text(d->number),
                     db_of_text(d->reference), db_of_text(d->issuer), db_of_int(d->issued_on),
                     db_of_bytes(slice_of(d->sha256, 32)), db_of_int(d->state), db_of_int(d->integrated_at_ms)),
             &added));
  if (added == 0) {
    return OK;
  }
  struct ledger_entry entry = {.kind = "wallet.document_added",
                               .subjects = &d->person_id,
                               .subject_count = 1,
                               .legal_basis = d->issuer,
                               .detail = S("{}")};
  return ledger_append(env, tx, &entry);
}

static void read_document(const struct db_rows *rows, struct arena *arena, struct wallet_document *ret_document) {
  struct slice sha256 = db_bytes(rows, 7);
  *ret_document = (struct wallet_document){
      .person_id = db_int(rows, 0),
      .document_id = db_int(rows, 1),
      .type = db_text_copy(rows, 2, arena),
      .number = db_text_copy(rows, 3, arena),
      .reference = db_text_copy(rows, 4, arena),
      .issuer = db_text_copy(rows, 5, arena),
      .issued_on = (int32_t)db_int(rows, 6),
      .state = (enum wallet_state)db_int(rows, 8),
      .integrated_at_ms = db_int(rows, 9),
  };
  if (sha256.len == sizeof ret_document->sha256) {
    memcpy(ret_document->sha256, sha256.ptr, sha256.len);
  }
}

/* One document, or WALLET_DOCUMENT_UNKNOWN. */
static result read_one(result found, const struct db_rows *rows, struct arena *arena, struct wallet_document *ret_document) {
  if (is_code(found, DB_NO_ROW)) {
    FAIL(WALLET_DOCUMENT_UNKNOWN, "no such document in this wallet");
  }
  TRY(found);
  read_document(rows, arena, ret_document);
  return OK;
}

result wallet_document_load(struct db_tx *tx, struct arena *arena, int64_t person_id, int64_t document_id,
                            struct wallet_document *ret_document) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  result found =
      db_row(tx, "SELECT " DOCUMENT_COLUMNS " FROM wallet_document WHERE person_id = $1 AND document_id = $2",
             DB_ARGS(db_of_int(person_id), db_of_int(document_id)), &rows);
  return read_one(found, &rows, arena, ret_document);
}

result wallet_document_of_dossier(struct db_tx *tx, struct arena *arena, int64_t person_id, struct slice reference,
                                  struct wallet_document *ret_document) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  result found =
      db_row(tx, "SELECT " DOCUMENT_COLUMNS " FROM wallet_document WHERE person_id = $1 AND reference = $2",
             DB_ARGS(db_of_int(person_id), db_of_text(reference)), &rows);
  return read_one(found, &rows, arena, ret_document);
}

result wallet_document_list(struct db_tx *tx, struct arena *arena, const struct wallet_list_question *question,
                            struct wallet_document **ret_documents, size_t *ret_count) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT " DOCUMENT_COLUMNS " FROM wallet_document WHERE person_id = $1 AND document_id < $2"
               " ORDER BY document_id DESC LIMIT $3",
               DB_ARGS(db_of_int(question->person_id), db_of_int(question->before_id ? question->before_id : INT64_MAX),
                       db_of_int((int64_t)question->limit)),
               &rows));
  /* most have none, and few have many: room for a page would cost each look 10 KB of clean memory */
  struct wallet_document *documents = NULL;
  size_t count = 0;
  size_t room = 0;
  while (count < question->limit && db_rows_next(&rows)) {
    if (count == room) {
      room = room > 0 ? 2 * room : 4;
      struct wallet_document *grown = ARENA_ARRAY(arena, struct wallet_document, room);
      memcpy(grown, documents != NULL ? documents : grown, count * sizeof *grown);
      documents = grown;
    }
    read_document(&rows, arena, &documents[count++]);
  }
  TRY(rows.status);
  *ret_documents = documents;
  *ret_count = count;
  return OK;
}
