-- Legal examples for an organisation's enrolment.
local examples = {}

local function example(name, change, expect, relation)
  local applicant = { birth_date = "1980-01-15", citizen = true, level = 2, permanent_province = "01", categories = {}, digital_citizen = false }
  for key, value in pairs(change.applicant or {}) do
    applicant[key] = value
  end
  table.insert(examples, {
    name = name,
    relation = relation,
    input = {
      submitted_at = change.submitted_at or "2024-07-15T09:00:00+07:00",
      channel = "vneid",
      in_database = change.in_database ~= false,
      applicant = applicant,
    },
    expect = expect,
  })
end

example("in a database: three working days", {}, { due_date = "2024-07-18", fee = 0, admitted = true, form = "TK02", due_reason = "three_working_days" })
example("in none: fifteen days", { in_database = false }, { due_date = "2024-07-30", due_reason = "fifteen_days" })
example("fifteen days end on a working day", { in_database = false, submitted_at = "2024-07-12T09:00:00+07:00" }, { due_date = "2024-07-29" })
example("Decree 59: one working day", { submitted_at = "2024-06-03T09:00:00+07:00" }, { due_date = "2024-06-04", due_reason = "one_working_day" })
example("Decree 59: fifteen days", { submitted_at = "2024-06-03T09:00:00+07:00", in_database = false }, { due_date = "2024-06-18" })
example("a representative of level 1", { applicant = { level = 1 } }, { admitted = false, admission_reason = "refused_level" })
example("a representative of seventeen", { applicant = { birth_date = "2007-07-16" } }, { admitted = false, admission_reason = "refused_age" })
example("for somebody else", {}, { admitted = false, admission_reason = "refused_themself" }, "spouse")

return examples
