#include "api/new_secrets.h"

struct slice api_secrets_fields(const struct api_call *call, const struct api_secrets_problems *problems) {
  return api_page_fill(call, &(const struct page){.name = "new_secrets",
                                                  PAGE_VALUES({"password_problem", problems->password}, {"password_again_problem", problems->password_again},
                                                              {"passcode_problem", problems->passcode}, {"passcode_again_problem", problems->passcode_again})});
}

bool api_secrets_read(const struct api_call *call, const struct url_form *form, struct account_secrets *ret_secrets, struct api_secrets_problems *ret_problems) {
  *ret_secrets = (struct account_secrets){.password = url_form_get(form, "password"), .passcode = url_form_get(form, "passcode")};
  if (!slice_eq(ret_secrets->password, url_form_get(form, "password_again"))) {
    ret_problems->password_again = api_page_text_find(call, "activate.password_differs");
    return false;
  }
  if (!slice_eq(ret_secrets->passcode, url_form_get(form, "passcode_again"))) {
    ret_problems->passcode_again = api_page_text_find(call, "activate.passcode_differs");
    return false;
  }
  return true;
}

bool api_secrets_refused(const struct api_call *call, result refused, struct api_secrets_problems *ret_problems) {
  switch (refused.code) {
    case ACCOUNT_PASSWORD_LENGTH: ret_problems->password = api_page_text_find(call, "activate.password_short"); return true;
    case ACCOUNT_PASSWORD_COMMON:
    case ACCOUNT_PASSWORD_PERSONAL: ret_problems->password = api_page_text_find(call, "activate.password_known"); return true;
    case ACCOUNT_PASSCODE_FORM: ret_problems->passcode = api_page_text_find(call, "activate.passcode_form"); return true;
    case ACCOUNT_PASSCODE_TRIVIAL: ret_problems->passcode = api_page_text_find(call, "activate.passcode_trivial"); return true;
    default: return false;
  }
}
