/* evidence/store.h: the folder of sealed files. (private to evidence/) */
#pragma once
#include "evidence/evidence.h"

struct evidence_store {
  const char *folder;
  struct secret key; /* what file keys are sealed under */
};
/* On disk when it returns; the same bytes twice are one file. */
MUST_USE result evidence_store_write(struct evidence_store *store, const uint8_t name[static EVIDENCE_SHA256], struct slice sealed);
/* EVIDENCE_LOST, EVIDENCE_ALTERED. */
MUST_USE result evidence_store_read(struct evidence_store *store, struct arena *arena, const uint8_t name[static EVIDENCE_SHA256],
                                    struct slice *ret_sealed);
/* Asks of every file older than an hour whether a row names it, and drops it if not. */
struct evidence_store_walk {
  result (*is_named)(void *context, const uint8_t name[static EVIDENCE_SHA256], bool *ret_named);
  void *context;
};
MUST_USE result evidence_store_drop_left_over(struct evidence_store *store, const struct evidence_store_walk *walk);
/* The seal's `about`, so that one file's key opens no other. */
struct slice evidence_store_about(struct arena *arena, const uint8_t name[static EVIDENCE_SHA256]);
