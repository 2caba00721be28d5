/* witness/witness.h: a witness of transparency logs, ours or anybody's: it cosigns a checkpoint once it has seen that the log only grew.
 *
 *   POST /add-checkpoint               a checkpoint and the proof that it grew from the one cosigned last; answers the cosignature
 *   GET  /<SHA-256 of origin>/checkpoint  the newest it has cosigned, with the cosignature
 *
 * Standard   C2SP tlog-witness, tlog-cosignature (Ed25519), signed-note.
 * Does not   cosign subtrees (sign-subtree is optional), nor keep more of a log than its newest checkpoint.
 * Durable    what it has cosigned is on disk before the cosignature is given out; two requests at once cannot take it back to a smaller tree.
 * Keeps      DIR/witness.db; DIR/signer/: its key "checkpoint/witness" (signer.h), which signs nothing but cosignatures.
 * Errors     none to clients but HTTP statuses; opening: NOTE_KEY_SYNTAX for two keys of one log, and what its parts say.
 */
#pragma once
#include "env/env.h"
#include "note/note.h"

enum { WITNESS_LOGS_MAX = 16 };

struct witness_options {
  struct db *db;
  struct signer *signer;
  const struct clock *clock;
  struct slice name; /* "witness.example/w1" */
  const struct note_key *logs; /* whose checkpoints it cosigns */
  size_t log_count;
};

extern const struct db_migration witness_migrations[];

struct witness;
MUST_USE result witness_open(const struct witness_options *options, struct witness **ret_witness);
void witness_close(struct witness **witness);
/* Whoever trusts it wants this one (note_key_write). */
const struct note_key *witness_key(const struct witness *witness);

struct witness_answer {
  int status;
  const char *content_type;
  struct slice body;
};
void witness_add_checkpoint(struct witness *witness, struct slice body, struct arena *arena, struct witness_answer *ret_answer);
/* origin_hash: 64 hexadecimal digits. */
void witness_checkpoint(struct witness *witness, struct slice origin_hash, struct arena *arena, struct witness_answer *ret_answer);
