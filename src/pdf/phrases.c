/* The words of the forms. Circular 13/2011/TT-BTP, forms 06 and 07. */
#include "pdf/render.h"

static const struct phrase {
  const char *text;
  enum pdf_face face;
} phrases[PHRASE_COUNT] = {
    [PHRASE_STATE] = {"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", PDF_BOLD},
    [PHRASE_MOTTO] = {"Độc lập - Tự do - Hạnh phúc", PDF_BOLD},
    [PHRASE_TITLE_1] = {"PHIẾU LÝ LỊCH TƯ PHÁP SỐ 1", PDF_BOLD},
    [PHRASE_TITLE_2] = {"PHIẾU LÝ LỊCH TƯ PHÁP SỐ 2", PDF_BOLD},
    [PHRASE_CONFIRMS] = {"XÁC NHẬN:", PDF_BOLD},
    [PHRASE_NAME] = {"Họ và tên: ", PDF_REGULAR},
    [PHRASE_OTHER_NAME] = {"Tên gọi khác: ", PDF_REGULAR},
    [PHRASE_SEX] = {"Giới tính: ", PDF_REGULAR},
    [PHRASE_BIRTH_DATE] = {"Ngày, tháng, năm sinh: ", PDF_REGULAR},
    [PHRASE_BIRTH_PLACE] = {"Nơi sinh: ", PDF_REGULAR},
    [PHRASE_NATIONALITY] = {"Quốc tịch: ", PDF_REGULAR},
    [PHRASE_RESIDENCE_PERMANENT] = {"Nơi thường trú: ", PDF_REGULAR},
    [PHRASE_RESIDENCE_TEMPORARY] = {"Nơi tạm trú: ", PDF_REGULAR},
    [PHRASE_DOCUMENT] = {"Giấy tờ tùy thân: ", PDF_REGULAR},
    [PHRASE_FATHER] = {"Họ và tên cha: ", PDF_REGULAR},
    [PHRASE_MOTHER] = {"Họ và tên mẹ: ", PDF_REGULAR},
    [PHRASE_SPOUSE] = {"Họ và tên vợ (chồng): ", PDF_REGULAR},
    [PHRASE_CONVICTIONS] = {"Tình trạng án tích: ", PDF_REGULAR},
    [PHRASE_BANS] = {"Thông tin về cấm đảm nhiệm chức vụ, thành lập, quản lý doanh nghiệp, hợp tác xã: ", PDF_REGULAR},
    [PHRASE_NO_CONVICTION] = {"Không có án tích", PDF_BOLD},
    [PHRASE_HAS_CONVICTION] = {"Có án tích", PDF_BOLD},
    [PHRASE_EXPUNGED] = {"Đã được xóa án tích", PDF_BOLD},
    [PHRASE_BANS_NONE] = {"Không bị cấm", PDF_BOLD},
    [PHRASE_NOTHING] = {"Không có", PDF_REGULAR},
    [PHRASE_UNKNOWN] = {"Không có thông tin", PDF_REGULAR},
    [PHRASE_TABLE_ORDER] = {"STT", PDF_BOLD},
    [PHRASE_TABLE_JUDGMENT] = {"Bản án, Tòa án, ngày tuyên án", PDF_BOLD},
    [PHRASE_TABLE_CRIME] = {"Tội danh, điều khoản luật áp dụng", PDF_BOLD},
    [PHRASE_TABLE_PENALTY] = {"Hình phạt, nghĩa vụ dân sự, án phí", PDF_BOLD},
    [PHRASE_TABLE_STATE] = {"Tình trạng án tích", PDF_BOLD},
    [PHRASE_TABLE_POSITION] = {"Chức vụ, công việc bị cấm", PDF_BOLD},
    [PHRASE_TABLE_DECISION] = {"Quyết định", PDF_BOLD},
    [PHRASE_TABLE_PERIOD] = {"Thời hạn cấm", PDF_BOLD},
    [PHRASE_CHECK] = {"Địa chỉ kiểm tra: ", PDF_REGULAR},
    [PHRASE_ELECTRONIC] =
        {"Bản điện tử có chữ ký số của người có thẩm quyền và của cơ quan cấp phiếu có giá trị pháp lý như bản giấy.",
         PDF_REGULAR},
    [PHRASE_DOSSIER] = {"Mã hồ sơ: ", PDF_REGULAR},
    [PHRASE_SCAN] = {"Quét mã QR để kiểm tra phiếu này.", PDF_BOLD},
    [PHRASE_SIGNED_BY] = {"Ký số bởi", PDF_REGULAR},
    [PHRASE_SEALED_BY] = {"Cơ quan ký số", PDF_REGULAR},
    [PHRASE_SIGNED_AT] = {"Thời gian ký", PDF_REGULAR},
};

struct slice pdf_phrase_text(enum pdf_phrase phrase) {
  return slice_str(phrases[phrase].text);
}
enum pdf_face pdf_phrase_face(enum pdf_phrase phrase) {
  return phrases[phrase].face;
}
