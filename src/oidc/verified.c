/* verified_claims [IDA 5], in the form of [IDA Schema 5]: what the state has verified, how, and by which document. Only what was asked is said, and where a
 * filter cannot be met the whole is left out [IDA 5.7.4 SHALL]. A level-2 account was issued to somebody whose face and fingerprints an officer had matched;
 * level 1 was not. */
#include "oidc/acting.h"
#include "oidc/attribute.h"
#include "oidc/claims.h"

enum { DEPTH_MAX = 12, VALUES_MAX = 500, BYTES_MAX = 8 * 1024 };

/* not by anybody: what the holder says themself */
const uint64_t oidc_verified_attributes = ~(OIDC_ATTRIBUTE_BIT(OIDC_EMAIL) | OIDC_OF_ORGANISATION);

struct verifying {
  const struct oidc_verified *v;
  struct arena *arena;
  struct jout *out;
};

/* null, {} or no filter in it: anything; `value`, `values`: one of these. */
static bool is_met(const struct jin *wanted, struct slice actual) {
  if (wanted == NULL || wanted->type != JIN_OBJECT) {
    return true;
  }
  const struct jin *value = jin_find(wanted, "value");
  const struct jin *values = jin_find(wanted, "values");
  bool is_one = values == NULL;
  for (size_t i = 0; values != NULL && values->type == JIN_LIST && i < values->count; i++) {
    is_one |= values->items[i].type == JIN_TEXT && slice_eq(values->items[i].text, actual);
  }
  return is_one && (value == NULL || (value->type == JIN_TEXT && slice_eq(value->text, actual)));
}

static struct slice assurance(const struct oidc_person *person) { return person->level >= 2 ? S("high") : S("low"); }

static bool is_recent(const struct verifying *w, const struct jin *time) {
  const struct jin *max_age = time == NULL || time->type != JIN_OBJECT ? NULL : jin_find(time, "max_age");
  return max_age == NULL || (max_age->type == JIN_INT && w->v->now_ms - w->v->person->proven_at_ms <= max_age->number * 1000);
}

/* A foreigner's card is a residence card. */
static struct slice document_type(const struct oidc_person *person) {
  return slice_is(person->person.nationality, "VN") ? S("idcard") : S("residence_permit");
}

/* Evidence asked for must be of a kind we hold: the identity card, seen at the desk. */
static bool has_evidence(const struct verifying *w, const struct jin *evidence) {
  if (evidence == NULL) {
    return true;
  }
  const struct jin *first = evidence->type == JIN_LIST && evidence->count > 0 ? &evidence->items[0] : NULL;
  const struct jin *type = first != NULL && first->type == JIN_OBJECT ? jin_find(first, "type") : NULL;
  const struct jin *details = type == NULL ? NULL : jin_find(first, "document_details");
  return w->v->person->person.card_number.len > 0 && is_met(type, S("document")) &&
         (details == NULL || details->type != JIN_OBJECT || is_met(jin_find(details, "type"), document_type(w->v->person)));
}

static bool is_possible(const struct verifying *w, const struct jin *verification) {
  return verification != NULL && verification->type == JIN_OBJECT && w->v->person->proven_at_ms > 0 &&
         is_met(jin_find(verification, "trust_framework"), S("vn_eid")) &&
         is_met(jin_find(verification, "assurance_level"), assurance(w->v->person)) && is_recent(w, jin_find(verification, "time")) &&
         has_evidence(w, jin_find(verification, "evidence"));
}

/* Nothing of this one card: who reads its dates could pass for its holder, and the consent page shows nothing of them. */
static void put_evidence(const struct verifying *w) {
  struct jout *out = w->out;
  jout_put_list(out, "evidence");
  jout_object(out);
  jout_put_str(out, "type", "document");
  jout_put_object(out, "document_details");
  jout_put_text(out, "type", document_type(w->v->person));
  jout_put_object(out, "issuer");
  jout_put_str(out, "name", "Bộ Công an");
  jout_put_str(out, "country_code", "VNM");
  jout_object_end(out);
  jout_object_end(out);
  jout_object_end(out);
  jout_list_end(out);
}

static void put_verification(const struct verifying *w, const struct jin *verification) {
  struct jout *out = w->out;
  jout_put_object(out, "verification");
  jout_put_str(out, "trust_framework", "vn_eid");
  if (jin_find(verification, "assurance_level") != NULL) {
    jout_put_text(out, "assurance_level", assurance(w->v->person));
  }
  if (jin_find(verification, "time") != NULL) {
    jout_put_instant(out, "time", w->v->person->proven_at_ms);
  }
  if (jin_find(verification, "evidence") != NULL) {
    put_evidence(w);
  }
  jout_object_end(out);
}

static uint64_t wanted_attributes(const struct verifying *w, const struct jin *claims) {
  uint64_t set = 0;
  for (size_t i = 0; claims != NULL && claims->type == JIN_OBJECT && i < claims->count; i++) {
    set |= oidc_attributes_of_claim(claims->items[i].name);
  }
  return set & w->v->claims->grant->attributes_verified & oidc_verified_attributes;
}

/* One {verification, claims}; false: nothing of it may be said. */
static bool put_one(const struct verifying *w, const struct jin *asked) {
  const struct jin *verification = asked->type == JIN_OBJECT ? jin_find(asked, "verification") : NULL;
  uint64_t attributes = verification == NULL ? 0 : wanted_attributes(w, jin_find(asked, "claims"));
  if (attributes == 0 || !is_possible(w, verification)) {
    return false;
  }
  jout_object(w->out);
  put_verification(w, verification);
  jout_put_object(w->out, "claims");
  for (int at = 0; at < OIDC_ATTRIBUTE_COUNT; at++) {
    if ((attributes & OIDC_ATTRIBUTE_BIT(at)) != 0) {
      oidc_attribute_put(w->v->person, (enum oidc_attribute)at, w->arena, w->out);
    }
  }
  jout_object_end(w->out);
  jout_object_end(w->out);
  return true;
}

result oidc_verified_put(const struct oidc_verified *verified, struct arena *arena, struct jout *out) {
  struct jin_doc doc;
  struct jout written;
  struct buf text;
  const struct jin *root = NULL;
  const struct jin *asked = NULL;
  jin_doc_init(&doc, arena, (struct jin_limits){BYTES_MAX, DEPTH_MAX, VALUES_MAX});
  TRY(jin_parse(&doc, verified->claims->grant->verified, &root));
  asked = jin_find(root, verified->claims->target == OIDC_CLAIMS_ID_TOKEN ? "id_token" : "userinfo");
  if (asked == NULL) {
    return OK;
  }
  buf_init(&text, arena, 512);
  jout_init(&written, &text);
  const struct verifying w = {verified, arena, &written};
  bool is_list = asked->type == JIN_LIST;
  bool is_said = false;
  if (is_list) {
    jout_list(&written);
  }
  for (size_t i = 0; i < (is_list ? asked->count : 1); i++) {
    is_said |= put_one(&w, is_list ? &asked->items[i] : asked);
  }
  if (is_list) {
    jout_list_end(&written);
  }
  if (is_said) {
    jout_put_raw(out, "verified_claims", buf_slice(&text));
  }
  return OK;
}
