/* The one table from a result code to HTTP status, stable name and sentences; errors_sign_in.c goes on with it. access/ and account/ keep their own
 * sentences. */
#include "access/access.h"
#include "account/account.h"
#include "api/api.h"
#include "api/errors.h"
#include "calendar/calendar.h"
#include "codec/codec_error.h"
#include "crypto/crypto_error.h"
#include "crypto/cms.h"
#include "exchange/exchange.h"
#include "ledger/ledger.h"
#include "outbox/outbox.h"
#include "pki/pki.h"
#include "report/report.h"
#include "sign/sign.h"
#include "signer/signer.h"

#define INTERNAL "Hệ thống gặp lỗi nội bộ; chưa có gì được lưu", "An internal error; nothing was stored"
#define DAMAGED "Dữ liệu lưu trữ của hệ thống bị hỏng", "The installation's stored data is damaged"
#define SIGNATURE "Chữ ký số không hợp lệ", "The digital signature is not valid"

static const struct api_error_row rows[] = {
    /* base */
    {BASE_IO, 500, "internal", INTERNAL},
    {BASE_RANDOM, 500, "internal", INTERNAL},
    {BASE_TIME_SYNTAX, 422, "time_syntax", "Ngày hoặc giờ không đúng định dạng", "Not a date or time in the form asked for"},
    {BASE_NUMBER_SYNTAX, 422, "number_syntax", "Không phải số nguyên trong khoảng cho phép", "Not a whole number in range"},
    {BASE_POOL_FULL, 503, "busy", "Hệ thống đang bận, vui lòng thử lại sau giây lát", "The system is busy; please try again in a moment"},
    /* codec */
    {CODEC_JSON_SYNTAX, 400, "json_syntax", "Nội dung không phải JSON đúng", "The body is not JSON, or a name occurs twice"},
    {CODEC_JSON_LIMIT, 400, "json_limit", "Nội dung JSON quá dài, quá sâu hoặc có số quá lớn", "The JSON is too long, too deep, or has too many values or a number out of range"},
    {CODEC_JSON_FIELD_MISSING, 422, "field_missing", "Thiếu một trường bắt buộc", "A required field is missing"},
    {CODEC_JSON_FIELD_UNKNOWN, 422, "field_unknown", "Có trường không được biết đến", "There is a field this address does not know"},
    {CODEC_JSON_TYPE, 422, "field_type", "Một trường có kiểu dữ liệu không đúng", "A field has a value of another type"},
    {CODEC_JSON_VALUE, 422, "field_value", "Một trường có giá trị không được chấp nhận", "A field has a value that is not accepted"},
    {CODEC_BASE64_SYNTAX, 422, "base64_syntax", "Dữ liệu mã hóa base64 không đúng", "Not base64 in the form asked for"},
    {CODEC_HEX_SYNTAX, 422, "hex_syntax", "Dữ liệu thập lục phân không đúng", "Not hexadecimal digits"},
    {CODEC_CBOR_SYNTAX, 422, "cbor_syntax", "Dữ liệu CBOR không đúng", "Not CBOR in its canonical form"},
    {CODEC_DER_SYNTAX, 422, "der_syntax", "Dữ liệu DER không đúng", "Not DER, or not the item expected"},
    {CODEC_URL_SYNTAX, 400, "url_syntax", "Địa chỉ hoặc biểu mẫu mã hóa sai", "The address or form is badly encoded"},
    {CODEC_FORM_LIMIT, 400, "form_limit", "Biểu mẫu có quá nhiều trường hoặc trường quá dài", "The form has too many fields, or one is too long"},
    {CODEC_FORM_DUPLICATE, 400, "form_duplicate", "Một trường của biểu mẫu được gửi hai lần", "A form field was sent twice"},
    {CODEC_UTF8_INVALID, 422, "text_syntax", "Văn bản có ký tự không được chấp nhận", "The text has a character that has no place here"},
    {CODEC_QR_TOO_LONG, 500, "internal", INTERNAL},
    /* crypto */
    {CRYPTO_LIBRARY_FAILED, 500, "internal", INTERNAL},
    {CRYPTO_KEY_INVALID, 500, "internal", INTERNAL},
    {CRYPTO_SIGNATURE_SYNTAX, 422, "signature_invalid", SIGNATURE},
    {CRYPTO_SIGNATURE_WRONG, 422, "signature_invalid", SIGNATURE},
    {CRYPTO_PASSWORD_WRONG, 401, "credentials_wrong", "Số định danh hoặc mật khẩu không đúng", "Personal number or password is wrong"},
    {CRYPTO_PASSWORD_LENGTH, 422, "password_length", "Mật khẩu trống hoặc quá dài", "The password is empty or too long"},
    {CRYPTO_SEALED_ALTERED, 500, "stored_data_damaged", DAMAGED},
    {CRYPTO_SEALED_KEY_WRONG, 500, "stored_data_damaged", DAMAGED},
    {CRYPTO_SEALED_TOO_LONG, 500, "internal", INTERNAL},
    {CRYPTO_PROOF_WRONG, 403, "signing_pin_wrong", "Mã PIN ký số không đúng", "The signing PIN is wrong"},
    {CRYPTO_CERTIFICATE_SYNTAX, 422, "certificate_invalid", "Chứng thư số không hợp lệ", "Not a certificate of our kind"},
    {CRYPTO_CERTIFICATE_UNTRUSTED, 422, "certificate_untrusted", "Chứng thư số không được tin cậy", "The certificate does not lead to the root"},
    {CRYPTO_CERTIFICATE_EXPIRED, 422, "certificate_expired", "Chứng thư số không còn hiệu lực", "The certificate was not valid at that time"},
    {CRYPTO_CERTIFICATE_REVOKED, 422, "certificate_revoked", "Chứng thư số đã bị thu hồi", "The certificate is revoked"},
    {CRYPTO_CRL_UNUSABLE, 422, "revocation_unknown", "Không xác định được tình trạng thu hồi", "The revocation status cannot be told"},
    {CMS_SYNTAX, 422, "signature_invalid", SIGNATURE},
    {CMS_DIGEST, 422, "signature_invalid", SIGNATURE},
    {CMS_SIGNATURE, 422, "signature_invalid", SIGNATURE},
    {CMS_CERTIFICATE, 422, "signature_invalid", SIGNATURE},
    /* db */
    {DB_UNAVAILABLE, 503, "storage_unavailable", "Hệ thống lưu trữ tạm thời không phản hồi; chưa có gì được lưu", "Storage does not answer now; nothing was written"},
    {DB_BROKEN, 500, "stored_data_damaged", DAMAGED},
    {DB_TOO_NEW, 500, "database_newer", "Cơ sở dữ liệu do phiên bản mới hơn tạo ra", "The database was made by a newer program"},
    {DB_TOO_OLD, 500, "database_older", "Cơ sở dữ liệu cần được nâng cấp trước", "The database must be brought forward by a writer first"},
    {DB_OTHER_TABLES, 500, "database_other", "Cơ sở dữ liệu do một bản dựng khác tạo ra", "The database was made by another build of the program"},
    {DB_STATEMENT, 500, "internal", INTERNAL},
    {DB_DUPLICATE, 409, "duplicate", "Dữ liệu này đã tồn tại", "That exists already"},
    {DB_NO_ROW, 404, "not_found", "Không tìm thấy", "There is no such thing"},
    {DB_LOCKED, 503, "storage_locked", "Cơ sở dữ liệu đang được tiến trình khác giữ", "Another process holds the database"},
    {DB_FULL, 503, "storage_full", "Hết dung lượng lưu trữ; chưa có gì được lưu", "No storage space is left; nothing was written"},
    {DB_CONSTRAINT, 500, "internal", INTERNAL},
    {DB_MISSING, 500, "database_missing", "Không có cơ sở dữ liệu", "There is no database"},
    /* http */
    {HTTP_MALFORMED, 400, "request_malformed", "Yêu cầu HTTP không đúng chuẩn", "The request is not well formed"},
    {HTTP_HEAD_TOO_LARGE, 431, "head_too_large", "Phần đầu của yêu cầu quá lớn", "The header section is too large"},
    {HTTP_TARGET_TOO_LONG, 414, "target_too_long", "Địa chỉ quá dài", "The address is too long"},
    {HTTP_BODY_TOO_LARGE, 413, "body_too_large", "Nội dung gửi lên quá lớn", "The body is too large"},
    {HTTP_LENGTH_MISSING, 411, "length_missing", "Yêu cầu thiếu độ dài nội dung", "The body needs a Content-Length"},
    {HTTP_METHOD_UNKNOWN, 501, "method_unknown", "Phương thức không được hỗ trợ", "The server has no such method"},
    {HTTP_VERSION_UNKNOWN, 505, "version_unknown", "Phiên bản HTTP không được hỗ trợ", "Neither HTTP/1.1 nor HTTP/1.0"},
    {HTTP_TOO_SLOW, 408, "request_too_slow", "Yêu cầu gửi quá chậm", "The request did not arrive in time"},
    {HTTP_OVERLOADED, 503, "overloaded", "Hệ thống đang quá tải, vui lòng thử lại", "The system is overloaded; please try again"},
    {HTTP_NO_ROUTE, 404, "not_found", "Không có địa chỉ này", "There is nothing at this address"},
    {HTTP_METHOD_NOT_ALLOWED, 405, "method_not_allowed", "Địa chỉ này không nhận phương thức đó", "This address does not take that method"},
    {HTTP_ADDRESS_IN_USE, 503, "address_in_use", "Địa chỉ đang được chương trình khác dùng", "Another program listens at that address"},
    {HTTP_MAIL_REFUSED, 422, "mail_refused", "Máy chủ thư từ chối thư này", "The mail server does not take this mail"},
    {HTTP_ADDRESS_REFUSED, 503, "address_refused", "Máy này không có địa chỉ đó hoặc cổng cần thêm quyền", "Not an address of this machine, or a port that needs more rights"},
    {HTTP_ADDRESS_SYNTAX, 422, "address_syntax", "Địa chỉ phải có dạng ĐỊA_CHỈ:CỔNG", "Not ADDRESS:PORT"},
    {HTTP_STILL_BUSY, 503, "still_busy", "Vẫn còn yêu cầu đang xử lý khi hết thời gian dừng", "Requests were still running when the time to stop was over"},
    {HTTP_URL_REFUSED, 500, "url_refused", "Hệ thống không được phép gọi địa chỉ đó", "Not an address this system may call"},
    {HTTP_PEER_UNREACHABLE, 503, "peer_unreachable", "Không kết nối được với hệ thống kia", "The other system cannot be reached"},
    {HTTP_PEER_ANSWER, 503, "peer_answer", "Hệ thống kia trả lời không đúng", "The other system did not answer as expected"},
    {HTTP_PEER_LOST, 503, "peer_lost", "Hệ thống kia không trả lời nữa", "The other system went silent after the request"},
    /* ledger, calendar, procedure */
    {LEDGER_TOO_LONG, 422, "ledger_entry_too_long", "Nội dung ghi sổ quá dài", "What has to be recorded is too long"},
    {LEDGER_ALTERED, 500, "ledger_altered", "Sổ ghi nhận đã bị sửa đổi", "The stored ledger does not verify"},
    {LEDGER_NOT_ORDERED, 404, "not_found", "Chưa có vị trí trong sổ ghi nhận", "The ledger has no such entry yet"},
    {LEDGER_NO_CHECKPOINT, 404, "not_found", "Sổ ghi nhận chưa có điểm chốt", "The ledger has no checkpoint yet"},
    {LEDGER_UNKNOWN, 404, "entry_unknown", "Không có mục này trong sổ của bạn", "There is no such entry about you"},
    {LEDGER_SYNTAX, 500, "ledger_altered", "Sổ ghi nhận đã bị sửa đổi", "The stored ledger does not verify"},
    {CALENDAR_LIMIT, 500, "internal", INTERNAL},
    {PROCEDURE_UNKNOWN, 404, "procedure_unknown", "Không có thủ tục này", "There is no such procedure"},
    {PROCEDURE_RULE_UNKNOWN, 404, "rule_unknown", "Không lưu quy tắc có mã băm đó", "No rule with that hash is kept"},
    {PROCEDURE_NO_RULE, 422, "rule_not_in_force", "Vào ngày đó chưa có quy định có hiệu lực", "No rule was in force on that date"},
    {PROCEDURE_INPUT, 422, "input_invalid", "Dữ liệu gửi lên chưa hợp lệ", "An input is missing, unknown or out of range"},
    {PROCEDURE_FOLDER, 500, "internal", INTERNAL},
    {PROCEDURE_RULE_SYNTAX, 500, "rule_faulty", INTERNAL},
    {PROCEDURE_RULE_FAILED, 500, "rule_faulty", INTERNAL},
    {PROCEDURE_RULE_INSTRUCTIONS, 500, "rule_faulty", INTERNAL},
    {PROCEDURE_RULE_MEMORY, 500, "rule_faulty", INTERNAL},
    {PROCEDURE_RULE_ANSWER, 500, "rule_faulty", INTERNAL},
    {PROCEDURE_RULE_FLOAT, 500, "rule_faulty", INTERNAL},
    {PROCEDURE_COMPONENT_SUPPLIED, 409, "component_in_register", "Giấy tờ này đã có trong cơ sở dữ liệu, không được yêu cầu người dân nộp", "A register supplies this paper: it may not be asked for"},
    {PROCEDURE_COMPONENT_UNKNOWN, 404, "component_unknown", "Thủ tục không có thành phần hồ sơ này", "The procedure has no such component: it may not be asked for"},
    {PROCEDURE_CHANNEL_DATE, 409, "channel_date", "Kênh này chưa được mở ở tỉnh, thành phố đó vào ngày đó", "The channel may not start in that province on that date"},
    {PROCEDURE_CHANNEL_READINESS, 409, "channel_readiness", "Cần quyết định của Chủ tịch và đủ bốn điều kiện sẵn sàng", "A start needs the chairman's decision and all four readiness heads"},
    {PROCEDURE_CHANNEL_DECIDED, 409, "channel_decided", "Ngày mở kênh ở tỉnh, thành phố này đã được quyết định", "The channel's start in that province is decided already"},
    /* register */
    {REGISTER_PIN_SYNTAX, 422, "pin_syntax", "Số định danh gồm 12 chữ số", "A personal number has twelve digits"},
    {REGISTER_PIN_PROVINCE, 422, "pin_province", "Ba số đầu không phải mã tỉnh hoặc mã nước", "The first three digits name no province and no country"},
    {REGISTER_PIN_SEX, 422, "pin_sex", "Chữ số thứ tư không khớp với giới tính", "The fourth digit does not agree with the sex"},
    {REGISTER_PIN_YEAR, 422, "pin_year", "Số định danh không khớp với năm sinh", "The number does not agree with the birth year"},
    {REGISTER_PIN_TAKEN, 409, "pin_taken", "Số định danh đã được cấp", "The number belongs or belonged to somebody"},
    {REGISTER_PIN_CANCELLED, 409, "pin_cancelled", "Số định danh đã bị hủy và thay bằng số khác", "The number was cancelled and replaced"},
    {REGISTER_PERSON_UNKNOWN, 404, "person_unknown", "Không có người này trong cơ sở dữ liệu", "There is no such person in the register"},
    {REGISTER_NAME_SYNTAX, 422, "name_syntax", "Họ tên không hợp lệ", "Not a name"},
    {REGISTER_BIRTH_SYNTAX, 422, "birth_syntax", "Ngày sinh không hợp lệ", "Not a date of birth"},
    {REGISTER_SEX_SYNTAX, 422, "sex_syntax", "Giới tính không hợp lệ", "Neither male nor female"},
    {REGISTER_ETHNIC_UNKNOWN, 422, "ethnic_unknown", "Không có mã dân tộc này", "Not an ethnic code"},
    {REGISTER_NATIONALITY_SYNTAX, 422, "nationality_syntax", "Mã quốc tịch không hợp lệ", "Not a country code"},
    {REGISTER_PROVINCE_UNKNOWN, 422, "province_unknown", "Không có tỉnh, thành phố mang mã đó vào ngày đó", "No province has that code on that date"},
    {REGISTER_COMMUNE_UNKNOWN, 422, "commune_unknown", "Không có xã, phường mang mã đó vào ngày đó", "No commune has that code on that date"},
    {REGISTER_DATES_WRONG, 422, "dates_wrong", "Ngày bắt đầu và kết thúc không hợp lý", "The dates cannot be"},
    {REGISTER_CATEGORY_UNKNOWN, 422, "category_unknown", "Không có nhóm đối tượng này", "Not a category that is stored"},
    {REGISTER_RELATION_WRONG, 422, "relation_wrong", "Quan hệ nhân thân không hợp lý", "A relation that cannot be"},
    {REGISTER_CARD_WRONG, 422, "card_wrong", "Số thẻ hoặc ngày của thẻ không hợp lệ", "The card's number or dates are wrong"},
    {REGISTER_MOBILE_SYNTAX, 422, "mobile_syntax", "Số điện thoại gồm 10 chữ số, bắt đầu bằng 0", "A mobile number has ten digits and begins with 0"},
    {REGISTER_TEXT_SYNTAX, 422, "text_syntax", "Văn bản quá dài hoặc có ký tự không được chấp nhận", "The text is too long or has characters that have no place here"},
    {REGISTER_QUERY_SYNTAX, 422, "query_syntax", "Nhập ít nhất một từ có hai chữ cái", "A search needs a word of two letters"},
    {REGISTER_AGENCY_UNKNOWN, 404, "agency_unknown", "Không có cơ quan này vào ngày đó", "No such agency on that date"},
    {REGISTER_POST_UNKNOWN, 404, "post_unknown", "Không có vị trí công tác này", "No such post, or nobody holds it"},
    {REGISTER_RESIDENCE_UNKNOWN, 404, "residence_unknown", "Không có nơi cư trú loại này vào ngày đó", "No residence of that kind on that date"},
    {REGISTER_NOT_EMPTY, 409, "register_not_empty", "Cơ sở dữ liệu dân cư đã có dữ liệu", "A synthetic country goes into an empty register only"},
    {REGISTER_IMPORT_FORMAT, 422, "import_format", "Tệp nhập sai cấu trúc", "The file's header or form is wrong as a whole"},
    {REGISTER_ALREADY_EXPUNGED, 409, "already_expunged", "Án tích đã được xóa", "The conviction is expunged already"},
    {REGISTER_DEMO_UNKNOWN, 404, "demo_unknown", "Không có danh tính minh họa tên đó", "No demonstration identity of that name"},
    {REGISTER_SOURCE_FAILED, 503, "source_failed", "Không đọc được hết tệp", "The file could not be read to its end"},
    /* access: its own sentences, but for what must answer as if it were not there */
    {ACCESS_ROLE, 403, "role", NULL, NULL},
    {ACCESS_POST_EXPIRED, 403, "post_expired", NULL, NULL},
    {ACCESS_LEVEL, 403, "level", NULL, NULL},
    {ACCESS_OTHER_PERSON, 404, "not_found", "Không tìm thấy", "There is no such thing"},
    {ACCESS_OTHER_AGENCY, 404, "dossier_unknown", "Không có hồ sơ này", "There is no such dossier"},
    {ACCESS_OTHER_PLACE, 404, "dossier_unknown", "Không có hồ sơ này", "There is no such dossier"},
    {ACCESS_NO_DOSSIER, 404, "not_found", "Không tìm thấy", "There is no such thing"},
    {ACCESS_OWN_CASE, 403, "own_case", NULL, NULL},
    {ACCESS_SAME_PERSON, 403, "decider_may_not_seal", NULL, NULL},
    {ACCESS_PASSCODE, 403, "passcode_required", NULL, NULL},
    {ACCESS_PURPOSE, 422, "purpose_required", NULL, NULL},
    {ACCESS_FACTS, 500, "internal", NULL, NULL},
    /* account */
    {ACCOUNT_UNKNOWN, 404, "account_unknown", NULL, NULL},
    {ACCOUNT_MOVE, 409, "account_state", NULL, NULL},
    {ACCOUNT_CREDENTIALS, 401, "credentials_wrong", NULL, NULL},
    {ACCOUNT_LOCKED_FOR_NOW, 423, "locked_for_now", NULL, NULL},
    {ACCOUNT_LOCKED, 423, "account_locked", NULL, NULL},
    {ACCOUNT_TOO_MANY, 429, "too_many_attempts", NULL, NULL},
    {ACCOUNT_SESSION, 401, "signed_out", NULL, NULL},
    {ACCOUNT_CODE, 422, "code_wrong", NULL, NULL},
    {ACCOUNT_PASSWORD_LENGTH, 422, "password_length", NULL, NULL},
    {ACCOUNT_PASSWORD_COMMON, 422, "password_common", NULL, NULL},
    {ACCOUNT_PASSWORD_PERSONAL, 422, "password_personal", NULL, NULL},
    {ACCOUNT_PASSCODE_FORM, 422, "passcode_form", NULL, NULL},
    {ACCOUNT_PASSCODE_TRIVIAL, 422, "passcode_trivial", NULL, NULL},
    {ACCOUNT_PASSCODE, 403, "passcode_wrong", NULL, NULL},
    {ACCOUNT_LEVEL, 409, "account_level", NULL, NULL},
    {ACCOUNT_NOT_ELIGIBLE, 409, "not_eligible", NULL, NULL},
    {ACCOUNT_BIOMETRICS, 409, "biometrics_not_matched", NULL, NULL},
    {ACCOUNT_PHONE, 422, "phone_syntax", NULL, NULL},
    {ACCOUNT_PHONE_TAKEN, 409, "phone_taken", NULL, NULL},
    {ACCOUNT_OWN_CASE, 403, "own_case", NULL, NULL},
    {ACCOUNT_SAME_OFFICER, 403, "collector_may_not_approve", NULL, NULL},
    {ACCOUNT_POST, 403, "post_not_held", NULL, NULL},
    {ACCOUNT_GROUND, 422, "lock_ground", NULL, NULL},
    {ACCOUNT_SIGNING_PIN_FORM, 422, "signing_pin_form", NULL, NULL},
    {ACCOUNT_SIGNING_PIN_SET, 409, "signing_pin_set", NULL, NULL},
    {ACCOUNT_GUARDIAN, 422, "guardian_needed", NULL, NULL},
    {ACCOUNT_NO_CARD, 409, "no_valid_card", NULL, NULL},
    {ACCOUNT_NOT_GUARDIAN, 403, "not_guardian", NULL, NULL},
    {ACCOUNT_GUARDIAN_UNFIT, 403, "guardian_unfit", NULL, NULL},
    {ACCOUNT_GUARDIAN_LEVEL, 403, "guardian_level", NULL, NULL},
    {ACCOUNT_GUARDIAN_PHONE, 422, "guardian_phone", NULL, NULL},
    {ACCOUNT_GUARDIAN_ALONE, 422, "guardian_not_needed", NULL, NULL},
    {ACCOUNT_CAPABILITY_LOCKED, 403, "capability_locked", NULL, NULL},
    {ACCOUNT_REJECTION, 422, "rejection_grounds", NULL, NULL},
    {ACCOUNT_LIMIT, 422, "limit_unknown", NULL, NULL},
    {ACCOUNT_DEMONSTRATION, 403, "demonstration_only", NULL, NULL},
    {ACCOUNT_REASON, 422, "reason_needed", NULL, NULL},
    /* payment */
    {PAYMENT_REFERENCE_UNKNOWN, 404, "payment_reference_unknown", "Không có khoản phí nào mang mã này; số tiền được giữ lại để hoàn trả", "No fee request has that reference; the money is kept as a refund due"},
    {PAYMENT_TRANSACTION_DIFFERS, 409, "transaction_differs", "Giao dịch này đã được báo với nội dung khác", "That transaction was reported before with other content"},
    {PAYMENT_TRANSACTION, 422, "transaction_id", "Mã giao dịch gồm 1 đến 64 ký tự A-Z, a-z, 0-9, dấu chấm, _ và -", "A transaction id is 1 to 64 of A-Z, a-z, 0-9, dot, _ and -"},
    {PAYMENT_AMOUNT, 422, "amount_invalid", "Số tiền phải là số nguyên dương", "The amount is not a positive whole number of VND in range"},
    {PAYMENT_QR_FIELD, 500, "internal", INTERNAL},
    {PAYMENT_NOT_FOUND, 404, "payment_unknown", "Hồ sơ này không có khoản phí phải nộp", "There is no fee request for that dossier"},
    /* pki, pdf, sign, signer */
    {PKI_MISSING, 503, "certificate_missing", "Chưa có chứng thư số còn hiệu lực cho khóa này", "No certificate is in force for that key"},
    {PKI_CERTIFICATE_UNKNOWN, 404, "certificate_unknown", "Không có chứng thư số này", "There is no such certificate"},
    {PKI_REVOKED_ALREADY, 409, "certificate_revoked", "Chứng thư số đã bị thu hồi", "The certificate was revoked before"},
    {PKI_KEY_REFUSED, 500, "internal", INTERNAL},
    {PDF_CHARACTER, 422, "character_unprintable", "Có ký tự không in được trên giấy tờ", "There is a character the paper cannot show"},
    {PDF_TOO_LONG, 422, "text_too_long", "Nội dung quá dài so với khuôn giấy tờ", "A field is longer than the paper takes"},
    {PDF_CONTENT, 500, "internal", INTERNAL},
    {PDF_SYNTAX, 422, "document_syntax", "Tệp không phải giấy tờ do hệ thống này cấp", "Not a document of the form this system issues"},
    {PDF_FONT, 500, "internal", INTERNAL},
    {SIGN_ORDER, 409, "sign_order", "Chữ ký phải theo đúng thứ tự: người có thẩm quyền rồi mới đến con dấu", "The competent person signs first, then comes the seal"},
    {SIGN_CERTIFICATE, 500, "internal", INTERNAL},
    {SIGN_STRUCTURE, 422, "signature_invalid", SIGNATURE},
    {SIGN_DIGEST, 422, "document_changed", "Giấy tờ đã bị thay đổi sau khi ký", "The document was changed after it was signed"},
    {SIGN_SIGNATURE, 422, "signature_invalid", SIGNATURE},
    {SIGN_CHAIN, 422, "certificate_untrusted", "Chứng thư số không được tin cậy", "The certificate does not lead to the trusted root"},
    {SIGN_TIME, 422, "certificate_expired", "Chứng thư số không còn hiệu lực", "A certificate was not valid when it was used, or is not now"},
    {SIGN_REVOKED, 422, "certificate_revoked", "Chứng thư số đã bị thu hồi", "A certificate is on the revocation list"},
    {SIGN_ADDED, 422, "document_added_to", "Giấy tờ bị thêm nội dung sau chữ ký thứ nhất", "Something besides the seal was added after the first signature"},
    {SIGN_UNSIGNED, 422, "document_unsigned", "Giấy tờ không có chữ ký số", "The document has no signature"},
    {SIGNER_UNAVAILABLE, 503, "signer_unavailable", "Hệ thống ký số tạm thời không phản hồi; vui lòng thử lại", "The signer does not answer now; please try again, nothing is lost"},
    {SIGNER_KEY_UNKNOWN, 409, "signing_key_missing", "Chưa có khóa ký số", "There is no such signing key"},
    {SIGNER_NAME_REFUSED, 500, "internal", INTERNAL},
    {SIGNER_PROFILE_REFUSED, 500, "internal", INTERNAL},
    {SIGNER_PIN_WRONG, 403, "signing_pin_wrong", "Mã PIN ký số không đúng", "The signing PIN is wrong"},
    {SIGNER_KEY_LOCKED, 423, "signing_key_locked", "Khóa ký số đã bị khóa sau năm lần nhập sai mã PIN", "The signing key is locked after five wrong PINs"},
    {SIGNER_NOT_SIGNED_BEFORE, 409, "not_signed_before", "Chưa có chữ ký của người có thẩm quyền cho hồ sơ này", "No competent person has signed for this dossier yet"},
    {SIGNER_REFERENCE_REFUSED, 500, "internal", INTERNAL},
    {SIGNER_PIN_KEY_REFUSED, 500, "internal", INTERNAL},
    {SIGNER_KEY_BROKEN, 500, "signer_broken", "Dữ liệu khóa ký số bị hỏng", "A sealed key file was altered, or sealed under another master key"},
    {SIGNER_LOG_ALTERED, 500, "signer_broken", "Nhật ký ký số bị sửa đổi", "The signature log does not verify"},
    {SIGNER_FRAME_REFUSED, 500, "internal", INTERNAL},
    {SIGNER_ALREADY_RUNNING, 503, "signer_running", "Tiến trình ký số khác đang chạy", "Another signer holds this installation"},
    {SIGNER_FOLDER_UNUSABLE, 500, "signer_broken", "Không dùng được thư mục khóa ký số", "The signer's folder cannot be made, read, written or trusted"},
    /* exchange, outbox, wallet */
    {EXCHANGE_SYNTAX, 400, "signature_syntax", "Chữ ký của thông điệp sai cấu trúc", "The message's signature fields are missing or malformed"},
    {EXCHANGE_COVERAGE, 401, "signature_coverage", "Chữ ký không bao phủ đủ thông điệp", "Not everything that must be signed is signed"},
    {EXCHANGE_TIME, 401, "signature_time", "Chữ ký quá cũ hoặc ở tương lai", "Signed too long ago, or in the future"},
    {EXCHANGE_KEY, 401, "signature_key", "Khóa ký không được biết đến", "An unknown key"},
    {EXCHANGE_SIGNATURE, 401, "signature_wrong", "Chữ ký không khớp với thông điệp", "The signature does not fit the message"},
    {EXCHANGE_DIGEST, 400, "digest_wrong", "Nội dung không khớp với mã băm", "The body does not fit its Content-Digest"},
    {OUTBOX_UNREACHABLE, 503, "receiver_unreachable", "Hệ thống nhận không trả lời", "The receiver did not answer"},
    {OUTBOX_REFUSED, 503, "receiver_refused", "Hệ thống nhận từ chối", "The receiver answered with a refusal"},
    {OUTBOX_ACK_INVALID, 503, "acknowledgement_invalid", "Xác nhận của hệ thống nhận không hợp lệ", "The acknowledgement is not valid"},
    {WALLET_DOCUMENT_UNKNOWN, 404, "document_unknown", "Không có giấy tờ này trong ví", "There is no such document in the wallet"},
    {WALLET_BYTES_ALTERED, 500, "document_damaged", "Giấy tờ lưu trữ bị hỏng", "The stored document does not hash to its key"},
    /* dossier */
    {DOSSIER_UNKNOWN, 404, "dossier_unknown", "Không có hồ sơ này", "There is no such dossier"},
    {DOSSIER_MOVE_FORBIDDEN, 409, "move_forbidden", "Hồ sơ không ở trạng thái cho phép thao tác này", "The dossier is not in a state that allows this"},
    {DOSSIER_FEE_UNPAID, 409, "fee_unpaid", "Hồ sơ chưa nộp đủ phí", "The fee comes before acceptance"},
    {DOSSIER_CHANNEL_CLOSED, 409, "channel_closed", "Tỉnh, thành phố này chưa mở kênh nộp hồ sơ vào ngày đó", "The channel is not open in the province on that day"},
    {DOSSIER_FORM_KEY, 422, "form_key", "Thiếu mã của biểu mẫu hoặc mã quá dài", "The form's key is missing or too long"},
    {DOSSIER_FORM_KEY_DIFFERS, 409, "idempotency_key_reused", "Biểu mẫu này đã được nộp với nội dung khác", "The same form was submitted before with other content"},
    {DOSSIER_NOT_REPRESENTED, 403, "not_represented", "Ông/bà không phải cha, mẹ hoặc người giám hộ của người này", "You do not represent that person"},
    {DOSSIER_APPLICANT, 409, "applicant_not_eligible", "Người này chưa đủ điều kiện nộp hồ sơ", "This person may not apply"},
    {DOSSIER_SUPPLEMENT_ONCE, 409, "supplement_once", "Chỉ được yêu cầu bổ sung một lần cho mỗi hồ sơ", "One complete supplement notice a dossier"},
    {DOSSIER_APOLOGY_ONCE, 409, "apology_once", "Chỉ được hẹn lại một lần", "A re-appointment is made only once"},
    {DOSSIER_APOLOGY_LATE, 409, "apology_too_late", "Phải xin lỗi và hẹn lại chậm nhất một ngày trước khi hết hạn", "At the latest one day before the deadline"},
    {DOSSIER_APOLOGY_DATE, 422, "apology_date", "Ngày hẹn lại phải là ngày làm việc sau hạn cũ", "The new date must be a working day after the old one"},
    {DOSSIER_REASON, 422, "reason_needed", "Lý do phải dài từ 5 đến 2.000 ký tự", "A reason of 5 to 2,000 characters is needed"},
    {DOSSIER_NOT_LOOKED_UP, 409, "not_looked_up", "Phải tra cứu cơ sở dữ liệu án tích trước", "The conviction register must be looked up first"},
    {DOSSIER_DECISION_DIFFERS, 409, "decision_contradicts_register", "Kết luận không khớp với cơ sở dữ liệu án tích", "The decision contradicts the register"},
    {DOSSIER_STAGE, 409, "stage", "Phải kết luận, ký rồi mới đóng dấu", "Decide, sign and seal come in that order"},
    {DOSSIER_COMPONENT_SUPPLIED, 409, "component_in_register", "Giấy tờ này đã có trong cơ sở dữ liệu, không được yêu cầu người dân nộp", "A register supplies that paper; it may not be asked for"},
    {DOSSIER_NO_AGENCY, 409, "no_agency", "Chưa xác định được cơ quan có thẩm quyền theo nơi cư trú", "No agency is competent: no residence in the country on that day"},
    {DOSSIER_FORM, 422, "input_invalid", "Dữ liệu gửi lên chưa hợp lệ", "A field of the form is missing or wrong"},
    {DOSSIER_ALREADY_OPEN, 409, "already_open", "Đã có một hồ sơ cùng loại đang được giải quyết", "Another dossier of that type is open"},
    {DOSSIER_PAYABLE_CHANGED, 409, "payable_changed", "Số tiền phải nộp đã thay đổi; vui lòng xem lại trước khi nộp", "What is payable has changed; please look at it again"},
    {DOSSIER_CODE, 422, "dossier_code", "Mã hồ sơ không đúng dạng, ví dụ H26.11-240614-0001", "That is not a dossier code, for example H26.11-240614-0001"},
    {DOSSIER_LOOK_UP_UNKNOWN, 422, "register_unknown", "Không có cơ sở dữ liệu này để tra cứu", "There is no such register to look up"},
    {DOSSIER_COMPLEX_NO_PERIOD, 409, "complex_no_period", "Luật áp dụng cho hồ sơ này không quy định thời hạn dài hơn cho vụ việc phức tạp", "The law this dossier was submitted under knows no longer time for complex cases"},
    {DOSSIER_COMPLEX_GROUND, 422, "complex_ground", "Luật áp dụng cho hồ sơ này không có căn cứ đó", "The law this dossier was submitted under has no such ground"},
    {DOSSIER_COMPLEX_ONCE, 409, "complex_once", "Hồ sơ đã được xác định là vụ việc phức tạp", "The case was found complex before"},
    {DOSSIER_COMPLEX_LATE, 409, "complex_too_late", "Chỉ được xác định vụ việc phức tạp trước ngày hẹn trả kết quả", "A case is found complex before its due date only"},
    {DOSSIER_COMPLEX_REAPPOINTED, 409, "complex_reappointed", "Đã xin lỗi và hẹn lại ngày trả kết quả; thời hạn không thay đổi nữa", "After an apology and a new appointment the time limit is not changed any more"},
    {DOSSIER_OTHER_AGENCY, 403, "other_agency", "Theo nơi cư trú, hồ sơ của người này thuộc thẩm quyền của cơ quan khác", "Where they live, another agency is competent for this person"},
    {DOSSIER_NO_OUTCOME, 404, "no_outcome", "Hồ sơ này không lưu kết quả tính theo quy tắc", "No rule's answer is kept with this dossier"},
    /* report */
    {REPORT_DOES_NOT_SUM, 500, "report_does_not_sum", "Số liệu không cộng khớp nên không được công bố", "The parts of the statistic do not sum; it is not shown"},
    {REPORT_DATE, 422, "report_date", "Ngày báo cáo không hợp lệ", "Not a date the report can be made for"},
    {REPORT_PARAMETER, 422, "report_parameter", "Tham số của báo cáo không hợp lệ", "A parameter of the report is out of range"},
    /* api */
    {API_INPUT, 422, "input_invalid", "Dữ liệu gửi lên chưa hợp lệ", "A field of the request is missing, unknown or wrong"},
    {API_ORIGIN, 403, "origin_refused", "Yêu cầu được gửi từ một trang khác", "The request came from another site"},
    {API_SIGNED_OUT, 401, "signed_out", "Vui lòng đăng nhập", "Please sign in"},
    {API_NO_POST, 403, "post_required", "Vui lòng chọn vị trí công tác trước", "Choose the post you act in first"},
    {API_MEDIA_TYPE, 415, "media_type", "Kiểu nội dung không được chấp nhận", "The body is not of the type this address takes"},
    {API_DEMO_ONLY, 404, "not_found", "Không có địa chỉ này", "There is nothing at this address"},
    {API_BANK, 401, "bank_not_authentic", "Thông báo không phải của ngân hàng", "The notification is not the bank's"},
    {API_KEY, 422, "idempotency_key", "Idempotency-Key phải gồm 16 đến 64 ký tự A-Z, a-z, 0-9, _ và -", "Idempotency-Key must be 16 to 64 of A-Z, a-z, 0-9, _ and -"},
    {API_CHECK_NO_MATCH, 404, "check_no_match", "Không có Phiếu nào khớp với cả năm thông tin", "No certificate fits the five fields together"},
    {API_PASSCODE_NEEDED, 403, "passcode_required", "Cần nhập mã bảo mật 6 số để mở", "Enter your 6-digit passcode to open this"},
};
enum { ROW_COUNT = sizeof rows / sizeof *rows };

static const struct api_error_row unknown = {0, 500, "internal", INTERNAL};

const struct api_error_row *api_error_find(uint16_t code) {
  for (size_t i = 0; i < ROW_COUNT; i++) {
    if (rows[i].code == code) {
      return &rows[i];
    }
  }
  for (const struct api_error_row *row = api_error_rows_of_sign_in; row->name != NULL; row++) {
    if (row->code == code) {
      return row;
    }
  }
  return &unknown;
}

struct slice api_error_sentence(uint16_t code, enum api_language language) {
  bool is_english = language == API_ENGLISH;
  const struct api_error_row *row = api_error_find(code);
  if (row->vi != NULL) {
    return slice_str(is_english ? row->en : row->vi);
  }
  struct slice sentence = access_sentence(code, is_english);
  return sentence.len > 0 ? sentence : account_sentence(code, is_english);
}
