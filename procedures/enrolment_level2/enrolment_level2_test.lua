-- Legal examples for level-2 enrolment.
local examples = {}

local function example(name, change, expect, relation)
  local applicant = { birth_date = "1990-01-15", citizen = true, level = 0, permanent_province = "46", categories = {}, digital_citizen = false }
  for key, value in pairs(change.applicant or {}) do
    applicant[key] = value
  end
  table.insert(examples, {
    name = name,
    relation = relation,
    input = {
      submitted_at = change.submitted_at or "2024-07-15T09:00:00+07:00",
      channel = change.channel or "counter",
      valid_card = change.valid_card ~= false,
      applicant = applicant,
    },
    expect = expect,
  })
end

example("a valid card: three working days", {}, { due_date = "2024-07-18", fee = 0, support = 0, payable = 0, authority = "police", admitted = true })
example("no valid card: seven", { valid_card = false }, { due_date = "2024-07-24", due_reason = "seven_working_days" })
example("after 15:00", { submitted_at = "2024-07-15T15:00:01+07:00" }, { due_date = "2024-07-19" })
example("under Decree 59 too", { submitted_at = "2024-06-03T09:00:00+07:00" }, { due_date = "2024-06-06" })
example("14 today", { applicant = { birth_date = "2010-07-15" } }, { admitted = true, form = "TK01" })
example("13 alone", { applicant = { birth_date = "2010-07-16" } }, { admitted = false, admission_reason = "refused_needs_representative" })
example("13 with a mother who has level 2", { applicant = { birth_date = "2010-07-16", level = 2 } }, { admitted = true }, "parent")
example("13 with a guardian without level 2", { applicant = { birth_date = "2010-07-16", level = 1 } }, { admitted = false, admission_reason = "refused_representative_level" }, "guardian")
example("six today, with a father", { applicant = { birth_date = "2018-07-15", level = 2 } }, { admitted = true, admission_reason = "admitted_with_representative" }, "parent")
example("a ward of forty with the guardian", { applicant = { level = 2 } }, { admitted = true, admission_reason = "admitted_with_representative" }, "guardian")
example("a ward whose guardian has no account", { applicant = { level = 0 } }, { admitted = false, admission_reason = "refused_representative_level" }, "guardian")
example("a foreign child with a mother", { applicant = { citizen = false, birth_date = "2014-03-01", level = 2 } }, { admitted = true }, "parent")
example("a foreign child of five", { applicant = { citizen = false, birth_date = "2019-03-01", level = 2 } }, { admitted = false, admission_reason = "refused_too_young" }, "parent")
example("a foreigner without biometrics in the immigration database: seven", { applicant = { citizen = false }, valid_card = false }, { due_date = "2024-07-24" })
example("wherever they live", { applicant = { permanent_province = "01" } }, { admitted = true, authority = "police" })
example("five years old", { applicant = { birth_date = "2018-07-16", level = 2 } }, { admitted = false, admission_reason = "refused_too_young" }, "parent")
example("a foreigner", { applicant = { citizen = false } }, { admitted = true })
example("nobody enrols for an adult", {}, { admitted = false, admission_reason = "refused_in_person_only" }, "authorised")
example("only at the desk", { channel = "vneid" }, { refused = "/channel" })

return examples
