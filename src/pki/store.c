#include "pki/store.h"

const struct db_migration pki_migrations[] = {
    {"pki", 1,
     "CREATE TABLE pki_certificate ("
     "  person_id id/public NOT NULL, serial bytes/public NOT NULL,"
     "  key_name text/personal NOT NULL, issuer_key text/public NOT NULL, certificate bytes/personal NOT NULL,"
     "  not_before time/public NOT NULL, not_after time/public NOT NULL, revoked_at time/personal, reason int/personal,"
     "  PRIMARY KEY (person_id, serial));"
     "CREATE INDEX pki_certificate_revoked ON pki_certificate (issuer_key, revoked_at);"
     "CREATE TABLE pki_serial (serial bytes/public NOT NULL PRIMARY KEY, person_id id/public NOT NULL);"
     "CREATE TABLE pki_key ("
     "  key_name text/personal NOT NULL, not_before time/public NOT NULL, serial bytes/public NOT NULL,"
     "  person_id id/public NOT NULL, PRIMARY KEY (key_name, not_before, serial));"
     "CREATE TABLE pki_crl ("
     "  ca_key text/public NOT NULL, number int/public NOT NULL, this_update time/public NOT NULL,"
     "  next_update time/public NOT NULL, revoked_count int/public NOT NULL, crl bytes/public NOT NULL,"
     "  PRIMARY KEY (ca_key, number));"},
    {0},
};

#define COLUMNS \
  "c.person_id, c.serial, c.key_name, c.issuer_key, c.certificate, c.not_before, c.not_after, c.revoked_at, c.reason"

static void read_row(const struct db_rows *rows, struct arena *arena, struct pki_row *row) {
  *row = (struct pki_row){
      .person_id = db_int(rows, 0),
      .serial = db_bytes_copy(rows, 1, arena),
      .key = db_text_copy(rows, 2, arena),
      .issuer_key = db_text_copy(rows, 3, arena),
      .certificate = db_bytes_copy(rows, 4, arena),
      .not_before_ms = db_int(rows, 5),
      .not_after_ms = db_int(rows, 6),
      .revoked_at_ms = db_int(rows, 7),
      .reason = (enum crl_reason)db_int(rows, 8),
  };
}

static result unknown_if_no_row(result found) {
  if (is_code(found, DB_NO_ROW)) {
    FAIL(PKI_CERTIFICATE_UNKNOWN, "no such certificate");
  }
  return found;
}

result pki_store_add(struct db_tx *tx, const struct pki_row *row) {
  TRY(db_run(tx, "INSERT INTO pki_serial (serial, person_id) VALUES ($1, $2)",
             DB_ARGS(db_of_bytes(row->serial), db_of_int(row->person_id)), NULL));
  TRY(db_run(
      tx, "INSERT INTO pki_key (key_name, not_before, serial, person_id) VALUES ($1, $2, $3, $4)",
      DB_ARGS(db_of_text(row->key), db_of_int(row->not_before_ms), db_of_bytes(row->serial), db_of_int(row->person_id)),
      NULL));
  return db_run(
      tx,
      "INSERT INTO pki_certificate (person_id, serial, key_name, issuer_key, certificate, not_before, not_after)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7)",
      DB_ARGS(db_of_int(row->person_id), db_of_bytes(row->serial), db_of_text(row->key), db_of_text(row->issuer_key),
              db_of_bytes(row->certificate), db_of_int(row->not_before_ms), db_of_int(row->not_after_ms)),
      NULL);
}

result pki_store_find_key(struct db_tx *tx, struct slice key, int64_t at_ms, struct arena *arena,
                          struct pki_row *ret_row) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(unknown_if_no_row(
      db_row(tx,
             "SELECT " COLUMNS
             " FROM pki_key k JOIN pki_certificate c ON c.person_id = k.person_id AND c.serial = k.serial"
             " WHERE k.key_name = $1 AND k.not_before <= $2 AND c.not_after >= $2"
             " AND (c.revoked_at IS NULL OR c.revoked_at > $2)"
             " ORDER BY k.not_before DESC, k.serial LIMIT 1",
             DB_ARGS(db_of_text(key), db_of_int(at_ms)), &rows)));
  read_row(&rows, arena, ret_row);
  return OK;
}

result pki_store_find_last(struct db_tx *tx, struct slice key, struct arena *arena, struct pki_row *ret_row) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(unknown_if_no_row(db_row(tx,
                               "SELECT " COLUMNS
                               " FROM pki_key k JOIN pki_certificate c ON c.person_id = k.person_id AND c.serial = k.serial"
                               " WHERE k.key_name = $1 ORDER BY k.not_before DESC, k.serial LIMIT 1",
                               DB_ARGS(db_of_text(key)), &rows)));
  read_row(&rows, arena, ret_row);
  return OK;
}

result pki_store_find_end(struct db_tx *tx, struct slice key, int64_t at_ms, int64_t *ret_ended_ms) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx,
             "SELECT coalesce(max(c.not_after), 0) FROM pki_key k JOIN pki_certificate c ON c.person_id = k.person_id AND c.serial = k.serial"
             " WHERE k.key_name = $1 AND c.not_after < $2 AND c.revoked_at IS NULL",
             DB_ARGS(db_of_text(key), db_of_int(at_ms)), &rows));
  *ret_ended_ms = db_int(&rows, 0);
  return OK;
}

result pki_store_find_serial(struct db_tx *tx, struct slice serial, struct arena *arena, struct pki_row *ret_row) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(unknown_if_no_row(
      db_row(tx,
             "SELECT " COLUMNS
             " FROM pki_serial s JOIN pki_certificate c ON c.person_id = s.person_id AND c.serial = s.serial"
             " WHERE s.serial = $1",
             DB_ARGS(db_of_bytes(serial)), &rows)));
  read_row(&rows, arena, ret_row);
  return OK;
}

result pki_store_revoke(struct db_tx *tx, const struct pki_row *row) {
  return db_run(tx, "UPDATE pki_certificate SET revoked_at = $3, reason = $4 WHERE person_id = $1 AND serial = $2",
                DB_ARGS(db_of_int(row->person_id), db_of_bytes(row->serial), db_of_int(row->revoked_at_ms),
                        db_of_int(row->reason)),
                NULL);
}

result pki_store_crl_latest(struct db_tx *tx, struct slice ca_key, struct arena *arena, struct pki_crl_row *ret_row) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  result found = db_row(tx,
                        "SELECT number, this_update, next_update, revoked_count, crl FROM pki_crl WHERE ca_key = $1"
                        " ORDER BY number DESC LIMIT 1",
                        DB_ARGS(db_of_text(ca_key)), &rows);
  if (is_code(found, DB_NO_ROW)) {
    *ret_row = (struct pki_crl_row){.ca_key = ca_key};
    return OK;
  }
  TRY(found);
  *ret_row = (struct pki_crl_row){ca_key,           db_int(&rows, 0), db_int(&rows, 1),
                                  db_int(&rows, 2), db_int(&rows, 3), db_bytes_copy(&rows, 4, arena)};
  return OK;
}

result pki_store_crl_add(struct db_tx *tx, const struct pki_crl_row *row) {
  return db_run(tx,
                "INSERT INTO pki_crl (ca_key, number, this_update, next_update, revoked_count, crl) VALUES ($1, $2, "
                "$3, $4, $5, $6)",
                DB_ARGS(db_of_text(row->ca_key), db_of_int(row->number), db_of_int(row->this_update_ms),
                        db_of_int(row->next_update_ms), db_of_int(row->revoked_count), db_of_bytes(row->crl)),
                NULL);
}

result pki_store_revoked_count(struct db_tx *tx, struct slice ca_key, int64_t *ret_count) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, "SELECT count(*) FROM pki_certificate WHERE issuer_key = $1 AND revoked_at IS NOT NULL",
             DB_ARGS(db_of_text(ca_key)), &rows));
  *ret_count = db_int(&rows, 0);
  return OK;
}

result pki_store_revoked(struct db_tx *tx, struct slice ca_key, struct arena *arena, struct crl_entry **ret_entries,
                         size_t *ret_count) {
  int64_t count = 0;
  TRY(pki_store_revoked_count(tx, ca_key, &count));
  struct crl_entry *entries = ARENA_ARRAY(arena, struct crl_entry, (size_t)count);
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT serial, revoked_at, reason FROM pki_certificate WHERE issuer_key = $1 AND revoked_at IS NOT NULL"
               " ORDER BY revoked_at, serial",
               DB_ARGS(db_of_text(ca_key)), &rows));
  size_t read = 0;
  while (read < (size_t)count && db_rows_next(&rows)) {
    entries[read++] =
        (struct crl_entry){db_bytes_copy(&rows, 0, arena), db_int(&rows, 1), (enum crl_reason)db_int(&rows, 2)};
  }
  TRY(rows.status);
  *ret_entries = entries;
  *ret_count = read;
  return OK;
}

static result read_expiring(struct db_rows *rows, struct arena *arena, struct pki_expiring ret_expiring[PKI_EXPIRING_MAX], size_t *ret_count) {
  size_t count = 0;
  while (count < PKI_EXPIRING_MAX && db_rows_next(rows)) {
    ret_expiring[count++] = (struct pki_expiring){db_text_copy(rows, 0, arena), db_int(rows, 1), db_int(rows, 2)};
  }
  TRY(rows->status);
  *ret_count = count;
  return OK;
}

result pki_expiring(struct db_tx *tx, int64_t before_ms, struct arena *arena, struct pki_expiring ret_expiring[PKI_EXPIRING_MAX], size_t *ret_count) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT key_name, person_id, MAX(not_after) FROM pki_certificate WHERE person_id = 0 AND revoked_at IS NULL GROUP BY key_name, person_id"
               " HAVING MAX(not_after) < $1 ORDER BY key_name LIMIT 64",
               DB_ARGS(db_of_int(before_ms)), &rows));
  return read_expiring(&rows, arena, ret_expiring, ret_count);
}

result pki_expiring_people(struct db_tx *tx, int64_t before_ms, struct arena *arena, struct pki_expiring ret_expiring[PKI_EXPIRING_MAX], size_t *ret_count) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT key_name, person_id, MAX(not_after) FROM pki_certificate WHERE person_id <> 0 AND revoked_at IS NULL GROUP BY key_name, person_id"
               " HAVING MAX(not_after) < $1 ORDER BY MAX(not_after) DESC, key_name LIMIT 64",
               DB_ARGS(db_of_int(before_ms)), &rows));
  return read_expiring(&rows, arena, ret_expiring, ret_count);
}

result pki_keys_list(struct db_tx *tx, struct arena *arena, struct slice ret_keys[PKI_KEYS_MAX], size_t *ret_count) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  size_t count = 0;
  TRY(db_query(tx, "SELECT DISTINCT key_name FROM pki_certificate WHERE person_id = 0 ORDER BY key_name LIMIT 256", DB_NO_ARGS, &rows));
  while (count < PKI_KEYS_MAX && db_rows_next(&rows)) {
    ret_keys[count++] = db_text_copy(&rows, 0, arena);
  }
  TRY(rows.status);
  *ret_count = count;
  return OK;
}
