/* What officers do with a dossier: POST /api/desk/dossiers/{code}/... Each act answers with the dossier as it is now, which is a read of its own. */
#include "api/desk.h"

#include "api/resources.h"

enum {
  REASON_BYTES_MAX = 8000,
  BASIS_BYTES_MAX = 1200,
  NOTE_BYTES_MAX = 4000,
  PURPOSE_BYTES_MAX = 1200,
  GROUND_BYTES_MAX = 64,
  PIN_BYTES_MIN = 6,
  PIN_BYTES_MAX = 12,
  REGISTERS_MAX = 5
};

/* After an act: the dossier again, the act being the purpose. */
static result send_after(struct api_call *call, const char *purpose) {
  const struct dossier_act act = api_desk_act(call, slice_str(purpose));
  return api_desk_send(call, &act);
}

static result read_empty(struct api_call *call) {
  const struct jin *root = NULL;
  TRY(api_body(call, &root));
  return jin_fields(root, (const char *const[]){NULL});
}

result api_desk_receive(struct api_call *call) {
  const struct dossier_act act = api_desk_act(call, S(""));
  TRY(read_empty(call));
  TRY(dossier_receive(call->env, call->arena, &act));
  return send_after(call, "Tiếp nhận hồ sơ");
}

/* ---- look-ups ---- */

static result read_registers(const struct jin *list, struct dossier_question *ret_questions) {
  static const char *const words[] = {"population", "residence", "family", "convictions", "categories", NULL};
  if (list->count == 0) {
    return jin_refuse(list, "names no register");
  }
  for (size_t i = 0; i < list->count; i++) {
    size_t word = 0;
    TRY(jin_as_word(&list->items[i], words, &word));
    ret_questions[i] = (struct dossier_question){.register_name = slice_str(words[word])};
  }
  return OK;
}

result api_desk_look_up(struct api_call *call) {
  const struct jin *root = NULL;
  const struct jin *list = NULL;
  struct dossier_question questions[REGISTERS_MAX];
  struct dossier_act act = api_desk_act(call, S(""));
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"registers", "purpose", NULL}));
  TRY(jin_text(root, "purpose", PURPOSE_BYTES_MAX, &act.purpose));
  TRY(jin_list(root, "registers", REGISTERS_MAX, &list));
  TRY(read_registers(list, questions));
  int64_t now_ms = clock_now_ms(call->env->clock);
  TRY(dossier_look_up(call->env, call->arena, &act, questions, list->count));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_list(out, "items");
  for (size_t i = 0; i < list->count; i++) {
    jout_object(out);
    jout_put_text(out, "register", questions[i].register_name);
    jout_put_instant(out, "at", now_ms);
    jout_put_raw(out, "result", questions[i].json);
    jout_object_end(out);
  }
  jout_list_end(out);
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}

/* ---- what the applicant is asked for ---- */

result api_desk_supplement_request(struct api_call *call) {
  const struct jin *root = NULL;
  const struct dossier_act act = api_desk_act(call, S(""));
  struct slice reason;
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"reason", NULL}));
  TRY(jin_text(root, "reason", REASON_BYTES_MAX, &reason));
  TRY(dossier_supplement_request(call->env, call->arena, &act, reason));
  return send_after(call, "Yêu cầu bổ sung hồ sơ");
}

result api_desk_component_request(struct api_call *call) {
  const struct jin *root = NULL;
  const struct dossier_act act = api_desk_act(call, S(""));
  struct dossier_paper paper = {0};
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"component", "reason", NULL}));
  TRY(jin_text(root, "component", 64, &paper.component));
  TRY(jin_text(root, "reason", REASON_BYTES_MAX, &paper.reason));
  result asked = dossier_component_request(call->env, &call->api->options.works, call->arena, &act, &paper);
  if (is_code(asked, DOSSIER_COMPONENT_SUPPLIED)) {
    const struct procedure_component *found = &paper.found;
    struct api_word source = api_word_find(api_registers, found->supplied_by, call->arena);
    bool is_english = call->language == API_ENGLISH;
    call->detail =
        arena_printf(call->arena, "%s. %.*s (%.*s)", is_english ? source.en : source.vi,
                     SLICE_ARG(is_english ? found->because.en : found->because.vi), SLICE_ARG(found->because.clause));
  }
  TRY(asked);
  return send_after(call, "Yêu cầu bổ sung giấy tờ");
}

/* ---- what the applicant says at the counter, written down for them ---- */

result api_desk_supplement(struct api_call *call) {
  const struct jin *root = NULL;
  const struct dossier_act act = api_desk_act(call, S(""));
  struct slice answer;
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"answer", NULL}));
  TRY(jin_text(root, "answer", REASON_BYTES_MAX, &answer));
  TRY(dossier_supplement_answer(call->env, call->arena, &act, answer));
  return send_after(call, "Nhận bổ sung hồ sơ tại quầy");
}

result api_desk_withdraw(struct api_call *call) {
  const struct jin *root = NULL;
  const struct dossier_act act = api_desk_act(call, S(""));
  struct slice reason;
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"reason", NULL}));
  TRY(jin_text(root, "reason", REASON_BYTES_MAX, &reason));
  TRY(dossier_withdraw(call->env, &call->api->options.works, call->arena, &act, reason));
  return send_after(call, "Rút hồ sơ theo đề nghị tại quầy");
}

/* ---- refusing, deciding ---- */

result api_desk_refuse(struct api_call *call) {
  const struct jin *root = NULL;
  const struct dossier_act act = api_desk_act(call, S(""));
  struct slice reason;
  struct slice legal_basis = S("");
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"reason", "legal_basis", NULL}));
  TRY(jin_text(root, "reason", REASON_BYTES_MAX, &reason));
  TRY(jin_text_optional(root, "legal_basis", BASIS_BYTES_MAX, &legal_basis));
  TRY(dossier_refuse(call->env, call->arena, &act, reason, legal_basis));
  return send_after(call, "Từ chối giải quyết hồ sơ");
}

result api_desk_decide(struct api_call *call) {
  static const char *const outcomes[] = {"no_conviction", "has_conviction", NULL};
  const struct jin *root = NULL;
  const struct dossier_act act = api_desk_act(call, S(""));
  struct slice note = S("");
  size_t outcome = 0;
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"outcome", "note", NULL}));
  TRY(jin_word(root, "outcome", outcomes, &outcome));
  TRY(jin_text_optional(root, "note", NOTE_BYTES_MAX, &note));
  enum dossier_decision decision = outcome == 0 ? DOSSIER_NO_CONVICTION : DOSSIER_HAS_CONVICTION;
  TRY(dossier_decide(call->env, call->arena, &act, decision, note));
  return send_after(call, "Kết luận nội dung Phiếu lý lịch tư pháp");
}

result api_desk_complex(struct api_call *call) {
  const struct jin *root = NULL;
  const struct dossier_act act = api_desk_act(call, S(""));
  struct dossier_complexity complexity = {0};
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"ground", "reason", NULL}));
  TRY(jin_text(root, "ground", GROUND_BYTES_MAX, &complexity.ground));
  TRY(jin_text(root, "reason", REASON_BYTES_MAX, &complexity.reason));
  result found = dossier_complex(call->env, &call->api->options.works, call->arena, &act, &complexity);
  if (is_code(found, DOSSIER_COMPLEX_GROUND)) {
    return jin_refuse_field(root, "ground", "is not a ground of the law of that day");
  }
  TRY(found);
  return send_after(call, "Xác định vụ việc phức tạp");
}

/* ---- signature and seal ---- */

/* What cannot be a PIN is told so, and costs none of the five tries before the key is locked. */
static bool is_signing_pin(struct slice text) {
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] < '0' || text.ptr[i] > '9') {
      return false;
    }
  }
  return text.len >= PIN_BYTES_MIN;
}

result api_desk_sign(struct api_call *call) {
  const struct jin *root = NULL;
  const struct dossier_act act = api_desk_act(call, S(""));
  struct dossier_release release = {0};
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"signing_pin", NULL}));
  TRY(api_capability_check(call, ACCOUNT_CAPABILITY_SIGN));
  TRY(jin_text(root, "signing_pin", PIN_BYTES_MAX, &release.signing_pin));
  if (!is_signing_pin(release.signing_pin)) {
    return jin_refuse_field(root, "signing_pin", "is not 6 to 12 digits");
  }
  TRY(dossier_sign(call->env, &call->api->options.works, call->arena, &act, &release));
  return send_after(call, "Ký Phiếu lý lịch tư pháp");
}

result api_desk_seal(struct api_call *call) {
  const struct dossier_act act = api_desk_act(call, S(""));
  TRY(read_empty(call));
  TRY(dossier_seal(call->env, &call->api->options.works, call->arena, &act));
  return send_after(call, "Đóng dấu Phiếu lý lịch tư pháp");
}

/* ---- time and delivery ---- */

result api_desk_apologise(struct api_call *call) {
  const struct jin *root = NULL;
  const struct dossier_act act = api_desk_act(call, S(""));
  struct slice reason;
  int32_t new_date = 0;
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"reason", "new_due_date", NULL}));
  TRY(jin_text(root, "reason", REASON_BYTES_MAX, &reason));
  TRY(jin_date(root, "new_due_date", &new_date));
  TRY(dossier_apologise(call->env, call->arena, &act, reason, new_date));
  return send_after(call, "Xin lỗi và hẹn lại ngày trả kết quả");
}

result api_desk_return(struct api_call *call) {
  const struct dossier_act act = api_desk_act(call, S(""));
  TRY(read_empty(call));
  TRY(dossier_return(call->env, &call->api->options.works, call->arena, &act));
  return send_after(call, "Trả kết quả hồ sơ");
}
