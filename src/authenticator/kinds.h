/* authenticator/kinds.h: the table of kinds, and what each of its rows is made of. (private to authenticator/)
 * An answer is looked at in two steps. `check` runs outside the write, for what costs time (signatures); `use` runs inside it, reads again what
 * may have changed, uses up what may be used once and says what it was in `outcome`, since a write that counted must not fail.
 */
#pragma once
#include "authenticator/authenticator.h"

enum authenticator_purpose { AUTHENTICATOR_SIGN_IN = 1, AUTHENTICATOR_STEPPING_UP, AUTHENTICATOR_ADDING };
enum {
  AUTHENTICATOR_MAY_BE_COPIED = 1 << 0, /* passkeys: backup eligible, which never changes */
  AUTHENTICATOR_IS_COPIED = 1 << 1,
  AUTHENTICATOR_VERIFIES = 1 << 2, /* verified its user when it was added */
};

/* A ceremony as it lies there. */
struct authenticator_pending {
  enum authenticator_kind kind;
  enum authenticator_purpose purpose;
  bool is_named;        /* for one person's, or nobody's, authenticators */
  int64_t person_id;    /* 0: nobody in particular */
  int64_t session_id;   /* 0: sign-in */
  struct slice challenge;
  int flags;            /* the kind's own */
};

struct authenticator_proving {
  struct env *env;
  const struct authenticator_answer *answer;
  struct arena *arena;
  int64_t person_id;        /* 0: nobody */
  int64_t authenticator_id; /* 0: not known */
  unsigned means;
  bool is_counter_back;     /* passkeys: what `check` found */
  bool is_at_rest;          /* passkeys: nothing of its row would change, as `check` saw it */
  uint32_t counter;
  int flags;
  const void *found;        /* the kind's own, from check to use */
  bool is_spent;            /* `check` has used the ceremony up already, before it asked somebody else */
  uint16_t outcome;         /* 0: proven */
};

struct authenticator_adding {
  struct env *env;
  const struct authenticator_addition *addition;
  struct arena *arena;
  int64_t person_id;
  int64_t authenticator_id;
  struct slice key; /* what the row keeps */
  int64_t counter;
  int flags;
  const void *found; /* the kind's own, from check_new to save_new */
  struct authenticator_pending pending;
};

struct authenticator_kind_row {
  const char *name;
  const char *label_vi; /* of a notice and of a name that was not given */
  size_t limit_at;      /* offset in struct authenticator_limits; recovery codes have one sheet and no limit */
  unsigned means;       /* that the person could prove with one, for authenticator_best */
  bool has_ceremony;    /* a challenge comes before the answer */
  bool opens;           /* may open a session by itself */
  /* what the browser needs; the ceremony's challenge and flags */
  result (*begin)(struct env *env, const struct authenticator_beginning *beginning, struct authenticator_pending *pending, struct arena *arena,
                  struct authenticator_ceremony *ret_ceremony);
  result (*check)(struct authenticator_proving *proving, const struct authenticator_pending *pending);
  result (*use)(struct db_tx *tx, struct authenticator_proving *proving);
  result (*check_new)(struct authenticator_adding *adding);
  result (*save_new)(struct db_tx *tx, struct authenticator_adding *adding);
};
const struct authenticator_kind_row *authenticator_kind_row(enum authenticator_kind kind);

/* passkey.c */
result authenticator_passkey_begin(struct env *env, const struct authenticator_beginning *beginning, struct authenticator_pending *pending,
                                   struct arena *arena, struct authenticator_ceremony *ret_ceremony);
result authenticator_passkey_check(struct authenticator_proving *proving, const struct authenticator_pending *pending);
result authenticator_passkey_use(struct db_tx *tx, struct authenticator_proving *proving);
result authenticator_passkey_check_new(struct authenticator_adding *adding);
result authenticator_passkey_save_new(struct db_tx *tx, struct authenticator_adding *adding);
/* The relying party is the host of our origin, without scheme and port [WebAuthn 5.1.2]. */
struct authenticator_party {
  struct webauthn_party party;
  struct slice origin;
};
void authenticator_party_of(const struct env *env, struct authenticator_party *ret_party);
/* passkey_policy.c: kept inside the write that adds the passkey; nothing is kept of one that said nothing. */
result authenticator_attestation_keep(struct db_tx *tx, const struct authenticator_adding *adding, const struct webauthn_credential *credential);
/* totp.c */
result authenticator_totp_begin(struct env *env, const struct authenticator_beginning *beginning, struct authenticator_pending *pending,
                                struct arena *arena, struct authenticator_ceremony *ret_ceremony);
result authenticator_totp_use(struct db_tx *tx, struct authenticator_proving *proving);
result authenticator_totp_check_new(struct authenticator_adding *adding);
result authenticator_totp_save_new(struct db_tx *tx, struct authenticator_adding *adding);
/* key and flags of a secret that everybody may read. */
result authenticator_totp_published(struct authenticator_adding *adding, struct slice bytes);
/* device.c */
result authenticator_device_begin(struct env *env, const struct authenticator_beginning *beginning, struct authenticator_pending *pending,
                                  struct arena *arena, struct authenticator_ceremony *ret_ceremony);
result authenticator_device_check(struct authenticator_proving *proving, const struct authenticator_pending *pending);
result authenticator_device_use(struct db_tx *tx, struct authenticator_proving *proving);
result authenticator_device_check_new(struct authenticator_adding *adding);
result authenticator_device_save_new(struct db_tx *tx, struct authenticator_adding *adding);
/* face.c */
result authenticator_face_begin(struct env *env, const struct authenticator_beginning *beginning, struct authenticator_pending *pending,
                                struct arena *arena, struct authenticator_ceremony *ret_ceremony);
result authenticator_face_check(struct authenticator_proving *proving, const struct authenticator_pending *pending);
result authenticator_face_use(struct db_tx *tx, struct authenticator_proving *proving);
result authenticator_face_is_closed(struct db_tx *tx, int64_t person_id, bool *ret_is_closed);
/* Failures are forgotten: at the end of a recovery, which has seen the person. */
result authenticator_face_reset(struct db_tx *tx, int64_t person_id);
result authenticator_face_sweep(struct env *env, struct db_tx *tx);
/* recovery_code.c */
result authenticator_code_use(struct db_tx *tx, struct authenticator_proving *proving);

/* ceremony.c: the id is the ceremony, sealed; a row says that it was used. */
/* AUTHENTICATOR_CEREMONY: not one of ours, expired. Whether it was used is only seen by using it. */
result authenticator_ceremony_load(struct env *env, struct slice id, struct arena *arena, struct authenticator_pending *ret_pending);
/* ret_used false: another has used it, or it has run out. */
result authenticator_ceremony_use(struct env *env, struct db_tx *tx, struct slice id, bool *ret_used);

/* store.c */
struct authenticator_row {
  int64_t id;
  enum authenticator_state state;
  struct slice key;
  int64_t counter;
  int flags;
  int64_t used_at_ms;
};
/* Of FROM authenticator a, the first columns of a statement. */
#define AUTHENTICATOR_ROW_COLUMNS "a.authenticator_id, a.state, a.key, a.counter, a.flags, a.used_at"
enum { AUTHENTICATOR_ROW_WIDTH = 6 };
struct authenticator_row authenticator_row_of(const struct db_rows *rows, struct arena *arena);
struct authenticator_rows {
  const struct authenticator_row *items;
  size_t count;
};
/* Of one kind, suspended ones too. */
result authenticator_rows_load(struct db_tx *tx, int64_t person_id, enum authenticator_kind kind, struct arena *arena,
                               struct authenticator_rows *ret_rows);
/* id 0 in ret_row: there is none. */
result authenticator_row_load(struct db_tx *tx, int64_t person_id, int64_t id, struct arena *arena, struct authenticator_row *ret_row);
/* The counter, if it is active and the counter grows or is 0, and now. */
result authenticator_counter_move(struct env *env, struct db_tx *tx, const struct authenticator_proving *proving, bool *ret_moved);
/* The counter and now. */
result authenticator_row_used(struct env *env, struct db_tx *tx, const struct authenticator_proving *proving, int64_t counter);

/* change.c: history, ledger and the notice on the account's own number. */
enum authenticator_event { AUTHENTICATOR_ADDED, AUTHENTICATOR_REMOVED, AUTHENTICATOR_RENAMED, AUTHENTICATOR_WAS_SUSPENDED };
struct authenticator_record {
  int64_t person_id;
  int64_t session_id;
  enum authenticator_kind kind;
  enum authenticator_event event;
  struct slice name;
  struct account_actor actor;
};
result authenticator_record(struct env *env, struct db_tx *tx, const struct authenticator_record *record);
/* Nothing but removing is left. */
result authenticator_suspend(struct env *env, struct db_tx *tx, int64_t person_id, int64_t id);
