/* The one-stop shop's slips for printing: GET /api/dossiers/{code}/slips/{kind} for the applicant, /api/desk/dossiers/... for the desk. */
#include "api/desk.h"
#include "api/resources.h"

static result read_kind(const struct api_call *call, enum dossier_slip_kind *ret_kind) {
  static const char *const kinds[] = {[DOSSIER_SLIP_RECEIPT] = "receipt",
                                      [DOSSIER_SLIP_SUPPLEMENT] = "supplement",
                                      [DOSSIER_SLIP_REFUSAL] = "refusal",
                                      [DOSSIER_SLIP_APOLOGY] = "apology"};
  for (int kind = DOSSIER_SLIP_RECEIPT; kind <= DOSSIER_SLIP_APOLOGY; kind++) {
    if (slice_is(http_param(call->http, "kind"), kinds[kind])) {
      *ret_kind = (enum dossier_slip_kind)kind;
      return OK;
    }
  }
  FAIL(HTTP_NO_ROUTE, "no such slip");
}

static result send_slip(struct api_call *call, const struct dossier_slip_order *order) {
  struct slice pdf;
  TRY(dossier_slip_write(call->env, &call->api->options.works, call->arena, order, &pdf));
  http_reply(call->http, 200, "application/pdf", pdf);
  return OK;
}

result api_dossier_slip(struct api_call *call) {
  struct dossier dossier;
  struct dossier_slip_order order = {.dossier = &dossier};
  TRY(read_kind(call, &order.kind));
  TRY(api_dossier_load_own(call, ACCESS_DOSSIER_VIEW_OWN, http_param(call->http, "code"), &dossier));
  return send_slip(call, &order);
}

/* Printed for whoever stands at the counter: a recorded read like any other. */
result api_desk_slip(struct api_call *call) {
  struct dossier dossier;
  struct dossier_slip_order order = {.dossier = &dossier};
  const struct dossier_act act = api_desk_act(call, S("In giấy tờ của hồ sơ cho người nộp"));
  TRY(read_kind(call, &order.kind));
  TRY(dossier_open(call->env, call->arena, &act, &dossier));
  return send_slip(call, &order);
}
