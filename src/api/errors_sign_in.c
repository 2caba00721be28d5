/* The table of errors, second half: proving who one is, acting for others, OpenID Connect. A row says the same as in errors.c. */
#include "api/errors.h"
#include "mandate/mandate.h"
#include "card/card.h"
#include "evidence/evidence.h"
#include "organisation/organisation.h"
#include "message/message.h"
#include "sandbox/sandbox.h"
#include "webauthn/webauthn.h"
#include "oidc/oidc.h"

#define OIDC_WRONG "Dịch vụ gửi yêu cầu đăng nhập không đúng; hãy báo cho dịch vụ đó", "The service sent a sign-in request that is not right; please tell the service"
#define INTERNAL "Hệ thống gặp lỗi nội bộ; chưa có gì được lưu", "An internal error; nothing was stored"
#define DAMAGED "Dữ liệu lưu trữ của hệ thống bị hỏng", "The installation's stored data is damaged"
#define PASSKEY_BROKEN "Dữ liệu khóa truy cập không đúng; vui lòng thử lại", "The passkey's data is not in the form asked for; please try again"
#define PASSKEY_STALE "Yêu cầu khóa truy cập này không còn dùng được; vui lòng thử lại", "This passkey request can no longer be used; please try again"
#define PASSKEY_ELSEWHERE "Khóa truy cập được dùng từ một trang khác; không được chấp nhận", "The passkey was used from another site; that is not accepted"
#define PASSKEY_REFUSED "Thiết bị hoặc khóa bảo mật này không được chấp nhận", "This device or security key is not accepted"
#define PASSKEY_WRONG "Khóa truy cập không đúng hoặc không thuộc tài khoản này", "The passkey is wrong or belongs to no such account"

const struct api_error_row api_error_rows_of_sign_in[] = {
    /* card, evidence, organisation */
    {CARD_LENGTH, 422, "card_length", "Vùng đọc máy phải có ba dòng, mỗi dòng 30 ký tự", "The machine-readable zone has three lines of thirty characters"},
    {CARD_CHARACTER, 422, "card_character", "Có ký tự không thể có ở vị trí đó của thẻ", "A character that has no place there on a card"},
    {CARD_CHECK, 422, "card_check", "Số kiểm tra không khớp: hãy đọc lại thẻ", "A check digit does not agree: read the card again"},
    {CARD_VALUE, 422, "card_value", "Giá trị không hợp lệ trên thẻ", "Not a value that field of a card can have"},
    {CARD_DIFFERS, 422, "card_differs", "Hai chỗ trên cùng một thẻ mâu thuẫn nhau", "Two places of the same card contradict each other"},
    {CARD_FIELDS, 422, "card_fields", "Nội dung mã QR không phải của thẻ căn cước", "Not the QR text of an identity card"},
    {CARD_TOO_LONG, 422, "card_too_long", "Nội dung dài hơn một thẻ có thể chứa", "More text than a card carries"},
    {EVIDENCE_UNKNOWN, 404, "evidence_unknown", "Không có ảnh hoặc mẫu này", "There is no such evidence"},
    {EVIDENCE_PICTURE, 422, "picture_format", "Hãy gửi ảnh JPEG hoặc PNG", "Send a JPEG or PNG picture"},
    {EVIDENCE_TOO_LARGE, 422, "picture_too_large", "Ảnh quá lớn", "The picture is too large"},
    {EVIDENCE_TOO_SMALL, 422, "picture_too_small", "Ảnh quá nhỏ để so sánh: hãy chụp gần hơn", "The picture is too small to compare: take it from nearer"},
    {EVIDENCE_LOST, 500, "stored_data_damaged", DAMAGED},
    {EVIDENCE_ALTERED, 500, "stored_data_damaged", DAMAGED},
    {EVIDENCE_NO_REFERENCE, 404, "reference_unknown", "Cơ sở dữ liệu căn cước chưa có mẫu để so sánh", "The identity database has no sample to compare with"},
    {EVIDENCE_MATCHER_AWAY, 503, "matcher_away", "Hệ thống so sánh ảnh tạm thời không phản hồi", "The comparing engine does not answer now"},
    {EVIDENCE_NO_STORE, 500, "internal", INTERNAL},
    {EVIDENCE_PURPOSE, 422, "purpose_required", "Hãy nêu mục đích xem (từ 10 ký tự)", "State the purpose, in at least ten characters"},
    {ORGANISATION_UNKNOWN, 404, "organisation_unknown", "Không có tổ chức với mã số này", "No organisation has that number"},
    {ORGANISATION_CODE, 422, "organisation_code", "Mã số tổ chức gồm 10 chữ số (đơn vị trực thuộc: thêm gạch nối và 3 chữ số)", "An organisation's number has ten digits (a branch: a hyphen and three more)"},
    {ORGANISATION_FIELD, 422, "organisation_field", "Thông tin của tổ chức còn thiếu hoặc sai", "A field of the organisation's record is missing or wrong"},
    {ORGANISATION_TAKEN, 409, "organisation_taken", "Mã số này thuộc tổ chức khác", "That number belongs to another organisation"},
    {ORGANISATION_MOVE, 409, "organisation_move", "Tình trạng tài khoản của tổ chức không cho phép việc này", "The state of the organisation's account does not allow that"},
    {ORGANISATION_NOT_REPRESENTATIVE, 403, "not_representative", "Chỉ người đại diện theo pháp luật của tổ chức được làm việc này", "Only a legal representative of the organisation may do that"},
    {ORGANISATION_ENDED, 409, "organisation_ended", "Tổ chức đã giải thể hoặc đang tạm ngừng hoạt động", "The organisation is dissolved or its business is suspended"},
    {ORGANISATION_CONSENT_MISSING, 409, "consent_missing", "Còn người đại diện theo pháp luật khác chưa đồng ý", "Another legal representative has not consented yet"},
    {ORGANISATION_CONSENT_GIVEN, 409, "consent_given", "Người này đã trả lời rồi", "They have answered already"},
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
    /* message */
    {MESSAGE_TOO_MANY, 429, "too_many_codes", "Đã yêu cầu mã quá nhiều lần; vui lòng thử lại sau", "Too many codes were asked for; please try again later"},
    {MESSAGE_ADDRESS, 422, "address_invalid", "Không phải số điện thoại hoặc địa chỉ thư điện tử dùng được", "Neither a phone number nor an e-mail address we can write to"},
    {MESSAGE_TEXT, 422, "message_text", "Nội dung tin nhắn trống, quá dài hoặc có ký tự không được chấp nhận", "The message is empty, too long, or has a character that has no place here"},
    {MESSAGE_UNREACHABLE, 503, "message_unreachable", "Hiện chưa gửi được tin nhắn; hệ thống sẽ gửi lại", "The message cannot be sent just now; it will be sent again"},
    {MESSAGE_REFUSED, 422, "message_refused", "Địa chỉ nhận từ chối tin nhắn", "The address does not take the message"},
    {MESSAGE_LIMIT, 422, "message_limit", "Không có giới hạn này, hoặc giá trị không phải số dương", "No such limit, or not a positive number"},
    /* oidc: what people read on a page of ours; programs get the protocol's words (oidc_error_find) */
    {OIDC_CLIENT_UNKNOWN, 400, "client_unknown", "Dịch vụ yêu cầu đăng nhập chưa đăng ký hoặc đã ngừng kết nối", "The service that asks is not registered, or switched off"},
    {OIDC_CLIENT_TAKEN, 409, "client_taken", "Mã dịch vụ này đã được đăng ký", "A client of that id is registered"},
    {OIDC_CLIENT_METADATA, 422, "client_metadata", "Thông tin đăng ký của dịch vụ mâu thuẫn với nhau", "The client's metadata contradict each other or the profile"},
    {OIDC_REDIRECT_URI, 400, "redirect_uri", "Địa chỉ quay lại không phải địa chỉ đã đăng ký của dịch vụ", "The address to return to is not registered for this service"},
    {OIDC_REQUEST, 400, "oidc_request", OIDC_WRONG},
    {OIDC_RESPONSE_TYPE, 400, "oidc_response_type", OIDC_WRONG},
    {OIDC_RESPONSE_MODE, 400, "oidc_response_mode", OIDC_WRONG},
    {OIDC_SCOPE, 400, "oidc_scope", OIDC_WRONG},
    {OIDC_PKCE_MISSING, 400, "oidc_pkce", OIDC_WRONG},
    {OIDC_PAR_REQUIRED, 400, "oidc_par", OIDC_WRONG},
    {OIDC_REQUEST_URI, 400, "oidc_request_uri", "Yêu cầu đăng nhập đã hết hạn hoặc đã được dùng; hãy bắt đầu lại từ dịch vụ", "The sign-in request has expired or was used; start again at the service"},
    {OIDC_REQUEST_OBJECT, 400, "oidc_request_object", OIDC_WRONG},
    {OIDC_RESOURCE, 400, "oidc_resource", OIDC_WRONG},
    {OIDC_DPOP_JKT, 400, "oidc_dpop_jkt", OIDC_WRONG},
    {OIDC_GRANT_TYPE_CLIENT, 403, "oidc_grant_type", OIDC_WRONG},
    {OIDC_ACCESS_DENIED, 403, "oidc_denied", "Ông/bà đã từ chối", "You refused"},
    {OIDC_LOGIN_REQUIRED, 401, "oidc_login", "Vui lòng đăng nhập", "Please sign in"},
    {OIDC_CONSENT_REQUIRED, 403, "oidc_consent", "Cần sự đồng ý của ông/bà", "Your consent is needed"},
    {OIDC_INTERACTION_REQUIRED, 403, "oidc_consent", "Cần sự đồng ý của ông/bà", "Your consent is needed"},
    {OIDC_UNMET_LEVEL, 403, "oidc_level", "Mức độ xác thực được yêu cầu không có ở đây", "The level of authentication asked for does not exist here"},
    {OIDC_INTERACTION, 404, "oidc_interaction", "Phiên đăng nhập vào dịch vụ này đã hết hạn hoặc được mở ở trình duyệt khác; hãy bắt đầu lại từ dịch vụ", "This sign-in has expired or belongs to another browser; start again at the service"},
    {OIDC_CONSENT_FORM, 403, "oidc_consent_form", "Biểu mẫu không phải do trang này gửi cho ông/bà; hãy mở lại trang", "The form is not the one this page gave you; open the page again"},
    {OIDC_CODE_UNKNOWN, 400, "oidc_code", OIDC_WRONG},
    {OIDC_GRANT_ENDED, 400, "oidc_grant_ended", "Sự cho phép này đã chấm dứt", "That authorization has ended"},
    {OIDC_CONSENT_UNKNOWN, 404, "oidc_consent_unknown", "Ông/bà không cho phép dịch vụ nào như vậy", "You gave no such service your consent"},
    {OIDC_LOGOUT_REQUEST, 400, "oidc_logout", "Yêu cầu đăng xuất từ dịch vụ không hợp lệ", "The service's sign-out request does not fit"},
    {OIDC_REQUEST_UNSUPPORTED, 400, "oidc_request_object", OIDC_WRONG},
    {OIDC_REQUEST_URI_UNSUPPORTED, 400, "oidc_request_uri", OIDC_WRONG},
    /* mandate */
    {MANDATE_NONE, 403, "no_mandate", "Bạn không có quyền thực hiện thay cho người này", "Nothing lets you act for that one"},
    {MANDATE_SCOPE, 403, "mandate_scope", "Ủy quyền của bạn không bao gồm việc này", "Your mandate does not cover this"},
    {MANDATE_ENDED, 403, "mandate_ended", "Quyền thực hiện thay đã chấm dứt; hãy trở lại là chính mình", "The mandate you were acting under has ended: return to yourself"},
    {MANDATE_SELF_ONLY, 403, "mandate_self_only", "Việc này chỉ làm cho chính mình; hãy trở lại là chính mình trước", "You do this for yourself alone: return to yourself first"},
    {MANDATE_UNKNOWN, 404, "mandate_unknown", "Không có ủy quyền này", "There is no such mandate"},
    {MANDATE_MOVE, 409, "mandate_state", "Tình trạng của ủy quyền không cho phép thao tác này", "The mandate's state does not allow that"},
    {MANDATE_DELEGATE_UNFIT, 422, "mandate_delegate", "Không có người nào với số định danh và họ tên này có thể nhận ủy quyền", "Nobody of that number and name can be given it"},
    {MANDATE_GIVER_UNFIT, 403, "mandate_giver", "Người ủy quyền phải đủ 18 tuổi, có năng lực hành vi và tài khoản mức độ 2 đang hoạt động", "Whoever gives a mandate is 18, no ward, and has an active level-2 account"},
    {MANDATE_SCOPES, 422, "mandate_scopes", "Phạm vi ủy quyền không hợp lệ", "The mandate's scope is not a valid one"},
    {MANDATE_DATES, 422, "mandate_dates", "Ngày kết thúc đã qua hoặc quá xa", "The last day is past or too far away"},
    {MANDATE_TOO_MANY, 409, "mandate_too_many", "Đã có quá nhiều ủy quyền, hoặc đã có đề nghị đang chờ người này", "Too many mandates are open, or this person has an offer already"},
    {MANDATE_DOCUMENT, 422, "mandate_document", "Cần tên tổ chức công chứng, số và ngày của văn bản", "The paper's notary, number and day are needed"},
    {MANDATE_SAME_OFFICER, 403, "same_person", "Người nhập không được xác nhận", "Whoever entered it does not confirm it"},
    {MANDATE_OWN_CASE, 403, "own_case", "Cán bộ không xử lý việc của chính mình", "An officer never handles their own case"},
    {MANDATE_REASON, 422, "reason_length", "Lý do có từ 5 đến 300 ký tự", "A reason has 5 to 300 characters"},
    /* sandbox */
    {SANDBOX_ELSEWHERE, 404, "not_found", "Không tìm thấy", "There is no such thing here"},
    {SANDBOX_FAULT, 422, "fault_switch", "Không có công tắc lỗi này", "There is no such fault switch"},
    {0},
};
