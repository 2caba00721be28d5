#include "oidc/passkey_rule.h"

#include "authenticator/authenticator.h"
#include "codec/base64.h"
#include "codec/hex.h"

enum { LISTED_MAX = 50, ROOT_BYTES_MAX = 4096, AAGUID_CHARACTERS = 36, AAGUID_BYTES = 16, DIGEST_CHARACTERS = 64 };

/* "cb69481e-8ff7-4039-93ec-0a2729a154a8" */
static result read_aaguid(struct arena *arena, struct slice text, struct slice *ret_bytes) {
  static const size_t hyphens[] = {8, 13, 18, 23};
  struct buf digits;
  buf_init(&digits, arena, AAGUID_CHARACTERS);
  for (size_t i = 0; i < sizeof hyphens / sizeof *hyphens; i++) {
    if (text.len != AAGUID_CHARACTERS || text.ptr[hyphens[i]] != '-') {
      FAIL(OIDC_CLIENT_METADATA, "not an AAGUID");
    }
  }
  for (struct slice rest = text; rest.len > 0;) {
    buf_append(&digits, slice_cut(&rest, '-'));
  }
  TRY(hex_parse(buf_slice(&digits), arena, ret_bytes));
  return ret_bytes->len == AAGUID_BYTES ? OK : fault_set(__FILE__, __LINE__, OIDC_CLIENT_METADATA, "not an AAGUID");
}

static result read_root(struct arena *arena, struct slice text, struct slice *ret_bytes) { return base64_parse(text, arena, ret_bytes); }

static result read_digest(struct arena *arena, struct slice text, struct slice *ret_bytes) {
  TRY(hex_parse(text, arena, ret_bytes));
  return text.len == DIGEST_CHARACTERS ? OK : fault_set(__FILE__, __LINE__, OIDC_CLIENT_METADATA, "not a SHA-256");
}

struct listing {
  const char *name;
  result (*read)(struct arena *arena, struct slice text, struct slice *ret_bytes);
  const struct slice **items;
  size_t *count;
};

static result read_list(const struct jin *rule, struct arena *arena, const struct listing *listing) {
  const struct jin *list = NULL;
  if (!jin_has(rule, listing->name)) {
    return OK;
  }
  TRY(jin_list(rule, listing->name, LISTED_MAX, &list));
  struct slice *items = ARENA_ARRAY(arena, struct slice, list->count + 1);
  for (size_t i = 0; i < list->count; i++) {
    struct slice text = {0};
    TRY(jin_as_text(&list->items[i], ROOT_BYTES_MAX, &text));
    if (!is_ok(listing->read(arena, text, &items[i]))) {
      return jin_refuse_field(rule, listing->name, "holds something that is none");
    }
  }
  *listing->items = items;
  *listing->count = list->count;
  return OK;
}

result oidc_passkey_rule_read(const struct jin *rule, struct arena *arena, const struct oidc_passkey_rule **ret_rule) {
  static const char *const words[] = {"known", "certified", NULL};
  struct oidc_passkey_rule *read = ARENA_NEW(arena, struct oidc_passkey_rule);
  struct webauthn_policy *policy = &read->policy;
  const struct listing lists[] = {{"aaguids", read_aaguid, &policy->aaguids, &policy->aaguid_count},
                                  {"roots", read_root, &policy->roots, &policy->root_count},
                                  {"revoked", read_digest, &policy->revoked, &policy->revoked_count}};
  size_t word = 0;
  *read = (struct oidc_passkey_rule){0};
  TRY(jin_fields(rule, (const char *const[]){"attestation", "aaguids", "roots", "revoked", "required", NULL}));
  TRY(jin_word(rule, "attestation", words, &word));
  policy->metadata = word == 0 ? WEBAUTHN_METADATA_KNOWN : WEBAUTHN_METADATA_ROOTS;
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
    TRY(read_list(rule, arena, &lists[i]));
  }
  TRY(jin_bool_optional(rule, "required", &read->is_required));
  if (word == 0 && policy->aaguid_count == 0) {
    return jin_refuse_field(rule, "aaguids", "is needed: known models are those that are listed");
  }
  if (word == 1 && policy->root_count == 0) {
    return jin_refuse_field(rule, "roots", "is needed: certified is what a listed certificate vouches for");
  }
  *ret_rule = read;
  return OK;
}

result oidc_session_count(struct env *env, const struct oidc_client *client, const struct account_session *session,
                          struct oidc_counted *ret_counted) {
  static const unsigned of_passkeys = ACCOUNT_MEANS_PASSKEY | ACCOUNT_MEANS_PASSKEY_VERIFIED | ACCOUNT_MEANS_KEY_STAYS;
  struct oidc_counted counted = {.session = *session};
  bool has_passkey = session->passkey_id != 0;
  bool fits = false;
  if (client->passkeys == NULL) {
    *ret_counted = counted;
    return OK;
  }
  if (has_passkey) {
    const struct authenticator_judging judging = {session->person_id, session->passkey_id, &client->passkeys->policy};
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(env->db, &tx));
    TRY(authenticator_passkey_judge(env, tx, &judging, &fits));
  }
  counted.session.means &= fits ? ~0U : ~of_passkeys;
  counted.is_passkey_refused = has_passkey && !fits;
  counted.is_passkey_missing = client->passkeys->is_required && !fits;
  *ret_counted = counted;
  return OK;
}
