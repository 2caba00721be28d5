/* signer/policy.h: what the signer lets a key do. The whole policy is the table in policy.c. (private to signer/)
 *
 * A key's name is up to three parts of letters, digits, '.' and '-', with '/' between them; its first part decides
 * what it may sign, for good.
 */
#pragma once
#include "signer/signer.h"

struct signer_rule {
  const char *prefix; /* "officer/": any name below; without the stroke: this name alone */
  enum signer_profile profile;
  const char *word; /* in the log */
  bool needs_proof; /* a PIN proof bound to key, profile and digest */
  bool needs_reference;
  bool needs_personal; /* a personal signature under the same reference before it */
  const char *message; /* signs a message that begins so, with Ed25519; NULL: a digest, with P-256 */
  unsigned reserve;    /* one line of the log stands for so many signatures, written before the first of them; 0: a line each */
};

/* The rule for a key; SIGNER_NAME_REFUSED when no key may have this name and profile. */
MUST_USE result signer_policy_rule(struct slice name, enum signer_profile profile, const struct signer_rule **ret_rule);
/* The message of a key that signs messages: of the kind it was made for. No message for any other. */
MUST_USE result signer_policy_message(const struct signer_rule *rule, struct slice message);
/* Well-formed, and given where it is needed. */
MUST_USE result signer_policy_reference(const struct signer_rule *rule, struct slice reference);
