-- Đăng ký tài khoản định danh điện tử mức độ 1: level-1 e-ID, applied for in the app, without any officer when everything agrees.
-- Dates are submission dates (UTC+7), inclusive. No fee.

local DECREE_59 = "Nghị định số 59/2022/NĐ-CP"
local DECREE_69 = "Nghị định số 69/2024/NĐ-CP"
local WHO = "Điều 7 Nghị định số 69/2024/NĐ-CP"
local TIME_69 = "Điều 13 Nghị định số 69/2024/NĐ-CP"
local DECREE_59_FROM = "2022-10-20" -- not confirmed
local DECREE_59_TO = "2024-06-30"
local DECREE_69_FROM = "2024-07-01"

local OWN_FROM = 14

local reasons = {
  no_fee = { vi = "Không thu phí, lệ phí.", en = "There is no fee." },
  one_working_day = { vi = "Một ngày làm việc.", en = "One working day." },
  authority_police = { vi = "Cơ quan công an giải quyết.", en = "The police decide." },
  code_not_confirmed = { vi = "Chưa xác nhận mã thủ tục quốc gia.", en = "The national code is not confirmed." },
  admitted_self = { vi = "Tự đăng ký trên ứng dụng.", en = "Applies in the app." },
  admitted_with_representative = { vi = "Cha, mẹ hoặc người giám hộ đăng ký bằng tài khoản của mình.", en = "A parent or guardian applies from their own account." },
  refused_needs_representative = {
    vi = "Người dưới 14 tuổi hoặc được giám hộ do cha, mẹ hoặc người giám hộ đăng ký.",
    en = "Below 14, or for a ward, a parent or guardian applies.",
  },
  refused_representative_level = {
    vi = "Người đại diện phải có tài khoản định danh mức độ 2.",
    en = "The representative needs a level-2 account of their own.",
  },
  refused_nobody_else = { vi = "Không ai đăng ký thay người từ đủ 14 tuổi.", en = "Nobody applies for somebody of 14 or over." },
  component_supplied = {
    vi = "Cơ sở dữ liệu đã có thông tin này; không được yêu cầu nộp.",
    en = "A register already holds this; it may not be asked for.",
    clause = DECREE_69,
  },
  result_account = { vi = "Tài khoản định danh điện tử mức độ 1.", en = "A level-1 e-ID account.", clause = DECREE_69 },
}

local ONE_WORKING_DAY = { count = 1, unit = "working_days", roll = "next_working_day", cut_off = "15:00" }

local function who_59(d)
  if d.applicant.age < OWN_FROM then
    return false, "refused_needs_representative"
  end
  return true, "admitted_self", "TK00"
end

-- Citizens with a card and foreigners with a residence card alike; under six on request, which an application is.
local function who_69(d)
  if d.relation == "parent" or d.relation == "guardian" then
    if d.applicant.level < 2 then
      return false, "refused_representative_level"
    end
    return true, "admitted_with_representative", "TK00"
  elseif d.applicant.age < OWN_FROM then
    return false, "refused_needs_representative"
  end
  return true, "admitted_self", "TK00"
end

local function themself(who)
  return function(d)
    if d.relation == "spouse" or d.relation == "adult_child" or d.relation == "authorised" then
      return false, "refused_nobody_else"
    end
    return who(d)
  end
end

return {
  name = "enrolment_level1",
  names = { vi = "Đăng ký tài khoản định danh điện tử mức độ 1", en = "Level-1 electronic identification account" },
  facts = {},
  channels = { vneid = {}, online = {} },
  reasons = reasons,
  national_code = { { from = DECREE_59_FROM, clause = DECREE_69, answer = "", reason = "code_not_confirmed" } },
  may_apply = {
    { from = DECREE_59_FROM, to = DECREE_59_TO, clause = DECREE_59, decide = themself(who_59) },
    { from = DECREE_69_FROM, clause = WHO, decide = themself(who_69) },
  },
  fee = {
    { from = DECREE_59_FROM, to = DECREE_59_TO, clause = DECREE_59, answer = 0, reason = "no_fee" },
    { from = DECREE_69_FROM, clause = DECREE_69, answer = 0, reason = "no_fee" },
  },
  time_limit = {
    { from = DECREE_59_FROM, to = DECREE_59_TO, clause = DECREE_59, answer = ONE_WORKING_DAY, reason = "one_working_day" },
    { from = DECREE_69_FROM, clause = TIME_69, answer = ONE_WORKING_DAY, reason = "one_working_day" },
  },
  authority = {
    { from = DECREE_59_FROM, to = DECREE_59_TO, clause = DECREE_59, answer = "police", reason = "authority_police" },
    { from = DECREE_69_FROM, clause = DECREE_69, answer = "police", reason = "authority_police" },
  },
  components = {
    { id = "id_card_copy", supplied_by = "population", vi = "Bản sao thẻ căn cước", en = "Copy of the ID card", reason = "component_supplied" },
    { id = "residence_proof", supplied_by = "residence", vi = "Giấy xác nhận thông tin cư trú", en = "Residence confirmation", reason = "component_supplied" },
    { id = "birth_certificate", supplied_by = "family", vi = "Giấy khai sinh", en = "Birth certificate", reason = "component_supplied" },
  },
  steps = {
    { from = 1, to = 4, act = "compare", desk = "system", authority = "system", vi = "Đối chiếu tự động", en = "Compare by machine" },
    { from = 4, to = 8, act = "reject", desk = "decider", authority = "agency", vi = "Từ chối cấp", en = "Reject" },
    { from = 4, to = 9, act = "approve", desk = "decider", authority = "agency", vi = "Duyệt cấp tài khoản", en = "Approve" },
    { from = 9, to = 10, act = "return", desk = "system", authority = "system", vi = "Gửi mã kích hoạt", en = "Send the activation code" },
  },
  results = {
    {
      template = "account",
      title_vi = "Tài khoản định danh điện tử mức độ 1",
      title_en = "Level-1 e-ID account",
      convictions = "none",
      bans = "none",
      signed_by = "decider",
      deliver = { "wallet" },
      reason = "result_account",
    },
  },
}
