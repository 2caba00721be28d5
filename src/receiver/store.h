/* receiver/store.h: deliveries on disk. (private to receiver/) */
#pragma once
#include "receiver/receiver.h"

struct delivery {
  int64_t delivery_id;
  struct slice kind;
  struct slice reference;
  struct slice payload;  /* JSON */
  struct slice document; /* may be empty */
  uint8_t content[32];   /* SHA-256 of the whole body */
  uint8_t document_sha256[32];
  int64_t received_at_ms;
};
MUST_USE result receiver_store_open(const char *data_dir, struct db **ret_db);
/* Stores it once; a repetition gets received_at_ms of the first. RECEIVER_DIFFERS. */
MUST_USE result receiver_store_put(struct db *db, struct delivery *delivery);
/* reference empty: all. JSON list without the documents. */
MUST_USE result receiver_store_list(struct db *db, struct arena *arena, struct slice reference, struct slice *ret_json);
