/* THE table: method, path, handler, what the caller must be. The contract is doc/api/openapi.yaml. */
#include "api/resources.h"

static const struct api_route rows[] = {
    {{HTTP_GET, "/healthz"}, api_health, API_MACHINE},

    {{HTTP_GET, "/"}, api_landing_page, API_PAGE},
    {{HTTP_GET, "/sign-in"}, api_sign_in_page, API_PAGE},
    {{HTTP_POST, "/sign-in"}, api_sign_in, API_PAGE},
    {{HTTP_GET, "/sign-out"}, api_sign_out_page, API_PAGE | API_SESSION},
    {{HTTP_POST, "/sign-out"}, api_sign_out, API_PAGE},
    {{HTTP_GET, "/activate"}, api_activate_page, API_PAGE},
    {{HTTP_POST, "/activate"}, api_activate, API_PAGE},
    {{HTTP_GET, "/check"}, api_check_page, API_PAGE},
    {{HTTP_POST, "/check"}, api_check_form, API_PAGE},
    {{HTTP_GET, "/app/*"}, api_app_page, API_PAGE},
    {{HTTP_GET, "/assets/*"}, api_assets_get, API_MACHINE},

    {{HTTP_GET, "/api/session"}, api_session_read, API_SESSION},
    {{HTTP_PUT, "/api/session/post"}, api_session_post, API_SESSION},
    {{HTTP_POST, "/api/session/passcode"}, api_session_passcode, API_SESSION},

    {{HTTP_POST, "/api/check"}, api_check, API_PUBLIC},

    {{HTTP_GET, "/api/reports/lltp"}, api_report_lltp, API_POST},
    {{HTTP_GET, "/api/reports/savings"}, api_report_savings, API_POST},
    {{HTTP_GET, "/api/reports/refunds"}, api_report_refunds, API_POST},
};

const struct http_routes api_routes = {rows, sizeof *rows, sizeof rows / sizeof *rows};
