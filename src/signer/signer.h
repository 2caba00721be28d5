/* signer/signer.h: the process that alone holds private keys, and the ways to reach it.
 *
 * The process  `danh signer --data DIR` listens on DIR/signer.sock (0600; peers of its own user only), or on the one socket that systemd passes
 *              (peers of its own user and of the one it is told), and keeps
 *              everything under DIR/signer/ (0700): master.key (0600, or $CREDENTIALS_DIRECTORY/signer-master), one
 *              sealed file a key (vault.h), signatures.log (journal.h).
 * Policy       held by the signer alone, not by who asks (policy.h): a key's name fixes what it may sign, at its
 *              making. An officer's key signs only with a PIN proof for that very digest and locks after five wrong
 *              ones; a seal is given only under a reference that an officer's key has signed before. No operation
 *              decrypts or exports: it is no oracle.
 * Durable      every signature is a line in the log, on disk, before it is given out. One fdatasync serves all
 *              requests that have gathered meanwhile. Tokens (SIGNER_TOKEN) are counted ahead: a line that reserves the next
 *              1,000 signatures of that key is on disk before the first of them is given out, so the log never says fewer than
 *              were given, at most 1,000 a key and start more (ADR-0014).
 * Does not     know documents, people or PINs: it sees digests, references and proofs.
 * Errors       SIGNER_... below.
 */
#pragma once
#include "env/env.h"

enum signer_error {
  /* No answer within five seconds. */
  SIGNER_UNAVAILABLE = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_SIGNER, 1),
  /* There is no such key. */
  SIGNER_KEY_UNKNOWN = RESULT_CODE(RESULT_NOT_FOUND, MODULE_SIGNER, 2),
  /* No key may have this name and profile. */
  SIGNER_NAME_REFUSED = RESULT_CODE(RESULT_REFUSED, MODULE_SIGNER, 3),
  /* The key was not made for this profile. */
  SIGNER_PROFILE_REFUSED = RESULT_CODE(RESULT_REFUSED, MODULE_SIGNER, 4),
  /* The PIN proof does not match key, profile and digest. */
  SIGNER_PIN_WRONG = RESULT_CODE(RESULT_REFUSED, MODULE_SIGNER, 5),
  /* Five wrong PIN proofs in a row: an operator unlocks. */
  SIGNER_KEY_LOCKED = RESULT_CODE(RESULT_REFUSED, MODULE_SIGNER, 6),
  /* A seal without a personal signature under its reference. */
  SIGNER_NOT_SIGNED_BEFORE = RESULT_CODE(RESULT_REFUSED, MODULE_SIGNER, 7),
  /* A reference is missing, or not of at most 64 printable characters. */
  SIGNER_REFERENCE_REFUSED = RESULT_CODE(RESULT_INVALID, MODULE_SIGNER, 8),
  /* A PIN key of 32 bytes belongs to personal keys and to no other. */
  SIGNER_PIN_KEY_REFUSED = RESULT_CODE(RESULT_INVALID, MODULE_SIGNER, 9),
  /* A sealed key file was altered, or sealed under another master key. */
  SIGNER_KEY_BROKEN = RESULT_CODE(RESULT_INTERNAL, MODULE_SIGNER, 10),
  /* The signature log does not verify. */
  SIGNER_LOG_ALTERED = RESULT_CODE(RESULT_INTERNAL, MODULE_SIGNER, 11),
  /* Not a request of the signer's protocol. */
  SIGNER_FRAME_REFUSED = RESULT_CODE(RESULT_INVALID, MODULE_SIGNER, 12),
  /* Another signer holds this installation. */
  SIGNER_ALREADY_RUNNING = RESULT_CODE(RESULT_CONFLICT, MODULE_SIGNER, 13),
  /* Not a message that key may sign, or a message for a key that signs digests. */
  SIGNER_MESSAGE_REFUSED = RESULT_CODE(RESULT_REFUSED, MODULE_SIGNER, 15),
  /* DIR/signer cannot be made, read, written or trusted. */
  SIGNER_FOLDER_UNUSABLE = RESULT_CODE(RESULT_INTERNAL, MODULE_SIGNER, 14),
};

enum { SIGNER_WRONG_PROOFS_MAX = 5, SIGNER_REFERENCE_BYTES_MAX = 64, SIGNER_NAME_BYTES_MAX = 64, SIGNER_MESSAGE_BYTES_MAX = 512 };

struct signer_figures {
  uint64_t signatures;  /* given; those reserved for tokens count as given */
  uint64_t in_lanes;    /* of tokens, since the process began, made together (crypto/key_many.h) */
  uint8_t log_head[32]; /* hash of its last line: whoever keeps it can tell a log that was cut */
};

/* ---- the process (cli/) ---- */
struct signer_options {
  const char *data_dir;
  const struct clock *clock; /* for the times in the log */
  int parent_pid;            /* > 0: end when this process does */
  const char *client_user;   /* whose processes may ask, besides our own user's; NULL: nobody's */
  bool one_by_one;           /* for tests: tokens are signed as where the processor has no lanes (crypto/key_many.h) */
};
/* Returns after SIGTERM or SIGINT, everything written. */
MUST_USE result signer_run(const struct signer_options *options);
/* An operator's act, beside a running signer: the key may be tried again. */
MUST_USE result signer_unlock(const char *data_dir, struct slice key);
/* Recomputes the log's chain; SIGNER_LOG_ALTERED names the first wrong line in the fault record. */
MUST_USE result signer_log_verify(const char *data_dir, struct signer_figures *ret_figures);

/* ---- a client (server/): the port of env.h ---- */
/* path: DIR/signer.sock. Connects when first used. Any number of threads: requests that gather while others are under way travel
 * together, so a busy server spends few system calls a signature. */
bool signer_is_listening(const char *path); /* whether somebody takes connections at that socket now */
MUST_USE result signer_client_open(const char *path, struct signer **ret_signer);
void signer_client_close(struct signer **signer);
MUST_USE result signer_client_health(struct signer *signer);
MUST_USE result signer_client_figures(struct signer *signer, struct signer_figures *ret_figures);
/* What signing cost this client: waiting for others and for a signer that is being restarted counted. */
struct signer_client_counts {
  struct histogram took;     /* signatures that were given */
  _Atomic uint64_t refused;  /* by its policy, or for a wrong PIN */
  _Atomic uint64_t lost;     /* nobody answered in time */
};
const struct signer_client_counts *signer_client_counted(struct signer *signer);

/* ---- a child process (server/): started, and started again whenever it ends ---- */
struct signer_child;
/* Runs `program signer --data DIR --parent PID` on a thread of its own. program: danh-signer (signer_main.c), or a danh;
 * NULL: this program (/proc/self/exe). */
MUST_USE result signer_child_start(const char *program, const char *data_dir, struct signer_child **ret_child);
void signer_child_stop(struct signer_child **child);
/* The running process; 0 while it is being started again. For crash tests. */
int signer_child_pid(struct signer_child *child);

/* ---- in this process: for synth, replay and tests, never for serve ---- */
struct signer_local_options {
  const char *data_dir;
  const struct clock *clock;
  bool unsynced; /* leaves the log to the page cache: replays of the past, where a power cut costs a second run and
                    nothing else */
  bool one_by_one; /* see signer_options */
};
/* The same files and the same policy, and the same lock: not beside a running signer. */
MUST_USE result signer_local_open(const struct signer_local_options *options, struct signer **ret_signer);
void signer_local_close(struct signer **signer);
MUST_USE result signer_local_figures(struct signer *signer, struct signer_figures *ret_figures);
