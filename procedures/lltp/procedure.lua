-- Cấp Phiếu lý lịch tư pháp (LLTP): criminal record certificate No. 1 and No. 2.
-- Dates are submission dates (UTC+7), inclusive. Money is in dong, whole numbers. What public sources do not confirm is a named
-- setting below or carries a "Not confirmed" note: change it there, and the new text gets a new hash; old dossiers keep theirs.

-- ---- settings ----
local EXTRA_COPY = 5000 -- each copy from the third in one request
local COPIES_INCLUDED = 2
local COPIES_MAX = 10000 -- a guard, not law
local SUPPORT_EXTRA_CAP = 50000 -- Hanoi: per request and person, i.e. ten certificates
local HANOI, HUE = "01", "46"
-- Not confirmed: do people who are exempt pay for copies from the third? Until settled they do not; nor does a digital citizen.
local EXEMPT_PAYS_EXTRA_COPIES = false
local CHILD_BELOW, ELDERLY_FROM, PUPIL_FROM = 16, 60, 16
local OWN_APPLICATION_FROM = 16 -- since 2026-07-01
local OWN_ACCOUNT_FROM = 14 -- before: the age from which one holds an account of one's own (not confirmed)

-- ---- legal texts ----
local LAW_2009 = "Luật Lý lịch tư pháp số 28/2009/QH12"
local LAW_2025 = "Luật Lý lịch tư pháp số 107/2025/QH15; Nghị định số 216/2026/NĐ-CP"
local CIRCULAR_244 = "Thông tư số 244/2016/TT-BTC"
local CIRCULAR_16 = "Thông tư số 16/2025/TT-BTC"
local EXEMPTION = "Điều 5 Thông tư số 244/2016/TT-BTC"
local RESOLUTION_66_22 = "Nghị quyết số 66.22/2026/NQ-CP, Phụ lục II"
local HANOI_RESOLUTION = "Nghị quyết số 11, Kỳ họp thứ 16, HĐND thành phố Hà Nội khóa XVI (hiệu lực 01/6/2024 - 31/12/2024)"
local TRANSFER_2025 = "Chuyển giao nhiệm vụ quản lý lý lịch tư pháp từ Bộ Tư pháp sang Bộ Công an từ 01/3/2025"
local COMPLEX_2009 = "Điều 48 Luật Lý lịch tư pháp số 28/2009/QH12"
local FEES_LAW = "Khoản 1 Điều 3 Luật Phí và lệ phí số 97/2015/QH13"
local ONE_STOP_2018 = "Nghị định số 61/2018/NĐ-CP; Thông tư số 01/2018/TT-VPCP"
local ONE_STOP_2025 = "Nghị định số 118/2025/NĐ-CP"

local reasons = {
  standard = { vi = "Mức phí thông thường.", en = "The standard fee." },
  standard_online = { vi = "Mức phí nộp hồ sơ trực tuyến.", en = "The fee for online applications." },
  reduced_student = { vi = "Giảm phí: sinh viên.", en = "Reduced fee: student." },
  reduced_pupil = { vi = "Giảm phí: học sinh từ đủ 16 tuổi.", en = "Reduced fee: pupil aged 16 or over." },
  reduced_meritorious = { vi = "Giảm phí: người có công với cách mạng.", en = "Reduced fee: person with meritorious service." },
  reduced_martyr_relative = { vi = "Giảm phí: thân nhân liệt sĩ.", en = "Reduced fee: martyr's relative." },
  exempt_child = { vi = "Miễn phí: trẻ em.", en = "No fee: child.", clause = EXEMPTION },
  exempt_elderly = { vi = "Miễn phí: người cao tuổi.", en = "No fee: elderly person.", clause = EXEMPTION },
  exempt_disabled = { vi = "Miễn phí: người khuyết tật.", en = "No fee: person with a disability.", clause = EXEMPTION },
  exempt_poor_household = { vi = "Miễn phí: người thuộc hộ nghèo.", en = "No fee: member of a poor household.", clause = EXEMPTION },
  exempt_difficult_commune = {
    vi = "Miễn phí: người cư trú tại xã đặc biệt khó khăn.",
    en = "No fee: resident of a specially difficult commune.",
    clause = EXEMPTION,
  },
  exempt_difficult_commune_minority = {
    vi = "Miễn phí: đồng bào dân tộc thiểu số ở xã đặc biệt khó khăn.",
    en = "No fee: ethnic minority in a specially difficult commune.",
    clause = EXEMPTION,
  },
  exempt_border_or_atk_commune = {
    vi = "Miễn phí: người cư trú tại xã biên giới, xã an toàn khu.",
    en = "No fee: resident of a border or safety-zone commune.",
    clause = EXEMPTION,
  },
  digital_citizen = { vi = "Phí 0 đồng cho công dân số.", en = "No fee for a digital citizen.", clause = RESOLUTION_66_22 },

  hanoi_resolution_11 = {
    vi = "Thành phố Hà Nội hỗ trợ 100 % phí; từ bản thứ ba hỗ trợ không quá 50.000 đồng mỗi lần.",
    en = "Hanoi pays the whole fee; for copies from the third at most 50,000 dong a request.",
  },
  support_exempt = { vi = "Không hỗ trợ: đã được miễn phí.", en = "No support: already exempt from the fee." },
  support_not_citizen = { vi = "Không hỗ trợ: không phải công dân Việt Nam.", en = "No support: not a Vietnamese citizen." },
  support_not_resident = { vi = "Không hỗ trợ: không thường trú tại Hà Nội.", en = "No support: not permanently resident in Hanoi." },
  support_not_level_2 = { vi = "Không hỗ trợ: chưa có tài khoản định danh mức độ 2.", en = "No support: no level-2 account." },
  support_not_vneid = { vi = "Không hỗ trợ: không nộp hồ sơ qua VNeID.", en = "No support: not requested through VNeID." },
  support_not_in_force = { vi = "Không có chính sách hỗ trợ vào ngày nộp hồ sơ.", en = "No support was in force on that day." },

  ten_working_days = { vi = "Mười ngày làm việc.", en = "Ten working days." },
  fifteen_working_days = {
    vi = "Mười lăm ngày làm việc: vụ việc phức tạp hoặc phải xác minh ở nhiều nơi.",
    en = "Fifteen working days: complex, or verified in several places.",
  },
  complex_several_residences = {
    vi = "Công dân Việt Nam đã cư trú ở nhiều nơi.",
    en = "A Vietnamese citizen who has lived in several places.",
    clause = COMPLEX_2009,
  },
  complex_residence_abroad = {
    vi = "Công dân Việt Nam có thời gian cư trú ở nước ngoài.",
    en = "A Vietnamese citizen who has lived abroad.",
    clause = COMPLEX_2009,
  },
  complex_foreigner = {
    vi = "Người nước ngoài đã hoặc đang cư trú tại Việt Nam.",
    en = "A foreigner who resides or used to reside in Viet Nam.",
    clause = COMPLEX_2009,
  },
  complex_expungement = {
    vi = "Phải xác minh điều kiện đương nhiên được xóa án tích.",
    en = "Whether a conviction is expunged by law must be verified.",
    clause = COMPLEX_2009,
  },
  five_working_days = { vi = "Năm ngày làm việc.", en = "Five working days." },
  answer_three_working_days = {
    vi = "Hồ sơ chưa đủ điều kiện được trả lại trong 3 ngày làm việc.",
    en = "An application that cannot be accepted is returned within 3 working days.",
  },
  answer_eight_working_hours = {
    vi = "Hồ sơ trực tuyến được trả lời trong 8 giờ làm việc.",
    en = "An online application is answered within 8 working hours.",
  },
  answer_one_hour = { vi = "Nộp trực tiếp: có phiếu trong 1 giờ làm việc.", en = "At the counter: a slip within 1 working hour." },
  answer_one_working_day = { vi = "Nộp qua bưu chính: trả lời trong 1 ngày làm việc.", en = "By post: answered within 1 working day." },

  authority_justice = { vi = "Sở Tư pháp giải quyết.", en = "The Department of Justice decides." },
  authority_police = { vi = "Công an giải quyết.", en = "The police decide." },
  refund_until_receipt = {
    vi = "Phí trả cho dịch vụ: rút hồ sơ trước khi cơ quan tiếp nhận thì được hoàn lại; từ khi tiếp nhận, dịch vụ đã được thực hiện nên không hoàn.",
    en = "The fee pays for a service: it is paid back if you withdraw before the agency receives the dossier; from then on the service is being given, and it is not.",
    clause = FEES_LAW,
  },
  resident = { vi = "Công dân Việt Nam, người nước ngoài đang cư trú.", en = "Citizens, and foreigners who reside here." },
  former_resident = { vi = "Người nước ngoài đã cư trú tại Việt Nam.", en = "Foreigners who used to reside here." },

  admitted_self = { vi = "Tự yêu cầu cho bản thân.", en = "Applies for oneself." },
  admitted_for_child = { vi = "Cha, mẹ yêu cầu cho con chưa thành niên (mẫu số 04).", en = "Parent applies for a minor child (form 04)." },
  admitted_for_ward = { vi = "Người giám hộ yêu cầu cho người được giám hộ (mẫu số 04).", en = "Guardian applies for the ward (form 04)." },
  admitted_for_family = { vi = "Yêu cầu cho cha, mẹ, vợ, chồng, con.", en = "Applies for a parent, spouse or child." },
  admitted_by_authorisation = { vi = "Yêu cầu theo văn bản ủy quyền.", en = "Applies under a written authorisation." },
  refused_certificate_2_personal = {
    vi = "Phiếu số 2 chỉ cấp cho chính người đó; không được ủy quyền.",
    en = "Certificate No. 2 is only for the person; nobody may be authorised.",
  },
  refused_too_young = {
    vi = "Người chưa đủ tuổi phải do cha, mẹ hoặc người giám hộ yêu cầu.",
    en = "Below the age limit a parent or guardian must apply.",
  },
  refused_level_2_needed = { vi = "Nộp qua VNeID cần tài khoản định danh mức độ 2.", en = "VNeID needs a level-2 account." },
  refused_account_needed = { vi = "Nộp trực tuyến cần tài khoản định danh điện tử.", en = "Online applications need an e-ID account." },
  refused_vneid_own_account = {
    vi = "Qua VNeID chỉ yêu cầu cho bản thân, con chưa thành niên hoặc người được giám hộ.",
    en = "By VNeID one applies for oneself, a minor child or a ward.",
  },

  component_brought = { vi = "Người yêu cầu nộp kèm hồ sơ.", en = "Comes with the application.", clause = LAW_2009 },
  component_supplied_2018 = {
    vi = "Cơ quan đã có thông tin này trong cơ sở dữ liệu; không được yêu cầu nộp.",
    en = "A register already holds this; it may not be asked for.",
    clause = "Nghị định số 61/2018/NĐ-CP, sửa đổi bởi Nghị định số 107/2021/NĐ-CP",
  },
  component_supplied_2025 = {
    vi = "Thông tin đã có trên VNeID hoặc cơ sở dữ liệu được kết nối; tuyệt đối không được yêu cầu nộp.",
    en = "VNeID or a connected register holds this; an officer may absolutely not ask for it.",
    clause = "Chỉ thị số 24/CT-TTg ngày 13/9/2025",
  },
  component_supplied_2026 = {
    vi = "Dữ liệu đã có trong cơ sở dữ liệu dân cư hoặc lý lịch tư pháp; không được yêu cầu nộp.",
    en = "The population or judicial records database holds this; it may not be asked for.",
    clause = "Nghị định số 216/2026/NĐ-CP; Chỉ thị số 24/CT-TTg ngày 13/9/2025",
  },
  shows_unexpunged = {
    vi = "Phiếu số 1 chỉ ghi án tích chưa được xóa; thông tin cấm đảm nhiệm chức vụ chỉ ghi khi có yêu cầu.",
    en = "No. 1 shows only unexpunged convictions, and bans only on request.",
    clause = LAW_2009,
  },
  shows_all = {
    vi = "Phiếu số 2 ghi đầy đủ án tích, kể cả đã được xóa, và thông tin cấm đảm nhiệm chức vụ.",
    en = "No. 2 shows every conviction, expunged ones too, and bans.",
    clause = LAW_2009,
  },
}

-- ---- fee ----
local exempt_order = {
  "child", "elderly", "disabled", "poor_household", "difficult_commune", "difficult_commune_minority", "border_or_atk_commune",
}
local reduced_order = { "student", "meritorious", "martyr_relative" }

local function has(applicant, category)
  if category == "child" and applicant.age < CHILD_BELOW then
    return true
  end
  if category == "elderly" and applicant.age >= ELDERLY_FROM then
    return true
  end
  return applicant.categories[category] == true
end

local function exemption(d)
  for _, category in ipairs(exempt_order) do
    if has(d.applicant, category) then
      return "exempt_" .. category
    end
  end
  return nil
end

local function reduction(d, pupils)
  for _, category in ipairs(reduced_order) do
    if has(d.applicant, category) then
      return "reduced_" .. category
    end
  end
  if pupils and d.applicant.categories.pupil and d.applicant.age >= PUPIL_FROM then
    return "reduced_pupil"
  end
  return nil
end

local function extra_copies(d)
  return EXTRA_COPY * math.max(0, d.copies - COPIES_INCLUDED)
end

local function is_online(d)
  return d.channel == "vneid" or d.channel == "online"
end

-- rate: { normal, reduced, code, pupils }
local function charge(d, rate)
  local exempt = exemption(d)
  if exempt then
    return EXEMPT_PAYS_EXTRA_COPIES and extra_copies(d) or 0, exempt
  end
  local reduced = reduction(d, rate.pupils)
  if reduced then
    return rate.reduced + extra_copies(d), reduced
  end
  return rate.normal + extra_copies(d), rate.code
end

local rate_2017 = { normal = 200000, reduced = 100000, code = "standard", pupils = false }
local rate_2025 = { normal = 200000, reduced = 100000, code = "standard", pupils = true }
local rate_2025_online = { normal = 170000, reduced = 80000, code = "standard_online", pupils = true }

local function fee_2025(d)
  return charge(d, rate_2025)
end

local fee = {
  {
    from = "2017-01-01", -- not confirmed
    to = "2025-04-23",
    clause = CIRCULAR_244,
    decide = function(d)
      return charge(d, rate_2017)
    end,
  },
  {
    from = "2025-04-24",
    to = "2025-12-31",
    clause = CIRCULAR_244 .. "; " .. CIRCULAR_16,
    decide = function(d)
      return charge(d, is_online(d) and rate_2025_online or rate_2025)
    end,
  },
  { from = "2026-01-01", to = "2026-08-14", clause = CIRCULAR_244 .. "; " .. CIRCULAR_16, decide = fee_2025 }, -- not confirmed: the standard fee returns
  {
    from = "2026-08-15",
    to = "2027-02-28",
    clause = CIRCULAR_244 .. "; " .. CIRCULAR_16,
    decide = function(d)
      if d.applicant.digital_citizen and not exemption(d) then
        return EXEMPT_PAYS_EXTRA_COPIES and extra_copies(d) or 0, "digital_citizen"
      end
      return charge(d, rate_2025)
    end,
  },
  { from = "2027-03-01", clause = CIRCULAR_244 .. "; " .. CIRCULAR_16, decide = fee_2025 },
}

-- Hanoi Resolution 11: five conditions, all of them. The dates govern (seven months, whatever the press called them).
local function hanoi_support(d, fee_value)
  local applicant = d.applicant
  if exemption(d) then
    return 0, "support_exempt"
  elseif not applicant.citizen then
    return 0, "support_not_citizen"
  elseif applicant.permanent_province ~= HANOI then
    return 0, "support_not_resident"
  elseif applicant.level < 2 then
    return 0, "support_not_level_2"
  elseif d.channel ~= "vneid" then
    return 0, "support_not_vneid"
  end
  local extra = extra_copies(d)
  return fee_value - extra + math.min(SUPPORT_EXTRA_CAP, extra), "hanoi_resolution_11"
end

local support = {
  { to = "2024-05-31", clause = HANOI_RESOLUTION, answer = 0, reason = "support_not_in_force" },
  { from = "2024-06-01", to = "2024-12-31", clause = HANOI_RESOLUTION, decide = hanoi_support },
  { from = "2025-01-01", clause = HANOI_RESOLUTION, answer = 0, reason = "support_not_in_force" },
}

-- ---- time ----
local function working_days(count)
  return { count = count, unit = "working_days", roll = "next_working_day", cut_off = "15:00" }
end
local function working_hours(count)
  return { count = count, unit = "working_hours", roll = "next_working_day", cut_off = "none" }
end

local time_limit = {
  {
    to = "2026-06-30",
    clause = LAW_2009, -- "days" in the statute, "working days" in the ministry's answer: the unit is this field
    decide = function(d)
      if d.complex then
        return working_days(15), "fifteen_working_days"
      end
      return working_days(10), "ten_working_days"
    end,
  },
  { from = "2026-07-01", clause = LAW_2025, answer = working_days(5), reason = "five_working_days" },
}

-- What an officer may state while processing. Since 2026-07-01 no case has a longer time.
local complex_grounds = {
  { to = "2026-06-30", reason = "complex_several_residences" },
  { to = "2026-06-30", reason = "complex_residence_abroad" },
  { to = "2026-06-30", reason = "complex_foreigner" },
  { to = "2026-06-30", reason = "complex_expungement" },
}

-- Not confirmed: no text says what becomes of the fee when the applicant withdraws. It is the price of a service, so it is
-- paid back as long as nothing was done for it.
local refunds = {
  { ["until"] = "receipt", reason = "refund_until_receipt" },
}

local answer_limit = {
  { to = "2025-06-30", clause = ONE_STOP_2018, answer = working_days(3), reason = "answer_three_working_days" },
  { from = "2025-07-01", to = "2026-06-30", clause = ONE_STOP_2025, answer = working_days(3), reason = "answer_three_working_days" },
  {
    from = "2026-07-01",
    clause = LAW_2025,
    decide = function(d)
      if is_online(d) then
        return working_hours(8), "answer_eight_working_hours"
      elseif d.channel == "counter" then
        return working_hours(1), "answer_one_hour"
      end
      return working_days(1), "answer_one_working_day"
    end,
  },
}

local authority = {
  { to = "2025-02-28", clause = LAW_2009, answer = "justice", reason = "authority_justice" },
  { from = "2025-03-01", to = "2026-06-30", clause = TRANSFER_2025, answer = "police", reason = "authority_police" },
  { from = "2026-07-01", clause = LAW_2025, answer = "police", reason = "authority_police" },
}

local national_code = {
  { to = "2025-02-28", clause = LAW_2009, answer = "2.000488", reason = "resident" },
  {
    from = "2025-03-01",
    clause = TRANSFER_2025,
    usual = "3.000333",
    decide = function(d)
      if d.applicant.citizen or d.applicant.permanent_province ~= "" then
        return "3.000333", "resident"
      end
      return "3.000330", "former_resident"
    end,
  },
}

-- ---- who may apply ----
local FORM_03, FORM_04 = "03/2013/TT-LLTP", "04/2013/TT-LLTP"
local ADULT_FROM = 18

-- Not confirmed: who stands in for whom at certificate No. 2 (no authorisation; parents and guardians do).
local function for_another(d)
  local age = d.applicant.age
  if d.relation == "guardian" then
    return true, "admitted_for_ward", FORM_04
  elseif d.relation == "parent" and age < ADULT_FROM then
    return true, "admitted_for_child", FORM_04
  elseif d.certificate == 2 then
    return false, "refused_certificate_2_personal"
  elseif d.channel == "vneid" then
    return false, "refused_vneid_own_account"
  elseif d.relation == "authorised" then
    return true, "admitted_by_authorisation", FORM_03
  end
  return true, "admitted_for_family", FORM_03
end

local function who(d, own_from, portal_level)
  if d.channel == "vneid" and d.applicant.level < 2 then
    return false, "refused_level_2_needed"
  elseif d.channel == "online" and d.applicant.level < portal_level then
    return false, "refused_account_needed"
  elseif d.relation ~= "self" then
    return for_another(d)
  elseif d.applicant.age < own_from then
    return false, "refused_too_young"
  end
  return true, "admitted_self", FORM_03
end

local may_apply = {
  {
    to = "2025-06-30", -- accounts of the portal's own were still good
    clause = LAW_2009,
    decide = function(d)
      return who(d, OWN_ACCOUNT_FROM, 0)
    end,
  },
  {
    from = "2025-07-01",
    to = "2026-06-30",
    clause = LAW_2009,
    decide = function(d)
      return who(d, OWN_ACCOUNT_FROM, 1)
    end,
  },
  {
    from = "2026-07-01",
    clause = LAW_2025,
    decide = function(d)
      return who(d, OWN_APPLICATION_FROM, 1)
    end,
  },
}

-- ---- each paper once asked for, and the register that replaces it ----
local components = {
  { id = "authorisation", vi = "Văn bản ủy quyền có công chứng", en = "Notarised authorisation", reason = "component_brought" },
  { id = "certified_signature", vi = "Chữ ký được chứng thực (nộp qua bưu chính)", en = "Certified signature (by post)", reason = "component_brought", from = "2026-07-01" },
  { id = "foreign_passport", vi = "Hộ chiếu của người nước ngoài", en = "Foreigner's passport", reason = "component_brought" },
}
local replaced = {
  { "id_card_copy", "population", "Bản sao thẻ căn cước, giấy chứng minh nhân dân", "Copy of the ID card" },
  { "old_id_confirmation", "population", "Xác nhận số chứng minh nhân dân 9 số", "Confirmation of the old 9-digit number" },
  { "residence_proof", "residence", "Sổ hộ khẩu, giấy xác nhận thông tin cư trú", "Household book or residence confirmation" },
  { "birth_certificate", "family", "Giấy khai sinh, giấy tờ chứng minh quan hệ cha, mẹ, con", "Birth certificate, proof of parentage" },
  { "marriage_certificate", "family", "Giấy chứng nhận kết hôn", "Marriage certificate" },
  { "guardianship_decision", "family", "Quyết định công nhận giám hộ", "Guardianship decision" },
  { "expungement_proof", "convictions", "Giấy xác nhận xóa án tích, chấp hành xong bản án", "Proof of expungement or sentence served" },
  { "poor_household_certificate", "categories", "Giấy chứng nhận hộ nghèo", "Poor household certificate" },
  { "disability_certificate", "categories", "Giấy xác nhận khuyết tật", "Disability certificate" },
  { "commune_certificate", "categories", "Xác nhận cư trú tại xã đặc biệt khó khăn, biên giới, an toàn khu", "Proof of residing in a listed commune" },
  { "merit_certificate", "categories", "Giấy chứng nhận người có công, thân nhân liệt sĩ", "Certificate of merit or of a martyr's relative" },
  { "student_card", "categories", "Thẻ học sinh, sinh viên", "Pupil or student card" },
}
local periods = {
  { to = "2025-09-12", reason = "component_supplied_2018" },
  { from = "2025-09-13", to = "2026-06-30", reason = "component_supplied_2025" },
  { from = "2026-07-01", reason = "component_supplied_2026" },
}
for _, paper in ipairs(replaced) do
  for _, period in ipairs(periods) do
    table.insert(components, {
      id = paper[1],
      supplied_by = paper[2],
      vi = paper[3],
      en = paper[4],
      from = period.from,
      to = period.to,
      reason = period.reason,
    })
  end
end

local deliver = { "wallet", "national_portal", "provincial_system" }

return {
  name = "lltp",
  names = { vi = "Cấp Phiếu lý lịch tư pháp", en = "Criminal record certificate" },
  facts = {
    { name = "certificate", type = "integer", min = 1, max = 2 },
    { name = "copies", type = "integer", min = 1, max = COPIES_MAX },
    { name = "complex", type = "boolean" },
  },
  channels = {
    vneid = {
      starts = {
        default = "2024-10-01",
        provinces = { [HANOI] = "2024-04-22", [HUE] = "2024-04-22" },
        decision_from = "2024-07-01", -- the provincial chairman decides, by infrastructure and technical conditions
        decision_to = "2024-12-31",
      },
    },
    online = {},
    counter = {},
    post = {},
  },
  reasons = reasons,
  national_code = national_code,
  may_apply = may_apply,
  fee = fee,
  support = support,
  time_limit = time_limit,
  answer_limit = answer_limit,
  authority = authority,
  components = components,
  complex_grounds = complex_grounds,
  refunds = refunds,
  -- The national moves but for "fee due" (6): the fee is known when the form is sent, and comes before receipt
  -- (Nghị định số 216/2026/NĐ-CP), so that no dossier of this procedure can be waiting for it afterwards.
  steps = {
    { from = 1, to = 2, act = "receive", desk = "one_stop", authority = "agency", vi = "Tiếp nhận", en = "Receive" },
    { from = 1, to = 3, act = "refuse", desk = "one_stop", authority = "agency", vi = "Từ chối tiếp nhận", en = "Refuse" },
    { from = 1, to = 5, act = "request_supplement", desk = "one_stop", authority = "agency", vi = "Yêu cầu bổ sung", en = "Request supplement" },
    { from = 1, to = 7, act = "withdraw", desk = "citizen", authority = "citizen", vi = "Rút hồ sơ", en = "Withdraw" },
    { from = 2, to = 4, act = "process", desk = "records", authority = "agency", vi = "Xử lý", en = "Process" },
    { from = 2, to = 5, act = "request_supplement", desk = "one_stop", authority = "agency", vi = "Yêu cầu bổ sung", en = "Request supplement" },
    { from = 2, to = 7, act = "withdraw", desk = "citizen", authority = "citizen", vi = "Rút hồ sơ", en = "Withdraw" },
    { from = 4, to = 5, act = "request_supplement", desk = "records", authority = "agency", vi = "Yêu cầu bổ sung", en = "Request supplement" },
    { from = 4, to = 7, act = "withdraw", desk = "citizen", authority = "citizen", vi = "Rút hồ sơ", en = "Withdraw" },
    { from = 4, to = 8, act = "stop", desk = "decider", authority = "agency", vi = "Từ chối giải quyết", en = "Stop" },
    { from = 4, to = 9, act = "finish", desk = "decider", authority = "agency", vi = "Hoàn thành", en = "Finish" },
    { from = 5, to = 2, act = "supplement", desk = "citizen", authority = "citizen", vi = "Bổ sung hồ sơ", en = "Supplement" },
    { from = 5, to = 4, act = "resume", desk = "records", authority = "agency", vi = "Tiếp tục xử lý", en = "Resume" },
    { from = 5, to = 7, act = "withdraw", desk = "citizen", authority = "citizen", vi = "Rút hồ sơ", en = "Withdraw" },
    { from = 5, to = 8, act = "stop", desk = "one_stop", authority = "agency", vi = "Dừng xử lý", en = "Stop" },
    { from = 9, to = 10, act = "return", desk = "system", authority = "system", vi = "Trả kết quả", en = "Return the result" },
  },
  results = {
    {
      template = "lltp_certificate",
      title_vi = "Phiếu lý lịch tư pháp số 1",
      title_en = "Criminal record certificate No. 1",
      convictions = "unexpunged",
      bans = "on_request",
      signed_by = "decider",
      sealed_by = "sealer",
      deliver = deliver,
      reason = "shows_unexpunged",
    },
    {
      template = "lltp_certificate",
      title_vi = "Phiếu lý lịch tư pháp số 2",
      title_en = "Criminal record certificate No. 2",
      convictions = "all",
      bans = "always",
      signed_by = "decider",
      sealed_by = "sealer",
      deliver = deliver,
      reason = "shows_all",
    },
  },
}
