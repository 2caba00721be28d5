/* dossier/result.c: the certificate: laid out and signed by the competent person, then sealed by the agency, then
 * delivered.
 *
 * Layout and signatures run outside the writes. Until the write that stores a signature nothing has happened: a crash
 * before it leaves the dossier as it was, and the act is done again; the signer's own log then counts one signature
 * more than there are documents.
 */
#include "codec/jout.h"
#include "crypto/pin_proof.h"
#include "dossier/act.h"
#include "dossier/certificate.h"
#include "pki/pki.h"
#include "sign/sign.h"

struct signing {
  const struct dossier_works *works;
  const struct dossier_release *release; /* of the person's key; NULL for the seal */
  struct slice key;                      /* the signer's name of the key */
  struct pki_chain chain;                /* of that key, in force now */
  struct pdf_certificate certificate;    /* for the person's signature: what is laid out */
  struct register_agency agency, parent; /* for the seal */
  struct slice pdf;                      /* in: what is signed; out: signed */
  struct wallet_bytes stored;            /* the signed document; for the seal its base is the one it was made over */
  bool delivered;
};

/* ---- the personal signature ---- */

static result require_stage(const struct dossier *d, enum dossier_stage stage) {
  if (d->status != DOSSIER_PROCESSING || d->stage != stage) {
    FAIL(DOSSIER_STAGE, "status %d, stage %d", d->status, d->stage);
  }
  return OK;
}

static result gather_certificate(struct act_context *context) {
  struct signing *signing = context->arg;
  struct certificate_order order = {&context->dossier, context->act->actor_id, context->act->post->post_id,
                                    context->now_ms};
  TRY(require_stage(&context->dossier, DOSSIER_STAGE_DECIDED));
  TRY(dossier_certificate_fill(context->env, context->tx, context->arena, &order, &signing->certificate));
  signing->key = arena_printf(context->arena, "officer/%lld", (long long)context->act->actor_id);
  return pki_chain_load(context->tx, signing->key, context->now_ms, context->arena, &signing->chain);
}

/* The PIN is proved for this digest alone. */
static result prove_pin(struct act_context *context, const struct sign_prepared *prepared, uint8_t ret_proof[32]) {
  const struct signing *signing = context->arg;
  if (signing->release->pin_key != NULL) {
    struct pin_proof_claim claim = {signing->key, SIGNER_PERSONAL, prepared->digest};
    pin_proof_make(signing->release->pin_key, &claim, ret_proof);
    return OK;
  }
  struct account_signing pin = {.person_id = context->act->actor_id, .signing_pin = signing->release->signing_pin};
  memcpy(pin.digest, prepared->digest, sizeof pin.digest);
  return account_pin_proof(context->env, signing->works->passwords, &pin, ret_proof);
}

/* Prepares with the key's certificate; for a person, releases the key with the PIN; and completes. */
static result sign_with(struct act_context *context, struct sign_order *order) {
  struct signing *signing = context->arg;
  order->pdf = signing->pdf;
  order->certificate = signing->chain.leaf;
  order->issuer = signing->chain.issuing;
  order->signed_at_ms = context->now_ms;
  struct sign_prepared prepared;
  TRY(sign_prepare(signing->works->renderer, context->arena, order, &prepared));
  struct sign_authority authority = {.key = signing->key, .reference = context->dossier.code};
  uint8_t proof[32] = {0};
  if (order->field == SIGN_PERSON) {
    TRY(prove_pin(context, &prepared, proof));
    authority.pin_proof = slice_of(proof, sizeof proof);
  }
  result made = sign_complete(context->env, context->arena, &prepared, &authority, &signing->pdf);
  explicit_bzero(proof, sizeof proof);
  return made;
}

static result store_signed(struct act_context *context) {
  struct signing *signing = context->arg;
  TRY(require_stage(&context->dossier, DOSSIER_STAGE_DECIDED));
  TRY(wallet_bytes_put(context->tx, &signing->stored));
  memcpy(context->dossier.document_sha256, signing->stored.sha256, 32);
  context->dossier.stage = DOSSIER_STAGE_SIGNED;
  struct act_step step = {.name = "sign", .legal_basis = dossier_act_record_basis(clock_date_of(context->now_ms))};
  return dossier_act_note(context, &step);
}

result dossier_sign(struct env *env, const struct dossier_works *works, struct arena *arena,
                    const struct dossier_act *act, const struct dossier_release *release) {
  struct signing signing = {.works = works, .release = release};
  struct act_context context = {.env = env, .arena = arena, .act = act, .power = ACCESS_DOSSIER_SIGN, .arg = &signing};
  TRY(dossier_act_gather(&context, gather_certificate));
  TRY(pdf_certificate_write(works->renderer, arena, &signing.certificate, &signing.pdf));
  struct sign_order order = {
      .field = SIGN_PERSON,
      .reason = S("Cấp Phiếu lý lịch tư pháp"),
      .place = dossier_certificate_place(context.dossier.province, clock_date_of(context.now_ms))};
  TRY(sign_with(&context, &order));
  wallet_bytes_prepare(signing.pdf, pdf_front_length(works->renderer, signing.pdf), &signing.stored);
  return dossier_act_run(&context, store_signed);
}

/* ---- the seal, the result and its three deliveries ---- */

static struct slice delivery_payload(struct act_context *context) {
  const struct dossier *d = &context->dossier;
  struct buf buf;
  buf_init(&buf, context->arena, 512);
  struct jout out;
  jout_init(&out, &buf);
  jout_object(&out);
  jout_put_text(&out, "dossier_code", d->code);
  jout_put_text(&out, "procedure", d->national_code);
  jout_put_text(&out, "agency", d->agency_code);
  jout_put_text(&out, "certificate_number", d->certificate_number);
  jout_put_int(&out, "certificate", d->certificate);
  jout_put_int(&out, "status", d->status);
  jout_put_date(&out, "issued_on", clock_date_of(context->now_ms));
  jout_put_instant(&out, "finished_at", d->finished_at_ms);
  jout_object_end(&out);
  return buf_slice(&buf);
}

/* By default to the wallet, the national portal and the provincial system; each with its own
 * acknowledgement. */
static result add_deliveries(struct act_context *context) {
  static const struct slice destinations[] = {S_INIT("wallet"), S_INIT("national_portal"), S_INIT("provincial_system")};
  struct slice payload = delivery_payload(context);
  for (size_t i = 0; i < sizeof destinations / sizeof *destinations; i++) {
    struct outbox_item item = {.person_id = context->dossier.person_id,
                               .destination = destinations[i],
                               .kind = S("lltp.result"),
                               .reference = context->dossier.code,
                               .payload = payload,
                               .document_sha256 = slice_of(context->dossier.document_sha256, 32)};
    TRY(outbox_add(context->env, context->tx, &item));
  }
  return OK;
}

static result store_sealed(struct act_context *context) {
  struct signing *signing = context->arg;
  struct dossier *d = &context->dossier;
  TRY(require_stage(d, DOSSIER_STAGE_SIGNED));
  if (memcmp(d->document_sha256, signing->stored.base_sha256, 32) != 0) {
    FAIL(DOSSIER_STAGE, "another document was signed meanwhile");
  }
  TRY(wallet_bytes_put(context->tx, &signing->stored));
  memcpy(d->document_sha256, signing->stored.sha256, 32);
  d->stage = DOSSIER_STAGE_SEALED;
  d->sealer_id = context->act->actor_id;
  d->finished_at_ms = context->now_ms;
  struct act_step step = {
      .name = "seal", .to = DOSSIER_DONE, .legal_basis = dossier_act_record_basis(clock_date_of(context->now_ms))};
  TRY(dossier_act_move(context, &step));
  return add_deliveries(context);
}

static result gather_signed(struct act_context *context) {
  struct signing *signing = context->arg;
  const struct dossier *d = &context->dossier;
  int32_t today = clock_date_of(context->now_ms);
  TRY(require_stage(d, DOSSIER_STAGE_SIGNED));
  TRY(wallet_bytes_get(context->tx, context->arena, d->document_sha256, &signing->pdf));
  TRY(register_agency_load(context->tx, context->arena, d->agency_code, today, &signing->agency));
  if (!slice_empty(signing->agency.parent)) {
    TRY(register_agency_load(context->tx, context->arena, signing->agency.parent, today, &signing->parent));
  }
  signing->key = arena_printf(context->arena, "seal/%.*s", SLICE_ARG(signing->agency.code));
  return pki_chain_load(context->tx, signing->key, context->now_ms, context->arena, &signing->chain);
}

result dossier_seal(struct env *env, const struct dossier_works *works, struct arena *arena,
                    const struct dossier_act *act) {
  struct signing signing = {.works = works};
  struct act_context context = {.env = env, .arena = arena, .act = act, .power = ACCESS_DOSSIER_SEAL, .arg = &signing};
  TRY(dossier_act_gather(&context, gather_signed));
  size_t signed_length = signing.pdf.len; /* the sealed file begins with it */
  struct sign_order order = {
      .field = SIGN_SEAL,
      .above = signing.parent.name_vi,
      .reason = S("Đóng dấu cơ quan"),
      .place = dossier_certificate_place(context.dossier.province, clock_date_of(context.now_ms))};
  TRY(sign_with(&context, &order));
  wallet_bytes_prepare(signing.pdf, signed_length, &signing.stored);
  TRY(dossier_act_run(&context, store_sealed));
  if (works->outbox != NULL) {
    outbox_runner_wake(works->outbox);
  }
  return OK;
}

/* ---- deliveries ---- */

static result send_again(struct act_context *context) {
  const struct dossier *d = &context->dossier;
  if (d->status != DOSSIER_DONE) {
    FAIL(DOSSIER_MOVE_FORBIDDEN, "nothing to deliver in status %d", d->status);
  }
  TRY(outbox_retry_now(context->env, context->tx, d->person_id, d->code));
  struct act_step step = {.name = "send_again",
                          .legal_basis = dossier_act_one_stop_basis(clock_date_of(context->now_ms))};
  return dossier_act_note(context, &step);
}

result dossier_return(struct env *env, const struct dossier_works *works, struct arena *arena,
                      const struct dossier_act *act) {
  struct act_context context = {.env = env, .arena = arena, .act = act, .power = ACCESS_DOSSIER_RETURN};
  TRY(dossier_act_run(&context, send_again));
  if (works->outbox != NULL) {
    outbox_runner_wake(works->outbox);
  }
  return OK;
}

result dossier_keep_in_wallet(struct env *env, struct db_tx *tx, const struct outbox_item *item, struct arena *arena) {
  struct dossier d;
  struct register_agency agency;
  TRY(dossier_load(tx, arena, item->reference, &d));
  int32_t issued_on = clock_date_of(d.finished_at_ms);
  TRY(register_agency_load(tx, arena, d.agency_code, issued_on, &agency));
  struct wallet_document document = {.person_id = d.person_id,
                                     .type = d.certificate == 2 ? S("lltp_2") : S("lltp_1"),
                                     .number = d.certificate_number,
                                     .reference = d.code,
                                     .issuer = agency.name_vi,
                                     .issued_on = issued_on,
                                     .state = WALLET_VALID};
  memcpy(document.sha256, d.document_sha256, sizeof document.sha256);
  return wallet_document_add(env, tx, &document);
}

result dossier_delivery_acknowledged(struct env *env, struct db_tx *tx, struct arena *arena,
                                     const struct outbox_item *item) {
  struct outbox_item_list list;
  TRY(outbox_of_reference(tx, arena, item->person_id, item->reference, &list));
  for (size_t i = 0; i < list.count; i++) {
    if (list.items[i].state != OUTBOX_ACKNOWLEDGED) {
      return OK;
    }
  }
  struct dossier_act act = {.code = item->reference};
  struct act_context context = {.env = env, .arena = arena, .act = &act, .tx = tx, .now_ms = clock_now_ms(env->clock)};
  TRY(dossier_load(tx, arena, item->reference, &context.dossier));
  if (context.dossier.status != DOSSIER_DONE) {
    return OK;
  }
  struct act_step step = {.name = "return",
                          .to = DOSSIER_RETURNED,
                          .legal_basis = dossier_act_one_stop_basis(clock_date_of(context.now_ms))};
  return dossier_act_move(&context, &step);
}
