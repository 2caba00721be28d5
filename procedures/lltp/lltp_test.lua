-- Legal examples for lltp. Each starts from an ordinary application and changes what matters.
local examples = {}

local function applicant(changes)
  local a = {
    birth_date = "1990-01-15",
    citizen = true,
    level = 2,
    permanent_province = "01",
    categories = {},
    digital_citizen = false,
  }
  for key, value in pairs(changes or {}) do
    a[key] = value
  end
  return a
end

-- change: members of the input; change.applicant: members of the applicant
local function example(name, change, expect, relation)
  local input = {
    submitted_at = "2024-06-05T09:00:00+07:00",
    channel = "vneid",
    certificate = 1,
    copies = 1,
    complex = false,
  }
  for key, value in pairs(change) do
    input[key] = value
  end
  input.applicant = applicant(change.applicant)
  table.insert(examples, { name = name, input = input, expect = expect, relation = relation })
end

local function charge(fee, support, extra)
  local expect = { fee = fee, support = support, payable = fee - support }
  for key, value in pairs(extra or {}) do
    expect[key] = value
  end
  return expect
end

-- ---- Hanoi Resolution 11: the vectors ----
for _, vector in ipairs({ { 1, 200000, 200000 }, { 2, 200000, 200000 }, { 3, 205000, 205000 }, { 12, 250000, 250000 }, { 13, 255000, 250000 }, { 20, 290000, 250000 } }) do
  example("Hanoi pays, " .. vector[1] .. " copies", { copies = vector[1] }, charge(vector[2], vector[3], { support_reason = "hanoi_resolution_11" }))
  example(
    "Hanoi pays for a student, " .. vector[1] .. " copies",
    { copies = vector[1], applicant = { categories = { "student" } } },
    charge(vector[2] - 100000, vector[3] - 100000, { fee_reason = "reduced_student" })
  )
end

-- ---- its dates, by the date in Viet Nam ----
example("Hanoi: the last instant before", { submitted_at = "2024-05-31T23:59:59+07:00" }, charge(200000, 0, { support_reason = "support_not_in_force" }))
example("Hanoi: the first instant", { submitted_at = "2024-06-01T00:00:00+07:00" }, charge(200000, 200000))
example("Hanoi: the first instant, told in UTC", { submitted_at = "2024-05-31T17:00:00Z" }, charge(200000, 200000))
example("Hanoi: 31 May in UTC+7 told as 1 June elsewhere", { submitted_at = "2024-06-01T02:30:00+10:00" }, charge(200000, 0))
example("Hanoi: the last instant", { submitted_at = "2024-12-31T23:59:59+07:00" }, charge(200000, 200000))
example("Hanoi: the first instant after", { submitted_at = "2025-01-01T00:00:00+07:00" }, charge(200000, 0))
example("Hanoi: after, told in UTC", { submitted_at = "2024-12-31T17:00:00Z" }, charge(200000, 0))

-- ---- its five conditions, one missing each time ----
example("Hanoi: not a citizen", { applicant = { citizen = false } }, charge(200000, 0, { support_reason = "support_not_citizen" }))
example("Hanoi: lives in Hue", { applicant = { permanent_province = "46" } }, charge(200000, 0, { support_reason = "support_not_resident" }))
example("Hanoi: level 1", { applicant = { level = 1 } }, charge(200000, 0, { support_reason = "support_not_level_2", admitted = false, admission_reason = "refused_level_2_needed" }))
example("Hanoi: level 0", { applicant = { level = 0 }, channel = "counter" }, charge(200000, 0, { support_reason = "support_not_level_2", admitted = true }))
for _, channel in ipairs({ "online", "counter", "post" }) do
  example("Hanoi: by " .. channel, { channel = channel }, charge(200000, 0, { support_reason = "support_not_vneid" }))
end
example("Hanoi: exempt people are not beneficiaries", { copies = 13, applicant = { categories = { "poor_household" } } }, charge(0, 0, { support_reason = "support_exempt", fee_reason = "exempt_poor_household" }))

-- ---- exemption and reduction ----
for _, category in ipairs({ "child", "elderly", "disabled", "poor_household", "difficult_commune", "difficult_commune_minority", "border_or_atk_commune" }) do
  example("exempt: " .. category, { channel = "counter", copies = 5, applicant = { categories = { category } } }, charge(0, 0, { fee_reason = "exempt_" .. category }))
end
for _, category in ipairs({ "student", "meritorious", "martyr_relative" }) do
  example("reduced: " .. category, { channel = "counter", copies = 4, applicant = { categories = { category } } }, charge(110000, 0, { fee_reason = "reduced_" .. category }))
end
example("exempt beats reduced", { channel = "post", applicant = { categories = { "student", "disabled" } } }, charge(0, 0, { fee_reason = "exempt_disabled" }))
example("a child by birth date, the day before 16", { channel = "counter", applicant = { birth_date = "2008-06-06" } }, charge(0, 0, { fee_reason = "exempt_child" }))
example("16 today is no child", { channel = "counter", applicant = { birth_date = "2008-06-05" } }, charge(200000, 0))
example("60 today is elderly", { channel = "counter", applicant = { birth_date = "1964-06-05" } }, charge(0, 0, { fee_reason = "exempt_elderly" }))
example("60 tomorrow is not", { channel = "counter", applicant = { birth_date = "1964-06-06" } }, charge(200000, 0))
example("the birthday counts in Viet Nam", { submitted_at = "2024-06-04T17:30:00Z", channel = "counter", applicant = { birth_date = "1964-06-05" } }, charge(0, 0))

-- ---- pupils since 2025-04-24 ----
local pupil = { birth_date = "2008-01-01", categories = { "pupil" } }
example("a pupil before", { submitted_at = "2025-04-23T09:00:00+07:00", channel = "counter", applicant = pupil }, charge(200000, 0))
example("a pupil since", { submitted_at = "2025-04-24T00:00:00+07:00", channel = "counter", applicant = pupil }, charge(100000, 0, { fee_reason = "reduced_pupil" }))
example("a pupil since, told in UTC", { submitted_at = "2025-04-23T17:00:00Z", channel = "counter", applicant = pupil }, charge(100000, 0))
example("a pupil online", { submitted_at = "2025-05-05T09:00:00+07:00", applicant = pupil }, charge(80000, 0))
example("a pupil below 16 is a child", { submitted_at = "2025-05-05T09:00:00+07:00", applicant = { birth_date = "2010-01-01", categories = { "pupil" } } }, charge(0, 0, { fee_reason = "exempt_child" }))

-- ---- online fee 2025-04-24 .. 2025-12-31 ----
for _, channel in ipairs({ "vneid", "online" }) do
  example("the eve, " .. channel, { submitted_at = "2025-04-23T23:59:59+07:00", channel = channel }, charge(200000, 0))
  example("the first day, " .. channel, { submitted_at = "2025-04-24T00:00:00+07:00", channel = channel }, charge(170000, 0, { fee_reason = "standard_online" }))
  example("reduced, " .. channel, { submitted_at = "2025-12-31T10:00:00+07:00", channel = channel, applicant = { categories = { "student" } } }, charge(80000, 0))
  example("four copies, " .. channel, { submitted_at = "2025-06-02T10:00:00+07:00", channel = channel, copies = 4 }, charge(180000, 0))
  example("the last day, " .. channel, { submitted_at = "2025-12-31T23:59:59+07:00", channel = channel }, charge(170000, 0))
  example("the day after, " .. channel, { submitted_at = "2026-01-01T00:00:00+07:00", channel = channel }, charge(200000, 0))
end
for _, channel in ipairs({ "counter", "post" }) do
  example("not online, " .. channel, { submitted_at = "2025-06-02T10:00:00+07:00", channel = channel }, charge(200000, 0))
end

-- ---- digital citizen 2026-08-15 .. 2027-02-28 ----
local digital = { digital_citizen = true }
example("digital citizen, the eve", { submitted_at = "2026-08-14T23:59:59+07:00", applicant = digital }, charge(200000, 0))
example("digital citizen, the first day", { submitted_at = "2026-08-15T00:00:00+07:00", applicant = digital }, charge(0, 0, { fee_reason = "digital_citizen" }))
example("digital citizen, five copies", { submitted_at = "2026-11-20T10:00:00+07:00", copies = 5, applicant = digital }, charge(0, 0))
example("digital citizen, the last day", { submitted_at = "2027-02-28T23:59:59+07:00", applicant = digital }, charge(0, 0))
example("digital citizen, the day after", { submitted_at = "2027-03-01T00:00:00+07:00", applicant = digital }, charge(200000, 0))
example("not a digital citizen", { submitted_at = "2026-11-20T10:00:00+07:00" }, charge(200000, 0))
example("an exempt digital citizen keeps the older ground", { submitted_at = "2026-11-20T10:00:00+07:00", applicant = { digital_citizen = true, categories = { "disabled" } } }, charge(0, 0, { fee_reason = "exempt_disabled" }))

-- ---- time and authority ----
example("ten working days over two holidays and a worked Saturday", { submitted_at = "2024-04-22T09:00:00+07:00" }, { due_date = "2024-05-08", authority = "justice", national_code = "2.000488", due_reason = "ten_working_days" })
example("fifteen when complex", { submitted_at = "2024-04-22T09:00:00+07:00", complex = true }, { due_date = "2024-05-15", due_reason = "fifteen_working_days" })
example("certificate No. 2 takes and costs the same", { submitted_at = "2024-04-22T09:00:00+07:00", certificate = 2 }, { due_date = "2024-05-08", fee = 200000 })
example("15:00:00 is in time", { submitted_at = "2024-04-22T15:00:00+07:00" }, { due_date = "2024-05-08" })
example("15:00:01 is the next day's", { submitted_at = "2024-04-22T15:00:01+07:00" }, { due_date = "2024-05-09" })
example("08:00:01Z is after the cut-off too", { submitted_at = "2024-04-22T08:00:01Z" }, { due_date = "2024-05-09" })
example("a Sunday is the next day's", { submitted_at = "2024-04-21T10:00:00+07:00" }, { due_date = "2024-05-08" })
example("a Saturday evening is not two days late", { submitted_at = "2024-04-20T20:00:00+07:00" }, { due_date = "2024-05-08" })
example("over Tet 2024", { submitted_at = "2024-02-05T09:00:00+07:00" }, { due_date = "2024-02-26" })
example("over Tet 2025", { submitted_at = "2025-01-20T09:00:00+07:00" }, { due_date = "2025-02-10" })
example("justice to 28 February 2025", { submitted_at = "2025-02-28T23:59:59+07:00" }, { authority = "justice", national_code = "2.000488" })
example("police from 1 March 2025", { submitted_at = "2025-03-01T00:00:00+07:00" }, { authority = "police", national_code = "3.000333" })
example("police, told in UTC", { submitted_at = "2025-02-28T17:00:00Z" }, { authority = "police" })
example("the old limit on its last day, even when counted as received later", { submitted_at = "2026-06-30T16:00:00+07:00" }, { due_date = "2026-07-15", authority = "police" })
example("five working days since 1 July 2026", { submitted_at = "2026-07-01T09:00:00+07:00" }, { due_date = "2026-07-08", due_reason = "five_working_days" })
example("five working days, complex or not", { submitted_at = "2026-07-01T09:00:00+07:00", complex = true }, { due_date = "2026-07-08" })
example("over 2 September 2026 and its swap", { submitted_at = "2026-08-21T09:00:00+07:00" }, { due_date = "2026-08-27" })
example("over Culture Day 2026", { submitted_at = "2026-11-20T09:00:00+07:00" }, { due_date = "2026-11-30" })

-- ---- the answer: accepted or not ----
example("online: eight working hours", { submitted_at = "2026-07-01T10:30:00+07:00" }, { answer_due = "2026-07-02T10:30:00.000+07:00" })
example("counter: one hour", { submitted_at = "2026-07-01T10:30:00+07:00", channel = "counter" }, { answer_due = "2026-07-01T11:30:00.000+07:00" })
example("post: one working day", { submitted_at = "2026-07-01T10:30:00+07:00", channel = "post" }, { answer_due = "2026-07-02T17:00:00.000+07:00" })
example("before: three working days", { submitted_at = "2024-06-05T10:30:00+07:00" }, { answer_due = "2024-06-10T17:00:00.000+07:00" })

-- ---- who may apply ----
example("for oneself", {}, { admitted = true, form = "03/2013/TT-LLTP" })
example("a mother for her child", { applicant = { birth_date = "2012-01-01" } }, { admitted = true, form = "04/2013/TT-LLTP", admission_reason = "admitted_for_child" }, "parent")
example("a guardian for a ward", { certificate = 2 }, { admitted = true, form = "04/2013/TT-LLTP" }, "guardian")
example("a child alone", { applicant = { birth_date = "2012-01-01" }, channel = "counter" }, { admitted = false, admission_reason = "refused_too_young" })
example("15 alone before July 2026", { submitted_at = "2026-06-30T09:00:00+07:00", applicant = { birth_date = "2011-01-01" } }, { admitted = true })
example("15 alone since July 2026", { submitted_at = "2026-07-01T09:00:00+07:00", applicant = { birth_date = "2011-01-01" } }, { admitted = false, admission_reason = "refused_too_young" })
example("16 today, since July 2026", { submitted_at = "2026-07-01T09:00:00+07:00", applicant = { birth_date = "2010-07-01" } }, { admitted = true })
example("No. 2 under an authorisation", { certificate = 2, channel = "counter" }, { admitted = false, admission_reason = "refused_certificate_2_personal" }, "authorised")
example("No. 2 for one's spouse", { certificate = 2, channel = "counter" }, { admitted = false }, "spouse")
example("No. 1 under an authorisation", { channel = "counter" }, { admitted = true, admission_reason = "admitted_by_authorisation" }, "authorised")
example("by VNeID for somebody else", {}, { admitted = false, admission_reason = "refused_vneid_own_account" }, "adult_child")
example("the portal without e-ID", { submitted_at = "2025-07-01T09:00:00+07:00", channel = "online", applicant = { level = 0 } }, { admitted = false, admission_reason = "refused_account_needed" })

-- ---- what is refused, and where ----
example("no copies", { copies = 0 }, { refused = "/copies" })
example("negative copies", { copies = -1 }, { refused = "/copies" })
example("too many copies", { copies = 10001 }, { refused = "/copies" })
example("copies as text", { copies = "3" }, { refused = "/copies" })
example("certificate No. 3", { certificate = 3 }, { refused = "/certificate" })
example("complex as a number", { complex = 1 }, { refused = "/complex" })
example("an unknown channel", { channel = "phone" }, { refused = "/channel" })
example("an unknown field", { note = "x" }, { refused = "/note" })
example("an unknown field of the applicant", { applicant = { name = "x" } }, { refused = "/applicant/name" })
example("an unknown category", { applicant = { categories = { "student", "rich" } } }, { refused = "/applicant/categories/1" })
example("level 3", { applicant = { level = 3 } }, { refused = "/applicant/level" })
example("a province that is none", { applicant = { permanent_province = "99" } }, { refused = "/applicant/permanent_province" })
example("a province in three digits", { applicant = { permanent_province = "001" } }, { refused = "/applicant/permanent_province" })
example("a birth date that is none", { applicant = { birth_date = "1990-02-30" } }, { refused = "/applicant/birth_date" })
example("born after the submission", { applicant = { birth_date = "2024-06-06" } }, { refused = "/applicant/birth_date" })
example("no offset", { submitted_at = "2024-06-05T09:00:00" }, { refused = "/submitted_at" })
example("a date alone", { submitted_at = "2024-06-05" }, { refused = "/submitted_at" })

return examples
