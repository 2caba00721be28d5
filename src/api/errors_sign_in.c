/* The table of errors, second half: proving who one is, acting for others, OpenID Connect. A row says the same as in errors.c. */
#include "api/errors.h"
#include "webauthn/webauthn.h"

#define PASSKEY_BROKEN "Dữ liệu khóa truy cập không đúng; vui lòng thử lại", "The passkey's data is not in the form asked for; please try again"
#define PASSKEY_STALE "Yêu cầu khóa truy cập này không còn dùng được; vui lòng thử lại", "This passkey request can no longer be used; please try again"
#define PASSKEY_ELSEWHERE "Khóa truy cập được dùng từ một trang khác; không được chấp nhận", "The passkey was used from another site; that is not accepted"
#define PASSKEY_REFUSED "Thiết bị hoặc khóa bảo mật này không được chấp nhận", "This device or security key is not accepted"
#define PASSKEY_WRONG "Khóa truy cập không đúng hoặc không thuộc tài khoản này", "The passkey is wrong or belongs to no such account"

const struct api_error_row api_error_rows_of_sign_in[] = {
    /* webauthn */
    {WEBAUTHN_RESPONSE_SYNTAX, 422, "passkey_syntax", PASSKEY_BROKEN},
    {WEBAUTHN_CLIENT_DATA_SYNTAX, 422, "passkey_syntax", PASSKEY_BROKEN},
    {WEBAUTHN_AUTH_DATA_SYNTAX, 422, "passkey_syntax", PASSKEY_BROKEN},
    {WEBAUTHN_KEY_INVALID, 422, "passkey_syntax", PASSKEY_BROKEN},
    {WEBAUTHN_TYPE_WRONG, 403, "passkey_stale", PASSKEY_STALE},
    {WEBAUTHN_CHALLENGE_WRONG, 403, "passkey_stale", PASSKEY_STALE},
    {WEBAUTHN_ORIGIN_WRONG, 403, "passkey_elsewhere", PASSKEY_ELSEWHERE},
    {WEBAUTHN_FRAMED, 403, "passkey_elsewhere", PASSKEY_ELSEWHERE},
    {WEBAUTHN_PARTY_WRONG, 403, "passkey_elsewhere", PASSKEY_ELSEWHERE},
    {WEBAUTHN_USER_ABSENT, 403, "passkey_user_unverified", "Hãy chạm vào thiết bị và xác minh bằng vân tay, khuôn mặt hoặc mã khóa", "Touch the device and confirm with fingerprint, face or its code"},
    {WEBAUTHN_USER_UNVERIFIED, 403, "passkey_user_unverified", "Hãy chạm vào thiết bị và xác minh bằng vân tay, khuôn mặt hoặc mã khóa", "Touch the device and confirm with fingerprint, face or its code"},
    {WEBAUTHN_BACKUP_WRONG, 403, "passkey_refused", PASSKEY_REFUSED},
    {WEBAUTHN_ALGORITHM_WRONG, 403, "passkey_refused", PASSKEY_REFUSED},
    {WEBAUTHN_FORMAT_UNKNOWN, 403, "passkey_refused", PASSKEY_REFUSED},
    {WEBAUTHN_ATTESTATION_WRONG, 403, "passkey_refused", PASSKEY_REFUSED},
    {WEBAUTHN_UNTRUSTED, 403, "passkey_refused", PASSKEY_REFUSED},
    {WEBAUTHN_CREDENTIAL_ID_LENGTH, 403, "passkey_refused", PASSKEY_REFUSED},
    {WEBAUTHN_CREDENTIAL_OTHER, 403, "passkey_wrong", PASSKEY_WRONG},
    {WEBAUTHN_USER_OTHER, 403, "passkey_wrong", PASSKEY_WRONG},
    {WEBAUTHN_SIGNATURE_WRONG, 403, "passkey_wrong", PASSKEY_WRONG},
    {WEBAUTHN_COUNTER_BACK, 403, "passkey_copied", "Khóa truy cập này có thể đã bị sao chép; hãy đăng nhập bằng cách khác và xóa nó", "This passkey may have been copied; sign in another way and remove it"},
    {WEBAUTHN_EXTENSION_UNASKED, 403, "passkey_refused", PASSKEY_REFUSED},
    {0},
};
