/* Fees: what is left to pay with its VietQR, the bank's notifications, and the demonstration bank. */
#include "api/desk.h"
#include "api/resources.h"
#include "codec/hex.h"
#include "codec/qr.h"
#include "crypto/digest.h"

enum { AMOUNT_MAX = 1000000000, REFERENCE_BYTES_MAX = 40, TRANSACTION_BYTES_MAX = 64 };

struct fee {
  struct payment_request request;
  int64_t refund_due;
  bool is_needed;
};

static result load_fee(struct api_call *call, const struct dossier *dossier, struct fee *ret_fee) {
  struct fee fee = {0};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  result found = payment_request_load(tx, call->arena, dossier->person_id, dossier->code, &fee.request);
  if (is_code(found, PAYMENT_NOT_FOUND)) {
    *ret_fee = fee;
    return OK;
  }
  TRY(found);
  fee.is_needed = true;
  TRY(payment_refund_due(tx, dossier->person_id, dossier->code, &fee.refund_due));
  *ret_fee = fee;
  return OK;
}

static int64_t remaining(const struct fee *fee) {
  return fee->is_needed && fee->request.state == PAYMENT_DUE ? fee->request.amount - fee->request.paid : 0;
}

static const char *state_of(const struct fee *fee) {
  if (!fee->is_needed || fee->request.state == PAYMENT_CANCELLED) {
    return "not_needed";
  }
  if (fee->request.state == PAYMENT_SETTLED) {
    return fee->refund_due > 0 ? "overpaid" : "paid";
  }
  return fee->request.paid > 0 ? "part_paid" : "due";
}

static result put_qr(struct api_call *call, const struct fee *fee) {
  const struct api_settings *settings = call->settings;
  struct jout *out = &call->out;
  if (remaining(fee) == 0 || settings->bank_bin.len == 0) {
    jout_put_null(out, "qr_text");
    jout_put_null(out, "qr_svg");
    return OK;
  }
  const struct payment_vietqr payload = {.bank_bin = settings->bank_bin,
                                         .account = settings->bank_account,
                                         .amount = remaining(fee),
                                         .purpose = fee->request.reference};
  struct slice text;
  struct qr qr;
  TRY(payment_vietqr_write(call->arena, &payload, &text));
  TRY(qr_make(text, QR_MEDIUM, call->arena, &qr));
  jout_put_text(out, "qr_text", text);
  jout_put_text(out, "qr_svg", qr_svg(call->arena, &qr, S("VietQR")));
  return OK;
}

static result send_fee(struct api_call *call, const struct dossier *dossier) {
  const struct api_options *options = &call->api->options;
  struct fee fee;
  TRY(load_fee(call, dossier, &fee));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_text(out, "dossier_code", dossier->code);
  jout_put_int(out, "amount", dossier->payable);
  jout_put_str(out, "state", state_of(&fee));
  jout_put_int(out, "paid", fee.request.paid);
  jout_put_int(out, "remaining", remaining(&fee));
  jout_put_int(out, "refund_due", fee.refund_due);
  jout_put_text(out, "reference", fee.request.reference);
  jout_put_object(out, "account");
  jout_put_text(out, "bank", call->settings->bank_bin);
  jout_put_text(out, "number", call->settings->bank_account);
  jout_put_str(out, "holder", options->is_demo ? "TAI KHOAN THU PHI (MINH HOA)" : "TAI KHOAN THU PHI");
  jout_object_end(out);
  TRY(put_qr(call, &fee));
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}

result api_payment_read(struct api_call *call) {
  struct dossier dossier;
  TRY(api_dossier_load_own(call, ACCESS_DOSSIER_VIEW_OWN, http_param(call->http, "code"), &dossier));
  return send_fee(call, &dossier);
}

/* For whoever pays at the counter with their own bank's app. */
static result open_at_desk(struct api_call *call, struct slice code, struct dossier *ret_dossier) {
  struct dossier_act act = api_desk_act(call, S("Thu phí hồ sơ tại quầy"));
  act.code = code;
  return dossier_open(call->env, call->arena, &act, ret_dossier);
}

result api_desk_payment_read(struct api_call *call) {
  struct dossier dossier;
  TRY(open_at_desk(call, http_param(call->http, "code"), &dossier));
  return send_fee(call, &dossier);
}

/* ---- the bank ---- */

/* "sha256=<hex of HMAC-SHA256(bank secret, body as sent)>" */
static result check_bank(const struct api_call *call) {
  struct slice secret = call->settings->bank_secret;
  struct slice given = http_header(&call->http->request, "Danh-Signature");
  uint8_t mac[DIGEST_BYTES];
  if (secret.len == 0) {
    FAIL(API_BANK, "no bank secret is configured");
  }
  digest_hmac_sha256(secret, call->http->request.body, mac);
  struct slice wanted =
      arena_printf(call->arena, "sha256=%.*s", SLICE_ARG(hex_write(call->arena, slice_of(mac, sizeof mac))));
  if (!slice_eq_secret(given, wanted)) {
    FAIL(API_BANK, "the signature does not fit the body");
  }
  return OK;
}

static result read_notification(struct api_call *call, struct payment_notification *notification) {
  static const char *const fields[] = {"transaction_id", "reference", "amount", "currency", "paid_at", NULL};
  const struct jin *root = NULL;
  size_t currency = 0;
  TRY(api_body(call, &root));
  TRY(jin_fields(root, fields));
  TRY(jin_text(root, "transaction_id", TRANSACTION_BYTES_MAX, &notification->transaction_id));
  TRY(jin_text(root, "reference", REFERENCE_BYTES_MAX, &notification->reference));
  TRY(jin_int(root, "amount", 1, AMOUNT_MAX, &notification->amount));
  TRY(jin_word(root, "currency", (const char *const[]){"VND", NULL}, &currency));
  return jin_instant(root, "paid_at", &notification->paid_at_ms);
}

static const char *outcome_word(const struct payment_outcome *outcome) {
  if (outcome->repeated) {
    return "duplicate";
  }
  if (outcome->settled_now) {
    return outcome->refund > 0 ? "overpaid" : "settled";
  }
  return outcome->refund > 0 ? "refund_due" : "part_paid";
}

result api_payment_notify(struct api_call *call) {
  struct payment_notification notification = {0};
  struct payment_outcome outcome;
  TRY(check_bank(call));
  TRY(read_notification(call, &notification));
  TRY(dossier_payment(call->env, call->arena, &notification, &outcome));
  bool is_due = outcome.request.state == PAYMENT_DUE;
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_str(out, "outcome", outcome_word(&outcome));
  jout_put_int(out, "remaining", is_due ? outcome.request.amount - outcome.request.paid : 0);
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}

/* ---- the demonstration bank ---- */

result api_demo_bank_pay(struct api_call *call) {
  const struct jin *root = NULL;
  struct dossier dossier;
  struct fee fee;
  struct slice code;
  struct payment_outcome outcome;
  struct payment_notification notification = {.paid_at_ms = clock_now_ms(call->env->clock)};
  if (!call->api->options.is_demo) {
    FAIL(API_DEMO_ONLY, "not a demonstration");
  }
  TRY(api_capability_check(call, ACCOUNT_CAPABILITY_PAY));
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"dossier_code", "amount", NULL}));
  TRY(jin_text(root, "dossier_code", 60, &code));
  TRY(jin_int(root, "amount", 1, AMOUNT_MAX, &notification.amount));
  result found = api_dossier_load_own(call, ACCESS_DOSSIER_PAY, code, &dossier);
  TRY(is_code(found, DOSSIER_UNKNOWN) && call->post.post_id != 0 ? open_at_desk(call, code, &dossier) : found);
  TRY(load_fee(call, &dossier, &fee));
  if (!fee.is_needed) {
    FAIL(PAYMENT_NOT_FOUND, "nothing to pay");
  }
  notification.reference = fee.request.reference;
  notification.transaction_id =
      arena_printf(call->arena, "DEMO-%016llx", (unsigned long long)random_u64(call->env->random));
  TRY(dossier_payment(call->env, call->arena, &notification, &outcome));
  return send_fee(call, &dossier);
}
