#include "signer/policy.h"

/* What a cosignature's message begins with (C2SP tlog-cosignature). */
#define SIGNER_COSIGNATURE "cosignature/v1\ntime "

static const struct signer_rule rules[] = {
    /* prefix     profile             word           proof  reference  after a personal signature  message  reserve */
    {"ca/", SIGNER_CERTIFICATE, "certificate", false, false, false, NULL, 0},
    {"checkpoint/ledger", SIGNER_CHECKPOINT, "checkpoint", false, false, false, "", 0},
    /* A witness says that it saw a checkpoint: never to be taken for a log's own signature, so neither key signs the other's text. */
    {"checkpoint/witness", SIGNER_CHECKPOINT, "cosignature", false, false, false, SIGNER_COSIGNATURE, 0},
    {"officer/", SIGNER_PERSONAL, "personal", true, true, false, NULL, 0},
    {"seal/", SIGNER_SEAL, "seal", false, true, true, NULL, 0},
    {"message/", SIGNER_MESSAGE, "message", false, false, false, NULL, 0},
    {"oidc/", SIGNER_TOKEN, "token", false, false, false, NULL, 1000}, /* ADR-0014: tokens come by the thousand a second */
};

static bool is_name_byte(uint8_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

/* The name becomes a file name, so no part may be empty or begin with a dot. */
static bool is_well_formed(struct slice name) {
  int parts = 0;
  if (name.len == 0 || name.len > SIGNER_NAME_BYTES_MAX || name.ptr[name.len - 1] == '/') {
    return false;
  }
  while (name.len > 0) {
    struct slice part = slice_cut(&name, '/');
    if (part.len == 0 || part.ptr[0] == '.' || ++parts > 3) {
      return false;
    }
    for (size_t i = 0; i < part.len; i++) {
      if (!is_name_byte(part.ptr[i])) {
        return false;
      }
    }
  }
  return true;
}

static bool fits(const struct signer_rule *rule, struct slice name) {
  struct slice prefix = slice_str(rule->prefix);
  return slice_ends(prefix, S("/")) ? slice_starts(name, prefix) && name.len > prefix.len : slice_eq(name, prefix);
}

result signer_policy_rule(struct slice name, enum signer_profile profile, const struct signer_rule **ret_rule) {
  for (size_t i = 0; is_well_formed(name) && i < sizeof rules / sizeof *rules; i++) {
    if (!fits(&rules[i], name)) {
      continue;
    }
    if (rules[i].profile != profile) {
      FAIL(SIGNER_PROFILE_REFUSED, "key of profile %s asked for profile %d", rules[i].word, (int)profile);
    }
    *ret_rule = &rules[i];
    return OK;
  }
  FAIL(SIGNER_NAME_REFUSED, "no key may have this name");
}

result signer_policy_message(const struct signer_rule *rule, struct slice message) {
  bool is_cosignature = slice_starts(message, S(SIGNER_COSIGNATURE));
  bool good = rule->message == NULL ? message.len == 0
                                    : message.len > 0 && message.len <= SIGNER_MESSAGE_BYTES_MAX &&
                                          is_cosignature == (*rule->message != '\0');
  if (!good) {
    FAIL(SIGNER_MESSAGE_REFUSED, "a message of %zu bytes for a key of profile %s", message.len, rule->word);
  }
  return OK;
}

result signer_policy_reference(const struct signer_rule *rule, struct slice reference) {
  if (reference.len == 0 && !rule->needs_reference) {
    return OK;
  }
  bool good = reference.len > 0 && reference.len <= SIGNER_REFERENCE_BYTES_MAX &&
              !slice_is(reference, "-"); /* "-": none, in the log */
  for (size_t i = 0; good && i < reference.len; i++) {
    good = reference.ptr[i] > 0x20 && reference.ptr[i] < 0x7F;
  }
  if (!good) {
    FAIL(SIGNER_REFERENCE_REFUSED, "reference missing or not printable");
  }
  return OK;
}
