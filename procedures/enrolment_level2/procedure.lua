-- Đăng ký tài khoản định danh điện tử mức độ 2: level-2 e-ID, collected by an officer at the desk.
-- Dates are submission dates (UTC+7), inclusive. No fee.

local DECREE_59 = "Nghị định số 59/2022/NĐ-CP"
local DECREE_69 = "Nghị định số 69/2024/NĐ-CP"
local WHO = "Điều 7 Nghị định số 69/2024/NĐ-CP"
local TIME_69 = "Điều 13 Nghị định số 69/2024/NĐ-CP"
local DECREE_59_FROM = "2022-10-20" -- not confirmed
local DECREE_59_TO = "2024-06-30"
local DECREE_69_FROM = "2024-07-01"

local OWN_FROM, WITH_REPRESENTATIVE_FROM = 14, 6

local reasons = {
  no_fee = { vi = "Không thu phí, lệ phí.", en = "There is no fee." },
  three_working_days = { vi = "Ba ngày làm việc: có thẻ còn giá trị.", en = "Three working days: a valid card." },
  seven_working_days = { vi = "Bảy ngày làm việc: chưa có thẻ còn giá trị.", en = "Seven working days: no valid card." },
  authority_police = { vi = "Cơ quan công an giải quyết.", en = "The police decide." },
  code_not_confirmed = { vi = "Chưa xác nhận mã thủ tục quốc gia.", en = "The national code is not confirmed." },
  admitted_self = { vi = "Trực tiếp đăng ký tại cơ quan công an.", en = "Enrols in person." },
  admitted_with_representative = { vi = "Đăng ký cùng cha, mẹ hoặc người giám hộ.", en = "Enrols together with a parent or guardian." },
  refused_too_young = { vi = "Mức độ 2 chỉ cấp từ đủ 6 tuổi.", en = "Level 2 begins at six." },
  refused_needs_representative = {
    vi = "Người dưới 14 tuổi phải đến cùng cha, mẹ hoặc người giám hộ.",
    en = "Below 14 a parent or guardian must come along.",
  },
  refused_representative_level = {
    vi = "Người đại diện phải có tài khoản định danh mức độ 2.",
    en = "The representative needs a level-2 account of their own.",
  },
  refused_in_person_only = { vi = "Mức độ 2 phải đăng ký trực tiếp.", en = "Level 2 is enrolled in person." },
  component_brought = { vi = "Xuất trình tại nơi đăng ký.", en = "Shown at the desk.", clause = DECREE_69 },
  component_supplied = {
    vi = "Cơ sở dữ liệu đã có thông tin này; không được yêu cầu nộp.",
    en = "A register already holds this; it may not be asked for.",
    clause = DECREE_69,
  },
  result_account = { vi = "Tài khoản định danh điện tử mức độ 2.", en = "A level-2 e-ID account.", clause = DECREE_69 },
}

local function working_days(count)
  return { count = count, unit = "working_days", roll = "next_working_day", cut_off = "15:00" }
end

-- The same figures under both decrees; for a foreigner `valid_card` is a residence card with biometrics in the immigration database.
local function time_of(d)
  if d.valid_card then
    return working_days(3), "three_working_days"
  end
  return working_days(7), "seven_working_days"
end

local function who_59(d)
  if d.applicant.age < OWN_FROM then
    return false, "refused_needs_representative"
  end
  return true, "admitted_self", "TK01"
end

local function who_69(d)
  local age = d.applicant.age
  local represented = d.relation == "parent" or d.relation == "guardian"
  if age < WITH_REPRESENTATIVE_FROM then
    return false, "refused_too_young"
  elseif represented then
    if d.applicant.level < 2 then
      return false, "refused_representative_level"
    end
    return true, "admitted_with_representative", "TK01"
  elseif age < OWN_FROM then
    return false, "refused_needs_representative"
  end
  return true, "admitted_self", "TK01"
end

-- Nobody stands in for an adult: face and fingerprints are taken.
local function in_person(who)
  return function(d)
    if d.relation == "spouse" or d.relation == "adult_child" or d.relation == "authorised" then
      return false, "refused_in_person_only"
    end
    return who(d)
  end
end

return {
  name = "enrolment_level2",
  names = { vi = "Đăng ký tài khoản định danh điện tử mức độ 2", en = "Level-2 electronic identification account" },
  facts = { { name = "valid_card", type = "boolean" } },
  channels = { counter = {} },
  reasons = reasons,
  national_code = { { from = DECREE_59_FROM, clause = DECREE_69, answer = "", reason = "code_not_confirmed" } },
  may_apply = {
    { from = DECREE_59_FROM, to = DECREE_59_TO, clause = DECREE_59, decide = in_person(who_59) },
    { from = DECREE_69_FROM, clause = WHO, decide = in_person(who_69) },
  },
  fee = {
    { from = DECREE_59_FROM, to = DECREE_59_TO, clause = DECREE_59, answer = 0, reason = "no_fee" },
    { from = DECREE_69_FROM, clause = DECREE_69, answer = 0, reason = "no_fee" },
  },
  time_limit = {
    { from = DECREE_59_FROM, to = DECREE_59_TO, clause = DECREE_59, decide = time_of },
    { from = DECREE_69_FROM, clause = TIME_69, decide = time_of },
  },
  authority = {
    { from = DECREE_59_FROM, to = DECREE_59_TO, clause = DECREE_59, answer = "police", reason = "authority_police" },
    { from = DECREE_69_FROM, clause = DECREE_69, answer = "police", reason = "authority_police" },
  },
  components = {
    { id = "id_card", vi = "Thẻ căn cước (xuất trình)", en = "ID card (shown)", reason = "component_brought" },
    { id = "representative_card", vi = "Thẻ căn cước của cha, mẹ hoặc người giám hộ cùng đến (xuất trình)", en = "ID card of the parent or guardian who came along (shown)", reason = "component_brought" },
    { id = "form_tk01", vi = "Phiếu đề nghị TK01", en = "Form TK01", reason = "component_brought" },
    { id = "id_card_copy", supplied_by = "population", vi = "Bản sao thẻ căn cước", en = "Copy of the ID card", reason = "component_supplied" },
    { id = "old_id_confirmation", supplied_by = "population", vi = "Xác nhận số chứng minh nhân dân 9 số", en = "Confirmation of the old 9-digit number", reason = "component_supplied" },
    { id = "residence_proof", supplied_by = "residence", vi = "Giấy xác nhận thông tin cư trú", en = "Residence confirmation", reason = "component_supplied" },
    { id = "birth_certificate", supplied_by = "family", vi = "Giấy khai sinh", en = "Birth certificate", reason = "component_supplied" },
  },
  steps = {
    { from = 1, to = 2, act = "collect", desk = "one_stop", authority = "agency", vi = "Thu nhận", en = "Collect" },
    { from = 1, to = 3, act = "refuse", desk = "one_stop", authority = "agency", vi = "Từ chối thu nhận", en = "Refuse" },
    { from = 2, to = 4, act = "process", desk = "records", authority = "agency", vi = "Xác thực", en = "Verify" },
    { from = 4, to = 8, act = "reject", desk = "decider", authority = "agency", vi = "Từ chối cấp", en = "Reject" },
    { from = 4, to = 9, act = "approve", desk = "decider", authority = "agency", vi = "Duyệt cấp tài khoản", en = "Approve" },
    { from = 9, to = 10, act = "return", desk = "system", authority = "system", vi = "Gửi mã kích hoạt", en = "Send the activation code" },
  },
  results = {
    {
      template = "account",
      title_vi = "Tài khoản định danh điện tử mức độ 2",
      title_en = "Level-2 e-ID account",
      convictions = "none",
      bans = "none",
      signed_by = "decider",
      deliver = { "wallet" },
      reason = "result_account",
    },
  },
}
