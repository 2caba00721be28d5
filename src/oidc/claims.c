/* What a person's attributes are, as claims [OIDC Core 5.1], [IDA Claims 4] and ours. */
#include "oidc/claims.h"

#include "codec/base64url.h"
#include "crypto/digest.h"
#include "oidc/acting.h"
#include "oidc/memory.h"

enum { SID_CHARACTERS = 22, SECTOR_BYTES_MAX = 300 };

/* ---- subject and session ---- */

static result subject_secret(struct env *env, uint8_t ret_secret[static OIDC_SECRET_BYTES]) {
  if (env->oidc == NULL) {
    return oidc_secret_load(env, "subject", ret_secret);
  }
  memcpy(ret_secret, env->oidc->subject_secret, OIDC_SECRET_BYTES);
  return OK;
}

/* HMAC under the installation's secret: nothing leads from a subject to a person, or from one sector's to another's [OIDC Core 8.1 MUST], N20. */
static result derive(struct env *env, struct slice text, struct arena *arena, struct slice *ret_name) {
  uint8_t secret[OIDC_SECRET_BYTES];
  uint8_t mac[DIGEST_BYTES];
  TRY(subject_secret(env, secret));
  digest_hmac_sha256(slice_of(secret, sizeof secret), text, mac);
  explicit_bzero(secret, sizeof secret);
  *ret_name = base64url_write(arena, slice_of(mac, sizeof mac));
  return OK;
}

result oidc_subject(struct env *env, struct slice sector, int64_t person_id, struct arena *arena, struct slice *ret_sub) {
  return derive(env, arena_printf(arena, "sub\n%lld\n%.*s", (long long)person_id, SLICE_ARG(sector)), arena, ret_sub);
}

result oidc_organisation_subject(struct env *env, struct slice sector, int64_t organisation_id, struct arena *arena, struct slice *ret_sub) {
  return derive(env, arena_printf(arena, "organisation\n%lld\n%.*s", (long long)organisation_id, SLICE_ARG(sector)), arena, ret_sub);
}

result oidc_sid(struct env *env, int64_t session_id, struct slice client_id, struct arena *arena, struct slice *ret_sid) {
  struct slice sid = {0};
  TRY(derive(env, arena_printf(arena, "sid\n%lld\n%.*s", (long long)session_id, SLICE_ARG(client_id)), arena, &sid));
  *ret_sid = slice_sub(sid, 0, SID_CHARACTERS);
  return OK;
}

struct slice oidc_mandate_scope(struct slice client_id, struct arena *arena) { return arena_printf(arena, "sign_in:%.*s", SLICE_ARG(client_id)); }

unsigned oidc_means_now(struct env *env, const struct account_session *session) {
  return session->means | (account_passcode_is_ok(env, session) ? (unsigned)ACCOUNT_MEANS_PASSCODE : 0U);
}

/* ---- the person ---- */

static result load_residence(struct db_tx *tx, struct arena *arena, int64_t person_id, struct oidc_person *person) {
  const struct register_residence_key key = {person_id, REGISTER_PERMANENT, person->today};
  result lives = register_residence_find(tx, arena, &key, &person->residence);
  return is_code(lives, REGISTER_RESIDENCE_UNKNOWN) ? OK : lives;
}

static result load_contact(struct db_tx *tx, struct arena *arena, int64_t person_id, struct oidc_person *person) {
  struct account_address contact = {0};
  TRY(account_address_load(tx, person_id, arena, &contact));
  person->phone = contact.phone;
  person->email = contact.email;
  return OK;
}

static result load_account(struct db_tx *tx, int64_t person_id, struct oidc_person *person) {
  struct account account = {0};
  TRY(account_load(tx, person_id, &account));
  person->level = account.level;
  person->proven_at_ms = account.approved_at_ms;
  return OK;
}

static bool asks_for(const struct oidc_person_key *key, enum oidc_attribute one, enum oidc_attribute other) {
  return (key->attributes & (OIDC_ATTRIBUTE_BIT(one) | OIDC_ATTRIBUTE_BIT(other))) != 0;
}

result oidc_person_load(struct env *env, struct db_tx *tx, struct arena *arena, const struct oidc_person_key *key, struct oidc_person *ret_person) {
  struct oidc_person person = {.today = clock_date_of(clock_now_ms(env->clock))};
  int64_t person_id = key->person_id;
  TRY(register_person_load(tx, arena, person_id, &person.person));
  TRY(asks_for(key, OIDC_ACCOUNT_LEVEL, OIDC_ACCOUNT_LEVEL) ? load_account(tx, person_id, &person) : OK);
  TRY(asks_for(key, OIDC_PHONE, OIDC_EMAIL) ? load_contact(tx, arena, person_id, &person) : OK);
  TRY(asks_for(key, OIDC_ADDRESS, OIDC_RESIDENCE) ? load_residence(tx, arena, person_id, &person) : OK);
  *ret_person = person;
  return OK;
}

/* "Nguyễn Thị Minh Khai": family name first, given name last, what is between is the middle name. */
static void split_name(struct slice name, struct slice *family, struct slice *middle, struct slice *given) {
  size_t first = slice_find(name, ' ', 0);
  size_t last = name.len;
  while (last > 0 && name.ptr[last - 1] != ' ') {
    last--;
  }
  *family = slice_sub(name, 0, first);
  *given = last > first ? slice_from(name, last) : (struct slice){0};
  *middle = last > first + 1 ? slice_trim(slice_sub(name, first, last - first)) : (struct slice){0};
}

static void put_if(struct jout *out, const char *name, struct slice value) {
  if (value.len > 0) {
    jout_put_text(out, name, value);
  }
}

static void put_name_parts(const struct oidc_person *p, struct jout *out) {
  struct slice family;
  struct slice middle;
  struct slice given;
  split_name(p->person.name, &family, &middle, &given);
  put_if(out, "family_name", family);
  put_if(out, "middle_name", middle);
  put_if(out, "given_name", given);
}

/* YYYY-MM-DD, or the year alone where the register knows no more [OIDC Core 5.1]. */
static void put_birthdate(const struct oidc_person *p, struct arena *arena, struct jout *out) {
  struct register_birth birth = p->person.birth;
  jout_put_text(out, "birthdate", birth.day == 0 ? arena_printf(arena, "%04d", birth.year) : register_birth_write(arena, birth));
}

static const struct register_province *province_of(const struct oidc_person *p) {
  return p->residence.person_id == 0 ? NULL : register_province_successor(p->residence.province, p->today);
}

/* [OIDC Core 5.1.1] */
static void put_address(const struct oidc_person *p, struct arena *arena, struct jout *out) {
  const struct register_province *province = province_of(p);
  if (province == NULL) {
    return;
  }
  jout_put_object(out, "address");
  jout_put_text(out, "formatted", register_residence_write(arena, &p->residence, p->today));
  put_if(out, "street_address", p->residence.address);
  put_if(out, "locality", p->residence.commune_name);
  jout_put_str(out, "region", province->name);
  jout_put_str(out, "country", "VN");
  jout_object_end(out);
}

static void put_place_of_birth(const struct oidc_person *p, struct jout *out) {
  bool is_here = p->person.birth_province.len > 0;
  if (!is_here && p->person.birth_place.len == 0) {
    return;
  }
  jout_put_object(out, "place_of_birth"); /* [IDA Claims 4.1] */
  put_if(out, "locality", p->person.birth_place);
  put_if(out, "country", is_here ? S("VN") : S(""));
  jout_object_end(out);
}

static bool is_older_than(const struct oidc_person *p, int years) { return register_person_age(&p->person, p->today) >= years; }

void oidc_attribute_put(const struct oidc_person *p, enum oidc_attribute attribute, struct arena *arena, struct jout *out) {
  switch (attribute) {
    case OIDC_NAME: jout_put_text(out, "name", p->person.name); break;
    case OIDC_NAME_PARTS: put_name_parts(p, out); break;
    case OIDC_BIRTHDATE: put_birthdate(p, arena, out); break;
    case OIDC_GENDER: jout_put_str(out, "gender", p->person.sex == REGISTER_MALE ? "male" : "female"); break;
    case OIDC_NATIONALITY:
      jout_put_list(out, "nationalities");
      jout_text(out, p->person.nationality);
      jout_list_end(out);
      break;
    case OIDC_PIN: jout_put_text(out, "pin", p->person.pin); break;
    case OIDC_PHONE:
      if (p->phone.len > 1) { /* E.164 [OIDC Core 5.1 RECOMMENDED] */
        jout_put_text(out, "phone_number", arena_printf(arena, "+84%.*s", SLICE_ARG(slice_from(p->phone, 1))));
        jout_put_bool(out, "phone_number_verified", true);
      }
      break;
    case OIDC_EMAIL:
      if (p->email.len > 0) {
        jout_put_text(out, "email", p->email);
        jout_put_bool(out, "email_verified", false); /* as the holder gave it */
      }
      break;
    case OIDC_ADDRESS: put_address(p, arena, out); break;
    case OIDC_RESIDENCE:
      if (province_of(p) != NULL) {
        jout_put_str(out, "residence_province", province_of(p)->name);
      }
      break;
    case OIDC_ACCOUNT_LEVEL: jout_put_int(out, "account_level", p->level); break;
    case OIDC_AGE_OVER_14: jout_put_bool(out, "age_over_14", is_older_than(p, 14)); break;
    case OIDC_AGE_OVER_16: jout_put_bool(out, "age_over_16", is_older_than(p, 16)); break;
    case OIDC_AGE_OVER_18: jout_put_bool(out, "age_over_18", is_older_than(p, 18)); break;
    case OIDC_PLACE_OF_BIRTH: put_place_of_birth(p, out); break;
    case OIDC_ORGANISATION_NAME:
    case OIDC_ORGANISATION_CODE:
    case OIDC_ORGANISATION_TAX_CODE:
    case OIDC_ORGANISATION_ADDRESS: /* no person's */
    case OIDC_ATTRIBUTE_COUNT: break;
  }
}

/* ---- for the page ---- */

/* The first and last characters, dots between: enough to recognise, too little to copy. ASCII only. */
static struct slice masked(struct arena *arena, struct slice text, size_t first, size_t last) {
  if (text.len < first + last + 1) {
    return text.len == 0 ? text : S("•••");
  }
  return arena_printf(arena, "%.*s•••%.*s", SLICE_ARG(slice_sub(text, 0, first)), SLICE_ARG(slice_from(text, text.len - last)));
}

static struct slice masked_email(struct arena *arena, struct slice email) {
  size_t at = slice_find(email, '@', 0);
  return at == email.len ? masked(arena, email, 1, 0)
                         : arena_printf(arena, "%.*s•••%.*s", SLICE_ARG(slice_sub(email, 0, at > 0 ? 1 : 0)), SLICE_ARG(slice_from(email, at)));
}

static struct slice shown_residence(const struct oidc_person *p, struct arena *arena, bool with_commune) {
  const struct register_province *province = province_of(p);
  if (province == NULL) {
    return (struct slice){0};
  }
  return with_commune && p->residence.commune_name.len > 0
             ? arena_printf(arena, "•••, %.*s, %s", SLICE_ARG(p->residence.commune_name), province->full_name)
             : slice_str(province->full_name);
}

static struct slice yes_or_no(bool is_so, bool english) {
  if (english) {
    return is_so ? S("yes") : S("no");
  }
  return is_so ? S("đúng") : S("chưa");
}

struct slice oidc_attribute_shown(const struct oidc_person *p, enum oidc_attribute attribute, bool english, struct arena *arena) {
  switch (attribute) {
    case OIDC_NAME:
    case OIDC_NAME_PARTS: return p->person.name;
    case OIDC_BIRTHDATE: return arena_printf(arena, "••/••/%04d", p->person.birth.year);
    case OIDC_GENDER: return p->person.sex == REGISTER_MALE ? (english ? S("male") : S("nam")) : (english ? S("female") : S("nữ"));
    case OIDC_NATIONALITY: return p->person.nationality;
    case OIDC_PIN: return masked(arena, p->person.pin, 3, 2);
    case OIDC_PHONE: return masked(arena, p->phone, 3, 2);
    case OIDC_EMAIL: return p->email.len == 0 ? p->email : masked_email(arena, p->email);
    case OIDC_ADDRESS: return shown_residence(p, arena, true);
    case OIDC_RESIDENCE: return shown_residence(p, arena, false);
    case OIDC_ACCOUNT_LEVEL: return arena_printf(arena, "%d", p->level);
    case OIDC_AGE_OVER_14: return yes_or_no(is_older_than(p, 14), english);
    case OIDC_AGE_OVER_16: return yes_or_no(is_older_than(p, 16), english);
    case OIDC_AGE_OVER_18: return yes_or_no(is_older_than(p, 18), english);
    case OIDC_PLACE_OF_BIRTH: return p->person.birth_place;
    case OIDC_ORGANISATION_NAME:
    case OIDC_ORGANISATION_CODE:
    case OIDC_ORGANISATION_TAX_CODE:
    case OIDC_ORGANISATION_ADDRESS: /* no person's */
    case OIDC_ATTRIBUTE_COUNT: break;
  }
  return (struct slice){0};
}
