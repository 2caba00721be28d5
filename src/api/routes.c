/* THE table: method, path, handler, what the caller must be. The contract is doc/api/openapi.yaml. */
#include "api/resources.h"

enum { ANYBODY = API_FOR_ANOTHER | API_FOR_ORGANISATION, ALWAYS = ANYBODY | API_MANDATE_ENDED };

static const struct api_route rows[] = {
    {{HTTP_GET, "/healthz"}, api_health, API_MACHINE},

    {{HTTP_GET, "/"}, api_landing_page, API_PAGE},
    {{HTTP_GET, "/sign-in"}, api_sign_in_page, API_PAGE},
    {{HTTP_POST, "/sign-in"}, api_sign_in, API_PAGE},
    {{HTTP_GET, "/sign-out"}, api_sign_out_page, API_PAGE | API_SESSION | ALWAYS},
    {{HTTP_POST, "/sign-out"}, api_sign_out, API_PAGE},
    {{HTTP_GET, "/activate"}, api_activate_page, API_PAGE},
    {{HTTP_POST, "/activate"}, api_activate, API_PAGE},
    {{HTTP_GET, "/check"}, api_check_page, API_PAGE},
    {{HTTP_POST, "/check"}, api_check_form, API_PAGE},
    {{HTTP_GET, "/app/*"}, api_app_page, API_PAGE},
    {{HTTP_GET, "/assets/*"}, api_assets_get, API_MACHINE},
    {{HTTP_GET, "/pki/{file}"}, api_pki, API_MACHINE},

    {{HTTP_GET, "/sandbox"}, api_sandbox_page, API_PAGE},
    {{HTTP_GET, "/sandbox/token"}, api_sandbox_token_page, API_PAGE},
    {{HTTP_POST, "/sandbox/token"}, api_sandbox_token, API_PAGE},
    {{HTTP_GET, "/sandbox/clients/new"}, api_sandbox_client_new_page, API_PAGE},
    {{HTTP_POST, "/sandbox/clients/new"}, api_sandbox_client_new, API_PAGE},
    {{HTTP_GET, "/sandbox/clients/{client_id}"}, api_sandbox_client_page, API_PAGE},
    {{HTTP_POST, "/sandbox/clients/{client_id}/faults"}, api_sandbox_faults, API_PAGE},
    {{HTTP_GET, "/api/sandbox/people"}, api_sandbox_people, API_MACHINE},
    {{HTTP_POST, "/api/sandbox/clients"}, api_sandbox_client_create, API_MACHINE},
    {{HTTP_GET, "/api/sandbox/clients/{client_id}/events"}, api_sandbox_events, API_MACHINE},
    {{HTTP_PUT, "/api/sandbox/clients/{client_id}/faults"}, api_sandbox_faults_put, API_MACHINE},

    {{HTTP_POST, "/oidc/par"}, api_oidc_par, API_MACHINE},
    {{HTTP_GET, "/oidc/authorize"}, api_oidc_authorize, API_PAGE},
    {{HTTP_POST, "/oidc/authorize"}, api_oidc_authorize_form, API_PAGE | API_MACHINE},
    {{HTTP_GET, "/interact/{id}"}, api_interact_page, API_PAGE},
    {{HTTP_POST, "/interact/{id}"}, api_interact, API_PAGE},

    {{HTTP_GET, "/api/session"}, api_session_read, API_SESSION | ALWAYS},
    {{HTTP_PUT, "/api/session/post"}, api_session_post, API_SESSION | ALWAYS},
    {{HTTP_POST, "/api/session/passcode"}, api_session_passcode, API_SESSION | ANYBODY},
    {{HTTP_PUT, "/api/session/mandate"}, api_session_mandate, API_SESSION | ALWAYS},

    {{HTTP_GET, "/api/mandates"}, api_mandates_list, API_SESSION | API_FOR_ORGANISATION},
    {{HTTP_POST, "/api/mandates"}, api_mandate_give, API_SESSION | API_FOR_ORGANISATION},
    {{HTTP_POST, "/api/mandates/{id}/accept"}, api_mandate_accept, API_SESSION},
    {{HTTP_POST, "/api/mandates/{id}/decline"}, api_mandate_decline, API_SESSION},
    {{HTTP_POST, "/api/mandates/{id}/withdraw"}, api_mandate_withdraw, API_SESSION | API_FOR_ORGANISATION},
    {{HTTP_POST, "/api/mandates/{id}/revoke"}, api_mandate_revoke, API_SESSION | API_FOR_ORGANISATION},

    {{HTTP_GET, "/api/me"}, api_me_read, API_SESSION},
    {{HTTP_GET, "/api/me/reads"}, api_me_reads, API_SESSION | API_FOR_ANOTHER},
    {{HTTP_GET, "/api/me/history"}, api_me_history, API_SESSION},

    {{HTTP_GET, "/api/procedures"}, api_procedures_list, API_SESSION | API_FOR_ANOTHER},
    {{HTTP_GET, "/api/procedures/lltp/form"}, api_lltp_form, API_SESSION | API_FOR_ANOTHER},
    {{HTTP_POST, "/api/procedures/lltp/preview"}, api_lltp_preview, API_SESSION | API_FOR_ANOTHER},

    {{HTTP_GET, "/api/dossiers"}, api_dossiers_list, API_SESSION | API_FOR_ANOTHER},
    {{HTTP_POST, "/api/dossiers"}, api_dossier_submit, API_SESSION | API_FOR_ANOTHER},
    {{HTTP_GET, "/api/dossiers/{code}"}, api_dossier_read, API_SESSION | API_FOR_ANOTHER},
    {{HTTP_POST, "/api/dossiers/{code}/withdraw"}, api_dossier_withdraw, API_SESSION | API_FOR_ANOTHER},
    {{HTTP_POST, "/api/dossiers/{code}/supplement"}, api_dossier_supplement, API_SESSION | API_FOR_ANOTHER},
    {{HTTP_GET, "/api/dossiers/{code}/slips/{kind}"}, api_dossier_slip, API_SESSION | API_FOR_ANOTHER},
    {{HTTP_GET, "/api/dossiers/{code}/payment"}, api_payment_read, API_SESSION | API_FOR_ANOTHER},

    {{HTTP_POST, "/api/demo-bank/payments"}, api_demo_bank_pay, API_SESSION | API_FOR_ANOTHER},
    {{HTTP_POST, "/api/payments/notifications"}, api_payment_notify, API_MACHINE},

    {{HTTP_GET, "/api/wallet"}, api_wallet_list, API_SESSION | API_FOR_ANOTHER},
    {{HTTP_GET, "/api/wallet/{id}"}, api_wallet_read, API_SESSION | API_FOR_ANOTHER},
    {{HTTP_GET, "/api/wallet/{id}/pdf"}, api_wallet_pdf, API_SESSION | API_FOR_ANOTHER},
    {{HTTP_GET, "/api/wallet/{id}/qr.svg"}, api_wallet_qr, API_SESSION | API_FOR_ANOTHER},
    {{HTTP_GET, "/api/wallet/{id}/verification"}, api_wallet_verify, API_SESSION | API_FOR_ANOTHER},

    {{HTTP_POST, "/api/check"}, api_check, API_PUBLIC},
    {{HTTP_GET, "/api/demo/messages"}, api_demo_messages, API_PUBLIC},

    {{HTTP_GET, "/api/desk/queue"}, api_desk_queue, API_POST},
    {{HTTP_GET, "/api/desk/dossiers/{code}"}, api_desk_dossier_read, API_POST},
    {{HTTP_POST, "/api/desk/dossiers/{code}/receive"}, api_desk_receive, API_POST},
    {{HTTP_POST, "/api/desk/dossiers/{code}/look-ups"}, api_desk_look_up, API_POST},
    {{HTTP_POST, "/api/desk/dossiers/{code}/supplement-request"}, api_desk_supplement_request, API_POST},
    {{HTTP_POST, "/api/desk/dossiers/{code}/component-request"}, api_desk_component_request, API_POST},
    {{HTTP_POST, "/api/desk/dossiers/{code}/refuse"}, api_desk_refuse, API_POST},
    {{HTTP_POST, "/api/desk/dossiers/{code}/decide"}, api_desk_decide, API_POST},
    {{HTTP_POST, "/api/desk/dossiers/{code}/sign"}, api_desk_sign, API_POST},
    {{HTTP_POST, "/api/desk/dossiers/{code}/seal"}, api_desk_seal, API_POST},
    {{HTTP_POST, "/api/desk/dossiers/{code}/complex"}, api_desk_complex, API_POST},
    {{HTTP_POST, "/api/desk/dossiers/{code}/apology"}, api_desk_apologise, API_POST},
    {{HTTP_POST, "/api/desk/dossiers/{code}/return"}, api_desk_return, API_POST},
    {{HTTP_POST, "/api/desk/dossiers/{code}/supplement"}, api_desk_supplement, API_POST},
    {{HTTP_POST, "/api/desk/dossiers/{code}/withdraw"}, api_desk_withdraw, API_POST},
    {{HTTP_GET, "/api/desk/dossiers/{code}/slips/{kind}"}, api_desk_slip, API_POST},
    {{HTTP_GET, "/api/desk/dossiers/{code}/payment"}, api_desk_payment_read, API_POST},
    {{HTTP_POST, "/api/desk/dossiers"}, api_desk_submit, API_POST},
    {{HTTP_GET, "/api/desk/procedures/lltp/form"}, api_desk_lltp_form, API_POST},
    {{HTTP_POST, "/api/desk/procedures/lltp/preview"}, api_desk_lltp_preview, API_POST},
    {{HTTP_GET, "/api/desk/people"}, api_desk_find_person, API_POST},
    {{HTTP_POST, "/api/desk/enrolments"}, api_desk_enrol, API_POST},
    {{HTTP_POST, "/api/desk/enrolments/{code}/approve"}, api_desk_enrolment_approve, API_POST},
    {{HTTP_POST, "/api/desk/enrolments/{code}/reject"}, api_desk_enrolment_reject, API_POST},
    {{HTTP_POST, "/api/desk/enrolments/{code}/code"}, api_desk_enrolment_code, API_POST},

    {{HTTP_GET, "/api/desk/mandates"}, api_desk_mandates_list, API_POST},
    {{HTTP_POST, "/api/desk/mandates"}, api_desk_mandate_enter, API_POST},
    {{HTTP_POST, "/api/desk/mandates/{id}/confirm"}, api_desk_mandate_confirm, API_POST},
    {{HTTP_POST, "/api/desk/mandates/{id}/reject"}, api_desk_mandate_reject, API_POST},
    {{HTTP_POST, "/api/desk/mandates/{id}/revoke"}, api_desk_mandate_revoke, API_POST},

    {{HTTP_GET, "/api/reports/lltp"}, api_report_lltp, API_POST},
    {{HTTP_GET, "/api/reports/savings"}, api_report_savings, API_POST},
    {{HTTP_GET, "/api/reports/refunds"}, api_report_refunds, API_POST},
};

const struct http_routes api_routes = {rows, sizeof *rows, sizeof rows / sizeof *rows};
