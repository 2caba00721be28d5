/* oidc/passkey_rule.h: which passkeys count for a service: models and certificates, out of its registration. (private to oidc/)
 * Standard   WebAuthn Level 3, 7.1 steps 23 and 24: the metadata policy of a relying party. Here each service has its own, held against what the passkey
 *            said of itself when it was added.
 * Shape      "danh_passkeys": {"attestation": "known" | "certified", "aaguids": ["cb69481e-8ff7-4039-93ec-0a2729a154a8"], "roots": [base64 DER],
 *            "revoked": [SHA-256 of certificates in hexadecimal], "required": true}
 * Counts     a passkey outside of the rule is no means for this service: neither its level, acr nor amr hold it. required: and nobody gets through
 *            without one inside of it.
 */
#pragma once
#include "oidc/oidc.h"
#include "webauthn/webauthn.h"

struct oidc_passkey_rule {
  struct webauthn_policy policy;
  bool is_required;
};
/* jin's refusals, with their path. */
MUST_USE result oidc_passkey_rule_read(const struct jin *rule, struct arena *arena, const struct oidc_passkey_rule **ret_rule);

/* A session as it counts for a client. */
struct oidc_counted {
  struct account_session session;
  bool is_passkey_missing; /* required, and none there that fits */
  bool is_passkey_refused; /* there is one, and it does not fit */
};
MUST_USE result oidc_session_count(struct env *env, const struct oidc_client *client, const struct account_session *session,
                                   struct oidc_counted *ret_counted);
