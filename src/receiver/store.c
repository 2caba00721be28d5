#include "receiver/store.h"

#include "codec/hex.h"
#include "codec/jout.h"

static const struct db_migration migrations[] = {
    {"receiver", 1,
     "CREATE TABLE delivery ("
     "  delivery_id id/public NOT NULL PRIMARY KEY, kind text/public NOT NULL, reference text/personal NOT NULL,"
     "  payload text/personal NOT NULL, document bytes/sensitive, document_sha256 bytes/personal NOT NULL, content "
     "bytes/personal NOT NULL,"
     "  received_at time/public NOT NULL);"
     "CREATE INDEX delivery_reference ON delivery (reference);"},
    {0},
};

result receiver_store_open(const char *data_dir, struct db **ret_db) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice path = arena_printf(&arena, "%s/receiver.db", data_dir);
  struct db_options options = {
      .path = arena_cstr(&arena, path), .mode = DB_CREATE, .migrations = migrations, .readers = 4};
  return db_open(&options, ret_db);
}

static result put_in_write(struct db_tx *tx, void *arg) {
  struct delivery *d = arg;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT content, received_at FROM delivery WHERE delivery_id = $1",
               DB_ARGS(db_of_int(d->delivery_id)), &rows));
  if (db_rows_next(&rows)) {
    if (!slice_eq(db_bytes(&rows, 0), slice_of(d->content, sizeof d->content))) {
      FAIL(RECEIVER_DIFFERS, "idempotency key used for another content");
    }
    d->received_at_ms = db_int(&rows, 1);
    return OK;
  }
  TRY(rows.status);
  return db_run(
      tx,
      "INSERT INTO delivery (delivery_id, kind, reference, payload, document, document_sha256, content, received_at)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
      DB_ARGS(db_of_int(d->delivery_id), db_of_text(d->kind), db_of_text(d->reference), db_of_text(d->payload),
              slice_empty(d->document) ? db_of_null() : db_of_bytes(d->document),
              db_of_bytes(slice_of(d->document_sha256, 32)), db_of_bytes(slice_of(d->content, 32)),
              db_of_int(d->received_at_ms)),
      NULL);
}

result receiver_store_put(struct db *db, struct delivery *delivery) {
  return db_write(db, put_in_write, delivery);
}

result receiver_store_list(struct db *db, struct arena *arena, struct slice reference, struct slice *ret_json) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_read_begin(db, &tx));
  TRY(db_query(
      tx,
      "SELECT delivery_id, kind, reference, payload, document_sha256, received_at, length(document) FROM delivery"
      " WHERE reference = $1 OR $2 = 1 ORDER BY received_at DESC, delivery_id DESC LIMIT 200",
      DB_ARGS(db_of_text(reference), db_of_int(slice_empty(reference))), &rows));
  struct buf buf;
  buf_init(&buf, arena, 4096);
  struct jout out;
  jout_init(&out, &buf);
  jout_list(&out);
  while (db_rows_next(&rows)) {
    jout_object(&out);
    jout_put_text(&out, "delivery_id", arena_printf(arena, "%lld", (long long)db_int(&rows, 0)));
    jout_put_text(&out, "kind", db_text(&rows, 1));
    jout_put_text(&out, "reference", db_text(&rows, 2));
    jout_put_raw(&out, "payload", db_text(&rows, 3));
    jout_put_text(&out, "document_sha256", hex_write(arena, db_bytes(&rows, 4)));
    jout_put_int(&out, "document_bytes", db_int(&rows, 6));
    jout_put_instant(&out, "received_at", db_int(&rows, 5));
    jout_object_end(&out);
  }
  TRY(rows.status);
  jout_list_end(&out);
  *ret_json = buf_slice(&buf);
  return OK;
}
