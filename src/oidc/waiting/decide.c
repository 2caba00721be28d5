/* The person's side: what is asked, shown as on the consent page, and the answer: one write with grant, consent and ledger entries. */
#include "mandate/mandate.h"
#include "oidc/authorize/give.h"
#include "oidc/claims.h"
#include "oidc/grant.h"
#include "oidc/parameters.h"
#include "oidc/passkey_rule.h"
#include "oidc/waiting/waiting.h"
#include "outbox/outbox.h"

struct looking {
  struct env *env;
  struct arena *arena;
  const struct oidc_waiting_key *key;
  struct oidc_waiting waiting;
  const struct oidc_client *client;
  struct oidc_asking asking;
  struct oidc_counted counted; /* the session as it counts for this client */
  struct oidc_visitor visitor;
  struct oidc_place place;
};

/* The request passes its checks again: a client switched off, or an attribute taken away meanwhile, counts. */
static result look(struct looking *l) {
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(l->env->db, &tx));
    TRY(oidc_waiting_find(l->env, tx, l->arena, l->key, &l->waiting));
  }
  if (!is_ok(oidc_client_load(l->env, l->waiting.client_id, &l->client))) {
    FAIL(OIDC_WAITING_UNKNOWN, "its client is gone");
  }
  l->asking = (struct oidc_asking){.env = l->env, .arena = l->arena, .client = l->client, .is_stored = true, .was_signed = true, /* it passed once */
                                   .endpoint = l->waiting.kind == OIDC_WAITING_DEVICE ? OIDC_AT_DEVICE : OIDC_AT_CIBA};
  TRY(oidc_parameters_parse(l->waiting.parameters, l->arena, &l->asking.parameters));
  result checked = oidc_asking_check(&l->asking);
  if (result_kind(checked) == RESULT_INVALID || result_kind(checked) == RESULT_REFUSED) {
    FAIL(OIDC_WAITING_UNKNOWN, "its client may not ask that any more");
  }
  TRY(checked);
  TRY(oidc_session_count(l->env, l->client, l->key->session, &l->counted));
  l->visitor = (struct oidc_visitor){.session = &l->counted.session};
  l->place = (struct oidc_place){.visitor = &l->visitor, .id = arena_printf(l->arena, "waiting-%lld", (long long)l->waiting.waiting_id)};
  return OK;
}

static void stop_looking(struct looking *l) { oidc_client_release(&l->client); }

static bool is_level_reached(const struct looking *l) {
  return !l->counted.is_passkey_missing && account_session_authentication(l->env, &l->counted.session) >= l->asking.level;
}

result oidc_waiting_show(struct env *env, struct arena *arena, const struct oidc_waiting_key *key, struct oidc_waiting_page *ret_page) {
  struct looking l CLEANUP(stop_looking) = {.env = env, .arena = arena, .key = key};
  TRY(look(&l));
  struct oidc_waiting_page page = {.kind = l.waiting.kind, .waiting_id = l.waiting.waiting_id, .client_id = l.waiting.client_id,
                                   .message = l.waiting.message, .level = l.asking.level, .is_level_reached = is_level_reached(&l),
                                   .is_passkey_asked = l.counted.is_passkey_missing || l.counted.is_passkey_refused,
                                   .expires_at_ms = l.waiting.expires_at_ms};
  TRY(oidc_consent_page_fill(&l.asking, &l.place, &page.consent));
  *ret_page = page;
  return OK;
}

/* ---- the answer ---- */

struct answering {
  const struct looking *looking;
  const struct oidc_decision *decision;
  struct oidc_agreement agreement;
  struct oidc_grant grant;
};

/* CIBA ping [CIBA 10.2]: through the outbox, so that a restart loses none. */
static result ping(struct db_tx *tx, const struct looking *l) {
  if (l->waiting.ping_token.len == 0) {
    return OK;
  }
  struct buf payload;
  struct jout out;
  buf_init(&payload, l->arena, 512);
  jout_init(&out, &payload);
  jout_object(&out);
  jout_put_text(&out, "url", l->client->ciba_notification_endpoint);
  jout_put_text(&out, "token", l->waiting.ping_token);
  jout_put_text(&out, "auth_req_id", l->waiting.ping_id);
  jout_put_int(&out, "until_ms", l->waiting.expires_at_ms);
  jout_put_bool(&out, "is_self_registered", l->client->is_dynamic);
  jout_object_end(&out);
  struct outbox_item item = {.person_id = l->waiting.person_id, .kind = S("oidc.ping"),
                             .destination = arena_printf(l->arena, OIDC_PING_DESTINATION "/%.*s", SLICE_ARG(l->waiting.client_id)),
                             .reference = l->waiting.client_id, .payload = buf_slice(&payload)};
  return outbox_add(l->env, tx, &item);
}

static result write_answer(struct db_tx *tx, void *arg) {
  struct answering *a = arg;
  const struct looking *l = a->looking;
  int64_t person_id = l->key->session->person_id;
  if (a->decision->agrees) {
    TRY(oidc_session_check(&l->asking, tx, l->key->session, &a->grant.mandate_id));
    TRY(oidc_may_share(l->env, tx, person_id));
    TRY(oidc_agreement_save(l->env, tx, &a->agreement));
    TRY(oidc_grant_add(l->env, tx, &a->grant));
    TRY(oidc_given_record(l->env, tx, l->arena, l->client, &a->grant));
  }
  TRY(oidc_waiting_answer(l->env, tx, &l->waiting, person_id, a->grant.grant_id));
  return ping(tx, l);
}

result oidc_waiting_decide(struct env *env, struct arena *arena, const struct oidc_waiting_key *key, const struct oidc_decision *decision) {
  struct looking l CLEANUP(stop_looking) = {.env = env, .arena = arena, .key = key};
  TRY(look(&l));
  if (!slice_eq_secret(decision->form_token, oidc_form_token(arena, &l.place))) {
    FAIL(OIDC_CONSENT_FORM, "not the form of this request and session");
  }
  if (decision->agrees && !is_level_reached(&l)) {
    FAIL(OIDC_WAITING_LEVEL, "the session's level is below the request's");
  }
  if (l.waiting.kind == OIDC_WAITING_CIBA && account_session_is_for_another(key->session)) {
    FAIL(MANDATE_SELF_ONLY, "a counter asks for the person themself");
  }
  uint64_t asked = oidc_asking_attributes(&l.asking, key->session);
  uint64_t agreed = asked & (decision->attributes | l.client->attributes_required);
  struct answering answering = {.looking = &l, .decision = decision};
  answering.agreement = (struct oidc_agreement){.person_id = key->session->person_id, .client = l.client, .acting_for_id = key->session->acting_for_id,
                                                .acting_organisation_id = key->session->acting_organisation_id, .asked = asked, .attributes = agreed};
  TRY(oidc_subject(env, l.client->sector, key->session->person_id, arena, &answering.agreement.subject));
  answering.grant = (struct oidc_grant){.person_id = key->session->person_id,
                                        .client_id = l.client->client_id,
                                        .scope = l.asking.scope,
                                        .resources = l.asking.resources,
                                        .attributes_id_token = l.asking.attributes_id_token & agreed,
                                        .attributes_userinfo = l.asking.attributes_userinfo & agreed,
                                        .acr = account_session_authentication(env, &l.counted.session),
                                        .means = oidc_means_now(env, &l.counted.session),
                                        .auth_at_ms = key->session->auth_at_ms,
                                        .acting_for_id = key->session->acting_for_id,
                                        .acting_organisation_id = key->session->acting_organisation_id};
  return db_write(env->db, write_answer, &answering);
}

result oidc_waiting_sweep(struct env *env, struct db_tx *tx) {
  enum { KEPT_MS = 3600 * 1000 };
  return db_run(tx, "DELETE FROM oidc_waiting WHERE expires_at < $1", DB_ARGS(db_of_int(clock_now_ms(env->clock) - KEPT_MS)), NULL);
}
