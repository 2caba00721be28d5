/* api/resources.h: the handlers routes.c names, one file a resource. (private to api/) */
#pragma once
#include "api/call.h"

/* health.c */
result api_health(struct api_call *call);
result api_ready(struct api_call *call);
result api_metrics_get(struct api_call *call);
/* assets.c */
result api_assets_get(struct api_call *call);
result api_app_page(struct api_call *call);
/* pages.c */
result api_landing_page(struct api_call *call);
result api_activate_page(struct api_call *call);
result api_activate(struct api_call *call);
/* sign_in.c */
result api_sign_in_page(struct api_call *call);
result api_sign_in(struct api_call *call);
result api_sign_in_face(struct api_call *call);
result api_sign_in_passkey_begin(struct api_call *call);
result api_sign_out_page(struct api_call *call);
result api_sign_out(struct api_call *call);
result api_activate_page(struct api_call *call);
result api_activate(struct api_call *call);
/* oidc_par.c */
result api_oidc_par(struct api_call *call);
/* oidc_end_session.c */
result api_oidc_end_session_page(struct api_call *call);
result api_oidc_end_session_form(struct api_call *call);
result api_oidc_end_session(struct api_call *call);
/* oidc_authorize.c */
result api_oidc_authorize(struct api_call *call);
result api_oidc_authorize_form(struct api_call *call);
result api_interact_page(struct api_call *call);
result api_interact(struct api_call *call);
result api_interact_acting(struct api_call *call);
/* oidc_token.c */
result api_oidc_token(struct api_call *call);
result api_oidc_introspect(struct api_call *call);
result api_oidc_revoke(struct api_call *call);
result api_oidc_userinfo(struct api_call *call);
result api_oidc_jwks(struct api_call *call);
result api_oidc_metadata(struct api_call *call);
/* proofs.c: challenges for the pages' script, and the same proofs for an app */
result api_sign_in_begin(struct api_call *call);
result api_sign_in_answer(struct api_call *call);
result api_session_proof_begin(struct api_call *call);
result api_session_proof_answer(struct api_call *call);
/* authenticators.c */
result api_authenticators_list(struct api_call *call);
result api_authenticator_begin(struct api_call *call);
result api_authenticator_add(struct api_call *call);
result api_authenticator_rename(struct api_call *call);
result api_authenticator_remove(struct api_call *call);
result api_own_session_end(struct api_call *call);
result api_own_password(struct api_call *call);
/* session.c */
result api_session_read(struct api_call *call);
result api_session_post(struct api_call *call);
result api_session_passcode(struct api_call *call);
/* mandates.c */
result api_mandates_list(struct api_call *call);
result api_mandate_give(struct api_call *call);
result api_mandate_accept(struct api_call *call);
result api_mandate_decline(struct api_call *call);
result api_mandate_withdraw(struct api_call *call);
result api_mandate_revoke(struct api_call *call);
result api_session_mandate(struct api_call *call);
/* reads.c */
result api_me_reads(struct api_call *call);
result api_me_reads_export(struct api_call *call);
result api_me_consents(struct api_call *call);
result api_me_consent_revoke(struct api_call *call);
/* misuse_reports.c */
result api_me_misuse_list(struct api_call *call);
result api_me_misuse_report(struct api_call *call);
result api_me_misuse_withdraw(struct api_call *call);
result api_misuse_list(struct api_call *call);
result api_misuse_answer(struct api_call *call);
/* desk_locks.c */
result api_desk_lock_requests_list(struct api_call *call);
result api_desk_lock_request_enter(struct api_call *call);
result api_desk_lock_request_forward(struct api_call *call);
result api_desk_lock_request_withdraw(struct api_call *call);
result api_desk_lock_request_decide(struct api_call *call);
/* clients.c */
result api_clients_list(struct api_call *call);
result api_client_read(struct api_call *call);
result api_client_register(struct api_call *call);
result api_client_replace(struct api_call *call);
result api_client_disable(struct api_call *call);
result api_client_enable(struct api_call *call);
result api_client_secret(struct api_call *call);
/* desk_mandates.c */
result api_desk_mandates_list(struct api_call *call);
result api_desk_mandate_enter(struct api_call *call);
result api_desk_mandate_confirm(struct api_call *call);
result api_desk_mandate_reject(struct api_call *call);
result api_desk_mandate_revoke(struct api_call *call);
/* reports.c */
result api_report_lltp(struct api_call *call);
result api_report_eid(struct api_call *call);
result api_report_savings(struct api_call *call);
result api_report_refunds(struct api_call *call);
/* check.c */
result api_check(struct api_call *call);
result api_check_page(struct api_call *call);
result api_check_form(struct api_call *call);
/* me.c */
result api_me_read(struct api_call *call);
result api_me_history(struct api_call *call);
/* procedures.c */
result api_procedures_list(struct api_call *call);
result api_lltp_form(struct api_call *call);
result api_lltp_preview(struct api_call *call);
/* dossiers.c */
result api_dossiers_list(struct api_call *call);
result api_dossier_submit(struct api_call *call);
result api_dossier_read(struct api_call *call);
result api_dossier_withdraw(struct api_call *call);
result api_dossier_supplement(struct api_call *call);
/* the caller's own, a child's or a ward's; anybody else's does not exist */
result api_dossier_load_own(struct api_call *call, enum access_act power, struct slice code, struct dossier *ret_dossier);
result api_idempotency_key(struct api_call *call, struct slice *ret_key);
/* slips.c */
result api_dossier_slip(struct api_call *call);
result api_desk_slip(struct api_call *call);
/* payments.c */
result api_desk_payment_read(struct api_call *call);
result api_payment_read(struct api_call *call);
result api_payment_notify(struct api_call *call);
result api_message_receipt(struct api_call *call);
result api_demo_bank_pay(struct api_call *call);
/* wallet.c */
result api_wallet_list(struct api_call *call);
result api_wallet_read(struct api_call *call);
result api_wallet_pdf(struct api_call *call);
result api_wallet_qr(struct api_call *call);
result api_wallet_verify(struct api_call *call);
/* desk_view.c */
result api_desk_queue(struct api_call *call);
result api_desk_dossier_read(struct api_call *call);
/* desk.c */
result api_desk_receive(struct api_call *call);
result api_desk_look_up(struct api_call *call);
result api_desk_supplement_request(struct api_call *call);
result api_desk_component_request(struct api_call *call);
result api_desk_refuse(struct api_call *call);
result api_desk_decide(struct api_call *call);
result api_desk_sign(struct api_call *call);
result api_desk_seal(struct api_call *call);
result api_desk_complex(struct api_call *call);
result api_desk_apologise(struct api_call *call);
result api_desk_return(struct api_call *call);
result api_desk_supplement(struct api_call *call);
result api_desk_withdraw(struct api_call *call);
/* desk_application.c */
result api_desk_lltp_form(struct api_call *call);
result api_desk_lltp_preview(struct api_call *call);
result api_desk_submit(struct api_call *call);
/* desk_people.c */
result api_desk_find_person(struct api_call *call);
/* enrolments.c */
result api_desk_enrol(struct api_call *call);
result api_desk_enrolment_approve(struct api_call *call);
result api_desk_enrolment_reject(struct api_call *call);
result api_desk_enrolment_code(struct api_call *call);
/* sign_up.c */
result api_sign_up_page(struct api_call *call);
result api_sign_up(struct api_call *call);
result api_sign_up_portrait(struct api_call *call);
result api_drawn_portraits(struct api_call *call);
/* desk_card.c */
result api_desk_card(struct api_call *call);
/* evidence.c */
result api_desk_evidence(struct api_call *call);
result api_desk_evidence_list(struct api_call *call);
result api_desk_evidence_picture(struct api_call *call);
/* enrolments_own.c */
result api_enrolments_list(struct api_call *call);
result api_enrolment_apply(struct api_call *call);
result api_organisation_enrol(struct api_call *call);
result api_organisation_consent(struct api_call *call);
/* demo.c */
result api_demo_messages(struct api_call *call);
/* recover.c */
result api_recover_page(struct api_call *call);
result api_recover(struct api_call *call);
result api_recover_case_page(struct api_call *call);
result api_recover_case(struct api_call *call);
result api_recover_stop_page(struct api_call *call);
result api_recover_stop(struct api_call *call);
/* recoveries.c */
result api_desk_recovery_read(struct api_call *call);
result api_desk_recovery_capture(struct api_call *call);
result api_desk_recovery_evidence(struct api_call *call);
result api_desk_recovery_approve(struct api_call *call);
result api_desk_recovery_reject(struct api_call *call);
struct recovery_case;
void api_recovery_put(struct api_call *call, const struct recovery_case *of); /* members of schema Recovery */
/* locks.c */
result api_me_locks(struct api_call *call);
result api_me_lock(struct api_call *call);
result api_me_capability_lock(struct api_call *call);
result api_me_capability_unlock(struct api_call *call);
result api_me_contact_name(struct api_call *call);
result api_me_contact_drop(struct api_call *call);
result api_me_recovery_stop(struct api_call *call);
result api_me_recovery_help(struct api_call *call);
/* pki.c */
result api_pki(struct api_call *call);
result api_ledger_resource(struct api_call *call);
result api_me_read_proof(struct api_call *call);
/* sandbox.c */
result api_sandbox_page(struct api_call *call);
result api_sandbox_token_page(struct api_call *call);
result api_sandbox_token(struct api_call *call);
/* sandbox_keys.c */
result api_sandbox_rotate(struct api_call *call);
result api_sandbox_rotation_create(struct api_call *call);
/* sandbox_clients.c */
result api_sandbox_client_new_page(struct api_call *call);
result api_sandbox_client_new(struct api_call *call);
result api_sandbox_client_page(struct api_call *call);
result api_sandbox_faults(struct api_call *call);
result api_sandbox_client_create(struct api_call *call);
result api_sandbox_faults_put(struct api_call *call);
result api_sandbox_events(struct api_call *call);
result api_sandbox_people(struct api_call *call);
/* oidc_waiting.c */
result api_oidc_device_authorization(struct api_call *call);
result api_oidc_backchannel(struct api_call *call);
result api_device_page(struct api_call *call);
result api_device(struct api_call *call);
result api_approvals_page(struct api_call *call);
result api_approval_page(struct api_call *call);
result api_approval(struct api_call *call);
/* approvals.c */
result api_approvals_list(struct api_call *call);
result api_approval_answer(struct api_call *call);
/* oidc_register.c */
result api_oidc_register(struct api_call *call);
result api_oidc_registration(struct api_call *call);
