#include "access/table.h"

enum access_role access_role_of(const struct access_request *request) {
  if (request->is_system) {
    return ACCESS_SYSTEM;
  }
  return request->post ? request->post->role : ACCESS_CITIZEN;
}

static bool is_in_dossier(const struct access_case *dossier, int64_t person_id) {
  for (size_t i = 0; i < dossier->people_count; i++) {
    if (dossier->people[i] == person_id) {
      return true;
    }
  }
  return person_id == dossier->applicant_id;
}

/* Who asks at all: a zeroed request must be nobody. */
static result check_actor(const struct access_request *request) {
  if (request->is_system ? request->actor_id != 0 || request->post != NULL : request->actor_id == 0) {
    FAIL(ACCESS_FACTS, "the request names no actor, or a system with a person's name");
  }
  if (request->post && (request->post->role <= ACCESS_CITIZEN || request->post->role >= ACCESS_SYSTEM)) {
    FAIL(ACCESS_FACTS, "a post of role %d is no post", (int)request->post->role);
  }
  return OK;
}

static result check_post_dates(struct env *env, const struct access_post *post) {
  int32_t today = clock_date_of(clock_now_ms(env->clock));
  if (post && (today < post->from || today > post->to)) {
    FAIL(ACCESS_POST_EXPIRED, "post %lld is held from day %d to %d, today is %d", (long long)post->post_id, post->from, post->to, today);
  }
  return OK;
}

/* The scope rules: one function each, in the order of enum access_error. A rule is asked only when its cell names it. */
static result check_level(const struct access_request *request) {
  int needed = request->post || request->level_needed == 0 ? 2 : request->level_needed;
  if (request->level < needed) {
    FAIL(ACCESS_LEVEL, "level %d, needed %d", request->level, needed);
  }
  return OK;
}

static result check_self(const struct access_request *request) {
  if (request->subject_id == 0) {
    FAIL(ACCESS_FACTS, "no subject was given");
  }
  if (request->subject_id != request->actor_id && !request->represents) {
    FAIL(ACCESS_OTHER_PERSON, "the subject is somebody else");
  }
  return OK;
}

static result check_agency(const struct access_request *request) {
  /* A search that names no dossier fails as a search, in check_in_dossier. */
  if (!request->dossier || slice_empty(request->dossier->agency) || slice_empty(request->post->agency)) {
    FAIL(request->act == ACCESS_REGISTER_SEARCH ? ACCESS_NO_DOSSIER : ACCESS_FACTS, "no dossier, or no agency, was given");
  }
  if (!slice_eq(request->dossier->agency, request->post->agency)) {
    FAIL(ACCESS_OTHER_AGENCY, "the dossier's agency is %.*s", SLICE_ARG(request->dossier->agency));
  }
  return OK;
}

static result check_place(const struct access_request *request) {
  if (!request->dossier || slice_empty(request->dossier->province)) {
    FAIL(ACCESS_FACTS, "no province was given");
  }
  if (!slice_empty(request->post->province) && !slice_eq(request->dossier->province, request->post->province)) {
    FAIL(ACCESS_OTHER_PLACE, "the dossier's province is %.*s", SLICE_ARG(request->dossier->province));
  }
  return OK;
}

static result check_in_dossier(const struct access_request *request) {
  if (request->subject_id == 0 || !request->dossier || !is_in_dossier(request->dossier, request->subject_id)) {
    FAIL(ACCESS_NO_DOSSIER, "the subject is not among the people of the dossier");
  }
  return OK;
}

static result check_not_own(const struct access_request *request) {
  if (request->subject_id == request->actor_id || (request->dossier && is_in_dossier(request->dossier, request->actor_id))) {
    FAIL(ACCESS_OWN_CASE, "the officer is in the case");
  }
  return OK;
}

static result check_not_decider(const struct access_request *request) {
  if (request->dossier->decided_by == 0 && request->dossier->signed_by == 0) {
    FAIL(ACCESS_FACTS, "who decided was not given");
  }
  if (request->dossier->decided_by == request->actor_id || request->dossier->signed_by == request->actor_id) {
    FAIL(ACCESS_SAME_PERSON, "who decided or signed does not seal");
  }
  return OK;
}

static result check_not_collector(const struct access_request *request) {
  if (request->dossier->collected_by == 0) {
    FAIL(ACCESS_FACTS, "who collected was not given");
  }
  if (request->dossier->collected_by == request->actor_id) {
    FAIL(ACCESS_SAME_PERSON, "who collected does not approve");
  }
  return OK;
}

static result check_passcode(const struct access_request *request) {
  if (!request->passcode_ok) {
    FAIL(ACCESS_PASSCODE, "the passcode was not given a moment ago");
  }
  return OK;
}

static size_t characters(struct slice text) {
  size_t count = 0;
  for (size_t i = 0; i < text.len; i++) {
    count += (text.ptr[i] & 0xc0) != 0x80; /* UTF-8 continuation bytes do not begin a character */
  }
  return count;
}

static result check_purpose(const struct access_request *request) {
  size_t length = characters(slice_trim(request->purpose));
  if (length < ACCESS_PURPOSE_CHARACTERS_MIN || length > ACCESS_PURPOSE_CHARACTERS_MAX) {
    FAIL(ACCESS_PURPOSE, "a purpose of %zu characters", length);
  }
  return OK;
}

static const struct {
  enum access_scope scope;
  result (*check)(const struct access_request *request);
} rules[] = {
    {ACCESS_HAS_LEVEL, check_level},          {ACCESS_SELF, check_self},
    {ACCESS_AGENCY, check_agency},            {ACCESS_PLACE, check_place},
    {ACCESS_IN_DOSSIER, check_in_dossier},    {ACCESS_NOT_OWN, check_not_own},
    {ACCESS_NOT_DECIDER, check_not_decider},  {ACCESS_NOT_COLLECTOR, check_not_collector},
    {ACCESS_WITH_PASSCODE, check_passcode},   {ACCESS_WITH_PURPOSE, check_purpose},
};

result access_check(struct env *env, const struct access_request *request) {
  TRY(check_actor(request));
  enum access_role role = access_role_of(request);
  unsigned cell = access_table[request->act].cells[role];
  if ((cell & ACCESS_MAY) == 0) {
    FAIL(ACCESS_ROLE, "%s is not among the powers of %.*s", access_table[request->act].name, SLICE_ARG(access_role_name(role)));
  }
  TRY(check_post_dates(env, request->post));
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
    if (cell & (unsigned)rules[i].scope) {
      TRY(rules[i].check(request));
    }
  }
  return OK;
}
