-- Đăng ký tài khoản định danh điện tử của tổ chức: one account an organisation, without levels, applied for by its legal representative.
-- Dates are submission dates (UTC+7), inclusive. No fee.

local DECREE_59 = "Nghị định số 59/2022/NĐ-CP"
local DECREE_69 = "Nghị định số 69/2024/NĐ-CP"
local WHO = "Điều 12 Nghị định số 69/2024/NĐ-CP"
local TIME_69 = "Điều 13 Nghị định số 69/2024/NĐ-CP"
local DECREE_59_FROM = "2022-10-20" -- not confirmed
local DECREE_59_TO = "2024-06-30"
local DECREE_69_FROM = "2024-07-01"

local reasons = {
  no_fee = { vi = "Không thu phí, lệ phí.", en = "There is no fee." },
  one_working_day = { vi = "Một ngày làm việc: tổ chức có trong cơ sở dữ liệu.", en = "One working day: a database knows the organisation." },
  three_working_days = { vi = "Ba ngày làm việc: tổ chức có trong cơ sở dữ liệu.", en = "Three working days: a database knows the organisation." },
  fifteen_days = { vi = "Mười lăm ngày: phải xác minh.", en = "Fifteen days: it has to be verified." },
  authority_police = { vi = "Cơ quan công an giải quyết.", en = "The police decide." },
  code_not_confirmed = { vi = "Chưa xác nhận mã thủ tục quốc gia.", en = "The national code is not confirmed." },
  admitted_representative = { vi = "Người đại diện theo pháp luật đăng ký bằng tài khoản mức độ 2 của mình.", en = "The legal representative applies from their own level-2 account." },
  refused_level = { vi = "Người đại diện theo pháp luật phải có tài khoản định danh mức độ 2.", en = "The legal representative needs a level-2 account." },
  refused_age = { vi = "Người đại diện theo pháp luật phải từ đủ 18 tuổi.", en = "A legal representative is an adult." },
  refused_themself = { vi = "Người đại diện theo pháp luật phải tự đăng ký.", en = "The legal representative applies in person." },
  component_supplied = {
    vi = "Cơ sở dữ liệu đã có thông tin này; không được yêu cầu nộp.",
    en = "A register already holds this; it may not be asked for.",
    clause = DECREE_69,
  },
  result_account = { vi = "Tài khoản định danh điện tử của tổ chức.", en = "An organisation's e-ID account.", clause = DECREE_69 },
}

local function working_days(count)
  return { count = count, unit = "working_days", roll = "next_working_day", cut_off = "15:00" }
end

local FIFTEEN_DAYS = { count = 15, unit = "calendar_days", roll = "next_working_day", cut_off = "15:00" }

local function time_59(d)
  if d.in_database then
    return working_days(1), "one_working_day"
  end
  return FIFTEEN_DAYS, "fifteen_days"
end

local function time_69(d)
  if d.in_database then
    return working_days(3), "three_working_days"
  end
  return FIFTEEN_DAYS, "fifteen_days"
end

local function who(d)
  if d.relation ~= "self" then
    return false, "refused_themself"
  elseif d.applicant.age < 18 then
    return false, "refused_age"
  elseif d.applicant.level < 2 then
    return false, "refused_level"
  end
  return true, "admitted_representative", "TK02"
end

return {
  name = "enrolment_organisation",
  names = { vi = "Đăng ký tài khoản định danh điện tử của tổ chức", en = "An organisation's electronic identification account" },
  facts = { { name = "in_database", type = "boolean" } },
  channels = { vneid = {}, online = {} },
  reasons = reasons,
  national_code = { { from = DECREE_59_FROM, clause = DECREE_69, answer = "", reason = "code_not_confirmed" } },
  may_apply = {
    { from = DECREE_59_FROM, to = DECREE_59_TO, clause = DECREE_59, decide = who },
    { from = DECREE_69_FROM, clause = WHO, decide = who },
  },
  fee = {
    { from = DECREE_59_FROM, to = DECREE_59_TO, clause = DECREE_59, answer = 0, reason = "no_fee" },
    { from = DECREE_69_FROM, clause = DECREE_69, answer = 0, reason = "no_fee" },
  },
  time_limit = {
    { from = DECREE_59_FROM, to = DECREE_59_TO, clause = DECREE_59, decide = time_59 },
    { from = DECREE_69_FROM, clause = TIME_69, decide = time_69 },
  },
  authority = {
    { from = DECREE_59_FROM, to = DECREE_59_TO, clause = DECREE_59, answer = "police", reason = "authority_police" },
    { from = DECREE_69_FROM, clause = DECREE_69, answer = "police", reason = "authority_police" },
  },
  components = {
    { id = "business_certificate", supplied_by = "population", vi = "Giấy chứng nhận đăng ký doanh nghiệp", en = "Business registration certificate", reason = "component_supplied" },
    { id = "representative_card", supplied_by = "population", vi = "Thẻ căn cước của người đại diện", en = "The representative's ID card", reason = "component_supplied" },
  },
  steps = {
    { from = 1, to = 4, act = "compare", desk = "system", authority = "system", vi = "Đối chiếu đăng ký kinh doanh", en = "Compare with the business register" },
    { from = 4, to = 8, act = "reject", desk = "decider", authority = "agency", vi = "Từ chối cấp", en = "Reject" },
    { from = 4, to = 9, act = "approve", desk = "decider", authority = "agency", vi = "Duyệt cấp tài khoản", en = "Approve" },
    { from = 9, to = 10, act = "return", desk = "system", authority = "system", vi = "Thông báo kết quả", en = "Tell the result" },
  },
  results = {
    {
      template = "account",
      title_vi = "Tài khoản định danh điện tử của tổ chức",
      title_en = "An organisation's e-ID account",
      convictions = "none",
      bans = "none",
      signed_by = "decider",
      deliver = { "wallet" },
      reason = "result_account",
    },
  },
}
