/* oidc/waiting/waiting.h: authorizations that wait for a person who sits elsewhere: device flow and CIBA. (private to oidc/)
 *
 *   PENDING -> APPROVED -> TAKEN      (the client has its tokens, once)
 *           -> REFUSED
 *
 * and each is over when its time is. One function moves a row; an answer is given once, by the person it is for.
 * Standard   RFC 8628; OpenID Connect CIBA Core 1.0, poll and ping; FAPI-CIBA.
 * Stored     device_code and auth_req_id as SHA-256 of 256 random bits, user codes as SHA-256. The request is kept as its parameters, and passes the
 *            checks of the pipeline again when the person sees it and when they answer.
 * Polling    the row keeps when the client last asked and how long it has to wait; asking sooner makes that longer [RFC8628 3.5 MUST].
 */
#pragma once
#include "oidc/authorize/pipeline.h"

enum oidc_waiting_state { OIDC_WAITING_PENDING = 1, OIDC_WAITING_APPROVED, OIDC_WAITING_REFUSED, OIDC_WAITING_TAKEN };
enum {
  OIDC_WAITING_INTERVAL_S = 5,       /* [RFC8628 3.2], [CIBA 7.3] the default */
  OIDC_WAITING_SLOWER_S = 5,         /* [RFC8628 3.5 MUST] */
  OIDC_DEVICE_LIFETIME_S = 600,
  OIDC_CIBA_LIFETIME_S = 300,
  OIDC_CIBA_LIFETIME_MAX_S = 600,
  OIDC_WAITING_OF_PERSON_MAX = 3,    /* CIBA requests that may wait for one person at a time: more are never put before them */
  OIDC_USER_CODE_LETTERS = 8,        /* of 20: 34 bits [RFC8628 6.1] */
};

struct oidc_waiting {
  int64_t waiting_id;
  enum oidc_waiting_kind kind;
  enum oidc_waiting_state state;
  struct slice hash; /* of device_code or auth_req_id */
  struct slice client_id;
  int64_t person_id;          /* CIBA: whom it is for; device: who answered; 0: nobody yet, or nobody anybody knows */
  int64_t grant_id;           /* once approved */
  struct slice parameters;    /* form encoding */
  struct slice message;       /* binding_message; empty: none */
  struct slice ping_token;    /* CIBA ping: the client's, sent along; empty: poll */
  struct slice ping_id;       /* the auth_req_id itself: a ping names it */
  int64_t interval_s;
  int64_t polled_at_ms;       /* 0: not yet */
  int64_t created_at_ms;
  int64_t expires_at_ms;
};

/* "WDJB-MJHT" */
struct slice oidc_user_code_make(struct env *env, struct arena *arena);
/* What was typed as it is stored: capitals, letters alone. false: not such a code at all. */
bool oidc_user_code_tidy(struct slice typed, struct arena *arena, struct slice *ret_letters);
struct slice oidc_user_code_hash(struct slice letters, struct arena *arena);

struct oidc_waiting_new {
  enum oidc_waiting_kind kind;
  const struct oidc_asking *asking; /* has passed */
  struct slice secret;              /* device_code, auth_req_id */
  struct slice user_code;           /* letters; empty: CIBA */
  int64_t person_id;
  int64_t lifetime_s;
  struct slice message;
  struct slice ping_token;
};
/* Inside a write. *ret_id. DB_DUPLICATE: that user code is out. */
MUST_USE result oidc_waiting_add(struct env *env, struct db_tx *tx, const struct oidc_waiting_new *order, int64_t *ret_id);
/* PENDING and in time. OIDC_WAITING_UNKNOWN. */
MUST_USE result oidc_waiting_find(struct env *env, struct db_tx *tx, struct arena *arena, const struct oidc_waiting_key *key, struct oidc_waiting *ret_waiting);
/* The one move of an answer: PENDING -> APPROVED (grant_id) or REFUSED (0). OIDC_WAITING_UNKNOWN: answered or over meanwhile. */
MUST_USE result oidc_waiting_answer(struct env *env, struct db_tx *tx, const struct oidc_waiting *waiting, int64_t person_id, int64_t grant_id);
