/* The claims parameter [OIDC Core 5.5], and verified_claims in it [IDA 5.3-5.6]. Members nobody here understands are passed over [OIDC Core 5.5 MUST]. */
#include "oidc/authorize/pipeline.h"
#include "oidc/parameters.h"

/* what is asked to be verified travels in the code */
enum { CLAIMS_BYTES_MAX = 8 * 1024, VERIFIED_BYTES_MAX = 2 * 1024, CLAIMS_DEPTH_MAX = 12, CLAIMS_VALUES_MAX = 500, SUBJECT_BYTES_MAX = 255, SUBJECTS_MAX = 8 };

static uint64_t attributes_of_members(const struct jin *object) {
  uint64_t set = 0;
  for (size_t i = 0; i < object->count; i++) {
    set |= oidc_attributes_of_claim(object->items[i].name);
  }
  return set;
}

/* One object or several; what it asks to be verified is an attribute like any other. */
static uint64_t attributes_of_verified(const struct jin *verified) {
  uint64_t set = 0;
  const struct jin *claims = verified->type == JIN_OBJECT ? jin_find(verified, "claims") : NULL;
  if (claims != NULL && claims->type == JIN_OBJECT) {
    set |= attributes_of_members(claims);
  }
  for (size_t i = 0; verified->type == JIN_LIST && i < verified->count; i++) {
    claims = verified->items[i].type == JIN_OBJECT ? jin_find(&verified->items[i], "claims") : NULL;
    set |= claims != NULL && claims->type == JIN_OBJECT ? attributes_of_members(claims) : 0;
  }
  return set;
}

/* {"acr": {"essential": true, "values": [...]}}: one of these, or nothing [OIDC Core 5.5.1.1]. */
static result read_acr(struct oidc_asking *asking, const struct jin *acr) {
  bool is_essential = false;
  const struct jin *values = NULL;
  struct slice value = {0};
  int level = 0;
  if (acr == NULL || acr->type != JIN_OBJECT) {
    return OK;
  }
  TRY(jin_bool_optional(acr, "essential", &is_essential));
  TRY(jin_text_optional(acr, "value", CLAIMS_BYTES_MAX, &value));
  level = account_acr_find(value);
  if (jin_has(acr, "values")) {
    TRY(jin_list(acr, "values", CLAIMS_VALUES_MAX, &values));
  }
  for (size_t i = 0; values != NULL && i < values->count; i++) {
    int one = values->items[i].type == JIN_TEXT ? account_acr_find(values->items[i].text) : 0;
    level = one != 0 && (level == 0 || one < level) ? one : level;
  }
  if (is_essential && level == 0 && (value.len > 0 || (values != NULL && values->count > 0))) {
    FAIL(OIDC_UNMET_LEVEL, "an essential acr that is none of ours");
  }
  asking->level = level > asking->level ? level : asking->level;
  return OK;
}

/* {"sub": {"value": ...}}: that person or nobody [OIDC Core 5.5.1], whichever answer it is asked for in; in both, it has to be the same. */
static result read_sub(struct oidc_asking *asking, const struct jin *sub) {
  struct slice value = {0};
  const struct jin *values = NULL;
  struct buf words;
  if (sub == NULL || sub->type != JIN_OBJECT) {
    return OK;
  }
  buf_init(&words, asking->arena, 64);
  TRY(jin_text_optional(sub, "value", SUBJECT_BYTES_MAX, &value));
  buf_append(&words, value);
  if (jin_has(sub, "values")) {
    TRY(jin_list(sub, "values", SUBJECTS_MAX, &values));
  }
  for (size_t i = 0; values != NULL && i < values->count; i++) {
    TRY(jin_as_text(&values->items[i], SUBJECT_BYTES_MAX, &value));
    buf_append_str(&words, words.len > 0 ? " " : "");
    buf_append(&words, value);
  }
  if (asking->subjects.len > 0 && words.len > 0 && !slice_eq(asking->subjects, buf_slice(&words))) {
    FAIL(OIDC_REQUEST, "two different sub in one request");
  }
  asking->subjects = words.len > 0 ? buf_slice(&words) : asking->subjects;
  return OK;
}

static result read_target(struct oidc_asking *asking, const struct jin *claims, const char *target, struct jout *verified) {
  const struct jin *members = NULL;
  if (!jin_has(claims, target)) {
    return OK;
  }
  TRY(jin_object(claims, target, &members));
  uint64_t set = attributes_of_members(members);
  TRY(read_sub(asking, jin_find(members, "sub")));
  const struct jin *asked = jin_find(members, "verified_claims");
  if (asked != NULL) {
    asking->attributes_verified |= attributes_of_verified(asked) & asking->client->attributes;
    jout_name(verified, target);
    oidc_value_write(asked, verified);
  }
  set &= asking->client->attributes;
  if (strcmp(target, "id_token") == 0) {
    asking->attributes_id_token |= set;
    return read_acr(asking, jin_find(members, "acr"));
  }
  asking->attributes_userinfo |= set;
  return OK;
}

result oidc_check_claims(struct oidc_asking *asking) {
  struct slice text = oidc_asking_get(asking, "claims");
  struct jin_doc doc;
  const struct jin *claims = NULL;
  struct buf verified;
  struct jout out;
  if (text.len == 0) {
    return OK;
  }
  jin_doc_init(&doc, asking->arena, (struct jin_limits){CLAIMS_BYTES_MAX, CLAIMS_DEPTH_MAX, CLAIMS_VALUES_MAX});
  buf_init(&verified, asking->arena, 256);
  jout_init(&out, &verified);
  jout_object(&out);
  result read = jin_parse(&doc, text, &claims);
  read = is_ok(read) ? read_target(asking, claims, "userinfo", &out) : read;
  read = is_ok(read) ? read_target(asking, claims, "id_token", &out) : read;
  if (is_code(read, OIDC_UNMET_LEVEL)) {
    return read;
  }
  if (!is_ok(read)) {
    FAIL(OIDC_REQUEST, "claims is not the object the standard describes");
  }
  jout_object_end(&out);
  if (verified.len > VERIFIED_BYTES_MAX) {
    FAIL(OIDC_REQUEST, "verified_claims is longer than is taken");
  }
  asking->verified = verified.len > 2 ? buf_slice(&verified) : (struct slice){0};
  return OK;
}
