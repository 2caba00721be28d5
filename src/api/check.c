/* The public check of a certificate by five fields together [Decree 216/2026]: POST /api/check, and the page GET/POST /check that the QR on the paper
 * leads to. Whichever field differs, the answer is the same; an address that misses
 * too often is not answered for a while. */
#include "api/page.h"
#include "api/resources.h"

enum { CODE_BYTES_MAX = 60, NAME_BYTES_MAX = 480, ID_BYTES_MAX = 20 };

/* Whatever does not lead to a certificate is one refusal. */
static result check(struct api_call *call, const struct dossier_check *fields,
                    struct dossier_check_answer *ret_answer) {
  TRY(account_guess_begin(call->env, api_client(call).network));
  result found = dossier_check(call->env, call->arena, fields, ret_answer);
  if (result_kind(found) == RESULT_NOT_FOUND || result_kind(found) == RESULT_INVALID) {
    FAIL(API_CHECK_NO_MATCH, "no certificate fits the five fields");
  }
  TRY(found);
  return account_guess_right(call->env, api_client(call).network);
}

static result read_fields(const struct jin *root, struct dossier_check *ret_fields) {
  static const char *const known[] = {"dossier_code", "name", "birth_date", "sex", "id_number", NULL};
  static const char *const sexes[] = {"male", "female", NULL};
  struct dossier_check fields = {0};
  size_t sex = 0;
  TRY(jin_fields(root, known));
  TRY(jin_text(root, "dossier_code", CODE_BYTES_MAX, &fields.code));
  TRY(jin_text(root, "name", NAME_BYTES_MAX, &fields.name));
  TRY(jin_date(root, "birth_date", &fields.birth_date));
  TRY(jin_word(root, "sex", sexes, &sex));
  TRY(jin_text(root, "id_number", ID_BYTES_MAX, &fields.id_number));
  fields.sex = slice_str(sexes[sex]);
  *ret_fields = fields;
  return OK;
}

result api_check(struct api_call *call) {
  const struct jin *root = NULL;
  struct dossier_check fields;
  struct dossier_check_answer answer;
  TRY(api_body(call, &root));
  TRY(read_fields(root, &fields));
  TRY(check(call, &fields, &answer));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_bool(out, "valid", !answer.revoked);
  jout_put_int(out, "certificate", answer.certificate);
  jout_put_date(out, "issued_on", answer.issued_on);
  api_put_text(out, "authority", answer.authority_vi, answer.authority_en);
  jout_put_instant(out, "checked_at", clock_now_ms(call->env->clock));
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}

/* ---- the page ---- */

struct check_page {
  struct slice code, name, birth_date, sex, id_number; /* as typed */
  struct slice problem;
  bool is_unmatched;
};

static void send_form(struct api_call *call, int status, const struct check_page *typed) {
  bool is_male = slice_is(typed->sex, "male");
  bool is_female = slice_is(typed->sex, "female");
  api_page_send(call,
                &(const struct page){
                    .name = "check",
                    .status = status,
                    PAGE_VALUES({"dossier_code", typed->code}, {"name", typed->name}, {"birth_date", typed->birth_date},
                                {"id_number", typed->id_number}, {"sex_male", is_male ? S("1") : S("")},
                                {"sex_female", is_female ? S("1") : S("")}, {"problem", typed->problem},
                                {"no_match", typed->is_unmatched ? S("1") : S("")})});
}

result api_check_page(struct api_call *call) {
  struct url_form query;
  TRY(api_query(call, &query));
  send_form(call, 200, &(const struct check_page){.code = slice_sub(url_form_get(&query, "code"), 0, CODE_BYTES_MAX)});
  return OK;
}

static struct slice minute_text(struct arena *arena, int64_t instant_ms) {
  int minutes = clock_ms_of_day(instant_ms) / 60000;
  return arena_printf(arena, "%02d:%02d %.*s", minutes / 60, minutes % 60,
                      SLICE_ARG(clock_date_write_vi(arena, clock_date_of(instant_ms))));
}

static void send_answer(struct api_call *call, const struct check_page *typed,
                        const struct dossier_check_answer *answer) {
  bool is_english = call->language == API_ENGLISH && answer->authority_en.len > 0;
  api_page_send(call, &(const struct page){
                          .name = "check_result",
                          .status = 200,
                          PAGE_VALUES({answer->revoked ? "revoked" : "valid", S("1")}, {"dossier_code", typed->code},
                                      {"certificate", arena_printf(call->arena, "%d", answer->certificate)},
                                      {"number", answer->certificate_number},
                                      {"issued_on", clock_date_write_vi(call->arena, answer->issued_on)},
                                      {"authority", is_english ? answer->authority_en : answer->authority_vi},
                                      {"checked_at", minute_text(call->arena, clock_now_ms(call->env->clock))})});
}

/* False: something is missing or of the wrong form, as a browser would have said. */
static bool is_complete(const struct check_page *typed, struct dossier_check *ret_fields) {
  *ret_fields = (struct dossier_check){
      .code = typed->code, .name = typed->name, .sex = typed->sex, .id_number = typed->id_number};
  return typed->code.len > 0 && typed->code.len <= CODE_BYTES_MAX && typed->name.len > 0 &&
         typed->name.len <= NAME_BYTES_MAX && typed->id_number.len > 0 && typed->id_number.len <= ID_BYTES_MAX &&
         (slice_is(typed->sex, "male") || slice_is(typed->sex, "female")) &&
         is_ok(clock_date_parse(typed->birth_date, &ret_fields->birth_date));
}

result api_check_form(struct api_call *call) {
  struct url_form form;
  struct dossier_check fields;
  struct dossier_check_answer answer;
  TRY(api_form(call, &form));
  struct check_page typed = {.code = slice_trim(url_form_get(&form, "dossier_code")),
                             .name = slice_trim(url_form_get(&form, "name")),
                             .birth_date = slice_trim(url_form_get(&form, "birth_date")),
                             .sex = url_form_get(&form, "sex"),
                             .id_number = slice_trim(url_form_get(&form, "id_number"))};
  if (!is_complete(&typed, &fields)) {
    typed.problem = api_page_text_find(call, "check.incomplete");
    send_form(call, 422, &typed);
    return OK;
  }
  result found = check(call, &fields, &answer);
  if (is_code(found, API_CHECK_NO_MATCH)) {
    typed.is_unmatched = true;
    send_form(call, 404, &typed);
    return OK;
  }
  if (is_code(found, ACCOUNT_TOO_MANY)) {
    typed.problem = api_page_text_find(call, "check.too_many");
    api_retry_after(call, found);
    send_form(call, 429, &typed);
    return OK;
  }
  TRY(found);
  send_answer(call, &typed, &answer);
  return OK;
}
