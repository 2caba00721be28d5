#include "authenticator/kinds.h"

#include <stddef.h>

/* A row a kind. What is NULL, the kind does not have: a TOTP answers no challenge, a recovery code is not added one by one. */
static const struct authenticator_kind_row kinds[AUTHENTICATOR_KIND_COUNT] = {
    [AUTHENTICATOR_PASSKEY] = {"passkey", "Khóa truy cập", offsetof(struct authenticator_limits, passkeys_max), ACCOUNT_MEANS_PASSKEY_VERIFIED,
                               true, true, authenticator_passkey_begin, authenticator_passkey_check, authenticator_passkey_use,
                               authenticator_passkey_check_new, authenticator_passkey_save_new},
    [AUTHENTICATOR_TOTP] = {"totp", "Ứng dụng tạo mã", offsetof(struct authenticator_limits, totps_max), ACCOUNT_MEANS_TOTP, false, false,
                            authenticator_totp_begin, NULL, authenticator_totp_use, authenticator_totp_check_new,
                            authenticator_totp_save_new},
    [AUTHENTICATOR_DEVICE] = {"device", "Ứng dụng trên thiết bị", offsetof(struct authenticator_limits, devices_max), ACCOUNT_MEANS_DEVICE,
                              true, true, authenticator_device_begin, authenticator_device_check, authenticator_device_use,
                              authenticator_device_check_new, authenticator_device_save_new},
    [AUTHENTICATOR_RECOVERY_CODES] = {"recovery_codes", "Mã dự phòng", 0, ACCOUNT_MEANS_RECOVERY_CODE, false, true, NULL, NULL,
                                      authenticator_code_use, NULL, NULL},
    [AUTHENTICATOR_FACE] = {"face", "Khuôn mặt", 0, ACCOUNT_MEANS_FACE, true, false, authenticator_face_begin, authenticator_face_check,
                            authenticator_face_use, NULL, NULL},
};

const struct authenticator_kind_row *authenticator_kind_row(enum authenticator_kind kind) { return &kinds[kind]; }

struct slice authenticator_kind_name(enum authenticator_kind kind) { return slice_str(kinds[kind].name); }

int authenticator_kind_find(struct slice name) {
  for (int kind = 1; kind < AUTHENTICATOR_KIND_COUNT; kind++) {
    if (slice_is(name, kinds[kind].name)) {
      return kind;
    }
  }
  return 0;
}
