/* ledger/ledger.h: the tamper-evident record of every act, and of every read of personal data by anyone but its holder.
 *
 *   act --ledger_append, same transaction--> entry --ledger_sequence--> position, Merkle tree --signer--> checkpoint
 *
 * An act appends its entry, without a position, in its own transaction. One sequencer then gives positions, hashes
 * leaves into a Merkle tree and has a checkpoint signed whenever there is something new, at least each second.
 * Standard   tree hashes [RFC9162 2.1], the same as [RFC6962 2.1]; a checkpoint is a C2SP tlog-checkpoint (origin, size, root) signed as a
 *            C2SP signed-note with Ed25519; tiles and bundles of entries as C2SP tlog-tiles; proofs as C2SP tlog-proof.
 * Private    what is published of an entry, its leaf, says when and nothing else: it commits to the content under a salt. A person proves theirs
 *            by showing content and salt. Once both are erased nothing leads from the leaf to what it said, and the tree stands as it was.
 * Does not   serve or write files: resources are bytes by name here (api/, and the exporter of cli/).
 *
 * The leaf, which is hashed and published; numbers big-endian:
 *   OFFSET    SIZE   FIELD
 *   0         1      version, 2
 *   1         8      time, Unix ms UTC
 *   9         32     SHA-256("danh-ledger-entry\n" || salt || content); salt: 16 bytes
 *
 * The content; salt, content and detail lie in ledger_detail, which can be erased (an entry of kind ledger.erased then says so):
 *   OFFSET    SIZE   FIELD
 *   0         1      version, 1
 *   1         1      bit 0: a read of personal data; the other bits 0
 *   2         8      time, Unix ms UTC, the leaf's
 *   10        32     SHA-256(salt || detail)
 *   42        16     actor's pseudonym; zeros: the system itself
 *   58        16     pseudonym of the person acted for; zeros: nobody else
 *   74        1      K, length of the kind, 1..255
 *   75        K      kind
 *   75+K      2      R, length of the actor's role
 *   77+K      R      actor's role
 *   77+K+R    2      B, length of the legal basis
 *   79+K+R    B      legal basis; for a read: the stated purpose
 *   79+K+R+B  2      N, number of subjects
 *   81+K+R+B  16 N   pseudonyms of the subjects, ascending by person id at the time, each once
 * A pseudonym is 16 random bytes a person, in ledger_pseudonym: once erased, nothing leads from the content to the person.
 * Entries of before version 2 of the tables have their content for a leaf.
 */
#pragma once
#include "env/env.h"
#include "note/note.h"

enum ledger_error {
  LEDGER_TOO_LONG = RESULT_CODE(RESULT_INVALID, MODULE_LEDGER, 1),        /* An entry would exceed 65,535 bytes. */
  LEDGER_ALTERED = RESULT_CODE(RESULT_INTERNAL, MODULE_LEDGER, 2),        /* The stored ledger does not verify. */
  LEDGER_NOT_ORDERED = RESULT_CODE(RESULT_NOT_FOUND, MODULE_LEDGER, 3),   /* No such entry in a tree of that size. */
  LEDGER_NO_CHECKPOINT = RESULT_CODE(RESULT_NOT_FOUND, MODULE_LEDGER, 4), /* Nothing has been signed yet. */
  LEDGER_SYNTAX = RESULT_CODE(RESULT_INVALID, MODULE_LEDGER, 5),          /* Not a content or a checkpoint. */
  LEDGER_UNKNOWN = RESULT_CODE(RESULT_NOT_FOUND, MODULE_LEDGER, 6),       /* No such entry about that person. */
  LEDGER_NO_RESOURCE = RESULT_CODE(RESULT_NOT_FOUND, MODULE_LEDGER, 7),   /* No checkpoint covers a tile or bundle of that name. */
  LEDGER_TILE_MISSING = RESULT_CODE(RESULT_INTERNAL, MODULE_LEDGER, 8),   /* A tile that has to be stored is missing or cut. */
  LEDGER_FORKED = RESULT_CODE(RESULT_REFUSED, MODULE_LEDGER, 9),          /* A checkpoint from elsewhere is not of this ledger. */
  LEDGER_NOT_PROVED = RESULT_CODE(RESULT_REFUSED, MODULE_LEDGER, 10),     /* What a proof shows is not in the tree it names. */
  LEDGER_NOT_WITNESSED = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_LEDGER, 11), /* A witness does not cosign the checkpoint. */
};

struct ledger_entry {
  const char *kind; /* "dossier.received", "register.read" ...: module.verb, past tense; "....read" marks a read */
  int64_t actor_person_id; /* 0: the system itself */
  struct slice actor_role; /* "officer@H26.11"; empty for a citizen acting for themselves */
  int64_t on_behalf_of;    /* 0: for nobody else */
  const int64_t *subjects; /* person ids it is about: one index row each */
  size_t subject_count;
  struct slice legal_basis; /* the clause, in Vietnamese; for a read: the stated purpose */
  struct slice detail;      /* JSON; personal data belongs here and only here */
};

extern const struct db_migration ledger_migrations[]; /* ended by {0} */

/* How far an entry may be dated before those signed earlier: between nodes, and when a clock is set right. */
enum { LEDGER_CLOCKS_DIFFER_MS = 10 * 60 * 1000 };

/* Inside a write function. */
MUST_USE result ledger_append(struct env *env, struct db_tx *tx, const struct ledger_entry *entry);
/* An act of the installation itself, of which the newest is asked for: a backup, a restore. About nobody. Inside a write function. */
MUST_USE result ledger_milestone_append(struct env *env, struct db_tx *tx, const struct ledger_entry *entry, int64_t *ret_entry_id);
/* A read of somebody's data by another: returns when the entry is durable; only then may the data be shown. Not
 * inside a write. */
MUST_USE result ledger_record_read(struct env *env, const struct ledger_entry *entry);
/* Makes a person unrecognisable in the ledger: their pseudonym, index rows and salt, content and detail of entries about them
 * alone are erased, which entries of kind ledger.erased tell by number; the leaves stand and verify. `act` says who did it and why, without subjects. Inside a write
 * function. */
MUST_USE result ledger_person_erase(struct env *env, struct db_tx *tx, int64_t person_id,
                                    const struct ledger_entry *act);

/* --- who did what about me --- */

struct ledger_line {
  int64_t entry_id;
  int64_t at_ms;
  struct slice kind;   /* empty: its content was erased */
  struct slice actor_role;
  struct slice legal_basis; /* for a read: the stated purpose */
  bool is_read;
  bool by_self;        /* the person themselves was the actor */
  int64_t position;    /* in the tree; -1: not ordered yet */
  struct slice detail; /* JSON; empty when erased, and from ledger_latest */
};

struct ledger_query {
  int64_t person_id;
  int64_t before_entry_id; /* 0: from the newest */
  int limit;               /* 1..200 */
};

struct ledger_lines {
  struct ledger_line *items; /* newest first */
  size_t count;
  int64_t next_before; /* before_entry_id of the next page; 0: that was the last */
};

/* Reads of the person's data by anyone else. */
MUST_USE result ledger_reads_of_person(struct env *env, struct db_tx *tx, const struct ledger_query *query,
                                       struct arena *arena, struct ledger_lines *ret_lines);
/* Every entry about the person, reads and their own acts included. */
MUST_USE result ledger_entries_of_person(struct env *env, struct db_tx *tx, const struct ledger_query *query,
                                         struct arena *arena, struct ledger_lines *ret_lines);

/* One entry about the person, and who is behind it: for whoever looks into a report of misuse. LEDGER_UNKNOWN. */
struct ledger_line_key {
  int64_t person_id;
  int64_t entry_id;
};
MUST_USE result ledger_line_find(struct db_tx *tx, const struct ledger_line_key *key, struct arena *arena, struct ledger_line *ret_line,
                                 int64_t *ret_actor_person_id); /* 0: the system, or erased */

/* The newest entries of all, whoever they are about: for operators. Details are not read. */
MUST_USE result ledger_latest(struct db_tx *tx, int limit, struct arena *arena, struct ledger_lines *ret_lines);

/* The newest milestone of that kind, with its detail. LEDGER_UNKNOWN: there was none. */
MUST_USE result ledger_milestone_find(struct db_tx *tx, const char *kind, struct arena *arena, struct ledger_line *ret_line);

/* --- order, tree, checkpoint --- */

/* One round: orders what waits, stores its hashes, re-reads and re-hashes it, has the checkpoint signed by key
 * "checkpoint/ledger", stores it. Two writes with the signature between; a crash between them is resumed by the next round.
 * Without env->signer it orders and leaves the signature to a later round. LEDGER_ALTERED: what was stored is not
 * what was hashed; nothing is signed. DB_NOT_LEADING: another node orders. Not inside a write. */
MUST_USE result ledger_sequence(struct env *env);

struct ledger_sequencer;
struct ledger_sequencer_figures {
  uint64_t rounds;
  uint64_t failures;
  uint16_t last_failure; /* code; 0 once a round has gone well again */
};
/* Told on the sequencer's thread when rounds begin to fail, fail otherwise than before (fault_last says why) or go well again. */
struct ledger_watcher {
  void *app;
  void (*changed)(void *app, result outcome); /* NULL: nobody asks */
};
/* A thread that runs a round each second, and at once when woken. env must outlive it. */
MUST_USE result ledger_sequencer_open(struct env *env, struct ledger_watcher watcher, struct ledger_sequencer **ret_sequencer);
void ledger_sequencer_wake(struct ledger_sequencer *sequencer);
struct ledger_sequencer_figures ledger_sequencer_figures(struct ledger_sequencer *sequencer);
/* After a last round. For CLEANUP; NULL is fine. */
void ledger_sequencer_close(struct ledger_sequencer **sequencer);

/* How fresh the signed head is: for operators. */
struct ledger_head {
  int64_t size;         /* entries under the newest signed checkpoint; 0: none yet */
  int64_t waiting;      /* entries that it does not cover */
  int64_t oldest_at_ms; /* of these; 0: there are none */
  uint8_t key_id[4];    /* of the key that signed it */
};
MUST_USE result ledger_head_look(struct db_tx *tx, struct arena *arena, struct ledger_head *ret_head);

struct ledger_checkpoint {
  int64_t size; /* entries it covers */
  uint8_t root[32];
  struct slice text;      /* what is signed: origin, size, root in base64, each with a newline */
  struct slice signature; /* the key's id (4 bytes) and 64 bytes of Ed25519; empty: not signed yet */
};
/* The log's name: a URL without its scheme. It stays what it was at the first checkpoint. */
MUST_USE result ledger_origin(struct env *env, struct db_tx *tx, struct arena *arena, struct slice *ret_origin);
/* Whoever checks signatures wants this one (note_key_write). Before the first checkpoint its name is only what it would be if this process signed. */
MUST_USE result ledger_key(struct env *env, struct db_tx *tx, struct arena *arena, struct note_key *ret_key);
/* The newest signed one. LEDGER_NO_CHECKPOINT. */
MUST_USE result ledger_checkpoint_latest(struct env *env, struct db_tx *tx, struct arena *arena,
                                         struct ledger_checkpoint *ret_checkpoint);
/* The signed note, with what witnesses have added. */
MUST_USE result ledger_checkpoint_note(struct db_tx *tx, const struct ledger_checkpoint *checkpoint, struct arena *arena,
                                       struct slice *ret_note);

/* Hashes that lead from a leaf to the root of `size` entries [RFC9162 2.1.3], or from one root to a later one
 * [RFC9162 2.1.4]. */
struct ledger_proof {
  int64_t position;    /* inclusion: of the leaf */
  struct slice hashes; /* 32 bytes each */
};
MUST_USE result ledger_prove_entry(struct db_tx *tx, int64_t entry_id, int64_t size, struct arena *arena,
                                   struct ledger_proof *ret_proof);
MUST_USE result ledger_prove_growth(struct db_tx *tx, int64_t old_size, int64_t size, struct arena *arena,
                                    struct ledger_proof *ret_proof);
/* The other side's check, for tests and for a client that kept an old checkpoint. */
bool ledger_is_entry_proved(const struct ledger_proof *proof, struct slice leaf, int64_t size,
                            const uint8_t root[static 32]);
bool ledger_is_growth_proved(const struct ledger_proof *proof, const struct ledger_checkpoint *old_checkpoint,
                             const struct ledger_checkpoint *checkpoint);

/* --- what readers of the log fetch (C2SP tlog-tiles) --- */

struct ledger_resource {
  struct slice bytes;
  const char *content_type;
  bool is_immutable;
};
/* By its name below the log's prefix: "checkpoint", "tile/0/x001/067", "tile/entries/000.p/5". Bytes that do not hash to what lies above them are
 * not given out. LEDGER_NO_RESOURCE, LEDGER_NO_CHECKPOINT, LEDGER_TILE_MISSING, LEDGER_ALTERED. */
MUST_USE result ledger_resource_read(struct env *env, struct db_tx *tx, struct slice path, struct arena *arena,
                                     struct ledger_resource *ret_resource);

/* Where the log goes as files. */
struct ledger_export {
  void *app;
  struct slice checkpoint; /* the signed note that lies there; empty: none. Only what came after it is written */
  bool is_everything;      /* also what came before */
  result (*write)(void *app, struct slice path, struct slice bytes); /* "checkpoint" comes last */
  void (*drop)(void *app, struct slice folder);                      /* partial forms of a tile that is full now; NULL: they stay */
};
struct ledger_exported {
  int64_t size;
  int64_t from; /* entries that lay there already */
  int64_t files;
};
/* LEDGER_FORKED: what lies there was not made by this ledger. */
MUST_USE result ledger_export(struct env *env, struct db_tx *tx, const struct ledger_export *to, struct ledger_exported *ret_exported);

/* --- a person shows an entry about them --- */

/* A file that proves to anybody what the entry says and that the newest checkpoint covers it. LEDGER_UNKNOWN; LEDGER_NOT_ORDERED or
 * LEDGER_NO_CHECKPOINT: not covered yet. */
MUST_USE result ledger_entry_show(struct env *env, struct db_tx *tx, const struct ledger_line_key *key, struct arena *arena, struct slice *ret_proof);

struct ledger_trust {
  struct note_key log;
  struct note_key witness; /* has to have cosigned; an empty name: nobody has to */
};
struct ledger_entry_shown {
  struct ledger_line line; /* entry_id 0 */
  int64_t size;            /* entries under the checkpoint */
  int64_t seen_s;          /* when the witness cosigned it; 0: none was asked for */
};
/* What such a file proves. NOTE_...: it is none, or not signed; LEDGER_SYNTAX, LEDGER_NOT_PROVED. */
MUST_USE result ledger_entry_check(struct slice bytes, const struct ledger_trust *trust, struct arena *arena, struct ledger_entry_shown *ret_shown);

/* --- witnesses (C2SP tlog-witness) --- */

struct ledger_witness_ask {
  struct ledger_checkpoint checkpoint;
  struct slice body; /* of POST <its address>/add-checkpoint; empty: it has cosigned the newest */
};
/* LEDGER_NO_CHECKPOINT; LEDGER_FORKED: it has seen more than there is. */
MUST_USE result ledger_witness_ask(struct env *env, const struct note_key *witness, struct arena *arena, struct ledger_witness_ask *ret_ask);
struct ledger_witness_answer {
  int status;
  struct slice body;
};
/* Keeps its cosignature, which ledger_checkpoint_note then shows; or how far it says it has come (409), to be asked again. Not inside a write.
 * LEDGER_NOT_WITNESSED, NOTE_... */
MUST_USE result ledger_witness_take(struct env *env, const struct note_key *witness, const struct ledger_witness_ask *ask,
                                    const struct ledger_witness_answer *answer);

/* --- verification --- */

enum ledger_part {
  LEDGER_PART_NONE,       /* everything holds */
  LEDGER_PART_LEAF,       /* an entry's leaf is not what was hashed */
  LEDGER_PART_DETAIL,     /* salt, content or detail is not what the leaf commits to */
  LEDGER_PART_ORDER,      /* a position is missing or taken by something else */
  LEDGER_PART_HASH,       /* a stored hash is wrong, the leaves are right */
  LEDGER_PART_INDEX,      /* the index by person does not say what the leaf says */
  LEDGER_PART_LOST,       /* an entry is neither ordered nor waiting */
  LEDGER_PART_REMOVED,    /* content is gone and no erasure says so */
  LEDGER_PART_TIME,       /* an entry is older than entries signed before it, by more than clocks differ */
  LEDGER_PART_CHECKPOINT, /* a checkpoint's root does not follow from the entries, or its signature is wrong */
};

struct ledger_report {
  enum ledger_part part;   /* what is altered first */
  int64_t position;        /* of the altered entry; -1: none */
  int64_t entry_id;        /* 0: none */
  int64_t checkpoint_size; /* the first checkpoint that no longer holds; -1: none */
  int64_t entries;         /* ordered */
  int64_t checkpoints;     /* signed */
  int64_t covered;         /* entries under the newest signed checkpoint that holds */
  int64_t waiting;         /* not ordered yet */
  int64_t details_erased;
  int64_t subjects_erased;
  bool
      is_signature_checked; /* false: neither a key nor a signer was there; roots alone were held against the entries */
  struct slice sentence;    /* the finding in English, for operators */
};

/* Recomputes everything from the first entry to the last, in one snapshot. OK means that it ran: read part.
 * key: the ledger's, from outside the database; NULL: asked of env->signer. What
 * was cut off behind the newest checkpoint (the last second) cannot be seen from within: compare `covered` with a
 * checkpoint or with the signer's log kept elsewhere. */
MUST_USE result ledger_verify(struct env *env, const struct note_key *key, struct arena *arena,
                              struct ledger_report *ret_report);

/* Makes tiles that are missing or damaged anew from the entries, once these were found to lead to every signed root; else nothing is touched
 * (LEDGER_ALTERED with the position). Beside a sequencer too. Needs env->signer, whose key the roots must be signed with. Not inside a write.
 * LEDGER_NO_CHECKPOINT: nothing was ever signed. */
struct ledger_act {
  struct slice actor_role;
  struct slice legal_basis;
};
struct ledger_rebuilt {
  int64_t entries;
  int64_t covered; /* by signed roots */
  int64_t tiles;   /* that were missing or wrong; 0: nothing was, and nothing was written */
};
MUST_USE result ledger_rebuild(struct env *env, const struct ledger_act *act, struct ledger_rebuilt *ret_rebuilt);

/* --- held against what others have --- */

/* The root of the first `size` entries as copied tiles of level 0 lead to it, fed in their order (backup/). LEDGER_TILE_MISSING. */
struct ledger_root;
struct ledger_root *ledger_root_new(int64_t size, struct arena *arena);
MUST_USE result ledger_root_add(struct ledger_root *root, int64_t number, struct slice hashes);
MUST_USE result ledger_root_end(const struct ledger_root *root, uint8_t ret_root[static 32]);
/* Do the stored hashes of the first `size` entries lead to that root? LEDGER_FORKED. */
MUST_USE result ledger_root_hold(struct db_tx *tx, int64_t size, const uint8_t root[static 32]);
/* A signed checkpoint that an outsider kept, older than the newest here. LEDGER_FORKED: this log signed it, and its entries are not those that are
 * here now: edited, dated back, cut off, or another history. NOTE_...: this log did not sign it. The stored hashes are believed: ledger_verify first. */
MUST_USE result ledger_checkpoint_hold(struct db_tx *tx, const struct note_key *key, struct slice note, struct arena *arena, int64_t *ret_size);
