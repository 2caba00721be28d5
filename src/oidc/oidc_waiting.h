/* oidc/oidc_waiting.h: authorization of a device or counter. (a part of oidc/oidc.h, which includes it; include that) */
#pragma once
#include "oidc/oidc.h"

/* ---- Authorization of a device or counter: the person answers elsewhere --------------------------------------------------------------- */
enum oidc_waiting_kind { OIDC_WAITING_DEVICE = 1, OIDC_WAITING_CIBA };

/* POST /oidc/device_authorization [RFC8628 3.1, 3.2] */
MUST_USE result oidc_device_authorize(struct env *env, const struct oidc_call *call, struct arena *arena, struct slice *ret_json);
/* POST /oidc/backchannel-authentication [CIBA 7] */
MUST_USE result oidc_backchannel_authenticate(struct env *env, const struct oidc_call *call, struct arena *arena, struct slice *ret_json);

/* What the person looks at: by user_code (device), or by the id in their own list (CIBA). */
struct oidc_waiting_key {
  struct slice user_code; /* as typed; empty: CIBA */
  int64_t waiting_id;
  const struct account_session *session;
};
struct oidc_waiting_page {
  enum oidc_waiting_kind kind;
  int64_t waiting_id;
  struct slice client_id;
  struct oidc_consent_page consent;
  struct slice message; /* binding_message: must be what the counter shows; may be empty */
  int level;            /* needed to approve */
  bool is_level_reached, is_passkey_asked;
  int64_t expires_at_ms;
};
/* OIDC_WAITING_UNKNOWN */
MUST_USE result oidc_waiting_show(struct env *env, struct arena *arena, const struct oidc_waiting_key *key, struct oidc_waiting_page *ret_page);
/* The answer, once. OIDC_WAITING_UNKNOWN, OIDC_WAITING_LEVEL, OIDC_CONSENT_FORM. */
MUST_USE result oidc_waiting_decide(struct env *env, struct arena *arena, const struct oidc_waiting_key *key, const struct oidc_decision *decision);

/* Pings to clients wait in the outbox, a family like that of sign-outs. */
#define OIDC_PING_DESTINATION "oidc_ping"

struct oidc_waiting_row {
  int64_t waiting_id;
  struct slice client_id;
  struct slice message;
  int64_t created_at_ms;
  int64_t expires_at_ms;
};
struct oidc_waiting_list { const struct oidc_waiting_row *items; size_t count; };
/* Of counters that wait for this person, newest first. */
MUST_USE result oidc_waiting_list(struct env *env, struct db_tx *tx, struct arena *arena, int64_t person_id, struct oidc_waiting_list *ret_list);

/* The token endpoint's side, inside a write: takes an approved request up, once. why 0: taken. Else nothing is given, the write must end well
 * (it counts the asking), and the client is told why: OIDC_PENDING, OIDC_SLOW_DOWN. OIDC_CODE_UNKNOWN, OIDC_WAITING_EXPIRED, OIDC_ACCESS_DENIED,
 * OIDC_GRANT_ENDED. */
struct oidc_waiting_poll {
  enum oidc_waiting_kind kind;
  struct slice secret; /* device_code, auth_req_id */
  struct slice client_id;
};
struct oidc_waiting_taken {
  struct oidc_grant grant;
  uint16_t why;
};
MUST_USE result oidc_waiting_take(struct env *env, struct db_tx *tx, struct arena *arena, const struct oidc_waiting_poll *poll,
                                  struct oidc_waiting_taken *ret_taken);
/* Inside a write, once a minute: what ran out an hour ago goes. */
MUST_USE result oidc_waiting_sweep(struct env *env, struct db_tx *tx);
