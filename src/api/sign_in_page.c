/* What the sign-in pages show: the picture is in sign_in.h. */
#include "api/interact.h"
#include "api/people.h"
#include "api/sign_in.h"
#include "evidence/evidence.h"

static struct slice mark(bool is_set) { return is_set ? S("1") : S(""); }

static struct slice level_text(struct api_call *call, int level) { return arena_printf(call->arena, "%d", level); }

/* With the page comes what a passkey answers, so that the script need not ask for it. Without it the page is as good, and the script asks. */
static struct authenticator_ceremony begin_passkey(struct api_call *call, const struct sign_in_form *form) {
  const struct authenticator_beginning beginning = {.kind = AUTHENTICATOR_PASSKEY, .is_verified = form->level >= ACCOUNT_TWO_FACTORS};
  struct authenticator_ceremony ceremony = {0};
  result begun = authenticator_begin(call->env, &beginning, call->arena, &ceremony);
  return is_ok(begun) ? ceremony : (struct authenticator_ceremony){0};
}

void api_sign_in_send_number(struct api_call *call, const struct sign_in_form *form, struct slice activated) {
  struct slice hint = api_interact_allow_form(call, form->next); /* [OIDC Core 3.1.2.1] */
  struct slice pin = form->pin.len > 0 ? form->pin : hint;
  struct authenticator_ceremony passkey = begin_passkey(call, form);
  api_page_send(call, &(const struct page){.name = "sign_in",
                                       .status = form->status,
                                       PAGE_VALUES({"next", form->next}, {"level", level_text(call, form->level)}, {"pin", pin},
                                                   {"problem", form->problem}, {"activated", activated}, {"ceremony", passkey.id},
                                                   {"options", passkey.json})});
}

/* "00••••••••11": the middle eight are not shown to whoever looks over the shoulder. What is no number is shown as dots alone. */
static struct slice masked(struct api_call *call, struct slice pin) {
  return pin.len == 12 ? arena_printf(call->arena, "%.*s••••••••%.*s", 2, pin.ptr, 2, pin.ptr + 10) : S("••••••••••••");
}

void api_sign_in_send_how(struct api_call *call, const struct sign_in_form *form) {
  bool is_recovery = slice_is(form->way, "recovery");
  (void)api_interact_allow_form(call, form->next);
  bool is_again = form->is_fresh && call->has_session;
  api_page_send(call, &(const struct page){.name = "sign_in_how",
                                       .status = form->status,
                                       PAGE_VALUES({"next", form->next}, {"level", level_text(call, form->level)}, {"pin", form->pin},
                                                   {"pin_masked", masked(call, form->pin)}, {"problem", form->problem},
                                                   {"way_password", mark(!is_recovery)}, {"way_recovery", mark(is_recovery)},
                                                   {"fresh", mark(form->is_fresh)}, {"again", mark(is_again)})});
}

/* ---- step-up ---- */

enum way { WAY_FACE, WAY_PASSKEY, WAY_TOTP, WAY_PASSCODE, WAY_RECOVERY, WAY_COUNT };
static const char *const way_names[WAY_COUNT] = {"face", "passkey", "totp", "passcode", "recovery"};

struct ways {
  bool has[WAY_COUNT];
  int best;
};

/* What the person has and has not proven in this session. */
static result ways_of(struct api_call *call, int level, struct ways *ret_ways) {
  struct authenticator_list list;
  struct account account;
  struct authenticator_reach reach;
  struct ways ways = {0};
  unsigned proven = call->session.means;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(account_load(tx, call->session.person_id, &account));
  TRY(authenticator_list(tx, call->session.person_id, call->arena, &list));
  TRY(authenticator_reach(call->env, tx, call->session.person_id, &reach));
  ways.best = reach.level;
  ways.has[WAY_FACE] = reach.has_face && level >= ACCOUNT_BIOMETRIC_WITH_ANOTHER && (proven & ACCOUNT_MEANS_FACE) == 0;
  ways.has[WAY_PASSCODE] = account.has_passcode && (proven & ACCOUNT_MEANS_PASSCODE) == 0;
  for (size_t i = 0; i < list.count; i++) {
    const struct authenticator *item = &list.items[i];
    bool is_usable = item->state == AUTHENTICATOR_ACTIVE;
    ways.has[WAY_PASSKEY] |= is_usable && item->kind == AUTHENTICATOR_PASSKEY;
    ways.has[WAY_TOTP] |= is_usable && item->kind == AUTHENTICATOR_TOTP && (proven & ACCOUNT_MEANS_TOTP) == 0;
    ways.has[WAY_RECOVERY] |= item->codes_left > 0 && (proven & ACCOUNT_MEANS_RECOVERY_CODE) == 0;
  }
  *ret_ways = ways;
  return OK;
}

/* The way asked for, or the first there is; WAY_COUNT: none. */
static enum way choose(const struct ways *ways, struct slice asked) {
  enum way first = WAY_COUNT;
  for (int way = WAY_COUNT - 1; way >= 0; way--) {
    first = ways->has[way] ? (enum way)way : first;
    if (ways->has[way] && slice_is(asked, way_names[way])) {
      return (enum way)way;
    }
  }
  return first;
}

/* What the form of a face answers: one use, a few minutes. */
static result begin_face(struct api_call *call, struct authenticator_ceremony *ret_ceremony) {
  const struct authenticator_beginning beginning = {.kind = AUTHENTICATOR_FACE, .session = &call->session};
  return authenticator_begin(call->env, &beginning, call->arena, ret_ceremony);
}

result api_sign_in_send_step_up(struct api_call *call, const struct sign_in_form *form) {
  struct ways ways;
  struct authenticator_ceremony face = {0};
  TRY(ways_of(call, form->level, &ways));
  struct slice way = form->is_passkey_asked && form->way.len == 0 ? S("passkey") : form->way;
  enum way shown = form->level <= ways.best ? choose(&ways, way) : WAY_COUNT;
  bool others = shown != WAY_COUNT;
  TRY(shown == WAY_FACE ? begin_face(call, &face) : OK);
  bool is_demonstration = shown == WAY_FACE && call->env->matcher->is_demonstration;
  (void)api_interact_allow_form(call, form->next);
  struct slice encoded = url_encode(call->arena, form->next);
  api_page_send(call, &(const struct page){.name = "sign_in_step_up",
                                       .status = form->status,
                                       PAGE_VALUES({"next", form->next}, {"next_encoded", encoded}, {"level", level_text(call, form->level)},
                                                   {"problem", form->problem}, {"passkey_asked", mark(form->is_passkey_asked)}, {"way_face", mark(shown == WAY_FACE)},
                                                   {"ceremony", face.id}, {"demonstration", mark(is_demonstration)},
                                                   {"other_face", mark(others && shown != WAY_FACE && ways.has[WAY_FACE])}, {"way_passkey", mark(shown == WAY_PASSKEY)},
                                                   {"way_totp", mark(shown == WAY_TOTP)}, {"way_passcode", mark(shown == WAY_PASSCODE)},
                                                   {"way_recovery", mark(shown == WAY_RECOVERY)}, {"unreachable", mark(!others)},
                                                   {"other_passkey", mark(others && shown != WAY_PASSKEY && ways.has[WAY_PASSKEY])},
                                                   {"other_totp", mark(others && shown != WAY_TOTP && ways.has[WAY_TOTP])},
                                                   {"other_passcode", mark(others && shown != WAY_PASSCODE && ways.has[WAY_PASSCODE])},
                                                   {"other_recovery", mark(others && shown != WAY_RECOVERY && ways.has[WAY_RECOVERY])})});
  return OK;
}
