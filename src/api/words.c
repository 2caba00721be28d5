#include "api/words.h"

const struct api_word api_roles[] = {
    {"citizen", "Công dân", "Citizen"},
    {"one_stop_officer", "Cán bộ một cửa", "One-stop officer"},
    {"records_officer", "Chuyên viên thụ lý", "Case officer"},
    {"decider", "Người có thẩm quyền quyết định", "Competent person"},
    {"sealer", "Văn thư giữ con dấu", "Keeper of the seal"},
    {"supervisor", "Giám sát", "Supervisor"},
    {"collector", "Cán bộ thu nhận định danh", "Enrolment officer"},
    {"approver", "Cán bộ phê duyệt định danh", "Enrolment approver"},
    {"operator", "Quản trị vận hành", "Operator"},
    {"system", "Hệ thống", "The system"},
    {"anyone", "Người kiểm tra bản giấy", "Somebody with the paper copy"},
    {"representative", "Cha, mẹ hoặc người giám hộ", "Parent or guardian"},
    {"relying_party", "Dịch vụ", "Service"},
    {"parent", "Cha, mẹ", "Parent"},
    {"guardian", "Người giám hộ", "Guardian"},
    {"delegate", "Người được ủy quyền", "Delegate"},
    {"notarised", "Người được ủy quyền có công chứng", "Delegate by a notarised paper"},
    {"organisation_representative", "Người đại diện theo pháp luật", "Legal representative"},
    {"organisation_staff", "Nhân viên của tổ chức", "Staff of an organisation"},
    {0},
};

const struct api_word api_statuses[] = {
    {"new", "Mới đăng ký", "New"},
    {"received", "Được tiếp nhận", "Received"},
    {"not_received", "Không được tiếp nhận", "Not received"},
    {"processing", "Đang xử lý", "Being processed"},
    {"supplement", "Yêu cầu bổ sung giấy tờ", "Supplement asked for"},
    {"fee_due", "Yêu cầu thực hiện nghĩa vụ tài chính", "Fee due"},
    {"withdrawn", "Công dân yêu cầu rút hồ sơ", "Withdrawn"},
    {"stopped", "Dừng xử lý", "Stopped"},
    {"done", "Đã xử lý xong", "Result ready"},
    {"returned", "Đã trả kết quả", "Result returned"},
    {0},
};

const struct api_word api_categories[] = {
    {"child", "Trẻ em", "Child"},
    {"elderly", "Người cao tuổi", "Elderly person"},
    {"disabled", "Người khuyết tật", "Person with a disability"},
    {"poor_household", "Người thuộc hộ nghèo", "Member of a poor household"},
    {"difficult_commune", "Người cư trú tại xã đặc biệt khó khăn", "Resident of a commune in special difficulty"},
    {"difficult_commune_minority", "Đồng bào dân tộc thiểu số ở xã đặc biệt khó khăn", "Ethnic minority in a commune in special difficulty"},
    {"border_or_atk_commune", "Người cư trú tại xã biên giới, xã an toàn khu", "Resident of a border or safe-zone commune"},
    {"meritorious", "Người có công với cách mạng", "Person with meritorious service"},
    {"martyr_relative", "Thân nhân liệt sĩ", "Relative of a martyr"},
    {"student", "Sinh viên", "Student"},
    {"pupil", "Học sinh", "Pupil"},
    {"digital_citizen", "Công dân số", "Digital citizen"},
    {0},
};

const struct api_word api_registers[] = {
    {"population", "Cơ sở dữ liệu quốc gia về dân cư", "National population database"},
    {"residence", "Cơ sở dữ liệu về cư trú", "Residence database"},
    {"family", "Quan hệ nhân thân trong cơ sở dữ liệu dân cư", "Family relations in the population database"},
    {"convictions", "Cơ sở dữ liệu lý lịch tư pháp", "Judicial records database"},
    {"judicial_records", "Cơ sở dữ liệu lý lịch tư pháp", "Judicial records database"},
    {"categories", "Cơ sở dữ liệu đối tượng chính sách", "Database of policy categories"},
    {"identity", "Cơ sở dữ liệu căn cước", "Identity card database"},
    {"account", "Hệ thống định danh và xác thực điện tử", "Electronic identification system"},
    {0},
};

const struct api_word api_desks[] = {
    {"citizen", "Người nộp hồ sơ", "The applicant"},
    {"one_stop", "Bộ phận Một cửa", "One-stop desk"},
    {"records", "Bộ phận thụ lý hồ sơ", "Case desk"},
    {"decider", "Người có thẩm quyền quyết định", "Competent person"},
    {"sealer", "Văn thư", "Keeper of the seal"},
    {"system", "Hệ thống", "The system"},
    {"done", "Đã hoàn tất", "Finished"},
    {0},
};

const struct api_word api_procedures[] = {
    {"lltp", "Cấp Phiếu lý lịch tư pháp", "Criminal record certificate"},
    {"enrolment_level1", "Cấp tài khoản định danh điện tử mức độ 1", "Level-1 e-ID account"},
    {"enrolment_organisation", "Cấp tài khoản định danh điện tử của tổ chức", "An organisation's e-ID account"},
    {"enrolment_level2", "Cấp tài khoản định danh điện tử mức độ 2", "Level-2 e-ID account"},
    {0},
};

const struct api_word api_acts[] = {
    {"dossier.read", "Xem hồ sơ", "Read a dossier"},
    {"dossier.looked_up", "Tra cứu dữ liệu cho hồ sơ", "Looked up a register for a dossier"},
    {"register.read", "Tra cứu các cơ sở dữ liệu", "Looked up several registers"},
    {"evidence.read", "Xem ảnh đã lưu của hồ sơ định danh", "Looked at a stored picture of the enrolment"},
    {"evidence.reference.read", "Xem ảnh trong cơ sở dữ liệu căn cước", "Looked at the portrait of the identity database"},
    {"evidence.kept", "Lưu ảnh của hồ sơ định danh", "Stored a picture of the enrolment"},
    {"enrolment.not_confirmed", "Có người thử đăng ký bằng số định danh này; không khớp", "Somebody tried to sign up with this number; it did not agree"},
    {"register.person.read", "Xem dữ liệu dân cư khi thu nhận định danh", "Read the population record at the enrolment desk"},
    {"register.population.read", "Tra cứu cơ sở dữ liệu quốc gia về dân cư", "Looked up the population database"},
    {"register.residence.read", "Tra cứu cơ sở dữ liệu về cư trú", "Looked up the residence database"},
    {"register.family.read", "Tra cứu quan hệ nhân thân", "Looked up family relations"},
    {"register.convictions.read", "Tra cứu cơ sở dữ liệu lý lịch tư pháp", "Looked up the judicial records database"},
    {"register.categories.read", "Tra cứu đối tượng chính sách", "Looked up policy categories"},
    {"queue.read", "Xem danh sách hồ sơ của cơ quan", "Read the agency's list of dossiers"},
    {"form.read", "Xem tờ khai điền sẵn", "Read the prefilled form"},
    {"fee.read", "Xem trước lệ phí", "Previewed the fee"},
    {"wallet.read", "Xem ví giấy tờ", "Read the wallet"},
    {"document.read", "Mở giấy tờ trong ví", "Opened a document of the wallet"},
    {"dossier.checked", "Kiểm tra phiếu bản giấy", "Checked a paper certificate"},
    {"refund.read", "Xem khoản phí phải hoàn trả", "Read a refund that is due"},
    {"recovery.read", "Xem vụ việc lấy lại tài khoản tại quầy", "Read a recovery case at the desk"},
    {"account.read", "Xem tài khoản định danh", "Read the e-ID account"},
    {"reads.read", "Xem danh sách ai đã xem dữ liệu", "Looked at who read the data"},
    {"misuse.read", "Giải quyết phản ánh", "Looked into a report of misuse"},
    {"oidc.attributes.read", "Nhận thông tin khi đăng nhập dịch vụ", "Received data when signing in to a service"},
    {"lock_request.read", "Xem yêu cầu khóa tài khoản của cơ quan có thẩm quyền", "Read an authority's request to lock the account"},
    {"mandate.read", "Xem văn bản ủy quyền", "Read a notarised authorisation"},
    {0},
};

struct api_word api_word_find(const struct api_word *table, struct slice code, struct arena *arena) {
  for (; table->code != NULL; table++) {
    if (slice_is(code, table->code)) {
      return *table;
    }
  }
  const char *itself = arena_cstr(arena, code);
  return (struct api_word){itself, itself, itself};
}

void api_put_word(struct api_call *call, const char *name, const struct api_word *table, struct slice code) {
  struct api_word word = api_word_find(table, code, call->arena);
  api_put_text(&call->out, name, slice_str(word.vi), slice_str(word.en));
}

void api_put_code_name(struct api_call *call, const char *name, const struct api_word *table, struct slice code) {
  jout_put_object(&call->out, name);
  jout_put_text(&call->out, "code", code);
  api_put_word(call, "name", table, code);
  jout_object_end(&call->out);
}

result api_put_agency(struct api_call *call, struct db_tx *tx, const char *name, struct slice agency_code) {
  struct register_agency agency = {.name_vi = agency_code, .name_en = agency_code};
  int32_t today = clock_date_of(clock_now_ms(call->env->clock));
  result loaded = register_agency_load(tx, call->arena, agency_code, today, &agency);
  if (!is_ok(loaded) && !is_code(loaded, REGISTER_AGENCY_UNKNOWN)) {
    return loaded;
  }
  jout_put_object(&call->out, name);
  jout_put_text(&call->out, "code", agency_code);
  api_put_text(&call->out, "name", agency.name_vi, agency.name_en);
  jout_object_end(&call->out);
  return OK;
}

const struct api_word api_card_fields[] = {
    {"card", "Thẻ", "Card"},
    {"document", "Loại giấy tờ", "Document"},
    {"state", "Nước cấp", "Issuing state"},
    {"number", "Số thẻ", "Card number"},
    {"pin", "Số định danh", "Personal number"},
    {"birth_date", "Ngày sinh", "Date of birth"},
    {"sex", "Giới tính", "Sex"},
    {"expires_on", "Có giá trị đến", "Valid until"},
    {"nationality", "Quốc tịch", "Nationality"},
    {"name", "Họ và tên", "Full name"},
    {"composite", "Số kiểm tra chung", "Overall check digit"},
    {"old_number", "Số chứng minh nhân dân cũ", "Old number"},
    {"address", "Nơi cư trú", "Residence"},
    {"issued_on", "Ngày cấp", "Date of issue"},
    {0},
};

struct slice api_card_field_text(const struct api_call *call, enum card_field field) {
  struct api_word word = api_word_find(api_card_fields, slice_str(card_field_name(field)), call->arena);
  return slice_str(api_words(call, word.vi, word.en));
}

struct slice api_pin_masked(struct arena *arena, struct slice pin) {
  if (pin.len < 4) {
    return S("************");
  }
  return arena_printf(arena, "%.*s********%.*s", SLICE_ARG(slice_sub(pin, 0, 2)), SLICE_ARG(slice_from(pin, pin.len - 2)));
}
