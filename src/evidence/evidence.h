/* evidence/evidence.h: portraits and biometric samples as sealed files, and the matcher that compares them.
 *
 *   evidence_seal (outside a write: the file, on disk) -> evidence_keep (inside the write: the row and its ledger entry) -> evidence_open
 *                                                                 \-> evidence_erase, or the end of its time: row, key and file are gone
 *
 * At rest    each file is sealed under a key of its own, which lies in its row sealed under the installation's evidence key (DIR/evidence.key): without
 *            row or key the file says nothing, so erasing the row erases the picture, in backups of the folder too. A file's name is the SHA-256 of its
 *            sealed bytes.
 * Pictures   are kept, shown and compared without what they carry beside what is seen: place, time, camera, comments, thumbnails, colour profiles,
 *            whatever follows their end. Of a JPEG's Exif one number stays, how it was held, in a segment written anew.
 * Reads      evidence_open records "evidence.read" in the ledger before it returns a byte; the purpose is stated.
 * Matcher    struct evidence_matcher: another process or the identity database's own engine does the comparing (doc/matcher.md). Ours never sees a
 *            template. What a matcher cannot tell, EVIDENCE_UNSURE, a person compares by eye.
 * Durable    a sealed file without its row (a crash between the two) is found and dropped by evidence_sweep.
 * Does not   decide who may see it (access/), or what a mismatch means (dossier/, recovery/).
 * Errors     enum evidence_error.
 */
#pragma once
#include "base/secret.h"
#include "codec/jout.h"
#include "env/env.h"

enum evidence_error {
  EVIDENCE_UNKNOWN = RESULT_CODE(RESULT_NOT_FOUND, MODULE_EVIDENCE, 1),       /* No such evidence, or erased. */
  EVIDENCE_PICTURE = RESULT_CODE(RESULT_INVALID, MODULE_EVIDENCE, 2),         /* Not a JPEG or PNG picture. */
  EVIDENCE_TOO_LARGE = RESULT_CODE(RESULT_INVALID, MODULE_EVIDENCE, 3),       /* More bytes or pixels than a portrait needs. */
  EVIDENCE_TOO_SMALL = RESULT_CODE(RESULT_INVALID, MODULE_EVIDENCE, 4),       /* Too few pixels to compare. */
  EVIDENCE_LOST = RESULT_CODE(RESULT_INTERNAL, MODULE_EVIDENCE, 5),           /* The row is there and the file is not. */
  EVIDENCE_ALTERED = RESULT_CODE(RESULT_INTERNAL, MODULE_EVIDENCE, 6),        /* The file is not what was kept. */
  EVIDENCE_NO_REFERENCE = RESULT_CODE(RESULT_NOT_FOUND, MODULE_EVIDENCE, 7),  /* The identity database has no such sample of that person. */
  EVIDENCE_MATCHER_AWAY = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_EVIDENCE, 8),/* The matcher does not answer, or not as documented. */
  EVIDENCE_NO_STORE = RESULT_CODE(RESULT_INTERNAL, MODULE_EVIDENCE, 9),       /* This process was opened without the evidence folder. */
  EVIDENCE_RETAKE = RESULT_CODE(RESULT_INVALID, MODULE_EVIDENCE, 11),         /* No face in it, or none that can be compared: another picture. */
  EVIDENCE_PURPOSE = RESULT_CODE(RESULT_INVALID, MODULE_EVIDENCE, 10),        /* A look at evidence states its purpose. */
};

extern const struct db_migration evidence_migrations[]; /* ended by {0} */

enum evidence_kind { EVIDENCE_PORTRAIT = 1, EVIDENCE_FACE, EVIDENCE_FINGERPRINTS, EVIDENCE_DOCUMENT };
const char *evidence_kind_name(enum evidence_kind kind); /* "portrait" */
int evidence_kind_find(struct slice name);               /* 0: none */

enum { EVIDENCE_BYTES_MAX = 4 * 1024 * 1024, EVIDENCE_SHA256 = 32 };

/* ---- what a matcher says ---- */

enum evidence_verdict {
  EVIDENCE_MATCH = 1,
  EVIDENCE_NO_MATCH,
  EVIDENCE_UNSURE,   /* between the thresholds, or an engine that cannot tell: a person looks */
  EVIDENCE_UNUSABLE, /* no face, blurred, not alive: taken again */
};
const char *evidence_verdict_name(enum evidence_verdict verdict); /* "match" */
struct evidence_opinion {
  enum evidence_verdict verdict; /* 0: none */
  int score;                     /* 0 to 1000; -1: the engine gives none */
  struct slice engine;           /* "danh-demonstration 1" */
  struct slice reason;           /* the engine's word for unsure or unusable: "no_face"; may be empty. Without a verdict: "away", "no_reference" */
  bool is_demonstration;
};
/* The member "opinion": {"verdict" ("none" without one), "score", "engine", "reason", "demonstration"}. */
void evidence_opinion_put(struct jout *out, const struct evidence_opinion *opinion);

/* ---- files ---- */

/* The folder and the key it is sealed under: env->evidence. Opened once by the edge; made if absent. */
struct evidence_store;
MUST_USE result evidence_store_open(const char *folder, const char *key_path, struct evidence_store **ret_store);
void evidence_store_close(struct evidence_store **store); /* NULL is fine */

struct evidence_new {
  int64_t person_id; /* 0 while nobody knows whose it is: sealed, not kept */
  enum evidence_kind kind;
  struct slice bytes;      /* as they came */
  struct slice reference;  /* what it belongs to: a dossier code, a recovery */
  int64_t actor_id;        /* who brought it in; 0: the system */
  struct slice actor_role; /* empty for a citizen */
  int64_t keep_until_ms;
  struct evidence_opinion opinion; /* kept with it, for whoever decides and whoever audits; no engine and no reason: nobody was asked */
};
struct evidence_sealed {
  uint8_t file[EVIDENCE_SHA256];    /* of the sealed bytes: its name */
  uint8_t content[EVIDENCE_SHA256]; /* of the cleaned picture */
  struct slice wrapped_key;
  struct slice media_type; /* "image/jpeg", "image/png" */
  int64_t size;
};
/* Width and height out of the head of a JPEG or PNG; nothing is decoded. Pure. */
struct evidence_picture {
  const char *media_type;
  int32_t width, height;
};
MUST_USE result evidence_picture_read(struct slice bytes, struct evidence_picture *ret_picture);
/* The same picture and nothing else: of JPEG segments and PNG chunks only those that show it. Pure; twice is the same as once.
 * evidence_seal and evidence_match do it themselves. EVIDENCE_PICTURE (also: broken off), _TOO_LARGE, _TOO_SMALL. */
MUST_USE result evidence_picture_clean(struct slice bytes, struct arena *arena, struct slice *ret_bytes);
/* Cleans the picture (EVIDENCE_PICTURE, _TOO_LARGE, _TOO_SMALL) and writes the sealed file, on disk. Not inside a write. */
MUST_USE result evidence_seal(struct env *env, struct arena *arena, const struct evidence_new *evidence, struct evidence_sealed *ret_sealed);
/* The rows, and "evidence.kept" in the ledger, with the opinion. */
MUST_USE result evidence_keep(struct env *env, struct db_tx *tx, const struct evidence_new *evidence, const struct evidence_sealed *sealed,
                              int64_t *ret_evidence_id);

struct evidence {
  int64_t person_id;
  int64_t evidence_id;
  enum evidence_kind kind;
  struct slice reference;
  struct slice media_type;
  int64_t size;
  int64_t kept_at_ms;
  int64_t keep_until_ms;
  struct evidence_opinion opinion;
};
struct evidence_list {
  const struct evidence *items;
  size_t count;
};
/* Of a person, newest first; reference empty: all. No bytes, so no read. */
MUST_USE result evidence_list(struct db_tx *tx, struct arena *arena, int64_t person_id, struct slice reference, struct evidence_list *ret_list);
struct evidence_look {
  int64_t person_id;
  int64_t evidence_id;
  int64_t actor_id;
  struct slice actor_role;
  struct slice purpose;
};
/* The bytes. The ledger has the look first. Not inside a write. EVIDENCE_UNKNOWN, _LOST, _ALTERED. */
MUST_USE result evidence_open(struct env *env, struct arena *arena, const struct evidence_look *look, struct evidence *ret_evidence,
                              struct slice *ret_bytes);
/* Row and key, and "evidence.erased"; the file goes with the next sweep. EVIDENCE_UNKNOWN. */
MUST_USE result evidence_erase(struct env *env, struct db_tx *tx, const struct evidence_look *look);
/* Erases what has reached its end, then drops files no row names and that are older than an hour. */
MUST_USE result evidence_sweep(struct env *env);

/* ---- comparing ---- */

/* A sample against what the identity database holds of one person: one to one, never a search. */
struct evidence_question {
  struct slice pin;
  enum evidence_kind kind; /* EVIDENCE_FACE or EVIDENCE_FINGERPRINTS; a portrait is compared as a face */
  struct slice sample;
  bool is_live; /* nobody watches: a match says too that a living face was before a camera now, else EVIDENCE_UNUSABLE "not_alive" */
};
/* Any thread. Not inside a write. */
struct evidence_matcher {
  const char *name;
  bool is_demonstration; /* said on every screen that shows its opinion */
  result (*compare)(const struct evidence_matcher *matcher, struct arena *arena, const struct evidence_question *question,
                    struct evidence_opinion *ret_opinion); /* EVIDENCE_NO_REFERENCE, EVIDENCE_MATCHER_AWAY */
  result (*portrait)(const struct evidence_matcher *matcher, struct arena *arena, struct slice pin,
                     struct slice *ret_bytes); /* for the officer's eye; EVIDENCE_NO_REFERENCE, EVIDENCE_MATCHER_AWAY */
};
/* Asks env->matcher; without one EVIDENCE_MATCHER_AWAY. */
MUST_USE result evidence_match(struct env *env, struct arena *arena, const struct evidence_question *question, struct evidence_opinion *ret_opinion);
/* The same, but a matcher that is away, or has nothing to compare with, is an opinion without a verdict: a person looks. */
MUST_USE result evidence_ask(struct env *env, struct arena *arena, const struct evidence_question *question, struct evidence_opinion *ret_opinion);
/* The identity database's portrait of somebody other than the reader: recorded first as "evidence.reference.read". look->evidence_id is not read. */
MUST_USE result evidence_reference(struct env *env, struct arena *arena, const struct evidence_look *look, struct slice pin, struct slice *ret_bytes);

/* ---- the demonstration's matcher: pictures it has drawn itself, told apart byte by byte; of any other picture it says EVIDENCE_UNSURE ---- */
const struct evidence_matcher *evidence_demonstration_matcher(void);
/* The portrait the demonstration's identity database holds of that number: a drawn face, PNG. */
struct slice evidence_demonstration_portrait(struct arena *arena, struct slice pin);
/* The same face as a camera would take it now: each shot differs from every other and from the portrait, and this alone counts as live. */
struct slice evidence_demonstration_shot(struct arena *arena, struct random *random, struct slice pin);
