/* What is said when access_check refuses: a word for the record, a sentence for people. */
#include "access/table.h"

static const struct {
  uint16_t code;
  const char *word;
  const char *vi;
  const char *en;
} sentences[] = {
    {ACCESS_ROLE, "role", "Việc này không thuộc thẩm quyền của vai trò đang dùng.", "This act is not among the powers of your role."},
    {ACCESS_POST_EXPIRED, "post_expired", "Vị trí công tác này hôm nay không còn hoặc chưa có hiệu lực.", "This post is not held today."},
    {ACCESS_LEVEL, "level", "Việc này cần tài khoản định danh điện tử mức độ cao hơn.", "This needs an e-ID account of a higher level."},
    {ACCESS_OTHER_PERSON, "other_person", "Ông/bà chỉ được thực hiện cho chính mình hoặc cho con, người được giám hộ.",
     "You may act only for yourself, or for a child or ward of yours."},
    {ACCESS_OTHER_AGENCY, "other_agency", "Hồ sơ thuộc cơ quan khác.", "The dossier belongs to another agency."},
    {ACCESS_OTHER_PLACE, "other_place", "Hồ sơ thuộc tỉnh, thành phố khác.", "The dossier belongs to another province."},
    {ACCESS_NO_DOSSIER, "no_dossier", "Người này không có trong hồ sơ nào của cơ quan ông/bà.", "This person is in no dossier of your agency."},
    {ACCESS_OWN_CASE, "own_case", "Cán bộ không được xử lý hồ sơ của chính mình.", "An officer never handles their own case."},
    {ACCESS_SAME_PERSON, "same_person", "Hai bước này phải do hai người khác nhau thực hiện.", "These two steps need two different people."},
    {ACCESS_PASSCODE, "passcode", "Cần nhập mã bảo mật 6 số để mở.", "Enter your 6-digit passcode to open this."},
    {ACCESS_PURPOSE, "purpose", "Hãy nêu mục đích tra cứu, từ 10 đến 300 ký tự.", "State the purpose of the look-up, in 10 to 300 characters."},
    {ACCESS_FACTS, "facts", "Hệ thống gặp lỗi nội bộ; thao tác không được thực hiện.", "An internal error; nothing was done."},
};

const char *access_refusal_word(uint16_t code) {
  for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
    if (sentences[i].code == code) {
      return sentences[i].word;
    }
  }
  return NULL;
}

struct slice access_sentence(uint16_t code, bool english) {
  for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
    if (sentences[i].code == code) {
      return slice_str(english ? sentences[i].en : sentences[i].vi);
    }
  }
  return S("");
}
