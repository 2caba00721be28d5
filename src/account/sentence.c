/* What account says to people, one sentence a code. ACCOUNT_CREDENTIALS and ACCOUNT_CODE never tell which half was wrong. */
#include "account/account.h"

static const struct {
  uint16_t code;
  const char *vi;
  const char *en;
} sentences[] = {
    {ACCOUNT_UNKNOWN, "Người này chưa có tài khoản định danh điện tử.", "This person has no e-ID account."},
    {ACCOUNT_MOVE, "Trạng thái tài khoản không cho phép thao tác này.", "The account's state does not allow this."},
    {ACCOUNT_CREDENTIALS, "Số định danh hoặc mật khẩu không đúng.", "The personal number or the password is wrong."},
    {ACCOUNT_LOCKED_FOR_NOW, "Sai quá nhiều lần nên bị tạm khóa. Hãy thử lại sau (thường là 30 phút).",
     "Too many wrong attempts: locked for now. Try again later (usually after 30 minutes)."},
    {ACCOUNT_LOCKED, "Tài khoản đang bị khóa. Hãy liên hệ cơ quan quản lý định danh.", "The account is locked. Contact the identity authority."},
    {ACCOUNT_TOO_MANY, "Đã có quá nhiều lần thử sai từ mạng này. Hãy thử lại sau ít phút.",
     "Too many wrong attempts from this network. Try again in a few minutes."},
    {ACCOUNT_SESSION, "Phiên đăng nhập đã kết thúc. Hãy đăng nhập lại.", "Your session has ended. Sign in again."},
    {ACCOUNT_CODE, "Mã kích hoạt không đúng, đã dùng hoặc hết hạn.", "The activation code is wrong, used or expired."},
    {ACCOUNT_PASSWORD_LENGTH, "Mật khẩu phải có từ 8 đến 64 ký tự.", "A password has 8 to 64 characters."},
    {ACCOUNT_PASSWORD_COMMON, "Mật khẩu này quá phổ biến, dễ bị đoán. Hãy chọn mật khẩu khác.", "That password is among those tried first. Choose another."},
    {ACCOUNT_PASSWORD_PERSONAL, "Mật khẩu không được tạo từ số định danh, họ tên hoặc ngày sinh.",
     "A password must not be made of your number, name or birth date."},
    {ACCOUNT_PASSCODE_FORM, "Mã bảo mật gồm đúng 6 chữ số.", "A passcode is exactly six digits."},
    {ACCOUNT_PASSCODE_TRIVIAL, "Mã bảo mật không được là dãy số liên tiếp, lặp lại hoặc ngày sinh.",
     "A passcode must not be a sequence, a repetition or your birth date."},
    {ACCOUNT_PASSCODE, "Mã bảo mật không đúng.", "The passcode is wrong."},
    {ACCOUNT_LEVEL, "Mức độ tài khoản chỉ được nâng từ 1 lên 2.", "The account's level only rises from 1 to 2."},
    {ACCOUNT_NOT_ELIGIBLE, "Theo quy định, người này chưa được cấp tài khoản ở mức độ đó.", "The law does not give this person an account of that level."},
    {ACCOUNT_BIOMETRICS, "Phải xuất trình thẻ căn cước; khuôn mặt và vân tay phải khớp với cơ sở dữ liệu căn cước.",
     "The card must be shown, and face and fingerprints must both match the identity database."},
    {ACCOUNT_PHONE, "Số điện thoại di động không hợp lệ.", "That is not a valid mobile number."},
    {ACCOUNT_PHONE_TAKEN, "Số điện thoại đã gắn với tài khoản khác.", "The phone number is bound to another account."},
    {ACCOUNT_OWN_CASE, "Cán bộ không được thu nhận hoặc phê duyệt hồ sơ của chính mình.", "An officer never enrols or approves themself."},
    {ACCOUNT_SAME_OFFICER, "Người thu nhận không được đồng thời phê duyệt.", "Whoever collected an enrolment does not approve it."},
    {ACCOUNT_POST, "Hôm nay ông/bà không giữ vị trí công tác này.", "This post is not yours today."},
    {ACCOUNT_GROUND, "Căn cứ khóa không hợp lệ cho thao tác này.", "That lock ground cannot be set or lifted this way."},
    {ACCOUNT_SIGNING_PIN_FORM, "Mã PIN ký số gồm 6 đến 12 chữ số, không phải dãy liên tiếp hoặc lặp lại.",
     "A signing PIN is 6 to 12 digits and no sequence."},
    {ACCOUNT_SIGNING_PIN_SET, "Khóa ký số này đã có mã PIN.", "This signing key has a PIN already."},
    {ACCOUNT_GUARDIAN, "Người dưới 14 tuổi hoặc được giám hộ phải đến cùng cha, mẹ hoặc người giám hộ có tài khoản mức độ 2.",
     "Under 14 or a ward: a parent or guardian with a level-2 account comes along."},
    {ACCOUNT_LIMIT, "Không có giới hạn này hoặc giá trị không hợp lệ.", "No such limit, or not a positive number."},
    {ACCOUNT_REASON, "Cần nêu lý do.", "A reason is needed."},
    {ACCOUNT_DEMONSTRATION, "Tài khoản được cấp tại quầy; cách này chỉ dùng khi trình diễn.", "Accounts are made at the desk; this way is for demonstrations only."},
    {ACCOUNT_NO_CARD, "Chưa có thẻ căn cước còn giá trị: tài khoản mức độ 2 được cấp cùng thủ tục cấp thẻ căn cước.",
     "No valid identity card: level 2 is then given with the card procedure."},
    {ACCOUNT_NOT_GUARDIAN, "Cơ sở dữ liệu không ghi nhận người này là cha, mẹ hoặc người giám hộ của người đăng ký.",
     "The register knows this person neither as a parent nor as the guardian."},
    {ACCOUNT_GUARDIAN_UNFIT, "Người đã chết, chưa thành niên hoặc đang được giám hộ không thể đại diện cho người khác.",
     "Somebody dead, under age or themself a ward stands in for nobody."},
    {ACCOUNT_GUARDIAN_LEVEL, "Cha, mẹ hoặc người giám hộ phải có tài khoản định danh mức độ 2 đang hoạt động.",
     "The parent or guardian needs an active level-2 account of their own."},
    {ACCOUNT_GUARDIAN_PHONE, "Phải dùng số điện thoại chính chủ của cha, mẹ hoặc người giám hộ.", "The number must be the parent's or guardian's own."},
    {ACCOUNT_GUARDIAN_ALONE, "Người từ đủ 14 tuổi và không được giám hộ tự đăng ký; không khai người giám hộ.",
     "From 14, and not a ward, one enrols alone: leave the guardian out."},
    {ACCOUNT_CAPABILITY_LOCKED, "Chức năng này của tài khoản đang bị khóa; các chức năng khác vẫn dùng được.",
     "This function of the account is locked; the rest of the account works."},
    {ACCOUNT_REJECTION, "Phải nêu ít nhất một trường không đạt, mỗi trường một lần, với lý do từ 5 đến 300 ký tự.",
     "Name at least one field that fails, each once, with a reason of 5 to 300 characters."},
};

struct slice account_sentence(uint16_t code, bool english) {
  for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
    if (sentences[i].code == code) {
      return slice_str(english ? sentences[i].en : sentences[i].vi);
    }
  }
  return S("");
}
