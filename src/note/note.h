/* note/note.h: signed notes, and what a transparency log writes in them: checkpoints, cosignatures, proofs of inclusion.
 *
 * Standard   C2SP signed-note (Ed25519), tlog-checkpoint, tlog-cosignature (Ed25519), tlog-proof v1; RFC 8032.
 * Does not   sign: the signer does (env.h); nor hash trees (ledger.h). Signatures of other types are passed over, as of any unknown key.
 * Shapes     a note is text, an empty line and signature lines, at most 128 KiB and 32 lines. Slices point into what was parsed, or into the arena.
 * Errors     NOTE_... below.
 */
#pragma once
#include "base/arena.h"
#include "crypto/digest.h"
#include "crypto/ed25519.h"

enum note_error {
  NOTE_SYNTAX = RESULT_CODE(RESULT_INVALID, MODULE_NOTE, 1),          /* Not a note, checkpoint or proof in its one form. */
  NOTE_KEY_SYNTAX = RESULT_CODE(RESULT_INVALID, MODULE_NOTE, 2),      /* Not a verifier key. */
  NOTE_UNSIGNED = RESULT_CODE(RESULT_REFUSED, MODULE_NOTE, 3),        /* No signature of that key. */
  NOTE_SIGNATURE_WRONG = RESULT_CODE(RESULT_REFUSED, MODULE_NOTE, 4), /* A signature of that key that does not verify. */
};

/* --- keys --- */

enum note_type { NOTE_ED25519 = 0x01, NOTE_COSIGNATURE = 0x04 };

/* Who signs: name and id together say which key and which algorithm. */
struct note_key {
  struct slice name; /* without spaces and '+' */
  uint8_t id[4];     /* SHA-256(name || 0x0A || type || public key), cut */
  enum note_type type;
  uint8_t public_key[ED25519_PUBLIC_BYTES];
};

/* NOTE_KEY_SYNTAX: not a key's name. */
MUST_USE result note_key_init(struct slice name, enum note_type type, const uint8_t public_key[static ED25519_PUBLIC_BYTES],
                              struct note_key *ret_key);
/* "<name>+<id in hex>+<base64 of type and public key>" */
struct slice note_key_write(struct arena *arena, const struct note_key *key);
MUST_USE result note_key_parse(struct slice text, struct arena *arena, struct note_key *ret_key);

/* --- notes --- */

enum { NOTE_FILE_BYTES_MAX = 131072, NOTE_SIGNATURES_MAX = 32 };

struct note_signature {
  struct slice name;
  struct slice bytes; /* id, then the signature */
};
struct note {
  struct slice text; /* with its last newline */
  struct note_signature signatures[NOTE_SIGNATURES_MAX];
  size_t count;
};
MUST_USE result note_parse(struct slice bytes, struct arena *arena, struct note *ret_note);
/* One or more signature lines alone, as a witness answers them: ret_note->text stays empty. */
MUST_USE result note_lines_parse(struct slice bytes, struct arena *arena, struct note *ret_note);
/* A signature line. For a cosignature: time_s before the signature. */
struct slice note_line_write(struct arena *arena, const struct note_key *key, int64_t time_s, struct slice signature);
/* What a cosigner signs (C2SP tlog-cosignature). */
struct slice note_cosignature_message(struct arena *arena, int64_t time_s, struct slice text);
/* NOTE_UNSIGNED, NOTE_SIGNATURE_WRONG. ret_time_s (may be NULL): of a cosignature. */
MUST_USE result note_check(const struct note *note, const struct note_key *key, int64_t *ret_time_s);

/* --- checkpoints --- */

struct note_checkpoint {
  struct slice origin;
  int64_t size;
  uint8_t root[DIGEST_BYTES];
  bool has_extensions; /* lines after the third */
};
MUST_USE result note_checkpoint_parse(struct slice text, struct note_checkpoint *ret_checkpoint);
/* The three lines. */
struct slice note_checkpoint_write(struct arena *arena, const struct note_checkpoint *checkpoint);

/* A whole number without sign and leading noughts, below 10^18. */
MUST_USE result note_number_parse(struct slice digits, int64_t *ret_number);

/* --- proofs of inclusion --- */

struct note_proof {
  struct slice extra; /* empty: none */
  int64_t position;
  struct slice hashes;     /* 32 bytes each, from the leaf's sibling up; at most 63 */
  struct slice checkpoint; /* the signed note */
};
struct slice note_proof_write(struct arena *arena, const struct note_proof *proof);
MUST_USE result note_proof_parse(struct slice bytes, struct arena *arena, struct note_proof *ret_proof);
/* Lines of base64, 32 bytes each, until an empty line or the end, which are left in *rest. */
MUST_USE result note_hashes_parse(struct slice *rest, struct arena *arena, struct slice *ret_hashes);
