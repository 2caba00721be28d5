/* api/resources.h: the handlers routes.c names, one file a resource. (private to api/) */
#pragma once
#include "api/call.h"

/* health.c */
result api_health(struct api_call *call);
/* assets.c */
result api_assets_get(struct api_call *call);
result api_app_page(struct api_call *call);
/* pages.c */
result api_landing_page(struct api_call *call);
result api_sign_in_page(struct api_call *call);
result api_sign_in(struct api_call *call);
result api_sign_out_page(struct api_call *call);
result api_sign_out(struct api_call *call);
result api_activate_page(struct api_call *call);
result api_activate(struct api_call *call);
/* session.c */
result api_session_read(struct api_call *call);
result api_session_post(struct api_call *call);
result api_session_passcode(struct api_call *call);
/* reports.c */
result api_report_lltp(struct api_call *call);
result api_report_savings(struct api_call *call);
result api_report_refunds(struct api_call *call);
/* check.c */
result api_check(struct api_call *call);
result api_check_page(struct api_call *call);
result api_check_form(struct api_call *call);
